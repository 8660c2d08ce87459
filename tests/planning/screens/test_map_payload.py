"""What a map is drawn from: the right numbers in small columns, and no words of a person's record."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from planning import Plan, PlanningError, StudyArea
from planning.maps import BAND_COLOURS, DIFFERENCE_COLOURS, compared_cells
from planning.scenario_form import Close, Forbid, Lock
from planning.screens.map_payload import ABSENT, NONE, map_data
from planning.screens.map_sites import ROLES, draft_roles, role_number

# Machado, Oliveira, Fernandes 2009, severity 1.0, for linear RGB.
DEFICIENCIES = {
    "protanopia": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deuteranopia": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritanopia": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}  # fmt: skip


def slower(plan: Plan) -> Plan:
    """The same plan with the first cell of all a little farther, and the second without a route."""
    cells = plan.cells.copy()
    cells.loc[0, "travel_time_min"] += 10
    cells.loc[1, "travel_time_min"] = np.inf
    return replace(plan, cells=cells)


def test_one_plan_is_columns_of_its_cells_in_the_order_of_the_ground(small_plan: Plan, area: StudyArea) -> None:
    made = map_data([small_plan], area, "zh")
    pane, cells = made.frames["pane0"], small_plan.cells
    rows = cells["cell_id"].map(made.ground.cell_ids).to_numpy()
    assert [str(t) for t in pane.dtypes] == ["uint8", "uint16", "uint16", "uint16", "uint8", "uint16"]
    assert len(pane) == len(made.ground.cells)
    assert pane["persons"].sum() == cells["persons"].sum()
    assert (pane["band"].to_numpy()[rows] == cells["band"]).all()
    assert set(pane["band"].to_numpy()[np.setdiff1d(np.arange(len(pane)), rows)]) <= {ABSENT}
    names = made.spec["sites"]["id"]
    nearest = [names[i] if i != NONE else "" for i in pane["nearest"].to_numpy()[rows]]
    assert nearest == cells["nearest_site_id"].to_list()
    lost = np.isinf(cells["travel_time_min"].to_numpy())
    assert (pane["minutes"].to_numpy()[rows] == NONE).tolist() == lost.tolist()
    assert pane["full"].sum() == cells["persons_near_but_full"].sum()


def test_two_panes_stay_small_and_equal_plans_have_equal_fingerprints(small_plan: Plan, area: StudyArea) -> None:
    other = slower(small_plan)
    made = map_data([small_plan, other], area, "en", mode="two")
    assert sum(frame.memory_usage(index=False).sum() for frame in made.frames.values()) < 160_000
    assert len(json.dumps(made.spec, ensure_ascii=False).encode()) < 160_000
    assert made.spec["rev"] == map_data([small_plan, slower(small_plan)], area, "en", mode="two").spec["rev"]
    assert made.spec["rev"] != map_data([small_plan, small_plan], area, "en", mode="two").spec["rev"]
    told = {key for row in json.loads(made.ground.text)["towns"] for key in row}
    assert told == {"name", "lon", "lat", "order"}


def test_the_difference_counts_as_the_plans_do(small_plan: Plan, area: StudyArea) -> None:
    other = slower(small_plan)
    made = map_data([small_plan, other], area, "zh", mode="difference")
    pane, found = made.frames["pane0"], compared_cells(small_plan, other)
    counts = [int(pane.loc[pane["band"] == i, "persons"].sum()) for i in range(3)]
    assert counts == [int(found.loc[found["change"] == name, "persons"].sum()) for name in DIFFERENCE_COLOURS]
    assert counts[1] > 0
    assert [band["shape"] for band in made.spec["bands"]] == ["up", "down", "dot"]
    assert f"延长 {counts[1]:,} 人" in made.spec["panes"][0]["note"]


def test_what_the_draft_changes_is_a_wish_and_what_it_takes_back_too(small_plan: Plan, area: StudyArea) -> None:
    standing = small_plan.sites.loc[small_plan.sites["role"] == "existing", "site_id"]
    new, centre = small_plan.proposed[0], str(standing.iloc[0])
    draft = small_plan.scenario.model_copy(update={"changes": (Forbid(site=new), Close(site=centre))})
    made = map_data([small_plan], area, "zh", draft=draft)
    sites, pane = made.spec["sites"], made.spec["panes"][0]["sites"]
    wished = {site: ROLES[w] for site, w in zip(sites["id"], pane["wish"], strict=True) if w >= 0}
    assert wished == {new: "forbidden", centre: "closed"}
    run = small_plan.scenario.model_copy(update={"changes": (Lock(site="a"), Close(site="b"), Lock(site="c"))})
    now = run.model_copy(update={"changes": (Lock(site="c"),)})
    assert draft_roles(now, run) == {"a": role_number("candidate"), "b": role_number("existing")}


def test_without_a_plan_the_map_shows_where_people_live(area: StudyArea) -> None:
    made = map_data([], area, "en")
    assert made.frames["pane0"]["persons"].sum() > 0
    assert set(area.institutions["site_id"]) <= set(made.site_ids)
    assert made.spec["bands"][-1]["key"] == "not_run"


def test_unknown_roles_modes_and_plans_of_other_areas_are_refused(small_plan: Plan, area: StudyArea) -> None:
    strange = replace(small_plan, sites=small_plan.sites.assign(role="imagined"))
    elsewhere = replace(small_plan, cells=small_plan.cells.assign(cell_id="nowhere"))
    for plans, mode, word in (([strange], "one", "imagined"), ([elsewhere], "one", "another study area"),
                              ([small_plan], "two", "two plans"), ([small_plan], "three", "three")):  # fmt: skip
        with pytest.raises(PlanningError, match=word):
            map_data(plans, area, "en", mode=mode)  # type: ignore[arg-type]


def linear(colour: str) -> np.ndarray:
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB of linear sRGB under D65."""
    to_xyz = np.array(((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)))
    x, y, z = np.clip(to_xyz @ rgb / np.array((0.95047, 1.0, 1.08883)), 1e-6, None) ** (1 / 3)
    return np.array((116 * y - 16, 500 * (x - y), 200 * (y - z)))


@pytest.mark.parametrize("deficiency", [None, *DEFICIENCIES])
@pytest.mark.parametrize("colours", [BAND_COLOURS, tuple(DIFFERENCE_COLOURS.values())], ids=["bands", "differences"])
def test_colours_stay_apart_for_those_who_see_fewer(colours: tuple[str, ...], deficiency: str | None) -> None:
    seen = np.array(DEFICIENCIES[deficiency]) if deficiency else np.eye(3)
    places = [lab(np.clip(seen @ linear(colour), 0, 1)) for colour in colours]
    assert min(np.linalg.norm(a - b) for a, b in combinations(places, 2)) >= 20

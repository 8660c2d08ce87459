"""What a map of plans is drawn from: columns of numbers for the cells, lists for the sites, words for the rest.

Nobody's record reaches the browser: of a cell only its place, its number of persons and its travel time.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import both
from planning.area_demand import demand_source
from planning.faults import PlanningError
from planning.maps import BAND_COLOURS, DIFFERENCE_COLOURS, compared_cells
from planning.plan import BAND_NAMES, GROUPS, Plan
from planning.scenario import Scenario
from planning.screens.map_ground import Ground, ground_of
from planning.screens.map_network import served_at_home
from planning.screens.map_sites import ROLES, Sites, sites_of_map
from planning.study_area import StudyArea
from planning.texts import gap_sentence, people_label, text

Mode = Literal["one", "two", "difference"]
MODES: Final = ("one", "two", "difference")
NONE: Final = 65535
"""No minutes, no site: in columns of 16 bits."""
ABSENT: Final = 255
"""The cell is not part of the plan: in columns of 8 bits."""
NOT_RUN: Final = len(BAND_NAMES)
"""Band of the cells while no plan has been made."""
NOT_RUN_COLOUR: Final = "#8d9499"
SHAPES: Final = {"better": "up", "worse": "down", "same": "dot"}


@dataclass(frozen=True, eq=False)
class MapData:
    """All that one map needs.

    Attributes:
        spec: plain values: panes, bands, sites, `rev` (changes when anything drawn changes).
        frames: `pane0`, `pane1`, `rings0`, …: columns without gaps.
        site_ids: the sites that may be acted on.
    """

    ground: Ground
    spec: Mapping[str, Any]
    frames: Mapping[str, pd.DataFrame]
    site_ids: frozenset[str]


def map_data(
    plans: Sequence[Plan],
    area: StudyArea,
    language: str,
    *,
    mode: Mode = "one",
    draft: Scenario | None = None,
    year: int | None = None,
    service: str = "",
) -> MapData:
    """The map of one plan, of two side by side, or of the difference of two.

    Args:
        plans: none while nothing has been run; `one` shows the first, the other modes the first two.
        draft: the scenario that the author works at; what it changes is shown on the last pane as a wish.
        year, service: of network plans, what to show; the last year and all services where absent.

    Raises:
        PlanningError: for an unknown mode, too few plans, or a plan of another area.
    """
    _check(mode, plans)
    ground = ground_of(area, language)
    shown = list(plans[:1] if mode == "one" else plans[:2])
    sites = sites_of_map(shown, area, language, draft=draft, year=year, service=service)
    frames, panes = _panes(shown, area, ground, sites, mode, language)
    for i, pane in enumerate(panes):
        pane["sites"] = sites.panes[-1] if mode == "difference" else sites.panes[i]
        rings = _rings(shown[-1 if mode == "difference" else i], ground, language, year, service) if shown else None
        if rings is not None:
            frames[f"rings{i}"], pane["rings"] = rings
    bands = _bands(mode, shown, area, language)
    spec = {"mode": mode, "panes": panes, "bands": bands, "roles": list(ROLES), "sites": sites.columns}
    return MapData(ground, {**spec, "rev": _rev(spec, frames)}, frames, frozenset(sites.columns["id"]))


def _check(mode: str, plans: Sequence[Plan]) -> None:
    if mode not in MODES:
        raise PlanningError([both(f"a map has the modes {MODES}, not '{mode}'", f"地图没有“{mode}”这种显示方式")])
    if mode != "one" and len(plans) < 2:
        raise PlanningError([both("two plans are needed for this map", "这种地图需要两个方案")])


def _panes(
    plans: list[Plan], area: StudyArea, ground: Ground, sites: Sites, mode: Mode, language: str
) -> tuple[dict[str, pd.DataFrame], list[dict[str, Any]]]:
    if not plans:
        return {"pane0": _not_run(area)}, [{"title": text("plan_map_not_run", language), "note": ""}]
    if mode == "difference":
        found = difference_frame(plans[0], plans[1], ground.cell_ids, sites.at)
        return {"pane0": found}, [_difference_pane(plans[0], plans[1], language)]
    frames = {f"pane{i}": pane_frame(plan, ground.cell_ids, sites.at) for i, plan in enumerate(plans)}
    return frames, [_pane(plan, language) for plan in plans]


def _pane(plan: Plan, language: str) -> dict[str, Any]:
    solver = plan.solver
    note = gap_sentence(str(solver["model"]), str(solver["status"]), solver["gap"], language)
    return {"title": plan.scenario.title(language), "note": note}


def _difference_pane(first: Plan, second: Plan, language: str) -> dict[str, Any]:
    persons = compared_cells(first, second).groupby("change")["persons"].sum()
    word = text("unit_person", language)
    told = [f"{text(name, language)} {int(persons.get(name, 0)):,} {word}" for name in DIFFERENCE_COLOURS]
    return {"title": f"{first.scenario.title(language)} → {second.scenario.title(language)}", "note": " · ".join(told)}


def pane_frame(plan: Plan, rows: Mapping[str, int], at: Mapping[str, int]) -> pd.DataFrame:
    """The cells of a plan in the order of the ground.

    Args:
        rows: cell id → row of the ground.
        at: site id → row of the map's sites.

    Raises:
        PlanningError: when the plan has cells that the ground does not have.
    """
    cells = plan.cells
    counts = np.stack([cells[f"persons_{group}"].to_numpy(float) for group in GROUPS])
    return _laid_out(cells, rows, {
        "band": (cells["band"].to_numpy(np.uint8), np.uint8, ABSENT),
        "persons": _persons(cells),
        "minutes": (_whole_minutes(cells["travel_time_min"]), np.uint16, NONE),
        "nearest": (_rows_of(cells["nearest_site_id"], at), np.uint16, NONE),
        "group": (counts.argmax(axis=0).astype(np.uint8), np.uint8, ABSENT),
        "full": (_capped(cells["persons_near_but_full"]), np.uint16, 0),
    })  # fmt: skip


def difference_frame(first: Plan, second: Plan, rows: Mapping[str, int], at: Mapping[str, int]) -> pd.DataFrame:
    """What changes from the first plan to the second, in the order of the ground; `band` is the kind of change."""
    cells = compared_cells(first, second)
    kinds = {name: i for i, name in enumerate(DIFFERENCE_COLOURS)}
    return _laid_out(cells, rows, {
        "band": (cells["change"].map(kinds).to_numpy(np.uint8), np.uint8, ABSENT),
        "persons": _persons(cells),
        "minutes": (_whole_minutes(cells["travel_time_min"]), np.uint16, NONE),
        "before": (_whole_minutes(cells["travel_time_min_before"]), np.uint16, NONE),
        "nearest": (_rows_of(cells["nearest_site_id"], at), np.uint16, NONE),
    })  # fmt: skip


def _not_run(area: StudyArea) -> pd.DataFrame:
    """Where people live, before any plan."""
    persons = area.demand(area.assumptions.demand_rates())["persons"].to_numpy(np.uint32)
    return pd.DataFrame({"band": np.full(len(persons), NOT_RUN, np.uint8), "persons": persons})


Column = tuple[npt.NDArray[Any], type, int]


def _laid_out(cells: pd.DataFrame, rows: Mapping[str, int], columns: Mapping[str, Column]) -> pd.DataFrame:
    """Columns in the order of the ground; cells that have no row there belong to another area."""
    place = cells["cell_id"].astype(str).map(rows)
    if place.isna().any():
        raise PlanningError([
            both("the plan was made for another study area and cannot be shown on this map",
                 "该方案属于另一个研究区，无法在这张地图上显示")
        ])  # fmt: skip
    at = place.to_numpy(np.int64)
    made: dict[str, npt.NDArray[Any]] = {}
    for name, (values, kind, nothing) in columns.items():
        made[name] = np.full(len(rows), nothing, kind)
        made[name][at] = values
    return pd.DataFrame(made)


def _persons(cells: pd.DataFrame) -> Column:
    persons = cells["persons"].to_numpy(np.int64)
    return persons, np.uint32 if persons.max(initial=0) >= NONE else np.uint16, 0


def _capped(persons: pd.Series[Any]) -> npt.NDArray[np.uint16]:
    capped: npt.NDArray[np.uint16] = np.minimum(persons.to_numpy(np.int64), NONE).astype(np.uint16)
    return capped


def _whole_minutes(minutes: pd.Series[float]) -> npt.NDArray[np.uint16]:
    """Minutes for the tip, rounded; the band is taken from the exact ones."""
    found = minutes.to_numpy(float)
    return np.where(np.isfinite(found), np.minimum(np.rint(found), NONE - 1), NONE).astype(np.uint16)


def _rows_of(ids: pd.Series[str], at: Mapping[str, int]) -> npt.NDArray[np.uint16]:
    return np.array([at.get(str(site), NONE) for site in ids], np.uint16)


def _bands(mode: Mode, plans: Sequence[Plan], area: StudyArea, language: str) -> list[dict[str, Any]]:
    """What the dots may be, with colour and shape, in the order of drawing."""
    if mode == "difference":
        return [
            {"key": name, "label": text(name, language), "color": colour, "shape": SHAPES[name]}
            for name, colour in DIFFERENCE_COLOURS.items()
        ]
    rows = [
        {"key": name, "label": text(name, language), "color": colour, "shape": "dot"}
        for name, colour in zip(BAND_NAMES, BAND_COLOURS, strict=True)
    ]
    rows[-1]["shape"] = "ring"
    if plans:
        return rows
    people = people_label(demand_source(area.data, None), language)
    return [*rows, {"key": "not_run", "label": people, "color": NOT_RUN_COLOUR, "shape": "dot"}]


def _rings(
    plan: Plan, ground: Ground, language: str, year: int | None, service: str
) -> tuple[pd.DataFrame, list[str]] | None:
    """Cells that are served at home, and the words for each; None where there are none."""
    titles = served_at_home(plan, language, year, service)
    rows = [(ground.cell_ids[str(cell)], words) for cell, words in titles.items() if str(cell) in ground.cell_ids]
    if not rows:
        return None
    words = list(dict.fromkeys(w for _, w in rows))
    cells = np.array([cell for cell, _ in rows], np.uint16)
    return pd.DataFrame({"cell": cells, "word": np.array([words.index(w) for _, w in rows], np.uint16)}), words


def _rev(spec: Mapping[str, Any], frames: Mapping[str, pd.DataFrame]) -> str:
    """A short fingerprint of all that is drawn."""
    made = sha256(json.dumps(spec, sort_keys=True, ensure_ascii=False, allow_nan=False).encode())
    for name in sorted(frames):
        made.update(name.encode())
        for column in frames[name]:
            made.update(frames[name][column].to_numpy().tobytes())
    return made.hexdigest()[:12]

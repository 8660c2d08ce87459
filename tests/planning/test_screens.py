"""Plans as plain values for a screen: what a reader sees, without opening a browser."""

from __future__ import annotations

import io
import json
import math
import zipfile
from typing import Any

import pytest
from made_scenarios import HOSTILE, few_sites

from planning import Plan, PlanningError, StudyArea, compare, run
from planning.compare import Comparison, shown
from planning.folder import FILES, coverage_table
from planning.plan import BAND_NAMES, INDICATORS
from planning.scenario import load
from planning.scenario_form import CloseRoad, Forbid, Lock
from planning.screens.plans import (
    assumption_rows,
    base_map,
    data_rows,
    headlines,
    indicator_rows,
    legend,
    pane,
    price_of_choices,
    scenario_with,
    site_choices,
    site_rows,
    without_choices,
    worst_rows,
    zipped,
)
from planning.texts import text

LANGUAGES = ("zh", "en")


@pytest.fixture(scope="module")
def baseline(area: StudyArea) -> Plan:
    return run(load("baseline"), area)


@pytest.fixture(scope="module")
def side_by_side(baseline: Plan, small_plan: Plan) -> Comparison:
    return compare([baseline, small_plan])


def kinds(value: Any) -> set[type]:
    """Every type inside a nest of dictionaries and lists."""
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return {type(value)}.union(*map(kinds, inside))


# ---------------------------------------------------------------- maps


@pytest.mark.parametrize("speech", LANGUAGES)
def test_base_map_is_plain_json(area: StudyArea, speech: str) -> None:
    made = base_map(area, speech)
    assert kinds(made) <= {dict, list, str, int, float, bool, type(None)}
    assert json.loads(json.dumps(made, allow_nan=False)) == made
    (south, west), (north, east) = made["bounds"]
    assert 34 < south < north < 45
    assert 72 < west < east < 95
    assert made["roads"]
    assert all(len(point) == 2 for line in made["roads"] for point in line)
    assert all(feature["properties"]["name"] for feature in made["counties"]["features"])


def test_legend_has_a_row_a_band_and_only_no_route_is_hollow() -> None:
    for speech in LANGUAGES:
        rows = legend(speech)
        assert [row["label"] for row in rows] == [text(name, speech) for name in BAND_NAMES]
        assert [row.get("hollow", False) for row in rows] == [False] * (len(BAND_NAMES) - 1) + [True]


@pytest.mark.parametrize("speech", LANGUAGES)
def test_pane_has_only_finite_numbers_and_known_bands(small_plan: Plan, speech: str) -> None:
    made = pane(small_plan, speech)
    cells = made["cells"]
    assert {len(column) for column in cells.values()} == {len(small_plan.cells)}
    assert all(math.isfinite(value) for column in cells.values() for value in column)
    assert set(cells["band"]) <= set(range(len(BAND_NAMES)))
    assert len(BAND_NAMES) - 1 in set(cells["band"])  # some people have no known route, and still finite numbers
    assert all(math.isfinite(site[k]) for site in made["sites"] for k in ("lon", "lat"))
    assert "nan" not in " ".join(site["text"] for site in made["sites"]).lower()
    assert made["title"] == small_plan.scenario.title(speech)
    assert made["note"]


def test_pane_shows_every_site_once_with_its_role(small_plan: Plan) -> None:
    sites = pane(small_plan, "zh")["sites"]
    roles = {site["id"]: site["role"] for site in sites}
    assert len(roles) == len(sites) == len(small_plan.sites) + len(small_plan.options)
    assert {site for site, role in roles.items() if role == "proposed"} == set(small_plan.proposed)


def test_pane_names_sites_in_the_language(small_plan: Plan) -> None:
    names = {speech: {s["id"]: s["name"] for s in pane(small_plan, speech)["sites"]} for speech in LANGUAGES}
    proposed = small_plan.proposed[0]
    assert names["zh"][proposed] != names["en"][proposed]
    assert names["en"][proposed].isascii()


# ---------------------------------------------------------------- numbers


@pytest.mark.parametrize("speech", LANGUAGES)
def test_headlines_are_the_last_plan_with_its_signed_difference(side_by_side: Comparison, speech: str) -> None:
    first, last = side_by_side.plans
    rows = headlines(side_by_side, speech)
    near, served, full, mean, worst, cost = rows
    assert full["value"] == f"{last.indicators['persons_near_but_full']:,.0f}"
    assert near["label"].endswith(" (60)")
    assert near["value"] == f"{last.indicators['share_near'] * 100:.1f}%"
    gained = (last.indicators["share_near"] - first.indicators["share_near"]) * 100
    assert gained > 0
    assert near["difference"] == f"+{gained:.1f} pt"
    assert mean["difference"].startswith("-")
    assert mean["value"].endswith(text("unit_min", speech))
    assert worst["value"].endswith(text("unit_min", speech))
    assert served["value"] == f"{last.indicators['persons_served']:,.0f}"
    assert served["difference"].startswith("+")
    assert cost["difference"] == f"+{cost['value']}"
    assert [row["more_is_better"] for row in rows] == [True, True, False, False, False, False]


def test_capital_is_in_the_unit_of_the_language(side_by_side: Comparison) -> None:
    yuan = side_by_side.plans[1].indicators["cost_yuan"]
    assert headlines(side_by_side, "zh")[-1]["value"] == f"{yuan / 10_000:,.0f} 万元"
    assert headlines(side_by_side, "en")[-1]["value"] == f"{yuan / 1_000_000:,.2f} m yuan"


def test_no_difference_is_shown_as_none(baseline: Plan, area: StudyArea) -> None:
    again = run(load("baseline").model_copy(update={"name": "again"}), area)
    assert {row["difference"] for row in headlines(compare([baseline, again]), "zh")} == {""}


@pytest.mark.parametrize("speech", LANGUAGES)
def test_indicator_rows_are_the_whole_table_with_signs(side_by_side: Comparison, speech: str) -> None:
    first, last = side_by_side.plans
    rows = indicator_rows(side_by_side, speech)
    a, b = f"A {first.scenario.title(speech)}", f"B {last.scenario.title(speech)}"
    sign = {1: "+", 0: "", -1: "-"}
    assert [row[text("indicator", speech)] for row in rows] == [getattr(i, speech) for i in INDICATORS]
    for row, indicator in zip(rows, INDICATORS, strict=True):
        was, now = first.indicators[indicator.key], last.indicators[indicator.key]
        difference = row[text("difference", speech)]
        assert row[a] == shown(was, indicator.unit)
        assert row[b] == shown(now, indicator.unit)
        assert difference.strip("0123456789.,pt ") == sign[(now > was) - (now < was)]
        assert difference.endswith(" pt") == (indicator.unit == "share")
        assert row[text("unit", speech)]
        assert bool(row[text("denominator", speech)]) == bool(indicator.of)


def test_plans_of_one_title_keep_two_columns(baseline: Plan, area: StudyArea) -> None:
    again = run(load("baseline").model_copy(update={"name": "again"}), area)
    row = indicator_rows(compare([baseline, again]), "zh")[0]
    assert {"A 现状", "B 现状"} <= set(row)


# ---------------------------------------------------------------- lists


@pytest.mark.parametrize("speech", LANGUAGES)
def test_site_rows_are_the_new_sites_busiest_first(small_plan: Plan, speech: str) -> None:
    rows = site_rows(small_plan, speech)
    nearest = [row[text("nearest_persons", speech)] for row in rows]
    assert {row[text("site_id", speech)] for row in rows} == set(small_plan.proposed)
    assert nearest == sorted(nearest, reverse=True)
    assert all(row[text("load", speech)] <= row[text("capacity", speech)] for row in rows)
    assert kinds(rows) <= {list, dict, str, int}


def test_a_plan_with_nothing_new_has_no_site_rows(baseline: Plan) -> None:
    assert site_rows(baseline, "zh") == []


def test_worst_rows_begin_with_the_most_left_behind(small_plan: Plan) -> None:
    left = [row[text("persons_too_far", "zh")] + row[text("no_route", "zh")] for row in worst_rows(small_plan, "zh")]
    table = coverage_table(small_plan)
    assert len(left) == 20
    assert left == sorted(left, reverse=True)
    assert left[0] == (table["persons_too_far"] + table["persons_no_route"]).max()
    assert len(worst_rows(small_plan, "en", 3)) == 3


def test_choices_name_the_county_and_hold_no_village_point(area: StudyArea) -> None:
    towns = area.candidates.loc[area.candidates["kind"] == "township_place", "site_id"]
    for speech in LANGUAGES:
        choices = site_choices(area, speech)
        assert set(choices) == set(towns)
        assert all(" · " in name and not name.startswith(" ·") for name in choices.values())
        names = area.closure_names(speech)
        assert set(names) >= {"duku", "g219"}
        assert names["g219"].endswith(text("to_verify", speech))  # marked V
        assert not names["duku"].endswith(text("to_verify", speech))


def test_assumption_rows_give_mark_and_source_of_every_number(small_plan: Plan) -> None:
    for speech in LANGUAGES:
        rows = assumption_rows(small_plan, speech)
        assert [row[text("key", speech)] for row in rows] == list(small_plan.assumptions.keys())
        assert {row[text("mark", speech)] for row in rows} <= set("SDVJ")
        assert all(row[text("sources", speech)] and row[text("unit", speech)] for row in rows)


def test_data_rows_give_source_licence_and_caveat_of_every_file(area: StudyArea) -> None:
    rows = data_rows(area, "en")
    assert len(rows) == len(area.data.package["resources"])
    assert all(row["Sources"] and row["licence"] and row["caveat"] for row in rows)


# ---------------------------------------------------------------- files and questions


def test_zip_holds_the_six_files(small_plan: Plan, area: StudyArea) -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(small_plan, area, "zh"))) as packed:
        assert packed.testzip() is None
        assert sorted(packed.namelist()) == sorted(f"{small_plan.name}/{file}" for file in FILES)
        assert len(FILES) == 6
        assert json.loads(packed.read(f"{small_plan.name}/plan.json"))["sites"] == list(small_plan.proposed)


def test_scenario_with_takes_over_what_the_controls_say() -> None:
    start = load("winter_passes")
    made = scenario_with(start, {"season": "summer", "changes": [{"type": "lock", "site": "X1"}]})
    assert (made.name, made.season, made.of(Lock), made.of(CloseRoad)) == (start.name, "summer", [Lock(site="X1")], [])
    assert made.objective == start.objective
    assert scenario_with(start, {}) == start


def test_scenario_with_says_every_fault_in_a_sentence() -> None:
    both = [{"type": "lock", "site": HOSTILE}, {"type": "forbid", "site": HOSTILE}]
    with pytest.raises(PlanningError) as raised:
        scenario_with(load("baseline"), {"objective": {"model": "max_coverage"}, "changes": both})
    said = " | ".join(raised.value.faults)
    assert len(raised.value.faults) == 2
    assert "needs sites, budget_yuan or both" in said
    assert "both locked and forbidden" in said
    with pytest.raises(PlanningError) as raised:
        scenario_with(load("baseline"), {"season": "spring", "seasson": "winter"})
    assert len(raised.value.faults) == 2


def test_without_choices_drops_locks_and_forbids_only() -> None:
    closed, lock, forbid = CloseRoad(closure="duku"), Lock(site="A"), Forbid(site="B")
    chosen = few_sites().model_copy(update={"changes": (lock, closed, forbid)})
    free = without_choices(chosen)
    assert free is not None
    assert free.changes == (closed,)
    assert free.model_copy(update={"changes": chosen.changes}) == chosen
    assert without_choices(free) is None


def test_price_of_choices_is_signed(small_plan: Plan, area: StudyArea) -> None:
    best = small_plan.proposed[0]
    chosen = small_plan.scenario.model_copy(update={"changes": (Forbid(site=best),)})
    made = run(chosen, area)
    points = (made.indicators["share_within_60_min"] - small_plan.indicators["share_within_60_min"]) * 100
    assert best not in made.proposed
    assert points <= 0
    assert f"60 分钟内 {points:+.2f} 点" in price_of_choices(made, small_plan, "zh")
    assert f"{points:+.2f} points within 60 min" in price_of_choices(made, small_plan, "en")
    assert "+0.00 points" in price_of_choices(made, made, "en")

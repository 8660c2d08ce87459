"""Plans as plain values for a screen: what a reader sees, without opening a browser."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from made_scenarios import few_sites

from planning import Plan, StudyArea, compare, run
from planning.compare import Comparison
from planning.folder import FILES
from planning.scenario import load
from planning.scenario_form import CloseRoad, Forbid, Lock
from planning.screens.plans import (
    assumption_rows,
    base_map,
    price_of_choices,
    without_choices,
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


# ---------------------------------------------------------------- numbers


# ---------------------------------------------------------------- lists


def test_assumption_rows_give_mark_and_source_of_every_number(small_plan: Plan) -> None:
    for speech in LANGUAGES:
        rows = assumption_rows(small_plan.assumptions, speech)
        assert [row[text("key", speech)] for row in rows] == list(small_plan.assumptions.keys())
        assert {row[text("mark", speech)] for row in rows} <= set("SDVJ")
        assert all(row[text("sources", speech)] and row[text("unit", speech)] for row in rows)


# ---------------------------------------------------------------- files and questions


def test_zip_holds_the_six_files(small_plan: Plan, area: StudyArea) -> None:
    with zipfile.ZipFile(io.BytesIO(zipped(small_plan, area, "zh"))) as packed:
        assert packed.testzip() is None
        assert sorted(packed.namelist()) == sorted(f"{small_plan.name}/{file}" for file in FILES)
        assert len(FILES) == 6
        assert json.loads(packed.read(f"{small_plan.name}/plan.json"))["sites"] == list(small_plan.proposed)


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
    assert f"60 分钟内 {points:+.2f} 个百分点" in price_of_choices(made, small_plan, "zh")
    assert f"{points:+.2f} percentage points within 60 min" in price_of_choices(made, small_plan, "en")
    assert "+0.00 percentage points" in price_of_choices(made, made, "en")

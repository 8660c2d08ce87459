"""The assumption table: every number with unit, mark and source."""

from __future__ import annotations

import pytest

from geodata.figures import Figure
from geodata.layers import HOST_TYPES
from planning.assumptions import default_assumptions
from planning.study_area import INSTITUTION

TABLE = default_assumptions()


@pytest.mark.parametrize("row", TABLE.rows, ids=[row.key for row in TABLE.rows])
def test_a_row_says_unit_mark_source_and_both_names(row: Figure) -> None:
    assert row.unit.strip()
    assert row.mark in ("S", "D", "V", "J")
    assert row.source.strip()
    assert row.mark == "J" or len(row.source) > 10  # a judgement is its own source
    assert any("\u4e00" <= c <= "\u9fff" for c in row.zh)
    assert row.en.isascii()
    assert row.value >= 0


def test_no_key_stands_twice() -> None:
    assert len(set(TABLE.keys())) == len(TABLE.keys())


@pytest.mark.parametrize("host", HOST_TYPES)
@pytest.mark.parametrize("what", ["capacity", "capital_yuan", "running_yuan"])
def test_every_host_has_capacity_and_costs(host: str, what: str) -> None:
    assert TABLE[f"{what}_{host}"] > 0


def test_an_existing_institution_has_a_capacity() -> None:
    assert TABLE[f"capacity_{INSTITUTION}"] > 0


def test_a_changed_number_is_marked_as_judgement_and_names_its_former_value() -> None:
    old = next(row for row in TABLE.rows if row.key == "severe_share")
    assert old.mark != "J"
    changed = TABLE.changed({"severe_share": 0.4})
    row = next(row for row in changed.rows if row.key == "severe_share")
    assert changed["severe_share"] == 0.4
    assert row.mark == "J"
    assert f"{old.value:g} [{old.mark}]" in row.source
    assert old.source in row.source
    assert (row.unit, row.zh, row.en) == (old.unit, old.zh, old.en)


def test_the_other_rows_and_the_table_itself_stay_as_they_are() -> None:
    changed = TABLE.changed({"severe_share": 0.4})
    kept = [(a, b) for a, b in zip(TABLE.rows, changed.rows, strict=True) if a.key != "severe_share"]
    assert all(a == b for a, b in kept)
    assert TABLE["severe_share"] != 0.4


def test_a_number_set_to_its_own_value_keeps_its_mark() -> None:
    assert TABLE.changed({"severe_share": TABLE["severe_share"]}) == TABLE


def test_winter_slows_every_trip_down() -> None:
    summer, winter = TABLE.travel_rules("summer"), TABLE.travel_rules("winter")
    assert summer.season_factor == 1.0
    assert winter.season_factor == TABLE["winter_factor"] < 1.0
    assert summer.class_kph == winter.class_kph
    assert TABLE["main_road_kph"] in summer.class_kph


def test_shares_of_the_seven_categories_are_those_of_the_table() -> None:
    shares = TABLE.demand_rates().category_share
    assert len(shares) == 7
    assert sum(shares) == pytest.approx(1.0, abs=0.001)

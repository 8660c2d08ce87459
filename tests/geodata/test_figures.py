"""Figures keep their unit, mark and source, also when a scenario changes them."""

from pathlib import Path

import pytest

import geodata.travel
from geodata.figures import MARKS, Figure, changed, read_figures

TABLES = sorted(Path(geodata.travel.__file__).parent.glob("*.toml"))
ROWS = (
    Figure("walking_kph", 5.0, "km/h", "S", "Tobler 1993", "步行", "walking"),
    Figure("hill_factor", 0.8, "share", "J", "judgement", "丘陵", "hills"),
)


def test_the_tables_of_speeds_and_people_are_there():
    assert {table.name for table in TABLES} >= {"speeds.toml", "people.toml"}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_row_carries_unit_mark_source_and_both_languages(table):
    rows = read_figures(table)
    assert rows
    for row in rows:
        assert row.mark in MARKS, row.key
        assert isinstance(row.value, int | float), row.key
        assert all(text.strip() for text in (row.unit, row.source, row.zh, row.en)), row.key
        assert any("\u4e00" <= sign <= "\u9fff" for sign in row.zh), row.key
        assert row.en.isascii(), row.key


def test_no_row_stands_in_two_tables():
    keys = [row.key for table in TABLES for row in read_figures(table)]
    assert len(keys) == len(set(keys))


def test_rows_are_read_in_the_order_of_the_file(tmp_path):
    row = 'value = {}\nunit = "km/h"\nmark = "J"\nsource = "s"\nzh = "一"\nen = "one"\n'
    (tmp_path / "own.toml").write_text(f"[b_kph]\n{row.format(2)}\n[a_kph]\n{row.format(1)}", encoding="utf-8")
    found = read_figures(tmp_path / "own.toml")
    assert [(f.key, f.value) for f in found] == [("b_kph", 2), ("a_kph", 1)]
    assert found[0].zh == "一"


def test_a_changed_row_is_a_judgement_and_names_what_it_was():
    slow, hill = changed(ROWS, {"walking_kph": 4})
    assert (slow.value, slow.mark, slow.unit, slow.zh, slow.en) == (4.0, "J", "km/h", "步行", "walking")
    assert "5 [S] (Tobler 1993)" in slow.source
    assert hill is ROWS[1]


def test_a_row_set_to_the_value_it_has_keeps_its_source():
    assert changed(ROWS, {"walking_kph": 5.0}) == ROWS


def test_a_value_without_row_is_added_as_a_judgement_of_the_scenario():
    *old, new = changed(ROWS, {"trunk_paved_kph": 62})
    assert tuple(old) == ROWS
    assert (new.key, new.value, new.unit, new.mark) == ("trunk_paved_kph", 62.0, "km/h", "J")
    assert "scenario" in new.source

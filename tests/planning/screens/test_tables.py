"""Tables as plain values: numbers keep their order, words stay words, gaps are dashes."""

import math

import numpy as np
import pytest

from planning.screens.tables import Cell, Column, Table, packed, table_of


def test_rows_become_columns_with_numbers_at_the_end() -> None:
    made = table_of(
        "机构", [{"id": "a", "名称": "=1+1", "人数": np.int64(1234)}, {"id": "b", "人数": math.nan}], ids="id"
    )
    assert [column.align for column in made.columns] == ["start", "start", "end"]
    assert made.ids == ("a", "b")
    assert packed(made)["rows"][0] == [
        {"t": "a", "s": None, "m": ""}, {"t": "=1+1", "s": None, "m": ""}, {"t": "1,234", "s": 1234.0, "m": ""},
    ]  # fmt: skip
    assert [value["t"] for value in packed(made)["rows"][1]] == ["b", "", "—"]


@pytest.mark.parametrize(
    ("shown", "order"),
    [("+11.9 个百分点", 11.9), ("−3,200", -3200.0), ("62.0（+11.9）", 62.0), ("—", None), ("3~5公里", 3.0), ("", None)],
)
def test_words_that_begin_with_a_number_are_sorted_by_it(shown: str, order: float | None) -> None:
    made = Table("t", (Column("k", "K"),), ({"k": Cell(shown, "better")},))
    assert packed(made)["rows"][0][0] == {"t": shown, "s": order, "m": "better"}


def test_negative_numbers_have_a_true_minus_and_no_zero_has_one() -> None:
    made = packed(table_of("t", [{"a": -12.5, "b": -0.001, "c": 1e6}]))
    assert [value["t"] for value in made["rows"][0]] == ["−12.5", "0", "1,000,000"]


def test_ids_must_be_as_many_as_rows_and_marks_known() -> None:
    with pytest.raises(ValueError, match="different ids"):
        Table("t", (Column("k", "K"),), ({"k": 1}, {"k": 2}), row_ids=("a", "a"))
    with pytest.raises(ValueError, match="splendid"):
        Table("t", (Column("k", "K"),), ({"k": Cell("1", "splendid")},))  # type: ignore[arg-type]

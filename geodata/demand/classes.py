"""The classes of disabled residents: seven categories, four grades, five age bands, and the unknown of each."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.demand.model import CATEGORIES
from geodata.errors import LayerError, Sentence, both
from geodata.figures import Figure, read_figures
from geodata.services import FINE_BANDS

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

GRADES: Final = (1, 2, 3, 4)
SEVERE_GRADES: Final = (1, 2)
CLASS: Final = ("category", "grade", "age_band")
"""The columns that say the class of a row of people; unknown is "" in text and <NA> in `grade`."""
FINE_OF: Final = {"0_14": ("0_5", "6_14"), "15_59": ("15_17", "18_59"), "60_plus": ("60_plus",)}
"""Bands of the model → the bands of the services that they are made of."""


@cache
def demand_figures() -> tuple[Figure, ...]:
    """The shipped rows of `figures.toml`: shares inside bands and grades, national shares and prevalence."""
    return read_figures(Path(__file__).parent / "figures.toml")


def figure_values(figures: Iterable[Figure] | None = None) -> dict[str, float]:
    """Values of the figures by key; rows that are not given are the shipped ones."""
    shipped = {row.key: row.value for row in demand_figures()}
    return shipped | {row.key: row.value for row in figures or ()}


def grade_shares(figures: Iterable[Figure] | None = None) -> dict[str, tuple[float, float]]:
    """Shares of the two grades inside `severe` (1 and 2) and `moderate` (3 and 4)."""
    value = figure_values(figures)
    first, third = value["share_grade_1_of_severe"], value["share_grade_3_of_moderate"]
    return {"severe": (first, 1 - first), "moderate": (third, 1 - third)}


def age_shares(figures: Iterable[Figure] | None = None) -> dict[str, float]:
    """Share of every fine band inside its band of the model."""
    value = figure_values(figures)
    child, youth = value["share_0_5_of_0_14"], value["share_15_17_of_15_59"]
    return {"0_5": child, "6_14": 1 - child, "15_17": youth, "18_59": 1 - youth, "60_plus": 1.0}


def national_mix(figures: Iterable[Figure] | None = None) -> tuple[Floats, Floats, Floats]:
    """National shares of the categories (7,), grades (4,) and age bands (5,)."""
    value, inside = figure_values(figures), age_shares(figures)
    grades = grade_shares(figures)
    severe = value["national_severe"]
    return (
        np.array([value[f"national_category_{c}"] for c in CATEGORIES]),
        np.array([severe * s for s in grades["severe"]] + [(1 - severe) * s for s in grades["moderate"]]),
        np.array([value[f"national_age_{band}"] * inside[fine] for band in FINE_OF for fine in FINE_OF[band]]),
    )


def class_codes(people: pd.DataFrame) -> tuple[Ints, Ints, Ints]:
    """Positions (n,) of every row in `CATEGORIES`, `GRADES` and `FINE_BANDS`; their length where it is unknown.

    Raises:
        LayerError: for columns that are missing and words that are neither known nor empty. What was found is
            counted, not quoted: in a list of residents anything may stand in the wrong column.
    """
    require(people, CLASS)
    category, no_category = _positions(people["category"], CATEGORIES)
    age, no_age = _positions(people["age_band"], FINE_BANDS)
    grade, no_grade = _grades(people["grade"])
    known: dict[str, tuple[object, ...]] = {"category": CATEGORIES, "grade": GRADES, "age_band": FINE_BANDS}
    strange = {"category": no_category, "grade": no_grade, "age_band": no_age}
    faults = [
        both(
            f"people, {column}: {rows} rows hold none of {', '.join(words)}; leave what is unknown empty",
            f"人员表“{column}”列：{rows} 行不是 {'、'.join(words)} 之一；未知的请留空",
        )
        for (column, rows), words in zip(strange.items(), (list(map(str, w)) for w in known.values()), strict=True)
        if rows
    ]
    if faults:
        raise LayerError(faults)
    return category, grade, age


def require(table: pd.DataFrame, columns: Iterable[str], name: Sentence | None = None) -> None:
    """Refuse a table that lacks columns.

    Raises:
        LayerError: one sentence for every column that is missing.
    """
    name = name or both("people", "人员表")
    missing = [c for c in columns if c not in table.columns]
    if missing:
        raise LayerError(
            [both(f"{name}: column '{c}' is missing; add it", f"{name.zh}：缺少“{c}”列；请补上") for c in missing]
        )


def amounts(table: pd.DataFrame, column: str, *, whole: bool = False, name: Sentence | None = None) -> Floats:
    """The column as numbers of 0 or more, (n,).

    Raises:
        LayerError: for a column that is missing, and for cells that hold no such number.
    """
    name = name or both("people", "人员表")
    require(table, [column], name)
    values = pd.to_numeric(table[column], errors="coerce").to_numpy(float, na_value=np.nan)
    wrong = ~(np.isfinite(values) & (values >= 0))
    if whole:
        wrong |= values != np.floor(np.where(wrong, 0, values))
    if wrong.any():
        kind, kind_zh = ("whole number", "整数") if whole else ("number", "数")
        fault = both(
            f"{name}, {column}: {int(wrong.sum())} rows hold no {kind} of 0 or more; put it right",
            f"{name.zh}“{column}”列：{int(wrong.sum())} 行不是大于等于 0 的{kind_zh}；请更正",
        )
        raise LayerError([fault])
    return np.asarray(values)


def _positions(column: "pd.Series[str]", words: tuple[str, ...]) -> tuple[Ints, int]:
    """Positions among the words, their number where the cell is empty; and how many cells hold something else."""
    codes = pd.Index(words).get_indexer(column.astype(object)).astype(np.int64)
    strange = (codes < 0) & ~(column.isna() | (column.astype(str) == "")).to_numpy(bool)
    return np.where(codes < 0, len(words), codes), int(strange.sum())


def _grades(column: "pd.Series[int]") -> tuple[Ints, int]:
    values = pd.to_numeric(column, errors="coerce").to_numpy(float, na_value=np.nan)
    empty = (column.isna() | (column.astype(str) == "")).to_numpy(bool)
    known = np.isin(values, GRADES)
    return np.where(known, values, len(GRADES) + 1).astype(np.int64) - 1, int((~known & ~empty).sum())

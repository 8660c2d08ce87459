"""Tables of people: a row a cell and class (long), or a row a cell with a column a class (wide), and back.

The long table has `cell_id`, `category`, `grade`, `age_band`, `persons`; what is unknown is "" or <NA> and stays a
class of its own, so that nobody is lost. The wide one has the columns of `model_demand`.
"""

from collections.abc import Iterable
from typing import Final

import numpy as np
import pandas as pd

from geodata.demand.classes import (
    CLASS,
    FINE_OF,
    GRADES,
    SEVERE_GRADES,
    Floats,
    Ints,
    age_shares,
    amounts,
    class_codes,
    grade_shares,
    require,
)
from geodata.demand.model import AGE_BANDS, CATEGORIES, SEVERITIES
from geodata.errors import LayerError, both
from geodata.figures import Figure
from geodata.findings import Mask
from geodata.services import FINE_BANDS

FLAGS: Final = ("living_alone", "empty_nest", "several_in_household", "severe_illness", "watch_list")
"""What makes a severe resident one in hardship, each by itself (the special difficulties that the policy names)."""
WIDE: Final = (
    "persons", "persons_severe", "persons_hardship", *(f"persons_{b}" for b in AGE_BANDS),
    *(f"{c}_{s}" for c in CATEGORIES for s in SEVERITIES),
)  # fmt: skip
_COUNTED: Final = "several_in_household"
_CLASSES: Final = [(c, g) for c in range(len(CATEGORIES)) for g in range(len(GRADES))] + [
    (len(CATEGORIES), len(GRADES))
]


def people_from_cells(
    cells: pd.DataFrame, ages: pd.DataFrame | None = None, figures: Iterable[Figure] | None = None
) -> pd.DataFrame:
    """The long table of cells that have a column a class, as `model_demand` makes them. Modelled, in fractions.

    Inside a cell class and age are taken as independent: persons × share of the class × share of the age. Bands and
    severities are split by `figures.toml` (all years of age of equal size, grades by halves: assumptions), bands by the
    persons of `ages` where a county has them.

    Args:
        cells: `cell_id`, `persons`, a column a category and severity, a column a band of the model. Persons in no class
            column, or in no band, are unknown there.
        ages: `county_code` and persons by fine band, `persons_0_5` … `persons_60_plus`; `*` is the row of all counties
            without one of their own. Then `cells` needs `county_code`.
        figures: rows in place of the shipped ones.

    Returns:
        `cell_id`, `category`, `grade` (Int64), `age_band`, `persons` (float, above 0), cells in their order. The sums
        by cell, by category and severity, and by band of the model are those of `cells`.

    Raises:
        LayerError: for missing columns, and cells whose classes or bands add up to more than their persons.
    """
    persons = amounts(cells, "persons")
    by_class = _columns(cells, [f"{c}_{s}" for c in CATEGORIES for s in SEVERITIES], persons)
    by_band = _columns(cells, [f"persons_{b}" for b in AGE_BANDS], persons)
    split = np.array([grade_shares(figures)[s] for _ in CATEGORIES for s in SEVERITIES])
    by_grade = np.column_stack([(by_class[:, :-1, None] * split).reshape(len(cells), -1), by_class[:, -1]])
    parent = [k for k, band in enumerate(FINE_OF) for _ in FINE_OF[band]]
    by_age = np.column_stack([by_band[:, parent] * _fine_shares(cells, ages, figures), by_band[:, -1]])
    share = np.divide(by_age, persons[:, None], out=np.zeros_like(by_age), where=persons[:, None] > 0)
    joint = by_grade[:, :, None] * share[:, None, :]
    row, kind, age = np.nonzero(joint)
    category, grade = np.array(_CLASSES).T
    out = _named(category[kind], grade[kind], age)
    out.insert(0, "cell_id", cells["cell_id"].to_numpy()[row])
    return out.assign(persons=joint[row, kind, age])


def people_from_register(residents: pd.DataFrame) -> pd.DataFrame:
    """The long table of a register: residents of the same cell and class counted together, nothing guessed.

    Args:
        residents: `cell_id`, `category`, `grade`, `age_band` (of `FINE_BANDS`), `persons` (1 each where it is absent),
            and those of `FLAGS` that the register has (<NA> unknown).

    Returns:
        `cell_id`, `category`, `grade` (Int64), `age_band`, `hardship` (boolean), `persons` (int64), sorted. Hardship
        is grade 1 or 2 with at least one flag; <NA> where that depends on an unknown grade, or on flags none of which
        is known. That nobody else of the household is disabled is no word on hardship: it follows from the numbers of
        households in registers that were never asked about hardship.

    Raises:
        LayerError: for missing columns, unknown words (counted, not quoted) and persons that are no whole numbers.
    """
    require(residents, ["cell_id"])
    category, grade, age = class_codes(residents)
    persons = amounts(residents, "persons", whole=True) if "persons" in residents else np.ones(len(residents))
    hardship = _hardship(residents, grade)
    cell, cells = pd.factorize(residents["cell_id"].fillna("").astype(object), sort=True)
    keys = [cell, category, grade, age, hardship]
    sizes = (max(len(cells), 1), len(CATEGORIES) + 1, len(GRADES) + 1, len(FINE_BANDS) + 1, 3)
    place, group = np.unique(np.ravel_multi_index(tuple(keys), sizes), return_inverse=True)
    cell, category, grade, age, hardship = np.unravel_index(place, sizes)
    out = _named(category, grade, age)
    out.insert(0, "cell_id", np.asarray(cells)[cell])
    out["hardship"] = pd.Series(hardship == 1, dtype="boolean").mask(hardship == 2)
    return out.assign(persons=np.bincount(group, persons, minlength=len(place)).astype(np.int64))


def cells_from_people(people: pd.DataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """The wide columns of `model_demand` for whole persons of a long table.

    A person of unknown grade counts in `persons` only, never as severe and in no class column; one of unknown category
    in no class column; one of unknown age in no band. So columns may add up to less than `persons`.

    Args:
        people: long table with `hardship`, whole persons, as `people_from_register` makes it; <NA> is no hardship.
        cells: `cell_id` (each once) and whatever else.

    Returns:
        `cells` with the columns of `WIDE`, int64; 0 where nobody lives. Hardship is among the severe.

    Raises:
        LayerError: for missing columns, persons that are no whole numbers, cells that are not there, and cell ids that
            repeat.
    """
    require(people, ["cell_id", "hardship"])
    category, grade, age = class_codes(people)
    persons = amounts(people, "persons", whole=True)
    at = _cell_positions(people, cells)
    severe = _is_severe(grade)
    graded = grade < len(GRADES)
    taken = {
        "persons": np.ones(len(people), bool),
        "persons_severe": severe,
        "persons_hardship": severe & people["hardship"].astype("boolean").fillna(False).to_numpy(bool),
    }
    for band, fine in FINE_OF.items():
        taken[f"persons_{band}"] = np.isin(age, [FINE_BANDS.index(f) for f in fine])
    for c, word in enumerate(CATEGORIES):
        taken[f"{word}_severe"] = (category == c) & severe
        taken[f"{word}_moderate"] = (category == c) & graded & ~severe
    counts = {
        k: np.bincount(at[rows], persons[rows], minlength=len(cells)).astype(np.int64) for k, rows in taken.items()
    }
    return cells.drop(columns=[c for c in WIDE if c in cells]).assign(**counts)


def _hardship(residents: pd.DataFrame, grade: Ints) -> Ints:
    """(n,) 1 in hardship, 0 not, 2 unknown: severe and at least one flag, each of which may be unknown."""
    flags = residents[[flag for flag in FLAGS if flag in residents]].astype("boolean")
    severe = pd.Series(_is_severe(grade), dtype="boolean").mask(grade == len(GRADES))
    raised = flags.fillna(False).to_numpy(bool).any(axis=1)
    denied = flags.drop(columns=_COUNTED, errors="ignore").notna().to_numpy(bool).any(axis=1)
    both_known = severe & pd.Series(raised, dtype="boolean").mask(~(raised | denied))
    return np.asarray(both_known.astype("Int64").fillna(2), np.int64)


def _is_severe(grade: Ints) -> Mask:
    return np.isin(grade, [GRADES.index(g) for g in SEVERE_GRADES])


def _columns(cells: pd.DataFrame, columns: list[str], persons: Floats) -> Floats:
    """(n, k + 1) the columns, and last the persons that are in none of them."""
    values = np.column_stack([amounts(cells, column) for column in columns])
    rest = persons - values.sum(axis=1)
    beyond = rest < -1e-6 * np.maximum(persons, 1)
    if beyond.any():
        first, last = columns[0], columns[-1]
        fault = both(
            f"cells: in {int(beyond.sum())} rows '{first}' to '{last}' add up to more than 'persons'; put them right",
            f"单元表：{int(beyond.sum())} 行中“{first}”至“{last}”之和大于“persons”；请更正",
        )
        raise LayerError([fault])
    rest = np.where(np.abs(rest) <= 1e-6 * np.maximum(persons, 1), 0, rest)
    return np.column_stack([values, rest])


def _fine_shares(cells: pd.DataFrame, ages: pd.DataFrame | None, figures: Iterable[Figure] | None) -> Floats:
    """(n, 5) share of every fine band inside its band of the model."""
    usual = np.array([age_shares(figures)[fine] for fine in FINE_BANDS])
    if ages is None:
        return np.tile(usual, (len(cells), 1))
    name = both("age structure", "年龄结构表")
    require(ages, ["county_code"], name)
    require(cells, ["county_code"])
    counted = np.column_stack([amounts(ages, f"persons_{fine}", name=name) for fine in FINE_BANDS])
    of_band = np.zeros_like(counted)
    for fine in FINE_OF.values():
        columns = [FINE_BANDS.index(f) for f in fine]
        of_band[:, columns] = counted[:, columns].sum(axis=1, keepdims=True)
    known = np.divide(counted, of_band, out=np.tile(usual, (len(ages), 1)), where=of_band > 0)
    row = dict(zip(ages["county_code"].astype(str), range(len(ages)), strict=True))
    at = np.array([row.get(str(code), row.get("*", len(ages))) for code in cells["county_code"]], int)
    return np.asarray(np.vstack([known, usual])[at])


def _named(category: Ints, grade: Ints, age: Ints) -> pd.DataFrame:
    """Columns of `CLASS` from positions, the unknown ones empty."""
    words = (np.array([*CATEGORIES, ""], object), np.array([*GRADES, 0]), np.array([*FINE_BANDS, ""], object))
    columns = {name: word[at] for name, word, at in zip(CLASS, words, (category, grade, age), strict=True)}
    columns["grade"] = pd.Series(columns["grade"], dtype="Int64").mask(grade == len(GRADES))
    return pd.DataFrame(columns)


def _cell_positions(people: pd.DataFrame, cells: pd.DataFrame) -> Ints:
    require(cells, ["cell_id"], both("cells", "单元表"))
    index = pd.Index(cells["cell_id"])
    if index.has_duplicates:
        raise LayerError(
            [both("cells: cell ids repeat; keep one row for each", "单元表：cell_id 重复；请每个只留一行")]
        )
    at = index.get_indexer(people["cell_id"])
    if (at < 0).any():
        lost = int((at < 0).sum())
        fault = both(
            f"people: {lost} rows are in a cell that the study area does not have; give them one of its cells",
            f"人员表：{lost} 行所在单元不属于研究区；请改为研究区内的单元",
        )
        raise LayerError([fault])
    return np.asarray(at, np.int64)

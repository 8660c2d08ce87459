"""From residents by class to units of services: sessions, places, fittings and visits a year."""

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from geodata.apportion import largest_remainder
from geodata.demand.classes import Floats, Ints, amounts, class_codes, national_mix, require
from geodata.demand.needs import Needs
from geodata.figures import Figure
from geodata.services import SERVICES


def service_units(people: pd.DataFrame, needs: Needs, figures: Iterable[Figure] | None = None) -> pd.DataFrame:
    """Units a year of every service in every cell: Σ persons × need share × uptake × units a person.

    Where a row does not know its category, grade or age, the mean over that word is taken: weighted by the persons of
    the whole table who do know it, each word by itself, or by the national shares where nobody knows it.

    Args:
        people: `cell_id`, `category`, `grade`, `age_band`, `persons`; unknown is "" or <NA>. With a column `hardship`
            (True, False, <NA>) needs that stand for hardship are of those who are in it; see `needs.toml`.
        needs: from `read_needs`.
        figures: rows in place of the shipped `figures.toml`.

    Returns:
        A row a cell (index `cell_id`, in order of first appearance), a float column a service, not rounded.

    Raises:
        LayerError: for missing columns, unknown words and persons that are no numbers of 0 or more.
    """
    return _in_cells(people, needs.units_per_person, figures)


def service_persons(people: pd.DataFrame, needs: Needs, figures: Iterable[Figure] | None = None) -> pd.DataFrame:
    """Persons who need and use every service in every cell: Σ persons × need share × uptake.

    A person may use several services and counts in each; columns do not add up to persons. Arguments, unknown words,
    the table returned and errors are those of `service_units`; divided by these persons, its units are the mean units
    a year of a person who comes.
    """
    return _in_cells(people, needs.use_share, figures)


def _in_cells(
    people: pd.DataFrame, factor_of: Callable[[bool | None], Floats], figures: Iterable[Figure] | None
) -> pd.DataFrame:
    """Σ persons × factor of their class, by cell and service."""
    require(people, ["cell_id"])
    codes = class_codes(people)
    persons = amounts(people, "persons")
    mix = [_known_mix(code, persons, national) for code, national in zip(codes, national_mix(figures), strict=True)]
    cell, cells = pd.factorize(people["cell_id"].fillna("").astype(object))
    total = np.zeros((len(cells), len(SERVICES)))
    for hardship, rows in _by_hardship(people):
        factor = _with_unknown(factor_of(hardship), mix)
        at = tuple(code[rows] for code in codes)
        for s in range(len(SERVICES)):
            total[:, s] += np.bincount(cell[rows], persons[rows] * factor[s][at], minlength=len(cells))
    return pd.DataFrame(total, index=pd.Index(cells, name="cell_id"), columns=list(SERVICES))


def whole_units(table: pd.DataFrame, groups: "pd.Series[str] | None" = None) -> pd.DataFrame:
    """The units in whole numbers: each service's total is rounded once and shared out by largest remainder.

    Args:
        table: a row a cell, a column a service, units of 0 or more.
        groups: the group (such as the county code) of each row, by the index of `table`. Each group then has a whole
            number of its own, less than one unit from its share, and its cells add up to it.

    Returns:
        int64 of the same index and columns; every column adds up to the rounded total exactly.

    Raises:
        LayerError: for units that are no numbers of 0 or more.
    """
    named = np.zeros(len(table), int) if groups is None else table.index.map(groups)
    group = pd.factorize(named, use_na_sentinel=False)[0]
    out = {column: _whole(amounts(table, column), group) for column in table.columns}
    return pd.DataFrame(out, index=table.index)


def _whole(values: Floats, group: Ints) -> Ints:
    out = np.zeros(len(values), np.int64)
    if not len(values):
        return out
    totals = largest_remainder(round(float(values.sum())), np.bincount(group, values))
    order = np.argsort(group, kind="stable")
    for rows, total in zip(np.split(order, np.cumsum(np.bincount(group))[:-1]), totals, strict=True):
        out[rows] = largest_remainder(int(total), values[rows])
    return out


def _by_hardship(people: pd.DataFrame) -> list[tuple[bool | None, Ints]]:
    """The rows whose hardship is unknown (None), given and denied."""
    if "hardship" not in people:
        return [(None, np.arange(len(people)))]
    known = people["hardship"].astype("boolean")
    parts = {None: known.isna(), True: known.fillna(False), False: ~known.fillna(True)}
    return [(word, np.flatnonzero(rows.to_numpy(bool))) for word, rows in parts.items()]


def _known_mix(code: Ints, persons: Floats, national: Floats) -> Floats:
    """Shares of the words among the persons who know theirs; the national ones where nobody does."""
    counted = np.asarray(np.bincount(code, persons, minlength=len(national) + 1), float)[: len(national)]
    return counted if counted.sum() > 0 else national


def _with_unknown(factor: Floats, mix: list[Floats]) -> Floats:
    """(9, 8, 5, 6) the factor with one more place along each of the three axes: the mean over that word."""
    for axis, shares in enumerate(mix, 1):
        mean = np.average(factor, axis=axis, weights=shares, keepdims=True)
        factor = np.concatenate([factor, mean], axis=axis)
    return factor

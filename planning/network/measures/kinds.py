"""Who is served by category and grade of disability, in whole persons.

The rows of a question know a person's class of weight, not the category. People of one cell, service and class are
served alike, whatever their category and grade: the share that is served there is taken of each. It is a share of
people in like places, not a record of who came.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.apportion import largest_remainder
from geodata.demand import read_needs
from geodata.services import SERVICES
from planning.network.measures.deliveries import Deliveries
from planning.network.measures.groups import groups_table, served_of_rows
from planning.network.posing.people import CLASSES, persons_by_kind
from planning.network.result import KIND_COLUMNS

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
KINDS: Final = ("category", "grade")


def kinds_table(found: Deliveries, people: pd.DataFrame, hardship_share: float) -> pd.DataFrame:
    """The table `kinds` of `NetworkPlan`.

    Args:
        found: what every row gets.
        people: `cell_id`, `category`, `grade`, `age_band`, `persons`: those of the question.
        hardship_share: share of severe people who live in hardship.
    """
    totals = groups_table(found).groupby(["year", "service"])[["persons", "persons_served"]].sum()
    rows = [row for kind in KINDS for row in _rows(found, people, hardship_share, kind, totals)]
    return pd.DataFrame(rows, columns=list(KIND_COLUMNS))


def _rows(
    found: Deliveries, people: pd.DataFrame, hardship_share: float, kind: str, totals: pd.DataFrame
) -> list[tuple[object, ...]]:
    words, persons = _of_rows(found, people, hardship_share, kind)
    need = found.persons
    left = served_of_rows(found)[:, 2]
    share = 1.0 - np.divide(left, need, out=np.ones_like(left), where=need > 0)
    out: list[tuple[object, ...]] = []
    service = found.question.rows["service"].to_numpy()
    for key in found.question.services:
        mine = np.flatnonzero(service == key)
        exact = persons[mine].sum(axis=0)
        if not exact.sum() > 0:
            continue
        for t, year in enumerate(found.question.years):
            everyone, all_served = (int(n) for n in totals.loc[(year, key)])
            whole = largest_remainder(everyone, exact)
            part = np.divide(share[t, mine] @ persons[mine], exact, out=np.zeros_like(exact), where=exact > 0)
            served = shared_within(all_served, whole * part, whole)
            out += [
                (year, key, kind, word, int(n), int(k), float(s))
                for word, n, k, s in zip(words, whole, served, part, strict=True)
                if n
            ]
    return out


def shared_within(total: int, exact: Floats, most: Ints) -> Ints:
    """(n,) whole persons near the exact ones that add up to the total, nobody above `most`; by largest remainders.

    Args:
        total: not more than all of `most`.
    """
    out = np.minimum(np.floor(exact).astype(np.int64), most)
    while (missing := total - int(out.sum())) != 0:
        step = 1 if missing > 0 else -1
        open_ = np.flatnonzero(out < most if step > 0 else out > 0)
        order = open_[np.argsort(-step * (exact - out)[open_], kind="stable")]
        out[order[: abs(missing)]] += step
    return out


def _of_rows(
    found: Deliveries, people: pd.DataFrame, hardship_share: float, kind: str
) -> tuple[tuple[str, ...], Floats]:
    """The words, and (R, W) persons of every row by word; they add up to the persons of the row."""
    cells, words, persons = persons_by_kind(people, read_needs(), hardship_share, kind)
    rows = found.question.rows
    cell = cells.get_indexer(pd.Index(rows["cell_id"]))
    weight = rows["weight_class"].map({name: i for i, name in enumerate(CLASSES)}).to_numpy(int)
    service = rows["service"].map({name: i for i, name in enumerate(SERVICES)}).to_numpy(int)
    by_word = persons[cell, :, weight, service]
    total = by_word.sum(axis=1, keepdims=True)
    return words, np.divide(by_word, total, out=np.zeros_like(by_word), where=total > 0) * found.persons[:, None]

"""Who changes between two plans: persons by time band before and after, and by group.

Both plans must count the same persons in the same cells; then every table adds up to everyone.
"""

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import Sentence, both
from planning.faults import PlanningError
from planning.plan import BAND_NAMES, GROUPS, Plan
from planning.texts import LANGUAGES

Ints = npt.NDArray[np.int64]


def band_moves(first: Plan, second: Plan) -> pd.DataFrame:
    """Persons by time band with the first plan (rows) and with the second (columns), as `BAND_NAMES`; exact.

    All persons of a cell are in one band, so nothing is left open.

    Raises:
        PlanningError: where the plans count different persons.
    """
    before, after = _matched(first, second)
    moved = np.zeros((len(BAND_NAMES), len(BAND_NAMES)), dtype=np.int64)
    np.add.at(moved, (before["band"].to_numpy(), after["band"].to_numpy()), after["persons"].to_numpy(np.int64))
    return pd.DataFrame(moved, index=list(BAND_NAMES), columns=list(BAND_NAMES))


def group_moves(first: Plan, second: Plan) -> pd.DataFrame:
    """Persons by group with the first plan (rows) and with the second (columns), as `GROUPS`: the fewest moves.

    The groups are counts within a cell, not persons with names: of each cell `min(before, after)` stay in a group and
    the rest is moved in the order of the groups. No other account of the same counts moves fewer; who moves from which
    group to which is one of several ways of telling it where a cell has persons in more than two groups.

    Raises:
        PlanningError: where the plans count different persons.
    """
    moved = _least(*_counts(*_matched(first, second))).sum(axis=0)
    return pd.DataFrame(moved, index=list(GROUPS), columns=list(GROUPS))


def changes_told(first: Plan, second: Plan) -> Sentence:
    """How many persons change their group at least, and their time band, as one sentence.

    Raises:
        PlanningError: where the plans count different persons.
    """
    groups, bands = group_moves(first, second), band_moves(first, second)
    total = int(bands.to_numpy().sum())
    by_group, by_band = (total - int(np.trace(moves.to_numpy())) for moves in (groups, bands))
    return both(
        f"of {total:,} persons at least {by_group:,} change between served, near but full, too far and no route known; "
        f"{by_band:,} change their time band",
        f"共 {total:,} 人，其中至少 {by_group:,} 人在“可获服务、在附近但容量已满、太远、无已知路线”之间变动；"
        f"{by_band:,} 人的到达时间段改变",
    )


def largest_moves(first: Plan, second: Plan, number: int = 10) -> pd.DataFrame:
    """The neighbourhoods where most persons change group, most first; none where nobody does.

    Columns: area_id, area_zh, area_en, county_zh, county_en, then in persons: persons, persons_changed (at least),
    served_more.

    Raises:
        PlanningError: where the plans count different persons.
    """
    before, after = _matched(first, second)
    old, new = _counts(before, after)
    keys = ["area_id", *(f"{level}_{language}" for level in ("area", "county") for language in LANGUAGES)]
    told = after[[*keys, "persons"]].assign(
        persons_changed=np.maximum(old - new, 0).sum(axis=1), served_more=(new - old)[:, GROUPS.index("served")]
    )
    names = told.groupby("area_id", as_index=False)[keys[1:]].first()
    sums = told.groupby("area_id", as_index=False)[["persons", "persons_changed", "served_more"]].sum()
    found = names.merge(sums, on="area_id")
    found = found[found["persons_changed"] > 0]
    return found.sort_values(["persons_changed", "area_id"], ascending=[False, True], ignore_index=True).head(number)


def _counts(before: pd.DataFrame, after: pd.DataFrame) -> tuple[Ints, Ints]:
    """Persons by cell and group in both plans, (cells, 4)."""
    columns = [f"persons_{group}" for group in GROUPS]
    return before[columns].to_numpy(np.int64), after[columns].to_numpy(np.int64)


def _least(before: Ints, after: Ints) -> Ints:
    """Persons by cell, group before and group after, (cells, 4, 4), with as many staying as can be."""
    groups = before.shape[1]
    moved = np.zeros((len(before), groups, groups), dtype=np.int64)
    stay = np.minimum(before, after)
    leaving, coming = before - stay, after - stay
    for i in range(groups):
        moved[:, i, i] = stay[:, i]
        for j in range(groups):
            if i != j:
                some = np.minimum(leaving[:, i], coming[:, j])
                moved[:, i, j] = some
                leaving[:, i] -= some
                coming[:, j] -= some
    return moved


def _matched(first: Plan, second: Plan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The cells of both plans in one order.

    Raises:
        PlanningError: where cells or persons differ.
    """
    before = first.cells.sort_values("cell_id", ignore_index=True)
    after = second.cells.sort_values("cell_id", ignore_index=True)
    keys = ["cell_id", "persons"]
    if not before[keys].equals(after[keys]):
        counts = [f"{int(cells['persons'].sum()):,}" for cells in (before, after)]
        raise PlanningError(
            [
                both(
                    f"'{first.name}' and '{second.name}' count different persons ({counts[0]} and {counts[1]} in all), "
                    "so nobody can be followed from one to the other; run both with the same demand",
                    f"“{first.name}”与“{second.name}”统计的人群不同（分别共 {counts[0]} 人和 {counts[1]} 人），"
                    "无法说明谁有变动；请用相同的需求设定运行两个方案",
                )
            ]
        )
    return before, after

"""Covers of everybody with few sites, by a local search that learns which rows are hard.

Every row has a weight. While all rows are covered the plan is kept and one site goes; then, step by step, the open
site whose leaving uncovers the least weight goes, the best site of a random uncovered row comes, and the rows that
are still uncovered weigh one more. Where the number of sites is limited and no plan covers all rows, the plan with
fewest uncovered rows is kept.

Gao, Weise & Li (2015), An efficient local search heuristic with row weighting for the unicost set covering problem,
European Journal of Operational Research 246.
"""

from typing import Any, NamedTuple

from optimizers.arrays import Bools, Ints
from optimizers.cover.moves import State, chance, enter, forget, leave
from optimizers.cover.tables import Tables
from optimizers.kernel import kernel


class Weighing(NamedTuple):
    """What the search keeps besides its state.

    `since`: the step at which each site last moved; `missing` lists the uncovered rows, `place` where each stands
    (-1: covered), `best` the best plan. `marks`: number of uncovered rows, the present step, the site that came last,
    the fewest open sites, and the fewest uncovered rows of the best plan.
    """

    since: Ints
    missing: Any
    place: Any
    best: Bools
    marks: Ints


@kernel
def note_missing(tables: Tables, state: State, extra: Weighing, j: int) -> None:
    """Bring the list of uncovered rows up to date after site j moved."""
    for e in range(tables.start[j], tables.start[j + 1]):
        i = tables.row[e]
        if state.count[i] == 0 and extra.place[i] < 0:
            extra.place[i] = extra.marks[0]
            extra.missing[extra.marks[0]] = i
            extra.marks[0] += 1
        elif state.count[i] > 0 and extra.place[i] >= 0:
            extra.marks[0] -= 1
            last = extra.missing[extra.marks[0]]
            extra.missing[extra.place[i]] = last
            extra.place[last] = extra.place[i]
            extra.place[i] = -1


@kernel
def weigh(tables: Tables, state: State, extra: Weighing, fixed_number: bool, work: int) -> int:
    """Search until the work is done; returns what is left, above 0 where nothing better is possible."""
    while work > 0:
        if extra.marks[0] < extra.marks[4] or (extra.marks[0] == 0 and state.marks[0] < extra.marks[3]):
            extra.marks[4], extra.marks[3] = extra.marks[0], state.marks[0]
            extra.best[:] = state.chosen
            work -= state.chosen.size
        if extra.marks[0] == 0:
            if fixed_number or state.marks[0] <= 1:
                return work
            work -= depart(tables, state, extra)
            continue
        if state.marks[0] > 1:
            work -= depart(tables, state, extra)
        work -= arrive(tables, state, extra)
        for t in range(extra.marks[0]):
            i = extra.missing[t]
            tables.gains[i, 0] += 1.0
            for k in range(tables.indptr[i], tables.indptr[i + 1]):
                state.score[tables.site[k]] += 1.0
            work -= tables.indptr[i + 1] - tables.indptr[i]
    return 0


@kernel
def depart(tables: Tables, state: State, extra: Weighing) -> int:
    """Close the open site of least score, the one that has been open longest among equals, never the last to come."""
    going = -1
    for t in range(state.marks[0]):
        j = state.inside[t]
        if j == extra.marks[2]:
            continue
        better = going < 0 or state.score[j] < state.score[going]
        if better or (state.score[j] == state.score[going] and older(extra, j, going)):
            going = j
    spent = leave(tables, state, going) + int(state.marks[0])
    forget(state)
    note_missing(tables, state, extra, going)
    extra.marks[1] += 1
    extra.since[going] = extra.marks[1]
    return spent


@kernel
def arrive(tables: Tables, state: State, extra: Weighing) -> int:
    """Open the site of largest score of a random uncovered row, the one closed longest among equals."""
    i = extra.missing[int(chance(state) * extra.marks[0])]
    coming = -1
    for k in range(tables.indptr[i], tables.indptr[i + 1]):
        j = tables.site[k]
        if extra.since[j] == extra.marks[1] and tables.indptr[i + 1] - tables.indptr[i] > 1:
            continue  # it has just gone
        better = coming < 0 or state.score[j] > state.score[coming]
        if better or (state.score[j] == state.score[coming] and older(extra, j, coming)):
            coming = j
    spent = enter(tables, state, coming)
    note_missing(tables, state, extra, coming)
    extra.marks[1] += 1
    extra.since[coming] = extra.marks[1]
    extra.marks[2] = coming
    return spent


@kernel
def older(extra: Weighing, j: int, other: int) -> bool:
    """True when a site has not moved for longer; the lower position among equals."""
    if extra.since[j] == extra.since[other]:
        return j < other
    return bool(extra.since[j] < extra.since[other])

"""Opening and closing one site, with the worth of every site kept up to date.

| symbol | meaning |
|--------|---------|
| count_i | open sites of row i |
| score_j | sum of what its rows gain by site j, less its cost: by opening it, or for an open site by keeping it |
"""

from typing import Any, NamedTuple

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.cover.tables import Tables
from optimizers.kernel import kernel


class State(NamedTuple):
    """Working memory of a search.

    `inside` lists the open sites, in no order, `place` where each stands (-1: closed), `touched` the sites that
    the last closings made more useful; `marks` holds the number open, the number touched, the present stamp and
    the state of the pseudo-random numbers.
    """

    count: Any
    score: Floats
    chosen: Bools
    used: Floats
    inside: Any
    place: Any
    touched: Any
    stamp: Ints
    marks: Ints


@kernel
def new_state(tables: Tables, chosen: Bools, seed: int) -> State:
    """The state in which exactly the chosen sites are open."""
    m = chosen.size
    state = State(
        np.zeros(tables.gains.shape[0], dtype=np.int32), -tables.open_cost, np.zeros(m, dtype=np.bool_),
        np.zeros(tables.capacity.size), np.empty(m, dtype=np.int32), np.full(m, -1, dtype=np.int32),
        np.empty(m, dtype=np.int32), np.zeros(m, dtype=np.int64), np.array([0, 0, 1, seed]),
    )  # fmt: skip
    for i in range(tables.gains.shape[0]):
        for k in range(tables.indptr[i], tables.indptr[i + 1]):
            state.score[tables.site[k]] += tables.gains[i, 0]
    for j in range(m):
        if chosen[j]:
            enter(tables, state, j)
    return state


@kernel
def chance(state: State) -> float:
    """The next pseudo-random number in [0, 1): a 64-bit linear congruential generator (Knuth, MMIX)."""
    state.marks[3] = state.marks[3] * 6364136223846793005 + 1442695040888963407
    return float(((state.marks[3] >> 33) & 0x3FFFFFFF) / 1073741824.0)


@kernel
def fits(tables: Tables, state: State, j: int) -> bool:
    """True when every limit holds after site j enters."""
    for k in range(tables.capacity.size):
        if state.used[k] + tables.size[k, j] > tables.capacity[k] * (1.0 + 1e-12):
            return False
    return True


@kernel
def gain_at(gains: Floats, i: int, k: int) -> float:
    """What the (k+1)-th open site is worth to row i; nothing beyond the last step."""
    return gains[i, k] if k < gains.shape[1] else 0.0


@kernel
def enter(tables: Tables, state: State, j: int) -> int:
    """Open site j; returns the pairs looked at."""
    steps, worth, work = tables.gains.shape[1], -tables.open_cost[j], 0
    for e in range(tables.start[j], tables.start[j + 1]):
        i = tables.row[e]
        c = state.count[i]
        state.count[i] = c + 1
        if c > steps:
            continue
        now, after = gain_at(tables.gains, i, c), gain_at(tables.gains, i, c + 1)
        before = tables.gains[i, c - 1] if c > 0 else 0.0
        worth += now
        left = c
        for k in range(tables.indptr[i], tables.indptr[i + 1]):
            s = tables.site[k]
            if state.chosen[s]:
                state.score[s] += now - before
                left -= 1
                if left == 0 and c == steps:
                    break
            elif c < steps:
                state.score[s] += after - now
        work += tables.indptr[i + 1] - tables.indptr[i]
    state.score[j] = worth
    state.chosen[j] = True
    for k in range(state.used.size):
        state.used[k] += tables.size[k, j]
    state.place[j] = state.marks[0]
    state.inside[state.marks[0]] = j
    state.marks[0] += 1
    return work


@kernel
def leave(tables: Tables, state: State, j: int) -> int:
    """Close site j and list the sites that became more useful; returns the pairs looked at."""
    steps, worth, work = tables.gains.shape[1], -tables.open_cost[j], 0
    state.chosen[j] = False
    touch(state, j)
    for e in range(tables.start[j], tables.start[j + 1]):
        i = tables.row[e]
        c = state.count[i] - 1
        state.count[i] = c
        if c > steps:
            continue
        now, after = gain_at(tables.gains, i, c), gain_at(tables.gains, i, c + 1)
        before = tables.gains[i, c - 1] if c > 0 else 0.0
        worth += now
        left = c
        for k in range(tables.indptr[i], tables.indptr[i + 1]):
            s = tables.site[k]
            if state.chosen[s]:
                state.score[s] += before - now
                left -= 1
                if left == 0 and c == steps:
                    break
            elif c < steps:
                state.score[s] += now - after
                touch(state, s)
        work += tables.indptr[i + 1] - tables.indptr[i]
    state.score[j] = worth
    for k in range(state.used.size):
        state.used[k] -= tables.size[k, j]
    state.marks[0] -= 1
    last = state.inside[state.marks[0]]
    state.inside[state.place[j]] = last
    state.place[last] = state.place[j]
    state.place[j] = -1
    return work


@kernel
def touch(state: State, j: int) -> None:
    """List site j among the touched ones, once."""
    if state.stamp[j] != state.marks[2]:
        state.stamp[j] = state.marks[2]
        state.touched[state.marks[1]] = j
        state.marks[1] += 1


@kernel
def forget(state: State) -> None:
    """Empty the list of touched sites."""
    state.marks[1] = 0
    state.marks[2] += 1

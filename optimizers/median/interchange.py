"""The fast interchange: one pass over a site's rows prices its entry against every possible exit.

For an entering site j and a leaving site r the value falls by

    gain(j) + extra(j, r) - loss(r)

| symbol | meaning |
|--------|---------|
| gain(j)     | what rows save that have j nearer than their nearest chosen site, less the cost of opening j |
| loss(r)     | what rows of r pay when they move to their next nearest chosen site, less the cost of opening r |
| extra(j, r) | the part of loss(r) that j saves |

Only sites whose rows have changed since they were last priced are priced again.
Whitaker (1983, INFOR 21); Resende & Werneck (2007, EJOR 176).
"""

from typing import NamedTuple

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.kernel import kernel
from optimizers.median.tables import Small, Tables


class State(NamedTuple):
    """A plan with what its rows pay: nearest chosen site (-1: none), its cost and the next cost."""

    first: Small
    near: Floats
    next_near: Floats
    loss: Floats
    extra: Floats
    used: Floats
    chosen: Bools
    stale: Bools


@kernel
def new_state(tables: Tables, chosen: Bools) -> State:
    """The state of a plan, every site still to be priced."""
    n, m = tables.default.size, tables.free.size
    state = State(
        np.empty(n, dtype=np.int32), np.empty(n), np.empty(n), -tables.open_cost, np.zeros(m),
        np.zeros(tables.capacity.size), chosen.copy(), tables.free.copy(),
    )  # fmt: skip
    for i in range(n):
        find_nearest(tables, state, i)
        if state.first[i] >= 0:
            state.loss[state.first[i]] += state.next_near[i] - state.near[i]
    for r in np.flatnonzero(chosen):
        for k in range(state.used.size):
            state.used[k] += tables.size[k, r]
    return state


@kernel
def find_nearest(tables: Tables, state: State, i: int) -> int:
    """Look up the nearest and next nearest chosen site of row i, cheapest pairs first; number of pairs looked at."""
    state.first[i] = -1
    state.near[i] = tables.default[i]
    state.next_near[i] = tables.default[i]
    for k in range(tables.indptr[i], tables.indptr[i + 1]):
        if state.chosen[tables.site[k]]:
            if state.first[i] < 0:
                state.first[i] = tables.site[k]
                state.near[i] = tables.cost[k]
            else:
                state.next_near[i] = tables.cost[k]
                return int(k - tables.indptr[i])
    return int(tables.indptr[i + 1] - tables.indptr[i])


@kernel
def fits(tables: Tables, used: Floats, enter: int, leave: int) -> bool:
    """True when every limit holds after one site enters and one leaves (-1: none leaves)."""
    for k in range(tables.capacity.size):
        after = used[k] + tables.size[k, enter]
        if leave >= 0:
            after -= tables.size[k, leave]
        if after > tables.capacity[k] * (1.0 + 1e-12):
            return False
    return True


@kernel
def switch(tables: Tables, state: State, j: int) -> int:
    """Open site j, or close it where it is open, and bring all it touches up to date; number of pairs looked at."""
    work = int(tables.start[j + 1] - tables.start[j])
    opening = not state.chosen[j]
    state.chosen[j] = opening
    for k in range(state.used.size):
        state.used[k] += tables.size[k, j] if opening else -tables.size[k, j]
    state.loss[j] = -tables.open_cost[j]
    state.stale[j] = True
    for e in range(tables.start[j], tables.start[j + 1]):
        i, cost = tables.row[e], tables.by_cost[e]
        beyond = state.next_near[i]
        if cost > beyond or (opening and cost == beyond):
            continue
        old = state.first[i]
        if old >= 0 and old != j:
            state.loss[old] -= beyond - state.near[i]
        if not opening:
            work += find_nearest(tables, state, i)
        elif cost < state.near[i]:
            state.next_near[i] = state.near[i]
            state.near[i] = cost
            state.first[i] = j
        else:
            state.next_near[i] = cost
        if state.first[i] >= 0:
            state.loss[state.first[i]] += state.next_near[i] - state.near[i]
        reach = max(beyond, state.next_near[i])
        for k in range(tables.indptr[i], tables.indptr[i + 1]):
            if tables.cost[k] >= reach:
                break
            state.stale[tables.site[k]] = True
            work += 1
    return work


@kernel
def best_exit(tables: Tables, state: State, inside: Ints, j: int) -> tuple[float, int]:
    """Saving of letting j in, and the site that should leave for it (-1: none; saving -inf: nothing fits)."""
    gain = -tables.open_cost[j]
    for e in range(tables.start[j], tables.start[j + 1]):
        i, cost = tables.row[e], tables.by_cost[e]
        if cost < state.near[i]:
            gain += state.near[i] - cost
            if state.first[i] >= 0:
                state.extra[state.first[i]] += state.next_near[i] - state.near[i]
        elif cost < state.next_near[i]:
            state.extra[state.first[i]] += state.next_near[i] - cost
    best, leave = -np.inf, -1
    if fits(tables, state.used, j, -1):
        best = gain
    for r in inside:
        net = gain + state.extra[r] - state.loss[r]
        state.extra[r] = 0.0
        if net > best and fits(tables, state.used, j, r):
            best, leave = net, r
    return best, leave


@kernel
def improve(tables: Tables, state: State, value: float, work: int) -> tuple[float, int]:
    """Swap, add or drop while it helps; new value, and what is left of the work (pairs looked at), < 0 if stopped."""
    inside = np.flatnonzero(state.chosen)
    m, j, quiet = state.chosen.size, 0, 0
    while quiet < m and work >= 0:
        if state.stale[j] and tables.free[j]:
            state.stale[j] = False
            enter, leave, gain = -1, j, -state.loss[j]
            if not state.chosen[j]:
                enter = j
                gain, leave = best_exit(tables, state, inside, j)
            work -= tables.start[j + 1] - tables.start[j] + inside.size
            if gain > 1e-9 * (1.0 + abs(value)):
                if enter >= 0:
                    work -= switch(tables, state, enter)
                if leave >= 0:
                    work -= switch(tables, state, leave)
                inside = np.flatnonzero(state.chosen)
                value -= gain
                work -= m
                quiet = 0
        quiet += 1
        j = (j + 1) % m
    return value, work

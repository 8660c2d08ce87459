"""The fast interchange: one pass over a site's rows prices its entry against every possible exit.

For an entering site j and a leaving site r the value falls by

    gain(j) + extra(j, r) - loss(r)

| symbol | meaning |
|--------|---------|
| gain(j)     | what rows save that have j nearer than their nearest chosen site |
| loss(r)     | what rows of r pay when they move to their next nearest chosen site |
| extra(j, r) | the part of loss(r) that j saves |

Whitaker (1983, INFOR 21); Resende & Werneck (2007, EJOR 176).
"""

from typing import NamedTuple

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.core import Tables
from optimizers.kernel import kernel


class State(NamedTuple):
    """Working memory: for each row its nearest chosen site (-1: none), its cost and the next cost."""

    first: Ints
    near: Floats
    next_near: Floats
    loss: Floats
    extra: Floats
    used: Floats


@kernel
def new_state(tables: Tables) -> State:
    """Working memory of the right sizes."""
    n, m = tables.default.size, tables.free.size
    return State(
        np.empty(n, dtype=np.int64), np.empty(n), np.empty(n), np.zeros(m), np.zeros(m),
        np.zeros(tables.capacity.size),
    )  # fmt: skip


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
def find_nearest(tables: Tables, state: State, chosen: Bools, i: int) -> None:
    """Look up the nearest and next nearest chosen site of row i; rows list their cheapest pairs first."""
    state.first[i] = -1
    state.near[i] = tables.default[i]
    state.next_near[i] = tables.default[i]
    for k in range(tables.indptr[i], tables.indptr[i + 1]):
        if chosen[tables.site[k]]:
            if state.first[i] < 0:
                state.first[i] = tables.site[k]
                state.near[i] = tables.cost[k]
            else:
                state.next_near[i] = tables.cost[k]
                return


@kernel
def tally(tables: Tables, state: State, chosen: Bools) -> None:
    """Bring the losses and the use of the limits up to date."""
    state.loss[:] = -tables.open_cost
    for i in range(state.first.size):
        if state.first[i] >= 0:
            state.loss[state.first[i]] += state.next_near[i] - state.near[i]
    state.used[:] = 0.0
    for r in np.flatnonzero(chosen):
        for k in range(state.used.size):
            state.used[k] += tables.size[k, r]


@kernel
def best_exit(tables: Tables, state: State, inside: Ints, j: int) -> tuple[float, int]:
    """Saving of letting j in, and the site that should leave for it (-1: none; saving -inf: nothing fits)."""
    gain = -tables.open_cost[j]
    for e in range(tables.start[j], tables.start[j + 1]):
        i, c = tables.row[e], tables.by_cost[e]
        if c < state.near[i]:
            gain += state.near[i] - c
            if state.first[i] >= 0:
                state.extra[state.first[i]] += state.next_near[i] - state.near[i]
        elif c < state.next_near[i]:
            state.extra[state.first[i]] += state.next_near[i] - c
    best, leave = -np.inf, -1
    if fits(tables, state.used, j, -1):
        best = gain
    for r in inside:
        net = gain + state.extra[r] - state.loss[r]
        if net > best and fits(tables, state.used, j, r):
            best, leave = net, r
        state.extra[r] = 0.0
    return best, leave


@kernel
def move(tables: Tables, state: State, chosen: Bools, enter: int, leave: int) -> None:
    """Open `enter`, close `leave` (-1: none) and bring everything they touch up to date."""
    if enter >= 0:
        chosen[enter] = True
    if leave >= 0:
        chosen[leave] = False
    for j in (leave, enter):
        if j >= 0:
            for e in range(tables.start[j], tables.start[j + 1]):
                if tables.by_cost[e] <= state.next_near[tables.row[e]]:
                    find_nearest(tables, state, chosen, tables.row[e])
    tally(tables, state, chosen)


@kernel
def interchange(tables: Tables, state: State, chosen: Bools) -> float:
    """Swap, add or drop while it helps; changes `chosen` in place and returns what is paid in the end."""
    for i in range(tables.default.size):
        find_nearest(tables, state, chosen, i)
    tally(tables, state, chosen)
    inside = np.flatnonzero(chosen)
    value = state.near.sum() + tables.open_cost[inside].sum()
    m, unchanged, j = chosen.size, 0, 0
    while unchanged < m:
        enter, leave, gain = -1, j, 0.0
        if chosen[j]:
            gain = -state.loss[j]
        elif tables.free[j]:
            enter = j
            gain, leave = best_exit(tables, state, inside, j)
        unchanged += 1
        if gain > 1e-9 * (1.0 + abs(value)):
            move(tables, state, chosen, enter, leave)
            inside = np.flatnonzero(chosen)
            value -= gain
            unchanged = 0
        j = (j + 1) % m
    return float(state.near.sum() + tables.open_cost[inside].sum())

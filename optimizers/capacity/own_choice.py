"""People who choose for themselves: each row goes whole to its nearest open site, which may become too full.

A plan is measured by the value of serving everybody and by the weight that stands in its way (more than a site can
take, or out of reach of all open sites); less in the way comes first. Search is by opening, closing and exchanging
sites, the first improvement in the order of the sites, and by small upheavals.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.capacity.climb import Limits
from optimizers.capacity.split import Split
from optimizers.capacity.tables import Tables
from optimizers.clock import Clock
from optimizers.kernel import kernel
from optimizers.relaxation import Plan, plan_of

if TYPE_CHECKING:
    from optimizers.capacity.core import CapacityCore

_CHUNK = 4e7
"""Pairs looked at in one call: well under half a second."""
_LOOK, _LOOK_ROW = 1e7, 2e4
"""Work of a first look: so much, and so much for each row."""
_FULL = 1e-10
"""Relative overrun of a room that adding up in another order may explain."""


@kernel
def measure(tables: Tables, must: Bools, chosen: Bools, load: Floats) -> tuple[float, float, float]:
    """Value, weight that stands in the way, and pairs looked at; `load` is written."""
    load[:] = 0.0
    value, excess, work = 0.0, 0.0, 0.0
    for i in range(tables.weight.size):
        at = tables.indptr[i]
        while at < tables.indptr[i + 1] and not chosen[tables.site[at]]:
            at += 1
        work += at - tables.indptr[i] + 1.0
        if at < tables.indptr[i + 1]:
            value += tables.weight[i] * tables.unit[at]
            load[tables.site[at]] += tables.weight[i]
        elif must[i]:
            excess += tables.weight[i]
        else:
            value += tables.weight[i] * tables.default[i]
    for j in range(load.size):
        if load[j] > tables.room[j] * (1.0 + _FULL):
            excess += load[j] - tables.room[j]
    return value, excess, work


@kernel
def horizon(tables: Tables, free: Bools, open_now: Bools) -> tuple[Ints, Ints, Bools]:
    """Rank of the first site of each row that is not closed, of the last it can be at, and whether that is open."""
    n = tables.weight.size
    first, last, is_sure = np.full(n, -1), np.full(n, -1), np.zeros(n, dtype=np.bool_)
    for i in range(n):
        for at in range(tables.indptr[i], tables.indptr[i + 1]):
            j = tables.site[at]
            if not (free[j] or open_now[j]):
                continue
            last[i] = at - tables.indptr[i]
            if first[i] < 0:
                first[i] = last[i]
            if open_now[j]:
                is_sure[i] = True
                break
    return first, last, is_sure


def overrun(tables: Tables, limits: Limits) -> Bools:
    """Free sites that would be too full as soon as they opened, with the rows whose nearest site they are."""
    rows = np.flatnonzero(limits.first >= 0)
    sites = tables.site[tables.indptr[rows] + limits.first[rows]]
    load = np.bincount(sites, tables.weight[rows], minlength=limits.free.size)
    return np.asarray(limits.free & (load > tables.room * (1.0 + 2.0 * _FULL)), dtype=np.bool_)


def nearest_split(tables: Tables, must: Bools, chosen: Bools) -> Split:
    """What the chosen sites make of the demand when each row goes to its nearest one."""
    value, excess, _ = measure(tables, must, chosen, np.zeros(chosen.size))
    rows = np.repeat(np.arange(tables.weight.size), np.diff(tables.indptr))
    usable = np.flatnonzero(chosen[tables.site])
    row, first = np.unique(rows[usable], return_index=True)
    site = tables.site[usable[first]].astype(np.int64)
    nothing = np.zeros(tables.weight.size)
    return Split(value, excess <= 0.0, excess, row, site, tables.weight[row], nothing)


def find_plan(
    core: CapacityCore, starts: Sequence[Ints], *, looks: float, upheavals: int, seed: int, clock: Clock
) -> Plan:
    """Best plan from these starts, and from nothing open, `looks` says how much work."""
    best: Plan | None = None
    for sites in (*starts, np.zeros(0, dtype=np.int64)):
        found = _around(core, sites, looks * (_LOOK + _LOOK_ROW * core.tables.weight.size), upheavals, seed, clock)
        best = found if found.beats(best) else best
    assert best is not None
    return best


def _around(core: CapacityCore, sites: Ints, work: float, upheavals: int, seed: int, clock: Clock) -> Plan:
    chosen = core.chosen(sites)
    best = chosen.copy()
    state = np.array([np.inf, np.inf, np.inf, np.inf, float(seed), 0.0])
    while work > 0 and state[5] <= upheavals and not clock.is_up and core.free.any():
        work -= improve(core.tables, core.limits, core.must, chosen, best, state, min(work, _CHUNK), upheavals)
    last = best if (state[3], state[2]) <= (state[1], state[0]) else chosen
    return plan_of(core, np.flatnonzero(last & core.free))


@kernel
def is_better(value: float, excess: float, than_value: float, than_excess: float) -> bool:
    """Less in the way first, then the lower value, by more than rounding."""
    hair = 1e-9 * (1.0 + abs(than_excess))
    if excess < than_excess - hair or (excess <= 0.0 < than_excess):
        return True
    return bool(excess <= than_excess + hair and value < than_value - 1e-9 * (1.0 + abs(than_value)))


@kernel
def improve(
    tables: Tables,
    limits: Limits,
    must: Bools,
    chosen: Bools,
    best: Bools,
    state: Floats,
    work: float,
    upheavals: int,
) -> float:
    """Search to a local optimum, then upheave and again; returns the work done.

    `state`: value and excess of `chosen`, value and excess of `best`, random number, upheavals so far.
    """
    load = np.zeros(chosen.size)
    done = 0.0
    value, excess, spent = total(tables, limits, must, chosen, load)
    state[0], state[1] = value, excess
    while done < work and state[5] <= upheavals:
        moved, spent = step(tables, limits, must, chosen, load, state)
        done += spent
        if not moved:
            if is_better(state[0], state[1], state[2], state[3]):
                state[2], state[3] = state[0], state[1]
                best[:] = chosen
            else:
                chosen[:] = best
            upheave(limits, chosen, state)
            value, excess, spent = total(tables, limits, must, chosen, load)
            state[0], state[1] = value, excess
            done += spent
    return done


@kernel
def total(tables: Tables, limits: Limits, must: Bools, chosen: Bools, load: Floats) -> tuple[float, float, float]:
    """Value with the cost of the free sites that are open, excess, and work."""
    value, excess, work = measure(tables, must, chosen, load)
    for j in range(chosen.size):
        if chosen[j] and limits.free[j]:
            value += limits.open_cost[j]
    return value, excess, work


@kernel
def step(tables: Tables, limits: Limits, must: Bools, chosen: Bools, load: Floats, state: Floats) -> tuple[bool, float]:
    """Take the first opening, closing or exchange that is better; whether there was one, and the work."""
    work = 0.0
    m = chosen.size
    used = np.zeros(limits.capacity.size)
    for j in range(m):
        if chosen[j] and limits.free[j]:
            used += limits.size[:, j]
    for enter in range(-1, m):
        if enter >= 0 and (chosen[enter] or not limits.free[enter]):
            continue
        for leave in range(-1, m):
            if leave == enter or (leave >= 0 and not (chosen[leave] and limits.free[leave])):
                continue
            if not fits(limits, used, enter, leave):
                continue
            switch(chosen, enter, leave)
            value, excess, spent = total(tables, limits, must, chosen, load)
            work += spent
            if is_better(value, excess, state[0], state[1]):
                state[0], state[1] = value, excess
                return True, work
            switch(chosen, leave, enter)
    return False, work


@kernel
def fits(limits: Limits, used: Floats, enter: int, leave: int) -> bool:
    """True when the exchange (-1: nothing) keeps all limits."""
    if enter < 0:
        return True
    for k in range(used.size):
        now = used[k] + limits.size[k, enter] - (limits.size[k, leave] if leave >= 0 else 0.0)
        if now > limits.capacity[k] + 1e-12 * (1.0 + abs(limits.capacity[k])):
            return False
    return True


@kernel
def switch(chosen: Bools, enter: int, leave: int) -> None:
    """Open one site and close another (-1: nothing)."""
    if enter >= 0:
        chosen[enter] = True
    if leave >= 0:
        chosen[leave] = False


@kernel
def upheave(limits: Limits, chosen: Bools, state: Floats) -> None:
    """Exchange a few random sites, where the limits allow."""
    random = int(state[4])
    count = 1 + int(state[5]) % 3
    state[5] += 1.0
    for _ in range(count):
        inside = np.flatnonzero(chosen & limits.free)
        outside = np.flatnonzero(~chosen & limits.free)
        if outside.size == 0:
            break
        random = (random * 1103515245 + 12345) % 2147483648
        enter = outside[(random >> 8) % outside.size]
        random = (random * 1103515245 + 12345) % 2147483648
        leave = inside[(random >> 8) % inside.size] if inside.size else -1
        used = np.zeros(limits.capacity.size)
        for j in inside:
            used += limits.size[:, j]
        if fits(limits, used, enter, leave):
            switch(chosen, enter, leave)
    state[4] = float(random)

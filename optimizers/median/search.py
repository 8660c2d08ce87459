"""Good plans quickly: greedy, interchange, and small upheavals followed by interchange.

Greedy adds the site with the largest saving, and for a budget also the one with the largest saving per yuan;
the interchange is the fast one of Whitaker (1983, INFOR 21) with first improvement in site order (Hansen &
Mladenovic 1997, Location Science 5); the upheavals are those of iterated local search, each in one neighbourhood.
Everything is deterministic: ties go to the lowest position, the pseudo-random numbers come from a fixed seed, and
the work is counted in pairs looked at.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from optimizers.arrays import Bools, Ints
from optimizers.clock import Clock
from optimizers.kernel import kernel
from optimizers.median.greedy import open_greedily
from optimizers.median.interchange import State, fits, improve, new_state, switch
from optimizers.median.tables import Tables
from optimizers.relaxation import Plan, plan_of

if TYPE_CHECKING:
    from optimizers.median.core import Core

_CHUNK = 50_000_000
"""Pairs looked at in one call: well under half a second."""


def find_plan(core: Core, starts: Sequence[Ints] | None, *, work: float, seed: int, clock: Clock) -> Plan:
    """Best plan of greedy (or of `starts`), interchange and upheavals, all within this many pairs looked at."""
    tables = core.tables
    if starts is None:
        by_yuan = core.capacity.size > 0 and np.ptp(core.size[-1]) > 0
        starts = [np.flatnonzero(open_greedily(tables, rule)) for rule in (False, True)[: 1 + by_yuan]]
    best: Plan | None = None
    for sites in starts:
        found = _around(core, tables, sites, work / len(starts), seed, clock)
        best = found if found.beats(best) else best
    assert best is not None
    return best


def _around(core: Core, tables: Tables, sites: Ints, work: float, seed: int, clock: Clock) -> Plan:
    """Interchange from a plan to a local optimum, then upheavals while there is work and time left."""
    chosen = np.zeros(core.n_sites, dtype=np.bool_)
    chosen[sites] = True
    state = new_state(tables, chosen)
    value, stopped = float(state.near.sum() + core.open_cost[sites].sum()), True
    while stopped and not clock.is_up:
        value, left = improve(tables, state, value, _CHUNK)
        work -= _CHUNK - left
        stopped = left < 0
    attempt, random = 0, seed
    best = state.chosen.copy()
    while work > 0 and not stopped and not clock.is_up:
        value, left, attempt, random = upheave(tables, state, best, value, int(min(work, _CHUNK)), attempt, random)
        work = work - _CHUNK if left <= 0 else 0
    return plan_of(core, np.flatnonzero(best))


@kernel
def next_random(state: int) -> int:
    """One step of a linear congruential generator; the same on every machine."""
    return (state * 1103515245 + 12345) % 2147483648


@kernel
def upheave(
    tables: Tables, state: State, best: Bools, value: float, work: int, attempt: int, random: int
) -> tuple[float, int, int, int]:
    """Shake one neighbourhood and interchange again, over and over, going back to `best` where that was worse.

    Returns the best value, what is left of the work, the number of attempts so far and the random state.
    """
    while work > 0:
        attempt += 1
        changed, random, spent = shake(tables, state, 1 + attempt % 4, random)
        trial, left = improve(tables, state, value + changed, 1 << 60)
        work -= (1 << 60) - left + spent + 4 * best.size
        if trial <= value + 1e-12 * abs(value):
            value = trial
            best[:] = state.chosen
        else:
            for j in range(best.size):
                if best[j] != state.chosen[j]:
                    work -= switch(tables, state, j)
        state.stale[:] = False
    return value, work, attempt, random


@kernel
def shake(tables: Tables, state: State, count: int, random: int) -> tuple[float, int, int]:
    """Open `count` random sites of one neighbourhood and close as many; change of the value, random state, work."""
    changed, work = 0.0, 0
    m = state.chosen.size
    random = next_random(random)
    enter = (random >> 8) % m
    for _ in range(count):
        for _ in range(m):
            if tables.free[enter] and not state.chosen[enter]:
                break
            enter = (enter + 1) % m
        a, b = tables.start[enter], tables.start[enter + 1]
        if b == a or state.chosen[enter]:
            return changed, random, work
        random = next_random(random)
        leave = state.first[tables.row[a + (random >> 8) % (b - a)]]
        if leave >= 0:
            changed += state.loss[leave]
            work += switch(tables, state, leave)
        if fits(tables, state.used, enter, -1):
            changed -= entry_gain(tables, state, enter)
            work += switch(tables, state, enter)
        random = next_random(random)
        i = tables.row[a + (random >> 8) % (b - a)]
        random = next_random(random)
        enter = tables.site[tables.indptr[i] + (random >> 8) % (tables.indptr[i + 1] - tables.indptr[i])]
    return changed, random, work


@kernel
def entry_gain(tables: Tables, state: State, j: int) -> float:
    """What opening site j saves."""
    gain = -tables.open_cost[j]
    for e in range(tables.start[j], tables.start[j + 1]):
        gain += max(0.0, state.near[tables.row[e]] - tables.by_cost[e])
    return float(gain)

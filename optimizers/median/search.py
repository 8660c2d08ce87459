"""Good plans quickly: greedy, interchange, and small upheavals followed by interchange.

Greedy adds the site with the largest saving, and for a budget also the one with the largest saving per yuan;
the interchange is the fast one of Whitaker (1983, INFOR 21) with first improvement in site order (Hansen &
Mladenovic 1997, Location Science 5); the upheavals are those of iterated local search, each in one neighbourhood.
Everything is deterministic: ties go to the lowest position, the pseudo-random numbers come from a fixed seed, and
the work is counted in pairs looked at.
"""

from __future__ import annotations

import math
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
_ENDLESS = 1000
"""Times that an interchange looks at every pair before it is counted afresh: it ends far sooner, unless rounding,
where costs lie far apart, leads it in a circle."""
_FREELY, _STEPS = 0.6, 16
"""Share of the work done with prices in place of limits, and least number of steps in which they are set."""
_WIDEST = 8
"""Sites that one upheaval opens at most."""
_HEAT = 0.1
"""What may be lost in one upheaval at first, as a share of the price of a site."""


def find_plan(core: Core, starts: Sequence[Ints] | None, *, work: float, seed: int, clock: Clock, long: bool) -> Plan:
    """Best plan of greedy (or of `starts`), interchange and upheavals, all within this many pairs looked at."""
    tables = core.tables
    if starts is None:
        by_yuan = core.capacity.size > 0 and np.ptp(core.size[-1]) > 0
        starts = [np.flatnonzero(open_greedily(tables, rule)) for rule in (False, True)[: 1 + by_yuan]]
    best: Plan | None = None
    each, twice = work / len(starts), long and core.capacity.size == 1
    kept = 0.5 * (1.0 - _FREELY) * each if twice else each
    for sites in starts:
        found = _around(core, tables, sites, kept, seed, clock)
        best = found if found.beats(best) else best
        if twice:
            freed = _freely(tables, found.sites, _FREELY * each, seed, clock)
            found = _around(core, tables, freed, kept, seed, clock)
            best = found if found.beats(best) else best
    assert best is not None
    return best


def _around(core: Core, tables: Tables, sites: Ints, work: float, seed: int, clock: Clock) -> Plan:
    """Interchange from a plan to a local optimum, then upheavals while there is work and time left."""
    chosen = np.zeros(core.n_sites, dtype=np.bool_)
    chosen[sites] = True
    state, value, work, stopped = _interchanged(tables, new_state(tables, chosen), work, clock)
    attempt, random = 0, seed
    best = state.chosen.copy()
    while work > 0 and not stopped and not clock.is_up:
        value, left, attempt, random = upheave(tables, state, best, value, int(min(work, _CHUNK)), 0.0, attempt, random)
        work = work - _CHUNK if left <= 0 else 0
    return plan_of(core, np.flatnonzero(best))


def _interchanged(tables: Tables, state: State, work: float, clock: Clock) -> tuple[State, float, float, bool]:
    """The interchange to its end in portions: the plan, its value, what is left of the work, whether it was stopped.

    Between portions the plan is counted afresh. What is kept up to date by adding and taking away loses its digits
    where costs lie far apart, and a saving that is none would be found over and over; a portion that leaves the plan
    no better is the last one.
    """
    value, portion = _worth(tables, state), min(_CHUNK, endless(tables))
    while not clock.is_up:
        before = state.chosen.copy()
        after, left = improve(tables, state, value, portion)
        work -= portion - left
        if left >= 0:
            return state, after, work, False
        state = new_state(tables, state.chosen)
        after = _worth(tables, state)
        if not after < value:
            return new_state(tables, before), value, work, False
        value = after
    return state, value, work, True


def _worth(tables: Tables, state: State) -> float:
    """What the rows and the chosen sites of a plan cost."""
    return float(state.near.sum() + tables.open_cost[state.chosen].sum())


def _freely(tables: Tables, sites: Ints, work: float, seed: int, clock: Clock) -> Ints:
    """Upheavals with a price in place of the one limit, so that each neighbourhood finds its own number of sites.

    The price follows from what the plan would lose or gain by a site less or more, and then from how full the limit
    is; worse plans are taken, ever less so, as in threshold accepting (Dueck & Scheuer 1990, Journal of Computational
    Physics 90). At the end the sites that are missed least are closed until the limit holds.
    """
    chosen = np.zeros(tables.free.size, dtype=np.bool_)
    chosen[sites] = True
    size, room = tables.size[0], max(float(tables.capacity[0]), 0.0)
    price, attempt, random = price_of(tables, new_state(tables, chosen)), 0, seed
    steps = max(_STEPS, math.ceil(work / _CHUNK))
    for step in range(steps):
        if clock.is_up or price <= 0.0:
            break
        free = tables._replace(
            open_cost=tables.open_cost + price * size, size=tables.size[:0], capacity=tables.capacity[:0]
        )
        state = new_state(free, chosen)
        value = _worth(free, state)
        heat = _HEAT * price * float(size[sites].mean()) * (1.0 - (step + 1) / steps)
        _, _, attempt, random = upheave(free, state, chosen, value, int(work / steps), heat, attempt, random)
        price *= float(np.clip(size[chosen].sum() / room, 0.9, 1.1)) if room > 0.0 else 1.0
    state = new_state(tables, chosen)
    while size[state.chosen].sum() > room * (1.0 + 1e-12):
        inside = np.flatnonzero(state.chosen & (size > 0.0))
        switch(tables, state, int(inside[np.argmin(state.loss[inside] / size[inside])]))
    return np.flatnonzero(state.chosen)


@kernel
def endless(tables: Tables) -> int:
    """Pairs looked at, beyond which an interchange is taken to go in a circle."""
    return int(_ENDLESS * (tables.site.size + tables.free.size))


@kernel
def price_of(tables: Tables, state: State) -> float:
    """Price of a unit of the limit: between what the best site to add would save, and the least loss of closing one.

    It is 0 where another site fits in: then the limit keeps nobody out.
    """
    least, most = np.inf, 0.0
    for j in range(state.chosen.size):
        size = tables.size[0, j]
        if size > 0.0 and state.chosen[j]:
            least = min(least, state.loss[j] / size)
        elif size > 0.0 and tables.free[j]:
            if fits(tables, state.used, j, -1):
                return 0.0
            most = max(most, entry_gain(tables, state, j) / size)
    return 0.5 * (most + least) if least < np.inf else 0.0


@kernel
def next_random(state: int) -> int:
    """One step of a linear congruential generator; the same on every machine."""
    return (state * 1103515245 + 12345) % 2147483648


@kernel
def upheave(
    tables: Tables, state: State, best: Bools, value: float, work: int, heat: float, attempt: int, random: int
) -> tuple[float, int, int, int]:
    """Shake one neighbourhood and interchange again, over and over, going back to `best` where that was worse.

    With some heat, `best` may become worse by a random part of it. Returns the value of `best`, what is left of the
    work, the number of attempts so far and the random state.
    """
    while work > 0:
        attempt += 1
        changed, random, spent = shake(tables, state, 1 + attempt % _WIDEST, random)
        most = endless(tables)
        trial, left = improve(tables, state, value + changed, most)
        work -= most - left + spent + 4 * best.size
        random = next_random(random)
        if left >= 0 and trial <= value + 1e-12 * abs(value) + heat * ((random >> 8) % 4096) / 4096.0:
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

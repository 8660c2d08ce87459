"""Good plans quickly: which search for which kind of core, how much of it, in pieces that leave time to look up.

Greedy and swaps give the first plan. Annealing then works on the sites that the relaxation uses at all, where equal
rows are merged again, so that a move costs a fraction; what it finds is swapped to a local optimum among all sites.
The work is counted in pairs looked at, so that the same question gets the same answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from optimizers.arrays import Bools, Ints
from optimizers.clock import Clock
from optimizers.cover.dominance import dominated_rows, without_rows
from optimizers.cover.moves import State, new_state
from optimizers.cover.ruin import anneal, fill, swap
from optimizers.cover.weighing import Weighing, weigh
from optimizers.relaxation import Plan, plan_of

if TYPE_CHECKING:
    from optimizers.cover.core import CoverCore

_CHUNK = 50_000_000
"""Pairs looked at in one call: well under half a second."""
_FIRST, _LONG = 2e7, 6e9
_FIRST_EACH, _LONG_EACH = 3e2, 4e4  # of them for each pair and site at most, so that small cores stay quick
_RUN = 1_500  # closings for each open site in one run of annealing
_RUNS, _LONGEST = 40, 4.0  # most runs, and how much longer than that one may be
_WEIGHINGS = 20_000  # most steps of weighing for each open site
_HOT, _COLD = 0.05, 0.005  # of what an open site is worth on average
_UNUSED = 1e-3
_NARROW = 0.75  # of the work goes to the sites that the relaxation uses
_DEAR = 0.05  # reduced cost, of its cost, from which a site is not looked at where all must be covered


def find_plan(core: CoverCore, starts: Sequence[Ints] | None, *, share: float, seed: int, clock: Clock) -> Plan:
    """Best plan of greedy (or of `starts`) and local search; share 0 is a first look, 1 a long one."""
    best = max_plan(core, [np.zeros(0, dtype=np.int64)] if starts is None else starts, seed, clock)
    if core.n_rows == 0 or best.sites.size == 0:
        return best
    size = core.n_pairs + core.n_sites
    work = min(_FIRST, _FIRST_EACH * size) + share * min(_LONG, _LONG_EACH * size)
    narrow = core if share == 0.0 else core.restrict(np.zeros_like(core.free), unused(core, best))
    if must_cover(core):
        narrow = without_rows(narrow, dominated_rows(narrow)) if share > 0.0 else core
        step = _cost_of_a_run(core, 1) + best.sites.size
        work = min(work, _WEIGHINGS * best.sites.size * step)
        for run, among in enumerate((narrow, core) if share > 0.0 else (core,)):
            part = (_NARROW, 1.0 - _NARROW)[run] if share > 0.0 else 1.0
            found = weighed(among, best, part * work, seed + run, clock)
            best = min(best, plan_of(core, found.sites), key=lambda plan: plan.value)
        return best
    once = _RUN * _cost_of_a_run(narrow, best.sites.size)
    runs = int(np.clip(work / once, 1, _RUNS))
    for run in range(runs):
        if clock.is_up:
            break
        # A run in all sites now and then, for what the relaxation does not use and a better plan does.
        among = core if run % 4 == 3 else narrow
        sites = annealed(among, best.sites, min(work / runs, _LONGEST * once), seed + run, clock)
        found = swapped(core, sites, seed, clock)
        best = found if found.beats(best) else best
    return best


def must_cover(core: CoverCore) -> bool:
    """True when every row must be covered and all sites cost and take the same."""
    costs = np.vstack([core.open_cost[None, :], core.size])[:, core.free]
    return bool(np.all(core.gains[:, 0] >= core.penalty) and np.all(costs == costs[:, :1])) and core.gains.shape[1] == 1


def weighed(core: CoverCore, plan: Plan, work: float, seed: int, clock: Clock) -> Plan:
    """The best plan met by weighing rows, from this one."""
    tables = core.tables._replace(gains=np.ones_like(core.gains), open_cost=np.zeros(core.n_sites))
    chosen = np.zeros(core.n_sites, dtype=np.bool_)
    chosen[plan.sites] = True
    state = new_state(tables, chosen, seed)
    extra = Weighing(
        np.zeros(core.n_sites, dtype=np.int64), np.empty(core.n_rows, dtype=np.int32),
        np.full(core.n_rows, -1, dtype=np.int32), chosen.copy(),
        np.array([0, 0, -1, plan.sites.size + 1, core.n_rows + 1]),
    )  # fmt: skip
    left_out = np.flatnonzero(state.count == 0)
    extra.missing[: left_out.size], extra.place[left_out] = left_out, np.arange(left_out.size)
    extra.marks[0] = left_out.size
    left = 0
    while left <= 0 and work > 0 and not clock.is_up:
        left = weigh(tables, state, extra, core.capacity.size > 0, int(min(work, _CHUNK)))
        work -= _CHUNK
    found = plan_of(core, np.flatnonzero(extra.best))
    return found if found.beats(plan) else plan


def max_plan(core: CoverCore, starts: Sequence[Ints], seed: int, clock: Clock) -> Plan:
    """The best of the starts, filled up greedily, by either rule where sites differ in size, and swapped."""
    rules = (False, True) if differ(core) else (False,)
    plans = [swapped(core, sites, seed, clock, rule) for sites in starts for rule in rules]
    return min(plans, key=lambda plan: plan.value)


def differ(core: CoverCore) -> bool:
    """True when the last limit is used by some sites more than by others."""
    return core.capacity.size > 0 and bool(np.ptp(core.size[-1]) > 0)


def unused(core: CoverCore, best: Plan) -> Bools:
    """Sites that neither the relaxation nor the plan opens."""
    ascent = core.latest
    if must_cover(core) and core.capacity.size == 0:
        closed = core.reduced_costs(ascent.multipliers) > _DEAR * core.open_cost
    else:
        assert ascent.share is not None
        closed = ascent.share < _UNUSED
    closed[best.sites] = False
    return closed & core.free


def _cost_of_a_run(core: CoverCore, n_open: int) -> float:
    """Pairs looked at to close and open as many sites as are open."""
    rows = np.diff(core.indptr)
    return 2.0 * n_open * (1.0 + float((rows.astype(np.float64) ** 2).sum()) / max(int(core.free.sum()), 1))


def swapped(core: CoverCore, sites: Ints, seed: int, clock: Clock, per_size: bool = False) -> Plan:
    """The plan of these sites, filled up greedily and swapped until no swap helps."""
    state = _state(core, sites, seed)
    left, ended, course = 0, False, np.zeros(2, dtype=np.int64)
    while left <= 0 and not clock.is_up:
        left = fill(core.tables, state, per_size, _CHUNK)
    while not ended and not clock.is_up:
        ended = swap(core.tables, state, course, _CHUNK)
    return plan_of(core, np.flatnonzero(state.chosen))


def annealed(core: CoverCore, sites: Ints, work: float, seed: int, clock: Clock) -> Ints:
    """The best sites met in one run of annealing that starts from these."""
    start = plan_of(core, sites)
    worth = core.value_of(np.zeros(0, dtype=np.int64)) - start.value
    numbers = np.array([worth, worth, 0.0, 1.0 / work])
    best = np.zeros(core.n_sites, dtype=np.bool_)
    best[sites] = True
    unit = worth / max(sites.size, 1)
    schedule = (_HOT * unit, _COLD * unit, 1 + differ(core), differ(core))
    now, random = sites, seed
    while numbers[2] < 1.0 and unit > 0.0 and not clock.is_up:
        state = _state(core, now, random)
        anneal(core.tables, state, best, numbers, schedule, int(min(_CHUNK, (1.0 - numbers[2]) * work + 1)))
        now, random = np.flatnonzero(state.chosen), int(state.marks[3])
    return np.flatnonzero(best)


def _state(core: CoverCore, sites: Ints, seed: int) -> State:
    chosen = np.zeros(core.n_sites, dtype=np.bool_)
    chosen[sites] = True
    return new_state(core.tables, chosen, seed)

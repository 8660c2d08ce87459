"""Good plans quickly, where demand may be split: interchange on an optimal flow, and small upheavals.

A closed site is tried in the order of what it would earn at the present prices of the rows, which is the most it can
save. It is opened, the flow mended, and then the open sites are tried for closing in the order of the least that
closing each would cost at the new prices; the first improvement is taken. Jacobsen (1983), Heuristics for the
capacitated plant location model, European Journal of Operational Research 12; Whitaker (1983), INFOR 21.
Everything is deterministic, and the work is counted in steps of the loops, not in seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from optimizers.arrays import Floats, Ints
from optimizers.capacity.climb import price_sites
from optimizers.capacity.transport import Flow, close_site, copy_flow, fill, new_flow, open_site, regrets, row_prices
from optimizers.clock import Clock
from optimizers.relaxation import Ascent, Plan, plan_of

if TYPE_CHECKING:
    from optimizers.capacity.core import CapacityCore

_LARGEST = 8_000_000
"""Rows x open sites beyond which flows are not mended (four of them take 800 MB)."""
_GUESS_STEPS = 60
_PORTION = 3e7
"""Pairs that a climb may look at in one call, well under half a second."""
_LOOK, _LOOK_CELL = 2e6, 40.0
"""Work of a first look: so much, and so much for each row and open site."""
_TRIES = 3
"""Closings that are tried in full for each opening."""
_NEAR = 12
"""Sites of a row among which an upheaval exchanges."""
_HAIR = 1e-9


def first_prices(core: CapacityCore) -> list[Floats]:
    """Prices per unit of weight to start a climb from: the nearest few sites', half of what being left out costs."""
    tables = core.tables
    n_open = core.capacity[0] if core.capacity.size and np.ptp(core.size[0]) == 0 else 0.25 * core.n_sites
    rank = int(core.free.sum() / max(float(n_open), 1.0))
    count = np.diff(tables.indptr)
    prices = core.tables.default.copy()
    filled = np.flatnonzero(count)
    at = tables.indptr[filled] + np.minimum(rank, count[filled] - 1)
    prices[filled] = np.minimum(prices[filled], tables.unit[at])
    half = np.where(core.must, prices, 0.5 * tables.default)
    shared = prices + core.open_cost.sum() / max(float(tables.weight.sum()), 1e-300) / max(1, core.n_sites) * 2.0
    return [prices, half, np.minimum(shared, core.limits.most)]


def first_guess(core: CapacityCore, clock: Clock) -> Ints:
    """The better of two plans that open what short climbs of the bound opened most often; the first when time is up."""
    ascent = _climbed(core, None, _upper(core), _GUESS_STEPS, clock)
    first = plan_of(core, _most_often(core, ascent))
    if clock.is_up:
        return first.sites
    upper = first.value if first.value < core.penalty else _upper(core)
    ascent = _climbed(core, ascent, upper, 2 * _GUESS_STEPS, clock)
    second = plan_of(core, _most_often(core, ascent))
    return (second if second.beats(first) else first).sites


def _climbed(core: CapacityCore, ascent: Ascent | None, upper: float, steps: int, clock: Clock) -> Ascent:
    """So many steps, or those of the first portions when time is up: they let the clock and an interrupt through."""
    portion = int(np.clip(_PORTION / (core.n_pairs + 1), 1, steps))
    ascent = core.climb(ascent, upper, portion)
    for done in range(portion, steps, portion):
        if clock.is_up:
            break
        ascent = core.climb(ascent, upper, min(portion, steps - done))
    return ascent


def _most_often(core: CapacityCore, ascent: Ascent) -> Ints:
    """As many sites as fit the limits, those that the relaxed choices opened most often first."""
    assert ascent.share is not None
    wanted = np.flatnonzero(core.free & (ascent.share > 0.0))
    room, chosen = core.capacity + 1e-12 * np.abs(core.capacity), []
    least = 0.5 if core.capacity.size == 0 else 0.0
    for j in wanted[np.argsort(-ascent.share[wanted], kind="stable")].tolist():
        if ascent.share[j] >= least and np.all(core.size[:, j] <= room):
            room = room - core.size[:, j]
            chosen.append(j)
    return np.array(chosen, dtype=np.int64)


def _upper(core: CapacityCore) -> float:
    """A value to climb towards as long as no plan is known."""
    tables = core.tables
    counts = np.diff(tables.indptr)
    worst = np.where(core.must, 0.0, tables.default)
    rows = np.repeat(np.arange(worst.size), counts)
    mean = np.bincount(rows, tables.unit, minlength=worst.size) / np.maximum(counts, 1)
    return float(core.constant + tables.weight @ np.maximum(worst, mean) + core.open_cost[core.free].mean())


def find_plan(
    core: CapacityCore, starts: Sequence[Ints], *, looks: float, upheavals: int, seed: int, clock: Clock
) -> Plan:
    """Best plan from these starts by interchange, then upheavals; `looks` says how much work."""
    best: Plan | None = None
    for sites in starts:
        work = looks * (_LOOK + _LOOK_CELL * core.tables.weight.size * (sites.size + 1))
        found = _around(core, sites, work, upheavals, seed, clock)
        best = found if found.beats(best) else best
    assert best is not None
    return best


def _nodes(core: CapacityCore, sites: Ints) -> int:
    """How many sites may be open at a time while searching."""
    fixed, free = int(core.open_now.sum()), int(core.free.sum())
    most = float(free)
    for size, capacity in zip(core.size, core.capacity, strict=True):
        least = np.sort(size[core.free])
        most = min(most, float(np.searchsorted(np.cumsum(least), capacity * (1.0 + 1e-12), side="right")))
    if core.capacity.size == 0:
        most = min(most, 2.0 * sites.size + 16)
    return fixed + min(free, max(int(most), sites.size) + 1)


def _around(core: CapacityCore, sites: Ints, work: float, upheavals: int, seed: int, clock: Clock) -> Plan:
    nodes = _nodes(core, sites)
    rows = core.tables.weight.size
    if rows == 0 or nodes * rows > _LARGEST or not core.free.any():
        return plan_of(core, sites)
    search = _Search(core, sites, nodes, seed, clock)
    while search.work < work and search.upheavals <= upheavals and not clock.is_up:
        if not search.step():
            search.keep_better()
            search.upheave()
    search.keep_better()
    return plan_of(core, search.best)


class _Search:
    """A plan with its flow, the best plan met, and two flows to try moves on."""

    def __init__(self, core: CapacityCore, sites: Ints, nodes: int, seed: int, clock: Clock) -> None:
        self.core, self.limits, self.random, self.upheavals, self.clock = core, core.limits, seed, 0, clock
        self.now, self.kept, self.opened, self.closed = (new_flow(core.tables, nodes) for _ in range(4))
        fill(core.tables, self.now, core.chosen(sites))
        self.value = float(self.now.numbers[0] + core.open_cost[sites].sum())
        self.best, self.best_value = sites, np.inf

    @property
    def work(self) -> float:
        """Steps of the loops so far."""
        return float(sum(flow.numbers[1] for flow in (self.now, self.kept, self.opened, self.closed)))

    @property
    def room(self) -> float:
        """What counts as rounding."""
        return _HAIR * (1.0 + abs(self.value))

    def sites(self) -> Ints:
        """The free sites that are open, in no particular order."""
        held = self.now.held[self.now.held >= 0]
        return held[self.core.free[held]]

    def keep_better(self) -> None:
        """Remember the plan if it is the best so far, or go back to the one that is."""
        if self.value < self.best_value - self.room:
            self.best, self.best_value = np.sort(self.sites()), self.value
            copy_flow(self.kept, self.now)
        elif self.best_value < np.inf:
            self.value = self.best_value
            copy_flow(self.now, self.kept)

    def step(self) -> bool:
        """Take the first improving move; False when there is none."""
        tables, limits, now = self.core.tables, self.limits, self.now
        aim = self.value - self.room
        used = self.core.size[:, self.sites()].sum(axis=1)
        if self._close_one(now, self.value, -1, used, aim):
            return True
        earned = price_sites(tables, limits, row_prices(now))[0]
        now.numbers[1] += 3.0 * tables.site.size
        gain = np.where(limits.free & (now.slot < 0), earned - limits.open_cost, -np.inf)
        spare = bool(np.any(now.held[1:] < 0))
        for j in np.argsort(-gain, kind="stable").tolist():
            if gain[j] <= self.room or not spare or self.clock.is_up:
                return False
            copy_flow(self.opened, now)
            open_site(tables, self.opened, j)
            value = self.value - float(now.numbers[0] - self.opened.numbers[0]) + float(limits.open_cost[j])
            if value < aim and self._keeps(used + self.core.size[:, j]):
                self._take(self.opened, value)
                return True
            if self._close_one(self.opened, value, j, used, aim):
                return True
        return False

    def _close_one(self, flow: Flow, value: float, entered: int, used: Floats, aim: float) -> bool:
        """Close the site that makes the value of the flow less than `aim`; False when none does."""
        limits = self.limits
        nodes = np.flatnonzero(flow.held >= 0)
        nodes = nodes[limits.free[flow.held[nodes]] & (flow.held[nodes] != entered)]
        least = value + regrets(flow)[nodes] - limits.open_cost[flow.held[nodes]]
        tried = 0
        for at in np.argsort(least, kind="stable").tolist():
            if least[at] >= aim or tried == _TRIES or self.clock.is_up:
                return False
            j = int(flow.held[nodes[at]])
            if entered >= 0 and not self._keeps(used + self.core.size[:, entered] - self.core.size[:, j]):
                continue
            tried += 1
            copy_flow(self.closed, flow)
            close_site(self.closed, j)
            found = value - float(flow.numbers[0] - self.closed.numbers[0]) - float(limits.open_cost[j])
            if found < aim:
                self._take(self.closed, found)
                return True
        return False

    def _keeps(self, used: Floats) -> bool:
        capacity = self.core.capacity
        return bool(np.all(used <= capacity + 1e-12 * (1.0 + np.abs(capacity))))

    def _take(self, flow: Flow, value: float) -> None:
        copy_flow(self.now, flow)
        self.value = value

    def upheave(self) -> None:
        """Close a few random sites and open others near the same rows instead, where the limits allow."""
        count = 1 + self.upheavals % 3
        self.upheavals += 1
        self.now.numbers[1] += 100.0
        for _ in range(count):
            inside, outside = self._around_a_row()
            if inside.size == 0 or outside.size == 0:
                return
            leave, enter = int(inside[self._draw(inside.size)]), int(outside[self._draw(outside.size)])
            used = self.core.size[:, self.sites()].sum(axis=1)
            if self._keeps(used + self.core.size[:, enter] - self.core.size[:, leave]):
                before = float(self.now.numbers[0])
                close_site(self.now, leave)
                open_site(self.core.tables, self.now, enter)
                cost = float(self.limits.open_cost[enter] - self.limits.open_cost[leave])
                self.value += float(self.now.numbers[0]) - before + cost

    def _around_a_row(self) -> tuple[Ints, Ints]:
        """Free sites, open and closed, among the nearest of a random row; of all where there are none."""
        tables, is_open = self.core.tables, self.now.slot >= 0
        i = self._draw(tables.weight.size)
        near = tables.site[tables.indptr[i] : tables.indptr[i + 1]][:_NEAR].astype(np.int64)
        near = near[self.limits.free[near]]
        inside, outside = near[is_open[near]], near[~is_open[near]]
        if inside.size == 0:
            inside = np.flatnonzero(is_open & self.limits.free)
        if outside.size == 0:
            outside = np.flatnonzero(~is_open & self.limits.free)
        return inside, outside

    def _draw(self, count: int) -> int:
        """A number below `count` from a linear congruential generator, the same on every machine."""
        self.random = (self.random * 1103515245 + 12345) % 2147483648
        return (self.random >> 8) % count

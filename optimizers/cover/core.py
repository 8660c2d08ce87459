"""The core of rows that count their open sites.

    minimise  constant + sum_i sum_{k >= n_i(S)} gain_ik + sum_{j in S} open_cost_j,   n_i(S) = sites of S in row i
    subject to  sum_{j in S} size_kj <= capacity_k  for each limit k

| symbol      | array | meaning |
|-------------|-------|---------|
| gain_ik     | rows, steps | what the (k+1)-th open site is worth to row i; k = 0, 1, ... |
| penalty     | number | gain of a row that must be covered; dearer than any plan that covers all |
| S           | positions | chosen sites among `free` |

One step is maximal and set covering and the p-centre test, two steps are backup coverage. Sites that are fixed open
are taken off the gains and vanish. Where a second site is worth more than the first, bounds use the mean of both for
both, which no number of open sites pays less than. Church & ReVelle (1974); Hogan & ReVelle (1986).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.clock import Clock
from optimizers.cover.ascent import climb_on, first_climb, handed_down, saddle_of
from optimizers.cover.bound import Saddle
from optimizers.cover.formulation import formulate
from optimizers.cover.rows import Rows, merged
from optimizers.cover.search import find_plan
from optimizers.cover.tables import Small, Tables, by_site, narrow, paid, price_sites
from optimizers.formulation import Formulation
from optimizers.relaxation import Ascent, Plan

_STEPS = 200  # of a climb for the search alone
_MERGE = 0.7  # equal rows are merged again when this share of the pairs is left


@dataclass(frozen=True, eq=False)
class Origin:
    """Where the rows of a core come from, for each demand row of the problem.

    Attributes:
        became: the row it is in, -1 where it asks for nothing or is settled.
        part: its part of that row.
        settled: its multiplier where it is settled, else 0.
        pairs: number of pairs when equal rows were last merged.
    """

    became: Small
    part: Floats
    settled: Floats
    pairs: int

    def spread(self, multipliers: Floats) -> Floats:
        """The multiplier of each demand row, in the unit of the value."""
        held = self.became >= 0
        return np.where(held, self.part * np.append(multipliers, 0.0)[self.became], self.settled)


@dataclass(frozen=True, eq=False)
class CoverCore:
    """A location problem in the shape above; `objective = offset + sign * value` in the caller's words.

    `start` and `row` are the pairs once more, by site. `dominated` are pairs (site, better site) struck off before,
    in that order: all rows of the first that the second is not in are covered whenever some other row is.
    """

    indptr: Any
    site: Small
    start: Any
    row: Small
    gains: Floats
    open_cost: Floats
    size: Floats
    capacity: Floats
    free: Bools
    origin: Origin
    opened: tuple[int, ...] = ()
    constant: float = 0.0
    penalty: float = np.inf
    sign: float = 1.0
    offset: float = 0.0
    dominated: tuple[tuple[int, int], ...] = ()

    @property
    def n_rows(self) -> int:
        """Number of rows still undecided."""
        return int(self.gains.shape[0])

    @property
    def n_sites(self) -> int:
        """Number of sites, free or not."""
        return self.free.size

    @property
    def n_pairs(self) -> int:
        """Number of stored pairs."""
        return int(self.site.size)

    @cached_property
    def integral(self) -> bool:
        """True when every plan has a whole-number value, so a bound may be rounded up."""
        parts = (self.gains, self.open_cost, np.array([self.constant]))
        whole = all(bool(np.all(part == np.rint(part))) for part in parts)
        return whole and float(sum(np.abs(part).sum() for part in parts)) < 2**52

    @cached_property
    def tables(self) -> Tables:
        """What the search reads."""
        return Tables(
            self.indptr, self.site, self.gains, self.open_cost, self.size, self.capacity, self.free,
            self.start, self.row,
        )  # fmt: skip

    @cached_property
    def caps(self) -> Floats:
        """Gains for bounds, never rising from step to step: a multiplier above the first is never of use."""
        caps = self.gains
        rising = caps.shape[1] > 1 and caps[:, 1] > caps[:, 0]
        if np.any(rising):
            caps = np.where(np.reshape(rising, (-1, 1)), caps.mean(axis=1, keepdims=True), caps)
        return caps

    @cached_property
    def saddle(self) -> Saddle:
        """What the climb reads."""
        return saddle_of(self)

    def objective(self, value: float) -> float:
        """The caller's objective for a value of this minimisation."""
        return self.offset + self.sign * value

    def value_at(self, objective: float) -> float:
        """The value of this minimisation that gives the caller's objective."""
        return (objective - self.offset) / self.sign

    def value_of(self, sites: Ints) -> float:
        """Value of opening exactly `sites` besides the ones already opened."""
        chosen = np.zeros(self.n_sites, dtype=np.bool_)
        chosen[sites] = True
        return float(self.constant + paid(self.indptr, self.site, self.gains, chosen) + self.open_cost[chosen].sum())

    def restrict(self, opened: Bools, closed: Bools) -> "CoverCore":
        """The core that is left once some sites are open for certain and some closed for certain."""
        indptr, site, gains, lost = narrow(self.indptr, self.site, self.gains, opened, closed)
        rows = self._joined(indptr, site, gains)
        start, row = by_site(rows.indptr, rows.site, self.n_sites)
        core = replace(
            self,
            indptr=rows.indptr, site=rows.site, start=start, row=row,
            gains=np.minimum(rows.gains, self.penalty),  # left out once or twice, a row that must be covered is lost
            capacity=self.capacity - self.size[:, opened].sum(axis=1),
            free=self.free & ~opened & ~closed,
            origin=self._handed_on(rows, np.minimum(lost, self.caps[:, 0])),
            opened=tuple(sorted({*self.opened, *np.flatnonzero(opened).tolist()})),
            constant=self.constant + float(lost.sum()) + float(self.open_cost[opened].sum()),
        )  # fmt: skip
        if self.__dict__.get("integral"):  # what is whole stays whole
            core.__dict__["integral"] = True
        return core

    def _joined(self, indptr: Any, site: Small, gains: Floats) -> Rows:
        """The rows that still have sites; equal ones merged where many sites have gone."""
        live = indptr[1:] > indptr[:-1]
        if site.size < _MERGE * self.origin.pairs:
            return merged(indptr, site, np.ones(site.size, dtype=np.bool_), gains * live[:, None], self.n_sites)
        became = np.where(live, np.cumsum(live) - 1, -1).astype(np.int32)
        starts = np.concatenate((indptr[:1], indptr[1:][live]))
        return Rows(starts, site, gains[live], became, live.astype(np.float64))

    def _handed_on(self, rows: Rows, ending: Floats) -> Origin:
        """The origin of rows made of this core's; rows that end here keep their multiplier."""
        old = self.origin
        became = np.append(rows.became, np.int32(-1))[old.became]
        part = old.part * np.append(rows.part, 0.0)[old.became]
        ends = (old.became >= 0) & (became < 0)
        settled = np.where(ends, old.spread(ending), old.settled)
        merging = rows.site.size < _MERGE * old.pairs
        return Origin(became, part, settled, rows.site.size if merging else old.pairs)

    def settle(self, opened: Bools, closed: Bools, multipliers: Floats, room: float) -> "CoverCore":
        """`restrict`; nothing more can be dropped here."""
        return self.restrict(opened, closed)

    def search(self, starts: Sequence[Ints] | None, *, share: float, seed: int, clock: Clock) -> Plan:
        """Best plan of greedy (or `starts`) and local search; share 0 is a first look, 1 a long one."""
        return find_plan(self, starts, share=share, seed=seed, clock=clock)

    def climb(self, ascent: Ascent | None, upper: float, iterations: int, planned: int = 0) -> Ascent:
        """Some more steps of the primal-dual method, until the bound reaches `upper`; at most half a second of them."""
        ascent = climb_on(self, first_climb(self) if ascent is None else ascent, upper, iterations)
        self.__dict__["latest"] = ascent
        return ascent

    def inherit(self, parent: "CoverCore", ascent: Ascent) -> Ascent:
        """The parent's ascent as a start for this core, which `parent.restrict` made."""
        ascent = handed_down(self, parent, ascent)
        self.__dict__["latest"] = ascent
        return ascent

    @cached_property
    def latest(self) -> Ascent:
        """Where the climb is, for the search; some steps of it where nobody has climbed yet."""
        return self.climb(None, np.inf, _STEPS)

    def row_part(self, multipliers: Floats) -> float:
        """sum_i sum_k min(gain_ik, l_i) for multipliers >= 0."""
        return float(np.minimum(self.caps, np.maximum(multipliers, 0.0)[:, None]).sum())

    def reduced_costs(self, multipliers: Floats) -> Floats:
        """rho_j = open_cost_j - sum of the l_i of its rows, each l_i cut to the largest gain of the row."""
        rho = self.open_cost.copy()
        price_sites(self.indptr, self.site, np.clip(multipliers, 0.0, self.caps[:, 0]), rho)
        return rho

    def root_multipliers(self, multipliers: Floats) -> Floats:
        """One for each demand row of the problem, in the unit of the objective; merged rows by their parts."""
        return abs(self.sign) * self.origin.spread(np.clip(multipliers, 0.0, self.caps[:, 0]))

    def formulate(self, name: str) -> Formulation:
        """The PuLP model of this core."""
        return formulate(self, name)

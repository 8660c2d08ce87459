"""The core of rows that pay their cheapest open site.

    minimise  constant + sum_i min(default_i, min_{j in S} cost_ij) + sum_{j in S} open_cost_j
    subject to  sum_{j in S} size_kj <= capacity_k  for each limit k

| symbol      | array | meaning |
|-------------|-------|---------|
| cost_ij     | CSR, cheapest first in each row | weighted cost of serving row i from site j |
| default_i   | rows | what row i pays when no chosen site is cheaper |
| penalty     | number | default of a row that must be served; dearer than any plan that serves all |
| S           | positions | chosen sites among `free` |

Sites that are fixed open are folded into `default` and vanish.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.bounds import lagrangian_value
from optimizers.clock import Clock
from optimizers.formulation import Formulation
from optimizers.median.formulation import formulate
from optimizers.median.search import find_plan
from optimizers.median.subgradient import Climb, climb, guesses_of, new_climb
from optimizers.median.tables import Small, Tables, by_site, narrow, paid, price_sites
from optimizers.relaxation import Ascent, Plan

_BEYOND = 1e-4
_WORTH_TURNING = 50
"""Steps of a climb for which turning the pairs by site pays."""


@dataclass(frozen=True, eq=False)
class Origin:
    """Where the rows of a core come from.

    Attributes:
        posed: for each demand row of the problem the row it became, -1 where it asks for nothing.
        share: its share of that row's cost; rows that were merged differ in weight only.
        kept: for each row of the core, which of the rows posed at first it is; ascending.
        settled: for each row posed at first what it pays where that is no longer open, else 0.
    """

    posed: Ints
    share: Floats
    kept: Ints
    settled: Floats


@dataclass(frozen=True)
class Equivalent:
    """From the value of a Kolm-Pollak core to the equally distributed equivalent in minutes, and back.

    minutes = (ln value + shift) / kappa,  or value x shift where kappa (per minute) is 0
    """

    kappa: float
    shift: float

    def minutes(self, value: float) -> float:
        """The equivalent; 0, which no plan goes below, for what no sum can be."""
        if self.kappa == 0.0:
            return value * self.shift
        return (math.log(value) + self.shift) / self.kappa if value > 0.0 else 0.0

    def value(self, minutes: float) -> float:
        """The value that gives so many minutes."""
        return minutes / self.shift if self.kappa == 0.0 else math.exp(self.kappa * minutes - self.shift)


@dataclass(frozen=True, eq=False)
class Core:
    """A location problem in the shape above; `objective = offset + sign * value` in the caller's words."""

    indptr: Any
    site: Small
    cost: Floats
    default: Floats
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
    equivalent: Equivalent | None = None

    @property
    def n_rows(self) -> int:
        """Number of rows still undecided."""
        return self.default.size

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
        return all(
            bool(np.all(part == np.rint(part))) and float(np.abs(part).sum()) < 2**52
            for part in (self.cost, self.default, self.open_cost, np.array([self.constant]))
        )

    @cached_property
    def tables(self) -> Tables:
        """What compiled code reads: limits, row lists, and the same pairs turned by site."""
        return self._tables(*by_site(self.indptr, self.site, self.cost, self.n_sites))

    @property
    def listed(self) -> Tables:
        """The same, with no pairs by site where nobody has turned them yet."""
        if "tables" in self.__dict__:
            return self.tables
        return self._tables(self.indptr[:0], self.site[:0], self.cost[:0])

    def _tables(self, start: Any, row: Small, by_cost: Floats) -> Tables:
        return Tables(
            self.indptr, self.site, self.cost, self.default, self.open_cost, self.size, self.capacity, self.free,
            start, row, by_cost,
        )  # fmt: skip

    def objective(self, value: float) -> float:
        """The caller's objective for a value of this minimisation."""
        return self.offset + self.sign * value if self.equivalent is None else self.equivalent.minutes(value)

    def value_at(self, objective: float) -> float:
        """The value of this minimisation that gives the caller's objective."""
        return (objective - self.offset) / self.sign if self.equivalent is None else self.equivalent.value(objective)

    def value_of(self, sites: Ints) -> float:
        """Value of opening exactly `sites` besides the ones already opened."""
        chosen = np.zeros(self.n_sites, dtype=np.bool_)
        chosen[sites] = True
        rows = paid(self.indptr, self.site, self.cost, self.default, chosen)
        return float(self.constant + rows + self.open_cost[sites].sum())

    def restrict(self, opened: Bools, closed: Bools) -> "Core":
        """The core that is left once some sites are open for certain and some closed for certain."""
        indptr, site, cost, default = narrow(self.indptr, self.site, self.cost, self.default, opened, closed)
        live = indptr[1:] > indptr[:-1]
        settled = self.origin.settled.copy()
        settled[self.origin.kept[~live]] = default[~live]
        core = replace(
            self,
            indptr=np.concatenate((indptr[:1], indptr[1:][live])),
            site=site,
            cost=cost,
            default=default[live],
            capacity=self.capacity - self.size[:, opened].sum(axis=1),
            free=self.free & ~opened & ~closed,
            origin=replace(self.origin, kept=self.origin.kept[live], settled=settled),
            opened=tuple(sorted({*self.opened, *np.flatnonzero(opened).tolist()})),
            constant=self.constant + float(default[~live].sum()) + float(self.open_cost[opened].sum()),
        )
        if "integral" in self.__dict__:  # what is whole stays whole
            core.__dict__["integral"] = self.integral
        return core

    def settle(self, opened: Bools, closed: Bools, multipliers: Floats, room: float) -> "Core":
        """`restrict`, and drop the pairs that only plans use whose value is `room` or more above the bound.

        In a plan with nothing cheaper than l_i + room for row i, that row adds nothing to any rho, so the plan's
        value is at least the bound with l_i + room in place of l_i. Paying that much may stand for all dearer ways.
        """
        limit = np.clip(multipliers, 0.0, self.default) + max(room, 0.0) * (1.0 + 1e-9)
        return replace(self, default=np.minimum(self.default, limit)).restrict(opened, closed)

    def search(self, starts: Sequence[Ints] | None, *, share: float, seed: int, clock: Clock) -> Plan:
        """Best plan of greedy (or `starts`), interchange and upheavals; share 0 is a first look, 1 a long one."""
        work = min(4e6, 300.0 * self.n_pairs) + share * min(2e9, 15_000.0 * self.n_pairs)
        return find_plan(self, starts, work=work, seed=seed, clock=clock, long=share > 0.0)

    def climb(self, ascent: Ascent | None, upper: float, iterations: int, planned: int = 0) -> Ascent:
        """Some more steps of subgradient ascent, until it passes `upper`, of `planned` ones in all (0: just these)."""
        planned = max(planned, iterations)
        state = self._climb_of(ascent, planned)
        # Steps are measured for a target a little beyond, or they would shrink to nothing just before `upper`.
        beyond = max(float(self.integral), _BEYOND * abs(upper))
        tables = self.tables if planned >= _WORTH_TURNING else self.listed
        climb(tables, state, upper - self.constant, beyond, iterations)
        return Ascent(state.best, float(state.numbers[0]) + self.constant, state.share, state)

    def _climb_of(self, ascent: Ascent | None, planned: int) -> Climb:
        if ascent is None:
            guesses = (*guesses_of(self.tables), self.cost[self.indptr[:-1]])
            return new_climb(self, max(guesses, key=lambda guess: lagrangian_value(self, guess)), planned, good=False)
        if isinstance(ascent.memory, Climb):
            return ascent.memory
        start = new_climb(self, ascent.multipliers, planned, good=True)
        if ascent.memory is not None:
            start.direction[:] = ascent.memory
        if ascent.share is not None:
            start.share[:] = ascent.share
        return start

    def inherit(self, parent: "Core", ascent: Ascent) -> Ascent:
        """The parent's ascent as a start for this core, which `parent.restrict` made."""
        left = np.searchsorted(parent.origin.kept, self.origin.kept)
        multipliers = np.minimum(ascent.multipliers[left], self.default)
        before = ascent.memory.direction if isinstance(ascent.memory, Climb) else ascent.memory
        return Ascent(multipliers, -np.inf, ascent.share, None if before is None else before[left])

    def row_part(self, multipliers: Floats) -> float:
        """sum_i min(default_i, l_i) for multipliers >= 0."""
        return float(np.clip(multipliers, 0.0, self.default).sum())

    def reduced_costs(self, multipliers: Floats) -> Floats:
        """rho_j = open_cost_j + sum_i min(0, cost_ij - l_i) of every site."""
        rho = self.open_cost.copy()
        price_sites(self.indptr, self.site, self.cost, np.clip(multipliers, 0.0, self.default), rho)
        return rho

    def root_multipliers(self, multipliers: Floats) -> Floats:
        """One for each demand row of the problem, in the unit of the objective.

        A settled row's is what it pays; merged rows have theirs in proportion to their weights, which leaves
        the bound as it is, because their costs are in that proportion too.
        """
        posed = np.append(self.origin.settled, 0.0)  # the last is for the rows that ask for nothing, at -1
        posed[self.origin.kept] = np.clip(multipliers, 0.0, self.default)
        with np.errstate(over="ignore"):  # the exponentials of Kolm-Pollak may be beyond a double
            told = abs(self.sign) * self.origin.share * posed[self.origin.posed]
        return np.asarray(np.minimum(told, np.finfo(np.float64).max))

    def formulate(self, name: str) -> Formulation:
        """The PuLP model in radius form."""
        return formulate(self, name)

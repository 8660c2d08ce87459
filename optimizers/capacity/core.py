"""The core of rows whose weight is carried by sites with room for so much.

    minimise  constant + (cost of the best way to serve everybody from S) + sum_{j in S} open_cost_j
    subject to  sum_{j in S} size_kj <= capacity_k  for each limit k

| symbol  | meaning |
|---------|---------|
| S       | chosen sites among `free`, with those that are open for certain |
| way     | planned: a transport problem, a row may be split; own choice: each row goes whole to its nearest site of S |
| penalty | a plan that leaves out weight that must be served, or overfills a site, has this value or more |

All cores of one problem share their tables; what differs is which sites are open and closed for certain. Once no site
is free the core is settled: its constant is the value of the one plan that is left.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.bounds import lagrangian_value
from optimizers.capacity import own_choice, search
from optimizers.capacity.climb import Climb, Limits, climb, new_climb, price_sites
from optimizers.capacity.formulation import formulate
from optimizers.capacity.split import Split, cheapest_split, proof_of_shortage
from optimizers.capacity.tables import Tables
from optimizers.clock import Clock
from optimizers.formulation import Formulation
from optimizers.relaxation import Ascent, Plan

_UPHEAVALS = 8
"""Most upheavals of a first look; small problems need no more."""


@dataclass(frozen=True, eq=False)
class Origin:
    """Where the rows come from: the row that each demand row of the problem became (-1: none), and its share of it."""

    posed: Ints
    share: Floats


@dataclass(frozen=True, eq=False)
class CapacityCore:
    """A location problem in the shape above; `objective = offset + sign * value` in the caller's words.

    Attributes:
        tables: rows, sites and pairs.
        must: True for rows that must be served; their `default` is dearer than any way of serving them.
        own_choice: True where people choose for themselves.
        open_now: sites that are open for certain.
        settled: the multipliers of the rows when no site is free any more.
    """

    tables: Tables
    must: Bools
    own_choice: bool
    open_cost: Floats
    size: Floats
    capacity: Floats
    free: Bools
    open_now: Bools
    origin: Origin
    constant: float = 0.0
    penalty: float = np.inf
    sign: float = 1.0
    offset: float = 0.0
    settled: Floats | None = None

    integral = False

    @property
    def n_rows(self) -> int:
        """Number of rows still undecided."""
        return 0 if self.settled is not None else self.tables.weight.size

    @property
    def n_sites(self) -> int:
        """Number of sites of the problem."""
        return self.free.size

    @cached_property
    def n_pairs(self) -> int:
        """Number of pairs that may still be used; none once the core is settled."""
        if self.settled is not None:
            return 0
        if self.own_choice:
            return int((self.limits.last - np.maximum(self.limits.first, 0) + 1).sum())
        return int(np.diff(self.tables.start)[self.free | self.open_now].sum())

    @property
    def opened(self) -> tuple[int, ...]:
        """Sites open for certain."""
        return tuple(np.flatnonzero(self.open_now).tolist())

    @cached_property
    def limits(self) -> Limits:
        """What the climb and the search read besides the tables."""
        n = self.tables.weight.size
        first, last = np.full(n, -1, dtype=np.int64), np.full(n, self.n_sites, dtype=np.int64)
        most = np.where(self.must, np.inf, self.tables.default)
        if self.own_choice:
            first, last, is_sure = own_choice.horizon(self.tables, self.free, self.open_now)
            most = np.where(is_sure, np.inf, most)
        return Limits(self.size, self.capacity, self.open_cost, self.free, self.open_now, most, first, last)

    def objective(self, value: float) -> float:
        """The caller's objective for a value of this minimisation."""
        return self.offset + self.sign * value

    def value_at(self, objective: float) -> float:
        """The value of this minimisation that gives the caller's objective."""
        return (objective - self.offset) / self.sign

    def chosen(self, sites: Ints) -> Bools:
        """True for these sites and those open for certain."""
        mask = self.open_now.copy()
        mask[sites] = True
        return mask

    def split(self, sites: Ints) -> Split:
        """Who is served where when exactly these free sites are open besides the certain ones."""
        if self.own_choice:
            return own_choice.nearest_split(self.tables, self.must, self.chosen(sites))
        return cheapest_split(self.tables, self.must, self.chosen(sites))

    def value_of(self, sites: Ints) -> float:
        """Value of opening exactly `sites` besides the ones already opened."""
        if self.settled is not None:
            return self.constant
        found = self.split(sites)
        value = float(self.constant + found.value + self.open_cost[sites].sum())
        return value if found.allowed else max(value, self.penalty) + found.excess

    def restrict(self, opened: Bools, closed: Bools) -> "CapacityCore":
        """What is left once some sites are open for certain and some closed for certain."""
        rest = replace(
            self,
            capacity=self.capacity - self.size[:, opened].sum(axis=1),
            free=self.free & ~opened & ~closed,
            open_now=self.open_now | opened,
            constant=self.constant + float(self.open_cost[opened].sum()),
        )
        if self.own_choice and (hopeless := own_choice.overrun(rest.tables, rest.limits)).any():
            return rest.restrict(np.zeros_like(opened), hopeless)
        return rest if rest.free.any() else rest.decided()

    def decided(self) -> "CapacityCore":
        """The settled core of the one plan that opens what is open for certain."""
        found = self.split(np.zeros(0, dtype=np.int64))
        value = self.constant + found.value if found.allowed else 2.0 * self.penalty
        prices = found.prices
        if not found.allowed and not self.own_choice:
            prices = proof_of_shortage(self.tables, self.must, self.open_now, 2.0 * self.penalty)
        return replace(self, constant=value, settled=prices * self.tables.weight)

    def settle(self, opened: Bools, closed: Bools, multipliers: Floats, room: float) -> "CapacityCore":
        """`restrict`; nothing more can be dropped here."""
        return self.restrict(opened, closed)

    def search(self, starts: Sequence[Ints] | None, *, share: float, seed: int, clock: Clock) -> Plan:
        """Best plan of a first guess (or of `starts`), interchange and upheavals; share 0 is a first look."""
        if self.settled is not None:
            return Plan(np.zeros(0, dtype=np.int64), self.constant)
        looks = 1.0 + 100.0 * share
        if starts is None:
            starts, looks = [search.first_guess(self, clock)], 3.0 * looks
        find = own_choice.find_plan if self.own_choice else search.find_plan
        return find(self, starts, looks=looks, upheavals=int(_UPHEAVALS * looks), seed=seed, clock=clock)

    def climb(self, ascent: Ascent | None, upper: float, iterations: int, planned: int = 0) -> Ascent:
        """Some more steps of subgradient ascent towards `upper`; how many are planned in all makes no difference."""
        if self.settled is not None:
            return Ascent(np.zeros(0), self.constant, np.zeros(self.n_sites))
        state = self._climb_of(ascent)
        climb(self.tables, self.limits, state, upper - self.constant, iterations)
        return Ascent(state.best * self.tables.weight, float(state.numbers[0]) + self.constant, state.share, state)

    def _climb_of(self, ascent: Ascent | None) -> Climb:
        if ascent is not None and isinstance(ascent.memory, Climb):
            return ascent.memory
        if ascent is not None:
            return new_climb(ascent.multipliers / self.tables.weight, self.n_sites)
        guesses = search.first_prices(self)
        return new_climb(max(guesses, key=lambda each: lagrangian_value(self, each * self.tables.weight)), self.n_sites)

    def inherit(self, parent: "CapacityCore", ascent: Ascent) -> Ascent:
        """The parent's ascent as a start for this core, which `parent.restrict` made."""
        if self.settled is not None:
            return Ascent(np.zeros(0), self.constant, np.zeros(self.n_sites))
        prices = ascent.multipliers / self.tables.weight
        return Ascent(ascent.multipliers, -np.inf, ascent.share, new_climb(prices, self.n_sites, 0.3))

    def row_part(self, multipliers: Floats) -> float:
        """What all rows pay for multipliers >= 0, less what the sites that are open for certain earn."""
        if self.settled is not None:
            return 0.0
        paid = np.minimum(multipliers, self.limits.most * self.tables.weight)
        return float(paid.sum() - self._earned(paid)[self.open_now].sum())

    def reduced_costs(self, multipliers: Floats) -> Floats:
        """rho_j = open_cost_j - what site j earns within its room, for every site."""
        if self.settled is not None:
            return self.open_cost.copy()
        paid = np.minimum(multipliers, self.limits.most * self.tables.weight)
        return np.asarray(self.open_cost - self._earned(paid), dtype=np.float64)

    def _earned(self, paid: Floats) -> Floats:
        return price_sites(self.tables, self.limits, paid / self.tables.weight)[0]

    def root_multipliers(self, multipliers: Floats) -> Floats:
        """One for each demand row of the problem, in the unit of the objective; merged rows share by weight."""
        if self.settled is not None:
            multipliers = self.settled
        paid = np.minimum(multipliers, self.limits.most * self.tables.weight)
        asked = np.flatnonzero(self.origin.posed >= 0)
        shown = np.zeros(self.origin.posed.size)
        shown[asked] = abs(self.sign) * self.origin.share[asked] * paid[self.origin.posed[asked]]
        return shown

    def formulate(self, name: str) -> Formulation:
        """The PuLP model of what is left."""
        return formulate(self, name)

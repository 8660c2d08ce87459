"""What search, bounds and trees need of a core, whichever kind of row it has.

value(S) = constant + sum_i row_i(S) + sum_{j in S} open_cost_j
subject to  sum_{j in S} size_kj <= capacity_k  for each limit k
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np

from optimizers.arrays import Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class Plan:
    """Chosen free sites, sorted, and the value of opening them."""

    sites: Ints
    value: float

    def beats(self, other: "Plan | None", tolerance: float = 1e-9) -> bool:
        """True when this plan is better by more than rounding."""
        return other is None or self.value < other.value - tolerance * (1.0 + abs(other.value))


@dataclass(frozen=True, eq=False)
class Ascent:
    """A climb of the bound in progress: where it stands and the best multipliers met.

    Attributes:
        multipliers: of the best bound met.
        value: that bound.
        share: how often each site was in the relaxed choice lately, 0 to 1; None where nobody counted.
        memory: what the climbing kernel wants back: direction, step, patience.
    """

    multipliers: Floats
    value: float
    share: Floats | None = None
    memory: Any = None


class Relaxation(Protocol):
    """A core: rows of one kind, sites, limits. Positions of sites are those of the problem."""

    @property
    def n_rows(self) -> int:
        """Number of rows still undecided."""

    @property
    def n_sites(self) -> int:
        """Number of sites of the problem, free or not."""

    @property
    def n_pairs(self) -> int:
        """Number of stored pairs of row and site."""

    @property
    def free(self) -> Bools:
        """True for each site that is neither open nor closed for certain."""

    @property
    def opened(self) -> tuple[int, ...]:
        """Sites open for certain, sorted."""

    @property
    def open_cost(self) -> Floats:
        """Cost of opening each site, in the unit of the value."""

    @property
    def size(self) -> Floats:
        """What each site uses of each limit, (limits, n_sites)."""

    @property
    def capacity(self) -> Floats:
        """What is left of each limit, (limits,)."""

    @property
    def constant(self) -> float:
        """Part of the value that is settled."""

    @property
    def penalty(self) -> float:
        """Value of leaving out a row that must be served; inf where none must."""

    @property
    def sign(self) -> float:
        """Unit of the value in the caller's objective, negative where that is maximised."""

    @property
    def offset(self) -> float:
        """Objective of value 0."""

    @property
    def integral(self) -> bool:
        """True when every plan's value is a whole number."""

    def objective(self, value: float) -> float:
        """The caller's objective for a value of this minimisation."""

    def value_at(self, objective: float) -> float:
        """The value of this minimisation that gives the caller's objective."""

    def value_of(self, sites: Ints) -> float:
        """Value of opening exactly `sites` besides the ones already opened; float64, exact."""

    def restrict(self, opened: Bools, closed: Bools) -> Self:
        """What is left once some sites are open for certain and some closed for certain."""

    def settle(self, opened: Bools, closed: Bools, multipliers: Floats, room: float) -> Self:
        """`restrict`, and drop what only plans use whose value is `room` or more above the multipliers' bound."""

    def search(self, starts: Sequence[Ints] | None, *, share: float, seed: int, clock: Any) -> Plan:
        """Best plan of greedy (or `starts`) and local search; share 0 = a first look, 1 = a long one; fixed work."""

    def climb(self, ascent: Ascent | None, upper: float, iterations: int, planned: int = 0) -> Ascent:
        """Some more steps of the dual ascent towards `upper`, of `planned` ones in all; called in portions."""

    def inherit(self, parent: Self, ascent: Ascent) -> Ascent:
        """The parent's ascent as a start for this core, which `parent.restrict` made."""

    def row_part(self, multipliers: Floats) -> float:
        """sum_i sum_k min(default_ik, l_i), float64."""

    def reduced_costs(self, multipliers: Floats) -> Floats:
        """rho_j of every site, float64."""

    def root_multipliers(self, multipliers: Floats) -> Floats:
        """One for each demand row of the problem, in the unit of the objective."""

    def formulate(self, name: str) -> Any:
        """The PuLP model of this core."""


def plan_of(core: Relaxation, sites: Ints) -> Plan:
    """The plan that opens exactly these free sites."""
    ordered = np.sort(sites)
    return Plan(ordered, core.value_of(ordered))

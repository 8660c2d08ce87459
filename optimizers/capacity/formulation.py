"""A core with capacities as a sparse PuLP model, in the strong forms.

Planned, x_ij the part of row i that site j serves (Sridharan 1995, European Journal of Operational Research 87):

    minimise    sum_j open_cost_j y_j + sum_ij weight_i unit_ij x_ij + sum_i weight_i default_i u_i
    subject to  sum_j x_ij + u_i = 1,  x_ij <= y_j,  sum_i weight_i x_ij <= room_j y_j
                sum_j room_j y_j >= weight of all rows that must be served

Own choice, z_P = 1 when no site of P is open, for the sets P of the first few sites of a row's list. A row is at its
next site j when z_P - z_{P+j} = 1, so that nearer open sites always win (Wagner & Falkson 1975, Geographical Analysis
7; Espejo, Marin & Rodriguez-Chia 2012, European Journal of Operational Research 219, compare such constraints):

    z_{P+j} >= z_P - y_j,  z_{P+j} <= z_P,  z_{P+j} <= 1 - y_j,  sum weight (z_P - z_{P+j}) <= room_j y_j

Rows with the same first sites share their variables: the number of variables is that of the different sets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pulp

from optimizers.formulation import Formulation, Terms, begun, finished

if TYPE_CHECKING:
    from optimizers.capacity.core import CapacityCore


def formulate(core: CapacityCore, name: str) -> Formulation:
    """Build the model of a core."""
    lp, opens = begun(core, name)
    draft = _Draft(core, lp, opens)
    if core.own_choice:
        draft.own_choice()
    else:
        draft.planned()
    draft.add_rooms()
    terms = [(v, cost) for v, cost in draft.objective.items() if cost]
    return finished(core, lp, opens, terms, core.constant)


class _Draft:
    """A model being built; `objective` and `load` add up what each variable counts for."""

    def __init__(self, core: CapacityCore, lp: Any, opens: dict[int, Any]) -> None:
        self.core, self.lp, self.opens = core, lp, opens
        self.live = core.free | core.open_now
        self.objective: dict[Any, float] = {}
        self.load: dict[int, dict[Any, float]] = {}

    def at_most(self, terms: Terms, most: float) -> None:
        """sum of terms <= most."""
        if terms:
            self.lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintLE, rhs=most))

    def sites_of(self, i: int) -> list[tuple[int, float]]:
        """Sites that may serve a row, nearest first, with their value per unit of weight."""
        tables = self.core.tables
        held = slice(tables.indptr[i], tables.indptr[i + 1])
        pairs = zip(tables.site[held].tolist(), tables.unit[held].tolist(), strict=True)
        return [(j, unit) for j, unit in pairs if self.live[j]]

    def planned(self) -> None:
        """Rows and links where a row may be split."""
        tables = self.core.tables
        for i, weight in enumerate(tables.weight.tolist()):
            parts = [self._part(i, j, weight, unit) for j, unit in self.sites_of(i)]
            # A row that nothing can serve makes the model impossible, which PuLP must be told with a variable.
            left = self.lp.add_variable(f"u_{i}", 0, 0 if self.core.must[i] else 1)
            self.objective[left] = weight * float(tables.default[i])
            row = pulp.LpAffineExpression([(x, 1.0) for x in (*parts, left)])
            self.lp.addConstraint(pulp.LpConstraint(row, pulp.LpConstraintEQ, rhs=1.0))

    def _part(self, i: int, j: int, weight: float, unit: float) -> Any:
        x = self.lp.add_variable(f"x_{i}_{j}", 0, 1)
        self.objective[x] = weight * unit
        self.load.setdefault(j, {})[x] = weight
        if j in self.opens:
            self.at_most([(x, 1.0), (self.opens[j], -1.0)], 0.0)
        return x

    def own_choice(self) -> None:
        """Sets of first sites where people choose."""
        tables = self.core.tables
        known: dict[frozenset[int], Any] = {frozenset(): self.lp.add_variable("everybody", 1, 1)}
        nobody = self.lp.add_variable("nobody", 0, 0)
        linked: set[tuple[frozenset[int], int, bool]] = set()
        for i, weight in enumerate(tables.weight.tolist()):
            seen: frozenset[int] = frozenset()
            sites = self.sites_of(i)
            for at, (j, unit) in enumerate(sites):
                is_last = bool(self.core.open_now[j]) or (bool(self.core.must[i]) and at == len(sites) - 1)
                before, ahead = known[seen], seen | {j}
                after = nobody if is_last else known.get(ahead)
                if after is None:
                    after = known[ahead] = self.lp.add_variable(f"z_{len(known)}", 0, 1)
                if (seen, j, is_last) not in linked:
                    linked.add((seen, j, is_last))
                    self._link(before, after, j)
                self._come(before, after, j, weight, unit)
                seen = ahead
                if is_last:
                    break
            else:
                self._stay(known[seen], weight, i, nobody)

    def _link(self, before: Any, after: Any, j: int) -> None:
        """None of the sites up to j is open: none before it was, and j is not."""
        y = self.opens.get(j)
        if y is not None:
            self.at_most([(before, 1.0), (y, -1.0), (after, -1.0)], 0.0)
            self.at_most([(after, 1.0), (y, 1.0)], 1.0)
        self.at_most([(after, 1.0), (before, -1.0)], 0.0)

    def _come(self, before: Any, after: Any, j: int, weight: float, unit: float) -> None:
        """Those who found nothing open before j, and find j."""
        load = self.load.setdefault(j, {})
        for z, sign in ((before, 1.0), (after, -1.0)):
            load[z] = load.get(z, 0.0) + sign * weight
            self.objective[z] = self.objective.get(z, 0.0) + sign * weight * unit

    def _stay(self, before: Any, weight: float, i: int, nobody: Any) -> None:
        """Those who find nothing at all."""
        if self.core.must[i]:
            self.at_most([(before, 1.0), (nobody, -1.0)], 0.0)
        else:
            default = weight * float(self.core.tables.default[i])
            self.objective[before] = self.objective.get(before, 0.0) + default

    def add_rooms(self) -> None:
        """No site more than it can take, and room for everybody who must be served."""
        room = self.core.tables.room
        for j, terms in self.load.items():
            unit = max(float(room[j]), 1e-9 * float(room.max()), 1e-300)
            scaled = [(x, weight / unit) for x, weight in terms.items() if weight]
            if j in self.opens:
                self.at_most([*scaled, (self.opens[j], -float(room[j]) / unit)], 0.0)
            else:
                self.at_most(scaled, float(room[j]) / unit)
        needed = float(self.core.tables.weight[self.core.must].sum()) * (1.0 - 1e-9)
        needed -= float(room[self.core.open_now].sum())
        if needed > 0.0:
            self.at_most([(y, -float(room[j]) / needed) for j, y in self.opens.items()], -1.0)

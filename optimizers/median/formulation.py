"""A core as a sparse PuLP model, in the radius form of Cornuejols, Nemhauser & Wolsey (1980) and Elloumi (2010).

    minimise  sum_i [ D_i1 + sum_k (D_i,k+1 - D_ik) z_ik ] + sum_j open_cost_j y_j
    subject to  z_ik + sum_{j: cost_ij = D_ik} y_j >= z_i,k-1      (z_i0 = 1)
                sum_j size_kj y_j <= capacity_k

| symbol | meaning |
|--------|---------|
| y_j    | 1 when site j opens |
| D_ik   | k-th distinct cost of row i; the last one is its default |
| z_ik   | 1 when no chosen site serves row i at D_ik or less |

Its linear relaxation is as tight as the classical assignment model with far fewer variables; where all
costs are 0 it is exactly the covering model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pulp

from optimizers.arrays import Ints

if TYPE_CHECKING:
    from optimizers.median.core import Core


@dataclass(frozen=True, eq=False)
class Formulation:
    """A PuLP model, its site variables by position, the sites open already and the constant left out of it."""

    lp: Any
    opens: dict[int, Any]
    opened: tuple[int, ...]
    constant: float

    def chosen(self) -> Ints:
        """Positions of the free sites that the solved model opens."""
        return np.array(
            sorted(j for j, y in self.opens.items() if y.varValue is not None and y.varValue > 0.5),
            dtype=np.int64,
        )


def formulate(core: Core, name: str) -> Formulation:
    """Build the model of a core."""
    lp = pulp.LpProblem(name, pulp.LpMinimize)
    opens = {int(j): lp.add_variable(f"y_{j}", 0, 1, pulp.LpInteger) for j in np.flatnonzero(core.free)}
    terms: list[tuple[Any, float]] = []
    constant = core.constant
    sites, costs = core.site.tolist(), core.cost.tolist()
    for i, (a, b) in enumerate(zip(core.indptr[:-1].tolist(), core.indptr[1:].tolist(), strict=True)):
        constant += costs[a]
        last = np.inf if core.default[i] >= core.penalty else float(core.default[i])
        terms += _add_row(lp, opens, i, sites[a:b], costs[a:b], last)
    terms += [(y, float(core.open_cost[j])) for j, y in opens.items() if core.open_cost[j]]
    lp.setObjective(pulp.LpAffineExpression(terms))
    _add_limits(lp, opens, core)
    return Formulation(lp, opens, core.opened, constant)


def _add_row(
    lp: Any, opens: dict[int, Any], i: int, sites: list[int], costs: list[float], last: float
) -> list[tuple[Any, float]]:
    """Constraints of one row, step by step outwards; returns its terms of the objective."""
    terms: list[tuple[Any, float]] = []
    previous: Any = None
    at = 0
    while at < len(costs):
        end = at + 1
        while end < len(costs) and costs[end] == costs[at]:
            end += 1
        parts = [(opens[j], 1.0) for j in sites[at:end]]
        beyond = costs[end] if end < len(costs) else last
        if np.isfinite(beyond):
            z = lp.add_variable(f"z_{i}_{at}", 0, 1)
            terms.append((z, beyond - costs[at]))
            parts.append((z, 1.0))
        if previous is not None:
            parts.append((previous, -1.0))
        needed = 1.0 if previous is None else 0.0
        lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(parts), pulp.LpConstraintGE, rhs=needed))
        if np.isfinite(beyond):
            previous = z
        at = end
    return terms


def _add_limits(lp: Any, opens: dict[int, Any], core: Core) -> None:
    for k in range(core.capacity.size):
        used = pulp.LpAffineExpression([(y, float(core.size[k, j])) for j, y in opens.items()])
        lp.addConstraint(pulp.LpConstraint(used, pulp.LpConstraintLE, rhs=float(core.capacity[k])))

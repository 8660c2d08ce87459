"""A core as a PuLP model: what the models of all families have in common.

minimise  ... + sum_j open_cost_j y_j
subject to  sum_j size_kj y_j <= capacity_k  for each limit k,   y_j = 1 when site j opens
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pulp

from optimizers.arrays import Ints

if TYPE_CHECKING:
    from optimizers.relaxation import Relaxation

Terms = list[tuple[Any, float]]


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


def begun(core: Relaxation, name: str) -> tuple[Any, dict[int, Any]]:
    """A model without rows, and its y_j by position."""
    lp = pulp.LpProblem(name, pulp.LpMinimize)
    return lp, {int(j): lp.add_variable(f"y_{j}", 0, 1, pulp.LpInteger) for j in np.flatnonzero(core.free)}


def finished(core: Relaxation, lp: Any, opens: dict[int, Any], terms: Terms, constant: float) -> Formulation:
    """The model with its limits and its objective: what the rows pay (`terms`) and what the sites cost."""
    terms += [(y, float(core.open_cost[j])) for j, y in opens.items() if core.open_cost[j]]
    lp.setObjective(pulp.LpAffineExpression(terms))
    for size, capacity in zip(core.size, core.capacity, strict=True):
        used = pulp.LpAffineExpression([(y, float(size[j])) for j, y in opens.items() if size[j]])
        lp.addConstraint(pulp.LpConstraint(used, pulp.LpConstraintLE, rhs=float(capacity)))
    return Formulation(lp, opens, core.opened, constant)

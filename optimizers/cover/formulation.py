"""A covering core as a sparse PuLP model.

    minimise  sum_i sum_k gain_ik z_ik + sum_j open_cost_j y_j
    subject to  sum_{j of row i} y_j + sum_k z_ik >= number of steps of row i
                z_ik <= z_i,k+1      where a later step is worth more than an earlier one (z whole there)
                sum_j size_kj y_j <= capacity_k

| symbol | meaning |
|--------|---------|
| y_j    | 1 when site j opens |
| z_ik   | 1 when the (k+1)-th open site of row i is missing |

A row that must be covered has no z. Church & ReVelle (1974), The maximal covering location problem, Papers in
Regional Science 32; Hogan & ReVelle (1986), Management Science 32.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pulp

from optimizers.arrays import Ints

if TYPE_CHECKING:
    from optimizers.cover.core import CoverCore


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


def formulate(core: CoverCore, name: str) -> Formulation:
    """Build the model of a core."""
    lp = pulp.LpProblem(name, pulp.LpMinimize)
    opens = {int(j): lp.add_variable(f"y_{j}", 0, 1, pulp.LpInteger) for j in np.flatnonzero(core.free)}
    terms: list[tuple[Any, float]] = []
    sites, gains = core.site.tolist(), core.gains.tolist()
    for i, (a, b) in enumerate(zip(core.indptr[:-1].tolist(), core.indptr[1:].tolist(), strict=True)):
        terms += _add_row(lp, i, [opens[j] for j in sites[a:b]], gains[i], core.penalty)
    terms += [(y, float(core.open_cost[j])) for j, y in opens.items() if core.open_cost[j]]
    lp.setObjective(pulp.LpAffineExpression(terms))
    for k in range(core.capacity.size):
        used = pulp.LpAffineExpression([(y, float(core.size[k, j])) for j, y in opens.items()])
        lp.addConstraint(pulp.LpConstraint(used, pulp.LpConstraintLE, rhs=float(core.capacity[k])))
    return Formulation(lp, opens, core.opened, core.constant)


def _add_row(lp: Any, i: int, sites: list[Any], gains: list[float], penalty: float) -> list[tuple[Any, float]]:
    """Constraints of one row; returns its terms of the objective."""
    while gains and gains[-1] == 0.0:
        gains = gains[:-1]
    must = bool(gains) and gains[0] >= penalty
    rising = any(later > earlier for earlier, later in pairwise(gains))
    kind = pulp.LpInteger if rising else pulp.LpContinuous
    missing = [] if must else [lp.add_variable(f"z_{i}_{k}", 0, 1, kind) for k in range(len(gains))]
    for earlier, later in pairwise(missing if rising else []):
        lp.addConstraint(
            pulp.LpConstraint(pulp.LpAffineExpression([(earlier, 1.0), (later, -1.0)]), pulp.LpConstraintLE, rhs=0.0)
        )
    parts = [(v, 1.0) for v in (*sites, *missing)]
    needed = float(1 if must else len(gains))
    lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(parts), pulp.LpConstraintGE, rhs=needed))
    return list(zip(missing, gains, strict=False))

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

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pulp

from optimizers.formulation import Formulation, Terms, begun, finished

if TYPE_CHECKING:
    from optimizers.cover.core import CoverCore


def formulate(core: CoverCore, name: str) -> Formulation:
    """Build the model of a core."""
    lp, opens = begun(core, name)
    terms: Terms = []
    sites, gains = core.site.tolist(), core.gains.tolist()
    for i, (a, b) in enumerate(zip(core.indptr[:-1].tolist(), core.indptr[1:].tolist(), strict=True)):
        terms += _add_row(lp, i, [opens[j] for j in sites[a:b]], gains[i], core.penalty)
    return finished(core, lp, opens, terms, core.constant)


def _add_row(lp: Any, i: int, sites: list[Any], gains: list[float], penalty: float) -> Terms:
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

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

from typing import TYPE_CHECKING, Any

import numpy as np
import pulp

from optimizers.formulation import Formulation, Terms, begun, finished

if TYPE_CHECKING:
    from optimizers.median.core import Core


def formulate(core: Core, name: str) -> Formulation:
    """Build the model of a core."""
    lp, opens = begun(core, name)
    terms: Terms = []
    constant = core.constant
    sites, costs = core.site.tolist(), core.cost.tolist()
    for i, (a, b) in enumerate(zip(core.indptr[:-1].tolist(), core.indptr[1:].tolist(), strict=True)):
        constant += costs[a]
        last = np.inf if core.default[i] >= core.penalty else float(core.default[i])
        terms += _add_row(lp, opens, i, sites[a:b], costs[a:b], last)
    return finished(core, lp, opens, terms, constant)


def _add_row(lp: Any, opens: dict[int, Any], i: int, sites: list[int], costs: list[float], last: float) -> Terms:
    """Constraints of one row, step by step outwards; returns its terms of the objective."""
    terms: Terms = []
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

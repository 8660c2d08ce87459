"""The answer as a frozen value, honest about what was proven."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from optimizers.arrays import Csr, Floats
from optimizers.certificate import Certificate

PROOF_TOLERANCE = 1e-6  # relative to the objective
ROUNDING = 1e-14  # relative to the sum of all weights: what adding them up in another order may change
SEED = 20_240_607  # of the search's pseudo-random steps


@dataclass(frozen=True, eq=False)
class Solution:
    """Chosen sites with what is known about them.

    | field | unit | meaning |
    |-------|------|---------|
    | sites | positions | open sites, fixed ones included, sorted; empty when there is no plan |
    | objective | of the model | recomputed from the sites by `evaluate`; None when there is no plan |
    | bound | of the model | no plan is better than this; None when infeasible |
    | gap | share | distance of bound and objective relative to the larger; 0 only with proof; None without a plan |
    | status | word | see below |
    | reason | sentence | why infeasible, or why the search stopped; "" when optimal |
    | certificate | steps | why no plan is better than the bound; checked by `verify` |
    | allocation | weight | CSR (n_demand, n_sites), who is served where; models with capacities only |
    | levels | see `Level` | the lexicographic model's levels, worst first |
    | conflict | see `Conflict` | what makes an infeasible question so, and the smallest change that mends it |

    Status is "optimal" with a proof, "feasible" for a plan without one, "infeasible" when it is proven that no
    plan exists, and "unknown" when no plan was found and none ruled out.
    """

    model: str
    status: str
    sites: tuple[int, ...]
    objective: float | None
    bound: float | None
    gap: float | None
    reason: str
    seconds: float
    solver: str
    p: int | None = None
    budget_yuan: float | None = None
    threshold_min: float | Floats | None = None
    effort: str = "thorough"
    seed: int = SEED
    options: Mapping[str, Any] = field(default_factory=dict)
    certificate: Certificate | None = field(default=None, repr=False)
    allocation: Csr | None = field(default=None, repr=False)
    levels: tuple[Any, ...] = ()
    conflict: Any = None


def relative_gap(objective: float, bound: float, total: float = 0.0) -> float:
    """|objective - bound| / max(|objective|, |bound|); 0 within the tolerance of a proof.

    `total` is the sum that the two were made from; a distance of its rounding is none.
    """
    distance = abs(objective - bound)
    gap = distance / max(abs(objective), abs(bound), 1e-300)
    return 0.0 if gap <= PROOF_TOLERANCE or distance <= ROUNDING * total else gap

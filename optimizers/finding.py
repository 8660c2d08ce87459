"""What an engine hands back to `solve`: sites, what is proven, and why it stopped."""

from dataclasses import dataclass
from typing import Any

from optimizers.arrays import Csr
from optimizers.certificate import Certificate


@dataclass(frozen=True, eq=False)
class Finding:
    """The answer of an engine, before anything is recomputed.

    Attributes:
        sites: open sites, fixed ones included; None where no plan was found.
        bound: in the unit of the objective, no plan is better; None where it is proven that there is no plan.
        reason: why the run stopped short of a proof, or why there is no plan; "" with a proof.
        certificate: the steps that prove the bound, where there are any.
        allocation: (n_demand, n_sites) CSR of the weight served, for models with capacities.
        levels: for the lexicographic model, what was reached at each level.
    """

    sites: tuple[int, ...] | None
    bound: float | None
    reason: str
    solver: str
    certificate: Certificate | None = None
    allocation: Csr | None = None
    levels: tuple[Any, ...] = ()

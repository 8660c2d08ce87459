"""The network's answer as a frozen value, honest about what was proven."""

from dataclasses import dataclass, field

from optimizers.arrays import Csr, Floats, Ints

NEVER = -1


@dataclass(frozen=True, eq=False)
class Stage:
    """One aim of several, in their order: what it reached, and what no plan can pass."""

    aim: str
    objective: float
    bound: float
    status: str


@dataclass(frozen=True, eq=False)
class NetworkSolution:
    """What opens when, who is served where, who pays, and what is known about it.

    | field | shape, unit | meaning |
    |-------|-------------|---------|
    | form_year | (F,) year | first year open; what stands is open from year 0; NEVER = -1 |
    | module_year | (K,) year | first year on; as above |
    | served | [year][season] CSR (R, m) units a year | delivered at sites |
    | at_home | (T, A, R) units a year | delivered by rounds |
    | paid | (B, T, G, 2) yuan | by source, year and group: capital and running cost with rounds |
    | objective | of the last aim | recomputed from the choices by `deliver` |
    | bound | of the last aim | no plan is better than this |
    | gap | share | distance of the two relative to the larger (a regret: to the seasons' best); 0 only with proof |
    | status | word | "optimal" with a proof, "feasible" without, "infeasible" with a proof, "unknown" |
    | stages | `Stage`s | every aim in its order |
    """

    aims: tuple[str, ...]
    status: str
    objective: float | None
    bound: float | None
    gap: float | None
    reason: str
    seconds: float
    solver: str
    form_year: Ints
    module_year: Ints
    served: tuple[tuple[Csr, ...], ...] = field(repr=False)
    at_home: Floats = field(repr=False)
    paid: Floats = field(repr=False)
    stages: tuple[Stage, ...] = ()

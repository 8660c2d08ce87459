"""What a solver run leaves behind."""

from dataclasses import dataclass

from optimizers.arrays import Floats


@dataclass(frozen=True, eq=False)
class SolverReport:
    """What a solver run found and what it proved.

    `bound` is in the sense of the model: nothing feasible is better than it; None when nothing was proven.
    `interrupted` says that the caller wanted the run to end (KeyboardInterrupt); what was found until then stays.
    """

    found: bool
    proven: bool
    infeasible: bool
    objective: float | None
    bound: float | None
    stopped_by: str
    interrupted: bool = False


@dataclass(frozen=True, eq=False)
class Outcome:
    """The same in the solver's own terms: minimised, without the constant; values in the order of the arrays."""

    status: str
    proven: bool = False
    infeasible: bool = False
    values: Floats | None = None
    bound: float | None = None
    interrupted: bool = False

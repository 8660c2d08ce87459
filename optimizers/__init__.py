"""Numbers only: where to open sites, by position, with a proof of how good the choice is.

problem = LocationProblem(weight=..., travel_time_min=...)
solution = solve(problem, "max_coverage", p=5, threshold_min=30)
assert verify(problem, solution).accepted
"""

from optimizers.allocate import Allocation, allocate
from optimizers.beyond import alternatives, curve, replacement_costs, stability
from optimizers.certificate import Certificate
from optimizers.coverage import is_covered
from optimizers.descent import Level
from optimizers.evaluate import Evaluation, evaluate
from optimizers.infeasible import Conflict
from optimizers.models import MODELS
from optimizers.problem import Group, LocationProblem, ProblemError
from optimizers.solution import Solution
from optimizers.solve import solve
from optimizers.verification import Verdict, verify

__all__ = [
    "MODELS",
    "Allocation",
    "Certificate",
    "Conflict",
    "Evaluation",
    "Group",
    "Level",
    "LocationProblem",
    "ProblemError",
    "Solution",
    "Verdict",
    "allocate",
    "alternatives",
    "curve",
    "evaluate",
    "is_covered",
    "replacement_costs",
    "solve",
    "stability",
    "verify",
]

"""Numbers only: where to open sites, by position, with a proof of how good the choice is.

problem = LocationProblem(weight=..., travel_time_min=...)
solution = solve(problem, "max_coverage", p=5, threshold_min=30)
"""

from optimizers.allocate import Allocation, allocate
from optimizers.coverage import is_covered
from optimizers.evaluate import Evaluation, evaluate
from optimizers.models import MODELS
from optimizers.problem import LocationProblem, ProblemError
from optimizers.solution import Solution
from optimizers.solve import solve

__all__ = [
    "MODELS",
    "Allocation",
    "Evaluation",
    "LocationProblem",
    "ProblemError",
    "Solution",
    "allocate",
    "evaluate",
    "is_covered",
    "solve",
]

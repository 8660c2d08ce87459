"""What every pose needs: the limits as arrays, and a unit in which small numbers are large enough to compare."""

import math

import numpy as np

from optimizers.arrays import Floats
from optimizers.problem import LocationProblem
from optimizers.request import Request


def limits_of(problem: LocationProblem, request: Request) -> tuple[Floats, Floats]:
    """Sizes (limits, sites) and capacities (limits,) of what was asked for: the number of sites, the budget."""
    sizes, capacities = [], []
    if request.p is not None:
        sizes.append(np.ones(problem.n_sites))
        capacities.append(float(request.p))
    if request.budget_yuan is not None:
        sizes.append(np.where(problem.open_already, 0.0, problem.site_cost_yuan))
        capacities.append(request.budget_yuan)
    return np.array(sizes).reshape(len(sizes), problem.n_sites), np.array(capacities, dtype=np.float64)


def unit_of(*parts: Floats) -> float:
    """A power of two that makes the largest of small numbers about a million; 1 where they are not small.

    Dividing by it is exact. Without it the tolerances of search, bound and solver would swallow the differences
    between plans of a caller who counts in small shares instead of persons.
    """
    top = max(float(part.max(initial=0.0)) for part in parts)
    return 1.0 if top == 0.0 or top >= 1.0 else float(2.0 ** (math.floor(math.log2(top)) - 20))

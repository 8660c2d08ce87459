"""From a LocationProblem to a Core: one function for each question."""

import math
from dataclasses import replace

import numpy as np

from optimizers.arrays import Floats, Ints
from optimizers.core import Core, restrict
from optimizers.kernel import kernel
from optimizers.problem import LocationProblem
from optimizers.request import Request
from optimizers.rows import Rows, merged, needed_rows


def pose_max_coverage(problem: LocationProblem, request: Request) -> Core:
    """Value = weight left uncovered within the threshold; objective = weight covered."""
    rows = merged(_covering_rows(problem, request))
    zero = np.zeros(rows.site.size)
    total = float(problem.weight[problem.weight > 0].sum())
    unit = _unit(rows.weight)
    core = _core(problem, request, rows, zero, rows.weight / unit)
    return _settled(problem, core, sign=-unit, offset=total)


def pose_set_cover(problem: LocationProblem, request: Request) -> Core:
    """Value = number of open sites; a row left out costs more than opening everything."""
    rows = merged(_covering_rows(problem, request))
    penalty = float(problem.n_sites + 1)
    default = np.full(rows.weight.size, penalty)
    core = _core(problem, request, rows, np.zeros(rows.site.size), default, opening=1.0)
    return _settled(problem, core, penalty=penalty)


def pose_cover_test(problem: LocationProblem, request: Request) -> Core:
    """Value = number of row groups out of reach; 0 says p sites reach all within the threshold."""
    rows = merged(_covering_rows(problem, request))
    core = _core(problem, request, rows, np.zeros(rows.site.size), np.ones(rows.weight.size))
    return _settled(problem, core, penalty=1.0)


def pose_p_median(problem: LocationProblem, request: Request) -> Core:
    """Value = weighted cost to the cheapest open site, or the unserved price where one is given."""
    rows = merged(needed_rows(problem, np.inf))
    cost = rows.unit * np.repeat(rows.weight, np.diff(rows.indptr))
    left_out = rows.weight * (problem.unserved_cost or 0.0)
    unit = _unit(cost, left_out)
    cost = cost / unit
    if problem.unserved_cost is not None:
        core = _core(problem, request, rows, cost, left_out / unit)
        return _settled(problem, core, sign=unit)
    # Each row served at its dearest pair is the worst complete plan; one row left out must cost more.
    penalty = 1.0 + float(np.ceil(_row_maximum(rows.indptr, cost).sum()))
    core = _core(problem, request, rows, cost, np.full(rows.weight.size, penalty))
    return _settled(problem, core, penalty=penalty, sign=unit)


def _unit(*parts: Floats) -> float:
    """A power of two that makes the largest of small numbers about a million; 1 where they are not small.

    Dividing by it is exact. Without it the tolerances of search, bound and solver would swallow the differences
    between plans of a caller who counts in small shares instead of persons.
    """
    top = max(float(part.max(initial=0.0)) for part in parts)
    return 1.0 if top == 0.0 or top >= 1.0 else float(2.0 ** (math.floor(math.log2(top)) - 20))


def _covering_rows(problem: LocationProblem, request: Request) -> Rows:
    assert request.threshold_min is not None
    return needed_rows(problem, request.threshold_min)


def _row_maximum(indptr: Ints, cost: Floats) -> Floats:
    filled = np.diff(indptr) > 0
    return np.maximum.reduceat(cost, indptr[:-1][filled]) if filled.any() else np.zeros(1)


def _resources(problem: LocationProblem, request: Request) -> tuple[Floats, Floats]:
    """Sizes and capacities of the limits asked for: the number of sites, the budget."""
    sizes, capacities = [], []
    if request.p is not None:
        sizes.append(np.ones(problem.n_sites))
        capacities.append(float(request.p))
    if request.budget_yuan is not None:
        sizes.append(np.where(problem.open_already, 0.0, problem.site_cost_yuan))
        capacities.append(request.budget_yuan)
    return np.array(sizes).reshape(len(sizes), problem.n_sites), np.array(capacities, dtype=np.float64)


def _core(
    problem: LocationProblem,
    request: Request,
    rows: Rows,
    cost: Floats,
    default: Floats,
    *,
    opening: float = 0.0,
) -> Core:
    site, cost = cheapest_first(rows.indptr, rows.site, cost)
    size, capacity = _resources(problem, request)
    return Core(
        indptr=rows.indptr, site=site, cost=cost, default=default,
        open_cost=np.full(problem.n_sites, opening), size=size, capacity=capacity,
        free=np.ones(problem.n_sites, dtype=np.bool_),
    )  # fmt: skip


def _settled(
    problem: LocationProblem, core: Core, *, penalty: float = np.inf, sign: float = 1.0, offset: float = 0.0
) -> Core:
    """Fold in the sites that are open or closed from the start, and drop what can no longer matter."""
    core = replace(core, penalty=penalty, sign=sign, offset=offset)
    return restrict(core, problem.open_already, problem.closed_for_good)


@kernel
def cheapest_first(indptr: Ints, site: Ints, cost: Floats) -> tuple[Ints, Floats]:
    """Order each row by cost; the stable sort keeps the lower position first among equals."""
    sites = site.copy()
    costs = cost.copy()
    for i in range(indptr.size - 1):
        a, b = indptr[i], indptr[i + 1]
        ordered = True
        for k in range(a + 1, b):
            if cost[k] < cost[k - 1]:
                ordered = False
                break
        if not ordered:
            order = np.argsort(cost[a:b], kind="mergesort")
            for k in range(b - a):
                sites[a + k] = site[a + order[k]]
                costs[a + k] = cost[a + order[k]]
    return sites, costs

"""What each model makes of a plan: one function for each, called by `evaluate` only.

Each takes the problem, the plan as measured without a model, and the completed question, and returns the plan
with its objective. A plan that breaks a rule of the model has the objective inf (where less is better) or -inf.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from optimizers.arrays import Csr, Floats, summed
from optimizers.capacity.allocation import best_split
from optimizers.coverage import needed_weight, times_covered
from optimizers.equity import equivalent, kappa_of
from optimizers.problem import LocationProblem
from optimizers.request import Request

if TYPE_CHECKING:
    from optimizers.evaluate import Evaluation


def max_coverage(problem: LocationProblem, found: Evaluation, request: Request) -> Evaluation:
    """Weight covered."""
    return replace(found, objective=found.covered_weight)


def set_cover(problem: LocationProblem, found: Evaluation, request: Request) -> Evaluation:
    """Number of open sites; inf when less than `cover_share` of the weight is covered."""
    assert found.covered is not None
    share = float(request.options["cover_share"])
    if share >= 1.0:
        complete = bool(found.covered[problem.weight > 0].all())
    else:
        complete = float(found.covered_weight or 0.0) >= needed_weight(share, problem.weight)
    return replace(found, objective=float(len(found.sites)) if complete else np.inf)


def p_median(problem: LocationProblem, found: Evaluation, request: Request) -> Evaluation:
    """Weighted time; inf when somebody who must be assigned is not."""
    return replace(found, objective=_weighted_time(problem, found))


def _weighted_time(problem: LocationProblem, found: Evaluation) -> float:
    needy = problem.weight > 0
    return summed(problem.weight[needy] * _paid_times(problem, found)[needy])


def _yuan_of(time: float, request: Request) -> float:
    """The weighted time at its price; somebody left out cannot be paid for, even where time costs nothing."""
    return float(request.options["yuan_per_time"]) * time if np.isfinite(time) else np.inf


def _paid_times(problem: LocationProblem, found: Evaluation) -> Floats:
    """Time to the nearest open site, at most the price of staying unserved."""
    times = found.nearest_time_min
    return times if problem.unserved_cost is None else np.minimum(times, problem.unserved_cost)


def p_center(problem: LocationProblem, found: Evaluation, request: Request) -> Evaluation:
    """The worst time."""
    return replace(found, objective=found.worst_time_min)


def backup_coverage(problem: LocationProblem, found: Evaluation, request: Request) -> Evaluation:
    """Weight covered once counts (1 - theta), weight covered at least twice theta more."""
    assert request.threshold_min is not None
    theta = float(request.options["backup_share"])
    count = times_covered(problem, found.sites, request.threshold_min)
    once, twice = (summed(problem.weight[count >= k]) for k in (1, 2))
    return replace(found, objective=(1.0 - theta) * once + theta * twice, times_covered=count)


def fixed_charge(problem: LocationProblem, found: Evaluation, request: Request) -> Evaluation:
    """Yuan: the sites that are not fixed open, and the weighted time at its price."""
    assert found.cost_yuan is not None
    return replace(found, objective=found.cost_yuan + _yuan_of(_weighted_time(problem, found), request))


def kolm_pollak(problem: LocationProblem, found: Evaluation, request: Request) -> Evaluation:
    """The equally distributed equivalent, minutes."""
    kappa = kappa_of(problem, float(request.options["aversion"]))
    return replace(found, objective=equivalent(problem.weight, _paid_times(problem, found), kappa))


def nearest_allocation(problem: LocationProblem, found: Evaluation, covered_only: bool) -> Csr | None:
    """Each row whole at its nearest open site (or nowhere); None when some site would be too full."""
    served = (found.covered if covered_only else found.reached) & (problem.weight > 0)
    rows = np.flatnonzero(served)
    sites = np.asarray(found.nearest_site[rows], dtype=np.int64)
    load = np.bincount(sites, problem.weight[rows], minlength=problem.n_sites)
    if np.any(load > problem.capacity * (1.0 + 1e-9)):
        return None
    return sparse.csr_array((problem.weight[rows], (rows, sites)), shape=(problem.n_demand, problem.n_sites))


def capacitated_coverage(problem: LocationProblem, found: Evaluation, request: Request) -> Evaluation:
    """Weight served within threshold and capacity; -inf when the nearest sites would be too full."""
    if request.options["choice"] == "planned":
        return _planned(problem, found, "capacitated_coverage", request)
    allocation = nearest_allocation(problem, found, covered_only=True)
    objective = -np.inf if allocation is None else summed(allocation.data)
    return replace(found, objective=objective, allocation=allocation)


def capacitated_p_median(problem: LocationProblem, found: Evaluation, request: Request) -> Evaluation:
    """Weighted time within the capacities; inf when somebody who must be assigned cannot be."""
    if request.options["choice"] == "planned":
        return _planned(problem, found, "capacitated_p_median", request)
    allocation = nearest_allocation(problem, found, covered_only=False)
    objective = np.inf if allocation is None else _weighted_time(problem, found)
    return replace(found, objective=objective, allocation=allocation)


def capacitated_fixed_charge(problem: LocationProblem, found: Evaluation, request: Request) -> Evaluation:
    """Yuan: sites that are not fixed open, and the weighted time within the capacities at its price."""
    if request.options["choice"] == "planned":
        return _planned(problem, found, "capacitated_fixed_charge", request)
    timed = capacitated_p_median(problem, found, request)
    assert timed.objective is not None
    assert found.cost_yuan is not None
    return replace(timed, objective=found.cost_yuan + _yuan_of(timed.objective, request))


def _planned(problem: LocationProblem, found: Evaluation, model: str, request: Request) -> Evaluation:
    """The best split of the demand among the open sites, by an exact transport problem."""
    covering = model == "capacitated_coverage"
    threshold = request.threshold_min if covering else None
    split = best_split(problem, found.sites, threshold)
    if split is None:
        return replace(found, objective=np.inf)
    time, allocation = split
    if covering:
        return replace(found, objective=summed(allocation.data), allocation=allocation)
    if model == "capacitated_p_median":
        return replace(found, objective=time, allocation=allocation)
    assert found.cost_yuan is not None
    return replace(found, objective=found.cost_yuan + _yuan_of(time, request), allocation=allocation)


def lexicographic(problem: LocationProblem, found: Evaluation, request: Request) -> Evaluation:
    """The weight beyond the first of the levels asked for; without any, the worst time.

    `levels` holds what plans are compared by, in order: the weight beyond each level asked for, or else the worst
    times, the largest first, each with the weight at it or beyond.
    """
    levels = tuple(request.options["levels"])
    times, weight = found.nearest_time_min[problem.weight > 0], problem.weight[problem.weight > 0]
    if levels:
        beyond = tuple(summed(weight[times > minutes]) for minutes in levels)
        return replace(found, objective=beyond[0], levels=beyond)
    worst = np.unique(times)[::-1][: int(request.options["depth"])].tolist()
    steps = tuple(number for time in worst for number in (time, summed(weight[times >= time])))
    return replace(found, objective=found.worst_time_min, levels=steps)

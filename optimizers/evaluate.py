"""What a set of open sites means for everyone: the one place where plans are measured."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizers.arrays import Bools, Csr, Floats, Ints, summed
from optimizers.checks import checked_threshold
from optimizers.coverage import is_covered, rows_of
from optimizers.models import MODELS
from optimizers.problem import LocationProblem, ProblemError
from optimizers.request import Request, completed, faults_of_options, unknown


@dataclass(frozen=True, eq=False)
class Evaluation:
    """How demand fares when exactly `sites` are open.

    | field | unit | meaning |
    |-------|------|---------|
    | nearest_site | position | nearest open site, lowest among equals; masked array, masked where none is reached |
    | nearest_time_min | minutes | time to it, `inf` where none is reached |
    | reached | bool | some open site is reachable |
    | covered | bool | nearest time <= threshold; None without a threshold |
    | covered_weight | weight | weight of covered demand; None without a threshold |
    | weighted_time | weight x minutes | sum over reached demand |
    | worst_time_min | minutes | largest nearest time over demand of positive weight |
    | cost_yuan | yuan | cost of the open sites that were not fixed open; None without costs |
    | group_shares | share 0..1 | covered part of each group, 1 for an empty one; None without a threshold |
    | objective | of the model | None without a model |
    | times_covered | sites | open sites within the threshold of each row; for backup coverage only |
    | allocation | weight | CSR (n_demand, n_sites): who is served where; for capacitated models that have a plan |
    | levels | minutes, weight | what the lexicographic model compares, in order; else empty |
    """

    sites: tuple[int, ...]
    nearest_site: Any
    nearest_time_min: Floats
    reached: Bools
    covered: Bools | None
    covered_weight: float | None
    weighted_time: float
    worst_time_min: float
    cost_yuan: float | None
    group_shares: tuple[float, ...] | None = None
    objective: float | None = None
    times_covered: Ints | None = None
    allocation: Csr | None = None
    levels: tuple[float, ...] = ()


def evaluate(
    problem: LocationProblem,
    sites: Sequence[int],
    *,
    model: str | None = None,
    threshold_min: float | Floats | None = None,
    **options: Any,
) -> Evaluation:
    """Measure a plan, whoever made it: baseline, drawn by hand or optimised.

    The threshold (minutes) is that of the problem when none is given; options are those of the model.

    Raises:
        ProblemError: a site out of range, an unknown model or option, or a model without what it needs.
    """
    chosen = checked_sites(problem, sites)
    request = _checked(problem, model, threshold_min, options)
    threshold = request.threshold_min
    nearest_site, nearest, reached = _nearest(problem, chosen)
    covered = None if threshold is None else is_covered(nearest, threshold) & reached
    needy = problem.weight > 0
    found = Evaluation(
        sites=chosen,
        nearest_site=nearest_site,
        nearest_time_min=nearest,
        reached=reached,
        covered=covered,
        covered_weight=None if covered is None else summed(problem.weight[covered]),
        weighted_time=summed(problem.weight[reached] * nearest[reached]),
        worst_time_min=float(nearest[needy].max()) if needy.any() else 0.0,
        cost_yuan=_cost(problem, chosen),
        group_shares=None if covered is None else tuple(_share(group.weight, covered) for group in problem.groups),
    )
    return found if model is None else MODELS[model].measure(problem, found, request)


def checked_sites(problem: LocationProblem, sites: Sequence[int]) -> tuple[int, ...]:
    """The sites as a sorted tuple of ints; refuses anything that is not a position."""
    chosen = tuple(sorted({int(site) for site in sites}))
    outside = [site for site in chosen if not 0 <= site < problem.n_sites]
    if outside:
        raise ProblemError([f"sites {outside[:5]} are outside 0 to {problem.n_sites - 1}."])
    return chosen


def _checked(problem: LocationProblem, model: str | None, threshold: Any, options: dict[str, Any]) -> Request:
    """What is needed to measure, completed; limits on the number of sites or yuan are not asked for here."""
    faults: list[str] = []
    checked_threshold(threshold, problem.n_demand, faults, infinite=True)
    request = Request(threshold_min=problem.threshold_min if threshold is None else threshold, options=options)
    if model is not None and model not in MODELS:
        raise ProblemError([unknown("model", model, MODELS)])
    if model is not None:
        row = MODELS[model]
        request = completed(problem, row, request)
        faults += faults_of_options(model, row, request.options)
        if "threshold_min" in row.required and request.threshold_min is None:
            faults.append(f"{model} needs threshold_min.")
        faults += [
            f"{model} needs {name}, and the problem has none." for name in row.needs if getattr(problem, name) is None
        ]
    elif options:
        faults.append(f"{next(iter(options))} is an option of a model; name the model too.")
    if faults:
        raise ProblemError(faults)
    return request


def _nearest(problem: LocationProblem, chosen: tuple[int, ...]) -> tuple[Any, Floats, Bools]:
    times = problem.travel_time_min
    pairs = np.flatnonzero(problem.mask_of(chosen)[times.indices])
    rows, sites, minutes = rows_of(times.indptr, pairs), times.indices[pairs], times.data[pairs]
    nearest = np.full(problem.n_demand, np.inf)
    np.minimum.at(nearest, rows, minutes)
    at_nearest = np.flatnonzero(minutes == nearest[rows])
    first_row, first = np.unique(rows[at_nearest], return_index=True)
    reached = np.zeros(problem.n_demand, dtype=np.bool_)
    reached[first_row] = True
    site = np.ma.array(np.zeros(problem.n_demand, dtype=np.int64), mask=True)
    site[first_row] = sites[at_nearest[first]]
    return site, nearest, reached


def _share(weight: Floats, covered: Bools) -> float:
    total = summed(weight)
    return summed(weight[covered]) / total if total > 0 else 1.0


def _cost(problem: LocationProblem, chosen: tuple[int, ...]) -> float | None:
    if problem.site_cost_yuan is None:
        return None
    fixed = set(problem.fixed_open)
    return summed(problem.site_cost_yuan[[site for site in chosen if site not in fixed]])

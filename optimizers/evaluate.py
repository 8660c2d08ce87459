"""What a set of open sites means for everyone: the one place where plans are measured."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from optimizers.arrays import Bools, Floats
from optimizers.coverage import is_covered
from optimizers.models import MODELS
from optimizers.problem import LocationProblem, ProblemError


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
    | objective | of the model | None without a model |
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
    objective: float | None = None


def evaluate(
    problem: LocationProblem,
    sites: Sequence[int],
    *,
    model: str | None = None,
    threshold_min: float | None = None,
) -> Evaluation:
    """Measure a plan, whoever made it: baseline, drawn by hand or optimised.

    Raises:
        ProblemError: a site out of range, an unknown model, or a model without the threshold it needs.
    """
    chosen = checked_sites(problem, sites)
    _check_model(model, threshold_min)
    nearest_site, nearest, reached = _nearest(problem, chosen)
    covered = None if threshold_min is None else is_covered(nearest, threshold_min) & reached
    needy = problem.weight > 0
    found = Evaluation(
        sites=chosen,
        nearest_site=nearest_site,
        nearest_time_min=nearest,
        reached=reached,
        covered=covered,
        covered_weight=None if covered is None else float(problem.weight[covered].sum()),
        weighted_time=float(problem.weight[reached] @ nearest[reached]),
        worst_time_min=float(nearest[needy].max()) if needy.any() else 0.0,
        cost_yuan=_cost(problem, chosen),
    )
    if model is None:
        return found
    return replace(found, objective=MODELS[model].measure(problem, found))


def checked_sites(problem: LocationProblem, sites: Sequence[int]) -> tuple[int, ...]:
    """The sites as a sorted tuple of ints; refuses anything that is not a position."""
    chosen = tuple(sorted({int(site) for site in sites}))
    outside = [site for site in chosen if not 0 <= site < problem.n_sites]
    if outside:
        raise ProblemError([f"sites {outside[:5]} are outside 0 to {problem.n_sites - 1}."])
    return chosen


def _check_model(model: str | None, threshold_min: float | None) -> None:
    if model is not None and model not in MODELS:
        raise ProblemError([f"model {model!r} is unknown; known: {', '.join(MODELS)}."])
    if model is not None and "threshold_min" in MODELS[model].required and threshold_min is None:
        raise ProblemError([f"{model} needs threshold_min."])


def _nearest(problem: LocationProblem, chosen: tuple[int, ...]) -> tuple[Any, Floats, Bools]:
    times = problem.travel_time_min
    is_open = np.zeros(problem.n_sites, dtype=np.bool_)
    is_open[list(chosen)] = True
    rows = np.repeat(np.arange(problem.n_demand), np.diff(times.indptr))
    usable = is_open[times.indices]
    rows, sites, minutes = rows[usable], times.indices[usable], times.data[usable]
    nearest = np.full(problem.n_demand, np.inf)
    np.minimum.at(nearest, rows, minutes)
    at_nearest = np.flatnonzero(minutes == nearest[rows])
    first_row, first = np.unique(rows[at_nearest], return_index=True)
    reached = np.zeros(problem.n_demand, dtype=np.bool_)
    reached[first_row] = True
    site = np.ma.array(np.zeros(problem.n_demand, dtype=np.int64), mask=True)
    site[first_row] = sites[at_nearest[first]]
    return site, nearest, reached


def _cost(problem: LocationProblem, chosen: tuple[int, ...]) -> float | None:
    if problem.site_cost_yuan is None:
        return None
    paid = [site for site in chosen if site not in set(problem.fixed_open)]
    return float(problem.site_cost_yuan[paid].sum())

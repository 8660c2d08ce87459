"""Reference models of distance: each row is assigned to one open site. Symbols in `pieces`."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from optimizers.coverage import Threshold
from optimizers.equity import kappa_of, nearest_times
from optimizers.problem import LocationProblem
from optimizers.reference.pieces import (
    Draft,
    Reference,
    Terms,
    add_covered,
    add_floors,
    draft,
    opening_costs,
    timed_pairs,
)

_LARGEST_EXPONENT = 600.0


def p_median_model(
    problem: LocationProblem, *, threshold_min: Threshold | None = None, cutoff: float | None = None, **limits: Any
) -> Reference:
    """p-median: the least weighted time to the nearest of p open sites.

        minimise    sum_ij w_i t_ij x_ij  ( + sum_i w_i U u_i )
        subject to  sum_j x_ij ( + u_i ) = 1,  x_ij <= y_j,  x, u >= 0,  sum_j y_j <= p,  sum_j f_j y_j <= B

    | symbol | unit | meaning |
    |--------|------|---------|
    | x_ij | share | row i is served by site j |
    | u_i | share | row i is left unserved, only where the problem has an `unserved_cost` U |

    Floors for groups as in `max_coverage_model`; they need the threshold.

    Hakimi (1964), Operations Research 12; ReVelle & Swain (1970), Central facilities location,
    Geographical Analysis 2.
    """
    model = draft(problem, "p_median", "min", **limits)
    terms = _add_assignment(problem, model, lambda time: time)
    _add_group_floors(problem, model, threshold_min)
    return model.finished(terms, cutoff)


def fixed_charge_model(
    problem: LocationProblem,
    *,
    yuan_per_time: float = 1.0,
    threshold_min: Threshold | None = None,
    cutoff: float | None = None,
    **limits: Any,
) -> Reference:
    """Fixed-charge location: the least cost of sites and time together, time at `yuan_per_time` = v.

        minimise    sum_{j not fixed} f_j y_j + v ( sum_ij w_i t_ij x_ij + sum_i w_i U u_i )

    subject to the constraints of `p_median_model`; sites that are fixed open are paid already.

    Balinski (1965), Integer programming: methods, uses, computation, Management Science 12; Erlenkotter (1978),
    A dual-based procedure for uncapacitated facility location, Operations Research 26.
    """
    model = draft(problem, "fixed_charge", "min", **limits)
    terms = _add_assignment(problem, model, lambda time: yuan_per_time * time) + opening_costs(problem, model)
    _add_group_floors(problem, model, threshold_min)
    return model.finished(terms, cutoff)


def kolm_pollak_model(
    problem: LocationProblem,
    *,
    aversion: float = 1.0,
    threshold_min: Threshold | None = None,
    cutoff: float | None = None,
    **limits: Any,
) -> Reference:
    """Kolm-Pollak: the least equally distributed equivalent of the times, as a p-median with other costs.

        minimise    v = sum_ij w_i exp(kappa (t_ij - s)) x_ij ( + sum_i w_i exp(kappa (U - s)) u_i )
        EDE       = s + ln( v / sum_i w_i ) / kappa   (minutes)

    subject to the constraints of `p_median_model`. kappa = aversion x alpha, see `optimizers.equity`; s, the
    worst time with all sites open, keeps the exponentials near 1. Where kappa is 0 everybody can have time 0,
    and the mean time is minimised.

    Horton, Logan, Murrell, Skipper & Speakman, A scalable approach to equitable facility location,
    arXiv 2401.15452.
    """
    kappa = kappa_of(problem, aversion)
    needy = problem.weight > 0
    nearest = nearest_times(problem, ~problem.closed_for_good)[needy]
    shift, total = float(nearest[np.isfinite(nearest)].max(initial=0.0)), float(problem.weight.sum()) or 1.0

    def cost_of(time: float) -> float:
        return float(np.exp(min(kappa * (time - shift), _LARGEST_EXPONENT))) if kappa else time

    def objective_of(value: float) -> float:
        return shift + float(np.log(max(value, 1e-300) / total)) / kappa if kappa else value / total

    model = draft(problem, "kolm_pollak", "min", **limits)
    terms = _add_assignment(problem, model, cost_of)
    _add_group_floors(problem, model, threshold_min)
    most = None if cutoff is None else total * cost_of(cutoff)
    return replace(model.finished(terms, most), objective=objective_of if needy.any() else lambda value: 0.0)


def _add_assignment(problem: LocationProblem, model: Draft, cost_of: Callable[[float], float]) -> Terms:
    """x_ij and u_i with their costs; sum_j x_ij + u_i = 1, x_ij <= y_j."""
    terms: Terms = []
    for i, pairs in timed_pairs(problem, model):
        weight = float(problem.weight[i])
        parts: Terms = []
        for time, j in pairs:
            x = model.share(f"x_{i}_{j}")
            model.at_most([(x, 1.0), (model.opens[j], -1.0)], 0.0)
            parts.append((x, 1.0))
            terms.append((x, weight * cost_of(time)))
        if problem.unserved_cost is not None:
            u = model.share(f"u_{i}")
            parts.append((u, 1.0))
            terms.append((u, weight * cost_of(problem.unserved_cost)))
        model.exactly(parts, 1.0)
    return terms


def _add_group_floors(problem: LocationProblem, model: Draft, threshold_min: Threshold | None) -> None:
    if problem.groups and threshold_min is not None:
        add_floors(problem, model, add_covered(problem, model, threshold_min))

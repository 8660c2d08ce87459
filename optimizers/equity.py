"""The Kolm-Pollak equally distributed equivalent: one time that is as bad as all the unequal ones together.

    EDE(t) = ln( sum_i w_i exp(kappa t_i) / sum_i w_i ) / kappa        kappa = aversion x alpha
    alpha  = sum_i w_i s_i / sum_i w_i s_i^2

| symbol | unit | meaning |
|--------|------|---------|
| t_i    | minutes | time of row i to its nearest open site, at most the `unserved_cost` where there is one |
| s_i    | minutes | the same with all allowed sites open, so that alpha belongs to the place and not to the plan |
| kappa  | 1/minutes | how much more the badly off count; towards 0 the EDE becomes the mean |

The EDE lies between the mean and the worst time and has the unit of time. ln and exp are monotone, so the plan
with the least sum of w_i exp(kappa t_i) has the least EDE: a p-median with transformed costs. Times are taken
relative to the largest one before they are exponentiated, since exp of a few hundred minutes is no number.

Kolm (1976), Unequal inequalities, Journal of Economic Theory 12; Horton, Logan, Murrell, Skipper & Speakman,
A scalable approach to equitable facility location, arXiv 2401.15452.
"""

import math

import numpy as np

from optimizers.arrays import Bools, Floats, summed
from optimizers.problem import LocationProblem


def kappa_of(problem: LocationProblem, aversion: float) -> float:
    """kappa (per minute); 0 where everybody could have no distance at all."""
    times = nearest_times(problem, ~problem.closed_for_good)
    known = np.isfinite(times) & (problem.weight > 0)
    weight, times = problem.weight[known], times[known]
    top = float(times.max(initial=0.0))
    if top == 0.0:
        return 0.0
    share = times / top  # so that squares of tiny or huge times stay numbers
    return aversion * summed(weight * share) / summed(weight * share**2) / top


def nearest_times(problem: LocationProblem, is_open: Bools) -> Floats:
    """Time of each row to its nearest open site, capped at the `unserved_cost`; inf where none is reached."""
    times = problem.travel_time_min
    minutes = np.where(is_open[times.indices], times.data, np.inf)
    nearest = np.full(problem.n_demand, np.inf)
    filled = np.flatnonzero(np.diff(times.indptr))
    if filled.size:
        nearest[filled] = np.minimum.reduceat(minutes, times.indptr[filled])
    return nearest if problem.unserved_cost is None else np.minimum(nearest, problem.unserved_cost)


def equivalent(weight: Floats, times: Floats, kappa: float) -> float:
    """EDE of these times (minutes); inf when one of positive weight is, 0 when nobody asks for anything."""
    times, weight = times[weight > 0], weight[weight > 0]
    if times.size == 0:
        return 0.0
    top = float(times.max())
    if not np.isfinite(top):
        return np.inf
    total = summed(weight)
    if kappa == 0.0:
        return summed(weight * times) / total
    return top + math.log1p(summed(weight * np.expm1(kappa * (times - top))) / total) / kappa

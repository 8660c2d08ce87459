"""From a LocationProblem to a Core: one function for each question of costs to the nearest open site.

Prices, one for each group of demand, relax the floors: a unit of a group's weight beyond the threshold costs its
price, and the weight that may stay beyond is given back,

    + sum_g price_g (sum_i weight_gi [i beyond] - (W_g - needed_g))

which for any prices >= 0 pays no more than the plans that keep the floors. Someone left unserved is beyond.
"""

import math
from dataclasses import replace

import numpy as np

from optimizers.arrays import Floats
from optimizers.coverage import near, needed_weight
from optimizers.equity import kappa_of, nearest_times
from optimizers.median.core import Core, Equivalent, Origin
from optimizers.median.rows import Asked, Rows, merged_rows
from optimizers.posing import limits_of, unit_of
from optimizers.problem import LocationProblem
from optimizers.request import Request

_DEAREST = 600.0
"""Exponents are cut here: e^600 is far beyond any plan worth having, and sums of it are still numbers."""


def pose_p_median(problem: LocationProblem, request: Request, prices: Floats | None = None) -> Core:
    """Value = weighted cost to the cheapest open site, or the unserved price where one is given."""
    times, left_out = _minutes(problem)
    return _core(problem, request, times, left_out, problem.weight, prices)


def pose_fixed_charge(problem: LocationProblem, request: Request, prices: Floats | None = None) -> Core:
    """Value = yuan for the sites that open and for the weighted time; fixed open sites cost nothing."""
    times, left_out = _minutes(problem)
    rate = float(request.options["yuan_per_time"])
    charge = np.where(problem.open_already, 0.0, problem.site_cost_yuan)
    if rate == 0.0:  # everybody must still be reached, at no price
        times, left_out, rate = np.zeros_like(times), np.inf if math.isinf(left_out) else 0.0, 1.0
    return _core(problem, request, times, left_out, rate * problem.weight, prices, charge=charge)


def pose_kolm_pollak(problem: LocationProblem, request: Request, prices: Floats | None = None) -> Core:
    """Value = sum of w exp(kappa (t - t0)); objective = the equivalent in minutes.

    t0 is the worst of the times that would be left with every allowed site open: no plan has a smaller worst time,
    so the terms that decide are about as large as the weights. See `optimizers.equity` for kappa.
    """
    times, left_out = _minutes(problem)
    # To 12 digits, which do not depend on the order in which demand was added up.
    kappa = float(f"{kappa_of(problem, float(request.options['aversion'])):.12g}")
    total = math.fsum(problem.weight.tolist())
    if kappa == 0.0 or total == 0.0:
        core = _core(problem, request, times, left_out, problem.weight, prices)
        return replace(core, equivalent=Equivalent(0.0, core.sign / (total or 1.0)))
    least = _worst_of_the_best(problem)
    unit = np.exp(np.minimum(kappa * (times - least), _DEAREST))
    default = math.exp(min(kappa * (left_out - least), _DEAREST)) if math.isfinite(left_out) else np.inf
    factor = math.exp(min(kappa * least, _DEAREST))
    core = _core(problem, request, unit, default, problem.weight, None if prices is None else prices / factor)
    shift = kappa * least + math.log(core.sign / total)
    return replace(core, sign=core.sign * factor, equivalent=Equivalent(kappa, shift))


def _minutes(problem: LocationProblem) -> tuple[Floats, float]:
    """Times of the stored pairs, and the one that stands for being left unserved; inf where nobody may be."""
    return problem.travel_time_min.data, np.inf if problem.unserved_cost is None else float(problem.unserved_cost)


def _worst_of_the_best(problem: LocationProblem) -> float:
    """The worst time of those who need anything, with every allowed site open."""
    best = nearest_times(problem, ~problem.closed_for_good)
    best = best[(problem.weight > 0) & np.isfinite(best)]
    return float(best.max(initial=0.0))


def _core(
    problem: LocationProblem,
    request: Request,
    unit: Floats,
    left_out: float,
    scale: Floats,
    prices: Floats | None,
    charge: Floats | None = None,
) -> Core:
    """The core of rows that pay `scale` times the unit cost of their nearest site, and sites that cost `charge`."""
    asked, back = _priced(problem, request, Asked(unit, np.full(scale.size, left_out), np.maximum(scale, 0.0)), prices)
    rows = merged_rows(problem, asked)
    opening = np.zeros(problem.n_sites) if charge is None else charge
    small = _unit(rows, opening)
    np.divide(rows.cost, small, out=rows.cost)
    default, opening, back = rows.default / small, opening / small, back / small
    penalty = np.inf
    if must := bool(np.isinf(default).any()):
        # Each row served at its dearest pair is the worst complete plan; one row left out must cost more.
        dearest = np.where(np.isinf(default), _last_of_rows(rows), default)
        whole = math.ceil(dearest.sum() + opening.sum())
        penalty = float(whole + max(1, math.ceil(1e-6 * whole)))  # beyond rounding, and whole
        default[np.isinf(default)] = penalty + back
    size, capacity = limits_of(problem, request)
    core = Core(
        indptr=rows.indptr, site=rows.site, cost=rows.cost, default=default, open_cost=opening, size=size,
        capacity=capacity, free=~problem.closed_for_good, constant=-back, penalty=penalty if must else np.inf,
        sign=small, origin=Origin(rows.posed, rows.share, np.arange(default.size), np.zeros(default.size)),
    )  # fmt: skip
    return _settled(problem, core)


def _priced(problem: LocationProblem, request: Request, asked: Asked, prices: Floats | None) -> tuple[Asked, float]:
    """What rows pay with a price on being beyond the threshold, and the constant that is given back."""
    extra, back = np.zeros(asked.scale.size), 0.0
    for price, group in zip(prices if prices is not None else (), problem.groups, strict=False):
        extra += float(price) * group.weight
        back += float(price) * (float(group.weight.sum()) - needed_weight(group.floor, group.weight))
    if not extra.any():
        return asked, back
    assert request.threshold_min is not None
    asks = asked.scale > 0
    scale = np.where(asks, asked.scale, extra)
    rate = np.where(extra > 0, extra / np.where(scale > 0, scale, 1.0), 0.0)
    each = np.diff(problem.travel_time_min.indptr)
    unit = np.minimum(asked.unit, np.repeat(asked.default, each)) * np.repeat(asks, each)
    unit += np.repeat(rate, each) * ~near(problem, request.threshold_min)
    return Asked(unit, np.where(asks, asked.default, 0.0) + rate, scale), back


def _settled(problem: LocationProblem, core: Core) -> Core:
    """Fold in the sites that are open from the start, and rows that nothing can serve."""
    if problem.fixed_open or np.any(np.diff(core.indptr) == 0):
        return core.restrict(problem.open_already, np.zeros(problem.n_sites, dtype=np.bool_))
    return core


def _unit(rows: Rows, opening: Floats) -> float:
    """The unit of the costs: small is what rows pay at their cheapest, or where that is nothing, the dearest pair."""
    filled = np.diff(rows.indptr) > 0
    best = float(rows.cost[rows.indptr[:-1][filled]].sum())
    dear = max(rows.cost.max(initial=0.0), rows.default[np.isfinite(rows.default)].max(initial=0.0), opening.max())
    return unit_of(np.array([best if 0.0 < best < 1.0 and dear >= 2.0**20 else dear]))


def _last_of_rows(rows: Rows) -> Floats:
    """The dearest pair of each row, 0 where there is none."""
    last = np.append(rows.cost, 0.0)[rows.indptr[1:] - 1]
    return np.where(np.diff(rows.indptr) > 0, last, 0.0)

"""From a LocationProblem to a CoverCore: one function for each question of covering.

Prices, one for each group of demand, relax the floors: a unit of a group's weight beyond the threshold costs its
price, and the weight that may stay beyond is given back,

    + sum_g price_g (sum_i weight_gi [i uncovered] - (W_g - needed_g))

which for any prices >= 0 pays no more than the plans that keep the floors.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from optimizers.arrays import Floats
from optimizers.cover.core import CoverCore, Origin
from optimizers.cover.dominance import without_dominated
from optimizers.cover.rows import Rows, needed_rows
from optimizers.cover.tables import by_site
from optimizers.coverage import needed_weight
from optimizers.posing import limits_of, unit_of
from optimizers.problem import LocationProblem
from optimizers.request import Request


def pose_max_coverage(problem: LocationProblem, request: Request, prices: Floats | None = None) -> CoverCore:
    """Value = weight left uncovered within the threshold; objective = weight covered."""
    extra, back = _priced(problem, request, prices)
    gains = _positive(problem.weight) + extra
    unit = unit_of(gains)
    core = _core(problem, request, needed_rows(problem, request.threshold_min, gains[:, None] / unit))
    return _settled(problem, replace(core, constant=-back / unit, sign=-unit, offset=_total(problem)))


def pose_backup_coverage(problem: LocationProblem, request: Request, prices: Floats | None = None) -> CoverCore:
    """Value = weight not covered once, times 1 - theta, and not covered twice, times theta; objective = the covered."""
    extra, back = _priced(problem, request, prices)
    first, second, unit = _shares(float(request.options["backup_share"]))
    weight = _positive(problem.weight)
    gains = np.stack([first * weight + extra / unit, second * weight], axis=1)
    smaller = unit_of(gains)
    core = _core(problem, request, needed_rows(problem, request.threshold_min, gains / smaller))
    unit *= smaller
    return _settled(problem, replace(core, constant=-back / unit, sign=-unit, offset=_total(problem)))


def pose_set_cover(problem: LocationProblem, request: Request, prices: Floats | None = None) -> CoverCore:
    """Value = number of open sites; a row left out costs more than opening everything.

    Where less than all weight must be covered no row must be, and the last price is for the share of all weight.
    """
    extra, back = _priced(problem, request, prices)
    penalty = float(problem.n_sites + 1)
    must = (problem.weight > 0) & (float(request.options.get("cover_share", 1.0)) >= 1.0)
    rows = needed_rows(problem, request.threshold_min, (penalty * must + extra)[:, None])
    core = _core(problem, request, rows, opening=1.0)
    core = _settled(problem, replace(core, constant=-back, penalty=penalty if must.any() else np.inf))
    return core if extra.any() or not must.any() else without_dominated(core)


def pose_cover_test(problem: LocationProblem, request: Request) -> CoverCore:
    """Value = number of rows out of reach; 0 says p sites reach all within the threshold."""
    rows = needed_rows(problem, request.threshold_min, np.where(problem.weight > 0, 1.0, 0.0)[:, None])
    core = _core(problem, request, rows)
    return without_dominated(_settled(problem, replace(core, penalty=1.0)))


def _positive(weight: Floats) -> Floats:
    return np.where(weight > 0, weight, 0.0)


def _total(problem: LocationProblem) -> float:
    """All weight, smallest first, so that the order of the rows does not matter."""
    return float(np.sort(problem.weight[problem.weight > 0]).sum())


def _shares(theta: float) -> tuple[float, float, float]:
    """1 - theta and theta as whole numbers times a unit, where theta is a simple fraction; else as they are."""
    simple = Fraction(theta).limit_denominator(1000)
    if abs(float(simple) - theta) > 1e-15:
        return 1.0 - theta, theta, 1.0
    return float(simple.denominator - simple.numerator), float(simple.numerator), 1.0 / simple.denominator


def _priced(problem: LocationProblem, request: Request, prices: Floats | None) -> tuple[Floats, float]:
    """What each demand row costs more when uncovered, and the constant that is given back."""
    extra, back = np.zeros(problem.n_demand), 0.0
    if prices is None:
        return extra, back
    floors = [(group.weight, group.floor) for group in problem.groups]
    if float(request.options.get("cover_share", 1.0)) < 1.0:
        floors.append((problem.weight, float(request.options["cover_share"])))
    for price, (weight, floor) in zip(prices, floors, strict=True):
        extra += price * weight
        back += float(price) * (float(weight.sum()) - needed_weight(floor, weight))
    return extra, back


def _core(problem: LocationProblem, request: Request, rows: Rows, *, opening: float = 0.0) -> CoverCore:
    size, capacity = limits_of(problem, request)
    start, row = by_site(rows.indptr, rows.site, problem.n_sites)
    return CoverCore(
        indptr=rows.indptr, site=rows.site, start=start, row=row, gains=rows.gains,
        open_cost=np.full(problem.n_sites, opening), size=size, capacity=capacity,
        free=np.ones(problem.n_sites, dtype=np.bool_),
        origin=Origin(rows.became, rows.part, np.zeros(problem.n_demand), rows.site.size),
    )  # fmt: skip


def _settled(problem: LocationProblem, core: CoverCore) -> CoverCore:
    """Fold in the sites that are open or closed from the start, and drop what can no longer matter."""
    return core.restrict(problem.open_already, problem.closed_for_good)

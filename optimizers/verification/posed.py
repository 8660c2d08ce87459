"""The question in the one form that bounds are added up in, row by row as the problem has them.

    minimise  constant + sum_i row_i(S) + sum_{j in S} open_cost_j   subject to  sum_{j in S} size_kj <= room_k

| kind of row | row_i(S) |
|-------------|----------|
| counted     | sum of gain_ik over k > number of sites of S that the row sees |
| costed      | min(gain_i1, least cost_ij over j in S) |
| loaded      | gain_i1 for the part left out, cost_ij for the part served by j; sites have room for so much weight |

A gain of inf means that the row must be served. Nothing is merged, dropped or scaled here.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.verification.measure import kappa_of, nearest_minutes, yuan_per_time
from optimizers.verification.question import Question
from optimizers.verification.steps import step_of_costs, step_of_counts

_DEAREST = 600.0
"""Exponents end here: less is paid for times beyond all reason, which only lowers a bound."""


@dataclass(frozen=True, eq=False)
class Posed:
    """The minimised form of a question.

    Attributes:
        row, site: of each pair that a plan could use.
        cost: of each pair; None for counted rows.
        gain: (rows, steps).
        open_cost: of each site.
        size, room: the limits.
        opened, closed: sites locked from the start.
        constant: part of every plan's value.
        dearest: no allowed plan has a larger value.
        step: plans' values are whole multiples of it (without prices of floors); 0 where they need not be.
        objective: the caller's objective for a value.
        unit: of a certificate's multipliers, prices and solvers' bounds, in values; e^(kappa top) for Kolm-Pollak.
        weight, site_room: of rows and sites, for loaded rows; else None.
        rank: of each pair in its row, nearest first, the lower site among equals, where people choose; else None.
        most: multipliers above it count as it.
    """

    row: Ints
    site: Ints
    cost: Floats | None
    gain: Floats
    open_cost: Floats
    size: Floats
    room: Floats
    opened: Bools
    closed: Bools
    constant: float
    dearest: float
    step: float
    objective: Callable[[float], float]
    unit: float = 1.0
    weight: Floats | None = None
    site_room: Floats | None = None
    rank: Ints | None = None
    most: float = np.inf


def posed(question: Question, prices: tuple[float, ...] = ()) -> Posed:
    """Pose a question; `prices` charge each floor's group for its weight beyond the threshold."""
    if question.model.startswith("capacitated"):
        form = _loaded(question)
        return replace(form, rank=_ranks(question, form)) if question.options["choice"] == "nearest" else form
    unit = _unit(question)
    beyond, rebate = _beyond(question, prices) / unit, _rebate(question, prices) / unit
    pose = _counted if question.model in ("max_coverage", "set_cover", "backup_coverage") else _costed
    return replace(pose(question, beyond, rebate), unit=unit)


def capped(form: Posed, claim: float) -> Posed | None:
    """The same with no row paying more than a claimed bound of the objective; None where that changes nothing.

    A plan below the claim has no such row, so the claim holds here just when it holds there, and sums stay small.
    """
    low, high = 0.0, form.dearest
    for _ in range(200):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if form.objective(middle) < claim else (low, middle)
    most = high * (1.0 + 1e-9) + max(0.0, -form.constant)
    if form.cost is None or not form.cost.max(initial=0.0) > most:
        return None
    gain = np.where(np.isinf(form.gain), np.inf, np.minimum(form.gain, most))
    return replace(form, cost=np.minimum(form.cost, most), gain=gain, most=most)


def cover_test(question: Question, threshold_min: float) -> Posed:
    """Whether the limits allow to reach everybody within a time (minutes): any plan has value 0."""
    keep = question.minutes <= threshold_min
    gain = np.where(question.weight > 0, np.inf, 0.0)[:, None]
    return _made(question, keep, None, gain, np.zeros(question.problem.n_sites), step=1.0, objective=float)


def _beyond(question: Question, prices: tuple[float, ...]) -> Floats:
    """What each row pays for being beyond the threshold."""
    pays = np.zeros(question.problem.n_demand)
    for price, (weight, _) in zip(prices, question.floors, strict=False):
        pays += max(price, 0.0) * weight
    return pays


def _rebate(question: Question, prices: tuple[float, ...]) -> float:
    """The part of that price which a plan that just keeps the floors would pay."""
    pairs = zip(prices, question.floors, strict=False)
    return float(sum(max(price, 0.0) * (1.0 - share) * weight.sum() for price, (weight, share) in pairs))


def _counted(question: Question, beyond: Floats, rebate: float) -> Posed:
    weight, problem = question.weight, question.problem
    if question.model == "set_cover":
        must = (weight > 0) & (question.options["cover_share"] >= 1.0)
        gain = np.where(must, np.inf, beyond)[:, None]
        return _made(question, question.near, None, gain, np.ones(problem.n_sites), step=1.0, constant=-rebate)
    theta = question.options["backup_share"] if question.model == "backup_coverage" else 0.0
    steps = [(1.0 - theta) * weight, theta * weight][: 2 if question.model == "backup_coverage" else 1]
    part = Fraction(theta).limit_denominator(1000)
    is_simple = abs(float(part) - theta) <= 1e-15  # 0.3 is no sum of halves, but tenths of whole weights are tenths
    tenths = [(part.denominator - part.numerator) * weight, part.numerator * weight] if is_simple else steps
    near = question.near & ~problem.closed_for_good[question.site]
    step = step_of_counts(
        question.row[near], question.site[near], np.stack(tenths[: len(steps)], axis=1), np.zeros(0),
        problem.open_already,
    ) / (part.denominator if is_simple else 1)  # fmt: skip
    gain = np.stack([steps[0] + beyond, *steps[1:]], axis=1)
    total = float(weight.sum())
    return _made(
        question, question.near, None, gain, np.zeros(problem.n_sites), step=step, constant=-rebate,
        objective=lambda value: total - value, dearest=total,
    )  # fmt: skip


def _costed(question: Question, beyond: Floats, rebate: float) -> Posed:
    """Times to the nearest site, in yuan for fixed charges, exponentiated for Kolm-Pollak."""
    problem, weight = question.problem, question.weight
    objective: Callable[[float], float] = float
    minutes, left_out = question.minutes, problem.unserved_cost
    if left_out is not None:
        minutes = np.minimum(minutes, left_out)
    factor = yuan_per_time(question)
    if question.model == "kolm_pollak":
        minutes, left_out, objective = _exponents(question, minutes)
    charge = np.zeros(problem.n_sites)
    if question.model == "fixed_charge":
        charge = np.where(problem.open_already, 0.0, problem.site_cost_yuan)
    cost = factor * weight[question.row] * minutes
    gain = np.where(weight > 0, np.inf if left_out is None else factor * weight * (left_out or 0.0), 0.0)
    return _made(
        question, np.ones(cost.size, dtype=np.bool_), cost + np.where(question.near, 0.0, beyond[question.row]),
        (gain + beyond)[:, None], charge, step=_step_of_minutes(question, charge), constant=-rebate,
        objective=objective, dearest=_dearest(question, cost, gain, charge),
    )  # fmt: skip


def _step_of_minutes(question: Question, charge: Floats) -> float:
    """The step of weighted minutes; exponents have none."""
    if question.model == "kolm_pollak":
        return 0.0
    problem, factor = question.problem, yuan_per_time(question)
    usable = ~problem.closed_for_good[question.site]
    row, site, minutes = question.row[usable], question.site[usable], question.minutes[usable]
    left_out = np.inf if problem.unserved_cost is None else problem.unserved_cost
    return step_of_costs(
        row, site, factor * np.minimum(minutes, left_out), question.weight,
        factor * left_out if np.isfinite(left_out) else np.inf,
        charge[~problem.closed_for_good], problem.open_already,
    )  # fmt: skip


def _exponents(question: Question, minutes: Floats) -> tuple[Floats, float | None, Callable[[float], float]]:
    """e^(kappa (t - top)) in place of t, top the worst time with all sites open, and the way back to minutes."""
    kappa, total, top = kappa_of(question), float(question.weight.sum()), _worst_of_all_open(question)
    left_out = question.problem.unserved_cost
    if kappa == 0.0:
        return minutes, left_out, lambda value: value / total if total > 0 else value

    def objective(value: float) -> float:
        return top + float(np.log(value / total)) / kappa if 0 < value < np.inf else max(value, 0.0)

    return (
        np.exp(np.minimum(kappa * (minutes - top), _DEAREST)),
        None if left_out is None else float(np.exp(min(kappa * (left_out - top), _DEAREST))),
        objective,
    )


def _worst_of_all_open(question: Question) -> float:
    """No plan has a smaller worst time, so what decides between plans is neither lost nor drowned in rounding."""
    minutes = nearest_minutes(question, ~question.problem.closed_for_good)
    if question.problem.unserved_cost is not None:
        minutes = np.minimum(minutes, question.problem.unserved_cost)
    return float(minutes[np.isfinite(minutes) & (question.weight > 0)].max(initial=0.0))


def _unit(question: Question) -> float:
    """What a certificate's numbers are divided by to be in the unit of the value."""
    if question.model != "kolm_pollak":
        return 1.0
    return float(np.exp(min(kappa_of(question) * _worst_of_all_open(question), _DEAREST)))


def _dearest(question: Question, cost: Floats, gain: Floats, charge: Floats) -> float:
    worst = np.where(np.isfinite(gain), gain, 0.0)
    np.maximum.at(worst, question.row, cost)
    return float(worst.sum() + charge.sum())


def _loaded(question: Question) -> Posed:
    """Sites with room for so much weight; people who choose for themselves only have fewer plans."""
    problem, weight, factor = question.problem, question.weight, yuan_per_time(question)
    room = np.minimum(np.asarray(problem.capacity, dtype=np.float64), weight.sum())
    if question.model == "capacitated_coverage":
        total = float(weight.sum())
        return _made(
            question, question.near, np.zeros(question.row.size), weight[:, None].copy(), np.zeros(problem.n_sites),
            step=0.0, objective=lambda value: total - value, dearest=total, weight=weight, site_room=room,
        )  # fmt: skip
    charge = np.zeros(problem.n_sites)
    if question.model == "capacitated_fixed_charge":
        charge = np.where(problem.open_already, 0.0, problem.site_cost_yuan)
    cost = factor * weight[question.row] * question.minutes
    unserved = problem.unserved_cost if question.options["choice"] == "planned" else None
    gain = np.where(weight > 0, np.inf if unserved is None else factor * weight * (unserved or 0.0), 0.0)
    return _made(
        question, np.ones(cost.size, dtype=np.bool_), cost, gain[:, None], charge, step=0.0,
        dearest=_dearest(question, cost, gain, charge), weight=weight, site_room=room,
    )  # fmt: skip


def _ranks(question: Question, form: Posed) -> Ints:
    minutes = dict(zip(zip(question.row.tolist(), question.site.tolist(), strict=True), question.minutes, strict=True))
    time = np.array([minutes[pair] for pair in zip(form.row.tolist(), form.site.tolist(), strict=True)])
    order = np.lexsort((form.site, time, form.row))
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size)  # only pairs of one row are ever compared
    return rank


def _made(
    question: Question,
    keep: Bools,
    cost: Floats | None,
    gain: Floats,
    open_cost: Floats,
    *,
    step: float,
    constant: float = 0.0,
    objective: Callable[[float], float] = float,
    dearest: float | None = None,
    weight: Floats | None = None,
    site_room: Floats | None = None,
) -> Posed:
    problem = question.problem
    keep = keep & ~problem.closed_for_good[question.site] & (gain[question.row].max(axis=1) > 0)
    return Posed(
        row=question.row[keep], site=question.site[keep], cost=None if cost is None else cost[keep], gain=gain,
        open_cost=open_cost, size=question.sizes, room=question.room, opened=problem.open_already,
        closed=problem.closed_for_good, constant=constant,
        dearest=float(open_cost.sum()) if dearest is None else dearest, step=step, objective=objective,
        weight=weight, site_room=site_room,
    )  # fmt: skip

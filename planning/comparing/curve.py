"""What more institutions or more yuan buy: the question of a scenario asked again with less and with more.

A plan may use less than it is allowed to, so every plan of a point is a plan of all larger ones, and the bound of a
larger point holds for all smaller ones. Both are used: plans are handed on upwards, bounds downwards.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Final

import numpy as np

from geodata.errors import Sentence, both, prefixed
from optimizers import MODELS, Solution, allocate, evaluate, solve
from planning.comparing.aims import Aim, aim_of, amount, shown_value, span
from planning.comparing.words import told
from planning.faults import PlanningError
from planning.network.reasons.curve import BudgetPoint
from planning.network.reasons.explanation import NOISE, Interval
from planning.plan import mean
from planning.question import Question
from planning.scenario_form import LIMITS
from planning.solving import asked_of, places_for
from planning.study_area import Progress

FACTORS: Final = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 1.75, 2.0)
"""Parts and multiples of the limit that a curve looks at unless told otherwise."""


@dataclass(frozen=True)
class CurvePoint:
    """One point of a curve.

    | field | unit | meaning |
    |-------|------|---------|
    | at | sites, yuan | the limit: new institutions, or capital |
    | value | of the aim | reached by the plan of this point; nan where there is none |
    | low, high | of the aim | the best plan lies between them; equal where it is proven |
    | sites, yuan | sites, yuan | new institutions of the plan, and what it costs |
    | persons_served, mean_min | persons, min | measured on the plan; nan without one |
    | open | positions | the sites open |
    """

    at: float
    value: float
    low: float
    high: float
    sites: int
    yuan: float
    persons_served: float
    mean_min: float
    open: tuple[int, ...] = ()


@dataclass(frozen=True)
class Curve:
    """A curve with its sentences: along which limit, what the aim measures, and where the scenario itself stands."""

    along: str
    aim: Aim
    here: float
    points: tuple[CurvePoint, ...]
    told: tuple[Sentence, ...]


def curve_of(
    question: Question,
    factors: Sequence[float] = FACTORS,
    *,
    solution: Solution | None = None,
    progress: Progress | None = None,
    **how: Any,
) -> Curve:
    """The best plan for parts and multiples of the number of new institutions, or of the budget where there is one.

    Args:
        solution: of the question itself, where it is known already: no point at or above it shows a worse one.
        how: goes to `solve` (effort, time_limit_s).

    Raises:
        PlanningError: where the scenario has no such limit.
    """
    name, limits = _limits(question, factors)
    asked = {**asked_of(question), **how}
    goal = question.scenario.objective
    here = float(goal.sites or 0) if name == "p" else float(goal.budget_yuan or 0.0)
    found: list[Solution] = []
    for done, at in enumerate(limits):
        if progress:
            progress("compare_curve_step", done / len(limits))
        value = places_for(question, int(at)) if name == "p" else at - question.locked_yuan
        start = list(found[-1].sites) if found and found[-1].sites else None
        again = solve(question.problem, goal.model, start=start, **{**asked, name: value})
        found.append(_better(again, solution) if at == here else again)
    points = _shared(question, limits, found)
    along = "sites" if name == "p" else "yuan"
    aim = aim_of(question)
    return Curve(along, aim, here, points, tuple(_step(along, aim, a, b) for a, b in pairwise(points)))


def _better(again: Solution, known: Solution | None) -> Solution:
    """The better of two answers to one question, with the nearer of their bounds."""
    if known is None or known.objective is None or again.objective is None:
        return again
    turn = 1 if MODELS[again.model].sense == "max" else -1
    best = max((again, known), key=lambda each: turn * (each.objective or 0.0))
    bounds = [each.bound for each in (again, known) if each.bound is not None]
    return replace(best, bound=turn * min(turn * b for b in bounds)) if bounds else best


def _limits(question: Question, factors: Sequence[float]) -> tuple[str, list[float]]:
    """`p` or `budget_yuan`, and its values from the least on, each once; none that the locked sites exceed."""
    goal = question.scenario.objective
    if not LIMITS[goal.model] or (goal.sites is None and goal.budget_yuan is None):
        fault = both(
            "neither a number of new institutions nor a budget limits this plan, so there is no curve of it",
            "本方案不受新增机构数或预算限制，没有相应的曲线",
        )
        raise PlanningError([prefixed(question.scenario.called, fault)])
    if goal.budget_yuan is not None:
        return "budget_yuan", sorted({max(f * goal.budget_yuan, question.locked_yuan) for f in factors})
    locked, existing = int(question.sites["locked"].sum()), len(question.fixed)
    most = places_for(question, 10**9) - (existing - locked)
    numbers = {min(max(round(f * (goal.sites or 0)), locked), most) for f in factors}
    return "p", [float(n) for n in sorted(numbers) if n + existing - locked > 0]


def _shared(question: Question, limits: Sequence[float], found: Sequence[Solution]) -> tuple[CurvePoint, ...]:
    """Plans handed on to larger points, bounds to smaller ones."""
    turn = aim_of(question).turn
    none = -math.inf
    values = [none if s.objective is None else turn * s.objective for s in found]
    own = [math.inf if s.bound is None and s.status != "infeasible" else turn * (s.bound or 0.0) for s in found]
    own = [none if s.status == "infeasible" else b for s, b in zip(found, own, strict=True)]
    bounds = np.minimum.accumulate(own[::-1])[::-1]
    best, points = 0, []
    for i, (at, bound) in enumerate(zip(limits, bounds, strict=True)):
        best = i if values[i] > values[best] else best
        points.append(_point(question, at, turn, values[best], max(float(bound), values[best]), found[best].sites))
    return tuple(points)


def _point(question: Question, at: float, turn: int, value: float, bound: float, opened: Sequence[int]) -> CurvePoint:
    if not math.isfinite(value):
        return CurvePoint(at, math.nan, math.nan, math.nan, 0, 0.0, math.nan, math.nan)
    shown = shown_value(question, turn * value)
    edge = shown_value(question, turn * bound) if math.isfinite(bound) else turn * math.inf
    assert shown is not None
    assert edge is not None
    edge = shown if abs(edge - shown) <= NOISE * (1 + abs(shown)) else edge
    sites = question.sites.iloc[list(opened)]
    new = sites[sites["role"] != "existing"]
    capacity = question.sites["capacity_persons"].to_numpy(float)
    served = allocate(question.people, tuple(opened), capacity, question.scenario.objective.minutes).served.sum()
    minutes = evaluate(question.people, opened).nearest_time_min
    near = np.isfinite(minutes)
    return CurvePoint(
        at, shown, min(shown, edge), max(shown, edge), len(new), float(new["capital_yuan"].sum()), float(served),
        mean(question.persons[near].astype(float), minutes[near]), tuple(int(i) for i in opened),
    )  # fmt: skip


def step(turn: int, lower: CurvePoint, upper: CurvePoint) -> Interval:
    """How much better the best plan of the larger limit is, in the unit of the aim; never below 0."""
    least, most = ((p.low, p.high) if turn > 0 else (-p.high, -p.low) for p in (lower, upper))
    high = max(most[1] - least[0], 0.0)
    low = min(max(most[0] - least[1], 0.0), high)
    tiny = NOISE * (1 + abs(lower.value))
    low, high = (0.0 if v <= tiny else v for v in (low, high))
    return Interval(min(max(turn * (upper.value - lower.value), low), high), low, high)


def _step(along: str, aim: Aim, lower: CurvePoint, upper: CurvePoint) -> Sentence:
    start = _from_to(along, lower.at, upper.at)
    if math.isnan(lower.value):
        none = both("no plan was found for the smaller one.", "前者没有得到方案。")
        return both(start + none, start.zh + none.zh)
    found = step(aim.turn, lower, upper)
    served = told(upper.persons_served - lower.persons_served, "persons", signed=True)
    beside = both(f"; of the plans found, persons served {served}.", f"；所得方案可获服务的人 {served.zh}。")
    words = _gain(aim, found)
    return both(f"{start}{words}{beside}", f"{start.zh}{words.zh}{beside.zh}")


def _gain(aim: Aim, found: Interval) -> Sentence:
    if found.high == 0.0:
        return both(f"{aim.name} is no better (proven)", f"{aim.name.zh}不变（已证明）")
    if found.high == math.inf:
        return both("how much better was not found within the time given", "改善多少，在所给时间内未能算出")
    by = span(found, aim.unit)
    proof = both(" (proven)", "（已证明）") if found.is_exact else both("", "")
    way = both("up by", "增加") if aim.turn > 0 else both("down by", "减少")
    space = " " if by.zh[:1].isdigit() else ""
    return both(f"{aim.name} {way} {by}{proof}", f"{aim.name.zh}{way.zh}{space}{by.zh}{proof.zh}")


def _from_to(along: str, low: float, high: float) -> Sentence:
    if along == "yuan":
        small, large = amount(low, "yuan"), amount(high, "yuan")
        return both(f"From {small} to {large}: ", f"资金由 {small.zh}增至 {large.zh}：")
    return both(f"From {low:,.0f} to {high:,.0f} new institutions: ", f"新增机构由 {low:,.0f} 处增至 {high:,.0f} 处：")


def curve_of_money(points: Sequence[BudgetPoint], aim: Aim, told_steps: Sequence[Sentence], here: float) -> Curve:
    """The curve of a network's money in the same form; what its plans cost and serve is told by its sentences."""
    found = []
    for p in points:
        low, high = sorted((p.value, p.bound))
        found.append(CurvePoint(p.yuan, p.value, low, high, 0, p.yuan, float(p.persons), math.nan))
    return Curve("yuan", aim, here, tuple(found), tuple(told_steps))

"""What more money buys: the question asked again with parts and multiples of its money, and what each step adds.

Who has more money can do all that less money could, so every plan is a plan of all larger budgets and the bound of a
larger budget holds for all smaller ones. Both are used: plans are handed on upwards, bounds downwards. Between two
points buildings open whole, so the curve goes in steps; the concave envelope shows what steadily shared money would
give.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geodata.errors import Sentence, both
from optimizers.network import NetworkSolution, changes, solve_network
from planning.faults import PlanningError
from planning.network.explanation import Explanation
from planning.network.reasons.asking import Solver, better, in_one_aim, persons_of
from planning.network.reasons.effects import gain
from planning.network.reasons.explanation import NOISE, Interval, between, priced_aim, sense
from planning.network.reasons.sentences import amount, exactly, over_of, told, unit_of

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion

FACTORS = (0.25, 0.5, 0.75, 1.0, 1.25, 1.5)
"""Parts and multiples of the money that a curve looks at unless told otherwise."""


@dataclass(frozen=True)
class BudgetPoint:
    """One point of the curve.

    | field | unit | meaning |
    |-------|------|---------|
    | factor, yuan | times, yuan | of the money of all sources and years |
    | value | of the aim | reached by the plan of this point; nan without a plan |
    | bound | of the aim | no plan for this money is better; nan where it is proven that there is none |
    | envelope | of the aim | the concave envelope of the values; nan before the first plan |
    | persons | persons | served in the last year, counted once for each service |
    | status | word | "optimal", "feasible", "infeasible" (proven) or "unknown" |
    | plan | `NetworkSolution` | the one shown, from a smaller budget where that one's is better |
    """

    factor: float
    yuan: float
    value: float
    bound: float
    envelope: float
    persons: int
    status: str
    plan: NetworkSolution


def budget_curve(
    question: NetworkQuestion,
    solution: NetworkSolution,
    factors: Sequence[float] = FACTORS,
    *,
    solve: Solver = solve_network,
    **how: Any,
) -> tuple[BudgetPoint, ...]:
    """The best plan for each multiple of the money, from the least on, each started from the plan before.

    Told in the first aim of the solution. How the money is shared out to sources and years stays as it is. The
    solution itself stands at 1.

    Raises:
        PlanningError: no limit of money, or multiples that mean nothing.
    """
    wanted, base = _checked(question, factors), in_one_aim(question, solution, solve, **how)
    aim, found = priced_aim(solution), []
    best: NetworkSolution | None = None
    for factor in wanted:
        again = base if factor == 1.0 else _asked(question, factor, aim, best or base, solve, how)
        best = again if best is None else better(aim, again, best)
        found.append((factor, again, best))
    bounds = _bounds(aim, [again for _, again, _ in found])
    return _points(question, aim, found, bounds)


def _asked(
    question: NetworkQuestion, factor: float, aim: str, start: NetworkSolution, solve: Solver, how: dict[str, Any]
) -> NetworkSolution:
    return solve(changes.with_money(question.problem, factor), aims=(aim,), start=start, **how)


def _checked(question: NetworkQuestion, factors: Sequence[float]) -> list[float]:
    faults = []
    if not np.isfinite(question.problem.money).all() or not len(question.problem.money):
        faults.append(
            both(
                "the question has no limit of money, so there is no curve of it; give [[network.money]]",
                "本问题没有资金限制，无法绘制资金曲线；请填写 [[network.money]]",
            )
        )
    if strange := [factor for factor in factors if not 0 <= factor < math.inf]:
        faults.append(
            both(
                f"{strange[0]!r} is no multiple of the money; give numbers of 0 or more",
                f"{strange[0]!r} 不能作为资金倍数；请填大于等于 0 的数",
            )
        )
    if not len(factors):
        faults.append(both("a curve needs at least one multiple of the money", "资金曲线至少需要一个倍数"))
    if faults:
        raise PlanningError(faults)
    return sorted({float(factor) for factor in factors})


def _bounds(aim: str, asked: Sequence[NetworkSolution]) -> list[float]:
    """No plan of a point is better, also by the bounds of larger budgets; turned so that more is better."""
    own = [between(aim, solution)[1] for solution in asked]
    return [float(bound) for bound in np.minimum.accumulate(own[::-1])[::-1]]


def _points(
    question: NetworkQuestion,
    aim: str,
    found: Sequence[tuple[float, NetworkSolution, NetworkSolution]],
    bounds: Sequence[float],
) -> tuple[BudgetPoint, ...]:
    turn, total = sense(aim), float(question.problem.money.sum())
    values = [between(aim, best)[0] for _, _, best in found]
    hull = _envelope([factor for factor, _, _ in found], values)
    points = []
    for (factor, again, best), value, bound, over in zip(found, values, bounds, hull, strict=True):
        has_plan = math.isfinite(value)
        bound = max(bound, value)
        points.append(
            BudgetPoint(
                factor=factor,
                yuan=factor * total,
                value=turn * value if has_plan else math.nan,
                bound=turn * bound if bound > -math.inf else math.nan,
                envelope=turn * over,
                persons=persons_of(question, best) if has_plan else 0,
                status=_status(value, bound, again),
                plan=best,
            )
        )
    return tuple(points)


def _status(value: float, bound: float, again: NetworkSolution) -> str:
    if not math.isfinite(value):
        return "infeasible" if again.status == "infeasible" else "unknown"
    return "optimal" if bound - value <= NOISE * (1.0 + abs(value)) else "feasible"


def _envelope(at: Sequence[float], values: Sequence[float]) -> list[float]:
    """The smallest concave function above the values, at their places; nan before the first value."""
    known = [(x, y) for x, y in zip(at, values, strict=True) if math.isfinite(y)]
    hull: list[tuple[float, float]] = []
    for x, y in known:
        while len(hull) > 1 and _is_below(hull[-2], hull[-1], (x, y)):
            hull.pop()
        hull.append((x, y))
    if not hull:
        return [math.nan] * len(at)
    xs, ys = zip(*hull, strict=True)
    return [float(np.interp(x, xs, ys)) if x >= xs[0] else math.nan for x in at]


def _is_below(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> bool:
    """Whether b is on or below the line from a to c."""
    return (b[1] - a[1]) * (c[0] - a[0]) <= (c[1] - a[1]) * (b[0] - a[0])


def step(aim: str, lower: BudgetPoint, upper: BudgetPoint) -> Interval:
    """How much better the best plan of the larger budget is; in the unit of the aim, positive when it is better."""
    if math.isnan(lower.value):
        return Interval(math.nan, 0.0, math.inf)
    turn = sense(aim)
    a, b, c, d = (turn * x for x in (lower.value, lower.bound, upper.value, upper.bound))
    high = max(d - a, 0.0)
    low = min(max(0.0, c - b), high)
    tiny = NOISE * (1.0 + abs(a))
    low, high = (0.0 if x <= tiny else x for x in (low, high))
    if high - low <= tiny:
        low = high
    return Interval(min(max(c - a, low), high), low, high)


def explain_curve(
    question: NetworkQuestion, solution: NetworkSolution, points: Sequence[BudgetPoint]
) -> tuple[Explanation, ...]:
    """What each step from one budget to the next buys, and where the curve lies below its envelope."""
    steps = (_step_told(question, solution, lower, upper) for lower, upper in pairwise(points))
    return (*steps, *_note(question, priced_aim(solution), points))


def _step_told(
    question: NetworkQuestion, solution: NetworkSolution, lower: BudgetPoint, upper: BudgetPoint
) -> Explanation:
    aim, over = priced_aim(solution), over_of(question, solution)
    unit = unit_of(question, aim)
    small, large = amount(lower.yuan, "yuan"), amount(upper.yuan, "yuan")
    interval = step(aim, lower, upper)
    if math.isnan(upper.value):
        sentence = both(
            f"From {small} to {large}: no plan was found for either.",
            f"资金由 {small.zh}增至 {large.zh}：均未得到方案。",
        )
    elif math.isnan(lower.value):
        what, zh = (
            ("there is no plan", "没有方案") if lower.status == "infeasible" else ("no plan was found", "未得到方案")
        )
        sentence = both(
            f"With {small} {what}; with {large} {upper.persons:,} persons are served in the last year (counted once "
            f"for each service).",
            f"资金 {small.zh}时{zh}；{large.zh}时末年服务 {upper.persons:,} 人（按各项服务分别计）。",
        )
    else:
        words, persons = gain(aim, interval, unit), _persons(lower, upper)
        sentence = both(
            f"From {small} to {large}{over}: {words}{persons}.",
            f"资金由 {small.zh}增至 {large.zh}{over.zh}：{words.zh}{persons.zh}。",
        )
    return told("curve", f"{upper.yuan:.0f}", sentence, interval, unit)


def _persons(lower: BudgetPoint, upper: BudgetPoint) -> Sentence:
    """Persons served by two plans made for the same aims."""
    if lower.plan.aims != upper.plan.aims:
        return both("", "")
    return both(
        f"; plans found serve {lower.persons:,} and then {upper.persons:,} persons in the last year (counted once for "
        f"each service)",
        f"；所得方案末年服务人数由 {lower.persons:,} 人变为 {upper.persons:,} 人（按各项服务分别计）",
    )


def _note(question: NetworkQuestion, aim: str, points: Sequence[BudgetPoint]) -> tuple[Explanation, ...]:
    """Points proven to lie below the envelope of what was reached: money there buys less than the steps around it."""
    turn = sense(aim)
    low = [p for p in points if math.isfinite(p.envelope) and turn * p.envelope > turn * p.bound + NOISE * abs(p.bound)]
    if not low:
        return ()
    names = joined_yuan(low)
    sentence = both(
        f"At {names} a step up buys more for each yuan than the step before it did (proven): buildings open whole, "
        f"and what is there does not reach for the next.",
        f"资金为 {names.zh}时，再增加的资金每元作用比前一段更大（已证明）：设施须整体建成，现有资金不够再建一处。",
    )
    return (told("curve_steps", "", sentence, exactly(float(len(low))), "times"),)


def joined_yuan(points: Sequence[BudgetPoint]) -> Any:
    """The budgets of these points as a list."""
    each = [amount(point.yuan, "yuan") for point in points]
    return both(", ".join(each), "、".join(one.zh for one in each))


def curve_table(points: Sequence[BudgetPoint]) -> pd.DataFrame:
    """One row for each point, columns as the fields of `BudgetPoint` without the plan."""
    names = ("factor", "yuan", "value", "bound", "envelope", "persons", "status")
    return pd.DataFrame([{name: getattr(point, name) for name in names} for point in points], columns=list(names))

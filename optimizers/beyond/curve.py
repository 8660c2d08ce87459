"""What one more site, or more yuan, buys: the best value against the number of sites or the budget.

Plans may use less than they are allowed to, so every plan of a point is a plan of all larger ones, and no plan of a
point is better than the bound of a larger one. Both are used: plans are handed on upwards, bounds downwards.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from optimizers.beyond.again import gap_of, is_max, was_interrupted
from optimizers.checks import as_number
from optimizers.models import MODELS
from optimizers.problem import LocationProblem, ProblemError
from optimizers.request import Request, check_request
from optimizers.solution import Solution
from optimizers.solve import solve


@dataclass(frozen=True)
class Point:
    """One point of a curve.

    | field | unit | meaning |
    |-------|------|---------|
    | p, budget_yuan | sites, yuan | what the plan may use; None where there is no such limit |
    | sites | positions | best plan known here; from a smaller point where that one's is better |
    | objective, bound, gap | of the model | as in `Solution`; None where there is no plan |
    | status | word | as in `Solution`, by the bound that all points share; for lexicographic, see below |
    | solution | `Solution` | what was found here, with the certificate of its own bound |

    Objective and bound of the lexicographic model are those of its first level. Such a point is "optimal" only where
    its own search proved every level, so it may be "feasible" with a gap of 0.
    """

    p: int | None
    budget_yuan: float | None
    sites: tuple[int, ...]
    objective: float | None
    bound: float | None
    gap: float | None
    status: str
    solution: Solution


def curve(
    problem: LocationProblem,
    model: str,
    *,
    p: int | Iterable[int] | None = None,
    budget_yuan: float | Iterable[float] | None = None,
    **question: Any,
) -> tuple[Point, ...]:
    """Solve for each number of sites, or for each budget, from the smallest on, each from the plan before.

    Exactly one of `p` and `budget_yuan` is a sequence; the rest of the question (`threshold_min`, options of the
    model, `effort`, `time_limit_s` for each point, ...) goes to `solve` as it is. After an interrupt from the keyboard
    the points so far are returned.

    Raises:
        ProblemError: no sequence or two of them, or whatever is wrong with the question.
    """
    name, values = _steps(p, budget_yuan)
    if p is not None and name != "p":
        question["p"] = p
    if budget_yuan is not None and name != "budget_yuan":
        question["budget_yuan"] = budget_yuan
    for value in values:
        _check(problem, model, {**question, name: value})
    start = question.pop("start", None)
    found: list[Solution] = []
    try:
        for value in values:
            found.append(solve(problem, model, start=start, **{**question, name: value}))
            if was_interrupted(found[-1]):
                break
            start = found[-1].sites or start
    except KeyboardInterrupt:
        pass  # what is known is returned
    points = [_point(solution) for solution in found]
    return tuple(_shared(problem, model, points))


def _check(problem: LocationProblem, model: str, question: dict[str, Any]) -> None:
    """Whatever is wrong with any point is said before work begins."""
    known = {field.name for field in fields(Request)} - {"options"}
    options = {name: value for name, value in question.items() if name not in known}
    asked = {name: value for name, value in question.items() if name in known}
    check_request(problem, model, Request(**asked, options=options), MODELS)


def _steps(p: Any, budget_yuan: Any) -> tuple[str, list[Any]]:
    """The name of the sequence and its values, ascending, each once."""
    many = {
        name: list(value)
        for name, value in (("p", p), ("budget_yuan", budget_yuan))
        if isinstance(value, Iterable) and not isinstance(value, str)
    }
    if len(many) != 1:
        raise ProblemError([f"a curve needs a sequence for one of p and budget_yuan, found {len(many)} sequences."])
    name, values = next(iter(many.items()))
    if not values:
        raise ProblemError([f"{name} of a curve is empty."])
    if strange := [value for value in values if not np.isfinite(as_number(value))]:
        raise ProblemError([f"{name} of a curve holds {strange[0]!r}; give numbers."])
    return name, sorted(set(values))


def _point(solution: Solution) -> Point:
    return Point(
        solution.p, solution.budget_yuan, solution.sites, solution.objective, solution.bound, solution.gap,
        solution.status, solution,
    )  # fmt: skip


def _shared(problem: LocationProblem, model: str, points: Sequence[Point]) -> list[Point]:
    """Plans handed on to larger points, bounds to smaller ones."""
    best = max if is_max(model) else min
    tight = min if is_max(model) else max
    upward: list[Point] = []
    for point in points:
        before = upward[-1] if upward else None
        if before is not None and before.objective is not None:
            here = before.objective if point.objective is None else best(before.objective, point.objective)
            if here != point.objective:
                point = replace(point, sites=before.sites, objective=here)
        upward.append(point)
    shared: list[Point] = []
    for point in reversed(upward):
        bounds = [each.bound for each in (point, *shared[-1:]) if each.bound is not None]
        bound = None if point.status == "infeasible" and point.objective is None else tight(bounds, default=None)
        shared.append(_judged(problem, model, replace(point, bound=bound)))
    return shared[::-1]


def _judged(problem: LocationProblem, model: str, point: Point) -> Point:
    """Gap and status by the shared bound; a bound is never on the wrong side of a plan."""
    if point.objective is None or point.bound is None:
        return point
    bound = max(point.objective, point.bound) if is_max(model) else min(point.objective, point.bound)
    gap = gap_of(problem, model, point.objective, bound)
    proven = gap == 0.0 and _has_proven_levels(point)
    return replace(point, bound=bound, gap=gap, status="optimal" if proven else "feasible")


def _has_proven_levels(point: Point) -> bool:
    """True where every level, if there are any, is proven for the plan that the point shows."""
    levels = point.solution.levels
    return not levels or (point.sites == point.solution.sites and all(level.status == "optimal" for level in levels))

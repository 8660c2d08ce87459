"""Asking the question of a solution again, with something changed."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from optimizers.evaluate import evaluate
from optimizers.models import MODELS
from optimizers.problem import LocationProblem
from optimizers.solution import Solution, relative_gap
from optimizers.solve import solve


def question_of(solution: Solution) -> dict[str, Any]:
    """The parameters a solution was asked with, to be asked again; None left out."""
    named = ("p", "budget_yuan", "threshold_min", "seed")
    asked = {name: getattr(solution, name) for name in named if getattr(solution, name) is not None}
    return {**asked, **solution.options}


def is_max(model: str) -> bool:
    """True when more is better."""
    return MODELS[model].sense == "max"


def loss(model: str, better: float, worse: float) -> float:
    """How much the second objective is worse than the first, in its unit; negative when better."""
    return better - worse if is_max(model) else worse - better


def gap_of(problem: LocationProblem, model: str, objective: float, bound: float) -> float:
    """The relative distance of an objective and a bound."""
    return relative_gap(objective, bound, float(problem.weight.sum()) if is_max(model) else 0.0)


def without(problem: LocationProblem, sites: Iterable[int]) -> LocationProblem:
    """The same problem with some sites forbidden besides those that are."""
    return replace(problem, forbidden=sorted({*problem.forbidden, *sites}))


def solve_again(problem: LocationProblem, solution: Solution, *, start: Iterable[int], **how: Any) -> Solution | None:
    """Ask again of a changed problem, warm; as many sites as are left where fewer than `p` are. None: no site is left.

    `how` is passed on to `solve` (time limit, gap, effort).
    """
    left = problem.n_sites - len(problem.forbidden)
    asked = question_of(solution)
    if "p" in asked:
        asked["p"] = min(asked["p"], left)
    if left == 0:
        return None
    allowed = sorted(set(start) - set(problem.forbidden))
    return solve(problem, solution.model, start=allowed, **{**asked, **how})


def worth(problem: LocationProblem, solution: Solution, sites: Iterable[int]) -> float:
    """The objective of other sites for the question of a solution; infinite where they break a rule."""
    found = evaluate(
        problem, tuple(sites), model=solution.model, threshold_min=solution.threshold_min, **solution.options
    )
    assert found.objective is not None
    return found.objective

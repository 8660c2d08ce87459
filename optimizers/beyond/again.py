"""Asking the question of a solution again, with something changed.

An interrupt from the keyboard ends the asking and is not raised again: what is known by then is returned.
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from optimizers.checks import as_number
from optimizers.equity import kappa_of
from optimizers.evaluate import evaluate
from optimizers.models import MODELS
from optimizers.problem import LocationProblem
from optimizers.solution import Solution, relative_gap
from optimizers.solve import solve
from optimizers.verification.digest import problem_digest


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
    """Ask again of a changed problem, warm; as many sites as are left where fewer than `p` are.

    None: no site is left, or the sites that are left cannot take everybody who must be served. `how` is passed on to
    `solve` (time limit, gap, effort, options that are to be others).
    """
    left = problem.n_sites - len(problem.forbidden)
    asked = question_of(solution)
    if "p" in asked:
        asked["p"] = min(asked["p"], left)
    if left == 0 or _is_too_full(problem, solution.model):
        return None
    allowed = sorted(set(start) - set(problem.forbidden))
    return solve(problem, solution.model, start=allowed, **{**asked, **how})


def _is_too_full(problem: LocationProblem, model: str) -> bool:
    row = MODELS[model]
    if not (row.serves_all and "capacity" in row.needs) or problem.unserved_cost is not None:
        return False
    return bool(problem.capacity[~problem.closed_for_good].sum() < problem.weight.sum() * (1.0 - 1e-12))


def same_measure(problem: LocationProblem, rest: LocationProblem, solution: Solution) -> dict[str, Any]:
    """Options by which a problem with fewer sites measures plans as the whole problem does.

    The Kolm-Pollak kappa is made from the times with all allowed sites open, so fewer sites need another aversion.
    """
    if solution.model != "kolm_pollak":
        return {}
    now, then = kappa_of(rest, 1.0), kappa_of(problem, 1.0)
    return {"aversion": float(solution.options["aversion"]) * then / now} if now > 0 < then else {}


def was_interrupted(solution: Solution | None) -> bool:
    """True when an interrupt from the keyboard ended a run."""
    return solution is not None and solution.reason == "interrupted."


def fault_of_count(name: str, value: Any, what: str) -> list[str]:
    """A sentence unless the value is a whole number of 1 or more."""
    is_whole = not isinstance(value, bool) and hasattr(value, "__index__") and value >= 1
    return [] if is_whole else [f"{name} is {value!r}; {what}"]


def faults_of_solution(problem: LocationProblem, solution: Solution) -> list[str]:
    """A sentence where the solution has no plan, or is the answer of another problem."""
    if solution.objective is None:
        return [f"the solution is {solution.status} and has no plan to compare with."]
    sealed = "" if solution.certificate is None else solution.certificate.problem_digest
    asked = {name: getattr(solution, name) for name in ("p", "budget_yuan", "threshold_min", "options")}
    if sealed and sealed != problem_digest(problem, solution.model, **asked):
        return ["the solution is not of this problem: its weights, times or limits were others; solve this one first."]
    return []


def fault_of_share(name: str, value: Any) -> list[str]:
    """A sentence unless the value is a finite number of 0 or more."""
    return [] if 0.0 <= as_number(value) < float("inf") else [f"{name} is {value!r}; give a share of 0 or more."]


def worth(problem: LocationProblem, solution: Solution, sites: Iterable[int]) -> float:
    """The objective of other sites for the question of a solution; infinite where they break a rule."""
    found = evaluate(
        problem, tuple(sites), model=solution.model, threshold_min=solution.threshold_min, **solution.options
    )
    assert found.objective is not None
    return found.objective

"""What each chosen site is worth: how much worse the best plan without it is."""

import math
from dataclasses import dataclass
from typing import Any

from optimizers.beyond.again import faults_of_solution, loss, same_measure, solve_again, was_interrupted, without, worth
from optimizers.problem import LocationProblem, ProblemError
from optimizers.solution import Solution


@dataclass(frozen=True)
class Replacement:
    """One chosen site and the best plan that does without it.

    | field | unit | meaning |
    |-------|------|---------|
    | site | position | the site that is left out |
    | sites, objective, bound, gap, status | | of the plan that takes its place, as in `Solution` |
    | loss | of the objective | how much worse that plan is than the solution's; inf where there is none |
    | least_loss | of the objective | no plan without the site loses less; equal to `loss` when both are proven |

    The objective of the lexicographic model is its first level, so both losses are of that level only: a site may be
    worth much at the levels after it and lose nothing here.
    """

    site: int
    sites: tuple[int, ...]
    objective: float | None
    bound: float | None
    gap: float | None
    status: str
    loss: float
    least_loss: float


def replacement_costs(
    problem: LocationProblem, solution: Solution, *, time_limit_s: float = 20.0, **how: Any
) -> tuple[Replacement, ...]:
    """For each chosen site that is not fixed open, the best plan without it; the dearest to lose first.

    Every plan is looked for anew with the site forbidden, warm from what is left, `time_limit_s` seconds at most.
    `how` (gap, effort) goes to `solve`. A solution that is not optimal may be beaten, its loss is then negative.
    After an interrupt from the keyboard the sites looked at so far are returned.

    Raises:
        ProblemError: the solution has no plan, or is of another problem.
    """
    if faults := faults_of_solution(problem, solution):
        raise ProblemError(faults)
    found: list[Replacement] = []
    try:
        for site in solution.sites:
            if site not in problem.fixed_open:
                found.append(_replacement(problem, solution, site, {"time_limit_s": time_limit_s, **how}))
    except KeyboardInterrupt:
        pass  # what is known is returned
    return tuple(sorted(found, key=lambda each: (-each.loss, each.site)))


def _replacement(problem: LocationProblem, solution: Solution, site: int, how: dict[str, Any]) -> Replacement:
    assert solution.objective is not None
    rest = without(problem, [site])
    again = solve_again(rest, solution, start=solution.sites, **{**same_measure(problem, rest, solution), **how})
    if again is None:
        return _with_none_left(problem, solution, site)
    if was_interrupted(again):
        raise KeyboardInterrupt
    if again.objective is None or again.bound is None:
        is_lost = again.status == "infeasible"
        least = math.inf if is_lost else -math.inf
        return Replacement(site, (), None, again.bound, None, again.status, math.inf, least)
    return Replacement(
        site, again.sites, again.objective, again.bound, again.gap, again.status,
        loss(solution.model, solution.objective, again.objective),
        loss(solution.model, solution.objective, again.bound),
    )  # fmt: skip


def _with_none_left(problem: LocationProblem, solution: Solution, site: int) -> Replacement:
    """No site may be opened at all; what remains is worth what it is worth."""
    assert solution.objective is not None
    value = worth(problem, solution, problem.fixed_open)
    if not math.isfinite(value):
        return Replacement(site, (), None, None, None, "infeasible", math.inf, math.inf)
    lost = loss(solution.model, solution.objective, value)
    return Replacement(site, tuple(problem.fixed_open), value, value, 0.0, "optimal", lost, lost)

"""A posed question answered by the optimisers: once as the scenario asks, or again with something changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from geodata.errors import both, prefixed
from optimizers import MODELS, Solution, solve
from planning.faults import PlanningError
from planning.question import Question, pose
from planning.scenario import Scenario
from planning.scenario_form import WITHIN_MINUTES
from planning.study_area import Progress, StudyArea


@dataclass(frozen=True, eq=False)
class Answered:
    """A question with its answer; no solution where the scenario optimises nothing."""

    question: Question
    solution: Solution | None

    @property
    def opened(self) -> tuple[int, ...]:
        """Positions of the open sites."""
        return self.question.fixed if self.solution is None else self.solution.sites


def answered(
    scenario: Scenario, area: StudyArea, progress: Progress | None = None, *, start: Iterable[str] = (), **how: Any
) -> Answered:
    """Pose the question of a scenario without `[network]` and solve it.

    Args:
        start: ids of sites to begin the search from.
        how: goes to `solve` in place of what the scenario says (effort, time_limit_s, gap).

    Raises:
        PlanningError: for unknown codes, and when no plan exists.
    """
    question = pose(scenario, area, progress)
    if scenario.objective.model == "none":
        return Answered(question, None)
    ids = set(start)
    if ids:
        known = question.sites["site_id"].tolist()
        how["start"] = [i for i, site in enumerate(known) if site in ids and not question.sites["forbidden"].iloc[i]]
    return Answered(question, solve_question(question, progress, **how))


def solve_question(question: Question, progress: Progress | None = None, **how: Any) -> Solution:
    """The best plan found for a question, within the time and to the gap of its `[solver]`.

    Args:
        how: goes to `solve` in place of what the scenario says.

    Raises:
        PlanningError: when no plan exists.
    """
    asked = question.scenario.objective
    if not question.fixed and asked.sites == 0 and asked.budget_yuan is None:
        nothing = both(
            "no institution is open and none is asked for", "没有开放的机构，也没有要求新增；请填写机构数或预算"
        )
        raise PlanningError([prefixed(question.scenario.called, nothing)])
    if progress:
        progress("optimise", 0.0)
    solution = solve(question.problem, asked.model, **{**asked_of(question), **how})
    if not solution.sites:
        none = both(
            f"there is no plan: {solution.reason}", f"没有可行的方案，请放宽条件（求解器的说明：{solution.reason}）"
        )
        raise PlanningError([prefixed(question.scenario.called, none)])
    return solution


def asked_of(question: Question) -> dict[str, Any]:
    """What `solve` is called with for this question, besides the problem and the model."""
    goal, solver = question.scenario.objective, question.scenario.solver
    return {
        "p": None if goal.sites is None else places_for(question, goal.sites),
        "budget_yuan": None if goal.budget_yuan is None else goal.budget_yuan - question.locked_yuan,
        "threshold_min": goal.minutes if goal.model in WITHIN_MINUTES else None,
        "effort": solver.effort,
        "gap": solver.gap,
        "time_limit_s": solver.time_limit_s,
        **{knob: getattr(goal, knob) for knob in MODELS[goal.model].options if hasattr(goal, knob)},
    }


def places_for(question: Question, sites: int) -> int:
    """How many sites may be open for so many new ones; locked ones are new."""
    existing = len(question.fixed) - int(question.sites["locked"].sum())
    return min(sites + existing, int((~question.sites["forbidden"]).sum()))

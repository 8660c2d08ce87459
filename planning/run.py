"""One scenario from start to end."""

from optimizers import Solution, solve
from planning.faults import PlanningError
from planning.plan import Plan, read_answer
from planning.question import Question, pose
from planning.scenario import Scenario
from planning.study_area import Progress, StudyArea


def run(scenario: Scenario, area: StudyArea, *, progress: Progress | None = None) -> Plan:
    """Pose the scenario's question on the study area, solve it and measure the plan.

    Args:
        progress: called with the name of a step and a share from 0 to 1.

    Raises:
        PlanningError: for unknown codes, for a study area that is not the scenario's, or when no plan exists.
    """
    if scenario.study_area != area.data.name:
        raise PlanningError([f"scenario '{scenario.name}' is for '{scenario.study_area}', not for '{area.data.name}'"])
    question = pose(scenario, area, progress)
    solution = None if scenario.objective.model == "none" else _solve(question, progress)
    return read_answer(question, solution, area.digest, area.data.name, area.sources())


def _solve(question: Question, progress: Progress | None) -> Solution:
    if not question.fixed and not question.scenario.objective.sites and question.scenario.objective.budget_yuan is None:
        raise PlanningError([f"scenario '{question.scenario.name}': no institution is open and none is asked for"])
    goal, solver = question.scenario.objective, question.scenario.solver
    existing = len(question.fixed) - int(question.sites["locked"].sum())
    if progress:
        progress("optimise", 0.0)
    solution = solve(
        question.problem,
        goal.model,
        p=None if goal.sites is None or goal.model == "set_cover" else min(goal.sites + existing, _openable(question)),
        budget_yuan=None if goal.budget_yuan is None else goal.budget_yuan - question.locked_yuan,
        threshold_min=goal.minutes if goal.model in ("max_coverage", "set_cover") else None,
        effort=solver.effort,
        time_limit_s=solver.time_limit_s,
    )
    if not solution.sites:
        raise PlanningError([f"scenario '{question.scenario.name}': there is no plan: {solution.reason}"])
    return solution


def _openable(question: Question) -> int:
    return int((~question.sites["forbidden"]).sum())

"""One scenario from start to end."""

from geodata.errors import both, prefixed
from optimizers import MODELS, Solution, solve
from planning.faults import PlanningError
from planning.network.run import run_network
from planning.plan import Plan, read_answer
from planning.question import Question, pose
from planning.scenario import Scenario
from planning.scenario_form import WITHIN_MINUTES
from planning.study_area import Progress, StudyArea


def run(scenario: Scenario, area: StudyArea, *, progress: Progress | None = None) -> Plan:
    """Pose the scenario's question on the study area, solve it and measure the plan.

    A scenario with `[network]` gives a plan whose `network` has services, years and money.

    Args:
        progress: called with the name of a step and a share from 0 to 1.

    Raises:
        PlanningError: for unknown codes, for a study area that is not the scenario's, or when no plan exists.
    """
    if scenario.study_area != area.data.name:
        asked, given = scenario.study_area, area.data.name
        fault = both(
            f"scenario '{scenario.name}' is for '{asked}', not for '{given}'",
            f"情景“{scenario.name}”用于研究区“{asked}”，不能用于“{given}”；请换用对应的研究区",
        )
        raise PlanningError([fault])
    if scenario.network is not None:
        return run_network(scenario, area, progress)
    question = pose(scenario, area, progress)
    solution = None if scenario.objective.model == "none" else _solve(question, progress)
    return read_answer(question, solution, area)


def _solve(question: Question, progress: Progress | None) -> Solution:
    asked = question.scenario.objective
    if not question.fixed and asked.sites == 0 and asked.budget_yuan is None:
        nothing = both(
            "no institution is open and none is asked for", "没有开放的机构，也没有要求新增；请填写机构数或预算"
        )
        raise PlanningError([prefixed(question.scenario.called, nothing)])
    goal, solver = question.scenario.objective, question.scenario.solver
    existing = len(question.fixed) - int(question.sites["locked"].sum())
    if progress:
        progress("optimise", 0.0)
    solution = solve(
        question.problem,
        goal.model,
        p=None if goal.sites is None else min(goal.sites + existing, _openable(question)),
        budget_yuan=None if goal.budget_yuan is None else goal.budget_yuan - question.locked_yuan,
        threshold_min=goal.minutes if goal.model in WITHIN_MINUTES else None,
        effort=solver.effort,
        gap=solver.gap,
        time_limit_s=solver.time_limit_s,
        **{knob: getattr(goal, knob) for knob in MODELS[goal.model].options if hasattr(goal, knob)},
    )
    if not solution.sites:
        none = both(
            f"there is no plan: {solution.reason}", f"没有可行的方案，请放宽条件（求解器的说明：{solution.reason}）"
        )
        raise PlanningError([prefixed(question.scenario.called, none)])
    return solution


def _openable(question: Question) -> int:
    return int((~question.sites["forbidden"]).sum())

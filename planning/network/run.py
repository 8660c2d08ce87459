"""A network scenario from start to end: pose, solve, measure, explain."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from geodata.errors import Sentence, both, prefixed
from optimizers import network
from optimizers.network import NetworkSolution, deliver, solve_network
from planning.area_demand import people_of
from planning.faults import PlanningError
from planning.network.explanation import Explanation
from planning.network.measures.deliveries import deliveries_of
from planning.network.measures.even import evened
from planning.network.measures.kinds import kinds_table
from planning.network.measures.one_road import rows_on_one_road
from planning.network.measures.tables import modules_table
from planning.network.posing.pose import NetworkQuestion, pose_network
from planning.network.read import read_network, standing_choice, standing_problem
from planning.network.reasons.explain import explain_network
from planning.network.reasons.mending import no_plan
from planning.network.result import NetworkPlan
from planning.network.scenario.asked import network_of
from planning.network.tidy import tidied
from planning.network.variants.beside import beside, check_comparisons
from planning.plan import Plan, measured
from planning.question import Question, demand_factors, pose
from planning.scenario import Scenario
from planning.scenario_form import Candidates, Unsafe
from planning.study_area import Progress, StudyArea

MEND_S = 60.0  # seconds to look for a repair where there is no plan


def run_network(scenario: Scenario, area: StudyArea, progress: Progress | None = None) -> Plan:
    """Pose the network question of a scenario on a study area, solve it, measure the plan, explain and compare it.

    Raises:
        PlanningError: for codes that the area does not have, for a comparison that it has no place for, and when no
            plan exists, with what would make one.
    """
    check_comparisons(scenario, area)
    question = pose_network(scenario, area, progress)
    plan = measure_network(question, answer_network(question, progress), area, progress)
    return beside(plan, area, run_network, progress)


def answer_network(question: NetworkQuestion, progress: Progress | None = None) -> NetworkSolution:
    """The best plan found for the aims of the scenario, within the time and to the gap of its `[solver]`.

    Raises:
        PlanningError: when there is no plan, with what would make one.
    """
    scenario = question.scenario
    assert scenario.network is not None
    if progress:
        progress("optimise", 0.0)
    solution = solve_network(
        question.problem,
        question.engine_aims,
        give=scenario.network.give,
        time_limit_s=scenario.solver.time_limit_s,
        gap=scenario.solver.gap,
        effort=scenario.solver.effort,
    )
    if solution.objective is not None:
        return evened(question.problem, tidied(question.problem, solution, scenario.network.give))
    raise PlanningError([prefixed(scenario.called, _why_none(question, solution))])


def measure_network(
    question: NetworkQuestion, solution: NetworkSolution, area: StudyArea, progress: Progress | None = None
) -> Plan:
    """A solution as a plan with its tables, and with explanations where the scenario asks for them.

    The plan's own tables of sites, cells and indicators are measured as those of every plan, with the sites of the
    last year; its `network` has years, services and money.
    """
    scenario, standing = question.scenario, _standing(question)
    located = pose(_as_usual(scenario), area, progress)
    modules = modules_table(deliveries_of(question, solution))
    roads, caveat = rows_on_one_road(question, modules, area)
    found = read_network(question, solution, located.cells, standing, kappa=area.alpha, one_road=roads)
    told = caveats(caveat, found) + explained(question, solution, found, progress)
    return as_plan(located, replace(found, explanations=told, kinds=_kinds(question, solution, area)), area, scenario)


def _kinds(question: NetworkQuestion, solution: NetworkSolution, area: StudyArea) -> pd.DataFrame:
    """Who is served by category and grade of disability."""
    assumptions, scenario = question.assumptions, question.scenario
    rates, factors = assumptions.demand_rates(), demand_factors(scenario)
    people = people_of(area.data, rates, assumptions["prevalence_rate"], factors, scenario.demand_base)
    return kinds_table(deliveries_of(question, solution), people, rates.hardship_share_of_severe)


def explained(
    question: NetworkQuestion, solution: NetworkSolution, found: NetworkPlan, progress: Progress | None
) -> tuple[Explanation, ...]:
    """The explanations that the scenario asks for (`explain`, `why_not`); none where it does not."""
    asked = network_of(question.scenario)
    if not (asked.explain or asked.why_not):
        return ()
    step = None if progress is None else lambda share: progress("explain_plan", share)
    return explain_network(question, solution, found, progress=step)


def caveats(sentence: Sentence | None, found: NetworkPlan) -> tuple[Explanation, ...]:
    """What to say beside who depends on one road, where roads are known only roughly."""
    if sentence is None:
        return ()
    persons = found.value("persons_on_one_road")
    return (Explanation("one_road", "", sentence.zh, str(sentence), persons, persons, persons, "persons"),)


def _standing(question: NetworkQuestion) -> NetworkSolution | None:
    """What is delivered when nothing is chosen and nobody is visited; None where even that breaks a limit."""
    found = deliver(standing_problem(question.problem), *standing_choice(question.problem), aims=("most",))
    return None if found.objective is None else evened(question.problem, found)


def _why_none(question: NetworkQuestion, solution: NetworkSolution) -> str:
    """Why there is no plan: proven, with the smallest repairs; or none was found in the time."""
    if solution.status == "infeasible":
        return no_plan(question, network.mend_network(question.problem, time_limit_s=MEND_S))
    return both(
        f"no plan was found in the time: {solution.reason}; allow more seconds under [solver] time_limit_s",
        f"在限定时间内没有找到方案（求解器的说明：{solution.reason}）；请在 [solver] time_limit_s 中放宽时间",
    )


def _as_usual(scenario: Scenario) -> Scenario:
    """The same scenario for the measures of every plan: all kinds of candidates, nothing optimised."""
    assert scenario.network is not None
    kinds = Candidates(kinds=("township_place", "village_point"))
    return scenario.model_copy(update={"candidates": kinds, "network": None})


def as_plan(located: Question, found: NetworkPlan, area: StudyArea, scenario: Scenario) -> Plan:
    """The network as a plan like others: the sites that are open in the last year, with what the network spends there.

    Institutions that other plans do not count, such as special schools, are in `network.sites` alone.
    """
    ids = located.sites["site_id"]
    unsafe = {change.site for change in scenario.of(Unsafe)}
    chosen = set(found.sites.loc[found.sites["role"] != "existing", "site_id"])
    is_open = ids.isin(chosen) | ((located.sites["role"] == "existing") & ~ids.isin(unsafe))
    plan = measured(located, tuple(map(int, np.flatnonzero(is_open))), found.solver, area)
    spent = found.sites.set_index("site_id")[["capital_yuan", "running_yuan"]]
    yuan = {c: plan.sites["site_id"].map(spent[c]).fillna(0.0) for c in spent}
    indicators = {**plan.indicators, **_money(found)}
    return replace(plan, scenario=scenario, sites=plan.sites.assign(**yuan), indicators=indicators, network=found)


def _money(found: NetworkPlan) -> Mapping[str, float]:
    """What the network costs: capital of all years, running cost with rounds of the last."""
    capital = found.money.loc[found.money["kind"] == "capital", "yuan"].sum()
    last = found.money[(found.money["year"] == found.last_year) & (found.money["kind"] == "running")]
    return {"cost_yuan": float(capital), "running_yuan_per_year": float(last["yuan"].sum())}

"""A network scenario asked in other ways, and what the answers have in common: the base of all side-by-side tables."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from geodata.errors import both, prefixed
from planning.faults import PlanningError
from planning.network.reasons.explanation import Interval, cleaned, sense
from planning.network.result import NOTHING_YET, NetworkPlan
from planning.network.scenario.asked import network_of
from planning.network.scenario.form import VALUED
from planning.plan import Plan
from planning.scenario import Scenario
from planning.study_area import StudyArea

Run = Callable[[Scenario, StudyArea], Plan]
"""Answers a scenario on a study area, such as `planning.network.run.run_network`."""
NOT_COMPARABLE = ("least_regret",)
"""Aims that each question measures by a scale of its own."""
_NO_PLAN = both("the answer has no network plan", "结果中没有网络方案")


def variant(scenario: Scenario, suffix: str, *, around: dict[str, Any] | None = None, **changed: Any) -> Scenario:
    """The scenario under a longer name, with other values in `[network]` and, as `around`, outside of it.

    Nothing is explained or compared of it.
    """
    alone: dict[str, Any] = {"explain": False, "why_not": (), "compare": ()}
    network = network_of(scenario).model_copy(update={**alone, **changed})
    return scenario.model_copy(update={"name": f"{scenario.name}_{suffix}", "network": network, **(around or {})})


def answer(run: Run, scenario: Scenario, area: StudyArea) -> NetworkPlan:
    """The network plan of a scenario.

    Raises:
        PlanningError: when there is no plan.
    """
    plan = run(scenario, area).network
    if plan is None:
        raise PlanningError([prefixed(scenario.called, _NO_PLAN)])
    return plan


def last_groups(plan: NetworkPlan) -> pd.DataFrame:
    """The groups of the last year."""
    return plan.groups[plan.groups["year"] == plan.last_year]


def chosen_sites(plan: NetworkPlan) -> pd.DataFrame:
    """The sites that the plan builds, embeds, extends or switches on."""
    return plan.sites[plan.sites["opened"] != NOTHING_YET]


def best_in(plan: NetworkPlan) -> tuple[str, float, float] | None:
    """The first aim of a plan, and what the best plan of its question reaches in it: at least, at most.

    Turned so that more is better. None for aims of which plans of two questions cannot be compared.
    """
    if not plan.aims or plan.aims[0]["aim"] in NOT_COMPARABLE:
        return None
    first = plan.aims[0]
    turn = turn_of(first["aim"])
    least, most = turn * float(first["objective"]), turn * float(first["bound"])
    return str(first["aim"]), least, least if first["status"] == "optimal" else max(least, most)


def turn_of(aim: str) -> int:
    """1 where more of an aim of the scenario is better, -1 where less is."""
    return sense("most" if aim in VALUED else aim)


def gain(one_plan: NetworkPlan, other_plan: NetworkPlan) -> Interval | None:
    """How much more the best plan of one question reaches in the first aim than the best of another.

    Below 0 where it reaches less. None where they cannot be compared.
    """
    one, other = best_in(one_plan), best_in(other_plan)
    if one is None or other is None:
        return None
    (_, a, b), (_, c, d) = one, other
    return cleaned(a - c, a - d, b - c, max(abs(a), abs(c)))

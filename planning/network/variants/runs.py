"""A network scenario asked in other ways, and what the answers have in common: the base of all side-by-side tables."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from geodata.errors import Sentence, both, prefixed
from planning.faults import PlanningError
from planning.network.result import NetworkPlan
from planning.network.scenario.form import Network
from planning.plan import Plan
from planning.scenario import Scenario
from planning.study_area import StudyArea

Run = Callable[[Scenario, StudyArea], Plan]
"""Answers a scenario on a study area, such as `planning.network.run.run_network`."""
_NO_TABLE = both("a table [network] is needed; add it", "需要 [network] 表；请补上")
_NO_PLAN = both("the answer has no network plan", "结果中没有网络方案")


def network_of(scenario: Scenario) -> Network:
    """The `[network]` table of a scenario.

    Raises:
        PlanningError: where there is none.
    """
    if scenario.network is None:
        raise PlanningError([prefixed(scenario.called, _NO_TABLE)])
    return scenario.network


def variant(scenario: Scenario, suffix: str, *, around: dict[str, Any] | None = None, **changed: Any) -> Scenario:
    """The scenario under a longer name, with other values in `[network]` and, as `around`, outside of it."""
    network = network_of(scenario).model_copy(update={"explain": False, **changed})
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
    """The sites that the plan builds, embeds or switches on."""
    return plan.sites[plan.sites["role"] != "existing"]


def proof(plan: NetworkPlan) -> Sentence:
    """How good a plan is known to be, as the end of a sentence; nothing where it is proven to be the best."""
    gap = plan.solver.get("gap")
    if plan.solver.get("status") == "optimal" or gap == 0:
        return both("", "")
    if gap is None or gap != gap:
        return both(" (found, not proven)", "（已找到，未证明最优）")
    return both(f" (within {100 * gap:.1f} % of the best)", f"（距最优不超过 {100 * gap:.1f}%）")

"""What a scenario asks to be compared with its plan (`[network] compare`), as tables and explanations of the plan."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from geodata.errors import both, in_language
from planning.faults import PlanningError
from planning.network.reasons.explanation import Interval
from planning.network.reasons.sentences import told
from planning.network.scenario.asked import network_of
from planning.network.variants.integration import check_xpcc, integration
from planning.network.variants.phasing import phasing
from planning.network.variants.runs import Run, variant
from planning.network.variants.season_plans import PLANS, season_plans

if TYPE_CHECKING:
    from planning.network.result import NetworkPlan
    from planning.plan import Plan
    from planning.scenario import Scenario
    from planning.study_area import Progress, StudyArea

COMPARISONS: Final[Mapping[str, tuple[Callable[..., Any], int, tuple[str, ...]]]] = {
    "phasing": (phasing, 2, ("services", "years", "sites")),
    "seasons": (season_plans, len(PLANS), ("values", "regrets", "one_road")),
    "integration": (integration, 4, ("owners", "dropped", "added", "split")),
}
"""Word of `compare` → what makes it, how many plans it takes, and its tables."""
_UNKNOWN: Final = Interval(float("nan"), float("nan"), float("nan"))


def check_comparisons(scenario: Scenario, area: StudyArea) -> None:
    """Refuse what the study area has no place for, before anything is solved.

    Raises:
        PlanningError: integration is asked for where there are no XPCC cities.
    """
    if "integration" in network_of(scenario).compare:
        check_xpcc(scenario, area)


def beside(plan: Plan, area: StudyArea, run: Run, progress: Progress | None = None) -> Plan:
    """The plan with the tables (`NetworkPlan.compared`) and explanations of what its scenario asks to be compared.

    Every other way of planning is answered within the scenario's own `[solver]`; one without a plan is told, and
    nothing else is lost.
    """
    asked = network_of(plan.scenario).compare
    found = plan.network
    if not asked or found is None:
        return plan
    ask = _asking_once(plan, run, sum(COMPARISONS[word][1] for word in asked), progress)
    for word in asked:
        found = _with(found, word, plan.scenario, area, ask)
    return replace(plan, network=found)


def _with(found: NetworkPlan, word: str, scenario: Scenario, area: StudyArea, ask: Run) -> NetworkPlan:
    """The plan with one comparison more."""
    make, _, tables = COMPARISONS[word]
    try:
        made = make(scenario, area, ask)
    except PlanningError as error:
        en, zh = (" ".join(in_language(fault, language) for fault in error.faults) for language in ("en", "zh"))
        sentence = both(f"No comparison ({word}): {en}", f"未能比较（{word}）：{zh}")
        return replace(found, explanations=(*found.explanations, told(word, "no_plan", sentence, _UNKNOWN, "")))
    more = {f"{word}_{table}": getattr(made, table) for table in tables}
    return replace(found, compared={**found.compared, **more}, explanations=(*found.explanations, *made.explanations))


def _asking_once(plan: Plan, run: Run, times: int, progress: Progress | None) -> Run:
    """Answers each scenario once, that of the plan with the plan; tells how many of all are answered."""
    known = [(_as_asked(plan.scenario), plan)]
    done = 0

    def ask(scenario: Scenario, area: StudyArea) -> Plan:
        nonlocal done
        if progress is not None:
            progress("compare_plans", min(1.0, done / times))
        done += 1
        wanted = _as_asked(scenario)
        for other, answered in known:
            if other == wanted:
                return answered
        known.append((wanted, run(scenario, area)))
        return known[-1][1]

    return ask


def _as_asked(scenario: Scenario) -> Scenario:
    """The scenario without its name and without what is only told of it."""
    return variant(scenario, "").model_copy(update={"name": "same"})

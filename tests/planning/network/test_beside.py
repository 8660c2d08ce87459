"""What `[network] compare` asks for: tables and sentences of the plan, each question answered once, nothing lost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from made_plans import LOCAL, group, made, site

from geodata.errors import both
from planning.faults import PlanningError
from planning.network.explanation import Explanation
from planning.network.result import NetworkPlan
from planning.network.scenario.form import Comparison, Network
from planning.network.variants.beside import COMPARISONS, beside, check_comparisons
from planning.scenario import Scenario

TOLD = Explanation("lock", "s", "锁", "a lock", 1.0, 1.0, 1.0, "yuan")
NESTED = replace(
    made([group(2026, LOCAL, 100, 10), group(2027, LOCAL, 100, 30)], [site("a", opened=2026)]), explanations=(TOLD,)
)
END = made([group(2027, LOCAL, 100, 40)], [site("b", opened=2027)])


@dataclass(frozen=True)
class Held:
    """What is read of a `Plan`."""

    scenario: Scenario
    network: NetworkPlan


def plan(compare: tuple[Any, ...] = ("phasing",)) -> Any:
    return Held(Scenario(name="s", network=Network(first_year=2026, years=2, compare=compare)), NESTED)


def compared(given: Any, run: Any) -> NetworkPlan:
    found = beside(given, None, run).network  # type: ignore[arg-type]
    assert found is not None
    return found


def test_the_tables_and_sentences_join_those_of_the_plan() -> None:
    asked: list[str] = []

    def run(scenario: Scenario, area: Any) -> Any:
        asked.append(scenario.name)
        return SimpleNamespace(network=END)

    found = compared(plan(), run)
    assert list(found.compared) == ["phasing_services", "phasing_years", "phasing_sites"]
    assert found.compared["phasing_services"]["lost"].tolist() == [10]
    assert found.explanations[0] == TOLD
    assert {each.kind for each in found.explanations[1:]} == {"phasing"}
    assert asked == ["s_end"]  # the plan itself is not asked for again


def test_another_way_without_a_plan_is_told_and_nothing_is_lost() -> None:
    def run(scenario: Scenario, area: Any) -> Any:
        raise PlanningError([both("no plan within the limits", "各项限制内没有方案")])

    found = compared(plan(), run)
    assert not found.compared
    first, said = found.explanations
    assert first == TOLD
    assert (said.kind, said.subject, said.unit) == ("phasing", "no_plan", "")
    assert "no plan within the limits" in said.en
    assert "各项限制内没有方案" in said.zh
    assert said.en.isascii()


def test_a_plan_that_asks_for_nothing_stays_as_it_is() -> None:
    given = plan(())
    assert beside(given, None, lambda *_: pytest.fail("asked")) is given  # type: ignore[arg-type]


def test_progress_counts_the_plans_that_are_made() -> None:
    shares: list[tuple[str, float]] = []
    beside(plan(), None, lambda *_: SimpleNamespace(network=END), lambda *told: shares.append(told))  # type: ignore
    assert shares == [("compare_plans", 0.0), ("compare_plans", 0.5)]


def test_every_word_of_the_form_is_made_and_only_integration_needs_a_place() -> None:
    assert set(get_args(Comparison)) == set(COMPARISONS)
    check_comparisons(plan().scenario, None)  # type: ignore[arg-type]

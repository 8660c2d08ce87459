"""Counties under each network plan: services of the last year, money of all years."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from made_heads import as_network, with_gap

from planning import Plan, PlanningError, StudyArea, compare
from planning.comparing.network_counties import network_counties

HERE, THERE = "652826", "653131"


def network_plan(plan: Plan, name: str, served: dict[str, int], yuan: float = 0.0) -> Plan:
    """Two services in two counties in the last of two years, 1,000 in need of each; money in the first county."""
    groups = [
        {"year": year, "service": service, "county_code": county, "persons": 1000,
         "persons_served": served[county] if year == 2030 else 0}
        for year in (2029, 2030) for service in ("a", "b") for county in (HERE, THERE)
    ]  # fmt: skip
    money = [{"county_code": HERE, "yuan": yuan / 2}] * 2
    out = as_network(plan, name, persons=4000.0, persons_served=2.0 * sum(served.values()))
    assert out.network is not None
    network = replace(out.network, groups=pd.DataFrame(groups), money=pd.DataFrame(money))
    return replace(out, network=network)


@pytest.fixture
def pair(few_plans: dict[str, Plan]) -> tuple[Plan, Plan]:
    plan = few_plans["baseline"]
    return network_plan(plan, "first", {HERE: 300, THERE: 500}), network_plan(
        plan, "second", {HERE: 400, THERE: 490}, yuan=2e6
    )


def test_persons_are_of_the_last_year_by_service_and_money_of_all_years(
    few: StudyArea, pair: tuple[Plan, Plan]
) -> None:
    table = network_counties(compare(pair), few)
    assert list(table["name_en"]) == ["Yanqi", "Taxkorgan"] * 2
    assert list(table["persons"]) == [2000] * 4
    assert list(table["persons_served"]) == [600, 1000, 800, 980]
    assert list(table["share_served"]) == [0.3, 0.5, 0.4, 0.49]
    assert list(table["yuan"]) == [0, 0, 2e6, 0]
    assert list(table["served_more"]) == [0, 0, 200, -20]
    assert list(table["yuan_more"]) == [0, 0, 2e6, 0]
    assert list(table["mark"]) == ["", "", "better", "worse"]


def test_sums_over_the_counties_are_the_indicators(few: StudyArea, pair: tuple[Plan, Plan]) -> None:
    sums = network_counties(compare(pair), few).groupby("plan")[["persons", "persons_served"]].sum()
    for plan in pair:
        assert plan.network is not None
        assert [plan.network.value(key) for key in sums] == list(sums.loc[plan.name])


def test_a_county_within_the_gap_is_not_told_apart(few: StudyArea, pair: tuple[Plan, Plan]) -> None:
    first, second = pair
    open_one = with_gap(second, 0.01, model="network_least_cost")  # a share of the 4,000 in need: 40 persons
    assert list(network_counties(compare([first, open_one]), few)["mark"]) == ["", "", "better", "within_gap"]


def test_plans_without_a_network_are_told_by_name(few: StudyArea, few_plans: dict[str, Plan]) -> None:
    with pytest.raises(PlanningError) as caught:
        network_counties(compare([few_plans["baseline"], few_plans["frugal"]]), few)
    assert [fault.split(" is ")[0] for fault in caught.value.faults] == ["'baseline'", "'frugal'"]

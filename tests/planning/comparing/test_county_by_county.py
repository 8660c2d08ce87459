"""Counties under each plan: they add up to the plans, and winners and losers to the difference."""

from __future__ import annotations

from itertools import combinations

import pytest
from made_heads import named, with_gap
from made_scenarios import is_chinese, is_english

from planning import Plan, PlanningError, StudyArea, compare
from planning.compare import Comparison
from planning.comparing.counties import by_county, winners_losers


@pytest.fixture(scope="module")
def everything(few_plans: dict[str, Plan]) -> Comparison:
    return compare(list(few_plans.values()))


def test_sums_over_the_counties_are_the_indicators_of_each_plan(few: StudyArea, everything: Comparison) -> None:
    table = by_county(everything, few)
    columns = {"persons": "persons_total", "persons_served": "persons_served", "sites": "sites", "places": "places",
               "cost_yuan": "cost_yuan"}  # fmt: skip
    for plan in everything.plans:
        rows = table[table["plan"] == plan.name]
        assert {mine: rows[mine].sum() for mine in columns} == {m: plan.indicators[key] for m, key in columns.items()}
        changed = rows[["persons_better", "persons_worse", "persons_same"]].sum(axis=1)
        assert list(changed) == list(rows["persons"])
        assert rows["mean_travel_time_min"].max() == pytest.approx(plan.indicators["worst_county_mean_min"])
        assert list(rows["name_zh"]) == list(few.data.counties.set_index("county_code")["name_zh"][rows["county_code"]])


def test_the_first_plan_differs_from_itself_in_nothing(few: StudyArea, everything: Comparison) -> None:
    table = by_county(everything, few)
    first = table[table["plan"] == everything.plans[0].name]
    assert not first[["served_more", "minutes_more", "persons_better", "persons_worse"]].to_numpy().any()
    assert set(first["mark"]) == {""}


def test_winners_and_losers_add_up_to_the_difference_of_pairs_of_plans(few: StudyArea, everything: Comparison) -> None:
    lost = 0
    kept = [plan for plan in everything.plans if plan.name in ("baseline", "most_people", "village_points", "closed")]
    for first, second in combinations(kept, 2):
        found = winners_losers(Comparison((first, second), everything.table, ()), few, second.name)
        assert found.gained - found.lost == found.net
        assert found.net == second.indicators["persons_served"] - first.indicators["persons_served"]
        assert found.table["served_more"].is_monotonic_decreasing
        assert found.table["served_more"].sum() == found.net
        lost += found.lost
    assert lost > 0


def test_a_county_within_the_gap_is_neither_winner_nor_loser_for_sure(
    few: StudyArea, few_plans: dict[str, Plan]
) -> None:
    first, second = few_plans["baseline"], named(few_plans["most_people"], "second")
    sure = winners_losers(compare([first, second]), few, "second")
    assert set(sure.table["mark"]) == {"better"}
    size = (sure.table["served_more"].iloc[0] - 1) / second.indicators["persons_total"]
    open_one = with_gap(second, size / (1 + size))  # leaves one person less open than the largest county gains
    found = winners_losers(compare([first, open_one]), few, "second")
    assert list(found.table["mark"]) == ["better"] + ["within_gap"] * (len(found.table) - 1)
    assert "cannot be told apart" in found.told
    assert "cannot be told apart" not in sure.told


def test_the_sentence_says_all_three_sums_in_both_languages(few: StudyArea, few_plans: dict[str, Plan]) -> None:
    found = winners_losers(compare([few_plans["most_people"], few_plans["closed"]]), few, "closed")
    assert f"with {found.lost:,} fewer persons served; in all −{-found.net:,} persons" in found.told
    assert f"净减少 {-found.net:,} 人" in found.told.zh
    assert is_english(str(found.told))
    assert is_chinese(found.told.zh)


def test_a_plan_that_is_not_there_is_told_with_those_that_are(few: StudyArea, everything: Comparison) -> None:
    with pytest.raises(PlanningError, match="no plan 'nobody' beside the first; it has most_people"):
        winners_losers(everything, few, "nobody")

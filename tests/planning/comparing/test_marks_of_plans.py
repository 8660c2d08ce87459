"""The table with marks: which difference is good, which is bad, and which says nothing."""

from __future__ import annotations

import math

import pytest
from made_heads import as_network, named, with_gap
from made_scenarios import is_chinese, is_english

from planning import Plan, PlanningError, compare
from planning.compare import shown
from planning.comparing.apart import distinct
from planning.comparing.gaps import MEASURES
from planning.comparing.marks import GROUPS, MARKS, Marked, MarkedRow, group_of, marked
from planning.comparing.words import told
from planning.network.measures.indicators import NETWORK_INDICATORS
from planning.plan import INDICATORS

EVERY = list(MEASURES)


def row(found: Marked, key: str) -> MarkedRow:
    return next(each for each in found.rows if each.key == key)


def moved(plan: Plan, by: float, **changes: float) -> Marked:
    """A plan beside one of which all indicators are larger by so much; of those named by what is given."""
    own = {i.key: plan.indicators[i.key] + changes.get(i.key, by) for i in INDICATORS if i.key != "persons_total"}
    net = {i.key: 10.0 + by for i in NETWORK_INDICATORS if i.key != "persons"}
    second = as_network(named(plan, "second", **own), "second", **net)
    return marked(compare([as_network(plan, "first"), second]))


def marks(found: Marked) -> dict[str, str]:
    return {each.key: each.values[1].mark for each in found.rows}


class TestMarks:
    def test_more_is_better_where_it_is_meant_to_be(self, few_plans: dict[str, Plan]) -> None:
        more, less = (marks(moved(few_plans["baseline"], by)) for by in (5.0, -5.0))
        good = {1: ("better", "worse"), -1: ("worse", "better"), 0: ("changed", "changed")}
        fixed = ("persons_total", "network_persons")
        expected = {key: ("same", "same") if key in fixed else good[MEASURES[key].better] for key in MEASURES}
        assert {key: (more[key], less[key]) for key in MEASURES} == expected

    def test_what_reads_the_same_is_the_same_and_what_is_not_known_is_marked_so(
        self, few_plans: dict[str, Plan]
    ) -> None:
        changes = {"mean_travel_time_min": 0.04, "ede_travel_time_min": 0.06, "share_near": 0.0004}
        found = marks(moved(few_plans["baseline"], 0.0, worst_county_mean_min=math.nan, **changes))
        assert found.pop("worst_county_mean_min") == "unknown"
        assert found.pop("ede_travel_time_min") == "worse"
        assert set(found.values()) == {"same"}

    @pytest.mark.parametrize(("share", "gap", "mark"), [(0.02, 0.05, "within_gap"), (0.09, 0.05, "better")])
    def test_a_difference_within_the_gap_is_not_told_apart(
        self, few_plans: dict[str, Plan], share: float, gap: float, mark: str
    ) -> None:
        first = few_plans["baseline"]
        served = first.indicators["persons_served"] + share * first.indicators["persons_total"]
        second = with_gap(named(first, "second", persons_served=served), gap, model="max_coverage")
        assert marks(marked(compare([first, second])))["persons_served"] == mark

    def test_counts_by_other_minutes_are_not_compared_and_the_note_stays(self, few_plans: dict[str, Plan]) -> None:
        first = few_plans["baseline"]
        goal = first.scenario.objective.model_copy(update={"minutes": 90.0})
        other = named(few_plans["most_people"], "ninety")
        object.__setattr__(other, "scenario", other.scenario.model_copy(update={"objective": goal}))
        found = marked(compare([first, other]))
        assert row(found, "persons_served").values[1].mark == "other_terms"
        assert row(found, "share_within_60_min").values[1].mark == "better"
        assert len(found.notes) == 1
        assert "分钟数不同" in found.notes[0].zh

    def test_counts_of_other_people_are_not_compared_their_shares_are(self, few_plans: dict[str, Plan]) -> None:
        other = named(few_plans["most_people"], "more", persons_total=10**6)
        found = marked(compare([few_plans["baseline"], other]))
        assert row(found, "persons_served").values[1].mark == "other_terms"
        assert row(found, "share_near").values[1].mark == "better"


class TestTheTable:
    def test_rows_stand_by_group_and_none_is_lost(self, few_plans: dict[str, Plan]) -> None:
        comparison = compare([few_plans["baseline"], few_plans["most_people"]])
        found = marked(comparison)
        groups = [each.group for each in found.rows]
        assert groups == sorted(groups, key=list(GROUPS).index)
        assert sorted(each.key for each in found.rows) == sorted(comparison.table["key"])
        assert {group_of(key) for key in EVERY} == set(GROUPS)

    def test_every_number_has_its_unit_in_both_languages(self, few_plans: dict[str, Plan]) -> None:
        plans = [as_network(few_plans[name], name) for name in ("baseline", "most_people")]
        for each in marked(compare(plans)).rows:
            told_here = [words for value in each.values for words in (value.told, value.difference) if words]
            assert all(is_english(str(words)) for words in told_here)
            if each.unit != "index":
                assert not any(words[-1].isdigit() or words.zh[-1].isdigit() for words in told_here)

    def test_values_and_differences_are_those_of_the_comparison(self, few_plans: dict[str, Plan]) -> None:
        first, second = few_plans["baseline"], few_plans["most_people"]
        found = row(marked(compare([first, second])), "persons_served")
        gain = second.indicators["persons_served"] - first.indicators["persons_served"]
        assert found.values[0].told == f"{first.indicators['persons_served']:,} persons"
        assert found.values[1].difference.zh == f"+{gain:,.0f} 人"
        assert (found.values[0].difference, found.values[0].mark) == ("", "")

    def test_one_plan_is_no_comparison_and_seven_make_seven_columns(self, few_plans: dict[str, Plan]) -> None:
        with pytest.raises(PlanningError, match="two plans or more"):
            compare([few_plans["baseline"]])
        plans = list(few_plans.values())
        assert len(plans) == 7
        found = marked(compare(plans))
        assert list(found.plans) == [p.scenario.title("en") for p in plans]
        assert {len(one.values) for one in found.rows} == {7}


def test_titles_that_come_twice_get_a_number() -> None:
    assert distinct(["甲", "乙", "甲"]) == ["甲 (1)", "乙", "甲 (2)"]


class TestWords:
    @pytest.mark.parametrize("key", list(MARKS))
    def test_every_mark_is_told_in_both_languages(self, key: str) -> None:
        assert is_english(str(MARKS[key]))
        assert is_chinese(MARKS[key].zh)

    @pytest.mark.parametrize(
        ("value", "unit", "signed", "en", "zh"),
        [
            (0.725, "share", False, "72.5%", "72.5%"),
            (0.031, "share", True, "+3.1 percentage points", "+3.1 个百分点"),
            (-3.14, "min", True, "−3.1 min", "−3.1 分钟"),
            (-0.04, "min", True, "0.0 min", "0.0 分钟"),
            (1.0, "sites", True, "+1 site", "+1 个"),
            (12_000_000.0, "yuan", False, "12,000,000 yuan", "12,000,000 元"),
            (7.0, "units", False, "7 units of service", "7 单位服务量"),
            (0.1234, "index", False, "0.123", "0.123"),
            (math.nan, "yuan", False, "—", "—"),
        ],
    )
    def test_a_number_with_its_unit(self, value: float, unit: str, signed: bool, en: str, zh: str) -> None:
        found = told(value, unit, signed=signed)
        assert (str(found), found.zh) == (en, zh)

    def test_digits_are_those_of_every_other_table(self) -> None:
        assert told(46.84, "min").startswith(shown(46.84, "min"))

"""Which differences mean something: larger than what the gaps of both plans leave open."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_heads import as_network, head, named, with_gap
from made_scenarios import is_chinese, is_english

from planning import Plan, compare
from planning.comparing.gaps import MEASURES, gap_lines, head_of, is_decided, left_open, room, slack
from planning.texts import gap_sentence

SHARES = st.floats(0.0, 1.0)


class TestTheRoomAboveAPlan:
    def test_proven_plans_and_plans_that_optimise_nothing_leave_none(self, few_plans: dict[str, Plan]) -> None:
        assert room(few_plans["baseline"]) == 0
        assert room(few_plans["most_people"]) == 0
        assert few_plans["most_people"].solver["status"] == "optimal"

    @pytest.mark.parametrize("model", ["max_coverage", "p_median"])
    def test_it_is_the_share_that_the_sentence_tells(self, few_plans: dict[str, Plan], model: str) -> None:
        plan = with_gap(few_plans["most_people"], 0.2, model=model)
        said = re.search(r"([\d.]+) %", gap_sentence(model, "feasible", 0.2, "en"))
        assert said is not None
        assert float(said[1]) == pytest.approx(room(plan) * 100)

    @pytest.mark.parametrize("gap", [None, math.nan, math.inf, 1.0])
    def test_a_gap_that_says_nothing_leaves_everything_open(
        self, few_plans: dict[str, Plan], gap: float | None
    ) -> None:
        first, second = few_plans["baseline"], with_gap(few_plans["most_people"], gap)
        assert room(second) == math.inf
        assert not is_decided(head_of(first), head_of(second), "cost_yuan")

    def test_of_several_aims_the_widest_counts(self, few_plans: dict[str, Plan]) -> None:
        aims = (
            {"aim": "worst_off", "objective": 0.4, "bound": 0.5, "gap": 0.2, "status": "feasible", "unit": "share"},
            {"aim": "least_cost", "objective": 1e6, "bound": 9e5, "gap": 0.1, "status": "feasible", "unit": "yuan"},
        )
        assert room(as_network(few_plans["baseline"], "n", aims)) == pytest.approx(0.25)


class TestTheAimOfAPlan:
    def test_coverage_of_unweighted_persons_is_the_share_that_is_near(self, few_plans: dict[str, Plan]) -> None:
        assert head_of(few_plans["most_people"]).aim == "share_near"

    def test_with_weights_no_indicator_is_the_aim(self, few_plans: dict[str, Plan]) -> None:
        assert head_of(few_plans["neediest_first"]).aim == ""
        assert head_of(few_plans["baseline"]).aim == ""

    def test_the_cost_of_a_network_is_its_aim_when_it_was_made_small(self, few_plans: dict[str, Plan]) -> None:
        plan = as_network(few_plans["baseline"], "n", yuan_in_all=5e6)
        plan = with_gap(plan, 0.1, model="network_least_cost", objective=5e6)
        assert head_of(plan).aim == "network_yuan_in_all"


class TestWhatIsDecided:
    def test_a_difference_as_large_as_the_gap_is_not(self) -> None:
        first, second = head("a", places=100.0), head("b", room=0.1, places=110.0)
        assert slack(first, second, "places") == pytest.approx(11.0)
        assert not is_decided(first, second, "places")
        assert is_decided(first, head("b", room=0.05, places=110.0), "places")

    def test_the_gap_of_a_plan_ahead_in_its_aim_leaves_nothing_open(self) -> None:
        proven, ahead = head("a", share_near=0.80), head("b", room=0.5, aim="share_near", share_near=0.81)
        behind = head("c", room=0.5, aim="share_near", share_near=0.79)
        assert is_decided(proven, ahead, "share_near")
        assert not is_decided(proven, behind, "share_near")

    @settings(max_examples=300, deadline=None)
    @given(SHARES, SHARES, st.floats(0, 0.5), st.floats(0, 0.5), SHARES, SHARES)
    def test_whatever_the_best_plans_are_a_decided_aim_stays_decided(
        self, a: float, b: float, room_a: float, room_b: float, up_a: float, up_b: float
    ) -> None:
        first = head("a", room=room_a, aim="share_near", share_near=a)
        second = head("b", room=room_b, aim="share_near", share_near=b)
        if is_decided(first, second, "share_near"):
            worse, better = (first, second) if a < b else (second, first)
            possible = worse.values["share_near"] * (1 + worse.room * (up_a if worse is first else up_b))
            assert possible < better.values["share_near"]

    def test_counts_and_shares_are_measured_by_everyone(self) -> None:
        one = head("a", room=0.01, persons_total=50_000, persons_no_route=3, share_within_30_min=0.2)
        assert left_open(one, "persons_no_route") == 500
        assert left_open(one, "share_within_30_min") == 0.01
        assert left_open(one, "mean_travel_time_min") == 1.0

    def test_what_is_not_known_is_not_decided(self) -> None:
        assert not is_decided(head("a", places=math.nan), head("b"), "places")

    def test_every_indicator_of_proven_plans_is_decided_by_any_difference(self, few_plans: dict[str, Plan]) -> None:
        first = head_of(as_network(few_plans["baseline"], "n"))
        assert set(first.values) == set(MEASURES)
        more = replace(first, values={key: value + 1e-6 for key, value in first.values.items()})
        assert all(is_decided(first, more, key) for key in MEASURES)
        assert not any(is_decided(first, first, key) for key in MEASURES)


def test_a_line_for_each_plan_in_both_languages(few_plans: dict[str, Plan]) -> None:
    unproven = with_gap(named(few_plans["most_people"], "unproven"), 0.02)
    lines = gap_lines(compare([few_plans["baseline"], few_plans["most_people"], unproven]))
    assert [str(line) for line in lines] == [
        "Baseline: evaluated, nothing optimised",
        "Most people within 60 minutes: proven optimal for its objective",
        "unproven: no plan can be more than 2.1 % higher (not proven best)",
    ]
    assert all(is_english(str(line)) and is_chinese(line.zh) for line in lines)


def test_a_network_tells_each_of_its_aims(few_plans: dict[str, Plan]) -> None:
    aims = (
        {"aim": "worst_off", "objective": 0.4, "bound": 0.4, "gap": 0.0, "status": "optimal", "unit": "share"},
        {"aim": "least_cost", "objective": 1e6, "bound": 9e5, "gap": 0.1, "status": "feasible", "unit": "yuan"},
    )
    plans = [as_network(few_plans["baseline"], name, aims) for name in ("a", "b")]
    line = gap_lines(compare(plans))[0]
    assert str(line).startswith("a: aim 'the worst-off county as high as can be' (before it gives way")
    assert "aim 'least cost': 1 million yuan; no plan can be more than 10.0 % lower" in line
    assert "；目标“费用最少”：100 万元；任何方案至多再减少 10.0%（未证明最优）" in line.zh

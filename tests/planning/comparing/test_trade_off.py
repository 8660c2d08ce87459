"""Plans as points of two indicators: which of them no other plan beats."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_heads import head
from made_scenarios import is_chinese, is_english

from planning import Plan, PlanningError
from planning.comparing.gaps import Head, head_of
from planning.comparing.trade_off import STANDINGS, dots

AXES = ("mean_travel_time_min", "share_near")  # of one less is better, of the other more
VALUES = st.tuples(st.integers(1, 6), st.integers(1, 6))


def heads_of(points: list[tuple[int, int]], room: float = 0.0) -> list[Head]:
    return [head(str(i), room, **dict(zip(AXES, map(float, xy), strict=True))) for i, xy in enumerate(points)]


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, min_size=1, max_size=7))
def test_proven_plans_are_beaten_exactly_when_another_is_as_good_in_both_and_better_in_one(
    points: list[tuple[int, int]],
) -> None:
    table = dots(heads_of(points), *AXES)
    beaten = [any(u <= x and v >= y and (u, v) != (x, y) for u, v in points) for x, y in points]
    assert list(table["standing"]) == ["beaten" if b else "unbeaten" for b in beaten]
    assert [bool(by) for by in table["beaten_by"]] == beaten


@settings(max_examples=60, deadline=None)
@given(st.lists(VALUES, min_size=2, max_size=5), st.floats(0.01, 0.5))
def test_with_gaps_fewer_are_beaten_and_none_that_was_not(points: list[tuple[int, int]], room: float) -> None:
    sure, open_ones = (list(dots(heads_of(points, r), *AXES)["standing"]) for r in (0.0, room))
    for before, now in zip(sure, open_ones, strict=True):
        assert now == "unbeaten" if before == "unbeaten" else now in ("beaten", "within_gap")


def test_behind_by_less_than_the_gap_is_not_beaten() -> None:
    first, second = head("a", places=100.0, sites=5), head("b", room=0.2, places=110.0, mean_travel_time_min=50.0)
    table = dots([first, second], "mean_travel_time_min", "places")
    assert list(table["standing"]) == ["within_gap", "unbeaten"]
    assert list(table["beaten_by"]) == ["b", ""]


def test_a_plan_with_an_unknown_figure_neither_beats_nor_is_beaten() -> None:
    table = dots([head("a", places=math.nan), head("b", places=1.0)], "mean_travel_time_min", "places")
    assert list(table["standing"]) == ["unknown", "unbeaten"]


def test_real_plans_stand_in_their_order_with_units(few_plans: dict[str, Plan]) -> None:
    table = dots([head_of(plan) for plan in few_plans.values()])
    assert list(table["name"]) == list(few_plans)
    assert list(table["x"]) == [plan.indicators["mean_travel_time_min"] for plan in few_plans.values()]
    assert table["x_zh"].str.endswith(" 分钟").all()
    assert table["y_en"].str.endswith(" min").all()
    assert set(table["standing"]) <= set(STANDINGS)


def test_indicators_without_a_direction_or_a_name_are_refused_at_once() -> None:
    with pytest.raises(PlanningError) as caught:
        dots([head("a")], "sites", "mean_time")
    assert len(caught.value.faults) == 2
    assert "'sites' is no indicator of which more or less is better" in str(caught.value)


def test_no_plans_make_an_empty_table() -> None:
    assert list(dots([]).columns)[:3] == ["name", "title_zh", "title_en"]


@pytest.mark.parametrize("standing", list(STANDINGS))
def test_every_standing_is_told_in_both_languages(standing: str) -> None:
    assert is_english(str(STANDINGS[standing]))
    assert is_chinese(STANDINGS[standing].zh)

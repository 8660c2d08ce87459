"""What more money buys: each point against trying all choices, and the steps between them as far as they are proven."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from asked_networks import asked, best_value, hasty, planned, reference

from optimizers.network import changes
from planning.faults import PlanningError
from planning.network.reasons.curve import BudgetPoint, budget_curve, curve_table, explain_curve, step

FACTORS = (0.25, 0.5, 1.0, 1.5, 3.0)


def rich(n, *on):
    return planned(n, on=("money", *on), off=("seasons", "floor", "standard", "site_by"))


@pytest.mark.parametrize("n", range(4))
def test_each_point_is_the_best_for_its_money(n) -> None:
    problem = rich(n)
    question = asked(problem)
    points = budget_curve(question, reference(problem), FACTORS, solve=reference)
    assert [point.factor for point in points] == list(FACTORS)
    for point in points:
        truth = best_value(changes.with_money(problem, point.factor))
        assert point.value == point.bound == pytest.approx(truth, abs=1e-5)
        assert point.yuan == pytest.approx(point.factor * problem.money.sum())
        assert point.status == "optimal"
    assert all(a.value <= b.value for a, b in pairwise(points))


@pytest.mark.parametrize("n", range(4))
def test_plans_found_in_haste_still_give_a_rising_curve_within_a_band_that_holds_the_truth(n) -> None:
    problem = rich(n)
    question, solve = asked(problem), hasty(n)
    solution = solve(problem)
    points = budget_curve(question, solution, FACTORS, solve=solve)
    truths = [best_value(changes.with_money(problem, factor)) for factor in FACTORS]
    for point, truth in zip(points, truths, strict=True):
        assert point.value - 1e-5 <= truth <= point.bound + 1e-5
    for (a, b), (x, y) in zip(pairwise(points), pairwise(truths), strict=True):
        assert a.value <= b.value
        assert a.bound <= b.bound
        gain = step("most", a, b)
        assert gain.low - 1e-5 <= y - x <= gain.high + 1e-5
        assert 0.0 <= gain.low <= gain.value <= gain.high


def test_each_point_starts_from_the_plan_before_and_keeps_it_where_nothing_better_is_found() -> None:
    problem = rich(0)
    starts = []

    def lazy(asked_for, aims=("most",), start=None, **how):
        starts.append(start)
        found = reference(asked_for, aims)
        return (
            found if len(starts) == 1 else replace(found, objective=0.0, bound=math.inf, status="feasible", stages=())
        )

    points = budget_curve(asked(problem), reference(problem), (0.5, 2.0, 3.0), solve=lazy)
    assert starts[1] is points[0].plan
    assert points[1].plan is points[2].plan is points[0].plan
    assert [point.status for point in points] == ["optimal", "feasible", "feasible"]


def test_too_little_money_for_the_targets_is_a_point_without_a_plan() -> None:
    problem = replace(rich(0), floor=np.zeros(rich(0).groups), round_yuan=np.full(len(rich(0).units), np.inf))
    needy = np.bincount(problem.group, problem.worth * problem.units, minlength=problem.groups) > 0
    floors = [np.where(needy, share, 0.0) for share in (0.5, 0.25, 0.1, 0.02)]
    problem = next(p for p in (replace(problem, floor=floor) for floor in floors) if best_value(p) is not None)
    question = asked(problem)
    points = budget_curve(question, reference(problem), (0.0, 1.0), solve=reference)
    assert points[0].status == "infeasible"
    assert math.isnan(points[0].value)
    told = explain_curve(question, reference(problem), points)[0]
    assert "没有方案" in told.zh
    assert told.high == math.inf
    assert curve_table(points)["status"].tolist() == ["infeasible", "optimal"]


def test_the_envelope_lies_on_the_values_from_above_and_steps_below_it_are_named() -> None:
    for n in range(6):
        problem = rich(n)
        question, solution = asked(problem), reference(problem)
        points = budget_curve(question, solution, (0.25, 0.5, 0.75, 1.0, 1.5), solve=reference)
        over = [point.envelope for point in points]
        slopes = [
            (b - a) / (y.factor - x.factor) for (a, b), (x, y) in zip(pairwise(over), pairwise(points), strict=True)
        ]
        assert all(a >= b - 1e-9 for a, b in pairwise(slopes))  # concave
        assert all(point.envelope >= point.value - 1e-9 for point in points)
        notes = [told for told in explain_curve(question, solution, points) if told.kind == "curve_steps"]
        below = sum(point.envelope > point.value + 1e-3 for point in points)
        assert [told.value for told in notes] == ([below] if below else [])


def test_a_curve_of_the_least_cost_falls() -> None:
    problem = planned(0, on=("money", "standard"), off=("seasons", "floor", "site_by"))
    solution = reference(problem, ("least_cost",))
    points = budget_curve(asked(problem), solution, (1.0, 2.0), solve=reference)
    truths = [best_value(changes.with_money(problem, factor), ("least_cost",)) for factor in (1.0, 2.0)]
    assert [point.value for point in points] == pytest.approx(truths, abs=1e-5)
    assert step("least_cost", *points).value == pytest.approx(truths[0] - truths[1], abs=1e-5)


def test_a_step_between_points_of_which_nothing_is_known_is_open() -> None:
    plan = reference(rich(0))
    none, some = (BudgetPoint(1.0, 1.0, value, 5.0, value, 0, "unknown", plan) for value in (math.nan, 2.0))
    found = step("most", none, some)
    assert (found.low, found.high) == (0.0, math.inf)
    assert math.isnan(found.value)


def test_money_without_a_limit_and_strange_multiples_are_errors() -> None:
    problem = rich(0)
    free = replace(problem, money=problem.money[:0], pays=problem.pays[:0], carry=problem.carry[:0])
    for question, factors, words in (
        (asked(free), FACTORS, "没有资金限制"),
        (asked(problem), (-1.0, 1.0), "不能作为资金倍数"),
        (asked(problem), (math.nan,), "不能作为资金倍数"),
        (asked(problem), (), "至少需要一个倍数"),
    ):
        with pytest.raises(PlanningError) as caught:
            budget_curve(question, reference(question.problem), factors, solve=reference)
        assert words in caught.value.faults[0].zh

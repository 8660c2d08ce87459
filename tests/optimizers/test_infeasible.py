"""What makes a question infeasible is named, and the change that is offered does mend it."""

import importlib
import re
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from location_oracle import nearest, site_sets
from scipy.optimize import linprog

from optimizers import LocationProblem
from optimizers.clock import Clock
from optimizers.infeasible import Conflict, explain
from optimizers.infeasible.ask import clock_for
from optimizers.infeasible.conflict import named
from optimizers.models import MODELS
from optimizers.problem import Group
from optimizers.request import Request, check_request
from optimizers.solve import solve
from optimizers.solvers import SolverReport

FAR = np.inf


def why(problem, model, options=None, **question) -> Conflict | None:
    """The explanation of a question, whether or not it is infeasible."""
    asked = check_request(problem, model, Request(**question, options=options or {}), MODELS)
    return explain(problem, model, asked)


def numbers(text):
    return [float(word) for word in re.findall(r"\d+(?:\.\d+)?", text)]


def test_a_row_out_of_reach_is_named_with_the_threshold_and_the_site_that_would_reach_it():
    problem = LocationProblem([1.0, 2.0, 0.0], [[1.0, 7.0, 5.0], [9.5, FAR, 3.0], [FAR, FAR, FAR]], forbidden=[2])
    found = why(problem, "set_cover", threshold_min=4.0)
    assert found.rows == (1,)
    assert found.sites == (2,)
    assert found.sentence == "Demand row 1 reaches no allowed site within 4 minutes."
    assert "threshold of 9.5 minutes" in found.mend
    assert "allowing site 2" in found.mend
    assert solve(problem, "set_cover", threshold_min=9.5).status == "optimal"
    assert solve(LocationProblem(problem.weight, problem.travel_time_min), "set_cover", threshold_min=4.0).sites


@pytest.mark.parametrize("model", ["p_center", "lexicographic", "p_median", "kolm_pollak"])
def test_a_row_without_any_way_is_named_by_every_model_that_serves_all(model):
    problem = LocationProblem([1.0, 2.0, 1.0], [[1.0, 7.0], [FAR, FAR], [2.0, 2.0]])
    found = why(problem, model, p=1)
    assert found.rows == (1,)
    assert found.sentence == "Demand row 1 reaches no allowed site."
    assert "Nothing leads from there" in found.mend


def test_thresholds_by_row_are_lengthened_together():
    problem = LocationProblem([1.0, 1.0, 1.0], [[1.0], [9.0], [FAR]])
    found = why(problem, "set_cover", threshold_min=[2.0, 6.0, 5.0])
    assert found.rows == (1, 2)
    assert "longer by 3 minutes would reach all but row 2" in found.mend


def test_two_forbidden_sites_are_offered_where_it_takes_two():
    times = [[1.0, FAR, FAR], [FAR, 1.0, FAR], [FAR, FAR, 1.0]]
    found = why(LocationProblem([1.0, 1.0, 1.0], times, forbidden=[1, 2]), "p_center", p=1)
    assert found.rows == (1, 2)
    assert found.sites == (1, 2)
    assert "allowing sites 1 and 2" in found.mend.lower()


def islands(count, fixed=()):
    """Rows in pairs, each pair on an island with a site for each."""
    times = np.full((2 * count, 2 * count), FAR)
    for k in range(count):
        times[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = [[0.0, 3.0], [3.0, 0.0]]
    return LocationProblem(np.ones(2 * count), times, fixed_open=fixed, site_cost_yuan=np.arange(1.0, 2 * count + 1))


@pytest.mark.parametrize("model", ["p_center", "p_median", "lexicographic"])
def test_too_few_sites_for_everyone_are_counted_and_rows_far_apart_are_named(model):
    found = why(islands(4), model, p=2)
    assert len(found.rows) == 3
    assert len({row // 2 for row in found.rows}) == 3
    assert "2 sites cannot reach every demand row" in found.sentence
    assert "p = 4 is enough, and nothing less is" in found.mend


def test_fixed_sites_count_among_the_sites():
    found = why(islands(3, fixed=[0, 1]), "p_median", p=3)
    assert "none of the fixed sites" in found.sentence
    assert set(found.rows) <= {2, 3, 4, 5}
    assert "p = 4 is enough" in found.mend


def test_a_budget_that_does_not_reach_everyone_is_mended_by_the_least_that_does():
    found = why(islands(3), "p_median", budget_yuan=6.0)
    assert "6 yuan do not pay" in found.sentence
    assert "9 yuan is enough, and nothing less is" in found.mend
    assert solve(islands(3), "p_median", budget_yuan=9.0).status == "optimal"


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_the_least_number_of_sites_is_that_of_enumeration(seed):
    random = np.random.default_rng(seed)
    times = np.where(random.random((8, 6)) < 0.35, 5.0, FAR)
    times[np.arange(8), random.integers(0, 6, 8)] = 5.0
    problem = LocationProblem(np.ones(8), times)
    least = min(len(s) for s in site_sets(6, [], [], 6) if np.isfinite(nearest(times, s)).all())
    for p in range(1, 7):
        found = why(problem, "p_center", p=p)
        assert (found is None) == (p >= least)
        if found is not None:
            assert numbers(found.mend)[0] == least
            shared = np.isfinite(times[list(found.rows)]).sum(axis=0)
            assert (shared <= 1).all()


def test_a_share_that_cannot_be_reached_is_mended_by_the_largest_that_can():
    problem = LocationProblem([6.0, 3.0, 1.0], [[1.0], [8.0], [20.0]])
    found = why(problem, "set_cover", {"cover_share": 0.95}, threshold_min=10.0)
    assert found.rows == (2,)
    assert "reach 90 % of the weight" in found.sentence
    assert "threshold of 20 minutes" in found.mend
    assert why(problem, "set_cover", {"cover_share": 0.9}, threshold_min=10.0) is None


def capacitated(weight, times, capacity, **more):
    return LocationProblem(weight, times, capacity=capacity, **more)


def test_rows_whose_sites_are_too_small_are_named_with_the_shortage():
    times = [[1.0, FAR, FAR], [1.0, 2.0, FAR], [FAR, FAR, 1.0]]
    problem = capacitated([6.0, 5.0, 1.0], times, [4.0, 4.5, 50.0])
    found = why(problem, "capacitated_p_median", p=3)
    assert found.rows == (0, 1)
    assert found.sites == (0, 1)
    assert "2.5 more of capacity" in found.mend.lower()


def test_the_largest_sites_that_may_open_are_too_small_in_all():
    problem = capacitated([5.0, 5.0], [[1.0, 1.0, 1.0, 1.0]] * 2, [6.0, 3.0, 2.0, 1.0])
    found = why(problem, "capacitated_p_median", p=2)
    assert found.sites == (0, 1)
    assert "p = 3 is enough, and nothing less is" in found.mend
    assert "1 more of capacity is enough" in found.mend


def test_a_row_that_fits_into_no_site_as_a_whole_is_named():
    problem = capacitated([5.0, 1.0], [[1.0, 1.0], [1.0, 1.0]], [3.0, 4.0])
    found = why(problem, "capacitated_p_median", {"choice": "nearest"}, p=2)
    assert found.rows == (0,)
    assert "row 0 weighs 5, and its largest site takes 4" in found.sentence


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_the_shortage_is_that_of_a_linear_programme(seed):
    random = np.random.default_rng(seed)
    near = random.random((6, 4)) < 0.5
    near[np.arange(6), random.integers(0, 4, 6)] = True
    weight, capacity = random.integers(1, 9, 6) / 2.0, random.integers(2, 20, 4) / 2.0
    capacity[0] += max(0.0, weight.sum() - capacity.sum())
    problem = capacitated(weight, np.where(near, 1.0, FAR), capacity)
    rows, sites = np.nonzero(near)
    limits = np.vstack([rows == i for i in range(6)] + [sites == j for j in range(4)]).astype(float)
    served = -linprog(-np.ones(rows.size), A_ub=limits, b_ub=np.r_[weight, capacity]).fun
    found = why(problem, "capacitated_p_median", p=4)
    if served >= weight.sum() - 1e-9:
        assert found is None
    else:
        assert found.sites == tuple(np.flatnonzero(near[list(found.rows)].any(axis=0)))
        shortage = weight[list(found.rows)].sum() - capacity[list(found.sites)].sum()
        assert shortage == pytest.approx(weight.sum() - served)
        assert f"{shortage:.10g} more of capacity is enough" in found.mend.lower()


def grouped(times, *groups, **more):
    weight = np.ones(len(times))
    return LocationProblem(weight, times, groups=[Group(w, floor) for w, floor in groups], **more)


def test_a_group_that_no_site_reaches_enough_of_is_named_with_the_share_it_can_have():
    times = np.array([[1.0], [5.0], [30.0]])
    problem = grouped(times, ([1.0, 1.0, 2.0], 0.9), ([1.0, 0.0, 0.0], 1.0))
    found = why(problem, "max_coverage", p=1, threshold_min=10.0)
    assert found.groups == (0,)
    assert found.rows == (2,)
    assert "reaches 50 %, its floor is 90 %" in found.sentence
    assert "floor lower by 40 %" in found.mend
    assert "floor of at most 50 % for group 0, or a threshold of 30 minutes or more" in found.mend


def test_a_group_that_cannot_have_its_floor_even_alone_is_named():
    times = np.where(np.eye(4), 1.0, 99.0)
    problem = grouped(times, (np.ones(4), 0.75))
    found = why(problem, "max_coverage", p=2, threshold_min=10.0)
    assert found.groups == (0,)
    assert "at most 50 %" in found.sentence
    assert "floor lower by 25 %" in found.mend
    assert "p = 3 is enough" in found.mend


def test_floors_that_contradict_each_other_are_mended_by_a_site_or_by_lower_floors():
    times = np.where(np.eye(4), 1.0, 99.0)
    problem = grouped(times, ([3.0, 1.0, 0.0, 0.0], 0.75), ([0.0, 0.0, 4.0, 6.0], 0.5))
    found = why(problem, "max_coverage", p=1, threshold_min=10.0)
    assert found.groups == (0, 1)
    assert "p = 2 is enough, and nothing less is" in found.mend
    assert "every floor lower by 50 % of the group" in found.mend
    loosened = grouped(times, ([3.0, 1.0, 0.0, 0.0], 0.25), ([0.0, 0.0, 4.0, 6.0], 0.0))
    assert solve(loosened, "max_coverage", p=1, threshold_min=10.0).status == "optimal"
    assert why(problem, "max_coverage", p=2, threshold_min=10.0) is None


def test_a_site_that_reaches_everybody_and_another_that_keeps_the_floor_are_one_too_many():
    problem = grouped([[5.0, 1.0], [9.0, FAR]], ([1.0, 0.0], 0.5))
    found = why(problem, "p_median", p=1, threshold_min=2.0)
    assert found.groups == (0,)
    assert "1 sites cannot reach every demand row and keep the floor of group 0 at the same time" in found.sentence
    assert found.mend == "p = 2 is enough, and nothing less is; or every floor lower by 50 % of the group."
    assert why(problem, "p_median", p=2, threshold_min=2.0) is None


def test_a_budget_for_everybody_or_for_the_floor_but_not_for_both_is_told_as_such():
    problem = grouped([[5.0, 1.0], [9.0, FAR]], ([1.0, 0.0], 0.5), site_cost_yuan=[3.0, 3.0])
    found = why(problem, "p_median", budget_yuan=4.0, threshold_min=2.0)
    assert "4 yuan cannot reach every demand row and keep the floor of group 0 at the same time" in found.sentence
    assert "budget_yuan = 6 yuan is enough, and nothing less is" in found.mend


def test_a_budget_too_small_for_the_floors_is_explained_too():
    times = np.where(np.eye(2), 1.0, 99.0)
    problem = grouped(times, ([1.0, 0.0], 1.0), ([0.0, 1.0], 0.5), site_cost_yuan=[3.0, 4.0])
    found = why(problem, "max_coverage", budget_yuan=5.0, threshold_min=10.0)
    assert found.groups == (0, 1)
    assert "5 yuan" in found.sentence
    assert (
        found.mend == "budget_yuan = 7 yuan is enough, and nothing less is; or every floor lower by 50 % of the group."
    )


@pytest.mark.parametrize(
    ("model", "question"),
    [
        ("p_center", {"p": 1}),
        ("lexicographic", {"p": 1, "options": {"levels": (3.0,)}}),
        ("max_coverage", {"p": 1, "threshold_min": 5.0}),
        ("p_median", {"p": 1}),
        ("set_cover", {"threshold_min": 12.0}),
    ],
)
def test_nothing_is_in_the_way_of_a_question_that_has_a_plan(model, question):
    assert why(LocationProblem([1.0, 2.0], [[1.0, 7.0], [12.0, 3.0]]), model, **question) is None


def test_many_positions_are_counted_and_a_few_are_shown():
    assert named("row", [3]) == "row 3"
    assert named("row", [3, 5]) == "rows 3 and 5"
    assert named("row", range(9)) == "9 rows (0, 1, 2, 3, 4, ...)"


def test_a_conflict_is_a_value():
    one = Conflict(rows=(1,), sentence="x.")
    assert replace(one, mend="y.") == Conflict(rows=(1,), sentence="x.", mend="y.")


def without_time(monkeypatch):
    """Let no time be left for any smaller question."""
    monkeypatch.setattr(importlib.import_module("optimizers.infeasible.explain"), "clock_for", lambda _: Clock(0.0))


def two_floors():
    """Two groups far apart, and one site for both."""
    return grouped(np.where(np.eye(4), 1.0, 99.0), ([3.0, 1.0, 0.0, 0.0], 0.75), ([0.0, 0.0, 4.0, 6.0], 0.5))


def test_the_smaller_questions_together_take_a_tenth_of_the_limit_and_no_more_than_two_seconds():
    assert clock_for(Request(time_limit_s=60.0)).limit_s == 2.0
    assert clock_for(Request(time_limit_s=5.0)).limit_s == 0.5
    assert clock_for(Request(time_limit_s=0.1)).limit_s == pytest.approx(0.01)


def test_all_smaller_questions_go_by_one_clock(monkeypatch):
    limits = []

    def slow(problem, model, *, time_limit_s, **question):
        limits.append(time_limit_s)
        until = Clock(0.05)
        while not until.is_up:
            pass
        return solve(problem, model, time_limit_s=time_limit_s, **question)

    monkeypatch.setattr(importlib.import_module("optimizers.solve"), "solve", slow)
    why(two_floors(), "max_coverage", p=1, threshold_min=10.0)
    assert len(limits) > 2
    assert all(after <= before - 0.05 for before, after in pairwise(limits))


def test_without_time_nothing_more_is_asked_and_nothing_is_said_to_be_enough(monkeypatch):
    def asked(*_, **__):
        raise AssertionError("a question was asked")

    without_time(monkeypatch)
    monkeypatch.setattr(importlib.import_module("optimizers.solve"), "solve", asked)
    monkeypatch.setattr("optimizers.infeasible.mending.run", asked)
    found = why(two_floors(), "max_coverage", p=1, threshold_min=10.0)
    assert found.sentence == "1 sites cannot keep the floors of groups 0 and 1 at the same time."
    assert found.mend == "p must be 2 or more."
    rooms = LocationProblem([4.0, 4.0, 4.0], np.ones((3, 4)), capacity=[5.0, 4.0, 3.0, 3.0])
    found = why(rooms, "capacitated_p_median", p=2)
    assert found.sentence == "At most 9 can be served, by sites 0 and 1; the demand is 12."
    more = "p must be 3 or more; or 3 or more of capacity is missing."
    assert found.mend == f"{more} An unserved_cost, so that some may be left out."


def test_without_time_sites_are_not_blamed_where_the_budget_may_be_in_the_way(monkeypatch):
    without_time(monkeypatch)
    problem = LocationProblem([1.0, 1.0], [[1.0, 5.0], [2.0, FAR]], site_cost_yuan=[9.0, 3.0])
    found = why(problem, "p_median", p=1, budget_yuan=5.0)
    assert found.sentence == "5 yuan do not pay for sites in 1 sites that reach every demand row."
    assert found.mend == "budget_yuan must be more than 5 yuan."


def test_without_time_floors_are_not_blamed_where_those_to_be_served_may_be_in_the_way(monkeypatch):
    without_time(monkeypatch)
    problem = grouped([[5.0, 1.0], [9.0, FAR]], ([1.0, 0.0], 0.5))
    found = why(problem, "p_median", p=1, threshold_min=2.0)
    assert "cannot reach every demand row and keep the floor of group 0 at the same time" in found.sentence
    assert found.mend == ""


def test_planned_is_not_offered_where_it_was_not_asked_for(monkeypatch):
    problem = LocationProblem([4.0, 4.0, 4.0], [[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]], capacity=[6.0, 11.0])
    assert "planned" in why(problem, "capacitated_p_median", p=2, options={"choice": "nearest"}).mend
    without_time(monkeypatch)
    assert "planned" not in why(problem, "capacitated_p_median", p=2, options={"choice": "nearest"}).mend


def test_an_interrupt_of_a_smaller_question_ends_the_explanation(monkeypatch):
    asked = []

    def stopped(*_, **__):
        asked.append("question")
        return SimpleNamespace(reason="interrupted.", bound=1.0, objective=None)

    monkeypatch.setattr(importlib.import_module("optimizers.solve"), "solve", stopped)
    with pytest.raises(KeyboardInterrupt):
        why(two_floors(), "max_coverage", p=1, threshold_min=10.0)
    assert len(asked) == 1


def test_an_interrupt_of_a_small_model_ends_the_explanation(monkeypatch):
    asked = []

    def stopped(*_, **__):
        asked.append("model")
        return SolverReport(False, False, False, None, None, "interrupted", interrupted=True)

    monkeypatch.setattr("optimizers.infeasible.mending.run", stopped)
    with pytest.raises(KeyboardInterrupt):
        why(two_floors(), "max_coverage", p=1, threshold_min=10.0)
    assert len(asked) == 1

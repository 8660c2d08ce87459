"""Curves, replacement costs, near-best plans and stability against enumeration on tiny problems."""

from itertools import combinations

import numpy as np
import pytest

from optimizers import LocationProblem, ProblemError, evaluate, solve
from optimizers.beyond import alternatives, curve, replacement_costs, stability
from optimizers.problem import Group

MAX, MIN = ("max_coverage",), ("p_median", "p_center")


def question_of(model):
    return {"threshold_min": 10.0} if model == "max_coverage" else {}


def random_problem(rng, **fields):
    times = rng.choice([1.0, 4.0, 9.0, 12.0, 18.0, 25.0], size=(8, 6))
    return LocationProblem(rng.integers(1, 20, 8).astype(float), times, **fields)


def plans(problem, p, budget=np.inf):
    free = [j for j in range(problem.n_sites) if j not in (*problem.fixed_open, *problem.forbidden)]
    for size in range(p - len(problem.fixed_open) + 1):
        for extra in combinations(free, size):
            if problem.site_cost_yuan is None or problem.site_cost_yuan[list(extra)].sum() <= budget:
                yield tuple(sorted((*problem.fixed_open, *extra)))


def value(problem, model, sites):
    return evaluate(problem, sites, model=model, **question_of(model)).objective


def best(problem, model, sets):
    values = [value(problem, model, sites) for sites in sets]
    return max(values) if model in MAX else min(values)


@pytest.mark.parametrize("model", [*MAX, *MIN])
def test_a_curve_by_number_is_the_best_of_all_plans_at_each_point(model):
    rng = np.random.default_rng(1)
    for _ in range(4):
        problem = random_problem(rng, fixed_open=[2], forbidden=[4])
        points = curve(problem, model, p=[3, 1, 2, 5], **question_of(model))
        assert [point.p for point in points] == [1, 2, 3, 5]
        for point in points:
            assert point.status == "optimal"
            assert point.objective == pytest.approx(best(problem, model, plans(problem, point.p)))
            assert point.objective == value(problem, model, point.sites)


def test_a_curve_by_budget_is_the_best_of_all_plans_at_each_point():
    rng = np.random.default_rng(2)
    for _ in range(4):
        problem = random_problem(rng, site_cost_yuan=rng.integers(1, 6, 6).astype(float))
        for point in curve(problem, "max_coverage", p=4, budget_yuan=[0.0, 3.0, 7.5, 12.0], threshold_min=10.0):
            expected = best(problem, "max_coverage", plans(problem, 4, point.budget_yuan))
            assert point.objective == pytest.approx(expected)
            assert (point.p, point.gap) == (4, 0.0)


def test_along_a_curve_neither_plan_nor_bound_gets_worse():
    rng = np.random.default_rng(3)
    times = rng.uniform(1, 60, (80, 30))
    problem = LocationProblem(rng.integers(1, 50, 80).astype(float), times, unserved_cost=50.0)
    for model in ("max_coverage", "p_median"):
        points = curve(problem, model, p=range(1, 9), effort="first", **question_of(model))
        turn = 1 if model == "max_coverage" else -1
        values, bounds = (turn * np.array([getattr(p, name) for p in points]) for name in ("objective", "bound"))
        assert (np.diff(values) >= 0).all()
        assert (np.diff(bounds) >= 0).all()
        assert (bounds >= values).all()
        assert all((point.status == "optimal") == (point.gap == 0.0) for point in points)


def test_a_point_without_a_plan_stays_one():
    problem = LocationProblem([1.0, 1.0, 1.0], np.where(np.eye(3) > 0, 1.0, np.inf))
    points = curve(problem, "p_center", p=[1, 2, 3])
    assert [point.status for point in points] == ["infeasible", "infeasible", "optimal"]
    assert [point.objective for point in points] == [None, None, 1.0]
    assert [point.bound for point in points] == [None, None, 1.0]


@pytest.mark.parametrize("asked", [{"p": 2}, {"p": [1], "budget_yuan": [1.0]}, {"p": []}])
def test_a_curve_needs_one_sequence(asked):
    problem = LocationProblem([1.0], [[1.0, 2.0]], site_cost_yuan=[1.0, 1.0])
    with pytest.raises(ProblemError, match="curve"):
        curve(problem, "max_coverage", threshold_min=5.0, **asked)


@pytest.mark.parametrize("model", [*MAX, *MIN])
def test_the_replacement_cost_is_the_loss_of_the_best_plan_without_the_site(model):
    rng = np.random.default_rng(4)
    for _ in range(4):
        problem = random_problem(rng, fixed_open=[1])
        solution = solve(problem, model, p=3, **question_of(model))
        found = replacement_costs(problem, solution)
        assert sorted(each.site for each in found) == [site for site in solution.sites if site != 1]
        assert [each.loss for each in found] == sorted((each.loss for each in found), reverse=True)
        for each in found:
            others = [sites for sites in plans(problem, 3) if each.site not in sites]
            lost = abs(best(problem, model, others) - solution.objective)
            assert each.loss == pytest.approx(lost)
            assert each.least_loss == pytest.approx(lost)
            assert each.site not in each.sites


def test_a_site_that_nothing_replaces_is_priceless():
    problem = LocationProblem([1.0, 1.0], [[1.0, np.inf], [2.0, 3.0]])
    (found,) = replacement_costs(problem, solve(problem, "p_median", p=1))
    assert (found.site, found.loss, found.least_loss, found.status) == (0, np.inf, np.inf, "infeasible")


def test_the_only_site_there_is_can_be_left_out_too():
    problem = LocationProblem([3.0], [[1.0]])
    (found,) = replacement_costs(problem, solve(problem, "max_coverage", p=1, threshold_min=5.0))
    assert (found.sites, found.objective, found.loss) == ((), 0.0, 3.0)


@pytest.mark.parametrize("model", [*MAX, *MIN])
@pytest.mark.parametrize("differ_by", [1, 2])
def test_near_best_plans_are_found_exactly_when_there_are_any(model, differ_by):
    rng = np.random.default_rng(5)
    for within in (0.0, 0.03, 0.1, 0.3):
        problem = random_problem(rng, fixed_open=[0] if within else [])
        solution = solve(problem, model, p=3, **question_of(model))
        found = alternatives(problem, solution, count=2, within=within, differ_by=differ_by)
        room = within * abs(solution.objective) + 1e-9
        near = [
            sites for sites in plans(problem, 3)
            if len(set(solution.sites) - set(sites)) >= differ_by
            and abs(value(problem, model, sites) - solution.objective) <= room
        ]  # fmt: skip
        assert bool(found.plans) == bool(near)
        if near:
            assert found.plans[0].objective == pytest.approx(best(problem, model, near))
        assert found.complete == (len(found.plans) < 2)


def test_near_best_plans_differ_from_each_other_and_say_in_what():
    rng = np.random.default_rng(6)
    times = rng.uniform(1, 60, (40, 14))
    problem = LocationProblem(rng.integers(1, 50, 40).astype(float), times, fixed_open=[3], forbidden=[5])
    solution = solve(problem, "p_median", p=4)
    shown = alternatives(problem, solution, count=3, within=0.1, differ_by=2).plans
    assert len(shown) == 3
    earlier = [set(solution.sites)]
    for plan in shown:
        assert all(len(before - set(plan.sites)) >= 2 for before in earlier)
        assert 3 in plan.sites
        assert 5 not in plan.sites
        assert 0 <= plan.loss <= 0.1 * solution.objective * (1 + 1e-9)
        assert plan.objective == evaluate(problem, plan.sites, model="p_median").objective
        assert set(plan.without) == set(solution.sites) - set(plan.sites)
        assert set(plan.instead) == set(plan.sites) - set(solution.sites)
        earlier.append(set(plan.sites))
    assert alternatives(problem, solution, count=3, within=0.1, differ_by=2).plans == shown
    few = alternatives(problem, solution, count=3, within=0.1, differ_by=2, tries=1)
    assert not few.complete


@pytest.mark.parametrize("wrong", [{"count": 0}, {"within": -0.1}, {"differ_by": 0}])
def test_near_best_plans_need_a_meaning(wrong):
    problem = LocationProblem([1.0], [[1.0, 2.0]])
    with pytest.raises(ProblemError, match=next(iter(wrong))):
        alternatives(problem, solve(problem, "p_median", p=1), **wrong)


def test_a_plan_far_ahead_of_all_others_is_stable_under_any_draw():
    times = np.array([[1.0, 50.0, 50.0], [1.0, 50.0, 50.0], [50.0, 1.0, 50.0], [50.0, 50.0, 1.0]])
    problem = LocationProblem([90.0, 80.0, 70.0, 1.0], times)
    solution = solve(problem, "p_median", p=2)
    for way in ("noise", "persons"):
        found = stability(problem, solution, draws=10, way=way)
        assert found.kept == {0: 1.0, 1: 1.0}
        assert found.draws == 10
        assert not found.regret.any()


def test_between_equals_the_draw_decides_and_the_seed_repeats_it():
    problem = LocationProblem([10.0, 10.0], [[1.0, 9.0], [9.0, 1.0]], groups=[Group([1.0, 0.0], 0.0)])
    solution = solve(problem, "p_median", p=1)
    found = stability(problem, solution, draws=40, spread=0.3, seed=8)
    assert 0.2 < found.kept[solution.sites[0]] < 0.8
    assert found.frequency.sum() == pytest.approx(1.0)
    assert found.regret.max() > 0
    again = stability(problem, solution, draws=40, spread=0.3, seed=8)
    assert np.array_equal(found.frequency, again.frequency)
    assert not np.array_equal(found.frequency, stability(problem, solution, draws=40, spread=0.3, seed=9).frequency)


def test_without_spread_nothing_changes():
    problem = random_problem(np.random.default_rng(9))
    solution = solve(problem, "max_coverage", p=2, threshold_min=10.0)
    found = stability(problem, solution, draws=3, spread=0.0, effort="thorough")
    assert found.regret == pytest.approx(np.zeros(3), abs=1e-9)


@pytest.mark.parametrize("wrong", [{"draws": 0}, {"spread": -1.0}, {"way": "dice"}])
def test_stability_needs_a_meaning(wrong):
    problem = LocationProblem([1.0], [[1.0, 2.0]])
    with pytest.raises(ProblemError, match=next(iter(wrong))):
        stability(problem, solve(problem, "p_median", p=1), **wrong)


@pytest.mark.parametrize("tell", [replacement_costs, alternatives, stability])
def test_a_solution_of_another_problem_is_refused(tell):
    problem = LocationProblem([1.0, 2.0, 3.0], [[1.0, 4.0], [3.0, 2.0], [5.0, 1.0]])
    solution = solve(problem, "p_median", p=1)
    heavier = LocationProblem([9.0, 2.0, 3.0], problem.travel_time_min)
    tell(problem, solution)
    with pytest.raises(ProblemError, match="not of this problem"):
        tell(heavier, solution)


@pytest.mark.parametrize("tell", [replacement_costs, alternatives, stability])
def test_a_solution_without_a_plan_is_refused(tell):
    problem = LocationProblem([1.0, 1.0], [[1.0, np.inf], [np.inf, 1.0]])
    solution = solve(problem, "p_center", p=1)
    assert solution.status == "infeasible"
    with pytest.raises(ProblemError, match="no plan to compare with"):
        tell(problem, solution)

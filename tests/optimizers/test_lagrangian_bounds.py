"""Any multipliers prove a bound, and fixing never loses a better plan."""

import numpy as np
import pulp
import pytest
from location_oracle import best_coverage, best_median, nearest, site_sets
from scipy.optimize import linprog

from optimizers import LocationProblem
from optimizers.bounds import fixed_by_bound, knapsack_value, lagrangian_bound, lagrangian_value
from optimizers.models import max_coverage_model
from optimizers.pose import pose_max_coverage, pose_p_median
from optimizers.request import Request
from optimizers.search import find_plan
from optimizers.solvers import run


def small(seed):
    random = np.random.default_rng(seed)
    weight = random.integers(1, 9, 25).astype(float)
    times = np.rint(random.uniform(0, 40, (25, 10)))
    cost = random.integers(1, 9, 10).astype(float)
    return weight, times, cost


def on_a_plane(seed):
    random = np.random.default_rng(seed)
    people, sites = random.uniform(0, 40, (60, 1, 2)), random.uniform(0, 40, (1, 12, 2))
    return random.integers(1, 9, 60).astype(float), np.hypot(*(people - sites).transpose(2, 0, 1))


def linear_relaxation(weight, times, p):
    """The classical assignment model without integrality: the best any Lagrangian bound can be."""
    n, m = times.shape
    assign = np.hstack([np.zeros((n, m)), np.kron(np.eye(n), np.ones(m))])
    link = np.hstack([-np.tile(np.eye(m), (n, 1)), np.eye(n * m)])
    count = np.r_[np.ones(m), np.zeros(n * m)]
    price = np.r_[np.zeros(m), (weight[:, None] * times).ravel()]
    limits = np.vstack([link, count])
    found = linprog(price, limits, np.r_[np.zeros(n * m), p], assign, np.ones(n), bounds=(0, 1))
    return found.fun


@pytest.mark.parametrize("seed", range(8))
def test_random_multipliers_never_exceed_the_optimum(seed):
    weight, times, _ = small(seed)
    core = pose_p_median(LocationProblem(weight, times), Request(p=3))
    optimum = best_median(weight, times, 3)
    random = np.random.default_rng(seed)
    for _ in range(20):
        assert lagrangian_value(core, random.uniform(-50, 300, core.n_rows)) <= optimum + 1e-9


@pytest.mark.parametrize("seed", range(8))
def test_the_bound_comes_close_and_search_finds_the_optimum(seed):
    weight, times, _ = small(seed)
    core = pose_p_median(LocationProblem(weight, times), Request(p=3))
    optimum = best_median(weight, times, 3)
    plan = find_plan(core, upheavals=50)
    bound = lagrangian_bound(core, plan.value, iterations=500)
    relaxed = linear_relaxation(weight, times, 3)
    assert plan.value == pytest.approx(optimum)
    assert 0.995 * relaxed <= bound.value <= relaxed + 1e-6


@pytest.mark.parametrize("seed", range(8))
def test_a_budget_bound_is_valid_and_the_plan_keeps_to_the_budget(seed):
    weight, times, cost = small(seed)
    problem = LocationProblem(weight, times, site_cost_yuan=cost)
    core = pose_max_coverage(problem, Request(budget_yuan=12.0, p=4, threshold_min=8.0))
    optimum = best_coverage(weight, times, 8.0, 4, cost=cost, budget=12.0)
    plan = find_plan(core, upheavals=50)
    bound = lagrangian_bound(core, plan.value, iterations=500)
    assert cost[plan.sites].sum() <= 12.0
    assert core.objective(plan.value) == pytest.approx(optimum)
    assert core.objective(bound.value) >= optimum - 1e-6
    assert core.objective(bound.value) < weight.sum()


@pytest.mark.parametrize("seed", range(8))
def test_fixing_keeps_every_better_plan(seed):
    weight, times = on_a_plane(seed)
    core = pose_p_median(LocationProblem(weight, times), Request(p=3))
    optimum = best_median(weight, times, 3)
    upper = optimum * 1.02
    bound = lagrangian_bound(core, upper, iterations=500)
    opened, closed = fixed_by_bound(core, bound.multipliers, upper)
    assert closed.any()
    for sites in site_sets(12, [], [], 3):
        if weight @ nearest(times, sites) <= upper:
            assert not closed[sites].any()
            assert set(np.flatnonzero(opened)) <= set(sites)


def test_the_linear_knapsack_takes_the_last_item_in_part():
    rho, size = np.array([-6.0, -5.0, 2.0, -1.0]), np.array([2.0, 1.0, 1.0, 0.0])
    value, price = knapsack_value(rho, size, 2.0, np.ones(4, dtype=bool))
    assert value == pytest.approx(-5.0 - 1.0 - 3.0)
    assert price == pytest.approx(3.0)


def test_the_sign_of_a_maximised_bound_is_turned_back():
    lp = pulp.LpProblem("m", pulp.LpMaximize)
    x = [lp.add_variable(f"x{k}", 0, 1, pulp.LpInteger) for k in range(3)]
    lp.setObjective(3 * x[0] + 2 * x[1] + x[2] + 10)
    lp.addConstraint(x[0] + x[1] + x[2] <= 2)
    report = run(lp, time_limit_s=10)
    assert report.proven
    assert report.objective == pytest.approx(15.0)
    assert report.bound == pytest.approx(15.0)
    assert [v.varValue for v in x] == [1, 1, 0]


def test_the_solver_says_infeasible_when_it_is():
    lp = pulp.LpProblem("m", pulp.LpMinimize)
    x = lp.add_variable("x", 0, 1, pulp.LpInteger)
    lp.setObjective(1 * x)
    lp.addConstraint(2 * x >= 3)
    report = run(lp, time_limit_s=10)
    assert report.infeasible
    assert not report.found


@pytest.mark.parametrize("seed", range(4))
def test_the_covering_model_alone_equals_enumeration(seed):
    weight, times, cost = small(seed)
    problem = LocationProblem(weight, times, site_cost_yuan=cost)
    model = max_coverage_model(problem, threshold_min=8.0, p=3, budget_yuan=10.0)
    report = run(model.lp, time_limit_s=30)
    uncovered = report.objective + model.constant
    optimum = best_coverage(weight, times, 8.0, 3, cost=cost, budget=10.0)
    assert weight.sum() - uncovered == pytest.approx(optimum)

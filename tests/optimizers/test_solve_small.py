"""On tiny problems every model equals enumeration, dense and sparse, and says so with proof."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from location_oracle import best_centre, best_cover, best_coverage, best_median
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from optimizers import LocationProblem, evaluate, solve

TINY = settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
THRESHOLD = 10.0


@st.composite
def tiny(draw, *, whole=True):
    n, m = draw(st.integers(1, 7)), draw(st.integers(2, 6))
    some_time = st.sampled_from([0.0, 1.0, 5.0, 10.0, 10.0000001, 12.5, 20.0, np.inf])
    times = np.array(draw(st.lists(st.lists(some_time, min_size=m, max_size=m), min_size=n, max_size=n)))
    need = st.integers(0, 9) if whole else st.sampled_from([0.0, 0.25, 1.0, 3.3, 1e-3])
    weight = np.array(draw(st.lists(need, min_size=n, max_size=n)), dtype=float)
    kinds = draw(st.lists(st.sampled_from(["free", "free", "fixed", "never"]), min_size=m, max_size=m))
    fixed = [j for j in range(m) if kinds[j] == "fixed"]
    forbidden = [j for j in range(m) if kinds[j] == "never"]
    if len(forbidden) == m:
        forbidden = forbidden[1:]
    p = draw(st.integers(max(1, len(fixed)), m - len(forbidden)))
    return weight, times, fixed, forbidden, p


def as_csr(times):
    stored = np.isfinite(times)
    indptr = np.concatenate(([0], np.cumsum(stored.sum(axis=1))))
    return sparse.csr_array((times[stored], np.nonzero(stored)[1], indptr), shape=times.shape)


def check(problem, solution, expected):
    """The objective is the expected one, proven, and belongs to sites that are allowed."""
    if not np.isfinite(expected):
        assert solution.status == "infeasible"
        assert solution.sites == ()
        assert solution.objective is None
        assert solution.reason
        return
    assert solution.status == "optimal", solution
    assert solution.objective == pytest.approx(expected, rel=1e-6, abs=1e-9)
    assert solution.gap == 0.0
    assert set(problem.fixed_open) <= set(solution.sites)
    assert not set(problem.forbidden) & set(solution.sites)
    assert solution.p is None or len(solution.sites) <= solution.p
    measured = evaluate(problem, solution.sites, model=solution.model, threshold_min=solution.threshold_min)
    assert measured.objective == solution.objective


@TINY
@given(tiny())
def test_max_coverage_equals_enumeration(case):
    weight, times, fixed, forbidden, p = case
    expected = best_coverage(weight, times, THRESHOLD, p, fixed=fixed, forbidden=forbidden)
    for given_times in (times, as_csr(times)):
        problem = LocationProblem(weight, given_times, fixed_open=fixed, forbidden=forbidden)
        check(problem, solve(problem, "max_coverage", p=p, threshold_min=THRESHOLD), expected)


@TINY
@given(tiny(), st.data())
def test_max_coverage_within_a_budget_equals_enumeration(case, data):
    weight, times, fixed, forbidden, p = case
    m = times.shape[1]
    cost = data.draw(st.lists(st.sampled_from([0.0, 1.0, 2.0, 3.5, 5.0]), min_size=m, max_size=m))
    budget = data.draw(st.sampled_from([0.0, 2.0, 4.5, 8.0]))
    problem = LocationProblem(weight, times, site_cost_yuan=cost, fixed_open=fixed, forbidden=forbidden)
    limits = {"cost": cost, "budget": budget, "fixed": fixed, "forbidden": forbidden}
    for limit in (p, None):
        found = solve(problem, "max_coverage", p=limit, budget_yuan=budget, threshold_min=THRESHOLD)
        check(problem, found, best_coverage(weight, times, THRESHOLD, limit or m, **limits))
        assert evaluate(problem, found.sites).cost_yuan <= budget


@TINY
@given(tiny(whole=False))
def test_p_median_equals_enumeration(case):
    weight, times, fixed, forbidden, p = case
    expected = best_median(weight, times, p, fixed=fixed, forbidden=forbidden)
    for given_times in (times, as_csr(times)):
        problem = LocationProblem(weight, given_times, fixed_open=fixed, forbidden=forbidden)
        check(problem, solve(problem, "p_median", p=p), expected)


@TINY
@given(tiny(whole=False), st.sampled_from([0.0, 5.0, 11.0, 50.0]))
def test_p_median_with_a_price_for_the_unserved_equals_enumeration(case, price):
    weight, times, fixed, forbidden, p = case
    problem = LocationProblem(weight, times, fixed_open=fixed, forbidden=forbidden, unserved_cost=price)
    expected = best_median(weight, times, p, unserved=price, fixed=fixed, forbidden=forbidden)
    check(problem, solve(problem, "p_median", p=p), expected)


@TINY
@given(tiny())
def test_set_cover_equals_enumeration(case):
    weight, times, fixed, forbidden, _ = case
    expected = best_cover(weight, times, THRESHOLD, fixed=fixed, forbidden=forbidden)
    for given_times in (times, as_csr(times)):
        problem = LocationProblem(weight, given_times, fixed_open=fixed, forbidden=forbidden)
        check(problem, solve(problem, "set_cover", threshold_min=THRESHOLD), expected)


@TINY
@given(tiny())
def test_p_center_equals_enumeration(case):
    weight, times, fixed, forbidden, p = case
    expected = best_centre(weight, times, p, fixed=fixed, forbidden=forbidden)
    for given_times in (times, as_csr(times)):
        problem = LocationProblem(weight, given_times, fixed_open=fixed, forbidden=forbidden)
        check(problem, solve(problem, "p_center", p=p), expected)


@TINY
@given(tiny(), st.sampled_from(["max_coverage", "p_median", "set_cover", "p_center"]))
def test_a_quick_answer_is_a_true_statement(case, model):
    weight, times, fixed, forbidden, p = case
    problem = LocationProblem(weight, times, fixed_open=fixed, forbidden=forbidden)
    question = {"p": p} if model != "set_cover" else {}
    if model in ("max_coverage", "set_cover"):
        question["threshold_min"] = THRESHOLD
    exact = solve(problem, model, **question)
    quick = solve(problem, model, effort="quick", **question)
    if quick.status == "infeasible":
        assert exact.status == "infeasible"
    elif quick.status == "optimal":
        assert quick.objective == pytest.approx(exact.objective, rel=1e-6)
    elif quick.status == "feasible":
        low, high = sorted([quick.objective, quick.bound])
        assert (low == quick.objective) == (model == "max_coverage")
        assert low - 1e-6 <= exact.objective <= high + 1e-6
        assert quick.gap > 0
        assert quick.reason


def random_case(seed, n=40, m=15):
    random = np.random.default_rng(seed)
    weight = random.integers(0, 20, n).astype(float)
    times = np.hypot(*(random.uniform(0, 100, (n, 1, 2)) - random.uniform(0, 100, (1, m, 2))).transpose(2, 0, 1))
    return weight, times


@pytest.mark.parametrize("seed", range(6))
def test_max_coverage_agrees_with_another_solver_and_another_model(seed):
    weight, times = random_case(seed)
    n, m = times.shape
    near = (times <= 18).astype(float)
    rows = np.hstack([near, -np.eye(n)])
    limits = [LinearConstraint(rows, 0, np.inf), LinearConstraint(np.r_[np.ones(m), np.zeros(n)], 0, 4)]
    other = milp(np.r_[np.zeros(m), -weight], constraints=limits, integrality=1, bounds=Bounds(0, 1))
    found = solve(LocationProblem(weight, times), "max_coverage", p=4, threshold_min=18)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(-other.fun)


@pytest.mark.parametrize("seed", range(6))
def test_p_median_agrees_with_another_solver_and_the_classical_model(seed):
    weight, times = random_case(seed)
    n, m = times.shape
    assign = np.hstack([np.zeros((n, m)), np.kron(np.eye(n), np.ones(m))])
    link = np.hstack([np.tile(np.eye(m), (n, 1)), -np.eye(n * m)])
    count = np.r_[np.ones(m), np.zeros(n * m)]
    limits = [
        LinearConstraint(assign, 1, 1), LinearConstraint(link, 0, np.inf), LinearConstraint(count, 0, 4)
    ]  # fmt: skip
    price = np.r_[np.zeros(m), (weight[:, None] * times).ravel()]
    kind = np.r_[np.ones(m), np.zeros(n * m)]
    other = milp(price, constraints=limits, integrality=kind, bounds=Bounds(0, 1))
    found = solve(LocationProblem(weight, times), "p_median", p=4)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(other.fun, rel=1e-6)


@pytest.mark.parametrize("model", ["max_coverage", "p_median", "p_center", "set_cover"])
def test_the_order_of_the_demand_rows_does_not_matter(model):
    weight, times = random_case(11)
    question = {"p": 4} if model != "set_cover" else {}
    if model in ("max_coverage", "set_cover"):
        question["threshold_min"] = 60.0 if model == "set_cover" else 18.0
    order = np.random.default_rng(0).permutation(weight.size)
    one = solve(LocationProblem(weight, times), model, **question)
    two = solve(LocationProblem(weight[order], times[order]), model, **question)
    assert one.sites == two.sites


def test_nobody_in_need_is_served_by_doing_nothing():
    problem = LocationProblem([0.0, 0.0], [[1.0, np.inf], [np.inf, np.inf]])
    assert solve(problem, "p_center", p=1).objective == 0.0
    assert solve(problem, "p_median", p=1).objective == 0.0
    assert solve(problem, "set_cover", threshold_min=5).objective == 0.0
    assert solve(problem, "max_coverage", p=1, threshold_min=5).status == "optimal"


def test_an_unreachable_row_is_named():
    problem = LocationProblem([1.0, 2.0], [[1.0, 1.0], [np.inf, 9.0]], forbidden=[1])
    for model, question in (("p_median", {"p": 1}), ("p_center", {"p": 1}), ("set_cover", {"threshold_min": 5})):
        found = solve(problem, model, **question)
        assert found.status == "infeasible"
        assert "emand row 1 reaches no allowed site" in found.reason
        assert found.conflict.rows == (1,)


def test_too_few_sites_for_everyone_is_infeasible_with_a_reason():
    problem = LocationProblem([1.0, 1.0], [[1.0, np.inf], [np.inf, 1.0]])
    for model in ("p_median", "p_center"):
        found = solve(problem, model, p=1)
        assert found.status == "infeasible"
        assert "1 sites cannot reach every demand row" in found.reason
        assert "p = 2 is enough" in found.reason

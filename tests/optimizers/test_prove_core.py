"""The proof holds even when the search is useless, and rounding never lifts a bound past a plan."""

import numpy as np
import pytest
from location_oracle import best_cover, best_coverage, best_median

from optimizers import LocationProblem, prove, solve
from optimizers.bounds import lagrangian_value
from optimizers.pose import pose_max_coverage, pose_p_median
from optimizers.request import Request
from optimizers.search import plan_of


def instance(seed):
    random = np.random.default_rng(seed)
    weight = random.integers(1, 9, 18).astype(float)
    times = np.rint(random.uniform(0, 40, (18, 8)))
    times[random.random(times.shape) < 0.2] = np.inf
    return weight, times


@pytest.fixture
def blind(monkeypatch):
    """A search that always proposes to open nothing."""

    def nothing(core, *, upheavals, starts=None):
        return plan_of(core, np.zeros(0, dtype=np.int64))

    monkeypatch.setattr(prove, "find_plan", nothing)


@pytest.mark.usefixtures("blind")
@pytest.mark.parametrize("seed", range(6))
def test_without_search_the_exact_models_still_find_and_prove_the_optimum(seed):
    weight, times = instance(seed)
    problem = LocationProblem(weight, times)
    expected = {
        "max_coverage": best_coverage(weight, times, 9.0, 3),
        "p_median": best_median(weight, times, 3),
        "set_cover": best_cover(weight, times, 25.0),
    }
    asked = {
        "max_coverage": {"p": 3, "threshold_min": 9.0},
        "p_median": {"p": 3},
        "set_cover": {"threshold_min": 25.0},
    }
    for model, question in asked.items():
        found = solve(problem, model, **question)
        if np.isfinite(expected[model]):
            assert found.status == "optimal"
            assert found.objective == pytest.approx(expected[model])
        else:
            assert found.status == "infeasible"


@pytest.mark.usefixtures("blind")
@pytest.mark.parametrize("seed", range(6))
def test_without_search_a_quick_answer_does_not_call_its_plan_optimal(seed):
    weight, times = instance(seed)
    found = solve(LocationProblem(weight, times), "max_coverage", p=3, threshold_min=9.0, effort="quick")
    assert found.sites == ()
    assert found.status == "feasible"
    assert found.bound >= best_coverage(weight, times, 9.0, 3)


@pytest.mark.usefixtures("blind")
def test_no_plan_and_no_proof_is_called_unknown():
    weight, times = instance(0)
    found = solve(LocationProblem(weight, times), "p_median", p=4, effort="quick")
    assert found.status == "unknown"
    assert found.objective is None
    assert found.bound <= best_median(weight, times, 4)


@pytest.mark.parametrize(("bound", "expected"), [(3.2, 4.0), (3.0000000001, 3.0), (2.9999999999, 3.0), (99.0, 10.0)])
def test_a_bound_on_whole_numbers_is_rounded_up_but_never_past_the_plan(bound, expected):
    core = pose_max_coverage(LocationProblem([10.0], [[1.0]]), Request(p=1, threshold_min=5))
    plan = plan_of(core, np.zeros(0, dtype=np.int64))
    assert plan.value == 10.0
    assert prove.whole_bound(core, bound, plan) == expected


def test_a_bound_on_fractions_is_not_rounded():
    core = pose_max_coverage(LocationProblem([9.5], [[1.0]]), Request(p=1, threshold_min=5))
    assert prove.whole_bound(core, 3.2, plan_of(core, np.zeros(0, dtype=np.int64))) == 3.2


@pytest.mark.parametrize("seed", range(6))
def test_multipliers_above_the_default_do_not_lift_the_bound_past_the_optimum(seed):
    weight, times = instance(seed)
    problem = LocationProblem(weight, times, unserved_cost=15.0)
    random = np.random.default_rng(seed)
    for core, optimum in (
        (pose_p_median(problem, Request(p=3)), best_median(weight, times, 3, unserved=15.0)),
        (
            pose_max_coverage(problem, Request(p=3, threshold_min=9.0)),
            weight.sum() - best_coverage(weight, times, 9.0, 3),
        ),
    ):
        for _ in range(20):
            assert lagrangian_value(core, random.uniform(-5, 400, core.n_rows)) <= optimum + 1e-9

"""One function measures every plan."""

import numpy as np
import pytest

from optimizers import MODELS, LocationProblem, ProblemError, evaluate, is_covered

TIMES = np.array([[10.0, 20.0, 5.0], [30.0, 30.0, np.inf], [np.inf, np.inf, 2.0], [np.inf, 40.0, 1.0]])


@pytest.fixture
def problem():
    return LocationProblem([3.0, 2.0, 4.0, 0.0], TIMES, site_cost_yuan=[7.0, 8.0, 9.0], fixed_open=[0])


def test_the_exact_threshold_is_covered():
    assert is_covered([29.999, 30.0, 30.001, np.inf], 30.0).tolist() == [True, True, False, False]


def test_a_plan_is_measured_by_the_nearest_open_site(problem):
    found = evaluate(problem, [1, 0], threshold_min=30)
    assert found.sites == (0, 1)
    assert found.nearest_time_min.tolist() == [10.0, 30.0, np.inf, 40.0]
    assert found.nearest_site.tolist() == [0, 0, None, 1]
    assert found.reached.tolist() == [True, True, False, True]
    assert found.covered.tolist() == [True, True, False, False]
    assert found.covered_weight == 5.0
    assert found.weighted_time == 3 * 10 + 2 * 30
    assert found.worst_time_min == np.inf
    assert found.cost_yuan == 8.0


def test_the_worst_time_ignores_rows_without_weight(problem):
    assert evaluate(problem, [0, 1, 2]).worst_time_min == 30.0


def test_no_sites_reach_nobody(problem):
    found = evaluate(problem, [], threshold_min=5)
    assert not found.reached.any()
    assert found.covered_weight == 0.0


def test_an_infinite_threshold_does_not_cover_what_has_no_route(problem):
    assert evaluate(problem, [0], threshold_min=np.inf).covered.tolist() == [True, True, False, False]


def test_each_model_has_its_objective(problem):
    asked = {name: evaluate(problem, [0, 2], model=name, threshold_min=30).objective for name in MODELS}
    assert asked == {"max_coverage": 9.0, "set_cover": 2.0, "p_median": 3 * 5 + 2 * 30 + 4 * 2, "p_center": 30.0}


def test_a_plan_that_leaves_people_out_has_no_finite_minimum(problem):
    assert evaluate(problem, [0], model="p_median").objective == np.inf
    assert evaluate(problem, [0], model="set_cover", threshold_min=30).objective == np.inf


def test_the_unserved_price_caps_the_median():
    problem = LocationProblem([3.0, 2.0, 4.0, 0.0], TIMES, unserved_cost=15.0)
    assert evaluate(problem, [0], model="p_median").objective == 3 * 10 + 2 * 15 + 4 * 15


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"sites": [3]}, "outside 0 to 2"),
        ({"sites": [-1]}, "outside 0 to 2"),
        ({"sites": [0], "model": "nearest"}, "unknown"),
        ({"sites": [0], "model": "max_coverage"}, "needs threshold_min"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(problem, arguments, words):
    with pytest.raises(ProblemError, match=words):
        evaluate(problem, **arguments)

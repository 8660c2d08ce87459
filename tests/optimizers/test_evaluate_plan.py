"""One function measures every plan."""

import numpy as np
import pytest

from optimizers import MODELS, LocationProblem, ProblemError, evaluate, is_covered, solve
from optimizers.coverage import near, times_covered
from optimizers.equity import equivalent, kappa_of
from optimizers.problem import Group

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


def test_each_model_has_its_objective():
    problem = LocationProblem(
        [3.0, 2.0, 4.0, 0.0], TIMES, site_cost_yuan=[7.0, 8.0, 9.0], fixed_open=[0], capacity=[10.0, 1.0, 6.0],
        threshold_min=30.0,
    )  # fmt: skip
    asked = {name: evaluate(problem, [0, 2], model=name).objective for name in MODELS}
    median = 3 * 5 + 2 * 30 + 4 * 2
    split = 2 * 5 + 1 * 10 + 2 * 30 + 4 * 2  # the third site takes 6, so one of the first row goes to the first
    alpha = (3 * 5 + 2 * 30 + 4 * 2) / (3 * 5**2 + 2 * 30**2 + 4 * 2**2)
    worth = 3 * np.exp(alpha * 5) + 2 * np.exp(alpha * 30) + 4 * np.exp(alpha * 2)
    assert asked == pytest.approx({
        "max_coverage": 9.0, "set_cover": 2.0, "p_median": median, "p_center": 30.0,
        "backup_coverage": 0.5 * 9 + 0.5 * 3, "capacitated_coverage": 9.0, "capacitated_p_median": split,
        "fixed_charge": 9.0 + median, "capacitated_fixed_charge": 9.0 + split,
        "kolm_pollak": np.log(worth / 9) / alpha, "lexicographic": 30.0,
    })  # fmt: skip


def test_a_plan_that_leaves_people_out_has_no_finite_minimum(problem):
    assert evaluate(problem, [0], model="p_median").objective == np.inf
    assert evaluate(problem, [0], model="kolm_pollak").objective == np.inf
    assert evaluate(problem, [0], model="fixed_charge").objective == np.inf
    assert evaluate(problem, [0], model="set_cover", threshold_min=30).objective == np.inf


def test_part_of_everybody_may_be_enough_for_a_set_cover(problem):
    assert evaluate(problem, [0], model="set_cover", threshold_min=30, cover_share=5 / 9).objective == 1.0
    assert evaluate(problem, [0], model="set_cover", threshold_min=30, cover_share=0.56).objective == np.inf


def full(choice, model, **more):
    problem = LocationProblem(
        [3.0, 2.0, 4.0], [[1.0, 2.0], [5.0, 9.0], [9.0, 30.0]], capacity=[6.0, np.inf], threshold_min=10.0,
        site_cost_yuan=[7.0, 8.0], **more,
    )  # fmt: skip
    return evaluate(problem, [0, 1], model=model, choice=choice)


def test_people_who_choose_for_themselves_may_make_a_site_too_full():
    assert full("nearest", "capacitated_coverage").objective == -np.inf
    assert full("nearest", "capacitated_p_median").objective == np.inf
    assert full("nearest", "capacitated_fixed_charge").objective == np.inf
    assert full("nearest", "capacitated_p_median").allocation is None


def test_planned_demand_is_split_as_is_best():
    found = full("planned", "capacitated_p_median")
    assert found.objective == pytest.approx(3 * 2 + 2 * 5 + 4 * 9)
    assert found.allocation.toarray() == pytest.approx(np.array([[0.0, 3.0], [2.0, 0.0], [4.0, 0.0]]))
    assert full("planned", "capacitated_coverage").objective == pytest.approx(9.0)


def test_a_price_for_the_unserved_leaves_out_the_dearest_part():
    found = full("planned", "capacitated_p_median", unserved_cost=7.5)
    assert found.objective == pytest.approx(3 * 1 + 2 * 5 + 4 * 7.5)
    assert found.allocation.sum() == pytest.approx(5.0)


def test_the_worst_off_are_told_level_by_level():
    problem = LocationProblem([3.0, 2.0, 4.0, 0.0], TIMES)
    assert evaluate(problem, [0, 2], model="lexicographic").levels == (30.0, 2.0, 5.0, 5.0, 2.0, 9.0)
    assert evaluate(problem, [0, 2], model="lexicographic", depth=1).levels == (30.0, 2.0)
    found = evaluate(problem, [0, 2], model="lexicographic", levels=(10.0, 3.0))
    assert (found.objective, found.levels) == (2.0, (2.0, 5.0))


def test_shares_of_groups_are_measured_whatever_their_floors():
    groups = [Group([3.0, 1.0, 4.0, 0.0], 0.9), Group([0.0, 0.0, 0.0, 5.0], 0.0), Group([0.0] * 4, 0.0)]
    problem = LocationProblem([3.0, 2.0, 4.0, 0.0], TIMES, groups=groups, threshold_min=30.0)
    assert evaluate(problem, [0]).group_shares == (0.5, 0.0, 1.0)
    assert evaluate(LocationProblem([1.0] * 4, TIMES), [0]).group_shares is None


def test_each_row_may_have_its_own_threshold():
    problem = LocationProblem([3.0, 2.0, 4.0, 1.0], TIMES, threshold_min=[9.0, 30.0, 5.0, 50.0])
    assert evaluate(problem, [0, 1]).covered.tolist() == [False, True, False, True]
    assert evaluate(problem, [0, 1], threshold_min=10.0).covered.tolist() == [True, False, False, False]
    assert near(problem, problem.threshold_min).sum() == 6


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
        ({"sites": [0], "model": "capacitated_p_median"}, "needs capacity"),
        ({"sites": [0], "model": "p_median", "aversion": 2.0}, "has no options"),
        ({"sites": [0], "aversion": 2.0}, "name the model too"),
        ({"sites": [0], "threshold_min": [1.0, 2.0]}, "one for each of 4 rows"),
        ({"sites": [0], "threshold_min": -1.0}, "threshold_min is -1.0"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(problem, arguments, words):
    with pytest.raises(ProblemError, match=words):
        evaluate(problem, **arguments)


def test_a_second_site_near_is_counted(problem):
    assert times_covered(problem, [0, 1, 2], 20.0).tolist() == [3, 0, 1, 1]
    assert evaluate(problem, [0, 1], model="backup_coverage", threshold_min=20.0).times_covered.tolist() == [2, 0, 0, 0]


def test_the_equivalent_of_equal_times_is_that_time_and_of_unequal_ones_lies_between_mean_and_worst():
    weight = np.array([1.0, 2.0, 0.0])
    assert equivalent(weight, np.array([40.0, 40.0, 7.0]), 0.1) == pytest.approx(40.0)
    assert 30.0 < equivalent(weight, np.array([10.0, 40.0, 7.0]), 0.1) < 40.0
    assert equivalent(weight, np.array([10.0, 40.0, 7.0]), 1e-12) == pytest.approx(30.0)
    assert equivalent(weight, np.array([1e5, 4e5, 0.0]), 1.0) == pytest.approx(4e5, rel=1e-5)


def test_kappa_belongs_to_the_place_and_has_the_unit_of_one_over_time():
    times = np.array([[3.0, 8.0], [6.0, 2.0]])
    kappa = kappa_of(LocationProblem([1.0, 4.0], times), 2.0)
    assert kappa == pytest.approx(2.0 * (3 + 4 * 2) / (9 + 4 * 4))
    assert kappa_of(LocationProblem([1.0, 4.0], times * 60.0), 2.0) == pytest.approx(kappa / 60.0)
    assert kappa_of(LocationProblem([1.0], [[0.0]]), 2.0) == 0.0


@pytest.mark.parametrize("model", ["fixed_charge", "capacitated_fixed_charge"])
@pytest.mark.parametrize("more", [{}, {"choice": "nearest"}])
def test_where_time_costs_nothing_everybody_must_be_reached_all_the_same(model, more):
    times = [[1.0, np.inf, 9.0], [np.inf, 2.0, 9.0]]
    problem = LocationProblem([1.0, 1.0], times, site_cost_yuan=[3.0, 4.0, 9.0], capacity=[5.0, 5.0, 5.0])
    options = {"yuan_per_time": 0.0, **(more if model.startswith("capacitated") else {})}
    assert evaluate(problem, [0], model=model, **options).objective == np.inf
    assert evaluate(problem, [0, 1], model=model, **options).objective == 7.0
    solution = solve(problem, model, **options)
    assert (solution.status, solution.sites, solution.objective) == ("optimal", (0, 1), 7.0)
    assert solution.bound == pytest.approx(7.0)


def test_who_is_nearest_still_decides_where_time_costs_nothing():
    times = [[9.0, 1.0], [9.0, 1.0], [1.0, 9.0]]
    problem = LocationProblem([2.0, 2.0, 1.0], times, site_cost_yuan=[1.0, 2.0], capacity=[1.0, 4.0])
    solution = solve(problem, "capacitated_fixed_charge", yuan_per_time=0.0, choice="nearest")
    assert (solution.status, solution.sites, solution.objective) == ("optimal", (0, 1), 3.0)


def test_kappa_is_the_same_to_the_last_bit_in_any_order_of_the_rows():
    dice = np.random.default_rng(3)
    weight, times = dice.random(500) * 10.0, dice.random((500, 3)) * 50.0
    found = set()
    for _ in range(20):
        order = dice.permutation(500)
        found.add(kappa_of(LocationProblem(weight[order], times[order]), 1.3))
    assert len(found) == 1

"""Four groups always add up to everyone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizers import LocationProblem, ProblemError, allocate


def test_the_nearest_fill_up_first_and_the_rest_go_on_to_the_next_site():
    problem = LocationProblem([5, 4, 2, 3], [[10, 20], [5, 30], [np.inf, np.inf], [31, 40]])
    found = allocate(problem, [0, 1], [6, 2], 30)
    assert found.served.tolist() == [4, 4, 0, 0]
    assert found.near_but_full.tolist() == [1, 0, 0, 0]
    assert found.too_far.tolist() == [0, 0, 0, 3]
    assert found.no_route.tolist() == [0, 0, 2, 0]
    assert found.load.tolist() == [6, 2]
    assert found.mean_time_min == pytest.approx((4 * 5 + 2 * 10 + 2 * 20) / 8)


def test_the_exact_threshold_is_near():
    problem = LocationProblem([1, 1], [[30.0], [30.0001]])
    found = allocate(problem, [0], [np.inf], 30.0)
    assert found.served.tolist() == [1, 0]
    assert found.too_far.tolist() == [0, 1]


def test_a_closed_site_gives_no_places():
    problem = LocationProblem([1], [[5.0, 1.0]])
    found = allocate(problem, [0], [9, 9], 10)
    assert found.load.tolist() == [1, 0]


def test_nobody_served_has_no_mean_time():
    assert allocate(LocationProblem([1], [[5.0]]), [0], [0], 10).mean_time_min is None


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_the_groups_add_up_to_the_weight_of_every_row(data):
    n, m = data.draw(st.integers(1, 6)), data.draw(st.integers(1, 4))
    time = st.sampled_from([0.0, 5.0, 10.0, 15.0, np.inf])
    times = np.array(data.draw(st.lists(st.lists(time, min_size=m, max_size=m), min_size=n, max_size=n)))
    weight = np.array(data.draw(st.lists(st.integers(0, 9), min_size=n, max_size=n)))
    capacity = data.draw(st.lists(st.sampled_from([0, 3, 7.5, np.inf]), min_size=m, max_size=m))
    sites = data.draw(st.lists(st.integers(0, m - 1)))
    found = allocate(LocationProblem(weight, times), sites, capacity, 10.0)
    groups = (found.served, found.near_but_full, found.too_far, found.no_route)
    assert all((group >= 0).all() for group in groups)
    assert np.array_equal(sum(groups), weight)
    assert found.load.sum() == found.served.sum()
    assert (found.load <= np.array(capacity)).all()
    # Nobody waits while a near open site has a free place.
    spare = np.array([j in sites and found.load[j] + 1 <= capacity[j] for j in range(m)])
    waiting = found.near_but_full > 0
    assert not ((times[waiting] <= 10.0) & spare).any()


@pytest.mark.parametrize(
    ("weight", "capacity", "threshold", "words"),
    [
        ([0.5], [1], 5, "whole persons"),
        ([1], [1, 2], 5, "one value for each of 1 sites"),
        ([1], [-1], 5, "0 or more"),
        ([1], [1], -5, "threshold_min is -5"),
    ],
)
def test_numbers_that_cannot_be_allocated_are_refused(weight, capacity, threshold, words):
    with pytest.raises(ProblemError, match=words):
        allocate(LocationProblem(weight, [[1.0]]), [0], capacity, threshold)

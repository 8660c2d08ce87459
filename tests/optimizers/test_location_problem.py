"""The problem is checked once, completely, before anything is solved."""

import numpy as np
import pytest
from scipy import sparse

from optimizers import LocationProblem, ProblemError


def test_a_dense_matrix_keeps_zero_times_and_drops_infinite_ones():
    problem = LocationProblem([1, 1], [[0.0, np.inf], [3.0, 0.0]])
    assert problem.travel_time_min.nnz == 3
    assert problem.travel_time_min.data.tolist() == [0.0, 3.0, 0.0]


def test_a_sparse_matrix_keeps_its_stored_zeros():
    times = sparse.csr_array((np.array([0.0, 3.0]), np.array([1, 0]), np.array([0, 2])), shape=(1, 2))
    problem = LocationProblem([1], times)
    assert problem.travel_time_min.indices.tolist() == [0, 1]
    assert problem.travel_time_min.data.tolist() == [3.0, 0.0]


def test_the_callers_arrays_are_neither_changed_nor_shared():
    times = np.array([[1.0, 2.0]])
    weight = np.array([1.0])
    problem = LocationProblem(weight, times)
    times[0, 0] = weight[0] = 99.0
    assert problem.travel_time_min.data[0] == 1.0
    assert problem.weight[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        problem.weight[0] = 5.0


def test_all_faults_are_named_at_once():
    with pytest.raises(ProblemError) as caught:
        LocationProblem(
            [1.0, -2.0, np.nan],
            [[np.nan, 1.0], [-4.0, 1.0]],
            site_cost_yuan=[1.0],
            fixed_open=[0, 7],
            forbidden=[0],
            unserved_cost=-1.0,
        )
    text = str(caught.value)
    for part in (
        "weight is negative at 1", "weight is unknown (NaN) at 2", "travel_time_min is unknown (NaN) at (0, 0)",
        "travel_time_min is negative at (1, 0)", "3 values but travel_time_min has 2 rows",
        "site_cost_yuan has 1 values", "fixed_open names positions 7",
        "sites 0 are both fixed open and forbidden", "unserved_cost is -1.0",
    ):  # fmt: skip
        assert part in text
    assert len(caught.value.faults) == 9


def test_an_infinite_time_stored_in_a_sparse_matrix_is_refused_with_advice():
    with pytest.raises(ProblemError, match="leave out the unreachable pair"):
        LocationProblem([1], sparse.csr_array(np.array([[1.0, np.inf]])))


@pytest.mark.parametrize(
    ("times", "words"),
    [
        (np.ones(3), "2 dimensions"),
        (np.ones((0, 2)), "at least one demand row"),
        ([["a", "b"]], "not a number"),
        (sparse.csc_array(np.ones((1, 2))), r"convert it with \.tocsr"),
        (
            sparse.csr_array((np.ones(2), np.array([0, 0]), np.array([0, 2])), shape=(1, 2)),
            "more than once",
        ),
    ],
)
def test_a_matrix_that_cannot_be_read_is_refused(times, words):
    with pytest.raises(ProblemError, match=words):
        LocationProblem([1.0], times)


def test_positions_must_be_whole_numbers():
    with pytest.raises(ProblemError, match="whole site positions"):
        LocationProblem([1.0], [[1.0, 2.0]], fixed_open=[0.5])


def test_infinite_weights_are_refused():
    with pytest.raises(ProblemError, match="weight is infinite at 0"):
        LocationProblem([np.inf], [[1.0]])

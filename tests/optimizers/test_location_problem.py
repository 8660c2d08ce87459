"""The problem is checked once, completely, before anything is solved."""

import tracemalloc

import numpy as np
import pytest
from scipy import sparse

from optimizers import LocationProblem, ProblemError
from optimizers.problem import Group


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


def csr_of(dense, dtype=np.float64):
    stored = sparse.csr_array(np.asarray(dense, dtype=dtype))
    arrays = stored.data.copy(), stored.indices.astype(np.int32), stored.indptr.astype(np.int32)
    return sparse.csr_array(arrays, shape=stored.shape)


def test_arrays_that_nobody_can_change_are_shared():
    times = csr_of([[1.0, 2.0], [3.0, 4.0]])
    for array in (times.data, times.indices, times.indptr):
        array.setflags(write=False)
    first = LocationProblem([1.0, 1.0], times)
    assert np.shares_memory(first.travel_time_min.data, times.data)
    second = LocationProblem([2.0, 2.0], first.travel_time_min)
    assert np.shares_memory(second.travel_time_min.indices, first.travel_time_min.indices)


@pytest.mark.parametrize("kind", [np.float32, np.int64, np.uint8, np.bool_])
def test_any_kind_of_number_becomes_a_float(kind):
    dense = np.array([[1, 0], [0, 1]], dtype=kind)
    assert LocationProblem([1, 1], dense).travel_time_min.data.tolist() == [1.0, 0.0, 0.0, 1.0]
    assert LocationProblem([1, 1], csr_of(dense, kind)).travel_time_min.data.tolist() == [1.0, 1.0]


def test_a_dense_matrix_is_read_some_rows_at_a_time(monkeypatch):
    dice = np.random.default_rng(0)
    dense = np.where(dice.random((37, 11)) < 0.4, np.inf, dice.random((37, 11)))
    whole = LocationProblem(np.ones(37), dense).travel_time_min
    monkeypatch.setattr("optimizers.checks._CHUNK", 40)
    parts = LocationProblem(np.ones(37), dense).travel_time_min
    for name in ("data", "indices", "indptr"):
        assert np.array_equal(getattr(whole, name), getattr(parts, name))
    assert np.array_equal(whole.indptr, np.r_[0, np.cumsum(np.isfinite(dense).sum(axis=1))])


def peak_of(make):
    """Most memory in use at once while something is made, in bytes."""
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = make()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del kept
    return peak - before


def test_a_big_table_is_held_once():
    n, m = 2_000, 500
    dense = np.random.default_rng(0).random((n, m)) + 0.5
    table = csr_of(dense)
    bytes_of_pairs = 12 * n * m
    assert peak_of(lambda: LocationProblem(np.ones(n), table)) < 1.35 * bytes_of_pairs
    assert peak_of(lambda: LocationProblem(np.ones(n), dense)) < 1.6 * bytes_of_pairs
    ready = LocationProblem(np.ones(n), table).travel_time_min
    assert peak_of(lambda: LocationProblem(np.ones(n), ready)) < 0.1 * bytes_of_pairs


def test_capacities_may_be_unlimited_and_thresholds_may_differ():
    problem = LocationProblem([1, 1], [[1.0, 2.0], [3.0, 4.0]], capacity=[5, np.inf], threshold_min=[1, 4])
    assert problem.capacity.tolist() == [5.0, np.inf]
    assert problem.threshold_min.tolist() == [1.0, 4.0]
    assert LocationProblem([1], [[1.0]], threshold_min=3).threshold_min == 3.0


def test_groups_are_copied_and_checked():
    held = np.array([1.0, 2.0])
    problem = LocationProblem([1, 1], [[1.0], [3.0]], groups=[Group(held, 0.5)])
    held[0] = 9.0
    assert problem.groups[0].weight.tolist() == [1.0, 2.0]
    assert problem.groups[0].floor == 0.5


def test_a_broken_sparse_matrix_is_refused():
    times = csr_of([[1.0, 2.0], [3.0, 4.0]])
    times.indices[0] = 7
    with pytest.raises(ProblemError, match="not a sound CSR matrix"):
        LocationProblem([1, 1], times)


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

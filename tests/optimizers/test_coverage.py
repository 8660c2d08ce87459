"""What is near, for one threshold and for one of each row, and what follows from it."""

import numpy as np
import pytest

from optimizers import LocationProblem
from optimizers.coverage import counted_by_row, near, needed_weight, out_of_reach, rows_of, times_covered


def scattered(seed=0, n=31, m=9):
    """Times with unreachable pairs, and rows without any pair at both ends and in between."""
    dice = np.random.default_rng(seed)
    times = np.where(dice.random((n, m)) < 0.5, np.inf, np.round(dice.uniform(0, 20, (n, m))))
    times[[0, 1, 7, n - 1]] = np.inf
    return times, LocationProblem(dice.integers(0, 3, n).astype(float), times, forbidden=[2])


@pytest.mark.parametrize("chunk", [1, 7, 50, 10_000])
def test_each_row_has_its_own_threshold_however_the_table_is_cut(monkeypatch, chunk):
    monkeypatch.setattr("optimizers.coverage._CHUNK", chunk)
    times, problem = scattered()
    limits = np.random.default_rng(1).integers(0, 20, times.shape[0]).astype(float)
    assert np.array_equal(near(problem, limits), (times <= limits[:, None])[np.isfinite(times)])
    assert np.array_equal(near(problem, 10.0), (times <= 10.0)[np.isfinite(times)])


def test_pairs_are_counted_by_row_and_rows_are_found_by_pair():
    times, problem = scattered()
    pairs = near(problem, 10.0)
    assert counted_by_row(problem, pairs).tolist() == (times <= 10.0).sum(axis=1).tolist()
    where = np.arange(problem.travel_time_min.nnz)
    assert np.array_equal(rows_of(problem.travel_time_min.indptr, where), np.nonzero(np.isfinite(times))[0])


def test_open_sites_near_a_row_are_counted():
    times, problem = scattered()
    assert times_covered(problem, [0, 3, 4], 10.0).tolist() == (times[:, [0, 3, 4]] <= 10.0).sum(axis=1).tolist()
    assert not times_covered(problem, [], 10.0).any()


def test_who_is_out_of_reach_of_all_allowed_sites():
    times, problem = scattered()
    allowed = np.delete(times, 2, axis=1)
    needy = problem.weight > 0
    assert out_of_reach(problem).tolist() == np.flatnonzero(needy & ~np.isfinite(allowed).any(axis=1)).tolist()
    assert out_of_reach(problem, 3.0).tolist() == np.flatnonzero(needy & ~(allowed <= 3.0).any(axis=1)).tolist()


def test_a_share_is_reached_however_its_parts_are_added_up():
    weight = np.full(10, 0.1)
    assert sum(weight[:3].tolist()) >= needed_weight(0.3, weight)
    assert sum(weight[:2].tolist()) < needed_weight(0.3, weight)
    assert needed_weight(0.0, weight) == 0.0

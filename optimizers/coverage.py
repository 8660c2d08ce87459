"""What "covered" means, written once, and what follows from it for rows and sites.

A threshold is one number of minutes for everybody, or one for each demand row.
"""

from collections.abc import Iterable
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.problem import LocationProblem

Threshold: TypeAlias = float | Floats

_CHUNK = 4_000_000  # pairs compared in one go where each row has its own threshold


def is_covered(travel_time_min: Any, threshold_min: Any) -> Bools:
    """True where a travel time (minutes) is at most the threshold (minutes); the exact value counts."""
    return np.asarray(np.less_equal(travel_time_min, threshold_min), dtype=np.bool_)


def near(problem: LocationProblem, threshold_min: Threshold) -> Bools:
    """True for each stored pair within the threshold of its row."""
    times = problem.travel_time_min
    if np.ndim(threshold_min) == 0:
        return is_covered(times.data, threshold_min)
    limits, found = np.asarray(threshold_min), np.empty(times.nnz, dtype=np.bool_)
    cuts = np.searchsorted(times.indptr, np.arange(0, times.nnz, _CHUNK), side="right") - 1
    for a, b in pairwise([*cuts, problem.n_demand]):
        held = slice(times.indptr[a], times.indptr[b])
        found[held] = is_covered(times.data[held], np.repeat(limits[a:b], np.diff(times.indptr[a : b + 1])))
    return found


def rows_of(indptr: Any, pairs: Ints) -> Ints:
    """Demand row of each of these stored pairs, given by their places in the table."""
    return np.asarray(np.searchsorted(indptr, pairs, side="right") - 1, dtype=np.int64)


def counted_by_row(problem: LocationProblem, pairs: Bools) -> Ints:
    """How many of the marked stored pairs each demand row has."""
    indptr = problem.travel_time_min.indptr
    filled = np.flatnonzero(np.diff(indptr))
    counts = np.zeros(problem.n_demand, dtype=np.int64)
    if filled.size:
        counts[filled] = np.add.reduceat(pairs, indptr[filled], dtype=np.int64)
    return counts


def times_covered(problem: LocationProblem, sites: Iterable[int], threshold_min: Threshold) -> Ints:
    """Number of these sites within the threshold of each demand row."""
    pairs = near(problem, threshold_min)
    pairs &= problem.mask_of(sites)[problem.travel_time_min.indices]
    return counted_by_row(problem, pairs)


def out_of_reach(problem: LocationProblem, threshold_min: Threshold | None = None) -> Ints:
    """Rows of positive weight that no allowed site serves at all, or within the threshold."""
    pairs = ~problem.closed_for_good[problem.travel_time_min.indices]
    if threshold_min is not None:
        pairs &= near(problem, threshold_min)
    return np.flatnonzero((counted_by_row(problem, pairs) == 0) & (problem.weight > 0))


def needed_weight(share: float, weight: Floats) -> float:
    """The least weight that counts as this share of all, less the rounding of adding it up in another order."""
    return share * float(weight.sum()) * (1.0 - 1e-9)

"""Demand rows as covering needs them: the sites near each, equal rows as one, in an order that only content decides."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.cover.tables import Small
from optimizers.coverage import near
from optimizers.kernel import kernel
from optimizers.problem import LocationProblem

_HASH_BITS = 40


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows in CSR form with their gains (rows, steps).

    `became` and `part` say for each row they were made of which row it is in (-1: none) and its part of that one.
    """

    indptr: Any
    site: Small
    gains: Floats
    became: Small
    part: Floats


def needed_rows(problem: LocationProblem, threshold_min: Any, gains: Floats) -> Rows:
    """Demand rows that gain something, (n_demand, steps), with the allowed sites near them; equal rows merged."""
    times = problem.travel_time_min
    keep = near(problem, threshold_min)
    keep &= ~problem.closed_for_good[times.indices]
    return merged(times.indptr, times.indices, keep, gains, problem.n_sites)


def merged(indptr: Any, site: Small, keep: Bools, gains: Floats, n_sites: int, bits: int = _HASH_BITS) -> Rows:
    """Rows that gain something, equal ones as one.

    Rows are equal when they hold the same sites and gain in the same proportion from step to step. They are ordered by
    their first site, then by a hash of so many bits, then by content, never by where they stood.
    """
    kind = _kinds(gains)
    wanted = np.flatnonzero(np.any(gains > 0.0, axis=1))
    key = content_keys(indptr, site, keep, kind, n_sites, bits)
    order = wanted[np.argsort(key[wanted], kind="stable")]
    leader = leaders(indptr, site, keep, kind, key, order)
    firsts = np.unique(leader)
    if np.any(np.diff(key[order[firsts]]) == 0):  # hardly ever: different rows of the same hash
        firsts = _by_content(indptr, np.where(keep, site, -1), key, kind, order, firsts)
    rank = np.empty(order.size, dtype=np.int32)
    rank[firsts] = np.arange(firsts.size)
    became = np.full(gains.shape[0], -1, dtype=np.int32)
    became[order] = rank[leader]
    total = _sums(gains[order], became[order], firsts.size)
    part = np.zeros(gains.shape[0])
    part[order] = gains[order].sum(axis=1) / total.sum(axis=1)[became[order]]
    starts, sites = compress(indptr, site, keep, order[firsts])
    return Rows(starts, sites, total, became, part)


def _kinds(gains: Floats) -> Ints:
    """A number for each proportion in which the steps of a row gain."""
    if gains.shape[1] == 1:
        return np.zeros(gains.shape[0], dtype=np.int64)
    ratio = np.round(gains[:, 1] / np.maximum(gains.sum(axis=1), 1e-300), 12)
    return np.asarray(np.unique(ratio, return_inverse=True)[1], dtype=np.int64)


def _by_content(indptr: Any, site: Ints, key: Ints, kind: Ints, order: Ints, firsts: Ints) -> Ints:
    def content(at: int) -> tuple[int, int, list[int]]:
        i = order[at]
        held = site[indptr[i] : indptr[i + 1]]
        return int(key[i]), int(kind[i]), held[held >= 0].tolist()

    return np.array(sorted(firsts.tolist(), key=content), dtype=np.int64)


def _sums(gains: Floats, became: Small, n_rows: int) -> Floats:
    """Gains added up by row, smallest first, so that the order of the demand rows does not matter."""
    total = np.zeros((n_rows, gains.shape[1]))
    for k in range(gains.shape[1] if n_rows else 0):
        if np.all(gains[:, k] == np.rint(gains[:, k])) and gains[:, k].sum() < 2**52:
            total[:, k] = np.bincount(became, gains[:, k], minlength=n_rows)
        else:
            sorting = np.lexsort((gains[:, k], became))
            starts = np.searchsorted(became[sorting], np.arange(n_rows))
            total[:, k] = np.add.reduceat(gains[sorting, k], starts)
    return total


@kernel
def content_keys(indptr: Any, site: Small, keep: Bools, kind: Ints, n_sites: int, bits: int) -> Ints:
    """For each row its first site, then so many bits of a hash of its sites and its kind."""
    key = np.empty(indptr.size - 1, dtype=np.int64)
    for i in range(key.size):
        first, mixed = n_sites, kind[i] + 1
        for k in range(indptr[i], indptr[i + 1]):
            if keep[k]:
                first = min(first, site[k])
                mixed = (mixed ^ (site[k] + 1)) * 6364136223846793005
                mixed ^= (mixed >> 29) & 0x7FFFFFFFF
        mixed *= 6364136223846793005
        key[i] = (first << bits) | ((mixed >> (62 - bits)) & ((1 << bits) - 1))
    return key


@kernel
def leaders(indptr: Any, site: Small, keep: Bools, kind: Ints, key: Ints, order: Ints) -> Ints:
    """For each place in the order the first place of equal content; equal keys stand together in the order."""
    leader = np.empty(order.size, dtype=np.int64)
    run = 0
    for t in range(order.size):
        if t > 0 and key[order[t]] != key[order[t - 1]]:
            run = t
        leader[t] = t
        for s in range(run, t):
            if leader[s] == s and alike(indptr, site, keep, kind, order[s], order[t]):
                leader[t] = s
                break
    return leader


@kernel
def alike(indptr: Any, site: Small, keep: Bools, kind: Ints, i: int, other: int) -> bool:
    """True when two rows hold the same sites and are of one kind."""
    if kind[i] != kind[other]:
        return False
    k, q = indptr[i], indptr[other]
    while True:
        while k < indptr[i + 1] and not keep[k]:
            k += 1
        while q < indptr[other + 1] and not keep[q]:
            q += 1
        if k == indptr[i + 1] or q == indptr[other + 1]:
            return bool(k == indptr[i + 1] and q == indptr[other + 1])
        if site[k] != site[q]:
            return False
        k += 1
        q += 1


@kernel
def compress(indptr: Any, site: Small, keep: Bools, rows: Ints) -> tuple[Ints, Small]:
    """The kept pairs of some rows, as lists of their own."""
    starts = np.zeros(rows.size + 1, dtype=np.int64)
    for r in range(rows.size):
        count = 0
        for k in range(indptr[rows[r]], indptr[rows[r] + 1]):
            count += keep[k]
        starts[r + 1] = starts[r] + count
    sites = np.empty(starts[-1], dtype=np.int32)
    for r in range(rows.size):
        at = starts[r]
        for k in range(indptr[rows[r]], indptr[rows[r] + 1]):
            if keep[k]:
                sites[at] = site[k]
                at += 1
    return starts, sites

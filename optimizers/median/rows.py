"""Demand rows as the median core needs them: only pairs that can matter, equal rows as one, cheapest pairs first."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.kernel import kernel
from optimizers.median.tables import Small
from optimizers.problem import LocationProblem


@dataclass(frozen=True, eq=False)
class Asked:
    """What each demand row pays: `scale` times the unit cost of its cheapest open pair, or times `default`.

    `unit` has one value for each stored pair of the problem. Rows of scale 0 ask for nothing; a default of inf is a
    row that must be served.
    """

    unit: Floats
    default: Floats
    scale: Floats


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows in CSR form, cheapest pair first, costs and defaults times the scale of the row.

    `posed` and `share` say for each demand row of the problem which row it is in (-1: none) and its share of it.
    """

    indptr: Any
    site: Small
    cost: Floats
    default: Floats
    posed: Ints
    share: Floats


def merged_rows(problem: LocationProblem, asked: Asked) -> Rows:
    """Rows that ask for something, equal ones as one, in an order that only content decides.

    Rows are equal when they have the same pairs at the same unit costs. They are ordered by their cheapest site, so
    that neighbours lie close together, then by two hashes of their content.
    """
    times = problem.travel_time_min
    allowed = ~problem.closed_for_good
    bits = asked.unit.view(np.int64)
    wanted = np.flatnonzero(asked.scale > 0)
    head, low, high = hashes(times.indptr, times.indices, asked.unit, bits, asked.default, allowed, wanted)
    order = np.lexsort((asked.scale[wanted], high, low, head))
    wanted, low, high = wanted[order], low[order], high[order]
    starts = leads(times.indptr, times.indices, asked.unit, bits, asked.default, allowed, wanted, low, high)
    became = np.cumsum(starts) - 1
    leader = wanted[starts]
    total = np.add.reduceat(asked.scale[wanted], np.flatnonzero(starts)) if leader.size else np.zeros(0)
    posed, share = np.full(problem.n_demand, -1, dtype=np.int64), np.zeros(problem.n_demand)
    posed[wanted], share[wanted] = became, asked.scale[wanted] / total[became]
    filled = cheapest_first(times.indptr, times.indices, asked.unit, asked.default, allowed, leader, total)
    return Rows(*filled, asked.default[leader] * total, posed, share)


@kernel
def hashes(
    indptr: Any, site: Small, unit: Floats, bits: Ints, default: Floats, allowed: Bools, rows: Ints
) -> tuple[Ints, Ints, Ints]:
    """Cheapest site of each row, and two hashes of its default and of the pairs that can matter."""
    head, low, high = np.full(rows.size, -1), np.empty(rows.size, np.int64), np.empty(rows.size, np.int64)
    for at in range(rows.size):
        i = rows[at]
        least = np.inf
        a, b = np.int64(1469598103934665603), np.int64(88172645463325252)
        for k in range(indptr[i], indptr[i + 1]):
            if unit[k] >= default[i] or not allowed[site[k]]:
                continue
            if unit[k] < least:
                least = unit[k]
                head[at] = site[k]
            a = (a ^ (bits[k] + site[k])) * np.int64(1099511628211)
            a ^= a >> 29
            b = (b + (bits[k] ^ (np.int64(site[k]) << 32))) * np.int64(6364136223846793005)
            b ^= b >> 31
        low[at], high[at] = a, b
    return head, low, high


@kernel
def leads(
    indptr: Any,
    site: Small,
    unit: Floats,
    bits: Ints,
    default: Floats,
    allowed: Bools,
    rows: Ints,
    low: Ints,
    high: Ints,
) -> Bools:
    """True for each row that differs from the one before it."""
    new = np.ones(rows.size, dtype=np.bool_)
    for at in range(1, rows.size):
        if low[at] != low[at - 1] or high[at] != high[at - 1] or default[rows[at]] != default[rows[at - 1]]:
            continue
        i, other = rows[at - 1], rows[at]
        k, end = indptr[i], indptr[i + 1]
        e, last = indptr[other], indptr[other + 1]
        while True:
            while k < end and (unit[k] >= default[i] or not allowed[site[k]]):
                k += 1
            while e < last and (unit[e] >= default[other] or not allowed[site[e]]):
                e += 1
            if k == end or e == last or site[k] != site[e] or bits[k] != bits[e]:
                break
            k += 1
            e += 1
        new[at] = k < end or e < last
    return new


@kernel
def cheapest_first(
    indptr: Any, site: Small, unit: Floats, default: Floats, allowed: Bools, rows: Ints, scale: Floats
) -> tuple[Any, Small, Floats]:
    """The pairs of these rows that can matter, by cost and then by position, with their costs times the scale."""
    starts = np.zeros(rows.size + 1, dtype=np.int64)
    for at in range(rows.size):
        i = rows[at]
        count = 0
        for k in range(indptr[i], indptr[i + 1]):
            count += unit[k] < default[i] and allowed[site[k]]
        starts[at + 1] = starts[at] + count
    sites = np.empty(starts[-1], dtype=np.int32)
    costs = np.empty(starts[-1], dtype=np.float64)
    for at in range(rows.size):
        i, first = rows[at], starts[at]
        kept = np.empty(starts[at + 1] - first, dtype=np.int64)
        count = 0
        ordered = True
        for k in range(indptr[i], indptr[i + 1]):
            if unit[k] < default[i] and allowed[site[k]]:
                ordered = ordered and (count == 0 or unit[kept[count - 1]] <= unit[k])
                kept[count] = k
                count += 1
        if not ordered:
            kept = kept[np.argsort(unit[kept], kind="mergesort")]
        for e in range(count):
            sites[first + e] = site[kept[e]]
            costs[first + e] = unit[kept[e]] * scale[at]
    return starts, sites, costs

"""What compiled code reads of a core, and the few loops over it that everything else is made of."""

from typing import Any, NamedTuple

import numpy as np

from optimizers.arrays import Bools, Floats
from optimizers.kernel import kernel

Small = Any  # int32 positions: half the memory of a wide index


class Tables(NamedTuple):
    """Row lists, cheapest first, limits, and the same pairs listed by site."""

    indptr: Any
    site: Small
    cost: Floats
    default: Floats
    open_cost: Floats
    size: Floats
    capacity: Floats
    free: Bools
    start: Any
    row: Small
    by_cost: Floats


@kernel
def by_site(indptr: Any, site: Small, cost: Floats, n_sites: int) -> tuple[Any, Small, Floats]:
    """Turn the row lists into column lists: start of each column, row and cost of each entry."""
    start = np.zeros(n_sites + 1, dtype=np.int64)
    for k in range(site.size):
        start[site[k] + 1] += 1
    for j in range(n_sites):
        start[j + 1] += start[j]
    fill = start[:-1].copy()
    row = np.empty(site.size, dtype=np.int32)
    value = np.empty(site.size, dtype=np.float64)
    for i in range(indptr.size - 1):
        for k in range(indptr[i], indptr[i + 1]):
            at = fill[site[k]]
            row[at] = i
            value[at] = cost[k]
            fill[site[k]] = at + 1
    return start, row, value


@kernel
def paid(indptr: Any, site: Small, cost: Floats, default: Floats, chosen: Bools) -> float:
    """What all rows pay: the first chosen site of each list, or the default."""
    total = 0.0
    for i in range(default.size):
        pays = default[i]
        for k in range(indptr[i], indptr[i + 1]):
            if chosen[site[k]]:
                pays = min(pays, cost[k])
                break
        total += pays
    return total


@kernel
def price_sites(indptr: Any, site: Small, cost: Floats, multipliers: Floats, rho: Floats) -> int:
    """Add sum_i min(0, cost_ij - l_i) to rho, each row up to its multiplier; number of pairs looked at."""
    looked = 0
    for i in range(multipliers.size):
        price = multipliers[i]
        for k in range(indptr[i], indptr[i + 1]):
            if cost[k] >= price:
                break
            rho[site[k]] += cost[k] - price
            looked += 1
    return looked


@kernel
def narrow(
    indptr: Any, site: Small, cost: Floats, default: Floats, opened: Bools, closed: Bools
) -> tuple[Any, Small, Floats, Floats]:
    """Rows without the pairs that no longer matter: new starts, sites, costs and defaults; rows may end up empty."""
    starts = np.zeros(default.size + 1, dtype=np.int64)
    pays = default.copy()
    for i in range(default.size):
        count = 0
        for k in range(indptr[i], indptr[i + 1]):
            if cost[k] >= pays[i]:
                break
            if opened[site[k]]:
                pays[i] = cost[k]
                break
            count += not closed[site[k]]
        starts[i + 1] = starts[i] + count
    sites = np.empty(starts[-1], dtype=np.int32)
    costs = np.empty(starts[-1], dtype=np.float64)
    for i in range(default.size):
        at = starts[i]
        for k in range(indptr[i], indptr[i + 1]):
            if at == starts[i + 1]:
                break
            if not closed[site[k]]:
                sites[at] = site[k]
                costs[at] = cost[k]
                at += 1
    return starts, sites, costs, pays

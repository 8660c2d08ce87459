"""What compiled code reads of a problem with capacities.

| symbol | array | meaning |
|--------|-------|---------|
| unit   | pairs, nearest first in each row | value of serving one unit of weight of the row at the site |
| weight | rows | what has to be served |
| default | rows | value of leaving one unit of weight unserved |
| room   | sites | weight a site can take |
"""

from typing import Any, NamedTuple

import numpy as np

from optimizers.arrays import Floats
from optimizers.kernel import kernel

Small = Any  # int32 positions: half the memory of a wide index


class Tables(NamedTuple):
    """Row lists, nearest first, and the same pairs listed by site: `row`, `unit_at` and `rank_at`.

    The rank of a site in its row's list is 0 for the nearest.
    """

    indptr: Any
    site: Small
    unit: Floats
    weight: Floats
    default: Floats
    room: Floats
    start: Any
    row: Small
    unit_at: Floats
    rank_at: Small


@kernel
def turned(indptr: Any, site: Small, unit: Floats, n_sites: int) -> tuple[Any, Small, Floats, Small]:
    """The pairs listed by site: start of each list; row, unit and rank of each entry."""
    start = np.zeros(n_sites + 1, dtype=np.int64)
    for k in range(site.size):
        start[site[k] + 1] += 1
    for j in range(n_sites):
        start[j + 1] += start[j]
    fill = start[:-1].copy()
    row = np.empty(site.size, dtype=np.int32)
    unit_at = np.empty(site.size, dtype=np.float64)
    rank_at = np.empty(site.size, dtype=np.int32)
    for i in range(indptr.size - 1):
        for k in range(indptr[i], indptr[i + 1]):
            at = fill[site[k]]
            row[at] = i
            unit_at[at] = unit[k]
            rank_at[at] = k - indptr[i]
            fill[site[k]] = at + 1
    return start, row, unit_at, rank_at

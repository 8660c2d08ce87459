"""What compiled code reads of a covering core, and the few loops that build it, narrow it and add it up.

Row i pays gain_ik for each k beyond the number of its open sites, k = 0, 1, ...; a row of one step is covered or not.
"""

from typing import Any, NamedTuple

import numpy as np

from optimizers.arrays import Bools, Floats
from optimizers.kernel import kernel

Small = Any  # int32 positions: half the memory of a wide index


class Tables(NamedTuple):
    """Sites of each row, rows of each site, gains (rows, steps), and the limits."""

    indptr: Any
    site: Small
    gains: Floats
    open_cost: Floats
    size: Floats
    capacity: Floats
    free: Bools
    start: Any
    row: Small


@kernel
def by_site(indptr: Any, site: Small, n_sites: int) -> tuple[Any, Small]:
    """Turn the row lists into column lists: start of each column, row of each entry in rising order."""
    start = np.zeros(n_sites + 1, dtype=np.int64)
    for k in range(site.size):
        start[site[k] + 1] += 1
    for j in range(n_sites):
        start[j + 1] += start[j]
    fill = start[:-1].copy()
    row = np.empty(site.size, dtype=np.int32)
    for i in range(indptr.size - 1):
        for k in range(indptr[i], indptr[i + 1]):
            row[fill[site[k]]] = i
            fill[site[k]] += 1
    return start, row


@kernel
def narrow(indptr: Any, site: Small, gains: Floats, opened: Bools, closed: Bools) -> tuple[Any, Small, Floats, Floats]:
    """Rows without the sites that are settled: starts, sites, the gains that are left, and what each row has lost.

    Gains of a row come first ones first; those that too few sites are left for are lost. A row that has nothing to
    gain, or nobody to gain it from, ends up without sites.
    """
    steps = gains.shape[1]
    lost = np.zeros(gains.shape[0])
    starts = np.zeros(gains.shape[0] + 1, dtype=np.int64)
    left = np.zeros(gains.shape)
    for i in range(gains.shape[0]):
        have, can = 0, 0
        for k in range(indptr[i], indptr[i + 1]):
            have += opened[site[k]]
            can += not (opened[site[k]] or closed[site[k]])
        wanted = False
        for k in range(have, steps):
            if k - have < can:
                left[i, k - have] = gains[i, k]
                wanted |= gains[i, k] > 0.0
            else:
                lost[i] += gains[i, k]
        starts[i + 1] = starts[i] + (can if wanted else 0)
    sites = np.empty(starts[-1], dtype=np.int32)
    for i in range(gains.shape[0]):
        at = starts[i]
        if at == starts[i + 1]:
            continue
        for k in range(indptr[i], indptr[i + 1]):
            if not (opened[site[k]] or closed[site[k]]):
                sites[at] = site[k]
                at += 1
    return starts, sites, left, lost


@kernel
def paid(indptr: Any, site: Small, gains: Floats, chosen: Bools) -> float:
    """What all rows pay when exactly the chosen sites are open."""
    total = 0.0
    for i in range(gains.shape[0]):
        have = 0
        for k in range(indptr[i], indptr[i + 1]):
            have += chosen[site[k]]
        for k in range(have, gains.shape[1]):
            total += gains[i, k]
    return total


@kernel
def price_sites(indptr: Any, site: Small, multipliers: Floats, rho: Floats) -> None:
    """Subtract the multipliers of its rows from each site's reduced cost."""
    for i in range(multipliers.size):
        for k in range(indptr[i], indptr[i + 1]):
            rho[site[k]] -= multipliers[i]

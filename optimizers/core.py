"""The one shape that search, bounds and mixed-integer models work on.

    minimise  constant + sum_i min(default_i, min_{j in S} cost_ij) + sum_{j in S} open_cost_j
    subject to  sum_{j in S} size_kj <= capacity_k  for each resource k

| symbol      | array | meaning |
|-------------|-------|---------|
| cost_ij     | CSR, cheapest first in each row | weighted cost of serving row i from site j |
| default_i   | rows | what row i pays when no chosen site is cheaper |
| penalty     | number | default of a row that must be served; dearer than any plan that serves all |
| S           | positions | chosen sites among `free` |

p-median, maximal covering, set covering and the p-centre test are all this problem with other numbers
(ReVelle 1986 notes that covering is a median problem with costs 0 and 1), so one search, one bound and one
way of fixing sites serve them all. Sites that are fixed open are folded into `default` and vanish.
"""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.kernel import kernel


@dataclass(frozen=True, eq=False)
class Core:
    """A location problem in the shape above; `objective = offset + sign * value` in the caller's words."""

    indptr: Ints
    site: Ints
    cost: Floats
    default: Floats
    open_cost: Floats
    size: Floats
    capacity: Floats
    free: Bools
    opened: tuple[int, ...] = ()
    constant: float = 0.0
    penalty: float = np.inf
    sign: float = 1.0
    offset: float = 0.0

    @property
    def n_rows(self) -> int:
        """Number of rows still undecided."""
        return self.default.size

    @property
    def n_sites(self) -> int:
        """Number of sites, free or not."""
        return self.free.size

    @property
    def row_of_pair(self) -> Ints:
        """Row of each stored pair."""
        return np.repeat(np.arange(self.n_rows), np.diff(self.indptr))

    @property
    def integral(self) -> bool:
        """True when every plan has a whole-number value, so a bound may be rounded up."""
        return all(
            bool(np.all(part == np.rint(part))) and float(np.abs(part).sum()) < 2**52
            for part in (self.cost, self.default, self.open_cost, np.array([self.constant]))
        )

    def objective(self, value: float) -> float:
        """The caller's objective for a value of this minimisation."""
        return self.offset + self.sign * value


def value_of(core: Core, sites: Ints) -> float:
    """Value of opening exactly `sites` besides the ones already opened; plain numpy, float64."""
    best = core.default.copy()
    chosen = np.zeros(core.n_sites, dtype=np.bool_)
    chosen[sites] = True
    taken = chosen[core.site]
    np.minimum.at(best, core.row_of_pair[taken], core.cost[taken])
    return float(core.constant + best.sum() + core.open_cost[sites].sum())


def restrict(core: Core, opened: Bools, closed: Bools) -> Core:
    """The core that is left once some sites are open for certain and some closed for certain."""
    rows = core.row_of_pair
    default = core.default.copy()
    sure = opened[core.site]
    np.minimum.at(default, rows[sure], core.cost[sure])
    keep = ~(sure | closed[core.site]) & (core.cost < default[rows])
    counts = np.bincount(rows[keep], minlength=core.n_rows)
    live = counts > 0
    settled = float(default[~live].sum()) + float(core.open_cost[opened].sum())
    return replace(
        core,
        indptr=np.concatenate(([0], np.cumsum(counts[live]))).astype(np.int64),
        site=core.site[keep],
        cost=core.cost[keep],
        default=default[live],
        capacity=core.capacity - core.size[:, opened].sum(axis=1),
        free=core.free & ~opened & ~closed,
        opened=tuple(sorted({*core.opened, *np.flatnonzero(opened).tolist()})),
        constant=core.constant + settled,
    )


class Tables(NamedTuple):
    """What compiled code reads of a core: row lists, limits, and the same pairs listed by site."""

    indptr: Ints
    site: Ints
    cost: Floats
    default: Floats
    open_cost: Floats
    size: Floats
    capacity: Floats
    free: Bools
    start: Ints
    row: Ints
    by_cost: Floats


def tables_of(core: Core) -> Tables:
    """The tables of a core, with the pairs turned by site."""
    turned = by_site(core.indptr, core.site, core.cost, core.n_sites)
    return Tables(
        core.indptr, core.site, core.cost, core.default, core.open_cost,
        core.size, core.capacity, core.free, *turned,
    )  # fmt: skip


@kernel
def by_site(indptr: Ints, site: Ints, cost: Floats, n_sites: int) -> tuple[Ints, Ints, Floats]:
    """Turn the row lists into column lists: start of each column, row and cost of each entry."""
    start = np.zeros(n_sites + 1, dtype=np.int64)
    for k in range(site.size):
        start[site[k] + 1] += 1
    for j in range(n_sites):
        start[j + 1] += start[j]
    fill = start[:-1].copy()
    row = np.empty(site.size, dtype=np.int64)
    value = np.empty(site.size, dtype=np.float64)
    for i in range(indptr.size - 1):
        for k in range(indptr[i], indptr[i + 1]):
            at = fill[site[k]]
            row[at] = i
            value[at] = cost[k]
            fill[site[k]] = at + 1
    return start, row, value

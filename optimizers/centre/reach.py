"""Who is how far from which site, looked up from both sides, in an order that does not depend on the order of rows."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from optimizers.arrays import Bools, Csr, Floats, Ints
from optimizers.problem import LocationProblem


@dataclass(frozen=True, eq=False)
class Reach:
    """Rows of positive weight and the sites that are allowed.

    Attributes:
        position: of each row in the problem.
        by_row: times (minutes) row by row; forbidden sites have none.
        by_site: the same times site by site.
        fixed: sites that are open already.
        nearest: least time of each row to any allowed site, inf where there is none.
    """

    position: Ints
    by_row: Csr
    by_site: Csr
    fixed: tuple[int, ...]
    nearest: Floats

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return int(self.by_row.shape[0])

    @property
    def n_sites(self) -> int:
        """Number of sites of the problem."""
        return int(self.by_row.shape[1])

    def closest(self, i: int) -> int:
        """Nearest site of a row, the lowest position among equals."""
        pairs = slice(self.by_row.indptr[i], self.by_row.indptr[i + 1])
        return int(self.by_row.indices[pairs][np.argmin(self.by_row.data[pairs])])

    def come_near(self, minutes: Floats, site: int) -> Ints:
        """Lower `minutes` for the rows that get nearer when a site opens; returns those rows."""
        pairs = slice(self.by_site.indptr[site], self.by_site.indptr[site + 1])
        rows, times = self.by_site.indices[pairs], self.by_site.data[pairs]
        nearer = times < minutes[rows]
        minutes[rows[nearer]] = times[nearer]
        return np.asarray(rows[nearer])

    def assigned(self, sites: Iterable[int]) -> tuple[Floats, Ints]:
        """Time of each row to the nearest of these sites, and which of them it is (-1: none)."""
        minutes, cell = np.full(self.n_rows, np.inf), np.full(self.n_rows, -1)
        for j in sites:
            cell[self.come_near(minutes, j)] = j
        return minutes, cell


def reach_of(problem: LocationProblem) -> Reach:
    """Look at a problem from both sides.

    Rows stand in the order of a random mixture of their own times, so rows that differ have the same order
    wherever they stood; rows that do not differ may stand in any.
    """
    times = problem.travel_time_min
    allowed = ~problem.closed_for_good
    if not allowed.all():
        times = _kept(times, allowed[times.indices])
    mixture = times @ np.random.default_rng(1).random(problem.n_sites)
    wanted = np.flatnonzero(problem.weight > 0)
    position = wanted[np.argsort(mixture[wanted], kind="stable")]
    by_row = times[position]
    nearest = np.full(position.size, np.inf)
    filled = np.flatnonzero(np.diff(by_row.indptr))
    if filled.size:
        nearest[filled] = np.minimum.reduceat(by_row.data, by_row.indptr[filled])
    return Reach(position, by_row, by_row.tocsc(), tuple(problem.fixed_open), nearest)


def _kept(times: Csr, keep: Bools) -> Csr:
    """The table with only the pairs to keep."""
    indptr = np.concatenate(([0], np.cumsum(keep)))[times.indptr]
    return sparse.csr_array((times.data[keep], times.indices[keep], indptr), shape=times.shape)


def part_of(reach: Reach, rows: Ints, below: float, sites: Bools) -> Csr:
    """Times of some rows to some sites, only those below a number of minutes."""
    times = reach.by_row[rows]
    return _kept(times, (times.data < below) & sites[times.indices])


def within(times: Csr, threshold_min: float) -> Csr:
    """The pairs within a threshold (minutes), each at time 0."""
    found = _kept(times, times.data <= threshold_min)
    found.data[:] = 0.0
    return found


def farthest_first(reach: Reach, most: int, rows: int) -> tuple[tuple[int, ...], Ints]:
    """Sites that serve the row farthest from all sites before, over and over; and rows that lie far apart.

    Starts with the fixed sites, opens `most` in all and goes on naming rows as if more could open.
    Gonzalez (1985), Clustering to minimize the maximum intercluster distance, Theoretical Computer Science 38.
    """
    minutes, _ = reach.assigned(reach.fixed)
    sites, named = list(reach.fixed), list[int]()
    far = int(np.argmax(reach.nearest)) if not sites else int(np.argmax(minutes))
    while len(named) < rows and minutes[far] > reach.nearest[far]:
        named.append(far)
        j = reach.closest(far)
        reach.come_near(minutes, j)
        if len(sites) < most:
            sites.append(j)
        far = int(np.argmax(minutes))
    return tuple(sorted(sites)), np.array(sorted({*named, int(np.argmax(reach.nearest))}), dtype=np.int64)

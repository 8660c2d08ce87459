"""What a solution delivers to every row, and how near every row is to what is open: the ground of all measures."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from optimizers.network import NetworkSolution
from optimizers.network.recount import Recount
from planning.network.posing.places import XPCC_CITIES

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Deliveries:
    """Years t, seasons a, rows r, sites j, services s, all by position.

    Attributes:
        question: what was asked.
        solution: what was found; its status has a plan.
        capacity: (T, S, m) units a year of the modules that are on.
        at_sites: (T, A, R) units a year delivered at sites during the season.
        at_home: (T, A, R) the same by rounds.
    """

    question: NetworkQuestion
    solution: NetworkSolution
    capacity: Floats
    at_sites: Floats
    at_home: Floats

    @cached_property
    def near(self) -> Bools:
        """(T, A, R) a site that offers the service and may serve the row is in time."""
        return _near(self.question, self.capacity)

    @cached_property
    def nearest_min(self) -> Floats:
        """(T, A, R) minutes to the nearest site that offers the service and may serve the row; inf without a route."""
        return _nearest(self.question, self.capacity, owners_of(self.question))

    @cached_property
    def routed(self) -> Bools:
        """(T, A, R) a route is known to a site that offers the service, whoever may be served there."""
        anyone = owners_of(self.question) is None
        minutes = self.nearest_min if anyone else _nearest(self.question, self.capacity, None)
        return np.asarray(np.isfinite(minutes) | self.near)

    @cached_property
    def counted(self) -> Recount:
        """The solution counted anew: what is on, what it costs."""
        return Recount(self.question.problem, self.solution)

    @cached_property
    def share(self) -> Floats:
        """(A,) share of each season in the year."""
        return np.asarray(self.question.problem.season_share, float)

    @cached_property
    def units(self) -> Floats:
        """(T, R) units delivered in the year, at sites and at home."""
        return self.of_the_year(self.at_sites + self.at_home)

    @cached_property
    def persons(self) -> Floats:
        """(R,) persons who need and would use the service."""
        return np.asarray(self.question.rows["persons"].to_numpy(float))

    @cached_property
    def need(self) -> Floats:
        """(R,) units a year that they need."""
        return np.asarray(self.question.problem.units, float)

    def of_the_year(self, by_season: npt.NDArray[Any]) -> Floats:
        """(T, R) mean over the seasons by their shares, from (T, A, R)."""
        return np.asarray(np.einsum("a,tar->tr", self.share, by_season), dtype=np.float64)


def deliveries_of(question: NetworkQuestion, solution: NetworkSolution) -> Deliveries:
    """Read the deliveries of a solution that has a plan."""
    return Deliveries(
        question=question,
        solution=solution,
        capacity=open_capacity(question, solution),
        at_sites=Recount(question.problem, solution).at_sites,
        at_home=np.asarray(solution.at_home, float),
    )


def open_capacity(question: NetworkQuestion, solution: NetworkSolution) -> Floats:
    """(T, S, m) units a year of the modules that are on."""
    counted = Recount(question.problem, solution)
    return np.stack([counted.capacity(s) for s in range(question.problem.services)], axis=1)


def owners_of(question: NetworkQuestion) -> tuple[npt.NDArray[np.str_], npt.NDArray[np.str_]] | None:
    """(cells,) and (sites,) whose they are, `local` or `xpcc`, where each serves its own people; None where anyone."""
    network = question.scenario.network
    if network is None or network.owners != "separate":
        return None
    of_cell = np.full(len(question.cell_ids), "local")
    xpcc = question.rows["county_code"].str.startswith(XPCC_CITIES).to_numpy(bool)
    of_cell[np.asarray(question.row_cell)[xpcc]] = "xpcc"
    return of_cell, question.sites["owner"].to_numpy(str)


def row_numbers(table: csr_array) -> Ints:
    """Row of every stored entry."""
    return np.repeat(np.arange(table.shape[0]), np.diff(table.indptr))


def stored_values(table: csr_array, row: npt.NDArray[Any], column: npt.NDArray[Any]) -> Floats:
    """The stored values of these pairs, nan for a pair that is not stored; by bisection within each row."""
    table = table if table.has_sorted_indices else table.sorted_indices()
    low, end = table.indptr[row].astype(np.int64), table.indptr[np.asarray(row) + 1].astype(np.int64)
    high = end.copy()
    for _ in range(int(table.shape[1]).bit_length()):
        open_ = low < high
        middle = (low + high) // 2
        before = np.zeros(len(low), bool)
        before[open_] = table.indices[middle[open_]] < np.asarray(column)[open_]
        low, high = np.where(before, middle + 1, low), np.where(open_ & ~before, middle, high)
    found = np.full(len(low), np.nan)
    at = np.flatnonzero(low < end)
    at = at[table.indices[low[at]] == np.asarray(column)[at]]
    found[at] = table.data[low[at]]
    return found


def _near(question: NetworkQuestion, capacity: Floats) -> Bools:
    problem = question.problem
    found = np.zeros((problem.years, len(problem.reach), len(problem.units)), bool)
    for season, reach in enumerate(problem.reach):
        row = row_numbers(reach)
        service = np.asarray(problem.service)[row]
        for year in range(problem.years):
            found[year, season, row[capacity[year, service, reach.indices] > 0]] = True
    return found


def _nearest(question: NetworkQuestion, capacity: Floats, owners: tuple[Any, Any] | None) -> Floats:
    problem = question.problem
    found = np.full((problem.years, len(problem.reach), len(problem.units)), np.inf)
    services = np.asarray(problem.service)
    for season in range(len(problem.reach)):
        for service in range(problem.services):
            rows = np.flatnonzero(services == service)
            minutes = question.minutes_of(season, service)
            of_cells = _nearest_of_cells(minutes, capacity[:, service] > 0, owners)
            found[:, season, rows] = of_cells[:, np.asarray(question.row_cell)[rows]]
    return found


def _nearest_of_cells(minutes: csr_array, is_open: Bools, owners: tuple[Any, Any] | None) -> Floats:
    """(T, n cells) minutes to the nearest site that is open; what opens stays open, so each site is looked at once."""
    years, cells = len(is_open), minutes.shape[0]
    opened = np.where(is_open.any(axis=0), is_open.argmax(axis=0), years)[minutes.indices]
    row = row_numbers(minutes)
    kept = opened < years
    if owners is not None:
        kept &= owners[0][row] == owners[1][minutes.indices]
    opened, row, data = opened[kept], row[kept], minutes.data[kept]
    found = np.full((years, cells), np.inf)
    for year in range(years):
        pairs = opened == year
        np.minimum.at(found[year], row[pairs], data[pairs])
    return np.minimum.accumulate(found, axis=0)

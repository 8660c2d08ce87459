"""Who can come where in time: seasons, travel times by profile, and what a unit delivered is worth."""

from dataclasses import dataclass, field
from functools import lru_cache, reduce
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, hstack, vstack

from geodata import TravelRules, travel_times
from geodata.travel.closures import closures_of
from optimizers import is_covered
from planning.assumptions import Assumptions
from planning.network.posing.places import Places, beside_of
from planning.network.scenario.form import Network
from planning.question import in_force
from planning.scenario import Scenario
from planning.study_area import Progress, StudyArea

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_MONTH = {"summer": 7, "winter": 1}  # whose closures are in force in the season


@dataclass(frozen=True)
class Season:
    """A season of the plan: a pair is in time when it is so in all of its `conditions`.

    Attributes:
        conditions: (season of the speeds, ids of the closures in force).
        share: of the year.
    """

    key: str
    conditions: tuple[tuple[str, tuple[str, ...]], ...]
    share: float


def seasons_of(scenario: Scenario, network: Network, area: StudyArea, assumptions: Assumptions) -> tuple[Season, ...]:
    """The seasons of a network scenario.

    `summer` and `winter` have the closures of July and of January, or those of the scenario's month; closures that the
    scenario orders hold in all. `all_year` is one season in which a pair must be in time in both; `both` is two, by
    months.
    """
    asked = network.season or scenario.season
    ordered = in_force(scenario, area)

    def condition(season: str) -> tuple[str, tuple[str, ...]]:
        of_month = area.closed_in(_MONTH[season]) if scenario.month is None else ()
        return season, tuple(dict.fromkeys(ordered + of_month))

    if asked == "all_year":
        return (Season("all_year", (condition("summer"), condition("winter")), 1.0),)
    if asked == "both":
        winter = assumptions["winter_months"] / 12
        return Season("summer", (condition("summer"),), 1 - winter), Season("winter", (condition("winter"),), winter)
    return (Season(asked, (condition(asked),), 1.0),)


@lru_cache(maxsize=8)
def _minutes_beside(area: StudyArea, rules: TravelRules, closure_ids: tuple[str, ...]) -> csr_array:
    """Minutes from every cell to the facilities that the area's own table leaves out."""
    closures = [c for c in closures_of(area.data.closures) if c.closure_id in closure_ids]
    cells, sites = area.data.cells[["lon", "lat"]], beside_of(area)[["lon", "lat"]]
    if not len(sites):
        return csr_array((len(cells), 0))
    return travel_times(area.roads, cells.to_numpy(float), sites.to_numpy(float), rules, area.ground, closures=closures)


@dataclass(frozen=True, eq=False)
class Times:
    """Travel times of a question's cells and sites, cut from the study area's as they are asked for.

    Where a season has two conditions, a pair needs a route in both and takes the longer time.

    Attributes:
        rows: positions of the question's cells among the area's.
    """

    area: StudyArea
    assumptions: Assumptions
    places: Places
    rows: npt.NDArray[np.int64]
    progress: Progress | None = None
    _made: dict[tuple[Season, str, float], csr_array] = field(default_factory=dict, repr=False)

    def of(self, season: Season, profile: str, longest: float = np.inf) -> csr_array:
        """(cells, sites) minutes of every known route that is not longer than `longest`."""
        key = (season, profile, longest)
        if key not in self._made:
            tables = (self._one(rules, shut, longest) for rules, shut in self._conditions(season, profile))
            self._made[key] = reduce(_longer, tables)
        return self._made[key]

    def from_sites(self, season: Season, profile: str, sites: npt.NDArray[np.int64]) -> Floats:
        """(cells, sites given) minutes, inf where no route is known; for sites of the area's own table."""
        tables = (
            _dense(csr_array(self._own(rules, shut)[:, self.places.column[sites]])[self.rows])
            for rules, shut in self._conditions(season, profile)
        )
        return np.asarray(reduce(np.maximum, tables))

    def _conditions(self, season: Season, profile: str) -> list[tuple[TravelRules, tuple[str, ...]]]:
        return [(self.assumptions.travel_rules(speeds, profile), closures) for speeds, closures in season.conditions]

    def _own(self, rules: TravelRules, closures: tuple[str, ...]) -> csr_array:
        return self.area.minutes(rules, closures, self.progress)

    def _one(self, rules: TravelRules, closures: tuple[str, ...], longest: float) -> csr_array:
        parts = (self._own(rules, closures), _minutes_beside(self.area, rules, closures))
        whole = csr_array(hstack([_cut(part, longest) for part in parts], format="csr"))
        return csr_array(csr_array(whole[:, self.places.column])[self.rows])


def _cut(table: csr_array, longest: float) -> csr_array:
    """The pairs of a table that are not farther than `longest`."""
    return table if longest == np.inf else _kept(table, is_covered(table.data, longest))


def _kept(table: csr_array, keep: Bools) -> csr_array:
    """The stored pairs of a table for which `keep` holds."""
    pointer = np.concatenate([[0], np.cumsum(keep)])[table.indptr]
    return csr_array((table.data[keep], table.indices[keep], pointer), shape=table.shape)


def _dense(table: csr_array) -> Floats:
    out = np.full(table.shape, np.inf)
    out[np.repeat(np.arange(table.shape[0]), np.diff(table.indptr)), table.indices] = table.data
    return out


def _longer(first: csr_array, second: csr_array) -> csr_array:
    """Pairs that both tables have, with the longer time."""
    shared = _ones(first).multiply(_ones(second))
    return csr_array((first.maximum(second)).multiply(shared))


def _ones(table: csr_array) -> csr_array:
    return csr_array((np.ones(table.nnz), table.indices, table.indptr), shape=table.shape)


def in_time(
    minutes: csr_array, limit: Floats, allowed: Bools, owners: tuple[npt.NDArray[Any], npt.NDArray[Any]] | None = None
) -> csr_array:
    """The pairs of a table within their site's limit whose site is allowed; minutes stay.

    Args:
        limit, allowed: (sites,).
        owners: of the cells and of the sites, where each serves its own people only.
    """
    keep = np.asarray(is_covered(minutes.data, limit[minutes.indices]) & allowed[minutes.indices])
    if owners is not None:
        keep &= np.repeat(owners[0], np.diff(minutes.indptr)) == owners[1][minutes.indices]
    return _kept(minutes, keep)


def stacked(by_service: dict[str, csr_array], rows: pd.DataFrame, services: tuple[str, ...]) -> csr_array:
    """(R, sites) minutes of every row from the tables of the services; rows come service by service."""
    cell, service = rows["cell"].to_numpy(), rows["service"].to_numpy(str)
    return csr_array(vstack([by_service[s][cell[service == s]] for s in services], format="csr"))


def discount(minutes: npt.ArrayLike, kappa: float, cap: float) -> Floats:
    """1 − e^(κ(t − cap)), 0 beyond the cap; 1 for κ = 0."""
    t = np.asarray(minutes, float)
    return np.ones(t.shape) if kappa == 0 else np.asarray(-np.expm1(kappa * (np.minimum(t, cap) - cap)))


def valued(minutes: csr_array, value: Floats, kappa: float, cap: float) -> csr_array:
    """(R, sites) what a unit delivered is worth, for the pairs that are in time.

    Args:
        value: (R,) of a unit at no distance, see `planning.network.posing.problem.values_of`.
        kappa: per minute; above 0 a unit counts 1 − e^(κ(t − cap)) of that: what the Kolm-Pollak cost e^(κt) saves
            against nobody near, e^(κ·cap), as a share of it (Horton et al., arXiv 2401.15452; `planning.question`).
    """
    data = np.repeat(value, np.diff(minutes.indptr)) * discount(minutes.data, kappa, cap)
    return csr_array((data, minutes.indices, minutes.indptr), shape=minutes.shape)

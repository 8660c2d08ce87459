"""Who can reach a service in time only as long as one single piece of road is open.

Every service by itself: its sites that are open in the last year, its travellers, its longest minutes (the lower limit
of village points included), the closures and speeds of the season; where owners are separate, people and sites of each
by themselves. See `geodata.travel.single_road` for what counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import Sentence
from geodata.travel.closures import closures_of
from geodata.travel.single_road import single_road_cells
from geodata.travel.times import Roadway, roadway
from planning.network.measures.deliveries import owners_of
from planning.network.posing.reach import seasons_of
from planning.network.scenario.asked import network_of

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion
    from planning.study_area import StudyArea

Bools = npt.NDArray[np.bool_]


def rows_on_one_road(
    question: NetworkQuestion, modules: pd.DataFrame, area: StudyArea
) -> tuple[Bools, Sentence | None]:
    """(A, R) whether the people of a row lose every open site of their service in time when one piece of road closes.

    In a season with two conditions (`all_year`) whoever depends on a road in one of them does. Who is not in time, or
    is served at home alone, depends on no road here.

    Args:
        modules: with `site_id` and `service`, all that is on in the last year, as `NetworkPlan.modules`.

    Returns:
        The table, and what to say beside it where the roads are known only roughly.
    """
    area = area.with_layers(question.scenario.layers)
    found = np.zeros((len(question.seasons), len(question.rows)), bool)
    caveat: Sentence | None = None
    scenario = question.scenario
    for a, season in enumerate(seasons_of(scenario, network_of(scenario), area, question.assumptions)):
        for speeds, closed in season.conditions:
            for profile in dict.fromkeys(question.profiles):
                way = _way(question, area, profile, speeds, closed)
                for s in (s for s, who in enumerate(question.profiles) if who == profile):
                    hanging, caveat = _cells_hanging(question, modules, area, way, s)
                    rows = (question.rows["service"] == question.services[s]).to_numpy(bool)
                    found[a, rows] |= hanging[question.row_cell[rows]]
    return found, caveat


def _way(question: NetworkQuestion, area: StudyArea, profile: str, speeds: str, closed: tuple[str, ...]) -> Roadway:
    closures = [c for c in closures_of(area.data.closures) if c.closure_id in closed]
    return roadway(area.roads, question.assumptions.travel_rules(speeds, profile), area.ground, closures)


def _cells_hanging(
    question: NetworkQuestion, modules: pd.DataFrame, area: StudyArea, way: Roadway, service: int
) -> tuple[Bools, Sentence | None]:
    """(cells,) of the question that depend on one road for one service; and the caveat of the roads."""
    cells = area.data.cells.set_index("cell_id").loc[list(question.cell_ids), ["lon", "lat"]].to_numpy(float)
    offering = set(modules.loc[modules["service"] == question.services[service], "site_id"])
    offers = question.sites["site_id"].isin(offering).to_numpy(bool)
    depends = np.zeros(len(cells), bool)
    caveat: Sentence | None = None
    for people, sites in _groups_of_owners(question):
        here = question.sites[offers & sites]
        found = single_road_cells(
            way,
            cells[people],
            here[["lon", "lat"]].to_numpy(float),
            limit_min=float(question.longest_min[service]),
            extra_min=_taken_off(question, here, service),
        )
        depends[people], caveat = found.table["depends"].to_numpy(bool), caveat or found.caveat
    return depends, caveat


def _groups_of_owners(question: NetworkQuestion) -> list[tuple[Bools, Bools]]:
    """(cells,) and (sites,) that belong together: everyone, or each owner's own where they are separate."""
    owners = owners_of(question)
    if owners is None:
        return [(np.ones(len(question.cell_ids), bool), np.ones(len(question.sites), bool))]
    return [(owners[0] == owner, owners[1] == owner) for owner in np.unique(owners[0])]


def _taken_off(question: NetworkQuestion, sites: pd.DataFrame, service: int) -> npt.NDArray[np.float64]:
    """Minutes by which the limit of each site is shorter than that of its service."""
    limit = float(question.longest_min[service])
    lower = min(limit, question.assumptions["village_minutes"])
    return np.where(sites["tier"] == "village", limit - lower, 0.0)


def persons_on_one_road(question: NetworkQuestion, hanging: Bools) -> pd.DataFrame:
    """Persons (by service, not rounded) who depend on one road: `season`, `service`, `county_code`, `persons`.

    Args:
        hanging: (A, R) of `rows_on_one_road`.
    """
    parts = []
    for season, rows in zip(question.seasons, hanging, strict=True):
        sums = question.rows[rows].groupby(["service", "county_code"])["persons"].sum()
        parts.append(sums.reset_index().assign(season=season))
    return pd.concat(parts, ignore_index=True)[["season", "service", "county_code", "persons"]]

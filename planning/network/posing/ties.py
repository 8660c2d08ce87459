"""Ties between the tiers: the county centre of every site, the staff it may draw on, and what a village point needs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from planning.assumptions import Assumptions
from planning.network.posing.catalogue import Catalogue
from planning.network.posing.places import Places, centre_of, dense_between, is_centre
from planning.network.posing.reach import Season
from planning.network.scenario.form import Network
from planning.study_area import StudyArea

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ESCORTED, DRIVEN = "with_escort", "car"


@dataclass(frozen=True, eq=False)
class Ties:
    """What ties the sites of a question to each other; times are the longest of all seasons.

    Attributes:
        centre: (m,) position of the county centre, -1 for none; `centre_ids` its id, or "".
        centre_min: (m,) minutes to it with an escort, for referral; inf without a route.
        staff_site: (m,) position of the centre whose staff a site draws on, -1 beyond `outreach_minutes` by car; the
            site itself where its owner has no county centre at all: its county's own staff.
        link: (m, m) True where a village point (row) may hang on a site (column) within `link_minutes` by car.
        refers: (m,) whether a site may hold services that need referral: its centre is within `referral_minutes`, or
            there is none to refer to.
    """

    centre: Ints
    centre_ids: npt.NDArray[np.str_]
    centre_min: Floats
    staff_site: Ints
    link: npt.NDArray[np.bool_]
    refers: npt.NDArray[np.bool_]


def ties_of(
    network: Network,
    area: StudyArea,
    assumptions: Assumptions,
    places: Places,
    seasons: Sequence[Season],
    catalogue: Catalogue,
) -> Ties:
    """The ties among the sites of a network scenario."""
    escorted, driven = (_longest(area, assumptions, places, seasons, who) for who in (ESCORTED, DRIVEN))
    separate = network.owners == "separate"
    sites = places.sites
    centre, away = centre_of(sites, escorted, separate)
    some = _with_centre(sites, separate)
    m = np.arange(len(sites))
    by_car = np.where(centre >= 0, driven[m, centre], np.inf)
    near = by_car <= _limit(network.outreach_minutes, catalogue, "outreach_minutes")
    ids = np.where(centre >= 0, sites["site_id"].to_numpy(str)[centre], "")
    return Ties(
        centre=centre,
        centre_ids=ids,
        centre_min=away,
        staff_site=np.where(some, np.where(near, centre, -1), m),
        link=_links(network, sites, driven, _limit(network.link_minutes, catalogue, "link_minutes")),
        refers=~some | (away <= _limit(network.referral_minutes, catalogue, "referral_minutes")),
    )


def _with_centre(sites: pd.DataFrame, separate: bool) -> npt.NDArray[np.bool_]:
    """(m,) sites for which there is a county centre at all; of the same owner when `separate`."""
    owners = sites.loc[is_centre(sites), "owner"]
    return sites["owner"].isin(owners).to_numpy(bool) if separate else np.full(len(sites), len(owners) > 0)


def _longest(
    area: StudyArea, assumptions: Assumptions, places: Places, seasons: Sequence[Season], profile: str
) -> Floats:
    """(m, m) the longest minutes between sites over all conditions of the plan."""
    tables = [
        dense_between(area, assumptions.travel_rules(speeds, profile), closures, places.column)
        for season in seasons
        for speeds, closures in season.conditions
    ]
    return np.asarray(np.maximum.reduce(tables))


def _limit(given: float | None, catalogue: Catalogue, key: str) -> float:
    return catalogue[key] if given is None else given


def _links(network: Network, sites: pd.DataFrame, minutes: Floats, limit: float) -> npt.NDArray[np.bool_]:
    """Village points and the institutions that may hold them: township institutions and county centres."""
    point = (sites["tier"] == "village").to_numpy(bool)
    holder = ((sites["tier"] == "township").to_numpy(bool) & ~sites["forbidden"].to_numpy(bool)) | is_centre(sites)
    link = point[:, None] & holder[None, :] & (minutes <= limit)
    if network.owners == "separate":
        owner = sites["owner"].to_numpy(str)
        link &= owner[:, None] == owner[None, :]
    return np.asarray(link)


def needs_of(form_site: Ints, free: npt.NDArray[np.bool_], link: npt.NDArray[np.bool_]) -> csr_array:
    """(F, m) for every free form of a village point the sites one of which must be open; other rows are empty."""
    table = link[form_site] & free[:, None]
    return csr_array(table.astype(float))

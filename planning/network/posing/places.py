"""The sites of a network: what stands, what may be chosen, whose it is, and the county centre it hangs on."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from geodata import TravelRules, read_layer, travel_times
from geodata.crs import to_metric
from geodata.travel.closures import closures_of
from planning.assumptions import Assumptions
from planning.network.scenario.form import Network
from planning.question import site_table
from planning.scenario import Scenario
from planning.scenario_form import CandidateKind, Candidates, Close, Unsafe, Upgrade
from planning.study_area import INSTITUTION, SITE_AMOUNTS, StudyArea

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
XPCC_CITIES = "6590"
SAME_PLACE_M = 1000.0  # day care this near to a county centre is in it
_YES_NO = {"True": True, "False": False}  # everything else is not known
_OWN = {"capacity_persons": "own_persons", "capital_yuan": "own_capital"}  # a site's own amounts
_BESIDE = ("special_school", "day_care", "rehabilitation_centre", "township_institution")
"""Kinds of facilities that stand although no plan of one service counts them as institutions."""


@dataclass(frozen=True, eq=False)
class Places:
    """The sites in the order of the problem, and where their travel times are.

    Attributes:
        sites: as in `NetworkQuestion.sites`, and `own_persons` (capacity given for the site), `own_capital`, `own_m2`,
            `accessible` (True, False, None), `has_day_care`.
        column: (m,) position in the columns of `StudyArea.minutes`, those of `beside_of` after them.
    """

    sites: pd.DataFrame
    column: Ints


def counted(codes: "pd.Series[str]", scenario: Scenario, area: StudyArea) -> npt.NDArray[np.bool_]:
    """What belongs to the prefecture totals, and on request the XPCC cities beside them."""
    inside = area.data.counties.set_index("county_code")["in_prefecture_total"]
    return np.asarray(codes.map(inside).to_numpy(bool) | scenario.with_separate_xpcc)


def places_of(scenario: Scenario, network: Network, area: StudyArea, assumptions: Assumptions) -> Places:
    """The sites of a network scenario."""
    kinds: tuple[CandidateKind, ...] = ("township_place", "village_point")
    chosen = Candidates(kinds=kinds if network.village_points else kinds[:1], counties=scenario.candidates.counties)
    keep, table = site_table(scenario.model_copy(update={"candidates": chosen}), area, assumptions)
    more = _taken_beside(scenario, area)
    sites = pd.concat([_with_own(table, scenario, area, keep), more.assign(role="existing")], ignore_index=True)
    sites["has_day_care"] = _with_day_care(sites, area) & (scenario.layers.institutions is None)
    column = np.concatenate([keep, len(area.sites) + np.asarray(more.index, np.int64)])
    return Places(_finished(sites, scenario, area), column.astype(np.int64))


def _with_own(table: pd.DataFrame, scenario: Scenario, area: StudyArea, keep: Ints) -> pd.DataFrame:
    """The sites with the amounts that are their own, not those of the assumptions; NaN where there are none."""
    own = area.sites.iloc[keep].reset_index(drop=True)
    out = table.drop(columns=[c for c in SITE_AMOUNTS if c in table])
    for column, name in _OWN.items():
        out[name] = own[column].astype(float) if column in own else np.nan
    upgraded = {change.site: float(change.capacity_persons) for change in scenario.of(Upgrade)}
    return out.assign(own_persons=out["site_id"].map(upgraded).fillna(out["own_persons"]))


def _taken_beside(scenario: Scenario, area: StudyArea) -> pd.DataFrame:
    """The facilities beside the area's institutions that a scenario counts on; none where it brings its own."""
    rows = beside_of(area)
    closed = {change.site for kind in (Close, Unsafe) for change in scenario.of(kind)}
    taken = counted(rows["county_code"], scenario, area) & ~rows["site_id"].isin(closed).to_numpy(bool)
    return rows[taken & (scenario.layers.institutions is None)]


def _finished(sites: pd.DataFrame, scenario: Scenario, area: StudyArea) -> pd.DataFrame:
    """Tier, owner, safety and what the area's own tables say of the sites."""
    unsafe = {c.site: c.reason for c in scenario.of(Unsafe)}
    known = _known(scenario, area).reindex(sites["site_id"])
    sites["unsafe"] = [unsafe.get(site, "") for site in sites["site_id"]]
    sites["locked"] = sites["locked"].astype("boolean").fillna(False).to_numpy(bool)
    sites["forbidden"] = sites["forbidden"].astype("boolean").fillna(False).to_numpy(bool)
    county = sites["host_type"].isin([INSTITUTION, "special_school"]) & (sites["kind"] != "township_place")
    sites["tier"] = np.where(county, "county", np.where(sites["kind"] == "village_point", "village", "township"))
    xpcc = sites["county_code"].str.startswith(XPCC_CITIES).to_numpy(bool) | (known["owner"] == "xpcc").to_numpy(bool)
    sites["owner"] = np.where(xpcc, "xpcc", "local")
    sites["own_m2"] = pd.to_numeric(known["space_m2"]).to_numpy(float)
    sites["accessible"] = known["accessible"].to_numpy()
    return sites


def _known(scenario: Scenario, area: StudyArea) -> pd.DataFrame:
    """Owner, space and accessibility (True, False, None) by site, as far as the scenario's or area's tables tell."""
    own = [read_layer(path, key).accepted.rename(columns={"id": "site_id"}) for key, path in scenario.layers if path]
    tables = [*own, area.data.facilities.rename(columns={"facility_id": "site_id"}), area.data.candidates]
    columns = ["owner", "space_m2", "accessible"]
    rows = pd.concat([t.reindex(columns=["site_id", *columns]).astype(object) for t in tables], ignore_index=True)
    rows["accessible"] = pd.Series([_YES_NO.get(str(word)) for word in rows["accessible"]], dtype=object)
    return rows.drop_duplicates("site_id").set_index("site_id")


@lru_cache(maxsize=8)
def beside_of(area: StudyArea) -> pd.DataFrame:
    """Special schools and smaller institutions outside `area.institutions`, with the columns of sites."""
    rows = area.data.facilities.rename(columns={"facility_id": "site_id"})
    rows = rows[rows["kind"].isin(_BESIDE) & ~rows["site_id"].isin(area.institutions["site_id"])]
    if "status" in rows:
        rows = rows[rows["status"] == "open"]
    day_care = (rows["kind"] == "day_care").to_numpy(bool)
    if day_care.any() and len(area.institutions):
        rows = rows[~(day_care & (_metres(rows, area.institutions) <= SAME_PLACE_M))]
    columns = ["site_id", "name_zh", "name_en", "county_code", "lon", "lat", "mark"]
    out = rows[columns].assign(kind=INSTITUTION, host_type=rows["kind"], locked=False, forbidden=False)
    return out.reset_index(drop=True)


def _with_day_care(sites: pd.DataFrame, area: StudyArea) -> npt.NDArray[np.bool_]:
    """County centres in which the data name day care."""
    rows = area.data.facilities
    rows = rows[rows["kind"] == "day_care"]
    centre = (sites["host_type"] == INSTITUTION).to_numpy(bool)
    return np.asarray(centre) & (_metres(sites, rows) <= SAME_PLACE_M) if len(rows) else np.zeros(len(sites), bool)


def _metres(points: pd.DataFrame, others: pd.DataFrame) -> Floats:
    """Straight line from every point to the nearest of the others."""
    tree = cKDTree(to_metric(others["lon"], others["lat"]))
    return np.asarray(tree.query(to_metric(points["lon"], points["lat"]))[0])


@lru_cache(maxsize=8)
def between(area: StudyArea, rules: TravelRules, closure_ids: tuple[str, ...]) -> csr_array:
    """Minutes from every site to every site, the area's first, then those beside it; absent = no known route."""
    points = pd.concat([area.sites[["lon", "lat"]], beside_of(area)[["lon", "lat"]]]).to_numpy(float)
    closures = [c for c in closures_of(area.data.closures) if c.closure_id in closure_ids]
    return travel_times(area.roads, points, points, rules, area.ground, closures=closures)


def dense_between(area: StudyArea, rules: TravelRules, closure_ids: tuple[str, ...], column: Ints) -> Floats:
    """(m, m) the same among the sites of a question; inf where no route is known."""
    table = between(area, rules, closure_ids)[column][:, column].tocoo()
    out = np.full(table.shape, np.inf)
    out[table.coords[0], table.coords[1]] = table.data
    np.fill_diagonal(out, 0.0)
    return out


def centre_of(sites: pd.DataFrame, minutes: Floats, separate: bool) -> tuple[Ints, Floats]:
    """(m,) position of each site's county centre and minutes to it; -1 and inf where no route is known.

    The nearest centre of its own county; where that has none, the nearest of all; of its own owner when `separate`.
    """
    centre = is_centre(sites)
    allowed = np.tile(centre, (len(sites), 1))
    if separate:
        allowed &= sites["owner"].to_numpy()[:, None] == sites["owner"].to_numpy()[None, :]
    code = sites["county_code"].to_numpy(str)
    own = allowed & (code[:, None] == code[None, :])
    allowed = np.where(own.any(axis=1, keepdims=True), own, allowed)
    found = np.where(allowed, minutes, np.inf)
    best = found.argmin(axis=1)
    away = found[np.arange(len(sites)), best]
    return np.where(np.isfinite(away), best, -1).astype(np.int64), away


def is_centre(sites: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """(m,) standing county centres."""
    return np.asarray((sites["host_type"] == INSTITUTION) & (sites["role"] == "existing"), bool)

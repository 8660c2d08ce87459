"""The tables of a new study area: what is given is taken, what is not comes from the embedded area."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.spatial import cKDTree

from geodata import LayerError, RoadNetwork, read_elevation
from geodata.crs import projection_for
from geodata.elevation import ElevationGrid
from geodata.errors import Sentence, both
from geodata.layers import LayerReport
from geodata.places import nearest_county
from geodata.study_data import StudyData
from geodata.travel.closures import Closure
from planning.area_people import Seats, cells_of
from planning.area_record import package_of
from planning.study_area import INSTITUTION, SITE_AMOUNTS, SITE_COLUMNS, StudyArea, sites_of

COUNTY_COLUMNS: Final = (
    "county_code", "name_zh", "name_en", "prefecture_code", "in_prefecture_total", "population", "quality", "source",
)  # fmt: skip
PLACE_COLUMNS: Final = ("place_id", "name_zh", "name_en", "county_code", "township_code", "rank", "lon", "lat")
CLOSURE_COLUMNS: Final = ("closure_id", "name_zh", "name_en", "lon", "lat", "radius_m", "months", "mark", "source")
OWN_TEXT: Final = ("status", "services", "owner", "operating_mode", "designated_until", "accessible")
OWN_NUMBERS: Final = ("staff", "days_open", "space_m2")
OWN_STARTS: Final = ("capacity_", "capital_yuan_", "running_yuan_")  # amounts for single services
OTHER: Final = "other_institution"  # an institution whose kind is not given
MARGIN_DEG: Final = 0.1  # of heights kept around roads and people
_SEATS: Final = ("prefecture_seat", "county_seat")


@dataclass(frozen=True, eq=False)
class Given:
    """What the user gave for a study area; see `planning.new_area.new_area`."""

    name: str
    codes: tuple[str, ...]
    boundaries: LayerReport | None
    residents: tuple[LayerReport, ...]
    totals: pd.DataFrame | None
    institutions: LayerReport | None
    candidates: LayerReport | None
    roads: RoadNetwork | None
    points: pd.DataFrame
    elevation: Path | None
    closures: tuple[Closure, ...] | None
    cut_off: tuple[date | None, ...]  # of every register, or one of the totals
    base: StudyArea
    titles: tuple[str, str]
    snap_deg: float

    @property
    def known(self) -> list[str]:
        """Codes of the embedded area's counties."""
        return [str(code) for code in self.base.data.counties["county_code"]]

    @property
    def days(self) -> str:
        """The cut-off date, the first and the last where registers differ, "" where none is known."""
        known = sorted({day.isoformat() for day in self.cut_off if day})
        return " – ".join(dict.fromkeys(known[:1] + known[-1:]))

    @property
    def polygons(self) -> gpd.GeoDataFrame | None:
        """The user's polygons, each with the code of its county."""
        if self.boundaries is None:
            return None
        rows = self.boundaries.accepted[["code", "name", "geometry"]]
        return rows.assign(code=rows["code"].astype(str).str[:6], name=rows["name"].astype(str)).reset_index(drop=True)


def study_data(given: Given, people: pd.DataFrame | None, counties: Sequence[str]) -> StudyData:
    """Everything of the new area but its checksums.

    Args:
        people: persons with a place and a county of the area each; None where the area has no register.
        counties: codes of the area.
    """
    base = given.base.data
    inside = bool(set(counties) & set(given.known))
    homes, residents = homes_of(given, counties), None
    cells = base.cells[base.cells["county_code"].isin(counties)].reset_index(drop=True)
    if people is not None:
        cells, residents = cells_of(people, homes, seats_of(given), given.snap_deg)
    table = _counties(given, counties)
    roads = given.roads or given.base.roads
    polygons = given.polygons
    return StudyData(
        name=given.name,
        package=package_of(given, people, cells, residents, inside=inside),
        digest="",
        prefectures=pd.DataFrame({"prefecture_code": sorted(set(table["prefecture_code"]))}),
        counties=table,
        age_structure=base.age_structure if inside else base.age_structure.iloc[:0],
        places=_places(given, counties),
        roads=roads,
        cells=cells,
        facilities=_facilities(given, cells, counties),
        candidates=_candidates(given, cells, counties),
        closures=_closures(given, roads, inside=inside),
        elevation=_elevation(given, roads, cells, inside=inside),
        residents=residents,
        totals=_totals(given),
        region=base.counties[list(COUNTY_COLUMNS)] if inside else None,
        boundaries=None if polygons is None else polygons[polygons["code"].isin(counties)].reset_index(drop=True),
        base="control_total" if residents is None else "register",
        cut_off=given.days,
    )


def homes_of(given: Given, counties: Sequence[str]) -> pd.DataFrame:
    """Where people of the counties live by the model: `county_code`, `lon`, `lat`, `population`."""
    cells = given.base.data.cells
    return cells.loc[cells["county_code"].isin(counties), ["county_code", "lon", "lat", "population"]]


def seats_of(given: Given) -> Seats:
    """County seats: the user's points with 6 digits, else those of the embedded area."""
    places = given.base.data.places
    known = places[places["rank"].isin(_SEATS)].rename(columns={"county_code": "code"})
    own = given.points[given.points["code"].str.len() == 6]
    rows = pd.concat([known[["code", "lon", "lat"]], own[["code", "lon", "lat"]]])
    return {str(c): (float(x), float(y)) for c, x, y in zip(rows["code"], rows["lon"], rows["lat"], strict=True)}


def _counties(given: Given, counties: Sequence[str]) -> pd.DataFrame:
    base = given.base.data.counties
    known = base.loc[base["county_code"].isin(counties), list(COUNTY_COLUMNS)]
    if len(known) and not known["in_prefecture_total"].any():
        known = known.assign(in_prefecture_total=True)  # an area of nothing but XPCC cities counts its own people
    own = [code for code in counties if code not in given.known]
    if not own:
        return known.reset_index(drop=True)
    names = _polygon_names(given, own)
    rows = pd.DataFrame({"county_code": own}).assign(
        name_zh=names,
        name_en=names,
        prefecture_code=[code[:4] for code in own],
        in_prefecture_total=True,
        population=np.nan,
        quality="",
        source="given by the user",
    )
    return pd.concat([known, rows], ignore_index=True) if len(known) else rows


def _polygon_names(given: Given, own: Sequence[str]) -> list[str]:
    """Names of the counties by their polygons; the code where there is none, or several."""
    polygons = given.polygons
    if polygons is None:
        return [given.titles[0]] if len(own) == 1 else list(own)
    single = polygons[~polygons["code"].duplicated(keep=False)].set_index("code")["name"]
    return [str(single.get(code, code)) for code in own]


def _places(given: Given, counties: Sequence[str]) -> pd.DataFrame:
    """Places that name neighbourhoods: the embedded ones, and the user's own townships (or villages) elsewhere."""
    base = given.base.data.places
    known = base.loc[base["county_code"].isin(counties), list(PLACE_COLUMNS)]
    own = given.points[~given.points["code"].str[:6].isin(given.known) & given.points["code"].str[:6].isin(counties)]
    for digits in (9, 12):
        rows = own[own["code"].str.len() == digits]
        if len(rows):
            names = rows["name"].astype(str) if "name" in rows else rows["code"]
            more = rows.assign(
                place_id="P" + rows["code"], name_zh=names, name_en=names, county_code=rows["code"].str[:6],
                township_code=rows["code"].str[:9], rank="township_seat" if digits == 9 else "place",
            )  # fmt: skip
            return (
                pd.concat([known, more[list(PLACE_COLUMNS)]], ignore_index=True)
                if len(known)
                else more[list(PLACE_COLUMNS)].reset_index(drop=True)
            )
    return known.reset_index(drop=True)


def _totals(given: Given) -> pd.DataFrame | None:
    if given.totals is None:
        return None
    rows = given.totals.assign(county_code=given.totals["county_code"].astype(str))
    sums = pd.to_numeric(rows["persons"]).groupby(rows["county_code"]).sum().astype(np.int64)
    return sums.rename("persons").rename_axis("county_code").reset_index()


# --- sites ---------------------------------------------------------------------------------------------


def _facilities(given: Given, cells: pd.DataFrame, counties: Sequence[str]) -> pd.DataFrame:
    """Institutions with `serves`: whether people in general can go there."""
    if given.institutions is None:
        rows = given.base.data.facilities
        rows = rows[rows["county_code"].isin(counties)].reset_index(drop=True)
        return rows.assign(serves=rows["kind"] == INSTITUTION)
    sites = _own_sites(given.institutions, cells)
    kinds = sites["own_kind"].mask(sites["own_kind"] == "", OTHER)
    named = sites.rename(columns={"site_id": "facility_id"}).assign(kind=kinds, source="given by the user")
    return named.drop(columns=["own_kind", "host_type"])


def _candidates(given: Given, cells: pd.DataFrame, counties: Sequence[str]) -> pd.DataFrame:
    if given.candidates is None:
        rows = given.base.data.candidates
        return rows[rows["county_code"].isin(counties)].reset_index(drop=True)
    return _own_sites(given.candidates, cells).drop(columns=["own_kind", "serves"])


def _own_sites(report: LayerReport, cells: pd.DataFrame) -> pd.DataFrame:
    """The user's sites with a county each and the columns of their own that planning knows; no other column."""
    sites = sites_of(report)
    rows = pd.DataFrame(report.accepted).reset_index(drop=True)
    if len(sites):
        near = pd.Series(nearest_county(sites["lon"], sites["lat"], cells), index=sites.index)
        sites["county_code"] = sites["county_code"].mask(sites["county_code"] == "", near)
    for column in rows.columns:
        if column in OWN_TEXT:
            sites[column] = [_plain(value) for value in rows[column]]
        elif column not in SITE_AMOUNTS and (column in OWN_NUMBERS or str(column).startswith(OWN_STARTS)):
            sites[column] = pd.to_numeric(rows[column], errors="coerce")
    first = [c for c in SITE_COLUMNS if c in sites]
    return sites[[*first, *(c for c in sites if c not in first)]].assign(mark="given by the user")


def _plain(value: Any) -> str:
    """A cell as text: days as 2027-12-31, nothing as nothing."""
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    return value.date().isoformat() if isinstance(value, pd.Timestamp) else str(value)


# --- roads and ground ----------------------------------------------------------------------------------


def _closures(given: Given, roads: RoadNetwork, *, inside: bool) -> pd.DataFrame:
    """The user's closures, else the embedded ones that touch the roads."""
    if given.closures is not None:
        rows = [
            (c.closure_id, c.closure_id, c.closure_id, c.lon, c.lat, c.radius_m, ",".join(map(str, c.months)), "", "")
            for c in given.closures
        ]
        table = pd.DataFrame(rows, columns=list(CLOSURE_COLUMNS))
        return table.assign(source="given by the user").astype(dict.fromkeys(("lon", "lat", "radius_m"), float))
    usual = given.base.data.closures
    if given.roads is None:
        return usual
    if not inside:
        return usual.iloc[:0]
    flat = projection_for(roads.shape_lon, roads.shape_lat)
    tree = cKDTree(flat.to_metric(roads.shape_lon, roads.shape_lat))
    away = tree.query(flat.to_metric(usual["lon"], usual["lat"]))[0]
    return usual[away <= usual["radius_m"].to_numpy(float)].reset_index(drop=True)


def _elevation(given: Given, roads: RoadNetwork, cells: pd.DataFrame, *, inside: bool) -> ElevationGrid | None:
    """The user's heights around roads and people, else the embedded ones where they reach far enough."""
    lon, lat = (np.concatenate([getattr(roads, c), cells[c].to_numpy(float)]) for c in ("lon", "lat"))
    if given.elevation is not None:
        return cropped(read_elevation(given.elevation), lon, lat)
    usual = given.base.data.elevation
    return usual if usual is not None and inside and usual.covers(lon, lat).all() else None


def cropped(grid: ElevationGrid, lon: "np.ndarray[Any, Any]", lat: "np.ndarray[Any, Any]") -> ElevationGrid:
    """The part of the grid around points in degrees, in whole cells, with a margin."""
    rows, columns = grid.height_m.shape
    left = np.clip(int((lon.min() - MARGIN_DEG - grid.west) / grid.step), 0, columns - 1)
    right = np.clip(int((lon.max() + MARGIN_DEG - grid.west) / grid.step) + 1, left + 1, columns)
    top = np.clip(int((grid.north - lat.max() - MARGIN_DEG) / grid.row_step), 0, rows - 1)
    bottom = np.clip(int((grid.north - lat.min() + MARGIN_DEG) / grid.row_step) + 1, top + 1, rows)
    return replace(
        grid,
        height_m=grid.height_m[top:bottom, left:right],
        relief_m=grid.relief_m[top:bottom, left:right],
        west=grid.west + float(left) * grid.step,
        north=grid.north - float(top) * grid.row_step,
    )


def elevation_faults(given: Given, data: StudyData) -> list[Sentence]:
    """Roads and people that the user's heights do not reach."""
    if given.elevation is None or data.elevation is None or not isinstance(data.roads, RoadNetwork):
        return []
    found: list[Sentence] = []
    for where, what in ((data.roads, both("roads", "道路")), (data.cells, both("residents", "居民点"))):
        try:
            data.elevation.require_cover(np.asarray(where.lon, float), np.asarray(where.lat, float), what)
        except LayerError as error:
            found += [f for f in error.faults if isinstance(f, Sentence)]
    return found

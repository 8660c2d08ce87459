"""A study area from the user's own files: what is given is taken, what is not comes from the embedded area.

The result is one folder or one zip that opens anywhere; see `geodata.study_folder`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from geodata import RoadNetwork
from geodata.errors import Sentence, both, prefixed
from geodata.layers import LayerReport
from geodata.layers.report import Fault
from geodata.places import kilometres_to_cells, nearest_county
from geodata.study_data import StudyData
from geodata.study_data import names as embedded_names
from geodata.study_folder import check_area_target, write_study_folder
from geodata.travel.closures import Closure
from planning.area_people import (
    SNAP_DEG,
    county_by_polygon,
    kilometres_to_roads,
    people_in,
    placed,
    unplaceable,
)
from planning.area_record import OWN, sources_of
from planning.area_tables import Given, elevation_faults, homes_of, seats_of, study_data
from planning.faults import PlanningError, nearest
from planning.study_area import FAR_KM, embedded

WHOLE: Final = "000000"  # the one county of an area whose files name none
HOME_KM: Final = 50.0  # persons farther than this from every home of the embedded area do not live in it
TOLD: Final = 5  # ids that one sentence names
CHANCE: Final = 10  # so many rows of two registers are not the same by chance
_FILE_NAME: Final = re.compile(r"\.(osm|pbf|xml|csv|graphml|gpkg|shp|zip|geojson|json)\b", re.I)
_NO_POINTS: Final = pd.DataFrame({"code": [], "lon": [], "lat": []}).astype({"code": str})


def new_area(
    out: Path,
    *,
    name: str,
    codes: Sequence[str] = (),
    boundaries: LayerReport | None = None,
    residents: Sequence[LayerReport] | None = None,
    totals: pd.DataFrame | None = None,
    institutions: LayerReport | None = None,
    candidates: LayerReport | None = None,
    roads: RoadNetwork | None = None,
    points: pd.DataFrame | None = None,
    elevation: Path | None = None,
    closures: Sequence[Closure] | None = None,
    cut_off: date | Sequence[date | None] | None = None,
    base_area: str = "southern_xinjiang",
    title_zh: str = "",
    title_en: str = "",
    snap_deg: float = SNAP_DEG,
) -> Path:
    """Make a study area from the user's own files and write it.

    Counties of the embedded area keep its homes, places, roads, closures, heights, candidates and institutions as far
    as nothing is given in their place. Any other county needs roads and persons with places of its own.

    Args:
        out: the folder to write, or a file that ends with `.zip`.
        name: what scenarios call the area: letters, digits, `-` and `_`.
        codes: 6-digit codes of the counties; those of the boundaries, else of residents and totals, when empty.
        boundaries, residents, institutions, candidates: layers as `geodata.layers.read_layer` reads them; what they
            rejected is counted in the record and stays out.
            With a `person_key` in several registers (read with one key), a person counts in the first of them only.
        totals: `county_code`, `persons` (whole): disabled residents of counties; rows of one county add up.
        roads: in place of the embedded main roads, see `load_roads`. Where their source is but the name of a file,
            it is not kept.
        points: `code`, `lon`, `lat` of villages (12 digits), townships (9) and county seats (6), and `name` if wanted.
        elevation: a GeoTIFF or a folder of them; only the part around roads and people is kept.
        closures: roads that close; the embedded ones when None, as far as they touch the roads.
        cut_off: last day that residents or totals speak of, or one day (None unknown) for each register.
        snap_deg: persons closer than this (degrees, above 0) are counted together. A finer one shows single homes.

    Returns:
        `out`.

    Raises:
        PlanningError: one sentence for every fault of what is given, all at once, before anything is written.
        LayerError: for a place that cannot be written.
        ValueError: for days that are not as many as the registers.
    """
    days = (cut_off,) * max(len(residents or ()), 1) if cut_off is None or isinstance(cut_off, date) else tuple(cut_off)
    if len(days) != max(len(residents or ()), 1):
        raise ValueError(f"{len(days)} cut-off dates for {len(residents or ())} registers")
    given = Given(
        name=name, codes=tuple(map(str, codes)), boundaries=boundaries, residents=tuple(residents or ()), totals=totals,
        institutions=institutions, candidates=candidates, roads=_credited(roads), elevation=elevation, cut_off=days,
        points=_NO_POINTS if points is None else points.assign(code=points["code"].astype(str)),
        closures=None if closures is None else tuple(closures), base=embedded(base_area),
        titles=(title_zh or name, title_en or name), snap_deg=snap_deg,
    )  # fmt: skip
    check_area_target(out)
    _require([*_snap_faults(snap_deg), *_same_file_faults(given)])
    people = _people(given)
    counties = _chosen(given, people)
    _require(_faults(given, people, counties))
    people = _with_counties(given, people, counties)
    _require([*_people_faults(given, people, counties), *_homeless(given, people, counties)])
    data = study_data(given, people, counties)
    _require([*_site_faults(given, data), *elevation_faults(given, data)])
    return write_study_folder(data, out, sources_of(given, data))


def _credited(roads: RoadNetwork | None) -> RoadNetwork | None:
    """Roads whose source may be shown: the name of a file may say whose it is, and credits nobody."""
    return replace(roads, source=OWN) if roads is not None and _FILE_NAME.search(roads.source) else roads


def _require(faults: Sequence[str]) -> None:
    if faults:
        raise PlanningError(faults)


# --- who and where -------------------------------------------------------------------------------------


def _people(given: Given) -> pd.DataFrame | None:
    if not given.residents:
        return None
    seats = given.base.data.places
    townships = seats.loc[seats["township_code"] != "", ["township_code", "lon", "lat"]]
    known = townships.rename(columns={"township_code": "code"})
    return placed(people_in(given.residents), pd.concat([given.points[["code", "lon", "lat"]], known]))


def _chosen(given: Given, people: pd.DataFrame | None) -> list[str]:
    """Codes of the counties of the area, sorted."""
    if given.codes:
        return sorted(set(given.codes))
    if given.polygons is not None:
        return sorted(set(given.polygons["code"]))
    found = set(given.totals["county_code"].astype(str)) if given.totals is not None else set()
    if people is not None:
        found |= set(people["county_code"]) - {""}
        lost = people[(people["county_code"] == "") & people["lon"].notna()]
        homes = given.base.data.cells
        if len(lost):
            lost = lost[kilometres_to_cells(lost["lon"], lost["lat"], homes) <= HOME_KM]
            found |= set(nearest_county(lost["lon"], lost["lat"], homes)) if len(lost) else set()
        if not found and people["lon"].notna().any():
            found.add(WHOLE)
    return sorted(found)


def _with_counties(given: Given, people: pd.DataFrame | None, counties: Sequence[str]) -> pd.DataFrame | None:
    """People who name no county get that of the polygon around them, of the nearest home, or the only one.

    Who stands farther than `HOME_KM` from all of these gets none; in an only county without homes and polygon, its
    roads are what is measured from.
    """
    if people is None:
        return None
    codes = people["county_code"].copy()
    if len(counties) == 1:
        codes = codes.mask((codes == "") & people["lon"].isna(), counties[0])
    homes, polygons = homes_of(given, counties), given.polygons
    inside = None if polygons is None else polygons[polygons["code"].isin(counties)]
    where = people[codes == ""]
    where = where[where["lon"].notna()]
    if len(where) and inside is not None and len(inside):
        codes.loc[where.index] = county_by_polygon(where["lon"], where["lat"], inside, HOME_KM).to_numpy()
        where = where[codes[where.index] == ""]
    if len(where) and len(homes):
        where = where[kilometres_to_cells(where["lon"], where["lat"], homes) <= HOME_KM]
        codes.loc[where.index] = nearest_county(where["lon"], where["lat"], homes) if len(where) else ""
    elif len(where) and not (inside is not None and len(inside)) and len(counties) == 1 and given.roads is not None:
        where = where[kilometres_to_roads(where["lon"], where["lat"], given.roads) <= HOME_KM]
        codes.loc[where.index] = counties[0]
    return people.assign(county_code=codes)


# --- faults, all at once -------------------------------------------------------------------------------


def _faults(given: Given, people: pd.DataFrame | None, counties: Sequence[str]) -> list[Sentence]:
    """What can be said before anything is built."""
    faults = _name_faults(given)
    if not (given.codes or given.residents or given.totals is not None or given.boundaries is not None):
        return [
            *faults,
            both(
                "nothing says which counties: give their codes, a register of residents, totals or boundaries",
                "没有说明是哪些县：请给出县代码、残疾人名册、各县总数或边界",
            ),
        ]
    if people is not None and not len(people):
        faults.append(
            both(
                "residents: not one accepted row; see the quality report and put the file right",
                "残疾人名册：没有一行被接受；请按质量报告改正后重试",
            )
        )
    seen = {*given.known, *(given.polygons["code"] if given.polygons is not None else ())}
    if given.roads is not None and people is not None:
        seen |= set(people["county_code"]) | {WHOLE}
    faults += [
        both(
            f"county '{code}' is not known{nearest(code, given.known)}; outside {given.base.data.name} give boundaries "
            "or residents with this code, and roads",
            f"没有县“{code}”{nearest(code, given.known).zh}；在内置研究区以外，请提供带此代码的边界或名册，以及道路",
        )
        for code in counties
        if code not in seen
    ]
    own = [code for code in counties if code in seen and code not in given.known]
    shown = ", ".join(own[:TOLD])
    if own and given.roads is None:
        faults.append(
            both(
                f"county {shown} lies outside {given.base.data.name}: roads are needed; give a road file",
                f"县 {shown} 不在内置研究区内：需要道路；请给出道路文件",
            )
        )
    return faults + _total_faults(given, counties)


def _snap_faults(snap_deg: float) -> list[Sentence]:
    if np.isfinite(snap_deg) and snap_deg > 0:
        return []
    return [
        both(
            f"snap_deg: {snap_deg} found, degrees above 0 are needed; {SNAP_DEG} counts people within 500 m together",
            f"snap_deg：发现 {snap_deg}，应为大于 0 的度数；{SNAP_DEG} 约合 500 米以内的人合并计数",
        )
    ]


def _same_file_faults(given: Given) -> list[Sentence]:
    """Registers of the very same rows: whoever has no number would count twice."""
    pairs = [(one, other) for k, other in enumerate(given.residents) for one in given.residents[:k]]
    return [
        both(
            f"residents: {one.file} and {other.file} hold the same rows; give each register once",
            f"残疾人名册：{one.file} 和 {other.file} 的各行完全相同；每份名册只需给一次",
        )
        for one, other in pairs
        if _same_rows(one, other)
    ]


def _same_rows(one: LayerReport, other: LayerReport) -> bool:
    """Whether two registers are one; a few rows may be alike by chance where nobody's number was compared."""
    first, second = pd.DataFrame(one.accepted), pd.DataFrame(other.accepted)
    compared = "person_key" in first and bool((first["person_key"] != "").any())
    return one is other or ((compared or len(first) >= CHANCE) and first.equals(second))


def _name_faults(given: Given) -> list[Sentence]:
    if re.fullmatch(r"[\w\-]+", given.name) and given.name not in embedded_names():
        return []
    return [
        both(
            f"name '{given.name}': letters, digits, '-' and '_' are needed, and not the name of an embedded area",
            f"名称“{given.name}”：请只用文字、数字、“-”和“_”，且不要与内置研究区同名",
        )
    ]


def _homeless(given: Given, people: pd.DataFrame | None, counties: Sequence[str]) -> list[Sentence]:
    """Counties outside the embedded area of which nobody knows where people live."""
    own = set(counties) - set(given.known)
    counted = own if people is None else set()
    if people is not None and given.totals is not None:
        counted = own & set(given.totals["county_code"].astype(str)) - set(people["county_code"])
    if not counted:
        return []
    shown, base = ", ".join(sorted(counted)[:TOLD]), given.base.data.name
    return [
        both(
            f"county {shown} lies outside {base}: nobody knows where its people live; give a register with places",
            f"县 {shown} 不在内置研究区内，不知道居民住在哪里；请给出带位置的名册",
        )
    ]


def _total_faults(given: Given, counties: Sequence[str]) -> list[Sentence]:
    if given.totals is None:
        return []
    codes, faults = given.totals["county_code"].astype(str), []
    persons = pd.to_numeric(given.totals["persons"], errors="coerce")
    wrong = ~(np.isfinite(persons) & (persons >= 0) & (persons == np.floor(persons))).to_numpy(bool)
    if wrong.any():
        shown = ", ".join(codes[wrong].head(TOLD))
        faults.append(
            both(
                f"totals: persons of {shown} are no whole number of 0 or more; put them right",
                f"各县总数：{shown} 的人数不是大于等于 0 的整数；请更正",
            )
        )
    strange = sorted(set(codes) - set(counties))
    return faults + [
        both(
            f"totals: county '{c}' is not one of the area; take the row out or add the code",
            f"各县总数：县“{c}”不在研究区内；请删去该行或补充县代码",
        )
        for c in strange
    ]


def _people_faults(given: Given, people: pd.DataFrame | None, counties: Sequence[str]) -> list[Sentence]:
    """Persons of other counties, and persons whom nothing places."""
    if people is None:
        return []
    persons = people.groupby("county_code")["persons"].sum()
    faults = [
        both(
            f"residents: {n} persons live in '{code}', which is not one of the area; add the code or take them out",
            f"残疾人名册：有 {n} 人属于“{code}”，不在研究区内；请补充县代码或删去这些行",
        )
        for code, n in persons.items()
        if code and code not in counties
    ]
    lost = people["county_code"] == ""
    away = lost & people["lon"].notna() & people["lat"].notna()
    faults += _away_faults(given, people[away])
    if (lost & ~away).any():
        n = people.loc[lost & ~away, "persons"].sum()
        faults.append(
            both(
                f"residents: {n} persons have neither coordinates nor a county; write the county's code",
                f"残疾人名册：有 {n} 人既无坐标也无县；请填写县代码",
            )
        )
    nowhere = [c for c in unplaceable(people, homes_of(given, counties), seats_of(given)) if c in counties]
    return faults + [
        both(
            f"residents: of county '{c}' nobody has a place; give coordinates, or points with the codes of villages",
            f"残疾人名册：县“{c}”没有一人有位置；请给出坐标，或带村代码的点位",
        )
        for c in nowhere
    ]


def _away_faults(given: Given, people: pd.DataFrame) -> list[Sentence]:
    """Persons without a county whose coordinates lie far from every home of the area; a sentence a file."""
    rule = both(
        f"no county, and none of the area within {HOME_KM:.0f} km of the coordinates",
        f"没有县，坐标 {HOME_KM:.0f} 公里以内也没有研究区的县",
    )
    advice = both("write the county's code, or correct the coordinates", "请填写县代码，或更正坐标")
    told = []
    for position, rows in people.groupby("file"):
        n, numbers = int(rows["persons"].sum()), tuple(sorted(rows["row"].dropna().astype(int).to_list()))
        some = both(f"{n} persons: {rule}; {advice}", f"有 {n} 人{rule.zh}；{advice.zh}")
        fault = Fault(rule, numbers, "", advice).told(TOLD) if numbers else some
        told.append(prefixed(given.residents[int(str(position))].file, fault))
    return told


def _site_faults(given: Given, data: StudyData) -> list[Sentence]:
    """Sites outside the area, and ids that stand there twice."""
    found: list[Sentence] = []
    taken = {"institutions": data.facilities.rename(columns={"facility_id": "site_id"}), "candidates": data.candidates}
    for layer, sites in taken.items():
        if getattr(given, layer) is None or not len(sites):
            continue
        away = kilometres_to_cells(sites["lon"], sites["lat"], data.cells) > FAR_KM
        outside = sites[away | ~sites["county_code"].isin(data.counties["county_code"])]["site_id"]
        if len(outside):
            shown, n, where = ", ".join(outside.head(TOLD)), len(outside), _where(given, layer, outside)
            fault = both(
                f"{n} lie outside the area, such as {shown} ({where}); take them out or correct their place and county",
                f"有 {n} 个在研究区以外，如 {shown}（{where.zh}）；请删去，或更正坐标和县代码",
            )
            found.append(prefixed(both(layer, "机构" if layer == "institutions" else "候选地点"), fault))
    ids = pd.concat([sites["site_id"] for sites in taken.values()])
    twice = ids[ids.duplicated()]
    if len(twice):
        shown, (first, second) = ", ".join(twice.head(TOLD)), (_where(given, layer, twice) for layer in taken)
        found.append(
            both(
                f"ids {shown} stand both among institutions and candidates ({first}; {second}); rename one",
                f"编号 {shown} 在机构和候选地点中都有（{first.zh}；{second.zh}）；请改其中一个",
            )
        )
    return found


def _where(given: Given, layer: str, ids: "pd.Series[str]") -> Sentence:
    """The file in which ids of a layer stand, with the rows of the first where these are known."""
    report = getattr(given, layer)
    if report is None:
        return both(f"{given.base.data.name}", "内置数据")
    if "row" not in report.accepted:
        return both(report.file, report.file)
    rows = report.accepted.loc[report.accepted["id"].astype(str).isin(ids.head(TOLD)), "row"]
    told = ", ".join(map(str, rows))
    return both(f"{report.file}, row {told}", f"{report.file} 第 {told} 行")

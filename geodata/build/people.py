"""`counties.csv`, `prefectures.csv` and `demand_cells.csv`: how many people live in each county, and where."""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import ndimage
from scipy.spatial import cKDTree
from shapely import points

from geodata.apportion import largest_remainder
from geodata.build.sources import FOLDER, MINUTE, NORTH, WEST, read_counties, read_prefectures
from geodata.crs import STORED, to_metric

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Rule of thumb for where people live, all assumptions [J]; the census totals do not depend on them.
RANK_WEIGHT: Final = {"prefecture_seat": 10.0, "county_seat": 6.0, "township_seat": 1.5, "place": 0.7}
NEAR_SCALE_M, WIDE_SCALE_M = 4_000.0, 15_000.0
ROAD_SCALE_M, ROAD_PLACE_SCALE_M, ROAD_WEIGHT = 2_000.0, 20_000.0, 0.25
THIN_FROM_M, NOBODY_ABOVE_M = 3_000.0, 4_200.0
FLAT_RELIEF_M, RELIEF_SCALE_M = 100.0, 400.0
CELLS_PER_VILLAGE_UNIT: Final = 1.0


def county_populations(counties: pd.DataFrame, prefectures: pd.DataFrame) -> pd.DataFrame:
    """Population and quality mark of each county so that each prefecture total holds to the person.

    2020 where published; the rest of the prefecture by `share_rest`. XPCC cities outside the prefectures
    without a count: village-level units at the persons a unit of the XPCC cities that have one.
    """
    out = counties.copy()
    out["population"] = out["census_2020"]
    out["quality"] = np.where(out["census_2020"].notna(), "census 2020", "estimated")
    xpcc, counted = out["county_code"].str.startswith("6590"), out["census_2020"].notna()
    rate = out.loc[xpcc & counted, "census_2020"].sum() / out.loc[xpcc & counted, "village_units_2023"].sum()
    lone = xpcc & ~counted
    out.loc[lone, "population"] = np.rint(out.loc[lone, "village_units_2023"] * rate)
    totals = prefectures.set_index("prefecture_code")
    for code, group in out[out["in_prefecture_total"]].groupby("prefecture_code"):
        shares = share_rest(group, totals.loc[code])
        out.loc[shares.index, "population"] = shares
        scaled = shares.index[out.loc[shares.index, "census_2010"].notna()]
        out.loc[scaled, "quality"] = "census 2010 scaled"
    out["population"] = out["population"].astype("int64")
    return out


def share_rest(group: pd.DataFrame, total: "pd.Series[float]") -> "pd.Series[int]":
    """What the counted counties leave of a prefecture's total, shared among its other counties.

    By 2010 counts where published, else by village-level units at the mean 2010 persons a unit of the
    counties that lack a 2010 count (or, where none has a count, by the units alone).
    """
    uncounted = group[group["population"].isna()]
    lacking = uncounted[uncounted["census_2010"].isna()]
    per_unit = 1.0
    if len(lacking) < len(uncounted):
        gap_2010 = max(total["census_2010"] - group["census_2010"].sum(), 0)
        per_unit = gap_2010 / max(lacking["village_units_2023"].sum(), 1)
    base = uncounted["census_2010"].fillna(lacking["village_units_2023"] * per_unit)
    rest = int(total["census_2020"] - group["population"].sum())
    return pd.Series(largest_remainder(rest, base.to_numpy(float)), uncounted.index)


def morton(row: Ints, column: Ints) -> Ints:
    """Position along a Z-shaped curve, so that neighbours on the ground are near in the order."""
    key = np.zeros(len(row), np.int64)
    for bit in range(12):
        key |= ((row >> bit) & 1) << (2 * bit + 1) | ((column >> bit) & 1) << (2 * bit)
    return key


def suitability(lonlat: Floats, height: Floats, relief: Floats, places: pd.DataFrame, roads: pd.DataFrame) -> Floats:
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
    return np.asarray(total * height_factor * np.exp(-np.maximum(relief - FLAT_RELIEF_M, 0) / RELIEF_SCALE_M))


def road_points(roads: pd.DataFrame, step_m: float = 1_000.0) -> Floats:
    """Metric points along the roads, one a kilometre."""
    a, b = to_metric(roads["u_lon"], roads["u_lat"]), to_metric(roads["v_lon"], roads["v_lat"])
    pieces = np.maximum(np.hypot(*(b - a).T) // step_m, 1).astype(int)
    return np.vstack([p + (q - p) * np.linspace(0, 1, n + 1)[:, None] for p, q, n in zip(a, b, pieces, strict=True)])


def ground_points(grid: npt.NDArray[np.int16], polygons: gpd.GeoDataFrame) -> pd.DataFrame:
    """The centre of every elevation cell inside a county: county, degrees, height and relief in metres, curve place."""
    row, column = (index.ravel() for index in np.indices(grid.shape))
    lon, lat = WEST + (column + 0.5) * MINUTE, NORTH - (row + 0.5) * MINUTE
    relief = ndimage.maximum_filter(grid, 3) - ndimage.minimum_filter(grid, 3)
    located = gpd.GeoDataFrame({"at": np.arange(grid.size)}, geometry=points(lon, lat), crs=STORED)
    owner = located.sjoin(polygons[["code", "geometry"]], predicate="within").drop_duplicates("at")
    at = owner["at"].to_numpy()
    return pd.DataFrame(
        {
            "county_code": owner["code"].to_numpy(), "lon": lon[at], "lat": lat[at],
            "height_m": grid.ravel()[at].astype(float), "relief_m": relief.ravel()[at].astype(float),
            "curve": morton(row[at], column[at]),
        }
    )  # fmt: skip


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
    ground = ground_points(grid, polygons)
    cells = []
    for county in counties.itertuples():
        here = ground[ground["county_code"] == county.county_code].sort_values("curve", kind="stable")
        lonlat, height = here[["lon", "lat"]].to_numpy(), here["height_m"].to_numpy()
        like = suitability(lonlat, height, here["relief_m"].to_numpy(), places, roads)
        cells.append(
            county_cells(here, like, round(county.village_units_2023 * CELLS_PER_VILLAGE_UNIT), county.population)
        )
    out = pd.concat(cells, ignore_index=True)
    serial = out.groupby("county_code").cumcount() + 1
    out.insert(0, "cell_id", "M" + out["county_code"] + serial.map("{:04d}".format))
    return out


def county_cells(ground: pd.DataFrame, like: Floats, n_shares: int, population: int) -> pd.DataFrame:
    """One county's people in equal shares, each on the point of the curve where it is centred."""
    centre = (np.arange(n_shares) + 0.5) / n_shares
    pick, shares = np.unique(np.searchsorted(np.cumsum(like) / like.sum(), centre), return_counts=True)
    chosen = ground.iloc[pick]
    return pd.DataFrame(
        {
            "county_code": chosen["county_code"], "lon": chosen["lon"].round(5), "lat": chosen["lat"].round(5),
            "elevation_m": chosen["height_m"].astype(int), "population": largest_remainder(population, shares),
        }
    )  # fmt: skip


def build_people(
    polygons: gpd.GeoDataFrame, places: pd.DataFrame, roads: pd.DataFrame, grid: npt.NDArray[np.int16]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Writes the three tables; gives the counties with their population, and the cells."""
    prefectures = read_prefectures()
    counties = county_populations(read_counties(), prefectures)
    cells = spread_population(counties, polygons, places, roads, grid)
    counties.to_csv(FOLDER / "counties.csv", index=False, lineterminator="\n")
    prefectures.to_csv(FOLDER / "prefectures.csv", index=False, lineterminator="\n")
    cells.to_csv(FOLDER / "demand_cells.csv", index=False, lineterminator="\n")
    return counties, cells

"""Points that are to be joined to roads: read, and held against the roads before anything is computed."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import both, prefixed
from geodata.layers import Box, Reading, read_layer
from geodata.roads.network import RoadNetwork
from geodata.travel.access import Access, leg_kph, open_segments
from geodata.travel.entries import nearest_entries
from geodata.travel.reach import nearest_home, nearest_institution
from geodata.travel.times import Roadway, degrees, ways

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

FAR_KM = 100.0  # a point farther than this from the box of the roads belongs to another map
KM_A_DEGREE = 111.2


def reach_box(roads: RoadNetwork) -> Box:
    """The roads' box (west, south, east, north in degrees), widened by `FAR_KM`."""
    north_south = FAR_KM / KM_A_DEGREE
    middle = np.cos(np.radians(min(80.0, float(np.abs(roads.lat).max()))))
    east_west = north_south / middle
    return (
        float(roads.lon.min()) - east_west,
        float(roads.lat.min()) - north_south,
        float(roads.lon.max()) + east_west,
        float(roads.lat.max()) + north_south,
    )


def read_points(path: Path, roads: RoadNetwork) -> tuple[pd.DataFrame, list[str]]:
    """Points with `id`, `lon`, `lat`, and one sentence for every rule that rows break; nothing is dropped in silence.

    Raises:
        LayerError: when the file as a whole cannot be read.
    """
    outside = both(f"point more than {FAR_KM:.0f} km away from the roads", f"地点在道路范围以外超过 {FAR_KM:.0f} 公里")
    report = read_layer(path, "points", Reading(box=reach_box(roads), outside=outside))
    faults = [prefixed(path.name, fault.told(5)) for fault in report.faults]
    if not report.rows_read:
        faults.append(prefixed(path.name, both("there is no row below the header", "表头下面没有数据行；请补充")))
    points = pd.DataFrame(report.accepted[["id", "lon", "lat"]])
    return points.astype({"id": str, "lon": float, "lat": float}).reset_index(drop=True), list(faults)


def no_route_table(
    way: Roadway, origins: pd.DataFrame, destinations: pd.DataFrame, cache: Path | None = None
) -> pd.DataFrame:
    """The origins from which no destination can be reached at all, the destinations that nobody can reach, and why.

    Args:
        origins, destinations: tables with `id`, `lon`, `lat`.

    Returns:
        Columns `side`, `id`, `lon`, `lat`, `nearest_road_km` (straight line to a road that the traveller may use),
        `reason`: `too_far` (farther from it than `access_limit_km`, or than one gets in `access_limit_min` over open
        flat ground), `blocked` (near enough, but slopes or barriers leave no way), `cut_off` (on a road that leads
        to none of the others).
    """
    sides = []
    for side, table in (("origin", origins), ("destination", destinations)):
        arriving = side == "destination"
        minutes, _ = (nearest_home if arriving else nearest_institution)(way, origins, destinations, cache)
        joined = ways(way, degrees(table), cache, arriving=arriving)
        sides.append(_told(way, table, np.flatnonzero(np.isinf(minutes)), joined).assign(side=side))
    found = pd.concat(sides, ignore_index=True)
    return pd.DataFrame(found[["side", "id", "lon", "lat", "nearest_road_km", "reason"]])


def _told(way: Roadway, points: pd.DataFrame, alone: Ints, joined: Access) -> pd.DataFrame:
    rows, rules = points.iloc[alone], way.rules
    xy = way.pieces.projection.to_metric(rows["lon"], rows["lat"]) if len(rows) else np.zeros((0, 2))
    near = nearest_entries(open_segments(way.pieces, way.open_to), xy, road=way.pieces.road, count=1, limit_m=np.inf)
    km = np.full(len(rows), np.inf)
    np.minimum.at(km, near.point, near.distance_m / 1000)
    flat_km = rules.access_limit_min / 60 * leg_kph(way.pieces, rules) / rules.local_sinuosity
    far = km > min(rules.access_limit_km, flat_km)
    reason = np.where(np.isin(alone, joined.point), "cut_off", np.where(far, "too_far", "blocked"))
    return pd.DataFrame(rows.assign(nearest_road_km=np.round(km, 2), reason=reason))

"""Ways cut at their junctions into roads, and roads into directed arcs."""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geodata.roads.network import CLASSES, Floats, Ints, RoadNetwork

EARTH_RADIUS_M: Final = 6_371_009.0  # as OSMnx
_FERRY: Final = CLASSES.index("ferry")


@dataclass(frozen=True, eq=False)
class Ways:
    """Ways as a source gives them.

    Attributes:
        way_id: (n_ways,) ids of the source.
        start: (n_ways + 1,) first vertex of each way.
        ref: (n_vertices,) node id of each vertex; equal ids are the same place.
        lon, lat: (n_vertices,) degrees; NaN where the source does not hold the node: the way is cut there.
        road_class, surface: (n_ways,) positions in `CLASSES` and `SURFACES`.
        kph: (n_ways, 2) given speed along and against the way, NaN where none.
        modes: (n_ways, 2) bits of `MODES` along and against the way.
        minutes: (n_ways,) time a ferry takes for the whole way, NaN where none.
        length_m: (n_ways,) given length of the whole way, NaN to measure it.
    """

    way_id: Ints
    start: Ints
    ref: Ints
    lon: Floats
    lat: Floats
    road_class: npt.NDArray[np.int8]
    surface: npt.NDArray[np.int8]
    kph: Floats
    modes: npt.NDArray[np.uint8]
    minutes: Floats
    length_m: Floats


@dataclass(frozen=True, eq=False)
class _Roads:
    """Roads between junctions.

    Attributes:
        way: (n_roads,) the way each belongs to.
        start: (n_roads + 1,) first vertex of each shape.
        node: (n_shape,) node of each vertex, position in the sorted ids.
        lon, lat: (n_shape,) degrees.
        length_m: (n_roads,) along the shape.
    """

    way: Ints
    start: Ints
    node: Ints
    lon: Floats
    lat: Floats
    length_m: Floats


def great_circle_m(lon0: Floats, lat0: Floats, lon1: Floats, lat1: Floats) -> Floats:
    """Metres between points in degrees, on a sphere, as OSMnx measures."""
    y0, y1 = np.radians(lat0), np.radians(lat1)
    half = np.sin((y1 - y0) / 2) ** 2 + np.cos(y0) * np.cos(y1) * np.sin(np.radians(lon1 - lon0) / 2) ** 2
    distance: Floats = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1, half)))
    return distance


def network_of(ways: Ways, *, source: str) -> RoadNetwork:
    """Roads between junctions (vertices of two ways or twice in one, ends of ways) and their arcs.

    Nothing is contracted: a road ends where its way ends, also where another way goes on.
    """
    ids, node = np.unique(ways.ref, return_inverse=True)
    roads = _cut(ways, node.ravel())
    ways = _timed(_measured(ways, roads))
    roads = replace(roads, length_m=roads.length_m * _given_over_measured(ways, roads))
    return _arcs(ways, roads, ids, source)


def _cut(ways: Ways, node: Ints) -> _Roads:
    """Pieces of ways between junctions."""
    way = np.repeat(np.arange(len(ways.way_id)), np.diff(ways.start))
    held = np.isfinite(ways.lon) & np.isfinite(ways.lat)
    begins = np.ones(len(way), bool)  # a vertex not tied to the one before it
    begins[1:] = (way[1:] != way[:-1]) | ~held[:-1]
    part = np.cumsum(begins)
    kept = held.copy()
    kept[1:] &= (node[1:] != node[:-1]) | (part[1:] != part[:-1])
    node, part, way = node[kept], part[kept], way[kept]
    lon, lat = ways.lon[kept], ways.lat[kept]
    joined = part[1:] == part[:-1]
    end = ~np.concatenate([[False], joined]) | ~np.concatenate([joined, [False]])
    at = np.flatnonzero(end | (np.bincount(node, minlength=1)[node] > 1))
    whole = part[at[1:]] == part[at[:-1]]
    first, last = at[:-1][whole], at[1:][whole]
    start = np.concatenate([[0], np.cumsum(last - first + 1)])
    vertex = np.arange(start[-1]) + np.repeat(first - start[:-1], last - first + 1)
    shape_lon, shape_lat = lon[vertex], lat[vertex]
    step = great_circle_m(shape_lon[:-1], shape_lat[:-1], shape_lon[1:], shape_lat[1:])
    step[start[1:-1] - 1] = 0.0  # from the end of one road to the start of the next
    length = np.add.reduceat(step, start[:-1]) if len(first) else np.zeros(0)
    return _Roads(way[first], start, node[vertex], shape_lon, shape_lat, length)


def _measured(ways: Ways, roads: _Roads) -> Ways:
    """The ways with the length that is known for each: the given one, else the measured one."""
    measured = np.bincount(roads.way, roads.length_m, minlength=len(ways.way_id))
    return replace(ways, length_m=np.where(np.isnan(ways.length_m), measured, ways.length_m))


def _timed(ways: Ways) -> Ways:
    """The ways with the speed of ferries whose time is known."""
    known = (ways.road_class == _FERRY) & (ways.minutes > 0) & (ways.length_m > 0)
    speed = np.where(known, ways.length_m / 1000 / (np.where(known, ways.minutes, 1.0) / 60), np.nan)
    return replace(ways, kph=np.where(known[:, None], speed[:, None], ways.kph))


def _given_over_measured(ways: Ways, roads: _Roads) -> Floats:
    """What turns measured into given lengths, by road."""
    measured = np.bincount(roads.way, roads.length_m, minlength=len(ways.way_id))
    factor: Floats = np.where(measured > 0, ways.length_m / np.where(measured > 0, measured, 1.0), 1.0)[roads.way]
    return factor


def _arcs(ways: Ways, roads: _Roads, ids: Ints, source: str) -> RoadNetwork:
    """Both directions of every road, as far as somebody may use them; nodes are numbered by their ids."""
    n = len(roads.way)
    modes = ways.modes[roads.way]
    along, against = np.flatnonzero(modes[:, 0]), np.flatnonzero(modes[:, 1])
    road = np.concatenate([along, against])
    direction = np.repeat([0, 1], [len(along), len(against)])
    ends = np.column_stack([roads.node[roads.start[:-1]], roads.node[roads.start[1:] - 1]]).reshape(n, 2)
    used, position = np.unique(ends, return_inverse=True)
    position = position.reshape(n, 2)
    place = np.zeros(len(ids), np.int64)
    place[roads.node] = np.arange(len(roads.node))  # any vertex at the node
    way = roads.way[road]
    return frozen(
        RoadNetwork(
            lon=roads.lon[place[used]],
            lat=roads.lat[place[used]],
            tail=position[road, direction],
            head=position[road, 1 - direction],
            length_m=roads.length_m[road],
            speed_kph=ways.kph[way, direction],
            road_class=ways.road_class[way],
            surface=ways.surface[way],
            modes=modes[road, direction],
            road=road,
            backward=direction == 1,
            shape_start=roads.start,
            shape_lon=roads.lon,
            shape_lat=roads.lat,
            node_id=ids[used],
            way_id=ways.way_id[roads.way],
            straightened=False,
            source=source,
        )
    )


def frozen(network: RoadNetwork) -> RoadNetwork:
    """The network with arrays that cannot be written, of the types its fields promise."""
    small: dict[str, type] = {"road_class": np.int8, "surface": np.int8, "modes": np.uint8, "backward": np.bool_}
    floats = ("lon", "lat", "length_m", "speed_kph", "shape_lon", "shape_lat")
    arrays: dict[str, Any] = {}
    for name, array in network.arrays().items():
        arrays[name] = np.array(array, np.float64 if name in floats else small.get(name, np.int64))
        arrays[name].flags.writeable = False
    return replace(network, **arrays)

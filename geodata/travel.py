"""Minutes from home to institution.

A trip is: a local leg to the main road, the main road, a local leg to the institution; or one local leg
all the way where that is quicker. Roads are cut into short pieces first, so a village joins the road where
it passes, not at a junction hundreds of kilometres away. All speeds are assumptions of `TravelRules`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geodata.crs import to_degrees, to_metric
from geodata.elevation import ElevationGrid
from geodata.errors import LayerError, both
from geodata.roads import RoadNetwork

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Progress = Callable[[str, float], None]


@dataclass(frozen=True)
class TravelRules:
    """Speeds and limits of a trip; the defaults and their marks stand in the assumption table.

    Attributes:
        main_road_kph, local_road_kph: speed on flat ground, kilometres an hour.
        main_road_sinuosity: length of a main road ÷ length of its straightened line.
        local_sinuosity: length of a local way ÷ straight line.
        hill_relief_m, mountain_relief_m: relief of the neighbourhood from which ground counts as hilly, mountainous.
        hill_factor, mountain_factor: share of the flat speed that remains.
        season_factor: share of the speed that remains in the season.
        boarding_min: minutes added to every trip for getting on and off with help.
        access_limit_km: farthest straight line from a place to the main road; beyond it no route is known.
        local_trip_km: farthest straight line of a trip on local roads only.
        ridge_m: a local leg that climbs more than this above both its ends does not exist.
    """

    main_road_kph: float
    local_road_kph: float
    main_road_sinuosity: float
    local_sinuosity: float
    hill_relief_m: float
    mountain_relief_m: float
    hill_factor: float
    mountain_factor: float
    season_factor: float
    boarding_min: float
    access_limit_km: float
    local_trip_km: float
    ridge_m: float


@dataclass(frozen=True)
class Closure:
    """A piece of road that is closed: every short piece whose middle lies within the radius."""

    closure_id: str
    lon: float
    lat: float
    radius_m: float


@dataclass(frozen=True)
class TravelGraph:
    """Short road pieces ready for shortest paths.

    Attributes:
        xy: (n, 2) metres in the metric CRS.
        minutes: (n, n) CSR of the minutes of each arc, tail to head.
    """

    xy: Floats
    minutes: csr_array


PIECE_M = 2_000.0
ENTRIES = 3  # road entries tried for each point: the nearest may lie behind a ridge
LEG_SAMPLES = 5


def travel_times(
    roads: RoadNetwork,
    origins: Floats,
    destinations: Floats,
    rules: TravelRules,
    elevation: ElevationGrid,
    *,
    closures: Sequence[Closure] = (),
    limit_min: float | None = None,
    progress: Progress | None = None,
) -> csr_array:
    """Minutes from every origin to every destination.

    Args:
        roads: the road network.
        origins: (n, 2) longitude and latitude in degrees.
        destinations: (m, 2) longitude and latitude in degrees.
        rules: speeds and limits.
        elevation: the ground.
        closures: roads that are closed.
        limit_min: pairs beyond this many minutes are left out; all pairs with a route when None.
        progress: called with a text and a share from 0 to 1.

    Returns:
        (n, m) CSR; a pair that is not stored has no known route (or lies beyond the limit).
    """
    graph = build_graph(roads, rules, elevation, closures)
    home, institution = to_metric(*origins.T), to_metric(*destinations.T)
    leave, arrive = (access_legs(p, graph, rules, elevation) for p in (home, institution))
    by_road = _by_road(graph, leave, arrive, len(home), progress)
    direct = local_trips(home, institution, rules, elevation)
    minutes = np.minimum(by_road, direct) + rules.boarding_min
    keep = np.isfinite(minutes) if limit_min is None else minutes <= limit_min
    row, column = np.nonzero(keep)
    return csr_array(coo_array((minutes[row, column], (row, column)), shape=minutes.shape))


def build_graph(
    roads: RoadNetwork, rules: TravelRules, elevation: ElevationGrid, closures: Sequence[Closure] = ()
) -> TravelGraph:
    """Cut the roads into pieces of about 2 km with minutes by terrain, without the closed ones.

    Raises:
        LayerError: when a closure touches no road, for then it would silently do nothing.
    """
    nodes = to_metric(roads.lon, roads.lat)
    a, b = nodes[roads.tail], nodes[roads.head]
    count = np.maximum(np.ceil(np.hypot(*(b - a).T) / PIECE_M), 1).astype(np.int64)
    arc = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(arc)) - np.repeat(np.cumsum(count) - count, count)
    span = (b - a)[arc] / count[arc, None]
    middle = a[arc] + span * (step[:, None] + 0.5)
    minutes = _piece_minutes(roads, rules, elevation, arc, count, middle)
    # The ends of closed pieces stay as entries that lead nowhere: a closure then never makes a trip shorter by
    # sending it to an entry that was not tried before.
    open_ = ~_closed(middle, closures)
    end, position = np.unique(_piece_ends(roads, count, arc, step), return_inverse=True)
    tail, head = position[: len(arc)], position[len(arc) :]
    xy = np.empty((len(end), 2))
    xy[tail], xy[head] = a[arc] + span * step[:, None], a[arc] + span * (step[:, None] + 1)
    return TravelGraph(xy, _quickest(tail[open_], head[open_], minutes[open_], len(end)))


def _piece_ends(roads: RoadNetwork, count: Ints, arc: Ints, step: Ints) -> Ints:
    """A number for each piece's two ends, the same for both directions of a road and its junctions."""
    low, high = np.minimum(roads.tail, roads.head), np.maximum(roads.tail, roads.head)
    twins = np.column_stack([low, high, np.rint(roads.length_m).astype(np.int64)])
    _, road = np.unique(twins, axis=0, return_inverse=True)  # parallel roads of other lengths stay apart
    forward = roads.tail < roads.head

    def key(at: Ints) -> Ints:
        along = np.where(forward[arc], at, count[arc] - at)
        inner = len(roads.lon) + road.ravel()[arc] * (int(count.max()) + 1) + along
        return np.where(at == 0, roads.tail[arc], np.where(at == count[arc], roads.head[arc], inner))

    return np.concatenate([key(step), key(step + 1)])


def _piece_minutes(
    roads: RoadNetwork, rules: TravelRules, elevation: ElevationGrid, arc: Ints, count: Ints, middle: Floats
) -> Floats:
    stretch = rules.main_road_sinuosity if roads.straightened else 1.0
    flat = np.where(np.isnan(roads.speed_kph), rules.main_road_kph, roads.speed_kph)[arc]
    kph = flat * terrain_factor(middle, rules, elevation) * rules.season_factor
    return np.asarray((roads.length_m / count)[arc] * stretch / 1000 / kph * 60)


def terrain_factor(xy: Floats, rules: TravelRules, elevation: ElevationGrid) -> Floats:
    """Share of the flat speed at metric points: 1, the hill factor or the mountain factor."""
    relief = elevation.relief_at(*to_degrees(xy).T)
    factors = [rules.mountain_factor, rules.hill_factor]
    return np.select([relief >= rules.mountain_relief_m, relief >= rules.hill_relief_m], factors, 1.0)


def _closed(middle: Floats, closures: Sequence[Closure]) -> npt.NDArray[np.bool_]:
    closed = np.zeros(len(middle), bool)
    for closure in closures:
        touched = np.hypot(*(middle - to_metric(closure.lon, closure.lat)).T) <= closure.radius_m
        if not touched.any():
            fault = both(
                f"closure '{closure.closure_id}' touches no road within {closure.radius_m:.0f} m",
                f"封路“{closure.closure_id}”：{closure.radius_m:.0f} 米内没有道路；请核对位置和半径",
            )
            raise LayerError([fault])
        closed |= touched
    return closed


def _quickest(tail: Ints, head: Ints, minutes: Floats, n: int) -> csr_array:
    """A CSR matrix that keeps the quickest of parallel arcs; no arc takes zero minutes."""
    order = np.lexsort((minutes, head, tail))
    tail, head, minutes = tail[order], head[order], np.maximum(minutes[order], 1e-6)
    first = np.ones(len(tail), bool)
    first[1:] = (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])
    return csr_array(coo_array((minutes[first], (tail[first], head[first])), shape=(n, n)))


def local_minutes(start: Floats, end: Floats, rules: TravelRules, elevation: ElevationGrid) -> Floats:
    """Minutes of local legs between metric points (n, 2); inf where a ridge lies between."""
    length_km = np.hypot(*(end - start).T) / 1000 * rules.local_sinuosity
    at = [start + (end - start) * t for t in np.linspace(0, 1, LEG_SAMPLES)]
    slow = np.mean([1 / terrain_factor(p, rules, elevation) for p in at], axis=0)
    height = np.array([elevation.height_at(*to_degrees(p).T) for p in at])
    climb = height.max(axis=0) - np.maximum(height[0], height[-1])
    minutes = length_km / (rules.local_road_kph * rules.season_factor) * 60 * slow
    return np.where(climb > rules.ridge_m, np.inf, minutes)


def access_legs(xy: Floats, graph: TravelGraph, rules: TravelRules, elevation: ElevationGrid) -> csr_array:
    """Local legs between points and the nearest pieces of road.

    Returns:
        (n, pieces) CSR of minutes; a row without entry is farther from any road than the limit.
    """
    reach = np.nextafter(rules.access_limit_km * 1000, np.inf)  # the tree leaves out its bound, the limit is within
    distance, near = cKDTree(graph.xy).query(xy, k=ENTRIES, distance_upper_bound=reach)
    row, k = np.nonzero(np.isfinite(distance))
    column = np.asarray(near)[row, k]
    minutes = local_minutes(xy[row], graph.xy[column], rules, elevation)
    keep = np.isfinite(minutes)
    legs = (np.maximum(minutes[keep], 1e-6), (row[keep], column[keep]))
    return csr_array(coo_array(legs, shape=(len(xy), len(graph.xy))))


def _by_road(graph: TravelGraph, leave: csr_array, arrive: csr_array, n: int, progress: Progress | None) -> Floats:
    """Dense minutes (n, m) over the main road: Dijkstra backwards from each institution's road entries."""
    backwards = csr_array(graph.minutes.T)
    out = np.full((n, arrive.shape[0]), np.inf)
    first, last = leave.indptr[:-1], leave.indptr[1:]
    rows = np.flatnonzero(last > first)
    for site in range(arrive.shape[0]):
        entry = slice(arrive.indptr[site], arrive.indptr[site + 1])
        pieces, legs = arrive.indices[entry], arrive.data[entry]
        if len(pieces):
            to_piece = dijkstra(backwards, indices=pieces)
            best = (to_piece + legs[:, None]).min(axis=0)
            trip = leave.data + best[leave.indices]
            out[rows, site] = np.minimum.reduceat(trip, first[rows])
        if progress and site % 50 == 0:
            progress("travel_times", site / arrive.shape[0])
    return out


def local_trips(home: Floats, institution: Floats, rules: TravelRules, elevation: ElevationGrid) -> Floats:
    """Dense minutes (n, m) of trips on local roads only; inf beyond their reach."""
    out = np.full((len(home), len(institution)), np.inf)
    tree = cKDTree(home)
    for site, xy in enumerate(institution):
        row = np.asarray(tree.query_ball_point(xy, rules.local_trip_km * 1000), np.int64)
        if len(row):
            out[row, site] = local_minutes(home[row], np.broadcast_to(xy, (len(row), 2)), rules, elevation)
    return out

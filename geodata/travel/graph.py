"""Roads cut into short pieces, and the minutes that each piece takes.

Cutting depends on the roads and the ground only; minutes depend on the rules and closures too. So a second season,
another speed or a closed pass starts from the same pieces.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numba
import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geodata.crs import Projection, projection_for
from geodata.elevation import ElevationGrid
from geodata.errors import LayerError, both
from geodata.roads.network import RoadNetwork
from geodata.travel.closures import Closure
from geodata.travel.entries import Segments
from geodata.travel.kernel import space_order
from geodata.travel.rules import FERRY, TravelRules

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

PIECE_M: Final = 2_000.0
STEEPEST_ROAD: Final = 0.12  # climbs beyond this are the grid's coarseness, not the road's
SLOWEST_CLIMB: Final = 1 / 3  # share of its speed that a car keeps on the steepest road


@dataclass(frozen=True, eq=False)
class Pieces:
    """Road pieces of at most about 2 km between points where one may turn or the piece was cut.

    Attributes:
        projection: the metric system.
        xy: (n, 2) metres of the ends, along a space-filling curve so that neighbours lie close in memory.
        tail, head: (p,) ends.
        length_m: (p,) metres as the source gives them.
        road: (p,) the road each piece belongs to.
        road_class, surface: (p,) positions in `CLASSES` and `SURFACES`.
        modes: (p, 2) who may go from tail to head, and back.
        speed_kph: (p, 2) tagged speeds, NaN where there are none.
        relief_m: (p,) relief of the ground around the middle; 0 without elevation.
        grade: (p,) climb from tail to head ÷ length, within ±`STEEPEST_ROAD`.
        segments: the straight bits of the shapes.
        straightened: main roads only, as straight lines.
    """

    projection: Projection
    xy: Floats
    tail: Ints
    head: Ints
    length_m: Floats
    road: Ints
    road_class: npt.NDArray[np.int8]
    surface: npt.NDArray[np.int8]
    modes: npt.NDArray[np.uint8]
    speed_kph: Floats
    relief_m: Floats
    grade: Floats
    segments: Segments
    straightened: bool

    @property
    def middle(self) -> Floats:
        """(p, 2) metres: the middle of the straight line between the ends of each piece."""
        return (self.xy[self.tail] + self.xy[self.head]) / 2


def cut(roads: RoadNetwork, elevation: ElevationGrid | None) -> Pieces:
    """Cut roads into pieces with the ground under them.

    Raises:
        LayerError: when the elevation does not cover the roads.
    """
    if elevation is not None:
        elevation.require_cover(roads.lon, roads.lat, both("roads", "道路"))
    projection = projection_for(roads.shape_lon, roads.shape_lat)
    shape = projection.to_metric(roads.shape_lon, roads.shape_lat)
    count = _piece_counts(roads.shape_start, shape)
    first = np.concatenate([[0], np.cumsum(count)])
    a, b, piece, start, end = _segments(roads.shape_start, shape, count, first[:-1])
    road = np.repeat(np.arange(len(count)), count)
    node, ends = _ends(roads, count, first)
    xy = np.empty((ends, 2))
    inner = start > 0  # a segment that begins inside its piece gives no end
    xy[node[piece[~inner], 0]] = a[~inner]
    xy[: len(roads.lon)] = projection.to_metric(roads.lon, roads.lat)
    order = space_order(xy)
    rank = np.empty(ends, np.int64)
    rank[order] = np.arange(ends)
    tail, head = rank[node].T
    attributes = _attributes(roads, road, count)
    relief, grade = _ground(projection, xy[order], tail, head, attributes[0], elevation)
    segments = Segments(a, b, piece, start, end)
    return Pieces(
        projection, xy[order], tail, head, attributes[0], road, *attributes[1:], relief, grade, segments,
        roads.straightened,
    )  # fmt: skip


def _piece_counts(shape_start: Ints, shape: Floats) -> Ints:
    """Pieces of each road: the fewest of at most 2 km."""
    step = np.hypot(*np.diff(shape, axis=0).T) if len(shape) > 1 else np.zeros(0)
    along = np.concatenate([[0.0], np.cumsum(step)])
    length = along[shape_start[1:] - 1] - along[shape_start[:-1]]
    return np.asarray(np.maximum(np.ceil(length / PIECE_M), 1), np.int64)


def _ends(roads: RoadNetwork, count: Ints, first: Ints) -> tuple[Ints, int]:
    """(p, 2) the two ends of each piece: junctions, or new points between the pieces of one road; and their number."""
    start, stop = np.empty(len(count), np.int64), np.empty(len(count), np.int64)
    start[roads.road] = np.where(roads.backward, roads.head, roads.tail)
    stop[roads.road] = np.where(roads.backward, roads.tail, roads.head)
    cuts = np.concatenate([[0], np.cumsum(count - 1)])
    road = np.repeat(np.arange(len(count)), count)
    step = np.arange(len(road)) - first[road]
    new = len(roads.lon) + cuts[road] + step
    ends = np.column_stack(
        [np.where(step == 0, start[road], new - 1), np.where(step == count[road] - 1, stop[road], new)]
    )
    return ends, len(roads.lon) + int(cuts[-1])


@numba.njit(cache=True)  # type: ignore[misc,unused-ignore]
def _segments(
    shape_start: Ints, shape: Floats, count: Ints, first: Ints
) -> tuple[Floats, Floats, Ints, Floats, Floats]:
    """Straight bits of the shapes, cut where the pieces are cut, with their share of the piece at both ends."""
    room = len(shape) + int(count.sum())
    a, b = np.empty((room, 2)), np.empty((room, 2))
    piece, start, end = np.empty(room, np.int64), np.empty(room), np.empty(room)
    n = 0
    for road in range(len(count)):
        low, high = shape_start[road], shape_start[road + 1]
        total = 0.0
        for v in range(low, high - 1):
            total += np.hypot(shape[v + 1, 0] - shape[v, 0], shape[v + 1, 1] - shape[v, 1])
        each = total / count[road]
        k, along = 0, 0.0  # piece within the road, metres since its beginning
        for v in range(low, high - 1):
            x, y = shape[v, 0], shape[v, 1]
            left = np.hypot(shape[v + 1, 0] - x, shape[v + 1, 1] - y)
            while True:
                space = each - along
                last = k == count[road] - 1
                step = left if last or left <= space else space
                share = step / left if left > 0 else 1.0
                x2 = shape[v + 1, 0] if step == left else x + (shape[v + 1, 0] - x) * share
                y2 = shape[v + 1, 1] if step == left else y + (shape[v + 1, 1] - y) * share
                a[n, 0], a[n, 1], b[n, 0], b[n, 1] = x, y, x2, y2
                piece[n] = first[road] + k
                start[n] = along / each if each > 0 else 0.0
                along += step
                end[n] = min(along / each, 1.0) if each > 0 else 1.0
                n += 1
                left -= step
                x, y = x2, y2
                if left <= 0 or (not last and step < space):
                    break
                k, along = k + 1, 0.0
    return a[:n], b[:n], piece[:n], start[:n], end[:n]


def _attributes(
    roads: RoadNetwork, road: Ints, count: Ints
) -> tuple[Floats, npt.NDArray[np.int8], npt.NDArray[np.int8], npt.NDArray[np.uint8], Floats]:
    """Length, class, surface, modes and tagged speeds of each piece from the arcs along its road."""
    n = len(count)
    length = np.zeros(n)
    kind, surface = np.zeros(n, np.int8), np.zeros(n, np.int8)
    modes, speed = np.zeros((n, 2), np.uint8), np.full((n, 2), np.nan)
    way = roads.backward.astype(np.int64)
    length[roads.road] = roads.length_m
    kind[roads.road], surface[roads.road] = roads.road_class, roads.surface
    modes[roads.road, way], speed[roads.road, way] = roads.modes, roads.speed_kph
    return (length / count)[road], kind[road], surface[road], modes[road], speed[road]


def _ground(
    projection: Projection, xy: Floats, tail: Ints, head: Ints, length_m: Floats, elevation: ElevationGrid | None
) -> tuple[Floats, Floats]:
    """Relief around the middle of each piece and its grade from tail to head; zeros without elevation."""
    if elevation is None:
        return np.zeros(len(tail)), np.zeros(len(tail))
    relief = elevation.relief_at(*projection.to_degrees((xy[tail] + xy[head]) / 2).T)
    height = elevation.smooth_height_at(*projection.to_degrees(xy).T)
    lon, lat = projection.to_degrees(xy).T
    elevation.require_cover(lon, lat, both("roads", "道路"))
    grade = (height[head] - height[tail]) / np.maximum(length_m, PIECE_M / 10)  # a short bridge is no cliff
    return relief, np.clip(grade, -STEEPEST_ROAD, STEEPEST_ROAD)


def terrain_at(relief_m: Floats, rules: TravelRules) -> Ints:
    """Positions in `TERRAINS`: flat, hill or mountain from the exact relief on."""
    return (relief_m >= rules.hill_relief_m).astype(np.int64) + (relief_m >= rules.mountain_relief_m)


def slope_share(grade: Floats, rules: TravelRules) -> Floats:
    """Share of the flat speed that remains on a slope (climb ÷ way, downhill negative).

    Walkers and wheelchairs: Tobler 1993, exp(-3.5 |s + 0.05|) over its value on flat ground. Cars lose
    `grade_slowing` per unit beyond `grade_free`, uphill and downhill.
    """
    if rules.on_foot:
        return np.asarray(np.exp(-3.5 * (np.abs(grade + 0.05) - 0.05)))
    lost = rules.grade_slowing * np.maximum(np.abs(grade) - rules.grade_free, 0)
    return np.maximum(1 - lost, SLOWEST_CLIMB)


def piece_minutes(pieces: Pieces, rules: TravelRules, closed: Bools | None = None) -> Floats:
    """(p, 2) minutes from tail to head and back; inf where the profile may not or cannot go, or the road is closed."""
    terrain = terrain_at(pieces.relief_m, rules)
    tagged = pieces.speed_kph
    sides = [rules.road_kph(pieces.road_class, pieces.surface, terrain, tagged[:, side]) for side in (0, 1)]
    slope = np.column_stack([slope_share(pieces.grade, rules), slope_share(-pieces.grade, rules)])
    kph = np.column_stack(sides) * np.where(pieces.road_class[:, None] == FERRY, 1.0, slope)
    passable = ((pieces.modes & rules.mode) > 0) & (kph > 0)
    if closed is not None:
        passable &= ~closed[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        minutes = way_m(pieces, rules)[:, None] / 1000 / kph * 60
    return np.where(passable, minutes, np.inf)


def way_m(pieces: Pieces, rules: TravelRules) -> Floats:
    """(p,) metres that one drives: longer than the source says where it straightened the roads."""
    if not pieces.straightened:
        return pieces.length_m
    hilly = terrain_at(pieces.relief_m, rules) > 0
    return pieces.length_m * np.where(hilly, rules.main_road_sinuosity_hilly, rules.main_road_sinuosity)


def closed_pieces(pieces: Pieces, closures: Sequence[Closure]) -> Bools:
    """(p,) True for the pieces that closures close.

    Raises:
        LayerError: for each closure that touches no road, for then it would silently do nothing.
    """
    middle = pieces.middle
    closed, faults = np.zeros(len(middle), bool), []
    for closure in closures:
        centre = pieces.projection.to_metric(closure.lon, closure.lat)
        touched = np.hypot(*(middle - centre).T) <= closure.radius_m
        if not touched.any():
            faults.append(
                both(
                    f"closure '{closure.closure_id}' touches no road within {closure.radius_m:.0f} m",
                    f"封路“{closure.closure_id}”：{closure.radius_m:.0f} 米内没有道路；请核对位置和半径",
                )
            )
        closed |= touched
    if faults:
        raise LayerError(faults)
    return closed


def usable(pieces: Pieces, minutes: Floats, smallest_part: float) -> Bools:
    """(p,) pieces that people may start from: passable, and both ends in strongly connected parts that are no islands.

    Args:
        minutes: (p, 2) of `piece_minutes` with nothing closed, so that a closure changes no entry.
        smallest_part: share of the longest part's length below which a part is an island.
    """
    passable = np.isfinite(minutes)
    any_way = passable.any(axis=1)
    if smallest_part <= 0:
        return np.asarray(any_way)
    part = parts(pieces, passable)
    inside = any_way & (part[pieces.tail] == part[pieces.head])
    length = np.bincount(part[pieces.tail[inside]], pieces.length_m[inside], minlength=int(part.max()) + 1)
    big = length >= smallest_part * length.max()
    return np.asarray(any_way & big[part[pieces.tail]] & big[part[pieces.head]])


def parts(pieces: Pieces, passable: Bools) -> Ints:
    """(n,) the strongly connected part of each end."""
    tail = np.concatenate([pieces.tail[passable[:, 0]], pieces.head[passable[:, 1]]])
    head = np.concatenate([pieces.head[passable[:, 0]], pieces.tail[passable[:, 1]]])
    n = len(pieces.xy)
    arcs = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(n, n)).tocsr()
    return np.asarray(connected_components(arcs, directed=True, connection="strong")[1], np.int64)

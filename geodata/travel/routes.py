"""One trip in full: the way along the roads, its kilometres and its line."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely import LineString

from geodata.travel.access import Access, legs
from geodata.travel.graph import way_m
from geodata.travel.times import Roadway, degrees, ways

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Route:
    """The quickest trip over the roads between two points.

    Attributes:
        minutes: of the whole trip, boarding and ways to the road included.
        road_km: along the roads, where the source straightened them with the detour of the rules.
        line: the way from point to point, EPSG:4326; ways to the road are straight lines.
    """

    minutes: float
    road_km: float
    line: LineString


def shortest_route(
    way: Roadway, origin: npt.ArrayLike, destination: npt.ArrayLike, cache: Path | None = None
) -> Route | None:
    """The quickest trip over the roads from one point to another; None without a known route.

    Args:
        origin, destination: (2,) longitude and latitude in degrees.
    """
    pieces, minutes = way.pieces, way.minutes
    leave, arrive = (ways(way, degrees(p), cache, arriving=a) for p, a in ((origin, False), (destination, True)))
    start, stop = (legs(x, pieces, minutes, arriving=a) for x, a in ((leave, False), (arrive, True)))
    if not len(start.node) or not len(stop.node):
        return None
    arcs = way.arcs()
    n = len(pieces.xy)
    graph = csr_array((arcs.minutes, arcs.head, arcs.start), shape=(n, n))
    reached, before = dijkstra(graph, indices=start.node, return_predecessors=True)
    total = start.minutes[:, None] + reached[:, stop.node] + stop.minutes[None, :]
    i, j = np.unravel_index(np.argmin(total), total.shape)
    if not np.isfinite(total[i, j]):
        return None
    nodes = [int(stop.node[j])]
    while nodes[-1] != start.node[i]:
        nodes.append(int(before[i, nodes[-1]]))
    nodes.reverse()
    ends = ((leave, int(start.node[i]), float(start.minutes[i])), (arrive, nodes[-1], float(stop.minutes[j])))
    off_km = sum(_partial_m(way, a, node, spent) for a, node, spent in ends) / 1000
    metres, line = _along(way, nodes)
    points = [np.asarray(origin, float).reshape(1, 2), pieces.projection.to_degrees(line)]
    shape = np.concatenate([*points, np.asarray(destination, float).reshape(1, 2)])
    return Route(float(total[i, j]) + way.rules.boarding_min, metres / 1000 + off_km, LineString(shape))


def _partial_m(way: Roadway, joined: Access, node: int, spent: float) -> float:
    """Metres along the piece between the place where the road is met and the end that the trip uses."""
    pieces = way.pieces
    tail = pieces.tail[joined.piece] == node
    head = pieces.head[joined.piece] == node
    share = np.where(tail, joined.fraction, np.where(head, 1 - joined.fraction, np.inf))
    fits = np.flatnonzero(np.isfinite(share) & (joined.minutes <= spent + 1e-9))
    if not len(fits):
        return 0.0
    best = fits[np.argmin(joined.minutes[fits] + share[fits])]
    return float(share[best] * way_m(pieces, way.rules)[joined.piece[best]])


def _along(way: Roadway, nodes: list[int]) -> tuple[float, Floats]:
    """Metres and metric vertices of the way over consecutive nodes."""
    pieces = way.pieces
    metres, line = 0.0, [pieces.xy[nodes[0]]]
    length = way_m(pieces, way.rules)
    for u, v in pairwise(nodes):
        forth = np.flatnonzero((pieces.tail == u) & (pieces.head == v))
        back = np.flatnonzero((pieces.tail == v) & (pieces.head == u))
        cost = np.concatenate([way.minutes[forth, 0], way.minutes[back, 1]])
        k = int(np.argmin(cost))
        piece = int(np.concatenate([forth, back])[k])
        metres += float(length[piece])
        own = np.flatnonzero(pieces.segments.piece == piece)
        ends = pieces.segments.b[own] if k < len(forth) else pieces.segments.a[own][::-1]
        line += list(ends)
    return metres, np.array(line)

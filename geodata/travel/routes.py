"""One trip in full: the way along the roads, its kilometres and its line."""

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely import LineString

from geodata.travel.access import Access, quickest
from geodata.travel.graph import way_m
from geodata.travel.times import Roadway, degrees, ways

Floats = npt.NDArray[np.float64]

LEAST_MIN: Final = 1e-9  # a way of no length is still a way


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
    ends = np.concatenate([degrees(origin), degrees(destination)])
    leave, arrive = (ways(way, ends[i : i + 1], cache, arriving=i == 1) for i in (0, 1))
    split = _split(way, leave, arrive)
    found = dijkstra(split.graph, indices=np.array([split.start]), return_predecessors=True)
    reached, before = np.asarray(found[0][0]), np.asarray(found[1][0])
    if not np.isfinite(reached[split.stop]):
        return None
    nodes = [split.stop]
    while nodes[-1] != split.start:
        nodes.append(int(before[nodes[-1]]))
    nodes.reverse()
    metres, line = 0.0, [ends[0]]
    for u, v in pairwise(nodes[1:-1]):
        on_way, bends = _along(way, split, u, v)
        metres += on_way
        line += list(way.pieces.projection.to_degrees(bends))
    shape = LineString(np.array([*line, ends[1]]))
    return Route(float(reached[split.stop]) + way.rules.boarding_min, metres / 1000, shape)


@dataclass(frozen=True, eq=False)
class _Split:
    """The graph with the places where the roads are met as nodes of their own, and the two ends of the trip.

    Attributes:
        piece, first, last: of each arc along a road: the piece and the shares of it where the arc begins and ends.
        key, arc: of each arc, ascending: its two nodes as one number, the quickest of parallel arcs first; and which.
    """

    graph: csr_array
    start: int
    stop: int
    piece: npt.NDArray[np.int64]
    first: Floats
    last: Floats
    key: npt.NDArray[np.int64]
    arc: npt.NDArray[np.int64]


def _split(way: Roadway, leave: Access, arrive: Access) -> _Split:
    pieces, n = way.pieces, len(way.pieces.xy)
    piece = np.concatenate([leave.piece, arrive.piece])
    share = np.concatenate([leave.fraction, arrive.fraction])
    node = n + np.arange(len(piece))
    rows: list[tuple[int, int, int, float, float]] = []
    for p in np.unique(piece):
        here = np.flatnonzero(piece == p)
        here = here[np.argsort(share[here], kind="stable")]
        stops = [int(pieces.tail[p]), *node[here].tolist(), int(pieces.head[p])]
        at = [0.0, *share[here].tolist(), 1.0]
        for i in range(len(at) - 1):
            rows.append((stops[i], stops[i + 1], int(p), at[i], at[i + 1]))
            rows.append((stops[i + 1], stops[i], int(p), at[i + 1], at[i]))
    every = np.arange(len(pieces.tail))
    tail = np.concatenate([pieces.tail, pieces.head, [r[0] for r in rows]]).astype(np.int64)
    head = np.concatenate([pieces.head, pieces.tail, [r[1] for r in rows]]).astype(np.int64)
    of = np.concatenate([every, every, [r[2] for r in rows]]).astype(np.int64)
    first = np.concatenate([np.zeros(len(every)), np.ones(len(every)), [r[3] for r in rows]])
    last = np.concatenate([np.ones(len(every)), np.zeros(len(every)), [r[4] for r in rows]])
    with np.errstate(invalid="ignore"):  # no way at all, of a piece that nobody may use
        minutes = np.abs(last - first) * way.minutes[of, (last < first).astype(np.int64)]
    open_ = np.isfinite(way.minutes[of]).any(axis=1)
    minutes = np.where(last == first, np.where(open_, 0.0, np.inf), minutes)  # two entries at one place
    start, stop = n + len(piece), n + len(piece) + 1
    off = len(leave.piece)
    ways_ = quickest(
        np.concatenate([tail, np.full(off, start), node[off:]]),
        np.concatenate([head, node[:off], np.full(len(arrive.piece), stop)]),
        np.maximum(np.concatenate([minutes, leave.minutes, arrive.minutes]), LEAST_MIN),
        (stop + 1, stop + 1),
    )
    key = tail * (stop + 1) + head
    order = np.lexsort((minutes, key))
    return _Split(ways_, start, stop, of, first, last, key[order], order)


def _along(way: Roadway, split: _Split, u: int, v: int) -> tuple[float, Floats]:
    """Metres and metric vertices of the way from one node to the next."""
    k = split.arc[np.searchsorted(split.key, u * split.graph.shape[0] + v)]
    piece, first, last = int(split.piece[k]), float(split.first[k]), float(split.last[k])
    s = way.pieces.segments
    own = np.flatnonzero(s.piece == piece)
    at = np.concatenate([s.from_[own], s.to[own][-1:]])
    shape = np.concatenate([s.a[own], s.b[own][-1:]])
    low, high = min(first, last), max(first, last)
    inner = shape[(at > low) & (at < high)]
    ends = [np.array([np.interp(x, at, shape[:, 0]), np.interp(x, at, shape[:, 1])]) for x in (low, high)]
    line = np.array([ends[0], *inner, ends[1]])
    metres = (high - low) * float(way_m(way.pieces, way.rules)[piece])
    return metres, line if last >= first else line[::-1]

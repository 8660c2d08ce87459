"""Minutes from home to institution.

A trip is: a way to the road, the road, a way to the institution; or one way all along where that is quicker.
`prepare` turns places into a graph with seeds and targets, `minutes_table` runs the kernel over it. Whatever did
not change since the last run (pieces, ways to the road, finished chunks) is taken from the cache.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import psutil
from scipy.sparse import csr_array, vstack

from geodata.errors import LayerError, both
from geodata.roads.network import RoadNetwork
from geodata.store import digest, forget, kept
from geodata.travel.access import Access, access, direct, legs
from geodata.travel.closures import Closure
from geodata.travel.graph import Pieces, closed_pieces, cut, parts, piece_minutes, usable
from geodata.travel.ground import Ground
from geodata.travel.kernel import Arcs, Legs, arcs_by_tail, reversed_arcs, table
from geodata.travel.rules import TravelRules, travel_rules

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Progress = Callable[[str, float], None]

CHUNK: Final = 256  # sources a chunk: a stopped run loses at most the chunks in hand
LARGEST_SHARE: Final = 0.5  # of the length: what the longest connected part of usable roads must hold
SAMPLE: Final = 8  # sources run first to see how large the table will be
PAIR_BYTES: Final = 40  # a pair in the kernel's buffer, in the chunk and in the finished table


@dataclass(frozen=True, eq=False)
class Roadway:
    """Roads and ground made ready for one set of rules.

    Attributes:
        key: fingerprints of roads and ground.
        minutes: (p, 2) minutes of each piece with the closures in force.
        open_to: (p,) pieces that people may start from.
    """

    pieces: Pieces
    rules: TravelRules
    ground: Ground | None
    key: tuple[str, ...]
    minutes: Floats
    open_to: npt.NDArray[np.bool_]

    def arcs(self) -> Arcs:
        """The directed graph of the passable pieces."""
        return graph_arcs(self.pieces, self.minutes)


@dataclass(frozen=True, eq=False)
class Trips:
    """Everything a table of minutes is made from: positions and numbers only.

    Attributes:
        arcs: the graph in the direction of the search.
        sources, targets: ways on to and off the graph; boarding is part of the sources' ways.
        direct: (sources, targets) minutes that need no graph.
        limit_min: longest trip that is stored.
        turned: the search runs from the destinations, so the table is turned round at the end.
    """

    arcs: Arcs
    sources: Legs
    targets: Legs
    direct: csr_array
    limit_min: float
    turned: bool

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of sources and targets."""
        return len(self.sources.start) - 1, len(self.targets.start) - 1

    def digest(self) -> str:
        """One key of everything in here."""
        legs_ = [f for side in (self.sources, self.targets) for f in (side.start, side.node, side.minutes)]
        own = (self.arcs.start, self.arcs.head, self.arcs.minutes, *legs_)
        straight = (self.direct.indptr, self.direct.indices, self.direct.data)
        return digest(("table", *own, *straight, self.limit_min, self.turned))


def travel_times(
    roads: RoadNetwork,
    origins: npt.ArrayLike,
    destinations: npt.ArrayLike,
    rules: TravelRules | None = None,
    ground: Ground | None = None,
    *,
    closures: Sequence[Closure] = (),
    limit_min: float | None = None,
    cache: Path | None = None,
    progress: Progress | None = None,
) -> csr_array:
    """Minutes from every origin to every destination.

    Args:
        roads: the road network.
        origins: (n, 2) longitude and latitude in degrees.
        destinations: (m, 2) longitude and latitude in degrees.
        rules: speeds and limits; those of a car in summer when None.
        ground: elevation, land cover and barriers; without it ways to the road are straight lines with a detour
            factor, and slopes count as flat.
        closures: roads that are closed.
        limit_min: pairs beyond this many minutes are left out (exactly the limit is within); all when None.
        cache: folder in which what was computed is kept; a stopped run goes on from there.
        progress: called with a text and a share from 0 to 1.

    Returns:
        (n, m) CSR; a pair that is not stored has no known route (or lies beyond the limit).

    Raises:
        LayerError: for closures that touch no road, elevation that does not cover the roads, a table that does not
            fit into memory, a cache that cannot be written.
    """
    way = roadway(roads, rules or travel_rules(), ground, closures)
    trips = prepare(way, degrees(origins), degrees(destinations), limit_min, cache)
    return minutes_table(trips, cache, progress)


def degrees(points: npt.ArrayLike) -> Floats:
    """Points as (n, 2) longitude and latitude in degrees, also when there are none; a table gives its lon and lat.

    Raises:
        LayerError: for points that are no pairs of numbers on the globe.
    """
    if isinstance(points, pd.DataFrame):
        points = points[["lon", "lat"]].to_numpy(float)
    try:
        found = np.asarray(points, float)
        found = found.reshape(-1, 2) if found.size == 0 or found.ndim == 1 else found
    except (TypeError, ValueError):
        found = np.full((1, 1), np.nan)
    on_globe = found.ndim == 2 and found.shape[1] == 2 and bool((np.abs(found) <= (180, 90)).all())
    if not on_globe:
        fault = both(
            "points: (n, 2) numbers are needed, longitude and latitude in degrees; read files with `read_layer`",
            "点：需要 (n, 2) 的数字，依次为经度和纬度（度）；文件请用 `read_layer` 读取",
        )
        raise LayerError([fault])
    return np.ascontiguousarray(found)


def roadway(
    roads: RoadNetwork,
    rules: TravelRules,
    ground: Ground | None,
    closures: Sequence[Closure] = (),
    *,
    entered_by: TravelRules | None = None,
) -> Roadway:
    """Roads cut, timed and closed.

    Args:
        entered_by: rules that decide which roads people may start from, so that a worst case can be held against a
            best one; `rules` when None.

    Raises:
        LayerError: for elevation that does not cover the roads, and closures that touch no road.
    """
    pieces = _pieces(roads, ground)
    open_minutes = piece_minutes(pieces, rules)
    minutes = np.where(closed_pieces(pieces, closures)[:, None], np.inf, open_minutes) if closures else open_minutes
    key = (roads.digest, ground.digest if ground else "")
    entered = open_minutes if entered_by is None else piece_minutes(pieces, entered_by)
    return Roadway(pieces, rules, ground, key, minutes, usable(pieces, entered, rules.smallest_part))


@lru_cache(maxsize=4)
def _pieces(roads: RoadNetwork, ground: Ground | None) -> Pieces:
    return cut(roads, ground.elevation if ground else None)


def graph_arcs(pieces: Pieces, minutes: Floats) -> Arcs:
    """The graph of passable pieces in both directions."""
    forth, back = np.isfinite(minutes).T
    tail = np.concatenate([pieces.tail[forth], pieces.head[back]])
    head = np.concatenate([pieces.head[forth], pieces.tail[back]])
    return arcs_by_tail(len(pieces.xy), tail, head, np.concatenate([minutes[forth, 0], minutes[back, 1]]))


def ways(way: Roadway, points: Floats, cache: Path | None, *, arriving: bool) -> Access:
    """Ways between points in degrees and the road."""
    return access(way.pieces, way.open_to, points, way.rules, way.ground, arriving=arriving, key=way.key, folder=cache)


def require_connected(way: Roadway, name: str) -> None:
    """Refuse roads that are mostly islands: hardly any trip could be trusted.

    Raises:
        LayerError: when the longest connected part holds less than half of the passable length.
    """
    passable = np.isfinite(way.minutes)
    any_way = passable.any(axis=1)
    part = parts(way.pieces, passable)
    inside = any_way & (part[way.pieces.tail] == part[way.pieces.head])
    length = np.bincount(part[way.pieces.tail[inside]], way.pieces.length_m[inside], minlength=1)
    total = float(way.pieces.length_m[any_way].sum())
    if total == 0:
        fault = both(
            f"{name}: no road that this traveller may use ({way.rules.profile}); take another profile or road file",
            f"{name}：没有这种出行方式（{way.rules.profile}）可用的道路；请换一种出行方式或道路文件",
        )
        raise LayerError([fault])
    if length.max() < LARGEST_SHARE * total:
        raise LayerError(
            [
                both(
                    f"{name}: the roads fall into {(length > 0).sum()} unconnected parts, the longest holds "
                    f"{length.max() / total:.0%} of the length; join them (`jiujin roads` lists the parts) or accept "
                    "them with --islands",
                    f"{name}：道路分成 {(length > 0).sum()} 个互不连通的部分，最长的只占总长 "
                    f"{length.max() / total:.0%}；请接通道路（`jiujin roads` 可列出各部分），或用 --islands 接受",
                )
            ]
        )


def prepare(
    way: Roadway, origins: Floats, destinations: Floats, limit_min: float | None = None, cache: Path | None = None
) -> Trips:
    """Seeds, targets and direct ways between points in degrees; the search starts on the side with fewer points."""
    leave, arrive = ways(way, origins, cache, arriving=False), ways(way, destinations, cache, arriving=True)
    pieces, minutes, boarding = way.pieces, way.minutes, way.rules.boarding_min
    straight = direct(
        leave, arrive, pieces, minutes, origins, destinations, way.rules, way.ground, key=way.key, folder=cache
    )
    straight.data += boarding
    from_home, to_site = (legs(a, pieces, minutes, arriving=x) for a, x in ((leave, False), (arrive, True)))
    limit = np.inf if limit_min is None else limit_min
    if len(destinations) <= len(origins):
        boarded = Legs(to_site.start, to_site.node, to_site.minutes + boarding)
        return Trips(reversed_arcs(way.arcs()), boarded, from_home, csr_array(straight.T), limit, turned=True)
    boarded = Legs(from_home.start, from_home.node, from_home.minutes + boarding)
    return Trips(way.arcs(), boarded, to_site, straight, limit, turned=False)


def minutes_table(trips: Trips, cache: Path | None = None, progress: Progress | None = None) -> csr_array:
    """Run the kernel over all sources, in chunks that are kept when there is a cache.

    Returns:
        (origins, destinations) CSR of minutes with sorted columns.

    Raises:
        LayerError: before anything is run when the table would not fit into the free memory.
    """
    key = trips.digest() if cache else ""

    def whole() -> dict[str, npt.NDArray[np.generic]]:
        require_memory(trips)
        return _arrays(turned_round(_in_chunks(trips, key, cache, progress), trips.turned))

    shape = trips.shape[::-1] if trips.turned else trips.shape
    if cache is None:
        return _table(whole(), shape)
    found = _table(kept(cache, (key,), whole), shape)
    forget(cache, (digest((key, first, last)) for first, last in chunks(trips)))  # they are in the whole table now
    return found


def chunks(trips: Trips) -> list[tuple[int, int]]:
    """First and last (exclusive) source of each chunk."""
    return [(first, min(first + CHUNK, trips.shape[0])) for first in range(0, trips.shape[0], CHUNK)]


def chunk_table(trips: Trips, sources: Ints, progress: Progress | None = None, threads: int | None = None) -> csr_array:
    """The rows of some sources, in the order given; as many threads as cores when None."""
    start, count = trips.sources.start[sources], np.diff(trips.sources.start)[sources]
    first = np.concatenate([[0], np.cumsum(count)])
    own = np.repeat(start - first[:-1], count) + np.arange(first[-1])
    seeds = Legs(first, trips.sources.node[own], trips.sources.minutes[own])
    rows = csr_array(trips.direct[sources])
    return table(trips.arcs, seeds, trips.targets, trips.limit_min, direct=rows, progress=progress, threads=threads)


def _in_chunks(trips: Trips, key: str, cache: Path | None, progress: Progress | None) -> csr_array:
    if cache is None:
        return chunk_table(trips, np.arange(trips.shape[0]), progress)
    done: list[csr_array] = []
    for first, last in chunks(trips):
        found = kept(cache, (key, first, last), partial(_chunk_arrays, trips, first, last))
        done.append(_table(found, (last - first, trips.shape[1])))
        if progress:
            progress("travel_times", last / trips.shape[0])
    return csr_array(vstack(done, format="csr")) if done else csr_array(trips.shape)


def _chunk_arrays(trips: Trips, first: int, last: int) -> dict[str, npt.NDArray[np.generic]]:
    return _arrays(chunk_table(trips, np.arange(first, last)))


def require_memory(trips: Trips) -> None:
    """Refuse a table that cannot fit, judged by a few sources spread over all.

    Raises:
        LayerError: with the gigabytes needed and free.
    """
    n, m = trips.shape
    needed = n * m * PAIR_BYTES
    free = psutil.virtual_memory().available
    if needed > free:
        some = np.unique(np.linspace(0, n - 1, SAMPLE).astype(np.int64))
        pairs = chunk_table(trips, some).nnz
        needed = int(pairs / len(some) * n * PAIR_BYTES)
    homes, sites = (m, n) if trips.turned else (n, m)
    if needed > free:
        raise LayerError(
            [
                both(
                    f"{homes} x {sites} points: the table needs about {needed / 1e9:.0f} GB of memory, "
                    f"{free / 1e9:.0f} GB are free; lower the limit of minutes or split the points",
                    f"{homes} × {sites} 个点：结果表约需 {needed / 1e9:.0f} GB 内存，可用 {free / 1e9:.0f} GB；"
                    "请降低分钟上限，或分批计算",
                )
            ]
        )


def turned_round(rows: csr_array, turned: bool) -> csr_array:
    """Rows by source as (origins, destinations)."""
    if not turned:
        return rows
    columns = csr_array(rows.T.tocsr())
    columns.sort_indices()
    return columns


def _arrays(rows: csr_array) -> dict[str, npt.NDArray[np.generic]]:
    return {"start": rows.indptr, "column": rows.indices, "minutes": rows.data}


def _table(arrays: dict[str, npt.NDArray[np.generic]], shape: tuple[int, int]) -> csr_array:
    """A table of its own: what is kept stays as it is whatever is done to it."""
    return csr_array((arrays["minutes"], arrays["column"], arrays["start"]), shape=shape, copy=True)

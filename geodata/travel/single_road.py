"""Who depends on one single road: where one closed piece of road leaves no way to any institution.

A place depends on a piece of road when all its ways to all the institutions given, together, drive along that piece: on
a network of two-way roads, when piece and place hang on the institutions by a bridge, in the word of graph theory. The
answer is exact for one-way roads and for any number of ways from a place to the roads: the piece *dominates* the place
in the graph of all trips, searched from the institutions (`geodata.travel.dominators`). With a limit of minutes, ways
that take longer do not count.

What counts as what:
- A closed piece (at most about 2 km) cannot be driven along, from either end. One may still come onto the road there,
  and go either way: where exactly a place meets its road is not known well enough to call its own door a danger.
- Ways off the roads are no roads and do not close. A place that meets several roads depends on a piece only if the ways
  from all of them lead over it; one that reaches an institution without any road depends on none.
- A place without any route (within the limit) depends on no road: it has none.
- Where only main roads are known, as straight lines, small ways round are missing and the ways to the main roads are
  assumed: the answer is then a first hint, and `SingleRoads.caveat` says so.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from geodata.errors import Sentence, both
from geodata.roads.network import CLASSES
from geodata.travel.access import direct, legs
from geodata.travel.dominators import dominator_tree
from geodata.travel.graph import way_m
from geodata.travel.kernel import Legs
from geodata.travel.single_road_loops import NO_PIECE, too_far_without
from geodata.travel.times import Roadway, degrees, ways

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class SingleRoads:
    """Every origin with the road on which all its ways depend.

    Attributes:
        table: a row an origin, in their order: `reached` (some way to some institution is known, within the limit),
            `depends` (bool), and of the piece nearest to the origin on which it depends `piece` and `road` (positions,
            -1 without; the road is that of the `RoadNetwork`, whose `way_id` names it), `road_class`, `road_m` (metres
            of that road between two junctions), `lon`, `lat` (degrees, the middle of the piece).
        straightened: only main roads are known, as straight lines.
    """

    table: pd.DataFrame
    straightened: bool

    @property
    def caveat(self) -> Sentence | None:
        """What to say beside every number of this table; None where all roads are known."""
        if not self.straightened:
            return None
        return both(
            "only main roads are known, as straight lines: small ways round are missing and the ways to the main roads "
            "are assumed; take who depends on one road as a first hint",
            "只有取直的主干道路数据：缺少小路绕行，到主干道的路程为假设；依赖单一道路的人数仅供初步参考",
        )


@dataclass(frozen=True, eq=False)
class _Ways:
    """Ways from homes to the roads, from the roads to institutions, and trips without any end of a piece between."""

    way: Roadway
    from_home: Legs
    to_site: Legs
    straight: csr_array


def single_road_cells(
    way: Roadway,
    origins: npt.ArrayLike,
    destinations: npt.ArrayLike,
    cache: Path | None = None,
    *,
    limit_min: float | None = None,
    extra_min: npt.ArrayLike = 0.0,
) -> SingleRoads:
    """For every origin, whether one closed piece of road would leave it without any way to all the destinations.

    Call it once for every set of destinations. Without a limit O(m log m) for m pieces of road. With a limit every
    piece of the tree of quickest ways is left out once: O(Σ nodes behind each piece), small where the limit is short.

    Args:
        way: roads with rules and closures, from `geodata.travel.times.roadway`.
        origins: (n, 2) degrees.
        destinations: (m, 2) degrees, institutions that can stand in for one another.
        cache: folder of ways between points and roads.
        limit_min: ways of more minutes (boarding included, exactly the limit is within) are none; all count when None.
        extra_min: (m,) or one number, added to the minutes of ways to each destination: a destination with a lower
            limit of its own has the difference.
    """
    homes, sites = degrees(origins), degrees(destinations)
    leave, arrive = ways(way, homes, cache, arriving=False), ways(way, sites, cache, arriving=True)
    straight = direct(
        leave, arrive, way.pieces, way.minutes, homes, sites, way.rules, way.ground, key=way.key, folder=cache
    )
    from_home, to_site = (legs(a, way.pieces, way.minutes, arriving=x) for a, x in ((leave, False), (arrive, True)))
    extra = np.broadcast_to(np.asarray(extra_min, float), len(sites))
    to_site = Legs(to_site.start, to_site.node, to_site.minutes + np.repeat(extra, np.diff(to_site.start)))
    straight.data = straight.data + extra[straight.indices]
    joined = _Ways(way, from_home, to_site, straight)
    reached, nearest = _always(joined) if limit_min is None else _within(joined, limit_min - way.rules.boarding_min)
    return SingleRoads(_told(way, reached, nearest), way.pieces.straightened)


def _always(joined: _Ways) -> tuple[Bools, Ints]:
    """(n,) whether there is a way; the piece nearest to each home that all its ways need, -1 without.

    Nodes of the searched graph: ends of pieces, pieces, the institutions as one, homes.
    """
    pieces, from_home, to_site = joined.way.pieces, joined.from_home, joined.to_site
    ends, count = len(pieces.xy), len(pieces.tail)
    root, first = ends + count, ends + count + 1
    homes = from_home.n_places
    home = np.repeat(np.arange(homes), np.diff(from_home.start))
    at_once = np.flatnonzero(np.diff(joined.straight.indptr))
    tail, head = _turned_arcs(joined.way, ends)
    tail = np.concatenate([tail, np.full(len(to_site.node), root), from_home.node, np.full(len(at_once), root)])
    head = np.concatenate([head, to_site.node, first + home, first + at_once])
    above, order = dominator_tree(first + homes, tail, head, root)
    nearest = np.full(len(above), NO_PIECE)
    _carry(order, above, ends, ends + count, nearest)
    return above[first:] >= 0, nearest[first:]


def _turned_arcs(way: Roadway, ends: int) -> tuple[Ints, Ints]:
    """Arcs from end to piece to end against the direction of travel, for every direction that is open."""
    piece = ends + np.arange(len(way.pieces.tail))
    forth, back = np.isfinite(way.minutes).T
    tail, head = way.pieces.tail, way.pieces.head
    return (
        np.concatenate([head[forth], piece[forth], tail[back], piece[back]]),
        np.concatenate([piece[forth], tail[forth], piece[back], head[back]]),
    )


@numba.njit(cache=True, nogil=True)  # type: ignore[misc,unused-ignore]
def _carry(order: Any, above: Any, first: int, last: int, nearest: Any) -> None:
    """From the root on, every node takes the nearest piece above it; a piece is its own."""
    for node in order[1:]:
        nearest[node] = node - first if first <= node < last else nearest[above[node]]


def _within(joined: _Ways, limit: float) -> tuple[Bools, Ints]:
    """The same for ways within a limit of minutes, boarding not included."""
    way, ends = joined.way, len(joined.way.pieces.xy)
    forth, back = np.isfinite(way.minutes).T
    tail = np.concatenate([way.pieces.tail[forth], way.pieces.head[back]])
    head = np.concatenate([way.pieces.head[forth], way.pieces.tail[back]])
    minutes = np.concatenate([way.minutes[forth, 0], way.minutes[back, 1]])
    piece = np.concatenate([np.flatnonzero(forth), np.flatnonzero(back)])
    seed, at_once = np.full(ends, np.inf), np.full(joined.from_home.n_places, np.inf)
    np.minimum.at(seed, joined.to_site.node, joined.to_site.minutes)
    rows = joined.straight.tocoo()
    np.minimum.at(at_once, rows.coords[0], rows.data)
    into, out = _rows(head, tail, minutes, piece, ends), _rows(tail, head, minutes, piece, ends)
    home = joined.from_home
    found, needed = too_far_without(home.start, home.node, home.minutes, at_once, into, out, seed, float(limit))
    return np.isfinite(found), needed


def _rows(by: Ints, other: Ints, minutes: Floats, piece: Ints, ends: int) -> tuple[Ints, Ints, Floats, Ints]:
    """Arcs as compressed rows by one of their ends."""
    order = np.argsort(by, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(by, minlength=ends))]).astype(np.int64)
    return start, other[order], minutes[order], piece[order]


def _told(way: Roadway, reached: Bools, nearest: Ints) -> pd.DataFrame:
    """The table of `SingleRoads`."""
    pieces, depends = way.pieces, nearest >= 0
    road_m = np.bincount(pieces.road, way_m(pieces, way.rules)) if len(pieces.road) else np.zeros(0)
    at = nearest[depends]
    table = pd.DataFrame({"reached": reached, "depends": depends, "piece": nearest})
    table["road"], table["road_class"] = NO_PIECE, ""
    for column in ("road_m", "lon", "lat"):
        table[column] = np.nan
    table.loc[depends, "road"] = pieces.road[at]
    table.loc[depends, "road_class"] = np.array(CLASSES, object)[pieces.road_class[at]]
    table.loc[depends, "road_m"] = road_m[pieces.road[at]]
    table.loc[depends, ["lon", "lat"]] = pieces.projection.to_degrees(pieces.middle[at])
    return table

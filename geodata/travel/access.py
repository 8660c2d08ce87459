"""The way between points and the roads: several entries a point, each on the road where it passes."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array, csr_array

from geodata.store import kept
from geodata.travel.entries import Segments, nearest_entries
from geodata.travel.graph import Pieces
from geodata.travel.ground import Ground
from geodata.travel.kernel import Legs
from geodata.travel.offroad import explore, items_in_cells, leg_minutes, reach_minutes
from geodata.travel.rules import TravelRules

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

AT_END: Final = 1e-9  # share of a piece that is no way at all
ENTRIES: Final = 8  # roads tried for each point: the nearest may lead the wrong way or lie behind a ridge


@dataclass(frozen=True, eq=False)
class Access:
    """Ways between points and pieces of road.

    Attributes:
        points: how many points there are.
        point: (k,) sorted.
        piece: (k,) where the way meets the road.
        fraction: (k,) share of the piece from its tail at that place.
        minutes: (k,) of the way itself, without boarding.
    """

    points: int
    point: Ints
    piece: Ints
    fraction: Floats
    minutes: Floats


def leg_kph(pieces: Pieces, rules: TravelRules) -> float:
    """Speed off the known roads: on local roads where only main roads are known."""
    return rules.local_road_kph if pieces.straightened else rules.off_road_kph


def leg_rules(rules: TravelRules) -> TravelRules:
    """The rules of a way off the roads, without all that does not touch it: equal for two seasons or road speeds."""
    return replace(
        rules, season="", season_factor=1.0, class_kph=(), surface_factor=(), exact_kph=(), uses_tags=False,
        top_kph=0.0, grade_free=0.0, grade_slowing=0.0, main_road_sinuosity=1.0, main_road_sinuosity_hilly=1.0,
        boarding_min=0.0, longest_min=0.0,
        local_trip_km=0.0, off_road_trip_km=0.0, smallest_part=0.0,
    )  # fmt: skip


def access(
    pieces: Pieces,
    open_to: Bools,
    points: Floats,
    rules: TravelRules,
    ground: Ground | None,
    *,
    arriving: bool,
    key: tuple[str, ...],
    folder: Path | None,
) -> Access:
    """Ways between points and the roads within the limits of the rules.

    Args:
        open_to: (p,) pieces that may be entered.
        points: (n, 2) degrees.
        ground: what lies off the roads; straight lines when None.
        arriving: ways from the road to the points instead of the other way round.
        key: fingerprints of roads and ground, for the cache.
    """
    summer = leg_rules(rules)

    def compute() -> dict[str, npt.NDArray[np.generic]]:
        return _ways(pieces, open_to, points, summer, leg_kph(pieces, rules), ground, arriving)

    parts = ("access", *key, open_to, points, repr(summer), leg_kph(pieces, rules), arriving)
    found = kept(folder, parts, compute)
    # The limit is judged at summer speeds: a way that exists in summer is slower in winter, not gone.
    minutes = found["minutes"] / rules.season_factor
    return Access(len(points), found["point"], found["piece"], found["fraction"], minutes)


def _ways(
    pieces: Pieces, open_to: Bools, points: Floats, rules: TravelRules, kph: float, ground: Ground | None,
    arriving: bool,
) -> dict[str, npt.NDArray[np.generic]]:  # fmt: skip
    xy = pieces.projection.to_metric(*points.T) if len(points) else np.zeros((0, 2))
    near = nearest_entries(
        open_segments(pieces, open_to), xy, road=pieces.road, count=ENTRIES, limit_m=rules.access_limit_km * 1000
    )
    on_road = pieces.projection.to_degrees(near.xy)
    ends = (on_road, points[near.point]) if arriving else (points[near.point], on_road)
    minutes = leg_minutes(ground, rules, kph, *ends)
    keep = minutes <= rules.access_limit_min
    found = (near.point[keep], near.piece[keep], near.fraction[keep], minutes[keep])
    if ground is not None:
        cut_off = np.setdiff1d(near.point, found[0])  # a road is near, but not one of those tried can be reached
        more = _ways_round(pieces, open_to, points, cut_off, rules, kph, ground, arriving)
        both = [np.concatenate(pair) for pair in zip(found, more, strict=True)]
    else:
        both = list(found)
    order = np.argsort(both[0], kind="stable")
    return dict(zip(("point", "piece", "fraction", "minutes"), (f[order] for f in both), strict=True))


def _ways_round(
    pieces: Pieces, open_to: Bools, points: Floats, cut_off: Ints, rules: TravelRules, kph: float, ground: Ground,
    arriving: bool,
) -> tuple[Ints, Ints, Floats, Floats]:  # fmt: skip
    """Ways to roads farther off, found over the ground, for points whose nearest roads lie behind a barrier.

    Such a way meets the road in the middle of its piece.
    """
    at, there = points[cut_off], pieces.projection.to_degrees(pieces.middle[open_to])
    cells = items_in_cells(ground, there, np.flatnonzero(open_to))
    row, piece, _ = (
        explore(ground, rules, kph, at, cells, ENTRIES, rules.access_limit_min, backward=arriving)
        if len(at)
        else (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))
    )
    middle = pieces.projection.to_degrees(pieces.middle[piece])
    minutes = leg_minutes(ground, rules, kph, *((middle, at[row]) if arriving else (at[row], middle)))
    far = np.hypot(*(pieces.projection.to_metric(*at[row].T) - pieces.middle[piece]).T) if len(row) else np.zeros(0)
    keep = (minutes <= rules.access_limit_min) & (far <= rules.access_limit_km * 1000)
    return cut_off[row[keep]], piece[keep], np.full(int(keep.sum()), 0.5), minutes[keep]


def open_segments(pieces: Pieces, open_to: Bools) -> Segments:
    """The straight bits of the pieces that may be entered."""
    s = pieces.segments
    rows = open_to[s.piece]
    return Segments(s.a[rows], s.b[rows], s.piece[rows], s.from_[rows], s.to[rows])


def legs(access_: Access, pieces: Pieces, minutes: Floats, *, arriving: bool) -> Legs:
    """Ways between points and the ends of pieces: off the road, then along the piece.

    Args:
        minutes: (p, 2) of `piece_minutes`.
        arriving: from the ends to the points.
    """
    forth, back = minutes[access_.piece].T if len(access_.piece) else (np.zeros(0), np.zeros(0))
    done, left = access_.fraction, 1 - access_.fraction
    tail, head = pieces.tail[access_.piece], pieces.head[access_.piece]
    used = np.isfinite(forth) | np.isfinite(back)  # at the very end of a one-way piece one is there already
    by_tail = np.where(used & (done <= AT_END), 0.0, _along(forth if arriving else back, done))
    by_head = np.where(used & (left <= AT_END), 0.0, _along(back if arriving else forth, left))
    point = np.concatenate([access_.point, access_.point])
    node = np.concatenate([tail, head])
    total = np.concatenate([access_.minutes + by_tail, access_.minutes + by_head])
    keep = np.flatnonzero(np.isfinite(total))
    keep = keep[np.lexsort((node[keep], point[keep]))]
    start = np.searchsorted(point[keep], np.arange(access_.points + 1))
    return Legs(start.astype(np.int64), node[keep], total[keep])


def _along(minutes: Floats, share: Floats) -> Floats:
    """Minutes of a share of a piece; inf where the piece cannot be used."""
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(minutes), np.inf, minutes * share)


def same_piece(leave: Access, arrive: Access, minutes: Floats) -> csr_array:
    """(n, m) minutes of trips that enter and leave one and the same piece without passing its ends."""
    left = pd.DataFrame({"piece": leave.piece, "o": leave.point, "f": leave.fraction, "leg": leave.minutes})
    right = pd.DataFrame({"piece": arrive.piece, "d": arrive.point, "f": arrive.fraction, "leg": arrive.minutes})
    pairs = left.merge(right, on="piece", suffixes=("", "_d"))
    span = (pairs["f_d"] - pairs["f"]).to_numpy(float)
    both_ways = minutes[pairs["piece"].to_numpy(np.int64)]
    way = np.where(span > 0, both_ways[:, 0], both_ways[:, 1])
    way = np.where(span == 0, both_ways.min(axis=1), way)  # the same place, whichever way the road leads
    total = pairs["leg"].to_numpy(float) + pairs["leg_d"].to_numpy(float) + _along(way, np.abs(span))
    return quickest(pairs["o"].to_numpy(np.int64), pairs["d"].to_numpy(np.int64), total, (leave.points, arrive.points))


def direct(
    leave: Access,
    arrive: Access,
    pieces: Pieces,
    minutes: Floats,
    origins: Floats,
    destinations: Floats,
    rules: TravelRules,
    ground: Ground | None,
    *,
    key: tuple[str, ...],
    folder: Path | None,
) -> csr_array:
    """(n, m) minutes of trips that pass no end of a piece: on one piece, or without any known road."""
    summer, kph = leg_rules(rules), leg_kph(pieces, rules)
    limit_km = rules.local_trip_km if pieces.straightened else rules.off_road_trip_km

    def compute() -> dict[str, npt.NDArray[np.generic]]:
        found = reach_minutes(ground, summer, kph, origins, destinations, limit_km).tocoo()
        return {"row": found.coords[0], "column": found.coords[1], "minutes": found.data}

    off = kept(folder, ("direct", *key, origins, destinations, repr(summer), kph, limit_km), compute)
    on = same_piece(leave, arrive, minutes).tocoo()
    return quickest(
        np.concatenate([off["row"], on.coords[0]]),
        np.concatenate([off["column"], on.coords[1]]),
        np.concatenate([off["minutes"] / rules.season_factor, on.data]),
        (len(origins), len(destinations)),
    )


def quickest(row: Ints, column: Ints, minutes: Floats, shape: tuple[int, int]) -> csr_array:
    """A table that keeps the smallest of several entries of a pair and leaves out those without end."""
    order = np.lexsort((minutes, column, row))
    order = order[np.isfinite(minutes[order])]
    row, column = row[order], column[order]
    first = np.ones(len(order), bool)
    first[1:] = (row[1:] != row[:-1]) | (column[1:] != column[:-1])
    return csr_array(coo_array((minutes[order][first], (row[first], column[first])), shape=shape))

"""What lies within reach: the nearest institution of every home, and areas for maps (isochrones)."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from geodata.crs import STORED
from geodata.travel.access import direct, leg_kph, legs
from geodata.travel.kernel import distances, nearest, reversed_arcs
from geodata.travel.times import Roadway, degrees, ways

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

BESIDE_MIN: Final = 5.0  # an area reaches this many minutes off the reached roads
CORNER_SEGMENTS: Final = 4


def nearest_institution(
    way: Roadway, origins: npt.ArrayLike, destinations: npt.ArrayLike, cache: Path | None = None
) -> tuple[Floats, Ints]:
    """Minutes to the nearest destination of every origin, and which it is, in one search for all.

    Args:
        origins: (n, 2) degrees.
        destinations: (m, 2) degrees.

    Returns:
        (n,) minutes, inf where no route is known; (n,) position of the destination, -1 without; the first of equals.
    """
    return _nearest(way, degrees(origins), degrees(destinations), cache, towards=True)


def nearest_home(
    way: Roadway, origins: npt.ArrayLike, destinations: npt.ArrayLike, cache: Path | None = None
) -> tuple[Floats, Ints]:
    """The same for every destination: minutes from the nearest origin, and which it is."""
    return _nearest(way, degrees(destinations), degrees(origins), cache, towards=False)


def _nearest(way: Roadway, asked: Floats, others: Floats, cache: Path | None, *, towards: bool) -> tuple[Floats, Ints]:
    """For every asked point the nearest of the others: where to (`towards`), or where from."""
    own, theirs = ways(way, asked, cache, arriving=not towards), ways(way, others, cache, arriving=towards)
    seeds = legs(theirs, way.pieces, way.minutes, arriving=towards)
    label = np.repeat(np.arange(len(others)), np.diff(seeds.start))
    arcs = reversed_arcs(way.arcs()) if towards else way.arcs()
    to_node, which = nearest(arcs, seeds.node, seeds.minutes, label, np.inf)
    off = legs(own, way.pieces, way.minutes, arriving=not towards)
    row = np.repeat(np.arange(len(asked)), np.diff(off.start))
    sides = ((own, theirs), (asked, others)) if towards else ((theirs, own), (others, asked))
    straight = direct(
        *sides[0], way.pieces, way.minutes, *sides[1], way.rules, way.ground, key=way.key, folder=cache
    ).tocoo()
    first, second = straight.coords if towards else straight.coords[::-1]
    rows = np.concatenate([row, first])
    minutes = np.concatenate([off.minutes + to_node[off.node], straight.data])
    places = np.concatenate([which[off.node], second])
    order = np.lexsort((places, minutes, rows))
    order = order[np.isfinite(minutes[order])]
    _, begin = np.unique(rows[order], return_index=True)
    best, place = np.full(len(asked), np.inf), np.full(len(asked), -1, np.int64)
    best[rows[order][begin]] = minutes[order][begin] + way.rules.boarding_min
    place[rows[order][begin]] = places[order][begin]
    return best, place


def reached_roads(way: Roadway, points: npt.ArrayLike, limit_min: float, *, towards: bool = True) -> gpd.GeoDataFrame:
    """The parts of roads from which any of the points is reached within a limit (or that are reached from them).

    Args:
        points: (n, 2) degrees.
        limit_min: minutes, boarding included.
        towards: people travel to the points; False for trips from the points.

    Returns:
        One line a straight bit, EPSG:4326, with the share of its piece in `piece`, `from_`, `to`.
    """
    pieces, at = way.pieces, degrees(points)
    joined = ways(way, at, None, arriving=towards)
    seeds = legs(joined, pieces, way.minutes, arriving=towards)
    arcs = reversed_arcs(way.arcs()) if towards else way.arcs()
    limit = limit_min - way.rules.boarding_min
    minutes = distances(arcs, seeds.node, seeds.minutes, limit)
    onward, back = way.minutes.T[::-1] if towards else way.minutes.T
    every = np.arange(len(pieces.tail))
    ahead = _share(limit - minutes[pieces.tail], onward)
    behind = _share(limit - minutes[pieces.head], back)
    left = limit - joined.minutes
    before, after = (_share(left, m[joined.piece]) for m in (back, onward))
    none, whole = np.zeros(len(every)), np.ones(len(every))
    s = pieces.segments
    bits = [
        _bits(way, every, none, ahead),
        _bits(way, every, np.maximum(1 - behind, ahead), whole),
        _bits(way, joined.piece, joined.fraction - before, joined.fraction + after),
    ]
    rows, low, high = (np.concatenate(x) for x in zip(*bits, strict=True))
    span = np.maximum(s.to[rows] - s.from_[rows], 1e-12)[:, None]
    a = s.a[rows] + (s.b[rows] - s.a[rows]) * ((low - s.from_[rows])[:, None] / span)
    b = s.a[rows] + (s.b[rows] - s.a[rows]) * ((high - s.from_[rows])[:, None] / span)
    lines = shapely.linestrings(np.stack([a, b], axis=1)) if len(rows) else np.zeros(0, object)
    table = {"piece": s.piece[rows], "from_": low, "to": high}
    return gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(lines, crs=pieces.projection.crs)).to_crs(STORED)


def _share(left_min: Floats, piece_min: Floats) -> Floats:
    """Share of a piece that the minutes left suffice for; 0 where there is no way."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(np.isfinite(left_min) & np.isfinite(piece_min), left_min / piece_min, 0.0)
    return np.asarray(np.clip(np.nan_to_num(share, posinf=1.0), 0.0, 1.0))


def _bits(way: Roadway, piece: Ints, first: Floats, last: Floats) -> tuple[Ints, Floats, Floats]:
    """Straight bits between two shares of pieces, and the shares where they begin and end."""
    s = way.pieces.segments
    order = np.argsort(s.piece, kind="stable")
    start = np.searchsorted(s.piece[order], np.arange(len(way.pieces.tail) + 1))
    count = start[piece + 1] - start[piece]
    row = np.repeat(np.arange(len(piece)), count)
    begin = np.concatenate([[0], np.cumsum(count)])
    rows = order[np.repeat(start[piece] - begin[:-1], count) + np.arange(begin[-1])]
    low, high = np.maximum(s.from_[rows], first[row]), np.minimum(s.to[rows], last[row])
    keep = high > low
    return rows[keep], low[keep], high[keep]


def isochrones(
    way: Roadway, points: npt.ArrayLike, bands_min: Sequence[float], *, towards: bool = True
) -> gpd.GeoDataFrame:
    """Areas for maps: what lies within so many minutes of any of the points.

    The area is the reached roads with a margin of `BESIDE_MIN` minutes off them; it is meant to be looked at, minutes
    are counted by `travel_times` only.

    Args:
        points: (n, 2) degrees.
        bands_min: minutes, boarding included.

    Returns:
        One row a band with `minutes`, from the shortest, each containing the one before; EPSG:4326.
    """
    margin = leg_kph(way.pieces, way.rules) * way.rules.season_factor / 60 * BESIDE_MIN * 1000
    margin /= way.rules.local_sinuosity
    bands, areas = sorted(bands_min), []
    inside: BaseGeometry = shapely.Polygon()
    for minutes in bands:
        lines = reached_roads(way, points, minutes, towards=towards).to_crs(way.pieces.projection.crs).geometry
        near = shapely.buffer(np.asarray(lines), margin, quad_segs=CORNER_SEGMENTS)
        inside = shapely.union(inside, shapely.simplify(shapely.union_all(near), margin / 20))
        areas.append(inside)
    found = gpd.GeoDataFrame({"minutes": bands}, geometry=gpd.GeoSeries(areas, crs=way.pieces.projection.crs))
    return found.to_crs(STORED)

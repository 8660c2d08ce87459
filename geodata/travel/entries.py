"""Where points meet the roads: projected onto the nearest pieces of road, not moved to a junction.

Several entries a point: the nearest road may lead the wrong way, and the next three may be the same road again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import atan2, floor, inf, pi, sqrt
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
F = TypeVar("F", bound=Callable[..., object])


def _compiled(function: F) -> F:
    """Compile on first call and keep the machine code on disk; other threads run meanwhile."""
    return cast("F", numba.njit(cache=True, nogil=True)(function))


SECTORS: Final = 8
SECTOR_REACH: Final = 3.0
"""A road in another compass direction is tried when it is at most this many times as far as the nearest one …"""
SECTOR_MORE_M: Final = 2_000.0
"""… and this many metres more."""

_CELLS_A_SEGMENT: Final = 4  # small cells: towns put a hundred segments into each, deserts cost only empty look-ups
_MOST_CELLS: Final = 16_000_000
_SLACK: Final = 1e-4  # metres by which a segment may lie beside its cells, against rounding


@dataclass(frozen=True, eq=False)
class Segments:
    """Straight bits of road shapes, in metres of one metric CRS.

    Attributes:
        a, b: (s, 2) ends.
        piece: (s,) the piece of road they belong to.
        from_, to: (s,) share of the piece's way, 0 to 1, at `a` and at `b`.
    """

    a: Floats
    b: Floats
    piece: Ints
    from_: Floats
    to: Floats


@dataclass(frozen=True, eq=False)
class Entries:
    """Points joined to pieces of road, sorted by point, then distance, then piece.

    Attributes:
        point: (k,) position of the point.
        piece: (k,) the piece of road.
        fraction: (k,) share of the piece's way, 0 to 1, where it is met.
        distance_m: (k,) straight metres from the point.
        xy: (k, 2) metres, where it is met.
    """

    point: Ints
    piece: Ints
    fraction: Floats
    distance_m: Floats
    xy: Floats


def nearest_entries(
    segments: Segments, points_xy: Floats, *, count: int = 8, limit_m: float, road: npt.ArrayLike | None = None
) -> Entries:
    """The nearest point of each of the nearest roads.

    A road counts once, with its nearest piece (of equally near ones, the piece with the smaller number). Kept are
    the `count` nearest roads within the limit, and besides, in each of eight compass directions, the nearest road
    whose distance is at most `SECTOR_REACH` times that of the nearest road plus `SECTOR_MORE_M`.

    Args:
        segments: the roads.
        points_xy: (n, 2) metres in the CRS of the segments.
        count: nearest roads kept for each point.
        limit_m: farthest straight distance in metres; exactly at the limit is within.
        road: (pieces,) the road of each piece; each piece is a road of its own when None.
    """
    points = np.ascontiguousarray(points_xy, np.float64).reshape(-1, 2)
    if not len(points) or not len(segments.piece):
        return _as_entries(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 4)))
    piece = segments.piece.astype(np.int64)
    owner = np.column_stack([piece if road is None else np.asarray(road, np.int64)[piece], piece])
    lines = np.column_stack([segments.a, segments.b, segments.from_, segments.to]).astype(np.float64)
    grid = _grid_over(segments.a, segments.b)
    start, inside = _fill_grid(lines, *grid)
    roads = int(owner[:, 0].max()) + 1
    found, met, values = _search(points, lines, owner, roads, grid, start, inside, count, float(limit_m))
    row, k = np.nonzero(np.arange(count + SECTORS) < found[:, None])
    return _as_entries(row, met[row, k], values[row, k])


def _as_entries(point: Ints, piece: Ints, values: Floats) -> Entries:
    order = np.lexsort((piece, values[:, 0], point))
    distance, fraction = values[order, 0], values[order, 1]
    return Entries(point[order], piece[order], fraction, distance, np.ascontiguousarray(values[order, 2:]))


def _grid_over(a: Floats, b: Floats) -> tuple[float, float, float, int, int]:
    """West and south in metres, width of a cell, columns and rows of a grid over all segments."""
    low = np.minimum(a.min(axis=0), b.min(axis=0)) - 2 * _SLACK
    size = np.maximum(a.max(axis=0), b.max(axis=0)) + 2 * _SLACK - low
    cells = min(_CELLS_A_SEGMENT * len(a), _MOST_CELLS)
    cell = max(sqrt(size[0] * size[1] / cells), size.max() / cells, 1.0)
    return float(low[0]), float(low[1]), float(cell), int(size[0] // cell) + 1, int(size[1] // cell) + 1


@_compiled
def _fill_grid(lines: Any, west: float, south: float, cell: float, columns: int, rows: int) -> tuple[Any, Any]:
    """CSR of the segments that touch each cell: first position (cells + 1,), segment (entries,)."""
    start = np.zeros(columns * rows + 1, np.int64)
    inside = np.empty(0, np.int32)
    for fill in range(2):
        if fill:
            start[1:] = np.cumsum(start[1:])
            inside = np.empty(start[-1], np.int32)
            at = start[:-1].copy()
        for s in range(len(lines)):
            x, y, u, v = lines[s, 0], lines[s, 1], lines[s, 2], lines[s, 3]
            if y > v:
                x, y, u, v = u, v, x, y
            for row in range(_cell(y - _SLACK - south, cell, rows), _cell(v + _SLACK - south, cell, rows) + 1):
                # The part of the segment between the row's lower and upper edge.
                t = max((south + row * cell - y) / (v - y), 0.0) if v > y else 0.0
                e = min((south + (row + 1) * cell - y) / (v - y), 1.0) if v > y else 1.0
                left, right = x + (u - x) * min(t, 1.0), x + (u - x) * max(e, 0.0)
                first = _cell(min(left, right) - _SLACK - west, cell, columns)
                for c in range(first, _cell(max(left, right) + _SLACK - west, cell, columns) + 1):
                    if fill:
                        inside[at[row * columns + c]] = s
                        at[row * columns + c] += 1
                    else:
                        start[row * columns + c + 1] += 1
    return start, inside


@_compiled
def _cell(metres: float, cell: float, count: int) -> int:
    return int(min(max(floor(metres / cell), 0), count - 1))


@_compiled
def _search(
    points: Any, lines: Any, owner: Any, roads: int, grid: Any, start: Any, inside: Any, count: int, limit: float
) -> tuple[Any, Any, Any]:
    """Entries found, their pieces and (distance, share, x, y), for each point, in rings of cells around it."""
    number = np.zeros(len(points), np.int64)
    met = np.empty((len(points), count + SECTORS), np.int64)
    values = np.empty((len(points), count + SECTORS, 4))
    best = np.empty((roads, 4))  # of each road: distance, share, x, y
    best[:, 0] = inf
    best_piece = np.empty(roads, np.int64)
    touched = np.empty(roads, np.int64)
    chosen = np.empty(count + SECTORS, np.int64)
    west, south, cell, columns, rows = grid
    for p in range(len(points)):
        x, y = points[p]
        column, row = floor((x - west) / cell), floor((y - south) / cell)
        last = max(max(column, columns - 1 - column), max(row, rows - 1 - row))
        # Rings that lie wholly outside the grid hold nothing.
        ring = max(max(-column, column - columns + 1), max(max(-row, row - rows + 1), 0))
        check, n = ring, 0
        while True:
            for r in range(max(row - ring, 0), min(row + ring, rows - 1) + 1):
                whole = ring == 0 or r == row - ring or r == row + ring
                for side in range(1 if whole else 2):
                    c = column - ring + 2 * ring * side
                    first, end = (max(c, 0), min(column + ring, columns - 1)) if whole else (c, c)
                    if 0 <= first <= end < columns:
                        at = (start[r * columns + first], start[r * columns + end + 1])
                        n = _look_at(x, y, at[0], at[1], inside, lines, owner, best, best_piece, touched, n)
            seen = inf if ring >= last else _surely_seen(x, y, column, row, ring, west, south, cell)
            if ring >= check or seen >= limit:
                number[p], done = _choose(touched[:n], best, best_piece, x, y, min(seen, limit), count, chosen)
                if done or seen >= limit:
                    break
                check = ring + 1 + ring // 8
            ring += 1
        for k in range(number[p]):
            met[p, k] = best_piece[chosen[k]]
            values[p, k] = best[chosen[k]]
        best[touched[:n], 0] = inf
    return number, met, values


@_compiled
def _surely_seen(x: float, y: float, column: int, row: int, ring: int, west: float, south: float, cell: float) -> float:
    """Metres to the edge of the square of cells: whatever is nearer has been looked at."""
    to_left, to_right = x - (west + (column - ring) * cell), west + (column + ring + 1) * cell - x
    to_lower, to_upper = y - (south + (row - ring) * cell), south + (row + ring + 1) * cell - y
    return min(min(to_left, to_right), min(to_lower, to_upper)) - _SLACK


@_compiled
def _look_at(
    x: float, y: float, first: int, end: int, inside: Any, lines: Any, owner: Any, best: Any, best_piece: Any,
    touched: Any, n: int,
) -> int:  # fmt: skip
    """Remember where the roads of a row of cells are nearest to the point; how many roads have been met by now."""
    for i in range(first, end):
        s = inside[i]
        g, piece = owner[s, 0], owner[s, 1]
        at_x, at_y = lines[s, 0], lines[s, 1]
        dx, dy = lines[s, 2] - at_x, lines[s, 3] - at_y
        square = dx * dx + dy * dy
        t = ((x - at_x) * dx + (y - at_y) * dy) / square if square > 0 else 0.0
        t = min(max(t, 0.0), 1.0)
        if t == 1.0:  # the very end, so that two segments meet in the same point
            at_x, at_y = lines[s, 2], lines[s, 3]
        else:
            at_x, at_y = at_x + t * dx, at_y + t * dy
        distance = sqrt((x - at_x) ** 2 + (y - at_y) ** 2)
        if distance > best[g, 0]:
            continue
        share = lines[s, 4] + t * (lines[s, 5] - lines[s, 4])
        if best[g, 0] == inf:
            touched[n] = g
            n += 1
        elif distance == best[g, 0] and (piece, share) >= (best_piece[g], best[g, 1]):
            continue
        best_piece[g] = piece
        best[g, 0], best[g, 1], best[g, 2], best[g, 3] = distance, share, at_x, at_y
    return n


@_compiled
def _choose(
    touched: Any, best: Any, best_piece: Any, x: float, y: float, seen: float, count: int, chosen: Any
) -> tuple[int, bool]:
    """Put the roads to keep, of those within `seen` metres, into `chosen`; how many, and whether they are final."""
    nearest = inf
    for g in touched:
        nearest = min(nearest, best[g, 0])
    reach = SECTOR_REACH * nearest + SECTOR_MORE_M
    ahead = np.full(SECTORS, -1, np.int64)
    n = 0
    for g in touched:
        if best[g, 0] > seen:
            continue
        k = n if n < count else count
        while k > 0 and _before(best, best_piece, g, chosen[k - 1]):
            if k < count:
                chosen[k] = chosen[k - 1]
            k -= 1
        if k < count:
            chosen[k] = g
            n = min(n + 1, count)
        if best[g, 0] <= reach:
            turn = (atan2(best[g, 3] - y, best[g, 2] - x) / pi + 1 / SECTORS) * (SECTORS / 2)
            sector = floor(turn) % SECTORS
            if ahead[sector] < 0 or _before(best, best_piece, g, ahead[sector]):
                ahead[sector] = g
    done = n == count and nearest <= seen and (seen >= reach or ahead.min() >= 0)
    for sector in range(SECTORS):
        if ahead[sector] >= 0 and not np.any(chosen[:n] == ahead[sector]):
            chosen[n] = ahead[sector]
            n += 1
    return n, done


@_compiled
def _before(best: Any, best_piece: Any, g: int, h: int) -> bool:
    return bool(best[g, 0] < best[h, 0] or (best[g, 0] == best[h, 0] and best_piece[g] < best_piece[h]))

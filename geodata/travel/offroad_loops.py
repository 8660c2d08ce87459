"""The compiled loops of ways off the roads: straight lines over the grid, and least-cost searches between its cells.

A field is two flat arrays over the grid with a rim of `RIM` cells: heights in metres, and slowness (minutes ÷ minutes
on open flat ground): above 0 passable; below 0 impassable, except for ways that begin or end there, which then take
its absolute value; 0 unknown, not even an end.
"""

from collections.abc import Callable
from math import exp, floor, inf
from typing import Any, Final, TypeVar, cast

import numba
import numpy as np

F = TypeVar("F", bound=Callable[..., object])

RIM: Final = 2  # a knight's move reaches two cells out
MOVES: Final = (
    (-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (-1, 1), (1, -1), (1, 1),
    (-2, -1), (-2, 1), (2, -1), (2, 1), (-1, -2), (1, -2), (-1, 2), (1, 2),
)  # fmt: skip
"""Rows and columns: four straight, four diagonal, eight knight's moves."""


def _compiled(function: F) -> F:
    """Compile on first call and keep the machine code on disk; other threads run meanwhile."""
    return cast("F", numba.njit(cache=True, nogil=True)(function))


@_compiled
def _stretch(climb: float, length: float, slow: float, per_m: float, steepest: float, tobler: bool) -> float:
    """Minutes of a straight stretch; inf when it is too steep upwards. Tobler 1993, as a share of flat speed."""
    slope = climb / length
    if slope > steepest:
        return inf
    minutes = length * per_m * slow
    return minutes * exp(3.5 * (abs(slope + 0.05) - 0.05)) if tobler else minutes


@_compiled
def _move(
    cell: int, k: int, metres: float, offsets: Any, height: Any, slow: Any, per_m: float, steepest: float, tobler: bool,
    sign: float,
) -> float:  # fmt: skip
    """Minutes of move `k` from a cell; with sign -1 of the same move the other way round."""
    goal = cell + offsets[k, 0]
    if slow[goal] == 0.0:
        return inf
    one, other = cell + offsets[k, 1], cell + offsets[k, 2]
    ends = abs(slow[cell]) + abs(slow[goal])
    climb = sign * (height[goal] - height[cell])
    if k < 8:
        if k >= 4 and slow[one] <= 0 and slow[other] <= 0:
            return inf
        return _stretch(climb, metres, ends / 2, per_m, steepest, tobler)
    if slow[one] <= 0 or slow[other] <= 0:
        return inf
    # Half-way it lies between the two cells it cuts, which may be higher than both ends.
    first = sign * ((height[one] + height[other]) / 2 - height[cell])
    mean = (ends + slow[one] + slow[other]) / 4
    half = _stretch(first, metres / 2, mean, per_m, steepest, tobler)
    return half + _stretch(climb - first, metres / 2, mean, per_m, steepest, tobler)


@_compiled
def _raise(heap: Any, where: Any, best: Any, at: int) -> None:
    """Move a cell of the heap up to its place."""
    cell = heap[at]
    while at > 0:
        above = (at - 1) // 4
        if best[heap[above]] <= best[cell]:
            break
        heap[at] = heap[above]
        where[heap[at]] = at
        at = above
    heap[at] = cell
    where[cell] = at


@_compiled
def _take(heap: Any, where: Any, best: Any, n: int) -> int:
    """The nearest of the heap's `n` cells, taken out."""
    nearest, cell = heap[0], heap[n - 1]
    where[nearest] = -2
    n -= 1
    at = 0
    while True:
        below = 4 * at + 1
        if below >= n:
            break
        for other in range(below + 1, min(below + 4, n)):
            if best[heap[other]] < best[heap[below]]:
                below = other
        if best[heap[below]] >= best[cell]:
            break
        heap[at] = heap[below]
        where[heap[at]] = at
        at = below
    if n > 0:
        heap[at] = cell
        where[cell] = at
    return int(nearest)


@_compiled
def _settle(
    n: int, source: int, limit: float, heap: Any, where: Any, best: Any, touched: Any, counts: Any, columns: int,
    offsets: Any, metres: Any, height: Any, slow: Any, per_m: float, steepest: float, tobler: bool, sign: float,
) -> int:  # fmt: skip
    """Take the nearest cell out of a heap of `n` and look at its neighbours; `counts` is (heap, touched)."""
    cell = _take(heap, where, best, n)
    n -= 1
    if slow[cell] > 0 or cell == source:
        row = cell // columns
        for k in range(16):
            goal = cell + offsets[k, 0]
            if where[goal] == -2:
                continue
            minutes = best[cell] + _move(
                cell, k, metres[row, k], offsets, height, slow, per_m, steepest, tobler, sign
            )  # fmt: skip
            if minutes < best[goal] and minutes <= limit:
                if best[goal] == inf:
                    touched[counts[1]] = goal
                    counts[1] += 1
                    where[goal] = n
                    heap[n] = goal
                    n += 1
                best[goal] = minutes
                _raise(heap, where, best, where[goal])
    counts[0] = n
    return cell


@_compiled
def _begin(source: int, heap: Any, where: Any, best: Any, touched: Any, counts: Any) -> None:
    heap[0], touched[0] = source, source
    best[source], where[source] = 0.0, 0
    counts[0], counts[1] = 1, 1


@_compiled
def _forget(where: Any, best: Any, touched: Any, counts: Any) -> None:
    for i in range(counts[1]):
        best[touched[i]] = inf
        where[touched[i]] = -1


@_compiled
def search_groups(
    start: Any, source: Any, goal: Any, bound: Any, columns: int, offsets: Any, metres: Any, height: Any, slow: Any,
    per_m: float, steepest: float, tobler: bool, sign: float,
) -> Any:  # fmt: skip
    """Minutes between cells, one search for each group.

    Args:
        start: (groups + 1,) first goal of each group.
        source: (groups,) cell the search starts from.
        goal: (goals,) cells.
        bound: (goals,) minutes beyond which the answer is of no use.
        columns: columns of the field.
        offsets: (16, 3) from a cell to the end of each move and to the two cells it passes.
        metres: (rows, 16) length of each move from a row.
        height, slow: the field.
        per_m: minutes a metre on open flat ground.
        steepest: climb ÷ length that is still passable.
        tobler: whether slopes change the speed.
        sign: 1 for ways from the source, -1 for ways to it.

    Returns:
        (goals,) minutes; inf where there is no way within the bound.
    """
    cells = len(slow)
    minutes = np.full(len(goal), inf)
    best, where = np.full(cells, inf), np.full(cells, -1, np.int32)
    heap, touched, counts = np.empty(cells, np.int32), np.empty(cells, np.int32), np.zeros(2, np.int64)
    wanted = np.zeros(cells, np.bool_)
    for g in range(len(source)):
        if slow[source[g]] == 0.0:
            continue
        left, limit = 0, 0.0
        for i in range(start[g], start[g + 1]):
            left += 0 if wanted[goal[i]] else 1
            wanted[goal[i]] = True
            limit = max(limit, bound[i])
        _begin(source[g], heap, where, best, touched, counts)
        while left > 0 and counts[0] > 0:
            cell = _settle(
                counts[0], source[g], limit, heap, where, best, touched, counts, columns, offsets, metres, height,
                slow, per_m, steepest, tobler, sign,
            )  # fmt: skip
            left -= 1 if wanted[cell] else 0
        for i in range(start[g], start[g + 1]):
            wanted[goal[i]] = False
            if where[goal[i]] == -2 and best[goal[i]] <= bound[i]:
                minutes[i] = best[goal[i]]
        _forget(where, best, touched, counts)
    return minutes


@_compiled
def explore_groups(
    source: Any, start: Any, item: Any, count: int, limit: float, columns: int, offsets: Any, metres: Any, height: Any,
    slow: Any, per_m: float, steepest: float, tobler: bool, sign: float,
) -> tuple[Any, Any, Any]:  # fmt: skip
    """The nearest `count` different items around each source, nearest first.

    Args:
        source: (n,) cells.
        start, item: CSR of the items lying in each cell of the field.
        count, limit: most items, most minutes.

    Returns:
        How many were found (n,), items and minutes (n, count).
    """
    cells = len(slow)
    number, items = np.zeros(len(source), np.int64), np.empty((len(source), count), np.int64)
    minutes = np.empty((len(source), count))
    best, where = np.full(cells, inf), np.full(cells, -1, np.int32)
    heap, touched, counts = np.empty(cells, np.int32), np.empty(cells, np.int32), np.zeros(2, np.int64)
    for s in range(len(source)):
        if slow[source[s]] == 0.0:
            continue
        _begin(source[s], heap, where, best, touched, counts)
        n = 0
        while n < count and counts[0] > 0:
            cell = _settle(
                counts[0], source[s], limit, heap, where, best, touched, counts, columns, offsets, metres, height,
                slow, per_m, steepest, tobler, sign,
            )  # fmt: skip
            for i in range(start[cell], start[cell + 1]):
                if n < count and not np.any(items[s, :n] == item[i]):
                    items[s, n], minutes[s, n] = item[i], best[cell]
                    n += 1
        number[s] = n
        _forget(where, best, touched, counts)
    return number, items, minutes


@_compiled
def _smooth(x: float, y: float, columns: int, height: Any) -> float:
    """Height between the middles of four cells."""
    left, upper = floor(x - 0.5), floor(y - 0.5)
    across, down = x - 0.5 - left, y - 0.5 - upper
    at = int(upper) * columns + int(left)
    above = height[at] * (1 - across) + height[at + 1] * across
    below = height[at + columns] * (1 - across) + height[at + columns + 1] * across
    return float(above * (1 - down) + below * down)


@_compiled
def _next_line(t: float, begin: float, span: float) -> float:
    """Share of the way at which the next multiple of a half is met: an edge of a cell or the middle of one."""
    if span == 0.0:
        return inf
    now = 2 * (begin + t * span)
    line = floor(now) + 1 if span > 0 else -(floor(-now) + 1)
    found = (line / 2 - begin) / span
    if found <= t + 1e-9:
        found = ((line + (1 if span > 0 else -1)) / 2 - begin) / span
    return float(found)


@_compiled
def straight_minutes(
    a: Any, b: Any, metres: Any, columns: int, height: Any, slow: Any, per_m: float, steepest: float, tobler: bool
) -> Any:
    """Minutes of straight ways from `a` to `b`, (n, 2) columns and rows of the field; inf where they are blocked."""
    out = np.full(len(a), inf)
    for i in range(len(a)):
        (x, y), dx, dy = a[i], b[i, 0] - a[i, 0], b[i, 1] - a[i, 1]
        home, goal = int(y) * columns + int(x), int(b[i, 1]) * columns + int(b[i, 0])
        total, t, before = 0.0, 0.0, home
        low = _smooth(x, y, columns, height)
        if slow[home] == 0.0 or slow[goal] == 0.0:
            total = inf
        while t < 1.0 and total < inf:
            end = min(min(_next_line(t, x, dx), _next_line(t, y, dy)), 1.0)
            middle = (t + end) / 2
            cell = int(y + middle * dy) * columns + int(x + middle * dx)
            s = slow[cell]
            if s <= 0.0 and cell != home and cell != goal:
                total = inf
            if cell != before and _slips(before, cell, columns, slow):
                total = inf
            high = _smooth(x + end * dx, y + end * dy, columns, height)
            if metres[i] > 0:
                total += _stretch(high - low, (end - t) * metres[i], abs(s), per_m, steepest, tobler)
            t, low, before = end, high, cell
        out[i] = total
    return out


@_compiled
def _slips(before: int, cell: int, columns: int, slow: Any) -> bool:
    """Whether a way passes through the corner between two impassable cells."""
    row, was = cell // columns, before // columns
    column, had = cell % columns, before % columns
    return bool(row != was and column != had and slow[row * columns + had] <= 0 and slow[was * columns + column] <= 0)

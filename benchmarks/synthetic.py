"""A made-up road graph of any size, for measuring; no place on earth looks like it.

A square grid of junctions, moved at random by up to a third of the spacing. Every 8th line is a main road that is
never broken, every 64th a fast one; of the local streets between them about half exist, some in one direction only.
That gives about 2.5 arcs a junction, dead ends, islands, and a little under a tenth of the junctions cut off, as in
real extracts before the largest component is taken. The same arguments make the same graph.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from geodata.travel.kernel import Arcs, arcs_by_tail, space_order

Floats = npt.NDArray[np.float64]

LOCAL_SHARE: Final = 0.6
"""Share of local streets that exist."""
ONE_WAY_SHARE: Final = 0.05
"""Share of local streets open in one direction."""
DETOUR: Final = (1.0, 1.3)
"""Length along the road / straight line."""
LOCAL_KPH: Final = (20.0, 40.0)
MAIN_KPH: Final = (40.0, 60.0)
FAST_KPH: Final = (70.0, 90.0)
LINES: Final = 256
"""Grid lines made at a time, so that nothing of the size of the graph is held twice."""


def synthetic_roads(n_nodes: int, *, spacing_m: float = 250.0, seed: int = 1) -> tuple[Floats, Arcs]:
    """Junctions and arcs, the junctions along a Morton curve.

    Args:
        n_nodes: number of junctions, at least 4; rounded down to a full grid.
        spacing_m: mean distance of neighbours.
        seed: of the random numbers.

    Returns:
        (n, 2) metres, and the arcs with minutes.
    """
    side = int(np.sqrt(n_nodes))
    xy = _junctions(side, spacing_m, seed)
    order = space_order(xy)
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    tail, head = np.empty(4 * len(xy), np.int32), np.empty(4 * len(xy), np.int32)
    minutes = np.empty(4 * len(xy))
    used = 0
    for first in range(0, side, LINES):
        for along in (True, False):
            t, h, m = _streets(xy, side, first, along, np.random.default_rng([seed, 2, first, along]))
            to = used + len(t)
            tail[used:to], head[used:to], minutes[used:to] = place[t], place[h], m
            used = to
    xy = xy[order]
    del order, place
    return xy, arcs_by_tail(len(xy), tail[:used], head[:used], minutes[:used])


def _junctions(side: int, spacing_m: float, seed: int) -> Floats:
    rng = np.random.default_rng([seed, 1])
    xy = np.empty((side * side, 2))
    for first in range(0, side, LINES):
        lines = np.arange(first, min(first + LINES, side))
        grid = np.stack(np.meshgrid(np.arange(side), lines), axis=-1).reshape(-1, 2)
        xy[first * side : first * side + len(grid)] = (grid + rng.uniform(-1 / 3, 1 / 3, grid.shape)) * spacing_m
    return xy


def _streets(
    xy: Floats, side: int, first: int, along: bool, rng: np.random.Generator
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
    """Tails, heads and minutes of the streets along some grid lines, or from them to the next ones."""
    line, column = np.meshgrid(np.arange(first, min(first + LINES, side)), np.arange(side), indexing="ij")
    inside = (column < side - 1) if along else (line < side - 1)
    line, column = line[inside], column[inside]
    number = line if along else column
    main, fast = number % 8 == 0, number % 64 == 0
    there = main | (rng.random(len(number)) < LOCAL_SHARE)
    line, column, main, fast = line[there], column[there], main[there], fast[there]
    tail = line * side + column
    head = tail + (1 if along else side)
    kph = np.where(fast, rng.uniform(*FAST_KPH, len(tail)), rng.uniform(*LOCAL_KPH, len(tail)))
    kph = np.where(main & ~fast, rng.uniform(*MAIN_KPH, len(tail)), kph)
    length = np.hypot(*(xy[tail] - xy[head]).T) * rng.uniform(*DETOUR, len(tail))
    minutes = length / (kph / 0.06)
    way = np.where(main, 0.5, rng.random(len(tail)))
    forth, back = way >= ONE_WAY_SHARE / 2, way < 1 - ONE_WAY_SHARE / 2
    return (
        np.concatenate([tail[forth], head[back]]),
        np.concatenate([head[forth], tail[back]]),
        np.concatenate([minutes[forth], minutes[back]]),
    )

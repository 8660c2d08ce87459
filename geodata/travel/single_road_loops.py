"""Whose way becomes too long when one piece of road is closed: compiled loops over the tree of quickest ways.

A piece can only matter to a place when the quickest way of that place drives along it. So for every piece of the tree,
farthest first, the minutes of the nodes behind it are computed anew without it; the rest of the tree stands as it is.
Nodes are ends of pieces; ways lead towards the institutions; `limit` is on the way without boarding.
"""

from heapq import heappop, heappush
from math import inf
from typing import Any

import numba
import numpy as np

NO_PIECE = -1


@numba.njit(cache=True, nogil=True)  # type: ignore[misc,unused-ignore]
def quickest_tree(
    start: Any, tails: Any, minutes: Any, pieces: Any, seed: Any, limit: float
) -> tuple[Any, Any, Any, Any]:
    """Minutes to the institutions; the next node and the piece driven to it, -1 without; and the nodes, nearest first.

    Args:
        start, tails, minutes, pieces: arcs by the node they lead to (compressed rows).
        seed: (n,) minutes from each node to an institution without any piece, inf where there is no such way.
    """
    n = len(seed)
    best, done = seed.copy(), np.zeros(n, np.bool_)
    onward, along = np.full(n, -1, np.int64), np.full(n, NO_PIECE, np.int64)
    order, count = np.empty(n, np.int64), 0
    heap = [(0.0, -1)]
    for node in range(n):
        if seed[node] <= limit:
            heappush(heap, (seed[node], node))
    while len(heap):
        time, node = heappop(heap)
        if node < 0 or done[node] or time > best[node]:
            continue
        done[node], order[count] = True, node
        count += 1
        for i in range(start[node], start[node + 1]):
            other, total = tails[i], time + minutes[i]
            if total < best[other] and total <= limit:
                best[other], onward[other], along[other] = total, node, pieces[i]
                heappush(heap, (total, other))
    for node in range(n):
        if not done[node]:
            best[node] = inf
    return best, onward, along, order[:count]


@numba.njit(cache=True, nogil=True)  # type: ignore[misc,unused-ignore]
def behind(onward: Any, order: Any) -> tuple[Any, Any, Any]:
    """Nodes so that all behind a node follow it in one row: that row, the place of each node in it, and how many."""
    n = len(onward)
    size, place, row = np.zeros(n, np.int64), np.full(n, -1, np.int64), np.empty(len(order), np.int64)
    for node in order[::-1]:
        size[node] += 1
        if onward[node] >= 0:
            size[onward[node]] += size[node]
    free, roots = np.zeros(n, np.int64), 0  # where the next node behind each one goes
    for node in order:
        above = onward[node]
        if above < 0:
            place[node] = roots
            roots += size[node]
        else:
            place[node] = free[above]
            free[above] += size[node]
        free[node] = place[node] + 1
        row[place[node]] = node
    return row, place, size


@numba.njit(cache=True, nogil=True)  # type: ignore[misc,unused-ignore]
def too_far_without(
    home_start: Any, home_node: Any, home_min: Any, straight: Any, into: Any, out: Any, seed: Any, limit: float
) -> tuple[Any, Any]:
    """(homes,) minutes of the quickest way within the limit, else inf; and the nearest piece that must be open, or -1.

    Args:
        home_start, home_node, home_min: ways from homes to nodes (compressed rows).
        straight: (homes,) minutes without any node, inf where there is no such way.
        into, out: (start, other end, minutes, piece) of arcs by the node they lead to, and by the node they leave.
    """
    best, onward, along, order = quickest_tree(into[0], into[1], into[2], into[3], seed, limit)
    row, place, size = behind(onward, order)
    homes = len(straight)
    found, needed, via = straight.copy(), np.full(homes, NO_PIECE, np.int64), np.full(homes, -1, np.int64)
    for h in range(homes):
        for i in range(home_start[h], home_start[h + 1]):
            total = home_min[i] + best[home_node[i]]
            if total < found[h]:
                found[h], via[h] = total, home_node[i]
        if found[h] > limit:
            found[h], via[h] = inf, -1
        elif straight[h] <= limit:
            via[h] = -1
    first, waiting = _by_place(via, place, len(order))
    again = np.full(len(seed), inf)
    for node in order[::-1]:
        if along[node] < 0:
            continue
        low, high = place[node], place[node] + size[node]
        if not _any_left(first, waiting, low, high, needed, home_start, home_node, home_min, best, place, limit):
            continue
        _anew(row, place, low, high, along[node], into, out, seed, best, again, limit)
        for k in range(first[low], first[high]):
            h = waiting[k]
            if needed[h] < 0 and _quickest(h, home_start, home_node, home_min, best, again, place, low, high) > limit:
                needed[h] = along[node]
    return found, needed


@numba.njit(cache=True, nogil=True)  # type: ignore[misc,unused-ignore]
def _by_place(via: Any, place: Any, places: int) -> tuple[Any, Any]:
    """Homes by the place in the row of the node over which their quickest way leads (compressed rows)."""
    first = np.zeros(places + 1, np.int64)
    for node in via:
        if node >= 0:
            first[place[node] + 1] += 1
    first = np.cumsum(first)
    at, waiting = first.copy(), np.empty(first[-1], np.int64)
    for h in range(len(via)):
        if via[h] >= 0:
            waiting[at[place[via[h]]]] = h
            at[place[via[h]]] += 1
    return first, waiting


@numba.njit(cache=True, nogil=True)  # type: ignore[misc,unused-ignore]
def _any_left(
    first: Any, waiting: Any, low: int, high: int, needed: Any, home_start: Any, home_node: Any, home_min: Any,
    best: Any, place: Any, limit: float,
) -> bool:  # fmt: skip
    """Whether some home behind, not yet known to depend, has no way within the limit over nodes that are not behind."""
    for k in range(first[low], first[high]):
        h = waiting[k]
        if needed[h] < 0 and _quickest(h, home_start, home_node, home_min, best, best, place, low, high, False) > limit:
            return True
    return False


@numba.njit(cache=True, nogil=True)  # type: ignore[misc,unused-ignore]
def _quickest(
    h: int, home_start: Any, home_node: Any, home_min: Any, best: Any, again: Any, place: Any, low: int, high: int,
    inside: bool = True,
) -> float:  # fmt: skip
    """Minutes of a home: over nodes that are not behind by `best`, over those that are by `again` or not at all."""
    least = inf
    for i in range(home_start[h], home_start[h + 1]):
        node = home_node[i]
        if low <= place[node] < high:
            if inside:
                least = min(least, home_min[i] + again[node])
        else:
            least = min(least, home_min[i] + best[node])
    return least


@numba.njit(cache=True, nogil=True)  # type: ignore[misc,unused-ignore]
def _anew(
    row: Any, place: Any, low: int, high: int, closed: int, into: Any, out: Any, seed: Any, best: Any, again: Any,
    limit: float,
) -> None:  # fmt: skip
    """Minutes in `again` of the nodes behind a closed piece."""
    heap = [(0.0, -1)]
    for k in range(low, high):
        node = row[k]
        again[node] = seed[node]
        for i in range(out[0][node], out[0][node + 1]):
            other = out[1][i]
            if out[3][i] != closed and not low <= place[other] < high:
                again[node] = min(again[node], out[2][i] + best[other])
        if again[node] <= limit:
            heappush(heap, (again[node], node))
        else:
            again[node] = inf
    while len(heap):
        time, node = heappop(heap)
        if node < 0 or time > again[node]:
            continue
        for i in range(into[0][node], into[0][node + 1]):
            other, total = into[1][i], time + into[2][i]
            if into[3][i] != closed and low <= place[other] < high and total < again[other] and total <= limit:
                again[other] = total
                heappush(heap, (total, other))

"""The compiled loops behind `geodata.travel.kernel`, which checks what goes in: here nothing is checked.

A search keeps for every node the least minutes known: `top` (just above the limit) = none yet, positive = waits in
a bucket, negative = its arcs have been followed with these minutes. The buckets form a ring of linked entries;
`pool[0]` is the node of an entry, `pool[1]` the next entry, 0 = none, and `pool[1, 0]` the first free one. An entry
whose node has meanwhile been followed from an earlier bucket is stale and dropped when its turn comes.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
F = TypeVar("F", bound=Callable[..., object])


def _compiled(function: F) -> F:
    """Machine code on first call, kept on disk; other threads run meanwhile; IEEE arithmetic, no fastmath."""
    return cast("F", numba.njit(cache=True, nogil=True)(function))


@_compiled
def group(n: int, key: Array, other: Array, minutes: Array, least: float) -> tuple[Array, Array, Array]:
    """Entries sorted by key (counting sort, stable): start (n + 1,), other, minutes raised to `least`."""
    start = np.zeros(n + 1, np.int64)
    for i in range(len(key)):
        if minutes[i] < np.inf:
            start[key[i] + 1] += 1
    for k in range(n):
        start[k + 1] += start[k]
    out_other, out_minutes = np.empty(start[n], np.int32), np.empty(start[n], np.float64)
    for i in range(len(key)):
        if minutes[i] < np.inf:
            at = start[key[i]]
            start[key[i]] = at + 1
            out_other[at] = other[i]
            out_minutes[at] = max(minutes[i], least)
    for k in range(n, 0, -1):  # every start has moved to the next one
        start[k] = start[k - 1]
    start[0] = 0
    return start, out_other, out_minutes


@_compiled
def flip(start: Array, head: Array, minutes: Array) -> tuple[Array, Array, Array]:
    """The transposed rows, ascending within each row."""
    n = len(start) - 1
    new_start = np.zeros(n + 1, np.int64)
    for a in range(len(head)):
        new_start[head[a] + 1] += 1
    for k in range(n):
        new_start[k + 1] += new_start[k]
    new_head, new_minutes = np.empty(len(head), np.int32), np.empty(len(head), np.float64)
    for u in range(n):
        for a in range(start[u], start[u + 1]):
            at = new_start[head[a]]
            new_start[head[a]] = at + 1
            new_head[at] = u
            new_minutes[at] = minutes[a]
    for k in range(n, 0, -1):
        new_start[k] = new_start[k - 1]
    new_start[0] = 0
    return new_start, new_head, new_minutes


@_compiled
def merge(start: Array, head: Array, minutes: Array) -> int:
    """Of equal heads in an ascending row the least minutes stay; in place. How many arcs are left."""
    kept, first = 0, 0
    for u in range(len(start) - 1):
        last, row = start[u + 1], kept
        for a in range(first, last):
            if kept > row and head[kept - 1] == head[a]:
                minutes[kept - 1] = min(minutes[kept - 1], minutes[a])
            else:
                head[kept], minutes[kept] = head[a], minutes[a]
                kept += 1
        first = last
        start[u + 1] = kept
    return kept


@_compiled
def grown(pool: Array) -> Array:
    """Twice as many entries, the new ones free; called when none is free."""
    old = pool.shape[1]
    new = np.empty((2, 2 * old), np.int32)
    for e in range(2 * old):
        new[0, e] = pool[0, e] if e < old else 0
        new[1, e] = pool[1, e] if e < old else (e + 1) % (2 * old)
    new[1, 0] = old
    return new


@_compiled
def search(
    start: Array, head: Array, minutes: Array, node: Array, cost: Array, top: float, per_min: float,
    first: Array, pool: Array, best: Array, touched: Array,
) -> tuple[int, Array]:  # fmt: skip
    """Least minutes from the seeds to all nodes below `top`, written negative into `best`.

    Args:
        start, head, minutes: arcs by tail; node, cost: seeds.
        top: what `best` holds where nothing is known; per_min: buckets in a minute.
        first: (power of 2,) first entry of each bucket, all 0 before and after; the ring spans the longest arc.
        pool: (2, any) entries, all free before and after; best: (n,) all `top` before.
        touched: (n,) filled from the front with the nodes reached.

    Returns:
        How many nodes are reached, and the pool, which may have grown.
    """
    mask, count, waiting, now = len(first) - 1, 0, 0, np.int64(2**62)
    for i in range(len(node)):
        v, total = node[i], cost[i]
        if total < best[v]:
            if best[v] == top:
                touched[count] = v
                count += 1
            best[v] = total
            if pool[1, 0] == 0:
                pool = grown(pool)
            bucket = np.int64(total * per_min)
            now = min(now, bucket)
            entry = pool[1, 0]
            pool[1, 0] = pool[1, entry]
            pool[0, entry], pool[1, entry] = v, first[bucket & mask]
            first[bucket & mask] = entry
            waiting += 1
    free = pool[1, 0]
    while waiting > 0:
        entry = first[now & mask]
        if entry == 0:
            now += 1
            continue
        u = pool[0, entry]
        first[now & mask] = pool[1, entry]
        pool[1, entry] = free
        free = entry
        waiting -= 1
        here = best[u]
        if here < 0.0:
            continue
        best[u] = -here
        for a in range(start[u], start[u + 1]):
            v, total = head[a], here + minutes[a]
            known = best[v]
            if total >= abs(known):
                continue
            best[v] = total
            bucket = np.int64(total * per_min)
            if known == top:
                touched[count] = v
                count += 1
            elif known > 0.0 and np.int64(known * per_min) == bucket:
                continue  # it waits in this bucket already
            if free == 0:
                pool = grown(pool)
                free = pool[1, 0]
            entry = free
            free = pool[1, entry]
            pool[0, entry], pool[1, entry] = v, first[bucket & mask]
            first[bucket & mask] = entry
            waiting += 1
    pool[1, 0] = free
    return count, pool


@_compiled
def spread_labels(
    start: Array, head: Array, minutes: Array, best: Array, order: Array, node: Array, given: Array, label: Array
) -> None:
    """The smallest label among the seeds that attain `best`, along arcs without slack, nearest nodes first."""
    for i in range(len(node)):
        if label[node[i]] < 0 or given[i] < label[node[i]]:
            label[node[i]] = given[i]
    for i in range(len(order)):
        u = order[i]
        for a in range(start[u], start[u + 1]):
            v = head[a]
            if best[u] + minutes[a] == best[v] and (label[v] < 0 or label[u] < label[v]):
                label[v] = label[u]


@_compiled
def longer(values: Array) -> Array:
    """Room for twice as many."""
    new = np.empty(2 * len(values), values.dtype)
    for i in range(len(values)):
        new[i] = values[i]
    return new


@_compiled
def rows(
    start: Array, head: Array, minutes: Array, sources: Array,
    seed_start: Array, seed_node: Array, seed_min: Array,
    hang_start: Array, hang_target: Array, hang_min: Array,
    direct_start: Array, direct_target: Array, direct_min: Array,
    top: float, per_min: float,
    first: Array, pool: Array, best: Array, touched: Array, target_best: Array, found: Array,
) -> tuple[Array, Array, Array, Array]:  # fmt: skip
    """Rows of the table for some sources: entries of each row, their targets ascending, their minutes; the pool.

    `hang_*` are the legs from each node to targets; `best` and `target_best` hold `top` before and after.
    """
    counts = np.zeros(len(sources), np.int64)
    out_target, out_minutes, used = np.empty(1024, np.int32), np.empty(1024, np.float64), 0
    for i in range(len(sources)):
        s, n_found = sources[i], 0
        for a in range(direct_start[s], direct_start[s + 1]):
            t = direct_target[a]
            if direct_min[a] < target_best[t]:
                if target_best[t] == top:
                    found[n_found] = t
                    n_found += 1
                target_best[t] = direct_min[a]
        a, b = seed_start[s], seed_start[s + 1]
        n_reached, pool = search(
            start, head, minutes, seed_node[a:b], seed_min[a:b], top, per_min, first, pool, best, touched
        )
        for j in range(n_reached):
            u = touched[j]
            here = abs(best[u])
            best[u] = top
            for a in range(hang_start[u], hang_start[u + 1]):
                t, total = hang_target[a], here + hang_min[a]
                if total < target_best[t]:
                    if target_best[t] == top:
                        found[n_found] = t
                        n_found += 1
                    target_best[t] = total
        while used + n_found > len(out_target):
            out_target, out_minutes = longer(out_target), longer(out_minutes)
        if 32 * n_found < len(target_best):
            found[:n_found].sort()
        else:  # looking at all targets takes less time than sorting these
            k = 0
            for t in range(len(target_best)):
                if target_best[t] < top:
                    found[k] = t
                    k += 1
        for j in range(n_found):
            t = found[j]
            out_target[used + j], out_minutes[used + j] = t, target_best[t]
            target_best[t] = top
        used += n_found
        counts[i] = n_found
    return counts, out_target[:used].copy(), out_minutes[:used].copy(), pool


@_compiled
def place(
    sources: Array, counts: Array, row_target: Array, row_minutes: Array, start: Array, target: Array, minutes: Array
) -> None:
    """Rows as found into the result, whose rows begin at `start`."""
    at = 0
    for i in range(len(sources)):
        to = start[sources[i]]
        for j in range(counts[i]):
            target[to + j], minutes[to + j] = row_target[at + j], row_minutes[at + j]
        at += counts[i]

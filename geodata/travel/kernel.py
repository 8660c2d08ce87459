"""Travel times along arcs, exactly: from one place to all nodes, and from many places to many within a limit.

Nodes are positions 0..n-1; minutes are float64. The minutes of a way are added up from its start to its end,
((seed + arc) + arc) + leg, as `scipy.sparse.csgraph.dijkstra` adds them, so both agree to the last bit. Within a
limit means `<=` on that total. The search sorts its nodes into buckets of equal width and repeats a bucket until
nothing in it improves: the result is the same as with a heap, whatever the width.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cached_property
from math import inf, nextafter
from threading import local
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from geodata.errors import LayerError, both
from geodata.travel import kernel_loops as loops

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Progress = Callable[[str, float], None]
Nodes = npt.NDArray[np.int32]
_Rows = tuple[Ints, Nodes, Floats]
_Work = tuple[Nodes, Nodes, Floats, Nodes]

SHORTEST_MIN: Final = 1e-6
"""No arc takes less: way without time would make rings of equal places."""
WIDTH: Final = 1.0
"""Width of a bucket ÷ mean minutes of an arc: measured on real and made-up roads; the result is the same with any."""
MOST_BUCKETS: Final = 1 << 15
CHUNK: Final = 128
"""Most sources a thread takes at once."""


@dataclass(frozen=True, eq=False)
class Arcs:
    """Directed arcs by tail (compressed rows), heads ascending and at most one arc between two nodes.

    Attributes:
        start: (n_nodes + 1,) first arc of each node.
        head: (n_arcs,) node an arc leads to.
        minutes: (n_arcs,) at least `SHORTEST_MIN`, finite.
    """

    start: Ints
    head: Nodes
    minutes: Floats

    @property
    def n_nodes(self) -> int:
        """Nodes, with or without arcs."""
        return len(self.start) - 1

    @cached_property
    def mean_and_longest(self) -> tuple[float, float]:
        """Mean and maximum of the minutes; 1 and 1 without arcs."""
        return (float(self.minutes.mean()), float(self.minutes.max())) if len(self.minutes) else (1.0, 1.0)


@dataclass(frozen=True, eq=False)
class Legs:
    """Ways between places and nodes, by place (compressed rows); a place may have none.

    Attributes:
        start: (n_places + 1,) first leg of each place.
        node: (n_legs,) node positions.
        minutes: (n_legs,) 0 or more; a leg of infinite minutes is no way.
    """

    start: Ints
    node: Ints
    minutes: Floats

    @property
    def n_places(self) -> int:
        """Places, with or without legs."""
        return len(self.start) - 1


def arcs_by_tail(n_nodes: int, tail: npt.ArrayLike, head: npt.ArrayLike, minutes: npt.ArrayLike) -> Arcs:
    """Arcs sorted by tail and head; of parallel arcs the fastest stays, arcs of infinite minutes are left out.

    Args:
        n_nodes: number of nodes.
        tail, head: (m,) node positions.
        minutes: (m,) 0 or more; below `SHORTEST_MIN` is raised to it.

    Raises:
        LayerError: for nodes out of range, minutes that are negative or NaN, or arrays of different lengths.
    """
    t, h, m = np.asarray(tail), np.asarray(head), np.asarray(minutes, np.float64)
    faults = [*_faults_of("arcs", n_nodes, h, m), *_faults_of("arcs", n_nodes, t, m)]
    if faults:
        raise LayerError(list(dict.fromkeys(faults)))
    by_head = loops.group(n_nodes, _fixed(h, np.int32), _fixed(t, np.int32), _fixed(m, np.float64), SHORTEST_MIN)
    start, heads, times = loops.flip(*(_fixed(a, a.dtype) for a in by_head))
    del by_head
    kept = loops.merge(start, heads, times)
    if kept < len(heads):
        heads, times = heads[:kept].copy(), times[:kept].copy()
    return Arcs(start, heads, times)


def reversed_arcs(arcs: Arcs) -> Arcs:
    """The same arcs the other way round: distances from a node become distances to it."""
    return Arcs(*loops.flip(*_graph(arcs)))


def space_order(xy: npt.ArrayLike) -> Ints:
    """Positions of the points in the order of a Morton curve, so that neighbours stand close in memory.

    Args:
        xy: (n, 2) coordinates, both axes in the same unit; a search is about twice as fast on nodes in this order.

    Returns:
        (n,) permutation: entry k is the point that comes k-th; equal cells keep their order.
    """
    points = np.asarray(xy, np.float64).reshape(-1, 2)
    if not len(points):
        return np.zeros(0, np.int64)
    low = points.min(axis=0)
    span = float((points.max(axis=0) - low).max()) or 1.0
    code = np.zeros(len(points), np.uint64)
    for axis in (0, 1):
        cell = ((points[:, axis] - low[axis]) * ((2**31 - 1) / span)).astype(np.uint64)
        for shift, mask in SPREAD:
            cell |= cell << np.uint64(shift)
            cell &= np.uint64(mask)
        code |= cell << np.uint64(axis)
    return np.argsort(code, kind="stable")


SPREAD: Final = (
    (16, 0x0000FFFF0000FFFF), (8, 0x00FF00FF00FF00FF), (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333), (1, 0x5555555555555555),
)  # fmt: skip
"""Shifts and masks that put a zero between every two bits."""


def distances(arcs: Arcs, seed_node: npt.ArrayLike, seed_min: npt.ArrayLike, limit_min: float = np.inf) -> Floats:
    """Minutes from the nearest seed to every node.

    Args:
        arcs: the graph.
        seed_node: (k,) node positions; a node may occur several times.
        seed_min: (k,) minutes already spent there, 0 or more; infinite = no seed.
        limit_min: farther nodes are not looked for; exactly at the limit is reached.

    Returns:
        (n_nodes,) minutes; inf where nothing arrives within the limit.

    Raises:
        LayerError: for seeds out of range, with negative or unknown minutes, or a limit that is NaN.
    """
    found = _searched(arcs, seed_node, seed_min, limit_min)[0]
    np.abs(found, out=found)
    found[found > limit_min] = np.inf
    return found


def nearest(
    arcs: Arcs,
    seed_node: npt.ArrayLike,
    seed_min: npt.ArrayLike,
    seed_label: npt.ArrayLike,
    limit_min: float = np.inf,
) -> tuple[Floats, Ints]:
    """Minutes from the nearest seed and which seed it is, for every node, in one run.

    Args:
        arcs, seed_node, seed_min, limit_min: as in `distances`.
        seed_label: (k,) what to call each seed, 0 or more.

    Returns:
        minutes: (n_nodes,), as `distances`.
        label: (n_nodes,) label of the nearest seed, the smallest one of equally near ones; -1 = not reached.
    """
    given, cost = np.asarray(seed_label), np.asarray(seed_min, np.float64)
    if given.shape != cost.shape or (len(given) and given.min() < 0):
        raise LayerError([both("seeds: give one label of 0 or more each", "起点：每个须有一个不小于 0 的标号")])
    minutes, touched = _searched(arcs, seed_node, cost, limit_min)
    np.abs(minutes, out=minutes)
    minutes[minutes > limit_min] = np.inf
    order = touched[np.argsort(minutes[touched], kind="stable")]
    label = np.full(arcs.n_nodes, -1, np.int64)
    node = np.asarray(seed_node, np.int64)
    best = (cost == minutes[node]) & np.isfinite(cost)
    loops.spread_labels(
        *_graph(arcs), _fixed(minutes, np.float64), _fixed(order, np.int32), node[best], given[best].astype(np.int64),
        label,
    )  # fmt: skip
    return minutes, label


def reached(
    arcs: Arcs, seed_node: npt.ArrayLike, seed_min: npt.ArrayLike, limit_min: float = np.inf
) -> tuple[Ints, Floats]:
    """Nodes within the limit, ascending, and their minutes; arguments as in `distances`."""
    minutes, touched = _searched(arcs, seed_node, seed_min, limit_min)
    nodes = np.sort(touched).astype(np.int64)
    return nodes, np.abs(minutes[nodes])


def table(
    arcs: Arcs,
    seeds: Legs,
    targets: Legs,
    limit_min: float,
    *,
    direct: csr_array | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
) -> csr_array:
    """Minutes from every source to every target within the limit.

    Entry (s, t) is the least of `direct[s, t]` and, over the legs of both, leg + way + leg. It is stored when it is
    `<= limit_min`; what is absent is farther. The result does not depend on the number of threads.

    Args:
        arcs: the graph.
        seeds: legs from each source to its nodes.
        targets: legs from the nodes to each target, by target.
        limit_min: longest trip.
        direct: (n_sources, n_targets) minutes of trips without the graph; only stored entries count.
        progress: called in the calling thread with "travel_times" and the share done.
        threads: searches at the same time; the number of cores when None.

    Returns:
        (n_sources, n_targets) minutes, columns ascending in every row.

    Raises:
        LayerError: for legs out of range, with negative or unknown minutes, a limit that is NaN, or a `direct` of
            another shape.
    """
    shape = (seeds.n_places, targets.n_places)
    _check_table(arcs, seeds, targets, limit_min, direct)
    jobs = _Jobs(arcs, seeds, targets, limit_min, direct)
    order = _source_order(seeds)
    workers = max(1, threads or os.cpu_count() or 1)
    size = max(1, min(CHUNK, -(-len(order) // (4 * workers))))
    chunks = [order[i : i + size] for i in range(0, len(order), size)]
    done: list[_Rows | None] = [None] * len(chunks)
    pool = ThreadPoolExecutor(workers)
    try:
        waiting = {pool.submit(jobs.run, chunk): k for k, chunk in enumerate(chunks)}
        for count, future in enumerate(as_completed(waiting), 1):
            done[waiting[future]] = future.result()
            if progress:
                progress("travel_times", count / len(chunks))
        waiting.clear()
    finally:
        pool.shutdown(cancel_futures=True)
    return _assembled(shape, chunks, done)


def table_bytes(
    n_nodes: int, n_arcs: int, n_sources: int, n_targets: int, pairs: int, *, legs: int = 0, threads: int | None = None
) -> int:
    """Memory of a `table` run at its peak, from above, in bytes.

    Graph, legs at both ends, the nodes' list of targets, a search per thread, and the pairs twice: once as found,
    once in the result.
    """
    workers = max(1, threads or os.cpu_count() or 1)
    graph = 8 * (n_nodes + 1) + 12 * n_arcs
    ends = 16 * (n_sources + 1) + 8 * (n_targets + 1) + 8 * (n_nodes + 1) + 28 * (legs or 4 * (n_sources + n_targets))
    search = 12 * n_nodes + 12 * n_targets + (1 << 20)
    return graph + ends + workers * search + 2 * 12 * pairs + 16 * n_sources


class _Own(local):
    """Work arrays of one thread: of the search, and of the row."""

    search: _Work | None = None
    row: tuple[Floats, Nodes]


class _Jobs:
    """What all threads read, and the work arrays of each."""

    def __init__(self, arcs: Arcs, seeds: Legs, targets: Legs, limit_min: float, direct: csr_array | None) -> None:
        target = np.repeat(np.arange(targets.n_places), np.diff(targets.start))
        node, target = _fixed(targets.node, np.int32), _fixed(target, np.int32)
        hang = loops.group(arcs.n_nodes, node, target, _fixed(targets.minutes, np.float64), 0.0)
        self.top = nextafter(limit_min, inf)
        self.graph = _graph(arcs)
        self.seeds = (_fixed(seeds.start, np.int64), _fixed(seeds.node, np.int64), _fixed(seeds.minutes, np.float64))
        self.hang = (_fixed(hang[0], np.int64), _fixed(hang[1], np.int32), _fixed(hang[2], np.float64))
        self.direct = _direct(direct, seeds.n_places)
        self.per_min, self.n_buckets = _buckets(arcs, seeds.minutes, limit_min)
        self.sizes = (arcs.n_nodes, targets.n_places)
        self.own = _Own()

    def run(self, sources: Ints) -> _Rows:
        """The rows of these sources, one after the other; the work arrays of a thread serve all its calls."""
        own = self.own
        if own.search is None:
            own.search = _work(self.sizes[0], self.n_buckets, self.top)
            own.row = np.full(self.sizes[1], self.top), np.empty(self.sizes[1], np.int32)
        first, pool, best, touched = own.search
        counts, target, minutes, pool = loops.rows(
            *self.graph, _fixed(sources, np.int64), *self.seeds, *self.hang, *self.direct, self.top, self.per_min,
            first, pool, best, touched, *own.row,
        )  # fmt: skip
        own.search = first, pool, best, touched
        return counts, target, minutes


def _assembled(shape: tuple[int, int], chunks: list[Ints], done: list[_Rows | None]) -> csr_array:
    """The rows in their order; every chunk is let go as soon as it is copied."""
    counts = np.zeros(shape[0] + 1, np.int64)
    for sources, found in zip(chunks, done, strict=True):
        assert found is not None
        counts[sources + 1] = found[0]
    start = np.cumsum(counts)
    target, minutes = np.empty(start[-1], np.int32), np.empty(start[-1], np.float64)
    for k, sources in enumerate(chunks):
        found, done[k] = done[k], None
        assert found is not None
        loops.place(_fixed(sources, np.int64), *found, start, target, minutes)
    return csr_array((minutes, target, start), shape=shape)


def _searched(arcs: Arcs, seed_node: npt.ArrayLike, seed_min: npt.ArrayLike, limit_min: float) -> tuple[Floats, Nodes]:
    """Minutes of one search, negative where reached, and the nodes reached."""
    node, cost = np.asarray(seed_node), np.asarray(seed_min, np.float64)
    faults = _faults_of("seeds", arcs.n_nodes, node, cost) + _faults_of_limit(limit_min)
    if faults:
        raise LayerError(faults)
    top = nextafter(limit_min, inf)
    per_min, n_buckets = _buckets(arcs, cost, limit_min)
    first, pool, best, touched = _work(arcs.n_nodes, n_buckets, top)
    count, _ = loops.search(
        *_graph(arcs), _fixed(node, np.int64), _fixed(cost, np.float64), top, per_min, first, pool, best, touched
    )
    return best, touched[:count]


def _work(n_nodes: int, n_buckets: int, top: float) -> _Work:
    """Bucket heads, entries, minutes and reached nodes of one search, as `loops.search` wants them at first."""
    pool = np.zeros((2, 1024), np.int32)
    pool[1, :-1] = np.arange(1, 1024)
    return np.zeros(n_buckets, np.int32), pool, np.full(n_nodes, top), np.empty(n_nodes, np.int32)


def _buckets(arcs: Arcs, seed_min: Floats, limit_min: float) -> tuple[float, int]:
    """Buckets in a minute, and how many a ring needs so that no arc and no seed overtakes it."""
    mean, longest = arcs.mean_and_longest
    seed = float(np.max(seed_min, initial=0.0, where=np.isfinite(seed_min)))
    span = min(max(longest, seed), limit_min) if limit_min >= 0 else 0.0
    width = max(WIDTH * mean, span / (MOST_BUCKETS - 4))
    return 1.0 / width, 1 << int(np.ceil(np.log2(span / width + 4)))


def _graph(arcs: Arcs) -> tuple[Ints, Nodes, Floats]:
    return _fixed(arcs.start, np.int64), _fixed(arcs.head, np.int32), _fixed(arcs.minutes, np.float64)


def _fixed(values: npt.ArrayLike, dtype: npt.DTypeLike) -> npt.NDArray[Any]:
    """Contiguous, of the type and read-only, so that mapped files and own arrays share one compiled loop."""
    found = np.ascontiguousarray(np.asarray(values), dtype).view()
    found.flags.writeable = False
    return found


def _direct(direct: csr_array | None, n_sources: int) -> tuple[Ints, Nodes, Floats]:
    if direct is None:
        return _fixed(np.zeros(n_sources + 1), np.int64), _fixed([], np.int32), _fixed([], np.float64)
    return _fixed(direct.indptr, np.int64), _fixed(direct.indices, np.int32), _fixed(direct.data, np.float64)


def _source_order(seeds: Legs) -> Ints:
    """Sources by their first node: neighbours follow each other and find their graph in the processor's cache."""
    first = np.full(seeds.n_places, -1, np.int64)
    some = np.diff(seeds.start) > 0
    first[some] = np.asarray(seeds.node)[np.asarray(seeds.start)[:-1][some]]
    return np.argsort(first, kind="stable")


def _check_table(arcs: Arcs, seeds: Legs, targets: Legs, limit_min: float, direct: csr_array | None) -> None:
    faults = _faults_of_limit(limit_min)
    for name, legs in (("legs of the sources", seeds), ("legs of the targets", targets)):
        faults += _faults_of(name, arcs.n_nodes, np.asarray(legs.node), np.asarray(legs.minutes))
        start = np.asarray(legs.start)
        if not len(start) or start[0] != 0 or start[-1] != len(legs.node) or (np.diff(start) < 0).any():
            last = len(legs.node)
            faults.append(both(f"{name}: start must ascend from 0 to {last}", f"{name}：起始位置须由 0 升至 {last}"))
    wanted = (seeds.n_places, targets.n_places)
    if direct is not None and direct.shape != wanted:
        en, zh = f"direct trips: {direct.shape} found, {wanted} needed", f"直达表：形状为 {direct.shape}，需要 {wanted}"
        faults.append(both(en, zh))
    elif direct is not None:
        faults += _faults_of("direct trips", wanted[1], direct.indices, direct.data)
    if faults:
        raise LayerError(faults)


def _faults_of(name: str, n_nodes: int, node: npt.NDArray[Any], minutes: npt.NDArray[Any]) -> list[str]:
    """What is wrong with nodes and minutes that belong together."""
    if node.shape != minutes.shape or node.ndim != 1:
        found = f"{node.shape}, {minutes.shape}"
        en, zh = f"{name}: shapes {found}; give one minute for each node", f"{name}：形状为 {found}；须一一对应"
        return [both(en, zh)]
    faults: list[str] = []
    if len(node) and not (node.min() >= 0 and node.max() < n_nodes):
        at = int(np.argmax((node < 0) | (node >= n_nodes)))
        en, zh = f"{name}, entry {at}: node {node[at]} found", f"{name}第 {at} 项：节点为 {node[at]}"
        faults.append(both(f"{en}; nodes are 0 to {n_nodes - 1}", f"{zh}；节点应在 0 至 {n_nodes - 1} 之间"))
    if len(node) and not minutes.min() >= 0:
        at = int(np.argmax(~(minutes >= 0)))
        en, zh = f"{name}, entry {at}: {minutes[at]} minutes found", f"{name}第 {at} 项：分钟为 {minutes[at]}"
        faults.append(both(f"{en}; 0 or more is needed", f"{zh}；须不小于 0"))
    return faults


def _faults_of_limit(limit_min: float) -> list[str]:
    if limit_min == limit_min:
        return []
    return [both("the limit is not a number; give minutes, or inf for none", "时限不是数；请给出分钟数，无时限用 inf")]

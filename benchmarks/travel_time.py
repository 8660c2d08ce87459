"""Travel times side by side with other engines, on one graph in one run: `python benchmarks/travel_time.py`.

    --roads FILE       an .osm.pbf (or any road file): its largest strongly connected part for cars;
                       a made-up city of 75,000 junctions without it
    --sources N        sources of the first table (50)
    --minutes M        their limit (10)
    --national NODES   also a made-up country, e.g. 20000000: CPU and memory; --national-only for nothing else

CPU time of the whole process, all threads, is counted, not the clock. Compiled code is warmed up first. Engines that
are not installed are said to be so; none of them is needed by the product.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import psutil
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

sys.path.insert(0, str(Path(__file__).parents[1]))  # run from a checkout, installed or not

from benchmarks.synthetic import synthetic_roads
from geodata.travel.kernel import Arcs, Legs, arcs_by_tail, distances, reached, space_order, table, table_bytes

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SLOW_SOURCES: Final = 5
"""Sources, or pairs, for engines that take long."""


class City:
    """One graph in the forms the engines want.

    Attributes:
        xy: (n, 2) metres.
        arcs: the graph; every node reaches every other.
        sources: nodes to start from.
        minutes: limit.
        exact: (sources, n) scipy's minutes within the limit, inf beyond.
    """

    def __init__(self, xy: Floats, arcs: Arcs, n_sources: int, minutes: float) -> None:
        self.xy, self.arcs, self.minutes = xy, arcs, minutes
        self.sources = np.sort(np.random.default_rng(7).choice(arcs.n_nodes, n_sources, replace=False))
        self.tail = np.repeat(np.arange(arcs.n_nodes), np.diff(arcs.start))
        self.matrix = csr_array((arcs.minutes, arcs.head, arcs.start), shape=(arcs.n_nodes, arcs.n_nodes))
        self.exact: Floats = np.zeros((0, 0))


def largest_part(xy: Floats, arcs: Arcs) -> tuple[Floats, Arcs]:
    """The largest strongly connected part, its nodes along a Morton curve."""
    matrix = csr_array((arcs.minutes, arcs.head, arcs.start), shape=(arcs.n_nodes, arcs.n_nodes))
    part = connected_components(matrix, connection="strong")[1]
    kept = np.flatnonzero(part == np.bincount(part).argmax())
    kept = kept[space_order(xy[kept])]
    place = np.full(arcs.n_nodes, -1, np.int64)
    place[kept] = np.arange(len(kept))
    tail, head = place[np.repeat(np.arange(arcs.n_nodes), np.diff(arcs.start))], place[arcs.head]
    inside = (tail >= 0) & (head >= 0)
    return xy[kept], arcs_by_tail(len(kept), tail[inside], head[inside], arcs.minutes[inside])


def from_file(path: str) -> tuple[Floats, Arcs]:
    """A road file for cars: tagged limits, else the speed of the class."""
    from geodata.crs import projection_for
    from geodata.roads import load_roads
    from geodata.travel.rules import travel_rules

    roads, rules = load_roads(Path(path), cache=False), travel_rules()
    kph = np.asarray(rules.class_kph)[roads.road_class]
    kph = np.where(np.isnan(roads.speed_kph) | (kph == 0), kph, roads.speed_kph)
    open_ = ((roads.modes & rules.mode) > 0) & (kph > 0)
    minutes = roads.length_m[open_] / (kph[open_] / 0.06)
    xy = projection_for(roads.lon, roads.lat).to_metric(roads.lon, roads.lat)
    return largest_part(xy, arcs_by_tail(len(xy), roads.tail[open_], roads.head[open_], minutes))


def cpu_ms(run: Callable[[], object], times: int = 3) -> float:
    """Least CPU milliseconds of a few runs."""
    spent = []
    for _ in range(times):
        begin = time.process_time()
        run()
        spent.append(time.process_time() - begin)
    return 1000 * min(spent)


Row = tuple[str, float | None, str]
"""Engine, CPU-ms a source, remark."""


def ours(city: City) -> list[Row]:
    """Sparse rows to all nodes, and one search a call."""
    every, limit = at_nodes(np.arange(city.arcs.n_nodes)), city.minutes
    starts = at_nodes(city.sources)
    table(city.arcs, at_nodes(city.sources[:1]), every, limit, threads=1)
    found = table(city.arcs, starts, every, limit, threads=1)
    whole = cpu_ms(lambda: table(city.arcs, starts, every, limit, threads=1))
    dense = np.full(city.exact.shape, np.inf)
    row = np.repeat(np.arange(len(city.sources)), np.diff(found.indptr))
    dense[row, found.indices] = found.data
    node = np.array([0.0])
    alone = cpu_ms(lambda: [reached(city.arcs, [s], node, limit) for s in city.sources]) / len(city.sources)
    return [
        ("jiujin table, sparse rows", whole / len(city.sources), difference(dense, city.exact)),
        ("jiujin reached, one call each", alone, f"{found.nnz / len(city.sources):,.0f} nodes reached on average"),
    ]


def difference(minutes: Floats, exact: Floats) -> str:
    """Largest difference against scipy in seconds, and whether the same nodes are reached."""
    same = np.array_equal(np.isfinite(minutes), np.isfinite(exact))
    both = np.isfinite(minutes) & np.isfinite(exact)
    worst = 60 * float(np.abs(minutes[both] - exact[both]).max(initial=0.0))
    return f"max difference {worst:.2g} s, reach sets {'equal' if same else 'DIFFER'}"


def of_scipy(city: City) -> list[Row]:
    city.exact = dijkstra(city.matrix, indices=city.sources, limit=city.minutes)
    spent = cpu_ms(lambda: dijkstra(city.matrix, indices=city.sources, limit=city.minutes))
    return [("scipy dijkstra(limit=)", spent / len(city.sources), "dense rows")]


def of_networkx(city: City) -> list[Row]:
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(range(city.arcs.n_nodes))
    arcs = zip(city.tail.tolist(), city.arcs.head.tolist(), city.arcs.minutes.tolist(), strict=True)
    graph.add_weighted_edges_from(arcs)
    few = city.sources[:SLOW_SOURCES].tolist()
    spent = cpu_ms(lambda: [nx.single_source_dijkstra(graph, s, cutoff=city.minutes) for s in few], 1)
    lengths = cpu_ms(lambda: [nx.single_source_dijkstra_path_length(graph, s, cutoff=city.minutes) for s in few], 1)
    return [
        ("networkx single_source_dijkstra", spent / len(few), "with the ways"),
        ("networkx …_path_length", lengths / len(few), "minutes only"),
    ]


def of_osmnx(city: City) -> list[Row]:
    import networkx as nx
    import osmnx

    graph = nx.MultiDiGraph(crs="EPSG:32629")
    graph.add_nodes_from((k, {"x": x, "y": y}) for k, (x, y) in enumerate(city.xy.tolist()))
    arcs = zip(city.tail.tolist(), city.arcs.head.tolist(), city.arcs.minutes.tolist(), strict=True)
    graph.add_edges_from((t, h, {"minutes": m}) for t, h, m in arcs)
    few = city.sources[:SLOW_SOURCES].tolist()
    far = city.sources[-SLOW_SOURCES:].tolist()
    spent = cpu_ms(lambda: osmnx.routing.shortest_path(graph, few, far, weight="minutes", cpus=1), 1)
    return [("osmnx.routing.shortest_path", spent / len(few), "a PAIR, no limit")]


def of_pandana(city: City) -> list[Row]:
    pandana, pd = importlib.import_module("pandana"), importlib.import_module("pandas")
    x, y = (pd.Series(column) for column in city.xy.T)
    begin = time.process_time()
    weights = pd.DataFrame({"minutes": city.arcs.minutes})
    tail, head = pd.Series(city.tail), pd.Series(city.arcs.head.astype(np.int64))
    network = pandana.Network(x, y, tail, head, weights, twoway=False)
    build = time.process_time() - begin
    spent = cpu_ms(lambda: network.nodes_in_range(city.sources.tolist(), city.minutes), 1)
    return [("pandana nodes_in_range", spent / len(city.sources), f"+ {build:.1f} s to build")]


def of_pyroutingkit(city: City) -> list[Row]:
    kit = importlib.import_module("pyroutingkit")
    lat, lon = (city.xy[:, 1] / 111_195).astype(np.float32), (city.xy[:, 0] / 111_195).astype(np.float32)
    begin = time.process_time()
    topology = kit.CCHTopology()
    topology.build(city.tail.astype(np.uint32), city.arcs.head.astype(np.uint32), lat, lon, city.arcs.n_nodes)
    metric = kit.CCHMetric(topology)
    metric.customize(np.rint(city.arcs.minutes * 60_000).astype(np.uint32))
    build = time.process_time() - begin
    starts, every = city.sources.astype(np.uint32), np.arange(city.arcs.n_nodes, dtype=np.uint32)
    spent = cpu_ms(lambda: metric.distances_many_to_many(starts, every), 1)
    return [("pyroutingkit many to all", spent / len(starts), f"no limit, whole ms; + {build:.1f} s to build")]


ENGINES: Final[tuple[tuple[str, Callable[[City], list[Row]]], ...]] = (
    ("scipy", of_scipy), ("jiujin", ours), ("networkx", of_networkx), ("osmnx", of_osmnx), ("pandana", of_pandana),
    ("pyroutingkit", of_pyroutingkit),
)  # fmt: skip


def at_nodes(nodes: Ints) -> Legs:
    """Places that are nodes."""
    return Legs(np.arange(len(nodes) + 1), np.asarray(nodes, np.int64), np.zeros(len(nodes)))


def side_by_side(city: City) -> None:
    rows: list[Row] = []
    for name, run in ENGINES:
        try:
            rows += run(city)
        except ImportError:
            rows.append((name, None, "not installed"))
    base = next(ms for name, ms, _ in rows if ms is not None and name.startswith("jiujin"))
    print(f"\n{city.arcs.n_nodes:,} nodes, {len(city.arcs.head):,} arcs; ", end="")
    print(f"{len(city.sources)} sources within {city.minutes:g} min; CPU-ms a source")
    for name, ms, remark in rows:
        figures = "        –        –" if ms is None else f"{ms:9.2f} {ms / base:7.1f}x"
        print(f"  {name:<34}{figures}   {remark}")


def many_to_many() -> None:
    """600 x 6,000 on a made-up region of 303,000 junctions."""
    _, arcs = largest_part(*synthetic_roads(318_000))
    rng = np.random.default_rng(3)
    sources, targets = rng.choice(arcs.n_nodes, 600, False), rng.choice(arcs.n_nodes, 6_000, False)
    print(f"\n600 x 6,000 on {arcs.n_nodes:,} nodes (made up), CPU-s in all, one thread")
    for minutes in (30.0, 60.0):
        settled = np.mean([len(reached(arcs, [s], [0.0], minutes)[0]) for s in sources[:50]])
        ends = at_nodes(sources), at_nodes(targets)
        ms = cpu_ms(partial(table, arcs, *ends, minutes, threads=1))
        pairs = table(arcs, *ends, minutes).nnz
        rows = np.stack([distances(arcs, [s], [0.0], minutes)[targets] for s in sources[:5]])
        matrix = csr_array((arcs.minutes, arcs.head, arcs.start), shape=(arcs.n_nodes, arcs.n_nodes))
        exact = dijkstra(matrix, indices=sources[:5], limit=minutes)[:, targets]
        print(f"  within {minutes:g} min: {ms / 1000:6.2f} s   {settled:,.0f} nodes settled a source, ", end="")
        print(f"{1e6 * ms / 600 / settled:.0f} ns each; {pairs:,} pairs; 5 rows: {difference(rows, exact)}")


def national(n_nodes: int, n_sources: int = 200, n_targets: int = 100_000, minutes: float = 60.0) -> None:
    """CPU and memory of a made-up country."""
    begin = time.process_time()
    xy, arcs = synthetic_roads(n_nodes)
    made = time.process_time() - begin
    del xy
    print(f"\ncountry (made up): {arcs.n_nodes:,} nodes, {len(arcs.head):,} arcs, made in {made:.0f} CPU-s, ", end="")
    print(f"peak memory so far {peak_gb():.2f} GB")
    rng = np.random.default_rng(5)
    sources, targets = rng.choice(arcs.n_nodes, n_sources, False), rng.choice(arcs.n_nodes, n_targets, False)
    begin, clock = time.process_time(), time.perf_counter()
    found = table(arcs, at_nodes(sources), at_nodes(targets), minutes)
    spent, clock = time.process_time() - begin, time.perf_counter() - clock
    each = spent / n_sources
    settled = np.mean([len(reached(arcs, [s], [0.0], minutes)[0]) for s in sources[:10]])
    foretold = table_bytes(arcs.n_nodes, len(arcs.head), n_sources, n_targets, found.nnz) / 1e9
    print(f"  {n_sources} sources x {n_targets:,} targets within {minutes:g} min: {found.nnz:,} pairs, ", end="")
    print(f"{1000 * each:.1f} CPU-ms a source ({settled:,.0f} nodes settled), {clock:.1f} s by the clock")
    print(f"  40,000 sources: {40_000 * each / 60:.1f} CPU-minutes on one core")
    print(f"  peak memory of the process {peak_gb():.2f} GB; table_bytes foretells {foretold:.2f} GB for the table")


def warm_up() -> None:
    """Machine code is made, or read from disk, before anything is measured."""
    arcs = arcs_by_tail(2, [0, 1], [1, 0], [1.0, 1.0])
    reached(arcs, [0], [0.0])
    table(arcs, at_nodes(np.arange(2)), at_nodes(np.arange(2)), 1.0)


def peak_gb() -> float:
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 1e9
    import resource  # not on Windows

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1e9 if sys.platform == "darwin" else 1e6 / 1.024)


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--roads")
    ask.add_argument("--sources", type=int, default=50)
    ask.add_argument("--minutes", type=float, default=10.0)
    ask.add_argument("--national", type=int, default=0)
    ask.add_argument("--national-only", action="store_true")
    given = ask.parse_args()
    warm_up()
    if given.national:  # first: the peak of memory is then its own
        national(given.national)
    if not given.national_only:
        xy, arcs = from_file(given.roads) if given.roads else largest_part(*synthetic_roads(79_000, spacing_m=120.0))
        side_by_side(City(xy, arcs, given.sources, given.minutes))
        many_to_many()


if __name__ == "__main__":
    main()

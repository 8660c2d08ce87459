"""Reading roads side by side with OSMnx, on one file in one run: `python benchmarks/roads.py [FILE.osm.pbf]`.

Without a file: ../shared/osm/harrisburg.osm.pbf beside the repository. What is compared:

    OSMnx    the highway ways and their nodes filtered out of the file by pyosmium into .osm, as OSMnx reads no .pbf,
             then graph_from_xml (simplified, every part kept), add_edge_speeds, add_edge_travel_times
    cold     load_roads into an empty cache
    warm     load_roads again, the best of five

CPU is that of the whole process with all its threads; wall is the clock. Libraries are imported before anything is
counted. The two do not end with the same thing: OSMnx's graph joins ways at junctions of two and carries names; the
network keeps surfaces, and who may go where.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parents[1]))  # run from a checkout, installed or not

DEFAULT: Final = Path(__file__).parents[2] / "shared" / "osm" / "harrisburg.osm.pbf"
WARM_RUNS: Final = 5

Seconds = tuple[float, float]  # CPU, wall


def timed(work: Callable[[], Any]) -> tuple[Any, Seconds]:
    """What the work gives, and the CPU and wall seconds it takes."""
    cpu, wall = time.process_time(), time.perf_counter()
    found = work()
    return found, (time.process_time() - cpu, time.perf_counter() - wall)


def filtered(source: Path, target: Path) -> None:
    """The highway ways of a file and the nodes they name, as OSM XML."""
    import osmium

    with osmium.BackReferenceWriter(str(target), str(source), overwrite=True) as writer:
        ways = osmium.FileProcessor(str(source), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway"))
        for way in ways:
            writer.add(way)


def through_osmnx(source: Path, folder: Path) -> tuple[Any, dict[str, Seconds]]:
    """The graph with speeds and times, and what each step takes."""
    import osmnx

    xml = folder / "roads.osm"
    _, filtering = timed(lambda: filtered(source, xml))
    graph, reading = timed(lambda: osmnx.graph_from_xml(xml, simplify=True, retain_all=True))

    def speeds() -> Any:
        return osmnx.add_edge_travel_times(osmnx.add_edge_speeds(graph))

    found, adding = timed(speeds)
    return found, {"  filter to .osm": filtering, "  graph_from_xml": reading, "  speeds, times": adding}


def through_us(source: Path, folder: Path) -> tuple[Any, Seconds, Seconds]:
    """The network, and what a cold and the best warm reading take."""
    from geodata.roads import load_roads

    cold_network, cold = timed(lambda: load_roads(source, cache=folder))
    runs = [timed(lambda: load_roads(source, cache=folder)) for _ in range(WARM_RUNS)]
    for network, _ in runs:
        if network.digest != cold_network.digest:
            raise SystemExit("the network from the cache is another one: nothing to compare")
    return cold_network, cold, min((seconds for _, seconds in runs), key=lambda s: s[1])


def line(what: str, seconds: Seconds, base: Seconds | None = None) -> str:
    ratio = f"{base[0] / max(seconds[0], 1e-9):9.1f}x {base[1] / max(seconds[1], 1e-9):9.1f}x" if base else ""
    return f"{what:<28}{seconds[0]:>10.3f} s{seconds[1]:>10.3f} s  {ratio}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=DEFAULT, help="an .osm.pbf file")
    source = parser.parse_args().file
    if not source.is_file():
        raise SystemExit(f"{source}: there is no such file; name an .osm.pbf file")
    _, importing = timed(lambda: [__import__(name) for name in ("osmium", "osmnx", "geodata.roads")])
    with TemporaryDirectory() as folder:
        graph, steps = through_osmnx(source, Path(folder))
        network, cold, warm = through_us(source, Path(folder) / "cache")
    osmnx = (sum(s[0] for s in steps.values()), sum(s[1] for s in steps.values()))
    print(f"{source.name}, {source.stat().st_size / 1e6:.2f} MB (imports took {importing[1]:.1f} s, not counted)")
    print(f"OSMnx: {len(graph):,} nodes, {graph.number_of_edges():,} edges")
    print(f"load_roads: {len(network.lon):,} nodes, {len(network.tail):,} arcs, {len(network.shape_lon):,} vertices")
    print(f"{'':<28}{'CPU':>12}{'wall':>12}  {'OSMnx / this: CPU, wall':>22}")
    print(line("OSMnx through .osm", osmnx))
    for step, seconds in steps.items():
        print(line(step, seconds))
    print(line("load_roads, cold", cold, osmnx))
    print(line(f"load_roads, warm (of {WARM_RUNS})", warm, osmnx))
    print(f"cold / warm: CPU {cold[0] / max(warm[0], 1e-9):.1f}x, wall {cold[1] / max(warm[1], 1e-9):.1f}x")


if __name__ == "__main__":
    main()

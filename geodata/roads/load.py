"""Roads from wherever they come into one frozen network."""

from dataclasses import fields, replace
from pathlib import Path
from typing import Any, Final

from geodata.errors import LayerError, both
from geodata.roads.cut import frozen
from geodata.roads.network import RoadNetwork
from geodata.roads.osm import CREDIT, KINDS, read_osm
from geodata.store import default_folder, digest, file_digest, read_arrays, write_arrays

VERSION: Final = 1  # of everything between the file and the network; another number forgets what is kept
_FIELDS: Final = tuple(f.name for f in fields(RoadNetwork))


def load_roads(
    source: Any, *, name: str = "", columns: dict[str, str] | None = None, cache: bool | Path | None = None
) -> RoadNetwork:
    """Roads from a file, a table or an OSMnx graph.

    Args:
        source: an OpenStreetMap file (`.osm.pbf`, `.osm`, `.osm.xml`); a DataFrame or `.csv` with u, v, u_lon, u_lat,
            v_lon, v_lat, length_m (straightened main roads, two-way unless a column `oneway` says else); an OSMnx
            graph or the `.graphml` it is saved in; lines in `.gpkg`, `.shp`, a zipped shapefile or `.geojson`, any
            CRS.
        name: the source to show on maps.
        columns: for lines: what (`class`, `speed_kph`, `oneway`, `surface`, `length_m`, `id`) → name of the column.
        cache: where networks of OpenStreetMap files are kept: None or True for the default folder, False for
            nowhere, or a folder. None goes on quietly where the default folder cannot be written.

    Raises:
        LayerError: for a missing, damaged or unknown file, missing columns, bad numbers, no roads.
    """
    if not isinstance(source, str | Path):
        return frozen(_from_object(source, name, columns))
    path = Path(source)
    kind = _kind(path)
    if kind in KINDS:
        network = _kept(path, KINDS[kind], cache)
        return replace(network, source=name) if name else network
    return frozen(_from_file(path, kind, name, columns))


def _kind(path: Path) -> str:
    """The ending that tells how to read the file."""
    if path.is_dir():
        raise LayerError([both(f"{path}: is a folder; name the file in it", f"{path}：这是文件夹；请写出其中的文件名")])
    if not path.is_file():
        raise LayerError([both(f"{path}: there is no such road file", f"{path}：没有这个道路文件；请核对路径和文件名")])
    name = path.name.lower()
    endings = [*KINDS, ".csv", ".graphml", ".gpkg", ".shp", ".shp.zip", ".zip", ".geojson"]
    kind = max((e for e in endings if name.endswith(e)), key=len, default="")
    if kind:
        return kind
    fault = both(
        f"{path}: road files are .osm.pbf, .osm, .gpkg, .shp, .zip (of a shapefile), .geojson, .csv or .graphml, "
        f"found '{path.suffix}'; save the roads as one of these",
        f"{path}：道路文件应为 .osm.pbf、.osm、.gpkg、.shp、.zip（压缩的 shp）、.geojson、.csv 或 .graphml，"
        f"发现“{path.suffix}”；请另存为其中一种",
    )
    raise LayerError([fault])


def _kept(path: Path, kind: str, cache: bool | Path | None) -> RoadNetwork:
    """The network of an OpenStreetMap file, from the cache where it is there."""
    if cache is False:
        return read_osm(path, kind)
    folder = default_folder() if cache is None or cache is True else Path(cache)
    key = digest(["roads", VERSION, _FIELDS, kind, file_digest(path)])
    found = read_arrays(folder, key)
    if found:
        return RoadNetwork(**found[0], straightened=False, source=CREDIT)
    network = read_osm(path, kind)
    try:
        write_arrays(folder, key, network.arrays())
    except LayerError:
        if cache is not None:
            raise
    return network


def _from_object(source: Any, name: str, columns: dict[str, str] | None) -> RoadNetwork:
    """A table or graph in memory."""
    if hasattr(source, "edges") and hasattr(source, "nodes"):
        from geodata.roads.graphs import from_graph

        return from_graph(source, name or f"{CREDIT}, OSMnx")
    if not hasattr(source, "columns"):
        kind = type(source).__name__
        fault = both(
            f"roads are a file, a table or an OSMnx graph, found {kind}; give the path of the file",
            f"道路应为文件、表格或 OSMnx 路网，发现 {kind}；请给出文件路径",
        )
        raise LayerError([fault])
    from geodata.roads.tables import from_table

    return from_table(source, name or "road table")


def _from_file(path: Path, kind: str, name: str, columns: dict[str, str] | None) -> RoadNetwork:
    """A table, graph or lines in a file."""
    if kind == ".csv":
        from geodata.roads.tables import read_road_table

        return read_road_table(path, name)
    if kind == ".graphml":
        from geodata.roads.graphs import read_graphml

        return read_graphml(path, name)
    from geodata.roads.lines import read_lines

    return read_lines(path, kind, columns or {}, name or path.name)

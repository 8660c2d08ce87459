"""Roads from OpenStreetMap files: `.osm.pbf` and `.osm` XML, read by pyosmium."""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import numpy as np

from geodata.errors import LayerError, both
from geodata.roads.cut import Ways, network_of
from geodata.roads.network import RoadNetwork
from geodata.roads.tags import KEYS, Meaning, meaning

CREDIT: Final = "OpenStreetMap contributors (ODbL 1.0)"
KINDS: Final = {".osm.pbf": "pbf", ".pbf": "pbf", ".osm": "xml", ".osm.xml": "xml"}
_HEAD: Final = 18  # hexadecimal digits before the coordinates of a linestring


@dataclass
class _Gathered:
    """What one pass over the ways collects."""

    any_way: bool = False
    way_id: "array[int]" = field(default_factory=lambda: array("q"))
    size: "array[int]" = field(default_factory=lambda: array("q"))
    kind: "array[int]" = field(default_factory=lambda: array("q"))
    ref: "array[int]" = field(default_factory=lambda: array("q"))
    lonlat: bytearray = field(default_factory=bytearray)
    meanings: list[Meaning] = field(default_factory=list)


def read_osm(path: Path, kind: str) -> RoadNetwork:
    """All roads and ferries of an OpenStreetMap file.

    Args:
        kind: `pbf` or `xml`.

    Raises:
        LayerError: for a file that is damaged or something else, and for one without any road.
    """
    import osmium  # heavy, and needed for these files only

    try:
        found = _gather(osmium, path, kind)
    except (RuntimeError, osmium.InvalidLocationError, ValueError) as error:
        raise LayerError([_unreadable(path, kind, error)]) from None
    if not len(found.way_id):
        raise LayerError([_no_roads(path, found.any_way)])
    network = network_of(_ways(found), source=CREDIT)
    if not len(network.tail):
        raise LayerError([_no_places(path)])
    return network


def _gather(osmium: Any, path: Path, kind: str) -> _Gathered:
    """Two passes: the places of all nodes, which stay in C++, then the ways that are roads."""
    file = osmium.io.File(str(path.absolute()), kind)
    places = osmium.index.create_map("flex_mem")
    osmium.apply(osmium.io.Reader(file, osmium.osm.NODE), osmium.NodeLocationsForWays(places))
    found = _Gathered()
    known: dict[tuple[str | None, ...], int] = {}
    linestring, every = osmium.geom.WKBFactory().create_linestring, osmium.geom.use_nodes.ALL
    id_of = attrgetter("ref")
    for way in _tagged_ways(osmium, file, places):
        get = way.tags.get
        tags = tuple([get(key) for key in KEYS])
        position = known.get(tags)
        if position is None:
            position = known[tags] = _position(tags, found.meanings)
        nodes = way.nodes
        if position < 0 or len(nodes) < 2:
            continue
        try:
            found.lonlat += bytes.fromhex(linestring(way, every)[_HEAD:])
        except (osmium.InvalidLocationError, RuntimeError):
            found.lonlat += _place_by_place(nodes)
        found.ref.extend(map(id_of, nodes))
        found.way_id.append(way.id)
        found.size.append(len(nodes))
        found.kind.append(position)
    found.any_way = bool(known) or _has_ways(osmium, file)
    _add_new_nodes(osmium, file, found)
    return found


def _tagged_ways(osmium: Any, file: Any, places: Any) -> Iterator[Any]:
    """Ways that may be roads, with the places of their nodes; all other ways are left out in C++."""
    located = osmium.NodeLocationsForWays(places)
    located.ignore_errors()
    wanted = osmium.filter.KeyFilter("highway", "route")  # must live as long as the loop
    with osmium.io.Reader(file, osmium.osm.WAY) as reader:
        yield from osmium.OsmFileIterator(reader, located, wanted)


def _position(tags: tuple[str | None, ...], meanings: list[Meaning]) -> int:
    """Where the meaning of these tags stands, added at the end; -1 where they are no road."""
    said = meaning({key: value for key, value in zip(KEYS, tags, strict=True) if value is not None})
    if said is None:
        return -1
    meanings.append(said)
    return len(meanings) - 1


def _place_by_place(nodes: Any) -> bytes:
    """Coordinates of a way of which some nodes are missing; NaN for those."""
    nowhere = (np.nan, np.nan)
    places = [(n.location.lon, n.location.lat) if n.location.valid() else nowhere for n in nodes]
    return np.array(places, "<f8").tobytes()


def _has_ways(osmium: Any, file: Any) -> bool:
    with osmium.io.Reader(file, osmium.osm.WAY) as reader:
        return any(True for _ in osmium.OsmFileIterator(reader))


def _add_new_nodes(osmium: Any, file: Any, found: _Gathered) -> None:
    """Fill in nodes that an editor has not sent yet: their ids are negative and the C++ index leaves them out."""
    ref = np.frombuffer(found.ref, np.int64) if found.ref else np.zeros(0, np.int64)
    if not (ref < 0).any():
        return
    place = {}
    with osmium.io.Reader(file, osmium.osm.NODE) as reader:
        for node in osmium.OsmFileIterator(reader):
            if node.id < 0 and node.location.valid():
                place[node.id] = (node.location.lon, node.location.lat)
    lonlat = np.frombuffer(found.lonlat, "<f8").reshape(-1, 2)  # shares the buffer
    for i in np.flatnonzero(ref < 0):
        lonlat[i] = place.get(int(ref[i]), (np.nan, np.nan))


def _ways(found: _Gathered) -> Ways:
    """The gathered ways as arrays."""
    lonlat = np.frombuffer(found.lonlat, "<f8").reshape(-1, 2)
    kind = np.array(found.kind, np.int64)
    said = found.meanings
    return Ways(
        way_id=np.array(found.way_id, np.int64),
        start=np.concatenate([[0], np.cumsum(np.array(found.size, np.int64))]),
        ref=np.array(found.ref, np.int64),
        lon=lonlat[:, 0].astype(float),
        lat=lonlat[:, 1].astype(float),
        road_class=np.array([m.road_class for m in said], np.int8)[kind],
        surface=np.array([m.surface for m in said], np.int8)[kind],
        kph=np.array([(m.forward_kph, m.backward_kph) for m in said])[kind],
        modes=np.array([(m.forward, m.backward) for m in said], np.uint8)[kind],
        minutes=np.array([m.minutes for m in said])[kind],
        length_m=np.full(len(kind), np.nan),
    )


def _unreadable(path: Path, kind: str, error: Exception) -> str:
    what = "PBF" if kind == "pbf" else "XML"
    return both(
        f"{path.name}: not a whole OpenStreetMap {what} file ({error}); download or export it again",
        f"{path.name}：不是完整的 OpenStreetMap {what} 文件；请重新下载或导出",
    )


def _no_roads(path: Path, any_way: bool) -> str:
    if any_way:
        return both(
            f"{path.name}: none of its ways is a road that anyone may use (tag highway); take an "
            "extract that holds the roads",
            f"{path.name}：文件中没有可通行的道路（highway 标签）；请换用包含道路的提取文件",
        )
    return both(
        f"{path.name}: the extract is empty, it holds no ways; download it again for an area with roads",
        f"{path.name}：提取文件是空的，没有任何线路；请重新下载有道路的区域",
    )


def _no_places(path: Path) -> str:
    return both(
        f"{path.name}: its roads have no nodes in the file; export it again with the nodes of the ways",
        f"{path.name}：文件中缺少道路的节点；请连同节点一起重新导出",
    )

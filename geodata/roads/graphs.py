"""Roads from OSMnx graphs, networks back into OSMnx graphs, and roads fetched through OSMnx.

OSMnx and networkx are imported inside the functions: they are heavy, and tables and files do without them.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from geodata.errors import LayerError, Sentence, both, prefixed
from geodata.roads import tags as osm
from geodata.roads.network import CLASSES, MODES, SURFACES, RoadNetwork

if TYPE_CHECKING:
    from geodata.travel.rules import TravelRules

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

OSM_SOURCE: Final = "OpenStreetMap contributors (ODbL 1.0), OSMnx"
ROAD_FILTER: Final = (
    '["highway"]["area"!~"yes"]'
    '["highway"!~"abandoned|bus_guideway|construction|corridor|elevator|escalator|no|planned|platform|proposed|'
    'raceway|razed|rest_area|services"]'
)
"""Overpass filter of the roads that are fetched: all that exist, tracks and service roads among them."""
_WALKERS: Final = MODES["foot"] | MODES["wheelchair"]


def from_graph(graph: Any, name: str) -> RoadNetwork:
    """An OSMnx graph (`x`, `y` in degrees, `length` in metres) as a network; an undirected one is two-way everywhere.

    Kept where they are there: `highway` (the first of several; `road`, of unknown rank, where there is none),
    `speed_kph` or else `maxspeed`, `surface`, `access`, `geometry`. An edge that says `oneway` is open to walkers in
    the other direction too.

    Args:
        graph: networkx graph as OSMnx makes it; read with `osmnx.load_graphml` from a file.
        name: the source to show on maps and in faults.

    Raises:
        LayerError: for a graph in metres, without edges, nodes without coordinates, edges whose length is missing or
            not above or equal to 0, speeds that are not above 0.
    """
    _check(graph, name)
    two_way = not graph.is_directed()
    nodes = list(graph.nodes(data=True))
    place = {node: i for i, (node, _) in enumerate(nodes)}
    lon = np.array([d["x"] for _, d in nodes], float)
    lat = np.array([d["y"] for _, d in nodes], float)
    edges = [_edge(place[u], place[v], d, lon, lat) for u, v, d in graph.edges(data=True)]
    road, backward, first = _roads(edges)
    arcs = _arcs(edges, road, backward, two_way)
    arc_of = np.array([a for a, _, _ in arcs], np.int64)
    turned = np.array([t for _, t, _ in arcs], bool)
    tail, head = np.array([e.u for e in edges])[arc_of], np.array([e.v for e in edges])[arc_of]
    drawn = [edges[i].shape[::-1] if backward[i] else edges[i].shape for i in first]
    vertices = np.concatenate(drawn)
    return RoadNetwork(
        lon=lon,
        lat=lat,
        tail=np.where(turned, head, tail),
        head=np.where(turned, tail, head),
        length_m=np.array([e.length_m for e in edges])[arc_of],
        speed_kph=np.array([e.kph for e in edges])[arc_of],
        road_class=np.array([CLASSES.index(e.kind) for e in edges], np.int8)[arc_of],
        surface=np.array([SURFACES.index(e.surface) for e in edges], np.int8)[arc_of],
        modes=np.array([m for _, _, m in arcs], np.uint8),
        road=road[arc_of],
        backward=backward[arc_of] ^ turned,
        shape_start=np.concatenate([[0], np.cumsum([len(s) for s in drawn])]).astype(np.int64),
        shape_lon=vertices[:, 0].copy(),
        shape_lat=vertices[:, 1].copy(),
        node_id=_ids([node for node, _ in nodes]),
        way_id=_ids([edges[i].osmid for i in first]),
        straightened=False,
        source=name,
    )


class _Edge(NamedTuple):
    """What an edge of a graph says.

    Attributes:
        u, v: positions of its ends.
        shape: (k, 2) degrees from u to v.
        length_m, kph: metres; km/h, NaN where none is given.
        kind, surface, modes: value of `CLASSES`, of `SURFACES`, bits of `MODES`.
        one_way: it says so itself.
        osmid: the way's id, or None.
    """

    u: int
    v: int
    shape: Floats
    length_m: float
    kph: float
    kind: str
    surface: str
    modes: int
    one_way: bool
    osmid: Any


def _edge(u: int, v: int, edge: dict[str, Any], lon: Floats, lat: Floats) -> _Edge:
    tags = _tags(edge)
    kind = str(_first(edge.get("highway")))
    kind = kind if kind in CLASSES else "road"
    word = _first(edge.get("surface"))
    given = _number(edge.get("speed_kph"))
    return _Edge(
        u=u,
        v=v,
        shape=_shape(edge.get("geometry"), u, v, lon, lat),
        length_m=float(edge["length"]),
        kph=osm.kph(tags.get("maxspeed")) if given is None else given,
        kind=kind,
        surface=word if word in SURFACES else osm.surface(tags),
        modes=osm.modes(kind, tags),
        one_way=str(_first(edge.get("oneway"))).lower() in ("true", "yes", "1", "-1"),
        osmid=_first(edge.get("osmid")),
    )


def _shape(geometry: Any, u: int, v: int, lon: Floats, lat: Floats) -> Floats:
    """(k, 2) degrees from u to v: the edge's LineString, turned where it runs from v to u, or the straight line."""
    ends = np.array([[lon[u], lat[u]], [lon[v], lat[v]]])
    if geometry is None:
        return ends
    points = np.asarray(shapely.get_coordinates(geometry), float)
    if len(points) < 2:
        return ends
    gap = np.abs(points[[0, -1]] - ends).sum()
    return np.asarray(points[::-1]) if np.abs(points[[-1, 0]] - ends).sum() < gap else points


def _roads(edges: list[_Edge]) -> tuple[Ints, Bools, list[int]]:
    """The road of each edge, whether the edge runs against its shape, and the first edge of each road.

    Both directions of a street share a road: same ends, line, length, class and surface. Each road takes one edge of
    a direction, so that edges given twice stay apart.
    """
    road, backward = np.zeros(len(edges), np.int64), np.zeros(len(edges), bool)
    known: dict[tuple[object, ...], int] = {}
    times: dict[tuple[object, ...], int] = {}
    first: list[int] = []
    for i, e in enumerate(edges):
        line = np.round(e.shape, 7) + 0.0
        there, back = line.tobytes(), line[::-1].tobytes()
        against = e.u > e.v or (e.u == e.v and back < there)
        key = (min(e.u, e.v), max(e.u, e.v), back if against else there, round(e.length_m, 3), e.kind, e.surface)
        times[*key, against] = times.get((*key, against), -1) + 1
        road[i] = known.setdefault((*key, times[*key, against]), len(first))
        backward[i] = against
        if road[i] == len(first):
            first.append(i)
    return road, backward, first


def _arcs(edges: list[_Edge], road: Ints, backward: Bools, two_way: bool) -> list[tuple[int, bool, int]]:
    """(edge, turned round, modes) of every arc; no road gets two arcs of a direction."""
    arcs = [(i, False, e.modes) for i, e in enumerate(edges)]
    taken = set(zip(road.tolist(), backward.tolist(), strict=True))
    for i, e in enumerate(edges):
        modes = e.modes if two_way else e.modes & _WALKERS if e.one_way else 0
        if modes and (int(road[i]), not backward[i]) not in taken:
            arcs.append((i, True, modes))
    return arcs


def _first(value: Any) -> Any:
    """The value, or the first of several: OSMnx joins ways and keeps a list of what differed."""
    return value[0] if isinstance(value, list) and value else value


def _tags(edge: dict[str, Any]) -> dict[str, str]:
    """The edge's tags as a way has them; several values of one tag are joined."""
    told = {key: edge[key] for key in osm.KEYS if key in edge}
    several = {key: value if isinstance(value, list) else [value] for key, value in told.items()}
    return {key: ";".join(map(str, some)) for key, values in several.items() if (some := [*filter(_is_tag, values)])}


def _is_tag(value: Any) -> bool:
    """A text or number: empty cells become NaN where a graph was made from tables, and OSMnx makes `oneway` a bool."""
    return (isinstance(value, str) and value != "") or (not isinstance(value, bool) and _number(value) is not None)


def _number(value: Any) -> float | None:
    """A finite number, or None."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None


def _ids(values: list[Any]) -> Ints:
    """Whole numbers as they are; positions where one is something else."""
    whole = all(isinstance(v, int | np.integer) and abs(int(v)) < 2**63 for v in values)
    return np.array(values, np.int64) if whole else np.arange(len(values))


def _check(graph: Any, name: str) -> None:
    """Raises LayerError for a graph in metres, without edges, or whose nodes or edges lack what a trip needs."""
    crs = graph.graph.get("crs")
    empty = both("the graph has no edges; at least one road is needed", "路网没有边；至少需要一条道路")
    faults = [] if graph.number_of_edges() else [empty]
    if crs is not None and not CRS.from_user_input(crs).is_geographic:
        faults.append(
            both(
                f"nodes in degrees are needed, found {crs}; give the graph before it is projected",
                f"节点坐标应以度为单位，发现 {crs}；请提供投影之前的路网",
            )
        )
    bare = [n for n, d in graph.nodes(data=True) if _number(d.get("x")) is None or _number(d.get("y")) is None]
    faults += [
        both(f"node {n} has no x and y; read the graph with OSMnx", f"节点 {n} 没有 x 和 y；请用 OSMnx 读取路网")
        for n in bare
    ]
    for u, v, d in graph.edges(data=True):
        faults += _edge_faults(u, v, d)
    if faults:
        raise LayerError([prefixed(name, fault) for fault in faults])


def _edge_faults(u: Any, v: Any, edge: dict[str, Any]) -> list[Sentence]:
    """What is wrong with the length and the speed of one edge."""
    faults: list[Sentence] = []
    length, speed = _number(edge.get("length")), edge.get("speed_kph")
    if edge.get("length") is None:
        faults.append(
            both(
                f"edge {u} to {v} has no length; add it with osmnx.distance.add_edge_lengths",
                f"从 {u} 到 {v} 的边没有长度；请用 osmnx.distance.add_edge_lengths 补上",
            )
        )
    elif length is None or length < 0:
        faults.append(
            both(
                f"edge {u} to {v}: length is {edge['length']}, a length of 0 or more is needed",
                f"从 {u} 到 {v} 的边：length 是 {edge['length']}；请填不小于 0 的长度",
            )
        )
    if speed is not None and speed == speed and (_number(speed) or 0) <= 0:  # NaN is a speed that is not known
        faults.append(
            both(
                f"edge {u} to {v}: speed_kph is {speed}, a speed above 0 is needed",
                f"从 {u} 到 {v} 的边：speed_kph 是 {speed}；请填大于 0 的速度",
            )
        )
    return faults


def read_graphml(path: Path, name: str = "") -> RoadNetwork:
    """The network of a `.graphml` file that OSMnx wrote; as `from_graph`.

    Raises:
        LayerError: as `from_graph`, and for a file that OSMnx cannot read.
    """
    import osmnx  # heavy
    from networkx import NetworkXError

    try:
        graph = osmnx.load_graphml(path)
    except (OSError, ValueError, KeyError, TypeError, SyntaxError, NetworkXError) as error:
        fault = both(
            f"{path.name}: not a GraphML file of OSMnx ({error}); save it again with osmnx.save_graphml",
            f"{path.name}：不是 OSMnx 保存的 GraphML 文件；请用 osmnx.save_graphml 重新保存",
        )
        raise LayerError([fault]) from None
    return from_graph(graph, name or path.name)


def to_osmnx(network: RoadNetwork, *, mode: str = "car", rules: "TravelRules | None" = None) -> Any:
    """The network as an OSMnx graph for one kind of traveller: its analyses, maps and files work on it.

    Args:
        network: roads.
        mode: one of `MODES`.
        rules: speeds in place of the shipped ones for summer; they also say whose roads are kept, whatever `mode` is.

    Returns:
        networkx.MultiDiGraph, EPSG:4326. Nodes: `x`, `y`, `street_count`. Edges: `osmid`, `highway`, `length` (m),
        `oneway`, `reversed`, `surface`, `geometry`, `speed_kph` (the tagged limit or the speed of the class, on flat
        ground), `travel_time` (s). Only what the traveller may and can use; where lengths are straightened the time
        is that of the real, longer road.

    Raises:
        LayerError: for an unknown mode.
    """
    from networkx import MultiDiGraph  # heavy

    from geodata.travel.rules import travel_rules

    if mode not in MODES:
        raise LayerError(
            [both(f"'{mode}' is not known; take one of {', '.join(MODES)}", f"没有“{mode}”；可选 {'、'.join(MODES)}")]
        )
    rules = rules or travel_rules(profile="walking" if mode == "foot" else mode)
    kph = arc_kph(network, rules)
    kept = np.flatnonzero(((network.modes & rules.mode) > 0) & (kph > 0))
    node_id = (
        network.node_id if len(np.unique(network.node_id)) == len(network.node_id) else np.arange(len(network.lon))
    )
    graph = MultiDiGraph(crs="epsg:4326", simplified=True, created_with="jiujin")
    streets = _street_count(network, kept)
    used = np.unique(np.concatenate([network.tail[kept], network.head[kept]]))
    columns = (node_id[used].tolist(), network.lon[used].tolist(), network.lat[used].tolist(), streets[used].tolist())
    for node, x, y, count in zip(*columns, strict=True):
        graph.add_node(node, x=x, y=y, street_count=count)
    ends = zip(node_id[network.tail[kept]].tolist(), node_id[network.head[kept]].tolist(), strict=True)
    for (u, v), attributes in zip(ends, _edges(network, rules, kph, kept), strict=True):
        graph.add_edge(u, v, **attributes)
    return graph


def arc_kph(network: RoadNetwork, rules: "TravelRules") -> Floats:
    """(n_arcs,) km/h on flat ground: the tagged speed on its surface, else that of class and surface; 0 = closed."""
    flat = np.zeros(len(network.tail), np.int64)
    return rules.road_kph(network.road_class, network.surface, flat, network.speed_kph)


def _street_count(network: RoadNetwork, kept: Ints) -> Ints:
    """(n_nodes,) streets that end at each node; one that returns to it counts twice."""
    first = np.unique(network.road[kept], return_index=True)[1]
    ends = np.concatenate([network.tail[kept][first], network.head[kept][first]])
    return np.bincount(ends, minlength=len(network.lon))


def _edges(network: RoadNetwork, rules: "TravelRules", kph: Floats, kept: Ints) -> Iterator[dict[str, Any]]:
    """Attributes of each kept arc, as Python's own values so that GraphML keeps them."""
    road, backward = network.road[kept], network.backward[kept]
    both_ways = np.zeros((len(network.way_id), 2), bool)
    both_ways[road, backward.astype(int)] = True
    vertex = np.column_stack([network.shape_lon, network.shape_lat])
    shape = np.repeat(np.arange(len(network.way_id)), np.diff(network.shape_start))
    lines: Any = shapely.linestrings(vertex, indices=shape)
    line = lines[road]
    line[backward] = shapely.reverse(line[backward])
    winding = rules.main_road_sinuosity if network.straightened else 1.0
    columns = {
        "osmid": network.way_id[road].tolist(),
        "highway": [CLASSES[c] for c in network.road_class[kept]],
        "length": network.length_m[kept].tolist(),
        "oneway": (~both_ways[road].all(axis=1)).tolist(),
        "reversed": backward.tolist(),
        "surface": [SURFACES[s] for s in network.surface[kept]],
        "geometry": list(line),
        "speed_kph": kph[kept].tolist(),
        "travel_time": (network.length_m[kept] * winding / (kph[kept] / 3.6)).tolist(),
    }
    return (dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True))


def load_place(place: str) -> RoadNetwork:
    """Roads within a place that OpenStreetMap knows by name, such as `疏附县, 喀什地区`, through the internet.

    OSMnx keeps what was fetched in `osmnx.settings.cache_folder`; later calls need no internet.

    Raises:
        LayerError: when the place is not known, nothing can be fetched and nothing was fetched before, or there are
            no roads.
    """

    def fetch(osmnx: Any) -> Any:
        return osmnx.graph_from_place(place, **_FETCH)

    return _fetched(fetch, both(f"roads of '{place}'", f"“{place}”的道路"))


def load_polygon(polygon: shapely.Polygon | shapely.MultiPolygon) -> RoadNetwork:
    """Roads within a polygon, EPSG:4326; as `load_place`.

    Raises:
        LayerError: as `load_place`, and for a polygon that is empty or not in degrees.
    """
    what = both("roads of the polygon", "多边形内的道路")
    good = isinstance(polygon, shapely.Polygon | shapely.MultiPolygon) and not polygon.is_empty
    if not good or not _in_degrees(*polygon.bounds):
        raise LayerError([prefixed(what, both("a polygon in degrees is needed", "需要以度为单位的多边形"))])
    return _fetched(lambda osmnx: osmnx.graph_from_polygon(polygon, **_FETCH), what)


def load_box(west: float, south: float, east: float, north: float) -> RoadNetwork:
    """Roads within a box of degrees, EPSG:4326; as `load_place`.

    Raises:
        LayerError: as `load_place`, and unless west < east and south < north, all in degrees.
    """
    what = both(f"roads of the box {west}, {south}, {east}, {north}", f"范围 {west}、{south}、{east}、{north} 内的道路")
    if not (west < east and south < north and _in_degrees(west, south, east, north)):
        needed = both(
            "west, south, east, north in degrees are needed, west below east and south below north",
            "请依次填西、南、东、北的度数，西小于东，南小于北",
        )
        raise LayerError([prefixed(what, needed)])
    return _fetched(lambda osmnx: osmnx.graph_from_bbox((west, south, east, north), **_FETCH), what)


_FETCH: Final[dict[str, Any]] = {"custom_filter": ROAD_FILTER, "simplify": True, "retain_all": True}


def _in_degrees(west: float, south: float, east: float, north: float) -> bool:
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def _fetched(fetch: Callable[[Any], Any], what: Sentence) -> RoadNetwork:
    """Roads that OSMnx fetches, or finds in its cache folder."""
    import osmnx  # heavy

    try:
        with _more_tags(osmnx.settings):
            graph = fetch(osmnx)
    except (OSError, ValueError, TypeError) as error:  # no internet, no answer, no such place, nothing there
        folder = osmnx.settings.cache_folder
        why = " ".join(str(error).split())[:200]
        fault = both(
            f"{what} could not be fetched and are not in the cache folder {folder} ({why}); "
            "check the name and the internet, or load an .osm.pbf or .graphml file instead",
            f"取不到{what.zh}，缓存文件夹 {folder} 中也没有；请核对名称和网络连接，或改用 .osm.pbf、.graphml 文件",
        )
        raise LayerError([fault]) from None
    return from_graph(graph, OSM_SOURCE)


@contextmanager
def _more_tags(settings: Any) -> Iterator[None]:
    """OSMnx keeps the tags that decide who may go how fast, for this call only."""
    before = settings.useful_tags_way
    settings.useful_tags_way = sorted({*before, *osm.KEYS})
    try:
        yield
    finally:
        settings.useful_tags_way = before

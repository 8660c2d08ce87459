"""What is odd about a road network, before anybody trusts the trips on it: figures and one sentence for each."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geodata.crs import projection_for
from geodata.errors import LayerError, Sentence, both, in_language
from geodata.roads.network import CLASSES, MODES, SURFACES, RoadNetwork

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

FAR_M: Final = 1_000.0
FASTEST_KPH: Final = 130.0
SLOWEST_KPH: Final = 5.0
FASTEST_PATH_KPH: Final = 80.0
BORDER_SHARE: Final = 0.01
SHOWN_PARTS: Final = 5
PATHS: Final = ("track", "pedestrian", "footway", "cycleway", "bridleway", "path", "steps")
EXPECTED: Final = ("trunk", "primary", "secondary", "tertiary", "residential")
"""Classes that a district of some size has; where one is missing, the source may be a part of the roads only."""
CLASS_ZH: Final = {
    "motorway": "高速公路", "motorway_link": "高速匝道", "trunk": "国道（trunk）", "trunk_link": "国道匝道",
    "primary": "省道（primary）", "primary_link": "省道匝道", "secondary": "县道（secondary）",
    "secondary_link": "县道匝道", "tertiary": "乡道（tertiary）", "tertiary_link": "乡道匝道",
    "unclassified": "村道（unclassified）", "residential": "居住区道路", "living_street": "生活街道",
    "service": "出入道路", "road": "等级未知", "track": "机耕道", "pedestrian": "步行街", "footway": "人行道",
    "cycleway": "自行车道", "bridleway": "马道", "path": "小路", "steps": "台阶", "ferry": "渡船",
    "main_road": "干线（等级未知）",
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """Roads between which cars get to and fro, and its share of the kilometres open to cars.

    Attributes:
        km: length of its roads, each once.
        share: of all roads open to cars.
        lon, lat: a junction in its middle, degrees.
    """

    km: float
    share: float
    lon: float
    lat: float


@dataclass(frozen=True)
class Odd:
    """Roads whose tagged speed is hard to believe: how many, and the longest of them as an example.

    Attributes:
        rule: `too_fast`, `too_slow` or `fast_path`.
        roads: number.
        km: their length.
        road_class, kph, way_id, lon, lat: of the longest one.
    """

    rule: str
    roads: int
    km: float
    road_class: str
    kph: float
    way_id: int
    lon: float
    lat: float


@dataclass(frozen=True)
class ClassKm:
    """Kilometres of one class (each road once), and the shares whose surface and speed the source does not give."""

    road_class: str
    km: float
    no_surface: float
    no_speed: float


@dataclass(frozen=True)
class Far:
    """How far points lie from the nearest road open to cars.

    Attributes:
        points: number of points.
        far: of them farther than `FAR_M`.
        km: distance of the farthest, inf without any road for cars.
        row: its position; lon, lat: degrees.
    """

    points: int
    far: int
    km: float
    row: int
    lon: float
    lat: float


@dataclass(frozen=True)
class RoadQuality:
    """Figures about a network; `sentences` says them, `record` writes them down.

    Attributes:
        source: who made the roads.
        straightened: main roads only, as straight lines.
        junctions, arcs, roads: numbers.
        km: of all roads, each once.
        car_km: of those open to cars in one direction at least.
        n_parts: number of strongly connected parts with a road in them.
        parts: the longest ones, longest first.
        far: about points; None when none were given.
        odd_speeds: by rule.
        dead_ends: junctions where one road for cars ends.
        border_dead_ends: of them, within 1 % of the box around the roads from its edge: probably cut off there.
        classes: in the order of `CLASSES`.
        missing: classes of `EXPECTED` that do not occur.
        zero_arcs, repeated_arcs: arcs of length 0; arcs with the ends, line, length and class of another one.
    """

    source: str
    straightened: bool
    junctions: int
    arcs: int
    roads: int
    km: float
    car_km: float
    n_parts: int
    parts: tuple[Part, ...]
    far: Far | None
    odd_speeds: tuple[Odd, ...]
    dead_ends: int
    border_dead_ends: int
    classes: tuple[ClassKm, ...]
    missing: tuple[str, ...]
    zero_arcs: int
    repeated_arcs: int

    def sentences(self, language: str = "zh") -> list[str]:
        """Every finding as one sentence in `zh` or `en`."""
        return [in_language(sentence, language) for sentence in _told(self)]

    def record(self) -> dict[str, Any]:
        """All figures as JSON takes them; a distance that is infinite is None."""
        found = asdict(self)
        if found["far"] and not np.isfinite(found["far"]["km"]):
            found["far"]["km"] = None
        return {key: list(value) if isinstance(value, tuple) else value for key, value in found.items()}


def road_quality(network: RoadNetwork, points_lonlat: npt.ArrayLike | None = None) -> RoadQuality:
    """Look a network over.

    Args:
        network: roads.
        points_lonlat: (n, 2) degrees of the places from which people set out.

    Raises:
        LayerError: for a network without roads, and points that are not (n, 2) finite degrees.
    """
    if not len(network.tail):
        raise LayerError([both("the network has no roads", "路网中没有道路")])
    points = _points(points_lonlat)
    roads = _Roads(network)
    parts, n_parts = _parts(network, roads)
    dead_ends, border = _dead_ends(network, roads)
    kind = [CLASSES[c] for c in np.unique(roads.kind)]
    return RoadQuality(
        source=network.source,
        straightened=network.straightened,
        junctions=len(network.lon),
        arcs=len(network.tail),
        roads=len(roads.arc),
        km=float(roads.km.sum()),
        car_km=float(roads.km[roads.for_cars].sum()),
        n_parts=n_parts,
        parts=parts,
        far=_far(network, roads, points) if points is not None and len(points) else None,
        odd_speeds=tuple(_odd_speeds(network, roads)),
        dead_ends=dead_ends,
        border_dead_ends=border,
        classes=_classes(network, roads),
        missing=tuple(c for c in EXPECTED if c not in kind),
        zero_arcs=int(np.count_nonzero(network.length_m <= 0)),
        repeated_arcs=_repeated(network),
    )


def _points(points_lonlat: npt.ArrayLike | None) -> Floats | None:
    if points_lonlat is None:
        return None
    points = np.asarray(points_lonlat, float)
    if points.ndim == 2 and points.shape[1] == 2 and np.isfinite(points).all():
        return points
    raise LayerError([both("points are rows of lon and lat in degrees", "点应为每行一个经度和纬度（度）")])


class _Roads:
    """Each road once, as its first arc gives it.

    Attributes:
        arc: (r,) the first arc of each road that has any.
        of_arc: (n_arcs,) position of each arc's road among them.
        shape: (r,) positions of the shapes.
        km, kind: (r,) length and class.
        for_cars: (r,) open to cars in one direction at least.
    """

    def __init__(self, network: RoadNetwork) -> None:
        self.shape, self.arc, of_arc = np.unique(network.road, return_index=True, return_inverse=True)
        self.of_arc: Ints = of_arc.ravel()
        self.km: Floats = network.length_m[self.arc] / 1000
        self.kind = network.road_class[self.arc]
        self.car_arc: Bools = (network.modes & MODES["car"]) > 0
        self.for_cars: Bools = np.bincount(self.of_arc[self.car_arc], minlength=len(self.arc)) > 0

    def middle(self, network: RoadNetwork, road: int) -> tuple[float, float]:
        """Degrees of the middle vertex of a road."""
        low, high = network.shape_start[self.shape[road]], network.shape_start[self.shape[road] + 1]
        vertex = (low + high) // 2
        return float(network.shape_lon[vertex]), float(network.shape_lat[vertex])


def _parts(network: RoadNetwork, roads: _Roads) -> tuple[tuple[Part, ...], int]:
    """The longest strongly connected parts for cars, and how many parts there are."""
    n = len(network.lon)
    tail, head = network.tail[roads.car_arc], network.head[roads.car_arc]
    arcs = coo_array((np.ones(len(tail), np.int8), (tail, head)), shape=(n, n)).tocsr()
    part = connected_components(arcs, directed=True, connection="strong")[1]
    inside = roads.for_cars & (part[network.tail[roads.arc]] == part[network.head[roads.arc]])
    where = part[network.tail[roads.arc[inside]]]
    km = np.bincount(where, roads.km[inside], minlength=n)
    there = np.bincount(where, minlength=n) > 0
    total = roads.km[roads.for_cars].sum()
    order = np.flatnonzero(there)[np.argsort(-km[there], kind="stable")][:SHOWN_PARTS]
    found = []
    for p in order:
        nodes = np.flatnonzero(part == p)
        x, y = network.lon[nodes], network.lat[nodes]
        middle = np.argmin(np.hypot((x - x.mean()) * np.cos(np.radians(y.mean())), y - y.mean()))
        found.append(Part(float(km[p]), float(km[p] / total) if total > 0 else 0.0, float(x[middle]), float(y[middle])))
    return tuple(found), int(np.count_nonzero(there))


def _far(network: RoadNetwork, roads: _Roads, points: Floats) -> Far:
    """Metres from each point to the nearest line of a road open to cars."""
    projection = projection_for(network.shape_lon, network.shape_lat)
    shape = np.repeat(np.arange(len(network.shape_start) - 1), np.diff(network.shape_start))
    wanted = np.zeros(len(network.shape_start) - 1, bool)
    wanted[roads.shape[roads.for_cars]] = True
    vertex = wanted[shape]
    number = np.cumsum(wanted) - 1
    distance = np.full(len(points), np.inf)
    if vertex.any():
        xy = projection.to_metric(network.shape_lon[vertex], network.shape_lat[vertex])
        lines: Any = shapely.linestrings(xy, indices=number[shape[vertex]])
        at = shapely.points(projection.to_metric(points[:, 0], points[:, 1]))
        (row, _), metres = shapely.STRtree(lines).query_nearest(at, return_distance=True, all_matches=False)
        distance[row] = metres
    farthest = int(np.argmax(distance))
    far = int(np.count_nonzero(distance > FAR_M))
    lon, lat = points[farthest]
    return Far(len(points), far, float(distance[farthest] / 1000), farthest, float(lon), float(lat))


def _odd_speeds(network: RoadNetwork, roads: _Roads) -> Iterator[Odd]:
    """Each rule that a tagged speed breaks; ferries may be slow."""
    kph, kind = network.speed_kph, network.road_class
    path = np.isin(kind, [CLASSES.index(c) for c in PATHS])
    rules = {
        "too_fast": kph > FASTEST_KPH,
        "too_slow": (kph < SLOWEST_KPH) & (kind != CLASSES.index("ferry")),
        "fast_path": path & (kph > FASTEST_PATH_KPH) & (kph <= FASTEST_KPH),
    }
    for rule, broken in rules.items():
        found = np.unique(roads.of_arc[broken])
        if not len(found):
            continue
        road = int(found[np.argmax(roads.km[found])])
        arc = int(np.flatnonzero(broken & (roads.of_arc == road))[0])
        way = int(network.way_id[network.road[arc]])
        lon, lat = roads.middle(network, road)
        km = float(roads.km[found].sum())
        yield Odd(rule, len(found), km, CLASSES[kind[arc]], float(kph[arc]), way, lon, lat)


def _dead_ends(network: RoadNetwork, roads: _Roads) -> tuple[int, int]:
    """Junctions where one road for cars ends, and those of them near the edge of the box around all roads."""
    arc = roads.arc[roads.for_cars]
    ends = np.concatenate([network.tail[arc], network.head[arc]])
    alone = np.flatnonzero(np.bincount(ends, minlength=len(network.lon)) == 1)
    near = np.zeros(len(alone), bool)
    for node, shape in ((network.lon, network.shape_lon), (network.lat, network.shape_lat)):
        low, high = shape.min(), shape.max()
        margin = BORDER_SHARE * (high - low)
        near |= (node[alone] <= low + margin) | (node[alone] >= high - margin)
    return len(alone), int(np.count_nonzero(near))


def _classes(network: RoadNetwork, roads: _Roads) -> tuple[ClassKm, ...]:
    """Kilometres by class with the shares that say nothing of surface and speed."""
    tagged = np.bincount(roads.of_arc[np.isfinite(network.speed_kph)], minlength=len(roads.arc)) > 0
    bare = network.surface[roads.arc] == SURFACES.index("unknown")
    found = []
    for kind in np.unique(roads.kind):
        own = roads.kind == kind
        km = float(roads.km[own].sum())
        shares = [float(roads.km[own & lacks].sum()) / km if km > 0 else 0.0 for lacks in (bare, ~tagged)]
        found.append(ClassKm(CLASSES[kind], km, shares[0], shares[1]))
    return tuple(found)


def _repeated(network: RoadNetwork) -> int:
    """Arcs that another arc before them already is: ends, line to 1e-5 degrees, length to 0.1 m, class.

    A loop that returns to its junction is two arcs with the same ends, one in each direction.
    """
    start = network.shape_start[:-1]
    line = [np.rint(np.add.reduceat(at, start) * 1e5)[network.road] for at in (network.shape_lon, network.shape_lat)]
    turned = network.backward & (network.tail == network.head)
    length = np.rint(network.length_m * 10)
    rows = np.column_stack([network.tail, network.head, *line, length, network.road_class, turned])
    return len(rows) - len(np.unique(rows, axis=0))


def _told(q: RoadQuality) -> Iterator[Sentence]:
    yield both(
        f"{q.roads:,} roads of {q.km:,.1f} km between {q.junctions:,} junctions, {q.car_km:,.1f} km of them open to "
        f"cars (source: {q.source or 'not named'}).",
        f"共 {q.roads:,} 条道路、{q.km:,.1f} 公里，{q.junctions:,} 个路口，其中可通行汽车 {q.car_km:,.1f} 公里"
        f"（来源：{q.source or '未注明'}）。",
    )
    if q.straightened:
        yield both(
            "Main roads only, drawn as straight lines: lengths are too short and local roads are missing.",
            "只有干线道路，且以直线表示：长度偏短，缺少地方道路。",
        )
    yield from _parts_told(q)
    if q.far:
        yield _far_told(q.far)
    yield from map(_odd_told, q.odd_speeds)
    if not q.odd_speeds:
        yield both("No tagged speed is implausible.", "没有不合理的限速标注。")
    yield _border_told(q)
    yield from _classes_told(q)
    yield both(f"{q.zero_arcs:,} arcs have length 0 m.", f"{q.zero_arcs:,} 条有向路段长度为 0 米。")
    yield both(
        f"{q.repeated_arcs:,} arcs repeat another one with the same ends, line, length and class.",
        f"{q.repeated_arcs:,} 条有向路段与另一条起终点、线形、长度和等级相同（重复）。",
    )


def _border_told(q: RoadQuality) -> Sentence:
    if not q.border_dead_ends:
        return both(
            f"None of the {q.dead_ends:,} dead ends lies at the edge of the data.",
            f"{q.dead_ends:,} 个断头路都不在数据边缘。",
        )
    return both(
        f"{q.border_dead_ends:,} of {q.dead_ends:,} dead ends lie at the edge of the data: roads are probably cut off "
        "there, and ways around outside the data are not known.",
        f"{q.dead_ends:,} 个断头路中有 {q.border_dead_ends:,} 个位于数据边缘：道路可能在此被截断，"
        "数据范围以外的绕行路线未知。",
    )


def _parts_told(q: RoadQuality) -> Iterator[Sentence]:
    if not q.parts:
        yield both("Cars cannot drive to and fro on any road.", "没有任何一条道路可供汽车往返。")
        return
    longest, *others = q.parts
    yield both(
        f"The roads for cars fall into {q.n_parts:,} parts; the longest holds {longest.share:.1%} of their length.",
        f"汽车道路分成 {q.n_parts:,} 个互不连通的部分；最大的部分占总长度的 {longest.share:.1%}。",
    )
    for part in others:
        yield both(
            f"A part of {part.km:,.2f} km near {part.lon:.5f}, {part.lat:.5f} has no way to and from the longest one.",
            f"{part.lon:.5f}, {part.lat:.5f} 附近有 {part.km:,.2f} 公里道路与最大的部分之间无法往返。",
        )


def _far_told(far: Far) -> Sentence:
    if not np.isfinite(far.km):
        return both("No road is open to cars, so no point is near one.", "没有汽车可通行的道路，所有点都远离道路。")
    return both(
        f"{far.far:,} of {far.points:,} points ({far.far / far.points:.1%}) lie more than {FAR_M / 1000:g} km from a "
        f"road for cars; the farthest, row {far.row + 1}, is {far.km:,.2f} km away ({far.lon:.5f}, {far.lat:.5f}).",
        f"{far.points:,} 个点中有 {far.far:,} 个（{far.far / far.points:.1%}）距汽车道路超过 {FAR_M / 1000:g} 公里；"
        f"最远的是第 {far.row + 1} 行，距离 {far.km:,.2f} 公里（{far.lon:.5f}, {far.lat:.5f}）。",
    )


def _odd_told(odd: Odd) -> Sentence:
    en, zh = {
        "too_fast": (f"a tagged speed above {FASTEST_KPH:g} km/h", f"限速标注高于 {FASTEST_KPH:g} 公里/时"),
        "too_slow": (f"a tagged speed below {SLOWEST_KPH:g} km/h", f"限速标注低于 {SLOWEST_KPH:g} 公里/时"),
        "fast_path": (
            f"a tagged speed above {FASTEST_PATH_KPH:g} km/h on a track or footpath",
            f"是机耕道或人行小路，限速标注却高于 {FASTEST_PATH_KPH:g} 公里/时",
        ),
    }[odd.rule]
    return both(
        f"{odd.roads:,} roads of {odd.km:,.2f} km have {en}, such as way {odd.way_id} ({odd.road_class}, {odd.kph:g} "
        f"km/h) near {odd.lon:.5f}, {odd.lat:.5f}.",
        f"{odd.roads:,} 条道路（{odd.km:,.2f} 公里）{zh}，例如 {odd.lon:.5f}, {odd.lat:.5f} 附近的道路 {odd.way_id}"
        f"（{CLASS_ZH[odd.road_class]}，{odd.kph:g} 公里/时）。",
    )


def _classes_told(q: RoadQuality) -> Iterator[Sentence]:
    for row in q.classes:
        yield both(
            f"{row.road_class}: {row.km:,.1f} km, surface not given on {row.no_surface:.0%}, speed not given on "
            f"{row.no_speed:.0%}.",
            f"{CLASS_ZH[row.road_class]}：{row.km:,.1f} 公里，其中 {row.no_surface:.0%} 没有路面信息，"
            f"{row.no_speed:.0%} 没有限速信息。",
        )
    if q.missing:
        yield both(
            f"There is no {', '.join(q.missing)} road: check that the source holds all roads.",
            f"没有{'、'.join(CLASS_ZH[c] for c in q.missing)}：请核对数据是否包含全部道路。",
        )

"""Flat ground, small road networks and an oracle that knows nothing of geodata's way of computing trips."""

from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from math import hypot, inf

import numpy as np
import pandas as pd
from pyproj import Geod

from geodata.crs import to_degrees
from geodata.demand import DemandRates
from geodata.elevation import ElevationGrid
from geodata.roads.network import CLASSES, RoadNetwork, straight_roads
from geodata.travel.ground import Ground
from geodata.travel.rules import TravelRules

RULES = TravelRules(
    profile="car", season="summer", mode=1, class_kph=(60.0,) * len(CLASSES), surface_factor=(1.0, 1.0, 0.6, 0.35),
    terrain_factor=(1.0, 0.8, 0.6), season_factor=1.0, exact_kph=(), uses_tags=True, top_kph=inf,
    hill_relief_m=200, mountain_relief_m=500, grade_free=0.03, grade_slowing=4.0, local_road_kph=30, off_road_kph=30,
    main_road_sinuosity=1.2, main_road_sinuosity_hilly=1.5, local_sinuosity=1.3, steepest_local=0.16, boarding_min=5,
    longest_min=120, access_limit_km=40, access_limit_min=120, local_trip_km=30, off_road_trip_km=30, smallest_part=0,
)  # fmt: skip
"""A car at 60 km/h on every road and 30 km/h off the roads, with round numbers for all the rest."""
ROADS_ONLY = replace(RULES, local_trip_km=0, off_road_trip_km=0)
RATES = DemandRates(
    control_rate=1_070_000 / 25_852_345,
    prevalence=(0.016, 0.04, 0.24),
    category_share=(14.86, 24.16, 1.53, 29.07, 6.68, 7.40, 16.30),
    severe_share=0.2949,
    hardship_share_of_severe=0.25,
)

Point = tuple[float, float]  # metres
Arc = tuple[int, int, float]  # from, to, length in metres

_GEOD = Geod(ellps="WGS84")


def grid(height_m: np.ndarray, relief_m: np.ndarray | float = 0) -> ElevationGrid:
    """One arc-minute over the study area: (600, 1290) heights, and relief given rather than derived."""
    relief = np.full(height_m.shape, relief_m, np.int16) if np.isscalar(relief_m) else relief_m
    return ElevationGrid(height_m.astype(np.int16), relief, west=73.0, north=44.0, step=1 / 60)


def flat(height_m: int = 1_000, relief_m: int = 0) -> Ground:
    """Level open ground over the study area, whatever relief it claims to have."""
    return Ground(grid(np.full((600, 1290), height_m), relief_m))


def degrees(metres: list[Point]) -> np.ndarray:
    return to_degrees(np.array(metres, float).reshape(-1, 2))


def network(
    nodes: list[Point],
    arcs: list[Arc],
    *,
    speed_kph: float | list[float] = np.nan,
    straightened: bool = False,
    road_class: str = "unclassified",
    surface: str = "unknown",
) -> RoadNetwork:
    """Straight roads between places in metres; arcs of the same ends and length are one road."""
    lon, lat = degrees(nodes).T
    tail, head, length = (np.array(x) for x in zip(*arcs, strict=True))
    return straight_roads(
        lon, lat, tail, head, length, speed_kph=speed_kph, straightened=straightened, road_class=road_class,
        surface=surface, source="made for a test",
    )  # fmt: skip


def bent(
    nodes: list[Point], shapes: list[tuple[int, int, float, list[Point]]], *, straightened: bool = False
) -> RoadNetwork:
    """Two-way roads (from, to, length in metres, places in metres between their ends) that follow a shape."""
    arcs = [(u, v, m) for u, v, m, _ in shapes]
    straight = straight_roads(*degrees(nodes).T, *zip(*arcs, strict=True), source="made for a test")
    lines = [degrees([nodes[u], *between, nodes[v]]) for u, v, _, between in shapes]
    n = len(shapes)
    twice = {name: np.tile(getattr(straight, name), 2) for name in ("speed_kph", "road_class", "surface", "modes")}
    vertex = np.concatenate(lines)
    return replace(
        straight,
        tail=np.concatenate([straight.tail, straight.head]),
        head=np.concatenate([straight.head, straight.tail]),
        length_m=np.tile([float(m) for _, _, m, _ in shapes], 2),
        road=np.tile(np.arange(n), 2),
        backward=np.repeat([False, True], n),
        shape_start=np.concatenate([[0], np.cumsum([len(line) for line in lines])]),
        shape_lon=vertex[:, 0].copy(),
        shape_lat=vertex[:, 1].copy(),
        way_id=np.arange(n),
        straightened=straightened,
        **twice,
    )


def both_ways(arcs: list[Arc]) -> list[Arc]:
    return arcs + [(v, u, m) for u, v, m in arcs]


def oracle_minutes(
    nodes: list[Point], arcs: list[Arc], homes: list[Point], sites: list[Point], rules: TravelRules,
    closed: tuple[Point, float] | None = None,
) -> list[list[float]]:  # fmt: skip
    """Minutes of every trip over flat ground and straight roads of less than 2 km; inf where no route is known.

    Every point really becomes a place on every road within its reach: the road is split there, the way to it is an
    arc of its own, and Floyd and Warshall's method does the rest. A closed road can neither be used nor entered.
    """
    roads: dict[tuple[int, int, float], set[bool]] = defaultdict(set)
    for u, v, metres in arcs:
        roads[min(u, v), max(u, v), metres].add(u > v)
    points = [*homes, *sites]
    place = list(nodes)  # then the points, then the places where they meet the roads
    place += points
    steps: list[tuple[int, int, float]] = []
    for (u, v, metres), directions in roads.items():
        a, b = np.array(nodes[u]), np.array(nodes[v])
        if closed is not None and hypot(*((a + b) / 2 - closed[0])) <= closed[1]:
            continue
        kph = rules.class_kph[CLASSES.index("unclassified")] * rules.surface_factor[0] * rules.season_factor
        along = {0.0: u, 1.0: v}
        for p, point in enumerate(points):
            t = float(np.clip((point - a) @ (b - a) / ((b - a) @ (b - a)), 0, 1))
            foot = tuple(a + t * (b - a))
            leg = _off_road(point, foot, rules)  # the limit of minutes is judged in summer
            if hypot(point[0] - foot[0], point[1] - foot[1]) > rules.access_limit_km * 1000:
                continue
            if leg * rules.season_factor > rules.access_limit_min:
                continue
            if t not in along:
                along[t] = len(place)
                place.append(foot)
            me = len(nodes) + p
            steps.append((me, along[t], leg) if p < len(homes) else (along[t], me, leg))
        for (s, one), (t, other) in pairwise(sorted(along.items())):
            minutes = (t - s) * metres / 1000 / kph * 60
            steps += [(other, one, minutes) if backward else (one, other, minutes) for backward in directions]
    return _trips(len(nodes), len(place), steps, homes, sites, rules)


def _off_road(a: Point, b: Point, rules: TravelRules) -> float:
    (lon, lat), (lon2, lat2) = degrees([a, b])
    metres = _GEOD.inv(lon, lat, lon2, lat2)[2]
    return metres / 1000 * rules.local_sinuosity / (rules.off_road_kph * rules.season_factor) * 60


def _trips(
    first: int, places: int, steps: list[tuple[int, int, float]], homes: list[Point], sites: list[Point],
    rules: TravelRules,
) -> list[list[float]]:  # fmt: skip
    minutes = np.full((places, places), inf)
    for one, other, m in steps:
        minutes[one, other] = min(minutes[one, other], m)
    for k in range(places):
        minutes = np.minimum(minutes, minutes[:, k, None] + minutes[None, k, :])
    out = minutes[first : first + len(homes), first + len(homes) : first + len(homes) + len(sites)]
    for i, home in enumerate(homes):
        for j, site in enumerate(sites):
            straight = _GEOD.inv(*degrees([home])[0], *degrees([site])[0])[2]
            if rules.off_road_trip_km > 0 and straight <= rules.off_road_trip_km * 1000:
                out[i, j] = min(out[i, j], _off_road(home, site, rules))
    return (out + rules.boarding_min).tolist()


def road_table(**changes: object) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "u": [1, 2], "v": [2, 3], "u_lon": [76.0, 76.1], "u_lat": [39.0, 39.0],
            "v_lon": [76.1, 76.2], "v_lat": [39.0, 39.1], "length_m": [8_650.0, 14_000.0],
        }
    )  # fmt: skip
    return table.assign(**changes)

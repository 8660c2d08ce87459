"""Flat ground, small road networks and an oracle that knows nothing of geodata's way of computing trips."""

from dataclasses import replace
from itertools import product
from math import dist, inf

import numpy as np
import pandas as pd

from geodata.crs import to_degrees
from geodata.demand import DemandRates
from geodata.elevation import ElevationGrid
from geodata.roads import RoadNetwork
from geodata.travel import TravelRules

RULES = TravelRules(
    main_road_kph=60, local_road_kph=30, main_road_sinuosity=1.2, local_sinuosity=1.3,
    hill_relief_m=200, mountain_relief_m=500, hill_factor=0.8, mountain_factor=0.6, season_factor=1.0,
    boarding_min=5, access_limit_km=40, local_trip_km=30, ridge_m=300,
)  # fmt: skip
ROADS_ONLY = replace(RULES, local_trip_km=0)
RATES = DemandRates(
    control_rate=1_070_000 / 25_852_345,
    prevalence=(0.016, 0.04, 0.24),
    category_share=(14.86, 24.16, 1.53, 29.07, 6.68, 7.40, 16.30),
    severe_share=0.2949,
    hardship_share_of_severe=0.25,
)

Point = tuple[float, float]  # metres
Arc = tuple[int, int, float]  # from, to, length in metres


def flat(height_m: int = 1_000) -> ElevationGrid:
    height = np.full((600, 1290), height_m, np.int16)
    return ElevationGrid(height, np.zeros_like(height), west=73.0, north=44.0, step=1 / 60)


def degrees(metres: list[Point]) -> np.ndarray:
    return to_degrees(np.array(metres, float).reshape(-1, 2))


def network(
    nodes: list[Point], arcs: list[Arc], *, speed_kph: float = np.nan, straightened: bool = False
) -> RoadNetwork:
    lon, lat = degrees(nodes).T
    tail, head, length = (np.array(x) for x in zip(*arcs, strict=True))
    return RoadNetwork(
        lon, lat, tail.astype(np.int64), head.astype(np.int64), length.astype(float),
        np.full(len(arcs), speed_kph, float), straightened, "made for a test",
    )  # fmt: skip


def both_ways(arcs: list[Arc]) -> list[Arc]:
    return arcs + [(v, u, m) for u, v, m in arcs]


def oracle_minutes(
    nodes: list[Point], arcs: list[Arc], homes: list[Point], sites: list[Point], rules: TravelRules,
    closed: tuple[Point, float] | None = None,
) -> list[list[float]]:  # fmt: skip
    """Floyd-Warshall on flat ground; every arc is one piece (shorter than 2 km); inf where no route is known."""
    n = len(nodes)
    minutes = [[0.0 if i == j else inf for j in range(n)] for i in range(n)]
    for u, v, metres in arcs:
        middle = ((nodes[u][0] + nodes[v][0]) / 2, (nodes[u][1] + nodes[v][1]) / 2)
        if closed is None or dist(middle, closed[0]) > closed[1]:
            kph = rules.main_road_kph * rules.season_factor
            minutes[u][v] = min(minutes[u][v], metres / 1000 / kph * 60)
    for k, i, j in product(range(n), repeat=3):
        minutes[i][j] = min(minutes[i][j], minutes[i][k] + minutes[k][j])
    used = sorted({i for u, v, _ in arcs for i in (u, v)})

    def local(a: Point, b: Point) -> float:
        return dist(a, b) / 1000 * rules.local_sinuosity / (rules.local_road_kph * rules.season_factor) * 60

    def entries(p: Point) -> list[int]:
        near = sorted(used, key=lambda i: dist(p, nodes[i]))[:3]
        return [i for i in near if dist(p, nodes[i]) <= rules.access_limit_km * 1000]

    def trip(home: Point, site: Point) -> float:
        ways = [
            local(home, nodes[i]) + minutes[i][j] + local(nodes[j], site) for i in entries(home) for j in entries(site)
        ]
        if dist(home, site) <= rules.local_trip_km * 1000:
            ways.append(local(home, site))
        return min(ways, default=inf) + rules.boarding_min

    return [[trip(home, site) for site in sites] for home in homes]


def road_table(**changes: object) -> pd.DataFrame:
    table = pd.DataFrame(
        {
            "u": [1, 2], "v": [2, 3], "u_lon": [76.0, 76.1], "u_lat": [39.0, 39.0],
            "v_lon": [76.1, 76.2], "v_lat": [39.0, 39.1], "length_m": [8_650.0, 14_000.0],
        }
    )  # fmt: skip
    return table.assign(**changes)

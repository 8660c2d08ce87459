"""`roads.csv`: the main roads that touch the study area."""

import ast
from pathlib import Path

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import Geod
from shapely import points

from geodata.boundaries import province_polygons
from geodata.build.sources import EAST, FOLDER, NORTH, SOUTH, WEST, wheel
from geodata.crs import METRIC, STORED

BORDER_SLACK_M = 2_000.0  # road ends are rounded to 0.001 degree, polygons are simplified


def highway_table(wheels: Path) -> tuple[list[dict[int, float]], npt.NDArray[np.float64]]:
    """Adjacency in km and node coordinates (lat, lon) of the world's main highways.

    The package holds them as Python text, `graph=[...]` and `nodes=[...]`, one line each.
    """
    text = wheel(wheels, "scgraph_data").read("scgraph_data/world_highways.py").decode()
    value = {name: line for name, _, line in (row.partition("=") for row in text.splitlines())}
    return ast.literal_eval(value["graph"]), np.asarray(ast.literal_eval(value["nodes"]), float)


def road_nodes(nodes: npt.NDArray[np.float64], polygons: gpd.GeoDataFrame) -> tuple[set[int], set[int]]:
    """Positions of the nodes of the wider box that lie in China, and of those that lie in the counties."""
    lat, lon = nodes.T
    box = (lon > WEST) & (lon < EAST + 1) & (lat > SOUTH - 1) & (lat < NORTH + 1)
    point = gpd.GeoSeries(points(lon[box], lat[box]), index=np.flatnonzero(box), crs=STORED).to_crs(METRIC)
    china = province_polygons().to_crs(METRIC).union_all().buffer(BORDER_SLACK_M)
    area = polygons.to_crs(METRIC).union_all().buffer(BORDER_SLACK_M)
    return set(point.index[point.within(china)]), set(point.index[point.within(area)])


def build_roads(wheels: Path, polygons: gpd.GeoDataFrame) -> pd.DataFrame:
    """`roads.csv`: main-road edges that touch the counties, both ends within China."""
    graph, nodes = highway_table(wheels)
    domestic, here = road_nodes(nodes, polygons)
    rows = [
        (u, v, *nodes[u][::-1], *nodes[v][::-1], km * 1000)
        for u in sorted(domestic)
        for v, km in sorted(graph[u].items())
        if u < v and v in domestic and (u in here or v in here)
    ]
    roads = pd.DataFrame(rows, columns=["u", "v", "u_lon", "u_lat", "v_lon", "v_lat", "length_m"])
    _, _, straight = Geod(ellps="WGS84").inv(roads["u_lon"], roads["u_lat"], roads["v_lon"], roads["v_lat"])
    roads["straight_m"] = np.rint(straight)
    roads["length_m"] = np.rint(roads["length_m"])
    roads.to_csv(FOLDER / "roads.csv", index=False, lineterminator="\n")
    return roads

"""Roads from files and graphs into one frozen network."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS

from geodata.errors import LayerError, both, prefixed

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_TABLE_COLUMNS = ("u", "v", "u_lon", "u_lat", "v_lon", "v_lat", "length_m")


@dataclass(frozen=True)
class RoadNetwork:
    """Road junctions and directed arcs between them, EPSG:4326.

    Attributes:
        lon, lat: (n_nodes,) degrees.
        tail, head: (n_arcs,) node positions; a two-way road is two arcs.
        length_m: (n_arcs,) metres along the road as the source gives them.
        speed_kph: (n_arcs,) kilometres an hour, NaN where the source gives none.
        straightened: the source dropped intermediate points, so lengths are straight lines.
        source: who made the roads, for maps.
    """

    lon: Floats
    lat: Floats
    tail: Ints
    head: Ints
    length_m: Floats
    speed_kph: Floats
    straightened: bool
    source: str


def load_roads(source: Any, *, name: str = "") -> RoadNetwork:
    """Roads from a table, a file or an OSMnx graph.

    Args:
        source: a DataFrame or CSV file with u, v, u_lon, u_lat, v_lon, v_lat, length_m (two-way edges); a
            `.graphml` file written by OSMnx; or an OSMnx graph (`length` in metres, `speed_kph` if added).
        name: the source to show on maps.

    Raises:
        LayerError: for a missing file, an unknown kind of file, missing columns or attributes, bad numbers, no roads.
    """
    if isinstance(source, pd.DataFrame):
        return _from_table(source, name or "road table")
    if hasattr(source, "edges") and hasattr(source, "nodes"):
        return _from_graph(source, name or "OpenStreetMap contributors (ODbL 1.0), OSMnx")
    path = Path(source)
    if not path.exists():
        raise LayerError([both(f"{path}: there is no such road file", f"{path}：没有这个道路文件；请核对路径和文件名")])
    if path.suffix == ".csv":
        return _from_table(pd.read_csv(path), name or path.name)
    if path.suffix == ".graphml":
        import osmnx  # heavy, and needed for graphs only

        return _from_graph(osmnx.load_graphml(path), name or path.name)
    fault = both(
        f"{path}: road files are .csv or .graphml, found '{path.suffix}'; save the graph as GraphML",
        f"{path}：道路文件应为 .csv 或 .graphml，发现“{path.suffix}”；请把路网保存为 GraphML",
    )
    raise LayerError([fault])


def _from_table(table: pd.DataFrame, name: str) -> RoadNetwork:
    missing = [c for c in _TABLE_COLUMNS if c not in table.columns]
    if missing:
        fault = both(
            f"{name}: the road table lacks {', '.join(missing)}",
            f"{name}：道路表缺少 {'、'.join(missing)} 列；请补上",
        )
        raise LayerError([fault])
    _check_table(table, name)
    ends = pd.concat(
        [
            table[["u", "u_lon", "u_lat"]].set_axis(["node", "lon", "lat"], axis=1),
            table[["v", "v_lon", "v_lat"]].set_axis(["node", "lon", "lat"], axis=1),
        ]
    ).drop_duplicates("node")
    position = pd.Series(np.arange(len(ends)), index=ends["node"].to_numpy())
    u, v = (position.loc[table[c].to_numpy()].to_numpy(np.int64) for c in ("u", "v"))
    length = pd.to_numeric(table["length_m"]).to_numpy(float)
    return RoadNetwork(
        lon=pd.to_numeric(ends["lon"]).to_numpy(float),
        lat=pd.to_numeric(ends["lat"]).to_numpy(float),
        tail=np.concatenate([u, v]),
        head=np.concatenate([v, u]),
        length_m=np.concatenate([length, length]),
        speed_kph=np.full(2 * len(u), np.nan),
        straightened=True,
        source=name,
    )


def _check_table(table: pd.DataFrame, name: str) -> None:
    """Raises LayerError with every cell that is no number and every length of 0 or less."""
    empty = both("the road table has no rows; at least one road is needed", "道路表没有数据行；至少需要一条道路")
    faults = [] if len(table) else [empty]
    for column in _TABLE_COLUMNS[2:]:
        number = pd.to_numeric(table[column], errors="coerce").to_numpy(float)
        good = number > 0 if column == "length_m" else np.isfinite(number)
        needed = both("a length above 0", "大于 0 的长度") if column == "length_m" else both("a number", "数字")
        for i in np.flatnonzero(~good):
            found = table[column].iloc[i]
            faults.append(
                both(
                    f"row {i + 2}: {column} is {found}, {needed} is needed",
                    f"第 {i + 2} 行：{column} 是 {found}；请填{needed.zh}",
                )
            )
    if faults:
        raise LayerError([prefixed(name, fault) for fault in faults])


def _from_graph(graph: Any, name: str) -> RoadNetwork:
    """An OSMnx graph; an undirected one counts as two-way everywhere."""
    _check_graph(graph, name)
    graph = graph if graph.is_directed() else graph.to_directed()
    nodes = list(graph.nodes(data=True))
    position = {node: i for i, (node, _) in enumerate(nodes)}
    arcs = [(position[u], position[v], d) for u, v, d in graph.edges(data=True)]
    return RoadNetwork(
        lon=np.array([d["x"] for _, d in nodes], float),
        lat=np.array([d["y"] for _, d in nodes], float),
        tail=np.array([a[0] for a in arcs], np.int64),
        head=np.array([a[1] for a in arcs], np.int64),
        length_m=np.array([a[2]["length"] for a in arcs], float),
        speed_kph=np.array([a[2].get("speed_kph", np.nan) for a in arcs], float),
        straightened=False,
        source=name,
    )


def _check_graph(graph: Any, name: str) -> None:
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
    bare = [n for n, d in graph.nodes(data=True) if "x" not in d or "y" not in d]
    faults += [
        both(f"node {n} has no x and y; read the graph with OSMnx", f"节点 {n} 没有 x 和 y；请用 OSMnx 读取路网")
        for n in bare
    ]
    for u, v, d in graph.edges(data=True):
        if "length" not in d:
            faults.append(
                both(
                    f"edge {u} to {v} has no length; add it with osmnx.distance.add_edge_lengths",
                    f"从 {u} 到 {v} 的边没有长度；请用 osmnx.distance.add_edge_lengths 补上",
                )
            )
        if d.get("speed_kph", 1) <= 0:
            faults.append(
                both(
                    f"edge {u} to {v}: speed_kph is {d['speed_kph']}, a speed above 0 is needed",
                    f"从 {u} 到 {v} 的边：speed_kph 是 {d['speed_kph']}；请填大于 0 的速度",
                )
            )
    if faults:
        raise LayerError([prefixed(name, fault) for fault in faults])

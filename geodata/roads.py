"""Roads from files and graphs into one frozen network."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import LayerError

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
        LayerError: for a missing file, an unknown kind of file, missing columns or bad lengths.
    """
    if isinstance(source, pd.DataFrame):
        return _from_table(source, name or "road table")
    if hasattr(source, "edges") and hasattr(source, "nodes"):
        return _from_graph(source, name or "OpenStreetMap contributors (ODbL 1.0), OSMnx")
    path = Path(source)
    if not path.exists():
        raise LayerError([f"{path}: there is no such road file"])
    if path.suffix == ".csv":
        return _from_table(pd.read_csv(path), name or path.name)
    if path.suffix == ".graphml":
        import osmnx  # heavy, and needed for graphs only

        return _from_graph(osmnx.load_graphml(path), name or path.name)
    raise LayerError(
        [f"{path}: road files are .csv or .graphml, found '{path.suffix}'; save the graph as GraphML"]
    )


def _from_table(table: pd.DataFrame, name: str) -> RoadNetwork:
    missing = [c for c in _TABLE_COLUMNS if c not in table.columns]
    if missing:
        raise LayerError([f"{name}: the road table lacks {', '.join(missing)}"])
    bad = table.index[~(table["length_m"] > 0)]
    if len(bad):
        raise LayerError(
            [f"{name}: row {bad[0] + 2}: length_m is {table['length_m'][bad[0]]}, a length above 0 is needed"]
        )
    ends = pd.concat(
        [
            table[["u", "u_lon", "u_lat"]].set_axis(["node", "lon", "lat"], axis=1),
            table[["v", "v_lon", "v_lat"]].set_axis(["node", "lon", "lat"], axis=1),
        ]
    ).drop_duplicates("node")
    position = pd.Series(np.arange(len(ends)), index=ends["node"].to_numpy())
    u, v = (position.loc[table[c].to_numpy()].to_numpy(np.int64) for c in ("u", "v"))
    length = table["length_m"].to_numpy(float)
    return RoadNetwork(
        lon=ends["lon"].to_numpy(float),
        lat=ends["lat"].to_numpy(float),
        tail=np.concatenate([u, v]),
        head=np.concatenate([v, u]),
        length_m=np.concatenate([length, length]),
        speed_kph=np.full(2 * len(u), np.nan),
        straightened=True,
        source=name,
    )


def _from_graph(graph: Any, name: str) -> RoadNetwork:
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

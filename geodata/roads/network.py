"""The road network: frozen arrays, wherever the roads come from."""

from dataclasses import dataclass, fields
from functools import cached_property
from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CLASSES: Final = (
    "motorway", "motorway_link", "trunk", "trunk_link", "primary", "primary_link", "secondary", "secondary_link",
    "tertiary", "tertiary_link", "unclassified", "residential", "living_street", "service", "road", "track",
    "pedestrian", "footway", "cycleway", "bridleway", "path", "steps", "ferry", "main_road",
)  # fmt: skip
"""OpenStreetMap's values of `highway`, ferries, and `main_road`: a main road whose rank the source does not give."""

SURFACES: Final = ("unknown", "paved", "unpaved", "rough")
MODES: Final = {"car": 1, "motorcycle": 2, "foot": 4, "wheelchair": 8}
ALL_MODES: Final = sum(MODES.values())


@dataclass(frozen=True, eq=False)
class RoadNetwork:
    """Junctions, directed arcs between them, and the shapes of the roads they follow, EPSG:4326.

    Attributes:
        lon, lat: (n_nodes,) degrees.
        tail, head: (n_arcs,) node positions; a two-way road is two arcs.
        length_m: (n_arcs,) metres along the road.
        speed_kph: (n_arcs,) tagged limit or given speed, kilometres an hour; NaN where the source gives none.
        road_class: (n_arcs,) positions in `CLASSES`.
        surface: (n_arcs,) positions in `SURFACES`.
        modes: (n_arcs,) bits of `MODES`: who may use the arc in its direction.
        road: (n_arcs,) the road (0..n_roads-1) whose shape the arc follows; both directions share it.
        backward: (n_arcs,) True where the arc runs against the shape.
        shape_start: (n_roads + 1,) first vertex of each road's shape; ends are included in the shape.
        shape_lon, shape_lat: (n_vertices,) degrees.
        node_id: (n_nodes,) ids of the source.
        way_id: (n_roads,) ids of the source.
        straightened: main roads only, as straight lines: lengths are too short and local roads are missing.
        source: who made the roads, for maps.
    """

    lon: Floats
    lat: Floats
    tail: Ints
    head: Ints
    length_m: Floats
    speed_kph: Floats
    road_class: npt.NDArray[np.int8]
    surface: npt.NDArray[np.int8]
    modes: npt.NDArray[np.uint8]
    road: Ints
    backward: npt.NDArray[np.bool_]
    shape_start: Ints
    shape_lon: Floats
    shape_lat: Floats
    node_id: Ints
    way_id: Ints
    straightened: bool
    source: str

    @cached_property
    def digest(self) -> str:
        """Fingerprint of the contents: equal for equal networks, whatever file they came from."""
        found = blake2b(repr((self.straightened, self.source)).encode(), digest_size=16)
        for name, array in self.arrays().items():
            found.update(f"{name}{array.dtype}{array.shape}".encode())
            found.update(np.ascontiguousarray(array).data)
        return found.hexdigest()

    def arrays(self) -> dict[str, npt.NDArray[np.generic]]:
        """All arrays by name, for storing and for the digest."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if isinstance(value, np.ndarray)}


def straight_roads(
    lon: Floats,
    lat: Floats,
    tail: npt.ArrayLike,
    head: npt.ArrayLike,
    length_m: npt.ArrayLike,
    *,
    speed_kph: npt.ArrayLike = np.nan,
    road_class: str = "unclassified",
    surface: str = "unknown",
    straightened: bool = False,
    node_id: npt.ArrayLike | None = None,
    source: str = "",
) -> RoadNetwork:
    """A network whose roads are drawn as straight lines between their junctions, open to everyone.

    Args:
        lon, lat: (n_nodes,) degrees.
        tail, head: (n_arcs,) node positions.
        length_m: (n_arcs,) metres.
        speed_kph: (n_arcs,) or one number.
        road_class, surface: of all roads.
        node_id: (n_nodes,) ids of the source; positions when None.
    """
    t, h = np.asarray(tail, np.int64), np.asarray(head, np.int64)
    length = np.asarray(length_m, float)
    kph = np.broadcast_to(np.asarray(speed_kph, float), t.shape).copy()
    kinds = np.rint(np.nan_to_num(kph, nan=-1.0) * 1000).astype(np.int64)
    ends = np.column_stack([np.minimum(t, h), np.maximum(t, h), np.rint(length).astype(np.int64), kinds])
    shape, road = np.unique(ends, axis=0, return_inverse=True)  # parallel roads of other lengths or speeds stay apart
    low, high = shape[:, 0].astype(np.int64), shape[:, 1].astype(np.int64)
    vertex = np.column_stack([low, high]).ravel() if len(shape) else np.zeros(0, np.int64)
    return RoadNetwork(
        lon=np.asarray(lon, float),
        lat=np.asarray(lat, float),
        tail=t,
        head=h,
        length_m=length,
        speed_kph=kph,
        road_class=np.full(len(t), CLASSES.index(road_class), np.int8),
        surface=np.full(len(t), SURFACES.index(surface), np.int8),
        modes=np.full(len(t), ALL_MODES, np.uint8),
        road=road.ravel().astype(np.int64),
        backward=t > h,
        shape_start=2 * np.arange(len(shape) + 1),
        shape_lon=np.asarray(lon, float)[vertex],
        shape_lat=np.asarray(lat, float)[vertex],
        node_id=np.arange(len(lon)) if node_id is None else np.asarray(node_id, np.int64),
        way_id=np.arange(len(shape)),
        straightened=straightened,
        source=source,
    )

"""Coordinate reference systems: the only file that names a code.

Stored and exchanged: EPSG:4326. Measured: one conformal conic over the study area, whose scale is within
0.4 % of true between 35°N and 43°N, so that a metre is a metre in Kashgar and in Ruoqiang alike.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer

from geodata.errors import LayerError

STORED: Final = CRS.from_epsg(4326)
CGCS2000: Final = CRS.from_epsg(4490)  # equals WGS 84 at this scale
METRIC_TEXT: Final = "+proj=lcc +lat_1=36.5 +lat_2=41.5 +lat_0=39 +lon_0=83.5 +datum=WGS84 +units=m"
METRIC: Final = CRS.from_proj4(METRIC_TEXT)
_BOX: Final = (72.0, 33.0, 97.0, 46.0)  # degrees: west, south, east, north, where METRIC is meant

Floats = npt.NDArray[np.float64]
_TO_METRIC: Final = Transformer.from_crs(STORED, METRIC, always_xy=True)
_TO_DEGREES: Final = Transformer.from_crs(METRIC, STORED, always_xy=True)


def to_metric(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
    """Metres (n, 2) in the metric system of degrees in EPSG:4326."""
    x, y = _TO_METRIC.transform(np.asarray(lon, float), np.asarray(lat, float))
    return np.column_stack([np.atleast_1d(x), np.atleast_1d(y)])


def to_degrees(metres: Floats) -> Floats:
    """Longitude and latitude (n, 2) in EPSG:4326 of metres in the metric system."""
    lon, lat = _TO_DEGREES.transform(metres[:, 0], metres[:, 1])
    return np.column_stack([lon, lat])


@dataclass(frozen=True)
class Projection:
    """Metres for one area: the study area's metric system, or one laid over other roads.

    Attributes:
        definition: PROJ text of the metric system.
    """

    definition: str

    def to_metric(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
        """Metres (n, 2) of degrees in EPSG:4326."""
        x, y = _transformer(self.definition, False).transform(np.asarray(lon, float), np.asarray(lat, float))
        return np.column_stack([np.atleast_1d(x), np.atleast_1d(y)])

    def to_degrees(self, metres: Floats) -> Floats:
        """Longitude and latitude (n, 2) in EPSG:4326 of metres."""
        lon, lat = _transformer(self.definition, True).transform(metres[:, 0], metres[:, 1])
        return np.column_stack([lon, lat])

    @property
    def crs(self) -> CRS:
        """The metric system."""
        return CRS.from_proj4(self.definition)


def projection_for(lon: Floats, lat: Floats) -> Projection:
    """A metric system for roads: the study area's own inside it, else one centred on them.

    Wide areas get a conic with its standard parallels at a sixth from the north and south edge; areas under three
    degrees an equidistant one.
    """
    west, south, east, north = (float(f) for f in (lon.min(), lat.min(), lon.max(), lat.max()))
    if west >= _BOX[0] and south >= _BOX[1] and east <= _BOX[2] and north <= _BOX[3]:
        return Projection(METRIC_TEXT)
    middle = f"+lat_0={(south + north) / 2:.4f} +lon_0={(west + east) / 2:.4f} +datum=WGS84 +units=m"
    if max(north - south, east - west) < 3 or south * north <= 0:
        return Projection(f"+proj=aeqd {middle}")
    sixth = (north - south) / 6
    return Projection(f"+proj=lcc +lat_1={south + sixth:.4f} +lat_2={north - sixth:.4f} {middle}")


@lru_cache(maxsize=16)
def _transformer(definition: str, inverse: bool) -> Transformer:
    ends = (CRS.from_proj4(definition), STORED) if inverse else (STORED, CRS.from_proj4(definition))
    return Transformer.from_crs(*ends, always_xy=True)


SIX_DEGREES: Final = range(13, 24)  # Gauss-Krüger zones of 6 degrees over China
THREE_DEGREES: Final = range(25, 46)  # and of 3 degrees; no number is in both


def gauss_kruger(zone: int) -> CRS:
    """CGCS2000 / Gauss-Krüger of a zone, whose eastings begin with its number: zone 13 is EPSG:4491, 25 is EPSG:4513.

    Args:
        zone: one of `SIX_DEGREES` (central meridian 6 · zone − 3) or `THREE_DEGREES` (3 · zone).

    Raises:
        ValueError: for any other number.
    """
    if zone in SIX_DEGREES:
        return CRS.from_epsg(4491 + zone - SIX_DEGREES[0])
    if zone in THREE_DEGREES:
        return CRS.from_epsg(4513 + zone - THREE_DEGREES[0])
    raise ValueError(f"Gauss-Krüger zones are 13 to 23 and 25 to 45, found {zone}")


@lru_cache(maxsize=32)
def gauss_kruger_to_degrees(zone: int) -> Transformer:
    """Easting (the zone before it) and northing → longitude and latitude; CGCS2000 equals WGS 84 at this scale."""
    return Transformer.from_crs(gauss_kruger(zone), CGCS2000, always_xy=True)


def require_metric(layer: gpd.GeoDataFrame, what: str) -> None:
    """Refuse a layer in degrees where something is to be measured.

    Raises:
        LayerError: when the layer has no CRS or a geographic one.
    """
    if layer.crs is None or layer.crs.is_geographic:
        found = "no CRS" if layer.crs is None else f"{layer.crs.to_string()}, which is in degrees"
        raise LayerError([f"{what}: a metric CRS is needed to measure, found {found}; use to_crs(METRIC)"])

"""Coordinate reference systems: the only file that names a code.

Stored and exchanged: EPSG:4326. Measured: one conformal conic over the study area, whose scale is within
0.4 % of true between 35°N and 43°N, so that a metre is a metre in Kashgar and in Ruoqiang alike.
"""

from typing import Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer

from geodata.errors import LayerError

STORED: Final = CRS.from_epsg(4326)
CGCS2000: Final = CRS.from_epsg(4490)  # equals WGS 84 at this scale
METRIC: Final = CRS.from_proj4("+proj=lcc +lat_1=36.5 +lat_2=41.5 +lat_0=39 +lon_0=83.5 +datum=WGS84 +units=m")

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


def require_metric(layer: gpd.GeoDataFrame, what: str) -> None:
    """Refuse a layer in degrees where something is to be measured.

    Raises:
        LayerError: when the layer has no CRS or a geographic one.
    """
    if layer.crs is None or layer.crs.is_geographic:
        found = "no CRS" if layer.crs is None else f"{layer.crs.to_string()}, which is in degrees"
        raise LayerError([f"{what}: a metric CRS is needed to measure, found {found}; use to_crs(METRIC)"])

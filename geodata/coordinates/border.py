"""Where map services shift coordinates: inside China only.

The usual rectangle also holds Kyrgyzstan and Tajikistan, Mongolia, Nepal, most of Kazakhstan and Korea; so the
provinces' polygons decide, as `geodata.boundaries` reads them at run time. Without them the rectangle is used, and
`border_known` says so.

Close to the border nobody outside the map services knows which side they took a point for, and the polygons are drawn
with about one vertex a kilometre. So a belt of `BELT_DEG` beyond the polygons counts as China (a Chinese place must
not stay shifted because of a coarse line), and `beyond_border` names the points in it, to be asked about.
"""

from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from geodata.boundaries import province_polygons
from geodata.findings import Mask

BELT_DEG: Final = 0.01  # about 1.1 km north-south, 0.9 km east-west at 39°N [J]
RECTANGLE: Final = (72.004, 0.8293, 137.8347, 55.8271)  # west, south, east, north: the usual test in published code [S]


def border_known() -> bool:
    """Whether the provinces' polygons are at hand; if not, a rectangle stands for China."""
    return _china() is not None


def in_china(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Mask:
    """Where map services shift: inside China or within the belt around it.

    Args:
        lon, lat: (n,) degrees in WGS-84.

    Returns:
        (n,) True inside; False for NaN.
    """
    x, y = np.asarray(lon, float), np.asarray(lat, float)
    west, south, east, north = RECTANGLE
    inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
    known = _china()
    if known is not None:
        inside[inside] = shapely.contains_xy(known[1], x[inside], y[inside])
    return np.asarray(inside, bool)


def beyond_border(lon: npt.ArrayLike, lat: npt.ArrayLike) -> Mask:
    """The points (WGS-84 degrees) that lie in the belt outside the polygons; none without polygons."""
    x, y = np.asarray(lon, float), np.asarray(lat, float)
    known = _china()
    if known is None:
        return np.zeros(x.shape, bool)
    belt = in_china(x, y)
    belt[belt] = ~shapely.contains_xy(known[0], x[belt], y[belt])
    return belt


@lru_cache(maxsize=1)
def _china() -> tuple[shapely.Geometry, shapely.Geometry] | None:
    """The provinces as one polygon, and the same with its belt, both prepared; None without the package."""
    provinces = province_polygons()
    if not len(provinces):
        return None
    country = shapely.union_all(provinces.geometry.to_numpy())
    around = shapely.buffer(country, BELT_DEG, quad_segs=4)
    shapely.prepare([country, around])
    return country, around

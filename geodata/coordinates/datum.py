"""Degrees of WGS-84 (and CGCS2000, equal to it here), GCJ-02 and BD-09 into each other.

GCJ-02 is WGS-84 moved by a few hundred metres; the law's own formula is secret, and what everyone uses is the one
recovered from map services and published as open source (eviltransform, PRCoords) [S]: metres east and north as a
polynomial and sine waves of the distance from 105°E 35°N, turned into degrees on the Krasovsky 1940 ellipsoid.
BD-09 stretches and turns GCJ-02 seen from 0°N 0°E by a ripple and adds 0.0065° and 0.006° [S, same sources].

Only points in China are moved: abroad the map services give WGS-84 (Baidu says so in its SDK manual, and counts
Hong Kong, Macao and Taiwan as inside [S]). `geodata.coordinates.border` decides.
"""

from typing import Final

import numpy as np
import numpy.typing as npt

from geodata.coordinates.border import RECTANGLE, in_china
from geodata.coordinates.systems import DEGREES
from geodata.errors import LayerError, both
from geodata.findings import Mask

Floats = npt.NDArray[np.float64]
Degrees = tuple[Floats, Floats]

_MIDDLE: Final = (105.0, 35.0)
_RADIUS_M: Final = 6_378_245.0  # Krasovsky 1940: half axis, and eccentricity squared
_ECCENTRICITY: Final = 0.00669342162296594323
# Waves of the shift in metres: (height, half wave length in degrees). Both directions share the short ones along x.
_SHORT: Final = ((40 / 3, 1 / 6), (40 / 3, 1 / 2))
_EAST: Final = (*_SHORT, (40 / 3, 1.0), (80 / 3, 3.0), (100.0, 12.0), (200.0, 30.0))
_NORTH: Final = ((40 / 3, 1.0), (80 / 3, 3.0), (320 / 3, 12.0), (640 / 3, 30.0))

_BAIDU_ADDS: Final = (0.0065, 0.006)
_BAIDU_RIPPLE: Final = np.radians(3000.0)  # waves of radius and angle, radians a degree
_ENOUGH_DEG: Final = 1e-11  # the inverse stops when it moves no point farther than this (a micrometre)
_ROUNDS: Final = 40


def convert(lon: npt.ArrayLike, lat: npt.ArrayLike, source: str, target: str = "wgs84") -> Degrees:
    """Degrees of one system as degrees of another; points outside China stay as they are.

    Args:
        lon, lat: (n,) degrees in `source`; NaN stays NaN.
        source, target: `wgs84`, `cgcs2000`, `gcj02` or `bd09`.

    Returns:
        Longitude and latitude (n,), there and back again within 1e-9 degrees. Points just beyond the belt around
        China (`geodata.coordinates.border`), no farther than the shift itself, cannot be told from shifted ones: read
        from GCJ-02 or BD-09 they count as shifted.

    Raises:
        LayerError: for a name that is none of these.
    """
    for name in (source, target):
        if name not in DEGREES:
            fault = both(
                f"degrees of '{name}' cannot be converted; there is {', '.join(DEGREES)}",
                f"不能换算“{name}”的经纬度；可用的有 {'、'.join(DEGREES)}",
            )
            raise LayerError([fault])
    x, y = np.array(lon, float, ndmin=1), np.array(lat, float, ndmin=1)
    return from_wgs84(*to_wgs84(x, y, source), target)


def from_wgs84(lon: Floats, lat: Floats, target: str) -> Degrees:
    """Degrees of `target` of points in WGS-84."""
    if target in ("wgs84", "cgcs2000"):
        return lon, lat
    inside = in_china(lon, lat)
    return _put(lon, lat, inside, shifted(lon[inside], lat[inside], target))


def to_wgs84(lon: Floats, lat: Floats, source: str) -> Degrees:
    """Degrees in WGS-84 of points of `source`."""
    if source in ("wgs84", "cgcs2000"):
        return lon, lat
    west, south, east, north = RECTANGLE  # no shift is as long as its distance from China
    near = (lon > west) & (lon < east) & (lat > south) & (lat < north)
    back = unshifted(lon[near], lat[near], source)
    inside = in_china(*back)  # the place itself decides, not where the shift put it
    near[near] = inside
    return _put(lon, lat, near, (back[0][inside], back[1][inside]))


def _put(lon: Floats, lat: Floats, rows: Mask, moved: Degrees) -> Degrees:
    x, y = lon.copy(), lat.copy()
    x[rows], y[rows] = moved
    return x, y


def shifted(lon: Floats, lat: Floats, system: str) -> Degrees:
    """Points of WGS-84 as `gcj02` or `bd09` shows them, wherever they are."""
    gcj = _gcj02(lon, lat)
    return _bd09(*gcj) if system == "bd09" else gcj


def unshifted(lon: Floats, lat: Floats, system: str) -> Degrees:
    """The points of WGS-84 that `gcj02` or `bd09` shows at these degrees, wherever they are.

    The shift changes by less than 2 % of the way from one place to another, so taking off the shift found at the last
    guess comes closer at least fifty times in every round.
    """
    x, y = lon, lat
    for _ in range(_ROUNDS):
        seen = shifted(x, y, system)
        dx, dy = lon - seen[0], lat - seen[1]
        x, y = x + dx, y + dy
        if not np.nanmax(np.abs([dx, dy]), initial=0.0) > _ENOUGH_DEG:
            break
    return x, y


def _waves(at: Floats, waves: tuple[tuple[float, float], ...]) -> Floats:
    return sum((height * np.sin(np.pi / half * at) for height, half in waves), np.zeros_like(at))


def _gcj02(lon: Floats, lat: Floats) -> Degrees:
    x, y = lon - _MIDDLE[0], lat - _MIDDLE[1]
    root, short = np.sqrt(np.abs(x)), x * y / 10
    east_m = 300 + x + 2 * y + x * x / 10 + short + root / 10 + _waves(x, _EAST)
    north_m = -100 + 2 * x + 3 * y + y * y / 5 + short + root / 5 + _waves(x, _SHORT) + _waves(y, _NORTH)
    latitude = np.radians(lat)
    bulge = 1 - _ECCENTRICITY * np.sin(latitude) ** 2
    along_meridian_m = _RADIUS_M * (1 - _ECCENTRICITY) / bulge**1.5
    along_parallel_m = _RADIUS_M / np.sqrt(bulge) * np.cos(latitude)
    return lon + np.degrees(east_m / along_parallel_m), lat + np.degrees(north_m / along_meridian_m)


def _bd09(lon: Floats, lat: Floats) -> Degrees:
    far = np.hypot(lon, lat) + 2e-5 * np.sin(_BAIDU_RIPPLE * lat)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(_BAIDU_RIPPLE * lon)
    return far * np.cos(angle) + _BAIDU_ADDS[0], far * np.sin(angle) + _BAIDU_ADDS[1]

"""Gauss-Krüger metres on CGCS2000 → degrees: which number is the easting, and which zone it is in.

Zones of 6 degrees (13 to 23) and of 3 degrees (25 to 45) share one formula (transverse Mercator of scale 1, easting
500,000 m on the central meridian), and every 6-degree meridian (75°, 81°, …) is a 3-degree one too; so without the
zone before the easting, a row has one reading for each of the meridians 75°, 78°, … 135°.

Chinese surveys call the northing X. The order is told by size instead: a northing has seven digits (a million metres
is 9°N, and nothing on land in China lies south of it), an easting six, or eight with the zone before it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from geodata.coordinates.systems import Box
from geodata.crs import SIX_DEGREES, THREE_DEGREES, gauss_kruger_to_degrees
from geodata.findings import Mask

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_MILLION: Final = 1_000_000.0
_NORTHING_M: Final = (_MILLION, 6_000_000.0)  # 9.0°N to 54.1°N
_EASTING_M: Final = (100_000.0, 900_000.0)  # without zone: 400 km to both sides, more than 6 degrees at the equator
_SAMPLE: Final = 2_000  # rows that vote on the zone
_FEW: Final = 0.1  # a zone that brings at most this share of the best zone's rows into the area is ruled out [J]
_MOST: Final = 0.5  # and the best one must bring at least this share of all rows into it [J]


@dataclass(frozen=True, eq=False)
class GridReading:
    """Metres as degrees.

    Attributes:
        lon, lat: (n,) degrees (CGCS2000, equal to WGS-84 here), NaN where the numbers are no place of a grid.
        zone: (n,) the zone used, 0 where none.
        unclear: (n,) True where the easting has no zone before it and the area leaves several open, or none.
        possible: central meridians in degrees that the rows without zone may belong to.
    """

    lon: Floats
    lat: Floats
    zone: Ints
    unclear: Mask
    possible: tuple[int, ...]


def meridian(zone: int) -> int:
    """Central meridian of a zone in degrees east."""
    return 6 * zone - 3 if zone in SIX_DEGREES else 3 * zone


def read_metres(a: Floats, b: Floats, box: Box, zone: int | None = None) -> GridReading:
    """Degrees of Gauss-Krüger metres.

    Args:
        a, b: (n,) the two numbers of each row in metres, easting and northing in either order.
        box: west, south, east, north in degrees: where the places must lie. Decides the zone of eastings without
            one, when only one zone brings the rows into the box; they count as one survey.
        zone: the zone of eastings without one, when the user named it; a zone before the easting goes first.
    """
    easting, northing, own = _told_apart(a, b)
    used = own.copy()
    open_rows = np.flatnonzero(~np.isnan(easting) & (own == 0))
    possible: tuple[int, ...] = ()
    if zone is not None:
        used[open_rows] = zone
    elif len(open_rows):
        zones = _zones_for(easting[open_rows], northing[open_rows], box)
        possible = tuple(meridian(z) for z in zones)
        if len(zones) == 1:
            used[open_rows] = zones[0]
    lon, lat = np.full(len(a), np.nan), np.full(len(a), np.nan)
    for each in np.unique(used[used > 0]):
        rows = used == each
        lon[rows], lat[rows] = _degrees(easting[rows], northing[rows], int(each))
    unclear = ~np.isnan(easting) & (used == 0)
    return GridReading(lon, lat, used, unclear, possible)


def _told_apart(a: Floats, b: Floats) -> tuple[Floats, Floats, Ints]:
    """Easting without its zone, northing, and zone (0 when not written); NaN where the sizes fit no grid."""
    easting, northing = np.full(len(a), np.nan), np.full(len(a), np.nan)
    zone = np.zeros(len(a), np.int64)
    for east, north in ((a, b), (b, a)):
        written = np.nan_to_num(east // _MILLION, nan=-1.0)
        rest = east - np.maximum(written, 0) * _MILLION
        known = (written == 0) | np.isin(written, [*SIX_DEGREES, *THREE_DEGREES])
        fits = known & _between(rest, _EASTING_M) & _between(north, _NORTHING_M)
        easting[fits], northing[fits], zone[fits] = rest[fits], north[fits], written[fits].astype(np.int64)
    return easting, northing, zone


def _between(value: Floats, ends: tuple[float, float]) -> Mask:
    return (value >= ends[0]) & (value < ends[1])


def _zones_for(easting: Floats, northing: Floats, box: Box) -> list[int]:
    """The 3-degree zones that bring rows into the box; none when no zone brings most of them there.

    Only a few typing errors are forgiven: a zone too many is asked about, a wrong one would be 250 km off.
    """
    chosen = np.unique(np.linspace(0, len(easting) - 1, min(_SAMPLE, len(easting))).astype(int))
    west, south, east, north = box
    votes = {}
    for zone in THREE_DEGREES:
        lon, lat = _degrees(easting[chosen], northing[chosen], zone)
        votes[zone] = int(np.sum((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)))
    best = max(votes.values())
    if best < _MOST * len(chosen):
        return []
    return [zone for zone, count in votes.items() if count > _FEW * best]


def _degrees(easting: Floats, northing: Floats, zone: int) -> tuple[Floats, Floats]:
    lon, lat = gauss_kruger_to_degrees(zone).transform(zone * _MILLION + easting, northing)
    return np.asarray(lon, float), np.asarray(lat, float)

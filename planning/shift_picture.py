"""A small picture of points before and after a conversion of coordinates, on the roads around them."""

from typing import Final

import numpy as np
import numpy.typing as npt

from geodata.coordinates.shift import Shift
from geodata.roads.network import RoadNetwork

Floats = npt.NDArray[np.float64]

HALF_M: Final = 1500.0  # from the middle of the picture to its edge
_SIDE: Final = 300  # pixels
_DEGREE_M: Final = 111_320.0
_COLOURS: Final = ("#c8503c", "#2a7f9e")


def shift_picture(shift: Shift, roads: RoadNetwork) -> str:
    """Two squares of 3 km side by side as SVG: the points as they are, and as they would be; roads in grey.

    Args:
        shift: `before` and `after` in WGS-84 degrees.
        roads: in WGS-84 degrees.
    """
    centre = _busiest(shift.before)
    lines = _roads(roads, centre)
    squares = [
        _square(i * (_SIDE + 12), lines, _pixels(points, centre), colour)
        for i, (points, colour) in enumerate(zip((shift.before, shift.after), _COLOURS, strict=True))
    ]
    wide = 2 * _SIDE + 12
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{_SIDE}" viewBox="0 0 {wide} {_SIDE}">'
        f"{''.join(squares)}</svg>"
    )


def _busiest(points: Floats) -> Floats:
    """The point with most others around it."""
    east, north = (points[:, i, None] - points[None, :, i] for i in (0, 1))
    near = np.hypot(east * np.cos(np.radians(points[:, 1]))[:, None], north) * _DEGREE_M < HALF_M
    return np.asarray(points[near.sum(axis=1).argmax()])


def _pixels(lonlat: Floats, centre: Floats) -> Floats:
    """Pixels from the upper left corner of a square; north is up."""
    metres = (lonlat - centre) * _DEGREE_M * np.array([np.cos(np.radians(centre[1])), 1.0])
    return np.asarray((metres * np.array([1.0, -1.0]) / HALF_M + 1.0) * _SIDE / 2)


def _roads(roads: RoadNetwork, centre: Floats) -> str:
    """The roads that touch the square, as one path."""
    at = _pixels(np.column_stack([roads.shape_lon, roads.shape_lat]), centre)
    inside = ((at > -_SIDE) & (at < 2 * _SIDE)).all(axis=1)
    road = np.repeat(np.arange(len(roads.shape_start) - 1), np.diff(roads.shape_start))
    parts = []
    for one in np.unique(road[inside]):
        line = at[roads.shape_start[one] : roads.shape_start[one + 1]]
        parts.append("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line))
    return "".join(parts)


def _square(left: int, lines: str, points: Floats, colour: str) -> str:
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}" fill-opacity=".8"/>'
        for x, y in points[((points > 0) & (points < _SIDE)).all(axis=1)]
    )
    return (
        f'<svg x="{left}" y="0" width="{_SIDE}" height="{_SIDE}">'
        f'<rect width="{_SIDE}" height="{_SIDE}" fill="#f6f4f0"/>'
        f'<path d="{lines}" fill="none" stroke="#a9a49b" stroke-width="2"/>{dots}</svg>'
    )

"""Coordinates as users have them: notations, datums, grids and shifts, read into WGS-84 degrees."""

from geodata.coordinates.datum import convert
from geodata.coordinates.read import read_coordinates
from geodata.coordinates.shift import Shift, ShiftCheck, check_shift, suspect_shift
from geodata.coordinates.systems import CHINA, SYSTEMS, Box, System, system_named

__all__ = [
    "CHINA",
    "SYSTEMS",
    "Box",
    "Shift",
    "ShiftCheck",
    "System",
    "check_shift",
    "convert",
    "read_coordinates",
    "suspect_shift",
    "system_named",
]

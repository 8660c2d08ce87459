"""Height of the ground on a regular grid of degrees."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from scipy import ndimage

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class ElevationGrid:
    """Heights and relief (highest minus lowest of a 3 × 3 window), both in metres, EPSG:4326.

    Attributes:
        height_m: (rows, columns), the first row the northernmost.
        relief_m: the same shape.
        west, north: the outer corner, degrees.
        step: width of a cell, degrees.
    """

    height_m: npt.NDArray[np.int16]
    relief_m: npt.NDArray[np.int16]
    west: float
    north: float
    step: float

    @classmethod
    def read(cls, path: Path) -> "ElevationGrid":
        """Read a one-band GeoTIFF in EPSG:4326 with square cells."""
        with rasterio.open(path) as grid:
            height = grid.read(1)
            west, north, step = grid.transform.c, grid.transform.f, grid.transform.a
        relief = ndimage.maximum_filter(height, 3) - ndimage.minimum_filter(height, 3)
        return cls(height, relief, west, north, step)

    def height_at(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
        """Height in metres at points in degrees; the nearest cell of the rim outside the grid."""
        return self._at(self.height_m, lon, lat)

    def relief_at(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
        """Relief in metres of the 3 × 3 window around points in degrees."""
        return self._at(self.relief_m, lon, lat)

    def _at(self, grid: npt.NDArray[np.int16], lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
        column = ((np.asarray(lon, float) - self.west) / self.step).astype(int)
        row = ((self.north - np.asarray(lat, float)) / self.step).astype(int)
        rows, columns = grid.shape
        return np.asarray(grid[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)], float)

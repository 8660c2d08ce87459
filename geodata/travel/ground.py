"""The ground beside the roads: heights, land cover and barriers on one grid."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import rasterio
from affine import Affine
from rasterio.errors import RasterioError
from rasterio.features import rasterize
from rasterio.windows import Window
from shapely.geometry.base import BaseGeometry

from geodata.elevation import ElevationGrid, grid_faults, require_tiff
from geodata.errors import LayerError, both
from geodata.store import digest

Ints = npt.NDArray[np.int64]
Slowness = npt.NDArray[np.float32]

FINEST_DEG: Final = 1 / 240
"""Cells of the grid are no finer than this (460 m): ways of kilometres do not need more, and searches stay short."""

LAND_COVER: Final = {
    10: 2.0, 20: 1.5, 30: 1.0, 40: 1.2, 50: 1.0, 60: 1.0, 70: 3.0, 80: np.inf, 90: 3.0, 95: 4.0, 100: 1.5,
}  # fmt: skip
"""Times as slow as on grass, by class of ESA WorldCover: tree, shrub, grass, crops, built-up, bare, snow and ice, water
(impassable), wetland, mangroves, moss and lichen. All are judgement (mark J), to be replaced by local knowledge."""

_SAMPLES: Final = 4  # looked up in each cell, in each direction


@dataclass(frozen=True, eq=False)
class Ground:
    """What lies off the roads.

    Attributes:
        elevation: heights; also those under the roads.
        slowness: (rows, columns) of `grid`, the first row the northernmost: minutes ÷ minutes on open flat ground;
            inf = impassable. Open ground everywhere when None.
    """

    elevation: ElevationGrid
    slowness: Slowness | None = None

    @cached_property
    def grid(self) -> ElevationGrid:
        """The cells between which ways are searched: those of the elevation, or coarser ones (`FINEST_DEG`)."""
        return self.elevation.coarsened(round(FINEST_DEG / self.elevation.step))

    @cached_property
    def digest(self) -> str:
        """Fingerprint of the contents."""
        e = self.elevation
        return digest(("ground", e.height_m, e.relief_m, e.west, e.north, e.step, e.row_step, self.slowness))

    def cell_at(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Ints:
        """Number of the cell of `grid` around points in degrees: row times columns plus column; the rim's outside."""
        rows, columns = self.grid.height_m.shape
        column = np.floor((np.asarray(lon, float) - self.grid.west) / self.grid.step).astype(np.int64)
        row = np.floor((self.grid.north - np.asarray(lat, float)) / self.grid.row_step).astype(np.int64)
        return np.asarray(np.clip(row, 0, rows - 1) * columns + np.clip(column, 0, columns - 1))

    @property
    def transform(self) -> Affine:
        """Columns and rows of `grid` to degrees."""
        return Affine(self.grid.step, 0, self.grid.west, 0, -self.grid.row_step, self.grid.north)


def ground(
    elevation: ElevationGrid,
    land_cover: Path | None = None,
    barriers: Iterable[BaseGeometry] | None = None,
    *,
    factors: Mapping[int, float] = LAND_COVER,
) -> Ground:
    """Ground with land cover and barriers.

    A cell is as slow as its land cover on average; it is impassable where more than half of it is. Cells outside the
    land cover count as open. Every cell that a barrier touches is impassable, so no way slips through diagonally.

    Args:
        elevation: heights.
        land_cover: one-band GeoTIFF of classes in EPSG:4326, of any resolution.
        barriers: lines or polygons in degrees (EPSG:4326), such as rivers, that are crossed on roads only.
        factors: class of the land cover → times as slow as open ground; inf = impassable.

    Raises:
        LayerError: for a land cover that is missing, damaged, in another CRS, elsewhere, or holds unknown classes.
    """
    bare = Ground(elevation)
    slowness = np.ones(bare.grid.height_m.shape, np.float32)
    if land_cover is not None:
        slowness = _cover_slowness(bare, land_cover, factors)
    shapes = [shape for shape in barriers or () if not shape.is_empty]
    if shapes:
        touched = rasterize(shapes, slowness.shape, transform=bare.transform, all_touched=True, dtype="uint8")
        slowness[touched > 0] = np.inf
    return Ground(elevation, slowness)


def _cover_slowness(bare: Ground, path: Path, factors: Mapping[int, float]) -> Slowness:
    """Mean of the passable samples of each cell, inf where most are impassable."""
    code, known = _samples(bare, path)
    classes, place = np.unique(code[known], return_inverse=True)
    strange = [int(c) for c in classes if int(c) not in factors]
    if strange:
        listed = ", ".join(str(c) for c in strange[:10])
        raise LayerError(
            [
                both(
                    f"{path}: classes {listed} are not known; known are {', '.join(map(str, factors))}; give a factor "
                    "for each class",
                    f"{path}：地类 {listed} 未知；已知地类为 {'、'.join(map(str, factors))}；请为每个地类给出系数",
                )
            ]
        )
    sample = np.ones(code.shape)
    sample[known] = np.array([factors[int(c)] for c in classes])[place] if len(classes) else 1.0
    rows, columns = bare.grid.height_m.shape
    blocks = sample.reshape(rows, _SAMPLES, columns, _SAMPLES)
    open_ = np.isfinite(blocks)
    count = open_.sum(axis=(1, 3))
    mean = np.where(open_, blocks, 0).sum(axis=(1, 3)) / np.maximum(count, 1)
    return np.where(2 * count >= _SAMPLES**2, mean, np.inf).astype(np.float32)


def _samples(bare: Ground, path: Path) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Classes at `_SAMPLES` × `_SAMPLES` places of each cell, and which are known."""
    require_tiff(path)
    rows, columns = (n * _SAMPLES for n in bare.grid.height_m.shape)
    lon = bare.grid.west + (np.arange(columns) + 0.5) * bare.grid.step / _SAMPLES
    lat = bare.grid.north - (np.arange(rows) + 0.5) * bare.grid.row_step / _SAMPLES
    try:
        with rasterio.open(path, driver="GTiff") as cover:
            faults = grid_faults(path, cover)
            if faults:
                raise LayerError(faults)
            t = cover.transform
            column, row = np.floor((lon - t.c) / t.a).astype(int), np.floor((lat - t.f) / t.e).astype(int)
            across, down = (column >= 0) & (column < cover.width), (row >= 0) & (row < cover.height)
            code = np.zeros((rows, columns), cover.dtypes[0])
            if across.any() and down.any():
                code[np.ix_(down, across)] = _read_at(cover, row[down], column[across])
            nodata = 0 if cover.nodata is None else cover.nodata
    except RasterioError as error:
        fault = both(
            f"{path}: damaged or no GeoTIFF ({error}); fetch it again",
            f"{path}：文件损坏或不是 GeoTIFF（{error}）；请重新获取",
        )
        raise LayerError([fault]) from error
    known = down[:, None] & across & (code != nodata)
    if not known.any():
        raise LayerError(
            [
                both(
                    f"{path}: no class is known where there are heights; take the land cover of the study area",
                    f"{path}：高程范围内没有任何地类；请使用研究区的地表覆盖数据",
                )
            ]
        )
    return code, known


def _read_at(cover: Any, row: Ints, column: Ints) -> npt.NDArray[Any]:
    """Classes at rows and columns; files much finer than the samples are read thinned."""
    height, width = int(row[-1] - row[0] + 1), int(column[-1] - column[0] + 1)
    thinned = (min(height, 2 * len(row)), min(width, 2 * len(column)))
    band = cover.read(1, window=Window(column[0], row[0], width, height), out_shape=thinned)
    return np.asarray(band[np.ix_((row - row[0]) * thinned[0] // height, (column - column[0]) * thinned[1] // width)])

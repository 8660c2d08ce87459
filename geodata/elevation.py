"""Height of the ground on a regular grid of degrees."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import rasterio
from pyproj import CRS
from rasterio.errors import RasterioError
from scipy import ndimage

from geodata.crs import STORED
from geodata.errors import LayerError, Sentence, both, in_language

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Heights = npt.NDArray[np.int16] | npt.NDArray[np.float32]

RELIEF_DEG: Final = 0.05
"""Width of the window of the relief: 5.5 km from south to north, 3 × 3 cells of one arc-minute."""
LOWEST_M: Final = -500.0
HIGHEST_M: Final = 9_000.0
MOST_CELLS: Final = 500_000_000
_TIFF: Final = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_SUFFIXES: Final = (".tif", ".tiff")


@dataclass(frozen=True, eq=False)
class ElevationGrid:
    """Heights and relief (highest minus lowest of the window of `RELIEF_DEG`), both in metres, EPSG:4326.

    Attributes:
        height_m: (rows, columns), the first row the northernmost; NaN where the height is not known.
        relief_m: the same shape.
        west, north: the outer corner, degrees.
        step: width of a cell, degrees.
        step_lat: height of a cell, degrees; as wide when None.
    """

    height_m: Heights
    relief_m: Heights
    west: float
    north: float
    step: float
    step_lat: float | None = None

    @classmethod
    def read(cls, path: Path) -> "ElevationGrid":
        """Read a one-band GeoTIFF in EPSG:4326; cells without data are NaN.

        Raises:
            LayerError: when the file is missing, damaged, no GeoTIFF, or holds something else than heights in
                metres in EPSG:4326.
        """
        return read_elevation([path])

    @property
    def row_step(self) -> float:
        """Height of a cell, degrees."""
        return self.step if self.step_lat is None else self.step_lat

    @property
    def east(self) -> float:
        """The eastern edge, degrees."""
        return float(self.west + self.step * self.height_m.shape[1])

    @property
    def south(self) -> float:
        """The southern edge, degrees."""
        return float(self.north - self.row_step * self.height_m.shape[0])

    def height_at(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
        """Height in metres of the cell around points in degrees; of the rim outside the grid, see `covers`."""
        return self._at(self.height_m, lon, lat)

    def relief_at(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
        """Relief in metres of the window around points in degrees; of the rim outside the grid, see `covers`."""
        return self._at(self.relief_m, lon, lat)

    def smooth_height_at(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
        """Height in metres between the middles of the four cells around points in degrees (bilinear).

        Cells without height are left out of the mean; NaN where none of the four has one. Beyond the middles of the
        rim the height of the rim.
        """
        rows, columns = self.height_m.shape
        x = np.clip((np.asarray(lon, float) - self.west) / self.step - 0.5, 0, columns - 1)
        y = np.clip((self.north - np.asarray(lat, float)) / self.row_step - 0.5, 0, rows - 1)
        left, upper = (np.minimum(v.astype(np.int64), n - 1) for v, n in ((x, columns), (y, rows)))
        right, lower = np.minimum(left + 1, columns - 1), np.minimum(upper + 1, rows - 1)
        across, down = x - left, y - upper
        total, weight = np.zeros(np.shape(x)), np.zeros(np.shape(x))
        for row, column, share in (
            (upper, left, (1 - down) * (1 - across)),
            (upper, right, (1 - down) * across),
            (lower, left, down * (1 - across)),
            (lower, right, down * across),
        ):
            height = np.asarray(self.height_m[row, column], float)
            known = np.where(np.isnan(height), 0.0, share)
            total, weight = total + known * np.where(np.isnan(height), 0.0, height), weight + known
        with np.errstate(invalid="ignore"):
            return np.asarray(total / weight)

    def covers(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Bools:
        """Whether points in degrees lie on the grid (edges included) in a cell whose height is known."""
        x, y = np.asarray(lon, float), np.asarray(lat, float)
        inside = (x >= self.west) & (x <= self.east) & (y >= self.south) & (y <= self.north)
        return np.asarray(inside & ~np.isnan(self.height_at(np.where(inside, x, self.west), np.where(inside, y, 0))))

    def require_cover(self, lon: npt.ArrayLike, lat: npt.ArrayLike, what: str) -> None:
        """Refuse points outside the grid: their heights would be invented.

        Args:
            what: name of the points, in both languages where it is a `Sentence`.

        Raises:
            LayerError: with how many points lie outside and in which box.
        """
        x, y = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
        out = ~self.covers(x, y)
        if not out.any():
            return
        count, there = f"{out.sum()} of {len(x)}", _box(x[out].min(), y[out].min(), x[out].max(), y[out].max())
        have = _box(self.west, self.south, self.east, self.north)
        raise LayerError(
            [
                both(
                    f"elevation: {count} points of '{what}' lie where no height is known, within {there}; there are "
                    f"heights for {have}; add the missing elevation tile",
                    f"高程：“{in_language(what, 'zh')}”的 {len(x)} 个点中有 {out.sum()} 个没有高程数据，位于 {there}；"
                    f"现有高程范围为 {have}；请补上缺少的高程图幅",
                )
            ]
        )

    def coarsened(self, times: int) -> "ElevationGrid":
        """The grid of mean heights of `times` × `times` cells; cells of an incomplete last row or column are whole."""
        if times <= 1:
            return self
        rows, columns = self.height_m.shape
        wide = np.pad(
            np.asarray(self.height_m, np.float32), ((0, -rows % times), (0, -columns % times)), constant_values=np.nan
        )
        blocks = wide.reshape(wide.shape[0] // times, times, wide.shape[1] // times, times)
        known = (~np.isnan(blocks)).sum(axis=(1, 3))
        with np.errstate(invalid="ignore", divide="ignore"):
            height = (np.nansum(blocks, axis=(1, 3), dtype=np.float64) / known).astype(np.float32)
        step, row_step = self.step * times, self.row_step * times
        return ElevationGrid(height, _relief(height, step, row_step), self.west, self.north, step, row_step)

    def _at(self, grid: Heights, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Floats:
        column = ((np.asarray(lon, float) - self.west) / self.step).astype(int)
        row = ((self.north - np.asarray(lat, float)) / self.row_step).astype(int)
        rows, columns = grid.shape
        return np.asarray(grid[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)], float)


def read_elevation(source: Path | Iterable[Path]) -> ElevationGrid:
    """Heights of one GeoTIFF, of several tiles, or of all GeoTIFFs in a folder, joined to one grid.

    Where tiles overlap the first one with a known height counts. Places that no tile covers have no height; see
    `ElevationGrid.covers`.

    Raises:
        LayerError: for every file that is missing, damaged, no GeoTIFF, or holds something else than heights in metres
            in EPSG:4326; for tiles of different steps, tiles that do not fit together and a tile missing between.
    """
    paths = _files(source)
    faults: list[Sentence] = []
    tiles = []
    for path in paths:
        try:
            tiles.append(_read_tile(path))
        except LayerError as error:
            faults += [f for f in error.faults if isinstance(f, Sentence)]
    faults = faults or _misfits(tiles, paths) or _too_many(tiles) or _holes(tiles)
    if faults:
        raise LayerError(faults)
    whole = tiles[0] if len(tiles) == 1 else _joined(tiles)
    return replace(whole, relief_m=_relief(whole.height_m, whole.step, whole.row_step))


def _files(source: Path | Iterable[Path]) -> list[Path]:
    if not isinstance(source, Path):
        found = [Path(path) for path in source]
    elif source.is_dir():
        found = sorted(path for path in source.iterdir() if path.suffix.lower() in _SUFFIXES)
    else:
        found = [source]
    if not found:
        name = source if isinstance(source, Path) else "-"
        raise LayerError(
            [
                both(
                    f"elevation: no GeoTIFF (.tif) in {name}; name the file or its folder",
                    f"高程：{name} 中没有 GeoTIFF（.tif）文件；请指定文件或所在文件夹",
                )
            ]
        )
    return found


def _box(west: float, south: float, east: float, north: float) -> str:
    return f"{west:.3f}, {south:.3f}, {east:.3f}, {north:.3f} (W, S, E, N)"


def require_tiff(path: Path) -> None:
    """Refuse whatever does not begin as a TIFF: other formats may point at files and addresses elsewhere.

    Raises:
        LayerError: when the file is missing or of another kind.
    """
    try:
        with path.open("rb") as file:
            begins = file.read(4)
    except OSError as error:
        raise LayerError(
            [
                both(
                    f"{path}: cannot be read ({error.strerror}); check the path",
                    f"{path}：无法读取（{error.strerror}）；请核对路径",
                )
            ]
        ) from error
    if begins not in _TIFF:
        raise LayerError(
            [
                both(
                    f"{path}: not a GeoTIFF (it begins with {begins!r}); convert it to GeoTIFF in EPSG:4326",
                    f"{path}：不是 GeoTIFF 文件（开头为 {begins!r}）；请转换为 EPSG:4326 的 GeoTIFF",
                )
            ]
        )


def grid_faults(path: Path, grid: Any) -> list[Sentence]:
    """What keeps an open raster from being one band of upright cells in EPSG:4326."""
    faults = []
    if grid.count != 1:
        n = grid.count
        faults.append(both(f"{path}: {n} bands found, one is needed", f"{path}：有 {n} 个波段；只能有 1 个"))
    if grid.crs is None or not CRS.from_wkt(grid.crs.to_wkt()).equals(STORED, ignore_axis_order=True):
        found = "no CRS" if grid.crs is None else grid.crs.to_string()[:60]
        code = f"EPSG:{STORED.to_epsg()}"
        faults.append(
            both(
                f"{path}: {found} found, {code} is needed; reproject it (gdalwarp -t_srs {code})",
                f"{path}：坐标系为 {found}，应为 {code}；请重投影（gdalwarp -t_srs {code}）",
            )
        )
    t = grid.transform
    if t.b or t.d or t.a <= 0 or t.e >= 0 or not 0.5 <= -t.e / t.a <= 2:
        faults.append(
            both(
                f"{path}: cells of {t.a:g} by {t.e:g}, turned by {t.b:g} and {t.d:g}, found; upright, nearly square "
                "cells are needed, the first row in the north (gdalwarp makes them)",
                f"{path}：像元为 {t.a:g} × {t.e:g}、旋转 {t.b:g}、{t.d:g}；"
                "需要正北朝上、近似正方形的像元（可用 gdalwarp 生成）",
            )
        )
    return faults


def _read_tile(path: Path) -> ElevationGrid:
    """Heights of one file; the relief is left empty."""
    require_tiff(path)
    try:
        with rasterio.open(path, driver="GTiff") as grid:
            faults = grid_faults(path, grid)
            if grid.width * grid.height > MOST_CELLS:
                faults += _too_large(str(path), grid.width * grid.height)
            if faults:
                raise LayerError(faults)
            height = _heights(path, grid)
            west, north, step, row_step = grid.transform.c, grid.transform.f, grid.transform.a, -grid.transform.e
    except RasterioError as error:
        fault = both(
            f"{path}: damaged or no GeoTIFF ({error}); fetch it again",
            f"{path}：文件损坏或不是 GeoTIFF（{error}）；请重新获取",
        )
        raise LayerError([fault]) from error
    return ElevationGrid(height, height[:0], west, north, step, None if row_step == step else row_step)


def _heights(path: Path, grid: Any) -> Heights:
    """Metres; whole numbers stay whole where every cell has one."""
    band = grid.read(1)
    missing = np.isnan(band) if band.dtype.kind == "f" else np.zeros(band.shape, bool)
    if grid.nodata is not None and not np.isnan(grid.nodata):
        missing |= band == grid.nodata
    if band.dtype != np.int16 or missing.any() or grid.scales[0] != 1 or grid.offsets[0] != 0:
        band = (band.astype(np.float64) * grid.scales[0] + grid.offsets[0]).astype(np.float32)
        band[missing] = np.nan
    known = band[~missing]
    if not len(known) or known.min() < LOWEST_M or known.max() > HIGHEST_M:
        found = f"{known.min():g} … {known.max():g}" if len(known) else "-"
        raise LayerError(
            [
                both(
                    f"{path}: heights of {found} m found, {LOWEST_M:g} to {HIGHEST_M:g} are possible; give metres and "
                    "declare the value of missing cells (nodata)",
                    f"{path}：高程为 {found} 米，合理范围为 {LOWEST_M:g} 至 {HIGHEST_M:g}；"
                    "请以米为单位，并声明缺测值（nodata）",
                )
            ]
        )
    return np.asarray(band)


def _relief(height: Heights, step: float, row_step: float) -> Heights:
    """Highest minus lowest of the window around each cell; NaN around unknown heights alone."""
    rows, columns = (max(2 * int(RELIEF_DEG / s / 2 + 1e-6) + 1, 3) for s in (row_step, step))
    low = high = height
    if height.dtype.kind == "f":
        low, high = (np.where(np.isnan(height), end, height) for end in (np.float32(np.inf), np.float32(-np.inf)))
    relief = ndimage.maximum_filter(high, (rows, columns)) - ndimage.minimum_filter(low, (rows, columns))
    return np.where(np.isinf(relief), np.float32(np.nan), relief) if height.dtype.kind == "f" else relief


def _place(tile: ElevationGrid, first: ElevationGrid) -> tuple[float, float]:
    """Row and column of a tile's corner, in cells from the corner of the first."""
    return (first.north - tile.north) / first.row_step, (tile.west - first.west) / first.step


def _misfits(tiles: list[ElevationGrid], paths: list[Path]) -> list[Sentence]:
    """Tiles of another step than the first, or whose cells lie across those of the first."""
    faults = []
    for tile, path in zip(tiles, paths, strict=True):
        same = np.allclose((tile.step, tile.row_step), (tiles[0].step, tiles[0].row_step), rtol=1e-6, atol=0)
        place = np.array(_place(tile, tiles[0]))
        if not same:
            faults.append(
                both(
                    f"{path}: cells of {tile.step:.8g} degrees, {paths[0].name} has {tiles[0].step:.8g}; tiles of one "
                    "step are needed",
                    f"{path}：像元为 {tile.step:.8g} 度，而 {paths[0].name} 为 {tiles[0].step:.8g} 度；"
                    "各图幅的像元大小须一致",
                )
            )
        elif np.abs(place - np.rint(place)).max() > 0.05:
            faults.append(
                both(
                    f"{path}: its cells lie across those of {paths[0].name}; tiles of one grid are needed",
                    f"{path}：像元与 {paths[0].name} 不对齐；请使用同一格网的图幅",
                )
            )
    return faults


def _extent(tiles: list[ElevationGrid]) -> npt.NDArray[np.int64]:
    """(tiles, 4) first row, first column, end row, end column of each tile in the joined grid."""
    first = np.rint([_place(tile, tiles[0]) for tile in tiles]).astype(np.int64)
    first -= first.min(axis=0)
    return np.hstack([first, first + [tile.height_m.shape for tile in tiles]])


def _too_large(what: str, cells: int) -> list[Sentence]:
    return [
        both(
            f"{what}: {cells:,} cells, at most {MOST_CELLS:,} can be held; cut it to the area or take larger cells",
            f"{what}：共 {cells:,} 个像元，最多 {MOST_CELLS:,} 个；请裁剪到研究区，或用更大的像元",
        )
    ]


def _too_many(tiles: list[ElevationGrid]) -> list[Sentence]:
    rows, columns = _extent(tiles)[:, 2:].max(axis=0)
    return _too_large(both("elevation tiles", "高程图幅"), int(rows * columns)) if rows * columns > MOST_CELLS else []


def _holes(tiles: list[ElevationGrid]) -> list[Sentence]:
    """A sentence for each tile that is missing between others: the tiles must hang together without a hole."""
    extent = _extent(tiles)
    rows, columns = np.unique(extent[:, [0, 2]]), np.unique(extent[:, [1, 3]])
    covered = np.zeros((len(rows) - 1, len(columns) - 1), bool)
    for top, left, bottom, right in extent:
        covered[slice(*np.searchsorted(rows, [top, bottom])), slice(*np.searchsorted(columns, [left, right]))] = True
    missing = ndimage.binary_fill_holes(covered) & ~covered
    if ndimage.label(covered, np.ones((3, 3)))[1] > 1:
        between = (_between(covered) | _between(covered.T).T) & ~covered
        missing = between if between.any() else ~covered
    faults = []
    corner = tiles[int(np.argmin(extent[:, 1]))].west, tiles[int(np.argmin(extent[:, 0]))].north
    for down, across in ndimage.find_objects(ndimage.label(missing)[0]):
        north, south = (corner[1] - rows[i] * tiles[0].row_step for i in (down.start, down.stop))
        west, east = (corner[0] + columns[i] * tiles[0].step for i in (across.start, across.stop))
        there = _box(west, south, east, north)
        faults.append(
            both(
                f"elevation: a tile is missing between the others, {there}; add it",
                f"高程：图幅之间缺少一幅，范围 {there}；请补上",
            )
        )
    return faults


def _between(covered: Bools) -> Bools:
    """Covered, or with something covered both above and below."""
    above, below = np.logical_or.accumulate(covered), np.logical_or.accumulate(covered[::-1])[::-1]
    return np.asarray(above & below)


def _joined(tiles: list[ElevationGrid]) -> ElevationGrid:
    extent = _extent(tiles)
    shape = tuple(extent[:, 2:].max(axis=0))
    whole = np.full(shape, np.nan, np.float32)
    for tile, (top, left, bottom, right) in zip(tiles, extent, strict=True):
        part = whole[top:bottom, left:right]
        np.copyto(part, tile.height_m, where=np.isnan(part), casting="unsafe")
    if all(tile.height_m.dtype == np.int16 for tile in tiles) and not np.isnan(whole).any():
        whole = whole.astype(np.int16)
    west, north = tiles[int(np.argmin(extent[:, 1]))].west, tiles[int(np.argmin(extent[:, 0]))].north
    return replace(tiles[0], height_m=whole, west=west, north=north)

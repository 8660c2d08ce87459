"""The ground beside the roads: barriers and land cover lie on the cells where they belong."""

from itertools import product
from math import inf

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, box

from geodata.elevation import ElevationGrid
from geodata.errors import LayerError, in_language
from geodata.travel.ground import Ground, ground

STEP = 1 / 60
WEST, NORTH = 80.0, 40.0
LEVEL = np.full((20, 24), 1_000, np.int16)


def hills(height):
    return ElevationGrid(height, np.zeros_like(height), WEST, NORTH, STEP)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1_000_000), st.booleans())
def test_every_cell_that_a_barrier_touches_is_impassable_and_no_other(seed, area):
    rng = np.random.default_rng(seed)
    corners = np.column_stack([WEST + rng.uniform(0, 24, 5) * STEP, NORTH - rng.uniform(0, 20, 5) * STEP])
    barrier = LineString(corners).buffer(STEP / 3) if area else LineString(corners)
    slowness = ground(hills(LEVEL), barriers=[barrier]).slowness
    for row, column in product(range(20), range(24)):
        x, y, little = WEST + column * STEP, NORTH - row * STEP, STEP * 1e-3
        cell = box(x, y - STEP, x + STEP, y)
        if cell.buffer(-little).intersects(barrier):
            assert slowness[row, column] == inf
        elif not cell.buffer(little).intersects(barrier):
            assert slowness[row, column] == 1


def cover(folder, codes, *, step=STEP, crs="EPSG:4326", west=WEST, nodata=None):
    path = folder / "cover.tif"
    codes = np.asarray(codes, np.uint8)
    profile = {"driver": "GTiff", "dtype": "uint8", "count": 1, "height": codes.shape[0], "width": codes.shape[1]}
    place = Affine(step, 0, west, 0, -step, NORTH)
    with rasterio.open(path, "w", crs=crs, transform=place, nodata=nodata, **profile) as out:
        out.write(codes, 1)
    return path


def test_land_cover_slows_each_cell_as_its_class_says(tmp_path):
    codes = np.full(LEVEL.shape, 30)
    codes[0, :4] = [10, 60, 80, 0]
    slowness = ground(hills(LEVEL), cover(tmp_path, codes)).slowness
    assert slowness[0, :4].tolist() == [2.0, 1.0, inf, 1.0]
    assert (slowness[1:] == 1).all()
    own = ground(hills(LEVEL), cover(tmp_path, codes), factors={10: 5, 30: 2, 60: 3, 80: 4}).slowness
    assert own[0, :4].tolist() == [5.0, 3.0, 4.0, 1.0]


def test_finer_land_cover_counts_on_average_and_mostly_water_is_impassable(tmp_path):
    codes = np.full((20 * 40, 24 * 40), 30)
    codes[:20, :40] = 10  # half of the first cell is wood
    codes[:, 40:60] = 80  # half of the second column is water
    codes[:, 80:110] = 80  # three quarters of the third
    slowness = ground(hills(LEVEL), cover(tmp_path, codes, step=STEP / 40)).slowness
    assert slowness[0, :4].tolist() == [1.5, 1.0, inf, 1.0]
    assert slowness[1:, 1].tolist() == [1.0] * 19


def test_land_cover_of_a_part_leaves_the_rest_open(tmp_path):
    slowness = ground(hills(LEVEL), cover(tmp_path, np.full((3, 60), 20), step=2 * STEP, west=WEST - 1)).slowness
    assert slowness[:6].tolist() == [[1.5] * 24] * 6
    assert (slowness[6:] == 1).all()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"codes": np.full((20, 24), 17)}, "classes 17 are not known"),
        ({"crs": "EPSG:3857"}, "EPSG:3857 found"),
        ({"west": 10.0}, "no class is known"),
        ({"codes": np.zeros((20, 24))}, "no class is known"),
    ],
)
def test_land_cover_that_does_not_fit_is_refused_in_a_sentence(tmp_path, change, words):
    path = cover(tmp_path, change.pop("codes", np.full((20, 24), 30)), **change)
    with pytest.raises(LayerError, match=words) as caught:
        ground(hills(LEVEL), path)
    assert all(in_language(f, "zh") != str(f) for f in caught.value.faults)


def test_land_cover_that_points_elsewhere_is_not_opened(tmp_path):
    path = tmp_path / "cover.tif"
    path.write_text("<VRTDataset/>")
    with pytest.raises(LayerError, match="not a GeoTIFF"):
        ground(hills(LEVEL), path)


def test_grounds_are_told_apart_by_their_digest():
    slow = np.ones((2, 20, 24), np.float32)
    slow[[0, 1], 1, [1, 2]] = inf
    flat, same = Ground(hills(LEVEL)), Ground(hills(LEVEL.copy()))
    others = [Ground(hills(LEVEL + 1)), Ground(hills(LEVEL), slow[0]), Ground(hills(LEVEL), slow[1])]
    assert same.digest == flat.digest
    assert len({g.digest for g in (flat, *others)}) == 4

"""Heights are where they belong on the map, in small grids, in tiles and in the real grid."""

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.interpolate import RegularGridInterpolator

from geodata.elevation import ElevationGrid, read_elevation
from geodata.errors import LayerError, in_language
from geodata.study_data import open_study_data


def write(path, heights, *, west=80.0, north=40.0, step=1.0, crs="EPSG:4326", transform=None, **more):
    """A GeoTIFF of heights with its corner in the north-west."""
    bands = np.atleast_3d(np.moveaxis(heights, 0, -1)) if heights.ndim == 3 else heights[..., None]
    rows, columns, count = bands.shape
    profile = {"driver": "GTiff", "dtype": str(heights.dtype), "count": count, "height": rows, "width": columns} | more
    transform = transform or Affine(step, 0, west, 0, -step, north)
    with rasterio.open(path, "w", transform=transform, crs=crs, **profile) as out:
        out.write(np.moveaxis(bands, -1, 0))
    return path


def faults(*arguments):
    with pytest.raises(LayerError) as caught:
        read_elevation(*arguments)
    assert all(in_language(f, "zh") != str(f) for f in caught.value.faults)
    return caught.value.faults


STAIRS = (np.arange(12).reshape(3, 4) * 10).astype(np.int16)


@pytest.fixture
def stairs(tmp_path):
    """Three by four cells of one degree from 80°E, 40°N: 0, 10, 20, … row by row from the north-west."""
    return ElevationGrid.read(write(tmp_path / "stairs.tif", STAIRS))


def test_the_first_row_is_the_northernmost(stairs):
    assert stairs.height_at([80.5, 83.5, 80.5], [39.5, 39.5, 37.5]).tolist() == [0, 30, 80]


def test_relief_is_highest_minus_lowest_of_the_neighbourhood(stairs):
    assert stairs.relief_at(81.5, 38.5) == 100 - 0


def test_outside_the_grid_the_rim_counts_and_the_grid_says_that_it_is_outside(stairs):
    assert stairs.height_at([10, 170], [89, -89]).tolist() == [0, 110]
    assert not stairs.covers([10, 170], [89, -89]).any()


@pytest.mark.parametrize(
    ("lon", "lat", "inside"),
    [
        (80, 40, True), (84, 37, True), (82, 38.5, True), (79.99, 38, False), (84.01, 38, False), (82, 40.01, False),
        (82, 36.99, False), (np.nan, 38, False), (82, np.nan, False),
    ],
)  # fmt: skip
def test_the_grid_covers_its_edges_and_nothing_beyond(stairs, lon, lat, inside):
    assert stairs.covers(lon, lat) == inside


def test_points_outside_are_counted_and_the_missing_box_is_named(stairs):
    words = r"2 of 4 points of 'roads'.*84\.500, 36\.000, 85\.000, 38\.000.*missing"
    with pytest.raises(LayerError, match=words) as caught:
        stairs.require_cover([81, 84.5, 85, 82], [38, 38, 36, 38], "roads")
    assert "缺少" in in_language(caught.value.faults[0], "zh")
    stairs.require_cover([81, 82], [38, 38], "roads")


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10_000), st.floats(80.5, 83.5), st.floats(37.5, 39.5))
def test_between_the_middles_of_cells_heights_are_those_of_bilinear_interpolation(seed, lon, lat):
    height = np.random.default_rng(seed).integers(0, 5_000, (3, 4)).astype(np.int16)
    grid = ElevationGrid(height, height, 80.0, 40.0, 1.0)
    oracle = RegularGridInterpolator(([37.5, 38.5, 39.5], [80.5, 81.5, 82.5, 83.5]), height[::-1].astype(float))
    assert grid.smooth_height_at(lon, lat) == pytest.approx(oracle((lat, lon)), abs=1e-6)


def test_smooth_heights_leave_out_cells_without_height():
    height = np.array([[100, np.nan], [200, np.nan], [np.nan, np.nan], [np.nan, np.nan]], np.float32)
    grid = ElevationGrid(height, height, 80.0, 40.0, 1.0)
    assert grid.smooth_height_at([81.0, 80.5], [39.0, 38.0]).tolist() == [150, 200]
    assert np.isnan(grid.smooth_height_at(81.0, 36.8))


@pytest.mark.parametrize(("step", "cells"), [(1 / 60, 3), (1 / 240, 13), (1 / 1200, 61), (1 / 12, 3)])
def test_the_window_of_the_relief_is_as_wide_whatever_the_cells(tmp_path, step, cells):
    height = np.zeros((129, 129), np.int16)
    height[64, 64] = 700
    grid = ElevationGrid.read(write(tmp_path / "peak.tif", height, step=step))
    assert (grid.relief_m == 700).sum() == cells**2
    assert (grid.relief_m[64] == 700).sum() == cells


def test_the_relief_of_the_shipped_grid_is_that_of_three_by_three_cells():
    grid = open_study_data().elevation
    h = grid.height_m.astype(int)
    around = np.stack(
        [h[1 + i : h.shape[0] - 1 + i, 1 + j : h.shape[1] - 1 + j] for i in (-1, 0, 1) for j in (-1, 0, 1)]
    )
    assert grid.height_m.dtype == grid.relief_m.dtype == np.int16
    assert np.array_equal(grid.relief_m[1:-1, 1:-1], around.max(axis=0) - around.min(axis=0))


def test_cells_without_data_have_no_height_and_are_not_covered(tmp_path):
    height = STAIRS.copy()
    height[1, 1] = -32768
    grid = read_elevation(write(tmp_path / "hole.tif", height, nodata=-32768))
    assert np.isnan(grid.height_at(81.5, 38.5))
    assert grid.covers([81.5, 82.5], [38.5, 38.5]).tolist() == [False, True]
    assert grid.relief_at(82.5, 38.5) == 110 - 10


def test_fractions_of_a_metre_and_rectangular_cells_are_read(tmp_path):
    path = write(tmp_path / "f.tif", STAIRS.astype(np.float32) + 0.5, transform=Affine(1.5, 0, 80, 0, -1, 40))
    grid = read_elevation(path)
    assert grid.height_at([85.9, 80.1], [39.5, 37.1]).tolist() == [30.5, 80.5]
    assert (grid.east, grid.south) == (86, 37)


def test_heights_in_decimetres_are_read_in_metres(tmp_path):
    path = write(tmp_path / "dm.tif", STAIRS)
    with rasterio.open(path, "r+") as out:
        out.scales, out.offsets = (0.1,), (5.0,)
    assert read_elevation(path).height_at(83.5, 39.5) == pytest.approx(8)


def test_tiles_join_to_the_grid_they_were_cut_from(tmp_path):
    whole = np.random.default_rng(1).integers(0, 4_000, (6, 8)).astype(np.int16)
    for r in (0, 3):
        for c in (0, 4):
            # One row and one column more: tiles of some products share their rims.
            write(tmp_path / f"n{r}e{c}.tif", whole[r : r + 4, c : c + 5], west=80 + c, north=40 - r)
    (tmp_path / "readme.txt").write_text("tiles")
    for source in (tmp_path, sorted(tmp_path.glob("*.tif"))[::-1]):
        grid = read_elevation(source)
        assert np.array_equal(grid.height_m, whole)
        assert grid.height_m.dtype == np.int16
        assert (grid.west, grid.north, grid.step) == (80, 40, 1)


def tiles(folder, places, step=1.0):
    """Tiles of two by two cells at (row, column) of a pattern of tiles."""
    return [
        write(folder / f"r{r}c{c}.tif", STAIRS[:2, :2], west=80 + 2 * c * step, north=40 - 2 * r * step, step=step)
        for r, c in places
    ]


def test_an_area_that_is_no_rectangle_has_no_heights_in_the_corner(tmp_path):
    grid = read_elevation(tiles(tmp_path, [(0, 0), (1, 0), (1, 1)]))
    assert grid.covers([81, 81, 83, 83], [39, 37, 37, 39]).tolist() == [True, True, True, False]


@pytest.mark.parametrize(
    "places",
    [[(0, 0), (0, 2)], [(r, c) for r in range(3) for c in range(3) if (r, c) != (1, 1)]],
    ids=["between two", "in the middle of eight"],
)
def test_a_tile_missing_between_others_is_named_by_its_box(tmp_path, places):
    row = 0 if len(places) == 2 else 1
    (fault,) = faults(tiles(tmp_path, places))
    assert "missing" in fault
    assert f"82.000, {38 - 2 * row}.000, 84.000, {40 - 2 * row}.000" in fault


def test_all_faults_are_told_at_once_each_with_its_file(tmp_path):
    missing = tmp_path / "missing.tif"
    text = tmp_path / "text.tif"
    text.write_text("<VRTDataset/>")
    other = write(tmp_path / "other.tif", STAIRS, crs="EPSG:32643")
    found = faults([missing, text, other, write(tmp_path / "good.tif", STAIRS)])
    assert [f.split(":")[0].rsplit("/", 1)[-1] for f in found] == ["missing.tif", "text.tif", "other.tif"]
    assert ["cannot be read" in found[0], "not a GeoTIFF" in found[1], "EPSG:32643" in found[2]] == [True] * 3


def test_tiles_of_another_step_or_between_the_cells_are_refused(tmp_path):
    first = tiles(tmp_path, [(0, 0)])[0]
    finer = write(tmp_path / "finer.tif", STAIRS, west=82, step=0.5)
    askew = write(tmp_path / "askew.tif", STAIRS, west=82.3)
    one, two = faults([first, finer, askew])
    assert "finer.tif: cells of 0.5 degrees, r0c0.tif has 1" in one
    assert "askew.tif: its cells lie across" in two


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"heights": np.stack([STAIRS, STAIRS])}, "2 bands"),
        ({"crs": None}, "no CRS"),
        ({"transform": Affine(1, 0.2, 80, 0, -1, 40)}, "turned by 0.2"),
        ({"transform": Affine(1, 0, 80, 0, 1, 40)}, "first row in the north"),
        ({"transform": Affine(5, 0, 80, 0, -1, 40)}, "nearly square"),
        ({"heights": np.full((2, 2), -32768, np.int16)}, "nodata"),
        ({"heights": np.full((2, 2), 20_000, np.int16)}, "20000"),
        ({"heights": np.full((2, 2), -9999, np.int16), "nodata": -9999}, "heights of - m"),
    ],
)
def test_what_is_no_grid_of_heights_is_refused_in_a_sentence(tmp_path, change, words):
    path = write(tmp_path / "odd.tif", change.pop("heights", STAIRS), **change)
    assert words in faults([path])[0]


def test_a_file_cut_off_is_told(tmp_path):
    rng = np.random.default_rng(2)
    path = write(tmp_path / "cut.tif", rng.integers(0, 4_000, (200, 200)).astype(np.int16))
    path.write_bytes(path.read_bytes()[:5_000])
    assert "cut.tif: damaged" in faults([path])[0]


def test_a_folder_without_tiles_is_told(tmp_path):
    assert str(tmp_path) in faults(tmp_path)[0]


def test_coarser_cells_hold_the_mean_of_the_known_heights():
    height = np.array([[0, 10, 20], [20, 30, np.nan], [5, 5, np.nan]], np.float32)
    grid = ElevationGrid(height, height, 80.0, 40.0, 1.0).coarsened(2)
    assert grid.height_m.tolist()[0] == [15, 20]
    assert grid.height_m[1, 0] == 5
    assert np.isnan(grid.height_m[1, 1])
    assert (grid.step, grid.row_step, grid.west, grid.north) == (2, 2, 80, 40)


@pytest.mark.parametrize(
    ("place", "lon", "lat", "low", "high"),
    [
        ("Kashgar", 75.99, 39.47, 1_200, 1_400),
        ("Hotan", 79.92, 37.11, 1_300, 1_500),
        ("Korla", 86.15, 41.76, 880, 1_050),
        ("the middle of the Taklamakan", 83.0, 39.0, 950, 1_300),
        ("the Pamir west of Tashkurgan", 74.9, 37.8, 3_000, 6_500),
        ("Lop Nur, from the coarser grid", 90.5, 40.2, 700, 900),
    ],
)
def test_known_places_are_as_high_as_the_maps_say(place, lon, lat, low, high):
    assert low <= open_study_data().elevation.height_at(lon, lat) <= high, place

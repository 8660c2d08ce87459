"""Heights are where they belong on the map, in the small and in the real grid."""

import numpy as np
import pytest
import rasterio
from affine import Affine

from geodata.elevation import ElevationGrid
from geodata.study_data import open_study_data


@pytest.fixture
def stairs(tmp_path):
    """Three by four cells of one degree from 80°E, 40°N: 0, 10, 20, … row by row from the north-west."""
    heights = (np.arange(12).reshape(3, 4) * 10).astype(np.int16)
    path = tmp_path / "stairs.tif"
    profile = {"driver": "GTiff", "dtype": "int16", "count": 1, "height": 3, "width": 4, "crs": "EPSG:4326"}
    with rasterio.open(path, "w", transform=Affine(1, 0, 80, 0, -1, 40), **profile) as out:
        out.write(heights, 1)
    return ElevationGrid.read(path)


def test_the_first_row_is_the_northernmost(stairs):
    assert stairs.height_at([80.5, 83.5, 80.5], [39.5, 39.5, 37.5]).tolist() == [0, 30, 80]


def test_relief_is_highest_minus_lowest_of_the_neighbourhood(stairs):
    assert stairs.relief_at(81.5, 38.5) == 100 - 0


def test_outside_the_grid_the_rim_counts(stairs):
    assert stairs.height_at([10, 170], [89, -89]).tolist() == [0, 110]


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

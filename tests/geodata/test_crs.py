"""Degrees are stored, metres are measured, and nothing measures degrees by mistake."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely import Point

from geodata.crs import (
    CGCS2000,
    METRIC,
    METRIC_TEXT,
    STORED,
    Projection,
    projection_for,
    require_metric,
    to_degrees,
    to_metric,
)
from geodata.errors import LayerError

LON, LAT = st.floats(73.5, 94.0), st.floats(35.0, 43.0)


@given(LON, LAT)
def test_degrees_survive_the_way_to_metres_and_back(lon, lat):
    assert to_degrees(to_metric(lon, lat)) == pytest.approx(np.array([[lon, lat]]), abs=1e-8)


@given(LON, LAT, st.floats(0, 360))
def test_a_kilometre_is_a_kilometre_within_four_parts_in_a_thousand(lon, lat, bearing):
    lon2, lat2, _ = Geod(ellps="WGS84").fwd(lon, lat, bearing, 1_000)
    here, there = to_metric([lon, lon2], [lat, lat2])
    assert np.hypot(*(there - here)) == pytest.approx(1_000, rel=0.004)


@pytest.mark.parametrize("crs", [STORED, CGCS2000])
def test_measuring_refuses_a_layer_in_degrees(crs):
    with pytest.raises(LayerError, match=r"homes: a metric CRS is needed to measure, found .* in degrees"):
        require_metric(gpd.GeoDataFrame(geometry=[Point(76, 39)], crs=crs), "homes")


def test_measuring_refuses_a_layer_without_a_reference_system():
    with pytest.raises(LayerError, match="found no CRS"):
        require_metric(gpd.GeoDataFrame(geometry=[Point(76, 39)]), "homes")


def test_measuring_accepts_metres():
    require_metric(gpd.GeoDataFrame(geometry=[Point(0, 0)], crs=METRIC), "homes")


EARTH = Geod(ellps="WGS84")
CORNERS = st.tuples(st.floats(-175, 150), st.floats(-60, 60), st.floats(0.01, 20), st.floats(0.01, 15))


def box(west, south, width, height):
    return np.array([west, west + width]), np.array([south, south + height])


class TestProjectionsForOtherRoads:
    def test_roads_within_the_study_area_are_measured_as_its_places_are(self):
        found = projection_for(np.array([73.5, 94.0]), np.array([35.0, 43.0]))
        assert found == Projection(METRIC_TEXT)
        assert found.to_metric(76.0, 39.5) == pytest.approx(to_metric(76.0, 39.5))

    @pytest.mark.parametrize("out", [(71.9, 39.0), (97.1, 39.0), (80.0, 32.9), (80.0, 46.1)])
    def test_a_single_place_outside_asks_for_another_system(self, out):
        lon, lat = np.array([80.0, out[0]]), np.array([39.0, out[1]])
        assert projection_for(lon, lat) != Projection(METRIC_TEXT)

    @given(CORNERS, st.floats(0, 1), st.floats(0, 1))
    def test_degrees_survive_the_way_to_metres_and_back_anywhere(self, corner, across, down):
        lon, lat = box(*corner)
        projection = projection_for(lon, lat)
        at = np.array([[lon[0] + across * (lon[1] - lon[0]), lat[0] + down * (lat[1] - lat[0])]])
        assert projection.to_degrees(projection.to_metric(*at.T)) == pytest.approx(at, abs=1e-7)

    @given(CORNERS, st.floats(0, 1), st.floats(0, 1), st.floats(0, 360))
    def test_a_kilometre_is_a_kilometre_within_one_in_a_hundred_anywhere(self, corner, across, down, bearing):
        """A piece of road is at most twenty degrees wide and fifteen high here, far more than any study area."""
        west, south, width, height = corner
        lon, lat = box(west, south, width, min(height, 10))
        if south * lat[1] <= 0:
            lat = np.array([south, south + min(height, 2.0)])
        projection = projection_for(lon, lat)
        x, y = lon[0] + across * (lon[1] - lon[0]), lat[0] + down * (lat[1] - lat[0])
        x2, y2, _ = EARTH.fwd(x, y, bearing, 1_000)
        here, there = projection.to_metric([x, x2], [y, y2])
        conic = "+proj=lcc" in projection.definition
        assert np.hypot(*(there - here)) == pytest.approx(1_000, rel=0.003 if conic else 0.01)

    def test_across_the_equator_there_is_a_system_too(self):
        for south, north in ((-1.0, 1.0), (-6.0, 6.0), (0.0, 8.0)):
            projection = projection_for(np.array([36.0, 38.0]), np.array([south, north]))
            metres = EARTH.inv(36.5, 0.1, 37.0, 0.9)[2]
            here, there = projection.to_metric([36.5, 37.0], [0.1, 0.9])
            assert np.hypot(*(there - here)) == pytest.approx(metres, rel=2e-3)

    def test_the_system_is_known_to_others_by_its_crs(self):
        projection = projection_for(np.array([1.4, 1.8]), np.array([42.4, 42.7]))
        layer = gpd.GeoSeries([Point(1.5, 42.5)], crs=STORED).to_crs(projection.crs)
        assert [layer[0].x, layer[0].y] == pytest.approx(projection.to_metric(1.5, 42.5)[0].tolist(), abs=1e-6)
        require_metric(gpd.GeoDataFrame(geometry=layer), "homes")

    def test_two_places_at_once_give_two_rows_and_one_gives_one(self):
        projection = Projection(METRIC_TEXT)
        assert projection.to_metric([76.0, 77.0], [39.0, 39.0]).shape == (2, 2)
        assert projection.to_metric(76.0, 39.0).shape == (1, 2)
        assert projection.to_metric([], []).shape == (0, 2)

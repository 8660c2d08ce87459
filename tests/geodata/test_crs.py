"""Degrees are stored, metres are measured, and nothing measures degrees by mistake."""

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely import Point

from geodata.crs import CGCS2000, METRIC, STORED, require_metric, to_degrees, to_metric
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

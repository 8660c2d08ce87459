"""Features in any reference system become degrees, their attributes text, and nothing they point to is opened."""

import json
import shutil
import sqlite3

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from shapely import LineString, MultiPoint, Point, Polygon
from test_files_text import cells, fault

from geodata.crs import STORED
from geodata.files import read_file

PLACES = [Point(75.99, 39.47), Point(77.24, 38.41)]
SHAPES = {
    "points": PLACES,
    "lines": [LineString([(76, 39), (77, 39)]), LineString([(76, 39), (76, 40)])],
    "areas": [Polygon([(76, 39), (77, 39), (77, 40)]), Polygon([(78, 39), (79, 39), (79, 40)])],
}
KINDS = (".gpkg", ".geojson", ".shp", ".parquet")


def drawn(shapes=PLACES, crs=4326, **columns):
    return gpd.GeoDataFrame(columns or {"名称": ["甲", "乙"]}, geometry=list(shapes), crs=crs)


def words(frame):
    return frame.fillna("").to_numpy().tolist()


def saved(rows, path, **more):
    if path.suffix == ".parquet":
        rows.to_parquet(path)
    else:
        rows.to_file(path, engine="pyogrio", **more)
    return path


class TestGeometry:
    @pytest.mark.parametrize("what", SHAPES)
    @pytest.mark.parametrize(
        ("kind", "crs"),
        [(".geojson", 4326), *((k, crs) for k in (".gpkg", ".shp", ".parquet") for crs in (4326, 4490, 32643, 4525))],
    )
    def test_every_kind_in_every_reference_system_becomes_degrees(self, tmp_path, kind, what, crs):
        rows = drawn(SHAPES[what])
        table = read_file(saved(rows.to_crs(crs), tmp_path / f"layer{kind}"))
        assert table.frame.crs == STORED
        away = shapely.hausdorff_distance(table.frame.geometry.to_numpy(), rows.geometry.to_numpy())
        assert away.max() < 1e-6
        assert (table.rows.tolist(), table.header_row) == ([1, 2], 0)

    @pytest.mark.parametrize("kind", KINDS)
    def test_points_also_stand_in_lon_and_lat_as_text(self, tmp_path, kind):
        table = read_file(saved(drawn(), tmp_path / f"layer{kind}"))
        assert words(table.frame[["名称", "lon", "lat"]]) == [["甲", "75.99", "39.47"], ["乙", "77.24", "38.41"]]

    def test_columns_of_the_file_with_these_names_are_left_as_they_are(self, tmp_path):
        table = read_file(saved(drawn(lon=["1", "2"]), tmp_path / "layer.gpkg"))
        assert words(table.frame[["lon", "lat"]]) == [["1", "39.47"], ["2", "38.41"]]

    def test_multipoints_of_one_point_are_points(self, tmp_path):
        table = read_file(saved(drawn([MultiPoint([p]) for p in PLACES]), tmp_path / "layer.gpkg"))
        assert table.frame.geometry.tolist() == PLACES
        assert table.frame["lon"].tolist() == ["75.99", "77.24"]

    def test_a_feature_that_is_not_drawn_stays_a_row(self, tmp_path):
        table = read_file(saved(drawn([PLACES[0], None]), tmp_path / "layer.gpkg"))
        assert table.frame["lon"].fillna("").tolist() == ["75.99", ""]
        assert table.rows.tolist() == [1, 2]

    def test_a_feature_without_attributes_stays_a_row(self, tmp_path):
        table = read_file(saved(drawn(名称=[None, "乙"]), tmp_path / "layer.gpkg"))
        assert (table.frame["名称"].fillna("").tolist(), table.rows.tolist()) == (["", "乙"], [1, 2])
        assert read_file(saved(drawn()[["geometry"]], tmp_path / "bare.geojson")).rows.tolist() == [1, 2]
        lines = drawn(SHAPES["lines"])[["geometry"]]
        assert read_file(saved(lines, tmp_path / "bare.gpkg")).rows.tolist() == [1, 2]

    def test_without_reference_system_degrees_are_recognised_and_metres_refused(self, tmp_path):
        for name, rows in (("degrees", drawn()), ("metres", drawn().to_crs(32643))):
            saved(rows, tmp_path / f"{name}.shp")
            (tmp_path / f"{name}.prj").unlink()
        assert read_file(tmp_path / "degrees.shp").frame.geometry.tolist() == PLACES
        assert "no coordinate reference system, and the coordinates are no degrees" in fault(tmp_path / "metres.shp")

    def test_attributes_named_geometry_keep_out_of_the_way(self, tmp_path):
        document = json.loads(drawn().to_json())
        document["features"][0]["properties"]["geometry"] = "面"
        (tmp_path / "layer.geojson").write_text(json.dumps(document))
        table = read_file(tmp_path / "layer.geojson")
        assert table.frame["geometry (file)"].fillna("").tolist() == ["面", ""]
        assert table.frame.geometry.tolist() == PLACES


class TestAttributes:
    @pytest.mark.parametrize("kind", KINDS)
    def test_they_become_text_as_in_a_sheet(self, tmp_path, kind):
        rows = drawn(code=["007", None], n=[1.0, 2.5], id18=[653125198001010019, 653125198001010028], big=[6.5e17, 1])
        table = read_file(saved(rows, tmp_path / f"layer{kind}"))
        assert words(table.frame[["code", "n", "id18", "big"]]) == [
            ["007", "1", "653125198001010019", "6.5E+17"], ["", "2.5", "653125198001010028", "1"],
        ]  # fmt: skip

    @pytest.mark.parametrize("kind", [".gpkg", ".parquet"])
    def test_dates_and_whole_numbers_with_gaps_survive(self, tmp_path, kind):
        rows = drawn(
            day=pd.to_datetime(["2023-10-13 00:00", "2023-10-13 08:30"]),
            n=pd.array([653125198001010019, None], "Int64"), yes=[True, False],
        )  # fmt: skip
        table = read_file(saved(rows, tmp_path / f"layer{kind}"))
        assert table.frame["n"].fillna("").tolist() == ["653125198001010019", ""]
        assert [day[:16] for day in table.frame["day"]] == ["2023-10-13", "2023-10-13 08:30"]
        assert table.frame["yes"].tolist() == ["TRUE", "FALSE"]

    def test_the_order_of_the_file_is_kept(self, tmp_path):
        rows = drawn([Point(70 + i / 100, 39) for i in range(500)], n=np.random.default_rng(1).permutation(500))
        for kind in KINDS:
            table = read_file(saved(rows, tmp_path / f"layer{kind}"))
            assert table.frame["n"].tolist() == [str(n) for n in rows["n"]]

    def test_the_id_of_a_geojson_feature_is_a_column(self, tmp_path):
        (tmp_path / "layer.geojson").write_text(
            '{"type": "FeatureCollection", "features": [{"type": "Feature", "id": "a", "properties": null, '
            '"geometry": {"type": "Point", "coordinates": [75.99, 39.47, 1300]}}]}'
        )
        assert words(read_file(tmp_path / "layer.geojson").frame[["id", "lon"]]) == [["a", "75.99"]]

    @pytest.mark.parametrize("encoding", ["GBK", "UTF-8", "GB18030"])
    @pytest.mark.parametrize("named", [True, False])
    def test_chinese_texts_of_a_shapefile_are_read_with_and_without_cpg(self, tmp_path, encoding, named):
        path = saved(drawn(名称=["喀什", "莎车"]), tmp_path / "layer.shp", encoding=encoding)
        if not named:
            path.with_suffix(".cpg").unlink()
        assert read_file(path).frame["名称"].tolist() == ["喀什", "莎车"]

    def test_parquet_without_shapes_is_a_table(self, tmp_path):
        pd.DataFrame({"县": ["甲", "乙"], "n": [1, None], "raw": [b"1", b"2"], "many": [[1], [2, 3]]}).to_parquet(
            tmp_path / "table.parquet"
        )
        table = read_file(tmp_path / "table.parquet")
        assert list(table.frame.columns) == ["县", "n", "many"]
        assert cells(table) == [["甲", "1", "[1]"], ["乙", "", "[2, 3]"]]
        assert table.notes[0] == "columns of bytes are left out"


class TestLayers:
    @pytest.fixture
    def several(self, tmp_path):
        path = tmp_path / "layers.gpkg"
        drawn(SHAPES["lines"]).to_file(path, layer="路", engine="pyogrio")
        drawn().to_file(path, layer="点", engine="pyogrio")
        drawn([], 名称=[]).to_file(path, layer="空", engine="pyogrio", geometry_type="Point")
        pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="表")
        return path

    def test_several_with_features_are_named(self, several):
        assert "2 layers hold features (路, 点)" in fault(several)

    def test_one_can_be_asked_for_by_name(self, several):
        assert read_file(several, sheet="点").sheet == "点"
        table = read_file(several, sheet="表")
        assert (list(table.frame.columns), cells(table)) == (["a"], [["1"]])
        assert "there is no layer '面'; there is 路, 点, 空, 表" in fault(several, sheet="面")

    def test_the_one_with_lines_can_be_asked_for(self, several):
        assert read_file(several, lines=True).sheet == "路"

    def test_the_only_one_with_features_is_read(self, tmp_path):
        path = tmp_path / "layers.gpkg"
        drawn([], 名称=[]).to_file(path, layer="空", engine="pyogrio", geometry_type="Point")
        drawn().to_file(path, layer="点", engine="pyogrio")
        assert read_file(path).sheet == "点"

    def test_a_layer_without_features_has_no_rows(self, tmp_path):
        path = tmp_path / "empty.gpkg"
        drawn([], 名称=[]).to_file(path, engine="pyogrio", geometry_type="Point")
        assert "no rows" in fault(path)
        assert read_file(path, allow_empty=True).frame.empty


VIRTUAL = """<OGRVRTDataSource><OGRVRTLayer name="layer"><SrcDataSource>{source}</SrcDataSource>
<SrcLayer>secret</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"""


class TestNothingElseIsOpened:
    @pytest.mark.parametrize("kind", [".gpkg", ".shp", ".zip", ".geojson", ".json", ".parquet", ".csv", ".xlsx"])
    def test_a_virtual_file_is_not_followed(self, tmp_path, kind):
        secret = saved(drawn(), tmp_path / "secret.gpkg")
        path = tmp_path / f"layer{kind}"
        path.write_text(VIRTUAL.format(source=secret))
        if kind == ".shp":
            for part in (".shx", ".dbf"):
                path.with_suffix(part).write_text("")
        told = fault(path)
        assert any(words in told for words in ("does not begin as", "not a readable", "web page or XML"))

    def test_a_database_with_tables_filled_from_elsewhere_is_refused(self, tmp_path):
        path = saved(drawn(), tmp_path / "layer.gpkg")
        assert len(read_file(path).frame) == 2
        with sqlite3.connect(path) as database:
            database.execute("PRAGMA writable_schema = ON")
            made = "CREATE VIRTUAL TABLE x USING VirtualOGR('/etc')"
            database.execute("INSERT INTO sqlite_master VALUES ('table', 'x', 'x', 0, ?)", [made])
        database.close()
        assert "does not begin as" in fault(path)

    @pytest.mark.parametrize("crs", ["+proj=longlat +datum=WGS84 +nadgrids=@/etc/secret", "+init=/etc/secret:1", 3])
    def test_a_reference_system_is_a_name_and_no_file(self, tmp_path, crs):
        document = json.loads(drawn().to_json())
        document["crs"] = {"type": "name", "properties": {"name": crs}}
        (tmp_path / "layer.geojson").write_text(json.dumps(document))
        assert "not a readable .geojson file" in fault(tmp_path / "layer.geojson")


class TestBroken:
    @pytest.mark.parametrize("kind", [".gpkg", ".shp", ".parquet", ".geojson"])
    @pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
    def test_a_file_that_breaks_off_is_told(self, tmp_path, kind, share):
        path = saved(drawn(名称=["测试甲", "测试乙"]), tmp_path / f"layer{kind}")
        data = path.read_bytes()
        path.write_bytes(data[: int(len(data) * share)] if kind != ".shp" else data[:70])
        fault(path)

    @pytest.mark.parametrize("part", [".shx", ".dbf"])
    def test_a_missing_part_of_a_shapefile_is_named(self, tmp_path, part):
        path = saved(drawn(), tmp_path / "layer.shp")
        path.with_suffix(part).unlink()
        assert f"{part} of the shapefile is missing" in fault(path)

    @pytest.mark.parametrize(
        "text", ["{", "[]", '{"features": 3}', '{"features": [3]}', '{"features": [{"type": "Feature"}]}']
    )
    def test_broken_geojson_is_told(self, tmp_path, text):
        (tmp_path / "layer.geojson").write_text(text)
        assert "not a readable .geojson file" in fault(tmp_path / "layer.geojson")

    def test_a_table_under_the_name_of_a_layer_is_told(self, tmp_path):
        source = saved(drawn(), tmp_path / "layer.gpkg")
        for name in ("layer.csv", "layer.xlsx", "layer.shp", "layer.parquet"):
            shutil.copy(source, tmp_path / name)
            assert "does not begin as" in fault(tmp_path / name)

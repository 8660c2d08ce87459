"""Roads as departments draw them: any reference system, Chinese columns and words, and nothing opened by mistake."""

import json
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from shapely import LineString, MultiLineString, Point

from geodata.errors import LayerError, in_language
from geodata.roads.lines import from_lines
from geodata.roads.network import ALL_MODES, CLASSES, MODES, SURFACES
from geodata.roads.words import class_of, direction_of, surface_of

WALKERS = MODES["foot"] | MODES["wheelchair"]
CROSS = (LineString([(76.0, 39.0), (76.01, 39.0), (76.02, 39.0)]), LineString([(76.01, 38.99), (76.01, 39.0)]))
COLUMNS = {"class": "等级", "speed_kph": "限速", "oneway": "单行", "surface": "路面"}


def drawn(lines=CROSS, crs=4326, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(lines), crs=crs)


def saved(rows, path):
    rows.to_file(path, engine="pyogrio")
    return path


def read(rows, folder, columns=None, kind=".gpkg"):
    return from_lines(saved(rows, folder / f"roads{kind}"), columns or {}, "交通局")


def faults(rows, folder, columns=None):
    with pytest.raises(LayerError) as error:
        read(rows, folder, columns)
    return error.value.faults


def arcs(roads):
    """Ends in degrees, rounded, and metres of every arc."""
    ends = [np.round([roads.lon[n], roads.lat[n]], 6).tolist() for n in range(len(roads.lon))]
    return sorted(
        (*ends[t], *ends[h], round(m)) for t, h, m in zip(roads.tail, roads.head, roads.length_m, strict=True)
    )


class TestWords:
    @pytest.mark.parametrize(
        ("word", "kind"),
        [
            ("高速", "motorway"), ("高速公路", "motorway"), ("国道", "trunk"), ("省道", "primary"),
            ("县道", "secondary"), ("乡道", "tertiary"), ("村道", "unclassified"), ("匝道", "motorway_link"),
            ("省道匝道", "primary_link"),
            ("高速匝道", "motorway_link"), ("G", "trunk"), ("s", "primary"), ("X", "secondary"), ("Y", "tertiary"),
            ("C", "unclassified"), ("G314", "trunk"), ("G30", "motorway"), ("G3012", "motorway"), ("S213", "primary"),
            ("S13", "motorway"), ("X430", "secondary"), ("residential", "residential"), ("Primary", "primary"),
            ("二级公路", "primary"), ("街", None), ("big", None), ("Z1", None),
        ],
    )  # fmt: skip
    def test_classes(self, word, kind):
        assert class_of(word) == kind

    @pytest.mark.parametrize(
        ("word", "surface"),
        [
            ("沥青", "paved"), ("水泥路面", "paved"), ("柏油", "paved"), ("铺装", "paved"), ("未铺装", "unpaved"),
            ("砂石", "unpaved"), ("泥结碎石", "unpaved"), ("土路", "unpaved"), ("泥", "rough"), ("Asphalt", "paved"),
            ("gravel", "unpaved"), ("rough", "rough"), ("unknown", "unknown"), ("velvet", None),
        ],
    )  # fmt: skip
    def test_surfaces(self, word, surface):
        assert surface_of(word) == surface

    @pytest.mark.parametrize(
        ("word", "way"),
        [("是", 1), ("否", 0), ("1", 1), ("YES", 1), ("true", 1), ("-1", -1), ("0", 0), ("maybe", None)],
    )
    def test_directions(self, word, way):
        assert direction_of(word) == way

    def test_every_class_stands_for_itself(self):
        assert [class_of(kind) for kind in CLASSES] == list(CLASSES)


class TestJunctions:
    def test_lines_are_cut_where_they_share_a_vertex(self, tmp_path):
        roads = read(drawn(), tmp_path)
        assert len(roads.way_id) == 3
        assert arcs(roads) == [
            (76.0, 39.0, 76.01, 39.0, 864), (76.01, 38.99, 76.01, 39.0, 1_112), (76.01, 39.0, 76.0, 39.0, 864),
            (76.01, 39.0, 76.01, 38.99, 1_112), (76.01, 39.0, 76.02, 39.0, 864), (76.02, 39.0, 76.01, 39.0, 864),
        ]  # fmt: skip

    def test_vertices_that_differ_by_centimetres_are_one_junction(self, tmp_path):
        near = LineString([(76.01, 38.99), (76.0100001, 38.9999999)])
        assert len(read(drawn((CROSS[0], near)), tmp_path).lon) == 4

    def test_lines_that_cross_without_a_common_vertex_do_not_meet(self, tmp_path):
        over = LineString([(76.005, 38.99), (76.005, 39.01)])
        roads = read(drawn((LineString([(76.0, 39.0), (76.01, 39.0)]), over)), tmp_path)
        assert (len(roads.lon), len(roads.way_id)) == (4, 2)

    def test_parts_of_a_line_are_roads_of_their_own(self, tmp_path):
        roads = read(drawn([MultiLineString([[(76, 39), (76.01, 39)], [(76.02, 39), (76.04, 39)]])]), tmp_path)
        assert len(roads.way_id) == 2
        assert len(set(roads.road.tolist())) == 2

    def test_shapes_keep_their_bends(self, tmp_path):
        roads = read(drawn([LineString([(76, 39), (76.01, 39.01), (76.02, 39)])]), tmp_path)
        assert roads.shape_lon.tolist() == pytest.approx([76, 76.01, 76.02])
        assert roads.length_m[0] > 1.5 * 1_700

    @settings(max_examples=25, deadline=None)
    @given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=2, max_size=8, unique=True))
    def test_the_roads_are_together_as_long_as_the_line(self, tmp_path_factory, steps):
        points = [(76 + x / 500, 39 + y / 500) for x, y in steps]
        path = tmp_path_factory.mktemp("line") / "roads.geojson"
        roads = from_lines(saved(drawn([LineString(points)]), path), {}, "line")
        lon, lat = zip(*points, strict=True)
        sphere = Geod(a=6_371_009, b=6_371_009)
        assert roads.length_m[~roads.backward].sum() == pytest.approx(sphere.line_length(lon, lat), rel=1e-6)


class TestColumns:
    def test_chinese_columns_and_words_are_read(self, tmp_path):
        rows = drawn(等级=["国道", "乡道"], 限速=[80, None], 单行=["否", "是"], 路面=["沥青", "砂石"])
        roads = read(rows, tmp_path, COLUMNS)
        kinds = {
            CLASSES[c]: (SURFACES[s], k)
            for c, s, k in zip(roads.road_class, roads.surface, roads.speed_kph, strict=True)
        }
        assert kinds["trunk"] == ("paved", 80)
        assert kinds["tertiary"][0] == "unpaved"
        assert np.isnan(kinds["tertiary"][1])

    def test_one_way_lines_bind_vehicles_only(self, tmp_path):
        for word, against in (("是", [True]), ("-1", [False])):
            roads = read(drawn(CROSS[1:], way=[word]), tmp_path, {"oneway": "way"})
            cars = (roads.modes & MODES["car"]) > 0
            assert (~roads.backward[cars]).tolist() == against
            assert sorted(roads.modes.tolist()) == sorted([ALL_MODES, WALKERS])

    def test_without_columns_roads_are_of_unknown_rank(self, tmp_path):
        roads = read(drawn(), tmp_path)
        assert {CLASSES[c] for c in roads.road_class} == {"road"}
        assert {SURFACES[s] for s in roads.surface} == {"unknown"}
        assert not roads.straightened
        assert roads.source == "交通局"

    def test_columns_with_our_own_names_need_no_list(self, tmp_path):
        roads = read(drawn(**{"class": ["G", "C"]}), tmp_path)
        assert {CLASSES[c] for c in roads.road_class} == {"trunk", "unclassified"}

    def test_given_lengths_count_and_are_shared_along_the_line(self, tmp_path):
        roads = read(drawn(长度=[2_000, None]), tmp_path, {"length_m": "长度"})
        assert sorted({round(m) for m in roads.length_m}) == [1_000, 1_112]

    def test_parts_of_a_line_share_its_given_length(self, tmp_path):
        line = MultiLineString([[(76, 39), (76.01, 39)], [(76.02, 39), (76.05, 39)]])
        roads = read(drawn([line], length_m=[8_000]), tmp_path)
        assert sorted({round(m) for m in roads.length_m}) == [2_000, 6_000]

    def test_ids_are_kept(self, tmp_path):
        assert sorted(set(read(drawn(编码=[70, 71]), tmp_path, {"id": "编码"}).way_id.tolist())) == [70, 71]

    def test_texts_with_a_unit_are_speeds(self, tmp_path):
        assert set(read(drawn(v=["60公里/时", "40 km/h"]), tmp_path, {"speed_kph": "v"}).speed_kph.tolist()) == {40, 60}


class TestFaults:
    def test_an_unknown_key_names_the_nearest(self, tmp_path):
        told = faults(drawn(), tmp_path, {"speed": "v"})
        assert "'speed' is nothing that a road has; did you mean 'speed_kph'?" in told[0]
        assert "是否指“speed_kph”" in in_language(told[0], "zh")

    def test_a_missing_column_names_the_nearest(self, tmp_path):
        told = faults(drawn(道路等级=["国道", "省道"], v=[1, 2]), tmp_path, {"class": "等级", "oneway": "way"})
        assert len(told) == 2
        assert "column '等级' (class) is missing; did you mean '道路等级'?" in told[0]

    def test_cells_that_mean_nothing_are_told_at_once_with_their_rows(self, tmp_path):
        rows = drawn(CROSS * 2, 等级=["国道", "大路", "大路", "省道"], 限速=[0, 60, -5, 40], 单行=["?", "是", "否", ""])
        assert faults(rows, tmp_path, {k: COLUMNS[k] for k in ("class", "speed_kph", "oneway")}) == (
            "交通局: rows 2, 3: 等级 is 大路, a class such as primary, 省道 or S213 is needed",
            "交通局: row 1: 单行 is ?, yes, no or -1 is needed",
            "交通局: row 1: 限速 is 0, a speed above 0 km/h is needed",
            "交通局: row 3: 限速 is -5, a speed above 0 km/h is needed",
        )

    @pytest.mark.parametrize("length", [0, -3])
    def test_given_lengths_must_be_above_zero(self, tmp_path, length):
        told = faults(drawn(length_m=[length, 5]), tmp_path)
        assert told == (f"交通局: row 1: length_m is {length}, a length above 0 m is needed",)
        assert in_language(told[0], "zh") == f"交通局：第 1 行：length_m 是 {length}；请填大于 0 的长度（米）"

    def test_many_rows_are_counted(self, tmp_path):
        told = faults(drawn(CROSS[1:] * 30, **{"class": ["x?"] * 30}), tmp_path)
        assert told[0].startswith("交通局: rows 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 20 more: class is x?")

    def test_a_line_without_length_is_a_fault(self, tmp_path):
        told = faults(drawn((CROSS[0], LineString([(76, 39), (76, 39)]))), tmp_path)
        assert told == ("交通局: row 2: the line has length 0; draw it or remove it",)

    def test_no_lines_at_all_is_a_sentence(self, tmp_path):
        assert faults(drawn([Point(76, 39)]), tmp_path) == (
            "交通局: no lines, found Point; roads are lines between junctions",
        )
        empty = tmp_path / "empty.geojson"
        empty.write_text('{"type": "FeatureCollection", "features": []}')
        with pytest.raises(LayerError, match="no lines, found nothing"):
            from_lines(empty, {}, "empty")

    def test_points_among_the_lines_are_named(self, tmp_path):
        path = tmp_path / "roads.geojson"
        saved(drawn((*CROSS, Point(76, 39))), path)
        with pytest.raises(LayerError, match="row 3: found Point, a line is needed"):
            from_lines(path, {}, "roads")

    def test_rows_without_a_drawing_are_left_out(self, tmp_path):
        assert len(read(drawn((CROSS[0], None)), tmp_path).way_id) == 1

    def test_swapped_or_metric_coordinates_called_degrees_are_refused(self, tmp_path):
        path = tmp_path / "roads.geojson"
        saved(drawn([LineString([(412_000, 4_300_000), (413_000, 4_300_000)])]), path)
        with pytest.raises(LayerError, match="coordinates that are no degrees"):
            from_lines(path, {}, "roads")


class TestFiles:
    @pytest.mark.parametrize(
        ("kind", "crs"),
        [(".geojson", 4326), *((kind, crs) for kind in (".gpkg", ".shp") for crs in (4326, 4490, 32643, 4525))],
    )
    def test_every_kind_in_every_reference_system_gives_the_same_roads(self, tmp_path, kind, crs):
        roads = read(drawn().to_crs(crs), tmp_path, kind=kind)
        assert arcs(roads) == arcs(read(drawn(), tmp_path, kind=".gpkg"))

    @pytest.mark.parametrize("encoding", ["GBK", "UTF-8", "GB18030"])
    @pytest.mark.parametrize("named", [True, False])
    def test_chinese_texts_of_a_shapefile_are_read_with_and_without_cpg(self, tmp_path, encoding, named):
        path = tmp_path / "roads.shp"
        drawn(等级=["国道", "省道"]).to_file(path, engine="pyogrio", encoding=encoding)
        if not named:
            path.with_suffix(".cpg").unlink()
        roads = from_lines(path, {"class": "等级"}, "roads")
        assert {CLASSES[c] for c in roads.road_class} == {"trunk", "primary"}

    def test_a_code_page_may_be_named_by_its_number(self, tmp_path):
        path = tmp_path / "roads.shp"
        drawn(等级=["国道", "省道"]).to_file(path, engine="pyogrio", encoding="GBK")
        path.with_suffix(".cpg").write_text("936")
        assert len(from_lines(path, {"class": "等级"}, "roads").tail) == 6

    def test_without_reference_system_degrees_are_recognised(self, tmp_path):
        path = saved(drawn(), tmp_path / "roads.shp")
        path.with_suffix(".prj").unlink()
        assert arcs(from_lines(path, {}, "roads")) == arcs(read(drawn(), tmp_path))

    def test_without_reference_system_metres_are_refused(self, tmp_path):
        path = saved(drawn().to_crs(32643), tmp_path / "roads.shp")
        path.with_suffix(".prj").unlink()
        with pytest.raises(
            LayerError, match=r"roads\.shp: no coordinate reference system, and the coordinates are no degrees"
        ):
            from_lines(path, {}, "roads")

    def test_the_one_layer_with_lines_is_found(self, tmp_path):
        path = tmp_path / "roads.gpkg"
        drawn([Point(76, 39)]).to_file(path, layer="桥", engine="pyogrio")
        drawn().to_file(path, layer="路", engine="pyogrio")
        assert len(from_lines(path, {}, "roads").way_id) == 3
        drawn().to_file(path, layer="旧路", engine="pyogrio")
        with pytest.raises(LayerError, match=r"2 layers hold lines \(路, 旧路\)"):
            from_lines(path, {}, "roads")


def zipped(folder, rows, *, rename=lambda name: name, twice=False):
    shapes = folder / "shapes"
    shapes.mkdir()
    saved(rows, shapes / "道路.shp")
    path = folder / "roads.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for file in shapes.iterdir():
            archive.writestr(zipfile.ZipInfo(rename(file.name)), file.read_bytes())  # write() would tidy the name
            if twice:
                archive.write(file, f"again/{file.name}")
    return path


class TestZips:
    def test_a_zipped_shapefile_is_read(self, tmp_path):
        path = zipped(tmp_path, drawn(等级=["国道", "省道"]))
        assert {CLASSES[c] for c in from_lines(path, {"class": "等级"}, "z").road_class} == {"trunk", "primary"}

    def test_folders_and_capital_letters_do_not_matter(self, tmp_path):
        path = zipped(tmp_path, drawn(), rename=lambda name: f"数据/{name.upper()}")
        assert arcs(from_lines(path, {}, "z")) == arcs(read(drawn(), tmp_path))

    def test_two_shapefiles_are_one_too_many(self, tmp_path):
        with pytest.raises(LayerError, match=r"exactly one \.shp is needed, found 2"):
            from_lines(zipped(tmp_path, drawn(), twice=True), {}, "z")

    def test_none_is_too_few(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "roads.zip", "w") as archive:
            archive.writestr("readme.txt", "roads")
        with pytest.raises(LayerError, match=r"exactly one \.shp is needed, found 0"):
            from_lines(tmp_path / "roads.zip", {}, "z")

    @pytest.mark.parametrize("lead", ["../", "/", "a/../../", "..\\", "C:"])
    def test_names_that_lead_out_of_the_archive_are_refused(self, tmp_path, lead):
        path = zipped(tmp_path, drawn(), rename=lambda name: f"{lead}{name}")
        with pytest.raises(LayerError, match="leads out of the archive"):
            from_lines(path, {}, "z")

    def test_a_virtual_file_inside_is_refused(self, tmp_path):
        with zipfile.ZipFile(tmp_path / "roads.zip", "w") as archive:
            archive.writestr("roads.shp", VIRTUAL.format(source="roads.gpkg"))
        with pytest.raises(LayerError, match=r"does not begin as a \.shp file does"):
            from_lines(tmp_path / "roads.zip", {}, "z")


VIRTUAL = """<OGRVRTDataSource><OGRVRTLayer name="roads"><SrcDataSource>{source}</SrcDataSource>
<SrcLayer>roads</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"""


class TestWhatIsNotWhatItSays:
    @pytest.mark.parametrize("kind", [".gpkg", ".shp", ".zip", ".geojson"])
    def test_a_virtual_file_is_not_followed(self, tmp_path, kind):
        secret = saved(drawn(), tmp_path / "secret.gpkg")
        disguised = tmp_path / f"roads{kind}"
        disguised.write_text(VIRTUAL.format(source=secret))
        with pytest.raises(LayerError, match=r"does not begin as|not a readable"):
            from_lines(disguised, {}, "roads")

    @pytest.mark.parametrize("kind", [".gpkg", ".shp", ".zip"])
    def test_a_file_that_breaks_off_is_told_in_a_sentence(self, tmp_path, kind):
        rows = drawn(等级=["国道", "省道"])
        whole = zipped(tmp_path, rows) if kind == ".zip" else saved(rows, tmp_path / f"roads{kind}")
        Path(whole).write_bytes(Path(whole).read_bytes()[:70])
        with pytest.raises(LayerError, match=f"not a readable {kind} file"):
            from_lines(whole, {}, "roads")

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"features": 3}', '{"features": [{"type": "Feature"}]}'])
    def test_broken_geojson_is_told_in_a_sentence(self, tmp_path, text):
        (tmp_path / "roads.geojson").write_text(text)
        with pytest.raises(LayerError, match=r"roads\.geojson: not a readable"):
            from_lines(tmp_path / "roads.geojson", {}, "roads")

    def test_geojson_in_another_reference_system_is_understood(self, tmp_path):
        document = json.loads(drawn().to_crs(32643).to_json())
        document["crs"] = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32643"}}
        (tmp_path / "roads.geojson").write_text(json.dumps(document))
        assert arcs(from_lines(tmp_path / "roads.geojson", {}, "r")) == arcs(read(drawn(), tmp_path))

    def test_another_kind_of_file_is_refused(self, tmp_path):
        (tmp_path / "roads.vrt").write_text("")
        with pytest.raises(LayerError, match=r"line files are \.gpkg, \.shp, \.zip, \.geojson"):
            from_lines(tmp_path / "roads.vrt", {}, "roads")

"""Roads from every kind of source through one door, and networks kept between runs."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
import shapely
from geopandas import GeoDataFrame
from tiny_osm import OSM_FOLDER, osm_file, pbf_file
from tiny_places import road_table

from geodata.errors import LayerError, in_language
from geodata.roads import RoadNetwork, load_roads
from geodata.roads import load as loading
from geodata.study_data import open_study_data

STREETS = [(7, [1, 2, 3], {"highway": "residential"}), (8, [2, 12], {"highway": "track", "oneway": "yes"})]


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    folder = tmp_path / "cache"
    monkeypatch.setenv("JIUJIN_CACHE", str(folder))
    return folder


def kept(folder):
    return sorted(folder.glob("*")) if folder.exists() else []


def osm_graph():
    graph = nx.MultiDiGraph(crs="epsg:4326")
    graph.add_node(101, x=76.00, y=39.40)
    graph.add_node(205, x=76.01, y=39.40)
    graph.add_edge(101, 205, length=1_000.0, speed_kph=50.0, osmid=1)
    return graph


class TestSources:
    def test_a_table_and_the_csv_file_of_it_give_the_same_roads(self, tmp_path):
        road_table().to_csv(tmp_path / "roads.csv", index=False)
        from_file, from_table = load_roads(tmp_path / "roads.csv"), load_roads(road_table())
        assert from_file.source == "roads.csv"
        assert replace(from_file, source=from_table.source).digest == from_table.digest
        assert from_table.straightened

    def test_every_road_of_the_study_area_is_read(self):
        table = open_study_data().roads
        roads = load_roads(table, name="OpenStreetMap contributors")
        assert len(roads.tail) == 2 * len(table)
        assert roads.source == "OpenStreetMap contributors"

    def test_a_graph_and_the_graphml_file_of_it_give_the_same_roads(self, tmp_path):
        osmnx = pytest.importorskip("osmnx")
        osmnx.save_graphml(osm_graph(), tmp_path / "town.graphml")
        from_file, from_graph = load_roads(tmp_path / "town.graphml", name="town"), load_roads(osm_graph(), name="town")
        assert from_file.digest == from_graph.digest
        assert from_graph.speed_kph.tolist()[0] == 50

    def test_lines_of_a_department_are_read_by_their_columns(self, tmp_path):
        line = shapely.LineString([(76.0, 39.0), (76.1, 39.0)])
        GeoDataFrame({"等级": ["省道"]}, geometry=[line], crs=4326).to_file(tmp_path / "roads.gpkg")
        roads = load_roads(tmp_path / "roads.gpkg", columns={"class": "等级"})
        assert len(roads.tail) == 2
        with pytest.raises(LayerError, match="等级"):
            load_roads(tmp_path / "roads.gpkg", columns={"class": "级别"})

    @pytest.mark.parametrize("name", ["roads.osm", "roads.osm.xml", "ROADS.OSM"])
    def test_xml_and_pbf_give_the_same_roads(self, tmp_path, name):
        from_xml, from_pbf = load_roads(osm_file(tmp_path, STREETS, name=name)), load_roads(pbf_file(tmp_path, STREETS))
        assert from_xml.digest == from_pbf.digest
        assert not from_xml.straightened
        assert "OpenStreetMap" in from_xml.source

    def test_a_path_may_be_text(self, tmp_path):
        assert len(load_roads(str(osm_file(tmp_path, STREETS))).tail)

    def test_the_name_is_the_source_on_maps(self, tmp_path):
        path = osm_file(tmp_path, STREETS)
        assert [load_roads(path, name=name).source for name in ("extract", "other")] == ["extract", "other"]

    def test_arrays_cannot_be_changed(self, tmp_path):
        for roads in (load_roads(road_table()), load_roads(osm_graph()), load_roads(osm_file(tmp_path, STREETS))):
            assert not any(array.flags.writeable for array in roads.arrays().values())


class TestRefused:
    @pytest.mark.parametrize("name", ["roads.csv", "roads.osm.pbf", "roads"])
    def test_a_file_that_is_not_there(self, tmp_path, name):
        with pytest.raises(LayerError, match="there is no such road file"):
            load_roads(tmp_path / name)

    def test_a_folder(self, tmp_path):
        (tmp_path / "roads.osm.pbf").mkdir()
        with pytest.raises(LayerError, match="is a folder; name the file in it"):
            load_roads(tmp_path / "roads.osm.pbf")

    @pytest.mark.parametrize("name", ["roads.xyz", "roads", "roads.osm.bz2"])
    def test_a_file_of_an_unknown_kind(self, tmp_path, name):
        (tmp_path / name).touch()
        with pytest.raises(LayerError, match=r"road files are \.osm\.pbf, \.osm, .*, found '.*'; save") as error:
            load_roads(tmp_path / name)
        assert "道路文件应为" in in_language(error.value.faults[0], "zh")

    def test_something_that_holds_no_roads(self):
        with pytest.raises(LayerError, match="a file, a table or an OSMnx graph, found int"):
            load_roads(7)

    def test_a_damaged_file_leaves_nothing_in_the_cache(self, tmp_path, cache):
        (tmp_path / "roads.osm.pbf").write_text("text")
        with pytest.raises(LayerError):
            load_roads(tmp_path / "roads.osm.pbf")
        assert kept(cache) == []


class TestKept:
    def test_the_second_time_the_file_is_not_parsed(self, tmp_path, cache, monkeypatch):
        path = osm_file(tmp_path, STREETS)
        fresh = load_roads(path)
        assert len(kept(cache)) == 1
        monkeypatch.setattr(loading, "read_osm", None)
        again = load_roads(path)
        assert again.digest == fresh.digest
        for name, array in fresh.arrays().items():
            found = again.arrays()[name]
            assert found.dtype == array.dtype
            np.testing.assert_array_equal(found, array)

    def test_the_name_does_not_come_from_the_cache(self, tmp_path):
        path = osm_file(tmp_path, STREETS)
        assert load_roads(path, name="first").source == "first"
        assert "OpenStreetMap" in load_roads(path).source

    def test_other_contents_and_another_version_are_read_anew(self, tmp_path, cache, monkeypatch):
        load_roads(osm_file(tmp_path, STREETS))
        assert len(load_roads(osm_file(tmp_path, STREETS[:1])).way_id) == 1
        assert len(kept(cache)) == 2
        monkeypatch.setattr(loading, "VERSION", loading.VERSION + 1)
        load_roads(osm_file(tmp_path, STREETS))
        assert len(kept(cache)) == 3

    def test_a_damaged_cache_is_read_anew(self, tmp_path, cache):
        path = osm_file(tmp_path, STREETS)
        fresh = load_roads(path)
        (file,) = kept(cache)
        file.write_bytes(file.read_bytes()[:-100])
        assert load_roads(path).digest == fresh.digest

    def test_without_a_cache_nothing_is_written(self, tmp_path, cache):
        load_roads(osm_file(tmp_path, STREETS), cache=False)
        assert kept(cache) == []

    def test_a_folder_may_be_named(self, tmp_path, cache):
        load_roads(osm_file(tmp_path, STREETS), cache=tmp_path / "own")
        assert kept(cache) == []
        assert len(kept(tmp_path / "own")) == 1

    def test_a_folder_that_cannot_be_written_matters_only_to_those_who_asked_for_it(self, tmp_path, cache):
        path = osm_file(tmp_path, STREETS)
        cache.write_text("a file where the folder should be")
        assert isinstance(load_roads(path), RoadNetwork)
        with pytest.raises(LayerError, match="cannot be written"):
            load_roads(path, cache=True)
        with pytest.raises(LayerError, match="cannot be written"):
            load_roads(path, cache=cache)

    def test_a_real_town_comes_back_as_it_was(self):
        path = OSM_FOLDER / "harrisburg.osm.pbf"
        if not path.exists():
            pytest.skip("the shared OpenStreetMap extracts are not there")
        assert load_roads(path).digest == load_roads(path).digest == load_roads(path, cache=False).digest

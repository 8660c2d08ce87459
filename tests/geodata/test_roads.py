"""Roads from tables, files and OSMnx graphs; what a trip cannot use is refused with every fault at once."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from tiny_places import ROADS_ONLY, flat, road_table

from geodata.errors import LayerError, in_language
from geodata.roads import load_roads
from geodata.study_data import open_study_data
from geodata.travel import travel_times


def osm_graph(kind=nx.MultiDiGraph):
    """As OSMnx makes them: ids of OpenStreetMap, x and y in degrees, metres, kilometres an hour; one street one-way."""
    graph = kind(crs="epsg:4326")
    graph.add_node(101, x=76.00, y=39.40)
    graph.add_node(205, x=76.01, y=39.40)
    graph.add_node(309, x=76.02, y=39.40)
    graph.add_edge(101, 205, length=1_000.0, speed_kph=50.0, osmid=1)
    graph.add_edge(205, 101, length=1_000.0, speed_kph=50.0, osmid=1)
    graph.add_edge(101, 205, length=3_000.0, speed_kph=50.0, osmid=2)
    graph.add_edge(205, 309, length=1_500.0, speed_kph=30.0, osmid=3)
    return graph


def trip(roads, start, end):
    at = [np.array([[roads.lon[i], roads.lat[i]]]) for i in (start, end)]
    found = travel_times(roads, *at, replace(ROADS_ONLY, access_limit_km=0.3), flat())
    return found[0, 0] if found.nnz else None


class TestTables:
    def test_an_edge_of_a_table_leads_both_ways(self):
        roads = load_roads(road_table())
        assert list(zip(roads.tail, roads.head, strict=True)) == [(0, 1), (1, 2), (1, 0), (2, 1)]
        assert roads.length_m.tolist() == [8_650, 14_000] * 2
        assert roads.lon.tolist() == [76.0, 76.1, 76.2]
        assert roads.straightened
        assert np.isnan(roads.speed_kph).all()

    def test_a_csv_file_gives_the_same_roads(self, tmp_path):
        road_table().to_csv(tmp_path / "roads.csv", index=False)
        from_file, from_table = load_roads(tmp_path / "roads.csv"), load_roads(road_table())
        assert (from_file.tail == from_table.tail).all()
        assert (from_file.lon == from_table.lon).all()
        assert from_file.source == "roads.csv"

    def test_node_names_may_be_text(self):
        assert len(load_roads(road_table(u=["a", "b"], v=["b", "c"])).lon) == 3

    def test_every_road_of_the_study_area_is_read(self):
        table = open_study_data().roads
        roads = load_roads(table, name="OpenStreetMap contributors")
        assert len(roads.tail) == 2 * len(table)
        assert roads.source == "OpenStreetMap contributors"

    def test_missing_columns_are_named(self):
        with pytest.raises(LayerError, match="the road table lacks v, length_m"):
            load_roads(road_table().drop(columns=["v", "length_m"]))

    @pytest.mark.parametrize("length", [0.0, -5.0, np.nan, "far"])
    def test_a_length_must_be_above_zero(self, length):
        with pytest.raises(LayerError, match=f"row 3: length_m is {length}, a length above 0 is needed"):
            load_roads(road_table(length_m=[8_650.0, length]))

    def test_all_faults_of_a_file_are_told_at_once(self, tmp_path):
        road_table(length_m=["0", "long"], u_lon=["east", "76.1"]).to_csv(tmp_path / "bad.csv", index=False)
        with pytest.raises(LayerError) as error:
            load_roads(tmp_path / "bad.csv")
        assert error.value.faults == (
            "bad.csv: row 2: u_lon is east, a number is needed",
            "bad.csv: row 2: length_m is 0, a length above 0 is needed",
            "bad.csv: row 3: length_m is long, a length above 0 is needed",
        )
        assert [in_language(fault, "zh") for fault in error.value.faults] == [
            "bad.csv：第 2 行：u_lon 是 east；请填数字",
            "bad.csv：第 2 行：length_m 是 0；请填大于 0 的长度",
            "bad.csv：第 3 行：length_m 是 long；请填大于 0 的长度",
        ]

    def test_no_roads_at_all_is_a_fault(self):
        with pytest.raises(LayerError, match="at least one road"):
            load_roads(road_table().iloc[:0])

    def test_a_missing_file_and_an_unknown_kind_are_refused(self, tmp_path):
        with pytest.raises(LayerError, match="there is no such road file"):
            load_roads(tmp_path / "roads.csv")
        (tmp_path / "roads.shp").touch()
        with pytest.raises(LayerError, match=r"are \.csv or \.graphml, found '\.shp'"):
            load_roads(tmp_path / "roads.shp")


class TestOsmnxGraphs:
    def test_an_osmnx_graph_keeps_its_arcs_lengths_and_speeds(self):
        roads = load_roads(osm_graph())
        assert sorted(zip(roads.tail, roads.head, roads.length_m, roads.speed_kph, strict=True)) == [
            (0, 1, 1_000, 50), (0, 1, 3_000, 50), (1, 0, 1_000, 50), (1, 2, 1_500, 30),
        ]  # fmt: skip
        assert not roads.straightened
        assert "OpenStreetMap" in roads.source

    def test_trips_follow_its_speeds_and_its_one_way_street(self):
        roads = load_roads(osm_graph())
        assert trip(roads, 0, 2) == pytest.approx(1.2 + 3 + 5, rel=1e-3)
        assert trip(roads, 2, 0) is None
        assert trip(roads, 1, 0) == pytest.approx(1.2 + 5, rel=1e-3)

    def test_without_speeds_the_rules_decide(self):
        graph = osm_graph()
        for _, _, edge in graph.edges(data=True):
            del edge["speed_kph"]
        assert trip(load_roads(graph), 0, 1) == pytest.approx(1.0 + 5, rel=1e-3)

    def test_an_undirected_graph_leads_both_ways(self):
        roads = load_roads(osm_graph(nx.MultiGraph))
        assert {(1, 2), (2, 1)} <= set(zip(roads.tail.tolist(), roads.head.tolist(), strict=True))

    def test_a_graphml_file_of_osmnx_is_read(self, tmp_path):
        osmnx = pytest.importorskip("osmnx")
        osmnx.save_graphml(osm_graph(), tmp_path / "town.graphml")
        roads = load_roads(tmp_path / "town.graphml")
        assert len(roads.tail) == 4
        assert trip(roads, 0, 2) == pytest.approx(1.2 + 3 + 5, rel=1e-3)

    def test_a_projected_graph_is_refused(self):
        graph = osm_graph()
        graph.graph["crs"] = "epsg:32643"
        with pytest.raises(LayerError, match="nodes in degrees are needed, found epsg:32643"):
            load_roads(graph)

    def test_what_a_graph_lacks_is_told_at_once(self):
        graph = osm_graph()
        del graph.nodes[309]["x"], graph.edges[205, 309, 0]["length"]
        graph.edges[101, 205, 0]["speed_kph"] = 0
        with pytest.raises(LayerError) as error:
            load_roads(graph, name="town")
        assert len(error.value.faults) == 3

    def test_a_graph_without_edges_is_refused(self):
        with pytest.raises(LayerError, match="the graph has no edges"):
            load_roads(nx.MultiDiGraph())

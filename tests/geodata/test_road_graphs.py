"""OSMnx graphs in and out: nothing that a trip needs is lost, nothing that it cannot use goes through."""

import json
from dataclasses import replace

import networkx as nx
import numpy as np
import osmnx
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, Point, box

from geodata.errors import LayerError, in_language
from geodata.roads.graphs import OSM_SOURCE, from_graph, load_box, load_place, load_polygon, read_graphml, to_osmnx
from geodata.roads.network import ALL_MODES, CLASSES, MODES, SURFACES, straight_roads
from geodata.travel.graph import cut, piece_minutes
from geodata.travel.rules import travel_rules

WALKERS = MODES["foot"] | MODES["wheelchair"]
BEND = LineString([(76.00, 39.40), (76.005, 39.41), (76.01, 39.40)])


def osm_graph(kind=nx.MultiDiGraph, **tags):
    """As OSMnx makes them: a two-way street, a parallel one-way street with a bend, and a one-way street beyond."""
    graph = kind(crs="epsg:4326", simplified=True)
    graph.add_node(101, x=76.00, y=39.40)
    graph.add_node(205, x=76.01, y=39.40)
    graph.add_node(309, x=76.02, y=39.40)
    graph.add_edge(101, 205, length=1_000.0, osmid=1, **tags)
    graph.add_edge(205, 101, length=1_000.0, osmid=1, **tags)
    graph.add_edge(101, 205, length=3_000.0, osmid=2, geometry=BEND, **tags)
    graph.add_edge(205, 309, length=1_500.0, osmid=[3, 4], **tags)
    return graph


def arcs(roads):
    return sorted(zip(roads.tail.tolist(), roads.head.tolist(), roads.length_m.tolist(), strict=True))


def shape(roads, arc):
    road = roads.road[arc]
    span = slice(roads.shape_start[road], roads.shape_start[road + 1])
    points = np.column_stack([roads.shape_lon[span], roads.shape_lat[span]])
    return (points[::-1] if roads.backward[arc] else points).tolist()


def classes(roads):
    return {CLASSES[c] for c in roads.road_class}


def faults(graph):
    with pytest.raises(LayerError) as error:
        from_graph(graph, "town")
    return error.value.faults


class TestGraphsIn:
    def test_every_edge_is_an_arc_of_its_length(self):
        roads = from_graph(osm_graph(), "town")
        assert arcs(roads) == [(0, 1, 1_000), (0, 1, 3_000), (1, 0, 1_000), (1, 2, 1_500)]
        assert roads.node_id.tolist() == [101, 205, 309]
        assert sorted(roads.way_id.tolist()) == [1, 2, 3]
        assert not roads.straightened

    def test_both_directions_of_a_street_share_its_road(self):
        roads = from_graph(osm_graph(), "town")
        road_of = {}
        for arc in zip(
            roads.tail.tolist(), roads.head.tolist(), roads.length_m, roads.road, roads.backward, strict=True
        ):
            road_of[arc[:3]] = arc[3:]
        assert road_of[0, 1, 1_000][0] == road_of[1, 0, 1_000][0]
        assert (road_of[0, 1, 1_000][1], road_of[1, 0, 1_000][1]) == (False, True)
        assert len({int(road) for road, _ in road_of.values()}) == 3

    def test_every_arc_follows_its_line_from_end_to_end(self):
        roads = from_graph(osm_graph(), "town")
        assert shape(roads, roads.length_m.tolist().index(3_000)) == [list(p) for p in BEND.coords]
        for arc in range(len(roads.tail)):
            ends = [[roads.lon[n], roads.lat[n]] for n in (roads.tail[arc], roads.head[arc])]
            assert [shape(roads, arc)[0], shape(roads, arc)[-1]] == ends

    def test_an_edge_given_twice_stays_two_roads(self):
        graph = osm_graph()
        graph.add_edge(205, 309, length=1_500.0, osmid=3)
        assert len(from_graph(graph, "town").way_id) == 4

    def test_an_undirected_graph_leads_both_ways(self):
        roads = from_graph(osm_graph(nx.MultiGraph), "town")
        assert {(1, 2), (2, 1)} <= set(zip(roads.tail.tolist(), roads.head.tolist(), strict=True))
        ends = [[[roads.lon[n], roads.lat[n]] for n in pair] for pair in zip(roads.tail, roads.head, strict=True)]
        assert [[shape(roads, a)[0], shape(roads, a)[-1]] for a in range(len(roads.tail))] == ends

    def test_a_line_drawn_against_its_edge_is_turned(self):
        graph = osm_graph()
        graph.add_edge(205, 101, length=3_000.0, osmid=2, geometry=BEND)
        roads = from_graph(graph, "town")
        bent = [a for a in range(len(roads.tail)) if roads.length_m[a] == 3_000]
        assert [shape(roads, a)[0][0] for a in bent] == [roads.lon[roads.tail[a]] for a in bent]
        assert len({int(roads.road[a]) for a in bent}) == 1

    def test_the_first_of_several_classes_counts(self):
        assert classes(from_graph(osm_graph(highway=["secondary", "track"]), "town")) == {"secondary"}

    def test_without_or_with_an_unheard_of_class_the_rank_is_unknown(self):
        assert classes(from_graph(osm_graph(), "town")) == {"road"}
        assert classes(from_graph(osm_graph(highway="hyperloop"), "town")) == {"road"}

    @pytest.mark.parametrize(
        ("tags", "kph"),
        [
            ({"speed_kph": 50.0}, 50), ({"maxspeed": "30 mph"}, 48.2802), ({"maxspeed": ["40", "60"]}, 50),
            ({"maxspeed": "walk"}, np.nan), ({"speed_kph": 20, "maxspeed": "90"}, 20), ({}, np.nan),
            ({"speed_kph": np.nan, "maxspeed": "90"}, 90), ({"maxspeed": 70}, 70), ({"maxspeed": np.nan}, np.nan),
        ],
    )  # fmt: skip
    def test_the_given_speed_counts_else_the_tagged_one(self, tags, kph):
        roads = from_graph(osm_graph(**tags), "town")
        assert roads.speed_kph == pytest.approx(np.full(4, kph), nan_ok=True, abs=1e-3)

    @pytest.mark.parametrize(
        ("tag", "surface"),
        [("asphalt", "paved"), ("gravel", "unpaved"), ("mud", "rough"), ("rough", "rough"), (None, "unknown")],
    )
    def test_surfaces_are_kept(self, tag, surface):
        roads = from_graph(osm_graph(surface=tag), "town")
        assert {SURFACES[s] for s in roads.surface} == {surface}

    @pytest.mark.parametrize(
        ("tags", "modes"),
        [
            ({"highway": "residential"}, ALL_MODES), ({"highway": "footway"}, WALKERS),
            ({"highway": "steps"}, MODES["foot"]), ({"highway": "motorway"}, ALL_MODES - WALKERS),
            ({"highway": "service", "access": "private"}, 0),
        ],
    )  # fmt: skip
    def test_class_and_access_say_who_may_go(self, tags, modes):
        assert set(from_graph(osm_graph(**tags), "town").modes.tolist()) == {modes}

    def test_walkers_may_go_against_an_edge_that_says_one_way(self):
        graph = osm_graph(highway="residential")
        graph.edges[205, 309, 0]["oneway"] = True
        roads = from_graph(graph, "town")
        back = [i for i in range(len(roads.tail)) if (roads.tail[i], roads.head[i]) == (2, 1)]
        assert [int(roads.modes[i]) for i in back] == [WALKERS]
        assert [bool(roads.backward[i]) for i in back] == [True]

    def test_where_both_directions_say_one_way_nothing_is_added(self):
        graph = osm_graph(highway="residential", oneway=True)
        graph.add_edge(309, 205, length=1_500.0, osmid=3, highway="residential", oneway=True)
        roads = from_graph(graph, "town")
        ways = list(zip(roads.road.tolist(), roads.backward.tolist(), strict=True))
        assert len(ways) == len(set(ways)) == 6  # walkers may go against the bent street
        assert [int(m) for m in roads.modes].count(WALKERS) == 1

    def test_ids_that_are_text_become_positions(self):
        roads = from_graph(nx.relabel_nodes(osm_graph(), {101: "a", 205: "b", 309: "c"}), "town")
        assert roads.node_id.tolist() == [0, 1, 2]


class TestGraphFaults:
    def test_a_projected_graph_is_refused(self):
        graph = osm_graph()
        graph.graph["crs"] = "epsg:32643"
        assert faults(graph) == (
            "town: nodes in degrees are needed, found epsg:32643; give the graph before it is projected",
        )

    def test_a_graph_without_edges_is_refused(self):
        assert "the graph has no edges" in faults(nx.MultiDiGraph())[0]

    def test_what_a_graph_lacks_is_told_at_once(self):
        graph = osm_graph()
        del graph.nodes[309]["x"], graph.edges[205, 309, 0]["length"]
        graph.edges[101, 205, 0]["speed_kph"] = 0
        graph.edges[101, 205, 1]["length"] = -3
        assert [fault.split(";")[0] for fault in faults(graph)] == [
            "town: node 309 has no x and y",
            "town: edge 101 to 205: speed_kph is 0, a speed above 0 is needed",
            "town: edge 101 to 205: length is -3, a length of 0 or more is needed",
            "town: edge 205 to 309 has no length",
        ]
        assert in_language(faults(graph)[2], "zh") == "town：从 101 到 205 的边：length 是 -3；请填不小于 0 的长度"

    @pytest.mark.parametrize("length", [np.nan, np.inf, "long", -1e-9])
    def test_lengths_are_numbers_of_zero_or_more(self, length):
        graph = osm_graph()
        graph.edges[205, 309, 0]["length"] = length
        assert faults(graph) == (f"town: edge 205 to 309: length is {length}, a length of 0 or more is needed",)

    def test_an_edge_of_length_zero_is_a_road(self):
        graph = osm_graph()
        graph.edges[205, 309, 0]["length"] = 0
        assert 0 in from_graph(graph, "town").length_m


class TestGraphml:
    def test_a_file_of_osmnx_gives_the_same_network(self, tmp_path):
        graph = osm_graph(highway=["primary", "trunk"], maxspeed="50", surface="gravel", oneway=False)
        osmnx.save_graphml(graph, tmp_path / "town.graphml")
        read, made = read_graphml(tmp_path / "town.graphml"), from_graph(graph, "town.graphml")
        assert read.digest == made.digest

    @pytest.mark.parametrize("text", ["", "roads", "<graphml>", "<a/>"])
    def test_what_is_no_graphml_is_told_in_a_sentence(self, tmp_path, text):
        (tmp_path / "town.graphml").write_text(text)
        with pytest.raises(LayerError, match=r"town\.graphml: (not a GraphML file|the graph has no edges)"):
            read_graphml(tmp_path / "town.graphml")


class TestGraphsOut:
    def test_osmnx_finds_routes_and_nodes_in_it(self):
        graph = to_osmnx(from_graph(osm_graph(highway="primary"), "town"))
        assert osmnx.routing.shortest_path(graph, 101, 309, weight="travel_time") == [101, 205, 309]
        assert osmnx.routing.shortest_path(graph, 101, 309, weight="length") == [101, 205, 309]
        assert osmnx.distance.nearest_nodes(graph, 76.019, 39.401) == 309

    def test_time_is_length_over_speed_and_osmnx_agrees(self):
        graph = to_osmnx(from_graph(osm_graph(highway="tertiary", maxspeed="36"), "town"))
        assert sorted(d["travel_time"] for *_, d in graph.edges(data=True)) == [100, 100, 150, 300]
        again = osmnx.routing.add_edge_travel_times(graph.copy())
        for (*_, ours), (*_, theirs) in zip(graph.edges(data=True), again.edges(data=True), strict=True):
            assert ours["travel_time"] == pytest.approx(theirs["travel_time"], abs=0.051)  # it rounds to 0.1 s

    def test_speed_is_the_tagged_one_on_its_surface_else_that_of_the_class(self):
        rules = travel_rules()
        kph = {d["speed_kph"] for *_, d in to_osmnx(from_graph(osm_graph(highway="track"), "t")).edges(data=True)}
        assert kph == {rules.kph_table()[CLASSES.index("track"), 0, 0]}
        graph = to_osmnx(from_graph(osm_graph(highway="track", maxspeed="30", surface="gravel"), "t"))
        assert {d["speed_kph"] for *_, d in graph.edges(data=True)} == {30 * rules.surface_factor[2]}

    def test_walkers_take_no_notice_of_limits_for_cars(self):
        graph = to_osmnx(from_graph(osm_graph(highway="footway", maxspeed="30"), "t"), mode="foot")
        assert {d["speed_kph"] for *_, d in graph.edges(data=True)} == {travel_rules(profile="walking").class_kph[0]}

    def test_only_roads_that_the_mode_may_use_are_kept(self):
        graph = osm_graph(highway="residential")
        graph.edges[205, 309, 0]["highway"] = "footway"
        roads = from_graph(graph, "town")
        assert set(to_osmnx(roads).nodes) == {101, 205}
        assert set(to_osmnx(roads, mode="foot").nodes) == {101, 205, 309}

    def test_rules_say_whose_roads_are_kept(self):
        roads = from_graph(osm_graph(highway="footway"), "town")
        assert to_osmnx(roads).number_of_edges() == 0
        assert to_osmnx(roads, rules=travel_rules(profile="walking")).number_of_edges() == 4

    def test_nodes_and_edges_carry_what_osmnx_gives(self):
        graph = to_osmnx(from_graph(osm_graph(highway="primary", surface="asphalt"), "town"))
        assert graph.graph["crs"] == "epsg:4326"
        assert graph.graph["simplified"] is True
        assert {n: d["street_count"] for n, d in graph.nodes(data=True)} == {101: 2, 205: 3, 309: 1}
        edges = {(u, v, d["osmid"]): d for u, v, d in graph.edges(data=True)}
        assert {edge: (d["oneway"], d["reversed"]) for edge, d in edges.items()} == {
            (101, 205, 1): (False, False), (205, 101, 1): (False, True),
            (101, 205, 2): (True, False), (205, 309, 3): (True, False),
        }  # fmt: skip
        assert edges[205, 101, 1]["geometry"].coords[0] == (76.01, 39.40)
        assert edges[101, 205, 2]["geometry"].equals(BEND)
        assert {(d["highway"], d["surface"]) for d in edges.values()} == {("primary", "paved")}

    def test_it_is_saved_and_read_by_osmnx(self, tmp_path):
        graph = to_osmnx(from_graph(osm_graph(highway="primary"), "town"))
        osmnx.save_graphml(graph, tmp_path / "town.graphml")
        read = osmnx.load_graphml(tmp_path / "town.graphml")
        assert dict(read.nodes(data=True)) == dict(graph.nodes(data=True))
        numbers = ("length", "speed_kph", "travel_time", "oneway", "reversed", "osmid", "geometry")
        assert [[d[k] for k in numbers] for *_, d in read.edges(data=True)] == [
            [d[k] for k in numbers] for *_, d in graph.edges(data=True)
        ]

    def test_it_becomes_tables_and_a_graph_again(self):
        graph = to_osmnx(from_graph(osm_graph(highway="primary"), "town"))
        nodes, edges = osmnx.convert.graph_to_gdfs(graph)
        assert (len(nodes), len(edges)) == (3, 4)
        again = from_graph(osmnx.convert.graph_from_gdfs(nodes, edges), "town")
        assert arcs(again) == arcs(from_graph(graph, "town"))

    def test_straightened_roads_take_as_long_as_the_real_ones(self):
        lon, lat = np.array([76.0, 76.1]), np.array([39.0, 39.0])
        roads = straight_roads(lon, lat, [0], [1], [1_000.0], road_class="main_road", straightened=True)
        edge = to_osmnx(roads).edges[0, 1, 0]
        rules = travel_rules()
        assert edge["length"] == 1_000
        assert edge["travel_time"] == pytest.approx(3_600 * rules.main_road_sinuosity / edge["speed_kph"])

    @pytest.mark.parametrize("profile", ["car", "motorcycle", "walking", "wheelchair"])
    @pytest.mark.parametrize("straightened", [False, True])
    def test_times_are_those_of_our_own_trips_on_flat_ground(self, profile, straightened):
        graph = osm_graph(highway="track", maxspeed="30", surface="gravel")
        graph.edges[205, 309, 0].update(highway="primary", maxspeed=None)
        roads = replace(from_graph(graph, "town"), straightened=straightened)
        rules = travel_rules(profile=profile)
        pieces = cut(roads, None)
        minutes = piece_minutes(pieces, rules)[:, 0]
        ours = {int(roads.way_id[r]): t for r, t in enumerate(np.bincount(pieces.road, minutes)) if t < np.inf}
        theirs = {d["osmid"]: d["travel_time"] / 60 for *_, d in to_osmnx(roads, rules=rules).edges(data=True)}
        assert theirs == pytest.approx(ours)
        assert bool(theirs) == (profile != "wheelchair")  # gravel

    def test_an_unknown_mode_is_refused(self):
        with pytest.raises(LayerError, match="'camel' is not known; take one of car, motorcycle, foot, wheelchair"):
            to_osmnx(from_graph(osm_graph(), "town"), mode="camel")

    @given(
        st.lists(
            st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 9_000), st.integers(10, 90), st.booleans()),
            min_size=1, max_size=15,
        )
    )  # fmt: skip
    def test_there_and_back_the_arcs_are_the_same(self, streets):
        graph = nx.MultiDiGraph(crs="epsg:4326")
        graph.add_nodes_from((i, {"x": 76 + i / 100, "y": 39 + (i * i % 7) / 100}) for i in range(6))
        for i, (u, v, length, kph, two_way) in enumerate(streets):
            tags = {
                "length": float(length),
                "speed_kph": float(kph),
                "osmid": i,
                "highway": "primary",
                "surface": "paved",
            }
            bend = [(graph.nodes[n]["x"], graph.nodes[n]["y"]) for n in (u, v)]
            line = LineString([bend[0], (76.5, 39 + i / 50), bend[1]])
            graph.add_edge(u, v, **tags, geometry=line)
            if two_way:
                graph.add_edge(v, u, **tags, geometry=line.reverse())
        again = to_osmnx(from_graph(graph, "town"))

        def told(g):
            return sorted(
                (u, v, d["osmid"], d["length"], d["speed_kph"], list(d["geometry"].coords))
                for u, v, d in g.edges(data=True)
            )

        assert told(again) == told(graph)


OVERPASS = {
    "elements": [
        {"type": "node", "id": 1, "lon": 76.001, "lat": 39.401},
        {"type": "node", "id": 2, "lon": 76.004, "lat": 39.401},
        {"type": "node", "id": 3, "lon": 76.007, "lat": 39.404},
        {"type": "way", "id": 10, "nodes": [1, 2, 3], "tags": {"highway": "track", "surface": "gravel"}},
        {"type": "way", "id": 11, "nodes": [3, 1], "tags": {"highway": "service", "oneway": "yes"}},
    ]
}


@pytest.fixture
def internet(monkeypatch, tmp_path):
    """What OSMnx would fetch, and a switch that cuts the line."""
    asked = []
    monkeypatch.setattr(osmnx.settings, "cache_folder", str(tmp_path / "cache"))
    monkeypatch.setattr(osmnx.settings, "overpass_rate_limit", False)
    monkeypatch.setattr(osmnx.settings, "doh_url_template", None)
    monkeypatch.setattr("osmnx._http._config_dns", lambda url: None)

    def answer(url, **options):
        asked.append(str(options.get("data", url)))
        response = requests.Response()
        response.status_code, response.url, response.reason = 200, str(url), "OK"
        response._content = json.dumps(OVERPASS).encode()
        return response

    def cut(*_, **__):
        raise requests.exceptions.ConnectionError("no route to the internet")

    def switch(online):
        for how in ("get", "post"):
            monkeypatch.setattr(requests, how, answer if online else cut)

    switch(True)
    return asked, switch


class TestFetched:
    def test_tracks_and_service_roads_come_with_the_rest(self, internet):
        roads = load_box(76.0, 39.4, 76.01, 39.41)
        assert classes(roads) == {"track", "service"}
        assert roads.source == OSM_SOURCE
        assert "unpaved" in {SURFACES[s] for s in roads.surface}
        assert '["highway"]' in internet[0][0]

    def test_what_was_fetched_once_needs_no_internet(self, internet):
        asked, switch = internet
        online = load_box(76.0, 39.4, 76.01, 39.41)
        switch(False)
        assert load_box(76.0, 39.4, 76.01, 39.41).digest == online.digest
        assert len(asked) == 1

    def test_without_internet_a_sentence_says_what_to_do(self, internet):
        internet[1](False)
        for fetch in (lambda: load_place("疏附县"), lambda: load_polygon(box(76, 39, 76.1, 39.1))):
            with pytest.raises(LayerError) as error:
                fetch()
            assert "could not be fetched" in error.value.faults[0]
            assert ".osm.pbf" in error.value.faults[0]
            assert "取不到" in in_language(error.value.faults[0], "zh")

    def test_the_settings_of_osmnx_stay_as_they_were(self, internet):
        before = list(osmnx.settings.useful_tags_way)
        load_box(76.0, 39.4, 76.01, 39.41)
        assert osmnx.settings.useful_tags_way == before

    def test_a_box_must_be_one(self):
        with pytest.raises(LayerError, match="west below east"):
            load_box(76.1, 39.4, 76.0, 39.41)

    @pytest.mark.parametrize("area", [Point(76, 39), box(400_000, 4e6, 410_000, 4.1e6), box(0, 0, 0, 0).buffer(-1)])
    def test_a_polygon_must_be_one_in_degrees(self, area):
        with pytest.raises(LayerError, match="a polygon in degrees is needed"):
            load_polygon(area)

"""Roads from OpenStreetMap files: where ways are cut, which arcs there are, how long they are, and broken files."""

from itertools import pairwise

import numpy as np
import osmium
import osmnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_osm import GRID, OSM_FOLDER, osm_file, osm_text, pbf_file

from geodata.errors import LayerError, in_language
from geodata.roads import tags
from geodata.roads.network import CLASSES, MODES, SURFACES
from geodata.roads.osm import read_osm

STREET = {"highway": "residential"}
CAR = MODES["car"]


def read(folder, ways, nodes=GRID):
    return read_osm(osm_file(folder, ways, nodes), "xml")


def arcs(network, mode=None):
    """(from, to) ids of the arcs, of one mode only when given."""
    open_to = network.modes & MODES[mode] > 0 if mode else np.ones(len(network.tail), bool)
    ends = network.node_id[np.column_stack([network.tail, network.head])[open_to]]
    return sorted(map(tuple, ends.tolist()))


def shape(network, road):
    """Vertices of a road."""
    part = slice(network.shape_start[road], network.shape_start[road + 1])
    return list(zip(network.shape_lon[part].tolist(), network.shape_lat[part].tolist(), strict=True))


def places(*ids):
    return [pytest.approx(GRID[i]) for i in ids]


def steps(network, mode="car"):
    """(place, next place, km/h) of every step of the arcs open to a mode."""
    found = []
    for arc in np.flatnonzero(network.modes & MODES[mode]):
        line = [(round(x, 7), round(y, 7)) for x, y in shape(network, network.road[arc])]
        line = line[::-1] if network.backward[arc] else line
        found += [(a, b, network.speed_kph[arc]) for a, b in pairwise(line)]
    return found


class TestCutting:
    def test_ways_are_cut_where_they_meet_and_keep_their_shape(self, tmp_path):
        network = read(tmp_path, [(7, [1, 2, 3, 4], STREET), (8, [13, 3], STREET)])
        assert arcs(network) == [(1, 3), (3, 1), (3, 4), (3, 13), (4, 3), (13, 3)]
        assert shape(network, 0) == places(1, 2, 3)
        assert network.way_id.tolist() == [7, 7, 8]

    def test_a_road_ends_where_its_way_ends(self, tmp_path):
        network = read(tmp_path, [(7, [1, 2], STREET), (8, [2, 3], STREET)])
        assert arcs(network) == [(1, 2), (2, 1), (2, 3), (3, 2)]

    def test_a_way_that_crosses_itself_is_cut_there(self, tmp_path):
        network = read(tmp_path, [(7, [1, 2, 3, 13, 12, 2, 22], STREET)])
        assert arcs(network) == [(1, 2), (2, 1), (2, 2), (2, 2), (2, 22), (22, 2)]
        loop = int(network.road[(network.tail == network.head)][0])
        assert shape(network, loop) == places(2, 3, 13, 12, 2)

    def test_a_way_is_cut_at_a_node_that_the_file_lacks(self, tmp_path):
        network = read(tmp_path, [(7, [1, 2, 99, 3, 4, 98, 5], STREET)])
        assert arcs(network) == [(1, 2), (2, 1), (3, 4), (4, 3)]

    def test_a_node_named_twice_in_a_row_counts_once(self, tmp_path):
        network = read(tmp_path, [(7, [1, 1, 2, 2, 2, 3], STREET)])
        assert arcs(network) == [(1, 3), (3, 1)]
        assert shape(network, 0) == places(1, 2, 3)

    def test_ways_without_length_or_nodes_are_left_out(self, tmp_path):
        ways = [(7, [1, 2], STREET), (8, [], STREET), (9, [3], STREET), (10, [4, 4], STREET), (11, [98, 99], STREET)]
        assert read(tmp_path, ways).way_id.tolist() == [7]

    def test_what_is_no_road_cuts_nothing(self, tmp_path):
        ways = [(7, [1, 2, 3], STREET), (8, [2, 12], {"building": "yes"}), (9, [2, 12], {"highway": "proposed"})]
        assert arcs(read(tmp_path, ways)) == [(1, 3), (3, 1)]

    def test_nodes_of_an_editor_and_nodes_after_their_ways_are_found(self, tmp_path):
        path = tmp_path / "new.osm"
        path.write_text(
            "<osm version='0.6'><way id='-5'><nd ref='-1'/><nd ref='2'/><tag k='highway' v='path'/></way>"
            "<node id='-1' lon='1.5' lat='2.5'/><node id='2' lon='1.6' lat='2.5'/></osm>"
        )
        network = read_osm(path, "xml")
        assert network.node_id.tolist() == [-1, 2]
        assert network.lon.tolist() == pytest.approx([1.5, 1.6])
        assert network.way_id.tolist() == [-5]


class TestArcs:
    def test_both_directions_share_one_shape(self, tmp_path):
        network = read(tmp_path, [(7, [1, 2, 12], STREET)])
        assert network.road.tolist() == [0, 0]
        assert network.backward.tolist() == [False, True]
        assert network.node_id[network.tail].tolist() == [1, 12]

    def test_cars_follow_one_way_and_walkers_do_not(self, tmp_path):
        ways = [(7, [1, 2], STREET | {"oneway": "yes"}), (8, [3, 4], STREET | {"oneway": "-1"})]
        network = read(tmp_path, ways)
        assert arcs(network, "car") == [(1, 2), (4, 3)]
        assert arcs(network, "foot") == [(1, 2), (2, 1), (3, 4), (4, 3)]

    def test_a_motorway_against_its_direction_has_no_arc_at_all(self, tmp_path):
        assert arcs(read(tmp_path, [(7, [1, 2], {"highway": "motorway", "oneway": "yes"})])) == [(1, 2)]

    def test_tags_stand_on_the_arcs(self, tmp_path):
        told = {"highway": "track", "surface": "sand", "maxspeed": "30 mph", "maxspeed:backward": "20"}
        network = read(tmp_path, [(7, [1, 2], told)])
        assert {CLASSES[c] for c in network.road_class} == {"track"}
        assert {SURFACES[s] for s in network.surface} == {"rough"}
        assert network.speed_kph.tolist() == pytest.approx([48.2802, 20])

    def test_lengths_are_great_circles_as_osmnx_measures(self, tmp_path):
        network = read(tmp_path, [(7, [1, 12, 23], STREET), (8, [5, 6, 16], STREET)])  # nothing lies between them
        for road, ids in enumerate(([1, 12, 23], [5, 6, 16])):
            line = [GRID[i] for i in ids]
            metres = sum(osmnx.distance.great_circle(a[1], a[0], b[1], b[0]) for a, b in pairwise(line))
            assert network.length_m[network.road == road].tolist() == pytest.approx([metres, metres])

    def test_a_ferry_goes_as_fast_as_its_duration_says_on_every_piece(self, tmp_path):
        boat = {"route": "ferry", "duration": "00:30"}
        network = read(tmp_path, [(7, [1, 2, 4], boat), (8, [2, 12], STREET)])
        boats = network.road_class == CLASSES.index("ferry")
        assert boats.sum() == 4
        hours = network.length_m[boats] / 1000 / network.speed_kph[boats]
        assert hours.sum() * 60 == pytest.approx(2 * 30)

    def test_a_ferry_without_duration_has_no_speed_of_its_own(self, tmp_path):
        assert np.isnan(read(tmp_path, [(7, [1, 2], {"route": "ferry"})]).speed_kph).all()

    def test_arrays_cannot_be_changed(self, tmp_path):
        network = read(tmp_path, [(7, [1, 2], STREET)])
        with pytest.raises(ValueError, match="read-only"):
            network.length_m[0] = 1


class TestPbf:
    def test_a_pbf_file_gives_the_same_network_as_xml(self, tmp_path):
        ways = [(7, [1, 2, 3, 99], STREET), (8, [13, 3, 4], {"highway": "primary", "oneway": "-1", "maxspeed": "50"})]
        assert read_osm(pbf_file(tmp_path, ways), "pbf").digest == read(tmp_path, ways).digest


ONE_WAY = st.sampled_from(["yes", "-1", "no", None])
WAYS = st.lists(
    st.tuples(st.lists(st.integers(1, 12), min_size=2, max_size=6), ONE_WAY, st.sampled_from(["40", "30 mph", None])),
    min_size=1,
    max_size=6,
)


class TestOsmnxAgrees:
    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
    @given(WAYS)
    def test_cars_take_the_same_steps_at_the_same_speed(self, tmp_path, rows):
        ways = []
        for i, (refs, oneway, kph) in enumerate(rows, 1):
            told = {"oneway": oneway, "maxspeed": kph}
            ways.append((i, refs, STREET | {k: v for k, v in told.items() if v is not None}))
        if all(len(set(refs)) < 2 for _, refs, _ in ways):
            return
        network = read(tmp_path, ways)
        graph = osmnx.graph_from_xml(osm_file(tmp_path, ways), simplify=False, retain_all=True)
        assert sorted(map(repr, steps(network))) == sorted(map(repr, osmnx_steps(graph)))

    def test_on_a_real_town(self, tmp_path, monkeypatch):
        source = OSM_FOLDER / "harrisburg.osm.pbf"
        if not source.exists():
            pytest.skip("the shared OpenStreetMap extracts are not there")
        extract = tmp_path / "roads.osm"
        with osmium.BackReferenceWriter(str(extract), str(source)) as writer:
            for way in osmium.FileProcessor(source, osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway")):
                writer.add(way)
        monkeypatch.setattr(osmnx.settings, "useful_tags_way", list(tags.KEYS))
        graph = osmnx.graph_from_xml(extract, simplify=False, retain_all=True)
        network = read_osm(source, "pbf")
        assert len(network.tail) > 10_000
        assert sorted(map(repr, steps(network))) == sorted(map(repr, osmnx_steps(graph)))
        total = sum(d["length"] for *_, d in car_edges(graph))
        assert network.length_m[network.modes & CAR > 0].sum() == pytest.approx(total, rel=1e-12)


def car_edges(graph):
    """Edges of roads that cars may use: who may go is not what OSMnx decides."""
    for u, v, edge in graph.edges(data=True):
        told = {key: edge[key] for key in tags.KEYS if isinstance(edge.get(key), str)}
        kind = tags.road_class(told)
        if u != v and kind and tags.modes(kind, told) & CAR:
            yield u, v, edge


def osmnx_steps(graph):
    found = []
    for u, v, edge in car_edges(graph):
        a, b = ((round(graph.nodes[n]["x"], 7), round(graph.nodes[n]["y"], 7)) for n in (u, v))
        kph = osmnx.routing._clean_maxspeed(edge.get("maxspeed"))
        found.append((a, b, np.float64(np.nan if kph is None else kph)))
    return found


class TestBrokenFiles:
    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("text.osm.pbf", b"hello, this is a text"), ("empty.osm.pbf", b""), ("zeros.osm.pbf", bytes(500)),
            ("text.osm", b"hello"), ("empty.osm", b""), ("half.osm", b"<osm version='0.6'><node id='1' lat='1' lon"),
            ("entities.osm", b"<!DOCTYPE a [<!ENTITY b 'c'>]><osm version='0.6'><way id='1'/></osm>"),
            ("coordinates.osm", b"<osm version='0.6'><node id='1' lat='north' lon='2'/></osm>"),
            ("far.osm", b"<osm version='0.6'><node id='1' lat='39' lon='4000'/></osm>"),
            ("numbers.osm", b"<osm version='0.6'><way id='seven'><tag k='highway' v='path'/></way></osm>"),
            ("web.osm", b"<!DOCTYPE html><html><body>404</body></html>"),
        ],
    )  # fmt: skip
    def test_what_is_no_openstreetmap_file_is_told_in_one_sentence(self, tmp_path, name, content):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(LayerError) as error:
            read_osm(tmp_path / name, "pbf" if name.endswith("pbf") else "xml")
        (fault,) = error.value.faults
        assert fault.startswith(f"{name}: ")
        assert "\n" not in fault
        assert in_language(fault, "zh") != fault

    def test_a_cut_off_pbf_is_refused(self, tmp_path):
        whole = pbf_file(tmp_path, [(7, list(GRID), STREET)]).read_bytes()
        for size in (len(whole) - 1, len(whole) // 2, 30):
            (tmp_path / "cut.osm.pbf").write_bytes(whole[:size])
            with pytest.raises(LayerError, match=r"cut\.osm\.pbf: not a whole OpenStreetMap PBF file .* again"):
                read_osm(tmp_path / "cut.osm.pbf", "pbf")

    def test_an_extract_without_ways_is_refused(self, tmp_path):
        with pytest.raises(LayerError, match="the extract is empty, it holds no ways"):
            read(tmp_path, [])

    @pytest.mark.parametrize("told", [{"building": "yes"}, {"highway": "proposed"}, STREET | {"access": "no"}])
    def test_a_file_without_roads_is_refused(self, tmp_path, told):
        with pytest.raises(LayerError, match="none of its ways is a road that anyone may use"):
            read(tmp_path, [(7, [1, 2], told)])

    def test_roads_whose_nodes_are_all_missing_are_refused(self, tmp_path):
        with pytest.raises(LayerError, match="its roads have no nodes in the file"):
            read(tmp_path, [(7, [98, 99], STREET)])

    def test_texts_of_any_script_are_read(self, tmp_path):
        network = read(tmp_path, [(7, [1, 2], STREET | {"name": "人民路 يول <&>", "maxspeed": "六十"})])
        assert np.isnan(network.speed_kph).all()

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
    @given(st.integers(0, 2_000), st.binary(min_size=1, max_size=4))
    def test_damaged_bytes_give_a_network_or_a_sentence(self, tmp_path, at, damage):
        whole = osm_text([(7, [1, 2, 3], STREET), (8, [2, 12], STREET)]).encode()
        (tmp_path / "bad.osm").write_bytes(whole[:at] + damage + whole[at + len(damage) :])
        try:
            network = read_osm(tmp_path / "bad.osm", "xml")
        except LayerError:
            return
        assert len(network.tail)

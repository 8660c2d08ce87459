"""What is odd about a network is found, located and said in both languages."""

import json
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import LayerError
from geodata.roads.network import CLASSES, MODES, SURFACES, straight_roads
from geodata.roads.quality import CLASS_ZH, road_quality
from geodata.roads.quality_page import quality_page

OSM = Path(__file__).parents[2].parent / "shared" / "osm"

# a square of 1 km sides in the middle, and a lone street of 0.5 km in the north-east; kilometres of arc length
LON = np.array([76.00, 76.01, 76.01, 76.00, 76.05, 76.06])
LAT = np.array([39.00, 39.00, 39.01, 39.01, 39.05, 39.05])
STREETS = [(0, 1, 1_000.0), (1, 2, 1_000.0), (2, 3, 1_000.0), (3, 0, 1_000.0), (4, 5, 500.0)]


def town(streets=STREETS, two_way=True, **how):
    ways = streets + [(v, u, m) for u, v, m in streets] if two_way else streets
    tail, head, length = zip(*ways, strict=True)
    return straight_roads(LON, LAT, tail, head, length, **({"road_class": "residential", "source": "a test"} | how))


def with_arcs(network, where, **values):
    """The network with other values on the chosen arcs."""
    changed = {name: getattr(network, name).copy() for name in values}
    for name, value in values.items():
        changed[name][where] = value
    return replace(network, **changed)


class TestParts:
    def test_a_lone_street_is_a_part_of_its_own(self):
        found = road_quality(town())
        assert found.n_parts == 2
        assert [(p.km, round(p.share, 4)) for p in found.parts] == [(4.0, 0.8889), (0.5, 0.1111)]
        assert (found.parts[1].lon, found.parts[1].lat) in {(76.05, 39.05), (76.06, 39.05)}

    def test_one_way_streets_that_lead_nowhere_back_join_no_part(self):
        streets = [*STREETS[:4], (1, 0, 1_000.0), (0, 4, 9_000.0)]
        found = road_quality(town(streets, two_way=False))
        assert (found.n_parts, found.car_km) == (1, 13.0)
        assert found.parts[0].share == pytest.approx(4 / 13)

    def test_footways_join_nothing_for_cars(self):
        walk = MODES["foot"]
        roads = with_arcs(town([*STREETS, (2, 4, 6_000.0)]), [5, 11], modes=walk)
        found = road_quality(roads)
        assert found.n_parts == 2
        assert found.km - found.car_km == pytest.approx(6.0)

    def test_without_roads_for_cars_it_says_so(self):
        roads = with_arcs(town(), slice(None), modes=MODES["foot"])
        found = road_quality(roads, [[76.0, 39.0]])
        assert found.parts == ()
        assert "Cars cannot drive to and fro on any road." in found.sentences("en")
        assert found.record()["far"]["km"] is None

    @given(
        st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.integers(1, 9_000)), min_size=1, max_size=14),
        st.booleans(),
    )
    def test_parts_are_those_that_networkx_finds(self, streets, two_way):
        found = road_quality(town([(u, v, float(m)) for u, v, m in streets], two_way=two_way))
        graph = nx.DiGraph((u, v) for u, v, _ in streets)
        if two_way:
            graph = nx.compose(graph, graph.reverse())
        roads = {(min(u, v), max(u, v), m) for u, v, m in streets}
        km = [
            sum(m for u, v, m in roads if {u, v} <= part) / 1000
            for part in nx.strongly_connected_components(graph)
            if any({u, v} <= part for u, v, _ in roads)
        ]
        assert found.n_parts == len(km)
        assert [p.km for p in found.parts] == pytest.approx(sorted(km, reverse=True)[:5])


class TestPoints:
    def test_points_far_from_a_road_for_cars_are_counted_and_the_farthest_named(self):
        # 0.01 degrees of latitude are 1.11 km
        found = road_quality(town(), [[76.005, 39.0], [76.005, 38.995], [76.005, 38.98], [76.005, 38.9]]).far
        assert (found.points, found.far, found.row) == (4, 2, 3)
        assert found.km == pytest.approx(11.1, rel=0.01)
        assert (found.lon, found.lat) == (76.005, 38.9)

    def test_distance_is_to_the_line_and_not_to_its_ends(self):
        assert road_quality(town(), [[76.005, 39.001]]).far.km == pytest.approx(0.111, rel=0.01)

    def test_paths_are_no_roads_for_cars(self):
        roads = with_arcs(town(), [4, 9], modes=MODES["foot"])
        assert road_quality(town(), [[76.055, 39.05]]).far.far == 0
        assert road_quality(roads, [[76.055, 39.05]]).far.far == 1

    def test_without_points_nothing_is_said_of_them(self):
        assert road_quality(town()).far is None
        assert not any("points" in s for s in road_quality(town()).sentences("en"))

    @pytest.mark.parametrize("points", [[76.0, 39.0], [[76.0, np.nan]], [[76.0, 39.0, 1.0]]])
    def test_points_must_be_rows_of_two_degrees(self, points):
        with pytest.raises(LayerError, match="rows of lon and lat"):
            road_quality(town(), points)


class TestSpeeds:
    def rules(self, kph, kind="residential"):
        return {odd.rule: odd.roads for odd in road_quality(town(speed_kph=kph, road_class=kind)).odd_speeds}

    @pytest.mark.parametrize("kph", [np.nan, 5.0, 60.0, 130.0])
    def test_usual_speeds_are_not_odd(self, kph):
        assert self.rules(kph) == {}

    def test_too_fast_and_too_slow_are_found(self):
        assert self.rules(130.1) == {"too_fast": 5}
        assert self.rules(4.9) == {"too_slow": 5}

    def test_tracks_and_paths_are_slower(self):
        for kind in ("track", "footway", "path"):
            assert self.rules(80.0, kind) == {}
            assert self.rules(80.1, kind) == {"fast_path": 5}
        assert self.rules(80.1, "primary") == {}

    def test_ferries_may_be_slow(self):
        assert self.rules(3.0, "ferry") == {}

    def test_the_longest_one_is_the_example(self):
        roads = with_arcs(town([*STREETS, (0, 2, 1_500.0)]), [1, 5, 7, 11], speed_kph=200.0)
        (odd,) = road_quality(roads).odd_speeds
        assert (odd.roads, odd.km, odd.kph) == (2, 2.5, 200)
        assert odd.way_id == roads.way_id[roads.road[5]]


class TestDeadEnds:
    def test_only_ends_at_the_edge_of_the_data_count_as_cut_off(self):
        lon = np.array([76.0, 76.5, 77.0, 76.5])
        lat = np.array([39.0, 39.5, 40.0, 39.2])
        found = road_quality(straight_roads(lon, lat, [0, 1, 1], [1, 2, 3], [1_000.0] * 3))
        assert (found.dead_ends, found.border_dead_ends) == (3, 2)

    def test_a_ring_has_no_dead_end(self):
        assert road_quality(town(STREETS[:4])).dead_ends == 0


class TestClasses:
    def test_kilometres_count_each_road_once_with_what_is_not_given(self):
        roads = with_arcs(town(speed_kph=np.nan), [0, 5], surface=SURFACES.index("paved"))
        roads = with_arcs(roads, [4, 9], road_class=CLASSES.index("track"), speed_kph=20.0)
        found = {c.road_class: c for c in road_quality(roads).classes}
        assert (found["residential"].km, found["residential"].no_surface, found["residential"].no_speed) == (4, 0.75, 1)
        assert (found["track"].km, found["track"].no_surface, found["track"].no_speed) == (0.5, 1, 0)

    def test_usual_classes_that_are_missing_are_named(self):
        found = road_quality(town())
        assert found.missing == ("trunk", "primary", "secondary", "tertiary")
        assert any("There is no trunk, primary, secondary, tertiary road" in s for s in found.sentences("en"))

    def test_every_class_has_a_chinese_name(self):
        assert list(CLASS_ZH) == list(CLASSES)


class TestArcs:
    def test_arcs_of_length_zero_are_counted(self):
        assert road_quality(with_arcs(town(), [0, 3], length_m=0.0)).zero_arcs == 2

    def test_arcs_given_twice_are_counted_and_parallel_streets_are_not(self):
        assert road_quality(town([*STREETS, STREETS[0]])).repeated_arcs == 2
        assert road_quality(town([*STREETS, (0, 1, 1_300.0)])).repeated_arcs == 0

    def test_a_loop_in_both_directions_is_not_given_twice(self):
        loop = town([*STREETS, (2, 2, 400.0)])
        assert road_quality(with_arcs(loop, [11], backward=True)).repeated_arcs == 0

    def test_two_lines_between_the_same_junctions_are_two_roads(self):
        roads = town([(0, 1, 1_000.0), (0, 1, 1_000.04)], two_way=False)
        assert road_quality(roads).repeated_arcs == 1
        bent = replace(roads, road=np.array([0, 1]), shape_start=np.array([0, 2, 5]), way_id=np.arange(2),
                       shape_lon=np.array([76, 76.01, 76, 76.005, 76.01]),
                       shape_lat=np.array([39, 39, 39, 39.001, 39]))  # fmt: skip
        assert road_quality(bent).repeated_arcs == 0

    def test_a_network_without_roads_is_refused(self):
        with pytest.raises(LayerError, match="no roads"):
            road_quality(straight_roads(LON, LAT, [], [], []))


class TestTelling:
    def quality(self):
        roads = with_arcs(town(source="<b>us & them</b>"), [0, 5], speed_kph=200.0)
        return road_quality(roads, [[76.0, 38.0]])

    def test_every_finding_is_said_in_both_languages(self):
        zh, en = self.quality().sentences("zh"), self.quality().sentences("en")
        assert len(zh) == len(en) > 8
        assert all(any("一" <= c <= "鿿" for c in sentence) for sentence in zh)
        assert not any("一" <= c <= "鿿" for sentence in en for c in sentence)
        assert "The roads for cars fall into 2 parts; the longest holds 88.9% of their length." in en
        assert "汽车道路分成 2 个互不连通的部分；最大的部分占总长度的 88.9%。" in zh

    def test_the_record_is_json_and_holds_the_figures(self):
        record = json.loads(json.dumps(self.quality().record(), allow_nan=False))
        assert record["n_parts"] == 2
        assert record["parts"][1]["km"] == 0.5
        assert record["odd_speeds"][0]["kph"] == 200
        assert record["missing"][0] == "trunk"

    def test_straightened_roads_are_said_to_be_so(self):
        found = road_quality(town(road_class="main_road", straightened=True))
        assert any("straight lines" in s for s in found.sentences("en"))


class _Page(HTMLParser):
    """Tags and attributes of a page, and its visible text; complains about tags that do not close."""

    def __init__(self):
        super().__init__()
        self.tags, self.open, self.attributes, self.text = set(), [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


class TestThePage:
    def page(self, language, title="路网 <script>alert(1)</script> & more"):
        html = quality_page(TestTelling().quality(), title, language)
        parsed = _Page()
        parsed.feed(html)
        assert parsed.open == []
        return html, parsed

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_it_holds_every_sentence_and_the_title_as_text(self, language):
        _, page = self.page(language)
        assert page.text.count("路网 <script>alert(1)</script> & more") == 2
        for sentence in TestTelling().quality().sentences(language):
            assert sentence in page.text

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_it_needs_nothing_from_elsewhere_and_runs_nothing(self, language):
        html, page = self.page(language)
        assert not page.tags & {"script", "link", "img", "iframe", "object", "b"}
        assert not {name for name, _ in page.attributes} & {"src", "href", "onload", "style"}
        assert "http" not in html
        assert "url(" not in html
        assert "@import" not in html

    def test_it_prints_on_a4_with_chinese_letters(self):
        html, page = self.page("zh")
        assert "@page { size: A4" in html
        assert "Noto Sans CJK SC" in html
        assert ("lang", "zh-CN") in page.attributes


@pytest.mark.skipif(not (OSM / "harrisburg.osm.pbf").is_file(), reason="no OpenStreetMap extracts on this computer")
def test_a_real_extract_is_mostly_one_part_and_cut_off_at_its_border():
    from geodata.roads import load_roads

    found = road_quality(load_roads(OSM / "harrisburg.osm.pbf", cache=False))
    assert found.parts[0].share > 0.8
    assert 0 < found.border_dead_ends < found.dead_ends
    assert "residential" in {c.road_class for c in found.classes}

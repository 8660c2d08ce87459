"""What lies within reach, trips in full, the roads of the study area, and roads of OpenStreetMap against OSMnx."""

from dataclasses import replace
from math import inf
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from tiny_places import ROADS_ONLY, RULES, bent, both_ways, degrees, flat, network

from geodata import store
from geodata.crs import STORED, to_metric
from geodata.roads.graphs import to_osmnx
from geodata.roads.load import load_roads
from geodata.study_data import open_study_data
from geodata.travel.closures import Closure, closures_of
from geodata.travel.graph import closed_pieces
from geodata.travel.ground import Ground
from geodata.travel.reach import isochrones, nearest_home, nearest_institution, reached_roads
from geodata.travel.routes import shortest_route
from geodata.travel.rules import travel_rules
from geodata.travel.times import require_connected, roadway, travel_times

OSM = Path(__file__).parents[2].parent / "shared" / "osm"
GEOD = Geod(ellps="WGS84")
NEAR = replace(ROADS_ONLY, access_limit_km=0.5)

GRID = [(1_800.0 * i, 1_800.0 * j) for i in range(3) for j in range(3)] + [(60_000.0, 0.0), (61_500.0, 0.0)]
STREETS = [(a, b) for a in range(9) for b in range(a + 1, 9) if b - a == 3 or (b - a == 1 and b % 3)] + [(9, 10)]
HOMES = [(137.0, 411.0), (2_011.0, 3_305.0), (3_507.0, 190.0), (60_233.0, 391.0), (30_000.0, 97_000.0)]
SITES = [(3_400.0, 3_133.0), (212.0, 1_731.0), (61_107.0, 217.0)]


@pytest.fixture(autouse=True)
def _forget():
    store._MEMORY.clear()


@st.composite
def street_networks(draw):
    arcs = []
    for u, v in draw(st.lists(st.sampled_from(STREETS), min_size=1, max_size=12)):
        metres = float(draw(st.integers(1_800, 9_000)))
        arcs += [(*way, metres) for way in draw(st.sampled_from([[(u, v)], [(v, u)], [(u, v), (v, u)]]))]
    return network(GRID, arcs)


def dense(roads, homes, sites, rules):
    """(homes, sites) minutes, inf where no route is known."""
    found = travel_times(roads, degrees(homes), degrees(sites), rules).tocoo()
    out = np.full(found.shape, inf)
    out[found.coords] = found.data
    return out


class TestTheNearestInstitution:
    @settings(max_examples=80, deadline=None)
    @given(street_networks(), st.sampled_from([RULES, ROADS_ONLY, replace(NEAR, season_factor=0.7)]))
    def test_it_is_the_shortest_trip_of_the_table(self, roads, rules):
        table = dense(roads, HOMES, SITES, rules)
        minutes, which = nearest_institution(roadway(roads, rules, None), degrees(HOMES), degrees(SITES))
        assert minutes == pytest.approx(table.min(axis=1))
        for i, j in enumerate(which):
            if j < 0:
                assert np.isinf(table[i]).all()
            else:
                assert table[i, j] == pytest.approx(table[i].min())

    @settings(max_examples=80, deadline=None)
    @given(street_networks(), st.sampled_from([RULES, ROADS_ONLY]))
    def test_from_the_other_side_it_is_the_nearest_home(self, roads, rules):
        table = dense(roads, HOMES, SITES, rules)
        minutes, which = nearest_home(roadway(roads, rules, None), degrees(HOMES), degrees(SITES))
        assert minutes == pytest.approx(table.min(axis=0))
        for j, i in enumerate(which):
            assert (i < 0) == np.isinf(table[:, j]).all()
            assert i < 0 or table[i, j] == pytest.approx(table[:, j].min())

    def test_of_two_at_one_place_it_is_the_first(self):
        way = roadway(network(GRID, both_ways([(0, 3, 1_800), (3, 6, 1_800)])), NEAR, None)
        site = (3_600.0, 0.0)
        minutes, which = nearest_institution(way, degrees([(0.0, 0.0)]), degrees([site, site]))
        assert which.tolist() == [0]
        assert minutes == pytest.approx([3.6 + 5], rel=1e-3)

    @pytest.mark.parametrize(("homes", "sites"), [([], [GRID[0]]), ([GRID[0]], []), ([], [])])
    @pytest.mark.parametrize("rules", [RULES, ROADS_ONLY])
    def test_without_homes_or_institutions_nothing_is_found(self, homes, sites, rules):
        way = roadway(network(GRID, both_ways([(0, 3, 1_800)])), rules, None)
        minutes, which = nearest_institution(way, degrees(homes), degrees(sites))
        assert minutes.tolist() == [inf] * len(homes)
        assert which.tolist() == [-1] * len(homes)

    def test_a_second_search_reads_the_ways_to_the_road(self, tmp_path, monkeypatch):
        from geodata.travel import access

        way = roadway(network(GRID, both_ways([(0, 3, 1_800)])), RULES, None)
        first = nearest_institution(way, degrees(HOMES), degrees(SITES), tmp_path)
        store._MEMORY.clear()
        monkeypatch.setattr(access, "nearest_entries", None)
        again = nearest_institution(way, degrees(HOMES), degrees(SITES), tmp_path)
        assert [a.tolist() for a in again] == [a.tolist() for a in first]


def covered(lines):
    """Kilometres of roads reached; doubled bits count once."""
    merged = shapely.union_all(lines.to_crs(METRIC).geometry.to_numpy())
    return merged.length / 1000


METRIC = roadway(network(GRID, [(0, 3, 1_800)]), RULES, None).pieces.projection.crs


class TestReachedRoads:
    LINE = ((0.0, 0.0), (20_000.0, 0.0))

    @pytest.mark.parametrize(("limit", "km"), [(5.0, 0), (8.0, 3), (10.5, 5.5), (25.0, 20), (90.0, 20)])
    def test_from_the_end_of_a_road_so_many_minutes_reach_so_far(self, limit, km):
        way = roadway(network(self.LINE, both_ways([(0, 1, 20_000)])), NEAR, None)
        for towards in (True, False):
            lines = reached_roads(way, degrees([(0.0, 0.0)]), limit, towards=towards)
            assert lines.crs == STORED
            assert (covered(lines) if len(lines) else 0) == pytest.approx(km, abs=1e-3)

    @pytest.mark.parametrize(("towards", "west", "east"), [(True, 4, 0), (False, 0, 4)])
    def test_on_a_one_way_road_people_come_from_behind_and_leave_ahead(self, towards, west, east):
        way = roadway(network(self.LINE, [(0, 1, 20_000)]), NEAR, None)
        at = (8_000.0, 0.0)  # where two pieces meet
        x = shapely.get_coordinates(
            reached_roads(way, degrees([at]), 9.0, towards=towards).to_crs(METRIC).geometry.to_numpy()
        )[:, 0]  # fmt: skip
        assert (x.min(), x.max()) == (
            pytest.approx(at[0] - 1_000 * west, abs=1),
            pytest.approx(at[0] + 1_000 * east, abs=1),
        )

    @settings(max_examples=40, deadline=None)
    @given(street_networks(), st.floats(6, 30), st.booleans())
    def test_every_place_on_a_reached_road_is_within_the_minutes(self, roads, limit, towards):
        way = roadway(roads, NEAR, None)
        lines = reached_roads(way, degrees(SITES[:1]), limit, towards=towards)
        if not len(lines):
            return
        places = lines.to_crs(METRIC).geometry.interpolate(0.37, normalized=True).to_crs(STORED)
        at = np.column_stack([places.x, places.y])
        ends = (at, degrees(SITES[:1])) if towards else (degrees(SITES[:1]), at)
        found = travel_times(roads, *ends, NEAR)
        assert found.nnz == len(at)
        assert found.data.max() <= limit + 1e-3

    @settings(max_examples=40, deadline=None)
    @given(street_networks(), st.floats(6, 30), st.booleans())
    def test_every_junction_within_the_minutes_is_on_a_reached_road(self, roads, limit, towards):
        way = roadway(roads, NEAR, None)
        junctions = np.unique(np.concatenate([roads.tail, roads.head]))
        at = np.column_stack([roads.lon, roads.lat])[junctions]
        ends = (at, degrees(SITES[:1])) if towards else (degrees(SITES[:1]), at)
        table = travel_times(roads, *ends, NEAR).toarray().ravel()
        inside = at[(table > 0) & (table < limit - 0.01)]
        lines = reached_roads(way, degrees(SITES[:1]), limit, towards=towards)
        ends_of = shapely.get_coordinates(lines.geometry.to_numpy()) if len(lines) else np.zeros((0, 2))
        for place in inside:
            assert np.abs(ends_of - place).max(axis=1).min() < 1e-6


class TestAreas:
    SQUARE = network(GRID, both_ways([(a, b, 1_900 + 100 * a) for a, b in STREETS]))
    WAY = roadway(SQUARE, NEAR, None)

    @pytest.mark.parametrize("towards", [True, False])
    def test_a_longer_time_reaches_whatever_a_shorter_one_does(self, towards):
        found = isochrones(self.WAY, degrees(SITES[:1]), [8, 6, 30], towards=towards)
        assert found["minutes"].tolist() == [6, 8, 30]
        assert found.crs == STORED
        areas = found.to_crs(METRIC).geometry
        assert areas[0].area < areas[1].area < areas[2].area
        for small, large in ((0, 1), (1, 2)):
            assert areas[small].difference(areas[large]).area < 1  # square metres

    def test_an_area_contains_the_reached_roads_and_the_points_on_them(self):
        at = degrees([GRID[4], GRID[10]])
        found = isochrones(self.WAY, at, [9]).geometry[0]
        lines = reached_roads(self.WAY, at, 9)
        assert all(found.contains(line) for line in lines.geometry)
        assert all(found.contains(shapely.Point(*place)) for place in at)

    def test_what_is_farther_than_the_minutes_lies_outside(self):
        found = isochrones(self.WAY, degrees([GRID[0]]), [6]).to_crs(METRIC).geometry[0]
        margin = 5 / 60 * 30 / 1.3 * 1000
        assert not found.contains(shapely.Point(*GRID[8]))
        assert found.bounds[2] == pytest.approx(1_000 * 1_800 / 1_900 + margin, rel=0.1)

    def test_who_comes_and_who_leaves_have_other_areas_on_a_one_way_road(self):
        way = roadway(network([(0.0, 0.0), (20_000.0, 0.0)], [(0, 1, 20_000)]), NEAR, None)
        to, away = (isochrones(way, degrees([(8_000.0, 0.0)]), [11], towards=t).to_crs(METRIC) for t in (True, False))
        assert to.geometry[0].contains(shapely.Point(3_000, 0))
        assert not to.geometry[0].contains(shapely.Point(13_000, 0))
        assert away.geometry[0].contains(shapely.Point(13_000, 0))
        assert not away.geometry[0].contains(shapely.Point(3_000, 0))

    def test_who_walks_for_ten_minutes_from_the_middle_of_a_long_piece_reaches_a_part_of_it(self):
        walking = travel_rules(profile="walking")
        way = roadway(network([(0.0, 0.0), (1_900.0, 0.0)], both_ways([(0, 1, 1_900)])), walking, None)
        lines = reached_roads(way, degrees([(950.0, 0.0)]), 5)
        assert covered(lines) == pytest.approx(2 * 5 / 60 * 5.0366, rel=1e-3)
        assert not isochrones(way, degrees([(950.0, 0.0)]), [5]).geometry.is_empty[0]

    def test_far_from_every_road_the_area_is_empty(self):
        found = isochrones(self.WAY, degrees([(0.0, 90_000.0)]), [10, 60])
        assert found.geometry.is_empty.tolist() == [True, True]


def route(roads, start, end, rules=NEAR):
    return shortest_route(roadway(roads, rules, None), degrees([start])[0], degrees([end])[0])


class TestRoutes:
    @settings(max_examples=80, deadline=None)
    @given(street_networks(), st.sampled_from(HOMES), st.sampled_from(SITES))
    def test_it_takes_as_long_as_the_table_says(self, roads, home, site):
        table = dense(roads, [home], [site], ROADS_ONLY)[0, 0]
        found = route(roads, home, site, ROADS_ONLY)
        if np.isinf(table):
            assert found is None
        else:
            assert found.minutes == pytest.approx(table)

    def test_past_the_end_of_a_closed_road_there_is_no_trip(self):
        """Both meet the road at the same end of it; it is closed all the same."""
        road = network(GRID, both_ways([(0, 1, 1_800)]))
        shut = [Closure("works", *degrees([(0.0, 900.0)])[0], 100)]
        ends = degrees([(-300.0, 2_000.0), (300.0, 2_000.0)])
        assert travel_times(road, ends[:1], ends[1:], ROADS_ONLY).nnz == 1
        assert travel_times(road, ends[:1], ends[1:], ROADS_ONLY, closures=shut).nnz == 0
        assert shortest_route(roadway(road, ROADS_ONLY, None), *ends).road_km == 0
        assert shortest_route(roadway(road, ROADS_ONLY, None, shut), *ends) is None

    @settings(max_examples=80, deadline=None)
    @given(
        street_networks(), st.sampled_from(HOMES), st.sampled_from(SITES), st.sampled_from([100.0, 1_200.0, 3_000.0])
    )  # fmt: skip
    def test_with_closed_roads_it_takes_as_long_as_the_table_says(self, roads, home, site, radius):
        """Nobody drives on a closed road, be it only along its rim."""
        middle = degrees([((GRID[roads.tail[0]][0] + GRID[roads.head[0]][0]) / 2,
                           (GRID[roads.tail[0]][1] + GRID[roads.head[0]][1]) / 2)])[0]  # fmt: skip
        shut = [Closure("works", *middle, radius)]
        table = travel_times(roads, degrees([home]), degrees([site]), ROADS_ONLY, closures=shut)
        found = shortest_route(roadway(roads, ROADS_ONLY, None, shut), degrees([home])[0], degrees([site])[0])
        assert (found is None) == (table.nnz == 0)
        assert found is None or found.minutes == pytest.approx(table[0, 0])

    @settings(max_examples=80, deadline=None)
    @given(street_networks(), st.sampled_from(GRID[:9]), st.sampled_from(GRID[:9]))
    def test_between_junctions_its_kilometres_are_driven_at_the_speed_of_the_rules(self, roads, home, site):
        found = route(roads, home, site, replace(NEAR, access_limit_km=1e-5))
        if found is not None:
            assert found.road_km / 60 * 60 + 5 == pytest.approx(found.minutes, abs=1e-3)

    def test_it_is_as_long_as_its_pieces(self):
        roads = network([(0.0, 0.0), (20_000.0, 0.0), (20_000.0, 3_000.0)], both_ways([(0, 1, 21_000), (1, 2, 3_300)]))
        assert route(roads, (0.0, 0.0), (20_000.0, 3_000.0)).road_km == pytest.approx(24.3, rel=1e-4)
        assert route(roads, (5_000.0, 0.0), (20_000.0, 1_500.0)).road_km == pytest.approx(21 * 0.75 + 1.65, rel=1e-3)

    def test_a_straightened_road_is_as_long_as_it_really_is(self):
        roads = network([(0.0, 0.0), (20_000.0, 0.0)], both_ways([(0, 1, 21_000)]), straightened=True)
        assert route(roads, (0.0, 0.0), (20_000.0, 0.0)).road_km == pytest.approx(21 * 1.2, rel=1e-4)

    def test_its_line_follows_the_bends_from_point_to_point(self):
        bends = [(700.0, 0.0), (700.0, 2_000.0), (1_400.0, 2_000.0)]
        roads = bent([(0.0, 0.0), (1_400.0, 200.0)], [(0, 1, 5_200, bends)])
        for start, end in (((0.0, -40.0), (1_400.0, 160.0)), ((1_400.0, 160.0), (0.0, -40.0))):
            line = route(roads, start, end).line
            at = np.array(line.coords)
            assert at[[0, -1]] == pytest.approx(degrees([start, end]), abs=1e-9)
            for bend in bends:
                assert line.distance(shapely.Point(*degrees([bend])[0])) < 1e-6
            assert GEOD.geometry_length(line) == pytest.approx(5_200, rel=0.03)

    def test_of_parallel_roads_it_takes_the_quicker_one(self):
        roads = network([(0.0, 0.0), (1_900.0, 0.0)], both_ways([(0, 1, 9_000), (0, 1, 3_000)]))
        found = route(roads, (0.0, 0.0), (1_900.0, 0.0))
        assert (found.road_km, found.minutes) == (pytest.approx(3), pytest.approx(8, abs=1e-3))

    @pytest.mark.parametrize("speeds", [(20.0, 90.0), (90.0, 20.0)])
    def test_of_parallel_roads_in_the_middle_of_a_trip_it_takes_the_quicker_one_both_ways(self, speeds):
        nodes = [(0.0, 0.0), (1_900.0, 0.0), (3_800.0, 0.0), (5_700.0, 0.0)]
        arcs = [(0, 1, 1_900), (1, 2, 3_000), (1, 2, 6_000), (2, 3, 1_900)]
        roads = network(nodes, both_ways(arcs), speed_kph=[60.0, *speeds, 60.0] * 2)
        km = 3 if speeds[0] == 90 else 6
        for start, end in ((nodes[0], nodes[3]), (nodes[3], nodes[0])):
            found = route(roads, start, end)
            assert found.road_km == pytest.approx(3.8 + km)
            assert found.minutes == pytest.approx(3.8 + km / 90 * 60 + 5, abs=1e-3)

    def test_it_obeys_one_way_streets(self):
        ring = network([(0.0, 0.0), (1_900.0, 0.0)], [(0, 1, 1_900), (1, 0, 7_000)])
        assert route(ring, (0.0, 0.0), (1_900.0, 0.0)).road_km == pytest.approx(1.9)
        assert route(ring, (1_900.0, 0.0), (0.0, 0.0)).road_km == pytest.approx(7.0)

    def test_there_is_none_to_an_island_or_from_far_away(self):
        roads = network(GRID, both_ways([(0, 3, 1_800), (9, 10, 1_500)]))
        assert route(roads, GRID[0], GRID[10]) is None
        assert route(roads, (0.0, 90_000.0), GRID[0]) is None
        assert route(roads, GRID[0], (0.0, 90_000.0)) is None

    def test_around_a_closure_it_is_the_way_round(self):
        square = network(GRID, both_ways([(0, 3, 1_800), (0, 1, 1_800), (1, 4, 1_800), (4, 3, 1_800)]))
        works = Closure("works", *degrees([(900.0, 0.0)])[0], 100)
        way = roadway(square, NEAR, None, [works])
        assert shortest_route(way, *degrees([GRID[0], GRID[3]])).road_km == pytest.approx(5.4)


DATA = open_study_data()
KASHGAR, HOTAN, TAXKORGAN = (75.99, 39.47), (79.92, 37.11), (75.23, 37.78)


@pytest.fixture(scope="module")
def area():
    return load_roads(DATA.roads), Ground(DATA.elevation)


@pytest.fixture(scope="module")
def county_seats():
    seats = DATA.places[DATA.places["rank"].isin(["prefecture_seat", "county_seat"])]
    return seats[["lon", "lat"]].to_numpy(float)


class TestTheStudyArea:
    @pytest.mark.parametrize(("start", "end", "km"), [(KASHGAR, HOTAN, 495), (KASHGAR, TAXKORGAN, 295)])
    def test_known_distances_come_out(self, area, start, end, km):
        """Road distances from public timetables of coaches; within a tenth."""
        found = shortest_route(roadway(area[0], travel_rules(), area[1]), start, end)
        assert found.road_km == pytest.approx(km, rel=0.1)
        table = travel_times(area[0], np.array([start]), np.array([end]), travel_rules(), area[1])
        assert found.minutes == pytest.approx(table[0, 0])

    def test_from_kashgar_to_hotan_takes_between_six_and_twelve_hours_both_ways(self, area):
        ends = np.array([KASHGAR, HOTAN])
        found = travel_times(*area[:1], ends, ends, travel_rules(), area[1]).toarray()
        assert 6 * 60 < found[0, 1] < 12 * 60
        assert found[1, 0] == pytest.approx(found[0, 1], rel=0.02)

    def test_nearly_all_county_seats_reach_each_other(self, area, county_seats):
        found = travel_times(area[0], county_seats, county_seats, travel_rules(), area[1])
        assert np.isfinite(found.data).all()
        assert (found.data >= travel_rules().boarding_min).all()
        assert found.nnz > 0.9 * len(county_seats) ** 2

    def test_the_roads_hang_together(self, area):
        require_connected(roadway(area[0], travel_rules(), area[1]), "roads.csv")

    @pytest.mark.parametrize("name", DATA.closures["closure_id"])
    def test_every_named_closure_touches_a_road(self, area, name):
        pieces = roadway(area[0], travel_rules(), area[1]).pieces
        assert 0 < closed_pieces(pieces, [c for c in closures() if c.closure_id == name]).sum() < 100

    def test_the_closures_of_january_lengthen_or_cut_some_trips_and_shorten_none(self, area, county_seats):
        winter = travel_rules(season="winter")
        shut = [c for c in closures() if 1 in c.months]
        assert shut
        homes = beyond(area[0], county_seats)
        open_, closed = (travel_times(area[0], homes, county_seats, winter, area[1], closures=c) for c in ([], shut))
        before, after = (np.where(t.toarray() > 0, t.toarray(), inf) for t in (open_, closed))
        assert (after >= before - 1e-6).all()
        assert (after > before + 1).any()

    def test_rows_of_the_table_in_another_order_give_the_same_minutes(self, area, county_seats):
        turned = load_roads(DATA.roads[::-1])
        forth, back = (
            travel_times(r, county_seats[:9], county_seats[9:14], travel_rules(), area[1]) for r in (area[0], turned)
        )
        assert back.toarray() == pytest.approx(forth.toarray())


def closures():
    return closures_of(DATA.closures)


def beyond(roads, seats):
    """County seats, and the junctions around the closures."""
    at = np.column_stack([roads.lon, roads.lat])
    near = [np.hypot(*(at - [c.lon, c.lat]).T).argsort()[:12] for c in closures()]
    return np.concatenate([seats, at[np.concatenate(near)]])


JUNCTIONS_ONLY = replace(travel_rules(), access_limit_km=1e-5, off_road_trip_km=0, local_trip_km=0, smallest_part=0)


@pytest.fixture(scope="module")
def andorra():
    roads = load_roads(OSM / "andorra-2020.osm.pbf", cache=False)
    return roads, to_osmnx(roads, rules=JUNCTIONS_ONLY)


@pytest.mark.skipif(not (OSM / "andorra-2020.osm.pbf").is_file(), reason="the extract of Andorra is not here")
class TestAgainstOsmnx:
    """Between junctions, where ways to the road take no time, both must find the same trips."""

    def test_trips_take_as_long_as_on_the_graph_of_osmnx(self, andorra):
        roads, graph = andorra
        largest = max(nx.strongly_connected_components(graph), key=len)
        inside = np.flatnonzero(np.isin(roads.node_id, list(largest)))
        some = np.random.default_rng(5).choice(inside, 80, replace=False)
        at = np.column_stack([roads.lon, roads.lat])[some]
        table = travel_times(roads, at[:12], at, JUNCTIONS_ONLY).toarray() - JUNCTIONS_ONLY.boarding_min
        for i in range(12):
            oracle = nx.single_source_dijkstra_path_length(graph, int(roads.node_id[some[i]]), weight="travel_time")
            expected = np.array([oracle[int(roads.node_id[j])] for j in some]) / 60
            assert table[i] == pytest.approx(expected, rel=1e-6, abs=1e-3)

    def test_a_route_is_as_long_as_the_path_of_osmnx(self, andorra):
        import osmnx

        roads, graph = andorra
        largest = max(nx.strongly_connected_components(graph), key=len)
        inside = np.flatnonzero(np.isin(roads.node_id, list(largest)))
        way = roadway(roads, JUNCTIONS_ONLY, None)
        for start, end in np.random.default_rng(6).choice(inside, (6, 2), replace=False):
            nodes = osmnx.routing.shortest_path(
                graph, int(roads.node_id[start]), int(roads.node_id[end]), weight="travel_time"
            )
            edges = osmnx.routing.route_to_gdf(graph, nodes, weight="travel_time")
            found = shortest_route(way, *(np.array([roads.lon[n], roads.lat[n]]) for n in (start, end)))
            seconds = edges["travel_time"].sum()
            assert found.minutes - JUNCTIONS_ONLY.boarding_min == pytest.approx(seconds / 60, abs=1e-3)
            assert found.road_km == pytest.approx(edges["length"].sum() / 1000, rel=1e-3, abs=1e-3)
            assert GEOD.geometry_length(found.line) / 1000 == pytest.approx(found.road_km, rel=0.01, abs=0.01)

    def test_what_lies_in_the_small_parts_of_the_roads_is_not_started_from(self, andorra):
        roads, graph = andorra
        parts = sorted(nx.strongly_connected_components(graph), key=len)
        lone = np.flatnonzero(np.isin(roads.node_id, [next(iter(part)) for part in parts[:50]]))
        at = np.column_stack([roads.lon, roads.lat])
        town = at[np.flatnonzero(np.isin(roads.node_id, list(parts[-1])))[:1]]
        every, large = (
            travel_times(roads, at[lone], town, replace(JUNCTIONS_ONLY, smallest_part=s)).nnz for s in (0.0, 0.01)
        )
        assert large < every < len(lone)


def test_level_ground_and_no_ground_give_the_same_trips():
    roads = network(GRID, both_ways([(a, b, 1_900.0) for a, b in STREETS]))
    plain, level = (travel_times(roads, degrees(HOMES), degrees(SITES), RULES, g).toarray() for g in (None, flat()))
    assert level == pytest.approx(plain, rel=1e-2)


def test_the_metric_system_of_these_tests_is_that_of_the_study_area():
    assert to_metric(*degrees([(1_000.0, 2_000.0)])[0]) == pytest.approx(np.array([[1_000.0, 2_000.0]]), abs=1e-6)

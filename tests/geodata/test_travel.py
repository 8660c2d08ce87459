"""Trips from home to institution, against an oracle and against what a traveller would expect."""

from dataclasses import replace
from math import dist, isfinite

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_places import ROADS_ONLY, RULES, both_ways, degrees, flat, network, oracle_minutes, road_table

from geodata.crs import to_degrees, to_metric
from geodata.elevation import ElevationGrid
from geodata.errors import LayerError
from geodata.roads import load_roads
from geodata.study_data import open_study_data
from geodata.travel import Closure, TravelRules, access_legs, build_graph, local_minutes, terrain_factor, travel_times

FLAT = flat()
LEVEL = np.zeros((600, 1290), np.int16)

# Nine junctions 1.8 km apart, and an island of two far away.
GRID = [(1_800.0 * i, 1_800.0 * j) for i in range(3) for j in range(3)] + [(60_000.0, 0.0), (61_500.0, 0.0)]
STREETS = [(a, b) for a in range(9) for b in range(a + 1, 9) if b - a == 3 or (b - a == 1 and b % 3)] + [(9, 10)]
HOMES = [(137.0, 411.0), (2_011.0, 3_305.0), (3_507.0, 190.0), (60_233.0, 391.0), (30_000.0, 97_000.0)]
SITES = [(3_400.0, 3_133.0), (212.0, 1_731.0), (61_107.0, 217.0)]


def minutes(roads, homes, sites, rules=ROADS_ONLY, elevation=FLAT, **options):
    """Stored minutes by pair (home, site)."""
    found = travel_times(roads, degrees(homes), degrees(sites), rules, elevation, **options)
    return {(int(i), int(j)): float(m) for i, j, m in zip(*found.tocoo().coords, found.tocoo().data, strict=True)}


def middle_of(u, v):
    return (GRID[u][0] + GRID[v][0]) / 2, (GRID[u][1] + GRID[v][1]) / 2


@st.composite
def street_networks(draw):
    """Streets that may be missing, one-way, or doubled by a parallel one of another length."""
    arcs = []
    for a, b in STREETS:
        for u, v in ((a, b), (b, a)):
            arcs += [(u, v, float(m)) for m in draw(st.lists(st.integers(1_800, 9_000), max_size=2))]
    return arcs or [(0, 1, 1_800.0)]


@settings(max_examples=60, deadline=None)
@given(
    arcs=street_networks(),
    closed=st.none() | st.tuples(st.sampled_from([(900.0, 0.0), (1_800.0, 900.0), (2_700.0, 3_600.0)]), st.just(200.0)),
    local_trip_km=st.sampled_from([0.0, 2.0, 30.0]),
    access_limit_km=st.sampled_from([0.5, 2.0, 40.0]),
    season=st.sampled_from([1.0, 0.7]),
)
def test_every_trip_is_the_one_the_oracle_finds(arcs, closed, local_trip_km, access_limit_km, season):
    rules = replace(RULES, local_trip_km=local_trip_km, access_limit_km=access_limit_km, season_factor=season)
    closures = [Closure("works", *degrees([closed[0]])[0], closed[1])] if closed else []
    expected = oracle_minutes(GRID, arcs, HOMES, SITES, rules, closed)
    try:
        found = minutes(network(GRID, arcs), HOMES, SITES, rules, closures=closures)
    except LayerError:
        assert closed
        assert not any(dist(middle_of(u, v), closed[0]) <= closed[1] for u, v, _ in arcs)
        return
    known = {(i, j): m for i, row in enumerate(expected) for j, m in enumerate(row) if isfinite(m)}
    assert found == pytest.approx(known, rel=1e-6)


TWO = [(0.0, 0.0), (1_900.0, 0.0)]
AT_A, AT_B = (0.0, 0.0), (1_900.0, 0.0)


class TestDirectionAndRoutes:
    def test_a_one_way_road_leads_from_home_to_the_institution_and_not_back(self):
        rules = replace(ROADS_ONLY, access_limit_km=0.5)
        one_way = network(TWO, [(0, 1, 6_000)])
        assert minutes(one_way, [AT_A], [AT_B], rules) == {(0, 0): pytest.approx(6 + 5, abs=1e-3)}
        assert minutes(one_way, [AT_B], [AT_A], rules) == {}

    def test_of_parallel_roads_the_quicker_is_taken(self):
        roads = network(TWO, both_ways([(0, 1, 9_000), (0, 1, 3_000), (0, 1, 6_000)]))
        rules = replace(ROADS_ONLY, access_limit_km=0.5)
        assert minutes(roads, [AT_A], [AT_B], rules)[0, 0] == pytest.approx(3 + 5, abs=1e-3)

    def test_a_faster_parallel_road_counts_even_when_it_is_as_long(self):
        slow, fast = (network(TWO, [(0, 1, 6_000)], speed_kph=v) for v in (30, 90))
        both = replace(
            slow,
            tail=np.append(slow.tail, fast.tail),
            head=np.append(slow.head, fast.head),
            length_m=np.append(slow.length_m, fast.length_m),
            speed_kph=np.append(slow.speed_kph, fast.speed_kph),
        )
        rules = replace(ROADS_ONLY, access_limit_km=0.5)
        assert minutes(both, [AT_A], [AT_B], rules)[0, 0] == pytest.approx(4 + 5, abs=1e-3)

    def test_a_village_joins_a_long_road_where_it_passes(self):
        road = network([(0.0, 0.0), (200_000.0, 0.0)], both_ways([(0, 1, 200_000)]))
        village, town = (100_000.0, 1_000.0), (200_000.0, 0.0)
        # 1 km at 30 km/h with 1.3 sinuosity, 100 km at 60 km/h, boarding
        assert minutes(road, [village], [town])[0, 0] == pytest.approx(2.6 + 100 + 5, rel=1e-3)

    def test_a_road_cut_into_pieces_is_as_long_as_before(self):
        road = network([(0.0, 0.0), (37_123.0, 21_456.0)], [(0, 1, 50_000)])
        found = minutes(road, [(0.0, 0.0)], [(37_123.0, 21_456.0)])
        assert found[0, 0] == pytest.approx(50 + 5, rel=1e-4)

    def test_parallel_long_roads_of_other_lengths_do_not_mix(self):
        a, half, b = (0.0, 0.0), (9_995.0, 0.0), (19_990.0, 0.0)  # ten pieces, one end in the middle
        rules = replace(ROADS_ONLY, access_limit_km=0.5)
        unequal = network([a, b], [(0, 1, 24_000), (1, 0, 60_000)])
        # from the middle, 12 km forward or 30 km back: never 12 km back
        assert minutes(unequal, [half], [b], rules)[0, 0] == pytest.approx(12 + 5, rel=1e-3)
        assert minutes(unequal, [half], [a], rules)[0, 0] == pytest.approx(30 + 5, rel=1e-3)

    def test_a_shorter_local_trip_is_preferred_to_the_road(self):
        detour = network(TWO, both_ways([(0, 1, 60_000)]))
        assert minutes(detour, [AT_A], [AT_B], RULES)[0, 0] == pytest.approx(1.9 * 1.3 / 30 * 60 + 5, rel=1e-6)

    def test_a_trip_to_the_next_door_is_stored_and_takes_the_boarding_time(self):
        assert minutes(network(TWO, both_ways([(0, 1, 1_900)])), [AT_A], [AT_A], RULES)[0, 0] == pytest.approx(5)


class TestWhatIsNotStored:
    ROAD = network(GRID, both_ways([(0, 3, 1_800), (3, 6, 1_800), (9, 10, 1_500)]))

    def test_an_island_is_not_reached(self):
        assert minutes(self.ROAD, [(0.0, 0.0), (61_500.0, 0.0)], [(60_000.0, 0.0)]).keys() == {(1, 0)}

    def test_a_home_beyond_the_access_limit_has_no_known_route(self):
        assert minutes(self.ROAD, [(0.0, 40_500.0), (0.0, 39_500.0)], [(3_600.0, 0.0)]).keys() == {(1, 0)}

    def test_an_institution_beyond_the_access_limit_is_not_reached(self):
        assert minutes(self.ROAD, [(0.0, 0.0)], [(0.0, 40_500.0), (0.0, 39_500.0)]).keys() == {(0, 1)}

    def test_exactly_at_the_access_limit_is_within_it(self):
        graph = build_graph(network(TWO, both_ways([(0, 1, 1_900)])), RULES, FLAT)
        at = graph.xy[0] + [0, 4_096.0]
        distance = np.hypot(*(at - graph.xy).T).min()
        rules = replace(RULES, access_limit_km=distance / 1000)
        assert access_legs(at[None], graph, rules, FLAT).nnz == 1
        assert access_legs(at[None], graph, replace(rules, access_limit_km=distance / 1000 - 1e-6), FLAT).nnz == 0

    def test_the_limit_of_minutes_includes_the_exact_value(self):
        exact = minutes(self.ROAD, [(0.0, 0.0)], [(3_600.0, 0.0)])[0, 0]
        at_limit = minutes(self.ROAD, [(0.0, 0.0)], [(3_600.0, 0.0)], limit_min=exact)
        assert at_limit == {(0, 0): exact}
        assert minutes(self.ROAD, [(0.0, 0.0)], [(3_600.0, 0.0)], limit_min=np.nextafter(exact, 0)) == {}

    @pytest.mark.parametrize(("homes", "sites"), [([], [AT_A]), ([AT_A], []), ([], [])])
    @pytest.mark.parametrize("rules", [RULES, ROADS_ONLY])
    def test_nobody_or_nowhere_gives_an_empty_table_of_that_shape(self, homes, sites, rules):
        found = travel_times(self.ROAD, degrees(homes), degrees(sites), rules, FLAT)
        assert found.shape == (len(homes), len(sites))
        assert found.nnz == 0


class TestClosures:
    SQUARE = network(GRID, both_ways([(0, 3, 1_800), (0, 1, 1_800), (1, 4, 1_800), (4, 3, 1_800)]))
    DIRECT = Closure("works", *degrees([(900.0, 0.0)])[0], 100)

    def test_a_closed_piece_forces_the_way_round(self):
        rules = replace(ROADS_ONLY, access_limit_km=0.5)
        open_, closed = (
            minutes(self.SQUARE, [GRID[0]], [GRID[3]], rules, closures=c)[0, 0] for c in ([], [self.DIRECT])
        )
        assert (open_, closed) == (pytest.approx(1.8 + 5, rel=1e-3), pytest.approx(5.4 + 5, rel=1e-3))

    def test_a_piece_is_closed_when_its_middle_lies_within_the_radius(self):
        road = network(TWO, both_ways([(0, 1, 1_900)]))
        rules = replace(ROADS_ONLY, access_limit_km=0.2)
        within, beyond = (Closure("works", *degrees([(950.0, -300.0)])[0], radius) for radius in (301, 299))
        assert minutes(road, [AT_A], [AT_B], rules, closures=[within]) == {}
        with pytest.raises(LayerError, match="'works' touches no road within 299 m"):
            minutes(road, [AT_A], [AT_B], rules, closures=[beyond])

    def test_closing_every_way_leaves_no_route(self):
        everything = Closure("flood", *degrees([(900.0, 900.0)])[0], 5_000)
        rules = replace(ROADS_ONLY, access_limit_km=0.5)
        assert minutes(self.SQUARE, [GRID[0]], [GRID[3]], rules, closures=[everything]) == {}

    def test_a_closure_that_touches_no_road_is_refused_by_name(self):
        nowhere = Closure("lost pass", *degrees([(0.0, 90_000.0)])[0], 15_000)
        with pytest.raises(LayerError, match="closure 'lost pass' touches no road within 15000 m"):
            minutes(self.SQUARE, [GRID[0]], [GRID[3]], closures=[self.DIRECT, nowhere])

    def test_the_network_handed_in_is_left_as_it_was(self):
        before = self.SQUARE.length_m.copy()
        minutes(self.SQUARE, [GRID[0]], [GRID[3]], closures=[self.DIRECT])
        assert (self.SQUARE.length_m == before).all()


class TestSpeeds:
    ROAD = network(TWO, both_ways([(0, 1, 6_000)]))
    NEAR = replace(ROADS_ONLY, access_limit_km=0.5)

    def trip(self, roads=None, rules=NEAR, elevation=FLAT):
        return minutes(roads or self.ROAD, [AT_A], [AT_B], rules, elevation)[0, 0]

    def test_boarding_is_added_once_to_every_trip(self):
        without = self.trip(rules=replace(self.NEAR, boarding_min=0))
        assert self.trip(rules=replace(self.NEAR, boarding_min=12)) == pytest.approx(without + 12)

    def test_half_the_speed_in_winter_is_twice_the_time_on_the_way_and_the_same_boarding(self):
        assert self.trip(rules=replace(self.NEAR, season_factor=0.5)) - 5 == pytest.approx(2 * (self.trip() - 5))

    def test_winter_slows_local_trips_too(self):
        legs = [
            local_minutes(np.zeros((1, 2)), np.array([[10_000.0, 0]]), replace(RULES, season_factor=s), FLAT)[0]
            for s in (1.0, 0.5)
        ]
        assert legs == [pytest.approx(26), pytest.approx(52)]

    def test_a_straightened_road_is_longer_than_its_line(self):
        straight = network(TWO, both_ways([(0, 1, 6_000)]), straightened=True)
        assert self.trip(straight) - 5 == pytest.approx(1.2 * 6, abs=1e-3)

    def test_a_speed_of_the_source_is_preferred(self):
        assert self.trip(network(TWO, [(0, 1, 6_000)], speed_kph=120)) - 5 == pytest.approx(3, abs=1e-3)

    @pytest.mark.parametrize(("relief", "factor"), [(199, 1.0), (200, 0.8), (499, 0.8), (500, 0.6)])
    def test_ground_counts_as_hilly_and_mountainous_from_the_exact_relief(self, relief, factor):
        ground = ElevationGrid(LEVEL, np.full_like(LEVEL, relief), 73.0, 44.0, 1 / 60)
        assert terrain_factor(np.zeros((1, 2)), RULES, ground) == factor
        assert self.trip(elevation=ground) - 5 == pytest.approx(6 / factor, abs=1e-2)


class TestRidges:
    @staticmethod
    def ridge(height_m):
        """A wall along the meridian 83.5°E, which is x = 0, flat in relief so that only the climb counts."""
        height = LEVEL + 1_000
        height[:, 629:631] += height_m
        return ElevationGrid(height.astype(np.int16), LEVEL, 73.0, 44.0, 1 / 60)

    @pytest.mark.parametrize(("height_m", "passable"), [(0, True), (300, True), (301, False)])
    def test_a_local_leg_does_not_cross_a_higher_ridge(self, height_m, passable):
        leg = local_minutes(np.array([[-8_000.0, 0]]), np.array([[8_000.0, 0]]), RULES, self.ridge(height_m))
        assert np.isfinite(leg[0]) == passable

    def test_a_village_on_the_plateau_itself_may_go_down(self):
        leg = local_minutes(np.array([[0.0, 0]]), np.array([[8_000.0, 0]]), RULES, self.ridge(2_000))
        assert np.isfinite(leg[0])

    def test_a_ridge_keeps_a_village_from_the_road_behind_it(self):
        road = network([(8_000.0, 0.0), (9_900.0, 0.0)], both_ways([(0, 1, 1_900)]))
        assert minutes(road, [(-8_000.0, 0.0)], [(9_900.0, 0.0)], elevation=self.ridge(1_000)) == {}


def test_progress_is_told_by_name_and_share():
    told = []
    minutes(network(TWO, both_ways([(0, 1, 1_900)])), [AT_A], [AT_B], progress=lambda text, share: told.append(share))
    assert told
    assert all(0 <= share <= 1 for share in told)


def test_rules_and_graph_do_not_depend_on_the_order_of_the_roads():
    table = open_study_data().roads
    homes, sites = to_degrees(to_metric([76.0, 79.9], [39.4, 37.1])), np.array([[80.3, 41.2]])
    forth, back = (
        travel_times(load_roads(t), homes, sites, RULES, open_study_data().elevation).toarray()
        for t in (table, table[::-1])
    )
    assert forth == pytest.approx(back)


@pytest.fixture(scope="module")
def towns():
    places = open_study_data().places
    seats = places[places["rank"].isin(["prefecture_seat", "county_seat"])].set_index("county_code")
    return seats[["lon", "lat"]]


class TestTheRealNetwork:
    @staticmethod
    def trip(towns, start, end, rules: TravelRules = RULES, closures=()):
        data = open_study_data()
        at = [towns.loc[[code]].to_numpy(float) for code in (start, end)]
        return travel_times(load_roads(data.roads), *at, rules, data.elevation, closures=closures).toarray()[0, 0]

    def test_from_kashgar_to_hotan_takes_between_six_and_twelve_hours(self, towns):
        assert 6 * 60 < self.trip(towns, "653101", "653201") < 12 * 60

    def test_the_way_back_takes_as_long(self, towns):
        forth, back = self.trip(towns, "653101", "652901"), self.trip(towns, "652901", "653101")
        assert forth == pytest.approx(back, rel=0.02)

    def test_every_named_closure_touches_a_road(self):
        data = open_study_data()
        closures = [Closure(c.closure_id, c.lon, c.lat, c.radius_m) for c in data.closures.itertuples()]
        roads = load_roads(data.roads)
        open_, closed = (build_graph(roads, RULES, data.elevation, c) for c in ([], closures))
        assert closed.minutes.nnz < open_.minutes.nnz

    def test_nearly_all_county_seats_reach_each_other(self, towns):
        data = open_study_data()
        at = towns.to_numpy(float)
        found = travel_times(load_roads(data.roads), at, at, RULES, data.elevation)
        assert np.isfinite(found.data).all()
        assert (found.data >= RULES.boarding_min).all()
        assert found.nnz > 0.8 * len(at) ** 2


def test_a_table_of_roads_and_the_same_network_by_hand_agree():
    roads = load_roads(road_table())
    assert roads.straightened
    found = travel_times(roads, np.array([[76.0, 39.0]]), np.array([[76.2, 39.1]]), ROADS_ONLY, FLAT)
    assert found[0, 0] == pytest.approx((8.65 + 14.0) * 1.2 + 5, rel=1e-3)

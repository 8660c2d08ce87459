"""Trips from home to institution, against an oracle and against what a traveller would expect."""

from dataclasses import replace
from math import dist, isfinite

import numpy as np
import pandas as pd
import psutil
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_places import ROADS_ONLY, RULES, both_ways, degrees, flat, network, oracle_minutes, road_table

from geodata import store
from geodata.errors import LayerError, in_language
from geodata.roads.load import load_roads
from geodata.travel import access, times
from geodata.travel.closures import Closure
from geodata.travel.times import prepare, require_connected, roadway, travel_times

# Nine junctions 1.8 km apart, and an island of two far away.
GRID = [(1_800.0 * i, 1_800.0 * j) for i in range(3) for j in range(3)] + [(60_000.0, 0.0), (61_500.0, 0.0)]
STREETS = [(a, b) for a in range(9) for b in range(a + 1, 9) if b - a == 3 or (b - a == 1 and b % 3)] + [(9, 10)]
HOMES = [(137.0, 411.0), (2_011.0, 3_305.0), (3_507.0, 190.0), (60_233.0, 391.0), (30_000.0, 97_000.0)]
SITES = [(3_400.0, 3_133.0), (212.0, 1_731.0), (61_107.0, 217.0)]
MOST_ROADS = 8  # as many as are tried for every point, so that the oracle may try them all

TWO = [(0.0, 0.0), (1_900.0, 0.0)]
AT_A, AT_B = TWO
NEAR = replace(ROADS_ONLY, access_limit_km=0.5)
NEAR_ENOUGH = replace(ROADS_ONLY, access_limit_km=0.6)


@pytest.fixture(autouse=True)
def _forget():
    store._MEMORY.clear()


def minutes(roads, homes, sites, rules=ROADS_ONLY, ground=None, **options):
    """Stored minutes by pair (home, site)."""
    found = travel_times(roads, degrees(homes), degrees(sites), rules, ground, **options)
    return by_pair(found)


def by_pair(found):
    cells = found.tocoo()
    return {(int(i), int(j)): float(m) for i, j, m in zip(*cells.coords, cells.data, strict=True)}


@st.composite
def street_networks(draw):
    """Up to eight streets: one-way, both ways, or doubled by a parallel one of another length."""
    ends = draw(st.lists(st.sampled_from(STREETS), min_size=1, max_size=MOST_ROADS))
    arcs = []
    for u, v in ends:
        metres = float(draw(st.integers(1_800, 9_000)))
        lead = draw(st.sampled_from([[(u, v)], [(v, u)], [(u, v), (v, u)]]))
        arcs += [(*way, metres) for way in lead]
    return arcs


@settings(max_examples=150, deadline=None)
@given(
    arcs=street_networks(),
    homes=st.integers(0, 5),
    closed=st.none() | st.tuples(st.sampled_from([(900.0, 0.0), (1_800.0, 900.0), (2_700.0, 3_600.0)]), st.just(200.0)),
    off_road_trip_km=st.sampled_from([0.0, 2.0, 30.0]),
    access_limit_km=st.sampled_from([0.5, 2.0, 40.0]),
    access_limit_min=st.sampled_from([1.0, 5.0, 120.0]),
    season=st.sampled_from([1.0, 0.7]),
)
def test_every_trip_is_the_one_the_oracle_finds(
    arcs, homes, closed, off_road_trip_km, access_limit_km, access_limit_min, season
):
    if access_limit_min < 120:  # it limits trips without any road too, of which the oracle knows nothing
        off_road_trip_km = 0.0
    rules = replace(
        RULES, off_road_trip_km=off_road_trip_km, access_limit_km=access_limit_km, season_factor=season,
        access_limit_min=access_limit_min,
    )  # fmt: skip
    closures = [Closure("works", *degrees([closed[0]])[0], closed[1])] if closed else []
    at = HOMES[:homes]
    expected = oracle_minutes(GRID, arcs, at, SITES, rules, closed)
    try:
        found = minutes(network(GRID, arcs), at, SITES, rules, closures=closures)
    except LayerError:
        assert closed
        assert not any(dist(middle_of(u, v), closed[0]) <= closed[1] for u, v, _ in arcs)
        return
    known = {(i, j): m for i, row in enumerate(expected) for j, m in enumerate(row) if isfinite(m)}
    assert found == pytest.approx(known, rel=1e-6)


def middle_of(u, v):
    return (GRID[u][0] + GRID[v][0]) / 2, (GRID[u][1] + GRID[v][1]) / 2


@settings(max_examples=60, deadline=None)
@given(arcs=street_networks(), homes=st.integers(1, 3))
def test_few_homes_and_many_sites_give_what_the_other_way_round_gives(arcs, homes):
    """The search starts on the side with fewer points; with every road turned round, the table is turned round."""
    turned = [(v, u, m) for u, v, m in arcs]
    few, many = HOMES[:homes], [*SITES, HOMES[4]]
    forth = travel_times(network(GRID, arcs), degrees(few), degrees(many), RULES)
    back = travel_times(network(GRID, turned), degrees(many), degrees(few), RULES)
    assert by_pair(forth) == pytest.approx(by_pair(back.T), rel=1e-9)


@settings(max_examples=60, deadline=None)
@given(arcs=street_networks())
def test_the_same_minutes_come_out_whichever_side_the_search_starts_from(arcs):
    """Four homes to three sites are searched from the sites; each home alone, from the home."""
    roads = network(GRID, arcs)
    way = roadway(roads, RULES, None)
    assert prepare(way, degrees(HOMES), degrees(SITES)).turned
    assert not prepare(way, degrees(HOMES[:1]), degrees(SITES)).turned
    together = travel_times(roads, degrees(HOMES), degrees(SITES), RULES)
    for i, home in enumerate(HOMES):
        alone = travel_times(roads, degrees([home]), degrees(SITES), RULES)
        assert by_pair(alone) == pytest.approx({(0, j): m for (k, j), m in by_pair(together).items() if k == i})


@settings(max_examples=60, deadline=None)
@given(arcs=street_networks(), data=st.data())
def test_the_order_of_the_roads_does_not_matter(arcs, data):
    shuffled = data.draw(st.permutations(arcs))
    assert minutes(network(GRID, arcs), HOMES, SITES, RULES) == pytest.approx(
        minutes(network(GRID, shuffled), HOMES, SITES, RULES), rel=1e-9
    )


@settings(max_examples=60, deadline=None)
@given(arcs=street_networks(), closed=st.sampled_from(STREETS), radius=st.sampled_from([100.0, 1_500.0, 5_000.0]))
def test_closing_a_road_never_makes_a_trip_shorter(arcs, closed, radius):
    roads = network(GRID, [*arcs, (*closed, 1_800.0)])
    closure = Closure("works", *degrees([middle_of(*closed)])[0], radius)
    before, after = minutes(roads, HOMES, SITES, RULES), minutes(roads, HOMES, SITES, RULES, closures=[closure])
    assert after.keys() <= before.keys()
    assert all(m >= before[pair] - 1e-9 for pair, m in after.items())


class TestPoints:
    ROAD = network(TWO, both_ways([(0, 1, 1_900)]))

    @pytest.mark.parametrize(
        "bad",
        [
            [[np.nan, 39.0]], [[83.5, 95.0]], [[283.5, 39.0]], [[83.5, 39.0, 1_000.0]], [["east", "north"]],
            np.zeros((2, 2, 2)),
        ],
    )  # fmt: skip
    def test_points_that_are_no_places_are_refused_in_a_sentence(self, bad):
        good = degrees([AT_A])
        for ends in ((bad, good), (good, bad)):
            with pytest.raises(LayerError, match="longitude and latitude in degrees") as refused:
                travel_times(self.ROAD, *ends, NEAR)
            assert "经度和纬度" in in_language(refused.value.faults[0], "zh")

    def test_a_table_with_lon_and_lat_is_as_good_as_its_numbers(self):
        at = degrees(TWO)
        table = pd.DataFrame({"lat": at[:, 1], "name": ["a", "b"], "lon": at[:, 0]})
        assert by_pair(travel_times(self.ROAD, table, table, NEAR)) == by_pair(travel_times(self.ROAD, at, at, NEAR))


class TestDirectionAndRoutes:
    def test_a_one_way_road_leads_from_home_to_the_institution_and_not_back(self):
        one_way = network(TWO, [(0, 1, 6_000)])
        assert minutes(one_way, [AT_A], [AT_B], NEAR) == {(0, 0): pytest.approx(6 + 5, abs=1e-3)}
        assert minutes(one_way, [AT_B], [AT_A], NEAR) == {}

    def test_of_parallel_roads_the_quicker_is_taken(self):
        roads = network(TWO, both_ways([(0, 1, 9_000), (0, 1, 3_000), (0, 1, 6_000)]))
        assert minutes(roads, [AT_A], [AT_B], NEAR)[0, 0] == pytest.approx(3 + 5, abs=1e-3)

    def test_a_faster_parallel_road_counts_even_when_it_is_as_long(self):
        roads = network(TWO, [(0, 1, 6_000), (0, 1, 6_000)], speed_kph=[30, 90])
        assert minutes(roads, [AT_A], [AT_B], NEAR)[0, 0] == pytest.approx(4 + 5, abs=1e-3)

    def test_a_village_joins_a_long_road_where_it_passes(self):
        road = network([(0.0, 0.0), (200_000.0, 0.0)], both_ways([(0, 1, 200_000)]))
        village, town = (100_700.0, 1_000.0), (200_000.0, 0.0)
        # 1 km at 30 km/h with a detour of 1.3, 99.3 km at 60 km/h, boarding
        assert minutes(road, [village], [town])[0, 0] == pytest.approx(2.6 + 99.3 + 5, rel=1e-3)

    def test_two_villages_between_the_ends_of_one_long_road_do_not_pass_its_ends(self):
        road = network([(0.0, 0.0), (200_000.0, 0.0)], both_ways([(0, 1, 200_000)]))
        for gap in (300.0, 1_500.0, 7_000.0):
            found = minutes(road, [(90_100.0, 0.0)], [(90_100.0 + gap, 0.0)])
            assert found[0, 0] == pytest.approx(gap / 1000 + 5, rel=1e-3)

    def test_on_a_one_way_piece_a_neighbour_behind_is_reached_by_the_way_round(self):
        ring = network(TWO, [(0, 1, 1_900), (1, 0, 7_900)])
        ahead, behind = (800.0, 0.0), (600.0, 0.0)
        assert minutes(ring, [behind], [ahead], NEAR)[0, 0] == pytest.approx(0.2 + 5, abs=1e-3)
        found = minutes(network(TWO, [(0, 1, 1_900)]), [ahead], [behind], NEAR)
        assert found == {}

    @pytest.mark.parametrize("turned", [False, True])
    def test_past_the_end_of_a_one_way_road_one_is_at_the_junction_already(self, turned):
        """Both roads end at the junction; the home lies past the end of the one, the institution of the other."""
        ends = [(0.0, 0.0), (3_800.0, 0.0)]
        nodes, junction = ([(1_900.0, 0.0), *ends], 0) if turned else ([*ends, (1_900.0, 0.0)], 2)
        roads = network(nodes, [(k, junction, 1_900) for k in range(3) if k != junction])
        found = minutes(roads, [(2_000.0, 500.0)], [(1_800.0, 500.0)], NEAR_ENOUGH)
        assert found[0, 0] == pytest.approx(2 * np.hypot(0.1, 0.5) * 2.6 + 5, abs=0.02)

    @pytest.mark.parametrize("arc", [(0, 1, 1_900), (1, 0, 1_900)])
    def test_a_next_door_neighbour_on_a_one_way_road_is_reached_however_the_road_is_drawn(self, arc):
        door = (500.0, 30.0)
        leg = 0.03 * 1.3 / 30 * 60
        assert minutes(network(TWO, [arc]), [door], [door], NEAR)[0, 0] == pytest.approx(2 * leg + 5, abs=1e-3)

    def test_a_road_cut_into_pieces_is_as_long_as_before(self):
        end = (37_123.0, 21_456.0)
        road = network([(0.0, 0.0), end], [(0, 1, 50_000)])
        assert minutes(road, [(0.0, 0.0)], [end])[0, 0] == pytest.approx(50 + 5, rel=1e-6)

    def test_parallel_long_roads_of_other_lengths_do_not_mix(self):
        a, half, b = (0.0, 0.0), (9_995.0, 0.0), (19_990.0, 0.0)  # ten pieces, one end in the middle
        unequal = network([a, b], [(0, 1, 24_000), (1, 0, 60_000)])
        # from the middle, 12 km forward or 30 km back: never 12 km back
        assert minutes(unequal, [half], [b], NEAR)[0, 0] == pytest.approx(12 + 5, rel=1e-3)
        assert minutes(unequal, [half], [a], NEAR)[0, 0] == pytest.approx(30 + 5, rel=1e-3)

    def test_a_shorter_way_across_country_is_preferred_to_the_road(self):
        detour = network(TWO, both_ways([(0, 1, 60_000)]))
        assert minutes(detour, [AT_A], [AT_B], RULES)[0, 0] == pytest.approx(1.9 * 1.3 / 30 * 60 + 5, rel=5e-3)

    def test_across_country_the_limits_of_main_roads_and_of_all_roads_are_two(self):
        for straightened, field in ((True, "local_trip_km"), (False, "off_road_trip_km")):
            detour = network(TWO, both_ways([(0, 1, 60_000)]), straightened=straightened)
            across = minutes(detour, [AT_A], [AT_B], replace(NEAR, **{field: 2.0}))
            along = minutes(detour, [AT_A], [AT_B], replace(NEAR, local_trip_km=1.8, off_road_trip_km=1.8))
            assert across[0, 0] < 11 < 65 <= along[0, 0] + 1e-3

    def test_a_trip_to_the_next_door_is_stored_and_takes_the_boarding_time(self):
        assert minutes(network(TWO, both_ways([(0, 1, 1_900)])), [AT_A], [AT_A], RULES)[0, 0] == pytest.approx(5)


class TestWhatIsNotStored:
    ROAD = network(GRID, both_ways([(0, 3, 1_800), (3, 6, 1_800), (9, 10, 1_500)]))

    def test_an_island_is_not_reached(self):
        assert minutes(self.ROAD, [(0.0, 0.0), (61_500.0, 0.0)], [(60_000.0, 0.0)]).keys() == {(1, 0)}

    def test_nobody_starts_from_a_part_that_is_too_small(self):
        homes, sites = [(0.0, 0.0), (61_500.0, 0.0)], [(60_000.0, 0.0)]
        share = 1_500 / 3_600
        for smallest, kept in ((share - 1e-6, {(1, 0)}), (share + 1e-6, set())):
            rules = replace(NEAR, smallest_part=smallest)
            assert minutes(self.ROAD, homes, sites, rules).keys() == kept

    def test_beside_a_small_part_the_farther_large_one_is_taken(self):
        """The home lies on an island road 1 km from the main one."""
        nodes = [(0.0, 0.0), (1_900.0, 0.0), (0.0, 1_000.0), (100.0, 1_000.0)]
        roads = network(nodes, both_ways([(0, 1, 1_900), (2, 3, 100)]))
        home, site = nodes[2], nodes[1]
        found = minutes(roads, [home], [site], replace(ROADS_ONLY, smallest_part=0.1))
        assert found[0, 0] == pytest.approx(1.3 / 30 * 60 + 1.9 + 5, rel=1e-3)

    def test_a_home_beyond_the_access_limit_has_no_known_route(self):
        assert minutes(self.ROAD, [(0.0, 40_500.0), (0.0, 39_500.0)], [(3_600.0, 0.0)]).keys() == {(1, 0)}

    def test_an_institution_beyond_the_access_limit_is_not_reached(self):
        assert minutes(self.ROAD, [(0.0, 0.0)], [(0.0, 40_500.0), (0.0, 39_500.0)]).keys() == {(0, 1)}

    @pytest.mark.parametrize("limits", [{}, {"limit_min": 1e9}])
    def test_the_limit_of_minutes_includes_the_exact_value(self, limits):
        exact = minutes(self.ROAD, [(0.0, 0.0)], [(3_600.0, 0.0)], **limits)[0, 0]
        at_limit = minutes(self.ROAD, [(0.0, 0.0)], [(3_600.0, 0.0)], limit_min=exact)
        assert at_limit == {(0, 0): exact}
        assert minutes(self.ROAD, [(0.0, 0.0)], [(3_600.0, 0.0)], limit_min=np.nextafter(exact, 0)) == {}

    def test_the_limit_of_minutes_holds_for_trips_without_road_too(self):
        nowhere = [(30_000.0, 60_000.0)]
        near = [(30_000.0, 61_000.0)]
        exact = minutes(self.ROAD, nowhere, near, RULES)[0, 0]
        assert minutes(self.ROAD, nowhere, near, RULES, limit_min=exact) == {(0, 0): exact}
        assert minutes(self.ROAD, nowhere, near, RULES, limit_min=np.nextafter(exact, 0)) == {}

    @pytest.mark.parametrize(("homes", "sites"), [([], [AT_A]), ([AT_A], []), ([], [])])
    @pytest.mark.parametrize("rules", [RULES, ROADS_ONLY])
    @pytest.mark.parametrize("kept", [True, False])
    def test_nobody_or_nowhere_gives_an_empty_table_of_that_shape(self, homes, sites, rules, kept, tmp_path):
        found = travel_times(self.ROAD, degrees(homes), degrees(sites), rules, flat(), cache=tmp_path if kept else None)
        assert found.shape == (len(homes), len(sites))
        assert found.nnz == 0


class TestClosures:
    SQUARE = network(GRID, both_ways([(0, 3, 1_800), (0, 1, 1_800), (1, 4, 1_800), (4, 3, 1_800)]))
    DIRECT = Closure("works", *degrees([(900.0, 0.0)])[0], 100)

    def test_a_closed_piece_forces_the_way_round(self):
        open_, closed = (
            minutes(self.SQUARE, [GRID[0]], [GRID[3]], NEAR, closures=c)[0, 0] for c in ([], [self.DIRECT])
        )
        assert (open_, closed) == (pytest.approx(1.8 + 5, rel=1e-3), pytest.approx(5.4 + 5, rel=1e-3))

    def test_closing_every_way_leaves_no_route(self):
        everything = Closure("flood", *degrees([(900.0, 900.0)])[0], 5_000)
        assert minutes(self.SQUARE, [GRID[0]], [GRID[3]], NEAR, closures=[everything]) == {}

    def test_neighbours_on_a_closed_road_do_not_visit_each_other_over_it(self):
        everything = Closure("flood", *degrees([(900.0, 900.0)])[0], 5_000)
        door = (700.0, 10.0)
        assert minutes(self.SQUARE, [door, (800.0, 0.0)], [door], NEAR, closures=[everything]) == {}

    def test_a_closure_that_touches_no_road_is_refused_by_name(self):
        nowhere = Closure("lost pass", *degrees([(0.0, 90_000.0)])[0], 15_000)
        with pytest.raises(LayerError, match="closure 'lost pass' touches no road within 15000 m") as refused:
            minutes(self.SQUARE, [GRID[0]], [GRID[3]], closures=[self.DIRECT, nowhere])
        assert "lost pass" in in_language(refused.value.faults[0], "zh")
        assert len(refused.value.faults) == 1

    def test_a_closure_makes_no_island_of_what_it_cuts_off(self):
        """Homes behind a closed piece still start from the same roads, so that the closure alone lengthens trips."""
        line = network([(1_900.0 * i, 0.0) for i in range(4)], both_ways([(i, i + 1, 1_900) for i in range(3)]))
        rules = replace(NEAR, smallest_part=0.5)
        first = Closure("works", *degrees([(2_850.0, 0.0)])[0], 100)
        found = minutes(line, [(0.0, 0.0)], [(1_900.0, 0.0)], rules, closures=[first])
        assert found[0, 0] == pytest.approx(1.9 + 5, rel=1e-3)

    def test_the_network_handed_in_is_left_as_it_was(self):
        before = {name: array.copy() for name, array in self.SQUARE.arrays().items()}
        minutes(self.SQUARE, [GRID[0]], [GRID[3]], closures=[self.DIRECT])
        for name, array in self.SQUARE.arrays().items():
            assert np.array_equal(before[name], array, equal_nan=array.dtype.kind == "f")


class TestWinterAndBoarding:
    ROAD = network(TWO, both_ways([(0, 1, 6_000)]))

    def trip(self, **changes):
        return minutes(self.ROAD, [AT_A], [AT_B], replace(NEAR, **changes))[0, 0]

    def test_boarding_is_added_once_to_every_trip(self):
        assert self.trip(boarding_min=12) == pytest.approx(self.trip(boarding_min=0) + 12)

    def test_boarding_is_added_once_from_whichever_side_the_search_starts(self):
        for homes, sites in (([AT_A], [AT_B, AT_B]), ([AT_A, AT_A], [AT_B]), ([AT_A], [AT_B])):
            assert list(minutes(self.ROAD, homes, sites, NEAR).values()) == pytest.approx(
                [6 + 5] * len(homes) * len(sites), abs=1e-6
            )

    def test_boarding_is_added_once_to_a_trip_without_road(self):
        rules = replace(RULES, boarding_min=12)
        nowhere = [(30_000.0, 60_000.0)]
        for homes, sites in ((nowhere, nowhere * 2), (nowhere * 2, nowhere)):
            assert set(minutes(self.ROAD, homes, sites, rules).values()) == {12.0}

    def test_half_the_speed_in_winter_is_twice_the_time_on_the_way_and_the_same_boarding(self):
        assert self.trip(season_factor=0.5) - 5 == pytest.approx(2 * (self.trip() - 5))

    def test_winter_slows_ways_to_the_road_and_trips_across_country_too(self):
        for homes, sites, rules in (
            ([(0.0, 10_000.0)], [AT_A], ROADS_ONLY),
            ([(0.0, 60_000.0)], [(10_000.0, 60_000.0)], RULES),
        ):
            summer, winter = (
                minutes(self.ROAD, homes, sites, replace(rules, season_factor=s))[0, 0] - 5 for s in (1.0, 0.5)
            )
            assert summer == pytest.approx(10 * 1.3 / 30 * 60, rel=5e-3)
            assert winter == pytest.approx(2 * summer)


class TestStraightenedRoads:
    """Main roads known as straight lines: longer than drawn, by the terrain they pass."""

    @pytest.mark.parametrize(("relief", "sinuosity"), [(0, 1.2), (199, 1.2), (200, 1.5), (800, 1.5)])
    def test_a_straightened_road_is_longer_than_its_line_and_more_so_in_hills(self, relief, sinuosity):
        straight = network(TWO, both_ways([(0, 1, 6_000)]), straightened=True)
        rules = replace(NEAR, terrain_factor=(1.0, 1.0, 1.0))
        found = minutes(straight, [AT_A], [AT_B], rules, flat(relief_m=relief))[0, 0]
        assert found - 5 == pytest.approx(sinuosity * 6, abs=1e-3)

    def test_a_drawn_road_is_as_long_as_it_is(self):
        drawn = network(TWO, both_ways([(0, 1, 6_000)]))
        rules = replace(NEAR, terrain_factor=(1.0, 1.0, 1.0))
        assert minutes(drawn, [AT_A], [AT_B], rules, flat(relief_m=800))[0, 0] - 5 == pytest.approx(6, abs=1e-3)

    def test_beside_main_roads_people_drive_on_local_ones(self):
        rules = replace(ROADS_ONLY, local_road_kph=30, off_road_kph=10)
        home = (0.0, 3_000.0)
        for straightened, kph in ((True, 30), (False, 10)):
            road = network(TWO, both_ways([(0, 1, 6_000)]), straightened=straightened)
            assert minutes(road, [home], [AT_A], rules)[0, 0] == pytest.approx(3 * 1.3 / kph * 60 + 5, rel=5e-3)

    def test_a_table_of_roads_and_the_same_network_by_hand_agree(self):
        roads = load_roads(road_table())
        assert roads.straightened
        found = travel_times(roads, np.array([[76.0, 39.0]]), np.array([[76.2, 39.1]]), NEAR)
        assert found[0, 0] == pytest.approx((8.65 + 14.0) * 1.2 + 5, rel=1e-6)


@pytest.mark.parametrize("kept", [True, False])
def test_progress_is_told_by_name_and_share(kept, tmp_path):
    told = []
    roads = network(TWO, both_ways([(0, 1, 1_900)]))
    minutes(roads, [AT_A], [AT_B], cache=tmp_path if kept else None, progress=lambda *now: told.append(now))
    assert told
    assert all(isinstance(text, str) and 0 <= share <= 1 for text, share in told)
    assert [share for _, share in told] == sorted(share for _, share in told)
    assert told[-1][1] == 1


class TestTheCache:
    ROADS = network(GRID, both_ways([(a, b, 1_800.0 + a) for a, b in STREETS]))

    @pytest.fixture
    def calls(self, monkeypatch):
        """How often each costly step was taken."""
        counted = {"table": 0, "nearest_entries": 0, "leg_minutes": 0, "reach_minutes": 0}

        def count(module, name):
            original = getattr(module, name)

            def counting(*args, **options):
                counted[name] += 1
                return original(*args, **options)

            monkeypatch.setattr(module, name, counting)

        count(times, "table")
        for name in ("nearest_entries", "leg_minutes", "reach_minutes"):
            count(access, name)
        return counted

    def run(self, folder, rules=RULES, roads=ROADS, **options):
        """As in another process: nothing is remembered."""
        store._MEMORY.clear()
        return by_pair(travel_times(roads, degrees(HOMES), degrees(SITES), rules, cache=folder, **options))

    def test_with_a_cache_the_table_is_the_same_as_without(self, tmp_path):
        assert self.run(tmp_path) == self.run(tmp_path) == self.run(None)

    def test_the_same_inputs_are_read_and_nothing_is_computed(self, tmp_path, calls):
        first = self.run(tmp_path)
        assert all(calls.values())
        before = dict(calls)
        assert self.run(tmp_path) == first
        assert calls == before

    def test_a_run_in_the_same_process_reads_from_memory(self, tmp_path, calls):
        first = self.run(tmp_path)
        for file in tmp_path.iterdir():
            file.unlink()
        before = dict(calls)
        again = travel_times(self.ROADS, degrees(HOMES), degrees(SITES), RULES, cache=tmp_path)
        assert by_pair(again) == first
        assert calls == before

    def test_another_road_speed_computes_the_table_but_not_the_ways_to_the_road(self, tmp_path, calls):
        first = self.run(tmp_path)
        before = dict(calls)
        faster = replace(RULES, class_kph=(90.0,) * len(RULES.class_kph))
        assert self.run(tmp_path, faster) != first
        assert calls == before | {"table": before["table"] + 1}

    def test_another_season_computes_the_table_but_not_the_ways_to_the_road(self, tmp_path, calls):
        self.run(tmp_path)
        before = dict(calls)
        winter = replace(RULES, season="winter", season_factor=0.7)
        found = self.run(tmp_path, winter)
        assert calls == before | {"table": before["table"] + 1}
        assert found == self.run(None, winter)

    def test_another_boarding_time_computes_the_table_but_not_the_ways_to_the_road(self, tmp_path, calls):
        first = self.run(tmp_path)
        before = dict(calls)
        found = self.run(tmp_path, replace(RULES, boarding_min=9))
        assert found == pytest.approx({pair: m + 4 for pair, m in first.items()})
        assert calls == before | {"table": before["table"] + 1}

    def test_a_closure_computes_the_table_but_not_the_ways_to_the_road(self, tmp_path, calls):
        self.run(tmp_path)
        before = dict(calls)
        closure = Closure("works", *degrees([(900.0, 0.0)])[0], 100)
        found = self.run(tmp_path, closures=[closure])
        assert calls == before | {"table": before["table"] + 1}
        assert found == self.run(None, closures=[closure])

    @pytest.mark.parametrize(
        "change",
        [
            {"off_road_kph": 20}, {"local_sinuosity": 1.5}, {"access_limit_km": 0.3}, {"off_road_trip_km": 40.0},
            {"access_limit_min": 0.3}, {"smallest_part": 0.5},
        ],
        ids=lambda change: next(iter(change)),
    )  # fmt: skip
    def test_whatever_else_changes_is_not_answered_from_before(self, tmp_path, change):
        first = self.run(tmp_path, ROADS_ONLY)
        found = self.run(tmp_path, replace(ROADS_ONLY, **change))
        assert found != first
        assert found == self.run(None, replace(ROADS_ONLY, **change))

    def test_other_roads_points_and_ground_are_not_answered_from_before(self, tmp_path):
        self.run(tmp_path)
        longer = replace(self.ROADS, length_m=self.ROADS.length_m * 1.5)
        assert self.run(tmp_path, roads=longer) == self.run(None, roads=longer)
        hilly = flat(relief_m=300)
        assert self.run(tmp_path, ground=hilly) == self.run(None, ground=hilly)
        assert self.run(tmp_path, ground=hilly) != self.run(None)
        store._MEMORY.clear()
        moved = degrees([(x + 100, y) for x, y in HOMES])
        sites = degrees(SITES)
        with_cache, without = (travel_times(self.ROADS, moved, sites, RULES, cache=c) for c in (tmp_path, None))
        assert by_pair(with_cache) == by_pair(without)

    def test_another_limit_is_not_answered_from_before(self, tmp_path):
        whole = self.run(tmp_path)
        limit = sorted(whole.values())[len(whole) // 2]
        assert self.run(tmp_path, limit_min=limit) == {pair: m for pair, m in whole.items() if m <= limit}

    def test_a_stopped_run_goes_on_from_its_finished_chunks(self, tmp_path, calls, monkeypatch):
        whole = self.run(None)
        monkeypatch.setattr(times, "CHUNK", 1)
        calls["table"] = 0

        def stop(text, share):
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            self.run(tmp_path, progress=stop)
        assert calls["table"] == 1
        told = []
        assert self.run(tmp_path, progress=lambda text, share: told.append(share)) == whole
        assert calls["table"] == len(SITES)  # the search starts from the three sites; the first was done
        assert told == [pytest.approx((i + 1) / len(SITES)) for i in range(len(SITES))]

    def test_of_a_finished_table_no_chunks_stay_behind(self, tmp_path, monkeypatch):
        monkeypatch.setattr(times, "CHUNK", 1)
        self.run(tmp_path)
        many = len(list(tmp_path.iterdir()))
        monkeypatch.setattr(times, "CHUNK", 256)
        for file in tmp_path.iterdir():
            file.unlink()
        self.run(tmp_path)
        assert many == len(list(tmp_path.iterdir()))

    @pytest.mark.parametrize("warm", [True, False])
    def test_whatever_is_done_to_a_table_changes_none_that_comes_later(self, tmp_path, warm):
        first = self.run(tmp_path)
        for _ in range(2):
            if warm:
                store._MEMORY.clear()
            found = travel_times(self.ROADS, degrees(HOMES), degrees(SITES), RULES, cache=tmp_path)
            assert by_pair(found) == first
            found.data[:] = 0

    def test_a_finished_chunk_is_not_taken_for_another_run(self, tmp_path, monkeypatch):
        monkeypatch.setattr(times, "CHUNK", 1)
        self.run(tmp_path)
        faster = replace(RULES, class_kph=(90.0,) * len(RULES.class_kph))
        assert self.run(tmp_path, faster) == self.run(None, faster)


class TestMemory:
    ROADS = TestTheCache.ROADS

    @pytest.mark.parametrize("kept", [True, False])
    def test_a_table_that_does_not_fit_is_refused_before_anything_runs(self, kept, tmp_path, monkeypatch):
        monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": 100})())
        rows = []
        monkeypatch.setattr(times, "_in_chunks", lambda *args: rows.append(args))
        with pytest.raises(LayerError, match=r"5 x 3 points: the table needs about .* GB of memory") as refused:
            minutes(self.ROADS, HOMES, SITES, RULES, cache=tmp_path if kept else None)
        assert not rows
        assert "请降低分钟上限" in in_language(refused.value.faults[0], "zh")

    def test_a_sparse_table_that_fits_is_computed_however_many_pairs_there_are(self, monkeypatch):
        """Judged by what a few sources reach, not by all pairs."""
        homes, sites = HOMES[:1] + [HOMES[4]] * 40, [SITES[1]] * 41
        most = len(homes) * len(sites) * times.PAIR_BYTES
        monkeypatch.setattr(psutil, "virtual_memory", lambda: type("Memory", (), {"available": most // 4})())
        assert len(minutes(self.ROADS, homes, sites, ROADS_ONLY)) == len(sites)


class TestIslands:
    def test_roads_that_are_mostly_islands_are_refused(self):
        nodes = [(5_000.0 * i, 0.0) for i in range(6)]
        islands = network(nodes, both_ways([(0, 1, 5_000), (2, 3, 5_000), (4, 5, 5_000)]))
        with pytest.raises(LayerError, match="town: the roads fall into 3 unconnected parts, the longest holds 33%"):
            require_connected(roadway(islands, RULES, None), "town")

    def test_half_of_the_length_in_one_part_is_enough(self):
        halves = network([(5_000.0 * i, 0.0) for i in range(4)], both_ways([(0, 1, 5_000), (2, 3, 5_000)]))
        require_connected(roadway(halves, RULES, None), "town")

    def test_roads_that_nobody_of_the_profile_may_use_are_refused(self):
        roads = network(TWO, both_ways([(0, 1, 1_900)]))
        closed = replace(roads, modes=np.full_like(roads.modes, 4))
        with pytest.raises(LayerError, match=r"town: no road that this traveller may use \(car\)"):
            require_connected(roadway(closed, RULES, None), "town")

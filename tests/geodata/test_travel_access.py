"""Ways between points and the road: where it is met, how long they take, and which there are."""

from dataclasses import replace
from math import hypot, inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from tiny_places import ROADS_ONLY, RULES, bent, both_ways, degrees, flat, network

from geodata import store
from geodata.travel.access import Access, direct, leg_kph, leg_rules, legs, quickest, same_piece
from geodata.travel.ground import Ground
from geodata.travel.rules import TravelRules, travel_rules
from geodata.travel.times import roadway, travel_times, ways

TWO = [(0.0, 0.0), (1_900.0, 0.0)]
NEAR = replace(ROADS_ONLY, access_limit_km=0.5)
GEOD = Geod(ellps="WGS84")


@pytest.fixture(autouse=True)
def _forget():
    store._MEMORY.clear()


def joined(roads, points, rules=ROADS_ONLY, ground=None, *, arriving=False):
    way = roadway(roads, rules, ground)
    return way, ways(way, degrees(points), None, arriving=arriving)


def walk(a, b, rules=RULES):
    """Minutes of a straight way off the roads."""
    (lon, lat), (lon2, lat2) = degrees([a, b])
    return GEOD.inv(lon, lat, lon2, lat2)[2] / 1000 * 1.3 / 30 * 60


class TestWhereTheRoadIsMet:
    @settings(max_examples=60, deadline=None)
    @given(st.integers(-2_000, 4_000), st.integers(-3_000, 3_000))
    def test_a_point_meets_a_straight_road_at_its_foot(self, x, y):
        _, found = joined(network(TWO, both_ways([(0, 1, 1_900)])), [(x, y)])
        foot = min(max(x, 0.0), 1_900.0)
        assert found.fraction == pytest.approx([foot / 1_900], abs=1e-6)
        assert found.minutes == pytest.approx([walk((x, y), (foot, 0.0))], abs=1e-6)

    def test_on_a_bent_road_it_meets_the_nearest_bend_and_the_share_counts_the_way(self):
        roads = bent([(0.0, 0.0), (0.0, 200.0)], [(0, 1, 3_600, [(700.0, 0.0), (700.0, 200.0)])])
        _, found = joined(roads, [(690.0, 210.0), (350.0, -40.0)])
        assert found.fraction == pytest.approx([(700 + 200 + 10) / 1_600, 350 / 1_600], abs=1e-4)
        assert found.minutes == pytest.approx([0.01 * 2.6, 0.04 * 2.6], rel=0.01)

    def test_a_village_on_the_inside_of_a_bend_drives_along_the_bend(self):
        """The village lies 100 m from the end of the road by air, but 1,500 m along it."""
        roads = bent([(0.0, 0.0), (0.0, 200.0)], [(0, 1, 1_600, [(700.0, 0.0), (700.0, 200.0)])])
        home, end = (50.0, 200.0), (0.0, 0.0)
        found = travel_times(roads, degrees([home]), degrees([end]), replace(NEAR, access_limit_km=0.01))
        assert found[0, 0] == pytest.approx(1.55 + 5, rel=1e-3)

    def test_each_road_is_met_once_and_the_nearest_first(self):
        nodes = [(0.0, 0.0), (9_000.0, 0.0), (0.0, 500.0), (9_000.0, 500.0)]
        way, found = joined(network(nodes, both_ways([(0, 1, 9_000), (2, 3, 9_000)])), [(4_000.0, 100.0)])
        assert way.pieces.road[found.piece].tolist() == [0, 1]
        assert found.minutes[0] < found.minutes[1]

    def test_points_without_a_road_within_the_limit_have_no_way(self):
        _, found = joined(network(TWO, [(0, 1, 1_900)]), [(0.0, 600.0), (0.0, 400.0)], NEAR)
        assert found.points == 2
        assert found.point.tolist() == [1]

    def test_roads_that_the_traveller_may_not_use_are_not_met(self):
        nodes = [(0.0, 0.0), (1_900.0, 0.0), (0.0, 500.0), (1_900.0, 500.0)]
        roads = network(nodes, both_ways([(0, 1, 1_900), (2, 3, 1_900)]))
        near_is_a_path = replace(roads, modes=np.where(roads.lat[roads.tail] < 39.001, 4, 15).astype(np.uint8))
        for rules, minutes in ((ROADS_ONLY, [0.4 * 2.6]), (replace(ROADS_ONLY, mode=4), [0.1 * 2.6, 0.4 * 2.6])):
            _, found = joined(near_is_a_path, [(900.0, 100.0)], rules)
            assert found.minutes == pytest.approx(minutes, rel=1e-2)

    @pytest.mark.parametrize("arriving", [True, False])
    def test_without_points_there_are_no_ways(self, arriving):
        _, found = joined(network(TWO, [(0, 1, 1_900)]), [], arriving=arriving)
        assert found.points == len(found.point) == 0


class TestLimits:
    ROAD = network(TWO, both_ways([(0, 1, 1_900)]))

    def test_exactly_at_the_limit_of_kilometres_is_within_it(self):
        at = degrees([(4_000.0, 2_000.0)])  # beyond the end of the road, which it therefore meets
        way = roadway(self.ROAD, RULES, None)
        x, y = (way.pieces.projection.to_metric(*at.T)[0] - way.pieces.xy[np.argmax(way.pieces.xy[:, 0])]).tolist()
        km = hypot(x, y) / 1000
        while km * 1000 < np.sqrt(x**2 + y**2):
            km = np.nextafter(km, inf)
        for limit, count in ((km, 1), (np.nextafter(np.nextafter(km, 0), 0), 0)):
            way = roadway(self.ROAD, replace(RULES, access_limit_km=limit), None)
            assert len(ways(way, at, None, arriving=False).point) == count

    @pytest.mark.parametrize("ground", [None, flat()], ids=["open", "level"])
    def test_exactly_at_the_limit_of_minutes_is_within_it(self, ground):
        _, found = joined(self.ROAD, [(0.0, 4_000.0)], RULES, ground)
        exact = float(found.minutes[0])
        for limit, count in ((exact, 1), (np.nextafter(exact, 0), 0)):
            _, found = joined(self.ROAD, [(0.0, 4_000.0)], replace(RULES, access_limit_min=limit), ground)
            assert len(found.point) == count

    def test_winter_makes_a_way_slower_and_takes_none_away(self):
        exact = float(joined(self.ROAD, [(0.0, 4_000.0)])[1].minutes[0])
        winter = replace(RULES, season="winter", season_factor=0.5, access_limit_min=exact)
        _, found = joined(self.ROAD, [(0.0, 4_000.0)], winter)
        assert found.minutes == pytest.approx([2 * exact])


class TestBehindABarrier:
    """A wall runs between the village and the ten roads beside it; a farther road lies on its own side."""

    @staticmethod
    def wall():
        slowness = np.ones((600, 1290), np.float32)
        slowness[299, :] = np.inf  # 39.000 to 39.017°N: y from 0 to 1,850
        return Ground(flat().elevation, slowness)

    NODES = tuple((x, y) for y in (-500.0, 9_000.0) for x in (-900.0, 900.0))
    BESIDE = tuple((0, 1, 1_900 + k) for k in range(10))

    @pytest.mark.parametrize("arriving", [True, False])
    def test_the_farther_road_on_the_own_side_is_taken(self, arriving):
        home = (0.0, 2_600.0)
        near_only = network(self.NODES, both_ways([*self.BESIDE]))
        assert len(joined(near_only, [home], RULES, self.wall(), arriving=arriving)[1].point) == 0
        both = network(self.NODES, both_ways([*self.BESIDE, (2, 3, 1_900)]))
        way, found = joined(both, [home], RULES, self.wall(), arriving=arriving)
        assert found.point.tolist() == [0]
        assert way.pieces.middle[found.piece[0]] == pytest.approx([0, 9_000], abs=1)
        assert found.minutes == pytest.approx([6.4 * 2.6], rel=0.05)

    def test_points_on_both_sides_stay_in_order(self):
        both = network(self.NODES, both_ways([*self.BESIDE, (2, 3, 1_900)]))
        _, found = joined(both, [(0.0, -900.0), (0.0, 2_600.0), (0.0, -700.0)], RULES, self.wall())
        assert (np.diff(found.point) >= 0).all()
        assert set(found.point.tolist()) == {0, 1, 2}


class TestSpeedOffTheRoads:
    @pytest.mark.parametrize(("straightened", "kph"), [(True, 24.0), (False, 8.0)])
    def test_beside_main_roads_it_is_that_of_local_ones_else_that_of_the_fields(self, straightened, kph):
        rules = replace(RULES, local_road_kph=24, off_road_kph=8)
        way, found = joined(
            network(TWO, [(0, 1, 1_900)], straightened=straightened), [(0.0, 1_000.0)], rules
        )  # fmt: skip
        assert leg_kph(way.pieces, rules) == kph
        assert found.minutes == pytest.approx([1.3 / kph * 60], rel=5e-3)

    def test_level_ground_takes_as_long_as_open_ground(self):
        road, homes = network(TWO, [(0, 1, 1_900)]), [(0.0, 700.0), (300.0, 8_000.0)]
        plain, level = (joined(road, homes, RULES, ground)[1] for ground in (None, flat()))
        assert level.minutes == pytest.approx(plain.minutes, rel=1e-3)

    @given(st.sampled_from(["summer", "winter"]), st.sampled_from(["best", "worst"]))
    def test_what_does_not_touch_a_way_off_the_roads_does_not_change_its_rules(self, season, unknown):
        """So that a second season or another road speed starts from the same ways."""
        plain = leg_rules(travel_rules())
        assert leg_rules(travel_rules(season=season, unknown_surface=unknown)) == plain
        others = replace(travel_rules(), class_kph=(1.0,) * 24, boarding_min=9, smallest_part=0.5, top_kph=9.0)
        assert leg_rules(others) == plain

    @pytest.mark.parametrize(
        "field",
        ["steepest_local", "local_sinuosity", "access_limit_km", "access_limit_min", "hill_relief_m",
         "mountain_relief_m"],
    )  # fmt: skip
    def test_what_touches_it_changes_them(self, field):
        rules: TravelRules = travel_rules()
        assert leg_rules(replace(rules, **{field: 0.123})) != leg_rules(rules)
        assert leg_rules(replace(rules, terrain_factor=(1.0, 0.1, 0.1))) != leg_rules(rules)


class TestLegs:
    """Off the road, then along the piece to its ends."""

    def legs_of(self, arcs, point, *, arriving):
        way, found = joined(network(TWO, arcs), [point], NEAR, arriving=arriving)
        out = legs(found, way.pieces, way.minutes, arriving=arriving)
        place = np.rint(way.pieces.xy[out.node, 0]).astype(int)
        return dict(zip(place.tolist(), out.minutes.tolist(), strict=True))

    def test_both_ends_of_a_two_way_piece_are_reached(self):
        for arriving in (True, False):
            found = self.legs_of(both_ways([(0, 1, 1_900)]), (400.0, 0.0), arriving=arriving)
            assert found == {0: pytest.approx(0.4, abs=1e-4), 1_900: pytest.approx(1.5, abs=1e-4)}

    @pytest.mark.parametrize(
        ("arc", "ahead", "behind"),
        [((0, 1, 1_900), (1_900, 1.5), (0, 0.4)), ((1, 0, 1_900), (0, 0.4), (1_900, 1.5))],
    )
    def test_a_one_way_piece_is_left_ahead_and_reached_from_behind(self, arc, ahead, behind):
        leaving, coming = (self.legs_of([arc], (400.0, 0.0), arriving=a) for a in (False, True))
        assert leaving == {ahead[0]: pytest.approx(ahead[1], abs=1e-4)}
        assert coming == {behind[0]: pytest.approx(behind[1], abs=1e-4)}

    def test_they_are_sorted_by_point_and_each_point_knows_its_own(self):
        nodes = [(1_900.0 * i, 0.0) for i in range(4)]
        roads = network(nodes, both_ways([(i, i + 1, 1_900) for i in range(3)]))
        points = [(4_000.0, 10.0), (0.0, 90_000.0), (300.0, 0.0)]
        way, found = joined(roads, points, replace(NEAR, access_limit_km=0.05))
        out = legs(found, way.pieces, way.minutes, arriving=False)
        assert out.start[1] == out.start[2] > 0
        assert out.start[-1] == len(out.node)
        for i in (0, 2):
            own = slice(out.start[i], out.start[i + 1])
            assert len(out.node[own])
            away = np.abs(way.pieces.xy[out.node[own], 0] - points[i][0]) / 1000
            assert out.minutes[own] == pytest.approx(away + abs(points[i][1]) / 1000 * 2.6, abs=1e-3)


class TestOnePiece:
    MINUTES = np.array([[6.0, 10.0], [4.0, inf], [inf, inf]])

    @staticmethod
    def at(*entries):
        """Access of points each of which has one entry: (piece, share, minutes)."""
        piece, share, minutes = zip(*entries, strict=True)
        return Access(len(entries), np.arange(len(entries)), np.array(piece), np.array(share), np.array(minutes, float))

    def test_a_trip_on_one_piece_takes_its_share_in_the_direction_it_goes(self):
        found = same_piece(self.at((0, 0.25, 1.0), (0, 0.75, 2.0)), self.at((0, 0.5, 3.0)), self.MINUTES)
        assert found.toarray().ravel() == pytest.approx([1 + 6 / 4 + 3, 2 + 10 / 4 + 3])

    def test_against_a_one_way_piece_there_is_none(self):
        found = same_piece(self.at((1, 0.25, 1.0), (1, 0.75, 1.0)), self.at((1, 0.5, 0.0)), self.MINUTES)
        assert found.toarray().ravel().tolist() == [2.0, 0.0]
        assert found.nnz == 1

    @pytest.mark.parametrize(("piece", "stored"), [(0, 1), (1, 1), (2, 0)])
    @pytest.mark.parametrize("share", [0.0, 0.4, 1.0])
    def test_at_one_place_no_way_is_lost_unless_the_piece_is_closed(self, piece, stored, share):
        for minutes in (self.MINUTES, self.MINUTES[:, ::-1]):
            found = same_piece(self.at((piece, share, 1.0)), self.at((piece, share, 2.0)), minutes)
            assert found.nnz == stored
            assert found.sum() == 3.0 * stored

    def test_points_on_different_pieces_have_none(self):
        assert same_piece(self.at((0, 0.2, 1.0)), self.at((1, 0.2, 1.0)), self.MINUTES).nnz == 0

    def test_of_a_road_and_a_way_across_country_the_quicker_is_kept(self):
        for length_m, expected in ((1_900, 1.9), (60_000, 1.9 * 2.6)):
            way, leave = joined(network(TWO, both_ways([(0, 1, length_m)])), [TWO[0]], RULES)
            arrive = ways(way, degrees([TWO[1]]), None, arriving=True)
            found = direct(
                leave, arrive, way.pieces, way.minutes, degrees([TWO[0]]), degrees([TWO[1]]), RULES, None,
                key=way.key, folder=None,
            )  # fmt: skip
            assert found.toarray() == pytest.approx(np.array([[expected]]), rel=5e-3)


@given(
    st.lists(
        st.tuples(st.integers(0, 2), st.integers(0, 3), st.sampled_from([0.0, 0.5, 1.0, 7.25, inf])), max_size=20
    )
)  # fmt: skip
def test_of_several_ways_between_two_points_the_quickest_is_kept(entries):
    row, column, minutes = (np.array([e[i] for e in entries], t) for i, t in enumerate((np.int64, np.int64, float)))
    found = quickest(row, column, minutes, (3, 4)).tocoo()
    best = {}
    for r, c, m in entries:
        if m < best.get((r, c), inf):
            best[r, c] = m
    assert dict(zip(zip(*(x.tolist() for x in found.coords), strict=True), found.data.tolist(), strict=True)) == best

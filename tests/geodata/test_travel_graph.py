"""Roads cut into pieces, and the minutes each piece takes."""

from dataclasses import replace
from math import exp, inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_places import RULES, bent, both_ways, degrees, flat, grid, network

from geodata.crs import to_metric
from geodata.elevation import ElevationGrid
from geodata.errors import LayerError, in_language
from geodata.roads.load import load_roads
from geodata.roads.network import CLASSES, SURFACES
from geodata.study_data import open_study_data
from geodata.travel.closures import Closure
from geodata.travel.graph import (
    PIECE_M,
    SLOWEST_CLIMB,
    STEEPEST_ROAD,
    closed_pieces,
    cut,
    parts,
    piece_minutes,
    slope_share,
    terrain_at,
    usable,
    way_m,
)
from geodata.travel.rules import travel_rules

TWO = [(0.0, 0.0), (1_900.0, 0.0)]
KILOMETRES = st.integers(-60_000, 60_000).map(float)


@st.composite
def crooked_roads(draw):
    """Up to four roads with up to six bends, as long as drawn or longer, between three junctions or in a ring."""
    nodes = [(0.0, 0.0), (9_000.0, 1_000.0), (400.0, 30_000.0)]
    shapes = []
    for _ in range(draw(st.integers(1, 4))):
        u, v = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        between = draw(st.lists(st.tuples(KILOMETRES, KILOMETRES), min_size=2 if u == v else 0, max_size=6))
        shapes.append((u, v, draw(st.integers(100, 90_000)), between))
    return nodes, shapes


def steps(xy):
    return np.hypot(*np.diff(np.asarray(xy), axis=0).T)


class TestCutting:
    @settings(max_examples=80, deadline=None)
    @given(crooked_roads())
    def test_a_road_keeps_its_length_its_shape_and_its_ends(self, drawn):
        nodes, shapes = drawn
        pieces = cut(bent(nodes, shapes), None)
        for road, (u, v, length_m, between) in enumerate(shapes):
            own = np.flatnonzero(pieces.road == road)
            assert pieces.length_m[own].sum() == pytest.approx(length_m)
            assert pieces.xy[pieces.tail[own[0]]] == pytest.approx(nodes[u], abs=1e-3)
            assert pieces.xy[pieces.head[own[-1]]] == pytest.approx(nodes[v], abs=1e-3)
            assert (pieces.head[own[:-1]] == pieces.tail[own[1:]]).all()
            bits = np.flatnonzero(np.isin(pieces.segments.piece, own))
            a, b = pieces.segments.a[bits], pieces.segments.b[bits]
            assert a[1:] == pytest.approx(b[:-1], abs=1e-6)
            corners = np.array([nodes[u], *between, nodes[v]])
            assert steps([a[0], *b]).sum() == pytest.approx(steps(corners).sum(), rel=1e-9, abs=1e-3)
            for corner in corners:
                assert np.hypot(*(np.vstack([a, b]) - corner).T).min() < 1e-3

    @settings(max_examples=80, deadline=None)
    @given(crooked_roads())
    def test_pieces_of_a_road_are_the_fewest_equal_ones_of_at_most_two_kilometres(self, drawn):
        nodes, shapes = drawn
        pieces = cut(bent(nodes, shapes), None)
        s = pieces.segments
        drawn_m = np.bincount(s.piece, np.hypot(*(s.b - s.a).T), minlength=len(pieces.tail))
        for road, (u, v, _, between) in enumerate(shapes):
            own = pieces.road == road
            whole = steps([nodes[u], *between, nodes[v]]).sum()
            count = max(int(np.ceil(whole / PIECE_M - 1e-9)), 1)
            rounded = abs(whole / PIECE_M - round(whole / PIECE_M)) < 1e-6
            assert abs(int(own.sum()) - count) <= rounded
            assert drawn_m[own] == pytest.approx(np.full(own.sum(), whole / own.sum()), rel=1e-6, abs=1e-3)

    @settings(max_examples=80, deadline=None)
    @given(crooked_roads())
    def test_shares_of_a_piece_run_from_its_tail_to_its_head_as_its_metres_do(self, drawn):
        pieces = cut(bent(*drawn), None)
        s = pieces.segments
        for piece in range(len(pieces.tail)):
            own = np.flatnonzero(s.piece == piece)
            metres = np.concatenate([[0], np.cumsum(np.hypot(*(s.b[own] - s.a[own]).T))])
            assert s.a[own[0]] == pytest.approx(pieces.xy[pieces.tail[piece]], abs=1e-3)
            assert s.b[own[-1]] == pytest.approx(pieces.xy[pieces.head[piece]], abs=1e-3)
            if metres[-1] > 1:
                assert s.from_[own] == pytest.approx(metres[:-1] / metres[-1], abs=1e-6)
                assert s.to[own] == pytest.approx(metres[1:] / metres[-1], abs=1e-6)

    def test_a_road_that_is_a_point_is_one_piece(self):
        pieces = cut(bent([(0.0, 0.0)], [(0, 0, 5, [(0.0, 0.0)])]), None)
        assert (len(pieces.tail), pieces.length_m.tolist()) == (1, [5.0])

    def test_both_directions_of_a_road_share_pieces_and_keep_their_own_speed_and_modes(self):
        roads = network([(0.0, 0.0), (5_000.0, 0.0)], both_ways([(0, 1, 6_000)]))
        roads = replace(
            roads, speed_kph=np.array([30.0, 50.0]), modes=np.array([1, 4], np.uint8), road=np.zeros(2, np.int64),
        )  # fmt: skip
        pieces = cut(roads, None)
        assert len(pieces.tail) == 3
        assert (pieces.speed_kph == [30, 50]).all()
        assert (pieces.modes == [1, 4]).all()

    def test_a_road_drawn_backward_is_cut_from_its_own_beginning(self):
        roads = network([(0.0, 0.0), (5_000.0, 0.0)], [(1, 0, 6_000)])
        pieces = cut(roads, None)
        assert pieces.xy[pieces.tail[0]] == pytest.approx([0, 0], abs=1e-3)
        assert np.isinf(piece_minutes(pieces, RULES)[:, 0]).all()
        assert piece_minutes(pieces, RULES)[:, 1] == pytest.approx([2, 2, 2])

    def test_neighbours_on_the_ground_are_neighbours_in_memory(self):
        roads = load_roads(open_study_data().roads)
        pieces = cut(roads, None)
        step = steps(pieces.xy)
        chance = steps(pieces.xy[np.random.default_rng(1).permutation(len(pieces.xy))])
        assert np.median(step) < np.median(chance) / 20

    def test_roads_beyond_the_elevation_are_refused(self):
        small = ElevationGrid(np.zeros((60, 60), np.int16), np.zeros((60, 60), np.int16), 76.0, 40.0, 1 / 60)
        told = "elevation: 2 of 2 points of 'roads' lie where no height is known"
        with pytest.raises(LayerError, match=told) as refused:
            cut(network(TWO, [(0, 1, 1_900)]), small)
        assert "道路" in in_language(refused.value.faults[0], "zh")

    def test_a_hole_in_the_heights_under_a_long_road_is_told_and_no_road_is_lost_in_silence(self):
        height = np.full((600, 1290), 1_000, np.float32)
        height[295:305, 640:645] = np.nan  # between the junctions, both of which lie on known ground
        holed = ElevationGrid(height, np.zeros_like(height), 73.0, 44.0, 1 / 60)
        with pytest.raises(LayerError, match="points of 'roads' lie where no height is known"):
            cut(network([(0.0, 0.0), (40_000.0, 0.0)], [(0, 1, 40_000)]), holed)

    def test_a_ferry_takes_no_notice_of_slopes_and_surfaces(self):
        ferry = network([(0.0, 0.0), (15_000.0, 0.0)], both_ways([(0, 1, 15_000)]), road_class="ferry")
        wall = grid(np.broadcast_to(np.arange(1290) * 80, (600, 1290)), 800)
        for profile in ("car", "walking"):
            found = minutes_of(ferry, travel_rules(profile=profile, season="winter"), wall).sum(axis=0)
            assert found == pytest.approx([15 / 10 * 60] * 2)

    def test_without_elevation_everything_is_level(self):
        pieces = cut(network(TWO, [(0, 1, 1_900)]), None)
        assert (pieces.relief_m == 0).all()
        assert (pieces.grade == 0).all()


def minutes_of(roads, rules=RULES, elevation=None):
    return piece_minutes(cut(roads, elevation), rules)


class TestSpeeds:
    def test_the_class_of_a_road_decides_where_no_speed_is_tagged(self):
        kph = tuple(90.0 if c == "trunk" else 20.0 for c in CLASSES)
        for kind, expected in (("trunk", 6 / 90 * 60), ("service", 6 / 20 * 60)):
            roads = network(TWO, [(0, 1, 6_000)], road_class=kind)
            assert minutes_of(roads, replace(RULES, class_kph=kph))[0, 0] == pytest.approx(expected)

    def test_a_tagged_speed_is_preferred_to_that_of_the_class(self):
        assert minutes_of(network(TWO, [(0, 1, 6_000)], speed_kph=120))[0, 0] == pytest.approx(3)

    def test_a_tagged_speed_is_slowed_by_surface_terrain_and_season(self):
        roads = network(TWO, [(0, 1, 6_000)], speed_kph=120, surface="rough")
        rules = replace(RULES, season_factor=0.5)
        found = minutes_of(roads, rules, flat(relief_m=300).elevation)[0, 0]
        assert found == pytest.approx(6 / (120 * 0.35 * 0.8 * 0.5) * 60)

    def test_nobody_is_faster_than_the_top_speed_of_the_profile(self):
        tagged, plain = (network(TWO, [(0, 1, 6_000)], speed_kph=v) for v in (120, np.nan))
        slow = replace(RULES, top_kph=40.0)
        assert minutes_of(tagged, slow)[0, 0] == minutes_of(plain, slow)[0, 0] == pytest.approx(9)

    def test_a_walker_takes_no_notice_of_tagged_speeds(self):
        rules = travel_rules(profile="walking")
        assert minutes_of(network(TWO, [(0, 1, 6_000)], speed_kph=120), rules)[0, 0] == pytest.approx(6 / 5.0366 * 60)

    @pytest.mark.parametrize(("surface", "factor"), [("paved", 1.0), ("unpaved", 0.6), ("rough", 0.35)])
    def test_surfaces_slow(self, surface, factor):
        assert minutes_of(network(TWO, [(0, 1, 6_000)], surface=surface))[0, 0] == pytest.approx(6 / factor)

    def test_an_unknown_surface_is_the_best_or_the_worst_as_asked(self):
        roads = network(TWO, [(0, 1, 6_000)], road_class="tertiary")
        paved, unpaved = (network(TWO, [(0, 1, 6_000)], road_class="tertiary", surface=s) for s in ("paved", "unpaved"))
        best, worst = travel_rules(unknown_surface="best"), travel_rules(unknown_surface="worst")
        assert minutes_of(roads, best)[0, 0] == minutes_of(paved, best)[0, 0]
        assert minutes_of(roads, worst)[0, 0] == minutes_of(unpaved, worst)[0, 0] > minutes_of(roads, best)[0, 0]

    @pytest.mark.parametrize("surface", ["unpaved", "rough"])
    def test_a_wheelchair_goes_on_no_unpaved_road(self, surface):
        rules = travel_rules(profile="wheelchair")
        assert np.isinf(minutes_of(network(TWO, both_ways([(0, 1, 6_000)]), surface=surface), rules)).all()
        paved = minutes_of(network(TWO, both_ways([(0, 1, 6_000)]), surface="paved"), rules)
        assert paved == pytest.approx(np.array([[120, 120]]))

    def test_a_class_without_speed_is_not_used(self):
        roads = network(TWO, both_ways([(0, 1, 6_000)]), road_class="steps")
        assert np.isinf(minutes_of(roads, travel_rules())).all()
        assert np.isfinite(minutes_of(roads, travel_rules(profile="walking"))).all()

    def test_each_profile_goes_where_the_modes_allow_also_against_a_one_way_street(self):
        roads = network(TWO, both_ways([(0, 1, 6_000)]))
        one_way = replace(roads, modes=np.array([15, 4], np.uint8))  # all along, feet only back
        for profile, back in (("car", False), ("motorcycle", False), ("walking", True), ("wheelchair", False)):
            found = minutes_of(one_way, travel_rules(profile=profile))
            assert np.isfinite(found).tolist() == [[True, back]]

    def test_an_exact_speed_takes_the_place_of_the_product_but_not_of_a_tag(self):
        exact = replace(RULES, exact_kph=((("unclassified", "rough", "flat"), 36.0),))
        plain, tagged = (network(TWO, [(0, 1, 6_000)], surface="rough", speed_kph=v) for v in (np.nan, 100))
        assert minutes_of(plain, exact)[0, 0] == pytest.approx(10)
        assert minutes_of(tagged, exact)[0, 0] == pytest.approx(6 / 35 * 60)

    def test_what_is_closed_takes_for_ever_both_ways(self):
        pieces = cut(network([(0.0, 0.0), (5_000.0, 0.0)], both_ways([(0, 1, 6_000)])), None)
        found = piece_minutes(pieces, RULES, np.array([False, True, False]))
        assert found.tolist() == [[2, 2], [inf, inf], [2, 2]]


class TestTerrain:
    @pytest.mark.parametrize(
        ("relief", "factor"), [(0, 1.0), (199, 1.0), (200, 0.8), (499, 0.8), (500, 0.6), (3_000, 0.6)]
    )
    def test_ground_counts_as_hilly_and_mountainous_from_the_exact_relief(self, relief, factor):
        found = minutes_of(network(TWO, [(0, 1, 6_000)]), elevation=flat(relief_m=relief).elevation)
        assert found[0, 0] == pytest.approx(6 / factor)

    def test_a_hair_below_the_limit_is_the_easier_ground(self):
        relief = np.array([np.nextafter(200, 0), 200, np.nextafter(500, 0), 500])
        assert terrain_at(relief, RULES).tolist() == [0, 1, 1, 2]

    def test_each_piece_has_the_relief_around_its_own_middle(self):
        relief = np.zeros((600, 1290), np.int16)
        relief[:, 630:] = 300  # east of 83.5°E, which is x = 0
        road = network([(-3_000.0, 0.0), (3_000.0, 0.0)], both_ways([(0, 1, 6_000)]))
        pieces = cut(road, grid(np.zeros(relief.shape), relief))
        assert pieces.relief_m.tolist() == [0, 300, 300] or pieces.relief_m.tolist() == [0, 0, 300]
        east = pieces.middle[:, 0] > 1
        assert (pieces.relief_m[east] == 300).all()
        assert (pieces.relief_m[pieces.middle[:, 0] < -1] == 0).all()

    @pytest.mark.parametrize(("relief", "sinuosity"), [(199, 1.2), (200, 1.5), (500, 1.5)])
    def test_straightened_roads_are_longer_by_their_terrain_and_others_are_not(self, relief, sinuosity):
        for straightened, times in ((True, sinuosity), (False, 1.0)):
            roads = network(TWO, [(0, 1, 6_000)], straightened=straightened)
            assert way_m(cut(roads, flat(relief_m=relief).elevation), RULES) == pytest.approx([6_000 * times])


class TestSlope:
    GRADES = st.floats(-0.3, 0.3)

    @given(GRADES)
    def test_cars_lose_speed_up_and_down_beyond_the_free_grade(self, grade):
        expected = max(1 - 4 * max(abs(grade) - 0.03, 0), SLOWEST_CLIMB)
        assert slope_share(np.array([grade]), RULES)[0] == pytest.approx(expected)

    @given(GRADES)
    def test_walkers_go_by_tobler(self, grade):
        rules = travel_rules(profile="walking")
        expected = exp(-3.5 * abs(grade + 0.05)) / exp(-3.5 * 0.05)
        assert slope_share(np.array([grade]), rules)[0] == pytest.approx(expected)

    def test_exactly_at_the_free_grade_nothing_is_lost(self):
        shares = slope_share(np.array([0.03, -0.03, 0.0, 0.0301, -0.0301]), RULES)
        assert shares[:3].tolist() == [1, 1, 1]
        assert (shares[3:] < 1).all()

    def test_walkers_are_fastest_going_gently_down(self):
        grades = np.linspace(-0.12, 0.12, 241)
        rules = travel_rules(profile="walking")
        assert grades[np.argmax(slope_share(grades, rules))] == pytest.approx(-0.05)

    @staticmethod
    def slope(rise_per_cell):
        """Ground that rises eastward by so many metres an arc-minute (1,442 m at 39°N)."""
        return grid(np.broadcast_to(np.arange(1290) * rise_per_cell, (600, 1290)))

    def climb(self, rules, rise, length_m=15_000):
        roads = network([(0.0, 0.0), (15_000.0, 0.0)], both_ways([(0, 1, length_m)]))
        return minutes_of(roads, rules, self.slope(rise)).sum(axis=0)

    def test_a_long_even_climb_takes_what_its_grade_says(self):
        west, east = to_metric([83.5, 83.5 + 1 / 60], [39.0, 39.0])
        grade = 80 / np.hypot(*(east - west))  # 5.5 %
        up, down = self.climb(RULES, 80)
        assert up == pytest.approx(15 / (1 - 4 * (grade - 0.03)), rel=0.01)
        assert down == pytest.approx(up, rel=1e-9)
        level = 15 / 5.0366 * 60
        up, down = self.climb(travel_rules(profile="walking"), 80)
        assert up == pytest.approx(level / exp(-3.5 * grade), rel=0.01)
        assert down == pytest.approx(level / exp(-3.5 * (abs(0.05 - grade) - 0.05)), rel=0.01)

    def test_a_road_as_long_again_as_the_slope_is_half_as_steep(self):
        pieces = [
            cut(network([(0.0, 0.0), (15_000.0, 0.0)], [(0, 1, m)]), self.slope(80)).grade for m in (15_000, 30_000)
        ]
        assert pieces[1] == pytest.approx(pieces[0] / 2)

    def test_no_road_is_steeper_than_roads_are(self):
        pieces = cut(network([(0.0, 0.0), (15_000.0, 0.0)], [(0, 1, 15_000)]), self.slope(8 * 80 // 2))
        assert pieces.grade == pytest.approx(np.full(8, STEEPEST_ROAD))
        back = cut(network([(15_000.0, 0.0), (0.0, 0.0)], [(0, 1, 15_000)]), self.slope(8 * 80 // 2))
        assert back.grade == pytest.approx(np.full(8, -STEEPEST_ROAD))


class TestClosing:
    SQUARE = cut(network([(0.0, 0.0), (1_800.0, 0.0), (0.0, 1_800.0)], both_ways([(0, 1, 1_800), (0, 2, 1_800)])), None)

    def test_a_piece_is_closed_when_its_middle_lies_within_the_radius(self):
        within, beyond = (Closure("works", *degrees([(900.0, -300.0)])[0], radius) for radius in (300.01, 299.99))
        assert closed_pieces(self.SQUARE, [within]).sum() == 1
        with pytest.raises(LayerError, match="'works' touches no road within 300 m"):
            closed_pieces(self.SQUARE, [beyond])

    def test_several_closures_close_what_each_of_them_closes(self):
        one, other = (Closure(n, *degrees([at])[0], 100) for n, at in (("a", (900.0, 0.0)), ("b", (0.0, 900.0))))
        each = [closed_pieces(self.SQUARE, [c]) for c in (one, other)]
        assert (closed_pieces(self.SQUARE, [one, other]) == each[0] | each[1]).all()
        assert not (each[0] & each[1]).any()

    def test_every_closure_that_touches_nothing_is_named_at_once(self):
        far = [Closure(name, *degrees([(0.0, 90_000.0)])[0], 50) for name in ("lost pass", "old bridge")]
        near = Closure("works", *degrees([(900.0, 0.0)])[0], 100)
        with pytest.raises(LayerError) as refused:
            closed_pieces(self.SQUARE, [far[0], near, far[1]])
        assert refused.value.faults == (
            "closure 'lost pass' touches no road within 50 m",
            "closure 'old bridge' touches no road within 50 m",
        )
        assert "请核对位置和半径" in in_language(refused.value.faults[0], "zh")

    def test_nothing_is_closed_without_closures(self):
        assert not closed_pieces(self.SQUARE, []).any()


class TestIslands:
    LINE = tuple((1_900.0 * i, 0.0) for i in range(6))

    def open_to(self, arcs, smallest, nodes=LINE):
        pieces = cut(network(nodes, arcs), None)
        found = usable(pieces, piece_minutes(pieces, RULES), smallest)
        ends = np.sort(np.rint(pieces.xy[:, 0] / 1_900).astype(int)[np.column_stack([pieces.tail, pieces.head])])
        return {(int(a), int(b)): bool(x) for (a, b), x in zip(ends, found, strict=True)}

    def test_a_part_is_an_island_below_its_share_of_the_longest(self):
        arcs = both_ways([(0, 1, 1_000), (1, 2, 3_000), (3, 4, 1_000)])
        exactly = self.open_to(arcs, 0.25)
        assert exactly == {(0, 1): True, (1, 2): True, (3, 4): True}
        assert self.open_to(arcs, 0.26) == {(0, 1): True, (1, 2): True, (3, 4): False}

    def test_a_dead_end_that_one_may_enter_but_not_leave_is_not_started_from(self):
        arcs = [*both_ways([(0, 1, 1_900), (1, 2, 1_900)]), (2, 3, 1_900)]
        assert self.open_to(arcs, 0.01) == {(0, 1): True, (1, 2): True, (2, 3): False}
        assert all(self.open_to(arcs, 0).values())

    def test_a_one_way_road_between_two_large_parts_may_be_entered(self):
        arcs = [*both_ways([(0, 1, 1_900), (2, 3, 1_900)]), (1, 2, 1_900)]
        assert all(self.open_to(arcs, 0.5).values())

    def test_what_the_profile_may_not_use_is_not_entered(self):
        roads = network(self.LINE[:3], both_ways([(0, 1, 1_900), (1, 2, 1_900)]))
        feet = replace(roads, modes=np.where(np.minimum(roads.tail, roads.head) == 0, 4, 15).astype(np.uint8))
        pieces = cut(feet, None)
        for smallest in (0.0, 0.01):
            assert usable(pieces, piece_minutes(pieces, RULES), smallest).sum() == 1

    @settings(max_examples=80, deadline=None)
    @given(
        st.lists(
            st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda a: a[0] != a[1]), min_size=1, max_size=12
        )
    )
    def test_parts_are_the_places_between_which_one_may_go_and_return(self, ends):
        arcs = [(u, v, 1_900.0 * abs(u - v)) for u, v in ends]
        pieces = cut(network(self.LINE, arcs), None)
        passable = np.isfinite(piece_minutes(pieces, RULES))
        n = len(pieces.xy)
        reach = np.eye(n, dtype=bool)
        for p in range(len(pieces.tail)):
            reach[pieces.tail[p], pieces.head[p]] |= passable[p, 0]
            reach[pieces.head[p], pieces.tail[p]] |= passable[p, 1]
        for k in range(n):
            reach |= reach[:, k, None] & reach[None, k, :]
        part = parts(pieces, passable)
        assert ((part[:, None] == part[None, :]) == (reach & reach.T)).all()


def test_every_surface_and_class_has_its_place():
    assert len(RULES.class_kph) == len(CLASSES)
    assert len(RULES.surface_factor) == len(SURFACES)


class TestFerries:
    """A crossing of 3 km that the timetable gives 6 minutes."""

    FERRY = replace(
        network([(0.0, 0.0), (3_000.0, 0.0)], both_ways([(0, 1, 3_000)]), speed_kph=30),
        road_class=np.full(2, CLASSES.index("ferry"), np.int8),
    )

    @pytest.mark.parametrize("profile", ["car", "motorcycle", "walking", "wheelchair", "with_escort"])
    @pytest.mark.parametrize("season", ["summer", "winter"])
    @pytest.mark.parametrize("surface", ["best", "worst"])
    def test_the_timetable_holds_for_everyone_in_every_season(self, profile, season, surface):
        rules = travel_rules(profile=profile, season=season, unknown_surface=surface)
        minutes = piece_minutes(cut(self.FERRY, None), rules)
        assert minutes.sum(axis=0) == pytest.approx([6, 6])

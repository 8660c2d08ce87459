"""Ways off the roads take the minutes that an explicit graph of the same cells gives, and slip through nothing."""

from dataclasses import replace
from itertools import product
from math import exp, hypot, inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from shapely.geometry import LineString, Polygon

from geodata.elevation import ElevationGrid
from geodata.errors import LayerError
from geodata.travel.offroad import Ground, explore, ground, items_in_cells, leg_minutes, reach_minutes
from geodata.travel.rules import travel_rules

CAR = replace(travel_rules(), access_limit_min=1e6)
WALK = replace(travel_rules(profile="walking"), access_limit_min=1e6)
KPH = 20.0
STEP = 1 / 60
WEST, NORTH = 80.0, 40.0
EARTH = Geod(ellps="WGS84")
LEVEL = np.full((20, 24), 1_000, np.int16)


def hills(height, relief=None):
    height = np.asarray(height)
    return ElevationGrid(height, np.zeros_like(height) if relief is None else relief, WEST, NORTH, STEP)


FLAT = Ground(hills(LEVEL))


def at(row, column):
    """Degrees of the middle of a cell, or of a place between."""
    return np.array([[WEST + (column + 0.5) * STEP, NORTH - (row + 0.5) * STEP]])


def leg(land, start, end, rules=CAR, kph=KPH):
    return float(leg_minutes(land, rules, kph, at(*start), at(*end))[0])


def metres(a, b):
    return EARTH.inv(*at(*a)[0], *at(*b)[0])[2]


def blocked(*cells, shape=LEVEL.shape):
    slow = np.ones(shape, np.float32)
    for row, column in cells:
        slow[row, column] = np.inf
    return slow


def by_explicit_graph(height, slow, rules, source):
    """Minutes from one cell to all others by scipy, from the words of the rule."""
    rows, columns = height.shape
    pace = rules.local_sinuosity * 60 / 1000 / (KPH * rules.season_factor)

    def stretch(climb, length, slowness):
        if climb / length > rules.steepest_local:
            return inf
        tobler = exp(3.5 * (abs(climb / length + 0.05) - 0.05)) if rules.on_foot else 1.0
        return length * pace * slowness * tobler

    def passable(cell):
        return np.isfinite(slow[cell])

    def at_end(cell):
        return slow[cell] if passable(cell) else 1.0

    tail, head, minutes = [], [], []
    for cell in product(range(rows), range(columns)):
        if not passable(cell) and cell != source:
            continue
        for down, across in product(range(-2, 3), repeat=2):
            goal = (cell[0] + down, cell[1] + across)
            if down * down + across * across not in (1, 2, 5) or not (0 <= goal[0] < rows and 0 <= goal[1] < columns):
                continue
            length, climb = metres(cell, goal), float(height[goal]) - float(height[cell])
            ends = at_end(cell) + at_end(goal)
            if hypot(down, across) < 2:
                sides = [(cell[0] + down, cell[1]), (cell[0], cell[1] + across)]
                if down and across and not any(passable(s) for s in sides):
                    continue
                cost = stretch(climb, length, ends / 2)
            else:
                step = (down // 2, 0) if abs(down) == 2 else (0, across // 2)
                cut = [(cell[0] + step[0], cell[1] + step[1]), (goal[0] - step[0], goal[1] - step[1])]
                if not all(passable(c) for c in cut):
                    continue
                half = (float(height[cut[0]]) + float(height[cut[1]])) / 2 - float(height[cell])
                mean = (ends + slow[cut[0]] + slow[cut[1]]) / 4
                cost = stretch(half, length / 2, mean) + stretch(climb - half, length / 2, mean)
            if cost < inf:
                tail.append(cell[0] * columns + cell[1])
                head.append(goal[0] * columns + goal[1])
                minutes.append(cost)
    graph = coo_array((minutes, (tail, head)), shape=(rows * columns,) * 2).tocsr()
    return dijkstra(graph, indices=source[0] * columns + source[1]).reshape(rows, columns)


@st.composite
def landscapes(draw):
    rng = np.random.default_rng(draw(st.integers(0, 1_000_000)))
    shape = (draw(st.integers(2, 7)), draw(st.integers(2, 7)))
    height = rng.integers(1_000, 1_000 + draw(st.sampled_from([1, 200, 600])), shape).astype(np.int16)
    slow = rng.uniform(1, 4, shape).astype(np.float32)
    slow[rng.uniform(size=shape) < draw(st.sampled_from([0, 0.2, 0.5]))] = np.inf
    source = (int(rng.integers(shape[0])), int(rng.integers(shape[1])))
    return height, slow, draw(st.sampled_from([CAR, WALK])), source


def everything_from(land, rules, source, limit=1e6, backward=False):
    rows, columns = land.grid.height_m.shape
    cells = np.vstack([at(*cell) for cell in product(range(rows), range(columns))])
    items = items_in_cells(land, cells, np.arange(len(cells)))
    _, item, minutes = explore(
        land, rules, KPH, at(*source), items, len(cells), limit, backward=backward
    )  # fmt: skip
    assert np.all(np.diff(minutes) >= 0)
    found = np.full(len(cells), inf)
    found[item] = minutes
    return found.reshape(rows, columns)


@settings(max_examples=80, deadline=None)
@given(landscapes())
def test_minutes_between_cells_are_those_of_an_explicit_graph(landscape):
    height, slow, rules, source = landscape
    found = everything_from(Ground(hills(height), slow), rules, source)
    assert found.ravel() == pytest.approx(by_explicit_graph(height, slow, rules, source).ravel(), rel=1e-6)


@settings(max_examples=30, deadline=None)
@given(landscapes())
def test_backwards_the_minutes_are_those_of_the_way_towards_the_point(landscape):
    height, slow, rules, source = landscape
    found = everything_from(Ground(hills(height), slow), rules, source, backward=True)
    for row, column in ((0, 0), (height.shape[0] - 1, height.shape[1] - 1)):
        if np.isfinite(slow[row, column]) and np.isfinite(slow[source]):
            there = by_explicit_graph(height, slow, rules, (row, column))[source]
            assert found[row, column] == pytest.approx(there, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(landscapes(), st.integers(0, 1_000_000))
def test_a_blocked_line_is_left_for_the_way_between_the_cells(landscape, seed):
    height, slow, rules, source = landscape
    land = Ground(hills(height), slow)
    graph = by_explicit_graph(height, slow, rules, source)
    for goal in product(*map(range, height.shape)):
        if goal != source and np.isfinite(slow[goal]):
            assert leg(land, source, goal, rules) <= graph[goal] * (1 + 1e-6) or metres(source, goal) < 4_000
    # A wall of one's own across all lines: then nothing but the way between the cells is left.
    wall = slow.copy()
    wall[height.shape[0] // 2, : height.shape[1] - 1] = np.inf
    for start, goal in product([(0, 0)], [(height.shape[0] - 1, c) for c in range(height.shape[1] - 2)]):
        if height.shape[0] >= 3 and np.isfinite(slow[start]) and np.isfinite(slow[goal]):
            expected = by_explicit_graph(height, wall, rules, start)[goal]
            assert leg(Ground(hills(height), wall), start, goal, rules) == pytest.approx(expected, rel=1e-6)


places = st.tuples(st.floats(0, 19), st.floats(0, 23))


@settings(max_examples=100, deadline=None)
@given(places, places, st.sampled_from([CAR, WALK]))
def test_flat_open_ground_takes_the_same_minutes_with_and_without_a_grid(start, end, rules):
    assert leg(FLAT, start, end, rules) == pytest.approx(leg(None, start, end, rules), rel=1e-9, abs=1e-9)


@settings(max_examples=100, deadline=None)
@given(places, places)
def test_ground_twice_as_slow_takes_twice_the_minutes_of_the_line_within_three_percent(start, end):
    land = Ground(hills(LEVEL), np.full(LEVEL.shape, 2, np.float32))
    assert leg(land, start, end) == pytest.approx(2 * leg(None, start, end), rel=0.03, abs=1e-9)


def test_between_cells_flat_ground_is_at_most_one_in_twenty_longer_than_the_straight_line():
    found = everything_from(FLAT, CAR, (10, 12))
    cells = np.vstack([at(*cell) for cell in product(range(20), range(24))])
    straight = leg_minutes(None, CAR, KPH, np.repeat(at(10, 12), len(cells), axis=0), cells)
    assert np.all(found.ravel() >= straight * (1 - 1e-6))
    assert np.all(found.ravel() <= straight * 1.05)  # cells that are narrower than high, 16 directions


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 1_000_000), st.sampled_from([CAR, WALK]))
def test_the_straight_line_is_slowed_by_the_ground_under_it(seed, rules):
    rng = np.random.default_rng(seed)
    slow = rng.uniform(1, 1.2, LEVEL.shape).astype(np.float32)
    elevation = hills((np.add.outer(np.arange(20) * 20, np.arange(24) * 15) + 1_000).astype(np.int16))
    start = rng.uniform(1, 18, 2)
    end = start + rng.uniform(-0.9, 0.9, 2)  # shorter than two cells: nothing but the line is looked at
    along = start + (end - start) * np.linspace(0, 1, 4_001)[:, None]
    rows, columns = np.floor(along + 0.5).astype(int).T
    lon, lat = np.vstack([at(*place) for place in along]).T
    slope = np.diff(elevation.smooth_height_at(lon, lat)) / max(metres(start, end) / 4_000, 1e-9)
    share = np.exp(3.5 * (np.abs(slope + 0.05) - 0.05)) if rules.on_foot else np.ones(4_000)
    expected = leg(None, start, end, rules) * np.mean(slow[np.clip(rows, 0, 19), np.clip(columns, 0, 23)][1:] * share)
    assert leg(Ground(elevation, slow), start, end, rules) == pytest.approx(expected, rel=0.01, abs=1e-6)


def test_a_wall_is_gone_around_through_its_gap():
    wall = blocked(*[(10, c) for c in range(23)])
    open_, closed = Ground(hills(LEVEL), wall), Ground(hills(LEVEL), blocked(*[(10, c) for c in range(24)]))
    around = leg(open_, (8, 2), (12, 2))
    assert around == pytest.approx(leg(None, (8, 2), (10, 23)) + leg(None, (10, 23), (12, 2)), rel=0.05)
    assert leg(closed, (8, 2), (12, 2)) == inf


def test_a_way_around_that_takes_too_long_is_no_way():
    land = Ground(hills(LEVEL), blocked(*[(10, c) for c in range(23)]))
    around = leg(land, (8, 2), (12, 2))
    assert leg(land, (8, 2), (12, 2), replace(CAR, access_limit_min=around * 1.001)) == around
    assert leg(land, (8, 2), (12, 2), replace(CAR, access_limit_min=around * 0.999)) == inf


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(4, 15), min_size=2, max_size=12), st.floats(0, 23), st.floats(0, 23))
def test_no_way_slips_through_a_river_however_it_bends(bends, west, east):
    lon = np.linspace(WEST - 0.1, WEST + 24 * STEP + 0.1, len(bends))
    river = LineString(list(zip(lon, NORTH - np.array(bends) * STEP, strict=True)))
    land = ground(hills(LEVEL), barriers=[river])
    assert leg(land, (0.3, west), (19, east)) == inf
    assert leg(land, (19, east), (0.3, west)) == inf


def test_no_straight_line_slips_between_two_impassable_cells_that_meet_in_a_corner():
    diagonal = Ground(hills(LEVEL), blocked(*[(r, 15 - r) for r in range(16)]))
    corner = Ground(hills(LEVEL), blocked((5, 6), (6, 5)))
    assert leg(diagonal, (5, 9), (6, 10)) == inf
    assert leg(diagonal, (2, 6), (9, 13)) == inf
    assert leg(corner, (5, 5), (6, 6)) > 2 * leg(None, (5, 5), (6, 6))


def test_two_near_places_with_a_cliff_between_are_as_far_as_the_way_around():
    height = LEVEL.copy()
    height[10:] += 350
    land = Ground(hills(height))
    assert leg(land, (9.45, 5), (9.55, 5)) == pytest.approx(everything_from(land, CAR, (9, 5))[10, 5])
    assert leg(land, (9.45, 5), (9.55, 5)) > 20 * leg(land, (9.55, 5), (9.45, 5))


def test_a_lake_is_gone_around():
    x = WEST + np.array([5, 15]) * STEP
    y = NORTH - np.array([5, 15]) * STEP
    land = ground(hills(LEVEL), barriers=[Polygon([(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1])])])
    assert 1.2 < leg(land, (10, 2), (10, 18)) / leg(None, (10, 2), (10, 18)) < 2


def test_a_village_by_the_river_is_left_and_reached():
    land = Ground(hills(LEVEL), blocked(*[(10, c) for c in range(24)]))
    for village, other in (((10, 5), (4, 5)), ((10, 5), (16, 9)), ((9.6, 5), (9, 5))):
        for start, end in ((village, other), (other, village)):
            assert leg(land, start, end) == pytest.approx(leg(None, start, end), rel=0.03)


STEEPEST = replace(CAR, steepest_local=300 / metres((9, 5), (10, 5)) * (1 + 1e-9))


def over_a_step(rise, start, end):
    """Minutes over a step between two rows ÷ minutes of the straight line."""
    height = LEVEL.copy()
    height[10:] += rise
    return leg(Ground(hills(height)), start, end, STEEPEST) / leg(None, start, end)


@pytest.mark.parametrize("rise", [-900, 0, 299, 300])
def test_a_slope_is_climbed_straight_up_to_the_steepest_and_always_descended(rise):
    assert over_a_step(rise, (9, 5), (10, 5)) == pytest.approx(1)
    assert over_a_step(rise, (2, 5), (17, 5)) == pytest.approx(1)


def test_a_steeper_slope_is_climbed_at_a_slant_until_that_is_too_steep_too():
    assert over_a_step(301, (9, 5), (10, 5)) > 1.2
    assert 1.01 < over_a_step(301, (2, 5), (17, 5)) < 1.2
    assert over_a_step(600, (9, 5), (10, 5)) == inf
    assert over_a_step(600, (2, 5), (17, 5)) == inf


def test_a_ridge_between_is_a_barrier_though_both_ends_are_level():
    height = LEVEL.copy()
    height[10] += 600
    assert leg(Ground(hills(height)), (8, 5), (12, 5)) == inf
    height[10, 8] -= 600
    assert CAR.local_sinuosity < leg(Ground(hills(height)), (8, 5), (12, 5)) < 60


def test_walkers_are_slowed_by_slope_as_tobler_says():
    height = (np.arange(20)[::-1, None] * 100 + np.zeros((1, 24)) + 1_000).astype(np.int16)  # up to the north
    slope = 100 / metres((9, 5), (10, 5))
    up, down = leg(Ground(hills(height)), (10, 5), (9, 5), WALK), leg(Ground(hills(height)), (9, 5), (10, 5), WALK)
    level = leg(None, (9, 5), (10, 5), WALK)
    assert level / up == pytest.approx(exp(-3.5 * abs(slope + 0.05)) / exp(-3.5 * 0.05), rel=1e-3)
    assert level / down == pytest.approx(exp(-3.5 * abs(-slope + 0.05)) / exp(-3.5 * 0.05), rel=1e-3)


@pytest.mark.parametrize(
    ("relief", "terrain"), [(0, 0), (199, 0), (200, 1), (499, 1), (500, 2)], ids=["flat", "199", "hill", "499", "high"]
)
def test_vehicles_are_slowed_by_relief(relief, terrain):
    land = Ground(hills(LEVEL, np.full_like(LEVEL, relief)))
    share = leg(None, (3, 3), (9, 15)) / leg(land, (3, 3), (9, 15))
    assert share == pytest.approx(CAR.terrain_factor[terrain], rel=0.03)
    assert leg(land, (3, 3), (9, 15), WALK) == pytest.approx(leg(None, (3, 3), (9, 15), WALK))


def test_without_ground_a_way_is_its_straight_line_with_detour_speed_and_season():
    winter = replace(CAR, season_factor=0.5)
    assert leg(None, (0, 0), (0, 5), winter) == pytest.approx(metres((0, 0), (0, 5)) / 1000 * 1.3 / (KPH * 0.5) * 60)
    assert leg(FLAT, (0, 0), (0, 5), winter) == pytest.approx(leg(None, (0, 0), (0, 5), winter))
    short = replace(CAR, access_limit_min=leg(None, (0, 0), (0, 5)))
    assert np.isfinite(leg(None, (0, 0), (0, 5), short))
    assert leg(None, (0, 0), (0, 5.001), short) == inf


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 1_000_000), st.sampled_from([CAR, WALK]))
def test_many_ways_at_once_are_each_way_alone(seed, rules):
    rng = np.random.default_rng(seed)
    height = rng.integers(1_000, 1_300, LEVEL.shape).astype(np.int16)
    land = Ground(hills(height), blocked(*rng.integers(0, 20, (60, 2))))
    one, many = rng.uniform(0, 19, (2, 2)), rng.uniform(0, 19, (12, 2))
    a = np.vstack([at(*one[i % 2]) for i in range(12)])
    b = np.vstack([at(*place) for place in many])
    for start, end in ((a, b), (b, a)):
        alone = [leg_minutes(land, rules, KPH, start[i : i + 1], end[i : i + 1])[0] for i in range(12)]
        assert leg_minutes(land, rules, KPH, start, end) == pytest.approx(np.array(alone), rel=1e-9)


@pytest.mark.parametrize("land", [None, Ground(hills(LEVEL), blocked(*[(10, c) for c in range(20)]))])
@pytest.mark.parametrize("backward", [False, True])
def test_trips_without_roads_are_the_ways_of_all_pairs_within_the_limit(land, backward):
    rng = np.random.default_rng(4)
    homes, sites = (WEST + rng.uniform(0, 0.33, (n, 1)) for n in (30, 7))
    homes, sites = (np.hstack([lon, NORTH - rng.uniform(0, 0.33, lon.shape)]) for lon in (homes, sites))
    found = reach_minutes(land, WALK, KPH, homes, sites, 15.0, backward=backward).toarray()
    for i, j in product(range(30), range(7)):
        ends = (homes[i : i + 1], sites[j : j + 1])
        expected = leg_minutes(land, WALK, KPH, *(ends[::-1] if backward else ends))[0]
        near = EARTH.inv(*homes[i], *sites[j])[2] <= 15_000
        assert found[i, j] == pytest.approx(expected if near and np.isfinite(expected) else 0, rel=1e-9)


def test_a_trip_exactly_as_far_as_the_limit_is_kept_and_may_take_two_ways_to_a_road():
    km = metres((0, 0), (0, 9)) / 1000
    whole = leg(None, (0, 0), (0, 9))
    for limit_km, limit_min, trips in ((km, whole / 2, 1), (np.nextafter(km, 0), whole, 0), (km, whole / 2.01, 0)):
        rules = replace(CAR, access_limit_min=limit_min)
        assert reach_minutes(None, rules, KPH, at(0, 0), at(0, 9), limit_km).nnz == trips


def test_nobody_and_nowhere_have_no_ways():
    nobody = np.zeros((0, 2))
    for land in (None, FLAT):
        assert leg_minutes(land, CAR, KPH, nobody, nobody).shape == (0,)
        assert reach_minutes(land, CAR, KPH, nobody, at(0, 0), 30).shape == (0, 1)
        assert reach_minutes(land, CAR, KPH, at(0, 0), nobody, 30).shape == (1, 0)


def test_points_without_height_are_refused():
    outside = np.array([[WEST - 1, NORTH]])
    with pytest.raises(LayerError, match="1 of 2 points of 'ways off the roads'"):
        leg_minutes(FLAT, CAR, KPH, at(0, 0), outside)
    with pytest.raises(LayerError, match="1 of 1 points"):
        explore(FLAT, CAR, KPH, outside, items_in_cells(FLAT, at(0, 0), [0]), 1, 60)


def test_unknown_heights_between_are_impassable():
    height = LEVEL.astype(np.float32)
    height[10] = np.nan
    assert leg(Ground(hills(height)), (8, 5), (12, 5)) == inf
    height[10, 20] = 1_000
    assert np.isfinite(leg(Ground(hills(height)), (8, 5), (12, 5)))


def test_exploring_finds_what_lies_behind_the_open_side_before_what_lies_behind_the_ridge():
    height = LEVEL.copy()
    height[:, 12] += 900
    land = Ground(hills(height))
    behind, near, far = at(10, 13), at(10, 5), at(2, 3)
    items = items_in_cells(land, np.vstack([behind, near, far, far]), [7, 3, 3, 5])
    point, item, minutes = explore(land, CAR, KPH, at(10, 11), items, 2, 600)
    assert (point.tolist(), item.tolist()) == ([0, 0], [3, 5])
    assert minutes[0] == pytest.approx(leg(None, (10, 11), (10, 5)), rel=0.03)
    assert explore(land, CAR, KPH, at(10, 11), items, 2, minutes[0] * 1.01)[1].tolist() == [3]


def test_very_fine_heights_are_searched_on_coarser_cells():
    height = np.tile(np.arange(960, dtype=np.int16), (480, 1))
    fine = ElevationGrid(height, np.zeros_like(height), WEST, NORTH, 1 / 3600)
    land = ground(fine, barriers=[LineString([(WEST, NORTH - 0.1), (WEST + 1, NORTH - 0.1)])])
    assert land.grid.height_m.shape == land.slowness.shape == (32, 64)
    assert land.grid.height_m[0, 0] == pytest.approx(7)
    point = np.array([[WEST + 0.1, NORTH - 0.02]])
    assert np.isfinite(leg_minutes(land, CAR, KPH, point, point + np.array([0.1, -0.05]))[0])
    assert leg_minutes(land, CAR, KPH, point, point + np.array([0.1, -0.1]))[0] == inf

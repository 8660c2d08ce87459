"""Points meet the roads where a search through everything says they do."""

from math import atan2, floor, inf, pi, sqrt

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.travel.entries import SECTOR_MORE_M, SECTOR_REACH, Entries, Segments, nearest_entries


def segments(lines, pieces=None):
    """Each line ((x, y), (u, v)) a segment; each its own piece unless told."""
    ends = np.array(lines, float).reshape(-1, 2, 2)
    piece = np.arange(len(ends)) if pieces is None else np.array(pieces)
    share = np.zeros(len(ends))
    return Segments(ends[:, 0], ends[:, 1], piece, share, share + 1)


def found(entries: Entries):
    return [
        (int(p), int(r), float(f), float(d))
        for p, r, f, d in zip(entries.point, entries.piece, entries.fraction, entries.distance_m, strict=True)
    ]


def by_search_through_everything(bits: Segments, points, count, limit, road):
    """The same roads, from the words of the rule and without an index."""
    rows = []
    for p, (x, y) in enumerate(points):
        best = {}
        for (ax, ay), (bx, by), piece, low, high in zip(bits.a, bits.b, bits.piece, bits.from_, bits.to, strict=True):
            dx, dy = bx - ax, by - ay
            t = ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy) if dx or dy else 0.0
            t = min(max(t, 0.0), 1.0)
            at = (bx, by) if t == 1 else (ax + t * dx, ay + t * dy)
            entry = (sqrt((x - at[0]) ** 2 + (y - at[1]) ** 2), int(piece), low + t * (high - low), *at)
            if entry[0] <= limit:
                best[road[piece]] = min(best.get(road[piece], (inf, 0, 0, 0, 0)), entry, key=lambda e: e[:3])
        ranked = sorted(best.values(), key=lambda e: e[:2])
        kept = ranked[:count]
        for sector in range(8):
            ahead = [
                e
                for e in ranked
                if e[0] <= SECTOR_REACH * ranked[0][0] + SECTOR_MORE_M
                and floor((atan2(e[4] - y, e[3] - x) / pi + 1 / 8) * 4) % 8 == sector
            ]
            kept += [e for e in ahead[:1] if e not in kept]
        rows += [(p, piece, share, distance) for distance, piece, share, *_ in sorted(kept, key=lambda e: e[:2])]
    return rows


@st.composite
def problems(draw):
    """Roads between a few junctions, so that many are equally near; no other two places are equally far."""
    rng = np.random.default_rng(draw(st.integers(0, 1_000_000)))
    lines, homes, scale = draw(st.integers(1, 40)), draw(st.integers(0, 5)), draw(st.sampled_from([10, 1_000, 9_000]))
    junctions = rng.uniform(-scale, scale, (draw(st.integers(1, 30)), 2))
    a, b = (junctions[rng.integers(0, len(junctions), lines)] for _ in range(2))
    share = rng.uniform(0, 1, (2, lines))
    limit = draw(st.sampled_from([0, 50, 500, 2_500, 5_000, 1e9, inf]))
    points = rng.uniform(-1.5 * scale, 1.5 * scale, (homes, 2))
    bits = Segments(a, b, rng.integers(0, 10, lines), *share)
    return bits, points, draw(st.integers(1, 8)), limit, rng.integers(0, 10, 10)


def same(entries, expected):
    rows = found(entries)
    assert [row[:2] for row in rows] == [row[:2] for row in expected]
    assert np.array(rows).ravel() == pytest.approx(np.array(expected).ravel(), abs=1e-8)


@settings(max_examples=400, deadline=None)
@given(problems())
def test_the_entries_are_those_of_a_search_through_everything(problem):
    bits, points, count, limit, road = problem
    entries = nearest_entries(bits, points, count=count, limit_m=limit, road=road)
    same(entries, by_search_through_everything(bits, points, count, limit, road))


@settings(max_examples=200, deadline=None)
@given(problems())
def test_the_distance_is_that_of_the_geometry_library_and_leads_to_the_entry(problem):
    bits, points, _, _, _ = problem
    entries = nearest_entries(bits, points, count=9, limit_m=inf)
    pieces = {
        int(p): shapely.multilinestrings(
            [line for line, q in zip(bits_as_lines(bits), bits.piece, strict=True) if q == p]
        )
        for p in bits.piece
    }
    for p, piece, distance, xy in zip(entries.point, entries.piece, entries.distance_m, entries.xy, strict=True):
        assert distance == pytest.approx(shapely.distance(shapely.Point(points[p]), pieces[int(piece)]), abs=1e-6)
        assert np.hypot(*(xy - points[p])) == pytest.approx(distance, abs=1e-6)
        assert shapely.distance(shapely.Point(xy), pieces[int(piece)]) < 1e-6


def bits_as_lines(bits):
    return [[tuple(a), tuple(b)] for a, b in zip(bits.a, bits.b, strict=True)]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1_000_000), st.integers(1, 6), st.sampled_from([300, 5_000, 40_000, inf]))
def test_many_roads_over_a_wide_country_are_searched_right(seed, count, limit):
    rng = np.random.default_rng(seed)
    towns = rng.uniform(0, 300_000, (4, 2))
    a = towns[rng.integers(0, 4, 600)] + rng.normal(0, 4_000, (600, 2))
    b = a + rng.normal(0, 1, (600, 2)) * rng.choice([10, 300, 40_000], (600, 1), p=[0.5, 0.45, 0.05])
    bits = Segments(a, b, np.arange(600) // 3, np.zeros(600), np.ones(600))
    road = np.arange(200) // 4
    points = np.vstack([towns + rng.normal(0, 6_000, (4, 2)), rng.uniform(-50_000, 350_000, (6, 2))])
    entries = nearest_entries(bits, points, count=count, limit_m=limit, road=road)
    same(entries, by_search_through_everything(bits, points, count, limit, road))


def test_a_village_joins_the_road_where_it_passes():
    entries = nearest_entries(segments([((0, 0), (10_000, 0))]), np.array([[2_500.0, 300.0]]), limit_m=1_000)
    assert found(entries) == [(0, 0, 0.25, 300.0)]
    assert entries.xy.tolist() == [[2_500.0, 0.0]]


def test_the_share_along_a_piece_of_several_segments_is_that_of_the_piece():
    bits = Segments(
        np.array([[0.0, 0.0], [100.0, 0.0]]), np.array([[100.0, 0.0], [100.0, 300.0]]), np.array([0, 0]),
        np.array([0.0, 0.25]), np.array([0.25, 1.0]),
    )  # fmt: skip
    entries = nearest_entries(bits, np.array([[120.0, 150.0]]), limit_m=100)
    assert found(entries) == [(0, 0, 0.25 + 0.75 / 2, 20.0)]


@pytest.mark.parametrize(("limit", "entries"), [(500.0, 1), (np.nextafter(500.0, 0), 0)])
def test_exactly_at_the_limit_is_within(limit, entries):
    road = segments([((0, 500), (1_000, 500))])
    assert len(nearest_entries(road, np.array([[300.0, 0.0]]), limit_m=limit).point) == entries


def test_a_segment_without_length_is_met_at_its_start():
    entries = nearest_entries(segments([((3, 4), (3, 4))]), np.zeros((1, 2)), limit_m=5)
    assert found(entries) == [(0, 0, 0.0, 5.0)]


def test_without_roads_or_without_points_there_are_no_entries():
    none = nearest_entries(segments([]), np.zeros((3, 2)), limit_m=1_000)
    nobody = nearest_entries(segments([((0, 0), (1, 1))]), np.zeros((0, 2)), limit_m=1_000)
    for entries in (none, nobody):
        assert found(entries) == []
        assert entries.xy.shape == (0, 2)


def test_a_road_cut_into_pieces_counts_once_so_that_other_roads_are_found():
    highway = [((2_000 * k - 10_000, 100), (2_000 * k - 8_000, 100)) for k in range(10)]
    lane = ((-5_000, -3_000), (5_000, -3_000))
    bits, road = segments([*highway, lane]), [0] * 10 + [1]
    home = np.array([[500.0, 0.0]])
    assert set(nearest_entries(bits, home, count=2, limit_m=40_000).piece) >= {4, 5}
    assert nearest_entries(bits, home, count=2, limit_m=40_000, road=road).piece.tolist() == [5, 10]


def test_a_road_on_the_other_side_is_kept_though_others_are_nearer():
    east = [((100 * k, -50), (100 * k, 50)) for k in range(1, 10)]
    west = ((-2_300, -50), (-2_300, 50))
    entries = nearest_entries(segments([*east, west]), np.zeros((1, 2)), count=8, limit_m=40_000)
    assert entries.piece.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 9]


def test_a_road_on_the_other_side_is_left_aside_beyond_three_times_the_nearest_and_two_kilometres():
    east = [((100 * k, -50), (100 * k, 50)) for k in range(1, 10)]
    west = ((-2_301, -50), (-2_301, 50))
    entries = nearest_entries(segments([*east, west]), np.zeros((1, 2)), count=8, limit_m=40_000)
    assert 9 not in entries.piece


def test_equally_near_pieces_come_in_the_order_of_their_numbers():
    cross = segments([((0, 0), (0, 9)), ((0, 0), (9, 0)), ((0, 0), (-9, 0))], [2, 1, 0])
    entries = nearest_entries(cross, np.zeros((1, 2)), count=2, limit_m=1)
    assert entries.piece.tolist()[:2] == [0, 1]


@pytest.mark.parametrize("rise", [0, 1e-7, 0.1, 30, 40_000])
def test_a_long_road_is_found_everywhere_along_it(rise):
    far = 1e6
    bits = segments([((0, 0), (far, rise)), *[((0, k * 9_000 - far), (0, k * 9_000 - far)) for k in range(200)]])
    along = np.linspace(0, 1, 101)
    at = np.column_stack([along * far, along * rise + 10.0])
    entries = nearest_entries(bits, at, limit_m=20)
    assert entries.point[entries.piece == 0].tolist() == list(range(101))

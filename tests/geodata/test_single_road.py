"""Who depends on one single road: against closing every piece in turn, against bridges, and by hand."""

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_places import ROADS_ONLY, RULES, both_ways, degrees, network

from geodata import store
from geodata.errors import in_language
from geodata.travel.closures import Closure
from geodata.travel.dominators import UNREACHED, dominator_tree
from geodata.travel.kernel import reversed_arcs
from geodata.travel.single_road import single_road_cells
from geodata.travel.times import graph_arcs, minutes_table, prepare, roadway

NEAR = replace(ROADS_ONLY, access_limit_km=0.6)
AT_THE_ROAD = replace(ROADS_ONLY, access_limit_km=0.001)
GRID = [(1_800.0 * i, 1_800.0 * j) for i in range(3) for j in range(3)] + [(60_000.0, 0.0), (61_500.0, 0.0)]
STREETS = [(a, b) for a in range(9) for b in range(a + 1, 9) if b - a == 3 or (b - a == 1 and b % 3)] + [(9, 10)]
HOMES = [
    (137.0, 411.0),
    (2_011.0, 3_305.0),
    (3_507.0, 190.0),
    (60_233.0, 391.0),
    (30_000.0, 97_000.0),
    (900.0, 1_790.0),
]
SITES = [(3_400.0, 3_133.0), (212.0, 1_731.0), (61_107.0, 217.0)]


@pytest.fixture(autouse=True)
def _forget():
    store._MEMORY.clear()


@st.composite
def street_networks(draw):
    arcs = []
    for u, v in draw(st.lists(st.sampled_from(STREETS), min_size=1, max_size=14)):
        metres = float(draw(st.integers(1_800, 9_000)))
        arcs += [(*way, metres) for way in draw(st.sampled_from([[(u, v)], [(u, v), (v, u)], [(u, v), (v, u)]]))]
    return network(GRID, arcs)


def minutes_without(way, trips, piece):
    """(homes,) minutes to the nearest site of the table of travel times when a piece cannot be driven along."""
    minutes = way.minutes.copy()
    minutes[piece] = np.inf
    arcs = graph_arcs(way.pieces, minutes)
    found = minutes_table(replace(trips, arcs=reversed_arcs(arcs) if trips.turned else arcs)).tocoo()
    nearest = np.full(found.shape[0], np.inf)
    np.minimum.at(nearest, found.coords[0], found.data)
    return nearest


def by_closing_each(way, homes, sites, limit):
    """Whether each home is reached, and the pieces that each depends on."""
    trips = prepare(way, degrees(homes), degrees(sites))
    reached = minutes_without(way, trips, []) <= limit
    left = [minutes_without(way, trips, p) <= limit for p in range(len(way.pieces.tail))]
    return reached, [{p for p, still in enumerate(left) if reached[h] and not still[h]} for h in range(len(homes))]


def check(way, homes, sites, limit_min):
    table = single_road_cells(way, degrees(homes), degrees(sites), limit_min=limit_min).table
    limit = np.finfo(float).max if limit_min is None else limit_min
    reached, needed = by_closing_each(way, homes, sites, limit)
    assert table["reached"].tolist() == reached.tolist()
    assert table["depends"].tolist() == [bool(pieces) for pieces in needed]
    for piece, pieces in zip(table["piece"], needed, strict=True):
        assert piece in (pieces or {-1})


class TestAgainstClosingEveryPieceInTurn:
    @settings(max_examples=40, deadline=None)
    @given(street_networks(), st.sampled_from([RULES, ROADS_ONLY, NEAR]), st.integers(1, 3))
    def test_a_home_depends_on_a_piece_when_it_is_lost_without_it(self, roads, rules, sites):
        check(roadway(roads, rules, None), HOMES, SITES[:sites], None)

    @settings(max_examples=40, deadline=None)
    @given(street_networks(), st.sampled_from([RULES, ROADS_ONLY, NEAR]), st.integers(1, 3), st.integers(6, 40))
    def test_with_a_limit_when_the_way_round_takes_longer(self, roads, rules, sites, limit):
        check(roadway(roads, rules, None), HOMES, SITES[:sites], limit + 0.123)

    @settings(max_examples=30, deadline=None)
    @given(street_networks(), st.sampled_from([ROADS_ONLY, NEAR]))
    def test_a_limit_beyond_every_way_is_no_limit(self, roads, rules):
        way = roadway(roads, rules, None)
        without, beyond = (
            single_road_cells(way, degrees(HOMES), degrees(SITES), limit_min=x).table for x in (None, 1e6)
        )
        assert without[["reached", "depends", "piece"]].equals(beyond[["reached", "depends", "piece"]])


class TestDominators:
    @staticmethod
    def check(nodes, arcs):
        tail, head = np.array(arcs, np.int64).reshape(-1, 2).T
        found, order = dominator_tree(nodes, tail, head, 0)
        graph = nx.DiGraph(arcs)
        graph.add_node(0)
        expected = {**nx.immediate_dominators(graph, 0), 0: 0}
        assert {v: d for v, d in enumerate(found.tolist()) if d != UNREACHED} == expected
        place = {node: i for i, node in enumerate(order.tolist())}
        assert all(place[found[node]] < place[node] for node in order[1:].tolist())

    @settings(max_examples=60, deadline=None)
    @given(
        st.integers(1, 12).flatmap(
            lambda n: st.tuples(
                st.just(n), st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=40)
            )
        )
    )
    def test_they_are_those_of_networkx(self, drawn):
        self.check(*drawn)

    def test_also_in_deep_graphs_with_few_arcs_too_many(self):
        random = np.random.default_rng(6)
        for _ in range(200):
            n = int(random.integers(5, 40))
            deep = [(int(random.integers(max(0, v - 3), v)), v) for v in range(1, n)]
            self.check(n, deep + random.integers(0, n, (int(random.integers(1, n)), 2)).tolist())

    def test_a_chain_of_half_a_million_needs_no_recursion(self):
        n = 500_000
        found, _ = dominator_tree(n, np.arange(n - 1), np.arange(1, n), 0)
        assert (found[1:] == np.arange(n - 1)).all()


RING = [(10_000 * np.cos(k * 2 * np.pi / 9), 10_000 * np.sin(k * 2 * np.pi / 9)) for k in range(9)]


@settings(max_examples=40, deadline=None)
@given(st.sets(st.sampled_from([(u, v) for u in range(9) for v in range(u + 1, 9)]), min_size=1, max_size=12))
def test_on_two_way_roads_it_is_a_bridge_between_home_and_institution(links):
    """Homes at nine junctions on a circle, where no road passes a third one; the institution is at the first."""
    way = roadway(network(RING, both_ways([(u, v, 9_000.0) for u, v in links])), AT_THE_ROAD, None)
    table = single_road_cells(way, degrees(RING), degrees(RING[:1])).table
    whole = nx.Graph(list(links))
    whole.add_node(0)
    without = whole.copy()
    without.remove_edges_from(list(nx.bridges(whole)))
    linked, safe = (nx.node_connected_component(graph, 0) for graph in (whole, without))
    assert table["depends"].tolist() == [node in linked - safe for node in range(9)]
    assert table.loc[1:, "reached"].tolist() == [node in linked for node in range(1, 9)]


VALLEY = [(0.0, 0.0), (10_000.0, 0.0), (20_000.0, 0.0), (30_000.0, 0.0), (25_000.0, 5_000.0)]
ONE_ROAD = [(0, 1, 10_000.0), (1, 2, 10_000.0), (2, 3, 10_000.0), (2, 4, 7_100.0), (4, 3, 7_100.0)]


class TestAValley:
    """A town at one end, a ring of villages at the other, and one road of 20 km between them."""

    def ask(self, homes, sites=((0.0, 0.0),), roads=None, closures=(), **more):
        way = roadway(roads or network(VALLEY, both_ways(ONE_ROAD)), NEAR, None, closures)
        return single_road_cells(way, degrees(list(homes)), degrees(list(sites)), **more)

    def test_the_piece_told_is_the_nearest_on_which_all_ways_depend(self):
        table = self.ask([(30_000.0, 0.0)]).table
        assert table["depends"].tolist() == [True]
        # the ring has two ways; the last piece of the one road ends where the ring begins
        assert np.allclose(degrees([(19_000.0, 0.0)])[0], table.loc[0, ["lon", "lat"]].to_numpy(float), atol=2e-3)
        assert table.loc[0, "road_m"] == pytest.approx(10_000, rel=0.01)
        assert table.loc[0, "road_class"] == "unclassified"

    def test_a_second_institution_on_the_ring_sets_the_ring_free_and_the_middle_too(self):
        table = self.ask([(30_000.0, 0.0), (15_000.0, 0.0)], [(0.0, 0.0), (25_000.0, 5_000.0)]).table
        assert table["depends"].tolist() == [False, False]

    def test_within_a_limit_the_middle_depends_on_the_road_to_the_near_town(self):
        # at 60 km/h and 5 minutes of boarding: 7 km to the west, 13 + 7.1 km to the east
        sites = [(0.0, 0.0), (25_000.0, 5_000.0)]
        assert self.ask([(7_000.0, 0.0)], sites, limit_min=20).table["depends"].tolist() == [True]
        assert self.ask([(7_000.0, 0.0)], sites, limit_min=26).table["depends"].tolist() == [False]

    def test_a_lower_limit_of_one_institution_is_the_difference_in_minutes(self):
        # 15 minutes at most to the western town, 26 to the eastern one, 25.1 minutes away
        sites = [(0.0, 0.0), (25_000.0, 5_000.0)]
        for extra, depends in ((0, False), (0.5, False), (15, True)):
            table = self.ask([(7_000.0, 0.0)], sites, limit_min=26, extra_min=[extra, 0]).table
            assert table["reached"].tolist() == [True]
            assert table["depends"].tolist() == [depends]

    def test_its_own_piece_of_road_is_no_danger_to_a_home(self):
        assert self.ask([(1_000.0, 0.0)]).table["depends"].tolist() == [False]

    def test_a_closed_ring_makes_its_villages_depend_on_what_is_left(self):
        x, y = degrees([(27_500.0, 2_500.0)])[0]
        table = self.ask([(30_000.0, 0.0)], closures=[Closure("ring", x, y, 1_000)]).table
        # the piece before its own
        assert np.allclose(degrees([(27_000.0, 0.0)])[0], table.loc[0, ["lon", "lat"]].to_numpy(float), atol=2e-3)

    def test_who_has_no_route_depends_on_nothing(self):
        table = self.ask([(15_000.0, 50_000.0)]).table
        assert table[["reached", "depends", "piece", "road"]].to_numpy().tolist() == [[False, False, -1, -1]]
        assert table[["road_m", "lon", "lat"]].isna().all(axis=None)
        assert self.ask([(30_000.0, 0.0)], []).table["reached"].tolist() == [False]
        assert len(self.ask([]).table) == 0
        assert len(self.ask([], limit_min=5).table) == 0

    def test_only_straightened_roads_bring_a_caveat_in_both_languages(self):
        assert self.ask([(0.0, 0.0)]).caveat is None
        caveat = self.ask([(0.0, 0.0)], roads=network(VALLEY, both_ways(ONE_ROAD), straightened=True)).caveat
        assert "only main roads" in caveat
        assert "主干道" in in_language(caveat, "zh")

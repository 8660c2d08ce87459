"""Minutes along arcs, against scipy's search and against everything tried out by hand."""

from pathlib import Path
from threading import get_ident

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from geodata.errors import LayerError
from geodata.travel import kernel
from geodata.travel.kernel import Arcs, Legs, arcs_by_tail, distances, nearest, reached, space_order, table

OSM = Path(__file__).parents[2].parent / "shared" / "osm"
EXTRACTS = ("andorra-2020", "harrisburg", "helsinki-centre", "liechtenstein-2015", "porto")
MINUTES = st.sampled_from([0.0, 1e-6, 0.1, 0.2, 0.3, 1.0, 1.7, 2.0, 30.0]) | st.floats(0, 50)


@st.composite
def graphs(draw, minutes=MINUTES):
    """Up to ten nodes with parallel arcs, rings of one, arcs without time, islands, or no arcs at all."""
    n = draw(st.integers(1, 10))
    node = st.integers(0, n - 1)
    return n, draw(st.lists(st.tuples(node, node, minutes), max_size=40))


def arcs_of(graph):
    n, arcs = graph
    return arcs_by_tail(n, *([a[k] for a in arcs] for k in range(3)))


def matrix(arcs):
    return csr_array((arcs.minutes, arcs.head, arcs.start), shape=(arcs.n_nodes, arcs.n_nodes))


def every_way(graph):
    """(n, n) minutes between all nodes: scipy's search over the fastest of parallel arcs, put together here."""
    n, arcs = graph
    best = {}
    for tail, head, minutes in arcs:
        best[tail, head] = min(max(minutes, kernel.SHORTEST_MIN), best.get((tail, head), np.inf))
    pairs = np.array(list(best), int).reshape(-1, 2)
    return dijkstra(csr_array((list(best.values()), pairs.T), shape=(n, n)))


def at_nodes(*nodes):
    return Legs(np.arange(len(nodes) + 1), np.array(nodes, int), np.zeros(len(nodes)))


def legs(*places):
    """One list of (node, minutes) for each place."""
    flat = [leg for place in places for leg in place]
    start = np.cumsum([0] + [len(place) for place in places])
    return Legs(start, np.array([n for n, _ in flat], int), np.array([m for _, m in flat], float))


def dense(sparse):
    """Stored entries, inf elsewhere: an entry of 0 minutes is not an absent one."""
    found = np.full(sparse.shape, np.inf)
    rows = np.repeat(np.arange(sparse.shape[0]), np.diff(sparse.indptr))
    found[rows, sparse.indices] = sparse.data
    return found


def streets(side=25, seed=4):
    """A grid with broken and one-way streets, its main lines fast: small, but large enough for several buckets."""
    rng = np.random.default_rng(seed)
    node = np.arange(side * side).reshape(side, side)
    tail = np.concatenate([node[:, :-1].ravel(), node[:-1].ravel()])
    head = np.concatenate([node[:, 1:].ravel(), node[1:].ravel()])
    both = np.concatenate([np.column_stack([tail, head]), np.column_stack([head, tail])])
    both = both[rng.random(len(both)) < 0.8]
    slow = (both[:, 0] % 5 > 0) & (both[:, 0] // side % 5 > 0)
    return arcs_by_tail(side * side, *both.T, rng.uniform(0.5, 3.0, len(both)) * np.where(slow, 1.0, 0.2))


@settings(deadline=None)  # the first example may wait for the compiler
@given(graphs())
def test_arcs_are_sorted_and_the_fastest_of_parallel_ones_stays(graph):
    n, given_arcs = graph
    arcs = arcs_of(graph)
    tail = np.repeat(np.arange(n), np.diff(arcs.start))
    wanted = {}
    for t, h, minutes in given_arcs:
        wanted[t, h] = min(max(minutes, kernel.SHORTEST_MIN), wanted.get((t, h), np.inf))
    found = list(zip(tail.tolist(), arcs.head.tolist(), arcs.minutes.tolist(), strict=True))
    assert found == [(t, h, wanted[t, h]) for t, h in sorted(wanted)]
    assert (arcs.start.dtype, arcs.head.dtype, arcs.minutes.dtype) == (np.int64, np.int32, np.float64)


def test_an_arc_of_infinite_minutes_is_no_arc():
    arcs = arcs_by_tail(2, [0, 1], [1, 0], [np.inf, 4.0])
    assert arcs.head.tolist() == [0]
    assert distances(arcs, [0], [0.0]).tolist() == [0.0, np.inf]


@settings(deadline=None)
@given(graphs())
def test_reversed_arcs_lead_back(graph):
    arcs = arcs_of(graph)
    back = kernel.reversed_arcs(arcs)
    assert (matrix(back).toarray() == matrix(arcs).toarray().T).all()
    again = kernel.reversed_arcs(back)
    assert all(np.array_equal(a, b) for a, b in zip(vars_of(again), vars_of(arcs), strict=True))


def vars_of(arcs):
    return arcs.start, arcs.head, arcs.minutes


@settings(deadline=None)
@given(graphs(), st.data())
def test_distances_are_those_of_scipy_to_the_last_bit(graph, data):
    arcs, way = arcs_of(graph), every_way(graph)
    source = data.draw(st.integers(0, graph[0] - 1))
    limit = data.draw(st.sampled_from([np.inf, 0.0, *way[source].tolist(), *np.nextafter(way[source], 0).tolist()]))
    wanted = np.where(way[source] <= limit, way[source], np.inf)
    assert np.array_equal(distances(arcs, [source], [0.0], limit), wanted)
    nodes, minutes = reached(arcs, [source], [0.0], limit)
    assert np.array_equal(nodes, np.flatnonzero(np.isfinite(wanted)))
    assert np.array_equal(minutes, wanted[nodes])


@settings(deadline=None)
@given(graphs(), st.data())
def test_several_seeds_with_minutes_already_spent_are_a_place_before_them(graph, data):
    n, arcs = graph
    seeds = data.draw(st.lists(st.tuples(st.integers(0, n - 1), st.floats(1e-3, 90)), min_size=1, max_size=5))
    before = (n + 1, [*arcs, *((n, node, spent) for node, spent in seeds)])
    nodes, spent = zip(*seeds, strict=True)
    assert np.array_equal(distances(arcs_of(graph), nodes, spent), every_way(before)[n, :n])


def test_a_node_exactly_at_the_limit_is_reached_and_one_a_hair_beyond_is_not():
    arcs = arcs_by_tail(4, [0, 1, 2], [1, 2, 3], [0.1, 0.2, 0.3])
    total = (0.1 + 0.2) + 0.3  # 0.6000000000000001
    assert reached(arcs, [0], [0.0], total)[0].tolist() == [0, 1, 2, 3]
    assert reached(arcs, [0], [0.0], np.nextafter(total, 0))[0].tolist() == [0, 1, 2]
    assert reached(arcs, [0], [0.0], 0.6)[0].tolist() == [0, 1, 2]


def test_a_seed_exactly_at_the_limit_is_reached_and_nothing_is_within_a_limit_below_zero():
    arcs = arcs_by_tail(2, [0], [1], [1.0])
    assert reached(arcs, [0, 1], [5.0, 5.1], 5.0)[0].tolist() == [0]
    assert not len(reached(arcs, [0], [0.0], -1.0)[0])
    assert np.isinf(distances(arcs, [0], [0.0], -1.0)).all()
    assert table(arcs, at_nodes(0), at_nodes(0), -1.0).nnz == 0


def test_empty_graphs_seeds_and_places_give_empty_results():
    nothing, island = arcs_by_tail(0, [], [], []), arcs_by_tail(2, [], [], [])
    assert distances(nothing, [], []).shape == (0,)
    assert kernel.reversed_arcs(nothing).n_nodes == 0
    assert distances(island, [], []).tolist() == [np.inf, np.inf]
    assert distances(island, [1], [3.0]).tolist() == [np.inf, 3.0]
    assert nearest(island, [], [], [])[1].tolist() == [-1, -1]
    assert table(island, at_nodes(), at_nodes(0), 9.0).shape == (0, 1)
    assert table(island, at_nodes(0), at_nodes(), 9.0).shape == (1, 0)
    assert table(nothing, legs([]), legs([], []), 9.0).shape == (1, 2)
    assert table(island, legs([], [(0, 2.0)]), legs([(0, 3.0)], []), 9.0).toarray().tolist() == [[0, 0], [5.0, 0]]


def test_more_nodes_than_entries_at_first_wait_at_the_same_time():
    rng = np.random.default_rng(2)
    rim, minutes = np.arange(1, 5_001), rng.uniform(1, 30, 5_000)
    arcs = arcs_by_tail(5_001, np.zeros(5_000, int), rim, minutes)
    assert np.array_equal(distances(arcs, [0], [0.0])[1:], minutes)
    assert np.array_equal(distances(arcs, rim, minutes)[1:], minutes)
    found = dense(table(arcs, at_nodes(0, 0), at_nodes(*rim), 20.0, threads=1))
    assert np.array_equal(found, np.where(minutes <= 20, minutes, np.inf)[None].repeat(2, 0))


@pytest.mark.parametrize("width", [0.001, 0.3, 40.0, 1e9])
@pytest.mark.parametrize("buckets", [8, 1 << 15])
def test_the_width_of_the_buckets_is_of_no_influence(monkeypatch, width, buckets):
    arcs = streets()
    wanted = dijkstra(matrix(arcs), indices=[0, 311])
    monkeypatch.setattr(kernel, "WIDTH", width)
    monkeypatch.setattr(kernel, "MOST_BUCKETS", buckets)
    assert np.array_equal([distances(arcs, [s], [0.0]) for s in (0, 311)], wanted)
    assert np.array_equal(dense(table(arcs, at_nodes(0, 311), at_nodes(*range(625)), 1e9)), wanted)


def test_one_very_long_arc_among_short_ones_is_followed():
    line = [(k, k + 1, 1e7 if k == 100 else 1e-6) for k in range(200)]
    before = (202, [*line, (201, 0, 1.0), (201, 150, 1e6)])
    assert np.array_equal(distances(arcs_of((201, line)), [0, 150], [1.0, 1e6]), every_way(before)[201, :201])


def test_a_node_found_nearer_after_it_was_left_is_left_again():
    arcs = arcs_by_tail(4, [0, 0, 1, 2], [1, 2, 2, 3], [0.25, 0.75, 0.25, 5.0])
    assert distances(arcs, [0], [0.0]).tolist() == [0.0, 0.25, 0.5, 5.5]


@settings(deadline=None)
@given(graphs(st.integers(1, 4).map(float)), st.data())
def test_the_nearest_seed_is_the_least_of_single_searches_and_of_equals_the_smaller_label(graph, data):
    arcs, way = arcs_of(graph), every_way(graph)
    seed = st.tuples(st.integers(0, graph[0] - 1), st.integers(0, 5).map(float), st.integers(0, 3))
    seeds = data.draw(st.lists(seed, min_size=1, max_size=6))
    limit = data.draw(st.sampled_from([np.inf, 3.0, 0.0]))
    minutes, label = nearest(arcs, *zip(*seeds, strict=True), limit)
    single = np.array([spent + way[node] for node, spent, _ in seeds])
    least = single.min(axis=0)
    assert np.array_equal(minutes, np.where(least <= limit, least, np.inf))
    for node in range(graph[0]):
        near = [name for (_, _, name), all_ in zip(seeds, single, strict=True) if all_[node] == least[node]]
        assert label[node] == (min(near) if np.isfinite(minutes[node]) else -1)


@pytest.mark.parametrize("labels", [(3, 5), (5, 3)])
def test_of_two_ways_of_equal_minutes_the_smaller_label_goes_on(labels):
    arcs = arcs_by_tail(5, [0, 1, 1, 2, 3], [2, 3, 4, 3, 4], [1.0, 3.0, 4.0, 2.0, 1.0])
    minutes, label = nearest(arcs, [0, 1], [0.0, 0.0], labels)
    assert minutes.tolist() == [0.0, 0.0, 1.0, 3.0, 4.0]
    assert label.tolist() == [labels[0], labels[1], labels[0], 3, 3]


def test_the_label_of_a_seed_beyond_the_limit_is_given_to_nobody():
    arcs = arcs_by_tail(3, [0], [1], [1.0])
    beyond = np.nextafter(2.0, 3.0)
    assert nearest(arcs, [0, 2], [beyond, np.inf], [4, 5], 2.0)[1].tolist() == [-1, -1, -1]
    assert nearest(arcs, [0, 2], [beyond, np.inf], [4, 5])[1].tolist() == [4, 4, -1]


@st.composite
def tables(draw):
    """A graph, sources and targets with up to three legs, and some trips without the graph."""
    graph = draw(graphs())
    leg = st.tuples(st.integers(0, graph[0] - 1), st.sampled_from([0.0, 0.2, 1.5, np.inf]) | st.floats(0, 40))
    sources = draw(st.lists(st.lists(leg, max_size=3), max_size=5))
    targets = draw(st.lists(st.lists(leg, max_size=3), max_size=5))
    places = st.tuples(st.integers(0, len(sources) - 1), st.integers(0, len(targets) - 1))
    trips = st.dictionaries(places, st.floats(0, 60), max_size=6) if sources and targets else st.just({})
    return graph, sources, targets, draw(trips)


def direct_of(trips, shape):
    places = np.array(list(trips), int).reshape(-1, 2)
    return csr_array((np.array(list(trips.values()), float), places.T), shape=shape)


def by_hand(graph, sources, targets, trips):
    """Every leg with every leg, and the trips without the graph."""
    way = every_way(graph)
    best = np.full((len(sources), len(targets)), np.inf)
    for (s, t), minutes in trips.items():
        best[s, t] = minutes
    for s, out in enumerate(sources):
        for t, into in enumerate(targets):
            totals = [(a + way[u, v]) + b for u, a in out for v, b in into]
            best[s, t] = min([best[s, t], *totals])
    return best


@settings(max_examples=300, deadline=None)
@given(tables(), st.sampled_from([0.0, 3.3, 45.0, np.inf]))
def test_a_table_is_the_least_of_all_legs_and_direct_trips(problem, limit):
    graph, sources, targets, trips = problem
    wanted = by_hand(*problem)
    direct = direct_of(trips, wanted.shape)
    found = table(arcs_of(graph), legs(*sources), legs(*targets), limit, direct=direct, threads=1)
    clear = ~np.isclose(wanted, limit, rtol=0, atol=1e-9) | (wanted == limit)  # added up in another order
    wanted[wanted > limit] = np.inf
    np.testing.assert_allclose(dense(found)[clear], wanted[clear], rtol=0, atol=1e-9)
    for row in range(len(sources)):
        columns = found.indices[found.indptr[row] : found.indptr[row + 1]]
        assert (np.diff(columns) > 0).all()
    assert (found.data <= limit).all()


@settings(deadline=None)
@given(tables(), st.data())
def test_a_pair_exactly_at_the_limit_is_in_the_table_and_one_a_hair_beyond_is_not(problem, data):
    graph, sources, targets, trips = problem
    arcs, ends = arcs_of(graph), (legs(*sources), legs(*targets))
    direct = direct_of(trips, (len(sources), len(targets)))
    free = dense(table(arcs, *ends, np.inf, direct=direct, threads=1))
    limit = data.draw(st.sampled_from([1.0, *free[np.isfinite(free)].tolist()]))
    for edge in (limit, np.nextafter(limit, -1), np.nextafter(limit, np.inf)):
        found = dense(table(arcs, *ends, edge, direct=direct, threads=1))
        assert np.array_equal(found, np.where(free <= edge, free, np.inf))


def test_a_trip_of_no_minutes_is_stored_not_absent():
    arcs = arcs_by_tail(2, [0], [1], [1.0])
    found = table(arcs, at_nodes(0), at_nodes(0, 1), 5.0)
    assert found.indices.tolist() == [0, 1]
    assert found.data.tolist() == [0.0, 1.0]


def test_a_direct_trip_counts_without_any_leg_and_only_where_it_is_shorter():
    arcs = arcs_by_tail(2, [0], [1], [10.0])
    direct = csr_array(np.array([[0, 12.0, 3.0], [4.0, 99.0, 0]]))
    found = dense(table(arcs, legs([(0, 0.0)], []), legs([], [(1, 0.0)], []), 50.0, direct=direct))
    assert found.tolist() == [[np.inf, 10.0, 3.0], [4.0, np.inf, np.inf]]


@pytest.mark.parametrize("chunk", [1, 7, 128])
@pytest.mark.parametrize("threads", [1, 2, 5, None])
def test_threads_and_portions_do_not_change_a_bit_of_the_table(monkeypatch, threads, chunk):
    arcs, rng = streets(), np.random.default_rng(9)
    sources = legs(*[[(int(n), float(rng.random())) for n in rng.integers(0, 625, k % 4)] for k in range(90)])
    targets = at_nodes(*rng.choice(625, 80, False).tolist())
    monkeypatch.setattr(kernel, "CHUNK", chunk)
    found = table(arcs, sources, targets, 14.0, threads=threads)
    alone = table(arcs, sources, targets, 14.0, threads=1)
    for name in ("indptr", "indices", "data"):
        assert np.array_equal(getattr(found, name), getattr(alone, name))
    way = dijkstra(matrix(arcs))[:, targets.node]
    for row in range(90):
        mine = slice(sources.start[row], sources.start[row + 1])
        least = (sources.minutes[mine, None] + way[sources.node[mine]]).min(axis=0, initial=np.inf)
        np.testing.assert_allclose(dense(found)[row], np.where(least <= 14.0, least, np.inf), rtol=0, atol=1e-9)


def test_few_targets_found_among_many_stand_in_order_too():
    arcs = arcs_by_tail(1_000, np.arange(999), np.arange(1, 1_000), np.ones(999))
    back = np.arange(1_000)[::-1]
    found = table(arcs, at_nodes(0, 500), at_nodes(*back), 5.0)
    assert found.indices.tolist() == [994, 995, 996, 997, 998, 999, 494, 495, 496, 497, 498, 499]
    assert found.data.tolist() == [5.0, 4.0, 3.0, 2.0, 1.0, 0.0] * 2


def test_progress_is_told_in_the_calling_thread_up_to_all():
    heard = []
    table(streets(), at_nodes(*range(40)), at_nodes(3), 9.0, progress=lambda *told: heard.append((get_ident(), *told)))
    assert {(who, text) for who, text, _ in heard} == {(get_ident(), "travel_times")}
    shares = [share for *_, share in heard]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert len(shares) > 1


def test_whoever_listens_to_the_progress_can_stop_the_table():
    heard = []

    def stop(text, share):
        heard.append(share)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        table(streets(), at_nodes(*range(200)), at_nodes(3), 9.0, progress=stop)
    assert len(heard) == 1


def test_mapped_and_strided_arrays_of_any_number_type_are_read_and_left_as_they_are(tmp_path):
    arcs = streets()
    np.save(tmp_path / "minutes.npy", arcs.minutes)
    mapped = Arcs(arcs.start, arcs.head, np.load(tmp_path / "minutes.npy", mmap_mode="r"))
    assert np.array_equal(distances(mapped, [0], [0.0]), distances(arcs, [0], [0.0]))
    wide = Arcs(arcs.start.astype(np.uint32), arcs.head.astype(np.int64), np.repeat(arcs.minutes, 2)[::2])
    seeds = Legs(np.array([0, 1], np.int16), np.array([0], np.uint8), np.array([0], np.int8))
    assert (table(wide, seeds, at_nodes(50, 60), 99.0) != table(arcs, at_nodes(0), at_nodes(50, 60), 99.0)).nnz == 0
    before = [a.copy() for a in vars_of(arcs)]
    table(arcs, seeds, at_nodes(50, 60), 99.0, direct=csr_array(np.ones((1, 2))))
    assert all(np.array_equal(a, b) for a, b in zip(before, vars_of(arcs), strict=True))
    assert arcs.minutes.flags.writeable


def test_what_is_wrong_is_told_at_once_in_both_languages():
    arcs = arcs_by_tail(2, [0], [1], [1.0])
    with pytest.raises(LayerError) as told:
        table(arcs, at_nodes(2), legs([(0, -1.0)]), np.nan, direct=csr_array((3, 3)))
    text = "\n".join(told.value.faults)
    assert len(told.value.faults) == 4
    for part in ("limit", "node 2", "-1.0 minutes", "(3, 3)"):
        assert part in text
    assert all(fault.zh != str(fault) for fault in told.value.faults)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: arcs_by_tail(2, [0], [2], [1.0]),
        lambda: arcs_by_tail(2, [-1], [0], [1.0]),
        lambda: arcs_by_tail(2, [0], [1], [np.nan]),
        lambda: arcs_by_tail(2, [0], [1], [-0.1]),
        lambda: arcs_by_tail(2, [0, 1], [1], [1.0]),
        lambda: distances(streets(), [625], [0.0]),
        lambda: distances(streets(), [0], [np.nan]),
        lambda: nearest(streets(), [0], [0.0], [-1]),
        lambda: nearest(streets(), [0], [0.0], [1, 2]),
        lambda: table(streets(), Legs(np.array([0, 2]), np.array([0]), np.array([0.0])), at_nodes(0), 9.0),
        lambda: table(streets(), at_nodes(0), at_nodes(0), 9.0, direct=csr_array(np.array([[np.nan]]))),
    ],
)
def test_nodes_and_minutes_that_cannot_be_are_refused(ask):
    with pytest.raises(LayerError):
        ask()


def test_points_in_space_order_are_all_there_and_stand_beside_their_neighbours():
    points = np.random.default_rng(1).uniform(4e5, 5e5, (5_000, 2))
    order = space_order(points)
    assert np.array_equal(np.sort(order), np.arange(5_000))
    step = np.hypot(*np.diff(points[order], axis=0).T)
    assert np.median(step) < 3 * 1e5 / np.sqrt(5_000)  # in random order: about 50,000
    square = np.array([[1, 1], [0, 0], [1, 0], [0, 1]]) * 7.0
    assert space_order(square).tolist() == [1, 2, 3, 0]
    assert space_order(np.zeros((3, 2))).tolist() == [0, 1, 2]
    assert space_order(np.zeros((0, 2))).tolist() == []


def test_the_foretold_memory_covers_graph_and_result_and_grows_with_everything():
    small = kernel.table_bytes(1_000, 2_500, 10, 20, 200, threads=2)
    assert small > 2_500 * 12 + 1_000 * 8 + 200 * 12
    for more in ((2_000, 2_500, 10, 20, 200), (1_000, 9_000, 10, 20, 200), (1_000, 2_500, 99, 20, 200),
                 (1_000, 2_500, 10, 99, 200), (1_000, 2_500, 10, 20, 999)):  # fmt: skip
        assert kernel.table_bytes(*more, threads=2) > small
    assert kernel.table_bytes(1_000, 2_500, 10, 20, 200, threads=3) > small


@pytest.mark.parametrize("name", EXTRACTS)
def test_real_roads_give_the_minutes_and_reach_of_scipy(name):
    path = OSM / f"{name}.osm.pbf"
    if not path.exists():
        pytest.skip("the road extracts of the shared folder are not here")
    from geodata.roads import load_roads

    roads = load_roads(path, cache=False)
    kph = np.where(np.isnan(roads.speed_kph), 30.0, roads.speed_kph)
    n = len(roads.lon)
    order = space_order(np.column_stack([roads.lon, roads.lat]))
    place = np.empty(n, np.int64)
    place[order] = np.arange(n)
    car = (roads.modes & 1) > 0
    arcs = arcs_by_tail(n, place[roads.tail[car]], place[roads.head[car]], (roads.length_m / (kph / 0.06))[car])
    graph = matrix(arcs)
    part = connected_components(graph, connection="strong")[1]
    inside = np.flatnonzero(part == np.bincount(part).argmax())
    rng = np.random.default_rng(1)
    sources = np.concatenate([rng.choice(inside, 12), rng.choice(n, 4)])
    for limit in (10.0, np.inf):
        wanted = dijkstra(graph, indices=sources, limit=limit)
        found = dense(table(arcs, at_nodes(*sources), at_nodes(*range(n)), limit))
        assert np.array_equal(np.isfinite(found), np.isfinite(wanted))
        near = np.isfinite(wanted)
        assert np.abs(found[near] - wanted[near]).max() * 60 < 0.01
        back = distances(kernel.reversed_arcs(arcs), sources[:1], [0.0], limit)
        np.testing.assert_allclose(back, dijkstra(graph.T.tocsr(), indices=sources[0], limit=limit), rtol=0, atol=1e-9)

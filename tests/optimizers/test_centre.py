"""The p-centre: equal to enumeration, honest about what it did not finish, and every step of its proofs holds."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from location_oracle import best_centre
from scipy import sparse

from optimizers import LocationProblem, evaluate
from optimizers.centre import bisection, prove_centre
from optimizers.centre.ascent import climb, in_place
from optimizers.centre.reach import farthest_first, reach_of
from optimizers.centre.refute import CoveredError, NoProofError, Refuter
from optimizers.centre.weighting import Cover, cover_all
from optimizers.certificate import Branch, Fix, Leaf
from optimizers.clock import Clock
from optimizers.request import Request

TINY = settings(max_examples=60, deadline=None)


@st.composite
def tiny(draw):
    """Up to 8 rows and 7 sites; ties, zeros, unreachable pairs, rows nobody needs, fixed and forbidden sites."""
    n, m = draw(st.integers(1, 8)), draw(st.integers(1, 7))
    minutes = st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.5, 5.0, 8.0, 9.25, 12.0, np.inf])
    times = np.array(draw(st.lists(st.lists(minutes, min_size=m, max_size=m), min_size=n, max_size=n)))
    weight = np.array(draw(st.lists(st.sampled_from([0.0, 1.0, 3.0]), min_size=n, max_size=n)))
    kinds = draw(st.lists(st.sampled_from(["free", "free", "free", "fixed", "never"]), min_size=m, max_size=m))
    fixed = [j for j in range(m) if kinds[j] == "fixed"]
    forbidden = [j for j in range(m) if kinds[j] == "never"][: m - 1]
    p = draw(st.integers(max(1, len(fixed)), m - len(forbidden)))
    return weight, times, fixed, forbidden, p


def ask(problem, p, *, seconds=60.0, **more):
    return prove_centre(problem, Request(p=p, **more), Clock(seconds))


def country(seed, n=300, m=40, spread=6.0):
    """Settlements in clusters, sites among them."""
    random = np.random.default_rng(seed)
    centres = random.uniform(0, 100, (12, 2))
    homes = centres[random.integers(0, 12, n)] + random.normal(0, spread, (n, 2))
    sites = homes[random.choice(n, m, replace=False)] + random.normal(0, 0.5, (m, 2))
    return np.hypot(*(homes[:, None] - sites[None]).transpose(2, 0, 1))


def surplus(times, threshold, multipliers, p, opened=(), closed=()):
    """L of the definition: positive means that nobody can reach all these rows within the threshold."""
    near = times <= threshold
    column = multipliers @ near
    free = [j for j in range(times.shape[1]) if j not in opened and j not in closed]
    best = sorted((column[j] for j in free), reverse=True)[: max(p - len(opened), 0)]
    return multipliers.sum() - sum(column[j] for j in opened) - sum(best)


def check_steps(step, times, threshold, p, opened=(), closed=()):
    """Walk the tree and add up each step again."""
    if isinstance(step, Leaf):
        assert surplus(times, threshold, step.multipliers, p, opened, closed) > 1e-6
    elif isinstance(step, Fix):
        for j in step.opened:
            assert surplus(times, threshold, step.multipliers, p, opened, (*closed, j)) > 1e-6
        for j in step.closed:
            assert surplus(times, threshold, step.multipliers, p, (*opened, j), closed) > 1e-6
        check_steps(step.then, times, threshold, p, (*opened, *step.opened), (*closed, *step.closed))
    else:
        assert isinstance(step, Branch)
        check_steps(step.if_open, times, threshold, p, (*opened, step.site), closed)
        check_steps(step.if_closed, times, threshold, p, opened, (*closed, step.site))


@TINY
@given(tiny())
def test_the_worst_time_equals_enumeration_and_the_certificate_adds_up(case):
    weight, times, fixed, forbidden, p = case
    expected = best_centre(weight, times, p, fixed=fixed, forbidden=forbidden)
    problem = LocationProblem(weight, times, fixed_open=fixed, forbidden=forbidden)
    found = ask(problem, p)
    if not np.isfinite(expected):
        assert found.sites is None
        assert found.bound is None
        return
    assert evaluate(problem, found.sites).worst_time_min == expected == found.bound
    assert found.reason == ""
    assert set(fixed) <= set(found.sites)
    assert not set(forbidden) & set(found.sites)
    assert len(found.sites) <= p
    if found.certificate is not None and found.certificate.step is not None:
        assert found.certificate.threshold_min < expected
        usable = times[weight > 0][:, [j for j in range(times.shape[1]) if j not in forbidden]]
        assert not ((usable > found.certificate.threshold_min) & (usable < expected)).any()
        check_steps(found.certificate.step, times, found.certificate.threshold_min, p, tuple(fixed), tuple(forbidden))


@TINY
@given(tiny(), st.sampled_from(["first", "quick"]))
def test_a_first_look_is_a_true_statement(case, effort):
    weight, times, fixed, forbidden, p = case
    expected = best_centre(weight, times, p, fixed=fixed, forbidden=forbidden)
    problem = LocationProblem(weight, times, fixed_open=fixed, forbidden=forbidden)
    found = ask(problem, p, effort=effort)
    if found.sites is not None:
        assert found.bound <= expected <= evaluate(problem, found.sites).worst_time_min
        assert found.reason or found.bound == expected
    elif found.bound is None:
        assert not np.isfinite(expected)


@pytest.mark.parametrize("seed", range(4))
def test_few_rows_decide_and_the_proof_holds_for_all(seed):
    times = country(seed)
    found = ask(LocationProblem(np.ones(len(times)), times), 6)
    assert found.bound == times[:, list(found.sites)].min(axis=1).max()
    check_steps(found.certificate.step, times, found.certificate.threshold_min, 6)


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_rows_does_not_matter(seed):
    times = np.round(country(seed), 0)
    order = np.random.default_rng(seed).permutation(len(times))
    one, two = (ask(LocationProblem(np.ones(len(t)), t), 7) for t in (times, times[order]))
    assert one.sites == two.sites
    assert one.bound == two.bound


def test_a_dense_and_a_sparse_table_give_the_same_answer():
    times = country(5)
    times[times > 60.0] = np.inf
    stored = np.isfinite(times)
    indptr = np.concatenate(([0], np.cumsum(stored.sum(axis=1))))
    table = sparse.csr_array((times[stored], np.nonzero(stored)[1], indptr), shape=times.shape)
    one, two = (ask(LocationProblem(np.ones(len(times)), t), 9) for t in (times, table))
    assert (one.sites, one.bound) == (two.sites, two.bound)


def test_one_more_site_never_hurts():
    times = country(8, n=120, m=25)
    worst = [ask(LocationProblem(np.ones(120), times), p).bound for p in range(1, 12)]
    assert worst == sorted(worst, reverse=True)


def test_a_plan_to_begin_from_is_kept_when_nothing_better_is_found():
    times = country(2)
    problem = LocationProblem(np.ones(len(times)), times)
    best = ask(problem, 6)
    begun = ask(problem, 6, effort="first", start=best.sites)
    assert evaluate(problem, begun.sites).worst_time_min == best.bound


def test_the_gap_asked_for_is_enough():
    times = country(4)
    problem = LocationProblem(np.ones(len(times)), times)
    found = ask(problem, 6, gap=0.2)
    reached = evaluate(problem, found.sites).worst_time_min
    assert reached * 0.8 <= found.bound <= ask(problem, 6).bound <= reached


def test_a_quick_answer_is_within_a_hundredth_even_where_sites_lie_evenly():
    random = np.random.default_rng(3)
    homes, sites = random.uniform(0, 100, (600, 2)), random.uniform(0, 100, (60, 2))
    problem = LocationProblem(np.ones(600), np.hypot(*(homes[:, None] - sites[None]).transpose(2, 0, 1)))
    best = ask(problem, 9)
    found = ask(problem, 9, effort="quick")
    worst = evaluate(problem, found.sites, model="p_center").objective
    assert best.bound * 0.99 <= 0.99 * worst <= found.bound <= best.bound
    if worst > best.bound:
        assert found.reason


def test_a_wide_gap_is_no_reason_to_stop_before_there_is_a_plan():
    times = [[0.0, np.inf, 9.0], [np.inf, 0.0, 9.0], [2.0, 3.0, 9.0]]
    assert ask(LocationProblem(np.ones(3), times), 1, gap=0.2).sites == (2,)


def test_no_time_is_left_but_a_plan_and_a_bound_are():
    times = country(3)
    problem = LocationProblem(np.ones(len(times)), times)
    found = ask(problem, 5, seconds=0.0)
    assert found.reason == "the time limit was reached."
    assert found.bound <= evaluate(problem, found.sites).worst_time_min


def test_an_interrupt_returns_the_best_so_far(monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(bisection, "_ruled_out", stop)
    times = country(3)
    problem = LocationProblem(np.ones(len(times)), times)
    found = ask(problem, 5)
    assert found.reason == "interrupted."
    assert found.bound < evaluate(problem, found.sites).worst_time_min


def test_where_the_fixed_sites_are_all_that_may_open_they_are_the_answer():
    times = np.array([[1.0, 9.0], [7.0, 2.0]])
    found = ask(LocationProblem([1.0, 1.0], times, fixed_open=[0]), 1)
    assert (found.sites, found.bound) == ((0,), 7.0)


def test_farthest_first_names_rows_that_lie_apart():
    times = np.array([[0.0, 10.0, 20.0], [1.0, 9.0, 19.0], [10.0, 0.0, 10.0], [20.0, 10.0, 0.0]])
    sites, rows = farthest_first(reach_of(LocationProblem(np.ones(4), times)), 3, 3)
    assert sites == (0, 1, 2)
    assert len(rows) == 3


def cover_of(near):
    site = np.nonzero(near)[1]
    indptr = np.concatenate(([0], np.cumsum(near.sum(axis=1)))).astype(np.int64)
    row = np.nonzero(near.T)[1]
    start = np.concatenate(([0], np.cumsum(near.sum(axis=0)))).astype(np.int64)
    return Cover(indptr, site.astype(np.int64), start, row.astype(np.int64))


def hitting(m, size):
    """Rows that are all sets of so many of m sites: m - size + 1 sites are needed, on average m / size suffice."""
    near = np.zeros((0, m), dtype=bool)
    for chosen in combinations(range(m), size):
        near = np.vstack([near, np.isin(np.arange(m), chosen)])
    return near


def refuter(near, nodes=1000):
    return Refuter(cover_of(near), np.arange(len(near)), len(near), Clock(10.0), nodes)


def test_the_tree_shows_what_multipliers_alone_cannot():
    near = hitting(7, 3)
    assert surplus(np.where(near, 0.0, 1.0), 0.5, np.ones(len(near)), 4) < 0
    step = refuter(near).refute(np.ones(7, dtype=bool), 4, np.full(len(near), 0.5), 200)
    assert not isinstance(step, Leaf)
    check_steps(step, np.where(near, 0.0, 1.0), 0.5, 4)


def test_the_tree_finds_the_cover_where_there_is_one():
    near = hitting(7, 3)
    with pytest.raises(CoveredError) as met:
        refuter(near).refute(np.ones(7, dtype=bool), 5, np.full(len(near), 0.5), 200)
    assert near[:, list(met.value.sites)].any(axis=1).all()
    assert len(met.value.sites) <= 5


def test_the_tree_says_when_its_nodes_do_not_suffice():
    near = hitting(7, 3)
    with pytest.raises(NoProofError):
        refuter(near, nodes=2).refute(np.ones(7, dtype=bool), 4, np.full(len(near), 0.5), 200)


@pytest.mark.parametrize("seed", range(5))
def test_the_search_covers_all_rows_when_it_says_so(seed):
    random = np.random.default_rng(seed)
    near = random.random((60, 30)) < 0.15
    near[np.arange(60), random.integers(0, 30, 60)] = True
    chosen, weight = np.zeros(30, dtype=bool), np.ones(60, dtype=np.int64)
    missing, work, _ = cover_all(cover_of(near), np.ones(30, dtype=bool), chosen, weight, 12, 1_000_000, 7)
    assert chosen.sum() <= 12
    assert missing == (~near[:, chosen].any(axis=1)).sum()
    assert (missing == 0) == (work < 1_000_000)


def test_the_climb_returns_what_its_multipliers_are_worth():
    near = np.random.default_rng(0).random((30, 12)) < 0.2
    near[:, 0] |= ~near.any(axis=1)
    cover, multipliers = cover_of(near), np.full(30, 0.5)
    everything = np.ones(30, dtype=bool), np.ones(12, dtype=bool)
    value, column = climb(cover.indptr, cover.site, *everything, 2, multipliers, 100)
    assert value == pytest.approx(surplus(np.where(near, 0.0, 1.0), 0.5, multipliers, 2))
    assert column == pytest.approx(multipliers @ near)
    assert (multipliers >= 0).all()


def test_the_climb_finds_the_rows_that_need_a_site_each():
    near = np.vstack([np.ones((20, 10), dtype=bool), np.eye(10, dtype=bool)])
    near[:20, 0] = False
    cover, multipliers = cover_of(near), np.full(30, 0.3)
    value, _ = climb(cover.indptr, cover.site, np.ones(30, dtype=bool), np.ones(10, dtype=bool), 9, multipliers, 200)
    assert surplus(np.where(near, 0.0, 1.0), 0.5, np.full(30, 0.3), 9) < 0 < value


@given(st.lists(st.integers(0, 9), min_size=1, max_size=20), st.data())
@settings(max_examples=50, deadline=None)
def test_the_value_at_a_place_is_the_sorted_one(values, data):
    place = data.draw(st.integers(0, len(values) - 1))
    assert in_place(np.array(values, dtype=float), place) == sorted(values)[place]

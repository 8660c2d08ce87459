"""The worst off first: the whole comparison equals enumeration, level by level, and stops honestly."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from location_oracle import nearest, site_sets

from optimizers import LocationProblem, lexicographic
from optimizers.clock import Clock
from optimizers.lexicographic import prove_lexicographic
from optimizers.request import Request

TINY = settings(max_examples=60, deadline=None)


@st.composite
def tiny(draw):
    """Up to 9 rows and 7 sites with many ties; half and whole weights; fixed and forbidden sites."""
    n, m = draw(st.integers(1, 9)), draw(st.integers(1, 7))
    minutes = st.sampled_from([0.0, 1.0, 2.0, 3.0, 4.5, 5.0, 8.0, 9.0, 12.0, np.inf])
    times = np.array(draw(st.lists(st.lists(minutes, min_size=m, max_size=m), min_size=n, max_size=n)))
    weight = np.array(draw(st.lists(st.sampled_from([0.0, 1.0, 2.0, 2.5, 30.0]), min_size=n, max_size=n)))
    kinds = draw(st.lists(st.sampled_from(["free", "free", "free", "fixed", "never"]), min_size=m, max_size=m))
    fixed = [j for j in range(m) if kinds[j] == "fixed"]
    forbidden = [j for j in range(m) if kinds[j] == "never"][: m - 1]
    p = draw(st.integers(max(1, len(fixed)), m - len(forbidden)))
    return weight, times, fixed, forbidden, p


def worst_first(weight, times, depth):
    """Worst time, weight at it or beyond, next worst time, ...; at most `depth` of each."""
    needy = weight > 0
    steps = sorted(set(times[needy]), reverse=True)[:depth]
    return [number for t in steps for number in (t, weight[needy & (times >= t)].sum())]


def ask(problem, p, *, seconds=60.0, effort="thorough", start=None, **options):
    return prove_lexicographic(problem, Request(p=p, effort=effort, start=start, options=options), Clock(seconds))


@TINY
@given(tiny(), st.integers(1, 3))
def test_worst_times_and_weights_equal_enumeration(case, depth):
    weight, times, fixed, forbidden, p = case
    plans = [nearest(times, sites) for sites in site_sets(times.shape[1], fixed, forbidden, p)]
    plans = [t for t in plans if np.isfinite(t[weight > 0]).all()]
    found = ask(LocationProblem(weight, times, fixed_open=fixed, forbidden=forbidden), p, depth=depth)
    if not plans:
        assert found.sites is None
        assert found.bound is None
        return
    best = min(worst_first(weight, t, depth) for t in plans)
    assert worst_first(weight, nearest(times, list(found.sites)), depth) == best
    assert all(level.status == "optimal" for level in found.levels)
    assert found.reason == ""
    assert found.bound == (best[0] if best else 0.0)
    assert set(fixed) <= set(found.sites)
    assert not set(forbidden) & set(found.sites)
    assert len(found.sites) <= p


@TINY
@given(tiny(), st.permutations([15.0, 9.0, 6.0, 4.5, 2.0, 0.0]))
def test_weights_beyond_given_levels_equal_enumeration(case, levels):
    weight, times, fixed, forbidden, p = case
    levels = tuple(sorted(levels[:3], reverse=True))
    plans = [nearest(times, sites) for sites in site_sets(times.shape[1], fixed, forbidden, p)]
    best = min([weight[t > minutes].sum() for minutes in levels] for t in plans)
    found = ask(LocationProblem(weight, times, fixed_open=fixed, forbidden=forbidden), p, levels=levels)
    assert [level.weight_beyond for level in found.levels] == best
    assert [level.minutes for level in found.levels] == list(levels)
    assert all(level.status == "optimal" and level.sought == "weight" for level in found.levels)
    own = nearest(times, list(found.sites))
    assert [weight[own > minutes].sum() for minutes in levels] == best


@TINY
@given(tiny(), st.sampled_from(["first", "quick"]), st.sampled_from([(), (9.0, 4.5)]))
def test_each_level_of_a_first_look_is_a_true_statement(case, effort, levels):
    """Bounds hold for every plan that keeps the levels before."""
    weight, times, fixed, forbidden, p = case
    problem = LocationProblem(weight, times, fixed_open=fixed, forbidden=forbidden)
    found = ask(problem, p, effort=effort, levels=levels)
    plans = [nearest(times, sites) for sites in site_sets(times.shape[1], fixed, forbidden, p)]
    for level in found.levels:
        if level.sought == "weight":
            least = min(weight[t > level.minutes].sum() for t in plans)
        else:
            values = sorted({*times[weight > 0].ravel()} - {np.inf})
            least = min(T for T in values for t in plans if weight[t > T].sum() <= level.weight_beyond)
        assert level.bound <= least
        plans = [t for t in plans if weight[t > level.minutes].sum() <= level.weight_beyond]
        assert plans
    if found.sites is not None:
        assert any(np.array_equal(t, nearest(times, list(found.sites))) for t in plans)


def test_many_ties_are_settled_level_by_level():
    for seed in range(12):
        random = np.random.default_rng(seed)
        times = random.choice([1.0, 2.0, 3.0, 4.0, 5.0], size=(9, 6))
        weight = random.integers(1, 6, 9).astype(float)
        found = ask(LocationProblem(weight, times), 2)
        best = min(worst_first(weight, times[:, list(sites)].min(axis=1), 3) for sites in combinations(range(6), 2))
        assert worst_first(weight, times[:, list(found.sites)].min(axis=1), 3) == best
        assert all(level.status == "optimal" for level in found.levels)


def test_held_levels_as_floors_equal_enumeration(monkeypatch):
    monkeypatch.setattr(lexicographic, "_FEW", -1.0)
    for seed in range(12):
        random = np.random.default_rng(seed)
        times = random.choice([1.0, 2.0, 3.0, 4.0, 5.0], size=(12, 7))
        weight = random.integers(1, 6, 12).astype(float)
        levels = (4.0, 3.0, 1.0)
        found = ask(LocationProblem(weight, times), 2, levels=levels)
        plans = [times[:, list(sites)].min(axis=1) for sites in combinations(range(7), 2)]
        assert [level.weight_beyond for level in found.levels] == min(
            [weight[t > m].sum() for m in levels] for t in plans
        )
        assert all(level.status == "optimal" for level in found.levels)


def country(seed=1, n=250, m=30):
    random = np.random.default_rng(seed)
    homes = random.uniform(0, 100, (n, 2))
    times = np.hypot(*(homes[:, None] - random.uniform(0, 100, (1, m, 2))).transpose(2, 0, 1))
    return random.integers(1, 50, n).astype(float), times


def test_the_order_of_the_rows_does_not_matter():
    weight, times = country()
    order = np.random.default_rng(0).permutation(len(weight))
    one, two = (ask(LocationProblem(weight[k], np.round(times[k], 0)), 5) for k in (np.arange(len(weight)), order))
    assert one.sites == two.sites
    assert one.levels == two.levels


def test_the_clock_ends_the_levels_and_says_so():
    weight, times = country()
    found = ask(LocationProblem(weight, times), 5, seconds=0.0)
    assert found.reason.endswith("of 2 not proven: the time limit was reached.")
    assert found.levels[0].sought == "minutes"
    assert found.levels[0].bound <= found.levels[0].minutes == times[:, list(found.sites)].min(axis=1).max()
    given_levels = ask(LocationProblem(weight, times), 5, seconds=0.0, levels=(20.0, 10.0))
    assert [level.status for level in given_levels.levels] == ["feasible"]


def test_a_plan_to_begin_from_is_not_lost():
    weight, times = country()
    problem = LocationProblem(weight, times)
    best = ask(problem, 5)
    again = ask(problem, 5, start=best.sites, effort="first")
    assert again.levels[0].minutes == best.levels[0].minutes
    assert [level.weight_beyond for level in again.levels] == [level.weight_beyond for level in best.levels]


def test_rows_that_no_site_reaches_count_as_beyond_every_given_level():
    times = np.array([[1.0, np.inf], [np.inf, np.inf], [9.0, 2.0]])
    found = ask(LocationProblem([1.0, 5.0, 2.0], times), 1, levels=(20.0, 5.0))
    assert found.sites == (0,)
    assert [level.weight_beyond for level in found.levels] == [5.0, 7.0]
    assert ask(LocationProblem([1.0, 5.0, 2.0], times), 1).sites is None


@pytest.mark.parametrize("levels", [(), (5.0,)])
def test_an_interrupt_returns_what_was_reached(monkeypatch, levels):
    class Interrupted:
        plan = type("Plan", (), {"sites": np.zeros(0, dtype=np.int64)})
        lower, reason, solver = -np.inf, "interrupted.", ""

    monkeypatch.setattr(lexicographic, "prove", lambda *_: Interrupted)
    weight, times = country()
    found = ask(LocationProblem(weight, np.round(times, -1)), 5, levels=levels)
    assert found.reason == "interrupted."
    assert found.levels
    assert found.levels[-1].status == "feasible"


def test_the_reason_names_the_levels_that_are_not_proven():
    weight, times = country()
    found = ask(LocationProblem(weight, times), 5, effort="first", levels=(20.0, 10.0))
    assert [level.status for level in found.levels][1] == "feasible"
    assert "2 of 2 not proven: stopped after" in found.reason

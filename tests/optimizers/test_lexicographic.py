"""The worst off first: the whole comparison equals enumeration, level by level, and stops honestly."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from location_oracle import nearest, site_sets

from optimizers import LocationProblem, lexicographic, solve, verify
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
    assert found.reason == "levels 1, 2, 3, 4, 5, 6 of 6 not proven: the time limit was reached."
    assert [level.sought for level in found.levels] == ["minutes", "weight"] * 3
    assert found.levels[0].bound <= found.levels[0].minutes == times[:, list(found.sites)].min(axis=1).max()
    given_levels = ask(LocationProblem(weight, times), 5, seconds=0.0, levels=(20.0, 10.0))
    assert [(level.status, level.bound) for level in given_levels.levels] == [("feasible", 0.0)] * 2


def two_villages(far=30.0):
    """A city that is near everywhere, and two villages of which one site is near to one at most."""
    return LocationProblem([1e9, 300.0, 500.0], [[1.0, 1.0, 1.0], [5.0, far, far], [far, 5.0, far]])


@pytest.mark.parametrize("effort", ["first", "quick", "thorough"])
def test_a_village_counts_beside_a_city(effort):
    """A millionth of the city is more than both villages, and yet one of them is not the other."""
    problem = two_villages()
    for start in ([0], [1], [2]):
        solution = solve(problem, "lexicographic", p=1, levels=(20.0, 10.0), effort=effort, start=start)
        for level in solution.levels:
            assert level.status != "optimal" or level.weight_beyond == 300.0
        assert verify(problem, solution).faults == ()


def test_a_village_is_not_proven_to_be_left_out_because_it_is_small(monkeypatch):
    monkeypatch.setattr(lexicographic, "_lightened", lambda *_: (0.0, "stopped."))
    found = ask(two_villages(), 1, levels=(20.0, 10.0), start=(0,))
    assert [(level.weight_beyond, level.status) for level in found.levels] == [(500.0, "feasible")] * 2


def test_levels_that_nobody_looked_at_are_not_proven():
    """Here the first level is proven by the plan to begin from: nobody is beyond it."""
    problem = two_villages(far=15.0)
    solution = solve(problem, "lexicographic", p=1, levels=(20.0, 10.0), start=[0], time_limit_s=1e-9)
    assert [(level.minutes, level.weight_beyond) for level in solution.levels] == [(20.0, 0.0), (10.0, 500.0)]
    assert [level.status for level in solution.levels] == ["optimal", "feasible"]
    assert solution.status == "feasible"
    assert solution.reason == "level 2 of 2 not proven: the time limit was reached."
    assert verify(problem, solution).faults == ()


def test_a_level_with_parts_of_persons_is_proven_to_a_millionth_of_itself():
    """A millionth of all, which is enough for the floors, is too much here."""
    random = np.random.default_rng(2)
    homes = random.uniform(0, 100, (250, 2))
    times = np.hypot(*(homes[:, None] - random.uniform(0, 100, (1, 30, 2))).transpose(2, 0, 1))
    weight = random.uniform(1, 50, 250) * random.choice([1, 1000], 250)
    found = ask(LocationProblem(weight, times), 6, levels=(30.0, 20.0, 10.0))
    for level in found.levels:
        assert level.status == "optimal"
        assert level.weight_beyond - level.bound <= 1e-6 * level.weight_beyond


def test_the_time_that_one_level_leaves_is_used_for_the_next(monkeypatch):
    asked = []

    def slow(_descent, minutes, _clock):
        asked.append(minutes)
        return 0.0, "the time limit was reached."  # of the level's part, not of the whole

    monkeypatch.setattr(lexicographic, "_lightened", slow)
    weight, times = country()
    found = ask(LocationProblem(weight, times), 5, levels=(30.0, 20.0, 10.0))
    assert asked == [30.0, 20.0, 10.0]
    assert found.reason == "levels 1, 2, 3 of 3 not proven: the time limit was reached."


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


def interrupting(after=0):
    """A stand-in that raises what Ctrl-C raises, from a certain call on, and the list of its calls."""
    calls = []

    def stand_in(*asked, **how):
        calls.append(asked)
        if len(calls) > after:
            raise KeyboardInterrupt

    return stand_in, calls


@pytest.mark.parametrize("name", ["pose_max_coverage", "_by_floors", "_stacked"])
@pytest.mark.parametrize("levels", [(), (30.0, 20.0, 10.0)])
def test_a_key_pressed_anywhere_in_a_level_loses_no_plan(monkeypatch, name, levels):
    stand_in, calls = interrupting()
    monkeypatch.setattr(lexicographic, name, stand_in)
    if name == "_by_floors":
        monkeypatch.setattr(lexicographic, "_FEW", -1.0)
    weight, times = country()
    problem = LocationProblem(weight, np.round(times, -1))
    solution = solve(problem, "lexicographic", p=5, levels=levels, start=[0, 1, 2, 3, 4])
    assert len(calls) == 1
    assert (solution.status, solution.reason) == ("feasible", "interrupted.")
    assert len(solution.levels) == (3 if levels else 6)
    own = nearest(problem.travel_time_min.toarray(), list(solution.sites))
    assert all(level.weight_beyond >= weight[own > level.minutes].sum() for level in solution.levels)


@pytest.mark.parametrize("levels", [(), (30.0, 20.0)])
def test_a_key_pressed_while_progress_is_told_ends_the_run_at_once(levels):
    weight, times = country()
    problem = LocationProblem(weight, times)
    for after in range(4):
        progress, calls = interrupting(after)
        solution = solve(problem, "lexicographic", p=5, levels=levels, start=[0, 1, 2, 3, 4], progress=progress)
        assert len(calls) <= after + 1
        assert len(solution.levels) == (2 if levels else 6)
        if len(calls) > after:
            assert (solution.status, solution.reason) == ("feasible", "interrupted.")
            assert solution.levels[-1].status == "feasible"


def test_after_a_key_pressed_at_the_first_worst_time_nothing_more_is_searched(monkeypatch):
    progress, calls = interrupting()
    searched, searches = interrupting()
    for name in ("_lightened", "_relaxed_time", "_bisected"):
        monkeypatch.setattr(lexicographic, name, searched)
    weight, times = country()
    solution = solve(LocationProblem(weight, times), "lexicographic", p=5, progress=progress)
    assert (len(calls), len(searches)) == (1, 0)
    assert solution.reason == "interrupted."
    assert solution.levels[0].minutes == times[:, list(solution.sites)].min(axis=1).max()


def test_a_key_pressed_while_a_time_is_bisected_ends_the_bisection(monkeypatch):
    calls = []

    def interrupted(descent, minutes, _clock):
        calls.append(minutes)
        descent.interrupted = len(calls) > 1
        return -np.inf, "interrupted."

    monkeypatch.setattr(lexicographic, "_lightened", interrupted)
    monkeypatch.setattr(lexicographic, "_relaxed_time", lambda *_: (0.0, ""))
    weight, times = country()
    found = ask(LocationProblem(weight, times), 5)
    assert len(calls) == 2
    assert found.reason == "interrupted."


def test_a_key_pressed_after_an_unproven_level_is_what_is_told(monkeypatch):
    """Those who ask again and again go by the reason."""
    answers = iter([(0.0, "stopped just short of a proof.")])

    def lightened(*_):
        if answer := next(answers, None):
            return answer
        raise KeyboardInterrupt

    monkeypatch.setattr(lexicographic, "_lightened", lightened)
    weight, times = country()
    assert ask(LocationProblem(weight, times), 5, levels=(20.0, 10.0)).reason == "interrupted."


def test_every_solver_is_named_once_in_the_order_of_the_work(monkeypatch):
    weight, times = country()
    found = ask(LocationProblem(weight, np.round(times, -1)), 5, effort="quick")
    names = found.solver.split(", ")
    assert len(names) == len(set(names))
    assert names[0] == "weighted swaps on few rows"
    monkeypatch.setattr(lexicographic, "_FEW", -1.0)
    names = ask(LocationProblem(weight, times), 5, effort="quick", levels=(30.0, 20.0)).solver.split(", ")
    assert len(names) == len(set(names))
    assert names[0] == "moves across floors"


def test_a_quick_look_at_a_level_names_the_effort_that_was_asked_for(monkeypatch):
    monkeypatch.setattr(lexicographic, "_FEW", -1.0)
    weight, times = country()
    found = ask(LocationProblem(weight, times), 5, effort="quick", levels=(30.0, 20.0, 10.0))
    assert "'first'" not in found.reason
    assert found.reason.endswith("as effort 'quick' asks.")


def test_the_reason_names_the_levels_that_are_not_proven():
    weight, times = country()
    found = ask(LocationProblem(weight, times), 5, effort="first", levels=(20.0, 10.0))
    assert [level.status for level in found.levels][1] == "feasible"
    assert "2 of 2 not proven: stopped after" in found.reason

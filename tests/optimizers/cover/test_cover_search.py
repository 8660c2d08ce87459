"""The searches keep the limits, find the optimum of small questions, and do the same work every time."""

import numpy as np
import pytest
from small_covers import POSES, best_value, posed

from optimizers import LocationProblem
from optimizers.clock import Clock
from optimizers.cover import pose_cover_test, pose_max_coverage, pose_set_cover
from optimizers.cover.dominance import without_dominated
from optimizers.cover.moves import enter, leave, new_state
from optimizers.cover.pose import _core, _settled
from optimizers.cover.rows import needed_rows
from optimizers.incumbent import is_plan
from optimizers.prove import prove
from optimizers.request import Request


def on_a_plane(seed, n=300, m=40):
    random = np.random.default_rng(seed)
    people, sites = random.uniform(0, 40, (n, 1, 2)), random.uniform(0, 40, (1, m, 2))
    return random.integers(1, 9, n).astype(float), np.hypot(*(people - sites).transpose(2, 0, 1))


@pytest.mark.parametrize("model", ["max_coverage", "backup_coverage", "set_cover"])
@pytest.mark.parametrize("seed", range(15))
def test_small_questions_are_solved_by_search(model, seed, clock):
    _, core = posed(model, seed)
    plan = core.search(None, share=0.001, seed=1, clock=clock)
    assert plan.value == pytest.approx(core.value_of(plan.sites))
    assert plan.value == pytest.approx(best_value(core))


@pytest.mark.parametrize("model", ["max_coverage", "backup_coverage"])
def test_scores_stay_what_opening_or_keeping_a_site_is_worth(model):
    weight, times = on_a_plane(1, n=60, m=12)
    core = POSES[model](LocationProblem(weight, times), Request(p=6, threshold_min=12.0, options={"backup_share": 0.3}))
    state, random = new_state(core.tables, np.zeros(12, dtype=bool), 1), np.random.default_rng(1)
    for j in random.integers(0, 12, 60):
        (leave if state.chosen[j] else enter)(core.tables, state, j)
        sites = np.flatnonzero(state.chosen)
        for k in range(12):
            other = np.setdiff1d(sites, [k]) if state.chosen[k] else np.append(sites, k)
            worth = abs(core.value_of(sites) - core.value_of(other))
            assert state.score[k] == pytest.approx(worth)
        assert set(state.inside[: state.marks[0]]) == set(sites)


def test_the_same_seed_gives_the_same_plan_and_a_start_is_never_lost(clock):
    weight, times = on_a_plane(2)
    core = pose_max_coverage(LocationProblem(weight, times), Request(p=6, threshold_min=6.0))
    one, other = (core.search(None, share=0.002, seed=5, clock=clock) for _ in range(2))
    assert np.array_equal(one.sites, other.sites)
    assert core.search([one.sites], share=0.0, seed=9, clock=clock).value <= one.value


def test_no_time_leaves_a_plan_within_the_limits():
    weight, times = on_a_plane(3)
    core = pose_max_coverage(LocationProblem(weight, times), Request(p=6, threshold_min=6.0))
    plan = core.search(None, share=1.0, seed=1, clock=Clock(0.0))
    assert plan.sites.size <= 6


@pytest.mark.parametrize("seed", range(4))
def test_sites_struck_off_have_a_better_one_that_stays_or_goes_later(seed):
    weight, times = on_a_plane(seed)
    reach = times.min(axis=1).max() * 1.02
    core = pose_set_cover(LocationProblem(weight, times), Request(threshold_min=reach))
    near, struck = times <= reach, np.zeros(40, dtype=bool)
    for worse, better in core.dominated:
        assert not struck[better]
        struck[worse] = True
        left = near & ~struck
        for row in np.flatnonzero(near[:, worse] & ~near[:, better]):
            # Some other row asks for no more than this one's other sites, so this row is covered with it.
            assert (left.any(axis=1) & ~(left & ~left[row]).any(axis=1) & ~near[:, worse]).any()
    assert not core.free[struck].any()


@pytest.mark.parametrize("seed", range(4))
def test_a_dominated_question_has_the_fewest_sites_of_the_whole_one(seed, clock):
    weight, times = on_a_plane(seed)
    problem, asked = LocationProblem(weight, times), Request(threshold_min=times.min(axis=1).max() * 1.02)
    rows = needed_rows(problem, asked.threshold_min, np.full((300, 1), 41.0))
    whole = _settled(problem, _core(problem, asked, rows, opening=1.0))
    less = without_dominated(whole)
    assert less.n_pairs < whole.n_pairs
    plan = less.search(None, share=0.002, seed=1, clock=clock)
    assert whole.value_of(plan.sites) == plan.value
    assert prove(whole, Request(time_limit_s=20), clock).plan.value == plan.value


def test_the_cover_test_finds_a_cover_with_just_enough_sites(clock):
    weight, times = on_a_plane(0)
    problem, reach = LocationProblem(weight, times), float(times.min(axis=1).max() * 1.02)
    fewest = int(
        pose_set_cover(problem, Request(threshold_min=reach)).search(None, share=0.002, seed=1, clock=clock).value
    )
    core = pose_cover_test(problem, Request(p=fewest, threshold_min=reach))
    plan = core.search(None, share=0.002, seed=1, clock=clock)
    assert is_plan(core, plan)
    assert plan.value == 0.0
    assert plan.sites.size + len(core.opened) <= fewest


@pytest.mark.parametrize("seed", range(3))
def test_the_proof_of_a_covering_core_holds_its_optimum(seed, clock):
    weight, times = on_a_plane(seed, n=120, m=16)
    core = pose_max_coverage(LocationProblem(weight, times), Request(p=3, threshold_min=8.0))
    proof = prove(core, Request(p=3, time_limit_s=20), clock)
    assert proof.plan.value == pytest.approx(best_value(core))
    assert proof.lower == pytest.approx(best_value(core))

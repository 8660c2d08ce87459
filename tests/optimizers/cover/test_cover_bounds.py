"""Any multipliers prove a bound, the climb comes close to the linear relaxation, and parts inherit what holds."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from small_covers import POSES, best_value, plans_within, posed

from optimizers import Group, LocationProblem
from optimizers.bounds import fixed_by_bound, lagrangian_value
from optimizers.cover import pose_max_coverage, pose_set_cover
from optimizers.cover.limits import cheapest, project
from optimizers.request import Request

MODELS = sorted(POSES)


def on_a_plane(seed, n=80, m=14):
    random = np.random.default_rng(seed)
    people, sites = random.uniform(0, 40, (n, 1, 2)), random.uniform(0, 40, (1, m, 2))
    times = np.hypot(*(people - sites).transpose(2, 0, 1))
    return random.integers(1, 9, n).astype(float), times, times.min(axis=1).max() + 1e-9


def relaxed_optimum(core):
    """The linear relaxation with a missing share of every row, by a solver."""
    n, m = core.n_rows, core.n_sites
    row = np.repeat(np.arange(n), np.diff(core.indptr))
    cover = np.zeros((n, m + n))
    cover[row, core.site] = -1.0
    cover[np.arange(n), m + np.arange(n)] = -1.0
    limits = np.vstack([cover, np.hstack([core.size, np.zeros((core.capacity.size, n))])])
    ends = np.r_[-np.ones(n), core.capacity]
    upper = [(0.0, float(free)) for free in core.free] + [(0.0, 1.0)] * n
    return core.constant + linprog(np.r_[core.open_cost, core.gains[:, 0]], limits, ends, bounds=upper).fun


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 200), data=st.data())
def test_random_multipliers_never_exceed_the_optimum(model, seed, data):
    theta = data.draw(st.sampled_from([0.0, 0.3, 0.5, 0.8, 1.0]))
    _, core = posed(model, seed, theta=theta)
    prices = st.floats(-5.0, 60.0)
    multipliers = np.array(data.draw(st.lists(prices, min_size=core.n_rows, max_size=core.n_rows)))
    assert lagrangian_value(core, multipliers) <= best_value(core) + 1e-9


@pytest.mark.parametrize("budget", [False, True])
@pytest.mark.parametrize("seed", range(4))
def test_the_climb_comes_close_to_the_linear_relaxation_and_never_passes_it(seed, budget):
    weight, times, _ = on_a_plane(seed)
    cost = np.random.default_rng(seed).integers(1, 9, 14).astype(float)
    problem = LocationProblem(weight, times, site_cost_yuan=cost)
    core = pose_max_coverage(problem, Request(p=4, budget_yuan=14.0 if budget else None, threshold_min=8.0))
    found, relaxed = core.climb(None, np.inf, 1500), relaxed_optimum(core)
    assert found.value == pytest.approx(lagrangian_value(core, found.multipliers))
    assert relaxed - 2e-3 * (1 + abs(relaxed)) <= found.value <= relaxed + 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_the_fewest_sites_are_bounded_by_the_linear_relaxation(seed):
    weight, times, reach = on_a_plane(seed)
    core = pose_set_cover(LocationProblem(weight, times), Request(threshold_min=1.05 * reach))
    found, relaxed = core.climb(None, np.inf, 1500), relaxed_optimum(core)
    assert relaxed - 2e-3 * (1 + abs(relaxed)) <= found.value <= relaxed + 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_fixing_keeps_every_better_plan(seed):
    weight, times, _ = on_a_plane(seed, m=11)
    core = pose_max_coverage(LocationProblem(weight, times), Request(p=3, threshold_min=9.0))
    upper = best_value(core) + 2.0
    opened, closed = fixed_by_bound(core, core.climb(None, np.inf, 600).multipliers, upper)
    assert closed.any()
    for sites in plans_within(core):
        if core.value_of(sites) <= upper:
            assert not closed[sites].any()
            assert set(np.flatnonzero(opened)) <= set(sites.tolist())


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(10))
def test_a_part_inherits_multipliers_that_bound_it(model, seed):
    _, core = posed(model, seed)
    if not core.free.any():
        return
    above = core.climb(None, np.inf, 50)
    chosen, nothing = np.zeros(core.n_sites, dtype=bool), np.zeros(core.n_sites, dtype=bool)
    chosen[np.flatnonzero(core.free)[0]] = True
    for half in (core.restrict(chosen, nothing), core.restrict(nothing, chosen)):
        if np.all(half.capacity >= 0):
            start = half.inherit(core, above)
            assert start.multipliers.size == half.n_rows
            assert half.climb(start, np.inf, 30).value <= best_value(half) + 1e-9


@pytest.mark.parametrize("seed", range(12))
def test_multipliers_of_the_demand_rows_prove_the_same_bound(seed):
    """sum_i min(w_i, l_i) plus the best sites by their rows, added up over the rows as the caller gave them."""
    case, core = posed("max_coverage", seed)
    found = core.climb(None, np.inf, 60)
    price = core.root_multipliers(found.multipliers)
    near = case.times <= np.broadcast_to(case.threshold, case.weight.shape)[:, None]
    opened = list(core.opened)
    free = sorted(price @ near[:, j] for j in np.flatnonzero(core.free))[::-1][: max(0, int(core.capacity[0]))]
    saved = sum(price @ near[:, j] for j in opened) + sum(free)
    bound = case.weight.sum() - (np.minimum(case.weight, price).sum() - saved)
    assert core.objective(found.value) == pytest.approx(bound)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("model", MODELS)
def test_priced_floors_pay_no_more_than_the_plans_that_keep_them(model, seed):
    case, plain = posed(model, seed)
    dice = np.random.default_rng(seed)
    groups = [Group(dice.integers(0, 5, case.weight.size).astype(float), 0.5) for _ in range(2)]
    problem, p = case.problem(groups=groups), None if model == "set_cover" else max(2, len(case.fixed))
    asked = Request(p=p, threshold_min=case.threshold, options={"backup_share": 0.5})
    core = POSES[model](problem, asked, dice.uniform(0, 4, 2))
    for sites in plans_within(plain):
        near = case.covered(sorted({*plain.opened, *sites.tolist()})) > 0
        complete = plain.value_of(sites) < plain.penalty
        if complete and all(group.weight @ near >= 0.5 * group.weight.sum() for group in groups):
            assert abs(core.sign) * core.value_of(sites) <= abs(plain.sign) * plain.value_of(sites) + 1e-6


def test_the_nearest_choice_keeps_the_limit():
    target, step, size = np.array([0.9, 2.0, 0.4, -1.0]), np.full(4, 0.5), np.ones((1, 4))
    nearest, price = np.empty(4), np.zeros(1)
    project(target, step, size, np.array([1.5]), price, nearest)
    assert nearest.sum() == pytest.approx(1.5)
    assert nearest == pytest.approx(np.clip(target - 0.5 * price[0], 0, 1))


@pytest.mark.parametrize("limits", [1, 2])
@pytest.mark.parametrize("seed", range(5))
def test_the_cheapest_choice_is_bounded_by_the_linear_program(limits, seed):
    random = np.random.default_rng(seed)
    rho, size = random.normal(size=12), random.uniform(0, 2, (limits, 12))
    room, free = random.uniform(1, 4, limits), random.random(12) < 0.8
    exact = linprog(rho, size, room, bounds=[(0.0, float(f)) for f in free]).fun
    found = cheapest(rho, free, size, room, random.uniform(0, 1, limits))
    assert found <= exact + 1e-9
    if limits == 1:
        assert found == pytest.approx(exact)

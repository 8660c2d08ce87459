"""The climb comes close to the best bound there is, and the search close to the best plan."""

import numpy as np
import pytest
from location_oracle import best_median, best_of
from median_cases import limits_of, pose, random_case, request_of
from scipy.optimize import linprog

from optimizers import LocationProblem
from optimizers.bounds import best_prices, fixed_by_bound, knapsack_prices, lagrangian_value, priced_choice
from optimizers.clock import Clock
from optimizers.median.pose import pose_p_median
from optimizers.median.subgradient import choose, climb, new_climb, take
from optimizers.request import Request

CLOCK = Clock(1e9)  # never up, however late the test runs


def on_a_plane(seed, n=60, m=12):
    dice = np.random.default_rng(seed)
    people, sites = dice.uniform(0, 40, (n, 1, 2)), dice.uniform(0, 40, (1, m, 2))
    return dice.integers(1, 9, n).astype(float), np.hypot(*(people - sites).transpose(2, 0, 1))


def linear_relaxation(weight, times, p):
    """The classical assignment model without integrality: the best any Lagrangian bound can be."""
    n, m = times.shape
    assign = np.hstack([np.zeros((n, m)), np.kron(np.eye(n), np.ones(m))])
    link = np.hstack([-np.tile(np.eye(m), (n, 1)), np.eye(n * m)])
    count = np.r_[np.ones(m), np.zeros(n * m)]
    price = np.r_[np.zeros(m), (weight[:, None] * times).ravel()]
    limits = np.vstack([link, count])
    return linprog(price, limits, np.r_[np.zeros(n * m), p], assign, np.ones(n), bounds=(0, 1)).fun


@pytest.mark.parametrize("seed", range(6))
def test_the_climb_comes_within_a_thousandth_of_the_linear_relaxation(seed):
    weight, times = on_a_plane(seed)
    core = pose_p_median(LocationProblem(weight, times), Request(p=3))
    plan = core.search(None, share=0.1, seed=1, clock=CLOCK)
    ascent = core.climb(None, plan.value, 800)
    relaxed = linear_relaxation(weight, times, 3)
    assert plan.value == pytest.approx(best_median(weight, times, 3))
    assert 0.999 * relaxed <= ascent.value <= relaxed + 1e-6
    assert lagrangian_value(core, ascent.multipliers) == pytest.approx(ascent.value)


@pytest.mark.parametrize("seed", range(6))
def test_a_bound_that_may_be_rounded_up_does_not_end_just_below_the_whole_number(seed):
    weight, times = np.ones(60), np.rint(on_a_plane(seed)[1])
    best, relaxed = best_median(weight, times, 3), linear_relaxation(weight, times, 3)
    core = pose_p_median(LocationProblem(weight, times), Request(p=3))
    aim = min(best - 1.0, np.ceil(relaxed) - 1.0)
    assert core.integral
    assert core.sign == 1.0
    assert core.climb(None, aim, 400).value > aim


def test_pairs_by_row_and_by_site_give_the_same_climb():
    weight, times = on_a_plane(4)
    core = pose_p_median(LocationProblem(weight, times), Request(p=3))
    first = np.median(times, axis=1) * weight
    by_row, by_site = (new_climb(core, first[core.origin.kept], 40, good=False) for _ in range(2))
    assert core.listed.start.size == 0
    climb(core.listed, by_row, 1e6, 1.0, 40)
    climb(core.tables, by_site, 1e6, 1.0, 40)
    assert np.allclose(by_row.best, by_site.best)


def test_a_climb_in_portions_is_the_same_climb():
    weight, times = on_a_plane(3)
    core = pose_p_median(LocationProblem(weight, times), Request(p=3))
    upper = core.search(None, share=0.0, seed=1, clock=CLOCK).value
    whole, parts = core.climb(None, upper, 90), None
    for _ in range(3):
        parts = core.climb(parts, upper, 30, 90)
    assert np.array_equal(whole.multipliers, parts.multipliers)


@pytest.mark.parametrize("seed", range(6))
def test_a_climb_that_goes_on_after_deciding_a_site_starts_no_lower(seed):
    weight, times = on_a_plane(seed)
    core = pose_p_median(LocationProblem(weight, times), Request(p=3))
    upper = core.search(None, share=0.0, seed=1, clock=CLOCK).value
    ascent = core.climb(None, upper, 300)
    decided, nothing = np.zeros(12, dtype=bool), np.zeros(12, dtype=bool)
    decided[int(np.argmax(ascent.share))] = True
    for rest in (core.restrict(decided, nothing), core.restrict(nothing, decided)):
        begun = rest.inherit(core, ascent)
        assert lagrangian_value(rest, begun.multipliers) >= ascent.value - 1e-6


@pytest.mark.parametrize("model", ["p_median", "kolm_pollak", "fixed_charge"])
@pytest.mark.parametrize("seed", range(12))
def test_search_keeps_the_limits_and_nearly_always_finds_the_best(seed, model):
    case = random_case(seed)
    limits = limits_of(seed, model)
    core = pose(case, model, request_of(model, **limits))
    plan = core.search(None, share=0.1, seed=1, clock=CLOCK)
    assert case.is_within(sorted({*core.opened, *plan.sites.tolist()}), **limits)
    options = {"kolm_pollak": {"aversion": 1.5}, "fixed_charge": {"yuan_per_time": 0.5}}.get(model, {})
    best = best_of(case, model, **limits, **options)
    if best is not None:
        assert core.objective(plan.value) >= best - 1e-6 * abs(best)
        assert plan.value < core.penalty


def test_a_long_search_gives_each_town_as_many_sites_as_it_needs():
    """Towns so far apart that no neighbourhood sees two of them; the start puts nearly all sites into one."""
    dice = np.random.default_rng(2)
    town = np.repeat(np.arange(4), 8)
    spots = np.c_[1000.0 * town, np.zeros(32)] + dice.uniform(0, 30, (32, 2))
    people = np.repeat(spots, 5, axis=0) + dice.uniform(-5, 5, (160, 2))
    times = np.hypot(*(people[:, None] - spots).transpose(2, 0, 1))
    times[times > 100.0] = np.inf
    problem = LocationProblem(np.tile([1.0, 2.0, 3.0, 1.0, 9.0], 32), times, unserved_cost=60.0)
    core = pose_p_median(problem, Request(p=8))
    plan = core.search([np.arange(8)], share=0.2, seed=1, clock=CLOCK)
    assert plan.sites.size == 8
    assert np.array_equal(np.unique(town[plan.sites]), np.arange(4))
    assert plan.value == core.search([plan.sites], share=1.0, seed=9, clock=CLOCK).value


@pytest.mark.parametrize("seed", range(6))
def test_fixing_keeps_every_better_plan(seed):
    weight, times = on_a_plane(seed)
    core = pose_p_median(LocationProblem(weight, times), Request(p=3))
    upper = best_median(weight, times, 3) * 1.02
    opened, closed = fixed_by_bound(core, core.climb(None, upper, 500).multipliers, upper)
    assert closed.any()
    dice = np.random.default_rng(seed)
    for sites in [dice.choice(12, 3, replace=False) for _ in range(200)]:
        if core.value_of(sites) <= upper:
            assert not closed[sites].any()
            assert set(np.flatnonzero(opened)) <= set(sites.tolist())


def test_the_linear_knapsack_takes_the_last_item_in_part():
    rho, size = np.array([-6.0, -5.0, 2.0, -1.0]), np.array([2.0, 1.0, 1.0, 0.0])
    low, high = knapsack_prices(rho, size, 2.0)
    assert low == high == pytest.approx(3.0)
    assert np.minimum(rho + low * size, 0.0).sum() - low * 2.0 == pytest.approx(-5.0 - 1.0 - 3.0)


def test_a_full_knapsack_has_a_range_of_best_prices():
    assert knapsack_prices(np.array([-6.0, -5.0, -2.0]), np.ones(3), 2.0) == (2.0, 5.0)
    assert knapsack_prices(np.array([-6.0, -5.0]), np.ones(2), 2.0) == (0.0, 0.0)


@pytest.mark.parametrize("seed", range(20))
def test_the_relaxed_choice_of_one_limit_is_the_linear_knapsack(seed):
    dice = np.random.default_rng(seed)
    rho, size = dice.integers(-9, 3, 15).astype(float), np.ones(15) if seed % 2 else dice.uniform(0, 3, 15)
    room, share = float(seed % 9), np.empty(15)
    best = linprog(rho, size[None], [room], bounds=(0, 1)).fun
    assert take(rho, size, room, share) == pytest.approx(best)
    assert rho @ share == pytest.approx(best)
    assert size @ share <= room + 1e-9


@pytest.mark.parametrize("seed", range(10))
def test_two_limits_together_are_priced_as_a_linear_program_does(seed):
    dice = np.random.default_rng(seed)
    core = pose(random_case(seed, m=7), "p_median", request_of("p_median", p=3, budget=60.0))
    rho = dice.uniform(-50, 5, core.n_sites)
    free = np.flatnonzero(core.free)
    best = linprog(rho[free], core.size[:, free], core.capacity, bounds=(0, 1)).fun
    assert priced_choice(core, rho, best_prices(core, rho)[0]) == pytest.approx(best, rel=1e-6)
    rho[~core.free] = 0.0
    share = np.empty(core.n_sites)
    assert choose(core.tables, rho, share) == pytest.approx(best, rel=1e-4)

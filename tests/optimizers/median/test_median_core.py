"""A median core says what its plans cost, whatever was merged, scaled, fixed or dropped on the way."""

from itertools import combinations

import numpy as np
import pytest
from location_oracle import Case, value_of
from median_cases import OPTIONS, POSES, limits_of, pose, random_case, request_of

from optimizers import LocationProblem
from optimizers.bounds import lagrangian_value
from optimizers.incumbent import is_plan
from optimizers.relaxation import plan_of
from optimizers.request import Request

SEEDS = range(24)


def plans_of(core, most=4):
    free = np.flatnonzero(core.free)
    for size in range(most):
        for sites in combinations(free.tolist(), size):
            yield np.array(sites, dtype=np.int64)


def words(case, model, core, sites):
    return value_of(case, model, sorted({*core.opened, *sites.tolist()}), **OPTIONS[model])


@pytest.mark.parametrize("model", POSES)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_plan_costs_what_the_model_says(seed, model):
    case = random_case(seed)
    core = pose(case, model, request_of(model, p=4))
    for sites in plans_of(core, most=3):
        expected = words(case, model, core, sites)
        if np.isfinite(expected):
            assert core.objective(core.value_of(sites)) == pytest.approx(expected, rel=1e-9, abs=1e-9)
        else:
            assert not is_plan(core, plan_of(core, sites))


@pytest.mark.parametrize("model", POSES)
def test_the_way_from_value_to_objective_goes_back(model):
    core = pose(random_case(1), model, request_of(model, p=3))
    value = core.value_of(np.flatnonzero(core.free)[:2])
    assert core.value_at(core.objective(value)) == pytest.approx(value)


@pytest.mark.parametrize("model", POSES)
@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_left_after_deciding_sites_costs_the_same(seed, model):
    case = random_case(seed)
    core = pose(case, model, request_of(model, p=5))
    opened, closed = np.zeros(core.n_sites, dtype=bool), np.zeros(core.n_sites, dtype=bool)
    first, second, *others = np.flatnonzero(core.free)
    opened[first] = closed[second] = True
    rest = core.restrict(opened, closed)
    assert rest.opened == tuple(sorted({*core.opened, int(first)}))
    for more in ([], others[:1], others[:2]):
        sites = np.array(more, dtype=np.int64)
        assert rest.value_of(sites) == pytest.approx(core.value_of(np.append(sites, first)))


@pytest.mark.parametrize("model", POSES)
@pytest.mark.parametrize("seed", SEEDS)
def test_any_multipliers_bound_every_plan_within_the_limits(seed, model):
    case = random_case(seed)
    limits = limits_of(seed, model)
    core = pose(case, model, request_of(model, **limits))
    values = [
        core.value_of(sites)
        for sites in plans_of(core)
        if case.is_within(sorted({*core.opened, *sites.tolist()}), limits["p"], limits["budget"])
    ]
    dice = np.random.default_rng(seed)
    top = max(1.0, float(np.median(core.cost))) if core.n_pairs else 1.0
    for _ in range(15):
        multipliers = dice.uniform(-0.5, 4.0, core.n_rows) * top
        assert lagrangian_value(core, multipliers) <= min(values) * (1 + 1e-9) + 1e-9


@pytest.mark.parametrize("seed", SEEDS)
def test_multipliers_mean_the_same_for_merged_settled_and_single_rows(seed):
    # Every demand row apart, nothing folded in: the formula of the certificate on the caller's own numbers.
    case = random_case(seed)
    core = pose(case, "p_median", request_of("p_median", p=3))
    dice = np.random.default_rng(seed)
    multipliers = dice.uniform(0, 100, core.n_rows)
    each = core.root_multipliers(multipliers)
    assert each.shape == case.weight.shape
    limit = np.inf if case.unserved is None else case.unserved
    usable = [j for j in range(case.times.shape[1]) if j not in case.forbidden]
    cost = np.where(case.weight > 0, case.weight, 0.0)[:, None] * np.where(
        case.weight[:, None] > 0, np.minimum(case.times, limit), 0.0
    )
    rho = np.minimum(0.0, cost - each[:, None]).sum(axis=0)
    free = sorted(rho[j] for j in usable if j not in case.fixed)
    least = sum(min(0.0, value) for value in free[: 3 - len(case.fixed)])
    total = each.sum() + rho[case.fixed].sum() + least
    assert total == pytest.approx(core.objective(lagrangian_value(core, multipliers)), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_dropping_what_no_good_plan_uses_keeps_every_good_plan(seed):
    case = random_case(seed, n=14)
    core = pose(case, "p_median", request_of("p_median", p=3))
    plans = [sites for sites in plans_of(core) if sites.size <= core.capacity[0]]
    best = min(core.value_of(sites) for sites in plans)
    ascent = core.climb(None, best, 200)
    room = 1.1 * best - lagrangian_value(core, ascent.multipliers)
    nothing = np.zeros(core.n_sites, dtype=bool)
    rest = core.settle(nothing, nothing, ascent.multipliers, room)
    for sites in plans:
        if core.value_of(sites) < 1.1 * best - 1e-6:
            assert rest.value_of(sites) == pytest.approx(core.value_of(sites))
        else:
            assert rest.value_of(sites) >= 1.1 * best - 1e-6 * (1 + best)


@pytest.mark.parametrize("model", POSES)
def test_the_order_of_the_demand_rows_does_not_show_in_the_core(model):
    case = random_case(6, n=20)
    order = np.random.default_rng(0).permutation(case.weight.size)
    other = Case(case.weight[order], case.times[order], cost=case.cost, unserved=case.unserved, fixed=case.fixed)
    one, two = (pose(each, model, request_of(model, p=3)) for each in (case, other))
    assert np.array_equal(one.site, two.site)
    assert np.allclose(one.cost, two.cost, rtol=0 if model == "p_median" else 1e-12, atol=0)
    assert np.array_equal(one.indptr, two.indptr)


def test_equal_rows_are_one_and_rows_without_weight_none():
    times = np.array([[1.0, 2.0], [1.0, 2.0], [1.0, 2.5], [3.0, 3.0]])
    core = pose(Case(np.array([1.0, 2.0, 4.0, 0.0]), times), "p_median", request_of("p_median", p=1))
    assert core.n_rows == 2
    assert sorted(core.cost.tolist()) == [3.0, 4.0, 6.0, 10.0]


@pytest.mark.parametrize("seed", range(8))
def test_prices_on_the_floors_never_raise_the_value_of_a_plan_that_keeps_them(seed):
    dice = np.random.default_rng(seed)
    base = random_case(seed)
    groups = [(dice.integers(0, 5, base.weight.size).astype(float), 0.4) for _ in range(2)]
    case = Case(base.weight, base.times, cost=base.cost, unserved=base.unserved, groups=groups, threshold=15.0)
    prices = dice.uniform(0, 10, 2)
    request = request_of("p_median", p=4, threshold_min=15.0)
    plain, priced = (POSES["p_median"](case.problem(), request, price) for price in (None, prices))
    for sites in plans_of(plain, most=3):
        expected = words(case, "p_median", plain, sites)
        if not np.isfinite(expected):
            continue
        beyond = case.covered(sorted({*plain.opened, *sites.tolist()})) == 0
        extra = sum(
            price * (weight[beyond].sum() - (1 - floor) * weight.sum())
            for price, (weight, floor) in zip(prices, groups, strict=True)
        )
        assert priced.objective(priced.value_of(sites)) == pytest.approx(expected + extra, rel=1e-6, abs=1e-6)


def test_times_of_very_different_size_are_still_numbers_in_the_equivalent():
    times = np.array([[0.0, 1.0, 5000.0], [1.0, 0.0, 5000.0], [900.0, 1000.0, 0.5]])
    core = pose(Case(np.array([5.0, 5.0, 1.0]), times), "kolm_pollak", request_of("kolm_pollak", p=2))
    for sites in ([0, 2], [1, 2], [0, 1]):
        assert np.isfinite(core.value_of(np.array(sites)))
    assert core.objective(core.value_of(np.array([0, 2]))) < core.objective(core.value_of(np.array([0, 1])))


@pytest.mark.parametrize("unserved", [None, 9.0])
def test_time_that_costs_nothing_must_still_reach_everybody(unserved):
    times = np.array([[5.0, np.inf], [np.inf, 7.0], [1.0, 2.0]])
    problem = LocationProblem([1.0, 2.0, 0.0], times, site_cost_yuan=[4.0, 3.0], unserved_cost=unserved)
    core = POSES["fixed_charge"](problem, Request(options={"yuan_per_time": 0.0}))
    values = [core.objective(core.value_of(sites)) for sites in plans_of(core)]  # of none, each alone, and both
    served = [is_plan(core, plan_of(core, sites)) for sites in plans_of(core)]
    assert values == [0.0, 4.0, 3.0, 7.0] if unserved else values[3] == 7.0
    assert served == [unserved is not None] * 3 + [True]


def test_leaving_somebody_out_is_dearer_than_any_plan_however_large_the_costs():
    times = np.array([[1.0, 40.0, np.inf], [2.0, 50.0, np.inf], [1.0, 45.0, 3.0]])
    problem = LocationProblem([5.0, 3.0, 2.0], times)
    core = POSES["kolm_pollak"](problem, Request(p=1, options={"aversion": 5.0}))  # costs of 1e71
    assert [is_plan(core, plan_of(core, np.array([j]))) for j in range(3)] == [True, True, False]

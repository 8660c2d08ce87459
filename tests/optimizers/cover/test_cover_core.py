"""A covering core says of every plan what the words of the model say, whatever was merged, settled or struck off."""

from dataclasses import replace

import numpy as np
import pytest
from location_oracle import best_of, random_case, value_of
from small_covers import POSES, best_value, plans_within, posed, question

from optimizers import LocationProblem
from optimizers.cover import pose_max_coverage
from optimizers.cover.rows import merged
from optimizers.request import Request
from optimizers.solvers import run

MODELS = sorted(POSES)


@pytest.mark.parametrize("model", ["max_coverage", "backup_coverage"])
@pytest.mark.parametrize("seed", range(25))
def test_every_plan_has_the_objective_of_the_model(model, seed):
    case, core = posed(model, seed)
    for sites in plans_within(core):
        everything = sorted({*core.opened, *sites.tolist()})
        assert core.objective(core.value_of(sites)) == pytest.approx(value_of(case, model, everything))


@pytest.mark.parametrize("theta", [0.0, 0.3, 0.5, 0.8, 1.0])
@pytest.mark.parametrize("seed", range(6))
def test_a_second_cover_is_worth_its_share(theta, seed):
    case, core = posed("backup_coverage", seed, theta=theta)
    asked = question("backup_coverage", case)
    best = best_of(case, "backup_coverage", p=asked.p, floors=False, backup_share=theta)
    assert core.objective(best_value(core)) == pytest.approx(best)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(25))
def test_merging_and_dominance_leave_the_optimum_as_it_is(model, seed):
    case, core = posed(model, seed)
    best = best_of(case, model, p=question(model, case).p, floors=False)
    assert core.objective(best_value(core)) == pytest.approx(best)


@pytest.mark.parametrize("seed", range(25))
def test_the_cover_test_reaches_0_just_when_p_sites_cover_everybody(seed):
    case, core = posed("cover_test", seed)
    p = question("cover_test", case).p
    fewest = best_of(case, "set_cover", floors=False)
    assert (best_value(core) == 0.0) == (fewest is not None and fewest <= p)


@pytest.mark.parametrize("seed", range(20))
def test_a_budget_and_a_number_hold_together(seed, clock):
    case, core = posed("max_coverage", seed, budget=True)
    asked = question("max_coverage", case, budget=True)
    best = best_of(case, "max_coverage", p=asked.p, budget=30.0, floors=False)
    plan = core.search(None, share=0.0, seed=1, clock=clock)
    assert core.objective(best_value(core)) == pytest.approx(best)
    assert np.all(core.size[:, plan.sites].sum(axis=1) <= core.capacity)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(12))
def test_the_model_in_pulp_has_the_same_optimum(model, seed):
    _, core = posed(model, seed, theta=0.7)
    if core.n_rows == 0:
        return
    model = core.formulate("small")
    report = run(model.lp, time_limit_s=20.0)
    assert report.proven
    assert core.value_of(model.chosen()) == pytest.approx(best_value(core))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(15))
def test_what_is_left_after_deciding_a_site_has_the_values_of_the_plans_that_agree(model, seed):
    _, core = posed(model, seed)
    free = np.flatnonzero(core.free)
    nothing = np.zeros(core.n_sites, dtype=bool)
    for j in free[:2]:
        decided = nothing.copy()
        decided[j] = True
        for sites in plans_within(core):
            if j in sites:
                assert core.restrict(decided, nothing).value_of(sites[sites != j]) == pytest.approx(
                    core.value_of(sites)
                )
            else:
                assert core.restrict(nothing, decided).value_of(sites) == pytest.approx(core.value_of(sites))


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(8))
def test_the_order_of_the_demand_rows_changes_nothing(model, seed, clock):
    case = random_case(seed, rows=30, sites=9, reachable=True)
    order = np.random.default_rng(seed).permutation(case.weight.size)
    limit = np.broadcast_to(case.threshold, order.shape)
    asked = replace(question(model, case), threshold_min=limit)
    weight = case.weight + 0.1 * np.arange(case.weight.size)
    one = POSES[model](case.problem(weight=weight), asked)
    mixed = case.problem(weight=weight[order], travel_time_min=case.times[order], threshold_min=limit[order])
    other = POSES[model](mixed, replace(asked, threshold_min=limit[order]))
    for name in ("indptr", "site", "gains", "constant", "offset"):
        assert np.array_equal(getattr(one, name), getattr(other, name))
    plans = [core.search(None, share=0.001, seed=3, clock=clock) for core in (one, other)]
    bounds = [core.climb(None, np.inf, 40) for core in (one, other)]
    assert np.array_equal(plans[0].sites, plans[1].sites)
    assert bounds[0].value == bounds[1].value
    prices = [core.root_multipliers(bound.multipliers) for core, bound in zip((one, other), bounds, strict=True)]
    assert np.array_equal(prices[0][order], prices[1])


@pytest.mark.parametrize("bits", [1, 2, 40])
def test_rows_of_one_hash_and_different_sites_are_not_merged_and_keep_their_order(bits):
    random = np.random.default_rng(bits)
    rows = [np.sort(random.choice(5, random.integers(1, 4), replace=False)) for _ in range(60)]
    gains = random.integers(1, 9, (60, 1)) / 10.0

    def of(order):
        indptr = np.concatenate(([0], np.cumsum([rows[i].size for i in order])))
        site = np.concatenate([rows[i] for i in order]).astype(np.int32)
        return merged(indptr, site, np.ones(site.size, dtype=bool), gains[order], 5, bits)

    straight, mixed = of(np.arange(60)), of(random.permutation(60))
    held = [tuple(straight.site[a:b]) for a, b in zip(straight.indptr[:-1], straight.indptr[1:], strict=True)]
    assert sorted(held) == sorted({tuple(row) for row in rows})
    assert np.array_equal(straight.site, mixed.site)
    assert np.array_equal(straight.gains, mixed.gains)
    for i in range(60):
        assert held[straight.became[i]] == tuple(rows[i])
        assert straight.part[i] == pytest.approx(gains[i, 0] / straight.gains[straight.became[i], 0])


def test_small_weights_are_counted_as_well_as_large_ones():
    weight, times = np.array([3.0, 2.0, 4.0]), np.array([[1.0, 99.0], [99.0, 1.0], [1.0, 99.0]])
    for unit in (1.0, 1e-9):
        core = pose_max_coverage(LocationProblem(weight * unit, times), Request(p=1, threshold_min=10.0))
        assert core.objective(best_value(core)) == pytest.approx(7.0 * unit)

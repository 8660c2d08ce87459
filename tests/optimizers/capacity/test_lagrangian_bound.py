"""Any prices give a valid bound; the climb gets close to the best one."""

import numpy as np
import pytest
from capacity_oracle import MODELS, clustered, oracle_of, random_question

from optimizers import LocationProblem
from optimizers.bounds import lagrangian_value
from optimizers.capacity import search
from optimizers.capacity.climb import full_at
from optimizers.capacity.core import CapacityCore
from optimizers.capacity.pose import pose
from optimizers.clock import Clock
from optimizers.request import Request
from optimizers.solvers import run


def core_of(given, asked, model):
    names = ("p", "budget_yuan", "threshold_min")
    limits = {name: asked[name] for name in names if name in asked}
    options = {name: value for name, value in asked.items() if name not in names}
    return pose(LocationProblem(**given), model, Request(**limits, options=options))


@pytest.mark.parametrize("choice", ["planned", "nearest"])
@pytest.mark.parametrize("model", MODELS)
def test_no_prices_whatever_prove_more_than_the_optimum(model, choice):
    rng = np.random.default_rng(5)
    for seed in range(200, 225):
        given, asked = random_question(seed, model, choice)
        core, best = core_of(given, asked, model), oracle_of(model, given, asked)
        if core.settled is not None or np.any(core.capacity < 0) or not np.isfinite(best):
            continue
        least = core.value_at(best)
        top = 2.0 * core.tables.unit.max(initial=1.0)
        for prices in (
            rng.random(core.n_rows) * top,
            np.zeros(core.n_rows),
            core.climb(None, least + 1, 60).multipliers,
        ):
            assert lagrangian_value(core, prices * 1.0) <= least + 1e-7 * (1 + abs(least))


@pytest.mark.parametrize("seed", range(20))
def test_a_site_is_full_where_the_best_rows_first_would_fill_it(seed):
    rng = np.random.default_rng(seed)
    worth, load = rng.integers(1, 9, 30).astype(float), rng.random(30)
    room = float(rng.random() * 16)
    order = np.argsort(-worth, kind="stable")
    before = np.cumsum(load[order]) - load[order]
    cut = order[np.flatnonzero(before + load[order] > room)]
    expected = worth[cut[0]] if cut.size else 0.0
    assert full_at(worth.copy(), load.copy(), 30, room) == expected


def test_the_climb_comes_within_a_thousandth_of_the_linear_relaxation():
    core = core_of(clustered(), {"p": 6, "choice": "planned"}, "capacitated_p_median")
    model = core.formulate("relaxed")
    for y in model.opens.values():
        y.cat = "Continuous"
    relaxed = run(model.lp, time_limit_s=30).objective + model.constant
    bound = core.climb(None, 1.1 * relaxed, 600).value
    assert 0.999 * relaxed <= bound <= relaxed * (1 + 1e-9)


@pytest.mark.parametrize("choice", ["planned", "nearest"])
@pytest.mark.parametrize("model", MODELS)
def test_the_mixed_integer_model_has_the_same_optimum(model, choice):
    for seed in range(300, 312):
        given, asked = random_question(seed, model, choice)
        core, best = core_of(given, asked, model), oracle_of(model, given, asked)
        if core.settled is not None or np.any(core.capacity < 0):
            continue
        made = core.formulate("whole")
        report = run(made.lp, time_limit_s=20)
        if not np.isfinite(best):
            assert report.infeasible, seed
            continue
        assert core.objective(report.objective + made.constant) == pytest.approx(best, rel=1e-6, abs=1e-6), seed
        assert core.objective(core.value_of(made.chosen())) == pytest.approx(best, rel=1e-6, abs=1e-6), seed


def test_in_the_mixed_integer_model_too_nobody_passes_by_an_open_site():
    given = {
        "weight": [3.0, 3.0],
        "travel_time_min": [[1.0, np.inf, 3.0], [2.0, 1.0, 3.0]],
        "capacity": [5.0, 2.0, 6.0],
    }
    core = core_of(given, {"p": 2, "choice": "nearest"}, "capacitated_p_median")
    made = core.formulate("whole")
    # The first site lacks the room for both rows, and the first row may not leave it to the second one.
    assert run(made.lp, time_limit_s=20).objective + made.constant == pytest.approx(18.0)


def test_a_settled_core_proves_the_value_of_its_one_plan():
    core = core_of(clustered(), {"p": 6, "choice": "planned"}, "capacitated_p_median")
    sites = np.zeros(25, dtype=bool)
    sites[[0, 4, 8, 12, 16, 20]] = True
    last = core.restrict(sites, ~sites)
    assert last.n_rows == 0
    plan = core.value_of(np.flatnonzero(sites))
    assert plan == last.constant or (plan >= core.penalty and last.constant >= core.penalty)


def watched_climbs(monkeypatch):
    """The steps of each climb from now on."""
    steps, plain = [], CapacityCore.climb

    def watched(core, ascent, upper, iterations, planned=0):
        steps.append(iterations)
        return plain(core, ascent, upper, iterations, planned)

    monkeypatch.setattr(CapacityCore, "climb", watched)
    return steps


def test_a_first_guess_climbs_in_portions_to_the_same_plan(monkeypatch):
    core = core_of(clustered(), {"p": 6, "choice": "planned"}, "capacitated_p_median")
    steps = watched_climbs(monkeypatch)
    at_once = search.first_guess(core, Clock(60.0))
    assert steps == [60, 120]
    steps.clear()
    monkeypatch.setattr(search, "_PORTION", 25.0 * (core.n_pairs + 1))
    assert search.first_guess(core, Clock(60.0)).tolist() == at_once.tolist()
    assert steps == [25, 25, 10, 25, 25, 25, 25, 20]


def test_a_first_guess_without_time_makes_do_with_one_portion(monkeypatch):
    core = core_of(clustered(), {"p": 6, "choice": "planned"}, "capacitated_p_median")
    steps = watched_climbs(monkeypatch)
    monkeypatch.setattr(search, "_PORTION", 25.0 * (core.n_pairs + 1))
    assert search.first_guess(core, Clock(0.0)).size <= 6
    assert steps == [25]


@pytest.mark.parametrize("unit", [1.0, 1e9])
def test_who_is_left_out_costs_more_than_any_plan_by_more_than_rounding(unit):
    given = clustered()
    core = core_of({**given, "weight": given["weight"] * unit, "capacity": given["capacity"] * unit,
                    "unserved_cost": None}, {"p": 6, "choice": "planned"}, "capacitated_p_median")  # fmt: skip
    tables = core.tables
    dearest = np.maximum.reduceat(tables.unit, tables.indptr[:-1])
    assert core.penalty >= (1.0 + 1e-6) * float(tables.weight @ dearest)
    assert core.penalty == round(core.penalty)

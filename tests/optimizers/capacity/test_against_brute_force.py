"""Every model with capacities against the enumeration of all site sets, and the properties any answer must have."""

import numpy as np
import pytest
from capacity_oracle import MODELS, clustered, oracle_of, random_question

from optimizers import LocationProblem, ProblemError, evaluate, solve, verify
from optimizers.capacity.pose import pose
from optimizers.certificate import BySolver
from optimizers.request import Request

CHOICES = ("planned", "nearest")
KINDS = [(model, choice) for model in MODELS for choice in CHOICES]


def check_plan(problem, model, asked, found):
    """The allocation keeps every rule and is worth what is claimed."""
    given = found.allocation.toarray()
    times = problem.travel_time_min.toarray()
    reachable = np.zeros(given.shape, dtype=bool)
    reachable[problem.travel_time_min.nonzero()] = True
    assert np.all(given >= 0)
    assert np.all(given.sum(axis=0) <= problem.capacity * (1 + 1e-9) + 1e-12)
    assert np.all(given.sum(axis=1) <= problem.weight * (1 + 1e-9) + 1e-12)
    assert not given[:, [j for j in range(problem.n_sites) if j not in found.sites]].any()
    assert not given[~reachable].any()
    if asked["choice"] == "nearest":
        assert np.all((given > 0).sum(axis=1) <= 1)
    if model == "capacitated_coverage":
        value = given.sum()
    else:
        left = problem.weight - given.sum(axis=1)
        value = asked.get("yuan_per_time", 1.0) * ((given * times).sum() + left.sum() * (problem.unserved_cost or 0.0))
        if problem.unserved_cost is None:
            assert np.allclose(left, 0.0, atol=1e-9)
        if model == "capacitated_fixed_charge":
            value += problem.site_cost_yuan[[j for j in found.sites if j not in problem.fixed_open]].sum()
    assert value == pytest.approx(found.objective, rel=1e-7, abs=1e-9)
    assert set(problem.fixed_open) <= set(found.sites)
    assert not set(problem.forbidden) & set(found.sites)
    assert "p" not in asked or len(found.sites) <= asked["p"]


def too_small(problem):
    """All allowed sites together cannot take the demand, all of which must be served."""
    room = problem.capacity[~problem.closed_for_good].sum()
    return problem.unserved_cost is None and room < problem.weight.sum() * (1 - 1e-12)


@pytest.mark.parametrize(("model", "choice"), KINDS)
def test_the_enumerated_optimum_is_found_and_proven(model, choice):
    plans = 0
    for seed in range(40):
        given, asked = random_question(seed, model, choice)
        problem = LocationProblem(**given)
        expected = oracle_of(model, given, asked)
        if model != "capacitated_coverage" and too_small(problem):
            with pytest.raises(ProblemError, match="capacities of the"):
                solve(problem, model, **asked)
            continue
        found = solve(problem, model, **asked)
        if not np.isfinite(expected):
            assert found.status == "infeasible", seed
            continue
        plans += 1
        assert found.status == "optimal", seed
        assert found.objective == pytest.approx(expected, rel=1e-6, abs=1e-9), seed
        check_plan(problem, model, asked, found)
    assert plans >= 15


@pytest.mark.parametrize(("model", "choice"), KINDS)
@pytest.mark.parametrize("effort", ["first", "quick"])
def test_less_effort_is_still_honest(model, choice, effort):
    for seed in range(100, 112):
        given, asked = random_question(seed, model, choice)
        expected = oracle_of(model, given, asked)
        if not np.isfinite(expected):
            continue
        found = solve(LocationProblem(**given), model, effort=effort, **asked)
        sign = -1.0 if model == "capacitated_coverage" else 1.0
        if found.objective is not None:
            assert sign * (found.objective - expected) >= -1e-6 * (1 + abs(expected))
        assert sign * (expected - found.bound) >= -1e-6 * (1 + abs(expected))


def question(model, choice="planned", **more):
    asked = {"choice": choice} | more
    if model != "capacitated_fixed_charge":
        asked.setdefault("p", 6)
    if model == "capacitated_coverage":
        asked.setdefault("threshold_min", 9.0)
    return asked


@pytest.mark.parametrize(("model", "choice"), KINDS)
def test_the_order_of_the_demand_rows_makes_no_difference(model, choice):
    given = clustered(tight=2.0)
    order = np.random.default_rng(0).permutation(given["weight"].size)
    mixed = given | {"weight": given["weight"][order], "travel_time_min": given["travel_time_min"][order]}
    one = solve(LocationProblem(**given), model, effort="quick", **question(model, choice))
    two = solve(LocationProblem(**mixed), model, effort="quick", **question(model, choice))
    assert one.sites == two.sites
    assert one.objective == pytest.approx(two.objective, rel=1e-12)


@pytest.mark.parametrize("model", MODELS)
def test_equal_rows_count_as_one(model):
    given = clustered(n=40)
    twice = given | {
        "weight": np.repeat(given["weight"] / 2, 2),
        "travel_time_min": np.repeat(given["travel_time_min"], 2, axis=0),
    }
    core = pose(LocationProblem(**twice), model, Request(**_request(question(model))))
    assert core.tables.weight.size <= 40
    one = solve(LocationProblem(**given), model, **question(model))
    two = solve(LocationProblem(**twice), model, **question(model))
    assert one.objective == pytest.approx(two.objective, rel=1e-9)
    assert np.allclose(two.allocation.toarray()[::2] + two.allocation.toarray()[1::2], one.allocation.toarray())


def _request(asked):
    names = ("p", "budget_yuan", "threshold_min")
    return {name: asked[name] for name in names if name in asked} | {
        "options": {name: value for name, value in asked.items() if name not in names}
    }


@pytest.mark.parametrize("model", ["capacitated_coverage", "capacitated_p_median"])
def test_room_without_end_is_no_limit_at_all(model):
    given = clustered() | {"capacity": np.full(25, np.inf)}
    problem = LocationProblem(**given)
    asked = {"threshold_min": 9.0} if model == "capacitated_coverage" else {}
    free = solve(problem, {"capacitated_coverage": "max_coverage"}.get(model, "p_median"), p=6, **asked)
    for choice in CHOICES:
        found = solve(problem, model, p=6, choice=choice, **asked)
        assert found.status == "optimal"
        assert found.objective == pytest.approx(free.objective, rel=2e-6)


@pytest.mark.parametrize("model", MODELS)
def test_more_room_never_hurts_who_plans(model):
    given = clustered(tight=1.1)
    sign = -1.0 if model == "capacitated_coverage" else 1.0
    objectives = [
        sign
        * solve(LocationProblem(**given | {"capacity": factor * given["capacity"]}), model, **question(model)).objective
        for factor in (1.0, 1.2, 1.5)
    ]
    assert objectives == sorted(objectives, reverse=True)


def test_people_who_choose_are_never_better_off_than_people_who_are_sent():
    given = clustered(tight=1.8)
    sent, own = (solve(LocationProblem(**given), "capacitated_p_median", p=6, choice=choice) for choice in CHOICES)
    assert own.objective >= sent.objective * (1 - 1e-9)


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_units_of_weight_and_time_do_not_matter(scale):
    given = clustered()
    base = solve(LocationProblem(**given), "capacitated_p_median", p=6)
    other = given | {"weight": scale * given["weight"], "capacity": scale * given["capacity"]}
    found = solve(LocationProblem(**other), "capacitated_p_median", p=6)
    assert found.status == "optimal"
    assert found.objective == pytest.approx(scale * base.objective, rel=2e-6)
    slow = given | {"travel_time_min": scale * given["travel_time_min"]}
    found = solve(LocationProblem(**slow), "capacitated_p_median", p=6)
    assert found.objective == pytest.approx(scale * base.objective, rel=2e-6)


def test_too_little_room_within_the_limits_is_infeasible_with_a_reason():
    problem = LocationProblem([5.0, 5.0], [[1.0, 2.0], [2.0, 1.0]], capacity=[6.0, 6.0])
    for choice in CHOICES:
        found = solve(problem, "capacitated_p_median", p=1, choice=choice)
        assert found.status == "infeasible"
        assert found.reason
        assert found.bound is None
    assert solve(problem, "capacitated_coverage", p=1, threshold_min=5).objective == 6.0


def test_the_nearest_site_cannot_be_refused():
    # The second site has room for both, but the first row's nearest site is the first one, which is too small.
    problem = LocationProblem([5.0, 1.0], [[1.0, 2.0], [9.0, 1.0]], capacity=[4.0, 6.0])
    found = solve(problem, "capacitated_p_median", p=2, choice="nearest")
    assert found.sites == (1,)
    assert found.objective == 11.0
    assert solve(problem, "capacitated_p_median", p=2, choice="planned").objective == 4.0 + 2.0 + 1.0


def test_of_equally_near_sites_the_lowest_position_is_taken():
    problem = LocationProblem([5.0], [[1.0, 1.0]], capacity=[4.0, 6.0], fixed_open=[0, 1])
    assert solve(problem, "capacitated_p_median", p=2, choice="nearest").status == "infeasible"
    other = LocationProblem([5.0], [[1.0, 1.0]], capacity=[6.0, 4.0], fixed_open=[0, 1])
    assert solve(other, "capacitated_p_median", p=2, choice="nearest").objective == 5.0


def test_part_of_a_row_may_stay_unserved_at_its_price():
    problem = LocationProblem([10.0], [[2.0]], capacity=[6.0], unserved_cost=7.0)
    found = solve(problem, "capacitated_p_median", p=1)
    assert found.objective == 6.0 * 2.0 + 4.0 * 7.0
    assert found.allocation.toarray().tolist() == [[6.0]]


def test_a_plan_to_begin_from_is_not_made_worse():
    given = clustered(tight=1.15)
    problem = LocationProblem(**given)
    best = solve(problem, "capacitated_p_median", p=6)
    found = solve(problem, "capacitated_p_median", p=6, effort="first", start=best.sites)
    assert found.objective == pytest.approx(best.objective, rel=1e-9)


def test_an_interrupt_returns_the_best_so_far():
    heard = []

    def stop(sentence):
        heard.append(sentence)
        if len(heard) == 3:
            raise KeyboardInterrupt

    found = solve(LocationProblem(**clustered(tight=1.05)), "capacitated_p_median", p=6, progress=stop)
    assert found.status in ("feasible", "unknown")
    assert found.reason == "interrupted."
    assert found.bound is not None


def test_the_objective_is_what_evaluate_says():
    problem = LocationProblem(**clustered())
    for model, choice in KINDS:
        asked = question(model, choice)
        found = solve(problem, model, effort="quick", **asked)
        if found.objective is not None:
            more = {name: value for name, value in asked.items() if name not in ("p", "budget_yuan")}
            assert evaluate(problem, found.sites, model=model, **more).objective == found.objective


@pytest.mark.parametrize("model", ["capacitated_p_median", "capacitated_fixed_charge"])
def test_where_people_choose_and_no_site_fills_up_the_bound_can_be_added_up_again(model):
    problem = LocationProblem(**{**clustered(tight=9.0), "unserved_cost": None})
    asked = {"p": 6, "choice": "nearest"}
    found = solve(problem, model, **asked)
    plain = solve(problem, model.removeprefix("capacitated_"), p=6)
    assert (found.status, found.sites, found.objective) == ("optimal", plain.sites, plain.objective)
    assert not isinstance(found.certificate.step, BySolver)
    assert verify(problem, found).faults == ()


def test_an_interrupt_ends_the_question_of_those_who_choose_too():
    heard = []

    def stop(sentence):
        heard.append(sentence)
        if len(heard) == 2:
            raise KeyboardInterrupt

    problem = LocationProblem(**{**clustered(tight=1.05), "unserved_cost": None})
    found = solve(problem, "capacitated_p_median", p=6, choice="nearest", progress=stop)
    assert found.reason == "interrupted."
    assert len(heard) == 2

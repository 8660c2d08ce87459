"""What the engines show for every model is accepted, and is the best by enumeration where it is called optimal."""

from dataclasses import replace

import numpy as np
import pytest
from hand_made import CAPACITATED, Case, random_case

from optimizers import MODELS, LocationProblem, ProblemError, solve, verify

FLOORED = [name for name, row in MODELS.items() if row.floors]
PLAIN = [(name, "planned") for name in MODELS] + [(name, "nearest") for name in CAPACITATED]


def accepted(case, effort):
    """The solution of the engine, once it has been verified; None where there is too little room for everybody."""
    allowed = ~case.problem.closed_for_good
    must = case.model in ("capacitated_p_median", "capacitated_fixed_charge") and case.problem.unserved_cost is None
    if must and case.problem.capacity[allowed].sum() < case.problem.weight.sum() * (1 - 1e-12):
        with pytest.raises(ProblemError, match="capacities"):
            solve(case.problem, case.model, **case.asked, **case.options)
        return None
    solution = solve(case.problem, case.model, effort=effort, **case.asked, **case.options)
    verdict = verify(case.problem, solution)
    assert verdict.accepted, (case, verdict.faults)
    return solution


def is_the_best(case, solution):
    expected = case.best()[1]
    if solution.status == "optimal":
        assert solution.objective == pytest.approx(expected, rel=2e-6, abs=1e-9), case
    if solution.status == "infeasible":
        assert not np.isfinite(expected), case


@pytest.mark.parametrize(("model", "choice"), PLAIN)
def test_every_model_shows_what_can_be_verified(model, choice):
    rng = np.random.default_rng(31)
    for effort in ("first", "quick", "thorough", "thorough"):
        case = random_case(rng, model, choice=choice)
        solution = accepted(case, effort)
        if solution is not None:
            is_the_best(case, solution)


@pytest.mark.parametrize("model", FLOORED)
def test_floors_show_what_can_be_verified(model):
    rng = np.random.default_rng(32)
    for _ in range(3):
        case = random_case(rng, model, floors=True)
        is_the_best(case, accepted(case, "thorough"))


@pytest.fixture(scope="module")
def town():
    """60 rows and 15 sites, with an optimal plan of the engine."""
    rng = np.random.default_rng(33)
    problem = LocationProblem(rng.integers(1, 30, 60).astype(float), np.round(rng.uniform(1, 60, (60, 15)), 1))
    return problem, solve(problem, "p_median", p=4)


def test_an_engine_s_plan_is_rejected_once_one_weight_is_touched(town):
    problem, solution = town
    assert verify(problem, solution).accepted
    weight = problem.weight.copy()
    weight[7] += 1.0
    faults = verify(replace(problem, weight=weight), solution).faults
    assert any("another problem" in fault for fault in faults)
    assert any("the plan is worth" in fault for fault in faults)


def test_an_engine_s_certificate_is_rejected_once_one_multiplier_is_touched(town):
    problem, solution = town
    multipliers = solution.certificate.step.multipliers.copy()
    multipliers[7] *= 1.01
    touched = replace(solution.certificate, step=replace(solution.certificate.step, multipliers=multipliers))
    faults = verify(problem, replace(solution, certificate=touched)).faults
    assert "some number of the certificate was changed after it was made." in faults


def test_an_engine_s_second_best_plan_is_not_optimal(town):
    problem, solution = town
    worse = solve(replace(problem, forbidden=[solution.sites[0]]), "p_median", p=4)
    lie = replace(solution, sites=worse.sites, objective=worse.objective)
    assert any("apart" in fault for fault in verify(problem, lie).faults)
    bolder = replace(lie, bound=worse.objective)
    assert any("is not proven" in fault for fault in verify(problem, bolder).faults)


def test_levels_of_the_lexicographic_model_are_asked_again():
    times = np.array([[9.0, 2.0, 9.0], [3.0, 9.0, 9.0], [9.0, 9.0, 4.0], [5.0, 5.0, 5.0]])
    case = Case("lexicographic", LocationProblem([4.0, 3.0, 2.0, 1.0], times), {"p": 2})
    solution = solve(case.problem, "lexicographic", p=2)
    assert [level.sought for level in solution.levels[:2]] == ["minutes", "weight"]
    assert verify(case.problem, solution).accepted
    second = solution.levels[1]
    for change, word in (
        ({"bound": second.bound + 1.0}, "with a bound of"),
        ({"weight_beyond": second.weight_beyond + 1.0, "bound": second.bound + 1.0}, "lies beyond"),
    ):
        levels = (solution.levels[0], replace(second, **change), *solution.levels[2:])
        assert any(word in fault for fault in verify(case.problem, replace(solution, levels=levels)).faults)
    other = next(sites for sites in case.plans() if len(sites) == 2 and sites != solution.sites)
    assert not verify(case.problem, replace(solution, sites=other)).accepted


def test_given_levels_are_asked_again():
    rng = np.random.default_rng(34)
    times = rng.choice([1.0, 5.0, 9.0, 14.0, 20.0], size=(9, 5))
    problem = LocationProblem(rng.integers(1, 9, 9).astype(float), times)
    solution = solve(problem, "lexicographic", p=2, levels=(14.0, 9.0, 5.0))
    verdict = verify(problem, solution)
    assert verdict.accepted, verdict.faults
    assert verdict.objective == problem.weight[times[:, list(solution.sites)].min(axis=1) > 14.0].sum()
    worse = replace(solution.levels[1], bound=solution.levels[1].weight_beyond, status="optimal")
    levels = (solution.levels[0], replace(worse, minutes=8.0), solution.levels[2])
    assert any("asked for" in fault for fault in verify(problem, replace(solution, levels=levels)).faults)

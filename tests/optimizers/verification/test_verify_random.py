"""Hundreds of tiny questions of every kind: what the engines say is true by enumeration, and `verify` accepts it."""

import numpy as np
import pytest
from location_oracle import best_of, random_case, some_p

from optimizers import MODELS, LocationProblem, ProblemError, solve, verify

OPTIONS = {
    "set_cover": [{}, {"cover_share": 0.8}, {"cover_share": 0.3}, {"cover_share": 0.0}],
    "backup_coverage": [{}, {"backup_share": 0.3}, {"backup_share": 1.0}, {"backup_share": 0.0}],
    "kolm_pollak": [{}, {"aversion": 0.1}, {"aversion": 5.0}],
    "fixed_charge": [{}, {"yuan_per_time": 0.0}, {"yuan_per_time": 0.37}],
    "capacitated_fixed_charge": [{}, {"yuan_per_time": 0.0}, {"yuan_per_time": 0.0, "choice": "nearest"}],
    "capacitated_p_median": [{}, {"choice": "nearest"}],
    "capacitated_coverage": [{}, {"choice": "nearest"}],
    "lexicographic": [{}, {"depth": 1}, {"levels": (12.5, 5.0)}, {"levels": (20.0,)}],
}
EFFORTS = ("thorough", "quick", "first")


def question_of(case, model, seed):
    """Limits, effort, a start and options, another one for each seed."""
    row, options = MODELS[model], OPTIONS.get(model, [{}])
    asked = {"effort": EFFORTS[seed % 3], **options[seed % len(options)]}
    if "p" in row.required or (row.any_of and seed % 4) or (row.optional and seed % 2):
        asked["p"] = some_p(case, seed)
    if row.any_of and seed % 4 < 2:
        asked["budget_yuan"] = [0.0, 20.0, 42.5, 75.0][seed % 7 % 4]
    if seed % 5 == 0:
        asked["start"] = list(range(case.times.shape[1]))
    return asked


@pytest.mark.parametrize("model", MODELS)
def test_what_is_said_of_a_tiny_question_is_true_and_is_accepted(model):
    for seed in range(12):
        case = random_case(1000 + seed, groups=2 * (seed % 2 and MODELS[model].floors))
        asked = question_of(case, model, seed)
        problem = case.problem(unserved_cost=None) if asked.get("choice") == "nearest" else case.problem()
        if is_too_full(problem, model):
            with pytest.raises(ProblemError, match="capacities"):
                solve(problem, model, **asked)
            continue
        solution = solve(problem, model, **asked)
        assert verify(problem, solution).faults == (), (seed, asked)
        is_true(case, model, asked, solution, problem)


def is_too_full(problem, model):
    """Everybody must be served, and all allowed sites together cannot."""
    if not model.startswith("capacitated") or not MODELS[model].serves_all or problem.unserved_cost is not None:
        return False
    return problem.capacity[~problem.closed_for_good].sum() < problem.weight.sum()


def is_true(case, model, asked, solution, problem):
    """The objective, the bound and the status against all site sets."""
    unserved = {"unserved": problem.unserved_cost}
    options = {name: value for name, value in asked.items() if name in MODELS[model].options}
    limits = {"p": asked.get("p"), "budget": asked.get("budget_yuan")}
    best = best_of(type(case)(**{**case.__dict__, **unserved}), model, **limits, **options)
    if best is None or solution.objective is None:
        assert solution.status in ("infeasible", "unknown")
        assert (best is None) == (solution.status == "infeasible") or asked["effort"] != "thorough"
        assert solution.status != "infeasible" or (solution.conflict.sentence and solution.reason)
        return
    sign, hair = (-1 if MODELS[model].sense == "max" else 1), 2e-6 * (1.0 + abs(best))
    assert sign * solution.bound <= sign * best + hair
    assert sign * solution.objective >= sign * best - hair
    assert solution.status != "optimal" or abs(solution.objective - best) <= hair
    assert solution.status == "optimal" or asked["effort"] != "thorough"


@pytest.mark.parametrize("model", MODELS)
def test_the_objective_is_the_same_to_the_last_bit_in_any_order_of_the_rows(model):
    dice = np.random.default_rng(5)
    weight, times = dice.random(40) * 10.0, dice.random((40, 6)) * 50.0
    fields = {"site_cost_yuan": dice.random(6) * 90.0, "capacity": np.full(6, 1e9), "threshold_min": 20.0}
    asked = {name: 3 if name == "p" else 20.0 for name in ("p", "threshold_min") if name in _taken(model)}
    found = set()
    for order in (np.arange(40), dice.permutation(40), np.arange(40)[::-1]):
        problem = LocationProblem(weight[order], times[order], **fields)
        solution = solve(problem, model, **asked)
        found.add((solution.sites, solution.objective))
    assert len(found) == 1


def _taken(model):
    row = MODELS[model]
    return {*row.required, *row.any_of}

"""The answer is the same whatever unit the caller counts in."""

from itertools import combinations

import numpy as np
import pytest

from optimizers import LocationProblem, evaluate, solve

SCALES = [2.0**-40, 1.0, 2.0**40]


def random_problem(seed: int, scale: float, **more: object) -> LocationProblem:
    dice = np.random.default_rng(seed)
    return LocationProblem(dice.random(12) * scale, dice.random((12, 7)) * 100, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("seed", range(12))
def test_the_best_p_median_is_found_and_proven_in_any_unit(seed: int, scale: float) -> None:
    problem = random_problem(seed, scale)
    best = min(evaluate(problem, s, model="p_median").objective or 0.0 for s in combinations(range(7), 3))
    solution = solve(problem, "p_median", p=3)
    assert solution.status == "optimal"
    assert solution.objective == pytest.approx(best, rel=1e-9, abs=0)


@pytest.mark.parametrize("seed", range(6))
def test_coverage_has_the_same_sites_in_any_unit(seed: int) -> None:
    found = {solve(random_problem(seed, s), "max_coverage", p=2, threshold_min=30.0).sites for s in SCALES}
    assert len(found) == 1


def test_a_best_coverage_of_nobody_is_proven() -> None:
    problem = random_problem(1, 0.3, site_cost_yuan=np.full(7, 5.0))
    solution = solve(problem, "max_coverage", budget_yuan=0.0, threshold_min=30.0)
    assert (solution.status, solution.objective, solution.gap) == ("optimal", 0.0, 0.0)

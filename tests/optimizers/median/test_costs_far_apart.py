"""Kolm-Pollak where a few live very far: costs that span hundreds of powers of ten do not swallow each other."""

from itertools import combinations

import numpy as np
import pytest

from optimizers import LocationProblem, evaluate, solve, verify


@pytest.mark.parametrize("aversion", [1.0, 3.0, 5.0])
@pytest.mark.parametrize("seed", range(12))
def test_the_plan_is_the_best_of_all_and_its_bound_adds_up(seed, aversion):
    dice = np.random.default_rng(seed)
    n, m, p = int(dice.integers(4, 12)), int(dice.integers(4, 8)), int(dice.integers(1, 4))
    minutes = np.round(np.exp(dice.normal(2.0, 1.5, (n, m))), 1)
    problem = LocationProblem(weight=dice.integers(1, 9, n).astype(float), travel_time_min=minutes)
    found = solve(problem, "kolm_pollak", p=p, aversion=aversion)
    asked = {"model": "kolm_pollak", "aversion": aversion}
    best = min(evaluate(problem, sites, **asked).objective for sites in combinations(range(m), p))
    assert found.status == "optimal"
    assert found.objective == pytest.approx(best, rel=1e-6)
    assert verify(problem, found).accepted

"""Kolm-Pollak where a few live very far: costs that span hundreds of powers of ten do not swallow each other."""

from itertools import combinations
from time import process_time

import numpy as np
import pytest

from optimizers import LocationProblem, evaluate, solve, verify
from optimizers.bounds import lagrangian_value
from optimizers.median.pose import pose_kolm_pollak
from optimizers.request import Request

SWALLOWED = [(18, 9.0), (46, 5.0), (76, 9.0), (268, 9.0)]
"""Where sums of costs far above the best plan's leave rounding that is larger than the plan itself."""


def far_apart(seed: int) -> tuple[LocationProblem, int]:
    dice = np.random.default_rng(seed)
    n, m, p = int(dice.integers(4, 12)), int(dice.integers(4, 8)), int(dice.integers(1, 4))
    minutes = np.round(np.exp(dice.normal(2.0, 1.5, (n, m))), 1)
    return LocationProblem(weight=dice.integers(1, 9, n).astype(float), travel_time_min=minutes), p


def plans(problem: LocationProblem, p: int) -> "combinations[tuple[int, ...]]":
    return combinations(range(problem.n_sites), p)


@pytest.mark.parametrize(
    ("seed", "aversion"), [*((seed, a) for seed in range(12) for a in (1.0, 3.0, 5.0)), *SWALLOWED]
)
def test_the_plan_is_the_best_of_all_and_its_bound_adds_up(seed, aversion):
    problem, p = far_apart(seed)
    found = solve(problem, "kolm_pollak", p=p, aversion=aversion)
    asked = {"model": "kolm_pollak", "aversion": aversion}
    best = min(evaluate(problem, sites, **asked).objective for sites in plans(problem, p))
    assert found.status == "optimal"
    assert found.objective == pytest.approx(best, rel=1e-6)
    assert verify(problem, found).accepted


@pytest.mark.parametrize(("seed", "aversion"), [(9, 5.0), *SWALLOWED])
def test_no_multipliers_however_large_prove_more_than_a_plan_costs(seed, aversion):
    problem, p = far_apart(seed)
    core = pose_kolm_pollak(problem, Request(p=p, options={"aversion": aversion}))
    best = min(core.value_of(np.array(sites)) for sites in plans(problem, p))
    dice = np.random.default_rng(seed)
    for power in dice.uniform(-5.0, np.log(core.default.max()), 200):
        multipliers = dice.uniform(0.5, 1.0, core.n_rows) * np.exp(power)
        assert lagrangian_value(core, multipliers) <= best * (1 + 1e-9)


def test_an_interchange_that_rounding_leads_in_a_circle_ends_at_once():
    problem, p = far_apart(9)
    solve(problem, "kolm_pollak", p=p, aversion=1.0)  # compiled
    begun = process_time()
    solve(problem, "kolm_pollak", p=p, aversion=5.0)
    assert process_time() - begun < 0.5

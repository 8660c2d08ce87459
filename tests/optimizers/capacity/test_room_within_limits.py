"""Whether the sites that may open can take everybody, seen before anything is searched."""

from itertools import combinations

import numpy as np
import pytest

from optimizers import MODELS, LocationProblem, solve, verify
from optimizers.capacity.pose import pose
from optimizers.capacity.solve import most_room
from optimizers.request import Request, check_request


@pytest.mark.parametrize("seed", range(20))
def test_no_choice_within_the_limits_has_more_room_than_the_most(seed):
    dice = np.random.default_rng(seed)
    room, yuan = dice.integers(1, 15, 7).astype(float), dice.integers(1, 9, 7).astype(float)
    problem = LocationProblem(
        dice.integers(1, 9, 6).astype(float), dice.uniform(1, 9, (6, 7)),
        capacity=room, site_cost_yuan=yuan, fixed_open=[0], unserved_cost=20.0,
    )  # fmt: skip
    wanted = Request(p=int(dice.integers(1, 5)), budget_yuan=float(dice.integers(5, 20)))
    asked = check_request(problem, "capacitated_p_median", wanted, MODELS)
    core = pose(problem, "capacitated_p_median", asked)
    for size in range(8):
        for sites in combinations(range(1, 7), size):
            if np.all(core.size[:, list(sites)].sum(axis=1) <= core.capacity):
                assert core.tables.room[[0, *sites]].sum() <= most_room(core) * (1 + 1e-12)


def test_too_little_room_within_the_limits_is_said_at_once_and_verified():
    problem = LocationProblem(np.ones(9), np.ones((9, 5)), capacity=np.array([3.0, 3.0, 2.0, 2.0, 2.0]))
    found = solve(problem, "capacitated_p_median", p=3)
    assert (found.status, found.solver) == ("infeasible", "check of the data")
    assert "p = 4 is enough" in found.conflict.mend
    assert verify(problem, found).accepted

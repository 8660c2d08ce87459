"""Even deliveries: every aim and limit as before, people in the same position served alike."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from networks_by_hand import question
from scipy.sparse import csr_array

from optimizers.network import broken, deliver, solve_network
from optimizers.network.recount import Recount
from planning.network.measures.even import evened, evenly

SEEDS = range(12)


def plan_of(seed: int) -> tuple[Any, Any]:
    problem = replace(question(seed).problem, round_yuan=np.full(36, np.inf))
    tight = replace(problem, module_capacity=problem.module_capacity / 3)
    return tight, deliver(tight, np.zeros(4, int), np.zeros(8, int))


@pytest.mark.parametrize("seed", SEEDS)
def test_every_aim_and_limit_is_as_before(seed: int) -> None:
    problem, plan = plan_of(seed)
    even = evened(problem, plan)
    assert broken(problem, even) == []
    for aim in ("most", "least_cost", "fewest_sites"):
        assert Recount(problem, even).value(aim) == pytest.approx(Recount(problem, plan).value(aim), rel=1e-6)
    for s in range(2):
        for j in range(4):
            mine = problem.service == s
            before, after = (x.served[0][0].toarray()[mine, j].sum() for x in (plan, even))
            assert after == pytest.approx(before, rel=1e-4, abs=1e-6)


def one_site(need: list[float], given: list[float]) -> tuple[Any, Any]:
    """One standing site that reaches all the rows of one service, and what it is said to deliver."""
    problem, plan = plan_of(0)
    rows = np.flatnonzero(problem.service == 0)[: len(need)]
    units, flow = np.zeros(36), np.zeros((36, 4))
    units[rows], flow[rows, 0] = need, given
    reach = np.zeros((36, 4))
    reach[rows, 0] = 1.0
    changed = replace(problem, units=units, reach=(csr_array(reach),) * 2)
    return changed, replace(plan, served=((csr_array(flow),) * 2,) * 2, at_home=np.zeros((2, 2, 36)))


def test_rows_in_the_same_position_are_served_in_proportion_to_their_need() -> None:
    problem, plan = one_site([10.0, 30.0, 60.0], [10.0, 30.0, 10.0])
    even = evened(problem, plan).served[1][1].toarray()[:, 0]
    assert even[even > 0] == pytest.approx([5.0, 15.0, 30.0])


def test_nobody_gets_more_than_they_need() -> None:
    problem, plan = one_site([10.0, 30.0], [10.0, 30.0])
    even = evened(problem, plan).served[0][0].toarray()[:, 0]
    assert even[even > 0] == pytest.approx([10.0, 30.0])


def test_the_question_itself_is_not_touched() -> None:
    problem, plan = plan_of(3)
    before = [table.copy() for table in problem.reach]
    evened(problem, plan)
    assert all((a != b).nnz == 0 and a.nnz == b.nnz for a, b in zip(before, problem.reach, strict=True))


def test_shares_that_are_limits_or_aims_are_left_as_found() -> None:
    problem, plan = plan_of(1)
    assert evened(replace(problem, floor=np.array([0.1, 0.0])), plan) is plan
    for aim in ("worst_off", "least_regret"):
        other = replace(plan, aims=(aim,))
        assert evened(problem, other) is other
    assert evened(problem, replace(plan, objective=None)).objective is None


def test_a_solver_that_shares_evenly_answers_the_same_question() -> None:
    problem, _ = plan_of(2)
    even = evenly(solve_network)(problem, ("most",), time_limit_s=5.0)
    assert even.objective == pytest.approx(solve_network(problem, ("most",), time_limit_s=5.0).objective, rel=1e-6)


def test_where_nobody_goes_anywhere_nothing_is_shared() -> None:
    problem, plan = one_site([4.0, 6.0], [0.0, 0.0])
    assert all(flow.nnz == 0 for year in evened(problem, plan).served for flow in year)

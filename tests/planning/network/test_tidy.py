"""A plan without what nobody would miss: as good for every aim, never with more, nothing dropped that is needed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from networks_by_hand import question

from optimizers.network import NEVER, NetworkProblem, NetworkSolution, broken, deliver, solve_network
from optimizers.network.recount import Recount
from planning.network.tidy import needed_forms, needed_modules, tidied


def everything(problem: NetworkProblem) -> NetworkSolution:
    """The plan that opens whatever there is in the first year."""
    return deliver(problem, np.zeros(len(problem.form_site), int), np.zeros(len(problem.module_site), int))


def cost(problem: NetworkProblem, plan: NetworkSolution) -> float:
    return float(Recount(problem, plan).value("least_cost") or 0.0)


def given(seed: int, **changes: Any) -> NetworkProblem:
    return replace(question(seed).problem, **changes)


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_with_everything_in_it_is_as_good_with_less(seed: int) -> None:
    problem = given(seed)
    plan = everything(problem)
    less = tidied(problem, plan)
    assert Recount(problem, less).value("most") == pytest.approx(Recount(problem, plan).value("most"))
    assert cost(problem, less) <= cost(problem, plan)
    assert broken(problem, less) == []


def test_a_module_that_delivers_nothing_goes_and_its_building_with_it() -> None:
    problem = given(1)
    nobody = replace(problem, reach=tuple(table * 0 for table in problem.reach), round_yuan=problem.round_yuan * np.inf)
    nobody = replace(nobody, reach=tuple(type(t)(t.shape) for t in nobody.reach))
    less = tidied(nobody, everything(nobody))
    free = nobody.form_state == 0
    assert (less.form_year[free] == NEVER).all()
    assert cost(nobody, less) == 0.0


def test_a_site_that_was_ordered_stays_open_and_what_others_hang_on_too() -> None:
    problem = given(1)
    plan = everything(problem)
    nothing = np.full(len(problem.module_site), NEVER)
    nothing[problem.module_state == 1] = 0
    ordered = replace(problem, site_by=np.array([-1, 1, -1, -1]))
    assert needed_forms(ordered, plan, nothing).tolist() == [0, 0, NEVER, NEVER]
    hangs = problem.form_needs.tolil()
    hangs[1, 3] = 1.0
    assert needed_forms(replace(ordered, form_needs=hangs.tocsr()), plan, nothing).tolist() == [0, 0, NEVER, 0]


def test_of_two_modules_of_one_kind_only_what_is_used_stays() -> None:
    problem = given(2)
    roomy = replace(problem, module_capacity=problem.module_capacity * 1e6)
    plan = everything(roomy)
    twice = replace(
        roomy,
        module_site=np.append(roomy.module_site, 1), module_service=np.append(roomy.module_service, 0),
        **{f: np.append(getattr(roomy, f), getattr(roomy, f)[2])
           for f in ("module_capacity", "module_capital", "module_running", "module_space", "module_state")},
        module_use=np.zeros((len(roomy.module_site) + 1, 1)),
    )  # fmt: skip
    both = replace(plan, module_year=np.append(plan.module_year, 0))
    kept = needed_modules(twice, both)
    used = plan.served[0][0][:, [1]][roomy.service == 0].sum() > 0
    assert ((kept[[2, 8]] >= 0).sum() == 1) == bool(used)


@pytest.mark.parametrize("aims", [("most",), ("worst_off", "most"), ("most", "fewest_sites"), ("least_cost",)])
def test_the_best_plan_stays_as_good_for_every_aim(aims: tuple[str, ...]) -> None:
    problem = given(3, standard=np.array([0.1, 0.1]))
    plan = solve_network(problem, aims, time_limit_s=5.0)
    less = tidied(problem, plan)
    assert (less.objective, less.bound, less.status, less.aims) == (plan.objective, plan.bound, plan.status, plan.aims)
    for aim in aims:
        assert Recount(problem, less).value(aim) == pytest.approx(Recount(problem, plan).value(aim), rel=1e-5)
    assert broken(problem, less, tolerance=1e-5) == []


def test_where_no_plan_is_nothing_is_tidied() -> None:
    problem = given(1)
    none = replace(everything(problem), objective=None)
    assert tidied(problem, none) is none


def test_a_building_opens_no_earlier_than_its_first_service_unless_ordered() -> None:
    problem = given(1)
    plan = everything(problem)
    late = np.where(problem.module_state == 1, 0, problem.years - 1)
    free = problem.form_state == 0
    holds = np.isin(problem.form_site, problem.module_site[problem.module_state == 0])
    assert (free & holds).any()
    assert (needed_forms(problem, plan, late)[free & holds] == problem.years - 1).all()
    ordered = replace(problem, site_by=np.zeros(len(problem.site_by), int))
    assert (needed_forms(ordered, plan, late)[free & holds] == 0).all()

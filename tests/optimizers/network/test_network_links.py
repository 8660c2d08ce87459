"""Rows that tighten the model lose no plan, and do tighten it."""

from dataclasses import replace

import numpy as np
import pytest
from brute_force import best_value
from tiny_networks import tiny_network

from optimizers.network.core import core_of
from optimizers.network.goal import Goal
from optimizers.network.links import add_links, all_links, broken_links
from optimizers.network.model import model_of, periods_of
from optimizers.solvers.warm import WarmProgram


def goal(seed):
    problem = tiny_network(seed)
    return Goal(problem, core_of(problem), "most", (), (), 0.0, "thorough")


def relaxed(one, **how):
    program = WarmProgram(one.model(**how).arrays)
    return None if program.solve(60.0) is None else -program.objective


@pytest.mark.parametrize("folded", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_no_plan_is_lost_and_the_bound_is_not_worse(seed, folded):
    best, one = best_value(tiny_network(seed), ("most",)), goal(seed)
    if best is None:
        return
    loose, tight = relaxed(one, folded=folded), relaxed(one, folded=folded, linked=True)
    assert best - 1e-6 * max(1.0, best) <= tight <= loose + 1e-6 * max(1.0, loose)


def test_the_bound_is_better_somewhere():
    pairs = [(relaxed(goal(seed), folded=True), relaxed(goal(seed), folded=True, linked=True)) for seed in range(40)]
    assert sum(tight < loose - 1e-6 * loose for loose, tight in pairs if loose) >= 3


def test_what_the_relaxation_keeps_is_not_added():
    one = goal(3)
    problem = replace(one.problem, money=np.zeros((0, one.problem.years)), pays=np.zeros((0, one.problem.groups, 2)),
                      carry=np.zeros(0, dtype=bool))  # fmt: skip
    core = core_of(problem)
    model = model_of(problem, core, periods_of(problem, folded=True, all_years=True))
    values = np.zeros(model.sheet.columns)
    assert add_links(problem, core, model, broken_links(problem, core, model, values)) == 0
    values[np.concatenate(model.delivered)] = 1e3
    expected = sum(one.by_site.size or one.by_pair.size for one in all_links(problem, core, model))
    assert 0 < add_links(problem, core, model, broken_links(problem, core, model, values)) <= 2 * expected

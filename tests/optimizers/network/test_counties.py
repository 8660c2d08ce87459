"""Counties by themselves bound every plan at whatever prices; what is put together from them keeps what they share."""

from dataclasses import replace

import numpy as np
import pytest
from brute_force import best_value
from tiny_networks import tiny_network

from optimizers.clock import Clock
from optimizers.network import goal as goal_room
from optimizers.network import search, solve_network
from optimizers.network.choice import Choice, choice_in
from optimizers.network.core import core_of
from optimizers.network.counties import counties_of, priced, together
from optimizers.network.goal import Goal
from optimizers.solvers.warm import WarmProgram

HAIR = 1e-6


def cut(seed, aim):
    """A tiny network, its goal, its folded model and the counties of that."""
    problem = tiny_network(seed)
    goal = Goal(problem, core_of(problem, shares=aim == "worst_off"), aim, (), (), 0.0, "first")
    written = goal.model(folded=True, linked=True)
    return goal, written, counties_of(problem, goal.core, written.model, written.arrays)


@pytest.mark.parametrize("aim", ["most", "worst_off", "least_cost", "fewest_sites"])
@pytest.mark.parametrize("seed", range(0, 24, 3))
def test_no_plan_is_better_than_the_counties_by_themselves(seed, aim):
    goal, _, counties = cut(seed, aim)
    best = best_value(goal.problem, (aim,))
    for draw in range(4):
        duals = np.random.default_rng([seed, draw]).normal(0, 2 * draw, counties.shared.size)
        bound = goal.sign * priced(counties, counties.prices(duals), Clock(5.0), 0.0).bound
        assert best is None or goal.sign * bound <= goal.sign * best + HAIR


@pytest.mark.parametrize("seed", range(12))
def test_at_the_prices_of_the_relaxation_the_bound_is_no_worse_than_the_relaxation(seed):
    _, written, counties = cut(seed, "most")
    program = WarmProgram(written.arrays)
    if program.solve(5.0) is not None:
        bound = priced(counties, counties.prices(program.duals), Clock(5.0), 0.0).bound
        assert bound >= program.objective - HAIR * (1 + abs(program.objective))


@pytest.mark.parametrize("seed", range(12))
def test_a_plan_put_together_keeps_the_money_and_whatever_else_is_shared(seed):
    goal, written, counties = cut(seed, "most")
    ways = [priced(counties, np.zeros(counties.shared.size), Clock(5.0), 0.0)]
    values = together(counties, ways, Clock(5.0))
    if values is not None and not counties.need.any():
        worth = goal.worth(choice_in(written.model, goal.problem, values))
        assert worth is not None
        assert worth >= -goal.sign * float(written.cost @ values) * (1 - HAIR) - HAIR or goal.problem.years > 1


@pytest.mark.parametrize("aim", ["most", "worst_off", "least_cost"])
@pytest.mark.parametrize("seed", range(12))
def test_without_time_the_bound_is_that_of_the_relaxation_and_no_plan_passes_it(seed, aim):
    goal, written, counties = cut(seed, aim)
    program = WarmProgram(written.arrays)
    values, best = program.solve(5.0), best_value(goal.problem, (aim,))
    if values is not None and best is not None:
        found = priced(counties, counties.prices(program.duals), Clock(0.0), 0.0, values)
        assert found.bound >= program.objective - HAIR * (1 + abs(program.objective))
        assert found.bound <= goal.sign * best + HAIR * (1 + abs(best))


def test_without_time_nothing_is_known_where_no_relaxation_is_given():
    _, _, counties = cut(2, "most")
    found = priced(counties, np.zeros(counties.shared.size), Clock(0.0), 0.0)
    assert found.bound == -np.inf
    assert not found.known.any()


def test_a_search_whose_clock_is_up_asks_no_counties(monkeypatch):
    def never(*asked):
        raise AssertionError("counties were asked")

    monkeypatch.setattr(search, "counties_of", never)
    monkeypatch.setattr(goal_room, "_SMALL", 0)
    goal, _, _ = cut(2, "most")
    start = choice_of(solve_network(goal.problem, effort="first"))
    assert search.best_choice(replace(goal, effort="thorough"), start, Clock(0.0)).choice is not None


def choice_of(solution):
    return Choice(solution.form_year, solution.module_year)

"""What is said to make an impossible network possible does, and less of it does not."""

from dataclasses import replace

import numpy as np
import pytest
from brute_force import best_value
from scipy import sparse
from tiny_networks import tiny_network

from optimizers.network import mend_network, solve_network
from optimizers.network.problem import FREE

IMPOSSIBLE = [12, 24, 32, 53, 60, 72, 75, 83, 86, 88, 89, 94, 104, 115, 119, 121, 123, 133, 136, 146]


def mended(problem, mend, less=0.0):
    """The problem with the change, or with a little less of it."""
    value = mend.to_value + less * (mend.from_value - mend.to_value)
    if mend.what == "money":
        return replace(problem, money=problem.money * value)
    if mend.what in ("floors", "standards"):
        field = mend.what[:-1]
        return replace(problem, **{field: getattr(problem, field) * value})
    if mend.what in ("floor", "standard"):
        return replace(problem, **{mend.what: put(getattr(problem, mend.what), mend.position, value)})
    if mend.what == "most_sites":
        return replace(problem, most_sites=int(mend.to_value) - (less > 0))
    if mend.what == "orders":
        return replace(problem, site_by=put(problem.site_by, mend.position, -1))
    if mend.what == "staff":
        return replace(problem, pool=put(problem.pool, mend.position, value))
    return replace(problem, tilt_share=value)


def with_all(problem, way):
    for mend in way:
        problem = mended(problem, mend)
    return problem


def put(values, position, value):
    changed = np.array(values)
    changed.ravel()[position] = value
    return changed


@pytest.mark.parametrize("seed", IMPOSSIBLE)
def test_there_is_no_plan_to_begin_with(seed):
    assert best_value(tiny_network(seed), ("most",)) is None


@pytest.mark.parametrize("seed", IMPOSSIBLE)
def test_every_way_is_enough(seed):
    problem = tiny_network(seed)
    for way in mend_network(problem):
        assert best_value(with_all(problem, way), ("most",)) is not None, way


@pytest.mark.parametrize("seed", IMPOSSIBLE)
def test_less_of_one_change_of_a_way_is_not_enough(seed):
    problem = tiny_network(seed)
    for way in mend_network(problem):
        for mend in way:
            if mend.proven and mend.what != "orders":
                others = with_all(problem, [other for other in way if other is not mend])
                assert best_value(mended(others, mend, less=0.02), ("most",)) is None, way


def test_all_questions_can_be_mended_but_one_that_breaks_what_no_change_can_touch():
    assert [seed for seed in IMPOSSIBLE if not mend_network(tiny_network(seed))] == [119]


def test_the_changes_are_of_many_kinds():
    kinds = {mend.what for seed in IMPOSSIBLE for way in mend_network(tiny_network(seed)) for mend in way}
    assert len(kinds) >= 5


def test_a_way_mends_the_engines_answer_too():
    problem = tiny_network(IMPOSSIBLE[0])
    assert solve_network(problem).status == "infeasible"
    assert all(solve_network(with_all(problem, way)).objective is not None for way in mend_network(problem))


@pytest.mark.parametrize("seed", [0, 1, 3])
@pytest.mark.parametrize("tilt", [False, True])
def test_where_no_kind_alone_is_enough_two_are_named_together(seed, tilt):
    problem = out_of_reach(with_too_many_orders(tiny_network(seed, off=("floor", "site_by", "tilt", "most_sites"))))
    if tilt:
        problem = replace(problem, tilt_groups=np.arange(problem.groups) == 0, tilt_share=0.9)
    ways = mend_network(problem)
    assert ways
    assert all(len(way) > 1 for way in ways)
    assert all(best_value(with_all(problem, way), ("most",)) is not None for way in ways)


def with_too_many_orders(problem):
    """An order to open the first site that is free, and no site may be opened."""
    free = problem.form_site[problem.form_state == FREE]
    return replace(problem, site_by=put(problem.site_by, int(free[0]), problem.years - 1), most_sites=0)


def out_of_reach(problem):
    """Everyone of the last group must be served, and nobody can be."""
    kept = np.asarray(problem.group != problem.groups - 1)
    reach = tuple(sparse.csr_array(table.multiply(kept[:, None])) for table in problem.reach)
    rounds = np.where(kept, problem.round_yuan, np.inf)
    floor = put(np.zeros(problem.groups), problem.groups - 1, 0.5)
    need = np.maximum(problem.units, 1.0), np.maximum(problem.worth, 1.0)
    return replace(problem, reach=reach, round_yuan=rounds, floor=floor, units=need[0], worth=need[1])

"""What is said to make an impossible network possible does, and less of it does not."""

from dataclasses import replace

import numpy as np
import pytest
from brute_force import best_value
from tiny_networks import tiny_network

from optimizers.network import mend_network, solve_network

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


def put(values, position, value):
    changed = np.array(values)
    changed.ravel()[position] = value
    return changed


@pytest.mark.parametrize("seed", IMPOSSIBLE)
def test_there_is_no_plan_to_begin_with(seed):
    assert best_value(tiny_network(seed), ("most",)) is None


@pytest.mark.parametrize("seed", IMPOSSIBLE)
def test_every_change_alone_is_enough(seed):
    problem = tiny_network(seed)
    for mend in mend_network(problem):
        assert best_value(mended(problem, mend), ("most",)) is not None, mend


@pytest.mark.parametrize("seed", IMPOSSIBLE)
def test_less_of_a_change_is_not_enough(seed):
    problem = tiny_network(seed)
    for mend in mend_network(problem):
        if mend.proven and mend.what != "orders":
            assert best_value(mended(problem, mend, less=0.02), ("most",)) is None, mend


def test_most_questions_can_be_mended_by_one_kind_of_change():
    assert sum(bool(mend_network(tiny_network(seed))) for seed in IMPOSSIBLE) >= 0.8 * len(IMPOSSIBLE)


def test_the_changes_are_of_many_kinds():
    kinds = {mend.what for seed in IMPOSSIBLE for mend in mend_network(tiny_network(seed))}
    assert len(kinds) >= 5


def test_a_change_mends_the_engines_answer_too():
    problem = tiny_network(IMPOSSIBLE[0])
    assert solve_network(problem).status == "infeasible"
    assert all(solve_network(mended(problem, mend)).objective is not None for mend in mend_network(problem))

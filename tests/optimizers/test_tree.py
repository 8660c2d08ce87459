"""The tree closes what bounds alone leave open, at any moment says what is true, and keeps its memory in hand."""

import numpy as np
import pytest

from optimizers import LocationProblem, tree
from optimizers.branching import Experience, shares
from optimizers.certificate import Branch, BySolver, Fix, Full, Leaf
from optimizers.clock import Clock
from optimizers.incumbent import Incumbent
from optimizers.median.pose import pose_p_median
from optimizers.relaxation import Ascent, plan_of
from optimizers.request import Request
from optimizers.tree import Fixed, Part, Tree, written

NOBODY = np.zeros(0, dtype=np.int64)


def grown(parts, p=5, seed=2, record=True):
    """A tree over a problem with a gap between linear relaxation and optimum."""
    dice = np.random.default_rng(seed)
    problem = LocationProblem(np.ones(40), np.rint(dice.uniform(0, 50, (40, 20))))
    core = pose_p_median(problem, Request(p=p))
    made = Tree(Incumbent(core, core.search(None, share=0.0, seed=1, clock=Clock(60))), core, Clock(60), record)
    return made, made.grow(None, parts)


def kinds(step):
    found, waiting = set(), [step]
    while waiting:
        step = waiting.pop()
        found.add(type(step))
        waiting += [step.if_open, step.if_closed] if isinstance(step, Branch) else []
        waiting += [step.then] if isinstance(step, Fix) else []
    return found


def test_a_full_grown_tree_reaches_the_best_plan():
    made, done = grown(10_000)
    assert done
    assert made.parts > 3
    assert made.root.lower() > made.best.plan.value - 1.0
    assert kinds(made.certificate(made.root)) >= {Leaf, Fix, Branch}


def test_a_tree_may_be_stopped_and_grown_on():
    whole, _ = grown(10_000)
    parts, done = grown(4)
    assert not done
    first = parts.root.lower()
    assert first <= whole.best.plan.value
    assert parts.grow(None, 10_000)
    assert parts.parts == whole.parts
    assert parts.root.lower() >= first
    assert np.array_equal(parts.best.plan.sites, whole.best.plan.sites)


def test_without_a_record_nothing_is_kept():
    made, _ = grown(10_000, record=False)
    assert made.certificate(made.root) is None
    assert made.kept == 0


def test_a_record_too_large_is_given_up_and_said_so(monkeypatch):
    monkeypatch.setattr(tree, "_KEPT", 100)
    made, _ = grown(10_000)
    step = made.certificate(made.root)
    assert isinstance(step, BySolver)
    assert step.bound == pytest.approx(made.root.lower())


def test_with_little_memory_the_tree_goes_deep_and_proves_the_same(monkeypatch):
    wide, _ = grown(10_000)
    monkeypatch.setattr(tree, "_OPEN_PAIRS", 0)
    deep, done = grown(10_000)
    assert done
    assert deep.best.plan.value == wide.best.plan.value


def test_the_bound_of_a_part_is_the_least_of_its_halves_and_fixes():
    halves = Part(7.0), Part(5.0)
    root = Part(3.0, site=1, halves=halves)
    assert root.lower() == 5.0
    none = np.zeros(3, dtype=bool)
    root.fixes.append(Fixed(4.5, None, none, none))
    assert root.lower() == 4.5
    assert Part(9.0, full=True).lower() == np.inf


def test_what_is_known_is_written_down_step_by_step():
    price = np.ones(2)
    one = np.array([True, False, False])
    part = Part(3.0, price, [Fixed(3.0, price, one, ~one)], 1, (Part(3.0, price), Part(2.0, full=True)))
    step = written(part, 2.0)
    assert isinstance(step, Fix)
    assert (step.opened, step.closed) == ((0,), (1, 2))
    assert isinstance(step.then, Branch)
    assert isinstance(step.then.if_open, Leaf)
    assert isinstance(step.then.if_closed, Full)
    solved = written(Part(3.0, by_solver="a solver"), 2.0)
    assert isinstance(solved, BySolver)
    assert solved.bound == 6.0


def test_a_deep_tree_is_written_without_recursion():
    part = Part(1.0, np.ones(1))
    for _ in range(5000):
        part = Part(1.0, np.ones(1), site=0, halves=(part, Part(1.0, np.ones(1))))
    assert isinstance(written(part, 1.0), Branch)


def test_the_split_is_where_both_halves_gain():
    core = pose_p_median(LocationProblem(np.ones(3), np.ones((3, 3))), Request(p=1))
    gains = {(0, True): 9.0, (0, False): 0.0, (1, True): 2.0, (1, False): 2.0, (2, True): 0.0, (2, False): 0.0}
    share = np.full(3, 0.5)
    chosen = Experience(3).choose(core, share, 1, lambda site, is_open: gains[site, is_open])
    assert chosen == 1


def test_shares_follow_the_reduced_costs_where_nobody_counted():
    core = pose_p_median(LocationProblem(np.ones(2), [[0.0, 5.0], [0.0, 6.0]]), Request(p=1))
    share = shares(core, Ascent(np.array([5.0, 6.0]), 0.0))
    assert share[0] > share[1]


def test_an_incumbent_takes_only_plans_that_are_better_and_fit():
    core = pose_p_median(LocationProblem(np.ones(2), [[1.0, 9.0], [9.0, 1.0]], unserved_cost=20.0), Request(p=1))
    best = Incumbent(core, plan_of(core, NOBODY))
    assert not best.offer(core, np.array([0, 1]))
    assert best.offer(core, np.array([0]))
    assert not best.offer(core, np.array([1]))
    assert best.plan.sites.tolist() == [0]

"""What a solver run reports, whichever solver it is and wherever it runs."""

import _thread
import sys
import tempfile
import threading

import numpy as np
import pulp
import pytest

from optimizers.solvers import highs, run, solver_name
from optimizers.solvers.arrays import arrays_of

WAYS = ["thread", "process", "cbc"]


@pytest.fixture(params=WAYS)
def solver(request, monkeypatch):
    """HiGHS in a thread, HiGHS in a process, CBC."""
    if request.param == "cbc":
        return "cbc"
    monkeypatch.setattr(highs, "_THREAD_ENTRIES", 10**9 if request.param == "thread" else -1)
    return "highs"


def variables(lp, count):
    return [lp.add_variable(f"y_{j}", 0, 1, pulp.LpInteger) for j in range(count)]


def total(factors, over):
    return pulp.LpAffineExpression([(v, float(a)) for v, a in zip(over, factors, strict=True)])


def knapsack(count=12, seed=3, *, sense=pulp.LpMaximize):
    """A small knapsack, its best value found by looking at all choices; 7.5 more for everybody."""
    rng = np.random.default_rng(seed)
    worth, size = rng.integers(5, 60, count), rng.integers(5, 60, count)
    lp = pulp.LpProblem("knapsack", sense)
    chosen = variables(lp, count)
    sign = 1.0 if sense == pulp.LpMaximize else -1.0
    lp.setObjective(total(sign * worth, chosen) + 7.5)
    lp.addConstraint(total(size, chosen) <= int(size.sum() // 2))
    picks = (np.arange(2**count)[:, None] >> np.arange(count)) & 1
    return lp, sign * float((picks @ worth)[picks @ size <= size.sum() // 2].max()) + 7.5


def stubborn(count=150, rows=300):
    """A set cover that no solver finishes in a few seconds."""
    rng = np.random.default_rng(1)
    lp = pulp.LpProblem("stubborn")
    chosen = variables(lp, count)
    lp.setObjective(total(np.ones(count), chosen))
    for _ in range(rows):
        some = [chosen[j] for j in sorted(set(rng.integers(0, count, 12).tolist()))]
        lp.addConstraint(total(np.ones(len(some)), some) >= 1)
    return lp


@pytest.mark.parametrize("sense", [pulp.LpMaximize, pulp.LpMinimize])
def test_the_optimum_is_found_and_bounded_in_the_sense_of_the_model(solver, sense):
    lp, best = knapsack(sense=sense)
    report = run(lp, time_limit_s=20, solver=solver)
    assert report.found
    assert report.proven
    assert not report.infeasible
    assert report.objective == pytest.approx(best, rel=1e-9)
    assert report.bound == pytest.approx(best, rel=1e-6)
    assert lp.objective.value() == pytest.approx(best, rel=1e-9)
    assert lp.sol_status == pulp.LpSolutionOptimal


def test_an_impossible_model_is_called_infeasible_and_nothing_else(solver):
    lp, _ = knapsack()
    lp.addConstraint(total(np.ones(12), lp.variables()) >= 13)
    report = run(lp, time_limit_s=20, solver=solver)
    assert report.infeasible
    assert not report.found
    assert report.objective is None
    assert report.bound is None
    assert lp.status == pulp.LpStatusInfeasible


def test_a_linear_program_needs_no_integers(solver):
    lp = pulp.LpProblem("flat", pulp.LpMaximize)
    x = lp.add_variable("x", 0, 4)
    y = lp.add_variable("y", 0)
    lp.setObjective(total([3.0, 2.0], [x, y]))
    lp.addConstraint(total([1.0, 1.0], [x, y]) <= 5)
    report = run(lp, time_limit_s=20, solver=solver)
    assert report.proven
    assert report.objective == pytest.approx(14.0)
    assert report.bound == pytest.approx(14.0)
    assert (x.varValue, y.varValue) == pytest.approx((4.0, 1.0))


def test_an_interrupt_ends_the_run_and_keeps_what_was_proven(solver):
    lp = stubborn()
    timer = threading.Timer(0.8, _thread.interrupt_main)
    timer.start()
    report = run(lp, time_limit_s=60, solver=solver)
    timer.cancel()
    assert report.interrupted
    assert report.stopped_by == "interrupted"
    assert not report.proven
    assert lp.sol_status != pulp.LpSolutionOptimal
    if report.found:
        assert all(constraint.valid(1e-6) for constraint in lp.constraints())
        assert report.bound is None or report.bound <= report.objective


def test_a_run_stopped_by_the_clock_is_not_called_optimal(solver):
    lp = stubborn()
    report = run(lp, time_limit_s=0.5, solver=solver)
    assert not report.proven
    assert not report.interrupted
    assert lp.sol_status != pulp.LpSolutionOptimal


@pytest.mark.parametrize("by_name", [True, False])
@pytest.mark.parametrize("sense", [pulp.LpMaximize, pulp.LpMinimize])
def test_the_plan_to_start_from_is_not_lost(solver, by_name, sense):
    lp, best = knapsack(sense=sense)
    run(lp, time_limit_s=20)
    names = [v.name for v in lp.variables() if v.varValue > 0.5]
    again, _ = knapsack(sense=sense)
    start = {v.name: float(v.name in names) for v in again.variables()} if by_name else names
    report = run(again, time_limit_s=20, node_limit=1, solver=solver, start=start)
    assert report.objective == pytest.approx(best, rel=1e-9)


def test_a_start_that_breaks_the_model_does_no_harm(solver):
    lp, best = knapsack()
    report = run(lp, time_limit_s=20, solver=solver, start=[v.name for v in lp.variables()])
    assert report.objective == pytest.approx(best, rel=1e-9)


def test_a_gap_that_is_near_enough_is_respected(solver):
    lp, best = knapsack()
    report = run(lp, time_limit_s=20, absolute_gap=30.0, solver=solver)
    assert report.objective >= best - 30.0 - 1e-6
    assert report.bound >= best - 1e-6


def test_no_file_is_left_behind(solver, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    run(knapsack()[0], time_limit_s=20, solver=solver)
    assert list(tmp_path.iterdir()) == []


def test_cbc_stands_in_where_highs_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "highspy", None)
    lp, best = knapsack()
    assert run(lp, time_limit_s=20).objective == pytest.approx(best)
    assert solver_name().startswith("CBC")


def test_an_unknown_solver_is_refused():
    with pytest.raises(ValueError, match="known: highs, cbc"):
        run(knapsack()[0], time_limit_s=1, solver="oracle")


def test_the_arrays_say_what_the_model_says():
    lp = pulp.LpProblem("arrays", pulp.LpMaximize)
    a = lp.add_variable("a", 0, 1, pulp.LpInteger)
    b = lp.add_variable("b", -2.0, None)
    c = lp.add_variable("c", None, 3.0)
    lp.setObjective(total([2.0, -1.0], [a, c]) + 5.0)
    lp.addConstraint(total([1.0, 4.0], [a, b]) <= 6.0)
    lp.addConstraint(total([3.0], [c]) >= -1.0)
    lp.addConstraint(pulp.LpConstraint(total([1.0, 1.0], [b, c]), pulp.LpConstraintEQ, rhs=2.0))
    made = arrays_of(lp)
    assert [v.name for v in made.variables] == ["a", "c", "b"]
    assert made.cost.tolist() == [-2.0, 1.0, 0.0]
    assert (made.flip, made.constant) == (-1.0, 5.0)
    assert made.lower.tolist() == [0.0, -np.inf, -2.0]
    assert made.upper.tolist() == [1.0, 3.0, np.inf]
    assert made.integer.tolist() == [True, False, False]
    assert made.row_lower.tolist() == [-np.inf, -1.0, 2.0]
    assert made.row_upper.tolist() == [6.0, np.inf, 2.0]
    assert made.start.tolist() == [0, 2, 3, 5]
    assert made.index.tolist() == [0, 2, 1, 2, 1]
    assert made.value.tolist() == [1.0, 4.0, 3.0, 1.0, 1.0]

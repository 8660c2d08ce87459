"""A question is checked completely; an answer claims no more than was proven."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from optimizers import MODELS, LocationProblem, ProblemError, solve
from optimizers.models import p_median_model
from optimizers.solvers import run


def scattered(n, m, seed=0):
    random = np.random.default_rng(seed)
    weight = random.integers(1, 30, n).astype(float)
    times = np.hypot(*(random.uniform(0, 100, (n, 1, 2)) - random.uniform(0, 100, (1, m, 2))).transpose(2, 0, 1))
    return LocationProblem(weight, times)


def problem_of(name):
    """A problem with all that the model needs."""
    needs, problem = MODELS[name].needs, scattered(150, 40)
    costs = np.random.default_rng(1).uniform(500.0, 2000.0, 40) if "site_cost_yuan" in needs else None
    room = np.full(40, 600.0) if "capacity" in needs else None
    return replace(problem, site_cost_yuan=costs, capacity=room)


@pytest.mark.parametrize(
    ("model", "question", "words"),
    [
        ("p_medain", {"p": 1}, "did you mean 'p_median'"),
        ("p_median", {}, "p_median needs p"),
        ("p_median", {"p": 9}, "only 2 of 3 sites are allowed"),
        ("p_median", {"p": 0}, "at least one"),
        ("p_median", {"p": 1.5}, "whole number"),
        ("p_median", {"p": 1, "threshold_min": 4}, "does not use threshold_min"),
        ("max_coverage", {"p": 1}, "needs threshold_min"),
        ("max_coverage", {"threshold_min": 3}, "needs p or budget_yuan"),
        ("max_coverage", {"threshold_min": 3, "budget_yuan": 5}, "needs site_cost_yuan"),
        ("max_coverage", {"threshold_min": np.nan, "p": 1}, "threshold_min is nan"),
        ("set_cover", {"threshold_min": 3, "effort": "heroic"}, "quick, thorough"),
        ("set_cover", {"threshold_min": 3, "time_limit_s": 0}, "more than 0 seconds"),
    ],
)
def test_a_faulty_question_is_refused_with_a_sentence(model, question, words):
    problem = LocationProblem([1.0], [[1.0, 2.0, 3.0]], forbidden=[2])
    with pytest.raises(ProblemError, match=words):
        solve(problem, model, **question)


def test_fewer_sites_than_are_fixed_open_is_refused():
    problem = LocationProblem([1.0], [[1.0, 2.0]], fixed_open=[0, 1])
    with pytest.raises(ProblemError, match="2 sites are fixed open"):
        solve(problem, "p_median", p=1)


def test_all_faults_of_a_question_come_together():
    with pytest.raises(ProblemError) as caught:
        solve(LocationProblem([1.0], [[1.0]]), "max_coverage", p=5, gap=-1, effort="no")
    assert len(caught.value.faults) == 4


@pytest.mark.parametrize("name", MODELS)
def test_every_row_of_the_table_is_complete(name):
    row = MODELS[name]
    assert row.sense in ("min", "max")
    assert row.description.endswith(".")
    assert row.citation
    assert row.build.__doc__
    assert row.build.__name__ == f"{name}_model"


def question_of(name):
    row = MODELS[name]
    question = {"p": 6} if "p" in (*row.required, *row.any_of) else {}
    return question | ({"threshold_min": 25.0} if "threshold_min" in row.required else {})


@pytest.mark.parametrize("name", MODELS)
def test_the_same_question_gives_the_same_answer(name):
    problem = problem_of(name)
    one, two = (solve(problem, name, **question_of(name)) for _ in range(2))
    assert (one.sites, one.objective, one.bound, one.status) == (two.sites, two.objective, two.bound, two.status)
    assert one.status == "optimal"


@pytest.mark.parametrize("name", MODELS)
def test_a_run_without_time_never_claims_more_than_it_proved(name):
    problem = problem_of(name)
    exact = solve(problem, name, **question_of(name))
    hurried = solve(problem, name, time_limit_s=1e-9, **question_of(name))
    assert hurried.status in ("optimal", "feasible")
    if hurried.status == "optimal":
        assert hurried.objective == exact.objective
    elif name != "lexicographic":  # its gap is that of the first level
        assert hurried.gap > 0
        assert hurried.reason
    better = max if MODELS[name].sense == "max" else min
    assert better(hurried.bound, exact.objective) == hurried.bound


def test_a_hurried_answer_to_a_hard_question_stays_feasible():
    problem = scattered(150, 40, seed=3)
    found = solve(problem, "p_center", p=6, time_limit_s=1e-9)
    assert found.status == "feasible"
    assert "time limit" in found.reason


def test_a_solver_stopped_by_its_limits_is_not_believed():
    model = p_median_model(scattered(60, 60), p=7)
    report = run(model.lp, time_limit_s=1e-9)
    assert not report.proven
    assert not report.infeasible
    assert "limit" in report.stopped_by.lower()


def test_a_solver_stopped_at_the_node_limit_reports_a_bound_it_can_stand_by():
    problem = scattered(150, 40)
    model = p_median_model(problem, p=6)
    report = run(model.lp, time_limit_s=60, node_limit=0)
    exact = solve(problem, "p_median", p=6)
    assert not report.proven
    assert report.bound is None or report.bound + model.constant <= exact.objective * (1 + 1e-9)


def test_the_gap_asked_for_is_kept_and_not_called_optimal():
    found = solve(scattered(150, 40), "p_median", p=6, gap=0.2)
    assert found.gap <= 0.2
    assert (found.status == "optimal") == (found.gap == 0)


def test_progress_is_told_in_sentences():
    heard = []
    solve(scattered(30, 10), "p_median", p=3, progress=heard.append)
    assert heard[0] == "greedy and interchange"


def test_no_files_are_left_behind(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(p_median_model(scattered(30, 10), p=3).lp, time_limit_s=10)
    assert list(Path(tmp_path).iterdir()) == []


def test_nothing_is_printed(capfd):
    run(p_median_model(scattered(30, 10), p=3).lp, time_limit_s=10)
    out = capfd.readouterr()
    assert out.out + out.err == ""

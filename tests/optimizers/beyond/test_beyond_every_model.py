"""Curves, replacement costs, near-best plans and stability for every model, against enumeration of all site sets."""

import importlib
from dataclasses import replace

import numpy as np
import pytest
from location_oracle import Case, best_of, site_sets, value_of

from optimizers import MODELS, LocationProblem, ProblemError, alternatives, curve, replacement_costs, solve, stability
from optimizers.beyond import again

CURVE = importlib.import_module("optimizers.beyond.curve")  # the function of that name hides the module
ASKED = {
    "max_coverage": {"p": 2, "threshold_min": 10.0},
    "set_cover": {"threshold_min": 12.0},
    "p_median": {"p": 2},
    "p_center": {"p": 2},
    "backup_coverage": {"p": 3, "threshold_min": 10.0, "backup_share": 0.4},
    "capacitated_coverage": {"p": 2, "threshold_min": 12.0},
    "capacitated_p_median": {"p": 3},
    "fixed_charge": {"p": 3},
    "capacitated_fixed_charge": {"p": 3},
    "kolm_pollak": {"p": 2, "aversion": 2.0},
    "lexicographic": {"p": 2, "depth": 1},
}
LIMITED = [name for name in ASKED if name != "set_cover"]
BY_BUDGET = [name for name in ASKED if "budget_yuan" in MODELS[name].any_of]
MAX = [name for name in ASKED if MODELS[name].sense == "max"]


def case_of(model, seed, **changed):
    dice = np.random.default_rng(seed)
    times = dice.choice([1.0, 4.0, 9.0, 12.0, 18.0, 25.0], (6, 5))
    return replace(
        Case(
            dice.integers(1, 9, 6).astype(float), times, cost=dice.integers(2, 30, 5).astype(float),
            capacity=dice.integers(8, 25, 5).astype(float) + 5.0, threshold=ASKED[model].get("threshold_min", 10.0),
        ),
        **changed,
    )  # fmt: skip


def options_of(model):
    return {name: value for name, value in ASKED[model].items() if name not in ("p", "threshold_min")}


def expected(case, model, **limits):
    return best_of(case, model, **limits, **options_of(model))


def same(a, b):
    return a == pytest.approx(b, rel=1e-6, abs=1e-9)


def test_every_model_is_here():
    assert set(ASKED) == set(MODELS)


@pytest.mark.parametrize("model", LIMITED)
def test_a_curve_by_number_is_that_of_enumeration_for_every_model(model):
    case = case_of(model, 1, fixed=[1])
    asked = {name: value for name, value in ASKED[model].items() if name != "p"}
    points = curve(case.problem(), model, p=[3, 1, 2, 4], **asked)
    assert [point.p for point in points] == [1, 2, 3, 4]
    for point in points:
        best = expected(case, model, p=point.p)
        assert (point.status, point.objective) == (
            ("infeasible", None) if best is None else ("optimal", same(point.objective, best) and point.objective)
        )


@pytest.mark.parametrize("model", BY_BUDGET)
def test_a_curve_by_budget_is_that_of_enumeration_for_every_model(model):
    case = case_of(model, 2)
    asked = {name: value for name, value in ASKED[model].items() if name != "p"}
    for point in curve(case.problem(), model, budget_yuan=[0.0, 20.0, 35.0, 60.0], **asked):
        best = expected(case, model, budget=point.budget_yuan)
        assert point.status == ("infeasible" if best is None else "optimal")
        assert point.objective is None if best is None else same(point.objective, best)


def test_a_curve_begins_with_points_that_have_no_plan():
    times = np.where(np.eye(3) > 0, 1.0, np.inf)
    problem = LocationProblem([1.0, 1.0, 1.0], times, site_cost_yuan=[1.0, 2.0, 3.0])
    for model in ("p_median", "kolm_pollak", "lexicographic"):
        points = curve(problem, model, p=[1, 2, 3])
        assert [point.status for point in points] == ["infeasible", "infeasible", "optimal"]
        assert [point.sites for point in points] == [(), (), (0, 1, 2)]
        assert all(point.solution.conflict is not None for point in points[:2])
    points = curve(problem, "p_median", budget_yuan=[5.0, 6.0])
    assert [point.status for point in points] == ["infeasible", "optimal"]


def test_a_point_is_optimal_only_where_all_its_levels_are_proven():
    """The bound that points share is one of the first level; it says nothing about the levels after it."""
    problem = case_of("lexicographic", 3).problem()
    whole = curve(problem, "lexicographic", p=[1, 2, 3], depth=2)
    assert [point.status for point in whole] == ["optimal"] * 3
    looked = curve(problem, "lexicographic", p=[1, 2, 3], depth=2, effort="first")
    assert any(point.gap == 0.0 and point.status == "feasible" for point in looked)
    for point in looked:
        levels = [level.status for level in point.solution.levels]
        assert (point.status == "optimal") == (point.gap == 0.0 and set(levels) == {"optimal"})


def test_a_plan_of_another_point_has_no_proven_levels(monkeypatch):
    problem = case_of("lexicographic", 3).problem()
    (alone,) = curve(problem, "lexicographic", p=[3])
    assert alone.status == "optimal"
    other = replace(alone, sites=(0, 1, 2, 3, 4))
    assert CURVE._judged(problem, "lexicographic", other).status == "feasible"


def test_a_curve_in_no_time_says_only_what_is_true():
    case = case_of("p_median", 3)
    for point in curve(case.problem(), "p_median", p=[1, 2, 3], time_limit_s=1e-6):
        best = expected(case, "p_median", p=point.p)
        assert point.bound is None or point.bound <= best * (1 + 1e-9)
        assert point.objective is None or point.objective >= best * (1 - 1e-9)
        assert point.status != "optimal" or same(point.objective, best)


def test_a_wrong_point_of_a_curve_is_named_before_any_is_solved(monkeypatch):
    monkeypatch.setattr(CURVE, "solve", None)
    problem = case_of("p_median", 3, fixed=[0, 1]).problem()
    for p, word in (
        ([1, 3], "fixed open already"),
        ([3, 99], "only 5 of 5"),
        ([2, "x"], "give numbers"),
        ([3, 2.5], "whole"),
    ):
        with pytest.raises(ProblemError, match=word):
            curve(problem, "p_median", p=p)


@pytest.mark.parametrize("model", ASKED)
def test_replacement_costs_are_those_of_enumeration_for_every_model(model):
    case = case_of(model, 4)
    problem = case.problem()
    solution = solve(problem, model, **ASKED[model])
    found = replacement_costs(problem, solution)
    assert sorted(each.site for each in found) == list(solution.sites)
    for each in found:
        best = without(case, model, each.site)
        if best is None:
            assert (each.status, each.objective, each.loss) == ("infeasible", None, np.inf)
        else:
            assert each.status == "optimal"
            assert same(each.loss, abs(best - solution.objective))


def without(case, model, site):
    """The best objective of plans without a site, measured as the whole problem measures."""
    p = ASKED[model].get("p")
    sets = [s for s in site_sets(5, [], [], p or 5) if site not in s]
    values = [value_of(case, model, s, **options_of(model)) for s in sets]
    values = [value for value in values if np.isfinite(value)]
    return (max if model in MAX else min)(values) if values else None


@pytest.mark.parametrize("model", ASKED)
def test_near_best_plans_are_those_of_enumeration_for_every_model(model):
    case = case_of(model, 5)
    problem = case.problem()
    solution = solve(problem, model, **ASKED[model])
    found = alternatives(problem, solution, count=2, within=0.25)
    room = 0.25 * abs(solution.objective) + 1e-9
    others = [s for s in site_sets(5, [], [], ASKED[model].get("p", 5)) if set(solution.sites) - set(s)]
    losses = sorted(abs(value_of(case, model, s, **options_of(model)) - solution.objective) for s in others)
    near = [lost for lost in losses if lost <= room]
    assert bool(found.plans) == bool(near)
    if near:
        assert same(found.plans[0].loss, near[0])
    assert all(
        plan.objective == pytest.approx(value_of(case, model, plan.sites, **options_of(model))) for plan in found.plans
    )


@pytest.mark.parametrize("model", ASKED)
def test_stability_of_every_model_counts_the_plans_of_its_draws(model):
    problem = case_of(model, 6).problem()
    solution = solve(problem, model, **ASKED[model])
    found = stability(problem, solution, draws=3, spread=0.2)
    assert found.draws == 3
    assert set(found.kept) == set(solution.sites)
    assert (found.regret >= 0).all()
    assert np.array_equal(found.frequency, stability(problem, solution, draws=3, spread=0.2).frequency)
    still = stability(problem, solution, draws=1, spread=0.0, effort="thorough")
    assert still.regret == pytest.approx([0.0], abs=1e-6)


class Interrupted:
    """`solve`, until an interrupt from the keyboard ends a call: inside it, so that it returns, or outside."""

    def __init__(self, after, inside):
        self.left, self.inside = after, inside

    def __call__(self, *asked, **how):
        self.left -= 1
        if self.left >= 0:
            return solve(*asked, **how)
        if not self.inside:
            raise KeyboardInterrupt
        return replace(solve(*asked, **how), status="feasible", reason="interrupted.")


@pytest.mark.parametrize("inside", [True, False])
def test_an_interrupt_returns_what_is_known_so_far(monkeypatch, inside):
    problem = case_of("p_median", 7).problem()
    solution = solve(problem, "p_median", p=3)
    monkeypatch.setattr(CURVE, "solve", Interrupted(2, inside))
    points = curve(problem, "p_median", p=[1, 2, 3, 4])
    assert [point.p for point in points] == ([1, 2, 3] if inside else [1, 2])
    monkeypatch.setattr(again, "solve", Interrupted(2, inside))
    assert len(replacement_costs(problem, solution)) == 2
    monkeypatch.setattr(again, "solve", Interrupted(4, inside))
    assert stability(problem, solution, draws=9).draws == 4
    monkeypatch.setattr(again, "solve", Interrupted(1, inside))
    assert not alternatives(problem, solution, count=9, within=9.0).complete


def test_sites_that_cannot_take_everybody_once_one_is_left_out_have_no_replacement():
    problem = LocationProblem([3.0, 3.0], [[1.0, 2.0], [2.0, 1.0]], capacity=[3.0, 3.0])
    solution = solve(problem, "capacitated_p_median", p=2)
    found = replacement_costs(problem, solution)
    assert [(each.status, each.loss) for each in found] == [("infeasible", np.inf)] * 2
    assert alternatives(problem, solution).complete


@pytest.mark.parametrize(
    ("ask", "wrong"),
    [
        (alternatives, {"count": 2.5}), (alternatives, {"within": "much"}), (alternatives, {"differ_by": True}),
        (alternatives, {"tries": 0}), (stability, {"draws": "3"}), (stability, {"spread": np.nan}),
        (replacement_costs, {"speed": 3}),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused_in_a_sentence(ask, wrong):
    problem = case_of("p_median", 8).problem()
    with pytest.raises(ProblemError, match=next(iter(wrong))):
        ask(problem, solve(problem, "p_median", p=1), **wrong)

"""Certificates made by hand are accepted where they prove the claim, and rejected where a number was touched."""

import ast
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hand_made import CAPACITATED, Case, branched, random_case, sealed
from scipy import sparse

import optimizers
from optimizers import LocationProblem, evaluate, solve
from optimizers.certificate import Branch, BySolver, Certificate, Fix, Full, Leaf
from optimizers.equity import kappa_of
from optimizers.problem import Group
from optimizers.solution import relative_gap
from optimizers.verification import problem_digest, verify

MODELS = ("max_coverage", "set_cover", "p_median", "backup_coverage", "kolm_pollak", "fixed_charge", *CAPACITATED)
FLOORED = ("max_coverage", "set_cover", "p_median", "backup_coverage", "kolm_pollak", "fixed_charge")


def proven(case, prices=()):
    """A solution of enumeration with a certificate of linear programs; None where no plan exists."""
    sites, best = case.best()
    if sites is None:
        return None
    total = float(case.problem.weight.sum())
    value = best if case.is_min else total - best
    if case.model == "kolm_pollak":
        value = as_value(case, best)
    if case.options.get("cover_share", 1.0) < 1.0:
        step = BySolver(value, "by hand")
    else:
        step = branched(case, value, set(case.problem.fixed_open), set(case.problem.forbidden), prices)
    return case.solution(sites, best, best, case.sealed(step, best, group_prices=tuple(prices)))


def as_value(case, minutes):
    kappa = kappa_of(case.problem, case.options["aversion"])
    total = float(case.problem.weight.sum())
    return total * (np.exp(kappa * minutes) if kappa > 0 else minutes)


def test_what_a_linear_program_at_each_node_proves_is_accepted():
    rng = np.random.default_rng(21)
    for model in MODELS:
        for choice in ("planned", "nearest") if model in CAPACITATED else ("planned",):
            cases = [random_case(rng, model, choice=choice) for _ in range(7)]
            shown = [(case, proven(case)) for case in cases]
            for case, solution in [pair for pair in shown if pair[1] is not None]:
                verdict = verify(case.problem, solution)
                assert verdict.accepted, (case, verdict.faults)
                assert verdict.bound == pytest.approx(solution.bound, rel=2e-7, abs=1e-9)
                assert verdict.objective == pytest.approx(solution.objective, rel=1e-9)


def test_floors_are_proven_with_prices_and_by_the_solver():
    rng = np.random.default_rng(21)
    for model in FLOORED:
        for _ in range(5):
            case = random_case(rng, model, floors=True)
            solution = proven(case, prices=(0.5, 0.25) if case.options.get("cover_share", 1.0) == 1.0 else ())
            if solution is not None:
                assert verify(case.problem, solution).accepted, case


def test_a_better_bound_than_the_best_plan_is_never_accepted():
    rng = np.random.default_rng(21)
    for model in MODELS:
        for _ in range(4):
            case = random_case(rng, model)
            solution = proven(case)
            if solution is None or not solution.objective:
                continue
            worse, worth = next((s, case.worth(s)) for s in case.plans() if np.isfinite(case.worth(s)))
            if worth == pytest.approx(solution.objective):
                continue
            forged = sealed(replace(solution.certificate, bound=worth))
            lie = case.solution(worse, worth, worth, forged, gap=0.0, status="optimal")
            assert any("is not proven" in fault for fault in verify(case.problem, lie).faults), case


@pytest.fixture
def small():
    """Four rows, three sites, two may open: sites 0 and 2 cover 5 + 3 + 2 of 14 within ten minutes."""
    times = [[1, 30, 30], [30, 8, 30], [30, 30, 9], [8, 30, 30]]
    problem = LocationProblem([5.0, 4.0, 2.0, 3.0], times, site_cost_yuan=[1.0, 2.0, 3.0])
    return Case("max_coverage", problem, {"p": 2, "threshold_min": 10.0})


@pytest.fixture
def honest(small):
    return small.solution((0, 1), 12.0, 12.0, small.sealed(Leaf(np.array([5.0, 4.0, 2.0, 3.0])), 12.0))


def test_an_honest_solution_is_accepted(small, honest):
    verdict = verify(small.problem, honest)
    assert verdict.accepted
    assert verdict.faults == ()
    assert (verdict.objective, verdict.bound) == (12.0, 12.0)


@pytest.mark.parametrize("change", [
    {"weight": [5.0, 4.0, 2.5, 3.0]}, {"site_cost_yuan": [1.0, 2.0, 3.5]}, {"fixed_open": [1]}, {"forbidden": [2]},
    {"unserved_cost": 60.0}, {"capacity": [9.0, 9.0, 9.0]}, {"groups": [Group([1.0, 0, 0, 0], 0.0)]},
    {"threshold_min": 9.0},
])  # fmt: skip
def test_a_problem_that_was_touched_is_another_problem(small, honest, change):
    fields = {name: getattr(small.problem, name) for name in small.problem.__dataclass_fields__}
    verdict = verify(LocationProblem(**{**fields, **change}), honest)
    assert not verdict.accepted
    assert "the certificate was made for another problem or question." in verdict.faults


def test_a_changed_travel_time_shows(small, honest):
    times = small.problem.travel_time_min.toarray()
    times[2, 1] = 11.0
    verdict = verify(LocationProblem(small.problem.weight, times, site_cost_yuan=[1.0, 2.0, 3.0]), honest)
    assert any("another problem" in fault for fault in verdict.faults)


@pytest.mark.parametrize("change", [{"p": 3}, {"threshold_min": 9.0}, {"budget_yuan": 9.0}, {"options": {"x": 1.0}}])
def test_a_question_that_was_touched_is_another_question(small, honest, change):
    assert not verify(small.problem, replace(honest, **change)).accepted


def test_one_changed_multiplier_shows_in_the_digest(small, honest):
    touched = replace(honest.certificate, step=Leaf(np.array([5.0, 4.0, 2.0, 3.0 + 1e-9])))
    verdict = verify(small.problem, replace(honest, certificate=touched))
    assert verdict.faults == ("some number of the certificate was changed after it was made.",)


def test_one_changed_multiplier_with_a_new_digest_proves_less(small, honest):
    touched = sealed(replace(honest.certificate, step=Leaf(np.array([5.0, 0.0, 2.0, 3.0]))))
    verdict = verify(small.problem, replace(honest, certificate=touched))
    assert verdict.bound == 14.0
    assert verdict.faults == ("the bound 12 is not proven; 14 is.",)


def test_wrong_claims_are_named(small, honest):
    for lie, word in (
        ({"status": "optimal", "sites": (0, 2), "objective": 10.0, "gap": 0.0}, "apart"),
        ({"objective": 12.5}, "worth"),
        ({"bound": 11.0}, "better than the bound"),
        ({"gap": 0.2}, "apart"),
        ({"status": "feasible"}, "feasible with a gap of 0"),
        ({"status": "infeasible", "sites": (), "objective": None, "gap": None, "bound": None}, "no plan exists"),
        ({"status": "unknown"}, "shows a plan"),
        ({"status": "best"}, "does not exist"),
        ({"bound": None}, "without a bound"),
    ):
        faults = verify(small.problem, replace(honest, **lie)).faults
        assert any(word in fault for fault in faults), (lie, faults)


def test_plans_that_break_a_rule_are_named():
    times = np.array([[1.0, 2.0, 3.0], [2.0, 1.0, 30.0]])
    problem = LocationProblem([1.0, 1.0], times, site_cost_yuan=[5.0, 5.0, 1.0], fixed_open=[0], forbidden=[2])
    case = Case("max_coverage", problem, {"p": 1, "budget_yuan": 4.0, "threshold_min": 10.0})
    for sites, word in (
        ((0, 1), "uses 2 of a limit of 1"), ((0, 1), "uses 5 of a limit of 4"), ((1,), "fixed open"),
        ((0, 2), "forbidden"), ((0, 0), "not sorted"), ((0, 7), "outside"),
    ):  # fmt: skip
        worth = 2.0
        certificate = case.sealed(Leaf(np.zeros(2)), 2.0)
        faults = verify(problem, case.solution(sites, worth, 2.0, certificate)).faults
        assert any(word in fault for fault in faults), (sites, faults)


def test_a_plan_below_a_floor_is_named():
    times = np.array([[1.0, 30.0], [30.0, 1.0]])
    problem = LocationProblem([9.0, 1.0], times, groups=[Group([0.0, 1.0], 1.0)])
    case = Case("max_coverage", problem, {"p": 1, "threshold_min": 10.0})
    solution = case.solution((0,), 9.0, 9.0, case.sealed(Leaf(np.array([9.0, 1.0])), 9.0))
    assert any("floor 0 asks for 1 of its weight" in fault for fault in verify(problem, solution).faults)


@pytest.mark.parametrize(("table", "word"), [
    ([[2.0, 0.0], [1.0, 1.0]], "more than their capacity"), ([[2.0, 0.0], [0.0, 2.5]], "more of a row"),
    ([[2.0, 1.0], [0.0, 2.0]], "without a known travel time"), ([[-1.0, 0.0], [0.0, 2.0]], "negative"),
    ([[1.0, 0.0], [0.0, 2.0]], "leaves out"), (None, "no allocation"),
])  # fmt: skip
def test_an_allocation_that_cannot_be_is_named(table, word):
    problem = LocationProblem([2.0, 2.0], [[1.0, np.inf], [30.0, 2.0]], capacity=[2.0, 2.0])
    case = Case("capacitated_p_median", problem, {"p": 2}, {"choice": "planned"})
    solution = case.solution((0, 1), 6.0, 6.0, case.sealed(Leaf(np.array([2.0, 4.0])), 6.0))
    assert verify(problem, solution).accepted
    wrong = replace(solution, allocation=None if table is None else sparse.csr_array(np.array(table)))
    faults = verify(problem, wrong).faults
    assert any(word in fault for fault in faults), faults


def fixing(small, opened, closed, then=None):
    leaf = Leaf(np.array([5.0, 4.0, 2.0, 3.0]))
    step = Fix(np.array([5.0, 4.0, 2.0, 3.0]), opened, closed, then or leaf)
    return small.solution((0, 1), 12.0, 12.0, small.sealed(step, 12.0))


def test_sites_that_the_multipliers_settle_may_be_fixed(small):
    assert verify(small.problem, fixing(small, (0,), (2,))).accepted


def test_a_site_that_they_do_not_settle_may_not(small):
    worse = small.solution(
        (0, 2), 10.0, 10.0, small.sealed(Fix(np.zeros(4), (), (1,), Leaf(np.array([5, 4, 2, 3.0]))), 10.0)
    )
    assert any("is not proven" in fault for fault in verify(small.problem, worse).faults)


@pytest.mark.parametrize(("step", "word"), [
    (Full(), "calls a part full"),
    (Leaf(np.zeros(3)), "one multiplier for each demand row"),
    (Branch(9, Full(), Full()), "branches on site 9"),
    (Branch(1, Branch(1, Full(), Leaf(np.zeros(4))), Leaf(np.zeros(4))), "calls a part full"),
    (Fix(np.zeros(4), (1,), (1,), Full()), "is not proven"),
    (Fix(np.zeros(4), (9,), (), Full()), "do not exist"),
    (Branch(1, Leaf(np.array([5, 4, 2, 3.0])), BySolver(0.0, "by hand")), "is not proven"),
    (BySolver(3.0, "by hand"), "a better plan exists"),
])  # fmt: skip
def test_a_tree_that_does_not_cover_all_plans_is_named(small, step, word):
    faults = verify(small.problem, small.solution((0, 1), 12.0, 12.0, small.sealed(step, 12.0))).faults
    assert any(word in fault for fault in faults), faults


def test_a_tree_that_covers_all_plans_is_walked_to_its_ends(small):
    leaf = Leaf(np.array([5.0, 4.0, 2.0, 3.0]))
    step = Branch(0, Branch(1, Branch(2, Full(), leaf), leaf), BySolver(8.0, "by hand"))
    assert verify(small.problem, small.solution((0, 1), 12.0, 12.0, small.sealed(step, 12.0))).accepted


def test_a_site_may_be_struck_off_for_one_that_serves_as_well():
    times = np.array([[1.0, 2.0, 30.0], [30.0, 2.0, 30.0], [30.0, 30.0, 1.0]])
    case = Case("max_coverage", LocationProblem([3.0, 2.0, 1.0], times), {"p": 1, "threshold_min": 10.0})
    leaf = Leaf(np.array([3.0, 2.0, 1.0]))
    for pairs, accepted in ((((0, 1),), True), (((1, 0),), False), (((0, 1), (1, 0)), False), (((0, 9),), False)):
        solution = case.solution((1,), 5.0, 5.0, case.sealed(leaf, 5.0, dominated=pairs))
        assert verify(case.problem, solution).accepted == accepted, pairs


def test_a_worst_time_is_proven_by_ruling_out_the_time_before():
    times = np.array([[1.0, 20.0, 30.0], [20.0, 2.0, 30.0], [30.0, 20.0, 3.0]])
    case = Case("p_center", LocationProblem([1.0, 1.0, 1.0], times), {"p": 2})
    assert case.best() == ((0, 1), 20.0)
    leaf = Leaf(np.ones(3))
    for ruled_out, accepted in ((3.0, True), (2.0, False), (20.0, False), (None, False)):
        certificate = case.sealed(leaf, 20.0, threshold_min=ruled_out)
        verdict = verify(case.problem, case.solution((0, 1), 20.0, 20.0, certificate))
        assert verdict.accepted == accepted, (ruled_out, verdict)


@pytest.mark.parametrize(("model", "asked", "fields"), [
    ("set_cover", {"threshold_min": 10.0}, {}),
    ("p_median", {"p": 2}, {}),
    ("p_center", {"p": 2}, {}),
    ("max_coverage", {"p": 1, "threshold_min": 40.0}, {"groups": [Group([1.0, 1.0, 1.0, 1.0], 0.9)]}),
    ("capacitated_p_median", {"p": 3}, {"capacity": [1.0, 1.0, 1.0]}),
])  # fmt: skip
def test_that_no_plan_exists_is_checked_too(model, asked, fields):
    times = np.where(np.eye(3) > 0, 1.0, np.inf)
    times = np.vstack([times, [30.0, 30.0, 30.0]])
    if model == "capacitated_p_median":
        times[:] = 1.0
    hopeless = Case(model, LocationProblem([1.0, 1.0, 1.0, 1.0], times, **fields), asked)
    nothing = {"status": "infeasible", "gap": None, "allocation": None}
    assert verify(hopeless.problem, hopeless.solution((), None, None, None, **nothing)).accepted
    wide = LocationProblem([1.0, 1.0, 1.0, 1.0], np.ones((4, 3)), capacity=[9.0, 9.0, 9.0])
    possible = Case(model, wide, asked)
    faults = verify(wide, possible.solution((), None, None, None, **nothing)).faults
    assert any("no plan exists" in fault for fault in faults)


def test_what_cannot_be_rechecked_in_time_is_not_accepted(small, honest):
    verdict = verify(small.problem, honest, time_limit_s=0.0)
    assert verdict.faults[0] == "the certificate could not be re-checked in the time allowed."


def test_the_digest_does_not_see_kinds_of_numbers_but_values(small):
    one = problem_digest(small.problem, "max_coverage", p=2, threshold_min=10)
    assert one == problem_digest(small.problem, "max_coverage", p=np.int64(2), threshold_min=np.float64(10.0))
    assert one != problem_digest(small.problem, "max_coverage", p=2, threshold_min=[10.0, 10.0, 10.0, 9.0])
    assert one != problem_digest(small.problem, "backup_coverage", p=2, threshold_min=10)


def test_verify_shares_no_code_with_the_engines():
    known = {"arrays", "certificate", "clock", "coverage", "problem", "solution", "solvers", "verification"}
    files = sorted((Path(optimizers.__file__).parent / "verification").glob("*.py"))
    assert len(files) > 5
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("optimizers."):
                assert str(node.module).split(".")[1] in known, (path.name, node.module)


def test_the_objective_shown_is_the_one_evaluate_gives(small):
    assert evaluate(small.problem, (0, 1), model="max_coverage", threshold_min=10.0).objective == 12.0
    assert isinstance(small.sealed(None, 1.0), Certificate)


def test_a_row_left_out_by_the_better_site_may_be_answered_for_by_a_row_with_fewer_sites():
    near, far = 1.0, 30.0
    # Row 0 is served by site 2 only, so row 1 (sites 0 and 2) always is; site 0 then serves no more than site 1.
    times = np.array([[far, far, near], [near, far, near], [near, near, far]])
    case = Case("set_cover", LocationProblem(np.ones(3), times), {"threshold_min": 10.0}, {"cover_share": 1.0})
    leaf = Leaf(np.array([1.0, 0.0, 1.0]))
    for pairs, accepted in ((((0, 1),), True), (((1, 0),), True), (((2, 1),), False), (((0, 1), (1, 0)), False)):
        solution = case.solution((1, 2), 2.0, 2.0, case.sealed(leaf, 2.0, dominated=pairs))
        assert verify(case.problem, solution).accepted == accepted, pairs


@pytest.mark.parametrize(("claim", "is_true"), [(3.0, True), (2.6, True), (1.0, True), (3.4, False), (4.0, False)])
def test_a_solver_s_bound_between_two_possible_values_is_asked_for_as_the_higher_one(claim, is_true):
    problem = LocationProblem([1.0, 2.0], [[1.0, 5.0], [1.0, 1.0]])
    case = Case("p_median", problem, {"p": 1})
    assert case.best() == ((0,), 3.0)
    shown = case.solution((0,), 3.0, claim, case.sealed(BySolver(claim, "by hand"), claim))
    assert verify(problem, shown).accepted == is_true
    worse = case.solution((1,), 7.0, claim, case.sealed(BySolver(claim, "by hand"), claim))
    assert verify(problem, worse).accepted == is_true


def test_a_level_s_bound_between_two_possible_weights_is_asked_for_as_the_higher_one():
    times = np.array([[1.0, 9.0], [9.0, 1.0], [9.0, 9.0]])
    problem = LocationProblem([3.0, 2.0, 1.0], times)
    solution = solve(problem, "lexicographic", p=1, levels=(5.0,))
    (level,) = solution.levels
    assert (level.weight_beyond, level.bound) == (3.0, 3.0)
    for bound, accepted in ((2.5, True), (2.0, True), (0.0, True), (3.1, False)):
        shown = replace(level, bound=bound, status="feasible" if bound < 3.0 else "optimal")
        gap = relative_gap(3.0, bound)
        claim = replace(solution, bound=bound, gap=gap, status="feasible", levels=(shown,))
        assert verify(problem, claim).accepted == accepted, bound


def test_multipliers_far_above_the_value_are_added_up_without_their_rounding():
    times = np.array([[0.0, 12.0], [12.0, 0.0], [1.0, 3.0]])
    case = Case("kolm_pollak", LocationProblem([5.0, 1.0, 2.0], times), {"p": 1}, {"aversion": 1.0})
    sites, best = case.best()
    # With one site, multipliers above all costs prove the best plan itself; these are far above.
    leaf = Leaf(np.full(3, 1e22))
    assert verify(case.problem, case.solution(sites, best, best, case.sealed(leaf, best))).faults == ()
    lie = case.solution(sites, best, best * 1.01, case.sealed(leaf, best * 1.01))
    assert any("is not proven" in fault for fault in verify(case.problem, lie).faults)

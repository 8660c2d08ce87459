"""Floors by group, and covering a share of everybody: enumeration, properties, and sentences when it cannot be."""

from dataclasses import replace

import numpy as np
import pytest
from location_oracle import Case, best_of, random_case, site_sets, some_p, value_of

from optimizers import MODELS, LocationProblem, evaluate, solve, verify
from optimizers.bounds import lagrangian_value
from optimizers.clock import Clock
from optimizers.floors import engine, solve_with_floors
from optimizers.floors.board import board_of
from optimizers.floors.exact import fewest_sites, settled_sites
from optimizers.floors.fewest import Fewest
from optimizers.floors.joint import begun
from optimizers.floors.moves import moves_from
from optimizers.floors.prices import Prices
from optimizers.floors.search import Kept
from optimizers.problem import Group
from optimizers.request import Request, check_request
from optimizers.solvers import SolverReport

FLOORED = [name for name in MODELS if MODELS[name].floors]
OPTIONS = {
    "backup_coverage": [{}, {"backup_share": 0.8}],
    "set_cover": [{}, {"cover_share": 0.7}],
    "fixed_charge": [{"yuan_per_time": 2.0}],
    "kolm_pollak": [{"aversion": 0.5}],
}
QUESTIONS = [(model, options) for model in FLOORED for options in OPTIONS.get(model, [{}])]


def answer(case_or_problem, model, *, effort="thorough", p=None, budget=None, time_limit_s=60.0, start=None, **options):
    problem = case_or_problem.problem() if isinstance(case_or_problem, Case) else case_or_problem
    asked = Request(
        p=p, budget_yuan=budget, time_limit_s=time_limit_s, effort=effort, start=start, options=options,

    )  # fmt: skip
    return solve_with_floors(problem, model, check_request(problem, model, asked, MODELS), Clock(time_limit_s))


def floored_case(seed, **sizes):
    """A tiny case with one to three groups, at least one of which has a floor."""
    case = random_case(seed, groups=1 + seed % 3, **sizes)
    if not any(floor > 0 for _, floor in case.groups):
        case.groups[0] = (case.groups[0][0], 0.5)
    return case


def limits_of(model, case, seed):
    if "p" not in (*MODELS[model].any_of, *MODELS[model].optional):
        return {}
    limits = {"p": some_p(case, seed)}
    if seed % 4 == 0 and "budget_yuan" in MODELS[model].any_of:
        limits["budget"] = 40.0
    return limits


@pytest.mark.parametrize(("model", "options"), QUESTIONS)
def test_the_best_plan_that_keeps_the_floors_equals_enumeration(model, options):
    impossible = 0
    for seed in range(30):
        case = floored_case(seed)
        limits = limits_of(model, case, seed)
        expected = best_of(case, model, **limits, **options)
        found = answer(case, model, **limits, **options)
        if expected is None:
            impossible += 1
            assert found.sites is None, seed
            assert found.bound is None, seed
            assert found.reason, seed
            continue
        assert found.sites is not None, (seed, found)
        assert case.keeps_floors(found.sites), seed
        assert case.is_within(found.sites, **limits), seed
        assert value_of(case, model, list(found.sites), **options) == pytest.approx(expected, rel=1e-6, abs=1e-6), seed
        assert found.bound == pytest.approx(expected, rel=1e-5, abs=1e-5), seed
    assert 0 < impossible < 30


def is_true(found, case, model, limits, expected, seed):
    """No plan without a rule kept, no bound that the best plan passes, no "impossible" where there is one."""
    if found.bound is None:
        assert expected is None, seed
        return
    if expected is not None:
        worse = 1.0 if MODELS[model].sense == "max" else -1.0
        assert worse * (found.bound - expected) >= -1e-6 * max(1.0, abs(expected)), seed
    if found.sites is not None:
        assert case.keeps_floors(found.sites), seed
        assert case.is_within(found.sites, **limits), seed


@pytest.mark.parametrize(("model", "options"), QUESTIONS)
def test_a_hurried_answer_with_floors_is_a_true_statement(model, options):
    for seed in range(0, 45, 3):
        case = floored_case(seed, rows=8, sites=6)
        limits = limits_of(model, case, seed)
        expected = best_of(case, model, **limits, **options)
        found = answer(case, model, effort=["first", "quick"][seed % 2], **limits, **options)
        is_true(found, case, model, limits, expected, seed)


def laid_out(case, model, options, p=None):
    """The completed question of a case, with a number of sites or without any limit, and its board."""
    table = {model: replace(MODELS[model], any_of=(), optional=("p",))}
    asked = check_request(case.problem(), model, Request(threshold_min=case.threshold, options=options, p=p), table)
    return asked, board_of(case.problem(), model, asked)


@pytest.mark.parametrize(("model", "options"), QUESTIONS)
def test_a_core_with_prices_pays_for_a_plan_what_the_floors_cost_it(model, options):
    for seed in range(8):
        case = floored_case(seed, rows=9, sites=7, reachable=True)
        asked, board = laid_out(case, model, options)
        prices = np.random.default_rng(seed).uniform(0.0, 2.0, board.needed.size)
        core = MODELS[model].pose(case.problem(), asked, prices * board.unit)
        for sites in site_sets(case.times.shape[1], case.fixed, case.forbidden, case.times.shape[1]):
            plan = np.array(sites, dtype=np.int64)
            value = board.value(plan) + prices @ board.shortfall(plan)
            if board.value(plan) <= board.dearest and sites and value > 0.0:
                paid = core.objective(core.value_of(plan[core.free[plan]]))
                assert paid == pytest.approx(board.objective(value), rel=1e-6, abs=1e-6), (seed, sites)


@pytest.mark.parametrize(("model", "options"), [question for question in QUESTIONS if question[0] != "set_cover"])
def test_settled_sites_are_those_of_every_better_plan(model, options):
    settled = 0
    for seed in range(12):
        case = floored_case(seed, rows=9, sites=7, reachable=True)
        p = some_p(case, seed)
        asked, board = laid_out(case, model, options, p if model != "fixed_charge" else None)
        plans = [np.array(s, dtype=np.int64) for s in site_sets(case.times.shape[1], case.fixed, case.forbidden, p)]
        kept = sorted((board.value(s), s.tolist()) for s in plans if s.size and case.keeps_floors(s))
        for value, sites in kept[1:4]:
            core = MODELS[model].pose(case.problem(), asked, 0.3 * board.unit * np.ones(board.needed.size))
            opened, closed = settled_sites(core, board, Kept(np.array(sites), value))
            settled += int(opened.sum() + closed.sum())
            for other, better in kept:
                if other < value - 1e-6 * (1.0 + value):
                    assert set(np.flatnonzero(opened)) <= set(better), seed
                    assert not set(np.flatnonzero(closed)) & set(better), seed
    assert settled > 0


@pytest.mark.parametrize(("model", "options"), QUESTIONS)
def test_the_joint_climb_proves_no_more_than_is_true_and_the_priced_core_adds_up_to_the_same(model, options):
    near = 0
    for seed in range(12):
        case = floored_case(seed, rows=9, sites=7, reachable=True)
        p = some_p(case, seed) if "p" in MODELS[model].any_of else None
        asked, board = laid_out(case, model, options, p)
        plans = [
            np.array(s, dtype=np.int64) for s in site_sets(case.times.shape[1], case.fixed, case.forbidden, p or 7)
        ]
        kept = [board.value(s) for s in plans if case.keeps_floors(s) and board.value(s) <= board.dearest]
        if not kept:
            continue
        joint = begun(board, plans[-1], np.full(board.needed.size, 0.1))
        joint.climb(min(kept), 80, Clock(10.0))
        assert joint.value <= min(kept) * (1.0 + 1e-9) + 1e-9, seed
        near += joint.value >= 0.7 * min(kept)
        core = MODELS[model].pose(case.problem(), asked, joint.prices * board.unit)
        rows = np.zeros(case.problem().n_demand)
        rows[board.position] = joint.multipliers
        if core.n_rows == np.unique(case.times, axis=0).shape[0] == rows.size and not case.fixed and core.sign > 0.0:
            own = np.zeros(core.n_rows)
            own[core.origin.posed] = rows * board.unit / core.sign
            assert core.objective(lagrangian_value(core, own)) == pytest.approx(board.objective(joint.value), rel=1e-6)
    assert near > (0 if options.get("backup_share", 0.0) > 0.5 else 3)  # where gains grow the bound is weak


def test_the_bound_on_the_fewest_sites_holds_and_is_often_reached():
    reached = 0
    for seed in range(20):
        case = floored_case(seed, rows=9, sites=6, reachable=True)
        _, board = laid_out(case, "set_cover", {"cover_share": 0.7})
        plans = [np.array(s, dtype=np.int64) for s in site_sets(case.times.shape[1], case.fixed, case.forbidden, 6)]
        enough = [plan.size for plan in plans if board.keeps_floors(plan)]
        if enough and min(enough) > 1:
            bound, multipliers, prices = Fewest(board, min(enough) - 1, Clock(10.0)).climb(150, Clock(10.0))
            assert bound <= min(enough) + 1e-9, seed
            assert np.all(multipliers >= 0.0)
            assert np.all(prices >= 0.0)
            reached += np.ceil(bound - 1e-6) == min(enough)
    assert reached > 5


@pytest.mark.parametrize(("model", "options"), QUESTIONS)
def test_where_tables_of_moves_are_too_large_the_answer_is_a_true_statement_too(model, options, monkeypatch):
    monkeypatch.setattr(engine, "_TABLE", 0)
    found_some = 0
    for seed in range(0, 24, 2):
        case = floored_case(seed, rows=8, sites=6)
        limits = limits_of(model, case, seed)
        expected = best_of(case, model, **limits, **options)
        found = answer(case, model, effort=["first", "quick"][seed % 4 // 2], **limits, **options)
        is_true(found, case, model, limits, expected, seed)
        found_some += found.bound is not None and found.sites is not None
    assert found_some > 3


@pytest.mark.parametrize(("model", "options"), QUESTIONS)
def test_a_hurried_answer_with_floors_is_verified(model, options):
    for seed in (1, 2, 3):
        case = floored_case(seed, rows=9, sites=7, reachable=True)
        limits = limits_of(model, case, seed)
        found = solve(case.problem(), model, effort="first", p=limits.get("p"), **options)
        assert verify(case.problem(), found).faults == (), seed


def test_with_dear_sites_nobody_who_must_be_served_is_left_out():
    problem = LocationProblem(
        [0.0, 1.0, 1.0, 0.0, 1.0],
        [[2, 8, 4, 8, 16, 2], [2, 4, 2, np.inf, 4, 2], [np.inf, 2, np.inf, 2, 16, 4], [16, 4, 4, 4, 8, 2],
         [2, 8, 4, 8, 16, 2]],
        site_cost_yuan=[6.87, 45.83, 25.03, 8.17, 26.19, 14.3], forbidden=[4, 5],
        groups=[Group([2.0, 0.0, 3.0, 2.0, 1.0], 0.3)], threshold_min=[4.0, 10.0, 10.0, 4.0, 12.5],
    )  # fmt: skip
    for effort in ("first", "quick", "thorough"):
        found = solve(problem, "fixed_charge", p=1, effort=effort)
        assert found.sites == (1,)
        assert found.objective == pytest.approx(59.83)


def test_a_plan_to_begin_from_that_keeps_the_floors_is_not_lost():
    problem = floored_towns(5, 0.4)
    best = answer(problem, "max_coverage", p=5)
    again = answer(problem, "max_coverage", p=5, effort="first", start=best.sites)
    assert evaluate(problem, again.sites).covered_weight >= evaluate(problem, best.sites).covered_weight


def test_the_fewest_sites_for_a_group_equal_enumeration():
    for seed in range(12):
        case = floored_case(seed, rows=9, sites=6, reachable=True)
        _, board = laid_out(case, "max_coverage", {})
        sites = np.flatnonzero(~case.problem().closed_for_good).tolist()
        for g in range(len(board.needed)):
            enough = [
                len(chosen) for chosen in site_sets(case.times.shape[1], [], case.forbidden, len(sites))
                if board.shortfall(np.array(chosen, dtype=np.int64))[g] <= 0.0
            ]  # fmt: skip
            if board.needed[g] > 0.0 and enough:
                assert fewest_sites(board, g, sites, Clock(10.0)) == min(enough)


@pytest.mark.parametrize(("model", "options"), QUESTIONS)
def test_what_a_move_changes_is_what_it_is_said_to_change(model, options):
    for seed in range(8):
        case = floored_case(seed, rows=9, sites=7)
        _, board = laid_out(case, model, options)
        sites = np.union1d(board.fixed, np.flatnonzero(board.free)[::2]).astype(np.int64)
        moves = moves_from(board, sites)
        value = moves.value()
        covered = [moves.covered(g) for g in range(len(board.needed))]
        for a in range(moves.leaving.size + 1):
            for b in range(moves.entering.size + 1):
                after = moves.plan(a, b)
                assert board.value(after) - board.value(sites) == pytest.approx(value[a, b], abs=1e-6), seed
                gained = board.shortfall(sites) - board.shortfall(after)
                assert gained == pytest.approx([change[a, b] for change in covered])


def test_the_model_of_the_prices_lies_above_what_is_proven_and_its_best_point_is_found():
    board = board_of(floored_towns(4, 0.4), "max_coverage", Request(p=5, threshold_min=20.0))
    search = Prices(board)
    for sites in ([0, 1, 2, 3, 4], [3, 8, 11, 20, 25], [2, 9, 16, 23, 29]):
        assert search.meet(np.array(sites))
    assert not search.meet(np.array([0, 1, 2, 3, 4]))
    search.judge(search.best, 0.0)
    found = search.next()
    tried = np.random.default_rng(0).uniform(0.0, search.reach, (200, found.size))
    assert np.all(found >= 0.0)
    assert np.all(found <= search.best + search.reach + 1e-9)
    assert search.model(found) >= max(search.model(prices) for prices in tried) - 1e-9


def towns(seed, n=120, m=30):
    """Some villages in four quarters, ever fewer people in each, and who lives in which quarter."""
    dice = np.random.default_rng(seed)
    places, sites = dice.uniform(0, 100, (n, 2)), dice.uniform(5, 95, (m, 2))
    times = np.hypot(*(places[:, None] - sites[None]).transpose(2, 0, 1))
    quarter = 2 * (places[:, 0] > 50) + (places[:, 1] > 50)
    weight = dice.integers(1, 40, n) // (quarter + 1) + 1.0
    return weight, times, [np.where(quarter == k, weight, 0.0) for k in range(4)]


def floored_towns(seed, floor, **more):
    """A problem in which the floors of the last two quarters bind, with 5 sites and 20 minutes."""
    weight, times, held = towns(seed)
    return LocationProblem(weight, times, groups=[Group(g, floor) for g in held], threshold_min=20.0, **more)


@pytest.mark.parametrize("model", ["max_coverage", "p_median"])
def test_a_tighter_floor_never_makes_the_objective_better(model):
    before = None
    for floor in (0.05, 0.3, 0.45, 0.55):
        problem = floored_towns(1, floor)
        found = answer(problem, model, p=5)
        objective = evaluate(problem, found.sites, model=model).objective
        assert min(evaluate(problem, found.sites).group_shares) >= floor - 1e-9
        if before is not None:
            worse = -1.0 if MODELS[model].sense == "max" else 1.0
            assert worse * (objective - before) >= -1e-6 * before
        before = objective


def test_the_order_of_the_rows_does_not_matter():
    weight, times, held = towns(2)
    order = np.random.default_rng(0).permutation(weight.size)
    found = []
    for rows in (np.arange(weight.size), order):
        groups = [Group(g[rows] / 3.0, 0.3) for g in held]
        problem = LocationProblem(weight[rows] / 3.0, times[rows], groups=groups, threshold_min=25.0)
        found.append(answer(problem, "max_coverage", p=6, effort="quick").sites)
    assert found[0] == found[1]


def test_floors_that_cost_nothing_leave_the_answer_as_it_is():
    weight, times, held = towns(3)
    loose = LocationProblem(weight, times, groups=[Group(g, 0.01) for g in held[:1]], threshold_min=25.0)
    plain = LocationProblem(weight, times, groups=[Group(g, 0.0) for g in held[:1]], threshold_min=25.0)
    with_floors, without = (answer(problem, "max_coverage", p=6) for problem in (loose, plain))
    assert with_floors.bound == without.bound
    assert with_floors.reason == without.reason == ""


def test_a_floor_out_of_reach_of_all_sites_names_its_group():
    weight, times, held = towns(4)
    problem = LocationProblem(
        weight, times, groups=[Group(held[0], 0.1), Group(held[3], 1.0), Group(held[1], 0.0)], threshold_min=10.0
    )
    found = answer(problem, "p_median", p=6)
    assert found.sites is None
    assert found.bound is None
    assert found.reason == "all allowed sites together do not reach the floors of these groups: 1."


def test_a_share_of_everybody_out_of_reach_is_said():
    problem = LocationProblem([1.0, 1.0], [[1.0], [50.0]], threshold_min=10.0)
    found = answer(problem, "set_cover", cover_share=0.6)
    assert (found.sites, found.bound) == (None, None)
    assert "share of the weight" in found.reason


def test_floors_too_high_for_so_few_sites_are_proven_impossible():
    times = np.where(np.eye(4, dtype=bool), 1.0, 50.0)
    groups = [Group(row, 1.0) for row in np.eye(4)]
    problem = LocationProblem(np.ones(4), times, groups=groups, threshold_min=10.0)
    found = answer(problem, "max_coverage", p=3)
    assert (found.sites, found.bound) == (None, None)
    assert found.reason == "no choice of 3 sites keeps the floors of all groups."
    assert answer(problem, "max_coverage", p=4).sites == (0, 1, 2, 3)


def test_the_certificate_names_the_prices_of_the_floors():
    found = answer(floored_towns(8, 0.5), "max_coverage", p=5, effort="quick")
    assert len(found.certificate.group_prices) == 4
    assert max(found.certificate.group_prices) > 0.0
    assert found.certificate.bound == found.bound


def test_no_time_gives_no_false_claim():
    problem = floored_towns(6, 0.4)
    exact = answer(problem, "max_coverage", p=5)
    hurried = answer(problem, "max_coverage", p=5, time_limit_s=1e-9)
    assert hurried.bound >= exact.bound
    assert hurried.sites is None or evaluate(problem, hurried.sites, model="max_coverage").objective <= exact.bound


def test_an_interrupt_returns_the_best_so_far(monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("optimizers.floors.engine.guess_prices", stop)
    found = answer(floored_towns(8, 0.5), "max_coverage", p=5)
    assert found.reason == "interrupted."
    assert found.sites


def group_of_towns():
    """A board with floors, and the sites near its last group."""
    board = board_of(floored_towns(4, 0.4), "max_coverage", Request(p=5, threshold_min=20.0))
    return board, 3, np.flatnonzero(board.free).tolist()


def test_an_interrupt_while_fewest_sites_are_counted_is_passed_on(monkeypatch):
    stopped = SolverReport(False, False, False, None, 2.0, "interrupted", interrupted=True)
    monkeypatch.setattr("optimizers.floors.exact.run", lambda *_, **__: stopped)
    with pytest.raises(KeyboardInterrupt):
        fewest_sites(*group_of_towns(), Clock(10.0))


def test_the_fewest_sites_are_counted_in_so_many_nodes_and_not_in_so_many_seconds(monkeypatch):
    limits = {}

    def remember(_, **given):
        limits.update(given)
        return SolverReport(False, False, False, None, 2.0, "node limit")

    monkeypatch.setattr("optimizers.floors.exact.run", remember)
    assert fewest_sites(*group_of_towns(), Clock(500.0)) == 2.0
    assert limits["time_limit_s"] > 400.0
    assert limits["node_limit"] < 1000


@pytest.mark.parametrize(("model", "options"), QUESTIONS)
def test_a_thorough_answer_on_a_large_board_goes_on_and_is_a_true_statement(model, options, monkeypatch):
    monkeypatch.setattr(engine, "_TABLE", 0)
    for seed in range(0, 12, 2):
        case = floored_case(seed, rows=8, sites=6)
        limits = limits_of(model, case, seed)
        expected = best_of(case, model, **limits, **options)
        found = answer(case, model, effort="thorough", time_limit_s=1.0, **limits, **options)
        if found.bound is None:
            assert expected is None, seed
            continue
        assert found.reason in ("", engine._TOO_LARGE, engine._OVER), seed
        if expected is not None:
            worse = 1.0 if MODELS[model].sense == "max" else -1.0
            assert worse * (found.bound - expected) >= -1e-6 * max(1.0, abs(expected)), seed
        if found.sites is not None:
            assert case.keeps_floors(found.sites), seed
            assert case.is_within(found.sites, **limits), seed


@pytest.mark.parametrize("model", ["max_coverage", "p_median"])
def test_on_a_large_board_who_asks_for_a_proof_gets_no_worse_bound_than_who_does_not(model, monkeypatch):
    monkeypatch.setattr(engine, "_TABLE", 0)
    problem = floored_towns(1, 0.45)
    quick, thorough = (answer(problem, model, p=5, effort=effort) for effort in ("quick", "thorough"))
    worse = 1.0 if MODELS[model].sense == "max" else -1.0
    assert worse * (quick.bound - thorough.bound) >= 0.0
    assert quick.reason == "stopped after search and bound, as effort 'quick' asks."
    assert thorough.reason in ("", "what remains is too large to finish exactly.")


def test_on_a_large_board_a_thorough_answer_uses_the_time_that_it_has(monkeypatch):
    monkeypatch.setattr(engine, "_TABLE", 0)
    monkeypatch.setattr(engine, "_VAIN", 10**9)
    clock = Clock(2.0)
    found = answer(floored_towns(4, 0.4), "max_coverage", p=5, time_limit_s=2.0)
    assert found.reason == "the time limit was reached."
    assert 2.0 <= clock.used_s < 4.0


@pytest.mark.parametrize("model", ["max_coverage", "p_median"])
def test_a_bound_that_has_passed_the_plan_is_no_proof_but_a_fault(model):
    problem = floored_towns(4, 0.4)
    asked = check_request(problem, model, Request(p=5, threshold_min=20.0), MODELS)
    board = board_of(problem, model, asked)
    run = engine._Run(problem, model, asked, Clock(10.0), board)
    plan = np.array([0, 1, 2, 3, 4])
    run.best = Kept(plan, board.value(plan))
    objective = board.objective(run.best.value)
    beyond = -1.0 if MODELS[model].sense == "max" else 1.0
    run.bound = objective * (1.0 + beyond * 1e-9)
    assert run.finding("").bound == run.bound
    run.bound = objective * (1.0 + beyond * 1e-3)
    with pytest.raises(ArithmeticError, match=f"{run.bound:.17g} has passed the plan, which has {objective:.17g}"):
        run.finding("")

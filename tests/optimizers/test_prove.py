"""What is proven is true, whatever the search finds, whenever it is stopped, and can be added up again by hand."""

import numpy as np
import pytest
from location_oracle import Case, best_of
from median_cases import OPTIONS, POSES, AddedUp, limits_of, pose, random_case, request_of

from optimizers import LocationProblem
from optimizers import prove as engine
from optimizers.certificate import Branch, BySolver, Fix
from optimizers.clock import Clock
from optimizers.incumbent import is_plan, rules_out_all, whole_bound
from optimizers.median.core import Core
from optimizers.median.pose import pose_p_median
from optimizers.prove import prove, within_limits
from optimizers.relaxation import plan_of
from optimizers.request import Request
from optimizers.solvers.report import SolverReport

NOBODY = np.zeros(0, dtype=np.int64)


def asked(seed, model, **more):
    case, limits = random_case(seed), limits_of(seed, model)
    core = pose(case, model, request_of(model, **limits))
    proof = prove(core, request_of(model, **limits, **more), Clock(60.0), record=True)
    return case, limits, core, proof, best_of(case, model, **limits, **OPTIONS[model])


def is_true(case, limits, core, proof, best):
    """The plan is one, no better than the best, and the bound no higher."""
    if best is None:
        assert not is_plan(core, proof.plan)
        return
    sites = sorted({*core.opened, *proof.plan.sites.tolist()})
    assert case.is_within(sites, **limits)
    assert core.objective(proof.lower) <= best + 1e-6 * abs(best)
    if is_plan(core, proof.plan):
        assert core.objective(proof.plan.value) >= best - 1e-6 * abs(best)


@pytest.mark.parametrize("model", POSES)
@pytest.mark.parametrize("seed", range(60))
def test_a_thorough_proof_is_the_optimum_of_brute_force(seed, model):
    case, limits, core, proof, best = asked(seed, model)
    is_true(case, limits, core, proof, best)
    assert proof.reason == ""
    if best is None:
        assert rules_out_all(core, proof.lower)
    else:
        assert core.objective(proof.plan.value) == pytest.approx(best, rel=1e-6, abs=1e-9)
        assert core.objective(proof.lower) == pytest.approx(best, rel=1e-5, abs=1e-9)


@pytest.mark.parametrize("model", POSES)
@pytest.mark.parametrize("effort", ["first", "quick"])
@pytest.mark.parametrize("seed", range(10))
def test_less_effort_is_as_true(seed, effort, model):
    case, limits, core, proof, best = asked(seed, model, effort=effort)
    is_true(case, limits, core, proof, best)


@pytest.mark.parametrize("seed", range(60))
def test_the_steps_of_a_proof_add_up_to_its_bound(seed):
    case, limits, core, proof, best = asked(seed, "p_median")
    if best is None:
        return
    bound = AddedUp(case, **limits).bound(proof.certificate_tree)
    claimed = core.objective(proof.lower)
    step = abs(core.sign) if core.integral else 0.0
    assert claimed <= bound + 1e-9 * abs(bound) + step * (1 - 1e-7)


def test_tampered_multipliers_no_longer_add_up():
    case, core = hard_core(p=2, m=7)
    proof = prove(core, Request(p=2), Clock(60.0), record=True)
    assert AddedUp(case, 2).bound(proof.certificate_tree) > proof.plan.value - 1.0
    waiting = [proof.certificate_tree]
    while waiting:
        step = waiting.pop()
        waiting += [getattr(step, name) for name in ("then", "if_open", "if_closed") if hasattr(step, name)]
        if hasattr(step, "multipliers"):
            step.multipliers[:5] = 0.0
    assert AddedUp(case, 2).bound(proof.certificate_tree) < proof.plan.value - 1.0


def hard_case(seed=0, n=60, m=24):
    dice = np.random.default_rng(seed)
    return Case(dice.integers(1, 9, n).astype(float), np.rint(dice.uniform(0, 99, (n, m))))


def hard_core(p=6, **size):
    case = hard_case(**size)
    return case, pose_p_median(case.problem(), Request(p=p))


@pytest.fixture
def blind(monkeypatch):
    """A search that always proposes to open nothing."""

    def nothing(core, starts, *, share, seed, clock):
        return plan_of(core, NOBODY)

    monkeypatch.setattr(Core, "search", nothing)


@pytest.mark.usefixtures("blind")
@pytest.mark.parametrize("seed", range(12))
def test_without_search_the_tree_still_finds_and_proves_the_optimum(seed):
    _, _, core, proof, best = asked(seed, "p_median")
    if best is None:
        assert rules_out_all(core, proof.lower)
    else:
        assert core.objective(proof.plan.value) == pytest.approx(best, rel=1e-6)
        assert core.objective(proof.lower) == pytest.approx(best, rel=1e-5)


@pytest.mark.usefixtures("blind")
def test_no_plan_and_no_proof_is_neither_plan_nor_proof():
    core = pose_p_median(hard_case().problem(), Request(p=6))
    proof = prove(core, Request(p=6, effort="first"), Clock(60.0))
    assert not rules_out_all(core, proof.lower)
    assert proof.reason == "stopped after search and bound, as effort 'first' asks."


def heard_before(core, request):
    heard = []
    prove(core, request_with(request, heard.append), Clock(60.0))
    return heard


def request_with(request, progress):
    return Request(p=request.p, effort=request.effort, progress=progress)


def test_an_interrupt_at_any_moment_returns_the_best_so_far():
    _, core = hard_core()
    exact = prove(core, Request(p=6), Clock(60.0)).plan.value
    sentences = heard_before(core, Request(p=6))
    assert len(sentences) >= 3
    values = []
    for stop in range(len(sentences)):
        heard = []

        def interrupt(sentence, stop=stop, heard=heard):
            heard.append(sentence)
            if len(heard) == stop + 1:
                raise KeyboardInterrupt

        proof = prove(core, Request(p=6, progress=interrupt), Clock(60.0), record=True)
        assert proof.reason == "interrupted."
        assert proof.lower <= exact * (1 + 1e-9)
        values.append(proof.plan.value)
    assert values[1] < core.penalty
    assert values == sorted(values, reverse=True)


def test_an_interrupt_inside_the_tree_leaves_a_true_bound(monkeypatch):
    _, core = hard_core()
    exact = prove(core, Request(p=6), Clock(60.0)).plan.value
    climbs, climb = [], Core.climb

    def interrupted(self, *arguments):
        climbs.append(self)
        if len(climbs) == 40:
            raise KeyboardInterrupt
        return climb(self, *arguments)

    monkeypatch.setattr(Core, "climb", interrupted)
    proof = prove(core, Request(p=6), Clock(60.0), record=True)
    assert len(climbs) == 40
    assert proof.reason == "interrupted."
    assert 0.9 * exact < proof.lower <= exact
    assert proof.certificate_tree is not None


def test_a_clock_that_is_up_leaves_a_plan_and_a_true_bound():
    _, core = hard_core()
    exact = prove(core, Request(p=6), Clock(60.0)).plan.value
    proof = prove(core, Request(p=6), Clock(1e-9))
    assert proof.plan.value < core.penalty
    assert proof.lower <= exact
    assert "time limit" in proof.reason


def test_the_gap_asked_for_is_kept():
    _, core = hard_core()
    exact = prove(core, Request(p=6), Clock(60.0)).plan.value
    proof = prove(core, Request(p=6, gap=0.05), Clock(60.0))
    assert proof.lower <= exact <= proof.plan.value
    assert proof.plan.value - proof.lower <= 0.05 * proof.plan.value


def test_a_start_is_never_made_worse():
    _, core = hard_core()
    best = prove(core, Request(p=6), Clock(60.0)).plan
    again = prove(core, Request(p=6, effort="first", start=tuple(best.sites.tolist())), Clock(60.0))
    assert again.plan.value == best.value


@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_the_demand_rows_does_not_matter(seed):
    case = hard_case(seed)
    order = np.random.default_rng(seed).permutation(60)
    proofs = [
        prove(pose_p_median(LocationProblem(weight, times), Request(p=6)), Request(p=6), Clock(60.0), record=True)
        for weight, times in ((case.weight, case.times), (case.weight[order], case.times[order]))
    ]
    assert np.array_equal(proofs[0].plan.sites, proofs[1].plan.sites)
    assert proofs[0].lower == proofs[1].lower


@pytest.mark.parametrize(("bound", "expected"), [(3.2, 4.0), (3.0000000001, 3.0), (2.9999999999, 3.0), (99.0, 10.0)])
def test_a_bound_on_whole_numbers_is_rounded_up_but_never_past_the_plan(bound, expected):
    problem = LocationProblem([10.0], [[1.0]], unserved_cost=1.0)
    core = pose_p_median(problem, Request(p=1))
    plan = plan_of(core, NOBODY)
    assert plan.value == 10.0
    assert whole_bound(core, bound, plan) == expected


def test_a_bound_on_fractions_is_not_rounded():
    core = pose_p_median(LocationProblem([9.5], [[1.0]], unserved_cost=1.0), Request(p=1))
    assert whole_bound(core, 3.2, plan_of(core, NOBODY)) == 3.2


def test_a_plan_is_cut_to_what_is_free_and_fits():
    core = pose_p_median(LocationProblem(np.ones(4), np.ones((4, 4)), fixed_open=[1]), Request(p=3))
    assert within_limits(core, np.array([0, 1, 2, 3])).tolist() == [0, 2]


def test_a_tree_that_does_not_get_on_hands_over_to_the_solver(monkeypatch):
    _, core = hard_core(m=30)
    exact = prove(core, Request(p=6), Clock(60.0))
    monkeypatch.setattr(engine, "_AT_LEAST", (1, 1))
    monkeypatch.setattr(engine, "_AT_MOST", (1e-9, 1e-9))
    proof = prove(core, Request(p=6), Clock(60.0), record=True)
    assert "through PuLP" in proof.solver
    assert proof.plan.value == proof.lower == exact.plan.value
    assert proof.reason == ""
    assert isinstance(innermost(proof.certificate_tree), BySolver)


def innermost(step):
    while isinstance(step, Fix):
        step = step.then
    return step


def test_where_the_solver_does_not_finish_the_tree_goes_on(monkeypatch):
    _, core = hard_core(m=30)
    exact = prove(core, Request(p=6), Clock(60.0)).plan.value
    monkeypatch.setattr(engine, "_AT_LEAST", (1, 1))
    monkeypatch.setattr(engine, "_AT_MOST", (1e-9, 1e-9))
    nothing = SolverReport(False, False, False, None, -1.0, "Time limit reached")
    monkeypatch.setattr(engine, "run", lambda *arguments, **named: nothing)
    proof = prove(core, Request(p=6), Clock(60.0), record=True)
    assert proof.plan.value == proof.lower == exact
    assert isinstance(innermost(proof.certificate_tree), Branch)


def test_a_core_too_large_for_a_tree_is_bounded_and_searched_while_there_is_time(monkeypatch):
    _, core = hard_core(m=30)
    exact = prove(core, Request(p=6), Clock(60.0)).plan.value
    monkeypatch.setattr(engine, "_TREE_PAIRS", 0)
    monkeypatch.setattr(engine, "_MIP_PAIRS", 0)
    heard = []
    proof = prove(core, Request(p=6, progress=heard.append), Clock(1.0))
    assert proof.lower <= exact <= proof.plan.value
    assert len(heard) > 5
    assert all("round" in sentence for sentence in heard[1:])
    assert proof.reason == "the time limit was reached."

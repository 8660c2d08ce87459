"""Whatever is touched, for every model: a changed number shows, and a careful forger's claims are not proven."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from optimizers import MODELS, LocationProblem, Solution, evaluate, solve, verify
from optimizers.certificate import Branch, BySolver, Certificate, Fix, Full, Leaf, digest_of
from optimizers.equity import kappa_of
from optimizers.solution import relative_gap
from optimizers.verification import problem_digest

N, M = 12, 7
COVERING = ("max_coverage", "backup_coverage", "capacitated_coverage")
PLANNED = ("capacitated_coverage", "capacitated_p_median", "capacitated_fixed_charge")
QUESTIONS = {
    "max_coverage": {"p": 2, "threshold_min": 15.0},
    "set_cover": {"threshold_min": 25.0},
    "p_median": {"p": 3},
    "p_center": {"p": 3},
    "backup_coverage": {"p": 3, "threshold_min": 20.0, "backup_share": 0.3},
    "capacitated_coverage": {"p": 2, "threshold_min": 25.0},
    "capacitated_p_median": {"p": 3},
    "fixed_charge": {"yuan_per_time": 0.5},
    "capacitated_fixed_charge": {"yuan_per_time": 0.5},
    "kolm_pollak": {"p": 3, "aversion": 1.5},
    "lexicographic": {"p": 3, "depth": 2},
}
ALL = [(name, {}) for name in QUESTIONS]
ALL += [(name, {"choice": "nearest"}) for name in PLANNED] + [("lexicographic", {"levels": (20.0, 10.0)})]
NAMES = [" ".join((name, *map(str, more.values()))) for name, more in ALL]
every_model = pytest.mark.parametrize(("model", "more"), ALL, ids=NAMES)


class Town:
    """A problem, its honest best solution, and the honest best solution without one of its sites, which is worse."""

    def __init__(self, model, more):
        self.model, self.asked = model, {**QUESTIONS[model], **more}
        for seed in range(100):
            rng = np.random.default_rng(seed)
            self.problem = LocationProblem(
                rng.integers(1, 30, N).astype(float), np.round(rng.uniform(1, 50, (N, M)), 1),
                site_cost_yuan=rng.integers(50, 400, M).astype(float), capacity=rng.integers(70, 160, M).astype(float),
            )  # fmt: skip
            self.honest = solve(self.problem, model, **self.asked)
            if self.honest.status != "optimal":
                continue
            for site in self.honest.sites:
                self.site = site
                self.smaller = replace(self.problem, forbidden=[site])
                self.worse = solve(self.smaller, model, **self.asked)
                if self.worse.status == "optimal" and self.worse.objective != self.honest.objective:
                    return
        raise AssertionError(f"no town for {model}")

    def sealed(self, solution, **parts):
        """The solution with changes in its certificate and both digests made anew, as a careful forger would."""
        certificate = replace(solution.certificate or Certificate(solution.bound, None), **parts)
        made = problem_digest(
            self.problem, self.model, p=solution.p, budget_yuan=solution.budget_yuan,
            threshold_min=solution.threshold_min, options=solution.options,
        )  # fmt: skip
        named = replace(certificate, problem_digest=made)
        return replace(solution, certificate=replace(named, digest=digest_of(named)))

    def value(self, objective):
        """An objective in the unit of the minimised value."""
        total = float(self.problem.weight.sum())
        if self.model in COVERING:
            return total - objective
        if self.model == "kolm_pollak":
            return total * float(np.exp(kappa_of(self.problem, self.asked["aversion"]) * objective))
        return objective

    def is_beyond_truth(self, bound):
        """Whether a bound rules out the best plan."""
        best, hair = self.honest.objective, 2e-6 * (1.0 + abs(self.honest.objective))
        return bound < best - hair if self.model in COVERING else bound > best + hair


@cache
def town(model, more):
    return Town(model, dict(more))


def built(model, more):
    return town(model, tuple(sorted(more.items())))


def test_every_model_is_here():
    assert set(QUESTIONS) == set(MODELS)


@every_model
def test_the_honest_solution_is_accepted(model, more):
    here = built(model, more)
    assert verify(here.problem, here.honest).faults == ()
    assert verify(here.smaller, here.worse).faults == ()
    assert isinstance(here.honest, Solution)


PROBLEMS = {
    "a weight": lambda p: replace(p, weight=p.weight + np.eye(N)[3]),
    "a travel time": lambda p: replace(p, travel_time_min=p.travel_time_min.toarray() + 0.1 * np.eye(N, M)),
    "a capacity": lambda p: replace(p, capacity=p.capacity + np.eye(M)[2]),
    "a cost": lambda p: replace(p, site_cost_yuan=p.site_cost_yuan + np.eye(M)[2]),
    "a lock": lambda p: replace(p, forbidden=[6]),
    "another threshold": lambda p: replace(p, threshold_min=3.0),
    "a price": lambda p: replace(p, unserved_cost=49.0),
}


@pytest.mark.parametrize("name", PROBLEMS)
@every_model
def test_a_touched_problem_shows(model, more, name):
    here = built(model, more)
    if here.honest.certificate is None:
        pytest.skip("levels that were given are asked again, not certified")
    faults = verify(PROBLEMS[name](here.problem), here.honest).faults
    assert "the certificate was made for another problem or question." in faults


def put_below(put, at, name, new):
    return put(replace(at, **{name: new}))


def steps_of(step):
    """A step and all below it, with a function that puts another one in its place."""
    waiting = [(step, lambda new: new)]
    while waiting:
        at, put = waiting.pop()
        yield at, put
        for name in ("then", "if_open", "if_closed"):
            if hasattr(at, name):
                waiting.append(
                    (getattr(at, name), lambda new, at=at, put=put, name=name: put(replace(at, **{name: new})))
                )


@every_model
def test_a_touched_multiplier_shows_and_proves_no_more_than_the_truth(model, more):
    here = built(model, more)
    if here.honest.certificate is None:
        pytest.skip("levels that were given are asked again, not certified")
    certificate = here.honest.certificate
    for step, put in list(steps_of(certificate.step))[:2]:
        if not isinstance(step, Leaf | Fix):
            continue
        old = step.multipliers
        for row, changed in ((0, 0.0), (3, 1.5 * old[3] + 1.0), (5, -old[5]), (7, np.nan), (9, np.inf)):
            multipliers = old.copy()
            multipliers[row] = changed
            if multipliers.tobytes() == old.tobytes():
                continue
            tree = put(replace(step, multipliers=multipliers))
            forged = replace(here.honest, certificate=replace(certificate, step=tree))
            sentence = "some number of the certificate was changed after it was made."
            assert sentence in verify(here.problem, forged).faults
            verdict = verify(here.problem, here.sealed(forged))
            assert verdict.bound is None or not here.is_beyond_truth(verdict.bound)
            assert not verdict.accepted or verdict.bound == pytest.approx(here.honest.bound, rel=1e-6)


def ruling_out(here, step):
    """What a certificate holds besides the step, for the models that rule out a time."""
    if here.model not in ("p_center", "lexicographic") or "levels" in here.asked:
        return {"step": step}
    times = here.problem.travel_time_min.data
    return {"step": step, "threshold_min": float(times[times < here.worse.objective].max())}


def multipliers_of(step):
    return next((at.multipliers for at, _ in steps_of(step) if isinstance(at, Leaf | Fix)), np.zeros(N))


TREES = {
    "the proof of a smaller question": lambda here, step: step,
    "a site closed without a reason": lambda here, step: Fix(multipliers_of(step), (), (here.site,), step),
    "half of a branch called full": lambda here, step: Branch(here.site, Full(), step),
    "half of a branch left to a wrong claim": lambda here, step: Branch(here.site, BySolver(1e300, "forged"), step),
    "half of a branch without multipliers": lambda here, step: Branch(here.site, Leaf(np.zeros(N)), step),
    "a site both open and closed": lambda here, step: Fix(np.zeros(N), (here.site,), (here.site,), step),
    "a solver's word": lambda here, step: BySolver(here.value(here.worse.objective), "forged"),
    "nothing": lambda here, step: None,
}


@pytest.mark.parametrize("name", TREES)
@every_model
def test_a_plan_that_is_not_the_best_is_never_proven_optimal(model, more, name):
    here = built(model, more)
    honest_step = here.worse.certificate.step if here.worse.certificate else Leaf(np.zeros(N))
    parts = ruling_out(here, TREES[name](here, honest_step))
    verdict = verify(here.problem, here.sealed(here.worse, **parts))
    assert not verdict.accepted
    assert any("proven" in fault or "better plan exists" in fault or "full" in fault for fault in verdict.faults)


@every_model
def test_sites_struck_off_without_reason_prove_nothing(model, more):
    here = built(model, more)
    other = next(j for j in range(M) if j not in here.honest.sites)
    step = here.worse.certificate.step if here.worse.certificate else None
    parts = ruling_out(here, step)
    assert not verify(here.problem, here.sealed(here.worse, dominated=((here.site, other),), **parts)).accepted


CLAIMS = {
    "the worse plan with the best one's numbers": lambda here: {"sites": here.worse.sites},
    "a plan with one site swapped": lambda here: {"sites": swapped(here)},
    "an objective": lambda here: {"objective": here.honest.objective * 1.01},
    "a bound": lambda here: {"bound": here.honest.bound * (0.9 if here.model in COVERING else 1.1)},
    "a gap": lambda here: {"gap": 0.1},
    "feasible only": lambda here: {"status": "feasible"},
    "no plan": lambda here: {"status": "infeasible", "sites": (), "objective": None, "bound": None, "gap": None},
    "a plan that is unknown": lambda here: {"status": "unknown"},
}


def swapped(here):
    """The best plan with one site exchanged for another such that it is worth something else."""
    for leave in here.honest.sites:
        for enter in set(range(M)) - set(here.honest.sites):
            sites = tuple(sorted({*here.honest.sites, enter} - {leave}))
            options = here.honest.options
            worth = evaluate(here.problem, sites, model=here.model, threshold_min=here.honest.threshold_min, **options)
            if worth.objective != here.honest.objective:
                return sites
    raise AssertionError("all plans are worth the same")


@pytest.mark.parametrize("name", CLAIMS)
@every_model
def test_a_wrong_claim_is_rejected(model, more, name):
    here = built(model, more)
    if here.honest.objective == 0.0 and name in ("an objective", "a bound"):
        pytest.skip("nothing of nothing is nothing")
    assert not verify(here.problem, here.sealed(replace(here.honest, **CLAIMS[name](here)))).accepted


@every_model
def test_another_question_shows(model, more):
    here = built(model, more)
    if here.honest.certificate is None:
        pytest.skip("levels that were given are asked again, not certified")
    other = "p_median" if model != "p_median" else "p_center"
    for change in ({"p": 4}, {"budget_yuan": 1e6}, {"model": other}, {"options": {**here.honest.options, "depth": 1}}):
        faults = verify(here.problem, replace(here.honest, **change)).faults
        assert "the certificate was made for another problem or question." in faults


@pytest.mark.parametrize("model", PLANNED)
def test_a_touched_allocation_is_rejected(model):
    here = built(model, {})
    table = here.honest.allocation.tolil()
    i, j = (int(k[0]) for k in table.nonzero())
    closed = next(k for k in range(M) if k not in here.honest.sites)
    for at, amount in (((i, j), 0.0), ((i, j), 1e4), ((i, j), -1.0), ((i, closed), 1.0), ((i, j), np.nan)):
        touched = table.copy()
        touched[at] = amount
        assert not verify(here.problem, replace(here.honest, allocation=touched.tocsr())).accepted, (at, amount)
    assert not verify(here.problem, replace(here.honest, allocation=None)).accepted


@pytest.mark.parametrize("more", [{}, {"levels": (20.0, 10.0)}])
def test_touched_levels_are_rejected(more):
    here = built("lexicographic", more)
    levels = here.honest.levels
    for k, level in enumerate(levels):
        for change in (
            {"weight_beyond": level.weight_beyond + 1.0}, {"minutes": level.minutes + 1.0},
            {"bound": level.bound + 1.0}, {"bound": level.bound - 1.0}, {"status": "feasible"},
        ):  # fmt: skip
            touched = (*levels[:k], replace(level, **change), *levels[k + 1 :])
            assert not verify(here.problem, replace(here.honest, levels=touched)).accepted, (k, change)
    for fewer in ((), levels[:-1]):
        assert not verify(here.problem, replace(here.honest, levels=fewer)).accepted


@pytest.mark.parametrize("more", [{}, {"levels": (20.0, 10.0)}])
def test_touched_levels_of_very_many_people_are_rejected(more):
    """What counts is the level, not how many there are of all."""
    here = built("lexicographic", more)
    problem = replace(here.problem, weight=here.problem.weight * 1e8)
    honest = solve(problem, "lexicographic", **here.asked)
    assert honest.status == "optimal"
    assert verify(problem, honest).faults == ()
    for k, level in enumerate(honest.levels):
        for bound in (0.0, 0.999 * level.bound, 1.001 * level.bound):
            if bound == level.bound:
                continue  # nothing of nothing is nothing
            touched = (*honest.levels[:k], replace(level, bound=bound), *honest.levels[k + 1 :])
            faults = verify(problem, replace(honest, levels=touched)).faults
            assert any(f"level {k} is called optimal" in fault for fault in faults), (k, bound)


def test_a_village_beside_a_city_is_not_lost_in_its_rounding():
    problem = LocationProblem([1e9, 300.0, 500.0], [[1.0, 1.0], [5.0, 30.0], [30.0, 5.0]])
    best = solve(problem, "lexicographic", p=1, levels=(20.0, 10.0))
    assert [level.weight_beyond for level in best.levels] == [300.0, 300.0]
    assert verify(problem, best).faults == ()
    levels = tuple(replace(level, weight_beyond=500.0) for level in best.levels)
    for bound in (0.0, 300.0, 500.0):
        claimed = tuple(replace(level, bound=bound) for level in levels)
        worse = replace(best, sites=(0,), objective=500.0, bound=bound, gap=relative_gap(500.0, bound), levels=claimed)
        assert not verify(problem, worse).accepted, bound


def test_an_unproven_level_keeps_the_whole_from_being_optimal():
    here = built("lexicographic", {})
    last = here.honest.levels[-1]
    unsure = (*here.honest.levels[:-1], replace(last, status="feasible", bound=0.0))
    assert not verify(here.problem, replace(here.honest, levels=unsure)).accepted
    assert verify(here.problem, replace(here.honest, levels=unsure, status="feasible")).accepted

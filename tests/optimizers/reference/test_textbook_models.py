"""Each reference model, solved as it stands, equals enumeration by the words of the model."""

import numpy as np
import pytest
from location_oracle import best_of, nearest, random_case, site_sets, some_p, value_of

from optimizers import MODELS, evaluate
from optimizers.problem import ProblemError
from optimizers.reference import BUILDERS, reference_model
from optimizers.solvers import run

ASKED = {
    "max_coverage": [{}],
    "set_cover": [{}, {"cover_share": 0.6}],
    "p_median": [{}],
    "p_center": [{}],
    "backup_coverage": [{}, {"backup_share": 0.9}],
    "capacitated_coverage": [{"choice": "planned"}, {"choice": "nearest"}],
    "capacitated_p_median": [{"choice": "planned"}, {"choice": "nearest"}],
    "fixed_charge": [{}, {"yuan_per_time": 0.25}],
    "capacitated_fixed_charge": [{"choice": "planned"}, {"choice": "nearest", "yuan_per_time": 2.0}],
    "kolm_pollak": [{}, {"aversion": 0.2}],
    "lexicographic": [{}, {"levels": (10.0, 5.0)}],
}
QUESTIONS = [(model, options) for model, rows in ASKED.items() for options in rows]
SEEDS = range(12)


def case_of(model, options, seed):
    """A tiny case that the model may be asked about."""
    floors = 2 if MODELS[model].floors and seed % 2 == 0 else 0
    case = random_case(seed, groups=floors)
    free = model in ("p_center", "lexicographic", "set_cover") or options.get("choice") == "nearest"
    return case if not free else type(case)(**{**case.__dict__, "unserved": None})


def limits_of(model, case, seed):
    """A number of sites where the model takes one, and sometimes a budget too."""
    row = MODELS[model]
    limits = {"p": some_p(case, seed)} if "p" in (*row.required, *row.any_of, *row.optional) else {}
    if "budget_yuan" in row.any_of and seed % 4 == 0:
        limits["budget_yuan"] = 40.0
    return limits


def asked_of(model, case, options):
    uses_threshold = "threshold_min" in MODELS[model].required or case.groups
    return options | ({"threshold_min": case.threshold} if uses_threshold else {})


def expected_of(model, case, limits, options):
    return best_of(case, model, p=limits.get("p"), budget=limits.get("budget_yuan"), **options)


@pytest.mark.parametrize(("model", "options"), QUESTIONS)
def test_a_reference_model_equals_enumeration(model, options):
    for seed in SEEDS:
        case = case_of(model, options, seed)
        limits = limits_of(model, case, seed)
        built = reference_model(case.problem(), model, **limits, **asked_of(model, case, options))
        report = run(built.lp, time_limit_s=20)
        expected = expected_of(model, case, limits, options)
        if expected is None:
            assert report.infeasible, (seed, report)
            continue
        assert report.proven, seed
        assert built.objective(report.objective) == pytest.approx(expected, rel=1e-6, abs=1e-6), seed
        sites = built.chosen().tolist()
        assert value_of(case, model, sites, **options) == pytest.approx(expected, rel=1e-6, abs=1e-6), seed
        assert set(case.fixed) <= set(sites)
        assert not set(case.forbidden) & set(sites)


@pytest.mark.parametrize(("model", "options"), QUESTIONS)
def test_a_cutoff_just_beyond_the_best_leaves_no_plan(model, options):
    for seed in (1, 2, 4):
        case = case_of(model, options, seed)
        limits = limits_of(model, case, seed)
        best = expected_of(model, case, limits, options)
        if best is None:
            continue
        worse = -1.0 if MODELS[model].sense == "max" else 1.0
        asked = asked_of(model, case, options)
        for shift, possible in ((0.01 * worse, True), (-0.01 * worse, False)):
            if best + shift < 0 and MODELS[model].sense == "min":
                continue  # nothing is below zero, and no exponential of it is asked for
            built = reference_model(case.problem(), model, cutoff=best + shift, **limits, **asked)
            report = run(built.lp, time_limit_s=20)
            assert report.infeasible is not possible, (seed, shift)


def test_a_level_is_sought_while_those_before_it_keep_what_they_reached():
    for seed in SEEDS:
        case = case_of("lexicographic", {}, seed)
        p, levels, reached = some_p(case, seed), (12.5, 5.0, 0.0), []
        for _ in levels:
            built = reference_model(case.problem(), "lexicographic", p=p, levels=levels, reached=tuple(reached))
            reached.append(round(run(built.lp, time_limit_s=20).objective, 6))
        plans = site_sets(case.times.shape[1], case.fixed, case.forbidden, p)
        own = [nearest(case.times, sites) for sites in plans]
        assert reached == min([case.weight[times > minutes].sum() for minutes in levels] for times in own), seed


def test_sites_can_be_fixed_besides_those_of_the_problem():
    case = random_case(3, reachable=True)
    free = [j for j in range(case.times.shape[1]) if j not in case.fixed and j not in case.forbidden]
    built = reference_model(case.problem(), "max_coverage", threshold_min=12.5, opened=free[:1], closed=free[1:])
    run(built.lp, time_limit_s=20)
    assert built.chosen().tolist() == sorted(case.fixed + free[:1])


@pytest.mark.parametrize("model", ["max_coverage", "set_cover", "p_median", "capacitated_p_median"])
def test_another_solver_reads_the_models_too(model):
    for seed in (8, 9):
        case = case_of(model, {}, seed)
        limits = limits_of(model, case, 1)
        built = reference_model(case.problem(), model, **limits, **asked_of(model, case, {}))
        report = run(built.lp, time_limit_s=20, solver="cbc")
        best = expected_of(model, case, limits, {})
        assert report.infeasible is (best is None)
        if best is not None:
            assert report.objective == pytest.approx(best, abs=1e-6)


@pytest.mark.parametrize("name", BUILDERS)
def test_each_reference_model_says_what_it_is(name):
    text = BUILDERS[name].__doc__
    assert "minimise" in text or "maximise" in text
    assert any(year in text for year in ("19", "20", "arXiv"))


def test_an_unknown_model_is_named():
    with pytest.raises(ProblemError, match="no reference model of 'nearest'"):
        reference_model(random_case(0).problem(), "nearest")


@pytest.mark.parametrize(("model", "options"), QUESTIONS)
def test_a_plan_is_measured_by_the_words_of_the_model(model, options):
    for seed in SEEDS:
        case = case_of(model, options, seed)
        sites = sorted({*case.fixed, seed % case.times.shape[1]})
        found = evaluate(case.problem(), sites, model=model, **options)
        expected = value_of(case, model, sites, **options)
        assert found.objective == pytest.approx(expected, rel=1e-9), seed
        near = case.covered(sites) > 0
        shares = [np.dot(g, near) / sum(g) if sum(g) else 1.0 for g, _ in case.groups]
        assert found.group_shares == pytest.approx(shares)

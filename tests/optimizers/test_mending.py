"""A change that is said to mend a question does, and less of it does not: by enumeration of all site sets."""

import re
from dataclasses import replace

import numpy as np
import pytest
from location_oracle import Case, best_of

from optimizers import MODELS, LocationProblem, ProblemError, solve
from optimizers.problem import Group

FAR = np.inf
LIMITED = ("p_median", "p_center", "kolm_pollak", "capacitated_p_median", "max_coverage", "capacitated_coverage")


def case_of(model, seed):
    """Few routes, small sites and high floors, so that many questions have no plan."""
    dice = np.random.default_rng(seed)
    n, m = 6, 5
    times = dice.choice([1.0, 5.0, 9.0, 14.0, FAR], (n, m), p=[0.15, 0.15, 0.2, 0.2, 0.3])
    times[np.arange(n), dice.integers(0, m, n)] = 9.0
    weight = dice.integers(1, 9, n).astype(float)
    groups = [(dice.integers(0, 5, n) + 1.0, float(dice.choice([0.5, 0.8, 1.0])))] if MODELS[model].floors else []
    capacity = np.round(dice.uniform(0.1, 0.7, m) * weight.sum(), 1) + 1.0
    return Case(
        weight, times, fixed=[0] if seed % 3 == 0 else [], cost=dice.integers(1, 20, m).astype(float),
        capacity=capacity if "capacity" in MODELS[model].needs else None,
        groups=groups if seed % 2 else [], threshold=10.0,
    )  # fmt: skip


def asked_of(model, seed):
    asked = {"p": 1 + seed % 3} if model == "p_center" or seed % 4 else {}
    if "budget_yuan" in MODELS[model].any_of and (not asked or seed % 5 == 0):
        asked["budget_yuan"] = float(seed % 9)
    if "capacity" in MODELS[model].needs and seed % 2:
        asked["choice"] = "nearest"
    return asked


def has_plan(case, model, asked, **changed):
    now = {**asked, **changed}
    limits = {"p": now.pop("p", None), "budget": now.pop("budget_yuan", None)}
    return best_of(case, model, **limits, **now) is not None


@pytest.mark.parametrize("model", LIMITED)
def test_what_mends_a_question_mends_it_and_less_does_not(model):
    seen = 0
    for seed in range(18):
        case, asked = case_of(model, seed), asked_of(model, seed)
        needs = "threshold_min" in MODELS[model].required or case.groups
        question = {**asked, **({"threshold_min": case.threshold} if needs else {})}
        try:
            solution = solve(case.problem(), model, **question)
        except ProblemError:
            continue
        if solution.status != "infeasible":
            continue
        conflict = solution.conflict
        assert conflict.sentence.endswith(".")
        for way in re.split(r"; or |; and |(?<=\.) ", conflict.mend):
            seen += is_true(way, case, model, asked)
    assert seen >= 3


def is_true(way, case, model, asked):
    """Check one way; False where it is not one that is said to be enough."""
    if found := re.match(r"p = (\d+) is enough, and nothing less is\.?$", way):
        p = int(found[1])
        assert has_plan(case, model, asked, p=p)
        assert p == 1 or p - 1 < len(case.fixed) or not has_plan(case, model, asked, p=p - 1)
    elif found := re.match(r"budget_yuan = ([\d.]+) yuan is enough, and nothing less is\.?$", way):
        yuan = float(found[1])
        assert has_plan(case, model, asked, budget_yuan=yuan)
        assert not has_plan(case, model, asked, budget_yuan=yuan - 1.0)
    elif found := re.match(r"p = (\d+) with budget_yuan = ([\d.]+) yuan is enough\.?$", way):
        assert has_plan(case, model, asked, p=int(found[1]), budget_yuan=float(found[2]))
    elif found := re.match(r"([\d.]+) more of capacity is enough: (.*?)\.?$", way):
        parts = {int(j): float(more) for more, j in re.findall(r"([\d.]+) at site (\d+)", found[2])}
        assert float(found[1]) == pytest.approx(sum(parts.values()))
        more = np.array([parts.get(j, 0.0) for j in range(case.cost.size)])
        assert has_plan(replace(case, capacity=case.capacity + more + 1e-6), model, asked)
        assert not has_plan(replace(case, capacity=case.capacity + 0.9 * more), model, asked)
    elif found := re.match(r"[Ee]very floor lower by ([\d.]+) % of the group\.?$", way):
        lower = float(found[1]) / 100.0
        assert has_plan(lowered(case, lower), model, asked)
        assert not has_plan(lowered(case, lower - 1e-3), model, asked)
    elif way.lower().startswith("choice = 'planned'"):
        assert has_plan(case, model, {**asked, "choice": "planned"})
    else:
        return False
    return True


def lowered(case, by):
    return replace(case, groups=[(weight, max(floor - by, 0.0)) for weight, floor in case.groups])


def test_a_number_that_is_enough_is_rounded_up_and_a_floor_that_can_be_kept_down():
    times = [[10.0 / 3.0], [1.0], [1.0]]
    problem = LocationProblem([1.0, 1.0, 1.0], times, groups=[Group([1.0, 1.0, 1.0], 1.0)])
    found = solve(problem, "set_cover", threshold_min=2.0, cover_share=0.5)
    assert "floor of 66.66 % for group 0" in found.conflict.mend
    minutes = float(re.search(r"threshold of ([\d.]+) minutes", found.conflict.mend)[1])
    assert minutes == 3.333333334
    assert solve(problem, "set_cover", threshold_min=minutes, cover_share=0.5).status == "optimal"


def test_the_largest_sites_within_p_too_small_is_mended_by_a_number_or_by_room():
    problem = LocationProblem([4.0, 4.0, 4.0], np.ones((3, 4)), capacity=[5.0, 4.0, 3.0, 3.0])
    found = solve(problem, "capacitated_p_median", p=2)
    assert found.status == "infeasible"
    assert found.conflict.sentence == "At most 9 can be served, by sites 0 and 1; the demand is 12."
    assert found.conflict.mend.startswith("p = 3 is enough, and nothing less is; or 3 more of capacity is enough: ")


def test_people_who_overfill_some_site_wherever_sites_open_are_explained():
    problem = LocationProblem([4.0, 4.0, 4.0], [[1.0, 2.0], [1.0, 2.0], [1.0, 2.0]], capacity=[6.0, 11.0])
    found = solve(problem, "capacitated_p_median", p=2, choice="nearest")
    assert found.status == "infeasible"
    assert found.conflict.sites == (1,)
    assert "people at their nearest one overfill some; it is least by 1 in all, at site 1" in found.conflict.sentence
    assert "1 more of capacity is enough: 1 at site 1" in found.conflict.mend
    assert "choice = 'planned'" in found.conflict.mend

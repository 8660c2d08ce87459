"""What more institutions or more yuan buy, and the average against the worst-off."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from made_scenarios import is_chinese, is_english, scenario

from planning import StudyArea
from planning.comparing.aims import shown_value
from planning.comparing.aversions import degrees_of
from planning.comparing.curve import curve_of, step
from planning.faults import PlanningError
from planning.question import pose
from planning.solving import answered

QUICK: dict[str, Any] = {"effort": "quick", "time_limit_s": 3.0}


def asked(model: str = "max_coverage", **goal: Any) -> Any:
    return scenario("asked", objective={"model": model, "minutes": 60, **goal})


@pytest.mark.parametrize(("model", "limit"), [("max_coverage", {"sites": 4}), ("p_median", {"budget_yuan": 4e6})])
def test_every_point_is_as_good_as_the_question_asked_by_itself(
    few: StudyArea, model: str, limit: dict[str, Any]
) -> None:
    found = answered(asked(model, **limit), few)
    curve = curve_of(found.question, (0.5, 1.0), solution=found.solution, **QUICK)
    for point in curve.points:
        key, at = next(iter(limit)), point.at if curve.along == "yuan" else int(point.at)
        alone = answered(asked(model, **{key: at}), few, **QUICK)
        assert alone.solution is not None
        ends = [shown_value(alone.question, each) for each in (alone.solution.objective, alone.solution.bound)]
        low, high = sorted(each for each in ends if each is not None)
        assert max(low, point.low) <= min(high, point.high) * (1 + 1e-6)  # both hold the best plan
    values = [curve.aim.turn * point.value for point in curve.points]
    assert values == sorted(values)


def test_steps_are_told_as_far_as_they_are_proven(few: StudyArea) -> None:
    found = answered(asked(sites=4), few)
    curve = curve_of(found.question, (0.5, 1.0, 1.5), solution=found.solution, **QUICK)
    assert curve.here == 4
    assert [point.at for point in curve.points] == [2, 4, 6]
    for (lower, upper), sentence in zip(pairwise(curve.points), curve.told, strict=True):
        gain = step(curve.aim.turn, lower, upper)
        assert gain.low <= upper.value - lower.value <= gain.high
        assert ("(proven)" in sentence) == gain.is_exact
        assert is_english(sentence)
        assert is_chinese(sentence.zh)


def test_a_plan_without_a_limit_has_no_curve_and_a_lock_is_its_beginning(few: StudyArea) -> None:
    with pytest.raises(PlanningError) as error:
        curve_of(pose(asked("set_cover"), few))
    assert "no curve" in str(error.value)
    site = few.candidates.loc[few.candidates["kind"] == "township_place", "site_id"].iloc[0]
    locked = scenario("locked", objective={"model": "max_coverage", "sites": 3, "minutes": 60},
                      changes=[{"type": "lock", "site": site}])  # fmt: skip
    assert min(p.at for p in curve_of(pose(locked, few), (0.0, 1.0), **QUICK).points) == 1


def test_more_care_for_the_farthest_never_helps_the_mean(few: StudyArea) -> None:
    degrees = degrees_of(asked(sites=4), few, aversions=(0.0, 3.0), effort="first")
    means = [d.values["mean_travel_time_min"] for d in degrees]
    assert [d.aversion for d in degrees] == [0.0, 3.0]
    assert all(len(d.new) <= 4 for d in degrees)
    if degrees[0].gap == 0 and degrees[0].values["persons_served"]:
        assert means[0] <= min(means) + 1e-9
    with pytest.raises(PlanningError):
        degrees_of(asked("set_cover"), few)

"""Rounds set against a building: what each costs a person a year, and which building is told."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from asked_networks import asked, reference, rounds_or_building
from scipy.sparse import csr_array

from optimizers.network import FREE, STANDS
from planning.network.reasons.instead import building_instead
from planning.network.reasons.sentences import number
from planning.network.reasons.why_here import touched_sites


def building_site(told) -> str:
    return "s" + re.findall(r"机构(\d)", told.zh)[0]


def test_rounds_are_set_against_what_a_building_would_have_cost_a_person() -> None:
    question, solution = asked(rounds_or_building()), reference(rounds_or_building())
    rounds, building, once = building_instead(question, solution, question.counties[0], solve=reference)
    assert (rounds.kind, rounds.value) == ("rounds", 2.0)  # yuan a unit, and a unit is what a person needs
    problem, site = question.problem, int(building_site(building)[1:])
    room = np.bincount(problem.module_site, problem.module_capacity, minlength=len(problem.site_by))
    persons = min(room[site], problem.units.sum())  # of whom all are near, and there is space for every module
    assert room[site] == max(np.delete(room, [int(s[1:]) for s in touched_sites(question, solution)])[:3])
    assert rounds.unit == building.unit == "yuan/person/year"
    assert building.value == pytest.approx((1000.0 / 15 + 1.0) / persons, rel=1e-5)  # capital over 15 years
    assert (once.kind, once.unit) == ("building_capital", "yuan/person once")
    assert once.value == pytest.approx(1000.0 / persons, rel=1e-5)
    assert f"末年服务本县 {round(persons)} 人" in building.zh
    assert f"每人每年 {number((1000.0 / 15 + 1.0) / persons)} 元（投资按 15 年分摊）" in building.zh
    assert "不计资金限制、仍受人员限制" in building.zh


def test_the_building_that_is_told_is_the_best_of_its_tier_and_says_whether_it_is_new() -> None:
    question, solution = asked(rounds_or_building()), reference(rounds_or_building())
    building = building_instead(question, solution, question.counties[0], solve=reference)[1]
    assert "新建机构" in building.zh
    poor = replace(question.problem, money=np.full((1, 1), 900.0))
    assert building_instead(asked(poor), reference(poor), question.counties[0], solve=reference)[1] == building
    network = SimpleNamespace(**{**vars(question.scenario.network), "new_buildings": False})
    hosts = replace(question, forms=question.forms.assign(form="embedded"), scenario=SimpleNamespace(network=network))
    told = building_instead(hosts, solution, question.counties[0], solve=reference)[1]
    assert "in an existing building (no new ones are allowed)" in told.en
    tier = np.where(question.sites["site_id"] == building_site(building), "village", "township")
    moved = replace(question, sites=question.sites.assign(tier=tier))
    other = building_instead(moved, solution, question.counties[0], most=1, solve=reference)[1]
    assert building_site(other) != building_site(building)  # villages come last
    township, village = (
        each for each in building_instead(moved, solution, question.counties[0], solve=reference)
        if each.kind == "building_instead"
    )  # fmt: skip
    assert building_site(village) == building_site(building) != building_site(township)


def test_a_building_that_nothing_allows_and_a_county_that_no_site_reaches_are_said_to_be_so() -> None:
    problem = rounds_or_building()
    needs = np.ones((len(problem.form_site), len(problem.site_by)))
    needs[np.arange(len(problem.form_site)), problem.form_site] = 0.0  # each form needs another site, and none is open
    lonely = replace(problem, form_needs=csr_array(needs))
    alone = replace(problem, reach=(csr_array(problem.reach[0].shape),))
    for changed, words in ((lonely, "做不到"), (alone, "没有可选地点")):
        question = asked(changed)
        building = building_instead(question, reference(changed), question.counties[0], solve=reference)[1]
        assert building.value == math.inf
        assert words in building.zh
    twice = {name: np.tile(getattr(problem, name), 2) for name in ("form_site", "form_capital", "form_running")}
    states = np.repeat([FREE, STANDS], len(problem.form_site))
    stands = replace(
        problem, **twice, form_state=states, form_space=np.tile(problem.form_space, 2),
        form_needs=csr_array((2 * len(problem.form_site), len(problem.site_by))),
        module_capital=np.full(len(problem.module_site), 1e6),
    )  # fmt: skip
    _, building = building_instead(asked(stands), reference(stands), "653101", solve=reference)
    assert "没有可选地点" in building.zh
    nobody = replace(problem, round_yuan=np.full(len(problem.units), np.inf))
    assert building_instead(asked(nobody), reference(nobody), question.counties[0], solve=reference) == ()

"""A network plan as lines of text: every number of a line is one of the plan's tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from networks_by_hand import COUNTIES, answer, question
from test_result import names_of

from planning.network.read import read_network, standing_choice
from planning.network.reasons.explanation import Explanation
from planning.network.reasons.sentences import amount
from planning.network.result import NetworkPlan
from planning.network.summary import network_lines, service_title, tiers, worst_county
from planning.texts import LANGUAGES, gap_sentence

NAMES = pd.DataFrame({"county_code": COUNTIES, "name_zh": ["喀什", "阿克苏"], "name_en": ["Kashgar", "Aksu"]})


@pytest.fixture(scope="module")
def plan() -> NetworkPlan:
    asked = question(4)
    stands = answer(asked, 4, *standing_choice(asked.problem))
    return read_network(asked, answer(asked, 4), names_of(asked), stands, kappa=0.01)


def lines(plan: NetworkPlan, language: str = "en") -> list[str]:
    return network_lines(plan, language, NAMES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_four_groups_of_every_service_are_told(plan: NetworkPlan, language: str) -> None:
    last = plan.groups[plan.groups["year"] == 2027]
    told = "\n".join(lines(plan, language))
    for service in plan.services:
        part = last[last["service"] == service]
        line = next(x for x in told.split("\n") if x.strip().startswith(service_title(service, language)))
        for column in ("", "_served", "_at_home", "_near_but_full", "_too_far", "_no_route"):
            assert f"{int(part[f'persons{column}'].sum()):,}" in line


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_is_in_the_other_language(plan: NetworkPlan, language: str) -> None:
    for line in lines(plan, language):
        chinese = any("一" <= c <= "鿿" for c in line)
        assert chinese == (language == "zh"), line


def test_every_year_tells_what_opens_by_tier(plan: NetworkPlan) -> None:
    for year in plan.years:
        opened = plan.sites[plan.sites["opened"] == year]
        line = next(x for x in lines(plan) if x.startswith(f"{year}: "))
        assert f"{len(opened)} opened" in line
        assert f"township {len(opened)}" in line
    assert tiers(plan.sites, "en") == "county 1, township 3, village 0"


def test_the_worst_county_is_told_by_name(plan: NetworkPlan) -> None:
    found = worst_county(plan)
    assert found is not None
    shares = {c: plan.value("share_served", f"county:{c}") for c in COUNTIES}
    assert found == (min(shares, key=lambda c: shares[c]), min(shares.values()))
    name = NAMES.set_index("county_code")["name_en"][found[0]]
    assert f"worst county: {name} {found[1] * 100:.1f}%" in lines(plan)


def test_how_good_it_is_is_told_for_every_aim(plan: NetworkPlan) -> None:
    assert [x for x in lines(plan) if x.startswith("aim")] == [
        f"aim 'the neediest first': {amount(1.0, plan.solver['unit'])}; "
        "no plan can be more than 100.0 % higher (not proven best)"
    ]
    proven = {"aim": "worst_off", "objective": 0.4, "bound": 0.4, "gap": 0.0, "status": "optimal", "unit": "share"}
    assert lines(replace(plan, aims=(proven,)))[-1].startswith("aim 'the worst-off county as high as can be': 40.0%;")
    assert "lower" in gap_sentence("network_least_cost", "feasible", 0.1, "en")


@pytest.mark.parametrize(
    ("aim", "objective", "bound", "unit", "end"),
    [
        ("worst_off", 0.182, 0.2015, "share", "18.2%; no plan can reach more than 20.2% (not proven best)"),
        ("least_regret", 32_054.0, 0.0, "attendances", "no plan can be below 0 service attendances (not proven best)"),
        ("least_regret", 32_054.0, -np.inf, "attendances", "a plan, not proven best"),
        ("least_regret", 32_054.0, None, "attendances", "a plan, not proven best"),
        ("fewest_sites", 46.0, 40.0, "sites", "46 sites; no plan can be below 40 sites (not proven best)"),
        ("least_cost", 10e6, 9e6, "yuan", "10 million yuan; no plan can be more than 10.0 % lower (not proven best)"),
    ],
)
def test_what_is_not_proven_is_told_by_what_no_plan_can_pass(
    plan: NetworkPlan, aim: str, objective: float, bound: float | None, unit: str, end: str
) -> None:
    gap = None if bound is None or np.isinf(bound) else abs(objective - bound) / max(abs(objective), abs(bound))
    told = {"aim": aim, "objective": objective, "bound": bound, "gap": gap, "status": "feasible", "unit": unit}
    assert lines(replace(plan, aims=(told,)))[-1].endswith(end)
    assert lines(replace(plan, aims=(told,)), "zh")


@pytest.mark.parametrize("gap", [None, float("nan"), float("inf"), 1.0])
def test_a_bound_that_says_nothing_is_not_told_as_a_share(gap: float | None) -> None:
    assert gap_sentence("network_most_units", "feasible", gap, "en") == "a plan, not proven best"


def test_what_one_more_served_costs_is_of_all_years(plan: NetworkPlan) -> None:
    newly, each = plan.value("persons_newly_served"), plan.value("yuan_per_newly_served")
    line = next(x for x in lines(plan) if "more served" in x)
    assert line.startswith(f"{round(newly):,} more served in 2027 than by what stands (by service); ")
    assert line.endswith(f"the money of all years is {amount(each, 'yuan')} for each")


def test_the_gap_is_told_as_behind_or_ahead(plan: NetworkPlan) -> None:
    def with_gap(points: float, before: float, language: str = "en") -> list[str]:
        table = plan.indicators.copy()
        of = table["key"] == "tilt_gap_points"
        table.loc[of, "value"] = np.where(table.loc[of, "year"] == 0, before, points)
        return lines(replace(plan, indicators=table), language)

    assert "tilted areas are 7.0 points behind the rest (before, 7.0 points behind it)" in with_gap(7.0, 7.0)
    assert "tilted areas are 2.5 points ahead of the rest (before, 0.2 points behind it)" in with_gap(-2.5, 0.2)
    assert "倾斜地区覆盖率比其他地区高 2.9 个百分点（现状低 0.2 个百分点）" in with_gap(-2.9, 0.2, "zh")


def test_a_plan_that_spends_nothing_says_so(plan: NetworkPlan) -> None:
    told = lines(replace(plan, money=plan.money.iloc[:0], rounds=plan.rounds.iloc[:0]))
    assert "nothing is spent" in told
    assert "no rounds and no home service" in told


def test_what_is_known_only_roughly_is_said_beside_the_number(plan: NetworkPlan) -> None:
    caveat = Explanation("one_road", "", "仅供参考", "a first hint", 1.0, 1.0, 1.0, "persons")
    assert "a first hint" in lines(replace(plan, explanations=(caveat,)))
    assert "仅供参考" in lines(replace(plan, explanations=(caveat,)), "zh")


def test_what_a_building_would_have_cost_is_said_where_rounds_go(plan: NetworkPlan) -> None:
    instead = Explanation(
        "building_instead", "653131", "若改设机构", "A building instead", 1.0, 1.0, 1.0, "yuan/person"
    )
    other = Explanation("curve", "", "资金曲线", "the curve", 1.0, 1.0, 1.0, "attendances")
    told = lines(replace(plan, explanations=(instead, other)))
    assert "A building instead" in told
    assert "the curve" not in told


def test_nobody_in_need_has_no_worst_county(plan: NetworkPlan) -> None:
    nobody = plan.groups.assign(**{c: 0 for c in plan.groups if str(c).startswith("persons")})
    assert worst_county(replace(plan, groups=nobody)) is None
    assert np.isfinite(plan.value("persons"))

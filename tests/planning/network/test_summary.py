"""A network plan as lines of text: every number of a line is one of the plan's tables."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from networks_by_hand import COUNTIES, answer, question
from test_result import names_of

from planning.network.explanation import Explanation
from planning.network.read import read_network, standing_choice
from planning.network.reasons.sentences import amount
from planning.network.result import NetworkPlan
from planning.network.summary import network_lines, service_title, services_added, tiers, ways_of_building, worst_county
from planning.network.words import counted
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
    assert f"county with the smallest share served: {name}, {found[1] * 100:.1f}%" in lines(plan)


def test_how_good_it_is_is_told_for_every_aim(plan: NetworkPlan) -> None:
    assert [x for x in lines(plan) if x.startswith("aim")] == [
        f"aim 'the neediest first': {amount(1.0, plan.solver['unit'])}; "
        "no plan can be more than 100.0 % higher (not proven best)"
    ]
    proven = {"aim": "worst_off", "objective": 0.4, "bound": 0.4, "gap": 0.0, "status": "optimal", "unit": "share"}
    assert lines(replace(plan, aims=(proven,)))[-1].startswith("aim 'the worst-off county as high as can be': 40.0%;")
    both = lines(replace(plan, aims=(proven, proven)))
    assert both[-2].startswith(
        "aim 'the worst-off county as high as can be' (before it gives way to later ones): 40.0%;"
    )
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
    assert line.startswith(f"{round(newly):,} more served in 2027 than by existing institutions (counted once for ")
    assert line.endswith(f"the money of all years is {amount(each, 'yuan')} for each")


def test_the_gap_is_told_as_behind_or_ahead(plan: NetworkPlan) -> None:
    def with_gap(points: float, before: float, language: str = "en") -> list[str]:
        table = plan.indicators.copy()
        of = table["key"] == "tilt_gap_points"
        table.loc[of, "value"] = np.where(table.loc[of, "year"] == 0, before, points)
        return lines(replace(plan, indicators=table), language)

    even, ahead = with_gap(7.0, 7.0), with_gap(-2.5, 0.2)
    points = "percentage points"
    assert (
        f"areas with the tilt of money: 7.0 {points} behind the rest (at present 7.0 {points} behind the rest)" in even
    )
    assert (
        f"areas with the tilt of money: 2.5 {points} ahead of the rest (at present 0.2 {points} behind the rest)"
        in ahead
    )
    told = with_gap(-2.9, 0.2, "zh")
    assert "资金倾斜地区覆盖率比其他地区高 2.9 个百分点（现状比其他地区低 0.2 个百分点）" in told


def test_a_plan_that_spends_nothing_says_so(plan: NetworkPlan) -> None:
    told = lines(replace(plan, money=plan.money.iloc[:0], rounds=plan.rounds.iloc[:0]))
    assert "nothing is spent" in told
    assert "no rounds" in told


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


def test_a_wing_of_a_school_is_newly_built() -> None:
    rows = [
        ("embedded", "school"), ("upgraded", "county_service_centre"), ("upgraded", "special_school"), ("new", "none"),
        ("upgraded", "special_school"),
    ]  # fmt: skip
    assert ways_of_building(pd.DataFrame(rows, columns=["form", "host_type"])) == (1, 1, 3)


def with_indicator(plan: NetworkPlan, key: str, values: dict[str, float]) -> NetworkPlan:
    rows = pd.DataFrame({"key": key, "scope": list(values), "year": plan.last_year, "value": list(values.values())})
    return replace(plan, indicators=pd.concat([plan.indicators[plan.indicators["key"] != key], rows]))


def test_money_that_is_left_is_told_by_source(plan: NetworkPlan) -> None:
    given = with_indicator(plan, "yuan_given", {"all": 9e6, "source:区级": 5e6, "source:pairing": 4e6})
    left = with_indicator(given, "yuan_left", {"all": 1.5e6, "source:区级": 0.2, "source:pairing": 1.5e6})
    assert "not spent: 1.5 million yuan of 9 million yuan (pairing: 1.5 million yuan)" in lines(left)
    assert "未支出 150 万元（各来源合计 900 万元）：pairing 150 万元" in lines(left, "zh")
    assert not any("not spent" in line for line in lines(plan))


def test_staff_that_are_nearly_all_taken_or_too_few_are_told_by_kind_and_county(plan: NetworkPlan) -> None:
    first, second = COUNTIES
    short = {f"staff:{first}:therapist": 1.0, f"staff:{first}:care_worker": 0.0, f"staff:{second}:teacher": 0.0}
    taken = {f"staff:{second}:therapist": 0.95, f"staff:{second}:round_days": 0.97, f"staff:{second}:teacher": 0.94}
    made = with_indicator(with_indicator(plan, "staff_used_up", short), "staff_taken", taken)
    expected = "therapists in Kashgar, Aksu; days of the staff of rounds in Aksu"
    assert f"staff taken to 95% or more in 2027, or too few left for anything more: {expected}" in lines(made)
    expected = "康复治疗师（喀什、阿克苏）；上门服务工作日（阿克苏）"
    assert f"2027 年可增人员已用去 95% 以上或余下不够再增设：{expected}" in lines(made, "zh")
    assert any("therapists in 2 counties" in line for line in network_lines(made, "en", NAMES.iloc[:0]))
    assert not any("staff taken" in line for line in lines(with_indicator(made, "staff_taken", {})) if "Aksu" in line)


def test_where_money_may_go_to_one_county_its_people_are_told_apart(plan: NetworkPlan) -> None:
    earmarked = with_indicator(
        plan, "yuan_given", {"all": 1e6, **{f"county:{c}": 1e6 * i for i, c in enumerate(COUNTIES)}}
    )
    told, last = lines(earmarked), plan.groups[plan.groups["year"] == plan.last_year]
    for title, code in (
        ("Aksu, where money may be spent", COUNTIES[1]),
        ("Kashgar elsewhere", COUNTIES[0]),
    ):
        line = next(x for x in told if x.strip().startswith(title))
        here = last[last["county_code"] == code]
        assert f": {here['persons'].sum():,} in need, {here['persons_served'].sum():,} served" in line
    assert not any(line.strip().startswith("all services") for line in told)
    assert worst_county(earmarked) is None  # there is one county to choose from
    assert told[-1].startswith("the values of the aims are of the whole area")


@pytest.mark.parametrize(
    ("number", "told"), [(0, "0 counties"), (1, "1 county"), (2, "2 counties"), (1200, "1,200 counties")]
)
def test_one_is_not_many(number: int, told: str) -> None:
    assert counted(number, "county", "en") == told
    assert counted(number, "county", "zh") == f"{number:,} 个县市"


def test_services_added_where_something_is_open_and_training_are_told(plan: NetworkPlan) -> None:
    rows = [("s0", "day_care", 2027), ("s0", "day_care", 2027), ("s0", "", 2026), ("s0", "rehabilitation", 0)]
    made = replace(plan, modules=pd.DataFrame(rows, columns=["site_id", "service", "opened"]))
    told = lines(made)
    assert next(x for x in told if x.startswith("2027: ")).endswith(
        "; 1 service added or widened at sites already open"
    )
    assert not next(x for x in told if x.startswith("2026: ")).endswith("open")
    assert "staff are trained at 1 county centre" in told


def test_what_opens_with_its_site_is_not_added_to_it(plan: NetworkPlan) -> None:
    for year in plan.years:
        opened = dict(zip(plan.sites["site_id"], plan.sites["opened"], strict=True))
        new = plan.modules[plan.modules["opened"] == year].to_dict("records")
        assert services_added(plan, year) == sum(opened[m["site_id"]] != year for m in new)


def test_nobody_in_need_has_no_worst_county(plan: NetworkPlan) -> None:
    nobody = plan.groups.assign(**{c: 0 for c in plan.groups if str(c).startswith("persons")})
    assert worst_county(replace(plan, groups=nobody)) is None
    assert np.isfinite(plan.value("persons"))

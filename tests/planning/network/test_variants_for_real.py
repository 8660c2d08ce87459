"""The side-by-side reports with the engine itself, on a county in the mountains, one on the plain and an XPCC city."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
from four_counties import TASHKURGAN, TIEMENGUAN, YANQI, asked, four_counties

from planning.assumptions import default_assumptions
from planning.network.run import run_network
from planning.network.scenario.form import SPECIALISMS
from planning.network.variants.integration import Integration, integration
from planning.network.variants.phasing import Phasing, phasing
from planning.network.variants.season_plans import PLANS, SeasonPlans, season_plans
from planning.scenario import Scenario
from planning.study_area import StudyArea

CODES = (TASHKURGAN, YANQI, TIEMENGUAN)
MONEY = [{"source": "省级", "yuan": 3_000_000.0}]


@cache
def three_counties() -> StudyArea:
    area = four_counties()
    tables = {name: getattr(area.data, name) for name in ("cells", "counties", "facilities", "candidates")}
    kept = {name: t[t["county_code"].isin(CODES)].reset_index(drop=True) for name, t in tables.items()}
    institutions, candidates = (
        t[t["county_code"].isin(CODES)].reset_index(drop=True) for t in (area.institutions, area.candidates)
    )
    return replace(area, data=replace(area.data, **kept), institutions=institutions, candidates=candidates)


@cache
def scenario() -> Scenario:
    return asked(
        {"solver": {"time_limit_s": 5.0, "gap": 0.01}}, services=["day_care"], years=2, rounds=False,
        village_points=False, money=MONEY, season="winter", aims=["most_units"],
    )  # fmt: skip


@cache
def together() -> Integration:
    """With enough staff and centres at any distance, so that people and money alone are shared or not."""
    network = scenario().network
    assert network is not None
    free = {"outreach_minutes": 1e4, "referral_minutes": 1e4, "staff": dict.fromkeys(SPECIALISMS, 1e3)}
    asked_freely = scenario().model_copy(update={"network": network.model_copy(update=free)})
    return integration(asked_freely, three_counties(), run_network)


@cache
def phased() -> Phasing:
    return phasing(scenario(), three_counties(), run_network)


@cache
def by_season() -> SeasonPlans:
    return season_plans(scenario(), three_counties(), run_network)


class TestIntegration:
    def test_the_people_of_both_owners_are_there_and_nobody_twice(self) -> None:
        owners = together().owners.set_index("owner")
        assert (owners["persons"] > 0).all()
        groups = together().joint.groups
        last = groups[groups["year"] == together().joint.last_year]
        assert owners["persons"].sum() == last["persons"].sum()
        assert owners.loc["xpcc", "persons"] == last.loc[last["county_code"] == TIEMENGUAN, "persons"].sum()

    def test_the_split_is_the_money_of_the_joint_plan_to_the_yuan(self) -> None:
        paid = round(float(together().joint.money["yuan"].sum()))
        assert set(together().split.groupby("rule")["yuan"].sum()) == {paid}

    def test_together_more_is_served_than_apart(self) -> None:
        apart, joint = together().separate.solver, together().joint.solver
        assert joint["bound"] >= apart["objective"] - 1e-6


class TestPhasing:
    def test_the_end_plan_may_have_whatever_the_nested_plan_has_at_last(self) -> None:
        """Proven: no plan of one year delivers more than its bound, and the nested plan's last year is one."""
        groups, days = phased().nested.groups, default_assumptions()["attendances_per_place_day_care"]
        places = groups.loc[groups["year"] == phased().nested.last_year, "units_delivered"].sum()
        bound = phased().end.solver["bound"]
        assert bound >= days * places * (1 - 1e-6)
        assert bound <= 20 * days * places  # both count attendances

    def test_the_last_year_of_the_table_is_that_of_the_services(self) -> None:
        assert phased().years["persons_served"].iloc[-1] == phased().services["served_nested"].sum()
        assert phased().years["year"].tolist() == list(phased().nested.years)
        assert phased().end.years == (phased().nested.last_year,)


class TestSeasons:
    def test_every_plan_has_a_value_in_both_seasons_and_a_regret(self) -> None:
        found = by_season()
        assert len(found.values) == 2 * len(PLANS)
        assert (found.values["regret"] >= 0).all()
        assert (found.values.groupby("season")["regret"].min() == 0).all()

    def test_the_plan_made_for_winter_delivers_in_winter_what_it_promised(self) -> None:
        here = by_season().values.set_index(["plan", "season"]).loc[("winter", "winter")]
        assert here["value"] == pytest.approx(by_season().plans["winter"].solver["objective"], rel=1e-6)
        assert here["unusable"] == 0

    def test_more_is_delivered_in_summer_than_in_winter(self) -> None:
        value = by_season().values.pivot(index="plan", columns="season", values="value")
        assert (value["summer"] >= value["winter"] - 1e-6).all()

    def test_who_depends_on_one_road_is_counted_in_every_season_and_plan(self) -> None:
        table = by_season().one_road
        assert set(table["county_code"]) <= set(CODES)
        assert (table["persons"] > 0).all()

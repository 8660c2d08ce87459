"""Other ways of planning with the engine itself: in the mountains, and on the plain with an XPCC city beside it."""

from __future__ import annotations

import shutil
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from four_counties import TASHKURGAN, TIEMENGUAN, YANQI, area_of_counties, asked

from planning import Plan, PlanningError, read_plan, write_plan
from planning.network.files import rounded
from planning.network.posing.catalogue import Catalogue
from planning.network.run import run_network
from planning.network.scenario.form import SPECIALISMS, Money
from planning.network.variants.integration import Integration, integration
from planning.network.variants.phasing import Phasing, last_value, phasing
from planning.network.variants.season_plans import PLANS, SeasonPlans, season_plans
from planning.scenario import Scenario

YUAN = 4_000_000.0
BOTH = (YANQI, TIEMENGUAN)
AROUND = {"solver": {"time_limit_s": 5.0, "gap": 0.02, "effort": "first"}}

pytestmark = pytest.mark.slow  # whole scenarios, asked in many ways: `pytest -m slow` runs them


@cache
def scenario() -> Scenario:
    return asked(
        AROUND, services=["day_care"], years=2, rounds=False, village_points=False, season="winter",
        money=[{"source": "省级", "yuan": 600_000.0}],
    )  # fmt: skip


@cache
def together() -> Integration:
    """With enough staff and centres at any distance, so that people and money alone are shared or not."""
    network = scenario().network
    assert network is not None
    free: dict[str, Any] = {"outreach_minutes": 1e4, "referral_minutes": 1e4, "staff": dict.fromkeys(SPECIALISMS, 1e3)}
    free["money"] = (Money(source="省级", yuan=(YUAN,)),)
    asked_freely = scenario().model_copy(update={"network": network.model_copy(update=free)})
    return integration(asked_freely, area_of_counties(*BOTH), run_network)


@cache
def phased() -> Phasing:
    return phasing(scenario(), area_of_counties(TASHKURGAN), run_network)


@cache
def by_season() -> SeasonPlans:
    return season_plans(scenario(), area_of_counties(TASHKURGAN), run_network)


class TestIntegration:
    def test_the_people_of_both_owners_are_there_and_nobody_twice(self) -> None:
        owners = together().owners.set_index("owner")
        assert (owners["persons"] > 0).all()
        groups = together().joint.groups
        last = groups[groups["year"] == together().joint.last_year]
        assert owners["persons"].sum() == last["persons"].sum()
        assert owners.loc["xpcc", "persons"] == last.loc[last["county_code"] == TIEMENGUAN, "persons"].sum()

    def test_who_stands_alone_has_its_own_people_and_its_part_of_the_money(self) -> None:
        persons = together().owners.set_index("owner")["persons"]
        for owner, county in (("local", YANQI), ("xpcc", TIEMENGUAN)):
            alone = together().alone[owner]
            assert set(alone.groups["county_code"]) == {county}
            assert alone.groups["persons"].sum() == len(alone.years) * persons[owner]
            part = YUAN * persons[owner] / persons.sum()
            assert 0 < alone.money.groupby("year")["yuan"].sum().max() <= part * (1 + 1e-6)

    def test_the_split_is_the_money_of_the_joint_plan_to_the_yuan(self) -> None:
        paid = round(float(together().joint.money["yuan"].sum()))
        assert set(together().split.groupby("rule")["yuan"].sum()) == {paid}

    def test_no_plan_apart_passes_the_bound_of_the_plans_together(self) -> None:
        apart, joint = together().separate.solver, together().joint.solver
        assert joint["bound"] >= apart["objective"] * (1 - 1e-6)


class TestPhasing:
    def test_a_year_is_worth_in_the_tables_what_the_engine_says(self) -> None:
        """The end plan has one year, so its whole aim is that of its last year."""
        found = phased().end
        value = last_value(found, scenario(), Catalogue(area_of_counties(TASHKURGAN).assumptions))
        assert found.solver["objective"] > 0
        assert value == pytest.approx(found.solver["objective"], rel=1e-5)

    def test_the_end_plan_may_have_whatever_the_nested_plan_has_at_last(self) -> None:
        """Proven: no plan of one year delivers more than its bound, and the nested plan's last year is one."""
        last = last_value(phased().nested, scenario(), Catalogue(area_of_counties(TASHKURGAN).assumptions))
        assert last is not None
        assert phased().end.solver["bound"] >= last * (1 - 1e-6)
        assert phased().price is not None
        assert phased().price.high == pytest.approx(phased().end.solver["bound"] - last, abs=0.1)

    def test_the_last_year_of_the_table_is_that_of_the_services(self) -> None:
        assert phased().years["persons_served"].iloc[-1] == phased().services["served_nested"].sum()
        assert phased().years["year"].tolist() == list(phased().nested.years)
        assert phased().end.years == (phased().nested.last_year,)


@pytest.fixture(scope="module")
def compared_in_a_folder(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plan, Path]:
    network = scenario().network
    assert network is not None
    asking = scenario().model_copy(update={"network": network.model_copy(update={"compare": ("phasing",)})})
    plan, folder = run_network(asking, area_of_counties(TASHKURGAN)), tmp_path_factory.mktemp("plans") / "plan"
    write_plan(plan, folder, area_of_counties(TASHKURGAN))
    return plan, folder


class TestInTheFolder:
    def test_what_was_compared_is_written_and_reads_back(self, compared_in_a_folder: tuple[Plan, Path]) -> None:
        plan, folder = compared_in_a_folder
        again = read_plan(folder).network
        assert plan.network is not None
        assert again is not None
        assert list(again.compared) == ["phasing_services", "phasing_years", "phasing_sites"]
        for name, table in plan.network.compared.items():
            pd.testing.assert_frame_equal(rounded(table), again.compared[name], check_dtype=False)
        assert [e.en for e in again.explanations] == [e.en for e in plan.network.explanations]
        assert "phasing" in {e.kind for e in again.explanations}
        assert read_plan(folder).scenario.network == plan.scenario.network

    def test_a_table_that_is_missing_is_named(self, compared_in_a_folder: tuple[Plan, Path], tmp_path: Path) -> None:
        shutil.copytree(compared_in_a_folder[1], tmp_path / "copy")
        (tmp_path / "copy" / "network" / "variants_phasing_years.csv").unlink()
        with pytest.raises(PlanningError, match=r"variants_phasing_years\.csv: missing"):
            read_plan(tmp_path / "copy")


class TestSeasons:
    def test_the_plan_made_for_winter_delivers_in_winter_what_it_promised(self) -> None:
        assert len(by_season().values) == 2 * len(PLANS)
        here = by_season().values.set_index(["plan", "season"]).loc[("winter", "winter")]
        assert here["value"] == pytest.approx(by_season().plans["winter"].solver["objective"], rel=1e-6)
        assert here["unusable"] == 0

    def test_more_is_delivered_in_summer_than_in_winter(self) -> None:
        value = by_season().values.pivot(index="plan", columns="season", values="value")
        assert (value["summer"] >= value["winter"] - 1e-6).all()

    def test_who_depends_on_one_road_is_counted_in_every_season_and_plan(self) -> None:
        table = by_season().one_road
        assert set(zip(table["plan"], table["season"], strict=True)) == set(product(PLANS, ("summer", "winter")))
        assert set(table["county_code"]) == {TASHKURGAN}
        assert (table["persons"] > 0).all()

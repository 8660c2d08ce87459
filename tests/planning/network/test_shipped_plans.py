"""Every ready network scenario gives a plan that an auditor can add up, and that does what its title says."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from shipped_plans import AKQI, FOUR, MINFENG, TASHKURGAN, TIEMENGUAN, XINHE, Solved, solved

from optimizers.network import broken
from planning.instruments import special_school_rule
from planning.instruments.people import minutes_to
from planning.network.scenario.form import Money
from planning.scenario import load, shipped_networks

NAMES = list(shipped_networks())
CENT = 0.01


@pytest.mark.parametrize("name", NAMES)
class TestEveryOne:
    def test_its_plan_breaks_no_limit(self, name: str) -> None:
        found = solved(name)
        assert found.solution.objective is not None
        assert broken(found.question.problem, found.solution) == []

    def test_everyone_is_in_one_of_four_groups(self, name: str) -> None:
        found = solved(name)
        groups = found.table("groups")
        assert (groups[FOUR].sum(axis=1) == groups["persons"]).all()
        assert (groups[FOUR] >= 0).all(axis=None)
        assert set(groups["year"]) == set(found.question.years)
        assert set(groups["service"]) == set(found.question.services)
        by_year = groups.groupby(["service", "county_code", "year"])["persons"].sum().unstack()
        assert by_year.nunique(axis=1).eq(1).all()

    def test_no_source_pays_more_than_it_has_nor_for_others(self, name: str) -> None:
        found = solved(name)
        network, paid = found.scenario.network, found.table("money")
        assert network is not None
        assert paid["yuan"].sum() > 0
        assert set(paid["source"]) <= {source.source for source in network.money}
        for source in network.money:
            of = paid[paid["source"] == source.source]
            assert all(_may_pay(source, county) for county in of["county_code"])
            assert source.pays == "both" or set(of["kind"]) <= {source.pays}
            given = np.broadcast_to(source.yuan, network.years).astype(float)
            spent = of.groupby("year")["yuan"].sum().reindex(found.question.years, fill_value=0.0).to_numpy()
            more = np.cumsum(spent - given) if source.carry else spent - given
            assert (more <= CENT * len(of)).all()

    def test_every_year_pays_for_all_that_was_opened_by_then(self, name: str) -> None:
        found = solved(name)
        paid, sites, modules, rounds = (found.table(t) for t in ("money", "sites_by_year", "modules", "rounds"))
        of_modules = modules.groupby("site_id")["running_yuan"].sum()
        buildings = sites.assign(running=sites["running_yuan"] - sites["site_id"].map(of_modules).fillna(0.0))
        for year in found.question.years:
            here = paid[paid["year"] == year].groupby("kind")["yuan"].sum()
            running = buildings.loc[buildings["opened"].between(1, year), "running"].sum()
            running += modules.loc[modules["opened"].between(1, year), "running_yuan"].sum()
            running += rounds.loc[rounds["year"] == year, "yuan"].sum()
            assert here.get("running", 0.0) == pytest.approx(running, abs=1.0)
        assert paid.loc[paid["kind"] == "capital", "yuan"].sum() == pytest.approx(sites["capital_yuan"].sum(), abs=1.0)


def _may_pay(source: Money, county: str) -> bool:
    """Whether a source is for this county: for all where it names none."""
    named = [*source.counties, *source.prefectures]
    return not named or county.startswith(tuple(named))


def test_the_frugal_plan_builds_nothing_new() -> None:
    sites = solved("network_frugal").table("sites_by_year")
    added = sites[sites["opened"] > 0]
    assert len(added) > 0
    assert set(added["form"]) <= {"embedded", "upgraded"}


@pytest.mark.parametrize("percent", [40, 50, 60])
def test_a_tilt_gives_hotan_and_kizilsu_their_share(percent: int) -> None:
    paid = solved(f"network_tilt_{percent}").table("money")
    tilted = paid["county_code"].str.startswith(("6532", "6530"))
    assert paid.loc[tilted, "yuan"].sum() >= percent / 100 * paid["yuan"].sum() - CENT * len(paid)
    assert {AKQI, MINFENG} <= set(paid.loc[tilted, "county_code"])


def test_five_years_open_more_and_more_and_aid_stays_in_kashgar() -> None:
    found = solved("network_five_years")
    modules, paid = found.table("modules"), found.table("money")
    years = modules.loc[modules["opened"] > 0, "opened"]
    assert years.between(2026, 2030).all()
    assert years.nunique() > 1  # phased, or the money of later years is not used
    aid = paid[paid["source"].str.startswith("援助资金")]
    assert set(aid["county_code"]) == {TASHKURGAN}
    assert set(paid.loc[paid["source"].str.startswith("建设专项"), "kind"]) == {"capital"}


@pytest.mark.parametrize("season", ["summer", "winter"])
def test_nobody_of_the_winter_proof_plan_depends_on_a_road_that_the_season_closes(season: str) -> None:
    found = solved("network_winter_proof")
    network, flows = found.plan.network, None if found.plan.network is None else found.plan.network.flows
    assert network is not None
    assert flows is not None
    here = flows[(flows["season"] == season) & (flows["units"] > 0)]
    at_sites, at_home = here[here["site_id"] != ""], here[here["site_id"] == ""]
    assert len(at_sites)
    assert len(at_home)
    minutes = _minutes_again(found, network.sites, season)
    assert np.isfinite([minutes.loc[c, s] for c, s in zip(at_sites["cell_id"], at_sites["site_id"], strict=True)]).all()
    centres = network.sites.loc[network.sites["tier"] == "county", "site_id"]
    assert np.isfinite(minutes.loc[at_home["cell_id"].unique(), centres].min(axis=1)).all()


def _minutes_again(found: Solved, sites: pd.DataFrame, season: str) -> pd.DataFrame:
    """(cells, sites) minutes by car with the roads closed that are closed in July or January, measured once more."""
    month = {"summer": 7, "winter": 1}[season]
    minutes = minutes_to(found.area, sites, season, "car", month)
    return pd.DataFrame(minutes, index=found.area.data.cells["cell_id"].astype(str), columns=sites["site_id"])


def test_together_the_xpcc_city_and_the_county_beside_it_use_each_others_institutions() -> None:
    found = solved("network_with_xpcc")
    assert found.plan.network is not None
    flows, groups = found.plan.network.flows, found.table("groups")
    assert flows is not None
    assert groups.loc[groups["county_code"] == TIEMENGUAN, "persons"].sum() > 0
    cells = found.area.data.cells.set_index("cell_id")["county_code"].astype(str)
    home, site = flows["cell_id"].map(cells), flows["site_id"].map(found.question.sites.set_index("site_id")["owner"])
    across = (home.str.startswith("659") & (site == "local")) | (~home.str.startswith("659") & (site == "xpcc"))
    assert flows.loc[across, "units"].sum() > 0
    assert not load("network_frugal").with_separate_xpcc


class TestTashkurganInWinter:
    def test_rounds_serve_those_whom_no_institution_reaches(self) -> None:
        found = solved("network_tashkurgan_rounds")
        assert found.question.seasons == ("winter",)
        groups, rounds = found.table("groups"), found.table("rounds")
        assert set(rounds["county_code"]) == {TASHKURGAN}
        assert (rounds.groupby("year")["units"].sum() > 0).all()
        last = groups[groups["year"] == found.question.years[-1]]
        assert last["persons_at_home"].sum() > 0

    def test_the_plan_says_what_a_building_there_would_have_cost_a_person(self) -> None:
        told = solved("network_tashkurgan_rounds").table("explanations")
        of = told[told["kind"] == "building_instead"]
        assert (of["subject"].astype(str).str.removesuffix(".0") == TASHKURGAN).all()
        assert ((of["value"] > 0) & np.isfinite(of["value"])).any()
        assert of["unit"].str.startswith("yuan/person").all()
        assert of["zh"].str.contains("每人").any()
        assert of["en"].str.contains("a person").any()

    def test_nothing_is_set_up_and_all_the_money_goes_into_rounds(self) -> None:
        found = solved("network_tashkurgan_rounds")
        assert (found.table("sites_by_year")["opened"] == 0).all()
        assert found.table("money")["yuan"].sum() == pytest.approx(found.table("rounds")["yuan"].sum(), abs=1.0)


def test_a_county_over_the_line_gets_places_of_special_education_in_every_stage() -> None:
    found = solved("network_special_schools")
    rule = special_school_rule(found.area).table.set_index("county_code")
    assert rule.index[rule["obliged"]].tolist() == [XINHE]
    assert TASHKURGAN in found.question.counties
    groups = found.table("groups")
    last = groups[(groups["year"] == found.question.years[-1]) & (groups["county_code"] == XINHE)]
    assert (last.groupby("service")["persons_served"].sum() > 0).all()
    assert set(last["service"]) == {"school_preschool", "school_compulsory", "school_senior"}
    assert found.table("rounds").empty

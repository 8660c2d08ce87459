"""From a scenario to the arrays of the engine: shapes, people, places, money, staff and every change."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from four_counties import SHACHE, TASHKURGAN, TIEMENGUAN, YANQI, asked, four_counties, posed

from geodata.services import services
from optimizers.network.problem import BARRED, FREE, STANDS
from planning import PlanningError
from planning.network.posing.pose import NetworkQuestion, pose_network
from planning.network.posing.reach import seasons_of

MONEY = [{"source": "a", "yuan": 12e6}]


@pytest.fixture(scope="module")
def usual() -> NetworkQuestion:
    return posed(money=MONEY)


@pytest.fixture(scope="module")
def seasons() -> NetworkQuestion:
    return posed(season="both", money=MONEY)


def candidate(question: NetworkQuestion, county: str = SHACHE) -> str:
    """A township candidate of a county."""
    sites = question.sites
    here = (sites["role"] == "candidate") & (sites["tier"] == "township") & (sites["county_code"] == county)
    return str(sites.loc[here, "site_id"].iloc[0])


def position(question: NetworkQuestion, site: str) -> int:
    return int(np.flatnonzero(question.sites["site_id"] == site)[0])


def change(kind: str, site: str, **more: Any) -> dict[str, Any]:
    return {"changes": [{"type": kind, "site": site, **more}]}


def modules_at(question: NetworkQuestion, site: str) -> pd.DataFrame:
    return question.modules[question.modules["site_id"] == site]


def forms_at(question: NetworkQuestion, site: str) -> pd.DataFrame:
    return question.forms[question.forms["site_id"] == site]


class TestShapes:
    @pytest.fixture(params=["usual", "seasons"])
    def question(self, request: pytest.FixtureRequest) -> NetworkQuestion:
        found: NetworkQuestion = request.getfixturevalue(request.param)
        return found

    def test_every_array_has_its_shape(self, question: NetworkQuestion) -> None:
        p = question.problem
        r, m, f, k = len(question.rows), len(question.sites), len(question.forms), len(question.modules)
        s, g, b = len(question.services), len(question.counties), len(question.sources)
        resources = p.module_use.shape[1]
        assert (p.services, p.groups, p.years) == (s, g, len(question.years))
        for name in ("service", "group", "units", "worth", "round_yuan", "round_value", "round_days", "round_pool"):
            assert getattr(p, name).shape == (r,), name
        for name in ("site_group", "site_pool", "site_by"):
            assert getattr(p, name).shape == (m,), name
        for name in ("form_site", "form_capital", "form_running", "form_space", "form_state"):
            assert getattr(p, name).shape == (f,), name
        for name in ("site", "service", "capacity", "capital", "running", "space", "state"):
            assert getattr(p, f"module_{name}").shape == (k,), name
        assert len(p.reach) == len(p.season_share) == len(question.seasons)
        assert {table.shape for table in p.reach} == {(r, m)}
        assert p.form_needs.shape == (f, m)
        assert p.pool.shape == (len(question.pool_sites), resources)
        assert (p.money.shape, p.pays.shape, p.carry.shape) == ((b, p.years), (b, g, 2), (b,))
        assert (p.floor.shape, p.standard.shape, p.tilt_groups.shape) == ((g,), (s,), (g,))

    def test_every_number_is_one(self, question: NetworkQuestion) -> None:
        p = question.problem
        for name in ("units", "worth", "form_capital", "form_running", "form_space", "module_capacity"):
            values = getattr(p, name)
            assert np.isfinite(values).all(), name
            assert (values >= 0).all(), name
        assert (p.units > 0).all()
        assert not np.isnan(p.round_yuan).any()
        assert np.isfinite(p.round_days).all()
        assert sum(p.season_share) == pytest.approx(1.0)
        assert all((table.data >= 0).all() for table in p.reach)

    def test_every_position_is_there(self, question: NetworkQuestion) -> None:
        p = question.problem
        assert set(p.group) <= set(range(p.groups))
        assert set(p.service) == set(range(p.services))
        assert set(p.module_service) <= {-1, *range(p.services)}
        assert set(p.site_pool) | set(p.round_pool) <= {-1, *range(len(p.pool))}
        assert set(p.form_state) | set(p.module_state) <= {FREE, STANDS, BARRED}
        assert list(question.sites["site_id"].to_numpy()[p.form_site]) == list(question.forms["site_id"])
        assert list(question.sites["site_id"].to_numpy()[p.module_site]) == list(question.modules["site_id"])

    def test_what_stands_costs_nothing_and_takes_nothing(self, question: NetworkQuestion) -> None:
        p = question.problem
        forms, modules = p.form_state == STANDS, p.module_state == STANDS
        assert forms.any()
        assert modules.any()
        for name in ("form_capital", "form_running"):
            assert not getattr(p, name)[forms].any(), name
        for name in ("module_capital", "module_running", "module_use", "module_space"):
            assert not getattr(p, name)[modules].any(), name

    def test_a_site_has_one_standing_form_at_most(self, question: NetworkQuestion) -> None:
        standing = question.forms[question.forms["state"] == STANDS]
        assert not standing["site_id"].duplicated().any()
        existing = question.sites.loc[question.sites["role"] == "existing", "site_id"]
        assert set(standing["site_id"]) == set(existing)


class TestPeople:
    def test_a_person_served_for_a_year_counts_one_in_shares_whatever_the_service(self, usual: NetworkQuestion) -> None:
        p = usual.problem
        np.testing.assert_allclose(p.worth * p.units, usual.rows["persons"], rtol=1e-5)

    def test_a_unit_counts_its_attendances(self, usual: NetworkQuestion) -> None:
        p = usual.problem
        row = np.repeat(np.arange(len(p.units)), np.diff(p.reach[0].indptr))
        found = dict(zip(usual.rows["service"].to_numpy()[row], p.reach[0].data, strict=True))
        assert found == {
            "rehabilitation": 1, "culture_sports": 1, "device_fitting": 1, "day_care": 230,
            "supported_employment": 230, "school_compulsory": 190,
        }  # fmt: skip
        assert set(p.round_value[usual.rows["service"] == "school_compulsory"]) == {40}  # lessons at home in a year

    def test_rows_lie_in_the_cells_that_they_name(self, usual: NetworkQuestion) -> None:
        assert list(np.array(usual.cell_ids)[usual.row_cell]) == list(usual.rows["cell_id"])
        assert [usual.counties[g] for g in usual.problem.group] == list(usual.rows["county_code"])
        assert [usual.services[s] for s in usual.problem.service] == list(usual.rows["service"])

    def test_the_neediest_count_by_their_weights_and_shares_do_not(self, usual: NetworkQuestion) -> None:
        heavy = posed({"weights": {"severe": 2.0, "hardship": 5.0}}, aims=["neediest"], money=MONEY)
        times = heavy.rows["weight_class"].map({"other": 1.0, "severe": 2.0, "hardship": 5.0}).to_numpy()
        np.testing.assert_allclose(heavy.problem.round_value, usual.problem.round_value * times)
        np.testing.assert_array_equal(heavy.problem.worth, usual.problem.worth)
        assert heavy.engine_aims == ("most",)

    def test_scaled_demand_scales_the_rows_of_its_county(self, usual: NetworkQuestion) -> None:
        twice = posed({"changes": [{"type": "scale_demand", "county": TASHKURGAN, "factor": 2.0}]}, money=MONEY)
        before, after = (q.rows.groupby("county_code")["units"].sum() for q in (usual, twice))
        assert after[TASHKURGAN] == pytest.approx(2 * before[TASHKURGAN], rel=0.01)
        assert after[SHACHE] == pytest.approx(before[SHACHE])

    def test_the_kolm_pollak_value_falls_with_the_way_and_is_zero_at_the_cap(self, usual: NetworkQuestion) -> None:
        question = posed(aims=["kolm_pollak"], inequality_aversion=2.0, money=MONEY)
        kappa = 2.0 * four_counties().alpha
        cap = four_counties().assumptions["equity_cap_min"]
        p, minutes = question.problem, question.minutes_of(0, 0).toarray()
        for r in np.flatnonzero(p.service == 0)[::200]:
            here = slice(*p.reach[0].indptr[r : r + 2])
            t = minutes[question.row_cell[r], p.reach[0].indices[here]]
            np.testing.assert_allclose(p.reach[0].data[here], p.worth[r] * (1 - np.exp(kappa * (t - cap))))
        np.testing.assert_allclose(p.round_value, p.worth * (1 - np.exp(-kappa * cap)))
        np.testing.assert_array_equal(p.reach[0].indices, usual.problem.reach[0].indices)


class TestReach:
    @pytest.mark.parametrize("service", ["rehabilitation", "supported_employment", "school_compulsory"])
    def test_a_pair_is_stored_when_it_is_in_time_and_the_site_may_serve(
        self, usual: NetworkQuestion, service: str
    ) -> None:
        s = usual.services.index(service)
        area = four_counties()
        rules = area.assumptions.travel_rules("summer", services()[service].profile)
        minutes = np.full((len(area.data.cells), len(area.sites)), np.inf)
        table = area.minutes(rules, area.closed_in(7)).tocoo()
        minutes[table.coords[0], table.coords[1]] = table.data
        modules = usual.modules[(usual.modules["state"] != BARRED) & (usual.modules["service"] == service)]
        column = {site: j for j, site in enumerate(area.sites["site_id"])}
        cells = {cell: i for i, cell in enumerate(area.data.cells["cell_id"])}
        at = [(j, column[site]) for j, site in enumerate(usual.sites["site_id"]) if site in column]
        at = [(j, k) for j, k in at if usual.sites["site_id"][j] in set(modules["site_id"])]
        limit = np.where(usual.sites["tier"] == "village", 15, services()[service].max_minutes)
        for r in np.flatnonzero(usual.problem.service == s)[::97]:
            expected = {j for j, k in at if minutes[cells[usual.rows["cell_id"][r]], k] <= limit[j]}
            reach = usual.problem.reach[0]
            found = set(reach.indices[reach.indptr[r] : reach.indptr[r + 1]])
            beside = {j for j in found if usual.sites["site_id"][j] not in column}
            assert found - beside == expected
            assert set(usual.sites["host_type"].iloc[list(beside)]) <= {"special_school"}

    def test_own_minutes_and_profiles_take_the_place_of_the_usual_ones(self, usual: NetworkQuestion) -> None:
        wider = posed(money=MONEY, minutes={"day_care": 45}, profiles={"day_care": "car"})
        s = usual.services.index("day_care")
        assert (usual.longest_min[s], wider.longest_min[s]) == (30, 45)
        assert wider.profiles[s] == "car"
        pairs = [np.diff(q.problem.reach[0].indptr)[q.problem.service == s].sum() for q in (usual, wider)]
        assert pairs[1] > pairs[0]

    def test_all_year_holds_what_is_in_time_in_both_seasons(self, seasons: NetworkQuestion) -> None:
        both = posed(season="all_year", money=MONEY)
        tables = [table.astype(bool).toarray() for table in (*seasons.problem.reach, *both.problem.reach)]
        assert seasons.seasons == ("summer", "winter")
        assert both.seasons == ("all_year",)
        np.testing.assert_array_equal(tables[2], tables[0] & tables[1])
        assert tables[1].sum() < tables[0].sum()
        assert tuple(seasons.problem.season_share) == pytest.approx((7 / 12, 5 / 12))

    @pytest.mark.parametrize(
        ("around", "network", "conditions"),
        [
            ({}, {}, [[("summer", ())]]),
            ({}, {"season": "winter"}, [[("winter", ("duku", "g219", "khunjerab"))]]),
            ({"season": "winter"}, {}, [[("winter", ("duku", "g219", "khunjerab"))]]),
            ({"month": 4}, {}, [[("summer", ("duku",))]]),
            ({}, {"season": "both"}, [[("summer", ())], [("winter", ("duku", "g219", "khunjerab"))]]),
            ({}, {"season": "all_year"}, [[("summer", ()), ("winter", ("duku", "g219", "khunjerab"))]]),
            ({"changes": [{"type": "close_road", "closure": "g219"}]}, {}, [[("summer", ("g219",))]]),
        ],
    )
    def test_every_season_has_its_closures(
        self, around: dict[str, Any], network: dict[str, Any], conditions: list[list[tuple[str, tuple[str, ...]]]]
    ) -> None:
        scenario, area = asked(around, **network), four_counties()
        assert scenario.network is not None
        found = seasons_of(scenario, scenario.network, area, area.assumptions)
        assert [[(speeds, tuple(sorted(shut))) for speeds, shut in season.conditions] for season in found] == conditions

    def test_separate_owners_serve_their_own_people(self, usual: NetworkQuestion) -> None:
        apart = posed(money=MONEY, owners="separate")
        xpcc = np.array([c == TIEMENGUAN for c in apart.rows["county_code"]])
        owned = (apart.sites["owner"] == "xpcc").to_numpy()
        np.testing.assert_array_equal(owned, apart.sites["county_code"] == TIEMENGUAN)
        mixed = [q.problem.reach[0][xpcc][:, ~owned].nnz for q in (usual, apart)]
        assert mixed[0] > 0
        assert mixed[1] == 0
        assert apart.problem.reach[0][~xpcc][:, owned].nnz == 0
        assert apart.problem.reach[0][xpcc][:, owned].nnz > 0
        assert np.isinf(apart.problem.round_yuan[xpcc]).all()  # it has no centre of its own for rounds to set out from
        own = apart.counties.index(TIEMENGUAN)
        assert set(apart.problem.site_pool[owned]) == {own}


class TestRounds:
    def test_rounds_go_to_those_whom_nothing_that_stands_serves(self, usual: NetworkQuestion) -> None:
        p = usual.problem
        offered = np.isfinite(p.round_yuan)
        assert set(usual.rows.loc[offered, "service"]) == {"rehabilitation", "device_fitting", "school_compulsory"}
        for s, service in enumerate(usual.services):
            here = usual.modules[(usual.modules["service"] == service) & (usual.modules["state"] == STANDS)]
            served = (
                np.diff(p.reach[0][:, sorted(set(here["site"]))].indptr) > 0 if len(here) else np.zeros(len(offered))
            )
            assert not (offered & (served > 0) & (p.service == s)).any()
        assert not p.round_days[~offered].any()
        assert (p.round_pool[offered] >= 0).all()

    def test_rounds_set_out_from_the_centre_of_the_county(self, usual: NetworkQuestion) -> None:
        p = usual.problem
        here = np.isfinite(p.round_yuan) & (usual.rows["county_code"] == TASHKURGAN).to_numpy()
        assert here.any()
        assert {usual.counties[h] for h in p.round_pool[here]} == {TASHKURGAN}
        assert usual.pool_sites[usual.counties.index(TASHKURGAN)] == "C653131"

    def test_nothing_is_given_at_home_when_rounds_are_off(self) -> None:
        assert np.isinf(posed(rounds=False, money=MONEY).problem.round_yuan).all()


class TestChoices:
    def test_a_host_is_refitted_in_two_sizes(self, usual: NetworkQuestion) -> None:
        hosts = usual.sites[usual.sites["host_type"] == "township_health_centre"]
        forms = forms_at(usual, hosts["site_id"].iloc[0])
        assert list(zip(forms["form"], forms["size"], strict=True)) == [("embedded", "small"), ("embedded", "large")]
        # 300 m2 x 1,200 yuan and 60,000 of the retrofit
        assert forms["capital_yuan"].iloc[0] == pytest.approx(300 * 1200 + 60_000)
        # 300 m2 x 60 yuan and half a manager, nine tenths of it public
        assert forms["running_yuan"].iloc[0] == pytest.approx(0.9 * (300 * 60 + 0.5 * 70_000))

    def test_a_module_costs_its_staff_and_supplies(self, usual: NetworkQuestion) -> None:
        row = modules_at(usual, candidate(usual, YANQI)).query("service == 'day_care'").iloc[0]
        assert (row["capacity_units"], row["use_care_worker"], row["space_m2"]) == (10, 2, 100)
        assert row["running_yuan"] == pytest.approx(0.9 * (2 * 70_000 + 30_000))

    def test_operating_modes_change_what_the_public_pays(self, usual: NetworkQuestion) -> None:
        asked_for = {"6531": "purchased", TASHKURGAN: "private_aided"}
        other = posed(money=MONEY, modes=asked_for)
        modes = other.forms[other.forms["mode"] != ""].assign(county=other.sites["county_code"].to_numpy()[
            other.forms.loc[other.forms["mode"] != "", "site"]])  # fmt: skip
        assert modes.groupby("county")["mode"].unique().map(list).to_dict() == {
            SHACHE: ["purchased"], TASHKURGAN: ["private_aided"],
            YANQI: ["public_private"], TIEMENGUAN: ["public_private"],
        }  # fmt: skip
        shache = (usual.forms["mode"] != "") & (
            usual.problem.site_group[usual.forms["site"]] == usual.counties.index(SHACHE)
        )
        np.testing.assert_allclose(
            other.forms.loc[shache, "capital_yuan"], 0.2 * usual.forms.loc[shache, "capital_yuan"]
        )

    def test_day_care_stands_only_where_the_data_name_it(self, usual: NetworkQuestion) -> None:
        standing = usual.modules[(usual.modules["state"] == STANDS) & (usual.modules["service"] == "day_care")]
        assert set(standing["site_id"]) == {"C653125", "C653131"}

    def test_training_gives_staff_and_nothing_else(self, usual: NetworkQuestion) -> None:
        training = usual.problem.module_service == -1
        assert set(usual.modules.loc[training, "site_id"]) == {"C652826", "C653125", "C653131"}
        assert (usual.problem.module_use[training][:, :5] < 0).all()
        assert not usual.problem.module_capacity[training].any()

    def test_a_village_point_hangs_on_institutions_near_it(self, usual: NetworkQuestion) -> None:
        needs, tier = usual.problem.form_needs, usual.sites["tier"].to_numpy()
        asks = np.diff(needs.indptr) > 0
        of_village = tier[usual.problem.form_site] == "village"
        free = usual.problem.form_state == FREE
        np.testing.assert_array_equal(asks, of_village & free)
        assert set(tier[needs.indices]) <= {"township", "county"}
        assert "special_school" not in set(usual.sites["host_type"].to_numpy()[needs.indices])

    def test_a_longer_link_ties_more_villages(self, usual: NetworkQuestion) -> None:
        assert posed(money=MONEY, link_minutes=90).problem.form_needs.nnz > usual.problem.form_needs.nnz
        none = posed(money=MONEY, link_minutes=0.001)
        village = none.sites["tier"].to_numpy()[none.problem.form_site] == "village"
        assert (none.problem.form_state[village] == BARRED).all()

    def test_far_townships_refer_nobody_and_draw_no_staff(self) -> None:
        question = posed(money=MONEY, referral_minutes=40, outreach_minutes=70)
        modules = question.modules[question.modules["state"] != STANDS]
        sites = question.sites.iloc[modules["site"]].reset_index(drop=True)
        modules = modules.reset_index(drop=True)
        refers = modules["service"].isin(["rehabilitation", "device_fitting"]) & (sites["tier"] == "township")
        far = sites["centre_min"] > 40
        assert (refers & far).any()
        assert (modules.loc[refers & far, "state"] == BARRED).all()
        alone = question.problem.site_pool < 0
        assert alone.any()
        assert (modules.loc[alone[modules["site"]], "state"] == BARRED).all()

    def test_only_hosts_known_to_be_accessible(self) -> None:
        question = posed(money=MONEY, only_accessible_hosts=True, village_points=False)
        embedded = question.forms["form"] == "embedded"
        assert (question.forms.loc[embedded, "state"] == BARRED).all()

    def test_hosts_as_the_area_knows_them(self, usual: NetworkQuestion) -> None:
        area, sites = four_counties(), usual.sites
        here = (sites["host_type"] == "township_health_centre") & (sites["county_code"] == SHACHE)
        hosts = sites.loc[here, "site_id"].to_list()[:3]
        told = area.data.candidates.assign(accessible="", space_m2=np.nan, owner="").set_index("site_id")
        told.loc[hosts[0], ["accessible", "space_m2"]] = ["True", 200.0]
        told.loc[hosts[1], ["accessible", "owner"]] = ["False", "xpcc"]
        known = replace(area, data=replace(area.data, candidates=told.reset_index()))
        question = pose_network(asked(money=MONEY, only_accessible_hosts=True), known)
        first, second, third = (forms_at(question, host) for host in hosts)
        assert list(first["state"]) == [FREE, FREE]
        assert list(first["space_m2"]) == [200, 200]
        assert list(first["retrofit_yuan"]) == [0, 0]
        for barred in (second, third):
            assert list(barred["state"]) == [BARRED, BARRED]
            assert list(barred["retrofit_yuan"]) == [60_000, 60_000]
        assert [question.sites["owner"][position(question, host)] for host in hosts] == ["local", "xpcc", "local"]

    def test_hosts_and_institutions_of_the_users_own_lists(self, tmp_path: Path) -> None:
        files = {
            "institutions": "id,name,kind,lon,lat,capacity_persons,status\n"
            "I1,总站,rehabilitation_centre,77.24,38.41,200,open\nI2,分站,day_care,77.3,38.5,30,open\n",
            "candidates": "id,name,host_type,lon,lat,capital_yuan,space_m2,accessible\n"
            "K1,一号院,new_building,77.25,38.41,500000,,\nK2,二号院,elderly_home,77.26,38.37,,200,是\n",
        }
        for name, text in files.items():
            (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")
        layers = {name: str(tmp_path / f"{name}.csv") for name in files}
        question = posed({"layers": layers}, money=MONEY)
        assert list(question.sites["site_id"]) == ["I1", "I2", "K1", "K2"]
        assert list(forms_at(question, "K1")["capital_yuan"]) == [
            250_000,
            500_000,
        ]  # its own price is for the large form
        assert list(forms_at(question, "K2")["retrofit_yuan"]) == [0, 0]
        assert list(forms_at(question, "K2")["space_m2"]) == [200, 200]
        standing = question.modules[question.modules["state"] == STANDS].set_index("site_id")
        rows = question.rows[question.rows["service"] == "rehabilitation"]
        sessions = rows["units"].sum() / rows["persons"].sum()
        assert standing["capacity_units"].to_dict() == {"I1": pytest.approx(200 * sessions), "I2": 30}
        assert np.isinf(question.problem.round_yuan).all()  # there is no county centre to set out from
        assert (question.problem.site_pool == question.problem.site_group).all()

    def test_no_new_buildings(self) -> None:
        forms = posed(money=MONEY, new_buildings=False).forms
        assert set(forms.loc[forms["form"] == "new", "state"]) <= {BARRED}

    def test_village_points_only_when_asked_for(self) -> None:
        assert "village" not in set(posed(money=MONEY, village_points=False).sites["tier"])


class TestChanges:
    def test_a_lock_says_from_which_year(self, usual: NetworkQuestion) -> None:
        site = candidate(usual)
        early, late = (posed(change("lock", site, **year), money=MONEY) for year in ({"year": 2027}, {}))
        assert [q.problem.site_by[position(q, site)] for q in (early, late)] == [1, 4]
        assert (usual.problem.site_by == -1).all()

    @pytest.mark.parametrize("kind", ["forbid", "unsafe"])
    def test_a_forbidden_or_unsafe_candidate_is_barred(self, usual: NetworkQuestion, kind: str) -> None:
        site = candidate(usual)
        reason = {"reason": "泥石流"} if kind == "unsafe" else {}
        question = posed(change(kind, site, **reason), money=MONEY)
        assert set(forms_at(question, site)["state"]) == {BARRED}
        assert set(modules_at(question, site)["state"]) == {BARRED}
        assert question.sites["unsafe"][position(question, site)] == reason.get("reason", "")
        assert position(question, site) not in set(question.problem.form_needs.indices)

    @pytest.mark.parametrize("kind", ["close", "unsafe"])
    def test_a_closed_or_unsafe_institution_is_gone(self, kind: str) -> None:
        reason = {"reason": "地震"} if kind == "unsafe" else {}
        question = posed(change(kind, f"C{TASHKURGAN}", **reason), money=MONEY)
        assert f"C{TASHKURGAN}" not in set(question.sites["site_id"])
        assert question.pool_sites[question.counties.index(TASHKURGAN)] == ""

    def test_an_opened_candidate_stands_with_its_services(self, usual: NetworkQuestion) -> None:
        site = candidate(usual)
        question = posed(change("open", site), money=MONEY)
        standing = modules_at(question, site).query(f"state == {STANDS}")
        assert {"rehabilitation", "day_care"} <= set(standing["service"])
        assert list(forms_at(question, site)["form"]) == ["existing", "upgraded"]

    def test_an_upgraded_centre_serves_in_proportion(self, usual: NetworkQuestion) -> None:
        site = f"C{SHACHE}"
        larger = posed(change("upgrade", site, capacity_persons=6000), money=MONEY)
        before, after = (modules_at(q, site).query(f"state == {STANDS}")["capacity_units"] for q in (usual, larger))
        np.testing.assert_allclose(after, 2 * before.to_numpy())

    def test_an_upgraded_candidate_is_refused_in_words(self, usual: NetworkQuestion) -> None:
        with pytest.raises(PlanningError, match="follows from its modules"):
            posed(change("upgrade", candidate(usual), capacity_persons=60), money=MONEY)

    def test_a_lock_where_nothing_may_be_built_is_refused_in_words(self, usual: NetworkQuestion) -> None:
        site = candidate(usual)
        with pytest.raises(PlanningError, match=f"site '{site}' is locked, but no building is allowed there"):
            posed(change("lock", site), only_accessible_hosts=True, new_buildings=False, money=MONEY)

    def test_more_locks_than_sites_are_refused_in_words(self, usual: NetworkQuestion) -> None:
        locks = [*change("lock", candidate(usual))["changes"], *change("lock", candidate(usual, YANQI))["changes"]]
        with pytest.raises(PlanningError, match=r"2 sites are locked but \[network\] most_sites is 1"):
            posed({"changes": locks}, most_sites=1, money=MONEY)

    def test_unknown_codes_are_named(self) -> None:
        with pytest.raises(PlanningError, match="no candidate 'G0'"):
            posed(change("lock", "G0"), money=MONEY)


class TestLimits:
    def test_money_goes_where_it_is_earmarked_to(self) -> None:
        question = posed(
            years=3,
            money=[
                {"source": "a", "yuan": [1, 2, 3], "carry": True},
                {"source": "b", "yuan": 5, "pays": "capital", "prefectures": ["6528"]},
                {"source": "c", "yuan": 7, "pays": "running", "counties": [SHACHE]},
            ],
        )
        p = question.problem
        assert p.money.tolist() == [[1, 2, 3], [5, 5, 5], [7, 7, 7]]
        assert p.carry.tolist() == [True, False, False]
        assert p.pays[0].all()
        assert p.pays[1].tolist() == [[c.startswith("6528"), False] for c in question.counties]
        assert p.pays[2].tolist() == [[False, c == SHACHE] for c in question.counties]

    def test_floors_standards_and_tilt(self) -> None:
        question = posed(
            floors={"county_share": 0.1, "counties": {TASHKURGAN: 0.3}},
            standards={"day_care": 0.2},
            tilt={"share": 0.4, "prefectures": ["6528"], "counties": [TIEMENGUAN]},
            most_sites=9,
        )
        p = question.problem
        assert dict(zip(question.counties, p.floor, strict=True)) == {
            SHACHE: 0.1,
            TASHKURGAN: 0.3,
            YANQI: 0.1,
            TIEMENGUAN: 0.1,
        }
        assert dict(zip(question.services, p.standard, strict=True))["day_care"] == 0.2
        assert [c for c, here in zip(question.counties, p.tilt_groups, strict=True) if here] == [YANQI, TIEMENGUAN]
        assert (p.tilt_share, p.most_sites, p.money.shape) == (0.4, 9, (0, 5))

    def test_staff_by_county(self, usual: NetworkQuestion) -> None:
        given = posed(
            staff={"therapist": 5, "round_staff": 2}, staff_counties=[{"county": SHACHE, "therapist": 11}], money=MONEY
        )
        by_county = dict(zip(given.counties, given.problem.pool, strict=True))
        assert by_county[SHACHE][0] == 11
        assert by_county[YANQI][0] == 5
        assert by_county[YANQI][5] == 2 * 230
        residents = four_counties().demand(four_counties().assumptions.demand_rates())
        shache = residents.loc[residents["county_code"] == SHACHE, "persons"].sum()
        usual_pool = dict(zip(usual.counties, usual.problem.pool, strict=True))
        assert usual_pool[SHACHE][1] == pytest.approx(20 * shache / 10_000)
        assert usual_pool[TASHKURGAN][4] == 2  # the least that any county finds


def test_an_assumption_of_the_catalogue_can_be_changed() -> None:
    dear = posed({"assumptions": {"staff_yuan_year": 80_000.0}}, money=MONEY)
    row = modules_at(dear, candidate(dear, YANQI)).query("service == 'day_care'").iloc[0]
    assert row["running_yuan"] == pytest.approx(0.9 * (2 * 80_000 + 30_000))
    assert next(r for r in dear.assumptions.rows if r.key == "staff_yuan_year").mark == "J"


def test_posing_leaves_the_area_as_it_was() -> None:
    before = four_counties().fingerprint()
    pose_network(asked(season="winter", money=MONEY), four_counties())
    assert four_counties().fingerprint() == before

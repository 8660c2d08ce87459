"""From a scenario to numbers: what every change does, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from made_scenarios import COUNTY, PEOPLE, few_sites, quick, scenario

from planning import PlanningError, StudyArea, run
from planning.plan import Plan
from planning.question import Question, pose, weights
from planning.scenario import load


def dense(question: Question) -> np.ndarray:
    """Minutes with inf where no route is known."""
    table = np.full(question.minutes.shape, np.inf)
    rows = np.repeat(np.arange(table.shape[0]), np.diff(question.minutes.indptr))
    table[rows, question.minutes.indices] = question.minutes.data
    return table


def here(area: StudyArea) -> list[str]:
    """Township candidates of one county."""
    rows = area.candidates[(area.candidates["county_code"] == COUNTY) & (area.candidates["kind"] == "township_place")]
    return list(rows["site_id"])


def change(kind: str, site: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "site": site, **more}


class TestLocks:
    def test_a_locked_site_is_chosen_and_counts_among_the_sites(self, area: StudyArea, small_plan: Plan) -> None:
        left = next(s for s in here(area) if s not in small_plan.proposed)
        plan = run(few_sites(sites=3, changes=[change("lock", left)]), area)
        assert left in plan.proposed
        assert len(plan.proposed) == plan.indicators["sites"] == 3
        assert plan.sites.set_index("site_id").loc[left, "role"] == "locked"
        assert set(plan.sites["role"]) == {"existing", "locked", "proposed"}

    def test_a_locked_site_counts_in_the_budget(self, area: StudyArea, small_plan: Plan) -> None:
        left = next(s for s in here(area) if s not in small_plan.proposed)
        price = pose(few_sites(changes=[change("lock", left)]), area).locked_yuan
        assert price > 0
        budget = {"model": "max_coverage", "sites": None, "budget_yuan": 2.5 * price}
        goal = {k: v for k, v in budget.items() if v is not None}
        asked = scenario(objective=goal, candidates={"counties": [COUNTY]}, changes=[change("lock", left)])
        plan = run(asked, area)
        assert left in plan.proposed
        assert price < plan.indicators["cost_yuan"] <= 2.5 * price
        assert plan.indicators["cost_yuan"] == plan.sites.loc[plan.sites["role"] != "existing", "capital_yuan"].sum()

    def test_sites_and_budget_hold_together(self, area: StudyArea, small_plan: Plan) -> None:
        price = small_plan.indicators["cost_yuan"] / 3
        plan = run(few_sites(sites=5, objective={"budget_yuan": 2 * price}), area)
        assert 1 <= plan.indicators["sites"] <= 2
        assert plan.indicators["cost_yuan"] <= 2 * price

    def test_more_locks_than_sites_are_refused(self, area: StudyArea) -> None:
        locks = [change("lock", s) for s in here(area)[:3]]
        with pytest.raises(PlanningError, match=r"3 sites are locked but \[objective\] sites is 2"):
            pose(few_sites(sites=2, changes=locks), area)

    def test_locks_dearer_than_the_budget_are_refused_at_once_with_too_many_locks(self, area: StudyArea) -> None:
        locks = [change("lock", s) for s in here(area)[:3]]
        with pytest.raises(PlanningError) as caught:
            pose(few_sites(sites=2, objective={"budget_yuan": 10.0}, changes=locks), area)
        assert len(caught.value.faults) == 2
        assert "more than the budget of 10" in caught.value.faults[1]

    def test_a_lock_reaches_beyond_the_counties_that_are_open_to_choice(self, area: StudyArea) -> None:
        elsewhere = area.candidates.loc[area.candidates["county_code"] != COUNTY, "site_id"].iloc[0]
        assert elsewhere in run(few_sites(changes=[change("lock", elsewhere)]), area).proposed


class TestOtherChangesOfSites:
    def test_a_forbidden_site_is_never_chosen(self, area: StudyArea, small_plan: Plan) -> None:
        best = list(small_plan.proposed)
        plan = run(few_sites(changes=[change("forbid", s) for s in best]), area)
        assert not set(plan.proposed) & set(best)
        assert len(plan.proposed) == 3
        assert set(plan.options.loc[plan.options["role"] == "forbidden", "site_id"]) == set(best)

    def test_an_opened_site_is_there_already_and_costs_nothing(self, area: StudyArea, small_plan: Plan) -> None:
        first = small_plan.proposed[0]
        plan = run(few_sites(sites=2, changes=[change("open", first)]), area)
        row = plan.sites.set_index("site_id").loc[first]
        assert (row["role"], row["capital_yuan"], row["running_yuan"]) == ("existing", 0.0, 0.0)
        assert first not in plan.proposed
        assert plan.indicators["sites"] == 2

    def test_a_closed_institution_is_gone(self, area: StudyArea) -> None:
        question = pose(scenario(changes=[change("close", "C653101")]), area)
        assert "C653101" not in set(question.sites["site_id"])
        assert len(question.fixed) == len(area.institutions) - 3  # Alar and Tumxuk wait for their people
        assert question.minutes.shape[1] == len(question.sites)

    def test_closing_makes_nobody_quicker_and_somebody_slower(self, area: StudyArea, plans: dict[str, Plan]) -> None:
        plan = run(scenario(changes=[change("close", "C653131")]), area)
        before, after = (p.cells["travel_time_min"].to_numpy() for p in (plans["baseline"], plan))
        assert (after >= before).all()
        assert (after > before).any()

    def test_an_upgraded_site_serves_its_new_number(self, area: StudyArea, plans: dict[str, Plan]) -> None:
        plan = run(scenario(changes=[change("upgrade", "C653101", capacity_persons=9000)]), area)
        row = plan.sites.set_index("site_id").loc["C653101"]
        assert row["capacity_persons"] == 9000
        assert row["load_persons"] <= 9000
        assert plan.indicators["persons_served"] > plans["baseline"].indicators["persons_served"]
        assert plan.indicators["share_within_60_min"] == plans["baseline"].indicators["share_within_60_min"]

    def test_no_site_is_loaded_beyond_its_capacity(self, plans: dict[str, Plan]) -> None:
        for plan in plans.values():
            assert (plan.sites["load_persons"] <= plan.sites["capacity_persons"]).all()
            assert plan.sites["load_persons"].sum() == plan.indicators["persons_served"]


class TestDemand:
    def test_scaled_demand_multiplies_one_county_only(self, area: StudyArea, plans: dict[str, Plan]) -> None:
        asked = scenario(changes=[{"type": "scale_demand", "county": COUNTY, "factor": 2.0}])
        plan, before = run(asked, area), plans["baseline"].cells
        inside = (before["county_code"] == COUNTY).to_numpy()
        assert inside.any()
        assert plan.cells["persons"][inside].sum() == 2 * before["persons"][inside].sum()
        assert (plan.cells["persons"][inside] - 2 * before["persons"][inside]).abs().max() <= 1
        np.testing.assert_array_equal(plan.cells["persons"][~inside], before["persons"][~inside])
        assert plan.indicators["persons_total"] == PEOPLE + before["persons"][inside].sum()

    def test_the_groups_in_the_cells_are_scaled_with_the_persons(self, area: StudyArea) -> None:
        plan = run(scenario(changes=[{"type": "scale_demand", "county": COUNTY, "factor": 0.1}]), area)
        cells = plan.cells
        assert (cells["persons_severe"] <= cells["persons"]).all()
        for ending in (("_severe", "_moderate"), ("_0_14", "_15_59", "_60_plus")):
            parts = [c for c in cells.columns if c.endswith(ending) and c != "persons_severe"]
            np.testing.assert_array_equal(cells[parts].sum(axis=1), cells["persons"])

    def test_two_scalings_of_one_county_multiply(self, area: StudyArea) -> None:
        twice = [{"type": "scale_demand", "county": COUNTY, "factor": 2.0}] * 2
        once, both = (pose(scenario(changes=twice[:n]), area).persons for n in (1, 2))
        plain = pose(scenario(), area).persons
        assert both.sum() - plain.sum() == 3 * (once.sum() - plain.sum())

    def test_the_separate_cities_add_their_people(self, area: StudyArea) -> None:
        counties = area.data.counties
        apart = counties.loc[~counties["in_prefecture_total"], "population"].sum()
        question = pose(scenario(with_separate_xpcc=True), area)
        assert int(question.persons.sum()) == PEOPLE + round(float(apart) * 1_070_000 / 25_852_345)
        assert {"659002", "659003"} <= set(question.cells["county_code"])
        assert not {"659002", "659003"} & set(pose(scenario(), area).cells["county_code"])

    def test_a_weight_is_the_sum_over_groups_each_counted_once(self, area: StudyArea) -> None:
        asked = scenario(weights={"severe": 2.0, "hardship": 5.0})
        cells = pose(asked, area).cells
        hardship = cells["persons_hardship"]
        severe_only = cells["persons_severe"] - hardship
        moderate = cells["persons"] - cells["persons_severe"]
        np.testing.assert_allclose(weights(asked, cells), moderate + 2.0 * severe_only + 5.0 * hardship)
        np.testing.assert_array_equal(weights(scenario(), cells), cells["persons"])

    def test_weights_never_change_a_count_of_persons(self, area: StudyArea) -> None:
        heavy = pose(few_sites(weights={"severe": 9.0}), area)
        assert int(heavy.persons.sum()) == PEOPLE
        assert heavy.problem.weight.sum() > heavy.people.weight.sum() == PEOPLE


class TestCandidates:
    def test_only_candidates_of_the_named_counties_may_be_chosen(self, area: StudyArea) -> None:
        sites = pose(few_sites(), area).sites
        assert set(sites.loc[sites["role"] == "candidate", "site_id"]) == set(here(area))

    def test_village_points_are_there_only_when_asked_for(self, area: StudyArea) -> None:
        for kinds in (["township_place"], ["village_point"], ["township_place", "village_point"]):
            sites = pose(scenario(candidates={"kinds": kinds}), area).sites
            assert set(sites.loc[sites["role"] == "candidate", "kind"]) == set(kinds)

    def test_more_sites_than_candidates_open_all_of_them(self, area: StudyArea) -> None:
        plan = run(few_sites(objective={"model": "p_median", "sites": 500}), area)
        assert len(plan.proposed) <= len(here(area))
        assert plan.solver["status"] == "optimal"


class TestTravelTimes:
    def test_closed_roads_make_trips_longer_or_impossible_and_never_shorter(
        self, area: StudyArea, plans: dict[str, Plan]
    ) -> None:
        closed = pose(plans["winter_passes"].scenario, area)
        opened = pose(plans["winter_passes"].scenario.model_copy(update={"changes": ()}), area)
        before, after = dense(opened), dense(closed)
        assert (after >= before).all()
        assert (after > before).any()

    def test_winter_is_slower_than_summer(self, area: StudyArea) -> None:
        summer, winter = (dense(pose(scenario(season=s), area)) for s in ("summer", "winter"))
        both = np.isfinite(summer) & np.isfinite(winter)
        boarding = area.assumptions["boarding_min"]
        np.testing.assert_allclose(
            winter[both] - boarding, (summer[both] - boarding) / area.assumptions["winter_factor"], rtol=1e-4, atol=1e-3
        )

    def test_a_set_speed_is_used_and_written_down_as_judgement(self, area: StudyArea) -> None:
        more = {"type": "set_speed", "speed": "boarding_min", "value": area.assumptions["boarding_min"] + 7.0}
        plain, slower = pose(scenario(), area), pose(scenario(changes=[more]), area)
        reached = np.isfinite(dense(plain))
        np.testing.assert_allclose((dense(slower) - 7.0)[reached], dense(plain)[reached], rtol=1e-5)
        row = next(r for r in slower.assumptions.rows if r.key == "boarding_min")
        assert row.mark == "J"
        assert "the default is" in row.source


@pytest.fixture(scope="module")
def equity(area: StudyArea) -> Question:
    return pose(quick("neediest_first"), area)


class TestKolmPollakCosts:
    def test_longer_trips_cost_more_and_ever_more(self, equity: Question) -> None:
        cost = equity.problem.travel_time_min
        minutes = dense(equity)
        rows = np.repeat(np.arange(cost.shape[0]), np.diff(cost.indptr))
        t = minutes[rows, cost.indices]
        np.testing.assert_allclose(cost.data, np.exp(equity.kappa * t), rtol=1e-12)
        order = np.argsort(t)
        assert (np.diff(cost.data[order]) >= 0).all()
        assert equity.kappa > 0

    def test_no_trip_costs_more_than_nobody_near(self, equity: Question) -> None:
        cap = equity.assumptions["equity_cap_min"]
        assert equity.problem.unserved_cost == pytest.approx(np.exp(equity.kappa * cap))
        assert equity.problem.travel_time_min.data.max() <= equity.problem.unserved_cost
        assert equity.problem.travel_time_min.nnz == (dense(equity) <= cap).sum()

    def test_kappa_comes_from_the_baseline_times(self, equity: Question, plans: dict[str, Plan]) -> None:
        persons = plans["baseline"].cells["persons"].to_numpy(float)
        t = np.minimum(plans["baseline"].cells["travel_time_min"], equity.assumptions["equity_cap_min"]).to_numpy()
        assert equity.kappa == pytest.approx((persons @ t) / (persons @ t**2))

    def test_without_aversion_the_cost_is_the_time(self, area: StudyArea) -> None:
        plain = pose(few_sites(objective={"model": "p_median"}), area)
        assert plain.kappa == 0.0
        assert plain.problem.unserved_cost == area.assumptions["equity_cap_min"]
        assert plain.problem.travel_time_min.data.max() <= area.assumptions["equity_cap_min"]

    @pytest.mark.filterwarnings("ignore:overflow:RuntimeWarning")
    def test_an_aversion_beyond_numbers_is_refused_in_words(self, area: StudyArea) -> None:
        goal = {"model": "p_median", "sites": 2, "inequality_aversion": 1000.0}
        with pytest.raises(PlanningError, match="inequality_aversion"):
            pose(scenario(objective=goal), area)


class TestRefusals:
    def test_a_scenario_of_another_area_is_refused(self, area: StudyArea) -> None:
        with pytest.raises(PlanningError, match="is for 'elsewhere', not for 'southern_xinjiang'"):
            run(scenario(study_area="elsewhere"), area)

    def test_unknown_codes_are_named_with_the_scenario(self, area: StudyArea) -> None:
        with pytest.raises(PlanningError, match=r"scenario 'made': .*no candidate 'G0'"):
            pose(scenario(changes=[change("lock", "G0")]), area)

    @pytest.mark.filterwarnings("ignore::RuntimeWarning")
    @pytest.mark.parametrize("key", ["main_road_kph", "winter_factor", "equity_cap_min", "control_rate"])
    def test_an_assumption_of_zero_that_would_divide_is_refused(self, key: str, tmp_path: Path) -> None:
        with pytest.raises(PlanningError, match=key):
            scenario(assumptions={key: 0.0}, folder=tmp_path)

    def test_posing_changes_no_shipped_scenario(self, area: StudyArea) -> None:
        before = load("winter_passes")
        pose(before, area)
        assert load("winter_passes") == before

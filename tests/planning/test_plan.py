"""Plans: everyone counted once, every figure recomputed by other means, no proof claimed without one."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from made_scenarios import COUNTY, PEOPLE, few_sites, quick, scenario, total

from planning import Plan, PlanningError, StudyArea, run
from planning.plan import BAND_NAMES, GROUPS, INDICATORS, bands, ede, mean, share
from planning.question import pose, weights
from planning.scenario import load, shipped
from planning.texts import gap_sentence

NAMES = list(shipped())
OPTIMISED = [n for n in NAMES if load(n).objective.model != "none"]


class TestEveryoneIsCountedOnce:
    @pytest.mark.parametrize("name", NAMES)
    def test_four_groups_add_up_to_everyone_in_every_cell_and_in_all(self, plans: dict[str, Plan], name: str) -> None:
        plan = plans[name]
        groups = plan.cells[[f"persons_{g}" for g in GROUPS]]
        assert (groups >= 0).all().all()
        np.testing.assert_array_equal(groups.sum(axis=1), plan.cells["persons"])
        assert sum(plan.indicators[f"persons_{g}"] for g in GROUPS) == plan.indicators["persons_total"] == PEOPLE
        assert total(plan, "persons") == PEOPLE

    @pytest.mark.parametrize("name", NAMES)
    def test_a_group_says_what_the_travel_time_says(self, plans: dict[str, Plan], name: str) -> None:
        cells, near = plans[name].cells, plans[name].scenario.objective.minutes
        minutes = cells["travel_time_min"]
        assert cells.loc[minutes > near, ["persons_served", "persons_near_but_full"]].to_numpy().sum() == 0
        assert cells.loc[minutes <= near, ["persons_too_far", "persons_no_route"]].to_numpy().sum() == 0
        assert cells.loc[np.isinf(minutes), "persons_too_far"].sum() == 0
        assert cells.loc[np.isfinite(minutes), "persons_no_route"].sum() == 0

    @pytest.mark.parametrize("name", NAMES)
    def test_persons_nearest_to_the_sites_are_all_persons_with_a_route(self, plans: dict[str, Plan], name: str) -> None:
        plan = plans[name]
        routed = plan.cells.loc[np.isfinite(plan.cells["travel_time_min"]), "persons"].sum()
        assert plan.sites["nearest_persons"].sum() == routed
        assert set(plan.cells["nearest_site_id"]) - {""} <= set(plan.sites["site_id"])
        assert ((plan.cells["nearest_site_id"] == "") == np.isinf(plan.cells["travel_time_min"])).all()


class TestThresholds:
    def test_a_band_includes_its_upper_end(self) -> None:
        at = np.array([0.0, 30.0, np.nextafter(30.0, 31), 60.0, np.nextafter(60.0, 61), 120.0, 121.0, np.inf])
        names = [BAND_NAMES[b] for b in bands(at)]
        assert names == [
            "within_30", "within_30", "within_60", "within_60", "within_120", "within_120", "beyond_120", "no_route",
        ]  # fmt: skip

    def test_persons_at_exactly_the_limit_are_near(self, area: StudyArea, plans: dict[str, Plan]) -> None:
        cells = plans["baseline"].cells
        some = cells[(cells["travel_time_min"] > 40) & (cells["travel_time_min"] < 80) & (cells["persons"] > 0)]
        exact = float(some["travel_time_min"].iloc[0])
        at, below = (run(scenario(objective={"minutes": m}), area) for m in (exact, float(np.nextafter(exact, 0))))
        first = some.index[0]
        near = ["persons_served", "persons_near_but_full"]
        assert at.cells.loc[first, near].sum() == cells.loc[first, "persons"]
        assert below.cells.loc[first, near].sum() == 0
        assert below.cells.loc[first, "persons_too_far"] == cells.loc[first, "persons"]

    def test_persons_at_exactly_60_minutes_are_within_60_minutes(self) -> None:
        persons, minutes = np.array([3.0, 5.0, 2.0]), np.array([60.0, np.nextafter(60.0, 61), np.inf])
        assert [BAND_NAMES[b] for b in bands(minutes)] == ["within_60", "within_120", "no_route"]
        assert share(persons, minutes <= 60) == 0.3

    def test_a_share_of_nobody_is_nothing_and_a_mean_of_nobody_is_unknown(self) -> None:
        assert share(np.zeros(2), np.array([True, False])) == 0.0
        assert np.isnan(mean(np.zeros(2), np.array([1.0, 2.0])))


class TestFiguresRecomputed:
    @pytest.mark.parametrize("name", NAMES)
    def test_shares_and_means_follow_from_the_cells(self, plans: dict[str, Plan], name: str) -> None:
        found, cells = plans[name].indicators, plans[name].cells
        persons, minutes = cells["persons"].to_numpy(float), cells["travel_time_min"].to_numpy(float)
        for limit in (30, 60, 120):
            expected = persons[minutes <= limit].sum() / persons.sum()
            assert found[f"share_within_{limit}_min"] == pytest.approx(expected, rel=1e-12)
        severe = cells["persons_severe"].to_numpy(float)
        assert found["share_severe_within_60_min"] == pytest.approx(severe[minutes <= 60].sum() / severe.sum())
        routed = np.isfinite(minutes)
        expected = np.average(minutes[routed], weights=persons[routed])
        assert found["mean_travel_time_min"] == pytest.approx(expected, rel=1e-12)
        means = [
            np.average(g["travel_time_min"], weights=g["persons"]) for _, g in cells[routed].groupby("county_code")
        ]
        assert found["worst_county_mean_min"] == pytest.approx(max(means))

    @pytest.mark.parametrize("name", NAMES)
    def test_the_equity_equivalent_lies_between_mean_and_longest(
        self, area: StudyArea, plans: dict[str, Plan], name: str
    ) -> None:
        plan = plans[name]
        cap = plan.assumptions["equity_cap_min"]
        t = np.minimum(plan.cells["travel_time_min"].to_numpy(float), cap)
        w = plan.cells["persons"].to_numpy(float)
        kappa = area.alpha  # one scale for all plans, so that they can be compared
        assert plan.indicators["ede_travel_time_min"] == pytest.approx(np.log(w @ np.exp(kappa * t) / w.sum()) / kappa)
        assert np.average(t, weights=w) < plan.indicators["ede_travel_time_min"] < cap

    def test_nobody_worse_off_means_no_higher_equivalent(self) -> None:
        persons, before = np.array([1.0, 99.0, 58.0]), np.array([165.4, 26.1, 11.3])
        after = np.array([165.4, 23.3, 11.3])
        assert ede(persons, after, 240.0, 0.014) < ede(persons, before, 240.0, 0.014)

    @pytest.mark.parametrize("name", NAMES)
    def test_travel_times_are_the_nearest_of_the_open_sites(
        self, area: StudyArea, plans: dict[str, Plan], name: str
    ) -> None:
        plan = plans[name]
        question = pose(plan.scenario, area)
        rows = np.repeat(np.arange(len(plan.cells)), np.diff(question.minutes.indptr))
        opened = question.sites["site_id"].isin(plan.sites["site_id"]).to_numpy()[question.minutes.indices]
        nearest = np.full(len(plan.cells), np.inf)
        np.minimum.at(nearest, rows[opened], question.minutes.data[opened])
        np.testing.assert_array_equal(plan.cells["travel_time_min"], nearest)

    @pytest.mark.parametrize("name", [n for n in OPTIMISED if load(n).objective.model == "max_coverage"])
    def test_the_objective_of_coverage_is_the_persons_within_the_limit(self, plans: dict[str, Plan], name: str) -> None:
        cells, near = plans[name].cells, plans[name].scenario.objective.minutes
        covered = cells.loc[cells["travel_time_min"] <= near, "persons"].sum()
        assert plans[name].solver["objective"] == pytest.approx(covered, abs=1e-6)
        assert plans[name].solver["unit"] == "weighted persons"

    def test_the_objective_of_weighted_coverage_counts_the_severe_for_more(self, area: StudyArea) -> None:
        plan = run(few_sites(weights={"severe": 3.0, "hardship": 4.0}), area)
        near = plan.cells[plan.cells["travel_time_min"] <= 60]
        expected = near["persons"].sum() + 2 * near["persons_severe"].sum() + near["persons_hardship"].sum()
        assert plan.solver["objective"] == pytest.approx(expected)

    def test_the_equity_objective_is_the_equally_distributed_equivalent_in_minutes(
        self, area: StudyArea, plans: dict[str, Plan]
    ) -> None:
        plan, baseline = plans["neediest_first"], plans["baseline"].cells
        cap = plan.assumptions["equity_cap_min"]
        before = np.minimum(baseline["travel_time_min"].to_numpy(float), cap)
        persons = baseline["persons"].to_numpy(float)
        kappa = plan.scenario.objective.inequality_aversion * (persons @ before) / (persons @ before**2)
        w = weights(plan.scenario, plan.cells)
        t = np.minimum(plan.cells["travel_time_min"].to_numpy(float), cap)
        expected = np.log(w @ np.exp(kappa * t) / w.sum()) / kappa
        assert plan.solver["objective"] == pytest.approx(expected, rel=1e-9)
        assert plan.solver["unit"] == "min (Kolm-Pollak equivalent)"

    def test_the_objective_of_a_p_median_is_the_mean_of_capped_minutes(self, area: StudyArea) -> None:
        plan = run(few_sites(objective={"model": "p_median"}), area)
        t = np.minimum(plan.cells["travel_time_min"].to_numpy(float), plan.assumptions["equity_cap_min"])
        assert plan.solver["objective"] == pytest.approx(np.average(t, weights=plan.cells["persons"]), rel=1e-9)

    @pytest.mark.parametrize("name", NAMES)
    def test_costs_and_numbers_follow_from_the_sites(self, plans: dict[str, Plan], name: str) -> None:
        plan, goal = plans[name], plans[name].scenario.objective
        new = plan.sites[plan.sites["role"] != "existing"]
        assert plan.indicators["sites"] == len(new) == len(plan.proposed)
        prices = [plan.assumptions[f"capital_yuan_{host}"] for host in new["host_type"]]
        assert plan.indicators["cost_yuan"] == pytest.approx(sum(prices))
        assert goal.sites is None or len(new) <= goal.sites
        assert goal.budget_yuan is None or plan.indicators["cost_yuan"] <= goal.budget_yuan

    def test_every_indicator_is_there_in_order_with_unit_and_denominator(self, plans: dict[str, Plan]) -> None:
        keys = [i.key for i in INDICATORS]
        for plan in plans.values():
            assert list(plan.indicators) == keys
        assert all(i.unit for i in INDICATORS)
        assert all(i.of for i in INDICATORS if i.unit in ("share", "min"))

    def test_more_sites_never_cover_fewer(self, area: StudyArea, plans: dict[str, Plan]) -> None:
        baseline = plans["baseline"].indicators["share_within_60_min"]
        shares = [run(few_sites(sites=n), area).indicators["share_within_60_min"] for n in (1, 3, 6)]
        assert baseline <= shares[0] <= shares[1] <= shares[2]
        assert baseline < shares[2]


class TestProofs:
    @pytest.mark.parametrize("name", OPTIMISED)
    @pytest.mark.parametrize("effort", ["quick", "thorough"])
    def test_the_bound_is_never_worse_than_the_objective_and_optimal_means_no_gap(
        self, area: StudyArea, plans: dict[str, Plan], name: str, effort: str
    ) -> None:
        solver = (plans[name] if effort == "thorough" else run(quick(name), area)).solver
        objective, bound, gap = solver["objective"], solver["bound"], solver["gap"]
        slack = 1e-5 * abs(objective)  # the proof tolerance of 1e-6 holds for exp(kappa t), not for its logarithm
        if load(name).objective.model == "max_coverage":
            assert bound >= objective - 1e-9
            assert gap == 0.0 or gap == pytest.approx((bound - objective) / bound, rel=1e-6)
        else:
            assert bound <= objective + 1e-9
        assert solver["status"] in ("optimal", "feasible")
        assert (solver["status"] == "optimal") == (gap == 0.0)
        assert solver["status"] == "feasible" or abs(bound - objective) <= slack
        assert bool(solver["reason"]) == (solver["status"] != "optimal")

    def test_the_sentence_about_the_gap_never_promises_too_much(self, area: StudyArea) -> None:
        solver = run(quick("frugal"), area).solver
        assert solver["gap"] > 0
        said = gap_sentence("max_coverage", solver["status"], solver["gap"], "en")
        percent = float(said.removeprefix("no plan can be more than ").split(" ")[0])
        assert solver["objective"] * (1 + percent / 100) >= solver["bound"]

    def test_quick_never_finds_a_better_plan_than_the_thorough_bound(
        self, area: StudyArea, plans: dict[str, Plan]
    ) -> None:
        for name in OPTIMISED:
            found, proven = run(quick(name), area).solver, plans[name].solver
            if load(name).objective.model == "max_coverage":
                assert found["objective"] <= proven["bound"] + 1e-6
            else:
                assert found["objective"] >= proven["bound"] - 1e-6

    def test_what_was_not_optimised_claims_nothing(self, plans: dict[str, Plan]) -> None:
        solver = plans["baseline"].solver
        assert solver["status"] == "evaluated"
        assert solver["objective"] is solver["bound"] is solver["gap"] is None
        assert plans["baseline"].proposed == ()

    def test_three_sites_of_one_county_are_the_best_by_trying_all(self, area: StudyArea) -> None:
        asked = few_sites(sites=2, solver={"effort": "thorough"})
        plan, question = run(asked, area), pose(asked, area)
        near = np.zeros(question.minutes.shape, bool)
        rows = np.repeat(np.arange(near.shape[0]), np.diff(question.minutes.indptr))
        near[rows, question.minutes.indices] = question.minutes.data <= 60
        existing = near[:, list(question.fixed)].any(axis=1)
        candidates = np.flatnonzero(question.sites["role"] == "candidate")
        assert 3 <= len(candidates) <= 60
        best = max(question.persons[existing | near[:, a] | near[:, b]].sum() for a, b in combinations(candidates, 2))
        assert plan.solver["status"] == "optimal"
        assert plan.solver["objective"] == best


class TestOtherModels:
    def test_a_cover_of_one_county_reaches_all_who_can_be_reached(self, area: StudyArea) -> None:
        goal = {"model": "set_cover", "minutes": 60}
        asked = scenario(objective=goal, candidates={"counties": [COUNTY]}, solver={"effort": "thorough"})
        plan, question = run(asked, area), pose(asked, area)
        rows = np.repeat(np.arange(len(plan.cells)), np.diff(question.minutes.indptr))
        best = np.full(len(plan.cells), np.inf)
        np.minimum.at(best, rows, question.minutes.data)
        reachable = (best <= 60) & (plan.cells["persons"] > 0).to_numpy()
        assert (plan.cells["travel_time_min"].to_numpy()[reachable] <= 60).all()
        assert plan.solver["status"] == "optimal"
        assert plan.solver["objective"] == len(plan.sites) == len(plan.proposed) + len(question.fixed)
        assert len(plan.proposed) > 0

    def test_a_centre_of_one_county_has_the_longest_trip_as_its_objective(self, area: StudyArea) -> None:
        asked = few_sites(objective={"model": "p_center"})
        plan, question = run(asked, area), pose(asked, area)
        needy = question.problem.weight > 0
        longest = plan.cells["travel_time_min"].to_numpy()[needy].max()
        assert plan.solver["objective"] == pytest.approx(longest)
        assert plan.solver["bound"] <= plan.solver["objective"]
        assert plan.indicators["sites"] <= 3


class TestTheBaselineIsNotTouched:
    def test_running_everything_changes_no_fingerprint(
        self, area: StudyArea, digest_before: str, plans: dict[str, Plan]
    ) -> None:
        assert area.fingerprint() == digest_before
        assert {plan.baseline_digest for plan in plans.values()} == {digest_before}

    @pytest.mark.parametrize("name", ["most_people", "frugal"])
    def test_the_same_scenario_twice_gives_the_same_plan(
        self, area: StudyArea, plans: dict[str, Plan], name: str
    ) -> None:
        again = run(load(name), area)
        assert again.proposed == plans[name].proposed
        assert again.indicators == plans[name].indicators

    def test_the_order_of_runs_does_not_matter(self, area: StudyArea, small_plan: Plan) -> None:
        run(few_sites("other", sites=4, weights={"severe": 5.0}), area)
        assert run(few_sites("small"), area).proposed == small_plan.proposed


class TestNobodyIsReached:
    def test_a_baseline_without_institutions_is_measured_as_no_route(self, area: StudyArea) -> None:
        gone = [{"type": "close", "site": s} for s in area.institutions["site_id"]]
        plan = run(scenario(changes=gone), area)
        assert plan.indicators["persons_no_route"] == PEOPLE

    def test_a_county_without_people_is_not_the_worst(self, area: StudyArea, plans: dict[str, Plan]) -> None:
        first = plans["baseline"].cells["county_code"].min()
        plan = run(scenario(changes=[{"type": "scale_demand", "county": first, "factor": 1e-9}]), area)
        assert np.isfinite(plan.indicators["worst_county_mean_min"])

    def test_nothing_open_and_nothing_asked_for_is_refused_in_words(self, area: StudyArea) -> None:
        gone = [{"type": "close", "site": s} for s in area.institutions["site_id"]]
        asked = scenario(objective={"model": "max_coverage", "sites": 0}, changes=gone)
        with pytest.raises(PlanningError):
            run(asked, area)

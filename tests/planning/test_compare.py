"""Plans side by side: differences from the first, notes, and who gets there quicker."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_scenarios import few_sites, scenario

from planning import Plan, PlanningError, StudyArea, compare, run
from planning.compare import printed, shown, write_comparison
from planning.maps import CHANGE_MIN, compared_cells
from planning.plan import INDICATORS


def named(plan: Plan, name: str, **indicators: float) -> Plan:
    """The same plan under another name, with other figures."""
    asked = plan.scenario.model_copy(update={"name": name, "title_zh": "", "title_en": ""})
    return replace(plan, scenario=asked, indicators={**plan.indicators, **indicators})


def with_minutes(plan: Plan, minutes: list[float]) -> Plan:
    """The first cells of a plan with these travel times."""
    cells = plan.cells.head(len(minutes)).assign(travel_time_min=minutes)
    return replace(plan, cells=cells)


class TestTheTable:
    def test_a_row_for_every_indicator_and_differences_from_the_first_plan(self, plans: dict[str, Plan]) -> None:
        table = compare([plans["baseline"], plans["most_people"], plans["frugal"]]).table
        assert list(table["key"]) == [i.key for i in INDICATORS]
        assert list(table.columns[-5:]) == [
            "baseline", "most_people", "frugal", "most_people − baseline", "frugal − baseline",
        ]  # fmt: skip
        for name in ("most_people", "frugal"):
            assert list(table[name]) == list(plans[name].indicators.values())
            expected = [plans[name].indicators[k] - plans["baseline"].indicators[k] for k in table["key"]]
            assert list(table[f"{name} − baseline"]) == expected

    def test_differences_have_the_sign_of_second_minus_first(self, small_plan: Plan) -> None:
        first, second = named(small_plan, "a", sites=3), named(small_plan, "b", sites=5)
        assert compare([first, second]).table.set_index("key").loc["sites", "b − a"] == 2
        assert compare([second, first]).table.set_index("key").loc["sites", "a − b"] == -2

    def test_new_institutions_help_and_cost(self, plans: dict[str, Plan]) -> None:
        change = compare([plans["baseline"], plans["most_people"]]).table.set_index("key")["most_people − baseline"]
        assert change["share_within_60_min"] > 0.05
        assert change["mean_travel_time_min"] < 0
        assert change["cost_yuan"] > 0
        assert change["persons_total"] == 0


class TestNotes:
    def test_other_minutes_are_noted(self, area: StudyArea, small_plan: Plan) -> None:
        other = run(few_sites("ninety", objective={"minutes": 90}), area)
        assert compare([small_plan, other]).notes == ("different_minutes",)
        assert "附近" in printed(compare([small_plan, other]), "zh")

    def test_equal_minutes_need_no_note(self, plans: dict[str, Plan]) -> None:
        assert compare([plans["baseline"], plans["most_people"], plans["frugal"]]).notes == ()

    def test_another_season_is_noted(self, plans: dict[str, Plan]) -> None:
        assert compare([plans["baseline"], plans["winter_passes"]]).notes == ("different_conditions",)

    def test_plans_of_other_people_are_refused_or_noted(self, area: StudyArea, plans: dict[str, Plan]) -> None:
        more = run(scenario("with_cities", with_separate_xpcc=True), area)
        with suppress(PlanningError):
            assert compare([plans["baseline"], more]).notes


class TestFaults:
    def test_one_plan_is_no_comparison(self, small_plan: Plan) -> None:
        with pytest.raises(PlanningError, match="needs two plans or more, 1 given"):
            compare([small_plan])

    def test_two_plans_of_one_name_are_named(self, small_plan: Plan) -> None:
        with pytest.raises(PlanningError, match="two plans are named 'small'"):
            compare([small_plan, small_plan])

    def test_other_study_areas_and_equal_names_are_told_at_once(self, small_plan: Plan) -> None:
        with pytest.raises(PlanningError) as caught:
            compare([small_plan, replace(small_plan, study_area="elsewhere")])
        assert len(caught.value.faults) == 2
        assert "different study areas: elsewhere, southern_xinjiang" in str(caught.value)

    def test_plans_on_different_data_of_one_area_are_refused(self, small_plan: Plan) -> None:
        other = replace(named(small_plan, "b"), baseline_digest="0" * 64)
        with pytest.raises(PlanningError, match="different data"):
            compare([small_plan, other])

    def test_a_file_in_place_of_the_folder_is_refused(
        self, area: StudyArea, plans: dict[str, Plan], tmp_path: Path
    ) -> None:
        (tmp_path / "out").write_text("mine", encoding="utf-8")
        with pytest.raises(PlanningError, match="is a file"):
            write_comparison(compare([plans["baseline"], plans["frugal"]]), tmp_path / "out", area)

    def test_a_figure_unknown_in_a_folder_is_unknown_in_the_table(self, small_plan: Plan) -> None:
        unknown = float("nan")
        first, second = named(small_plan, "a", worst_county_mean_min=unknown), named(small_plan, "b")
        assert pd.isna(compare([first, second]).table.set_index("key").loc["worst_county_mean_min", "b − a"])


class TestWords:
    @pytest.mark.parametrize(
        ("value", "unit", "signed", "words"),
        [
            (0.725, "share", False, "72.5%"),
            (0.031, "share", True, "+3.1 pt"),
            (-0.031, "share", True, "-3.1 pt"),
            (46.84, "min", False, "46.8"),
            (12_000_000.0, "yuan", False, "12,000,000"),
            (494_668, "persons", False, "494,668"),
            (float("nan"), "min", False, "—"),
        ],
    )
    def test_a_number_as_people_read_it(self, value: float, unit: str, signed: bool, words: str) -> None:
        assert shown(value, unit, signed=signed) == words

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_the_printed_table_names_plans_proofs_and_that_people_are_modelled(
        self, plans: dict[str, Plan], language: str
    ) -> None:
        text = printed(compare(list(plans.values())), language)
        assert all(plan.scenario.title(language) in text for plan in plans.values())
        assert ("模型估计" if language == "zh" else "modelled") in text
        assert ("已证明最优" if language == "zh" else "proven optimal") in text
        assert ("未优化" if language == "zh" else "nothing optimised") in text

    def test_a_plan_without_proof_is_not_called_optimal(self, plans: dict[str, Plan]) -> None:
        solver = {**plans["frugal"].solver, "status": "feasible", "gap": 0.02}
        unproven = replace(plans["frugal"], solver=solver)
        text = printed(compare([plans["baseline"], unproven]), "en")
        assert "not proven best" in text
        assert "optimal" not in text


class TestWhoGetsThereQuicker:
    def test_a_cell_is_better_worse_or_the_same_with_routes_that_appear_and_vanish(self, small_plan: Plan) -> None:
        inf = np.inf
        before = with_minutes(small_plan, [50.0, 50.0, 50.0, 50.0, 50.0, inf, 50.0, inf])
        after = with_minutes(small_plan, [40.0, 60.0, 50.0, 50.0 - CHANGE_MIN, 49.5, 80.0, inf, inf])
        found = compared_cells(before, after)
        assert list(found["change"]) == ["better", "worse", "same", "better", "same", "better", "worse", "same"]
        assert list(found["minutes_saved"]) == [10.0, -10.0, 0.0, CHANGE_MIN, 0.5, inf, -inf, 0.0]

    def test_everyone_is_better_off_or_the_same_with_more_sites(self, plans: dict[str, Plan]) -> None:
        found = compared_cells(plans["baseline"], plans["most_people"])
        assert len(found) == len(plans["baseline"].cells)
        assert set(found["change"]) == {"better", "same"}

    def test_cells_are_matched_by_id_not_by_place_in_the_table(self, plans: dict[str, Plan]) -> None:
        first, second = plans["baseline"], plans["frugal"]
        mixed = replace(first, cells=first.cells.sample(frac=1.0, random_state=1))
        expected = compared_cells(first, second)
        pd.testing.assert_series_equal(compared_cells(mixed, second)["minutes_saved"], expected["minutes_saved"])


def test_a_comparison_is_written_as_table_and_maps(area: StudyArea, plans: dict[str, Plan], tmp_path: Path) -> None:
    compared = compare([plans["baseline"], plans["frugal"]])
    files = write_comparison(compared, tmp_path / "new" / "out", area, "en")
    assert [f.name for f in files] == ["compare.csv", "difference_frugal.html"]
    table = pd.read_csv(files[0])
    assert list(table["frugal − baseline"]) == pytest.approx(list(compared.table["frugal − baseline"]))
    page = files[1].read_text(encoding="utf-8")
    assert "Baseline → Frugal (12 million yuan)" in page
    assert "quicker" in page

"""A study area from the user's own files: everyone in one cell, what is not given taken over, faults told at once."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_scenarios import scenario
from shapely import box, points

from geodata.elevation import ElevationGrid
from geodata.layers import LayerReport
from geodata.roads.network import RoadNetwork, straight_roads
from geodata.study_folder import read_study_folder, write_study_folder
from geodata.travel.closures import Closure
from planning import PlanningError, StudyArea, folder, read_plan, run, write_plan
from planning.area_people import cells_of, people_in, placed
from planning.area_screens import area_sentences
from planning.area_tables import cropped
from planning.compare import compare, printed, summary
from planning.folder import coverage_table
from planning.maps import coverage_map
from planning.new_area import new_area
from planning.plan import Plan
from planning.scenario import Scenario, load
from planning.screens.plans import institution_rows

COUNTY = "653131"  # few cells, one township, one village point
VILLAGE = "653131205201"
LAST_DAY = date(2025, 6, 30)
COLUMNS = {"category": "physical", "grade": 2, "age_band": "18_59", "living_alone": True, "persons": 1}


def report(layer: str, table: pd.DataFrame, rejected: int = 0, **more: Any) -> LayerReport:
    """A layer file as it was read."""
    rows = gpd.GeoDataFrame(table)
    left = pd.DataFrame({"row": range(rejected), "reasons": "x"})
    return LayerReport(f"{layer}.csv", layer, "utf-8", len(rows) + rejected, rows, left, (), **more)


def register(rows: list[dict[str, Any]], rejected: int = 0) -> LayerReport:
    """People of a register; what a row does not say is that of `COLUMNS`."""
    usual = {"county_code": COUNTY, "unit_code": "", "precision": "point", "lon": np.nan, "lat": np.nan, **COLUMNS}
    table = pd.DataFrame([usual | row for row in rows])
    return report("residents", table.assign(grade=table["grade"].astype("Int64")), rejected)


PEOPLE = [
    {"lon": 75.23, "lat": 37.78, "persons": 5},
    {"lon": 75.230001, "lat": 37.78, "category": "visual", "persons": 2},  # a few centimetres off
    {"lon": 75.24, "lat": 37.79, "precision": "village", "grade": 4, "persons": 7},
    {"precision": "", "unit_code": VILLAGE, "persons": 3},
    {"precision": "county", "lon": 75.2, "lat": 37.7, "persons": 40, "age_band": "60_plus"},
    {"precision": "county", "persons": 61, "category": "", "grade": pd.NA, "age_band": ""},
]
EVERYONE = sum(row["persons"] for row in PEOPLE)
POINTS = pd.DataFrame({"code": [VILLAGE], "lon": [75.5], "lat": [37.6]})


@pytest.fixture(scope="session")
def registered(tmp_path_factory: pytest.TempPathFactory) -> StudyArea:
    """One county with a register in which people are known to the point, the village and the county."""
    out = tmp_path_factory.mktemp("areas") / "塔县"
    new_area(out, name="tk", residents=[register(PEOPLE, 4)], points=POINTS, cut_off=LAST_DAY, title_zh="塔县")
    return StudyArea.open(out)


@pytest.fixture(scope="session")
def modelled(tmp_path_factory: pytest.TempPathFactory) -> StudyArea:
    """The same county without a register."""
    return StudyArea.open(new_area(tmp_path_factory.mktemp("areas") / "tk.zip", name="tk", codes=[COUNTY]))


def asked(area: StudyArea, **keys: Any) -> Scenario:
    goal = {"model": "max_coverage", "sites": 1}
    return scenario("asked", study_area=area.data.name, objective=goal, **keys)


@pytest.fixture(scope="session")
def plan(registered: StudyArea) -> Plan:
    return run(asked(registered), registered)


class TestAnAreaOfCodes:
    def test_its_people_are_those_of_the_whole_area_to_the_person(self, area: StudyArea, modelled: StudyArea) -> None:
        rates = area.assumptions.demand_rates()
        whole = area.demand(rates)
        here = whole[whole["county_code"] == COUNTY].reset_index(drop=True)
        pd.testing.assert_frame_equal(modelled.demand(rates), here)

    def test_what_is_not_given_is_that_of_the_county(self, area: StudyArea, modelled: StudyArea) -> None:
        for table in ("institutions", "candidates"):
            theirs = getattr(area, table)
            mine = theirs[theirs["county_code"] == COUNTY].reset_index(drop=True)
            pd.testing.assert_frame_equal(getattr(modelled, table), mine)
        assert modelled.roads.digest == area.roads.digest
        assert list(modelled.data.closures["closure_id"]) == list(area.data.closures["closure_id"])

    def test_a_shipped_scenario_runs_on_it_after_it_was_made_for_it(self, modelled: StudyArea) -> None:
        with pytest.raises(PlanningError, match="is for 'southern_xinjiang', not for 'tk'"):
            run(load("winter_passes"), modelled)
        mine, left = load("winter_passes").for_area(modelled)
        assert left == ()
        found = run(mine, modelled)
        assert found.study_area == "tk"
        assert found.demand_source == "modelled"
        assert 0 < found.indicators["persons_total"] < 5000

    def test_other_cities_alone_count_their_own_people(self, tmp_path: Path) -> None:
        city = StudyArea.open(new_area(tmp_path / "a", name="alar", codes=["659002"]))
        assert run(scenario("n", study_area="alar"), city).indicators["persons_total"] > 1000


class TestARegister:
    def test_every_person_is_in_exactly_one_cell(self, registered: StudyArea) -> None:
        demand = registered.demand(registered.assumptions.demand_rates())
        assert demand["persons"].sum() == EVERYONE == registered.data.residents["persons"].sum()
        assert demand["cell_id"].is_unique

    def test_persons_a_metre_apart_are_one_cell_and_each_keeps_its_class(self, registered: StudyArea) -> None:
        demand = registered.demand(registered.assumptions.demand_rates())
        here = demand[(demand["lon"] == 75.23) & (demand["precision"] == "point")]
        assert here["persons"].to_list() == [7]
        assert here[["physical_severe", "visual_severe", "persons_hardship"]].to_numpy().tolist() == [[5, 2, 7]]

    def test_a_village_without_coordinates_takes_the_users_point(self, registered: StudyArea) -> None:
        cells = registered.data.cells
        assert ((cells["lon"] == 75.5) & (cells["lat"] == 37.6) & (cells["precision"] == "village")).sum() == 1

    def test_persons_of_the_county_are_spread_over_its_homes_not_put_on_one_dot(
        self, area: StudyArea, registered: StudyArea
    ) -> None:
        demand = registered.demand(registered.assumptions.demand_rates())
        broad = demand[demand["precision"] == "county"]
        homes = area.data.cells[area.data.cells["county_code"] == COUNTY]
        assert broad["persons"].sum() == 101
        assert len(broad) == len(homes)
        assert set(zip(broad["lon"], broad["lat"], strict=True)) == set(zip(homes["lon"], homes["lat"], strict=True))
        assert broad["persons_60_plus"].sum() == broad["physical_severe"].sum() == 40

    def test_the_record_counts_what_was_read_and_how_surely_people_are_located(self, registered: StudyArea) -> None:
        record = registered.data.package
        residents = {"layer": "residents", "rows_read": 10, "rows_accepted": 6, "rows_rejected": 4, "persons": EVERYONE}
        assert record["inputs"] == [{**residents, "coordinate_system": "wgs84", "cut_off": "2025-06-30"}]
        assert record["precision"] == {"point": 7, "village": 10, "township": 0, "county": 101}
        assert (record["title_zh"], record["cut_off"], record["demand_base"]) == ("塔县", "2025-06-30", "register")
        assert all(r["sources"] and r["sources"][0]["mark"] for r in record["resources"])

    def test_no_person_and_no_file_name_gets_into_the_folder(self, tmp_path: Path) -> None:
        secret = {
            "person_name": "试样·艾合买提",
            "identity": "653131199001011234",
            "person_key": "k" * 32,
            "row": 77123,
        }
        rows = [row | secret for row in PEOPLE]
        out = new_area(tmp_path / "a", name="a", residents=[register(rows)], points=POINTS)
        everything = b"".join(p.read_bytes() for p in out.iterdir())
        for word in (*map(str, secret.values()), "residents.csv.csv", str(tmp_path), "person_name"):
            assert word.encode() not in everything

    def test_a_register_of_the_usual_kind_makes_the_same_bytes_in_any_order(self, tmp_path: Path) -> None:
        first = new_area(tmp_path / "1", name="a", residents=[register(PEOPLE)], points=POINTS)
        turned = [register(PEOPLE[::-1][:3]), register(PEOPLE[::-1][3:])]
        second = new_area(tmp_path / "2", name="a", residents=turned, points=POINTS)
        for name in ("cells.csv", "residents.csv", "roads.npz", "counties.csv"):
            assert (first / name).read_bytes() == (second / name).read_bytes()


FIRST, SECOND = date(2024, 12, 31), date(2025, 6, 30)


def keyed(rows: list[dict[str, Any]], keys: list[str], file: str) -> LayerReport:
    """A register read with a key, its rows numbered from 2."""
    read = register(rows)
    accepted = read.accepted.assign(person_key=keys, row=range(2, len(rows) + 2))
    return replace(read, accepted=accepted, file=file)


ONE = {"lon": 75.23, "lat": 37.78}
SEVERE = {**ONE, "grade": 1}


class TestSeveralRegisters:
    def test_a_person_who_stands_in_two_counts_once_where_the_first_has_it(self, tmp_path: Path) -> None:
        first = keyed([ONE, ONE, ONE], ["a" * 32, "b" * 32, ""], "甲.csv")
        moved = {"lon": 75.4, "lat": 37.6, "category": "visual"}
        second = keyed([moved, moved, moved], ["b" * 32, "", "c" * 32], "乙.csv")
        area = StudyArea.open(new_area(tmp_path / "a", name="a", residents=[first, second]))
        residents = area.data.residents
        assert residents is not None
        assert residents.groupby("category")["persons"].sum().to_dict() == {"physical": 3, "visual": 2}
        assert [read["rows_in_earlier_register"] for read in area.data.package["inputs"]] == [0, 1]
        everything = b"".join(p.read_bytes() for p in (tmp_path / "a").iterdir())
        assert not any(key * 32 in everything for key in (b"a", b"b", b"c"))
        assert any("1 rows are of persons who stand in an earlier register" in s for s in area_sentences(area, "en"))

    def test_the_same_file_twice_is_refused(self, tmp_path: Path) -> None:
        few, many, known = register(PEOPLE[:2]), register(PEOPLE * 2), keyed(PEOPLE[:1], ["a" * 32], "residents.csv")
        told = "residents: residents.csv and {} hold the same rows; give each register once"
        assert refused(tmp_path / "a", residents=[few, few]) == [told.format("residents.csv")]
        for read in (many, known):
            faults = refused(tmp_path / "a", residents=[read, replace(read, file="copy.csv")])
            assert faults == [told.format("copy.csv")]

    def test_a_few_rows_may_be_alike_by_chance(self, tmp_path: Path) -> None:
        read = register(PEOPLE[:1])
        area = StudyArea.open(new_area(tmp_path / "a", name="a", residents=[read, replace(read, file="other.csv")]))
        assert area.demand(area.assumptions.demand_rates())["persons"].sum() == 10

    def test_every_register_keeps_its_day_and_notes_name_the_first_and_the_last(self, tmp_path: Path) -> None:
        registers = [register(PEOPLE[:1]), register(PEOPLE[1:2])]
        out = new_area(tmp_path / "a", name="a", residents=registers, cut_off=[SECOND, FIRST])
        area = StudyArea.open(out)
        assert area.data.cut_off == "2024-12-31 – 2025-06-30"
        assert [read["cut_off"] for read in area.data.package["inputs"]] == ["2025-06-30", "2024-12-31"]
        assert any("2024-12-31 – 2025-06-30" in sentence for sentence in area_sentences(area, "zh"))

    def test_equal_days_are_one_day(self, tmp_path: Path) -> None:
        registers = [register(PEOPLE[:1]), register(PEOPLE[1:2])]
        out = new_area(tmp_path / "a", name="a", residents=registers, cut_off=[FIRST, FIRST])
        assert read_study_folder(out).cut_off == "2024-12-31"

    def test_days_must_be_as_many_as_the_registers(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="2 cut-off dates for 1 registers"):
            new_area(tmp_path / "a", name="a", residents=[register(PEOPLE)], cut_off=[FIRST, SECOND])


class TestHardship:
    def hardship(self, *reports: LayerReport) -> dict[str, int]:
        people = placed(people_in(reports), POINTS)
        persons = cells_of(people, HOMES, {})[1].groupby("hardship", dropna=False)["persons"].sum()
        return {"unknown" if pd.isna(word) else str(word): int(n) for word, n in persons.items()}

    def test_unknown_flags_stay_unknown_beside_known_ones(self) -> None:
        known = register([SEVERE, SEVERE | {"living_alone": False}])
        unsaid = register([SEVERE | {"living_alone": pd.NA, "persons": 4}])
        without = register([SEVERE | {"persons": 8}])
        without = replace(without, accepted=without.accepted.drop(columns="living_alone"))
        expected = {"True": 1, "False": 1, "unknown": 12}
        assert self.hardship(known, unsaid, without) == expected

    def test_flags_of_one_row_may_be_known_in_part(self) -> None:
        rows = [SEVERE | {"living_alone": False, "watch_list": pd.NA},
                SEVERE | {"living_alone": pd.NA, "watch_list": True}]  # fmt: skip
        assert self.hardship(register(rows)) == {"False": 1, "True": 1}

    def test_who_is_not_severe_is_in_no_hardship_whatever_the_flags(self) -> None:
        assert self.hardship(register([SEVERE | {"grade": 4, "living_alone": pd.NA}])) == {"False": 1}


class TestSmallCells:
    def test_the_record_counts_cells_of_few_persons(self, registered: StudyArea) -> None:
        residents, record = registered.data.residents, registered.data.package
        assert residents is not None
        persons = residents.groupby("cell_id")["persons"].sum()
        assert record["few_persons"] == 3
        assert record["cells_with_few_persons"] == int((persons < 3).sum())
        assert record["cells_with_few_persons"] > 0

    @pytest.mark.parametrize("snap", [0.0, -0.01, float("nan"), float("inf")])
    def test_a_grid_without_width_is_refused(self, tmp_path: Path, snap: float) -> None:
        faults = refused(tmp_path / "a", residents=[register(PEOPLE)], snap_deg=snap)
        assert len(faults) == 1
        assert f"snap_deg: {snap} found, degrees above 0 are needed" in faults[0]


class TestTheBases:
    def test_the_register_holds_where_nothing_is_said(self, registered: StudyArea) -> None:
        rates = registered.assumptions.demand_rates()
        pd.testing.assert_frame_equal(registered.demand(rates), registered.demand(rates, base="register"))

    @pytest.mark.parametrize(("base", "persons"), [("control_total", 1659), ("prevalence", round(39_946 * 0.0634))])
    def test_another_base_holds_to_the_person(
        self, area: StudyArea, registered: StudyArea, base: Any, persons: int
    ) -> None:
        demand = registered.demand(registered.assumptions.demand_rates(), base=base)
        assert demand["persons"].sum() == persons
        assert (demand["persons_hardship"] <= demand["persons_severe"]).all()
        if base == "control_total":
            whole = area.demand(area.assumptions.demand_rates())
            assert whole.loc[whole["county_code"] == COUNTY, "persons"].sum() == persons

    def test_prevalence_scales_the_model_too(self, area: StudyArea, modelled: StudyArea) -> None:
        rates = area.assumptions.demand_rates()
        assert modelled.demand(rates, base="prevalence")["persons"].sum() == round(39_946 * 0.0634)
        inside = area.data.counties.set_index("county_code")["in_prefecture_total"]
        whole = area.demand(rates, base="prevalence")
        assert whole.loc[whole["county_code"].map(inside), "persons"].sum() == round(11_951_718 * 0.0634)
        pd.testing.assert_frame_equal(area.demand(rates, base="control_total"), area.demand(rates))

    def test_a_scenario_names_its_base_and_the_rate_is_an_assumption(self, registered: StudyArea) -> None:
        half = asked(registered, demand_base="prevalence", assumptions={"prevalence_rate": 0.0317})
        found = run(half, registered)
        assert found.indicators["persons_total"] == round(39_946 * 0.0317)
        assert found.demand_source == "register_scaled"
        assert found.demand_source == run(asked(registered, demand_base="control_total"), registered).demand_source

    def test_a_base_that_is_not_there_is_refused_in_words(self, modelled: StudyArea) -> None:
        with pytest.raises(PlanningError, match="scenario 'asked': demand_base: this study area has no register"):
            run(asked(modelled, demand_base="register"), modelled)

    def test_an_unknown_base_is_refused_by_the_form(self) -> None:
        with pytest.raises(PlanningError, match="demand_base"):
            scenario("n", demand_base="guess")

    def test_a_changed_county_multiplies_the_register(self, registered: StudyArea) -> None:
        more = asked(registered, changes=[{"type": "scale_demand", "county": COUNTY, "factor": 1.5}])
        found = run(more, registered)
        assert found.indicators["persons_total"] == round(EVERYONE * 1.5)
        assert found.demand_source == "register_scaled"

    def test_own_totals_hold_to_the_person(self, tmp_path: Path) -> None:
        totals = pd.DataFrame(
            {"county_code": [COUNTY, COUNTY], "category": ["visual", "physical"], "persons": [901, 332]}
        )
        for n, residents in enumerate((None, [register(PEOPLE)])):
            area = StudyArea.open(new_area(tmp_path / str(n), name="a", totals=totals, residents=residents))
            rates = area.assumptions.demand_rates()
            assert area.demand(rates, base="control_total")["persons"].sum() == 1233
            assert area.demand_bases(rates)["control_total"].to_list() == [1233]
            assert area.demand(rates)["persons"].sum() == (1233 if residents is None else EVERYONE)

    def test_a_county_without_registered_people_gets_the_models_homes_for_the_other_bases(self, tmp_path: Path) -> None:
        out = new_area(tmp_path / "a", name="a", codes=[COUNTY, "653130"], residents=[register(PEOPLE)])
        area = StudyArea.open(out)
        rates = area.assumptions.demand_rates()
        demand = {base: area.demand(rates, base=base) for base in (None, "control_total")}
        here = {base: cells[cells["county_code"] == "653130"] for base, cells in demand.items()}
        assert here[None]["persons"].sum() == 0
        assert here["control_total"]["persons"].sum() > 1000
        assert here["control_total"]["persons_county"].sum() == here["control_total"]["persons"].sum()

    def test_the_three_bases_stand_side_by_side(self, registered: StudyArea) -> None:
        row = registered.demand_bases(registered.assumptions.demand_rates()).iloc[0]
        assert (row["register"], row["control_total"], row["prevalence"]) == (EVERYONE, 1659, 2533)

    def test_people_by_class_are_the_same_persons(self, registered: StudyArea, modelled: StudyArea) -> None:
        for area in (registered, modelled):
            rates = area.assumptions.demand_rates()
            people, demand = area.people(rates), area.demand(rates)
            assert people["persons"].sum() == pytest.approx(demand["persons"].sum())
            assert set(people["cell_id"]) <= set(demand["cell_id"])


class TestWhatAPlanSays:
    def test_precision_travels_into_the_coverage_table(self, plan: Plan) -> None:
        table = coverage_table(plan)
        columns = ["persons_point", "persons_village", "persons_township", "persons_county"]
        assert (table[columns].sum(axis=1) == table["persons"]).all()
        assert table[columns].sum().to_list() == [7, 10, 0, 101]
        assert set(table["demand"]) == {"register"}

    def test_the_record_and_every_file_say_register(
        self, registered: StudyArea, plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(folder, "coverage_map", lambda *_: "<!DOCTYPE html>")
        write_plan(plan, tmp_path / "plan", registered)
        record = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
        assert (record["demand"], record["cut_off"]) == ("register", "2025-06-30")
        assert sum(record["precision"].values()) == pytest.approx(1)
        assert record["precision"]["county"] == pytest.approx(101 / EVERYONE)
        for name in ("sites.csv", "coverage.csv"):
            assert set(pd.read_csv(tmp_path / "plan" / name)["demand"]) == {"register"}
        cells = gpd.read_file(tmp_path / "plan" / "sites.gpkg", layer="cells", engine="pyogrio")
        assert set(cells["demand"]) == {"register"}
        again = read_plan(tmp_path / "plan")
        assert (again.demand_source, again.cut_off) == ("register", "2025-06-30")
        assert again.precision == plan.precision
        assert again.indicators == plan.indicators

    @pytest.mark.parametrize(
        ("language", "register", "model"), [("zh", "登记", "模型估计"), ("en", "register", "modelled")]
    )
    def test_maps_and_terminal_say_register_with_its_day_and_never_modelled(
        self, registered: StudyArea, plan: Plan, language: str, register: str, model: str
    ) -> None:
        other = run(asked(registered).model_copy(update={"name": "other"}), registered)
        beside = printed(compare([plan, other], registered), language)
        page = coverage_map(plan, registered, language)
        for words in (page, summary(plan, language, registered), beside):
            assert register in words
            assert "2025-06-30" in words
        head = "残疾人总数（登记）" if language == "zh" else "disabled residents (register)"
        assert head in summary(plan, language, registered)
        assert head in beside
        assert model not in page.replace("模拟", "").replace("modelled point", "")

    def test_a_plan_of_the_model_has_no_columns_of_precision(self, modelled: StudyArea) -> None:
        found = run(asked(modelled), modelled)
        assert "persons_point" not in coverage_table(found)
        assert found.precision == {}

    def test_sources_and_institutions_can_be_shown(self, registered: StudyArea, plan: Plan) -> None:
        assert institution_rows(registered, "en")
        assert any("OpenStreetMap" in source for source in plan.sources)


# --- outside the embedded area -------------------------------------------------------------------------


def far_roads() -> RoadNetwork:
    """A square of roads in another part of the country."""
    lon, lat = np.array([120.0, 120.1, 120.1, 120.0]), np.array([30.0, 30.0, 30.1, 30.1])
    tail, head = [0, 1, 1, 2, 2, 3, 3, 0], [1, 0, 2, 1, 3, 2, 0, 3]
    return straight_roads(lon, lat, tail, head, [10_000.0] * 8, source="own roads")


FAR = [{"county_code": "", "lon": 120.0 + 0.01 * i, "lat": 30.0, "persons": i + 1, "unit_code": ""} for i in range(5)]
SITES = pd.DataFrame(
    {
        "id": ["I1", "I2", "I3"],
        "name": ["总站", "特校", "旧站"],
        "lon": [120.05] * 3,
        "lat": [30.0] * 3,
        "kind": ["", "special_school", "rehabilitation_centre"],
        "status": ["open", "open", "closed"],
        "capacity_persons": [30.0, np.nan, 5.0],
        "capacity_day_care": [12.0, np.nan, np.nan],
        "phone": "13900000000",
    }
)
PLACES = pd.DataFrame({"id": ["K1"], "name": ["候选"], "host_type": ["new_building"], "lon": [120.1], "lat": [30.1]})


def polygons(*codes: str) -> LayerReport:
    """Squares of a tenth of a degree side by side, from the corner of the roads."""
    squares = [box(119.95 + 0.1 * i, 29.9, 120.05 + 0.1 * i, 30.2) for i in range(len(codes))]
    names = [f"{code}县" for code in codes]
    return report("boundaries", gpd.GeoDataFrame({"code": codes, "name": names}, geometry=squares, crs=4326))


class TestWhoseTheRoadsAre:
    @pytest.mark.parametrize(
        ("source", "kept"),
        [
            ("阿克苏张三的路网.gpkg", "given by the user / 用户提供"),
            ("D张三.shp.zip", "given by the user / 用户提供"),
            ("OpenStreetMap contributors (ODbL 1.0)", "OpenStreetMap contributors (ODbL 1.0)"),
            ("own roads", "own roads"),
        ],
    )
    def test_names_of_files_are_not_kept_and_credits_are(self, tmp_path: Path, source: str, kept: str) -> None:
        roads = replace(far_roads(), source=source)
        out = new_area(tmp_path / "a", name="a", residents=[register(FAR)], roads=roads)
        area = StudyArea.open(out)
        assert area.sources()[0] == kept
        if source != kept:
            assert source not in (out / "area.json").read_text(encoding="utf-8")


class TestOutsideTheEmbeddedArea:
    def test_register_roads_and_sites_alone_make_an_area_of_one_county(self, tmp_path: Path) -> None:
        out = new_area(
            tmp_path / "far.zip", name="far", residents=[register(FAR)], roads=far_roads(),
            institutions=report("institutions", SITES), candidates=report("candidates", PLACES),
        )  # fmt: skip
        area = StudyArea.open(out)
        assert list(area.data.counties["county_code"]) == ["000000"]
        assert list(area.institutions["site_id"]) == ["I1"]
        assert (area.data.elevation, area.data.region) == (None, None)
        assert not len(area.data.closures)
        assert not len(area.data.places)
        found = run(asked(area), area)
        assert found.indicators["persons_total"] == 15
        assert found.sources == ("own roads",)
        assert found.sites.set_index("site_id").loc["I1", "capacity_persons"] == 30
        assert "own roads" in coverage_map(found, area)

    def test_closed_institutions_and_special_schools_are_kept_but_serve_nobody(self, tmp_path: Path) -> None:
        sites = report("institutions", SITES)
        out = new_area(tmp_path / "a", name="a", residents=[register(FAR)], roads=far_roads(), institutions=sites)
        kept = read_study_folder(out).facilities.set_index("facility_id")
        assert kept["serves"].to_dict() == {"I1": True, "I2": False, "I3": False}
        assert kept.loc["I1", "capacity_day_care"] == 12
        assert kept.loc["I2", "kind"] == "special_school"
        assert "phone" not in kept
        assert institution_rows(StudyArea.open(out), "zh")

    def test_polygons_give_the_counties_their_people_and_names(self, tmp_path: Path) -> None:
        out = new_area(
            tmp_path / "a",
            name="a",
            residents=[register(FAR)],
            roads=far_roads(),
            boundaries=polygons("310101", "310102"),
        )
        area = StudyArea.open(out)
        assert area.data.counties.set_index("county_code")["name_zh"].to_dict() == {
            "310101": "310101县", "310102": "310102县",
        }  # fmt: skip
        drawn, _ = area.boundaries("zh")
        assert list(drawn["name"]) == ["310101县", "310102县"]
        assert set(area.data.cells["county_code"]) == {"310101"}
        assert any("boundaries" in source for source in area.sources())

    def test_population_is_not_guessed(self, tmp_path: Path) -> None:
        sites = report("candidates", PLACES)
        area = StudyArea.open(
            new_area(tmp_path / "a", name="a", residents=[register(FAR)], roads=far_roads(), candidates=sites)
        )
        for base in ("prevalence", "control_total"):
            with pytest.raises(PlanningError, match="population of county '000000' is not known"):
                run(asked(area, demand_base=base), area)
        assert area.demand_bases(area.assumptions.demand_rates())["register"].to_list() == [15]

    def test_a_question_without_any_site_is_refused_in_words(self, tmp_path: Path) -> None:
        area = StudyArea.open(new_area(tmp_path / "a", name="a", residents=[register(FAR)], roads=far_roads()))
        with pytest.raises(PlanningError, match="neither an institution nor a candidate"):
            run(asked(area), area)

    def test_own_totals_do_instead_of_a_population(self, tmp_path: Path) -> None:
        totals = pd.DataFrame({"county_code": ["000000"], "persons": [300]})
        area = StudyArea.open(
            new_area(
                tmp_path / "a",
                name="a",
                residents=[register(FAR)],
                roads=far_roads(),
                totals=totals,
                candidates=report("candidates", PLACES),
            )
        )
        assert run(asked(area, demand_base="control_total"), area).indicators["persons_total"] == 300

    def test_people_of_the_county_share_the_places_of_the_others_where_nothing_else_is_known(
        self, tmp_path: Path
    ) -> None:
        rows = [row | {"county_code": "310101"} for row in FAR]
        broad = {"county_code": "310101", "precision": "county", "persons": 30}
        area = StudyArea.open(
            new_area(tmp_path / "a", name="a", residents=[register([*rows, broad])], roads=far_roads())
        )
        cells = area.demand(area.assumptions.demand_rates())
        assert cells["persons"].sum() == 45
        assert sorted(cells.loc[cells["precision"] == "county", "persons"]) == [2, 4, 6, 8, 10]

    def test_own_points_name_the_neighbourhoods(self, tmp_path: Path) -> None:
        named = pd.DataFrame(
            {"code": ["310101001", "310101"], "lon": [120.0, 120.1], "lat": [30.0, 30.1], "name": ["东镇", "县"]}
        )
        rows = [{"county_code": "310101", "unit_code": "310101001201", "precision": "county", "persons": 4},
                {"county_code": "310101", "precision": "county", "persons": 5}]  # fmt: skip
        out = new_area(tmp_path / "a", name="a", residents=[register(rows)], roads=far_roads(), points=named)
        area = StudyArea.open(out)
        demand = area.demand(area.assumptions.demand_rates())
        assert set(demand["area_zh"]) == {"东镇"}
        assert dict(zip(demand["precision"], demand["persons"], strict=True)) == {"township": 4, "county": 5}

    def test_own_closures_and_heights_are_taken(self, tmp_path: Path) -> None:
        height = np.arange(3600, dtype=np.int16).reshape(60, 60) % 100
        grid = ElevationGrid(height, height, 119.5, 30.5, 1 / 60)
        seed = read_study_folder(new_area(tmp_path / "seed", name="seed", residents=[register(FAR)], roads=far_roads()))
        write_study_folder(replace(seed, elevation=grid), tmp_path / "grid", {})
        shut = Closure("pass", 120.1, 30.05, 3000.0, (1, 2))
        area = StudyArea.open(
            new_area(
                tmp_path / "a", name="a", residents=[register(FAR)], roads=far_roads(),
                elevation=tmp_path / "grid" / "elevation.tif", closures=[shut],
                candidates=report("candidates", PLACES),
            )
        )  # fmt: skip
        assert area.closed_in(1) == ("pass",)
        assert area.data.elevation is not None
        assert area.data.elevation.height_m.shape[0] < 60
        assert area.data.elevation.height_at(120.05, 30.05) == grid.height_at(120.05, 30.05)
        far = scenario("far", study_area="a", month=1, objective={"model": "p_median", "sites": 1})
        assert run(far, area).indicators["persons_total"] == 15


def test_the_kept_part_of_the_heights_is_cut_at_whole_cells() -> None:
    height = np.arange(400.0).reshape(20, 20)
    grid = ElevationGrid(height, height, 70.0, 40.0, 0.1)
    part = cropped(grid, np.array([71.0]), np.array([39.0]))
    assert part.height_m.shape < grid.height_m.shape
    for lon, lat in ((70.95, 39.05), (71.05, 38.95)):
        assert part.height_at(lon, lat) == grid.height_at(lon, lat)
    assert part.covers(71.0 + 0.1, 39.0 - 0.1)


# --- faults ---------------------------------------------------------------------------------------------


def refused(out: Path, **keys: Any) -> list[str]:
    """Why nothing was made."""
    with pytest.raises(PlanningError) as caught:
        new_area(out, **{"name": "a", **keys})
    assert not out.exists()
    return list(caught.value.faults)


class TestFaults:
    def test_nothing_to_go_by_is_told(self, tmp_path: Path) -> None:
        assert "nothing says which counties" in refused(tmp_path / "a")[0]

    def test_all_faults_are_told_at_once(self, tmp_path: Path) -> None:
        totals = pd.DataFrame({"county_code": [COUNTY, "999999"], "persons": [-1, 2]})
        faults = refused(tmp_path / "a", name="two words", codes=["653132", COUNTY], totals=totals)
        for words in ("name 'two words'", "county '653132' is not known; did you mean '653131'?",
                      f"persons of {COUNTY} are no whole number", "totals: county '999999'"):  # fmt: skip
            assert sum(words in fault for fault in faults) == 1, (words, faults)

    def test_the_name_of_an_embedded_area_is_taken(self, tmp_path: Path) -> None:
        assert "embedded area" in refused(tmp_path / "a", name="southern_xinjiang", codes=[COUNTY])[0]

    def test_people_of_other_counties_are_counted_not_dropped(self, tmp_path: Path) -> None:
        rows = [*PEOPLE, {"county_code": "653125", "lon": 77.2, "lat": 38.4, "persons": 12}]
        faults = refused(tmp_path / "a", codes=[COUNTY], residents=[register(rows)])
        assert faults == [
            "residents: 12 persons live in '653125', which is not one of the area; add the code or take them out"
        ]

    def test_an_empty_register_is_told(self, tmp_path: Path) -> None:
        assert (
            "not one accepted row"
            in refused(
                tmp_path / "a", codes=[COUNTY], residents=[register(PEOPLE[:1] and [PEOPLE[0] | {"persons": 0}])]
            )[0]
        )

    def test_people_without_place_and_county_are_told(self, tmp_path: Path) -> None:
        rows = [PEOPLE[0], PEOPLE[0] | {"county_code": "653125"}, {"county_code": "", "precision": "", "persons": 3}]
        assert (
            "3 persons have neither coordinates nor a county" in refused(tmp_path / "a", residents=[register(rows)])[0]
        )

    def test_people_far_from_the_area_are_not_drawn_into_it(self, tmp_path: Path) -> None:
        away = PEOPLE[0] | {"county_code": "", "lon": 116.4, "lat": 39.9}
        near = PEOPLE[0] | {"county_code": ""}
        for codes in ([COUNTY], [COUNTY, "653130"], []):
            faults = refused(tmp_path / "a", codes=codes, residents=[keyed([near, away, near], [""] * 3, "x.csv")])
            assert faults == [
                "x.csv: row 3: no county, and none of the area within 50 km of the coordinates; "
                "write the county's code, or correct the coordinates"
            ]

    def test_people_far_from_polygons_or_roads_are_not_drawn_into_them(self, tmp_path: Path) -> None:
        away = FAR[0] | {"lon": 100.0, "persons": 2}
        for more in ({"boundaries": polygons("310101", "310102")}, {"boundaries": polygons("310101")}, {}):
            faults = refused(tmp_path / "a", residents=[register([*FAR, away])], roads=far_roads(), **more)
            assert len(faults) == 1
            assert faults[0].startswith("residents.csv: 2 persons: no county, and none of the area within 50 km")

    def test_outside_roads_are_needed(self, tmp_path: Path) -> None:
        faults = refused(tmp_path / "a", residents=[register(FAR)], boundaries=polygons("310101"))
        assert "roads are needed" in faults[0]

    def test_outside_codes_alone_say_nothing(self, tmp_path: Path) -> None:
        assert (
            "nobody knows where its people live"
            in refused(tmp_path / "a", boundaries=polygons("310101"), roads=far_roads())[0]
        )

    def test_people_whom_nothing_places_are_told(self, tmp_path: Path) -> None:
        rows = [FAR[0] | {"county_code": "310101"}, {"county_code": "310102", "precision": "county", "persons": 3}]
        faults = refused(tmp_path / "a", residents=[register(rows)], roads=far_roads())
        assert "of county '310102' nobody has a place" in faults[0]

    def test_institutions_outside_and_ids_that_repeat_are_told(self, tmp_path: Path) -> None:
        away = pd.DataFrame(
            {
                "id": ["I1", "I2", "G1"],
                "name": list("甲乙丙"),
                "lon": [90.0, 75.2, 75.2],
                "lat": [40.0, 37.8, 37.8],
                "county_code": ["", "653125", ""],
            }
        )
        there = pd.DataFrame(
            {"id": ["G1"], "name": ["丁"], "host_type": ["new_building"], "lon": [75.3], "lat": [37.8]}
        )
        faults = refused(
            tmp_path / "a",
            codes=[COUNTY],
            institutions=report("institutions", away),
            candidates=report("candidates", there),
        )
        assert "institutions: 2 lie outside the area, such as I1, I2 (institutions.csv);" in faults[0]
        both_files = "(institutions.csv; candidates.csv)"
        assert f"ids G1 stand both among institutions and candidates {both_files}" in faults[1]
        numbered = report("institutions", away.assign(row=[7, 8, 9]))
        again = refused(tmp_path / "b", codes=[COUNTY], institutions=numbered)
        assert "such as I1, I2 (institutions.csv, row 7, 8);" in again[0]

    def test_heights_that_do_not_reach_the_roads_are_told(self, tmp_path: Path, registered: StudyArea) -> None:
        new_area(tmp_path / "tk", name="tk", codes=[COUNTY])
        faults = refused(
            tmp_path / "a", residents=[register(FAR)], roads=far_roads(), elevation=tmp_path / "tk" / "elevation.tif"
        )
        assert any("where no height is known" in fault for fault in faults)


class TestAScenarioForAnotherArea:
    def test_what_the_area_does_not_have_is_left_out_and_told(self, modelled: StudyArea) -> None:
        mine = str(modelled.candidates["site_id"].iloc[0])
        changes = [
            {"type": "lock", "site": mine},
            {"type": "forbid", "site": "G11890268"},
            {"type": "close", "site": "C653101"},
            {"type": "close_road", "closure": "duku"},
            {"type": "scale_demand", "county": "653125", "factor": 2.0},
            {"type": "set_speed", "speed": "boarding_min", "value": 7.0},
        ]
        start = scenario("n", changes=changes, candidates={"counties": [COUNTY, "653125"]})
        fitted, left = start.for_area(modelled)
        assert [c.type for c in fitted.changes] == ["lock", "close_road", "set_speed"]
        assert fitted.candidates.counties == (COUNTY,)
        assert [str(s).split(" is")[0] for s in left] == [
            "counties '653125'", "forbid 'G11890268'", "close 'C653101'", "scale_demand '653125'",
        ]  # fmt: skip
        assert all(s.zh != s for s in left)
        assert start.study_area == "southern_xinjiang"
        assert run(fitted, modelled).name == "n"


# --- everyone, whatever the register says --------------------------------------------------------------

HOMES = pd.DataFrame(
    {"county_code": ["111111"] * 3, "lon": [80.0, 80.1, 80.2], "lat": [40.0] * 3, "population": [5, 9, 2]}
)
PERSON = st.fixed_dictionaries(
    {
        "county_code": st.sampled_from(["111111", "222222", "333333"]),
        "precision": st.sampled_from(["point", "village", "township", "county", ""]),
        "lon": st.sampled_from([80.0, 80.000001, 80.5, np.nan]),
        "lat": st.sampled_from([40.0, 41.0]),
        "category": st.sampled_from(["visual", "multiple", ""]),
        "grade": st.sampled_from([1, 3, pd.NA]),
        "age_band": st.sampled_from(["0_5", "60_plus", ""]),
        "persons": st.integers(1, 40),
    }
)


@settings(max_examples=40, deadline=None)
@given(st.lists(PERSON, min_size=1, max_size=12))
def test_nobody_is_lost_and_nobody_counted_twice(rows: list[dict[str, Any]]) -> None:
    people = placed(people_in([register(rows)]), pd.DataFrame({"code": [], "lon": [], "lat": []}).astype({"code": str}))
    cells, residents = cells_of(people, HOMES, {"222222": (81.0, 40.0), "333333": (82.0, 40.0)})
    assert residents["persons"].sum() == people["persons"].sum() == sum(row["persons"] for row in rows)
    assert (residents["persons"] > 0).all()
    assert not residents.duplicated(["cell_id", "category", "grade", "age_band", "hardship"]).any()
    assert cells["cell_id"].is_unique
    assert not cells.duplicated(["county_code", "lon", "lat", "precision"]).any()
    there = residents.merge(cells, on="cell_id")
    for column in ("county_code", "category", "age_band"):
        assert there.groupby(column)["persons"].sum().to_dict() == people.groupby(column)["persons"].sum().to_dict()
    broad = people[people["precision"] == "county"]["persons"].sum()
    assert there.loc[there["precision"] == "county", "persons"].sum() == broad


def test_the_points_of_people_are_geometry_free() -> None:
    rows = register(PEOPLE)
    located = gpd.GeoDataFrame(rows.accepted, geometry=points(np.full((len(PEOPLE), 2), 75.0)))
    assert "geometry" not in people_in([report("residents", located)])

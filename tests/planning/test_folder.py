"""Plan folders: six files, whole or not at all, read back and run again to the same sites."""

from __future__ import annotations

import json
import os
import re
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from made_scenarios import COUNTY, PEOPLE, few_sites, own_layers, write_text

from planning import Plan, PlanningError, Scenario, StudyArea, folder, read_plan, run, write_plan
from planning.folder import FILES, coverage_table, plan_json, write_csv
from planning.plan import GROUPS, INDICATORS

SIX = {"plan.json", "sites.csv", "coverage.csv", "sites.gpkg", "map.html", "scenario.toml"}


@pytest.fixture(scope="session")
def written(area: StudyArea, small_plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan folder of a small plan, in a folder with a Chinese name and a blank; read only."""
    target = tmp_path_factory.mktemp("plans") / "计划 一"
    write_plan(small_plan, target, area)
    return target


@pytest.fixture
def quick_map(monkeypatch: pytest.MonkeyPatch) -> None:
    """A map that takes no time, where the map is not what is tested."""
    monkeypatch.setattr(folder, "coverage_map", lambda plan, area, language: f"<!DOCTYPE html>{plan.name}")


class TestWhatIsWritten:
    def test_a_plan_folder_has_the_six_files_and_nothing_else(self, written: Path) -> None:
        assert set(FILES) == SIX
        assert {p.name for p in written.iterdir()} == SIX
        assert {p.name for p in written.parent.iterdir()} == {written.name}

    def test_the_record_has_every_key_of_the_contract(self, written: Path, area: StudyArea, small_plan: Plan) -> None:
        record = json.loads((written / "plan.json").read_text(encoding="utf-8"))
        keys = {"scenario", "sites", "indicators", "status", "objective", "bound", "gap", "inputs", "versions", "seed"}
        assert keys <= set(record)
        assert record["sites"] == list(small_plan.proposed)
        assert record["scenario"]["objective"] == {
            "model": "max_coverage", "sites": 3, "minutes": 60.0, "inequality_aversion": 0.0,
            "cover_share": 1.0, "backup_share": 0.5,
        }  # fmt: skip
        assert record["inputs"]["study_area_sha256"] == area.digest
        assert {"jiujin", "pulp", "highspy", "python"} <= set(record["versions"])
        assert record["demand"] == "modelled"
        assert record["unit"] == "weighted persons"
        assert all({"unit", "mark", "source", "value"} <= set(row) for row in record["assumptions"])
        assert record["sources"]

    def test_every_indicator_has_value_unit_and_denominator(self, written: Path) -> None:
        found = json.loads((written / "plan.json").read_text(encoding="utf-8"))["indicators"]
        assert list(found) == [i.key for i in INDICATORS]
        for row in INDICATORS:
            assert found[row.key]["unit"] == row.unit
            assert found[row.key]["of"] == row.of
            assert isinstance(found[row.key]["value"], int | float)

    def test_an_unknown_number_is_null_in_the_record(self, small_plan: Plan) -> None:
        unknown = {**small_plan.indicators, "mean_travel_time_min": float("nan"), "worst_county_mean_min": float("inf")}
        text = plan_json(replace(small_plan, indicators=unknown))
        assert "NaN" not in text
        assert "Infinity" not in text
        assert json.loads(text)["indicators"]["mean_travel_time_min"]["value"] is None

    def test_tables_open_in_chinese_excel(self, written: Path) -> None:
        for name in ("sites.csv", "coverage.csv"):
            assert (written / name).read_bytes().startswith(b"\xef\xbb\xbf")
        sites = pd.read_csv(written / "sites.csv")
        assert list(sites["role"].unique()) == ["existing", "proposed"]
        assert "喀什市县级残疾人服务中心" in set(sites["name_zh"])

    def test_the_coverage_table_adds_up_to_everyone_in_every_row(self, written: Path, small_plan: Plan) -> None:
        table = pd.read_csv(written / "coverage.csv")
        groups = table[[f"persons_{g}" for g in GROUPS]]
        assert (groups.sum(axis=1) == table["persons"]).all()
        assert table["persons"].sum() == PEOPLE
        for band in (30, 60, 120):
            within = table[f"persons_within_{band}_min"].sum() / PEOPLE
            assert within == pytest.approx(small_plan.indicators[f"share_within_{band}_min"])
        assert (table["persons_within_30_min"] <= table["persons_within_60_min"]).all()
        assert (table["persons_within_120_min"] + table["persons_no_route"] <= table["persons"]).all()
        assert set(table["demand"]) == {"modelled"}
        assert not table.duplicated(["county_code", "area_id"]).any()

    def test_an_area_without_any_route_has_no_mean(self, small_plan: Plan) -> None:
        cells = small_plan.cells.assign(travel_time_min=float("inf"))
        table = coverage_table(replace(small_plan, cells=cells))
        assert table["mean_travel_time_min"].isna().all()
        assert (table["persons_within_120_min"] == 0).all()

    def test_the_geopackage_holds_sites_and_cells_where_they_are(self, written: Path, small_plan: Plan) -> None:
        sites = gpd.read_file(written / "sites.gpkg", layer="sites", engine="pyogrio")
        cells = gpd.read_file(written / "sites.gpkg", layer="cells", engine="pyogrio")
        assert sites.crs.to_epsg() == cells.crs.to_epsg() == 4326
        assert list(sites["site_id"]) == list(small_plan.sites["site_id"])
        assert sites.geometry.x.to_numpy() == pytest.approx(small_plan.sites["lon"].to_numpy())
        assert cells["persons"].sum() == PEOPLE


class TestReadingBack:
    def test_a_plan_reads_back_with_equal_indicators(self, written: Path, small_plan: Plan) -> None:
        again = read_plan(written)
        assert again.indicators == small_plan.indicators
        assert again.scenario == small_plan.scenario
        assert again.proposed == small_plan.proposed
        assert again.baseline_digest == small_plan.baseline_digest
        assert again.sources == small_plan.sources
        assert all(again.solver[k] == small_plan.solver[k] for k in ("model", "status", "objective", "bound", "gap"))
        assert again.cells["travel_time_min"].to_numpy() == pytest.approx(
            small_plan.cells["travel_time_min"].to_numpy()
        )
        assert (again.cells["nearest_site_id"].fillna("") == small_plan.cells["nearest_site_id"]).all()

    def test_missing_files_are_all_named(self, written: Path, tmp_path: Path) -> None:
        half = tmp_path / "half"
        shutil.copytree(written, half)
        for name in ("sites.gpkg", "map.html"):
            (half / name).unlink()
        with pytest.raises(PlanningError) as caught:
            read_plan(half)
        assert len(caught.value.faults) == 2
        assert "sites.gpkg: missing" in str(caught.value)

    def test_a_folder_that_is_not_there_is_refused(self, tmp_path: Path) -> None:
        with pytest.raises(PlanningError, match=r"plan\.json: missing"):
            read_plan(tmp_path / "nowhere")

    def test_a_broken_record_is_refused_in_words(self, written: Path, tmp_path: Path) -> None:
        broken = tmp_path / "broken"
        shutil.copytree(written, broken)
        (broken / "plan.json").write_text("{", encoding="utf-8")
        with pytest.raises(PlanningError, match=r"plan\.json"):
            read_plan(broken)


class TestRunningAgain:
    @pytest.mark.usefixtures("quick_map")
    def test_the_scenario_of_the_folder_gives_the_same_sites_to_the_byte(
        self, jiujin: Any, written: Path, tmp_path: Path
    ) -> None:
        said = jiujin("run", written / "scenario.toml", "--out", tmp_path / "again")
        assert said.status == 0
        for name in ("sites.csv", "coverage.csv", "scenario.toml"):
            assert (tmp_path / "again" / name).read_bytes() == (written / name).read_bytes()

    @pytest.mark.parametrize("name", ["neediest_first", "village_points"])
    @pytest.mark.usefixtures("quick_map")
    def test_a_shipped_plan_runs_again_to_the_same_sites(
        self, jiujin: Any, demo: Any, name: str, tmp_path: Path
    ) -> None:
        said = jiujin("run", demo.folder / name / "scenario.toml", "--out", tmp_path / "again")
        assert said.status == 0
        assert (tmp_path / "again" / "sites.csv").read_bytes() == (demo.folder / name / "sites.csv").read_bytes()

    @pytest.mark.usefixtures("quick_map")
    def test_own_layers_are_copied_so_that_the_folder_runs_anywhere(
        self, jiujin: Any, area: StudyArea, tmp_path: Path
    ) -> None:
        own = tmp_path / "own"
        own.mkdir()
        goal = '[objective]\nmodel = "max_coverage"\nsites = 1\n'
        layers = "".join(f'{k} = "{v}"\n' for k, v in own_layers(own).items())
        asked = write_text(own / "asked.toml", f'name = "own"\n{goal}[layers]\n{layers}')
        assert jiujin("run", asked, "--out", tmp_path / "first").status == 0
        inputs = {p.name: p.read_bytes() for p in (tmp_path / "first" / "inputs").iterdir()}
        assert inputs == {n: (own / n).read_bytes() for n in ("institutions.csv", "candidates.csv")}
        text = (tmp_path / "first" / "scenario.toml").read_text(encoding="utf-8")
        assert str(tmp_path) not in text
        shutil.rmtree(own)
        moved = (tmp_path / "first").rename(tmp_path / "moved")
        before = (moved / "sites.csv").read_bytes()
        assert read_plan(moved).scenario.layers.candidates == str((moved / "inputs" / "candidates.csv").resolve())
        assert jiujin("run", moved / "scenario.toml", "--out", moved).status == 0  # in its own place
        assert (moved / "sites.csv").read_bytes() == before


@pytest.fixture(scope="module")
def own_plan(area: StudyArea, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """A plan on the user's own layers."""
    place = tmp_path_factory.mktemp("layers")
    return run(Scenario.from_table({"name": "own", "layers": own_layers(place)}, "own.toml", place), area)


class TestOwnLayersInTheRecord:
    def test_other_layers_have_another_digest(self, area: StudyArea, own_plan: Plan) -> None:
        digests = json.loads(plan_json(own_plan))["inputs"]
        assert digests != {"study_area_sha256": area.digest}

    def test_no_path_of_the_machine_is_recorded(self, own_plan: Plan) -> None:
        place = str(Path(str(own_plan.scenario.layers.candidates)).parent)
        assert place not in plan_json(own_plan)


@pytest.mark.usefixtures("quick_map")
class TestWholeOrNotAtAll:
    def test_a_plan_replaces_an_earlier_plan(self, area: StudyArea, small_plan: Plan, tmp_path: Path) -> None:
        target = tmp_path / "deep" / "plan"
        write_plan(small_plan, target, area)
        other = replace(small_plan, scenario=few_sites("second"))
        write_plan(other, target, area)
        assert read_plan(target).name == "second"
        assert [p.name for p in target.parent.iterdir()] == ["plan"]

    def test_a_folder_with_other_things_is_refused_and_left_alone(
        self, area: StudyArea, small_plan: Plan, tmp_path: Path
    ) -> None:
        write_text(tmp_path / "diary.txt", "mine")
        with pytest.raises(PlanningError, match="holds other files and no plan"):
            write_plan(small_plan, tmp_path, area)
        assert [p.name for p in tmp_path.iterdir()] == ["diary.txt"]

    def test_a_file_in_place_of_the_folder_is_refused(self, area: StudyArea, small_plan: Plan, tmp_path: Path) -> None:
        path = write_text(tmp_path / "plan", "mine")
        with pytest.raises(PlanningError, match="is a file"):
            write_plan(small_plan, path, area)
        assert path.read_text() == "mine"

    def test_an_empty_folder_is_used(self, area: StudyArea, small_plan: Plan, tmp_path: Path) -> None:
        write_plan(small_plan, tmp_path / "plan", area)
        (tmp_path / "empty").mkdir()
        write_plan(small_plan, tmp_path / "empty", area)
        assert {p.name for p in (tmp_path / "empty").iterdir()} == SIX

    def test_an_interrupted_write_leaves_the_earlier_plan_whole_and_no_litter(
        self, area: StudyArea, small_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        target = tmp_path / "plan"
        write_plan(small_plan, target, area)
        before = {p.name: p.read_bytes() for p in target.iterdir()}

        def interrupted(*_: object) -> str:
            raise KeyboardInterrupt

        monkeypatch.setattr(folder, "coverage_map", interrupted)
        with pytest.raises(KeyboardInterrupt):
            write_plan(replace(small_plan, scenario=few_sites("second")), target, area)
        assert {p.name: p.read_bytes() for p in target.iterdir()} == before
        assert [p.name for p in tmp_path.iterdir()] == ["plan"]

    def test_a_failure_at_the_last_step_leaves_the_earlier_plan_whole(
        self, area: StudyArea, small_plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        target = tmp_path / "plan"
        write_plan(small_plan, target, area)
        move = os.replace

        def fails(source: Any, destination: Any) -> None:
            if Path(destination) == target and (Path(source) / "plan.json").is_file():
                record = json.loads((Path(source) / "plan.json").read_text(encoding="utf-8"))
                if record["name"] == "second":  # the new plan cannot be moved; an old one can
                    raise PermissionError("a file of the folder is open in another program")
            move(source, destination)

        monkeypatch.setattr(os, "replace", fails)
        with pytest.raises((PermissionError, PlanningError)):
            write_plan(replace(small_plan, scenario=few_sites("second")), target, area)
        assert target.is_dir()
        assert {p.name for p in target.iterdir()} == SIX

    def test_the_users_own_files_beside_a_plan_are_never_deleted(
        self, area: StudyArea, small_plan: Plan, tmp_path: Path
    ) -> None:
        target = tmp_path / "plan"
        write_plan(small_plan, target, area)
        notes = write_text(target / "notes.txt", "mine")
        with suppress(PlanningError):
            write_plan(small_plan, target, area)
        assert notes.is_file()

    def test_a_folder_with_somebody_elses_plan_json_is_refused(
        self, area: StudyArea, small_plan: Plan, tmp_path: Path
    ) -> None:
        write_text(tmp_path / "plan.json", '{"not": "ours"}')
        write_text(tmp_path / "thesis.txt", "mine")
        with pytest.raises(PlanningError):
            write_plan(small_plan, tmp_path, area)


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x","y")']


class TestFormulas:
    @pytest.mark.parametrize("text", FORMULAS)
    def test_text_that_excel_would_run_is_written_as_text(self, text: str, tmp_path: Path) -> None:
        write_csv(pd.DataFrame({"name": [text, "甲"], "minutes": [-1.5, 2.0]}), tmp_path / "a.csv")
        read = pd.read_csv(tmp_path / "a.csv", lineterminator="\n")
        assert read["name"].iloc[0] == "'" + text
        assert read["name"].iloc[1] == "甲"
        assert list(read["minutes"]) == [-1.5, 2.0]  # a negative number stays a number

    def test_hostile_names_of_sites_are_written_as_text(self, small_plan: Plan, tmp_path: Path) -> None:
        sites = small_plan.sites.assign(name_zh="=cmd|' /C calc'!A0")
        columns = list(sites.columns)
        write_csv(sites[columns], tmp_path / "a.csv")
        lines = (tmp_path / "a.csv").read_text(encoding="utf-8-sig")
        assert not re.search(r"(^|,)\"?=", lines, re.MULTILINE)

    def test_the_table_itself_is_not_changed(self, tmp_path: Path) -> None:
        table = pd.DataFrame({"name": ["=1"]})
        write_csv(table, tmp_path / "a.csv")
        assert list(table["name"]) == ["=1"]

    def test_a_heading_that_excel_would_run_is_written_as_text(self, tmp_path: Path) -> None:
        write_csv(pd.DataFrame({"=1+1": ["a"]}), tmp_path / "a.csv")
        assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").startswith("'=1+1")


def test_the_county_of_the_small_plan_is_the_one_asked_for(written: Path) -> None:
    sites = pd.read_csv(written / "sites.csv", dtype={"county_code": str})
    assert set(sites.loc[sites["role"] == "proposed", "county_code"]) == {COUNTY}

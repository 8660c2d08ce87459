"""The commands for study areas: registers joined, coordinate systems, totals, and demand of any area."""

from __future__ import annotations

import io
import json
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geodata.coordinates import convert
from geodata.study_folder import read_study_folder
from planning import StudyArea
from planning.cli import main

COUNTY = "653131"
HEAD = "身份证号,县代码,残疾类别,残疾等级,经度,纬度\n"
ROADS = "u,v,u_lon,u_lat,v_lon,v_lat,length_m\n1,2,120.0,30.0,120.1,30.0,10000\n2,3,120.1,30.0,120.1,30.1,11000\n"


def number(serial: int) -> str:
    """A made-up identity number with its check digit."""
    body = f"65313119900101{serial:03d}"
    weights = [2 ** (17 - i) % 11 for i in range(17)]
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def person(serial: int, county: str = COUNTY, lon: float = 75.23, lat: float = 37.78) -> str:
    return f"{number(serial)},{county},肢体,二级,{lon},{lat}\n"


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def residents(path: Path, *rows: str) -> Path:
    return write(path, HEAD + "".join(rows))


@pytest.fixture
def far(tmp_path: Path, jiujin: Any) -> Path:
    """A study area outside the embedded one, of a register and roads."""
    rows = [person(i, "310101", 120.0 + i / 100, 30.0) for i in range(1, 6)]
    people, roads = residents(tmp_path / "far.csv", *rows), write(tmp_path / "张三的路.csv", ROADS)
    said = jiujin("new-area", tmp_path / "far", "--residents", people, "--roads", roads, "--date", "2025-06-30")
    assert said.status == 0, said.err
    return tmp_path / "far"


class TestRegisters:
    def test_a_person_in_two_of_them_counts_once_and_the_command_says_so(self, tmp_path: Path, jiujin: Any) -> None:
        first = residents(tmp_path / "1.csv", person(1), person(2))
        second = residents(tmp_path / "2.csv", person(2), person(3))
        said = jiujin(
            "new-area", tmp_path / "area", "--residents", first, second, "--date", "2025-06-30", "--lang", "en"
        )
        assert said.status == 0, said.err
        assert "3 disabled residents" in said.out
        assert "1 rows are of persons who stand in an earlier register" in said.out
        kept = read_study_folder(tmp_path / "area")
        assert [read["rows_in_earlier_register"] for read in kept.package["inputs"]] == [0, 1]

    def test_the_keys_are_written_nowhere(self, tmp_path: Path, jiujin: Any) -> None:
        people = residents(tmp_path / "1.csv", person(1), person(2))
        assert jiujin("new-area", tmp_path / "area", "--residents", people, "--date", "2025-06-30").status == 0
        texts = [p.read_text(encoding="utf-8") for p in (tmp_path / "area").iterdir() if p.suffix in (".csv", ".json")]
        keys = [found for text in texts for found in re.findall(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])", text)]
        assert keys == []

    def test_far_rows_without_a_county_are_named(self, tmp_path: Path, jiujin: Any) -> None:
        people = residents(tmp_path / "1.csv", person(1), person(2, "", 116.4, 39.9))
        said = jiujin(
            "new-area", tmp_path / "area", "--residents", people, "--codes", COUNTY, "--date", "2025-06-30",
            "--lang", "en",
        )  # fmt: skip
        assert said.status == 2
        assert "1.csv: row 3: no county, and none of the area within 50 km" in said.err
        assert not (tmp_path / "area").exists()


class TestCoordinateSystems:
    def test_sites_have_one_of_their_own(self, tmp_path: Path, jiujin: Any) -> None:
        sites = write(tmp_path / "sites.csv", "id,name,lon,lat\nI1,甲,75.23,37.78\n")
        said = jiujin("new-area", tmp_path / "area", "--codes", COUNTY, "--institutions", sites, "--sites-crs", "gcj02")
        assert said.status == 0, said.err
        there = read_study_folder(tmp_path / "area").facilities.iloc[0]
        lon, lat = (float(v[0]) for v in convert([75.23], [37.78], "gcj02"))
        assert (there["lon"], there["lat"]) == pytest.approx((lon, lat), abs=1e-6)

    def test_the_system_of_the_residents_is_not_that_of_the_sites(self, tmp_path: Path, jiujin: Any) -> None:
        sites = write(tmp_path / "sites.csv", "id,name,lon,lat\nI1,甲,75.23,37.78\n")
        said = jiujin("new-area", tmp_path / "area", "--codes", COUNTY, "--institutions", sites, "--crs", "gcj02")
        assert said.status == 0, said.err
        there = read_study_folder(tmp_path / "area").facilities.iloc[0]
        assert (there["lon"], there["lat"]) == (75.23, 37.78)

    def test_help_says_whose_it_is(self) -> None:
        out = io.StringIO()
        with redirect_stdout(out), pytest.raises(SystemExit):
            main(["new-area", "--help"])
        told = " ".join(out.getvalue().split())
        assert "coordinate system of institutions and candidates" in told


class TestTotals:
    def test_full_width_digits_are_digits(self, tmp_path: Path, jiujin: Any) -> None:
        totals = write(tmp_path / "t.csv", "县代码,人数\n６５３１３１,１２３４\n653131000000,6\n")
        said = jiujin("new-area", tmp_path / "area", "--codes", COUNTY, "--totals", totals)
        assert said.status == 0, said.err
        kept = read_study_folder(tmp_path / "area").totals
        assert kept is not None
        assert kept.to_dict("records") == [{"county_code": COUNTY, "persons": 1240}]

    def test_faults_name_row_column_and_value(self, tmp_path: Path, jiujin: Any) -> None:
        totals = write(tmp_path / "t.csv", f"县代码,人数\n塔县,5\n{COUNTY},约三百\n{number(1)},7\n")
        said = jiujin("new-area", tmp_path / "area", "--codes", COUNTY, "--totals", totals, "--lang", "en")
        assert said.status == 2
        assert "t.csv: row 2, column '县代码': found '塔县'; a county's code has 6 digits" in said.err
        assert "t.csv: row 3, column '人数': found '约三百'; a whole number of 0 or more is needed" in said.err
        assert "t.csv: row 4, column '县代码': found '…'" in said.err
        assert number(1) not in said.err + said.out

    def test_a_file_that_is_not_there_is_told_with_the_other_faults(self, tmp_path: Path, jiujin: Any) -> None:
        said = jiujin(
            "new-area", tmp_path / "area", "--totals", tmp_path / "none.csv", "--institutions", tmp_path / "no.csv",
            "--lang", "en",
        )  # fmt: skip
        assert said.status == 2
        assert "none.csv" in said.err
        assert "no.csv" in said.err.replace("none.csv", "")


class TestDemand:
    def test_an_area_with_a_register_only_shows_what_there_is(self, far: Path, jiujin: Any) -> None:
        said = jiujin("demand", "--area", far, "--lang", "en")
        assert said.status == 0, said.err
        assert "by the register" in said.out
        assert (
            "no numbers by the control total: demand_base: the population of county '000000' is not known" in said.out
        )
        assert "no numbers by the prevalence of 6.34 %" in said.out

    def test_its_record_and_tables_are_whole(self, far: Path, tmp_path: Path, jiujin: Any) -> None:
        said = jiujin("demand", "--area", far, "--json", "--out", tmp_path / "out")
        assert said.status == 0, said.err
        assert said.json["bases"][0]["register"] == 5
        assert said.json["bases"][0]["control_total"] is None
        assert len(pd.read_csv(tmp_path / "out" / "service_units.csv")) == 1

    def test_names_of_road_files_stay_behind(self, far: Path) -> None:
        assert "张三" not in json.dumps(StudyArea.open(far).data.package, ensure_ascii=False)
        assert StudyArea.open(far).sources()[0] == "given by the user / 用户提供"

    def test_made_and_shown_an_area_has_one_number_of_persons(self, tmp_path: Path, jiujin: Any) -> None:
        said = jiujin("new-area", tmp_path / "area", "--codes", "652901,659002", "--lang", "en")
        assert said.status == 0, said.err
        found = re.search(r"(\d+) disabled residents, .*; XPCC cities, counted apart: ([\d,]+)", said.out)
        assert found is not None
        demand = StudyArea.open(tmp_path / "area").demand(StudyArea.southern_xinjiang().assumptions.demand_rates())
        persons = demand.groupby("county_code")["persons"].sum()
        assert (int(found[1]), int(found[2].replace(",", ""))) == (persons["652901"], persons["659002"])

"""Every bad input that people bring, as a small file, and what must come out of it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_registers import MOST_BAD, register

from geodata import LayerError, load_roads
from geodata.gazetteer import open_gazetteer, read_answers
from geodata.layers import LAYERS, LayerReport, Reading, read_layer
from planning import StudyArea
from planning.cli import main
from planning.demand_report import bases_table
from planning.study_area import sites_of

FIXTURES = Path(__file__).parent / "fixtures" / "bad_inputs"
DAY = date(2025, 6, 30)
TOWN = (75.98944, 39.47028)
SHACHE, SHULE, SHUFU, YECHENG, HETIAN_CITY, HETIAN = "653125", "653122", "653121", "653126", "653201", "653221"

DAMAGED = "identity number damaged by the spreadsheet"
SAME_PERSON = "the same person stands in an earlier row"
TWO_NAMES = "the same identity number stands under different names"
TWIN = "same name, date of birth and village as another row"
CERTIFICATE = "a certificate number stands for the identity number"
SEVERAL_UNITS = "the place could be several units"
PLAIN = "full-width characters or hidden marks"
METRES = "coordinates are metres, degrees are needed"
SWAPPED = "lon and lat are swapped"
DMS = "degrees, minutes and seconds are read as degrees"

Said = dict[str, tuple[int, ...]]


@dataclass(frozen=True)
class Case:
    """A file read in one way: the rules and the rows (as numbered in the file) that each must name."""

    file: str
    rows: int
    returned: Said = field(default_factory=dict)
    asked: Said = field(default_factory=dict)
    corrected: Said = field(default_factory=dict)
    layer: str = "residents"
    reading: dict[str, Any] = field(default_factory=dict)
    encoding: str = "utf-8"

    def __str__(self) -> str:
        return " ".join([self.file, *map(str, self.reading.values())])


def sites(file: str, rows: int, *said: Said, **reading: Any) -> Case:
    return Case(file, rows, *said, layer="institutions", reading=reading)


def converted(to: str, *rows: int) -> Said:
    return {f"{to} are converted to {'degrees' if to.endswith('metres') else 'WGS-84'}": rows}


CASES = (
    Case("gbk.csv", 2, encoding="gb18030"),
    Case("gb18030.csv", 3, encoding="gb18030"),
    Case("gb18030_names.csv", 1, layer="institutions", encoding="gb18030"),
    Case("utf8_bom.csv", 2, encoding="utf-8-sig"),
    Case("merged_headings.xls", 2, encoding="xls"),
    Case("identity_scientific.csv", 4, {DAMAGED: (2, 3, 4)}),
    Case("identity_lower_x.csv", 2, {SAME_PERSON: (3,)}),
    Case("identity_15_digits.csv", 3, {SAME_PERSON: (3,)}, {"old identity number of 15 digits": (2, 4)}),
    Case(
        "certificate_as_identity.csv", 3, {SAME_PERSON: (3,)},
        {"the end of the certificate number disagrees with the category or the grade": (4,)}, {CERTIFICATE: (2, 4)},
    ),
    Case(
        "duplicates.csv", 9,
        {SAME_PERSON: (3, 5), TWO_NAMES: (6, 7),
         "not an identity number of 18 or 15 digits, nor a certificate number of 20": (10,)},
        {"rows of the same person give another category or grade": (4,), TWIN: (8, 9)},
    ),
    Case("category_words.csv", 7, {"category of disability not known": (8,)}, {"not a grade": (7,)}),
    Case("grade_missing.csv", 2, {}, {"grade missing": (2,)}),
    Case("full_width.csv", 2, {}, {}, {PLAIN: (2, 3)}),
    Case("hetian.csv", 4, {SEVERAL_UNITS: (4,)}),
    Case("county_without_prefecture.csv", 4),
    Case("renamed_township.csv", 3, {SEVERAL_UNITS: (4,)}),
    Case("village_and_community.csv", 3, {SEVERAL_UNITS: (4,)}),
    Case("xpcc_company.csv", 3, {SEVERAL_UNITS: (4,)}),
    Case("scripts.csv", 8, {}, {TWIN: (2, 3, 4)}),
    Case("direction_marks.csv", 2, {}, {}, {PLAIN: (2, 3)}),
    sites(
        "zero_and_swapped.csv", 5,
        {"coordinates are 0, 0": (3,), SWAPPED: (4,), "point outside China": (5,), "coordinates missing": (6,)},
    ),
    sites(
        "zero_and_swapped.csv", 5,
        {"coordinates are 0, 0": (3,), "point outside China": (5,), "coordinates missing": (6,)}, {},
        {"lon and lat were swapped and are put right": (4,)}, swap=True,
    ),
    sites("degrees_minutes_seconds.csv", 4, {SWAPPED: (5,)}, {}, {DMS: (2, 3, 4)}),
    sites("wgs84.csv", 40),
    sites("gcj02.csv", 40),
    sites("gcj02.csv", 40, {}, {}, converted("GCJ-02 degrees (AMap, Tencent)", *range(2, 42)), system="gcj02"),
    sites("bd09.csv", 1, {}, {}, converted("BD-09 degrees (Baidu)", 2), system="bd09"),
    sites("gauss_kruger.csv", 4, {METRES: (2, 3, 4, 5)}),
    sites(
        "gauss_kruger.csv", 4, {}, {},
        {"Gauss-Krüger metres are converted to degrees, zone 13 (75°E), zone 14 (81°E), zone 15 (87°E), zone 25 (75°E)":
         (2, 3, 4, 5)},
        system="gk",
    ),
    sites("gauss_kruger_without_zone.csv", 2, {METRES: (2, 3)}),
    sites("gauss_kruger_without_zone.csv", 2, {"the zone of the metres is not known": (2, 3)}, system="gk"),
    sites(
        "gauss_kruger_without_zone.csv", 2, {}, {},
        {"Gauss-Krüger metres are converted to degrees, zone 25 (75°E)": (2, 3)}, system="gk25",
    ),
    sites("institution_status.csv", 7, {}, {"no staff: in name only": (6,), "status is not known": (7,)}),
    sites(
        "capacity.csv", 7, {"capacity_persons is not a number": (6,), "capacity_persons is negative": (7,)},
        {"capacity is 0 or stands for unknown": (3, 4), "capacity missing": (5,),
         "capacity_day_care stands for unknown": (4,)},
    ),
    Case("border_of_unknown_origin.geojson", 1, layer="boundaries"),
)  # fmt: skip
OTHERWISE = {  # files that are no layer, or that are refused: tried below
    "population_two_bases.csv", "population_as_persons.csv", "persons_two_bases.csv", "list_2024-12-31.csv",
    "list_2025-06-30.csv", "roads_islands.geojson", "roads_town.geojson", "homes.csv",
}  # fmt: skip


@cache
def read(file: str, layer: str = "residents", **how: Any) -> LayerReport:
    """A fixture as read; kept, for nothing that looks at a report may change it."""
    return read_layer(FIXTURES / file, layer, Reading(**{"cut_off": DAY, **how}))


def said(faults: Any) -> Said:
    return {str(fault.rule): fault.rows for fault in faults}


def adds_up(report: LayerReport, rows: int) -> None:
    """Every row is accepted or rejected, none is both, and those rejected are the ones that are named."""
    assert report.rows_read == rows == len(report.accepted) + len(report.rejected)
    rejected = report.rejected["row"].tolist()
    assert len(set(rejected)) == len(rejected)
    assert set(rejected) == {row for fault in report.faults for row in fault.rows}
    if "row" in report.accepted:
        assert not set(report.accepted["row"]) & set(rejected)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_returned_asked_and_corrected_is_named_by_row(case: Case) -> None:
    report = read(case.file, case.layer, **case.reading)
    adds_up(report, case.rows)
    assert said(report.faults) == case.returned
    assert said(report.questions) == case.asked
    assert said(report.corrections) == case.corrected
    assert report.encoding == case.encoding


def test_every_file_is_tried_and_described() -> None:
    files = {p.name for p in FIXTURES.iterdir() if p.suffix in (".csv", ".xls", ".geojson")}
    described = (FIXTURES / "README.md").read_text(encoding="utf-8")
    assert files == {case.file for case in CASES} | OTHERWISE
    assert [name for name in sorted(files) if f"`{name}`" not in described] == []


def test_every_sentence_has_both_languages() -> None:
    for case in CASES:
        report = read(case.file, case.layer, **case.reading)
        for fault in (*report.faults, *report.questions, *report.corrections):
            for sentence in (fault.rule, fault.advice):
                assert not any("\u4e00" <= c <= "\u9fff" for c in str(fault.rule)), fault.rule
                assert any("\u4e00" <= c <= "\u9fff" for c in sentence.zh), sentence


class TestFilesAndHeadings:
    @pytest.mark.parametrize("file", ["gbk.csv", "gb18030.csv", "utf8_bom.csv", "merged_headings.xls"])
    def test_the_same_people_come_out_of_every_encoding(self, file: str) -> None:
        found = read(file).accepted
        assert found["category"].tolist()[:2] == ["physical", "hearing"]
        assert found["grade"].tolist()[:2] == [2, 3]
        assert set(found["unit_code"]) == {"653125104"}

    def test_rare_characters_survive(self) -> None:
        assert read("gb18030_names.csv", "institutions").accepted["name"].tolist() == ["试样㐂𠮷康复站"]

    def test_merged_headings_are_found_below_the_title_and_said(self) -> None:
        report = read("merged_headings.xls")
        assert report.accepted["row"].tolist() == [4, 5]
        assert any("headings in rows 2 to 3" in note for note in report.notes)
        names = {c.field: c.heading for c in report.columns}
        assert {"category", "grade", "county", "township", "village"} <= set(names)

    def test_full_width_digits_are_read_as_plain_ones(self) -> None:
        found = read("full_width.csv").accepted
        assert found[["grade", "age_band"]].to_numpy().tolist() == [[2, "18_59"], [2, "18_59"]]


class TestNumbersOfPersons:
    def test_a_lower_case_x_an_old_number_and_a_certificate_join_like_the_whole_number(self) -> None:
        """The person key of each is that of the number of 18 digits."""
        key = b"0123456789abcdef"
        for file in ("identity_lower_x.csv", "identity_15_digits.csv", "certificate_as_identity.csv"):
            kept = read(file, key=key).accepted
            assert kept["person_key"].is_unique
            assert (kept["person_key"].str.len() == 32).all()

    def test_damaged_numbers_are_never_mended(self) -> None:
        kept = read("identity_scientific.csv", key=b"0123456789abcdef").accepted
        assert kept["row"].tolist() == [5]

    def test_words_count_where_the_certificate_says_something_else(self) -> None:
        kept = read("certificate_as_identity.csv").accepted
        assert kept.set_index("row").loc[4, ["category", "grade"]].tolist() == ["visual", 1]

    def test_of_two_rows_of_a_person_the_first_stays(self) -> None:
        kept = read("duplicates.csv").accepted
        assert kept["row"].tolist() == [2, 4, 8, 9]
        assert kept["grade"].tolist() == [2, 2, 2, 2]

    def test_a_person_like_the_example_of_the_template_is_a_person(self) -> None:
        report = read("duplicates.csv")
        assert report.rows_read == 9
        assert not any("template" in note for note in report.notes)


class TestCategories:
    def test_every_spelling_is_read(self) -> None:
        kept = read("category_words.csv").accepted.set_index("row")
        assert kept.loc[[2, 3, 4], ["category", "grade"]].to_numpy().tolist() == [["physical", 2]] * 3
        both = kept.loc[[5, 6], ["category", "categories", "grade"]].to_numpy().tolist()
        assert both == [["multiple", "physical+intellectual", 2]] * 2  # the severer of the two
        assert kept.loc[7, "category"] == "physical"
        assert pd.isna(kept.loc[7, "grade"])  # there is no fifth grade

    def test_a_missing_grade_stays_unknown(self) -> None:
        kept = read("grade_missing.csv").accepted
        assert kept["grade"].isna().tolist() == [True, False]


class TestPlaces:
    @pytest.mark.parametrize(
        ("file", "codes"),
        [
            ("hetian.csv", {2: HETIAN, 3: HETIAN_CITY, 5: HETIAN}),
            ("county_without_prefecture.csv", {2: SHACHE, 3: SHACHE, 4: SHULE, 5: SHUFU}),
            ("renamed_township.csv", {2: "653126104", 3: "653126104"}),
            ("village_and_community.csv", {2: "653122100200", 3: "653122100012"}),
            ("xpcc_company.csv", {2: "659003110502", 3: "659003110502"}),
            ("scripts.csv", {**dict.fromkeys((2, 3, 4), "653126104203"), **dict.fromkeys((5, 6, 7, 8, 9), YECHENG)}),
            ("direction_marks.csv", {2: "653125104", 3: YECHENG}),
        ],
    )
    def test_a_place_becomes_its_code_with_precision_score_and_reason(self, file: str, codes: dict[int, str]) -> None:
        kept = read(file).accepted.set_index("row")
        assert kept["unit_code"].to_dict() == codes
        assert (kept["county_code"] == kept["unit_code"].str[:6]).all()
        assert kept["precision"].isin(["village", "township", "county"]).all()
        assert kept["score"].between(80, 100).all()
        assert (kept["match_reason"] != "").all()

    @pytest.mark.parametrize(
        ("file", "candidates"),
        [
            ("hetian.csv", (HETIAN_CITY, HETIAN)),
            ("renamed_township.csv", ("653126104",)),
            ("village_and_community.csv", ("653122100012", "653122100200")),
            ("xpcc_company.csv", ("659003110502",)),
        ],
    )
    def test_what_a_name_alone_cannot_say_is_a_question_with_candidates(
        self, file: str, candidates: tuple[str, ...]
    ) -> None:
        review = read(file).review
        assert review is not None
        assert review[["rows", "first_row", "code"]].to_numpy().tolist() == [[1, 4, ""]]
        assert all(code in review["candidates"][0] for code in candidates)

    def test_an_answer_of_a_person_places_the_row(self) -> None:
        review = read("hetian.csv").review
        assert review is not None
        answers = read_answers(review.assign(code=HETIAN), open_gazetteer())
        again = read_layer(FIXTURES / "hetian.csv", "residents", Reading(answers=answers))
        adds_up(again, 4)
        assert again.accepted.set_index("row").loc[4, ["unit_code", "match_reason"]].tolist() == [HETIAN, "answered"]

    def test_a_name_is_never_matched_across_counties(self) -> None:
        """A township of 叶城 under 莎车 goes to nobody."""
        report = read("renamed_township.csv")
        assert SHACHE not in set(report.accepted["county_code"])


class TestCoordinates:
    def test_every_notation_gives_the_same_point(self) -> None:
        for file, system in (("degrees_minutes_seconds.csv", "wgs84"), ("bd09.csv", "bd09")):
            found = read(file, "institutions", system=system).accepted
            assert np.allclose(found[["lon", "lat"]], TOWN, atol=1e-5), file

    def test_zones_before_the_easting_are_read(self) -> None:
        found = read("gauss_kruger.csv", "institutions", system="gk").accepted.set_index("id")
        assert np.allclose(found.loc[["z13", "z25"], ["lon", "lat"]], TOWN, atol=1e-6)
        assert np.allclose(found.loc[["z14", "z15"], "lon"], [81.25, 85.5], atol=1e-6)

    def test_metres_without_zone_are_read_when_the_zone_is_named_in_whichever_order(self) -> None:
        found = read("gauss_kruger_without_zone.csv", "institutions", system="gk13").accepted
        assert np.allclose(found[["lon", "lat"]], TOWN, atol=1e-6)

    def test_swapped_coordinates_are_put_right_only_when_asked(self) -> None:
        found = read("zero_and_swapped.csv", "institutions", swap=True).accepted.set_index("id")
        assert np.allclose(found.loc["c", ["lon", "lat"]].astype(float), TOWN)
        assert "c" not in set(read("zero_and_swapped.csv", "institutions").accepted["id"])

    def test_gcj02_is_proposed_and_nothing_is_changed(self) -> None:
        roads = load_roads(FIXTURES / "roads_town.geojson", cache=False)
        plain = read("gcj02.csv", "institutions").accepted
        report = read("gcj02.csv", "institutions", roads=roads)
        assert report.shift is not None
        assert report.shift.system == "gcj02"
        assert report.shift.offset_m == pytest.approx(255, abs=10)
        assert report.shift.distance_after_m < 10 < report.shift.distance_before_m
        pd.testing.assert_frame_equal(pd.DataFrame(plain), pd.DataFrame(report.accepted))

    def test_nothing_is_proposed_for_good_points_and_for_converted_ones(self) -> None:
        roads = load_roads(FIXTURES / "roads_town.geojson", cache=False)
        assert read("wgs84.csv", "institutions", roads=roads).shift is None
        good = read("wgs84.csv", "institutions").accepted[["lon", "lat"]]
        report = read("gcj02.csv", "institutions", roads=roads, system="gcj02")
        assert report.shift is None
        assert np.allclose(report.accepted[["lon", "lat"]], good, atol=2e-6)


class TestInstitutions:
    def test_only_those_that_work_serve_anybody(self) -> None:
        report = read("institution_status.csv", "institutions")
        status = report.accepted.set_index("id")["status"].to_dict()
        assert status | {"f": ""} == {
            "a": "open", "b": "closed", "c": "planned", "d": "in_name_only", "e": "in_name_only", "f": "", "g": "open",
        }  # fmt: skip
        serving = sites_of(report).set_index("site_id")["serves"]
        assert serving[["a", "g"]].all()
        assert not serving[["b", "c", "d", "e", "f"]].any()  # a status that nobody understands is not believed

    def test_columns_of_persons_are_gone(self) -> None:
        report = read("institution_status.csv", "institutions")
        assert {c.heading for c in report.columns if not c.kept} == {"负责人", "联系电话"}
        assert not {"guardian", "phone", "负责人", "联系电话"} & {*report.accepted.columns, *report.rejected.columns}

    def test_a_capacity_of_0_9999_or_nothing_is_not_believed(self) -> None:
        found = read("capacity.csv", "institutions").accepted.set_index("id")["capacity_persons"]
        assert found[["a", "g"]].tolist() == [30, 1200]
        assert found[["b", "c", "d"]].isna().all()


class TestPopulations:
    @pytest.mark.parametrize("file", ["population_two_bases.csv", "population_as_persons.csv"])
    def test_everybody_is_not_taken_for_disabled_persons(self, file: str) -> None:
        with pytest.raises(LayerError, match=r"category.*persons"):
            read(file)

    def test_of_two_bases_neither_is_chosen_silently(self) -> None:
        try:
            report = read("persons_two_bases.csv")
        except LayerError:
            return
        assert report.questions or report.notes

    def test_demand_bases_stand_side_by_side_and_are_not_mixed(self) -> None:
        rows = bases_table(StudyArea.southern_xinjiang()).set_index("county_code")
        assert rows.loc[SHACHE, "population"] == 860_800  # resident, not registered
        assert (rows["control_total"] < rows["prevalence"]).all()
        assert rows["register"].isna().all()


class TestTwoDates:
    def compared(self, tmp_path: Path, *more: str) -> dict[str, pd.DataFrame]:
        out = tmp_path / "lists.xlsx"
        files = [str(FIXTURES / name) for name in ("list_2024-12-31.csv", "list_2025-06-30.csv")]
        dates = ["--old-date", "2024-12-31", "--new-date", "2025-06-30"]
        assert main(["compare-lists", *files, *dates, "--out", str(out), "--lang", "en", *more]) == 0
        return pd.read_excel(out, sheet_name=None, engine="calamine")

    def test_entered_left_changed_and_the_same_are_told_with_both_dates(self, tmp_path: Path) -> None:
        sheets = self.compared(tmp_path)
        counts = sheets["summary"].set_index("file")
        assert counts["cut-off date"].tolist() == ["2024-12-31", "2025-06-30"]
        assert counts["left / entered"].tolist() == [1, 1]
        assert counts["changed"].tolist() == counts["the same"].tolist() == [1, 1]
        assert counts["without a number"].tolist() == [1, 0]
        assert counts["rejected"].tolist() == [0, 1]
        parts = ["left / entered", "changed", "the same", "conflicts", "repeated", "without a number", "rejected"]
        assert (counts[parts].sum(axis=1) == counts["rows read"]).all()

    def test_the_rows_are_those_of_the_files(self, tmp_path: Path) -> None:
        sheets = self.compared(tmp_path)
        assert sheets["entered"]["row"].tolist() == [4]
        assert sheets["left"]["row"].tolist() == [3]
        assert sheets["changed"][["row_old", "row_new", "changed"]].to_numpy().tolist() == [[2, 3, "grade"]]

    def test_between_departments_another_grade_is_a_conflict(self, tmp_path: Path) -> None:
        sheets = self.compared(tmp_path, "--departments")
        assert sorted(sheets["conflicts"]["row"].tolist()) == [2, 3]

    def test_a_later_list_as_the_old_one_is_refused(self, capsys: pytest.CaptureFixture[str]) -> None:
        files = [str(FIXTURES / name) for name in ("list_2024-12-31.csv", "list_2025-06-30.csv")]
        dates = ["--old-date", "2025-06-30", "--new-date", "2024-12-31"]
        assert main(["compare-lists", *files, *dates, "--out", "never.xlsx", "--lang", "en"]) == 2
        assert "exchange the two" in capsys.readouterr().err


class TestRoadsAndBorders:
    @pytest.fixture
    def asked(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
        monkeypatch.setenv("JIUJIN_CACHE", str(tmp_path / "cache"))
        homes = str(FIXTURES / "homes.csv")
        files = ["--roads", str(FIXTURES / "roads_islands.geojson"), "--origins", homes, "--destinations", homes]
        return ["travel-times", *files, "--out", str(tmp_path / "minutes.csv"), "--limit", "60", "--lang", "en"]

    def test_islands_are_refused_with_the_number_of_parts(
        self, asked: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(asked) == 2
        assert "fall into 4 unconnected parts" in capsys.readouterr().err

    def test_islands_are_taken_on_request_and_no_way_leads_across(self, asked: list[str], tmp_path: Path) -> None:
        assert main([*asked, "--islands"]) == 0
        found = pd.read_csv(tmp_path / "minutes.csv")
        pairs = set(zip(found["origin_id"], found["destination_id"], strict=True))
        assert ("west", "middle") in pairs
        assert not {("west", "east"), ("east", "west"), ("middle", "east")} & pairs

    def test_who_drew_a_border_is_asked_for(self) -> None:
        report = read("border_of_unknown_origin.geojson", "boundaries")
        assert any("does not say who drew these boundaries" in note for note in report.notes)
        named = read("border_of_unknown_origin.geojson", "boundaries", source="试样来源")
        assert named.source == "试样来源"
        assert named.notes == ()

    def test_a_map_says_that_the_border_is_of_unknown_origin(self, tmp_path: Path) -> None:
        border = tmp_path / "border.geojson"
        shutil.copy(FIXTURES / "border_of_unknown_origin.geojson", border)
        assert main(["new-area", str(tmp_path / "area"), "--boundaries", str(border), "--lang", "en"]) == 0
        credits = " ".join(StudyArea.open(tmp_path / "area").sources())
        assert "来源不明" in credits or "unknown" in credits


# --- any file ------------------------------------------------------------------------------------------


class TestRandomRegisters:
    @given(
        rows=st.integers(0, 120), seed=st.integers(0, 10**6), bad=st.sampled_from([0.0, 0.01, MOST_BAD]),
        encoding=st.sampled_from(["utf-8", "utf-8-sig", "gb18030"]),
    )  # fmt: skip
    @settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_every_fault_is_counted_and_every_row_is_accounted_for(
        self, tmp_path: Path, rows: int, seed: int, bad: float, encoding: str
    ) -> None:
        made = register(rows, seed, bad=bad)
        path = tmp_path / "register.csv"
        path.write_bytes(made.table.to_csv(index=False).encode(encoding))
        report = read_layer(path, "residents", Reading(cut_off=DAY))
        adds_up(report, rows)
        assert {rule: len(r) for rule, r in said(report.faults).items()} == made.returned
        assert {rule: len(r) for rule, r in said(report.questions).items()} == made.asked
        assert {rule: len(r) for rule, r in said(report.corrections).items()} == made.corrected
        assert len(report.rejected) == made.rejected

    WORDS = st.one_of(
        st.text(max_size=8),
        st.sampled_from(
            ["", " ", "0", "-1", "1e9", "nan", "None", "肢体二级", "莎车县", "76.0", "39.5", "45213", "是"]
        ),
    )
    HEADINGS = (
        "姓名", "身份证号", "残疾类别", "残疾等级", "出生日期", "年龄", "县", "乡镇", "村", "地址", "经度", "纬度",
        "坐标", "户号", "状态", "人数", "编号", "名称", "依托设施", "容量", "工作人员数", "服务项目", "代码", "备注",
    )  # fmt: skip

    @given(data=st.data(), layer=st.sampled_from([layer for layer in LAYERS if layer != "roads"]))
    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    def test_whatever_stands_in_the_cells_no_row_is_lost(self, tmp_path: Path, data: Any, layer: str) -> None:
        needed = {"boundaries": ["代码", "名称"], "residents": ["残疾类别", "县"], "points": ["编号", "坐标"]}
        first = needed.get(layer, ["编号", "名称", "依托设施", "坐标"])
        more = data.draw(st.lists(st.sampled_from(self.HEADINGS), unique=True, max_size=8))
        headings = [*first, *(h for h in more if h not in first)]
        cells = data.draw(st.lists(st.lists(self.WORDS, min_size=len(headings), max_size=len(headings)), max_size=6))
        # the first column is never empty, so that every row is one; control characters no CSV can hold are left out
        rows = [
            [f"x{i}", *("".join(c for c in cell if c.isprintable()) for cell in row[1:])] for i, row in enumerate(cells)
        ]
        path = tmp_path / "any.csv"
        pd.DataFrame(rows, columns=headings).to_csv(path, index=False)
        adds_up(read_layer(path, layer, Reading(cut_off=DAY)), len(rows))

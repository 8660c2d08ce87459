"""Templates, quality reports and compared lists as workbooks: every count in them adds up, and nothing in them runs."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from geodata.layers import LayerReport, Reading, layers, read_layer
from geodata.register import compare_lists
from planning.faults import PlanningError
from planning.workbooks import ROWS_NAMED, found_table, write_list_comparison, write_quality, write_template

DAY = date(2025, 6, 30)
TEMPLATED = [key for key, layer in layers().items() if layer.template]
REGISTER = "姓名,身份证号,残疾类别,残疾等级,县\n"
NUMBERS = ("653125198506010015", "653125198506010023")


def sheets(path: Path) -> dict[str, pd.DataFrame]:
    return pd.read_excel(path, sheet_name=None, engine="calamine", dtype=str)


def read(
    folder: Path, text: str, layer: str = "institutions", name: str = "机构.csv", key: bytes | None = None
) -> LayerReport:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_layer(path, layer, Reading(cut_off=DAY, key=key))


@pytest.fixture
def report(tmp_path: Path) -> LayerReport:
    """Seven rows: two in order, one corrected, one asked about, three rejected for four reasons."""
    rows = ["a,甲,77.25,38.42,30", "b,乙,77.25,38.42,20", "c,丙,７７.２５,38.42,10", "d,丁,77.25,38.42,9999",
            "e,戊,0,0,三十", "a,己,77.25,38.42,5", ",庚,77.25,38.42,5"]  # fmt: skip
    return read(tmp_path, "编号,名称,经度,纬度,容量\n" + "\n".join(rows) + "\n")


class TestTemplates:
    @pytest.mark.parametrize("layer", TEMPLATED)
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_the_form_has_every_heading_with_its_example_and_nothing_else(
        self, tmp_path: Path, layer: str, language: str
    ) -> None:
        write_template(layer, tmp_path / "t.xlsx", language)
        form, explained = sheets(tmp_path / "t.xlsx").values()
        fields = [layers()[layer].field(key) for key in layers()[layer].template]
        assert list(form.columns) == [f.heading.zh if language == "zh" else str(f.heading) for f in fields if f]
        assert form.fillna("").to_numpy().tolist() == [[f.example for f in fields if f]]
        assert explained.iloc[:, 0].tolist() == list(form.columns)
        assert explained.iloc[:, 2].tolist() == [
            f.explained.zh if language == "zh" else str(f.explained) for f in fields if f
        ]
        assert explained.notna().iloc[:, :3].all(axis=None)

    def test_needed_columns_are_marked(self, tmp_path: Path) -> None:
        write_template("institutions", tmp_path / "t.xlsx", "en")
        explained = list(sheets(tmp_path / "t.xlsx").values())[1]
        duty = dict(zip(explained.iloc[:, 0], explained.iloc[:, 1], strict=True))
        assert duty["name"].startswith("needed")
        assert duty["staff"] == "optional"

    def test_cells_are_text_so_that_codes_keep_their_digits(self, tmp_path: Path) -> None:
        write_template("residents", tmp_path / "t.xlsx")
        with zipfile.ZipFile(tmp_path / "t.xlsx") as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
            styles = book.read("xl/styles.xml").decode()
        assert 'formatCode="@"' in styles  # the format for text
        assert 't="n"' not in sheet
        assert not re.search(r"<c [^>]*><v>", sheet.replace(' t="s"><v>', ""))

    def test_lists_in_cells_offer_words_that_are_understood(self, tmp_path: Path) -> None:
        for layer in TEMPLATED:
            write_template(layer, tmp_path / "t.xlsx")
            with zipfile.ZipFile(tmp_path / "t.xlsx") as book:
                lists = re.findall(r"<formula1>\"([^\"]*)\"</formula1>", book.read("xl/worksheets/sheet1.xml").decode())
            assert layer == "points" or lists
            for words in lists:
                assert len(words) <= 255  # what Excel takes

    def test_layers_of_shapes_have_none(self, tmp_path: Path) -> None:
        with pytest.raises(PlanningError, match="made of shapes"):
            write_template("roads", tmp_path / "t.xlsx")
        assert list(tmp_path.iterdir()) == []


class TestQualityReports:
    def test_the_summary_counts_rows_once(self, tmp_path: Path, report: LayerReport) -> None:
        write_quality([report], tmp_path / "r.xlsx", "en")
        row = sheets(tmp_path / "r.xlsx")["summary"].iloc[0]
        counts = {key: int(row[key]) for key in ("rows read", "accepted", "rejected")}
        assert counts == {"rows read": 7, "accepted": 4, "rejected": 3}
        assert row["file"] == "机构.csv"
        assert [int(row[c]) for c in row.index if "corrected" in c or "asked" in c] == [1, 1]

    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_everything_found_stands_there_with_rows_example_and_advice(
        self, tmp_path: Path, report: LayerReport, language: str
    ) -> None:
        write_quality([report], tmp_path / "r.xlsx", language)
        book = list(sheets(tmp_path / "r.xlsx").values())
        found, returned = book[1], book[2]
        assert len(found) == len(report.faults) + len(report.questions) + len(report.corrections) == 6
        pointed = {row for cell in found.iloc[: len(report.faults), 4] for row in cell.split(", ")}
        assert sorted(pointed) == returned.iloc[:, 0].tolist() == ["6", "7", "8"]
        assert found.iloc[:, 6].notna().all()
        assert returned.iloc[:, 1].notna().all()

    def test_returned_rows_of_sites_keep_their_cells(self, tmp_path: Path, report: LayerReport) -> None:
        write_quality([report], tmp_path / "r.xlsx")
        returned = sheets(tmp_path / "r.xlsx")["退回的行"]
        assert returned["名称（name）"].tolist() == ["戊", "己", "庚"]

    def test_returned_rows_of_persons_are_a_number_and_reasons(self, tmp_path: Path) -> None:
        one = read(tmp_path, f"{REGISTER}虚构甲,{NUMBERS[0]},外星,二级,莎车县\n", "residents")
        write_quality([one], tmp_path / "r.xlsx")
        assert list(sheets(tmp_path / "r.xlsx")["退回的行"].columns) == ["行号", "原因"]

    def test_a_report_without_faults_has_no_sheet_of_returned_rows(self, tmp_path: Path) -> None:
        good = read(tmp_path, "编号,名称,经度,纬度,容量\na,甲,77.25,38.42,30\n")
        write_quality([good], tmp_path / "r.xlsx", "en")
        book = sheets(tmp_path / "r.xlsx")
        assert not any("return" in name for name in book)
        assert len(book["summary"]) == 1

    def test_several_files_stand_in_one_report(self, tmp_path: Path, report: LayerReport) -> None:
        other = read(tmp_path, "编号,名称,经度,纬度\n,甲,77.25,38.42\n", name="另一个.csv")
        write_quality([report, other], tmp_path / "r.xlsx")
        book = sheets(tmp_path / "r.xlsx")
        assert book["概况"]["文件"].tolist() == ["机构.csv", "另一个.csv"]
        assert {"退回的行 1", "退回的行 2"} <= set(book)

    def test_many_rows_are_named_up_to_a_limit_and_all_are_counted(self, tmp_path: Path) -> None:
        rows = "".join(f"{i},甲,0,0\n" for i in range(ROWS_NAMED + 50))
        found = found_table([read(tmp_path, "编号,名称,经度,纬度\n" + rows)], "en")
        assert found["rows"].tolist() == [ROWS_NAMED + 50]
        assert found["row numbers"][0].count(",") == ROWS_NAMED - 1
        assert found["row numbers"][0].endswith("…")

    def test_what_looks_like_a_formula_or_an_address_is_text(self, tmp_path: Path) -> None:
        text = "编号,名称,经度,纬度,备注\n=1+1,@甲,0,0,https://example.org\n-2,+3,0,0,=HYPERLINK(A1)\n"
        write_quality([read(tmp_path, text)], tmp_path / "r.xlsx")
        with zipfile.ZipFile(tmp_path / "r.xlsx") as book:
            parts = {name: book.read(name).decode() for name in book.namelist()}
        assert not any("<f>" in part or "<hyperlink" in part for part in parts.values())
        assert "=1+1" in parts["xl/sharedStrings.xml"]

    def test_the_same_report_gives_the_same_bytes(self, tmp_path: Path, report: LayerReport) -> None:
        for name in ("1.xlsx", "2.xlsx"):
            write_quality([report], tmp_path / name)
        assert (tmp_path / "1.xlsx").read_bytes() == (tmp_path / "2.xlsx").read_bytes()

    def test_a_report_that_cannot_be_written_leaves_nothing_half_done(
        self, tmp_path: Path, report: LayerReport
    ) -> None:
        (tmp_path / "r.xlsx").mkdir()
        with pytest.raises(PlanningError) as error:
            write_quality([report], tmp_path / "r.xlsx")
        assert "cannot be written" in error.value.faults[0]
        assert sorted(p.name for p in tmp_path.iterdir()) == ["r.xlsx", "机构.csv"]


class TestComparedLists:
    @pytest.mark.parametrize("language", ["zh", "en"])
    def test_counts_and_rows_of_both_lists_add_up(self, tmp_path: Path, language: str) -> None:
        key = b"0123456789abcdef"
        old = read(
            tmp_path,
            f"{REGISTER}虚构甲,{NUMBERS[0]},肢体,二级,莎车县\n虚构丙,,肢体,二级,莎车县\n",
            "residents",
            "旧.csv",
            key,
        )
        new = read(
            tmp_path,
            f"{REGISTER}虚构甲,{NUMBERS[0]},肢体,一级,莎车县\n虚构乙,{NUMBERS[1]},听力,三级,莎车县\n",
            "residents",
            "新.csv",
            key,
        )
        days = date(2024, 12, 31), DAY
        found = compare_lists(pd.DataFrame(old.accepted), pd.DataFrame(new.accepted), *days, names=("旧", "新"))
        write_list_comparison(found, (old, new), tmp_path / "l.xlsx", language)
        book = list(sheets(tmp_path / "l.xlsx").values())
        summary = book[0]
        assert summary.iloc[:, :2].to_numpy().tolist() == [["旧.csv", "2024-12-31"], ["新.csv", "2025-06-30"]]
        numbers = summary.iloc[:, 2:].astype(int)
        assert (numbers.iloc[:, 1:].sum(axis=1) == numbers.iloc[:, 0]).all()
        assert [len(sheet) for sheet in book[1:4]] == [1, 0, 1]  # entered, left, changed
        cells = "".join(str(cell) for sheet in book for cell in sheet.to_numpy().ravel())
        assert not any(secret in cells for secret in ("虚构", *NUMBERS))

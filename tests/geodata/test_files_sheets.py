"""Workbooks as offices keep them: titles, headings in two lines, merged cells, numbers that have lost digits."""

import datetime as dt
import shutil
import struct
import zipfile
from pathlib import Path

import pytest
import xlsxwriter
from test_files_text import cells, fault

from geodata.files import limits, read_file
from geodata.files.cells import number_text, text, texts

FIXTURES = Path(__file__).parents[1] / "fixtures" / "files"
MERGED = FIXTURES / "merged_headings.xls"
"""Made with xlwt: a hidden first sheet, a title, a form line, headings in two merged lines, merged data, a total."""


class Made:
    """A workbook written on leaving the `with` block."""

    def __init__(self, path):
        self.path, self.book = path, xlsxwriter.Workbook(path)
        self.day = self.book.add_format({"num_format": "yyyy-mm-dd"})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.book.close()

    def sheet(self, name, *rows, top=0):
        made = self.book.add_worksheet(name)
        for i, row in enumerate(rows, top):
            made.write_row(i, 0, row)
        return made


def workbook(folder, *rows, name="table.xlsx"):
    with Made(folder / name) as made:
        made.sheet("数据", *rows)
    return made.path


def ods(path, rows):
    """A small OpenDocument sheet."""
    spaces = "".join(
        f' xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    body = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>' for c in row)
        + "</table:table-row>"
        for row in rows
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), kind)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content{spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="表">{body}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


class TestOldWorkbook:
    def test_titles_two_lines_of_headings_and_typed_cells_are_read(self):
        table = read_file(MERGED)
        assert (table.sheet, table.header_row, table.rows.tolist()) == ("持证人员", 4, [5, 6, 7, 8, 9, 11])
        assert list(table.frame.columns) == ["序号", "姓名", "身份证号", "类别", "等级", "出生日期"]
        assert cells(table)[:3] == [
            ["1", "测试甲", "65312519800101001X", "肢体", "二级", "1980-01-01"],
            ["2", "试样·艾合买提", "6.53125199001011E+17", "视力", "1", "1990-01-01"],
            ["3", "测试乙", "", "听力", "3级", "1975.06.01"],
        ]

    def test_merged_data_stay_in_the_first_cell_and_that_is_said(self):
        table = read_file(MERGED)
        assert table.frame["类别"].fillna("").tolist()[3:5] == ["言语", ""]
        assert any("row 8: merged cells" in note for note in table.notes)

    def test_what_was_noticed_is_told_in_both_languages(self):
        notes = read_file(MERGED).notes
        assert [note.split(";")[0] for note in notes] == [
            "hidden sheets are not read: 代码",
            "headings in rows 3 to 4",
            "row 8: merged cells",
            "row 11: looks like a total and is kept as a row",
        ]
        assert all(note.zh != note for note in notes)

    def test_a_password_is_told(self, tmp_path):
        data = bytearray(MERGED.read_bytes())
        at = data.index(b"\x09\x08\x10\x00") + 20  # the second record of the workbook becomes FilePass
        data[at : at + 6] = b"\x2f\x00\x02\x00\x01\x00"
        path = tmp_path / "locked.xls"
        path.write_bytes(bytes(data))
        assert "protected by a password" in fault(path)

    def test_a_loop_within_the_file_ends_the_reader_and_not_us(self, tmp_path):
        """calamine follows a chain of sectors that bites its tail until memory ends."""
        data = bytearray(MERGED.read_bytes())
        (table,) = struct.unpack_from("<I", data, 76)  # the sector that says which one follows each
        (start,) = struct.unpack_from("<I", data, 48)  # of the directory
        struct.pack_into("<I", data, 512 + table * 512 + start * 4, start)
        path = tmp_path / "loop.xls"
        path.write_bytes(bytes(data))
        assert "not a readable .xls file" in fault(path)


class TestCells:
    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (1, "1"), (1.0, "1"), (-3.0, "-3"), (75.99, "75.99"), (0.1 + 0.2, "0.3"), (True, "TRUE"), (False, "FALSE"),
            (999_999_999_999_999.0, "999999999999999"), (653125199001011e3, "6.53125199001011E+17"), (1e15, "1E+15"),
            (653125199001011234, "653125199001011234"), (float("nan"), ""), (None, ""), ("001", "001"),
            (dt.date(2023, 10, 13), "2023-10-13"), (dt.datetime(2023, 10, 13), "2023-10-13"),
            (dt.datetime(2023, 10, 13, 8, 30), "2023-10-13 08:30:00"), (dt.time(8, 30), "08:30:00"),
            (dt.timedelta(hours=30), "30:00:00"), (dt.timedelta(minutes=-90), "-01:30:00"), (["视力"], '["视力"]'),
        ],
    )  # fmt: skip
    def test_every_type_becomes_text(self, value, words):
        assert text(value) == words

    def test_values_that_are_equal_but_not_the_same_keep_their_own_words(self):
        assert list(texts([1, True, 1.5, 1.0, "1", None, 1])) == ["1", "TRUE", "1.5", "1", "1", "", "1"]

    def test_numbers_that_have_lost_digits_can_be_told_from_whole_ones(self):
        assert number_text(float("653125198001010019")) == "6.5312519800101E+17"

    def test_cells_of_a_new_workbook(self, tmp_path):
        with Made(tmp_path / "typed.xlsx") as made:
            sheet = made.sheet("数据", ["编号", "数", "日期", "公式", "身份证号", "对"])
            sheet.write_row(1, 0, ["007", 12])
            sheet.write_datetime(1, 2, dt.datetime(2023, 10, 13), made.day)
            sheet.write_formula(1, 3, "=1/0", None, "#DIV/0!")
            sheet.write_number(1, 4, 653125199001011234)
            sheet.write_boolean(1, 5, True)
            sheet.write_formula(2, 0, "=NA()", None, "#N/A")
        table = read_file(made.path)
        assert cells(table) == [
            ["007", "12", "2023-10-13", "#DIV/0!", "6.53125199001011E+17", "TRUE"], ["#N/A", "", "", "", "", ""],
        ]  # fmt: skip


class TestHeadings:
    def test_an_empty_margin_does_not_matter(self, tmp_path):
        with Made(tmp_path / "margin.xlsx") as made:
            sheet = made.book.add_worksheet()
            for row, words in ((4, ("县", "人数")), (5, ("试样县", 12))):
                sheet.write_row(row, 3, words)
        table = read_file(made.path)
        assert (table.header_row, table.rows.tolist(), cells(table)) == (5, [6], [["试样县", "12"]])

    def test_headings_over_merged_cells(self, tmp_path):
        with Made(tmp_path / "merged.xlsx") as made:
            sheet = made.book.add_worksheet("表")
            sheet.merge_range("A1:E1", "登记表")
            sheet.merge_range("A2:A3", "姓名")
            sheet.merge_range("B2:C2", "视力")
            sheet.merge_range("D2:E2", "听力")
            for i, words in enumerate((["", "等级", "日期", "等级", "日期"], ["测试甲", 1, 2, 3, 4]), 2):
                sheet.write_row(i, 1, words[1:])
            sheet.write("A4", "测试甲")
        table = read_file(made.path)
        assert list(table.frame.columns) == ["姓名", "视力 等级", "视力 日期", "听力 等级", "听力 日期"]
        assert (table.header_row, table.rows.tolist()) == (3, [4])

    def test_empty_rows_are_no_rows_and_count(self, tmp_path):
        table = read_file(workbook(tmp_path, ["县", "人数"], [], ["试样县", 1], ["", " "], ["二县", 2]))
        assert table.rows.tolist() == [3, 5]

    def test_data_without_headings_are_refused(self, tmp_path):
        path = workbook(tmp_path, ["测试甲", "65312519800101001X"], ["测试乙", "653125198001010028"])
        assert "no row of headings" in fault(path)

    def test_headings_alone_are_a_table_only_where_that_is_allowed(self, tmp_path):
        path = workbook(tmp_path, ["县", "人数"])
        assert "headings but no rows" in fault(path)
        assert list(read_file(path, allow_empty=True).frame.columns) == ["县", "人数"]


class TestSheets:
    @pytest.fixture
    def several(self, tmp_path):
        with Made(tmp_path / "several.xlsx") as made:
            made.sheet("代码", ["a", "b"], [1, 2]).hide()
            made.sheet("空")
            made.sheet("说明", ["请填写下一张表"])
            made.sheet("数据", ["县", "人数"], ["试样县", 1])
            made.sheet("旧", ["县", "人数"], ["旧县", 2])
            made.book.get_worksheet_by_name("空").activate()
        return made.path

    def test_the_first_visible_one_with_a_table_is_read(self, several):
        table = read_file(several)
        assert (table.sheet, cells(table)) == ("数据", [["试样县", "1"]])
        assert table.notes[0] == "sheet '数据' is read; there is also 空, 说明, 旧"
        assert table.notes[1] == "hidden sheets are not read: 代码"

    def test_another_can_be_asked_for(self, several):
        assert cells(read_file(several, sheet="旧")) == [["旧县", "2"]]
        hidden = read_file(several, sheet="代码")
        assert cells(hidden) == [["1", "2"]]
        assert any("is hidden" in note for note in hidden.notes)

    def test_an_unknown_one_names_the_nearest(self, several):
        assert "there is no sheet '数'; did you mean '数据'? There is 代码, 空, 说明, 数据, 旧" in fault(
            several, sheet="数"
        )

    def test_of_empty_ones_none_is_a_table(self, tmp_path):
        with Made(tmp_path / "empty.xlsx") as made:
            made.sheet("一")
        assert "no sheet has a table" in fault(made.path)


class TestKinds:
    @pytest.mark.parametrize("ending", [".xls", ".xlsx", ".xlsm", ".et", ".csv", ".ods"])
    @pytest.mark.parametrize("old", [True, False])
    def test_the_first_bytes_count_not_the_ending(self, tmp_path, ending, old):
        path = tmp_path / f"table{ending}"
        shutil.copy(MERGED if old else workbook(tmp_path, ["县", "人数"], ["试样县", 1], name="new.xlsx"), path)
        table = read_file(path)
        assert len(table.frame) == (6 if old else 1)
        assert any("by its name, but a workbook" in note for note in table.notes) == (ending == ".csv")

    def test_text_under_the_name_of_a_workbook_is_read_as_text(self, tmp_path):
        path = tmp_path / "table.xls"
        path.write_bytes("县\t人数\n试样县\t1\n".encode("gbk"))
        table = read_file(path)
        assert cells(table) == [["试样县", "1"]]
        assert table.notes[0] == "'.xls' by its name, but a text table; read as that"

    def test_open_document_sheets_are_read(self, tmp_path):
        table = read_file(ods(tmp_path / "table.ods", [["县", "人数"], ["试样县", "1"]]))
        assert (table.sheet, cells(table)) == ("表", [["试样县", "1"]])

    @pytest.mark.parametrize(
        "start",
        [
            b"<html><table><tr><td>",
            b'\xef\xbb\xbf<?xml version="1.0"?><Workbook>',
            b"<!DOCTYPE html>",
            b"MIME-Version: 1.0",
        ],
    )
    def test_a_web_page_is_told(self, tmp_path, start):
        path = tmp_path / "table.xls"
        path.write_bytes(start + "测试甲".encode())
        assert "is a web page or XML file under the name of a table" in fault(path)

    def test_other_documents_are_told(self, tmp_path):
        for name, inside, word in (("a.xlsx", "word/document.xml", "Word"), ("b.xlsx", "xl/workbook.bin", ".xlsb")):
            with zipfile.ZipFile(tmp_path / name, "w") as archive:
                archive.writestr("[Content_Types].xml", "<Types/>")
                archive.writestr(inside, "测试甲")
            assert f"is a {word} file" in fault(tmp_path / name)
        (tmp_path / "c.csv").write_bytes(b"%PDF-1.7 \n")
        assert "is a PDF file" in fault(tmp_path / "c.csv")

    def test_a_new_workbook_behind_a_password_is_told(self, tmp_path):
        path = tmp_path / "locked.xlsx"
        path.write_bytes(MERGED.read_bytes()[:512] + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 99)
        assert "protected by a password" in fault(path)

    @pytest.mark.parametrize("length", [70, 2_000, 4_000])
    @pytest.mark.parametrize("old", [True, False])
    def test_a_workbook_that_breaks_off_is_told(self, tmp_path, length, old):
        whole = MERGED if old else workbook(tmp_path, ["县", "人数"], ["试样县", 1])
        path = tmp_path / ("cut.xls" if old else "cut.xlsx")
        path.write_bytes(whole.read_bytes()[:length])
        assert "not a readable" in fault(path)


class TestTooLarge:
    def test_cells_far_apart_are_not_filled_up_between(self, tmp_path):
        with Made(tmp_path / "far.xlsx") as made:
            made.sheet("数据", ["县", "人数"], ["试样县", 1]).write("XFD1048576", "x")
        assert "reaches to row 1048576, column 16384" in fault(made.path)

    def test_a_wide_or_long_sheet_is_not_too_large(self, tmp_path):
        with Made(tmp_path / "wide.xlsx") as made:
            made.sheet("数据", [f"列{i}" for i in range(800)], [f"值{i}" for i in range(800)])
        assert read_file(made.path).frame.shape == (1, 800)
        with Made(tmp_path / "long.xlsx") as made:
            made.sheet("数据", ["县", "人数"], ["试样县", 1]).write("A300000", "末")
        assert read_file(made.path).rows.tolist() == [2, 300_000]

    def test_cells_are_counted_again_when_a_sheet_is_read(self, tmp_path, monkeypatch):
        path = ods(tmp_path / "table.ods", [["县", "人数"], ["试样县", "1"]])
        monkeypatch.setattr(limits, "LARGEST_GRID", 3)
        assert "reaches to row 2, column 2" in fault(path)

    def test_a_part_that_unpacks_to_too_much_is_refused(self, tmp_path):
        path = workbook(tmp_path, ["县", "人数"], ["试样县", 1])
        with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/media/image1.png", b"\0" * (1 << 26))
        assert "unpacks to 64.0 MB" in fault(path)

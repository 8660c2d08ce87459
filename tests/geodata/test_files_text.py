"""Text tables in any encoding, with any separator; every row keeps the number of its line."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import LayerError
from geodata.files import read_file

HEADER = "编号,名称,经度,纬度\n"
GOOD = "a,喀什市康复中心,75.99,39.47\n"


def save(folder, text, name="table.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode(encoding))
    return path


def cells(table):
    return table.frame.fillna("").to_numpy().tolist()


def fault(path, **asked):
    """The one sentence about a file; it names the file, is there in Chinese, and quotes no cell."""
    with pytest.raises(LayerError) as error:
        read_file(path, **asked)
    (told,) = error.value.faults
    assert told.startswith(path.name)
    assert told.zh != told
    assert "测试甲" not in told + told.zh
    return told


class TestEncodings:
    @pytest.mark.parametrize(
        ("written", "noticed"),
        [
            ("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gbk", "gb18030"), ("gb18030", "gb18030"),
            ("utf-16", "utf-16"),
        ],
    )  # fmt: skip
    def test_chinese_names_survive(self, tmp_path, written, noticed):
        table = read_file(save(tmp_path, HEADER + GOOD, encoding=written))
        assert (table.encoding, table.notes) == (noticed, ())
        assert list(table.frame.columns) == ["编号", "名称", "经度", "纬度"]
        assert cells(table) == [["a", "喀什市康复中心", "75.99", "39.47"]]

    def test_utf_16_of_the_other_byte_order_is_read(self, tmp_path):
        table = read_file(save(tmp_path, b"\xfe\xff" + (HEADER + GOOD).encode("utf-16-be")))
        assert cells(table)[0][1] == "喀什市康复中心"

    def test_characters_that_only_gb18030_has_survive(self, tmp_path):
        assert cells(read_file(save(tmp_path, HEADER + "a,㐂𠮷,75,39\n", encoding="gb18030")))[0][1] == "㐂𠮷"

    def test_uyghur_in_gb18030_survives(self, tmp_path):
        row = "a,قەشقەر شەھىرى مەركىزى,75,39\n"
        assert cells(read_file(save(tmp_path, HEADER + row * 9, encoding="gb18030")))[0][1] == row.split(",")[1]

    @pytest.mark.parametrize(
        ("encoding", "text"),
        [
            ("big5", "編號,名稱\n一,喀什市人民醫院\n二,和田市康復中心\n"),
            ("cp1251", "имя,район\nТест,Кашгар центр реабилитации\n"),
        ],
    )
    def test_other_encodings_are_guessed_and_that_is_said(self, tmp_path, encoding, text):
        table = read_file(save(tmp_path, text * 9, encoding=encoding))
        assert (table.encoding, cells(table)[0]) == (encoding, text.split("\n")[1].split(","))
        assert f"encoding guessed as {encoding}" in table.notes[0]

    @pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
    def test_a_broken_character_does_not_turn_the_others_into_noise(self, tmp_path, encoding):
        rows = (HEADER + GOOD * 20).encode(encoding)
        table = read_file(save(tmp_path, rows + "b,喀".encode(encoding)[:-1] + b"\xff,75,39\n"))
        assert table.encoding == encoding
        assert cells(table)[0][1] == "喀什市康复中心"
        assert "row 22: " in table.notes[0]
        assert "broken characters" in table.notes[0]

    def test_text_in_no_known_encoding_is_refused(self, tmp_path):
        assert "neither UTF-8 nor GB18030" in fault(save(tmp_path, b"id,lon,lat\n\xff\xff,75,39\n"))

    def test_what_is_no_text_is_refused(self, tmp_path):
        assert "is no text table" in fault(save(tmp_path, b"id,lon\n\0\1\2,3\n"))
        assert "is no text table" in fault(save(tmp_path, b"\xff\xfe" + b"a\0,\0b\0\n\0\0\0"))


class TestSeparators:
    @pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
    @pytest.mark.parametrize("name", ["table.csv", "table.tsv", "table.txt"])
    def test_the_separator_is_found(self, tmp_path, separator, name):
        table = read_file(save(tmp_path, (HEADER + GOOD).replace(",", separator), name))
        assert cells(table) == [["a", "喀什市康复中心", "75.99", "39.47"]]

    def test_decimal_commas_and_commas_within_texts_do_not_mislead(self, tmp_path):
        assert cells(read_file(save(tmp_path, "id;lon;lat\na;75,9;39,4\nb;76,1;39,5\n"))) == [
            ["a", "75,9", "39,4"],
            ["b", "76,1", "39,5"],
        ]
        assert cells(read_file(save(tmp_path, "编号\t地址\na\t一乡,二村,三组\n"))) == [["a", "一乡,二村,三组"]]


class TestCells:
    def test_only_an_empty_cell_is_empty(self, tmp_path):
        table = read_file(save(tmp_path, 'a,b,c\nNA,null,\nnan,""," "\n'))
        assert table.frame.isna().to_numpy().tolist() == [[False, False, True], [False, True, True]]
        assert cells(table)[0] == ["NA", "null", ""]

    def test_all_cells_are_text_and_stay_as_written(self, tmp_path):
        table = read_file(save(tmp_path, "a,b,c\n007,１２３,男 \n"))
        assert cells(table) == [["007", "１２３", "男 "]]

    def test_spaces_around_headings_and_before_values_do_not_matter(self, tmp_path):
        table = read_file(save(tmp_path, "id , lon, lat\na, 75.99, 39.47\n"))
        assert (list(table.frame.columns), cells(table)) == (["id", "lon", "lat"], [["a", "75.99", "39.47"]])

    def test_short_rows_are_filled_up(self, tmp_path):
        assert cells(read_file(save(tmp_path, "a,b,c\n1\n1,2,3\n"))) == [["1", "", ""], ["1", "2", "3"]]

    def test_empty_columns_without_heading_are_no_columns(self, tmp_path):
        table = read_file(save(tmp_path, "a,b,,,\n1,2,,,\n"))
        assert list(table.frame.columns) == ["a", "b"]

    def test_a_column_without_heading_is_called_by_its_letters(self, tmp_path):
        table = read_file(save(tmp_path, "id,,lat\n1,2,3\n"))
        assert list(table.frame.columns) == ["id", "column B", "lat"]
        assert "without a heading in column B" in table.notes[0]


class TestRowNumbers:
    def test_every_line_counts_and_empty_lines_are_no_rows(self, tmp_path):
        table = read_file(save(tmp_path, "a,b\n1,2\n\n , \n,\n3,4\n\n"))
        assert (table.rows.tolist(), table.header_row) == ([2, 6], 1)
        assert table.rows.dtype == np.int64

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
    def test_line_breaks_within_cells_count(self, tmp_path, end):
        text = 'a,b\n1,"two\nlines"\n"three\n\nlines",2\n3,4\n\n5,6'.replace("\n", end)
        table = read_file(save(tmp_path, text))
        assert table.rows.tolist() == [2, 4, 7, 9]
        assert cells(table)[0][1] == f"two{end}lines"

    def test_line_breaks_within_headings_count(self, tmp_path):
        table = read_file(save(tmp_path, '"残疾\n类别",b\n1,2\n3,4\n'))
        assert (table.rows.tolist(), table.header_row) == ([3, 4], 1)

    def test_headings_below_a_title_are_found(self, tmp_path):
        table = read_file(save(tmp_path, "登记表,,,\n\n" + HEADER + GOOD))
        assert (table.rows.tolist(), table.header_row) == ([4], 3)
        assert "headings found in row 3" in table.notes[0]

    @settings(max_examples=60, deadline=None, derandomize=True)
    @given(
        st.lists(
            st.tuples(*[st.text("甲乙测试ab0\n\",;\t |'", max_size=6).map(str.strip)] * 3), min_size=1, max_size=8
        ),
        st.sampled_from(["utf-8-sig", "gb18030", "utf-16"]),
        st.sampled_from([",", ";", "\t"]),
    )
    def test_what_is_written_is_read_on_the_line_where_it_stands(self, tmp_path_factory, rows, encoding, separator):
        text = io.StringIO(newline="")
        writer = csv.writer(text, delimiter=separator, lineterminator="\n")
        writer.writerow(["编号", "名称", "测试"])
        expected, lines = [], []
        for row in rows:
            line = text.getvalue().count("\n") + 1
            writer.writerow(row)
            if any(row):
                expected.append(list(row))
                lines.append(line)
        path = save(tmp_path_factory.mktemp("text"), text.getvalue(), encoding=encoding)
        table = read_file(path, allow_empty=True)
        assert (cells(table), table.rows.tolist()) == (expected, lines)


class TestFaults:
    def test_values_beyond_the_headings_are_refused_not_shifted(self, tmp_path):
        told = fault(save(tmp_path, "id,lon,lat\nx,测试甲,75.99,39.47\ny,b,75.99,39.47\n"))
        assert "rows 2, 3: more values than the header" in told

    def test_a_single_row_too_long_is_named(self, tmp_path):
        told = fault(save(tmp_path, "id,lon,lat\na,1,2\n" + "b,1,2\n" * 7 + "测试甲,1,2,3\n"))
        assert "row 10: more values" in told

    def test_empty_cells_beyond_the_headings_do_no_harm(self, tmp_path):
        assert cells(read_file(save(tmp_path, "a,b\n1,2,,,\n3,4\n"))) == [["1", "2"], ["3", "4"]]

    def test_headings_that_stand_there_twice_are_each_named(self, tmp_path):
        with pytest.raises(LayerError) as error:
            read_file(save(tmp_path, "id,lon,lon ,lat,lat\na,75.99,75.99,39.47,39.47\n"))
        assert [f.split(";")[0] for f in error.value.faults] == [
            "table.csv: column 'lat' stands there twice",
            "table.csv: column 'lon' stands there twice",
        ]

    def test_an_open_quotation_mark_is_told_with_its_row(self, tmp_path):
        assert "opened at about row 3 is never closed" in fault(
            save(tmp_path, 'a,b\n1,2\n"测试甲,3\n4,5\n' + "6,7\n" * 80)
        )
        assert "is never closed" in fault(save(tmp_path, 'a,"b\n1,2\n' + "6,7\n" * 80_000))

    def test_data_without_headings_are_refused(self, tmp_path):
        assert "no row of headings" in fault(save(tmp_path, "测试甲,65312519800101001X\n测试乙,653125198001010028\n"))

    def test_headings_alone_are_a_table_only_where_that_is_allowed(self, tmp_path):
        path = save(tmp_path, HEADER)
        assert "headings but no rows" in fault(path)
        table = read_file(path, allow_empty=True)
        assert (table.frame.shape, table.rows.shape) == ((0, 4), (0,))

    def test_a_text_has_no_sheets(self, tmp_path):
        assert "no sheets" in fault(save(tmp_path, HEADER + GOOD), sheet="一")


def test_a_large_table_is_read_whole(tmp_path):
    head = ",".join(f"列{i}" for i in range(15)) + "\n"
    row = ",".join(["65312519800101001X", '"试样县, 一乡"', *["试样乡一村二组"] * 12, "77.24"]) + "\n"
    path = save(tmp_path, head + row * 20_000, encoding="gb18030")
    table = read_file(path)
    assert (table.frame.shape, table.rows[-1], table.encoding) == ((20_000, 15), 20_001, "gb18030")

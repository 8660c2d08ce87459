"""Headings are found by what stands there: below titles, in one line or two, and never in the data."""

import pytest

from geodata.files.headers import Span, find_header

DATA = (["1", "测试甲", "肢体", "二级"], ["2", "测试乙", "视力", "一级"], ["3", "测试丙", "肢体", "三级"])
NAMES = ["序号", "姓名", "类别", "等级"]


def found(lines, spans=()):
    header = find_header(lines, spans)
    return None if header is None else (header.first, header.last, list(header.headings))


class TestOneLine:
    def test_the_first_line_is_the_usual_place(self):
        assert found([NAMES, *DATA]) == (0, 0, NAMES)

    def test_a_title_and_a_line_of_the_form_above_do_not_count(self):
        title, form = ["试样县残疾人登记表", "", "", ""], ["填表单位：残联", "", "日期：2023-10-13", ""]
        assert found([title, form, NAMES, *DATA]) == (2, 2, NAMES)

    def test_a_title_over_merged_cells_does_not_count(self):
        title = ["试样县残疾人登记表", "", "", ""]
        assert found([title, NAMES, *DATA], [Span(0, 0, 0, 3)]) == (1, 1, NAMES)
        assert found([title, NAMES, *DATA], [Span(0, 0, 0, 2)]) == (1, 1, NAMES)

    def test_a_title_repeated_in_every_cell_does_not_count(self):
        assert found([["登记表"] * 4, NAMES, *DATA]) == (1, 1, NAMES)

    def test_empty_lines_above_do_not_count(self):
        assert found([["", ""], ["县", "人数"], ["试样县", "12"]]) == (1, 1, ["县", "人数"])

    def test_headings_without_rows_are_headings(self):
        assert found([NAMES]) == (0, 0, NAMES)
        assert found([["登记表", "", "", ""], NAMES]) == (1, 1, NAMES)

    def test_years_are_headings(self):
        assert found([["县", "2022", "2023"], ["试样县", "12", "13"]]) == (0, 0, ["县", "2022", "2023"])

    def test_a_heading_may_be_missing_or_stand_there_twice(self):
        assert found([["序号", "", "类别", "类别"], *DATA]) == (0, 0, ["序号", "", "类别", "类别"])

    def test_one_column_is_a_table(self):
        assert found([["姓名"], ["测试甲"], ["测试乙"]]) == (0, 0, ["姓名"])

    def test_codes_of_a_few_digits_are_headings_when_nothing_else_is(self):
        assert found([["0", "1"], ["a", "b"]]) is not None

    def test_an_explanation_within_a_heading_is_part_of_it(self):
        names = ["序号", "姓名", "类别（视力、听力、言语、肢体、智力、精神、多重）", "等级"]
        assert found([names, *DATA]) == (0, 0, names)


class TestDataAreNoHeadings:
    @pytest.mark.parametrize(
        "number",
        ["65312519800101001X", "6.53125199001011E+17", "13800000000", "1980-01-01", "77.24", "'653125198001010"],
    )
    def test_a_first_line_with_numbers_of_persons_dates_or_coordinates_is_data(self, number):
        assert found([["测试甲", number, "肢体"], ["测试乙", number, "视力"]]) is None

    def test_nothing_below_such_a_line_is_a_heading(self):
        lines = [
            ["登记表", "", ""],
            ["测试甲", "13800000000", "肢体"],
            ["测试乙", "", "视力"],
            ["测试丙", "无", "听力"],
        ]
        assert found(lines) == (0, 0, ["登记表", "", ""])

    def test_too_few_headings_are_still_the_headings(self):
        assert found([["a", ""], ["1", "2"]]) == (0, 0, ["a", ""])
        assert found([["县", "乡", "", "", ""], ["试样县", "一乡", "甲", "13800000000", "乙"]])[0] == 0

    def test_an_empty_table_has_none(self):
        assert found([]) is None
        assert found([["", ""]]) is None


class TestTwoLines:
    UPPER, LOWER = ["序号", "姓名", "残疾情况", ""], ["", "", "类别", "等级"]
    SPANS = (Span(0, 0, 1, 0), Span(0, 1, 1, 1), Span(0, 2, 0, 3))

    def test_the_lower_heading_is_taken(self):
        assert found([self.UPPER, self.LOWER, *DATA], self.SPANS) == (0, 1, NAMES)

    def test_merged_across_alone_is_enough(self):
        assert found([self.UPPER, self.LOWER, *DATA], self.SPANS[2:]) == (0, 1, NAMES)

    def test_without_knowledge_of_merged_cells_the_empty_ones_tell(self):
        assert found([self.UPPER, self.LOWER, *DATA]) == (0, 1, NAMES)

    def test_below_a_title(self):
        spans = [Span(s.top + 1, s.left, s.bottom + 1, s.right) for s in self.SPANS]
        lines = [["登记表", "", "", ""], self.UPPER, self.LOWER, *DATA]
        assert found(lines, [Span(0, 0, 0, 3), *spans]) == (1, 2, NAMES)

    def test_a_lower_heading_that_stands_there_twice_gets_the_upper_one_before_it(self):
        upper, lower = ["姓名", "视力", "", "听力", ""], ["", "等级", "日期", "等级", "日期"]
        data = [["测试甲", "一级", "2020-01-01", "二级", "2021-01-01"]]
        names = ["姓名", "视力 等级", "视力 日期", "听力 等级", "听力 日期"]
        spans = [Span(0, 0, 1, 0), Span(0, 1, 0, 2), Span(0, 3, 0, 4)]
        assert found([upper, lower, *data], spans) == (0, 1, names)
        assert found([upper, lower, *data]) == (0, 1, names)

    def test_groups_over_all_columns_do_not_hide_the_headings(self):
        upper = ["基本情况", "", "残疾情况", ""]
        _, last, names = found([upper, NAMES, *DATA], [Span(0, 0, 0, 1), Span(0, 2, 0, 3)])
        assert (last, names) == (1, NAMES)
        assert found([upper, NAMES, *DATA])[1:] == (1, NAMES)

    def test_a_row_of_data_below_a_heading_over_two_columns_stays_a_row(self):
        upper = ["姓名", "类别", "地址", ""]
        data = [["测试甲", "肢体", "试样乡", "一村"], ["测试乙", "视力", "试样乡", "二村"]]
        assert found([upper, *data], [Span(0, 2, 0, 3)]) == (0, 0, upper)
        assert found([upper, *data]) == (0, 0, upper)

    def test_an_incomplete_first_row_is_no_second_line_of_headings(self):
        lines = [self.UPPER, ["", "", "肢体", "二级"], ["2", "测试乙", "肢体", "一级"]]
        assert found(lines) == (0, 0, self.UPPER)

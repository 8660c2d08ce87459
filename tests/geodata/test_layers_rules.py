"""Cells of layers: words, amounts and yes or no as people write them; what is asked and not believed; what changed."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import LayerError, both
from geodata.findings import Finding
from geodata.layers import Reading, layers, read_layer, reasons_in
from geodata.layers.cells import clean
from geodata.layers.changes import changes_between
from geodata.layers.report import Fault, faults_of, reasons_of
from geodata.layers.rules import KEYS, WORDS, numbers

SITE = "编号,名称,经度,纬度"
PLACE = "试样站,77.25,38.42"


def read(folder, text, layer="institutions", name="layer.csv", **how):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_layer(path, layer, Reading(**how))


def sites(folder, headings, *rows, layer="institutions"):
    """Sites with ids 0, 1, … in one place, with further columns."""
    lines = [f"{SITE},{headings}", *(f"{i},{PLACE},{row}" for i, row in enumerate(rows))]
    return read(folder, "\n".join(lines) + "\n", layer)


def said(faults):
    return {str(fault.rule): fault.rows for fault in faults}


class TestWords:
    @pytest.mark.parametrize("column", WORDS)
    def test_every_word_and_every_key_is_understood_in_the_column_it_belongs_to(self, tmp_path, column):
        layer = "candidates" if column == "host_type" else "institutions"
        words = {**WORDS[column], **{key: key for key in KEYS[column]}}
        host = "" if column == "host_type" else ",host_type"
        rows = [word + (",新建" if host and layer == "candidates" else "") for word in words]
        report = sites(tmp_path, column, *rows, layer=layer)
        assert report.faults == ()
        assert report.accepted[column].tolist() == list(words.values())

    def test_letter_case_does_not_matter(self, tmp_path):
        assert sites(tmp_path, "归属", "XPCC", "Local").accepted["owner"].tolist() == ["xpcc", "local"]

    def test_an_unknown_word_is_asked_about_and_stands_for_nothing(self, tmp_path):
        report = sites(tmp_path, "归属,机构类型", "外星,康复机构", ",飞机场")
        assert said(report.questions) == {"owner is not known": (2,), "kind is not known": (3,)}
        assert report.accepted["owner"].tolist() == ["", ""]
        assert report.accepted["kind"].tolist() == ["rehabilitation_centre", ""]

    def test_a_candidate_without_a_known_host_goes_back(self, tmp_path):
        report = sites(tmp_path, "依托设施", "学校", "", "月球", layer="candidates")
        assert said(report.faults) == {"host_type is not known": (3, 4)}
        assert report.accepted["host_type"].tolist() == ["school"]

    def test_the_advice_names_the_words_that_are_possible(self, tmp_path):
        advice = sites(tmp_path, "归属", "外星").questions[0].advice
        assert "local" in advice
        assert "地方" in advice.zh

    def test_services_are_listed_in_any_usual_way(self, tmp_path):
        rows = ["康复训练、日间照料", "康复;上门", "rehabilitation/day_care", "辅具适配 就业", "文化、体育", ""]
        found = sites(tmp_path, "服务项目", *rows).accepted["services"]
        assert found.tolist() == [
            "rehabilitation;day_care", "rehabilitation;home_visit", "rehabilitation;day_care",
            "device_fitting;supported_employment", "culture_sports", "",
        ]  # fmt: skip

    def test_a_service_that_is_not_known_is_asked_about(self, tmp_path):
        report = sites(tmp_path, "服务项目", "康复训练、跳伞", "日间照料")
        assert [fault.rows for fault in report.questions] == [(2,)]
        assert len(report.accepted) == 2

    def test_yes_and_no_are_read_and_anything_else_is_neither(self, tmp_path):
        found = sites(tmp_path, "无障碍", "是", "否", "√", "无", "也许", "").accepted["accessible"]
        assert [None if pd.isna(v) else bool(v) for v in found] == [True, False, True, False, None, None]


class TestAmounts:
    @pytest.mark.parametrize(
        ("cell", "number"),
        [
            ("30", 30),
            (" 30 ", 30),
            ('"1,200"', 1200),
            ("１２", 12),
            ("3.5", 3.5),
            ("1e2", 100),
            ('"12,345,678"', 12345678),
        ],
    )
    def test_numbers_are_read_as_people_write_them(self, tmp_path, cell, number):
        assert sites(tmp_path, "面积,依托设施", f"{cell},新建", layer="candidates").accepted["space_m2"].tolist() == [
            number
        ]

    @pytest.mark.parametrize(
        ("cell", "rule"),
        [
            ("三十", "space_m2 is not a number"),
            ("30平方米", "space_m2 is not a number"),
            ("inf", "space_m2 is not a number"),
            ('"1,2"', "space_m2 is not a number"),
            ("-1", "space_m2 is negative"),
        ],
    )
    def test_what_is_no_amount_goes_back_with_the_cell_as_example(self, tmp_path, cell, rule):
        report = sites(tmp_path, "面积,依托设施", f"{cell},新建", layer="candidates")
        assert said(report.faults) == {rule: (2,)}
        assert report.faults[0].example == cell.strip('"')

    def test_an_empty_amount_is_unknown(self, tmp_path):
        assert sites(tmp_path, "面积,依托设施", ",新建", layer="candidates").accepted["space_m2"].isna().all()

    @given(st.floats(0, 1e12, allow_nan=False).map(lambda x: round(x, 2)))
    def test_thousands_separators_change_no_number(self, value):
        cells = pd.Series([f"{value:,.2f}", f"{value:.2f}", f"{value:,.2f}".replace(",", "，")])
        assert numbers(cells).tolist() == pytest.approx([value] * 3)

    def test_commas_that_separate_no_thousands_make_no_number(self):
        assert numbers(pd.Series(["1,2", "12,34", ",", "1,2345"])).isna().all()

    @pytest.mark.parametrize("layer", ["institutions", "candidates"])
    @pytest.mark.parametrize("unbelievable", ["0", "999", "9999", "99999"])
    def test_a_capacity_that_stands_for_unknown_is_asked_about_and_left_empty(self, tmp_path, layer, unbelievable):
        report = sites(tmp_path, "容量,依托设施", f"{unbelievable},新建", "30,新建", layer=layer)
        assert said(report.questions) == {"capacity is 0 or stands for unknown": (2,)}
        assert report.accepted["capacity_persons"].fillna(-1).tolist() == [-1, 30]

    def test_only_institutions_are_asked_for_a_missing_capacity(self, tmp_path):
        assert said(sites(tmp_path, "容量", "").questions) == {"capacity missing": (2,)}
        assert sites(tmp_path, "容量,依托设施", ",新建", layer="candidates").questions == ()

    def test_a_service_may_have_no_places_but_not_9999(self, tmp_path):
        report = sites(tmp_path, "日间照料容量", "0", "9999", "20")
        assert said(report.questions) == {"capacity_day_care stands for unknown": (3,)}
        assert report.accepted["capacity_day_care"].fillna(-1).tolist() == [0, -1, 20]

    def test_a_week_has_seven_days(self, tmp_path):
        assert said(sites(tmp_path, "每周开放天数", "7", "8").faults) == {"days_open is more than 7": (3,)}


class TestStatus:
    @pytest.mark.parametrize(
        ("status", "staff", "becomes"),
        [
            ("", "", "open"),
            ("正常", "4", "open"),
            ("", "0", "in_name_only"),
            ("开放", "0", "in_name_only"),
            ("在建", "0", "planned"),
            ("关闭", "0", "closed"),
            ("挂牌", "5", "in_name_only"),
        ],
    )
    def test_who_works_there_decides_whether_a_sign_is_an_institution(self, tmp_path, status, staff, becomes):
        report = sites(tmp_path, "状态,工作人员数", f"{status},{staff}")
        assert report.accepted["status"].tolist() == [becomes]
        asked = becomes == "in_name_only" and status in ("", "开放")
        assert ("no staff: in name only" in said(report.questions)) == asked

    def test_staff_alone_makes_a_status(self, tmp_path):
        assert sites(tmp_path, "工作人员数", "0", "3").accepted["status"].tolist()[0] == "in_name_only"


class TestIdsAndNames:
    def test_ids_are_needed_and_stand_once(self, tmp_path):
        text = f"{SITE}\na,{PLACE}\n,{PLACE}\na,{PLACE}\na,,77.25,38.42\n"
        report = read(tmp_path, text)
        assert said(report.faults) == {"id missing": (3,), "id repeated": (4, 5), "name missing": (5,)}

    def test_a_boundary_needs_a_shape(self, tmp_path):
        square = {"type": "Polygon", "coordinates": [[[77, 38], [78, 38], [78, 39], [77, 38]]]}
        features = [
            {"type": "Feature", "properties": {"code": c, "name": "试样县"}, "geometry": g}
            for c, g in (("653125", square), ("653126", None), (None, square))
        ]
        document = pd.Series({"type": "FeatureCollection", "features": features})
        report = read(tmp_path, document.to_json(), "boundaries", "b.geojson")
        assert said(report.faults) == {"no shape": (2,), "code missing": (3,)}
        assert "geometry" not in report.rejected


class TestTidyCells:
    def test_full_width_marks_and_blanks_are_put_right_and_the_rest_is_left(self):
        cells = {
            "ａ１２．５－Ｘ": "a12.5-X",
            "\u200f莎车\u2068县\u2069": "莎车县",
            "\u3000好 的\u00a0": "好 的",
            "（一）": "（一）",
        }
        table, _ = clean(pd.DataFrame({"a": list(cells)}), private=False)
        assert table["a"].tolist() == list(cells.values())

    def test_blanks_at_the_ends_are_nothing_to_tell(self):
        assert clean(pd.DataFrame({"a": ["  x "]}), private=False)[1] == []

    def test_a_correction_shows_before_and_after_but_never_of_a_person(self):
        table = pd.DataFrame({"a": ["１", "2"]})
        assert clean(table, private=False)[1][0].example == "１ → 1"
        assert clean(table, private=True)[1][0].example == ""

    def test_a_cell_of_nothing_but_blanks_and_marks_is_empty(self):
        assert clean(pd.DataFrame({"a": [" ", "\u200f", "\u3000"]}), private=False)[0]["a"].isna().all()

    @given(st.lists(st.one_of(st.none(), st.text(max_size=10)), max_size=6))
    def test_tidying_twice_changes_nothing_more(self, cells):
        table = pd.DataFrame(
            {"a": pd.Series(cells, dtype=object).where(pd.Series(cells).notna(), np.nan)}, dtype=object
        )
        once, _ = clean(table.astype("str"), private=False)
        twice, found = clean(once, private=False)
        assert found == []
        assert once["a"].fillna("").tolist() == twice["a"].fillna("").tolist()

    def test_the_shapes_of_a_layer_are_left_alone(self):
        table = pd.DataFrame({"geometry": [object()], "a": ["１"]})
        assert clean(table, private=False)[0]["geometry"][0] is table["geometry"][0]


class TestChanges:
    OLD = f"{SITE},容量\na,{PLACE},30\nb,{PLACE},20\nc,{PLACE},10\n"
    NEW = f"{SITE},容量\nd,{PLACE},5\na,{PLACE},30\nb,{PLACE},25\n"

    def test_rows_are_added_removed_changed_or_the_same(self, tmp_path):
        found = changes_between(read(tmp_path, self.OLD, name="old.csv"), read(tmp_path, self.NEW, name="new.csv"))
        assert (found.by, found.added, found.removed, found.changed, found.same) == ("id", 1, 1, 1, 1)
        assert found.columns == (("capacity_persons", 1),)

    def test_the_sentence_counts_in_both_languages(self, tmp_path):
        told = changes_between(read(tmp_path, self.OLD), read(tmp_path, self.NEW)).told()
        assert "1 added, 1 removed, 1 changed (capacity_persons 1), 1 the same" in told
        assert "新增 1 行，减少 1 行，变更 1 行（capacity_persons 1 行），未变 1 行" in told.zh

    def test_the_order_of_rows_and_other_spellings_of_the_same_are_no_change(self, tmp_path):
        turned = f"{SITE},容量\nc,{PLACE},10.0\nb,{PLACE},２０\na,{PLACE},30\n"
        found = changes_between(read(tmp_path, self.OLD), read(tmp_path, turned))
        assert (found.added, found.removed, found.changed, found.same) == (0, 0, 0, 3)

    def test_persons_are_joined_by_their_key(self, tmp_path):
        head, key = "身份证号,残疾类别,残疾等级,县\n", b"0123456789abcdef"
        first, second = "653125198506010015", "653125198506010023"
        old = read(tmp_path, f"{head}{first},肢体,二级,莎车县\n{second},听力,三级,莎车县\n", "residents", key=key)
        new = read(tmp_path, f"{head}{second},听力,一级,莎车县\n", "residents", key=key)
        found = changes_between(old, new)
        assert (found.by, found.removed, found.changed) == ("person_key", 1, 1)
        assert found.columns == (("grade", 1),)

    def test_without_anything_to_join_by_nothing_is_compared(self, tmp_path):
        report = read(tmp_path, "残疾类别,县\n肢体,莎车县\n", "residents")
        with pytest.raises(LayerError, match="to join the two versions by"):
            changes_between(report, report)

    def test_two_layers_are_not_compared(self, tmp_path):
        points = read(tmp_path, "id,lon,lat\na,77.2,38.4\n", "points")
        with pytest.raises(LayerError):
            changes_between(points, read(tmp_path, self.OLD))


class TestReports:
    RULE = both("wrong", "不对")

    def test_a_fault_names_its_rows_and_how_many_more(self):
        fault = Fault(self.RULE, tuple(range(2, 9)), "x", both("put it right", "请更正"))
        assert fault.told(3) == "rows 2, 3, 4 and 4 more: wrong (found x); put it right"
        assert fault.told(3).zh == "第 2、3、4 等 7 行：不对（发现 x）；请更正"
        assert Fault(self.RULE, (2,), "", both("b", "乙")).told() == "row 2: wrong; b"

    def test_the_reasons_of_a_row_are_joined_in_both_languages(self, tmp_path):
        report = read(tmp_path, f"{SITE}\n,,0,0\n")
        assert report.rejected["reasons"].tolist() == ["id missing; name missing; coordinates are 0, 0"]
        assert reasons_in(report, "zh")["reasons"].tolist() == ["缺少编号；缺少名称；坐标是 0, 0"]
        assert reasons_in(report, "en") is report.rejected

    def test_findings_without_rows_are_not_told(self):
        nothing = Finding(self.RULE, self.RULE, np.zeros(2, bool), "x")
        assert faults_of([nothing], np.array([2, 3]), False) == ()
        assert reasons_of([nothing], 2).tolist() == ["", ""]

    def test_no_example_of_a_person_is_told(self):
        one = Finding(self.RULE, self.RULE, np.array([True]), "虚构甲")
        assert faults_of([one], np.array([2]), private=True)[0].example == ""
        assert faults_of([one], np.array([2]), private=False)[0].example == "虚构甲"

    def test_the_record_is_plain_and_counts_add_up(self, tmp_path):
        import json

        record = read(tmp_path, f"{SITE},容量,备注\na,{PLACE},0,x\nb,{PLACE},三,y\n").record()
        assert json.loads(json.dumps(record)) == record
        assert record["rows_read"] == record["rows_accepted"] + record["rows_rejected"] == 2
        assert [f["rows"] for f in record["faults"]] == [[3]]
        assert [f["rows"] for f in record["questions"]] == [[2]]
        assert {c["heading"]: c["kept"] for c in record["columns"]}["备注"] is True


def test_every_field_of_every_layer_is_explained_in_both_languages():
    for layer in layers().values():
        for field in layer.fields:
            for sentence in (field.heading, field.explained):
                assert sentence
                assert sentence.zh
            assert any("\u4e00" <= c <= "\u9fff" for c in field.explained.zh), field.key
        assert set(layer.template) <= {field.key for field in layer.fields}
        assert {key for group in layer.needed for key in group} <= {field.key for field in layer.fields}

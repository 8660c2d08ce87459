"""Headings as people write them, and the fields they stand for."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import LayerError
from geodata.layers import layers
from geodata.layers.columns import plain, recognise

RESIDENTS = layers()["residents"]
SITES = layers()["institutions"]


def taken(headings, layer=RESIDENTS, **given_columns):
    return {c.heading: c.field for c in recognise(headings, layer, given_columns)}


class TestKnownHeadings:
    @pytest.mark.parametrize("layer", layers().values(), ids=lambda layer: layer.key)
    def test_every_field_is_recognised_by_its_key_and_both_its_headings(self, layer):
        for field in layer.fields:
            for heading in (field.key, str(field.heading), field.heading.zh):
                found = recognise([heading], layer)[0]
                assert found.field, heading
                assert heading in (found.field, *_names(layer, found.field)), heading

    @pytest.mark.parametrize("layer", layers().values(), ids=lambda layer: layer.key)
    def test_the_headings_of_the_template_are_recognised_together(self, layer):
        for speech in ("zh", "en"):
            fields = [layer.field(k).heading for k in layer.template]
            headings = [str(h) if speech == "en" else h.zh for h in fields]
            assert [c.field for c in recognise(headings, layer)] == list(layer.template)

    @pytest.mark.parametrize(
        ("heading", "field"),
        [
            ("残疾类别（必填）", "category"),
            (" 残疾等级* ", "grade"),
            ("乡(镇)", "township"),
            ("县（市、区）", "county"),
            ("村(社区)", "village"),
            ("身份证号码", "identity"),
            ("公民身份号码", "identity"),
            ("联系电话", "phone"),
            ("出生年月", "birth_date"),
            ("是否独居", "living_alone"),
            ("Disability Category", "category"),
            ("残疾人证号", "certificate"),
        ],
    )
    def test_words_that_mean_the_same_are_known(self, heading, field):
        assert taken([heading]) == {heading: field}

    def test_a_misspelt_heading_is_proposed_as_alike(self):
        found = recognise(["行政区划代玛"], RESIDENTS)[0]
        assert (found.field, found.how) == ("unit_code", "alike")

    def test_the_surest_reading_takes_the_field_and_no_field_is_taken_twice(self):
        assert taken(["类别", "残疾类别"]) == {"类别": "", "残疾类别": "category"}

    def test_the_order_of_the_columns_does_not_matter(self):
        one = taken(["类别", "残疾类别", "等级"])
        assert one == taken(["等级", "残疾类别", "类别"])


class TestWhatTheUserGives:
    def test_a_given_heading_counts_before_any_other(self):
        assert taken(["残疾类别", "评定结果"], category="评定结果") == {"残疾类别": "", "评定结果": "category"}

    def test_a_field_can_be_said_to_be_absent(self):
        assert taken(["类别", "等级"], category="") == {"类别": "", "等级": "grade"}

    def test_an_unknown_field_and_an_unknown_heading_are_both_named(self):
        with pytest.raises(LayerError) as error:
            recognise(["等级"], RESIDENTS, {"colour": "等级", "grade": "级别"})
        assert [("no field 'colour'" in f, "no column '级别'" in f) for f in error.value.faults] == [
            (True, False),
            (False, True),
        ]


class TestPrivacy:
    def test_columns_of_a_register_that_are_not_recognised_are_dropped(self):
        kept = {c.heading: c.kept for c in recognise(["等级", "备注", "姓名", "爱好"], RESIDENTS)}
        assert kept == {"等级": True, "备注": False, "姓名": False, "爱好": False}

    @pytest.mark.parametrize(
        "heading", ["负责人姓名", "联系人手机", "法人身份证号", "Contact phone", "监护人2", "开户银行"]
    )
    def test_personal_columns_of_institutions_are_dropped_whatever_they_are_called(self, heading):
        assert not recognise([heading], SITES)[0].kept

    def test_other_columns_of_institutions_stay(self):
        assert recognise(["备注"], SITES)[0].kept


@given(st.lists(st.text(max_size=12), unique=True, max_size=12))
def test_every_heading_has_one_answer_and_every_field_at_most_one_heading(headings):
    found = recognise(headings, RESIDENTS)
    assert [c.heading for c in found] == headings
    fields = pd.Series([c.field for c in found if c.field])
    assert not fields.duplicated().any()


def test_brackets_marks_and_letter_case_do_not_count():
    assert plain(" Name（姓名）* ") == "name"
    assert plain("（姓名）") == "（姓名）"


def _names(layer, key):
    field = layer.field(key)
    return (str(field.heading), field.heading.zh, *field.words)

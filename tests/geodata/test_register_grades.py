"""Category and grade as people write them; what is not certain stays unknown and is asked about."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.demand import CATEGORIES
from geodata.errors import in_language
from geodata.register import read_category
from geodata.register.grades import CATEGORY_WORDS

NAN = float("nan")
WORDS = dict(zip(CATEGORIES, ("视力", "听力", "言语", "肢体", "智力", "精神", "多重"), strict=True))


def cells(*texts):
    return pd.Series([NAN if t is None else t for t in texts], dtype=object)


def read(category, grade=None):
    """(category, categories, grade or None) of one row, and the rules found by effect."""
    table, findings = read_category(cells(category), cells(grade))
    row = table.iloc[0]
    return (row["category"], row["categories"], None if row["grade"] is pd.NA else int(row["grade"])), {
        str(f.rule): f.effect for f in findings
    }


class TestWhatIsUnderstood:
    @pytest.mark.parametrize("key", [c for c in CATEGORIES if c != "multiple"])
    @pytest.mark.parametrize(
        "form", ["{}二级", "{}残疾二级", "{}（二级）", "{}2级", "{}２级", "{}贰级", "{}Ⅱ级", "{} II", "二级{}"]
    )
    def test_category_and_grade_in_one_cell(self, key, form):
        assert read(form.format(WORDS[key])) == ((key, key, 2), {})

    @pytest.mark.parametrize(
        "grade", ["二级", "2级", "贰级", "Ⅱ级", "２", "2", "2.0", "II", "第二级", " 二 级 ", "\u200f二级"]
    )
    def test_grade_in_a_column_of_its_own(self, grade):
        assert read("肢体", grade) == (("physical", "physical", 2), {})

    @pytest.mark.parametrize(
        ("word", "number"), [("一", 1), ("壹", 1), ("Ⅰ", 1), ("叁", 3), ("Ⅲ", 3), ("肆", 4), ("Ⅳ", 4)]
    )
    def test_the_other_grades(self, word, number):
        assert read("精神", f"{word}级")[0] == ("psychiatric", "psychiatric", number)

    @pytest.mark.parametrize(
        "text", ["physical 2", "Physical grade 2", "PHYSICAL DISABILITY, LEVEL 2", "grade 2 physical"]
    )
    def test_english_words(self, text):
        assert read(text) == (("physical", "physical", 2), {})

    @pytest.mark.parametrize(
        ("word", "key"),
        [("盲", "visual"), ("低视力", "visual"), ("聋", "hearing"), ("哑", "speech"), ("肢残", "physical")],
    )
    def test_old_words_that_can_mean_one_category_only(self, word, key):
        assert read(word, "1") == ((key, key, 1), {})

    def test_a_category_in_the_column_of_grades_is_read_too(self):
        assert read(None, "智力三级") == (("intellectual", "intellectual", 3), {})

    def test_the_same_grade_in_both_columns_is_one_grade(self):
        assert read("肢体二级", "2") == (("physical", "physical", 2), {})

    def test_every_word_of_the_table_stands_for_its_own_category(self):
        for key, words in CATEGORY_WORDS.items():
            assert {read(word, "1")[0][0] for word in words} == {key}


class TestMultiple:
    @pytest.mark.parametrize(
        "text",
        ["多重(肢体二级+智力三级)", "多重（肢体二级、智力三级）", "肢体二级，智力三级", "智力三级;肢体二级",
         "多重二级(肢体二级智力三级)", "多重(肢体+智力)二级", "二级 多重(肢体+智力)",
         "multiple (physical 2 + intellectual 3)"],
    )  # fmt: skip
    def test_the_grade_is_that_of_the_severest_part(self, text):
        assert read(text) == (("multiple", "physical+intellectual", 2), {})

    def test_parts_come_in_the_order_of_the_categories(self):
        assert read("精神四级+视力三级")[0] == ("multiple", "visual+psychiatric", 3)

    def test_parts_in_the_other_column(self):
        assert read("多重", "肢体二级+智力三级") == (("multiple", "physical+intellectual", 2), {})

    def test_parts_without_grades_are_kept_and_the_grade_is_asked_for(self):
        assert read("肢体、智力") == (("multiple", "physical+intellectual", None), {"grade missing": "ask"})

    def test_one_grade_for_two_parts_is_not_guessed(self):
        said, rules = read("肢体、智力二级")
        assert said == ("multiple", "physical+intellectual", None)
        assert rules == {"the grade of one part is missing": "ask"}

    def test_nothing_is_severer_than_grade_one(self):
        assert read("视力一级，听力") == (("multiple", "visual+hearing", 1), {})

    def test_the_whole_cannot_be_milder_than_a_part(self):
        said, rules = read("多重四级(肢体二级+智力三级)")
        assert said == ("multiple", "physical+intellectual", None)
        assert rules == {"different grades are given": "ask"}

    def test_one_part_alone_is_asked_about(self):
        said, rules = read("多重(肢体二级)", "2")
        assert said == ("multiple", "physical", 2)
        assert rules == {"multiple disability with one part only": "ask"}

    def test_parts_may_be_unknown(self):
        assert read("多重一级") == (("multiple", "", 1), {})


class TestWhatIsAsked:
    @pytest.mark.parametrize("grade", [None, "", "无", "/", "不详"])
    def test_a_missing_grade(self, grade):
        assert read("肢体", grade) == (("physical", "physical", None), {"grade missing": "ask"})

    @pytest.mark.parametrize("grade", ["五级", "5", "0", "九级", "二级半", "甲"])
    def test_what_is_no_grade(self, grade):
        assert read("肢体", grade) == (("physical", "physical", None), {"not a grade": "ask"})

    @pytest.mark.parametrize(("category", "grade"), [("肢体二级", "三级"), ("肢体二级三级", None), ("肢体", "2/3")])
    def test_grades_that_differ_are_not_chosen_from(self, category, grade):
        assert read(category, grade) == (("physical", "physical", None), {"different grades are given": "ask"})

    def test_categories_that_differ_are_not_chosen_from(self):
        assert read("肢体二级", "智力二级") == (("", "", None), {"the columns name different categories": "ask"})

    @pytest.mark.parametrize("code", range(1, 8))
    def test_a_bare_code_is_read_and_asked_about(self, code):
        said, rules = read(str(code), "2")
        assert (said[0], said[2]) == (CATEGORIES[code - 1], 2)
        assert list(rules.values()) == ["ask"]

    def test_a_word_for_hearing_or_hearing_and_speech(self):
        said, rules = read("聋哑", "一级")
        assert said == ("", "", 1)
        assert rules == {"the word may mean hearing, or hearing and speech": "ask"}

    def test_severe_is_more_than_one_grade(self):
        said, rules = read("肢体重度")
        assert said == ("physical", "physical", None)
        assert rules == {"the word stands for more than one grade": "ask"}
        assert read("肢体二级（重度）") == (("physical", "physical", 2), {})

    def test_a_remark_in_brackets_does_not_send_the_row_back(self):
        assert read("肢体二级(左下肢)") == (("physical", "physical", 2), {"words in brackets were not read": "ask"})

    def test_a_missing_category(self):
        assert read(None, "二级") == (("", "", 2), {"category of disability missing": "ask"})
        assert read("二级") == (("", "", 2), {"category of disability missing": "ask"})


class TestWhatGoesBack:
    @pytest.mark.parametrize(
        "text",
        [
            "听说",
            "8",
            "0",
            "42",
            "mental 2",
            "心脏病",
            "听力正常",
            "听力(正常)",
            "非肢体",
            "肢体或智力",
            "残疾",
            "测试甲",
        ],
    )
    def test_words_that_are_no_category(self, text):
        assert read(text, "二级") == (("", "", None), {"category of disability not known": "reject"})

    def test_every_rule_speaks_both_languages_and_says_what_to_do(self):
        _, findings = read_category(
            cells("x", "4", "聋哑", "肢体二级", "多重(肢体)", "肢体"), cells(None, "9", None, "智力", "1", "重度")
        )
        assert len(findings) > 5
        for finding in findings:
            assert in_language(finding.rule, "zh") != finding.rule
            assert in_language(finding.advice, "zh") != finding.advice

    def test_examples_show_known_words_only(self):
        _, findings = read_category(
            cells("测试甲的肢体", "13900001234", "肢体五级 试样"), cells(None, None, "测试乙五级")
        )
        assert [f.example for f in findings] == ["…肢体"]
        assert not any(name in repr(findings) for name in ("测试", "试样", "1390000"))


@st.composite
def written(draw):
    """A category and grade, and a way to write them."""
    parts = draw(st.dictionaries(st.sampled_from(CATEGORIES[:6]), st.integers(1, 4), min_size=1, max_size=3))
    number = st.sampled_from(["{}", "{}级"])
    texts = []
    for key, grade in parts.items():
        numeral = draw(st.sampled_from([str(grade), "一二三四"[grade - 1], "壹贰叁肆"[grade - 1], "ⅠⅡⅢⅣ"[grade - 1]]))
        texts.append(draw(st.sampled_from(["", " "])).join([WORDS[key], draw(number).format(numeral)]))
    text = draw(st.sampled_from(["+", "、", "，", " ; "])).join(texts)
    return parts, draw(st.sampled_from(["{}", "多重({})", "多重（{}）"])).format(text) if len(parts) > 1 else text


class TestProperties:
    @settings(deadline=None)
    @given(written())
    def test_what_is_written_is_read(self, case):
        parts, text = case
        said, rules = read(text)
        ordered = [c for c in CATEGORIES if c in parts]
        assert said == ("multiple" if len(parts) > 1 else ordered[0], "+".join(ordered), min(parts.values()))
        assert rules == {}

    @settings(deadline=None)
    @given(written())
    def test_reading_its_own_answer_changes_nothing(self, case):
        said, _ = read(case[1])
        assert read(said[1], str(said[2])) == (said, {})
        assert read(said[0], str(said[2]))[0][::2] == said[::2]

    @settings(deadline=None)
    @given(
        st.lists(st.tuples(*[st.none() | st.text(st.sampled_from("肢体智力多重二三级25(+) 残聋x"), max_size=9)] * 2))
    )
    def test_rows_come_out_as_they_went_in_and_only_with_known_keys(self, pairs):
        index = pd.Index([f"r{i}" for i in range(len(pairs))], dtype=object)
        columns = [pd.Series([p[i] for p in pairs], index=index, dtype=object) for i in range(2)]
        table, findings = read_category(*columns)
        assert table.index.equals(index)
        assert set(table["category"]) <= {*CATEGORIES, ""}
        assert set(table["grade"].dropna()) <= {1, 2, 3, 4}
        assert all(f.rows.shape == (len(pairs),) and f.rows.dtype == np.bool_ and f.rows.any() for f in findings)
        asked = np.logical_or.reduce([f.rows for f in findings]) if findings else np.zeros(len(pairs), bool)
        silent = table[~asked]
        assert (silent["category"] != "").all()
        assert silent["grade"].notna().all()

"""Yes and no, the standing of a certificate, households, numbers of persons and rows of totals in a register."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from tiny_registers import number, rejected, rows, table

from geodata.register import FLAGS, read_residents
from geodata.yes_no import yes_no

ON = date(2025, 12, 31)


def read(key=None, on=ON, **columns):
    out, findings = read_residents(table(**columns), key, on)
    return out, {str(f.rule): f for f in findings}


class TestMarks:
    @pytest.mark.parametrize("word", ["是", "√", "1", "Y", "有", "yes", "True", "１", "1.0", " 是 "])
    def test_yes(self, word):
        out, rules = read(living_alone=[word], watch_list=[word])
        assert out.loc[0, ["living_alone", "watch_list"]].tolist() == [True, True]
        assert rules == {}

    @pytest.mark.parametrize("word", ["否", "×", "0", "n", "无", "空", "", np.nan, "/", "False"])
    def test_no(self, word):
        out, rules = read(severe_illness=[word])
        assert not out["severe_illness"].any()
        assert rules == {}

    def test_a_flag_of_which_the_file_has_no_column_is_unknown(self):
        out, _ = read(category=["肢体一级"] * 2, living_alone=["是", ""], empty_nest=["", ""])
        assert out["living_alone"].tolist() == [True, False]
        assert out.drop(columns="living_alone")[[f for f in FLAGS if f != "living_alone"]].isna().all(axis=None)

    @pytest.mark.parametrize(("word", "flag"), [("没有", False), ("不是", False), ("已改造", True), ("未改造", False)])
    def test_the_words_are_those_of_every_layer(self, word, flag):
        assert read(watch_list=[word])[0]["watch_list"].tolist() == [flag]

    def test_in_part_is_neither_yes_nor_no(self):
        said = yes_no(pd.Series(["部分", "", None, " Ｙ ", "×"], index=list("abcde")))
        assert said.tolist() == [pd.NA, pd.NA, pd.NA, True, False]
        assert said.index.tolist() == list("abcde")
        assert [f.effect for f in read(watch_list=["部分"])[1].values()] == ["ask"]

    def test_a_word_that_names_the_flag_is_yes_in_its_own_column(self):
        out, rules = read(living_alone=["独居"], empty_nest=["独居"])
        assert out.loc[0, ["living_alone", "empty_nest"]].tolist() == [True, False]
        assert [(r, f.effect, f.example) for r, f in rules.items()] == [
            ("neither yes nor no under empty nest", "ask", "")
        ]

    @pytest.mark.parametrize(
        ("word", "status"),
        [("有效", "active"), ("正常", "active"), ("在册", "active"), ("", ""), (np.nan, ""), ("注销", "cancelled"),
         ("已死亡", "deceased"), ("注销（死亡）", "deceased"), ("户口迁出", "moved"), ("冻结", "frozen"),
         ("已过期", "expired"), ("Cancelled", "cancelled")],
    )  # fmt: skip
    def test_the_standing_of_the_certificate(self, word, status):
        out, rules = read(status=[word])
        assert out["status"].tolist() == [status]
        assert [f.effect for f in rules.values()] == ([] if status in ("", "active") else ["reject"])

    @pytest.mark.parametrize("word", ["未注销", "待核", "正常？", "inactive", "曾冻结"])
    def test_a_standing_that_is_not_understood_to_the_last_sign_is_asked_about(self, word):
        out, rules = read(status=[word])
        assert out["status"].tolist() == [""]
        assert [(r, f.effect) for r, f in rules.items()] == [("status not known", "ask")]

    @pytest.mark.parametrize(
        ("text", "persons"), [("3", 3), ("3.0", 3), ("１２", 12), ("1,200", 1200), ("4人", 4), ("0", 0)]
    )
    def test_rows_of_totals(self, text, persons):
        out, rules = read(persons=[text])
        assert (out["persons"].tolist(), rules) == ([persons], {})

    @pytest.mark.parametrize("text", ["", "1.5", "-1", "三", "1e3", "13900001234", "inf"])
    def test_what_is_no_number_of_persons_goes_back_and_counts_nobody(self, text):
        out, rules = read(persons=[text])
        assert out["persons"].tolist() == [0]
        assert [(f.effect, f.example) for f in rules.values()] == [("reject", "")]

    def test_a_named_row_without_a_number_is_one_person(self):
        assert read(persons=[""], person_name=["测试甲"])[0]["persons"].tolist() == [1]

    def test_one_person_cannot_stand_for_several(self):
        _, rules = read(persons=["3"], identity=[number()])
        assert rules["a row with an identity number stands for several persons"].effect == "ask"


class TestHouseholds:
    def test_they_become_numbers_in_the_order_of_the_rows(self):
        out, _ = read(household=["试样户主乙", "H7", "", "试样户主乙 ", np.nan])
        assert out["household"].tolist() == [1, 2, pd.NA, 1, pd.NA]

    def test_two_accepted_persons_in_one_are_several(self):
        out, _ = read(household=["a", "a", "b", "c", "c"], status=["", "", "", "", "死亡"], category=["肢体二级"] * 5)
        assert out["several_in_household"].tolist() == [True, True, False, False, False]

    def test_several_are_known_where_the_household_is(self):
        out, _ = read(household=["a", "a", "b", ""], category=["肢体二级"] * 4)
        assert out["several_in_household"].tolist() == [True, True, False, pd.NA]

    def test_the_flag_of_the_file_counts_too(self):
        out, _ = read(household=["a", "b"], several_in_household=["是", "否"])
        assert out["several_in_household"].tolist() == [True, False]

    def test_a_column_of_counts_is_read_as_counts(self):
        out, rules = read(several_in_household=["1", "2", "3人", ""])
        assert (out["several_in_household"].tolist(), rules) == ([False, True, True, False], {})
        assert read(several_in_household=["1", "0"])[0]["several_in_household"].tolist() == [True, False]


class TestTotals:
    @pytest.mark.parametrize("word", ["合计", "总计", "小计", "合 计", "合　计", "合计：", "Total"])
    @pytest.mark.parametrize("column", ["county", "village", "person_name", "identity", "category", "id"])
    def test_a_row_of_totals_is_no_person(self, word, column):
        columns = {"category": ["肢体二级", "肢体二级"], "persons": ["1", "120"], column: ["", word]}
        rules = read(**columns)[1]
        assert rows(rules["a row of totals, not of a person"]) == [1]
        assert rejected(rules)[1]

    def test_a_word_with_the_same_letters_is_none(self):
        assert "a row of totals, not of a person" not in read(village=["合计村"], category=["肢体二级"])[1]

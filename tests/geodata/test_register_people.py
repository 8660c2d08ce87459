"""A register is read so that it serves planning, and nobody can be found in what is left of it."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_registers import number, rejected, rows, table

from geodata.errors import LayerError, in_language
from geodata.register import FLAGS, OWN, PERSONAL, PLACE, check_key, ephemeral_key, read_residents, without_numbers

ON = date(2025, 12, 31)
KEY = bytes(range(32))


WRONG = number()[:17] + ("0" if number()[17] != "0" else "1")


def read(key=None, on=ON, **columns):
    out, findings = read_residents(table(**columns), key, on)
    return out, {str(f.rule): f for f in findings}


class TestTheTable:
    def test_every_own_column_is_there_whatever_the_file_has(self):
        out, findings = read_residents(pd.DataFrame(index=range(2)))
        assert list(out.columns) == list(OWN)
        assert findings == []
        assert out["persons"].tolist() == [1, 1]
        assert {c: str(out[c].dtype) for c in ("grade", "household", "persons", *FLAGS)} == {
            "grade": "Int64", "household": "Int64", "persons": "int64", **dict.fromkeys(FLAGS, "boolean"),
        }  # fmt: skip

    def test_an_empty_file_gives_an_empty_table(self):
        out, findings = read_residents(table(category=[], identity=[], birth_date=[], address=[]), KEY)
        assert (len(out), findings) == (0, [])
        assert list(out.columns) == [*OWN, "person_key", "address"]

    def test_labels_of_rows_are_kept(self):
        given_table = table(category=["肢体二级", "视力一级"]).set_axis([17, 4])
        assert read_residents(given_table)[0].index.tolist() == [17, 4]

    def test_the_caller_keeps_the_table_as_it_was(self):
        before = table(identity=[number()], address=["某村 13900001234"], birth_date=["1990-01-01"])
        after = before.copy(deep=True)
        read_residents(after, KEY, ON)
        pd.testing.assert_frame_equal(before, after)

    def test_columns_without_any_text_are_no_trouble(self):
        columns = [*PERSONAL, *PLACE, "category", "grade", "birth_date", "age", *FLAGS, "household", "status"]
        out, findings = read_residents(pd.DataFrame({c: [np.nan, np.nan] for c in columns}), KEY)
        assert len(out) == 2
        assert {f.effect for f in findings} == {"ask"}


class TestNumbers:
    @pytest.mark.parametrize(
        ("text", "rule", "effect"),
        [("6.53125E+17", "identity number damaged by the spreadsheet", "reject"),
         (WRONG, "check digit of the identity number is wrong", "reject"),
         ("653125199013010011", "identity number with an impossible area or date of birth", "reject"),
         ("12345", "not an identity number of 18 or 15 digits, nor a certificate number of 20", "reject"),
         ("653125850601011", "old identity number of 15 digits", "ask"),
         ("", "identity number missing", "ask")],
    )  # fmt: skip
    def test_each_kind_has_its_own_word(self, text, rule, effect):
        _, rules = read(identity=[text], category=["肢体二级"])
        assert rules[rule].effect == effect
        assert rules[rule].example == ""

    def test_a_file_without_such_a_column_is_not_asked_for_numbers(self):
        assert read(category=["肢体二级"])[1] == {}

    def test_the_certificate_stands_in_for_a_missing_number(self):
        out, rules = read(
            KEY, identity=["", number()], certificate=[number() + "42", ""], category=["肢体二级", "视力一级"]
        )
        assert out["person_key"].nunique() == 1
        assert "identity number missing" not in rules

    def test_a_certificate_number_in_the_wrong_column_is_put_right_aloud(self):
        _, rules = read(identity=[number() + "42"], category=["肢体二级"])
        assert [(r, f.effect) for r, f in rules.items()] == [
            ("a certificate number stands for the identity number", "correct")
        ]

    @pytest.mark.parametrize(
        ("category", "grade", "asked"),
        [("肢体", "2", 0), ("肢体", "", 0), ("", "", 0), ("视力", "2", 1), ("肢体", "1", 1)],
    )
    def test_the_end_of_the_certificate_is_compared(self, category, grade, asked):
        _, rules = read(certificate=[number() + "42"], category=[category], grade=[grade])
        assert ("the end of the certificate number disagrees with the category or the grade" in rules) == bool(asked)

    def test_identity_and_certificate_of_two_persons(self):
        _, rules = read(identity=[number()], certificate=[number(sequence=12) + "42"], category=["肢体二级"])
        assert rules["identity and certificate number are of different persons"].effect == "ask"

    def test_the_birth_date_in_the_number_gives_the_band(self):
        out, _ = read(identity=[number("20200101"), number("20120101"), "", "6.5E+17"])
        assert out["age_band"].tolist() == ["0_5", "6_14", "", ""]

    def test_a_date_that_disagrees_with_the_number_is_asked_about(self):
        out, rules = read(identity=[number("19900101")], birth_date=["2015-01-01"])
        assert out["age_band"].tolist() == [""]
        assert rules["date of birth and identity number disagree"].effect == "ask"


class TestRepeats:
    def test_the_same_person_again_is_returned_from_the_second_row_on(self):
        names = ["试样·艾合买提", "测试乙", "试样 •艾合买提 ", "试样.艾合买提"]
        _, rules = read(person_name=names, identity=[number(), number(sequence=12), number().lower(), number()])
        assert rows(rules["the same person stands in an earlier row"]) == [2, 3]

    def test_old_and_new_number_of_one_person_are_the_same(self):
        whole = number("19850601")
        _, rules = read(person_name=["测试甲", "测试甲"], identity=[whole, whole[:6] + whole[8:17]])
        assert rows(rules["the same person stands in an earlier row"]) == [1]

    def test_the_same_number_under_different_names_returns_all_of_them(self):
        _, rules = read(person_name=["测试甲", "测试乙", "测试甲", ""], identity=[number()] * 4)
        assert rows(rules["the same identity number stands under different names"]) == [0, 1, 2, 3]
        assert "the same person stands in an earlier row" not in rules

    def test_without_names_the_number_decides(self):
        assert rows(read(identity=[number()] * 2)[1]["the same person stands in an earlier row"]) == [1]

    def test_a_returned_row_does_not_push_out_the_valid_one(self):
        _, rules = read(person_name=["测试甲"] * 3, identity=[number()] * 3, status=["注销", "正常", "正常"])
        assert rejected(rules) == [True, False, True]

    def test_repeated_rows_that_say_something_else_are_asked_about(self):
        _, rules = read(identity=[number()] * 2, category=["肢体", "肢体"], grade=["2", "3"])
        assert rows(rules["rows of the same person give another category or grade"]) == [0]

    @pytest.mark.parametrize("identity", [["", ""], [number(), ""], [number(), number(sequence=12)]])
    def test_the_same_name_date_and_village_are_asked_about(self, identity):
        _, rules = read(
            person_name=["测试甲", "测试 甲"],
            birth_date=["1990-01-01"] * 2,
            village=["某村", "某村"],
            identity=identity,
        )
        found = rules["same name, date of birth and village as another row"]
        assert (found.effect, rows(found)) == ("ask", [0, 1])

    @pytest.mark.parametrize("column", ["person_name", "birth_date", "village", "township"])
    def test_a_difference_in_one_of_them_is_enough(self, column):
        columns = {
            "person_name": ["测试甲"] * 2,
            "birth_date": ["1990-01-01"] * 2,
            "village": ["某村"] * 2,
            "township": ["某乡"] * 2,
        }
        columns[column] = [columns[column][0], "1991-05-05" if column == "birth_date" else "另一个"]
        assert "same name, date of birth and village as another row" not in read(**columns)[1]


class TestKeys:
    @pytest.mark.parametrize("size", [0, 1, 15, 65])
    def test_keys_of_a_wrong_length_are_refused(self, size):
        with pytest.raises(LayerError, match="16 to 64 random bytes") as caught:
            read_residents(table(identity=[number()]), bytes(size), ON)
        assert "密钥" in caught.value.faults[0].zh
        assert bytes(size).hex() not in str(caught.value) or not size

    def test_no_key_is_no_fault(self):
        check_key(None)
        assert "person_key" not in read(identity=[number()])[0]

    def test_the_same_person_has_the_same_key_in_every_list_and_with_every_number(self):
        whole = number("19850601")
        texts = [whole, whole.lower(), f" {whole}", whole + "42", whole[:6] + whole[8:17]]
        keys = read(KEY, identity=texts)[0]["person_key"]
        assert keys.nunique() == 1
        assert keys.str.fullmatch("[0-9a-f]{32}").all()
        assert set(read(ephemeral_key(), identity=texts)[0]["person_key"]).isdisjoint(keys)

    def test_without_a_valid_number_there_is_no_key(self):
        assert read(KEY, identity=["", "6.5E+17", "123", number()[:17] + "?"])[0]["person_key"].tolist() == [""] * 4

    def test_ephemeral_keys_differ_and_are_long_enough(self):
        assert len({ephemeral_key() for _ in range(9)}) == 9
        check_key(ephemeral_key())


class TestPrivacy:
    @pytest.mark.parametrize(
        "secret",
        ["13900001234", "139 0000 1234", "139-0000-1234", "+86 13900001234", "１３９００００１２３４", "0998-1234567",
         number(), number()[:17] + "x", number() + "42", "653125900101001", "6222021234567890123",
         f"{number()[:6]} {number()[6:14]} {number()[14:]}", "6222 0212 3456 7890 123", "13900001234.0",
         "6.53125199001010E+17", "09982521234", "0998-2521234", "653125 900101 123",
         "653125 19900101 0011", "٦٥٣١٢٥١٩٩٠٠١٠١٠٠١١"],
    )  # fmt: skip
    @pytest.mark.parametrize("column", ["address", "village", "lon"])
    def test_numbers_of_persons_in_other_columns_are_cut_out(self, secret, column):
        out, rules = read(**{column: [f"{secret}", "干净"]})
        assert pd.isna(out[column][0])
        assert out[column][1] == "干净"
        found = rules[f"a number of a person stands in column {column}"]
        assert (found.effect, rows(found), found.example) == ("ask", [0], "")

    @pytest.mark.parametrize(
        "secret",
        [
            "2521234",
            "82521234",
            "252-1234",
            "8252 1234",
            "622202 1234567890 123",
            "62-2202-1234567-890123",
            "139-000-01234",
        ],
    )
    def test_in_words_about_a_place_any_telephone_and_account_number_is_cut_out(self, secret):
        out, rules = read(address=[f"某村{secret}"], village=["某村"])
        assert out["address"].tolist() == ["某村"]
        assert rows(rules["a number of a person stands in column address"]) == [0]

    @pytest.mark.parametrize(
        "text",
        ["653125", "653125100", "653125100201", "某村844000", "2023-2024年", "75.98765432,39.47654321", "G3012线"],
    )
    def test_codes_years_and_degrees_in_an_address_are_no_numbers_of_persons(self, text):
        assert read(address=[text])[1] == {}

    def test_texts_of_other_layers_can_be_cleaned_too(self):
        cells = pd.Series(["测试康复中心", "某路3号 0998-2521234", np.nan, "13900001234"], index=[3, 1, 4, 9])
        clean, touched = without_numbers(cells)
        assert clean.astype(object).where(clean.notna(), None).tolist() == ["测试康复中心", "某路3号", None, None]
        assert clean.index.tolist() == [3, 1, 4, 9]
        assert touched.tolist() == [False, True, False, True]

    def test_the_rest_of_an_address_stays(self):
        out, _ = read(address=["某县某乡某村3组 电话：13900001234"])
        assert out["address"].tolist() == ["某县某乡某村3组 电话:"]

    @pytest.mark.parametrize(
        ("column", "text"),
        [("unit_code", "653125100201"), ("unit_code", "130822102010"), ("unit_code", "653125100"),
         ("unit_code", "653125103201001"), ("lon", "75.13900001234"),
         ("lon", "75.987654321098765"), ("lat", "4381234.5"), ("coordinates", "512345 4381234"),
         ("county_code", "653125"), ("lon", "13512345.678"), ("lat", "39°28′11.5″"),
         ("coordinates", "75.987654321 39.476543210"), ("address", "某村3组12号"),
         ("coordinates", "39 28 11.5, 75 59 23.2")],
    )  # fmt: skip
    def test_codes_and_coordinates_stay_as_they_are(self, column, text):
        out, rules = read(**{column: [text]})
        assert (out[column].tolist(), rules) == ([text], {})

    def test_names_of_the_row_are_cut_out_of_its_places(self):
        out, rules = read(
            person_name=["测试甲", "测试乙"],
            guardian=["试样·艾合买提", ""],
            address=["某村测试甲家（试样·艾合买提）", "某村"],
        )
        assert out["address"].tolist() == ["某村家()", "某村"]
        assert rows(rules["a name or number of the person stands in column address"]) == [0]

    def test_personal_columns_and_unknown_ones_are_gone(self):
        columns = {c: ["测试甲"] for c in (*PERSONAL, "remark", "id", "category")}
        out, _ = read(**columns)
        assert set(out.columns) == set(OWN)

    def test_findings_speak_both_languages(self):
        for f in read(**MESSY)[1].values():
            assert in_language(f.rule, "zh") != f.rule
            assert in_language(f.advice, "zh") != f.advice


MESSY = {
    "person_name": ["测试甲", "测试甲", "测试乙", "测试丙", "测试丁", "测试戊"],
    "identity": [number(), number(), number(), "6.53125E+17", "", "65312590010100"],
    "certificate": ["", number() + "31", "", "", number(sequence=14) + "42", ""],
    "phone": ["13900001234"] * 6,
    "guardian": ["试样·艾合买提"] * 6,
    "bank_account": ["6222021234567890123"] * 6,
    "category": ["肢体二级", "4", "测试甲", "聋哑", "多重(肢体二级)", ""],
    "grade": ["3", "五级", "重度", "", "测试乙", "2"],
    "birth_date": ["1990-02-30", "32874", "2026-05-05", "1980-01-01", "", "x"],
    "age": ["12", "300", "测试丙", "", "", ""],
    "living_alone": ["13900001234", "是", "否", "", "", ""],
    "household": ["试样户主"] * 6,
    "status": ["注销", "测试丁", "", "", "", ""],
    "persons": ["1", "-1", "13900001234", "1", "2", ""],
    "address": ["测试甲 13900001234", "", "试样·艾合买提", number(), "", "6222021234567890123"],
    "village": ["某村"] * 6,
}
SECRETS = {v for c in (*PERSONAL, "household", "birth_date") for v in MESSY[c] if len(v) > 2}


def told(out, findings):
    """Everything that leaves the room, as one text."""
    whole = [
        out.to_csv(),
        repr(out.to_dict()),
        repr(findings),
        *(f"{f.rule} {f.advice} {f.example} {f.rule.zh}" for f in findings),
    ]
    return "\n".join(whole)


class TestNobodyCanBeFound:
    def test_no_personal_value_of_a_messy_file_leaves_the_room(self):
        said = told(*read_residents(table(**MESSY), KEY, ON))
        assert [s for s in SECRETS if s in said] == []
        assert not any(s in said for s in ("测试", "试样", "1390000", number()[:14], "6.53125"))

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(st.data())
    def test_rows_in_are_rows_out_and_no_secret_passes_whatever_the_cells_say(self, data):
        n = data.draw(st.integers(0, 5))
        names = st.text(st.sampled_from("虚构样本乙丙丁·"), min_size=3, max_size=6).filter(
            lambda t: len(t.strip("·")) > 2
        )
        numbers = st.integers(0, 999).map(lambda i: number(sequence=i)) | st.sampled_from(
            ["6.53125E+17", "653125900101001", ""]
        )
        phones = st.integers(0, 9999).map(lambda i: f"1390000{i:04d}")
        secret = {
            "person_name": names,
            "identity": numbers,
            "certificate": numbers.map(lambda t: t and t + "42"),
            "phone": phones,
        }
        columns = {c: data.draw(st.lists(s, min_size=n, max_size=n)) for c, s in secret.items()}
        mixed = st.sampled_from(["某村", "肢体二级", "是", "2", "1990-01-01", "注销", ""])
        for column in (
            "category",
            "grade",
            "birth_date",
            "age",
            "living_alone",
            "household",
            "status",
            "persons",
            "address",
            "village",
        ):
            said = [data.draw(mixed | st.sampled_from([columns[c][i] for c in secret])) for i in range(n)]
            columns[column] = [f"{a}{data.draw(mixed)}" for a in said]
        out, findings = read_residents(table(**columns), KEY, ON)
        assert len(out) == n
        assert all(len(f.rows) == n for f in findings)
        said = told(out.drop(columns="person_key"), findings)
        values = {v for c in secret for v in columns[c] if len(v) > 2 and not v.startswith("6.5")}
        assert [v for v in values if v in said] == []

    @settings(max_examples=40, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from(["肢体二级", "视力1级", "多重(肢体二级+智力三级)", "聋", "", "x"]),
                st.sampled_from(["是", "否", "", "√"]),
                st.sampled_from(["a", "b", ""]),
                st.sampled_from(["正常", "注销", "死亡", "", "?!"]),
                st.sampled_from(["1", "2", "x"]),
            )
        )
    )
    def test_reading_its_own_answer_changes_nothing(self, cells):
        names = ("category", "living_alone", "household", "status", "persons")
        once, _ = read_residents(table(**{c: [row[i] for row in cells] for i, c in enumerate(names)}))
        text = once.assign(category=once["categories"].where(once["categories"] != "", once["category"]))
        again, _ = read_residents(text.astype(object).where(text.notna(), np.nan).astype(object))
        kept = once["status"].isin(["", "active"])  # a household shrinks when a row goes back
        same = ["category", "categories", "grade", "living_alone", "household", "status", "persons"]
        pd.testing.assert_frame_equal(again.loc[kept, same], once.loc[kept, same])


def test_two_hundred_thousand_rows_take_seconds():
    draw, n = np.random.default_rng(0), 20_000
    born = (np.datetime64("1940-01-01") + draw.integers(0, 30_000, n)).astype(str)
    big = pd.DataFrame(
        {
            "person_name": [f"虚构人{i:06d}" for i in range(n)],
            "identity": [number(b.replace("-", ""), i % 1000) for i, b in enumerate(born)],
            "phone": [f"139{i:08d}" for i in range(n)],
            "category": draw.choice(["肢体二级", "视力", "听力三级", "多重(肢体二级+智力三级)"], n),
            "grade": draw.choice(["二级", "3", ""], n),
            "birth_date": born,
            "household": draw.integers(0, n // 2, n).astype(str),
            "status": draw.choice(["正常", "注销"], n),
            "address": [f"某县某乡团结村{i % 50}组{i}号" for i in range(n)],
        }
    )
    out, _ = read_residents(big, KEY, ON)
    assert len(out) == n

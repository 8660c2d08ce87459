"""Identity numbers are whole, old, damaged or wrong, and none of them is mended by guessing."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geodata.register.identity import KINDS, VALID, check_digits, read_identity


def check(body):
    """The check digit by the recursion of ISO 7064: the oracle, which knows no weights."""
    product = 0
    for digit in body:
        product = (product + int(digit)) * 2 % 11
    rest = (12 - product) % 11
    return "X" if rest == 10 else str(rest)


def number(born="19900101", sequence=11, area="653125"):
    body = f"{area}{born}{sequence:03d}"
    return body + check(body)


def old(whole):
    return whole[:6] + whole[8:17]


def read(*texts):
    return read_identity(pd.Series([np.nan if t is None else t for t in texts], dtype=object))


WHOLE = number()
WITH_X = next(n for n in (number(sequence=i) for i in range(100)) if n.endswith("X"))


class TestKinds:
    @pytest.mark.parametrize(
        "text",
        [WHOLE, f" {WHOLE}\t", f"'{WHOLE}", f"{WHOLE[:6]} {WHOLE[6:14]} {WHOLE[14:]}", f"\u200e{WHOLE}\u200f",
         "".join(chr(ord(c) + 0xFEE0) for c in WHOLE), WHOLE.replace("9", "٩")],
    )  # fmt: skip
    def test_a_whole_number_however_it_is_written(self, text):
        row = read(text).iloc[0]
        assert (row["kind"], row["normal"]) == ("ok", WHOLE)
        assert row["birth_date"] == pd.Timestamp("1990-01-01")

    def test_a_small_x_is_the_same_as_a_large_one(self):
        assert read(WITH_X.lower())["normal"].tolist() == [WITH_X]
        assert read(WITH_X)["kind"].tolist() == ["ok"]

    @pytest.mark.parametrize("tail", ["", ".0"])
    def test_fifteen_digits_become_eighteen(self, tail):
        row = read(old(WHOLE) + tail).iloc[0]
        assert (row["kind"], row["normal"]) == ("fifteen", WHOLE)
        assert row["birth_date"] == pd.Timestamp("1990-01-01")

    @pytest.mark.parametrize("tail", ["42", "42B", "42B1"])
    def test_a_certificate_number_is_an_identity_number_with_category_and_grade(self, tail):
        row = read(WHOLE + tail).iloc[0]
        assert (row["kind"], row["normal"]) == ("certificate", WHOLE)
        assert (row["certificate_category"], row["certificate_grade"]) == ("physical", 2)

    def test_a_certificate_number_with_an_impossible_end_names_neither(self):
        row = read(WHOLE + "95").iloc[0]
        assert (row["kind"], row["certificate_category"], row["certificate_grade"]) == ("certificate", "", 0)

    @pytest.mark.parametrize(
        "text", ["6.53125E+17", "6.53125199001010E+17", "6.53125e17", "7E+17", "653125199001010000.0"]
    )
    def test_what_a_spreadsheet_made_of_it_is_damaged(self, text):
        row = read(text).iloc[0]
        assert (row["kind"], row["normal"]) == ("damaged", "")
        assert row["birth_date"] is pd.NaT

    def test_zeros_at_the_end_with_a_wrong_check_digit_are_damage(self):
        assert check("65312519900101000") != "0"
        assert read("653125199001010000", "65312519900101000000")["kind"].tolist() == ["damaged", "damaged"]

    def test_a_number_that_ends_in_zeros_by_nature_is_whole(self):
        tried = (number(f"199002{day:02d}", hundreds * 100) for day in range(1, 29) for hundreds in range(10))
        natural = next(n for n in tried if n.endswith("000"))
        assert read(natural)["kind"].tolist() == ["ok"]
        assert read(natural, "653125199001010000")["kind"].tolist() == ["damaged", "damaged"]

    def test_a_wrong_check_digit(self):
        wrong = WHOLE[:17] + ("1" if WHOLE[17] != "1" else "2")
        assert read(wrong, wrong + "42")["kind"].tolist() == ["check_digit", "check_digit"]

    @pytest.mark.parametrize(
        "text",
        [number("19900230"), number("19901301"), number("18800101"), number(area="993125"), old(number("19900230"))],
    )
    def test_an_impossible_area_or_date(self, text):
        assert read(text)["kind"].tolist() == ["impossible"]

    @pytest.mark.parametrize(
        "text", ["653125", WHOLE + "4", WHOLE[:17], "653125********0011", "G12345678", "测试甲", WHOLE * 2]
    )
    def test_other_lengths_and_stars(self, text):
        assert read(text)["kind"].tolist() == ["length"]

    @pytest.mark.parametrize("text", [None, "", "  ", "无", "-", "不详", "\ufeff"])
    def test_nothing(self, text):
        assert read(text)["kind"].tolist() == ["missing"]

    def test_an_empty_table(self):
        table = read()
        assert len(table) == 0
        assert list(table.columns[:3]) == ["kind", "birth_date", "normal"]

    def test_a_column_without_any_text(self):
        assert read_identity(pd.Series([np.nan, np.nan]))["kind"].tolist() == ["missing", "missing"]


bodies = st.integers(0, 10**17 - 1).map("{:017d}".format)
births = st.dates(pd.Timestamp("1900-01-01").date(), pd.Timestamp("2025-12-31").date()).map(lambda d: f"{d:%Y%m%d}")


class TestProperties:
    def test_the_published_example(self):
        assert check("11010519491231002") == "X"  # GB 11643-1999

    @settings(deadline=None)
    @given(st.lists(bodies, min_size=1))
    def test_check_digits_agree_with_the_recursion_of_the_standard(self, texts):
        digits = np.array([[int(c) for c in t] for t in texts], np.int64)
        assert check_digits(digits).tolist() == [check(t) for t in texts]

    @settings(deadline=None)
    @given(births, st.integers(1, 999))
    def test_one_changed_digit_never_passes(self, born, sequence):
        whole = number(born, sequence)
        changed = [whole[:i] + str((int(whole[i]) + 1) % 10) + whole[i + 1 :] for i in range(17)]
        assert not set(read(*changed)["kind"]) & set(VALID)

    @settings(deadline=None)
    @given(births, st.integers(1, 999))
    def test_normal_numbers_are_read_as_themselves(self, born, sequence):
        whole = number(born, sequence)
        assume(born < "20000101")
        first = read(whole, old(whole), whole + "73", whole.lower())
        assert first["normal"].tolist() == [whole] * 4
        assert read(*first["normal"])["kind"].tolist() == ["ok"] * 4

    @settings(deadline=None)
    @given(births, st.integers(1, 999), st.integers(3, 12))
    def test_a_number_through_a_float_is_never_taken_for_whole(self, born, sequence, places):
        value = float(number(born, sequence).replace("X", "0"))
        table = read(f"{value:.{places}E}", f"{int(f'{value:.14E}'.replace('E+17', '').replace('.', '')) * 1000}.0")
        assert set(table["kind"]) == {"damaged"}

    @settings(deadline=None)
    @given(st.lists(st.none() | st.text(st.sampled_from("0123456789Xx.E+ B*测"), max_size=24)))
    def test_whatever_comes_has_a_kind(self, texts):
        table = read(*texts)
        assert len(table) == len(texts)
        assert set(table["kind"]) <= set(KINDS)
        valid = table["kind"].isin(VALID)
        assert (table["normal"].str.len() == np.where(valid, 18, 0)).all()
        assert (table["birth_date"].notna() == valid).all()

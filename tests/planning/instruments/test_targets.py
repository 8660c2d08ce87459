"""Targets of registers: each on its own denominator, exact at the limit, never compared across denominators."""

from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning import PlanningError
from planning.instruments import Rate, check_targets, difference, target_list, targets
from planning.instruments.targets import DENOMINATORS, met_of


def counts(**more) -> pd.DataFrame:
    row = {
        "target": "school_enrolment",
        "numerator": 16_110,
        "denominator": 16_422,
        "base": "学籍",
        "date": "2025-12-31",
    }
    return pd.DataFrame([row | more])


def rate(**more) -> Rate:
    return Rate(**{"target": "a", "numerator": 1, "of": 2, "denominator": "eligible", "base": "r", "date": "d"} | more)


@given(st.integers(0, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_persons_lacking_are_exactly_those_who_close_the_gap(pair: tuple[int, int]) -> None:
    met, lacking = met_of(*pair, "0.97")
    numerator, of = pair
    assert met == (lacking == 0) == (100 * numerator >= 97 * of)
    assert 100 * (numerator + lacking) >= 97 * of
    assert met or 100 * (numerator + lacking - 1) < 97 * of


def test_exactly_97_of_100_is_met_and_96_is_not() -> None:
    assert met_of(97, 100, "0.97") == (True, 0)
    assert met_of(96, 100, "0.97") == (False, 1)
    assert met_of(0, 0, "1.00") == (True, 0)


def test_a_count_is_held_against_its_own_target_with_base_and_date() -> None:
    found = check_targets(counts(numerator=15_617))
    row = found.table.iloc[0]
    assert row["denominator_kind"] == "school_age"
    assert (row["met"], row["lacking"], row["period"]) == (False, 313, "2021-25")
    assert (row["base"], row["date"], row["mark"]) == ("学籍", "2025-12-31", "S")
    assert "313 persons lacking" in found.sentences[0]
    assert "95.10% against 97%" in found.sentences[0]
    assert "95.10%，标准 97%" in found.sentences[0].zh
    assert "还差 313 人" in found.sentences[0].zh


def test_counties_are_judged_one_by_one_and_together() -> None:
    rows = pd.concat([counts(county_code="653101", numerator=95, denominator=100), counts(county_code="653131")])
    found = check_targets(rows)
    assert found.table["met"].tolist() == [False, True]
    assert "1 of 2 counties below it, 2 persons lacking there" in found.sentences[0]


def test_rates_of_different_denominators_or_lists_are_not_compared() -> None:
    assert difference(rate(numerator=2), rate()) == Fraction(1, 2)
    with pytest.raises(PlanningError, match="different denominators are not compared"):
        difference(rate(), rate(denominator="school_age"))
    with pytest.raises(PlanningError, match="same list"):
        difference(rate(), rate(base="other"))
    with pytest.raises(PlanningError, match="denominator of 0"):
        difference(rate(of=0, numerator=0), rate())


def test_a_household_target_speaks_of_households() -> None:
    found = check_targets(counts(target="home_modification", numerator=5, denominator=9))
    assert "4 households lacking" in found.sentences[0]
    assert "还差 4 户" in found.sentences[0].zh


def test_every_shipped_target_has_a_known_denominator_mark_period_and_source() -> None:
    for target in targets().values():
        assert target.denominator in DENOMINATORS
        assert target.unit in ("persons", "households")
        assert target.kind in ("target", "reached")
        assert 0 < Fraction(target.share) <= 1
        assert target.mark in "SDVJ"
        assert target.period
        assert target.source
    assert len(target_list().table) == len(targets())


def test_all_faults_of_a_row_are_told_with_its_number() -> None:
    wrong = counts(target="school_enrolmen", numerator=5, denominator=3, base="", date=None)
    with pytest.raises(PlanningError) as caught:
        check_targets(wrong)
    told = caught.value.faults
    assert len(told) == 4
    assert all(fault.startswith("row 1: ") for fault in told)
    assert "did you mean 'school_enrolment'" in told[0]


@pytest.mark.parametrize("value", ["", "1.5", -3, "many"])
def test_numbers_that_are_no_counts_are_refused(value: object) -> None:
    with pytest.raises(PlanningError, match="whole numbers"):
        check_targets(counts(numerator=value))


def test_missing_columns_and_repeated_rows_are_told() -> None:
    with pytest.raises(PlanningError, match="lack the columns base, date"):
        check_targets(counts().drop(columns=["base", "date"]))
    with pytest.raises(PlanningError, match="counted twice"):
        check_targets(pd.concat([counts(), counts()]))

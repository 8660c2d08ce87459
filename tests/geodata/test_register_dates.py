"""Dates of birth in every writing, and the age band on the cut-off date."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import LayerError
from geodata.register.dates import BAND_STARTS, age_bands, age_on, calendar_days, read_ages, read_births

ON = date(2025, 12, 31)


def span(text):
    row = read_births(pd.Series([text], dtype=object)).iloc[0]
    return row["kind"], *("" if pd.isna(row[c]) else f"{row[c]:%Y-%m-%d}" for c in ("first", "last"))


def bands(births=None, ages=None, numbers=None, on=ON):
    """The bands and the rules found, of rows given by written dates, ages and dates from numbers."""
    rows = max(len(c) for c in (births, ages, numbers) if c is not None)
    text = pd.DataFrame(index=range(rows))
    if births is not None:
        text["birth_date"] = births
    if ages is not None:
        text["age"] = ages
    written = read_births(pd.Series(births if births is not None else [""] * rows, dtype=object))
    from_number = pd.Series(pd.to_datetime(numbers if numbers is not None else [None] * rows).astype("datetime64[s]"))
    found, findings = read_ages(text, written, from_number, on)
    return found.tolist(), {str(f.rule): f for f in findings}


class TestDates:
    @pytest.mark.parametrize(
        "text",
        ["1990-01-02", "1990/1/2", "1990.1.2", "1990年1月2日", "1990年01月02日", "19900102", "19900102.0",
         "１９９０-０１-０２", "1990-01-02 00:00:00", "1990-01-02T00:00:00", "1990 年 1 月 2 日", "1990-1-2"],
    )  # fmt: skip
    def test_a_day(self, text):
        assert span(text) == ("day", "1990-01-02", "1990-01-02")

    @pytest.mark.parametrize("text", ["45213", "45213.0", "45213.5"])
    def test_the_day_number_of_a_spreadsheet(self, text):
        assert span(text) == ("serial", "2023-10-14", "2023-10-14")

    @pytest.mark.parametrize("text", ["1992-02", "1992/2", "1992年2月", "199202", "1992.02"])
    def test_a_month_lies_between_its_first_and_last_day(self, text):
        assert span(text) == ("part", "1992-02-01", "1992-02-29")

    @pytest.mark.parametrize("text", ["1990", "1990年", "1990.0"])
    def test_a_year_lies_between_its_first_and_last_day(self, text):
        assert span(text) == ("part", "1990-01-01", "1990-12-31")

    @pytest.mark.parametrize(
        "text",
        ["1990-02-30", "1990-13-01", "19901301", "1/2/1990", "90-1-2", "1890-01-01", "2100-01-01", "1234", "99999",
         "199013", "一九九〇年", "1990.1"],
    )  # fmt: skip
    def test_what_is_no_date_or_could_be_two(self, text):
        assert span(text) == ("wrong", "", "")

    @pytest.mark.parametrize("text", ["", np.nan, "无", "不详"])
    def test_nothing(self, text):
        assert span(text) == ("missing", "", "")

    @settings(deadline=None)
    @given(st.dates(date(1900, 1, 1), date(2099, 12, 31)))
    def test_days_of_the_calendar(self, day):
        assert calendar_days([day.year], [day.month], [day.day])[0] == np.datetime64(day)
        assert span(day.isoformat())[1] == day.isoformat()

    @settings(deadline=None)
    @given(st.integers(1890, 2110), st.integers(-1, 14), st.integers(-1, 33))
    def test_only_days_of_the_calendar(self, year, month, day):
        try:
            expected = 1900 <= year <= 2099 and date(year, month, day) is not None
        except ValueError:
            expected = False
        assert np.isnat(calendar_days([year], [month], [day])[0]) != expected


class TestAges:
    @pytest.mark.parametrize(
        ("born", "on", "years"),
        [("2000-06-15", date(2025, 6, 14), 24), ("2000-06-15", date(2025, 6, 15), 25),
         ("2004-02-29", date(2025, 2, 28), 20), ("2004-02-29", date(2025, 3, 1), 21), ("2026-01-01", ON, -1)],
    )  # fmt: skip
    def test_full_years(self, born, on, years):
        assert age_on(np.array([born], "datetime64[D]"), on).tolist() == [years]

    @settings(deadline=None)
    @given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.dates(date(1990, 1, 1), date(2099, 12, 31)))
    def test_full_years_agree_with_counting_birthdays(self, born, on):
        expected = on.year - born.year - ((on.month, on.day) < (born.month, born.day))
        assert age_on(np.array([born], "datetime64[D]"), on)[0] == expected

    def test_bands_begin_at_their_first_year(self):
        ages = np.array([-1, 0, 5, 6, 14, 15, 17, 18, 59, 60, 119, np.nan])
        assert age_bands(ages).tolist() == [
            "", "0_5", "0_5", "6_14", "6_14", "15_17", "15_17", "18_59", "18_59", "60_plus", "60_plus", "",
        ]  # fmt: skip
        assert list(BAND_STARTS) == ["0_5", "6_14", "15_17", "18_59", "60_plus"]


class TestReadAges:
    def test_from_a_date_a_number_or_an_age(self):
        assert bands(["2020-01-01", "", ""], ["", "", "70"], [None, "2015-01-01", None])[0] == [
            "0_5",
            "6_14",
            "60_plus",
        ]

    @pytest.mark.parametrize(
        ("text", "band"),
        [("36", "18_59"), ("36岁", "18_59"), ("36 周岁", "18_59"), ("6个月", "0_5"), ("１６", "15_17")],
    )
    def test_ages_as_people_write_them(self, text, band):
        assert bands(ages=pd.Series([text]).str.normalize("NFKC").tolist())[0] == [band]

    def test_what_is_no_age_is_asked_about(self):
        found, rules = bands(ages=["-3", "300", "老"])
        assert found == ["", "", ""]
        assert rules["not an age from 0 to 120"].rows.tolist() == [True] * 3

    def test_a_date_and_a_number_that_disagree_about_the_band_leave_it_open(self):
        found, rules = bands(["2020-01-01", "1990-01-01"], numbers=["1950-01-01", "1991-01-01"])
        assert found == ["", "18_59"]
        assert rules["date of birth and identity number disagree"].effect == "ask"
        assert rules["date of birth and identity number disagree"].rows.tolist() == [True, True]

    def test_a_year_that_agrees_with_the_number_takes_its_day(self):
        assert bands(["2007"], numbers=["2007-12-31"])[0] == ["18_59"]
        assert bands(["2007"], numbers=["2007-06-01"], on=date(2025, 5, 31))[0] == ["15_17"]

    def test_a_year_alone_gives_a_band_where_all_its_days_do(self):
        found, rules = bands(["1990", "2007"], on=date(2025, 6, 30))
        assert found == ["18_59", ""]
        assert rules["age band cannot be told"].rows.tolist() == [False, True]

    def test_who_is_born_after_the_cut_off_date_is_asked_about(self):
        found, rules = bands(["2026-01-01", "2025"])
        assert found == ["", "0_5"]
        assert rules["born after the cut-off date"].rows.tolist() == [True, False]

    def test_an_age_that_does_not_fit_the_date_is_asked_about(self):
        found, rules = bands(["1990-01-01", "1990-01-01"], ["36", "63"])
        assert found == ["18_59", "18_59"]
        assert rules["age and date of birth disagree"].rows.tolist() == [False, True]

    def test_day_numbers_are_corrected_aloud(self):
        found, rules = bands(["32874"])
        assert found == ["18_59"]
        assert rules["date of birth was a spreadsheet's day number"].effect == "correct"

    def test_impossible_dates_are_asked_about_and_not_guessed(self):
        found, rules = bands(["1990-02-30"])
        assert found == [""]
        assert rules["not a possible date of birth"].effect == "ask"

    def test_dates_need_a_cut_off_date(self):
        with pytest.raises(LayerError, match="cut-off date of the list is missing; 2 rows") as caught:
            bands(["1990-01-01", "", "1990"], on=None)
        assert "截止日期" in caught.value.faults[0].zh
        assert bands(["1990-01-01", ""], ["35", ""], on=None)[0] == ["18_59", ""]
        assert bands(["", ""], ["35", "5"], on=None)[0] == ["18_59", "0_5"]

    def test_no_finding_quotes_a_date(self):
        _, rules = bands(
            ["1990-02-30", "32874", "2026-01-01", "1990-01-01"], ["-1", "", "", "99"], [None, None, None, "1980-01-01"]
        )
        assert len(rules) >= 5
        assert {f.example for f in rules.values()} == {""}

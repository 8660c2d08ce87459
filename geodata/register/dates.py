"""Dates of birth and ages as people write them, and the age band at the cut-off date."""

import re
from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import LayerError, both
from geodata.findings import Finding, Mask
from geodata.register.text import column, found, plain_cells, read_distinct, says_nothing
from geodata.services import FINE_BANDS

Days = npt.NDArray[np.datetime64]
Floats = npt.NDArray[np.float64]

# Bands by the first full year of age: before school, compulsory school, senior school, working age, 60 and over.
BAND_STARTS: Final[Mapping[str, int]] = dict(zip(FINE_BANDS, (0, 6, 15, 18, 60), strict=True))
OLDEST: Final = 120  # years
YEARS: Final = (1900, 2099)  # years that a date of birth may have
_EPOCH: Final = date(1970, 1, 1).toordinal()
_SERIAL_START: Final = date(1899, 12, 30).toordinal() - _EPOCH  # day 0 of spreadsheets for dates from March 1900 on
_NONE: Final = int(np.iinfo(np.int64).min)  # no day, NaT as an integer

_DAY: Final = re.compile(
    r"([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2}) ?[日号]?"
    r"(?:[ T][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?Z?)?"  # a time of day behind it says nothing
)
_EIGHT: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:\.0+)?")
_MONTH: Final = re.compile(r"([0-9]{4}) ?(?:[-/] ?([0-9]{1,2})|年 ?([0-9]{1,2}) ?月|\.([0-9]{2})|([0-9]{2}))")
_YEAR: Final = re.compile(r"([0-9]{4})(?: ?年|\.0+)?")
_SERIAL: Final = re.compile(r"([0-9]{4,5})(?:\.[0-9]+)?")
_AGE: Final = re.compile(r"([0-9]{1,3})(?:\.[0-9]+)? ?(?:周?岁|years?)?(?: ?[0-9]{1,2} ?个?月)?", re.IGNORECASE)
_MONTHS: Final = re.compile(r"([0-9]{1,3}) ?(?:个?月|months?)", re.IGNORECASE)


def calendar_days(year: Any, month: Any, day: Any) -> Days:
    """Days (n,) of the calendar; NaT where there is no such day between `YEARS`."""
    year, month, day = (np.asarray(part, np.int64) for part in (year, month, day))
    fits = (year >= YEARS[0]) & (year <= YEARS[1]) & (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    months = np.where(fits, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (np.where(fits, day, 1) - 1).astype("timedelta64[D]")
    fits &= days.astype("datetime64[M]") == months
    return np.where(fits, days, np.datetime64("NaT", "D"))


def _day(year: int, month: int, day: int) -> int:
    """The day as its number since 1970, `_NONE` where the calendar has none."""
    if not YEARS[0] <= year <= YEARS[1]:
        return _NONE
    try:
        return date(year, month, day).toordinal() - _EPOCH
    except ValueError:
        return _NONE


def _span(text: str) -> tuple[str, int, int]:
    """What a cell holds (`missing`, `day`, `serial`, `part`, `wrong`) and the first and last day that it can mean."""
    if says_nothing(text):
        return "missing", _NONE, _NONE
    if match := _DAY.fullmatch(text) or _EIGHT.fullmatch(text):
        day = _day(int(match[1]), int(match[2]), int(match[3]))
        return ("wrong" if day == _NONE else "day"), day, day
    if match := _MONTH.fullmatch(text):
        return _month(int(match[1]), int(next(g for g in match.groups()[1:] if g)))
    if (match := _YEAR.fullmatch(text)) and YEARS[0] <= int(match[1]) <= YEARS[1]:
        return "part", _day(int(match[1]), 1, 1), _day(int(match[1]), 12, 31)
    if (match := _SERIAL.fullmatch(text)) and YEARS[1] < int(match[1]):
        day = _SERIAL_START + int(match[1])
        return ("wrong", _NONE, _NONE) if day > _day(YEARS[1], 12, 31) else ("serial", day, day)
    return "wrong", _NONE, _NONE


def _month(year: int, month: int) -> tuple[str, int, int]:
    first = _day(year, month, 1)
    if first == _NONE:
        return "wrong", _NONE, _NONE
    return "part", first, first + monthrange(year, month)[1] - 1


def read_births(cells: "pd.Series[str]") -> pd.DataFrame:
    """Dates of birth (n rows): `kind`, and `first` and `last`, the days between which the date lies.

    Understood are 1990-01-01, 1990/1/1, 1990.1.1, 1990年1月1日, 19900101 (with or without a time), a spreadsheet's day
    number such as 45213, and parts: a month (1990-01, 1990年1月, 199001) or a year. A number of `YEARS` is a year.
    """
    spans = read_distinct(plain_cells(cells), _span)
    days = np.array([s[1:] for s in spans], np.int64).reshape(-1, 2).astype("datetime64[D]").astype("datetime64[s]")
    return pd.DataFrame(
        {"kind": np.array([s[0] for s in spans], object), "first": days[:, 0], "last": days[:, 1]}, index=cells.index
    )


def _years(text: str) -> float:
    """Full years; NaN for an empty cell, -1 for what is no age."""
    if says_nothing(text):
        return float("nan")
    if match := _MONTHS.fullmatch(text):
        return float(int(match[1]) // 12)
    match = _AGE.fullmatch(text)
    return float(match[1]) if match and int(match[1]) <= OLDEST else -1.0


def age_on(births: Days, on: date) -> Floats:
    """Full years (n,) at the date, negative before birth, NaN for NaT. Who was born on 29 February turns on 1 March."""
    known = ~np.isnat(births)
    days = np.where(known, births, np.datetime64("2000-01-01")).astype("datetime64[D]")
    months = days.astype("datetime64[M]")
    year = months.astype("datetime64[Y]").astype(np.int64) + 1970
    month_day = (months.astype(np.int64) % 12 + 1) * 100 + (days - months).astype(np.int64) + 1
    ages = on.year - year - (month_day > on.month * 100 + on.day)
    return np.where(known, ages, np.nan)


def age_bands(ages: Floats) -> npt.NDArray[np.object_]:
    """The band (n,) of each age in full years; `""` where the age is unknown or negative."""
    names = np.array(["", *BAND_STARTS], object)
    place = np.digitize(ages, list(BAND_STARTS.values()))
    return np.asarray(names[np.where(np.isnan(ages), 0, place)], object)


def read_ages(
    text: pd.DataFrame, written: pd.DataFrame, births: "pd.Series[Any]", on: date | None
) -> tuple["pd.Series[str]", list[Finding]]:
    """The age band of every row from its date of birth, its identity number or its age, and what was found.

    Args:
        text: plain texts; of its columns `age` is read, if it is there.
        written: `read_births` of the dates of birth.
        births: (n,) dates of birth from the identity numbers, NaT where unknown.
        on: the cut-off date of the list, at which ages count.

    Returns:
        (n,) one of `BAND_STARTS`, `""` where unknown or where the sources name different bands.

    Raises:
        LayerError: an age must be computed from a date and there is no cut-off date.
    """
    from_number = births.to_numpy("datetime64[D]")
    first, last = (written[c].to_numpy("datetime64[D]") for c in ("first", "last"))
    numbered, dated = ~np.isnat(from_number), ~np.isnat(first)
    disagree = numbered & dated & ((from_number < first) | (from_number > last))
    exact = numbered & ~disagree  # an agreeing number narrows a month or a year down to the day
    first, last = np.where(exact, from_number, first), np.where(exact, from_number, last)
    stated = read_distinct(column(text, "age"), _years).astype(float)
    no_age = stated < 0
    stated = np.where(no_age, np.nan, stated)
    known = ~np.isnat(first)
    if on is None:
        _ask_for_date(known & np.isnan(stated))
        older = younger = stated
        future = np.zeros(len(text), bool)
    else:
        older, younger = age_on(first, on), age_on(last, on)
        future = known & (older < 0)
        younger = np.where(future, younger, np.maximum(younger, 0))
        older, younger = (np.where(known, ages, stated) for ages in (older, younger))
    bands = np.where(age_bands(older) == age_bands(younger), age_bands(younger), "")
    if on is not None:
        bands = np.where(disagree & (age_bands(age_on(from_number, on)) != bands), "", bands)
    unclear = known & ~np.isnan(stated) & ((stated > older + 1) | (stated < younger - 1))
    marks = {
        "wrong": (written["kind"] == "wrong").to_numpy(bool),
        "serial": (written["kind"] == "serial").to_numpy(bool),
    }
    marks |= {"disagree": disagree, "future": future, "no_age": no_age, "unclear": unclear & ~future}
    marks["unknown"] = (bands == "") & ~(marks["wrong"] | disagree | future | no_age)
    return pd.Series(bands, index=text.index, dtype=str), _findings(text, births, marks)


def _ask_for_date(rows: Mask) -> None:
    if rows.any():
        fault = both(
            f"the cut-off date of the list is missing; {int(rows.sum())} rows give a date of birth and no age: "
            "name the day at which the list was drawn up",
            f"缺少名单的截止日期；有 {int(rows.sum())} 行只有出生日期、没有年龄：请写明名单截至哪一天",
        )
        raise LayerError([fault])


def _findings(text: pd.DataFrame, births: "pd.Series[Any]", marks: Mapping[str, Mask]) -> list[Finding]:
    """What is said of dates and ages; never an example, because a date of birth tells who is meant."""
    meant = bool({"birth_date", "age"} & set(text.columns)) or bool(births.notna().any())
    ask_card = both("compare with the identity card", "请对照身份证更正")
    return [
        *found(
            both("date of birth was a spreadsheet's day number", "出生日期是电子表格的日期序号"),
            both("it was read as the day it stands for", "已换算为对应的日期"),
            marks["serial"],
            "correct",
        ),
        *found(
            both("not a possible date of birth", "出生日期不存在或无法识别"),
            both("write it as 1990-01-01", "请按 1990-01-01 的格式填写"),
            marks["wrong"],
            "ask",
        ),
        *found(
            both("date of birth and identity number disagree", "出生日期与身份证号不一致"),
            ask_card,
            marks["disagree"],
            "ask",
        ),
        *found(both("born after the cut-off date", "出生日期晚于名单截止日期"), ask_card, marks["future"], "ask"),
        *found(
            both("age and date of birth disagree", "年龄与出生日期不一致"),
            both("the date of birth was used; compare with the identity card", "已按出生日期计算；请对照身份证核实"),
            marks["unclear"],
            "ask",
        ),
        *found(
            both(f"not an age from 0 to {OLDEST}", f"年龄不在 0 到 {OLDEST} 之间"),
            both("write the age in full years", "请填写周岁年龄"),
            marks["no_age"],
            "ask",
        ),
        *found(
            both("age band cannot be told", "无法确定年龄段"),
            both("fill in the date of birth; until then the age is unknown", "请补填出生日期；在此之前按“不清楚”处理"),
            marks["unknown"] & meant,
            "ask",
        ),
    ]

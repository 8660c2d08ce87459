"""Persons who stand in a table more than once: by their number, or by name, date of birth and village."""

import re
from typing import Any, Final

import numpy as np
import pandas as pd

from geodata.errors import both
from geodata.findings import Finding, Mask
from geodata.register.text import column, found, read_distinct, says_nothing

_UNSPOKEN: Final = re.compile(r"[\W_]+")  # blanks, name dots, hyphens


def bare_names(cells: "pd.Series[str]") -> "pd.Series[str]":
    """PERSONAL: names without blanks, dots and case, for comparing only; `""` where there is none."""

    def bare(text: str) -> str:
        if says_nothing(text):
            return ""
        return (text if text.isalnum() else _UNSPOKEN.sub("", text)).casefold()

    return pd.Series(read_distinct(cells, bare), index=cells.index, dtype=object)


def find_repeats(
    text: pd.DataFrame, numbers: "pd.Series[str]", births: "pd.Series[Any]", said: pd.DataFrame, rejected: Mask
) -> list[Finding]:
    """The same number under different names, the same person again, and persons who may be the same.

    Args:
        text: plain texts, of which `person_name` and the places are read.
        numbers: (n,) 18-digit identity numbers, `""` where there is none.
        births: (n,) dates of birth, NaT where unknown.
        said: `category` and `grade` as read.
        rejected: (n,) rows that go back for other reasons. They count for no repetition, so that a cancelled row does
            not push out the valid one of the same person; they do count for a number under different names.
    """
    names = bare_names(column(text, "person_name"))
    numbered = (numbers != "").to_numpy(bool)
    twice = numbered & numbers.duplicated(keep=False).to_numpy(bool)
    conflict = np.zeros(len(text), bool)
    conflict[twice] = _several(names[twice], numbers[twice])
    candidate = numbered & ~conflict & ~rejected
    again = np.zeros(len(text), bool)
    again[candidate] = numbers[candidate].duplicated(keep="first").to_numpy(bool)
    rows = candidate & twice
    differs = np.zeros(len(text), bool)
    for column_said in ("category", "grade"):
        differs[rows] |= _several(said.loc[rows, column_said], numbers[rows])
    alike = _alike(text, names, births, ~rejected & ~conflict & ~again)
    return [
        *found(
            both("the same identity number stands under different names", "同一身份证号对应不同姓名"),
            both(
                "compare with the identity cards; all rows of the number are returned",
                "请对照身份证核实；该号码的所有行均退回",
            ),
            conflict,
            "reject",
        ),
        *found(
            both("the same person stands in an earlier row", "同一人在前面的行中已出现"),
            both("keep one row for each person; the first is kept", "请让每人只占一行（已保留第一行）"),
            again,
            "reject",
        ),
        *found(
            both("rows of the same person give another category or grade", "同一人各行的残疾类别或等级不同"),
            both("the first row is kept; compare with the certificate", "已保留第一行；请对照残疾人证核实"),
            differs & ~again,
            "ask",
        ),
        *found(
            both("same name, date of birth and village as another row", "与另一行的姓名、出生日期和村相同"),
            both("if it is one person, keep one row", "如为同一人，请只保留一行"),
            alike,
            "ask",
        ),
    ]


def _several(values: "pd.Series[Any]", numbers: "pd.Series[str]") -> Mask:
    """True where the rows of one number have more than one known value."""
    known = values.mask(values.isin([""]))
    return np.asarray(known.groupby(numbers).transform("nunique") > 1, bool)


def _alike(text: pd.DataFrame, names: "pd.Series[str]", births: "pd.Series[Any]", among: Mask) -> Mask:
    """True where name, date of birth and place are known and stand in another row too."""
    out = np.array(among & (names != "") & births.notna(), bool)
    person = pd.DataFrame({"name": names, "birth": births})
    out[out] = person[out].duplicated(keep=False).to_numpy(bool)  # few are left to be compared by place
    person = person[out].assign(place=_places(text[out]))
    out[out] = (person.duplicated(keep=False) & (person["place"] != "")).to_numpy(bool)
    return out


def _places(text: pd.DataFrame) -> "pd.Series[str]":
    """The finest place of each row as text: its code, else village with township and county, else the address."""
    village = column(text, "village")
    above = column(text, "county") + "/" + column(text, "township") + "/"
    place = column(text, "unit_code")
    place = place.where(place != "", (above + village).where(village != "", ""))
    return place.where(place != "", column(text, "address"))

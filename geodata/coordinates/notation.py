"""Coordinates as people write them → numbers: degrees, degrees-minutes-seconds, metres; two columns or one cell.

Plain numbers go the fast way through pandas; everything else is read once for each distinct text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from geodata.findings import Mask

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]
Texts = npt.NDArray[np.object_]

# One sign for each meaning: full-width forms (FF01 to FF5E) become ASCII; marks of degrees, minutes, seconds ° ' ".
_SIGNS: Final = {
    **{chr(c): chr(c - 0xFEE0) for c in range(0xFF01, 0xFF5F)},
    **dict.fromkeys("º˚度⁰˙∘", "°"), **dict.fromkeys("′’‘´`ʹʼ＇分", "'"), **dict.fromkeys("″”“˝ʺ〃＂秒", '"'),
    **dict.fromkeys("−–—‐‑﹣－", "-"), **dict.fromkeys("、，﹐", ","), **dict.fromkeys("。．﹒", "."),
    **dict.fromkeys("；﹔/|", ";"), **dict.fromkeys("：﹕=", ":"), **dict.fromkeys("\u00a0\u2009\u202f\u3000", " "),
    **dict.fromkeys("\u200b\u200e\u200f\ufeff\u202a\u202b\u202c()[]（）【】", ""),
}  # fmt: skip
_TABLE: Final = str.maketrans(_SIGNS)
_LETTERS: Final = {
    "东经": "E", "西经": "W", "北纬": "N", "南纬": "S", "经°": "E:", "纬°": "N:", "LONGITUDE": "E:", "LATITUDE": "N:",
    "LONG": "E:", "LON": "E:", "LNG": "E:", "LAT": "N:", "EAST": "E", "WEST": "W", "NORTH": "N", "SOUTH": "S",
    "POINT": "", "DEG": "°", "''": '"',
}  # fmt: skip
_WORDS: Final = re.compile("|".join(_LETTERS))  # longer words stand before their beginnings
_LABEL: Final = re.compile(r"([NE]):+ ?([NSEW]?)")  # 经度：75.99, 经度：东经75.99
_NUMBER: Final = r"\d+(?:[.,]\d+)?"
_SMALL: Final = r"\d{1,2}(?:[.,]\d+)?"
_ONE: Final = (  # of the parts, which RE2 matches whole; a letter, a sign, then one of four ways, a letter
    rf"^(?P<before>[NSEW]?) ?(?P<sign>[-+]?) ?(?:(?P<plain>{_NUMBER}) ?°?"
    rf"|(?P<d>\d{{1,3}}) ?[°D] ?(?P<m>{_SMALL}) ?'?(?: ?(?P<s>{_SMALL}) ?\"?)?"
    rf"|(?P<d2>\d{{1,3}})[ :-](?P<m2>{_SMALL})"
    rf"|(?P<d3>\d{{1,3}})(?P<gap>[ :.,-]) ?(?P<m3>\d{{1,2}})(?P<again>[ :.,-]) ?(?P<s3>{_SMALL})) ?(?P<after>[NSEW]?)$"
)
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_SPLITS: Final = tuple(  # where a cell with both coordinates may be cut, the surest first
    re.compile(pattern)
    for pattern in (
        r"([^;]+?) ?; ?([^;]+)",
        r"([^,]*[^\d,][^,]*|[^,]+(?=,[^,]*[^\d,])) ?, ?([^,]+)",  # one comma, and more than whole numbers: not 75,99
        r"([^NSEW]*\d[^NSEW]*[NSEW])[ ,]*(\d[^NSEW]*[NSEW])",  # 39.47N 75.99E
        r"([NSEW][^NSEW]+?)[ ,]*([NSEW][^NSEW]+)",  # N39.47 E75.99
        r"([^°]+°[^°]*?)[ ,]*(?<![\d.])([-+]?\d{1,3}(?:[.,]\d+)?°[^°]*)",  # 75°59′12″ 39°28′12″
        r"(.+?), (.+)",
        r"(\d+,\d+),(\d+,\d+)",
        r"(\d+[.,]\d+) ([-+]?\d+[.,]\d+)",  # 75.99 39.47, but not 75 39.47, which may be degrees and minutes
        r"(\S+ \S+ \S+) (\S+ \S+ \S+)",
        r"(\S+ \S+) (\S+ \S+)",
    )
)


class _Read(NamedTuple):
    """Texts as read: numbers (NaN where there is none), `degrees` or `dms`, E or N where a letter says which it is."""

    value: Floats
    notation: Texts
    axis: Texts


_ReadAll = Callable[[Sequence[str]], _Read]


@dataclass(frozen=True, eq=False)
class Cells:
    """Two columns as read.

    Attributes:
        x, y: (n,) numbers, NaN where a cell is empty or holds none; where one cell holds both, its two numbers,
            longitude first unless its letters say else.
        notation: (n,) `degrees`, `dms`, `metres`, or empty where neither cell could be read.
        x_blank, y_blank: (n,) True where there is nothing in the cell, nor a pair in the other one.
        paired: (n,) True where one cell held both.
        crossed: (n,) True where the letters say that x holds the latitude or y the longitude.
    """

    x: Floats
    y: Floats
    notation: Texts
    x_blank: Mask
    y_blank: Mask
    paired: Mask
    crossed: Mask


def read_cells(x: "pd.Series[str]", y: "pd.Series[str]", *, metres: bool = False) -> Cells:
    """Numbers of two columns of text.

    Args:
        x, y: (n,) cells as text, NaN where empty; either may hold pairs such as "75.99,39.47" with the other empty
            or the same.
        metres: numbers are metres (separators of thousands, a space after the zone), not degrees.
    """
    read = _metres if metres else _degrees
    first, second = cell_texts(x), cell_texts(y)
    x_blank, y_blank = np.array(first == "", bool), np.array(second == "", bool)
    alone = (x_blank != y_blank) | (~x_blank & np.array(first == second, bool))
    rows, pair_x, pair_y, kind = _pairs(np.flatnonzero(alone), np.where(x_blank, second, first), read)
    paired = np.zeros(len(first), bool)
    paired[rows] = True
    (x_value, x_kind, x_axis), (y_value, y_kind, y_axis) = (_column(text, ~paired, read) for text in (first, second))
    same = (x_axis == y_axis) & (x_axis != "")  # two longitudes are no place
    crossed = ~same & ((x_axis == "N") | (y_axis == "E"))
    y_value[same] = np.nan
    x_value[rows], y_value[rows] = pair_x, pair_y
    notation = np.where((x_kind == "dms") | (y_kind == "dms"), "dms", np.where(x_kind == "", y_kind, x_kind))
    notation[rows] = kind
    return Cells(x_value, y_value, notation, x_blank & ~paired, y_blank & ~paired, paired, crossed)


def cell_texts(column: "pd.Series[str]") -> Texts:
    """The cells as stripped text, empty for NaN."""
    return np.asarray(column.astype(object).where(column.notna(), "").astype(str).str.strip().to_numpy(object))


def _column(texts: Texts, wanted: Mask, read: _ReadAll) -> _Read:
    """The cells of one column; those not wanted are left out."""
    value = _plain(np.where(wanted, texts, ""))
    notation = np.where(np.isnan(value), "", "metres" if read is _metres else "degrees").astype(object)
    axis = np.full(len(texts), "", object)
    rest = np.flatnonzero(wanted & np.isnan(value) & (texts != ""))
    codes, distinct = pd.factorize(texts[rest])
    if len(distinct):
        found = read(_clean(distinct))
        value[rest], notation[rest], axis[rest] = (part[codes] for part in found)
    return _Read(value, notation, axis)


def _plain(texts: "Texts | Sequence[str]") -> Floats:
    """Texts that are nothing but a number, such as 75.99 or 7.599E1; NaN for the others."""
    value: Floats = np.array(pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce"), float)
    value[np.isinf(value)] = np.nan
    return value


def _pairs(rows: Ints, texts: Texts, read: _ReadAll) -> tuple[Ints, Floats, Floats, Texts]:
    """Those of the rows whose text holds two coordinates, their numbers (longitude first) and notation."""
    codes, distinct = pd.factorize(texts[rows])
    lines = _clean(distinct)
    x, y, kind = np.full(len(lines), np.nan), np.full(len(lines), np.nan), np.full(len(lines), "", object)
    for split in _SPLITS:
        left = [(i, found) for i in np.flatnonzero(np.isnan(x)) if (found := split.fullmatch(lines[i]))]
        if not left:
            continue
        at = np.array([i for i, _ in left])
        one, other = (read([found[half].strip(" ,") for _, found in left]) for half in (1, 2))
        good = ~np.isnan(one.value + other.value) & ((one.axis == "") | (one.axis != other.axis))
        good &= one.notation == other.notation  # 75-59-12,5 is one coordinate with a decimal comma
        turned = (one.axis == "N") | (other.axis == "E")
        x[at[good]] = np.where(turned, other.value, one.value)[good]
        y[at[good]] = np.where(turned, one.value, other.value)[good]
        kind[at[good]] = one.notation[good]
    good = ~np.isnan(x)[codes]
    at = codes[good]
    return rows[good], x[at], y[at], kind[at]


def _clean(texts: Texts) -> list[str]:
    """One sign for each meaning, capitals, letters for words, single spaces; all texts at once, a line each."""
    plain = "\n".join(re.sub(r"\s", " ", text) if "\n" in text else text for text in texts).translate(_TABLE).upper()
    plain = _WORDS.sub(lambda found: _LETTERS[found[0]], plain)
    plain = _LABEL.sub(lambda found: found[2] or found[1], plain)
    return [line.strip() for line in re.sub(r"[ \t\r]+", " ", plain).split("\n")]


def _degrees(lines: Sequence[str]) -> _Read:
    """Coordinates in degrees, south and west negative."""
    found = pc.extract_regex(pa.array(lines, pa.string()), _ONE)
    part = {name: _part(found, name) for name in ("before", "sign", "after", "gap", "again")}
    number = {name: _decimals(found, name) for name in ("plain", "d", "m", "s", "d2", "m2", "d3", "m3", "s3")}
    d, m, s = (_first(number, names) for names in (("d", "d3", "d2"), ("m", "m3", "m2"), ("s", "s3")))
    s = np.where(np.isnan(s), 0.0, s)
    wrong = (m >= 60) | (s > 60) | ((m % 1 > 0) & (s > 0)) | (part["gap"] != part["again"])  # 60 s come from rounding
    dms = np.where(wrong, np.nan, d + m / 60 + s / 3600)
    letter = np.where(part["before"] == "", part["after"], part["before"])
    torn = (part["after"] != "") & (part["after"] != letter) | (part["sign"] == "-") & (letter != "")
    value = np.where(torn, np.nan, np.where(np.isnan(number["plain"]), dms, number["plain"]))
    back = (part["sign"] == "-") | (letter == "S") | (letter == "W")
    kind = np.where(np.isnan(value), "", np.where(np.isnan(number["plain"]), "dms", "degrees"))
    axis = np.where(np.isnan(value), "", np.where(letter == "S", "N", np.where(letter == "W", "E", letter)))
    return _Read(np.where(back, -value, value), kind.astype(object), axis.astype(object))


def _part(found: pa.StructArray, name: str) -> Texts:
    """One named part of every text, empty where the text has none."""
    return np.asarray(pc.fill_null(pc.struct_field(found, name), "").to_numpy(zero_copy_only=False))


def _decimals(found: pa.StructArray, name: str) -> Floats:
    """One part as numbers, with a comma or a point before the decimals; NaN where the text has none."""
    texts = pc.replace_substring(pc.struct_field(found, name), ",", ".")
    numbers = pc.cast(pc.if_else(pc.equal(texts, ""), None, texts), pa.float64())
    return np.array(numbers.to_numpy(zero_copy_only=False), float)


def _first(number: dict[str, Floats], names: tuple[str, ...]) -> Floats:
    """The first of some numbers that is there."""
    found = number[names[0]]
    for name in names[1:]:
        found = np.where(np.isnan(found), number[name], found)
    return found


def _metres(lines: Sequence[str]) -> _Read:
    """Metres; a letter says nothing about which axis it is, since surveys call the northing X."""
    plain = [re.sub(r"^[XYNE]:?|[ ]|(?:M|米)$", "", line) for line in lines]
    plain = [text.replace(",", "" if _THOUSANDS.fullmatch(text) else ".") for text in plain]
    value = _plain([text if text[:1].isdigit() else "" for text in plain])
    kind = np.where(np.isnan(value), "", "metres").astype(object)
    return _Read(value, kind, np.full(len(value), "", object))

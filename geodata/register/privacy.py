"""What must not leave the room: columns of persons, and numbers or names of persons in other columns."""

import hashlib
import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from geodata.errors import LayerError, both
from geodata.findings import Finding, Mask
from geodata.register.text import found, plain, plain_cells, read_distinct, says_nothing

PERSONAL: Final = ("person_name", "identity", "certificate", "phone", "guardian", "bank_account")
# The only columns that leave the room as they came in.
PLACE: Final[Mapping[str, str]] = {
    "lon": "经度", "lat": "纬度", "coordinates": "坐标", "unit_code": "区划代码", "county_code": "县代码",
    "county": "县", "township": "乡镇", "village": "村", "address": "地址",
}  # fmt: skip
KEY_BYTES: Final = (16, 64)  # shorter ones can be guessed; BLAKE2b takes no longer ones [S: RFC 7693]
_SHORTEST: Final[Mapping[str, int]] = {"person_name": 2, "guardian": 2}  # shorter texts stand in too many cells
_SHORTEST_NUMBER: Final = 6

# Month and day keep codes of places apart from dates of birth; after a decimal point every digit is one of a degree.
_SEP: Final = "[ \\-\u2010-\u2015\u2212]?"  # a blank or a dash between groups
_MONTH_DAY: Final = rf"(?:0[1-9]|1[0-2]){_SEP}(?:0[1-9]|[12][0-9]|3[01])"
_EVERYWHERE: Final = (
    rf"(?:\+?(?:86){_SEP})?1[3-9][0-9]{_SEP}[0-9]{{4}}{_SEP}[0-9]{{4}}"  # mobile phone
    rf"|0[0-9]{{2,3}}\)?{_SEP}[0-9]{{3,4}}{_SEP}[0-9]{{4}}"  # telephone with its area code
    r"|[0-9]{16,}X?"  # identity, certificate, bank account
    rf"|[0-9]{{6}}{_SEP}(?:19|20)[0-9]{{2}}{_SEP}{_MONTH_DAY}{_SEP}[0-9]{{3}}{_SEP}[0-9X](?:{_SEP}[0-9]{{2}})?"
    rf"|[0-9]{{6}}{_SEP}[0-9]{{2}}{_SEP}{_MONTH_DAY}{_SEP}[0-9]{{3}}"  # identity of 15 digits
    r"|[0-9]{4}(?:[ -][0-9]{4}){3}(?:[ -]?[0-9]{1,3})?"  # bank account in fours
    r"|[0-9]\.[0-9]{10,}E\+?[0-9]{2}"  # any of them in scientific notation
)
_NUMBER: Final = re.compile(rf"(?<![0-9.])(?:{_EVERYWHERE})(?:\.0+)?(?![0-9])", re.IGNORECASE)
# In words about a place no number is a coordinate; one of 6, 9 or 12 digits may still be the code of a unit.
_YEARS: Final = r"(?:19|20)[0-9]{2}[ -](?:19|20)[0-9]{2}"
_IN_WORDS: Final = re.compile(
    rf"(?<![0-9.])(?:{_EVERYWHERE}"
    rf"|1[3-9][0-9](?:{_SEP}[0-9]){{8}}"  # mobile phone in any groups
    rf"|(?!{_YEARS}(?![0-9]))[2-8][0-9]{{2,3}}{_SEP}[0-9]{{4}}"  # telephone without its area code, 7 or 8 digits
    rf"|[0-9](?:{_SEP}[0-9]){{14,}}(?:{_SEP}X)?"  # identity or account in any groups
    r")(?:\.0+)?(?!\.?[0-9])",
    re.IGNORECASE,
)
_OF_DIGITS: Final = ("lon", "lat", "coordinates", "unit_code", "county_code")


def ephemeral_key() -> bytes:
    """A key for comparing lists within one process, for users who keep none; it is stored nowhere."""
    return secrets.token_bytes(32)


def check_key(key: bytes | None) -> None:
    """Raise a LayerError where a key is too short to protect anyone, or longer than the hash takes."""
    if key is None or KEY_BYTES[0] <= len(key) <= KEY_BYTES[1]:
        return
    fault = both(
        f"the key has {len(key)} bytes; a key for joining lists needs {KEY_BYTES[0]} to {KEY_BYTES[1]} random bytes",
        f"密钥有 {len(key)} 个字节；用于比对名单的密钥需要 {KEY_BYTES[0]} 到 {KEY_BYTES[1]} 个随机字节",
    )
    raise LayerError([fault])


def person_keys(numbers: "pd.Series[str]", key: bytes) -> "pd.Series[str]":
    """Keyed BLAKE2b [S: RFC 7693] of 18-digit identity numbers as 32 hexadecimal digits; `""` where there is none."""

    def hashed(number: str) -> str:
        return hashlib.blake2b(number.encode("ascii"), digest_size=16, key=key).hexdigest() if number else ""

    return pd.Series(read_distinct(numbers, hashed), index=numbers.index, dtype=object).astype(str)


def without_numbers(cells: "pd.Series[Any]") -> tuple["pd.Series[Any]", Mask]:
    """Texts such as names and addresses without phone, identity and account numbers.

    Numbers of 6, 9 and 12 digits stay, because codes of units have as many. Not for columns of coordinates.

    Args:
        cells: texts (n,), NaN where empty.

    Returns:
        The cells as they came where they hold no such number, else what is left of them in plain form (NaN where
        nothing is); and (n,) True where something was cut out. Same index.
    """
    plain_texts = plain_cells(cells)
    touched = _numbered(plain_texts, _IN_WORDS)
    if not touched.any():
        return cells, touched
    clean = cells.astype(object).to_numpy(object, copy=True)
    clean[touched] = [_cut(text, (), _IN_WORDS) for text in plain_texts[touched]]
    return pd.Series(clean, index=cells.index, dtype=object, name=cells.name), touched


def _numbered(text: "pd.Series[str]", pattern: re.Pattern[str]) -> Mask:
    return read_distinct(text, lambda cell: pattern.search(cell) is not None).astype(bool)


def place_columns(table: pd.DataFrame, text: pd.DataFrame) -> tuple[pd.DataFrame, list[Finding]]:
    """The columns of `PLACE` that the table has; names and numbers of persons in them are cut out and asked about.

    Cut out are phone, identity and account numbers of anyone, and what stands in the row's own personal columns.
    Cells without them are returned as they are.

    Args:
        table: the cells as they came.
        text: the same as plain texts, with the personal columns.
    """
    out = table[[c for c in PLACE if c in table.columns]].copy()
    own = _own_values(text, list(out.columns))
    findings: list[Finding] = []
    for name in out.columns:
        cells = text[name].to_numpy(object)
        pattern = _NUMBER if name in _OF_DIGITS else _IN_WORDS
        numbered = _numbered(text[name], pattern)
        named = np.zeros(len(out), bool)
        for row, values in own.items():
            named[row] = any(value in cells[row] for value in values)
        touched = numbered | named
        if touched.any():
            clean = out[name].astype(object).to_numpy(object, copy=True)
            clean[touched] = [_cut(cells[i], own.get(i, ()), pattern) for i in np.flatnonzero(touched).tolist()]
            out[name] = pd.Series(clean, index=out.index, dtype=object)
        findings += _cut_findings(name, numbered, named)
    return out, findings


def _own_values(text: pd.DataFrame, places: list[str]) -> dict[int, tuple[str, ...]]:
    """Positions of the rows whose own personal values stand in their place columns, and those values, longest first."""
    hits: dict[int, tuple[str, ...]] = {}
    if not places:
        return hits
    joined = text[places[0]].str.cat([text[c] for c in places[1:]], sep="\x1f").tolist()
    for name in (c for c in PERSONAL if c in text.columns):
        shortest = _SHORTEST.get(name, _SHORTEST_NUMBER)
        values = text[name].tolist()
        found_at = [i for i, (value, cell) in enumerate(zip(values, joined, strict=True)) if value in cell]
        for i in found_at:
            if len(values[i]) >= shortest and not says_nothing(values[i]):
                hits[i] = (*hits.get(i, ()), values[i])
    return {i: tuple(sorted(values, key=len, reverse=True)) for i, values in hits.items()}


def _cut(text: str, values: tuple[str, ...], pattern: re.Pattern[str]) -> object:
    """The text without the values and without numbers of persons, NaN where nothing is left."""
    before = ""
    while before != text:  # what moves together by a cut may be one again
        before = text
        for value in values:
            text = text.replace(value, "")
        text = plain(pattern.sub("", text))
    return text or np.nan


def _cut_findings(name: str, numbered: Mask, named: Mask) -> list[Finding]:
    advice = both("it was removed here; remove it from the file too", "此处已删去；请在原文件中一并删去")
    return [
        *found(
            both(f"a number of a person stands in column {name}", f"“{PLACE[name]}”列中有个人号码"),
            advice,
            numbered,
            "ask",
        ),
        *found(
            both(f"a name or number of the person stands in column {name}", f"“{PLACE[name]}”列中有本人的姓名或号码"),
            advice,
            named & ~numbered,
            "ask",
        ),
    ]

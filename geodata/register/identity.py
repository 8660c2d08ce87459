"""Identity numbers: whole, old, damaged or wrong.

An 18-digit number is area (6), date of birth (8), sequence (3) and a check digit by ISO 7064 MOD 11-2
[S: GB 11643-1999]; the 15-digit one before it has a two-digit year of 19.. and no check digit [S: GB 11643-1989].
The number of a disability certificate is the identity number, a digit for the category and one for the grade, and
after a reissue `B` and a count [V: recalled; the first part read in quotations of 残疾人证管理办法, article 5]. A
spreadsheet keeps 15 digits of a number: from the 16th on they turn into zeros [S: Excel specifications and limits].

Everything in the frames of this file except `kind` is personal and stays inside the room.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.demand import CATEGORIES
from geodata.errors import Sentence, both
from geodata.findings import Effect, Finding, Mask
from geodata.register.dates import calendar_days
from geodata.register.text import found, plain_cells, says_nothing

Ints = npt.NDArray[np.int64]

KINDS: Final = ("ok", "fifteen", "certificate", "damaged", "check_digit", "impossible", "length", "missing")
VALID: Final = ("ok", "fifteen", "certificate")
FACTORS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # 2^(17-i) mod 11
CHECK_DIGITS: Final = "10X98765432"  # by the weighted sum modulo 11
# First two digits: the provinces of GB/T 2260 [S], Hong Kong, Macau and Taiwan 81-83 [V].
PROVINCES: Final = (
    11, 12, 13, 14, 15, 21, 22, 23, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 45, 46, 50, 51, 52, 53, 54,
    61, 62, 63, 64, 65, 71, 81, 82, 83,
)  # fmt: skip
_WHOLE_FIFTEEN: Final = re.compile(r"[0-9]{15}\.0*")  # a spreadsheet keeps as many digits as these
_PUNCTUATION: Final = str.maketrans("", "", " '`’‘\"-_·")


def _tidy(text: str) -> str:
    if text.isdecimal() and text.isascii():
        return text
    text = "" if says_nothing(text) else text.translate(_PUNCTUATION).upper()
    return text[:15] if _WHOLE_FIFTEEN.fullmatch(text) else text


def check_digits(bodies: Ints) -> "npt.NDArray[np.str_]":
    """The check digit of each number by ISO 7064 MOD 11-2.

    Args:
        bodies: (n, 17) digits.

    Returns:
        (n,) one character each, `0`-`9` or `X`.
    """
    return np.asarray(np.array(list(CHECK_DIGITS))[bodies @ np.array(FACTORS) % 11], np.str_)


def read_identity(texts: "pd.Series[str]") -> pd.DataFrame:
    """What each number is, read without guessing.

    Args:
        texts: (n,) cells, NaN where empty.

    Returns:
        (n) rows with `kind`, one of `KINDS`; `birth_date` (datetime64, NaT unless valid); `normal`, the 18-digit number
        (`""` unless valid; the old 15 digits converted); `certificate_category` (one of `CATEGORIES` or `""`) and
        `certificate_grade` (1-4, 0 unknown) of a certificate number. All but `kind` is PERSONAL and stays in the room.

        `damaged` is scientific notation, a number with a decimal point, or a number of zeros from the 16th digit on
        whose check digit is wrong. Where the list holds one of these last, those whose check digit fits by chance
        (one in eleven) are damaged too: they cannot be told from whole ones.
    """
    text = np.array([_tidy(cell) for cell in plain_cells(texts)], object)  # hardly one number stands there twice
    size = np.array([len(t) for t in text], np.int64)
    digits = np.array([t.isdecimal() and t.isascii() for t in text], bool)
    point = _matches(text, r"[0-9]{14,}\.0*", ~digits)
    fifteen = digits & (size == 15)
    twenty = (digits & (size == 20)) | _matches(text, r"[0-9]{17}[0-9X][0-9]{2}(?:B[0-9]{0,2})?", ~digits)
    long = (digits & (size == 18)) | _matches(text, r"[0-9]{17}X", ~digits) | twenty
    normal, right, possible, births = _numbers(text, fifteen, long)
    zeros = long & np.array([t[15:20].strip("0") == "" for t in text], bool)
    shown = zeros & ~right
    damaged = _matches(text, r"[0-9](?:\.[0-9]*)?E\+?[0-9]{1,2}", ~digits) | point | (zeros & shown.any())
    kind = np.select(
        [text == "", damaged, ~fifteen & ~long, ~possible, ~right, twenty, fifteen],
        ["missing", "damaged", "length", "impossible", "check_digit", "certificate", "fifteen"],
        "ok",
    )
    valid = np.isin(kind, VALID)
    tail = np.array([t[18:20] if c else "00" for t, c in zip(text, kind == "certificate", strict=True)], object)
    grades = np.array([int(t[1]) for t in tail], np.int64)
    return pd.DataFrame(
        {
            "kind": pd.Series(kind, index=texts.index, dtype=str),
            "birth_date": np.where(valid, births, np.datetime64("NaT")).astype("datetime64[s]"),
            "normal": pd.Series(np.where(valid, normal, ""), index=texts.index, dtype=str),
            "certificate_category": np.array(["", *CATEGORIES, "", ""], object)[[int(t[0]) for t in tail]],
            "certificate_grade": np.where(grades <= 4, grades, 0),
        },
        index=texts.index,
    )


def _matches(text: npt.NDArray[np.object_], pattern: str, among: Mask) -> Mask:
    fullmatch = re.compile(pattern).fullmatch
    out = np.zeros(len(text), bool)
    out[among] = [fullmatch(t) is not None for t in text[among]]
    return out


def _numbers(text: Any, fifteen: Mask, long: Mask) -> tuple[Any, Mask, Mask, Any]:
    """Numbers of 18 digits, whether the check digit is right, whether area and date exist, and dates of birth."""
    n = len(text)
    normal = np.full(n, "", object)
    normal[long] = [t[:18] for t in text[long]]
    normal[fifteen] = [f"{t[:6]}19{t[6:]}0" for t in text[fifteen]]
    some = fifteen | long
    digits = np.zeros((n, 18), np.int64)
    letters = np.array(normal[some].tolist(), "U18").view(np.uint32).reshape(-1, 18)
    digits[some] = letters.astype(np.int64) - ord("0")
    checks = check_digits(digits[:, :17]).astype(object)
    normal[fifteen] = [t[:17] for t in normal[fifteen]] + checks[fifteen]
    right = fifteen | (checks == np.array([t[17:] for t in normal], object))
    births = calendar_days(_value(digits[:, 6:10]), _value(digits[:, 10:12]), _value(digits[:, 12:14]))
    possible = np.isin(_value(digits[:, :2]), PROVINCES) & ~np.isnat(births)
    return normal, right, possible, births


def _value(digits: Ints) -> Ints:
    return np.asarray(digits @ 10 ** np.arange(digits.shape[1])[::-1], np.int64)


# kind → what is said, what to do, and whether the row goes back.
_RULES: Final[Mapping[str, tuple[Sentence, Sentence, Effect]]] = {
    "damaged": (
        both("identity number damaged by the spreadsheet", "身份证号被电子表格损坏（科学计数或末尾变零）"),
        both(
            "return for re-export with the column as text; the lost digits cannot be recovered here",
            "请退回，将该列设为文本后重新导出；丢失的数字无法在此恢复",
        ),
        "reject",
    ),
    "check_digit": (
        both("check digit of the identity number is wrong", "身份证号校验位不符"),
        both("compare with the identity card", "请对照身份证更正"),
        "reject",
    ),
    "impossible": (
        both("identity number with an impossible area or date of birth", "身份证号中的地区或出生日期不存在"),
        both("compare with the identity card", "请对照身份证更正"),
        "reject",
    ),
    "length": (
        both(
            "not an identity number of 18 or 15 digits, nor a certificate number of 20",
            "不是 18 位或 15 位身份证号，也不是 20 位残疾人证号",
        ),
        both("write the whole number as text, without stars", "请以文本填写完整号码，不要用星号遮盖"),
        "reject",
    ),
    "fifteen": (
        both("old identity number of 15 digits", "15 位旧身份证号"),
        both("accepted; replace it by the number of 18 digits", "已接受；请换成 18 位号码"),
        "ask",
    ),
    "missing": (
        both("identity number missing", "缺少身份证号"),
        both("accepted, but the row cannot be compared with other lists", "已接受，但该行无法与其他名单比对"),
        "ask",
    ),
}


def number_findings(kinds: "pd.Series[str]") -> list[Finding]:
    """What is to be said of the numbers, one finding for each kind that is not in order; never an example."""
    rows = {kind: (kinds == kind).to_numpy(bool) for kind in _RULES}
    return [f for kind, (rule, advice, effect) in _RULES.items() for f in found(rule, advice, rows[kind], effect)]


def certificate_findings(identity: pd.DataFrame, certificate: pd.DataFrame, disability: pd.DataFrame) -> list[Finding]:
    """Where numbers and words of one row contradict each other.

    Args:
        identity: `read_identity` of the identity numbers.
        certificate: the same of the certificate numbers.
        disability: `category`, `grade` as read; unknown ones contradict nothing.
    """
    both_known = (identity["normal"] != "") & (certificate["normal"] != "")
    others = (both_known & (identity["normal"] != certificate["normal"])).to_numpy(bool)
    differs = np.zeros(len(identity), bool)
    for numbers in (identity, certificate):
        stated = (numbers["kind"] == "certificate").to_numpy(bool)
        category, grade = numbers["certificate_category"], numbers["certificate_grade"]
        differs |= stated & ((category == "") | (grade == 0)).to_numpy(bool)
        known = disability["category"] != ""
        differs |= stated & (known & (category != disability["category"])).to_numpy(bool)
        known_grade = disability["grade"].fillna(0).astype("int64")
        differs |= stated & ((known_grade > 0) & (grade != known_grade)).to_numpy(bool)
    return [
        *found(
            both("a certificate number stands for the identity number", "身份证号一列填的是 20 位残疾人证号"),
            both("its first 18 digits were used; write the identity number", "已取前 18 位；请改填身份证号"),
            (identity["kind"] == "certificate").to_numpy(bool),
            "correct",
        ),
        *found(
            both("identity and certificate number are of different persons", "身份证号与残疾人证号不属于同一人"),
            both("compare both with the papers", "请对照两个证件更正"),
            others,
            "ask",
        ),
        *found(
            both(
                "the end of the certificate number disagrees with the category or the grade",
                "残疾人证号末两位与残疾类别或等级不一致",
            ),
            both("compare with the certificate; the words are kept", "请对照残疾人证更正；暂按文字填写的类别和等级"),
            differs,
            "ask",
        ),
    ]

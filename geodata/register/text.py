"""Cells of a register as plain text, read once for each distinct value, and findings about them."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import Sentence
from geodata.findings import Effect, Finding, Mask

_UNSEEN: Final = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")  # direction marks, joiners
_ODD: Final = re.compile("[\u00ad\u0660-\u0669\u06f0-\u06f9\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_DIGITS: Final = {start + i: str(i) for start in (0x0660, 0x06F0) for i in range(10)}  # digits of the Arabic script
_NOTHING: Final = frozenset(
    (
        "/", "\\", "-", "--", "—", "——", "?", "无", "空", "空白", "不详", "未知", "不清楚", "暂无", "没有", "待定",
        "none", "null", "nan", "n/a", "na",
    )
)  # fmt: skip
_BETWEEN: Final = "|~|"  # printable and plain, so that it changes nothing about the cells it joins
_CHUNK: Final = 1024  # cells
_LONGEST_NOTHING: Final = max(map(len, _NOTHING))


def plain(cell: str) -> str:
    """A cell in one form: compatibility forms and foreign digits as ASCII, hidden marks away, single blanks."""
    if not cell.isascii() and not (unicodedata.is_normalized("NFKC", cell) and _ODD.search(cell) is None):
        cell = unicodedata.normalize("NFKC", _UNSEEN.sub("", cell)).translate(_DIGITS)
    return cell if " " not in cell and cell.isprintable() else " ".join(cell.split())


def says_nothing(text: str) -> bool:
    """Whether a plain text is empty, or one of the words that stand in an empty cell."""
    return not text or (len(text) <= _LONGEST_NOTHING and text.lower() in _NOTHING)


def read_distinct(cells: "pd.Series[str]", read: Callable[[str], Any]) -> npt.NDArray[np.object_]:
    """`read` of every cell as an array (n,); it is asked once for each distinct text, `""` for an empty cell."""
    codes, words = pd.factorize(cells.to_numpy(object))
    answers = np.empty(len(words) + 1, object)
    answers[:] = [*[read(str(word)) for word in words.tolist()], read("")]  # code -1, an empty cell, finds the last
    return np.asarray(answers[codes], object)


def plain_cells(cells: "pd.Series[str]") -> "pd.Series[str]":
    """Every cell by `plain`; `""` for an empty one, whatever dtype they came in."""
    values = np.where(cells.isna(), "", cells.to_numpy(object)).tolist()
    texts = [text for i in range(0, len(values), _CHUNK) for text in _plain_all(values[i : i + _CHUNK])]
    return pd.Series(texts, index=cells.index, dtype=object)


def _plain_all(cells: list[Any]) -> list[str]:
    """`plain` of each; one look at all of them tells whether they are plain already, as nearly all are."""
    try:
        text = _BETWEEN.join(cells)
    except TypeError:  # a number among them
        return [plain(str(cell)) for cell in cells]
    blanks = "  " in text or f" {_BETWEEN}" in text or f"{_BETWEEN} " in text or text[:1] == " " or text[-1:] == " "
    tidy = text.isascii() or (unicodedata.is_normalized("NFKC", text) and _ODD.search(text) is None)
    return cells if tidy and not blanks and text.isprintable() else [plain(cell) for cell in cells]


def column(text: pd.DataFrame, name: str) -> "pd.Series[str]":
    """A column of the table; empty texts where the table has none of that name."""
    if name in text.columns:
        return text[name]
    return pd.Series("", index=text.index, dtype=object)


def found(rule: Sentence, advice: Sentence, rows: Mask, effect: Effect, example: str = "") -> list[Finding]:
    """The finding in a list, or an empty list where no row is meant."""
    return [Finding(rule, advice, np.asarray(rows, bool), example, effect)] if rows.any() else []

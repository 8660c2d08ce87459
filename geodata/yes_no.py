"""Yes and no as people write them: the one table of such words for every layer."""

import unicodedata
from typing import Any, Final

import numpy as np
import pandas as pd

YES: Final = frozenset(
    ("是", "是的", "有", "对", "√", "✓", "✔", "☑", "1", "1.0", "y", "yes", "t", "true", "已改造", "已完成改造")
)
NO: Final = frozenset(
    ("否", "不是", "无", "没有", "未", "×", "✕", "✗", "✘", "☐", "x", "0", "0.0", "n", "no", "f", "false", "未改造")
)


def yes_no(cells: "pd.Series[Any]") -> "pd.Series[Any]":
    """What every cell says (boolean, same index): True, False, or <NA> for an empty cell and every other word.

    部分 (in part) is neither. Width of letters, case and blanks around a word do not matter.
    """
    codes, words = pd.factorize(cells.astype(object))
    said = np.array([*(_said(str(word)) for word in words), -1], np.int64)[codes]  # code -1, an empty cell, is the last
    return pd.Series(said == 1, index=cells.index, dtype="boolean").mask(said == -1)


def _said(word: str) -> int:
    """1 yes, 0 no, -1 neither."""
    plain = unicodedata.normalize("NFKC", word).strip().lower()
    return 1 if plain in YES else 0 if plain in NO else -1

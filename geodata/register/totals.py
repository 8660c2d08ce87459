"""Rows of totals in a register: their persons stand in the other rows already."""

from typing import Final

import numpy as np
import pandas as pd

from geodata.errors import both
from geodata.findings import Finding
from geodata.register.text import found

TOTAL_WORDS: Final = (
    "合计", "总计", "小计", "共计", "总数", "总合计", "合计数", "本页合计", "本页小计", "全县合计", "全乡合计",
    "total", "Total", "TOTAL", "totals", "subtotal", "Subtotal", "SUBTOTAL", "grand total", "Grand total",
)  # fmt: skip
_MARKS: Final = ("", ":", "：")
_BLANKS: Final = ("", " ", "  ", "\u3000", "\u3000\u3000")  # 合　计 is how spreadsheets spread two letters
_TOTALS: Final = frozenset(
    form + mark for word in TOTAL_WORDS for form in (word, *(blank.join(word) for blank in _BLANKS)) for mark in _MARKS
)


def total_findings(table: pd.DataFrame, text: pd.DataFrame) -> list[Finding]:
    """Rows in which any cell is one of `TOTAL_WORDS`, colon or blanks in it or not; they go back.

    Args:
        table: the cells as they came; every column of text is looked at.
        text: those of its columns that are plain texts already.
    """
    rows = np.zeros(len(table), bool)
    for name in table.columns:
        cells = text[name] if name in text else table[name]
        if pd.api.types.is_object_dtype(cells) or pd.api.types.is_string_dtype(cells):
            rows |= cells.isin(_TOTALS).to_numpy(bool)
    return found(
        both("a row of totals, not of a person", "合计行，不是个人"),
        both("take rows of totals out of the file", "请从文件中删去合计行"),
        rows,
        "reject",
    )

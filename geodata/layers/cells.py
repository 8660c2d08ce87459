"""Cells as people type them: full-width digits, direction marks and stray spaces put right, nothing else touched."""

import re
from typing import Final

import numpy as np
import pandas as pd

from geodata.errors import both
from geodata.findings import Finding

_WIDE: Final = {
    0xFF01 + i: 0x21 + i for i in (*range(12, 25), *range(32, 58), *range(64, 90))
}  # －．／０-９ Ａ-Ｚ ａ-ｚ
_MARKS: Final = dict.fromkeys(
    [0x200B, 0x200C, 0x200D, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF]
)
_SPACES: Final = {0x3000: " ", 0x00A0: " "}
_TABLE: Final = {**_WIDE, **_MARKS, **_SPACES}
_ODD: Final = re.compile("[" + "".join(re.escape(chr(c)) for c in _TABLE) + "]")


def clean(table: pd.DataFrame, private: bool) -> tuple[pd.DataFrame, list[Finding]]:
    """The table with tidy cells, and what was put right beyond spaces at the ends.

    Args:
        table: text cells, NaN where empty.
        private: whether examples may not be shown.
    """
    out, touched, example = {}, np.zeros(len(table), bool), ""
    for column in table.columns:
        cells = table[column]
        if column == "geometry":
            out[column] = cells
            continue
        text = cells.str.strip()
        odd = text.str.contains(_ODD, na=False).to_numpy(bool)
        if odd.any():
            before = text[odd]
            text = text.where(~odd, text.str.translate(_TABLE).str.strip())
            if not example and not private:
                example = f"{before.iloc[0]} → {text[odd].iloc[0]}"
            touched |= odd
        out[column] = text.mask(text == "")
    found = Finding(
        both("full-width characters or hidden marks", "全角字符或隐藏的方向符号"),
        both("they were replaced by plain ones", "已替换为普通字符"),
        touched,
        example,
        "correct",
    )
    return pd.DataFrame(out, index=table.index), [found] if touched.any() else []

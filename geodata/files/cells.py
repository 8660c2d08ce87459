"""Typed cells → text, the same for workbooks, features and Parquet."""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

import numpy as np
import pandas as pd

from geodata.files.table import TEXT

EXACT: Final = 1e15
"""From here on a workbook has lost digits: it keeps 15 of them [S: Excel specifications and limits]."""


def number_text(value: float) -> str:
    """A number as a sheet would show it: 123, 75.99, and with 15 digits from `EXACT` on, 6.53125199001011E+17."""
    if value != value:
        return ""
    if abs(value) >= EXACT and abs(value) != float("inf"):
        digits, power = f"{value:.14E}".split("E")
        return f"{digits.rstrip('0').rstrip('.')}E{power}"
    return str(int(value)) if value.is_integer() else format(value, ".15g")


def _moment(value: datetime) -> str:
    """Date and time; the date alone at midnight."""
    if value.time() == time():
        return value.date().isoformat()
    return value.isoformat(sep=" ", timespec="seconds")


def _span(value: timedelta) -> str:
    """Hours, which may be more than 24, minutes and seconds."""
    seconds = round(value.total_seconds())
    minutes, second = divmod(abs(seconds), 60)
    return f"{'-' if seconds < 0 else ''}{minutes // 60:02}:{minutes % 60:02}:{second:02}"


_TEXTS: Final[dict[type, Callable[[Any], str]]] = {
    str: str,
    bool: lambda value: "TRUE" if value else "FALSE",
    int: str,
    float: number_text,
    Decimal: lambda value: format(value, "f"),
    datetime: _moment,
    pd.Timestamp: _moment,
    date: date.isoformat,
    time: lambda value: value.isoformat(timespec="seconds"),
    timedelta: _span,
    pd.Timedelta: _span,
    type(None): lambda _: "",
    type(pd.NaT): lambda _: "",
}


def text(value: object) -> str:
    """One cell as text, an empty one as an empty text."""
    known = _TEXTS.get(type(value))
    return known(value) if known else json.dumps(value, ensure_ascii=False, default=str)


def texts(values: Sequence[object]) -> Sequence[str]:
    """Cells as text; each distinct value is put in words once."""
    kinds = set(map(type, values))
    if kinds <= {str}:
        return values  # type: ignore[return-value]  # all are texts
    try:
        known = {kind: {v: text(v) for v in {v for v in values if type(v) is kind}} for kind in kinds}
    except TypeError:  # lists and the like have no hash
        return [text(value) for value in values]
    return [known[type(value)][value] for value in values]


def columns(values: Iterable[Sequence[object]], rows: int) -> pd.DataFrame:
    """A frame of text cells from the columns of a block, numbered from 0."""
    made = {i: pd.Series(texts(column), dtype=TEXT) for i, column in enumerate(values)}
    return pd.DataFrame(made, index=pd.RangeIndex(rows))


def degrees(values: "np.ndarray[Any, np.dtype[np.float64]]") -> "pd.Series[str]":
    """Degrees as the shortest text that gives them back exactly; an unknown one stays empty."""
    return pd.Series(values.astype("U32"), dtype=TEXT).mask(np.isnan(values))

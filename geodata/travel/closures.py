"""Closed roads: passes in winter, floods, works. Each is a place with a radius, and the months it closes by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from geodata.errors import LayerError, Sentence, both, prefixed
from geodata.files import read_file

COLUMNS = ("closure_id", "lon", "lat", "radius_m")


@dataclass(frozen=True)
class Closure:
    """A piece of road that is closed: every short piece whose middle lies within the radius.

    Attributes:
        lon, lat: degrees.
        months: 1 to 12, when it is closed by itself; empty when it is closed all the time it is named.
    """

    closure_id: str
    lon: float
    lat: float
    radius_m: float
    months: tuple[int, ...] = ()


def closed_in(closures: Sequence[Closure], month: int | None) -> tuple[Closure, ...]:
    """The closures in force in a month: those without months always, the others in their months only."""
    return tuple(c for c in closures if not c.months or month in c.months)


def closures_of(table: pd.DataFrame) -> tuple[Closure, ...]:
    """Closures of a table with `closure_id, lon, lat, radius_m` and, where there are any, `months` ("12,1,2")."""
    months = table["months"].fillna("") if "months" in table else pd.Series("", index=table.index)
    rows = zip(*(table[c] for c in COLUMNS), months, strict=True)
    return tuple(Closure(str(i), float(x), float(y), float(r), _months(str(m)) or ()) for i, x, y, r, m in rows)


def read_closures(path: Path) -> tuple[Closure, ...]:
    """Closures of a CSV file.

    Raises:
        LayerError: one sentence for every column that is missing and every row that cannot be meant.
    """
    file = read_file(path, allow_empty=True)
    table, rows = file.frame, file.rows
    missing = [c for c in COLUMNS if c not in table]
    faults: list[Sentence] = [
        both(
            f"column '{c}' is missing; closures need {', '.join(COLUMNS)}",
            f"缺少“{c}”列；封路表需要 {'、'.join(COLUMNS)}",
        )
        for c in missing
    ]
    if not missing:
        faults += [fault for row in table.index for fault in _row_faults(table, row, int(rows[row]))]
    if faults:
        raise LayerError([prefixed(path.name, fault) for fault in faults])
    return closures_of(table)


def _row_faults(table: pd.DataFrame, row: int, number: int) -> list[Sentence]:
    found = []
    for column in COLUMNS[1:]:
        found_value = pd.to_numeric(table.loc[row, column], errors="coerce")
        if not np.isfinite(found_value) or (column == "radius_m" and found_value <= 0):
            need = both("a number above 0", "大于 0 的数") if column == "radius_m" else both("degrees", "度数")
            value = table.loc[row, column]
            found.append(
                both(
                    f"row {number}: {column} is {value}, {need} is needed",
                    f"第 {number} 行：{column} 是 {value}；请填{need.zh}",
                )
            )
    months = table.loc[row, "months"] if "months" in table else ""
    if isinstance(months, str) and _months(months) is None:
        found.append(
            both(
                f"row {number}: months is {months}, numbers from 1 to 12 with commas are needed",
                f"第 {number} 行：months 是 {months}；请填 1 到 12，用逗号隔开",
            )
        )
    return found


def _months(words: str) -> tuple[int, ...] | None:
    """Months of `12,1,2`; None when one is no month."""
    parts = [p.strip() for p in words.replace("，", ",").replace(";", ",").split(",") if p.strip()]
    if not all(p.isdigit() and 1 <= int(p) <= 12 for p in parts):
        return None
    return tuple(int(p) for p in parts)

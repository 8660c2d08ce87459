"""What reading a layer file gives: accepted rows, rejected ones with reasons, and everything that was noticed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from geodata.coordinates.shift import Shift
from geodata.errors import Sentence, both
from geodata.findings import Finding
from geodata.layers.columns import Column

PRECISIONS: Final = ("point", "village", "township", "county")
"""What coordinates stand for, most precise first."""


@dataclass(frozen=True)
class Fault:
    """Something found: which rows (as numbered in the file, its first line being 1), an example, advice."""

    rule: Sentence
    rows: tuple[int, ...]
    example: str
    advice: Sentence

    def told(self, limit: int | None = None) -> Sentence:
        """The fault as one sentence that names at most `limit` rows."""
        shown, more = self.rows[:limit], len(self.rows) - len(self.rows[:limit])
        rows = ", ".join(map(str, shown)) + (f" and {more} more" if more else "")
        rows_zh = "、".join(map(str, shown)) + (f" 等 {len(self.rows)} " if more else " ")
        word = "row" if len(self.rows) == 1 else "rows"
        found = both(f" (found {self.example})", f"（发现 {self.example}）") if self.example else both("", "")
        return both(
            f"{word} {rows}: {self.rule}{found}; {self.advice}",
            f"第 {rows_zh}行：{self.rule.zh}{found.zh}；{self.advice.zh}",
        )


@dataclass(frozen=True)
class LayerReport:
    """A layer file as read.

    Attributes:
        encoding: of the text, or the kind of workbook.
        accepted: the rows without fault, with point geometry (EPSG:4326) where the layer has coordinates.
        rejected: the other rows with `row` and `reasons`; of people nothing else.
        faults: what sent rows back.
        questions: what was accepted but needs an answer.
        corrections: what was put right.
        columns: what every heading was taken for.
        review: places that need a person, with an empty column `code` to be filled in and read back.
        notes: what was noticed about the file as a whole.
        shift: an offset of all points from the roads that another coordinate system would explain.
        system: the coordinate system the file was read in.
        source: who made the file; empty where nobody has said.
        aged_on: the day at which ages of people were taken; None for other layers.
    """

    file: str
    layer: str
    encoding: str
    rows_read: int
    accepted: gpd.GeoDataFrame
    rejected: pd.DataFrame
    faults: tuple[Fault, ...]
    questions: tuple[Fault, ...] = ()
    corrections: tuple[Fault, ...] = ()
    columns: tuple[Column, ...] = ()
    review: pd.DataFrame | None = None
    notes: tuple[Sentence, ...] = ()
    shift: Shift | None = None
    system: str = "wgs84"
    source: str = ""
    aged_on: date | None = None

    def matched(self) -> dict[str, int]:
        """Accepted rows by the level of the unit that they were matched to: village, township, county."""
        if "unit_code" not in self.accepted:
            return {}
        digits = self.accepted["unit_code"].fillna("").astype(str).str.len()
        return {level: int((digits == n).sum()) for level, n in (("village", 12), ("township", 9), ("county", 6))}

    def precision(self) -> dict[str, int]:
        """Accepted rows by what their coordinates stand for: point, village, township, county."""
        if "precision" not in self.accepted:
            return {}
        return {p: int((self.accepted["precision"] == p).sum()) for p in PRECISIONS}

    def record(self) -> dict[str, Any]:
        """The report as plain values, for `--json` and for the record of a study area."""
        return {
            "file": self.file, "layer": self.layer, "encoding": self.encoding, "rows_read": self.rows_read,
            "rows_accepted": len(self.accepted), "rows_rejected": len(self.rejected),
            "faults": _records(self.faults), "questions": _records(self.questions),
            "corrections": _records(self.corrections),
            "columns": [vars(column) for column in self.columns], "notes": list(map(str, self.notes)),
            "coordinate_system": self.system, "aged_on": str(self.aged_on or ""),
            "matched": self.matched(), "precision": self.precision(),
        }  # fmt: skip


def _records(faults: Sequence[Fault]) -> list[dict[str, Any]]:
    return [{"rule": str(f.rule), "rows": list(f.rows), "example": f.example, "advice": str(f.advice)} for f in faults]


def faults_of(findings: Sequence[Finding], rows: "np.ndarray[Any, Any]", private: bool) -> tuple[Fault, ...]:
    """Findings with the row numbers of the file; nothing of a person is quoted."""
    return tuple(
        Fault(f.rule, tuple(rows[f.rows].tolist()), "" if private or f.example == "nan" else f.example, f.advice)
        for f in findings
        if f.rows.any()
    )


def reasons_of(findings: Sequence[Finding], n: int) -> "pd.Series[str]":
    """All rules that a row breaks, in order, joined; empty where it breaks none."""
    reasons = np.full(n, "", object)
    for found in findings:
        rule = str(found.rule)
        here = found.rows
        reasons[here] = np.where(reasons[here] == "", rule, reasons[here] + f"; {rule}")
    return pd.Series(reasons, dtype=str)

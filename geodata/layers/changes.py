"""What changed since the last version of a file: a plain count."""

from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from geodata.errors import LayerError, Sentence, both
from geodata.layers.report import LayerReport

_NOT_COMPARED: Final = ("row", "geometry", "score", "match_reason", "household")


@dataclass(frozen=True)
class Changes:
    """Rows by what happened to them between two versions; `by` names the column they were joined on.

    Attributes:
        added, removed, changed, same: numbers of accepted rows that can be compared.
        uncompared: old and new rows without a value to join by, or with one that stands there twice.
        columns: how many rows differ in each column.
    """

    by: str
    added: int
    removed: int
    changed: int
    same: int
    uncompared: tuple[int, int]
    columns: tuple[tuple[str, int], ...]

    def told(self) -> Sentence:
        """One sentence."""
        more = ", ".join(f"{c} {n}" for c, n in self.columns)
        more_zh = "、".join(f"{c} {n} 行" for c, n in self.columns)
        old, new = self.uncompared
        lost = (
            (f"; {old} and {new} rows cannot be compared", f"；无法比对 {old} 行和 {new} 行")
            if old or new
            else ("", "")
        )
        return both(
            f"since the last version: {self.added} added, {self.removed} removed, {self.changed} changed"
            f"{f' ({more})' if more else ''}, {self.same} the same{lost[0]}",
            f"与上一版相比：新增 {self.added} 行，减少 {self.removed} 行，变更 {self.changed} 行"
            f"{f'（{more_zh}）' if more_zh else ''}，未变 {self.same} 行{lost[1]}",
        )


def changes_between(old: LayerReport, new: LayerReport) -> Changes:
    """Compare the accepted rows of two versions of a file.

    People are joined by `person_key` (read both files with the same key), other layers by `id` or `code`.

    Raises:
        LayerError: when the two are not of one layer or no row of them has a value to join by.
    """
    by = next((c for c in ("person_key", "id", "code") if _fills(old, c) and _fills(new, c)), "")
    if not by or old.layer != new.layer:
        fault = both(
            f"{old.file} and {new.file}: nothing to join the two versions by; a layer needs ids, a register "
            "identity numbers",
            f"{old.file} 与 {new.file}：没有可用来对应两版的列；图层需要编号，名册需要身份证号",
        )
        raise LayerError([fault])
    (before, lost_old), (after, lost_new) = (_keyed(report.accepted, by) for report in (old, new))
    common = before.index.intersection(after.index)
    columns = [c for c in before.columns.intersection(after.columns) if c not in _NOT_COMPARED]
    differs = pd.DataFrame(
        {c: _words(before.loc[common, c]).ne(_words(after.loc[common, c])) for c in columns}, index=common
    )
    changed = int(differs.any(axis=1).sum())
    counts = tuple((c, int(n)) for c, n in differs.sum().items() if n)
    added, removed = len(after) - len(common), len(before) - len(common)
    return Changes(by, added, removed, changed, len(common) - changed, (lost_old, lost_new), counts)


def _words(cells: "pd.Series[Any]") -> "pd.Series[str]":
    """Values as text; unknown ones are alike."""
    return cells.astype(object).where(cells.notna(), "").astype(str)


def _fills(report: LayerReport, column: str) -> bool:
    """Whether the column joins something: an empty table has nothing to lose."""
    rows = report.accepted
    return column in rows and (not len(rows) or bool((rows[column].fillna("").astype(str) != "").any()))


def _keyed(table: pd.DataFrame, by: str) -> tuple[pd.DataFrame, int]:
    """The rows by their value, and how many cannot be told apart by it."""
    rows = pd.DataFrame(table)
    words = rows[by].fillna("").astype(str)
    alone = (words != "") & ~words.duplicated(keep=False)
    return rows[alone].set_index(by), int((~alone).sum())

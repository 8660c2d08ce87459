"""What changed since the last version of a file: a plain count."""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from geodata.errors import LayerError, Sentence, both
from geodata.layers.report import LayerReport

_NOT_COMPARED: Final = ("row", "geometry", "score", "match_reason", "household")


@dataclass(frozen=True)
class Changes:
    """Rows by what happened to them between two versions; `by` names the column they were joined on.

    Attributes:
        added, removed, changed, same: numbers of accepted rows; removed + changed + same = rows of the old version.
        columns: how many rows differ in each column.
    """

    by: str
    added: int
    removed: int
    changed: int
    same: int
    columns: tuple[tuple[str, int], ...]

    def told(self) -> Sentence:
        """One sentence."""
        more = ", ".join(f"{c} {n}" for c, n in self.columns)
        more_zh = "、".join(f"{c} {n} 行" for c, n in self.columns)
        return both(
            f"since the last version: {self.added} added, {self.removed} removed, {self.changed} changed"
            f"{f' ({more})' if more else ''}, {self.same} the same",
            f"与上一版相比：新增 {self.added} 行，减少 {self.removed} 行，变更 {self.changed} 行"
            f"{f'（{more_zh}）' if more_zh else ''}，未变 {self.same} 行",
        )


def changes_between(old: LayerReport, new: LayerReport) -> Changes:
    """Compare the accepted rows of two versions of a file.

    People are joined by `person_key` (read both files with the same key), other layers by `id` or `code`.

    Raises:
        LayerError: when the two are not of one layer or have no column to join by.
    """
    by = next((c for c in ("person_key", "id", "code") if c in old.accepted and c in new.accepted), "")
    if not by or old.layer != new.layer:
        fault = both(
            f"{old.file} and {new.file}: no column to join the two versions by; a layer needs ids, a register a key",
            f"{old.file} 与 {new.file}：没有可用来对应两版的列；图层需要编号，名册需要密钥",
        )
        raise LayerError([fault])
    before, after = (_keyed(report.accepted, by) for report in (old, new))
    common = before.index.intersection(after.index)
    columns = [c for c in before.columns.intersection(after.columns) if c not in _NOT_COMPARED]
    differs = pd.DataFrame(
        {c: before.loc[common, c].astype(str).ne(after.loc[common, c].astype(str)) for c in columns}, index=common
    )
    changed = int(differs.any(axis=1).sum())
    counts = tuple((c, int(n)) for c, n in differs.sum().items() if n)
    return Changes(by, len(after) - len(common), len(before) - len(common), changed, len(common) - changed, counts)


def _keyed(table: pd.DataFrame, by: str) -> pd.DataFrame:
    rows = pd.DataFrame(table)
    rows = rows[rows[by].astype(str) != ""]
    return rows.drop_duplicates(by).set_index(by)

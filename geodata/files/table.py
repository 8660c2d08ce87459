"""What every reader takes and gives, and how a block of cells becomes a table with headings."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import LayerError, Sentence, both

Ints = npt.NDArray[np.int64]
TEXT: Final = pd.Series([""]).dtype
"""How this pandas keeps text: `str` (NaN where empty) since 3, `object` before."""
_TOTALS: Final = ("合计", "总计", "共计", "小计", "total")
_LAST: Final = 5  # rows at the end that may hold a total, with signatures below it
_NAMED: Final = 5  # rows or columns named in one sentence


@dataclass(frozen=True)
class Source:
    """A file to read.

    Attributes:
        path: where it is.
        name: how sentences call it; for a file in an archive `archive.zip/name`.
        sheet: the sheet or layer asked for.
        lines: of several layers, the one that holds lines is meant.
        kinds: endings that are welcome.
        packed: it came out of an archive.
    """

    path: Path
    name: str
    sheet: str | None
    lines: bool
    kinds: tuple[str, ...]
    packed: bool = False

    @property
    def ending(self) -> str:
        """The file's ending in small letters, with its dot."""
        return self.path.suffix.lower()


@dataclass(frozen=True, eq=False)
class FileTable:
    """A file as read.

    Attributes:
        frame: all cells text, NaN where empty; from a file with geometry a GeoDataFrame with `geometry` (EPSG:4326).
        rows: (n,) number of each row in the file: the line of a text file where the row begins, the row of a sheet
            (the very first is 1); of a file of features their order, the first being 1.
        encoding: of the text as read; empty where the kind of file settles it.
        sheet: the sheet or layer that was read; empty where there is none.
        header_row: the row of the headings, of several lines the last; 0 where the file keeps names apart from rows.
        notes: what was noticed on the way, one sentence each.
    """

    frame: pd.DataFrame
    rows: Ints
    encoding: str = ""
    sheet: str = ""
    header_row: int = 0
    notes: tuple[Sentence, ...] = ()


def letters(column: int) -> str:
    """The letters by which a sheet calls a column counted from 0: A, B … Z, AA."""
    rest, last = divmod(column, 26)
    return (letters(rest - 1) if rest else "") + chr(65 + last)


def with_headings(
    body: pd.DataFrame, rows: Ints, headings: Sequence[str], name: str, keep_empty: bool = False
) -> tuple[pd.DataFrame, Ints, tuple[Sentence, ...]]:
    """The cells below their headings, without empty lines; (table, row numbers, what was noticed).

    A cell of blanks is empty. A column without heading and without cells is no column; with cells it is called by its
    letters, `column D`.

    Args:
        body: text cells; columns are counted from 0.
        rows: (n,) number of each row in the file.
        headings: of the first columns; an empty text where there is none.
        name: of the file.
        keep_empty: rows without any cell stay, as features have a geometry besides.

    Raises:
        LayerError: for headings that stand there twice.
    """
    body = body.astype(TEXT)
    for column, cells in body.items():
        body[column] = cells.mask(cells.str.strip() == "")
    titles = [headings[i].strip() if i < len(headings) else "" for i in range(body.shape[1])]
    kept = [i for i, title in enumerate(titles) if title or bool(body.iloc[:, i].notna().any())]
    unnamed = [i for i in kept if not titles[i]]
    frame = body.iloc[:, kept]
    frame.columns = pd.Index([titles[i] or f"column {letters(i)}" for i in kept], dtype=TEXT)
    require_unique(list(frame.columns), name)
    full = frame.notna().any(axis=1).to_numpy(bool) | keep_empty
    frame, rows = frame[full].reset_index(drop=True), rows[full]
    notes = [_unnamed(unnamed)] if unnamed else []
    return frame, rows, (*notes, *_total(frame, rows))


def require_unique(headings: Sequence[str], name: str) -> None:
    """Raises LayerError for headings that stand there twice, a sentence for each."""
    twice = sorted(heading for heading, times in Counter(headings).items() if times > 1)
    if twice:
        raise LayerError(
            [
                both(
                    f"{name}: column '{heading}' stands there twice; keep one of them or rename it",
                    f"{name}：“{heading}”列出现两次；请只保留一列或改名",
                )
                for heading in twice
            ]
        )


def told_rows(rows: Sequence[int] | Ints) -> tuple[str, str]:
    """Row numbers in words, English and Chinese; of many, the first ones."""
    shown, more = [str(row) for row in rows[:_NAMED]], len(rows) - _NAMED
    en = f"row{'s' if len(rows) > 1 else ''} {', '.join(shown)}" + (f" and {more} more" if more > 0 else "")
    return en, f"第 {'、'.join(shown)} " + (f"等 {len(rows)} 行" if more > 0 else "行")


def _unnamed(columns: Sequence[int]) -> Sentence:
    shown = [letters(column) for column in columns[:_NAMED]]
    more = " …" if len(columns) > _NAMED else ""
    return both(
        f"cells without a heading in column {', '.join(shown)}{more}; it is called 'column {shown[0]}'",
        f"{'、'.join(shown)}{more} 列有内容但没有列名；暂称“column {shown[0]}”",
    )


def _total(frame: pd.DataFrame, rows: Ints) -> tuple[Sentence, ...]:
    """A note when one of the last rows is a sum of the others."""
    if not frame.size:
        return ()
    word = frame.tail(_LAST).bfill(axis=1).iloc[:, 0].astype(TEXT).str.replace(r"\s", "", regex=True).str.lower()
    found = rows[-len(word) :][word.str.startswith(_TOTALS).fillna(False).to_numpy(bool)]
    if not len(found):
        return ()
    en, zh = told_rows(found)
    return (both(f"{en}: looks like a total and is kept as a row", f"{zh}：看起来是合计，仍作为一行保留"),)

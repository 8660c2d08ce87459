"""Tables as plain values: a caption, columns with units, and rows of words and numbers, ready to be shown."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np

Mark = Literal["better", "worse", "same", "unsure", ""]
MARKS: Final = ("better", "worse", "same", "unsure", "")


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        unit: shown small under the title.
        align: "end" for numbers.
        help: one sentence, shown under the table when asked for.
    """

    key: str
    title: str
    unit: str = ""
    align: Literal["start", "end"] = "start"
    help: str = ""


@dataclass(frozen=True)
class Cell:
    """Words of one cell with a judgement, which is shown as a sign, a word and a colour."""

    text: str
    mark: Mark = ""


Value = str | int | float | Cell


@dataclass(frozen=True)
class Table:
    """A table to be shown.

    Attributes:
        notes: sentences under the table.
        row_ids: what a row is called in acts; the number of the row where there are none.
    """

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[Mapping[str, Value], ...]
    notes: tuple[str, ...] = ()
    row_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.row_ids and (len(self.row_ids) != len(self.rows) or len(set(self.row_ids)) != len(self.rows)):
            raise ValueError(f"table {self.caption!r}: {len(self.rows)} rows need as many different ids")
        wrong = sorted({c.mark for row in self.rows for c in row.values() if isinstance(c, Cell)} - set(MARKS))
        if wrong:
            raise ValueError(f"table {self.caption!r}: marks {wrong} are none of {MARKS}")

    @property
    def ids(self) -> tuple[str, ...]:
        """What each row is called in acts."""
        return self.row_ids or tuple(str(i) for i in range(len(self.rows)))


def table_of(caption: str, rows: Sequence[Mapping[str, Any]], *, ids: str = "") -> Table:
    """A table from rows whose keys are the titles; columns of numbers are set to the end.

    Args:
        ids: the column that names a row in acts; it is shown too.
    """
    titles = list(dict.fromkeys(key for row in rows for key in row))
    columns = tuple(Column(t, t, align="end" if _numeric(rows, t) else "start") for t in titles)
    plain = tuple({t: value(row.get(t, "")) for t in titles} for row in rows)
    return Table(caption, columns, plain, row_ids=tuple(str(row[ids]) for row in rows) if ids else ())


def value(found: Any) -> Value:
    """A number, a cell or words; what is missing is a dash."""
    if isinstance(found, Cell | str):
        return found
    if isinstance(found, bool | np.bool_):
        return str(bool(found))
    if isinstance(found, int | np.integer):
        return int(found)
    if isinstance(found, float | np.floating):
        return float(found) if math.isfinite(found) else "—"
    return "—" if found is None else str(found)


def _numeric(rows: Sequence[Mapping[str, Any]], title: str) -> bool:
    """Whether all that is there in a column is a number, or begins like one."""
    found = [value(row[title]) for row in rows if row.get(title, "") not in ("", None)]
    words = [one.text if isinstance(one, Cell) else str(one) for one in found]
    return bool(words) and all(word[:1].isdigit() or word[:1] in "+-−—" for word in words)


def shown_value(found: Value) -> dict[str, Any]:
    """What the browser needs of one value: its words, its order and its mark."""
    if isinstance(found, Cell):
        return {"t": found.text, "s": order_of(found.text), "m": found.mark}
    if isinstance(found, str):
        return {"t": found, "s": order_of(found), "m": ""}
    return {"t": shown_number(found), "s": float(found), "m": ""}


def shown_number(number: int | float) -> str:
    """Thousands with commas, up to two decimals, and a true minus."""
    words = f"{number:,}" if isinstance(number, int) else f"{number:,.2f}".rstrip("0").rstrip(".")
    return ("0" if words in ("-0", "") else words).replace("-", "−")


def order_of(words: str) -> float | None:
    """The number that words begin with, by which they are sorted; None for words without one."""
    cleaned = words.replace(",", "").replace("−", "-").replace("+", "").strip()
    digits = ""
    for character in cleaned:
        if not (character.isdigit() or character in ".-"):
            break
        digits += character
    try:
        return float(digits)
    except ValueError:
        return None


def packed(table: Table) -> dict[str, Any]:
    """A table as the browser takes it."""
    return {
        "caption": table.caption,
        "columns": [
            {"title": c.title, "unit": c.unit, "align": c.align, "help": c.help} for c in table.columns
        ],
        "rows": [[shown_value(value(row.get(c.key, ""))) for c in table.columns] for row in table.rows],
        "ids": list(table.ids),
        "notes": list(table.notes),
    }  # fmt: skip

"""Workbooks, old and new: the sheet with a table, its headings, and typed cells as text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

import numpy as np

from geodata.errors import LayerError, Sentence, both
from geodata.files.cells import columns, texts
from geodata.files.faults import NoSheetError, locked
from geodata.files.headers import HEAD, Header, Span, find_header
from geodata.files.kinds import ZIP
from geodata.files.packed import Errors, look_inside
from geodata.files.table import FileTable, Source, told_rows, with_headings
from geodata.files.text import header_notes, no_headings
from geodata.files.workbooks import Workbook, workbook

_ENCRYPTED: Final = re.compile(
    re.escape("EncryptedPackage".encode("utf-16-le"))  # the stream that holds a new workbook behind a password
    + rb"|\x09\x08\x10\x00.{16}(\x86\x00\x00\x00)?\x2f\x00",  # BOF and FilePass of an old one
    re.DOTALL,
)


@dataclass(frozen=True)
class _Block:
    """The filled part of a sheet: typed cells, its first row and column counted from 0, merged cells within it."""

    name: str
    cells: Sequence[Sequence[object]]
    top: int
    spans: tuple[Span, ...]
    header: Header | None

    @property
    def filled(self) -> bool:
        """Whether there is a row below the headings."""
        return self.header is not None and len(self.cells) > self.header.last + 1


def read_sheet(source: Source) -> FileTable:
    """A sheet of a workbook: the one asked for, else the first visible one with a table.

    Merged cells keep their text in the first one alone, as the file has it. An error such as `#N/A` is its text in
    new workbooks, and an empty cell in old ones.

    Raises:
        LayerError: for a password, an unknown sheet, no headings, and a file that is no workbook.
    """
    errors = _look_inside(source)
    with workbook(source.path, source.name) as book:
        known = book.sheets
        if source.sheet is not None and source.sheet not in known:
            raise _unknown_sheet(source.name, source.sheet, list(known))
        shown = [name for name, visible in known.items() if visible]
        block = _chosen([source.sheet] if source.sheet is not None else shown or list(known), book, errors, source.name)
    return _table(block, source.name, _sheet_notes(block.name, known))


def _look_inside(source: Source) -> dict[str, Errors]:
    """Passwords and sizes looked at; the errors by sheet, which only new workbooks tell.

    Raises:
        LayerError: for a password, and for what would unpack to too much.
    """
    with source.path.open("rb") as file:
        if file.read(2) == ZIP:
            return look_inside(source.path, source.name)
        file.seek(0)
        before = b""
        while part := file.read(1 << 24):
            if _ENCRYPTED.search(before + part):
                raise locked(source.name)
            before = part[-64:]
    return {}


def _chosen(wanted: Sequence[str], book: Workbook, errors: dict[str, Errors], name: str) -> _Block:
    """The first of the sheets with a table; of none, the first with cells.

    Raises:
        LayerError: when all are empty.
    """
    first = None
    for sheet in wanted:
        block = _block(sheet, book, errors.get(sheet, []))
        if block.filled:
            return block
        first = first if first and first.cells else block
    if first is None or not first.cells:
        fault = both(f"{name}: no sheet has a table; fill one in", f"{name}：工作表中没有表格；请填写后再导入")
        raise LayerError([fault])
    return first


def _block(sheet: str, book: Workbook, errors: Errors) -> _Block:
    found = book.read(sheet)
    cells, top, left = found.rows, found.top, found.left
    for row, column, word in errors:
        if top <= row < top + len(cells) and left <= column < left + len(cells[0]):
            cells[row - top][column - left] = word
    spans = tuple(
        Span(a - top, b - left, c - top, d - left) for (a, b), (c, d) in found.merged if a >= top and b >= left
    )
    head = [[cell.strip() for cell in texts(row)] for row in cells[:HEAD]]
    return _Block(sheet, cells, top, spans, find_header(head, spans))


def _table(block: _Block, name: str, notes: Sequence[Sentence]) -> FileTable:
    header = block.header
    if header is None:
        raise no_headings(name)
    below = block.cells[header.last + 1 :]
    wide = len(block.cells[0])
    body = columns(zip(*below, strict=True), len(below)) if below else columns([()] * wide, 0)
    rows = np.arange(block.top + header.last + 2, block.top + len(block.cells) + 1)
    frame, rows, noticed = with_headings(body, rows, header.headings, name)
    header_row = block.top + header.last + 1
    where = header_notes(header, block.top + header.first + 1, header_row)
    merged = sorted(span.top + block.top + 1 for span in block.spans if span.top > header.last)
    return FileTable(frame, rows, "", block.name, header_row, (*notes, *where, *_merged(merged), *noticed))


def _merged(rows: Sequence[int]) -> tuple[Sentence, ...]:
    """A note about merged cells among the data."""
    if not rows:
        return ()
    en, zh = told_rows(sorted(set(rows)))
    return (
        both(
            f"{en}: merged cells; only the first cell of each has the text, unmerge them and fill every row",
            f"{zh}：有合并单元格，只有第一格有内容；请取消合并并逐行填写",
        ),
    )


def _sheet_notes(chosen: str, known: dict[str, bool]) -> tuple[Sentence, ...]:
    """Which sheet was read when there are others, and which are hidden."""
    shown = [name for name, visible in known.items() if visible and name != chosen]
    hidden = [name for name, visible in known.items() if not visible and name != chosen]
    notes = []
    if shown:
        notes.append(
            both(
                f"sheet '{chosen}' is read; there is also {', '.join(shown)}",
                f"读取工作表“{chosen}”；另有 {'、'.join(shown)}",
            )
        )
    if hidden:
        notes.append(
            both(f"hidden sheets are not read: {', '.join(hidden)}", f"隐藏的工作表不读入：{'、'.join(hidden)}")
        )
    if not known[chosen]:
        notes.append(both(f"sheet '{chosen}' is hidden in the workbook", f"工作表“{chosen}”在文件中是隐藏的"))
    return tuple(notes)


def _unknown_sheet(name: str, sheet: str, known: list[str]) -> NoSheetError:
    near = get_close_matches(sheet, known, 1, 0)
    mean = (f"; did you mean '{near[0]}'?", f"；是否指“{near[0]}”？") if near else ("", "")
    fault = both(
        f"{name}: there is no sheet '{sheet}'{mean[0]} There is {', '.join(known) or 'none'}",
        f"{name}：没有工作表“{sheet}”{mean[1]}共有 {'、'.join(known) or '0 个'}",
    )
    return NoSheetError([fault])

"""Text tables: the encoding, the separator, the headings, and the line of every row."""

import csv
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO, StringIO
from typing import Any, Final

import charset_normalizer
import numpy as np
import pandas as pd

from geodata.errors import LayerError, Sentence, both
from geodata.files import limits
from geodata.files.faults import no_sheets, unreadable
from geodata.files.headers import HEAD, Header, find_header
from geodata.files.table import TEXT, FileTable, Ints, Source, told_rows, with_headings

SEPARATORS: Final = (",", ";", "\t", "|")
_BOMS: Final = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_LOOKED_AT: Final = 1 << 16  # bytes that show an encoding
_HEAD_SIZE: Final = 1 << 22  # characters that hold the first records of a table
_FEW: Final = 20  # characters that are too few to judge by
_SPARE: Final = 64  # empty cells that a line may have after the last heading
_AS_WRITTEN: Final[dict[str, Any]] = {  # text as it stands; only an empty cell is empty, "NA" is a text
    "dtype": str, "skipinitialspace": True, "skip_blank_lines": False, "keep_default_na": False, "na_values": [""],
    "header": None,
}  # fmt: skip


@dataclass(frozen=True)
class _Head:
    """The first records of a text table.

    Attributes:
        records: stripped cells.
        lines: the line where each record begins, and that after the last one, counted from 1.
        ends: characters before the record that follows each.
    """

    records: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    ends: tuple[int, ...]


def read_text(source: Source) -> FileTable:
    """A text table: fields between `,`, `;`, tabs or `|`, line breaks allowed inside quotation marks.

    Raises:
        LayerError: for an unknown encoding, no headings, more values than headings, and an open quotation mark.
    """
    if source.sheet is not None:
        raise no_sheets(source.name)
    text, encoding, notes = decode(source.path.read_bytes(), source.name)
    separator = _separator(text)
    head = _head(text, separator, source.name)
    header = find_header(head.records)
    if header is None:
        raise no_headings(source.name)
    wide = max(len(record) for record in head.records[header.first : header.last + 1])
    below = text[head.ends[header.last] :]
    body = _body(below, separator, wide, head.lines[header.last + 1], source.name)
    rows = _rows(body, below, head.lines[header.last + 1])
    _require_no_more(body, rows, wide, source.name)
    frame, rows, noticed = with_headings(body, rows, header.headings, source.name)
    header_row = head.lines[header.last]
    where = header_notes(header, head.lines[header.first], header_row)
    return FileTable(frame, rows, encoding, "", header_row, (*notes, *where, *noticed))


def no_headings(name: str) -> LayerError:
    """For a table that begins with data."""
    return LayerError(
        [
            both(
                f"{name}: no row of headings above the data; write the names of the columns in the first row",
                f"{name}：数据上方没有列名；请在第一行写上各列的名称",
            )
        ]
    )


def header_notes(header: Header, first_row: int, last_row: int) -> tuple[Sentence, ...]:
    """What to tell about where the headings stand; nothing for the usual first row."""
    if header.last > header.first:
        en, zh = f"headings in rows {first_row} to {last_row}", f"列名占第 {first_row} 至 {last_row} 行"
    elif last_row > 1:
        en, zh = f"headings found in row {last_row}", f"列名在第 {last_row} 行"
    else:
        return ()
    above = ("; what stands above is left out", "；以上内容不读入") if first_row > 1 else ("", "")
    return (both(en + above[0], zh + above[1]),)


def decode(data: bytes, name: str) -> tuple[str, str, tuple[Sentence, ...]]:
    """Text, its encoding, and a note where it was guessed or damaged.

    UTF-8, UTF-16 with its mark, GB18030 (which reads GBK and GB2312), else what charset-normalizer makes of it.

    Raises:
        LayerError: for something that is no text, and for text in no known encoding.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            text = data.decode(encoding, "replace")
            return _checked(text, name), encoding, _broken(text)
    if b"\0" in data:
        raise _no_text(name)
    for encoding in ("utf-8", "gb18030"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            sample = data[:_LOOKED_AT].decode(encoding, "replace")
            if not _hardly_broken(sample, encoding):
                continue
            text = data.decode(encoding, "replace")
            if not _hardly_broken(text, encoding):
                continue
            return text, encoding, _broken(text)
        if encoding == "utf-8" or _chinese(text[:_LOOKED_AT]) or not _guess(data):
            return text, encoding, ()
    guess = _guess(data)
    if not guess:
        fault = both(
            f"{name}: neither UTF-8 nor GB18030 text; save it as 'CSV UTF-8' again",
            f"{name}：文字编码既不是 UTF-8 也不是 GB18030；请重新另存为“CSV UTF-8”",
        )
        raise LayerError([fault])
    text = data.decode(guess, "replace")
    note = both(
        f"encoding guessed as {guess}; look whether names are readable, else save as 'CSV UTF-8'",
        f"文字编码推测为 {guess}；请查看文字是否正常，否则另存为“CSV UTF-8”",
    )
    return _checked(text, name), guess, (note, *_broken(text))


def _no_text(name: str) -> LayerError:
    return LayerError(
        [
            both(
                f"{name}: is no text table but something else under that name; save it as .xlsx or 'CSV UTF-8' again",
                f"{name}：内容不是文本表格；请重新另存为 .xlsx 或“CSV UTF-8”",
            )
        ]
    )


def _checked(text: str, name: str) -> str:
    if "\0" in text:
        raise _no_text(name)
    return text


def _hardly_broken(text: str, encoding: str) -> bool:
    """Whether a text read with marks for what did not fit is in that encoding all the same."""
    bad, foreign = text.count("\ufffd"), sum(c > "\x7f" for c in text)
    good = foreign - bad
    enough = 5 if encoding == "utf-8" else _FEW  # what is UTF-8 by chance is short
    return good >= enough and bad <= max(2, good // 50) and (encoding == "utf-8" or _chinese(text))


def _chinese(text: str) -> bool:
    """Whether a text has the everyday characters of Chinese, or Arabic script; too short ones count as having."""
    foreign = [c for c in text if c > "\x7f"]
    first = np.frombuffer("".join(foreign).encode("gb2312", "ignore"), np.uint8)[::2]
    everyday = int(((first >= 0xB0) & (first <= 0xD7) | (first <= 0xA3)).sum())  # the first level of GB 2312, and signs
    arabic = sum("\u0600" <= c <= "\u06ff" for c in foreign)
    return len(foreign) < _FEW or (everyday + arabic) * 5 > len(foreign) * 3


def _guess(data: bytes) -> str:
    """What charset-normalizer takes the text for; empty when it finds no language in it."""
    best = charset_normalizer.from_bytes(data[:_LOOKED_AT].rsplit(b"\n", 1)[0]).best()
    if best is None or best.encoding in ("gb18030", "gbk", "gb2312", "utf_8", "ascii"):
        return ""
    return best.encoding if best.coherence > 0.1 or (best.multi_byte_usage > 0.1 and best.chaos == 0) else ""


def _broken(text: str) -> tuple[Sentence, ...]:
    """A note about characters that could not be read."""
    bad = text.count("\ufffd")
    if not bad:
        return ()
    lines = [i for i, line in enumerate(text.split("\n"), 1) if "\ufffd" in line]
    en, zh = told_rows(lines)
    return (both(f"{en}: {bad} broken characters, read as \ufffd", f"{zh}：{bad} 个字符损坏，读作 \ufffd"),)


def _separator(text: str) -> str:
    """The separator that gives the most first lines the same number of fields, two or more."""
    start = text[: _LOOKED_AT * 4].split("\n")[:HEAD]
    best, found = (0.0, 0), SEPARATORS[0]
    for separator in SEPARATORS:
        try:
            fields = [len(r) for r in csv.reader(start, delimiter=separator, skipinitialspace=True) if any(r)]
        except csv.Error:
            continue
        usual, times = Counter(n for n in fields if n > 1).most_common(1)[0] if max(fields, default=0) > 1 else (0, 0)
        score = (times / max(len(fields), 1), usual)
        if score > best:
            best, found = score, separator
    return found


def _head(text: str, separator: str, name: str) -> _Head:
    """The first records, and where they begin."""
    stream = StringIO(text[:_HEAD_SIZE], newline="")
    reader = csv.reader(stream, delimiter=separator, skipinitialspace=True)
    records, lines, ends = [], [1], []
    try:
        for record in reader:
            records.append(tuple(cell.strip() for cell in record))
            lines.append(reader.line_num + 1)
            ends.append(stream.tell())
            if len(records) == HEAD:
                break
    except csv.Error:  # a field that never ends
        raise _open_quote(name, lines[-1]) from None
    return _Head(tuple(records), tuple(lines), tuple(ends))


def _body(text: str, separator: str, wide: int, first_line: int, name: str) -> pd.DataFrame:
    """The records below the headings, columns counted from 0, more than headings where a record has more."""
    lines = text.count("\n")
    limits.require_cells(wide, lines, name)
    try:
        body = _parsed(text, separator, wide)
        if isinstance(body.index, pd.RangeIndex):
            return body
    except pd.errors.ParserError:
        pass  # told below, unless it is only empty cells that are too many
    widest = min(max(wide, _most_fields(text, separator)), wide + _SPARE)
    limits.require_cells(widest, lines, name)
    try:
        body = _parsed(text, separator, widest)
    except pd.errors.ParserError as error:
        told = re.search(r"(EOF inside string starting at row|in line) (\d+)", str(error))
        if told is None:
            raise unreadable(name, "text") from None
        if told[1].startswith("EOF"):
            raise _open_quote(name, first_line + int(told[2])) from None
        raise _more_values(name, [first_line + int(told[2]) - 1]) from None
    if not isinstance(body.index, pd.RangeIndex):
        raise _more_values(name, [first_line])
    return body


def _parsed(text: str, separator: str, wide: int) -> pd.DataFrame:
    if not text:
        return pd.DataFrame({i: pd.Series(dtype=TEXT) for i in range(wide)})
    return pd.read_csv(BytesIO(text.encode()), sep=separator, names=list(range(wide)), **_AS_WRITTEN)


def _most_fields(text: str, separator: str) -> int:
    """Fields of the longest line, as long as quoted fields keep to their line."""
    lines = text.split("\n" if "\n" in text else "\r")
    plain = max((line.count(separator) for line in lines if '"' not in line), default=0) + 1
    try:
        quoted = map(len, csv.reader([f for f in lines if '"' in f], delimiter=separator, skipinitialspace=True))
        return max(plain, *quoted, 0)
    except csv.Error:
        return plain


def _rows(body: pd.DataFrame, text: str, first_line: int) -> Ints:
    """The line where each record begins: line breaks within cells count too."""
    rows = np.arange(first_line, first_line + len(body))
    breaks = text.count("\n") + text.count("\r") - text.count("\r\n")
    if breaks + (not text.endswith(("\n", "\r"))) == len(body):
        return rows
    extra = np.zeros(len(body), np.int64)
    for _, cells in body.items():
        if bool(cells.str.contains("[\r\n]", na=False).any()):
            extra += cells.str.count("\r\n|\r|\n").fillna(0).to_numpy(np.int64)
    return rows + np.cumsum(extra) - extra


def _require_no_more(body: pd.DataFrame, rows: Ints, wide: int, name: str) -> None:
    """Raises LayerError for values beyond the last heading: they may have moved the others aside."""
    more = body.iloc[:, wide:].notna().any(axis=1).to_numpy(bool)
    if more.any():
        raise _more_values(name, rows[more])


def _more_values(name: str, rows: Sequence[int] | Ints) -> LayerError:
    en, zh = told_rows(rows)
    fault = both(
        f"{name}: {en}: more values than the header has columns; name every column, or put texts with the separator "
        "in quotation marks",
        f"{name}：{zh}的值比表头的列多；请为每一列写上列名，或给含分隔符的文字加上引号",
    )
    return LayerError([fault])


def _open_quote(name: str, line: int) -> LayerError:
    fault = both(
        f"{name}: a quotation mark opened at about row {line} is never closed; close it or save the table again",
        f"{name}：大约第 {line} 行的引号没有闭合；请补上引号，或重新另存表格",
    )
    return LayerError([fault])

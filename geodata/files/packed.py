"""What is packed: archives and new workbooks, looked into before anything else opens them."""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO, Final
from xml.etree import ElementTree
from zipfile import ZipFile, ZipInfo

from geodata.errors import LayerError, both
from geodata.files import limits
from geodata.files.faults import locked

Errors = list[tuple[int, int, str]]
_SHEETS: Final = "xl/worksheets/"
_PIECE: Final = 1 << 24  # bytes looked at in one go
_FAR: Final = rb'r="[A-Z]*([0-9]{6,9})"'
_WIDE: Final = rb'r="([A-Z]{2,3})[0-9]'
_LONG_RUN: Final = 1 << 26  # bytes without the end of a row, more than a row can have


def look_inside(path: Path, name: str) -> dict[str, Errors]:
    """Look at every part of an archive or workbook: sizes as declared, then as they are; sheets by their reach.

    Returns:
        Sheet → row, column (from 0) and text of its errors such as `#N/A`, which a reader of values leaves empty.

    Raises:
        LayerError: for a password, names that lead out, and what unpacks to too much.
        zipfile.BadZipFile: for an archive that breaks off or does not hold what it declares.
    """
    with ZipFile(path) as archive:
        parts = archive.infolist()
        require_inside([part.filename for part in parts], name)
        if any(part.flag_bits & 1 for part in parts):
            raise locked(name)
        limits.require_unpacked(sum(p.file_size for p in parts), sum(p.compress_size for p in parts), name)
        errors: dict[str, Errors] = {}
        for part in parts:
            if part.filename.startswith(_SHEETS) and part.filename.endswith(".xml"):
                errors[part.filename] = _sheet(archive, part, name)
            else:
                _read_through(archive, part)
        found = {part: cells for part, cells in errors.items() if cells}
        names = _sheet_names(archive) if found else {}
    return {names[part]: cells for part, cells in found.items() if part in names}


def _read_through(archive: ZipFile, part: ZipInfo) -> None:
    """To the end of a part, where size and checksum are compared with what is declared."""
    with archive.open(part) as file:
        while file.read(_PIECE):
            pass


def require_inside(names: list[str], name: str) -> None:
    """Raises LayerError for names that lead out of an archive."""
    bad = [
        n for n in names if n.startswith(("/", "\\")) or ":" in n or ".." in PurePosixPath(n.replace("\\", "/")).parts
    ]
    if bad:
        fault = both(
            f"{name}: '{bad[0]}' leads out of the archive; zip the files again",
            f"{name}：压缩包内的“{bad[0]}”指向包外；请重新压缩",
        )
        raise LayerError([fault])


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    """A sheet in pieces of whole rows."""
    rest = b""
    while part := file.read(_PIECE):
        rest += part
        cut = rest.rfind(b"</row>") if len(rest) < _LONG_RUN else len(rest)
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
    yield rest


def _sheet(archive: ZipFile, part: ZipInfo, name: str) -> Errors:
    """The errors of a sheet.

    Raises:
        LayerError: when cells lie so far apart that the room between them cannot be held.
    """
    cells: Errors = []
    rows, columns = 1, 1
    with archive.open(part) as file:
        for piece in _pieces(file):
            reach = _reach(piece)
            rows, columns = max(rows, reach[0]), max(columns, reach[1])
            cells += _errors(piece)
    if rows * columns > limits.LARGEST_GRID:
        with archive.open(part) as file:
            reaches = [_reach(piece, exact=True) for piece in _pieces(file)]
        limits.require_cells(max(columns for _, columns in reaches), max(rows for rows, _ in reaches), name)
    return cells


def _reach(piece: bytes, exact: bool = False) -> tuple[int, int]:
    """The last row and column; in haste no less than that, by how many digits and letters they have."""
    far, wide = (rb'r="[A-Z]*([0-9]{1,9})"', rb'r="([A-Z]{1,3})[0-9]') if exact else (_FAR, _WIDE)
    rows = max(map(int, re.findall(far, piece)), default=1 if exact else 99_999)
    columns = max(map(_column, set(re.findall(wide, piece))), default=1 if exact else 26)
    return rows, columns


def _column(letters: bytes) -> int:
    """The number of a column, `A` being 1."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _errors(piece: bytes) -> Errors:
    if b't="e"' not in piece:
        return []
    cells: Errors = []
    for own, inner in re.findall(rb'<c ([^>]*t="e"[^>]*)>(.*?)</c>', piece, re.DOTALL):
        at, word = re.search(rb'r="([A-Z]{1,3})([0-9]{1,9})"', own), re.search(rb"<v>(#[A-Z0-9/!?]+)</v>", inner)
        if at and word:
            cells.append((int(at[2]) - 1, _column(at[1]) - 1, word[1].decode()))
    return cells


def _sheet_names(archive: ZipFile) -> dict[str, str]:
    """Part of the archive → name of its sheet."""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    links = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    target = {link.get("Id"): str(link.get("Target")).removeprefix("/xl/") for link in links}
    named = {}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet"):
            link = next((value for key, value in sheet.attrib.items() if key.endswith("}id")), None)
            named[f"xl/{target.get(link, '')}"] = str(sheet.get("name"))
    return named

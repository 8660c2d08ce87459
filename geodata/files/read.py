"""`read_file`: the file looked at from outside, then opened as what its first bytes say it is."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

import geopandas as gpd

from geodata.crs import STORED
from geodata.errors import LayerError, both, prefixed
from geodata.files import limits
from geodata.files.archive import read_zip
from geodata.files.faults import misnamed, unreadable
from geodata.files.features import read_geojson, read_gpkg, read_shp
from geodata.files.kinds import DRAWN, KINDS, OLE, STARTS, TEXTS, ZIP
from geodata.files.parquet import read_parquet
from geodata.files.sheets import read_sheet
from geodata.files.table import FileTable, Source
from geodata.files.text import read_text

_MARKUP: Final = re.compile(rb"\s*(<[a-z!?]|mime-version:)", re.IGNORECASE)
_OFFICE: Final = {"xl/workbook.bin": ".xlsb", "word/document.xml": "Word", "ppt/presentation.xml": "PowerPoint"}
_OTHERS: Final = ((b"%PDF", "PDF"), (b"{\\rtf", "RTF"), (b"Rar!", "RAR"), (b"7z\xbc\xaf", "7z"), (b"\x1f\x8b", "gzip"))


def read_file(
    path: str | Path,
    *,
    sheet: str | None = None,
    kinds: Sequence[str] = tuple(KINDS),
    lines: bool = False,
    allow_empty: bool = False,
) -> FileTable:
    """Read a file as it is: all cells text, nothing left out but empty lines, every row with its number in the file.

    Args:
        path: the file, its ending one of `KINDS`.
        sheet: the sheet of a workbook or the layer of a GeoPackage, in place of the first visible sheet with a table
            and the only layer with features.
        kinds: endings that are welcome, also within an archive.
        lines: of several layers of a GeoPackage, take the one that holds lines.
        allow_empty: a file without any row below its headings is a table too.

    Raises:
        LayerError: for a file that cannot be read, one sentence for each fault. None quotes a cell.
    """
    path = Path(path)
    _require_file(path)
    source = Source(path, path.name, sheet, lines, tuple(kinds))
    table = _opened(source)
    if len(table.frame) or allow_empty:
        return table
    fault = both(
        f"{path.name}: there are headings but no rows; fill in at least one",
        f"{path.name}：只有列名，没有数据行；请至少填写一行",
    )
    raise LayerError([fault])


def read_drawn(path: Path) -> gpd.GeoDataFrame:
    """Rows of a `.gpkg`, `.shp`, `.zip` (one of them) or `.geojson` file of lines, in EPSG:4326; cells are text.

    Raises:
        LayerError: as `read_file`, and for another kind of file.
    """
    if path.suffix.lower() not in DRAWN:
        raise LayerError(
            [prefixed(path.name, both(f"line files are {', '.join(DRAWN)}", "线文件应为 " + "、".join(DRAWN)))]
        )
    frame = read_file(path, kinds=DRAWN, lines=True, allow_empty=True).frame
    if isinstance(frame, gpd.GeoDataFrame):
        return frame
    return gpd.GeoDataFrame(frame, geometry=[None] * len(frame), crs=STORED)


def _require_file(path: Path) -> None:
    """Raises LayerError unless there is a file of a size that can be read."""
    try:
        if path.is_dir():
            raise LayerError(
                [both(f"{path}: is a folder; name the file in it", f"{path}：这是文件夹；请写出其中的文件名")]
            )
        if not path.is_file():
            raise LayerError([both(f"{path}: there is no such file", f"{path}：没有这个文件；请核对路径和文件名")])
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except OSError:
        fault = both(
            f"{path.name}: cannot be opened; close it in Excel or WPS, and look whether you may read it",
            f"{path.name}：无法打开；请先在 Excel 或 WPS 中关闭该文件，并确认有读取权限",
        )
        raise LayerError([fault]) from None
    if path.name.startswith("~$"):
        fault = both(
            f"{path.name}: is only the mark of an open workbook; choose the file without ~$",
            f"{path.name}：只是打开工作簿时的临时标记；请选择不带 ~$ 的文件",
        )
        raise LayerError([fault])
    if size == 0:
        fault = both(
            f"{path.name}: not a readable file, it is empty; export it again",
            f"{path.name}：文件是空的；请重新导出",
        )
        raise LayerError([fault])
    limits.require_size(size, path.name)


def _opened(source: Source) -> FileTable:
    if source.ending not in source.kinds or source.ending not in KINDS:
        welcome = [kind for kind in source.kinds if kind in KINDS]
        fault = both(
            f"{source.name}: files are {', '.join(welcome)}, found '{source.ending}'; save it as .xlsx or 'CSV UTF-8'",
            f"{source.name}：文件应为 {'、'.join(welcome)}，发现“{source.ending}”；请另存为 .xlsx 或“CSV UTF-8”",
        )
        raise LayerError([fault])
    kind = KINDS[source.ending]
    with source.path.open("rb") as file:
        head = file.read(1 << 12)
    if kind in STARTS and not head.startswith(STARTS[kind]):
        raise misnamed(source.name, source.ending)
    try:
        reader = _READERS[kind] if kind != "table" else _table_reader(source, head)
        return _with_nature(reader(source), source, reader)
    except LayerError:
        raise
    except Exception:  # GDAL, Arrow, zip, JSON and text each have their own, and quote cells
        raise unreadable(source.name, source.ending) from None


def _with_nature(table: FileTable, source: Source, reader: Callable[[Source], FileTable]) -> FileTable:
    """The table with a note when text is called a workbook, or a workbook text."""
    text = source.ending in TEXTS
    if KINDS[source.ending] != "table" or reader not in (read_text, read_sheet) or text == (reader is read_text):
        return table
    what, what_zh = ("a workbook", "工作簿") if text else ("a text table", "文本表格")
    note = both(
        f"'{source.ending}' by its name, but {what}; read as that",
        f"扩展名是“{source.ending}”，实为{what_zh}；按{what_zh}读取",
    )
    return replace(table, notes=(note, *table.notes))


def _table_reader(source: Source, head: bytes) -> Callable[[Source], FileTable]:
    """Text or workbook, by the first bytes.

    Raises:
        LayerError: for a web page or another document under the name of a table.
    """
    if head.startswith(OLE):
        return read_sheet
    if head.startswith(ZIP):
        return _zip_reader(source)
    if any(head.startswith(start) for kind, start in STARTS.items()):
        raise misnamed(source.name, source.ending)
    other = next((word for start, word in _OTHERS if head.startswith(start)), "")
    if _MARKUP.match(head.removeprefix(b"\xef\xbb\xbf").replace(b"\0", b"").removeprefix(b"\xff\xfe")):
        other = "web page or XML"
    if other:
        other_zh = "网页或 XML" if other.startswith("web") else other
        fault = both(
            f"{source.name}: is a {other} file under the name of a table; open it and save it as .xlsx",
            f"{source.name}：内容其实是 {other_zh}；请打开后另存为 .xlsx",
        )
        raise LayerError([fault])
    return read_text


def _zip_reader(source: Source) -> Callable[[Source], FileTable]:
    """A workbook, or an archive with a table."""
    try:
        with ZipFile(source.path) as archive:
            names = set(archive.namelist())
            begins = b""
            if "mimetype" in names:
                with archive.open("mimetype") as file:
                    begins = file.read(60)
    except (BadZipFile, OSError, RuntimeError, NotImplementedError):
        raise unreadable(source.name, source.ending) from None
    if "xl/workbook.xml" in names or begins.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return read_sheet
    if "[Content_Types].xml" in names and not names & _OFFICE.keys():
        raise unreadable(source.name, source.ending)
    word = next((w for part, w in _OFFICE.items() if part in names), "")
    if word:
        fault = both(
            f"{source.name}: is a {word} file; open it and save it as .xlsx",
            f"{source.name}：内容其实是 {word} 文件；请打开后另存为 .xlsx",
        )
        raise LayerError([fault])
    return _read_archive


def _read_archive(source: Source) -> FileTable:
    return read_zip(source, _opened)


_READERS: Final[dict[str, Callable[[Source], FileTable]]] = {
    "gpkg": read_gpkg, "geojson": read_geojson, "shp": read_shp, "parquet": read_parquet,
    "zip": lambda source: _zip_reader(source)(source),
}  # fmt: skip

"""Archives: the one layer in them, unpacked under a name of our own."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Final
from zipfile import ZipFile, ZipInfo

from geodata.errors import LayerError, both
from geodata.files.packed import look_inside
from geodata.files.table import FileTable, Source

_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_BESIDE: Final = ".txt"  # as a rule a text that explains the others


def read_zip(source: Source, reader: Callable[[Source], FileTable]) -> FileTable:
    """The one shapefile of an archive, else the one file of another kind, texts (`.txt`) last.

    Args:
        source: the archive.
        reader: reads what was unpacked.

    Raises:
        LayerError: for none or several, names that lead out of the archive, and what unpacks to too much.
    """
    if source.packed:
        fault = both(
            f"{source.name}: holds another archive; unpack it first", f"{source.name}：里面还有压缩包；请先解压"
        )
        raise LayerError([fault])
    look_inside(source.path, source.name)
    with ZipFile(source.path) as archive, TemporaryDirectory() as folder:
        meant = _meant(archive, source)
        ending = _ending(meant)
        whole = _PARTS if ending == ".shp" else (ending,)
        stem = meant.filename[: -len(ending)].lower()
        for part in archive.infolist():
            if _ending(part) in whole and part.filename[: -len(_ending(part))].lower() == stem:
                with archive.open(part) as packed, (Path(folder) / f"unpacked{_ending(part)}").open("wb") as file:
                    copyfileobj(packed, file)
        name = f"{source.name}/{PurePosixPath(_shown(meant)).name}"
        inner = replace(source, path=Path(folder) / f"unpacked{ending}", name=name, packed=True)
        return reader(inner)


def _ending(part: ZipInfo) -> str:
    return PurePosixPath(part.filename).suffix.lower()


def _shown(part: ZipInfo) -> str:
    """The name of a part; archives of older systems keep it in GBK."""
    if part.flag_bits & 0x800:  # UTF-8
        return part.filename
    try:
        return part.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return part.filename


def _meant(archive: ZipFile, source: Source) -> ZipInfo:
    """The part of an archive that is the layer."""
    parts = [p for p in archive.infolist() if not p.is_dir() and not p.filename.startswith("__MACOSX/")]
    welcome = [p for p in parts if _ending(p) in source.kinds and _ending(p) != ".zip"]
    shapes = [p for p in welcome if _ending(p) == ".shp"]
    found = shapes or [p for p in welcome if _ending(p) != _BESIDE] or welcome
    if len(found) == 1:
        return found[0]
    others = [kind for kind in source.kinds if kind not in (".shp", ".zip")]
    if found and not shapes:
        needed, needed_zh = "one table or layer", "一个表格或图层"
    else:
        needed, needed_zh = "one .shp", "一个 .shp"
    fault = both(
        f"{source.name}: exactly {needed} is needed, found {len(found)}; zip one shapefile with its .shx, .dbf, .prj "
        f"and .cpg, or one {', '.join(others)}",
        f"{source.name}：应只有{needed_zh}，发现 {len(found)} 个；请把一个 shapefile 连同 .shx、.dbf、.prj、.cpg "
        f"一起压缩，或只放一个 {'、'.join(others)}",
    )
    raise LayerError([fault])

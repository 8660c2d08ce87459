"""Files of lines as departments hand them out, opened only when they are what their names say.

GDAL follows small text files to other files and addresses, whatever they are called; so the first bytes are looked at
before it sees a file, and a zipped shapefile is unpacked under names of our own.
"""

import codecs
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Final

import geopandas as gpd
import pyogrio
from pyproj import CRS

from geodata.crs import STORED
from geodata.errors import LayerError, Sentence, both, prefixed

STARTS: Final = {".gpkg": b"SQLite format 3\0", ".shp": b"\x00\x00\x27\x0a", ".zip": b"PK"}
KINDS: Final = (*STARTS, ".geojson")
_PARTS: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_UNSAID: Final = (0x00, 0x57, 0x4D)  # language bytes of a .dbf: none, "the system's", Chinese
_LOOKED_AT: Final = 1 << 24  # bytes of a .dbf that show its encoding


def read_vector(path: Path) -> gpd.GeoDataFrame:
    """Rows of a `.gpkg`, `.shp`, `.zip` (one shapefile) or `.geojson` file in EPSG:4326, geometry as the file has it.

    Without a reference system, coordinates that look like degrees are taken as EPSG:4326. Texts of a shapefile are
    read in the encoding that its `.cpg` names, else as UTF-8 where they are that, else as GB18030.

    Raises:
        LayerError: for another kind of file, one that is not what its name says or cannot be read, and coordinates
            that are not degrees and have no reference system.
    """
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise LayerError(
            [prefixed(path.name, both(f"line files are {', '.join(KINDS)}", "线文件应为 " + "、".join(KINDS)))]
        )
    try:
        rows = _opened(path, kind)
    except LayerError:
        raise
    except Exception as error:  # GDAL, zip, JSON and text each have their own
        fault = both(
            f"{path.name}: not a readable {kind} file ({' '.join(str(error).split())}); export it again",
            f"{path.name}：不是可读取的 {kind} 文件；请重新导出",
        )
        raise LayerError([fault]) from None
    return _in_degrees(rows, path)


def _opened(path: Path, kind: str) -> gpd.GeoDataFrame:
    if kind == ".geojson":
        return _read_geojson(path)
    _require_start(path, kind)
    if kind == ".zip":
        return _read_zip(path)
    return _read_gpkg(path) if kind == ".gpkg" else _read_shp(path)


def _require_start(path: Path, kind: str) -> None:
    """Raises LayerError unless the file begins as its kind does."""
    with path.open("rb") as file:
        if file.read(len(STARTS[kind])) == STARTS[kind]:
            return
    fault = both(
        f"{path.name}: does not begin as a {kind} file does; export it again",
        f"{path.name}：文件开头不是 {kind} 格式；请重新导出",
    )
    raise LayerError([fault])


def _read_geojson(path: Path) -> gpd.GeoDataFrame:
    """Read as JSON, without GDAL. EPSG:4326 unless `crs` says else."""
    document = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        raise ValueError("it holds no list of features")
    if not document["features"]:
        return gpd.GeoDataFrame(geometry=[], crs=STORED)
    crs = document["crs"]["properties"]["name"] if document.get("crs") else STORED
    features = [f | {"properties": f.get("properties") or {}} for f in document["features"]]
    return gpd.GeoDataFrame.from_features(features, crs=crs)


def _read_gpkg(path: Path) -> gpd.GeoDataFrame:
    """The layer that holds lines.

    Raises:
        LayerError: when several layers do.
    """
    layers = [(str(name), str(kind)) for name, kind in pyogrio.list_layers(path)]
    lines = [name for name, kind in layers if "LineString" in kind] or [n for n, kind in layers if kind == "Unknown"]
    if len(lines) > 1:
        fault = both(
            f"{path.name}: {len(lines)} layers hold lines ({', '.join(lines)}); save one of them in a file of its own",
            f"{path.name}：有 {len(lines)} 个线图层（{'、'.join(lines)}）；请把其中一个另存为单独的文件",
        )
        raise LayerError([fault])
    return pyogrio.read_dataframe(path, layer=lines[0] if lines else None)


def _read_shp(path: Path) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(path, encoding=_encoding(path))


def _beside(path: Path, ending: str) -> Path | None:
    """The file of the same name with another ending, in small or capital letters."""
    return next((f for e in (ending, ending.upper()) if (f := path.with_suffix(e)).is_file()), None)


def _encoding(path: Path) -> str | None:
    """Encoding of a shapefile's texts; None leaves it to the language byte of the `.dbf`."""
    named, texts = _beside(path, ".cpg"), _beside(path, ".dbf")
    word = named.read_text("ascii", "replace").strip().lower() if named else ""
    try:
        found = codecs.lookup(f"cp{word}" if word.isdigit() else word).name
        return "gb18030" if found in ("gbk", "gb2312") else found
    except LookupError:
        pass  # no .cpg, or one that names nothing known
    if texts is None:
        return None
    with texts.open("rb") as file:
        head = file.read(_LOOKED_AT)
    if len(head) < 32 or head[29] not in _UNSAID:
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head[32:])
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _read_zip(path: Path) -> gpd.GeoDataFrame:
    """The one shapefile in an archive, unpacked under names of our own.

    Raises:
        LayerError: for none or several shapefiles, names that lead out of the archive, and a file that is none.
    """
    with zipfile.ZipFile(path) as archive, TemporaryDirectory() as folder:
        names = [n for n in archive.namelist() if not n.endswith("/") and not n.startswith("__MACOSX/")]
        _require_inside(names, path)
        shapes = [n for n in names if n.lower().endswith(".shp")]
        if len(shapes) != 1:
            fault = both(
                f"{path.name}: exactly one .shp is needed, found {len(shapes)}; zip one shapefile with its "
                ".shx, .dbf, .prj and .cpg",
                f"{path.name}：应只有一个 .shp，发现 {len(shapes)} 个；请把它连同 .shx、.dbf、.prj、.cpg 一起压缩",
            )
            raise LayerError([fault])
        stem = shapes[0][:-4].lower()
        for name in names:
            if name[:-4].lower() == stem and name[-4:].lower() in _PARTS:
                with archive.open(name) as packed, (Path(folder) / f"roads{name[-4:].lower()}").open("wb") as file:
                    copyfileobj(packed, file)
        inner = Path(folder) / "roads.shp"
        _require_start(inner, ".shp")
        return _read_shp(inner)


def _require_inside(names: Sequence[str], path: Path) -> None:
    """Raises LayerError for names that lead out of the archive."""
    bad = [
        n for n in names if n.startswith(("/", "\\")) or ":" in n or ".." in PurePosixPath(n.replace("\\", "/")).parts
    ]
    if bad:
        fault = both(
            f"{path.name}: '{bad[0]}' leads out of the archive; zip the shapefile again",
            f"{path.name}：压缩包内的“{bad[0]}”指向包外；请重新压缩",
        )
        raise LayerError([fault])


def _in_degrees(rows: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """The rows in EPSG:4326."""
    if not isinstance(rows, gpd.GeoDataFrame):
        return gpd.GeoDataFrame(rows, geometry=[None] * len(rows), crs=STORED)
    crs = CRS.from_user_input(rows.crs) if rows.crs is not None else None
    if crs is not None and (crs.is_geographic or crs.is_projected or crs.is_compound or crs.is_bound):
        return rows.to_crs(STORED)
    west, south, east, north = rows.total_bounds
    unknown: Sentence = both(
        f"{path.name}: no coordinate reference system, and the coordinates are no degrees "
        f"(x {west:.0f} to {east:.0f}, y {south:.0f} to {north:.0f}); save it with its reference system (.prj)",
        f"{path.name}：没有坐标系信息，坐标也不是度数（x {west:.0f}～{east:.0f}，y {south:.0f}～{north:.0f}）；"
        "请连同坐标系（.prj）一起导出",
    )
    if west < -180 or east > 180 or south < -90 or north > 90:
        raise LayerError([unknown])
    return rows.set_crs(STORED, allow_override=True)

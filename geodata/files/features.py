"""Files of features: geometry in any reference system → EPSG:4326, attributes as text, in the order of the file.

GDAL follows small text files to other files and addresses, whatever they are called; so it is only handed files that
begin as GeoPackages and shapefiles do, and no database with tables that lead elsewhere. GeoJSON is read without it.
"""

import codecs
import json
import re
import sqlite3
import warnings
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import shapely
from pyproj import CRS

from geodata.crs import STORED
from geodata.errors import LayerError, Sentence, both
from geodata.files.cells import columns, degrees, texts
from geodata.files.faults import misnamed, no_sheets
from geodata.files.table import TEXT, FileTable, Source, with_headings
from geodata.files.text import decode

_UNSAID: Final = (0x00, 0x57, 0x4D)  # language bytes of a .dbf: none, "the system's", Chinese
_LOOKED_AT: Final = 1 << 24  # bytes of a .dbf that show its encoding
_NAMED_CRS: Final = re.compile(
    r"(urn:(x-)?ogc:def:crs:)?\w+:[\w.]*:?\w+|https?://www\.opengis\.net/def/crs/\w+/[\w.]+/\w+"
)
_OWN_TABLES: Final = ("rtree", "fts")  # kinds of virtual tables that keep to their own database


def read_gpkg(source: Source) -> FileTable:
    """A layer of a GeoPackage: the one asked for, else the only one with features.

    Raises:
        LayerError: for several layers with features, an unknown one, and a database with tables that lead elsewhere.
    """
    _require_own_tables(source)
    with _quiet():
        layers = [(str(name), str(kind or "")) for name, kind in pyogrio.list_layers(source.path)]
        layer = _layer(source, layers)
    return _from_gdal(source, layer, "")


def read_shp(source: Source) -> FileTable:
    """A shapefile with its parts beside it; texts in the encoding that its `.cpg` names, else UTF-8 where they are
    that, else GB18030.

    Raises:
        LayerError: when a part is missing.
    """
    if source.sheet is not None:
        raise no_sheets(source.name)
    missing = [ending for ending in (".shx", ".dbf") if _beside(source.path, ending) is None]
    if missing:
        fault = both(
            f"{source.name}: {' and '.join(missing)} of the shapefile is missing; keep all its files together, or zip "
            "them",
            f"{source.name}：缺少同名的 {'、'.join(missing)}；请把 shapefile 的全部文件放在一起，或压缩为 .zip",
        )
        raise LayerError([fault])
    return _from_gdal(source, None, _dbf_encoding(source.path) or "")


def read_geojson(source: Source) -> FileTable:
    """GeoJSON, read as JSON. EPSG:4326 unless its `crs` says else; the `id` of a feature is a column.

    Raises:
        ValueError: when it is no collection of features.
    """
    if source.sheet is not None:
        raise no_sheets(source.name)
    text, encoding, notes = decode(source.path.read_bytes(), source.name)
    document = json.loads(text)
    features = document.get("features") if isinstance(document, dict) else None
    if not isinstance(features, list) or not all(isinstance(f, dict) and "geometry" in f for f in features):
        raise ValueError("no list of features")
    properties = [({"id": f["id"]} if "id" in f else {}) | (f.get("properties") or {}) for f in features]
    names = list(dict.fromkeys(name for own in properties for name in own))
    cells = columns(([own.get(name) for own in properties] for name in names), len(features))
    drawn = [None if f["geometry"] is None else json.dumps(f["geometry"]) for f in features]
    geometry = shapely.from_geojson(np.array(drawn, object))
    crs = document["crs"]["properties"]["name"] if document.get("crs") else STORED
    if crs is not STORED and not _NAMED_CRS.fullmatch(str(crs)):
        raise ValueError("no name of a reference system")
    return feature_table(cells, names, geometry, crs, source, encoding, notes=notes)


def feature_table(
    cells: pd.DataFrame, names: Sequence[str], geometry: "np.ndarray[Any, Any] | None", crs: object, source: Source,
    encoding: str = "", layer: str = "", notes: tuple[Sentence, ...] = (),
) -> FileTable:  # fmt: skip
    """Text cells and shapes as a table, rows numbered from 1 in the order of the file.

    Points of all features also stand in `lon` and `lat` (degrees, EPSG:4326) unless the file has these columns. An
    attribute named `geometry` is called `geometry (file)`.

    Args:
        cells: columns counted from 0.
        names: of the columns.
        geometry: (n,) shapes, None where a feature has none; None for a layer without geometry.
        crs: what pyproj understands, or None when the file names no reference system.
        source: of the file.
        encoding: of its texts.
        layer: its name.
        notes: what was noticed so far.

    Raises:
        LayerError: for coordinates that are no degrees and have no reference system.
    """
    headings = ["geometry (file)" if str(name).strip() == "geometry" else str(name) for name in names]
    frame, rows, noticed = with_headings(cells, np.arange(1, len(cells) + 1), headings, source.name, keep_empty=True)
    if geometry is not None:
        shapes = _in_degrees(_single_points(geometry), crs, source.name)
        frame = gpd.GeoDataFrame(_with_degrees(frame, shapes), geometry=shapes, crs=STORED)
    return FileTable(frame, rows, encoding, layer, 0, (*notes, *noticed))


def arrow_texts(column: "pa.ChunkedArray") -> "pd.Series[str]":
    """An Arrow column as text cells; each distinct value is put in words once."""
    try:
        coded = column.combine_chunks().dictionary_encode()
        coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    except pa.ArrowNotImplementedError:  # lists and the like
        return pd.Series(texts(column.to_pylist()), dtype=TEXT)
    words = np.array([*texts(coded.dictionary.to_pylist()), ""], object)
    return pd.Series(words[coded.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)], dtype=TEXT)


@contextmanager
def _quiet() -> Iterator[None]:
    """Without GDAL's warnings, which quote cells."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _from_gdal(source: Source, layer: str | None, encoding: str) -> FileTable:
    with _quiet():
        meta, table = pyogrio.read_arrow(source.path, layer=layer, encoding=encoding or None)
    drawn = (meta["geometry_name"] or "wkb_geometry") if meta["geometry_type"] is not None else None
    names = [name for name in table.column_names if name != drawn]
    cells = pd.DataFrame(
        {i: arrow_texts(table.column(name)) for i, name in enumerate(names)}, index=pd.RangeIndex(len(table))
    )
    geometry = shapely.from_wkb(np.array(table.column(drawn).to_pylist(), object)) if drawn else None
    return feature_table(cells, names, geometry, meta["crs"], source, encoding, layer or "")


def _require_own_tables(source: Source) -> None:
    """Refuse a database whose virtual tables would be filled from elsewhere."""
    with closing(sqlite3.connect(f"{source.path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as database:
        found = database.execute("SELECT sql FROM sqlite_master WHERE sql LIKE 'create virtual%'").fetchall()
    kinds = [re.search(r"\busing\s+[\"'`\[]?(\w+)", str(sql), re.IGNORECASE) for (sql,) in found]
    if not all(kind and kind[1].lower().startswith(_OWN_TABLES) for kind in kinds):
        raise misnamed(source.name, ".gpkg")


def _layer(source: Source, layers: Sequence[tuple[str, str]]) -> str | None:
    """The layer to read of names and kinds of geometry.

    Raises:
        LayerError: for a name that is not there, and for more than one that may be meant.
    """
    names = [name for name, _ in layers]
    if source.sheet is not None:
        if source.sheet in names:
            return source.sheet
        fault = both(
            f"{source.name}: there is no layer '{source.sheet}'; there is {', '.join(names)}",
            f"{source.name}：没有图层“{source.sheet}”；共有 {'、'.join(names)}",
        )
        raise LayerError([fault])
    if source.lines:
        found = [n for n, kind in layers if "LineString" in kind] or [n for n, kind in layers if kind == "Unknown"]
    else:
        drawn = [name for name, kind in layers if kind] or names
        found = [n for n in drawn if pyogrio.read_info(source.path, layer=n, force_feature_count=True)["features"]]
        found = found or drawn[:1]
    if len(found) > 1:
        what, what_zh = ("lines", "线") if source.lines else ("features", "要素")
        fault = both(
            f"{source.name}: {len(found)} layers hold {what} ({', '.join(found)}); save one of them in a file of its "
            "own, or name it",
            f"{source.name}：有 {len(found)} 个{what_zh}图层（{'、'.join(found)}）；请把其中一个另存为单独的文件，"
            "或指定图层",
        )
        raise LayerError([fault])
    return found[0] if found else (names[0] if names else None)


def _beside(path: Path, ending: str) -> Path | None:
    """The file of the same name with another ending, in small or capital letters."""
    return next((f for e in (ending, ending.upper()) if (f := path.with_suffix(e)).is_file()), None)


def _dbf_encoding(path: Path) -> str | None:
    """Encoding of a shapefile's texts; None leaves it to the language byte of the `.dbf`."""
    named, words = _beside(path, ".cpg"), _beside(path, ".dbf")
    word = named.read_text("ascii", "replace").strip().lower() if named else ""
    try:
        found = codecs.lookup(f"cp{word}" if word.isdigit() else word).name
        return "gb18030" if found in ("gbk", "gb2312") else found
    except (LookupError, ValueError):
        pass  # no .cpg, or one that names nothing known
    if words is None:
        return None
    with words.open("rb") as file:
        head = file.read(_LOOKED_AT)
    if len(head) < 32 or head[29] not in _UNSAID:
        return None
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head[32:])
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _single_points(geometry: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Shapes, with multipoints of one point as that point."""
    single = (shapely.get_type_id(geometry) == shapely.GeometryType.MULTIPOINT) & (
        shapely.get_num_geometries(geometry) == 1
    )
    return np.where(single, shapely.get_geometry(geometry, 0), geometry)


def _with_degrees(frame: pd.DataFrame, shapes: gpd.GeoSeries) -> pd.DataFrame:
    """The table with `lon` and `lat` of points, where all shapes are points and the columns are not there yet."""
    kinds = set(shapes.geom_type.dropna())
    if kinds != {"Point"}:
        return frame
    there = {"lon": shapes.x, "lat": shapes.y}
    return frame.assign(**{c: degrees(v.to_numpy(float)) for c, v in there.items() if c not in frame})


def _in_degrees(geometry: "np.ndarray[Any, Any]", crs: object, name: str) -> gpd.GeoSeries:
    """The shapes in EPSG:4326.

    Raises:
        LayerError: for coordinates that are no degrees and have no reference system.
    """
    known = CRS.from_user_input(crs) if crs is not None else None
    if known is not None and (known.is_geographic or known.is_projected or known.is_compound or known.is_bound):
        return gpd.GeoSeries(geometry, crs=known).to_crs(STORED)
    shapes = gpd.GeoSeries(geometry, crs=STORED)
    west, south, east, north = shapes.total_bounds
    if west < -180 or east > 180 or south < -90 or north > 90:
        fault = both(
            f"{name}: no coordinate reference system, and the coordinates are no degrees "
            f"(x {west:.0f} to {east:.0f}, y {south:.0f} to {north:.0f}); save it with its reference system (.prj)",
            f"{name}：没有坐标系信息，坐标也不是度数（x {west:.0f}～{east:.0f}，y {south:.0f}～{north:.0f}）；"
            "请连同坐标系（.prj）一起导出",
        )
        raise LayerError([fault])
    return shapes

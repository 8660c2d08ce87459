"""Layer files as users bring them: read, checked row by row, nothing lost.

Every row is either accepted or stands among the rejected ones with its reasons.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import points

from geodata.crs import STORED
from geodata.errors import LayerError

ENCODINGS: Final = ("utf-8-sig", "gb18030")
_AS_WRITTEN: Final[dict[str, Any]] = {  # text as it stands; only an empty cell is empty, "NA" is a text
    "dtype": str, "skipinitialspace": True, "skip_blank_lines": False, "keep_default_na": False, "na_values": [""],
}  # fmt: skip
CHINA: Final = (73.0, 3.0, 136.0, 54.0)  # degrees: west, south, east, north, a box, not the boundary

Check = Callable[[pd.DataFrame], "pd.Series[bool]"]


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong with a row.

    Attributes:
        name: short name of the rule.
        advice: what to do about it, one sentence.
        column: the column to quote as an example.
        wrong: table → True where the row breaks the rule.
    """

    name: str
    advice: str
    column: str
    wrong: Check


@dataclass(frozen=True)
class Fault:
    """A broken rule: which rows (as numbered in the file, the header being row 1), an example, advice."""

    rule: str
    rows: tuple[int, ...]
    example: str
    advice: str


@dataclass(frozen=True)
class LayerReport:
    """A layer file as read.

    Attributes:
        accepted: the rows without fault, with point geometry (EPSG:4326) where the layer has coordinates.
        rejected: the other rows with `row` and `reasons`.
    """

    file: str
    layer: str
    encoding: str
    rows_read: int
    accepted: gpd.GeoDataFrame
    rejected: pd.DataFrame
    faults: tuple[Fault, ...]


def _number(table: pd.DataFrame, column: str) -> "pd.Series[float]":
    """The column as numbers, NaN where it holds none; infinity is none."""
    return pd.to_numeric(table[column], errors="coerce").astype(float).replace([np.inf, -np.inf], np.nan)


def _blank(column: str) -> Check:
    return lambda t: t[column].isna() | (t[column].astype(str).str.strip() == "")


def _not_number(column: str) -> Check:
    return lambda t: _number(t, column).isna()


def _below_zero(column: str) -> Check:
    return lambda t: _number(t, column) < 0


def _repeated(table: pd.DataFrame) -> "pd.Series[bool]":
    return table["id"].notna() & table["id"].duplicated(keep="first")


def _zero(table: pd.DataFrame) -> "pd.Series[bool]":
    return (_number(table, "lon") == 0) & (_number(table, "lat") == 0)


def _inside(lon: "pd.Series[float]", lat: "pd.Series[float]") -> "pd.Series[bool]":
    west, south, east, north = CHINA
    return lon.between(west, east) & lat.between(south, north)


def _swapped(table: pd.DataFrame) -> "pd.Series[bool]":
    lon, lat = _number(table, "lon"), _number(table, "lat")
    return ~_inside(lon, lat) & _inside(lat, lon)


def _outside(table: pd.DataFrame) -> "pd.Series[bool]":
    lon, lat = _number(table, "lon"), _number(table, "lat")
    known = lon.notna() & lat.notna()
    return known & ~_inside(lon, lat) & ~_swapped(table) & ~_zero(table)


# Headings and words of Chinese tables, and what they stand for.
HEADINGS: Final = {
    "编号": "id", "名称": "name", "经度": "lon", "纬度": "lat", "依托设施": "host_type", "人数": "persons",
    "县代码": "county_code", "容量": "capacity_persons", "建设成本": "capital_yuan", "年运行成本": "running_yuan",
}  # fmt: skip
HOST_TYPES: Final = ("township_health_centre", "elderly_home", "new_building", "village_building")
HOST_WORDS: Final = {
    "乡镇卫生院": "township_health_centre", "卫生院": "township_health_centre", "敬老院": "elderly_home",
    "养老院": "elderly_home", "新建": "new_building", "村级综合服务设施": "village_building",
}  # fmt: skip
ID_RULES: Final = (
    Rule("id missing", "give every row an id of its own", "id", _blank("id")),
    Rule("id repeated", "keep one row for each id; the first is kept", "id", _repeated),
)
NAME_RULE: Final = Rule("name missing", "give every row a name that people know", "name", _blank("name"))
POINT_RULES: Final = (
    *ID_RULES,
    Rule("lon is not a number", "write degrees as a number, such as 75.99", "lon", _not_number("lon")),
    Rule("lat is not a number", "write degrees as a number, such as 39.47", "lat", _not_number("lat")),
    Rule("coordinates are 0, 0", "look the place up, or leave the row out", "lon", _zero),
    Rule("lon and lat are swapped", "put longitude under lon and latitude under lat", "lon", _swapped),
    Rule("point outside China", "check the coordinates and their reference system", "lon", _outside),
)


def _amount(column: str) -> tuple[Rule, ...]:
    return (
        Rule(f"{column} is not a number", "write a number without text or unit", column, _not_number(column)),
        Rule(f"{column} is negative", "write 0 or more", column, _below_zero(column)),
    )


def _if_there(rule: Rule) -> Rule:
    """The rule for a column that a table may lack, and may leave empty."""

    def wrong(table: pd.DataFrame) -> "pd.Series[bool]":
        if rule.column not in table:
            return pd.Series(False, index=table.index)
        return rule.wrong(table) & ~_blank(rule.column)(table)

    return Rule(rule.name, rule.advice, rule.column, wrong)


HOST_RULE: Final = Rule(
    "host_type is not known",
    f"write one of {', '.join(HOST_TYPES)}",
    "host_type",
    lambda t: ~t["host_type"].isin(HOST_TYPES),
)
SITE_AMOUNTS: Final = ("capacity_persons", "capital_yuan", "running_yuan")
SITE_RULES: Final = (
    *POINT_RULES,
    NAME_RULE,
    *(_if_there(rule) for column in SITE_AMOUNTS for rule in _amount(column)),
)

# layer → columns it needs, rules for its rows
LAYERS: Final[dict[str, tuple[tuple[str, ...], tuple[Rule, ...]]]] = {
    "points": (("id", "lon", "lat"), POINT_RULES),
    "institutions": (("id", "name", "lon", "lat"), SITE_RULES),
    "candidates": (("id", "name", "host_type", "lon", "lat"), (*SITE_RULES, HOST_RULE)),
    "residents": (("id", "lon", "lat", "persons"), (*POINT_RULES, *_amount("persons"))),
    "roads": (
        ("u", "v", "u_lon", "u_lat", "v_lon", "v_lat", "length_m"),
        tuple(r for c in ("u_lon", "u_lat", "v_lon", "v_lat", "length_m") for r in _amount(c)),
    ),
    "boundaries": (
        ("code", "name"),
        (Rule("code missing", "give every polygon its code", "code", _blank("code")),),
    ),
}


def read_layer(path: str | Path, layer: str = "points") -> LayerReport:
    """Read a layer file and check every row.

    Args:
        path: .csv (UTF-8 or GB18030), .gpkg or .geojson.
        layer: a name of `LAYERS`.

    Raises:
        LayerError: for what makes the whole file unreadable: no file, unknown layer or kind, missing columns.
    """
    path = Path(path)
    if layer not in LAYERS:
        raise LayerError([f"{path.name}: layer '{layer}' is not known; there is {', '.join(LAYERS)}"])
    table, encoding = _read_table(path)
    columns, rules = LAYERS[layer]
    missing = [c for c in columns if c not in table.columns]
    if missing:
        raise LayerError(
            [f"{path.name}: column '{c}' is missing; the layer '{layer}' needs {', '.join(columns)}" for c in missing]
        )
    broken = [(rule, rule.wrong(table).fillna(False).to_numpy(bool)) for rule in rules]
    return _report(path, layer, encoding, table, broken)


def _report(
    path: Path, layer: str, encoding: str, table: pd.DataFrame, broken: Sequence[tuple[Rule, np.ndarray]]
) -> LayerReport:
    row = table.index.to_numpy() + 2
    reasons = [[rule.name for rule, wrong in broken if wrong[i]] for i in range(len(table))]
    good = np.array([not r for r in reasons], bool)
    own = {"row": "row (file)", "reasons": "reasons (file)"}
    rejected = table[~good].drop(columns="geometry", errors="ignore").rename(columns=own)
    rejected.insert(0, "row", row[~good])
    rejected["reasons"] = ["; ".join(r) for r in reasons if r]
    faults = tuple(
        Fault(rule.name, tuple(map(int, row[wrong])), str(table[rule.column][wrong].iloc[0]), rule.advice)
        for rule, wrong in broken
        if wrong.any()
    )
    return LayerReport(path.name, layer, encoding, len(table), _located(table[good]), rejected, faults)


def _located(table: pd.DataFrame) -> gpd.GeoDataFrame:
    if "geometry" in table.columns and table["geometry"].dtype == "geometry":
        return gpd.GeoDataFrame(table, geometry="geometry", crs=STORED)
    if {"lon", "lat"} <= set(table.columns):
        lon, lat = _number(table, "lon"), _number(table, "lat")
        return gpd.GeoDataFrame(table.assign(lon=lon, lat=lat), geometry=points(lon, lat), crs=STORED)
    return gpd.GeoDataFrame(table)


def _read_table(path: Path) -> tuple[pd.DataFrame, str]:
    if path.is_dir():
        raise LayerError([f"{path}: is a folder; name the file in it"])
    if not path.is_file():
        raise LayerError([f"{path}: there is no such file"])
    kind = path.suffix.lower()
    if kind == ".csv":
        return _read_csv(path)
    if kind in (".gpkg", ".geojson"):
        return _read_vector(path, kind), "utf-8"
    raise LayerError(
        [f"{path.name}: layer files are .csv, .gpkg or .geojson, found '{path.suffix}'; save it as CSV UTF-8"]
    )


def _read_csv(path: Path) -> tuple[pd.DataFrame, str]:
    for encoding in ENCODINGS:
        try:
            table = pd.read_csv(path, encoding=encoding, **_AS_WRITTEN)
        except UnicodeDecodeError:
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise LayerError([f"{path.name}: not a readable table ({error}); save it as CSV again"]) from None
        return _tidy(table, path), encoding
    raise LayerError([f"{path.name}: neither UTF-8 nor GB18030 text; save it as 'CSV UTF-8' again"])


def _tidy(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Column names without spaces around them, and no empty lines; the index still counts every line."""
    table = table.rename(columns=lambda c: HEADINGS.get(str(c).strip(), str(c).strip()))
    twice = sorted(set(table.columns[table.columns.duplicated()]))
    if twice:
        raise LayerError([f"{path.name}: column '{c}' stands there twice; keep one of them" for c in twice])
    if not isinstance(table.index, pd.RangeIndex):
        raise LayerError([f"{path.name}: the rows have more values than the header has columns; name every column"])
    if "host_type" in table:
        table["host_type"] = table["host_type"].str.strip().replace(HOST_WORDS)
    return table.dropna(how="all")


def _read_vector(path: Path, kind: str) -> pd.DataFrame:
    try:
        layer = _read_geojson(path) if kind == ".geojson" else _read_gpkg(path)
    except Exception as error:
        raise LayerError([f"{path.name}: not a readable {kind} file ({error}); export it again"]) from None
    if layer.crs is not None:
        layer = layer.to_crs(STORED)
    if len(layer) and (layer.geom_type.dropna() == "Point").all():
        layer = layer.assign(lon=layer.geometry.x, lat=layer.geometry.y)
    return pd.DataFrame(layer)


def _read_gpkg(path: Path) -> gpd.GeoDataFrame:
    """Only a file that is a GeoPackage by its first bytes: GDAL would follow a virtual file to others."""
    with path.open("rb") as file:
        if file.read(16) != b"SQLite format 3\0":
            raise ValueError("it does not begin as a GeoPackage does")
    return gpd.read_file(path, engine="pyogrio")


def _read_geojson(path: Path) -> gpd.GeoDataFrame:
    """Read as JSON, without GDAL, which would follow a virtual file to others. EPSG:4326 unless `crs` says else."""
    document = json.loads(path.read_text(encoding="utf-8-sig"))
    if not isinstance(document, dict) or not isinstance(document.get("features"), list):
        raise ValueError("it holds no list of features")
    crs = document["crs"]["properties"]["name"] if document.get("crs") else STORED
    outer = [{"id": f["id"]} if "id" in f else {} for f in document["features"]]
    features = [
        f | {"properties": i | (f["properties"] or {})} for f, i in zip(document["features"], outer, strict=True)
    ]
    return gpd.GeoDataFrame.from_features(features, crs=crs)

"""Layer files as users bring them: read, checked row by row, nothing lost.

Every row is either accepted or stands among the rejected ones with its reasons.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import points

from geodata.crs import STORED
from geodata.errors import LayerError, Sentence, both

ENCODINGS: Final = ("utf-8-sig", "gb18030")
_AS_WRITTEN: Final[dict[str, Any]] = {  # text as it stands; only an empty cell is empty, "NA" is a text
    "dtype": str, "skipinitialspace": True, "skip_blank_lines": False, "keep_default_na": False, "na_values": [""],
}  # fmt: skip
CHINA: Final = (73.0, 3.0, 136.0, 54.0)  # degrees: west, south, east, north, a box, not the boundary

Box = tuple[float, float, float, float]
Check = Callable[[pd.DataFrame], "pd.Series[bool]"]


@dataclass(frozen=True)
class Rule:
    """One thing that can be wrong with a row.

    Attributes:
        name: short name of the rule, in both languages.
        advice: what to do about it, one sentence in both languages.
        column: the column to quote as an example.
        wrong: table → True where the row breaks the rule.
    """

    name: Sentence
    advice: Sentence
    column: str
    wrong: Check


@dataclass(frozen=True)
class Fault:
    """A broken rule: which rows (as numbered in the file, the header being row 1), an example, advice."""

    rule: Sentence
    rows: tuple[int, ...]
    example: str
    advice: Sentence

    def told(self, limit: int | None = None) -> Sentence:
        """The fault as one sentence that names at most `limit` rows."""
        shown, more = self.rows[:limit], len(self.rows) - len(self.rows[:limit])
        rows = ", ".join(map(str, shown)) + (f" and {more} more" if more else "")
        rows_zh = "、".join(map(str, shown)) + (f" 等 {len(self.rows)} " if more else " ")
        found = "空单元格" if self.example in ("nan", "None") else f" {self.example}"
        return both(
            f"rows {rows}: {self.rule} (found {self.example}); {self.advice}",
            f"第 {rows_zh}行：{self.rule.zh}（发现{found}）；{self.advice.zh}",
        )


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


def _inside(lon: "pd.Series[float]", lat: "pd.Series[float]", box: Box) -> "pd.Series[bool]":
    west, south, east, north = box
    return lon.between(west, east) & lat.between(south, north)


def place_rules(box: Box, outside: Sentence) -> tuple[Rule, ...]:
    """Rules for points that must lie in a box (west, south, east, north in degrees): not swapped, not outside."""

    def swapped(table: pd.DataFrame) -> "pd.Series[bool]":
        lon, lat = _number(table, "lon"), _number(table, "lat")
        return ~_inside(lon, lat, box) & _inside(lat, lon, box)

    def elsewhere(table: pd.DataFrame) -> "pd.Series[bool]":
        lon, lat = _number(table, "lon"), _number(table, "lat")
        known = lon.notna() & lat.notna()
        return known & ~_inside(lon, lat, box) & ~swapped(table) & ~_zero(table)

    return (
        Rule(
            both("lon and lat are swapped", "经纬度颠倒"),
            both("put longitude under lon and latitude under lat", "请把经度填在 lon 列、纬度填在 lat 列"),
            "lon",
            swapped,
        ),
        Rule(outside, both("check the coordinates and their reference system", "请核对坐标和坐标系"), "lon", elsewhere),
    )


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
    Rule(
        both("id missing", "缺少编号"),
        both("give every row an id of its own", "请为每一行填写各自的编号"),
        "id",
        _blank("id"),
    ),
    Rule(
        both("id repeated", "编号重复"),
        both("keep one row for each id; the first is kept", "请让每个编号只占一行（已保留第一行）"),
        "id",
        _repeated,
    ),
)
NAME_RULE: Final = Rule(
    both("name missing", "缺少名称"),
    both("give every row a name that people know", "请为每一行填写大家熟悉的名称"),
    "name",
    _blank("name"),
)
COORDINATE_RULES: Final = (
    *ID_RULES,
    Rule(
        both("lon is not a number", "经度（lon）不是数字"),
        both("write degrees as a number, such as 75.99", "请用数字写度数，例如 75.99"),
        "lon",
        _not_number("lon"),
    ),
    Rule(
        both("lat is not a number", "纬度（lat）不是数字"),
        both("write degrees as a number, such as 39.47", "请用数字写度数，例如 39.47"),
        "lat",
        _not_number("lat"),
    ),
    Rule(
        both("coordinates are 0, 0", "坐标是 0, 0"),
        both("look the place up, or leave the row out", "请查明地点的坐标，或删去该行"),
        "lon",
        _zero,
    ),
)
POINT_RULES: Final = (*COORDINATE_RULES, *place_rules(CHINA, both("point outside China", "地点不在中国范围内")))


def _heading(column: str) -> str:
    """A column as Chinese tables head it, with its name in brackets."""
    heading = {column: words for words, column in HEADINGS.items()}.get(column)
    return f"{heading}（{column}）" if heading else column


def _amount(column: str) -> tuple[Rule, ...]:
    return (
        Rule(
            both(f"{column} is not a number", f"{_heading(column)}不是数字"),
            both("write a number without text or unit", "请只写数字，不带文字和单位"),
            column,
            _not_number(column),
        ),
        Rule(
            both(f"{column} is negative", f"{_heading(column)}是负数"),
            both("write 0 or more", "请填 0 或更大的数"),
            column,
            _below_zero(column),
        ),
    )


def _if_there(rule: Rule) -> Rule:
    """The rule for a column that a table may lack, and may leave empty."""

    def wrong(table: pd.DataFrame) -> "pd.Series[bool]":
        if rule.column not in table:
            return pd.Series(False, index=table.index)
        return rule.wrong(table) & ~_blank(rule.column)(table)

    return Rule(rule.name, rule.advice, rule.column, wrong)


HOST_RULE: Final = Rule(
    both("host_type is not known", "依托设施（host_type）无法识别"),
    both(
        f"write one of {', '.join(HOST_TYPES)}",
        f"请填 {'、'.join(k for k in HOST_WORDS if k not in ('卫生院', '养老院'))} 之一",
    ),
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
        (
            Rule(
                both("code missing", "缺少代码（code）"),
                both("give every polygon its code", "请为每个面填写代码"),
                "code",
                _blank("code"),
            ),
        ),
    ),
}


def read_layer(path: str | Path, layer: str = "points", rules: Sequence[Rule] | None = None) -> LayerReport:
    """Read a layer file and check every row.

    Args:
        path: .csv (UTF-8 or GB18030), .gpkg or .geojson.
        layer: a name of `LAYERS`.
        rules: in place of the layer's own, such as `COORDINATE_RULES` with `place_rules` of another area.

    Raises:
        LayerError: for what makes the whole file unreadable: no file, unknown layer or kind, missing columns.
    """
    path = Path(path)
    if layer not in LAYERS:
        fault = both(
            f"{path.name}: layer '{layer}' is not known; there is {', '.join(LAYERS)}",
            f"{path.name}：没有名为“{layer}”的图层；可用的有 {'、'.join(LAYERS)}",
        )
        raise LayerError([fault])
    table, encoding = read_table(path)
    columns, own = LAYERS[layer]
    missing = [c for c in columns if c not in table.columns]
    if missing:
        raise LayerError(
            [
                both(
                    f"{path.name}: column '{c}' is missing; the layer '{layer}' needs {', '.join(columns)}",
                    f"{path.name}：缺少“{c}”列；图层“{layer}”需要 {'、'.join(map(_heading, columns))}，请补上",
                )
                for c in missing
            ]
        )
    broken = [(rule, rule.wrong(table).fillna(False).to_numpy(bool)) for rule in rules or own]
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


def read_table(path: Path) -> tuple[pd.DataFrame, str]:
    """A layer file as it is, all cells text, and its encoding; the index counts every line below the header."""
    if path.is_dir():
        raise LayerError([both(f"{path}: is a folder; name the file in it", f"{path}：这是文件夹；请写出其中的文件名")])
    if not path.is_file():
        raise LayerError([both(f"{path}: there is no such file", f"{path}：没有这个文件；请核对路径和文件名")])
    kind = path.suffix.lower()
    if kind == ".csv":
        return _read_csv(path)
    if kind in (".gpkg", ".geojson"):
        return _read_vector(path, kind), "utf-8"
    fault = both(
        f"{path.name}: layer files are .csv, .gpkg or .geojson, found '{path.suffix}'; save it as CSV UTF-8",
        f"{path.name}：图层文件应为 .csv、.gpkg 或 .geojson，发现“{path.suffix}”；请另存为 CSV UTF-8",
    )
    raise LayerError([fault])


def _read_csv(path: Path) -> tuple[pd.DataFrame, str]:
    for encoding in ENCODINGS:
        try:
            table = pd.read_csv(path, encoding=encoding, **_AS_WRITTEN)
        except UnicodeDecodeError:
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            fault = both(
                f"{path.name}: not a readable table ({error}); save it as CSV again",
                f"{path.name}：读不出表格{_line_of(error)}；请重新另存为 CSV",
            )
            raise LayerError([fault]) from None
        return _tidy(table, path), encoding
    fault = both(
        f"{path.name}: neither UTF-8 nor GB18030 text; save it as 'CSV UTF-8' again",
        f"{path.name}：文字编码既不是 UTF-8 也不是 GB18030；请重新另存为“CSV UTF-8”",
    )
    raise LayerError([fault])


def _line_of(error: Exception) -> str:
    """The line that a parser's message names, in Chinese."""
    line = re.search(r"line (\d+)", str(error))
    return f"（第 {line[1]} 行）" if line else ""


def _tidy(table: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Column names without spaces around them, and no empty lines; the index still counts every line."""
    table = table.rename(columns=lambda c: HEADINGS.get(str(c).strip(), str(c).strip()))
    twice = sorted(set(table.columns[table.columns.duplicated()]))
    if twice:
        raise LayerError(
            [
                both(
                    f"{path.name}: column '{c}' stands there twice; keep one of them",
                    f"{path.name}：“{c}”列出现两次；请只保留一列",
                )
                for c in twice
            ]
        )
    if not isinstance(table.index, pd.RangeIndex):
        fault = both(
            f"{path.name}: the rows have more values than the header has columns; name every column",
            f"{path.name}：数据行的值比表头的列多；请为每一列写上列名",
        )
        raise LayerError([fault])
    if "host_type" in table:
        table["host_type"] = table["host_type"].str.strip().replace(HOST_WORDS)
    return table.dropna(how="all")


def _read_vector(path: Path, kind: str) -> pd.DataFrame:
    try:
        layer = _read_geojson(path) if kind == ".geojson" else _read_gpkg(path)
    except Exception as error:
        fault = both(
            f"{path.name}: not a readable {kind} file ({error}); export it again",
            f"{path.name}：不是可读取的 {kind} 文件；请重新导出",
        )
        raise LayerError([fault]) from None
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

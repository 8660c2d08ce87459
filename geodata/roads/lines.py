"""Roads from lines that departments draw: columns of any name, Chinese words, any reference system."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Final, TypeVar

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.errors import LayerError, Sentence, both, prefixed
from geodata.files import read_drawn
from geodata.roads import tags
from geodata.roads.cut import Ways, great_circle_m, network_of
from geodata.roads.network import CLASSES, SURFACES, RoadNetwork
from geodata.roads.words import class_of, direction_of, surface_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Value = TypeVar("Value")

KEYS: Final = ("class", "speed_kph", "oneway", "surface", "length_m", "id")
GRID: Final = 1_000_000
"""Vertices are the same junction when they agree to 1 ÷ `GRID` degrees, about 0.1 m."""
_NAMED: Final = 10  # rows named in one sentence


def from_lines(path: Path, columns: Mapping[str, str], name: str) -> RoadNetwork:
    """Roads from the lines of a `.gpkg`, `.shp`, zipped shapefile or `.geojson`, in any reference system.

    Lines meet where they share a vertex or an end. A line without a class is a road of unknown rank, without a speed
    that of its class, without a direction two-way, without a length as long as it is drawn.

    Args:
        path: the file.
        columns: what (`class`, `speed_kph`, `oneway`, `surface`, `length_m`, `id`) → the file's column. A column
            that already has one of these names need not be listed.
        name: the source to show on maps and in faults.

    Raises:
        LayerError: for a file that cannot be read, no lines, columns that are not there, and every group of cells
            that mean nothing: unknown words, speeds and lengths that are not above 0. Rows count from 1.
    """
    rows = read_drawn(path)
    chosen = _chosen(rows, columns, name)
    rows, number = _lines_only(rows, name)
    cells = _Cells(rows, number, chosen)
    kind = cells.read("class", lambda word: class_of(word) or None, "road", _NEEDED["class"])
    surface = cells.read("surface", surface_of, "unknown", _NEEDED["surface"])
    way = cells.read("oneway", direction_of, 0, _NEEDED["oneway"])
    speed = np.array(cells.read("speed_kph", _positive_kph, np.nan, _NEEDED["speed_kph"]), float)
    length = np.array(cells.read("length_m", _positive, np.nan, _NEEDED["length_m"]), float)
    faults = cells.faults + _shape_faults(rows, number)
    if faults:
        raise LayerError([prefixed(name, fault) for fault in faults])
    return _network(rows, kind, surface, way, speed, length, _ids(rows, chosen), name)


def read_lines(path: Path, kind: str, columns: Mapping[str, str], name: str) -> RoadNetwork:
    """As `from_lines`; the `kind` (the file's ending) is what the path says anyway."""
    return from_lines(path, columns, name)


_NEEDED: Final = {
    "class": both("a class such as primary, 省道 or S213 is needed", "请填道路等级（如 省道、S213 或 primary）"),
    "surface": both("a surface such as asphalt, gravel or 沥青 is needed", "请填路面类型（如 沥青、砂石、土路）"),
    "oneway": both("yes, no or -1 is needed", "请填“是”、“否”或 -1"),
    "speed_kph": both("a speed above 0 km/h is needed", "请填大于 0 的速度（公里/时）"),
    "length_m": both("a length above 0 m is needed", "请填大于 0 的长度（米）"),
}


def _positive(word: str) -> float | None:
    try:
        number = float(word)
    except ValueError:
        return None
    return number if 0 < number < np.inf else None


def _positive_kph(word: str) -> float | None:
    """A number, or a number with a unit such as `60 km/h`."""
    number = tags.kph(word.lower().replace("公里/小时", "km/h").replace("公里/时", "km/h"))
    return number if number > 0 else None


def _chosen(rows: gpd.GeoDataFrame, columns: Mapping[str, str], name: str) -> dict[str, str]:
    """What → column of the file; columns with our own names are taken without being named.

    Raises:
        LayerError: for each unknown key and each missing column, with the nearest known one.
    """
    there = [str(c) for c in rows.columns if c != rows.geometry.name]
    faults = [_unknown_key(key) for key in columns if key not in KEYS]
    faults += [_missing(key, column, there) for key, column in columns.items() if key in KEYS and column not in there]
    if faults:
        raise LayerError([prefixed(name, fault) for fault in faults])
    return {key: key for key in KEYS if key in there} | dict(columns)


def _unknown_key(key: str) -> Sentence:
    near = get_close_matches(key, KEYS, 1, 0)
    return both(
        f"'{key}' is nothing that a road has; did you mean '{near[0]}'? There is {', '.join(KEYS)}",
        f"没有“{key}”这一项；是否指“{near[0]}”？可用的有 {'、'.join(KEYS)}",
    )


def _missing(key: str, column: str, there: list[str]) -> Sentence:
    if not there:
        return both(
            f"column '{column}' ({key}) is missing; the file has none", f"缺少“{column}”列（{key}）；文件没有任何属性列"
        )
    near = (get_close_matches(column, there, 1, 0) or there)[0]
    return both(
        f"column '{column}' ({key}) is missing; did you mean '{near}'? The file has {', '.join(there)}",
        f"缺少“{column}”列（{key}）；是否指“{near}”？文件中有 {'、'.join(there)}",
    )


def _lines_only(rows: gpd.GeoDataFrame, name: str) -> tuple[gpd.GeoDataFrame, Ints]:
    """Rows that are lines, and their numbers in the file; rows without geometry are no roads.

    Raises:
        LayerError: for no lines, and for points or areas among them.
    """
    shape = rows.geometry
    drawn = ~(shape.isna() | shape.is_empty).to_numpy(bool)
    line = drawn & shape.geom_type.isin(("LineString", "MultiLineString", "LinearRing")).to_numpy(bool)
    number = np.arange(1, len(rows) + 1)
    if not line.any():
        found = ", ".join(sorted(set(shape.geom_type[drawn]))) or "nothing"
        fault = both(
            f"no lines, found {found}; roads are lines between junctions",
            f"没有线，发现 {found if found != 'nothing' else '空数据'}；道路应为路口之间的线",
        )
        raise LayerError([prefixed(name, fault)])
    other = drawn & ~line
    if other.any():
        where, where_zh = _rows(number[other])
        kinds = ", ".join(sorted(set(shape.geom_type[other])))
        fault = both(
            f"{where}: found {kinds}, a line is needed; keep the roads alone",
            f"{where_zh}：发现 {kinds}；请只保留道路线",
        )
        raise LayerError([prefixed(name, fault)])
    return rows[line], number[line]


def _rows(number: Ints) -> tuple[str, str]:
    """Row numbers in words; of many, the first ones."""
    shown, more = list(map(str, number[:_NAMED])), len(number) - _NAMED
    en = f"row{'s' if len(number) > 1 else ''} {', '.join(shown)}" + (f" and {more} more" if more > 0 else "")
    return en, f"第 {'、'.join(shown)} " + (f"等 {len(number)} 行" if more > 0 else "行")


@dataclass
class _Cells:
    """Cells of the chosen columns read word by word; faults are gathered on the way."""

    rows: gpd.GeoDataFrame
    number: Ints
    chosen: dict[str, str]

    def __post_init__(self) -> None:
        self.faults: list[Sentence] = []

    def read(self, key: str, meaning: Callable[[str], Value | None], empty: Value, needed: Sentence) -> list[Value]:
        """What each cell means; `empty` where there is no column or nothing in the cell."""
        if key not in self.chosen:
            return [empty] * len(self.rows)
        words = [_word(cell) for cell in self.rows[self.chosen[key]]]
        known = {word: meaning(word) if word else empty for word in dict.fromkeys(words)}
        for word, value in known.items():
            if value is None:
                where, where_zh = _rows(self.number[np.array([w == word for w in words])])
                column = self.chosen[key]
                self.faults.append(
                    both(f"{where}: {column} is {word}, {needed}", f"{where_zh}：{column} 是 {word}；{needed.zh}")
                )
        return [empty if (value := known[word]) is None else value for word in words]


def _word(cell: object) -> str:
    """A cell as trimmed text; whole numbers without decimals; empty cells as an empty text."""
    if cell is None or cell is pd.NaT or cell is pd.NA or (isinstance(cell, float) and np.isnan(cell)):
        return ""
    if isinstance(cell, float | np.floating) and float(cell).is_integer():
        return str(int(cell))
    return str(cell).strip()


def _shape_faults(rows: gpd.GeoDataFrame, number: Ints) -> list[Sentence]:
    """Lines outside the degrees there are, and lines without length."""
    west, south, east, north = shapely.bounds(rows.geometry.to_numpy()).T
    inside = (west >= -180) & (east <= 180) & (south >= -90) & (north <= 90)
    point = inside & (np.rint((east - west) * GRID) == 0) & (np.rint((north - south) * GRID) == 0)
    faults = []
    for bad, en, zh in (
        (
            ~inside,
            "coordinates that are no degrees; check the coordinate reference system",
            "坐标不是度数；请核对坐标系",
        ),
        (point, "the line has length 0; draw it or remove it", "线的长度为 0；请重画或删去"),
    ):
        if bad.any():
            where, where_zh = _rows(number[bad])
            faults.append(both(f"{where}: {en}", f"{where_zh}：{zh}"))
    return faults


def _ids(rows: gpd.GeoDataFrame, chosen: dict[str, str]) -> Ints:
    """Whole numbers of the column `id`, else positions."""
    number = pd.to_numeric(rows[chosen["id"]], errors="coerce").to_numpy(float) if "id" in chosen else np.zeros(0)
    whole = len(number) == len(rows) and bool((np.isfinite(number) & (number == np.rint(number))).all())
    return number.astype(np.int64) if whole else np.arange(len(rows))


def _network(
    rows: gpd.GeoDataFrame, kind: list[str], surface: list[str], way: list[int], speed: Floats, length: Floats,
    ids: Ints, name: str,
) -> RoadNetwork:  # fmt: skip
    """The parts of the lines as ways, cut where they meet."""
    parts, row = shapely.get_parts(rows.geometry.to_numpy(), return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    lon, lat = points.T.copy()
    start = np.searchsorted(part, np.arange(len(parts) + 1))
    step = np.append(great_circle_m(lon[:-1], lat[:-1], lon[1:], lat[1:]), 0.0)
    step[start[1:] - 1] = 0.0  # from one part to the next is no road
    drawn = np.add.reduceat(step, start[:-1])
    share = drawn / np.bincount(row, drawn)[row]
    cell = np.rint(np.column_stack([lon + 180, lat + 90]) * GRID).astype(np.int64)
    ways = Ways(
        way_id=ids[row],
        start=start.astype(np.int64),
        ref=cell[:, 0] * (180 * GRID + 1) + cell[:, 1],
        lon=lon,
        lat=lat,
        road_class=np.array([CLASSES.index(k) for k in kind], np.int8)[row],
        surface=np.array([SURFACES.index(s) for s in surface], np.int8)[row],
        kph=np.column_stack([speed, speed])[row],
        modes=np.array([_modes(k, w) for k, w in zip(kind, way, strict=True)], np.uint8)[row],
        minutes=np.full(len(parts), np.nan),
        length_m=length[row] * share,
    )
    return network_of(ways, source=name)


def _modes(kind: str, way: int) -> tuple[int, int]:
    """Bits of `MODES` along and against a line: one-way binds vehicles, not walkers."""
    return tags.directions(tags.modes(kind, {}), {"oneway": {1: "yes", -1: "-1"}.get(way, "no")})

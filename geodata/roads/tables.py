"""Roads from a table of edges: main roads whose course between the junctions is not known."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import LayerError, Sentence, both, prefixed
from geodata.roads.network import CLASSES, RoadNetwork, straight_roads
from geodata.roads.words import class_of, direction_of

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ENCODINGS: Final = ("utf-8-sig", "gb18030")
TABLE_COLUMNS: Final = ("u", "v", "u_lon", "u_lat", "v_lon", "v_lat", "length_m")
OPTIONAL_COLUMNS: Final = ("speed_kph", "class", "oneway")


def from_table(table: pd.DataFrame, name: str) -> RoadNetwork:
    """Roads from a table with one row for each edge, in EPSG:4326.

    Args:
        table: `u`, `v` (names of the junctions, any text or number), `u_lon`, `u_lat`, `v_lon`, `v_lat` (degrees),
            `length_m` (metres). Where they are there: `speed_kph` (empty = not known), `class` (a value of `CLASSES`
            or a word such as 国道; empty = a main road of unknown rank), `oneway` (yes, no, -1; empty = both ways).
        name: the source to show on maps and in faults.

    Raises:
        LayerError: for missing columns, no rows, and every cell that is no number, no degree, no length or speed
            above 0, or no known word.
    """
    missing = [c for c in TABLE_COLUMNS if c not in table.columns]
    if missing:
        fault = both(
            f"{name}: the road table lacks {', '.join(missing)}",
            f"{name}：道路表缺少 {'、'.join(missing)} 列；请补上",
        )
        raise LayerError([fault])
    _check(table, name)
    nodes, u, v = _junctions(table)
    there, back = _directions(table)
    row = np.concatenate([np.flatnonzero(there), np.flatnonzero(back)])
    way = np.concatenate([np.zeros(int(there.sum()), bool), np.ones(int(back.sum()), bool)])
    roads = straight_roads(
        nodes["lon"].to_numpy(float),
        nodes["lat"].to_numpy(float),
        np.where(way, v[row], u[row]),
        np.where(way, u[row], v[row]),
        _numbers(table, "length_m")[row],
        speed_kph=_numbers(table, "speed_kph")[row] if "speed_kph" in table else np.nan,
        road_class="main_road",
        straightened=True,
        source=name,
    )
    return _with_classes(roads, _classes(table)[row]) if "class" in table else roads


def read_road_table(path: Path, name: str = "") -> RoadNetwork:
    """Roads from a `.csv` file (UTF-8 or GB18030); as `from_table`.

    Raises:
        LayerError: as `from_table`, and for a file that is no table.
    """
    return from_table(_read_csv(path), name or path.name)


def _read_csv(path: Path) -> pd.DataFrame:
    why: Exception | None = None
    for encoding in ENCODINGS:
        try:
            return pd.read_csv(path, encoding=encoding)
        except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            why = error
            if not isinstance(error, UnicodeDecodeError):
                break
    fault = both(
        f"{path.name}: not a readable table ({why}); save it as 'CSV UTF-8' again",
        f"{path.name}：读不出表格；请重新另存为“CSV UTF-8”",
    )
    raise LayerError([fault])


def _junctions(table: pd.DataFrame) -> tuple[pd.DataFrame, Ints, Ints]:
    """Junctions as `node`, `lon`, `lat`, and the positions of both ends of each row among them."""
    ends = [table[[n, f"{n}_lon", f"{n}_lat"]].set_axis(["node", "lon", "lat"], axis=1) for n in ("u", "v")]
    nodes = pd.concat(ends).drop_duplicates("node")
    position = pd.Series(np.arange(len(nodes)), index=nodes["node"].to_numpy())
    u, v = (position.loc[table[c].to_numpy()].to_numpy(np.int64) for c in ("u", "v"))
    degrees = nodes.assign(lon=_numbers(nodes, "lon"), lat=_numbers(nodes, "lat"))
    return degrees, u, v


def _directions(table: pd.DataFrame) -> tuple[Bools, Bools]:
    """Rows that lead from u to v, and rows that lead from v to u."""
    if "oneway" not in table:
        return np.ones(len(table), bool), np.ones(len(table), bool)
    way = np.array([direction_of(word) for word in _words(table, "oneway")], np.int64)
    return way >= 0, way <= 0


def _classes(table: pd.DataFrame) -> npt.NDArray[np.int8]:
    kinds = [class_of(word) if word else "main_road" for word in _words(table, "class")]
    return np.array([CLASSES.index(kind or "main_road") for kind in kinds], np.int8)


def _with_classes(roads: RoadNetwork, kind: npt.NDArray[np.int8]) -> RoadNetwork:
    """The network with the class of each arc; parallel roads of other classes get shapes of their own."""
    key, road = np.unique(roads.road * len(CLASSES) + kind, return_inverse=True)
    vertex = (2 * (key // len(CLASSES))[:, None] + np.array([0, 1])).ravel()
    return replace(
        roads,
        road_class=kind,
        road=road.ravel().astype(np.int64),
        shape_start=2 * np.arange(len(key) + 1),
        shape_lon=roads.shape_lon[vertex],
        shape_lat=roads.shape_lat[vertex],
        way_id=np.arange(len(key)),
    )


def _numbers(table: pd.DataFrame, column: str) -> Floats:
    return np.asarray(pd.to_numeric(table[column], errors="coerce").to_numpy(float, na_value=np.nan))


def _words(table: pd.DataFrame, column: str) -> list[str]:
    """Cells as trimmed text; an empty cell is an empty text."""
    return ["" if pd.isna(cell) else str(cell).strip() for cell in table[column]]


def _check(table: pd.DataFrame, name: str) -> None:
    """Raises LayerError with every cell that a trip cannot use."""
    empty = both("the road table has no rows; at least one road is needed", "道路表没有数据行；至少需要一条道路")
    faults: list[Sentence] = [] if len(table) else [empty]
    for column in ("u", "v"):
        faults += _cell_faults(table, column, table[column].notna().to_numpy(bool), both("a name", "路口名称"))
    for column in TABLE_COLUMNS[2:6]:
        number = _numbers(table, column)
        faults += _cell_faults(table, column, np.isfinite(number), both("a number", "数字"))
        most = 180 if column.endswith("lon") else 90
        here = ~(np.abs(number) > most) | np.isinf(number)
        faults += _cell_faults(table, column, here, both(f"degrees within ±{most}", f"±{most} 以内的度数"))
    length = _numbers(table, "length_m")
    faults += _cell_faults(
        table, "length_m", (length > 0) & np.isfinite(length), both("a length above 0", "大于 0 的长度")
    )
    faults += _optional_faults(table)
    if faults:
        raise LayerError([prefixed(name, fault) for fault in faults])


def _optional_faults(table: pd.DataFrame) -> list[Sentence]:
    faults: list[Sentence] = []
    if "speed_kph" in table:
        speed, blank = _numbers(table, "speed_kph"), np.array([not w for w in _words(table, "speed_kph")], bool)
        good = blank | ((speed > 0) & np.isfinite(speed))
        faults += _cell_faults(table, "speed_kph", good, both("a speed above 0", "大于 0 的速度"))
    words: list[tuple[str, Callable[[str], object], Sentence]] = [
        ("class", class_of, both("a class such as primary or 省道", "道路等级（如 省道 或 primary）")),
        ("oneway", direction_of, both("yes, no or -1", "“是”、“否”或 -1")),
    ]
    for column, meaning, needed in words:
        if column in table:
            known = np.array([not w or meaning(w) is not None for w in _words(table, column)], bool)
            faults += _cell_faults(table, column, known, needed)
    return faults


def _cell_faults(table: pd.DataFrame, column: str, good: Bools, needed: Sentence) -> list[Sentence]:
    """One sentence for each cell that is not good; rows as the file numbers them, the header being row 1."""
    return [
        both(
            f"row {i + 2}: {column} is {table[column].iloc[i]}, {needed} is needed",
            f"第 {i + 2} 行：{column} 是 {table[column].iloc[i]}；请填{needed.zh}",
        )
        for i in np.flatnonzero(~good)
    ]

"""Two columns as users write them → longitude and latitude in WGS-84, and what was found in them.

Nothing is dropped in silence: a row without lon and lat in the result stands in a finding that rejects it, or was
empty where it may be.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.coordinates import words
from geodata.coordinates.border import beyond_border, border_known
from geodata.coordinates.datum import to_wgs84
from geodata.coordinates.grid import GridReading, meridian, read_metres
from geodata.coordinates.notation import Cells, cell_texts, read_cells
from geodata.coordinates.systems import CHINA, Box, System, system_named
from geodata.errors import Sentence
from geodata.findings import Effect, Finding, Mask

Floats = npt.NDArray[np.float64]

_METRES_FROM: Final = 10_000.0  # two numbers from here on are no degrees


@dataclass(frozen=True, eq=False)
class _Points:
    """Rows on the way to WGS-84: their places (NaN where there is none) and what stands against them."""

    lon: Floats
    lat: Floats
    found: list[tuple[words.Words, Mask, Effect]]


def read_coordinates(
    x: "pd.Series[str]",
    y: "pd.Series[str]",
    system: str = "wgs84",
    box: Box = CHINA,
    *,
    outside: Sentence | None = None,
    swap: bool = False,
    private: bool = False,
    required: bool = True,
) -> tuple[pd.DataFrame, list[Finding]]:
    """Places of two columns of text.

    Args:
        x, y: (n,) longitude and latitude, or the two numbers of a grid in either order, as text, NaN where empty;
            or both in one cell with the other empty.
        system: a name of `SYSTEMS` or a usual word for it; `gk25` names the zone of metres.
        box: west, south, east, north in degrees, where the places must lie.
        outside: what to say of those that do not; by default "point outside China" or "… the area".
        swap: put swapped lon and lat right (and say so) instead of rejecting them.
        private: findings show no example: places of people are personal.
        required: reject rows without coordinates; else they simply have none.

    Returns:
        A table with x's index: `lon`, `lat` (WGS-84 degrees, NaN in rejected and empty rows) and `notation`
        (`degrees`, `dms`, `metres`, or empty); and the findings, rejections first.

    Raises:
        LayerError: for a reference system that is unknown or cannot be read.
    """
    asked = system_named(system)
    cells = read_cells(x, y, metres=asked.name == "gk")
    said = outside or (words.OUTSIDE_CHINA if box == CHINA else words.OUTSIDE_AREA)
    points = (_from_grid if asked.name == "gk" else _from_degrees)(cells, asked, box, swap)
    both_cells = (words.X_METRES, words.Y_METRES) if asked.name == "gk" else (words.LON, words.LAT)
    good, against = _checked(cells, points, box, (*both_cells, (said, words.OUTSIDE_ADVICE)), required)
    lon, lat = (np.where(good, part, np.nan) for part in (points.lon, points.lat))
    told = [*against, *((w, mask & good, effect) for w, mask, effect in points.found if effect != "reject")]
    told += [(w, mask & good, effect) for w, mask, effect in _notations(cells)]
    show = _Examples(x, y, cells.paired, lon, lat)
    findings = [
        Finding(*w, mask, "" if private else show.of(w, mask, effect), effect) for w, mask, effect in told if mask.any()
    ]
    notation = pd.Series(cells.notation, index=x.index, dtype=str)
    return pd.DataFrame({"lon": lon, "lat": lat, "notation": notation}, index=x.index), findings


def _checked(
    cells: Cells, points: _Points, box: Box, said: tuple[words.Words, words.Words, words.Words], required: bool
) -> tuple[Mask, list[tuple[words.Words, Mask, Effect]]]:
    """The rows with a place, and what rejects the others; what is said of the first cell, the second, the box."""
    empty = cells.x_blank & cells.y_blank
    against: list[tuple[words.Words, Mask, Effect]] = [
        (words.MISSING, empty & required, "reject"),
        (said[0], np.isnan(cells.x) & ~empty, "reject"),
        (said[1], np.isnan(cells.y) & ~empty, "reject"),
        (words.ZERO, _zero(cells), "reject"),
    ]
    against += [(w, mask, "reject") for w, mask, effect in points.found if effect == "reject"]
    open_rows = ~np.isnan(cells.x + cells.y) & ~np.any([mask for _, mask, _ in against], axis=0)
    elsewhere = open_rows & ~_inside(points.lon, points.lat, box)
    against.append((said[2], elsewhere, "reject"))
    return open_rows & ~elsewhere, against


def _from_degrees(cells: Cells, asked: System, box: Box, swap: bool) -> _Points:
    """Degrees of a system in WGS-84, swapped ones put right or named."""
    metres = (np.abs(cells.x) >= _METRES_FROM) & (np.abs(cells.y) >= _METRES_FROM)
    turned = ~_inside(cells.x, cells.y, box) & _inside(cells.y, cells.x, box)
    swapped = (turned | cells.crossed) & ~np.isnan(cells.x + cells.y) & ~_zero(cells)
    found: list[tuple[words.Words, Mask, Effect]] = [(words.METRES, metres, "reject")]
    found.append((words.SWAPPED_BACK, swapped, "correct") if swap else (words.SWAPPED, swapped, "reject"))
    x, y = np.where(swapped, cells.y, cells.x), np.where(swapped, cells.x, cells.y)
    lon, lat = to_wgs84(x, y, asked.name)
    if asked.name in ("gcj02", "bd09"):
        moved = (lon != x) & ~np.isnan(lon)
        found.append((words.from_datum(asked.name, border_known()), moved, "correct"))
        found.append((words.BELT, moved & beyond_border(lon, lat), "ask"))
    return _Points(lon, lat, found)


def _from_grid(cells: Cells, asked: System, box: Box, swap: bool) -> _Points:
    """Metres in WGS-84; CGCS2000 equals it at this scale. The order of the two needs no swapping."""
    grid: GridReading = read_metres(cells.x, cells.y, box, asked.zone)
    unread = ~np.isnan(cells.x + cells.y) & np.isnan(grid.lon) & ~grid.unclear & ~_zero(cells)
    degrees = unread & (np.maximum(np.abs(cells.x), np.abs(cells.y)) <= 180)
    zones = tuple((int(z), meridian(int(z))) for z in np.unique(grid.zone[grid.zone > 0]))
    return _Points(
        grid.lon,
        grid.lat,
        [
            (words.DEGREES, degrees, "reject"),
            (words.NO_GRID, unread & ~degrees, "reject"),
            (words.unknown_zone(grid.possible), grid.unclear, "reject"),
            (words.from_metres(zones), ~np.isnan(grid.lon), "correct"),
        ],
    )


def _notations(cells: Cells) -> Iterator[tuple[words.Words, Mask, Effect]]:
    yield words.DMS, np.array(cells.notation == "dms", bool), "correct"
    yield words.ONE_CELL, cells.paired, "correct"


def _zero(cells: Cells) -> Mask:
    return np.asarray((cells.x == 0) & (cells.y == 0))


def _inside(lon: Floats, lat: Floats, box: Box) -> Mask:
    west, south, east, north = box
    return (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)


@dataclass(frozen=True, eq=False)
class _Examples:
    """The cells as they stand and the places found, for one example a finding."""

    x: "pd.Series[str]"
    y: "pd.Series[str]"
    paired: Mask
    lon: Floats
    lat: Floats

    def of(self, said: words.Words, rows: Mask, effect: Effect) -> str:
        """The first of the rows: the cell or cells meant, and where they were changed `before → after`."""
        i = int(np.argmax(rows))
        first, second = (str(cell_texts(column.iloc[[i]])[0]) for column in (self.x, self.y))
        if said in (words.LON, words.X_METRES, words.LAT, words.Y_METRES, words.MISSING):
            return (second if said in (words.LAT, words.Y_METRES) else first) or "nan"
        before = (first or second) if self.paired[i] else f"{first}, {second}"
        return before if effect != "correct" else f"{before} → {self.lon[i]:.6f}, {self.lat[i]:.6f}"

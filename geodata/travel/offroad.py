"""Ways off the roads: on foot or wheels over the ground, in minutes.

Between two points a way is the quicker of two: the straight line, slowed by the ground under it, and the least-cost
way between the cells they lie in. The latter is taken where the line is blocked or longer than two cells, and made
longer or shorter by straight line ÷ line between the middles of the cells, so that flat open ground gives the same
minutes with a grid as without. Steeper than `steepest_local` upwards, barriers and water are impassable; a way may
begin or end in an impassable cell (a village by the river), but not pass through one. Speeds are `kph` x season ÷
slowness of the ground; vehicles lose speed by relief, walkers and wheelchairs by slope (Tobler 1993). All lengths are
true metres times `local_sinuosity`.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from pyproj import Geod
from scipy.ndimage import distance_transform_edt
from scipy.sparse import coo_array, csr_array
from scipy.spatial import cKDTree

from geodata.errors import both
from geodata.travel.ground import Ground, ground
from geodata.travel.offroad_loops import MOVES, RIM, explore_groups, search_groups, straight_minutes
from geodata.travel.rules import TravelRules

__all__ = ["Ground", "explore", "ground", "items_in_cells", "leg_minutes", "reach_minutes"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_EARTH: Final = Geod(ellps="WGS84")
_LONG_CELLS: Final = 2.0  # a way of fewer cells is a straight line if it can
_STEPS_OF_A_TRIP: Final = 2  # a trip without road may take as long as the two ways to the road in place of it


def leg_minutes(
    ground: Ground | None, rules: TravelRules, kph: float, start_lonlat: Floats, end_lonlat: Floats
) -> Floats:
    """Minutes of ways off the roads, each from its start to its end.

    Args:
        ground: what lies between; straight lines over flat open ground when None.
        rules: season, sinuosity, terrain and limits.
        kph: speed on flat open ground in summer.
        start_lonlat, end_lonlat: (k, 2) degrees.

    Returns:
        (k,) minutes; inf where nothing passable leads there within `access_limit_min`.

    Raises:
        LayerError: for points without known height.
    """
    return _ways(ground, rules, kph, start_lonlat, end_lonlat, rules.access_limit_min)


def reach_minutes(
    ground: Ground | None,
    rules: TravelRules,
    kph: float,
    origins: Floats,
    sites: Floats,
    limit_km: float,
    *,
    backward: bool = False,
) -> csr_array:
    """Minutes of trips without any known road.

    Args:
        origins, sites: (n, 2) and (m, 2) degrees.
        limit_km: farthest straight line; exactly at the limit is within.
        backward: from the sites to the origins instead.

    Returns:
        (n, m) CSR of minutes within twice `access_limit_min` (a trip by road may have two such ways).

    Raises:
        LayerError: for points without known height.
    """
    origins, sites = np.asarray(origins, float).reshape(-1, 2), np.asarray(sites, float).reshape(-1, 2)
    row, column = _pairs(origins, sites, limit_km * 1000)
    ends = (origins[row], sites[column])
    minutes = _ways(ground, rules, kph, *(ends[::-1] if backward else ends), _STEPS_OF_A_TRIP * rules.access_limit_min)
    keep = np.isfinite(minutes)
    shape = (len(origins), len(sites))
    table = csr_array(coo_array((minutes[keep], (row[keep], column[keep])), shape=shape))
    table.sort_indices()
    return table


def items_in_cells(ground: Ground, lonlat: Floats, item: npt.ArrayLike) -> tuple[Ints, Ints]:
    """CSR of things by the cell they lie in, for `explore`.

    Args:
        lonlat: (k, 2) degrees.
        item: (k,) number of the thing; one thing may lie in several cells.

    Returns:
        First position (cells + 1,) and items (k,), each cell's ascending.
    """
    cell, number = ground.cell_at(*np.asarray(lonlat, float).reshape(-1, 2).T), np.asarray(item, np.int64)
    order = np.lexsort((number, cell))
    cells = ground.grid.height_m.size
    return np.searchsorted(cell[order], np.arange(cells + 1)).astype(np.int64), number[order]


def explore(
    ground: Ground,
    rules: TravelRules,
    kph: float,
    points: Floats,
    cell_items: tuple[Ints, Ints],
    count: int,
    limit_min: float,
    *,
    backward: bool = False,
) -> tuple[Ints, Ints, Floats]:
    """The things that are quickest to reach over the ground, whatever lies nearest by air.

    Args:
        points: (n, 2) degrees.
        cell_items: of `items_in_cells`.
        count: most different items for each point.
        limit_min: most minutes.
        backward: from the things to the points.

    Returns:
        Point, item and minutes between the middles of their cells (0 in the same cell), nearest first within a point;
        minutes to an exact place are those of `leg_minutes`.

    Raises:
        LayerError: for points without known height.
    """
    points = np.asarray(points, float).reshape(-1, 2)
    _require_cover(ground, points)
    field = _field(ground, rules)
    rows, columns = ground.grid.height_m.shape
    first = np.pad(cell_items[0][:-1].reshape(rows, columns), RIM, mode="constant")
    last = np.pad(cell_items[0][1:].reshape(rows, columns), RIM, mode="constant")
    held = (last - first).ravel()
    # Cells of the rim hold nothing, so that the items keep their order.
    start = np.concatenate([[0], np.cumsum(held)])
    number, items, minutes = explore_groups(
        field.cell_of(points), start, cell_items[1], count, float(limit_min), *field.search(rules, kph),
        -1.0 if backward else 1.0,
    )  # fmt: skip
    point, k = np.nonzero(np.arange(count) < number[:, None])
    return point, items[point, k], minutes[point, k]


@dataclass(frozen=True, eq=False)
class _Field:
    """The ground as the compiled loops want it; see `offroad_loops`."""

    ground: Ground
    columns: int
    height: Floats
    slow: Floats
    metres: Floats

    def place(self, lonlat: Floats) -> Floats:
        """(n, 2) columns and rows of the field, with fractions."""
        grid = self.ground.grid
        rows, columns = grid.height_m.shape
        x = np.clip((lonlat[:, 0] - grid.west) / grid.step, 0, columns - 1e-9) + RIM
        y = np.clip((grid.north - lonlat[:, 1]) / grid.row_step, 0, rows - 1e-9) + RIM
        return np.column_stack([x, y])

    def cell_of(self, lonlat: Floats) -> Ints:
        """(n,) cells of the field."""
        x, y = self.place(lonlat).astype(np.int64).T
        return np.asarray(y * self.columns + x)

    def middle(self, cell: Ints) -> Floats:
        """(n, 2) degrees of the middle of cells."""
        grid = self.ground.grid
        row, column = np.divmod(cell, self.columns)
        lon = grid.west + (column - RIM + 0.5) * grid.step
        return np.column_stack([lon, grid.north - (row - RIM + 0.5) * grid.row_step])

    def search(self, rules: TravelRules, kph: float) -> tuple[int, Ints, Floats, Floats, Floats, float, float, bool]:
        """What a search needs besides its cells."""
        offsets = _offsets(self.columns)
        pace = _minutes_a_metre(rules, kph)
        return (
            self.columns, offsets, self.metres, self.height, self.slow, pace, float(rules.steepest_local), rules.on_foot
        )  # fmt: skip


def _minutes_a_metre(rules: TravelRules, kph: float) -> float:
    return rules.local_sinuosity * 60 / 1000 / (kph * rules.season_factor)


def _require_cover(ground: Ground, lonlat: Floats) -> None:
    ground.elevation.require_cover(lonlat[:, 0], lonlat[:, 1], both("ways off the roads", "道路以外的路段"))


def _metres(start: Floats, end: Floats) -> Floats:
    """Straight metres between points in degrees, on the ellipsoid."""
    return np.asarray(_EARTH.inv(*start.T, *end.T)[2], float) if len(start) else np.zeros(0)


def _ways(
    ground: Ground | None, rules: TravelRules, kph: float, start: Floats, end: Floats, limit_min: float
) -> Floats:
    """Minutes of each way; inf beyond the limit."""
    start, end = np.asarray(start, float).reshape(-1, 2), np.asarray(end, float).reshape(-1, 2)
    metres, pace = _metres(start, end), _minutes_a_metre(rules, kph)
    if ground is None:
        return np.where(metres * pace <= limit_min, metres * pace, np.inf)
    _require_cover(ground, np.vstack([start, end]))
    field = _field(ground, rules)
    line = straight_minutes(
        field.place(start), field.place(end), metres, field.columns, field.height, field.slow, pace,
        float(rules.steepest_local), rules.on_foot,
    )  # fmt: skip
    minutes = np.minimum(line, _around(field, rules, kph, (start, end), metres, line, limit_min))
    return np.where(minutes <= limit_min, minutes, np.inf)


def _around(
    field: _Field, rules: TravelRules, kph: float, ends: tuple[Floats, Floats], metres: Floats, line: Floats,
    limit_min: float,
) -> Floats:  # fmt: skip
    """Minutes between the cells for the ways that may be quicker than the straight line; inf for the others."""
    home, goal = field.cell_of(ends[0]), field.cell_of(ends[1])
    far = metres >= _LONG_CELLS * field.metres[:, :4].max()
    ideal = metres * _minutes_a_metre(rules, kph) * _quickest_share(field, rules)
    rows = np.flatnonzero((home != goal) & (far | np.isinf(line)) & (line > ideal * (1 + 1e-9)) & (ideal <= limit_min))
    minutes = np.full(len(metres), np.inf)
    if not len(rows):
        return minutes
    home, goal = home[rows], goal[rows]
    share = metres[rows] / _metres(field.middle(home), field.middle(goal))
    share = np.where(far[rows], share, np.maximum(share, 1.0))  # a short way around is no shorter than its cells
    bound = np.minimum(line[rows], limit_min) / share
    sign = 1.0 if len(np.unique(home)) <= len(np.unique(goal)) else -1.0
    one, other = (home, goal) if sign > 0 else (goal, home)
    order = np.argsort(one, kind="stable")
    source, first = np.unique(one[order], return_index=True)
    start = np.append(first, len(order)).astype(np.int64)
    found = search_groups(start, source, other[order], bound[order], *field.search(rules, kph), sign)
    minutes[rows[order]] = found * share[order]
    return minutes


def _quickest_share(field: _Field, rules: TravelRules) -> float:
    """Minutes ÷ minutes on open flat ground at the very best."""
    downhill = float(np.exp(-3.5 * 0.05)) if rules.on_foot else 1.0
    return downhill * float(field.slow.min(initial=1.0, where=field.slow > 0))


def _pairs(origins: Floats, sites: Floats, limit_m: float) -> tuple[Ints, Ints]:
    """Positions of the origins and sites that lie within a straight line of the limit."""
    none = np.zeros(0, np.int64)
    if not len(origins) or not len(sites) or limit_m <= 0:
        return none, none
    tree = cKDTree(_in_space(origins))
    found = tree.query_ball_point(_in_space(sites), min(limit_m, 2e7) * 1.001 + 1)  # chords are shorter than arcs
    near = [np.sort(np.asarray(rows, np.int64)) for rows in found]
    column = np.repeat(np.arange(len(sites)), [len(rows) for rows in near])
    row = np.concatenate([none, *near])
    keep = _metres(origins[row], sites[column]) <= limit_m
    return row[keep], column[keep]


def _in_space(lonlat: Floats) -> Floats:
    """(n, 3) metres from the middle of the Earth."""
    lon, lat = np.radians(lonlat).T
    normal = _EARTH.a / np.sqrt(1 - _EARTH.es * np.sin(lat) ** 2)
    flat = normal * np.cos(lat)
    return np.column_stack([flat * np.cos(lon), flat * np.sin(lon), normal * (1 - _EARTH.es) * np.sin(lat)])


def _offsets(columns: int) -> Ints:
    """(16, 3) from a cell to the end of each move and to the two cells it passes (its own where it passes none)."""
    out = []
    for down, across in MOVES:
        passed = [(0, 0), (0, 0)]
        if abs(down) == abs(across):
            passed = [(down, 0), (0, across)]
        elif abs(down) == 2:
            passed = [(down // 2, 0), (down // 2, across)]
        elif abs(across) == 2:
            passed = [(0, across // 2), (down, across // 2)]
        out.append([r * columns + c for r, c in [(down, across), *passed]])
    return np.array(out, np.int64)


def _field(ground: Ground, rules: TravelRules) -> _Field:
    grid = ground.grid
    height = np.asarray(grid.height_m, np.float64)
    unknown = np.isnan(height)
    if unknown.any():
        height = height[tuple(distance_transform_edt(unknown, return_distances=False, return_indices=True))]
    with np.errstate(invalid="ignore"):
        terrain = (grid.relief_m >= rules.hill_relief_m).astype(int) + (grid.relief_m >= rules.mountain_relief_m)
    bare = 1 / np.array(rules.terrain_factor)[terrain]
    slow = bare
    if ground.slowness is not None:
        slow = np.where(np.isfinite(ground.slowness), bare * ground.slowness, -bare)
    slow = np.pad(np.where(unknown, 0.0, slow), RIM)
    height = np.pad(height, RIM, mode="edge")
    return _Field(ground, slow.shape[1], height.ravel(), slow.ravel(), _move_metres(ground, len(slow)))


def _move_metres(ground: Ground, rows: int) -> Floats:
    """(rows, 16) true metres of each move from each row of the field."""
    grid = ground.grid
    middle = grid.north - (np.arange(rows) - RIM + 0.5) * grid.row_step
    out = np.empty((rows, len(MOVES)))
    for k, (down, across) in enumerate(MOVES):
        here, there = (np.clip(lat, -89.9, 89.9) for lat in (middle, middle - down * grid.row_step))
        zero = np.zeros(rows)
        out[:, k] = _EARTH.inv(zero, here, zero + across * grid.step, there)[2]
    return out

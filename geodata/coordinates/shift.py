"""Do points lie off the roads, all in one direction, by the way GCJ-02 or BD-09 would move them there?

Proposed with the measured offset and both positions, never applied: `read_coordinates` does that when it is told to.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from geodata.coordinates.datum import convert
from geodata.coordinates.fit import NEAR_M, Background, near_roads
from geodata.coordinates.systems import SYSTEMS
from geodata.crs import Projection, projection_for
from geodata.errors import Sentence, both
from geodata.roads.network import RoadNetwork

Floats = npt.NDArray[np.float64]

SHIFTED: Final = ("gcj02", "bd09")
LEAST_POINTS: Final = 30
_ASKED: Final = 500  # places looked at, chosen at random with a fixed seed
_USED: Final = 300  # places measured
_SAME_DEG: Final = 1e-5  # places closer than about a metre, such as those of one village's centre, count once
_COMPASS: Final = tuple(
    both(*words)
    for words in (
        ("north", "北"), ("north-east", "东北"), ("east", "东"), ("south-east", "东南"),
        ("south", "南"), ("south-west", "西南"), ("west", "西"), ("north-west", "西北"),
    )
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Shift:
    """Points that lie where another reference system would show them.

    Attributes:
        system: the system suspected, a name of `SYSTEMS`.
        points: how many points were given.
        points_used: how many of them, near roads and apart from each other, were measured.
        offset_m: median metres between the points as they are and as they would be.
        bearing_deg: direction in which they are off, degrees clockwise from north.
        distance_before_m, distance_after_m: median metres to the nearest road.
        share_improved: share of the measured points that come closer to a road.
        before, after: (points_used, 2) longitude and latitude in WGS-84, to be shown side by side.
    """

    system: str
    points: int
    points_used: int
    offset_m: float
    bearing_deg: float
    distance_before_m: float
    distance_after_m: float
    share_improved: float
    before: Floats
    after: Floats

    def told(self) -> Sentence:
        """What is suspected, and why."""
        name, way = SYSTEMS[self.system], _COMPASS[round(self.bearing_deg / 45) % 8]
        far, before, after = (f"{m:.0f}" for m in (self.offset_m, self.distance_before_m, self.distance_after_m))
        return both(
            f"the points lie {far} m {way} of where they fit the roads: {name} suspected. Median distance to a road "
            f"{before} m now, {after} m after conversion; {self.share_improved:.0%} of {self.points_used} points come "
            f"closer. Nothing was changed",
            f"各点比与道路吻合的位置整体偏{way.zh} {far} 米：疑似 {name.zh}。到道路的距离中位数现为 {before} 米，"
            f"换算后为 {after} 米；{self.points_used} 个点中 {self.share_improved:.0%} 更靠近道路。"
            "尚未改动",
        )


@dataclass(frozen=True, eq=False)
class ShiftCheck:
    """The shift that was found, or None, and in one sentence what was found or why nothing could be."""

    shift: Shift | None
    reason: Sentence


def suspect_shift(lon: npt.ArrayLike, lat: npt.ArrayLike, roads: RoadNetwork) -> Shift | None:
    """The shift that points show against roads, if they show one; `check_shift` also says why not.

    Args:
        lon, lat: (n,) degrees, taken for WGS-84; NaN is left out.
        roads: in WGS-84. Straightened roads are no measure.
    """
    return check_shift(lon, lat, roads).shift


def check_shift(lon: npt.ArrayLike, lat: npt.ArrayLike, roads: RoadNetwork) -> ShiftCheck:
    """As `suspect_shift`, with the reason."""
    places = np.column_stack([np.asarray(lon, float), np.asarray(lat, float)])
    places = places[np.isfinite(places).all(axis=1)]
    if roads.straightened:
        return ShiftCheck(None, both("the roads are straightened, too coarse to measure", "道路经过拉直简化，精度不足"))
    measured = _measured(_some(places), roads)
    if measured is None:
        reason = both(
            f"fewer than {LEAST_POINTS} different points within {NEAR_M / 1000:.0f} km of roads",
            f"道路 {NEAR_M / 1000:.0f} 公里范围内不同的点少于 {LEAST_POINTS} 个",
        )
        return ShiftCheck(None, reason)
    used, projection, background = measured
    fits = []
    for system in SHIFTED:
        after = np.column_stack(convert(used[:, 0], used[:, 1], system))
        fit = background.fit(projection.to_metric(*after.T))
        if fit.convinces:
            fits.append((fit.lead, system, after))
    if not fits:
        return ShiftCheck(None, both("no common shift of the points against the roads", "各点相对道路没有一致的偏移"))
    _, system, after = max(fits, key=lambda found: found[0])
    shift = _shift(system, len(places), used, after, projection, background)
    return ShiftCheck(shift, shift.told())


def _some(places: Floats) -> Floats:
    """At most `_ASKED` places that are not the same, whatever their order; always the same ones."""
    _, first = np.unique(np.round(places / _SAME_DEG), axis=0, return_index=True)
    chosen = np.random.default_rng(0).permutation(len(first))[:_ASKED]
    return np.asarray(places[first[chosen]])


def _measured(places: Floats, roads: RoadNetwork) -> tuple[Floats, Projection, Background] | None:
    """Those of the places that are near roads, and how they lie to them; None when they are too few."""
    if len(places) < LEAST_POINTS:
        return None
    projection = projection_for(places[:, 0], places[:, 1])
    xy = projection.to_metric(*places.T)
    near = near_roads(roads, xy, projection)
    if near is None:
        return None
    used = np.flatnonzero(near.distance_m(xy) <= NEAR_M)[:_USED]
    return (places[used], projection, Background(near, xy[used])) if len(used) >= LEAST_POINTS else None


def _shift(
    system: str, points: int, before: Floats, after: Floats, projection: Projection, background: Background
) -> Shift:
    """The shift with what it does to the distances."""
    off = background.xy - projection.to_metric(*after.T)
    east, north = np.median((before - after) * [np.cos(np.radians(before[:, 1].mean())), 1], axis=0)  # true north
    now, then = (background.roads.distance_m(xy) for xy in (background.xy, background.xy - off))
    return Shift(
        system=system,
        points=points,
        points_used=len(before),
        offset_m=float(np.median(np.hypot(*off.T))),
        bearing_deg=float(np.degrees(np.arctan2(east, north)) % 360),
        distance_before_m=float(np.median(now)),
        distance_after_m=float(np.median(then)),
        share_improved=float(np.mean(then < now)),
        before=before,
        after=after,
    )

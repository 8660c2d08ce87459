"""How well points fit the roads as they are, moved as a system predicts, and moved anywhere else by the same way.

A public place lies near a road; so does it when its coordinates are right. Of a translation of all points, the number
of points within some metres of a road is counted. A translation is right when it brings clearly more of them to the
roads than no translation does, and more than every other translation within `REACH_M`: on a regular grid of streets,
in a dense town, for places that stand off the roads, or for points strewn at random, one does as well as another.

Every number here is a judgement [J], held against real roads of five towns and regions moved to Kashgar. Of samples of
30 places, GCJ-02 and BD-09 were found in all with places within 15 m of a road, in 99.8 % with 5 to 30 m (outside the
smallest town), in 78 % with 10 to 60 m; of 14,000 samples at their roads, beside them, strewn at random, on lattices,
off by something else or with side roads missing from the map, none was suspected.
"""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree
from scipy.stats import binomtest

from geodata.crs import Projection
from geodata.roads.network import CLASSES, MODES, RoadNetwork

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NEAR_M: Final = 2_000.0  # places farther from any road say nothing
WITHIN_M: Final = (15.0, 30.0, 60.0, 120.0, 240.0)  # distances at which places are counted as being at a road
REACH_M: Final = 1_350.0  # of the other translations: BD-09 moves by about 1,100 m
STEP_M: Final = 75.0
APART_M: Final = 150.0  # a translation closer than this to the predicted one is no other one
AROUND_M: Final = (150.0, 25.0)  # reach and step of the search for the best translation around the predicted one
AGREES_M: Final = 60.0  # how far that may be from the predicted one
BY_CHANCE: Final = 5e-3  # probability of such an improvement when both places of a point are equally good
LEAD: Final = 0.25  # standard deviations by which the prediction must lead the other translations
SPACING_M: Final = 10.0  # points along the roads


@dataclass(frozen=True, eq=False)
class NearRoads:
    """Roads as points about `SPACING_M` apart, in metres."""

    tree: "cKDTree"

    def distance_m(self, xy: Floats, limit_m: float = np.inf) -> Floats:
        """Distance (…) of places (…, 2) to the nearest road, infinite beyond the limit."""
        far, _ = self.tree.query(xy.reshape(-1, 2), distance_upper_bound=limit_m)
        return np.asarray(far, float).reshape(xy.shape[:-1])


@dataclass(frozen=True)
class Fit:
    """What speaks for a translation.

    Attributes:
        lead: standard deviations by which it brings more places to the roads than the best other translation.
        by_chance: probability of its improvement over no translation, if there were none.
        off_m: metres between it and the best translation around it.
    """

    lead: float
    by_chance: float
    off_m: float

    @property
    def convinces(self) -> bool:
        """Whether all three speak for it."""
        return self.lead >= LEAD and self.by_chance <= BY_CHANCE and self.off_m <= AGREES_M


def near_roads(roads: RoadNetwork, xy: Floats, projection: Projection) -> NearRoads | None:
    """The roads that matter to places (n, 2) in metres; None when there are none.

    Roads open to cars only, where there are any: paths are so many in towns that every place is close to one.
    """
    keep = _driven(roads)
    road = np.repeat(np.arange(len(keep)), np.diff(roads.shape_start))
    at = projection.to_metric(roads.shape_lon, roads.shape_lat)
    here = np.asarray(np.isfinite(at).all(axis=1), bool)  # not so at the other end of the world
    first = np.flatnonzero((road[:-1] == road[1:]) & keep[road[:-1]] & here[:-1] & here[1:])
    a, b = at[first], at[first + 1]
    length = np.hypot(*(b - a).T)
    reach = NEAR_M + REACH_M + WITHIN_M[-1]
    close = cKDTree(xy).query((a + b) / 2)[0] <= reach + length / 2
    points = _along(a[close], b[close], length[close])
    return NearRoads(cKDTree(points)) if len(points) else None


def _driven(roads: RoadNetwork) -> npt.NDArray[np.bool_]:
    """(n_roads,) True where cars go, ferries left out; everything else but ferries when cars go nowhere."""
    land = roads.road_class != CLASSES.index("ferry")
    cars = land & ((roads.modes & MODES["car"]) > 0)
    keep = np.zeros(len(roads.shape_start) - 1, bool)
    keep[roads.road[cars if cars.any() else land]] = True
    return keep


def _along(a: Floats, b: Floats, length: Floats) -> Floats:
    """Points on the lines from a to b, both ends included."""
    parts = np.maximum(1, np.ceil(length / SPACING_M)).astype(np.int64)
    line = np.repeat(np.arange(len(parts)), parts)
    share = (np.arange(len(line)) - np.repeat(np.cumsum(parts) - parts, parts)) / parts[line]
    return np.vstack([a[line] + (b - a)[line] * share[:, None], b])


@lru_cache(maxsize=4)
def _disc(reach_m: float, step_m: float) -> Floats:
    """Translations (m, 2) on a square grid within a circle."""
    side = np.arange(-reach_m, reach_m + step_m / 2, step_m)
    grid = np.array(np.meshgrid(side, side)).reshape(2, -1).T
    return np.asarray(grid[np.hypot(*grid.T) <= reach_m])


class Background:
    """Places, and how many of them are at roads under every translation within reach.

    Args:
        xy: (n, 2) metres.
    """

    def __init__(self, roads: NearRoads, xy: Floats) -> None:
        self.roads, self.xy = roads, xy
        self.moves = _disc(REACH_M, STEP_M)
        counts = self._counts(xy[:, None] + self.moves)
        self.mean, self.deviation = counts.mean(axis=0), np.maximum(counts.std(axis=0), 1.0)  # at least one place
        self.score = (counts - self.mean) / self.deviation

    def fit(self, moved: Floats) -> Fit:
        """What speaks for the places (n, 2) being where a system says."""
        move = moved - self.xy
        common = move.mean(axis=0)
        spread = float(np.hypot(*(move - common).T).max())
        score = (self._counts(moved[:, None])[0] - self.mean) / self.deviation
        best = int(np.argmax(score))
        others = np.hypot(*(self.moves - common).T) > APART_M + spread
        return Fit(
            lead=float(score[best] - self.score[others].max()),
            by_chance=self._by_chance(moved, WITHIN_M[best]),
            off_m=self._off(moved, best),
        )

    def _counts(self, xy: Floats) -> Floats:
        """Places at roads (m, distances of `WITHIN_M`) of places under m translations (n, m, 2)."""
        far = self.roads.distance_m(xy, WITHIN_M[-1] + 1)
        return np.stack([(far <= within).sum(axis=0) for within in WITHIN_M], axis=-1).astype(float)

    def _by_chance(self, moved: Floats, within: float) -> float:
        """Sign test on the places that are at a road only here or only there."""
        before, after = (self.roads.distance_m(xy) <= within for xy in (self.xy, moved))
        gained, lost = int(np.sum(after & ~before)), int(np.sum(before & ~after))
        return float(binomtest(gained, gained + lost, alternative="greater").pvalue) if gained + lost else 1.0

    def _off(self, moved: Floats, distance: int) -> float:
        """Metres from the predicted translation to the middle of the best ones around it."""
        around = _disc(*AROUND_M)
        counts = self._counts(moved[:, None] + around)[:, distance]
        return float(np.hypot(*around[counts == counts.max()].mean(axis=0)))

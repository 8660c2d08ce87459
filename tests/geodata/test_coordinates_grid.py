"""Gauss-Krüger metres become degrees as an independent library has them; a zone that nobody wrote is not guessed."""

import numpy as np
import pytest
import utm
from hypothesis import given
from hypothesis import strategies as st

from geodata.coordinates import CHINA
from geodata.coordinates.grid import meridian, read_metres
from geodata.crs import SIX_DEGREES, THREE_DEGREES, gauss_kruger

UTM_SCALE = 0.9996
PLACES = st.lists(st.tuples(st.floats(-1.4, 1.4), st.floats(34.1, 43.9)), min_size=1, max_size=5)


def metres(lon, lat, degrees_east):
    """Easting without zone and northing of a transverse Mercator of scale 1, by the library utm."""
    east, north, _, _ = utm.from_latlon(np.asarray(lat), np.asarray(lon), force_zone_number=(degrees_east + 183) // 6)
    return (east - 500_000) / UTM_SCALE + 500_000, north / UTM_SCALE


def places(count, around, reach=3.0, seed=0):
    rng = np.random.default_rng(seed)
    return rng.uniform(around - reach, around + reach, count), rng.uniform(34, 44, count)


class TestZones:
    @pytest.mark.parametrize("zone", [*SIX_DEGREES, *THREE_DEGREES])
    def test_every_zone_has_its_meridian_and_writes_its_number_before_the_easting(self, zone):
        conversion = {p.name: p.value for p in gauss_kruger(zone).coordinate_operation.params}
        assert conversion == {
            "Latitude of natural origin": 0,
            "Longitude of natural origin": meridian(zone),
            "Scale factor at natural origin": 1,
            "False easting": zone * 1_000_000 + 500_000,
            "False northing": 0,
        }
        assert gauss_kruger(zone).geodetic_crs.name == "China Geodetic Coordinate System 2000"

    @pytest.mark.parametrize("zone", [0, 12, 24, 46])
    def test_other_zones_are_refused(self, zone):
        with pytest.raises(ValueError, match="zones are 13 to 23 and 25 to 45"):
            gauss_kruger(zone)


class TestAgainstAnIndependentLibrary:
    @pytest.mark.parametrize(("zone", "east"), [(13, 75), (14, 81), (15, 87), (25, 75), (27, 81), (29, 87)])
    def test_ten_thousand_places_are_found_where_it_finds_them(self, zone, east):
        lon, lat = places(10_000, east)
        easting, northing = metres(lon, lat, east)
        found = read_metres(zone * 1_000_000 + easting, northing, CHINA)
        assert np.abs(found.lon - lon).max() < 1e-6
        assert np.abs(found.lat - lat).max() < 1e-6
        assert (found.zone == zone).all()

    @given(PLACES, st.sampled_from([75, 81, 87]), st.booleans(), st.booleans())
    def test_the_order_of_the_two_numbers_and_the_written_zone_do_not_matter(self, offsets, east, turned, written):
        lon, lat = np.add(offsets, (east, 0)).T
        easting, northing = metres(lon, lat, east)
        easting = easting + written * (east // 3) * 1_000_000
        pair = (northing, easting) if turned else (easting, northing)
        found = read_metres(*pair, (east - 1.45, 34, east + 1.45, 44))
        assert found.lon == pytest.approx(lon, abs=1e-6)
        assert found.lat == pytest.approx(lat, abs=1e-6)


class TestZonesThatAreNotWritten:
    COUNTY = (75.2, 39.0, 76.4, 40.0)  # one reading of the eastings 517,000 to 620,000 lies in it

    def test_the_only_zone_that_brings_them_into_the_area_is_taken(self):
        lon, lat = places(50, 75.8, 0.5)
        lat = 39.0 + (lat - 34) / 10
        found = read_metres(*metres(lon, lat, 75), self.COUNTY)
        assert found.possible == (75,)
        assert found.lon == pytest.approx(lon, abs=1e-6)
        assert not found.unclear.any()

    def test_several_possible_zones_are_asked_about(self):
        easting, northing = metres([75.5, 75.7], [39.5, 39.6], 75)
        found = read_metres(easting, northing, (74.0, 38.0, 80.0, 41.0))
        assert found.possible == (75, 78)
        assert found.unclear.all()
        assert np.isnan(found.lon).all()

    def test_an_area_that_no_zone_reaches_is_asked_about(self):
        found = read_metres(np.array([512_345.0]), np.array([4_371_234.0]), (75.5, 20.0, 76.0, 21.0))
        assert found.possible == ()
        assert found.unclear.all()

    def test_rows_that_speak_for_another_zone_leave_the_question_open(self):
        """Four of ten places lie beyond the area, which the neighbouring zone would bring in."""
        lon = np.array([75.3] * 6 + [76.8] * 4)
        easting, northing = metres(lon, np.full(10, 39.5), 75)
        found = read_metres(easting, northing, (75.2, 39.0, 78.5, 40.0))
        assert found.possible == (75, 78)

    def test_a_few_typing_errors_do_not_leave_it_open(self):
        lon, lat = places(50, 75.8, 0.5)
        easting, northing = metres(lon, 39.0 + (lat - 34) / 10, 75)
        easting[:3] = 260_000  # 72.2°E, or 75.2°E in the neighbouring zone
        found = read_metres(easting, northing, self.COUNTY)
        assert found.possible == (75,)
        assert found.lon[:3].max() < 73

    def test_rows_most_of_which_no_zone_brings_into_the_area_are_asked_about(self):
        easting, northing = metres([75.5] * 4 + [75.5] * 6, [39.5] * 4 + [42.0] * 6, 75)
        assert read_metres(easting, northing, self.COUNTY).unclear.all()

    def test_the_zone_that_the_user_names_is_taken(self):
        easting, northing = metres([81.3], [39.5], 81)
        assert read_metres(easting, northing, CHINA, zone=27).lon == pytest.approx([81.3], abs=1e-6)

    def test_a_written_zone_goes_before_the_named_one(self):
        easting, northing = metres([81.3], [39.5], 81)
        found = read_metres(14_000_000 + easting, northing, CHINA, zone=25)
        assert (found.lon[0], found.zone[0]) == (pytest.approx(81.3, abs=1e-6), 14)


class TestNumbersThatAreNoGrid:
    @pytest.mark.parametrize(
        "pair",
        [
            (75.99, 39.47),
            (4_371_234.0, 4_371_234.0),
            (24_512_345.0, 4_371_234.0),
            (46_512_345.0, 4_371_234.0),
            (13_950_000.0, 4_371_234.0),
            (512_345.0, 512_345.0),
            (-512_345.0, 4_371_234.0),
            (512_345.0, 9_000_000.0),
            (np.nan, 4_371_234.0),
        ],
    )
    def test_they_are_no_place_and_no_question(self, pair):
        found = read_metres(*np.array(pair)[:, None], CHINA)
        assert np.isnan(found.lon).all()
        assert not found.unclear.any()

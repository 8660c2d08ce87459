"""What OpenStreetMap's tags mean: each line of the conventions, and OSMnx as the judge of what both read."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from osmnx import graph as osmnx_graph
from osmnx import routing as osmnx_routing

from geodata.roads import tags as osm
from geodata.roads.network import CLASSES, MODES, SURFACES

CAR, MOTORCYCLE, FOOT, WHEELCHAIR = (MODES[m] for m in ("car", "motorcycle", "foot", "wheelchair"))
ALL = CAR | MOTORCYCLE | FOOT | WHEELCHAIR
WALKERS = FOOT | WHEELCHAIR


def modes(**tags):
    said = osm.meaning({key.replace("__", ":"): value for key, value in tags.items()})
    return (said.forward, said.backward) if said else None


class TestWhatIsARoad:
    @pytest.mark.parametrize("highway", [c for c in CLASSES if c not in ("ferry", "main_road")])
    def test_every_class_is_read(self, highway):
        assert CLASSES[osm.meaning({"highway": highway}).road_class] == highway

    @pytest.mark.parametrize("highway", ["construction", "proposed", "razed", "platform", "ferry", "main_road", ""])
    def test_what_cannot_be_travelled_is_left_out(self, highway):
        assert osm.meaning({"highway": highway}) is None

    def test_areas_are_left_out(self):
        assert osm.meaning({"highway": "pedestrian", "area": "yes"}) is None
        assert osm.meaning({"highway": "pedestrian", "area": "no"}) is not None

    def test_a_ferry_is_a_route_that_is_no_road(self):
        assert CLASSES[osm.meaning({"route": "ferry"}).road_class] == "ferry"
        assert CLASSES[osm.meaning({"route": "ferry", "highway": "service"}).road_class] == "service"
        assert osm.meaning({"route": "bus"}) is None

    def test_what_is_closed_to_everyone_is_left_out(self):
        assert osm.meaning({"highway": "service", "access": "private"}) is None


class TestWhoMayGo:
    def test_a_street_is_open_to_everyone_both_ways(self):
        assert modes(highway="residential") == (ALL, ALL)

    @pytest.mark.parametrize("highway", ["footway", "path", "cycleway", "bridleway", "pedestrian"])
    def test_no_cars_on_paths(self, highway):
        assert modes(highway=highway) == (WALKERS, WALKERS)
        assert modes(highway=highway, access="yes") == (WALKERS, WALKERS)

    def test_no_wheelchairs_on_steps(self):
        assert modes(highway="steps") == (FOOT, FOOT)
        assert modes(highway="steps", foot="yes") == (FOOT, FOOT)
        assert modes(highway="steps", wheelchair="yes") == (WALKERS, WALKERS)

    @pytest.mark.parametrize("road", [{"highway": "motorway"}, {"highway": "trunk", "motorroad": "yes"}])
    def test_nobody_walks_on_motorways(self, road):
        assert modes(**road) == (CAR | MOTORCYCLE, CAR | MOTORCYCLE)

    def test_the_most_specific_key_decides(self):
        assert modes(highway="track", access="no", foot="yes") == (WALKERS, WALKERS)
        assert modes(highway="service", access="no", motor_vehicle="yes")[0] == CAR | MOTORCYCLE
        assert modes(highway="service", access="no", motorcar="destination")[0] == CAR
        assert modes(highway="service", motor_vehicle="no", motorcycle="yes")[0] == ALL - CAR
        assert modes(highway="service", vehicle="private")[0] == WALKERS
        assert modes(highway="service", vehicle="no", motor_vehicle="yes")[0] == ALL

    def test_a_key_for_walkers_does_not_open_a_road_to_cars(self):
        assert modes(highway="service", access="no", foot="yes")[0] & CAR == 0

    def test_what_closes_a_road_to_walkers_closes_it_to_wheelchairs(self):
        assert modes(highway="primary", foot="no")[0] == CAR | MOTORCYCLE
        assert modes(highway="primary", foot="no", wheelchair="yes")[0] == ALL - FOOT
        assert modes(highway="primary", wheelchair="no")[0] == ALL - WHEELCHAIR

    def test_a_path_that_names_cars_is_open_to_them(self):
        assert modes(highway="path", motor_vehicle="yes")[0] == ALL
        assert modes(highway="path", vehicle="yes")[0] == WALKERS

    def test_of_several_values_one_open_is_enough(self):
        assert modes(highway="service", access="private;destination") == (ALL, ALL)
        assert modes(highway="service", access="private;no") is None

    def test_a_ferry_that_names_walkers_carries_no_cars(self):
        assert modes(route="ferry") == (ALL, ALL)
        assert modes(route="ferry", foot="yes") == (WALKERS, WALKERS)
        assert modes(route="ferry", foot="yes", motor_vehicle="yes") == (ALL, ALL)
        assert modes(route="ferry", motor_vehicle="no") == (WALKERS, WALKERS)


class TestOneWay:
    @pytest.mark.parametrize("oneway", ["yes", "true", "1", "F"])
    def test_one_way_binds_vehicles_and_not_walkers(self, oneway):
        assert modes(highway="primary", oneway=oneway) == (ALL, WALKERS)

    @pytest.mark.parametrize("oneway", ["-1", "reverse", "T"])
    def test_reversed_one_way_leads_against_the_way(self, oneway):
        assert modes(highway="primary", oneway=oneway) == (WALKERS, ALL)

    @pytest.mark.parametrize("oneway", ["no", "reversible", "alternating", ""])
    def test_other_words_leave_the_road_two_way(self, oneway):
        assert modes(highway="primary", oneway=oneway) == (ALL, ALL)

    def test_a_roundabout_is_one_way(self):
        assert modes(highway="primary", junction="roundabout") == (ALL, WALKERS)

    @given(
        st.sampled_from(["yes", "true", "1", "-1", "reverse", "T", "F", "no", "False", "YES", None]),
        st.sampled_from(["roundabout", "circular", None]),
    )
    def test_cars_go_where_osmnx_lets_them(self, oneway, junction):
        told = {"oneway": oneway, "junction": junction}
        path = {key: value for key, value in told.items() if value is not None}
        one_way = osmnx_graph._is_path_one_way(path, False, set(osm.ONE_WAY))
        against = one_way and osmnx_graph._is_path_reversed(path, set(osm.REVERSED))
        forward, backward = osm.directions(ALL, path)
        assert (bool(forward & CAR), bool(backward & CAR)) == (not against, against or not one_way)


class TestSpeeds:
    @pytest.mark.parametrize(
        ("text", "kph"),
        [
            ("50", 50), ("50 km/h", 50), ("50km/h", 50), ("30 mph", 48.2802), ("30mph", 48.2802), ("10 knots", 18.52),
            ("62.5", 62.5), ("62,5", 62.5), ("50;60", 55), ("50|60|70", 60), ("50; 30 mph", 49.1401),
        ],
    )  # fmt: skip
    def test_numbers_have_units_and_lists_their_mean(self, text, kph):
        assert osm.kph(text) == pytest.approx(kph)

    @pytest.mark.parametrize(
        "text", [None, "", "none", "walk", "signals", "CN:urban", "DE:motorway", "0", "0 mph", "-30", "50;CN:urban",
                 "1.2.3", "fast", "inf", "nan", "9" * 400, "５０公里"],
    )  # fmt: skip
    def test_what_is_no_speed_is_not_known(self, text):
        assert np.isnan(osm.kph(text))

    @given(st.integers(1, 200), st.sampled_from(["", " km/h", "kmh", " mph", "mph", " kph"]))
    def test_numbers_are_read_as_osmnx_reads_them(self, number, unit):
        assert osm.kph(f"{number}{unit}") == pytest.approx(osmnx_routing._clean_maxspeed(f"{number}{unit}"))

    @given(st.text(max_size=12))
    def test_no_text_breaks_it(self, text):
        assert np.isnan(osm.kph(text)) or osm.kph(text) > 0
        assert np.isnan(osm.minutes(text)) or osm.minutes(text) > 0

    def test_a_direction_of_its_own_comes_before_the_common_limit(self):
        said = osm.meaning({"highway": "primary", "maxspeed": "60", "maxspeed:backward": "40"})
        assert (said.forward_kph, said.backward_kph) == (60, 40)
        said = osm.meaning({"highway": "primary", "maxspeed:forward": "80"})
        assert said.forward_kph == 80
        assert np.isnan(said.backward_kph)


class TestSurfaces:
    @pytest.mark.parametrize(
        ("tags", "expected"),
        [
            ({}, "unknown"), ({"surface": "asphalt"}, "paved"), ({"surface": "Asphalt"}, "paved"),
            ({"surface": "gravel"}, "unpaved"), ({"surface": "mud"}, "rough"), ({"surface": "chewing gum"}, "unknown"),
            ({"surface": "asphalt;gravel"}, "unpaved"), ({"tracktype": "grade1"}, "paved"),
            ({"tracktype": "grade3"}, "unpaved"), ({"tracktype": "grade5"}, "rough"),
            ({"surface": "asphalt", "tracktype": "grade5"}, "paved"),
            ({"surface": "asphalt", "smoothness": "bad"}, "unpaved"),
            ({"surface": "asphalt", "smoothness": "horrible"}, "rough"),
            ({"surface": "sand", "smoothness": "excellent"}, "rough"), ({"smoothness": "good"}, "unknown"),
        ],
    )  # fmt: skip
    def test_the_worst_of_what_is_said_counts(self, tags, expected):
        assert osm.surface(tags) == expected

    def test_the_tables_name_known_surfaces(self):
        assert {*osm.SURFACE.values(), *osm.TRACK.values(), *osm.SMOOTHNESS.values()} <= set(SURFACES)


class TestFerries:
    @pytest.mark.parametrize(
        ("text", "minutes"),
        [("15", 15), ("00:20", 20), ("1:30", 90), ("26:00", 1_560), ("01:30:30", 90.5), ("PT1H30M", 90), ("PT45M", 45),
         ("P1DT1H", 1_500), ("PT90S", 1.5)],
    )  # fmt: skip
    def test_durations_are_read(self, text, minutes):
        assert osm.minutes(text) == minutes

    @pytest.mark.parametrize("text", [None, "", "0", "00:00", "P", "PT", "soon", "15 min", "-5"])
    def test_what_is_no_duration_is_not_known(self, text):
        assert np.isnan(osm.minutes(text))

    def test_only_ferries_have_one(self):
        assert osm.meaning({"route": "ferry", "duration": "15"}).minutes == 15
        assert np.isnan(osm.meaning({"highway": "path", "duration": "15"}).minutes)

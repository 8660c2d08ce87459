"""The rules that make the study area, on cases small enough to check by hand."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from geodata.build.people import county_cells, county_populations, morton, share_rest
from geodata.build.places import chinese_names, stem, township_matches
from geodata.build.sites import crowded_cells
from geodata.build.sources import read_counties, read_prefectures, wheel
from geodata.study_data import open_study_data

NAN = float("nan")


def test_the_counties_of_the_study_area_are_what_the_facts_give():
    made = county_populations(read_counties(), read_prefectures())
    kept = open_study_data().counties
    assert made["population"].tolist() == kept["population"].tolist()
    assert made["quality"].tolist() == kept["quality"].tolist()


class TestSharingTheRest:
    TOTAL = pd.Series({"census_2010": 100, "census_2020": 200})

    def rest(self, population, census_2010, units):
        group = pd.DataFrame({"population": population, "census_2010": census_2010, "village_units_2023": units})
        return share_rest(group, self.TOTAL).tolist()

    def test_counts_of_2010_are_scaled(self):
        assert self.rest([80, NAN, NAN], [40, 20, 40], [1, 1, 1]) == [40, 80]

    def test_a_county_without_any_count_takes_the_gap_of_2010(self):
        assert self.rest([80, NAN, NAN], [40, 20, NAN], [1, 1, 9]) == [40, 80]

    def test_where_no_count_is_left_units_decide(self):
        assert self.rest([80, NAN, NAN], [40, NAN, NAN], [1, 1, 3]) == [30, 90]


class TestTownshipNames:
    TOWNSHIPS = pd.DataFrame(
        [("653101001", "甲镇"), ("653101002", "乙乡"), ("653101003", "丙镇"), ("653101004", "丙乡")],
        columns=["township_code", "township"],
    ).assign(county_code="653101")

    def matches(self, *names):
        places = pd.DataFrame({"geonameid": range(1, len(names) + 1), "chinese": names, "county_code": "653101"})
        return township_matches(places, self.TOWNSHIPS)

    def test_a_full_name_is_matched_first_then_the_name_without_its_kind(self):
        assert self.matches(["甲镇"], ["乙"]) == {1: "653101001", 2: "653101002"}

    def test_a_name_that_fits_two_townships_is_left_open(self):
        assert self.matches(["丙"]) == {}

    def test_a_township_that_fits_two_places_is_left_open(self):
        assert self.matches(["甲镇"], ["甲镇"]) == {}

    def test_a_place_of_another_county_is_not_matched(self):
        places = pd.DataFrame({"geonameid": [1], "chinese": [["甲镇"]], "county_code": ["653121"]})
        assert township_matches(places, self.TOWNSHIPS) == {}

    def test_the_kind_is_only_the_end_of_a_name(self):
        assert [stem(n) for n in ("镇北镇", "甲街道", "乙")] == ["镇北", "甲", "乙"]

    def test_only_chinese_names_are_chinese_longest_first(self):
        assert chinese_names(["Kashgar", "喀什", "喀什市", "喀什噶尔 X"]) == ["喀什市", "喀什"]


def test_the_curve_keeps_the_four_quarters_apart():
    row, column = (index.ravel() for index in np.indices((4, 4)))
    order = np.argsort(morton(row, column))
    quarters = [set(zip(row[part] // 2, column[part] // 2, strict=True)) for part in np.split(order, 4)]
    assert all(len(quarter) == 1 for quarter in quarters)


def test_more_likely_points_carry_more_people_and_unlikely_ones_none():
    ground = pd.DataFrame({"county_code": "653101", "lon": [76.0, 76.1, 76.2], "lat": 39.0, "height_m": 1_200.0})
    cells = county_cells(ground, np.array([3.0, 0.0, 1.0]), 4, 101)
    assert cells["lon"].tolist() == [76.0, 76.2]
    assert cells["population"].tolist() == [76, 25]


def test_village_points_stand_in_the_crowd_far_from_places_and_from_each_other():
    cells = pd.DataFrame({"lon": [76.0, 76.01, 77.0, 78.0], "lat": 39.0, "population": [10, 30, 5, 900]})
    places = pd.DataFrame({"lon": [78.01], "lat": [39.0]})
    assert crowded_cells(cells, places) == [0, 2]  # both first cells reach 40 people; the earlier one is taken


def test_a_missing_wheel_is_named(tmp_path):
    with pytest.raises(SystemExit, match="one wheel of pvlib is needed, 0 found"):
        wheel(tmp_path, "pvlib")


def test_without_a_folder_the_command_tells_how_to_use_it():
    told = subprocess.run([sys.executable, "-m", "geodata.build"], capture_output=True, text=True, check=False)
    assert told.returncode == 1
    assert "python -m geodata.build WHEELS" in told.stderr

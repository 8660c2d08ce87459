"""The rules that make the study area, on cases small enough to check by hand."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from geodata.build.people import county_cells, county_populations, morton, share_rest
from geodata.build.places import chinese_names, stem, township_matches
from geodata.build.sites import crowded_cells
from geodata.build.sources import FACTS, read_counties, read_prefectures, wheel
from geodata.build.units import joined, owners, same_townships, spellings, without_conflicts
from geodata.gazetteer import open_gazetteer
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


class TestTwoListsOfTownships:
    """The same township is recognised by its name; the same code may mean two."""

    FACTS = pd.DataFrame(
        [("653101", "新庄镇", "旧庄乡", "renamed")], columns=["county_code", "township", "alias", "kind"]
    )

    def same(self, nbs, mca):
        tables = [pd.DataFrame([(f"653101{c}", n) for c, n in t.items()], columns=["code", "name"]) for t in (nbs, mca)]
        return {m[6:]: n[6:] for m, n in same_townships(*tables, self.FACTS).items()}

    def test_codes_that_are_exchanged_do_not_exchange_the_townships(self):
        exchanged = self.same({"001": "甲镇", "002": "乙镇"}, {"001": "乙镇", "002": "甲镇"})
        assert exchanged == {"001": "002", "002": "001"}

    def test_the_same_code_and_nearly_the_same_name_is_a_spelling(self):
        assert self.same({"001": "策达雅乡"}, {"001": "策大雅乡"}) == {"001": "001"}
        assert self.same({"001": "幸福路街道"}, {"001": "幸福街道"}) == {"001": "001"}

    def test_the_same_code_and_another_name_is_another_township(self):
        assert self.same({"001": "红柳镇"}, {"001": "百和镇"}) == {}

    def test_a_former_name_and_a_name_without_its_kind_are_recognised(self):
        assert self.same({"203": "旧庄乡"}, {"107": "新庄镇"}) == {"107": "203"}
        assert self.same({"107": "新庄镇"}, {"203": "旧庄乡"}) == {"203": "107"}
        assert self.same({"205": "丙丙乡"}, {"103": "丙丙镇"}) == {"103": "205"}

    def test_a_name_that_fits_twice_is_left_open(self):
        assert self.same({"205": "丙丙乡"}, {"103": "丙丙镇", "001": "丙丙街道"}) == {}

    def test_a_unit_keeps_the_code_of_its_villages_and_the_newer_name(self):
        nbs = pd.DataFrame({"code": ["653101002", "653101009"], "name": ["哈拉乡", "旧场"]})
        mca = pd.DataFrame({"code": ["653101001", "653101002"], "name": ["哈拉镇", "新镇"]})
        out = joined(nbs, mca, self.FACTS)
        assert out[["code", "name", "valid", "mca_code"]].to_numpy().tolist() == [
            ["653101002", "哈拉镇", "both", "653101001"],
            ["653101009", "旧场", "nbs2023", ""],
        ]  # 新镇 has the code of another township, so it is no unit of its own


def test_regiments_and_what_is_in_them_belong_to_the_corps():
    units = pd.DataFrame(
        {"code": ["659003", "652823501", "652823501501", "653122208500"], "name": ["甲市", "乙", "丙", "丁"]}
    )
    assert owners(units).tolist() == ["xpcc", "xpcc", "xpcc", ""]


def test_only_spellings_that_read_like_the_name_become_aliases():
    names = ["色力布亚", "se li bu ya", "Selibuya Zhen", "Serikbuya", "Ha'erlong", "سېرىقبۇيا", "Серықбуя"]
    assert spellings(names) == [("سېرىقبۇيا", "uyghur_arabic"), ("Selibuya Zhen", "english")]
    # Serikbuya is the Uyghur name letter by letter and needs no row


def test_an_alias_that_two_townships_of_a_county_would_share_is_left_out():
    units = pd.DataFrame({"code": ["653101001", "653101002", "653102001"], "name": ["甲镇", "乙镇", "丙镇"]})
    rows = [
        ("653101001", "乙镇"),
        ("653101001", "老镇"),
        ("653101002", "老镇"),
        ("653102001", "老镇"),
        ("653101002", "甲甲"),
    ]
    aliases = pd.DataFrame(rows, columns=["code", "alias"]).assign(kind="old", source="x", mark="S")
    kept = without_conflicts(aliases, units)
    assert kept[["code", "alias"]].to_numpy().tolist() == [["653101002", "甲甲"], ["653102001", "老镇"]]


def test_the_units_are_those_of_the_kept_facts():
    facts = pd.read_csv(FACTS / "nbs_units_2023.csv.gz", dtype=str, comment="#")
    units = open_gazetteer().units
    villages = units[units["level"] == "village"].set_index("code")["name"]
    assert villages.to_dict() == facts[facts["code"].str.len() == 12].set_index("code")["name"].to_dict()
    assert set(facts["code"]) <= set(units["code"])

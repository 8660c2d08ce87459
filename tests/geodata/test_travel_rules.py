"""The speed table, read for one kind of traveller in one season."""

from dataclasses import replace

import numpy as np
import pytest

from geodata.errors import LayerError, in_language
from geodata.figures import MARKS, Figure, changed
from geodata.roads.network import CLASSES, MODES, SURFACES
from geodata.travel.rules import (
    ON_FOOT,
    PROFILES,
    SEASONS,
    TERRAINS,
    is_exact_speed,
    may_be_zero,
    season_of,
    speed_table,
    travel_figures,
    travel_rules,
)

FIGURES = travel_figures()
VALUE = {row.key: row.value for row in FIGURES}


def kph(rules, kind, surface="paved", terrain="flat"):
    return rules.kph_table()[CLASSES.index(kind), SURFACES.index(surface), TERRAINS.index(terrain)]


class TestTheShippedTable:
    def test_every_row_has_unit_mark_source_and_both_languages(self):
        for row in FIGURES:
            assert row.mark in MARKS, row.key
            assert row.unit, row.key
            assert row.source, row.key
            assert row.zh, row.key
            assert row.en, row.key

    def test_nothing_is_taken_from_a_published_source_without_naming_it(self):
        assert all(any(c.isdigit() for c in row.source) for row in FIGURES if row.mark == "S")

    @pytest.mark.parametrize("profile", PROFILES)
    @pytest.mark.parametrize("season", SEASONS)
    @pytest.mark.parametrize("unknown", ["best", "worst"])
    def test_it_serves_every_profile_season_and_choice(self, profile, season, unknown):
        rules = travel_rules(profile=profile, season=season, unknown_surface=unknown)
        assert (rules.profile, rules.season, rules.mode) == (profile, season, MODES[PROFILES[profile]])
        assert rules.kph_table().max() > 0
        assert rules.boarding_min == VALUE["boarding_min" if profile == "car" else f"{profile}_boarding_min"]
        assert rules.longest_min == VALUE[f"{profile}_longest_min"]

    def test_a_car_has_a_speed_on_every_class_that_cars_use(self):
        walked = {"pedestrian", "footway", "cycleway", "bridleway", "path", "steps"}
        slow = travel_rules().kph_table()[:, 1:, 0] == 0
        assert {CLASSES[c] for c, _ in np.argwhere(slow)} <= walked

    def test_better_roads_and_ground_are_never_slower(self):
        for season in SEASONS:
            table = travel_rules(season=season).kph_table()
            assert (np.diff(table[:, 1:, :], axis=1) <= 0).all()  # paved, unpaved, rough
            assert (np.diff(table, axis=2) <= 0).all()  # flat, hill, mountain
        assert (travel_rules(season="winter").kph_table() <= travel_rules().kph_table()).all()


class TestSpeeds:
    def test_the_speed_is_the_product_of_class_surface_terrain_and_season(self):
        winter = travel_rules(season="winter")
        expected = VALUE["trunk_kph"] * VALUE["unpaved_factor"] * VALUE["mountain_factor"] * VALUE["winter_factor"]
        assert kph(winter, "trunk", "unpaved", "mountain") == pytest.approx(expected)
        assert kph(travel_rules(), "trunk") == VALUE["trunk_kph"]

    def test_an_unknown_surface_is_the_best_or_the_worst(self):
        best, worst = travel_rules(unknown_surface="best"), travel_rules(unknown_surface="worst")
        for kind in ("tertiary", "track", "residential"):
            assert kph(best, kind, "unknown") == kph(best, kind, "paved")
            assert kph(worst, kind, "unknown") == kph(worst, kind, "unpaved") < kph(best, kind, "unknown")

    @pytest.mark.parametrize("kind", ["motorway", "trunk", "trunk_link", "primary", "secondary", "secondary_link"])
    def test_a_road_of_high_rank_without_known_surface_counts_as_paved_even_at_the_worst(self, kind):
        worst = travel_rules(unknown_surface="worst")
        assert kph(worst, kind, "unknown") == kph(worst, kind, "paved") > kph(worst, kind, "unpaved")

    def test_a_motorcycle_is_as_fast_as_a_car_up_to_its_top_speed(self):
        car, motorcycle = travel_rules().kph_table(), travel_rules(profile="motorcycle").kph_table()
        assert (motorcycle == np.minimum(car, VALUE["motorcycle_top_kph"])).all()
        assert (motorcycle < car).any()

    def test_an_escort_changes_boarding_and_patience_but_no_speed(self):
        car, escorted = travel_rules(), travel_rules(profile="with_escort")
        assert (car.kph_table() == escorted.kph_table()).all()
        assert escorted.boarding_min > car.boarding_min
        assert escorted.longest_min < car.longest_min

    @pytest.mark.parametrize("profile", ON_FOOT)
    def test_whoever_walks_is_as_fast_on_every_class_and_in_every_terrain(self, profile):
        rules = travel_rules(profile=profile)
        paved = rules.kph_table()[:, SURFACES.index("paved")]
        ferry = CLASSES.index("ferry")
        assert (np.delete(paved, ferry, axis=0) == VALUE[f"{profile}_kph"]).all()
        assert (paved[ferry] == VALUE["ferry_kph"]).all()
        assert not rules.uses_tags
        assert rules.on_foot

    def test_a_wheelchair_goes_on_paved_roads_only(self):
        rules = travel_rules(profile="wheelchair")
        assert kph(rules, "residential", "paved") == VALUE["wheelchair_kph"]
        assert kph(rules, "residential", "unpaved") == kph(rules, "residential", "rough") == 0
        assert kph(rules, "residential", "unknown") > 0
        assert kph(travel_rules(profile="wheelchair", unknown_surface="worst"), "residential", "unknown") == 0

    def test_walking_is_toblers_speed_on_level_ground(self):
        assert travel_rules(profile="walking").local_road_kph == pytest.approx(6 * np.exp(-3.5 * 0.05), abs=1e-3)

    @pytest.mark.parametrize("profile", PROFILES)
    def test_off_the_roads_each_profile_has_its_own_speed(self, profile):
        rules = travel_rules(profile=profile)
        assert rules.off_road_kph == VALUE["walking_kph" if profile == "walking" else f"{profile}_off_road_kph"]
        assert rules.local_road_kph == VALUE[f"{profile}_kph" if profile in ON_FOOT else "local_road_kph"]


class TestExactRows:
    """Rows that name a class and a surface take the place of the product."""

    @staticmethod
    def rules(season="summer", unknown="best", **values):
        return travel_rules(changed(FIGURES, values), season=season, unknown_surface=unknown)

    def test_a_row_of_class_and_surface_is_slowed_by_terrain_and_season_only(self):
        rules = self.rules("winter", trunk_rough_kph=33)
        expected = 33 * VALUE["hill_factor"] * VALUE["winter_factor"]
        assert kph(rules, "trunk", "rough", "hill") == pytest.approx(expected)
        assert kph(rules, "primary", "rough", "hill") == kph(travel_rules(season="winter"), "primary", "rough", "hill")

    def test_a_row_with_terrain_is_slowed_by_the_season_only(self):
        rules = self.rules("winter", trunk_rough_hill_kph=33)
        assert kph(rules, "trunk", "rough", "hill") == pytest.approx(33 * VALUE["winter_factor"])
        assert kph(rules, "trunk", "rough", "flat") == kph(travel_rules(season="winter"), "trunk", "rough", "flat")

    def test_a_row_with_terrain_and_season_counts_as_it_stands(self):
        values = {"trunk_rough_hill_winter_kph": 33, "trunk_rough_hill_kph": 44, "trunk_rough_kph": 55}
        assert kph(self.rules("winter", **values), "trunk", "rough", "hill") == 33
        assert kph(self.rules("summer", **values), "trunk", "rough", "hill") == 44
        assert kph(self.rules("summer", **values), "trunk", "rough", "flat") == 55

    def test_an_unknown_surface_takes_the_row_of_the_surface_it_is_counted_as(self):
        assert kph(self.rules(tertiary_paved_kph=33), "tertiary", "unknown") == 33
        assert kph(self.rules(unknown="worst", tertiary_paved_kph=33), "tertiary", "unknown") != 33
        assert kph(self.rules(unknown="worst", tertiary_unpaved_kph=22), "tertiary", "unknown") == 22
        for unknown in ("best", "worst"):  # high rank counts as paved
            assert kph(self.rules(unknown=unknown, trunk_paved_kph=33, trunk_unpaved_kph=22), "trunk", "unknown") == 33

    def test_a_row_of_a_link_is_not_taken_for_its_road(self):
        rules = self.rules(trunk_link_paved_kph=11)
        assert kph(rules, "trunk_link") == 11
        assert kph(rules, "trunk") == VALUE["trunk_kph"]

    def test_a_walker_takes_no_notice(self):
        rules = travel_rules(changed(FIGURES, {"trunk_paved_kph": 33}), profile="walking")
        assert (rules.kph_table() == travel_rules(profile="walking").kph_table()).all()

    def test_only_names_of_class_and_surface_are_exact_speeds(self):
        named = "trunk_paved_kph", "trunk_link_rough_hill_kph", "track_unpaved_mountain_winter_kph"
        others = (
            "trunk_kph", "trunk_unknown_kph", "trunk_paved_winter_kph", "trunk_paved", "lane_paved_kph", "boarding_min",
        )  # fmt: skip
        assert [is_exact_speed(key) for key in (*named, *others)] == [True] * 3 + [False] * 6


class TestFaults:
    @pytest.mark.parametrize(
        ("choice", "told"),
        [
            ({"profile": "horse"}, "'horse' is not known; take one of car, motorcycle, walking"),
            ({"season": "monsoon"}, "'monsoon' is not known; take one of summer, winter"),
            ({"unknown_surface": "good"}, "'good' is not known; take one of best, worst"),
        ],
    )
    def test_an_unknown_choice_is_refused_with_what_there_is(self, choice, told):
        with pytest.raises(LayerError, match=told):
            travel_rules(**choice)

    @pytest.mark.parametrize("value", [0, -5, float("nan"), float("inf")])
    @pytest.mark.parametrize("key", ["trunk_kph", "hill_factor", "local_sinuosity", "track_paved_kph", "walking_kph"])
    def test_a_speed_must_be_a_number_above_zero(self, key, value):
        with pytest.raises(LayerError) as refused:
            travel_rules(changed(FIGURES, {key: value}))
        assert refused.value.faults == (f"speed table, '{key}': {value:g} found, a number above 0 is needed",)
        assert in_language(refused.value.faults[0], "zh") == f"速度表“{key}”：发现 {value:g}；请填大于 0 的数"

    def test_an_exact_speed_that_was_added_must_be_above_zero_too(self):
        with pytest.raises(LayerError, match="'trunk_rough_hill_kph': 0 found"):
            travel_rules(changed(FIGURES, {"trunk_rough_hill_kph": 0}))

    def test_all_faults_are_told_at_once(self):
        with pytest.raises(LayerError) as refused:
            travel_rules(changed(FIGURES, {"trunk_kph": 0, "winter_factor": -1}), profile="horse", season="monsoon")
        assert len(refused.value.faults) == 4

    def test_a_missing_row_is_named(self):
        with pytest.raises(LayerError, match="the speed table lacks the row 'trunk_kph'"):
            travel_rules(row for row in FIGURES if row.key != "trunk_kph")

    @pytest.mark.parametrize(
        "key", ["boarding_min", "rough_factor", "wheelchair_paved_factor", "smallest_part", "local_trip_km"]
    )
    def test_minutes_surfaces_and_limits_may_be_zero_but_not_below(self, key):
        assert may_be_zero(key)
        travel_rules(changed(FIGURES, {key: 0}))
        with pytest.raises(LayerError, match=f"'{key}': -1 found"):
            travel_rules(changed(FIGURES, {key: -1}))

    def test_rows_of_other_tables_are_left_aside(self):
        other = Figure("cost_yuan", -1.0, "yuan", "J", "s", "一", "one")
        assert travel_rules([*FIGURES, other]) == travel_rules()


def test_winter_is_from_november_to_march():
    winter = [month for month in range(1, 13) if season_of(month) == "winter"]
    assert winter == [1, 2, 3, 11, 12]


def test_a_rule_set_is_a_value():
    assert travel_rules() == travel_rules()
    assert replace(travel_rules(), boarding_min=9) != travel_rules()


class TestTheTableOfSpeeds:
    TABLE = speed_table()

    def test_every_speed_of_a_car_stands_in_it(self):
        for season in SEASONS:
            table = travel_rules(season=season).kph_table()
            rows = self.TABLE[self.TABLE["season"] == season].set_index(["road_class", "surface", "terrain"])["kph"]
            expected = {
                (kind, surface, terrain): table[c, s, t]
                for c, kind in enumerate(CLASSES)
                for s, surface in enumerate(SURFACES)
                for t, terrain in enumerate(TERRAINS)
                if surface != "unknown" and table[c, s, t] > 0
            }
            assert rows.to_dict() == expected

    def test_each_speed_names_the_rows_it_is_made_of(self):
        for row in self.TABLE.itertuples():
            assert set(row.rows.split(", ")) <= set(VALUE)
            product = np.prod([VALUE[key] for key in row.rows.split(", ")])
            assert row.kph == pytest.approx(product)

    def test_the_mark_is_the_weakest_of_its_rows(self):
        rows = tuple(replace(r, mark="S") if r.key != "hill_factor" else replace(r, mark="V") for r in FIGURES)
        table = speed_table(rows)
        table = table[table["road_class"] != "ferry"]  # water knows no hills
        assert set(table["mark"][table["terrain"] == "hill"]) == {"V"}
        assert set(table["mark"][table["terrain"] != "hill"]) == {"S"}

    def test_an_exact_row_stands_for_itself(self):
        table = speed_table(changed(FIGURES, {"trunk_rough_hill_winter_kph": 33}))
        row = table[table["rows"] == "trunk_rough_hill_winter_kph"]
        assert row[["road_class", "surface", "terrain", "season", "kph"]].to_numpy().tolist() == [
            ["trunk", "rough", "hill", "winter", 33.0]
        ]

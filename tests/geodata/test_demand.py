"""Everyone is counted once: the control total, every county and every margin hold to the person."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tiny_places import RATES

from geodata.apportion import largest_remainder
from geodata.demand import AGE_BANDS, CATEGORIES, SEVERITIES, county_persons, model_demand
from geodata.study_data import open_study_data

BANDS = [f"persons_{b}" for b in AGE_BANDS]
CLASSES = list(RATES.columns)


@pytest.fixture(scope="module")
def data():
    return open_study_data()


@pytest.fixture(scope="module")
def demand(data):
    return model_demand(data.cells, data.counties, data.age_structure, RATES)


@pytest.fixture(scope="module")
def by_county(demand):
    columns = ["persons", "persons_severe", "persons_hardship", *BANDS, *CLASSES]
    return demand.groupby("county_code")[columns].sum()


def test_the_five_prefectures_have_exactly_the_control_total(data, by_county):
    inside = data.counties.loc[data.counties["in_prefecture_total"], "county_code"]
    assert by_county.loc[inside, "persons"].sum() == round(11_951_718 * 1_070_000 / 25_852_345)


def test_the_cities_counted_apart_have_a_control_total_of_their_own(data, by_county):
    apart = data.counties[~data.counties["in_prefecture_total"]]
    expected = round(int(apart["population"].sum()) * RATES.control_rate)
    assert by_county.loc[apart["county_code"], "persons"].sum() == expected


def test_every_county_has_the_persons_that_the_county_model_gives_it(data, by_county):
    assert by_county["persons"].to_dict() == county_persons(data.counties, data.age_structure, RATES)


def test_every_cell_adds_up_in_each_way_of_looking_at_it(demand):
    assert (demand[CLASSES].sum(axis=1) == demand["persons"]).all()
    assert (demand[BANDS].sum(axis=1) == demand["persons"]).all()
    assert (demand[[f"{c}_severe" for c in CATEGORIES]].sum(axis=1) == demand["persons_severe"]).all()


def test_nobody_is_negative_and_hardship_is_among_the_severe(demand):
    assert (demand[["persons", "persons_hardship", *CLASSES, *BANDS]] >= 0).all(axis=None)
    assert (demand["persons_hardship"] <= demand["persons_severe"]).all()
    assert (demand["persons"] <= demand["population"]).all()


def test_every_column_is_whole_persons(demand):
    assert set(demand[["persons", "persons_severe", "persons_hardship", *CLASSES, *BANDS]].dtypes.map(str)) == {"int64"}


def test_category_and_severity_hold_in_every_county(by_county):
    share = np.array(RATES.category_share) / sum(RATES.category_share)
    weights = np.outer(share, [RATES.severe_share, 1 - RATES.severe_share]).ravel()
    for county, row in by_county.iterrows():
        expected = largest_remainder(int(row["persons"]), weights)
        assert row[CLASSES].tolist() == expected.tolist(), county
        assert (abs(expected - row["persons"] * weights) < 1).all(), county


def test_age_bands_hold_in_every_county(data, by_county):
    ages = data.age_structure.set_index("county_code")[BANDS]
    for county, row in by_county.iterrows():
        expected = ages.loc[county if county in ages.index else "*"].to_numpy(float) * RATES.prevalence
        quota = row["persons"] * expected / expected.sum()
        assert row[BANDS].tolist() == largest_remainder(int(row["persons"]), expected).tolist(), county
        assert (abs(row[BANDS].to_numpy(float) - quota) < 1).all(), county


def test_hardship_is_its_share_of_the_severe_in_every_county(by_county):
    expected = (by_county["persons_severe"] * RATES.hardship_share_of_severe).map(round)
    assert (by_county["persons_hardship"] == expected).all()


def test_cells_keep_their_order_and_their_columns(data, demand):
    assert demand["cell_id"].tolist() == data.cells["cell_id"].tolist()
    assert set(data.cells.columns) <= set(demand.columns)


def test_the_cells_handed_in_are_left_as_they_were(data):
    before = data.cells.copy()
    model_demand(data.cells, data.counties, data.age_structure, RATES)
    pd.testing.assert_frame_equal(data.cells, before)


def test_category_shares_are_scaled_so_they_need_not_add_up_to_one(data, demand):
    doubled = replace(RATES, category_share=tuple(2 * s for s in RATES.category_share))
    again = model_demand(data.cells, data.counties, data.age_structure, doubled)
    pd.testing.assert_frame_equal(again, demand)


def test_only_the_ratios_of_prevalence_matter(data):
    tenfold = replace(RATES, prevalence=tuple(10 * p for p in RATES.prevalence))
    assert county_persons(data.counties, data.age_structure, tenfold) == county_persons(
        data.counties, data.age_structure, RATES
    )


def test_an_older_county_of_the_same_size_has_more_disabled_residents():
    counties = pd.DataFrame(
        {"county_code": ["young", "old"], "in_prefecture_total": [True, True], "population": [10_000, 10_000]}
    )
    ages = pd.DataFrame(
        {"county_code": ["*", "old"], "persons_0_14": [30, 10], "persons_15_59": [65, 60], "persons_60_plus": [5, 30]}
    )
    persons = county_persons(counties, ages, RATES)
    assert persons["old"] > persons["young"]
    assert sum(persons.values()) == round(20_000 * RATES.control_rate)


def test_columns_name_every_category_and_severity():
    assert [f"{c}_{s}" for c in CATEGORIES for s in SEVERITIES] == CLASSES

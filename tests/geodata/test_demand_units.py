"""Residents become units of services: by hand, by plain loops, and in whole numbers that add up."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geodata.demand import (
    CATEGORIES,
    FINE_BANDS,
    GRADES,
    SERVICES,
    read_needs,
    service_persons,
    service_units,
    whole_units,
)
from geodata.demand.classes import demand_figures
from geodata.errors import LayerError

CATEGORY_OR_NOT = st.sampled_from([*CATEGORIES, ""])
GRADE_OR_NOT = st.sampled_from([*GRADES, None])
AGE_OR_NOT = st.sampled_from([*FINE_BANDS, ""])
HARDSHIP = st.sampled_from([True, False, None])
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c"]), CATEGORY_OR_NOT, GRADE_OR_NOT, AGE_OR_NOT, st.integers(0, 500), HARDSHIP
    ),
    max_size=25,
)
MAIZHA = [  # a made-up county of two places
    ("village", "visual", 1, "18_59", 100),
    ("village", "physical", 3, "60_plus", 200),
    ("town", "intellectual", 2, "6_14", 50),
    ("town", "hearing", 4, "0_5", 10),
]


def people(rows, hardship=False):
    columns = ["cell_id", "category", "grade", "age_band", "persons"]
    table = pd.DataFrame([r[: 6 if hardship else 5] for r in rows], columns=columns + ["hardship"] * hardship)
    if hardship:
        table["hardship"] = table["hardship"].astype("boolean")
    return table.astype({"grade": "Int64"})


def test_a_county_that_can_be_checked_by_hand():
    units = service_units(people(MAIZHA), read_needs())
    village, town = units.loc["village"], units.loc["town"]
    # 100 × 0.596 × 0.9497 × 24 + 200 × 0.596 × 0.9497 × 12 sessions
    assert village["rehabilitation"] == pytest.approx(1_358.45088 + 1_358.45088)
    assert village["day_care"] == pytest.approx(100 * 0.426 * 0.2)  # the severe; the moderate physical ones do not come
    assert village["device_fitting"] == pytest.approx(300 * 0.286 * 0.9697)
    assert village["home_visit"] == pytest.approx(100 * 0.25 * 3.22)
    assert village["supported_employment"] == 0
    assert village["culture_sports"] == pytest.approx(300 * 0.239 * 24)
    assert town["culture_sports"] == pytest.approx(50 * 0.239 * 24)  # the ten under 6 are left out
    assert town["school_compulsory"] == pytest.approx(50 * 0.27 * 0.97)
    assert town["school_preschool"] == pytest.approx(10 * 0.135 * 0.5)
    assert town["rehabilitation"] == pytest.approx(50 * 0.596 * 0.9497 * 48 + 10 * 0.596 * 0.9497 * 100)
    assert town["day_care"] == 0  # children go to school
    assert units.columns.tolist() == list(SERVICES)
    assert units.index.tolist() == ["village", "town"]


def test_the_persons_of_that_county_are_who_need_a_service_and_come():
    persons = service_persons(people(MAIZHA), read_needs())
    village, town = persons.loc["village"], persons.loc["town"]
    assert village["rehabilitation"] == pytest.approx(300 * 0.596 * 0.9497)
    assert village["day_care"] == pytest.approx(100 * 0.426 * 0.2)
    assert village["home_visit"] == pytest.approx(100 * 0.25)
    assert town["school_compulsory"] == pytest.approx(50 * 0.27 * 0.97)
    assert town["culture_sports"] == pytest.approx(50 * 0.239)
    assert persons.columns.tolist() == list(SERVICES)
    assert persons.index.tolist() == ["village", "town"]


def oracle(rows, needs, persons_only=False):
    """The same by plain loops over cells, classes and services, from the table as it is printed."""
    number = {
        (c.service, c.category, c.grade, c.age_band): (c.need_share, c.uptake * (1 if persons_only else c.units))
        for c in needs.table.itertuples()
    }
    figure = {f.key: f.value for f in demand_figures()}
    child, young, severe = figure["share_0_5_of_0_14"], figure["share_15_17_of_15_59"], figure["national_severe"]
    national = (
        {c: figure[f"national_category_{c}"] for c in CATEGORIES},
        {1: severe / 2, 2: severe / 2, 3: (1 - severe) / 2, 4: (1 - severe) / 2},
        {
            "0_5": figure["national_age_0_14"] * child, "6_14": figure["national_age_0_14"] * (1 - child),
            "15_17": figure["national_age_15_59"] * young, "18_59": figure["national_age_15_59"] * (1 - young),
            "60_plus": figure["national_age_60_plus"],
        },
    )  # fmt: skip
    mix = []
    for k, usual in enumerate(national, 1):
        counted = {word: sum(r[4] for r in rows if r[k] == word) for word in usual}
        chosen = counted if sum(counted.values()) > 0 else usual
        mix.append({word: share / sum(chosen.values()) for word, share in chosen.items()})
    out = {(row[0], s): 0.0 for row in rows for s in SERVICES}
    for cell, category, grade, age, persons, *rest in rows:
        hardship = rest[0] if rest else None
        for s in SERVICES:
            for c in [category] if category else CATEGORIES:
                for g in [grade] if grade else GRADES:
                    for a in [age] if age else FINE_BANDS:
                        weight = 1.0
                        for known, word, shares in zip((category, grade, age), (c, g, a), mix, strict=True):
                            weight *= 1.0 if known else shares[word]
                        share, amount = number[s, c, g, a]
                        if s == "home_visit" and g in (1, 2) and hardship is not None:
                            share = float(hardship)
                        out[cell, s] += persons * weight * share * amount
    return out


@settings(deadline=None, max_examples=60)
@given(rows=ROWS)
def test_units_are_those_of_plain_loops(rows):
    expected = oracle([r[:5] for r in rows], read_needs())
    found = service_units(people(rows), read_needs())
    assert {(i, s): found.loc[i, s] for i in found.index for s in SERVICES} == pytest.approx(expected)


@settings(deadline=None, max_examples=60)
@given(rows=ROWS)
def test_known_hardship_takes_the_place_of_the_share_that_stands_for_it(rows):
    expected = oracle(rows, read_needs())
    found = service_units(people(rows, hardship=True), read_needs())
    assert {(i, s): found.loc[i, s] for i in found.index for s in SERVICES} == pytest.approx(expected)


@settings(deadline=None, max_examples=30)
@given(rows=ROWS)
def test_persons_are_those_of_plain_loops_whether_hardship_is_known_or_not(rows):
    expected = oracle(rows, read_needs(), persons_only=True)
    found = service_persons(people(rows, hardship=True), read_needs())
    assert {(i, s): found.loc[i, s] for i in found.index for s in SERVICES} == pytest.approx(expected)


def test_a_share_that_does_not_stand_for_hardship_is_kept():
    row = next(r for r in read_needs().rows if r.stands_for)
    own = read_needs().changed([replace(row, value=0.4, stands_for="", source="own survey of a test")])
    rows = [("a", "visual", 1, "18_59", 100, False)]
    assert service_units(people(rows, hardship=True), own).loc["a", "home_visit"] == pytest.approx(100 * 0.4 * 3.22)
    assert service_units(people(rows, hardship=True), read_needs()).loc["a", "home_visit"] == 0


def test_an_unknown_grade_counts_as_the_mean_of_those_who_know_theirs():
    known = [("a", "visual", 1, "18_59", 30), ("a", "visual", 4, "18_59", 90)]
    unknown = [("b", "visual", None, "18_59", 40)]
    units = service_units(people(known + unknown), read_needs())
    assert units.loc["b", "rehabilitation"] == pytest.approx(40 * 0.596 * 0.9497 * (0.25 * 24 + 0.75 * 12))


def test_where_nobody_knows_the_national_shares_hold():
    units = service_units(people([("a", "visual", None, "18_59", 1_000)]), read_needs())
    assert units.loc["a", "day_care"] == pytest.approx(1_000 * 0.2949 * 0.426 * 0.2)


def test_persons_in_no_cell_are_kept_apart_not_lost():
    rows = [("", "visual", 1, "18_59", 5), (None, "visual", 1, "18_59", 5), ("a", "visual", 1, "18_59", 10)]
    units = service_units(people(rows), read_needs())
    assert units.loc["", "day_care"] == units.loc["a", "day_care"] > 0


def test_an_empty_table_has_no_units():
    units = service_units(people([]), read_needs())
    assert units.shape == (0, 9)
    assert service_persons(people([]), read_needs()).shape == (0, 9)
    assert whole_units(units).shape == (0, 9)


@pytest.mark.parametrize(
    ("column", "value", "told"),
    [
        ("category", "测试甲", "people, category: 1 rows hold none of visual, hearing"),
        ("grade", 5, "people, grade: 1 rows hold none of 1, 2, 3, 4"),
        ("age_band", "15_59", "people, age_band: 1 rows hold none of 0_5"),
        ("persons", -1, "people, persons: 1 rows hold no number of 0 or more"),
        ("persons", None, "people, persons: 1 rows hold no number of 0 or more"),
    ],
)
def test_words_and_numbers_that_make_no_sense_are_counted_never_quoted(column, value, told):
    table = people([("a", "visual", 1, "18_59", 1)]).astype(object)
    table[column] = pd.Series([value], dtype=object)
    with pytest.raises(LayerError) as found:
        service_units(table, read_needs())
    assert str(found.value).startswith(told)
    assert "测试甲" not in str(found.value) + found.value.faults[0].zh


@pytest.mark.parametrize("column", ["cell_id", "category", "grade", "age_band", "persons"])
def test_a_missing_column_is_named(column):
    with pytest.raises(LayerError, match=f"people: column '{column}' is missing"):
        service_units(people(MAIZHA).drop(columns=column), read_needs())


amounts = st.lists(st.floats(0, 1e5), min_size=1, max_size=30)


@given(amounts=amounts, data=st.data())
def test_whole_units_add_up_to_the_rounded_total_in_cells_and_counties(amounts, data):
    table = pd.DataFrame({"day_care": amounts}, index=[f"c{i}" for i in range(len(amounts))])
    county = pd.Series(
        data.draw(st.lists(st.sampled_from("xyz"), min_size=len(table), max_size=len(table))), table.index
    )
    for whole in (whole_units(table), whole_units(table, county)):
        assert whole["day_care"].sum() == round(sum(amounts))
        assert str(whole["day_care"].dtype) == "int64"
        assert (whole >= 0).all(axis=None)
    assume(sum(amounts) > 1)
    share = table["day_care"] * round(sum(amounts)) / sum(amounts)
    assert (abs(whole_units(table)["day_care"] - share) < 1 + 1e-6).all()
    by_county = whole_units(table, county).groupby(county)["day_care"].sum() - share.groupby(county).sum()
    assert (by_county.abs() < 1 + 1e-6).all()


def test_counties_of_many_small_cells_get_their_share_too():
    # by cells alone the whole units would go to the cells with the largest remainders, all in county x
    cells = pd.DataFrame({"day_care": [0.51] * 10 + [0.49] * 10}, index=range(20))
    county = pd.Series(["x"] * 10 + ["y"] * 10, index=cells.index)
    assert whole_units(cells).groupby(county)["day_care"].sum().to_dict() == {"x": 10, "y": 0}
    assert whole_units(cells, county).groupby(county)["day_care"].sum().to_dict() == {"x": 5, "y": 5}


def test_cells_of_no_known_county_are_a_group_of_their_own():
    cells = pd.DataFrame({"day_care": [1.4, 2.6]}, index=["a", "b"])
    assert whole_units(cells, pd.Series({"a": "x"}))["day_care"].tolist() == [1, 3]


def test_negative_units_are_refused():
    with pytest.raises(LayerError):
        whole_units(pd.DataFrame({"day_care": [-1.0]}))


def test_the_people_handed_in_are_left_as_they_were():
    table = people(MAIZHA)
    before = table.copy()
    service_units(table, read_needs())
    pd.testing.assert_frame_equal(table, before)
    assert np.isclose(service_units(table, read_needs()), service_units(table, read_needs())).all()

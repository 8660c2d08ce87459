"""Three bases side by side, and registers brought to control totals: exact to the person, nobody invented."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from tiny_places import RATES

from geodata.apportion import largest_remainder
from geodata.demand import (
    BASES,
    CATEGORIES,
    FINE_BANDS,
    bases,
    cells_from_people,
    county_persons,
    reconcile,
    reconcile_people,
)
from geodata.demand import people_from_register as long_table
from geodata.errors import LayerError, in_language
from geodata.study_data import open_study_data

CLASSES = ["visual", "hearing", "physical"]


def counted(rows, counties, population=None):
    table = pd.DataFrame(rows, columns=CLASSES).assign(county_code=list(counties))
    return table if population is None else table.assign(population=population)


@st.composite
def registers(draw):
    cells = draw(st.integers(1, 12))
    table = draw(arrays(np.int64, (cells, 3), elements=st.integers(0, 40)))
    county = draw(st.lists(st.sampled_from(["x", "y"]), min_size=cells, max_size=cells))
    counts = counted(table, county)
    have = counts.groupby("county_code")[CLASSES].sum().sum(axis=1)
    control = {code: draw(st.integers(1, 3_000)) if n else 0 for code, n in have.items()}
    return counts, control


@settings(deadline=None)
@given(case=registers())
def test_every_county_has_its_control_total_exactly(case):
    counts, control = case
    new, told = reconcile(counts, CLASSES, control)
    assert new.groupby("county_code")[CLASSES].sum().sum(axis=1).to_dict() == control
    assert (new[CLASSES] >= 0).all(axis=None)
    assert dict(zip(told["county_code"], told["control_total"], strict=True)) == control
    assert (told["difference"] == told["control_total"] - told["register"]).all()


@settings(deadline=None)
@given(case=registers())
def test_classes_keep_their_proportions_to_the_person(case):
    counts, control = case
    new, _ = reconcile(counts, CLASSES, control)
    for code, group in counts.groupby("county_code"):
        expected = largest_remainder(control[code], group[CLASSES].sum())
        assert new.loc[group.index, CLASSES].sum().tolist() == expected.tolist()


@settings(deadline=None)
@given(case=registers())
def test_every_count_is_its_share_rounded_up_or_down(case):
    counts, control = case
    new, _ = reconcile(counts, CLASSES, control)
    for _, group in counts.groupby("county_code"):
        old, got = group[CLASSES], new.loc[group.index, CLASSES]
        share = old * (got.sum() / old.sum().replace(0, 1))
        assert (abs(got - share) < 1 - 1e-6).all(axis=None)
        assert (got[old == 0].fillna(0) == 0).all(axis=None)


@settings(deadline=None)
@given(case=registers())
def test_reconciling_again_changes_nothing(case):
    counts, control = case
    once, _ = reconcile(counts, CLASSES, control)
    twice, told = reconcile(once, CLASSES, control)
    pd.testing.assert_frame_equal(twice, once)
    assert (told["difference"] == 0).all()
    assert set(told["how"]) <= {"unchanged", "empty"}


@settings(deadline=None)
@given(case=registers())
def test_reconciling_is_the_same_every_time_and_leaves_the_counts_as_they_were(case):
    counts, control = case
    before = counts.copy()
    pd.testing.assert_frame_equal(reconcile(counts, CLASSES, control)[0], reconcile(counts, CLASSES, control)[0])
    pd.testing.assert_frame_equal(counts, before)


def test_a_county_that_can_be_checked_by_hand():
    counts = counted([[4, 0, 2], [2, 1, 0], [0, 1, 0]], "xxx")  # 10 people: 6, 2 and 2
    new, told = reconcile(counts, CLASSES, {"x": 15})  # 9, 3 and 3
    assert new[CLASSES].sum().tolist() == [9, 3, 3]
    # hearing: 1.5 and 1.5; the tie goes to the earlier cell
    assert new[CLASSES].values.tolist() == [[6, 0, 3], [3, 2, 0], [0, 1, 0]]
    assert told.to_dict("records") == [
        {"county_code": "x", "register": 10, "control_total": 15, "difference": 5, "factor": 1.5, "how": "scaled"}
    ]


def test_what_a_cell_lost_in_one_class_it_gets_in_the_next():
    counts = counted([[1, 1, 1], [1, 1, 1]], "xx")  # each class has 1.5 people for two cells, or 1 or 2
    new, _ = reconcile(counts, CLASSES, {"x": 9})
    assert new[CLASSES].sum().tolist() == [3, 3, 3]
    assert new[CLASSES].values.tolist() == [[2, 1, 2], [1, 2, 1]]


def test_a_class_that_a_cell_does_not_have_stays_absent_even_where_the_cell_is_owed_someone():
    counts = counted([[1, 1, 0], [1, 0, 0], [0, 1, 0]], "xxx")
    new, _ = reconcile(counts, CLASSES, {"x": 6})
    assert new[CLASSES].values.tolist() == [[2, 1, 0], [1, 0, 0], [0, 2, 0]]


def test_cells_keep_their_shares_where_everyone_is_alone_in_a_class():
    counts = counted(np.ones((200, 3), int), ["x"] * 200)
    new, _ = reconcile(counts, CLASSES, {"x": 900})
    assert set(new[CLASSES].sum(axis=1)) == {4, 5}  # by classes alone the first hundred cells would have 6, the rest 3


def test_an_empty_register_is_told_not_invented():
    counts = counted([[1, 2, 3], [0, 0, 0]], "xy")
    with pytest.raises(LayerError) as found:
        reconcile(counts, CLASSES, {"x": 12, "y": 5})
    assert found.value.faults == (
        "county 'y': nobody in the register, but a control total of 5; bring its register, or spread by population "
        "with the classes of other counties",
    )
    assert "登记 0 人" in in_language(found.value.faults[0], "zh")


def test_an_empty_register_is_spread_by_population_where_that_is_asked_for():
    counts = counted([[4, 4, 2], [0, 0, 0], [0, 0, 0]], "xyy", [100, 300, 100])
    new, told = reconcile(counts, CLASSES, {"x": 10, "y": 20}, by_population=True)
    assert new.loc[[1, 2], CLASSES].sum().tolist() == [8, 8, 4]
    assert new.loc[[1, 2], CLASSES].sum(axis=1).tolist() == [15, 5]
    assert told["how"].tolist() == ["unchanged", "spread"]
    assert np.isnan(told["factor"].iloc[1])


def test_all_counties_that_do_not_fit_are_told_at_once():
    counts = counted([[1, 0, 0], [1, 0, 0], [0, 0, 0]], "abc", [1, 1, 0])
    with pytest.raises(LayerError) as found:
        reconcile(counts, CLASSES, {"b": 0, "c": 7, "d": 9}, by_population=True)
    assert [fault.split(";")[0] for fault in found.value.faults] == [
        "county 'a': 1 persons in the register, but no control total",
        "county 'b': 1 persons in the register, but a control total of 0",
        "county 'c': nobody in the register, but a control total of 7",
        "county 'd': a control total of 9, but no cell to live in",
    ]
    assert all(in_language(fault, "zh") != str(fault) for fault in found.value.faults)


def test_with_nobody_anywhere_there_are_no_classes_to_spread():
    with pytest.raises(LayerError, match="nobody in the register"):
        reconcile(counted([[0, 0, 0]], "x", [10]), CLASSES, {"x": 5}, by_population=True)


def test_counties_without_people_and_control_total_are_left_alone():
    counts = counted([[1, 2, 3], [0, 0, 0], [0, 0, 0]], "xyz")
    new, told = reconcile(counts, CLASSES, {"x": 6, "y": 0})
    pd.testing.assert_frame_equal(new, counts)
    assert told["how"].tolist() == ["unchanged", "empty"]


@pytest.mark.parametrize("wrong", [-1, 2.5, float("nan"), "7", None])
def test_a_control_total_is_a_whole_number(wrong):
    with pytest.raises(LayerError, match=r"county 'x', control total: .* found, a whole number of 0 or more is needed"):
        reconcile(counted([[1, 2, 3]], "x"), CLASSES, {"x": wrong})


@pytest.mark.parametrize("wrong", [-1, 0.5, None])
def test_counts_are_whole_numbers(wrong):
    with pytest.raises(LayerError, match="counts, visual: 1 rows hold no whole number of 0 or more"):
        reconcile(counted([[wrong, 2, 3]], "x"), CLASSES, {"x": 6})


def test_columns_that_are_missing_are_named():
    with pytest.raises(LayerError, match="counts: column 'speech' is missing"):
        reconcile(counted([[1, 2, 3]], "x"), [*CLASSES, "speech"], {"x": 6})


@pytest.fixture(scope="module")
def residents():
    """A seeded register of 3,000 made-up rows in two counties, some classes unknown."""
    rng = np.random.default_rng(7)
    n = 3_000
    return pd.DataFrame(
        {
            "cell_id": rng.choice(["a", "b", "c", "d"], n, p=[0.5, 0.3, 0.15, 0.05]),
            "category": rng.choice([*CATEGORIES, ""], n),
            "grade": pd.array(rng.choice([1, 2, 3, 4, 0], n), "Int64"),
            "age_band": rng.choice([*FINE_BANDS, ""], n),
            "living_alone": rng.random(n) < 0.2,
        }
    ).assign(grade=lambda t: t["grade"].mask(t["grade"] == 0))


CELLS = pd.DataFrame({"cell_id": list("abcde"), "county_code": list("xxyyz"), "population": [500, 300, 150, 50, 700]})


def test_a_register_is_reconciled_class_by_class_and_nobody_changes_class(residents):
    people = long_table(residents)
    before = cells_from_people(people, CELLS).groupby("county_code")["persons"].sum()
    control = {"x": 3_000, "y": 500}
    new, told = reconcile_people(people, CELLS, control)
    after = cells_from_people(new, CELLS)
    assert after.groupby("county_code")["persons"].sum().to_dict() == control | {"z": 0}
    assert told["register"].tolist() == [before["x"], before["y"]]
    words = ["cell_id", "category", "grade", "age_band", "hardship"]
    assert len(new.merge(people[words], on=words)) == len(new)
    assert new.dtypes.equals(people[new.columns].dtypes)
    assert (new["persons"] > 0).all()
    severe = after["persons_severe"].sum() / cells_from_people(people, CELLS)["persons_severe"].sum()
    assert severe == pytest.approx(3_500 / 3_000, rel=0.05)


def test_a_register_that_adds_up_comes_back_as_it_was(residents):
    people = long_table(residents)
    control = cells_from_people(people, CELLS).groupby("county_code")["persons"].sum().to_dict()
    words = ["cell_id", "category", "grade", "age_band", "hardship"]
    new, _ = reconcile_people(people, CELLS, control)
    pd.testing.assert_frame_equal(
        new.sort_values(words, ignore_index=True), people[new.columns].sort_values(words, ignore_index=True)
    )


def test_a_county_without_register_is_spread_with_the_classes_of_the_others(residents):
    control = {"x": 2_500, "y": 600, "z": 400}
    new, told = reconcile_people(long_table(residents), CELLS, control, by_population=True)
    assert new.loc[new["cell_id"] == "e", "persons"].sum() == 400
    assert told.set_index("county_code").loc["z", "how"] == "spread"


def test_people_without_a_cell_cannot_be_reconciled(residents):
    with pytest.raises(LayerError, match="rows are in no cell"):
        reconcile_people(long_table(residents.assign(cell_id="q")), CELLS, {"x": 1})


@pytest.fixture(scope="module")
def data():
    return open_study_data()


def test_the_three_bases_stand_side_by_side(data):
    table = bases(data.counties, data.age_structure, RATES, {"653125": 30_000, "653126": 0})
    assert table.columns.tolist() == ["county_code", "population", *BASES, "register_to_control"]
    assert table["county_code"].tolist() == data.counties["county_code"].tolist()
    control = county_persons(data.counties, data.age_structure, RATES)
    shache = table.set_index("county_code").loc["653125"]
    assert shache["register"] == 30_000
    assert shache["control_total"] == control["653125"]
    assert shache["register_to_control"] == pytest.approx(30_000 / control["653125"])
    assert table["register"].isna().sum() == len(table) - 2
    assert table.set_index("county_code").loc["653126", "register_to_control"] == 0


def test_prevalence_is_the_national_rate_of_the_people_and_adds_up(data):
    table = bases(data.counties, data.age_structure, RATES)
    inside = data.counties["in_prefecture_total"].to_numpy(bool)
    for part in (table[inside], table[~inside]):
        assert part["prevalence"].sum() == round(int(part["population"].sum()) * 0.0634)
        assert (abs(part["prevalence"] - part["population"] * 0.0634) < 1.5).all()
    assert table["prevalence"].sum() / table["control_total"].sum() == pytest.approx(1.53, abs=0.01)
    assert table["register"].isna().all()
    assert table["register_to_control"].isna().all()


def test_registers_of_strange_counties_and_broken_counts_are_faults(data):
    with pytest.raises(LayerError) as found:
        bases(data.counties, data.age_structure, RATES, {"999999": 5, "653125": -1})
    assert [fault.split(";")[0] for fault in found.value.faults] == [
        "county '999999' is not one of the study area",
        "county '653125', register: -1 found, a whole number of 0 or more is needed",
    ]

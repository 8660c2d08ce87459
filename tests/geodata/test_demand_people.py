"""Tables of people, long and wide: nobody is lost, nobody is counted twice, what is unknown stays unknown."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_places import RATES

from geodata.demand import (
    AGE_BANDS,
    CATEGORIES,
    FINE_BANDS,
    FINE_OF,
    FLAGS,
    GRADES,
    SEVERITIES,
    WIDE,
    cells_from_people,
    model_demand,
    people_from_cells,
    people_from_register,
    read_needs,
    service_units,
)
from geodata.demand.classes import age_shares, demand_figures, grade_shares, national_mix
from geodata.errors import LayerError
from geodata.figures import MARKS, changed
from geodata.register import read_residents
from planning.assumptions import default_assumptions

CELLS = pd.DataFrame({"cell_id": ["a", "b", "c"], "county_code": ["x", "x", "y"], "population": [100, 200, 300]})
AGES = pd.DataFrame({"county_code": ["*"], "persons_0_14": [22], "persons_15_59": [66], "persons_60_plus": [12]})
COUNTIES = pd.DataFrame(
    {"county_code": ["x", "y"], "in_prefecture_total": [True, True], "population": [30_000, 30_000]}
)
FLAG_LISTS = st.fixed_dictionaries({flag: st.booleans() for flag in FLAGS})


@st.composite
def registers(draw):
    rows = draw(
        st.lists(
            st.fixed_dictionaries(
                {
                    "cell_id": st.sampled_from(["a", "b", "c"]),
                    "category": st.sampled_from([*CATEGORIES, ""]),
                    "grade": st.sampled_from([*GRADES, None]),
                    "age_band": st.sampled_from([*FINE_BANDS, ""]),
                    "persons": st.integers(0, 9),
                }
            ),
            max_size=30,
        )
    )
    flags = draw(st.lists(FLAG_LISTS, min_size=len(rows), max_size=len(rows)))
    columns = ["cell_id", "category", "grade", "age_band", "persons", *FLAGS]
    table = pd.DataFrame([r | f for r, f in zip(rows, flags, strict=True)], columns=columns)
    return table.astype({"grade": "Int64", "persons": "int64"} | dict.fromkeys(FLAGS, bool))


def register(*rows):
    """Rows (cell, category, grade, age, flag or nothing)."""
    table = pd.DataFrame([r[:4] for r in rows], columns=["cell_id", "category", "grade", "age_band"])
    for flag in FLAGS:
        table[flag] = [len(r) > 4 and r[4] == flag for r in rows]
    return table.astype({"grade": "Int64"})


@pytest.fixture(scope="module")
def modelled():
    cells = CELLS.assign(population=[10_000, 20_000, 30_000])
    return model_demand(cells, COUNTIES, AGES, RATES)


def test_modelled_cells_keep_every_margin(modelled):
    people = people_from_cells(modelled)
    persons = modelled.set_index("cell_id")
    assert people.groupby("cell_id")["persons"].sum().to_dict() == pytest.approx(persons["persons"].to_dict())
    for severity, grades in zip(SEVERITIES, [(1, 2), (3, 4)], strict=True):
        some = people[people["grade"].isin(grades)].groupby(["cell_id", "category"])["persons"].sum()
        for cell, category in some.index:
            assert some[cell, category] == pytest.approx(persons.loc[cell, f"{category}_{severity}"])
    for band, fine in FINE_OF.items():
        some = people[people["age_band"].isin(fine)].groupby("cell_id")["persons"].sum()
        assert some.to_dict() == pytest.approx(persons[f"persons_{band}"].to_dict())


def test_class_and_age_are_independent_inside_a_cell_and_split_by_the_figures(modelled):
    people = people_from_cells(modelled).set_index(["cell_id", "category", "grade", "age_band"])["persons"]
    cell = modelled.set_index("cell_id").loc["c"]
    expected = cell["visual_severe"] * 0.5 * cell["persons_0_14"] / cell["persons"] * 0.4
    assert people["c", "visual", 1, "0_5"] == pytest.approx(expected)


def test_an_age_structure_by_fine_bands_takes_the_place_of_equal_years(modelled):
    ages = pd.DataFrame(
        {"county_code": ["y"], **{f"persons_{b}": [n] for b, n in zip(FINE_BANDS, (30, 70, 10, 90, 5), strict=True)}}
    )
    people = people_from_cells(modelled, ages).groupby(["cell_id", "age_band"])["persons"].sum()
    cell = modelled.set_index("cell_id")["persons_0_14"]
    assert people["c", "0_5"] == pytest.approx(0.3 * cell["c"])  # county y: its own
    assert people["a", "0_5"] == pytest.approx(0.4 * cell["a"])  # county x: equal years
    everywhere = people_from_cells(modelled, ages.assign(county_code="*")).groupby(["cell_id", "age_band"])["persons"]
    assert everywhere.sum()["a", "0_5"] == pytest.approx(0.3 * cell["a"])


def test_a_band_without_people_in_the_age_structure_is_split_by_equal_years(modelled):
    ages = pd.DataFrame({"county_code": ["*"], **{f"persons_{b}": [0] for b in FINE_BANDS}})
    pd.testing.assert_frame_equal(people_from_cells(modelled, ages), people_from_cells(modelled))


def test_figures_of_ones_own_split_bands_and_grades(modelled):
    own = changed(demand_figures(), {"share_0_5_of_0_14": 0.25, "share_grade_1_of_severe": 0.9})
    people = people_from_cells(modelled, figures=own)
    assert people.loc[people["age_band"] == "0_5", "persons"].sum() == pytest.approx(modelled["persons_0_14"].sum() / 4)
    severe = people[people["grade"].isin([1, 2])].groupby("grade")["persons"].sum()
    assert severe[1] / severe.sum() == pytest.approx(0.9)


def test_persons_in_no_class_column_and_no_band_stay_unknown():
    cells = CELLS.head(1).assign(persons=10, **dict.fromkeys(WIDE[3:], 0)).assign(visual_severe=4, persons_60_plus=5)
    people = people_from_cells(cells).fillna({"grade": 0})
    assert people.set_index(["category", "grade", "age_band"])["persons"].to_dict() == {
        ("visual", 1, "60_plus"): 1, ("visual", 1, ""): 1, ("visual", 2, "60_plus"): 1, ("visual", 2, ""): 1,
        ("", 0, "60_plus"): 3, ("", 0, ""): 3,
    }  # fmt: skip


def test_classes_beyond_the_persons_are_a_fault():
    cells = CELLS.assign(persons=1, **dict.fromkeys(WIDE[3:], 0)).assign(visual_severe=2)
    with pytest.raises(LayerError, match="in 3 rows 'visual_severe' to 'multiple_moderate' add up to more"):
        people_from_cells(cells)


def test_cells_without_people_give_no_rows():
    assert people_from_cells(CELLS.assign(**dict.fromkeys(WIDE, 0))).empty


@settings(deadline=None)
@given(table=registers())
def test_a_register_and_its_long_table_count_the_same_people(table):
    people = people_from_register(table)
    assert people["persons"].sum() == table["persons"].sum()
    by_cell = table.groupby("cell_id")["persons"].sum()
    assert people.groupby("cell_id")["persons"].sum().to_dict() == by_cell.to_dict()
    assert not people.duplicated(["cell_id", "category", "grade", "age_band", "hardship"]).any()
    again = people_from_register(table.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(again, people)


@settings(deadline=None)
@given(table=registers())
def test_the_wide_columns_are_those_of_plain_loops(table):
    wide = cells_from_people(people_from_register(table), CELLS)
    expected = {(i, column): 0 for i in CELLS["cell_id"] for column in WIDE}
    for r in table.itertuples():
        grade = None if r.grade is pd.NA else r.grade
        severe = grade in (1, 2)
        hard = severe and any(getattr(r, flag) for flag in FLAGS)
        band = next((b for b, fine in FINE_OF.items() if r.age_band in fine), None)
        hit = {"persons": True, "persons_severe": severe, "persons_hardship": hard, f"persons_{band}": band is not None}
        hit[f"{r.category}_{'severe' if severe else 'moderate'}"] = grade is not None and r.category != ""
        for column, yes in hit.items():
            if yes:
                expected[r.cell_id, column] += r.persons
    found = wide.set_index("cell_id")
    assert {(i, column): found.loc[i, column] for i, column in expected} == expected


@settings(deadline=None)
@given(table=registers())
def test_wide_columns_can_be_weighed_as_the_modelled_ones(table):
    wide = cells_from_people(people_from_register(table), CELLS)
    assert set(wide[list(WIDE)].dtypes.map(str)) == {"int64"}
    assert (wide["persons_hardship"] <= wide["persons_severe"]).all()
    assert (wide["persons_severe"] <= wide["persons"]).all()
    assert (wide[[f"{c}_{s}" for c in CATEGORIES for s in SEVERITIES]].sum(axis=1) <= wide["persons"]).all()
    assert wide[CELLS.columns].equals(CELLS)


def test_the_wide_columns_are_the_columns_of_the_model(modelled):
    assert set(WIDE) == set(modelled.columns) - set(CELLS.columns)
    assert [f"persons_{b}" for b in AGE_BANDS] == list(WIDE[3:6])


def test_hardship_is_severe_with_at_least_one_flag():
    people = people_from_register(
        register(
            ("a", "visual", 1, "60_plus", "living_alone"),
            ("a", "visual", 2, "60_plus", "watch_list"),
            ("a", "visual", 1, "60_plus"),
            ("a", "visual", 3, "60_plus", "severe_illness"),
            ("a", "visual", None, "60_plus", "empty_nest"),
            ("a", "visual", None, "60_plus"),
        )
    )
    told = {
        (g if g is not pd.NA else 0, h if h is not pd.NA else None) for g, h in people[["grade", "hardship"]].values
    }
    assert told == {(1, True), (2, True), (1, False), (3, False), (0, None), (0, False)}
    wide = cells_from_people(people, CELLS).set_index("cell_id").loc["a"]
    assert (wide["persons"], wide["persons_severe"], wide["persons_hardship"]) == (6, 3, 2)


def test_without_any_flag_hardship_of_the_severe_is_unknown_and_counts_as_none():
    rows = register(("a", "visual", 1, "60_plus"), ("a", "visual", 4, "60_plus")).drop(columns=list(FLAGS))
    people = people_from_register(rows)
    assert people["hardship"].isna().tolist() == [True, False]
    assert cells_from_people(people, CELLS)["persons_hardship"].sum() == 0


def test_a_register_read_without_flag_columns_does_not_deny_hardship():
    cells = pd.DataFrame({"category": ["肢体一级", "肢体一级", "肢体一级"], "household": ["1", "1", "2"]})
    read = [read_residents(cells[columns])[0] for columns in (["category"], ["category", "household"])]
    told = [people_from_register(r.assign(cell_id="a", age_band="60_plus")) for r in read]
    assert told[0]["hardship"].tolist() == [pd.NA]
    assert told[1][["hardship", "persons"]].astype(object).to_numpy().tolist() == [[True, 2], [pd.NA, 1]]
    units = [service_units(t, read_needs()).loc["a", "home_visit"] for t in told]
    assert units[0] == pytest.approx(service_units(told[0].drop(columns="hardship"), read_needs())["home_visit"].sum())
    assert 0 < units[0] < units[1]


def test_one_known_flag_that_is_not_raised_denies_hardship():
    cells = pd.DataFrame({"category": ["肢体一级", "肢体一级"], "living_alone": ["否", "是"]})
    people = people_from_register(read_residents(cells)[0].assign(cell_id="a", age_band="60_plus"))
    assert people["hardship"].tolist() == [False, True]


def test_hardship_said_of_the_moderate_does_not_count_as_hardship():
    people = people_from_register(register(("a", "visual", 3, "60_plus"), ("a", "visual", 2, "60_plus")))
    wide = cells_from_people(people.assign(hardship=True), CELLS)
    assert wide["persons_hardship"].sum() == 1


def test_a_register_without_persons_counts_each_row_once():
    people = people_from_register(register(("a", "visual", 1, "60_plus"), ("a", "visual", 1, "60_plus")))
    assert people["persons"].tolist() == [2]


def test_people_in_a_cell_that_is_not_there_are_a_fault():
    people = people_from_register(register(("z", "visual", 1, "60_plus"), ("", "visual", 1, "60_plus")))
    with pytest.raises(LayerError, match="2 rows are in a cell that the study area does not have"):
        cells_from_people(people, CELLS)


def test_fractions_of_persons_and_repeated_cells_are_faults(modelled):
    with pytest.raises(LayerError, match="no whole number"):
        cells_from_people(people_from_cells(modelled).assign(hardship=pd.NA), CELLS)
    people = people_from_register(register(("a", "visual", 1, "60_plus")))
    with pytest.raises(LayerError, match="cell ids repeat"):
        cells_from_people(people, pd.concat([CELLS, CELLS]))
    with pytest.raises(LayerError, match="'hardship' is missing"):
        cells_from_people(people.drop(columns="hardship"), CELLS)


def test_wide_columns_that_are_there_already_are_replaced(modelled):
    people = people_from_register(register(("a", "visual", 1, "60_plus")))
    assert cells_from_people(people, modelled)["persons"].sum() == 1


def test_shares_of_the_figures_are_shares():
    assert {f.mark for f in demand_figures()} <= set(MARKS)
    assert all(sum(age_shares()[f] for f in fine) == pytest.approx(1) for fine in FINE_OF.values())
    assert all(sum(pair) == pytest.approx(1) for pair in grade_shares().values())
    assert [m.sum() for m in national_mix()] == pytest.approx([1, 1, 1])
    assert age_shares()["0_5"] == pytest.approx(6 / 15)
    assert age_shares()["15_17"] == pytest.approx(3 / 45)


def test_national_shares_are_those_of_the_assumption_table():
    category, grade, _ = national_mix()
    assumptions = default_assumptions()
    assert category.tolist() == [assumptions[f"category_share_{c}"] for c in CATEGORIES]
    assert np.isclose(grade[:2].sum(), assumptions["severe_share"])
    assert not {f.key for f in demand_figures()} & set(assumptions.keys())

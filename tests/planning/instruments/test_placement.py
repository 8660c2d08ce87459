"""Children of school age: everyone has one place, and enrolment is held against 97 % of them."""

from dataclasses import replace

import pandas as pd
import pytest

from planning import PlanningError, StudyArea
from planning.instruments import InstrumentResult, place_children
from planning.instruments.people import county_people, minutes_to
from planning.instruments.special_schools import special_schools


@pytest.fixture(scope="module")
def placed(area: StudyArea) -> InstrumentResult:
    return place_children(area)


def test_every_child_has_exactly_one_place(placed: InstrumentResult, area: StudyArea) -> None:
    table = placed.table
    assert (table[["special", "mainstream", "home"]].sum(axis=1) == table["children"]).all()
    assert table["children"].tolist() == county_people(area)["school_age"].tolist()
    total = placed.totals["children"]
    for place, share in (("special", 0.27), ("mainstream", 0.50), ("home", 0.23)):
        assert abs(placed.totals[place] - share * total) < 1


def test_shares_of_ones_own_take_the_place_of_the_shipped(area: StudyArea) -> None:
    found = place_children(area, shares={"special": "0", "mainstream": "0.6", "home": "0.4"})
    assert found.totals["special"] == found.totals["boarding"] == 0
    assert next(f for f in found.figures if f.key == "placement_special").mark == "J"


def test_boarding_counts_only_beyond_the_minutes_and_only_in_special_schools(placed, area: StudyArea) -> None:
    assert (placed.table["boarding"] <= placed.table["special"]).all()
    table = placed.table.set_index("county_code")
    assert table.loc["653131", "boarding"] == table.loc["653131", "special"]  # no school near Tashkurgan
    assert table.loc["653101", "boarding"] < table.loc["653101", "special"]
    everyone = place_children(area, values={"boarding_minutes": 1e-9})
    routed = everyone.table["children"] - everyone.table["no_route"]
    assert (everyone.table["boarding"] <= everyone.table["special"]).all()
    assert (everyone.table["boarding"] >= (everyone.table["special"] * routed / everyone.table["children"]) - 1).all()


def test_the_longest_way_is_that_of_the_travel_times(placed, area: StudyArea) -> None:
    minutes = minutes_to(area, special_schools(area), "summer", "with_escort").min(axis=1)
    shule = minutes[(area.data.cells["county_code"] == "653122").to_numpy()]
    assert placed.table.set_index("county_code").loc["653122", "longest_minutes"] == pytest.approx(
        shule.max(), abs=0.05
    )


def test_more_lessons_take_more_teachers_in_proportion(placed: InstrumentResult, area: StudyArea) -> None:
    double = place_children(area, values={"home_visits_school_compulsory": 80})
    assert double.totals["teacher_days"] == pytest.approx(2 * placed.totals["teacher_days"], rel=1e-3)
    days = placed.table["teacher_days"]
    assert (placed.table["teachers"] * 200 >= days - 0.1).all()
    assert ((placed.table["teachers"] - 1) * 200 < days).all()


def test_enrolment_is_held_against_97_percent_of_school_age(area: StudyArea, placed: InstrumentResult) -> None:
    children = placed.table.set_index("county_code")["children"]
    enough, short = -(-97 * children["653125"] // 100), 0
    found = place_children(area, enrolled=pd.Series({"653125": enough, "653131": short}))
    table = found.table.set_index("county_code")
    assert table.loc["653125", "to_enrol"] == 0
    assert table.loc["653131", "to_enrol"] == -(-97 * children["653131"] // 100)
    assert table.loc["653101", "to_enrol"] is pd.NA
    assert any("enrolment in 2 counties" in s and "2021-25" in s for s in found.sentences)
    assert "适龄" in found.denominator.zh


def test_without_an_enrolment_no_rate_is_shown(placed: InstrumentResult) -> None:
    assert placed.table["to_enrol"].isna().all()
    assert any("the enrolment rate is not known" in s for s in placed.sentences)


def test_modelled_children_are_called_modelled(placed: InstrumentResult) -> None:
    assert placed.modelled
    assert "modelled" in placed.said()[-1]


@pytest.mark.parametrize(
    "shares", [{"special": 0.5, "home": 0.5}, {"special": 0.5, "mainstream": 0.4, "home": 0.2}, {"special": -1}]
)
def test_shares_that_do_not_add_up_are_one_sentence(area: StudyArea, shares: dict) -> None:
    with pytest.raises(PlanningError, match="add up to 1") as caught:
        place_children(area, shares=shares)
    assert len(caught.value.faults) == 1


def test_more_pupils_than_children_is_a_fault(area: StudyArea) -> None:
    with pytest.raises(PlanningError, match=r"county 653131 has more pupils") as caught:
        place_children(area, enrolled=pd.Series({"653131": 10**6, "1": 5}))
    assert len(caught.value.faults) == 2


def test_a_register_without_children_of_school_age_places_nobody_and_names_unknown_ages(area: StudyArea) -> None:
    cell = area.data.cells["cell_id"].iloc[0]
    rows = [(cell, "visual", 1, "18_59", 5), (cell, "", pd.NA, "", 61)]
    people = pd.DataFrame(rows, columns=["cell_id", "category", "grade", "age_band", "persons"])
    people = people.assign(hardship=pd.array([True, pd.NA], "boolean"), grade=people["grade"].astype("Int64"))
    cells = area.data.cells.assign(precision="point")
    data = replace(area.data, residents=people, cells=cells, base="register", cut_off="2025-06-30")
    found = place_children(replace(area, data=data))
    assert found.totals["children"] == found.totals["home"] == 0
    assert not found.modelled
    assert any("61 persons of the register" in note for note in found.notes)
    assert "as of 2025-06-30" in found.base

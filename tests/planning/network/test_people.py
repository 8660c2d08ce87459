"""Rows of need: every class by hand, and sums that are those of the tables of demand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from geodata.demand import read_needs, service_persons, service_units
from geodata.services import SERVICES
from planning import StudyArea
from planning.demand_report import units_table
from planning.network.posing.people import CLASSES, Need, need_by_class, need_of, need_rows, neighbourhoods

NEEDS = read_needs()


def people(*rows: tuple[str, str, object, str, float], hardship: list[object] | None = None) -> pd.DataFrame:
    out = pd.DataFrame(rows, columns=["cell_id", "category", "grade", "age_band", "persons"])
    out["grade"] = out["grade"].astype("Int64")
    return out if hardship is None else out.assign(hardship=pd.array(hardship, "boolean"))


MIXED = people(
    ("a", "physical", 1, "18_59", 4.0),
    ("a", "intellectual", 3, "18_59", 2.0),
    ("b", "", 2, "60_plus", 5.0),
    ("b", "visual", None, "", 3.0),
    ("c", "hearing", 4, "6_14", 1.5),
)


def whole(tables: tuple[pd.DataFrame, ...]) -> pd.DataFrame:
    return sum(tables[1:], tables[0])


@pytest.mark.parametrize("hardship", [None, [True, None, None, None, False], [False, False, True, None, None]])
def test_classes_add_up_to_all_units_and_persons(hardship: list[object] | None) -> None:
    table = MIXED if hardship is None else MIXED.assign(hardship=pd.array(hardship, "boolean"))
    need = need_by_class(table, NEEDS, 0.25)
    for tables, count in ((need.units, service_units), (need.persons, service_persons)):
        expected = count(table, NEEDS)
        np.testing.assert_allclose(whole(tables).loc[expected.index, expected.columns], expected, atol=1e-12)
    assert need.residents.to_dict() == {"a": 6.0, "b": 8.0, "c": 1.5}


def test_severe_people_of_unknown_hardship_are_shared_out() -> None:
    need = need_by_class(people(("a", "physical", 1, "18_59", 8.0)), NEEDS, 0.25)
    sessions = [float(table.loc["a", "rehabilitation"]) for table in need.units]
    assert sessions[0] == 0
    assert sessions[2] / sum(sessions) == pytest.approx(0.25)


def test_visits_belong_to_those_in_hardship_alone() -> None:
    visits = [float(t.loc["a", "home_visit"]) for t in need_by_class(MIXED, NEEDS, 0.4).units]
    assert visits[:2] == [0, 0]
    assert visits[2] > 0


def test_known_hardship_is_taken_as_it_is() -> None:
    table = people(("a", "physical", 1, "18_59", 8.0), ("a", "physical", 2, "18_59", 8.0), hardship=[True, False])
    need = need_by_class(table, NEEDS, 0.25)
    sessions = [float(t.loc["a", "rehabilitation"]) for t in need.units]
    assert sessions[0] == 0
    assert sessions[1] == pytest.approx(sessions[2])


def test_grade_three_in_a_flagged_household_is_not_of_the_severe() -> None:
    need = need_by_class(people(("a", "physical", 3, "18_59", 8.0), hardship=[True]), NEEDS, 0.25)
    assert [float(t.loc["a", "rehabilitation"]) > 0 for t in need.units] == [True, False, False]


def test_rows_come_service_by_service_class_by_class_cell_by_cell() -> None:
    cells = pd.DataFrame({"cell_id": ["c", "a", "b", "empty"], "county_code": "1", "area_id": "x"})
    rows = need_rows(need_by_class(MIXED, NEEDS, 0.25), ("rehabilitation", "day_care"), cells)
    order = list(zip(rows["service"], rows["weight_class"], rows["cell"], strict=True))
    services = ("rehabilitation", "day_care")
    assert order == sorted(order, key=lambda r: (services.index(r[0]), CLASSES.index(r[1]), r[2]))
    assert (rows["units"] > 0).all()
    assert (rows["persons"] > 0).all()
    assert list(rows["cell_id"]) == list(cells["cell_id"].to_numpy()[rows["cell"]])
    assert "empty" not in set(rows["cell_id"])


@pytest.fixture(scope="module")
def embedded(area: StudyArea) -> Need:
    return need_of(area, area.assumptions.demand_rates(), area.assumptions["prevalence_rate"])


def test_units_of_the_embedded_area_are_those_of_the_demand_report(area: StudyArea, embedded: Need) -> None:
    rows = need_rows(embedded, SERVICES, neighbourhoods(area))
    found = rows.pivot_table("units", "county_code", "service", "sum", fill_value=0.0)
    expected = units_table(area).set_index("county_code")
    assert (found.reindex(expected.index)[list(SERVICES)] - expected[list(SERVICES)]).abs().to_numpy().max() < 1


def test_nobody_needs_more_persons_than_live_there(embedded: Need) -> None:
    most = whole(embedded.persons).max(axis=1)
    assert (most <= embedded.residents[most.index] + 1e-9).all()

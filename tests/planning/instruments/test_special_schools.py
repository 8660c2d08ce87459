"""The rule of 200,000: strictly more, by a named base, and nothing counts as met that is only assumed."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from planning import PlanningError, StudyArea
from planning.instruments import special_school_rule
from planning.instruments.population_bases import population_errors


def of(result, code: str) -> pd.Series:
    return result.table.set_index("county_code").loc[code]


def with_population(area: StudyArea, code: str, persons: int) -> StudyArea:
    counties = area.data.counties.copy()
    counties.loc[counties["county_code"] == code, "population"] = persons
    return replace(area, data=replace(area.data, counties=counties))


def test_wushi_is_obliged_and_qira_is_not_on_the_resident_base(area: StudyArea) -> None:
    found = special_school_rule(area)
    assert of(found, "652927")["population"] == 205_571
    assert of(found, "652927")["obliged"]
    assert of(found, "652927")["mark"] == "S"
    assert not of(found, "653225")["obliged"]


@pytest.mark.parametrize(("persons", "obliged"), [(200_000, False), (200_001, True)])
def test_the_rule_says_strictly_more(area: StudyArea, persons: int, obliged: bool) -> None:
    assert of(special_school_rule(with_population(area, "653225", persons)), "653225")["obliged"] == obliged


def test_assumed_schools_do_not_meet_the_rule(area: StudyArea) -> None:
    found = special_school_rule(area)
    assert found.totals["met"] == 0
    assert found.totals["met_assumed"] == found.totals["obliged"]
    assert "must be confirmed" in found.sentences[0]
    assert "promoted" in found.sentences[0]
    assert "推动" in found.sentences[0].zh


def test_a_confirmed_school_meets_it_and_no_school_leaves_it_unmet(area: StudyArea) -> None:
    schools = pd.DataFrame({"kind": ["special_school"], "county_code": ["652927"], "mark": ["given by the user"]})
    found = special_school_rule(area, schools=schools)
    assert of(found, "652927")["status"] == "met"
    assert of(found, "653125")["status"] == "unmet"
    assert of(found, "653225")["status"] == "not_obliged"
    counts = found.totals
    assert counts["met"] + counts["met_assumed"] + counts["unmet"] == counts["obliged"]


def test_another_base_shows_which_counties_change_sides(area: StudyArea) -> None:
    registered = pd.Series({"652927": 199_000, "653225": 210_000, "653125": 900_000})
    found = special_school_rule(area, populations={"registered": registered})
    flipped = set(found.table.loc[found.table["flips"], "county_code"])
    assert {"652927", "653225"} <= flipped
    assert "653125" not in flipped
    assert of(found, "653131")["obliged_registered"] is pd.NA  # no count, so no verdict
    assert any("registered (known for 3 counties) 2 change sides" in s for s in found.sentences)


def test_the_census_of_2010_takes_wushi_and_xinhe_out(area: StudyArea) -> None:
    found = special_school_rule(area)
    assert set(found.table.loc[found.table["flips"], "county_code"]) == {"652927", "652925"}


def test_an_estimate_near_the_threshold_is_called_open_and_a_census_never(area: StudyArea) -> None:
    found = special_school_rule(area)
    assert of(found, "653128")["certainty"] == "open"  # Yopurga, 188,255, estimated by village units
    assert of(found, "652927")["certainty"] == "census"
    assert of(found, "652801")["certainty"] == "clear"
    quality = found.table["population_quality"]
    assert (found.table.loc[quality == "estimated", "mark"] == "J").all()
    assert (found.table.loc[quality == "census 2010 scaled", "mark"] == "D").all()


def test_the_difference_of_two_counts_is_derived_and_not_a_census(area: StudyArea) -> None:
    assert of(special_school_rule(area), "659009")["mark"] == "D"


def test_the_error_of_a_method_is_that_in_counties_where_it_can_be_tried(area: StudyArea) -> None:
    counties, totals = area.data.counties, area.data.prefectures.set_index("prefecture_code")
    errors = []
    for row in counties.itertuples():
        if row.in_prefecture_total and row.census_2010 == row.census_2010 and row.census_2020 == row.census_2020:
            growth = totals.loc[row.prefecture_code, "census_2020"] / totals.loc[row.prefecture_code, "census_2010"]
            errors.append(row.census_2020 / (row.census_2010 * growth) - 1)
    found = population_errors(area.data)["census 2010 scaled"]
    assert found.value == pytest.approx(np.sqrt(np.mean(np.square(errors))))
    assert found.mark == "D"
    assert f"{len(errors)} counties" in found.source


def test_too_few_counties_to_try_leave_an_assumption(area: StudyArea) -> None:
    counties = area.data.counties.assign(census_2020=np.nan)
    assert population_errors(replace(area.data, counties=counties))["estimated"].mark == "J"


def test_faults_name_the_base_and_the_county(area: StudyArea) -> None:
    with pytest.raises(PlanningError, match="no county '999999'"):
        special_school_rule(area, populations={"registered": pd.Series({"999999": 1})})
    with pytest.raises(PlanningError, match="base registered"):
        special_school_rule(area, populations={"registered": pd.Series({"653125": -1})})

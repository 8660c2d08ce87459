"""Where units are: own points first, then the unit's, then that of the unit above, and what the point stands for."""

import pandas as pd
import pytest

from geodata.errors import LayerError
from geodata.gazetteer import from_units, locate, open_gazetteer

UNITS = pd.DataFrame(
    [("653125", "甲县", 77.2, 38.4), ("653125101", "乙镇", 77.5, 38.6), ("653125102", "丙镇", None, None),
     ("653125101201", "丁村", None, None), ("653125102201", "戊村", None, None), ("653126", "己县", None, None)],
    columns=["code", "name", "lon", "lat"],
)  # fmt: skip
CODES = pd.Series(["653125101201", "653125102201", "653125101", "653125", "653126", "", None], index=list("abcdefg"))


def rows(table):
    return [(p, None if pd.isna(x) else (x, y)) for x, y, p in table.itertuples(index=False)]


def test_a_unit_without_a_point_takes_that_of_the_unit_above_and_says_so():
    found = locate(CODES, from_units(UNITS))
    assert found.index.tolist() == list("abcdefg")
    assert rows(found) == [
        ("township", (77.5, 38.6)), ("county", (77.2, 38.4)), ("township", (77.5, 38.6)), ("county", (77.2, 38.4)),
        ("", None), ("", None), ("", None),
    ]  # fmt: skip


def test_own_points_go_first_at_each_level():
    own = pd.DataFrame(
        {"code": ["653125101201", "653125102", "653125"], "lon": ["77.51", 77.8, 70], "lat": [38.61, 38.9, 30]}
    )
    found = locate(CODES, from_units(UNITS), own)
    assert rows(found)[:4] == [
        ("village", (77.51, 38.61)), ("township", (77.8, 38.9)), ("township", (77.5, 38.6)), ("county", (70.0, 30.0)),
    ]  # fmt: skip


def test_no_village_of_the_embedded_list_is_placed_more_precisely_than_its_township():
    gazetteer = open_gazetteer()
    villages = gazetteer.units.loc[gazetteer.units["level"] == "village", "code"]
    found = locate(villages, gazetteer)
    assert set(found["precision"]) == {"township", "county", ""}
    assert set(villages[found["precision"] == ""].str[:6]) == {"659006", "659009"}  # cities without a point


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ({"code": ["653125"], "lon": [77.0]}, "missing columns lat"),
        ({"code": ["653125"], "lon": ["east"], "lat": [38.0]}, "653125 has no longitude and latitude"),
        ({"code": ["653125"], "lon": [77.0], "lat": [138.0]}, "653125 has no longitude and latitude"),
        ({"code": ["653125", "653125"], "lon": [77.0, 78.0], "lat": [38.0, 38.0]}, "653125 stands twice"),
    ],
)
def test_points_that_are_none_are_refused(points, told):
    with pytest.raises(LayerError, match=told):
        locate(CODES, from_units(UNITS), pd.DataFrame(points))

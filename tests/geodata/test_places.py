"""Every cell belongs to the nearest real place of its own county."""

import numpy as np
import pytest

from geodata.places import demand_areas
from geodata.study_data import open_study_data


@pytest.fixture(scope="module")
def areas():
    data = open_study_data()
    return demand_areas(data.cells, data.places, data.counties)


def test_every_cell_has_an_area_and_a_county_by_name(areas):
    assert areas.index.equals(open_study_data().cells.index)
    assert areas.notna().all(axis=None)
    assert (areas != "").all(axis=None)


def test_an_area_is_a_place_of_the_same_county_or_the_county_itself(areas):
    data = open_study_data()
    county_of = data.places.set_index("place_id")["county_code"]
    own = areas["area_id"].map(county_of).fillna(areas["area_id"].str[1:])
    assert own.tolist() == data.cells["county_code"].tolist()
    without_place = set(data.counties["county_code"]) - set(data.places["county_code"])
    assert set(areas.loc[areas["area_id"].str.startswith("C"), "area_id"].str[1:]) == without_place


def test_no_other_place_of_the_county_is_much_nearer(areas):
    data = open_study_data()
    places = data.places.set_index("place_id")
    for cell in data.cells.iloc[::97].itertuples():
        here = places[places["county_code"] == cell.county_code]
        if len(here):
            away = np.hypot((here["lon"] - cell.lon) * np.cos(np.radians(cell.lat)), here["lat"] - cell.lat)
            assert away[areas.at[cell.Index, "area_id"]] <= away.min() * 1.02

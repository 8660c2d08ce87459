"""Home modification: 3,500 yuan a household, a dated target, and nothing that is not known shown as none."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning import PlanningError, StudyArea
from planning.instruments import home_modification, households_for


def test_three_million_yuan_buy_857_households(area: StudyArea) -> None:
    found = home_modification(area, budget_yuan=3_000_000)
    assert found.totals["funded_households"] == 857
    assert found.table["funded_households"].sum() == 857
    assert found.table["funded_yuan"].sum() + found.totals["unspent_yuan"] == 3_000_000
    assert "857 households; 500 yuan are left" in found.sentences[2]


@given(st.integers(0, 10**9))
def test_what_yuan_buy_leaves_less_than_a_household(yuan: int) -> None:
    households, left = households_for(yuan)
    assert households * 3500 + left == yuan
    assert 0 <= left < 3500


def test_linxia_is_exact() -> None:
    assert households_for(2_761_500) == (789, 0)


def test_the_target_is_the_areas_share_of_the_region(area: StudyArea) -> None:
    found = home_modification(area)
    persons = int(found.table["persons"].sum())
    assert found.totals["target_households"] == round(19_931 * persons / 1_070_000)
    assert found.table["target_households"].sum() == found.totals["target_households"]
    assert found.totals["households"] == round(found.table["persons_hardship"].sum() / 1.153)
    assert any("2021-25" in note for note in found.notes)


def test_what_is_done_is_known_only_where_it_is_given(area: StudyArea) -> None:
    found = home_modification(area, done=pd.Series({"653125": 700, "653131": 10}), target=9652)
    table = found.table.set_index("county_code")
    goal = table["target_households"]
    assert table.loc["653131", "left"] == goal["653131"] - 10
    assert table.loc["653125", "left"] == max(0, goal["653125"] - 700)
    assert table.loc["653101", ["done", "progress", "left"]].isna().all()
    assert "710 done in 2 counties" in found.sentences[1]
    assert "not known" in home_modification(area).sentences[1]


def test_a_budget_beyond_the_need_is_left(area: StudyArea) -> None:
    found = home_modification(area, budget_yuan=10**9)
    assert found.table["funded_households"].tolist() == found.table["households"].tolist()
    assert found.totals["unspent_yuan"] == 10**9 - 3500 * found.totals["households"]


def test_money_goes_to_homes_not_yet_done(area: StudyArea) -> None:
    all_of_shache = int(home_modification(area).table.set_index("county_code").loc["653125", "households"])
    found = home_modification(area, budget_yuan=3_500_000, done=pd.Series({"653125": all_of_shache}))
    assert found.table.set_index("county_code").loc["653125", "funded_households"] == 0
    assert found.table["funded_households"].sum() == 1000


def test_a_cost_of_ones_own_is_marked_as_judgement(area: StudyArea) -> None:
    found = home_modification(area, budget_yuan=10_000, values={"home_modification_yuan": 5000})
    assert found.totals["funded_households"] == 2
    assert next(f for f in found.figures if f.key == "home_modification_yuan").mark == "J"


def test_faults_are_told_at_once(area: StudyArea) -> None:
    with pytest.raises(PlanningError) as caught:
        home_modification(area, budget_yuan=-1, target=-2, done=pd.Series({"653125": 1.5, "1": 3}))
    assert len(caught.value.faults) == 4

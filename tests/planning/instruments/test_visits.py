"""Visits and staff days: 3.22 a severe person in hardship, and longer ways take more days."""

from math import floor

import numpy as np
import pytest

from planning import PlanningError, StudyArea
from planning.instruments import InstrumentResult, visiting_workload
from planning.instruments.people import minutes_to


@pytest.fixture(scope="module")
def work(area: StudyArea) -> InstrumentResult:
    return visiting_workload(area)


def test_visits_are_persons_times_3_22_and_add_up(work: InstrumentResult, area: StudyArea) -> None:
    hardship = int(area.demand(area.assumptions.demand_rates())["persons_hardship"].sum())
    assert work.totals["persons"] == hardship
    assert work.totals["visits"] == work.table["visits"].sum() == round(hardship * 3.22)
    assert (abs(work.table["visits"] - work.table["persons"] * 3.22) < 1).all()
    assert work.figures[0].mark == "D"


def test_days_of_one_county_by_hand(work: InstrumentResult, area: StudyArea) -> None:
    inside = (area.data.cells["county_code"] == "653101").to_numpy()
    minutes = minutes_to(area, area.institutions).min(axis=1)[inside]
    persons = area.demand(area.assumptions.demand_rates())["persons_hardship"].to_numpy(float)[inside]
    days = 0.0
    for t, n in zip(minutes, persons, strict=True):
        rounds = [(1.5 * d - 0.5) / floor((480 * d - 2 * t) / 40) for d in range(1, 13) if 480 * d - 2 * t >= 40]
        days += n * 3.22 * min(rounds)
    row = work.table.set_index("county_code").loc["653101"]
    assert row["round_days"] == int(np.ceil(days))
    assert row["staff_days"] == 2 * row["round_days"]
    assert row["staff"] == int(np.ceil(row["staff_days"] / 230))


def test_visits_a_day_are_those_made_on_the_days_that_are_counted(area: StudyArea) -> None:
    table = visiting_workload(area, season="winter", month=1, values={"round_longest_days": 1}).table
    away = table[table["unreached_persons"] > 0]
    assert len(away)
    assert (away["visits_on_rounds"] < away["visits"]).all()
    out = table[table["round_days"] > 0]
    np.testing.assert_allclose(out["visits_a_day"], out["visits_on_rounds"] / out["round_days"], atol=0.05)


def test_half_a_member_of_staff_counts_half(work: InstrumentResult, area: StudyArea) -> None:
    found = visiting_workload(area, values={"round_team_staff": 1.5})
    assert (found.table["round_days"] == work.table["round_days"]).all()
    assert (found.table["staff_days"] == np.ceil(1.5 * work.table["round_days"])).all()
    assert found.totals["staff_days"] > 1.4 * work.totals["round_days"]
    assert "1.5 in a team" in found.sentences[1]


def test_tashkurgan_takes_more_days_a_visit_than_kashgar(work: InstrumentResult) -> None:
    table = work.table.set_index("county_code")
    assert table.loc["653131", "visits_a_day"] < table.loc["653101", "visits_a_day"]


def test_winter_takes_no_fewer_days(work: InstrumentResult, area: StudyArea) -> None:
    winter = visiting_workload(area, season="winter", month=1)
    assert winter.totals["staff_days"] > work.totals["staff_days"]
    assert winter.totals["visits"] == work.totals["visits"]


def test_nobody_is_reached_from_nowhere(area: StudyArea) -> None:
    found = visiting_workload(area, hubs=area.institutions.iloc[:0])
    assert found.totals["unreached_persons"] == found.totals["persons"]
    assert (found.totals["staff_days"], found.totals["visits_on_rounds"]) == (0, 0)
    assert not any("nan" in sentence for sentence in found.sentences)


def test_visits_of_ones_own_are_marked(area: StudyArea) -> None:
    found = visiting_workload(area, visits_per_person=4)
    assert found.totals["visits"] == 4 * found.totals["persons"]
    assert found.figures[0].mark == "J"
    with pytest.raises(PlanningError, match="visits: -1"):
        visiting_workload(area, visits_per_person=-1)

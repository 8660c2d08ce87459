"""Who hangs on one single road for one service: the right sites, travellers, limit and closures for every row."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
from four_counties import four_counties, posed

from geodata.travel.closures import closures_of
from geodata.travel.single_road import single_road_cells
from geodata.travel.times import roadway, travel_times
from optimizers.network import STANDS
from planning.network.measures.one_road import persons_on_one_road, rows_on_one_road
from planning.network.posing.pose import NetworkQuestion

SERVICES = ("rehabilitation", "day_care")
MINUTES = {"rehabilitation": 45.0, "day_care": 60.0}


@cache
def asked(season: str) -> NetworkQuestion:
    return posed(services=SERVICES, years=1, season=season, minutes=MINUTES, profiles={"day_care": "car"})


def standing(question: NetworkQuestion) -> pd.DataFrame:
    """What stands, and a village point with rehabilitation."""
    modules = question.modules[question.modules["state"] == STANDS]
    village = question.sites.loc[question.sites["tier"] == "village", "site_id"].iloc[0]
    return pd.concat([modules, pd.DataFrame({"site_id": [village], "service": ["rehabilitation"]})])


def by_hand(question: NetworkQuestion, service: str, months: tuple[int, ...]) -> pd.Series[bool]:
    """Cell → whether it depends, one call for each month's condition."""
    area = four_counties()
    cells = area.data.cells.set_index("cell_id").loc[list(question.cell_ids)]
    modules = standing(question)
    sites = question.sites[question.sites["site_id"].isin(modules.loc[modules["service"] == service, "site_id"])]
    longest = MINUTES[service]
    extra = [longest - 15.0 if tier == "village" else 0.0 for tier in sites["tier"]]
    found = np.zeros(len(cells), bool)
    for month in months:
        profile = "car" if service == "day_care" else "with_escort"
        rules = question.assumptions.travel_rules("summer" if month == 7 else "winter", profile)
        closures = [c for c in closures_of(area.data.closures) if c.closure_id in area.closed_in(month)]
        way = roadway(area.roads, rules, area.ground, closures)
        points = [t[["lon", "lat"]].to_numpy(float) for t in (cells, sites)]
        found |= single_road_cells(way, *points, limit_min=longest, extra_min=extra).table["depends"].to_numpy(bool)
    return pd.Series(found, index=cells.index)


def test_every_row_is_asked_for_its_own_service_in_its_season() -> None:
    question = asked("both")
    hanging = rows_on_one_road(question, standing(question), four_counties())[0]
    for a, month in enumerate((7, 1)):
        for service in SERVICES:
            rows = (question.rows["service"] == service).to_numpy()
            expected = question.rows.loc[rows, "cell_id"].map(by_hand(question, service, (month,)))
            assert hanging[a, rows].tolist() == expected.tolist()
    assert hanging.any()
    assert not hanging.all()


def test_all_year_is_either_season() -> None:
    question = asked("all_year")
    hanging = rows_on_one_road(question, standing(question), four_counties())[0]
    rows = (question.rows["service"] == "rehabilitation").to_numpy()
    either = by_hand(question, "rehabilitation", (7, 1))
    assert hanging[0, rows].tolist() == question.rows.loc[rows, "cell_id"].map(either).tolist()


def test_whoever_hangs_on_one_road_is_in_time_now() -> None:
    question = asked("summer")
    modules = standing(question)
    hanging = rows_on_one_road(question, modules, four_counties())[0][0]
    sites = question.sites[question.sites["site_id"].isin(modules["site_id"])]
    area, rules = four_counties(), question.assumptions.travel_rules("summer", "car")
    cells = area.data.cells.set_index("cell_id").loc[list(question.cell_ids), ["lon", "lat"]]
    minutes = travel_times(area.roads, cells, sites, rules, area.ground, limit_min=60).tocsr()
    day_care = hanging & (question.rows["service"] == "day_care").to_numpy()
    assert np.diff(minutes.indptr)[question.row_cell[day_care]].all()


def test_persons_are_summed_by_season_service_and_county() -> None:
    question = asked("both")
    hanging = np.zeros((2, len(question.rows)), bool)
    hanging[1] = question.rows["county_code"] == "653131"
    table = persons_on_one_road(question, hanging)
    assert set(table["season"]) == {"winter"}
    assert set(table["county_code"]) == {"653131"}
    of_county = question.rows[question.rows["county_code"] == "653131"]
    assert np.isclose(table["persons"].sum(), of_county["persons"].sum())


def test_roads_that_are_straightened_are_told() -> None:
    question = asked("summer")
    caveat = rows_on_one_road(question, standing(question), four_counties())[1]
    assert caveat is not None
    assert "only main roads are known" in caveat

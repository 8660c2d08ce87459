"""Stock for an availability: the smallest that holds it, alone or shared, by direct sums and by simulation."""

from math import exp, factorial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning import PlanningError, StudyArea
from planning.instruments import pool_devices, pool_in
from planning.instruments.devices import shelf_demand, stock_for


def demand(*units: float, depots: int = 1) -> pd.DataFrame:
    rows = [(f"s{i}", f"d{i % depots}", u) for i, u in enumerate(units)]
    return pd.DataFrame(rows, columns=["shelf", "depot", "units_per_year"])


def cdf(stock: int, mean: float) -> float:
    return sum(exp(-mean) * mean**k / factorial(k) for k in range(stock + 1))


@settings(max_examples=80, deadline=None)
@given(st.floats(0, 60), st.sampled_from([0.5, 0.8, 0.95, 0.99]))
def test_the_stock_is_the_smallest_that_holds_the_availability(mean: float, availability: float) -> None:
    stock = int(stock_for([mean], availability)[0])
    assert cdf(stock, mean) >= availability - 1e-9
    assert stock == 0 or cdf(stock - 1, mean) < availability + 1e-9


def test_a_simulation_finds_the_availability_on_shelves_and_in_the_pool() -> None:
    found = pool_devices(demand(200, 120, 80, 300), availability=0.95, rotation_days=14)
    random, shelves, depot = np.random.default_rng(3), found.tables["shelves"], found.table.iloc[0]
    requests = random.poisson(shelves["requests_per_interval"].to_numpy(), (40_000, 4))
    each = (requests <= shelves["stock_separate"].to_numpy()).mean(axis=0)
    assert (each >= 0.945).all()
    pooled = requests.sum(axis=1)
    assert (pooled <= depot["stock_shared"]).mean() >= 0.945
    assert (pooled <= depot["stock_shared"] - 1).mean() < 0.95
    assert depot["saved"] == depot["stock_separate"] - depot["stock_shared"] > 0


def test_forty_shelves_of_four_depots_need_fewer_devices_together() -> None:
    found = pool_devices(demand(*[200.0] * 40, depots=4))
    alone = int(stock_for([200 * 14 / 365], 0.95)[0])
    assert found.totals["stock_separate"] == 40 * alone
    assert found.table["stock_shared"].tolist() == [int(stock_for([2000 * 14 / 365], 0.95)[0])] * 4
    assert found.totals["stock_all_shared"] < found.totals["stock_shared"] < found.totals["stock_separate"]


def test_a_shared_stock_can_be_larger_where_shelves_ask_for_next_to_nothing() -> None:
    found = pool_devices(demand(1.3, 1.3))  # 0.05 an interval each: nothing is asked for with probability 0.951
    assert found.totals["stock_separate"] == 0
    assert found.totals["stock_shared"] == 1


def test_no_demand_needs_no_stock() -> None:
    assert pool_devices(demand(0, 0)).totals["stock_shared"] == 0


def test_a_loan_keeps_a_device_away_longer() -> None:
    given_away, lent = pool_devices(demand(300)), pool_devices(demand(300), loan_days=90)
    assert lent.tables["shelves"].loc[0, "requests_per_interval"] == pytest.approx(300 * 104 / 365)
    assert lent.totals["stock_shared"] > given_away.totals["stock_shared"]


def test_every_fortnight_is_26_rounds_and_a_stop_at_each_shelf() -> None:
    found = pool_devices(demand(10, 10, 10))
    assert found.table.loc[0, "rounds_a_year"] == 26
    assert found.totals["stops_a_year"] == 78


def test_the_order_of_shelves_changes_nothing() -> None:
    rows = demand(5, 900, 40, 33, depots=2)
    pd.testing.assert_frame_equal(pool_devices(rows).table, pool_devices(rows.iloc[::-1]).table)


def test_the_embedded_area_has_a_depot_in_each_county_and_all_fittings(area: StudyArea) -> None:
    found = pool_in(area)
    assert len(found.table) == len(area.data.counties)
    assert found.totals["units_per_year"] == pytest.approx(shelf_demand(area)["units_per_year"].sum())
    assert found.modelled
    assert found.totals["stock_all_shared"] < found.totals["stock_shared"] < found.totals["stock_separate"]
    own = pool_in(area, units=demand(10.0))
    assert not own.modelled
    assert "as given" in own.base


def test_faults_are_told_at_once() -> None:
    twice = pd.concat([demand(-1), demand(3)])
    with pytest.raises(PlanningError) as caught:
        pool_devices(twice, availability=1, rotation_days=0, loan_days=-1)
    assert len(caught.value.faults) == 5

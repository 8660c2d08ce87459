"""Ten counties by unmet severe need: ranks say no more than the intervals allow."""

from types import SimpleNamespace
from typing import cast

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, poisson

from planning import Plan, PlanningError, StudyArea
from planning.instruments import supervision_in, supervision_list
from planning.instruments.intervals import poisson as garwood
from planning.instruments.intervals import surely_above, widened, wilson


def need(unmet: list[int], severe: list[int] | None = None) -> pd.DataFrame:
    codes = [f"65{i:04d}" for i in range(len(unmet))]
    return pd.DataFrame({"county_code": codes, "severe": severe or [10**6] * len(unmet), "unmet": unmet})


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_of_a_share_is_scipys_wilson_interval(pair: tuple[int, int]) -> None:
    x, n = pair
    oracle = binomtest(x, n).proportion_ci(0.95, method="wilson")
    low, high = wilson([x], [n])
    assert (low[0], high[0]) == pytest.approx((oracle.low, oracle.high), abs=1e-12)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 3000))
def test_the_interval_of_a_count_leaves_two_and_a_half_percent_on_each_side(x: int) -> None:
    low, high = (limit[0] for limit in garwood([x]))
    assert poisson.cdf(x, high) == pytest.approx(0.025)
    assert poisson.sf(x - 1, low) == pytest.approx(0.025) if x else low == 0


def test_nobody_of_nobody_may_be_any_share() -> None:
    assert [limit[0] for limit in wilson([0], [0])] == [0, 1]


def test_a_second_error_widens_in_quadrature() -> None:
    value, low, high = np.array([100.0]), np.array([97.0]), np.array([103.0])
    lower, upper = widened(value, low, high, [0.04 / 1.959963985])
    assert (lower[0], upper[0]) == pytest.approx((95.0, 105.0))


def test_a_difference_by_hand() -> None:
    value, low, high = np.array([10.0, 6.0, 1.0]), np.array([7.0, 3.0, 0.0]), np.array([14.0, 10.0, 4.0])
    # 10 - 6 - hypot(3, 4) = -1; 10 - 1 - hypot(3, 3) > 0; 6 - 1 - hypot(3, 3) > 0
    assert surely_above(value, low, high).tolist() == [[False, False, True], [False, False, True], [False] * 3]


def test_clear_numbers_give_a_sure_list_in_order() -> None:
    found = supervision_list(need([10, 9000, 100, 40000, 1000]), counties=2)
    assert found.table["unmet"].tolist() == [40000, 9000, 1000, 100, 10]
    assert found.table["place"].tolist() == ["sure", "sure", "off", "off", "off"]
    assert (found.table["rank_best"] == found.table["rank"]).all()
    assert (found.table["rank_worst"] == found.table["rank"]).all()


def test_close_numbers_are_tied_at_the_end_of_the_list() -> None:
    found = supervision_list(need([9000, 505, 500, 495, 10]), counties=3)
    assert found.table["place"].tolist() == ["sure", "tied", "tied", "tied", "off"]
    assert found.table.loc[1:3, "rank_best"].tolist() == [2, 2, 2]
    assert found.table.loc[1:3, "rank_worst"].tolist() == [4, 4, 4]
    assert "3 counties are statistically tied" in found.sentences[1]


def test_equal_numbers_share_a_rank_and_the_lower_code_is_listed() -> None:
    found = supervision_list(need([500, 500, 500]), counties=2)
    assert found.table["rank"].tolist() == [1, 1, 1]
    assert found.table["listed"].tolist() == [True, True, False]
    assert found.table["county_code"].tolist() == ["650000", "650001", "650002"]
    assert any("share their rank" in s for s in found.sentences)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 400), min_size=1, max_size=15), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing_and_every_rank_lies_in_its_range(unmet: list[int], random) -> None:
    rows = need(unmet)
    order = list(range(len(rows)))
    random.shuffle(order)
    first, second = (supervision_list(t, counties=5).table for t in (rows, rows.iloc[order]))
    pd.testing.assert_frame_equal(first, second)
    assert (first["rank_best"] <= first["rank"]).all()
    assert (first["rank"] <= first["rank_worst"]).all()
    assert (first["low"] <= first["unmet"]).all()
    assert (first["unmet"] <= first["high"]).all()


def test_by_share_a_small_county_may_lead_with_a_wide_interval() -> None:
    found = supervision_list(need([30, 4000], [40, 10_000]), by="share", counties=1)
    assert found.table["county_code"].tolist() == ["650000", "650001"]
    assert found.table.loc[0, "high"] - found.table.loc[0, "low"] > 0.2


def test_the_embedded_list_has_ten_and_says_how_many_are_sure(area: StudyArea) -> None:
    found = supervision_in(area)
    assert found.table["listed"].sum() == 10
    assert found.totals["sure"] < 10  # numbers that rest on estimated populations cannot fill it
    assert found.modelled
    severe = area.demand(area.assumptions.demand_rates())["persons_severe"].sum()
    assert found.totals["severe"] == severe
    assert {f.key for f in found.figures} >= {"supervision_minutes", "population_error_estimated"}


def test_a_plan_is_read_by_its_own_minutes_and_people(area: StudyArea) -> None:
    cells = area.demand(area.assumptions.demand_rates()).copy()
    limit = np.where(cells["county_code"] == "653131", 60.001, 60.0)  # covered means <= the limit
    plan = SimpleNamespace(cells=cells.assign(travel_time_min=limit), demand_source="register")
    found = supervision_in(area, plan=cast("Plan", plan), counties=1)
    assert found.table.loc[0, "county_code"] == "653131"
    assert found.totals["unmet"] == found.table.loc[0, "severe"]
    assert not found.modelled


def test_faults_are_told_at_once() -> None:
    rows = need([5, 7], [6, 6])
    rows["county_code"] = "653101"
    with pytest.raises(PlanningError) as caught:
        supervision_list(rows, by="need", counties=0)
    assert len(caught.value.faults) == 4

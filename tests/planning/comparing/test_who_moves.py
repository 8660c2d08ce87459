"""Who changes between two plans: nobody is lost, and never more are moved than must be."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_scenarios import is_chinese, is_english
from scipy.optimize import linprog

from planning import Plan, PlanningError
from planning.comparing.groups import band_moves, changes_told, group_moves, largest_moves
from planning.plan import BAND_NAMES, GROUPS

COLUMNS = [f"persons_{group}" for group in GROUPS]
COUNTS = st.tuples(*[st.integers(0, 50)] * 4)


def with_cells(plan: Plan, counts: npt.NDArray[np.int64]) -> Plan:
    """The first cells of a plan with these persons by group."""
    cells = plan.cells.head(len(counts)).assign(persons=counts.sum(axis=1), **dict(zip(COLUMNS, counts.T, strict=True)))
    return replace(plan, cells=cells)


def fewest(before: npt.NDArray[np.int64], after: npt.NDArray[np.int64]) -> float:
    """The fewest persons of one cell that must change group, by linear programming over all ways of moving them."""
    cost = (1 - np.eye(4)).ravel()
    rows = np.vstack([np.kron(np.eye(4), np.ones(4)), np.kron(np.ones(4), np.eye(4))])
    return float(linprog(cost, A_eq=rows, b_eq=np.concatenate([before, after])).fun)


def test_moves_reconcile_with_the_totals_of_every_pair_of_plans(few_plans: dict[str, Plan]) -> None:
    for first, second in permutations(few_plans.values(), 2):
        groups, bands = group_moves(first, second), band_moves(first, second)
        assert list(groups.sum(axis=1)) == [first.indicators[c] for c in COLUMNS]
        assert list(groups.sum(axis=0)) == [second.indicators[c] for c in COLUMNS]
        for axis, plan in ((1, first), (0, second)):
            by_band = plan.cells.groupby("band")["persons"].sum().reindex(range(len(BAND_NAMES)), fill_value=0)
            assert list(bands.sum(axis=axis)) == list(by_band)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(COUNTS, st.permutations(range(4)), st.integers(0, 30)), min_size=1, max_size=4))
def test_no_way_of_moving_them_moves_fewer(
    small_cells: Plan, rows: list[tuple[tuple[int, ...], list[int], int]]
) -> None:
    before = np.array([counts for counts, _, _ in rows])
    after = np.array([np.array(counts)[list(order)] for counts, order, _ in rows])
    some = np.minimum(after[:, 0], [n for _, _, n in rows])  # a part of one group goes to another
    after[:, 0] -= some
    after[:, 3] += some
    found = group_moves(with_cells(small_cells, before), with_cells(small_cells, after)).to_numpy()
    changed = found.sum() - np.trace(found)
    assert found.min() >= 0
    assert changed == pytest.approx(sum(fewest(a, b) for a, b in zip(before, after, strict=True)))


@pytest.fixture(scope="module")
def small_cells(few_plans: dict[str, Plan]) -> Plan:
    return few_plans["baseline"]


def test_a_plan_beside_itself_moves_nobody(few_plans: dict[str, Plan]) -> None:
    plan = few_plans["most_people"]
    for moves in (group_moves(plan, plan), band_moves(plan, plan)):
        assert np.trace(moves.to_numpy()) == moves.to_numpy().sum() == plan.indicators["persons_total"]
    assert largest_moves(plan, plan).empty


def test_cells_are_matched_by_id_not_by_place_in_the_table(few_plans: dict[str, Plan]) -> None:
    first, second = few_plans["baseline"], few_plans["frugal"]
    mixed = replace(first, cells=first.cells.sample(frac=1.0, random_state=1))
    pd.testing.assert_frame_equal(group_moves(mixed, second), group_moves(first, second))


def test_the_neighbourhoods_add_up_to_all_who_move(few_plans: dict[str, Plan]) -> None:
    first, second = few_plans["baseline"], few_plans["most_people"]
    every, moves = largest_moves(first, second, 10_000), group_moves(first, second).to_numpy()
    assert every["persons_changed"].sum() == moves.sum() - np.trace(moves)
    assert every["served_more"].sum() == second.indicators["persons_served"] - first.indicators["persons_served"]
    assert every["persons_changed"].is_monotonic_decreasing
    assert (every["persons_changed"] <= every["persons"]).all()
    pd.testing.assert_frame_equal(largest_moves(first, second, 3), every.head(3))


def test_the_sentence_says_at_least_in_both_languages(few_plans: dict[str, Plan]) -> None:
    told = changes_told(few_plans["baseline"], few_plans["most_people"])
    assert f"of {few_plans['baseline'].indicators['persons_total']:,} persons at least" in told
    assert "至少" in told.zh
    assert is_english(str(told))
    assert is_chinese(told.zh)


def test_plans_of_other_people_cannot_be_followed(few_plans: dict[str, Plan]) -> None:
    first = few_plans["baseline"]
    fewer = replace(first, cells=first.cells.iloc[1:])
    for tell in (band_moves, group_moves, changes_told, largest_moves):
        with pytest.raises(PlanningError, match="count different persons"):
            tell(first, fewer)

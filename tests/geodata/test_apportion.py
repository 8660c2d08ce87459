"""Whole numbers shared out: sums hold exactly, shares are fair, and the result is the same every time."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geodata.apportion import balanced_split, largest_remainder

weights = st.lists(st.one_of(st.just(0.0), st.floats(1e-6, 1e9)), min_size=1, max_size=30)
counts = st.lists(st.integers(0, 60), min_size=1, max_size=12)


@given(total=st.integers(0, 10**7), weights=weights)
def test_shares_add_up_to_the_total(total, weights):
    assume(sum(weights) > 0)
    assert largest_remainder(total, weights).sum() == total


@given(total=st.integers(0, 10**7), weights=weights)
def test_no_share_is_a_whole_unit_away_from_its_quota(total, weights):
    assume(sum(weights) > 0)
    quota = total * np.array(weights) / sum(weights)
    assert (abs(largest_remainder(total, weights) - quota) < 1 + 1e-6).all()


@given(total=st.integers(0, 10**6), weights=weights)
def test_sharing_twice_gives_the_same_shares(total, weights):
    assume(sum(weights) > 0)
    assert (largest_remainder(total, weights) == largest_remainder(total, list(weights))).all()


def test_hamiltons_own_case_comes_out_as_by_hand():
    # quotas 4.3, 3.4, 2.3: the one seat left goes to the largest remainder
    assert largest_remainder(10, [43, 34, 23]).tolist() == [4, 4, 2]


def test_ties_go_to_the_earlier_one():
    assert largest_remainder(2, [1, 1, 1]).tolist() == [1, 1, 0]


def test_nothing_shared_among_nobody_is_nothing():
    assert largest_remainder(0, [0, 0]).tolist() == [0, 0]


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, [-1, 2]), (1, [0, 0]), (1, [float("nan")])])
def test_what_cannot_be_shared_is_refused(total, weights):
    with pytest.raises(ValueError):
        largest_remainder(total, weights)


@st.composite
def margins(draw):
    rows = draw(counts)
    total = sum(rows)
    cuts = sorted(draw(st.lists(st.integers(0, total), max_size=6)))
    return rows, np.diff([0, *cuts, total]).tolist()


@given(margins())
def test_a_split_keeps_every_row_and_column_sum(margins):
    rows, columns = margins
    table = balanced_split(rows, columns)
    assert table.sum(axis=1).tolist() == rows
    assert table.sum(axis=0).tolist() == columns
    assert (table >= 0).all()


@given(margins())
def test_a_split_is_the_same_every_time(margins):
    assert (balanced_split(*margins) == balanced_split(*margins)).all()


@given(margins())
def test_a_split_stays_near_the_proportional_share(margins):
    rows, columns = margins
    assume(sum(rows) > 0)
    share = np.outer(rows, columns) / sum(rows)
    assert (abs(balanced_split(rows, columns) - share) <= len(columns)).all()


def test_an_even_split_is_even():
    assert balanced_split([4, 4], [4, 4]).tolist() == [[2, 2], [2, 2]]


def test_sums_that_differ_are_refused():
    with pytest.raises(ValueError, match="rows add up to 3, columns to 4"):
        balanced_split([1, 2], [4])

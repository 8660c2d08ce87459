"""Indices of inequality against their definitions written out pair by pair, person by person."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from optimizers import ProblemError
from optimizers.inequality import equivalent_share, gini, palma, theil, theil_between

amounts = st.lists(st.tuples(st.floats(0, 100), st.integers(1, 6)), min_size=1, max_size=8)


def rows(given_: Any) -> tuple[Any, Any]:
    return np.array([x for x, _ in given_]), np.array([float(w) for _, w in given_])


def one_by_one(given_: Any) -> list[float]:
    """Every person by themselves."""
    return [x for x, w in given_ for _ in range(w)]


@given(amounts)
def test_gini_is_half_the_mean_difference_over_the_mean(given_: Any) -> None:
    people = one_by_one(given_)
    assume(sum(people) > 1e-6)
    mean = sum(people) / len(people)
    slow = sum(abs(a - b) for a in people for b in people) / (2 * mean * len(people) ** 2)
    assert gini(*rows(given_)) == pytest.approx(slow, abs=1e-9)


@given(amounts)
def test_theil_is_the_mean_of_ratio_times_its_logarithm(given_: Any) -> None:
    people = one_by_one(given_)
    assume(sum(people) > 1e-6)
    mean = sum(people) / len(people)
    slow = sum(x / mean * math.log(x / mean) for x in people if x / mean > 0) / len(people)
    assert theil(*rows(given_)) == pytest.approx(slow, abs=1e-9)


@given(amounts, st.data())
def test_theil_is_what_lies_between_groups_and_what_lies_within(given_: Any, data: Any) -> None:
    values, weights = rows(given_)
    assume((values * weights).sum() > 1e-6)
    groups = np.array([data.draw(st.integers(0, 2)) for _ in values])
    within = 0.0
    for g in set(groups.tolist()):
        mine = groups == g
        part = (values * weights)[mine].sum() / (values * weights).sum()
        within += part * theil(values[mine], weights[mine]) if part else 0.0
    assert theil_between(values, weights, groups) + within == pytest.approx(theil(values, weights), abs=1e-9)


@given(amounts)
def test_palma_is_the_best_tenth_over_the_worst_four_of_people_cut_in_tenths(given_: Any) -> None:
    people = sorted(x for x in one_by_one(given_) for _ in range(10))  # so that tenths end between persons
    tenth = len(people) // 10
    low, high = sum(people[: 4 * tenth]), sum(people[-tenth:])
    assume(low > 1e-6)
    assert palma(*rows(given_)) == pytest.approx(high / low)


@given(amounts, st.floats(0.01, 3))
def test_the_equivalent_share_lies_between_the_smallest_and_the_mean(given_: Any, kappa: float) -> None:
    values, weights = rows(given_)
    values = values / 100
    found = equivalent_share(values, weights, kappa)
    slow = -math.log(sum(w * math.exp(-kappa * x) for x, w in zip(values, weights, strict=True)) / weights.sum())
    assert found == pytest.approx(slow / kappa, abs=1e-7)
    assert values.min() - 1e-9 <= found <= float((values * weights).sum() / weights.sum()) + 1e-9


@pytest.mark.parametrize("index", [gini, theil])
def test_equal_shares_are_no_inequality(index: Any) -> None:
    assert index(np.full(4, 0.3), np.array([1.0, 2.0, 3.0, 0.0])) == 0.0


def test_known_values() -> None:
    one_has_all, four = np.array([0.0, 0.0, 0.0, 1.0]), np.ones(4)
    assert gini(one_has_all, four) == pytest.approx(0.75)
    assert theil(one_has_all, four) == pytest.approx(math.log(4))
    assert palma(np.ones(10), np.ones(10)) == pytest.approx(0.25)
    assert palma(one_has_all, four) == math.inf
    assert equivalent_share(np.array([0.2, 0.2]), np.ones(2), 1.0) == pytest.approx(0.2)


@pytest.mark.parametrize("index", [gini, theil, palma])
@pytest.mark.parametrize("people", [np.zeros(2), np.ones(2)])
def test_nothing_to_share_and_nobody_to_have_it_is_not_a_number(index: Any, people: Any) -> None:
    assert math.isnan(index(np.zeros(2), people))


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(ProblemError) as error:
        gini(np.array([1.0, -1.0]), np.array([np.nan]))
    assert len(error.value.faults) == 3

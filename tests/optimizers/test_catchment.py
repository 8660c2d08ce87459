"""Floating catchment areas: what is handed out is what there is, and a slow count agrees."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from optimizers.catchment import enhanced_two_step, three_step, two_step, zone_weights

LONGEST = 30.0
seeds = st.integers(0, 10_000)


def random_case(seed: int) -> tuple[Any, Any, Any]:
    dice = np.random.default_rng(seed)
    minutes = np.where(dice.random((6, 4)) < 0.6, np.round(dice.random((6, 4)) * 29) + 1, 0)
    supply, demand = dice.integers(0, 50, 4).astype(float), dice.integers(0, 20, 6).astype(float)
    return supply, demand, csr_array(minutes)


def found_by(model: str, supply: Any, demand: Any, minutes: Any) -> Any:
    longest = np.full(len(demand), LONGEST)
    return {
        "2sfca": lambda: two_step(supply, demand, minutes),
        "e2sfca": lambda: enhanced_two_step(supply, demand, minutes, longest),
        "3sfca": lambda: three_step(supply, demand, minutes, longest),
    }[model]()


def slowly(model: str, supply: Any, demand: Any, minutes: Any) -> Any:
    t = minutes.toarray()
    rows, sites = t.shape

    def zone(i: int, j: int) -> float:
        if t[i, j] == 0:
            return 0.0
        if model == "2sfca":
            return 1.0
        return 1.0 if t[i, j] <= 10 else 0.68 if t[i, j] <= 20 else 0.22

    def choice(i: int, j: int) -> float:
        if model != "3sfca":
            return 1.0
        pull = sum(zone(i, k) for k in range(sites) if supply[k] > 0)
        return zone(i, j) / pull if pull and supply[j] > 0 else 0.0

    ratio = []
    for j in range(sites):
        crowd = sum(demand[i] * zone(i, j) * choice(i, j) for i in range(rows))
        ratio.append(supply[j] / crowd if crowd else 0.0)
    return [sum(zone(i, j) * choice(i, j) * ratio[j] for j in range(sites)) for i in range(rows)]


@pytest.mark.parametrize("model", ["2sfca", "e2sfca", "3sfca"])
@settings(max_examples=60)
@given(seed=seeds)
def test_each_measure_is_that_of_a_slow_count(model: str, seed: int) -> None:
    case = random_case(seed)
    assert found_by(model, *case) == pytest.approx(slowly(model, *case))


@pytest.mark.parametrize("model", ["2sfca", "e2sfca", "3sfca"])
@settings(max_examples=60)
@given(seed=seeds)
def test_what_people_find_adds_up_to_the_supply_that_somebody_is_near_to(model: str, seed: int) -> None:
    supply, demand, minutes = random_case(seed)
    near_somebody = (minutes.toarray() > 0)[demand > 0].any(axis=0)
    found = found_by(model, supply, demand, minutes)
    assert (demand * found).sum() == pytest.approx(supply[near_somebody].sum())


def test_a_zone_includes_its_upper_end() -> None:
    assert zone_weights(np.array([0.0, 10.0, 10.1, 20.0, 30.0, 30.1]), np.full(6, 30.0)).tolist() == [
        1.0, 1.0, 0.68, 0.68, 0.22, 0.0,
    ]  # fmt: skip


def test_nobody_finds_anything_where_nothing_is_near() -> None:
    none = csr_array((3, 2))
    for model in ("2sfca", "e2sfca", "3sfca"):
        assert found_by(model, np.ones(2), np.ones(3), none).tolist() == [0.0, 0.0, 0.0]

"""The flow of a transport problem stays optimal while sites open and close."""

from types import SimpleNamespace

import numpy as np
import pytest
from capacity_oracle import split_value

from optimizers import LocationProblem
from optimizers.capacity import best_split, split
from optimizers.capacity.split import cheapest_split, proof_of_shortage
from optimizers.capacity.tables import Tables, turned
from optimizers.capacity.transport import close_site, copy_flow, fill, new_flow, open_site, regrets, row_prices


def tables_of(unit, weight, default, room):
    rows, sites = np.nonzero(np.isfinite(unit))
    order = np.lexsort((unit[rows, sites], rows))
    sites, values = sites[order].astype(np.int32), unit[rows, sites][order]
    indptr = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=weight.size))))
    return Tables(indptr, sites, values, weight, default, room, *turned(indptr, sites, values, room.size))


def random_tables(seed):
    rng = np.random.default_rng(seed)
    n, m = int(rng.integers(1, 9)), int(rng.integers(1, 7))
    unit = rng.integers(0, 12, (n, m)).astype(float) if seed % 2 else rng.random((n, m))
    unit[rng.random((n, m)) < 0.25] = np.inf
    weight = rng.integers(0, 9, n).astype(float) if seed % 3 else rng.random(n) * 5
    room = rng.integers(0, 15, m).astype(float) if seed % 3 else rng.random(m) * 6
    price = 100.0 if seed % 2 else float(rng.random() * 10)
    return rng, unit, weight, room, price, tables_of(unit, weight, np.full(n, price), room)


def check(tables, flow, unit, sites):
    """The flow serves every row once, keeps every room, uses known pairs only and is worth what it says."""
    given = np.zeros(unit.shape)
    for j in sites:
        given[:, j] = flow.flow[:, flow.slot[j]]
        assert flow.load[flow.slot[j]] == pytest.approx(given[:, j].sum(), abs=1e-9)
    assert np.all(flow.flow >= 0)
    assert np.allclose(given.sum(axis=1) + flow.flow[:, 0], tables.weight, atol=1e-9)
    assert np.all(given.sum(axis=0) <= tables.room + 1e-9)
    assert not given[~np.isfinite(unit)].any()
    value = (np.where(given > 0, unit, 0.0) * given).sum() + tables.default @ flow.flow[:, 0]
    assert value == pytest.approx(flow.numbers[0], rel=1e-9, abs=1e-9)


def dual_value(tables, flow, sites):
    """What the prices of rows and rooms prove."""
    rooms = sum(flow.price[flow.slot[j]] * tables.room[j] for j in sites if tables.room[j] > 0)
    return tables.weight @ row_prices(flow) - rooms


@pytest.mark.parametrize("seed", range(30))
def test_the_flow_is_optimal_after_every_opening_and_closing(seed):
    rng, unit, weight, room, price, tables = random_tables(seed)
    flow, sites = new_flow(tables, room.size), set()
    for _ in range(8):
        j = int(rng.integers(room.size))
        if j in sites:
            sites.remove(j)
            close_site(flow, j)
        else:
            sites.add(j)
            open_site(tables, flow, j)
        expected = split_value(unit, weight, room, sorted(sites), price)
        assert flow.numbers[0] == pytest.approx(expected, rel=1e-7, abs=1e-9)
        assert dual_value(tables, flow, sites) == pytest.approx(expected, rel=1e-7, abs=1e-9)
        check(tables, flow, unit, sites)


@pytest.mark.parametrize("seed", range(30, 50))
def test_closing_a_site_never_costs_less_than_its_regret(seed):
    _, _, _, room, _, tables = random_tables(seed)
    flow, trial = new_flow(tables, room.size), new_flow(tables, room.size)
    fill(tables, flow, np.ones(room.size, dtype=bool))
    least = regrets(flow)
    for j in range(room.size):
        copy_flow(trial, flow)
        close_site(trial, j)
        assert trial.numbers[0] >= flow.numbers[0] + least[flow.slot[j]] - 1e-9 * (1 + flow.numbers[0])


def test_the_best_split_keeps_the_rooms_and_shares_equal_rows():
    problem = LocationProblem([3.0, 3.0, 4.0], [[1.0, 5.0], [1.0, 5.0], [2.0, 3.0]], capacity=[5.0, 9.0])
    time, allocation = best_split(problem, [0, 1])
    assert time == 5.0 * 1.0 + 1.0 * 5.0 + 4.0 * 3.0
    assert allocation.toarray().tolist() == [[2.5, 0.5], [2.5, 0.5], [0.0, 4.0]]
    assert best_split(problem, [0]) is None
    _, within = best_split(problem, [0, 1], threshold_min=1.0)
    assert within.sum() == 5.0


def test_a_proof_of_shortage_is_dearer_than_asked():
    unit = np.array([[1.0, 2.0], [np.inf, 1.0]])
    tables = tables_of(unit, np.array([5.0, 5.0]), np.full(2, 50.0), np.array([9.0, 4.0]))
    prices = proof_of_shortage(tables, np.ones(2, dtype=bool), np.ones(2, dtype=bool), 1e6)
    # Row 1 can only use site 1, which lacks room for 1 unit; nothing that serves it earns the price back.
    earned = 4.0 * (prices[1] - 1.0) + 5.0 * max(prices[0] - 1.0, 0.0)
    assert tables.weight @ prices - earned >= 1e6


def small_tables():
    unit = np.array([[1.0, 2.0], [np.inf, 1.0]])
    return tables_of(unit, np.array([5.0, 5.0]), np.full(2, 50.0), np.array([9.0, 6.0])), np.ones(2, dtype=bool)


def test_the_linear_program_finds_the_same_split(monkeypatch):
    tables, everyone = small_tables()
    exact = cheapest_split(tables, everyone, everyone)
    monkeypatch.setattr(split, "_LARGEST", 0)
    assert cheapest_split(tables, everyone, everyone).value == pytest.approx(exact.value)


def test_a_linear_program_that_stopped_short_of_its_optimum_is_not_believed(monkeypatch):
    stopped = SimpleNamespace(status=1, message="Iteration limit reached.", x=np.zeros(5), fun=0.0)
    monkeypatch.setattr(split, "_LARGEST", 0)
    monkeypatch.setattr("scipy.optimize.linprog", lambda *_, **__: stopped)
    tables, everyone = small_tables()
    with pytest.raises(ArithmeticError, match="Iteration limit reached"):
        cheapest_split(tables, everyone, everyone)

"""Climbing the Lagrangian bound: the compiled part of `bounds`."""

import numpy as np

from optimizers.arrays import Floats
from optimizers.core import Tables
from optimizers.kernel import kernel

_PATIENCE = 20


@kernel
def climb(tables: Tables, upper: float, iterations: int, first: Floats) -> Floats:
    """Deflected subgradient ascent with Polyak steps towards `upper`; multipliers of the best bound met."""
    current, best = first.copy(), first.copy()
    direction, share = np.zeros(first.size), np.zeros(tables.free.size)
    best_value, scale, stale = -np.inf, 1.0, 0
    for _ in range(iterations):
        rho = price_sites(tables, current)
        value = current.sum() + choose(tables, rho, share)
        stale += 1
        if value > best_value:
            if value > best_value + 1e-5 * abs(best_value):
                stale = 0
            best_value = value
            best[:] = current
        if stale >= _PATIENCE:
            scale *= 0.5
            stale = 0
            current[:] = best
        norm = turn(tables, current, share, direction)
        room = upper * (1.0 + 1e-9) - value
        if norm <= 1e-18 or room <= 0.0 or scale < 1e-7:
            break
        step = scale * room / norm
        for i in range(current.size):
            current[i] = min(max(current[i] + step * direction[i], 0.0), tables.default[i])
    return best


@kernel
def price_sites(tables: Tables, multipliers: Floats) -> Floats:
    """rho_j of every site; rows are cheapest first, so each row stops at its multiplier."""
    rho = tables.open_cost.copy()
    for i in range(multipliers.size):
        for k in range(tables.indptr[i], tables.indptr[i + 1]):
            if tables.cost[k] >= multipliers[i]:
                break
            rho[tables.site[k]] += tables.cost[k] - multipliers[i]
    return rho


@kernel
def turn(tables: Tables, current: Floats, share: Floats, direction: Floats) -> float:
    """Turn the direction towards the rows served too little; returns its squared length."""
    norm = 0.0
    for i in range(current.size):
        slope = 1.0
        for k in range(tables.indptr[i], tables.indptr[i + 1]):
            if tables.cost[k] >= current[i]:
                break
            slope -= share[tables.site[k]]
        if (slope < 0.0 and current[i] <= 0.0) or (slope > 0.0 and current[i] >= tables.default[i]):
            slope = 0.0
        direction[i] = slope + 0.8 * direction[i]
        norm += direction[i] * direction[i]
    return norm


@kernel
def choose(tables: Tables, rho: Floats, share: Floats) -> float:
    """Write the share of each site in the tightest relaxed choice; return its value."""
    best = 0.0
    for j in range(rho.size):
        share[j] = 1.0 if tables.free[j] and rho[j] < 0.0 else 0.0
        best += share[j] * rho[j]
    for k in range(tables.capacity.size):
        trial = np.zeros(rho.size)
        value = fill(tables, rho, k, trial)
        if value > best:
            best = value
            share[:] = trial
    return best


@kernel
def fill(tables: Tables, rho: Floats, k: int, share: Floats) -> float:
    """Fill limit k with the best reduced cost per unit, the last site in part."""
    rate = np.zeros(rho.size)
    for j in range(rho.size):
        if tables.free[j] and rho[j] < 0.0:
            rate[j] = rho[j] / max(tables.size[k, j], 1e-12)
    value, room = 0.0, max(tables.capacity[k], 0.0)
    for j in np.argsort(rate, kind="mergesort"):
        size = tables.size[k, j]
        if rate[j] >= 0.0 or (room <= 0.0 and size > 0.0):
            continue
        share[j] = 1.0 if size <= room else room / size
        value += share[j] * rho[j]
        room -= share[j] * size
    return value

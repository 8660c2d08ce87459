"""Climbing the Lagrangian bound of a median core.

Subgradient steps after Held, Wolfe & Crowder (1974) towards the best plan's value, with the direction of Camerini,
Fratta & Maffioli (1975). The rows' multipliers are in the state; the limits' prices follow from them: the best for
one limit is read off a sort, and where there are two the second one's is found by bisection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from optimizers.arrays import Bools, Floats
from optimizers.kernel import kernel
from optimizers.median.greedy import open_greedily
from optimizers.median.interchange import new_state
from optimizers.median.tables import Small, Tables, price_sites

if TYPE_CHECKING:
    from optimizers.median.core import Core

_DEFLECTION = 0.95
_FIRST_STEP = 1.0, 0.6
_LAST_STEP = 1e-3, 0.05
"""Of a climb from scratch, and of one that goes on from good multipliers."""
_MEMORY = 0.95  # of the averaged choice


class Climb(NamedTuple):
    """Where a climb stands.

    `scale` is how far each row moves for its part of the direction: rows of large multipliers move more. `numbers`
    holds the best value, the length of the next step and what it shrinks by each time.
    """

    current: Floats
    best: Floats
    direction: Floats
    scale: Floats
    share: Floats
    numbers: Floats


class Rows(NamedTuple):
    """What the climb reads of a core."""

    indptr: Any
    site: Small
    cost: Floats
    default: Floats
    open_cost: Floats
    size: Floats
    capacity: Floats
    free: Bools


def new_climb(core: Core, first: Floats, planned: int, *, good: bool) -> Climb:
    """A climb that starts from these multipliers, with steps that shrink evenly from the first to the last one."""
    step, mean = _FIRST_STEP[good], float(first.mean()) if first.size else 1.0
    numbers = np.array([-np.inf, step, (_LAST_STEP[good] / step) ** (1.0 / max(planned, 1))])
    scale = np.maximum(first / mean, 0.01) if mean > 0.0 else np.ones(first.size)
    return Climb(first.copy(), first.copy(), np.zeros(first.size), scale, np.zeros(core.n_sites), numbers)


def guesses_of(tables: Tables) -> tuple[Floats, ...]:
    """Multipliers to start from, by a greedy plan: a row's best one lies between its nearest and next nearest cost."""
    state = new_state(tables, open_greedily(tables, False))
    return tuple(state.near + part * (state.next_near - state.near) for part in (0.25, 0.5))


@kernel
def climb(rows: Rows, state: Climb, upper: float, iterations: int) -> None:
    """Deflected subgradient steps towards `upper`; the state is changed in place."""
    current, direction, scale, numbers = state.current, state.direction, state.scale, state.numbers
    rho, choice = np.empty(rows.free.size), np.empty(rows.free.size)
    for _ in range(iterations):
        rho[:] = rows.open_cost
        price_sites(rows.indptr, rows.site, rows.cost, current, rho)
        value = current.sum() + choose(rows, rho, choice)
        for j in range(choice.size):
            state.share[j] = _MEMORY * state.share[j] + (1.0 - _MEMORY) * choice[j]
        if value > numbers[0]:
            numbers[0] = value
            state.best[:] = current
        numbers[1] *= numbers[2]
        norm = turn(rows, current, choice, direction, scale)
        room = upper * (1.0 + 1e-9) - value
        if norm <= 1e-18 or room <= 0.0:
            return
        step = numbers[1] * room / norm
        for i in range(current.size):
            current[i] = min(max(current[i] + step * scale[i] * direction[i], 0.0), rows.default[i])


@kernel
def turn(rows: Rows, current: Floats, choice: Floats, direction: Floats, scale: Floats) -> float:
    """Turn the direction towards the rows served too little; returns its squared length, scaled."""
    norm = 0.0
    for i in range(current.size):
        slope = 1.0
        for k in range(rows.indptr[i], rows.indptr[i + 1]):
            if rows.cost[k] >= current[i]:
                break
            slope -= choice[rows.site[k]]
        slope += _DEFLECTION * direction[i]
        if (slope < 0.0 and current[i] <= 0.0) or (slope > 0.0 and current[i] >= rows.default[i]):
            slope = 0.0
        direction[i] = slope
        norm += slope * slope * scale[i]
    return norm


@kernel
def choose(rows: Rows, rho: Floats, choice: Floats) -> float:
    """Write the relaxed choice, sites in part allowed, and return its value: the least sum of rho within the limits."""
    if rows.capacity.size == 0:
        return take(rho, np.zeros(rho.size), np.inf, choice)
    if rows.capacity.size == 1:
        return take(rho, rows.size[0], rows.capacity[0], choice)
    value = take(rho, rows.size[0], rows.capacity[0], choice)
    if choice @ rows.size[1] <= rows.capacity[1]:
        return value
    return take_both(rows, rho, choice)


@kernel
def take_both(rows: Rows, rho: Floats, choice: Floats) -> float:
    """The same for two limits: the best price of the second, between none and one at which nothing is worth opening."""
    low, high, best = 0.0, 0.0, -np.inf
    for j in range(rho.size):
        if rows.size[1, j] > 0.0:
            high = max(high, -rho[j] / rows.size[1, j])
    trial = np.empty(rho.size)
    for _ in range(30):
        price = 0.5 * (low + high)
        value = take(rho + price * rows.size[1], rows.size[0], rows.capacity[0], trial)
        value -= price * rows.capacity[1]
        if value > best:
            best = value
            choice[:] = trial
        if trial @ rows.size[1] > rows.capacity[1]:
            low = price
        else:
            high = price
    return best


@kernel
def take(rho: Floats, size: Floats, capacity: float, choice: Floats) -> float:
    """Fill one limit with the best reduced cost per unit, the last site in part; returns the sum of rho taken."""
    value, used = 0.0, 0.0
    wanted = np.empty(rho.size, dtype=np.int64)
    count = 0
    for j in range(rho.size):
        choice[j] = 0.0
        if rho[j] < 0.0:
            choice[j] = 1.0
            value += rho[j]
            used += size[j]
            if size[j] > 0.0:
                wanted[count] = j
                count += 1
    room = max(capacity, 0.0)
    if used <= room * (1.0 + 1e-12):
        return value
    wanted = wanted[:count]
    rate = rho[wanted] / size[wanted]
    cut = cutting_rate(rate, size[wanted], room)
    for at in range(count):
        j = wanted[at]
        if rate[at] < cut:
            room -= size[j]
        else:
            choice[j] = 0.0
            value -= rho[j]
    for at in range(count):
        j = wanted[at]
        if rate[at] == cut:
            choice[j] = min(1.0, max(room, 0.0) / size[j])
            room -= choice[j] * size[j]
            value += choice[j] * rho[j]
    return value


@kernel
def cutting_rate(rate: Floats, size: Floats, room: float) -> float:
    """The rate at which the limit is full when the best rates go first."""
    if size.min() == size.max():
        whole = min(int(room / size[0] * (1.0 + 1e-12)), rate.size - 1)
        return float(np.partition(rate, whole)[whole])
    for at in np.argsort(rate):
        room -= size[at]
        if room < 0.0:
            return float(rate[at])
    return float(rate.max())

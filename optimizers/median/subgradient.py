"""Climbing the Lagrangian bound of a median core.

Subgradient steps after Held, Wolfe & Crowder (1974) towards the best plan's value, with the direction of Camerini,
Fratta & Maffioli (1975). The rows' multipliers are in the state; the limits' prices follow from them: the best for
one limit is read off a sort, and where there are two the second one's is found by bisection.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from optimizers.arrays import Floats
from optimizers.kernel import kernel
from optimizers.median.greedy import open_greedily
from optimizers.median.interchange import new_state
from optimizers.median.tables import Tables, price_sites

if TYPE_CHECKING:
    from optimizers.median.core import Core

_DEFLECTION = 0.95
_FIRST_STEP = 1.0, 0.6
"""Of a climb from scratch, and of one that goes on from good multipliers."""
_SHRINK_IN, _SHRINK_GOOD = 40.0, 0.08
"""A climb from scratch of n steps ends with one of `_SHRINK_IN` / n of the first, at most `_SHRINK_LEAST` of it."""
_SHRINK_LEAST = 0.3
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


def new_climb(core: Core, first: Floats, planned: int, *, good: bool) -> Climb:
    """A climb that starts from these multipliers, with steps that shrink evenly from the first to the last one."""
    mean, steps = float(first.mean()) if first.size else 1.0, max(planned, 1)
    last = _SHRINK_GOOD if good else min(_SHRINK_LEAST, _SHRINK_IN / steps)
    numbers = np.array([-np.inf, _FIRST_STEP[good], last ** (1.0 / steps)])
    scale = np.maximum(first / mean, 0.01) if mean > 0.0 else np.ones(first.size)
    return Climb(first.copy(), first.copy(), np.zeros(first.size), scale, np.zeros(core.n_sites), numbers)


def guesses_of(tables: Tables) -> tuple[Floats, ...]:
    """Multipliers to start from, by a greedy plan: a row's best one lies between its nearest and next nearest cost."""
    state = new_state(tables, open_greedily(tables, False))
    return tuple(state.near + part * (state.next_near - state.near) for part in (0.25, 0.5))


@kernel
def climb(tables: Tables, state: Climb, upper: float, beyond: float, iterations: int) -> None:
    """Deflected subgradient steps until `upper` is passed, as if for that much beyond; changes the state in place."""
    current, direction, scale, numbers = state.current, state.direction, state.scale, state.numbers
    rho, choice, slope = np.empty(tables.free.size), np.empty(tables.free.size), np.empty(current.size)
    for _ in range(iterations):
        rho[:] = tables.open_cost
        looked = price_sites(tables.indptr, tables.site, tables.cost, current, rho)
        value = current.sum() + choose(tables, rho, choice)
        for j in range(choice.size):
            state.share[j] = _MEMORY * state.share[j] + (1.0 - _MEMORY) * choice[j]
        if value > numbers[0]:
            numbers[0] = value
            state.best[:] = current
        numbers[1] *= numbers[2]
        find_slopes(tables, current, choice, looked, slope)
        norm = turn(tables.default, current, slope, direction, scale)
        if norm <= 1e-18 or value > upper + 1e-9 * abs(upper):
            return
        step = numbers[1] * (upper + beyond - value) / norm
        for i in range(current.size):
            current[i] = min(max(current[i] + step * scale[i] * direction[i], 0.0), tables.default[i])


@kernel
def find_slopes(tables: Tables, current: Floats, choice: Floats, looked: int, slope: Floats) -> None:
    """1 less how often each row is served, by the lists of rows or, where that is less to look at, of chosen sites."""
    slope[:] = 1.0
    by_site = 0 if tables.start.size else looked
    for j in range(choice.size):
        if choice[j] > 0.0 and by_site < looked:
            by_site += tables.start[j + 1] - tables.start[j]
    if by_site < looked:
        for j in range(choice.size):
            if choice[j] > 0.0:
                for e in range(tables.start[j], tables.start[j + 1]):
                    i = tables.row[e]
                    if tables.by_cost[e] < current[i]:
                        slope[i] -= choice[j]
        return
    for i in range(current.size):
        for k in range(tables.indptr[i], tables.indptr[i + 1]):
            if tables.cost[k] >= current[i]:
                break
            slope[i] -= choice[tables.site[k]]


@kernel
def turn(default: Floats, current: Floats, slope: Floats, direction: Floats, scale: Floats) -> float:
    """Turn the direction towards the rows served too little; returns its squared length, scaled."""
    norm = 0.0
    for i in range(current.size):
        towards = slope[i] + _DEFLECTION * direction[i]
        if (towards < 0.0 and current[i] <= 0.0) or (towards > 0.0 and current[i] >= default[i]):
            towards = 0.0
        direction[i] = towards
        norm += towards * towards * scale[i]
    return norm


@kernel
def choose(tables: Tables, rho: Floats, choice: Floats) -> float:
    """Write the relaxed choice, sites in part allowed, and return its value: the least sum of rho within the limits."""
    if tables.capacity.size == 0:
        return take(rho, np.zeros(rho.size), np.inf, choice)
    if tables.capacity.size == 1:
        return take(rho, tables.size[0], tables.capacity[0], choice)
    value = take(rho, tables.size[0], tables.capacity[0], choice)
    if choice @ tables.size[1] <= tables.capacity[1]:
        return value
    return take_both(tables, rho, choice)


@kernel
def take_both(tables: Tables, rho: Floats, choice: Floats) -> float:
    """The same for two limits: the best price of the second, between none and one at which nothing is worth opening."""
    low, high, best = 0.0, 0.0, -np.inf
    for j in range(rho.size):
        if tables.size[1, j] > 0.0:
            high = max(high, -rho[j] / tables.size[1, j])
    trial = np.empty(rho.size)
    for _ in range(30):
        price = 0.5 * (low + high)
        value = take(rho + price * tables.size[1], tables.size[0], tables.capacity[0], trial)
        value -= price * tables.capacity[1]
        if value > best:
            best = value
            choice[:] = trial
        if trial @ tables.size[1] > tables.capacity[1]:
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
    cut = cutting_rate(rate.copy(), size[wanted], room)
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
    """The rate at which the limit is full when the best rates go first, by quickselect; the arrays are reordered."""
    first, last = 0, rate.size - 1
    while True:
        pivot = rate[(first + last) // 2]
        low, at, high = first, first, last
        below, same = 0.0, 0.0
        while at <= high:
            if rate[at] < pivot:
                below += size[at]
                rate[at], rate[low] = rate[low], rate[at]
                size[at], size[low] = size[low], size[at]
                low += 1
                at += 1
            elif rate[at] > pivot:
                rate[at], rate[high] = rate[high], rate[at]
                size[at], size[high] = size[high], size[at]
                high -= 1
            else:
                same += size[at]
                at += 1
        if room < below:
            last = low - 1
        elif room < below + same or high == last:
            return float(pivot)
        else:
            room -= below + same
            first = high + 1

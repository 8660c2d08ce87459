"""Climbing the Lagrangian bound of a problem with capacities.

Relaxing "all weight of a row is served, or left at its default" with prices u_i per unit of weight:

    L(u) = constant + sum_i weight_i min(default_i, u_i) + sum_{j open for certain} (rho_j - open_cost_j)
           + least sum of rho_j over free sites within the limits
    rho_j = open_cost_j - max { sum_i (u_i - unit_ij) x_i : 0 <= x_i <= weight_i, sum_i x_i <= room_j }

Where people choose for themselves, a site serves all rows whose nearest site it is, and no row that has a site nearer
that is open for certain; x_i is then weight_i, or 0, for those rows.

The maximum is a knapsack with parts allowed: the best prices first until the site is full (Cornuejols, Sridharan &
Thizy 1991, European Journal of Operational Research 50). Any prices give a valid bound. The steps are subgradient
steps after Held, Wolfe & Crowder (1974) in the direction of Camerini, Fratta & Maffioli (1975); a step changes prices
per unit of weight, so that heavy rows do not lag behind.
"""

from typing import NamedTuple

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.capacity.tables import Tables
from optimizers.kernel import kernel

_DEFLECTION = 0.7
_PATIENCE = 15
_SHRINK = 0.7
_LEAST_SCALE = 1e-4
_MEMORY = 0.95  # of the averaged choice
_HALVINGS = 30


class Limits(NamedTuple):
    """What a choice of sites must keep, and what it costs.

    `open_now` marks the sites that are open for certain, `most` is the largest useful price of each row. A row can
    only be at sites up to the rank `last` in its list, and is at the one of rank `first` whenever that is open.
    """

    size: Floats
    capacity: Floats
    open_cost: Floats
    free: Bools
    open_now: Bools
    most: Floats
    first: Ints
    last: Ints


class Climb(NamedTuple):
    """Where a climb stands; `numbers` holds the best value, the scale of the steps and the steps without progress."""

    current: Floats
    best: Floats
    direction: Floats
    share: Floats
    numbers: Floats


def new_climb(first: Floats, n_sites: int, scale: float = 1.0) -> Climb:
    """A climb that starts from these prices."""
    return Climb(first.copy(), first.copy(), np.zeros(first.size), np.zeros(n_sites), np.array([-np.inf, scale, 0.0]))


@kernel
def full_at(worth: Floats, load: Floats, count: int, room: float) -> float:
    """The worth at which a site is full when the best go first: 0 when all of positive worth fit.

    Weighted quickselect; the first `count` entries are reordered.
    """
    total = 0.0
    for k in range(count):
        total += load[k]
    if total <= room:
        return 0.0
    low, high = 0, count
    while high - low > 1:
        a, b, c = worth[low], worth[(low + high) // 2], worth[high - 1]
        pivot = max(min(a, b), min(max(a, b), c))
        above, same = low, low
        taken, level = 0.0, 0.0
        for k in range(low, high):
            w, q = worth[k], load[k]
            if w < pivot:
                continue
            worth[k], load[k] = worth[same], load[same]
            if w > pivot:
                worth[same], load[same] = worth[above], load[above]
                worth[above], load[above] = w, q
                above += 1
                taken += q
            else:
                worth[same], load[same] = w, q
                level += q
            same += 1
        if taken > room:
            high = above
        elif taken + level > room:
            return float(pivot)
        else:
            room -= taken + level
            low = same
    return float(worth[low]) if low < count else 0.0


@kernel
def price_site(
    tables: Tables, limits: Limits, prices: Floats, j: int, worth: Floats, load: Floats
) -> tuple[float, float, float]:
    """What a site earns at these prices, the worth at which it is full, and the part of rows of that worth it takes."""
    count, earned, room = 0, 0.0, tables.room[j]
    for at in range(tables.start[j], tables.start[j + 1]):
        i = tables.row[at]
        gain = prices[i] - tables.unit_at[at]
        if tables.rank_at[at] == limits.first[i]:
            earned += gain * tables.weight[i]
            room -= tables.weight[i]
        elif gain > 0.0 and tables.rank_at[at] <= limits.last[i]:
            worth[count], load[count] = gain, tables.weight[i]
            count += 1
    room = max(room, 0.0)
    full = full_at(worth, load, count, room)
    above, level = 0.0, 0.0
    for k in range(count):
        if worth[k] > full:
            earned += worth[k] * load[k]
            above += load[k]
        elif worth[k] == full:
            level += load[k]
    if level == 0.0 or full == 0.0:
        return earned, full, 1.0
    rest = max(room - above, 0.0)
    return earned + full * rest, full, rest / level


@kernel
def price_sites(tables: Tables, limits: Limits, prices: Floats) -> tuple[Floats, Floats, Floats]:
    """What each site that is not closed earns, where it is full, and the part it takes there."""
    m = limits.free.size
    earned, full, part = np.zeros(m), np.zeros(m), np.ones(m)
    longest = 1
    for j in range(m):
        longest = max(longest, tables.start[j + 1] - tables.start[j])
    worth, load = np.empty(longest), np.empty(longest)
    for j in range(m):
        if limits.free[j] or limits.open_now[j]:
            earned[j], full[j], part[j] = price_site(tables, limits, prices, j, worth, load)
    return earned, full, part


@kernel
def take(rho: Floats, size: Floats, capacity: float, choice: Floats, rate: Floats, load: Floats) -> float:
    """Fill one limit with the best of rho per unit of it, the last ones in part; returns the sum of rho taken."""
    count, value = 0, 0.0
    for j in range(rho.size):
        choice[j] = 1.0 if rho[j] < 0.0 else 0.0
        value += min(rho[j], 0.0)
        if rho[j] < 0.0 and size[j] > 0.0:
            rate[count], load[count] = -rho[j] / size[j], size[j]
            count += 1
    cut = full_at(rate, load, count, max(capacity, 0.0))
    if cut == 0.0:
        return value
    room, level, value = max(capacity, 0.0), 0.0, 0.0
    for j in range(rho.size):
        if rho[j] < 0.0 and size[j] > 0.0:
            if -rho[j] / size[j] > cut:
                room -= size[j]
            elif -rho[j] / size[j] == cut:
                level += size[j]
    for j in range(rho.size):
        if rho[j] < 0.0 and size[j] > 0.0 and -rho[j] / size[j] <= cut:
            choice[j] = max(room, 0.0) / level if -rho[j] / size[j] == cut else 0.0
        value += choice[j] * rho[j]
    return value


@kernel
def choose(limits: Limits, rho: Floats, choice: Floats) -> float:
    """Write the relaxed choice, sites in part allowed, and return its value: the least sum of rho within the limits.

    For the second of two limits a price is found by bisection; any price gives a valid value.
    """
    rate, load = np.empty(rho.size), np.empty(rho.size)
    kinds = limits.capacity.size
    if kinds == 0:
        return take(rho, rho, np.inf, choice, rate, load)
    value = take(rho, limits.size[0], limits.capacity[0], choice, rate, load)
    if kinds == 1:
        return value
    priced, trial = np.empty(rho.size), np.empty(rho.size)
    low, high, best, price = 0.0, 0.0, value, 0.0
    for j in range(rho.size):
        if limits.size[1, j] > 0.0:
            high = max(high, -rho[j] / limits.size[1, j])
    for turn in range(_HALVINGS):
        used = 0.0
        for j in range(rho.size):
            used += (choice[j] if turn == 0 else trial[j]) * limits.size[1, j]
        if turn == 0 and used <= limits.capacity[1]:
            return value
        if used > limits.capacity[1]:
            low = price
        else:
            high = price
        price = 0.5 * (low + high)
        for j in range(rho.size):
            priced[j] = rho[j] + price * limits.size[1, j]
        value = take(priced, limits.size[0], limits.capacity[0], trial, rate, load)
        value -= price * max(limits.capacity[1], 0.0)
        if value > best:
            best = value
            for j in range(rho.size):
                choice[j] = trial[j]
    return best


@kernel
def climb(tables: Tables, limits: Limits, state: Climb, upper: float, iterations: int) -> None:
    """Deflected subgradient steps towards `upper`; the state is changed in place."""
    current, direction, numbers = state.current, state.direction, state.numbers
    choice = np.empty(limits.free.size)
    rho = np.empty(limits.free.size)
    for _ in range(iterations):
        earned, full, part = price_sites(tables, limits, current)
        value = 0.0
        for i in range(current.size):
            value += tables.weight[i] * current[i]
        for j in range(rho.size):
            rho[j] = limits.open_cost[j] - earned[j] if limits.free[j] else 0.0
        value += choose(limits, rho, choice)
        for j in range(rho.size):
            if limits.open_now[j]:
                choice[j] = 1.0
                value -= earned[j]
            state.share[j] = _MEMORY * state.share[j] + (1.0 - _MEMORY) * choice[j]
        numbers[2] += 1.0
        if value > numbers[0]:
            if value > numbers[0] + 1e-5 * abs(numbers[0]):
                numbers[2] = 0.0
            numbers[0] = value
            state.best[:] = current
        if numbers[2] >= _PATIENCE:
            numbers[1] *= _SHRINK
            numbers[2] = 0.0
            current[:] = state.best
        room = upper + 1e-9 * abs(upper) - value
        norm = turn(tables, limits, current, choice, full, part, direction)
        if norm <= 1e-18 or room <= 0.0 or numbers[1] < _LEAST_SCALE:
            return
        step = numbers[1] * room / norm
        for i in range(current.size):
            current[i] = min(max(current[i] + step * direction[i], 0.0), limits.most[i])


@kernel
def turn(
    tables: Tables, limits: Limits, current: Floats, choice: Floats, full: Floats, part: Floats, direction: Floats
) -> float:
    """Turn the direction towards the rows served too little; returns its squared length, weight by weight."""
    slope = np.ones(current.size)
    for j in range(choice.size):
        if choice[j] > 0.0:
            for at in range(tables.start[j], tables.start[j + 1]):
                i = tables.row[at]
                gain = current[i] - tables.unit_at[at]
                if tables.rank_at[at] == limits.first[i]:
                    slope[i] -= choice[j]
                elif gain <= 0.0 or tables.rank_at[at] > limits.last[i]:
                    continue
                elif gain > full[j]:
                    slope[i] -= choice[j]
                elif gain == full[j]:
                    slope[i] -= choice[j] * part[j]
    norm = 0.0
    for i in range(current.size):
        now = slope[i] + _DEFLECTION * direction[i]
        if (now < 0.0 and current[i] <= 0.0) or (now > 0.0 and current[i] >= limits.most[i]):
            now = 0.0
        direction[i] = now
        norm += tables.weight[i] * now * now
    return norm

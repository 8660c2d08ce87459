"""Limits on what opens: the nearest choice that keeps them, and the cheapest one under reduced costs."""

import numpy as np

from optimizers.arrays import Bools, Floats
from optimizers.kernel import kernel

_SWEEPS = 6


@kernel
def project(target: Floats, step: Floats, size: Floats, capacity: Floats, price: Floats, nearest: Floats) -> None:
    """nearest_j = target_j - step_j sum_k price_k size_kj, cut to 0..1, with prices >= 0 that make it keep the limits.

    Written into `nearest`; `price` is where the search for the prices starts and where it ends.
    """
    left = target.copy()
    for k in range(capacity.size):
        left -= step * price[k] * size[k]
    for _ in range(1 if capacity.size == 1 else _SWEEPS):
        for k in range(capacity.size):
            left += step * price[k] * size[k]
            price[k] = _price(left, step, size[k], max(capacity[k], 0.0), price[k])
            left -= step * price[k] * size[k]
    for j in range(left.size):
        nearest[j] = min(max(left[j], 0.0), 1.0)


@kernel
def _price(left: Floats, step: Floats, size: Floats, capacity: float, guess: float) -> float:
    """The least price >= 0 at which one limit is kept: Newton's method, halving where it leaves the bracket."""
    low, high, price = 0.0, np.inf, guess
    for _ in range(60):
        used, slope = -capacity, 0.0
        for j in range(left.size):
            y = left[j] - step[j] * price * size[j]
            if y > 0.0:
                used += size[j] * min(y, 1.0)
                if y < 1.0:
                    slope += size[j] * size[j] * step[j]
        if abs(used) <= 1e-10 * (1.0 + capacity) or (used < 0.0 and price == 0.0):
            return price
        if used > 0.0:
            low = price
        else:
            high = price
        if high < np.inf and high - low <= 1e-14 * high:
            return high
        price = price + used / slope if slope > 0.0 else np.inf
        if price <= low or price >= high:
            price = 0.0 if low == 0.0 and price <= 0.0 else (0.5 * (low + high) if high < np.inf else 2.0 * low + 1e-6)
    return high if high < np.inf else price


@kernel
def cheapest(rho: Floats, free: Bools, size: Floats, capacity: Floats, guess: Floats) -> float:
    """Least sum of rho over free sites within the limits, fractions allowed; a bound of it where limits are several.

    For prices t >= 0 of the limits the sum is at least sum_j min(0, rho_j + sum_k t_k size_kj) - sum_k t_k capacity_k.
    One limit has an exact price. Of several the prices are bettered one by one, from none and from a guess.
    """
    best = -np.inf
    for start in range(1 if capacity.size < 2 else 2):
        prices = guess.copy() if start == 1 else np.zeros(capacity.size)
        value = priced(rho, free, size, capacity, prices)
        for _ in range(1 if capacity.size < 2 else _SWEEPS):
            before = value
            for k in range(capacity.size):
                trial = prices.copy()
                trial[k] = 0.0
                others = rho.copy()
                for other in range(capacity.size):
                    others += trial[other] * size[other]
                trial[k] = limit_price(others, free, size[k], max(capacity[k], 0.0))
                bettered = priced(rho, free, size, capacity, trial)
                if bettered > value:
                    value = bettered
                    prices[:] = trial
            if value <= before:
                break
        best = max(best, value)
    return best


@kernel
def priced(rho: Floats, free: Bools, size: Floats, capacity: Floats, prices: Floats) -> float:
    """Least sum of rho once each limit has a price instead of an end."""
    value = 0.0
    for k in range(capacity.size):
        value -= prices[k] * max(capacity[k], 0.0)
    for j in range(rho.size):
        if free[j]:
            charged = rho[j]
            for k in range(capacity.size):
                charged += prices[k] * size[k, j]
            value += min(0.0, charged)
    return value


@kernel
def limit_price(rho: Floats, free: Bools, size: Floats, capacity: float) -> float:
    """The price of a unit of one limit: what the last site that fits in gives for a unit; 0 where all fit."""
    rate = np.zeros(rho.size)
    for j in range(rho.size):
        if free[j] and rho[j] < 0.0 and size[j] > 0.0:
            rate[j] = rho[j] / size[j]
    room = capacity
    for j in np.argsort(rate, kind="mergesort"):
        if rate[j] >= 0.0:
            return 0.0
        room -= size[j]
        if room < 0.0:
            return float(-rate[j])
    return 0.0

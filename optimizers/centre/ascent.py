"""Multipliers that show that so many sites cannot cover all rows: the compiled part of `refute`.

Climbs L(l) = sum_i l_i - (sum of the `most` largest column sums) over l >= 0. L is homogeneous, so any positive
value is as good as any other, and the climb ends with the first one. Subgradient steps after Held, Wolfe & Crowder
(1974) with the direction of Camerini, Fratta & Maffioli (1975).
"""

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.kernel import kernel

SURE = 1e-6  # L counts from this share of the sum of the multipliers on: far above rounding
_DEFLECTION = 0.7
_PATIENCE = 20
_HOPE = 0.3  # a value to step towards, where the largest column sums are about 1


@kernel
def in_place(values: Floats, place: int) -> float:
    """The value that sorting would put at `place`; disturbs the order. Hoare (1961), Communications of the ACM 4.

    Compiling numpy's own `partition` takes forty times as long.
    """
    low, high = 0, values.size - 1
    while low < high:
        middle = values[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while values[i] < middle:
                i += 1
            while values[j] > middle:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                i += 1
                j -= 1
        if place <= j:
            high = j
        elif place >= i:
            low = i
        else:
            break
    return float(values[place])


@kernel
def price(
    indptr: Ints, site: Ints, alive: Bools, free: Bools, most: int, multipliers: Floats, column: Floats, share: Floats
) -> tuple[float, float]:
    """L(l) and the sum of l; writes the column sums, and in which share each site is among the largest."""
    column[:] = 0.0
    total = 0.0
    for i in range(alive.size):
        if alive[i] and multipliers[i] > 0.0:
            total += multipliers[i]
            for k in range(indptr[i], indptr[i + 1]):
                if free[site[k]]:
                    column[site[k]] += multipliers[i]
    share[:] = 0.0
    if most == 0:
        return total, total
    cut = in_place(column.copy(), max(column.size - most, 0))
    value, above, ties = total, 0, 0
    for j in range(column.size):
        if column[j] > cut * (1.0 + 1e-12):
            share[j] = 1.0
            value -= column[j]
            above += 1
        elif column[j] > 0.0 and column[j] >= cut * (1.0 - 1e-12):
            ties += 1
    for j in range(column.size):
        if ties > 0 and share[j] == 0.0 and column[j] > 0.0 and column[j] >= cut * (1.0 - 1e-12):
            share[j] = min(1.0, (most - above) / ties)
            value -= share[j] * column[j]
    return value, total


@kernel
def climb(
    indptr: Ints, site: Ints, alive: Bools, free: Bools, most: int, multipliers: Floats, iterations: int
) -> tuple[float, Floats]:
    """Climb from `multipliers`, which become the best ones met; returns their L and their column sums.

    Only rows that are alive and sites that are free take part. A value of -inf says that nothing was shown.
    """
    current, direction = multipliers.copy(), np.zeros(multipliers.size)
    column, share = np.zeros(free.size), np.zeros(free.size)
    best, scale, stale = -np.inf, 1.0, 0
    for _ in range(iterations):
        value, total = price(indptr, site, alive, free, most, current, column, share)
        stale = 0 if value > best + 1e-5 * abs(best) else stale + 1
        if value > best:
            best = value
            multipliers[:] = current
        if best > 2.0 * SURE * total:
            break
        if stale >= _PATIENCE:
            scale *= 0.5
            stale = 0
            current[:] = multipliers
        norm = turn(indptr, site, alive, free, share, current, direction)
        if norm <= 1e-18 or scale < 1e-6:
            break
        step = scale * (_HOPE - value) / norm
        for i in range(current.size):
            current[i] = max(current[i] + step * direction[i], 0.0)
    best, _ = price(indptr, site, alive, free, most, multipliers, column, share)
    return best, column


@kernel
def turn(
    indptr: Ints, site: Ints, alive: Bools, free: Bools, share: Floats, current: Floats, direction: Floats
) -> float:
    """Turn the direction towards the rows covered too little; returns its squared length."""
    norm = 0.0
    for i in range(current.size):
        slope = 0.0
        if alive[i]:
            slope = 1.0 + _DEFLECTION * direction[i]
            for k in range(indptr[i], indptr[i + 1]):
                if free[site[k]]:
                    slope -= share[site[k]]
            if slope < 0.0 and current[i] <= 0.0:
                slope = 0.0
        direction[i] = slope
        norm += slope * slope
    return norm

"""What no plan can beat, from the multipliers of any core.

Relaxing the rows with multipliers l >= 0:

    L(l) = constant + sum_i sum_k min(default_ik, l_i) + min_{S within the limits} sum_{j in S} rho_j

| symbol | meaning |
|--------|---------|
| l_i    | multiplier of row i, in the unit of the value |
| rho_j  | reduced cost of site j, see `Relaxation.reduced_costs` |
| S      | free sites, sites in part allowed |
| t_k    | price of a unit of limit k |

For any l the number L(l) is a valid lower bound, so a slow independent evaluation of the multipliers proves it. The
same holds with any prices t >= 0 for the limits:

    min_S sum rho_j  >=  sum_j min(0, rho_j + sum_k t_k size_kj) - sum_k t_k capacity_k

Geoffrion (1974); Cornuejols, Fisher & Nemhauser (1977, Management Science 23).
"""

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.relaxation import Relaxation

_HALVINGS = 50
_ROUNDING = 2.0**-47
"""What rounding may add to a sum of numbers of this size: a bound is told so much lower, lest what is lost where large
numbers cancel each other proves what is not so."""


def lagrangian_value(core: Relaxation, multipliers: Floats) -> float:
    """L(l): valid for any multipliers, whoever found them; negative ones count as 0."""
    capped = np.maximum(multipliers, 0.0)
    rho, base = core.reduced_costs(capped), core.constant + core.row_part(capped)
    prices = best_prices(core, rho)[0]
    return float(base + priced_choice(core, rho, prices) - _lost(core, base, rho, prices))


def fixed_by_bound(core: Relaxation, multipliers: Floats, upper: float) -> tuple[Bools, Bools]:
    """Sites that every plan better than `upper` opens, and sites that none of them opens.

    With prices t on the limits a site contributes min(0, rho_j + t size_j); forcing it the other way raises the
    bound by |rho_j + t size_j|. Where that passes `upper` the choice is settled.
    """
    capped = np.maximum(multipliers, 0.0)
    rho = core.reduced_costs(capped)
    base = core.constant + core.row_part(capped)
    opened, closed = np.zeros(core.n_sites, dtype=np.bool_), np.zeros(core.n_sites, dtype=np.bool_)
    for prices in best_prices(core, rho):
        priced = rho + prices @ core.size
        value = base + priced_choice(core, rho, prices) - _lost(core, base, rho, prices)
        beyond = (value + np.abs(priced) > upper + 1e-7 * (1.0 + abs(upper))) & core.free
        opened |= beyond & (priced < 0)
        closed |= beyond & (priced > 0)
    return opened, closed


def priced_choice(core: Relaxation, rho: Floats, prices: Floats) -> float:
    """Least sum of rho over the free sites once each limit has a price instead of an end."""
    priced = rho + prices @ core.size
    return float(np.minimum(priced, 0.0)[core.free].sum() - prices @ np.maximum(core.capacity, 0.0))


def _lost(core: Relaxation, base: float, rho: Floats, prices: Floats) -> float:
    """What rounding may have added to the bound: a hair of the sizes of all that was added up for it."""
    sites = np.abs(rho)[core.free].sum() + (prices @ core.size)[core.free].sum()
    return float(_ROUNDING * (abs(core.constant) + abs(base) + sites + prices @ np.abs(core.capacity)))


def best_prices(core: Relaxation, rho: Floats) -> list[Floats]:
    """Prices of the limits that make the least sum as large as can be; a second set where it is as good."""
    items = np.flatnonzero(core.free & (rho < 0))
    size, capacity = core.size[:, items], np.maximum(core.capacity, 0.0)
    if capacity.size == 0:
        return [np.zeros(0)]
    if capacity.size == 1:
        low, high = knapsack_prices(rho[items], size[0], float(capacity[0]))
        return [np.array([low])] if low == high else [np.array([low]), np.array([high])]
    return [_two_prices(rho[items], size, capacity)]  # there are two limits at most, number and budget


def knapsack_prices(rho: Floats, size: Floats, capacity: float) -> tuple[float, float]:
    """Lowest and highest best price of one limit: what the first item left out, and the last one taken, would pay."""
    paying = (size > 0) & (rho < 0)
    rate, size = -rho[paying] / size[paying], size[paying]
    order = np.argsort(-rate, kind="stable")
    room = capacity - np.cumsum(size[order])
    taken = int(np.count_nonzero(room >= -1e-12 * (1.0 + capacity)))
    if taken == order.size:
        return 0.0, 0.0
    first_out = float(rate[order[taken]])
    full = taken > 0 and room[taken - 1] <= 1e-12 * (1.0 + capacity)
    return first_out, float(rate[order[taken - 1]]) if full else first_out


def _two_prices(rho: Floats, size: Floats, capacity: Floats) -> Floats:
    """The second limit's price by bisection on whether it is exceeded, the first one's as the best to go with it."""
    low, high = 0.0, float((-rho[size[1] > 0] / size[1][size[1] > 0]).max(initial=0.0))
    best, least = np.zeros(2), -np.inf
    for price in (0.0, *[np.nan] * _HALVINGS):
        price = 0.5 * (low + high) if np.isnan(price) else price
        other = rho + price * size[1]
        prices = np.array([knapsack_prices(other, size[0], float(capacity[0]))[0], price])
        priced = rho + prices @ size
        value = float(np.minimum(priced, 0.0).sum() - prices @ capacity)
        if value > least:
            best, least = prices, value
        used = float(size[1] @ _filled(other, size[0], float(capacity[0])))
        low, high = (price, high) if used > capacity[1] else (low, price)
    return best


def _filled(rho: Floats, size: Floats, capacity: float) -> Floats:
    """Share of each item in the least sum within one limit."""
    share = np.where((rho < 0) & (size <= 0), 1.0, 0.0)
    items = np.flatnonzero((rho < 0) & (size > 0))
    items = items[np.argsort(rho[items] / size[items], kind="stable")]
    before = np.cumsum(size[items]) - size[items]
    share[items] = np.clip((capacity - before) / size[items], 0.0, 1.0)
    return share


def relaxed_choice(core: Relaxation, multipliers: Floats) -> Ints:
    """A plan suggested by the multipliers: the best reduced costs that fit the limits."""
    rho = core.reduced_costs(np.maximum(multipliers, 0.0))
    rate = rho + (best_prices(core, rho)[0] @ core.size if core.capacity.size > 1 else 0.0)
    items = np.flatnonzero(core.free & (rho < 0))
    items = items[np.argsort(rate[items], kind="stable")]
    room = core.capacity + 1e-12 * np.abs(core.capacity)
    if core.capacity.size == 1 and items.size and np.ptp(core.size[0, items]) == 0.0:
        return np.asarray(items[np.cumsum(core.size[0, items]) <= room[0]], dtype=np.int64)
    chosen = []
    for j in items.tolist():
        if np.all(core.size[:, j] <= room):
            room = room - core.size[:, j]
            chosen.append(j)
    return np.array(chosen, dtype=np.int64)

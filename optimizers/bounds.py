"""What no plan can beat: the Lagrangian bound, with its multipliers as the certificate.

Relaxing "each row is served by a chosen site or pays its default" with multipliers 0 <= l_i <= default_i:

    L(l) = constant + sum_i l_i + min_{S within the limits} sum_{j in S} rho_j
    rho_j = open_cost_j + sum_i min(0, cost_ij - l_i)

| symbol | meaning |
|--------|---------|
| l_i    | multiplier of row i, in the unit of the value |
| rho_j  | reduced cost of site j |
| S      | free sites; each limit is a knapsack, relaxed to its linear form |

For any l the number L(l) is a valid lower bound, so a slow independent evaluation of the multipliers
(`lagrangian_value`) proves it. Geoffrion (1974); Cornuejols, Fisher & Nemhauser (1977, Management Science 23);
subgradient steps after Held, Wolfe & Crowder (1974) with the direction of Camerini, Fratta & Maffioli (1975).
"""

from dataclasses import dataclass

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.core import Core, tables_of
from optimizers.subgradient import climb


@dataclass(frozen=True, eq=False)
class Bound:
    """A proven lower bound on the value of every plan, and the multipliers that prove it."""

    value: float
    multipliers: Floats


def lagrangian_bound(core: Core, upper: float, *, iterations: int, start: Floats | None = None) -> Bound:
    """Climb for a fixed number of steps towards `upper`, then re-evaluate the best multipliers."""
    first = start if start is not None else starting_multipliers(core)
    multipliers = climb(tables_of(core), upper - core.constant, iterations, first)
    # The cheapest cost of each row is a bound of its own; nothing beats it where everyone can be served best.
    candidates = (multipliers, core.cost[core.indptr[:-1]])
    values = [lagrangian_value(core, each) for each in candidates]
    best = int(np.argmax(values))
    return Bound(values[best], candidates[best])


def starting_multipliers(core: Core) -> Floats:
    """A cautious first guess: the cost of the cheapest few pairs; where pairs cost nothing, a covering price.

    The covering price is half the default, or where sites have a price of their own each row's share of it.
    """
    share = max(1.0, core.n_sites / max(core.capacity[0], 1.0)) if core.capacity.size else 4.0
    reach = np.minimum(np.diff(core.indptr) - 1, int(share))
    guess = np.minimum(core.default, core.cost[core.indptr[:-1] + reach])
    covering = core.default / 2.0
    if core.open_cost.any() and core.n_rows:
        rows_of_site = np.maximum(np.bincount(core.site, minlength=core.n_sites), 1)
        covering = np.minimum.reduceat((core.open_cost / rows_of_site)[core.site], core.indptr[:-1])
    return np.asarray(np.where(guess > 0.0, guess, covering), dtype=np.float64)


def reduced_costs(core: Core, multipliers: Floats) -> Floats:
    """rho_j of every site for these multipliers; plain numpy, float64."""
    capped = np.minimum(multipliers, core.default)
    slack = np.minimum(0.0, core.cost - capped[core.row_of_pair])
    return np.asarray(core.open_cost + np.bincount(core.site, slack, minlength=core.n_sites))


def lagrangian_value(core: Core, multipliers: Floats) -> float:
    """L(l) by plain numpy: valid for any multipliers, whoever found them.

    Multipliers are cut to 0..default first, so any vector at all gives a valid bound.
    """
    capped = np.clip(multipliers, 0.0, core.default)
    rho = reduced_costs(core, capped)
    return float(core.constant + capped.sum() + _best_knapsack(core, rho)[0])


def fixed_by_bound(core: Core, multipliers: Floats, upper: float) -> tuple[Bools, Bools]:
    """Sites that every plan better than `upper` opens, and sites that none of them opens.

    With the limit's price t >= 0 a site contributes min(0, rho_j + t size_j); forcing it the other way
    raises the bound by |rho_j + t size_j|. Where that passes `upper` the choice is settled.
    """
    capped = np.clip(multipliers, 0.0, core.default)
    rho = reduced_costs(core, capped)
    _, price, k = _best_knapsack(core, rho)
    priced = rho + (price * core.size[k] if k >= 0 else 0.0)
    paid = price * core.capacity[k] if k >= 0 else 0.0
    base = core.constant + capped.sum() + np.minimum(priced, 0.0)[core.free].sum() - paid
    beyond = base + np.abs(priced) > upper + 1e-7 * (1.0 + abs(upper))
    return beyond & core.free & (priced < 0), beyond & core.free & (priced > 0)


def _best_knapsack(core: Core, rho: Floats) -> tuple[float, float, int]:
    """Largest (tightest) of the knapsack values over the limits, with its price and which limit it was."""
    best = (float(np.minimum(rho, 0.0)[core.free].sum()), 0.0, -1)
    for k in range(core.capacity.size):
        value, price = knapsack_value(rho, core.size[k], core.capacity[k], core.free)
        if value > best[0]:
            best = (value, price, k)
    return best


def knapsack_value(rho: Floats, size: Floats, capacity: float, free: Bools) -> tuple[float, float]:
    """Linear knapsack: least sum of rho within the capacity, and the price of one unit of capacity."""
    items = np.flatnonzero(free & (rho < 0))
    free_of_charge = items[size[items] <= 0]
    items = items[size[items] > 0]
    items = items[np.argsort(rho[items] / size[items], kind="stable")]
    left = max(float(capacity), 0.0) - np.cumsum(size[items])
    whole = items[left >= 0]
    value = float(rho[free_of_charge].sum() + rho[whole].sum())
    if whole.size == items.size:
        return value, 0.0
    cut = items[whole.size]
    room = max(float(capacity), 0.0) - float(size[whole].sum())
    return value + float(rho[cut] / size[cut]) * room, float(-rho[cut] / size[cut])


def relaxed_choice(core: Core, multipliers: Floats) -> Ints:
    """A plan suggested by the multipliers: the best reduced costs that fit the limits."""
    rho = np.where(core.free, reduced_costs(core, multipliers), np.inf)
    used = np.zeros(core.capacity.size)
    chosen = []
    for j in np.argsort(rho, kind="stable"):
        if rho[j] >= 0:
            break
        if np.all(used + core.size[:, j] <= core.capacity * (1.0 + 1e-12)):
            used += core.size[:, j]
            chosen.append(j)
    return np.array(chosen, dtype=np.int64)

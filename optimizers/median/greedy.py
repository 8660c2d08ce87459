"""Greedy opening, with the saving of every site kept up to date row by row."""

import numpy as np

from optimizers.arrays import Bools, Floats
from optimizers.kernel import kernel
from optimizers.median.interchange import fits
from optimizers.median.tables import Tables


@kernel
def open_greedily(tables: Tables, per_size: bool) -> Bools:
    """Open the site that saves most (or most per unit of the last limit) until none saves or fits."""
    chosen = np.zeros(tables.free.size, dtype=np.bool_)
    current = tables.default.copy()
    used = np.zeros(tables.capacity.size)
    saving = -tables.open_cost
    for i in range(current.size):
        for k in range(tables.indptr[i], tables.indptr[i + 1]):
            saving[tables.site[k]] += current[i] - tables.cost[k]
    while True:
        best = best_entry(tables, chosen, used, saving, per_size)
        if best < 0:
            return chosen
        chosen[best] = True
        used += tables.size[:, best]
        serve_from(tables, best, current, saving)


@kernel
def best_entry(tables: Tables, chosen: Bools, used: Floats, saving: Floats, per_size: bool) -> int:
    """The site to open next, the lowest position among equals; -1 when none saves or fits."""
    best, best_rate = -1, 0.0
    for j in range(chosen.size):
        if not tables.free[j] or chosen[j] or saving[j] <= 1e-12:
            continue
        rate = saving[j]
        if per_size:
            rate = saving[j] / max(tables.size[-1, j], 1e-9)
        if rate > best_rate * (1.0 + 1e-12) and fits(tables, used, j, -1):
            best, best_rate = j, rate
    return best


@kernel
def serve_from(tables: Tables, opened: int, current: Floats, saving: Floats) -> None:
    """Let every row that gains use the opened site, and lower the savings that are now spent."""
    for e in range(tables.start[opened], tables.start[opened + 1]):
        i, new = tables.row[e], tables.by_cost[e]
        old = current[i]
        if new >= old:
            continue
        current[i] = new
        for k in range(tables.indptr[i], tables.indptr[i + 1]):
            if tables.cost[k] >= old:
                break
            saving[tables.site[k]] -= old - max(tables.cost[k], new)

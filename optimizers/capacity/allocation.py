"""Who is served where when these sites are open: the exact answer for a plan that somebody else made."""

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy import sparse

from optimizers.arrays import Csr, Floats, Ints, summed
from optimizers.capacity.pose import Kind, posed_rows, tables_of
from optimizers.capacity.split import cheapest_split
from optimizers.problem import LocationProblem


def best_split(problem: LocationProblem, sites: Iterable[int], threshold_min: Any = None) -> tuple[float, Csr] | None:
    """Weight x minutes of the best split among the open sites, and (n_demand, n_sites) who is served where.

    With a threshold (minutes) as much weight as possible is served, and nobody must be. Without one the weighted
    time is least, weight left out counting with the problem's `unserved_cost`; None when somebody who must be
    served cannot be. Locks and limits of the problem are not looked at.
    """
    covers = threshold_min is not None
    kind = Kind(covers, own_choice=False, rate=1.0, left_out=1.0 if covers else problem.unserved_cost)
    rows = posed_rows(problem, kind, threshold_min, problem.mask_of(sites))
    tables = tables_of(problem, rows, rows.unit, np.zeros(problem.n_sites), kind.left_out)
    must = np.full(rows.weight.size, kind.left_out is None)
    found = cheapest_split(tables, must, problem.mask_of(sites))
    if not found.allowed:
        return None
    allocation = spread(rows.posed, rows.share, found.row, found.site, found.amount, problem.n_sites)
    minutes = summed((problem.travel_time_min * (allocation > 0)).multiply(allocation).tocsr().data)
    if covers or problem.unserved_cost is None:
        return minutes, allocation
    left = np.maximum(problem.weight - allocation.sum(axis=1), 0.0)
    return minutes + problem.unserved_cost * summed(left), allocation


def spread(posed: Ints, share: Floats, row: Ints, site: Ints, amount: Floats, n_sites: int) -> Csr:
    """Amounts of merged rows as a table of the demand rows they were made of, each with its share."""
    members = np.flatnonzero(posed >= 0)
    members = members[np.argsort(posed[members], kind="stable")]
    count = np.bincount(posed[members], minlength=int(row.max(initial=-1)) + 1)
    first = np.concatenate(([0], np.cumsum(count)))
    times = count[row]
    ends = np.cumsum(times)
    which = np.arange(int(times.sum())) - np.repeat(ends - times, times) + np.repeat(first[row], times)
    demand = members[which]
    table = (np.repeat(amount, times) * share[demand], (demand, np.repeat(site, times)))
    return sparse.csr_array(table, shape=(posed.size, n_sites))

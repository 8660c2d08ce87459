"""Slow answers that share no code with the package: enumeration of all site sets."""

from itertools import combinations

import numpy as np


def site_sets(n_sites, fixed, forbidden, most):
    free = [j for j in range(n_sites) if j not in fixed and j not in forbidden]
    for size in range(most - len(fixed) + 1):
        for extra in combinations(free, size):
            yield sorted([*fixed, *extra])


def nearest(times, sites):
    if not sites:
        return np.full(times.shape[0], np.inf)
    return times[:, sites].min(axis=1)


def best_coverage(weight, times, threshold, p, *, cost=None, budget=None, fixed=(), forbidden=()):
    best = 0.0
    for sites in site_sets(times.shape[1], list(fixed), forbidden, p):
        if budget is not None and sum(cost[j] for j in sites if j not in fixed) > budget:
            continue
        best = max(best, weight[nearest(times, sites) <= threshold].sum())
    return best


def best_median(weight, times, p, *, unserved=None, fixed=(), forbidden=()):
    needy = weight > 0
    limit = np.inf if unserved is None else unserved
    values = [
        float((weight[needy] * np.minimum(nearest(times, sites)[needy], limit)).sum())
        for sites in site_sets(times.shape[1], list(fixed), forbidden, p)
    ]
    return min(values)


def best_centre(weight, times, p, *, fixed=(), forbidden=()):
    needy = weight > 0
    return min(
        nearest(times, sites)[needy].max(initial=0.0) for sites in site_sets(times.shape[1], list(fixed), forbidden, p)
    )


def best_cover(weight, times, threshold, *, fixed=(), forbidden=()):
    most = times.shape[1] - len(forbidden)
    for sites in site_sets(times.shape[1], list(fixed), forbidden, most):
        if (nearest(times, sites)[weight > 0] <= threshold).all():
            return float(len(sites))
    return np.inf

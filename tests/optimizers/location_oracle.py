"""Slow answers that share no code with the package: enumeration of all site sets."""

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from scipy.optimize import linprog

from optimizers import LocationProblem
from optimizers.problem import Group


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


@dataclass(frozen=True)
class Case:
    """A small problem as plain arrays, and what any model may ask of it."""

    weight: np.ndarray
    times: np.ndarray
    fixed: list = field(default_factory=list)
    forbidden: list = field(default_factory=list)
    cost: np.ndarray | None = None
    capacity: np.ndarray | None = None
    unserved: float | None = None
    groups: list = field(default_factory=list)
    threshold: object = 10.0

    def problem(self, **changed):
        return LocationProblem(
            **{
                "weight": self.weight,
                "travel_time_min": self.times,
                "site_cost_yuan": self.cost,
                "fixed_open": self.fixed,
                "forbidden": self.forbidden,
                "unserved_cost": self.unserved,
                "capacity": self.capacity,
                "groups": [Group(*group) for group in self.groups],
                "threshold_min": self.threshold,
                **changed,
            }
        )

    def covered(self, sites):
        """How many of the sites are near each row."""
        limit = np.broadcast_to(self.threshold, self.weight.shape)
        return np.array([sum(self.times[i, j] <= limit[i] for j in sites) for i in range(self.weight.size)])

    def keeps_floors(self, sites):
        near = self.covered(sites) > 0
        return all(np.dot(g, near) >= floor * sum(g) * (1 - 1e-9) for g, floor in self.groups)

    def is_within(self, sites, p=None, budget=None):
        paid = [j for j in sites if j not in self.fixed]
        return (p is None or len(sites) <= p) and (budget is None or sum(self.cost[j] for j in paid) <= budget + 1e-9)


def value_of(case, model, sites, **options):
    """Objective of a plan by the words of the model; inf or -inf when the plan breaks them."""
    return VALUES[model](case, sites, **options)


def best_of(case, model, *, p=None, budget=None, floors=True, **options):
    """Best objective of all plans within the limits; None when there is no plan."""
    better = max if model in ("max_coverage", "backup_coverage", "capacitated_coverage") else min
    values = [
        value_of(case, model, sites, **options)
        for sites in site_sets(case.times.shape[1], case.fixed, case.forbidden, case.times.shape[1])
        if case.is_within(sites, p, budget) and (not floors or case.keeps_floors(sites))
    ]
    values = [value for value in values if np.isfinite(value)]
    return better(values) if values else None


def _max_coverage(case, sites):
    return float(case.weight[case.covered(sites) > 0].sum())


def _set_cover(case, sites, cover_share=1.0):
    near = case.covered(sites) > 0
    enough = case.weight[near].sum() >= cover_share * case.weight.sum() * (1 - 1e-9)
    complete = near[case.weight > 0].all() if cover_share == 1.0 else enough
    return float(len(sites)) if complete else np.inf


def _paid(case, sites):
    limit = np.inf if case.unserved is None else case.unserved
    return np.minimum(nearest(case.times, sites), limit)[case.weight > 0], case.weight[case.weight > 0]


def _p_median(case, sites):
    times, weight = _paid(case, sites)
    return float(weight @ times) if weight.size else 0.0


def _p_center(case, sites):
    return nearest(case.times, sites)[case.weight > 0].max(initial=0.0)


def _backup_coverage(case, sites, backup_share=0.5):
    count = case.covered(sites)
    return float((1 - backup_share) * case.weight[count >= 1].sum() + backup_share * case.weight[count >= 2].sum())


def _opening(case, sites):
    return float(sum(case.cost[j] for j in sites if j not in case.fixed))


def _fixed_charge(case, sites, yuan_per_time=1.0):
    return _opening(case, sites) + yuan_per_time * _p_median(case, sites)


def _kolm_pollak(case, sites, aversion=1.0):
    everywhere = [j for j in range(case.times.shape[1]) if j not in case.forbidden]
    best, weight = _paid(case, everywhere)
    times, _ = _paid(case, sites)
    if not weight.size:
        return 0.0
    if not np.isfinite(times).all():
        return np.inf
    if not best.any():
        return float(weight @ times / weight.sum())
    kappa = aversion * (weight @ best) / (weight @ best**2)
    return float(np.log(weight @ np.exp(kappa * times) / weight.sum()) / kappa)


def _split(case, sites, price, must):
    """Least price of serving rows by sites within the capacities, a linear program; None when impossible."""
    rows = np.flatnonzero(case.weight > 0)
    pairs = [(i, j, price(i, j)) for i in rows for j in sites if np.isfinite(price(i, j))]
    pairs += [(i, -1, must) for i in rows if must is not None]
    if not pairs:
        return None if rows.size else 0.0
    row = np.array([[float(k == i) for i, _, _ in pairs] for k in rows])
    ends = [j for j in sites if np.isfinite(case.capacity[j])]
    site = np.array([[float(k == j) for _, j, _ in pairs] for k in ends]).reshape(len(ends), len(pairs))
    found = linprog([c for _, _, c in pairs], site, case.capacity[ends], row, case.weight[rows])
    return found.fun if found.status == 0 else None


def _whole(case, sites, near_only):
    """Rows at their nearest site each; None when a site is too full, or someone has no site."""
    limit = np.broadcast_to(case.threshold, case.weight.shape)
    load, total, served = np.zeros(case.times.shape[1]), 0.0, 0.0
    for i in np.flatnonzero(case.weight > 0):
        j = min(sites, key=lambda k: (case.times[i, k], k), default=None)
        away = j is None or not np.isfinite(case.times[i, j]) or (near_only and case.times[i, j] > limit[i])
        if away and not near_only:
            return None
        if not away:
            load[j] += case.weight[i]
            total += case.weight[i] * case.times[i, j]
            served += case.weight[i]
    return None if np.any(load > case.capacity * (1 + 1e-9)) else (served, total)


def _capacitated_coverage(case, sites, choice="planned"):
    if choice == "nearest":
        found = _whole(case, sites, near_only=True)
        return -np.inf if found is None else found[0]
    limit = np.broadcast_to(case.threshold, case.weight.shape)
    left = _split(case, sites, lambda i, j: 0.0 if case.times[i, j] <= limit[i] else np.inf, 1.0)
    return float(case.weight.sum() - left)


def _capacitated_p_median(case, sites, choice="planned"):
    if choice == "nearest":
        found = _whole(case, sites, near_only=False)
        return np.inf if found is None else found[1]
    found = _split(case, sites, lambda i, j: case.times[i, j], case.unserved)
    return np.inf if found is None else found


def _capacitated_fixed_charge(case, sites, yuan_per_time=1.0, choice="planned"):
    return _opening(case, sites) + yuan_per_time * _capacitated_p_median(case, sites, choice)


def _lexicographic(case, sites, levels=(), depth=3):
    if not levels:
        return _p_center(case, sites)
    return float(case.weight[nearest(case.times, sites) > levels[0]].sum())


VALUES = {
    "lexicographic": _lexicographic,
    "max_coverage": _max_coverage,
    "set_cover": _set_cover,
    "p_median": _p_median,
    "p_center": _p_center,
    "backup_coverage": _backup_coverage,
    "capacitated_coverage": _capacitated_coverage,
    "capacitated_p_median": _capacitated_p_median,
    "fixed_charge": _fixed_charge,
    "capacitated_fixed_charge": _capacitated_fixed_charge,
    "kolm_pollak": _kolm_pollak,
}
_KINDS = ["free", "free", "free", "fixed", "never"]
_TIMES = [0.0, 1.0, 5.0, 10.0, 10.0000001, 12.5, 20.0, np.inf]


def random_case(seed, *, rows=6, sites=5, groups=0, reachable=False):
    """A tiny case with ties, zero weights, unreachable pairs, locks and exact thresholds."""
    dice = np.random.default_rng(seed)
    n, m = int(dice.integers(1, rows + 1)), int(dice.integers(2, sites + 1))
    kinds = dice.choice(_KINDS, m)
    forbidden = [j for j in range(m) if kinds[j] == "never"]
    times = dice.choice(_TIMES[:-1] if reachable else _TIMES, (n, m))
    return Case(
        weight=dice.integers(0, 10, n).astype(float),
        times=times,
        fixed=[j for j in range(m) if kinds[j] == "fixed"],
        forbidden=forbidden[1:] if len(forbidden) == m else forbidden,
        cost=dice.choice([0.0, 5.0, 20.0, 37.5], m),
        capacity=dice.choice([0.0, 5.0, 12.0, 30.0, np.inf], m),
        unserved=[None, 15.0][seed % 2],
        groups=[(dice.integers(0, 5, n).astype(float), dice.choice([0.0, 0.3, 0.5, 1.0])) for _ in range(groups)],
        threshold=10.0 if seed % 3 else dice.choice([1.0, 10.0, 12.5], n),
    )


def some_p(case, seed):
    """A number of sites that the locks allow."""
    most = case.times.shape[1] - len(case.forbidden)
    least = max(1, len(case.fixed))
    return least + seed % (most - least + 1) if most >= least else least

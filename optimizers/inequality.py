"""How unevenly something is shared out among people: Gini, Theil, Palma, Kolm-Pollak.

Each takes what everybody has (`values`, >= 0) and how many people have it (`weights`, >= 0), and gives nan where there
is nobody, or nothing to share. A weight of 2 is the same as two people with the same value.

| symbol | meaning |
|--------|---------|
| x_i, w_i | value and weight (persons) of row i |
| mu | sum_i w_i x_i / sum_i w_i |
"""

import numpy as np

from optimizers.arrays import Floats, Ints, summed
from optimizers.equity import equivalent
from optimizers.problem import ProblemError

_HALF = 0.5


def gini(values: Floats, weights: Floats) -> float:
    """Gini coefficient: 0 where all have the same, towards 1 where one has everything.

    G = sum_i sum_k w_i w_k |x_i - x_k| / (2 mu (sum_i w_i)^2), by the area under the Lorenz curve of trapezes.
    Gini (1912); Lorenz (1905), Publications of the American Statistical Association 9.
    """
    x, w = _checked(values, weights)
    total = summed(w * x)
    if not total > 0:
        return float("nan")
    order = np.argsort(x, kind="stable")
    people = np.cumsum(w[order]) / summed(w)
    goods = np.cumsum((w * x)[order]) / total
    under = summed(np.diff(people, prepend=0.0) * (goods + np.concatenate([[0.0], goods[:-1]]))) * _HALF
    return max(0.0, 1.0 - 2.0 * under)


def theil(values: Floats, weights: Floats) -> float:
    """Theil's T: 0 where all have the same, ln(sum w) where one person has everything.

    T = sum_i w_i (x_i / mu) ln(x_i / mu) / sum_i w_i, with 0 ln 0 = 0. Theil (1967), Economics and Information Theory.
    """
    x, w = _checked(values, weights)
    total = summed(w * x)
    if not total > 0:
        return float("nan")
    ratio = x / (total / summed(w))
    terms = np.zeros_like(ratio)
    some = ratio > 0
    terms[some] = ratio[some] * np.log(ratio[some])
    return max(0.0, summed(w * terms) / summed(w))


def theil_between(values: Floats, weights: Floats, groups: Ints) -> float:
    """The part of Theil's T that lies between groups: T when everybody has the mean of their group.

    T = between + within, the groups weighted by their share of what is shared. `groups` (n,): 0, 1, 2, ...
    """
    x, w = np.asarray(values, float), np.asarray(weights, float)
    persons = np.asarray(np.bincount(groups, w), dtype=np.float64)
    goods = np.bincount(groups, w * x)
    means = np.divide(goods, persons, out=np.zeros_like(goods), where=persons > 0)
    return theil(means, persons)


def palma(values: Floats, weights: Floats, top: float = 0.1, bottom: float = 0.4) -> float:
    """What the best-off tenth has over what the worst-off four tenths have; inf where these have nothing.

    0.25 where all have the same, for a tenth is a quarter of four tenths. Rows are split where a tenth ends within
    one. Palma (2011), Development and Change 42; Cobham & Sumner (2013).
    """
    x, w = _checked(values, weights)
    if not summed(w * x) > 0:
        return float("nan")
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order]
    up_to = np.cumsum(w)
    all_people = up_to[-1]
    low = np.clip(np.minimum(up_to, bottom * all_people) - (up_to - w), 0.0, None)
    high = np.clip(up_to - np.maximum(up_to - w, (1.0 - top) * all_people), 0.0, None)
    below = summed(low * x)
    return summed(high * x) / below if below > 0 else float("inf")


def equivalent_share(values: Floats, weights: Floats, kappa: float) -> float:
    """Kolm-Pollak equivalent of something good: the one value that is as good as all the unequal ones together.

    EDE = -ln( sum_i w_i exp(-kappa x_i) / sum_i w_i ) / kappa; never above the mean, the mean for kappa = 0.
    See `optimizers.equity.equivalent`, which is the same of something bad, such as minutes.
    """
    x, w = _checked(values, weights)
    return float("nan") if not summed(w) > 0 else -equivalent(w, -x, kappa)


def _checked(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Rows that somebody is in.

    Raises:
        ProblemError: for shapes that differ, and numbers that are negative or none.
    """
    x, w = np.asarray(values, float), np.asarray(weights, float)
    faults = []
    if x.shape != w.shape or x.ndim != 1:
        faults.append(f"values has shape {x.shape}, weights {w.shape}; give one of each for every row.")
    for name, row in (("values", x), ("weights", w)):
        if not (np.isfinite(row) & (row >= 0)).all():
            faults.append(f"{name} must be numbers of 0 or more.")
    if faults:
        raise ProblemError(faults)
    return x[w > 0], w[w > 0]

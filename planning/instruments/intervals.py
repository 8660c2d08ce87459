"""Intervals of counts and shares, and whether two of them may be the same."""

import numpy as np
import numpy.typing as npt
from scipy.stats import chi2, norm

Floats = npt.NDArray[np.float64]
LEVEL = 0.95


def wilson(successes: npt.ArrayLike, of: npt.ArrayLike, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Score interval of a share (Wilson, JASA 22, 1927, 209-212); 0 to 1 where `of` is 0."""
    x, n = np.asarray(successes, float), np.asarray(of, float)
    z2 = norm.ppf((1 + level) / 2) ** 2
    with np.errstate(invalid="ignore", divide="ignore"):
        p = np.where(n > 0, x / np.where(n > 0, n, 1), 0.5)
        middle, spread = (
            (p + z2 / (2 * n)) / (1 + z2 / n),
            np.sqrt(p * (1 - p) / n * z2 + (z2 / (2 * n)) ** 2) / (1 + z2 / n),
        )
    low, high = np.where(n > 0, middle - spread, 0.0), np.where(n > 0, middle + spread, 1.0)
    return np.where(x == 0, 0.0, np.clip(low, 0, 1)), np.where((x == n) & (n > 0), 1.0, np.clip(high, 0, 1))


def poisson(counts: npt.ArrayLike, level: float = LEVEL) -> tuple[Floats, Floats]:
    """Exact interval of a count (Garwood, Biometrika 28, 1936, 437-442)."""
    x = np.asarray(counts, float)
    tail = (1 - level) / 2
    low = np.where(x > 0, chi2.ppf(tail, 2 * np.where(x > 0, x, 1)) / 2, 0.0)
    return low, np.asarray(chi2.ppf(1 - tail, 2 * x + 2) / 2)


def widened(value: Floats, low: Floats, high: Floats, relative: npt.ArrayLike) -> tuple[Floats, Floats]:
    """The interval with a second, independent error: distances from the value added in quadrature.

    Args:
        relative: (n,) typical error (root mean square) as a share of the value; taken as normal, at the same level.
    """
    more = value * np.asarray(relative, float) * float(norm.ppf((1 + LEVEL) / 2))
    return np.maximum(value - np.hypot(value - low, more), 0.0), value + np.hypot(high - value, more)


def surely_above(value: Floats, low: Floats, high: Floats) -> npt.NDArray[np.bool_]:
    """(n, n) whether row i is surely more than row j: the interval of the difference lies above 0.

    The difference of two independent estimates by the square-and-add method (Newcombe, Statistics in Medicine 17, 1998,
    873-890; Zou and Donner, Statistics in Medicine 27, 2008, 1693-1702): d - sqrt((a - la)² + (ub - b)²) > 0.
    """
    d = value[:, None] - value[None, :]
    return np.asarray(d - np.hypot((value - low)[:, None], (high - value)[None, :]) > 0)

"""Sharing whole numbers out so that sums hold exactly."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


def largest_remainder(total: int, weights: npt.ArrayLike) -> Ints:
    """Whole shares of `total` in proportion to `weights`, adding up to `total` exactly (Hamilton's method).

    Args:
        total: what is shared out, 0 or more.
        weights: (n,) non-negative, not all zero unless `total` is 0.

    Returns:
        (n,) int64. Ties of remainders go to the lower index, so the result is the same every time.

    Raises:
        ValueError: for a negative total or weight, or a positive total with no weight to share it by.
    """
    w = np.asarray(weights, float)
    if total < 0 or (w < 0).any() or not np.isfinite(w).all():
        raise ValueError("largest_remainder needs a total and weights of 0 or more")
    if total == 0:
        return np.zeros(len(w), np.int64)
    if w.sum() <= 0:
        raise ValueError(f"no weight to share {total} by")
    quota = total * (w / w.sum())
    whole: Ints = np.floor(quota).astype(np.int64)
    missing = total - int(whole.sum())
    order = np.argsort(-(quota - whole), kind="stable")
    whole[order[:missing]] += 1
    return whole


def balanced_split(row_totals: npt.ArrayLike, column_totals: npt.ArrayLike) -> Ints:
    """A whole-number table with the given row and column sums, each cell close to its proportional share.

    People are lined up so that any stretch of the line has the classes in nearly their overall proportion
    (each class's members are spaced evenly); each row then takes the next stretch of its length.

    Args:
        row_totals: (r,) whole numbers.
        column_totals: (c,) whole numbers with the same sum.

    Returns:
        (r, c) int64.

    Raises:
        ValueError: when the two sums differ.
    """
    rows = np.asarray(row_totals, np.int64)
    columns = np.asarray(column_totals, np.int64)
    if rows.sum() != columns.sum():
        raise ValueError(f"rows add up to {rows.sum()}, columns to {columns.sum()}")
    place = np.concatenate([(np.arange(n) + 0.5) / n for n in columns if n] or [np.empty(0)])
    member_of = np.repeat(np.arange(len(columns)), columns)
    line = member_of[np.lexsort((member_of, place))]
    row_of = np.repeat(np.arange(len(rows)), rows)
    table = np.zeros((len(rows), len(columns)), np.int64)
    np.add.at(table, (row_of, line), 1)
    return table

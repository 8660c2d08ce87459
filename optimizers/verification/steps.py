"""Of which number the values of all plans are whole multiples, so that a bound may be rounded up to the next one.

Rows that pay alike, whichever sites open, are taken together first: two rows of half a person each are one person.
"""

import math
from collections.abc import Sequence

import numpy as np

from optimizers.arrays import Bools, Floats, Ints

_HAIR = 1e-13  # relative: what adding up weights in another order may change


def step_of_costs(
    row: Ints, site: Ints, unit: Floats, weight: Floats, left_out: float, open_cost: Floats, opened: Bools
) -> float:
    """For rows that pay weight x unit of their cheapest open site, or weight x `left_out` (inf: must be served)."""
    default = np.where(weight > 0, left_out, 0.0)
    sure = opened[site]
    np.minimum.at(default, row[sure], unit[sure])
    keep = ~sure & (unit < default[row]) & (weight > 0)[row]
    row, site, unit = row[keep], site[keep], unit[keep]
    start = np.searchsorted(row, np.arange(weight.size + 1))
    alike: dict[bytes, list[int]] = {}
    for i in np.flatnonzero(weight > 0).tolist():
        part = slice(start[i], start[i + 1])
        alike.setdefault(site[part].tobytes() + unit[part].tobytes() + default[i].tobytes(), []).append(i)
    values: list[float] = []
    settled: list[float] = []
    for members in alike.values():
        i, total = members[0], math.fsum(weight[members].tolist())
        part = slice(start[i], start[i + 1])
        values += (total * unit[part]).tolist()
        (values if start[i] < start[i + 1] else settled).append(total * float(default[i]))
    return common_step([*values, math.fsum(settled), *open_cost.tolist()])


def step_of_counts(row: Ints, site: Ints, gain: Floats, open_cost: Floats, opened: Bools) -> float:
    """For rows that pay a gain for each step that no open site covers."""
    sure = opened[site]
    have = np.bincount(row[sure], minlength=gain.shape[0])
    row, site = row[~sure], site[~sure]
    start = np.searchsorted(row, np.arange(gain.shape[0] + 1))
    alike: dict[bytes, list[int]] = {}
    for i in np.flatnonzero((gain > 0).any(axis=1)).tolist():
        alike.setdefault(site[start[i] : start[i + 1]].tobytes() + bytes([min(have[i], 2)]), []).append(i)
    values: list[float] = []
    for members in alike.values():
        first = min(int(have[members[0]]), gain.shape[1])
        values += [math.fsum(column) for column in gain[members][:, first:].T.tolist()]
    return common_step([*values, *open_cost.tolist()])


def common_step(values: Sequence[float]) -> float:
    """The largest number of which all finite values are whole multiples; 0 where there is none worth the name."""
    known = np.array(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    for halvings in range(45):
        scaled = known * 2.0**halvings
        if np.abs(scaled).sum() >= 2.0**52:
            return 0.0
        whole = np.rint(scaled)
        if np.all(np.abs(scaled - whole) <= _HAIR * np.abs(scaled)):
            return float(np.gcd.reduce(whole.astype(np.int64), initial=0)) / 2.0**halvings
    return 0.0

"""Demand rows as the core needs them: equal rows as one."""

import math
from dataclasses import dataclass

import numpy as np

from optimizers.arrays import Floats, Ints


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows in CSR form: weight of each row, and for each pair its site and its value per unit of weight, or its rank.

    `posed` and `share` say for each demand row of the problem which row it is in (-1: none) and its share of it.
    """

    weight: Floats
    indptr: Ints
    site: Ints
    unit: Floats
    posed: Ints
    share: Floats


def merged(rows: Rows) -> Rows:
    """Equal rows as one, in an order that depends on their content and not on where they stood."""
    groups: dict[bytes, list[int]] = {}
    for i in range(rows.weight.size):
        groups.setdefault(_content(rows, i), []).append(i)
    members = [groups[key] for key in sorted(groups)]
    weight = np.array([math.fsum(rows.weight[m].tolist()) for m in members], dtype=np.float64)
    first = np.array([m[0] for m in members], dtype=np.int64)
    length = np.diff(rows.indptr)[first] if first.size else np.zeros(0, dtype=np.int64)
    indptr = np.concatenate(([0], np.cumsum(length))).astype(np.int64)
    pairs = np.repeat(rows.indptr[first] - indptr[:-1], length) + np.arange(indptr[-1])
    became = np.zeros(rows.weight.size, dtype=np.int64)
    for row, member in enumerate(members):
        became[member] = row
    asked = rows.posed >= 0
    posed = np.where(asked, became[rows.posed] if became.size else -1, -1)
    share = np.where(asked, rows.weight[rows.posed] / weight[posed] if became.size else 0.0, 0.0)
    return Rows(weight, indptr, rows.site[pairs], rows.unit[pairs], posed, share)


def _content(rows: Rows, i: int) -> bytes:
    pairs = slice(rows.indptr[i], rows.indptr[i + 1])
    sites = rows.site[pairs].astype(np.int32)
    head = np.int64(sites.size).tobytes()
    return head + sites.tobytes() + rows.unit[pairs].tobytes()

"""Who is served where: the best split of the demand among given open sites, by an exact transport problem."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from optimizers.arrays import Bools, Csr, Floats, Ints
from optimizers.capacity.tables import Tables
from optimizers.capacity.transport import Flow, fill, new_flow, row_prices

_SHORT = 1e-10
"""Share of all weight that may seem to be left out by rounding."""
_LARGEST = 40_000_000
"""Rows x open sites beyond which a linear program takes less memory (about 1 GB)."""
_LP_SHORT = 1e-6
"""The same share where a linear program with tolerances was asked."""


@dataclass(frozen=True, eq=False)
class Split:
    """What given open sites make of the demand.

    Attributes:
        value: of serving everybody in this way.
        allowed: nobody who must be served is left out and no site is overfilled.
        excess: how much weight stands in the way of that.
        row, site, amount: who is served where.
        prices: dual of the rows: value of one unit more of each.
    """

    value: float
    allowed: bool
    excess: float
    row: Ints
    site: Ints
    amount: Floats
    prices: Floats


def cheapest_split(tables: Tables, must: Bools, chosen: Bools) -> Split:
    """Planned: the cheapest way to serve everybody from the chosen sites, rows split where that helps."""
    if tables.weight.size * int(chosen.sum()) > _LARGEST:
        return _by_linear_program(tables, must, chosen)
    flow = new_flow(tables, int(chosen.sum()))
    fill(tables, flow, chosen)
    short = float(flow.flow[must, 0].sum())
    allowed = short <= _SHORT * float(tables.weight.sum())
    if allowed:
        flow.flow[must, 0] = 0.0
    _balance(flow, tables.weight)
    row, node = np.nonzero(flow.flow[:, 1:] > 0.0)
    value = float((flow.flow * np.where(flow.flow > 0.0, flow.cost, 0.0)).sum())
    excess = 0.0 if allowed else short
    return Split(
        value, allowed, excess, row, flow.held[node + 1], flow.flow[row, node + 1], row_prices(flow)
    )  # fmt: skip


def _balance(flow: Flow, weight: Floats) -> None:
    """Give each row the crumbs that rounding lost, where it has most."""
    rows = np.arange(weight.size)
    most = np.argmax(flow.flow, axis=1)
    flow.flow[rows, most] += weight - flow.flow.sum(axis=1)


def proof_of_shortage(tables: Tables, must: Bools, chosen: Bools, wanted: float) -> Floats:
    """Prices per unit of weight by which the chosen sites cost more than `wanted`: they cannot serve all who must be.

    The dual of "leave out as little as possible", large enough.
    """
    bare = tables._replace(
        unit=np.zeros_like(tables.unit), unit_at=np.zeros_like(tables.unit), default=np.where(must, 1.0, 0.0)
    )
    flow = new_flow(bare, int(chosen.sum()))
    fill(bare, flow, chosen)
    short = float(flow.flow[must, 0].sum())
    prices = row_prices(flow)
    return prices * (wanted / short) if short > 0.0 else prices


def _by_linear_program(tables: Tables, must: Bools, chosen: Bools) -> Split:
    """The same split by scipy, for very many rows and sites: exact to its tolerances only.

    Raises:
        ArithmeticError: the program was not solved to its optimum, so that its value bounds nothing.
    """
    from scipy.optimize import linprog  # here, since it is slow to import and few questions need it

    n, m, total = tables.weight.size, chosen.size, float(tables.weight.sum())
    pairs = np.flatnonzero(chosen[tables.site])
    row = np.repeat(np.arange(n), np.diff(tables.indptr))[pairs]
    site = tables.site[pairs].astype(np.int64)
    cost = np.append(tables.unit[pairs], tables.default)
    rows = np.append(row, np.arange(n))
    equal: Csr = sparse.csr_array((np.ones(cost.size), (rows, np.arange(cost.size))), shape=(n, cost.size))
    under: Csr = sparse.csr_array((np.ones(pairs.size), (site, np.arange(pairs.size))), shape=(m, cost.size))
    found: Any = linprog(cost, under, tables.room / total, equal, tables.weight / total, method="highs")
    if found.status != 0:
        raise ArithmeticError(found.message)
    amount = np.maximum(found.x, 0.0) * total
    left, amount = amount[pairs.size :], amount[: pairs.size]
    short = float(left[must].sum())
    allowed = short <= _LP_SHORT * total
    used = np.flatnonzero(amount > 0.0)
    value = float(found.fun) * total
    prices = np.maximum(np.asarray(found.eqlin.marginals), 0.0)
    return Split(value, allowed, 0.0 if allowed else short, row[used], site[used], amount[used], prices)

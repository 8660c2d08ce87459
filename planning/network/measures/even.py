"""Deliveries among those to whom a unit is worth the same, shared evenly: the aims leave open who of them is served.

For each site, service and worth of a unit the units delivered stay what they are; who gets them is in proportion to
what each row needs and nobody else gives, as near as everyone's own need allows (iterative proportional fitting: Deming
& Stephan 1940, Annals of Mathematical Statistics 11; with a limit on the rows). What a fit in bounded time leaves
undelivered is made good by mixing in the plan as it was found, so that no aim loses more than a solver's millionth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from optimizers.network import NetworkProblem, NetworkSolution
from planning.network.measures.deliveries import row_numbers

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
ROUNDS: Final = 150
_LOSS: Final = 2e-7  # of what is delivered
_DIGITS: Final = 9
_PEELS: Final = 20


def evened(problem: NetworkProblem, solution: NetworkSolution) -> NetworkSolution:
    """The same plan with even deliveries; as it was where shares of counties are limits or aims themselves."""
    bound = bool((np.asarray(problem.floor) > 0).any()) or bool({"worst_off", "least_regret"} & set(solution.aims))
    if solution.objective is None or bound:
        return solution
    kinds = [_kinds(problem, csr_array(reach)) for reach in problem.reach]
    served = tuple(
        tuple(
            _even(problem, csr_array(problem.reach[a]), kinds[a], csr_array(flow), solution.at_home[t, a])
            for a, flow in enumerate(year)
        )
        for t, year in enumerate(solution.served)
    )
    return replace(solution, served=served)


def evenly(solve: Callable[..., NetworkSolution]) -> Callable[..., NetworkSolution]:
    """The same solver with even deliveries, so that persons served by two plans can be compared."""

    def solved(problem: NetworkProblem, *args: Any, **how: Any) -> NetworkSolution:
        return evened(problem, solve(problem, *args, **how))

    return solved


def _kinds(problem: NetworkProblem, reach: csr_array) -> Ints:
    """(nnz,) number of the site, service and worth of a unit of each pair."""
    service = np.asarray(problem.service)[row_numbers(reach)]
    of_site = reach.indices.astype(np.int64) * problem.services + service
    worth = np.unique(np.round(reach.data, _DIGITS), return_inverse=True)[1]
    return np.asarray(np.unique(of_site * (worth.max(initial=0) + 1) + worth, return_inverse=True)[1], np.int64)


def _even(problem: NetworkProblem, reach: csr_array, kind: Ints, flow: csr_array, at_home: Floats) -> csr_array:
    """The deliveries of one year and season."""
    found = _at_pairs(reach, flow)
    totals = np.asarray(np.bincount(kind, found), dtype=np.float64)
    used = np.flatnonzero(totals[kind] > 0)
    row, column, before = row_numbers(reach)[used], kind[used], found[used]
    most = np.maximum(np.asarray(problem.units, float) - at_home, np.bincount(row, before, minlength=reach.shape[0]))
    after = _fitted(row, column, totals, most, _only_way(row, column, totals, most))
    kept = _kept(row, column, before, after)
    data = np.zeros(reach.nnz)
    data[used] = kept * after + (1.0 - kept) * before
    out = csr_array((data, reach.indices, reach.indptr), shape=reach.shape, copy=True)
    out.eliminate_zeros()
    return out


def _at_pairs(reach: csr_array, flow: csr_array) -> Floats:
    """(nnz,) what is delivered by each stored pair of `reach`."""
    width = reach.shape[1]
    pairs = row_numbers(reach) * width + reach.indices
    asked = row_numbers(flow) * width + flow.indices
    order = np.argsort(pairs, kind="stable")
    out = np.zeros(reach.nnz)
    np.add.at(out, order[np.searchsorted(pairs[order], asked)], flow.data)
    return out


def _only_way(row: Ints, column: Ints, totals: Floats, most: Floats) -> npt.NDArray[np.bool_]:
    """(pairs,) False where a row is wholly served elsewhere, by what must serve all its rows to deliver its total."""
    open_ = np.ones(len(row), bool)
    for _ in range(_PEELS):
        need = np.bincount(column[open_], most[row[open_]], minlength=len(totals))
        full = (totals > 0) & (totals >= need * (1 - _LOSS))
        taken = np.zeros(len(most), bool)
        taken[row[open_ & full[column]]] = True
        closed = open_ & taken[row] & ~full[column]
        if not closed.any():
            break
        open_ &= ~closed
    return open_


def _kept(row: Ints, column: Ints, before: Floats, after: Floats) -> Floats:
    """(pairs,) share of the fit that is taken so that nearly nothing is lost, the same for all that hang together."""
    rows, columns = int(row.max(initial=-1)) + 1, int(column.max(initial=-1)) + 1
    graph = csr_array((np.ones(len(row)), (row, rows + column)), shape=(rows + columns, rows + columns))
    part = connected_components(graph, directed=False)[1][row]
    whole, lost = (np.bincount(part, x).astype(np.float64) for x in (before, before - after))
    share = np.divide(_LOSS * whole, lost, out=np.ones_like(lost), where=lost > _LOSS * whole)
    return np.asarray(share[part], float)


def _fitted(row: Ints, column: Ints, totals: Floats, most: Floats, open_: npt.NDArray[np.bool_]) -> Floats:
    """Amounts in proportion to `most` of the rows that add up to `totals`, no row above its `most`."""
    x = np.where(open_, most[row], 0.0)
    for _ in range(ROUNDS):
        sums = np.bincount(column, x, minlength=len(totals))
        x *= np.divide(totals, sums, out=np.zeros_like(totals), where=sums > 0)[column]
        of_row = np.bincount(row, x, minlength=len(most))
        x *= np.minimum(1.0, np.divide(most, of_row, out=np.ones_like(most), where=of_row > 0))[row]
    return x

"""Counties solved one by one, each to whole numbers: a bound for every plan, and plans put together from theirs.

What counties share (money, people whom sites of several counties reach, floors of a service) is taken out of the model
and charged at the prices y that its relaxation gives it:

    bound = y b + Σ_g min { (c - yA) x_g : what binds county g alone, x_g whole }

Geoffrion, A. (1974), Lagrangean relaxation for integer programming, Mathematical Programming Study 2: never below the
relaxation from which the prices come, and above it as far as whole buildings matter within a county. What the counties
would do at several prices of money is then put together, one way for each county, within what is there for all.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from time import monotonic
from typing import Any, Final

import numpy as np
from scipy import sparse

from optimizers.arrays import Bools, Floats, Ints
from optimizers.clock import Clock
from optimizers.network.core import Core
from optimizers.network.model import Model
from optimizers.network.problem import NetworkProblem
from optimizers.solvers import highs
from optimizers.solvers.arrays import ModelArrays
from optimizers.solvers.warm import WarmProgram

_NODES: Final = 1_000_000
_AT_ONCE: Final = 2  # counties solved side by side
_NEAR: Final = 1e-5  # of all that the ways are worth


@dataclass(frozen=True, eq=False)
class Counties:
    """A model cut into counties.

    Attributes:
        arrays: the whole model.
        matrix: its rows and columns.
        shared: (rows,) rows that bind several counties, or a county and the money.
        need: (rows,) those of them that are people whom sites of several counties reach.
        columns, rows: what is of each county alone; the last is money, which is nobody's.
    """

    arrays: ModelArrays
    matrix: sparse.csr_array
    shared: Bools
    need: Bools
    columns: tuple[Ints, ...]
    rows: tuple[Ints, ...]

    def prices(self, duals: Floats) -> Floats:
        """(rows,) what shared rows are charged at, from dual values of the first rows."""
        prices = np.zeros(self.shared.size)
        prices[: duals.size] = duals
        wrong = (np.isinf(self.arrays.row_lower) & (prices > 0)) | (np.isinf(self.arrays.row_upper) & (prices < 0))
        return np.where(wrong | ~self.shared, 0.0, prices)


def counties_of(problem: NetworkProblem, core: Core, model: Model, arrays: ModelArrays) -> Counties:
    """Cut a model; every column acts in the county of its site, rounds in that of the people."""
    shape = (arrays.row_lower.size, arrays.cost.size)
    matrix = sparse.csr_array((arrays.value, arrays.index, arrays.start), shape=shape)
    of_column = _county_of_columns(problem, core, model, shape[1])
    of_row = _county_of_rows(arrays, of_column, problem.groups)
    need = np.zeros(shape[0], dtype=bool)
    need[model.need_rows] = True
    each = range(problem.groups + 1)
    return Counties(
        arrays, matrix, of_row < 0, need & (of_row < 0),
        tuple(np.flatnonzero(of_column == g) for g in each), tuple(np.flatnonzero(of_row == g) for g in each),
    )  # fmt: skip


def _county_of_columns(problem: NetworkProblem, core: Core, model: Model, columns: int) -> Ints:
    """(n,) county in which each column acts; one more than there are for money."""
    out = np.full(columns, problem.groups)
    out[model.opens] = problem.site_group[problem.form_site[model.forms]][:, None]
    out[model.on] = problem.site_group[problem.module_site[model.modules]][:, None]
    for period, arcs, rounds in zip(model.periods, model.delivered, model.rounds, strict=True):
        out[arcs] = problem.site_group[core.pair_site[core.arcs[period.season].pair]]
        out[rounds] = core.group[model.round_rows]
    return out


def _county_of_rows(arrays: ModelArrays, of_column: Ints, money: int) -> Ints:
    """(rows,) the county that each row binds alone, -1 where it binds several; one without entries binds nobody."""
    out = np.full(arrays.row_lower.size, money)
    filled = np.diff(arrays.start) > 0
    first, county = arrays.start[:-1][filled], of_column[arrays.index]
    least, most = np.minimum.reduceat(county, first), np.maximum.reduceat(county, first)
    out[filled] = np.where(least == most, least, -1)
    return out


# --- one by one ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Priced:
    """What counties do at some prices: a bound (-inf: not known for all), values (n,), and who has any (counties,)."""

    bound: float
    values: Floats
    known: Bools


def priced(counties: Counties, prices: Floats, clock: Clock, near: float, relaxed: Floats | None = None) -> Priced:
    """Every county by itself at these prices of what they share.

    Args:
        counties: the model, cut.
        prices: (rows,) from `Counties.prices`.
        clock: what they may take together; the small ones come first and leave the rest what they save.
        near: each is close enough to its best at this distance.
        relaxed: (n,) the optimum that these prices come from: at them no county costs less than its part of it.
    """
    arrays = counties.arrays
    reduced = arrays.cost - counties.matrix.T @ prices
    values, known = np.zeros(arrays.cost.size), np.zeros(len(counties.columns), dtype=bool)
    bound = float(prices @ _sides(arrays, prices))
    sizes = np.array([columns.size for columns in counties.columns])
    order = np.argsort(sizes, kind="stable")
    shares = dict(zip(order.tolist(), _shares_of_the_rest(sizes[order]), strict=True))

    def alone(g: int) -> tuple[float, Floats | None]:
        if clock.is_up:
            return -np.inf, None
        return _alone(_block(counties, reduced, g), clock.part(min(1.0, _AT_ONCE * shares[g])), near)

    with ThreadPoolExecutor(_AT_ONCE) as workers:
        answers = dict(zip(order.tolist(), workers.map(alone, order.tolist()), strict=True))
    for g, columns in enumerate(counties.columns):
        least, found = answers[g]
        if relaxed is not None:
            least = max(least, float(reduced[columns] @ relaxed[columns]))
        bound += least
        if found is not None:
            values[columns], known[g] = found, True
    return Priced(bound, values, known)


def _shares_of_the_rest(sizes: Ints) -> list[float]:
    """What part each is of itself and all that come after it."""
    rest = np.cumsum(sizes[::-1])[::-1]
    return list((sizes / np.maximum(rest, 1)).tolist())


def _sides(arrays: ModelArrays, prices: Floats) -> Floats:
    """(rows,) the side of each row that its price speaks of; 0 where it has none."""
    side = np.where(prices > 0, arrays.row_lower, arrays.row_upper)
    return np.where((prices == 0) | np.isinf(side), 0.0, side)


def _block(counties: Counties, cost: Floats, county: int) -> ModelArrays:
    """What binds one county alone."""
    arrays, columns, rows = counties.arrays, counties.columns[county], counties.rows[county]
    return replace(
        arrays, cost=cost[columns], lower=arrays.lower[columns], upper=arrays.upper[columns],
        integer=arrays.integer[columns], row_lower=arrays.row_lower[rows], row_upper=arrays.row_upper[rows],
        **entries_of(sparse.csr_array(counties.matrix[rows][:, columns])),
    )  # fmt: skip


def entries_of(matrix: sparse.csr_array) -> dict[str, Any]:
    """A matrix as the entries of `ModelArrays`."""
    return {"start": matrix.indptr.astype(np.int32), "index": matrix.indices.astype(np.int32), "value": matrix.data}


def _alone(block: ModelArrays, clock: Clock, near: float) -> tuple[float, Floats | None]:
    """What a block costs at least, and its values."""
    if not block.cost.size:
        return 0.0, np.zeros(0)
    if not block.integer.any():
        program = WarmProgram(block)
        values = program.solve(clock.left_s)
        return (-np.inf, None) if values is None else (program.objective, values)
    outcome = highs.solve(None, block, None, monotonic() + clock.left_s, _NODES, near)
    return -np.inf if outcome.bound is None else outcome.bound, outcome.values


# --- put together ----------------------------------------------------------------------------------------------


def together(counties: Counties, ways: Sequence[Priced], clock: Clock) -> Floats | None:
    """(n,) values with one way for each county that all shared rows but those of need allow; None where none was found.

    People whom two counties serve are counted twice here: what the plan is worth is found where it is delivered.

    Args:
        counties: the model, cut.
        ways: what counties do at several prices; nothing at all is a way, too, of a county without order or floor.
        clock: seconds for the small model.
    """
    arrays, groups = counties.arrays, len(counties.columns) - 1
    shared = np.flatnonzero(counties.shared & ~counties.need)
    kept, money = np.concatenate([shared, counties.rows[-1]]), counties.columns[-1]
    options = [(g, way.values) for way in ways for g in range(groups) if way.known[g]]
    parts = np.zeros((arrays.cost.size, len(options)))
    for at, (g, values) in enumerate(options):
        parts[counties.columns[g], at] = values[counties.columns[g]]
    of = np.array([g for g, _ in options], dtype=np.int64)
    one = sparse.csr_array((np.ones(of.size), (of, np.arange(of.size))), shape=(groups, of.size + money.size))
    rows = sparse.csr_array(sparse.vstack([
        sparse.hstack([sparse.csr_array(counties.matrix[kept] @ parts), counties.matrix[kept][:, money]]), one,
    ]))  # fmt: skip
    small = replace(
        arrays, cost=np.concatenate([arrays.cost @ parts, arrays.cost[money]]),
        lower=np.concatenate([np.zeros(of.size), arrays.lower[money]]),
        upper=np.concatenate([np.ones(of.size), arrays.upper[money]]),
        integer=np.concatenate([np.ones(of.size, dtype=bool), arrays.integer[money]]),
        row_lower=np.concatenate([arrays.row_lower[kept], np.zeros(groups)]),
        row_upper=np.concatenate([arrays.row_upper[kept], np.ones(groups)]), **entries_of(rows),
    )  # fmt: skip
    near = _NEAR * float(np.abs(small.cost).sum())
    outcome = highs.solve(None, small, None, monotonic() + clock.left_s, _NODES, near)
    return None if outcome.values is None else parts @ np.rint(outcome.values[: of.size])

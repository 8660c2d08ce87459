"""The test of one threshold as a mixed-integer model, for what the tree does not decide.

    minimise  sum_j y_j   subject to  sum_{j near i} y_j >= 1 for each row,  sum_j y_j <= p,  y_j in {0, 1}

Minieka (1970), The m-center problem, SIAM Review 12.
"""

from dataclasses import dataclass

import numpy as np
import pulp

from optimizers.arrays import Bools, Csr, Floats
from optimizers.solvers import run, solver_name

_PRODUCT = 4e9  # multiplications that comparing everything with everything may take


@dataclass(frozen=True)
class Answer:
    """Sites that cover all rows; or None, and whether it is proven that none do."""

    sites: tuple[int, ...] | None
    ruled_out: bool
    stopped_by: str
    solver: str


def essential_rows(near: Csr) -> Bools:
    """Rows that have to be looked at: the others see all that some kept row sees, and are covered with it."""
    table = _table(near) if _is_small(*near.shape) else None
    return np.ones(near.shape[0], dtype=np.bool_) if table is None else ~_holds_another(table)


def essential_sites(near: Csr) -> Bools:
    """Sites that have to be looked at: the others cover no more than some kept site, or nothing."""
    kept = np.bincount(near.indices, minlength=near.shape[1]) > 0
    used = np.flatnonzero(kept)
    if _is_small(used.size, near.shape[0]):
        # A site is needless when it covers no more than another: when what it leaves out holds what that leaves out.
        kept[used] = ~_holds_another(1.0 - _table(near)[:, used].T)
    return kept


def _is_small(n: int, m: int) -> bool:
    return float(n) ** 2 * m <= _PRODUCT


def _holds_another(table: Floats) -> Bools:
    """Rows of zeros and ones that have a one wherever some other row has; of equal ones all but the first."""
    shared, size = table @ table.T, table.sum(axis=1)
    holds = shared == size[None, :]
    place = np.arange(size.size)
    before = (size[None, :] < size[:, None]) | ((size[None, :] == size[:, None]) & (place[None, :] < place[:, None]))
    return np.asarray((holds & before).any(axis=1))


def _table(near: Csr) -> Floats:
    """1 where a site is near; single precision counts exactly far beyond any number of sites."""
    table = np.zeros(near.shape, dtype=np.float32)
    table[np.repeat(np.arange(near.shape[0]), np.diff(near.indptr)), near.indices] = 1.0
    return table


def cover_by_solver(near: Csr, most: int, seconds: float) -> Answer:
    """Can `most` of the sites cover all rows? One call of the solver on the rows and sites that matter."""
    kept = essential_sites(near)
    lp = pulp.LpProblem("cover_test", pulp.LpMinimize)
    opens = {j: lp.add_variable(f"y_{j}", 0, 1, pulp.LpInteger) for j in np.flatnonzero(kept).tolist()}
    lp.setObjective(pulp.LpAffineExpression([(y, 1.0) for y in opens.values()]))
    for a, b in zip(near.indptr[:-1].tolist(), near.indptr[1:].tolist(), strict=True):
        row = pulp.LpAffineExpression([(opens[j], 1.0) for j in near.indices[a:b].tolist() if kept[j]])
        lp.addConstraint(pulp.LpConstraint(row, pulp.LpConstraintGE, rhs=1.0))
    total = pulp.LpAffineExpression([(y, 1.0) for y in opens.values()])
    lp.addConstraint(pulp.LpConstraint(total, pulp.LpConstraintLE, rhs=float(most)))
    report = run(lp, time_limit_s=seconds, absolute_gap=float(most))
    if report.interrupted:
        raise KeyboardInterrupt
    sites = tuple(j for j, y in opens.items() if y.varValue is not None and y.varValue > 0.5)
    found = report.found and len(sites) <= most
    return Answer(sites if found else None, report.infeasible, report.stopped_by, solver_name())

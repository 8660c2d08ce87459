"""What search and prices leave open goes to a mixed-integer solver, as the reference model with two additions.

Sites that the multipliers settle are fixed, and for each floor F of a group the cut

    sum_{j near some row of the group} y_j >= k,   k = fewest sites that cover the share F of the group alone

is added. In its linear relaxation a floor is met by parts of sites; k is whole, so the cut does not allow that.
"""

import math
from dataclasses import dataclass

import numpy as np
import pulp

from optimizers.arrays import Bools
from optimizers.bounds import fixed_by_bound
from optimizers.clock import Clock
from optimizers.floors.board import Board, near_pairs, weight_in
from optimizers.floors.search import Kept
from optimizers.problem import LocationProblem
from optimizers.reference import reference_model
from optimizers.reference.pieces import Reference
from optimizers.relaxation import Relaxation
from optimizers.request import Request
from optimizers.solvers import run, solver_name

_MOST_PAIRS = {True: 400_000, False: 120_000}  # of counted and of costed rows
_NODES = 20_000
_CUT_NODES = 200
_FIX_STEPS = 300


@dataclass(frozen=True, eq=False)
class Answer:
    """What the solver found: sites (None: nothing), a bound on the objective (None: none), and why it stopped."""

    sites: tuple[int, ...] | None
    bound: float | None
    infeasible: bool
    reason: str
    solver: str = ""


def solved(
    problem: LocationProblem,
    model: str,
    request: Request,
    board: Board,
    best: Kept | None,
    settled: tuple[Bools, Bools],
    clock: Clock,
) -> Answer:
    """Hand the question to the solver with the best plan to start from; `settled` are sites open and closed for it."""
    opened, closed = settled
    left = _pairs_left(board, closed)
    if left > _MOST_PAIRS[not board.rows.costed]:
        return Answer(None, None, False, f"what remains ({left} pairs) is too large to finish exactly.")
    if clock.is_up:
        return Answer(None, None, False, "the time limit was reached.")
    request.say(f"exact solver on {int((board.free & ~opened & ~closed).sum())} sites and {left} pairs")
    built = reference_model(
        problem, model, p=request.p, budget_yuan=request.budget_yuan, threshold_min=request.threshold_min,
        opened=np.flatnonzero(opened).tolist(), closed=np.flatnonzero(closed).tolist(), **request.options,
    )  # fmt: skip
    _add_cuts(built, board, closed, clock)
    start = None if best is None else [built.opens[j].name for j in best.sites.tolist()]
    report = run(
        built.lp, time_limit_s=clock.left_s, node_limit=_NODES, absolute_gap=_room(problem, model), start=start
    )
    bound = None if report.bound is None else whole(problem, model, built.objective(report.bound))
    return Answer(
        sites=tuple(built.chosen().tolist()) if report.found else None,
        bound=bound,
        infeasible=report.infeasible,
        reason="interrupted." if report.interrupted else f"the solver stopped: {report.stopped_by}.",
        solver=solver_name(),
    )


def is_small(board: Board) -> bool:
    """True when the solver would be asked even if no site were settled."""
    return _pairs_left(board, ~board.free) <= _MOST_PAIRS[not board.rows.costed]


def settled_sites(core: Relaxation, board: Board, best: Kept | None) -> tuple[Bools, Bools]:
    """Sites that every plan better than the best opens, and sites that none of them opens, by a core with prices."""
    if best is None:
        nothing = np.zeros(board.n_sites, dtype=np.bool_)
        return nothing, nothing
    # A plan that keeps the floors costs no more with prices than without.
    upper = core.value_at(board.objective(best.value))
    ascent = core.climb(None, upper, _FIX_STEPS)
    return fixed_by_bound(core, ascent.multipliers, upper)


def _pairs_left(board: Board, closed: Bools) -> int:
    return int((~closed)[board.rows.site].sum())


def is_whole(problem: LocationProblem, model: str) -> bool:
    """True when every plan has a whole-number objective."""
    return model == "set_cover" or (model == "max_coverage" and bool(np.all(problem.weight == np.rint(problem.weight))))


def whole(problem: LocationProblem, model: str, bound: float) -> float:
    """A bound moved to the next value that a plan can have."""
    if not is_whole(problem, model) or not math.isfinite(bound):
        return bound
    hair = 1e-6 + 1e-9 * abs(bound)
    return float(math.ceil(bound - hair) if model == "set_cover" else math.floor(bound + hair))


def _room(problem: LocationProblem, model: str) -> float:
    return 0.99 if is_whole(problem, model) else 0.0


def _add_cuts(built: Reference, board: Board, closed: Bools, clock: Clock) -> None:
    for g, needed in enumerate(board.needed.tolist()):
        near, row = near_pairs(board.rows)
        sites = np.unique(board.rows.site[near[weight_in(board.rows, g)[row] > 0]])
        sites = sites[~closed[sites]]
        if needed > 0.0 and sites.size and not clock.is_up:
            fewest = fewest_sites(board, g, sites.tolist(), clock)
            terms = pulp.LpAffineExpression([(built.opens[j], 1.0) for j in sites.tolist()])
            built.lp.addConstraint(pulp.LpConstraint(terms, pulp.LpConstraintGE, rhs=fewest))


def fewest_sites(board: Board, g: int, sites: list[int], clock: Clock) -> float:
    """A proven least number of sites that cover as much of a group as it needs; as proven in a few nodes."""
    lp = pulp.LpProblem("fewest", pulp.LpMinimize)
    opens = {j: lp.add_variable(f"y_{j}", 0, 1, pulp.LpInteger) for j in sites}
    rows, weight, terms = board.rows, weight_in(board.rows, g), []
    for i in np.flatnonzero(weight).tolist():
        a = rows.indptr[i]
        seen = [opens[j] for j in rows.site[a : a + rows.close[i]].tolist() if j in opens]
        if seen:
            c = lp.add_variable(f"c_{i}", 0, 1)
            terms.append((c, float(weight[i])))
            expression = pulp.LpAffineExpression([(c, 1.0), *((y, -1.0) for y in seen)])
            lp.addConstraint(pulp.LpConstraint(expression, pulp.LpConstraintLE, rhs=0.0))
    needed = float(board.needed[g])
    lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintGE, rhs=needed))
    lp.setObjective(pulp.LpAffineExpression([(y, 1.0) for y in opens.values()]))
    report = run(lp, time_limit_s=clock.left_s, node_limit=_CUT_NODES, absolute_gap=0.99)
    if report.interrupted:
        raise KeyboardInterrupt
    return 1.0 if report.bound is None else max(1.0, float(math.ceil(report.bound - 1e-6)))

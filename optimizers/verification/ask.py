"""What only solving again can check: is there a plan in this part that is better? Asked of CBC, the other solver.

y_j open, x_ij part of row i served by j, z_ik step k of row i left out, all rows as the problem has them
sum_j y_j size_kj <= room_k,  sum_j x_ij + z_i1 >= 1,  x_ij <= y_j,  or for counted rows  sum_j y_j + sum_k z_ik >= K
value < the claim
"""

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pulp

from optimizers.arrays import Bools
from optimizers.clock import Clock
from optimizers.solution import PROOF_TOLERANCE
from optimizers.solvers import run
from optimizers.verification.posed import Posed
from optimizers.verification.question import Question

Terms = list[tuple[Any, float]]
_AT_MOST_S = 3600.0
_NODES = 100_000_000
_HAIR = 1e-7  # of a step: a bound this far above a possible value is that value
NOT_CHECKED = "a solver's claim could not be re-checked in the time allowed."


def refuted(question: Question, form: Posed, opened: Bools, closed: Bools, value: float | None, clock: Clock) -> str:
    """A sentence saying why the claim does not stand that no plan of the part has a value below this; "" when it does.

    A value of None or inf asks for any plan at all.
    """
    if value is not None and value <= 0.0:
        return ""  # nothing costs less than nothing
    lp = pulp.LpProblem("again", pulp.LpMinimize)
    opens = [
        lp.add_variable(f"y_{j}", float(opened[j]), float(not closed[j]), pulp.LpInteger) for j in range(opened.size)
    ]
    if any(o and c for o, c in zip(opened, closed, strict=True)):
        return ""
    served, terms, constant = _rows(lp, form, opens)
    terms += [(y, float(c)) for y, c in zip(opens, form.open_cost, strict=True) if c]
    for size, room in zip(form.size, form.room, strict=True):
        add_at_most(lp, [(y, float(s)) for y, s in zip(opens, size, strict=True) if s], float(room))
    _add_floors(lp, question, opens)
    if form.site_room is not None and question.options["choice"] == "nearest":
        _add_own_choice(lp, question, form, opens, served)
    limit = np.inf
    if value is not None and np.isfinite(value):
        limit = refuting(value, form.step, PROOF_TOLERANCE * max(abs(value), abs(form.objective(value))))
        add_at_most(lp, terms, limit - constant)
    lp.setObjective(pulp.LpAffineExpression(terms))
    if clock.is_up:
        return NOT_CHECKED
    return answer(lp, constant, limit, clock)


def refuting(bound: float, step: float, hair: float) -> float:
    """The largest value that refutes a bound: half a step above the last possible one below it, else a hair less."""
    if step > 2.0 * hair:
        return step * (math.ceil(bound / step - _HAIR) - 0.5)
    return bound - hair


def answer(lp: Any, constant: float, limit: float, clock: Clock) -> str:
    """Ask CBC whether the model has a plan; "" when it is certain that there is none with a value up to the limit."""
    report = run(lp, time_limit_s=min(clock.left_s, _AT_MOST_S), node_limit=_NODES, solver="cbc")
    # CBC may pass the limit by its tolerance; its best value then says that there is nothing better.
    if report.infeasible or (report.proven and report.objective is not None and report.objective + constant > limit):
        return ""
    return "a solver's claim is wrong: a better plan exists." if report.found else NOT_CHECKED


def _rows(lp: Any, form: Posed, opens: list[Any]) -> tuple[dict[tuple[int, int], Any], Terms, float]:
    """Variables and constraints of the rows: the parts served, the terms of the value, and its constant."""
    n, steps = form.gain.shape
    pairs: list[list[int]] = [[] for _ in range(n)]
    for k, i in enumerate(form.row.tolist()):
        pairs[i].append(k)
    served: dict[tuple[int, int], Any] = {}
    terms: Terms = []
    for i in range(n):
        if form.gain[i].max() <= 0:
            continue
        missing = [
            (lp.add_variable(f"z_{i}_{k}", 0, 1, pulp.LpInteger if steps > 1 else pulp.LpContinuous), float(gain))
            for k, gain in enumerate(form.gain[i]) if np.isfinite(gain)
        ]  # fmt: skip
        terms += missing
        for (first, _), (second, _) in pairwise(missing):
            add_at_most(lp, [(first, 1.0), (second, -1.0)], 0.0)  # the first step is the last to be left out
        sites = [opens[form.site[k]] for k in pairs[i]]
        if form.cost is not None:
            sites = [_served(lp, form, k, opens, served, terms) for k in pairs[i]]
        add_at_least(lp, [(v, 1.0) for v in [*sites, *(z for z, _ in missing)]], float(steps))
    if form.site_room is not None:
        _add_rooms(lp, form, opens, served)
    return served, terms, form.constant


def _served(lp: Any, form: Posed, k: int, opens: list[Any], served: dict[tuple[int, int], Any], terms: Terms) -> Any:
    assert form.cost is not None
    i, j = int(form.row[k]), int(form.site[k])
    x = lp.add_variable(f"x_{i}_{j}", 0, 1)
    add_at_most(lp, [(x, 1.0), (opens[j], -1.0)], 0.0)
    if form.cost[k]:
        terms.append((x, float(form.cost[k])))
    served[i, j] = x
    return x


def _add_rooms(lp: Any, form: Posed, opens: list[Any], served: dict[tuple[int, int], Any]) -> None:
    assert form.weight is not None
    assert form.site_room is not None
    loads: list[Terms] = [[(y, -float(room))] for y, room in zip(opens, form.site_room, strict=True)]
    for (i, j), x in served.items():
        loads[j].append((x, float(form.weight[i])))
    for load in loads:
        add_at_most(lp, load, 0.0)


def _add_floors(lp: Any, question: Question, opens: list[Any]) -> None:
    """Rows beyond the threshold hold at most what the floor leaves over."""
    if not question.floors:
        return
    near: list[list[int]] = [[] for _ in range(question.problem.n_demand)]
    for i, j in zip(question.row[question.near].tolist(), question.site[question.near].tolist(), strict=True):
        near[i].append(j)
    beyond = [lp.add_variable(f"u_{i}", 0, 1) for i in range(len(near))]
    for u, sites in zip(beyond, near, strict=True):
        add_at_least(lp, [(u, 1.0), *((opens[j], 1.0) for j in sites)], 1.0)
    for weight, share in question.floors:
        slack = 1e-9 * float(weight.sum())
        add_at_most(
            lp,
            [(u, float(w)) for u, w in zip(beyond, weight, strict=True) if w],
            (1.0 - share) * float(weight.sum()) + slack,
        )


def _add_own_choice(
    lp: Any, question: Question, form: Posed, opens: list[Any], served: dict[tuple[int, int], Any]
) -> None:
    """Everybody goes to the nearest open site, the lowest position among equals: if j is open, none goes farther."""
    minutes = {(int(i), int(j)): t for i, j, t in zip(question.row, question.site, question.minutes, strict=True)}
    order: dict[int, list[tuple[float, int]]] = {}
    for i, j in served:
        order.setdefault(i, []).append((float(minutes[i, j]), j))
    for i, sites in order.items():
        nearer: Terms = []
        for _, j in sorted(sites):
            nearer.append((served[i, j], 1.0))
            add_at_least(lp, [*nearer, (opens[j], -1.0)], 0.0)


def add_at_most(lp: Any, terms: Terms, most: float) -> None:
    """Add a constraint; one without terms is either nothing or impossible, which a variable of 0 says to PuLP."""
    terms = terms or [(lp.add_variable(f"nothing_{len(lp.variables())}", 0, 0), 1.0)]
    lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintLE, rhs=most))


def add_at_least(lp: Any, terms: Terms, least: float) -> None:
    """The same the other way round."""
    add_at_most(lp, [(variable, -factor) for variable, factor in terms], -least)

"""The smallest change that makes a plan possible: more sites, more yuan, more room or lower floors, by a small model.

    minimise    sum_j y_j,  or sum_j f_j y_j,  or sum_j e_j,  or d
    subject to  sum_j y_j <= p,  sum_j f_j y_j <= B               but for the one that is sought
                sum_{j serves i} y_j >= 1                         for each row i that must be served
                sum_i w_gi c_i + d W_g >= F_g W_g,  c_i <= sum_{j near i} y_j        for each floor
    capacities  sum_j x_ij = 1,  x_ij <= y_j,  sum_i w_i x_ij <= C_j y_j + e_j
    own choice  sum_k x_ik >= y_j over the sites k that are nearer to i than j, or j itself

| symbol | unit | meaning |
|--------|------|---------|
| y_j, c_i, x_ij | 0/1, share, share | site j is open; row i is near an open site; part of row i that j serves |
| d, e_j | share, weight | by which floors are lowered; room that site j needs besides its own; 0 unless sought |
| w_gi, W_g, F_g | weight, weight, share | group g in row i, in all, and its floor |
| w_i, C_j, f_j | weight, weight, yuan | of row i and site j; f_j is 0 for sites that are open already |

For capacitated coverage a row is served within its threshold or not at all, and only own choice overfills a site.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pulp
from scipy import sparse

from optimizers.arrays import Bools, Floats, Ints
from optimizers.centre.exact import essential_rows
from optimizers.clock import Clock
from optimizers.coverage import near, rows_of
from optimizers.infeasible.ask import UNASKED, Asked
from optimizers.infeasible.conflict import between, enough_of, share_given, share_of, ways
from optimizers.problem import LocationProblem
from optimizers.request import Request
from optimizers.solvers import run

_MOST_PAIRS = {True: 60_000, False: 200_000}  # with capacities, and without
_HAIR = 1e-7  # of all demand: less room than this is rounding
_VAGUE = 0.2  # of a group: a lowering known no better than this helps nobody
_NONE = float("inf")


@dataclass(frozen=True, eq=False)
class Needs:
    """What plans must keep, as plain arrays.

    Attributes:
        row, site: pairs that may serve, nearest first within each row.
        near: of these pairs, for the floors.
        must: rows that must be served.
        floors: weight of each row and share of it, for each floor that asks for something.
        own_choice: people go to the nearest open site.
        has_room: sites are limited by capacities.
        clock: of all questions together.
    """

    problem: LocationProblem
    request: Request
    row: Ints
    site: Ints
    near: Bools
    must: Bools
    floors: tuple[tuple[Floats, float], ...]
    own_choice: bool
    has_room: bool
    clock: Clock


def needs_of(problem: LocationProblem, model: str, request: Request, clock: Clock) -> Needs:
    """Read the question."""
    times, has_room = problem.travel_time_min, model.startswith("capacitated")
    usable, close = ~problem.closed_for_good[times.indices], np.zeros(times.nnz, dtype=np.bool_)
    if request.threshold_min is not None:
        close = near(problem, request.threshold_min)
    share = float(request.options.get("cover_share", 1.0))
    if model == "capacitated_coverage" or (model == "set_cover" and share >= 1.0):
        usable &= close
    serves = model not in ("max_coverage", "backup_coverage", "capacitated_coverage")
    serves &= not (model == "lexicographic" and bool(request.options.get("levels")))
    serves &= share >= 1.0 and (problem.unserved_cost is None or model in ("set_cover", "p_center", "lexicographic"))
    floors = [(group.weight, group.floor) for group in problem.groups if group.floor > 0]
    if share < 1.0:
        floors.append((problem.weight, share))
    places = np.flatnonzero(usable)
    row, site = rows_of(times.indptr, places), times.indices[places].astype(np.int64)
    order = np.lexsort((site, times.data[places], row))
    return Needs(
        problem, request, row[order], site[order], close[places[order]], (problem.weight > 0) & serves,
        tuple((w, f) for w, f in floors if w.any()), request.options.get("choice") == "nearest", has_room,
        clock,
    )  # fmt: skip


def is_small(needs: Needs) -> bool:
    """True where a model of the question is soon solved."""
    return needs.row.size <= _MOST_PAIRS[needs.has_room]


def mend_of(needs: Needs) -> str:
    """Each way that alone is enough; "" where the question is too large, the time is up or no single way is."""
    if not is_small(needs):
        return ""
    request, changes = needs.request, []
    if request.p is not None:
        found, _ = least(needs, "sites")
        if found.tells:
            changes.append(between("p", max(found.least, request.p + 1.0), found.enough))
    if request.budget_yuan is not None:
        found, _ = least(needs, "yuan")
        if found.tells:
            changes.append(_yuan(found, request.budget_yuan))
    if not changes and request.p is not None and request.budget_yuan is not None:
        changes.append(_both(needs))
    if needs.floors:
        changes.append(_lowered(needs))
    if needs.has_room:
        changes += _roomier(needs)
    return ways(*changes)


def _yuan(found: Asked, budget: float) -> str:
    if found.least <= budget:
        return between("budget_yuan", budget, found.enough, "yuan", more=True)
    return between("budget_yuan", found.least, found.enough, "yuan")


def _both(needs: Needs) -> str:
    """Neither more sites nor more yuan alone: as few sites as can be, and what these cost."""
    sites, _ = least(replace(needs, request=replace(needs.request, budget_yuan=None)), "sites")
    if sites.enough is None:
        return ""
    yuan, _ = least(replace(needs, request=replace(needs.request, p=round(sites.enough))), "yuan")
    if yuan.enough is None:
        return ""
    return f"p = {sites.enough:.10g} with budget_yuan = {enough_of(yuan.enough)} yuan is enough"


def _lowered(needs: Needs) -> str:
    found, _ = least(needs, "floor")
    if found.enough is None or found.enough - found.least > _VAGUE:
        return ""
    known = "" if found.enough - found.least <= 2e-4 else f"; at least {share_of(found.least)} is needed"
    return f"every floor lower by {share_given(found.enough)} of the group{known}"


def _roomier(needs: Needs) -> list[str]:
    """More room, planned instead of own choice, a price for those left out."""
    changes = []
    found, extra = least(needs, "room")
    if found.enough is not None and extra.any():
        parts = [f"{enough_of(extra[j])} at site {j}" for j in np.flatnonzero(extra).tolist()]
        more = "" if found.enough <= found.least * (1.0 + 1e-6) else f", and no less than {found.least:.10g} is"
        changes.append(f"{enough_of(float(extra.sum()))} more of capacity is enough{more}: {', '.join(parts)}")
    if needs.own_choice:
        planned, extra = least(replace(needs, own_choice=False), "room")
        if planned.enough is not None and not extra.any():
            changes.append("choice = 'planned', which may send people elsewhere or split a row, has a plan")
    elif needs.must.any():
        changes.append("an unserved_cost, so that some may be left out")
    return changes


def least(needs: Needs, sought: str) -> tuple[Asked, Floats]:
    """The least number of sites, yuan, room or lowering, inf where no amount helps; and the room sites are short of.

    Nothing is known of it when the time is up.

    Raises:
        KeyboardInterrupt: the user wants no more of it.
    """
    if needs.clock.is_up:
        return UNASKED, np.zeros(needs.problem.n_sites)
    problem, request = needs.problem, needs.request
    lp = pulp.LpProblem("mending", pulp.LpMinimize)
    fixed, closed = problem.open_already, problem.closed_for_good
    opens = [
        lp.add_variable(f"y_{j}", float(fixed[j]), float(not closed[j]), pulp.LpInteger) for j in range(problem.n_sites)
    ]
    more = [lp.add_variable(f"e_{j}", 0, None if sought == "room" else 0) for j in range(problem.n_sites)]
    lower = lp.add_variable("d", 0, 1 if sought == "floor" else 0)
    cost = np.zeros(problem.n_sites) if request.budget_yuan is None else problem.site_cost_yuan
    each = [(y, 1.0) for y in opens]
    yuan = list(zip(opens, np.where(fixed, 0.0, cost).tolist(), strict=True))
    if request.p is not None and sought != "sites":
        _at_most(lp, each, float(request.p))
    if request.budget_yuan is not None and sought != "yuan":
        _at_most(lp, yuan, float(request.budget_yuan))
    if needs.has_room:
        _add_rooms(lp, needs, opens, more)
    else:
        _add_reach(lp, needs, opens)
    _add_floors(lp, needs, opens, lower)
    wanted = {"sites": each, "yuan": yuan, "room": [(e, 1.0) for e in more], "floor": [(lower, 1.0)]}
    lp.setObjective(pulp.LpAffineExpression(wanted[sought]))
    report = run(lp, time_limit_s=needs.clock.left_s, absolute_gap=1e-4 if sought == "floor" else 0.0)
    if report.interrupted:
        raise KeyboardInterrupt
    if report.infeasible:
        return Asked(_NONE, None), np.zeros(problem.n_sites)
    extra = np.array([e.varValue or 0.0 for e in more]) if report.found else np.zeros(problem.n_sites)
    hair = _HAIR * float(problem.weight.sum())
    enough = report.objective
    if report.found and sought in ("sites", "yuan"):
        enough = math.fsum(round(y.varValue or 0.0) * cost for y, cost in wanted[sought])  # without the solver's crumbs
    return Asked(max(report.bound or 0.0, 0.0), enough), np.where(extra > hair, extra, 0.0)


def _kinds(needs: Needs, pairs: Bools, wanted: Bools) -> dict[bytes, list[int]]:
    """Rows by the sites that they see."""
    row, site = needs.row[pairs], needs.site[pairs]
    order = np.lexsort((site, row))
    row, site = row[order], site[order]
    start = np.searchsorted(row, np.arange(needs.problem.n_demand + 1))
    kinds: dict[bytes, list[int]] = {}
    for i in np.flatnonzero(wanted).tolist():
        kinds.setdefault(site[start[i] : start[i + 1]].tobytes(), []).append(i)
    return kinds


def _add_reach(lp: Any, needs: Needs, opens: list[Any]) -> None:
    """Everybody who must be served has an open site; rows that see all that another one sees need not be said."""
    rows = [np.frombuffer(seen, dtype=np.int64) for seen in _kinds(needs, np.ones_like(needs.near), needs.must)]
    indptr = np.cumsum([0, *(sites.size for sites in rows)])
    site = np.concatenate([np.zeros(0, dtype=np.int64), *rows])
    table = sparse.csr_array((np.ones(site.size), site, indptr), shape=(len(rows), len(opens)))
    for k in np.flatnonzero(essential_rows(table)).tolist():
        _at_most(lp, [(opens[j], -1.0) for j in rows[k].tolist()], -1.0)


def _add_floors(lp: Any, needs: Needs, opens: list[Any], lower: Any) -> None:
    """Enough of each group is near, less what the floors are lowered by."""
    if not needs.floors:
        return
    wanted = np.any([weight > 0 for weight, _ in needs.floors], axis=0)
    covers: list[tuple[list[int], Any]] = []
    for seen, members in _kinds(needs, needs.near, wanted).items():
        if seen:
            c = lp.add_variable(f"c_{members[0]}", 0, 1)
            covers.append((members, c))
            sites = np.frombuffer(seen, dtype=np.int64).tolist()
            _at_most(lp, [(c, 1.0), *((opens[j], -1.0) for j in sites)], 0.0)
    for weight, floor in needs.floors:
        total = float(weight.sum())
        terms = [(c, -share) for rows, c in covers if (share := math.fsum(weight[rows].tolist()) / total) > 0]
        _at_most(lp, [*terms, (lower, -1.0)], -floor)


def _add_rooms(lp: Any, needs: Needs, opens: list[Any], more: list[Any]) -> None:
    """Who is served where, and what that takes of each site."""
    problem = needs.problem
    loads: list[list[tuple[Any, float]]] = [[] for _ in opens]
    starts = np.searchsorted(needs.row, np.arange(problem.n_demand + 1))
    for i in np.flatnonzero(problem.weight > 0).tolist():
        parts: list[tuple[Any, float]] = []
        for j in needs.site[starts[i] : starts[i + 1]].tolist():
            x = lp.add_variable(f"x_{i}_{j}", 0, 1)
            parts.append((x, -1.0))
            loads[j].append((x, float(problem.weight[i])))
            _at_most(lp, [(x, 1.0), (opens[j], -1.0)], 0.0)
            if needs.own_choice:
                _at_most(lp, [(opens[j], 1.0), *parts], 0.0)
        _at_most(lp, [(x, 1.0) for x, _ in parts], 1.0)
        if needs.must[i]:
            _at_most(lp, parts, -1.0)
    total, must = float(problem.weight.sum()), float(problem.weight[needs.must].sum())
    room = np.minimum(problem.capacity, total).tolist()
    # Follows from the rest; with it the solver knows at once how many sites must open at least.
    _at_most(lp, [*zip(opens, (-each for each in room), strict=True), *((e, -1.0) for e in more)], -must)
    for j, load in enumerate(loads):
        _at_most(lp, [*load, (opens[j], -min(float(problem.capacity[j]), total)), (more[j], -1.0)], 0.0)


def _at_most(lp: Any, terms: list[tuple[Any, float]], most: float) -> None:
    """Add a constraint; PuLP is told with a variable of 0 of one that has no terms."""
    terms = terms or [(lp.add_variable(f"nothing_{len(lp.variables())}", 0, 0), 1.0)]
    lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintLE, rhs=most))

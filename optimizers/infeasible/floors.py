"""Floors that cannot be kept: by a group alone, or by all of them together."""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pulp

from optimizers.arrays import Bools, Floats
from optimizers.coverage import near, needed_weight, out_of_reach
from optimizers.infeasible.ask import ask, seconds_for
from optimizers.infeasible.conflict import Conflict, between, named, sentence_of, share_of, spelt, ways
from optimizers.infeasible.reach import threshold_for
from optimizers.problem import LocationProblem
from optimizers.request import Request
from optimizers.solvers import run

_MOST_PAIRS = 2_000_000


def floors_out_of_reach(problem: LocationProblem, request: Request) -> Conflict | None:
    """Groups whose floor is missed even with every allowed site open."""
    threshold = request.threshold_min
    if threshold is None or not problem.groups:
        return None
    everyone = LocationProblem(np.ones(problem.n_demand), problem.travel_time_min, forbidden=problem.forbidden)
    lost = out_of_reach(everyone, threshold)
    missed, sentences, changes = [], [], []
    for g, group in enumerate(problem.groups):
        total = float(group.weight.sum())
        most = total - float(group.weight[lost].sum())
        if most < needed_weight(group.floor, group.weight):
            missed.append(g)
            sentences.append(f"group {g} reaches {share_of(most / total)}, its floor is {share_of(group.floor)}")
            longer = threshold_for(problem, threshold, group.weight, group.floor)
            changes.append(f"a floor of {share_of(most / total)} for group {g}" + (f", or {longer}" if longer else ""))
    if not missed:
        return None
    rows = lost[np.any([problem.groups[g].weight[lost] > 0 for g in missed], axis=0)]
    return Conflict(
        rows=tuple(rows.tolist()),
        groups=tuple(missed),
        sentence=sentence_of(f"with every allowed site open, within {spelt(threshold)}, {'; '.join(sentences)}"),
        mend=sentence_of("; and ".join(changes)),
    )


def floors_alone(problem: LocationProblem, request: Request) -> Conflict | None:
    """Groups whose floor is missed even when all sites that may open are chosen for that group."""
    for g, group in enumerate(problem.groups):
        total = float(group.weight.sum())
        if request.threshold_min is None or group.floor <= 0 or total <= 0:
            continue
        alone = _for_group(problem, group.weight)
        limits = {"p": request.p, "budget_yuan": request.budget_yuan, "threshold_min": request.threshold_min}
        found = ask(alone, "max_coverage", request, **limits)
        if found.least >= needed_weight(group.floor, group.weight):
            continue
        share = found.least / total
        reached = f"at most {share_of(share)}"
        more = ""
        if request.p is not None and request.budget_yuan is None:
            sites = ask(alone, "set_cover", request, threshold_min=request.threshold_min, cover_share=group.floor)
            more = between("p", max(sites.least, request.p + 1.0), sites.enough) + " for this group alone"
        lower = "" if found.enough is None else f"a floor of {share_of(found.enough / total)} for group {g} can be kept"
        return Conflict(
            groups=(g,),
            sentence=sentence_of(
                f"{_limits(request)} chosen for group {g} alone bring {reached} of it within "
                f"{spelt(request.threshold_min)}, its floor is {share_of(group.floor)}"
            ),
            mend=ways(lower, more),
        )
    return None


def _for_group(problem: LocationProblem, weight: Floats) -> LocationProblem:
    return LocationProblem(
        weight, problem.travel_time_min, site_cost_yuan=problem.site_cost_yuan,
        fixed_open=problem.fixed_open, forbidden=problem.forbidden,
    )  # fmt: skip


def _limits(request: Request) -> str:
    parts = [] if request.p is None else [f"{request.p} sites"]
    if request.budget_yuan is not None:
        parts.append(f"sites for {request.budget_yuan:.10g} yuan")
    return " and ".join(parts)


def floors_together(problem: LocationProblem, request: Request) -> Conflict | None:
    """Floors that contradict one another within the limits on sites."""
    asking = tuple(g for g, group in enumerate(problem.groups) if group.floor > 0)
    if request.threshold_min is None or not asking:
        return None
    more = ""
    if request.p is not None and request.budget_yuan is None:
        found = ask(problem, "set_cover", request, threshold_min=request.threshold_min, cover_share=0.0)
        if found.enough is not None and found.enough <= request.p:
            return None
        more = between("p", max(found.least, request.p + 1.0), found.enough)
    which = "floor" if len(asking) == 1 else "floors"
    return Conflict(
        groups=asking,
        sentence=sentence_of(
            f"{_limits(request)} cannot keep the {which} of {named('group', asking)} at the same time"
        ),
        mend=ways(_lowering(problem, request, asking), more),
    )


def _lowering(problem: LocationProblem, request: Request, asking: Iterable[int]) -> str:
    """The smallest d so that floors lower by d can all be kept, from a mixed-integer model.

        minimise    d
        subject to  sum_i w_gi c_i + d W_g >= F_g W_g for each group g,  c_i <= sum_{j near i} y_j,  c_i <= 1
                    sum_j y_j <= p,  sum_j f_j y_j <= B,  y_j in {0, 1}

    | symbol | unit | meaning |
    |--------|------|---------|
    | w_gi, W_g, F_g | weight, weight, share | group g in row i, in all, and its floor |
    | c_i, y_j | 0..1, 0/1 | row i is near an open site; site j is open |
    | p, f_j, B | sites, yuan, yuan | limits |
    """
    assert request.threshold_min is not None
    times = problem.travel_time_min
    pairs = near(problem, request.threshold_min) & ~problem.closed_for_good[times.indices]
    if int(pairs.sum()) > _MOST_PAIRS:
        return ""
    lp = pulp.LpProblem("lowering", pulp.LpMinimize)
    opens = [
        lp.add_variable(f"y_{j}", float(j in problem.fixed_open), float(j not in problem.forbidden), pulp.LpInteger)
        for j in range(problem.n_sites)
    ]
    covers = _covering(lp, problem, pairs, opens)
    lower = lp.add_variable("d", 0, 1)
    for g in asking:
        weight, total = problem.groups[g].weight, float(problem.groups[g].weight.sum())
        terms = [(c, share) for members, c in covers if (share := math.fsum(weight[members].tolist()) / total) > 0]
        _at_least(lp, [*terms, (lower, 1.0)], problem.groups[g].floor)
    if request.p is not None:
        _at_least(lp, [(y, -1.0) for y in opens], -float(request.p))
    if request.budget_yuan is not None:
        cost = np.where(problem.open_already, 0.0, problem.site_cost_yuan)
        _at_least(lp, [(y, -float(f)) for y, f in zip(opens, cost, strict=True)], -request.budget_yuan)
    lp.setObjective(pulp.LpAffineExpression([(lower, 1.0)]))
    report = run(lp, time_limit_s=seconds_for(request), absolute_gap=1e-4)
    if report.objective is None:
        return ""
    known = "" if report.bound is None or report.proven else f"; at least {share_of(report.bound)} is needed"
    return f"every floor lower by {share_of(report.objective)} of the group{known}"


def _covering(lp: Any, problem: LocationProblem, pairs: Bools, opens: list[Any]) -> list[tuple[list[int], Any]]:
    """A variable for each kind of row that sees the same sites, with the rows of that kind."""
    times = problem.travel_time_min
    kinds: dict[bytes, list[int]] = {}
    for i, (a, b) in enumerate(zip(times.indptr[:-1].tolist(), times.indptr[1:].tolist(), strict=True)):
        kinds.setdefault(times.indices[a:b][pairs[a:b]].tobytes(), []).append(i)
    found = []
    for seen, members in kinds.items():
        if seen:
            c = lp.add_variable(f"c_{members[0]}", 0, 1)
            sites = np.frombuffer(seen, dtype=times.indices.dtype).tolist()
            _at_least(lp, [*((opens[j], 1.0) for j in sites), (c, -1.0)], 0.0)
            found.append((members, c))
    return found


def _at_least(lp: Any, terms: list[tuple[Any, float]], least: float) -> None:
    lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintGE, rhs=least))

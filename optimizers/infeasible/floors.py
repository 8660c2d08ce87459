"""Floors that cannot be kept: by a group alone, or by all of them together."""

import numpy as np

from optimizers.arrays import Floats
from optimizers.coverage import needed_weight, out_of_reach
from optimizers.infeasible.ask import ask
from optimizers.infeasible.conflict import Conflict, between, named, sentence_of, share_kept, share_of, spelt, ways
from optimizers.infeasible.mending import Needs
from optimizers.infeasible.reach import threshold_for
from optimizers.problem import LocationProblem
from optimizers.request import Request


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
            changes.append(
                f"a floor of {share_kept(most / total)} for group {g}" + (f", or {longer}" if longer else "")
            )
    if not missed:
        return None
    rows = lost[np.any([problem.groups[g].weight[lost] > 0 for g in missed], axis=0)]
    return Conflict(
        rows=tuple(rows.tolist()),
        groups=tuple(missed),
        sentence=sentence_of(f"with every allowed site open, within {spelt(threshold)}, {'; '.join(sentences)}"),
        mend=sentence_of("; and ".join(changes)),
    )


def floors_alone(needs: Needs) -> Conflict | None:
    """Groups whose floor is missed even when all sites that may open are chosen for that group."""
    problem, request, clock = needs.problem, needs.request, needs.clock
    for g, group in enumerate(problem.groups):
        total = float(group.weight.sum())
        if request.threshold_min is None or group.floor <= 0 or total <= 0:
            continue
        alone = _for_group(problem, group.weight)
        limits = {"p": request.p, "budget_yuan": request.budget_yuan, "threshold_min": request.threshold_min}
        found = ask(alone, "max_coverage", request, clock, **limits)
        if found.least >= needed_weight(group.floor, group.weight):
            continue
        share = found.least / total
        reached = f"at most {share_of(share)}"
        more = ""
        if request.p is not None and request.budget_yuan is None:
            asked = {"threshold_min": request.threshold_min, "cover_share": group.floor}
            sites = ask(alone, "set_cover", request, clock, **asked)
            more = between("p", max(sites.least, request.p + 1.0), sites.enough) + " for this group alone"
        lower = (
            "" if found.enough is None else f"a floor of {share_kept(found.enough / total)} for group {g} can be kept"
        )
        return Conflict(
            groups=(g,),
            sentence=sentence_of(
                f"{limits_of(request)} chosen for group {g} alone bring {reached} of it within "
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


def limits_of(request: Request) -> str:
    """The limits on sites in words."""
    parts = [] if request.p is None else [f"{request.p} sites"]
    if request.budget_yuan is not None:
        parts.append(f"sites for {request.budget_yuan:.10g} yuan")
    return " and ".join(parts)


def floors_together(needs: Needs) -> Conflict | None:
    """Floors that contradict one another within the limits on sites."""
    problem, request = needs.problem, needs.request
    asking = tuple(g for g, group in enumerate(problem.groups) if group.floor > 0)
    if request.threshold_min is None or not asking:
        return None
    more, is_told = "", False
    if request.p is not None and request.budget_yuan is None:
        asked = {"threshold_min": request.threshold_min, "cover_share": 0.0}
        found = ask(problem, "set_cover", request, needs.clock, **asked)
        if found.enough is not None and found.enough <= request.p:
            return None
        is_told = found.least > request.p
        more = between("p", max(found.least, request.p + 1.0), found.enough)
    if needs.must.any() and not is_told:
        return None  # those who must be served may be in the way as well as the floors
    which = "floor" if len(asking) == 1 else "floors"
    return Conflict(
        groups=asking,
        sentence=sentence_of(
            f"{limits_of(request)} cannot keep the {which} of {named('group', asking)} at the same time"
        ),
        mend=ways(more),
    )

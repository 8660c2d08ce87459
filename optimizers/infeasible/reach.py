"""Rows that no allowed site reaches, and how many sites or yuan it takes to reach everyone."""

import numpy as np

from optimizers.arrays import Floats, Ints
from optimizers.coverage import near, needed_weight, out_of_reach, rows_of
from optimizers.infeasible.ask import Asked, ask
from optimizers.infeasible.conflict import (
    Conflict,
    between,
    enough_of,
    named,
    sentence_of,
    share_kept,
    share_of,
    spelt,
    ways,
)
from optimizers.infeasible.mending import Needs, least, needs_of
from optimizers.problem import LocationProblem


def unreachable(problem: LocationProblem, threshold: float | Floats | None) -> Conflict | None:
    """Rows of positive weight without any allowed site (within the threshold, where there is one)."""
    rows = out_of_reach(problem, threshold)
    if rows.size == 0:
        return None
    within = "" if threshold is None else f" within {spelt(threshold)}"
    verb = "reaches" if rows.size == 1 else "reach"
    longer = "" if threshold is None else _longer(problem, threshold, rows)
    sites = _forbidden_help(problem, threshold, rows)
    who = "it" if rows.size == 1 else "them"
    allowing = f"allowing {named('site', sites)}, forbidden now, would reach {who}" if sites else ""
    return Conflict(
        rows=tuple(rows.tolist()),
        sites=tuple(sites),
        sentence=sentence_of(f"demand {named('row', rows.tolist())} {verb} no allowed site{within}"),
        mend=ways(longer, allowing) or "Nothing leads from there to any site; a nearer site or a new road is needed.",
    )


def nearest_allowed(problem: LocationProblem) -> Floats:
    """Time of each row to the nearest site that is not forbidden, inf where there is none."""
    times = problem.travel_time_min
    pairs = np.flatnonzero(~problem.closed_for_good[times.indices])
    found = np.full(problem.n_demand, np.inf)
    np.minimum.at(found, rows_of(times.indptr, pairs), times.data[pairs])
    return found


def _longer(problem: LocationProblem, threshold: float | Floats, rows: Ints) -> str:
    """The least threshold that would reach the rows; for a threshold by row, how much longer all must be."""
    least = nearest_allowed(problem)[rows]
    some = np.isfinite(least)
    if not some.any():
        return ""
    who = "everybody" if some.all() else f"all but {named('row', rows[~some].tolist())}, from where nothing leads here"
    if np.ndim(threshold) == 0:
        return f"a threshold of {enough_of(least[some].max())} minutes would reach {who}"
    more = float((least[some] - np.asarray(threshold)[rows][some]).max())
    return f"thresholds longer by {enough_of(more)} minutes would reach {who}"


def _forbidden_help(problem: LocationProblem, threshold: float | Floats | None, rows: Ints) -> list[int]:
    """Few forbidden sites that together would reach all these rows: the one that reaches most, over and over."""
    times = problem.travel_time_min
    wanted = np.zeros(problem.n_demand, dtype=np.bool_)
    wanted[rows] = True
    pairs = problem.closed_for_good[times.indices]
    if threshold is not None:
        pairs &= near(problem, threshold)
    places = np.flatnonzero(pairs)
    row, site = rows_of(times.indptr, places), times.indices[places]
    chosen: list[int] = []
    while wanted.any():
        worth = np.bincount(site[wanted[row]], minlength=problem.n_sites)
        best = int(np.argmax(worth))
        if worth[best] == 0:
            return []
        chosen.append(best)
        wanted[row[site == best]] = False
    return sorted(chosen)


def share_out_of_reach(problem: LocationProblem, threshold: float | Floats, share: float) -> Conflict | None:
    """All allowed sites together cover less than this share of the weight."""
    rows = out_of_reach(problem, threshold)
    total = float(problem.weight.sum())
    most = total - float(problem.weight[rows].sum())
    if most >= needed_weight(share, problem.weight):
        return None
    longer = threshold_for(problem, threshold, problem.weight, share)
    return Conflict(
        rows=tuple(rows.tolist()),
        sentence=sentence_of(
            f"all allowed sites together reach {share_of(most / total)} of the weight within {spelt(threshold)}, "
            f"and {share_of(share)} is asked for"
        ),
        mend=ways(f"a share of {share_kept(most / total)} can be reached", longer),
    )


def threshold_for(problem: LocationProblem, threshold: float | Floats, weight: Floats, share: float) -> str:
    """The least threshold within which all allowed sites reach this share of a weight; "" where none does."""
    nearest = nearest_allowed(problem)
    if np.ndim(threshold):
        nearest = nearest - np.asarray(threshold)
    order = np.argsort(nearest, kind="stable")
    enough = np.cumsum(weight[order]) >= needed_weight(share, weight)
    least = float(nearest[order][np.argmax(enough)]) if enough.any() else np.inf
    if not np.isfinite(least):
        return ""
    if np.ndim(threshold):
        return f"thresholds longer by {enough_of(least)} minutes would do"
    return f"a threshold of {enough_of(least)} minutes would do"


def too_few_sites(needs: Needs) -> Conflict | None:
    """So many sites cannot reach everyone, however long people may travel."""
    problem, request = needs.problem, needs.request
    if request.p is None:
        return None
    found = sites_for_all(needs)
    if found.enough is not None and found.enough <= request.p:
        return None
    rows = _apart(problem, request.p + 1 - len(problem.fixed_open))
    because = ""
    if rows.size + len(problem.fixed_open) > request.p:
        also = " and none of the fixed sites" if problem.fixed_open else ""
        because = f": {named('row', rows.tolist())} share no site{also}, so each needs one of its own"
    elif found.least <= request.p and _may_be_another(needs):
        return None
    else:
        rows = rows[:0]
    needed = max(found.least, request.p + 1.0)
    return Conflict(
        rows=tuple(rows.tolist()),
        sentence=sentence_of(f"{request.p} sites cannot reach every demand row{because}"),
        mend=ways(between("p", needed, found.enough)),
    )


def _may_be_another(needs: Needs) -> bool:
    """True where the question has more needs than limits on sites and everyone to serve."""
    return needs.has_room or bool(needs.floors) or needs.request.budget_yuan is not None


def sites_for_all(needs: Needs) -> Asked:
    """How many sites it takes to reach everyone at all, the fixed ones among them."""
    problem = needs.problem
    plain = LocationProblem(
        problem.weight, problem.travel_time_min, fixed_open=problem.fixed_open, forbidden=problem.forbidden
    )
    farthest = float(problem.travel_time_min.data.max(initial=0.0))
    return ask(plain, "set_cover", needs.request, needs.clock, threshold_min=farthest)


def _apart(problem: LocationProblem, enough: int) -> Ints:
    """Rows no two of which share an allowed site, those with the fewest sites first; at most `enough` of them."""
    times = problem.travel_time_min
    allowed, taken = ~problem.closed_for_good, problem.open_already
    found: list[int] = []
    for i in np.argsort(np.diff(times.indptr), kind="stable").tolist():
        sites = times.indices[times.indptr[i] : times.indptr[i + 1]]
        sites = sites[allowed[sites]]
        if problem.weight[i] > 0 and not taken[sites].any():
            found.append(i)
            taken[sites] = True
            if len(found) >= enough:
                break
    return np.array(sorted(found), dtype=np.int64)


def too_small_budget(needs: Needs) -> Conflict | None:
    """The budget does not pay for sites that reach everyone."""
    problem, request = needs.problem, needs.request
    if request.budget_yuan is None:
        return None
    most = LocationProblem(
        problem.weight, problem.travel_time_min, problem.site_cost_yuan, problem.fixed_open, problem.forbidden
    )
    found, _ = least(needs_of(most, "p_median", request, needs.clock), "yuan")
    if found.enough is not None and found.enough <= request.budget_yuan:
        return None
    if found.least <= request.budget_yuan and (needs.has_room or needs.floors):
        return None  # it is not known whether the budget or something else is in the way
    if found.least <= request.budget_yuan:
        more = between("budget_yuan", request.budget_yuan, found.enough, "yuan", more=True)
    else:
        more = between("budget_yuan", found.least, found.enough, "yuan") if found.least < np.inf else ""
    also = f" in {request.p} sites" if request.p is not None else ""
    return Conflict(
        sentence=sentence_of(f"{request.budget_yuan:.10g} yuan do not pay for sites{also} that reach every demand row"),
        mend=ways(more),
    )

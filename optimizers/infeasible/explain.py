"""One look after the other, the cheap and certain ones first."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from optimizers.infeasible.ask import UNASKED, clock_for
from optimizers.infeasible.capacity import too_full
from optimizers.infeasible.conflict import Conflict, named, sentence_of
from optimizers.infeasible.floors import floors_alone, floors_out_of_reach, floors_together, limits_of
from optimizers.infeasible.mending import Needs, is_small, least, mend_of, needs_of
from optimizers.infeasible.reach import share_out_of_reach, too_few_sites, too_small_budget, unreachable
from optimizers.problem import LocationProblem
from optimizers.request import Request

_Look = Callable[[], Conflict | None]
_PARTS = (
    (" is enough, and nothing less is", " or more is needed"),
    (" is enough, and the least that is", " may do, and the least"),
    (" floor of ", " floor of at most "),
    (" would do", " or more is needed"),
)
"""Words for what is enough, and for what is only needed."""
_HAIR = 1e-6  # of a floor


def explain(problem: LocationProblem, model: str, request: Request) -> Conflict | None:
    """What makes a question infeasible, after `solve` has proven that it is; None where none of the looks tells.

    The request is the completed one, with its options filled in. The smaller questions together take 2 seconds, or a
    tenth of the time limit where that is less; what they do not answer by then is left unsaid.

    Raises:
        KeyboardInterrupt: the user wants no more of it.
    """
    needs = needs_of(problem, model, request, clock_for(request))
    if (found := _out_of_reach(problem, request, needs)) is not None:
        return found
    for look in _within_limits(problem, request, needs):
        if (found := look()) is not None:
            return replace(found, mend=_mend(found, needs))
    return None


def _mend(found: Conflict, needs: Needs) -> str:
    """What is enough for one need is only a part of what is enough for all; the small model asks for all."""
    whole = mend_of(needs)
    if whole and not needs.clock.is_up:
        return whole
    return " ".join(filter(None, (_part(found.mend, needs), whole)))


def _out_of_reach(problem: LocationProblem, request: Request, needs: Needs) -> Conflict | None:
    """What no number of sites mends, with everything that is in the way."""
    threshold = request.threshold_min if "cover_share" in request.options else None
    share = float(request.options.get("cover_share", 1.0))
    looks = (
        unreachable(problem, threshold) if needs.must.any() else None,
        share_out_of_reach(problem, threshold, share) if threshold is not None and share < 1.0 else None,
        floors_out_of_reach(problem, request),
    )
    found = [look for look in looks if look is not None]
    if not found:
        return None
    whole = Conflict(
        rows=tuple(sorted({i for each in found for i in each.rows})),
        groups=found[-1].groups,
        sites=found[0].sites,
        sentence=" ".join(each.sentence for each in found),
        mend=sentence_of("; and ".join(f"{each.mend[0].lower()}{each.mend[1:-1]}" for each in found)),
    )
    if request.p is None and request.budget_yuan is None:
        return whole
    # What all sites reach together is not yet what those within the limits reach.
    return replace(whole, mend=" ".join(filter(None, (mend_of(needs), _part(whole.mend, needs)))))


def _part(mend: str, needs: Needs) -> str:
    """The words for what is needed, where it need not be enough."""
    no_limits = needs.request.p is None and needs.request.budget_yuan is None and not needs.has_room
    if no_limits or (not needs.must.any() and len(needs.floors) == 1):
        return mend
    for whole, part in _PARTS:
        mend = mend.replace(whole, part)
    return mend


def _within_limits(problem: LocationProblem, request: Request, needs: Needs) -> Iterator[_Look]:
    """What more sites, yuan, room or lower floors mend."""
    if needs.must.any():
        if needs.has_room:
            yield lambda: too_full(problem, request)
        yield lambda: too_few_sites(needs)
        yield lambda: too_small_budget(needs)
    if needs.has_room:
        yield lambda: _overfilled(needs)
    elif request.p is not None or request.budget_yuan is not None:
        yield lambda: floors_alone(needs)
        yield lambda: floors_together(needs)
        yield lambda: _not_at_once(problem, needs)


def _not_at_once(problem: LocationProblem, needs: Needs) -> Conflict | None:
    """Sites that reach everybody, and others that keep the floors, but none that do both."""
    if not needs.must.any() or not needs.floors:
        return None
    found = least(needs, "floor")[0] if is_small(needs) else UNASKED
    if found.enough is not None and found.enough <= _HAIR:
        return None
    asking = tuple(g for g, group in enumerate(problem.groups) if group.floor > 0)
    return Conflict(
        groups=asking,
        sentence=sentence_of(
            f"{limits_of(needs.request)} cannot reach every demand row and keep the floor of {named('group', asking)} "
            "at the same time"
        ),
    )


def _overfilled(needs: Needs) -> Conflict | None:
    """Capacities that no simpler reason explains."""
    found, extra = least(needs, "room") if is_small(needs) else (UNASKED, np.zeros(0))
    if found.enough is not None and not extra.any():
        return None
    request = needs.request
    limits = [] if request.p is None else [f"p = {request.p}"]
    limits += [] if request.budget_yuan is None else [f"{request.budget_yuan:.10g} yuan"]
    within = f" within {' and '.join(limits)}" if limits else ""
    sites = np.flatnonzero(extra).tolist()
    short = "" if found.enough is None else f" by {found.enough:.10g}"
    if needs.own_choice:
        where = f"; it is least{short} in all, at {named('site', sites)}" if sites else ""
        words = f"whichever sites open{within}, people at their nearest one overfill some{where}"
    else:
        words = f"no sites{within} have room within reach for everybody: the best fall short{short}"
    return Conflict(sites=tuple(sites), sentence=sentence_of(words))

"""One look after the other, the cheap and certain ones first."""

from collections.abc import Callable, Iterator

from optimizers.infeasible.capacity import too_full
from optimizers.infeasible.conflict import Conflict
from optimizers.infeasible.floors import floors_alone, floors_out_of_reach, floors_together
from optimizers.infeasible.reach import share_out_of_reach, too_few_sites, too_small_budget, unreachable
from optimizers.problem import LocationProblem
from optimizers.request import Request

_EVERYBODY = ("p_center", "lexicographic", "p_median", "kolm_pollak", "fixed_charge")
_CAPACITATED = ("capacitated_p_median", "capacitated_fixed_charge")


def explain(problem: LocationProblem, model: str, request: Request) -> Conflict | None:
    """What makes a question infeasible, after `solve` has proven that it is; None where none of the looks tells.

    The request is the completed one, with its options filled in. Takes a few seconds at most.
    """
    for look in _looks(problem, model, request):
        found = look()
        if found is not None:
            return found
    return None


def _looks(problem: LocationProblem, model: str, request: Request) -> Iterator[Callable[[], Conflict | None]]:
    share = float(request.options.get("cover_share", 1.0))
    threshold = request.threshold_min
    if model == "set_cover" and threshold is not None:
        limit = threshold
        yield lambda: unreachable(problem, limit) if share >= 1.0 else share_out_of_reach(problem, limit, share)
    everybody = _serves_everybody(problem, model, request)
    if everybody:
        yield lambda: unreachable(problem, None)
    yield lambda: floors_out_of_reach(problem, request)
    if everybody:
        if model in _CAPACITATED:
            yield lambda: too_full(problem, request)
        yield lambda: too_few_sites(problem, request)
        yield lambda: too_small_budget(problem, request)
    if request.p is not None or request.budget_yuan is not None:
        yield lambda: floors_alone(problem, request)
        yield lambda: floors_together(problem, request)


def _serves_everybody(problem: LocationProblem, model: str, request: Request) -> bool:
    """Every row of positive weight must be served, however long it takes."""
    if model == "p_center":
        return True
    if model == "lexicographic":
        return not request.options.get("levels")
    return model in _EVERYBODY + _CAPACITATED and problem.unserved_cost is None

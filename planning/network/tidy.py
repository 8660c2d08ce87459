"""What a plan can do without: modules and buildings that nobody would miss, left open where money is to spare.

A module goes when what is left at its site still gives all that is delivered there; a building goes with its last
module, and opens no earlier than its first. Deliveries and payments are then made anew. The plan is kept as it was
found where that would worsen an aim.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import numpy.typing as npt

from optimizers.network import FREE, NEVER, NetworkProblem, NetworkSolution, deliver
from optimizers.network.aims import is_minimised
from optimizers.network.choice import gap_of
from optimizers.network.recount import Recount

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_SAME: Final = 1e-6  # of an aim: the millionth that solvers leave
_TRACE: Final = 1e-6  # units a year that are nothing


def tidied(problem: NetworkProblem, solution: NetworkSolution, give: float = 0.0) -> NetworkSolution:
    """The solution without modules and free forms that it does not need, if that is as good for every aim.

    Args:
        give: as the solution was asked for.
    """
    if solution.objective is None or "least_regret" in solution.aims:
        return solution
    modules = needed_modules(problem, solution)
    forms = needed_forms(problem, solution, modules)
    if np.array_equal(modules, solution.module_year) and np.array_equal(forms, solution.form_year):
        return solution
    found = deliver(problem, forms, modules, aims=solution.aims, give=give)
    if found.objective is None or not _as_good(problem, found, solution):
        return solution
    known = {key: getattr(solution, key) for key in ("status", "bound", "gap", "reason", "seconds", "solver", "stages")}
    return _improved(replace(found, objective=solution.objective, **known), float(found.objective))


def _improved(plan: NetworkSolution, value: float) -> NetworkSolution:
    """The plan with the value it has now, where money that is free again delivers more than before."""
    last = plan.stages[-1]
    least = is_minimised(last.aim)
    better = last.objective - value if least else value - last.objective
    if better <= _SAME * max(1.0, abs(last.objective)):
        return plan
    bound = min(last.bound, value) if least else max(last.bound, value)
    stages = (*plan.stages[:-1], replace(last, objective=value, bound=bound))
    return replace(plan, objective=value, bound=bound, gap=gap_of(value, bound), stages=stages)


def needed_modules(problem: NetworkProblem, solution: NetworkSolution) -> Ints:
    """(K,) first years of the modules that something is delivered by; training stays.

    Of modules of one kind at one site the last to open and the dearest go first.
    """
    first = np.array(solution.module_year, np.int64)
    counted, load = Recount(problem, solution), _most_delivered(problem, solution)
    service, site = np.asarray(problem.module_service), np.asarray(problem.module_site)
    spare = {s: counted.capacity(s) - load[s] for s in range(problem.services)}
    free = np.flatnonzero((np.asarray(problem.module_state) == FREE) & (first >= 0) & (service >= 0))
    yuan = np.asarray(problem.module_capital, float) + np.asarray(problem.module_running, float)
    for k in free[np.lexsort((free, -yuan[free], -first[free]))]:
        left, gives = spare[int(service[k])], float(problem.module_capacity[k])
        if (left[first[k] :, site[k]] >= gives - _TRACE).all():
            left[first[k] :, site[k]] -= gives
            first[k] = NEVER
    return first


def _most_delivered(problem: NetworkProblem, solution: NetworkSolution) -> list[Floats]:
    """[service] (T, m) units a year in the season with most."""
    counted, seasons = Recount(problem, solution), range(len(problem.reach))
    return [
        np.stack([np.max([counted.load(t, a, s) for a in seasons], axis=0) for t in range(problem.years)])
        for s in range(problem.services)
    ]


def needed_forms(problem: NetworkProblem, solution: NetworkSolution, modules: Ints) -> Ints:
    """(F,) first years of the forms that hold a module, were ordered, or that another form hangs on.

    A form that is there for its modules alone opens with the first of them.
    """
    first = np.array(solution.form_year, np.int64)
    site, free = np.asarray(problem.form_site), np.asarray(problem.form_state) == FREE
    used = np.asarray(problem.site_by) >= 0
    on = (np.asarray(problem.module_state) == FREE) & (modules >= 0)
    used[np.asarray(problem.module_site)[on]] = True
    while True:
        kept = (first >= 0) & (~free | used[site])
        hangs_on = problem.form_needs[np.flatnonzero(kept & free)].indices
        more = np.setdiff1d(hangs_on, np.flatnonzero(used))
        if not len(more):
            break
        used[more] = True
    bound = np.asarray(problem.site_by) >= 0
    bound[hangs_on] = True
    begins = np.full(len(problem.site_by), problem.years)
    np.minimum.at(begins, np.asarray(problem.module_site)[on], modules[on])
    later = free & (first >= 0) & ~bound[site]
    return np.where(free & ~used[site], NEVER, np.where(later, np.maximum(first, begins[site]), first))


def _as_good(problem: NetworkProblem, found: NetworkSolution, solution: NetworkSolution) -> bool:
    """No aim is worse."""
    now, then = Recount(problem, found), Recount(problem, solution)
    for aim in solution.aims:
        after, before = now.value(aim) or 0.0, then.value(aim) or 0.0
        worse = after - before if is_minimised(aim) else before - after
        if worse > _SAME * max(1.0, abs(before)):
            return False
    return True

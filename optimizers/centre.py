"""The p-centre by bisection over the distinct travel times (Minieka 1970).

Each test asks whether p sites reach everyone within T minutes. A test that ends without a proof is used to
steer the search but never to raise the bound.
"""

from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from optimizers.arrays import Floats
from optimizers.core import Core
from optimizers.evaluate import evaluate
from optimizers.pose import pose_cover_test
from optimizers.problem import LocationProblem
from optimizers.prove import Proof, is_plan, prove, rules_out_all
from optimizers.request import Request


@dataclass(frozen=True)
class CentreProof:
    """Best sites found (None: no test succeeded) and the least worst time that was not ruled out.

    `bound` is None when it is proven that no choice of sites reaches everyone at all.
    """

    sites: tuple[int, ...] | None
    bound: float | None
    reason: str
    solver: str


@dataclass(frozen=True)
class _Range:
    """Values below position `ruled_out` are impossible; `high` is reached by `sites` (None: not yet)."""

    ruled_out: int
    high: int
    sites: tuple[int, ...] | None = None
    reason: str = ""
    solver: str = ""


def prove_centre(problem: LocationProblem, request: Request, deadline: float) -> CentreProof:
    """Bisect with quick tests first; a thorough request then bisects what they left undecided."""
    values = candidate_times(problem)
    found = _Range(0, values.size)
    for effort in ("quick", "thorough") if request.effort == "thorough" else ("quick",):
        found = _bisect(problem, replace(request, effort=effort), deadline, values, found)
    bound = float(values[found.ruled_out]) if found.ruled_out < values.size else None
    return CentreProof(found.sites, bound, found.reason, found.solver)


def _bisect(problem: LocationProblem, request: Request, deadline: float, values: Floats, known: _Range) -> _Range:
    """Narrow the range; the plan of a successful test is measured, which often skips many values."""
    low, found = known.ruled_out, replace(known, reason="")
    while low < found.high:
        if monotonic() > deadline and found.sites is not None:
            return replace(found, reason="the time limit was reached.")
        # The largest value comes first: it tells whether there is any plan at all.
        middle = (low + found.high) // 2 if found.sites is not None else values.size - 1
        core, proof = _test(problem, request, float(values[middle]), deadline)
        found = replace(found, solver=max(found.solver, proof.solver, key=len))
        if is_plan(core, proof.plan):
            sites = tuple(sorted({*core.opened, *proof.plan.sites.tolist()}))
            high = int(np.searchsorted(values, evaluate(problem, sites).worst_time_min))
            found = replace(found, sites=sites, high=high)
        elif rules_out_all(core, proof.lower):
            low = middle + 1
            found = replace(found, ruled_out=low)
        else:
            low = middle + 1
            found = replace(found, reason=proof.reason)
    return found


def candidate_times(problem: LocationProblem) -> Floats:
    """Distinct times that could be the worst: none below the best that some row can get at all."""
    times = problem.travel_time_min
    rows = np.repeat(np.arange(problem.n_demand), np.diff(times.indptr))
    usable = (problem.weight > 0)[rows] & ~problem.closed_for_good[times.indices]
    if not usable.any():
        return np.zeros(1)
    nearest = np.full(problem.n_demand, np.inf)
    np.minimum.at(nearest, rows[usable], times.data[usable])
    floor = nearest[np.isfinite(nearest)].max()
    return np.unique(times.data[usable & (times.data >= floor)])


def _test(problem: LocationProblem, request: Request, threshold_min: float, deadline: float) -> tuple[Core, Proof]:
    request.say(f"do {request.p} sites reach everyone within {threshold_min:g} minutes?")
    asked = replace(request, threshold_min=threshold_min, gap=0.0, progress=None)
    core = pose_cover_test(problem, asked)
    return core, prove(core, asked, deadline)

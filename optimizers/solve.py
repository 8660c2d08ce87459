"""From a question to an answer: check, search, bound, finish, recompute."""

from dataclasses import dataclass
from time import monotonic

import numpy as np

from optimizers.centre import prove_centre
from optimizers.evaluate import evaluate
from optimizers.models import MODELS
from optimizers.problem import LocationProblem
from optimizers.prove import is_plan, prove, rules_out_all
from optimizers.request import Progress, Request, check_request
from optimizers.solution import PROOF_TOLERANCE, Solution, relative_gap


@dataclass(frozen=True)
class _Finding:
    """Sites (None: no plan), bound on the objective (None: proven that no plan exists), and the story."""

    sites: tuple[int, ...] | None
    bound: float | None
    reason: str
    solver: str


def solve(
    problem: LocationProblem,
    model: str,
    *,
    p: int | None = None,
    budget_yuan: float | None = None,
    threshold_min: float | None = None,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    effort: str = "thorough",
    progress: Progress | None = None,
) -> Solution:
    """Choose sites for one of the `MODELS`; times in minutes, costs in yuan, the limit in seconds.

    At most `p` sites open, the fixed ones among them. `effort="quick"` stops after search and bound. The same
    question gives the same answer, as long as `time_limit_s` (a safety net) is not what ends the run.

    Raises:
        ProblemError: naming every fault of the question at once.
    """
    request = Request(p, budget_yuan, threshold_min, time_limit_s, gap, effort, progress)
    check_request(problem, model, request, MODELS)
    started = monotonic()
    finding = _unreachable(problem, model, request) or _find(problem, model, request, started + time_limit_s)
    return _solution(problem, model, request, finding, monotonic() - started)


def _find(problem: LocationProblem, model: str, request: Request, deadline: float) -> _Finding:
    if MODELS[model].bisects:
        centre = prove_centre(problem, request, deadline)
        return _Finding(centre.sites, centre.bound, centre.reason, centre.solver)
    core = MODELS[model].pose(problem, request)
    proof = prove(core, request, deadline)
    bound = None if rules_out_all(core, proof.lower) else core.objective(proof.lower)
    sites = tuple(sorted({*core.opened, *proof.plan.sites.tolist()}))
    return _Finding(sites if is_plan(core, proof.plan) else None, bound, proof.reason, proof.solver)


def _unreachable(problem: LocationProblem, model: str, request: Request) -> _Finding | None:
    """A finding when some row of positive weight can never be served as the model demands."""
    if model == "max_coverage" or (model == "p_median" and problem.unserved_cost is not None):
        return None
    allowed = np.flatnonzero(~problem.closed_for_good).tolist()
    best = evaluate(problem, allowed, threshold_min=request.threshold_min)
    served = best.reached if best.covered is None else best.covered
    lost = np.flatnonzero(~served & (problem.weight > 0))
    if lost.size == 0:
        return None
    within = "" if request.threshold_min is None else f" within {request.threshold_min:g} minutes"
    shown = ", ".join(str(i) for i in lost[:5])
    reason = f"{lost.size} demand rows reach no allowed site{within}: {shown}{', ...' * (lost.size > 5)}."
    return _Finding(None, None, reason, "check of the data")


def _solution(problem: LocationProblem, model: str, request: Request, finding: _Finding, seconds: float) -> Solution:
    objective = gap = None
    bound, status, reason = finding.bound, "unknown", finding.reason
    if finding.sites is None and bound is None:
        status = "infeasible"
        reason = reason or f"no choice of {request.p} sites reaches every demand row."
    if finding.sites is not None:
        objective = evaluate(problem, finding.sites, model=model, threshold_min=request.threshold_min).objective
        assert objective is not None
        assert bound is not None
        bound = _not_past(objective, bound, MODELS[model].sense)
        gap = relative_gap(objective, bound, float(problem.weight.sum()) if MODELS[model].sense == "max" else 0.0)
        status = "optimal" if gap <= PROOF_TOLERANCE else "feasible"
        reason = "" if status == "optimal" else reason or _stopped(request.gap)
    return Solution(
        model=model, status=status, sites=finding.sites or (), objective=objective, bound=bound, gap=gap,
        reason=reason, seconds=seconds, solver=finding.solver, p=None if request.p is None else int(request.p),
        budget_yuan=request.budget_yuan, threshold_min=request.threshold_min, effort=request.effort,
    )  # fmt: skip


def _stopped(gap: float) -> str:
    return f"stopped within the gap of {gap:g}." if gap else "stopped just short of a proof."


def _not_past(objective: float, bound: float, sense: str) -> float:
    """A bound is never on the wrong side of a plan that exists; rounding may put it there by a hair."""
    return max(objective, bound) if sense == "max" else min(objective, bound)

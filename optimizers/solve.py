"""From a question to an answer: check, search, bound, finish, recompute."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from optimizers.arrays import Floats
from optimizers.capacity.solve import solve_capacitated
from optimizers.centre import prove_centre
from optimizers.certificate import Certificate, digest_of
from optimizers.clock import Clock
from optimizers.coverage import out_of_reach
from optimizers.evaluate import evaluate
from optimizers.finding import Finding
from optimizers.floors import solve_with_floors
from optimizers.incumbent import is_plan, rules_out_all
from optimizers.infeasible import Conflict, explain
from optimizers.lexicographic import prove_lexicographic
from optimizers.models import MODELS
from optimizers.problem import LocationProblem
from optimizers.prove import prove
from optimizers.request import Progress, Request, check_request, has_floors
from optimizers.solution import PROOF_TOLERANCE, ROUNDING, SEED, Solution, relative_gap
from optimizers.verification.digest import problem_digest

_HAIR = 1e-9  # by so much a bound of zero may be off
Engine: TypeAlias = Callable[[LocationProblem, str, Request, Clock], Finding]


def solve(
    problem: LocationProblem,
    model: str,
    *,
    p: int | None = None,
    budget_yuan: float | None = None,
    threshold_min: float | Floats | None = None,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    effort: str = "thorough",
    progress: Progress | None = None,
    start: Any = None,
    seed: int = SEED,
    **options: Any,
) -> Solution:
    """Choose sites for one of the `MODELS`; times in minutes, costs in yuan, the limit in seconds.

    At most `p` sites open, the fixed ones among them; `options` are the knobs of the model, see its row.
    `effort="first"` stops after a first look, `"quick"` after search and bound, `"thorough"` goes on to a proof;
    any of them stops within the `gap` asked for. `start` is a plan to begin from. An interrupt from the keyboard
    returns the best so far. The same question and seed give the same answer, whatever the order of the demand
    rows, as long as `time_limit_s` (a safety net) is not what ends the run.

    Raises:
        ProblemError: naming every fault of the question at once.
    """
    request = Request(p, budget_yuan, threshold_min, time_limit_s, gap, effort, progress, start, seed, options)
    asked = check_request(problem, model, request, MODELS)
    clock = Clock(time_limit_s)
    return _solution(problem, model, asked, _find(problem, model, asked, clock), clock)


def _find(problem: LocationProblem, model: str, request: Request, clock: Clock) -> Finding:
    """The engine of the model's family does the work."""
    family = MODELS[model].family
    lost = _unreachable(problem, model, request)
    if lost is not None:
        return lost
    if has_floors(problem) or float(request.options.get("cover_share", 1.0)) < 1.0:
        return solve_with_floors(problem, model, request, clock)
    if family in _ENGINES:
        return _ENGINES[family](problem, model, request, clock)
    return _of_core(problem, model, request, clock)


_ENGINES: dict[str, Engine] = {
    "centre": lambda problem, model, request, clock: prove_centre(problem, request, clock),
    "capacity": solve_capacitated,
    "lexicographic": lambda problem, model, request, clock: prove_lexicographic(problem, request, clock),
}
"""Families that do more than prove one core."""


def _of_core(problem: LocationProblem, model: str, request: Request, clock: Clock) -> Finding:
    pose = MODELS[model].pose
    assert pose is not None
    core = pose(problem, request)
    proof = prove(core, request, clock, record=True)
    bound = None if rules_out_all(core, proof.lower) else core.objective(proof.lower)
    sites = tuple(sorted({*core.opened, *proof.plan.sites.tolist()})) if is_plan(core, proof.plan) else None
    shown = core.objective(np.inf) if bound is None else bound
    certificate = Certificate(shown, proof.certificate_tree, tuple(getattr(core, "dominated", ())))
    return Finding(sites, bound, proof.reason, proof.solver, certificate)


def _unreachable(problem: LocationProblem, model: str, request: Request) -> Finding | None:
    """A finding when some row of positive weight can never be served as the model demands."""
    row = MODELS[model]
    everyone = row.serves_all and problem.unserved_cost is None
    covers_all = model == "set_cover" and request.options["cover_share"] >= 1.0
    all_reached = model == "p_center" or (model == "lexicographic" and not request.options["levels"])
    if not (everyone or covers_all or all_reached):
        return None
    threshold = request.threshold_min if covers_all else None
    lost = out_of_reach(problem, threshold)
    if lost.size == 0:
        return None
    within = f" within {threshold:g} minutes" if isinstance(threshold, int | float) else ""
    shown = ", ".join(str(i) for i in lost[:5])
    reason = f"{lost.size} demand rows reach no allowed site{within}: {shown}{', ...' * (lost.size > 5)}."
    return Finding(None, None, reason, "check of the data")


def _solution(problem: LocationProblem, model: str, request: Request, finding: Finding, clock: Clock) -> Solution:
    """Everything recomputed from the sites; the status says what was proven and nothing more."""
    objective = gap = conflict = None
    bound, status, reason = finding.bound, "unknown", finding.reason
    if finding.sites is None and bound is None:
        status = "infeasible"
        conflict = _explained(problem, model, request)
        told = [] if conflict is None else [conflict.sentence, conflict.mend]
        reason = " ".join(filter(None, told)) or reason or "no choice of sites answers the question."
    if finding.sites is not None:
        objective = _measured(problem, model, request, finding.sites)
        assert bound is not None
        sense = MODELS[model].sense
        total = float(problem.weight.sum()) if sense == "max" else 0.0
        bound = _not_past(objective, bound, sense, total)
        gap = relative_gap(objective, bound, total)
        proven = gap <= PROOF_TOLERANCE and all(level.status == "optimal" for level in finding.levels)
        status = "optimal" if proven else "feasible"
        reason = "" if status == "optimal" else reason or _stopped(request.gap)
    return Solution(
        model=model, status=status, sites=finding.sites or (), objective=objective, bound=bound, gap=gap,
        reason=reason, seconds=clock.used_s, solver=finding.solver, p=request.p, budget_yuan=request.budget_yuan,
        threshold_min=request.threshold_min, effort=request.effort, seed=request.seed, options=request.options,
        certificate=_sealed(problem, model, request, finding.certificate), allocation=finding.allocation,
        levels=finding.levels, conflict=conflict,
    )  # fmt: skip


def _explained(problem: LocationProblem, model: str, request: Request) -> Conflict | None:
    try:
        return explain(problem, model, request)
    except KeyboardInterrupt:
        return None  # that there is no plan is known; why not is left unsaid


def _measured(problem: LocationProblem, model: str, request: Request, sites: tuple[int, ...]) -> float:
    found = evaluate(problem, sites, model=model, threshold_min=request.threshold_min, **request.options)
    assert found.objective is not None
    return found.objective


def _sealed(
    problem: LocationProblem, model: str, request: Request, certificate: Certificate | None
) -> Certificate | None:
    """The certificate with the fingerprints that show any later change of it or of the problem."""
    if certificate is None:
        return None
    made = problem_digest(
        problem, model, p=request.p, budget_yuan=request.budget_yuan,
        threshold_min=request.threshold_min, options=request.options,
    )  # fmt: skip
    named = replace(certificate, problem_digest=made)
    return replace(named, digest=digest_of(named))


def _stopped(gap: float) -> str:
    return f"stopped within the gap of {gap:g}." if gap else "stopped just short of a proof."


def _not_past(objective: float, bound: float, sense: str, total: float) -> float:
    """A bound is never on the wrong side of a plan that exists; rounding may put it there by a hair.

    Raises:
        ArithmeticError: by more than a hair, which is a fault of the engine and must not pass for a proof.
    """
    kept = max(objective, bound) if sense == "max" else min(objective, bound)
    if abs(kept - bound) > PROOF_TOLERANCE * max(abs(kept), abs(bound)) + ROUNDING * total + _HAIR:
        raise ArithmeticError(f"the bound {bound} has passed the plan {objective}; this is a fault of the engine.")
    return kept

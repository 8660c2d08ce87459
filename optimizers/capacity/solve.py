"""Models with capacities from question to finding: pose, prove, and who is served where.

Where people choose for themselves, a plan is worth what it is worth without capacities; these only rule plans out. So
the engine of the uncapacitated model is asked first: no plan is better than its bound, its certificate can be added up
again, and where its best plan overfills no site, nothing is left to do.
"""

from dataclasses import dataclass, replace

import numpy as np

from optimizers.capacity.allocation import spread
from optimizers.capacity.core import CapacityCore
from optimizers.capacity.pose import pose
from optimizers.certificate import BySolver, Certificate, Step
from optimizers.clock import Clock
from optimizers.finding import Finding
from optimizers.incumbent import is_plan, rules_out_all
from optimizers.median.pose import pose_fixed_charge, pose_p_median
from optimizers.problem import LocationProblem
from optimizers.prove import prove
from optimizers.relaxation import Plan, plan_of
from optimizers.request import Request
from optimizers.solution import relative_gap

_OWN = "own branch and bound with the rule of own choice"
_PLAIN = {"capacitated_p_median": pose_p_median, "capacitated_fixed_charge": pose_fixed_charge}
_HAIR = 1e-9  # relative: less is no difference between two bounds
_SHARE = 0.4
"""Of the time left, what the question without capacities may take."""


@dataclass(frozen=True, eq=False)
class _Proven:
    """A plan, and a bound of the objective with the steps that prove it; None: that there is no plan."""

    plan: Plan
    bound: float | None
    step: Step | None
    reason: str
    solver: str


def solve_capacitated(problem: LocationProblem, model: str, request: Request, clock: Clock) -> Finding:
    """Choose sites for one of the capacitated models; the request is a completed one."""
    core = pose(problem, model, request)
    if np.any(core.capacity < -1e-9 * (1.0 + np.abs(core.capacity))):
        return Finding(None, None, "the sites that are fixed open exceed the limits.", "check of the data")
    if most_room(core) < float(core.tables.weight[core.must].sum()) * (1.0 - _HAIR):
        return Finding(None, None, _hopeless(core), "check of the data")
    proven = _proven(problem, model, request, core, clock)
    certificate = Certificate(core.objective(np.inf) if proven.bound is None else proven.bound, proven.step)
    if not is_plan(core, proven.plan):
        reason = proven.reason if proven.bound is not None else _hopeless(core)
        return Finding(None, proven.bound, reason, proven.solver, certificate)
    sites = tuple(sorted({*core.opened, *proven.plan.sites.tolist()}))
    found = core.split(proven.plan.sites)
    origin = core.origin
    allocation = spread(origin.posed, origin.share, found.row, found.site, found.amount, problem.n_sites)
    return Finding(sites, proven.bound, proven.reason, proven.solver, certificate, allocation)


def most_room(core: CapacityCore) -> float:
    """The most weight that sites within the limits can take, the last one in part; of each limit alone, the least."""
    room = np.where(core.free, core.tables.room, 0.0)
    most = float(room.sum())
    for size, capacity in zip(core.size, core.capacity, strict=True):
        order = np.argsort(-room / np.maximum(size, 1e-300), kind="stable")
        before = np.cumsum(size[order]) - size[order]
        share = np.clip((capacity - before) / np.maximum(size[order], 1e-300), 0.0, 1.0)
        most = min(most, float(room[order] @ share))
    return most + float(core.tables.room[core.open_now].sum())


def _proven(problem: LocationProblem, model: str, request: Request, core: CapacityCore, clock: Clock) -> _Proven:
    """The core's own proof, and the one without capacities where that is the stronger."""
    eased = None
    if core.own_choice and model in _PLAIN and core.n_rows:
        eased = _without_rooms(problem, model, request, core, clock)
    if eased is not None:
        gap = _gap(core, eased.plan, eased.bound)
        if gap <= request.gap or eased.reason == "interrupted.":
            return replace(eased, reason="" if gap == 0.0 else eased.reason)
    if eased is not None and request.start is None:
        request = replace(request, start=eased.plan.sites.tolist())
    proof = prove(core, request, clock, record=True)
    bound = None if rules_out_all(core, proof.lower) else core.objective(proof.lower)
    # Where both prove about the same, the one that can be added up again is worth more.
    if eased is None or bound is None or eased.bound is None or eased.bound < bound * (1.0 - _HAIR):
        return _Proven(proof.plan, bound, _step(core, proof.certificate_tree, proof.lower), proof.reason, proof.solver)
    reason = "" if _gap(core, proof.plan, eased.bound) == 0.0 else proof.reason
    return replace(eased, plan=proof.plan, reason=reason, solver=f"{eased.solver}, {proof.solver}")


def _gap(core: CapacityCore, plan: Plan, bound: float | None) -> float:
    """The gap of a plan that keeps the capacities; inf where it does not."""
    return relative_gap(core.objective(plan.value), bound) if is_plan(core, plan) and bound is not None else np.inf


def _without_rooms(
    problem: LocationProblem, model: str, request: Request, core: CapacityCore, clock: Clock
) -> _Proven | None:
    """The question without capacities, and without the sites that would be too full as soon as they opened."""
    closed = np.flatnonzero(~(core.free | core.open_now)).tolist()
    plain = _PLAIN[model](replace(problem, forbidden=closed, capacity=None), request)
    proof = prove(plain, request, clock.part(_SHARE), record=True)
    if rules_out_all(plain, proof.lower):
        return None
    plan = plan_of(core, proof.plan.sites)
    return _Proven(plan, plain.objective(proof.lower), proof.certificate_tree, proof.reason, proof.solver)


def _hopeless(core: CapacityCore) -> str:
    if core.own_choice:
        return "no choice of sites within the limits serves everybody at the nearest one without filling some site up."
    return "no choice of sites within the limits has room within reach for everybody who must be served."


def _step(core: CapacityCore, step: Step | None, lower: float) -> Step | None:
    """The steps of the proof; where people choose the engine knows more than multipliers can say, so a solver must."""
    if not core.own_choice or step is None:
        return step
    return BySolver(abs(core.sign) * lower, _OWN)

"""Models with capacities from question to finding: pose, prove, and who is served where."""

import numpy as np

from optimizers.capacity.allocation import spread
from optimizers.capacity.core import CapacityCore
from optimizers.capacity.pose import pose
from optimizers.certificate import BySolver, Certificate, Step
from optimizers.clock import Clock
from optimizers.finding import Finding
from optimizers.problem import LocationProblem
from optimizers.prove import Proof, is_plan, prove, rules_out_all
from optimizers.request import Request

_OWN = "own branch and bound with the rule of own choice"


def solve_capacitated(problem: LocationProblem, model: str, request: Request, clock: Clock) -> Finding:
    """Choose sites for one of the capacitated models; the request is a completed one."""
    core = pose(problem, model, request)
    if np.any(core.capacity < -1e-9 * (1.0 + np.abs(core.capacity))):
        return Finding(None, None, "the sites that are fixed open exceed the limits.", "check of the data")
    proof = prove(core, request, clock, record=True)
    bound = None if rules_out_all(core, proof.lower) else core.objective(proof.lower)
    certificate = Certificate(core.objective(np.inf) if bound is None else bound, _step(core, proof))
    if not is_plan(core, proof.plan):
        reason = proof.reason if bound is not None else _hopeless(core)
        return Finding(None, bound, reason, proof.solver, certificate)
    sites = tuple(sorted({*core.opened, *proof.plan.sites.tolist()}))
    found = core.split(proof.plan.sites)
    origin = core.origin
    allocation = spread(origin.posed, origin.share, found.row, found.site, found.amount, problem.n_sites)
    return Finding(sites, bound, proof.reason, proof.solver, certificate, allocation)


def _hopeless(core: CapacityCore) -> str:
    if core.own_choice:
        return "no choice of sites within the limits serves everybody at the nearest one without filling some site up."
    return "no choice of sites within the limits has room within reach for everybody who must be served."


def _step(core: CapacityCore, proof: Proof) -> Step | None:
    """The steps of the proof; where people choose the engine knows more than multipliers can say, so a solver must."""
    step = proof.certificate_tree
    if not core.own_choice or step is None:
        return step
    return BySolver(abs(core.sign) * proof.lower, _OWN)

"""Search, bound, fix, finish: how a core is solved and what is proven about it.

Each stage leaves a valid statement behind: the best plan so far, and a number below which no plan can be.
Sites are fixed against the best plan, so that what remains holds every better plan; hence the final lower
bound is the smaller of the best plan's value and the bound of what remains.
"""

import math
from dataclasses import dataclass
from time import monotonic

import numpy as np

from optimizers.arrays import Ints
from optimizers.bounds import fixed_by_bound, lagrangian_bound, relaxed_choice
from optimizers.core import Core, restrict, value_of
from optimizers.formulation import formulate
from optimizers.request import Request
from optimizers.search import Plan, find_plan, plan_of
from optimizers.solution import PROOF_TOLERANCE, ROUNDING
from optimizers.solvers import run, solver_name

_ROUNDS = 3
_MIP_PAIRS = 400_000
_OWN = "greedy, interchange and Lagrangian bound"


@dataclass(frozen=True, eq=False)
class Proof:
    """Best plan found and best bound proven on the value of a core."""

    plan: Plan
    lower: float
    reason: str = ""
    solver: str = _OWN


@dataclass(frozen=True, eq=False)
class _Stage:
    """A proof in progress, with the core that still holds every better plan."""

    proof: Proof
    rest: Core


def is_plan(core: Core, plan: Plan) -> bool:
    """True when the plan leaves out no row that must be served."""
    return plan.value < core.penalty


def rules_out_all(core: Core, lower: float) -> bool:
    """True when the bound proves that no complete plan exists; the dearest one costs penalty - 1 at most."""
    return math.isfinite(core.penalty) and lower > core.penalty - 1.0 + 1e-6


def target(core: Core, plan: Plan) -> float:
    """The largest value that would still be an improvement."""
    value = min(plan.value, core.penalty)
    return value - 1.0 + 1e-6 if core.integral and (value >= 1.0) else value


def is_proven(core: Core, proof: Proof, gap: float = 0.0) -> bool:
    """True when the plan is as good as the bound, or within the gap asked for, or no plan can exist."""
    if rules_out_all(core, proof.lower):
        return True
    if not is_plan(core, proof.plan):
        return False
    room = abs(core.sign) * (proof.plan.value - proof.lower)
    reached = min(abs(core.objective(proof.plan.value)), abs(core.objective(proof.lower)))
    return room <= max(ROUNDING * abs(core.offset), max(gap, PROOF_TOLERANCE) * reached)


def prove(core: Core, request: Request, deadline: float) -> Proof:
    """Solve a core as far as the effort and the clock allow."""
    thorough = request.effort == "thorough"
    request.say("greedy and interchange")
    plan = find_plan(core, upheavals=_upheavals(core, 0.0))
    stage = _Stage(Proof(plan, -math.inf), core)
    for turn in range(_ROUNDS if thorough else 1):
        request.say(f"Lagrangian bound, round {turn + 1}")
        pairs = stage.rest.site.size
        stage = _bounded(core, stage, share=_share(request) if turn else 0.0)
        if is_proven(core, stage.proof, request.gap):
            return stage.proof
        if monotonic() > deadline or (turn > 0 and stage.rest.site.size > 0.9 * pairs):
            break
    if not thorough:
        return _because(stage.proof, "stopped after search and bound, as effort 'quick' asks.")
    return _finished(core, stage, request, deadline)


def _because(proof: Proof, reason: str) -> Proof:
    return Proof(proof.plan, proof.lower, reason, proof.solver)


def _upheavals(core: Core, share: float) -> int:
    """As many upheavals as fit a fixed amount of work, so that the result does not depend on the clock.

    `share` is 0 for a quick look and 1 for a long one.
    """
    work, most = 1e7 + 5e7 * share, 200 + 800 * share
    return int(min(most, work / (core.site.size + 50 * core.n_sites + 1)))


def _share(request: Request) -> float:
    """How long a look the time limit invites: by the limit that was asked for, never by the clock."""
    return min(1.0, request.time_limit_s / 30.0)


def _steps(core: Core, share: float) -> int:
    work, most = 8e7 + 2e9 * share, 400 + 600 * share
    return int(np.clip(work / (core.site.size + 1), 80, most))


def _bounded(core: Core, stage: _Stage, *, share: float) -> _Stage:
    """One round: bound what remains, let the multipliers suggest a plan, fix what they settle."""
    rest, proof = stage.rest, stage.proof
    aim = target(core, proof.plan)
    bound = lagrangian_bound(rest, aim, iterations=_steps(rest, share))
    starts = [relaxed_choice(rest, bound.multipliers)]
    if share > 0:
        starts.append(proof.plan.sites[rest.free[proof.plan.sites]])
    found = find_plan(rest, upheavals=_upheavals(rest, share), starts=starts)
    plan = _better(core, proof.plan, rest, found.sites)
    lower = max(proof.lower, whole_bound(core, bound.value, plan))
    opened, closed = fixed_by_bound(rest, bound.multipliers, target(core, plan))
    return _Stage(Proof(plan, lower), restrict(rest, opened, closed))


def _better(core: Core, plan: Plan, rest: Core, sites: Ints) -> Plan:
    """The better of a plan of the core and a plan of what remains of it."""
    added = [j for j in rest.opened if j not in set(core.opened)]
    other = plan_of(core, np.union1d(sites, np.array(added, dtype=np.int64)))
    within = np.all(core.size[:, other.sites].sum(axis=1) <= core.capacity * (1.0 + 1e-12) + 1e-12)
    return other if within and other.beats(plan) else plan


def whole_bound(core: Core, bound: float, plan: Plan) -> float:
    """A bound of what remains, as a bound of the core: whole where values are, never above the plan."""
    if core.integral and math.isfinite(bound):
        bound = math.ceil(bound - 1e-6)
    return min(bound, plan.value) if is_plan(core, plan) else bound


def _finished(core: Core, stage: _Stage, request: Request, deadline: float) -> Proof:
    """Hand what remains to the solver, if it is small enough and there is time."""
    rest, proof = stage.rest, stage.proof
    if np.any(rest.capacity < -1e-9 * (1.0 + np.abs(core.capacity))):
        # The sites every better plan must open do not fit, so there is no better plan.
        lower = proof.plan.value if is_plan(core, proof.plan) else math.inf
        return Proof(proof.plan, lower)
    if rest.site.size > _MIP_PAIRS:
        return _because(proof, f"what remains ({rest.site.size} pairs) is too large to finish exactly.")
    left = deadline - monotonic()
    if left <= 0:
        return _because(proof, "the time limit was reached.")
    request.say(f"exact solver on {int(rest.free.sum())} sites and {rest.site.size} pairs")
    return _solved(core, stage, request, left)


def _solved(core: Core, stage: _Stage, request: Request, seconds: float) -> Proof:
    rest, proof = stage.rest, stage.proof
    if rest.n_rows == 0:
        lower = max(proof.lower, whole_bound(core, value_of(rest, np.zeros(0, dtype=np.int64)), proof.plan))
        return Proof(_better(core, proof.plan, rest, np.zeros(0, dtype=np.int64)), lower)
    model = formulate(rest, "rest")
    slack = 0.99 if core.integral else 0.0
    room = max(slack, request.gap * abs(core.objective(proof.plan.value)))
    report = run(model.lp, time_limit_s=seconds, absolute_gap=room)
    plan = _better(core, proof.plan, rest, model.chosen()) if report.found else proof.plan
    bound = math.inf if report.infeasible else -math.inf
    if report.bound is not None:
        bound = report.bound + model.constant
    lower = max(proof.lower, whole_bound(core, bound, plan))
    done = Proof(plan, lower, solver=f"{_OWN}, {solver_name()}")
    if is_proven(core, done, request.gap):
        return done
    return _because(done, f"the solver stopped: {report.stopped_by}.")

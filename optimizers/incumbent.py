"""The best plan so far, and what would still be worth finding."""

import math
from dataclasses import dataclass

import numpy as np

from optimizers.arrays import Ints
from optimizers.relaxation import Plan, Relaxation, plan_of
from optimizers.solution import PROOF_TOLERANCE, ROUNDING

_HAIR = 1e-6
"""What rounding may do to the bound of whole-number values."""


@dataclass(eq=False)
class Incumbent:
    """The best plan of a core met so far; `gap` is the relative distance to a bound that is near enough."""

    core: Relaxation
    plan: Plan
    gap: float = 0.0

    @property
    def aim(self) -> float:
        """The largest value that would still be an improvement worth having."""
        core, value = self.core, self.plan.value
        if not is_plan(core, self.plan):
            return core.penalty - 1.0 + hair(core.penalty)  # no complete plan is dearer than penalty - 1
        objective = core.objective(value)
        room = math.copysign(max(self.gap, 0.5 * PROOF_TOLERANCE) * abs(objective), core.sign)
        near = min(core.value_at(objective - room), value)
        # Between two whole numbers there is nothing to find.
        return min(value - 1.0 + hair(value), near) if core.integral and value >= 1.0 else near

    def offer(self, rest: Relaxation, sites: Ints) -> bool:
        """Take a plan of what remains of the core if it is better and keeps the limits."""
        core = self.core
        before = set(core.opened)
        added = [j for j in rest.opened if j not in before]
        other = plan_of(core, np.union1d(sites, np.array(added, dtype=np.int64)))
        used = core.size[:, other.sites].sum(axis=1)
        if not other.beats(self.plan) or np.any(used > core.capacity * (1.0 + 1e-12) + 1e-12):
            return False
        self.plan = other
        return True


def hair(value: float) -> float:
    """The rounding to allow for in a whole-number value of this size."""
    return _HAIR + 4e-12 * abs(value)


def is_plan(core: Relaxation, plan: Plan) -> bool:
    """True when the plan leaves out no row that must be served."""
    return plan.value < core.penalty


def rules_out_all(core: Relaxation, lower: float) -> bool:
    """True when the bound proves that no complete plan exists; the dearest one costs penalty - 1 at most."""
    return math.isfinite(core.penalty) and lower > core.penalty - 1.0 + 1e-6


def whole_bound(core: Relaxation, bound: float, plan: Plan) -> float:
    """A bound of what remains, as a bound of the core: whole where values are, never above the plan."""
    if core.integral and math.isfinite(bound):
        bound = math.ceil(bound - 0.5 * hair(bound))
    return min(bound, plan.value) if is_plan(core, plan) else bound


def is_proven(core: Relaxation, plan: Plan, lower: float, gap: float = 0.0) -> bool:
    """True when the plan is as good as the bound, or within the gap asked for, or no plan can exist."""
    if rules_out_all(core, lower):
        return True
    if not is_plan(core, plan):
        return False
    reached = core.objective(plan.value), core.objective(lower)
    allowed = max(gap, PROOF_TOLERANCE) * min(map(abs, reached))
    return abs(reached[0] - reached[1]) <= max(ROUNDING * abs(core.offset), allowed)

"""The average against the worst-off: one scenario solved for several degrees of care for those who travel longest."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from geodata.errors import both, prefixed
from planning.faults import PlanningError
from planning.plan import Plan, read_answer
from planning.scenario import Scenario
from planning.solving import answered
from planning.study_area import Progress, StudyArea

AVERSIONS: Final = (0.0, 0.5, 1.0, 2.0, 3.0)
"""Degrees that are looked at: 0 minimises the mean, more cares more for those who travel longest."""
_SHOWN: Final = (
    "mean_travel_time_min", "worst_county_mean_min", "ede_travel_time_min", "share_near", "persons_served", "cost_yuan",
)  # fmt: skip


@dataclass(frozen=True)
class Degree:
    """One degree of aversion to inequality and what its plan reaches.

    Attributes:
        values: indicators of the plan, see `INDICATORS`.
        gap: how much better the best plan may be in what was minimised, a share; 0 where it is proven.
        new: ids of its new sites.
    """

    aversion: float
    values: dict[str, float]
    gap: float
    new: tuple[str, ...]


def degrees_of(
    scenario: Scenario, area: StudyArea, progress: Progress | None = None, aversions: Sequence[float] = AVERSIONS,
    **how: Any,
) -> tuple[Degree, ...]:  # fmt: skip
    """The scenario's number of institutions or budget placed for each degree, each started from the one before.

    Who counts and with what weight, places, locks, roads and season stay as they are.

    Args:
        how: goes to `solve` (effort, time_limit_s).

    Raises:
        PlanningError: for a plan of services over years, and where neither a number nor a budget is given.
    """
    goal = scenario.objective
    if scenario.network is not None or (goal.sites is None and goal.budget_yuan is None):
        fault = both(
            "a trade-off needs a number of new institutions or a budget, and a plan of sites without [network]",
            "比较平均与最远需要新增机构数或预算，且不适用于多年服务网络方案",
        )
        raise PlanningError([prefixed(scenario.called, fault)])
    found: list[Degree] = []
    for done, aversion in enumerate(aversions):
        if progress:
            progress("compare_degree_step", done / len(aversions))
        asked = goal.model_copy(update={"model": "p_median", "inequality_aversion": aversion})
        one = scenario.model_copy(update={"objective": asked})
        answer = answered(one, area, start=found[-1].new if found else (), **how)
        found.append(_degree(aversion, read_answer(answer.question, answer.solution, area)))
    return tuple(found)


def _degree(aversion: float, plan: Plan) -> Degree:
    gap = plan.solver["gap"]
    values = {key: float(plan.indicators[key]) for key in _SHOWN}
    return Degree(aversion, values, math.inf if gap is None else float(gap), plan.proposed)

"""How far each plan may be from the best one, and so which differences between plans mean something.

The numbers of a plan are exact: they are measured on its sites. What is open is the best plan of its scenario. Where a
search stopped before a proof, the best may lie further by up to the gap; a difference that is not larger than that
says which of the two plans is better, but not which of the two scenarios is.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from geodata.errors import Sentence, both
from planning.compare import Comparison
from planning.comparing.words import title_of
from planning.network.measures.indicators import NETWORK_INDICATORS
from planning.network.summary_aims import aim_lines
from planning.plan import INDICATORS, NOT_OPTIMISED, Indicator, Plan
from planning.texts import MORE_IS_BETTER, gap_sentence

NETWORK: Final = "network_"
MEASURES: Final[Mapping[str, Indicator]] = {i.key: i for i in INDICATORS} | {
    NETWORK + i.key: Indicator(NETWORK + i.key, i.zh, i.en, i.unit, NETWORK + i.denominator, i.better)
    for i in NETWORK_INDICATORS
}
"""Every indicator that plans are compared by, with the keys of `Comparison.table`."""
_EVERYONE: Final = {"persons_total": "persons_total", "network_need": "network_persons"}
_WHOLE: Final = {"share": 1.0, "points": 100.0}
# model → rows that may be the very number it optimises, each times the second row where there is one
_AIMS: Final = {
    "max_coverage": (("share_near", "persons_total"),),
    "p_median": (("mean_travel_time_min", ""), ("ede_travel_time_min", "")),
    "set_cover": (("sites", ""),),
    "network_least_cost": (("network_yuan_in_all", ""),),
    "network_fewest_sites": (("network_sites_chosen", ""),),
}


@dataclass(frozen=True)
class Head:
    """What of a plan is needed to set it against others.

    Attributes:
        values: indicators by the keys of `MEASURES`.
        room: by how much, as a share, the best plan of its scenario may differ; 0 where the plan is proven or nothing
            was optimised, inf where nothing is known of the best.
        aim: the indicator that is the very number the plan was optimised for; "" where none is.
    """

    name: str
    title: Sentence
    values: Mapping[str, float]
    room: float
    aim: str


def head_of(plan: Plan) -> Head:
    """The head of a plan."""
    network = plan.network
    more = {} if network is None else {NETWORK + i.key: network.value(i.key) for i in NETWORK_INDICATORS}
    values = {**plan.indicators, **more}
    return Head(plan.name, title_of(plan), values, room(plan), _aim(plan.solver, values))


def room(plan: Plan) -> float:
    """By how much, as a share of what the plan reached, the best plan may differ; of several aims the largest."""
    if plan.network is None or not plan.network.aims:
        return _room(plan.solver["model"], plan.solver["status"], plan.solver["gap"])
    return max(_room(f"network_{aim['aim']}", aim["status"], aim["gap"]) for aim in plan.network.aims)


def _room(model: str, status: str, gap: float | None) -> float:
    """The share that `planning.texts.gap_sentence` tells; a gap is a share of the larger of objective and bound."""
    if status in ("optimal", NOT_OPTIMISED):
        return 0.0
    more = model in MORE_IS_BETTER
    if gap is None or not math.isfinite(gap) or (more and gap >= 1):
        return math.inf
    return gap / (1 - gap) if more else gap


def _aim(solver: Mapping[str, Any], values: Mapping[str, float]) -> str:
    """The indicator whose value is the objective: with weights or a cap that bites none may be."""
    for key, times in _AIMS.get(str(solver["model"]), ()):
        value = values.get(key, math.nan) * (values[times] if times else 1.0)
        if solver["objective"] is not None and math.isclose(value, solver["objective"], rel_tol=1e-6):
            return key
    return ""


def is_decided(first: Head, second: Head, key: str) -> bool:
    """Whether the difference of two plans in an indicator is larger than what their gaps leave open; see `slack`."""
    a, b = first.values.get(key, math.nan), second.values.get(key, math.nan)
    return abs(b - a) > slack(first, second, key)


def slack(first: Head, second: Head, key: str) -> float:
    """How much of the difference of two plans in an indicator their gaps leave open, in its unit; nan if not known.

    The plan that is ahead in its own aim leaves nothing open: its best plan is at least as good. In every other
    indicator the best plan may lie on either side, and the gap is taken as the yardstick (J): a share of the value;
    of persons, shares and points a share of everyone, for whoever leaves one group enters another.
    """
    a, b = first.values.get(key, math.nan), second.values.get(key, math.nan)
    if math.isnan(a) or math.isnan(b):
        return math.nan
    gain = (b - a) * MEASURES[key].better
    return left_open(first, key, is_ahead=gain < 0) + left_open(second, key, is_ahead=gain > 0)


def left_open(head: Head, key: str, *, is_ahead: bool = False) -> float:
    """How much of an indicator the gap of a plan leaves open, in the indicator's unit; see `slack`."""
    if head.room == 0 or (is_ahead and head.aim == key):
        return 0.0
    scale = abs(head.values[key]) if head.aim == key else _scale(head, MEASURES[key])
    return head.room * scale if math.isfinite(head.room) else math.inf


def _scale(head: Head, measure: Indicator) -> float:
    if measure.unit in _WHOLE:
        return _WHOLE[measure.unit]
    everyone = _EVERYONE.get(measure.of, "") if measure.unit == "persons" else ""
    return abs(head.values[everyone or measure.key])


def gap_lines(comparison: Comparison) -> tuple[Sentence, ...]:
    """A sentence for each plan, in their order: how good it is known to be; of a network plan for each of its aims."""
    return tuple(
        both(
            f"{plan.scenario.title('en')}: {'; '.join(_known(plan, 'en'))}",
            f"{plan.scenario.title('zh')}：{'；'.join(_known(plan, 'zh'))}",
        )
        for plan in comparison.plans
    )


def _known(plan: Plan, language: str) -> list[str]:
    aims = [] if plan.network is None else aim_lines(plan.network, language)
    solver = plan.solver
    return aims or [gap_sentence(str(solver["model"]), str(solver["status"]), solver["gap"], language)]

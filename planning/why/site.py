"""Why a site is open, or why it is not: the plan of sites measured without it, and the question asked again.

What people lose when a site closes and all else stays is measured, so it is exact. What the best other plan is worth
comes from a plan and a bound, so it is an interval.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.errors import both
from optimizers import MODELS, Solution, allocate, evaluate, stability
from planning.comparing.aims import aim_of, shown_value
from planning.faults import PlanningError, nearest
from planning.network.reasons.explanation import NOISE, Interval
from planning.plan import Plan
from planning.question import Question, pose
from planning.scenario import Scenario
from planning.scenario_form import Forbid, Lock, Unsafe
from planning.solving import Answered, answered, asked_of
from planning.study_area import Progress, StudyArea

DRAWS = 20
"""Counts of people that stability looks at."""
SPREAD = 0.1
"""By about how much, as a share, each count of people is off in them."""


@dataclass(frozen=True, eq=False)
class Closed:
    """Everyone with a site and without it, all other sites as they are.

    Attributes:
        persons: who have the site as their nearest one.
        farther: who travel longer without it.
        without_route: of these, who have no route to another.
        minutes: mean minutes of those who keep a route, before and after.
        served_less, near_less: fewer persons served, fewer within the minutes set.
        townships: names in Chinese and English with the persons who travel longer, most first.
    """

    persons: int
    farther: int
    without_route: int
    minutes: tuple[float, float]
    served_less: int
    near_less: int
    townships: tuple[tuple[str, str, int], ...]


def answered_by(plan: Plan, area: StudyArea, progress: Progress | None = None) -> Answered:
    """The question of a plan with the plan as its answer, and what was proven of it; nothing is solved again.

    Raises:
        PlanningError: where the study area is no longer the one the plan was made for.
    """
    if plan.baseline_digest != area.digest:
        fault = both(
            "the plan was made on other data than the study area has now; run its scenario again and ask that plan",
            "该方案所依据的数据与研究区现有数据不同；请重新运行其情景，再查看新方案的理由",
        )
        raise PlanningError([fault])
    question = pose(plan.scenario, area, progress)
    if plan.scenario.objective.model == "none":
        return Answered(question, None)
    opened = tuple(sorted(position(question, site) for site in plan.sites["site_id"]))
    return Answered(question, _known_of(question, plan, opened))


def _known_of(question: Question, plan: Plan, opened: tuple[int, ...]) -> Solution:
    """The solution as the plan tells of it; its objective measured again."""
    asked, told = asked_of(question), plan.solver
    model = plan.scenario.objective.model
    knobs = {knob: asked[knob] for knob in MODELS[model].options if knob in asked}
    value = evaluate(question.problem, opened, model=model, threshold_min=asked["threshold_min"], **knobs).objective
    bound = None if told["bound"] is None else _as_solved(question, float(told["bound"]))
    is_proven = told["status"] == "optimal"
    return Solution(
        model, told["status"], opened, value, value if is_proven else bound, told["gap"], told["reason"],
        float(told["seconds"]), told["solver"], asked["p"], asked["budget_yuan"], asked["threshold_min"],
        effort=told["effort"], options=knobs,
    )  # fmt: skip


def _as_solved(question: Question, value: float) -> float:
    """A value as it is shown as the objective that was solved for; the way back from `shown_value`."""
    if question.scenario.objective.model != "p_median":
        return value
    per_weight = math.exp(value * question.kappa) if question.kappa else value
    return per_weight * float(question.problem.weight.sum())


def closed(question: Question, opened: Iterable[int], site: int) -> Closed:
    """What changes when one of the open sites is not there and all others stay; exact."""
    now = tuple(opened)
    rest = tuple(i for i in now if i != site)
    before, after = (evaluate(question.people, each).nearest_time_min for each in (now, rest))
    mine = np.asarray(evaluate(question.people, now).nearest_site.filled(-1) == site)
    longer = after > before
    keeps = longer & np.isfinite(after)
    persons, limit = question.persons, question.scenario.objective.minutes
    capacity = question.sites["capacity_persons"].to_numpy(float)
    served = [int(allocate(question.people, each, capacity, limit).served.sum()) for each in (now, rest)]
    near = [int(persons[minutes <= limit].sum()) for minutes in (before, after)]
    return Closed(
        persons=int(persons[mine].sum()),
        farther=int(persons[longer].sum()),
        without_route=int(persons[longer & ~np.isfinite(after)].sum()),
        minutes=(_mean(persons[keeps], before[keeps]), _mean(persons[keeps], after[keeps])),
        served_less=served[0] - served[1],
        near_less=near[0] - near[1],
        townships=_townships(question, longer),
    )


def _mean(persons: npt.NDArray[np.int64], minutes: npt.NDArray[np.float64]) -> float:
    return float(np.average(minutes, weights=persons)) if persons.sum() else math.nan


def _townships(question: Question, rows: npt.NDArray[np.bool_]) -> tuple[tuple[str, str, int], ...]:
    cells = question.cells[rows & (question.persons > 0)]
    sums = cells.groupby(["area_zh", "area_en"])["persons"].sum().sort_values(ascending=False, kind="stable")
    return tuple((str(zh), str(en), int(persons)) for (zh, en), persons in sums.items())


@dataclass(frozen=True, eq=False)
class Other:
    """The best plan found with something else asked of a site, against the plan at hand.

    Attributes:
        loss: how much worse the best plan is then, in the unit of the aim; below 0 where it may be better;
            inf where there is none.
        leaves, comes: ids of new sites that the plan at hand has alone, and that the other has alone.
        served_less: persons served fewer in the other plan.
        why_none: where there is no other plan, what stands against it.
    """

    loss: Interval
    leaves: tuple[str, ...] = ()
    comes: tuple[str, ...] = ()
    served_less: int = 0
    why_none: str = ""


def without(at_hand: Answered, area: StudyArea, site: str, **how: Any) -> Other:
    """The best plan in which this site is forbidden: what would take its place. A lock on it is taken away."""
    asked = at_hand.question.scenario
    changed = with_changes(asked, site, Forbid(site=site))
    is_locked = any(c.site == site for c in asked.of(Lock))
    return _other(at_hand, changed, area, may_gain=is_locked, **how)


def with_it(at_hand: Answered, area: StudyArea, site: str, **how: Any) -> Other:
    """The best plan in which this site must be open: what would give way. A ban on it is taken away."""
    asked = at_hand.question.scenario
    changed = with_changes(asked, site, Lock(site=site))
    is_barred = not _may_be_chosen(at_hand.question, site)
    return _other(at_hand, changed, area, may_gain=is_barred, **how)


def with_changes(scenario: Scenario, site: str, change: Forbid | Lock) -> Scenario:
    """The scenario with this order for a site in place of the ones it has."""
    kept = tuple(c for c in scenario.changes if not (isinstance(c, Lock | Forbid | Unsafe) and c.site == site))
    return scenario.model_copy(update={"changes": (*kept, change)})


def _may_be_chosen(question: Question, site: str) -> bool:
    rows = question.sites[question.sites["site_id"] == site]
    return len(rows) == 1 and not bool(rows["forbidden"].iloc[0])


def _other(at_hand: Answered, changed: Scenario, area: StudyArea, *, may_gain: bool, **how: Any) -> Other:
    new = _new(at_hand)
    try:
        found = answered(changed, area, start=new, **how)
    except PlanningError as error:
        return Other(Interval(math.inf, math.inf, math.inf), why_none=error.faults[0])
    others = _new(found)
    return Other(
        _loss(at_hand, found, may_gain=may_gain),
        tuple(sorted(new - others)),
        tuple(sorted(others - new)),
        _served(at_hand) - _served(found),
    )


def _loss(at_hand: Answered, other: Answered, *, may_gain: bool) -> Interval:
    """How much worse the best plan of the other question is than the best of this one."""
    turn = aim_of(at_hand.question).turn
    (low, high), (least, most) = (_between(each, turn) for each in (at_hand, other))
    tiny = NOISE * (1 + abs(low))
    value, lowest, highest = low - least, low - most, high - least
    lowest = lowest if may_gain else max(lowest, 0.0)
    value, lowest, highest = (0.0 if abs(v) <= tiny else v for v in (value, lowest, highest))
    return Interval(min(max(value, lowest), highest), lowest, highest)


def _between(found: Answered, turn: int) -> tuple[float, float]:
    """What the best plan reaches, turned so that more is better: at least, at most; as it is shown."""
    solution = _solution(found)
    value = shown_value(found.question, solution.objective)
    bound = shown_value(found.question, solution.bound)
    assert value is not None
    return turn * value, math.inf if bound is None else max(turn * bound, turn * value)


def _solution(found: Answered) -> Solution:
    assert found.solution is not None
    return found.solution


def _new(found: Answered) -> set[str]:
    """Ids of the sites that the plan adds."""
    sites = found.question.sites.iloc[list(found.opened)]
    return set(sites.loc[sites["role"] != "existing", "site_id"])


def _served(found: Answered) -> int:
    question = found.question
    capacity = question.sites["capacity_persons"].to_numpy(float)
    return int(allocate(question.people, found.opened, capacity, question.scenario.objective.minutes).served.sum())


def comes_back(at_hand: Answered, site: str, *, draws: int = DRAWS, **how: Any) -> tuple[int, int]:
    """In how many of so many plans, each for people counted a little differently, the site is open."""
    question = at_hand.question
    found = stability(question.problem, _solution(at_hand), draws=draws, spread=SPREAD, **how)
    return round(float(found.frequency[position(question, site)]) * found.draws), found.draws


def position(question: Question, site: str) -> int:
    """Position of a site among those of the question.

    Raises:
        PlanningError: no such site.
    """
    ids = question.sites["site_id"].tolist()
    if site not in ids:
        hint = nearest(site, ids)
        raise PlanningError([both(f"no site '{site}' in this plan{hint}", f"本方案中没有地点“{site}”{hint.zh}")])
    return int(ids.index(site))

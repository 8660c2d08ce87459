"""The search for one aim: plans from small models, bounds from models that hold every plan.

A small question is asked whole at once. A large one goes through models, each beginning from the best plan so far:

| step | model | gives |
|------|-------|-------|
| relaxed | years folded, nothing whole | a bound, prices, and what a good plan is made of |
| first plan | years folded, only what the relaxation opens for the most part | the first plan |
| narrow years | every year, only what the relaxation and the plan use | the years put right |
| folded | years folded, everything | better plans, a sharper bound |
| counties | years folded, each county alone at those prices | a sharper bound, at need a plan (`counties.py`) |
| neighbours | years folded, some counties again, all else as it is | better plans (`neighbours.py`) |
| whole | every year, everything | the proof, where there is time |

With many rows the counties come before the folded model, with few the folded model before the years. Whatever a model
says, a plan is worth what its deliveries year by year are worth (`choice.py`).
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from optimizers.arrays import Bools, Floats
from optimizers.clock import Clock
from optimizers.network.aims import limit_of, scale_of
from optimizers.network.choice import Choice, choice_in
from optimizers.network.counties import Priced, counties_of, priced, together
from optimizers.network.goal import Found, Goal, Written, bounded, branched, is_done, with_choice
from optimizers.network.links import add_links, broken_links
from optimizers.network.model import Model
from optimizers.network.neighbours import improved
from optimizers.network.problem import FREE, NetworkProblem
from optimizers.network.solution import NEVER
from optimizers.solvers.warm import WarmProgram

EFFORTS: Final = ("first", "quick", "thorough")
_FIRST_GAP: Final = 0.004  # of the narrow models
_NEAR_ENOUGH: Final = {"first": 0.03, "quick": 0.008, "thorough": 0.0}  # gap at which each effort stops
_NARROW_S, _YEARS_S, _AROUND_SHARE = 12.0, 5.0, 0.6  # shares of the time left
_MANY_ROWS: Final = 10_000  # of need, from which counties by themselves give more in a minute than all in one model
_FIRST_SHARE: Final = {"many rows": 1.0, "few rows": 0.3}
_FOLDED_SHARE: Final = {"many rows": 0.45, "few rows": 0.95}
_LINKINGS, _LINKING_SHARE = 4, 0.1  # times that rows are added to a relaxation, part of the time that may take
_MONEY: Final = ((1.0, 0.2, 1e-3), (1.25, 0.05, 3e-3))  # times the price of money, share of time, nearness
_HAIR: Final = 1e-6
_PARTS: Final = (0.2, _HAIR)  # of a building that the relaxation opens, for it to count; first few, then all


def best_choice(goal: Goal, start: Choice | None, clock: Clock) -> Found:
    """The best choice that can be found in the time, and the bound."""
    found = with_choice(
        goal, Found(None, goal.sign * np.inf, limit_of(goal.aim), scale_of(goal.aim, goal.bests)), start
    )
    return (_small if goal.is_small else _large)(goal, found, clock)


def _large(goal: Goal, found: Found, clock: Clock) -> Found:
    """From model to model, until one leaves a plan that is close enough."""
    wanted = max(goal.gap, _NEAR_ENOUGH[goal.effort])
    links = 0 if goal.problem.groups > 1 else _LINKINGS
    relaxed, found = _relaxed(goal, found, goal.model(folded=True), clock, links)
    if relaxed is None:
        return found
    found = _first_plan(goal, relaxed, found, clock)
    if goal.effort == "first" and found.choice is not None:
        return found
    try:
        for step in _MANY_STEPS if _has_many_rows(goal) else _FEW_STEPS:
            if is_done(goal, found, wanted) or (clock.is_up and found.choice is not None):
                break
            found = step(goal, relaxed, found, clock, wanted)
    except KeyboardInterrupt:  # of the counties, which are asked side by side
        if found.choice is None:
            raise
    return found


def _small(goal: Goal, found: Found, clock: Clock) -> Found:
    """Everything in one model; how near is near enough is known from the relaxation."""
    wanted, written = max(goal.gap, _NEAR_ENOUGH[goal.effort]), goal.model(folded=False)
    if wanted > 0:
        relaxed, found = _relaxed(goal, found, written, clock, _LINKINGS)
        if relaxed is None:
            return found
        written = relaxed.written
    return branched(goal, goal, written, found, clock, gap=wanted)


def _has_many_rows(goal: Goal) -> bool:
    return goal.core.units.size > _MANY_ROWS


def _at_most(clock: Clock, seconds: float) -> Clock:
    return Clock(min(seconds, clock.left_s))


# --- one model -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Relaxed:
    """A model with the rows that its relaxation breaks, the values of that, and the prices of the rows it had."""

    written: Written
    values: Floats
    duals: Floats


def _relaxed(goal: Goal, found: Found, written: Written, clock: Clock, links: int) -> tuple[_Relaxed | None, Found]:
    """The relaxation and its bound; None where there is none or the time was not enough."""
    rows = written.arrays.row_lower.size
    program = WarmProgram(written.arrays)
    values = program.solve(clock.left_s)
    if values is None:
        return None, replace(found, impossible=program.infeasible and found.choice is None)
    objective, duals = program.objective, program.duals
    for _ in range(links):
        if clock.used_s > _LINKING_SHARE * clock.limit_s:
            break
        model = written.model
        broken = broken_links(goal.problem, goal.core, model, values)
        if not add_links(goal.problem, goal.core, model, broken):
            break
        written = replace(written, arrays=model.sheet.arrays(written.cost))
        program.extend(written.arrays)
        tighter = program.solve(clock.left_s)
        if tighter is None:
            break
        values, objective, duals = tighter, program.objective, program.duals
    return _Relaxed(written, values, duals[:rows]), bounded(goal, found, objective)


def _first_plan(goal: Goal, relaxed: _Relaxed, found: Found, clock: Clock) -> Found:
    """A plan made of what the relaxation opens for the most part; where there is none, of all that it opens."""
    share = _FIRST_SHARE["many rows" if _has_many_rows(goal) else "few rows"]
    for part in _PARTS:
        used = _used(goal.problem, relaxed.written.model, relaxed.values, part)
        narrow = goal.only(*_and_chosen(used, found.choice))
        written, gap = narrow.model(folded=True, linked=True), max(goal.gap, _FIRST_GAP)
        found = branched(goal, narrow, written, found, _at_most(clock.part(share), _NARROW_S), gap=gap)
        if found.choice is not None:
            break
    return found


def _narrow_years(goal: Goal, relaxed: _Relaxed, found: Found, clock: Clock, wanted: float) -> Found:
    """Every year, only what the relaxation and the plan open."""
    if goal.problem.years == 1:
        return found
    used = _used(goal.problem, relaxed.written.model, relaxed.values, _HAIR)
    narrow = goal.only(*_and_chosen(used, found.choice))
    years, gap = narrow.model(folded=False, linked=True), max(goal.gap, _FIRST_GAP)
    return branched(goal, narrow, years, found, _at_most(clock, _YEARS_S), gap=gap)


def _folded(goal: Goal, relaxed: _Relaxed, found: Found, clock: Clock, wanted: float) -> Found:
    """Years folded, everything."""
    share = _FOLDED_SHARE["many rows" if _has_many_rows(goal) else "few rows"]
    return branched(goal, goal, relaxed.written, found, clock.part(share), gap=wanted)


def _whole(goal: Goal, relaxed: _Relaxed, found: Found, clock: Clock, wanted: float) -> Found:
    """Every year, everything."""
    if goal.effort != "thorough":
        return found
    return branched(goal, goal, goal.model(folded=False), found, clock, gap=goal.gap)


def _by_county(goal: Goal, relaxed: _Relaxed, found: Found, clock: Clock, wanted: float) -> Found:
    """The bound of all counties by themselves, and a plan put together from what each would do."""
    written = goal.model(folded=True, linked=True)
    counties = counties_of(goal.problem, goal.core, written.model, written.arrays)
    prices = counties.prices(relaxed.duals)
    ways: list[Priced] = []
    for times, share, nearness in _MONEY:
        if times != 1.0 and found.choice is not None:
            break
        is_its_own = times == 1.0 and not counties.shared[relaxed.duals.size :].any()  # every price is among them
        asked, near = np.where(counties.need, 1.0, times) * prices, nearness * abs(found.bound) / goal.problem.groups
        known = relaxed.values if is_its_own else None
        ways.append(priced(counties, asked, clock.part(share), near, known))
        found = bounded(goal, found, ways[-1].bound)
        values = together(counties, ways, clock.part(share))
        if values is not None:
            found = with_choice(goal, found, choice_in(written.model, goal.problem, values))
    if found.choice is None or is_done(goal, found, wanted):
        return found
    return improved(goal, counties, written, found, clock.part(_AROUND_SHARE), wanted)


def _used(problem: NetworkProblem, model: Model, values: Floats, part: float) -> tuple[Bools, Bools]:
    """(F,), (K,): what the relaxation opens by more than this part."""
    forms, modules = np.zeros(problem.form_site.size, bool), np.zeros(problem.module_site.size, bool)
    forms[model.forms] = (values[model.opens] > part).any(axis=1)
    kinds = np.asarray((values[model.on] > part).any(axis=1))
    modules[np.flatnonzero(problem.module_state == FREE)] = kinds[model.copy_of]
    return forms, modules


def _and_chosen(used: tuple[Bools, Bools], choice: Choice | None) -> tuple[Bools, Bools]:
    if choice is None:
        return used
    return used[0] | (choice.form_year != NEVER), used[1] | (choice.module_year != NEVER)


_MANY_STEPS: Final = (_narrow_years, _by_county, _folded, _whole)
_FEW_STEPS: Final = (_folded, _narrow_years, _by_county, _whole)

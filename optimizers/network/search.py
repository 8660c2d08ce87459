"""The search for one aim: plans from small models, bounds from models that hold every plan.

A small question is asked whole at once. A large one goes through models, each beginning from the best plan so far:

| step | model | gives |
|------|-------|-------|
| relaxed | years folded, nothing whole | a bound, and what a good plan is made of |
| narrow | years folded, only what the relaxation uses | the first plan |
| folded | years folded, everything | better plans, a sharper bound |
| narrow years | every year, only what the relaxation and the plans use | the years put right |
| whole | every year, everything | the proof, where there is time |

Whatever a model says, a plan is worth what its deliveries year by year are worth (`choice.py`).
"""

from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

import numpy as np

from optimizers.arrays import Bools, Floats
from optimizers.clock import Clock
from optimizers.network.aims import Hold, counts_all_years, is_minimised, keep, limit_of, line_of, scale_of
from optimizers.network.choice import Choice, choice_in, columns_of, delivery_of, gap_of
from optimizers.network.core import Core, core_of
from optimizers.network.links import add_links, all_links, broken_links
from optimizers.network.model import Model, model_of, periods_of
from optimizers.network.problem import BARRED, FREE, NetworkProblem
from optimizers.network.solution import NEVER
from optimizers.solvers import highs
from optimizers.solvers.arrays import ModelArrays
from optimizers.solvers.warm import WarmProgram

EFFORTS: Final = ("first", "quick", "thorough")
_SMALL: Final = 20_000  # deliveries in all years of a question that is asked whole at once
_FIRST_GAP: Final = 0.004  # of the narrow models
_NEAR_ENOUGH: Final = {"first": 0.03, "quick": 0.008, "thorough": 0.0}  # gap at which each effort stops
_NARROW_S, _FOLDED_SHARE, _YEARS_SHARE = 10.0, 0.65, 0.4  # of the time left
_CLOSER: Final = 0.9  # of a gap that is asked for: its scale shrinks with the bound
_LINKINGS, _LINKING_SHARE = 4, 0.15  # times that rows are added to a relaxation, part of the time that may take
_NODES: Final = 10_000_000
_HAIR: Final = 1e-6


@dataclass(frozen=True, eq=False)
class Goal:
    """One aim with what earlier ones keep.

    Attributes:
        core: the merged rows of the problem.
        holds: values of earlier aims that must stay.
        bests: the best of each season alone, for the least regret.
        gap: a share; closer to the bound is good enough.
        effort: one of `EFFORTS`.
    """

    problem: NetworkProblem
    core: Core
    aim: str
    holds: tuple[Hold, ...]
    bests: tuple[float, ...]
    gap: float
    effort: str

    @property
    def sign(self) -> float:
        """What turns the aim into something to be minimised."""
        return 1.0 if is_minimised(self.aim) else -1.0

    @property
    def names(self) -> tuple[str, ...]:
        """The aim and those that are held."""
        return (self.aim, *(hold.aim for hold in self.holds))

    @property
    def is_small(self) -> bool:
        """Whether all years fit into one model without trouble."""
        rounds = int(np.isfinite(self.core.round_yuan).sum()) * len(self.core.arcs)
        deliveries = sum(one.row.size for one in self.core.arcs) + rounds
        return deliveries * self.problem.years <= _SMALL

    def model(self, *, folded: bool, linked: bool = False) -> "Written":
        """The model of this aim, to be minimised.

        Args:
            folded: put years together.
            linked: with all rows of `links.py`.
        """
        periods = periods_of(
            self.problem,
            folded=folded,
            all_years=counts_all_years(self.problem, self.names),
            alone="worst_off" in self.names,
        )
        model = model_of(self.problem, self.core, periods)
        for hold in self.holds:
            keep(self.problem, self.core, model, hold, self.bests)
        cost = self.sign * line_of(self.problem, self.core, model, self.aim, self.bests)
        if linked:
            add_links(self.problem, self.core, model, all_links(self.problem, self.core, model))
        return Written(model, cost, model.sheet.arrays(cost))

    def worth(self, choice: Choice) -> float | None:
        """Value of the aim for a choice, year by year; None where a limit or a hold is broken."""
        return delivery_of(self.problem, choice).best(self.aim, self.holds, self.bests)

    def only(self, forms: Bools, modules: Bools) -> "Goal":
        """The same goal where only these free forms (F,) and modules (K,) may be chosen."""
        problem = replace(
            self.problem,
            form_state=np.where((self.problem.form_state == FREE) & ~forms, BARRED, self.problem.form_state),
            module_state=np.where((self.problem.module_state == FREE) & ~modules, BARRED, self.problem.module_state),
        )
        shares = "worst_off" in self.names or bool(np.any(problem.floor > 0))
        return replace(self, problem=problem, core=core_of(problem, shares=shares))


@dataclass(frozen=True, eq=False)
class Written:
    """A model as it goes to the solver: where its variables stand, what they cost, and all in arrays."""

    model: Model
    cost: Floats
    arrays: ModelArrays


@dataclass(frozen=True, eq=False)
class Found:
    """The best choice so far (None: none), its value and the bound, in the sense of the aim.

    Attributes:
        scale: what the gap is a share of where that is more than value and bound.
        impossible: it is proven that there is no plan.
    """

    choice: Choice | None
    value: float
    bound: float
    scale: float = 0.0
    impossible: bool = False

    @property
    def gap(self) -> float:
        """Share by which the bound is better; infinite without a plan."""
        return np.inf if self.choice is None else gap_of(self.value, self.bound, self.scale)


def best_choice(goal: Goal, start: Choice | None, clock: Clock) -> Found:
    """The best choice that can be found in the time, and the bound."""
    found = _with_choice(
        goal, Found(None, goal.sign * np.inf, limit_of(goal.aim), scale_of(goal.aim, goal.bests)), start
    )
    if goal.is_small:
        return _small(goal, found, clock)
    written, values, found = _relaxed(goal, found, goal.model(folded=True), clock)
    if values is None:
        return found
    used = _used(goal.problem, written.model, values)
    narrow = goal.only(*_and_chosen(used, found.choice))
    first = narrow.model(folded=True, linked=True)
    found = _branched(goal, narrow, first, found, _at_most(clock, _NARROW_S), gap=max(goal.gap, _FIRST_GAP))
    if _is_done(goal, found) or (goal.effort == "first" and found.choice is not None):
        return found
    wanted = max(goal.gap, _NEAR_ENOUGH[goal.effort])
    is_folded = goal.problem.years > 1
    found = _branched(goal, goal, written, found, clock.part(_FOLDED_SHARE if is_folded else 1.0), gap=wanted)
    if _is_done(goal, found) or not is_folded:
        return found
    narrow = goal.only(*_and_chosen(used, found.choice))
    years = narrow.model(folded=False, linked=True)
    found = _branched(goal, narrow, years, found, clock.part(_YEARS_SHARE), gap=max(goal.gap, _FIRST_GAP))
    if _is_done(goal, found) or goal.effort != "thorough":
        return found
    return _branched(goal, goal, goal.model(folded=False), found, clock, gap=goal.gap)


def _small(goal: Goal, found: Found, clock: Clock) -> Found:
    """Everything in one model; how near is near enough is known from the relaxation."""
    wanted, written = max(goal.gap, _NEAR_ENOUGH[goal.effort]), goal.model(folded=False)
    if wanted > 0:
        written, values, found = _relaxed(goal, found, written, clock)
        if values is None:
            return found
    return _branched(goal, goal, written, found, clock, gap=wanted)


def _is_done(goal: Goal, found: Found) -> bool:
    return found.impossible or found.gap <= goal.gap


def _at_most(clock: Clock, seconds: float) -> Clock:
    return Clock(min(seconds, clock.left_s))


# --- one model -----------------------------------------------------------------------------------------------


def _relaxed(goal: Goal, found: Found, written: Written, clock: Clock) -> tuple[Written, Floats | None, Found]:
    """The model with the rows that its relaxation breaks, the values of the relaxation, and its bound."""
    program = WarmProgram(written.arrays)
    values = program.solve(clock.left_s)
    for _ in range(_LINKINGS):
        if values is None or clock.used_s > _LINKING_SHARE * clock.limit_s:
            break
        model = written.model
        links = broken_links(goal.problem, goal.core, model, values)
        if not add_links(goal.problem, goal.core, model, links):
            break
        written = replace(written, arrays=model.sheet.arrays(written.cost))
        program.extend(written.arrays)
        tighter = program.solve(clock.left_s)
        if tighter is None:
            break
        values = tighter
    if values is None:
        return written, None, replace(found, impossible=program.infeasible and found.choice is None)
    return written, values, _bounded(goal, found, program.objective)


def _used(problem: NetworkProblem, model: Model, values: Floats) -> tuple[Bools, Bools]:
    """(F,), (K,): what the relaxation opens at least in part."""
    forms, modules = np.zeros(problem.form_site.size, bool), np.zeros(problem.module_site.size, bool)
    forms[model.forms] = (values[model.opens] > _HAIR).any(axis=1)
    kinds = np.asarray((values[model.on] > _HAIR).any(axis=1))
    modules[np.flatnonzero(problem.module_state == FREE)] = kinds[model.copy_of]
    return forms, modules


def _and_chosen(used: tuple[Bools, Bools], choice: Choice | None) -> tuple[Bools, Bools]:
    if choice is None:
        return used
    return used[0] | (choice.form_year != NEVER), used[1] | (choice.module_year != NEVER)


def _branched(goal: Goal, asked: Goal, written: Written, found: Found, clock: Clock, *, gap: float) -> Found:
    """Branch and bound in the model of `asked`, which is the goal or a narrower one: then its bound says nothing."""
    if clock.is_up and found.choice is not None:
        return found
    model, arrays = written.model, written.arrays
    begin = _begin(model, asked.problem, found.choice)
    scale = max(found.scale, abs(found.value) if found.choice is not None else abs(found.bound))
    near = _CLOSER * gap * scale if np.isfinite(scale) else 0.0
    outcome = highs.solve(None, arrays, begin, monotonic() + clock.left_s, _NODES, near)
    whole = asked is goal
    if outcome.infeasible:
        return replace(found, impossible=whole and found.choice is None)
    if outcome.bound is not None and whole:
        found = _bounded(goal, found, outcome.bound)
    if outcome.values is None:
        return found
    return _with_choice(goal, found, choice_in(model, asked.problem, outcome.values))


def _begin(model: Model, problem: NetworkProblem, choice: Choice | None) -> dict[int, float] | None:
    """The whole variables of a plan, for a solver to begin from."""
    if choice is None:
        return None
    opens, on = columns_of(model, problem, choice)
    columns, values = (np.concatenate([a.ravel(), b.ravel()]) for a, b in ((model.opens, model.on), (opens, on)))
    return dict(zip(columns.tolist(), values.tolist(), strict=True))


def _bounded(goal: Goal, found: Found, minimised: float) -> Found:
    """With the sharper of two bounds."""
    bound = goal.sign * minimised
    sharper = max(found.bound, bound) if goal.sign > 0 else min(found.bound, bound)
    return replace(found, bound=_not_past(goal, found, sharper))


def _not_past(goal: Goal, found: Found, bound: float) -> float:
    """A bound never worse than a plan that is there: what rounding of the solver may make of it."""
    if found.choice is None:
        return bound
    return min(bound, found.value) if goal.sign > 0 else max(bound, found.value)


def _with_choice(goal: Goal, found: Found, choice: Choice | None) -> Found:
    """With the better of two plans."""
    if choice is None:
        return found
    value = goal.worth(choice)
    if value is None or (found.choice is not None and goal.sign * value >= goal.sign * found.value):
        return found
    better = replace(found, choice=choice, value=value)
    return replace(better, bound=_not_past(goal, better, found.bound))

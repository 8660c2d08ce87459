"""What is searched for, what was found so far, and one model put to the solver."""

from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

import numpy as np

from optimizers.arrays import Bools, Floats
from optimizers.clock import Clock
from optimizers.network.aims import Hold, counts_all_years, is_minimised, keep, line_of
from optimizers.network.choice import Choice, StoppedError, choice_in, columns_of, delivery_of, gap_of
from optimizers.network.core import Core, core_of
from optimizers.network.links import add_links, all_links
from optimizers.network.model import Model, model_of, periods_of
from optimizers.network.problem import BARRED, FREE, NetworkProblem
from optimizers.solvers import highs
from optimizers.solvers.arrays import ModelArrays

_SMALL: Final = 5_000  # deliveries in all years of a question that is asked whole at once
_CLOSER: Final = 0.9  # of a gap that is asked for: its scale shrinks with the bound
_NODES: Final = 10_000_000


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
        """Value of the aim for a choice, year by year; None where a limit or a hold is broken or nothing is known."""
        try:
            return delivery_of(self.problem, choice).best(self.aim, self.holds, self.bests)
        except StoppedError:
            return None

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


def is_done(goal: Goal, found: Found, gap: float | None = None) -> bool:
    """Whether there is nothing more to look for: no plan, or one that is close enough (to the gap of the goal)."""
    return found.impossible or found.gap <= (goal.gap if gap is None else gap)


def branched(goal: Goal, asked: Goal, written: Written, found: Found, clock: Clock, *, gap: float) -> Found:
    """Branch and bound in the model of `asked`, which is the goal or a narrower one: then its bound says nothing."""
    if clock.is_up and found.choice is not None:
        return found
    model, arrays = written.model, written.arrays
    begin = begin_from(model, asked.problem, found.choice)
    scale = max(found.scale, abs(found.value) if found.choice is not None else abs(found.bound))
    near = _CLOSER * gap * scale if np.isfinite(scale) else 0.0
    outcome = highs.solve(None, arrays, begin, monotonic() + clock.left_s, _NODES, near)
    whole = asked is goal
    if outcome.infeasible:
        return replace(found, impossible=whole and found.choice is None)
    if outcome.bound is not None and whole:
        found = bounded(goal, found, outcome.bound)
    if outcome.values is None:
        return found
    return with_choice(goal, found, choice_in(model, asked.problem, outcome.values))


def begin_from(model: Model, problem: NetworkProblem, choice: Choice | None) -> dict[int, float] | None:
    """The whole variables of a plan, for a solver to begin from."""
    if choice is None:
        return None
    opens, on = columns_of(model, problem, choice)
    columns, values = (np.concatenate([a.ravel(), b.ravel()]) for a, b in ((model.opens, model.on), (opens, on)))
    return dict(zip(columns.tolist(), values.tolist(), strict=True))


def bounded(goal: Goal, found: Found, minimised: float) -> Found:
    """With the sharper of two bounds."""
    bound = goal.sign * minimised
    sharper = max(found.bound, bound) if goal.sign > 0 else min(found.bound, bound)
    return replace(found, bound=_not_past(goal, found, sharper))


def _not_past(goal: Goal, found: Found, bound: float) -> float:
    """A bound never worse than a plan that is there: what rounding of the solver may make of it."""
    if found.choice is None:
        return bound
    return min(bound, found.value) if goal.sign > 0 else max(bound, found.value)


def with_choice(goal: Goal, found: Found, choice: Choice | None) -> Found:
    """With the better of two plans."""
    if choice is None:
        return found
    value = goal.worth(choice)
    if value is None or (found.choice is not None and goal.sign * value >= goal.sign * found.value):
        return found
    better = replace(found, choice=choice, value=value)
    return replace(better, bound=_not_past(goal, better, found.bound))

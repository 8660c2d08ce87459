"""The levels of the lexicographic model after the first: measured again, and asked again of CBC.

F(T) = weight of the rows whose nearest open site is more than T minutes away
sum_i w_i u_iT <= what a level holds,  u_iT + sum_{j: t_ij <= T} y_j >= 1 for each level held and the one sought
"""

from typing import Any

import numpy as np
import pulp

from optimizers.arrays import Bools
from optimizers.clock import Clock
from optimizers.solution import PROOF_TOLERANCE, ROUNDING, Solution
from optimizers.verification.ask import NOT_CHECKED, add_at_most, answer, refuting
from optimizers.verification.measure import nearest_minutes, over
from optimizers.verification.question import Question
from optimizers.verification.steps import common_step

Hold = tuple[float, float]
"""Minutes, and the weight that may lie beyond."""


def faults_of_levels(question: Question, solution: Solution, is_open: Bools, clock: Clock) -> list[str]:
    """What is wrong with the levels shown; the first is left to the certificate where it is a worst time."""
    weight = question.weight
    nearest = nearest_minutes(question, is_open)
    faults: list[str] = []
    given = question.options["levels"]
    if len(given) and [level.minutes for level in solution.levels] != [float(t) for t in given][: len(solution.levels)]:
        faults.append("the levels shown are not those asked for, the largest first.")
    holds: list[Hold] = []
    for k, level in enumerate(solution.levels):
        beyond = float(weight[nearest > level.minutes].sum())
        is_time = level.sought == "minutes"
        # A time is sought for what lies beyond the level before, and may leave less.
        shown = (holds[-1][1] if holds else 0.0) if is_time else beyond
        if over(beyond, level.weight_beyond) or over(level.weight_beyond, shown):
            faults.append(f"level {k}: {beyond:g} lies beyond {level.minutes:g} minutes, not {level.weight_beyond:g}.")
        reached = level.minutes if is_time else level.weight_beyond
        # Minutes are not added up; a weight is a sum, of which only the rounding may pass for none.
        room = PROOF_TOLERANCE * abs(reached) + (0.0 if is_time else 10 * ROUNDING * float(weight.sum()))
        if level.bound > reached + room or (level.status == "optimal" and level.bound < reached - room):
            faults.append(f"level {k} is called {level.status} with a bound of {level.bound:g} for {reached:g}.")
        if not (k == 0 and is_time):
            faults += [f"level {k}: {fault}" for fault in _asked(question, level, holds, is_time, clock)]
        holds.append((level.minutes, level.weight_beyond))
    return faults


def are_proven(question: Question, solution: Solution) -> bool:
    """True when every level that was asked for is there, and each is called optimal."""
    if not all(level.status == "optimal" for level in solution.levels):
        return False
    needy = question.weight > 0
    if given := question.options["levels"]:
        return len(solution.levels) == len(given)
    if len(solution.levels) == 2 * int(question.options["depth"]) or not needy.any():
        return True
    if not solution.levels or solution.levels[-1].sought != "minutes":
        return False
    # Before that many, it ends where no time is shorter than the last one.
    usable = needy[question.row] & ~question.problem.closed_for_good[question.site]
    return not (question.minutes[usable] < solution.levels[-1].minutes).any() or solution.levels[-1].minutes == 0.0


def _asked(question: Question, level: Any, holds: list[Hold], is_time: bool, clock: Clock) -> list[str]:
    """Ask for the least weight beyond what this level rules out, with the levels before kept."""
    held = level.weight_beyond + sum(weight for _, weight in holds)
    step = common_step(question.weight.tolist())
    hair = 10 * PROOF_TOLERANCE * held
    if level.bound <= 0.0:
        return []  # nothing is less than nothing
    if is_time:
        before = question.minutes[question.minutes < level.bound]
        if before.size == 0:
            return []
        target, limit = float(before.max()), level.weight_beyond + max(0.5 * step, hair)
    else:
        target, limit = level.minutes, refuting(level.bound, step, hair)
        if limit < 0:
            return []
    if clock.is_up:
        return [NOT_CHECKED]
    fault = answer(_model(question, holds, target), 0.0, limit, clock)
    return [fault] if fault else []


def _model(question: Question, holds: list[Hold], target: float) -> Any:
    """The least weight beyond the target, where plans keep what is held."""
    problem, weight = question.problem, question.weight
    lp = pulp.LpProblem("levels", pulp.LpMinimize)
    fixed, closed = problem.open_already, problem.closed_for_good
    opens = [
        lp.add_variable(f"y_{j}", float(fixed[j]), float(not closed[j]), pulp.LpInteger) for j in range(problem.n_sites)
    ]
    for size, room in zip(question.sizes, question.room, strict=True):
        add_at_most(lp, [(y, float(s)) for y, s in zip(opens, size, strict=True) if s], float(room))
    for k, (minutes, most) in enumerate([*holds, (target, np.inf)]):
        sites: list[list[int]] = [[] for _ in range(problem.n_demand)]
        near = question.minutes <= minutes
        for i, j in zip(question.row[near].tolist(), question.site[near].tolist(), strict=True):
            sites[i].append(j)
        beyond = [(lp.add_variable(f"u_{k}_{i}", 0, 1), float(w)) for i, w in enumerate(weight) if w > 0]
        for (u, _), i in zip(beyond, np.flatnonzero(weight > 0).tolist(), strict=True):
            add_at_most(lp, [(u, -1.0), *((opens[j], -1.0) for j in sites[i])], -1.0)
        if np.isfinite(most):
            add_at_most(lp, beyond, most * (1.0 + 1e-9))
        else:
            lp.setObjective(pulp.LpAffineExpression(beyond))
    return lp

"""Better plans from the one at hand: some counties are asked again while all others stay as they are.

Shaw, P. (1998), Using constraint programming and local search methods to solve vehicle routing problems, CP98, LNCS
1520: large neighbourhood search. How many counties are asked at once follows what the solver manages in its time.
"""

from dataclasses import replace
from time import monotonic
from typing import Final

import numpy as np
from scipy import sparse

from optimizers.arrays import Floats, Ints
from optimizers.clock import Clock
from optimizers.network.choice import Choice, choice_in, columns_of
from optimizers.network.counties import Counties, entries_of
from optimizers.network.goal import Found, Goal, Written, is_done, with_choice
from optimizers.solvers import highs
from optimizers.solvers.arrays import ModelArrays
from optimizers.solvers.warm import WarmProgram

_SEED: Final = 1
_FIRST_SIZE: Final = 5.0  # counties
_MORE, _LESS = 1.2, 0.8  # times as many counties after a model that was solved, or was not
_EACH_S: Final = 2.0  # seconds for one model
_NEAR: Final = 2e-5  # of the plan's value
_LEAST_COUNTIES: Final = 3  # with fewer in all there is nothing to leave as it is
_IN_VAIN: Final = 1.5  # times as many models as there are counties, in a row without a better plan, end the search
_EVERY: Final = 8  # better plans, after which one is delivered year by year: the last may break a limit there
_NODES: Final = 1_000_000


def improved(goal: Goal, counties: Counties, written: Written, found: Found, clock: Clock, wanted: float) -> Found:
    """The best plan found from one that is there, until the clock is up or it is as close to the bound as wanted.

    Args:
        goal: what is searched for.
        counties, written: its folded model, cut and whole.
        found: with a plan.
        clock: for all models together.
        wanted: gap that is close enough.
    """
    assert found.choice is not None
    groups = goal.problem.groups
    values = _deliveries(goal, written, found.choice, clock)
    if groups < _LEAST_COUNTIES or values is None:
        return found
    accepted = 0
    rng, size, in_vain, best = np.random.default_rng(_SEED), _FIRST_SIZE, 0, float(written.cost @ values)
    while not (clock.is_up or in_vain >= _IN_VAIN * groups or _is_close(goal, found, best, wanted)):
        part = Clock(min(_EACH_S, clock.left_s))
        chosen = rng.choice(groups, min(groups, max(1, round(size))), replace=False)
        better = _again(counties, values, chosen, part, _NEAR * abs(best))
        size = max(size * (_LESS if part.is_up else _MORE), 1.0)
        worth = best if better is None else float(written.cost @ better)
        if better is None or worth >= best - _NEAR * abs(best):
            in_vain += 1
            continue
        values, best, in_vain, accepted = better, worth, 0, accepted + 1
        if accepted % _EVERY == 0:
            found = with_choice(goal, found, choice_in(written.model, goal.problem, values))
    return with_choice(goal, found, choice_in(written.model, goal.problem, values))


def _is_close(goal: Goal, found: Found, value: float, wanted: float) -> bool:
    """Whether the folded value (to be minimised) is close enough, well before what years apart may take of it."""
    return is_done(goal, replace(found, value=goal.sign * value), wanted / 2)


def _deliveries(goal: Goal, written: Written, choice: Choice, clock: Clock) -> Floats | None:
    """(n,) the folded model's best for a choice."""
    lower, upper = written.arrays.lower.copy(), written.arrays.upper.copy()
    model = written.model
    for columns, values in zip((model.opens, model.on), columns_of(model, goal.problem, choice), strict=True):
        lower[columns] = upper[columns] = values
    return WarmProgram(replace(written.arrays, lower=lower, upper=upper)).solve(clock.left_s)


def _again(counties: Counties, values: Floats, groups: Ints, clock: Clock, near: float) -> Floats | None:
    """(n,) the best with the columns of these counties, and the money, free and all else as it is."""
    columns = np.concatenate([counties.columns[g] for g in (*groups, -1)])
    model, begin = _part(counties, values, columns)
    outcome = highs.solve(None, model, begin, monotonic() + clock.left_s, _NODES, near)
    if outcome.values is None:
        return None
    changed = values.copy()
    changed[columns] = outcome.values
    return changed


def _part(counties: Counties, values: Floats, columns: Ints) -> tuple[ModelArrays, dict[int, float]]:
    """The model in these columns, and where to begin."""
    arrays, free = counties.arrays, np.zeros(values.size)
    free[columns] = 1.0
    rows = np.flatnonzero(abs(counties.matrix) @ free)
    table = sparse.csr_array(counties.matrix[rows])
    given = table @ np.where(free > 0, 0.0, values)
    model = replace(
        arrays, cost=arrays.cost[columns], lower=arrays.lower[columns], upper=arrays.upper[columns],
        integer=arrays.integer[columns], row_lower=arrays.row_lower[rows] - given,
        row_upper=arrays.row_upper[rows] - given, **entries_of(sparse.csr_array(table[:, columns])),
    )  # fmt: skip
    whole = np.flatnonzero(model.integer)
    return model, dict(zip(whole.tolist(), np.rint(values[columns][whole]).tolist(), strict=True))

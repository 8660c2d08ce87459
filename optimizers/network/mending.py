"""What would make an impossible question possible: for each kind of limit the smallest change that alone is enough.

    minimise   the part by which limits of one kind are missed
    subject to everything else

Money is stretched by one factor for all sources and years; floors and standards one by one, and all by one factor;
staff, orders and sites one by one. The tilt falls to the largest share that can be kept (Dinkelbach 1967, On nonlinear
fractional programming, Management Science 13: the ratio of two sums by a few linear problems).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from time import monotonic
from typing import Final

import numpy as np

from optimizers.arrays import Floats
from optimizers.clock import Clock
from optimizers.network.aims import counts_all_years
from optimizers.network.core import Core, core_of
from optimizers.network.model import Model, model_of, periods_of
from optimizers.network.problem import NetworkProblem
from optimizers.solvers import highs

_KINDS: Final = ("money", "most_sites", "orders", "staff", "floor", "floors", "standard", "standards", "tilt")
_HAIR: Final = 1e-6
_NODES: Final = 1_000_000
_RATIO_STEPS: Final = 8


@dataclass(frozen=True)
class Mend:
    """One change that alone makes the question possible.

    | field | meaning |
    |-------|---------|
    | what | money, most_sites, orders, staff, floor, floors, standard, standards, tilt |
    | position | site (orders), pool x P + resource (staff), group (floor), service (standard); None: all of that kind |
    | from_value | what it is: 1 for the factor on all money, floors or standards; year of an order; else its value |
    | to_value | what is enough; NEVER (-1) for an order that must go |
    | proven | whether less of it is proven not to be enough |
    """

    what: str
    position: int | None
    from_value: float
    to_value: float
    proven: bool = True


def mend_network(problem: NetworkProblem, *, time_limit_s: float = 10.0) -> tuple[Mend, ...]:
    """Every kind of limit whose change alone makes a plan possible; empty when no single kind is to blame.

    Args:
        problem: a question without a plan.
        time_limit_s: seconds for all kinds together.
    """
    clock, core = Clock(time_limit_s), core_of(problem)
    out: list[Mend] = []
    for number, kind in enumerate(_KINDS):
        if not clock.is_up:
            out += _mended(problem, core, kind, clock.part(1.0 / (len(_KINDS) - number)))
    named = {mend.what for mend in out}
    return tuple(m for m in out if not (m.what in ("floors", "standards") and m.what[:-1] in named))


def _mended(problem: NetworkProblem, core: Core, kind: str, clock: Clock) -> Iterator[Mend]:
    """The smallest change of one kind; nothing where one limit alone is not enough or the kind is not there."""
    if kind == "tilt":
        yield from _tilt(problem, core, clock)
        return
    model = _model(problem, core, kind)
    if not model.slack:
        return
    cost = np.zeros(model.sheet.columns)
    for slack in model.slack:
        cost[slack.columns] = 1.0
    found = _least(model, cost, clock)
    if found is None:
        return
    values, proven = found
    missed = [
        (int(at), float(values[column]))
        for slack in model.slack
        for column, at in zip(slack.columns, slack.position, strict=True)
        if values[column] > _HAIR
    ]
    if len(missed) == 1:
        yield _record(problem, kind, *missed[0], proven)


def _model(problem: NetworkProblem, core: Core, kind: str) -> Model:
    periods = periods_of(problem, folded=False, all_years=counts_all_years(problem, ()))
    return model_of(problem, core, periods, stretch=kind)


def _least(model: Model, cost: Floats, clock: Clock) -> tuple[Floats, bool] | None:
    outcome = highs.solve(None, model.sheet.arrays(cost), None, monotonic() + clock.left_s, _NODES, _HAIR)
    if outcome.values is None or outcome.infeasible:
        return None
    return outcome.values, outcome.proven


def _record(problem: NetworkProblem, kind: str, at: int, missed: float, proven: bool) -> Mend:
    """A hair more than what is missed, so that a solver keeps to it."""
    more = missed * (1 + _HAIR) + _HAIR
    if kind == "money":
        return Mend(kind, None, 1.0, 1.0 + more, proven)
    if kind in ("floors", "standards"):
        return Mend(kind, None, 1.0, max(0.0, 1.0 - more), proven)
    if kind == "most_sites":
        return Mend(kind, None, float(problem.most_sites or 0), float(problem.most_sites or 0) + round(missed), proven)
    if kind == "orders":
        return Mend(kind, at, float(problem.site_by[at]), -1.0, proven)
    if kind == "staff":
        there = float(problem.pool.ravel()[at])
        return Mend(kind, at, there, there + more, proven)
    asked = float((problem.floor if kind == "floor" else problem.standard)[at])
    return Mend(kind, at, asked, max(0.0, asked - more), proven)


def _tilt(problem: NetworkProblem, core: Core, clock: Clock) -> Iterator[Mend]:
    """The largest share that a plan can give to the tilted groups."""
    share, best = problem.tilt_share, None
    if share <= 0:
        return
    for _ in range(_RATIO_STEPS):
        lower = replace(problem, tilt_share=max(share, _HAIR))
        model = _model(lower, core, "tilt")
        cost = np.zeros(model.sheet.columns)
        cost[model.slack[0].columns] = 1.0
        found = _least(model, cost, clock)
        if found is None:
            return
        values, proven = found
        reached = _share_in(lower, model, values)
        if best is not None and reached <= best + _HAIR:
            break
        best = reached if best is None else max(best, reached)
        share = best
        if clock.is_up or not proven:
            break
    if best is not None and best < problem.tilt_share:
        yield Mend("tilt", None, problem.tilt_share, max(0.0, best - _HAIR), clock.left_s > 0)


def _share_in(problem: NetworkProblem, model: Model, values: Floats) -> float:
    cost = values[model.cost]
    inside = np.zeros(model.cost.shape[1], dtype=bool)
    inside[model.class_of[problem.tilt_groups]] = True
    total = float(cost.sum())
    return float(cost[:, inside].sum()) / total if total > 0 else 1.0

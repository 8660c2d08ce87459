"""What would make an impossible question possible: the smallest changes of one kind of limit, or of two together.

    minimise   the part by which limits of these kinds are missed
    subject to everything else

Money is stretched by one factor for all sources and years; floors and standards one by one, and all by one factor;
staff, orders and sites one by one. The tilt falls to the largest share that can be kept (Dinkelbach 1967, On nonlinear
fractional programming, Management Science 13: the ratio of two sums by a few linear problems).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from time import monotonic
from typing import Any, Final

import numpy as np

from optimizers.arrays import Floats, Ints
from optimizers.clock import Clock
from optimizers.network.aims import counts_all_years
from optimizers.network.core import Core, core_of
from optimizers.network.model import Model, model_of, periods_of
from optimizers.network.problem import NetworkProblem
from optimizers.network.solution import NEVER
from optimizers.solvers import highs

_KINDS: Final = ("money", "most_sites", "orders", "staff", "floor", "floors", "standard", "standards", "tilt")
_SINGLE: Final = {"floors": "floor", "standards": "standard"}
_MOST_TOGETHER: Final = 4  # changes in one way; more are no small change
_ENOUGH_WAYS: Final = 3
_ALONE_SHARE: Final = 0.6  # of the time, for kinds by themselves
_HAIR: Final = 1e-6
_NODES: Final = 1_000_000
_RATIO_STEPS: Final = 8


@dataclass(frozen=True)
class Mend:
    """One change of one limit.

    | field | meaning |
    |-------|---------|
    | what | money, most_sites, orders, staff, floor, floors, standard, standards, tilt |
    | position | site (orders), pool x P + resource (staff), group (floor), service (standard); None: all of that kind |
    | from_value | what it is: 1 for the factor on all money, floors or standards; year of an order; else its value |
    | to_value | what is enough; NEVER (-1) for an order that must go |
    | proven | whether less of it, all else of its way as told, is proven not to be enough |
    """

    what: str
    position: int | None
    from_value: float
    to_value: float
    proven: bool = True


Way = tuple[Mend, ...]
"""Changes that together make a plan possible."""


def mend_network(problem: NetworkProblem, *, time_limit_s: float = 10.0) -> tuple[Way, ...]:
    """Ways to make a plan possible, each enough by itself: of one kind of limit; where there is none, of two kinds.

    Args:
        problem: a question without a plan.
        time_limit_s: seconds for all ways together.

    Returns:
        Ways of few changes; those of one change first. Empty when none was found.
    """
    clock, core = Clock(time_limit_s), core_of(problem)
    ways = list(_of_one_kind(problem, core, clock.part(_ALONE_SHARE))) or list(_of_two_kinds(problem, core, clock))
    named = {mend.what for way in ways for mend in way if len(way) == 1}
    told = [way for way in ways if not (len(way) == 1 and _SINGLE.get(way[0].what) in named)]
    return tuple(sorted(told, key=len))


def mended(problem: NetworkProblem, way: Way) -> NetworkProblem:
    """The question with these changes."""
    for mend in way:
        problem = replace(problem, **_changed(problem, mend))
    return problem


def _changed(problem: NetworkProblem, mend: Mend) -> dict[str, Any]:
    value, at = mend.to_value, mend.position
    if mend.what == "money":
        return {"money": problem.money * value}
    if mend.what in _SINGLE:
        field = _SINGLE[mend.what]
        return {field: getattr(problem, field) * value}
    if mend.what == "most_sites":
        return {"most_sites": round(value)}
    if mend.what == "tilt":
        return {"tilt_share": value}
    field = {"orders": "site_by", "staff": "pool"}.get(mend.what, mend.what)
    changed = np.array(getattr(problem, field))
    changed.ravel()[at] = NEVER if mend.what == "orders" else value
    return {field: changed}


# --- ways --------------------------------------------------------------------------------------------------------


def _of_one_kind(problem: NetworkProblem, core: Core, clock: Clock) -> Iterator[Way]:
    for number, kind in enumerate(_KINDS):
        if not clock.is_up:
            part = clock.part(1.0 / (len(_KINDS) - number))
            yield from (_tilt(problem, core, part) if kind == "tilt" else _mended(problem, core, (kind,), part))


def _of_two_kinds(problem: NetworkProblem, core: Core, clock: Clock) -> Iterator[Way]:
    """Pairs of kinds, the tilt with each other kind last."""
    kinds = [kind for kind in _KINDS[:-1] if _model(problem, core, (kind,)).slack]
    pairs = [pair for pair in combinations(kinds, 2) if _SINGLE.get(pair[1]) != pair[0]]
    found = 0
    for number, pair in enumerate(pairs):
        if clock.is_up or found == _ENOUGH_WAYS:
            return
        for way in _mended(problem, core, pair, clock.part(1.0 / (len(pairs) + len(kinds) - number))):
            found += 1
            yield way
    if found or problem.tilt_share <= 0:
        return
    level = replace(problem, tilt_share=0.0)
    for number, kind in enumerate(kinds):
        part = clock.part(1.0 / (len(kinds) - number))
        for way in _mended(level, core, (kind,), part):
            yield from (way + tilt for tilt in _tilt(mended(problem, way), core, part))


def _mended(problem: NetworkProblem, core: Core, kinds: tuple[str, ...], clock: Clock) -> Iterator[Way]:
    """The smallest change of these kinds; nothing where it takes many limits, or does not help."""
    model = _model(problem, core, kinds)
    if {slack.kind for slack in model.slack} != set(kinds):
        return
    cost = np.zeros(model.sheet.columns)
    for slack in model.slack:
        cost[slack.columns] = 1.0 / _size(problem, slack.kind, slack.position)
    found = _least(model, cost, clock)
    if found is None:
        return
    values, proven = found
    way = tuple(
        _record(problem, slack.kind, int(at), float(values[column]), proven)
        for slack in model.slack
        for column, at in zip(slack.columns, slack.position, strict=True)
        if values[column] > _HAIR
    )
    if 0 < len(way) <= _MOST_TOGETHER:
        yield way


def _size(problem: NetworkProblem, kind: str, position: Ints) -> Floats:
    """What counts as one whole change of a limit: all the money, a floor of 1, the staff or sites that there are."""
    sizes = np.ones(position.size)
    if kind == "staff":
        return np.asarray(np.maximum(problem.pool.ravel()[position], 1.0))
    return sizes * max(problem.most_sites or 0, 1) if kind == "most_sites" else sizes


def _model(problem: NetworkProblem, core: Core, kinds: tuple[str, ...]) -> Model:
    periods = periods_of(problem, folded=False, all_years=counts_all_years(problem, ()))
    return model_of(problem, core, periods, stretch=kinds)


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


def _tilt(problem: NetworkProblem, core: Core, clock: Clock) -> Iterator[Way]:
    """The largest share that a plan can give to the tilted groups."""
    share, best, settled = problem.tilt_share, None, False
    if share <= 0:
        return
    for _ in range(_RATIO_STEPS):
        lower = replace(problem, tilt_share=max(share, _HAIR))
        model = _model(lower, core, ("tilt",))
        cost = np.zeros(model.sheet.columns)
        cost[model.slack[0].columns] = 1.0
        found = _least(model, cost, clock)
        if found is None:
            break
        values, proven = found
        reached = _share_in(lower, model, values)
        if best is not None and reached <= best + _HAIR:
            settled = proven
            break
        best = reached if best is None else max(best, reached)
        share = best
        if clock.is_up or not proven:
            break
    if best is not None and best < problem.tilt_share:
        yield (Mend("tilt", None, problem.tilt_share, max(0.0, best - _HAIR), settled),)


def _share_in(problem: NetworkProblem, model: Model, values: Floats) -> float:
    cost = values[model.cost]
    inside = np.zeros(model.cost.shape[1], dtype=bool)
    inside[model.class_of[problem.tilt_groups]] = True
    total = float(cost.sum())
    return float(cost[:, inside].sum()) / total if total > 0 else 1.0

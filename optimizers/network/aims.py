"""What a plan is for: each aim as a line of the model, to be made as large or as small as can be.

| aim | sense | value |
|-----|-------|-------|
| most | max | Σ_t Σ_a share_a (Σ reach x + Σ round_value z): what is delivered, all years |
| worst_off | max | smallest share of its need that a group is delivered in the last year; 1 without any need |
| least_cost | min | yuan of all years: capital, running cost and rounds |
| fewest_sites | min | sites where a free form is open in the last year |
| least_regret | min | largest best_a - value_a: what the plan loses in a season against the best plan for it alone |
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from optimizers.arrays import Floats
from optimizers.network.core import Core
from optimizers.network.model import Model, last_year_terms
from optimizers.network.problem import NetworkProblem

AIMS: Final = ("most", "worst_off", "least_cost", "fewest_sites", "least_regret")
SEASON: Final = "season_"
_SLACK: Final = 1e-6  # of a held value: what a solver keeps to, so that a hold never rules out its own plan


@dataclass(frozen=True)
class Hold:
    """An earlier aim keeps at least (of a minimised one: at most) this value."""

    aim: str
    value: float


def is_minimised(aim: str) -> bool:
    """Whether less is better."""
    return aim in ("least_cost", "fewest_sites", "least_regret")


def limit_of(aim: str) -> float:
    """What no plan whatsoever passes: nothing is less than free, and nobody gets more than all."""
    return 0.0 if is_minimised(aim) else 1.0 if aim == "worst_off" else np.inf


def scale_of(aim: str, bests: Sequence[float]) -> float:
    """What the gap of an aim is a share of at least: a regret is small beside what it is measured against."""
    return max(bests, default=0.0) if aim == "least_regret" else 0.0


def counts_all_years(problem: NetworkProblem, aims: Sequence[str]) -> bool:
    """Whether deliveries before the last year matter: to one of these aims, or as spending that keeps the tilt."""
    return problem.tilt_share > 0 or any(aim in ("most", "least_regret") or aim.startswith(SEASON) for aim in aims)


def held(aim: str, best: float, give: float, *, exact: bool = False) -> Hold:
    """What later aims must leave of an earlier one; `exact`: to the last digit, which a solver may fail to keep."""
    slack = give * abs(best) + (0.0 if exact else _SLACK * max(1.0, abs(best)))
    return Hold(aim, best + slack if is_minimised(aim) else best - slack)


def line_of(problem: NetworkProblem, core: Core, model: Model, aim: str, bests: Sequence[float] = ()) -> Floats:
    """Coefficients (columns,) of the aim's value; rows that it needs are added to the model.

    Args:
        bests: best value of every season alone, for `least_regret`.
    """
    if aim == "least_cost":
        return _line(model, [(model.cost.ravel(), np.ones(model.cost.size))])
    if aim == "fewest_sites":
        return _line(model, [(model.opens[:, -1], np.ones(model.forms.size))])
    if aim == "worst_off":
        return _worst_off(problem, core, model)
    if aim == "least_regret":
        return _regret(core, model, bests)
    if aim.startswith(SEASON):
        return _line(model, _season(core, model, int(aim.removeprefix(SEASON)), 1.0))
    shares = enumerate(problem.season_share)
    return _line(model, [part for a, share in shares for part in _season(core, model, a, float(share))])


Parts = list[tuple[np.ndarray, Floats]]


def _line(model: Model, parts: Parts) -> Floats:
    out = np.zeros(model.sheet.columns)
    for columns, values in parts:
        out[columns] += values
    return out


def _season(core: Core, model: Model, season: int, share: float) -> Parts:
    """Value of what is delivered in one season, in the years that the model has."""
    parts: Parts = []
    for period, arcs, rounds in zip(model.periods, model.delivered, model.rounds, strict=True):
        if period.season == season:
            parts.append((arcs, share * core.arcs[season].value))
            parts.append((rounds, share * core.round_value[model.round_rows]))
    return parts


def _worst_off(problem: NetworkProblem, core: Core, model: Model) -> Floats:
    column = model.sheet.new_columns(1, upper=1.0)
    needy = np.flatnonzero(core.need > 0)
    row_of = np.full(problem.groups, -1, dtype=np.int64)
    row_of[needy] = model.sheet.new_rows(needy.size, low=0.0)
    model.sheet.put(row_of[needy], column, -1.0)
    for row, columns, share in last_year_terms(problem, core, model):
        group = core.group[row]
        counts = core.need[group] > 0
        per_need = share * core.worth[row] / np.where(counts, core.need[group], 1.0)
        model.sheet.put(row_of[group[counts]], columns[counts], per_need[counts])
    return _line(model, [(column, np.ones(1))])


def _regret(core: Core, model: Model, bests: Sequence[float]) -> Floats:
    column = model.sheet.new_columns(1)
    for season, best in enumerate(bests):
        row = model.sheet.new_rows(1, low=best)
        model.sheet.put(row, column, 1.0)
        for columns, values in _season(core, model, season, 1.0):
            model.sheet.put(row, columns, values)
    return _line(model, [(column, np.ones(1))])


def keep(problem: NetworkProblem, core: Core, model: Model, hold: Hold, bests: Sequence[float] = ()) -> None:
    """Add the row of a hold."""
    line = line_of(problem, core, model, hold.aim, bests)
    columns = np.flatnonzero(line)
    low, high = (-np.inf, hold.value) if is_minimised(hold.aim) else (hold.value, np.inf)
    model.sheet.put(model.sheet.new_rows(1, low=low, high=high), columns, line[columns])

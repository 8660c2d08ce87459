"""From a problem with capacities and a question to a core."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizers.arrays import Bools, Floats
from optimizers.capacity.core import CapacityCore, Origin
from optimizers.capacity.rows import Rows, merged
from optimizers.capacity.tables import Tables, turned
from optimizers.coverage import near
from optimizers.posing import limits_of, unit_of
from optimizers.problem import LocationProblem
from optimizers.request import Request


@dataclass(frozen=True)
class Kind:
    """What the numbers of a question mean.

    Attributes:
        covers: weight served within a threshold counts; else the value of serving it.
        own_choice: people go to their nearest open site.
        rate: value of one unit of weight travelling one minute.
        left_out: value of leaving out one unit of weight; None where everybody must be served.
    """

    covers: bool
    own_choice: bool
    rate: float
    left_out: float | None

    @property
    def is_free(self) -> bool:
        """True when it costs nothing to be served far away, so that the value does not say who is nearest."""
        return self.covers or self.rate == 0.0


def kind_of(problem: LocationProblem, model: str, options: Mapping[str, Any]) -> Kind:
    """The kind of one of the three capacitated models."""
    covers = model == "capacitated_coverage"
    rate = float(options.get("yuan_per_time", 1.0)) if model == "capacitated_fixed_charge" else 1.0
    left_out = 1.0 if covers else None if problem.unserved_cost is None else rate * problem.unserved_cost
    return Kind(covers, options.get("choice", "planned") == "nearest", rate, left_out)


def pose(problem: LocationProblem, model: str, request: Request) -> CapacityCore:
    """The core of one of the three capacitated models."""
    kind = kind_of(problem, model, request.options)
    rows = posed_rows(problem, kind, request.threshold_min, ~problem.closed_for_good)
    unit = np.zeros(rows.unit.size) if kind.is_free else rows.unit
    open_cost = np.zeros(problem.n_sites)
    if model == "capacitated_fixed_charge":
        open_cost = np.where(problem.open_already, 0.0, problem.site_cost_yuan)
    left_out = 0.0 if kind.left_out is None else kind.left_out
    scale = unit_of(unit * np.repeat(rows.weight, np.diff(rows.indptr)), rows.weight * left_out, open_cost)
    whole = math.ceil((_dearest(rows, unit, left_out) + float(open_cost.sum())) / scale)
    penalty = float(whole + max(1, math.ceil(1e-6 * whole)))  # beyond rounding, and whole
    must = kind.left_out is None
    size, capacity = limits_of(problem, request)
    core = CapacityCore(
        tables=tables_of(problem, rows, unit / scale, open_cost / scale, None if must else left_out / scale),
        must=np.full(rows.weight.size, must), own_choice=kind.own_choice, open_cost=open_cost / scale,
        size=size, capacity=capacity, free=np.ones(problem.n_sites, dtype=np.bool_),
        open_now=np.zeros(problem.n_sites, dtype=np.bool_), origin=Origin(rows.posed, rows.share),
        penalty=penalty if kind.own_choice or must else np.inf,
        sign=-scale if kind.covers else scale,
        offset=float(problem.weight[problem.weight > 0].sum()) if kind.covers else 0.0,
    )  # fmt: skip
    return core.restrict(problem.open_already, problem.closed_for_good)


def posed_rows(problem: LocationProblem, kind: Kind, threshold_min: Any, usable: Bools) -> Rows:
    """Rows of positive weight with the pairs that may serve them, by position; equal rows are one.

    The unit of a pair is its value per unit of weight; where that is 0 and people choose, it is the rank.
    """
    times = problem.travel_time_min
    wanted = problem.weight > 0
    rows = np.repeat(np.arange(problem.n_demand), np.diff(times.indptr))
    keep = wanted[rows] & usable[times.indices]
    if kind.covers:
        keep &= near(problem, threshold_min)
    elif kind.left_out is not None:
        keep &= kind.rate * times.data < kind.left_out
    counts = np.bincount(rows[keep], minlength=problem.n_demand)[wanted]
    site, unit = times.indices[keep].astype(np.int64), kind.rate * times.data[keep]
    if kind.is_free:
        unit = _ranks(rows[keep], times.data[keep]) if kind.own_choice else np.zeros(site.size)
    found = Rows(
        problem.weight[wanted], np.concatenate(([0], np.cumsum(counts))).astype(np.int64), site, unit,
        np.where(wanted, np.cumsum(wanted) - 1, -1), np.ones(problem.n_demand),
    )  # fmt: skip
    return merged(found)


def _ranks(rows: Any, unit: Floats) -> Floats:
    """Rank of each pair in its row, nearest first; the lower position first among equals."""
    order = np.lexsort((unit, rows))
    first = np.searchsorted(rows, rows)
    ranks = np.empty(unit.size)
    ranks[order] = np.arange(unit.size) - first
    return ranks


def tables_of(problem: LocationProblem, rows: Rows, unit: Floats, open_cost: Floats, left_out: float | None) -> Tables:
    """The tables, each row nearest first; the key that says so is the unit, or the rank for covering."""
    counts = np.diff(rows.indptr)
    of_pair = np.repeat(np.arange(rows.weight.size), counts)
    order = np.lexsort((rows.unit, of_pair))
    site, unit = rows.site[order].astype(np.int32), unit[order]
    reachable = np.bincount(site, rows.weight[of_pair[order]], minlength=problem.n_sites)
    room = np.minimum(np.asarray(problem.capacity, dtype=np.float64), reachable)
    # Dearer than moving others out of the way, from site to site, or than opening a site for the smallest row.
    least = max(float(rows.weight.min(initial=np.inf)), 1e-3 * float(rows.weight.mean()) if rows.weight.size else 1.0)
    dearest = (problem.n_sites + 1.0) * float(unit.max(initial=0.0)) + float(open_cost.max(initial=0.0)) / least + 1.0
    default = np.full(rows.weight.size, dearest if left_out is None else left_out)
    return Tables(
        rows.indptr, site, unit, rows.weight, default, room, *turned(rows.indptr, site, unit, problem.n_sites)
    )


def _dearest(rows: Rows, unit: Floats, left_out: float) -> float:
    """The value of serving every row in the dearest way."""
    worst = np.full(rows.weight.size, left_out)
    np.maximum.at(worst, np.repeat(np.arange(rows.weight.size), np.diff(rows.indptr)), unit)
    return float(rows.weight @ worst)

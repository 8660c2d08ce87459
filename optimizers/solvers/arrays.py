"""A PuLP model as arrays: every entry is touched once, by compiled iterators."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import pulp
from numpy.typing import NDArray

from optimizers.arrays import Bools, Floats


@dataclass(frozen=True, eq=False)
class ModelArrays:
    """Minimise cost x subject to row_lower <= A x <= row_upper, lower <= x <= upper.

    The objective of the model is flip * cost x + constant.

    The matrix is stored by rows: `start`, `index`, `value`. `variables` are the PuLP variables by column.
    """

    variables: list[Any]
    cost: Floats
    lower: Floats
    upper: Floats
    integer: Bools
    row_lower: Floats
    row_upper: Floats
    start: NDArray[np.int32]
    index: NDArray[np.int32]
    value: Floats
    flip: float
    constant: float


def arrays_of(lp: Any) -> ModelArrays:
    """The arrays of a model; columns in the order in which objective and constraints first name them."""
    constraints = lp.constraints()
    objective = lp.objective if lp.objective is not None else {}
    expressions = [constraint.expr for constraint in constraints]
    # By identity: the hash of a PuLP variable is a Python function and would be called for every entry.
    named = list(chain(objective, chain.from_iterable(expressions)))
    numbers = list(map(id, named))
    variables = list(dict(zip(numbers, named, strict=True)).values())
    column = dict(zip(map(id, variables), range(len(variables)), strict=True))
    entries = len(named) - len(objective)
    index = np.fromiter(map(column.__getitem__, numbers[len(objective) :]), np.int32, entries)
    value = np.fromiter(chain.from_iterable(e.values() for e in expressions), np.float64, entries)
    flip = -1.0 if lp.sense == pulp.LpMaximize else 1.0
    cost = np.zeros(len(variables))
    cost[[column[number] for number in numbers[: len(objective)]]] = list(objective.values()) if objective else []
    row_lower, row_upper = _sides(constraints)
    return ModelArrays(
        variables=variables,
        cost=flip * cost,
        lower=_bounds((v.lowBound for v in variables), -np.inf, len(variables)),
        upper=_bounds((v.upBound for v in variables), np.inf, len(variables)),
        integer=np.fromiter((v.cat == pulp.LpInteger for v in variables), np.bool_, len(variables)),
        row_lower=row_lower,
        row_upper=row_upper,
        start=np.concatenate(([0], np.cumsum([len(e) for e in expressions]))).astype(np.int32),
        index=index,
        value=value,
        flip=flip,
        constant=float(getattr(objective, "constant", 0.0)),
    )


def values_by_index(model: ModelArrays, start: Mapping[str, float] | Iterable[str]) -> dict[int, float]:
    """A start by column: the values by name, or the names of the 0/1 variables that are 1 (the others are 0)."""
    if isinstance(start, Mapping):
        return {k: float(start[v.name]) for k, v in enumerate(model.variables) if v.name in start}
    chosen = set(start)
    return {k: float(model.variables[k].name in chosen) for k in np.flatnonzero(model.integer).tolist()}


def _bounds(values: Iterable[Any], missing: float, count: int) -> Floats:
    return np.fromiter((missing if value is None else value for value in values), np.float64, count)


def _sides(constraints: list[Any]) -> tuple[Floats, Floats]:
    right = np.array([-c.constant for c in constraints], dtype=np.float64)
    sense = np.array([c.sense for c in constraints], dtype=np.int64)
    lower = np.where(sense == pulp.LpConstraintLE, -np.inf, right)
    upper = np.where(sense == pulp.LpConstraintGE, np.inf, right)
    return lower, upper

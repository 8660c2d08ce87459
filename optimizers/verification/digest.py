"""A fingerprint of a problem and its question, so that a certificate cannot be shown with other numbers."""

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from optimizers.problem import LocationProblem

_CHUNK = 1 << 20  # entries hashed at a time, so that a large table is not copied as a whole


def problem_digest(
    problem: LocationProblem,
    model: str,
    *,
    p: int | None = None,
    budget_yuan: float | None = None,
    threshold_min: Any = None,
    options: Mapping[str, Any] | None = None,
) -> str:
    """SHA-256 over weights, times, costs, capacities, groups, locks and the question.

    `threshold_min` (minutes, one or one for each row) is what was asked for; None means the problem's own. Options
    are hashed in the order of their names. Kinds of integers and of floats do not matter, values do.
    """
    made = hashlib.sha256()
    times = problem.travel_time_min
    for array, kind in ((times.data, np.float64), (times.indices, np.int64), (times.indptr, np.int64)):
        _hash_array(made, array, kind)
    for name in ("weight", "site_cost_yuan", "capacity", "threshold_min"):
        _hash_field(made, name, getattr(problem, name, None))
    for name in ("fixed_open", "forbidden"):
        _hash_field(made, name, np.array(getattr(problem, name), dtype=np.float64))
    _hash_field(made, "unserved_cost", problem.unserved_cost)
    for group in getattr(problem, "groups", ()):
        _hash_field(made, "group", group.weight)
        _hash_field(made, "floor", group.floor)
    made.update(f"|{times.shape}|{model}|".encode())
    asked = {"p": p, "budget_yuan": budget_yuan, "asked_threshold_min": threshold_min, **(options or {})}
    for name in sorted(asked):
        _hash_field(made, name, asked[name])
    return made.hexdigest()


def _hash_field(made: Any, name: str, value: Any) -> None:
    made.update(f"|{name}:".encode())
    if value is None or isinstance(value, str):
        made.update(repr(value).encode())
    elif np.ndim(value) == 0:
        made.update(np.float64(value).tobytes())
    elif len(value) and isinstance(value[0], str):
        made.update(repr(tuple(value)).encode())
    else:
        _hash_array(made, np.asarray(value), np.float64)


def _hash_array(made: Any, array: Any, kind: Any) -> None:
    made.update(f"[{array.size}]".encode())
    for start in range(0, array.size, _CHUNK):
        made.update(np.ascontiguousarray(array[start : start + _CHUNK], dtype=kind).tobytes())

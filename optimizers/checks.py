"""Is what was handed in a problem at all? Every fault becomes one sentence that names positions and says what to do.

Big tables are looked at without big copies: a fault is searched for only once the smallest or largest value
shows that there is one.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse

from optimizers.arrays import Bools, Csr, Floats, Ints

Faults = list[str]
_SHOWN = 5
_CHUNK = 250_000  # entries of a dense table looked at in one go


def some(positions: Sequence[Any]) -> str:
    """Name the first few positions, and say how many more there are."""
    shown = ", ".join(str(position) for position in positions[:_SHOWN])
    more = len(positions) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def as_number(value: Any) -> float:
    """The value as a float; NaN where it is none: words and True are not numbers."""
    try:
        return np.nan if isinstance(value, bool | str) else float(value)
    except (TypeError, ValueError, OverflowError):
        return np.nan


def checked_vector(name: str, value: Any, faults: Faults, *, infinite: bool = False) -> Floats | None:
    """A read-only copy as floats of 0 or more; `infinite` says whether inf is one of them."""
    vector = _as_floats(name, value, faults)
    if vector is None:
        return None
    if vector.ndim != 1:
        faults.append(f"{name} must be one-dimensional, found {vector.ndim} dimensions.")
        return None
    _report_values(name, vector, range(vector.size), faults)
    if not infinite and np.isposinf(vector).any():
        faults.append(
            f"{name} is infinite at {some(np.flatnonzero(np.isposinf(vector)).tolist())}; give a finite value."
        )
    return _locked(vector)


def checked_number(name: str, value: Any, faults: Faults, unit: str = "cost") -> float | None:
    """A finite number of 0 or more, or None where none was given."""
    if value is None:
        return None
    number = as_number(value)
    if not (np.isfinite(number) and number >= 0):
        faults.append(f"{name} is {value}; give a finite {unit} of 0 or more, or None.")
    return number


def checked_threshold(
    value: Any, n_demand: int | None, faults: Faults, *, infinite: bool = False
) -> float | Floats | None:
    """Minutes that count as near: one number for everybody, or one for each demand row."""
    if value is None or np.ndim(value) == 0:
        if infinite and value == np.inf:
            return np.inf
        return checked_number("threshold_min", value, faults, "number of minutes")
    minutes = checked_vector("threshold_min", value, faults, infinite=infinite)
    if minutes is not None and n_demand is not None and minutes.size != n_demand:
        faults.append(f"threshold_min has {minutes.size} values; give one number, or one for each of {n_demand} rows.")
    return minutes


def checked_positions(name: str, value: Any, n_sites: int | None, faults: Faults) -> tuple[int, ...]:
    """Site positions, each once, sorted."""
    try:
        given = np.asarray(value if len(value) else np.zeros(0, dtype=np.int64))
    except (TypeError, ValueError):
        given = np.zeros(1, dtype=np.float64)
    if given.ndim != 1 or given.dtype.kind not in "iu":
        faults.append(f"{name} must be a sequence of whole site positions.")
        return ()
    positions = np.unique(given).tolist()
    outside = [k for k in positions if k < 0 or (n_sites is not None and k >= n_sites)]
    if outside:
        limit = "" if n_sites is None else f" to {n_sites - 1}"
        faults.append(f"{name} names positions {some(outside)}, but sites run from 0{limit}.")
    return tuple(positions)


def checked_group(k: int, weight: Any, floor: Any, n_demand: int | None, faults: Faults) -> tuple[Floats, float] | None:
    """Weight and floor of group k, by position in the list of groups."""
    vector = checked_vector(f"weight of group {k}", weight, faults)
    share = as_number(floor)
    if not 0.0 <= share <= 1.0:
        faults.append(f"floor of group {k} is {floor}; give a share from 0 to 1.")
    if vector is not None and n_demand is not None and vector.size != n_demand:
        faults.append(f"weight of group {k} has {vector.size} values but travel_time_min has {n_demand} rows.")
    return None if vector is None else (vector, share)


def check_length(name: str, vector: Floats | None, needed: int | None, what: str, faults: Faults) -> None:
    """One value for each row or column of the travel times."""
    if vector is not None and needed is not None and vector.size != needed:
        faults.append(f"{name} has {vector.size} values but travel_time_min has {needed} {what}.")


def check_locks(fixed: tuple[int, ...], forbidden: tuple[int, ...], faults: Faults) -> None:
    """No site is both fixed open and forbidden."""
    if both := sorted(set(fixed) & set(forbidden)):
        faults.append(f"sites {some(both)} are both fixed open and forbidden; choose one.")


def checked_times(value: Any, faults: Faults) -> Csr | None:
    """Travel times as read-only CSR of float64 with int32 columns; stored entries are the reachable pairs."""
    if sparse.issparse(value):
        return _checked_csr(value, faults)
    try:
        dense = np.asarray(value)
        if dense.dtype.kind not in "fiubO":
            raise TypeError(dense.dtype)
        dense = dense if dense.dtype.kind in "fiub" else dense.astype(np.float64)
    except (TypeError, ValueError):
        faults.append("travel_time_min holds something that is not a number.")
        return None
    if dense.ndim != 2:
        faults.append(f"travel_time_min must have 2 dimensions, found {dense.ndim}.")
        return None
    return _frozen(*_reachable_of(dense), dense.shape, faults)


def _reachable_of(dense: Any) -> tuple[Floats, Any, Ints]:
    """Times, columns and row starts of the pairs that are not infinite, some rows at a time."""
    n, m = dense.shape
    step = max(1, _CHUNK // max(m, 1))
    parts = [slice(a, min(a + step, n)) for a in range(0, n, step)]
    indptr = np.zeros(n + 1, dtype=np.int64)
    for part in parts:
        indptr[part.start + 1 : part.stop + 1] = (~np.isposinf(dense[part])).sum(axis=1)
    np.cumsum(indptr, out=indptr)
    data, columns = np.empty(indptr[-1], dtype=np.float64), np.empty(indptr[-1], dtype=np.int32)
    for part in parts:
        reachable = ~np.isposinf(dense[part])
        held = slice(indptr[part.start], indptr[part.stop])
        data[held] = dense[part][reachable]
        columns[held] = np.nonzero(reachable)[1]
    return data, columns, indptr


def _checked_csr(value: Any, faults: Faults) -> Csr | None:
    if value.format != "csr":
        faults.append(f"travel_time_min is sparse in {value.format} form; convert it with .tocsr().")
        return None
    if value.dtype.kind not in "fiub":
        faults.append("travel_time_min holds something that is not a number.")
        return None
    try:
        value.check_format(full_check=True)
    except ValueError as error:
        faults.append(f"travel_time_min is not a sound CSR matrix: {error}.")
        return None
    own = value if _is_shareable(value) else sparse.csr_array(value, dtype=np.float64, copy=True)
    if own is not value:
        own.sort_indices()
    if not own.has_canonical_format:
        faults.append("travel_time_min stores a pair more than once; keep one time for each pair.")
    if own.nnz and np.isposinf(own.data.max()):
        faults.append("travel_time_min stores an infinite time; in a sparse matrix leave out the unreachable pair.")
    return _frozen(own.data, own.indices, own.indptr, own.shape, faults)


def _is_shareable(csr: Any) -> bool:
    """True when the arrays are marked read-only and are as we need them, so that no copy is made."""
    fits = csr.data.dtype == np.float64 and csr.indices.dtype == np.int32
    locked = not any(array.flags.writeable for array in (csr.data, csr.indices, csr.indptr))
    return fits and locked and csr.has_sorted_indices and not (csr.nnz and np.signbit(csr.data.min()))


def _frozen(data: Floats, columns: Any, indptr: Any, shape: Any, faults: Faults) -> Csr:
    if data.size and not data.min() >= 0:  # also where the least is NaN
        rows = np.repeat(np.arange(shape[0]), np.diff(indptr))
        _report_values("travel_time_min", data, _Pairs(rows, columns), faults)
    if 0 in shape:
        faults.append(f"travel_time_min needs at least one demand row and one site, found {shape}.")
    if data.flags.writeable:
        data += 0.0  # a time of -0.0 becomes 0.0, so that equal times are equal bytes
    # scipy gives columns and row starts one common type, and copies what has another.
    small = np.int32 if data.size < 2**31 else np.int64
    arrays = data, columns.astype(small, copy=False), indptr.astype(small, copy=False)
    times = sparse.csr_array(arrays, shape=shape)
    for array in (times.data, times.indices, times.indptr):
        array.setflags(write=False)
    return times


class _Pairs(Sequence[Any]):
    """Names a stored entry by its row and column, only when somebody asks."""

    def __init__(self, rows: Any, columns: Any) -> None:
        self._rows, self._columns = rows, columns

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, k: Any) -> Any:
        return f"({self._rows[k]}, {self._columns[k]})"


def _as_floats(name: str, value: Any, faults: Faults) -> Floats | None:
    try:
        given = np.asarray(value)
        if given.dtype.kind not in "fiubO":
            raise TypeError(given.dtype)
        return np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        faults.append(f"{name} holds something that is not a number.")
        return None


def _locked(vector: Floats) -> Floats:
    vector += 0.0
    vector.setflags(write=False)
    return vector


def _report_values(name: str, values: Floats, where: Sequence[Any], faults: Faults) -> None:
    """Report unknown and negative values; `where` names the position of each value."""
    checks: tuple[tuple[str, Bools, str], ...] = (
        ("unknown (NaN)", np.isnan(values), "give a value, or leave the row or pair out"),
        ("negative", values < 0, "give a value of 0 or more"),
    )
    for what, mask, advice in checks:
        if mask.any():
            found = [where[k] for k in np.flatnonzero(mask)[: _SHOWN + 1]]
            found += [""] * (int(mask.sum()) - len(found))
            faults.append(f"{name} is {what} at {some(found)}; {advice}.")

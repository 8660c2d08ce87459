"""The problem as numbers: who needs service, how far each site is, and what may be opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from optimizers.arrays import Bools, Csr, Floats

_SHOWN = 5


class ProblemError(ValueError):
    """The numbers or parameters handed in cannot be a problem; one sentence for each fault."""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(self.faults))


@dataclass(frozen=True, eq=False)
class LocationProblem:
    """Demand rows, site columns and the travel times between them, by position.

    | field           | unit | meaning |
    |-----------------|------|---------|
    | weight          | persons or service units | need of each demand row, >= 0 |
    | travel_time_min | minutes (or any cost) | dense with `inf` = unreachable, or CSR, see below |
    | site_cost_yuan  | yuan | cost of opening each site; needed only for a budget |
    | fixed_open      | positions | sites that are always open; they count in `p`, not in the budget |
    | forbidden       | positions | sites that may not be opened |
    | unserved_cost   | minutes (or the same cost) | p-median only: price of one unit of weight left unassigned |

    In a scipy CSR array the stored entries, zeros too, are the reachable pairs. With an `unserved_cost` no pair
    dearer than it is ever used; with None every demand must be assigned.

    After construction `travel_time_min` is always a read-only CSR of float64 with sorted columns.
    Rows of zero weight ask for nothing: no model has to reach them.

    Raises:
        ProblemError: naming every fault at once.
    """

    weight: Any
    travel_time_min: Any
    site_cost_yuan: Any = None
    fixed_open: Sequence[int] = ()
    forbidden: Sequence[int] = ()
    unserved_cost: float | None = None

    def __post_init__(self) -> None:
        faults: list[str] = []
        weight = _checked_vector("weight", self.weight, faults)
        times = _checked_times(self.travel_time_min, faults)
        cost = None
        if self.site_cost_yuan is not None:
            cost = _checked_vector("site_cost_yuan", self.site_cost_yuan, faults)
        if weight is not None and times is not None:
            _check_lengths(weight, times, cost, faults)
        n_sites = None if times is None else int(times.shape[1])
        fixed = _checked_positions("fixed_open", self.fixed_open, n_sites, faults)
        forbidden = _checked_positions("forbidden", self.forbidden, n_sites, faults)
        if both := sorted(set(fixed) & set(forbidden)):
            faults.append(f"sites {_some(both)} are both fixed open and forbidden; choose one.")
        unserved = _checked_price(self.unserved_cost, faults)
        if faults:
            raise ProblemError(faults)
        for name, value in (
            ("weight", weight), ("travel_time_min", times), ("site_cost_yuan", cost),
            ("fixed_open", fixed), ("forbidden", forbidden), ("unserved_cost", unserved),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    @property
    def n_demand(self) -> int:
        """Number of demand rows."""
        return int(self.travel_time_min.shape[0])

    @property
    def n_sites(self) -> int:
        """Number of site columns."""
        return int(self.travel_time_min.shape[1])

    @property
    def closed_for_good(self) -> Bools:
        """True for each forbidden site."""
        mask = np.zeros(self.n_sites, dtype=np.bool_)
        mask[list(self.forbidden)] = True
        return mask

    @property
    def open_already(self) -> Bools:
        """True for each site that is fixed open."""
        mask = np.zeros(self.n_sites, dtype=np.bool_)
        mask[list(self.fixed_open)] = True
        return mask


def _some(positions: Sequence[Any]) -> str:
    """Name the first few positions, and say how many more there are."""
    shown = ", ".join(str(position) for position in positions[:_SHOWN])
    more = len(positions) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def _as_floats(name: str, value: Any, faults: list[str]) -> Floats | None:
    try:
        return np.array(value, dtype=np.float64)
    except (TypeError, ValueError):
        faults.append(f"{name} holds something that is not a number.")
        return None


def _fault_values(name: str, values: Floats, where: Sequence[Any], faults: list[str]) -> None:
    """Report unknown and negative values; `where` names the position of each value."""
    for what, mask, advice in (
        ("unknown (NaN)", np.isnan(values), "give a value, or leave the row or pair out"),
        ("negative", values < 0, "give a value of 0 or more"),
    ):
        if mask.any():
            found = [where[k] for k in np.flatnonzero(mask)[: _SHOWN + 1]]
            found += [""] * (int(mask.sum()) - len(found))
            faults.append(f"{name} is {what} at {_some(found)}; {advice}.")


def _checked_vector(name: str, value: Any, faults: list[str]) -> Floats | None:
    vector = _as_floats(name, value, faults)
    if vector is None:
        return None
    if vector.ndim != 1:
        faults.append(f"{name} must be one-dimensional, found {vector.ndim} dimensions.")
        return None
    _fault_values(name, vector, range(vector.size), faults)
    if np.isinf(vector).any():
        found = np.flatnonzero(np.isinf(vector))
        faults.append(f"{name} is infinite at {_some(found.tolist())}; give a finite value.")
    vector.setflags(write=False)
    return vector


def _checked_times(value: Any, faults: list[str]) -> Csr | None:
    if sparse.issparse(value):
        return _checked_csr(value, faults)
    dense = _as_floats("travel_time_min", value, faults)
    if dense is None:
        return None
    if dense.ndim != 2:
        faults.append(f"travel_time_min must have 2 dimensions, found {dense.ndim}.")
        return None
    reachable = ~np.isposinf(dense)
    indptr = np.concatenate(([0], np.cumsum(reachable.sum(axis=1))))
    columns = np.nonzero(reachable)[1]
    return _frozen_csr(dense[reachable], columns, indptr, dense.shape, faults)


def _checked_csr(value: Any, faults: list[str]) -> Csr | None:
    if value.format != "csr":
        faults.append(f"travel_time_min is sparse in {value.format} form; convert it with .tocsr().")
        return None
    copy = sparse.csr_array(value, dtype=np.float64, copy=True)
    copy.sort_indices()
    if not copy.has_canonical_format:
        faults.append("travel_time_min stores a pair more than once; keep one time for each pair.")
    if np.isposinf(copy.data).any():
        faults.append("travel_time_min stores an infinite time; in a sparse matrix leave out the unreachable pair.")
    return _frozen_csr(copy.data, copy.indices, copy.indptr, copy.shape, faults)


def _frozen_csr(data: Any, columns: Any, indptr: Any, shape: Any, faults: list[str]) -> Csr:
    if np.isnan(data).any() or (data < 0).any():
        rows = np.repeat(np.arange(shape[0]), np.diff(indptr))
        _fault_values("travel_time_min", data, _Pairs(rows, columns), faults)
    if 0 in shape:
        faults.append(f"travel_time_min needs at least one demand row and one site, found {shape}.")
    times = sparse.csr_array((data + 0.0, columns.astype(np.int32), indptr.astype(np.int64)), shape=shape)
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


def _check_lengths(weight: Floats, times: Csr, cost: Floats | None, faults: list[str]) -> None:
    rows, columns = times.shape
    if weight.size != rows:
        faults.append(f"weight has {weight.size} values but travel_time_min has {rows} rows.")
    if cost is not None and cost.size != columns:
        faults.append(f"site_cost_yuan has {cost.size} values but travel_time_min has {columns} columns.")


def _checked_positions(name: str, value: Sequence[int], n_sites: int | None, faults: list[str]) -> tuple[int, ...]:
    try:
        given = np.asarray(value if len(value) else np.zeros(0, dtype=np.int64))
    except (TypeError, ValueError):
        given = np.zeros(1, dtype=np.float64)
    if given.ndim != 1 or given.dtype.kind not in "iu":
        faults.append(f"{name} must be a sequence of whole site positions.")
        return ()
    positions = sorted({int(position) for position in given})
    outside = [k for k in positions if k < 0 or (n_sites is not None and k >= n_sites)]
    if outside:
        limit = "" if n_sites is None else f" to {n_sites - 1}"
        faults.append(f"{name} names positions {_some(outside)}, but sites run from 0{limit}.")
    return tuple(positions)


def _checked_price(value: float | None, faults: list[str]) -> float | None:
    if value is None:
        return None
    price = float(value)
    if not (np.isfinite(price) and price >= 0):
        faults.append(f"unserved_cost is {price}; give a finite cost of 0 or more, or None.")
    return price

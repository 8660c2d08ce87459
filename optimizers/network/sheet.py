"""A mixed-integer model as it is written down: columns and rows in numpy, entries in blocks."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import sparse

from optimizers.arrays import Floats, Ints
from optimizers.solvers.arrays import ModelArrays

INF = np.inf


@dataclass(eq=False)
class Sheet:
    """Rows low <= A x <= high over columns with bounds, growing; `arrays` hands it to the solver.

    Columns and rows are named by position. Entries of the same row and column add up.
    """

    lower: list[Floats] = field(default_factory=list)
    upper: list[Floats] = field(default_factory=list)
    whole: list[Any] = field(default_factory=list)
    low: list[Floats] = field(default_factory=list)
    high: list[Floats] = field(default_factory=list)
    entries: list[tuple[Ints, Ints, Floats]] = field(default_factory=list)
    columns: int = 0
    rows: int = 0

    def new_columns(self, count: int, upper: Any = INF, lower: Any = 0.0, whole: bool = False) -> Ints:
        """(count,) positions of new columns."""
        self.lower.append(np.broadcast_to(np.asarray(lower, float), (count,)))
        self.upper.append(np.broadcast_to(np.asarray(upper, float), (count,)))
        self.whole.append(np.full(count, whole))
        self.columns += count
        return np.arange(self.columns - count, self.columns)

    def new_rows(self, count: int, low: Any = -INF, high: Any = INF) -> Ints:
        """(count,) positions of new rows."""
        self.low.append(np.broadcast_to(np.asarray(low, float), (count,)))
        self.high.append(np.broadcast_to(np.asarray(high, float), (count,)))
        self.rows += count
        return np.arange(self.rows - count, self.rows)

    def put(self, rows: Any, columns: Any, values: Any) -> None:
        """Entries; the three are broadcast against each other."""
        at, of, what = np.broadcast_arrays(rows, columns, np.asarray(values, float))
        self.entries.append((at.ravel(), of.ravel(), what.ravel()))

    def bounds(self) -> tuple[Floats, Floats]:
        """Lower and upper bounds of the columns; copies."""
        return _joined(self.lower), _joined(self.upper)

    def arrays(self, cost: Floats) -> ModelArrays:
        """The model that minimises cost x; columns that came after the cost was written cost nothing."""
        lower, upper = self.bounds()
        cost = np.concatenate([cost, np.zeros(self.columns - cost.size)])
        row, column, value = (np.concatenate([e[i] for e in self.entries] or [np.zeros(0)]) for i in range(3))
        table = sparse.csr_array(
            (value, (row.astype(np.int64), column.astype(np.int64))), shape=(self.rows, self.columns)
        )
        table.sum_duplicates()
        return ModelArrays(
            variables=[], cost=cost, lower=lower, upper=upper,
            integer=np.concatenate(self.whole) if self.whole else np.zeros(0, dtype=bool),
            row_lower=_joined(self.low), row_upper=_joined(self.high),
            start=table.indptr.astype(np.int32), index=table.indices.astype(np.int32), value=table.data,
            flip=1.0, constant=0.0,
        )  # fmt: skip


def _joined(parts: list[Floats]) -> Floats:
    return np.concatenate(parts) if parts else np.zeros(0)

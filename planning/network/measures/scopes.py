"""Rows of a table gathered by whom they are about: everyone, each service, each county, each class of persons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
BY: Final = (("service", "service"), ("county", "county_code"), ("class", "weight_class"))


@dataclass(frozen=True, eq=False)
class Scopes:
    """Every scope, `all` first.

    Attributes:
        names: `all`, `service:<key>`, `county:<code>`, `class:<weight class>`; each kind sorted.
        place: (3, n) position in `names` of each row's service, county and class.
    """

    names: tuple[str, ...]
    place: Ints

    @classmethod
    def of(cls, table: pd.DataFrame) -> Scopes:
        """The scopes of a table with `service`, `county_code` and `weight_class`."""
        names, places = ["all"], []
        for name, column in BY:
            place, values = pd.factorize(table[column], sort=True)
            places.append(place + len(names))
            names += [f"{name}:{value}" for value in values]
        return cls(tuple(names), np.array(places, np.int64).reshape(len(BY), len(table)))

    def sums(self, values: npt.NDArray[Any]) -> Floats:
        """(scopes,) sum of the values of the rows of each scope, from (n,)."""
        found = sum(np.bincount(place, values, minlength=len(self.names)) for place in self.place)
        out = np.asarray(found, dtype=np.float64)
        out[0] = values.sum()
        return out

    def means(self, weights: Floats, weighted: Floats) -> Iterator[tuple[str, float]]:
        """Scope and Σ `weighted` / Σ `weights` of its rows; nan where nothing weighs."""
        below = self.sums(weights)
        mean = np.divide(self.sums(weighted), below, out=np.full_like(below, np.nan), where=below > 0)
        yield from zip(self.names, mean.tolist(), strict=True)

    def crossed(self, values: npt.NDArray[Any], one: str = "service", other: str = "county") -> Floats:
        """(ones, others) sums of the values by two of the kinds, from (n,); both in the order of `names`."""
        (i, rows), (j, columns) = self._kind(one), self._kind(other)
        at = (self.place[i] - rows.start) * len(columns) + self.place[j] - columns.start
        sums = np.bincount(at, values, minlength=len(rows) * len(columns))
        return np.asarray(sums, dtype=np.float64).reshape(len(rows), len(columns))

    def named(self, kind: str) -> tuple[str, ...]:
        """The names of one kind, without its prefix."""
        return tuple(self.names[i].partition(":")[2] for i in self._kind(kind)[1])

    def _kind(self, kind: str) -> tuple[int, range]:
        """Which row of `place` it is, and where its names stand."""
        at = [i for i, name in enumerate(self.names) if name.startswith(f"{kind}:")]
        return [name for name, _ in BY].index(kind), range(at[0], at[-1] + 1) if at else range(0)

"""What indicators are computed from: a solution as tables and arrays, and what stood before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from planning.network.measures.deliveries import Deliveries, deliveries_of
from planning.network.measures.groups import groups_table, parts_of_rows
from planning.network.measures.scopes import Scopes
from planning.network.measures.tables import flows_table, modules_table, money_table, rounds_table, sites_table

if TYPE_CHECKING:
    from optimizers.network import NetworkSolution
    from planning.network.posing.pose import NetworkQuestion

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Measured = Iterator[tuple[str, float]]
"""Scope and value: `all`, `service:<key>`, `county:<code>`, `class:<weight class>`."""


@dataclass(frozen=True, eq=False)
class Frames:
    """Tables as in `NetworkPlan`, and the arrays behind them.

    Attributes:
        found: deliveries by row.
        before: the same of what stands, nothing chosen; None where this is that.
        kappa: per minute; the study area's scale of the Kolm-Pollak equivalent.
        cap_min: minutes at which times are capped, and which no route counts as.
        one_road: (A, R) whether all routes in time of a row use one stretch of road; None where it is not known.
    """

    found: Deliveries
    before: Frames | None
    kappa: float
    cap_min: float
    one_road: Bools | None = None

    @property
    def question(self) -> NetworkQuestion:
        """What was asked."""
        return self.found.question

    @cached_property
    def groups(self) -> pd.DataFrame:
        """See `NetworkPlan`."""
        return groups_table(self.found)

    @cached_property
    def sites(self) -> pd.DataFrame:
        """See `NetworkPlan`."""
        return sites_table(self.found)

    @cached_property
    def modules(self) -> pd.DataFrame:
        """See `NetworkPlan`."""
        return modules_table(self.found)

    @cached_property
    def flows(self) -> pd.DataFrame:
        """See `NetworkPlan`."""
        return flows_table(self.found)

    @cached_property
    def money(self) -> pd.DataFrame:
        """See `NetworkPlan`."""
        return money_table(self.found)

    @cached_property
    def rounds(self) -> pd.DataFrame:
        """See `NetworkPlan`."""
        return rounds_table(self.found)

    @cached_property
    def parts(self) -> Floats:
        """(T, 5, R) persons of every row in each part, not whole; see `planning.network.measures.groups.PARTS`."""
        return parts_of_rows(self.found)

    @cached_property
    def of_groups(self) -> Scopes:
        """The scopes of the groups of one year; they are the same in every year."""
        return Scopes.of(self.groups.iloc[: len(self.groups) // len(self.question.years)])

    @cached_property
    def of_rows(self) -> Scopes:
        """The scopes of the rows."""
        return Scopes.of(self.question.rows)

    def counted(self, t: int, column: str) -> Floats:
        """One column of the groups of one year by position."""
        values = self.groups[column].to_numpy(float)
        return np.asarray(values.reshape(len(self.question.years), -1)[t])

    @cached_property
    def areas(self) -> tuple[npt.NDArray[np.int64], pd.DataFrame]:
        """(R,) position of each row's demand area, and county_code and area_id of every area, sorted."""
        rows = self.question.rows[["county_code", "area_id"]]
        of_cell, cell = np.unique(self.question.row_cell, return_index=True)
        by_area = rows.iloc[cell].groupby(["county_code", "area_id"], sort=True)
        place = np.zeros(len(self.question.cell_ids), np.int64)
        place[of_cell] = by_area.ngroup().to_numpy()
        return place[self.question.row_cell], by_area.size().reset_index()[["county_code", "area_id"]]

    def services(self) -> Iterator[tuple[str, int, Bools]]:
        """Every service as scope, position and its rows."""
        service = np.asarray(self.question.problem.service)
        for s, key in enumerate(self.question.services):
            yield f"service:{key}", s, service == s


def frames_of(
    question: NetworkQuestion,
    solution: NetworkSolution,
    standing: NetworkSolution | None,
    kappa: float,
    one_road: Bools | None = None,
) -> Frames:
    """A solution and what stood before it, ready to be measured.

    Args:
        standing: the same question with nothing chosen; None when it was not worked out.
        kappa: see `Frames`.
    """
    cap = question.assumptions["equity_cap_min"]
    before = None if standing is None else Frames(deliveries_of(question, standing), None, kappa, cap, one_road)
    return Frames(deliveries_of(question, solution), before, kappa, cap, one_road)

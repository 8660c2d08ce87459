"""What one site does in a solution: whom it serves in the last year, how far they come, where else they could go."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from geodata.errors import Sentence, both
from optimizers.network import STANDS, NetworkSolution
from optimizers.network.recount import Recount
from planning.network.measures.deliveries import open_capacity, row_numbers
from planning.network.reasons.sentences import site_name

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Times:
    """Minutes one way of the persons whom a site serves, in the last year.

    | field | unit | meaning |
    |-------|------|---------|
    | persons | persons | served there, counted once for each service |
    | minutes | min | mean of them all |
    | with_other | persons | of them who have another open site in time |
    | minutes_here, minutes_other | min | mean of these to this site, and to the nearest of the others |
    """

    persons: float
    minutes: float
    with_other: float
    minutes_here: float
    minutes_other: float


def persons_at(question: NetworkQuestion, solution: NetworkSolution, site: int) -> Floats:
    """(A, R) persons of every row whom this site serves in the last year, each season counted by its share."""
    problem = question.problem
    need = np.asarray(problem.units, float)
    persons = question.rows["persons"].to_numpy(float)
    per_unit = np.divide(persons, need, out=np.zeros_like(need), where=need > 0)
    share = np.asarray(problem.season_share, float)
    units = np.array([_column(served, site) for served in solution.served[-1]])
    return np.asarray(units * per_unit * share[:, None])


def _column(table: Any, site: int) -> Floats:
    found = np.zeros(table.shape[0])
    here = table.indices == site
    np.add.at(found, row_numbers(table)[here], table.data[here])
    return found


def times_of(question: NetworkQuestion, solution: NetworkSolution, closed: NetworkSolution, site: int) -> Times:
    """How far those whom a site serves come, and how far they would have to the nearest other site open without it.

    Args:
        closed: the solution with nothing new at this site.
    """
    persons = persons_at(question, solution, site)
    service = np.asarray(question.problem.service)
    still_open = open_capacity(question, closed)[-1] > 0
    here, other = np.zeros_like(persons), np.full_like(persons, np.inf)
    for season, by_row in enumerate(persons):
        for s in np.unique(service[by_row > 0]).tolist():
            rows = np.flatnonzero((service == s) & (by_row > 0))
            minutes = csr_array(question.minutes_of(season, s))[np.asarray(question.row_cell)[rows]]
            here[season, rows] = _nearest(minutes, np.arange(minutes.shape[1]) == site)
            in_time = csr_array(question.problem.reach[season])[rows]
            others = still_open[s] & (np.arange(minutes.shape[1]) != site)
            other[season, rows] = _nearest_in_time(minutes, in_time, others)
    has_other = np.isfinite(other) & (persons > 0)
    return Times(
        float(persons.sum()), _mean(persons, here, persons > 0), float(persons[has_other].sum()),
        _mean(persons, here, has_other), _mean(persons, other, has_other),
    )  # fmt: skip


def _nearest(minutes: csr_array, wanted: npt.NDArray[np.bool_]) -> Floats:
    """Minutes of each row to the nearest of the wanted columns; inf without a route."""
    found = np.full(minutes.shape[0], np.inf)
    kept = wanted[minutes.indices]
    np.minimum.at(found, row_numbers(minutes)[kept], minutes.data[kept])
    return found


def _nearest_in_time(minutes: csr_array, in_time: csr_array, wanted: npt.NDArray[np.bool_]) -> Floats:
    """The same among the pairs that are stored in `in_time`."""
    width = minutes.shape[1]
    allowed = row_numbers(in_time) * width + in_time.indices
    pairs = row_numbers(minutes) * width + minutes.indices
    kept = wanted[minutes.indices] & np.isin(pairs, allowed)
    found = np.full(minutes.shape[0], np.inf)
    np.minimum.at(found, row_numbers(minutes)[kept], minutes.data[kept])
    return found


def _mean(weight: Floats, value: Floats, among: npt.NDArray[np.bool_]) -> float:
    """Mean of the values by weight; nan where nobody is among them, inf where somebody has no route."""
    total = float(weight[among].sum())
    return float((weight[among] * value[among]).sum() / total) if total > 0 else float("nan")


def stands_at(question: NetworkQuestion, site: int) -> bool:
    """Whether an institution stands at a site, so that what is new there is added to it."""
    problem = question.problem
    return bool(((problem.form_site == site) & (problem.form_state == STANDS)).any())


def left_out(question: NetworkQuestion, site: int) -> Sentence:
    """The clause "without it" or, where an institution stands, without what is new; in Chinese with its name."""
    name = site_name(question, site).zh
    if stands_at(question, site):
        return both("without what is new there", f"若{name}不扩充")
    return both("without it", f"若不设{name}")


def cost_at(question: NetworkQuestion, solution: NetworkSolution, site: int) -> tuple[float, float]:
    """Capital, and running cost a year, of what the solution opens and switches on at this site, in yuan."""
    problem, counted = question.problem, Recount(question.problem, solution)
    new = ((problem.form_site, counted.new_forms, "form"), (problem.module_site, counted.new_modules, "module"))
    capital, running = (
        sum(counted.by_site(sites, on * getattr(problem, f"{kind}_{cost}"))[-1, site] for sites, on, kind in new)
        for cost in ("capital", "running")
    )
    return float(capital), float(running)

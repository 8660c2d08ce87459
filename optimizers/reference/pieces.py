"""Pieces that the reference models share: sites, limits, rows, floors, and the finished model.

Symbols of every reference model:

| symbol | unit | meaning |
|--------|------|---------|
| w_i | weight | need of demand row i; rows of no weight ask for nothing and have no variables |
| t_ij | minutes | travel time; only stored pairs of sites that may open have variables |
| T_i | minutes | threshold of row i; N_i = sites j with t_ij <= T_i |
| y_j | 0/1 | site j opens; 1 where it is fixed open, 0 where it is forbidden |
| p, f_j, B | sites, yuan, yuan | most sites; cost of site j; budget for sites that are not fixed open |
| U | minutes | price of one unit of weight left unserved |
| k_j | weight | what site j can take |
| g_i, F | weight, share | what row i holds of a group; share of the group that must be near |
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
import pulp

from optimizers.arrays import Bools, Ints
from optimizers.coverage import Threshold, near, needed_weight
from optimizers.problem import LocationProblem

Terms: TypeAlias = list[tuple[Any, float]]


def _same(value: float) -> float:
    return value


@dataclass(frozen=True, eq=False)
class Reference:
    """A PuLP model with one variable for each site, by position.

    The objective in the caller's words is `objective(value of the linear objective)`; for all models but
    Kolm-Pollak that is the value itself plus `constant`.
    """

    lp: Any
    opens: dict[int, Any]
    sense: str
    constant: float = 0.0
    objective: Callable[[float], float] = _same

    def chosen(self) -> Ints:
        """Positions of the sites that the solved model opens, fixed ones included."""
        return np.array(
            sorted(j for j, y in self.opens.items() if y.varValue is not None and y.varValue > 0.5),
            dtype=np.int64,
        )


@dataclass(frozen=True, eq=False)
class Draft:
    """A model being built: its sites and the limits on them."""

    lp: Any
    opens: dict[int, Any]
    allowed: Bools

    def at_least(self, terms: Terms, least: float) -> None:
        """sum of terms >= least."""
        self.lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintGE, rhs=least))

    def at_most(self, terms: Terms, most: float) -> None:
        """sum of terms <= most."""
        self.lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintLE, rhs=most))

    def exactly(self, terms: Terms, value: float) -> None:
        """sum of terms = value."""
        self.lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(terms), pulp.LpConstraintEQ, rhs=value))

    def share(self, name: str, *, whole: bool = False) -> Any:
        """A new variable from 0 to 1."""
        return self.lp.add_variable(name, 0, 1, pulp.LpInteger if whole else pulp.LpContinuous)

    def finished(self, terms: Terms, cutoff: float | None = None) -> Reference:
        """With this objective; a cutoff asks for a plan whose value is at least as good."""
        self.lp.setObjective(pulp.LpAffineExpression(terms))
        most = self.lp.sense == pulp.LpMaximize
        if cutoff is not None:
            (self.at_least if most else self.at_most)(terms, cutoff)
        return Reference(self.lp, self.opens, "max" if most else "min")


def draft(
    problem: LocationProblem,
    name: str,
    sense: str,
    *,
    p: int | None = None,
    budget_yuan: float | None = None,
    opened: Iterable[int] = (),
    closed: Iterable[int] = (),
) -> Draft:
    """A model with its sites: sum_j y_j <= p and sum_{j not fixed} f_j y_j <= B where they are given.

    `opened` and `closed` are sites to fix besides those of the problem.
    """
    lp = pulp.LpProblem(name, pulp.LpMaximize if sense == "max" else pulp.LpMinimize)
    must = problem.open_already | problem.mask_of(opened)
    never = problem.closed_for_good | problem.mask_of(closed)
    opens = {j: lp.add_variable(f"y_{j}", 0, 1, pulp.LpInteger) for j in range(problem.n_sites)}
    for j, y in opens.items():
        y.lowBound, y.upBound = int(must[j]), int(not never[j])
    made = Draft(lp, opens, ~never)
    if p is not None:
        made.at_most([(y, 1.0) for y in opens.values()], float(p))
    if budget_yuan is not None:
        made.at_most(opening_costs(problem, made), float(budget_yuan))
    return made


def opening_costs(problem: LocationProblem, model: Draft) -> Terms:
    """f_j y_j of the sites that are not fixed open."""
    fixed = set(problem.fixed_open)
    return [(y, float(problem.site_cost_yuan[j])) for j, y in model.opens.items() if j not in fixed]


def near_sites(problem: LocationProblem, model: Draft, threshold_min: Threshold) -> list[list[int]]:
    """N_i of each row: allowed sites within its threshold."""
    times = problem.travel_time_min
    keep = near(problem, threshold_min) & model.allowed[times.indices]
    ends = times.indptr.tolist()
    return [times.indices[a:b][keep[a:b]].tolist() for a, b in pairwise(ends)]


def timed_pairs(problem: LocationProblem, model: Draft) -> Iterator[tuple[int, list[tuple[float, int]]]]:
    """Each row of positive weight with its allowed sites, nearest first, the lower position among equals."""
    times = problem.travel_time_min
    for i in np.flatnonzero(problem.weight > 0).tolist():
        held = slice(times.indptr[i], times.indptr[i + 1])
        sites, minutes = times.indices[held], times.data[held]
        yield i, sorted((float(t), int(j)) for t, j in zip(minutes, sites, strict=True) if model.allowed[j])


def add_covered(problem: LocationProblem, model: Draft, threshold_min: Threshold) -> dict[int, Any]:
    """c_i in 0..1 with c_i <= sum_{j in N_i} y_j, for rows that hold weight of their own or of a group."""
    asked = problem.weight > 0
    for group in problem.groups:
        asked = asked | (group.weight > 0)
    lists = near_sites(problem, model, threshold_min)
    covered = {}
    for i in np.flatnonzero(asked).tolist():
        covered[i] = model.share(f"c_{i}")
        model.at_most([(covered[i], 1.0), *((model.opens[j], -1.0) for j in lists[i])], 0.0)
    return covered


def add_floors(problem: LocationProblem, model: Draft, covered: dict[int, Any]) -> None:
    """sum_i g_i c_i >= F sum_i g_i for each group."""
    for group in problem.groups:
        if group.floor > 0:
            terms = [(c, float(group.weight[i])) for i, c in covered.items() if group.weight[i]]
            model.at_least(terms, needed_weight(group.floor, group.weight))

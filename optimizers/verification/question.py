"""What a solution claims to answer, read from the solution and the problem alone."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.coverage import is_covered
from optimizers.problem import LocationProblem
from optimizers.solution import Solution

DEFAULTS: dict[str, dict[str, Any]] = {
    "max_coverage": {},
    "set_cover": {"cover_share": 1.0},
    "p_median": {},
    "p_center": {},
    "backup_coverage": {"backup_share": 0.5},
    "capacitated_coverage": {"choice": "planned"},
    "capacitated_p_median": {"choice": "planned"},
    "fixed_charge": {"yuan_per_time": 1.0},
    "capacitated_fixed_charge": {"yuan_per_time": 1.0, "choice": "planned"},
    "kolm_pollak": {"aversion": 1.0},
    "lexicographic": {"levels": (), "depth": 3},
}
"""The models that can be verified, with what holds where an option is not given."""

FLOORED = ("max_coverage", "backup_coverage", "set_cover", "p_median", "kolm_pollak", "fixed_charge")
"""The models whose plans must keep the floors of the problem's groups."""


@dataclass(frozen=True, eq=False)
class Question:
    """A model with its parameters, and the stored pairs of the problem as three plain lists.

    | field | meaning |
    |-------|---------|
    | row, site, minutes | demand row, site and travel time of each stored pair |
    | near | whether the pair is within the threshold of its row; all False without a threshold |
    | sizes, room | what each site uses of each limit (number of sites, yuan), and how much there is |
    | floors | (weight of the group in each row, share of it that must be within the threshold) |
    """

    problem: LocationProblem
    model: str
    options: dict[str, Any]
    row: Ints
    site: Ints
    minutes: Floats
    near: Bools
    sizes: Floats
    room: Floats
    floors: tuple[tuple[Floats, float], ...]

    @property
    def weight(self) -> Floats:
        """Weight of each demand row."""
        return np.asarray(self.problem.weight, dtype=np.float64)

    @property
    def is_min(self) -> bool:
        """True when less is better."""
        return self.model not in ("max_coverage", "backup_coverage", "capacitated_coverage")


def question_of(problem: LocationProblem, solution: Solution) -> Question:
    """Read the question; the threshold asked for stands before the problem's own."""
    times = problem.travel_time_min
    row = np.repeat(np.arange(problem.n_demand), np.diff(times.indptr))
    threshold = solution.threshold_min
    if threshold is None:
        threshold = getattr(problem, "threshold_min", None)
    near = np.zeros(row.size, dtype=np.bool_)
    if threshold is not None:
        near = is_covered(times.data, np.broadcast_to(threshold, problem.n_demand)[row])
    given = dict(getattr(solution, "options", None) or {})
    options = {**DEFAULTS[solution.model], **given}
    sizes, room = _limits(problem, solution)
    return Question(
        problem, solution.model, options, row, times.indices.astype(np.int64), times.data, near, sizes, room,
        _floors(problem, solution.model, options),
    )  # fmt: skip


def _limits(problem: LocationProblem, solution: Solution) -> tuple[Floats, Floats]:
    sizes, room = [], []
    if solution.p is not None:
        sizes.append(np.ones(problem.n_sites))
        room.append(float(solution.p))
    if solution.budget_yuan is not None:
        sizes.append(np.where(problem.open_already, 0.0, problem.site_cost_yuan))
        room.append(float(solution.budget_yuan))
    return np.array(sizes, dtype=np.float64).reshape(len(sizes), problem.n_sites), np.array(room, dtype=np.float64)


def _floors(problem: LocationProblem, model: str, options: dict[str, Any]) -> tuple[tuple[Floats, float], ...]:
    """The floors of the groups; covering a share of everybody is one floor more, the last."""
    if model not in FLOORED:
        return ()
    floors = [(np.asarray(g.weight, dtype=np.float64), float(g.floor)) for g in getattr(problem, "groups", ())]
    if model == "set_cover" and options["cover_share"] < 1.0:
        floors.append((np.asarray(problem.weight, dtype=np.float64), float(options["cover_share"])))
    return tuple(floors)

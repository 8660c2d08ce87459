"""Who is served when sites can fill up: four groups that always add up to everyone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from optimizers.arrays import Floats, Ints
from optimizers.coverage import is_covered
from optimizers.evaluate import checked_sites, evaluate
from optimizers.kernel import kernel
from optimizers.problem import LocationProblem, ProblemError


@dataclass(frozen=True, eq=False)
class Allocation:
    """Persons of each demand row in four groups that add up to its weight exactly.

    | field | unit | meaning |
    |-------|------|---------|
    | served | persons | given a place within the threshold |
    | near_but_full | persons | an open site is near enough, but the near ones are full |
    | too_far | persons | there is a route, but the nearest open site is beyond the threshold |
    | no_route | persons | no known route to any open site |
    | load | persons | persons at each site (all positions) |
    | mean_time_min | minutes | mean over the served, to the site that serves them; None when none is served |
    """

    served: Ints
    near_but_full: Ints
    too_far: Ints
    no_route: Ints
    load: Ints
    mean_time_min: float | None


def allocate(problem: LocationProblem, sites: Sequence[int], capacity: Any, threshold_min: float) -> Allocation:
    """Fill the open sites nearest pair first: by time, then demand position, then site position.

    Args:
        problem: its weights are persons, so they must be whole numbers.
        sites: positions of the open sites.
        capacity: persons each site can take, for all positions; `inf` for no limit, parts are not used.
        threshold_min: farthest that still counts as near, minutes.

    Raises:
        ProblemError: weights that are not whole, or capacities that do not fit the sites.
    """
    chosen = checked_sites(problem, sites)
    persons, places = _checked(problem, capacity, threshold_min)
    found = evaluate(problem, chosen, threshold_min=threshold_min)
    assert found.covered is not None
    row, site, minutes = _near_pairs(problem, chosen, threshold_min)
    served, load, total_minutes = fill_up(row, site, minutes, persons, places)
    near = found.covered
    return Allocation(
        served=served,
        near_but_full=np.where(near, persons - served, 0),
        too_far=np.where(found.reached & ~near, persons, 0),
        no_route=np.where(found.reached, 0, persons),
        load=load,
        mean_time_min=float(total_minutes / served.sum()) if served.any() else None,
    )


def _checked(problem: LocationProblem, capacity: Any, threshold_min: float) -> tuple[Ints, Ints]:
    faults = []
    if np.any(problem.weight != np.rint(problem.weight)):
        faults.append("weights must be whole persons to be allocated.")
    room = np.array(capacity, dtype=np.float64)
    if room.shape != (problem.n_sites,):
        faults.append(f"capacity has shape {room.shape}; give one value for each of {problem.n_sites} sites.")
    elif np.isnan(room).any() or (room < 0).any():
        faults.append("capacity must be 0 or more for every site; use inf for no limit.")
    if not threshold_min >= 0:
        faults.append(f"threshold_min is {threshold_min}; give 0 minutes or more.")
    if faults:
        raise ProblemError(faults)
    persons = problem.weight.astype(np.int64)
    return persons, np.minimum(np.floor(room), float(persons.sum())).astype(np.int64)


def _near_pairs(problem: LocationProblem, chosen: tuple[int, ...], threshold_min: float) -> tuple[Ints, Ints, Floats]:
    """Pairs of open sites within the threshold, nearest first."""
    times = problem.travel_time_min
    is_open = np.zeros(problem.n_sites, dtype=np.bool_)
    is_open[list(chosen)] = True
    keep = is_open[times.indices] & is_covered(times.data, threshold_min)
    row = np.repeat(np.arange(problem.n_demand), np.diff(times.indptr))[keep]
    site, minutes = times.indices[keep].astype(np.int64), times.data[keep]
    order = np.lexsort((site, row, minutes))
    return row[order], site[order], minutes[order]


@kernel
def fill_up(row: Ints, site: Ints, minutes: Floats, persons: Ints, places: Ints) -> tuple[Ints, Ints, float]:
    """Give places pair by pair; persons served by row, load by site, and their minutes in total."""
    served = np.zeros(persons.size, dtype=np.int64)
    load = np.zeros(places.size, dtype=np.int64)
    total = 0.0
    for k in range(row.size):
        i, j = row[k], site[k]
        count = min(persons[i] - served[i], places[j] - load[j])
        served[i] += count
        load[j] += count
        total += count * minutes[k]
    return served, load, total

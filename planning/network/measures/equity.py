"""Measures of fairness: how unevenly service and travel times are spread over people, cells and counties."""

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from optimizers.equity import equivalent
from optimizers.inequality import equivalent_share, gini, palma, theil, theil_between
from planning.network.measures.frames import Frames, Measured

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
AVERSION: Final = 1.0  # of shares: at full service everybody has 1, so that the scale alpha is 1
Spread = tuple[Floats, Floats, Ints]
"""Value, persons and county (by position) of every cell or county."""


def of_cells(frames: Frames, t: int, rows: npt.NDArray[np.bool_]) -> Spread:
    """Share of the need that is met in every cell and service, with the persons who need it."""
    found, problem = frames.found, frames.question.problem
    place = np.asarray(frames.question.row_cell) * problem.services + np.asarray(problem.service)
    here, county = np.unique(place[rows], return_index=True)
    at = np.searchsorted(here, place[rows])
    persons = np.asarray(np.bincount(at, found.persons[rows], minlength=len(here)), dtype=np.float64)
    served = np.bincount(at, frames.parts[t, :2].sum(axis=0)[rows], minlength=len(here))
    share = np.divide(served, persons, out=np.zeros_like(persons), where=persons > 0)
    return np.clip(share, 0.0, 1.0), persons, np.asarray(problem.group)[rows][county]


def of_counties(frames: Frames, t: int, rows: npt.NDArray[np.bool_]) -> Spread:
    """Share of the persons who are served in every county."""
    scopes = frames.of_groups
    services = {frames.question.services[s] for s in np.unique(np.asarray(frames.question.problem.service)[rows])}
    kept = np.array([service in services for service in scopes.named("service")], bool)
    served, persons = (
        scopes.crossed(frames.counted(t, column))[kept].sum(axis=0) for column in ("persons_served", "persons")
    )
    share = np.divide(served, persons, out=np.zeros_like(persons), where=persons > 0)
    return share, persons, np.arange(len(persons))


def of_minutes(frames: Frames, t: int, rows: npt.NDArray[np.bool_]) -> Spread:
    """Minutes to the nearest open site with the service, at most the cap, which no route counts as; by season."""
    found = frames.found
    minutes = np.minimum(found.nearest_min[t][:, rows], frames.cap_min)
    people = np.outer(found.share, found.persons[rows])
    county = np.tile(np.asarray(frames.question.problem.group)[rows], len(found.share))
    return minutes.ravel(), people.ravel(), county


def spread_of(
    over: Callable[[Frames, int, Any], Spread], by: Callable[[Frames, Spread], float]
) -> Callable[[Frames, int], Measured]:
    """One index over one spread, for all services together and for each."""

    def measure(frames: Frames, t: int) -> Measured:
        everyone = np.ones(len(frames.question.rows), bool)
        for scope, rows in [("all", everyone), *((scope, rows) for scope, _, rows in frames.services())]:
            yield scope, by(frames, over(frames, t, rows))

    return measure


def by_gini(frames: Frames, spread: Spread) -> float:
    """Gini coefficient."""
    return gini(*spread[:2])


def by_theil(frames: Frames, spread: Spread) -> float:
    """Theil's T."""
    return theil(*spread[:2])


def by_theil_between(frames: Frames, spread: Spread) -> float:
    """The part of Theil's T that lies between counties."""
    return theil_between(*spread)


def by_palma(frames: Frames, spread: Spread) -> float:
    """Palma ratio."""
    return palma(*spread[:2])


def by_kolm_pollak_share(frames: Frames, spread: Spread) -> float:
    """Kolm-Pollak equivalent of shares."""
    return equivalent_share(*spread[:2], AVERSION)


def by_kolm_pollak_minutes(frames: Frames, spread: Spread) -> float:
    """Kolm-Pollak equivalent of minutes, on the study area's scale."""
    value, persons, _ = spread
    return equivalent(persons, value, frames.kappa) if persons.sum() > 0 else float("nan")


def unserved_by_area(frames: Frames, t: int, scope: str = "all") -> pd.DataFrame:
    """Persons and unserved persons of every demand area, not whole: county_code, area_id, persons, unserved."""
    place, areas = frames.areas
    chosen = {s: rows for s, _, rows in frames.services()}.get(scope, np.ones(len(place), bool))
    amounts = {"persons": frames.found.persons, "unserved": frames.parts[t, 2:].sum(axis=0)}
    sums = {k: np.bincount(place[chosen], v[chosen], minlength=len(areas)) for k, v in amounts.items()}
    there = np.bincount(place[chosen], minlength=len(areas)) > 0
    return areas.assign(**sums)[there].reset_index(drop=True)

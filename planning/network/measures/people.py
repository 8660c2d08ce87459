"""Measures of people: the four groups, who is covered, who is newly served, the gap between areas, one single road."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
import numpy.typing as npt

from planning.network.measures.frames import Frames, Measured
from planning.network.posing.limits import SOUTH, named

Floats = npt.NDArray[np.float64]
POINTS: Final = 100.0


def persons_in(column: str) -> Callable[[Frames, int], Measured]:
    """Whole persons of one column of the groups, in every scope."""

    def measure(frames: Frames, t: int) -> Measured:
        yield from _sums(frames, t, column)

    return measure


def _sums(frames: Frames, t: int, column: str) -> Measured:
    scopes = frames.of_groups
    yield from zip(scopes.names, scopes.sums(frames.counted(t, column)).tolist(), strict=True)


def share_of(column: str, of: str) -> Callable[[Frames, int], Measured]:
    """One column of the groups as a share of another, in every scope; nan where there is nobody."""

    def measure(frames: Frames, t: int) -> Measured:
        for (scope, part), (_, whole) in zip(_sums(frames, t, column), _sums(frames, t, of), strict=True):
            yield scope, part / whole if whole else float("nan")

    return measure


def units_share(frames: Frames, t: int) -> Measured:
    """Units delivered of the units needed, by service: units of two services do not add up."""
    measure = share_of("units_delivered", "units_needed")
    yield from ((scope, value) for scope, value in measure(frames, t) if scope.startswith("service:"))


def worst_county_share(frames: Frames, t: int) -> Measured:
    """The smallest share served of any county, over all services and by service."""
    for scope, served, persons in _by_county(frames, t):
        share = served[persons > 0] / persons[persons > 0]
        yield scope, float(share.min()) if len(share) else float("nan")


def _by_county(frames: Frames, t: int) -> Iterator[tuple[str, Floats, Floats]]:
    """Scope, served persons and persons of each county: over all services, then by service."""
    scopes = frames.of_groups
    served, persons = (scopes.crossed(frames.counted(t, column)) for column in ("persons_served", "persons"))
    yield "all", served.sum(axis=0), persons.sum(axis=0)
    for service, *of in zip(scopes.named("service"), served, persons, strict=True):
        yield f"service:{service}", of[0], of[1]


def newly_served(frames: Frames, t: int) -> Measured:
    """Persons served more than by what stands."""
    if frames.before is None:
        return
    now, then = _sums(frames, t, "persons_served"), _sums(frames.before, t, "persons_served")
    for (scope, after), (_, before) in zip(now, then, strict=True):
        yield scope, after - before


def tilt_gap_points(frames: Frames, t: int) -> Measured:
    """Share served elsewhere minus share served where the tilt goes, in points; nothing where none is asked for."""
    network = frames.question.scenario.network
    if network is not None and network.tilt is not None:
        yield from _gap_points(frames, t, np.asarray(frames.question.problem.tilt_groups, bool))


def south_gap_points(frames: Frames, t: int) -> Measured:
    """Share served in the rest minus share served in southern Xinjiang, in points; nothing where all is one of them."""
    yield from _gap_points(frames, t, named(frames.question.counties, SOUTH))


def _gap_points(frames: Frames, t: int, behind: npt.NDArray[np.bool_]) -> Measured:
    """Share served elsewhere minus share served in these counties (G,), in points; over all and by service."""
    if not behind.any() or behind.all():
        return
    codes = {code for code, holds in zip(frames.question.counties, behind, strict=True) if holds}
    inside = np.array([code in codes for code in frames.of_groups.named("county")], bool)
    for scope, served, persons in _by_county(frames, t):
        here, rest = (_share(served[among], persons[among]) for among in (inside, ~inside))
        yield scope, POINTS * (rest - here)


def _share(served: Floats, persons: Floats) -> float:
    whole = float(persons.sum())
    return float(served.sum()) / whole if whole else float("nan")


def on_one_road(frames: Frames, t: int) -> Measured:
    """Persons who need the service and whose every route in time uses one stretch of road, in any season.

    Nothing where it is not known.
    """
    if frames.one_road is None:
        return
    scopes, hanging = frames.of_rows, frames.one_road.any(axis=0)
    sums = np.rint(scopes.sums(np.where(hanging, frames.found.persons, 0.0)))
    yield from zip(scopes.names, sums.tolist(), strict=True)

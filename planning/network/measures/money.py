"""Measures of money: what is due, what was given and is left, what one more person served takes."""

from collections.abc import Callable

import numpy as np

from planning.network.measures.frames import Frames, Measured
from planning.network.measures.people import newly_served


def yuan_of(kind: str | None) -> Callable[[Frames, int], Measured]:
    """Yuan due in one year, capital, running cost (with rounds) or both; over all and by county."""

    def measure(frames: Frames, t: int) -> Measured:
        table = frames.money[frames.money["year"] == frames.question.years[t]]
        table = table if kind is None else table[table["kind"] == kind]
        yield "all", float(table["yuan"].sum())
        for county, yuan in table.groupby("county_code")["yuan"].sum().items():
            yield f"county:{county}", float(yuan)

    return measure


def yuan_of_rounds(frames: Frames, t: int) -> Measured:
    """Yuan of rounds in one year; over all and by service."""
    table = frames.rounds[frames.rounds["year"] == frames.question.years[t]]
    yield "all", float(table["yuan"].sum())
    for service, yuan in table.groupby("service")["yuan"].sum().items():
        yield f"service:{service}", float(yuan)


def yuan_in_all(frames: Frames, t: int) -> Measured:
    """Yuan of all years up to this one; over all and by county."""
    table = frames.money[frames.money["year"] <= frames.question.years[t]]
    yield "all", float(table["yuan"].sum())
    for county, yuan in table.groupby("county_code")["yuan"].sum().items():
        yield f"county:{county}", float(yuan)


def yuan_per_newly_served(frames: Frames, t: int) -> Measured:
    """Yuan of all years for each person newly served; over all and by county, where somebody is."""
    more = dict(newly_served(frames, t))
    for scope, yuan in yuan_in_all(frames, t):
        if more.get(scope, 0.0) > 0:
            yield scope, yuan / more[scope]


def yuan_given(frames: Frames, t: int) -> Measured:
    """Yuan of the sources up to this year: over all, by source, and by county of those that may pay there.

    A source that may pay in several counties counts in each. Nothing where money is no limit.
    """
    problem = frames.question.problem
    given = np.asarray(problem.money, float).reshape(-1, problem.years)[:, : t + 1].sum(axis=1)
    if not len(given) or not np.isfinite(given).all():
        return
    yield "all", float(given.sum())
    yield from ((f"source:{name}", float(yuan)) for name, yuan in zip(frames.question.sources, given, strict=True))
    may_pay = np.asarray(problem.pays, bool)
    for g, county in enumerate(frames.question.counties):
        yield f"county:{county}", float(given[may_pay[:, g].any(axis=1)].sum())


def yuan_left(frames: Frames, t: int) -> Measured:
    """Yuan given up to this year and not spent by then: over all and by source."""
    table = frames.money[frames.money["year"] <= frames.question.years[t]]
    spent = {"all": table["yuan"].sum()} | {f"source:{k}": v for k, v in table.groupby("source")["yuan"].sum().items()}
    for scope, given in yuan_given(frames, t):
        if not scope.startswith("county:"):
            yield scope, max(0.0, given - float(spent.get(scope, 0.0)))

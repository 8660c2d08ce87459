"""Measures of supply and money: capacity, its gap and use, who runs it, what it costs."""

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from planning.network.measures.frames import Frames, Measured
from planning.network.measures.people import newly_served
from planning.network.measures.tables import units_of_sites

Floats = npt.NDArray[np.float64]
NON_STATE: Final = ("public_private", "private_aided", "purchased")
"""Operating modes in which others than the state run the service: 公建民营, 民办公助, 政府购买服务."""


def capacity_units(frames: Frames, t: int) -> Measured:
    """Units a year of the modules that are on, by service."""
    for scope, s, _ in frames.services():
        yield scope, float(frames.found.capacity[t, s].sum())


def persons_per_unit(frames: Frames) -> Floats:
    """(S,) persons whom one unit a year serves: persons over the units they need; 0 where nobody needs any."""
    question = frames.question
    service = np.asarray(question.problem.service)
    persons = np.bincount(service, frames.found.persons, minlength=len(question.services))
    units = np.bincount(service, frames.found.need, minlength=len(question.services))
    return np.divide(persons, units, out=np.zeros_like(persons), where=units > 0)


def capacity_gap_units(frames: Frames, t: int) -> Measured:
    """Units needed minus units of capacity at sites, by service; below 0 there is more than is needed."""
    for scope, s, rows in frames.services():
        yield scope, float(frames.found.need[rows].sum() - frames.found.capacity[t, s].sum())


def capacity_gap_persons(frames: Frames, t: int) -> Measured:
    """The gap in persons, services with more than is needed counting as none; over all and by service."""
    ratio = persons_per_unit(frames)
    gaps = {
        scope: max(0.0, frames.found.need[rows].sum() - frames.found.capacity[t, s].sum()) * ratio[s]
        for scope, s, rows in frames.services()
    }
    yield "all", float(round(sum(gaps.values())))
    yield from ((scope, float(round(gap))) for scope, gap in gaps.items())


def utilisation(frames: Frames, t: int) -> Measured:
    """Units delivered at sites of the capacity there; over all services with both in persons."""
    ratio, delivered = persons_per_unit(frames), units_of_sites(frames.found)[t].sum(axis=1)
    capacity = frames.found.capacity[t].sum(axis=1)
    total = float((ratio * capacity).sum())
    yield "all", float((ratio * delivered).sum()) / total if total else float("nan")
    for scope, s, _ in frames.services():
        yield scope, float(delivered[s] / capacity[s]) if capacity[s] else float("nan")


def non_state_share(frames: Frames, t: int) -> Measured:
    """Share of the capacity at sites that others than the state run; over all services in persons."""
    found, sites = frames.found, frames.question.sites["site_id"]
    mode = frames.sites.set_index("site_id")["mode"].reindex(sites).to_numpy()
    others = np.isin(mode, NON_STATE)
    ratio, capacity = persons_per_unit(frames), found.capacity[t]
    total = float((ratio * capacity.sum(axis=1)).sum())
    yield "all", float((ratio * capacity[:, others].sum(axis=1)).sum()) / total if total else float("nan")
    for scope, s, _ in frames.services():
        whole = capacity[s].sum()
        yield scope, float(capacity[s, others].sum() / whole) if whole else float("nan")


def sites_chosen(frames: Frames, t: int) -> Measured:
    """Sites where the plan opens something by this year, upgraded ones too; over all and by county."""
    year = frames.question.years[t]
    table = frames.sites[(frames.sites["opened"] > 0) & (frames.sites["opened"] <= year)]
    yield "all", float(len(table))
    for county, part in table.groupby("county_code"):
        yield f"county:{county}", float(len(part))


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

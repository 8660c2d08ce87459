"""Measures of travel: times to what is open and to what serves, referral upward, floating catchment areas."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from optimizers.catchment import enhanced_two_step, three_step, two_step
from optimizers.inequality import gini
from planning.network.measures.deliveries import row_numbers, stored_values
from planning.network.measures.frames import Frames, Measured
from planning.network.measures.tables import minutes_of_flow

Floats = npt.NDArray[np.float64]


def nearest_minutes(weighted: bool) -> Callable[[Frames, int], Measured]:
    """Mean minutes to the nearest open site that offers the service, over persons with a route.

    Args:
        weighted: the severe and those in hardship count by the weights of the scenario.
    """

    def measure(frames: Frames, t: int) -> Measured:
        weight = frames.found.persons * (class_weights(frames) if weighted else 1.0)
        minutes = frames.found.nearest_min[t]
        routed = np.isfinite(minutes)
        people = np.where(routed, frames.found.share[:, None] * weight, 0.0)
        by_row, of_row = people.sum(axis=0), (people * np.where(routed, minutes, 0.0)).sum(axis=0)
        yield from frames.of_rows.means(by_row, of_row)

    return measure


def class_weights(frames: Frames) -> Floats:
    """(R,) weight of a person in the scenario's objective."""
    given = frames.question.scenario.weights
    by_class = {"severe": float(given.severe), "hardship": float(given.hardship)}
    place, classes = pd.factorize(frames.question.rows["weight_class"])
    return np.asarray(np.array([by_class.get(k, 1.0) for k in classes])[place], float)


def mean_of(weight: Floats, value: Floats) -> float:
    """Weighted mean; nan where nothing weighs."""
    total = float(weight.sum())
    return float((weight * value).sum() / total) if total > 0 else float("nan")


def served_minutes(frames: Frames, t: int) -> Measured:
    """Mean minutes of the persons served at sites to the site that serves them."""
    found = frames.found
    per_unit = np.divide(found.persons, found.need, out=np.zeros_like(found.need), where=found.need > 0)
    people, minutes = np.zeros(len(per_unit)), np.zeros(len(per_unit))
    for season, flow in enumerate(found.solution.served[t]):
        row, known = row_numbers(flow), minutes_of_flow(found, season, flow)
        routed = np.isfinite(known)
        weight = np.where(routed, found.share[season] * flow.data * per_unit[row], 0.0)
        people += np.bincount(row, weight, minlength=len(per_unit))
        minutes += np.bincount(row, weight * np.where(routed, known, 0.0), minlength=len(per_unit))
    yield from frames.of_rows.means(people, minutes)


def referral(longest: bool) -> Callable[[Frames, int], Measured]:
    """Minutes from the open sites below the county to their county centre: the mean over sites, or the longest."""

    def measure(frames: Frames, t: int) -> Measured:
        sites = frames.question.sites.set_index("site_id")
        year = frames.question.years[t]
        opened = frames.sites[frames.sites["opened"] <= year]
        here = sites.loc[opened["site_id"]]
        here = here[(here["tier"] != "county") & (here["centre_id"] != "") & np.isfinite(here["centre_min"])]
        places = [("all", here), *((f"county:{c}", part) for c, part in here.groupby("county_code"))]
        for scope, part in places:
            if len(part):
                yield scope, float(part["centre_min"].max() if longest else part["centre_min"].mean())

    return measure


def access_of_rows(frames: Frames, t: int, model: str) -> Floats:
    """(R,) units a year for each person by `2sfca`, `e2sfca` or `3sfca`, mean of the seasons; 0 where none is near.

    Rows of the same cell, service and owner have the same value.
    """
    question, found = frames.question, frames.found
    out = np.zeros(len(found.need))
    for season, share in enumerate(found.share):
        for _, s, rows in frames.services():
            out[rows] += share * _access(frames, t, season, s, np.flatnonzero(rows), model)
    assert len(out) == len(question.rows)
    return out


def _access(frames: Frames, t: int, season: int, service: int, rows: npt.NDArray[np.int64], model: str) -> Floats:
    question, found = frames.question, frames.found
    reach = csr_array(question.problem.reach[season][rows])
    row = row_numbers(reach)
    supply = found.capacity[t, service]
    kept = supply[reach.indices] > 0
    row, column = row[kept], reach.indices[kept]
    minutes = stored_values(question.minutes_of(season, service), np.asarray(question.row_cell)[rows][row], column)
    starts = np.searchsorted(row, np.arange(len(rows) + 1))
    pairs = csr_array((minutes, column, starts), shape=reach.shape)
    longest = np.full(len(rows), float(np.asarray(question.longest_min)[service]))
    demand = found.persons[rows]
    if model == "2sfca":
        return two_step(supply, demand, pairs)
    return (enhanced_two_step if model == "e2sfca" else three_step)(supply, demand, pairs, longest)


def access(model: str, unevenness: bool) -> Callable[[Frames, int], Measured]:
    """Mean over persons of one catchment measure by service, or its Gini coefficient."""

    def measure(frames: Frames, t: int) -> Measured:
        value, persons = access_of_rows(frames, t, model), frames.found.persons
        for scope, _, rows in frames.services():
            who = (value[rows], persons[rows])
            yield scope, gini(*who) if unevenness else mean_of(who[1], who[0])

    return measure

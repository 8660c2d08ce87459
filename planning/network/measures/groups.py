"""The four groups of each service and year: served, near but full, too far, no route known; whole persons.

In every season the part of a row's need that is not delivered is near but full when an open site with the service that
may serve the row is in time, too far when there is a route to any open site with it, and without route otherwise. So
where owners are separate, who lives beside a site of the other owner alone is too far: none that may serve is in time.
A year is the mean over its seasons by their shares. Persons are shared out by largest remainders, so that the four add
up to the persons who need the service in every county and class, the same in every year. Served at home counts as
served.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.apportion import largest_remainder
from optimizers.network import NetworkSolution
from planning.network.measures.deliveries import Deliveries, deliveries_of

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
PARTS: Final = ("at_sites", "at_home", "near_but_full", "too_far", "no_route")
TRACE: Final = 1e-9
KEYS: Final = ("service", "county_code", "weight_class")


def parts_of_rows(found: Deliveries) -> Floats:
    """(T, 5, R) persons of every row in each of `PARTS`, not whole; they add up to the persons of the row."""
    at_sites, at_home, left = _shares(found)
    near, routed = found.near, found.routed
    parts = (at_sites, at_home, left * near, left * (routed & ~near), left * ~routed)
    return np.stack([found.of_the_year(part) for part in parts], axis=1) * found.persons


def served_of_rows(found: Deliveries) -> Floats:
    """(T, 3, R) persons of every row served at sites, at home and not at all, not whole."""
    return np.stack([found.of_the_year(part) for part in _shares(found)], axis=1) * found.persons


def _shares(found: Deliveries) -> tuple[Floats, Floats, Floats]:
    """(T, A, R) share of the need delivered at sites, at home and not at all; they add up to 1."""
    needed = found.need > 0
    total = found.at_sites + found.at_home
    scale = np.maximum(total, found.need)  # rounding of the engine does not serve anyone twice
    at_sites, at_home = (
        np.divide(x, scale, out=np.zeros_like(x), where=needed & (scale > 0)) for x in (found.at_sites, found.at_home)
    )
    return at_sites, at_home, np.clip(1.0 - at_sites - at_home, 0.0, 1.0)


def whole_persons(found: Deliveries) -> pd.Series:
    """Whole persons who need a service, by `KEYS`: rounded by service, then shared out to counties and classes."""
    rows = found.question.rows
    exact = rows.groupby(list(KEYS))["persons"].sum()
    number, out = exact.to_numpy(float), np.zeros(len(exact), np.int64)
    service, county = (exact.index.codes[exact.index.names.index(k)] for k in ("service", "county_code"))
    for one in np.unique(service):
        mine = np.flatnonzero(service == one)
        counties = np.bincount(county[mine], number[mine])
        shared = largest_remainder(round(float(counties.sum())), counties)
        for place in np.flatnonzero(shared):
            members = mine[county[mine] == place]
            out[members] = largest_remainder(int(shared[place]), number[members])
    return pd.Series(out, index=exact.index)


def persons_at_sites(found: Deliveries) -> Ints:
    """(S,) whole persons served at sites in the last year by service; their sums in the table `groups`."""
    persons, place = whole_persons(found), found.question.rows.groupby(list(KEYS), sort=True).ngroup().to_numpy()
    exact = np.column_stack([np.bincount(place, part, minlength=len(persons)) for part in served_of_rows(found)[-1]])
    whole = each_shared_out(persons.to_numpy(np.int64), np.asarray(exact, float))
    by_service = pd.Series(whole[:, 0], index=persons.index).groupby(level="service").sum()
    return np.array([by_service.get(service, 0) for service in found.question.services], np.int64)


def groups_table(found: Deliveries) -> pd.DataFrame:
    """The table `groups` of `NetworkPlan`."""
    question = found.question
    persons = whole_persons(found)
    place = question.rows.groupby(list(KEYS), sort=True).ngroup().to_numpy()
    parts = parts_of_rows(found)
    years = [_year(year, parts[t], found, t, place, persons) for t, year in enumerate(question.years)]
    return pd.concat(years, ignore_index=True) if years else pd.DataFrame()


def _year(year: int, parts: Floats, found: Deliveries, t: int, place: Ints, persons: pd.Series) -> pd.DataFrame:
    count = len(persons)
    exact = np.column_stack([np.bincount(place, part, minlength=count) for part in parts])
    whole = _whole(persons.to_numpy(np.int64), np.asarray(exact, float))
    at_home = found.of_the_year(found.at_home)[t]
    table = persons.rename("persons").reset_index().assign(year=year)
    amounts = {
        "persons_served": whole[:, 0] + whole[:, 1],
        "persons_near_but_full": whole[:, 2],
        "persons_too_far": whole[:, 3],
        "persons_no_route": whole[:, 4],
        "persons_at_home": whole[:, 1],
        "units_needed": np.bincount(place, found.need, minlength=count),
        "units_delivered": np.bincount(place, found.units[t], minlength=count),
        "units_at_home": np.bincount(place, at_home, minlength=count),
    }
    return table.assign(**amounts)[["year", *KEYS, "persons", *amounts]]


def _whole(totals: Ints, exact: Floats) -> Ints:
    """(n, 5) whole persons in each of `PARTS`; who is served does not hang on where the others are."""
    served = each_shared_out(totals, np.column_stack([exact[:, :2], exact[:, 2:].sum(axis=1)]))
    return np.hstack([served[:, :2], each_shared_out(served[:, 2], exact[:, 2:])])


def shared_out(total: int, exact: Floats) -> Ints:
    """Whole persons in proportion to the exact ones; traces that come from rounding get nobody."""
    return np.asarray(each_shared_out(np.array([total]), exact[None])[0])


def each_shared_out(totals: Ints, exact: Floats) -> Ints:
    """(n, k) the same for n totals at once, by largest remainders as `geodata.apportion.largest_remainder`.

    Where nobody is anywhere, the last takes all.
    """
    sums = exact.sum(axis=1, keepdims=True)
    kept = np.where(exact > TRACE * np.maximum(1.0, sums), exact, 0.0)
    kept[~(kept.sum(axis=1) > 0), -1] = 1.0
    quota = totals[:, None] * (kept / kept.sum(axis=1, keepdims=True))
    whole = np.floor(quota).astype(np.int64)
    missing = totals - whole.sum(axis=1)
    order = np.argsort(-(quota - whole), axis=1, kind="stable")
    rank = np.empty_like(order)
    np.put_along_axis(rank, order, np.arange(exact.shape[1])[None].repeat(len(exact), 0), axis=1)
    return np.asarray(whole + (rank < missing[:, None]), np.int64)


def persons_served(question: NetworkQuestion, solution: NetworkSolution) -> Ints:
    """(R,) whole persons of every row served in the last year; their sums are those of the table `groups`."""
    found = deliveries_of(question, solution)
    persons, rows = whole_persons(found), question.rows
    at_sites, at_home, left = served_of_rows(found)[-1]
    out = np.zeros(len(rows), np.int64)
    places = rows.groupby(list(KEYS), sort=True).indices
    for key, members in places.items():
        exact = np.array([at_sites[members].sum(), at_home[members].sum(), left[members].sum()])
        served = shared_out(int(persons[key]), exact)[:2].sum()
        out[members] = shared_out(int(served), at_sites[members] + at_home[members])
    return out

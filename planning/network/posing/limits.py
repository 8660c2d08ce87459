"""Money, staff and targets of a network scenario as arrays."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from planning.network.posing.catalogue import RESOURCES, Catalogue
from planning.network.scenario.form import ROUND_STAFF, SPECIALISMS, Network
from planning.scenario_form import Lock

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
SOUTH = ("6528", "6529", "6530", "6531", "6532", "659002", "659003", "659006", "659009")
"""Prefectures and XPCC cities of southern Xinjiang."""


def named(counties: Sequence[str], codes: Sequence[str]) -> Bools:
    """(G,) counties that are named themselves or by their prefecture."""
    return np.array([c in codes or c[:4] in codes for c in counties], bool)


def money_of(network: Network, counties: Sequence[str]) -> tuple[Floats, npt.NDArray[np.bool_], Bools]:
    """(B, T) yuan, (B, G, 2) whether a source may pay capital and running cost of a county, (B,) whether it keeps."""
    sources = network.money
    yuan = np.array(
        [np.broadcast_to(np.array(m.yuan, float), network.years) for m in sources], float
    ).reshape(len(sources), network.years)  # fmt: skip
    pays = np.zeros((len(sources), len(counties), 2), bool)
    for b, source in enumerate(sources):
        codes = (*source.prefectures, *source.counties)
        here = named(counties, codes) if codes else np.ones(len(counties), bool)
        pays[b] = here[:, None] & np.array([source.pays != "running", source.pays != "capital"])
    return yuan, pays, np.array([m.carry for m in sources], bool)


def floors_of(network: Network, counties: Sequence[str]) -> Floats:
    """(G,) share of each county that must be served."""
    return np.array([network.floors.counties.get(c, network.floors.county_share) for c in counties], float)


def standards_of(network: Network) -> Floats:
    """(S,) share of each service that must be delivered."""
    return np.array([network.standards.get(s, 0.0) for s in network.services], float)


def tilt_of(network: Network, counties: Sequence[str]) -> tuple[Bools, float]:
    """(G,) counties that the tilt is for, and its share; southern Xinjiang and 0 where none is asked for."""
    if network.tilt is None:
        return named(counties, SOUTH) | np.array([c in SOUTH for c in counties], bool), 0.0
    return named(counties, (*network.tilt.prefectures, *network.tilt.counties)), network.tilt.share


def pools_of(network: Network, counties: Sequence[str], residents: Floats, catalogue: Catalogue) -> Floats:
    """(G, P) what each county can find: persons by specialism, and days of the staff of rounds.

    Args:
        residents: (G,) disabled residents.
    """
    words = (*SPECIALISMS, ROUND_STAFF)
    rates = np.array([catalogue[f"pool_per_10000_{word}"] for word in words])
    persons = np.maximum(np.outer(residents / 10_000, rates), catalogue["pool_smallest"])
    for p, word in enumerate(words):
        if word in network.staff:
            persons[:, p] = network.staff[word]
        for row in network.staff_counties:
            given = getattr(row, word)
            if given is not None and row.county in counties:
                persons[list(counties).index(row.county), p] = given
    persons[:, words.index(ROUND_STAFF)] *= catalogue["working_days_year"]
    assert persons.shape[1] == len(RESOURCES)
    return np.asarray(persons)


def years_of_locks(sites: pd.DataFrame, locks: Sequence[Lock], network: Network) -> npt.NDArray[np.int64]:
    """(m,) year from which a site must be open, -1 for no such order; the last year where a lock names none."""
    years = {lock.site: network.years - 1 if lock.year is None else lock.year - network.first_year for lock in locks}
    wanted = sites["site_id"].map(years).fillna(-1).to_numpy(np.int64)
    return np.where(sites["locked"], wanted, -1).astype(np.int64)

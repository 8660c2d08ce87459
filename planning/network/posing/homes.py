"""Which rows may be served at home, from which hub, and what a unit there takes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from planning.network.posing.catalogue import Catalogue
from planning.network.posing.rounds import rounds
from planning.network.scenario.form import Network

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Homes:
    """Service at home by row; inf yuan where it is not offered.

    Attributes:
        hub: (R,) position of the site that rounds set out from, -1 where none is offered.
        minutes: (R,) from the hub.
        yuan, staff_days, vehicle_days: (R,) a unit; days 0 where none is offered.
    """

    hub: Ints
    minutes: Floats
    yuan: Floats
    staff_days: Floats
    vehicle_days: Floats


def homes_of(
    network: Network,
    catalogue: Catalogue,
    rows: pd.DataFrame,
    cells: pd.DataFrame,
    sites: pd.DataFrame,
    served: Bools,
    centres: Ints,
    by_car: Sequence[Floats],
) -> Homes:
    """What serving the rows at home takes.

    Args:
        served: (R,) rows that an institution standing today serves in time in every season; nobody goes to them.
        centres: positions of the standing county centres.
        by_car: (cells, centres) minutes of every season; a home is as far as in its worst season.
    """
    hub, away = nearest_hub(cells, sites, centres, by_car, network.owners == "separate")
    cell = rows["cell"].to_numpy()
    hub, away = hub[cell], away[cell]
    found = {key: np.full(len(rows), np.inf) for key in ("yuan", "staff_days", "vehicle_days")}
    service = rows["service"].to_numpy(str)
    for key in network.services if network.rounds else ():
        if catalogue.at_home(key):
            at = np.flatnonzero((service == key) & ~served & (hub >= 0))
            taken = rounds(away[at], key, catalogue)
            for name, values in found.items():
                values[at] = getattr(taken, name)
    offered = np.isfinite(found["yuan"])
    return Homes(
        hub=np.where(offered, hub, -1),
        minutes=np.where(offered, away, np.inf),
        yuan=found["yuan"],
        staff_days=np.where(offered, found["staff_days"], 0.0),
        vehicle_days=np.where(offered, found["vehicle_days"], 0.0),
    )


def nearest_hub(
    cells: pd.DataFrame, sites: pd.DataFrame, centres: Ints, by_car: Sequence[Floats], separate: bool
) -> tuple[Ints, Floats]:
    """(n,) the county centre that rounds to each cell set out from, -1 for none, and minutes to it.

    The nearest centre of the cell's own county; where that has none with a route, the nearest of all; of the same
    owner when `separate`. Minutes are the longest of the seasons; none where a season has no route.
    """
    if not len(centres):
        return np.full(len(cells), -1, np.int64), np.full(len(cells), np.inf)
    minutes = _worst(by_car)
    here = sites.iloc[centres]
    if separate:
        same = cells["owner"].to_numpy(str)[:, None] == here["owner"].to_numpy(str)[None, :]
        minutes = np.where(same, minutes, np.inf)
    own = cells["county_code"].to_numpy(str)[:, None] == here["county_code"].to_numpy(str)[None, :]
    own &= np.isfinite(minutes)
    minutes = np.where(own | ~own.any(axis=1, keepdims=True), minutes, np.inf)
    best = minutes.argmin(axis=1)
    away = minutes[np.arange(len(cells)), best]
    return np.where(np.isfinite(away), centres[best], -1).astype(np.int64), away


def _worst(tables: Sequence[Floats]) -> Floats:
    """The longest of the times; inf where a season has no route: nobody is promised a visit over a closed pass."""
    return np.asarray(np.stack(tables).max(axis=0))

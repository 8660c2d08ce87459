"""Who needs which service where: rows by cell, service and class of weight, with persons and units a year."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.demand import SEVERE_GRADES, DemandRates, read_needs, service_persons, service_units
from geodata.demand.needs import HARDSHIP, Needs
from geodata.places import demand_areas
from geodata.services import SERVICES
from planning.area_demand import Factors, people_of
from planning.scenario_form import Base
from planning.study_area import StudyArea

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
CLASSES = ("other", "severe", "hardship")
"""Classes of weight: grades 3-4 and unknown, grades 1-2, and those of them who live in hardship."""
_UNKNOWN = len(CLASSES)  # severe, and nobody knows whether in hardship
SMALLEST_UNITS = 1e-9


@dataclass(frozen=True, eq=False)
class Need:
    """Tables by cell (index `cell_id`, of those with people) and service, one for each of `CLASSES`.

    Attributes:
        units: units a year.
        persons: persons who need and use the service.
        residents: (index `cell_id`) disabled residents.
    """

    units: tuple[pd.DataFrame, ...]
    persons: tuple[pd.DataFrame, ...]
    residents: "pd.Series[float]"


def need_rows(need: Need, services: tuple[str, ...], cells: pd.DataFrame) -> pd.DataFrame:
    """One row for every service, class and cell with need, in this order.

    Args:
        cells: `cell_id`, `county_code`, `area_id`; rows follow their order.

    Returns:
        `cell_id`, `county_code`, `area_id`, `service`, `weight_class`, `persons`, `units`, and `cell`, the position in
        `cells`. Units of a county and service add up to those of `planning.demand_report.units_table` before rounding.
    """
    parts = []
    for service in services:
        for name, units, persons in zip(CLASSES, need.units, need.persons, strict=True):
            u, p = (t[service].reindex(cells["cell_id"], fill_value=0.0).to_numpy() for t in (units, persons))
            at = np.flatnonzero((u > SMALLEST_UNITS) & (p > SMALLEST_UNITS))
            part = cells[["cell_id", "county_code", "area_id"]].iloc[at]
            parts.append(part.assign(service=service, weight_class=name, persons=p[at], units=u[at], cell=at))
    return pd.concat(parts, ignore_index=True)


@lru_cache(maxsize=4)
def need_of(
    area: StudyArea, rates: DemandRates, prevalence_rate: float, factors: Factors = (), base: Base | None = None
) -> Need:
    """The need of a study area by the shipped table; kept for equal questions."""
    people = people_of(area.data, rates, prevalence_rate, factors, base)
    return need_by_class(people, read_needs(), rates.hardship_share_of_severe)


def need_by_class(people: pd.DataFrame, needs: Needs, hardship_share: float) -> Need:
    """Units and persons by cell, service and class of weight.

    Severe people of whom nobody knows whether they live in hardship are shared out by `hardship_share`, their need of
    services for those in hardship (home visits) belonging to that class alone. Sums over the classes are exactly those
    of `service_units` and `service_persons`: the classes pass through them as cells of their own, so what is unknown
    is filled with the mean of all people.

    Args:
        people: `cell_id`, `category`, `grade`, `age_band`, `persons`, and `hardship` where it is known.
        hardship_share: share of severe people who live in hardship.
    """
    ids, cells = pd.factorize(people["cell_id"].astype(object))
    split = people.assign(cell_id=ids * (_UNKNOWN + 1) + _classes(people))
    for_hardship = _stand_ins(needs)
    units, persons = (
        _shared(count(split, needs), cells, hardship_share, for_hardship) for count in (service_units, service_persons)
    )
    residents = np.bincount(ids, people["persons"].to_numpy(float), minlength=len(cells))
    return Need(units, persons, pd.Series(residents, index=pd.Index(cells, name="cell_id")))


def persons_by_kind(
    people: pd.DataFrame, needs: Needs, hardship_share: float, column: str
) -> tuple["pd.Index[str]", tuple[str, ...], Floats]:
    """The persons of `need_by_class` told apart by one more word of theirs.

    Args:
        people: as in `need_by_class`.
        needs: who needs and uses what.
        hardship_share: share of severe people who live in hardship.
        column: `category` or `grade`.

    Returns:
        Cells (C); the words found (W), "" where nobody knows; and persons (C, W, classes, services).
    """
    ids, cells = pd.factorize(people["cell_id"].astype(object))
    kind, words = pd.factorize(people[column].astype("string").fillna(""), sort=True)
    split = people.assign(cell_id=(ids * len(words) + kind) * (_UNKNOWN + 1) + _classes(people))
    pairs = pd.Index(range(len(cells) * len(words)))
    tables = _shared(service_persons(split, needs), pairs, hardship_share, _stand_ins(needs))
    persons = np.stack([table.to_numpy() for table in tables], axis=1)
    return cells, tuple(map(str, words)), persons.reshape(len(cells), len(words), len(CLASSES), len(SERVICES))


def _classes(people: pd.DataFrame) -> Ints:
    """(n,) position in `CLASSES`, or `_UNKNOWN`."""
    severe = people["grade"].isin(SEVERE_GRADES).to_numpy(bool)
    if "hardship" not in people:
        return np.where(severe, _UNKNOWN, 0).astype(np.int64)
    known = people["hardship"].astype("boolean")
    hard = known.fillna(False).to_numpy(bool)
    graded = np.where(hard, 2, np.where(known.isna().to_numpy(bool), _UNKNOWN, 1))
    return np.where(severe, graded, 0).astype(np.int64)


def _stand_ins(needs: Needs) -> Bools:
    """(services,) whether a share of the service only stands in for knowing who lives in hardship."""
    stands = np.array([row.stands_for == HARDSHIP for row in needs.rows])[needs.row_of[0]]
    return np.asarray(stands.reshape(len(SERVICES), -1).any(axis=1))


def _shared(table: pd.DataFrame, cells: "pd.Index[str]", share: float, for_hardship: Bools) -> tuple[pd.DataFrame, ...]:
    """One table for each class, the unknown shared out."""
    whole = np.zeros((len(cells) * (_UNKNOWN + 1), len(SERVICES)))
    whole[table.index.to_numpy(np.int64)] = table[list(SERVICES)].to_numpy()
    by_class = whole.reshape(len(cells), _UNKNOWN + 1, len(SERVICES))
    hard = np.where(for_hardship, 1.0, share)
    parts = (
        by_class[:, 0],
        by_class[:, 1] + (1 - hard) * by_class[:, _UNKNOWN],
        by_class[:, 2] + hard * by_class[:, _UNKNOWN],
    )
    index = pd.Index(cells, name="cell_id")
    return tuple(pd.DataFrame(part, index=index, columns=list(SERVICES)) for part in parts)


@lru_cache(maxsize=4)
def neighbourhoods(area: StudyArea) -> pd.DataFrame:
    """`cell_id`, `county_code` and the `area_id` of every cell of a study area, in its order."""
    data = area.data
    named = demand_areas(data.cells, data.places, data.counties)
    return data.cells[["cell_id", "county_code"]].assign(area_id=named["area_id"].to_numpy())

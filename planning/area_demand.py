"""How many disabled residents an area has, and where: modelled, registered, or a register scaled to other totals."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

import numpy as np
import pandas as pd

from geodata.demand import (
    DemandRates,
    bases,
    cells_from_people,
    demand_figures,
    model_demand,
    people_from_cells,
    reconcile_people,
)
from geodata.errors import LayerError, Sentence, both
from geodata.figures import Figure
from geodata.layers.report import PRECISIONS as PRECISIONS  # how surely a person of a register was located
from geodata.study_data import StudyData
from planning.faults import PlanningError
from planning.scenario_form import Base

Source = Literal["modelled", "register", "register_scaled"]
Factors = tuple[tuple[str, float], ...]


def demand_source(data: StudyData, base: Base | None, factors: Factors = ()) -> Source:
    """Where the persons of a question come from; what files and maps say of them."""
    if data.residents is None:
        return "modelled"
    return "register" if (base or data.base) == "register" and not factors else "register_scaled"


def demand_of(
    data: StudyData, rates: DemandRates, prevalence_rate: float, factors: Factors = (), base: Base | None = None
) -> pd.DataFrame:
    """Disabled residents of every cell, with the columns of `geodata.demand.model_demand`.

    Args:
        prevalence_rate: disabled residents per resident where `base` is prevalence.
        factors: county code → what its persons are multiplied by.
        base: which count of persons holds; the study area's own where None.

    Returns:
        The cells with whole persons; those of a register also `persons_point`, `persons_village`, `persons_township`,
        `persons_county`.

    Raises:
        PlanningError: for a base that the area cannot give.
    """
    try:
        if data.residents is None:
            return _modelled(data, rates, prevalence_rate, factors, base or data.base)
        people = people_of(data, rates, prevalence_rate, factors, base)
        return with_precision(cells_from_people(people, data.cells))
    except LayerError as error:
        raise PlanningError(error.faults) from None


def people_of(
    data: StudyData, rates: DemandRates, prevalence_rate: float, factors: Factors = (), base: Base | None = None
) -> pd.DataFrame:
    """The same persons as counts by cell and class: `cell_id`, `category`, `grade`, `age_band`, `persons`.

    Whole persons (with `hardship`) from a register, fractions where people are modelled.
    """
    if data.residents is None:
        return people_from_cells(_modelled(data, rates, prevalence_rate, factors, base or data.base))
    chosen = base or data.base
    if demand_source(data, base, factors) == "register":
        return data.residents
    counted = _registered(data)
    here = {code: n for code, n in counted.items() if n or _peopled(data, code)}
    totals = here if chosen == "register" else _totals(data, rates, prevalence_rate, chosen, tuple(here))
    times = dict(factors)
    control = {code: round(totals[code] * times.get(code, 1.0)) for code in here}
    return reconcile_people(data.residents, data.cells, control, by_population=True)[0]


def bases_of(data: StudyData, rates: DemandRates, prevalence_rate: float) -> pd.DataFrame:
    """The three demand bases of every county side by side, see `geodata.demand.bases`.

    Counties whose population is not known have a register only; the user's own totals stand in place of the model's.
    """
    counted = _registered(data) if data.residents is not None else {}
    region = data.counties if data.region is None else data.region
    known = region[region["population"].notna()]
    inside = {code: n for code, n in counted.items() if code in set(known["county_code"])}
    table = bases(known, data.age_structure, rates, inside, _figures(prevalence_rate))
    table = table.set_index("county_code").reindex(data.counties["county_code"])
    table["register"] = pd.array([counted.get(c, pd.NA) for c in table.index], "Int64")
    given = own_totals(data)
    control = table["control_total"].astype("Float64")
    table["control_total"] = control.mask(table.index.isin(given), table.index.map(lambda c: given.get(c, 0)))
    total = table["control_total"].mask(table["control_total"] == 0)
    return table.assign(register_to_control=table["register"].astype("Float64") / total).reset_index()


def own_totals(data: StudyData) -> dict[str, int]:
    """Persons of whole counties as the user gave them."""
    if data.totals is None:
        return {}
    return {str(c): int(n) for c, n in data.totals.groupby("county_code")["persons"].sum().items()}


def with_precision(cells: pd.DataFrame) -> pd.DataFrame:
    """Cells with their persons once more in the column of their precision."""
    persons, precision = cells["persons"].to_numpy(np.int64), cells["precision"].to_numpy()
    return cells.assign(**{f"persons_{p}": np.where(precision == p, persons, 0) for p in PRECISIONS})


def base_faults(data: StudyData, rates: DemandRates, prevalence_rate: float, base: Base) -> list[Sentence]:
    """Why an area cannot give a base: no register, no population, or a total of 0 where persons are registered."""
    if data.residents is None:
        return [_no_register()] if base == "register" else []
    if base == "register":
        return []
    counted = _registered(data)
    try:
        totals = _totals(data, rates, prevalence_rate, base, tuple(c for c, n in counted.items() if n))
    except PlanningError as error:
        return [fault for fault in error.faults if isinstance(fault, Sentence)]
    return [
        both(
            f"demand_base: county '{code}' has a register, but a total of 0; give the right total",
            f"demand_base：县“{code}”有登记数据，总数却是 0；请更正总数",
        )
        for code, n in totals.items()
        if not n
    ]


def _modelled(
    data: StudyData, rates: DemandRates, prevalence_rate: float, factors: Factors, base: Base
) -> pd.DataFrame:
    """The model, its counties brought to other totals where such are asked for."""
    if base == "register":
        raise PlanningError([_no_register()])
    region = data.counties if data.region is None else data.region
    times = dict(factors)
    given = own_totals(data) if base == "control_total" else {}
    if base == "prevalence" or given:
        codes = tuple(given) if given else tuple(map(str, data.counties["county_code"]))
        wanted = _totals(data, rates, prevalence_rate, base, codes)
        usual = _bases_by_code(region, data, rates, prevalence_rate)["control_total"]
        times |= {c: times.get(c, 1.0) * n / int(usual[c]) for c, n in wanted.items() if usual[c]}
    return model_demand(data.cells, region, data.age_structure, rates, times)


def _totals(
    data: StudyData, rates: DemandRates, prevalence_rate: float, base: Base, codes: tuple[str, ...]
) -> dict[str, int]:
    """Persons of whole counties by a base.

    Raises:
        PlanningError: one sentence for every county whose population is not known.
    """
    given = own_totals(data) if base == "control_total" else {}
    region = data.counties if data.region is None else data.region
    found: dict[str, int] = {}
    if set(codes) - set(given) and len(data.age_structure):
        table = _bases_by_code(region, data, rates, prevalence_rate)
        found = {str(c): int(n) for c, n in table[base].items()}
    lacking = [code for code in codes if code not in given and code not in found]
    if lacking:
        raise PlanningError([_no_population(code) for code in lacking])
    return {code: given.get(code, found.get(code, 0)) for code in codes}


def _bases_by_code(region: pd.DataFrame, data: StudyData, rates: DemandRates, prevalence_rate: float) -> pd.DataFrame:
    known = region[region["population"].notna()]
    table = bases(known, data.age_structure, rates, figures=_figures(prevalence_rate))
    return table.set_index("county_code")


def _figures(prevalence_rate: float) -> tuple[Figure, ...]:
    """The rate of the scenario in place of the shipped one."""
    key = "national_prevalence"
    return tuple(replace(row, value=prevalence_rate) for row in demand_figures() if row.key == key)


def _registered(data: StudyData) -> Mapping[str, int]:
    """Persons of the register by county; 0 for a county without any."""
    residents = data.residents if data.residents is not None else pd.DataFrame({"cell_id": [], "persons": []})
    county = data.cells.set_index("cell_id")["county_code"]
    counts = residents.groupby(residents["cell_id"].map(county))["persons"].sum()
    return {str(c): int(counts.get(c, 0)) for c in data.counties["county_code"]}


def _peopled(data: StudyData, code: str) -> bool:
    """Whether a county without registered persons has cells over which others can be spread."""
    return bool((data.cells.loc[data.cells["county_code"] == code, "population"] > 0).any())


def _no_register() -> Sentence:
    return both(
        "demand_base: this study area has no register; leave the key out, or make the area with one",
        "demand_base：本研究区没有登记数据；请删去这一项，或用登记名册建立研究区",
    )


def _no_population(code: str) -> Sentence:
    return both(
        f"demand_base: the population of county '{code}' is not known; use the register, or make the area with totals",
        f"demand_base：不知道县“{code}”的常住人口；请用登记数，或在建立研究区时给出各县总数",
    )

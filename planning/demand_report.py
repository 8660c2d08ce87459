"""Demand for the eyes of people: bases side by side, service units by county, and what a plan owes to the base."""

from collections.abc import Callable, Sequence
from typing import cast

import pandas as pd

from geodata.demand import read_needs, service_units, whole_units
from geodata.demand.bases import BASES
from geodata.demand.needs import Needs
from geodata.errors import Sentence, in_language
from geodata.services import SERVICES, services
from planning.area_demand import base_faults, bases_of, people_of
from planning.plan import Plan
from planning.run import run
from planning.scenario import Scenario
from planning.scenario_form import Base
from planning.study_area import StudyArea
from planning.texts import text


def bases_table(area: StudyArea) -> pd.DataFrame:
    """The three demand bases of every county: persons, and the register as a share of the control total."""
    a = area.assumptions
    table = bases_of(area.data, a.demand_rates(), a["prevalence_rate"])
    names = area.data.counties.set_index("county_code")[["name_zh", "name_en"]]
    table.insert(1, "name_zh", table["county_code"].map(names["name_zh"]))
    table.insert(2, "name_en", table["county_code"].map(names["name_en"]))
    return table.assign(difference=table["control_total"] - table["register"])


def available_bases(area: StudyArea) -> tuple[Base, ...]:
    """The bases that the area can give: a register where one is loaded, others where totals or people are known."""
    return tuple(base for base, faults in _base_faults(area).items() if not faults)


def _base_faults(area: StudyArea) -> dict[Base, list[Sentence]]:
    """Every base with what keeps the area from giving it."""
    a = area.assumptions
    return {
        base: base_faults(area.data, a.demand_rates(), a["prevalence_rate"], base)
        for base in cast("tuple[Base, ...]", BASES)
    }


def lacking_bases(area: StudyArea, language: str) -> list[str]:
    """A sentence for every base that the area with its register cannot give, with the first reason."""
    if area.data.residents is None:
        return []
    return [
        text("base_lacking", language).format(base_name(area, base, language), in_language(faults[0], language))
        for base, faults in _base_faults(area).items()
        if faults
    ]


def base_name(area: StudyArea, base: Base, language: str) -> str:
    """What a base is called, the prevalence with its rate in per cent."""
    rate = f"{100 * area.assumptions['prevalence_rate']:.4g}"
    return text(f"units_{base}", language).format(rate)


def persons_in(area: StudyArea) -> tuple[int, int]:
    """Disabled residents of the area by its own base: of its prefectures, and of the XPCC cities counted apart."""
    demand = area.demand(area.assumptions.demand_rates())
    inside = area.data.counties.set_index("county_code")["in_prefecture_total"]
    here = demand["county_code"].map(inside).to_numpy(bool)
    return int(demand.loc[here, "persons"].sum()), int(demand.loc[~here, "persons"].sum())


def persons_apart(area: StudyArea, language: str) -> str:
    """The persons of XPCC cities as the end of a sentence; nothing where there are none."""
    apart = persons_in(area)[1]
    return text("persons_apart", language).format(apart) if apart else ""


def repeated_sentence(area: StudyArea, language: str) -> str:
    """How many rows of registers were not counted since an earlier register has the person; nothing where none."""
    rows = sum(int(read.get("rows_in_earlier_register", 0)) for read in area.data.package.get("inputs", ()))
    return text("rows_in_earlier_register", language).format(rows) if rows else ""


def units_table(area: StudyArea, base: Base | None = None, needs: Needs | None = None) -> pd.DataFrame:
    """Whole service units a year of every county: `county_code`, a column a service; sums hold to the unit.

    Args:
        base: which persons; the area's own where None.
        needs: the shipped table where None.
    """
    a = area.assumptions
    people = people_of(area.data, a.demand_rates(), a["prevalence_rate"], (), base)
    units = service_units(people, needs or read_needs())
    county = area.data.cells.set_index("cell_id")["county_code"]
    whole = whole_units(units, county)
    table = whole.groupby(whole.index.map(county)).sum()
    return table.reindex(area.data.counties["county_code"], fill_value=0).rename_axis("county_code").reset_index()


def service_rows(area: StudyArea, language: str, needs: Needs | None = None) -> list[dict[str, object]]:
    """Every service with its unit, total for each base, longest travel time and traveller."""
    totals = {base: units_table(area, base, needs) for base in available_bases(area)}
    zh = language == "zh"
    return [
        {
            text("service", language): s.zh if zh else s.en,
            text("unit", language): s.unit_zh if zh else s.unit,
            **{base_name(area, base, language): int(table[key].sum()) for base, table in totals.items()},
            text("max_minutes", language): s.max_minutes,
            text("profile", language): text(s.profile, language),
            text("mark", language): s.mark,
        }
        for key, s in services().items()
    ]


def owed_to_base(
    scenario: Scenario, area: StudyArea, say: Callable[[str], None] | None = None
) -> tuple[list[Plan], pd.DataFrame]:
    """The same scenario under every base that the area can give.

    Returns:
        The plans, and a row a site that any of them proposes: `site_id`, `name_zh`, `name_en`, a column a base (True
        where its plan proposes the site) and `bases`, in how many.
    """
    plans = []
    for base in available_bases(area):
        if say:
            say(base)
        named = scenario.model_copy(update={"demand_base": base, "name": f"{scenario.name}_{base}"})
        plans.append(run(named, area))
    return plans, agreement(plans, available_bases(area), area)


def agreement(plans: Sequence[Plan], bases: Sequence[str], area: StudyArea) -> pd.DataFrame:
    """Which proposed sites stand in which plans."""
    sites = sorted(set().union(*(plan.proposed for plan in plans)))
    named = area.sites.set_index("site_id")
    table = pd.DataFrame({"site_id": sites})
    table["name_zh"] = table["site_id"].map(named["name_zh"])
    table["name_en"] = table["site_id"].map(named["name_en"])
    for base, plan in zip(bases, plans, strict=True):
        table[base] = table["site_id"].isin(plan.proposed)
    return table.assign(bases=table[list(bases)].sum(axis=1)).sort_values(
        ["bases", "site_id"], ascending=[False, True], ignore_index=True
    )


def agreement_sentence(table: pd.DataFrame, bases: Sequence[str], language: str) -> str:
    """How many of the proposed sites do not depend on the base."""
    stay, most = int((table["bases"] == len(bases)).sum()), int(table[list(bases)].sum().max() if len(table) else 0)
    return text("owed_to_base", language).format(stay=stay, most=most, bases=len(bases))


def needs_table(needs: Needs | None = None) -> pd.DataFrame:
    """Every cell of the need table with its numbers, marks and sources; services in their order."""
    table = (needs or read_needs()).table
    order = {key: i for i, key in enumerate(SERVICES)}
    return table.sort_values("service", key=lambda s: s.map(order), kind="stable", ignore_index=True)

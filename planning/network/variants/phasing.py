"""The price of phasing: a plan nested year by year against the end plan, which has all capital at once.

The end plan is the same scenario as one year, the last: what the earlier years have for capital is there at once, for
running cost there is what the last year has (and what a source that carries over would have left). Whatever the nested
plan has in its last year the end plan could have too, but for shares of all money (a tilt), which are of one year then.
So the price in what the first aim counts in that year, the best end plan minus the nested plan found, is known between
two bounds. Persons are no aim: of them only the two plans that were found are told.
"""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from geodata.errors import both
from planning.network.explanation import Explanation
from planning.network.posing.catalogue import Catalogue
from planning.network.reasons.explanation import Interval, cleaned
from planning.network.reasons.sentences import exactly, told, within
from planning.network.result import NOTHING_YET, NetworkPlan
from planning.network.scenario.asked import network_of
from planning.network.scenario.form import Money, Network
from planning.network.variants.runs import Run, answer, best_in, chosen_sites, last_groups, variant
from planning.scenario import Scenario
from planning.scenario_form import Lock
from planning.study_area import StudyArea

EARLIER: Final = "{}（此前各年 earlier years）"
KIND: Final = "phasing"


@dataclass(frozen=True, eq=False)
class Phasing:
    """A nested plan and the end plan of one scenario.

    Attributes:
        nested, end: the plans.
        services: the last year by service: `service`, `persons`, `served_nested`, `served_end`, `lost` (persons, below
            0 where the nested plan serves more), `units_nested`, `units_end`, `units_lost`.
        years: the nested plan by year: `year`, `sites_opened`, `capital_yuan`, `running_yuan` (with rounds),
            `persons_served` (by service).
        sites: `site_id`, `name_zh`, `name_en`, `county_code`, `opened` (nested, 0 for never), `in_end` (bool).
        price: in what the first aim counts in the last year; None for aims of another kind, or with a tilt.
        explanations: what this says, in both languages.
    """

    nested: NetworkPlan
    end: NetworkPlan
    services: pd.DataFrame
    years: pd.DataFrame
    sites: pd.DataFrame
    price: Interval | None
    explanations: tuple[Explanation, ...]


def phasing(scenario: Scenario, area: StudyArea, run: Run) -> Phasing:
    """Answer the scenario year by year and as its end plan.

    Args:
        run: called twice.

    Raises:
        PlanningError: when the scenario has no `[network]` or one of the two has no plan.
    """
    nested = answer(run, variant(scenario, "nested"), area)
    end = answer(run, end_scenario(scenario), area)
    if network_of(scenario).tilt is not None or not nested.aims:
        return compared(nested, end)
    catalogue = Catalogue(area.assumptions.changed(scenario.assumptions))
    return compared(nested, end, last_value(nested, scenario, catalogue))


def end_scenario(scenario: Scenario) -> Scenario:
    """The scenario as one year, the last, with the capital of all years; orders to open hold from the beginning."""
    network = network_of(scenario)
    last = network.first_year + network.years - 1
    money = tuple(part for source in network.money for part in _at_once(source, network))
    changes = tuple(c.model_copy(update={"year": None}) if isinstance(c, Lock) else c for c in scenario.changes)
    return variant(scenario, "end", around={"changes": changes}, first_year=last, years=1, money=money)


def _at_once(source: Money, network: Network) -> tuple[Money, ...]:
    """One source in one year: all that pays for capital, and the running cost of the last year."""
    yuan = source.yuan * network.years if len(source.yuan) == 1 else source.yuan
    total, last = sum(yuan), yuan[-1]
    if source.carry or source.pays == "capital":
        return (source.model_copy(update={"yuan": (total,)}),)
    of_last = source.model_copy(update={"yuan": (last,)})
    if source.pays == "running" or network.years == 1:
        return (of_last,)
    before = {"source": EARLIER.format(source.source), "yuan": (total - last,), "pays": "capital"}
    return source.model_copy(update=before), of_last


def last_value(plan: NetworkPlan, scenario: Scenario, catalogue: Catalogue) -> float | None:
    """What a plan is worth in its last year as its first aim counts; None for aims of all years or of minutes."""
    aim = plan.aims[0]["aim"]
    if aim == "worst_off":
        return float(plan.aims[0]["objective"])
    if aim not in ("most_units", "neediest"):
        return None
    groups, weights = last_groups(plan), {"other": 1.0, "severe": 1.0, "hardship": 1.0}
    if aim == "neediest":
        weights |= {"severe": scenario.weights.severe, "hardship": scenario.weights.hardship}
    at_site, at_home = (
        groups["service"].map(worth) for worth in (catalogue.attendances, catalogue.attendances_at_home)
    )
    home = groups["units_at_home"]
    value = ((groups["units_delivered"] - home) * at_site + home * at_home) * groups["weight_class"].map(weights)
    return float(value.sum())


def compared(nested: NetworkPlan, end: NetworkPlan, last: float | None = None) -> Phasing:
    """The tables and sentences of two plans that are there already.

    Args:
        last: what the nested plan is worth in its last year, see `last_value`.
    """
    services, years, sites = _services_table(nested, end), _years_table(nested), _sites_table(nested, end)
    price = None if last is None else _price(end, last)
    said = [_persons_told(nested, services)]
    said += [_price_told(price, nested)] if price is not None else []
    said += [_before_told(nested, years)] if len(nested.years) > 1 else []
    said.append(_places_told(sites))
    return Phasing(nested, end, services, years, sites, price, tuple(said))


def _price(end: NetworkPlan, last: float) -> Interval | None:
    """The best end plan minus what the nested plan is worth in its last year; never below 0."""
    best = best_in(end)
    if best is None:
        return None
    _, least, most = best
    return cleaned(least - last, max(0.0, least - last), max(0.0, most - last), max(abs(least), abs(last)))


def _services_table(nested: NetworkPlan, end: NetworkPlan) -> pd.DataFrame:
    columns = ["persons", "persons_served", "units_delivered"]
    one, other = (last_groups(p).groupby("service")[columns].sum().reindex(nested.services) for p in (nested, end))
    table = pd.DataFrame({"service": nested.services, "persons": one["persons"].to_numpy()})
    table["served_nested"], table["served_end"] = (t["persons_served"].to_numpy() for t in (one, other))
    table["lost"] = table["served_end"] - table["served_nested"]
    table["units_nested"], table["units_end"] = (t["units_delivered"].to_numpy() for t in (one, other))
    return table.assign(units_lost=table["units_end"] - table["units_nested"])


def _years_table(plan: NetworkPlan) -> pd.DataFrame:
    years = pd.Index(plan.years, name="year")
    table = pd.DataFrame(index=years)
    opened = chosen_sites(plan)["opened"].value_counts()
    table["sites_opened"] = opened.reindex(years, fill_value=0)
    for kind in ("capital", "running"):
        yuan = plan.money[plan.money["kind"] == kind].groupby("year")["yuan"].sum()
        table[f"{kind}_yuan"] = yuan.reindex(years, fill_value=0.0)
    sums = plan.groups.groupby("year")[["persons_served"]].sum()  # units of different services do not add up
    return table.join(sums.reindex(years)).reset_index()


def _sites_table(nested: NetworkPlan, end: NetworkPlan) -> pd.DataFrame:
    columns = ["site_id", "name_zh", "name_en", "county_code"]
    one, other = chosen_sites(nested), chosen_sites(end)
    table = pd.concat([one, other])[columns].drop_duplicates("site_id", ignore_index=True)
    opened = table["site_id"].map(one.set_index("site_id")["opened"])
    table["opened"] = opened.fillna(NOTHING_YET).astype("int64")
    return table.assign(in_end=table["site_id"].isin(other["site_id"]))


def _persons_told(nested: NetworkPlan, services: pd.DataFrame) -> Explanation:
    year = nested.last_year
    one, other, lost = (int(services[c].sum()) for c in ("served_nested", "served_end", "lost"))
    en = f"the plan found with all capital at once serves {other:,}: {abs(lost):,} {'more' if lost > 0 else 'fewer'}"
    zh = f"资金一次到位所得的方案服务 {other:,} 人，{'多' if lost > 0 else '少'} {abs(lost):,} 人"
    if not lost:
        en, zh = "the plan found with all capital at once serves equally many", "资金一次到位所得的方案服务人数相同"
    sentence = both(
        f"In {year} the plan found year by year serves {one:,} persons, counted by service; {en}.",
        f"{year} 年，逐年建设所得的方案服务 {one:,} 人（按各项服务分别计）；{zh}。",
    )
    return told(KIND, "persons", sentence, exactly(float(lost)), "persons")


def _price_told(price: Interval, nested: NetworkPlan) -> Explanation:
    unit, year = str(nested.aims[0]["unit"]), nested.last_year
    words = within(price, unit)
    sentence = both(
        f"Price of phasing in {year} against the best plan with all capital at once, in what the first aim counts: "
        f"{words}.",
        f"分年建设在 {year} 年的代价（与资金一次到位的最好方案相比，按首要目标计）：{words.zh}。",
    )
    return told(KIND, "aim", sentence, price, unit)


def _before_told(nested: NetworkPlan, years: pd.DataFrame) -> Explanation:
    first, before = nested.years[0], nested.last_year - 1
    early = int(years.loc[years["year"] != nested.last_year, "persons_served"].sum())
    when = both(f"In {first}", f"{first} 年")
    if first != before:
        when = both(f"From {first} to {before}", f"{first} 至 {before} 年")
    sentence = both(
        f"{when} the plan built year by year serves {early:,} person-years already, counted by service.",
        f"{when.zh}，逐年建设的方案已累计服务 {early:,} 人年（按各项服务分别计）。",
    )
    return told(KIND, "before", sentence, exactly(float(early)), "person-years")


def _places_told(sites: pd.DataFrame) -> Explanation:
    only_nested = int((~sites["in_end"]).sum())
    only_end = int((sites["opened"] == NOTHING_YET).sum())
    sentence = both(
        f"Sites opened only year by year: {only_nested}; only with all capital at once: {only_end}.",
        f"只在逐年方案中新设或扩建的有 {only_nested} 处，只在一次到位方案中的有 {only_end} 处。",
    )
    if not only_nested + only_end:
        sentence = both("Both plans open or extend the same sites.", "两个方案新设或扩建的地点相同。")
    return told(KIND, "sites", sentence, exactly(float(only_nested + only_end)), "sites")

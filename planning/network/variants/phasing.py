"""The price of phasing: a plan nested year by year against the end plan, which has all capital at once.

The end plan is the same scenario as one year, the last: what the earlier years have for capital is there at once, for
running cost there is what the last year has (and what a source that carries over would have left). Whatever the nested
plan has in its last year the end plan could have too, but for shares of all money (a tilt), which are of one year then.
"""

from dataclasses import dataclass
from typing import Final

import pandas as pd

from geodata.errors import Sentence, both
from planning.network.result import NOTHING_YET, NetworkPlan
from planning.network.scenario.form import Money, Network
from planning.network.variants.runs import Run, answer, chosen_sites, last_groups, network_of, proof, variant
from planning.scenario import Scenario
from planning.scenario_form import Lock
from planning.study_area import StudyArea

EARLIER: Final = "{}（此前各年 earlier years）"


@dataclass(frozen=True, eq=False)
class Phasing:
    """A nested plan and the end plan of one scenario.

    Attributes:
        nested, end: the plans.
        services: the last year by service: `service`, `persons`, `served_nested`, `served_end`, `lost` (persons, below
            0 where the nested plan serves more), `units_nested`, `units_end`, `units_lost`.
        years: the nested plan by year: `year`, `sites_opened`, `capital_yuan`, `running_yuan` (with rounds),
            `persons_served` (by service), `units_delivered`.
        sites: `site_id`, `name_zh`, `name_en`, `county_code`, `opened` (nested, 0 for never), `in_end` (bool).
        sentences: what this says, in both languages.
    """

    nested: NetworkPlan
    end: NetworkPlan
    services: pd.DataFrame
    years: pd.DataFrame
    sites: pd.DataFrame
    sentences: tuple[Sentence, ...]


def phasing(scenario: Scenario, area: StudyArea, run: Run) -> Phasing:
    """Answer the scenario year by year and as its end plan.

    Args:
        run: called twice.

    Raises:
        PlanningError: when the scenario has no `[network]` or one of the two has no plan.
    """
    nested = answer(run, variant(scenario, "nested"), area)
    return compared(nested, answer(run, end_scenario(scenario), area))


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


def compared(nested: NetworkPlan, end: NetworkPlan) -> Phasing:
    """The tables and sentences of two plans that are there already."""
    services, years, sites = _services_table(nested, end), _years_table(nested), _sites_table(nested, end)
    return Phasing(nested, end, services, years, sites, _sentences(nested, end, services, years, sites))


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
    sums = plan.groups.groupby("year")[["persons_served", "units_delivered"]].sum()
    return table.join(sums.reindex(years)).reset_index()


def _sites_table(nested: NetworkPlan, end: NetworkPlan) -> pd.DataFrame:
    columns = ["site_id", "name_zh", "name_en", "county_code"]
    one, other = chosen_sites(nested), chosen_sites(end)
    table = pd.concat([one, other])[columns].drop_duplicates("site_id", ignore_index=True)
    opened = table["site_id"].map(one.set_index("site_id")["opened"])
    table["opened"] = opened.fillna(NOTHING_YET).astype("int64")
    return table.assign(in_end=table["site_id"].isin(other["site_id"]))


def _sentences(
    nested: NetworkPlan, end: NetworkPlan, services: pd.DataFrame, years: pd.DataFrame, sites: pd.DataFrame
) -> tuple[Sentence, ...]:
    year, first = nested.last_year, nested.years[0]
    one, other, lost = (int(services[c].sum()) for c in ("served_nested", "served_end", "lost"))
    proven, proven_end = proof(nested), proof(end)
    price = both(
        f"In {year} the plan built year by year serves {one:,} persons, counted by service{proven}; with all capital "
        f"at once it would be {other:,}{proven_end}. {_price(lost)}",
        f"逐年建设的方案在 {year} 年服务 {one:,} 人次（按服务计）{proven.zh}；若资金一次到位则为 {other:,} 人次"
        f"{proven_end.zh}。{_price(lost).zh}",
    )
    early = int(years.loc[years["year"] != year, "persons_served"].sum())
    when = (
        both(f"In {first}", f"{first} 年")
        if first == year - 1
        else both(f"From {first} to {year - 1}", f"{first} 至 {year - 1} 年")
    )
    before = both(
        f"{when} the plan built year by year serves {early:,} person-years already.",
        f"{when.zh}，逐年建设的方案已提供 {early:,} 服务人年。",
    )
    only_nested = int((~sites["in_end"]).sum())
    only_end = int((sites["opened"] == NOTHING_YET).sum())
    places = both(
        f"Sites built only year by year: {only_nested}; only in the end plan: {only_end}.",
        f"只在逐年方案中新设的有 {only_nested} 处，只在一次到位方案中新设的有 {only_end} 处。",
    )
    return (price, before, places) if len(nested.years) > 1 else (price, places)


def _price(lost: int) -> Sentence:
    if lost == 0:
        return both("Phasing costs nobody.", "分年建设没有代价。")
    if lost > 0:
        return both(f"Phasing costs {lost:,} persons in that year.", f"分年建设的代价为当年少服务 {lost:,} 人次。")
    more = -lost
    return both(
        f"Year by year {more:,} more are served: the end plan counts weighted units, not persons, or is not proven.",
        f"逐年方案反而多服务 {more:,} 人次：一次到位方案以加权服务量为目标，或尚未证明最优。",
    )

"""The plan of a network: what opens when, who is served where and by whom, what it costs, and how good it is known to
be; as plain tables."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from planning.network.explanation import Explanation

KIND_COLUMNS: Final = ("year", "service", "kind", "word", "persons", "persons_served", "share_served")
NOTHING_YET: Final = 0
"""The year of what stands before the plan begins."""


@dataclass(frozen=True, eq=False)
class NetworkPlan:
    """The answer to one network question.

    Persons are counted by service: who needs two services counts once in each.

    | table | a row is | columns |
    |-------|----------|---------|
    | sites | an open site | site_id, name_zh, name_en, county_code, lon, lat, kind, host_type, tier, owner (local,
    |       |              | xpcc), role (existing, proposed, locked), opened (year; 0 stands already), form, size,
    |       |              | mode, capital_yuan (all years), running_yuan (a year), persons_served (last year, by
    |       |              | service), units_<service> |
    | modules | a module that is on | site_id, service ("" staff only), opened, capacity_units, delivered_units (last
    |         |                     | year), utilisation (share), capital_yuan, running_yuan |
    | groups | year, service, county, class | year, service, county_code, weight_class, persons, persons_served,
    |        |                              | persons_near_but_full, persons_too_far, persons_no_route (the four add up
    |        |                              | to persons), persons_at_home (of the served), units_needed,
    |        |                              | units_delivered, units_at_home |
    | kinds | year, service, word | year, service, kind (category, grade), word ("" not known), persons, persons_served,
    |       |                     | share_served; counties together |
    | flows | year, season, cell, service, site | year, season, cell_id, service, site_id ("" rounds), units, minutes
    |       |                                   | (nan for rounds); None when read back from a folder |
    | money | a payment | year, source, county_code, kind (capital, running), yuan |
    | rounds | year, hub, service | year, county_code, site_id (of the hub), service, units, staff_days, vehicle_days,
    |        |                    | yuan |
    | indicators | key, scope, year | key, zh, en, scope, year, value, unit, denominator, formula, source, mark |
    | worst | the worst served | level (county, area), scope, rank, code, name_zh, name_en, county_code, persons,
    |       |                  | persons_unserved, share_served |

    Attributes:
        years: calendar years, in order; `NOTHING_YET` in the indicators stands for what is there before the first.
        aims: of each aim in its order: aim, objective, bound, gap (share), status.
        solver: aims, status, objective, bound, gap, unit, reason, solver, seconds.
        explanations: sentences and the numbers they say; none where the scenario does not ask for them.
        compared: tables of what the scenario asks to be compared, by name: `phasing_services`, ...; see the classes of
            `planning.network.variants`.
    """

    years: tuple[int, ...]
    seasons: tuple[str, ...]
    services: tuple[str, ...]
    counties: tuple[str, ...]
    aims: tuple[Mapping[str, Any], ...]
    sites: pd.DataFrame
    modules: pd.DataFrame
    groups: pd.DataFrame
    flows: pd.DataFrame | None
    money: pd.DataFrame
    rounds: pd.DataFrame
    indicators: pd.DataFrame
    worst: pd.DataFrame
    solver: Mapping[str, Any]
    kinds: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(KIND_COLUMNS)))
    explanations: tuple[Explanation, ...] = ()
    compared: Mapping[str, pd.DataFrame] = field(default_factory=dict)

    @property
    def last_year(self) -> int:
        """The year at which the plan is complete."""
        return self.years[-1]

    def value(self, key: str, scope: str = "all", year: int | None = None) -> float:
        """One indicator; of the last year when none is named, nan where there is no such row."""
        table = self.indicators
        wanted = (table["key"] == key) & (table["scope"] == scope)
        found = table[wanted & (table["year"] == (self.last_year if year is None else year))]
        return float(found["value"].iloc[0]) if len(found) else float("nan")

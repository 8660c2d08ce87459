"""A solution as tables of places, years and yuan: sites, modules, flows, rounds, money."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from optimizers.network import FREE, STANDS
from planning.network.measures.deliveries import Deliveries, row_numbers, stored_values
from planning.network.measures.groups import persons_at_sites, shared_out
from planning.network.result import NOTHING_YET

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
KINDS_OF_COST = ("capital", "running")
SITE_FIRST = (
    "site_id", "name_zh", "name_en", "county_code", "lon", "lat", "kind", "host_type", "tier", "owner", "role",
)  # fmt: skip
NOTHING = 1e-9  # units a year below which nothing is delivered


def sites_table(found: Deliveries) -> pd.DataFrame:
    """The table `sites` of `NetworkPlan`: what stands as an institution, and where a form or a module was chosen."""
    question, yuan = found.question, yuan_of_sites(found)
    sites, units = question.sites.reset_index(drop=True), units_of_sites(found)[-1]
    is_there, first = (sites["role"] == "existing").to_numpy(bool), _first_choice(found)
    table = sites[[c for c in SITE_FIRST if c in sites and c != "role"]].copy()
    locked = sites["locked"].to_numpy(bool)
    table["role"] = np.where(is_there, "existing", np.where(locked, "locked", "proposed"))
    table["opened"] = _calendar(found, np.where(is_there, _first_choice(found, forms_only=True), first))
    table = table.join(_form_of_sites(found))
    table = table.assign(capital_yuan=yuan[0], running_yuan=yuan[1])
    table["persons_served"] = persons_of_sites(found)
    table = table.assign(**{f"units_{s}": units[i] for i, s in enumerate(question.services)})
    return table[is_there | (first >= 0)].reset_index(drop=True)


def _calendar(found: Deliveries, first: Ints) -> Ints:
    """Calendar years of these years of opening; `NOTHING_YET` for what was not chosen."""
    years = np.append(np.asarray(found.question.years, np.int64), NOTHING_YET)
    return np.asarray(years[first])


def _first_choice(found: Deliveries, *, forms_only: bool = False) -> Ints:
    """(m,) first year in which something chosen opens at each site, -1 where nothing does."""
    problem, solution = found.question.problem, found.solution
    out = np.full(len(problem.site_group), problem.years, np.int64)
    for kind, first in (("form", solution.form_year), ("module", solution.module_year))[: 1 if forms_only else 2]:
        chosen = (np.asarray(getattr(problem, f"{kind}_state")) == FREE) & (np.asarray(first) >= 0)
        np.minimum.at(out, np.asarray(getattr(problem, f"{kind}_site"))[chosen], np.asarray(first)[chosen])
    return np.where(out < problem.years, out, -1)


def _form_of_sites(found: Deliveries) -> pd.DataFrame:
    """For every site: form, size and mode of what was chosen there, else of what stands; "" without."""
    problem = found.question.problem
    forms = found.question.forms.reset_index(drop=True)[["form", "size", "mode"]]
    is_open = np.asarray(found.solution.form_year) >= 0
    forms = forms.assign(site=np.asarray(problem.form_site), free=np.asarray(problem.form_state) == FREE)[is_open]
    last = forms.sort_values(["site", "free"], kind="stable").groupby("site").last()
    return last[["form", "size", "mode"]].reindex(range(len(problem.site_group))).fillna("")


def yuan_of_sites(found: Deliveries) -> tuple[Floats, Floats]:
    """(m,) capital of all years, (m,) running cost a year once all is open; what stands costs the plan nothing."""
    problem, on = found.question.problem, found.counted
    capital, running = (
        on.by_site(problem.form_site, on.new_forms * form) + on.by_site(problem.module_site, on.new_modules * module)
        for form, module in (
            (problem.form_capital, problem.module_capital),
            (problem.form_running, problem.module_running),
        )
    )
    return capital[-1], running[-1]


def units_of_sites(found: Deliveries) -> Floats:
    """(T, S, m) units a year delivered at each site."""
    return _by_site(found, np.ones(len(found.need)))


def persons_of_sites(found: Deliveries) -> Ints:
    """(m,) whole persons served at each site in the last year, who use two services counted in each.

    Shared out by service with largest remainders, so that they add up to those served at sites in the table `groups`.
    """
    per_unit = np.divide(found.persons, found.need, out=np.zeros_like(found.need), where=found.need > 0)
    exact = _by_site(found, per_unit)[-1]
    return sum(
        (shared_out(int(n), exact[s]) for s, n in enumerate(persons_at_sites(found))),
        start=np.zeros(exact.shape[1], np.int64),
    )


def _by_site(found: Deliveries, of_unit: Floats) -> Floats:
    problem = found.question.problem
    out = np.zeros((problem.years, problem.services, len(problem.site_group)))
    service = np.asarray(problem.service)
    for year, by_season in enumerate(found.solution.served):
        for share, flow in zip(found.share, by_season, strict=True):
            row = row_numbers(flow)
            np.add.at(out[year], (service[row], flow.indices), share * flow.data * of_unit[row])
    return out


def modules_table(found: Deliveries) -> pd.DataFrame:
    """The table `modules` of `NetworkPlan`; what a site delivers is shared among its modules by their capacity."""
    problem, question = found.question.problem, found.question
    first = np.asarray(found.solution.module_year)
    on = np.flatnonzero(first >= 0)
    site, service = np.asarray(problem.module_site)[on], np.asarray(problem.module_service)[on]
    capacity = np.asarray(problem.module_capacity, float)[on] * (service >= 0)
    stands = np.asarray(problem.module_state)[on] == STANDS
    whole, given = found.capacity[-1][service, site], units_of_sites(found)[-1][service, site]
    used = np.divide(given, whole, out=np.full(len(on), np.nan), where=(whole > 0) & (service >= 0))
    return pd.DataFrame(
        {
            "site_id": question.sites["site_id"].to_numpy()[site],
            "service": [question.services[s] if s >= 0 else "" for s in service],
            "opened": np.where(stands, NOTHING_YET, np.asarray(question.years)[first[on]]),
            "capacity_units": capacity,
            "delivered_units": np.nan_to_num(used) * capacity,
            "utilisation": used,
            "capital_yuan": np.where(stands, 0.0, np.asarray(problem.module_capital, float)[on]),
            "running_yuan": np.where(stands, 0.0, np.asarray(problem.module_running, float)[on]),
        }
    )


def flows_table(found: Deliveries) -> pd.DataFrame:
    """The table `flows` of `NetworkPlan`: by cell, never by kind of person."""
    question = found.question
    parts = [
        _flows(found, year, season, found.solution.served[year][season])
        for year in range(len(question.years))
        for season in range(len(question.seasons))
    ]
    keys = ["year", "season", "cell_id", "service", "site_id"]
    flows = pd.concat(parts, ignore_index=True)
    flows = flows[flows["units"] > NOTHING]
    return flows.groupby(keys, sort=False, as_index=False).agg(units=("units", "sum"), minutes=("minutes", "first"))


def _flows(found: Deliveries, year: int, season: int, flow: Any) -> pd.DataFrame:
    question = found.question
    rows, row = question.rows, row_numbers(flow)
    at_home = found.at_home[year, season]
    home = np.flatnonzero(at_home > NOTHING)
    every = np.concatenate([row, home])
    return pd.DataFrame(
        {
            "year": question.years[year],
            "season": question.seasons[season],
            "cell_id": rows["cell_id"].to_numpy()[every],
            "service": rows["service"].to_numpy()[every],
            "site_id": np.concatenate([question.sites["site_id"].to_numpy()[flow.indices], np.full(len(home), "")]),
            "units": np.concatenate([flow.data, at_home[home]]),
            "minutes": np.concatenate([minutes_of_flow(found, season, flow), np.full(len(home), np.nan)]),
        }
    )


def minutes_of_flow(found: Deliveries, season: int, flow: Any) -> Floats:
    """Minutes of every stored delivery, by the route of its service; nan where no route is known."""
    question, row = found.question, row_numbers(flow)
    service, cell = np.asarray(question.problem.service)[row], np.asarray(question.row_cell)[row]
    out = np.full(flow.nnz, np.nan)
    for s in np.unique(service):
        at = np.flatnonzero(service == s)
        out[at] = stored_values(question.minutes_of(season, int(s)), cell[at], flow.indices[at])
    return out


def rounds_table(found: Deliveries) -> pd.DataFrame:
    """The table `rounds` of `NetworkPlan`, by the county centre from which they set out."""
    question, problem = found.question, found.question.problem
    units = found.of_the_year(found.at_home)
    hubs = np.append(question.sites["site_id"].to_numpy(object), "")[np.asarray(question.round_hub)]
    year, row = np.nonzero(units > NOTHING)
    given = units[year, row]
    table = pd.DataFrame(
        {
            "year": np.asarray(question.years)[year],
            "county_code": question.rows["county_code"].to_numpy()[row],
            "site_id": hubs[row],
            "service": question.rows["service"].to_numpy()[row],
            "units": given,
            "staff_days": given * np.asarray(problem.round_days, float)[row],
            "vehicle_days": given * np.asarray(question.round_vehicle_days, float)[row],
            "yuan": given * np.asarray(problem.round_yuan, float)[row],
        }
    )
    return table.groupby(["year", "county_code", "site_id", "service"], as_index=False).sum()


def money_table(found: Deliveries) -> pd.DataFrame:
    """The table `money` of `NetworkPlan`; without sources in the question, what is due stands under the source ""."""
    question = found.question
    paid = np.asarray(found.solution.paid, float)
    sources = tuple(question.sources)
    if not len(paid):
        paid, sources = found.counted.cost[None], ("",)
    source, year, county, kind = np.nonzero(paid > 0)
    return pd.DataFrame(
        {
            "year": np.asarray(question.years)[year],
            "source": np.array(sources, dtype=object)[source],
            "county_code": np.array(question.counties, dtype=object)[county],
            "kind": np.array(KINDS_OF_COST, dtype=object)[kind],
            "yuan": paid[source, year, county, kind],
        }
    ).sort_values(["year", "source", "county_code", "kind"], ignore_index=True)

"""A network scenario on a study area as numbers: the only place where ids become positions of a network."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from geodata.errors import both, prefixed
from optimizers.network.problem import BARRED, NetworkProblem
from planning.assumptions import Assumptions
from planning.codes import unknown_codes
from planning.faults import PlanningError
from planning.network.posing.catalogue import Catalogue
from planning.network.posing.choices import Chooser, choices
from planning.network.posing.people import Need, need_of, need_rows, neighbourhoods
from planning.network.posing.places import XPCC_CITIES, counted, places_of
from planning.network.posing.problem import Parts, problem_of
from planning.network.posing.reach import Season, Times, seasons_of
from planning.network.posing.ties import ties_of
from planning.network.scenario.form import VALUED, Network
from planning.question import demand_factors
from planning.scenario import Scenario
from planning.scenario_form import SetSpeed, Upgrade
from planning.study_area import Progress, StudyArea

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
SITE_COLUMNS = (
    "site_id", "name_zh", "name_en", "kind", "host_type", "county_code", "lon", "lat", "mark", "tier", "role", "locked",
    "forbidden", "unsafe", "owner", "centre_id", "centre_min",
)  # fmt: skip
_NO_TABLE = both("there is no table [network]; add it", "没有 [network]；请补上")
_NOBODY = both(
    "nobody needs any of these services; choose others, or check the register",
    "没有人需要所选的服务；请换其他服务，或核对登记数据",
)


@dataclass(frozen=True, eq=False)
class NetworkQuestion:
    """What is handed to the engine of networks, and what is needed to read its answer.

    Attributes:
        services, counties, years, seasons: what the positions of the problem stand for.
        rows: (R) `cell_id`, `county_code`, `area_id`, `service`, `weight_class`, `persons` (who need and would use the
            service), `units` (a year), `cell` (position in `cell_ids`).
        sites: (m) `site_id`, `name_zh`, `name_en`, `kind`, `host_type`, `county_code`, `lon`, `lat`, `mark`, `tier`
            (county, township, village), `role` (existing, candidate), `locked`, `forbidden`, `unsafe` (reason, or ""),
            `owner` (local, xpcc), `centre_id` (its county centre, or ""), `centre_min`.
        forms: (F) see `planning.network.posing.choices.FORM_COLUMNS`.
        modules: (K) see `planning.network.posing.choices.MODULE_COLUMNS`.
        sources: (B) names of the sources of money.
        pool_sites: (H) county centre that staff and rounds of each county set out from, "" where there is none.
        longest_min: (S) longest minutes of each service; at village points also `village_minutes`.
        round_hub: (R) position of the county centre that rounds set out from, -1 where none is offered.
        round_vehicle_days, round_minutes: (R) vehicle days a unit at home, and minutes from the hub; inf for none.
        engine_aims: the aims as the engine knows them.
        profiles: (S) who travels how to each service.
        all_seasons, times: the seasons with their conditions, and travel times in them; see `minutes_of`.
        county_names: code → Chinese and English name.
        area: as it was given, so that the scenario can be posed again with something changed.
    """

    scenario: Scenario
    assumptions: Assumptions
    problem: NetworkProblem
    services: tuple[str, ...]
    counties: tuple[str, ...]
    years: tuple[int, ...]
    seasons: tuple[str, ...]
    rows: pd.DataFrame
    sites: pd.DataFrame
    forms: pd.DataFrame
    modules: pd.DataFrame
    cell_ids: tuple[str, ...]
    sources: tuple[str, ...]
    pool_sites: tuple[str, ...]
    longest_min: Floats
    round_hub: Ints
    round_vehicle_days: Floats
    round_minutes: Floats
    engine_aims: tuple[str, ...]
    profiles: tuple[str, ...]
    all_seasons: tuple[Season, ...]
    times: Times
    county_names: Mapping[str, tuple[str, str]]
    area: StudyArea

    @property
    def row_cell(self) -> Ints:
        """(R,) position of each row's cell in `cell_ids`."""
        return np.asarray(self.rows["cell"].to_numpy(), np.int64)

    def minutes_of(self, season: int, service: int) -> csr_array:
        """(cells, sites) minutes of every known route, as those who use the service travel, not cut at any limit."""
        return self.times.of(self.all_seasons[season], self.profiles[service])


def pose_network(scenario: Scenario, area: StudyArea, progress: Progress | None = None) -> NetworkQuestion:
    """Build the network problem of a scenario with `[network]`.

    Raises:
        PlanningError: one sentence for every code that the area does not have and every change that cannot hold.
    """
    if scenario.network is None:
        raise PlanningError([prefixed(scenario.called, _NO_TABLE)])
    network, kappa, given = scenario.network, _kappa(scenario.network, area), area
    area = area.with_layers(scenario.layers)
    _check(scenario, area)
    assumptions = area.assumptions.changed(
        {**scenario.assumptions, **{c.speed: c.value for c in scenario.of(SetSpeed)}}
    )
    catalogue, seasons = Catalogue(assumptions), seasons_of(scenario, network, area, assumptions)
    places = places_of(scenario, network, area, assumptions)
    at = np.flatnonzero(counted(area.data.cells["county_code"], scenario, area))
    need, cells = _need(scenario, area, assumptions, at)
    rows = need_rows(need, network.services, cells)
    if not len(rows):
        raise PlanningError([prefixed(scenario.called, _NOBODY)])
    ties = ties_of(network, area, assumptions, places, seasons, catalogue)
    tied = places.sites.assign(
        centre_id=ties.centre_ids, centre_min=ties.centre_min, drawing=ties.staff_site >= 0, refers=ties.refers,
        held=(places.sites["tier"] != "village").to_numpy(bool) | ties.link.any(axis=1),
    )  # fmt: skip
    forms, modules = choices(tied, _chooser(network, catalogue, assumptions, rows, scenario.candidates.counties))
    times = Times(area, assumptions, places, at, progress)
    parts = Parts(network, catalogue, seasons, rows, cells, tied, forms, modules, ties, need.residents, kappa)
    problem, homes = problem_of(parts, scenario, times)
    _check_locks(scenario, tied, problem)
    return NetworkQuestion(
        scenario=scenario,
        assumptions=assumptions,
        problem=problem,
        services=network.services,
        counties=parts.counties,
        years=network.calendar,
        seasons=tuple(season.key for season in seasons),
        rows=rows,
        sites=tied[list(SITE_COLUMNS)],
        forms=forms.assign(state=problem.form_state),
        modules=modules,
        cell_ids=tuple(cells["cell_id"]),
        sources=tuple(money.source for money in network.money),
        pool_sites=parts.pool_sites,
        longest_min=parts.longest_min,
        round_hub=homes.hub,
        round_vehicle_days=homes.vehicle_days,
        round_minutes=homes.minutes,
        engine_aims=tuple("most" if aim in VALUED else aim for aim in network.aims),
        profiles=tuple(parts.profile(service) for service in network.services),
        all_seasons=seasons,
        times=times,
        county_names=_names(area),
        area=given,
    )


def _kappa(network: Network, area: StudyArea) -> float:
    """Per minute, of the Kolm-Pollak value; 0 where no aim asks for it. The scale is that of the area as shipped."""
    return network.inequality_aversion * area.alpha if "kolm_pollak" in network.aims else 0.0


def _names(area: StudyArea) -> dict[str, tuple[str, str]]:
    rows = area.data.counties[["county_code", "name_zh", "name_en"]].astype(str)
    return {code: (zh, en) for code, zh, en in rows.itertuples(index=False)}


def _need(scenario: Scenario, area: StudyArea, assumptions: Assumptions, at: Ints) -> tuple[Need, pd.DataFrame]:
    """The need by cell and service, and the cells that are counted, with owner and area."""
    rates, factors = assumptions.demand_rates(), demand_factors(scenario)
    try:
        need = need_of(area, rates, assumptions["prevalence_rate"], factors, scenario.demand_base)
    except PlanningError as error:
        raise PlanningError([prefixed(scenario.called, fault) for fault in error.faults]) from None
    cells = neighbourhoods(area).iloc[at].reset_index(drop=True)
    xpcc = cells["county_code"].str.startswith(XPCC_CITIES)
    return need, cells.assign(owner=np.where(xpcc, "xpcc", "local"))


def _chooser(
    network: Network,
    catalogue: Catalogue,
    assumptions: Assumptions,
    rows: pd.DataFrame,
    only_counties: tuple[str, ...],
) -> Chooser:
    """What makes forms and modules, with the mean units a year of a person who comes."""
    sums = rows.groupby("service")[["units", "persons"]].sum()
    prefix = "capacity_"
    usual = {row.key.removeprefix(prefix): row.value for row in assumptions.rows if row.key.startswith(prefix)}
    usual_units = dict((sums["units"] / sums["persons"]).items())
    return Chooser(network, catalogue, usual, usual_units, only_counties)


def _check_locks(scenario: Scenario, sites: pd.DataFrame, problem: NetworkProblem) -> None:
    """Refuse locks of sites where nothing may be built, and more locks than sites may open.

    Raises:
        PlanningError: one sentence for each.
    """
    locked = np.flatnonzero(problem.site_by >= 0)
    buildable = set(problem.form_site[problem.form_state != BARRED])
    faults = [
        both(
            f"site '{site}' is locked, but no building is allowed there (new buildings, accessible hosts, or a village "
            "point with no institution near it); unlock it or allow one",
            f"地点“{site}”已锁定，但那里不允许任何建设（新建、无障碍场所，或村级服务点附近没有可挂靠的机构）；请解除锁定或放宽条件",
        )
        for site in sites["site_id"].iloc[[j for j in locked if j not in buildable]]
    ]
    most = problem.most_sites
    if most is not None and len(locked) > most:
        faults.append(
            both(
                f"{len(locked)} sites are locked but [network] most_sites is {most}; unlock some or raise it",
                f"锁定了 {len(locked)} 个地点，但 [network] most_sites 是 {most}；请减少锁定或提高上限",
            )
        )
    if faults:
        raise PlanningError([prefixed(scenario.called, fault) for fault in faults])


def _check(scenario: Scenario, area: StudyArea) -> None:
    """Refuse codes that the area does not have, and what a network cannot change.

    Raises:
        PlanningError: one sentence for each.
    """
    faults = unknown_codes(scenario.model_dump(mode="json"), area)
    candidates = set(area.candidates["site_id"])
    faults += [
        both(
            f"changes: upgrade '{c.site}': what a candidate can serve follows from its modules in a network plan; "
            "leave it out",
            f"changes：upgrade“{c.site}”：在网络方案中，候选地点的服务能力由所设功能决定；请删去这一项",
        )
        for c in scenario.of(Upgrade)
        if c.site in candidates
    ]
    if faults:
        raise PlanningError([prefixed(scenario.called, fault) for fault in faults])

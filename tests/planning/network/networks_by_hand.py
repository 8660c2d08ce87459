"""Small networks with an answer made by hand, for the tests of results: no road, no solver."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from optimizers.network import FREE, STANDS, NetworkProblem, NetworkSolution, Stage
from planning.assumptions import default_assumptions

CLASSES = ("other", "severe", "hardship")


@dataclass(frozen=True, eq=False)
class HandMade:
    """What `NetworkQuestion` offers, of a network that was thought up."""

    scenario: Any
    assumptions: Any
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
    row_cell: Any
    sources: tuple[str, ...]
    pool_sites: tuple[str, ...]
    round_hub: Any
    round_vehicle_days: Any
    longest_min: Any
    routes: tuple[Any, ...]

    def minutes_of(self, season: int, service: int) -> csr_array:
        return self.routes[season]


SERVICES, COUNTIES, SEASONS = ("rehabilitation", "day_care"), ("653101", "652901"), ("summer", "winter")


def question(seed: int = 0, cells: int = 6, sites: int = 4, years: int = 2) -> HandMade:
    """A random network: some pairs without a route, site 0 stands, half the rows may be visited at home."""
    dice = np.random.default_rng(seed)
    county_of_cell = np.arange(cells) % 2
    summer = np.where(dice.random((cells, sites)) < 0.75, np.round(dice.random((cells, sites)) * 90) + 1.0, 0.0)
    winter = np.where(dice.random((cells, sites)) < 0.85, summer * 1.3, 0.0)
    rows = pd.DataFrame(
        [
            {"cell": c, "cell_id": f"c{c}", "county_code": COUNTIES[county_of_cell[c]], "area_id": f"a{c // 2}",
             "service": s, "weight_class": k}
            for c in range(cells) for s in SERVICES for k in CLASSES
        ]
    )  # fmt: skip
    rows["persons"] = np.round(dice.random(len(rows)) * 20, 3) * (dice.random(len(rows)) < 0.9)
    rows["units"] = rows["persons"] * np.where(rows["service"] == "rehabilitation", 24.0, 1.0)
    routes = tuple(csr_array(table) for table in (summer, winter))
    site_county = np.arange(sites) % 2
    table = pd.DataFrame(
        {
            "site_id": [f"s{j}" for j in range(sites)],
            "name_zh": [f"机构{j}" for j in range(sites)],
            "name_en": [f"Site {j}" for j in range(sites)],
            "kind": "township_place",
            "host_type": "new_building",
            "county_code": [COUNTIES[g] for g in site_county],
            "lon": 76.0 + np.arange(sites) * 0.1,
            "lat": 39.0,
            "mark": "J",
            "tier": ["county", *["township"] * (sites - 1)],
            "role": ["existing", *["candidate"] * (sites - 1)],
            "locked": [j == 1 for j in range(sites)],
            "forbidden": False,
            "owner": "local",
            "centre_id": ["", *["s0"] * (sites - 1)],
            "centre_min": [np.nan, *np.round(dice.random(sites - 1) * 120)],
        }
    )
    forms = pd.DataFrame(
        {
            "site_id": table["site_id"],
            "form": ["existing", *["new"] * (sites - 1)],
            "size": ["", *["small"] * (sites - 1)],
            "mode": [["public", "purchased"][j % 2] for j in range(sites)],
        }
    )
    module_site = np.repeat(np.arange(sites), 2)
    module_service = np.tile([0, 1], sites)
    modules = pd.DataFrame(
        {"site_id": table["site_id"].to_numpy()[module_site], "service": [SERVICES[s] for s in module_service]}
    )
    service, group = (
        rows["service"].map(SERVICES.index).to_numpy(int), rows["county_code"].map(COUNTIES.index).to_numpy(int)
    )  # fmt: skip
    visited = dice.random(len(rows)) < 0.5
    problem = NetworkProblem(
        years=years, services=2, groups=2, service=service, group=group, units=rows["units"].to_numpy(float),
        worth=np.ones(len(rows)), reach=tuple(_in_time(r, rows["cell"].to_numpy()) for r in routes),
        season_share=np.array([0.75, 0.25]), round_yuan=np.where(visited, 80.0, np.inf),
        round_value=np.ones(len(rows)), round_days=np.full(len(rows), 0.25), round_pool=np.where(visited, 0, -1),
        round_resource=0, site_group=site_county, site_pool=np.zeros(sites, int), site_by=np.full(sites, -1),
        form_site=np.arange(sites), form_capital=100_000.0 * np.arange(1, sites + 1),
        form_running=np.full(sites, 20_000.0), form_space=np.full(sites, 500.0),
        form_state=np.array([STANDS, *[FREE] * (sites - 1)]), form_needs=csr_array((sites, sites)),
        module_site=module_site, module_service=module_service,
        module_capacity=np.where(module_service == 0, 600.0, 15.0), module_capital=np.full(2 * sites, 10_000.0),
        module_running=np.full(2 * sites, 5_000.0), module_space=np.full(2 * sites, 50.0),
        module_use=np.zeros((2 * sites, 1)), module_state=np.array([STANDS, STANDS, *[FREE] * (2 * sites - 2)]),
        pool=np.full((1, 1), 1e9), money=np.zeros((0, years)), pays=np.zeros((0, 2, 2), bool), carry=np.zeros(0, bool),
        floor=np.zeros(2), standard=np.zeros(2), tilt_groups=np.array([True, False]),
    )  # fmt: skip
    network = SimpleNamespace(aims=("neediest",), owners="joint", tilt=SimpleNamespace(share=0.5))
    scenario = SimpleNamespace(name="hand_made", network=network, weights=SimpleNamespace(severe=2.0, hardship=3.0))
    return HandMade(
        scenario=scenario, assumptions=default_assumptions(), problem=problem, services=SERVICES, counties=COUNTIES,
        years=tuple(range(2026, 2026 + years)), seasons=SEASONS, rows=rows.drop(columns="cell"), sites=table,
        forms=forms, modules=modules, cell_ids=tuple(f"c{c}" for c in range(cells)), row_cell=rows["cell"].to_numpy(),
        sources=(), pool_sites=("s0",), round_hub=np.where(visited, 0, -1),
        round_vehicle_days=np.full(len(rows), 0.125),
        longest_min=np.array([60.0, 60.0]), routes=routes,
    )  # fmt: skip


def _in_time(routes: csr_array, cell_of_row: Any, longest_min: float = 60.0) -> csr_array:
    dense = routes.toarray()[cell_of_row]
    return csr_array(np.where((dense > 0) & (dense <= longest_min), 1.0, 0.0))


def answer(asked: HandMade, seed: int = 0, form_year: Any = None, module_year: Any = None) -> NetworkSolution:
    """An answer that keeps the capacities: openings by chance, people served one after the other."""
    p, dice = asked.problem, np.random.default_rng(seed)
    stands = np.asarray(p.form_state) == STANDS
    if form_year is None:
        form_year = np.where(stands, 0, dice.integers(-1, p.years, len(stands)))
    if module_year is None:
        of_form = np.asarray(form_year)[p.module_site]
        later = np.minimum(of_form + dice.integers(0, 2, len(of_form)), p.years - 1)
        module_year = np.where((of_form >= 0) & (dice.random(len(of_form)) < 0.8), later, -1)
        module_year = np.where(np.asarray(p.module_state) == STANDS, 0, module_year)
    served, at_home = [], np.zeros((p.years, 2, len(p.units)))
    for t in range(p.years):
        by_season = []
        for a in range(2):
            flow, left = _served(p, t, a, np.asarray(module_year))
            by_season.append(flow)
            at_home[t, a] = np.where(np.isfinite(p.round_yuan), left * dice.random(len(left)), 0.0)
        served.append(tuple(by_season))
    stages = (Stage("season_0", 3.0, 3.0, "optimal"), Stage("most", 1.0, 2.0, "feasible"))
    return NetworkSolution(
        stages=stages, aims=("most",), paid=np.zeros((0, p.years, 2, 2)), status="feasible",
        objective=1.0, bound=2.0, gap=0.5,
        reason="", seconds=0.0, solver="by hand",
        form_year=np.asarray(form_year), module_year=np.asarray(module_year), served=tuple(served), at_home=at_home,
    )  # fmt: skip


def _served(p: NetworkProblem, t: int, a: int, module_year: Any) -> tuple[csr_array, Any]:
    """Everyone at the first sites in time that have room, in the order of the rows."""
    sites = len(p.site_group)
    room = np.zeros((p.services, sites))
    for k in np.flatnonzero((module_year >= 0) & (module_year <= t)):
        room[p.module_service[k], p.module_site[k]] += p.module_capacity[k]
    reach, flow, left = p.reach[a].toarray() > 0, np.zeros((len(p.units), sites)), p.units.copy()
    for r in range(len(p.units)):
        for j in np.flatnonzero(reach[r]):
            given = min(left[r], room[p.service[r], j])
            flow[r, j] = given
            room[p.service[r], j] -= given
            left[r] -= given
    return csr_array(flow), left

"""The arrays of `optimizers.network.NetworkProblem` from the tables of a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from geodata.services import services as known_services
from optimizers.network.problem import FREE, STANDS, NetworkProblem
from planning.network.posing.catalogue import ROUND_RESOURCE, Catalogue
from planning.network.posing.choices import USES
from planning.network.posing.homes import Homes, homes_of
from planning.network.posing.limits import floors_of, money_of, pools_of, standards_of, tilt_of, years_of_locks
from planning.network.posing.places import is_centre
from planning.network.posing.reach import Season, Times, discount, in_time, stacked, valued
from planning.network.posing.ties import DRIVEN, Ties, needs_of
from planning.network.scenario.form import Network
from planning.scenario import Scenario
from planning.scenario_form import Lock

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Parts:
    """The tables that a problem is made of; see `NetworkQuestion`.

    Attributes:
        cells: `cell_id`, `county_code`, `owner` of every cell that is counted.
        sites: with `centre_id`, `centre_min`, `refers` and `drawing`.
        residents: disabled residents by `cell_id`.
        kappa: per minute, of the value of a unit; 0 where distance does not matter.
    """

    network: Network
    catalogue: Catalogue
    seasons: tuple[Season, ...]
    rows: pd.DataFrame
    cells: pd.DataFrame
    sites: pd.DataFrame
    forms: pd.DataFrame
    modules: pd.DataFrame
    ties: Ties
    residents: "pd.Series[float]"
    kappa: float

    @cached_property
    def counties(self) -> tuple[str, ...]:
        """Codes of all counties with people or sites, sorted."""
        return tuple(sorted(set(self.cells["county_code"]) | set(self.sites["county_code"])))

    @cached_property
    def site_county(self) -> Ints:
        """(m,) position of each site's county."""
        return _positions(self.sites["county_code"], self.counties)

    @cached_property
    def pool_sites(self) -> tuple[str, ...]:
        """(G,) the county centre of each county, "" where it has none; the first where it has several."""
        here = self.sites[is_centre(self.sites)].drop_duplicates("county_code").set_index("county_code")["site_id"]
        return tuple(str(here.get(county, "")) for county in self.counties)

    @cached_property
    def longest_min(self) -> Floats:
        """(S,) longest minutes of each service."""
        usual = known_services()
        return np.array([self.network.minutes.get(s, usual[s].max_minutes) for s in self.network.services], float)

    def profile(self, service: str) -> str:
        """Who travels how to a service."""
        return self.network.profiles.get(service, known_services()[service].profile)

    def limit(self, service: int) -> Floats:
        """(m,) longest minutes to each site."""
        longest = np.full(len(self.sites), self.longest_min[service])
        village = (self.sites["tier"] == "village").to_numpy(bool)
        return np.where(village, np.minimum(longest, self.catalogue["village_minutes"]), longest)

    def offering(self, service: str, states: Sequence[int]) -> Bools:
        """(m,) sites with a module of the service in one of the states."""
        here = self.modules[(self.modules["service"] == service) & self.modules["state"].isin(states)]
        out = np.zeros(len(self.sites), bool)
        out[here["site"].to_numpy(int)] = True
        return out


def problem_of(parts: Parts, scenario: Scenario, times: Times) -> tuple[NetworkProblem, Homes]:
    """The problem, and what serving at home takes.

    Args:
        times: of its cells and sites.
    """
    network, rows, forms, modules = parts.network, parts.rows, parts.forms, parts.modules
    value, at_home, worth = values_of(parts, scenario)
    cap = parts.catalogue["equity_cap_min"]
    minutes = [_reached(parts, times, a, (FREE, STANDS)) for a in range(len(parts.seasons))]
    centres = np.flatnonzero(is_centre(parts.sites)).astype(np.int64)
    by_car = [times.from_sites(season, DRIVEN, centres) for season in parts.seasons]
    standing = _standing(parts, times)
    homes = homes_of(network, parts.catalogue, rows, parts.cells, parts.sites, standing, centres, by_car)
    pool_of_site = np.append(parts.site_county, -1)
    tilt, share = tilt_of(network, parts.counties)
    yuan, pays, carry = money_of(network, parts.counties)
    state = forms["state"].to_numpy(np.int64)
    free = state == FREE
    problem = NetworkProblem(
        years=network.years,
        services=len(network.services),
        groups=len(parts.counties),
        service=_positions(rows["service"], network.services),
        group=_positions(rows["county_code"], parts.counties),
        units=rows["units"].to_numpy(float),
        worth=worth,
        reach=tuple(valued(table, value, parts.kappa, cap) for table in minutes),
        season_share=np.array([season.share for season in parts.seasons]),
        round_yuan=homes.yuan,
        round_value=at_home * discount(0.0, parts.kappa, cap),
        round_days=homes.staff_days,
        round_pool=pool_of_site[homes.hub],
        round_resource=ROUND_RESOURCE,
        site_group=parts.site_county,
        site_pool=pool_of_site[parts.ties.staff_site],
        site_by=years_of_locks(parts.sites, scenario.of(Lock), network),
        form_site=forms["site"].to_numpy(np.int64),
        form_capital=forms["capital_yuan"].to_numpy(float),
        form_running=forms["running_yuan"].to_numpy(float),
        form_space=forms["space_m2"].to_numpy(float),
        form_state=state,
        form_needs=needs_of(forms["site"].to_numpy(np.int64), free, parts.ties.link),
        module_site=modules["site"].to_numpy(np.int64),
        module_service=np.where(modules["service"] == "", -1, _positions(modules["service"], network.services)),
        module_capacity=modules["capacity_units"].to_numpy(float),
        module_capital=modules["capital_yuan"].to_numpy(float),
        module_running=modules["running_yuan"].to_numpy(float),
        module_space=modules["space_m2"].to_numpy(float),
        module_use=np.column_stack([modules[list(USES)].to_numpy(float), np.zeros(len(modules))]),
        module_state=modules["state"].to_numpy(np.int64),
        pool=pools_of(network, parts.counties, _residents(parts), parts.catalogue),
        money=yuan,
        pays=pays,
        carry=carry,
        floor=floors_of(network, parts.counties),
        standard=standards_of(network),
        tilt_groups=tilt,
        tilt_share=share,
        most_sites=network.most_sites,
    )
    return problem, homes


def values_of(parts: Parts, scenario: Scenario) -> tuple[Floats, Floats, Floats]:
    """(R,) value of a unit delivered at a site at no distance, of one at home, and what it counts in shares.

    For `most_units`, and where no aim speaks of value, service attendances (服务人次): 1 for a session, a fitting, an
    attendance or a visit, the days of use for a place, at home the visits made. For `neediest` the same times the
    weight of the class in `[weights]`. For `kolm_pollak` persons / units of the row, of which the time takes its part
    (`reach.valued`); at home no time.

    In shares (floors, the worst-off) a unit counts persons / units of its row, so that a person served with what is
    needed in a year counts 1 whatever the service; to 6 digits, so that rows that are alike stay alike.
    """
    rows, aims = parts.rows, parts.network.aims
    worth = _rounded(rows["persons"].to_numpy(float) / rows["units"].to_numpy(float))
    if "kolm_pollak" in aims:
        return worth, worth, worth
    weight = _weights(scenario, aims, rows)
    site, home = parts.catalogue.attendances, parts.catalogue.attendances_at_home
    value, at_home = ({s: count(s) for s in parts.network.services} for count in (site, home))
    return (
        rows["service"].map(value).to_numpy(float) * weight,
        rows["service"].map(at_home).to_numpy(float) * weight,
        worth,
    )


def _rounded(values: Floats) -> Floats:
    """To 6 significant digits."""
    scale = 10.0 ** (5 - np.floor(np.log10(values)))
    return np.asarray(np.round(values * scale) / scale)


def _reached(parts: Parts, times: Times, season: int, states: Sequence[int]) -> csr_array:
    """(R, m) minutes of the pairs in time, to sites that have or may have the service."""
    whose, longest = None, float(parts.longest_min.max())
    if parts.network.owners == "separate":
        whose = (parts.cells["owner"].to_numpy(str), parts.sites["owner"].to_numpy(str))
    by_service = {
        service: in_time(
            times.of(parts.seasons[season], parts.profile(service), longest),
            parts.limit(s),
            parts.offering(service, states),
            whose,
        )
        for s, service in enumerate(parts.network.services)
    }
    return stacked(by_service, parts.rows, parts.network.services)


def _standing(parts: Parts, times: Times) -> Bools:
    """(R,) rows that an institution standing today serves in time in every season."""
    seasons = [np.diff(_reached(parts, times, a, (STANDS,)).indptr) > 0 for a in range(len(parts.seasons))]
    return np.asarray(np.logical_and.reduce(seasons))


def _weights(scenario: Scenario, aims: Sequence[str], rows: pd.DataFrame) -> Floats:
    """(R,) weight of a unit by its class, where the neediest are an aim; else 1."""
    if "neediest" not in aims:
        return np.ones(len(rows))
    weights = {"other": 1.0, "severe": scenario.weights.severe, "hardship": scenario.weights.hardship}
    return np.asarray(rows["weight_class"].map(weights).to_numpy(float))


def _residents(parts: Parts) -> Floats:
    """(G,) disabled residents of each county."""
    persons = parts.residents.reindex(parts.cells["cell_id"], fill_value=0.0).to_numpy(float)
    group = _positions(parts.cells["county_code"], parts.counties)
    return np.asarray(np.bincount(group, persons, minlength=len(parts.counties)), float)


def _positions(codes: "pd.Series[str]", known: Sequence[str]) -> Ints:
    """(n,) positions of codes among the known ones; -1 for what is not known."""
    return np.asarray(pd.Index(known).get_indexer(codes), np.int64)

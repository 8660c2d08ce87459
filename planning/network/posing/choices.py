"""The forms and modules of every site: what stands, what may be chosen, what is barred, each with its price."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from optimizers.network.problem import BARRED, FREE, STANDS
from planning.network.posing.catalogue import CLASS_HOSTS, REFERRAL, SCHOOLS, SPECIALISM_OF, Building, Catalogue, Module
from planning.network.scenario.form import SPECIALISMS, Network
from planning.study_area import INSTITUTION

FORM_COLUMNS = (
    "site", "site_id", "form", "size", "mode", "capital_yuan", "running_yuan", "space_m2", "retrofit_yuan", "state",
    "barred",
)  # fmt: skip
USES = tuple(f"use_{word}" for word in SPECIALISMS)
MODULE_COLUMNS = (
    "site", "site_id", "service", "capacity_units", "capital_yuan", "running_yuan", "space_m2", *USES, "state",
    "barred",
)  # fmt: skip
FORM_RULES = ("new_buildings", "accessible", "holder", "elsewhere")
"""What bars a form: no new buildings; a host not known to be accessible; no institution near to hold the point; a
county that is not among those of the candidates (an order to open the site sets that aside)."""
MODULE_RULES = ("outreach", "referral", "elsewhere")
"""What bars a module: no county centre near enough for its staff to come; none near enough to refer people to; a county
that is not among those of the candidates."""
_STANDING_IN = {"rehabilitation_centre": "rehabilitation", "day_care": "day_care"}  # kinds with one service
Row = dict[str, Any]


@dataclass(frozen=True)
class Chooser:
    """Makes the choices of one site after the other.

    Attributes:
        network: services, modes and what may be chosen.
        persons_usual: host → persons that the assumptions give an institution of this kind.
        units_a_person: service → mean units a year of a person who comes.
        only_counties: codes of the counties where something new may be; all when empty.
    """

    network: Network
    catalogue: Catalogue
    persons_usual: dict[str, float]
    units_a_person: dict[str, float]
    only_counties: tuple[str, ...] = ()

    def forms(self, site: Any) -> list[Row]:
        """The forms of a row of the site table."""
        if site.role == "existing":
            more = self._extension(site)
            return [_form(site, _STANDING, "", STANDS)] + ([self._added(site, more)] if more else [])
        return [self._form(site, building) for building in self._buildings(site)]

    def modules(self, site: Any) -> list[Row]:
        """The modules of a row of the site table."""
        standing = self._standing(site) if site.role == "existing" else {}
        out = [_module(site, s, Module(1, n, 0, 0, 0, 0), STANDS) for s, n in standing.items() if n > 0]
        tier = self._tier(site)
        for service in self.network.services if tier else ():
            if self._may_hold(site, tier, service):
                module = self.catalogue.module(tier, service, self.mode(site))
                out += [self._module(site, service, module)] * module.copies
        return out + ([self._training(site)] if site.host_type == INSTITUTION and site.role == "existing" else [])

    def mode(self, site: Any) -> str:
        """The operating mode of what is new at a site: that of its county, its prefecture, or the plan's."""
        modes = self.network.modes
        return modes.get(site.county_code, modes.get(site.county_code[:4], self.network.mode))

    def _buildings(self, site: Any) -> list[Building]:
        mode = self.mode(site)
        if site.tier == "village":
            return [self.catalogue.building("embedded", "", "village_m2", "village_yuan_m2", mode)]
        made = list(self.catalogue.township_buildings(site.host_type, mode, site.accessible is not True))
        return [self._own(site, building, made[-1].space_m2, mode) for building in made]

    def _own(self, site: Any, building: Building, largest: float, mode: str) -> Building:
        """The building with the site's own space and capital where the table of candidates gives them."""
        space, capital = building.space_m2, building.capital
        if not np.isnan(site.own_capital):
            share = self.catalogue[f"mode_capital_{mode}"]
            capital = site.own_capital * share * building.space_m2 / largest + building.retrofit
        if building.form == "embedded" and not np.isnan(site.own_m2):
            space = min(space, site.own_m2)
        return Building(building.form, building.size, space, capital, building.running, building.retrofit)

    def _extension(self, site: Any) -> Building | None:
        """What a standing site may add."""
        add = {
            INSTITUTION: ("county_expansion_m2", "refit_yuan_m2"),
            "special_school": ("school_wing_m2", "new_yuan_m2"),
        }.get(site.host_type, ("upgrade_m2", "refit_yuan_m2"))
        if site.tier == "village" or (site.host_type == "special_school" and not self._schools()):
            return None
        return self.catalogue.building("upgraded", "", *add, self.mode(site))

    def _added(self, site: Any, building: Building) -> Row:
        rule = "elsewhere" if self._elsewhere(site) else ""
        return _form(site, building, self.mode(site), BARRED if rule else FREE, rule)

    def _elsewhere(self, site: Any) -> bool:
        """Whether nothing new may be there because its county is not asked for."""
        return bool(self.only_counties) and site.county_code not in self.only_counties and not site.locked

    def _schools(self) -> bool:
        return any(service in SCHOOLS for service in self.network.services)

    def _form(self, site: Any, building: Building) -> Row:
        rule = self._form_rule(site, building)
        return _form(site, building, self.mode(site), BARRED if rule or site.forbidden else FREE, rule)

    def _form_rule(self, site: Any, building: Building) -> str:
        """The rule of the plan that bars a building, see `FORM_RULES`; "" where none does."""
        if building.form == "new" and not self.network.new_buildings:
            return "new_buildings"
        if self.network.only_accessible_hosts and building.form == "embedded":
            unfit = site.accessible is False if site.tier == "village" else site.accessible is not True
            if unfit:
                return "accessible"
        return "" if site.held else "holder"

    def _tier(self, site: Any) -> str:
        """Whose modules a site may switch on; "" for none."""
        if site.role == "existing" and site.tier == "village":
            return ""
        return "wing" if site.host_type == "special_school" else str(site.tier)

    def _may_hold(self, site: Any, tier: str, service: str) -> bool:
        if not self.catalogue.offers(tier, service):
            return False
        return tier != "township" or service not in SCHOOLS or site.host_type in CLASS_HOSTS

    def _module(self, site: Any, service: str, module: Module) -> Row:
        rule = self._module_rule(site, service)
        return _module(site, service, module, BARRED if rule or site.forbidden else FREE, rule)

    def _module_rule(self, site: Any, service: str) -> str:
        """The rule that bars a module, see `MODULE_RULES`; "" where none does."""
        if self._elsewhere(site):
            return "elsewhere"
        if not site.drawing:
            return "outreach"
        return "referral" if site.tier == "township" and service in REFERRAL and not site.refers else ""

    def _standing(self, site: Any) -> dict[str, float]:
        """Units a year by service of what stands."""
        c, host, services = self.catalogue, site.host_type, self.network.services
        usual = self.persons_usual.get(host, np.nan)
        persons = usual if np.isnan(site.own_persons) else site.own_persons
        scale = 1.0 if np.isnan(usual) else persons / usual
        if host == "special_school":
            return {s: c.standing("school", s) * scale for s in services}
        if host == INSTITUTION:
            skipped = () if site.has_day_care else ("day_care",)
            return {s: c.standing("county", s) * scale for s in services if s not in skipped}
        if host in _STANDING_IN:
            only = _STANDING_IN[host]
            return {s: persons * self.units_a_person.get(s, 1.0) for s in services if s == only}
        tier = site.tier
        return {s: c[f"{tier}_capacity_{s}"] * scale for s in services if self._may_hold(site, tier, s)}

    def _training(self, site: Any) -> Row:
        gives, capital, running = self.catalogue.training()
        rule = "elsewhere" if self._elsewhere(site) else ""
        row = _module(site, "", Module(1, 0, capital, running, 0, 0), BARRED if rule else FREE, rule)
        return row | {f"use_{word}": -persons for word, persons in gives.items()}


_STANDING = Building("existing", "", 0.0, 0.0, 0.0, 0.0)


def _form(site: Any, building: Building, mode: str, state: int, rule: str = "") -> Row:
    b = building
    values = (site.Index, site.site_id, b.form, b.size, mode, b.capital, b.running, b.space_m2, b.retrofit, state, rule)
    return dict(zip(FORM_COLUMNS, values, strict=True))


def _module(site: Any, service: str, module: Module, state: int, rule: str = "") -> Row:
    m = module
    values = (site.Index, site.site_id, service, m.capacity, m.capital, m.running, m.space_m2, *(0.0 for _ in USES))
    row = dict(zip(MODULE_COLUMNS, values, strict=False))
    if service:
        row[f"use_{SPECIALISM_OF[service]}"] = module.staff
    return row | {"state": state, "barred": rule}


def choices(sites: pd.DataFrame, chooser: Chooser) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tables of forms and of modules, site by site.

    Args:
        sites: the columns of `places.Places`, `refers` (a centre is near enough for referral), `drawing` (and for its
            staff to come) and `held` (no village point, or one that some institution may hold).

    Returns:
        `FORM_COLUMNS` and `MODULE_COLUMNS`; `site` is the position in `sites`, `state` as in the problem, `barred` the
        rule that bars it whether its site is forbidden or not, `service` "" for training at a county centre, which
        gives staff (use below 0).
    """
    rows = list(sites.itertuples())
    forms = pd.DataFrame([form for site in rows for form in chooser.forms(site)], columns=list(FORM_COLUMNS))
    modules = pd.DataFrame([module for site in rows for module in chooser.modules(site)], columns=list(MODULE_COLUMNS))
    return forms, modules

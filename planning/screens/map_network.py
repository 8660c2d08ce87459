"""What the map tells of network plans: services of each site, years of opening, who is served at home."""

from __future__ import annotations

from collections.abc import Mapping

from planning.network.result import NOTHING_YET, NetworkPlan
from planning.network.summary import service_title
from planning.plan import Plan
from planning.texts import text


def network_facts(network: NetworkPlan, language: str, year: int | None) -> dict[str, str]:
    """One line for each site: form, year of opening, the services it gives by the year shown."""
    until = network.last_year if year is None else year
    comma = "、" if language == "zh" else ", "
    services, reasons = _services(network, until), _reasons(network, language)
    lines = {}
    for row in network.sites.to_dict("records"):
        site, opened = str(row["site_id"]), int(row["opened"])
        parts = [text(f"form_{row['form']}", language)] if row.get("form") else []
        if opened != NOTHING_YET:
            parts.append(text("plan_map_opened_in", language).format(opened))
        given = [service_title(key, language) for key in network.services if key in services.get(site, set())]
        parts += [comma.join(given)] if given else []
        lines[site] = " · ".join(parts + reasons.get(site, []))
    return lines


def _reasons(network: NetworkPlan, language: str) -> dict[str, list[str]]:
    """Site → the sentence that says why it is where it is; nothing where the scenario did not ask for reasons."""
    told = [one for one in network.explanations if one.kind == "why_here"]
    return {one.subject: [one.zh if language == "zh" else one.en] for one in told}


def _services(network: NetworkPlan, until: int) -> dict[str, set[str]]:
    on = network.modules[(network.modules["opened"] <= until) & (network.modules["service"] != "")]
    found: dict[str, set[str]] = {}
    for site, service in zip(on["site_id"], on["service"], strict=True):
        found.setdefault(str(site), set()).add(str(service))
    return found


def not_shown(network: NetworkPlan, year: int | None, service: str) -> tuple[set[str], set[str]]:
    """Sites that open after the year shown, and sites that do not give the service shown."""
    later = set() if year is None else {
        str(site) for site, opened in zip(network.sites["site_id"], network.sites["opened"], strict=True)
        if opened > year
    }  # fmt: skip
    if not service:
        return later, set()
    giving = {site for site, keys in _services(network, network.last_year).items() if service in keys}
    return later, {str(site) for site in network.sites["site_id"]} - giving


def served_at_home(plan: Plan, language: str, year: int | None, service: str) -> Mapping[str, str]:
    """Cell → names of the services given at home in a year; empty where the flows are not known."""
    network = plan.network
    if network is None or network.flows is None:
        return {}
    shown = network.last_year if year is None else year
    home = network.flows[(network.flows["site_id"] == "") & (network.flows["year"] == shown)]
    if service:
        home = home[home["service"] == service]
    comma = "、" if language == "zh" else ", "
    keys = home.drop_duplicates(["cell_id", "service"]).groupby("cell_id", sort=True)["service"].agg(set)
    titles = {key: service_title(key, language) for key in network.services}
    return {str(cell): comma.join(titles[k] for k in network.services if k in found) for cell, found in keys.items()}

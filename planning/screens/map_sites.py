"""The sites of a map: where they lie, what each is in each plan, and what the author's draft wishes of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from geodata.errors import both
from planning.faults import PlanningError
from planning.plan import Plan
from planning.scenario import Scenario
from planning.scenario_form import Close, Forbid, Lock, Open, Unsafe
from planning.screens.map_network import network_facts, not_shown
from planning.study_area import StudyArea
from planning.texts import text

ROLES: Final = ("existing", "proposed", "locked", "forbidden", "candidate", "closed", "opened", "later")
"""What a site can be on the map; its place is its number there."""
SAME: Final = -1
"""The draft wishes nothing else of the site."""
DIGITS: Final = 5


@dataclass(frozen=True, eq=False)
class Sites:
    """Sites by column, and by pane.

    Attributes:
        columns: id, name, lon, lat, small.
        panes: for each pane `role` (number in `ROLES`, -1 absent), `text`, `wish` (number in `ROLES`, -1 none).
        at: id → row.
    """

    columns: Mapping[str, list[Any]]
    panes: tuple[dict[str, Any], ...]
    at: Mapping[str, int]


def sites_of_map(
    plans: Sequence[Plan],
    area: StudyArea,
    language: str,
    *,
    draft: Scenario | None = None,
    year: int | None = None,
    service: str = "",
) -> Sites:
    """The sites of all plans together, each with its role and facts in each plan."""
    tables = [_roles_of(plan, area) for plan in plans] or [_roles_without_plan(area, draft)]
    every = pd.concat([*tables, _named_by(draft, area)]).drop_duplicates("site_id", ignore_index=True)
    at = {str(site): i for i, site in enumerate(every["site_id"])}
    panes = [_pane(table, at, language) for table in tables]
    for plan, pane in zip(plans, panes, strict=False):
        _of_network(plan, pane, at, language, year, service)
    wishes = draft_roles(draft, plans[-1].scenario if plans else None)
    panes[-1]["wish"] = [wishes.get(str(site), SAME) for site in every["site_id"]]
    return Sites(_columns(every, language), tuple(panes), at)


def _columns(rows: pd.DataFrame, language: str) -> dict[str, list[Any]]:
    return {
        "id": rows["site_id"].astype(str).to_list(),
        "name": rows[f"name_{language}"].astype(str).to_list(),
        "lon": rows["lon"].astype(float).round(DIGITS).to_list(),
        "lat": rows["lat"].astype(float).round(DIGITS).to_list(),
        "small": (rows["kind"] == "village_point").astype(int).to_list(),
    }


def _roles_of(plan: Plan, area: StudyArea) -> pd.DataFrame:
    """Open sites, then what could have been chosen, then what the scenario closes."""
    opened = {c.site for c in plan.scenario.of(Open)}
    sites = plan.sites.assign(
        role=plan.sites["role"].mask(plan.sites["site_id"].isin(opened) & (plan.sites["role"] == "existing"), "opened")
    )
    closed = {c.site for c in (*plan.scenario.of(Close), *plan.scenario.of(Unsafe))}
    gone = area.institutions[area.institutions["site_id"].isin(closed)].assign(role="closed")
    parts = [part for part in (sites, plan.options, gone) if len(part)]
    return pd.concat(parts).drop_duplicates("site_id", ignore_index=True)


def _roles_without_plan(area: StudyArea, draft: Scenario | None) -> pd.DataFrame:
    """What stands and what might be chosen, before anything was run."""
    kinds = draft.candidates.kinds if draft else ("township_place",)
    candidates = area.candidates[area.candidates["kind"].isin(kinds)]
    parts = [area.institutions.assign(role="existing"), candidates.assign(role="candidate")]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)


def _named_by(draft: Scenario | None, area: StudyArea) -> pd.DataFrame:
    """Sites that the draft names and a plan need not have."""
    named = {c.site for c in draft.of(Open) + draft.of(Lock) + draft.of(Forbid)} if draft else set()
    return area.candidates[area.candidates["site_id"].isin(named)]


def _pane(rows: pd.DataFrame, at: Mapping[str, int], language: str) -> dict[str, Any]:
    roles, facts = [SAME] * len(at), [""] * len(at)
    for row in rows.to_dict("records"):
        i = at[str(row["site_id"])]
        roles[i], facts[i] = role_number(str(row["role"])), site_facts(row, language)
    return {"role": roles, "text": facts, "wish": [SAME] * len(at)}


def role_number(role: str) -> int:
    """The number of a role.

    Raises:
        PlanningError: for a role that no map has.
    """
    if role not in ROLES:
        raise PlanningError([both(f"a map knows no role '{role}'", f"地图上没有“{role}”这种角色")])
    return ROLES.index(role)


def _of_network(
    plan: Plan, pane: dict[str, Any], at: Mapping[str, int], language: str, year: int | None, service: str
) -> None:
    """What a network plan adds: facts of the services, and sites that open later or give other services."""
    if plan.network is None:
        return
    for site, facts in network_facts(plan.network, language, year).items():
        if site in at:
            pane["text"][at[site]] = facts
    later, other = not_shown(plan.network, year, service)
    for site in later & set(at):
        pane["role"][at[site]] = role_number("later")
    for site in other & set(at):
        pane["role"][at[site]] = SAME


def draft_roles(draft: Scenario | None, run: Scenario | None) -> dict[str, int]:
    """What a draft wishes of sites otherwise than the scenario that was run: site → number of a role."""
    if draft is None:
        return {}
    now, before = _asked(draft), _asked(run) if run else {}
    freed = {site: _usual(role) for site, role in before.items() if site not in now}
    wished = {site: role for site, role in now.items() if before.get(site) != role}
    return {site: role_number(role) for site, role in (freed | wished).items()}


def _asked(scenario: Scenario) -> dict[str, str]:
    kinds = ((Lock, "locked"), (Forbid, "forbidden"), (Open, "opened"), (Close, "closed"))
    return {change.site: role for kind, role in kinds for change in scenario.of(kind)}


def _usual(role: str) -> str:
    """What a site is again when a wish is taken back."""
    return "existing" if role == "closed" else "candidate"


def site_facts(site: Mapping[str, Any], language: str) -> str:
    """One line about a site: what hosts it, who is nearest, how full it is, what it costs."""
    parts = [text(site["host_type"], language)]
    if _known(site.get("load_persons")):
        parts.append(f"{text('nearest_persons', language)} {int(site['nearest_persons']):,}")
        parts.append(f"{text('load', language)} {int(site['load_persons']):,} / {int(site['capacity_persons']):,}")
    if _known(site.get("capital_yuan")) and site["capital_yuan"]:
        parts.append(f"{text('capital', language)} {site['capital_yuan']:,.0f}")
    return " · ".join(parts)


def _known(number: Any) -> bool:
    return number is not None and math.isfinite(float(number))

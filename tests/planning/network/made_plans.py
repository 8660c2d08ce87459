"""Network plans written down by hand, for the tests of what is made of several plans."""

from __future__ import annotations

from typing import Any

import pandas as pd

from planning.network.result import NetworkPlan

LOCAL, XPCC = "653101", "659003"
_SITE = {
    "name_zh": "", "name_en": "", "county_code": LOCAL, "lon": 76.0, "lat": 39.0, "kind": "township_place",
    "host_type": "school", "tier": "township", "role": "proposed", "opened": 2026, "form": "new", "size": "small",
    "mode": "", "capital_yuan": 0.0, "running_yuan": 0.0, "persons_served": 0,
}  # fmt: skip


def site(site_id: str, **more: Any) -> dict[str, Any]:
    return {"site_id": site_id, **_SITE, "name_zh": f"机构{site_id}", "name_en": f"Site {site_id}", **more}


def group(year: int, county: str, persons: int, served: int, service: str = "rehabilitation") -> dict[str, Any]:
    return {
        "year": year, "service": service, "county_code": county, "weight_class": "other", "persons": persons,
        "persons_served": served, "persons_near_but_full": persons - served, "persons_too_far": 0,
        "persons_no_route": 0, "persons_at_home": 0, "units_needed": 10.0 * persons, "units_delivered": 10.0 * served,
        "units_at_home": 0.0,
    }  # fmt: skip


def paid(year: int, county: str, kind: str, yuan: float) -> dict[str, Any]:
    return {"year": year, "source": "省级", "county_code": county, "kind": kind, "yuan": yuan}


def made(
    groups: list[dict[str, Any]],
    sites: list[dict[str, Any]] | None = None,
    money: list[dict[str, Any]] | None = None,
    **solver: Any,
) -> NetworkPlan:
    table = pd.DataFrame(groups)
    nothing = pd.DataFrame()
    return NetworkPlan(
        years=tuple(sorted(table["year"].unique().tolist())), seasons=("summer",),
        services=tuple(dict.fromkeys(table["service"])), counties=tuple(sorted(set(table["county_code"]))), aims=(),
        sites=pd.DataFrame(sites or [], columns=list(site("x"))) if not sites else pd.DataFrame(sites),
        modules=nothing, groups=table, flows=None,
        money=pd.DataFrame(money or [], columns=list(paid(0, "", "", 0))), rounds=nothing, indicators=nothing,
        worst=nothing, solver={"status": "optimal", "gap": 0.0, **solver},
    )  # fmt: skip

"""Plans with other names, figures and gaps than they were solved with, for the tests of this room."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from geodata.errors import both
from planning import Plan
from planning.comparing.gaps import Head
from planning.network.measures.indicators import NETWORK_INDICATORS
from planning.network.result import NetworkPlan
from planning.plan import INDICATORS


def named(plan: Plan, name: str, **indicators: float) -> Plan:
    """The same plan under another name, with other figures."""
    asked = plan.scenario.model_copy(update={"name": name, "title_zh": "", "title_en": ""})
    return replace(plan, scenario=asked, indicators={**plan.indicators, **indicators})


def with_gap(plan: Plan, gap: float | None, **solver: Any) -> Plan:
    """The same plan, its search stopped with this gap."""
    return replace(plan, solver={**plan.solver, "status": "feasible", "gap": gap, **solver})


def head(name: str, room: float = 0.0, aim: str = "", **values: float) -> Head:
    """A plan of which all indicators are 100 but those given."""
    return Head(name, both(name, name), {**{i.key: 100.0 for i in INDICATORS}, **values}, room, aim)


def as_network(plan: Plan, name: str, aims: tuple[dict[str, Any], ...] = (), **values: float) -> Plan:
    """The same plan as one of a network, all of whose indicators are 10 but those given."""
    rows = [{"key": i.key, "scope": "all", "year": 2030, "value": values.get(i.key, 10.0)} for i in NETWORK_INDICATORS]
    nothing = pd.DataFrame()
    network = NetworkPlan(
        years=(2030,), seasons=("summer",), services=(), counties=(), aims=aims, sites=nothing, modules=nothing,
        groups=nothing, flows=None, money=nothing, rounds=nothing, indicators=pd.DataFrame(rows), worst=nothing,
        solver={},
    )  # fmt: skip
    return replace(named(plan, name), network=network)

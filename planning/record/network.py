"""The part of a plan that is a network of services: its tables as they are, flows included."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Final

import pandas as pd

from planning.network.explanation import Explanation
from planning.network.result import NetworkPlan
from planning.record.format import Parts
from planning.record.tables import from_parquet, to_parquet
from planning.record.texts import canonical, read_canonical

TABLES: Final = ("sites", "modules", "groups", "kinds", "flows", "money", "rounds", "indicators", "worst")
VALUES: Final = ("years", "seasons", "services", "counties", "aims", "solver")
RECORD: Final = "network.json"
COMPARED: Final = "compared/"


def network_parts(plan: NetworkPlan) -> dict[str, bytes]:
    """`network.json`, `network/<table>` for every table, and `network/compared/<name>` for each that was compared."""
    tables = {name: getattr(plan, name) for name in TABLES if getattr(plan, name) is not None}
    compared = {COMPARED + name: table for name, table in plan.compared.items()}
    record = {
        **{key: getattr(plan, key) for key in VALUES},
        "explanations": [asdict(each) for each in plan.explanations],
        "compared": list(plan.compared),
    }
    parts = {f"network/{name}": to_parquet(table) for name, table in {**tables, **compared}.items()}
    return {RECORD: canonical(record), **parts}


def network_of_parts(parts: Parts) -> NetworkPlan | None:
    """The network that `network_parts` wrote; None where the plan has none."""
    if RECORD not in parts:
        return None
    record = read_canonical(parts[RECORD])
    return NetworkPlan(
        **{key: record[key] for key in VALUES},
        **{name: _table(parts, name) for name in TABLES if name != "flows"},
        flows=_table(parts, "flows") if "network/flows" in parts else None,
        explanations=tuple(Explanation(**each) for each in record["explanations"]),
        compared={name: _table(parts, COMPARED + name) for name in record["compared"]},
    )


def _table(parts: Mapping[str, bytes], name: str) -> pd.DataFrame:
    return from_parquet(parts[f"network/{name}"])

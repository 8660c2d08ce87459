"""The files of a network plan: CSV tables in the folder `network` of a plan, and its record in plan.json."""

import csv
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from planning.network.explanation import Explanation, explanations_table
from planning.network.result import NetworkPlan
from planning.tabular import CSV_ENCODING, FORMULA, plain, write_csv

FOLDER: Final = "network"
DIGITS: Final[Mapping[str, int]] = {
    "units": 3, "minutes": 1, "yuan": 2, "staff_days": 2, "vehicle_days": 2, "utilisation": 4, "capital_yuan": 2,
    "running_yuan": 2, "share_served": 4, "capacity_units": 3, "delivered_units": 3, "value": 6, "low": 6, "high": 6,
    "regret": 3, "largest_regret": 3, "regret_share": 4, "persons": 3, "yuan_alone": 2,
}  # fmt: skip
"""Digits after the point in files; more of them would be the rounding of the solver."""
TEXT: Final = (
    "site_id", "name_zh", "name_en", "county_code", "kind", "host_type", "tier", "owner", "role", "form", "size",
    "mode", "service", "weight_class", "source", "scope", "key", "zh", "en", "unit", "denominator", "formula", "mark",
    "level", "code", "subject", "word", "plan", "season", "regret_season", "rule",
)  # fmt: skip
"""Columns that are text when read back, codes above all."""
_KEPT_AS_TEXT: Final = re.compile(f"^'(?=[{re.escape(''.join(FORMULA))}])")
TABLES: Final[Mapping[str, str]] = {
    "sites_by_year.csv": "sites", "modules.csv": "modules", "groups.csv": "groups", "kinds.csv": "kinds",
    "money.csv": "money",
    "rounds.csv": "rounds", "indicators.csv": "indicators", "worst_served.csv": "worst",
}  # fmt: skip
"""File → table of `NetworkPlan`; `explanations.csv` beside them, and a file for each table that was compared."""
COMPARED: Final = "variants_{}.csv"
"""File of one of `NetworkPlan.compared`."""


def write_network(plan: NetworkPlan, folder: Path) -> None:
    """Write the tables of a network plan into a new folder `network` inside `folder`."""
    target = folder / FOLDER
    target.mkdir()
    for file, table in TABLES.items():
        write_csv(rounded(getattr(plan, table)), target / file)
    for name, rows in plan.compared.items():
        write_csv(rounded(rows), target / COMPARED.format(name))
    write_csv(rounded(explanations_file(plan)), target / "explanations.csv")


def rounded(table: pd.DataFrame) -> pd.DataFrame:
    """The table with as many digits as a file shows, and no negative nothing."""
    digits = {c: DIGITS["units"] if c.startswith("units_") else DIGITS.get(c) for c in table}
    shown = {c: table[c].round(n) + 0.0 for c, n in digits.items() if n is not None and table[c].dtype.kind == "f"}
    return table.assign(**shown)


def explanations_file(plan: NetworkPlan) -> pd.DataFrame:
    """The explanations as a table; what is not a finite number stays empty."""
    table = explanations_table(plan.explanations)
    numbers = {c: pd.to_numeric(table[c]).replace([np.inf, -np.inf], np.nan) for c in ("value", "low", "high")}
    return table.assign(**numbers)


def network_record(plan: NetworkPlan) -> dict[str, Any]:
    """What plan.json says of the network: years, aims, what is chosen by year, totals, explanations."""
    return {
        "years": list(plan.years),
        "seasons": list(plan.seasons),
        "services": list(plan.services),
        "counties": list(plan.counties),
        "asked": list(plan.solver["aims"]),
        "aims": [{k: plain(v) for k, v in aim.items()} for aim in plan.aims],
        "chosen": {str(year): _chosen(plan, year) for year in plan.years},
        "totals": _totals(plan),
        "compared": list(plan.compared),
        "explanations": [{k: plain(v) for k, v in asdict(e).items()} for e in plan.explanations],
    }


def _chosen(plan: NetworkPlan, year: int) -> dict[str, list[Any]]:
    """Forms and modules that open in one year."""
    sites = plan.sites[plan.sites["opened"] == year]
    modules = plan.modules[plan.modules["opened"] == year]
    return {
        "forms": sites[["site_id", "form", "size", "mode"]].to_dict("records"),
        "modules": modules[["site_id", "service"]].to_dict("records"),
    }


def _totals(plan: NetworkPlan) -> dict[str, Any]:
    """Every indicator over all people and services, of every year it is told for."""
    table = plan.indicators[plan.indicators["scope"] == "all"]
    return {
        str(key): {
            "unit": of["unit"].iloc[0],
            **{str(y): plain(v) for y, v in zip(of["year"], of["value"], strict=True)},
        }
        for key, of in table.groupby("key", sort=False)
    }


def totals(plan: NetworkPlan) -> dict[str, Any]:
    """Every indicator over all people and services in the last year, by its key."""
    table = plan.indicators[(plan.indicators["scope"] == "all") & (plan.indicators["year"] == plan.last_year)]
    return {str(key): plain(value) for key, value in zip(table["key"], table["value"], strict=True)}


def read_network_plan(record: Mapping[str, Any], solver: Mapping[str, Any], folder: Path) -> NetworkPlan:
    """A network plan from its record and its tables; the flows are not kept in files.

    Args:
        record: see `network_record`.
        solver: what the record of the whole plan knows of the solver.
        folder: the plan folder, with the folder `network` in it.
    """
    tables = {table: read_table(folder / FOLDER / file) for file, table in TABLES.items()}
    compared = {name: read_table(folder / FOLDER / COMPARED.format(name)) for name in record.get("compared", ())}
    return NetworkPlan(
        years=tuple(record["years"]),
        seasons=tuple(record["seasons"]),
        services=tuple(record["services"]),
        counties=tuple(record["counties"]),
        aims=tuple(record["aims"]),
        flows=None,
        solver={**solver, "aims": list(record["asked"])},
        explanations=tuple(_explanation(row) for row in record["explanations"]),
        compared=compared,
        **tables,
    )


def _explanation(row: Mapping[str, Any]) -> Explanation:
    """An explanation as it was recorded; a number that was none is nan."""
    value, low, high = (math.nan if row[k] is None else float(row[k]) for k in ("value", "low", "high"))
    return Explanation(row["kind"], row["subject"], row["zh"], row["en"], value, low, high, row["unit"])


def read_table(path: Path) -> pd.DataFrame:
    """A table of ours as it was written: codes stay text, and text that was kept from being a formula is text again."""
    with path.open(encoding=CSV_ENCODING, newline="") as file:
        columns = next(csv.reader(file))
    kinds = dict.fromkeys([c for c in columns if c in TEXT], str)
    table = pd.read_csv(path, encoding=CSV_ENCODING, dtype=kinds, keep_default_na=False, na_values={
        c: [""] for c in columns if c not in TEXT
    })  # fmt: skip
    return table.assign(**{c: table[c].str.replace(_KEPT_AS_TEXT, "", regex=True) for c in kinds})


def table_files(folder: Path, compared: Iterable[str] = ()) -> list[Path]:
    """The tables that a plan folder with a network has, with those that were compared."""
    files = (*TABLES, "explanations.csv", *(COMPARED.format(name) for name in compared))
    return [folder / FOLDER / file for file in files]

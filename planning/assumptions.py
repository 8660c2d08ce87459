"""The assumption table: every number that no policy text gives, with unit, mark and source."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any

from geodata import TravelRules
from geodata.demand import CATEGORIES, DemandRates


@dataclass(frozen=True)
class Assumption:
    """One number with its unit, mark (S, D, V, J), source and names in Chinese and English."""

    key: str
    value: float
    unit: str
    mark: str
    source: str
    zh: str
    en: str


@dataclass(frozen=True)
class Assumptions:
    """The whole table, frozen; `changed` makes a copy in which the planner's own numbers say so."""

    rows: tuple[Assumption, ...]

    def __getitem__(self, key: str) -> float:
        return next(row.value for row in self.rows if row.key == key)

    def get(self, key: str) -> float:
        """The value, nan where the table has no such row: existing centres have no price."""
        return next((row.value for row in self.rows if row.key == key), float("nan"))

    def keys(self) -> tuple[str, ...]:
        """All keys, in the order of the file."""
        return tuple(row.key for row in self.rows)

    def changed(self, values: Mapping[str, float]) -> "Assumptions":
        """A table with other values; a changed row is marked J and names its former value."""

        def row(old: Assumption) -> Assumption:
            if old.key not in values or values[old.key] == old.value:
                return old
            source = f"set in the scenario; the default is {old.value:g} [{old.mark}] ({old.source})"
            return Assumption(old.key, float(values[old.key]), old.unit, "J", source, old.zh, old.en)

        return Assumptions(tuple(row(r) for r in self.rows))

    def travel_rules(self, season: str) -> TravelRules:
        """Speeds and limits for `summer` or `winter`."""
        factor = self["winter_factor"] if season == "winter" else 1.0
        names = [f.name for f in fields(TravelRules) if f.name != "season_factor"]
        return TravelRules(season_factor=factor, **{name: self[name] for name in names})

    def demand_rates(self) -> DemandRates:
        """Rates of the demand model."""
        return DemandRates(
            control_rate=self["control_rate"],
            prevalence=(self["prevalence_0_14"], self["prevalence_15_59"], self["prevalence_60_plus"]),
            category_share=tuple(self[f"category_share_{c}"] for c in CATEGORIES),
            severe_share=self["severe_share"],
            hardship_share_of_severe=self["hardship_share_of_severe"],
        )

    def records(self) -> list[dict[str, Any]]:
        """Plain rows for files and screens."""
        return [vars(row) for row in self.rows]


@cache
def default_assumptions() -> Assumptions:
    """The table shipped with the product, from `assumptions.toml`."""
    text = (Path(__file__).parent / "assumptions.toml").read_text(encoding="utf-8")
    return Assumptions(tuple(Assumption(key=key, **row) for key, row in tomllib.loads(text).items()))

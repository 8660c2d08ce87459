"""The assumption table: every number that no policy text gives, with unit, mark and source."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from geodata import TravelRules
from geodata.demand import CATEGORIES, DemandRates
from geodata.figures import Figure, changed, read_figures
from geodata.travel.rules import travel_figures, travel_rules


@dataclass(frozen=True)
class Assumptions:
    """The whole table, frozen; `changed` makes a copy in which the planner's own numbers say so."""

    rows: tuple[Figure, ...]

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
        return Assumptions(changed(self.rows, values))

    def travel_rules(self, season: str, profile: str = "car") -> TravelRules:
        """Speeds and limits for a season and a kind of traveller."""
        return _rules(self.rows, season, profile)

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


@lru_cache(maxsize=64)
def _rules(rows: tuple[Figure, ...], season: str, profile: str) -> TravelRules:
    """The same rules for equal rows, made once."""
    return travel_rules(rows, profile=profile, season=season)


@cache
def default_assumptions() -> Assumptions:
    """The table shipped with the product: `assumptions.toml`, the catalogue of networks, and the travel times'."""
    here = Path(__file__).parent
    own = read_figures(here / "assumptions.toml") + read_figures(here / "network" / "posing" / "catalogue.toml")
    return Assumptions(own + travel_figures())

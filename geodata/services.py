"""The nine services that residents ask for: unit, ages, longest travel time and who travels how.

A service with places (a seat in day care, a school, a workshop) is used by one person all year; a flow (sessions,
fittings, visits) is counted by the year and may be used beside any other service.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal

FINE_BANDS: Final = ("0_5", "6_14", "15_17", "18_59", "60_plus")
"""Age bands of the services, in completed years; they nest in the bands 0_14, 15_59 and 60_plus of the model."""
SERVICES: Final = (
    "rehabilitation", "day_care", "culture_sports", "school_preschool", "school_compulsory", "school_senior",
    "supported_employment", "device_fitting", "home_visit",
)  # fmt: skip


@dataclass(frozen=True)
class Service:
    """One service.

    Attributes:
        key: one of `SERVICES`.
        zh, en: its name.
        unit, unit_zh: what one unit is, such as sessions a year.
        kind: `flow`, units a year, or `places`, each taken by one person all year.
        ages: bands of `FINE_BANDS` that it is for; nobody else is counted as needing it.
        max_minutes: longest travel time one way, in minutes; a default that scenarios may change.
        profile: who travels how, one of `geodata.travel.rules.PROFILES`.
        mark, source: of the travel time (S published, D derived, V recalled, J judgement).
    """

    key: str
    zh: str
    en: str
    unit: str
    unit_zh: str
    kind: Literal["flow", "places"]
    ages: tuple[str, ...]
    max_minutes: float
    profile: str
    mark: str
    source: str


@cache
def services() -> Mapping[str, Service]:
    """The services by key, in the order of `SERVICES`, from `services.toml`."""
    rows = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return MappingProxyType({key: Service(key=key, **rows[key] | {"ages": tuple(rows[key]["ages"])}) for key in rows})

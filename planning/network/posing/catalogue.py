"""What a network may be built of, and what it costs: read from the assumption table, priced by operating mode."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from planning.assumptions import Assumptions
from planning.network.scenario.form import SPECIALISMS

RESOURCES: Final = (*SPECIALISMS, "round_days")
"""What pools hold: persons by specialism, then days of the staff of rounds."""
ROUND_RESOURCE: Final = len(SPECIALISMS)
SPECIALISM_OF: Final = {
    "rehabilitation": "therapist",
    "day_care": "care_worker",
    "culture_sports": "social_worker",
    "school_preschool": "teacher",
    "school_compulsory": "teacher",
    "school_senior": "teacher",
    "supported_employment": "social_worker",
    "device_fitting": "technician",
    "home_visit": "social_worker",
}
REFERRAL: Final = ("rehabilitation", "device_fitting")
"""Services that begin with an assessment at a county centre; assumption."""
SCHOOLS: Final = ("school_preschool", "school_compulsory", "school_senior")
CLASS_HOSTS: Final = ("school", "new_building")
"""Hosts in a township where a special class may be; assumption."""


@dataclass(frozen=True)
class Module:
    """A module as the catalogue has it, priced for one operating mode.

    Attributes:
        copies: how many may be switched on at a site.
        capacity: units a year.
        capital, running: yuan, yuan a year (staff and supplies).
        space_m2: m2.
        staff: persons of its specialism.
    """

    copies: int
    capacity: float
    capital: float
    running: float
    space_m2: float
    staff: float


@dataclass(frozen=True)
class Building:
    """A form: size, space, and what building and keeping it costs in one operating mode; retrofit is in the capital."""

    form: str
    size: str
    space_m2: float
    capital: float
    running: float
    retrofit: float


class Catalogue:
    """The rows of an assumption table by key, and what is made of them."""

    def __init__(self, assumptions: Assumptions) -> None:
        self._value = {row.key: row.value for row in assumptions.rows}

    def __getitem__(self, key: str) -> float:
        return self._value[key]

    def offers(self, tier: str, service: str) -> bool:
        """Whether a tier (`township`, `village`, `county`, `wing`) may hold modules of a service."""
        return self._value.get(f"{tier}_capacity_{service}", 0.0) > 0

    def at_home(self, service: str) -> bool:
        """Whether a service can be given at home."""
        return f"home_minutes_{service}" in self._value

    def attendances(self, service: str) -> float:
        """Service attendances (服务人次) of one unit: 1 for a session, fitting, attendance or visit; a place's days."""
        return self._value.get(f"attendances_per_place_{service}", 1.0)

    def attendances_at_home(self, service: str) -> float:
        """Visits at home that stand for one unit: 1, or the lessons that a pupil has at home in a year."""
        return self._value.get(f"home_visits_{service}", 0.0)

    def standing(self, kind: str, service: str) -> float:
        """Units a year of what stands in a `county` centre or a special `school`."""
        return self._value.get(f"standing_{kind}_{service}", 0.0)

    def module(self, tier: str, service: str, mode: str) -> Module:
        """A free module: capital = equipment × share of the mode; running = (staff × pay + supplies) × share."""
        staff = self[f"{tier}_staff_{service}"]
        yearly = staff * self["staff_yuan_year"] + self[f"{tier}_supplies_yuan_{service}"]
        return Module(
            copies=round(self[f"{tier}_modules_{service}"]),
            capacity=self[f"{tier}_capacity_{service}"],
            capital=self[f"{tier}_equipment_yuan_{service}"] * self[f"mode_capital_{mode}"],
            running=yearly * self[f"mode_running_{mode}"],
            space_m2=self[f"{tier}_m2_{service}"],
            staff=staff,
        )

    def building(self, form: str, size: str, space: str, price: str, mode: str, retrofit: bool = False) -> Building:
        """A free form: m2 × price (+ retrofit), and a year of the building and its manager, by shares of the mode.

        Args:
            space, price: rows of the table, such as `small_m2` and `refit_yuan_m2`.
            retrofit: whether the host must first be made accessible.
        """
        m2, extra = self[space], self["retrofit_yuan_site"] if retrofit else 0.0
        manager = self._value.get(f"manager_{space.removesuffix('_m2')}", 0.0)
        share = self[f"mode_capital_{mode}"]
        yearly = m2 * self["building_running_yuan_m2"] + manager * self["staff_yuan_year"]
        return Building(
            form, size, m2, (m2 * self[price] + extra) * share, yearly * self[f"mode_running_{mode}"], extra * share
        )

    def training(self) -> tuple[dict[str, float], float, float]:
        """Persons by specialism that training at a county centre gives, its capital and its yuan a year."""
        gives = {word: self[f"training_gives_{word}"] for word in SPECIALISMS}
        persons = sum(gives.values())
        return gives, persons * self["training_yuan_person"], persons * self["training_keep_yuan_person"]

    def township_buildings(self, host: str, mode: str, retrofit: bool) -> Iterator[Building]:
        """The forms of a township candidate: in its host, or new, in two sizes."""
        new = host == "new_building"
        form, price = ("new", "new_yuan_m2") if new else ("embedded", "refit_yuan_m2")
        for size in ("small", "large"):
            yield self.building(form, size, f"{size}_m2", price, mode, retrofit and not new)

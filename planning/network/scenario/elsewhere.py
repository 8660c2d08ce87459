"""A `[network]` table without the counties and prefectures that another study area does not have."""

from collections.abc import Collection, Iterable
from typing import TypeVar

from planning.network.scenario.form import Money, Network, Tilt

T = TypeVar("T")


def kept_for(network: Network, known: Collection[str]) -> tuple[Network, tuple[tuple[str, str], ...]]:
    """The table with known codes only, and what was left out: the key and its code, or the name of a source.

    A source of money and a tilt that lose all their places go as a whole: they must not hold for everybody.

    Args:
        known: codes of the counties and prefectures of the study area, and ids of its sites.
    """
    floors = network.floors.model_copy(update={"counties": _of(network.floors.counties, known)})
    money = tuple(kept for source in network.money if (kept := _source(source, known)) is not None)
    out = network.model_copy(
        update={
            "modes": _of(network.modes, known),
            "floors": floors,
            "staff_counties": tuple(row for row in network.staff_counties if row.county in known),
            "tilt": _tilt(network.tilt, known),
            "money": money,
            "why_not": tuple(site for site in network.why_not if site in known),
        }
    )
    named: dict[str, Iterable[str]] = {
        "modes": network.modes,
        "floors": network.floors.counties,
        "staff_counties": [row.county for row in network.staff_counties],
        "tilt": [*network.tilt.prefectures, *network.tilt.counties] if network.tilt else [],
        "why_not": network.why_not,
        "money": [code for source in network.money for code in (*source.prefectures, *source.counties)],
    }
    left = dict.fromkeys((key, code) for key, codes in named.items() for code in codes if code not in known)
    gone = {source.source for source in network.money} - {source.source for source in money}
    return out, (*left, *(("source", name) for name in sorted(gone)))


def _of(table: dict[str, T], known: Collection[str]) -> dict[str, T]:
    return {code: value for code, value in table.items() if code in known}


def _source(source: Money, known: Collection[str]) -> Money | None:
    places = {key: tuple(c for c in getattr(source, key) if c in known) for key in ("prefectures", "counties")}
    lost = (source.prefectures or source.counties) and not any(places.values())
    return None if lost else source.model_copy(update=places)


def _tilt(tilt: Tilt | None, known: Collection[str]) -> Tilt | None:
    if tilt is None:
        return None
    places = {key: tuple(c for c in getattr(tilt, key) if c in known) for key in ("prefectures", "counties")}
    return tilt.model_copy(update=places) if any(places.values()) else None

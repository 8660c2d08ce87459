"""Network plans as plain values: their indicators for one year and one service or all of them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from geodata.services import services
from planning.compare import shown
from planning.network.measures.indicators import NETWORK_INDICATORS
from planning.plan import Plan
from planning.screens.tables import Column, Table, Value
from planning.texts import text

ALL = "all"


def years_of(plans: Sequence[Plan]) -> tuple[int, ...]:
    """Years that all of these network plans have, in order."""
    each = [set(plan.network.years) for plan in plans if plan.network is not None]
    return tuple(sorted(set.intersection(*each))) if each and len(each) == len(plans) else ()


def services_of(plans: Sequence[Plan]) -> tuple[str, ...]:
    """Services that all of these network plans have, in the order of the first."""
    each = [plan.network.services for plan in plans if plan.network is not None]
    return tuple(key for key in each[0] if all(key in other for other in each)) if each else ()


def service_title(key: str, language: str) -> str:
    """The name of a service, or of all together."""
    if key == ALL:
        return text("compare_all_services", language)
    known = services().get(key)
    return key if known is None else known.zh if language == "zh" else known.en


def network_table(plans: Sequence[Plan], titles: Sequence[str], year: int, service: str, language: str) -> Table:
    """The indicators that every plan tells for this year and service.

    Args:
        service: a service, or `ALL`.
    """
    rows: list[dict[str, Value]] = []
    for indicator in NETWORK_INDICATORS:
        values = [math.nan if p.network is None else p.network.value(indicator.key, service, year) for p in plans]
        if all(value == value for value in values):
            cells: dict[str, Value] = {f"v{i}": _shown(v, indicator.unit, language) for i, v in enumerate(values)}
            name = indicator.zh if language == "zh" else indicator.en
            unit = text("compare_unit_yuan" if indicator.unit == "yuan" else f"unit_{indicator.unit}", language)
            rows.append({"name": name, "unit": "" if indicator.unit == "share" else unit, **cells})
    columns = (
        Column("name", text("indicator", language)),
        Column("unit", text("unit", language)),
        *(Column(f"v{i}", title, "", "end") for i, title in enumerate(titles)),
    )
    caption = text("compare_network_year", language).format(year, service_title(service, language))
    return Table(caption, columns, tuple(rows))


def _shown(value: float, unit: str, language: str) -> str:
    if unit == "yuan":
        return f"{value / 1e4:,.0f}" if language == "zh" else f"{value / 1e6:,.2f}"
    return shown(value, unit).replace("-", "−")

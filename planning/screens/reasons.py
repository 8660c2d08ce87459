"""Reasons of one site as plain values: sentences with how each is known, their numbers, sites to choose from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from planning.network.explanation import Explanation
from planning.plan import Plan
from planning.record.texts import read_canonical
from planning.screens.tables import Column, Table
from planning.study_area import StudyArea
from planning.texts import TEXTS, text
from planning.why.explained import MEASURED

GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "here": ("serves", "why_here", "minutes", "minutes_saved", "served", "townships", "barred"),
    "not": ("why_not",),
    "instead": ("replacement", "lock"),
    "stays": ("appears",),
}
"""Parts of the page → kinds of explanations, in their order; what is in none of them comes last."""


@dataclass(frozen=True)
class Reason:
    """A sentence and how it is known: measured, proven, bound, counted or rule."""

    sentence: str
    known: str


@dataclass(frozen=True)
class Reasons:
    """All that is told of one site: parts of sentences by the keys of `GROUPS` and "more", and their numbers."""

    parts: tuple[tuple[str, tuple[Reason, ...]], ...]
    table: Table


def reasons(kept: bytes, language: str) -> Reasons:
    """What a job of kind `why_site` kept."""
    found = [Explanation(**each) for each in read_canonical(kept)]
    parts = []
    for key in (*GROUPS, "more"):
        mine = [each for each in found if _part(each) == key]
        if mine:
            parts.append((key, tuple(_reason(each, language) for each in mine)))
    return Reasons(tuple(parts), _table(found, language))


def _part(each: Explanation) -> str:
    return next((key for key, kinds in GROUPS.items() if each.kind in kinds), "more")


def _reason(each: Explanation, language: str) -> Reason:
    return Reason(each.zh if language == "zh" else each.en, text(f"why_known_{known(each)}", language))


def known(each: Explanation) -> str:
    """How the number of an explanation is known."""
    if each.kind == "appears":
        return "counted"
    if each.kind == "barred" or (each.unit == "" and each.kind not in MEASURED):
        return "rule"
    if each.kind in MEASURED:
        return "measured"
    return "proven" if each.low == each.high else "bound"


def _table(found: Sequence[Explanation], language: str) -> Table:
    columns = (
        Column("what", text("why_what", language)),
        Column("value", text("value", language), "", "end"),
        Column("between", text("why_between", language), "", "end"),
        Column("unit", text("unit", language)),
        Column("known", text("why_known", language)),
    )
    rows = [
        {
            "what": text(key, language) if (key := f"why_kind_{each.kind}") in TEXTS else each.kind,
            "value": _number(each.value, each.unit, language),
            "between": "" if each.low == each.high else " – ".join(_ends(each, language)),
            "unit": _unit(each.unit, language),
            "known": text(f"why_known_{known(each)}", language),
        }
        for each in found
        if each.unit
    ]
    return Table(text("why_numbers", language), columns, tuple(rows))


def _ends(each: Explanation, language: str) -> tuple[str, str]:
    return _number(each.low, each.unit, language), _number(each.high, each.unit, language)


def _number(value: float, unit: str, language: str) -> str:
    if math.isnan(value):
        return text("compare_unknown", language)
    if math.isinf(value):
        return text("why_no_plan", language)
    if unit == "yuan":
        return f"{value / 1e4:,.0f}" if language == "zh" else f"{value / 1e6:,.2f}"
    words = f"{value * 100:,.2f}" if unit == "share" else f"{value:,.2f}" if unit == "min" else f"{value:,.0f}"
    return words.replace("-", "−")


def _unit(unit: str, language: str) -> str:
    key = "compare_unit_" + unit.replace(" ", "_").replace("-", "_").replace("/", "_")
    return text(key, language) if key in TEXTS else unit


# --- which site --------------------------------------------------------------------------------------------


def site_choices(plan: Plan, area: StudyArea, language: str) -> dict[str, str]:
    """Sites of a plan that may be asked about, id → name with county: new ones, then others, then institutions."""
    names = area.data.counties.set_index("county_code")[f"name_{language}"]
    order = {"locked": 0, "proposed": 0, "candidate": 1, "forbidden": 1, "existing": 2}
    rows = [*plan.sites.to_dict("records"), *plan.options.to_dict("records")]
    rows = [row for row in rows if row.get("kind") != "village_point"]
    rows.sort(key=lambda r: (order.get(str(r["role"]), 3), str(r["county_code"]), str(r["site_id"])))
    return {str(r["site_id"]): _site_label(r, names, language) for r in rows}


def _site_label(row: Mapping[str, Any], names: Mapping[str, str], language: str) -> str:
    name = str(row[f"name_{language}"]) or str(row["site_id"])
    parts = (text(str(row["role"]), language), str(names.get(row["county_code"], row["county_code"])), name)
    return " · ".join(parts)


def site_name(plan: Plan, site: str, language: str) -> str:
    """The name of a site of a plan; its id where it has none."""
    for table in (plan.sites, plan.options):
        found = table.loc[table["site_id"] == site, f"name_{language}"]
        if len(found) and str(found.iloc[0]):
            return str(found.iloc[0])
    return site


def is_open(plan: Plan, site: str) -> bool:
    """Whether the site is open in the plan."""
    return bool((plan.sites["site_id"] == site).any())


def all_sites(plan: Plan) -> frozenset[str]:
    """Ids of the sites that the plan opens, or could have."""
    return frozenset((*plan.sites["site_id"], *plan.options["site_id"]))

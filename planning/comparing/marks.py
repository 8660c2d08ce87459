"""The table of indicators with marks: better, worse, the same, or a difference that cannot be told apart."""

import math
from dataclasses import dataclass
from typing import Any, Final

from geodata.errors import Sentence, both
from planning.compare import DECIMALS, Comparison
from planning.comparing.gaps import MEASURES, NETWORK, Head, head_of, is_decided
from planning.comparing.words import title_of, told
from planning.texts import text

MARKS: Final = {
    "better": both("better", "更好"),
    "worse": both("worse", "更差"),
    "same": both("the same", "不变"),
    "changed": both("changed, neither better nor worse in itself", "有变化，本身无所谓好坏"),
    "within_gap": both("within the gap: cannot be told apart", "差别不超过求解尚未证明的部分，无法区分"),
    "other_terms": both("counted on other terms: not comparable", "统计口径不同，不可比较"),
    "unknown": both("not known", "不详"),
}
"""What a difference from the first plan is, in words."""
GROUPS: Final = {
    "people": both("People", "服务人群"),
    "time": both("Time", "到达时间"),
    "fairness": both("Fairness", "公平"),
    "supply": both("Institutions and capacity", "机构与能力"),
    "money": both("Money", "资金"),
}
"""Groups of rows, in their order."""
_FAIRNESS: Final = (
    "ede_", "worst_county_", "tilt_gap_", "south_gap_", "gini_", "theil_", "palma_", "kolm_pollak_",
)  # fmt: skip
_SUPPLY: Final = ("sites", "places", "capacity_", "utilisation", "non_state_", "staff_", "access_")
_BY_MINUTES: Final = (
    "persons_served", "persons_near_but_full", "persons_too_far", "persons_no_route", "share_near",
)  # fmt: skip


@dataclass(frozen=True)
class MarkedValue:
    """One plan's value of an indicator.

    Attributes:
        told: the value with its unit.
        difference: from the first plan, signed and with its unit; "" for the first plan itself.
        mark: a key of `MARKS`; "" for the first plan.
    """

    value: float
    told: Sentence
    difference: Sentence
    mark: str


@dataclass(frozen=True)
class MarkedRow:
    """One indicator: its group (a key of `GROUPS`), title, unit, denominator ("" for none), a value for each plan."""

    key: str
    group: str
    title: Sentence
    unit: Sentence
    of: Sentence
    values: tuple[MarkedValue, ...]


@dataclass(frozen=True)
class Marked:
    """A comparison with marks: titles of the plans in their order, rows by group, and what to know before reading."""

    plans: tuple[Sentence, ...]
    rows: tuple[MarkedRow, ...]
    notes: tuple[Sentence, ...]


def marked(comparison: Comparison) -> Marked:
    """Mark every difference from the first plan; rows stand by group, within it as in the comparison."""
    heads = [head_of(plan) for plan in comparison.plans]
    rows = [_row(row, heads, comparison.notes) for row in comparison.table.to_dict("records")]
    order = list(GROUPS)
    return Marked(
        tuple(title_of(plan) for plan in comparison.plans),
        tuple(sorted(rows, key=lambda row: order.index(row.group))),
        tuple(both(text(note, "en"), text(note, "zh")) for note in comparison.notes),
    )


def group_of(key: str) -> str:
    """The group of an indicator, a key of `GROUPS`."""
    own, unit = key.removeprefix(NETWORK), MEASURES[key].unit
    if unit.startswith("yuan"):
        return "money"
    if own.startswith(_FAIRNESS) or own.endswith("_gini"):
        return "fairness"
    if own.startswith(_SUPPLY):
        return "supply"
    return "time" if unit == "min" else "people"


def _row(row: dict[Any, Any], heads: list[Head], notes: tuple[str, ...]) -> MarkedRow:
    unit, of, first = str(row["unit"]), str(row["of"]), heads[0]
    values = [MarkedValue(row[first.name], told(row[first.name], unit), both("", ""), "")]
    for head in heads[1:]:
        difference = row[f"{head.name} − {first.name}"]
        mark = _mark(str(row["key"]), first, head, notes)
        values.append(
            MarkedValue(row[head.name], told(row[head.name], unit), told(difference, unit, signed=True), mark)
        )
    return MarkedRow(
        key=str(row["key"]),
        group=group_of(str(row["key"])),
        title=both(row["en"], row["zh"]),
        unit=both(text(f"unit_{unit}", "en"), text(f"unit_{unit}", "zh")),
        of=both(text(f"of_{of}", "en"), text(f"of_{of}", "zh")) if of else both("", ""),
        values=tuple(values),
    )


def _mark(key: str, first: Head, head: Head, notes: tuple[str, ...]) -> str:
    measure, difference = MEASURES[key], head.values[key] - first.values[key]
    if math.isnan(difference):
        return "unknown"
    if _on_other_terms(key, notes):
        return "other_terms"
    if abs(difference) < _half_a_digit(measure.unit):
        return "same"
    if not measure.better:
        return "changed"
    if not is_decided(first, head, key):
        return "within_gap"
    return "better" if difference * measure.better > 0 else "worse"


def _on_other_terms(key: str, notes: tuple[str, ...]) -> bool:
    """Near means other minutes, or the persons are others: then a count does not tell which plan is better."""
    is_share_of_people = MEASURES[key].unit == "persons" and MEASURES[key].of in ("persons_total", "network_need")
    return ("different_minutes" in notes and key in _BY_MINUTES) or ("different_people" in notes and is_share_of_people)


def _half_a_digit(unit: str) -> float:
    """Half of the last digit that is shown."""
    return 0.0005 if unit == "share" else 0.5 / 10 ** DECIMALS.get(unit, 0)

"""Plans side by side as plain values: the list to choose from, headline, numbers with marks, what to know beside."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from geodata.errors import in_language
from planning.compare import Comparison, compare, shown
from planning.comparing.apart import distinct, told_apart
from planning.comparing.gaps import MEASURES
from planning.comparing.marks import GROUPS, MARKS, MarkedRow, MarkedValue, marked
from planning.editor.differences import differences
from planning.network.summary import network_lines
from planning.notes import cautions, conditions
from planning.plan import Plan
from planning.screens.tables import Cell, Column, Mark, Table, Value
from planning.study_area import StudyArea
from planning.texts import TEXTS, gap_sentence, people_note, text
from planning.work.asks import plan_title

if TYPE_CHECKING:
    from planning.store.plans import PlanHead

SIGNS: Final[Mapping[str, Mark]] = {
    "better": "better", "worse": "worse", "same": "same", "within_gap": "unsure",
}  # fmt: skip
"""Mark of a difference → sign in a table; the other marks have none."""
HEADLINE: Final = ("share_near", "persons_served", "mean_travel_time_min", "worst_county_mean_min")
FEW: Final = 3
"""Plans up to which a table has the differences in columns of their own."""
NAMES: Final = ("name", "title_zh", "title_en", "description_zh", "description_en")
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SHORT: Final = 16
"""How much of a title stands under the letter of a column, in widths of a Latin letter."""


def side_by_side(plans: Mapping[str, Plan], area: StudyArea) -> Comparison:
    """The comparison of plans by their ids, the first one the baseline.

    Raises:
        PlanningError: for fewer than two plans, or plans of different study areas.
    """
    return compare(told_apart(plans), area)


def list_titles(heads: Sequence[PlanHead], language: str) -> dict[str, str]:
    """Id → title with the time of the run, the newest first."""
    return {h.id: f"{plan_title(h, language)} · {h.made_at.astimezone():%m-%d %H:%M}" for h in heads}


def choice_table(heads: Sequence[PlanHead], shown_keys: Sequence[str], language: str) -> Table:
    """The plans of a project, the newest first: scenario, when, by whom, how good, a few numbers."""
    rows: list[dict[str, Value]] = []
    for head in heads:
        role = "compare_base" if shown_keys[:1] == (head.id,) else ""
        rows.append(
            {
                "title": plan_title(head, language),
                "role": text(role, language) if role else "",
                "near": shown(head.indicators["share_near"], "share"),
                "minutes": shown(head.indicators["mean_travel_time_min"], "min"),
                "sites": shown(head.indicators["sites"], "sites"),
                "cost": _scaled(head.indicators["cost_yuan"], "yuan", language)[0],
                "status": text(head.status, language) if head.status in TEXTS else head.status,
                "when": head.made_at.astimezone().strftime("%Y-%m-%d %H:%M"),
                "who": head.made_by,
            }
        )
    end = ("near", "minutes", "sites", "cost")
    units = {"minutes": text("unit_min", language), "cost": text("compare_unit_yuan", language)}
    columns = tuple(
        Column(key, text(f"compare_col_{key}", language), units.get(key, ""), "end" if key in end else "start")
        for key in ("title", "role", "near", "minutes", "sites", "cost", "status", "when", "who")
    )
    return Table(text("compare_list", language), columns, tuple(rows), row_ids=tuple(h.id for h in heads))


# --- headline ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Headline:
    """Two lines: what stands beside what, and what that changes."""

    first: str
    second: str


def headline(comparison: Comparison, language: str) -> Headline:
    """The two lines to look at first: of two plans what changes, of more which is ahead in what."""
    plans, rows = comparison.plans, {row.key: row for row in marked(comparison).rows}
    base = plans[0].scenario.title(language)
    if len(plans) == 2:
        first = text("compare_two", language).format(plans[1].scenario.title(language), base)
        changed = [key for key in HEADLINE if key in rows and rows[key].values[1].mark != "same"]
        parts = [_short(rows[key], rows[key].values[1], language) for key in changed]
        return Headline(first, text("and", language).join(parts) or text("compare_alike", language))
    first = text("compare_many", language).format(len(plans) - 1, base)
    return Headline(first, text("and", language).join(_leaders(comparison, rows, language)))


def _short(row: MarkedRow, value: MarkedValue, language: str) -> str:
    difference = in_language(value.difference, language)
    unsure = f"（{text('compare_unsure', language)}）" if language == "zh" else f" ({text('compare_unsure', language)})"
    return f"{in_language(row.title, language)} {difference}{unsure if value.mark == 'within_gap' else ''}"


def _leaders(comparison: Comparison, rows: Mapping[str, MarkedRow], language: str) -> list[str]:
    """Of each headline the plan with the best value, and the value."""
    parts = []
    for key in HEADLINE[:3]:
        values = [v.value for v in rows[key].values]
        known = [v for v in values if v == v]
        if not known or max(known) == min(known):
            continue
        best = max(known) if MEASURES[key].better > 0 else min(known)
        at = values.index(best)
        names = (in_language(rows[key].title, language), comparison.plans[at].scenario.title(language))
        parts.append(text("compare_leader", language).format(*names, in_language(rows[key].values[at].told, language)))
    return parts


# --- numbers ----------------------------------------------------------------------------------------------


def number_tables(comparison: Comparison, language: str) -> tuple[Table, ...]:
    """A table for each group of indicators: the baseline first, then the others with what they change."""
    found = marked(comparison)
    titles = [in_language(title, language) for title in found.plans]
    columns = _number_columns(titles, language)
    make = _row_of_few if len(titles) <= FEW else _row_of_many
    tables = []
    for group, name in GROUPS.items():
        rows = [row for row in found.rows if row.group == group]
        if rows:
            body = tuple(_head(row, language) | make(row, language) for row in rows)
            tables.append(Table(in_language(name, language), columns, body))
    return tuple(tables)


def lettered(titles: Sequence[str]) -> str:
    """Which letter stands for which plan where there are many, as one line."""
    return " · ".join(f"{letter} {title}" for letter, title in zip(LETTERS, titles, strict=False))


def _number_columns(titles: Sequence[str], language: str) -> tuple[Column, ...]:
    """The plans by their titles, by letters where there are many."""
    base, columns = text("compare_base", language), [Column("name", text("indicator", language))]
    for i, title in enumerate(titles):
        if len(titles) > FEW:
            columns.append(Column(f"v{i}", LETTERS[i], _cut(title) if i else base, "end"))
            continue
        columns.append(Column(f"v{i}", title, "" if i else base, "end"))
        if i:
            columns.append(Column(f"d{i}", text("compare_change", language), title, "end"))
    return (*columns, Column("of", text("denominator", language)))


def _cut(title: str) -> str:
    """The beginning of a title; a Chinese character is as wide as two others."""
    wide = 0
    for i, letter in enumerate(title):
        wide += 2 if letter >= "\u2e80" else 1
        if wide > SHORT:
            return title[:i].rstrip() + "…"
    return title


def _head(row: MarkedRow, language: str) -> dict[str, Value]:
    unit, name = MEASURES[row.key].unit, in_language(row.title, language)
    own = {"share": "", "yuan": "compare_unit_yuan", "yuan/year": "compare_unit_yuan_year"}
    key = own.get(unit)
    shown_unit = in_language(row.unit, language) if key is None else text(key, language) if key else ""
    if shown_unit:
        name += f"（{shown_unit}）" if language == "zh" else f" ({shown_unit})"
    return {"name": name, "of": in_language(row.of, language)}


def _row_of_few(row: MarkedRow, language: str) -> dict[str, Value]:
    unit = MEASURES[row.key].unit
    cells: dict[str, Value] = {"v0": _value(row.values[0].value, unit, language)}
    for i, value in enumerate(row.values[1:], 1):
        cells[f"v{i}"] = _value(value.value, unit, language)
        cells[f"d{i}"] = Cell(_difference(row, value, language), SIGNS.get(value.mark, ""))
    return cells


def _row_of_many(row: MarkedRow, language: str) -> dict[str, Value]:
    """Each plan in one column: its value, and what it changes where it changes anything."""
    unit = MEASURES[row.key].unit
    cells: dict[str, Value] = {"v0": _value(row.values[0].value, unit, language)}
    for i, value in enumerate(row.values[1:], 1):
        words = _value(value.value, unit, language)
        if value.mark not in ("same", "unknown"):
            words += f" ({_difference(row, value, language, short=True)})"
        cells[f"v{i}"] = Cell(words, SIGNS.get(value.mark, ""))
    return cells


def _value(value: float, unit: str, language: str) -> str:
    return _scaled(value, unit, language)[0].replace("-", "−")


def _difference(row: MarkedRow, value: MarkedValue, language: str, *, short: bool = False) -> str:
    """The difference from the first plan without its unit, but for shares: those are percentage points."""
    unit, first = MEASURES[row.key].unit, row.values[0].value
    if value.mark == "other_terms":
        return in_language(MARKS["other_terms"], language)
    if unit == "share":
        points = shown((value.value - first) * 100, "points", signed=True).replace("-", "−")
        return points if short else f"{points} {text('compare_points', language)}"
    words = _scaled(value.value - first, unit, language, signed=True)[0].replace("-", "−")
    return words if words.strip("+−0.,") else words.lstrip("+−")


def _scaled(value: float, unit: str, language: str, *, signed: bool = False) -> tuple[str, str]:
    """A number as it stands in a table: yuan in units of 10,000 in Chinese, of a million in English."""
    if unit not in ("yuan", "yuan/year") or not math.isfinite(value):
        return shown(value, unit, signed=signed), unit
    size, digits = (1e4, 0) if language == "zh" else (1e6, 2)
    sign = "+" if signed and value else ""
    return f"{value / size:{sign},.{digits}f}", unit


# --- what to know beside the numbers ----------------------------------------------------------------------


def warnings(comparison: Comparison, language: str) -> list[str]:
    """What must be known before any number is compared."""
    return [text(note, language) for note in comparison.notes]


def sentences(comparison: Comparison, area: StudyArea, language: str) -> list[tuple[str, tuple[str, ...]]]:
    """For each plan its title and what is to be known of it, a line each."""
    return [sentences_of_one(plan, area, language) for plan in comparison.plans]


def sentences_of_one(plan: Plan, area: StudyArea, language: str) -> tuple[str, tuple[str, ...]]:
    """A plan's title; how good it is known to be, its conditions, cautions, where people come from."""
    solver = plan.solver
    if plan.network is not None:
        lines = network_lines(plan.network, language, area.data.counties)
    else:
        lines = [gap_sentence(str(solver["model"]), str(solver["status"]), solver["gap"], language)]
    lines += [conditions(plan.scenario, language, area), *cautions(plan, language)]
    lines.append(people_note(plan.demand_source, plan.cut_off, language))
    return plan.scenario.title(language), tuple(line for line in lines if line)


def scenario_differences(
    plans: Mapping[str, Plan], area: StudyArea, language: str
) -> list[tuple[str, tuple[str, ...]]]:
    """For each plan beside the first its title, and what its scenario sets otherwise, a line each; not its names."""
    first, *others = plans.values()
    names = {key: getattr(first.scenario, key) for key in NAMES}
    titles = distinct([p.scenario.title(language) for p in plans.values()])[1:]
    return [
        (title, differences(first.scenario, other.scenario.model_copy(update=names), area, language))
        for title, other in zip(titles, others, strict=True)
    ]

"""Plans side by side: a table of indicators with differences from the first plan."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from geodata.errors import both
from planning.faults import PlanningError
from planning.folder import check_target
from planning.maps import difference_map
from planning.network.side_by_side import network_rows
from planning.network.summary import network_lines
from planning.notes import cautions, conditions
from planning.plan import INDICATORS, Indicator, Plan, indicator_title
from planning.question import demand_factors, in_force
from planning.study_area import StudyArea, embedded
from planning.tabular import CSV_ENCODING, csv_text, write_csv
from planning.texts import LANGUAGES, gap_sentence, people_note, text

DECIMALS: Final = {"min": 1, "points": 1, "index": 3, "units a person": 2}
"""Digits after the point that people read, by unit; none for all others."""


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two or more plans; differences are measured from the first.

    Attributes:
        table: a row for each indicator: `key`, `zh`, `en`, `unit`, `of`, then a column for each plan and, from
            the second on, `<plan> − <first>`. Shares are 0-1; a difference of shares is in points of 1.
        notes: what a reader must know before comparing, as text keys.
    """

    plans: tuple[Plan, ...]
    table: pd.DataFrame
    notes: tuple[str, ...]


def compare(plans: Sequence[Plan], area: StudyArea | None = None) -> Comparison:
    """Set plans side by side.

    Args:
        area: the study area of the plans; an embedded one is found by its name.

    Raises:
        PlanningError: for fewer than two plans, two of one name, or plans of different study areas, or of one whose
            data were others then.
    """
    faults = []
    if len(plans) < 2:
        faults.append(
            both(
                f"a comparison needs two plans or more, {len(plans)} given",
                f"比较至少需要两个方案，现在只有 {len(plans)} 个；请再给出一个方案文件夹",
            )
        )
    names = [p.name for p in plans]
    faults += [
        both(f"two plans are named '{n}'; rename one", f"有两个方案都叫“{n}”；请改其中一个的名称")
        for n in sorted({n for n in names if names.count(n) > 1})
    ]
    areas = sorted({p.study_area for p in plans})
    if len(areas) > 1:
        faults.append(
            both(
                f"the plans are of different study areas: {', '.join(areas)}",
                f"方案属于不同的研究区：{'、'.join(areas)}；请只比较同一研究区的方案",
            )
        )
    elif len({p.baseline_digest for p in plans}) > 1:
        faults.append(
            both(
                "the plans were made on different data of one study area; run the older scenarios again",
                "这些方案所依据的研究区数据不同；请重新运行较早的情景后再比较",
            )
        )
    if faults:
        raise PlanningError(faults)
    rows = [*(_row(indicator, plans) for indicator in INDICATORS), *network_rows(plans)]
    minutes = {p.scenario.objective.minutes for p in plans}
    people = {p.indicators["persons_total"] for p in plans}
    given = {_conditions_of(p, area or embedded(p.study_area)) for p in plans}
    notes = {
        "different_minutes": len(minutes) > 1,
        "different_people": len(people) > 1,
        "different_conditions": len(given) > 1,
    }
    return Comparison(tuple(plans), pd.DataFrame(rows), tuple(note for note, holds in notes.items() if holds))


def _conditions_of(plan: Plan, area: StudyArea) -> tuple[object, ...]:
    """What a plan starts from besides the study area: equal for plans whose numbers differ by their sites only."""
    scenario = plan.scenario
    closed = frozenset(in_force(scenario, area))
    given = (
        scenario.season,
        scenario.profile,
        closed,
        demand_factors(scenario),
        scenario.demand_base,
        plan.assumptions,
    )
    return (*given, *sorted(plan.layer_digests.items()))


def _row(indicator: Indicator, plans: Sequence[Plan]) -> dict[str, object]:
    values = {p.name: p.indicators[indicator.key] for p in plans}
    first = plans[0].name
    differences = {f"{p.name} − {first}": values[p.name] - values[first] for p in plans[1:]}
    titles = {
        language: indicator_title(indicator, {p.demand_source for p in plans}, language) for language in LANGUAGES
    }
    head = {"key": indicator.key, **titles, "unit": indicator.unit, "of": indicator.of}
    return {**head, **values, **differences}


def shown(value: float, unit: str, *, signed: bool = False) -> str:
    """A number as people read it: shares as per cent, differences of shares as points."""
    sign = "+" if signed and value else ""
    if value != value:
        return "—"
    if unit == "share":
        return f"{value * 100:{sign}.1f}" + (" pt" if signed else "%")
    if unit in DECIMALS:
        return f"{value:{sign}.{DECIMALS[unit]}f}"
    return f"{value:{sign},.0f}"


def printed(comparison: Comparison, language: str) -> str:
    """The comparison for a terminal; columns line up where Chinese characters are two cells wide."""
    plans = comparison.plans
    titles = [p.scenario.title(language) for p in plans]
    lines = [[text("indicator", language), text("unit", language), *titles]]
    for row in comparison.table.to_dict("records"):
        lines.append(
            [row[language], text(f"unit_{row['unit']}", language), *(shown(row[p.name], row["unit"]) for p in plans)]
        )
    quality = [gap_sentence(p.solver["model"], p.solver["status"], p.solver["gap"], language) for p in plans]
    lines.append([text("status", language), "", *quality])
    widths = [max(_width(line[i]) for line in lines) for i in range(len(lines[0]))]
    rows = ["  ".join(cell + " " * (w - _width(cell)) for cell, w in zip(line, widths, strict=True)) for line in lines]
    notes = [text(note, language) for note in comparison.notes]
    notes += [f"{p.scenario.title(language)}: {caution}" for p in plans for caution in cautions(p, language)]
    people = dict.fromkeys(people_note(p.demand_source, p.cut_off, language) for p in plans)
    return "\n".join([*(row.rstrip() for row in rows), *notes, *people])


def summary(plan: Plan, language: str, area: StudyArea | None = None) -> str:
    """One plan as lines of text for a terminal.

    Args:
        area: the study area of the plan; an embedded one is found by its name.
    """
    quality = gap_sentence(plan.solver["model"], plan.solver["status"], plan.solver["gap"], language)
    rows = []
    for i in INDICATORS:
        unit = "" if i.unit == "share" else " " + text(f"unit_{i.unit}", language)
        title = indicator_title(i, {plan.demand_source}, language)
        rows.append(f"{title}: {shown(plan.indicators[i.key], i.unit)}{unit}")
    people = people_note(plan.demand_source, plan.cut_off, language)
    beside = [conditions(plan.scenario, language, area), *cautions(plan, language), people]
    if plan.network is not None:
        counties = (area or embedded(plan.study_area)).data.counties
        beside[0] = text("network_map", language).format(beside[0])
        return "\n".join([plan.scenario.title(language), *network_lines(plan.network, language, counties), *beside])
    return "\n".join([plan.scenario.title(language), *rows, quality, *beside])


def comparison_csv(comparison: Comparison) -> bytes:
    """The table as the bytes of a CSV file that Chinese Excel opens."""
    return csv_text(comparison.table).encode(CSV_ENCODING)


def _width(cell: str) -> int:
    return sum(2 if "\u2e80" <= c <= "\uffef" and c != "−" else 1 for c in cell)


def write_comparison(comparison: Comparison, folder: Path, area: StudyArea, language: str = "zh") -> list[Path]:
    """`compare.csv` and a difference map for each plan against the first; gives the files written.

    Raises:
        PlanningError: when the folder is a file.
    """
    if folder.is_file():
        check_target(folder)
    pages = {
        f"difference_{p.name}.html": difference_map(comparison.plans[0], p, area, language)
        for p in comparison.plans[1:]
    }
    folder.mkdir(parents=True, exist_ok=True)
    write_csv(comparison.table, folder / "compare.csv")
    for name, page in pages.items():
        (folder / name).write_text(page, encoding="utf-8", newline="\n")
    return [folder / "compare.csv", *(folder / name for name in pages)]

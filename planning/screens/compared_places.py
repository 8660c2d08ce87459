"""Two plans by place and by person: counties that gain and lose, who changes time band or group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import pandas as pd

from geodata.errors import in_language
from planning.compare import Comparison, shown
from planning.comparing.charts import Bar, Words, bars_svg
from planning.comparing.counties import by_county, winners_losers
from planning.comparing.groups import band_moves, changes_told, group_moves, largest_moves
from planning.comparing.network_counties import network_counties
from planning.comparing.words import told
from planning.plan import Plan
from planning.screens.compared import SIGNS
from planning.screens.edited_plan import places
from planning.screens.tables import Cell, Column, Table, Value
from planning.study_area import StudyArea
from planning.texts import text

MOST_BARS = 24


@dataclass(frozen=True)
class Counties:
    """Winners and losers: a sentence, a picture, a table of all counties."""

    told: str
    picture: str
    alt: str
    table: Table


def counties(comparison: Comparison, area: StudyArea, plan: str, language: str) -> Counties:
    """The counties under one plan against the first one, those that gain most first.

    Raises:
        PlanningError: where the comparison has no such plan beside the first.
    """
    found = winners_losers(comparison, area, plan)
    rows = by_county(comparison, area)
    rows = rows[rows["plan"] == plan].sort_values(["served_more", "county_code"], ascending=[False, True])
    sentence = whole(in_language(found.told, language), language)
    title = text("compare_tab_counties", language)
    picture = bars_svg(_bars(found.table, language), Words(title, sentence)) if len(found.table) else ""
    return Counties(sentence, picture, f"{title}{_colon(language)}{sentence}", _county_table(rows, language))


def sites(plan: Plan, area: StudyArea, language: str) -> dict[str, Table]:
    """New sites of a plan, existing ones, and those that it left, each a table; what its scenario says of them."""
    wish = Column("wish", text("compare_wish", language))
    made = places(plan, plan.scenario, area, language)
    return {
        name: replace(one, columns=tuple(wish if column.key == "wish" else column for column in one.columns))
        for name, one in made.items()
    }


def whole(words: str, language: str) -> str:
    """Words as a sentence that stands alone."""
    return words[:1].upper() + words[1:] + ("。" if language == "zh" else ".")


def _colon(language: str) -> str:
    return "：" if language == "zh" else ": "


def _bars(rows: pd.DataFrame, language: str) -> list[Bar]:
    """Counties as bars, at most so many: those with the largest differences, in the order of the table."""
    most = rows.reindex(rows["served_more"].abs().sort_values(ascending=False, kind="stable").index[:MOST_BARS])
    most = most.sort_values(["served_more", "county_code"], ascending=[False, True])
    return [
        Bar(
            str(row[f"name_{language}"]),
            float(row["served_more"]),
            in_language(told(float(row["served_more"]), "persons", signed=True), language),
            row["mark"] == "within_gap",
        )
        for row in most.to_dict("records")
    ]


def _county_table(rows: pd.DataFrame, language: str) -> Table:
    columns = (
        Column("name", text("county", language)),
        Column("persons", text("persons", language), "", "end"),
        Column("served", text("compare_served", language), text("unit_persons", language), "end"),
        Column("more", text("compare_change", language), text("unit_persons", language), "end"),
        Column("share", text("compare_share_served", language), "", "end"),
        Column("minutes", text("compare_col_minutes", language), text("unit_min", language), "end"),
        Column("minutes_more", text("compare_change", language), text("unit_min", language), "end"),
        Column("better", text("compare_nearer", language), text("unit_persons", language), "end"),
        Column("worse", text("compare_farther", language), text("unit_persons", language), "end"),
        Column("sites", text("compare_col_sites", language), "", "end"),
    )
    body = tuple(_county(row, language) for row in rows.to_dict("records"))
    return Table(text("compare_counties", language), columns, body)


def _county(row: dict[str, object], language: str) -> dict[str, Value]:
    number = {key: float(str(value)) for key, value in row.items() if isinstance(value, int | float)}
    return {
        "name": str(row[f"name_{language}"]),
        "persons": shown(number["persons"], "persons"),
        "served": shown(number["persons_served"], "persons"),
        "more": Cell(_signed(number["served_more"], "persons"), SIGNS.get(str(row["mark"]), "")),
        "share": shown(number["share_served"], "share"),
        "minutes": shown(number["mean_travel_time_min"], "min"),
        "minutes_more": _signed(number["minutes_more"], "min"),
        "better": shown(number["persons_better"], "persons"),
        "worse": shown(number["persons_worse"], "persons"),
        "sites": shown(number["sites"], "sites"),
    }


def _signed(value: float, unit: str) -> str:
    words = shown(value, unit, signed=True).replace("-", "−")
    return words if words.strip("+−0.,") else words.lstrip("+−")


def county_network_table(comparison: Comparison, area: StudyArea, plan: str, language: str) -> Table:
    """The counties under one network plan against the first one, by its services in the last year.

    Raises:
        PlanningError: where a plan has no network.
    """
    rows = network_counties(comparison, area)
    rows = rows[rows["plan"] == plan].sort_values(["served_more", "county_code"], ascending=[False, True])
    size = 1e4 if language == "zh" else 1e6
    columns = (
        Column("name", text("county", language)),
        Column("persons", text("compare_need", language), text("unit_persons", language), "end"),
        Column("served", text("compare_served", language), text("unit_persons", language), "end"),
        Column("more", text("compare_change", language), text("unit_persons", language), "end"),
        Column("share", text("compare_share_served", language), "", "end"),
        Column("yuan", text("compare_paid", language), text("compare_unit_yuan", language), "end"),
    )
    body: tuple[Mapping[str, Value], ...] = tuple(
        {
            "name": str(row[f"name_{language}"]),
            "persons": int(row["persons"]),
            "served": int(row["persons_served"]),
            "more": Cell(_signed(float(row["served_more"]), "persons"), SIGNS.get(str(row["mark"]), "")),
            "share": shown(float(row["share_served"]), "share"),
            "yuan": f"{float(row['yuan']) / size:,.1f}",
        }
        for row in rows.to_dict("records")
    )
    return Table(text("compare_network_counties", language), columns, body)


@dataclass(frozen=True)
class Moves:
    """Who changes between two plans: a sentence, persons by time band and by group, the largest moves."""

    told: str
    bands: Table
    groups: Table
    largest: Table


def moves(first: Plan, second: Plan, language: str) -> Moves:
    """Persons who change their time band or their group.

    Raises:
        PlanningError: where the plans count different persons.
    """
    return Moves(
        whole(in_language(changes_told(first, second), language), language),
        _square(band_moves(first, second), "compare_bands", language),
        _square(group_moves(first, second), "compare_groups", language, (text("compare_least", language),)),
        _largest(largest_moves(first, second), language),
    )


def _square(moved: pd.DataFrame, caption: str, language: str, notes: tuple[str, ...] = ()) -> Table:
    """Before down, after across; those who stay are on the diagonal."""
    names = [text(_GROUP_WORDS.get(str(key), str(key)), language) for key in moved.index]
    columns = [Column("before", text("compare_before", language))]
    columns += [Column(f"c{i}", name, text("compare_after", language), "end") for i, name in enumerate(names)]
    rows = []
    for i, name in enumerate(names):
        cells: dict[str, Value] = {f"c{j}": int(moved.iloc[i, j]) for j in range(len(names))}
        rows.append({"before": name, **cells})
    return Table(text(caption, language), tuple(columns), tuple(rows), notes)


_GROUP_WORDS = {
    "served": "compare_served", "near_but_full": "compare_full", "too_far": "compare_far", "no_route": "no_route",
}  # fmt: skip


def _largest(rows: pd.DataFrame, language: str) -> Table:
    columns = (
        Column("county", text("county", language)),
        Column("area", text("area", language)),
        Column("persons", text("persons", language), "", "end"),
        Column("changed", text("compare_changed", language), text("unit_persons", language), "end"),
        Column("more", text("compare_served", language), text("compare_change", language), "end"),
    )
    body: tuple[Mapping[str, Value], ...] = tuple(
        {
            "county": str(row[f"county_{language}"]),
            "area": str(row[f"area_{language}"]),
            "persons": int(row["persons"]),
            "changed": int(row["persons_changed"]),
            "more": _signed(float(row["served_more"]), "persons"),
        }
        for row in rows.to_dict("records")
    )
    return Table(text("compare_largest", language), columns, body)

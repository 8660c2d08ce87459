"""Pictures of plans with the tables they are made of: what more would buy, average against worst-off."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from planning.compare import Comparison, shown
from planning.comparing.charts import Dot, Point, Words, dots_svg, line_svg
from planning.comparing.gaps import MEASURES, head_of
from planning.comparing.trade_off import AVERAGE, STANDINGS, WORST_OFF, dots
from planning.record.texts import read_canonical
from planning.screens.tables import Cell, Column, Table, Value
from planning.texts import text


@dataclass(frozen=True)
class Picture:
    """A picture with its words, the table of the same numbers, and sentences.

    Attributes:
        svg: inert; "" where there is nothing to draw.
        alt: what is to be seen, for those who do not see it.
    """

    svg: str
    alt: str
    table: Table
    told: tuple[str, ...] = ()


# --- what more would buy -----------------------------------------------------------------------------------


def curve_picture(kept: bytes, language: str) -> Picture:
    """The curve that a job of kind `curve` kept."""
    found: Mapping[str, Any] = read_canonical(kept)
    is_money = found["along"] == "yuan"
    size = (1e4 if language == "zh" else 1e6) if is_money else 1.0
    name = found["name"][0 if language == "zh" else 1]
    unit = _unit(found["unit"], language)
    times = 100.0 if found["unit"] == "share" else 1.0
    across = _across(is_money, language)
    up = _with_unit(name, unit, language)
    points = [Point(p["at"] / size, p["value"] * times, p["low"] * times, p["high"] * times) for p in found["points"]]
    about = text("compare_curve_about", language).format(across, name)
    svg = line_svg(points, Words(text("compare_tab_curve", language), about, across, up))
    told = tuple(pair[0 if language == "zh" else 1] for pair in found["told"])
    return Picture(svg, about, _curve_table(found, size, times, language), told)


def _with_unit(name: str, unit: str, language: str) -> str:
    return f"{name}（{unit}）" if language == "zh" else f"{name} ({unit})"


def _across(is_money: bool, language: str) -> str:
    if not is_money:
        return text("compare_limit_sites", language)
    return text("compare_limit_yuan", language).format(text("compare_unit_yuan", language))


def _unit(unit: str, language: str) -> str:
    key = "compare_unit_" + unit.replace(" ", "_").replace("-", "_").replace("/", "_")
    return text(key, language)


def _curve_table(found: Mapping[str, Any], size: float, times: float, language: str) -> Table:
    is_money = found["along"] == "yuan"
    name, unit = found["name"][0 if language == "zh" else 1], _unit(found["unit"], language)
    columns = [
        Column("at", _across(is_money, language), "", "end"),
        Column("value", name, unit, "end"),
        Column("between", text("compare_best_between", language), unit, "end"),
        Column("served", text("compare_served", language), text("unit_persons", language), "end"),
    ]
    if any(math.isfinite(p["mean_min"]) for p in found["points"]):
        columns += [
            Column("minutes", text("compare_col_minutes", language), text("unit_min", language), "end"),
            Column("sites", text("compare_col_sites", language), "", "end"),
            Column("cost", text("compare_col_cost", language), text("compare_unit_yuan", language), "end"),
        ]
    body = tuple(_curve_row(point, found, size, times, language) for point in found["points"])
    return Table(text("compare_tab_curve", language), tuple(columns), body)


def _curve_row(
    point: Mapping[str, Any], found: Mapping[str, Any], size: float, times: float, language: str
) -> dict[str, Value]:
    here = math.isclose(point["at"], found["here"])
    money = 1e4 if language == "zh" else 1e6
    digits = 2 if found["along"] == "yuan" and language == "en" else 0
    at = f"{point['at'] / size:,.{digits}f}"
    return {
        "at": f"{at} {text('compare_here', language)}" if here else at,
        "value": _digits(point["value"] * times, found["unit"]),
        "between": _between(point, times, found["unit"], language),
        "served": shown(point["persons_served"], "persons"),
        "minutes": shown(point["mean_min"], "min"),
        "sites": shown(float(point["sites"]), "sites"),
        "cost": f"{point['yuan'] / money:,.{0 if language == 'zh' else 2}f}",
    }


def _between(point: Mapping[str, Any], times: float, unit: str, language: str) -> str:
    low, high = (point[key] * times for key in ("low", "high"))
    if math.isnan(low):
        return "—"
    if low == high:
        return text("compare_proven", language)
    return f"{_digits(low, unit)} – {_digits(high, unit)}"


def _digits(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return "—"
    return f"{value:,.2f}" if unit in ("min", "share") else f"{value:,.0f}"


# --- average against worst-off -----------------------------------------------------------------------------


def plans_picture(comparison: Comparison, language: str) -> Picture:
    """The plans as points of mean minutes and the mean of the worst county."""
    found = dots([head_of(plan) for plan in comparison.plans])
    rows = found.to_dict("records")
    points = [Dot(str(r[f"title_{language}"]), float(r["x"]), float(r["y"]), str(r["standing"])) for r in rows]
    about = text("compare_dots_about", language)
    svg = dots_svg(points, _words(language, about))
    body = tuple(
        {
            "title": str(r[f"title_{language}"]),
            "x": shown(float(r["x"]), "min"),
            "y": shown(float(r["y"]), "min"),
            "standing": _standing(str(r["standing"]), language),
        }
        for r in rows
    )
    columns = (Column("title", text("compare_col_title", language)), *_axes(language))
    columns += (Column("standing", text("compare_standing", language)),)
    return Picture(svg, about, Table(text("compare_plans_as_points", language), columns, body))


def _standing(key: str, language: str) -> Value:
    words = STANDINGS[key].zh if language == "zh" else str(STANDINGS[key])
    return Cell(words, "unsure") if key == "within_gap" else words


def _words(language: str, about: str) -> Words:
    axes = [_with_unit(_title(key, language), text("unit_min", language), language) for key in (AVERAGE, WORST_OFF)]
    return Words(text("compare_tab_trade_off", language), about, *axes)


def _title(key: str, language: str) -> str:
    return MEASURES[key].zh if language == "zh" else MEASURES[key].en


def _axes(language: str) -> tuple[Column, ...]:
    unit = text("unit_min", language)
    return tuple(Column(name, _title(key, language), unit, "end") for name, key in (("x", AVERAGE), ("y", WORST_OFF)))


def degrees_picture(kept: bytes, language: str) -> Picture:
    """The degrees of care for those who travel longest that a job of kind `trade_off` kept."""
    degrees: Sequence[Mapping[str, Any]] = read_canonical(kept)
    points = [Dot(f"{d['aversion']:g}", d["values"][AVERAGE], d["values"][WORST_OFF], _as_dot(d)) for d in degrees]
    about = text("compare_degrees_about", language)
    columns = (
        Column("aversion", text("compare_aversion", language), "", "end"),
        *_axes(language),
        Column("near", text("compare_col_near", language), "", "end"),
        Column("served", text("compare_served", language), text("unit_persons", language), "end"),
        Column("cost", text("compare_col_cost", language), text("compare_unit_yuan", language), "end"),
        Column("gap", text("compare_gap", language), "", "end"),
    )
    body = tuple(_degree(d, language) for d in degrees)
    return Picture(
        dots_svg(points, _words(language, about)), about, Table(text("compare_degrees", language), columns, body)
    )


def _as_dot(degree: Mapping[str, Any]) -> str:
    return "unbeaten" if degree["gap"] == 0 else "within_gap"


def _degree(degree: Mapping[str, Any], language: str) -> dict[str, Value]:
    values, gap = degree["values"], degree["gap"]
    money, digits = (1e4, 0) if language == "zh" else (1e6, 2)
    told = text("compare_unknown", language) if not math.isfinite(gap) else f"≤ {math.ceil(gap * 1000) / 10:.1f}%"
    return {
        "aversion": f"{degree['aversion']:g}",
        "x": f"{values[AVERAGE]:,.2f}",
        "y": f"{values[WORST_OFF]:,.2f}",
        "near": shown(values["share_near"], "share"),
        "served": shown(values["persons_served"], "persons"),
        "cost": f"{values['cost_yuan'] / money:,.{digits}f}",
        "gap": text("compare_proven", language) if gap == 0 else told,
    }

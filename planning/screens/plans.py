"""Plans as plain values for a screen: no geometry objects, no tables, only numbers, lists and words."""

import io
import json
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from geodata.travel.rules import season_of
from planning.compare import Comparison, shown
from planning.folder import coverage_table, write_plan
from planning.maps import BAND_COLOURS, road_lines
from planning.plan import BAND_NAMES, INDICATORS, Plan
from planning.scenario import Scenario
from planning.scenario_form import Forbid, Lock
from planning.study_area import StudyArea
from planning.texts import gap_sentence, text


def base_map(area: StudyArea, language: str) -> dict[str, Any]:
    """Counties (GeoJSON), roads (lines of [lon, lat]) and bounds [[south, west], [north, east]], EPSG:4326."""
    counties, _ = area.boundaries(language)
    roads = [np.round(np.asarray(line.coords), 4).tolist() for line in road_lines(area).geometry]
    collection = json.loads(counties[["name", "geometry"]].to_json()) if len(counties) else _no_features()
    cells = area.data.cells  # where people live fills the map; empty corners of counties may reach beyond
    bounds = [[cells["lat"].min(), cells["lon"].min()], [cells["lat"].max(), cells["lon"].max()]]
    return {"counties": collection, "roads": roads, "bounds": [[float(v) for v in corner] for corner in bounds]}


def _no_features() -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": []}


def legend(language: str) -> list[dict[str, Any]]:
    """The time bands with their colours."""
    rows = [{"label": text(n, language), "color": c} for n, c in zip(BAND_NAMES, BAND_COLOURS, strict=True)]
    return [*rows[:-1], {**rows[-1], "hollow": True}]


def pane(plan: Plan, language: str) -> dict[str, Any]:
    """One map of the page: cells by time band, and sites with a line of facts each."""
    cells = plan.cells
    name = "name_zh" if language == "zh" else "name_en"
    sites = [
        {
            "id": r["site_id"],
            "lon": r["lon"],
            "lat": r["lat"],
            "name": r[name],
            "role": r["role"],
            "text": _facts(r, language),
            "small": r["kind"] == "village_point",
        }
        for r in [*plan.options.to_dict("records"), *plan.sites.to_dict("records")]
    ]
    solver = plan.solver
    return {
        "title": plan.scenario.title(language),
        "note": gap_sentence(str(solver["model"]), str(solver["status"]), solver["gap"], language),
        "cells": {k: cells[k].to_numpy() for k in ("lon", "lat", "persons", "band")},
        "sites": sites,
    }


def _facts(site: Mapping[str, Any], language: str) -> str:
    parts = [text(site["host_type"], language)]
    if "load_persons" in site:
        parts.append(f"{text('nearest_persons', language)} {site['nearest_persons']:,}")
        parts.append(f"{text('load', language)} {site['load_persons']:,} / {site['capacity_persons']:,}")
    if site["capital_yuan"]:
        parts.append(f"{text('capital', language)} {site['capital_yuan']:,.0f}")
    return " · ".join(parts)


def indicator_rows(comparison: Comparison, language: str) -> list[dict[str, str]]:
    """The table of indicators as people read it, with the difference of the last plan from the first."""
    first, last = comparison.plans[0], comparison.plans[-1]
    titles = _lettered(first.scenario.title(language), last.scenario.title(language))
    rows = []
    for row in comparison.table.to_dict("records"):
        unit = row["unit"]
        rows.append(
            {
                text("indicator", language): row[language],
                titles[0]: shown(row[first.name], unit),
                titles[1]: shown(row[last.name], unit),
                text("difference", language): shown(row[f"{last.name} − {first.name}"], unit, signed=True),
                text("unit", language): text(f"unit_{unit}", language),
                text("denominator", language): text(f"of_{row['of']}", language) if row["of"] else "",
            }
        )
    return rows


def _lettered(first: str, last: str) -> tuple[str, str]:
    return (f"A {first}", f"B {last}")


def headlines(comparison: Comparison, language: str) -> list[dict[str, Any]]:
    """The few numbers to look at first: label, value of the last plan, signed difference, whether more is better."""
    first, last = comparison.plans[0], comparison.plans[-1]
    rows = {r["key"]: r for r in comparison.table.to_dict("records")}
    better = {i.key: i.better for i in INDICATORS}
    keys = ("share_near", "persons_served", "persons_near_but_full", "mean_travel_time_min", "worst_county_mean_min")
    out = []
    for key in (*keys, "cost_yuan"):
        row = rows[key]
        value, difference = row[last.name], row[f"{last.name} − {first.name}"]
        label = f"{row[language]} ({last.scenario.objective.minutes:g})" if key == "share_near" else row[language]
        out.append(
            {
                "label": label,
                "value": _headline(value, row["unit"], language),
                "difference": _headline(difference, row["unit"], language, signed=True) if difference else "",
                "more_is_better": better[key] > 0,
            }
        )
    return out


def _headline(value: float, unit: str, language: str, *, signed: bool = False) -> str:
    """A number with its unit, short enough for a headline."""
    if unit == "yuan":
        millions = value / (10_000 if language == "zh" else 1_000_000)
        return ("+" if signed and value > 0 else "") + text("ten_thousand_yuan", language).format(millions)
    word = "" if unit == "share" else f" {text(f'unit_{unit}', language)}"
    return shown(value, unit, signed=signed) + ("" if unit == "persons" else word)


def site_rows(plan: Plan, language: str) -> list[dict[str, Any]]:
    """The new sites as a list for the page."""
    name = "name_zh" if language == "zh" else "name_en"
    new = plan.sites[plan.sites["role"] != "existing"].sort_values("nearest_persons", ascending=False)
    return [
        {
            text("site_id", language): r["site_id"],
            text("name", language): r[name],
            text("host", language): text(r["host_type"], language),
            text("role", language): text(r["role"], language),
            text("nearest_persons", language): int(r["nearest_persons"]),
            text("load", language): int(r["load_persons"]),
            text("capacity", language): int(r["capacity_persons"]),
            text("capital", language): int(r["capital_yuan"]),
        }
        for r in new.to_dict("records")
    ]


def worst_rows(plan: Plan, language: str, count: int = 20) -> list[dict[str, Any]]:
    """The demand areas left worst: most persons too far or without route, then the longest mean time."""
    table = coverage_table(plan)
    table["left"] = table["persons_too_far"] + table["persons_no_route"]
    worst = table.sort_values(["left", "mean_travel_time_min"], ascending=False).head(count)
    zh = language == "zh"
    return [
        {
            text("county", language): r["county_zh" if zh else "county_en"],
            text("area", language): r["area_zh" if zh else "area_en"],
            text("persons", language): r["persons"],
            text("persons_too_far", language): r["persons_too_far"],
            text("no_route", language): r["persons_no_route"],
            text("mean_minutes", language): r["mean_travel_time_min"],
        }
        for r in worst.to_dict("records")
    ]


def without_choices(scenario: Scenario) -> Scenario | None:
    """The same scenario with nothing locked or forbidden; None when it is so already."""
    free = tuple(c for c in scenario.changes if not isinstance(c, Lock | Forbid))
    return None if len(free) == len(scenario.changes) else scenario.model_copy(update={"changes": free})


def price_of_choices(chosen: Plan, free: Plan, language: str) -> str:
    """What locking and forbidding costs, as a sentence: the plan against the one without these choices."""
    keys = ("share_within_60_min", "mean_travel_time_min", "persons_served", "cost_yuan")
    points, minutes, persons, yuan = (chosen.indicators[k] - free.indicators[k] for k in keys)
    numbers = (f"{points * 100:+.2f}", f"{minutes:+.2f}", f"{persons:+,.0f}", f"{yuan:+,.0f}")
    return text("price", language).format(*numbers)


def site_choices(area: StudyArea, language: str) -> dict[str, str]:
    """Candidates a planner may lock or forbid: id → name with county."""
    names = area.data.counties.set_index("county_code")["name_zh" if language == "zh" else "name_en"]
    rows = area.candidates[area.candidates["kind"] == "township_place"]
    rows = rows.sort_values(["county_code", "site_id"])
    own = rows["name_zh" if language == "zh" else "name_en"]
    return {
        site: f"{names.get(county, '')} · {name}"
        for site, county, name in zip(rows["site_id"], rows["county_code"], own, strict=True)
    }


def assumption_rows(plan: Plan, language: str) -> list[dict[str, Any]]:
    """Every assumption of the plan with value, unit, mark and source."""
    return [
        {
            text("indicator", language): getattr(a, language),
            text("value", language): a.value,
            text("unit", language): a.unit,
            text("mark", language): a.mark,
            text("sources", language): a.source,
            text("key", language): a.key,
        }
        for a in plan.assumptions.rows
    ]


def institution_rows(area: StudyArea, language: str) -> list[dict[str, str]]:
    """Every institution of the study area with its mark and source."""
    name = "name_zh" if language == "zh" else "name_en"
    return [
        {
            text("name", language): r[name],
            text("kind", language): text(r["kind"], language),
            text("mark", language): r["mark"],
            text("sources", language): r["source"],
        }
        for r in area.data.facilities.to_dict("records")
    ]


def data_rows(area: StudyArea, language: str) -> list[dict[str, str]]:
    """Every data file with source, licence and caveat."""
    return [
        {
            text("file", language): r["path"],
            text("content", language): r["title"],
            text("sources", language): "; ".join(s["title"] for s in r["sources"]),
            text("licence", language): "; ".join(licence["title"] for licence in r["licenses"]),
            text("caveat", language): r["caveat"],
        }
        for r in area.data.package["resources"]
    ]


def zipped(plan: Plan, area: StudyArea, language: str) -> bytes:
    """The plan folder as one ZIP file."""
    buffer = io.BytesIO()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / plan.name
        write_plan(plan, folder, area, language)
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
            for path in sorted(p for p in folder.rglob("*") if p.is_file()):
                out.write(path, path.relative_to(folder.parent))
    return buffer.getvalue()


def season_in(month: str) -> str:
    """The season of a month written as a number."""
    return season_of(int(month))


def scenario_with(start: Scenario, table: Mapping[str, Any]) -> Scenario:
    """A scenario from a start and what the page's controls say, checked like a file.

    Raises:
        PlanningError: one sentence for every fault.
    """
    merged = {**start.model_dump(mode="json", exclude_none=True), **table}
    merged = {key: value for key, value in merged.items() if value is not None}
    return Scenario.from_table(json.loads(json.dumps(merged)), start.name)

"""Plans as plain values for a screen: no geometry objects, no tables, only numbers, lists and words."""

import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from planning.assumptions import Assumptions
from planning.folder import write_plan
from planning.maps import road_lines
from planning.plan import Plan
from planning.scenario import Scenario
from planning.scenario_form import Forbid, Lock
from planning.study_area import StudyArea
from planning.texts import text


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


def assumption_rows(assumptions: Assumptions, language: str) -> list[dict[str, Any]]:
    """Every assumption with value, unit, mark and source."""
    return [
        {
            text("indicator", language): getattr(a, language),
            text("value", language): a.value,
            text("unit", language): a.unit,
            text("mark", language): a.mark,
            text("sources", language): a.source,
            text("key", language): a.key,
        }
        for a in assumptions.rows
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

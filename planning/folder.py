"""A plan as a folder of files, written whole or not at all, and read back."""

import json
import math
import os
import platform
import shutil
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import points

from optimizers import is_covered
from planning.assumptions import default_assumptions
from planning.faults import PlanningError
from planning.maps import coverage_map
from planning.plan import GROUPS, INDICATORS, Plan, mean
from planning.scenario import Layers, Scenario, SetSpeed
from planning.study_area import StudyArea

FILES: Final = ("plan.json", "sites.csv", "coverage.csv", "sites.gpkg", "map.html", "scenario.toml")
CSV_ENCODING: Final = "utf-8-sig"  # so that Excel shows Chinese
_SITE_COLUMNS: Final = (
    "site_id", "name_zh", "name_en", "role", "kind", "host_type", "county_code", "lon", "lat", "capacity_persons",
    "load_persons", "nearest_persons", "capital_yuan", "running_yuan", "mark",
)  # fmt: skip
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write_plan(plan: Plan, folder: Path, area: StudyArea, language: str = "zh") -> None:
    """Write a plan folder; an earlier plan in the same place is replaced, anything else is left alone.

    Raises:
        PlanningError: when the folder holds something that is not a plan.
    """
    check_target(folder)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".writing-") as work:
        new = Path(work) / "plan"
        new.mkdir()
        _write_files(plan, new, area, language)
        if folder.exists():
            shutil.rmtree(folder)
        os.replace(new, folder)


def check_target(folder: Path) -> None:
    """Refuse a folder that holds other things than a plan.

    Raises:
        PlanningError: naming the folder.
    """
    if folder.is_file():
        raise PlanningError([f"{folder}: is a file; name a folder for the plan"])
    strange = folder.is_dir() and any(folder.iterdir()) and not (folder / "plan.json").is_file()
    if strange:
        raise PlanningError([f"{folder}: holds other files and no plan; name an empty or a new folder"])


def _write_files(plan: Plan, folder: Path, area: StudyArea, language: str) -> None:
    (folder / "plan.json").write_text(plan_json(plan), encoding="utf-8", newline="\n")
    write_csv(plan.sites[list(_SITE_COLUMNS)].assign(demand="modelled"), folder / "sites.csv")
    write_csv(coverage_table(plan), folder / "coverage.csv")
    for name, table in (("sites", plan.sites), ("cells", plan.cells)):
        _layer(table).assign(demand="modelled").to_file(
            folder / "sites.gpkg", layer=name, driver="GPKG", engine="pyogrio"
        )
    (folder / "map.html").write_text(coverage_map(plan, area, language), encoding="utf-8", newline="\n")
    (folder / "scenario.toml").write_text(_with_inputs(plan.scenario, folder).to_toml(), encoding="utf-8", newline="\n")


def _with_inputs(scenario: Scenario, folder: Path) -> Scenario:
    """The scenario with the user's layer files copied beside it, so that the folder runs anywhere."""
    copied: dict[str, str] = {}
    for key, path in scenario.layers:
        if path:
            (folder / "inputs").mkdir(exist_ok=True)
            name = f"inputs/{key}{Path(path).suffix}"
            shutil.copyfile(path, folder / name)
            copied[key] = name
    return scenario.model_copy(update={"layers": Layers(**copied)})


def plan_json(plan: Plan) -> str:
    """The record of a run: what was asked, chosen and found, from which data, with which versions."""
    units = {i.key: {"unit": i.unit, "of": i.of} for i in INDICATORS}
    record = {
        "name": plan.name,
        "study_area": plan.study_area,
        "scenario": plan.scenario.model_dump(mode="json", exclude_none=True),
        "sites": list(plan.proposed),
        "indicators": {k: {"value": _plain(v), **units[k]} for k, v in plan.indicators.items()},
        **{
            k: _plain(plan.solver[k])
            for k in ("model", "status", "objective", "bound", "gap", "unit", "reason", "solver")
        },
        "seconds": round(float(plan.solver["seconds"]), 3),
        "seed": None,  # nothing is drawn at random
        "inputs": {"study_area_sha256": plan.baseline_digest},
        "assumptions": plan.assumptions.records(),
        "sources": list(plan.sources),
        "demand": "modelled",
        "versions": {n: version(n) for n in ("jiujin", "pulp", "highspy", "numpy", "scipy", "geopandas")}
        | {"python": platform.python_version()},
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def _plain(value: Any) -> Any:
    """A number for JSON: no numpy, no nan, no infinity."""
    if isinstance(value, float | np.floating):
        return float(value) if math.isfinite(value) else None
    return int(value) if isinstance(value, np.integer) else value


def coverage_table(plan: Plan) -> pd.DataFrame:
    """A row for each demand area: persons, the four groups, time bands, mean and worst minutes, modelled."""
    rows = []
    for (county, area), cells in plan.cells.groupby(["county_code", "area_id"]):
        persons, minutes = cells["persons"].to_numpy(float), cells["travel_time_min"].to_numpy(float)
        routed = np.isfinite(minutes)
        names = {c: cells[c].iloc[0] for c in ("county_zh", "county_en", "area_zh", "area_en")}
        rows.append(
            {"county_code": county, "area_id": area, **names, "persons": int(persons.sum())}
            | {f"persons_{g}": int(cells[f"persons_{g}"].sum()) for g in GROUPS}
            | {f"persons_within_{b}_min": int(persons[is_covered(minutes, b)].sum()) for b in (30, 60, 120)}
            | {"mean_travel_time_min": round(mean(persons[routed], minutes[routed]), 1) if routed.any() else None}
            | {"longest_travel_time_min": round(float(minutes[routed].max()), 1) if routed.any() else None}
            | {"demand": "modelled"}
        )
    return pd.DataFrame(rows)


def write_csv(table: pd.DataFrame, path: Path) -> None:
    """A CSV file that Chinese Excel opens."""
    path.write_text(csv_text(table), encoding=CSV_ENCODING, newline="\n")


def csv_text(table: pd.DataFrame) -> str:
    """A table as CSV; text that Excel would run as a formula is written as text."""
    safe = table.copy()
    for column in safe.columns[[not pd.api.types.is_numeric_dtype(t) for t in safe.dtypes]]:
        safe[column] = [f"'{v}" if isinstance(v, str) and v.startswith(_FORMULA) else v for v in safe[column]]
    return str(safe.to_csv(index=False, lineterminator="\n"))


def _layer(table: pd.DataFrame) -> gpd.GeoDataFrame:
    flat = table.copy()
    if "travel_time_min" in flat:
        flat["travel_time_min"] = flat["travel_time_min"].replace(np.inf, np.nan)
    return gpd.GeoDataFrame(flat, geometry=points(flat["lon"], flat["lat"]), crs=4326)


def read_plan(folder: Path) -> Plan:
    """Read a plan folder back.

    Raises:
        PlanningError: one sentence for every file that is missing.
    """
    missing = [
        f"{folder / f}: missing; a plan folder is made by `jiujin run`" for f in FILES if not (folder / f).is_file()
    ]
    if missing:
        raise PlanningError(missing)
    record: Mapping[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    scenario = Scenario.from_toml(folder / "scenario.toml")
    layers = {n: gpd.read_file(folder / "sites.gpkg", layer=n, engine="pyogrio") for n in ("sites", "cells")}
    tables = {n: pd.DataFrame(layer.drop(columns=["geometry", "demand"])) for n, layer in layers.items()}
    tables["cells"]["travel_time_min"] = tables["cells"]["travel_time_min"].fillna(np.inf)
    speeds = {c.speed: c.value for c in scenario.of(SetSpeed)}
    return Plan(
        scenario=scenario,
        study_area=record["study_area"],
        baseline_digest=record["inputs"]["study_area_sha256"],
        sites=tables["sites"],
        cells=tables["cells"],
        options=tables["sites"].iloc[:0],
        indicators={k: v["value"] for k, v in record["indicators"].items()},
        solver={
            k: record[k]
            for k in ("model", "status", "objective", "bound", "gap", "unit", "reason", "solver", "seconds")
        },
        assumptions=default_assumptions().changed({**scenario.assumptions, **speeds}),
        sources=tuple(record["sources"]),
    )

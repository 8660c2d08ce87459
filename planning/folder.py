"""A plan as a folder of files, written whole or not at all, and read back."""

import json
import math
import platform
import shutil
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely import points

from geodata.errors import both
from geodata.layers import impersonal_cells
from geodata.study_folder import move_into_place
from optimizers import is_covered
from planning.area_demand import PRECISIONS
from planning.assumptions import default_assumptions
from planning.faults import PlanningError
from planning.maps import coverage_map
from planning.network.files import FOLDER as NETWORK_FOLDER
from planning.network.files import network_record, read_network_plan, table_files, write_network
from planning.plan import BANDS_MIN, GROUPS, INDICATORS, Plan, mean
from planning.scenario import Scenario
from planning.scenario_form import Layers, SetSpeed
from planning.study_area import StudyArea
from planning.tabular import CSV_ENCODING as CSV_ENCODING
from planning.tabular import csv_text as csv_text
from planning.tabular import plain as plain
from planning.tabular import write_csv as write_csv

FILES: Final = ("plan.json", "sites.csv", "coverage.csv", "sites.gpkg", "map.html", "scenario.toml")
_SITE_COLUMNS: Final = (
    "site_id", "name_zh", "name_en", "role", "kind", "host_type", "county_code", "lon", "lat", "capacity_persons",
    "load_persons", "nearest_persons", "capital_yuan", "running_yuan", "mark",
)  # fmt: skip


def write_plan(plan: Plan, folder: Path, area: StudyArea, language: str = "zh") -> None:
    """Write a plan folder; an earlier plan in the same place is replaced, anything else is left alone.

    Raises:
        PlanningError: when the folder holds something that is not a plan, or cannot be written.
    """
    check_target(folder)
    try:
        _replace(plan, folder, area, language)
    except OSError as error:
        why = error.strerror or str(error)
        fault = both(
            f"{folder}: cannot be written ({why}); close the files of the folder and try again",
            f"{folder}：无法写入（{why}）；请关闭该文件夹中打开的文件后重试",
        )
        raise PlanningError([fault]) from error


def _replace(plan: Plan, folder: Path, area: StudyArea, language: str) -> None:
    """Write beside the folder and move into its place; an earlier plan comes back when that fails."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".writing-") as work:
        new, old = Path(work) / "new", Path(work) / "old"
        new.mkdir()
        _write_files(plan, new, area, language)
        move_into_place(new, folder, old)


def check_target(folder: Path) -> None:
    """Refuse a folder that holds anything but a plan, and a path through a file.

    Raises:
        PlanningError: naming the folder and what it holds.
    """
    files = [p for p in (folder, *folder.parents) if p.is_file()]
    if files:
        fault = both(
            f"{files[0]}: is a file; name a folder for the plan",
            f"{files[0]}：这是文件；请为方案指定一个文件夹",
        )
        raise PlanningError([fault])
    strange = _strange(folder) if folder.is_dir() else []
    if strange:
        shown = ", ".join(strange[:3])
        fault = both(
            f"{folder}: holds other files and no plan ({shown}); name an empty or a new folder",
            f"{folder}：里面有不属于方案的文件（{shown}）；请指定空文件夹或新文件夹",
        )
        raise PlanningError([fault])


def _strange(folder: Path) -> list[str]:
    """What lies in a folder and is not part of a plan of ours."""
    found = sorted(p.name for p in folder.iterdir())
    if not found or _is_record(folder / "plan.json"):
        return [name for name in found if name not in (*FILES, "inputs", NETWORK_FOLDER)]
    return found


def _is_record(path: Path) -> bool:
    """Whether a file is the record of a plan, as `plan_json` writes it."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(record, dict) and {"scenario", "indicators", "inputs", "study_area"} <= set(record)


def _write_files(plan: Plan, folder: Path, area: StudyArea, language: str) -> None:
    _copy_inputs(plan.scenario, folder)
    (folder / "plan.json").write_text(plan_json(plan), encoding="utf-8", newline="\n")
    write_csv(plan.sites[list(_SITE_COLUMNS)].assign(demand=plan.demand_source), folder / "sites.csv")
    write_csv(coverage_table(plan), folder / "coverage.csv")
    for name, table in (("sites", plan.sites), ("cells", plan.cells)):
        _layer(table).assign(demand=plan.demand_source).to_file(
            folder / "sites.gpkg", layer=name, driver="GPKG", engine="pyogrio"
        )
    if plan.network is not None:
        write_network(plan.network, folder)
    (folder / "map.html").write_text(coverage_map(plan, area, language), encoding="utf-8", newline="\n")
    (folder / "scenario.toml").write_text(portable(plan.scenario).to_toml(), encoding="utf-8", newline="\n")


def portable(scenario: Scenario) -> Scenario:
    """The scenario with the user's layer files named as they lie in the plan folder."""
    inputs = {key: f"inputs/{key}{_ending(key, Path(path))}" for key, path in scenario.layers if path}
    return scenario.model_copy(update={"layers": Layers(**inputs)})


def _ending(key: str, path: Path) -> str:
    """A file that holds nothing personal stays as it is; the others become tables."""
    return path.suffix if impersonal_cells(path, key) is None else ".csv"


def _copy_inputs(scenario: Scenario, folder: Path) -> None:
    """The user's layers beside the scenario, so that the folder runs anywhere; without what speaks of persons."""
    there = dict(portable(scenario).layers)
    for key, path in scenario.layers:
        if path:
            (folder / "inputs").mkdir(exist_ok=True)
            cells = impersonal_cells(Path(path), key)
            if cells is None:
                shutil.copyfile(path, folder / there[key])
            else:
                write_csv(cells, folder / there[key])


def plan_json(plan: Plan) -> str:
    """The record of a run: what was asked, chosen and found, from which data, with which versions."""
    units = {i.key: {"unit": i.unit, "of": i.of} for i in INDICATORS}
    record = {
        "name": plan.name,
        "study_area": plan.study_area,
        "scenario": portable(plan.scenario).model_dump(mode="json", exclude_none=True),
        "sites": list(plan.proposed),
        "indicators": {k: {"value": plain(v), **units[k]} for k, v in plan.indicators.items()},
        **{
            k: plain(plan.solver[k])
            for k in ("model", "status", "objective", "bound", "gap", "unit", "reason", "solver")
        },
        "seconds": round(float(plan.solver["seconds"]), 3),
        "seed": plan.solver["seed"],
        "inputs": {"study_area_sha256": plan.baseline_digest, "layers_sha256": dict(plan.layer_digests)},
        "assumptions": plan.assumptions.records(),
        "sources": list(plan.sources),
        "demand": plan.demand_source,
        **({} if plan.demand_source == "modelled" else {"cut_off": plan.cut_off, "precision": plan.precision}),
        **({} if plan.network is None else {"network": network_record(plan.network)}),
        "versions": {n: version(n) for n in ("jiujin", "pulp", "highspy", "numpy", "scipy", "geopandas")}
        | {"python": platform.python_version()},
    }
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def coverage_table(plan: Plan) -> pd.DataFrame:
    """A row for each demand area: persons, the four groups, time bands, mean and worst minutes, and their source.

    Persons of a register also by how surely they were located: `persons_point`, `_village`, `_township`, `_county`.
    """
    located = [f"persons_{p}" for p in PRECISIONS if f"persons_{p}" in plan.cells]
    rows = []
    for (county, area), cells in plan.cells.groupby(["county_code", "area_id"]):
        persons, minutes = cells["persons"].to_numpy(float), cells["travel_time_min"].to_numpy(float)
        routed = np.isfinite(minutes)
        names = {c: cells[c].iloc[0] for c in ("county_zh", "county_en", "area_zh", "area_en")}
        rows.append(
            {"county_code": county, "area_id": area, **names, "persons": int(persons.sum())}
            | {f"persons_{g}": int(cells[f"persons_{g}"].sum()) for g in GROUPS}
            | {f"persons_within_{b:.0f}_min": int(persons[is_covered(minutes, b)].sum()) for b in BANDS_MIN}
            | {"mean_travel_time_min": round(mean(persons[routed], minutes[routed]), 1) if routed.any() else None}
            | {"longest_travel_time_min": round(float(minutes[routed].max()), 1) if routed.any() else None}
            | {column: int(cells[column].sum()) for column in located}
            | {"demand": plan.demand_source}
        )
    return pd.DataFrame(rows)


def _layer(table: pd.DataFrame) -> gpd.GeoDataFrame:
    flat = table.copy()
    if "travel_time_min" in flat:
        flat["travel_time_min"] = flat["travel_time_min"].replace(np.inf, np.nan)
    return gpd.GeoDataFrame(flat, geometry=points(flat["lon"], flat["lat"]), crs=4326)


def _record(folder: Path) -> dict[str, Any]:
    """The record of a plan whose files are all there.

    Raises:
        PlanningError: one sentence for every file that is missing, or when there is no record of a plan.
    """
    _all_there([folder / f for f in FILES])
    if not _is_record(folder / "plan.json"):
        fault = both(
            f"{folder / 'plan.json'}: not the record of a plan; run the scenario again",
            f"{folder / 'plan.json'}：不是方案的记录；请重新运行情景",
        )
        raise PlanningError([fault])
    record: dict[str, Any] = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    if "network" in record:
        _all_there(table_files(folder, record["network"].get("compared", ())))
    return record


def _all_there(files: Sequence[Path]) -> None:
    """Refuse a plan folder without one of these files.

    Raises:
        PlanningError: one sentence for every file that is missing.
    """
    missing = [
        both(
            f"{path}: missing; a plan folder is made by `jiujin run`",
            f"{path}：缺少这个文件；方案文件夹由 `jiujin run` 生成",
        )
        for path in files
        if not path.is_file()
    ]
    if missing:
        raise PlanningError(missing)


def read_plan(folder: Path) -> Plan:
    """Read a plan folder back.

    Raises:
        PlanningError: one sentence for every file that is missing.
    """
    record = _record(folder)
    scenario = Scenario.from_toml(folder / "scenario.toml")
    layers = {n: gpd.read_file(folder / "sites.gpkg", layer=n, engine="pyogrio") for n in ("sites", "cells")}
    tables = {n: pd.DataFrame(layer.drop(columns=["geometry", "demand"])) for n, layer in layers.items()}
    tables["cells"]["travel_time_min"] = tables["cells"]["travel_time_min"].fillna(np.inf)
    speeds = {c.speed: c.value for c in scenario.of(SetSpeed)}
    solver = {
        k: record[k]
        for k in ("model", "status", "objective", "bound", "gap", "unit", "reason", "solver", "seconds", "seed")
    }
    return Plan(
        scenario=scenario,
        study_area=record["study_area"],
        baseline_digest=record["inputs"]["study_area_sha256"],
        layer_digests=record["inputs"]["layers_sha256"],
        sites=tables["sites"],
        cells=tables["cells"],
        options=tables["sites"].iloc[:0],
        indicators={k: math.nan if v["value"] is None else v["value"] for k, v in record["indicators"].items()},
        solver=solver,
        assumptions=default_assumptions().changed({**scenario.assumptions, **speeds}),
        sources=tuple(record["sources"]),
        demand_source=record.get("demand", "modelled"),
        cut_off=record.get("cut_off", ""),
        network=read_network_plan(record["network"], solver, folder) if "network" in record else None,
    )

"""Scenarios and files that the tests of this room share."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from planning import Scenario
from planning.plan import Plan
from planning.scenario import load

COUNTY = "653125"  # a county with many candidates
PREFECTURE_POPULATION = {
    "6528": 1_613_979,
    "6529": 2_714_422,
    "6530": 622_222,
    "6531": 4_496_377,
    "6532": 2_504_718,
}
PEOPLE = 494_668
HOSTILE = "<img src=x onerror=alert(1)>"


def scenario(name: str = "made", *, folder: Path = Path(), **keys: Any) -> Scenario:
    """A scenario from plain tables, solved quickly unless it says otherwise."""
    return Scenario.from_table({"name": name, "solver": {"effort": "quick"}, **keys}, f"{name}.toml", folder)


def quick(name: str) -> Scenario:
    """A shipped scenario that stops after search and bound."""
    asked = load(name)
    return asked.model_copy(update={"solver": asked.solver.model_copy(update={"effort": "quick"})})


def few_sites(name: str = "made", sites: int = 3, **keys: Any) -> Scenario:
    """Three sites in one county: quick, and still a choice."""
    goal = {"model": "max_coverage", "sites": sites, "minutes": 60, **keys.pop("objective", {})}
    return scenario(name, objective=goal, candidates={"counties": [COUNTY], **keys.pop("candidates", {})}, **keys)


def reread(asked: Scenario) -> Scenario:
    """What a scenario says after it was written and read."""
    return Scenario.from_table(tomllib.loads(asked.to_toml()), "again.toml")


def write_text(path: Path, text: str, encoding: str = "utf-8") -> Path:
    """A file with exactly this text."""
    path.write_bytes(text.encode(encoding))
    return path


def is_chinese(line: str) -> bool:
    """Whether a line is Chinese: names and codes may be Latin, running English words may not."""
    return bool(re.search(r"[\u4e00-\u9fff]", line)) and not re.search(r"\b[a-z]{2,} [a-z]{2,}\b", line)


def is_english(line: str) -> bool:
    """Whether a line has neither Chinese characters nor Chinese punctuation."""
    return not re.search(r"[\u3000-\u9fff\uff00-\uffef“”]", line)


OWN_INSTITUTIONS = "id,name,lon,lat\nI1,总站,75.99,39.47\nI2,分站,79.92,37.11\n"
OWN_CANDIDATES = (
    "id,name,host_type,lon,lat\nK1,一号院,new_building,77.25,38.41\nK2,二号院,elderly_home,80.26,41.17\n"
    "K3,村点,village_building,78.28,37.62\n"
)


def own_layers(folder: Path) -> dict[str, str]:
    """A user's own institutions and candidates, as Chinese Excel saves them; names for `[layers]`."""
    write_text(folder / "institutions.csv", OWN_INSTITUTIONS, "gb18030")
    write_text(folder / "candidates.csv", OWN_CANDIDATES, "gb18030")
    return {"institutions": "institutions.csv", "candidates": "candidates.csv"}


def total(plan: Plan, column: str) -> int:
    """Sum of a column of the cells."""
    return int(plan.cells[column].sum())

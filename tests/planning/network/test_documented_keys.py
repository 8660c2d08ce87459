"""Both READMEs name every key of `[network]` with its default, and their example is a scenario that can be read."""

import re
import tomllib
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from planning import Scenario, shipped_networks
from planning.instrument_commands import INSTRUMENTS
from planning.network.scenario.faults import network_faults
from planning.network.scenario.form import Network
from planning.network.variants.beside import COMPARISONS

ROOT = Path(__file__).parents[3]
READMES = [pytest.param(ROOT / name, id=name) for name in ("README.md", "README.zh-CN.md")]


def keys(table: type[BaseModel], before: str = "") -> set[str]:
    """Every key of a table and, after a point, of the tables in it."""
    found = set()
    for key, field in table.model_fields.items():
        found.add(before + key)
        for inner in tables_in(field.annotation):
            found |= keys(inner, f"{before}{key}.")
    return found


def tables_in(annotation: Any) -> list[type[BaseModel]]:
    """The tables that an annotation speaks of, however deep."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [table for inner in get_args(annotation) for table in tables_in(inner)]


def section(readme: Path) -> str:
    """The part about networks: from its table's heading to the next paragraph in bold."""
    text = readme.read_text(encoding="utf-8")
    return re.search(r"\*\*[^*]*`\[network\]`.*?(?=\n\*\*)", text, re.DOTALL).group()  # type: ignore[union-attr]


def rows(readme: Path) -> dict[str, list[str]]:
    """Key → unit, default, meaning."""
    lines = [line for line in section(readme).splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]
    return {cell[0].strip("`| "): cell[1:] for cell in cells}


def test_the_keys_of_the_form_are_found_however_deep() -> None:
    assert {"aims", "money", "money.carry", "tilt.share", "staff_counties.county"} <= keys(Network)


@pytest.mark.parametrize("readme", READMES)
def test_every_key_of_the_form_is_documented(readme: Path) -> None:
    named = set(re.findall(r"`([a-z_.]+)`", section(readme)))
    assert not keys(Network) - named


@pytest.mark.parametrize("readme", READMES)
def test_nothing_is_documented_that_is_not_a_key(readme: Path) -> None:
    assert not set(rows(readme)) - keys(Network)


@pytest.mark.parametrize("readme", READMES)
def test_each_key_has_a_unit_a_default_and_a_meaning(readme: Path) -> None:
    assert not [key for key, cells in rows(readme).items() if len(cells) != 3 or not all(cells)]


@pytest.mark.parametrize("readme", READMES)
def test_documented_defaults_are_those_of_the_form(readme: Path) -> None:
    told = {key: cells[1] for key, cells in rows(readme).items()}
    for key, field in Network.model_fields.items():
        default = field.default
        if isinstance(default, bool):
            assert told[key] == str(default).lower()
        elif isinstance(default, int | float):
            assert float(told[key]) == default
        elif isinstance(default, str):
            assert told[key] == default
    assert told["services"] == ", ".join(Network().services)


@pytest.mark.parametrize("readme", READMES)
def test_every_comparison_and_its_tables_are_named(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    for word, (_, _, tables) in COMPARISONS.items():
        (row,) = [line for line in text.splitlines() if line.startswith(f"| `{word}` |")]
        assert not [table for table in tables if f"`{word}_{table}`" not in row]


@pytest.mark.parametrize("readme", READMES)
def test_the_example_is_a_scenario_without_faults(readme: Path) -> None:
    text = readme.read_text(encoding="utf-8")
    (example,) = [block for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL) if "[network]" in block]
    scenario = Scenario.from_table(tomllib.loads(example), "my_network.toml")
    assert scenario.network is not None
    assert not network_faults(scenario)


@pytest.mark.parametrize("readme", READMES)
def test_every_shipped_network_and_every_instrument_is_named(readme: Path) -> None:
    text = (
        readme.read_text(encoding="utf-8").replace("`_50`", "`network_tilt_50`").replace("`_60`", "`network_tilt_60`")
    )
    assert not [name for name in shipped_networks() if f"`{name}`" not in text]
    assert not [each.name for each in INSTRUMENTS if f"| `{each.name}` |" not in text]

"""The house rules that a reader can check without running anything: who imports whom, and how long things are."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = ("geodata", "optimizers", "planning")
PAGE = [ROOT / "streamlit_app.py", *sorted((ROOT / "planning" / "app").rglob("*.py"))]
PYTHON = [ROOT / "streamlit_app.py", *(p for room in ROOMS for p in sorted((ROOT / room).rglob("*.py")))]
NEVER = {
    "optimizers": {"pandas", "geopandas", "shapely", "osmnx", "folium", "streamlit", "geodata", "planning"},
    "geodata": {"pulp", "folium", "streamlit", "optimizers", "planning"},
    "planning": {"streamlit", "osmnx", "pulp"},
}
LONGEST_FILE = 450
LONGEST_FUNCTION = 70
SVG = "http://www.w3.org/2000/svg"


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imported(path: Path) -> set[str]:
    """The first word of every import of a file, those inside functions and `import_module("…")` too."""
    return set(_imports(ast.parse(path.read_text(encoding="utf-8"))))


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"line {node.lineno}: a relative import hides who is meant"
            yield str(node.module).split(".")[0]
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called in ("import_module", "__import__"):
                yield str(node.args[0].value).split(".")[0]


def test_the_reader_of_imports_sees_the_lazy_ones(tmp_path: Path) -> None:
    sly = tmp_path / "sly.py"
    sly.write_text(
        "import os.path as p\ndef f():\n    from pulp import LpProblem\n    importlib.import_module('osmnx.graph')\n",
        encoding="utf-8",
    )
    assert imported(sly) == {"os", "pulp", "osmnx"}


def test_every_room_is_read() -> None:
    assert len(PAGE) >= 5
    assert {path.relative_to(ROOT).parts[0] for path in PYTHON} == {*ROOMS, "streamlit_app.py"}


@pytest.mark.parametrize("path", PAGE, ids=name_of)
def test_the_page_only_listens_and_shows(path: Path) -> None:
    assert imported(path) <= {"streamlit", "planning", *sys.stdlib_module_names}


@pytest.mark.parametrize("room", ROOMS)
def test_no_room_imports_what_it_must_not(room: str) -> None:
    files = [p for p in sorted((ROOT / room).rglob("*.py")) if p not in PAGE]
    wrong = {name_of(p): sorted(imported(p) & NEVER[room]) for p in files}
    assert {file: found for file, found in wrong.items() if found} == {}


def test_importing_planning_does_not_bring_the_page() -> None:
    code = "import sys, planning, planning.cli; print(sorted({'streamlit', 'planning.app'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_import_contracts_hold() -> None:
    pytest.importorskip("importlinter", reason="import-linter is not installed")
    code = "from importlinter.cli import lint_imports_command as run; run(['--no-cache'])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 broken" in done.stdout


@pytest.mark.parametrize("path", PYTHON, ids=name_of)
def test_files_and_functions_stay_short(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LONGEST_FILE
    long = {
        node.name: length
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := int(node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION
    }
    assert long == {}


@pytest.mark.parametrize("path", sorted((ROOT / "planning" / "app").rglob("*.[jc]s*")), ids=name_of)
def test_scripts_and_styles_of_the_page_name_no_address(path: Path) -> None:
    source = path.read_text(encoding="utf-8").replace(SVG, "")
    assert re.findall(r"https?://[^\s'\"]*", source) == []
    assert re.findall(r"url\(\s*['\"]?//", source) == []
    assert (
        re.findall(r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|eval|fetch|XMLHttpRequest|import)\s*[(=]", source)
        == []
    )

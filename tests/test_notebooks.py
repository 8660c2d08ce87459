"""Every notebook runs from top to bottom on what is installed, and is stored without results."""

import ast
import sys
from pathlib import Path

import pytest

nbclient = pytest.importorskip("nbclient", reason="the extra 'notebooks' is not installed")
import nbformat  # noqa: E402

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
TRAVEL = Path(__file__).parents[1] / "notebooks" / "travel_times.ipynb"
FIVE_YEARS = Path(__file__).parents[1] / "notebooks" / "five_year_plan.ipynb"
ROOMS = {"geodata", "optimizers", "planning"}
INSTALLED = {"IPython", "matplotlib", "numpy", "osmnx", "pandas", "rasterio", "shapely"}


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS


@pytest.fixture(autouse=True)
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever asks the internet meets a closed door; no road file of the person who runs the tests is taken."""
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
        monkeypatch.setenv(name.upper(), "http://127.0.0.1:9")
    monkeypatch.delenv("JIUJIN_NOTEBOOK_ROADS", raising=False)


def executed(path: Path) -> list[str]:
    """What each code cell printed and showed as text, after a run in a kernel of its own."""
    notebook = nbformat.read(path, as_version=4)
    nbclient.NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    cells = [c for c in notebook.cells if c.cell_type == "code"]
    return ["".join(o.get("text") or o.get("data", {}).get("text/plain", "") for o in c.outputs) for c in cells]


@pytest.mark.parametrize("path", [p for p in NOTEBOOKS if p not in (TRAVEL, FIVE_YEARS)], ids=lambda p: p.stem)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel's own machinery
def test_the_notebook_runs(path: Path) -> None:
    executed(path)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel's own machinery
@pytest.mark.slow
def test_the_five_year_notebook_plans_and_explains() -> None:
    told = "\n".join(executed(FIVE_YEARS))
    assert "neediest" in told
    assert "all else as planned" in told  # why here
    assert "cannot be chosen: It could not offer" in told  # why not my township
    assert "With all money of " in told
    assert "2 of 4 counties and cities have more than 200,000 residents" in told
    assert "各县合计 10,000,000 元" in told


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel's own machinery
def test_the_travel_notebook_runs_on_its_made_up_town_and_says_so() -> None:
    told = executed(TRAVEL)
    assert "made for this notebook, no real place" in told[-1]
    assert "By car in summer 11 of 13 homes have a known route." in told[-1]
    assert "Closure: 2 homes lose every known route, 0 travel longer." in told[-1]  # the village behind the bridge
    assert "Points without a way to the road: 1 blocked, 1 too_far." in told[-1]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of the kernel's own machinery
def test_the_travel_notebook_takes_another_road_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIUJIN_NOTEBOOK_ROADS", str(pbf_of_a_square(tmp_path)))
    last = executed(TRAVEL)[-1]
    assert "square.osm.pbf" in last
    assert "OpenStreetMap contributors" in last
    assert "4 junctions drawn by lot as homes, 3 institutions" in last
    assert "made" not in last


def pbf_of_a_square(folder: Path) -> Path:
    """Four junctions and the four streets between them, as a map of OpenStreetMap gives them."""
    osmium = pytest.importorskip("osmium")
    corners = {1: (76.00, 39.00), 2: (76.01, 39.00), 3: (76.01, 39.01), 4: (76.00, 39.01)}
    with osmium.SimpleWriter(str(folder / "square.osm.pbf")) as writer:
        for number, place in corners.items():
            writer.add_node(osmium.osm.mutable.Node(id=number, version=1, location=place))
        for number in corners:
            ends, tags = [number, number % 4 + 1], {"highway": "residential"}
            writer.add_way(osmium.osm.mutable.Way(id=number, version=1, nodes=ends, tags=tags))
    return folder / "square.osm.pbf"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_is_stored_without_results(path: Path) -> None:
    cells = nbformat.read(path, as_version=4).cells
    assert not [c for c in cells if c.cell_type == "code" and (c.outputs or c.execution_count)]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_uses_public_names_only(path: Path) -> None:
    code = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code")
    assert not private_names(code)


def private_names(code: str) -> list[str]:
    """Names with a leading underscore that are imported or reached into."""
    found: list[str] = []
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found += [part for alias in node.names for part in alias.name.split(".")]
        elif isinstance(node, ast.ImportFrom):
            found += [*(node.module or "_").split("."), *(alias.name for alias in node.names)]
        elif isinstance(node, ast.Attribute):
            found.append(node.attr)
    return [name for name in found if name.startswith("_")]


def test_the_reader_of_private_names_sees_them() -> None:
    sly = "import a._b\nfrom geodata._c import d\nfrom geodata.e import _f\nx.y._g\nfrom . import h\nx.public"
    assert sorted(private_names(sly)) == ["_", "_b", "_c", "_f", "_g"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_the_notebook_imports_the_rooms_and_what_is_installed_with_them(path: Path) -> None:
    code = "\n".join(c.source for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code")
    words = [line.split()[1] for line in code.splitlines() if line.startswith(("from ", "import "))]
    assert {word.split(".")[0] for word in words} <= ROOMS | INSTALLED | sys.stdlib_module_names

"""One study area and one run of every shipped scenario for the whole room."""

from __future__ import annotations

import importlib
import io
import json
import re
import shutil
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from made_scenarios import few_sites

from planning import Plan, StudyArea, run, study_area
from planning.cli import main
from planning.scenario import load, shipped

comparison = importlib.import_module("planning.compare")  # the package offers the function of this name
CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)


@dataclass(frozen=True)
class Said:
    """What a command printed and how it ended."""

    status: int
    out: str
    err: str
    folder: Path

    @property
    def json(self) -> Any:
        """The whole of standard output as one JSON object, without NaN or Infinity."""

        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is not JSON")

        return json.loads(self.out, parse_constant=refuse)


def command(*arguments: object, folder: Path = Path()) -> Said:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main([str(a) for a in arguments])
    return Said(status, out.getvalue(), err.getvalue(), folder)


@pytest.fixture(scope="session")
def jiujin() -> Any:
    """The command line: `jiujin("run", file, "--out", folder) -> Said`."""
    return command


@pytest.fixture(scope="session", autouse=True)
def _keep_travel_times() -> Iterator[None]:
    """Tables of travel times stay in memory for the whole run, however many own layers are tried."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(study_area, "_KEPT", 24)
        yield


@pytest.fixture(scope="session")
def area() -> StudyArea:
    return StudyArea.southern_xinjiang()


@pytest.fixture(scope="session")
def digest_before(area: StudyArea) -> str:
    """The fingerprint of the baseline before anything ran."""
    return area.fingerprint()


@pytest.fixture(scope="session")
def plans(area: StudyArea, digest_before: str) -> dict[str, Plan]:
    """Every shipped scenario, run as it is shipped."""
    return {name: run(load(name), area) for name in shipped()}


@pytest.fixture(scope="session")
def small_plan(area: StudyArea) -> Plan:
    """Three sites in one county."""
    return run(few_sites("small"), area)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Said:
    """The main job, once; its difference maps are short, for they are tested by themselves."""
    folder = tmp_path_factory.mktemp("demo") / "计划"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comparison, "difference_map", lambda first, second, area, language: "<!DOCTYPE html>")
        return command("demo", "--json", "--out", folder, folder=folder)


class Visit:
    """What a page tried to do while it was open."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.messages: list[str] = []

    @property
    def outside(self) -> list[str]:
        """Requests other than the file itself and what it carries."""
        return [url for url in self.requests if not url.startswith(("file:", "data:"))]


@pytest.fixture
def open_page(tmp_path: Path) -> Iterator[Any]:
    """Open a page with the network cut off: `open_page(html) -> (page, Visit)`."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this system")
    with api.sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        context = browser.new_context(offline=True, locale="zh-CN", viewport={"width": 1100, "height": 750})
        context.route(re.compile(r"^(?!file:|data:)"), lambda route: route.abort())

        def visit(html: str) -> tuple[Any, Visit]:
            seen, path = Visit(), tmp_path / "map.html"
            path.write_text(html, encoding="utf-8")
            page = context.new_page()
            page.on("request", lambda request: seen.requests.append(request.url))
            page.on("requestfailed", lambda request: seen.messages.append(f"failed: {request.url}"))
            page.on("console", lambda message: seen.messages.append(message.text))
            page.on("pageerror", lambda error: seen.messages.append(str(error)))
            page.on("dialog", lambda dialog: (seen.messages.append("a dialog opened"), dialog.dismiss()))
            page.goto(path.as_uri())
            page.wait_for_selector(".leaflet-pane canvas")
            return page, seen

        yield visit
        browser.close()

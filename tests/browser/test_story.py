"""A planner's whole day in a real browser with no way outside: own file, plan, lock, compare, link, and back."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness import Visit, free_port, serving

sys.path.insert(0, str(Path(__file__).parents[1]))

from made_registers import Made, register

from planning.scenario import load
from planning.texts import text

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PATIENCE_MS = 120_000  # a first plan waits until the computing process is ready
SIZES = {"zh": (1366, 768), "en": (1920, 1080)}
PLACE_OF_A_SITE = """root => {
  const { box, map, dots } = root.planView.panes[0];
  const site = dots.sites.find((one) => one.role === "proposed");
  map.setView([site.lat, site.lon], 12, { animate: false });
  const at = map.latLngToContainerPoint(site);
  const edge = box.getBoundingClientRect();
  return { id: site.id, name: site.name, x: edge.left + at.x, y: edge.top + at.y };
}"""
INK_OF_THE_MAP = """root => [...root.querySelectorAll("canvas")].map((one) => one.toDataURL()).join()"""


class Planner(Visit):
    """A visit in one language that keeps a picture of every step."""

    def __init__(self, browser: Any, address: str, speech: str, shots: Path) -> None:
        width, height = SIZES[speech]
        super().__init__(browser, address, width=width, height=height)
        self.speech, self.shots, self.taken = speech, shots, 0
        self.page.set_default_timeout(PATIENCE_MS)

    def word(self, key: str) -> str:
        return text(key, self.speech)

    def press(self, key: str) -> None:
        self.button(self.word(key)).first.click()
        self.settled()

    def shot(self, name: str) -> None:
        self.taken += 1
        self.page.screenshot(path=self.shots / f"{self.speech}_{self.taken:02}_{name}.png", full_page=True)

    def says(self, words: str) -> None:
        self.page.get_by_text(words).locator("visible=true").first.wait_for()

    def map(self) -> Any:
        return self.page.locator(".jj-map").first

    def drawn(self) -> str:
        """What is drawn on the map."""
        return str(self.map().get_attribute("data-rev"))

    def calm(self) -> str:
        """Until nothing runs any more and the map stays as it is; what is drawn then."""
        cancel, was = self.button(self.word("session_cancel")), ""
        while was != (was := self.drawn()) or cancel.count():
            self.page.wait_for_timeout(1500)
        self.settled()
        return was

    def redrawn(self, before: str) -> str:
        self.page.wait_for_function(
            "was => { const find = (root) => root.querySelector('.jj-map') || [...root.querySelectorAll('*')]"
            ".map((one) => one.shadowRoot && find(one.shadowRoot)).find(Boolean);"
            " const map = find(document); return map && map.dataset.rev !== was }",
            arg=before,
        )
        self.settled()
        return self.drawn()


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("story")


@pytest.fixture(params=sorted(SIZES, reverse=True))
def planner(browser: Any, tmp_path: Path, shots: Path, request: pytest.FixtureRequest) -> Iterator[Planner]:
    port = free_port()
    with serving(tmp_path, port):
        made = Planner(browser, f"http://127.0.0.1:{port}", request.param, shots)
        yield made
        made.shot("last")
        made.close()
    assert "Traceback" not in (tmp_path / "server.log").read_text(errors="replace")


def test_from_a_messy_file_to_a_plan_that_a_link_brings_back(planner: Planner, browser: Any, tmp_path: Path) -> None:
    register_of_300 = register(300, seed=3)
    _open_and_bring_files(planner, tmp_path, register_of_300)
    _run_cancel_and_run_again(planner)
    _lock_undo_redo(planner)
    link = _compare_and_make_a_link(planner)
    _everything_is_back(planner, browser, link)
    body = planner.page.locator("body").inner_text()
    assert [secret for secret in register_of_300.secrets if secret in body] == []


def _open_and_bring_files(planner: Planner, folder: Path, made: Made) -> None:
    """A GB18030 list with faults becomes a study area of its own."""
    path = folder / "残疾人名册_2025~$100$<b>.csv"
    path.write_bytes(made.table.to_csv(index=False).encode("gb18030"))
    page = planner.open(f"/?lang={planner.speech}")
    planner.shot("start")
    planner.press("session_files_button")
    planner.says(planner.word("step_file"))
    planner.settled()
    planner.shot("empty")
    page.locator("input[type=file]").first.set_input_files(path)
    planner.says(planner.word("mapping_personal").split("{0}")[0])
    planner.settled()
    planner.shot("columns")
    planner.press("read_and_check")
    planner.button(planner.word("adopt_file")).wait_for()
    planner.settled()
    planner.shot("report")
    planner.press("adopt_file")
    planner.press("make_area")
    planner.says(planner.word("area_download"))
    planner.settled()
    planner.shot("area")
    assert "<b>" in page.get_by_test_id("stMain").inner_text()  # the name of the file, as written


def _run_cancel_and_run_again(planner: Planner) -> None:
    """A long question is asked for and cancelled; the one before it is brought back and its plan comes."""
    planner.follow(planner.word("session_page_scenario"))
    planner.map().wait_for()
    planner.shot("getting_ready")
    planner.calm()
    planner.shot("first_plan")
    _start_from(planner, load("network_five_years").title(planner.speech))
    planner.page.get_by_role("button", name=planner.word("run")).first.click()
    cancel = planner.button(planner.word("session_cancel")).first
    cancel.wait_for()
    planner.shot("running")
    cancel.click()
    cancel.wait_for(state="detached")
    planner.settled()
    planner.shot("cancelled")
    planner.button(planner.word("editor_undo")).first.click()
    planner.calm()
    planner.page.get_by_role("button", name=planner.word("run")).first.click()
    planner.calm()
    planner.shot("plan")


def _start_from(planner: Planner, title: str) -> None:
    planner.button(planner.word("editor_start")).first.click()
    planner.page.get_by_label(planner.word("editor_start_choose")).first.fill(title)
    planner.page.get_by_role("option").filter(has_text=title).first.click()
    planner.settled()
    planner.press("editor_start_use")
    planner.page.keyboard.press("Escape")
    planner.page.get_by_role("heading", level=1).filter(has_text=title).first.wait_for()


def _lock_undo_redo(planner: Planner) -> None:
    """A click on the map locks a site, and can be undone and done again."""
    before = planner.calm()
    planner.map().scroll_into_view_if_needed()
    site = planner.map().evaluate(PLACE_OF_A_SITE)
    planner.page.mouse.click(site["x"], site["y"])
    lock = planner.page.get_by_role("menuitem", name=planner.word("editor_lock")).first
    lock.wait_for()
    planner.shot("menu")
    lock.click()
    planner.redrawn(before)
    locked = planner.calm()
    planner.says(site["name"])
    planner.shot("locked")
    planner.page.get_by_role("button", name=planner.word("editor_undo")).first.click()
    planner.redrawn(locked)
    assert planner.calm() == before
    planner.page.get_by_role("button", name=planner.word("editor_redo")).first.click()
    planner.redrawn(before)
    assert planner.calm() == locked


def _compare_and_make_a_link(planner: Planner) -> str:
    """The plan against the baseline, and the address of what is shown."""
    planner.page.get_by_role("link", name=planner.word("editor_compare")).first.click()
    planner.page.get_by_role("table").first.wait_for()
    planner.settled()
    planner.page.wait_for_url(re.compile("plans=[0-9a-z-]+(,|%2C)[0-9a-z-]+"))
    planner.shot("compared")
    planner.press("compare_link")
    code = planner.page.locator("code").filter(has_text="?v=").first
    code.wait_for()
    return str(code.inner_text()).strip()


def _everything_is_back(planner: Planner, browser: Any, link: str) -> None:
    """After a reload, and in another browser that has nothing but the link."""
    was = planner.page.get_by_role("table").first.inner_text()
    planner.page.reload()
    planner.page.get_by_role("table").first.wait_for()
    planner.settled()
    assert planner.page.get_by_role("table").first.inner_text() == was
    other = Planner(browser, planner.address, planner.speech, planner.shots)
    other.open(f"/{link[link.index('?') :]}")
    other.page.get_by_role("table").first.wait_for()
    other.settled()
    assert other.page.get_by_role("table").first.inner_text() == was
    other.shot("by_link")
    other.close()

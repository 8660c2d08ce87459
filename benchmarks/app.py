"""The page under use: from a change to the new picture, ten sessions at once, memory over many runs.

`python benchmarks/app.py [--sessions 10] [--runs 200] [--changes 15]` starts the server with projects in a folder of
its own and uses it through Chromium, on the embedded study area (more than 6,000 places where people live, more than
200 candidates). It prints, in seconds (median and 95th of 100):

- change: the number of institutions typed, until the map of the new plan is drawn, the solve included;
- repaint: undo, until the map of a plan that is there already is drawn;
- click: nine other sessions switch pages and tabs, until the page has answered, while one session solves;
- memory of the server and of the workers every ten runs, with the slope after the fiftieth;
- plans that were asked for and are not in the store afterwards (none may be missing).

Targets on two cores: change 2 s, repaint 1 s, click 2 s, memory steady. Needs playwright and a Chromium.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from time import monotonic, sleep
from typing import Any, Final

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))
sys.path.insert(0, str(Path(__file__).parents[1]))  # run from a checkout, installed or not

from harness import CHROMIUM, FLAGS, free_port, serving

from planning.store import plans, projects
from planning.store.open import open_store, usual_url

SITES: Final = "新增机构数"
MAP: Final = ".jj-map"
CHANGE_S, CLICK_S = 60_000, 30_000
LONG: Final = 'name = "long"\n[network]\nyears = 5\nmoney = [{source = "budget", yuan = 6000000.0}]\n'


class Session:
    """One planner at the scenario page."""

    def __init__(self, browser: Any, address: str) -> None:
        self.page = browser.new_context(locale="zh-CN", viewport={"width": 1366, "height": 768}).new_page()
        self.page.set_default_timeout(CHANGE_S)
        self.address = address

    def open(self, path: str = "scenario") -> None:
        """Go to a page and wait until it is drawn."""
        self.page.goto(f"{self.address}/{path}", wait_until="domcontentloaded")
        self.settled()

    def settled(self) -> None:
        """Until the server has nothing more to say."""
        self.page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", timeout=CLICK_S)

    def revision(self) -> str:
        """What is drawn on the map."""
        return str(self.page.locator(MAP).first.get_attribute("data-rev"))

    def until_drawn(self, before: str) -> None:
        """Until the map shows something else."""
        until = monotonic() + CHANGE_S / 1000
        while self.revision() == before:
            if monotonic() > until:
                raise TimeoutError("the map did not change")
            sleep(0.01)

    def number(self, count: int) -> float:
        """Ask for so many institutions; seconds until the map shows the plan."""
        before, begun = self.revision(), monotonic()
        field = self.page.get_by_label(SITES).first
        field.fill(str(count))
        field.press("Enter")
        self.until_drawn(before)
        return monotonic() - begun

    def undo(self) -> float:
        """Undo; seconds until the map shows the plan before."""
        before, begun = self.revision(), monotonic()
        self.page.get_by_role("button", name="撤销").first.click()
        self.until_drawn(before)
        return monotonic() - begun

    def click(self, number: int) -> float:
        """Something else on the page; seconds until the page has answered."""
        names = ("来源", "帮助", "运行", "比较")
        begun = monotonic()
        name = names[number % len(names)]
        self.page.get_by_role("link", name=name, exact=True).first.click()
        self.page.get_by_role("heading", level=1).filter(has_text=name).first.wait_for(timeout=CLICK_S)
        self.settled()
        return monotonic() - begun


def main() -> None:
    options = _options()
    if CHROMIUM is None:
        sys.exit("no Chromium here")
    from playwright.sync_api import sync_playwright

    folder = Path(tempfile.mkdtemp())
    port = free_port()
    try:
        with serving(folder, port) as server, sync_playwright() as play:
            browser = play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            first = Session(browser, f"http://127.0.0.1:{port}")
            first.open()
            _warm(first)
            _print("change", [first.number(10 + i) for i in range(options.changes)])
            _print("repaint", [first.undo() for _ in range(options.changes - 2)])
            others = [Session(browser, first.address) for _ in range(options.sessions - 1)]
            for one in others:
                one.open("help")
            _print("click, nobody solves", _clicks(others, options.changes, lambda: None))
            _print("click, one solves", _clicks(others, options.changes, lambda: _long(first)))
            _memory(first, server.pid, folder / "home", options.runs)
            browser.close()
        _lost(folder / "home")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=10)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--changes", type=int, default=15)
    return parser.parse_args()


def _warm(one: Session) -> None:
    """Until the workers are ready and a first plan is drawn."""
    begun = monotonic()
    one.number(30)
    for count in (31, 32):
        one.number(count)
    print(f"ready after {monotonic() - begun:.0f} s", flush=True)


def _clicks(others: Sequence[Session], rounds: int, before: Callable[[], None]) -> list[float]:
    before()
    return [one.click(i) for i in range(rounds) for one in others]


def _long(one: Session) -> None:
    """Begin a question that takes a minute."""
    one.open("scenario")
    one.page.get_by_role("tab", name="文件").click()
    one.page.get_by_role("textbox").last.fill(LONG)
    one.page.keyboard.press("Control+Enter")
    one.settled()
    one.page.get_by_role("button", name="运行").first.click()
    one.settled()


def _memory(one: Session, server: int, home: Path, runs: int) -> None:
    """Many runs; megabytes of the server and of the workers together every ten."""
    one.page.get_by_role("button", name="撤销").first.click()
    one.open()
    told: list[tuple[int, float, float]] = []
    for number in range(runs):
        one.number(20 + number % 97)
        if number % 10 == 9:
            told.append((number + 1, *_megabytes(server, home)))
            print(f"{told[-1][0]:>5} runs  server {told[-1][1]:>6.0f} MB  workers {told[-1][2]:>6.0f} MB", flush=True)
    later = [row for row in told if row[0] >= 50]
    for place, name in ((1, "server"), (2, "workers")):
        if len(later) > 1:
            slope = 100 * (later[-1][place] - later[0][place]) / (later[-1][0] - later[0][0])
            print(f"{name}: {slope:+.1f} MB per 100 runs after the fiftieth")


def _megabytes(server: int, home: Path) -> tuple[float, float]:
    """Of the server, and of all its workers."""
    here = psutil.Process(server)
    workers = [p for p in psutil.process_iter(["cmdline"]) if str(home) in (p.info["cmdline"] or [])]
    return here.memory_info().rss / 2**20, sum(p.memory_info().rss for p in workers) / 2**20


def _print(name: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    high = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    print(
        f"{name:<24} median {median(ordered):.2f}  95 % {high:.2f}  most {ordered[-1]:.2f}  ({len(ordered)})",
        flush=True,
    )


def _lost(home: Path) -> None:
    """Jobs that said "done" and whose plan is not in the store."""
    store = open_store(usual_url(home))
    there = {head.id for one in projects.projects(store) for head in plans.heads(store, one.id)}
    ended = [path.parent for path in (home / "jobs" / "ended").glob("*/ended.json")]
    print(f"plans in the store: {len(there)}, jobs that ended: {len(ended)}")
    store.close()


if __name__ == "__main__":
    main()

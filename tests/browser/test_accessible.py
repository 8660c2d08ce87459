"""Nothing on any page keeps a person out: checked by axe (WCAG 2.2 A and AA, good practice) in both languages."""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from harness import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = {
    "zh": ("开始", "数据", "情景", "运行", "比较", "原因", "成果", "来源", "帮助", "记录"),
    "en": ("Start", "Data", "Scenario", "Runs", "Compare", "Reasons", "Reports", "Sources", "Help", "Trail"),
}
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
# Moderate findings that are known, with their reason; the list may only become shorter.
KNOWN: dict[str, str] = {}
SHOTS = os.environ.get("JIUJIN_SHOTS")  # a folder; there the pages are kept as pictures, to be looked at

FIND = """async tags => {
  const found = await axe.run(document, { runOnly: { type: "tag", values: tags } });
  return found.violations.map(v => [v.id, v.impact, v.nodes.map(n => n.target.flat().join(" ")).slice(0, 4)]);
}"""
# What is wider than the window, other than maps and tables, which may scroll in their own frame.
WIDE = """() => {
  const main = document.querySelector("[data-testid=stMain]");
  return [document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth];
}"""


@pytest.fixture(scope="module")
def axe() -> str:
    """The script of axe, as the wheel brings it; nothing is fetched."""
    found = find_spec("axe_playwright_python")
    if found is None or found.origin is None:
        pytest.skip("axe-playwright-python is not installed")
    return (Path(found.origin).parent / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def filled(browser: Any, address: str) -> str:
    """What an address needs to show plans: the project, a plan and the one it is compared with."""
    visit = Visit(browser, address)
    visit.open("/scenario")
    visit.page.get_by_role("link", name="与现状比较").click(timeout=240_000)
    visit.page.wait_for_url("**/compare*plans=*", timeout=240_000)
    visit.settled()
    made = str(visit.page.evaluate("location.search"))
    visit.close()
    return made


def faults_on(visit: Visit, name: str, axe: str, speech: str) -> list[str]:
    """What is wrong with a page, a line each."""
    page = visit.page
    page.wait_for_timeout(400)
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(axe)
    found = [
        f"{name}: {rule} ({impact}) {where}"
        for rule, impact, where in page.evaluate(FIND, RULES)
        if impact != "minor" and rule not in KNOWN
    ]
    if page.locator("h1").count() != 1:
        found.append(f"{name}: {page.locator('h1').count()} headings of the first order")
    if page.evaluate("document.documentElement.lang") != {"zh": "zh-CN", "en": "en"}[speech]:
        found.append(f"{name}: the language of the page is not told")
    return found


def walked(visit: Visit, place: str, speech: str, looked: Callable[[str], list[str]]) -> list[str]:
    """What is found on every page, from the menu; pictures are kept where asked for."""
    start, *others = PAGES[speech]
    others.sort(key=lambda name: name in ("情景", "Scenario"))  # the last one: it makes a plan by itself
    visit.open(f"/{place}")
    found = looked(start)
    for name in others:
        visit.follow(name)
        found += looked(name)
        if SHOTS:
            visit.page.screenshot(path=Path(SHOTS) / f"{name}_{'plans' if place else 'empty'}.png")
    return found


def test_pages_with_nothing_on_them_keep_nobody_out(visits: Callable[..., Visit], axe: str) -> None:
    visit = visits()
    assert walked(visit, "", "zh", lambda name: faults_on(visit, name, axe, "zh")) == []


def test_pages_with_plans_on_them_keep_nobody_out(visits: Callable[..., Visit], axe: str, filled: str) -> None:
    visit = visits()
    assert walked(visit, f"{filled}&lang=en", "en", lambda name: faults_on(visit, name, axe, "en")) == []


def test_pages_at_twice_the_size_scroll_one_way_only(visits: Callable[..., Visit], filled: str) -> None:
    visit = visits()

    def wide(name: str) -> list[str]:
        visit.page.set_viewport_size({"width": 683, "height": 384})
        visit.page.wait_for_timeout(300)
        by = max(visit.page.evaluate(WIDE))
        if SHOTS:
            visit.page.screenshot(path=Path(SHOTS) / f"{name}_twice.png")
        visit.page.set_viewport_size({"width": 1366, "height": 768})
        return [f"{name}: {by} px too wide"] if by > 1 else []

    assert walked(visit, filled, "zh", wide) == []


def test_the_menu_can_be_passed_and_the_focus_goes_to_a_new_page(visits: Callable[..., Visit]) -> None:
    visit = visits()
    page = visit.open()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "到主要内容"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('[data-testid=stMain]') !== null")
    visit.follow("帮助")
    page.wait_for_function("document.activeElement.tagName === 'H1' && document.activeElement.innerText === '帮助'")
    assert page.title() == "帮助 · 就近"

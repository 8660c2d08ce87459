"""A first plan by keyboard alone: the demo, a change, a run, a place locked on the map, undo, the comparison."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from harness import Visit

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_TABS = 150
# What has the focus, also inside our own parts: what it is, what it is called, whether that can be seen.
FOCUS = """() => {
  let node = document.activeElement;
  while (node.shadowRoot?.activeElement) node = node.shadowRoot.activeElement;
  const called = node.getAttribute("aria-label") || node.labels?.[0]?.innerText || node.innerText || "";
  const seen = one => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  };
  const near = [node, node.parentElement, node.parentElement?.parentElement, node.parentElement?.parentElement
    ?.parentElement, node.nextElementSibling, node.previousElementSibling].filter(Boolean);
  return { role: node.getAttribute("role") || node.tagName.toLowerCase(), name: called.trim(), seen: near.some(seen) };
}"""


class Hands:
    """Somebody who has a keyboard and no mouse."""

    def __init__(self, visit: Visit) -> None:
        self.visit, self.page = visit, visit.page
        for name in ("click", "dblclick", "move", "down", "wheel"):
            setattr(self.page.mouse, name, self._no_mouse)

    @staticmethod
    def _no_mouse(*_: Any, **__: Any) -> None:
        raise AssertionError("there is no mouse")

    def focus(self) -> dict[str, Any]:
        return dict(self.page.evaluate(FOCUS))

    def go(self, name: str, role: str = "", *, back: bool = False) -> None:
        """Press Tab until the focus is there; it must be seen at each step, and never be caught."""
        passed = []
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            now = self.focus()
            passed.append(f"{now['role']} {now['name'][:20]}")
            if now["role"] not in ("body", "h1"):
                assert now["seen"], f"the focus is not seen on {now}"
            if name in now["name"] and (not role or now["role"] == role):
                return
        raise AssertionError(f"{name!r} was not reached: {passed}")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def menu(self, name: str) -> None:
        """Open a page; its heading has the focus then."""
        self.go(name, "a", back=True)
        self.press("Enter")
        self.page.wait_for_function("() => document.activeElement.tagName === 'H1'")
        self.visit.settled()


def test_a_first_plan_by_keyboard_alone(visits: Callable[..., Visit]) -> None:
    visit = visits()
    page = visit.open()
    hands = Hands(visit)
    hands.go("打开演示", "button")
    hands.press("Enter")
    page.wait_for_url("**/compare*", timeout=240_000)
    visit.settled()

    hands.menu("情景")
    hands.go("新增机构数", "input")
    hands.press("Control+a")
    page.keyboard.type("39")
    hands.press("Enter")
    page.get_by_text("40 个 → 39 个").first.wait_for()
    hands.press("Control+Enter")
    visit.settled()

    hands.go("地图", "application")
    hands.press("Enter")
    assert hands.focus()["role"] == "combobox"
    chosen = page.locator("[role=option][aria-selected=true]")
    while "建议新增" not in chosen.inner_text():
        hands.press("ArrowDown")
    place = chosen.inner_text().split("\n")[0]
    hands.press("Enter")
    while hands.focus()["name"] != "锁定":
        hands.press("ArrowDown")
    hands.press("Enter")
    page.get_by_text(f"锁定 {place}").first.wait_for()
    visit.settled()
    assert hands.focus()["role"] == "application"  # back on the map
    hands.press("Control+z")
    page.get_by_text(f"锁定 {place}").first.wait_for(state="detached")
    visit.settled()

    hands.menu("比较")
    assert hands.focus()["role"] == "h1"

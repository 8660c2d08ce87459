"""The scripts of map and table alone in a real browser, without a server: what they draw, say and ask for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from importlib.resources import files
from typing import Any

import pytest

from planning.app.map.mounts import map_script, map_styles
from planning.app.map.words import COMMON, OWN
from planning.app.table import table_data
from planning.screens.map_sites import ROLES
from planning.screens.tables import Cell, Column, Table
from planning.texts import text

pytestmark = pytest.mark.browser
CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
HOSTILE = "<img src=x onerror=\"document.title='broken'\"> $1~2$ :red[x] _y_"
ADDRESS = "http://jiujin.test/"
NONE = 65535
NEXT_PICTURE = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

# A stand-in for the page: columns behind getChild().toArray(), acts kept in a list.
STAND_IN = """
window.acts = [];
const columns = (table) => ({ getChild: (name) => (table[name] ? { toArray: () => table[name] } : null) });
const typed = { lon: Float32Array, lat: Float32Array, band: Uint8Array, group: Uint8Array };
const arrow = (table) => columns(Object.fromEntries(
  Object.entries(table).map(([name, values]) => [name, new (typed[name] || Uint16Array)(values)])));
const host = (trigger) => ({ parentElement: document, setTriggerValue: trigger });
window.showGround = (data) => jiujinGround({ data: { ...data, cells: arrow(data.cells) } });
window.showMap = (data) => {
  const frames = Object.entries(data).filter(([name]) => name !== "spec").map(([name, table]) => [name, arrow(table)]);
  jiujinMap({ ...host((name, act) => acts.push(act)), data: { spec: data.spec, ...Object.fromEntries(frames) } });
};
window.showTable = (data) => jiujinTable({ ...host((name, act) => acts.push(act)), data });
window.ready = true;
"""

AREAS = [["村甲", "县一"], ["县二", "县二"], [HOSTILE, "县二"]]
CELLS = {"lon": [76.0, 76.4, 77.0, 78.0], "lat": [39.0, 39.5, 39.2, 38.5], "area": [0, 1, 2, 2]}
SITES = {
    "id": ["c1", "n1", "k1", "x1"], "name": ["旧中心", "托云乡", HOSTILE, "村点"], "lon": [76.2, 77.2, 77.6, 76.8],
    "lat": [39.2, 39.4, 38.8, 38.6], "small": [0, 0, 0, 1],
}  # fmt: skip
PANE = {"band": [0, 2, 4, 255], "persons": [120, 60, 1234, 9], "minutes": [12, 75, NONE, NONE],
        "nearest": [0, 1, NONE, NONE], "group": [0, 2, 3, 255], "full": [20, 0, 0, 0]}  # fmt: skip
ACTIONS = [
    {"verb": v, "label": w} for v, w in (("lock", "锁定"), ("forbid", "排除"), ("close", "停用"), ("why", "为什么"))
]


def square(west: float, name: str) -> dict[str, Any]:
    ring = [[west, 38], [west + 1.5, 38], [west + 1.5, 40], [west, 40], [west, 38]]
    return {"type": "Feature", "properties": {"name": name}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def ground() -> dict[str, Any]:
    counties = {"type": "FeatureCollection", "features": [square(75.5, "县一"), square(77.0, "县二")]}
    told = {"counties": counties, "prefectures": {"type": "FeatureCollection", "features": []}, "areas": AREAS,
            "roads": [[[76, 39], [77, 39.5]]], "bounds": [[38, 75.5], [40, 78.5]], "others": [],
            "towns": [{"name": HOSTILE, "lon": 77.9, "lat": 39.7, "order": 0}]}  # fmt: skip
    return {"id": "g", "text": json.dumps(told), "cells": CELLS}


def picture(speech: str = "zh", **changes: Any) -> dict[str, Any]:
    labels = {n: text(n, speech) for n in COMMON} | {n: text(f"plan_map_{n}", speech) for n in OWN} | {"persons": "人"}
    bands = [{"key": k, "label": k, "color": c, "shape": "dot"} for k, c in
             (("near", "#2a7f9e"), ("mid", "#7db8a4"), ("far", "#e6b450"), ("over", "#c8503c"))]  # fmt: skip
    bands.append({"key": "no_route", "label": "no_route", "color": "#5b5560", "shape": "ring"})
    sites = {"role": [ROLES.index(r) for r in ("existing", "proposed", "candidate", "locked")],
             "text": ["", "最近人数 3", HOSTILE, ""], "wish": [-1] * 4}  # fmt: skip
    spec = {"mode": "one", "panes": [{"title": HOSTILE, "note": "说明", "sites": sites}], "bands": bands,
            "roles": list(ROLES), "sites": SITES, "rev": "1", "actions": ACTIONS, "can_undo": True, "can_redo": False,
            "history": True, "selected": "", "height": 420, "key": "m", "view": None, "labels": labels,
            "attribution": "来源", "lang": "zh-CN", "ground": "g"}  # fmt: skip
    return {"spec": spec | changes, "pane0": PANE}


class Tab:
    """One page, and everything that its console said."""

    def __init__(self, page: Any) -> None:
        self.page, self.said = page, []  # type: tuple[Any, list[str]]
        page.on("console", lambda message: self.said.append(message.text))
        page.on("pageerror", lambda error: self.said.append(str(error)))

    def run(self, script: str, argument: Any = None) -> Any:
        return self.page.evaluate(script, argument)

    def acts(self) -> list[tuple[str, str]]:
        return [(act["verb"], act["site"]) for act in self.run("acts")]

    def place_of(self, site: str, pane: int = 0) -> dict[str, float]:
        return self.run(
            "([id, i]) => { const { box, map, dots } = document.querySelector('.jj-map').planView.panes[i];"
            " const at = map.latLngToContainerPoint(dots.sites.find((one) => one.id === id));"
            " const edge = box.getBoundingClientRect(); return { x: edge.left + at.x, y: edge.top + at.y }; }",
            [site, pane],
        )  # fmt: skip

    def point(self, lon: float, lat: float) -> str:
        at = self.run(
            "([lng, lat]) => { const { box, map } = document.querySelector('.jj-map').planView.panes[0];"
            " const at = map.latLngToContainerPoint([lat, lng]); const edge = box.getBoundingClientRect();"
            " return [edge.left + at.x, edge.top + at.y]; }",
            [lon, lat],
        )  # fmt: skip
        self.page.mouse.move(*at)
        self.run(NEXT_PICTURE)
        return self.tip()

    def tip(self) -> str:
        return "\n".join(self.page.locator(".jm-tip.jm-on").all_inner_texts())


@pytest.fixture(scope="module")
def html() -> str:
    room = files("planning") / "app"
    scripts = {"jiujinGround": (room / "map" / "ground.js").read_text(encoding="utf-8"), "jiujinMap": map_script(),
               "jiujinTable": (room / "table" / "table.js").read_text(encoding="utf-8")}  # fmt: skip
    modules = "".join(f'<script type="module">{js}\nwindow.{name} = {name};</script>' for name, js in scripts.items())
    styles = map_styles() + (room / "table" / "table.css").read_text(encoding="utf-8")
    body = '<div class="jj-map"></div><div class="jj-table"></div>'
    return f'<!DOCTYPE html><meta charset="utf-8"><title>whole</title><style>{styles}</style><body>{body}{modules}' + (
        f'<script type="module">{STAND_IN}</script>'
    )


@pytest.fixture(scope="module")
def open_tab(html: str) -> Iterator[Tab]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this system")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1100, "height": 800})
        page.route("**/*", lambda route: route.fulfill(body=html, content_type="text/html"))
        yield Tab(page)
        browser.close()


@pytest.fixture
def tab(open_tab: Tab) -> Iterator[Tab]:
    """An empty page with the scripts; afterwards its console is silent and no word became an element."""
    page = open_tab.page
    page.goto(ADDRESS)
    page.wait_for_function("window.ready")
    yield open_tab
    page.evaluate("sessionStorage.clear()")
    assert open_tab.said == []
    assert page.title() == "whole"
    assert page.locator("img").count() == 0


@pytest.fixture
def map_tab(tab: Tab) -> Tab:
    tab.run("showMap", picture())
    assert tab.page.locator("canvas.jm-dots").count() == 0  # it waits for the ground
    tab.run("showGround", ground())
    return tab


def test_hovering_tells_how_long_it_takes_where_to_and_why(map_tab: Tab) -> None:
    assert map_tab.point(76.0, 39.0) == "县一 · 村甲\n120 人\n12 分钟可到 旧中心\n附近机构已满：20 人排不上"
    assert map_tab.point(76.4, 39.5) == "县二\n60 人\n75 分钟可到 托云乡\n超出所设时间，太远"
    assert map_tab.point(77.0, 39.2) == f"县二 · {HOSTILE}\n1,234 人\n无已知路线"
    assert map_tab.point(78.0, 38.5) == "县二"  # not part of the plan: only the county
    assert map_tab.point(77.6, 38.8) == f"{HOSTILE}\n备选\n{HOSTILE}"
    assert map_tab.page.locator(".jm-title").inner_text() == HOSTILE


def test_a_click_offers_what_fits_and_the_wish_is_drawn_at_once(map_tab: Tab) -> None:
    page = map_tab.page
    for site, fits in (("n1", ["锁定", "排除", "为什么", "关闭"]), ("c1", ["停用", "为什么", "关闭"])):
        at = map_tab.place_of(site)
        page.mouse.click(at["x"], at["y"])
        assert page.get_by_role("menuitem").all_inner_texts() == fits
        page.get_by_role("menuitem").first.click()
        page.locator(".jm-menu").wait_for(state="hidden")
    assert map_tab.acts() == [("lock", "n1"), ("close", "c1")]
    shown = "document.querySelector('.jj-map').planView.panes[0].dots.sites.map((one) => [one.role, one.wished])"
    assert map_tab.run(shown)[:2] == [["closed", True], ["locked", True]]
    assert map_tab.run("acts[1].n > acts[0].n && acts[1].view.zoom > 3")
    map_tab.run("showMap", picture())  # the answer was no: all is as before
    assert map_tab.run(shown)[:2] == [["existing", False], ["proposed", False]]
    assert map_tab.run("document.querySelector('.jj-map').dataset.draws") == "2"


def test_everything_is_done_with_the_keyboard_alone(map_tab: Tab) -> None:
    page, press = map_tab.page, map_tab.page.keyboard.press
    zoom = "document.querySelector('.jj-map').planView.panes[0].map.getZoom()"
    page.locator(".jm-box").focus()
    before = map_tab.run(zoom)
    press("+")
    assert map_tab.run(zoom) > before
    press("Home")
    assert map_tab.run(zoom) == before
    press("Enter")
    assert page.get_by_role("option").all_inner_texts() == [
        "托云乡\n建议新增", "旧中心\n现有机构", f"{HOSTILE}\n备选", "村点\n已锁定新增",
    ]  # fmt: skip
    page.keyboard.type("旧中")
    assert page.get_by_role("option", selected=True).inner_text().startswith("旧中心")
    press("Enter")
    press("ArrowDown")
    press("Enter")
    assert map_tab.acts() == [("why", "c1")]
    assert page.locator(".jm-told[role=status]").inner_text() == "为什么：旧中心"
    press("Enter")
    press("Escape")
    press("Control+z")
    press("Control+y")  # there is nothing to be done again
    assert map_tab.acts()[1:] == [("undo", "")]
    assert page.locator(".jm-box").evaluate("box => box === document.activeElement")


def test_layers_and_place_are_kept_over_a_reload_and_a_given_view_goes_before(map_tab: Tab) -> None:
    page = map_tab.page
    page.get_by_label("near").uncheck()
    assert map_tab.point(76.0, 39.0) == "县一"  # its dot is not there
    page.locator(".jm-box").focus()
    page.keyboard.press("+")
    zoom = "document.querySelector('.jj-map').planView.panes[0].map.getZoom()"
    kept = map_tab.run(zoom)
    page.reload()
    page.wait_for_function("window.ready")
    map_tab.run("showGround", ground())
    map_tab.run("showMap", picture())
    assert map_tab.run(zoom) == kept
    assert not page.get_by_label("near").is_checked()
    given = {"lat": 39.2, "lon": 77.0, "zoom": 9, "layers": {"near": True}, "opacity": {"people": 0.5}}
    map_tab.run("showMap", picture(view=given))
    assert map_tab.run(zoom) == 9
    assert page.get_by_label("near").is_checked()


def test_two_panes_move_together(map_tab: Tab) -> None:
    two = picture(mode="two", rev="2")
    two["spec"]["panes"] *= 2
    map_tab.run("showMap", two | {"pane1": PANE})
    map_tab.run("document.querySelector('.jj-map').planView.panes[0].map.setView([39.1, 76.5], 9)")
    centres = (
        "document.querySelector('.jj-map').planView.panes"
        ".map(({ map }) => [map.getCenter().lat.toFixed(2), map.getZoom()])"
    )
    assert map_tab.run(centres) == [["39.10", 9], ["39.10", 9]]


def a_table(rows: int = 3) -> dict[str, Any]:
    columns = (Column("id", "编号"), Column("name", "名称", help="怎么叫"), Column("n", "人数", "人", "end"))
    values = (Cell("12", "better"), 3, "—")
    found = tuple({"id": f"r{i}", "name": ("托云乡", HOSTILE, "=1+1")[i % 3], "n": values[i % 3]} for i in range(rows))
    made = Table("机构", columns, found, (HOSTILE,), tuple(f"r{i}" for i in range(rows)))
    return table_data(made, [("lock", "锁定")], True, ["r1"], "zh")


def test_a_table_is_sorted_acted_on_and_chosen_from(tab: Tab) -> None:
    tab.run("showTable", a_table())
    page = tab.page
    assert page.get_by_role("table", name="机构").count() == 1
    head = page.get_by_role("columnheader", name="人数")
    order = []
    for wanted in ("ascending", "descending", "none"):
        head.get_by_role("button").press("Enter")
        assert head.get_attribute("aria-sort") == wanted
        order.append([name[:1] for name in page.locator("tbody td:nth-child(3)").all_inner_texts()])
    assert order == [["<", "托", "="], ["托", "<", "="], ["托", "<", "="]]  # what has no number is last
    assert page.locator(".jt-better").inner_text().split() == ["▲", "较好"]
    page.get_by_role("button", name="锁定 托云乡").click()
    page.get_by_role("checkbox", name="选择 托云乡").check()
    assert tab.acts() == [("lock", "r0"), ("choose", "r0")]
    assert page.locator("tbody tr.jt-chosen").count() == 2
    assert tab.run("document.querySelector('.jj-table').shownTable.text()").splitlines()[3] == "r2\t'=1+1\t—"


def test_long_tables_grow_on_request_and_empty_ones_say_so(tab: Tab) -> None:
    tab.run("showTable", a_table(450))
    rows = tab.page.locator("tbody tr")
    assert rows.count() == 200
    tab.page.get_by_role("button", name="再显示 200 行（还有 250 行）").click()
    assert rows.count() == 400
    tab.run("showTable", a_table(0))
    assert tab.page.locator("tbody").inner_text() == "这里还没有内容"
    assert tab.page.locator(".jj-table").get_attribute("data-rows") == "0"

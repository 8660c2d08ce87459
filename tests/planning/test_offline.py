"""The offline page: one file, nothing fetched, names stay names."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import folium
import pytest
from branca.element import MacroElement
from folium.template import Template

from planning.offline import OfflineError, TextTooltip, inline_css, offline_map, to_html

HOSTILE = [
    "<img src=x onerror=\"document.title='broken'\">",
    "</script><script>document.title='broken'</script>",
    "${document.title='broken'}",
    "`;document.title='broken';`",
    "<b>粗</b> & fetch('https://outside.example/') L.marker( $(",
    "'\"><svg onload=\"document.title='broken'\">",
]


def squares(names: list[str]) -> dict[str, Any]:
    """One small square a name, side by side."""
    features = []
    for i, name in enumerate(names):
        west, south = 106.0 + 0.1 * i, 29.0
        ring = [
            [west, south],
            [west + 0.09, south],
            [west + 0.09, south + 0.4],
            [west, south + 0.4],
            [west, south],
        ]
        features.append(
            {
                "type": "Feature",
                "properties": {"name": name, "persons": 1200 + i},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    return {"type": "FeatureCollection", "features": features}


def sample_map(names: list[str]) -> folium.Map:
    """Every feature that is offered: polygons, dots, lines, layers, a tooltip, an attribution."""
    made = offline_map(bounds=[[29.0, 106.0], [29.4, 106.6]], attribution="数据：公开地图 <b>ODbL</b>")
    tooltip = TextTooltip(fields=["name", "persons"], aliases=["名称", "人数"], localize=True)
    folium.GeoJson(squares(names), name="区县", tooltip=tooltip).add_to(made)
    dots = folium.FeatureGroup(name="设施").add_to(made)
    folium.CircleMarker([29.2, 106.3], radius=6, color="#123", fill=True).add_to(dots)
    folium.PolyLine([[29.0, 106.0], [29.4, 106.6]], color="#888").add_to(made)
    folium.LayerControl(collapsed=True).add_to(made)
    return made


def test_page_is_self_contained() -> None:
    html = to_html(sample_map(["甲县", "乙县"]), title="就近 <1>", language="zh-CN")
    assert html.startswith('<!DOCTYPE html>\n<html lang="zh-CN">')
    assert '<meta charset="utf-8">' in html
    assert "<title>就近 &lt;1&gt;</title>" in html
    assert "default-src 'none'" in html
    assert "img-src data:" in html
    assert "<link" not in html
    assert not re.search(r"<script[^>]+src", html)
    assert "sourceMappingURL" not in html
    assert "(c) 2010-2023 Vladimir Agafonkin" in html  # the licence header stays


def test_style_sheet_has_its_pictures_inside() -> None:
    addresses = re.findall(r"url\(([^)]{1,40})", inline_css())
    assert len(addresses) == 2
    assert all(address.startswith("data:image/png;base64,") for address in addresses)


def test_rendering_twice_gives_the_same_page() -> None:
    made = sample_map(["甲县"])
    assert to_html(made, title="a") == to_html(made, title="a")


def test_figure_and_map_give_the_same_page() -> None:
    made = sample_map(["甲县"])
    assert to_html(made.get_root(), title="a") == to_html(made, title="a")


def test_plain_folium_map_is_refused_by_name_of_the_asset() -> None:
    with pytest.raises(OfflineError, match=r"unknown asset .*leaflet.*offline_map\(\)"):
        to_html(folium.Map(tiles=None), title="a")


def test_assets_of_one_map_do_not_reach_another() -> None:
    first, second = offline_map(), offline_map()
    first.add_js_link("extra", "https://outside.example/extra.js")  # type: ignore[attr-defined]
    with pytest.raises(OfflineError, match=r"outside\.example/extra\.js"):
        to_html(first, title="a")
    assert "outside.example" not in to_html(second, title="a")
    assert "outside.example" not in str(folium.Map.default_js)
    assert "outside.example" not in to_html(offline_map(), title="a")


def test_only_a_figure_can_be_written() -> None:
    loose = MacroElement()  # type: ignore[no-untyped-call]
    with pytest.raises(OfflineError, match="folium map or its figure"):
        to_html(loose, title="a")


def loose_html(text: str) -> MacroElement:
    """An element that writes raw HTML into the body."""
    made = MacroElement()  # type: ignore[no-untyped-call]
    made._template = Template("{% macro html(this, kwargs) %}" + text + "{% endmacro %}")
    return made


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('<img src="https://outside.example/a.png">', r"<img src="),
        ('<img src="a.png">', r"<img src="),
        ('<link rel="prefetch" href="//outside.example/a">', r"<link href="),
        ('<iframe src="https://outside.example/"></iframe>', r"<iframe src="),
        ('<object data="a.svg"></object>', r"<object data="),
        ('<p style="background:url(a.png)">x</p>', r"url\(a\.png\)"),
        ("<style>@import 'a.css';</style>", "@import"),
        ("<style>p { background: url('https://outside.example/a') }</style>", r"url\(https"),
        ("<script>fetch(address)</script>", r"fetch\("),
        ("<script>$('#map').show()</script>", "jQuery"),
        ('<p onclick="x()">x</p>', "script in an attribute"),
        ('<a href="javascript:x()">x</a>', r"<a href="),
        ('<meta http-equiv="refresh" content="1">', "refresh"),
    ],
)
def test_whatever_leaves_the_file_is_refused(text: str, named: str) -> None:
    made = offline_map()
    made.get_root().html.add_child(loose_html(text))  # type: ignore[attr-defined]
    made.add_child(loose_html(text))
    with pytest.raises(OfflineError, match=named):
        to_html(made, title="a")


def test_a_link_to_click_and_a_data_picture_are_fine() -> None:
    made = offline_map()
    made.add_child(loose_html('<a href="https://outside.example/">来源</a><img src="data:image/png;base64,AA==">'))
    assert "来源" in to_html(made, title="a")


@pytest.mark.parametrize(
    ("element", "named"),
    [
        (folium.TileLayer("https://outside.example/{z}/{x}/{y}.png", attr="x"), "tile layer"),
        (folium.Marker([29.2, 106.3]), "marker pictures"),
        (folium.CircleMarker([29.2, 106.3], popup="甲"), "jQuery"),
        (folium.CircleMarker([29.2, 106.3], tooltip="<i>甲</i>"), "read as markup"),
        (folium.CircleMarker([29.2, 106.3], tooltip="${1}"), "read as markup"),
        (folium.FeatureGroup(name="<img src=x>"), "layer name"),
    ],
)
def test_features_that_need_more_are_refused(element: Any, named: str) -> None:
    made = offline_map()
    element.add_to(made)
    with pytest.raises(OfflineError, match=named):
        to_html(made, title="a")


def test_plain_tooltip_is_refused_only_with_markup() -> None:
    for name, refused in (("甲县", False), ("<b>甲县</b>", True), ("&lt;b&gt;", False)):
        made = offline_map()
        folium.GeoJson(squares([name]), tooltip=folium.GeoJsonTooltip(fields=["name"])).add_to(made)
        if refused:
            with pytest.raises(OfflineError, match="use TextTooltip"):
                to_html(made, title="a")
        else:
            assert "<!DOCTYPE" in to_html(made, title="a")


# ---------------------------------------------------------------- in a real browser

CHROMIUM = next((p for p in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if p), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


class Visit:
    """What a page tried to do while it was open."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.messages: list[str] = []


@pytest.fixture
def visit(tmp_path: Path) -> Any:
    """Open a page with the network cut off; yields ``open(html) -> (page, Visit)``."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this system")
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(offline=True, locale="zh-CN")

        def open_page(html: str) -> tuple[Any, Visit]:
            seen, path = Visit(), tmp_path / "map.html"
            path.write_text(html, encoding="utf-8", newline="\r\n")  # as a Windows editor would save it
            context.route(re.compile(r"^(?!file:|data:)"), lambda route: route.abort())
            page = context.new_page()
            page.on("request", lambda request: seen.requests.append(request.url))
            page.on("console", lambda message: seen.messages.append(message.text))
            page.on("pageerror", lambda error: seen.messages.append(str(error)))
            page.goto(path.as_uri())
            page.wait_for_selector(".leaflet-pane canvas")
            return page, seen

        yield open_page
        browser.close()


def outside(seen: Visit) -> list[str]:
    """Requests other than the file itself and what it carries."""
    return [url for url in seen.requests if not url.startswith(("file:", "data:"))]


@pytest.mark.browser
def test_browser_draws_the_map_and_fetches_nothing(visit: Any) -> None:
    page, seen = visit(to_html(sample_map(["甲县", "乙县"]), title="就近"))
    drawn = page.evaluate(
        "() => [...document.querySelectorAll('.leaflet-pane canvas')].some(c => "
        "c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some(v => v))"
    )
    toggle = page.locator(".leaflet-control-layers-toggle")
    assert "data:image/png" in toggle.evaluate("e => getComputedStyle(e).backgroundImage")
    corner = toggle.bounding_box()
    page.mouse.move(corner["x"] + 5, corner["y"] + 5)
    names = page.locator(".leaflet-control-layers-overlays label").all_inner_texts()
    assert [name.strip() for name in names] == ["区县", "设施"]
    assert page.locator(".leaflet-control-attribution").inner_text() == "数据：公开地图 <b>ODbL</b>"
    assert page.locator(".leaflet-control-scale-line").first.is_visible()
    assert drawn
    assert page.title() == "就近"
    assert outside(seen) == []
    assert seen.messages == []
    assert len([url for url in seen.requests if url.startswith("file:")]) == 1


@pytest.mark.browser
@pytest.mark.parametrize("position", range(len(HOSTILE)))
def test_browser_shows_hostile_names_as_text(visit: Any, position: int) -> None:
    name = HOSTILE[position]
    page, seen = visit(to_html(sample_map([name]), title="就近"))
    box = page.locator(".folium-map").bounding_box()
    page.mouse.move(box["x"] + 30, box["y"] + box["height"] / 2)
    for x in range(60, int(box["width"]), 25):  # the square lies somewhere on the way
        page.mouse.move(box["x"] + x, box["y"] + box["height"] / 2)
        if page.locator(".leaflet-tooltip td").count():
            break
    assert page.locator(".leaflet-tooltip td").first.text_content() == name
    assert page.title() == "就近"
    assert outside(seen) == []
    assert seen.messages == []


@pytest.mark.browser
def test_browser_policy_holds_even_if_markup_gets_through(visit: Any) -> None:
    html = to_html(sample_map(["甲县"]), title="就近")
    page, seen = visit(html)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\" onerror=\"document.title=1\">')")
    page.evaluate("fetch('https://outside.example/').catch(() => null)")
    page.wait_for_timeout(200)
    assert page.title() == "就近"
    assert outside(seen) == []
    assert any("Content Security Policy" in message for message in seen.messages)

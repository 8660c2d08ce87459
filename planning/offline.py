"""One HTML file that needs nothing else: a folium map with Leaflet inside and no way out.

``offline_map`` makes the map, ``TextTooltip`` shows properties as text, ``to_html`` writes the page.

Three fences, each enough on its own:

1. every script and style sheet comes from ``planning/assets``; an unknown one is an error;
2. the finished page is scanned for addresses a browser would fetch and for text that would become markup;
3. the page carries a content security policy: nothing may be loaded, and only the scripts written here
   (by their SHA-256) may run, so that a name such as ``<img onerror=...>`` stays a name.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Sequence
from functools import cache
from html import escape
from html.parser import HTMLParser
from importlib.resources import files
from typing import Any

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement
from folium.features import GeoJsonDetail
from folium.map import Layer, Tooltip
from folium.template import Template

LEAFLET_JS = "leaflet/leaflet.js"
LEAFLET_CSS = "leaflet/leaflet.css"
_VENDORED = frozenset({LEAFLET_JS, LEAFLET_CSS})

# Style declarations of Leaflet that belong to parts not offered here (old browsers, picture markers).
_UNUSED_CSS = re.compile(r"[\w-]+:\s*url\((?:#default#VML|images/marker-icon\.png)\);?")
_CSS_URL = re.compile(r"url\(\s*['\"]?([^'\")]+)['\"]?\s*\)")
_CSS_IMPORT = re.compile(r"@import\b")
_JS_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'')
_MARKUP_IN_TEMPLATE = re.compile(r"[<`\\]|\$\{")

# What a script of the page may not do, and what to do instead.
_FORBIDDEN_CALLS: tuple[tuple[str, str], ...] = (
    (r"\bfetch\s*\(|\bXMLHttpRequest\b|\bimport\s*\(|\bimportScripts\b", "loads data at run time; embed it"),
    (r"\bWebSocket\b|\bEventSource\b|\bsendBeacon\b", "opens a connection; remove it"),
    (r"\bL\.tileLayer\b", "is a tile layer, which asks a map server; draw polygons and roads instead"),
    (r"\bL\.marker\b|\bL\.AwesomeMarkers\b", "needs marker pictures; use CircleMarker"),
    (r"\$\s*\(|\$\.|\bjQuery\b", "needs jQuery (a popup or keep_in_front); use a tooltip"),
)
_FETCHING_ATTRIBUTES = frozenset(
    {"src", "srcset", "href", "xlink:href", "data", "poster", "background", "action", "formaction", "ping"}
)

_FONTS = '"Noto Sans CJK SC", "Noto Sans SC", "Microsoft YaHei", "PingFang SC", sans-serif'


_TEMPLATE_SIGN = re.compile(r"\{(?=[{%#])")


def inert(text: str) -> str:
    """Data for a map property, its template signs parted by an invisible joiner.

    folium and branca render what they rendered once more as a Jinja template, so `{{ … }}` in a name would run.
    """
    return _TEMPLATE_SIGN.sub("{\u2060", text)


def inert_html(text: str) -> str:
    """Text as HTML in which neither markup nor template signs are left."""
    return escape(text).replace("{", "&#123;")


class OfflineError(ValueError):
    """The map cannot be written as one file that needs nothing from outside."""


class OfflineMap(folium.Map):
    """A folium map that asks for Leaflet only; its lists of assets belong to the one map."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._name = "Map"
        self.default_js = [("leaflet", LEAFLET_JS)]
        self.default_css = [("leaflet_css", LEAFLET_CSS)]


class TextTooltip(folium.GeoJsonTooltip):
    """``folium.GeoJsonTooltip`` that writes names and values as text, never as markup."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        {{ this._parent.get_name() }}.bindTooltip(function (layer) {
            const fields = {{ this.fields|tojson }}, aliases = {{ this.aliases|tojson }};
            const table = document.createElement("table");
            fields.forEach(function (field, i) {
                const row = table.insertRow();
                {%- if this.labels %}
                row.appendChild(document.createElement("th")).textContent = aliases[i];
                {%- endif %}
                const value = layer.feature.properties[field];
                row.insertCell().textContent = value === null || value === undefined ? "" : String(
                    typeof value === "object" ? JSON.stringify(value)
                        : value{% if this.localize %}.toLocaleString(){% endif %});
            });
            return table;
        }, {{ this.tooltip_options|tojavascript }});
        {% endmacro %}
        """
    )


class _Frame(MacroElement):
    """Quiet background, Chinese fonts, and the attribution without Leaflet's own prefix."""

    _template = Template(
        """
        {% macro header(this, kwargs) %}
        <style>
            .leaflet-container { background: #f4f2ee; font-family: {{ this.fonts }}; }
            .leaflet-container .leaflet-control-attribution { background: rgba(255, 255, 255, .8); }
        </style>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        L.control.scale({imperial: false}).addTo({{ this._parent.get_name() }});
        if ({{ this._parent.get_name() }}.attributionControl) {
            {{ this._parent.get_name() }}.attributionControl.setPrefix(false);
            {%- if this.attribution %}
            {{ this._parent.get_name() }}.attributionControl.addAttribution({{ this.attribution|tojson }});
            {%- endif %}
        }
        {% endmacro %}
        """
    )

    def __init__(self, attribution: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "Frame"
        self.attribution = inert_html(attribution)
        self.fonts = _FONTS


def offline_map(
    location: Sequence[float] = (29.5, 106.5),
    *,
    bounds: Sequence[Sequence[float]] | None = None,
    zoom_start: int = 8,
    attribution: str = "",
    **options: Any,
) -> folium.Map:
    """A folium map without tiles, ready for ``to_html``.

    ``location`` is (lat, lon); ``bounds`` is ((south, west), (north, east)) and wins over it.
    ``attribution`` is shown as text in the corner. ``options`` go to Leaflet's map.
    """
    settings: dict[str, Any] = {"maxZoom": 18, "zoomSnap": 0.5, **options}
    made = OfflineMap(
        location=list(location),
        zoom_start=zoom_start,
        tiles=None,
        prefer_canvas=True,
        control_scale=False,
        **settings,
    )
    made.add_child(_Frame(attribution))
    if bounds is not None:
        made.fit_bounds([list(corner) for corner in bounds], padding=(24, 24))
    return made


def to_html(figure_or_map: Element, *, title: str, language: str = "zh-CN") -> str:
    """The map as one HTML page with everything inside; raises ``OfflineError`` naming every fault.

    The argument is a map from ``offline_map`` or the figure around it; it is rendered, not changed.
    """
    figure = figure_or_map.get_root()
    if not isinstance(figure, Figure):
        raise OfflineError(f"to_html needs a folium map or its figure, found {type(figure_or_map).__name__}")
    _raise_if(list(_markup_faults(figure)))
    page = _Page(_render(figure))
    _raise_if(page.faults)
    return page.document(title=title, language=language)


def _render(figure: Figure) -> str:
    """Head and body of the page; what rendering adds to the figure is taken out again."""
    parts = (figure.header, figure.html, figure.script)
    before = [part._children.copy() for part in parts]
    try:
        for child in figure._children.values():
            child.render()
        head, body, script = _head(figure), figure.html.render(), figure.script.render()
    finally:
        for part, children in zip(parts, before, strict=True):
            part._children = children
    return f"{head}\n</head>\n<body>{body}\n<script>\n{script}\n</script>\n</body>"


def _raise_if(faults: list[str]) -> None:
    """Raise one error that lists all faults."""
    if faults:
        raise OfflineError("The map cannot be written as one offline file:\n- " + "\n- ".join(faults))


# ---------------------------------------------------------------- assets


@cache
def _asset(path: str) -> str:
    """The text of a vendored file."""
    return (files("planning") / "assets" / path).read_text(encoding="utf-8")


@cache
def _picture(path: str) -> str:
    """A vendored PNG as a ``data:`` address."""
    content = (files("planning") / "assets" / path).read_bytes()
    return "data:image/png;base64," + base64.b64encode(content).decode("ascii")


@cache
def inline_css() -> str:
    """Leaflet's style sheet with its pictures inside and without the rules nobody uses here."""
    kept = _UNUSED_CSS.sub("", _asset(LEAFLET_CSS))
    return _CSS_URL.sub(lambda found: f"url({_picture('leaflet/' + found[1])})", kept)


def _inline(link: JavascriptLink | CssLink) -> str:
    """The vendored text in place of a link; an unknown one is an error."""
    if link.url not in _VENDORED:
        raise OfflineError(
            f"unknown asset {link.url!r}: only {sorted(_VENDORED)} are kept with the program. "
            "Make the map with offline_map() and leave out plugins that bring their own files."
        )
    if isinstance(link, CssLink):
        return f"<style>\n{inline_css()}\n</style>"
    return f"<script>\n{_asset(link.url)}\n</script>"


def _head(figure: Figure) -> str:
    """The figure's header with every link replaced by its content."""
    parts = []
    for name, child in figure.header._children.items():
        if isinstance(child, JavascriptLink | CssLink):
            parts.append(_inline(child))
        elif name != "meta_http":
            parts.append(child.render())
    return "\n".join(parts)


# ---------------------------------------------------------------- text that would become markup


def _walk(element: Element) -> Iterator[Element]:
    """The element and everything below it."""
    yield element
    for child in element._children.values():
        yield from _walk(child)


def _markup_faults(figure: Figure) -> Iterator[str]:
    """Names and values that folium would write as markup."""
    for element in _walk(figure):
        if isinstance(element, folium.GeoJson) and _TEMPLATE_SIGN.search(json.dumps(element.data, ensure_ascii=False)):
            yield "a property of a layer contains '{{', '{%' or '{#'; pass data through inert()"
        if isinstance(element, GeoJsonDetail) and not isinstance(element, TextTooltip):
            yield from _detail_faults(element)
        elif isinstance(element, Tooltip) and _MARKUP_IN_TEMPLATE.search(element.text):
            yield f"tooltip text {element.text[:40]!r} would be read as markup; use GeoJson with TextTooltip"
        elif isinstance(element, Layer) and "<" in str(element.layer_name):
            yield f"layer name {element.layer_name[:40]!r} would be read as markup; leave out '<'"


def _detail_faults(detail: GeoJsonDetail) -> Iterator[str]:
    """Properties and headings of a plain GeoJson tooltip or popup that contain ``<``."""
    if any("<" in str(alias) for alias in detail.aliases):
        yield f"headings {list(detail.aliases)} contain '<'; use TextTooltip"
    data = getattr(detail._parent, "data", {})
    for feature in data.get("features", ()):
        for field in detail.fields:
            value = json.dumps(feature["properties"].get(field), ensure_ascii=False)
            if "<" in value:
                yield f"property {field!r} = {value[:40]} would be read as markup; use TextTooltip"
                return


# ---------------------------------------------------------------- the finished page


class _Page(HTMLParser):
    """The page as a browser reads it: its scripts, and everything that would leave the file."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.html = html.replace("\r\n", "\n").replace("\r", "\n")
        self.scripts: list[str] = []
        self.faults: list[str] = []
        self._inside = ""
        self.feed(self.html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note scripts and styles; look at each attribute."""
        self._inside = tag if tag in ("script", "style") else ""
        if tag == "script":
            self.scripts.append("")
        for name, value in attrs:
            self._look_at_attribute(tag, name, value or "")

    def handle_endtag(self, tag: str) -> None:
        """Leave a script or a style; look at the whole script."""
        if tag == "script" and self._inside == "script":
            self._look_at_script(self.scripts[-1])
        self._inside = ""

    def handle_data(self, data: str) -> None:
        """Gather scripts, look at styles."""
        if self._inside == "script":
            self.scripts[-1] += data
        elif self._inside == "style":
            self._look_at_style(data)

    def _look_at_attribute(self, tag: str, name: str, value: str) -> None:
        address = value.strip().lower()
        if name in _FETCHING_ATTRIBUTES and not address.startswith(("data:", "#")):
            if (tag, name) == ("a", "href") and address.startswith(("https:", "http:", "mailto:")):
                return  # followed only by a click
            self.faults.append(f"<{tag} {name}={value[:80]!r}> would be fetched")
        elif name == "style":
            self._look_at_style(value)
        elif name.startswith("on"):
            self.faults.append(f"<{tag} {name}=...> is a script in an attribute")
        elif (name, address) == ("http-equiv", "refresh"):
            self.faults.append("<meta http-equiv=refresh> would leave the page")

    def _look_at_style(self, css: str) -> None:
        if _CSS_IMPORT.search(css):
            self.faults.append("@import in a style sheet would be fetched")
        for found in _CSS_URL.finditer(css):
            if not found[1].startswith(("data:", "#")):
                self.faults.append(f"url({found[1][:80]}) in a style sheet would be fetched")

    def _look_at_script(self, script: str) -> None:
        if script.strip() == _asset(LEAFLET_JS).strip():
            return
        code = _JS_STRING.sub('""', script)
        for pattern, reason in _FORBIDDEN_CALLS:
            found = re.search(pattern, code)
            if found:
                self.faults.append(f"script uses {found[0]!r}, which {reason}")

    def _policy(self) -> str:
        """Nothing is loaded; only these scripts run (browsers that know hashes ignore unsafe-inline)."""
        digests = (hashlib.sha256(script.encode("utf-8")).digest() for script in self.scripts)
        hashes = " ".join(f"'sha256-{base64.b64encode(digest).decode('ascii')}'" for digest in digests)
        return (
            f"default-src 'none'; script-src 'unsafe-inline' {hashes}; style-src 'unsafe-inline'; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        )

    def document(self, *, title: str, language: str) -> str:
        """The whole page: character set, policy and title first, then what was read."""
        return (
            f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
            f'<meta http-equiv="Content-Security-Policy" content="{self._policy()}">\n'
            f"<title>{escape(title)}</title>\n{self.html}\n</html>\n"
        )

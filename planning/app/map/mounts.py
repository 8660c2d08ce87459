"""The two pieces of the map in the browser: the ground, which is sent once, and what changes; Leaflet is vendored."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, Final

import streamlit as st

SCRIPTS: Final = (
    "base", "signs", "columns", "places", "labels", "dots", "tips", "menu", "find", "keys", "pane", "panel", "linked",
    "wishes", "main",
)  # fmt: skip
"""Files of the map's script, in the order in which they are put together."""


@cache
def ground_mount() -> Any:
    """The ground: it draws nothing, it lays the places of an area ready for every map of the page."""
    return st.components.v2.component(
        "jiujin_ground", html='<div class="jj-ground" hidden></div>', js=_own("ground.js")
    )


@cache
def map_mount() -> Any:
    """The map itself, registered when it is first shown."""
    return st.components.v2.component(
        "jiujin_map", html='<div class="jj-map"></div>', css=map_styles(), js=map_script()
    )


def map_script() -> str:
    """Leaflet under its own name, then the files of the map, one after the other."""
    leaflet = (files("planning") / "assets" / "leaflet" / "leaflet.js").read_text(encoding="utf-8")
    opening = "const L = (() => { const exports = {}, module = {};"
    closing = "return exports.noConflict(); })();"
    return "\n".join((opening, leaflet, closing, *(_own(f"{name}.js") for name in SCRIPTS)))


def map_styles() -> str:
    """Leaflet's style sheet without the lines that point at picture files, and the map's own."""
    styles = (files("planning") / "assets" / "leaflet" / "leaflet.css").read_text(encoding="utf-8")
    plain = "\n".join(line for line in styles.splitlines() if "url(" not in line)
    return plain + "\n" + _own("map.css")


def _own(name: str) -> str:
    return (files("planning") / "app" / "map" / name).read_text(encoding="utf-8")

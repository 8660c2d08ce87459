"""One or two linked maps of a plan, drawn in the browser from numbers; nothing is asked from outside."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

ROLES = ("existing", "proposed", "locked", "forbidden", "candidate")

LABELS = {
    "map": "地图",
    "fit": "全图",
    "fit_title": "显示全部范围",
    "zoom_in": "放大",
    "zoom_out": "缩小",
    "persons": "人",
    "size_hint": "圆点越大，人数越多",
    "show_candidates": "显示全部备选点",
    "existing": "现有设施",
    "proposed": "建议新增",
    "locked": "已锁定",
    "forbidden": "已排除",
    "candidate": "备选点",
    "stamp": "内部工作用图，未经审图不得公开",
    "attribution": "",
}


def plan_maps(
    *,
    base: Mapping[str, Any],
    panes: Sequence[Mapping[str, Any]],
    legend: Sequence[Mapping[str, Any]],
    key: str,
    labels: Mapping[str, str] | None = None,
    height: int = 560,
    on_click: Callable[[str], None] | None = None,
) -> str | None:
    """Show the panes side by side with common pan and zoom; give the id of the last clicked site.

    ``base``: ``counties`` (FeatureCollection, property ``name``), ``roads`` (FeatureCollection, or lines of
    [lon, lat]), ``bounds`` [[south, west], [north, east]]. ``panes``: one or two of ``title``, ``note``,
    ``cells`` (columns ``lon``, ``lat``, ``persons``, ``band`` and, in place of the count, ``text``) and
    ``sites`` (``id``, ``lon``, ``lat``, ``name``, ``role``,
    ``text``, ``small`` for village points). ``legend``: ``label`` and ``color`` of
    each band, in the order of drawing; ``hollow`` draws rings. ``labels`` replaces some of ``LABELS``.

    ``on_click`` is called once a click, before the rerun. The returned id stays until another click.
    """
    prepared = _prepare_panes(panes, len(legend))
    remembered = f"{key}_last_clicked"

    def clicked() -> None:
        site = st.session_state[key].get("clicked")
        if site is not None:
            st.session_state[remembered] = str(site)
            if on_click is not None:
                on_click(str(site))

    selected = st.session_state.get(remembered)
    if selected not in {site["id"] for pane in prepared for site in pane["sites"]}:
        selected = None
    base_text = json.dumps(base, allow_nan=False)
    data = {
        "base": base_text,  # as text: written once here, read in the browser only when it changed
        "base_id": hashlib.sha256(base_text.encode("utf-8")).hexdigest()[:16],
        "panes": json.dumps(prepared, allow_nan=False),
        "legend": [dict(item) for item in legend],
        "labels": _labels(labels or {}),
        "height": int(height),
        "selected": selected,
    }
    _component()(data=data, key=key, on_clicked_change=clicked)
    return selected


@cache
def _component() -> Any:
    """The component, registered when it is first shown."""
    root = files("planning")
    leaflet = (root / "assets" / "leaflet" / "leaflet.js").read_text(encoding="utf-8")
    styles = (root / "assets" / "leaflet" / "leaflet.css").read_text(encoding="utf-8")
    script = (root / "app" / "plan_map.js").read_text(encoding="utf-8")
    own_styles = (root / "app" / "plan_map.css").read_text(encoding="utf-8")
    opening, closing = (
        "const L = (() => { const exports = {}, module = {};",
        "return exports.noConflict(); })();",
    )
    return st.components.v2.component(
        "jiujin_plan_maps",
        html='<div class="pm-root"></div>',
        css=_without_pictures(styles) + own_styles,
        js="\n".join((opening, leaflet, closing, script)),
    )


def _without_pictures(styles: str) -> str:
    """Leaflet's style sheet without the lines that point at picture files; none of them is used here."""
    return "\n".join(line for line in styles.splitlines() if "url(" not in line) + "\n"


def _labels(given: Mapping[str, str]) -> dict[str, str]:
    """The usual words, with the given ones in their place; an unknown key is an error."""
    unknown = sorted(set(given) - set(LABELS))
    if unknown:
        raise ValueError(f"plan_maps: unknown labels {unknown}; known are {sorted(LABELS)}")
    return {**LABELS, **given}


def _prepare_panes(panes: Sequence[Mapping[str, Any]], bands: int) -> list[dict[str, Any]]:
    """Plain, checked and rounded values for the browser."""
    if len(panes) not in (1, 2):
        raise ValueError(f"plan_maps shows one or two panes, found {len(panes)}")
    return [
        {
            "title": str(pane["title"]),
            "note": str(pane.get("note", "")),
            "cells": _cells(pane.get("cells"), bands, str(pane["title"])),
            "sites": [_site(site) for site in pane.get("sites", ())],
        }
        for pane in panes
    ]


def _cells(cells: Mapping[str, Any] | None, bands: int, pane: str) -> dict[str, Any] | None:
    """The columns of the cells: equal lengths, finite numbers, bands of the legend."""
    if cells is None:
        return None
    columns: dict[str, Any] = {
        "lon": _numbers(cells["lon"], 5),
        "lat": _numbers(cells["lat"], 5),
        "persons": _numbers(cells["persons"], 1),
        "band": [int(band) for band in cells["band"]],
    }
    if cells.get("text") is not None:
        columns["text"] = [str(text) for text in cells["text"]]
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"plan_maps, pane {pane!r}: columns of cells differ in length: {lengths}")
    if any(not 0 <= band < bands for band in columns["band"]):
        raise ValueError(f"plan_maps, pane {pane!r}: bands must lie in 0..{bands - 1} (the legend)")
    return columns


def _numbers(values: Sequence[float], digits: int) -> list[float]:
    """Rounded finite numbers."""
    rounded = [round(float(value), digits) for value in values]
    if not all(map(math.isfinite, rounded)):
        raise ValueError("plan_maps: a coordinate or a number of persons is not finite")
    return rounded


def _site(site: Mapping[str, Any]) -> dict[str, Any]:
    """One site as plain values."""
    if site["role"] not in ROLES:
        raise ValueError(f"plan_maps: role {site['role']!r} of site {site['id']!r} is none of {ROLES}")
    lon, lat = _numbers((site["lon"], site["lat"]), 5)
    return {
        "id": str(site["id"]),
        "lon": lon,
        "lat": lat,
        "name": str(site["name"]),
        "role": site["role"],
        "text": str(site.get("text", "")),
        "small": bool(site.get("small", False)),
    }

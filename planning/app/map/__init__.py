"""The map of all pages: one plan, two that move together, or the difference of two; nothing is asked from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from planning import Plan, Scenario, StudyArea
from planning.app.acts import Act, act_of
from planning.app.map.mounts import ground_mount, map_mount
from planning.app.map.words import map_words
from planning.app.state import language
from planning.screens.map_payload import MapData, Mode, map_data

__all__ = ["Act", "plan_map"]
BARE = ("undo", "redo", "link")
"""Acts that are about no site."""


def plan_map(
    plans: Sequence[Plan],
    area: StudyArea,
    *,
    key: str,
    mode: Mode = "one",
    draft: Scenario | None = None,
    actions: Sequence[tuple[str, str]] = (),
    can_undo: bool = False,
    can_redo: bool = False,
    selected: str = "",
    height: int = 560,
    on_act: Callable[[Act], None] | None = None,
    year: int | None = None,
    service: str = "",
    view: Mapping[str, Any] | None = None,
) -> Act | None:
    """Show plans on a map; give what was asked of a site.

    Args:
        plans: `one` shows the first (where people live when there is none), `two` and `difference` the first two.
        key: where on the page; the browser keeps place, zoom and layers for it.
        draft: the scenario being worked at; what it changes and no plan shows yet has a dashed ring.
        actions: verb and label, in the order of the menu. Each is offered where it makes sense: `open`, `lock`,
            `forbid` for candidates, `close` for institutions, `free` for what was ordered or wished, others always.
            `link` is a button beside the map; `undo` and `redo` are there with `can_undo`, `can_redo` or a draft.
        selected: id of the site that has a ring.
        on_act: called with the act before the page is drawn again; the act is also returned.
        year, service: of network plans, what to show.
        view: a place to begin with, as an act told it.

    Raises:
        PlanningError: as `planning.screens.map_payload.map_data` does.
    """
    speech = language()
    made = map_data(plans, area, speech, mode=mode, draft=draft, year=year, service=service)
    verbs = {verb for verb, _ in actions} - set(BARE)
    bare = _bare(actions, can_undo, can_redo)

    def acted() -> None:
        act = act_of(st.session_state[key].get("act"), verbs, made.site_ids, bare)
        if act is not None and on_act is not None:
            on_act(act)

    controls = {"actions": [{"verb": verb, "label": label} for verb, label in actions], "can_undo": can_undo,
                "can_redo": can_redo, "history": can_undo or can_redo or draft is not None, "selected": selected,
                "height": int(height), "key": key, "view": dict(view) if view else None}  # fmt: skip
    ground_mount()(data=ground_data(made), key=f"{key}_ground")
    spec = {**made.spec, **controls, **map_words(plans, area, speech), "ground": made.ground.id}
    result = map_mount()(data={"spec": spec, **made.frames}, key=key, on_act_change=acted)
    return act_of(result.get("act"), verbs, made.site_ids, bare)


def ground_data(made: MapData) -> dict[str, Any]:
    """What the browser gets once for an area and a language."""
    return {"id": made.ground.id, "text": made.ground.text, "cells": made.ground.cells}


def _bare(actions: Sequence[tuple[str, str]], can_undo: bool, can_redo: bool) -> set[str]:
    """The acts about no site that may come now."""
    offered = {verb for verb, _ in actions} & set(BARE)
    return offered | ({"undo"} if can_undo else set()) | ({"redo"} if can_redo else set())

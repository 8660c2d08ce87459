"""The one table of all pages: captions, sorting, actions and checkboxes by keyboard and mouse, words only as words."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

from planning.app.acts import Act, act_of
from planning.app.state import language
from planning.screens.tables import Table, packed
from planning.texts import text

CHOOSE = "choose"
LABELS = (
    "empty", "more", "copy", "copied", "not_copied", "sort", "sorted_up", "sorted_down", "unsorted", "choose",
    "choose_row", "actions", "act_on", "better", "worse", "same", "unsure", "columns_explained",
)  # fmt: skip


def table(
    rows: Table,
    *,
    key: str,
    actions: Sequence[tuple[str, str]] = (),
    choose: bool = False,
    chosen: Sequence[str] = (),
    on_act: Callable[[Act], None] | None = None,
) -> Act | None:
    """Show a table; give what was asked of a row.

    Args:
        key: where on the page; sorting and the place scrolled to are kept while it stays the same.
        actions: verb and label of the buttons of each row.
        choose: a checkbox at each row; ticking or clearing it is `Act("choose", id, …)`.
        chosen: ids of the rows that are ticked.
        on_act: called with the act before the page is drawn again; the act is also returned.
    """
    verbs = {verb for verb, _ in actions} | ({CHOOSE} if choose else set())

    def acted() -> None:
        act = act_of(st.session_state[key].get("act"), verbs, rows.ids)
        if act is not None and on_act is not None:
            on_act(act)

    data = table_data(rows, actions, choose, chosen, language())
    result = _component()(data=data, key=key, on_act_change=acted)
    return act_of(result.get("act"), verbs, rows.ids)


def table_data(
    rows: Table, actions: Sequence[tuple[str, str]], choose: bool, chosen: Sequence[str], speech: str
) -> dict[str, Any]:
    """What the browser gets."""
    labels: Mapping[str, str] = {name: text(f"table_{name}", speech) for name in LABELS}
    about = {
        "actions": [{"verb": verb, "label": label} for verb, label in actions],
        "choose": choose,
        "chosen": list(chosen),
        "labels": labels,
        "lang": "zh-CN" if speech == "zh" else "en",
    }
    return {"table": json.dumps({**packed(rows), **about}, allow_nan=False, ensure_ascii=False)}


@cache
def _component() -> Any:
    room = files("planning") / "app" / "table"
    return st.components.v2.component(
        "jiujin_table",
        html='<div class="jj-table"></div>',
        css=(room / "table.css").read_text(encoding="utf-8"),
        js=(room / "table.js").read_text(encoding="utf-8"),
    )

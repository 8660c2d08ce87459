"""Plans side by side: choose them, read the headline, then look closer part by part."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from planning import Plan
from planning.app import look, session
from planning.app.acts import Act
from planning.app.pages import compare_link
from planning.app.pages import compare_parts as parts
from planning.app.pages import compare_work as work
from planning.app.state import language, plain, word
from planning.app.table import table
from planning.compare import Comparison
from planning.faults import PlanningError
from planning.screens import compared
from planning.store.plans import PlanHead

PARTS: Final[Mapping[str, Callable[[parts.Seen], None]]] = {
    "numbers": parts.numbers,
    "map": parts.maps,
    "counties": parts.counties,
    "moves": parts.moves,
    "curve": work.curve,
    "trade_off": work.trade_off,
    "sentences": parts.sentences,
    "scenarios": parts.scenarios,
}
"""Parts of the page, by the key that stands in the address."""


def show() -> None:
    """Draw the page."""
    compare_link.follow()
    look.heading(word("session_page_compare"), word("compare_lead"))
    heads, keys = session.heads(), session.shown()
    if not heads:
        _nothing_yet()
        return
    keys = keys or (heads[0].id,)
    _choose(heads, keys)
    try:
        plans = {key: session.plan(key) for key in keys}
        if len(plans) > 1:
            _compare(plans)
        else:
            _alone(plans)
    except PlanningError as error:
        session.tell(error)


def _nothing_yet() -> None:
    if session.unfinished():
        look.empty(word("compare_making"), page="runs")
    else:
        look.empty(word("compare_none"), page="scenario", label=word("compare_none_do"))


# --- which plans -------------------------------------------------------------------------------------------


def _choose(heads: tuple[PlanHead, ...], keys: tuple[str, ...]) -> None:
    """The list of plans, with checkboxes and the choice of the baseline; folded away once two are chosen."""
    label = word("compare_choose").format(len(keys), len(heads))
    with st.expander(label, expanded=len(keys) < 2, key="compare_choice"):
        st.caption(plain(word("compare_list_hint")))
        act = table(
            compared.choice_table(heads, keys, language()),
            key="compare_list",
            actions=(("base", word("compare_make_base")),),
            choose=True,
            chosen=keys,
            on_act=_take,
        )
        if act is not None and session.acted("compare_list", act.n):
            _chosen(act)
            st.rerun()


def _take(act: Act) -> None:
    if session.acted("compare_list", act.n):
        _chosen(act)


def _chosen(act: Act) -> None:
    """Take an act on the list."""
    keys = list(session.shown())
    if act.verb == "base":
        keys = [act.site, *(key for key in keys if key != act.site)]
        st.query_params["base"] = act.site
    elif act.site in keys:
        keys.remove(act.site)
    else:
        keys.append(act.site)
    if keys:
        session.show_plans(keys)


# --- what is shown -----------------------------------------------------------------------------------------


def _alone(plans: Mapping[str, Plan]) -> None:
    """One plan: what it says of itself, its map, and how to get a second one."""
    seen = parts.Seen(plans, None)
    compare_link.shown()
    look.empty(word("compare_one"), page="scenario", label=word("compare_one_do"))
    parts.one_plan(seen)


def _compare(plans: Mapping[str, Plan]) -> None:
    area = session.area()
    comparison = _comparison(tuple(plans), area.digest, plans, area)
    for warning in compared.warnings(comparison, language()):
        st.warning(plain(warning))
    line = compared.headline(comparison, language())
    words, button = st.columns([6, 1], vertical_alignment="bottom")
    with words:
        look.section(line.first, line.second)
    with button:
        if st.query_params.get("tab") != "map":  # the map has its own, which knows the place
            compare_link.button(tuple(plans))
    compare_link.shown()
    seen = parts.Seen(plans, comparison)
    names = [*PARTS, *(("network",) if seen.are_networks else ())]
    chosen = _part(names)
    drawn = {**PARTS, "network": parts.network}[chosen]
    with st.container(key=f"compare_part_{chosen}"):
        drawn(seen)


@st.cache_resource(show_spinner=False, max_entries=8)
def _comparison(keys: tuple[str, ...], digest: str, _plans: Mapping[str, Plan], _area: Any) -> Comparison:
    return compared.side_by_side(_plans, _area)


def _part(names: list[str]) -> str:
    """Which part is looked at; it stands in the address as `tab`."""
    return parts.chosen_in_address("tab", word("compare_tab"), names, "compare_tab", hide_label=True)

"""The last plan of the draft: map, numbers, places; acts on places go to the draft."""

from collections.abc import Sequence
from functools import partial
from typing import Final

import streamlit as st

from planning import Plan, Scenario
from planning.app import session
from planning.app.acts import Act
from planning.app.editing.fields import change
from planning.app.editing.running import Result, alike, asked_scenario, baseline, is_of_question, like
from planning.app.map import plan_map
from planning.app.places import link
from planning.app.state import language, plain, show_faults, word
from planning.app.table import table
from planning.editor.choices import choices
from planning.editor.edits import acted
from planning.editor.plain_faults import in_plain_words
from planning.editor.starts import Start
from planning.faults import in_language
from planning.notes import conditions
from planning.screens.edited_plan import lines, numbers, places, proof
from planning.screens.plans import price_of_choices, without_choices

ON_MAP: Final = ("lock", "forbid", "open", "close", "free", "why")
ON_TABLE: Final = {
    "new": ("lock", "forbid", "free"), "there": ("close", "free"), "left": ("lock", "forbid", "open", "free"),
}  # fmt: skip
HEIGHT: Final = 430


def picture(draft: Scenario, result: Result, known: Sequence[Start], *, wants: bool) -> None:
    """Draw it; what is not of the draft as it is now is dimmed and says so."""
    plan = session.plan(result.head.id) if result.head is not None else None
    if plan is not None and result.head is not None:
        st.session_state["editor_shown"] = result.head.id
    _state_line(result)
    with st.container(key="editor_picture" if result.is_current or plan is None else "editor_picture_old"):
        _map(draft, plan)
    if plan is None or result.head is None:
        return
    stand = baseline(known, wants=wants)
    base = session.plan(stand.id) if stand is not None else None
    _numbers(plan, base)
    _price(draft, plan, result, known, wants=wants)
    if stand is not None and stand.id != result.head.id:
        link("compare", word("editor_compare"), plans=f"{stand.id},{result.head.id}", base=stand.id)
    _tables(draft, plan)


def _state_line(result: Result) -> None:
    """What is shown: the plan, a first look, or the one before; and how the last run ended, where not with a plan."""
    ended = result.failure
    if ended is not None and not result.is_current and is_of_question(ended):
        st.warning(plain(word("editor_failed")))
        show_faults([in_plain_words(fault) for fault in ended.told])
        return
    if ended is not None:
        happened = "".join(in_language(sentence, language()) for sentence in ended.told)
        st.warning(plain(word("editor_run_ended").format(happened)))
    if result.head is None:
        st.caption(plain(word("editor_no_plan_yet" if result.is_running else "editor_no_plan")))
    elif not result.is_current:
        st.caption(plain(word("editor_stale" if result.is_running else "editor_stale_idle")))
    elif result.is_first_look and not result.is_running:
        st.caption(plain(word("editor_first_look")))


def _map(draft: Scenario, plan: Plan | None) -> None:
    state, (year, service) = session.draft(), _year_and_service(plan)
    act = plan_map(
        [plan] if plan is not None else [], session.area(), key="scenario_map", draft=draft, height=HEIGHT,
        actions=_labels(ON_MAP), can_undo=state.can_undo, can_redo=state.can_redo,
        selected=st.session_state.get("editor_site", ""), on_act=_on_map, year=year, service=service,
    )  # fmt: skip
    if act is not None and _take(act, "scenario_map"):
        st.rerun(scope="fragment")


def _year_and_service(plan: Plan | None) -> tuple[int | None, str]:
    """Of a plan over years, which of them the map shows; of all services or of one."""
    if plan is None or plan.network is None:
        return None, ""
    years, names = list(plan.network.years), choices("services", plan.scenario, session.area(), language())
    left, right = st.columns(2)
    if st.session_state.get("editor_year") not in years:
        st.session_state["editor_year"] = years[-1]
    year = left.selectbox(word("editor_year"), years, key="editor_year")
    services = ["", *plan.network.services]
    if st.session_state.get("editor_service") not in services:
        st.session_state["editor_service"] = ""
    service = right.selectbox(
        word("editor_service"), services, key="editor_service",
        format_func=lambda key: names.get(key, word("editor_all_services")),
    )  # fmt: skip
    return year, service


def _labels(verbs: Sequence[str]) -> list[tuple[str, str]]:
    return [(verb, word(f"editor_{verb}")) for verb in verbs]


def _on_map(act: Act) -> None:
    _take(act, "scenario_map")


def _take(act: Act, key: str) -> bool:
    """Do what was asked for on the map or in a table, once; whether it was the first time."""
    if not session.acted(key, act.n):
        return False
    if act.site:
        st.session_state["editor_site"] = act.site
    if act.verb in ("undo", "redo"):
        (session.undo if act.verb == "undo" else session.redo)()
    elif act.verb == "why":
        st.session_state["editor_why"] = act.site
    elif act.verb in ON_MAP:
        change("", lambda scenario: acted(scenario, act.verb, act.site, session.area()))
    return True


def _numbers(plan: Plan, base: Plan | None) -> None:
    speech = language()
    table(numbers(plan, base, speech), key="editor_numbers")
    st.caption(plain(proof(plan, speech)))
    st.caption(plain(word("editor_conditions").format(conditions(plan.scenario, speech, session.area()))))
    for line in lines(plan, speech):
        st.markdown(plain(line))


def _price(draft: Scenario, plan: Plan, result: Result, known: Sequence[Start], *, wants: bool) -> None:
    """What locking and forbidding costs, once the plan without it is there."""
    free = without_choices(draft)
    if free is None or not result.is_current or result.head is None or draft.network is not None:
        return
    head = alike(like(asked_scenario(free, known), result.head), wants=wants)
    if head is not None:
        st.info(plain(price_of_choices(plan, session.plan(head.id), language())))


def _tables(draft: Scenario, plan: Plan) -> None:
    """The places of the plan, with the same actions as the map."""
    if not st.toggle(word("editor_table_switch"), key="editor_places", value=False):
        return
    made = places(plan, draft, session.area(), language())
    tabs = st.tabs([plain(word(f"editor_sites_{name}").format(len(made[name].rows))) for name in made])
    for tab, (name, rows) in zip(tabs, made.items(), strict=True):
        key = f"places_{name}"
        with tab:
            act = table(rows, key=key, actions=_labels(ON_TABLE[name]), on_act=partial(_in_table, key))
        if act is not None and _take(act, key):
            st.rerun(scope="fragment")


def _in_table(key: str, act: Act) -> None:
    _take(act, key)

"""The project and its trail: name and file, versions of the scenarios, who did what and when."""

import streamlit as st

from planning.app import look, session
from planning.app.acts import Act
from planning.app.project_file import open_file, save_file
from planning.app.state import language, plain, word
from planning.app.table import table
from planning.area_screens import area_title
from planning.faults import PlanningError
from planning.screens.trail import titles_of, trail_table, versions_table, when
from planning.store import projects, scenarios
from planning.store.audit import check_chain, trail
from planning.store.open import Store
from planning.store.scenarios import Version

CHECK_S = 60
"""Seconds for which a check of the whole chain is believed."""


def show() -> None:
    """Draw the page."""
    look.heading(word("store_title"), word("store_lead"))
    look.section(word("store_project"))
    _project()
    look.section(word("store_files"))
    left, right = st.columns(2, gap="large")
    with left:
        save_file()
    with right:
        open_file("trail")
    look.section(word("store_versions"))
    versions = _saved()
    _versions(versions)
    look.section(word("store_trail"))
    _trail(versions)
    _removed()


# --- the project ---------------------------------------------------------------------------------------


def _project() -> None:
    here = session.project()
    saved = scenarios.scenarios(session.store(), here.id)
    about = (area_title(session.area(), language()), here.made_by, when(here.made_at))
    st.markdown(plain(word("store_project_line").format(*about, len(session.heads()), len(saved))))
    if here.deleted_at is not None:
        st.warning(plain(word("store_is_removed")))
        st.button(word("store_bring_back"), key="bring_back_here", on_click=_bring_back, args=(here.id,))
    _rename()
    _remove()


def _rename() -> None:
    here = session.project()
    field, button = st.columns([2, 3], vertical_alignment="bottom")
    field.text_input(word("store_name"), value=here.name, max_chars=80, key=f"name_{here.id}")
    button.button(word("store_rename"), key="rename_project", on_click=_take_name, args=(here.id,))


def _take_name(key: str) -> None:
    name = st.session_state[f"name_{key}"].strip()
    try:
        if name != projects.project(session.store(), key).name:
            projects.rename(session.store(), key, name, session.author())
            st.toast(plain(word("store_renamed")))
    except PlanningError as error:
        session.tell_later(error)


def _remove() -> None:
    here = session.project()
    if here.deleted_at is not None:
        return
    with st.popover(word("store_remove")):
        st.markdown(plain(word("store_remove_help")))
        label = plain(word("store_remove_sure").format(here.name))
        st.button(label, key="remove_project", on_click=_take_away, args=(here.id,))


def _take_away(key: str) -> None:
    try:
        projects.remove(session.store(), key, session.author())
    except PlanningError as error:
        session.tell_later(error)


def _bring_back(key: str) -> None:
    try:
        projects.bring_back(session.store(), key, session.author())
        session.open_project(key)
    except PlanningError as error:
        session.tell_later(error)


def _removed() -> None:
    """Projects that were removed, where there are any."""
    gone = projects.projects(session.store(), removed=True)
    if not gone:
        return
    with st.expander(f"{word('store_removed')} ({len(gone)})"):
        for one in gone:
            name, button = st.columns([5, 1], vertical_alignment="center")
            name.text(f"{one.name} · {when(one.made_at)}")
            button.button(word("store_bring_back"), key=f"bring_{one.id}", on_click=_bring_back, args=(one.id,))


# --- versions ------------------------------------------------------------------------------------------


def _saved() -> list[Version]:
    """All versions of all scenarios of the project."""
    store, here = session.store(), session.project()
    names = [one.name for one in scenarios.scenarios(store, here.id)]
    return [one for name in names for one in scenarios.history(store, here.id, name)]


def _versions(versions: list[Version]) -> None:
    if not versions:
        look.empty(word("store_versions_none"), page="scenario", label=word("store_to_scenario"))
        return
    act = table(
        versions_table(versions, language()), key="versions", actions=[("restore", word("store_restore"))],
        on_act=_take_act,
    )  # fmt: skip
    if act is not None and session.acted("versions", act.n):  # a callback that was not called
        _restore(act.site)
        st.rerun()


def _take_act(act: Act) -> None:
    if session.acted("versions", act.n):
        _restore(act.site)


def _restore(site: str) -> None:
    """Make an earlier version the newest one, and open it."""
    name, _, number = site.rpartition("/")
    store, here = session.store(), session.project()
    try:
        one: Version = scenarios.version(store, here.id, name, int(number))
        new = scenarios.restore(store, here.id, name, int(number), session.author())
        session.change(one.scenario)
    except PlanningError as error:
        session.tell_later(error)
        return
    st.toast(plain(word("store_restored").format(name, number, new)))


# --- trail ---------------------------------------------------------------------------------------------


def _trail(versions: list[Version]) -> None:
    here = session.project()
    entries = trail(session.store(), here.id)
    last = entries[-1].seq if entries else 0
    broken = _broken(session.store(), str(session.store().engine.url), last)
    if broken is None:
        st.caption(plain(word("store_chain_holds")))
    else:
        st.error(plain(word("store_chain_broken").format(broken)))
    titles = titles_of(session.heads(), versions, language())
    caption = word("store_trail_caption").format(here.name)
    table(trail_table(caption, entries, titles, language()), key="trail")


@st.cache_data(show_spinner=False, ttl=CHECK_S, max_entries=8)
def _broken(_store: Store, place: str, last: int) -> int | None:
    """Number of the first entry that does not fit; None when all do."""
    return check_chain(_store)

"""What every page has: project, the line of running work, language, what is to be told; then the page itself."""

from typing import Final

import streamlit as st

from planning.app import session
from planning.app.job_panel import job_line
from planning.app.look import put_on
from planning.app.places import PAGES, go, pages
from planning.app.state import hold_uploads, language, plain, word
from planning.faults import PlanningError
from planning.texts import LANGUAGES

_NAMES: Final = {"zh": "中文", "en": "English"}


def show() -> None:
    """Draw the page of the address."""
    chosen = st.navigation(pages(), position="top")
    name = st.session_state["page"] = chosen.url_path or PAGES[0]
    put_on(name, chosen.title)
    if name != "layers":
        hold_uploads(())
    try:
        _head()
        session.tell_now()
        chosen.run()
        session.write_address()
    except PlanningError as error:
        session.tell(error)


def _head() -> None:
    """One line: which project, what runs, which language."""
    if not _lacks_name():
        _follow_link()  # before the switch of the language is drawn, which it may set
    project, work, speech = st.columns([3, 6, 2], vertical_alignment="center")
    with speech:
        _choose_language()
    _ask_name()
    project.markdown(f"{plain(word('session_project'))}**{plain(session.project().name)}**")
    session.shown()  # the address comes first: what it asks for is what the session shows from now on
    session.write_address()
    with work:
        job_line()


def _choose_language() -> None:
    st.session_state.setdefault("lang", language())
    st.radio(
        word("language"), LANGUAGES, format_func=_NAMES.__getitem__, horizontal=True, key="lang",
        label_visibility="collapsed",
    )  # fmt: skip


def _lacks_name() -> bool:
    return session.is_shared() and not session.author().name


def _ask_name() -> None:
    """Who works here, where the machine cannot tell; nothing else is shown before that."""
    if _lacks_name():
        st.text_input(word("session_who"), key="typed_as", help=plain(word("session_who_help")), on_change=_take_name)
        st.stop()


def _take_name() -> None:
    try:
        session.remember_name(st.session_state["typed_as"].strip())
    except PlanningError as error:
        session.tell_later(error)


def _follow_link() -> None:
    """Open what the code of a link stands for, once."""
    code = st.query_params.pop("v", "")
    view = session.restore(code) if code else None
    if view is not None:
        st.session_state["lang"] = view.lang
        go(view.page if view.page in PAGES else PAGES[0])

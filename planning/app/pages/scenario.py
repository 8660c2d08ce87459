"""The scenario editor: the form on the left, on the right what comes of it; every step is kept and can be undone."""

import streamlit as st

from planning import Scenario
from planning.app import session
from planning.app.editing import rows
from planning.app.editing.bar import AUTO, bar
from planning.app.editing.fields import Spot, change, faults_at, held, key_of
from planning.app.editing.picture import picture
from planning.app.editing.running import Result, asked_scenario, known_starts, result_of
from planning.app.places import go
from planning.app.state import plain, word
from planning.editor.edits import from_text
from planning.editor.fields import of_scenario
from planning.faults import PlanningError

OPEN_GROUPS = ("aim", "aims", "services", "money")
FILE = "file"


def show() -> None:
    """Draw the page."""
    if site := st.session_state.pop("editor_why", ""):
        go("why", site=site)
    _editor()


@st.fragment
def _editor() -> None:
    """Everything that a change touches; drawn anew without the rest of the page."""
    session.tell_now()
    draft, known = session.scenario(), known_starts()
    bar(draft, known)
    wants = draft.network is None and bool(st.session_state.get(AUTO, True))
    form, shown = st.columns([5, 8], gap="large")
    with form:
        _form(draft)
    with shown:
        try:
            result = result_of(asked_scenario(draft, known), wants=wants)
        except PlanningError as error:
            session.tell(error)
            return
        picture(draft, result, known, wants=wants)
    _follow(result)


def _follow(result: Result) -> None:
    """Work that takes longer than a moment: the line above beats quickly from the next drawing on."""
    if st.session_state.get("editor_why"):
        st.rerun(scope="app")
    running = result.job.id if result.is_running and result.job is not None else ""
    if running and st.session_state.get("editor_followed") != running:
        st.session_state["editor_followed"] = running
        st.rerun(scope="app")


def _form(draft: Scenario) -> None:
    settings, file = st.tabs([word("editor_tab_form"), word("editor_tab_file")])
    with settings:
        faults_at("")
        more = st.toggle(word("editor_more"), key="editor_more")
        for group, fields in of_scenario(draft, more=more).items():
            with st.expander(word(f"editor_group_{group}"), expanded=group in OPEN_GROUPS, key=f"group_{group}"):
                for field in fields:
                    rows.draw(field, Spot(field, field.path, draft, session.area()))
    with file:
        _file(draft)


def _file(draft: Scenario) -> None:
    """The same draft as the text of a file."""
    st.caption(plain(word("editor_file_help")))
    faults_at(FILE)
    is_refused = bool(st.session_state.get("editor_faults", {}).get(FILE))
    written = draft.to_toml()
    key = key_of(FILE) if is_refused else held(FILE, written)  # what was refused stays to be put right
    st.text_area(
        word("editor_file_label"), written, key=key, height=480, on_change=_read_file, args=(key,),
        label_visibility="collapsed",
    )  # fmt: skip


def _read_file(key: str) -> None:
    if key != key_of(FILE):
        return
    written = st.session_state[key]
    change(FILE, lambda scenario: from_text(written, scenario, session.area()))

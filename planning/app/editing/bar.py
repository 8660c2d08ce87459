"""Above the form: what differs from the start; undo, redo, run, save as a version, start from another."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from planning import Scenario
from planning.app import look, session
from planning.app.editing.fields import change
from planning.app.editing.running import asked_scenario, run_to_the_end
from planning.app.state import language, plain, word
from planning.editor.differences import difference_sentence, differences
from planning.editor.edits import renamed
from planning.editor.starts import Start, as_draft, start_of
from planning.faults import PlanningError
from planning.store import scenarios
from planning.store.faults import ConflictError
from planning.store.scenarios import Version

CONFLICT: Final = "editor_conflict"
AUTO: Final = "editor_auto"


def bar(draft: Scenario, known: Sequence[Start]) -> None:
    """Draw it."""
    start = start_of(draft, known)
    _title(draft, start)
    with st.container(horizontal=True, vertical_alignment="center", key="editor_bar"):
        state = session.draft()
        st.button(word("editor_undo"), key="undo", on_click=session.undo, disabled=not state.can_undo)
        st.button(word("editor_redo"), key="redo", on_click=session.redo, disabled=not state.can_redo)
        with st.popover(word("editor_start")):
            _another_start(known)
        with st.popover(word("editor_save")):
            _save(draft)
        st.button(
            word("run"), key="run", type="primary", on_click=_run, args=(asked_scenario(draft, known),),
            shortcut="Ctrl+Enter",
        )  # fmt: skip
        _auto(draft)
    _conflict(draft)
    if saved := st.session_state.pop("editor_saved", None):
        st.success(plain(saved))


def _title(draft: Scenario, start: Start | None) -> None:
    speech = language()
    look.heading(draft.title(speech), _lead(draft, start, speech))


def _lead(draft: Scenario, start: Start | None, speech: str) -> str:
    """What differs from the start; its description where nothing does."""
    if start is None:
        return word("editor_from_file")
    lines = differences(start.scenario, draft, session.area(), speech)
    if lines:
        return word("editor_changed").format(start.title(speech), ("；" if speech == "zh" else "; ").join(lines))
    return start.description(speech) or word("editor_same_as_start").format(start.title(speech))


def _run(asked: Scenario) -> None:
    try:
        run_to_the_end(asked)
    except PlanningError as error:
        session.tell_later(error)


def _auto(draft: Scenario) -> None:
    """Whether each change is followed by a first look; a network over years never is."""
    if draft.network is not None:
        st.caption(plain(word("editor_run_network")))
        return
    st.session_state.setdefault("editor_auto_kept", True)
    st.session_state[AUTO] = st.session_state["editor_auto_kept"]
    st.checkbox(word("editor_run_each"), key=AUTO, help=plain(word("editor_run_each_help")), on_change=_keep_auto)


def _keep_auto() -> None:
    st.session_state["editor_auto_kept"] = st.session_state[AUTO]


def _another_start(known: Sequence[Start]) -> None:
    by_key = {start.key: start for start in known}
    chosen = st.selectbox(
        word("editor_start_choose"), list(by_key), key="start_from",
        format_func=lambda key: _called(by_key[key]) if key in by_key else key,
    )  # fmt: skip
    if chosen in by_key:
        st.caption(plain(by_key[chosen].description(language())))
        st.button(word("editor_start_use"), key="start_use", on_click=_begin, args=(by_key[chosen], known))
        st.caption(plain(word("editor_start_undo")))


def _called(start: Start) -> str:
    kind = word(f"editor_start_kind_{start.kind}")
    return f"{start.title(language())} · {kind}"


def _begin(start: Start, known: Sequence[Start]) -> None:
    is_run = start.kind == "shown"
    change("", lambda _: as_draft(start.scenario, known, session.area()) if is_run else start.scenario)


def _save(draft: Scenario) -> None:
    key = f"save_name:{draft.name}"  # of each scenario its own, so that another start brings its own name
    st.session_state.setdefault(key, draft.name)
    st.text_input(word("editor_save_name"), key=key)
    st.button(word("editor_save_do"), key="save_do", on_click=_save_as_named, args=(key,))


def _save_as_named(key: str) -> None:
    try:
        keep(renamed(session.scenario(), st.session_state[key]))
    except PlanningError as error:
        session.tell_later(error)


def keep(scenario: Scenario) -> None:
    """Save a version under the scenario's name, and go on from it; another's version is told, and nothing is lost."""
    there = _versions(scenario.name)
    base = _based_on(there)
    before = base.scenario if base else scenario
    detail = difference_sentence(before, scenario, session.area())
    try:
        number = scenarios.save(
            session.store(), session.project().id, scenario, after=base.version if base else None,
            who=session.author(), detail=detail if detail else None,
        )  # fmt: skip
    except ConflictError as error:
        st.session_state[CONFLICT] = (scenario.name, error.theirs)
        return
    st.session_state.pop(CONFLICT, None)
    session.change(scenario)
    st.session_state["editor_saved"] = word("editor_saved").format(scenario.title(language()), number)


def _versions(name: str) -> tuple[Version, ...]:
    return scenarios.history(session.store(), session.project().id, name)


def _based_on(there: Sequence[Version]) -> Version | None:
    """The newest version that the draft went through: what the author knew of."""
    known = set(session.draft().history)
    return next((row for row in reversed(there) if row.toml in known), None)


def _conflict(draft: Scenario) -> None:
    """Both versions stand: what differs, keep both, or take theirs."""
    if CONFLICT not in st.session_state:
        return
    name, number = st.session_state[CONFLICT]
    theirs = scenarios.version(session.store(), session.project().id, name, number)
    lines = differences(theirs.scenario, renamed(draft, name), session.area(), language())
    told = ("；" if language() == "zh" else "; ").join(lines) or word("editor_conflict_same")
    st.warning(plain(word("editor_conflict").format(number, told)))
    other = _free_name(name)
    with st.container(horizontal=True):
        st.button(plain(word("editor_keep_both").format(other)), key="keep_both", on_click=_keep_both, args=(other,))
        st.button(word("editor_take_theirs"), key="take_theirs", on_click=_take_theirs, args=(theirs,))


def _free_name(name: str) -> str:
    taken = {row.name for row in scenarios.scenarios(session.store(), session.project().id)}
    return next(other for i in range(2, len(taken) + 3) if (other := f"{name}-{i}") not in taken)


def _keep_both(name: str) -> None:
    st.session_state.pop(CONFLICT, None)
    try:
        keep(renamed(session.scenario(), name))
    except PlanningError as error:
        session.tell_later(error)


def _take_theirs(theirs: Version) -> None:
    st.session_state.pop(CONFLICT, None)
    change("", lambda _: theirs.scenario)

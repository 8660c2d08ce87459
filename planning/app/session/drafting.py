"""The scenario at which the author works: kept at every change, with undo and redo that outlive a restart."""

from collections.abc import Callable
from functools import lru_cache

import streamlit as st

from planning import Scenario, StudyArea
from planning.app.session.opened import area, project
from planning.app.session.seat import author, store, tell_later
from planning.faults import PlanningError
from planning.record import scenario_of
from planning.scenario import load
from planning.store import drafts
from planning.store.drafts import Draft
from planning.work.told import CHANGED_ELSEWHERE

START = "most_people"
"""The shipped scenario that a draft begins with."""


def draft() -> Draft:
    """The draft of the author in this project."""
    here = project()
    found = drafts.draft(store(), here.id, author(), _start(area().digest, area()))
    st.session_state["draft_seen"] = (here.id, found.version)
    return found


@st.cache_resource(show_spinner=False, max_entries=6)
def _start(digest: str, _area: StudyArea) -> Scenario:
    return load(START).for_area(_area)[0]


def scenario() -> Scenario:
    """The present scenario of the draft."""
    found = draft()
    return _read(found.history[found.cursor])


@lru_cache(maxsize=64)
def _read(text: str) -> Scenario:
    return scenario_of(text)


def change(scenario: Scenario) -> None:
    """Keep another present scenario; what cannot be kept is told, and nothing is lost."""
    _write(lambda mine: drafts.changed(store(), mine, scenario))


def undo() -> None:
    """One step back."""
    _write(lambda mine: drafts.undo(store(), mine))


def redo() -> None:
    """One step forward again."""
    _write(lambda mine: drafts.redo(store(), mine))


def _write(act: Callable[[Draft], Draft]) -> None:
    """Do something with the draft as this session saw it last."""
    here = project().id
    seen = st.session_state.get("draft_seen")
    version = seen[1] if seen and seen[0] == here else draft().version
    try:
        new = act(Draft(here, author().name, "main", (), 0, version))
    except PlanningError as error:
        tell_later(error)
        return
    st.session_state["draft_seen"] = (here, new.version)
    if new.is_merged:
        tell_later(PlanningError([CHANGED_ELSEWHERE]))

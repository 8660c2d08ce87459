"""What the page keeps between clicks: cached wrappers around pure functions, and the study area of the session."""

import os
from collections.abc import Collection, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from planning import Plan, Scenario, StudyArea, run
from planning.faults import in_language
from planning.screens.plans import base_map
from planning.texts import text

KEPT_PLANS = 24
KEPT_MAPS = 6
OF_AN_AREA = ("settings", "wanted", "asked", "shown")  # what the session keeps about plans of its study area


@st.cache_resource(show_spinner=False)
def shipped_area() -> StudyArea:
    """The embedded study area, shared by all users; nothing changes it."""
    return StudyArea.southern_xinjiang()


def own_area() -> StudyArea | None:
    """The study area that the user of this session made or opened; None while the embedded one is in use."""
    found: StudyArea | None = st.session_state.get("area")
    return found


def study_area() -> StudyArea:
    """The study area of this session."""
    return own_area() or shipped_area()


def use_area(area: StudyArea | None, packed: bytes = b"") -> None:
    """From now on the session plans for this study area (the embedded one for None); settings of the other go.

    Args:
        packed: the area as a zip, to be downloaded again.
    """
    for name in OF_AN_AREA:
        st.session_state.pop(name, None)
    st.session_state["generation"] = st.session_state.get("generation", 0) + 1
    st.session_state["area"], st.session_state["area_zip"] = area, packed


def for_area(scenario: Scenario) -> Scenario:
    """A shipped scenario asked of the study area of this session."""
    area = own_area()
    return scenario if area is None else scenario.for_area(area)[0]


def left_out(scenarios: Sequence[Scenario], language: str) -> list[str]:
    """What shipped scenarios ask for and the study area of this session does not have, a sentence each."""
    area = own_area()
    notes = [] if area is None else [note for s in scenarios for note in s.for_area(area)[1]]
    return list(dict.fromkeys(in_language(note, language) for note in notes))


def base(speech: str) -> dict[str, Any]:
    """Counties, roads and bounds for the maps."""
    area = study_area()
    return _base_of(area.digest, speech, area)


@st.cache_data(show_spinner=False, max_entries=KEPT_MAPS)
def _base_of(digest: str, speech: str, _area: StudyArea) -> dict[str, Any]:
    return base_map(_area, speech)


@st.cache_resource(show_spinner=False, max_entries=KEPT_PLANS)
def plan_of(digest: str, scenario_toml: str, _scenario: Scenario, _area: StudyArea) -> Plan:
    """The plan of a scenario, computed once for equal study areas and equal scenario files."""
    return run(_scenario, _area)


def solved(scenario: Scenario) -> Plan:
    """The plan of a scenario on the study area of this session."""
    area = study_area()
    return plan_of(area.digest, scenario.to_toml(), scenario, area)


def hold_uploads(files: Sequence[Any]) -> None:
    """Only these uploaded files stay on the server; those of this session that no widget shows any more are removed."""
    before, now = st.session_state.get("held", set()), {file.file_id for file in files if file is not None}
    st.session_state["held"] = now
    forget_uploads(before - now)


def forget_uploads(file_ids: Collection[str]) -> None:
    """Remove uploaded files: Streamlit keeps their bytes until the session ends, even when their widget is gone."""
    run_of = get_script_run_ctx()
    remove = getattr(run_of.uploaded_file_mgr, "remove_file", None) if run_of else None
    if run_of and remove:
        for file_id in file_ids:
            remove(session_id=run_of.session_id, file_id=file_id)


def show_faults(faults: Sequence[str]) -> None:
    """Sentences about what is wrong, in the language of the page."""
    for fault in faults:
        st.error(plain(in_language(fault, language())))


def language() -> str:
    """The language chosen on the page, Chinese at first."""
    default = os.environ.get("JIUJIN_LANG", "zh")
    return str(st.session_state.get("language", default))


def word(key: str) -> str:
    """A text in the chosen language."""
    return text(key, language())


def plain(words: str) -> str:
    """Text that Streamlit's Markdown shows as it is: no formula, no strike-through, no markup."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+-.!~$|:&" else c for c in words)

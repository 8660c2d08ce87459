"""What every page uses: language and words, text shown as it is, faults, uploads that are let go."""

import os
from collections.abc import Collection, Sequence
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from planning import StudyArea
from planning.faults import in_language
from planning.texts import LANGUAGES, text


@st.cache_resource(show_spinner=False)
def shipped_area() -> StudyArea:
    """The embedded study area, shared by all users; nothing changes it."""
    return StudyArea.southern_xinjiang()


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
    chosen = st.session_state.get("lang") or st.query_params.get("lang")
    return str(chosen) if chosen in LANGUAGES else os.environ.get("JIUJIN_LANG", "zh")


def word(key: str) -> str:
    """A text in the chosen language."""
    return text(key, language())


def plain(words: str) -> str:
    """Text that Streamlit's Markdown shows as it is: no formula, no strike-through, no markup."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+-.!~$|:&" else c for c in words)

"""The second page: every number with its source, every file with its licence and caveat."""

import streamlit as st

from planning.app.controls import choose_language
from planning.app.state import language, plain, study_area, word
from planning.scenario import load, shipped
from planning.screens import assumption_rows, data_rows


def show() -> None:
    """Draw the page."""
    from planning.app.state import solved

    with st.sidebar:
        choose_language()
    shown = st.session_state.get("shown")
    plan = shown[1] if shown else solved(load(next(iter(shipped()))))
    st.subheader(word("page_sources"), anchor=False)
    st.caption(plain(word("marks")))
    st.dataframe(assumption_rows(plan, language()), hide_index=True, height=560)
    st.dataframe(data_rows(study_area(), language()), hide_index=True)
    st.caption(plain(word("modelled")))

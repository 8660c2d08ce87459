"""The second page: every number with its source, every file with its licence and caveat."""

import streamlit as st

from planning.app.controls import choose_language
from planning.app.state import for_area, language, plain, solved, study_area, word
from planning.scenario import load, shipped
from planning.screens.plans import assumption_rows, data_rows, institution_rows
from planning.texts import people_note


def show() -> None:
    """Draw the page."""
    with st.sidebar:
        choose_language()
    shown = st.session_state.get("shown")
    plan = shown[1] if shown else solved(for_area(load(next(iter(shipped())))))
    speech = language()
    st.subheader(word("page_sources"), anchor=False)
    st.caption(plain(word("marks")))
    for title, rows, height in (
        ("assumptions", assumption_rows(plan, speech), 460),
        ("institutions", institution_rows(study_area(), speech), 300),
        ("data_files", data_rows(study_area(), speech), 400),
    ):
        st.text(word(title))
        st.dataframe(rows, hide_index=True, height=height)
    st.caption(plain(people_note(plan.demand_source, plan.cut_off, speech)))

"""Every number with its source: the assumed values of the scenario, and the institutions of the study area."""

import streamlit as st

from planning.app import look, session
from planning.app.places import link
from planning.app.state import language, plain, word
from planning.app.table import table
from planning.assumptions import default_assumptions
from planning.screens.layers import institutions_table, values_table


def show() -> None:
    """Draw the page."""
    speech = language()
    look.heading(word("page_sources"), word("files_sources_lead"))
    st.caption(plain(word("marks")))
    link("layers", word("files_sources_layers"))
    look.section(word("assumptions"), word("files_assumptions_hint"))
    assumed = default_assumptions().changed(session.scenario().assumptions)
    table(values_table(assumed, speech), key="sources_assumptions")
    look.section(word("institutions"))
    table(institutions_table(session.area(), speech), key="sources_institutions")

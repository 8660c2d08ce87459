"""The layers of the study area and how far they can be trusted; then the user's own files."""

import streamlit as st

from planning.app import look, session
from planning.app.pages.files.own_file import show_files
from planning.app.state import language, plain, word
from planning.app.table import table
from planning.area_screens import area_title
from planning.screens.layers import layers_table, quality_table

OWN_FILES = "files"
"""`?part=files` opens the page at the user's own files."""


def show() -> None:
    """Draw the page."""
    area, speech = session.area(), language()
    look.heading(word("session_page_layers"), word("files_lead"))
    st.caption(plain(word("area_in_use").format(area_title(area, speech))))
    titles = [word("files_tab_layers"), word("files_tab_own")]
    layers, own = st.tabs(titles, default=titles[st.query_params.get("part") == OWN_FILES])
    with layers:
        look.section(word("files_layers"), word("files_layers_hint"))
        table(layers_table(area, speech), key="layers")
        look.section(word("files_quality"), word("files_quality_hint"))
        table(quality_table(area, speech), key="layers_quality")
        st.caption(plain(word("marks")))
    with own:
        show_files()

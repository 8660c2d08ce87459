"""Help: the first plan in seven steps, the keyboard, the words."""

import streamlit as st

from planning.app import look
from planning.app.places import link
from planning.app.state import language, plain, word
from planning.app.table import table
from planning.help.glossary import glossary_table
from planning.help.keys import keys_table
from planning.help.steps import steps


def show() -> None:
    """Draw the page."""
    speech = language()
    look.heading(word("session_page_help"), word("help_lead"))
    _guide(speech)
    look.section(word("help_glossary"))
    asked = st.text_input(word("help_search"), key="help_asked", width=360)
    words = glossary_table(asked, speech)
    if words.rows:
        table(words, key="help_glossary")
    else:
        st.markdown(plain(word("help_none")))
    look.section(word("help_keys"), word("help_keys_hint"))
    table(keys_table(speech), key="help_keys")
    look.section(word("help_marks"))
    st.markdown(plain(word("marks")))


def _guide(speech: str) -> None:
    look.section(word("help_guide"))
    for number, step in enumerate(steps(), 1):
        with st.container(key=f"help_step_{number}", gap="small"):
            st.subheader(plain(f"{number} {step.title(speech)}"), anchor=False)
            st.markdown(plain(step.words(speech)))
            link(step.page, word("help_open").format(word(f"session_page_{step.page}")))

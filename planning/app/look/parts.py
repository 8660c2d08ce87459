"""Pieces that pages have in common: the heading, and what is shown where there is nothing yet."""

import streamlit as st

from planning.app.places import link
from planning.app.state import plain


def heading(title: str, lead: str = "") -> None:
    """The one heading of a page, and a sentence on what the page is for."""
    st.title(plain(title), anchor=False)
    if lead:
        with st.container(key="look_lead"):
            st.markdown(plain(lead))


def section(title: str, hint: str = "") -> None:
    """The heading of a part of a page."""
    st.header(plain(title), anchor=False)
    if hint:
        st.caption(plain(hint))


def empty(what: str, *, page: str = "", label: str = "") -> None:
    """Where there is nothing yet: what this place is for, and the one thing to do.

    Args:
        page: where that is done, a page of `planning.app.places`.
        label: what the link says; the name of the page where there is none.
    """
    st.markdown(plain(what))
    if page:
        link(page, label)

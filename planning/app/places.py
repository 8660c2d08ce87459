"""The pages of the program by name, and ways to get there."""

from collections.abc import Callable
from importlib import import_module
from typing import Any, Final

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from planning.app.state import word

PAGES: Final = (
    "start", "layers", "scenario", "runs", "compare", "why", "reports", "sources", "help", "trail",
)  # fmt: skip
"""Files in `planning/app/pages`, in the order of the menu; the first one is at `/`."""


def pages() -> list[StreamlitPage]:
    """All pages, their titles in the language of the page."""
    return [page(name) for name in PAGES]


def page(name: str) -> StreamlitPage:
    """One page by its name."""
    return st.Page(_shown(name), title=word(f"session_page_{name}"), url_path=name, default=name == PAGES[0])


def _shown(name: str) -> Callable[[], None]:
    """What draws a page; loaded when it is opened."""

    def show() -> None:
        import_module(f"planning.app.pages.{name}").show()

    show.__name__ = name
    return show


def go(name: str, **address: str) -> None:
    """Open a page at once; the project and the plans of the session stay."""
    st.switch_page(page(name), query_params=_address(address))


def link(name: str, label: str = "", **address: str) -> None:
    """A link to a page."""
    st.page_link(page(name), label=label or word(f"session_page_{name}"), query_params=_address(address))


def _address(more: dict[str, str]) -> dict[str, Any]:
    return {**{key: st.query_params[key] for key in ("p", "plans", "base", "lang") if key in st.query_params}, **more}

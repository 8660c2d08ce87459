"""The look of every page: its style, and what Streamlit does not tell the browser."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import streamlit as st

from planning.app.state import language, word

STYLES = ("tokens.css", "page.css")


def put_on(page: str = "", title: str = "") -> None:
    """Put the look on; once for each run, before the page is drawn.

    Args:
        page: what the page is called in the address; when it changes, the focus goes to the heading of the new one.
        title: what the page is called by people, for the tab of the browser.
    """
    st.set_page_config(page_title=f"{title} · {word('look_tab')}" if title else word("jiujin"), layout="wide")
    upload = json.dumps(word("upload_button"), ensure_ascii=False)  # Streamlit has it in English only
    st.html(f"<style>{style()}\n:root {{ --jj-upload: {upload}; }}</style>")
    said, count = st.session_state.get("look_said", ("", 0))
    about = {
        "page": page,
        "lang": "zh-CN" if language() == "zh" else "en",
        "skip": word("look_skip"),
        "menu": word("look_menu"),
        "help": word("look_help"),
        "said": said,
        "count": count,
    }
    _page()(data={"about": json.dumps(about, ensure_ascii=False)}, key="look_page", height=1)


def say(words: str) -> None:
    """Have a screen reader say something at the next run: what ended, what was kept."""
    _, count = st.session_state.get("look_said", ("", 0))
    st.session_state["look_said"] = (words, count + 1)


@cache
def style() -> str:
    """All styles of the pages."""
    room = files("planning") / "app" / "look"
    return "\n".join((room / name).read_text(encoding="utf-8") for name in STYLES)


@cache
def _page() -> Any:
    script = (files("planning") / "app" / "look" / "page.js").read_text(encoding="utf-8")
    return st.components.v2.component("jiujin_page", js=script)

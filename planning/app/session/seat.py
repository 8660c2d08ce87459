"""Where jobs and the store lie, who works here, and what is to be told at the head of the page."""

import getpass
import re
from hashlib import sha256
from itertools import cycle
from pathlib import Path
from threading import Thread
from typing import Any, Final

import streamlit as st

from planning.app.state import show_faults
from planning.faults import PlanningError
from planning.jobs.home import Home, usual_home
from planning.jobs.keeper import Keeper
from planning.jobs.queue import Job, read_job
from planning.store import settings
from planning.store.audit import Author
from planning.store.open import Store, open_store, usual_url
from planning.work.here import is_here
from planning.work.ready import get_ready

COOKIE: Final = "_streamlit_xsrf"
"""With which Streamlit knows a browser again."""
KINDS: Final = "planning.work.kinds:KINDS"
PLAIN: Final = re.compile(r"[\w-]{1,80}(\.[\w-]{1,20})?")
"""Ids of jobs and names of parts; nothing that leads out of a folder."""


def home() -> Home:
    """Where jobs lie; the workers there are looked after from the first call on."""
    path = usual_home()
    return Home(path).made() if is_here() else _keeper(str(path)).home


@st.cache_resource(show_spinner=False)
def _keeper(path: str) -> Keeper:
    Thread(target=get_ready, name="study area", daemon=True).start()
    return Keeper(Home(Path(path)), KINDS).start()


def known_job(key: str) -> Job | None:
    """A job by its id as it is now, from wherever the id comes; None when there is none."""
    return read_job(home(), key) if PLAIN.fullmatch(key) else None


def store() -> Store:
    """The store, opened once for each process.

    Raises:
        StoreError: when it cannot be opened.
    """
    return _store(usual_url(home().path))


@st.cache_resource(show_spinner=False)
def _store(url: str) -> Store:
    return open_store(url)


def is_shared() -> bool:
    """Whether several planners work on one store, so that the user of this machine says nothing of who works."""
    return store().engine.dialect.name != "sqlite"


def author() -> Author:
    """Who works here: the user of this machine, or the name that was typed; "" before one is typed."""
    if is_shared():
        if "typed_name" not in st.session_state:
            st.session_state["typed_name"] = _remembered_name()
        return Author(str(st.session_state["typed_name"]), "typed")
    try:
        return Author(getpass.getuser(), "os")
    except (KeyError, OSError):  # a machine without names of users
        return Author("1", "os")


def remember_name(name: str) -> None:
    """Take the name that was typed; it is still known after a reload, as long as the browser is open.

    Raises:
        StoreError: for a name that cannot be kept.
    """
    if browser := _browser():
        settings.remember(store(), browser, settings.TYPED_NAME, name)
    st.session_state["typed_name"] = name


def _remembered_name() -> str:
    browser = _browser()
    return settings.setting(store(), browser, settings.TYPED_NAME) if browser else ""


def _browser() -> Author | None:
    """The browser that asks, by the token in its cookie, which is masked anew at each reload; None without one."""
    parts = _cookie().strip('"').split("|")
    if len(parts) != 4:
        return None
    try:
        mask, masked = bytes.fromhex(parts[1]), bytes.fromhex(parts[2])
    except ValueError:
        return None
    token = bytes(a ^ b for a, b in zip(masked, cycle(mask), strict=False))
    return Author(f"browser {sha256(token).hexdigest()}") if token else None


def _cookie() -> str:
    return st.context.cookies.get(COOKIE, "")


def tell(error: PlanningError) -> None:
    """The sentences of a fault, here and now, in the language of the page."""
    show_faults(error.faults)


def tell_later(error: PlanningError) -> None:
    """The sentences of a fault, at the head of the page when it is drawn next."""
    waiting: list[Any] = st.session_state.setdefault("to_tell", [])
    waiting += [fault for fault in error.faults if fault not in waiting]


def tell_now() -> None:
    """Say what waits to be told; once."""
    show_faults(st.session_state.pop("to_tell", []))

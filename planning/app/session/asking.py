"""Work that is asked for, how far it is, and what came of it."""

import time
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import streamlit as st

from planning.app.session.opened import project
from planning.app.session.seat import PLAIN, author, home, store
from planning.faults import PlanningError
from planning.jobs import queue, told
from planning.jobs.ask import Ask, Lane
from planning.jobs.home import Home
from planning.jobs.queue import Job
from planning.store import plans
from planning.work.here import is_here, work_off

LOOK_S: Final = 0.03
EXPORT: Final = "export"
"""The kind of work whose plans are kept for good: they stand in a file that somebody has."""


def ask(
    kind: str,
    question: Mapping[str, Any],
    *,
    lane: Lane = "quick",
    seconds: float | None = None,
    files: Mapping[str, bytes] | None = None,
) -> str:
    """Ask for work in the project; the id of the job.

    Args:
        kind: a row of `planning.work.kinds`.
        question: values that JSON has.
        seconds: how long it may take at most, where that is known.
        files: name → bytes; gone when the job ends.

    Raises:
        PlanningError: when it cannot be written down.
    """
    here, who = project(), author()
    asked = {**question, "who_by": who.by}
    one = Ask(kind, lane, who.name, here.id, here.area_sha or here.area_name, asked, seconds)
    try:
        key = queue.put(home(), one, files)
    except OSError as error:
        raise PlanningError([told.DISK_FULL]) from error
    if kind == EXPORT:
        for plan in question["plans"]:
            plans.keep(store(), plan, who)
    st.session_state.setdefault("watched", {})[key] = True
    if is_here():
        work_off(home())
    return key


def job(key: str) -> Job | None:
    """A job as it is now; None when there is none of this id."""
    return _read(home(), key) if PLAIN.fullmatch(key) else None


def jobs() -> list[Job]:
    """All jobs of the project, the newest first."""
    here = home()
    names = {folder.name for place in (here.waiting, here.running, here.ended) for folder in place.iterdir()}
    return _of_project(sorted(names, reverse=True))


def unfinished() -> list[Job]:
    """The jobs of the project that wait or run, the newest first."""
    here = home()
    names = {folder.name for place in (here.waiting, here.running) for folder in place.iterdir()}
    return [one for one in _of_project(sorted(names, reverse=True)) if one.ended is None]


def _of_project(names: Iterable[str]) -> list[Job]:
    here, key = home(), project().id
    found = (_read(here, name) for name in names)
    return [one for one in found if one is not None and one.ask.project == key]


def _read(here: Home, name: str) -> Job | None:
    """A job; one that is over does not change any more."""
    return _over(here.path, name) if (here.ended / name).is_dir() else queue.read_job(here, name)


@lru_cache(maxsize=1024)
def _over(path: Path, name: str) -> Job | None:
    return queue.read_job(Home(path), name)


def waited(key: str, seconds: float) -> Job | None:
    """The job, as soon as it is over or so many seconds have passed."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and not (home().ended / key).is_dir():
        time.sleep(LOOK_S)
    return job(key)


def cancel(key: str) -> None:
    """Let a job end."""
    if PLAIN.fullmatch(key):
        queue.cancel(home(), key)


def result(key: str, part: str) -> bytes | None:
    """A part that an ended job left; None when there is none."""
    if not (PLAIN.fullmatch(key) and PLAIN.fullmatch(part)):
        return None
    try:
        return (home().ended / key / queue.RESULT / part).read_bytes()
    except OSError:
        return None


def acted(key: str, number: int) -> bool:
    """True the first time that an act with this counter is seen: it may come as a callback and as a value."""
    seen: dict[str, int] = st.session_state.setdefault("acted", {})
    is_new = seen.get(key) != number
    seen[key] = number
    return is_new

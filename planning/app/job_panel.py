"""One line on every page: what runs, how far it is, and once, what came of it. It beats, so that a page lives on.

The beat also brings a page back to life after the server was started again: its script runs anew within one beat.
"""

from typing import Any, Final

import streamlit as st

from planning.app import session
from planning.app.places import go
from planning.app.state import language, plain, word
from planning.faults import PlanningError
from planning.jobs.queue import Job
from planning.work.job_words import JobWords, in_words

BUSY_S: Final = 0.5
IDLE_S: Final = 5.0


def job_line() -> None:
    """Draw the line."""
    is_busy = bool(session.unfinished())
    st.fragment(lambda: _line(is_busy), run_every=BUSY_S if is_busy else IDLE_S)()


def _line(was_busy: bool) -> None:
    active = session.unfinished()
    watched: dict[str, Any] = st.session_state.setdefault("watched", {})
    watched.update({one.id: True for one in active})
    over = [key for key in watched if _is_over(key)]
    for key in over:
        del watched[key]
        _note(key)
    if over or bool(active) != was_busy:
        st.rerun(scope="app")
    if active:
        _running(active)
    elif news := st.session_state.get("news"):
        _news(news)


def _is_over(key: str) -> bool:
    found = session.job(key)
    return found is None or found.ended is not None


def _note(key: str) -> None:
    """What ended becomes news, unless the page shows it anyway."""
    job = session.job(key)
    if job is None or job.ended is None or job.ask.project != session.project().id or job.ended.how == "cancelled":
        return
    page = st.session_state.get("page")
    if page == "scenario" and key in st.session_state.get("editor_jobs", {}).values():
        return
    one = in_words(session.home(), job, language())
    is_here = page == one.page and (not one.plan or one.plan in session.shown())
    if one.state != "done" or not is_here:
        st.session_state["news"] = key


def _running(active: list[Job]) -> None:
    job = next((one for one in reversed(active) if one.stage != "waiting"), active[-1])
    one = in_words(session.home(), job, language())
    text, button = st.columns([5, 1], vertical_alignment="center")
    more = f" · {word('session_more_runs').format(len(active) - 1)}" if len(active) > 1 else ""
    text.markdown(f"**{plain(one.title)}** {plain(one.sentence + more)}")
    button.button(word("session_cancel"), key="cancel_job", on_click=session.cancel, args=(job.id,), type="tertiary")


def _news(key: str) -> None:
    job = session.job(key)
    if job is None or job.ended is None:
        return
    one = in_words(session.home(), job, language())
    text, show, dismiss = st.columns([4, 1, 1], vertical_alignment="center")
    text.markdown(plain(_told(job, one)))
    if one.state == "done":
        if show.button(word("session_show"), key="show_news", type="tertiary"):
            _forget()
            open_result(job, one)
    elif one.can_again:
        show.button(word("session_again"), key="again_news", on_click=_again, args=(job,), type="tertiary")
    dismiss.button(word("session_dismiss"), key="dismiss_news", on_click=_forget, type="tertiary")


def _told(job: Job, one: JobWords) -> str:
    assert job.ended is not None
    if one.state != "done":
        return word("session_news_failed").format(one.title, one.sentence)
    kind = "better" if job.ask.ask.get("first") else "first" if job.ended.result.get("then") else "done"
    return word(f"session_news_{kind}").format(one.title)


def open_result(job: Job, one: JobWords) -> None:
    """Show what came of a job: a closer plan takes the place of the first look, another one is set beside."""
    shown, first = session.shown(), job.ask.ask.get("first")
    made = (job.ended.result.get("plans") if job.ended is not None else None) or ([one.plan] if one.plan else [])
    if first in shown:
        session.show_plans([one.plan if key == first else key for key in shown])
        st.rerun(scope="app")
    if made:
        session.show_plans([*shown[:1], *made] if len(made) == 1 else made)
    go(one.page)


def _again(job: Job) -> None:
    _forget()
    again(job)


def again(job: Job) -> None:
    """Ask once more for what did not come to an end."""
    question = {key: value for key, value in job.ask.ask.items() if key != "who_by"}
    try:
        session.ask(job.ask.kind, question, lane=job.ask.lane, seconds=job.ask.seconds_expected)
    except PlanningError as error:
        session.tell_later(error)


def _forget() -> None:
    st.session_state.pop("news", None)

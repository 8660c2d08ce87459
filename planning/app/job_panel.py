"""One line on every page: what runs, how far it is, and once, what came of it. It beats, so that a page lives on.

The beat also brings a page back to life after the server was started again: its script runs anew within one beat.
"""

from typing import Any, Final

import streamlit as st

from planning.app import session
from planning.app.look import say
from planning.app.places import go
from planning.app.state import language, plain, word
from planning.faults import PlanningError
from planning.jobs.queue import Job
from planning.work.job_words import JobWords, in_words

BUSY_S: Final = 0.5
IDLE_S: Final = 5.0


def job_line() -> None:
    """Draw the line."""
    is_busy = _is_busy()
    st.fragment(lambda: _line(is_busy), run_every=BUSY_S if is_busy else IDLE_S)()


def watch(key: str) -> None:
    """Have the page drawn anew at the end of a job, whoever asked for it."""
    _watched()[key] = True


def _mine() -> list[Job]:
    """What this author waits for; others on the same project have a line of their own."""
    return [one for one in session.unfinished() if one.ask.by == session.author().name]


def _watched() -> dict[str, Any]:
    """Jobs whose end draws the page anew."""
    found: dict[str, Any] = st.session_state.setdefault("watched", {})
    return found


def _is_busy() -> bool:
    return bool(_watched()) or bool(_mine())


def _line(was_busy: bool) -> None:
    active, watched = _mine(), _watched()
    watched.update({one.id: True for one in active})
    over = [key for key in watched if _is_over(key)]
    for key in over:
        del watched[key]
    if told := [words for key in over if (words := _noted(key))]:
        say(" ".join(told))
    if over or _is_busy() != was_busy:
        st.rerun(scope="app")
    if active:
        _running(active)
    elif news := [job for key in st.session_state.get("news", ()) if (job := session.job(key)) and _is_news(job)]:
        _news(news[-1])


def _is_over(key: str) -> bool:
    found = session.job(key)
    return found is None or found.ended is not None


def _noted(key: str) -> str:
    """Words for what ended, to be heard; it becomes news, unless the page shows it anyway."""
    job = session.job(key)
    if job is None or job.ended is None or not _concerns(job):
        return ""
    one = in_words(session.home(), job, language())
    if one.state == "cancelled":
        return f"{one.title} {one.sentence}"
    failed = one.state != "done"
    if failed or not (_is_told_by_page(key) or _is_shown(one)):
        st.session_state["news"] = [*filter(_has_failed, st.session_state.get("news", ())), key]
    return _told(job, one)


def _concerns(job: Job) -> bool:
    """Whether this author asked for it, in the project at hand."""
    return job.ask.project == session.project().id and job.ask.by == session.author().name


def _is_news(job: Job) -> bool:
    return job.ended is not None and _concerns(job) and not _is_told_by_page(job.id)


def _has_failed(key: str) -> bool:
    job = session.job(key)
    return job is not None and job.ended is not None and job.ended.how != "done"


def _is_told_by_page(key: str) -> bool:
    """The page of the scenario tells itself what came of its plans."""
    editor: dict[str, str] = st.session_state.get("editor_jobs", {})
    return st.session_state.get("page") == "scenario" and key in editor.values()


def _is_shown(one: JobWords) -> bool:
    """Whether the page at hand shows what came of a job."""
    if st.session_state.get("page") != one.page or (one.plan and one.plan not in session.shown()):
        return False
    return all(st.query_params.get(name, value) == value for name, value in one.address.items())


def _running(active: list[Job]) -> None:
    job = next((one for one in reversed(active) if one.stage != "waiting"), active[-1])
    one = in_words(session.home(), job, language())
    text, button = st.columns([5, 1], vertical_alignment="center")
    more = f" · {word('session_more_runs').format(len(active) - 1)}" if len(active) > 1 else ""
    text.markdown(f"**{plain(one.title)}** {plain(one.sentence + more)}")
    button.button(word("session_cancel"), key="cancel_job", on_click=session.cancel, args=(job.id,), type="tertiary")


def _news(job: Job) -> None:
    one = in_words(session.home(), job, language())
    text, show, dismiss = st.columns([4, 1, 1], vertical_alignment="center")
    text.markdown(plain(_told(job, one)))
    if one.state == "done":
        if show.button(word("session_show"), key="show_news", type="tertiary"):
            _forget(job.id)
            open_result(job, one)
    elif one.can_again:
        show.button(word("session_again"), key="again_news", on_click=_again, args=(job,), type="tertiary")
    dismiss.button(word("session_dismiss"), key="dismiss_news", on_click=_forget, args=(job.id,), type="tertiary")


def _told(job: Job, one: JobWords) -> str:
    assert job.ended is not None
    if one.state != "done":
        return word("session_news_failed").format(one.title, one.sentence)
    kind = "better" if job.ask.ask.get("first") else "done"
    return word(f"session_news_{kind}").format(one.title)


def open_result(job: Job, one: JobWords) -> None:
    """Show what came of a job: a closer plan takes the place of the first look, another one is set beside."""
    shown, first = session.shown(), job.ask.ask.get("first")
    made = (job.ended.result.get("plans") if job.ended is not None else None) or ([one.plan] if one.plan else [])
    about = one.address.get("plan", "")
    if first in shown and one.plan:
        session.show_plans([one.plan if key == first else key for key in shown])
    elif made:
        session.show_plans([*shown[:1], *made] if len(made) == 1 else made)
    elif one.page == "compare" and about and about not in shown:
        session.show_plans([*shown[:1], about])
    if st.session_state.get("page") == one.page and not one.address:
        st.rerun(scope="app")
    go(one.page, **one.address)


def _again(job: Job) -> None:
    _forget(job.id)
    again(job)


def again(job: Job) -> None:
    """Ask once more for what did not come to an end."""
    question = {key: value for key, value in job.ask.ask.items() if key != "who_by"}
    try:
        session.ask(job.ask.kind, question, lane=job.ask.lane, seconds=job.ask.seconds_expected)
    except PlanningError as error:
        session.tell_later(error)


def _forget(key: str) -> None:
    st.session_state["news"] = [one for one in st.session_state.get("news", ()) if one != key]

"""Work of the project: what runs, how far it is, and what became of all that ran before."""

from typing import Final

import streamlit as st

from planning.app import session
from planning.app.job_panel import again, open_result
from planning.app.look import heading, section
from planning.app.state import language, plain, word
from planning.jobs.queue import Job
from planning.work.job_words import JobWords, in_words

FIRST: Final = 12


def show() -> None:
    """Draw the page."""
    heading(word("session_page_runs"), word("session_runs_lead"))
    section(word("session_runs_now"))
    is_busy = bool(session.unfinished())
    st.fragment(_under_way, run_every=0.5 if is_busy else None)()
    section(word("session_runs_over"))
    _history()


def _under_way() -> None:
    active = session.unfinished()
    if not active:
        st.markdown(plain(word("session_runs_none")))
    for job in active:
        one = in_words(session.home(), job, language())
        with st.container(border=True):
            text, button = st.columns([6, 1], vertical_alignment="center")
            is_mine = job.ask.by == session.author().name
            whose = "" if is_mine else f" · {plain(job.ask.by)}"
            text.markdown(f"**{plain(one.title)}**{whose} {plain(one.sentence)}")
            if one.share is not None:
                text.progress(one.share)
            if is_mine and one.state != "cancelling":
                button.button(word("session_cancel"), key=f"cancel:{job.id}", on_click=session.cancel, args=(job.id,))


def _history() -> None:
    over = [one for one in session.jobs() if one.ended is not None]
    if not over:
        st.markdown(plain(word("session_runs_no_history")))
    kept = {head.id for head in session.heads()}
    many = len(over) if st.session_state.get("all_runs") else FIRST
    for job in over[:many]:
        _ended(job, in_words(session.home(), job, language(), is_kept=job.id in kept), kept)
    if len(over) > many:
        more = word("session_runs_more").format(len(over) - many)
        st.button(more, key="more_runs", on_click=st.session_state.update, args=({"all_runs": True},))


def _ended(job: Job, one: JobWords, kept: set[str]) -> None:
    name, text, button = st.columns([4, 5, 1], vertical_alignment="center")
    name.markdown(f"**{plain(one.title)}**")
    text.markdown(plain(f"{one.asked} · {one.sentence}"))
    if one.can_again:
        button.button(word("session_again"), key=f"again:{job.id}", on_click=again, args=(job,))
        return
    has_result = one.state == "done" and (not one.plan or one.plan in kept)
    if has_result and button.button(word("session_show"), key=f"show:{job.id}"):
        open_result(job, one)

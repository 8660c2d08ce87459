"""A project as a file: made by a job and downloaded, or opened from one; for every page that offers it."""

import streamlit as st

from planning.app import session
from planning.app.state import forget_uploads, plain, show_faults, word
from planning.faults import PlanningError
from planning.jobs.queue import Job
from planning.screens.trail import size
from planning.store.bundle_form import ENDING
from planning.work.project_jobs import PART

WAIT_S = 1.0
"""How long a page waits for a job before it says that it is being made."""


def save_file() -> None:
    """A button that has the file of the project made, and the download of the one made last."""
    st.caption(plain(word("store_save_file_help")))
    if st.button(word("store_save_file"), key="pack_project"):
        _ask("pack", {})
    job = followed("pack")
    if job is None or job.ended is None or job.ended.how != "done":
        return
    content, told = session.result(job.id, PART), job.ended.result
    if content is not None:
        label = word("store_download_file").format(plain(told["name"]), size(told["size"]))
        st.download_button(
            label, content, file_name=told["name"], key="download_project", on_click="ignore", type="primary"
        )


def open_file(key: str) -> None:
    """A field for the file of a project, which is checked, kept and opened.

    Args:
        key: names the field on its page.
    """
    st.caption(plain(word("store_open_file_help")))
    given = st.file_uploader(word("store_open_file"), type=[ENDING.lstrip(".")], key=f"project_file_{key}")
    wants = st.button(word("store_open_it"), key=f"unpack_{key}", disabled=given is None)
    if wants and given is not None:
        _ask("unpack", {PART: given.getvalue()})
        forget_uploads([given.file_id])
    job = followed("unpack")
    if job is not None and job.ended is not None and job.ended.how == "done":
        st.session_state.pop("job_unpack")
        session.open_project(job.ended.result["opened"])
        st.toast(plain(word("store_opened").format(session.project().name)))
        st.rerun()


def _ask(kind: str, files: dict[str, bytes]) -> None:
    try:
        st.session_state[f"job_{kind}"] = session.ask(kind, {}, files=files)
    except PlanningError as error:
        session.tell(error)


def followed(kind: str) -> Job | None:
    """The job of a kind that this session asked for last, if in this project, after a short wait; faults are told."""
    key = st.session_state.get(f"job_{kind}", "")
    job = session.job(key)
    if job is None:
        st.session_state.pop(f"job_{kind}", None)
        return None
    if job.ask.project != session.project().id:
        return None
    job = session.waited(key, WAIT_S) or job
    if job.ended is None:
        st.info(plain(word("store_working")))
    elif job.ended.how != "done":
        show_faults(job.ended.told)
    return job

"""Files of plans: choose plans, choose kinds of files, have them made, download them."""

from typing import Any, Final

import streamlit as st

from planning.app import look, session
from planning.app.acts import Act
from planning.app.project_file import followed
from planning.app.state import language, plain, word
from planning.app.table import table
from planning.faults import PlanningError
from planning.jobs.queue import Job
from planning.screens.exports import formats_table, made_line, plans_table, source_lines
from planning.screens.tables import Table
from planning.screens.trail import size
from planning.store.plans import PlanHead
from planning.work.export_job import ALL
from planning.work.exports import FORMATS

SHOWN: Final = 5
"""Jobs whose files are offered."""


def show() -> None:
    """Draw the page."""
    look.heading(word("store_reports"), word("store_reports_lead"))
    heads = session.heads()
    if not heads:
        look.empty(word("store_no_plans"), page="scenario", label=word("store_to_scenario"))
        return
    look.section(word("store_choose_plans"))
    plans = _choose_plans(heads)
    look.section(word("store_choose_formats"))
    formats = _choose_formats(len(plans))
    _make(plans, formats)
    look.section(word("store_made_files"))
    _made()


# --- plans ---------------------------------------------------------------------------------------------


def _choose_plans(heads: tuple[PlanHead, ...]) -> list[str]:
    """Ids of the plans that are ticked, the baseline first."""
    known = [head.id for head in heads]
    plans = [key for key in st.session_state.setdefault("report_plans", list(session.shown())) if key in known]
    rows = plans_table(heads, plans[0] if plans else "", language())
    _ticked(rows, "report_plans", plans)
    return plans


def _choose_formats(count: int) -> list[str]:
    """Keys of the kinds of files that are ticked and can be made of so many plans."""
    formats: list[str] = st.session_state.setdefault("report_formats", ["map"])
    _ticked(formats_table(count, language()), "report_formats", formats)
    return [key for key in FORMATS if key in formats and FORMATS[key].count(count)]


def _ticked(rows: Table, name: str, chosen: list[str]) -> None:
    """A table with checkboxes, whose ticks are kept in the session under a name."""

    def take(act: Act) -> None:
        if session.acted(name, act.n):
            _toggle(name, act.site)

    act = table(rows, key=f"{name}_table", choose=True, chosen=chosen, on_act=take)
    if act is not None and session.acted(name, act.n):  # a callback that was not called
        _toggle(name, act.site)
        st.rerun()


def _toggle(name: str, key: str) -> None:
    now: list[str] = st.session_state.get(name, [])
    st.session_state[name] = [one for one in now if one != key] if key in now else [*now, key]


def _make(plans: list[str], formats: list[str]) -> None:
    if plans:
        lines = source_lines([session.plan(key) for key in plans], language())
        st.caption("  \n".join(plain(line) for line in lines))
    if not plans or not formats:
        st.caption(plain(word("store_choose_one")))
    if st.button(word("store_make"), type="primary", key="make_files", disabled=not (plans and formats)):
        question: dict[str, Any] = {"plans": plans, "formats": formats, "lang": language()}
        try:
            st.session_state["job_export"] = session.ask("export", question)
        except PlanningError as error:
            session.tell(error)


# --- files ---------------------------------------------------------------------------------------------


def _made() -> None:
    """The files of the last jobs, the newest first."""
    followed("export")
    over = [job for job in session.jobs() if job.ask.kind == "export" and job.ended and job.ended.how == "done"]
    if not over:
        st.markdown(plain(word("store_none_made")))
        return
    st.caption(plain(word("store_source_line")))
    for number, job in enumerate(over[:SHOWN]):
        with st.expander(plain(made_line(job, language())), expanded=number == 0):
            _files(job)


def _files(job: Job) -> None:
    assert job.ended is not None
    for told in job.ended.result["files"]:
        _offer(job.id, told["part"], f"{told['name']} · {size(told['size'])}", told["name"])
    if len(job.ended.result["files"]) > 1:
        content = session.result(job.id, ALL)
        label = word("store_all_files").format(size(len(content or b"")))
        _offer(job.id, ALL, label, f"jiujin_{job.id[:15]}.zip")


def _offer(job: str, part: str, label: str, name: str) -> None:
    """A download; its bytes are read when it is asked for."""
    st.download_button(
        plain(label), lambda: session.result(job, part) or b"", file_name=name, key=f"get_{job}_{part}",
        on_click="ignore", type="tertiary", icon=":material/download:",
    )  # fmt: skip

"""The parts of the compare page that ask for work: what more would buy, and the average against the worst-off."""

import time
from collections.abc import Callable, Mapping

import streamlit as st

from planning.app import look, session
from planning.app.job_panel import watch
from planning.app.pages.compare_parts import Seen, which
from planning.app.state import language, plain, word
from planning.app.table import table
from planning.faults import PlanningError, in_language
from planning.jobs.ask import Lane
from planning.jobs.queue import Job
from planning.screens import compared_pictures as pictures
from planning.work.reasons_job import CURVE, TRADE_OFF

AT_ONCE_S = 3.0
"""How long a page waits for work before it says that it is under way."""


def curve(seen: Seen) -> None:
    """What more institutions or more yuan would buy than one of the plans has."""
    st.caption(plain(word("compare_curve_hint")))
    plan = which(seen, "compare_curve_plan", word("compare_curve_plan"), with_base=True)
    scenario = seen.plans[plan].scenario
    goal = scenario.objective
    if scenario.network is None and goal.sites is None and goal.budget_yuan is None:
        st.info(plain(word("compare_no_curve")))
        return
    lane: Lane = "quick" if scenario.network is None else "long"
    kept = worked("curve", {"plan": plan}, CURVE, word("compare_curve_do"), lane=lane, at_once=lane == "quick")
    if kept is not None:
        _picture(pictures.curve_picture(kept, language()), "compare_curve_table")


def trade_off(seen: Seen) -> None:
    """The average against the worst-off: the plans themselves, and one of them with more and less care."""
    _picture(pictures.plans_picture(seen.side, language()), "compare_dots_table")
    look.section(word("compare_degrees"), word("compare_degrees_hint"))
    plan = which(seen, "compare_degrees_plan", word("compare_which"), with_base=True)
    scenario = seen.plans[plan].scenario
    goal = scenario.objective
    if scenario.network is not None or (goal.sites is None and goal.budget_yuan is None):
        st.info(plain(word("compare_no_degrees")))
        return
    kept = worked("trade_off", {"plan": plan}, TRADE_OFF, word("compare_degrees_do"), at_once=True)
    if kept is not None:
        _picture(pictures.degrees_picture(kept, language()), "compare_degrees_table")


def _picture(found: pictures.Picture, key: str) -> None:
    """A picture, what it says beside it, and its numbers below."""
    left, right = st.columns([1, 1], gap="large")
    left.image(found.svg, alt=found.alt, width="stretch")
    right.caption(plain(found.alt))
    right.markdown("\n".join(f"- {plain(line)}" for line in found.told))
    table(found.table, key=key)


def worked(
    kind: str, question: dict[str, str], part: str, label: str, *, lane: Lane = "quick", at_once: bool = False
) -> bytes | None:
    """What a job of this kind keeps for a question; asked for by a button, or at once.

    While it is under way, that is said; a failed one can be asked for again.
    """

    def ask() -> None:
        try:
            session.ask(kind, question, lane=lane)
        except PlanningError as error:
            session.tell_later(error)

    if asked_before(kind, question) is None and at_once:
        ask()
    job = asked_before(kind, question)
    if job is None:
        st.button(label, key=f"ask_{kind}", on_click=ask, type="primary")
        return None
    return _result(job, part, ask)


def asked_before(kind: str, question: Mapping[str, str]) -> Job | None:
    """The last job of the project with this question, whoever asked and in whichever session."""
    alike = (one for one in session.jobs() if one.ask.kind == kind)
    return next((one for one in alike if question.items() <= one.ask.ask.items()), None)


def _result(asked: Job, part: str, ask: Callable[[], None]) -> bytes | None:
    job = session.waited(asked.id, AT_ONCE_S - (time.time() - asked.asked_at)) or asked
    if job.ended is None:
        watch(job.id)
        st.info(plain(word("compare_working")))
        return None
    kept = session.result(job.id, part) if job.ended.how == "done" else None
    if kept is None:
        for told in job.ended.told:
            st.error(plain(in_language(told, language())))
        st.button(word("compare_again"), key=f"again_{part}", on_click=ask)
    return kept

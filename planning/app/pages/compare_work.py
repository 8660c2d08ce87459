"""The parts of the compare page that ask for work: what more would buy, and the average against the worst-off."""

from collections.abc import Callable

import streamlit as st

from planning.app import look, session
from planning.app.pages.compare_parts import Seen, which
from planning.app.state import language, plain, word
from planning.app.table import table
from planning.faults import PlanningError, in_language
from planning.jobs.ask import Lane
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
    asked: dict[tuple[str, ...], str] = st.session_state.setdefault("reasons_asked", {})
    place = (kind, session.project().id, *question.values())

    def ask() -> None:
        try:
            asked[place] = session.ask(kind, question, lane=lane)
        except PlanningError as error:
            session.tell_later(error)

    if place not in asked and at_once:
        ask()
    if place not in asked:
        st.button(label, key=f"ask_{kind}", on_click=ask, type="primary")
        return None
    return _result(asked[place], part, label, ask)


def _result(key: str, part: str, label: str, ask: Callable[[], None]) -> bytes | None:
    job = session.waited(key, AT_ONCE_S)
    if job is None or job.ended is None:
        st.info(plain(word("compare_working")))
        return None
    kept = session.result(key, part) if job.ended.how == "done" else None
    if kept is None:
        for told in job.ended.told:
            st.error(plain(in_language(told, language())))
        st.button(word("compare_again"), key=f"again_{part}", on_click=ask)
    return kept

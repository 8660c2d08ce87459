"""The first page: see the demo, open a project, bring files; and what was done lately."""

from datetime import datetime
from typing import Final

import streamlit as st

from planning.app import session
from planning.app.job_panel import watch
from planning.app.look import heading, section
from planning.app.places import go, link
from planning.app.project_file import open_file
from planning.app.state import language, plain, word
from planning.faults import PlanningError
from planning.help.steps import Facts, next_step, steps
from planning.store import projects
from planning.store.plans import PlanHead
from planning.store.projects import Project
from planning.work.asks import plan_title
from planning.work.demo import asked_of_demo, found_plans, is_demo

LATELY: Final = 4


def show() -> None:
    """Draw the page."""
    _open_demo_when_there()
    heading(word("jiujin"), word("session_lead"))
    doors = st.columns(3, gap="medium")
    for column, door in zip(doors, (_demo, _open, _files), strict=True):
        with column.container(border=True, height="stretch"):
            door()
    _lately()
    _what_is_kept_where()


# --- the demo ----------------------------------------------------------------------------------------------


def _demo() -> None:
    section(word("session_door_demo"))
    st.markdown(plain(word("session_door_demo_text")))
    waits = _is_demo_made()
    if st.button(word("session_demo_button"), type="primary", key="open_demo", disabled=waits):
        _begin_demo()
    if waits:
        st.markdown(plain(word("session_demo_making")))


def _begin_demo() -> None:
    """Open the project of the demo, and have its plans made that are not there yet."""
    there = next((one for one in projects.projects(session.store()) if is_demo(one)), None)
    if there is None:
        session.new_project(word("session_demo_project"))
    else:
        session.open_project(there.id)
    first, rest = asked_of_demo()
    there_first, there_rest = _made(first), _made(rest)
    under_way = {job.ask.lane: job.id for job in session.unfinished() if job.ask.kind == "plans"}
    if not there_first:
        job = st.session_state["demo_job"] = under_way.get("quick") or session.ask("plans", {"scenarios": first})
        watch(job)
    if not there_rest and "long" not in under_way:
        session.ask("plans", {"scenarios": rest}, lane="long")
    if not there_first:
        st.rerun()
    session.show_plans([*there_first, *there_rest])
    go("compare")


def _made(scenarios: list[str]) -> list[str]:
    """The plans of these scenarios; none unless all are there."""
    heads = session.heads()  # where there is nothing, the study area need not be there yet
    return found_plans(session.store(), session.project(), session.area(), scenarios) if heads else []


def _open_demo_when_there() -> None:
    """Go on to the comparison once the first plans are there."""
    job = session.job(st.session_state.get("demo_job", ""))
    if job is None or job.ended is None:
        return
    del st.session_state["demo_job"]
    if job.ended.how == "done" and job.ask.project == session.project().id:
        session.show_plans(job.ended.result["plans"])
        go("compare")


def _is_demo_made() -> bool:
    """Whether the project that is open is that of the demo, and its first plans are under way."""
    job = session.job(st.session_state.get("demo_job", ""))
    return job is not None and job.ended is None and job.ask.project == session.project().id


# --- projects ----------------------------------------------------------------------------------------------


def _open() -> None:
    section(word("session_door_open"))
    st.markdown(plain(word("session_door_open_text")))
    there = {one.id: one for one in projects.projects(session.store())}
    now = list(there).index(session.project().id) if session.project().id in there else 0
    key = f"choose:{session.project().id}"
    choose, button = st.columns([4, 1], vertical_alignment="bottom")
    choose.selectbox(
        word("session_choose_project"), list(there), index=now, key=key, format_func=lambda one: _called(there[one])
    )
    button.button(
        word("session_open_button"),
        key="open_project",
        on_click=lambda: session.open_project(st.session_state[key]),
    )
    with st.expander(word("session_new_or_file")):
        st.text_input(word("session_new_name"), key="new_name", max_chars=80)
        st.button(word("session_new_button"), key="make_project", on_click=_new)
        open_file("start")


def _called(one: Project) -> str:
    return f"{one.name} · {one.made_at.astimezone().strftime('%Y-%m-%d')}"


def _new() -> None:
    name = st.session_state["new_name"].strip()
    try:
        session.new_project(name)
        st.session_state["new_name"] = ""
    except PlanningError as error:
        session.tell_later(error)


# --- files, recent work, what is kept where ----------------------------------------------------------------


def _files() -> None:
    section(word("session_door_files"))
    st.markdown(plain(word("session_door_files_text")))
    if st.button(word("session_files_button"), key="bring_files"):
        go("layers", part="files")


def _lately() -> None:
    """The last plans, and the next step of the first plan."""
    plans, guide = st.columns(2, gap="large")
    with plans:
        section(word("session_recent_plans"))
        heads = session.heads()[:LATELY]
        if not heads:
            st.markdown(plain(word("session_no_plans")))
        for head in heads:
            _plan(head)
    with guide:
        _guide()


def _guide() -> None:
    """The steps of the first plan: what is done, and how to go on."""
    facts = _facts()
    next_one = next_step(facts)
    if next_one is None:
        return
    section(word("session_guide"))
    with st.container(gap="xsmall"):
        for number, step in enumerate(steps(facts), 1):
            title = plain(f"{'✓' if step.is_done else number} {step.title(language())}")
            if step != next_one:
                st.markdown(title)
                continue
            st.markdown(f"**{title}**  \n{plain(step.words(language()))}")
            link(step.page, word("session_guide_go").format(word(f"session_page_{step.page}")))


def _facts() -> Facts:
    """What was done in the project; each is the end of a step."""
    kinds = {job.ask.kind for job in session.jobs() if job.ended is not None and job.ended.how == "done"}
    heads = session.heads()
    draft = session.scenario() if heads else None  # before that, nobody waits for the study area
    return Facts(
        has_plans=bool(heads),
        has_compared=len(st.session_state.get("plans", ())) > 1,
        has_own_area=bool(session.project().area_sha),
        has_changed_scenario=draft is not None and session.draft().version > 1,
        has_choice=draft is not None and any(change.type in ("lock", "forbid") for change in draft.changes),
        has_reasons="why_site" in kinds,
        has_reports="export" in kinds,
    )


def _plan(head: PlanHead) -> None:
    text, button = st.columns([5, 1], vertical_alignment="center")
    text.markdown(f"**{plain(plan_title(head, language()))}** {plain(_day(head.made_at))}")
    if button.button(word("session_show"), key=f"plan:{head.id}"):
        session.show_plans([*session.shown()[:1], head.id])
        go("compare")


def _day(at: datetime) -> str:
    return at.astimezone().strftime("%m-%d %H:%M")


def _what_is_kept_where() -> None:
    with st.expander(word("session_stored")):
        where = "shared" if session.is_shared() else "project"
        for key in (f"session_stored_{where}", "session_stored_files", "session_stored_address"):
            st.markdown(plain(word(key)))

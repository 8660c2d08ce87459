"""Which plan belongs to the draft, and how it is asked for: a first look after each change, all the way on Run."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

import streamlit as st

from planning import Scenario
from planning.app import session
from planning.editor.starts import Start, start_of, starts, told_apart
from planning.jobs import told
from planning.jobs.queue import Ended, Job
from planning.store import scenarios
from planning.store.plans import PlanHead
from planning.work.asks import PROVEN, first_look, plan_question

WAIT_S: Final = 1.2
JOBS: Final = "editor_jobs"
"""Of the session: a scenario's fingerprint → the job asked for it last."""


@dataclass(frozen=True)
class Result:
    """What there is to show.

    Attributes:
        head: the plan shown; None before there is any.
        is_current: whether it is the plan of the draft as it is now.
        is_first_look: whether a closer search may give a better one.
        job: the job that was asked for the draft, where its plan is not there yet.
    """

    head: PlanHead | None
    is_current: bool
    is_first_look: bool
    job: Job | None

    @property
    def is_running(self) -> bool:
        """Whether the plan of the draft is being made."""
        return self.job is not None and self.job.ended is None

    @property
    def failure(self) -> Ended | None:
        """How the last run of the draft ended, where it gave no plan and none came in another way."""
        ended = self.job.ended if self.job is not None else None
        is_told = ended is not None and ended.how != "done" and (not self.is_current or self.is_first_look)
        return ended if is_told else None


def is_of_question(ended: Ended) -> bool:
    """Whether a run failed for what was asked: not for want of room, a process that is gone, or somebody's wish."""
    of_run = (told.DISK_FULL, told.MEMORY, told.UNREADABLE, told.NO_WORKER)
    ours = str(told.ours("")).partition("(")[0]
    return ended.how == "failed" and not any(one in of_run or one.startswith(ours) for one in ended.told)


def known_starts() -> tuple[Start, ...]:
    """The scenarios that one can start from."""
    heads = {head.id: head for head in session.heads()}
    shown = [session.plan(key).scenario for key in session.shown() if key in heads]
    return starts(session.area(), scenarios.scenarios(session.store(), session.project().id), shown)


def asked_scenario(draft: Scenario, known: Sequence[Start]) -> Scenario:
    """The draft as it is run: its title says what differs from where it started."""
    return told_apart(draft, start_of(draft, known), session.area())


def result_of(asked: Scenario, *, wants: bool) -> Result:
    """The plan of a scenario, asked for where it is wanted and not there; waits a moment for one just asked for."""
    head, jobs = made(asked), st.session_state.setdefault(JOBS, {})
    is_new = head is None and wants and _key(asked) not in jobs
    if is_new:
        jobs[_key(asked)] = _ask(first_look(asked) or asked)
    job = _job(asked)
    if is_new and job is not None:
        job = session.waited(job.id, WAIT_S)
        head = made(asked)
    found = head or _last()
    is_look = head is not None and head.toml != asked.to_toml() and head.status not in PROVEN
    return Result(found, head is not None, is_look, job)


def _job(asked: Scenario) -> Job | None:
    """The job asked for a scenario last; one that is under way where that came to nothing or is not known any more."""
    jobs: dict[str, str] = st.session_state.setdefault(JOBS, {})
    job = session.job(jobs[_key(asked)]) if _key(asked) in jobs else None
    if job is None or (job.ended is not None and job.ended.how != "done"):
        other = next((found for text in _texts(asked) if (found := _under_way(text)) is not None), None)
        if other is not None:
            jobs[_key(asked)] = other.id
            return other
    return job


def run_to_the_end(asked: Scenario) -> None:
    """Ask for the plan with the scenario's own effort, unless it is there or known to be the best."""
    head = made(asked)
    if head is not None and (head.toml == asked.to_toml() or head.status in PROVEN):
        return
    look = first_look(asked)
    is_long = asked.network is not None or look is not None
    jobs: dict[str, str] = st.session_state.setdefault(JOBS, {})
    jobs[_key(asked)] = _ask(asked, is_long=is_long, first=head.id if head else None)


def made(asked: Scenario) -> PlanHead | None:
    """The plan of a scenario: that of its own effort, else the first look."""
    digest = session.area().digest
    heads = [head for head in session.heads() if head.area_digest == digest]
    return next((head for text in _texts(asked) for head in heads if head.toml == text), None)


def _texts(asked: Scenario) -> list[str]:
    """A scenario as it is run: with its own effort, and for a first look."""
    look = first_look(asked)
    return [asked.to_toml()] + ([look.to_toml()] if look is not None else [])


def like(asked: Scenario, head: PlanHead) -> Scenario:
    """A scenario with the effort of a plan, so that the two can be held against each other."""
    look = first_look(asked)
    return look if look is not None and 'effort = "first"' in head.toml else asked


def baseline(known: Sequence[Start], *, wants: bool) -> PlanHead | None:
    """The plan of things as they stand; asked for where it is wanted and not there."""
    digest = session.area().digest
    stand = [head for head in session.heads() if head.status == "evaluated" and head.area_digest == digest]
    found = next((head for head in stand if head.scenario_name == "baseline"), None)
    start = next(start.scenario for start in known if start.key == "location:baseline")
    jobs: dict[str, str] = st.session_state.setdefault(JOBS, {})
    if found is None and wants and _key(start) not in jobs:
        jobs[_key(start)] = _ask(start)
    return found


def alike(asked: Scenario, *, wants: bool) -> PlanHead | None:
    """The plan of a scenario with exactly this effort, or one that no effort makes better; asked for once if wanted."""
    head = made(asked)
    if head is not None and (head.toml == asked.to_toml() or head.status in PROVEN):
        return head
    if wants:
        jobs: dict[str, str] = st.session_state.setdefault(JOBS, {})
        key = f"alike {_key(asked)}"
        if key not in jobs:
            jobs[key] = _ask(asked, is_long=first_look(asked) is not None)
    return None


def _ask(asked: Scenario, *, is_long: bool = False, first: str | None = None) -> str:
    """The job that makes a plan: one that is under way already, else a new one."""
    same = _under_way(asked.to_toml())
    if same is not None:
        return same.id
    question = plan_question(asked, version=_version(asked))
    return session.ask(
        "plan", {**question, "first": first}, lane="long" if is_long else "quick", seconds=asked.solver.time_limit_s
    )


def _under_way(text: str) -> Job | None:
    """The job that is making the plan of a scenario."""
    return next((job for job in session.unfinished() if job.ask.ask.get("scenario") == text), None)


def _version(asked: Scenario) -> int | None:
    """The saved version that a scenario is."""
    text = asked.to_toml()
    for row in scenarios.scenarios(session.store(), session.project().id):
        if row.name == asked.name and row.toml == text:
            return row.version
    return None


def _last() -> PlanHead | None:
    """The plan that was shown last, else the newest one of the area."""
    digest, last = session.area().digest, st.session_state.get("editor_shown")
    heads = [head for head in session.heads() if head.area_digest == digest]
    return next((head for head in heads if head.id == last), heads[0] if heads else None)


def _key(asked: Scenario) -> str:
    return sha256(f"{session.project().id} {asked.to_toml()}".encode()).hexdigest()[:24]

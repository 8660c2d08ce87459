"""What a job is, how far it is and what came of it, as plain words for the pages."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from planning.faults import PlanningError, in_language
from planning.jobs import queue, told
from planning.jobs.ask import Lane
from planning.jobs.home import Home
from planning.jobs.processes import living
from planning.jobs.queue import Job
from planning.texts import TEXTS, text
from planning.work.asks import PROVEN, title_of

State = Literal["waiting", "running", "cancelling", "done", "failed", "cancelled", "lost"]
WITH_FILES: Final = ("check", "unpack")
"""Kinds whose files are gone when the job ends: such a job cannot be run again."""
SHOWN_ON: Final = {"export": "reports", "why_site": "why", "check": "layers", "pack": "trail", "unpack": "trail"}
"""Kind → page that shows what came of it; the others are shown side by side."""
TABS: Final = ("curve", "trade_off")
"""Kinds that are a part of the page of plans side by side, under its name there."""


@dataclass(frozen=True)
class JobWords:
    """One job in words.

    Attributes:
        title: what is made, such as the title of a scenario.
        sentence: how far it is, or what happened.
        share: how much of the present step is done, 0 to 1; None where that is not known.
        asked: day and time of asking.
        page: the page that shows what came of it; `address` says where on it.
        plan: id of the plan that it made; "" for none.
        can_again: it ended without a result and can be asked again.
    """

    id: str
    title: str
    state: State
    sentence: str
    share: float | None
    asked: str
    page: str
    address: Mapping[str, str]
    plan: str
    can_again: bool


def in_words(home: Home, job: Job, language: str, *, is_kept: bool = False) -> JobWords:
    """A job in words.

    Args:
        is_kept: whether its plan is in the store, whatever became of the process.
    """
    state = _state(job)
    done = state == "done" or (is_kept and state == "lost")
    return JobWords(
        id=job.id,
        title=title(job, language),
        state="done" if done else state,
        sentence=text("session_kept_after_all", language)
        if done and state == "lost"
        else _sentence(home, job, state, language),
        share=_share(job, state),
        asked=datetime.fromtimestamp(job.asked_at).strftime("%m-%d %H:%M"),
        page=SHOWN_ON.get(job.ask.kind, "compare"),
        address=_address(job),
        plan=job.id if job.ask.kind == "plan" and done else "",
        can_again=state in ("failed", "cancelled", "lost") and not done and job.ask.kind not in WITH_FILES,
    )


def _address(job: Job) -> dict[str, str]:
    """Tab, plan and site that a job is about, for the address of its page."""
    asked = {key: str(job.ask.ask[key]) for key in ("plan", "site") if key in job.ask.ask}
    if job.ask.kind in TABS:
        return {"tab": job.ask.kind, **asked}
    return asked if job.ask.kind == "why_site" else {}


def title(job: Job, language: str) -> str:
    """What a job makes: the title of its scenario, or the name of its kind."""
    named = job.ask.ask.get("title")
    if isinstance(named, str) and named:
        return named
    asked = {"plan": [job.ask.ask.get("scenario")], "plans": job.ask.ask.get("scenarios")}.get(job.ask.kind)
    if asked:
        is_proven = job.ended is not None and job.ended.result.get("status", PROVEN[0]) in PROVEN
        titles = [_scenario_title(str(toml), language, is_proven) for toml in asked]
        return titles[0] if len(titles) == 1 else text("session_titles", language).format(titles[0], len(titles))
    from planning.work.kinds import KINDS

    kind = KINDS.rows.get(job.ask.kind)
    return text(kind.words_key, language) if kind is not None else job.ask.kind


def _scenario_title(toml: str, language: str, is_proven: bool) -> str:
    try:
        return title_of(toml, language, is_proven=is_proven)
    except PlanningError:
        return text("session_kind_plan", language)


def is_warming(home: Home, lane: Lane) -> bool:
    """Whether no worker that may take jobs of a lane is ready yet."""
    lanes = ("quick", "long", "both") if lane == "quick" else ("long", "both")
    return not any(one.get("state") == "ready" and one.get("lane") in lanes for one in living(home.workers))


def _state(job: Job) -> State:
    if job.ended is not None:
        return job.ended.how
    return "cancelling" if job.stage == "cancelling" else "running" if job.stage == "running" else "waiting"


def _share(job: Job, state: State) -> float | None:
    share = job.progress.share if job.progress is not None and state == "running" else 0.0
    return share if 0.0 < share < 1.0 else None


def _sentence(home: Home, job: Job, state: State, language: str) -> str:
    if state == "waiting":
        if is_warming(home, job.ask.lane):
            return text("session_warming", language)
        ahead = queue.ahead(home, job)
        return text("session_ahead", language).format(ahead) if ahead else text("session_next", language)
    if state == "running":
        return _running(home, job, language)
    if job.ended is None:
        return text("session_cancelling", language)
    if state == "done":
        return text("session_done", language).format(_seconds(job.ended.seconds))
    return "".join(in_language(one, language) for one in job.ended.told)


def _running(home: Home, job: Job, language: str) -> str:
    """Step, share, time gone and time left."""
    step = job.progress.step if job.progress is not None else ""
    said = [text(step, language)] if step in TEXTS else [text("session_step_first", language)]
    share = _share(job, "running")
    if share is not None:
        said[0] += f" {share:.0%}"
    said.append(text("session_gone", language).format(_seconds(time.time() - (job.started_at or time.time()))))
    left = queue.left_of(home, job)
    if left is not None:
        said.append(in_language(told.time_left(left), language).rstrip("。."))
    return " · ".join(said)


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f}" if seconds < 10 else f"{seconds:.0f}"

"""The queue: a job is a folder that moves from waiting to running to ended, each time in one step.

```
jobs/waiting/<id>/ask.json      and upload/ with files that came with it
jobs/running/<id>/…             and worker.json, progress.json; `cancel` once somebody wants it to end; result/
jobs/ended/<id>/…               and ended.json; no upload any more, and result/ only of what is done
```

Whoever first makes the file `over` in a running job decides how it ended; a worker that finds it made by another
leaves, so that a process killed for one job never has another in hand.
"""

import re
import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

from geodata.errors import Sentence, both, in_language
from planning.faults import PlanningError
from planning.jobs import told
from planning.jobs.ask import Ask, Lane
from planning.jobs.home import Home, moved, read_json, removed, write_json, write_whole
from planning.jobs.processes import signature
from planning.jobs.progress import CANCEL, Progress, read_progress, time_left

How = Literal["done", "failed", "cancelled", "lost"]
Stage = Literal["waiting", "running", "cancelling", "ended"]
WorkerLane = Literal["quick", "long", "both"]
"""`long` workers help with quick jobs that nobody takes; `both` do quick ones first."""

ASK, WORKER, OVER, ENDED, UPLOAD, RESULT = "ask.json", "worker.json", "over", "ended.json", "upload", "result"
HELP_AFTER_S: Final = 0.3
_EARLIER: Final = 20  # jobs that tell how long one takes
_PLAIN_NAME: Final = re.compile(r"[\w\-（）() ][\w.\-（）() ]{0,119}")


@dataclass(frozen=True)
class Ended:
    """What came of a job."""

    how: How
    told: tuple[Sentence, ...] = ()
    result: Mapping[str, Any] = field(default_factory=dict)
    """What the kind gave back, in values that JSON has; larger parts lie in the folder `result`."""
    seconds: float = 0.0


@dataclass(frozen=True)
class Job:
    """A job as it is at this moment."""

    id: str
    folder: Path
    ask: Ask
    stage: Stage
    asked_at: float
    """Seconds since 1970."""
    started_at: float | None = None
    progress: Progress | None = None
    ended: Ended | None = None

    @property
    def result(self) -> Path:
        """Where the parts of the result lie."""
        return self.folder / RESULT


def put(home: Home, ask: Ask, files: Mapping[str, bytes] | None = None) -> str:
    """Put a job into the queue and give its id; ids sort by the time of asking.

    Args:
        home: where jobs lie.
        ask: the question.
        files: plain name → bytes; only this user can read them, and they are gone when the job ends, however it does.

    Raises:
        PlanningError: for names that are not plain.
        OSError: when there is no room.
    """
    odd = [name for name in files or {} if not _PLAIN_NAME.fullmatch(name)]
    if odd:
        raise PlanningError([both(f"{name!r} is not a plain file name", f"{name!r} 不是合适的文件名") for name in odd])
    now = time.time()
    micros = int(now * 1e6) % 1_000_000
    name = f"{time.strftime('%Y%m%d-%H%M%S', time.gmtime(now))}-{micros:06d}-{secrets.token_hex(4)}"
    folder = home.making / name
    folder.mkdir(mode=0o700)
    try:
        for file, content in (files or {}).items():
            (folder / UPLOAD).mkdir(mode=0o700, exist_ok=True)
            path = folder / UPLOAD / file
            path.touch(mode=0o600)
            path.write_bytes(content)
        write_json(folder / ASK, {"asked_at": now, **ask.table()})
        if not moved(folder, home.waiting / name):
            raise OSError(f"the job could not be put into {home.waiting}")
    except OSError:
        removed(folder)
        raise
    return name


def claim(home: Home, lane: WorkerLane) -> Job | None:
    """Take the next job of a lane for this process; None when there is none. Of two claimants one gets it."""
    for name in _claimable(home, lane):
        if moved(home.waiting / name, home.running / name):
            try:
                signed = {**signature(), "started_at": time.time()}
                write_json(home.running / name / WORKER, signed, lasting=False)
            except FileNotFoundError:  # the keeper took it for lost
                continue
            found = read_job(home, name)
            if found is not None:
                return found
            end(home, name, Ended("failed", (told.UNREADABLE,)))
    return None


_TAKES: Final[dict[WorkerLane, tuple[Lane, ...]]] = {
    "quick": ("quick",), "long": ("long", "quick"), "both": ("quick", "long"),
}  # fmt: skip


def _claimable(home: Home, lane: WorkerLane) -> Iterator[str]:
    """The jobs that a worker of a lane may take, in the order in which it should."""
    names = sorted(folder.name for folder in home.waiting.iterdir())
    for wanted in _TAKES[lane]:
        helps = lane == "long" and wanted == "quick"
        for name in names:
            table = read_json(home.waiting / name / ASK) or {}
            if (table.get("lane") == "long") == (wanted == "long") and (
                not helps or time.time() - _number(table.get("asked_at")) > HELP_AFTER_S
            ):
                yield name


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def end(home: Home, name: str, ended: Ended) -> bool:
    """Say how a running job ended, and move it; False when another has said so before.

    Raises:
        OSError: when there is no room to say so.
    """
    try:
        (home.running / name / OVER).touch(exist_ok=False)
    except (FileExistsError, FileNotFoundError):
        return False
    finish(home, name, ended)
    return True


def finish(home: Home, name: str, ended: Ended) -> None:
    """The second half of `end`, for whoever may say how the job ended."""
    folder = home.running / name
    if ended.how != "done":
        removed(folder / RESULT)
    sentences = [{"zh": in_language(one, "zh"), "en": str(one)} for one in ended.told]
    table = {"how": ended.how, "told": sentences, "result": dict(ended.result), "seconds": round(ended.seconds, 3)}
    try:
        write_json(folder / ENDED, table)
    except FileNotFoundError:  # another keeper has moved it
        return
    settle(home, name)


def settle(home: Home, name: str) -> None:
    """The last step: all is said, nobody needs the files that came with the job."""
    removed(home.running / name / UPLOAD)
    moved(home.running / name, home.ended / name)


def cancel(home: Home, name: str) -> bool:
    """Let a job end: one that waits at once, one that runs within a second; False when it is over or unknown."""
    if moved(home.waiting / name, home.running / name):
        return end(home, name, Ended("cancelled", (told.CANCELLED,)))
    folder = home.running / name
    if (folder / ENDED).exists():
        return False
    try:
        (folder / CANCEL).touch()
    except FileNotFoundError:
        return False
    return True


def read_job(home: Home, name: str) -> Job | None:
    """A job as it is now; None when there is none of this id or its files cannot be read."""
    places: tuple[tuple[Stage, Path], ...] = (
        ("waiting", home.waiting), ("running", home.running), ("ended", home.ended),
    )  # fmt: skip
    for stage, place in places:  # in the order in which a job moves: it cannot slip by
        folder = place / name
        if (table := read_json(folder / ASK)) is not None:
            try:
                return _job(folder, table, stage)
            except PlanningError:
                return None
    return None


def _job(folder: Path, table: dict[str, Any], stage: Stage) -> Job:
    asked_at = _number(table.pop("asked_at", 0.0))
    ended = read_ended(folder)
    if ended is not None:
        stage = "ended"
    elif stage == "running" and (folder / CANCEL).exists():
        stage = "cancelling"
    started_at = (read_json(folder / WORKER) or {}).get("started_at")
    return Job(folder.name, folder, Ask.read(table), stage, asked_at, started_at, read_progress(folder), ended)


def read_ended(folder: Path) -> Ended | None:
    """What came of the job in a folder; None when it is not over."""
    table = read_json(folder / ENDED)
    if table is None:
        return None
    sentences = tuple(both(one["en"], one["zh"]) for one in table["told"])
    return Ended(table["how"], sentences, table["result"], table["seconds"])


def jobs(home: Home, project: str | None = None) -> list[Job]:
    """All jobs, or those of a project; the newest first."""
    names = {folder.name for place in (home.waiting, home.running, home.ended) for folder in place.iterdir()}
    found = [one for name in sorted(names, reverse=True) if (one := read_job(home, name)) is not None]
    return [one for one in found if project is None or one.ask.project == project]


def ahead(home: Home, job: Job) -> int:
    """How many jobs of its lane wait before a job that waits."""
    lane: Lane = job.ask.lane
    earlier = [folder for folder in home.waiting.iterdir() if folder.name < job.id]
    return sum((read_json(folder / ASK) or {}).get("lane") == lane for folder in earlier)


def left_of(home: Home, job: Job) -> tuple[float, float] | None:
    """The least and the most that a running job may still take, in seconds; see `time_left`."""
    if job.started_at is None:
        return None
    folders = sorted(home.ended.iterdir(), reverse=True)
    took = (seconds for what, seconds in map(_took, folders) if what == (job.ask.kind, job.ask.area))
    alike = list(islice(took, _EARLIER))
    return time_left(job.progress, time.time() - job.started_at, alike, job.ask.seconds_expected)


@lru_cache(maxsize=4096)
def _took(folder: Path) -> tuple[tuple[Any, Any] | None, float]:
    """Of a job that is over, and does not change any more: kind and area, and its seconds; no kind unless done."""
    ask, ended = read_json(folder / ASK) or {}, read_json(folder / ENDED) or {}
    what = (ask.get("kind"), ask.get("area", "")) if ended.get("how") == "done" else None
    return what, _number(ended.get("seconds"))


def keep_part(folder: Path, name: str, content: bytes) -> None:
    """Write a part of the result of the job in a folder, to stay."""
    (folder / RESULT).mkdir(exist_ok=True)
    write_whole(folder / RESULT / name, content)

"""A worker: warms up once, then does one job after the other, alone in its process.

`python -m planning.jobs.worker --home DIR --lane quick --kinds module:NAME`
"""

import argparse
import contextlib
import json
import secrets
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import psutil

from planning.jobs import told
from planning.jobs.home import Home
from planning.jobs.kinds import Kept, Kinds, Workplace, kinds_at
from planning.jobs.processes import living, register, signature
from planning.jobs.progress import Cancelled, Reporter
from planning.jobs.queue import Ended, Job, WorkerLane, claim, end, finish

_LOOK_S: Final = 0.05
_SERVERS_S: Final = 2.0
_LOG_BYTES: Final = 500_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Work until there is nobody to work for, or until it is time for a fresh process; 1 when it cannot begin."""
    options = _parser().parse_args(arguments)
    home = Home(options.home).made()
    if options.lane != "quick":
        _step_back()
    path = register(home.workers, lane=options.lane, state="warming")
    try:
        if _elder_works(home, options.lane):
            return 0
        kinds = kinds_at(options.kinds)
        kept = Kept(kinds.most_kept)
        if kinds.warm_up is not None:
            kinds.warm_up(kept)
        register(home.workers, lane=options.lane, state="ready")
        _serve(home, kinds, kept, options)
    except Exception as error:
        write_log(home, error)
        return 1
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="planning.jobs.worker", description=__doc__)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--lane", choices=("quick", "long", "both"), required=True)
    parser.add_argument("--kinds", required=True, help="module:NAME of the table of kinds")
    parser.add_argument("--most-jobs", type=int, default=100, help="leave after so many jobs")
    parser.add_argument("--most-mb", type=float, default=1500.0, help="leave above so much memory")
    parser.add_argument("--alone-s", type=float, default=60.0, help="leave when no server lives for so long")
    return parser


def _step_back() -> None:
    """Let the page and quick jobs go first."""
    with contextlib.suppress(psutil.Error, OSError):
        psutil.Process().nice(psutil.BELOW_NORMAL_PRIORITY_CLASS if sys.platform == "win32" else 5)


def _elder_works(home: Home, lane: WorkerLane) -> bool:
    """Whether another worker of this lane was there first: two servers started one each."""
    mine = signature()
    for one in living(home.workers):
        if one["pid"] != mine["pid"] and one.get("lane") == lane:
            return bool((one["create_time"], one["pid"]) < (mine["create_time"], mine["pid"]))
    return False


def _serve(home: Home, kinds: Kinds, kept: Kept, options: argparse.Namespace) -> None:
    done, looked, seen, spare = 0, 0.0, time.monotonic(), list(kinds.spare_time)
    while True:
        now = time.monotonic()
        if now - looked > min(_SERVERS_S, options.alone_s):
            looked = now
            seen = now if living(home.servers) else seen
            if now - seen > options.alone_s or _elder_works(home, options.lane):
                return
        job = claim(home, options.lane)
        if job is None:
            if spare:
                spare.pop(0)()
            else:
                time.sleep(_LOOK_S)
            continue
        if not work(home, job, kinds, kept):
            return
        done += 1
        if done >= options.most_jobs or psutil.Process().memory_info().rss > options.most_mb * 1e6:
            return


def work(home: Home, job: Job, kinds: Kinds, kept: Kept) -> bool:
    """Do one job and say how it ended; False when it was taken away meanwhile: then this process must leave.

    Raises:
        OSError: when not even the lack of room can be written down.
    """
    began = time.monotonic()
    ended = _answer(home, job, kinds, kept)
    try:
        return end(home, job.id, replace(ended, seconds=time.monotonic() - began))
    except OSError as error:
        if not told.disk_is_full(error):
            raise
        home.spend_reserve()
        finish(home, job.id, Ended("failed", (told.DISK_FULL,)))
        return True


def _answer(home: Home, job: Job, kinds: Kinds, kept: Kept) -> Ended:
    kind = kinds.rows.get(job.ask.kind)
    if kind is None:
        return Ended("failed", (told.unknown_kind(job.ask.kind),))
    try:
        result = kind.run(job.ask, Workplace(job.folder, kept, Reporter(job.folder)))
        json.dumps(dict(result), allow_nan=False)  # what cannot be written is a fault of the kind
        return Ended("done", (), result)
    except Cancelled:
        return Ended("cancelled", (told.CANCELLED,))
    except Exception as error:
        return _failed(home, error)


def _failed(home: Home, error: Exception) -> Ended:
    faults: Any = getattr(error, "faults", None)
    if told.disk_is_full(error):
        home.spend_reserve()
        return Ended("failed", (told.DISK_FULL,))
    if isinstance(error, MemoryError):
        return Ended("failed", (told.MEMORY,))
    if isinstance(error, ValueError) and isinstance(faults, tuple):  # the input is at fault, and says so itself
        return Ended("failed", faults)
    return Ended("failed", (told.ours(write_log(home, error)),))


def write_log(home: Home, error: BaseException) -> str:
    """Note where an error arose, and give the number of the note.

    Only its class and the lines of code: its words may hold what stood in somebody's file.
    """
    number = secrets.token_hex(3)
    lines = [f"{one.filename}:{one.lineno} {one.name}" for one in traceback.extract_tb(error.__traceback__)]
    note = "\n  ".join([f"{number} {time.strftime('%Y-%m-%d %H:%M:%S')} {type(error).__name__}", *lines])
    with contextlib.suppress(OSError):
        if home.log.exists() and home.log.stat().st_size > _LOG_BYTES:
            home.log.replace(home.log.with_suffix(".old.txt"))
        with home.log.open("a", encoding="utf-8") as file:
            file.write(note + "\n")
    return number


if __name__ == "__main__":
    sys.exit(main())

"""The keeper: starts the workers that are needed, ends what was cancelled, tells what was lost."""

import contextlib
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psutil

from planning.jobs import told
from planning.jobs.home import Home, moved, read_json, removed
from planning.jobs.processes import kill, living, process_of, register
from planning.jobs.progress import CANCEL
from planning.jobs.queue import ASK, OVER, UPLOAD, WORKER, Ended, WorkerLane, end, finish, read_ended, settle
from planning.jobs.worker import write_log

BEAT_S: Final = 0.2
CANCEL_GRACE_S: Final = 0.3  # the work is asked to end before its process is ended
UNSIGNED_GRACE_S: Final = 3.0  # between a claim and the signature
SWEEP_S: Final = 60.0
ENDED_DAYS = 30
ENDED_MOST: Final = 40
"""Of one kind in one project; what is kept elsewhere too, such as a plan, does not drive out what is only here."""
ONE_FOR_ALL_BYTES: Final = 4_000_000_000  # with less free memory one worker does the jobs of both lanes
_EARLY_DEATHS, _EARLY_S = 3, 60.0  # so many in a row, each younger than that: workers cannot begin
_ONE_THREAD: Final = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)


@dataclass
class _Started:
    lane: WorkerLane
    process: subprocess.Popen[bytes]
    at: float


class Keeper:
    """One for each server. Several may keep one home, and a new one goes on with what it finds.

    Args:
        home: where jobs lie.
        kinds: `module:NAME` of the table of kinds.
        command: how a worker is started; more options are put behind it.
        options: more options of the worker, see `worker.py`.
    """

    def __init__(
        self,
        home: Home,
        kinds: str,
        command: Sequence[str] = (sys.executable, "-m", "planning.jobs.worker"),
        options: Sequence[str] = (),
    ) -> None:
        self.home = home.made()
        self._command = [*command, "--home", str(home.path), "--kinds", kinds, *options]
        self._started: list[_Started] = []
        self._seen: dict[tuple[str, str], float] = {}  # (what was seen, id of the job) → since when
        self._deaths, self._hire_after = 0, 0.0
        self._swept = -SWEEP_S
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._file = register(self.home.servers)

    def start(self) -> "Keeper":
        """Tend five times a second until `close`."""
        self._thread = threading.Thread(target=self._beat, name="jobs", daemon=True)
        self._thread.start()
        return self

    def close(self, *, end_workers: bool = False) -> None:
        """Stop tending. Workers finish what they have in hand and leave after a while, or are ended at once."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)
        if end_workers:
            for one in self._started:
                one.process.kill()
                one.process.wait()
            for signed in living(self.home.workers):
                kill(signed)

    def _beat(self) -> None:
        while not self._stop.is_set():
            try:
                self.tend()
            except Exception as error:  # a full disk today is an empty one tomorrow
                write_log(self.home, error)
                self._stop.wait(SWEEP_S / 20)
            self._stop.wait(BEAT_S)

    def tend(self) -> None:
        """Look after everything once."""
        for folder in list(self.home.running.iterdir()):
            self._look_after(folder.name)
        self._bury()
        if time.monotonic() >= self._hire_after:
            for lane in self._needed():
                self._hire(lane)
        if time.monotonic() - self._swept >= SWEEP_S:
            self._swept = time.monotonic()
            self._sweep()

    def warming(self) -> bool:
        """Whether no worker is ready yet."""
        return not any(one.get("state") == "ready" for one in living(self.home.workers))

    # --- jobs that run ---------------------------------------------------------------------------------

    def _look_after(self, name: str) -> None:
        """Bring a running job to its end if nobody else will."""
        folder = self.home.running / name
        signed = read_json(folder / WORKER)
        cancelled = (folder / CANCEL).exists()
        how = Ended("cancelled", (told.CANCELLED,)) if cancelled else Ended("lost", (told.LOST,))
        if read_ended(folder) is not None:  # all is said, only the move is missing
            settle(self.home, name)
        elif signed is None:
            if self._for_s("unsigned", name) > UNSIGNED_GRACE_S and folder.exists():
                self._bring(name, how)
        elif process_of(signed) is None:
            self._bring(name, how)
        elif cancelled and self._for_s("cancel", name) > CANCEL_GRACE_S:
            mine = not (folder / OVER).exists() and self._decide(name)
            if mine or self._for_s("cancel", name) > UNSIGNED_GRACE_S:
                kill(signed)
                self._started = [one for one in self._started if one.process.poll() is None]  # no early death
                self._bring(name, how)

    def _for_s(self, what: str, name: str) -> float:
        """For how many seconds this keeper has seen something of a job."""
        now = time.monotonic()
        return now - self._seen.setdefault((what, name), now)

    def _decide(self, name: str) -> bool:
        try:
            (self.home.running / name / OVER).touch(exist_ok=False)
        except (FileExistsError, FileNotFoundError):
            return False
        return True

    def _bring(self, name: str, how: Ended) -> None:
        """End a job whose process is gone: its last word counts, if it had one."""
        self._decide(name)
        finish(self.home, name, read_ended(self.home.running / name) or how)

    # --- workers ---------------------------------------------------------------------------------------

    def _needed(self) -> list[WorkerLane]:
        there = {one.get("lane") for one in living(self.home.workers)} | {one.lane for one in self._started}
        if "both" in there:
            return []
        if not there and psutil.virtual_memory().available < ONE_FOR_ALL_BYTES:
            return ["both"]
        lanes: list[WorkerLane] = ["quick"]
        if "long" not in there and "long" in self._lanes_waiting():
            lanes.append("long")
        return [lane for lane in lanes if lane not in there]

    def _lanes_waiting(self) -> set[Any]:
        return {(read_json(folder / ASK) or {}).get("lane") for folder in self.home.waiting.iterdir()}

    def _hire(self, lane: WorkerLane) -> None:
        more: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            more = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.DETACHED_PROCESS}
        own = {"JIUJIN_HOME": str(self.home.path)}
        nothing = subprocess.DEVNULL
        process = subprocess.Popen(
            [*self._command, "--lane", lane],
            stdin=nothing, stdout=nothing, stderr=nothing, env={**os.environ, **_ONE_THREAD, **own}, **more,
        )  # fmt: skip
        self._started.append(_Started(lane, process, time.monotonic()))

    def _bury(self) -> None:
        """Take note of workers that have left. When they cannot even begin, nobody is left waiting for them."""
        now = time.monotonic()
        for one in [one for one in self._started if one.process.poll() is not None]:
            self._started.remove(one)
            early = one.process.returncode != 0 and now - one.at < _EARLY_S
            self._deaths = self._deaths + 1 if early else 0
            self._hire_after = now + min(0.25 * 2**self._deaths, _EARLY_S) if early else now
        if self._deaths >= _EARLY_DEATHS and not living(self.home.workers):
            for folder in list(self.home.waiting.iterdir()):
                if moved(folder, self.home.running / folder.name):
                    end(self.home, folder.name, Ended("failed", (told.NO_WORKER,)))

    # --- order -----------------------------------------------------------------------------------------

    def _sweep(self) -> None:
        """Delete what nobody needs any more, and set the reserve aside again."""
        now, alike = time.time(), Counter[tuple[str, str]]()
        for folder in sorted(self.home.ended.iterdir(), reverse=True):
            removed(folder / UPLOAD)
            ask = read_json(folder / ASK) or {}
            alike[place := (str(ask.get("project")), str(ask.get("kind")))] += 1
            if alike[place] > ENDED_MOST or now - folder.stat().st_mtime > ENDED_DAYS * 86_400:
                removed(folder)
        for folder in self.home.making.iterdir():
            if now - folder.stat().st_mtime > 3_600:
                removed(folder)
        gone = {key for key in self._seen if not (self.home.running / key[1]).exists()}
        for key in gone:
            del self._seen[key]
        self.home.fill_reserve()

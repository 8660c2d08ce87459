"""How far a job is. A worker writes it, anybody reads it."""

import contextlib
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Final

from planning.jobs.home import read_json, write_json

FILE, CANCEL = "progress.json", "cancel"
_PAUSE_S: Final = 0.2  # a share is written at most five times a second
_LONGEST_STEP: Final = 120  # letters, so that the file stays under 1 KB
_TELLING_SHARE: Final = 0.05  # below it, a share says nothing of the time
_UNSURE: Final = 1.5  # a time left may be this many times longer or shorter: judgement


class Cancelled(BaseException):
    """Somebody asked for the job to end."""


@dataclass(frozen=True)
class Progress:
    """The step that a job is at; never goes back."""

    step: str
    """The name of the step, a key of the texts."""
    share: float
    """How much of this step is done, 0 to 1."""
    number: int
    """How many steps have begun."""
    since: float
    """When this step began, in seconds since 1970."""


def read_progress(folder: Path) -> Progress | None:
    """The progress of the job in a folder; None before it has said anything."""
    table = read_json(folder / FILE)
    try:
        return None if table is None else Progress(**table)
    except TypeError:
        return None


class Reporter:
    """`report(step, share)` for the work of one job: writes the progress, and raises `Cancelled` when asked to end."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._now = Progress("", 0.0, 0, time.time())
        self._written = 0.0

    def __call__(self, step: str, share: float) -> None:
        """Say how much of a step is done, from 0 to 1."""
        if (self._folder / CANCEL).exists():
            raise Cancelled
        step, share = step[:_LONGEST_STEP], min(max(share, 0.0), 1.0)
        begins = step != self._now.step or self._now.share >= 1.0 > share
        if begins:
            self._now = Progress(step, share, self._now.number + 1, time.time())
        else:
            self._now = Progress(step, max(share, self._now.share), self._now.number, self._now.since)
        if begins or time.monotonic() - self._written >= _PAUSE_S:
            self._write()

    def _write(self) -> None:
        self._written = time.monotonic()
        with contextlib.suppress(OSError):  # a reader holds the file, or there is no room: the next one will do
            write_json(self._folder / FILE, asdict(self._now), lasting=False)


def time_left(
    progress: Progress | None,
    running_s: float,
    earlier_s: Sequence[float] = (),
    expected_s: float | None = None,
    now: float | None = None,
) -> tuple[float, float] | None:
    """The least and the most that a job may still take, in seconds; None when nothing is known.

    Args:
        progress: where it is.
        running_s: how long it has been running.
        earlier_s: how long jobs of the same kind and area took.
        expected_s: how long it may take at most, such as the time limit of its solver.
        now: seconds since 1970; the present time by default.

    The rest of a step is (time of the step) · (1 - share) / share, once its share is above 5 %; the rest of a job is
    the median of the earlier ones less what has passed. The longer of the two counts, a half more or less; what the
    solver may still use is never left out of the most.
    """
    rests = []
    if progress is not None and progress.share > _TELLING_SHARE:
        passed = max((time.time() if now is None else now) - progress.since, 0.0)
        rests.append(passed * (1 - progress.share) / progress.share)
    if earlier_s and median(earlier_s) > running_s:
        rests.append(median(earlier_s) - running_s)
    allowed = max(expected_s - running_s, 0.0) if expected_s is not None else 0.0
    if not rests:
        return (0.0, allowed) if allowed else None
    return max(rests) / _UNSURE, max(max(rests) * _UNSURE, allowed)

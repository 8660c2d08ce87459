"""Jobs done at once in this process, where no worker shall be started: for tests and for the command line."""

import os
from functools import cache
from typing import Final

from planning.jobs.home import Home
from planning.jobs.kinds import Kept
from planning.jobs.queue import claim
from planning.jobs.worker import work

VARIABLE: Final = "JIUJIN_JOBS"
"""Environment variable; `here` lets whoever asks do the work himself."""


def is_here() -> bool:
    """Whether jobs are done in the process that asks."""
    return os.environ.get(VARIABLE) == "here"


def work_off(home: Home) -> None:
    """Do all jobs that wait, and those that they ask for in turn."""
    from planning.work.kinds import KINDS

    while (job := claim(home, "both")) is not None:
        work(home, job, KINDS, _kept())


@cache
def _kept() -> Kept:
    from planning.work.kinds import KINDS

    return Kept(KINDS.most_kept)

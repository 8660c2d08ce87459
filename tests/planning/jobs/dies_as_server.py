"""A server that asks for a job, waits until it runs, and is gone without a word."""

import os
import signal
import sys
import time
from pathlib import Path

from planning.jobs.ask import Ask
from planning.jobs.home import Home
from planning.jobs.keeper import Keeper
from planning.jobs.queue import put, read_job

home, bare = Home(Path(sys.argv[1])), sys.argv[2]
keeper = Keeper(home, "fake_kinds:KINDS", (sys.executable, bare)).start()
name = put(home, Ask("sleep", "quick", ask={"seconds": 1.0}))
while (job := read_job(home, name)) is None or job.stage != "running":
    time.sleep(0.01)
waits = put(home, Ask("echo", "quick"))
print(name, waits, flush=True)
os.kill(os.getpid(), signal.SIGKILL)

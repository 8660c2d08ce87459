"""HiGHS, run where a clock or an interrupt can always reach it.

A small model is solved in a thread: HiGHS asks often enough whether to stop. A large one is solved in a process of its
own, because HiGHS asks nobody while it solves a large linear program; its plans and bounds come through a pipe, and
ending the process loses none of them.
"""

import importlib.util
import math
import pickle
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Any

from optimizers.solvers.arrays import ModelArrays
from optimizers.solvers.report import Outcome

_SEED = 1
_THREAD_ENTRIES = 60_000  # larger models go to a process
_STARTING_S = 0.3  # of such a process
_TICK_S = 0.05
_FIELDS = ("cost", "lower", "upper", "integer", "row_lower", "row_upper", "start", "index", "value")


def is_installed() -> bool:
    """True where highspy can be imported."""
    return importlib.util.find_spec("highspy") is not None


def name() -> str:
    """Name and version."""
    import highspy

    highs: Any = highspy.Highs
    return f"HiGHS {highs().version()}"


def solve(
    lp: Any, model: ModelArrays, begin: dict[int, float] | None, deadline: float, node_limit: int, gap: float
) -> Outcome:
    """Solve the arrays; `lp` itself is not needed."""
    large = model.value.size > _THREAD_ENTRIES and bool(sys.executable)
    seconds = max(deadline - monotonic() - _STARTING_S * large, 0.01)
    options = {
        "output_flag": False, "threads": 1, "random_seed": _SEED, "time_limit": seconds,
        "mip_rel_gap": 0.0, "mip_abs_gap": gap, "mip_max_nodes": node_limit,
    }  # fmt: skip
    task = {field: getattr(model, field) for field in _FIELDS} | {"options": options, "begin": begin}
    heard = _Heard()
    stopped = _in_process(task, deadline, heard) if large else _in_thread(task, deadline, heard)
    return heard.outcome(stopped)


class _Heard:
    """The best plan and bound told so far, and the final word if it came."""

    def __init__(self) -> None:
        self.values: Any = None
        self.bound = -math.inf
        self.last: dict[str, Any] = {}

    def tell(self, news: dict[str, Any]) -> None:
        if news.get("values") is not None:
            self.values = news["values"]
        self.bound = max(self.bound, news["bound"])
        if news.get("done"):
            self.last = news

    def outcome(self, stopped: str) -> Outcome:
        """What is certain; `stopped` tells why no final word came, "" when it did."""
        interrupted = stopped == "interrupted" and not self.last.get("proven", False)
        return Outcome(
            status=self.last.get("status", stopped),
            proven=self.last.get("proven", False),
            infeasible=self.last.get("infeasible", False),
            values=self.values,
            bound=self.bound if math.isfinite(self.bound) else None,
            interrupted=interrupted,
        )


def _in_thread(task: dict[str, Any], deadline: float, heard: _Heard) -> str:
    from optimizers.solvers import highs_task

    over: list[bool] = []

    thread = Thread(target=highs_task.run, args=(task, lambda: bool(over), heard.tell), daemon=True)
    thread.start()
    stopped = _watched(thread, deadline, lambda: over.append(True))
    thread.join()
    return stopped


def _in_process(task: dict[str, Any], deadline: float, heard: _Heard) -> str:
    script = Path(__file__).with_name("highs_task.py")
    child = subprocess.Popen(
        [sys.executable, "-P", str(script)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip

    def talk() -> None:
        assert child.stdin is not None
        assert child.stdout is not None
        with suppress(OSError, EOFError, pickle.UnpicklingError), child.stdin, child.stdout:
            pickle.dump(task, child.stdin)
            child.stdin.flush()
            while not heard.last:
                heard.tell(pickle.load(child.stdout))

    thread = Thread(target=talk, daemon=True)
    try:
        thread.start()
        stopped = _watched(thread, deadline, child.kill)
    finally:
        child.kill()
        thread.join()
        child.wait()
    return stopped or ("" if heard.last else "the solver's process ended")


def _watched(thread: Thread, deadline: float, stop: Callable[[], None]) -> str:
    """Wait for the thread; have it stopped when the clock is well past the deadline or an interrupt comes."""
    latest = deadline + max(0.2, 0.03 * (deadline - monotonic()))
    pause = 0.001
    try:
        while thread.is_alive():
            thread.join(pause)
            pause = min(2.0 * pause, _TICK_S)
            if monotonic() > latest and thread.is_alive():
                stop()
                return "Time limit reached"
    except KeyboardInterrupt:
        stop()
        return "interrupted"
    return ""

"""A table of kinds that does nothing useful in many ways."""

import itertools
import time
from collections.abc import Mapping
from typing import Any

from planning.faults import PlanningError
from planning.jobs.ask import Ask
from planning.jobs.kinds import Kept, Kind, Kinds, Workplace


def echo(ask: Ask, place: Workplace) -> Mapping[str, Any]:
    return dict(ask.ask)


def sleep(ask: Ask, place: Workplace) -> Mapping[str, Any]:
    began, seconds = time.monotonic(), float(ask.ask["seconds"])
    while (passed := time.monotonic() - began) < seconds:
        place.progress("sleep", passed / seconds)
        time.sleep(0.01)
    place.keep("slept", b"well")
    return {"slept": seconds}


def spin(ask: Ask, place: Workplace) -> Mapping[str, Any]:
    place.progress("spin", 0.0)
    return {"sum": sum(itertools.repeat(1))}  # never comes back to Python


def fail(ask: Ask, place: Workplace) -> Mapping[str, Any]:
    place.keep("half", b"of it")
    raise KeyError(*(path.read_text(encoding="utf-8") for path in place.uploads().values()))


def fault(ask: Ask, place: Workplace) -> Mapping[str, Any]:
    raise PlanningError(["a fault", "another"])


def not_json(ask: Ask, place: Workplace) -> Mapping[str, Any]:
    return {"minutes": float("nan")}


def no_memory(ask: Ask, place: Workplace) -> Mapping[str, Any]:
    raise MemoryError


def fill(ask: Ask, place: Workplace) -> Mapping[str, Any]:
    import resource

    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
    place.keep("first", b"x" * 50_000)
    place.keep("second", b"x" * 200_000)
    return {}


def counted(ask: Ask, place: Workplace) -> Mapping[str, Any]:
    """The bytes of what came with the job, and how often this process has made what it keeps."""
    made = place.kept.get("made", "once", lambda: [0])
    made[0] += 1
    sizes = {name: len(path.read_bytes()) for name, path in place.uploads().items()}
    place.forget_uploads()
    time.sleep(float(ask.ask.get("seconds", 0)))
    return {"sizes": sizes, "times": made[0], "warm": place.kept.get("warm", "up", lambda: False)}


def warm_up(kept: Kept) -> None:
    kept.get("warm", "up", lambda: True)


def never_warm(kept: Kept) -> None:
    raise RuntimeError("cannot begin")


ROWS = {
    one.__name__: Kind(one, "quick", "of_" + one.__name__)
    for one in (echo, sleep, spin, fail, fault, not_json, no_memory, fill, counted)
}
KINDS = Kinds(ROWS, warm_up)
BROKEN = Kinds(ROWS, never_warm)

"""Processes by number and time of birth, for numbers are given anew."""

import contextlib
import os
import time
from pathlib import Path
from typing import Any, Final

import psutil

from planning.jobs.home import read_json, write_json

_SAME_BIRTH_S: Final = 2.0  # the clock of the machine may be set a little


def signature() -> dict[str, Any]:
    """Number and time of birth (seconds since 1970) of this process."""
    return {"pid": os.getpid(), "create_time": psutil.Process().create_time()}


def process_of(signed: dict[str, Any] | None) -> psutil.Process | None:
    """The process that signed, if it is the same and still works; None otherwise."""
    try:
        process = psutil.Process(int(signed["pid"])) if signed else None
        if process is None or process.status() == psutil.STATUS_ZOMBIE:
            return None
        same = abs(process.create_time() - float(signed["create_time"])) < _SAME_BIRTH_S if signed else False
    except (psutil.Error, KeyError, TypeError, ValueError):
        return None
    return process if same else None


def kill(signed: dict[str, Any] | None, wait_s: float = 2.0) -> None:
    """End the process that signed at once, whatever it does, and wait until it is gone."""
    process = process_of(signed)
    if process is not None:
        with contextlib.suppress(psutil.Error):
            process.kill()
            process.wait(wait_s)


def register(folder: Path, **more: Any) -> Path:
    """Write this process down in a folder, with more that others may want to know."""
    path = folder / f"{os.getpid()}.json"
    write_json(path, {**signature(), "since": time.time(), **more}, lasting=False)
    return path


def living(folder: Path) -> list[dict[str, Any]]:
    """What the processes that are written down in a folder and live said of themselves; the eldest first.

    Files of those that are gone are deleted.
    """
    found = []
    for path in folder.glob("*.json"):
        said = read_json(path)
        if process_of(said) is not None and said is not None:
            found.append(said)
        elif said is not None:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)
    return sorted(found, key=lambda one: (one["create_time"], one["pid"]))

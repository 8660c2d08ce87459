"""Where jobs lie on disk, and the few ways in which anything there is written or moved."""

import contextlib
import json
import os
import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

RESERVE_BYTES: Final = 1_000_000
_TRIES, _PAUSE_S = 5, 0.02  # a virus scanner on Windows holds a new file for a moment


def usual_home() -> Path:
    """`$JIUJIN_HOME`; without it `%LOCALAPPDATA%\\jiujin` on Windows and `~/.jiujin` elsewhere."""
    named = os.environ.get("JIUJIN_HOME")
    if named:
        return Path(named)
    local = os.environ.get("LOCALAPPDATA", "") if os.name == "nt" else ""
    return Path(local) / "jiujin" if local else Path.home() / ".jiujin"


@dataclass(frozen=True)
class Home:
    """One folder with all jobs, for this user's eyes only."""

    path: Path

    @property
    def making(self) -> Path:
        """Jobs that are being written; nobody looks here."""
        return self.path / "jobs" / "making"

    @property
    def waiting(self) -> Path:
        """Jobs that nobody has taken yet."""
        return self.path / "jobs" / "waiting"

    @property
    def running(self) -> Path:
        """Jobs that a worker has taken."""
        return self.path / "jobs" / "running"

    @property
    def ended(self) -> Path:
        """Jobs that are over, with what came of them."""
        return self.path / "jobs" / "ended"

    @property
    def workers(self) -> Path:
        """One file for each worker that lives."""
        return self.path / "workers"

    @property
    def servers(self) -> Path:
        """One file for each server that keeps workers."""
        return self.path / "servers"

    @property
    def log(self) -> Path:
        """Faults of ours: a number, the kind of error and the lines of code, never its words."""
        return self.path / "log.txt"

    @property
    def reserve(self) -> Path:
        """A file to delete when the disk is full, so that this can still be written down."""
        return self.path / "reserve.bin"

    def made(self) -> "Home":
        """The same home, with its folders there."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for folder in (self.making, self.waiting, self.running, self.ended, self.workers, self.servers):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self

    def fill_reserve(self) -> None:
        """Set the reserve aside, if it is not there and the disk has room for more than that."""
        if not self.reserve.exists() and shutil.disk_usage(self.path).free > 16 * RESERVE_BYTES:
            with contextlib.suppress(OSError):  # another time
                write_whole(self.reserve, os.urandom(RESERVE_BYTES))

    def spend_reserve(self) -> None:
        """Give the reserve back to the disk."""
        with contextlib.suppress(OSError):
            self.reserve.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes, *, lasting: bool = True) -> None:
    """Write a file so that a reader sees all of it or what was there before.

    Args:
        path: the file.
        content: its bytes.
        lasting: wait until it is on the disk, so that it is still there after a power cut.

    Raises:
        OSError: when it cannot be written; nothing half-written is left.
    """
    new = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}")
    try:
        with new.open("wb") as file:
            file.write(content)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        _again_if_held(lambda: os.replace(new, path))
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise


def write_json(path: Path, table: dict[str, Any], *, lasting: bool = True) -> None:
    """`write_whole` of a table as JSON; NaN and infinity are refused."""
    content = json.dumps(table, ensure_ascii=False, allow_nan=False, indent=1)
    write_whole(path, content.encode(), lasting=lasting)


def read_json(path: Path) -> dict[str, Any] | None:
    """The table of a JSON file; None when it is not there or not readable as one."""
    try:
        table = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return table if isinstance(table, dict) else None


def moved(folder: Path, to: Path) -> bool:
    """Move a folder in one step; False when somebody else was faster or holds it."""
    try:
        _again_if_held(lambda: os.rename(folder, to))
    except OSError:
        return False
    return True


def removed(folder: Path) -> None:
    """Delete a folder and all in it, as far as nobody holds it."""
    for _ in range(_TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(_PAUSE_S)


def _again_if_held(act: Callable[[], None]) -> None:
    for tries_left in range(_TRIES - 1, -1, -1):
        try:
            act()
            return
        except PermissionError:
            if not tries_left:
                raise
            time.sleep(_PAUSE_S)

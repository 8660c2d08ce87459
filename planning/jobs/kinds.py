"""The form of the table of kinds, and what the work of a kind is given. The table itself is handed over by name."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, TypeVar

from planning.jobs.ask import Ask, Lane
from planning.jobs.home import removed
from planning.jobs.queue import UPLOAD, keep_part

T = TypeVar("T")
_MOST: Final = 6


class Kept:
    """What a worker keeps from job to job: on each shelf the things last used.

    Args:
        most: name of a shelf → how many things it holds; 6 where nothing is said.
    """

    def __init__(self, most: Mapping[str, int] | None = None) -> None:
        self._most = dict(most or {})
        self._shelves: dict[str, OrderedDict[str, Any]] = {}

    def get(self, shelf: str, key: str, make: Callable[[], T]) -> T:
        """The thing of this key on a shelf; made when it is not there, and then kept."""
        things = self._shelves.setdefault(shelf, OrderedDict())
        if key not in things:
            things[key] = make()
        things.move_to_end(key)
        while len(things) > self._most.get(shelf, _MOST):
            things.popitem(last=False)
        found: T = things[key]
        return found


@dataclass(frozen=True)
class Workplace:
    """What the work of one job is given beside its question."""

    folder: Path
    kept: Kept
    progress: Callable[[str, float], None]
    """`progress(step, share)`, share of the step from 0 to 1; raises `Cancelled` when the job shall end."""

    def uploads(self) -> dict[str, Path]:
        """The files that came with the job, by name."""
        folder = self.folder / UPLOAD
        return {path.name: path for path in sorted(folder.iterdir())} if folder.is_dir() else {}

    def forget_uploads(self) -> None:
        """Delete the files that came with the job, as soon as they are read."""
        removed(self.folder / UPLOAD)

    def keep(self, part: str, content: bytes) -> None:
        """Write a part of the result; it stays only when the job is done."""
        keep_part(self.folder, part, content)


@dataclass(frozen=True)
class Kind:
    """A row of the table: what is done for an ask."""

    run: Callable[[Ask, Workplace], Mapping[str, Any]]
    """Gives values that JSON has."""
    lane: Lane
    """The lane that such jobs usually take."""
    words_key: str
    """The name of the work, a key of the texts."""


@dataclass(frozen=True)
class Kinds:
    """The table of kinds, and what a worker does before its first job so that this one is quick."""

    rows: Mapping[str, Kind]
    warm_up: Callable[[Kept], None] | None = None
    spare_time: tuple[Callable[[], None], ...] = ()
    """What a worker does once, piece by piece, while nothing waits: it makes later jobs quicker."""
    most_kept: Mapping[str, int] | None = None
    """Name of a shelf → how many things it holds."""


def kinds_at(place: str) -> Kinds:
    """The table at `module:NAME`."""
    module, _, name = place.partition(":")
    found = getattr(import_module(module), name)
    if not isinstance(found, Kinds):
        raise TypeError(f"{place} is not a table of kinds")
    return found

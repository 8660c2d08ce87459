"""The study area of a project: the embedded one by its name, an own one by the digest of its file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from geodata import LayerError
from geodata.files.limits import require_size
from planning.faults import PlanningError
from planning.jobs.home import Home, write_whole
from planning.record.format import hashed
from planning.store import areas
from planning.store.open import Store
from planning.study_area import StudyArea, embedded

EMBEDDED: Final = "southern_xinjiang"
"""The study area that comes with the program."""


def area_of(name_or_sha: str, store: Store, home: Home) -> StudyArea:
    """The study area that a project or a job names.

    Args:
        name_or_sha: name of an embedded area, or SHA-256 of the packed file of an own one.
        store: where own ones are kept.
        home: where they are laid down to be opened.

    Raises:
        PlanningError: when there is no such area, or it does not open.
    """
    is_own = len(name_or_sha) == 64 and name_or_sha.isalnum()
    with _told():
        return StudyArea.open(_file(name_or_sha, store, home)) if is_own else embedded(name_or_sha)


Opener = Callable[[str, Store, Home], StudyArea]


def packed_area(store: Store, home: Home, packed: bytes, opened: Opener = area_of) -> tuple[str, str]:
    """Keep an own study area, once it is seen to open; what does not open is kept nowhere.

    Args:
        packed: the study area as a zip.
        opened: opens it by its digest; one that remembers spares opening it again.

    Returns:
        Its name and the digest of its file.

    Raises:
        PlanningError: for what is no study area.
    """
    sha = hashed(packed)
    with _told():
        require_size(len(packed), "study area")
    path = _place(sha, home)
    is_new = not path.is_file()
    if is_new:
        write_whole(path, packed)
    try:
        name = opened(sha, store, home).data.name
    except BaseException:
        if is_new:
            path.unlink(missing_ok=True)
        raise
    areas.keep_area(store, packed)
    return name, sha


def _file(sha: str, store: Store, home: Home) -> Path:
    path = _place(sha, home)
    if not path.is_file():
        write_whole(path, areas.area_bytes(store, sha))
    return path


def _place(sha: str, home: Home) -> Path:
    path = home.path / "areas" / f"{sha}.zip"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


@contextmanager
def _told() -> Iterator[None]:
    """Faults of a file as those of the question, which every page tells."""
    try:
        yield
    except LayerError as error:
        raise PlanningError(error.faults) from error

"""The study area of a project: the embedded one by its name, an own one by the digest of its file."""

from pathlib import Path
from typing import Final

from geodata import LayerError
from planning.faults import PlanningError
from planning.jobs.home import Home, write_whole
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
        PlanningError: when there is no such area.
    """
    is_own = len(name_or_sha) == 64 and name_or_sha.isalnum()
    return StudyArea.open(_file(name_or_sha, store, home)) if is_own else embedded(name_or_sha)


def _file(sha: str, store: Store, home: Home) -> Path:
    path = home.path / "areas" / f"{sha}.zip"
    if not path.is_file():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(path, areas.area_bytes(store, sha))
    return path


def packed_area(store: Store, home: Home, packed: bytes) -> tuple[str, str]:
    """Keep an own study area, and see that it opens.

    Args:
        packed: the study area as a zip.

    Returns:
        Its name and the digest of its file.

    Raises:
        PlanningError: for what is no study area.
    """
    sha = areas.keep_area(store, packed)
    try:
        return area_of(sha, store, home).data.name, sha
    except LayerError as error:
        raise PlanningError(error.faults) from error

"""The kinds of files that are made of plans, one row each: a new kind is one function and one row."""

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from planning.compare import compare, comparison_csv
from planning.comparing.apart import told_apart
from planning.maps import coverage_map, difference_map
from planning.plan import Plan
from planning.screens.plans import zipped
from planning.study_area import StudyArea


@dataclass(frozen=True)
class Format:
    """One kind of file.

    Attributes:
        of: one file for each plan, for each plan after the first, or one for all.
        stem: what the name of the file begins with.
        make: its bytes. For `each plan` it is given that plan, for `each other plan` the first and that one.
    """

    of: Literal["each plan", "each other plan", "all plans"]
    stem: str
    ending: str
    make: Callable[[Sequence[Plan], StudyArea, str], bytes]

    def count(self, plans: int) -> int:
        """How many files are made of so many plans; 0 where they are too few."""
        if self.of == "each plan":
            return plans
        return max(0, plans - 1) if self.of == "each other plan" else int(plans >= 2)


def _folder(plans: Sequence[Plan], area: StudyArea, language: str) -> bytes:
    return zipped(plans[0], area, language)


def _map(plans: Sequence[Plan], area: StudyArea, language: str) -> bytes:
    return coverage_map(plans[0], area, language).encode()


def _scenario(plans: Sequence[Plan], area: StudyArea, language: str) -> bytes:
    return plans[0].scenario.to_toml().encode()


def _table(plans: Sequence[Plan], area: StudyArea, language: str) -> bytes:
    return comparison_csv(compare(told_apart(dict(zip(_names(plans), plans, strict=True))), area))


def _difference(plans: Sequence[Plan], area: StudyArea, language: str) -> bytes:
    return difference_map(plans[0], plans[1], area, language).encode()


FORMATS: Final[dict[str, Format]] = {
    "folder": Format("each plan", "plan", ".zip", _folder),
    "map": Format("each plan", "map", ".html", _map),
    "scenario": Format("each plan", "scenario", ".toml", _scenario),
    "table": Format("all plans", "compare", ".csv", _table),
    "difference": Format("each other plan", "difference", ".html", _difference),
}
"""Key → kind of file; `store_format_<key>` names it and `store_format_<key>_help` says what it is for."""


@dataclass(frozen=True)
class Wanted:
    """One file to be made: its name, its kind, and the plans in it."""

    name: str
    key: str
    plans: tuple[Plan, ...]


def wanted(keys: Sequence[str], plans: Sequence[Plan]) -> list[Wanted]:
    """The files of some kinds for some plans, the baseline first; kinds that need more plans are left out."""
    names = _names(plans)
    found: list[Wanted] = []
    for key, one in FORMATS.items():
        if key not in keys or not one.count(len(plans)):
            continue
        if one.of == "all plans":
            found.append(Wanted(f"{one.stem}{one.ending}", key, tuple(plans)))
            continue
        is_other = one.of == "each other plan"
        for plan, name in zip(plans[is_other:], names[is_other:], strict=True):
            given = (plans[0], plan) if is_other else (plan,)
            found.append(Wanted(f"{one.stem}_{_slug(name)}{one.ending}", key, given))
    return found


def _names(plans: Sequence[Plan]) -> list[str]:
    """Names of the plans of which none comes twice: the second of one name becomes `<name>_2`."""
    names: list[str] = []
    for plan in plans:
        name, number = plan.name, 1
        while name in names:
            number += 1
            name = f"{plan.name}_{number}"
        names.append(name)
    return names


def together(files: Sequence[tuple[str, bytes]]) -> bytes:
    """Several files as one ZIP."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files:
            out.writestr(name, content)
    return buffer.getvalue()


def _slug(name: str) -> str:
    """A name that every file system takes."""
    return re.sub(r"[^\w-]+", "_", name)[:60] or "plan"

"""All settings by their path, with the bounds that the forms of scenario files give them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType, NoneType
from typing import Annotated, Any, Final, get_args, get_origin

from pydantic import BaseModel

from planning.editor.field import Field
from planning.editor.location_fields import LOCATION_FIELDS
from planning.editor.network_fields import NETWORK_FIELDS
from planning.scenario import Scenario
from planning.scenario_form import CHANGE_TYPES, CHANGES, Form

FIELDS: Final = (*NETWORK_FIELDS, *LOCATION_FIELDS)
"""In the order of the page: what a network plan asks first, then what every scenario has."""
BY_PATH: Final[Mapping[str, Field]] = MappingProxyType({field.path: field for field in FIELDS})
GROUPS: Final = tuple(dict.fromkeys(field.group for field in FIELDS))
FILE_ONLY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "name": "given when the scenario is saved",
        "study_area": "that of the project",
        "layers.institutions": "own files become a study area on the page of layers",
        "layers.candidates": "own files become a study area on the page of layers",
    }
)
"""Keys of a scenario file that the editor does not set, and why."""


@dataclass(frozen=True)
class Bounds:
    """What a number may be, both ends included; the form of the file refuses an end that is open."""

    low: float | None = None
    high: float | None = None
    is_whole: bool = False
    is_optional: bool = False


def of_scenario(scenario: Scenario, *, more: bool) -> dict[str, tuple[Field, ...]]:
    """The settings of a scenario by group; without those that are asked for rarely unless `more`."""
    shown = [field for field in FIELDS if field.when(scenario) and (more or field.level == "usual")]
    found = {group: tuple(field for field in shown if field.group == group) for group in GROUPS}
    return {group: fields for group, fields in found.items() if fields}


def bounds(path: str, field: Field | None = None) -> Bounds:
    """The bounds of a number by its path; positions and codes within the path do not matter.

    Args:
        field: the part of a row, where `path` is that of a list of changes.
    """
    parts = path.split(".")
    if parts[0] == "changes":
        form = CHANGES[CHANGE_TYPES.index(parts[1].removesuffix("_year"))]
        return _bounds(form.model_fields[parts[-1]])
    return _bounds(_at(Form, parts))


def default(path: str) -> Any:
    """What holds where a file does not say; None where there is no single value."""
    inner = _at(Form, path.split("."))
    return inner.default if hasattr(inner, "default") else None


def keys_of_form() -> Iterator[str]:
    """Every key that a scenario file may hold, by path; a list of changes by its types."""
    yield from _keys(Form, "")
    yield from (f"changes.{kind}" for kind in CHANGE_TYPES)


def _keys(form: type[BaseModel], prefix: str) -> Iterator[str]:
    for key, info in form.model_fields.items():
        inner = next(_forms(info.annotation), None)
        if prefix + key == "changes":
            continue
        if inner is None or _is_list(info.annotation):
            yield prefix + key
        else:
            yield from _keys(inner, f"{prefix}{key}.")


def _is_list(annotation: Any) -> bool:
    return any(get_origin(part) in (tuple, dict) for part in (annotation, *get_args(annotation)))


def _at(form: Any, parts: list[str]) -> Any:
    """The form's entry for a path; what stands in a list or under a code is that of all of them."""
    found: Any = form
    for part in parts:
        annotation = getattr(found, "annotation", found)
        inner = next(_forms(annotation), None)
        if inner is not None and part in inner.model_fields:
            found = inner.model_fields[part]
    return found


def _forms(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _forms(part)


def _bounds(info: Any) -> Bounds:
    marks = list(_marks(info.annotation)) + list(info.metadata)
    low = next((m.ge if hasattr(m, "ge") else m.gt for m in marks if hasattr(m, "ge") or hasattr(m, "gt")), None)
    high = next((m.le if hasattr(m, "le") else m.lt for m in marks if hasattr(m, "le") or hasattr(m, "lt")), None)
    kinds = list(_plain(info.annotation))
    return Bounds(low, high, is_whole=int in kinds and float not in kinds, is_optional=NoneType in kinds)


def _marks(annotation: Any) -> Iterator[Any]:
    if get_origin(annotation) is Annotated:
        for mark in get_args(annotation)[1:]:
            yield from (mark, *getattr(mark, "metadata", ()))
    for part in get_args(annotation):
        yield from _marks(part)


def _plain(annotation: Any) -> Iterator[Any]:
    yield annotation
    for part in get_args(annotation):
        yield from _plain(part)

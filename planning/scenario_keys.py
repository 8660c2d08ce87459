"""The keys that a table of a scenario file may hold."""

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel

from planning.scenario_form import CHANGE_TYPES, CHANGES, Form


def known_keys(loc: tuple[Any, ...]) -> list[str]:
    """The keys of the table that holds an unknown one.

    Args:
        loc: where the unknown key is, as pydantic names it: keys, positions in arrays, types of changes.
    """
    if loc[0] == "changes" and len(loc) > 3:
        return list(CHANGES[CHANGE_TYPES.index(loc[2])].model_fields)
    table: type[BaseModel] = Form
    for key in (part for part in loc[:-1] if isinstance(part, str)):
        inner = next(_tables(table.model_fields[key].annotation), None) if key in table.model_fields else None
        if inner is None:
            return []
        table = inner
    return list(table.model_fields)


def _tables(annotation: Any) -> Iterator[type[BaseModel]]:
    """Tables that a key may hold, also inside a choice or an array."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _tables(part)

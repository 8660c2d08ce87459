"""Values as canonical JSON: equal values are equal bytes, and what is read back is what was written."""

import json
import math
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

_NUMBERS: Final = {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}
_NUMBER, _TUPLE, _PAIRS = "$number", "$tuple", "$pairs"
_MARKS: Final = frozenset({_NUMBER, _TUPLE, _PAIRS})


def canonical(value: Any) -> bytes:
    """JSON in UTF-8 without spaces, keys in their order.

    | Python | JSON |
    |--------|------|
    | nan, inf, -inf | {"$number": "nan"} |
    | tuple | {"$tuple": [...]} |
    | mapping whose keys are not all text, or one of these marks | {"$pairs": [[key, value], ...]} |
    | numbers of numpy | plain numbers |

    Raises:
        TypeError: for anything else that JSON does not know.
    """
    return json.dumps(_written(value), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def read_canonical(text: bytes) -> Any:
    """What was written by `canonical`.

    Raises:
        ValueError: when it is not JSON in UTF-8.
    """
    return _read(json.loads(text.decode()))


def _written(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return {_NUMBER: "nan" if math.isnan(value) else str(value)}
    if isinstance(value, tuple):
        return {_TUPLE: [_written(v) for v in value]}
    if isinstance(value, list):
        return [_written(v) for v in value]
    if isinstance(value, Mapping):
        return _written_table(value)
    return value


def _written_table(table: Mapping[Any, Any]) -> dict[str, Any]:
    if all(isinstance(key, str) for key in table) and not _MARKS & table.keys():
        return {str(key): _written(v) for key, v in table.items()}
    return {_PAIRS: [[_written(key), _written(v)] for key, v in table.items()]}


def _read(value: Any) -> Any:
    if isinstance(value, list):
        return [_read(v) for v in value]
    if not isinstance(value, dict):
        return value
    if _NUMBER in value:
        return _NUMBERS[value[_NUMBER]]
    if _TUPLE in value:
        return tuple(_read(v) for v in value[_TUPLE])
    if _PAIRS in value:
        return {_read(key): _read(v) for key, v in value[_PAIRS]}
    return {key: _read(v) for key, v in value.items()}

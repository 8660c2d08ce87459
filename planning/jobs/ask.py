"""What is asked of a job: frozen, plain, the same in the file and in the program."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Literal

from geodata.errors import Sentence, both, prefixed
from planning.faults import PlanningError, nearest

Lane = Literal["quick", "long"]
LANES: Final = ("quick", "long")


@dataclass(frozen=True)
class Ask:
    """One question to a worker. Nothing of a person may stand in it: files go beside it, see `queue.put`."""

    kind: str
    """A row of the table of kinds."""
    lane: Lane
    """Quick jobs do not wait for long ones."""
    by: str = ""
    """Who asks."""
    project: str = ""
    """The project that it is asked in."""
    area: str = ""
    """The name or digest of the study area; jobs of one kind and area take about the same time."""
    ask: Mapping[str, Any] = field(default_factory=dict)
    """The question itself, in values that JSON has."""
    seconds_expected: float | None = None
    """The time limit of the solver or a like figure, in seconds; None when there is none."""

    def __post_init__(self) -> None:
        faults = _faults(self.table())
        if faults:
            raise PlanningError(faults)
        object.__setattr__(self, "ask", dict(self.ask))  # a copy of its own, and one that JSON takes

    @staticmethod
    def read(table: Mapping[str, Any]) -> "Ask":
        """The ask of a table from a file.

        Raises:
            PlanningError: one sentence for every key that is unknown or missing and every value of a wrong kind.
        """
        faults = _unknown(table)
        faults += [both(f"'{key}' is missing", f"缺少“{key}”") for key in ("kind", "lane") if key not in table]
        known = {key: value for key, value in table.items() if key in _KEYS}
        faults += _faults(known)
        if faults:
            raise PlanningError([prefixed("ask.json", fault) for fault in faults])
        return Ask(**known)

    def table(self) -> dict[str, Any]:
        """The ask as plain values for JSON."""
        return {key: getattr(self, key) for key in _KEYS}


_KEYS: Final = tuple(one.name for one in fields(Ask))
_KINDS: Final[dict[str, tuple[type | tuple[type, ...], str, str]]] = {
    **dict.fromkeys(("kind", "by", "project", "area"), (str, "text", "文字")),
    "ask": (Mapping, "a table", "表"),
    "seconds_expected": ((int, float, type(None)), "a number of seconds", "秒数"),
}


def _unknown(table: Mapping[str, Any]) -> list[Sentence]:
    faults = []
    for key in table:
        if key not in _KEYS:
            meant = nearest(key, _KEYS)
            faults.append(both(f"unknown key '{key}'{meant}", f"未知的键“{key}”{meant.zh}"))
    return faults


def _faults(table: Mapping[str, Any]) -> list[Sentence]:
    faults = [
        both(f"'{key}' must be {en}", f"“{key}”应为{zh}")
        for key, (kind, en, zh) in _KINDS.items()
        if key in table and (not isinstance(table[key], kind) or isinstance(table[key], bool))
    ]
    if "lane" in table and table["lane"] not in LANES:
        faults.append(both("'lane' must be quick or long", "“lane”应为 quick 或 long"))
    try:
        json.dumps(dict(asked) if isinstance(asked := table.get("ask", {}), Mapping) else {}, allow_nan=False)
    except (TypeError, ValueError):
        faults.append(both("'ask' holds a value that JSON has not", "“ask”含有 JSON 无法表示的值"))
    return faults

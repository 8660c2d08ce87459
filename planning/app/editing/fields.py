"""One setting as a control.

Its key stays the same while its author works on it, so that the focus stays where it is. When the draft overrides it
(undo, a click on the map, another tab) it is a new control that begins with what the draft says: a value put into a
control from outside does not reach the browser where its group or tab is closed, which then writes the old one back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import streamlit as st

from planning import Scenario, StudyArea
from planning.app import session
from planning.app.state import language, plain, show_faults, word
from planning.editor.choices import choices
from planning.editor.edits import edited
from planning.editor.field import Field
from planning.editor.fields import bounds
from planning.editor.values import value_of
from planning.faults import PlanningError

FAULTS: Final = "editor_faults"
"""Of the session: path → sentences about the value that was refused there last."""

TURNS: Final = "editor_turns"
"""Of the session: path → how often the draft has overridden the control."""


@dataclass(frozen=True)
class Spot:
    """A setting at its place: `path` has positions and codes where the field is part of a row."""

    field: Field
    path: str
    scenario: Scenario
    area: StudyArea
    label: str = ""
    is_optional: bool = False

    @property
    def value(self) -> Any:
        """What the draft says."""
        return value_of(self.scenario, self.path)

    @property
    def words(self) -> dict[str, Any]:
        """Label and help of the control."""
        speech = language()
        return {"label": plain(self.label or self.field.label(speech)), "help": plain(self.field.help(speech))}

    @property
    def names(self) -> dict[str, str]:
        """What may be chosen; what the draft has already is among it."""
        found = choices(self.field.options, self.scenario, self.area, language())
        there = self.value if isinstance(self.value, list | tuple) else [self.value] if self.value else []
        return found | {str(code): str(code) for code in there if code not in found}


def draw_simple(spot: Spot) -> None:
    """Draw a setting that is one control, and what is wrong below it."""
    _DRAW[spot.field.kind](spot)
    faults_at(spot.path)


def faults_at(path: str) -> None:
    """What was refused at a setting, said below it."""
    show_faults(st.session_state.get(FAULTS, {}).get(path, ()))


def change(path: str, make: Callable[[Scenario], Scenario]) -> None:
    """Change the draft; what cannot be is said at the setting, and the draft stays."""
    faults: dict[str, Any] = st.session_state.setdefault(FAULTS, {})
    faults.clear()
    try:
        session.change(make(session.scenario()))
    except PlanningError as error:
        faults[path] = error.faults


def held(path: str, value: Any) -> str:
    """The key of the control that shows this value of the draft: the one before, or a new one when it says another."""
    turns: dict[str, int] = st.session_state.setdefault(TURNS, {})
    if st.session_state.get(key_of(path), value) != value:
        turns[path] = turns.get(path, 0) + 1
    return key_of(path)


def key_of(path: str) -> str:
    """The key of the present control of a setting; the same in every language."""
    turn = st.session_state.get(TURNS, {}).get(path, 0)
    return f"f:{path}~{turn}" if turn else f"f:{path}"


def _take(path: str, key: str, of_page: Callable[[Any], Any]) -> None:
    """What the control says now goes to the draft; a control that was replaced has nothing to say."""
    if key != key_of(path):
        return
    value = of_page(st.session_state[key])
    change(path, lambda scenario: edited(scenario, path, value))


def _asked(spot: Spot, shown: Any, of_page: Callable[[Any], Any]) -> Mapping[str, Any]:
    """What every control is given, `shown` being what the draft says as the control says it."""
    key = held(spot.path, shown)
    return {**spot.words, "key": key, "on_change": _take, "args": (spot.path, key, of_page)}


def _number(spot: Spot) -> None:
    field, limit = spot.field, bounds(spot.path, spot.field)
    is_optional = spot.is_optional or (limit.is_optional and not spot.path.startswith("objective."))
    is_whole = limit.is_whole and field.unit != "percent"
    kind: Callable[[float], float] = int if is_whole else float

    def shown(value: float | None) -> float | None:
        return None if value is None else kind(field.on_page(value))

    def read(value: float | None) -> float | None:
        return None if value is None else kind(field.in_file(value)) if is_whole else field.in_file(value)

    now = shown(spot.value)
    optional: dict[str, Any] = {"placeholder": word("editor_no_limit")} if is_optional else {}
    st.number_input(
        **_asked(spot, now, read), value=now, min_value=shown(limit.low), max_value=shown(limit.high),
        step=kind(field.step), format="%d" if is_whole else "%g", **optional,
    )  # fmt: skip


def _choice(spot: Spot) -> None:
    names = spot.names
    is_optional = spot.is_optional or bounds_say_optional(spot)
    if is_optional:
        names = {"": word("editor_as_usual"), **names}
    now, codes = spot.value or next(iter(names), ""), list(names)
    asked = _asked(spot, now, lambda code: code or None)
    st.selectbox(**asked, options=codes, index=codes.index(now) if now in codes else 0, format_func=_called(names))


def bounds_say_optional(spot: Spot) -> bool:
    """Whether the file may leave a choice open."""
    return spot.path in ("demand_base", "network.season")


def _several(spot: Spot) -> None:
    names = spot.names
    now = list(spot.value or ())
    asked = _asked(spot, now, list)
    st.multiselect(**asked, options=list(names), default=now, format_func=_called(names), placeholder=word("choose"))


def _switch(spot: Spot) -> None:
    now = bool(spot.value)
    st.checkbox(**_asked(spot, now, bool), value=now)


def _text(spot: Spot) -> None:
    now = spot.value or ""
    st.text_input(**_asked(spot, now, str), value=now)


def _called(names: Mapping[str, str]) -> Callable[[str], str]:
    return lambda code: names.get(code, str(code))


_DRAW: Final[Mapping[str, Callable[[Spot], None]]] = {
    "number": _number, "whole": _number, "choice": _choice, "several": _several, "switch": _switch, "text": _text,
}  # fmt: skip

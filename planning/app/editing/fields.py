"""One setting as a control. Keys are stable (`f:` and the path), so that the focus stays where it is."""

import time
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

ECHO: Final = "editor_echo"
"""Of the session: key → what a control said before the draft overrode it, and when."""
ECHO_S: Final = 1.5


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
    def key(self) -> str:
        """Of the control; the same in every language."""
        return f"f:{self.path}"

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


def held(key: str, value: Any) -> None:
    """Have a control show the draft; one that does so already is left alone, for somebody may be typing."""
    if key not in st.session_state:
        st.session_state[key] = value
    elif st.session_state[key] != value:
        st.session_state.setdefault(ECHO, {})[key] = (st.session_state[key], time.monotonic())
        st.session_state[key] = value


def _is_echo(key: str) -> bool:
    """Whether a control says what was just taken from it: a message that left the browser before the news came."""
    before, at = st.session_state.get(ECHO, {}).get(key, (None, -ECHO_S))
    return time.monotonic() - at < ECHO_S and bool(st.session_state[key] == before)


def _take(path: str, of_page: Callable[[Any], Any]) -> None:
    """What the control says now goes to the draft."""
    if _is_echo(f"f:{path}"):
        return
    value = of_page(st.session_state[f"f:{path}"])
    change(path, lambda scenario: edited(scenario, path, value))


def _asked(spot: Spot, of_page: Callable[[Any], Any]) -> Mapping[str, Any]:
    return {**spot.words, "key": spot.key, "on_change": _take, "args": (spot.path, of_page)}


def _number(spot: Spot) -> None:
    field, limit = spot.field, bounds(spot.path, spot.field)
    is_optional = spot.is_optional or (limit.is_optional and not spot.path.startswith("objective."))
    is_whole = limit.is_whole and field.unit != "percent"
    kind: Callable[[float], float] = int if is_whole else float

    def shown(value: float | None) -> float | None:
        return None if value is None else kind(field.on_page(value))

    def read(value: float | None) -> float | None:
        return None if value is None else kind(field.in_file(value)) if is_whole else field.in_file(value)

    held(spot.key, shown(spot.value))
    optional: dict[str, Any] = {"value": None, "placeholder": word("editor_no_limit")} if is_optional else {}
    st.number_input(
        **_asked(spot, read), min_value=shown(limit.low), max_value=shown(limit.high), step=kind(field.step),
        format="%d" if is_whole else "%g", **optional,
    )  # fmt: skip


def _choice(spot: Spot) -> None:
    names = spot.names
    is_optional = spot.is_optional or bounds_say_optional(spot)
    if is_optional:
        names = {"": word("editor_as_usual"), **names}
    held(spot.key, spot.value or (next(iter(names), "")))
    st.selectbox(**_asked(spot, lambda code: code or None), options=list(names), format_func=_called(names))


def bounds_say_optional(spot: Spot) -> bool:
    """Whether the file may leave a choice open."""
    return spot.path in ("demand_base", "network.season")


def _several(spot: Spot) -> None:
    names = spot.names
    held(spot.key, list(spot.value or ()))
    st.multiselect(
        **_asked(spot, list), options=list(names), format_func=_called(names), placeholder=word("choose"),
    )  # fmt: skip


def _switch(spot: Spot) -> None:
    held(spot.key, bool(spot.value))
    st.checkbox(**_asked(spot, bool))


def _text(spot: Spot) -> None:
    held(spot.key, spot.value or "")
    st.text_input(**_asked(spot, str))


def _called(names: Mapping[str, str]) -> Callable[[str], str]:
    return lambda code: names.get(code, str(code))


_DRAW: Final[Mapping[str, Callable[[Spot], None]]] = {
    "number": _number, "whole": _number, "choice": _choice, "several": _several, "switch": _switch, "text": _text,
}  # fmt: skip

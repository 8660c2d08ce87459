"""Settings that are lists: rows with parts, values by code, aims in their order, sums by year."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

import streamlit as st

from planning import Scenario
from planning.app.editing.fields import Spot, change, draw_simple, faults_at
from planning.app.state import language, plain, word
from planning.editor.choices import choices
from planning.editor.edits import added, edited, moved, removed
from planning.editor.field import Field
from planning.editor.fields import BY_PATH
from planning.editor.fresh import fresh_row, fresh_value

_ITEM_OPTIONS: Final = {"network.profiles": "profiles", "network.modes": "modes"}
_FIXED_CODES: Final = ("chosen_services", "specialisms")
"""Lists of codes that all have their own control; of the others only those that say something."""


def draw(field: Field, spot: Spot) -> None:
    """Draw any setting."""
    _DRAW.get(field.kind, draw_simple)(spot)


def _title(spot: Spot) -> None:
    st.markdown(f"**{plain(spot.field.title(language()))}**", help=plain(spot.field.help(language())))
    faults_at(spot.path)


def _rows(spot: Spot) -> None:
    _title(spot)
    rows = spot.value or []
    for number in range(len(rows)):
        with st.container(border=True):
            for part in spot.field.fields:
                at = replace(spot, field=part, path=f"{spot.path}.{number}.{part.path}",
                             is_optional=spot.path == "network.staff_counties")  # fmt: skip
                draw(part, at)
            _row_buttons(spot.path, number, len(rows))
    if spot.field.options:
        _add_by_code(spot, taken=[row[spot.field.fields[0].path] for row in rows])
    else:
        _button("add", spot.path, word("editor_add_to").format(spot.field.title(language())), _new_row, spot.path)


def _new_row(path: str) -> None:
    change(path, lambda scenario: added(scenario, path, fresh_row(BY_PATH[path], "", scenario, language())))


def _row_buttons(path: str, number: int, count: int) -> None:
    """Up, down, remove."""
    with st.container(horizontal=True):
        if count > 1:
            _button("up", f"{path}.{number}", word("editor_up"), _move, path, number, -1, off=number == 0)
            _button("down", f"{path}.{number}", word("editor_down"), _move, path, number, 1, off=number == count - 1)
        _button("out", f"{path}.{number}", word("editor_remove"), _remove, path, number)


def _move(path: str, number: int, by: int) -> None:
    change(path, lambda scenario: moved(scenario, path, number, by))


def _remove(path: str, number: int) -> None:
    change(path, lambda scenario: removed(scenario, path, number))


def _button(what: str, path: str, label: str, act: Callable[..., None], *args: Any, off: bool = False) -> None:
    st.button(plain(label), key=f"b:{what}:{path}", on_click=act, args=args, disabled=off)


def _add_by_code(spot: Spot, taken: list[str]) -> None:
    """A list from which one more is chosen; it shows nothing once it is."""
    names = {code: name for code, name in _names(spot).items() if code not in taken}
    key = f"add:{spot.path}"
    st.selectbox(
        plain(word("editor_add_to").format(spot.field.title(language()))), list(names), index=None, key=key,
        format_func=lambda code: names.get(code, code), placeholder=word("editor_add"), on_change=_add_code,
        args=(spot.path,), label_visibility="collapsed",
    )  # fmt: skip


def _add_code(path: str) -> None:
    code, field = st.session_state[f"add:{path}"], BY_PATH[path]
    st.session_state[f"add:{path}"] = None
    if code is None:
        return
    if field.kind == "rows":
        change(path, lambda scenario: added(scenario, path, fresh_row(field, code, scenario, language())))
    elif field.kind == "order":
        change(path, lambda scenario: added(scenario, path, code))
    else:
        change(path, lambda scenario: edited(scenario, f"{path}.{code}", fresh_value(field, code, scenario)))


def _names(spot: Spot) -> dict[str, str]:
    return choices(spot.field.options, spot.scenario, spot.area, language())


def _by_code(spot: Spot) -> None:
    """One control for each code: for all of a short list, else for those that say something."""
    _title(spot)
    values, names = spot.value or {}, _names(spot)
    is_fixed = spot.field.options in _FIXED_CODES
    for code in names if is_fixed else values:
        item = replace(spot.field, kind=spot.field.item, options=_ITEM_OPTIONS.get(spot.path, ""))
        at = replace(spot, field=item, path=f"{spot.path}.{code}", label=_labelled(spot, names.get(code, code)),
                     is_optional=True)  # fmt: skip
        draw_simple(at)
    if not is_fixed:
        _add_by_code(spot, taken=list(values))


def _labelled(spot: Spot, name: str) -> str:
    unit = replace(spot.field, zh=name, en=name)
    return unit.label(language())


def _figures(spot: Spot) -> None:
    """Assumptions with a value of one's own; a cleared one is as before."""
    _title(spot)
    rows = {row.key: row for row in spot.area.assumptions.rows}
    for key in spot.value or {}:
        row = rows.get(key)
        name = key if row is None else f"{row.zh if language() == 'zh' else row.en}"
        shown = f"{name} ({row.unit}; {row.value:g})" if row is not None else name
        draw_simple(replace(spot, field=replace(spot.field, kind="number"), path=f"{spot.path}.{key}", label=shown,
                            is_optional=True))  # fmt: skip
    _add_by_code(spot, taken=list(spot.value or {}))


def _order(spot: Spot) -> None:
    _title(spot)
    items, names = spot.value or [], _names(spot)
    for number, code in enumerate(items):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{number + 1}. {names.get(code, code)}")
            if len(items) > 1:
                _row_buttons(spot.path, number, len(items))
    _add_by_code(spot, taken=list(items))


def _yearly(spot: Spot) -> None:
    """One sum for all years, or one a year."""
    sums, network = spot.value or [], spot.scenario.network
    years = network.calendar if network is not None else ()
    for number in range(len(sums)):
        title = spot.field.title(language())
        if len(sums) > 1:
            title = f"{title} · {word('editor_in_year').format(years[number] if number < len(years) else number + 1)}"
        draw_simple(replace(spot, field=replace(spot.field, kind="number"), path=f"{spot.path}.{number}",
                            label=_labelled(spot, title)))  # fmt: skip
    if len(years) > 1:
        label = word("editor_by_year") if len(sums) == 1 else word("editor_same_years")
        _button("years", spot.path, label, _other_years, spot.path)


def _other_years(path: str) -> None:
    """From one sum for all years to one a year, and back to the first of them."""

    def make(scenario: Scenario) -> Scenario:
        from planning.editor.values import value_of

        sums = value_of(scenario, path)
        count = scenario.network.years if scenario.network is not None and len(sums) == 1 else 1
        return edited(scenario, path, sums[:1] * count)

    change(path, make)


_DRAW: Final[Mapping[str, Callable[[Spot], None]]] = {
    "rows": _rows, "by_code": _by_code, "figures": _figures, "order": _order, "yearly": _yearly,
}  # fmt: skip

"""What a session keeps about files: choices for the next one, the report that waits, and the files that were taken."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from planning.app.pages.files.guard import guarded
from planning.file_screens import FILE_LAYERS, Adopted, Checked, adopted, adopted_with

Files = dict[str, tuple[Adopted, ...]]


def choices() -> dict[str, Any]:
    """What was chosen for the next file.

    `round` counts the files, `turn` the choices that a button made; widgets with them in their keys start anew.
    """
    usual = {"county": "", "system": "wgs84", "cut_off": date.today(), "swap": False, "sheet": ""}
    found: dict[str, Any] = st.session_state.setdefault(
        "file_choices", {"layer": FILE_LAYERS[0], **usual, "round": 0, "turn": 0}
    )
    return found


def waiting() -> Checked | None:
    """The file that was read and is neither taken nor left."""
    found: Checked | None = st.session_state.get("checked")
    return found


def wait_with(one: Checked) -> None:
    """This file was read, in place of the one before."""
    forget_report()
    st.session_state["checked"] = one


def forget_report() -> None:
    """Forget what was read."""
    for name in ("checked", "changes"):
        st.session_state.pop(name, None)


def adopted_files() -> Files:
    """The files that were taken, by layer."""
    found: Files = st.session_state.setdefault("adopted", {})
    return found


def adopt(one: Checked) -> None:
    """Take a file; its bytes and its report leave the session."""
    with guarded():
        st.session_state["adopted"] = adopted_with(adopted_files(), adopted(one))
        next_file()


def next_file() -> None:
    """A fresh uploader and fresh choices; the cut-off date stays, for the next list is often of the same day."""
    forget_report()
    for name in ("headings", "answers", "read_again"):
        st.session_state.pop(name, None)
    chosen = choices()
    chosen.update(county="", system="wgs84", swap=False, sheet="", round=chosen["round"] + 1)


def remove_adopted(layer: str, position: int) -> None:
    """Take a file back out."""
    files = adopted_files()
    left = (*files[layer][:position], *files[layer][position + 1 :])
    st.session_state["adopted"] = {key: value for key, value in {**files, layer: left}.items() if value}


def convert_from(system: str) -> None:
    """Choose a coordinate system, as a person would, and ask for the file to be read again."""
    choices().update(system=system, turn=choices()["turn"] + 1)
    st.session_state["read_again"] = True


def read_again() -> bool:
    """Whether a button further down asked for the file to be read again; asked for once."""
    return bool(st.session_state.pop("read_again", False))


def area_wish(found: Sequence[str], name: str) -> dict[str, Any]:
    """Name and counties of the area to be made; they start anew when the files name other counties."""
    wish: dict[str, Any] | None = st.session_state.get("area_wish")
    if wish is None or wish["found"] != list(found):
        wish = st.session_state["area_wish"] = {"found": list(found), "name": name, "codes": list(found)}
    return wish

"""Steps with a file of the user's own: templates, the file with its options and columns; report and area follow.

The bytes of a file stay with its widget; the session keeps choices, reports without personal values, and the area.
"""

from datetime import date
from functools import partial
from typing import Any, Final

import streamlit as st

from planning.app import look
from planning.app.pages.files.guard import guarded
from planning.app.pages.files.kept import choices, waiting
from planning.app.pages.files.own_area import show_area
from planning.app.pages.files.report import check_step
from planning.app.state import hold_uploads, language, plain, shipped_area, show_faults, word
from planning.file_screens import (
    FAULTY,
    FILE_LAYERS,
    FILE_TYPES,
    Asked,
    columns_given,
    county_choices,
    field_choices,
    has_sheets,
    layer_titles,
    mapping_rows,
    missing,
    reading_of,
    system_choices,
    template_bytes,
)
from planning.uploads import upload_columns

MOST_ROWS, ROW_HEIGHT = 24, 31  # headings shown without a scroll bar, and the pixels of each
EARLIEST: Final = date(2000, 1, 1)  # cut-off date of a list


def show_files() -> None:
    """Draw all steps."""
    with guarded():
        _steps()


def _steps() -> None:
    st.caption(plain(word("files_privacy")))
    _templates()
    file = _file()
    asked = _asked(file) if file is not None else None
    previous = check_step(file, asked)
    show_area()
    hold_uploads([file, previous])


def _key(name: str) -> str:
    """The key of a widget that starts anew with another language, another file, or a choice made by a button."""
    return f"{name}:{language()}:{choices()['round']}:{choices()['turn']}"


def _templates() -> None:
    look.section(word("step_templates"))
    titles = layer_titles(language())
    row = st.container(horizontal=True)
    for layer, title in titles.items():
        row.download_button(
            word("template_of").format(title),
            partial(template_bytes, layer, language()),
            file_name=f"{title}.xlsx",
            key=f"template:{layer}",
            on_click="ignore",
        )
    st.caption(plain(word("templates_hint")))


# --- the file ------------------------------------------------------------------------------------------


def _file() -> Any:
    """The uploaded file, None where there is none."""
    look.section(word("step_file"))
    titles, chosen = layer_titles(language()), choices()
    chosen["layer"] = st.radio(
        word("which_layer"), FILE_LAYERS, index=FILE_LAYERS.index(chosen["layer"]), format_func=titles.__getitem__,
        horizontal=True, key=_key("layer"),
    )  # fmt: skip
    file = st.file_uploader(word("upload_file"), type=list(FILE_TYPES), key=f"upload:{chosen['round']}")
    if file is None:
        if waiting() is None:
            st.caption(plain(word("files_next")))
        return None
    _cut_off()
    with st.expander(word("options")):
        _options(has_sheets(file.name))
    counties = county_choices(shipped_area(), language())
    county = counties.get(chosen["county"], word("county_in_rows"))
    system = system_choices(language())[chosen["system"]]
    st.caption(plain(word("options_are").format(county, system, chosen["cut_off"])))
    return file


def _cut_off() -> None:
    """The day of the list stands in the open: maps and reports will name it."""
    chosen = choices()
    day = st.date_input(
        word("cut_off_day"), chosen["cut_off"], EARLIEST, max(date.today(), chosen["cut_off"]), key=_key("cut_off"),
        format="YYYY-MM-DD", width=360,
    )  # fmt: skip
    chosen["cut_off"] = day if isinstance(day, date) else chosen["cut_off"]


def _options(with_sheets: bool) -> None:
    chosen = choices()
    counties = {"": word("county_in_rows"), **county_choices(shipped_area(), language())}
    systems = system_choices(language())
    left, middle, right = st.columns(3)
    chosen["county"] = left.selectbox(
        word("county_of_file"), list(counties), index=list(counties).index(chosen["county"]),
        format_func=counties.__getitem__, key=_key("county"),
    )  # fmt: skip
    chosen["system"] = middle.selectbox(
        word("coordinate_system"), list(systems), index=list(systems).index(chosen["system"]),
        format_func=systems.__getitem__, key=_key("system"),
    )  # fmt: skip
    chosen["swap"] = right.checkbox(word("swap_lonlat"), chosen["swap"], key=_key("swap"))
    if with_sheets:
        chosen["sheet"] = middle.text_input(
            word("sheet"), chosen["sheet"], key=_key("sheet"), placeholder=word("sheet_first")
        ).strip()  # fmt: skip


# --- its columns ---------------------------------------------------------------------------------------


def _asked(file: Any) -> Asked | None:
    """How the file is to be read, its columns put right by the user; None where that cannot be."""
    chosen = choices()
    asked = Asked(
        chosen["layer"], chosen["cut_off"], chosen["county"], chosen["system"], chosen["swap"],
        chosen["sheet"] if has_sheets(file.name) else "",
    )  # fmt: skip
    look.section(word("step_columns"))
    try:
        columns = _headings(file, asked)
        fields = [row["field"] for row in _edited(file, asked, mapping_rows(columns, language()))]
        given = columns_given(columns, fields, asked.layer)
    except FAULTY as error:
        show_faults(error.faults)
        return None
    lacking = missing(fields, asked.layer, language())
    if lacking:
        st.warning(plain(word("columns_missing").format(word("listed").join(lacking))))
        return None
    deleted = [column.heading for column in columns if not column.kept]
    if deleted:
        st.caption(plain(word("mapping_personal").format(word("listed").join(deleted))))
    return Asked(asked.layer, asked.cut_off, asked.county, asked.system, asked.swap, asked.sheet, given)


def _headings(file: Any, asked: Asked) -> Any:
    """What every heading would be taken for; looked at once a file, layer and sheet."""
    seen_for = (file.file_id, asked.layer, asked.sheet)
    known = st.session_state.get("headings")
    if known is None or known[0] != seen_for:
        reading = reading_of(asked, shipped_area())
        with st.spinner(word("reading")):
            columns = upload_columns(file.name, file.getvalue(), asked.layer, reading)
        known = st.session_state["headings"] = (seen_for, columns)
    return known[1]


def _edited(file: Any, asked: Asked, rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """The table of headings with the fields as the user wants them."""
    fields = field_choices(asked.layer, language())
    shown = st.column_config
    edited: list[dict[str, str]] = st.data_editor(
        rows,
        column_config={
            "heading": shown.TextColumn(word("heading"), disabled=True),
            "field": shown.SelectboxColumn(
                word("field"), options=list(fields), format_func=lambda key: fields[str(key)], required=True
            ),
            "how": shown.TextColumn(word("how"), disabled=True),
            "kept": shown.TextColumn(word("kept_or_dropped"), disabled=True),
        },
        hide_index=True,
        height="content" if len(rows) <= MOST_ROWS else ROW_HEIGHT * MOST_ROWS,
        row_height=ROW_HEIGHT,
        key=f"columns:{file.file_id}:{asked.layer}:{asked.sheet}",
    )
    st.caption(plain(word("mapping_hint")))
    return edited

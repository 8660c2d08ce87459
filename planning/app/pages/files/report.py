"""Reading a file and showing what was found; the file is taken or left here."""

from typing import Any

import streamlit as st

from planning.app import look, session
from planning.app.pages.files.kept import (
    adopt,
    convert_from,
    forget_report,
    next_file,
    read_again,
    wait_with,
    waiting,
)
from planning.app.state import language, plain, show_faults, word
from planning.app.table import table
from planning.file_screens import (
    FAULTY,
    Asked,
    Checked,
    answers_of,
    changes_of,
    checked,
    quality_bytes,
    system_choices,
)
from planning.report_screens import (
    changes_sentence,
    counts,
    file_sentences,
    found_rows,
    precision_sentence,
    returned_records,
    review_rows,
    shift_numbers,
    shift_sentence,
    shift_svg,
)
from planning.screens.tables import table_of


def check_step(file: Any, asked: Asked | None) -> Any:
    """Read the file on request and show what was found; gives the last version of it where one was uploaded."""
    one = waiting()
    if file is None and one is None:
        return None
    if file is not None and one is not None and one.file_id != file.file_id:
        forget_report()
        one = None
    look.section(word("step_check"))
    if file is None and one is not None:
        st.caption(plain(word("file_gone").format(one.report.file)))
    elif st.button(word("read_and_check"), type="primary", disabled=asked is None) or read_again():
        one = _read(file, asked)
    if one is None:
        return None
    same = file is None or one.asked == asked
    if not same:
        st.info(plain(word("changed_since")))
    previous = _report(one, file)
    _take(one, same)
    return previous


def _read(file: Any, asked: Asked | None) -> Checked | None:
    """The file as read anew; the one before stays where that fails."""
    before = waiting()
    if asked is None:
        return before
    answers = before.answers if before is not None and before.asked.layer == asked.layer else None
    answers = st.session_state.pop("answers", answers)
    try:
        with st.spinner(word("reading")):
            one = checked(file.file_id, file.name, file.getvalue(), asked, session.area(), answers)
    except FAULTY as error:
        show_faults(error.faults)
        return before
    wait_with(one)
    return one


# --- what was found ------------------------------------------------------------------------------------


def _report(one: Checked, file: Any) -> Any:
    report, speech = one.report, language()
    numbers = counts(report, speech)
    for column, (label, number) in zip(st.columns(len(numbers)), numbers, strict=True):
        column.metric(label, f"{number:,}")
    lines = [precision_sentence(report, speech), *file_sentences(report, speech)]
    st.caption("  \n".join(plain(line) for line in lines if line))
    if shift_sentence(report, speech):
        _shift(one, file)
    _found(one)
    _review(one, file)
    return _previous(one, file)


def _found(one: Checked) -> None:
    """Everything found, with the rows returned and the report to send back."""
    report, speech = one.report, language()
    rows = found_rows(report, speech)
    if rows:
        table(table_of(word("found_in_file"), rows), key="found_in_file")
    elif report.shift is None:
        st.success(plain(word("nothing_found")))
    if len(report.rejected):
        with st.expander(word("returned_of").format(len(report.rejected))):
            table(table_of(word("rows_rejected"), returned_records(report, speech)), key="returned_of_file")
    st.download_button(
        word("report_download"), lambda: quality_bytes(report, speech), file_name=f"{word('quality_file')}.xlsx",
        key="quality_report", on_click="ignore",
    )  # fmt: skip


def _shift(one: Checked, file: Any) -> None:
    """The suspicion of another coordinate system, and the button that converts."""
    report, speech = one.report, language()
    with st.container(border=True):
        st.subheader(word("shift_title"), anchor=False)
        st.text(shift_sentence(report, speech))
        left, right = st.columns([1, 2])
        for label, value in shift_numbers(report, speech):
            left.metric(label, value)
        right.image(shift_svg(report, session.area()), caption=word("shift_picture"), width="stretch")
        system = str(report.shift.system) if report.shift else ""
        st.button(
            word("convert_and_read").format(system_choices(speech)[system]), key="convert", on_click=convert_from,
            args=(system,), disabled=file is None,
        )  # fmt: skip


def _review(one: Checked, file: Any) -> None:
    """Places that need a person, with their codes to be filled in."""
    rows = review_rows(one.report, language())
    if not rows:
        return
    with st.expander(word("review_title").format(len(rows)), expanded=True):
        st.caption(plain(word("review_hint")))
        shown = st.column_config
        edited = st.data_editor(
            rows,
            column_config={
                "place": shown.TextColumn(word("place"), disabled=True),
                "rows": shown.NumberColumn(word("rows"), disabled=True, width="small"),
                "code": shown.TextColumn(word("unit_code_answer")),
                "candidates": shown.TextColumn(word("candidates_of_place"), disabled=True, width="large"),
                "reason": shown.TextColumn(word("reasons"), disabled=True),
            },
            column_order=("place", "rows", "code", "candidates", "reason"),
            hide_index=True,
            key=f"places:{hash(tuple(row['place'] for row in rows))}",
        )
        if st.button(word("read_with_answers"), disabled=file is None):
            try:
                st.session_state["answers"] = answers_of(one, [row["code"] for row in edited])
            except FAULTY as error:
                show_faults(error.faults)
            else:
                st.session_state["read_again"] = True
                st.rerun()


def _previous(one: Checked, file: Any) -> Any:
    """What changed since the last version of the file, where one is given."""
    if file is None:
        return None
    with st.expander(word("what_changed")):
        previous = st.file_uploader(word("upload_previous"), key=f"previous:{file.file_id}")
        if previous is not None and st.button(word("compare_versions")):
            try:
                with st.spinner(word("reading")):
                    old, new = ((f.name, f.getvalue()) for f in (previous, file))
                    found = changes_of(old, new, one.asked, session.area())
                st.session_state["changes"] = found
            except FAULTY as error:
                show_faults(error.faults)
        if "changes" in st.session_state:
            st.text(changes_sentence(st.session_state["changes"], one.asked.layer, language()))
    return previous


# --- taken or left -------------------------------------------------------------------------------------


def _take(one: Checked, same: bool) -> None:
    look.section(word("step_adopt"))
    returned = len(one.report.rejected)
    hints = [word("adopt_hint"), word("adopt_returned").format(returned)] if returned else [word("adopt_hint")]
    st.caption(plain("".join(hints)))
    row = st.container(horizontal=True)
    empty = not len(one.report.accepted)
    row.button(
        word("adopt_file"), type="primary", key="adopt", on_click=adopt, args=(one,), disabled=empty or not same
    )  # fmt: skip
    row.button(word("discard"), key="discard", on_click=next_file)

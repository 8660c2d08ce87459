"""The last step: files that were taken, the study area made of them, and its demand."""

from functools import partial

import streamlit as st

from planning import StudyArea
from planning.app import look, session
from planning.app.pages.files.kept import adopted_files, area_wish, remove_adopted
from planning.app.places import link
from planning.app.state import forget_uploads, language, plain, shipped_area, show_faults, word
from planning.app.table import table
from planning.area_screens import (
    area_sentences,
    area_title,
    bases_rows,
    counties_in,
    made_area,
    opened_area,
    usual_name,
)
from planning.demand_report import lacking_bases, service_rows
from planning.file_screens import FAULTY, adopted_sentence, counted_twice, county_choices
from planning.screens.tables import table_of
from planning.store import projects
from planning.store.areas import area_bytes


def show_area() -> None:
    """Draw the step."""
    look.section(word("step_area"))
    _adopted()
    _make()
    with st.expander(word("open_area")):
        _open()
    if session.project().area_sha:
        _in_use(session.area())


def _adopted() -> None:
    files = adopted_files()
    if not files:
        st.caption(plain(word("adopted_none")))
        return
    st.caption(word("adopted_title"))
    for layer, taken in files.items():
        for position, one in enumerate(taken):
            line, button = st.columns([5, 1], vertical_alignment="center")
            line.text(adopted_sentence(one, language()))
            button.button(
                word("remove"), key=f"remove:{layer}:{position}", on_click=remove_adopted, args=(layer, position),
                width="stretch",
            )  # fmt: skip
    twice = counted_twice(files.get("residents", ()), county_choices(shipped_area(), language()))
    if twice:
        st.warning(plain(word("counted_twice").format(word("listed").join(twice))))


def _make() -> None:
    """Name and counties of a new study area, and the button that makes it."""
    files, names = adopted_files(), county_choices(shipped_area(), language())
    found = [code for code in counties_in(files) if code in names]
    wish = area_wish(found, usual_name(files, county_choices(shipped_area(), "zh")))
    suffix = f"{language()}:{','.join(found)}"
    left, right, button = st.columns([4, 6, 3], vertical_alignment="bottom")
    wish["name"] = left.text_input(
        word("area_name"), wish["name"], key=f"area_name:{suffix}", placeholder=word("area_name_hint")
    ).strip()
    wish["codes"] = right.multiselect(
        word("area_counties"), list(names), wish["codes"], format_func=names.__getitem__, key=f"area_counties:{suffix}",
        placeholder=word("counties_choose"),
    )  # fmt: skip
    ready = bool(wish["name"]) and bool(wish["codes"] or files.get("residents"))
    if button.button(word("make_area"), type="primary", disabled=not ready, width="stretch"):
        try:
            with st.spinner(word("making_area")):
                session.use_area(made_area(wish["name"], wish["codes"], files)[1])
        except FAULTY as error:
            show_faults(error.faults)
        else:
            st.rerun()
    st.caption(plain(word("counties_from_files")))


def _open() -> None:
    """A study area made before, from its zip."""
    file = st.file_uploader(word("open_area_file"), type=["zip"], key=f"area_file:{session.project().id}")
    if file is None:
        return
    try:
        with st.spinner(word("opening_area")):
            opened_area(file.name, file.getvalue())  # what is no area is told by the name of its file
            session.use_area(file.getvalue())
    except FAULTY as error:
        show_faults(error.faults)
    else:
        forget_uploads({file.file_id})
        st.rerun()


def _in_use(area: StudyArea) -> None:
    """The study area of the session: what it holds, to take away, to leave, and its demand."""
    speech = language()
    st.success(plain(word("area_ready").format(area_title(area, speech))))
    st.text("\n".join(area_sentences(area, speech)))
    row = st.container(horizontal=True)
    packed = partial(area_bytes, session.store(), session.project().area_sha)  # called in a thread without a session
    row.download_button(
        word("area_download"), packed, file_name=f"{area.data.name}.zip", key="area_download", on_click="ignore"
    )
    row.button(word("back_to_embedded"), key="back", on_click=_leave)
    link("scenario", word("files_to_scenario"))
    _demand(area)


def _leave() -> None:
    """Back to the author's project on the embedded study area; the own one keeps its project."""
    mine = (one for one in projects.projects(session.store()) if one.made_by == session.author().name)
    there = next((one for one in mine if not one.area_sha), None)
    if there is None:
        session.new_project(word("session_first_project"))
    else:
        session.open_project(there.id)


def _demand(area: StudyArea) -> None:
    with st.expander(word("demand_bases")):
        try:
            table(table_of(word("demand_bases"), _bases(area.digest, language(), area)), key="demand_bases")
        except FAULTY as error:
            show_faults(error.faults)
        for lacking in lacking_bases(area, language()):
            st.caption(plain(lacking))
        st.caption(plain(word("demand_bases_hint")))
    with st.expander(word("service_units")):
        try:
            table(table_of(word("service_units"), _services(area.digest, language(), area)), key="service_units")
        except FAULTY as error:
            show_faults(error.faults)
        st.caption(plain(word("service_units_hint")))


@st.cache_data(show_spinner=False, max_entries=6)
def _bases(digest: str, speech: str, _area: StudyArea) -> list[dict[str, object]]:
    return bases_rows(_area, speech)


@st.cache_data(show_spinner=False, max_entries=6)
def _services(digest: str, speech: str, _area: StudyArea) -> list[dict[str, object]]:
    return service_rows(_area, speech)

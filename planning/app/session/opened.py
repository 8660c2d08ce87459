"""The project of the session, its study area, its plans, and which of them are shown side by side."""

from collections.abc import Sequence

import streamlit as st

from planning import Plan, StudyArea
from planning.app.session.seat import author, home, known_job, store, tell_later
from planning.app.state import language, shipped_area, word
from planning.faults import PlanningError
from planning.jobs.home import Home
from planning.store import plans, projects, settings, views
from planning.store.faults import NotThereError
from planning.store.open import Store
from planning.store.plans import PlanHead
from planning.store.projects import Project
from planning.work.areas import EMBEDDED, area_of, packed_area
from planning.work.told import LOST_PLANS

KEPT_PLANS, KEPT_AREAS, KEPT_LISTS = 24, 8, 32
MOST_SHOWN = 12


# --- the project -------------------------------------------------------------------------------------------


def project() -> Project:
    """The project of the address, else the one worked at last, else a new one on the embedded study area."""
    for key in (st.query_params.get("p", ""), st.session_state.get("project", "")):
        found = _known(key) if key else None
        if found is not None:
            return _at(found)
        if key:
            st.query_params.pop("p", None)
            st.session_state.pop("project", None)
    return _at(_last() or projects.new_project(store(), word("session_first_project"), EMBEDDED, author()))


def _known(key: str) -> Project | None:
    """A project by its id; that there is none is told.

    Raises:
        StoreError: when the store cannot be asked now: the address stays as it is.
    """
    try:
        return projects.project(store(), key)
    except NotThereError as error:
        tell_later(error)
        return None


def _last() -> Project | None:
    """What the author worked at last, if it is still there."""
    there = projects.projects(store())
    last = settings.setting(store(), author(), settings.LAST_PROJECT)
    mine = [one for one in there if one.made_by == author().name]
    return next((one for one in there if one.id == last), mine[0] if mine else None)


def _at(found: Project) -> Project:
    if st.session_state.get("project") != found.id:
        st.session_state["project"] = found.id
        settings.remember(store(), author(), settings.LAST_PROJECT, found.id)
    return found


def open_project(key: str) -> None:
    """Work at this project from now on."""
    st.session_state["project"] = st.query_params["p"] = key
    for name in ("plans", "base"):
        st.session_state.pop(name, None)
        st.query_params.pop(name, None)
    try:
        settings.remember(store(), author(), settings.LAST_PROJECT, key)
    except PlanningError as error:
        tell_later(error)


def new_project(name: str, packed: bytes = b"") -> Project:
    """Make a project, on an own study area where one is given, and open it.

    Args:
        packed: the own study area as a zip.

    Raises:
        PlanningError: for a name that cannot be kept, and for what is no study area.
    """
    area_name, sha = packed_area(store(), home(), packed, _own_area) if packed else (EMBEDDED, "")
    return _made(name, area_name, sha)


def _made(name: str, area_name: str, sha: str) -> Project:
    made = projects.new_project(store(), name, area_name, author(), area_sha=sha)
    open_project(made.id)
    return made


def use_area(packed: bytes) -> None:
    """Plan for this own study area from now on: the author's project that it has already, or a new one.

    Args:
        packed: the study area as a zip.

    Raises:
        PlanningError: for what is no study area.
    """
    name, sha = packed_area(store(), home(), packed, _own_area)
    mine = [one for one in projects.projects(store()) if one.made_by == author().name]
    there = next((one for one in mine if one.area_sha == sha), None)
    if there is not None:
        open_project(there.id)
    else:
        _made(name, name, sha)


def area() -> StudyArea:
    """The study area of the project."""
    here = project()
    return _own_area(here.area_sha, store(), home()) if here.area_sha else shipped_area()


@st.cache_resource(show_spinner=False, max_entries=KEPT_AREAS)
def _own_area(sha: str, _store: Store, _home: Home) -> StudyArea:
    return area_of(sha, _store, _home)


# --- its plans ---------------------------------------------------------------------------------------------


def heads() -> tuple[PlanHead, ...]:
    """What a list says of the plans of the project, the newest first; read again only when there is another one."""
    key = project().id
    return _heads(key, plans.state(store(), key), store())


@st.cache_resource(show_spinner=False, max_entries=KEPT_LISTS)
def _heads(key: str, state: tuple[int, str], _store: Store) -> tuple[PlanHead, ...]:
    return plans.heads(_store, key)


def plan(key: str) -> Plan:
    """A plan by its id.

    Raises:
        NotThereError: when there is none.
    """
    return _plan(key, store())


@st.cache_resource(show_spinner=False, max_entries=KEPT_PLANS)
def _plan(key: str, _store: Store) -> Plan:
    return plans.load(_store, key)


def shown() -> tuple[str, ...]:
    """Ids of the plans that are set side by side, the baseline first."""
    known = {head.id: head for head in heads()}
    asked = [key for key in st.query_params.get("plans", "").split(",") if key]
    asked = asked or list(st.session_state.get("plans", ()))
    wanted = list(dict.fromkeys(key for key in asked if key in known))[:MOST_SHOWN]
    if unknown := [key for key in asked if key not in known]:
        if any(known_job(key) for key in unknown):
            return tuple(wanted)  # it is being made
        tell_later(PlanningError([LOST_PLANS]))
        st.query_params.pop("plans", None)
    base = st.query_params.get("base", "")
    if base in wanted:
        wanted = [base, *(key for key in wanted if key != base)]
    if not wanted:
        return _usual(tuple(known.values()))  # newer plans take the place of these
    st.session_state["plans"] = tuple(wanted)
    return tuple(wanted)


def _usual(there: tuple[PlanHead, ...]) -> tuple[str, ...]:
    """The plan as things stand and the newest one, where nothing was chosen."""
    stand = [head.id for head in there if head.status == "evaluated"][:1]
    newest = [head.id for head in there if head.status != "evaluated"][:1]
    return (*stand, *newest)


def show_plans(keys: Sequence[str]) -> None:
    """Set these plans side by side, the first one as the baseline."""
    st.session_state["plans"] = tuple(dict.fromkeys(keys))
    st.query_params.pop("base", None)
    write_address()


def write_address() -> None:
    """Have the address say which project, plans and language are shown, so that reload and Back show the same."""
    st.query_params["p"] = st.session_state.get("project", "")
    st.query_params["lang"] = language()
    if keys := st.session_state.get("plans"):
        st.query_params["plans"] = ",".join(keys)


# --- links -------------------------------------------------------------------------------------------------


def keep_link(view: views.View) -> str:
    """Keep what a page shows; the address that shows it again, such as `?v=7K3M9QAZ`."""
    return f"?v={views.keep_view(store(), project().id, view, author())}"


def restore(code: str) -> views.View | None:
    """Open what a code stands for; None when that cannot be, which is told."""
    try:
        key, view = views.view(store(), code)
    except PlanningError as error:
        tell_later(error)
        return None
    open_project(key)
    if view.plans:
        first = [view.base] if view.base else []
        show_plans([*first, *view.plans])
    st.session_state["view"] = view
    return view

"""Why here, why not there: the reasons of one site of one plan, and ways to try it otherwise."""

from functools import partial

import streamlit as st

from planning import Plan
from planning.app import look, session
from planning.app.editing.running import known_starts
from planning.app.map import Act, plan_map
from planning.app.pages.compare_work import worked
from planning.app.places import go
from planning.app.state import language, plain, word
from planning.app.table import table
from planning.editor.edits import acted, kind_of
from planning.editor.starts import as_draft
from planning.faults import PlanningError
from planning.screens import compared, compared_places, reasons
from planning.work.reasons_job import WHY


def show() -> None:
    """Draw the page."""
    look.heading(word("session_page_why"), word("why_lead"))
    heads = session.heads()
    if not heads:
        look.empty(word("why_no_plan_yet"), page="scenario", label=word("compare_none_do"))
        return
    titles = compared.list_titles(heads, language())
    which, where = st.columns(2, gap="large")
    with which:
        plan_key = _plan(list(titles), titles)
    try:
        plan = session.plan(plan_key)
        with where:
            site = _site(reasons.site_choices(plan, session.area(), language()))
        _of(plan_key, plan, site)
    except PlanningError as error:
        session.tell(error)


def _plan(keys: list[str], titles: dict[str, str]) -> str:
    """The plan of the address, else the last one shown."""
    shown = [key for key in session.shown() if key in keys]
    usual = st.query_params.get("plan", "") or (shown[-1] if shown else keys[0])
    found = st.selectbox(
        word("why_plan"),
        keys,
        index=keys.index(usual) if usual in keys else 0,
        format_func=titles.__getitem__,
        key="why_plan_choice",
    )
    st.query_params["plan"] = str(found)
    return str(found)


def _of(plan_key: str, plan: Plan, site: str) -> None:
    """The map beside the reasons; alone where no site is chosen yet."""
    if not site:
        _map(plan, site)
        _places(plan)
        return
    left, right = st.columns([3, 2], gap="large")
    with right:  # first, for the reasons may have to be waited for
        _map(plan, site)
        _places(plan)
    with left:
        if site in reasons.all_sites(plan):
            _reasons(plan_key, plan, site)
        else:
            st.warning(plain(word("why_unknown_site")))


def _site(choices: dict[str, str]) -> str:
    """The site of the address, of a click on the map, or of the list."""
    asked = st.session_state.pop("why_site_clicked", "") or st.query_params.get("site", "")
    keys = list(choices)
    if asked and asked not in choices:
        keys = [asked, *keys]
    if st.session_state.get("why_site_choice") != asked and asked:
        st.session_state["why_site_choice"] = asked
    found = st.selectbox(
        word("why_site"),
        keys,
        index=None,
        format_func=lambda key: choices.get(key, key),
        placeholder=word("why_choose"),
        key="why_site_choice",
        on_change=_listed,
    )
    if found:
        st.query_params["site"] = str(found)
    return str(found or "")


def _listed() -> None:
    st.query_params["site"] = st.session_state.get("why_site_choice") or ""


def _map(plan: Plan, site: str) -> None:
    act = plan_map(
        [plan], session.area(), key="why_map", actions=(("why", word("compare_why")),), selected=site,
        height=460, on_act=partial(_clicked, "why_map"),
    )  # fmt: skip
    if act is not None and _asked_about("why_map", act):
        st.rerun()


def _places(plan: Plan) -> None:
    """The places of the map as tables, so that one can be asked about without it."""
    if not st.toggle(word("compare_places"), key="why_places"):
        return
    made = compared_places.sites(plan, session.area(), language())
    tabs = st.tabs([plain(word(f"editor_sites_{name}").format(len(made[name].rows))) for name in made])
    for tab, (name, rows) in zip(tabs, made.items(), strict=True):
        key = f"why_places_{name}"
        with tab:
            act = table(rows, key=key, actions=(("why", word("compare_why")),), on_act=partial(_clicked, key))
        if act is not None and _asked_about(key, act):
            st.rerun()


def _clicked(key: str, act: Act) -> None:
    _asked_about(key, act)


def _asked_about(key: str, act: Act) -> bool:
    """Go on with the site of an act, once; whether it was the first time."""
    is_first = session.acted(key, act.n)
    if is_first:
        st.session_state["why_site_clicked"] = st.query_params["site"] = act.site
    return is_first


def _reasons(plan_key: str, plan: Plan, site: str) -> None:
    name = reasons.site_name(plan, site, language())
    title = "why_title_here" if reasons.is_open(plan, site) else "why_title_not"
    look.section(word(title).format(name))
    _try(plan, site)
    is_network = plan.network is not None
    if is_network:
        st.caption(plain(word("why_asked_again")))
    question = {"plan": plan_key, "site": site}
    lane = "long" if is_network else "quick"
    kept = worked("why_site", question, WHY, word("why_find"), lane=lane, at_once=not is_network)  # type: ignore[arg-type]
    if kept is None:
        return
    found = reasons.reasons(kept, language())
    for key, told in found.parts:
        _part(key, told)
    if found.table.rows:
        table(found.table, key="why_numbers")
    st.caption(plain(word("why_modelled")))


def _part(key: str, told: tuple[reasons.Reason, ...]) -> None:
    """Sentences of one part, with how they are known: once where that is the same for all."""
    st.subheader(plain(word(f"why_part_{key}")), anchor=False)
    known = {one.known for one in told}
    if len(known) == 1:
        st.caption(plain(known.pop()))
        st.markdown("\n".join(f"- {plain(one.sentence)}" for one in told))
    else:
        st.markdown(
            "\n".join(f"- {plain(one.sentence)} {plain(word('why_in_brackets').format(one.known))}" for one in told)
        )


def _try(plan: Plan, site: str) -> None:
    """Buttons that put another choice into the scenario at hand."""
    if kind_of(site, plan.scenario, session.area()) != "candidate":
        return
    verbs = ("forbid",) if reasons.is_open(plan, site) else ("lock",)
    for verb in verbs:
        if st.button(word(f"why_{verb}"), key=f"why_{verb}"):
            draft = as_draft(plan.scenario, known_starts(), session.area())
            session.change(acted(draft, verb, site, session.area()))
            go("scenario")

"""The main page: choose two plans, run, see both maps and every indicator side by side."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from planning import Plan, PlanningError, Scenario, compare
from planning.app import controls
from planning.app.plan_map import plan_maps
from planning.app.state import base, for_area, language, left_out, own_area, plain, solved, study_area, word
from planning.area_screens import area_title
from planning.compare import Comparison, comparison_csv
from planning.faults import in_language
from planning.maps import coverage_map, difference_map
from planning.notes import cautions, conditions
from planning.scenario import load
from planning.screens.plans import (
    headlines,
    indicator_rows,
    legend,
    pane,
    price_of_choices,
    site_choices,
    site_rows,
    without_choices,
    worst_rows,
    zipped,
)
from planning.texts import people_note, text

B_NAME = "plan_b"


def show() -> None:
    """Draw the page."""
    with st.sidebar:
        _side_bar()
    first, second = _plans()
    comparison = compare([first, second], study_area())
    _headlines(comparison)
    _left_out(first)
    picked = _maps(first, second)
    if picked:
        _picked(picked)
    _price(second)
    _tabs(comparison)
    people = dict.fromkeys(people_note(p.demand_source, p.cut_off, language()) for p in (first, second))
    st.caption(plain(" · ".join([*people, f"{word('sources')}：{'；'.join(second.sources)}"])))


def _side_bar() -> None:
    """Controls run in a fragment, so moving a slider does not redraw the maps."""
    controls.choose_language()
    area = own_area()
    if area is not None:
        st.caption(plain(word("area_in_use").format(area_title(area, language()))))
    _settings()


@st.fragment
def _settings() -> None:
    reference = controls.choose_reference()
    edited = controls.edit(controls.choose_start())
    if edited is not None:
        st.session_state["wanted"] = (reference, edited)
    if st.button(word("run"), type="primary", width="stretch", disabled=edited is None):
        st.session_state["asked"] = st.session_state["wanted"]
        st.rerun(scope="app")
    asked = st.session_state.get("asked")
    if edited is not None and asked and asked != (reference, edited):
        st.caption(f":orange[{plain(word('not_run_yet'))}]")


def _plans() -> tuple[Plan, Plan]:
    """Both plans; a question that has no answer says why, and the last good plans stay."""
    asked: tuple[Scenario, Scenario] = st.session_state.get("asked") or st.session_state["wanted"]
    st.session_state["asked"] = asked  # later settings wait until they are run
    reference, edited = asked[0], _renamed(asked[1])
    try:
        with st.spinner(word("running")):
            plans = solved(reference), solved(edited)
    except PlanningError as error:
        for fault in error.faults:
            st.error(plain(in_language(fault, language())))
        if "shown" not in st.session_state:
            st.stop()
        return st.session_state["shown"]  # type: ignore[no-any-return]
    st.session_state["shown"] = plans
    return plans


def _renamed(edited: Scenario) -> Scenario:
    """Plan B under its own name, its title saying so when it differs from the scenario it started from."""
    start = for_area(load(edited.name))
    named = edited.model_copy(update={"name": B_NAME})
    if edited == start:
        return named
    titles = {"title_zh": start.title_zh + text("edited", "zh"), "title_en": start.title_en + text("edited", "en")}
    return named.model_copy(update={**titles, "description_zh": "", "description_en": ""})


def _headlines(comparison: Comparison) -> None:
    first, last = (p.scenario.title(language()) for p in comparison.plans)
    st.subheader(plain(f"{first}  →  {last}"), anchor=False)
    found = headlines(comparison, language())
    for column, one in zip(st.columns(len(found)), found, strict=True):
        column.metric(
            one["label"],
            one["value"],
            one["difference"] or None,
            delta_color="normal" if one["more_is_better"] else "inverse",
        )
    solver = comparison.plans[-1].solver
    if solver["objective"] is not None:
        note = pane(comparison.plans[-1], language())["note"]
        numbers = (shown_number(solver["objective"]), shown_number(solver["bound"]))
        st.caption(plain(word("proof").format(note, *numbers, solver["seconds"])))
    last_plan = comparison.plans[-1]
    st.caption(plain(f"B：{conditions(last_plan.scenario, language(), study_area())}"))
    for note in [*map(word, comparison.notes), *cautions(last_plan, language())]:
        st.warning(plain(note))


def _left_out(first: Plan) -> None:
    """What the scenarios name and the session's own study area does not have."""
    if own_area() is None:
        return
    names = dict.fromkeys((first.name, controls.settings()["start"]))
    notes = left_out([load(name) for name in names], language())
    if notes:
        st.caption(plain(word("left_out").format("；".join(notes))))


def shown_number(value: float) -> str:
    """An objective or a bound: without decimals where it is large or whole, else with two."""
    return f"{value:,.0f}" if abs(value) >= 1000 or value == round(value) else f"{value:,.2f}"


def _maps(first: Plan, second: Plan) -> str | None:
    speech = language()
    keys = ("map", "fit", "fit_title", "zoom_in", "zoom_out", "size_hint", "show_candidates", "existing", "proposed")
    labels = {k: word(k) for k in (*keys, "locked", "forbidden", "candidate", "stamp")}
    labels["attribution"] = f"{word('sources')}：{'；'.join(second.sources)}"
    labels |= {"persons": word("unit_person"), "existing": word("existing"), "forbidden": word("forbidden")}
    panes = [{**pane(plan, speech), "title": f"{letter} {plan.scenario.title(speech)}"}
             for letter, plan in (("A", first), ("B", second))]  # fmt: skip
    return plan_maps(
        base=base(speech), panes=panes, legend=legend(speech), labels=labels, key=f"maps_{speech}", height=470
    )


def _picked(site: str) -> None:
    """What can be done with the site that was clicked."""
    name = site_choices(study_area(), language()).get(site)
    if name is None:
        return
    label, lock, forbid, free = st.columns([4, 1, 1, 2])
    label.text(f"{word('picked')}：{name}（{site}）")
    for column, key, action in ((lock, "lock_it", "lock"), (forbid, "forbid_it", "forbid"), (free, "free_it", "")):
        column.button(word(key), key=key, on_click=_choose, args=(site, action), width="stretch")


def _choose(site: str, action: str) -> None:
    """Lock, forbid or free a site, and run."""
    controls.choose_site(site, action)
    st.session_state["asked"] = None


def _price(plan: Plan) -> None:
    free = without_choices(plan.scenario)
    if free is not None:
        st.info(plain(price_of_choices(plan, solved(free), language())))


def _tabs(comparison: Comparison) -> None:
    first, second = comparison.plans
    speech = language()
    names = ("tab_indicators", "tab_sites", "tab_worst", "tab_downloads", "tab_scenario")
    indicators, sites, worst, downloads, scenario = st.tabs([word(n) for n in names])
    indicators.dataframe(indicator_rows(comparison, speech), hide_index=True, height=640)
    sites.dataframe(site_rows(second, speech), hide_index=True)
    worst.dataframe(worst_rows(second, speech), hide_index=True)
    scenario.code(second.scenario.to_toml(), language="toml")
    with downloads:
        _downloads(comparison, first, second)


@st.fragment
def _downloads(comparison: Comparison, first: Plan, second: Plan) -> None:
    """Files are made when they are asked for."""
    area, speech = study_area(), language()

    def offer(label: str, name: str, make: Callable[[], str | bytes]) -> None:
        st.download_button(label, make, file_name=name, key=name, on_click="ignore")

    for letter, plan, column in zip("AB", (first, second), st.columns(2), strict=True):
        with column:
            st.text(f"{letter} {plan.scenario.title(speech)}")
            offer(word("download_map"), f"map_{plan.name}.html", partial(coverage_map, plan, area, speech))
            offer(word("download_zip"), f"{plan.name}.zip", partial(zipped, plan, area, speech))
            offer(word("download_scenario"), f"{plan.name}.toml", plan.scenario.to_toml)
    offer(word("download_difference"), "difference.html", partial(difference_map, first, second, area, speech))
    offer(word("download_table"), "compare.csv", partial(comparison_csv, comparison))

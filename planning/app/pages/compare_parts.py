"""The parts of the compare page that only read plans: numbers, maps, counties, who changes, words, scenarios."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from planning import Plan
from planning.app import look, session
from planning.app.map import Act, plan_map
from planning.app.pages import compare_link
from planning.app.places import go
from planning.app.state import language, plain, word
from planning.app.table import table
from planning.compare import Comparison
from planning.comparing.apart import told_apart
from planning.faults import PlanningError
from planning.screens import compared, compared_networks, compared_places
from planning.screens.map_payload import Mode


@dataclass(frozen=True)
class Seen:
    """The plans that are looked at, by id, the baseline first; the comparison of two or more."""

    plans: Mapping[str, Plan]
    comparison: Comparison | None

    @property
    def side(self) -> Comparison:
        """The comparison of at least two."""
        assert self.comparison is not None
        return self.comparison

    @property
    def titles(self) -> dict[str, str]:
        """Id → title in the language of the page, all different."""
        named = told_apart(self.plans)
        return {plan.name: plan.scenario.title(language()) for plan in named}

    @property
    def are_networks(self) -> bool:
        """Whether all are plans of services over years."""
        return all(plan.network is not None for plan in self.plans.values())


def which(seen: Seen, key: str, label: str, *, with_base: bool = False) -> str:
    """One of the plans; asked for where there is a choice."""
    titles = seen.titles
    keys = list(titles) if with_base else list(titles)[1:]
    asked = st.query_params.pop("plan", "")  # of somebody who comes for one of them
    if len(keys) == 1:
        return keys[0]
    place = f"{key}:{','.join(keys)}"
    st.session_state.setdefault(place, keys[-1])
    if asked in keys:
        st.session_state[place] = asked
    return str(st.selectbox(label, keys, format_func=titles.__getitem__, key=place))


def chosen_in_address(name: str, label: str, keys: list[str], words: str, *, hide_label: bool = False) -> str:
    """One of a few things to look at, kept in the address under this name, so that a reload shows the same.

    Args:
        words: a key's words are `<words>_<key>`.
    """
    place, written = f"compare_{name}_choice", f"compare_{name}_written"
    wanted = st.query_params.get(name, "")
    if wanted in keys and wanted != st.session_state.get(written):  # the address was changed from outside
        st.session_state[place] = wanted
    if st.session_state.get(place) not in keys:
        st.session_state[place] = wanted if wanted in keys else keys[0]
    found = st.segmented_control(
        label,
        keys,
        format_func=lambda key: word(f"{words}_{key}"),
        required=True,
        key=place,
        label_visibility="collapsed" if hide_label else "visible",
    )
    found = found if found in keys else keys[0]
    st.query_params[name] = st.session_state[written] = str(found)
    return str(found)


def numbers(seen: Seen) -> None:
    """Tables of indicators with marks."""
    st.caption(plain(word("compare_numbers_hint")))
    if len(seen.plans) > compared.FEW:
        st.markdown(plain(compared.lettered(list(seen.titles.values()))))
    for i, one in enumerate(compared.number_tables(seen.side, language())):
        table(one, key=f"compare_numbers_{i}")


# --- maps --------------------------------------------------------------------------------------------------


def maps(seen: Seen) -> None:
    """One plan, two that move together, or their difference."""
    asked, chosen = st.columns([2, 3])
    with asked:
        mode = chosen_in_address("mode", word("compare_mode"), ["two", "difference", "one"], "compare_mode")
    with chosen:
        is_one = mode == "one"
        label = word("compare_which" if is_one else "compare_against")
        key = which(seen, "compare_map_plan", label, with_base=is_one)
    first = next(iter(seen.plans.values()))
    plans = [seen.plans[key]] if is_one else [first, seen.plans[key]]
    draw_map(plans, key, mode)
    places([key] if is_one else [next(iter(seen.plans)), key], seen)


def places(keys: Sequence[str], seen: Seen) -> None:
    """The sites of the maps as tables, from which they can be asked about too."""
    if not st.toggle(word("compare_places"), key="compare_places"):
        return
    for plan in keys:
        made = compared_places.sites(seen.plans[plan], session.area(), language())
        if len(keys) > 1:
            st.subheader(plain(seen.titles[plan]), anchor=False)
        tabs = st.tabs([plain(word(f"editor_sites_{name}").format(len(rows.rows))) for name, rows in made.items()])
        for tab, (name, rows) in zip(tabs, made.items(), strict=True):
            with tab:
                where = f"compare_places_{plan}_{name}"
                act = table(rows, key=where, actions=(("why", word("compare_why")),))
            if act is not None and session.acted(where, act.n):
                go("why", plan=plan, site=act.site)


def draw_map(plans: list[Plan], plan: str, mode: str) -> None:
    """A map on which a site can be asked about, and which can be handed on as a link."""

    def taken(act: Act) -> None:
        if not session.acted("compare_map", act.n):
            return
        if act.verb == "link":
            compare_link.make(session.shown(), act.view)
        else:
            st.session_state["why_now"] = (plan, act.site)

    shown: Mode = "one" if mode == "one" else "difference" if mode == "difference" else "two"
    act = plan_map(
        plans, session.area(), key="compare_map", mode=shown, on_act=taken, view=compare_link.place(),
        actions=(("why", word("compare_why")), ("link", word("compare_link"))),
    )  # fmt: skip
    if act is not None:
        taken(act)
    if asked := st.session_state.pop("why_now", None):
        go("why", plan=asked[0], site=asked[1])


# --- places and persons ------------------------------------------------------------------------------------


def counties(seen: Seen) -> None:
    """Counties that gain and that lose."""
    plan = which(seen, "compare_counties_plan", word("compare_against"))
    found = compared_places.counties(seen.side, session.area(), plan, language())
    st.markdown(plain(found.told))
    if found.picture:
        st.image(found.picture, alt=found.alt, width=720)
    table(found.table, key="compare_counties_table")
    if seen.are_networks:
        more = compared_places.county_network_table(seen.side, session.area(), plan, language())
        table(more, key="compare_counties_network")


def moves(seen: Seen) -> None:
    """Who changes time band or group."""
    first = next(iter(seen.plans.values()))
    plan = which(seen, "compare_moves_plan", word("compare_against"))
    try:
        found = compared_places.moves(first, seen.plans[plan], language())
    except PlanningError as error:
        session.tell(error)
        return
    st.markdown(plain(found.told))
    table(found.bands, key="compare_bands")
    table(found.groups, key="compare_groups")
    table(found.largest, key="compare_largest")


# --- words -------------------------------------------------------------------------------------------------


def sentences(seen: Seen) -> None:
    """How good each plan is known to be, its conditions, what its numbers hide."""
    for title, lines in compared.sentences(seen.side, session.area(), language()):
        _lines(title, lines)


def scenarios(seen: Seen) -> None:
    """What the scenarios set otherwise than that of the baseline."""
    for title, lines in compared.scenario_differences(seen.plans, session.area(), language()):
        _lines(title, lines or (word("compare_same_scenario"),))


def _lines(title: str, lines: tuple[str, ...]) -> None:
    st.subheader(plain(title), anchor=False)
    st.markdown("\n".join(f"- {plain(line.strip())}" for line in lines))


def network(seen: Seen) -> None:
    """Indicators of network plans for a year and a service."""
    plans = list(seen.plans.values())
    years, services = compared_networks.years_of(plans), compared_networks.services_of(plans)
    if not years:
        return
    one, other = st.columns(2)
    year = one.selectbox(word("compare_year"), years, index=len(years) - 1, key="compare_year")
    service = other.selectbox(
        word("compare_service"),
        [compared_networks.ALL, *services],
        format_func=lambda key: compared_networks.service_title(key, language()),
        key="compare_service",
    )
    titles = list(seen.titles.values())
    found = compared_networks.network_table(plans, titles, int(year), str(service), language())
    table(found, key="compare_network_table")


def one_plan(seen: Seen) -> None:
    """A single plan: its words and its map."""
    [(key, plan)] = seen.plans.items()
    title, lines = compared.sentences_of_one(plan, session.area(), language())
    look.section(title)
    st.markdown("\n".join(f"- {plain(line.strip())}" for line in lines))
    draw_map([plan], key, "one")
    places([key], seen)

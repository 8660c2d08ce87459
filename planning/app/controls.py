"""The side bar: which plans, and what plan B is to do. Gives scenarios, computes nothing."""

from typing import Any

import streamlit as st

from planning.app.state import language, study_area, word
from planning.scenario import Forbid, Lock, Scenario, load, shipped
from planning.screens import closure_choices, scenario_with, site_choices
from planning.texts import LANGUAGES

GOALS = ("max_coverage", "equity", "p_median", "none")
KINDS = ("township_place", "village_point")


def choose_language() -> None:
    """The switch between Chinese and English."""
    names = {"zh": "中文", "en": "English"}
    st.radio(
        word("language"), LANGUAGES, format_func=names.__getitem__, horizontal=True, key="language",
        index=LANGUAGES.index(language()), label_visibility="collapsed",
    )  # fmt: skip


def choose_reference() -> Scenario:
    """Plan A: one of the shipped scenarios."""
    names = list(shipped())
    chosen = st.selectbox(word("plan_a"), names, format_func=lambda n: load(n).title(language()), key="reference")
    return load(chosen)


def _fill(name: str) -> None:
    """Put a shipped scenario's settings into the controls."""
    scenario = load(name)
    goal = scenario.objective
    equity = goal.model == "p_median" and goal.inequality_aversion > 0
    st.session_state.update(
        goal="equity" if equity else goal.model,
        limit_by="by_budget" if goal.budget_yuan is not None else "by_sites",
        number_of_sites=goal.sites if goal.sites is not None else 40,
        budget=int((goal.budget_yuan or 12_000_000) / 10_000),
        near_minutes=int(goal.minutes),
        aversion=goal.inequality_aversion or 1.0,
        weight_severe=scenario.weights.severe,
        weight_hardship=scenario.weights.hardship,
        season=scenario.season,
        closures=[c.closure for c in scenario.changes if c.type == "close_road"],
        kinds=list(scenario.candidates.kinds),
        lock=[],
        forbid=[],
        with_xpcc=scenario.with_separate_xpcc,
    )


def choose_start() -> Scenario:
    """The scenario plan B starts from; choosing another refills the controls."""
    names = list(shipped())
    if "start" not in st.session_state:
        st.session_state["start"] = names[1]
        _fill(names[1])
    st.selectbox(
        word("start_from"), names, format_func=lambda n: load(n).title(language()), key="start",
        on_change=lambda: _fill(st.session_state["start"]),
    )  # fmt: skip
    return load(st.session_state["start"])


def edit(start: Scenario) -> Scenario:
    """Plan B as the controls say it.

    Raises:
        PlanningError: when the controls contradict each other.
    """
    goal = st.selectbox(word("goal"), GOALS, format_func=lambda g: word(f"goal_{g}"), key="goal")
    _limits(goal)
    st.slider(word("near_minutes"), 15, 180, step=5, key="near_minutes")
    with st.expander(word("weights")):
        st.slider(word("weight_severe"), 1.0, 5.0, step=0.5, key="weight_severe")
        st.slider(word("weight_hardship"), 1.0, 5.0, step=0.5, key="weight_hardship")
        if goal == "equity":
            st.slider(word("aversion"), 0.2, 3.0, step=0.2, key="aversion")
    area, speech = study_area(), language()
    sites, closures = site_choices(area, speech), closure_choices(area, speech)
    st.radio(word("season"), ("summer", "winter"), format_func=word, horizontal=True, key="season")
    st.multiselect(
        word("closures"), list(closures), format_func=closures.__getitem__, key="closures", placeholder=word("choose")
    )
    st.multiselect(word("kinds"), KINDS, format_func=word, key="kinds", placeholder=word("choose"))
    st.multiselect(word("lock"), list(sites), format_func=sites.__getitem__, key="lock", placeholder=word("choose"))
    st.multiselect(word("forbid"), list(sites), format_func=sites.__getitem__, key="forbid", placeholder=word("choose"))
    st.checkbox(word("with_xpcc"), key="with_xpcc")
    return scenario_with(start, _table(start, goal))


def _limits(goal: str) -> None:
    """Number of sites, or a budget where the objective takes one."""
    if goal == "none":
        return
    if goal == "max_coverage":
        st.radio(word("limit_by"), ("by_sites", "by_budget"), format_func=word, horizontal=True, key="limit_by")
    if goal == "max_coverage" and st.session_state["limit_by"] == "by_budget":
        st.slider(word("budget"), 100, 10_000, step=100, key="budget")
    else:
        st.slider(word("number_of_sites"), 0, 150, key="number_of_sites")


def _table(start: Scenario, goal: str) -> dict[str, Any]:
    """The controls as the tables of a scenario file."""
    state = st.session_state
    objective: dict[str, Any] = {"model": "p_median" if goal == "equity" else goal, "minutes": state["near_minutes"]}
    if goal == "max_coverage" and state["limit_by"] == "by_budget":
        objective["budget_yuan"] = state["budget"] * 10_000
    elif goal != "none":
        objective["sites"] = state["number_of_sites"]
    if goal == "equity":
        objective["inequality_aversion"] = state["aversion"]
    kept = [c.model_dump() for c in start.changes if c.type not in ("close_road", "lock", "forbid")]
    changes = [{"type": "close_road", "closure": c} for c in state["closures"]]
    changes += [Lock(site=s).model_dump() for s in state["lock"]]
    changes += [Forbid(site=s).model_dump() for s in state["forbid"]]
    return {
        "objective": objective,
        "weights": {"severe": state["weight_severe"], "hardship": state["weight_hardship"]},
        "season": state["season"],
        "with_separate_xpcc": state["with_xpcc"],
        "candidates": {"kinds": state["kinds"], "counties": list(start.candidates.counties)},
        "changes": kept + changes,
    }

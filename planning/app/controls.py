"""The side bar: which plans, and what plan B is to do. Gives scenarios, computes nothing.

The settings of plan B live in one dictionary of the session. Widgets start from it and write back to it; their
keys carry a generation, so that another language, another start or a click on the map begins with fresh
widgets that show the settings.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

import streamlit as st

from planning.app.state import for_area, language, study_area, word
from planning.demand_report import available_bases
from planning.scenario import Scenario, load, shipped
from planning.scenario_form import LIMITS, PROFILES, Forbid, Lock, Model
from planning.screens.plans import scenario_with, season_in, site_choices
from planning.texts import LANGUAGES

GOALS = ("max_coverage", "equity", "p_median", "p_center", "lexicographic", "set_cover", "backup_coverage", "none")
KINDS = ("township_place", "village_point")
START = "most_people"
WHEN = ("summer", "winter", *(str(month) for month in range(1, 13)))


def choose_language() -> None:
    """The switch between Chinese and English."""
    names = {"zh": "中文", "en": "English"}
    now = language()
    chosen = st.radio(
        word("language"), LANGUAGES, format_func=names.__getitem__, horizontal=True, key="language_switch",
        index=LANGUAGES.index(now), label_visibility="collapsed",
    )  # fmt: skip
    if chosen != now:
        st.session_state["language"] = chosen
        st.rerun()


def settings() -> dict[str, Any]:
    """The settings of plan B in this session."""
    if "settings" not in st.session_state:
        st.session_state["settings"] = {"reference": "baseline", **_settings_of(START)}
    found: dict[str, Any] = st.session_state["settings"]
    return found


def _key(name: str) -> str:
    return f"{name}:{language()}:{st.session_state.get('generation', 0)}"


def _begin_anew() -> None:
    st.session_state["generation"] = st.session_state.get("generation", 0) + 1


def _settings_of(name: str) -> dict[str, Any]:
    """The settings that make a shipped scenario."""
    scenario = for_area(load(name))
    goal = scenario.objective
    equity = goal.model == "p_median" and goal.inequality_aversion > 0
    return {
        "start": name,
        "goal": "equity" if equity else goal.model,
        "limit_by": "by_budget" if goal.budget_yuan is not None else "by_sites",
        "number_of_sites": goal.sites if goal.sites is not None else 40,
        "budget": int((goal.budget_yuan or 12_000_000) / 10_000),
        "near_minutes": int(goal.minutes),
        "cover_share": round(goal.cover_share * 100),
        "backup_share": round(goal.backup_share * 100),
        "aversion": goal.inequality_aversion or 1.0,
        "weight_severe": scenario.weights.severe,
        "weight_hardship": scenario.weights.hardship,
        "when": str(scenario.month or scenario.season),
        "profile": scenario.profile,
        "closures": [c.closure for c in scenario.changes if c.type == "close_road"],
        "kinds": list(scenario.candidates.kinds),
        "lock": [c.site for c in scenario.changes if c.type == "lock"],
        "forbid": [c.site for c in scenario.changes if c.type == "forbid"],
        "with_xpcc": scenario.with_separate_xpcc,
        "demand_base": scenario.demand_base or "",
    }


def _one_of(name: str, label: str, options: Sequence[str], names: Mapping[str, str]) -> str:
    """A list to choose one from."""
    now = options.index(settings()[name])
    chosen = st.selectbox(word(label), options, index=now, format_func=names.__getitem__, key=_key(name))
    settings()[name] = chosen
    return str(chosen)


def _radio(name: str, label: str, options: Sequence[str]) -> str:
    now = options.index(settings()[name])
    words = {option: word(option) for option in options}
    chosen = st.radio(word(label), options, index=now, format_func=words.__getitem__, horizontal=True, key=_key(name))
    settings()[name] = chosen
    return str(chosen)


def _slider(name: str, low: float, high: float, step: float) -> None:
    settings()[name] = st.slider(word(name), low, high, value=settings()[name], step=step, key=_key(name))


def _several(name: str, options: Sequence[str], names: Mapping[str, str]) -> None:
    settings()[name] = st.multiselect(
        word(name), options, default=settings()[name], format_func=names.__getitem__, key=_key(name),
        placeholder=word("choose"),
    )  # fmt: skip


def choose_reference() -> Scenario:
    """Plan A: one of the shipped scenarios."""
    return for_area(load(_one_of("reference", "plan_a", list(shipped()), _titles())))


def _titles() -> dict[str, str]:
    return {name: load(name).title(language()) for name in shipped()}


def choose_start() -> Scenario:
    """The scenario plan B starts from; choosing another takes over its settings."""
    before = settings()["start"]
    chosen = _one_of("start", "start_from", list(shipped()), _titles())
    if chosen != before:
        settings().update(_settings_of(chosen))
        _begin_anew()
    return for_area(load(chosen))


def choose_site(site: str, action: str) -> None:
    """Lock a site, forbid it, or neither (an empty action)."""
    for name in ("lock", "forbid"):
        others = [s for s in settings()[name] if s != site]
        settings()[name] = [*others, site] if name == action else others
    _begin_anew()


def edit(start: Scenario) -> Scenario | None:
    """Plan B as the controls say it; None when they contradict each other, which is said on the page."""
    goal = _one_of("goal", "goal", GOALS, {g: word(f"goal_{g}") for g in GOALS})
    _limits(goal)
    _slider("near_minutes", 15, 180, 5)
    _choose_base()
    with st.expander(word("weights")):
        _slider("weight_severe", 1.0, 5.0, 0.5)
        _slider("weight_hardship", 1.0, 5.0, 0.5)
        if goal == "equity":
            _slider("aversion", 0.2, 3.0, 0.2)
    sites, closures = site_choices(study_area(), language()), study_area().closure_names(language())
    _one_of("when", "when", WHEN, {w: _when(w) for w in WHEN})
    _one_of("profile", "profile", PROFILES, {p: word(p) for p in PROFILES})
    _several("closures", list(closures), closures)
    _several("kinds", KINDS, {k: word(k) for k in KINDS})
    _several("lock", list(sites), sites)
    _several("forbid", list(sites), sites)
    settings()["with_xpcc"] = st.checkbox(word("with_xpcc"), value=settings()["with_xpcc"], key=_key("with_xpcc"))
    return None if _contradictory(goal) else scenario_with(start, table(start, settings()))


def _contradictory(goal: str) -> bool:
    """Whether the choices exclude each other; says so in the language of the page, before anything is run."""
    chosen = settings()
    locked, forbidden = set(chosen["lock"]), set(chosen["forbid"])
    by_sites = _limit_key(goal, chosen) == "sites"
    contradictions = {
        "locked_and_forbidden": bool(locked & forbidden),
        "too_many_locked": by_sites and len(locked) > chosen["number_of_sites"],
        "no_kinds": goal != "none" and not chosen["kinds"],
    }
    said = [key for key, holds in contradictions.items() if holds]
    for key in said:
        st.error(word(key))
    return bool(said)


def _limits(goal: str) -> None:
    """Number of sites, or a budget where the objective takes one, and the knobs that only one objective has."""
    limits = LIMITS[_model(goal)]
    if len(limits) > 1:
        _radio("limit_by", "limit_by", ("by_sites", "by_budget"))
    key = _limit_key(goal, settings())
    if key == "budget_yuan":
        _slider("budget", 100, 10_000, 100)
    elif key == "sites":
        _slider("number_of_sites", 0, 150, 1)
    if goal == "set_cover":
        _slider("cover_share", 50, 100, 1)
    if goal == "backup_coverage":
        _slider("backup_share", 0, 100, 10)


def _model(goal: str) -> Model:
    """The model behind an objective of the page."""
    return "p_median" if goal == "equity" else cast("Model", goal)


def _limit_key(goal: str, chosen: Mapping[str, Any]) -> str:
    """The key of a scenario's objective that limits it; empty where nothing does."""
    limits = LIMITS[_model(goal)]
    if "budget_yuan" in limits and chosen["limit_by"] == "by_budget":
        return "budget_yuan"
    return "sites" if limits else ""


def _choose_base() -> None:
    """Which count of persons holds; asked only where the area has a register."""
    data = study_area().data
    if data.residents is None:
        return
    bases = available_bases(study_area())
    settings()["demand_base"] = settings()["demand_base"] or data.base
    if _one_of("demand_base", "demand_base", bases, {b: word(f"base_{b}") for b in bases}) == data.base:
        settings()["demand_base"] = ""


def _when(when: str) -> str:
    """A season or a month as people say it."""
    return word("in_month").format(when, word(season_in(when))) if when.isdigit() else word(when)


def _season(when: str) -> dict[str, Any]:
    """The keys of a scenario for a season or a month."""
    return {"month": int(when), "season": season_in(when)} if when.isdigit() else {"month": None, "season": when}


def table(start: Scenario, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """Settings as the tables of a scenario file, on top of the scenario they started from."""
    goal = chosen["goal"]
    objective: dict[str, Any] = {"model": _model(goal), "minutes": float(chosen["near_minutes"])}
    limits = {"budget_yuan": chosen["budget"] * 10_000.0, "sites": chosen["number_of_sites"]}
    key = _limit_key(goal, chosen)
    if key:
        objective[key] = limits[key]
    if goal in ("set_cover", "backup_coverage"):
        knob = "cover_share" if goal == "set_cover" else "backup_share"
        objective[knob] = chosen[knob] / 100
    if goal == "equity":
        objective["inequality_aversion"] = chosen["aversion"]
    kept = [c.model_dump() for c in start.changes if c.type not in ("close_road", "lock", "forbid")]
    changes = [{"type": "close_road", "closure": c} for c in chosen["closures"]]
    changes += [Lock(site=s).model_dump() for s in chosen["lock"]]
    changes += [Forbid(site=s).model_dump() for s in chosen["forbid"]]
    return {
        "objective": objective,
        "weights": {"severe": chosen["weight_severe"], "hardship": chosen["weight_hardship"]},
        **_season(chosen["when"]),
        "profile": chosen["profile"],
        "with_separate_xpcc": chosen["with_xpcc"],
        "demand_base": chosen["demand_base"] or None,
        "candidates": {"kinds": chosen["kinds"], "counties": list(start.candidates.counties)},
        "changes": kept + changes,
    }

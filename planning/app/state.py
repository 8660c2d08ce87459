"""What the page keeps between clicks: cached wrappers around pure functions, and nothing else."""

import os
from typing import Any

import streamlit as st

from planning import Plan, Scenario, StudyArea, run
from planning.screens import base_map
from planning.texts import text

KEPT_PLANS = 24


@st.cache_resource(show_spinner=False)
def study_area() -> StudyArea:
    """The embedded study area, shared by all users; nothing changes it."""
    return StudyArea.southern_xinjiang()


@st.cache_data(show_spinner=False)
def base(speech: str) -> dict[str, Any]:
    """Counties, roads and bounds for the maps."""
    return base_map(study_area(), speech)


@st.cache_resource(show_spinner=False, max_entries=KEPT_PLANS)
def plan_of(scenario_toml: str, _scenario: Scenario) -> Plan:
    """The plan of a scenario, computed once for equal scenario files."""
    return run(_scenario, study_area())


def solved(scenario: Scenario) -> Plan:
    """The plan of a scenario."""
    return plan_of(scenario.to_toml(), scenario)


def language() -> str:
    """The language chosen on the page, Chinese at first."""
    default = os.environ.get("JIUJIN_LANG", "zh")
    return str(st.session_state.get("language", default))


def word(key: str) -> str:
    """A text in the chosen language."""
    return text(key, language())


def plain(words: str) -> str:
    """Text that Streamlit's Markdown shows as it is: no formula, no strike-through, no markup."""
    return "".join(f"\\{c}" if c in r"\`*_{}[]()<>#+-.!~$|:&" else c for c in words)

"""How the work for a scenario is asked, as it stands or for a first look, and what its plan is called."""

from functools import lru_cache
from typing import Any, Final

from planning.record import scenario_of
from planning.scenario import Scenario
from planning.store.plans import PlanHead
from planning.texts import text

PROVEN: Final = ("optimal", "evaluated")
"""Status of plans that no longer run makes better."""


def plan_question(scenario: Scenario, *, version: int | None = None) -> dict[str, Any]:
    """The question of a job of kind `plan`.

    Args:
        version: the saved version of the scenario, where it is one.
    """
    return {"scenario": scenario.to_toml(), "version": version}


def first_look(scenario: Scenario) -> Scenario | None:
    """The same scenario for a first look; None where nothing is to be looked at first."""
    if scenario.network is not None or scenario.objective.model == "none" or scenario.solver.effort == "first":
        return None
    return scenario.model_copy(update={"solver": scenario.solver.model_copy(update={"effort": "first"})})


def plan_title(head: PlanHead, language: str) -> str:
    """The title of a plan for a list; a first look that is not proven to be the best says so."""
    return title_of(head.toml, language, is_proven=head.status in PROVEN)


@lru_cache(maxsize=512)
def title_of(toml: str, language: str, *, is_proven: bool) -> str:
    """The title of a scenario, with a word where it is run for a first look and not known to be the best."""
    scenario = scenario_of(toml)
    is_look = scenario.solver.effort == "first" and scenario.network is None and not is_proven
    return scenario.title(language) + (text("session_first_look", language) if is_look else "")

"""How the work for a scenario is asked: thoroughly at once, or a first look that is followed by the thorough run."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

from planning.record import scenario_of
from planning.scenario import Scenario
from planning.store.plans import PlanHead
from planning.texts import text

QUICK_S: Final = 1.0
"""A model that took less than that lately is run thoroughly at once: judgement."""
_LATELY: Final = 12
PROVEN: Final = ("optimal", "evaluated")
"""Status of plans that no longer run makes better."""


def plan_question(scenario: Scenario, *, then: Scenario | None = None, version: int | None = None) -> dict[str, Any]:
    """The question of a job of kind `plan`.

    Args:
        then: the thorough run that follows when this one is not proven to be the best.
        version: the saved version of the scenario, where it is one.
    """
    return {"scenario": scenario.to_toml(), "then": None if then is None else then.to_toml(), "version": version}


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


def is_quick(scenario: Scenario, heads: Sequence[PlanHead]) -> bool:
    """Whether the same model on the same candidates, with the same effort, took little time in the last plans."""
    alike = [head.seconds for head in heads[:_LATELY] if _kind(head.toml) == _kind(scenario.to_toml())]
    return bool(alike) and max(alike) < QUICK_S


@lru_cache(maxsize=256)
def _kind(toml: str) -> tuple[Any, ...]:
    one = scenario_of(toml)
    return one.objective.model, one.candidates.kinds, one.solver.effort, one.solver.gap, one.objective.sites is None

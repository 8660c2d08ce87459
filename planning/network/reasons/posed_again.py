"""The scenario posed again with a season by itself or without a ban, and a plan's choices found again in it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import pandas as pd

from optimizers.arrays import Ints
from optimizers.network import FREE, NEVER, STANDS, NetworkSolution, changes
from planning.network.posing.pose import pose_network
from planning.scenario_form import Forbid

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion
    from planning.scenario import Scenario

_FORM: Final = ("site_id", "form", "size", "mode")
_MODULE: Final = ("site_id", "service")


class Pose(Protocol):
    """Poses the scenario of a question again, all else as it was."""

    def __call__(self, *, season: str | None = None, allowed: str | None = None) -> NetworkQuestion:
        """The question for one season alone, or with one site that is not forbidden any more."""


def posing_again(question: NetworkQuestion) -> Pose:
    """What poses the question's scenario again on its study area, each change once.

    Travel times, ties, rounds and what may be chosen are then those of the changed scenario.
    """

    @cache
    def pose(*, season: str | None = None, allowed: str | None = None) -> NetworkQuestion:
        scenario = question.scenario
        if season is not None:
            scenario = _in_season(scenario, season)
        if allowed is not None:
            kept = tuple(c for c in scenario.changes if not (isinstance(c, Forbid) and c.site == allowed))
            scenario = scenario.model_copy(update={"changes": kept})
        return pose_network(scenario, question.area)

    return pose


def _in_season(scenario: Scenario, season: str) -> Scenario:
    assert scenario.network is not None
    network = scenario.network.model_copy(update={"season": season})
    return scenario.model_copy(update={"season": season, "network": network})


def years_in(question: NetworkQuestion, solution: NetworkSolution, other: NetworkQuestion) -> tuple[Ints, Ints, int]:
    """First years of the other question's forms and modules under a solution of this one.

    Forms are the same by site, form, size and mode, modules by site and service, in their order.

    Returns:
        Forms, modules, and how many of those chosen here cannot be there (no centre near enough in that season, say):
        they are left out, and with them what needs them.
    """
    problem = other.problem
    forms = _found_again(question.forms, solution.form_year, other.forms, problem.form_state, _FORM)
    modules = _found_again(question.modules, solution.module_year, other.modules, problem.module_state, _MODULE)
    forms, modules = changes.as_late_as_needed(problem, forms, modules)
    chosen = _chosen(question.problem, solution.form_year, solution.module_year)
    return forms, modules, chosen - _chosen(problem, forms, modules)


def _found_again(here: pd.DataFrame, years: Ints, there: pd.DataFrame, state: Ints, by: tuple[str, ...]) -> Ints:
    """Years of the choices of the other question; never where they may not be chosen."""
    known = dict(zip(_keys(here, by), years.tolist(), strict=True))
    wanted = np.array([known.get(key, NEVER) for key in _keys(there, by)], np.int64)
    return np.where(state == STANDS, 0, np.where(state == FREE, wanted, NEVER)).astype(np.int64)


def _keys(choices: pd.DataFrame, by: tuple[str, ...]) -> Iterable[tuple[Any, ...]]:
    """What a choice is called, and the how manieth of that name it is."""
    seen: dict[tuple[Any, ...], int] = defaultdict(int)
    for key in zip(*(choices[column] for column in by), strict=True):
        seen[key] += 1
        yield *key, seen[key]


def _chosen(problem: Any, form_year: Ints, module_year: Ints) -> int:
    forms = (problem.form_state == FREE) & (form_year != NEVER)
    modules = (problem.module_state == FREE) & (module_year != NEVER)
    return int(forms.sum() + modules.sum())

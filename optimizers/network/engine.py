"""Solving the network: always a plan where there is one, and how far the best can be from it.

One aim after the other is searched for (`search.py`) while the earlier ones keep what they reached.
"""

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

import numpy as np

from optimizers.clock import Clock
from optimizers.network.aims import AIMS, Hold, held
from optimizers.network.choice import Choice, delivery_of, no_plan, solution_of
from optimizers.network.core import core_of
from optimizers.network.goal import Goal
from optimizers.network.problem import NetworkProblem
from optimizers.network.search import EFFORTS, best_choice
from optimizers.network.solution import NetworkSolution, Stage
from optimizers.problem import ProblemError

_REASONS = {"infeasible": "no plan keeps all limits", "unknown": "the time was up before a plan was found"}


def solve_network(
    problem: NetworkProblem,
    aims: Sequence[str] = ("most",),
    *,
    give: float = 0.0,
    time_limit_s: float = 60.0,
    gap: float = 0.0,
    effort: str = "thorough",
    start: NetworkSolution | None = None,
) -> NetworkSolution:
    """Decide what opens where and when.

    Args:
        problem: the question.
        aims: of `AIMS`, the first counts most; each later one while the earlier keep all but `give` of their best.
        give: share of an earlier aim's best that later ones may take away, 0 to 1.
        time_limit_s: seconds for all aims together.
        gap: good enough when the plan is proven to be this close to the best, a share.
        effort: `first` is a first plan, `quick` stops at the folded years, `thorough` goes on to proof or clock.
        start: a plan to begin from.

    Returns:
        The plan, its value by the last aim, and a bound that no plan passes.

    Raises:
        ProblemError: for unknown aims or efforts and numbers out of range.
    """
    _check(aims, give, time_limit_s, gap, effort)
    begun, clock = monotonic(), Clock(time_limit_s)
    core = core_of(problem, shares="worst_off" in aims or bool(np.any(problem.floor > 0)))
    asked = _with_seasons(problem, aims)
    holds: list[Hold] = []
    stages: list[Stage] = []
    bests: list[float] = []
    choice = None if start is None or start.objective is None else Choice(start.form_year, start.module_year)
    for number, aim in enumerate(asked):
        kept = holds if aim in aims else []  # the best of a season is that of the problem, whatever was held before
        goal = Goal(problem, core, aim, tuple(kept), tuple(bests), gap, effort)
        found = best_choice(goal, choice, clock.part(1.0 / (len(asked) - number)))
        if found.choice is None:
            status = "infeasible" if found.impossible else "unknown"
            return no_plan(problem, tuple(aims), status, _REASONS[status], monotonic() - begun)
        proven = found.gap == 0.0
        stages.append(Stage(aim, found.value, found.bound, "optimal" if proven else "feasible"))
        choice = found.choice
        if aim in aims:
            holds.append(held(aim, found.value, give if aim != aims[-1] else 0.0))
        else:
            bests.append(found.value)
    assert choice is not None
    if any(stage.status != "optimal" for stage in stages):  # a proof on top of what is not proven is none
        stages[-1] = replace(stages[-1], status="feasible")
    return solution_of(delivery_of(problem, choice), tuple(aims), holds, bests, tuple(stages), begun)


def _with_seasons(problem: NetworkProblem, aims: Sequence[str]) -> list[str]:
    """The aims, with the best of each season alone before the least regret."""
    seasons = [f"season_{a}" for a in range(len(problem.reach))]
    return [name for aim in aims for name in ([*seasons, aim] if aim == "least_regret" else [aim])]


def _check(aims: Sequence[str], give: float, time_limit_s: float, gap: float, effort: str) -> None:
    faults = [f"aim {aim!r} is unknown; there is {', '.join(AIMS)}." for aim in aims if aim not in AIMS]
    if not aims or len(set(aims)) < len(aims):
        faults.append("aims must name at least one aim, and each once.")
    if effort not in EFFORTS:
        faults.append(f"effort {effort!r} is unknown; there is {', '.join(EFFORTS)}.")
    if not 0 <= give <= 1:
        faults.append(f"give is {give}; give a share from 0 to 1.")
    if not 0 <= gap < 1:
        faults.append(f"gap is {gap}; give a share from 0 to below 1.")
    if not time_limit_s > 0:
        faults.append(f"time_limit_s is {time_limit_s}; give seconds above 0.")
    if faults:
        raise ProblemError(faults)

"""A solution read back as a `NetworkPlan`: tables, indicators, and what is known about it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from optimizers.network import NEVER, STANDS
from planning.network.measures.frames import frames_of
from planning.network.measures.indicators import indicators_table
from planning.network.measures.worst import worst_table
from planning.network.reasons.sentences import unit_of
from planning.network.result import NetworkPlan
from planning.network.scenario.form import VALUED

if TYPE_CHECKING:
    from optimizers.network import NetworkProblem, NetworkSolution
    from planning.network.posing.pose import NetworkQuestion

Bools = npt.NDArray[np.bool_]
PREPARES: Final = "season_"
"""Stages of this name find the best of one season, which the regret of a plan is measured against."""


def read_network(
    question: NetworkQuestion,
    solution: NetworkSolution,
    names: pd.DataFrame,
    standing: NetworkSolution | None = None,
    *,
    kappa: float,
    one_road: Bools | None = None,
) -> NetworkPlan:
    """Turn positions back into places and measure the plan.

    Args:
        solution: with a plan; `served` and the others are not None.
        names: demand cells with county_code, area_id, county_zh, county_en, area_zh, area_en.
        standing: what is delivered when nothing is chosen, see `standing_problem`; None leaves out what is new.
        kappa: per minute, `StudyArea.alpha`: the scale of the Kolm-Pollak equivalent of times.
        one_road: (A, R) whether all routes in time of a row use one stretch of road; None where that is not known.
    """
    frames = frames_of(question, solution, standing, kappa, one_road)
    return NetworkPlan(
        years=tuple(question.years),
        seasons=tuple(question.seasons),
        services=tuple(question.services),
        counties=tuple(question.counties),
        aims=aims_of(question, solution),
        sites=frames.sites,
        modules=frames.modules,
        groups=frames.groups,
        flows=frames.flows,
        money=frames.money,
        rounds=frames.rounds,
        indicators=indicators_table(frames),
        worst=worst_table(frames, names),
        solver=solver_of(question, solution),
    )


def aims_of(question: NetworkQuestion, solution: NetworkSolution) -> tuple[dict[str, Any], ...]:
    """Every aim in its order: aim (as the scenario calls it), objective, bound, gap, status, unit."""
    return tuple(
        {
            "aim": called(question, stage.aim), "objective": float(stage.objective), "bound": float(stage.bound),
            "gap": gap_between(stage.objective, stage.bound), "status": stage.status,
            "unit": unit_of(question, stage.aim),
        }
        for stage in solution.stages
        if not stage.aim.startswith(PREPARES)
    )  # fmt: skip


def called(question: NetworkQuestion, aim: str) -> str:
    """The scenario's name of an aim of the engine, which knows one name for all that say what a unit is worth."""
    if aim != "most":
        return aim
    asked = question.scenario.network
    return aim if asked is None else next((mine for mine in asked.aims if mine in VALUED), aim)


def gap_between(objective: float, bound: float) -> float:
    """Distance of the two relative to the larger of them; 0 where both are 0, nan where either is not a number."""
    largest = max(abs(objective), abs(bound))
    if not np.isfinite(largest):
        return float("nan")
    return abs(bound - objective) / largest if largest else 0.0


def solver_of(question: NetworkQuestion, solution: NetworkSolution) -> dict[str, Any]:
    """What is known about the plan, with the keys of `Plan.solver`; `aims` beside them."""
    aim = solution.aims[-1]
    return {
        "model": f"network_{aim}", "aims": list(solution.aims), "status": solution.status,
        "objective": solution.objective, "bound": solution.bound, "gap": solution.gap, "unit": unit_of(question, aim),
        "reason": solution.reason, "solver": solution.solver, "effort": "", "seconds": solution.seconds, "seed": None,
    }  # fmt: skip


def standing_choice(problem: NetworkProblem) -> tuple[Any, Any]:
    """First years of forms and modules when nothing is chosen: what stands, and nothing else."""
    return (
        np.where(np.asarray(problem.form_state) == STANDS, 0, NEVER),
        np.where(np.asarray(problem.module_state) == STANDS, 0, NEVER),
    )


def standing_problem(problem: NetworkProblem) -> NetworkProblem:
    """The same need without anything of the plan: no rounds, and no floor, standard, tilt or order to keep."""
    return replace(
        problem,
        round_yuan=np.full(len(problem.units), np.inf),
        floor=np.zeros(problem.groups),
        standard=np.zeros(problem.services),
        tilt_share=0.0,
        site_by=np.full(len(problem.site_group), NEVER),
    )

"""Smaller questions that an explanation asks of the engine, each for a few seconds at most."""

from dataclasses import dataclass
from typing import Any

from optimizers.problem import LocationProblem
from optimizers.request import Request

_SECONDS = 2.0


@dataclass(frozen=True)
class Asked:
    """The answer in numbers: what no plan can pass, and what a plan reached (None: no plan was found)."""

    least: float
    enough: float | None


def seconds_for(request: Request) -> float:
    """Seconds that one smaller question may take: part of what a run may take beyond its limit."""
    return min(_SECONDS, max(0.1 * request.time_limit_s, 0.05))


def ask(problem: LocationProblem, model: str, request: Request, **question: Any) -> Asked:
    """Bound and objective of another question, with search and bound only.

    For a model that is maximised, `least` is the largest that is possible at all.
    """
    from optimizers.solve import solve  # here, because solve explains its failures by this room

    found = solve(problem, model, effort="quick", time_limit_s=seconds_for(request), seed=request.seed, **question)
    if found.bound is None:
        return Asked(float("inf"), None)
    return Asked(found.bound, found.objective)

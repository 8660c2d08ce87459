"""Smaller questions that an explanation asks of the engine, all of them by one clock."""

from dataclasses import dataclass
from typing import Any

from optimizers.clock import Clock
from optimizers.models import MODELS
from optimizers.problem import LocationProblem
from optimizers.request import Request

_SECONDS, _SHARE = 2.0, 0.1


@dataclass(frozen=True)
class Asked:
    """The answer in numbers: what no plan can pass, and what a plan reached (None: no plan was found)."""

    least: float
    enough: float | None

    @property
    def tells(self) -> bool:
        """True where something is known: an amount that is enough, or one below which nothing is."""
        return self.enough is not None or 0.0 < self.least < float("inf")


UNASKED = Asked(0.0, None)
"""What is known of an amount that nobody asked for."""


def clock_for(request: Request) -> Clock:
    """The time for all smaller questions together: part of what a run may take beyond its limit."""
    return Clock(min(_SECONDS, _SHARE * request.time_limit_s))


def ask(problem: LocationProblem, model: str, request: Request, clock: Clock, **question: Any) -> Asked:
    """Bound and objective of another question, with search and bound only.

    For a model that is maximised, `least` is the largest that is possible at all.

    Raises:
        KeyboardInterrupt: the user wants no more of it.
    """
    from optimizers.solve import solve  # here, because solve explains its failures by this room

    seconds = clock.left_s
    if seconds <= 0.0:
        return Asked(float("inf"), None) if MODELS[model].sense == "max" else UNASKED
    found = solve(problem, model, effort="quick", time_limit_s=seconds, seed=request.seed, **question)
    if found.reason == "interrupted.":
        raise KeyboardInterrupt
    if found.bound is None:
        return Asked(float("inf"), None)
    return Asked(found.bound, found.objective)

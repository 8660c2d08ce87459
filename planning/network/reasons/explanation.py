"""The interval in which an explained number lies: prices and differences from two plans and what is proven of them."""

import math
from dataclasses import dataclass

from optimizers.network import NetworkSolution

MAXIMISED = ("most", "worst_off")
"""Aims of which more is better; of all others less is."""
NOISE = 1e-6
"""Share of an objective below which a difference is rounding of the solver."""


@dataclass(frozen=True)
class Interval:
    """A number found, and the bounds between which the true one is proven to lie.

    value, low and high are inf together where it is proven that there is no plan.
    """

    value: float
    low: float
    high: float

    @property
    def is_exact(self) -> bool:
        """True when both bounds are one number."""
        return self.low == self.high


def priced_aim(solution: NetworkSolution) -> str:
    """The aim in which prices are told: the first one, whose bound holds for the whole question.

    The regret of a plan is measured against the best of each season, which a limit moves too; prices are then told in
    units delivered.
    """
    return "most" if solution.aims[0] == "least_regret" else solution.aims[0]


def sense(aim: str) -> int:
    """1 where more is better, -1 where less is."""
    return 1 if aim in MAXIMISED else -1


def between(aim: str, solution: NetworkSolution) -> tuple[float, float]:
    """What the best plan of this question reaches, turned so that more is better: at least, at most.

    Read from the stage of that aim when it was the first of several. (-inf, -inf): proven that there is no plan.
    """
    turn = sense(aim)
    stage = solution.stages[0] if solution.stages and solution.stages[0].aim == aim else None
    if solution.status == "infeasible":
        return (-math.inf, -math.inf)
    if stage is None and solution.aims != (aim,):
        return (-math.inf, math.inf)  # asked for something else: says nothing of this aim
    told = stage or solution
    least = -math.inf if told.objective is None else turn * told.objective
    if told.status == "optimal":
        return (least, least)
    return (least, math.inf if told.bound is None else max(least, turn * told.bound))


def price(aim: str, freer: NetworkSolution, tighter: NetworkSolution) -> Interval:
    """How much worse the best plan of the tighter question is than the best of the freer one.

    Every plan of the tighter question must be a plan of the freer one. With [a, b] around the best of the freer and
    [c, d] around that of the tighter, the price is from a - d to b - c, and never below 0.
    """
    (a, b), (c, d) = between(aim, freer), between(aim, tighter)
    if d == -math.inf:
        return Interval(math.inf, math.inf, math.inf)
    value = a - c if math.isfinite(c) else math.nan
    return cleaned(value, max(0.0, a - d), b - c, max(abs(a), abs(c)))


def difference(aim: str, one: NetworkSolution, other: NetworkSolution) -> Interval:
    """How much better the best plan of one question is than that of another that has nothing to do with it."""
    (a, b), (c, d) = between(aim, one), between(aim, other)
    if d == -math.inf:
        return Interval(math.inf, math.inf, math.inf)
    value = a - c if math.isfinite(a) and math.isfinite(c) else math.nan
    return cleaned(value, a - d, b - c, max(abs(a), abs(c)))


def cleaned(value: float, low: float, high: float, scale: float) -> Interval:
    """An interval in which differences below the rounding of the solver are none."""
    least = NOISE * (1.0 + (scale if math.isfinite(scale) else 0.0))
    value, low, high = (0.0 if abs(x) <= least else x for x in (value, low, high))
    high = max(low, high)
    return Interval(value if math.isnan(value) else min(max(value, low), high), low, high)

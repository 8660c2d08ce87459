"""How far a lexicographic comparison has come: levels reached, what they hold, and the plan they are read off."""

import math
from dataclasses import dataclass, field

import numpy as np

from optimizers.arrays import Floats
from optimizers.centre.reach import Reach
from optimizers.clock import Clock
from optimizers.problem import LocationProblem
from optimizers.request import Request

INTERRUPTED = "interrupted."
OVER = "the time limit was reached."


@dataclass(frozen=True)
class Level:
    """One step of the comparison.

    | field | unit | meaning |
    |-------|------|---------|
    | minutes | minutes | all but `weight_beyond` are within this time |
    | weight_beyond | weight | what is farther |
    | bound | of what was sought | no plan that keeps the levels before is better |
    | status | word | "optimal" with a proof (given the levels before), "feasible" without |
    | sought | word | "minutes" or "weight": which of the two this level made as small as possible |
    """

    minutes: float
    weight_beyond: float
    bound: float
    status: str
    sought: str


@dataclass(frozen=True)
class Hold:
    """At most this weight may lie beyond this time."""

    minutes: float
    weight: float


@dataclass
class Descent:
    """What is reached and held so far; the one thing of this model that changes."""

    problem: LocationProblem
    request: Request
    clock: Clock
    reach: Reach
    weight: Floats
    sites: tuple[int, ...]
    nearest: Floats
    holds: list[Hold] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    reason: str = ""
    solvers: list[str] = field(default_factory=list)
    interrupted: bool = False

    @property
    def is_over(self) -> bool:
        """True when nothing more is to be searched; what is left is read off the best plan."""
        return self.interrupted or self.clock.is_up

    @property
    def exact(self) -> bool:
        """True while every level was proven."""
        return all(level.status == "optimal" for level in self.levels)

    def beyond(self, minutes: float, nearest: Floats | None = None) -> float:
        """F(minutes) of the best plan, or of one with these times."""
        times = self.nearest if nearest is None else nearest
        return math.fsum(self.weight[times > minutes].tolist())

    def time_of(self, weight: float, nearest: Floats | None = None) -> float:
        """The least T with F(T) <= weight."""
        times = self.nearest if nearest is None else nearest
        order = np.argsort(-times, kind="stable")
        left_out = np.cumsum(self.weight[order]) > weight * (1.0 + 1e-12)
        return float(times[order][np.argmax(left_out)]) if left_out.any() else 0.0

    def keeps(self, nearest: Floats) -> bool:
        """True when a plan with these times keeps every held level."""
        return all(self.beyond(hold.minutes, nearest) <= hold.weight * (1.0 + 1e-12) for hold in self.holds)

    def halt(self) -> str:
        """Why the next level is only read off the best plan; "" where it is to be improved."""
        if self.is_over:
            return INTERRUPTED if self.interrupted else OVER
        effort, gap = self.request.effort, self.request.gap
        content = effort == "first" or ((effort == "quick" or gap > 0.0) and not self.exact)
        if not (self.levels and content):
            return ""
        return (
            f"stopped within the gap of {gap:g}."
            if gap > 0.0
            else f"stopped after a first look, as effort {effort!r} asks."
        )

    def heed(self, solver: str, reason: str) -> None:
        """Remember who was asked, each name once, and whether the user wants an end."""
        self.solvers = list(dict.fromkeys([*self.solvers, *filter(None, solver.split(", "))]))
        self.interrupted |= reason == INTERRUPTED

    def take(self, sites: tuple[int, ...], nearest: Floats) -> None:
        """Go on from another plan."""
        self.sites, self.nearest = sites, nearest

    def hold(self, minutes: float, weight: float) -> None:
        """No plan may have more weight beyond a time from now on; what that implies need not be held."""
        kept = [hold for hold in self.holds if hold.minutes < minutes or hold.weight < weight]
        self.holds = [*kept, Hold(minutes, weight)]

    def note(self, level: Level, reason: str) -> None:
        """Hold what a level reached from now on."""
        # In this order an interrupt between the two does no harm: what is held already may be held again.
        self.hold(level.minutes, level.weight_beyond)
        self.levels.append(level)
        if level.status != "optimal":
            self.reason = self.reason or reason or "stopped just short of a proof."

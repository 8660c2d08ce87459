"""What a floor costs: prices at which the plan that is best without floors nearly keeps them.

With prices m >= 0 for each unit of group weight beyond the threshold

    phi(m) = min over plans S of  value(S) + sum_g m_g short_g(S),    short_g(S) = needed_g - covered_g(S)

is no more than the value of any plan that keeps the floors, so its largest value is the bound to look for. phi is
concave, and each plan met lies above it: the smallest of value(S) + m short(S) over the plans met is a model of
phi, whose best point near the best prices so far is where to look next (cutting planes of Kelley 1960 in the box of
Marsten, Hogan & Blankenship 1975, Operations Research 23). Local search stands in for the minimum over plans;
what the prices prove is found by `joint`, which goes on from them.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from optimizers.arrays import Floats, Ints
from optimizers.clock import Clock
from optimizers.floors.board import Board
from optimizers.floors.moves import improved, priced

_GROWS, _SHRINKS = 1.5, 0.4
_TINY = 1e-4
"""A gain of this share of the value is not worth another step."""


@dataclass(eq=False)
class Prices:
    """The search for prices: plans met, the best prices so far and how far from them to look.

    Attributes:
        values, shorts: of the plans met.
        best, top: the prices with the largest phi so far, and that value.
        reach: half the width of the box around them, for each group.
    """

    board: Board
    values: list[float] = field(default_factory=list)
    shorts: list[Floats] = field(default_factory=list)
    top: float = -np.inf

    def __post_init__(self) -> None:
        held = float(self.board.held.sum())
        self.best = np.zeros(self.board.needed.size)
        self.reach = np.full(self.best.size, self.board.dearest / max(held, 1e-300))
        self._met: set[bytes] = set()

    def meet(self, sites: Ints) -> bool:
        """Remember a plan; False when it is known."""
        if sites.tobytes() in self._met:
            return False
        self._met.add(sites.tobytes())
        self.values.append(self.board.value(sites))
        self.shorts.append(self.board.shortfall(sites))
        return True

    def model(self, prices: Floats) -> float:
        """The least that the plans met pay with these prices; phi is no more."""
        return float(np.min(np.array(self.values) + np.array(self.shorts) @ prices))

    def judge(self, prices: Floats, phi: float) -> None:
        """Move to these prices where phi is larger there, else look closer by."""
        if phi > self.top:
            self.top, self.best = phi, prices
            self.reach = self.reach * _GROWS
        else:
            self.reach = self.reach * _SHRINKS

    def next(self) -> Floats | None:
        """Where the model is largest in the box; None when it promises next to nothing more."""
        from scipy.optimize import linprog  # here, since it is slow to import and few questions need it

        values, shorts = np.array(self.values), np.array(self.shorts)
        unit, scale = max(float(np.abs(values).max()), 1e-300), np.maximum(self.reach, 1e-300)
        low = np.maximum(self.best - self.reach, 0.0) / scale
        rows = np.hstack([-shorts * scale / unit, np.ones((values.size, 1))])
        bounds = [*zip(low.tolist(), ((self.best + self.reach) / scale).tolist(), strict=True), (None, None)]
        found: Any = linprog(np.append(np.zeros(low.size), -1.0), rows, values / unit, bounds=bounds, method="highs")
        if found.status != 0 or -found.fun * unit <= self.top + _TINY * abs(self.top):
            return None
        return np.asarray(found.x[:-1] * scale, dtype=np.float64)


def guess_prices(board: Board, start: Ints, clock: Clock, *, steps: int) -> tuple[Floats, Ints]:
    """Prices by local search from plan to plan, and the plan that they lead to."""
    search, sites, found = Prices(board), start, start
    prices: Floats | None = search.best
    for _ in range(steps):
        if clock.is_up or prices is None:
            break
        sites = improved(board, sites, priced(prices), clock=clock)
        search.meet(sites)
        search.judge(prices, search.model(prices))
        found = sites if search.best is prices else found
        prices = search.next()
    return search.best, found

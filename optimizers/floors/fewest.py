"""Fewest sites with floors: multipliers from the question whether one site less than the best plan could do.

    greatest sum_g m_g covered_g(S) over S of K sites  <  sum_g m_g needed_g   says that no K sites keep the floors

With K fixed the multipliers climb as for maximum coverage, where plans are compared at equal numbers of sites. The
same multipliers times any s > 0 bound the number of sites itself:

    L(s) = s A + sum_j min(0, 1 - s r_j),    A = sum_g m_g needed_g - sum_i (e_i - l_i),    r_j = sum_{i near j} l_i

which is more than K for some s exactly where the question is answered with no. L is concave and has its kinks at the
1 / r_j, so the best s is one of them.
"""

from dataclasses import replace

import numpy as np

from optimizers.arrays import Floats, Ints
from optimizers.clock import Clock
from optimizers.floors.board import Board, near_pairs
from optimizers.floors.joint import Joint, begun, extra_of
from optimizers.floors.moves import improved, priced


def test_board(board: Board, most: int) -> Board:
    """The board on which sites cost nothing and at most so many may open."""
    ones = np.ones((1, board.n_sites))
    return replace(board, open_cost=np.zeros(board.n_sites), size=ones, room=np.array([float(most)]), known={})


class Fewest:
    """The climb of one question in progress."""

    def __init__(self, board: Board, most: int, clock: Clock, plan: Ints | None = None) -> None:
        self.board, self.most, self.test = board, most, test_board(board, most)
        prices = 1.0 / np.maximum(board.needed, 1e-300) * (board.needed > 0.0)
        self.plan = improved(self.test, board.fixed, priced(prices), clock=clock) if plan is None else plan
        self.joint: Joint = begun(self.test, self.plan, prices)

    def climb(self, steps: int, clock: Clock) -> tuple[float, Floats, Floats]:
        """Some steps; the bound on the number of sites, with the multipliers and the prices that prove it."""
        short = float(self.joint.prices @ np.maximum(self.test.shortfall(self.plan), 0.0))
        self.joint.climb(max(short, 1e-3 * float(self.joint.prices @ self.board.needed)), steps, clock)
        return scaled(self.board, self.joint.multipliers, self.joint.prices)


def scaled(board: Board, multipliers: Floats, prices: Floats) -> tuple[float, Floats, Floats]:
    """The largest L(s), and the multipliers and prices times that s."""
    near, row = near_pairs(board.rows)
    reward = np.bincount(board.rows.site[near], multipliers[row], minlength=board.n_sites)
    paid = np.minimum(multipliers - extra_of(board, prices), 0.0).sum() + prices @ board.needed
    inside = float(reward[board.fixed].sum())
    ordered = np.sort(reward[board.free & (reward > 0.0)])[::-1]
    if ordered.size == 0:
        return float(board.fixed.size), multipliers * 0.0, prices * 0.0
    s = 1.0 / ordered
    taken = np.arange(ordered.size) - s * (np.cumsum(ordered) - ordered)
    values = s * (paid - inside) + taken + board.fixed.size
    at = int(np.argmax(values))
    return float(values[at]), multipliers * s[at], prices * s[at]

"""Plans that keep the floors: fines that rise until nothing is short, then moves that keep it so.

Short floors are fined per unit of weight. Whatever is still short when no move helps is fined more, as in guided
local search (Voudouris & Tsang 1999, European Journal of Operational Research 113). From a plan that keeps the
floors only moves that keep them are made. Where that is not enough, the search swings to and fro across the
floors, with a short memory of what was moved (strategic oscillation, Glover & Laguna 1997, Tabu Search).
"""

from dataclasses import dataclass

import numpy as np

from optimizers.arrays import Floats, Ints
from optimizers.clock import Clock
from optimizers.floors.board import Board
from optimizers.floors.moves import fined, guarded, improved, moves_from

_ROUNDS = 14
_RISE, _GENTLE_RISE = 3.0, 1.6
_UP, _DOWN, _REST = 1.4, 0.85, 7


@dataclass(frozen=True, eq=False)
class Kept:
    """A plan that keeps all floors, fixed sites included, and its value."""

    sites: Ints
    value: float


def better(one: Kept | None, other: Kept | None) -> Kept | None:
    """The plan of lower value; the first among equals."""
    if one is None or other is None:
        return one or other
    return other if other.value < one.value - 1e-12 * (1.0 + abs(one.value)) else one


def polished(board: Board, sites: Ints, clock: Clock) -> Kept | None:
    """The plan, improved, where it serves everybody it must, keeps the floors and the limits."""
    if not board.fits(sites) or not board.keeps_floors(sites):
        return None
    sites = improved(board, sites, guarded, clock=clock)
    value = board.value(sites)
    return Kept(sites, value) if value <= board.dearest * (1.0 + 1e-9) else None


def repaired(board: Board, sites: Ints, clock: Clock, prices: Floats | None = None) -> Kept | None:
    """A plan near this one that keeps all floors, as far as fines that rise from the prices find one."""
    fines, rise = first_fines(board), _RISE
    if prices is not None and prices.any():
        fines, rise = np.maximum(prices, 0.05 * fines), _GENTLE_RISE
    for _ in range(_ROUNDS):
        sites = improved(board, sites, fined(fines), clock=clock)
        short = board.shortfall(sites) > 0.0
        if not short.any() or clock.is_up:
            break
        fines[short] *= rise
    return polished(board, sites, clock)


def first_fines(board: Board) -> Floats:
    """One site's worth of value for the most of a group that one site covers."""
    each = board.dearest / max(board.n_sites, 1)
    return np.asarray(each / np.maximum(board.largest, 1e-300), dtype=np.float64)


def swung(board: Board, sites: Ints, best: Kept | None, clock: Clock, *, steps: int, seed: int) -> Kept | None:
    """The best plan met while swinging to and fro across the floors.

    Each step makes the best move whose sites have not moved lately; fines of short floors rise and the others fall.
    """
    dice, fines = np.random.default_rng(seed), first_fines(board)
    rests = np.zeros(board.n_sites, dtype=np.int64)
    unit, kept = max(board.dearest, 1e-300) / board.n_sites, False
    for step in range(steps):
        if clock.is_up:
            break
        moves = moves_from(board, sites)
        ready = np.append(rests[moves.leaving] <= step, True)[:, None] & np.append(rests[moves.entering] <= step, True)
        change = np.where(moves.allowed() & ready, fined(fines)(moves), np.inf)
        a, b = divmod(int(np.argmin(np.round(change / unit, 9))), change.shape[1])
        if np.isfinite(change[a, b]):
            rests[moves.leaving[a : a + 1]] = step + _REST + dice.integers(0, 4)
            rests[moves.entering[b : b + 1]] = step + _REST // 2 + dice.integers(0, 4)
            sites = moves.plan(a, b)
        short = board.shortfall(sites) > 0.0
        fines *= np.where(short, _UP, _DOWN)
        if not short.any() and not kept:
            best = better(best, polished(board, sites, clock))
        kept = not short.any()
    return best

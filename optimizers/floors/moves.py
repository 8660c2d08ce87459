"""All moves from a plan at once, and the local search that uses them."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.clock import Clock
from optimizers.floors.board import Board


@dataclass(frozen=True, eq=False)
class Moves:
    """All moves from a plan: change[q, a, b] when leaving[a] goes and entering[b] comes; the last of each is nobody.

    Attributes:
        change: of the value, then of the covered weight of each group.
        short: what each floor still needs before the move.
    """

    board: Board
    sites: Ints
    leaving: Ints
    entering: Ints
    change: Floats
    short: Floats

    def plan(self, a: int, b: int) -> Ints:
        """The plan after a move."""
        kept = self.sites[self.sites != self.leaving[a]] if a < self.leaving.size else self.sites
        return np.sort(np.append(kept, self.entering[b])) if b < self.entering.size else kept

    def value(self) -> Floats:
        """Change of the value, for the caller to change further."""
        return np.array(self.change[0], dtype=np.float64)

    def covered(self, g: int) -> Floats:
        """Change of the covered weight of group g."""
        return np.asarray(self.change[g + 1])

    def allowed(self) -> Bools:
        """True for each move that keeps the limits."""
        board = self.board
        allowed = np.ones((self.leaving.size + 1, self.entering.size + 1), dtype=np.bool_)
        for size, room in zip(board.size, board.room, strict=True):
            out, come = np.append(size[self.leaving], 0.0), np.append(size[self.entering], 0.0)
            allowed &= size[self.sites].sum() - out[:, None] + come <= room * (1.0 + 1e-12)
        allowed[-1, -1] = False
        return allowed


def moves_from(board: Board, sites: Ints) -> Moves:
    """The moves from a plan."""
    chosen = np.zeros(board.n_sites, dtype=np.bool_)
    chosen[sites] = True
    leaving, entering = np.flatnonzero(board.free & chosen), np.flatnonzero(board.free & ~chosen)
    total, table = board.added_up(sites, leaving)
    change = table[:, : leaving.size + 1][:, :, np.append(entering, board.n_sites)]
    change[:, :-1, :-1] += change[:, :-1, -1:] + change[:, -1:, :-1]
    change[1:] *= -1.0
    change[0, :-1] -= board.open_cost[leaving][:, None]
    change[0, :, :-1] += board.open_cost[entering]
    return Moves(board, sites, leaving, entering, change, board.needed - total[1:])


Score = Callable[[Moves], Floats]


def priced(prices: Floats) -> Score:
    """Change of the value, with each unit of group weight beyond the threshold at its price."""

    def score(moves: Moves) -> Floats:
        change = moves.value()
        for g in np.flatnonzero(prices).tolist():
            change -= prices[g] * moves.covered(g)
        return change

    return score


def fined(fines: Floats) -> Score:
    """Change of the value, with each unit that a floor still needs at its fine."""

    def score(moves: Moves) -> Floats:
        change = moves.value()
        for g, short in enumerate(moves.short.tolist()):
            if short > -moves.board.largest[g]:  # else no single site holds enough of the group to matter
                change += fines[g] * (np.maximum(short - moves.covered(g), 0.0) - max(short, 0.0))
        return change

    return score


def guarded(moves: Moves) -> Floats:
    """Change of the value, from a plan that keeps the floors, for moves that still do; inf for the others."""
    change = moves.value()
    for g, short in enumerate(moves.short.tolist()):
        if short > -moves.board.largest[g]:
            change[moves.covered(g) < short] = np.inf
    return change


def improved(board: Board, sites: Ints, score: Score, *, steps: int = 200, clock: Clock) -> Ints:
    """The best move again and again until none helps; the lowest positions among equals."""
    for _ in range(steps):
        if clock.is_up:
            break
        moves = moves_from(board, sites)
        # Of the plan itself: exponents make the dearest plan so dear that all others look alike.
        value = min(board.value(sites), board.dearest)
        unit = max(value if value > 0.0 else board.dearest, 1e-300) / board.n_sites
        change = np.where(moves.allowed(), score(moves), np.inf)
        # Rounded, so that adding up rows in another order cannot change the choice.
        rounded = np.round(change / unit, 9)
        at = int(np.argmin(rounded))
        if not rounded.flat[at] < -1e-8:
            break
        sites = moves.plan(*divmod(at, change.shape[1]))
    return sites

"""What every single move would change, all moves at once, and the local search that uses it.

A move lets one site leave, or none, and one site enter, or none. For counted rows with c_i near sites open

    change(r, j) = drop_r + add_j + cross_rj
    add_j    = - sum_{i near j} gain_{i, c_i + 1}        drop_r = sum_{i near r} gain_{i, c_i}
    cross_rj = sum_{i near both} (gain_{i, c_i + 1} - gain_{i, c_i})

and the weight covered of a group changes by minus the same sums with its weights for a single step of gain. For
costed rows it is the swap of Whitaker (1983), INFOR 21.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.clock import Clock
from optimizers.coverage import rows_of
from optimizers.floors.board import Board, Layer


@dataclass(frozen=True, eq=False)
class Moves:
    """All moves from a plan: change[a, b] when leaving[a] goes and entering[b] comes; the last of each is nobody."""

    board: Board
    sites: Ints
    counts: Ints
    leaving: Ints
    entering: Ints

    def plan(self, a: int, b: int) -> Ints:
        """The plan after a move."""
        kept = self.sites[self.sites != self.leaving[a]] if a < self.leaving.size else self.sites
        return np.sort(np.append(kept, self.entering[b])) if b < self.entering.size else kept

    def value(self) -> Floats:
        """Change of the value."""
        board = self.board
        change = self._counted(board.counted) if board.counted is not None else _costed(self)
        change[:-1] -= board.open_cost[self.leaving][:, None]
        change[:, :-1] += board.open_cost[self.entering]
        return change

    def covered(self, g: int) -> Floats:
        """Change of the covered weight of group g."""
        return -self._counted(self.board.groups[g])

    def allowed(self) -> Bools:
        """True for each move that keeps the limits."""
        board = self.board
        allowed = np.ones((self.leaving.size + 1, self.entering.size + 1), dtype=np.bool_)
        for size, room in zip(board.size, board.room, strict=True):
            out, come = np.append(size[self.leaving], 0.0), np.append(size[self.entering], 0.0)
            allowed &= size[self.sites].sum() - out[:, None] + come <= room * (1.0 + 1e-12)
        allowed[-1, -1] = False
        return allowed

    def _counted(self, layer: Layer) -> Floats:
        counts, gain = self.counts[layer.rows], layer.gain
        rows, last = np.arange(counts.size), gain.shape[1] - 1
        next_gain = gain[rows, np.minimum(counts, last)]
        own_gain = np.where((counts > 0) & (counts <= last), gain[rows, np.clip(counts - 1, 0, last)], 0.0)
        change = np.zeros((self.leaving.size + 1, self.entering.size + 1))
        change[:-1] += (layer.by_site @ own_gain)[self.leaving][:, None]
        change[:, :-1] -= (layer.by_site @ next_gain)[self.entering]
        both = next_gain - own_gain
        if self.leaving.size and self.entering.size and both.any():
            scaled = layer.by_site[self.leaving]
            scaled.data = both[scaled.indices]
            change[:-1, :-1] += (scaled @ layer.near).toarray()[:, self.entering]
        return change


def moves_from(board: Board, sites: Ints) -> Moves:
    """The moves from a plan."""
    chosen = np.zeros(board.n_sites, dtype=np.bool_)
    chosen[sites] = True
    leaving, entering = np.flatnonzero(board.free & chosen), np.flatnonzero(board.free & ~chosen)
    return Moves(board, sites, board.counts(sites), leaving, entering)


def _costed(moves: Moves) -> Floats:
    board, leaving, entering = moves.board, moves.leaving, moves.entering
    first, second, who = board.nearest(moves.sites)
    place = np.full(board.n_sites + 1, leaving.size, dtype=np.int64)
    place[leaving] = np.arange(leaving.size)
    home = place[who]
    change = np.zeros((leaving.size + 1, entering.size + 1))
    change[:-1] += np.bincount(home, second - first, minlength=leaving.size + 1)[:-1, None]
    useful = np.flatnonzero(board.cost.data < second[board.cost.indices])
    rows, cost = board.cost.indices[useful], board.cost.data[useful]
    column = rows_of(board.cost.indptr, useful)
    change[:, :-1] -= np.bincount(column, np.maximum(first[rows] - cost, 0.0), minlength=board.n_sites)[entering]
    spared = second[rows] - np.maximum(cost, first[rows])
    table = np.bincount(home[rows] * board.n_sites + column, spared, minlength=(leaving.size + 1) * board.n_sites)
    change[:-1, :-1] -= table.reshape(leaving.size + 1, board.n_sites)[:-1, entering]
    return change


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
        for g, short in enumerate(moves.board.shortfall(moves.sites).tolist()):
            if short > -moves.board.largest[g]:  # else no single site holds enough of the group to matter
                change += fines[g] * (np.maximum(short - moves.covered(g), 0.0) - max(short, 0.0))
        return change

    return score


def guarded(moves: Moves) -> Floats:
    """Change of the value, from a plan that keeps the floors, for moves that still do; inf for the others."""
    change = moves.value()
    for g, short in enumerate(moves.board.shortfall(moves.sites).tolist()):
        if short > -moves.board.largest[g]:
            change[moves.covered(g) < short] = np.inf
    return change


def improved(board: Board, sites: Ints, score: Score, *, steps: int = 200, clock: Clock) -> Ints:
    """The best move again and again until none helps; the lowest positions among equals."""
    unit = max(board.dearest, 1e-300) / board.n_sites
    for _ in range(steps):
        if clock.is_up:
            break
        moves = moves_from(board, sites)
        change = np.where(moves.allowed(), score(moves), np.inf)
        # Rounded, so that adding up rows in another order cannot change the choice.
        rounded = np.round(change / unit, 9)
        at = int(np.argmin(rounded))
        if not rounded.flat[at] < -1e-8:
            break
        sites = moves.plan(*divmod(at, change.shape[1]))
    return sites

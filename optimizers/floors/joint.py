"""Multipliers of the rows and prices of the floors, climbed together.

With l_i = u_i + e_i, where e_i = sum_g m_g g_i is what row i pays for being beyond the threshold,

    L(u, m) = sum_g m_g needed_g + sum_i [min(gain_i1, u_i) + sum_{k > 1} min(gain_ik, l_i)] + least sum_{j in S} rho_j
    rho_j   = open_cost_j + sum_{i near j} min(0, cost_ij - l_i) + sum_{other i} min(0, cost_ij - u_i)

is the bound of `optimizers.bounds` for rows that pay the prices, less what plans that just keep the floors would pay.
A higher price draws sites to its group at once, without the row multipliers having to follow; so one climb finds both
(Held, Wolfe & Crowder 1974; Camerini, Fratta & Maffioli 1975).
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.clock import Clock
from optimizers.floors.board import Board
from optimizers.floors.tally import Rows
from optimizers.kernel import kernel

_DEFLECTION = 0.95
_MEMORY = 0.95
_FIRST_STEP, _LAST_STEP = 1.0, 0.05
_PORTION = 3e7
_LEAST_SCALE = 0.01


class State(NamedTuple):
    """Where a climb stands: rows' u and floors' m in one vector, the best met, direction, scale and relaxed choice.

    `numbers` holds the best value, the length of the next step, and what it shrinks by.
    """

    now: Floats
    best: Floats
    direction: Floats
    scale: Floats
    share: Floats
    numbers: Floats


class Asked(NamedTuple):
    """What the climb reads of a board besides its rows."""

    open_cost: Floats
    size: Floats
    room: Floats
    free: Bools
    fixed: Ints
    needed: Floats


@kernel
def climb(rows: Rows, asked: Asked, state: State, upper: float, iterations: int) -> None:
    """Deflected subgradient steps until `upper` is passed; changes the state in place."""
    n, m = rows.close.size, asked.free.size
    now, slope, numbers = state.now, np.empty(state.now.size), state.numbers
    extra, rho, choice = np.empty(n), np.empty(m), np.empty(m)
    for _ in range(iterations):
        value = price(rows, asked, now, extra, rho)
        value += choose(asked, rho, choice)
        if value > numbers[0]:
            numbers[0] = value
            for i in range(now.size):
                state.best[i] = now[i]
        for j in range(m):
            state.share[j] = _MEMORY * state.share[j] + (1.0 - _MEMORY) * choice[j]
        find_slopes(rows, asked, now, extra, choice, slope)
        norm = 0.0
        for i in range(now.size):
            towards = slope[i] + _DEFLECTION * state.direction[i]
            low = -extra[i] if i < n else 0.0
            if (towards < 0.0 and now[i] <= low) or (towards > 0.0 and i < n and now[i] >= rows.gain[i, 0]):
                towards = 0.0
            state.direction[i] = towards
            norm += towards * towards * state.scale[i]
        numbers[1] *= numbers[2]
        if norm <= 1e-18 or value > upper + 1e-9 * abs(upper):
            return
        step = numbers[1] * (upper - value) / norm
        for i in range(now.size):
            now[i] += step * state.scale[i] * state.direction[i]
            if i < n:
                now[i] = min(now[i], rows.gain[i, 0])
            else:
                now[i] = max(now[i], 0.0)


@kernel
def price(rows: Rows, asked: Asked, now: Floats, extra: Floats, rho: Floats) -> float:
    """What the rows add to L; writes what each pays beyond the threshold, and the reduced costs of the sites."""
    n, steps, value = rows.close.size, rows.gain.shape[1], 0.0
    for g in range(asked.needed.size):
        value += now[n + g] * asked.needed[g]
    for j in range(rho.size):
        rho[j] = asked.open_cost[j]
    for i in range(n):
        extra[i] = 0.0
        for h in range(rows.start[i], rows.start[i + 1]):
            extra[i] += now[n + rows.group[h]] * rows.weight[h]
        now[i] = max(now[i], -extra[i])
        whole = now[i] + extra[i]
        value += now[i]
        for k in range(1, steps):
            value += min(rows.gain[i, k], whole)
        for k in range(rows.indptr[i], rows.indptr[i + 1]):
            pays = whole if k - rows.indptr[i] < rows.close[i] else now[i]
            if rows.cost[k] >= pays:
                break
            rho[rows.site[k]] += rows.cost[k] - pays
    return value


@kernel
def choose(asked: Asked, rho: Floats, choice: Floats) -> float:
    """Write the relaxed choice, sites in part allowed; the least sum of rho within the limits, or less.

    Of several limits only the one that binds most is kept, which can but lower the bound.
    """
    value, least = 0.0, 0.0
    for j in asked.fixed:
        value += rho[j]
    for j in range(rho.size):
        rho[j] = min(rho[j], 0.0) if asked.free[j] else 0.0
        choice[j] = 1.0 if rho[j] < 0.0 else 0.0
        least += rho[j]
    trial = np.empty(rho.size)
    for k in range(asked.room.size):
        left = asked.room[k]
        for j in asked.fixed:
            left -= asked.size[k, j]
        found = fill(rho, asked.size[k], max(left, 0.0), trial)
        if found > least:
            least = found
            for j in range(rho.size):
                choice[j] = trial[j]
    for j in asked.fixed:
        choice[j] = 1.0
    return value + least


@kernel
def fill(rho: Floats, size: Floats, room: float, choice: Floats) -> float:
    """Write a choice that keeps one limit, by bisection for the price t of it; sum_j min(0, rho_j + t size_j) - t room.

    Sites that are on the edge between the last two prices share what room is left.
    """
    low, high, used = 0.0, 0.0, 0.0
    for j in range(rho.size):
        if rho[j] < 0.0 and size[j] > 0.0:
            high = max(high, -rho[j] / size[j])
            used += size[j]
    if used <= room * (1.0 + 1e-12):
        high = 0.0
    for _ in range(60 if high > 0.0 else 0):
        middle, used = 0.5 * (low + high), 0.0
        for j in range(rho.size):
            if rho[j] + middle * size[j] < 0.0:
                used += size[j]
        if used > room:
            low = middle
        else:
            high = middle
        if high - low <= 1e-13 * high:
            break
    value, used, edge = -high * room, 0.0, 0.0
    for j in range(rho.size):
        value += min(0.0, rho[j] + high * size[j])
        choice[j] = 1.0 if rho[j] + high * size[j] < 0.0 else 0.0
        used += choice[j] * size[j]
        if choice[j] == 0.0 and rho[j] + low * size[j] < 0.0:
            edge += size[j]
    for j in range(rho.size):
        if choice[j] == 0.0 and rho[j] + low * size[j] < 0.0 and size[j] > 0.0:
            choice[j] = min(1.0, max(room - used, 0.0) / edge)
    return value


@kernel
def find_slopes(rows: Rows, asked: Asked, now: Floats, extra: Floats, choice: Floats, slope: Floats) -> None:
    """How L changes with each multiplier and price."""
    n = rows.close.size
    for g in range(asked.needed.size):
        slope[n + g] = asked.needed[g]
    for i in range(n):
        whole, left = now[i] + extra[i], 0.0
        for k in range(1, rows.gain.shape[1]):
            left += 1.0 if whole < rows.gain[i, k] else 0.0
        rise, lift = 1.0 + left, left
        for k in range(rows.indptr[i], rows.indptr[i + 1]):
            close = k - rows.indptr[i] < rows.close[i]
            if rows.cost[k] >= (whole if close else now[i]):
                break
            rise -= choice[rows.site[k]]
            if close:
                lift -= choice[rows.site[k]]
        slope[i] = rise
        for h in range(rows.start[i], rows.start[i + 1]):
            slope[n + rows.group[h]] += lift * rows.weight[h]


@dataclass(eq=False)
class Joint:
    """A climb in progress on a board."""

    board: Board
    state: State

    @property
    def value(self) -> float:
        """The best bound met on the value of every plan that keeps the floors."""
        return float(self.state.numbers[0])

    @property
    def prices(self) -> Floats:
        """Those of the best bound."""
        return self.state.best[self.board.position.size :].copy()

    @property
    def likely(self) -> Ints:
        """Sites that the relaxed choice opened most of the time lately, as many as it opened on average."""
        most = int(np.rint(self.state.share.sum()))
        return np.sort(np.argsort(-self.state.share, kind="stable")[:most])

    @property
    def multipliers(self) -> Floats:
        """Those of the best bound, l_i of each row of the board."""
        n = self.board.position.size
        return np.maximum(self.state.best[:n] + extra_of(self.board, self.state.best[n:]), 0.0)

    def climb(self, upper: float, steps: int, clock: Clock) -> None:
        """So many steps from the best multipliers on, ever shorter, in portions that let the clock through."""
        board, state = self.board, self.state
        asked = Asked(board.open_cost, board.size, board.room, board.free, board.fixed, board.needed)
        state.now[:] = state.best
        state.direction[:] = 0.0
        state.numbers[1:] = _FIRST_STEP, (_LAST_STEP / _FIRST_STEP) ** (1.0 / steps)
        portion = int(np.clip(_PORTION / (board.rows.site.size + 1), 1, steps))
        for done in range(0, steps, portion):
            climb(board.rows, asked, state, upper, min(portion, steps - done))
            if clock.is_up:
                return


def begun(board: Board, sites: Ints, prices: Floats) -> Joint:
    """A climb that starts from what the rows pay in a plan with these prices."""
    rows, n = board.rows, board.position.size
    extra = extra_of(board, prices)
    whole = _between(board, sites, extra) if rows.costed else _halfway(board, sites, extra)
    begin = np.concatenate((np.minimum(whole - extra, rows.gain[:, 0]), prices))
    like = whole if rows.costed else rows.gain.sum(axis=1) + extra
    mean = max(float(like.mean()), 1e-300) if n else 1.0
    # A price that moves all of its group moves as far as the rows of the group would.
    each = n / np.maximum(board.held * max(float(rows.weight.sum()), 1e-300), 1e-300)
    scale = np.concatenate((np.maximum(like / mean, _LEAST_SCALE), each))
    numbers = np.array([-np.inf, 0.0, 0.0])
    return Joint(board, State(begin, begin.copy(), np.zeros(begin.size), scale, np.zeros(board.n_sites), numbers))


def extra_of(board: Board, prices: Floats) -> Floats:
    """What each row pays for being beyond the threshold."""
    rows = board.rows
    of = np.repeat(np.arange(board.position.size), np.diff(rows.start))
    extra = np.bincount(of, prices[rows.group] * rows.weight, minlength=board.position.size)
    return np.asarray(extra, dtype=np.float64)


def _chosen_pairs(board: Board, sites: Ints) -> tuple[Ints, Ints]:
    """Places of the pairs with open sites, and the row of each."""
    chosen = np.zeros(board.n_sites, dtype=np.bool_)
    chosen[sites] = True
    rows = board.rows
    pairs = np.flatnonzero(chosen[rows.site])
    return pairs, np.searchsorted(rows.indptr, pairs, side="right") - 1


def _between(board: Board, sites: Ints, extra: Floats) -> Floats:
    """A quarter of the way from the nearest to the next nearest open site of each row."""
    rows = board.rows
    pairs, row = _chosen_pairs(board, sites)
    left_out = rows.gain[:, 0] + extra
    cost = np.minimum(rows.cost[pairs] + extra[row] * (pairs - rows.indptr[row] >= rows.close[row]), left_out[row])
    near, following = left_out.copy(), left_out.copy()
    is_first = np.append(True, row[1:] != row[:-1])[: row.size]
    near[row[is_first]] = cost[is_first]
    is_second = ~is_first & np.append(False, is_first[:-1])[: row.size]
    following[row[is_second]] = cost[is_second]
    return near + 0.25 * (following - near)


def _halfway(board: Board, sites: Ints, extra: Floats) -> Floats:
    """Between what the last open site near each row brought and what one more would bring."""
    rows = board.rows
    pairs, row = _chosen_pairs(board, sites)
    count = np.bincount(row[pairs - rows.indptr[row] < rows.close[row]], minlength=extra.size)
    gain = np.hstack([rows.gain[:, :1], rows.gain, np.zeros((extra.size, 1))])
    gain[:, :2] += extra[:, None]
    at, last = np.arange(extra.size), rows.gain.shape[1]
    return np.where(
        count > last, 0.0, 0.5 * (gain[at, np.minimum(count, last)] + gain[at, np.minimum(count, last) + 1])
    )

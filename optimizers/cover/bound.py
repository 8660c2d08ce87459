"""A first-order method for the bound: any multipliers prove one, these come close to the linear relaxation.

The relaxation is the saddle point of

    min over y, max over l:  sum_i sum_k min(gain_ik, l_i) + sum_j (open_cost_j - sum_{i of j} l_i) y_j

with 0 <= y_j <= 1 within the limits and 0 <= l_i <= gain_i0. One step T of the primal-dual hybrid gradient goes

    y' = project(y - tau (open_cost - A^T l)),   l' = prox(l + sigma (steps - A (2 y' - y)))

and the next point is the reflected one averaged with the anchor (Halpern), restarted from where it is whenever the
residual has fallen enough. Steps are scaled by row and column sums, tau_j = omega / sum_{i of j} scale_i and
sigma_i = scale_i / (omega sites of i), which keeps the scaled matrix at norm 1; omega balances the two moves.
Chambolle & Pock (2011), Journal of Mathematical Imaging and Vision 40; Pock & Chambolle (2011), ICCV; Applegate et
al. (2021), NeurIPS 34; Lu & Yang (2024), arXiv 2407.16144.
"""

from typing import Any, NamedTuple

import numpy as np

from optimizers.arrays import Bools, Floats
from optimizers.cover.limits import cheapest, project
from optimizers.cover.tables import Small
from optimizers.kernel import kernel

_LOOK = 8  # steps between two evaluations of the bound


class Saddle(NamedTuple):
    """What the climb reads of a core: rows, caps of the multipliers (rows, steps), and scales of the two moves."""

    indptr: Any
    site: Small
    caps: Floats
    open_cost: Floats
    size: Floats
    capacity: Floats
    free: Bools
    row_scale: Floats
    site_scale: Floats


class Climb(NamedTuple):
    """A climb in progress.

    `price`, `near` (the y of each row added up), `share` (y) and `pull` (the l of each site added up) are where it
    is, names with `anchor` where it started from last, `best` the multipliers of the best bound met. `numbers`: omega,
    steps since the restart, residual then, residual before, best bound, steps in all.
    """

    price: Floats
    near: Floats
    share: Floats
    pull: Floats
    price_anchor: Floats
    near_anchor: Floats
    share_anchor: Floats
    pull_anchor: Floats
    best: Floats
    limit_price: Floats
    numbers: Floats


@kernel
def begin(saddle: Saddle, price: Floats, share: Floats, omega: float) -> Climb:
    """A climb that starts from these multipliers and shares."""
    near, pull = np.zeros(price.size), np.zeros(share.size)
    for i in range(price.size):
        for k in range(saddle.indptr[i], saddle.indptr[i + 1]):
            near[i] += share[saddle.site[k]]
            pull[saddle.site[k]] += price[i]
    rows = 0.0
    for i in range(price.size):
        for k in range(saddle.caps.shape[1]):
            rows += min(price[i], saddle.caps[i, k])
    prices = np.zeros(saddle.capacity.size)
    value = rows + cheapest(saddle.open_cost - pull, saddle.free, saddle.size, saddle.capacity, prices)
    return Climb(
        price, near, share, pull, price.copy(), near.copy(), share.copy(), pull.copy(), price.copy(),
        prices, np.array([omega, 0.0, 0.0, 0.0, value, 0.0]),
    )  # fmt: skip


@kernel
def climb(saddle: Saddle, state: Climb, upper: float, iterations: int) -> None:
    """Take steps until the bound reaches `upper` or the iterations are done."""
    m = state.share.size
    target, step, moved, ahead = np.empty(m), np.empty(m), np.empty(m), np.empty(m)
    trial, pull = np.empty(state.price.size), np.empty(m)
    for turn in range(iterations):
        omega = state.numbers[0]
        for j in range(m):
            step[j] = saddle.site_scale[j] * omega
            target[j] = state.share[j] - step[j] * (saddle.open_cost[j] - state.pull[j]) if saddle.free[j] else 0.0
        project(target, step, saddle.size, saddle.capacity, state.limit_price, moved)
        for j in range(m):
            ahead[j] = 2.0 * moved[j] - state.share[j]
        anchored = (state.numbers[1] + 1.0) / (state.numbers[1] + 2.0)
        rows, residual, row_drift = rows_step(saddle, state, ahead, trial, pull, anchored)
        if turn % _LOOK == _LOOK - 1 or turn == iterations - 1:
            rho = saddle.open_cost - pull
            value = rows + cheapest(rho, saddle.free, saddle.size, saddle.capacity, state.limit_price)
            if value > state.numbers[4]:
                state.numbers[4] = value
                state.best[:] = trial
            if value >= upper:
                return
        site_drift = 0.0
        for j in range(m):
            move = moved[j] - state.share[j]
            residual += move * move / step[j]
            site_drift += (moved[j] - state.share_anchor[j]) ** 2 / saddle.site_scale[j]
            state.share[j] = anchored * (moved[j] + move) + (1.0 - anchored) * state.share_anchor[j]
            state.pull[j] = anchored * (2.0 * pull[j] - state.pull[j]) + (1.0 - anchored) * state.pull_anchor[j]
        restart(state, residual, row_drift, site_drift)


@kernel
def rows_step(
    saddle: Saddle, state: Climb, ahead: Floats, trial: Floats, pull: Floats, anchored: float
) -> tuple[float, float, float]:
    """Move the multipliers; what all rows pay by the moved ones, how far they moved, how far from the anchor."""
    steps, omega = saddle.caps.shape[1], state.numbers[0]
    rows, residual, drift = 0.0, 0.0, 0.0
    pull[:] = 0.0
    for i in range(trial.size):
        a, b = saddle.indptr[i], saddle.indptr[i + 1]
        reach = 0.0
        for k in range(a, b):
            reach += ahead[saddle.site[k]]
        sigma = saddle.row_scale[i] / omega
        old = state.price[i]
        new = old + sigma * (steps - reach)
        for k in range(steps - 1, -1, -1):
            if new <= saddle.caps[i, k]:
                break
            new = max(saddle.caps[i, k], new - sigma)
        new = min(max(new, 0.0), saddle.caps[i, 0])
        trial[i] = new
        if new > 0.0:
            for k in range(a, b):
                pull[saddle.site[k]] += new
            for k in range(steps):
                rows += min(new, saddle.caps[i, k])
        move = new - old
        residual += move * move / sigma
        drift += (new - state.price_anchor[i]) ** 2 / saddle.row_scale[i]
        near = 0.5 * (reach + state.near[i])
        state.price[i] = anchored * (new + move) + (1.0 - anchored) * state.price_anchor[i]
        state.near[i] = anchored * (2.0 * near - state.near[i]) + (1.0 - anchored) * state.near_anchor[i]
    return rows, residual, drift


@kernel
def restart(state: Climb, residual: float, row_drift: float, site_drift: float) -> None:
    """Count the step; where the residual has fallen enough, anchor the climb where it is and balance the moves."""
    numbers = state.numbers
    numbers[1] += 1.0
    numbers[5] += 1.0
    if numbers[1] == 1.0:
        numbers[2] = residual
    fallen = residual < 0.04 * numbers[2] or (residual < 0.6 * numbers[2] and residual > numbers[3])
    if numbers[1] > 10.0 and (fallen or numbers[1] > 0.36 * numbers[5]):
        if row_drift > 1e-12 and site_drift > 1e-12:
            numbers[0] = min(max(np.sqrt(numbers[0] * np.sqrt(site_drift / row_drift)), 1e-6), 1e6)
        numbers[1] = 0.0
        state.price_anchor[:] = state.price
        state.near_anchor[:] = state.near
        state.share_anchor[:] = state.share
        state.pull_anchor[:] = state.pull
    numbers[3] = residual

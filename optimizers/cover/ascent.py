"""The climb of the bound as the core offers it: where it starts, some more of it, and what a part of it inherits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from optimizers.arrays import Floats
from optimizers.bounds import lagrangian_value
from optimizers.cover.bound import Climb, Saddle, begin, climb
from optimizers.relaxation import Ascent

if TYPE_CHECKING:
    from optimizers.cover.core import CoverCore

_CHUNK = 100_000_000  # pairs looked at in one call: about a third of a second
_BALANCE = 0.15  # omega at the start, a usual value at the end


def saddle_of(core: CoverCore) -> Saddle:
    """What the climb reads; where nothing limits what opens, no multiplier need exceed the cheapest site of its row.

    Without limits the best multipliers leave all reduced costs at 0 or above, so that each is at most the cost of
    any site of its row.
    """
    caps, guess, length = core.caps, core.caps[:, 0] / 2.0, np.maximum(np.diff(core.indptr), 1)
    held = np.maximum(np.diff(core.start), 1)
    if core.capacity.size == 0 and core.n_rows and bool(np.all(core.open_cost[core.free] > 0)):
        caps = np.minimum(caps, _least_of_rows(core, core.open_cost)[:, None])
        guess = np.minimum(caps[:, 0], _least_of_rows(core, core.open_cost / held))
    scale = np.maximum(guess, 1e-12 * (1.0 + guess.max(initial=0.0)))
    sums = np.bincount(core.site, np.repeat(scale, np.diff(core.indptr)), minlength=core.n_sites)
    return Saddle(
        core.indptr, core.site, caps, core.open_cost, core.size, core.capacity, core.free,
        scale / length, 1.0 / np.where(sums > 0, sums, scale.max(initial=1.0)),
    )  # fmt: skip


def _least_of_rows(core: CoverCore, values: Floats) -> Floats:
    return np.asarray(np.minimum.reduceat(values[core.site], core.indptr[:-1]), dtype=np.float64)


def first_climb(core: CoverCore) -> Ascent:
    """A cautious start: half of each gain, or each row's share of its cheapest site; all sites opened a little."""
    saddle = core.saddle
    price = np.minimum(saddle.row_scale * np.diff(core.indptr), saddle.caps[:, 0])
    share = np.where(core.free, _share(core), 0.0)
    return Ascent(price, -np.inf, share, begin(saddle, price.copy(), share, _BALANCE))


def _share(core: CoverCore) -> float:
    """The share at which all free sites together keep every limit, or serve every row on average."""
    used = core.size[:, core.free].sum(axis=1)
    parts = [float(room) / total for room, total in zip(core.capacity, used, strict=True) if total > 0]
    return float(np.clip(min(parts), 0.0, 1.0)) if parts else min(1.0, core.n_rows / max(core.n_pairs, 1))


def climb_on(core: CoverCore, ascent: Ascent, upper: float, iterations: int) -> Ascent:
    """Some more steps; the bound is added up again in plain float64 before anybody relies on it."""
    saddle = core.saddle
    state: Climb = ascent.memory
    fewer = int(min(iterations, max(4, _CHUNK // (core.n_pairs + 20 * core.n_sites + 1))))
    climb(saddle, state, upper - core.constant, fewer)
    multipliers = state.best.copy()
    alone = np.diff(core.indptr) == 1
    multipliers[alone] = core.caps[alone, 0]  # linear in the only site, so exact
    return Ascent(multipliers, lagrangian_value(core, multipliers), np.clip(state.share, 0.0, 1.0), state)


def handed_down(core: CoverCore, parent: CoverCore, ascent: Ascent) -> Ascent:
    """The multipliers of the rows that are left and the shares of the sites that are still free."""
    saddle = core.saddle
    became = core.origin.became
    held = became >= 0
    price = np.zeros(core.n_rows)
    here = ascent.multipliers if ascent.memory is None else ascent.memory.price  # on course, unlike the best ones
    price += np.bincount(became[held], parent.origin.spread(here)[held], core.n_rows)
    price = np.minimum(price, saddle.caps[:, 0])
    share = np.where(core.free, 0.0 if ascent.share is None else ascent.share, 0.0)
    omega = _BALANCE if ascent.memory is None else float(ascent.memory.numbers[0])
    state = begin(saddle, price.copy(), share.copy(), omega)
    state.numbers[5] = 0.0 if ascent.memory is None else ascent.memory.numbers[5]  # restarts stay as rare as they were
    return Ascent(price, -np.inf, share, state)

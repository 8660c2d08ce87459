"""The Lagrangian bound added up slowly: for any multipliers a number that no plan of a part goes below.

    L(l; O, C) = constant + sum_i sum_k min(gain_ik, l_i) + sum_{j in O} open_cost_j + least sum of rho_j
    rho_j = open_cost_j + sum_i min(0, cost_ij - l_i)

over the rows that the sites of O do not settle already, with the least sum taken over free sites within the limits,
fractions of a site allowed. For loaded rows nothing is settled by O, and rho_j fills the room of site j by the best
price per unit of weight. Geoffrion (1974), Mathematical Programming Study 2; Cornuejols, Sridharan & Thizy (1991),
European Journal of Operational Research 50.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linprog

from optimizers.arrays import Bools, Floats
from optimizers.verification.own_choice import Certain, narrowed
from optimizers.verification.posed import Posed

_NOISE = 1e-15  # relative rounding of sums, and a little more
_ROUNDING = 1e-12  # what adding up sizes in another order may change


@dataclass(frozen=True, eq=False)
class Priced:
    """A part of the plans under multipliers: what every plan pays, and what each free site adds."""

    base: float
    rho: Floats
    free: Bools
    size: Floats
    room: Floats

    def least(self) -> float:
        """The bound of the part, each limit by itself; the largest is valid."""
        return max(self.base + total for total, _ in self._charged())

    def forced(self, *, is_open: bool) -> Floats:
        """For each site a bound of the plans of the part that open it, or that keep it closed, by the same charges."""
        best = np.full(self.rho.size, -np.inf)
        for total, charge in self._charged():
            against = np.maximum(self.rho + charge, 0.0) if is_open else np.maximum(-self.rho - charge, 0.0)
            best = np.maximum(best, self.base + total + against)
        return best

    def decided(self, j: int, *, is_open: bool) -> "Priced":
        """The part of this part that opens a free site, or keeps it closed."""
        free = self.free.copy()
        free[j] = False
        if not is_open:
            return Priced(self.base, self.rho, free, self.size, self.room)
        return Priced(self.base + float(self.rho[j]), self.rho, free, self.size, self.room - self.size[:, j])

    def _charged(self) -> Iterator[tuple[float, Floats]]:
        """Least sums with no limit and with each of them, and the charge on each site that leads there."""
        yield float(np.minimum(self.rho[self.free], 0.0).sum()), np.zeros(self.rho.size)
        for size, room in zip(self.size, self.room, strict=True):
            total, charge = one_limit(self.rho[self.free], size[self.free], float(room))
            yield total, charge * size


def priced(question: Posed, multipliers: Floats, opened: Bools, closed: Bools) -> Priced:
    """What plans that open all of `opened` and none of `closed` pay under these multipliers."""
    usable = ~closed[question.site]
    certain: Certain | None = Certain(usable, np.zeros_like(usable), closed, question.gain[:, 0])
    if question.rank is not None:
        certain = narrowed(question, opened, closed)
    if certain is None:
        nothing = np.zeros(opened.size)
        return Priced(np.inf, nothing, nothing > 0, question.size, question.room)
    free = ~opened & ~certain.closed
    price = np.clip(np.nan_to_num(multipliers, nan=0.0, posinf=0.0, neginf=0.0), 0.0, question.most)
    if question.site_room is not None:
        base, rho = _of_loads(question, price, opened, certain)
    elif question.cost is None:
        base, rho = _of_counts(question, price, opened, free)
    else:
        base, rho = _of_costs(question, price, opened, free)
    room = question.room * (1.0 + _ROUNDING) + _ROUNDING - question.size[:, opened].sum(axis=1)
    size = question.size
    if question.site_room is not None and not np.isfinite(question.gain[:, 0]).all():
        size, room = _with_total_room(question, opened, size, room)
    # Differences of large sums: what rounding may have added is taken off.
    noise = 2.0 * _NOISE * (abs(base) + float(np.abs(rho).sum()))
    base += question.constant + float(question.open_cost[opened].sum())
    noise += _NOISE * (abs(base) + abs(question.constant))
    return Priced(base - noise if np.isfinite(noise) else base, question.open_cost + rho, free, size, room)


def _of_costs(question: Posed, price: Floats, opened: Bools, free: Bools) -> tuple[float, Floats]:
    assert question.cost is not None
    default = question.gain[:, 0].copy()
    sure = opened[question.site]
    np.minimum.at(default, question.row[sure], question.cost[sure])
    keep = free[question.site] & (question.cost < default[question.row])
    row, site, cost = question.row[keep], question.site[keep], question.cost[keep]
    has_choice = np.bincount(row, minlength=default.size) > 0
    paid = np.where(has_choice, np.minimum(default, price), default)
    saving = np.minimum(0.0, cost - paid[row])
    return float(paid.sum()), np.asarray(np.bincount(site, saving, minlength=free.size), dtype=np.float64)


def _of_counts(question: Posed, price: Floats, opened: Bools, free: Bools) -> tuple[float, Floats]:
    n, steps = question.gain.shape
    have = np.minimum(np.bincount(question.row[opened[question.site]], minlength=n), steps)
    keep = free[question.site]
    row, site = question.row[keep], question.site[keep]
    can = have + np.minimum(np.bincount(row, minlength=n), steps - have)
    k = np.arange(steps)
    within_reach = (k >= have[:, None]) & (k < can[:, None])
    lost = float(np.where(k >= can[:, None], question.gain, 0.0).sum())
    gain = _levelled(question.gain, within_reach)
    paid = np.where(within_reach, np.minimum(gain, price[:, None]), 0.0)
    # No step is worth more than its gain, so a higher price would only lower the bound.
    useful = np.minimum(price, np.where(within_reach, gain, 0.0).max(axis=1))
    earned = np.asarray(np.bincount(site, useful[row], minlength=free.size), dtype=np.float64)
    return lost + float(paid.sum()), -earned


def _levelled(gain: Floats, within_reach: Bools) -> Floats:
    """Where a second step gains more than the first, their mean for both: never less is paid for what is left open."""
    if gain.shape[1] < 2:
        return gain
    rising = within_reach.all(axis=1) & (gain[:, 1] > gain[:, 0])
    return np.where(rising[:, None], gain.mean(axis=1, keepdims=True), gain)


def _of_loads(question: Posed, price: Floats, opened: Bools, certain: Certain) -> tuple[float, Floats]:
    has_choice = np.bincount(question.row[certain.usable], minlength=price.size) > 0
    paid = np.where(has_choice, np.minimum(certain.gain, price), certain.gain)
    rho = -_best_fill(question, paid, certain)
    return float(paid.sum()) + float(rho[opened].sum()), rho


def _best_fill(question: Posed, paid: Floats, certain: Certain) -> Floats:
    """The most that each site can earn within its room: the rows it is nearest to, then the best per unit of weight."""
    assert question.cost is not None
    assert question.weight is not None
    assert question.site_room is not None
    worth = paid[question.row] - question.cost
    load = question.weight[question.row]
    with np.errstate(invalid="ignore"):
        pays = certain.usable & ~certain.nearest & (worth > 0) & (load > 0)
    order = np.flatnonzero(pays)
    order = order[np.lexsort((-worth[order] / load[order], question.site[order]))]
    starts = np.searchsorted(question.site[order], np.arange(question.open_cost.size + 1))
    sure = np.flatnonzero(certain.nearest)
    earned = np.bincount(question.site[sure], worth[sure], minlength=question.open_cost.size).astype(np.float64)
    taken = np.bincount(question.site[sure], load[sure], minlength=question.open_cost.size)
    for j in range(question.open_cost.size):
        part = order[starts[j] : starts[j + 1]]
        left = question.site_room[j] - taken[j] - (np.cumsum(load[part]) - load[part])
        earned[j] += float((worth[part] * np.clip(left / load[part], 0.0, 1.0)).sum())
    return earned


def _with_total_room(question: Posed, opened: Bools, size: Floats, room: Floats) -> tuple[Floats, Floats]:
    """One limit more: where everybody must be served, the open sites have room for everybody."""
    assert question.weight is not None
    assert question.site_room is not None
    must = float(question.weight[np.isinf(question.gain[:, 0])].sum())
    row = np.append(room, float(question.site_room[opened].sum()) - must)
    return np.vstack([size, -question.site_room]), row


def one_limit(rho: Floats, size: Floats, room: float) -> tuple[float, float]:
    """Least sum of rho with sum of size <= room, fractions allowed, and the charge t on a unit of room.

    sum_j min(0, rho_j + t size_j) - t room is a bound for every t >= 0; the best t is where the amount used passes
    the room. The sum is inf where no choice fits.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        turn = -rho / size
    turn = np.where((size != 0) & (turn > 0), turn, np.inf)
    within = (rho < 0) | ((rho == 0) & (size < 0))
    slope = float(size[within].sum()) - room
    if slope <= 0:
        return float(np.minimum(rho, 0.0).sum()), 0.0
    order = np.argsort(turn, kind="stable")
    order = order[np.isfinite(turn[order])]
    enough = np.flatnonzero(slope - np.cumsum(np.abs(size[order])) <= 1e-12 * (1.0 + abs(slope)))
    if enough.size == 0:
        return np.inf, 0.0
    charge = float(turn[order[enough[0]]])
    return float(np.minimum(0.0, rho + charge * size).sum()) - charge * room, charge


def joint_least(part: Priced) -> float:
    """The bound of a part with all limits at once; a linear program suggests the charges, valid for any."""
    alone = part.least()
    if part.room.size < 2 or not part.free.any() or not np.isfinite(alone):
        return alone
    rho, size = part.rho[part.free], part.size[:, part.free]
    found = linprog(rho, A_ub=size, b_ub=part.room, bounds=(0.0, 1.0), method="highs")
    if found.status == 2 or found.ineqlin.marginals is None:
        return alone
    charge = np.maximum(-found.ineqlin.marginals, 0.0)
    together = float(np.minimum(0.0, rho + charge @ size).sum() - charge @ part.room)
    return max(alone, part.base + together)

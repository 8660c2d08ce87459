"""The question as a board on which sites are moved: what every row pays, and what every floor still needs.

    value(S) = sum_i row_i(S) + sum_{j in S} open_cost_j,    sum_{j in S} size_kj <= room_k
    covered_g(S) = sum_i g_i [some site of S is near row i]  >=  needed_g

Rows are those of the problem, nothing is merged, so that groups of demand stay apart. A row is counted (it pays
gain_ik for each k beyond the number of its near open sites) or costed (it pays its cheapest open site, or its
default). Values are in the unit of the objective; the objective is `offset - value` where it is maximised.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from optimizers.arrays import Bools, Floats, Ints
from optimizers.coverage import near, needed_weight
from optimizers.equity import kappa_of, nearest_times
from optimizers.posing import limits_of
from optimizers.problem import Group, LocationProblem
from optimizers.request import Request

_LARGEST_EXPONENT = 600.0


@dataclass(frozen=True, eq=False)
class Layer:
    """Rows that pay by the number of their near open sites.

    Attributes:
        rows: which rows of the board they are.
        gain: (rows, steps + 1) what a row pays for each step it lacks, the last column 0.
        near: CSR (rows, sites) of ones, allowed sites within the threshold; by_site the same turned.
    """

    rows: Ints
    gain: Floats
    near: Any
    by_site: Any


@dataclass(frozen=True, eq=False)
class Board:
    """Everything that moving a site may change.

    Attributes:
        by_site: CSR (sites, rows) of ones, allowed sites within the threshold.
        counted: the rows that make the value of a covering model; None for costed rows.
        cost: CSR (sites, rows) of costed rows, cheaper pairs than the default only; else None.
        default: what a costed row pays without a site.
        groups, needed: the rows of each group with its weights, and how much of it must be covered.
        largest: the most weight of each group that is near one site.
        fixed: positions of the sites that stay open.
        free: True for each site that may be moved.
        dearest: no plan that serves all who must be served has a larger value.
        objective: the objective of a value, in the caller's words; value_at the other way round.
        unit: of the values here, in those that prices are given in: 1 but for Kolm-Pollak, see `price_of_time`.
    """

    by_site: Any
    counted: Layer | None
    cost: Any
    default: Floats
    open_cost: Floats
    size: Floats
    room: Floats
    groups: tuple[Layer, ...]
    needed: Floats
    largest: Floats
    fixed: Ints
    free: Bools
    dearest: float
    objective: Callable[[float], float]
    value_at: Callable[[float], float]
    unit: float = 1.0

    @property
    def n_sites(self) -> int:
        """Number of sites, free or not."""
        return self.free.size

    def counts(self, sites: Ints) -> Ints:
        """Number of these sites near each row."""
        return np.asarray(self.by_site[sites].sum(axis=0), dtype=np.int64).ravel()

    def shortfall(self, sites: Ints) -> Floats:
        """What each floor still needs; negative where there is more than needed."""
        counts = self.counts(sites)
        covered = [float(g.gain[counts[g.rows] > 0, 0].sum()) for g in self.groups]
        return np.asarray(self.needed - np.array(covered))

    def value(self, sites: Ints) -> float:
        """Value of opening exactly these sites (fixed ones among them)."""
        paid = float(self.open_cost[sites].sum())
        if self.counted is not None:
            gain = self.counted.gain[:, :-1]
            left = np.arange(gain.shape[1])[None, :] >= self.counts(sites)[self.counted.rows][:, None]
            return paid + float(gain[left].sum())
        return paid + float(self.nearest(sites)[0].sum())

    def nearest(self, sites: Ints) -> tuple[Floats, Floats, Ints]:
        """What each costed row pays, what it would pay without its cheapest site, and which site that is (-1: none)."""
        first, second = self.default.copy(), self.default.copy()
        who = np.full(self.default.size, -1, dtype=np.int64)
        for j in sites.tolist():
            rows, cost = _column(self.cost, j)
            closer = cost < first[rows]
            behind = ~closer & (cost < second[rows])
            second[rows[behind]] = cost[behind]
            second[rows[closer]] = first[rows[closer]]
            first[rows[closer]] = cost[closer]
            who[rows[closer]] = j
        return first, second, who

    @property
    def everything(self) -> Ints:
        """All sites that may be open."""
        return np.flatnonzero(self.free | np.isin(np.arange(self.n_sites), self.fixed))

    def keeps_floors(self, sites: Ints) -> bool:
        """True when every floor holds."""
        return bool((self.shortfall(sites) <= 0.0).all())

    def fits(self, sites: Ints) -> bool:
        """True when every limit holds."""
        return bool(np.all(self.size[:, sites].sum(axis=1) <= self.room * (1.0 + 1e-12)))


def _column(turned: Any, j: int) -> tuple[Ints, Floats]:
    held = slice(turned.indptr[j], turned.indptr[j + 1])
    return turned.indices[held], turned.data[held]


def floors_of(problem: LocationProblem, model: str, request: Request) -> tuple[Group, ...]:
    """The floors that ask for something; covering a share of everybody is one floor more, the last."""
    floors = tuple(problem.groups)
    if model == "set_cover" and float(request.options["cover_share"]) < 1.0:
        floors += (Group(problem.weight, float(request.options["cover_share"])),)
    return floors


def board_of(problem: LocationProblem, model: str, request: Request) -> Board:
    """Lay out a question of one of the models that know floors."""
    assert request.threshold_min is not None
    floors = floors_of(problem, model, request)
    held = [(problem.weight > 0), *(floor.weight > 0 for floor in floors)]
    asked = np.flatnonzero(np.any(held, axis=0))
    pairs = near(problem, request.threshold_min) & ~problem.closed_for_good[problem.travel_time_min.indices]
    close = _kept(problem, pairs)[asked]
    close.data[:] = 1.0
    size, room = limits_of(problem, request)
    gain, cost, default, dearest = _rows(problem, model, request, asked)
    objective, value_at = _words(problem, model, request)
    groups = tuple(_layer(close, _steps(floor.weight[asked])) for floor in floors)
    return Board(
        by_site=close.T.tocsr(), counted=None if gain is None else _layer(close, gain), cost=cost, default=default,
        open_cost=_open_cost(problem, model), size=size, room=room, groups=groups,
        needed=np.array([needed_weight(floor.floor, floor.weight) for floor in floors]),
        largest=np.array([float((g.by_site @ g.gain[:, 0]).max(initial=0.0)) for g in groups]),
        fixed=np.array(problem.fixed_open, dtype=np.int64), free=~problem.open_already & ~problem.closed_for_good,
        dearest=dearest, objective=objective, value_at=value_at,
        unit=_unit(problem, model, request),
    )  # fmt: skip


def _steps(*gains: Floats) -> Floats:
    """Gains of each row step by step, and nothing after the last one."""
    return np.stack([*gains, np.zeros_like(gains[0])], axis=1)


def _layer(close: Any, gain: Floats) -> Layer:
    rows = np.flatnonzero(gain.any(axis=1))
    near_rows = close[rows]
    return Layer(rows, gain[rows], near_rows, near_rows.T.tocsr())


def _kept(problem: LocationProblem, pairs: Bools) -> Any:
    times = problem.travel_time_min
    indptr = np.concatenate(([0], np.cumsum(pairs)))[times.indptr]
    return sparse.csr_array((times.data[pairs], times.indices[pairs], indptr), shape=times.shape)


def _open_cost(problem: LocationProblem, model: str) -> Floats:
    if model == "set_cover":
        return np.ones(problem.n_sites)
    if model == "fixed_charge":
        return np.where(problem.open_already, 0.0, problem.site_cost_yuan)
    return np.zeros(problem.n_sites)


def _rows(
    problem: LocationProblem, model: str, request: Request, asked: Ints
) -> tuple[Floats | None, Any, Floats, float]:
    """Gains of counted rows, or costs and defaults of costed ones; and the largest value of a proper plan."""
    weight, nothing = problem.weight[asked], np.zeros(0)
    if model == "max_coverage":
        return _steps(weight), None, nothing, float(weight.sum())
    if model == "backup_coverage":
        theta = float(request.options["backup_share"])
        return _steps((1.0 - theta) * weight, theta * weight), None, nothing, float(weight.sum())
    if model == "set_cover":
        must = (weight > 0) & (float(request.options["cover_share"]) >= 1.0)
        return _steps(must * (problem.n_sites + 1.0)), None, nothing, float(problem.n_sites)
    return (None, *_costed(problem, model, request, asked))


def _costed(problem: LocationProblem, model: str, request: Request, asked: Ints) -> tuple[Any, Floats, float]:
    """Weighted times, in yuan for fixed charges, exponentiated for Kolm-Pollak; turned by site."""
    times = problem.travel_time_min
    allowed = ~problem.closed_for_good[times.indices]
    cap = problem.unserved_cost
    if cap is not None:
        allowed &= times.data < cap
    cost = _kept(problem, allowed)[asked]
    weight, rate = problem.weight[asked], price_of_time(problem, model, request)
    cost.data = rate(cost.data) * np.repeat(weight, np.diff(cost.indptr))
    worst = np.zeros(asked.size)
    filled = np.diff(cost.indptr) > 0
    worst[filled] = np.maximum.reduceat(cost.data, cost.indptr[:-1][filled]) if filled.any() else 0.0
    if cap is None:
        dearest = float(worst.sum())
        default = np.where(weight > 0, 1.0 + 2.0 * dearest, 0.0)
    else:
        default = weight * float(rate(np.array([cap]))[0])
        dearest = float(default.sum())
    if model == "fixed_charge":
        dearest += float(problem.site_cost_yuan.sum())
    return cost.T.tocsr(), default, dearest


def _words(
    problem: LocationProblem, model: str, request: Request
) -> tuple[Callable[[float], float], Callable[[float], float]]:
    """The objective of a value, and the value of an objective."""
    total = float(problem.weight.sum())
    if model in ("max_coverage", "backup_coverage"):
        return lambda value: total - value, lambda objective: total - objective
    if model != "kolm_pollak" or total == 0.0:
        return lambda value: value, lambda objective: objective
    kappa, shift = _kappa_and_shift(problem, request)
    if kappa == 0.0:
        return lambda value: value / total, lambda objective: objective * total
    return (
        lambda value: shift + float(np.log(max(value, 1e-300) / total)) / kappa,
        lambda objective: total * float(np.exp(min(kappa * (objective - shift), _LARGEST_EXPONENT))),
    )


def _unit(problem: LocationProblem, model: str, request: Request) -> float:
    if model != "kolm_pollak":
        return 1.0
    kappa, shift = _kappa_and_shift(problem, request)
    return float(np.exp(min(kappa * shift, _LARGEST_EXPONENT)))


def _kappa_and_shift(problem: LocationProblem, request: Request) -> tuple[float, float]:
    """kappa, and the worst time with all sites open, from which times are counted before they are exponentiated."""
    best = nearest_times(problem, ~problem.closed_for_good)[problem.weight > 0]
    shift = float(best[np.isfinite(best)].max(initial=0.0))
    return kappa_of(problem, float(request.options["aversion"])), shift


def price_of_time(problem: LocationProblem, model: str, request: Request) -> Callable[[Floats], Floats]:
    """What a minute more costs one unit of weight, as a function of the minutes."""
    if model == "fixed_charge":
        factor = float(request.options["yuan_per_time"])
        return lambda minutes: factor * minutes
    kappa, shift = _kappa_and_shift(problem, request) if model == "kolm_pollak" else (0.0, 0.0)
    if kappa == 0.0:
        return lambda minutes: minutes
    return lambda minutes: np.exp(np.minimum(kappa * (minutes - shift), _LARGEST_EXPONENT))

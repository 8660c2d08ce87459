"""The question as a board on which sites are moved: what every row pays, and what every floor still needs.

    value(S) = sum_i row_i(S) + sum_{j in S} open_cost_j,    sum_{j in S} size_kj <= room_k
    covered_g(S) = sum_i g_i [some site of S is near row i]  >=  needed_g

Rows are those of the problem, nothing is merged, so that groups of demand stay apart. A row is counted (it pays
gain_ik for each k beyond the number of its near open sites) or costed (it pays its cheapest open site, or its
default). Values are in the unit of the objective; the objective is `offset - value` where it is maximised.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from optimizers.arrays import Bools, Floats, Ints
from optimizers.coverage import is_covered, needed_weight
from optimizers.equity import kappa_of, nearest_times
from optimizers.floors.tally import Rows, tally
from optimizers.median.rows import cheapest_first
from optimizers.posing import limits_of
from optimizers.problem import Group, LocationProblem
from optimizers.request import Request

_LARGEST_EXPONENT = 600.0
_KNOWN = 1000


@dataclass(frozen=True, eq=False)
class Board:
    """Everything that moving a site may change.

    Attributes:
        rows: of those of the problem that ask for something; in an order that only content decides.
        position: of each row in the problem.
        held, needed: all weight of each group, and how much of it must be covered.
        largest: the most weight of each group that is near one site.
        fixed: positions of the sites that stay open.
        free: True for each site that may be moved.
        dearest: no plan that serves all who must be served has a larger value.
        objective: the objective of a value, in the caller's words; value_at the other way round.
        known: what `totals` added up before, for a while.
        unit: of the values here, in those that prices are given in: 1 but for Kolm-Pollak, see `price_of_time`.
    """

    rows: Rows
    position: Ints
    open_cost: Floats
    size: Floats
    room: Floats
    held: Floats
    needed: Floats
    largest: Floats
    fixed: Ints
    free: Bools
    dearest: float
    objective: Callable[[float], float]
    value_at: Callable[[float], float]
    unit: float = 1.0
    known: dict[bytes, Floats] = field(default_factory=dict, repr=False)

    @property
    def n_sites(self) -> int:
        """Number of sites, free or not."""
        return self.free.size

    def added_up(self, sites: Ints, leaving: Ints) -> tuple[Floats, Floats]:
        """Value and covered weight of each group of a plan, and what its moves change, see `tally`."""
        place = np.full(self.n_sites, -1, dtype=np.int64)
        place[sites] = leaving.size + 1
        place[leaving] = np.arange(leaving.size)
        table = np.zeros((self.needed.size + 1, leaving.size + 2, self.n_sites + 1))
        total = np.zeros(self.needed.size + 1)
        tally(self.rows, place, table, total)
        total[0] += self.open_cost[sites].sum()
        if len(self.known) >= _KNOWN:
            self.known.clear()
        self.known[np.sort(sites).tobytes()] = total
        return total, table

    def totals(self, sites: Ints) -> Floats:
        """Value of opening exactly these sites (fixed ones among them), then the covered weight of each group."""
        known = self.known.get(np.sort(sites).tobytes())
        return self.added_up(sites, np.zeros(0, dtype=np.int64))[0] if known is None else known

    def shortfall(self, sites: Ints) -> Floats:
        """What each floor still needs; negative where there is more than needed."""
        return self.needed - self.totals(sites)[1:]

    def value(self, sites: Ints) -> float:
        """Value of opening exactly these sites (fixed ones among them)."""
        return float(self.totals(sites)[0])

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
    asked = _in_order(problem, floors)
    rows, dearest = _rows(problem, model, request, asked, floors)
    size, room = limits_of(problem, request)
    objective, value_at = _words(problem, model, request)
    held = np.array([float(np.sort(floor.weight).sum()) for floor in floors])
    return Board(
        rows=rows, position=asked, open_cost=_open_cost(problem, model), size=size, room=room, held=held,
        needed=np.array([needed_weight(floor.floor, floor.weight) for floor in floors]),
        largest=_largest(rows, len(floors), problem.n_sites),
        fixed=np.array(problem.fixed_open, dtype=np.int64), free=~problem.open_already & ~problem.closed_for_good,
        dearest=dearest, objective=objective, value_at=value_at, unit=_unit(problem, model, request),
    )  # fmt: skip


def _in_order(problem: LocationProblem, floors: tuple[Group, ...]) -> Ints:
    """Rows that ask for something, by a random mixture of their times, then by their weights."""
    weights = [problem.weight, *(floor.weight for floor in floors)]
    asked = np.flatnonzero(np.any([weight > 0 for weight in weights], axis=0))
    mixture = problem.travel_time_min @ np.random.default_rng(1).random(problem.n_sites)
    return asked[np.lexsort([*(weight[asked] for weight in weights), mixture[asked]])]


def _largest(rows: Rows, n_groups: int, n_sites: int) -> Floats:
    """The most weight of each group that is near one site."""
    largest = np.zeros(n_groups)
    near, row = near_pairs(rows)
    for g in range(n_groups):
        weight = weight_in(rows, g)[row]
        largest[g] = np.bincount(rows.site[near], weight, minlength=n_sites).max(initial=0.0)
    return largest


def near_pairs(rows: Rows) -> tuple[Ints, Ints]:
    """Places of the pairs within the threshold, and the row of each."""
    row = np.repeat(np.arange(rows.close.size), np.diff(rows.indptr))
    near = np.flatnonzero(np.arange(row.size) - rows.indptr[row] < rows.close[row])
    return near, row[near]


def weight_in(rows: Rows, g: int) -> Floats:
    """Weight of each row in one group."""
    held = np.flatnonzero(rows.group == g)
    weight = np.zeros(rows.close.size)
    weight[np.searchsorted(rows.start, held, side="right") - 1] = rows.weight[held]
    return weight


def _open_cost(problem: LocationProblem, model: str) -> Floats:
    if model == "set_cover":
        return np.ones(problem.n_sites)
    if model == "fixed_charge":
        return np.where(problem.open_already, 0.0, problem.site_cost_yuan)
    return np.zeros(problem.n_sites)


def _rows(
    problem: LocationProblem, model: str, request: Request, asked: Ints, floors: tuple[Group, ...]
) -> tuple[Rows, float]:
    """The rows, and the largest value of a proper plan."""
    assert request.threshold_min is not None
    limit = np.broadcast_to(np.asarray(request.threshold_min, dtype=np.float64), (problem.n_demand,))
    gains, costed = _gains(problem, model, request, asked), model not in _COUNTED
    cap = np.inf if problem.unserved_cost is None else problem.unserved_cost
    below = np.nextafter(np.maximum(limit, cap) if costed else limit, np.inf)
    times = problem.travel_time_min
    indptr, site, minutes = cheapest_first(
        times.indptr, times.indices, times.data, below, ~problem.closed_for_good, asked, np.ones(asked.size)
    )
    row = np.repeat(np.arange(asked.size), np.diff(indptr))
    close = np.bincount(row, is_covered(minutes, limit[asked][row]), minlength=asked.size).astype(np.int64)
    cost, dearest = np.zeros(minutes.size), _most(problem, model)
    if costed:
        rate = price_of_time(problem, model, request)
        cost = rate(np.minimum(minutes, cap)) * problem.weight[asked][row]
        gains, dearest = _defaults(problem, rate, asked, row, cost, float(_open_cost(problem, model).sum()))
    weights = np.array([floor.weight[asked] for floor in floors]).reshape(len(floors), asked.size).T
    of, group = np.nonzero(weights)
    start = np.searchsorted(of, np.arange(asked.size + 1)).astype(np.int64)
    return Rows(indptr, site, cost, close, gains, start, group.astype(np.int64), weights[of, group], costed), dearest


_COUNTED = ("max_coverage", "backup_coverage", "set_cover")


def _most(problem: LocationProblem, model: str) -> float:
    """The largest value of a proper plan, for counted rows."""
    return float(problem.n_sites if model == "set_cover" else np.sort(problem.weight).sum())


def _gains(problem: LocationProblem, model: str, request: Request, asked: Ints) -> Floats:
    """What counted rows pay for each step they lack."""
    weight = problem.weight[asked]
    if model == "backup_coverage":
        theta = float(request.options["backup_share"])
        return np.stack([(1.0 - theta) * weight, theta * weight], axis=1)
    if model == "set_cover":
        must = (weight > 0) & (float(request.options["cover_share"]) >= 1.0)
        return np.asarray(must * (problem.n_sites + 1.0))[:, None]
    return np.array(weight)[:, None]


def _defaults(
    problem: LocationProblem, rate: Callable[[Floats], Floats], asked: Ints, row: Ints, cost: Floats, opening: float
) -> tuple[Floats, float]:
    """What costed rows pay without a site, and the most that all of them and `opening` every site may cost."""
    weight = problem.weight[asked]
    if problem.unserved_cost is not None:
        default = weight * float(rate(np.array([problem.unserved_cost]))[0])
        return default[:, None], float(np.sort(default).sum()) + opening
    worst = np.zeros(asked.size)
    worst[row] = cost  # the last pair of each row is the dearest
    dearest = float(np.sort(worst).sum()) + opening
    return np.where(weight > 0, 1.0 + 2.0 * dearest, 0.0)[:, None], dearest


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
        # Everybody must be reached even where time has no price: 0 x inf is no number.
        return lambda minutes: np.where(
            np.isfinite(minutes), factor * np.where(np.isfinite(minutes), minutes, 0.0), np.inf
        )
    kappa, shift = _kappa_and_shift(problem, request) if model == "kolm_pollak" else (0.0, 0.0)
    if kappa == 0.0:
        return lambda minutes: minutes
    return lambda minutes: np.exp(np.minimum(kappa * (minutes - shift), _LARGEST_EXPONENT))

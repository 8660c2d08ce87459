"""The p-centre by bisection over the times that can be the worst (Minieka 1970), on few of the rows.

Each test asks whether p sites reach everyone within T minutes. It looks only at rows that have mattered so far:
where these cannot all be reached, nobody's plan reaches all; where they can, whoever is left out by the plan found
joins them. A test that ends without a proof steers the search but never raises the bound.

Lazy rows: Contardo, Iori & Kramer (2019), A scalable exact algorithm for the vertex p-center problem,
Computers & Operations Research 103.
"""

import math
from dataclasses import dataclass, replace

import numpy as np

from optimizers.arrays import Bools, Csr, Floats, Ints
from optimizers.centre.exact import cover_by_solver, essential_rows
from optimizers.centre.reach import Reach, farthest_first, part_of, reach_of, within
from optimizers.centre.refute import CoveredError, NoProofError, Refuter
from optimizers.centre.weighting import Cover, cover_all
from optimizers.certificate import BySolver, Certificate, Leaf, Step
from optimizers.clock import Clock
from optimizers.finding import Finding
from optimizers.problem import LocationProblem
from optimizers.request import Request

_OWN = "weighted swaps on few rows, Lagrangian bound, branch and bound"
_RECORD = 20_000_000  # multipliers that a certificate may hold
_OVER = "the time limit was reached."
_GAVE_UP = "the nodes allowed did not suffice."
_NEAR = 0.25  # of the gap: plans better by less than that are not looked for
_LONG = 200  # pairs looked at for each pair, at least, while there is no plan
_CLOSE = 1e-3  # of the best plan's worst time: near enough for the bound of one round


@dataclass(frozen=True)
class Effort:
    """How hard one round of tests tries.

    Attributes:
        work: of one search, about a nanosecond each.
        climb: steps of the climb of one bound.
        nodes: of the tree of one test.
        solver: share of the time left that a mixed-integer solver may take for what one tree leaves open.
    """

    work: int
    climb: int
    nodes: int
    solver: float = 0.0


_QUICK = Effort(2_000_000, 300, 10)
_EFFORTS = {
    "first": (Effort(300_000, 80, 0),),
    "quick": (_QUICK, Effort(0, 300, 10, 0.5)),
    "thorough": (_QUICK, Effort(20_000_000, 600, 10, 0.5), Effort(80_000_000, 600, 100, 1.0)),
}  # fmt: skip
_ENOUGH = {"first": 0.01, "quick": 0.01, "thorough": 0.0}  # a gap at which it stops of its own accord


@dataclass
class _Hunt:
    """What is known so far; the one thing in this file that changes.

    Attributes:
        low: no plan has a worst time (minutes) below it.
        high, sites: the best plan found; inf and None before there is one.
        rows, times: rows looked at, and their times below `high` to sites that may still open.
        fixed_min: time of every row to the sites that are open already.
        chosen, weight, random: where the search left off.
        step: why the largest time that was ruled out cannot be reached.
    """

    reach: Reach
    free: Bools
    most: int
    fixed_min: Floats
    rows: Ints
    times: Csr
    chosen: Bools
    weight: Ints
    random: int
    low: float
    high: float = math.inf
    sites: tuple[int, ...] | None = None
    step: Step | None = None
    reason: str = ""
    solver: str = _OWN


def prove_centre(problem: LocationProblem, request: Request, clock: Clock, *, closely: bool = False) -> Finding:
    """Bisect with quick tests first; a thorough request then bisects what they left undecided.

    `closely`: quick tests go on even within a gap that is enough.
    """
    reach = reach_of(problem)
    if reach.n_rows == 0:
        return Finding(tuple(problem.fixed_open), 0.0, "", "check of the data")
    if np.isinf(reach.nearest).any():
        return Finding(None, None, "", "check of the data")
    hunt = _first_look(problem, request, reach)
    try:
        gap = max(request.gap, _ENOUGH[request.effort])
        efforts = _EFFORTS[request.effort]
        # Within a gap one test decides, so that it is worth more than many of those in between.
        if closely and request.effort != "first":
            _narrow(problem, request, hunt, _QUICK, request.gap, clock)
        for effort in (*_EFFORTS["quick"], efforts[-1]) if gap and request.effort == "thorough" else efforts:
            _narrow(problem, request, hunt, effort, gap, clock)
    except KeyboardInterrupt:
        hunt.reason = "interrupted."
    if hunt.reason in ("", _GAVE_UP) and request.effort != "thorough":
        hunt.reason = f"stopped after search and bound, as effort {request.effort!r} asks."
    return _finding(problem, hunt)


def _first_look(problem: LocationProblem, request: Request, reach: Reach) -> _Hunt:
    """Farthest first, or the plan to begin from where that is better; some rows that lie far apart."""
    assert request.p is not None
    sites, rows = farthest_first(reach, request.p, 3 * request.p + 10)
    free = ~(problem.closed_for_good | problem.open_already)
    hunt = _Hunt(
        reach, free, request.p - len(problem.fixed_open), reach.assigned(problem.fixed_open)[0], rows,
        part_of(reach, rows, math.inf, free), np.zeros(problem.n_sites, dtype=np.bool_),
        np.ones(reach.n_rows, dtype=np.int64), request.seed, float(reach.nearest.max()),
    )  # fmt: skip
    _measure(hunt, sites)
    if request.start is not None:
        given = sorted({*problem.fixed_open, *request.start})
        if len(given) <= request.p:
            _measure(hunt, tuple(given))
    if hunt.sites is not None:
        sites = hunt.sites
    hunt.chosen[list(sites)] = True
    hunt.chosen &= free
    return hunt


def _measure(hunt: _Hunt, sites: tuple[int, ...]) -> tuple[Floats, Ints]:
    """Times of a plan for everybody; keeps the plan where it is the best."""
    minutes, cell = hunt.reach.assigned(sites)
    worst = float(minutes.max())
    if worst < hunt.high:
        hunt.high, hunt.sites = worst, sites
        hunt.times = part_of(hunt.reach, hunt.rows, worst, hunt.free)
    return minutes, cell


def _narrow(problem: LocationProblem, request: Request, hunt: _Hunt, effort: Effort, gap: float, clock: Clock) -> None:
    """Narrow the range between what is ruled out and what is reached; first upwards, then below what stayed open."""
    floor, open_from = hunt.low if effort.work else math.inf, math.inf
    while True:
        if math.isfinite(hunt.high) and hunt.high - hunt.low <= gap * hunt.high:
            hunt.reason = ""
            return
        if clock.is_up:
            hunt.reason = _OVER
            return
        values = _values(hunt, floor, hunt.high)
        upwards = values.size > 0 and (hunt.sites is None or hunt.high - values[0] > _NEAR * gap * hunt.high)
        if not upwards:
            if values.size == 0 and effort.work and math.isinf(open_from):
                hunt.low, hunt.reason = hunt.high, ""
                return
            values = _values(hunt, hunt.low, min(open_from, hunt.high))
            if values.size == 0 or min(open_from, hunt.high) - hunt.low < _CLOSE * hunt.high:
                return
        threshold = _next_to_test(hunt, values, 0.0 if upwards else max(gap, 1e-12))
        request.say(f"do {request.p} sites reach everyone within {threshold:g} minutes?")
        reached = _test(problem, hunt, effort if upwards else replace(effort, work=0), threshold, clock)
        if reached is False:
            beyond = _values(hunt, math.nextafter(threshold, math.inf), hunt.high)
            hunt.low = float(beyond[0]) if beyond.size else hunt.high
            open_from = math.inf if open_from < hunt.low else open_from
        elif reached is None:
            open_from = min(open_from, threshold)
        if upwards and not reached:
            floor = math.nextafter(threshold, math.inf)


def _next_to_test(hunt: _Hunt, values: Floats, gap: float) -> float:
    """The middle one; the one that is enough for the gap, where there is one and it was not left undecided."""
    if hunt.sites is None and gap == 0.0:
        return float(values[-1])  # the largest tells whether there is any plan at all
    enough = int(np.searchsorted(values, hunt.high * (1.0 - gap))) - 1
    return float(values[enough if gap > _CLOSE and 0 <= enough < values.size - 1 else (values.size - 1) // 2])


def _values(hunt: _Hunt, floor: float, below: float) -> Floats:
    """Distinct times from `floor` on and `below` another that can be the worst of the rows looked at."""
    both = np.concatenate((hunt.times.data, hunt.fixed_min[hunt.rows]))
    return np.unique(both[(both >= floor) & (both < below)])


def _test(problem: LocationProblem, hunt: _Hunt, effort: Effort, threshold: float, clock: Clock) -> bool | None:
    """Do p sites reach everyone within the threshold? None: it was left undecided."""
    while not clock.is_up:
        asking = hunt.fixed_min[hunt.rows] > threshold
        places, near = hunt.rows[asking], within(hunt.times[asking], threshold)
        # The first plan is worth a long search: without one the tests below say little.
        work = max(effort.work, _LONG * near.nnz) if hunt.sites is None else effort.work
        if not _covered(hunt, near, places, work):
            needed = essential_rows(near)
            ruled_out = _ruled_out(problem, hunt, effort, near[needed], places[needed], clock)
            if ruled_out is not False:
                return None if ruled_out is None else False
        if not _grown(problem, hunt, threshold):
            return True
    hunt.reason = _OVER
    return None


def _cover(near: Csr) -> Cover:
    turned = near.tocsc()
    parts = (near.indptr, near.indices, turned.indptr, turned.indices)
    return Cover(*(part.astype(np.int64) for part in parts))


def _covered(hunt: _Hunt, near: Csr, places: Ints, budget: int) -> bool:
    """Search on from where the last search ended; True when the sites chosen now cover all these rows."""
    weight = hunt.weight[places]
    missing, _, hunt.random = cover_all(_cover(near), hunt.free, hunt.chosen, weight, hunt.most, budget, hunt.random)
    hunt.weight[places] = weight
    return missing == 0


def _ruled_out(
    problem: LocationProblem, hunt: _Hunt, effort: Effort, near: Csr, places: Ints, clock: Clock
) -> bool | None:
    """True: it is proven that the rows cannot be covered. False: sites that cover them were met. None: undecided."""
    nodes = min(effort.nodes, _RECORD // problem.n_demand)
    refuter = Refuter(_cover(near), hunt.reach.position[places], problem.n_demand, clock, nodes)
    # The best multipliers make the largest column sums about 1, and their own sum about p.
    begin = np.full(places.size, max(hunt.most, 1) / max(places.size, 1))
    try:
        hunt.step = refuter.refute(hunt.free, hunt.most, begin, effort.climb)
    except CoveredError as met:
        hunt.chosen[:] = False
        hunt.chosen[list(met.sites)] = True
        return False
    except NoProofError:
        hunt.reason = _OVER if clock.is_up else _GAVE_UP
        return _by_solver(hunt, near, clock.left_s * effort.solver) if effort.solver and not clock.is_up else None
    return True


def _by_solver(hunt: _Hunt, near: Csr, seconds: float) -> bool | None:
    answer = cover_by_solver(near, hunt.most, seconds)
    hunt.solver = f"{_OWN}, {answer.solver}"
    if answer.sites is not None:
        hunt.chosen[:] = False
        hunt.chosen[list(answer.sites)] = True
        return False
    if answer.ruled_out:
        hunt.step = BySolver(math.inf, answer.solver)
        return True
    hunt.reason = f"the solver stopped: {answer.stopped_by}."
    return None


def _grown(problem: LocationProblem, hunt: _Hunt, threshold: float) -> bool:
    """Measure the chosen sites for everybody; from now on look at the worst row near each. False: all are reached."""
    sites = tuple(sorted({*problem.fixed_open, *np.flatnonzero(hunt.chosen).tolist()}))
    minutes, cell = _measure(hunt, sites)
    beyond = np.flatnonzero(minutes > threshold)
    if beyond.size == 0:
        return False
    worst_first = beyond[np.argsort(-minutes[beyond], kind="stable")]
    belongs = cell[worst_first]
    for at in np.flatnonzero(belongs < 0).tolist():  # nobody reaches it: its nearest site stands for where it lies
        belongs[at] = hunt.reach.n_sites + hunt.reach.closest(int(worst_first[at]))
    _, first = np.unique(belongs, return_index=True)
    hunt.weight[worst_first[first]] = max(1, int(hunt.weight[hunt.rows].mean()))
    hunt.rows = np.union1d(hunt.rows, worst_first[first])
    hunt.times = part_of(hunt.reach, hunt.rows, hunt.high, hunt.free)
    return True


def _finding(problem: LocationProblem, hunt: _Hunt) -> Finding:
    """The best plan and the least time that is not ruled out, with the proof."""
    nobody = hunt.sites is None and math.isinf(hunt.low)
    bound = None if nobody else min(hunt.low, hunt.high)
    proven = nobody or hunt.low >= hunt.high
    certificate = None if bound is None else _certificate(problem, hunt, bound)
    return Finding(hunt.sites, bound, "" if proven else hunt.reason, hunt.solver, certificate)


def _certificate(problem: LocationProblem, hunt: _Hunt, bound: float) -> Certificate:
    """The bound is the first time that may be the worst; the largest time before it is what was ruled out."""
    times = hunt.reach.by_row.data
    before = times[times < bound]
    if before.size == 0:
        return Certificate(bound, None)
    step = _hardest(problem, hunt.reach) if hunt.step is None else hunt.step
    return Certificate(bound, step, threshold_min=float(before.max()))


def _hardest(problem: LocationProblem, reach: Reach) -> Leaf:
    """The row whose nearest site is farthest: nobody can do anything about that."""
    multipliers = np.zeros(problem.n_demand)
    multipliers[reach.position[int(np.argmax(reach.nearest))]] = 1.0
    return Leaf(multipliers)

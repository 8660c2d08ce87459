"""Sites that cannot take everybody: too heavy rows, too few places in all, too few near some rows."""

import math

import numpy as np
from scipy import sparse
from scipy.sparse import csgraph

from optimizers.arrays import Bools, Floats, Ints
from optimizers.coverage import rows_of
from optimizers.infeasible.conflict import Conflict, named, sentence_of, ways
from optimizers.problem import LocationProblem
from optimizers.request import Request

_UNITS = 2.0**30  # whole units of flow that the demand is cut into
_HAIR = 1e-9  # of all demand: less than this is rounding


def too_full(problem: LocationProblem, request: Request) -> Conflict | None:
    """Everybody must be served, and the capacities alone do not allow it."""
    if not problem.weight.any():
        return None
    if request.options.get("choice") == "nearest" and (found := _too_heavy(problem)) is not None:
        return found
    return _too_small_in_all(problem, request) or _too_small_near_by(problem)


def _allowed_pairs(problem: LocationProblem) -> tuple[Ints, Ints]:
    """Rows in need and the allowed sites that they reach."""
    times = problem.travel_time_min
    places = np.flatnonzero(~problem.closed_for_good[times.indices])
    row, site = rows_of(times.indptr, places), times.indices[places].astype(np.int64)
    wanted = problem.weight[row] > 0
    return row[wanted], site[wanted]


def _too_heavy(problem: LocationProblem) -> Conflict | None:
    """A row that goes to one site as a whole is heavier than what any of its sites can take."""
    row, site = _allowed_pairs(problem)
    room = np.zeros(problem.n_demand)
    np.maximum.at(room, row, problem.capacity[site])
    rows = np.flatnonzero((problem.weight > room * (1.0 + _HAIR)) & (problem.weight > 0))
    if rows.size == 0:
        return None
    worst = int(rows[np.argmax(problem.weight[rows] - room[rows])])
    return Conflict(
        rows=tuple(rows.tolist()),
        sentence=sentence_of(
            f"{named('row', rows.tolist())} must go to one site as a whole, but no site in reach takes so much: "
            f"row {worst} weighs {problem.weight[worst]:.10g}, and its largest site takes {room[worst]:.10g}"
        ),
        mend=ways(f"row {worst} needs a site in reach that takes {problem.weight[worst]:.10g} or more"),
    )


def _too_small_in_all(problem: LocationProblem, request: Request) -> Conflict | None:
    """The largest sites that may open together take less than everybody."""
    demand = float(problem.weight.sum())
    free = ~(problem.closed_for_good | problem.open_already)
    order = np.flatnonzero(free)[np.argsort(-problem.capacity[free], kind="stable")]
    count = order.size if request.p is None else min(order.size, request.p - len(problem.fixed_open))
    rooms = problem.capacity[list(problem.fixed_open)].sum() + np.concatenate(
        ([0.0], np.cumsum(problem.capacity[order]))
    )
    room = float(rooms[count])
    if room >= demand * (1.0 - _HAIR):
        return None
    sites = sorted({*problem.fixed_open, *order[:count].tolist()})
    enough = np.flatnonzero(rooms >= demand * (1.0 - _HAIR))
    least = f"p must be {enough[0] + len(problem.fixed_open)} or more" if enough.size else ""
    return Conflict(
        sites=tuple(sites),
        sentence=sentence_of(
            f"at most {room:.10g} can be served, by {named('site', sites)}; the demand is {demand:.10g}"
        ),
        mend=ways(least, f"{demand - room:.10g} or more of capacity is missing"),
    )


def _too_small_near_by(problem: LocationProblem) -> Conflict | None:
    """Rows that weigh more than all sites in their reach take: a minimum cut (Ford & Fulkerson 1956) names them."""
    row, site = _allowed_pairs(problem)
    rows = _cut_off(problem.weight, problem.capacity, row, site)
    sites = np.unique(site[rows[row]])
    demand, room = float(problem.weight[rows].sum()), float(problem.capacity[sites].sum())
    short = demand - room
    if short <= _HAIR * float(problem.weight.sum()):
        return None
    which = np.flatnonzero(rows).tolist()
    return Conflict(
        rows=tuple(which),
        sites=tuple(sites.tolist()),
        sentence=sentence_of(
            f"{named('row', which)} reach only {named('site', sites.tolist())}, which together take {room:.10g}; "
            f"the demand there is {demand:.10g}"
        ),
        mend=ways(f"{short:.10g} or more of capacity is missing at sites in their reach"),
    )


def _cut_off(weight: Floats, capacity: Floats, row: Ints, site: Ints) -> Bools:
    """The rows on the source's side of a minimum cut; none where everybody finds a place."""
    n, m = weight.size, capacity.size
    unit = _UNITS / float(weight.sum())
    # Rounded so that no shortage appears where there is none: demand down, room up.
    demand = np.floor(weight * unit)
    room = np.minimum(np.ceil(capacity * unit), _UNITS)
    source, sink = n + m, n + m + 1
    tail = np.concatenate((np.full(n, source), row, n + np.arange(m)))
    head = np.concatenate((np.arange(n), n + site, np.full(m, sink)))
    most = np.concatenate((demand, demand[row], room)).astype(np.int32)
    graph = sparse.csr_array((most, (tail, head)), shape=(n + m + 2, n + m + 2))
    graph.eliminate_zeros()
    flow = csgraph.maximum_flow(graph, source, sink)
    cut = np.zeros(n, dtype=np.bool_)
    if flow.flow_value >= math.floor(demand.sum()):
        return cut
    left = sparse.csr_array(graph - flow.flow)
    left.data[left.data < 0] = 0
    left.eliminate_zeros()
    reached = csgraph.breadth_first_order(left, source, return_predecessors=False)
    cut[reached[reached < n]] = True
    return cut

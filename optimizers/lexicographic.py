"""The worst off first, then the next: plans compared level by level (lexicographic minimax).

Write F(T) for the weight of the rows whose nearest open site is more than T minutes away.

| question | compared, in this order |
|----------|-------------------------|
| levels = (T1, T2, ...) | F(T1), then F(T2), ...: first as few as possible beyond T1; the largest time first |
| no levels | worst time T1; weight at that time; worst time T2 of the others; weight at T2 or beyond; and so on |

Without levels, `depth` pairs of a time and a weight are found. Each level is the best possible while all the levels
before keep what they reached; its bound holds under that condition. Rows that no site reaches count as beyond every
level that was given; without levels there is no plan then.

A weight level is a covering problem in which each row stands once for the level sought and once for each held level:
there at a price high enough to keep the level, where few people lie beyond it, or as a floor. A time level is first
a p-centre in which the rows that may be the held worst ones are free to be, which is exact wherever few rows share
the worst time.

Ogryczak (1997), On the lexicographic minimax approach to location problems, European Journal of Operational
Research 100; Marsh & Schilling (1994), Equity measurement in facility location analysis, same journal 74.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import replace

import numpy as np
from scipy import sparse

from optimizers.arrays import Bools, Floats
from optimizers.centre import prove_centre
from optimizers.centre.exact import essential_rows
from optimizers.centre.reach import Reach, reach_of, within
from optimizers.clock import Clock
from optimizers.cover.pose import pose_max_coverage
from optimizers.descent import INTERRUPTED, OVER, Descent, Hold, Level
from optimizers.finding import Finding
from optimizers.floors import solve_with_floors
from optimizers.problem import Group, LocationProblem
from optimizers.prove import prove
from optimizers.request import Request
from optimizers.solution import PROOF_TOLERANCE, relative_gap

DEPTH = 3
_PRICE = 4.0  # how much dearer a unit of weight is from level to level, the level sought last
_FEW = 0.01  # share of the weight: levels that leave out no more in all are held by prices
_SHARE = 0.7  # of the time left that one level may use


def prove_lexicographic(problem: LocationProblem, request: Request, clock: Clock) -> Finding:
    """Level after level; `Finding.levels` tells what each reached.

    Once the time is up, or the user interrupts, the levels that are left are read off the best plan.
    """
    levels = tuple(float(minutes) for minutes in request.options.get("levels", ()))
    reach = reach_of(problem)
    if levels:
        return _by_given_levels(problem, request, clock, reach, levels)
    closely = request.effort == "thorough" and request.gap == 0.0
    first = prove_centre(problem, request, clock.part(_SHARE), closely=closely)
    if first.sites is None or first.bound is None or reach.n_rows == 0:
        return first
    descent = _begun(problem, request, clock, reach, first.sites)
    descent.heed(first.solver, first.reason)
    worst = float(descent.nearest.max())
    status = "optimal" if first.bound >= worst else "feasible"
    descent.note(Level(worst, 0.0, first.bound, status, "minutes"), first.reason)
    depth = int(request.options.get("depth", DEPTH))
    _worked_off(descent, lambda: _worst_first(descent, depth))
    return replace(_finding(descent), bound=first.bound, certificate=first.certificate)


def _worked_off(descent: Descent, work: Callable[[], None]) -> None:
    """Work that takes up where it was left: after an interrupt it reads the levels that are left off the plan."""
    try:
        work()
    except KeyboardInterrupt:
        descent.interrupted = True
        work()


def _worst_first(descent: Descent, depth: int) -> None:
    """A weight after each time and a time after each weight, until there are `depth` of both or nothing is left."""
    more = True
    while more and len(descent.levels) < 2 * depth:
        more = _next_weight(descent) if descent.levels[-1].sought == "minutes" else _next_time(descent)


def _weights_beyond(descent: Descent, levels: tuple[float, ...]) -> None:
    """The least weight beyond each of the given times that has none yet."""
    for minutes in levels[len(descent.levels) :]:
        _weight_level(descent, minutes, 0.0)


def _begun(problem: LocationProblem, request: Request, clock: Clock, reach: Reach, sites: tuple[int, ...]) -> Descent:
    nearest, _ = reach.assigned(sites)
    return Descent(problem, request, clock, reach, problem.weight[reach.position], sites, nearest)


def _finding(descent: Descent) -> Finding:
    solver = ", ".join(descent.solvers) or "check of the data"
    return Finding(descent.sites, descent.levels[0].bound, _reason(descent), solver, levels=tuple(descent.levels))


def _reason(descent: Descent) -> str:
    """Which levels are not proven, and why the first of them is not; "" where all are."""
    open_still = [str(k + 1) for k, level in enumerate(descent.levels) if level.status != "optimal"]
    if not open_still or descent.interrupted:
        return INTERRUPTED if open_still else ""
    name = "levels" if len(open_still) > 1 else "level"
    return f"{name} {', '.join(open_still)} of {len(descent.levels)} not proven: {descent.reason}"


def _by_given_levels(
    problem: LocationProblem, request: Request, clock: Clock, reach: Reach, levels: tuple[float, ...]
) -> Finding:
    """Least weight beyond each given time, the largest time first."""
    start = request.start if request.start is not None else problem.fixed_open
    sites = tuple(sorted({*problem.fixed_open, *start}))
    assert request.p is not None
    descent = _begun(problem, request, clock, reach, sites if len(sites) <= request.p else tuple(problem.fixed_open))
    _worked_off(descent, lambda: _weights_beyond(descent, tuple(dict.fromkeys(levels))))
    return _finding(descent)


def _next_weight(descent: Descent) -> bool:
    """Make the weight at the worst time of those not held yet as small as possible; False: no time is shorter."""
    worst = descent.holds[-1]
    times = descent.reach.by_row.data
    before = times[times < worst.minutes]
    if before.size == 0:
        return False
    minutes = float(before.max())
    least = 0.0
    if descent.exact:
        # Where a level is not proven, another plan may have less beyond it, and so less beyond the next.
        at_worst = _rows_at(descent.reach, worst.minutes)
        least = worst.weight + (float(descent.weight[at_worst].min()) if at_worst.any() else 0.0)
    _weight_level(descent, minutes, least)
    return True


def _rows_at(reach: Reach, minutes: float) -> Bools:
    """Rows that have some site at exactly this time."""
    found = np.zeros(reach.n_rows, dtype=np.bool_)
    pairs = np.flatnonzero(reach.by_row.data == minutes)
    found[np.searchsorted(reach.by_row.indptr, pairs, side="right") - 1] = True
    return found


def _weight_level(descent: Descent, minutes: float, least: float) -> None:
    """Least weight beyond a time, the held levels kept; nothing below `least` is possible, as is known already."""
    reason = descent.halt()
    if not reason and _is_open(descent, minutes, least):
        bound, reason = _lightened(descent, minutes, descent.clock.part(_SHARE))
        least = max(least, bound)
        if not reason and descent.request.gap == 0.0 and _is_open(descent, minutes, least):
            # The floors' engine is content with a millionth of all, which may be much of what lies beyond.
            bound, reason, _ = _by_prices(descent, minutes, descent.clock.part(_SHARE))
            least = max(least, bound)
    reached = descent.beyond(minutes)
    status = "feasible" if _is_open(descent, minutes, least) else "optimal"
    least = min(_rounded(descent.weight, least), reached)
    descent.note(Level(minutes, reached, least, status, "weight"), reason)


def _is_open(descent: Descent, minutes: float, least: float) -> bool:
    """True when the best plan's weight beyond a time is not proven to be the least by such a bound."""
    reached = descent.beyond(minutes)
    least = min(_rounded(descent.weight, least), reached)
    return relative_gap(reached, least, float(descent.weight.sum())) > 0.0


def _rounded(weight: Floats, bound: float) -> float:
    """Up to the next multiple of the largest power of two that divides all weights, where there is one worth it."""
    if not math.isfinite(bound):
        return bound
    for halvings in range(12):
        step = 2.0**-halvings
        if np.all(weight == step * np.rint(weight / step)):
            return float(step * math.ceil(bound / step - 1e-3))
    return bound


def _lightened(descent: Descent, minutes: float, clock: Clock) -> tuple[float, str]:
    """Search for a plan with less weight beyond a time; a bound on it, and why that is not proven to be the least."""
    descent.request.say(f"least weight beyond {minutes:g} minutes")
    best, reason = -math.inf, ""
    if sum(hold.weight for hold in descent.holds) <= _FEW * float(descent.weight.sum()):
        best, reason, kept = _by_prices(descent, minutes, clock)
        if kept or clock.is_up or descent.interrupted:
            return best, reason
    bound, reason = _by_floors(descent, minutes, clock)
    return max(best, bound), reason


def _by_prices(descent: Descent, minutes: float, clock: Clock) -> tuple[float, str, bool]:
    """Held levels at a price, the earlier the dearer; bound, why it is no better, and whether the levels were kept.

    A plan that breaks no held level is the best one that keeps them, whatever the price was.
    """
    soft = [hold for hold in reversed(descent.holds) if hold.weight > 0.0]
    prices = [1.0, *(_PRICE ** (k + 1) for k in range(len(soft)))]
    paid = math.fsum(price * hold.weight for price, hold in zip(prices[1:], soft, strict=True))
    asked = replace(descent.request, threshold_min=0.0, options={}, start=descent.sites, progress=None)
    core = pose_max_coverage(_stacked(descent, [Hold(minutes, math.inf), *soft], prices), asked)
    # Counted in the weight sought, so that this is what a proof has to be near.
    core = replace(core, sign=-core.sign, offset=-paid)
    proof = prove(core, asked, clock)
    descent.heed(proof.solver, proof.reason)
    kept = _offered(descent, minutes, (*core.opened, *proof.plan.sites.tolist()))
    return core.objective(proof.lower), proof.reason, kept


def _by_floors(descent: Descent, minutes: float, clock: Clock) -> tuple[float, str]:
    """Held levels as floors of maximum coverage; the bound, and why it is no better."""
    request, total = descent.request, float(descent.weight.sum())
    # The floors' engine counts what is covered, of which the weight sought is often a small part.
    near = request.gap * descent.beyond(minutes) / max(total, 1e-300)
    effort = "thorough" if request.effort == "thorough" else "first"
    asked = replace(
        request, threshold_min=0.0, options={}, start=descent.sites, progress=None, gap=near, effort=effort
    )  # fmt: skip
    found = solve_with_floors(_floored(descent, minutes), "max_coverage", asked, clock)
    descent.heed(found.solver, found.reason)
    if found.sites is not None:
        _offered(descent, minutes, found.sites)
    reason = found.reason
    if effort != request.effort and reason not in ("", INTERRUPTED, OVER):
        # The floors' engine names the effort that it was asked for here, not the user's.
        reason = f"stopped after search and bound, as effort {request.effort!r} asks."
    return (-math.inf if found.bound is None else total - found.bound), reason


def _offered(descent: Descent, minutes: float, sites: Iterable[int]) -> bool:
    """Take a plan that keeps the levels and has less weight beyond a time; False when it breaks a level."""
    chosen = tuple(sorted({*descent.problem.fixed_open, *sites}))
    nearest, _ = descent.reach.assigned(chosen)
    kept = descent.keeps(nearest)
    if kept and descent.beyond(minutes, nearest) < descent.beyond(minutes):
        descent.take(chosen, nearest)
    return kept


def _hard(descent: Descent) -> float:
    """The time within which everybody must be by now; inf where there is none."""
    return min((hold.minutes for hold in descent.holds if hold.weight == 0.0), default=math.inf)


def _stacked(descent: Descent, asked: list[Hold], prices: list[float]) -> LocationProblem:
    """Covering rows, level under level: weight x price is covered where a site is within the level's time.

    Rows that must be near weigh more than the best plan leaves uncovered in all.
    """
    times, hard = descent.reach.by_row, _hard(descent)
    tables = [within(times, hold.minutes) for hold in asked]
    weights = [price * descent.weight for price in prices]
    if math.isfinite(hard):
        near = within(times, hard)
        near = near[essential_rows(near)]
        left_out = sum(price * descent.beyond(hold.minutes) for price, hold in zip(prices, asked, strict=True))
        tables.append(near)
        weights.append(np.full(near.shape[0], 2.0 ** math.ceil(math.log2(left_out + 1.0))))
    problem, table = descent.problem, sparse.vstack(tables, format="csr")
    return LocationProblem(np.concatenate(weights), table, fixed_open=problem.fixed_open, forbidden=problem.forbidden)


def _floored(descent: Descent, minutes: float) -> LocationProblem:
    """Covering rows of the level sought, and without weight those of each held level, which have a floor."""
    times, total = descent.reach.by_row, float(descent.weight.sum())
    tables, held = [within(times, minutes)], list[tuple[Floats, float]]()
    for hold in descent.holds:
        near, weight, share = within(times, hold.minutes), descent.weight, 1.0 - hold.weight / total
        if hold.weight == 0.0:
            near = near[essential_rows(near)]
            weight = np.ones(near.shape[0])
        tables.append(near)
        held.append((weight, share))
    n, start, groups = sum(table.shape[0] for table in tables), tables[0].shape[0], []
    for weight, share in held:
        whole = np.zeros(n)
        whole[start : start + weight.size] = weight
        groups.append(Group(whole, share))
        start += weight.size
    sought = np.concatenate((descent.weight, np.zeros(n - descent.weight.size)))
    problem, table = descent.problem, sparse.vstack(tables, format="csr")
    return LocationProblem(sought, table, fixed_open=problem.fixed_open, forbidden=problem.forbidden, groups=groups)


def _next_time(descent: Descent) -> bool:
    """Make the worst time of those beyond no held level as small as possible; False: no time is shorter."""
    weight, minutes = descent.holds[-1].weight, descent.holds[-1].minutes
    reason = descent.halt()
    upper = min(minutes, descent.time_of(weight))
    must = descent.weight > weight * (1.0 + 1e-12)
    lower = float(descent.reach.nearest[must].max(initial=0.0))
    if lower < upper and not reason:
        bound, reason = _relaxed_time(descent, must, descent.clock.part(0.5))
        lower = max(lower, bound)
        upper = min(upper, descent.time_of(weight))
        if lower < upper and not descent.interrupted:
            lower, reason = _bisected(descent, weight, lower, upper, descent.clock.part(_SHARE))
            upper = min(upper, descent.time_of(weight))
    lower = min(lower, upper)
    status = "optimal" if lower >= upper else "feasible"
    descent.note(Level(upper, weight, lower, status, "minutes"), reason)
    return upper > 0.0


def _relaxed_time(descent: Descent, must: Bools, clock: Clock) -> tuple[float, str]:
    """A bound by the p-centre in which rows that may be held worst ones are content with the time they hold.

    A row heavier than what may lie beyond cannot be one. Where all levels are proven, the rows beyond the next time
    are exactly those at the held worst times, so only rows that have a site at such a time can be one.
    """
    content = np.where(must, 0.0, descent.holds[0].minutes)
    if descent.exact:
        content = np.zeros(must.size)
        for level in reversed([level for level in descent.levels if level.sought == "minutes"]):
            content[~must & _rows_at(descent.reach, level.minutes)] = level.minutes
    times = descent.reach.by_row
    rows = np.repeat(np.arange(must.size), np.diff(times.indptr))
    minutes = np.where(times.data <= content[rows], 0.0, times.data)
    table = sparse.csr_array((minutes, times.indices, times.indptr), shape=times.shape)
    problem = descent.problem
    relaxed = LocationProblem(np.ones(must.size), table, fixed_open=problem.fixed_open, forbidden=problem.forbidden)
    found = prove_centre(relaxed, replace(descent.request, start=descent.sites, options={}, progress=None), clock)
    descent.heed(found.solver, found.reason)
    if found.sites is not None:
        nearest, _ = descent.reach.assigned(found.sites)
        weight = descent.holds[-1].weight
        if descent.keeps(nearest) and descent.time_of(weight, nearest) < descent.time_of(weight):
            descent.take(found.sites, nearest)
    return found.bound if found.bound is not None else 0.0, found.reason


def _bisected(descent: Descent, weight: float, lower: float, upper: float, clock: Clock) -> tuple[float, str]:
    """Bisect over the times between by the least weight beyond each; the bound, and why it is no better."""
    values = np.unique(descent.reach.by_row.data)
    values = values[(values >= lower) & (values <= upper)]
    low, high = 0, values.size - 1
    held = list(descent.holds)
    try:
        while low < high:
            # Plans met on the way may not lose what is reached already.
            descent.hold(float(values[high]), weight)
            middle = (low + high) // 2
            bound, reason = _lightened(descent, float(values[middle]), clock)
            high = min(high, int(np.searchsorted(values, descent.time_of(weight))))
            if descent.interrupted:
                return float(values[low]), INTERRUPTED
            if high <= middle:
                continue
            if not _rounded(descent.weight, bound) > weight * (1.0 + PROOF_TOLERANCE):
                return float(values[low]), reason or "stopped just short of a proof."
            low = middle + 1
            if clock.is_up:
                return float(values[low]), OVER
    finally:
        descent.holds = held
    return float(values[low]), ""

"""Every limit that a plan breaks, found from its arrays alone; knows nothing of how the plan was made.

Each check is named as the fault that it finds and yields a sentence for every place where it does. A limit is broken
when it is passed by more than `tolerance` x max(1, |limit|); years and states are compared exactly.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy import sparse

from optimizers.arrays import Bools
from optimizers.network.problem import BARRED, FREE, STANDS, NetworkProblem
from optimizers.network.recount import Recount
from optimizers.network.solution import NEVER, NetworkSolution

MINIMISED = ("least_cost", "fewest_sites", "least_regret")
KINDS = ("capital", "running cost")


@dataclass(frozen=True)
class _Case:
    """A problem, a plan, the plan counted anew, and how much is forgiven."""

    p: NetworkProblem
    plan: NetworkSolution
    count: Recount
    tolerance: float
    give: float | None

    def passes(self, value: object, most: object) -> Bools:
        """Where a value is beyond the most it may be."""
        value, most = np.broadcast_arrays(np.asarray(value, dtype=float), np.asarray(most, dtype=float))
        room = self.tolerance * np.where(np.isfinite(most), np.maximum(1.0, np.abs(most)), 0.0)
        return ~(value <= most + room)


def broken(
    problem: NetworkProblem, solution: NetworkSolution, tolerance: float = 1e-6, give: float | None = None
) -> list[str]:
    """Every limit that a plan breaks and every number of it that is not what its arrays amount to; [] for none.

    Args:
        problem: the question.
        solution: the answer; one without a plan (objective None) breaks nothing.
        tolerance: forgiven share of each limit, and of 1 for smaller ones.
        give: share that later aims were allowed to take from the earlier ones; None: this is not checked.

    The regret is only recounted when the stages "season_0", "season_1", ... say what each season could reach alone.
    """
    if solution.objective is None:
        return []
    misshapen = list(_arrays_of_the_wrong_shape(problem, solution))
    if misshapen:
        return misshapen
    case = _Case(problem, solution, Recount(problem, solution), tolerance, give)
    return [fault for check in CHECKS for fault in check(case)]


def _arrays_of_the_wrong_shape(p: NetworkProblem, plan: NetworkSolution) -> Iterator[str]:
    seasons, rows = len(p.reach), len(p.units)
    tables = [np.shape(table) for year in plan.served for table in year]
    asked = (
        ("form_year", np.shape(plan.form_year), (len(p.form_site),)),
        ("module_year", np.shape(plan.module_year), (len(p.module_site),)),
        ("served", [len(year) for year in plan.served], [seasons] * p.years),
        ("served", tables, [(rows, len(p.site_group))] * (p.years * seasons)),
        ("at_home", np.shape(plan.at_home), (p.years, seasons, rows)),
        ("paid", np.shape(plan.paid), (len(p.money), p.years, p.groups, 2)),
    )
    for name, found, needed in asked:
        if found != needed:
            yield f"{name} has the shape {found}; needed: {needed}."


def states_passed_over(case: _Case) -> Iterator[str]:
    """What stands has year 0, what is barred never opens, the rest opens within the years or never."""
    p = case.p
    for what, years, states in (
        ("form", case.plan.form_year, p.form_state),
        ("module", case.plan.module_year, p.module_state),
    ):
        for i, (year, state) in enumerate(zip(years, states, strict=True)):
            allowed = {STANDS: [0], BARRED: [NEVER], FREE: range(NEVER, p.years)}[int(state)]
            if year not in allowed:
                yield f"{what} {i} opens in year {year}; its state {state} allows {list(allowed)}."


def deliveries_out_of_reach(case: _Case) -> Iterator[str]:
    """Units at a site that may not serve the row in that season, or at home where no rounds go."""
    for t, year in enumerate(case.plan.served):
        for a, table in enumerate(year):
            stored = sparse.csr_array(case.p.reach[a], copy=True)
            stored.data = np.ones_like(stored.data)
            outside = sparse.coo_array(table - stored.multiply(table))
            for r, j, units in zip(*outside.coords, outside.data, strict=True):
                if case.passes(abs(units), 0.0):
                    yield f"year {t}, season {a}: row {r} gets {units:g} units at site {j}, which may not serve it."
    never = np.flatnonzero(~np.isfinite(np.asarray(case.p.round_yuan, dtype=float)))
    for t, a, n in np.argwhere(case.passes(np.abs(case.plan.at_home[:, :, never]), 0.0)):
        yield f"year {t}, season {a}: row {never[n]} is served at home, where no rounds go."


def deliveries_below_nothing(case: _Case) -> Iterator[str]:
    """Negative or unknown units and payments."""
    tables = [table.data for year in case.plan.served for table in year]
    for name, values in (("served", np.concatenate(tables)), ("at_home", case.plan.at_home), ("paid", case.plan.paid)):
        if case.passes(-values, 0.0).any():
            yield f"{name} holds numbers below 0 or unknown ones."


def people_served_twice(case: _Case) -> Iterator[str]:
    """More units delivered to a row than it needs."""
    total = case.count.at_sites + case.plan.at_home
    for t, a, r in np.argwhere(case.passes(total, case.p.units)):
        yield f"year {t}, season {a}: row {r} gets {total[t, a, r]:g} units of {case.p.units[r]:g} needed."


def sites_beyond_capacity(case: _Case) -> Iterator[str]:
    """More units of a service at a site than its modules can give in that season and year."""
    for s in range(case.p.services):
        capacity = case.count.capacity(s)
        for t, a in np.ndindex(case.p.years, len(case.p.reach)):
            load = case.count.load(t, a, s)
            for j in np.flatnonzero(case.passes(load, capacity[t])):
                yield f"year {t}, season {a}: site {j} gives {load[j]:g} of service {s}, has {capacity[t, j]:g}."


def modules_without_a_building(case: _Case) -> Iterator[str]:
    """A new module on at a site where no form is open yet."""
    housed = case.count.open_sites[:, np.asarray(case.p.module_site, dtype=np.int64)]
    for t, k in np.argwhere(case.count.new_modules & ~housed):
        yield f"year {t}: module {k} is on at site {case.p.module_site[k]}, where no form is open."


def two_new_forms(case: _Case) -> Iterator[str]:
    """More than one free form at a site."""
    counts = case.count.by_site(case.p.form_site, case.count.new_forms.astype(float))
    for t, j in np.argwhere(counts > 1):
        yield f"year {t}: {counts[t, j]:g} new forms are open at site {j}."


def sites_too_small(case: _Case) -> Iterator[str]:
    """Modules that need more space than the forms of the site give."""
    given = case.count.by_site(case.p.form_site, case.count.forms * np.asarray(case.p.form_space))
    taken = case.count.by_site(case.p.module_site, case.count.modules * np.asarray(case.p.module_space))
    for t, j in np.argwhere(case.passes(taken, given)):
        yield f"year {t}: modules at site {j} need {taken[t, j]:g} m2 of {given[t, j]:g}."


def points_without_a_centre(case: _Case) -> Iterator[str]:
    """A new form that needs one of some sites open, and none is."""
    needs = sparse.csr_array(case.p.form_needs)
    for t, f in np.argwhere(case.count.new_forms):
        centres = needs.indices[needs.indptr[f] : needs.indptr[f + 1]]
        if centres.size and not case.count.open_sites[t, centres].any():
            yield f"year {t}: form {f} is open, and none of the sites {centres.tolist()} that it needs."


def staff_overdrawn(case: _Case) -> Iterator[str]:
    """More of a resource drawn than the pool has, or a module that draws where there is no pool."""
    pool = np.asarray(case.p.pool, dtype=float)
    for h, resource in np.ndindex(pool.shape[0], pool.shape[1]):
        drawn = case.count.staff(h, resource)
        for t in np.flatnonzero(case.passes(drawn, pool[h, resource])):
            yield f"year {t}: pool {h} gives {drawn[t]:g} of resource {resource}, has {pool[h, resource]:g}."
    for k in np.flatnonzero(case.count.new_modules.any(axis=0)):
        if case.p.site_pool[case.p.module_site[k]] < 0 and (np.asarray(case.p.module_use)[k] > 0).any():
            yield f"module {k} needs staff, and its site has no pool."


def bills_not_met(case: _Case) -> Iterator[str]:
    """Costs that are not paid in full, or paid twice."""
    if len(case.p.money) == 0:
        return
    paid, cost = case.plan.paid.sum(axis=0), case.count.cost
    for t, g, i in np.argwhere(case.passes(paid, cost) | case.passes(-paid, -cost)):
        yield f"year {t}: {paid[t, g, i]:g} yuan are paid for {KINDS[i]} of group {g}; it costs {cost[t, g, i]:g}."


def payments_not_allowed(case: _Case) -> Iterator[str]:
    """A source that pays what it may not pay."""
    barred = ~np.asarray(case.p.pays, dtype=bool)[:, None, :, :]
    for b, t, g, i in np.argwhere(case.passes(np.abs(case.plan.paid), 0.0) & barred):
        yield f"year {t}: source {b} pays {KINDS[i]} of group {g}, which it may not."


def sources_overdrawn(case: _Case) -> Iterator[str]:
    """A source that pays more than it has in a year, with what was left before where it carries that over."""
    for b, money in enumerate(np.asarray(case.p.money, dtype=float)):
        spent = case.plan.paid[b].sum(axis=(1, 2))
        if case.p.carry[b]:
            spent, money = np.cumsum(spent), np.cumsum(money)
        for t in np.flatnonzero(case.passes(spent, money)):
            yield f"year {t}: source {b} has paid {spent[t]:g} yuan of {money[t]:g}."


def shares_not_reached(case: _Case) -> Iterator[str]:
    """A group below its floor, or a service below its standard, in the last year."""
    for what, wanted, share_of in (
        ("group", case.p.floor, case.count.share_of_group),
        ("service", case.p.standard, case.count.share_of_service),
    ):
        for i, least in enumerate(wanted):
            share = share_of(i)
            if least > 0 and share is not None and case.passes(-share, -least):
                yield f"{what} {i} gets {share:g} of what it needs; at least {least:g} was asked for."


def money_not_tilted(case: _Case) -> Iterator[str]:
    """Less than the tilt's share of all cost in its groups."""
    cost = case.count.cost.sum(axis=(0, 2))
    there, least = float(cost[np.asarray(case.p.tilt_groups, dtype=bool)].sum()), case.p.tilt_share * float(cost.sum())
    if case.p.tilt_share > 0 and case.passes(-there, -least):
        yield f"{there:g} yuan go to the groups of the tilt; at least {least:g} must."


def too_many_sites(case: _Case) -> Iterator[str]:
    """More sites with a new form than allowed."""
    if case.p.most_sites is not None and case.count.new_sites > case.p.most_sites:
        yield f"{case.count.new_sites} sites have a new form; at most {case.p.most_sites} may."


def sites_not_open_in_time(case: _Case) -> Iterator[str]:
    """A site without an open form in the year that was ordered."""
    for j, t in enumerate(case.p.site_by):
        if t >= 0 and not case.count.open_sites[int(t), j]:
            yield f"site {j} must be open from year {t}, and is not."


def claims_not_true(case: _Case) -> Iterator[str]:
    """An objective that the plan does not have, a bound on the wrong side, a proof with a gap, an aim not held."""
    plan, aim = case.plan, case.plan.aims[-1]
    objective = float(plan.objective or 0.0)
    value = case.count.value(aim)
    apart = partial(_apart, tolerance=case.tolerance)
    if value is not None and apart(value, objective):
        yield f"the objective is said to be {objective:g}; {aim} of this plan is {value:g}."
    sign = 1.0 if aim in MINIMISED else -1.0
    if plan.bound is not None and case.passes(sign * plan.bound, sign * objective):
        yield f"the bound {plan.bound:g} rules out the plan's own {objective:g}."
    if plan.status == "optimal" and (plan.gap != 0 or plan.bound is None or apart(plan.bound, objective)):
        yield f"said to be optimal with objective {objective:g}, bound {plan.bound} and gap {plan.gap}."
    if plan.stages and (plan.stages[-1].aim != aim or apart(plan.stages[-1].objective, objective)):
        yield f"the last stage is {plan.stages[-1]}; the plan's aim is {aim} with {objective:g}."
    yield from _aims_not_held(case)


def _aims_not_held(case: _Case) -> Iterator[str]:
    held = [stage for stage in case.plan.stages[:-1] if stage.aim in case.plan.aims]
    for stage in held if case.give is not None else []:
        value, sign = case.count.value(stage.aim), 1.0 if stage.aim in MINIMISED else -1.0
        limit = stage.objective + sign * (case.give or 0.0) * abs(stage.objective)
        if value is not None and case.passes(sign * value, sign * limit):
            yield f"{stage.aim} was to be held at {limit:g}; this plan has {value:g}."


def _apart(one: float, other: float, tolerance: float) -> bool:
    return not abs(one - other) <= tolerance * max(1.0, abs(one), abs(other))


CHECKS: tuple[Callable[[_Case], Iterator[str]], ...] = (
    states_passed_over,
    deliveries_out_of_reach,
    deliveries_below_nothing,
    people_served_twice,
    sites_beyond_capacity,
    modules_without_a_building,
    two_new_forms,
    sites_too_small,
    points_without_a_centre,
    staff_overdrawn,
    bills_not_met,
    payments_not_allowed,
    sources_overdrawn,
    shares_not_reached,
    money_not_tilted,
    too_many_sites,
    sites_not_open_in_time,
    claims_not_true,
)

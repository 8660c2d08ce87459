"""The price of every order, floor, standard, tilt and limit: the question asked again without it.

Asking again gives a plan and a bound, so a price is an interval; see `explanation.price`. Prices are told in the first
aim of the solution.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.errors import Sentence, both
from optimizers.network import NetworkProblem, NetworkSolution, changes, solve_network
from planning.network.explanation import Explanation
from planning.network.reasons.asking import (
    Solver,
    better,
    county_at,
    in_one_aim,
    served_by_both,
    service_at,
    site_at,
    year_at,
)
from planning.network.reasons.effects import gain
from planning.network.reasons.explanation import price, priced_aim
from planning.network.reasons.sentences import (
    counted,
    county_name,
    joined,
    over_of,
    service_name,
    site_name,
    told,
    unit_of,
)

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion


@dataclass(frozen=True)
class Limit:
    """One limit that may be lifted: the clause that says so, such as "without the floor", and the freer question."""

    kind: str
    subject: str
    clause: Sentence
    lift: Callable[[NetworkProblem], NetworkProblem]


def price_of(
    question: NetworkQuestion, solution: NetworkSolution, limit: Limit, *, solve: Solver = solve_network, **how: Any
) -> Explanation:
    """What a limit costs: the best plan without it against the best plan with it.

    Args:
        how: goes to `solve` (time_limit_s, effort, gap).
    """
    aim = priced_aim(solution)
    base = in_one_aim(question, solution, solve, **how)
    freer = solve(limit.lift(question.problem), aims=(aim,), start=base, **how)
    interval, unit, over = price(aim, freer, base), unit_of(question, aim), over_of(question, solution)
    words = gain(aim, interval, unit)
    seen = served_by_both(question, base, better(aim, freer, base), both("after the change", "改后"))
    sentence = both(
        f"{limit.clause[0].upper()}{limit.clause[1:]}{over}: {words}.{seen}",
        f"{limit.clause.zh}{over.zh}：{words.zh}。{seen.zh}",
    )
    return told(limit.kind, limit.subject, sentence, interval, unit)


def lock(question: NetworkQuestion, site_id: str) -> Limit:
    """The order that a site must open."""
    site = site_at(question, site_id)
    name = site_name(question, site)
    named = both(f"without the order to open {name}", f"若取消对{name.zh}的锁定")
    return Limit("lock", site_id, named, lambda problem: changes.without_lock(problem, site))


def floor(question: NetworkQuestion, code: str = "") -> Limit:
    """The least share of need met in a county, of all counties without a code."""
    group = county_at(question, code) if code else None
    name = both("every county", "各县") if group is None else county_name(question, group)
    named = both(f"without the floor of {name}", f"若取消{name.zh}的保底比例")
    return Limit("floor", code, named, lambda problem: changes.without_floor(problem, group))


def standard(question: NetworkQuestion, key: str = "") -> Limit:
    """The least share of units delivered of a service, of all services without a key."""
    service = service_at(question, key) if key else None
    name = both("every service", "各项服务") if service is None else service_name(question, service)
    named = both(f"without the standard of {name}", f"若取消{name.zh}的标准")
    return Limit("standard", key, named, lambda problem: changes.without_standard(problem, service))


def tilt(question: NetworkQuestion) -> Limit:
    """The share of the money that must go to some counties."""
    share, counties = f"{100 * question.problem.tilt_share:g}%", np.flatnonzero(question.problem.tilt_groups)
    names = joined([county_name(question, group) for group in counties.tolist()], of="个县市")
    named = both(
        f"without the share of at least {share} of the money for {names}", f"若取消{names.zh}资金不低于 {share} 的要求"
    )
    return Limit("tilt", "", named, changes.without_tilt)


def most_sites(question: NetworkQuestion) -> Limit:
    """The largest number of new institutions."""
    most = question.problem.most_sites
    named = both(
        f"without the limit of {counted(int(most or 0), 'new institution')}", f"若取消新设不超过 {most} 处的限制"
    )
    return Limit("most_sites", "", named, changes.without_most_sites)


def phasing(question: NetworkQuestion, year: int | None = None) -> Limit:
    """Money that comes year by year: against all of it being there in `year` (the first), kept until it is needed."""
    at = 0 if year is None else year_at(question, year)
    start = question.years[at]
    named = both(
        f"with all money of {start} and later there in {start} and kept until it is needed",
        f"若 {start} 年及以后各年资金在 {start} 年一次到位、可结转",
    )
    return Limit("year", str(start), named, lambda problem: changes.with_money_from(problem, at))


def limits_of(question: NetworkQuestion) -> tuple[Limit, ...]:
    """Every order, floor, standard and limit that the question sets; bans are left to be asked for."""
    problem, ids = question.problem, question.sites["site_id"].tolist()
    locks = [lock(question, ids[j]) for j in range(len(ids)) if problem.site_by[j] >= 0]
    floors = [floor(question, question.counties[g]) for g in range(problem.groups) if problem.floor[g] > 0]
    standards = [standard(question, question.services[s]) for s in range(problem.services) if problem.standard[s] > 0]
    found = [*locks, *([floor(question)] if len(floors) > 1 else []), *floors, *standards]
    found += [tilt(question)] if problem.tilt_share > 0 else []
    found += [most_sites(question)] if problem.most_sites is not None else []
    later = problem.years > 1 and len(problem.money) > 0
    return (*found, *([phasing(question, year) for year in question.years[:-1]] if later else []))

"""The explanations that go with a plan, gathered in bounded time.

| kind | subject | what is explained | file |
|------|---------|-------------------|------|
| why_here, minutes, minutes_saved, serves | site | what it gives, whom it serves, how far they come | `why_here.py` |
| lock, floor, standard, tilt, most_sites, year, ban | site, county, ... | the price of a limit | `prices.py` |
| aim, aim_order | aim | what combining aims costs | `aims.py` |
| season, one_season | season | how far from the best for it; what ignoring the others costs | `seasons.py` |
| rounds, building_instead | county | rounds, and what a building would have cost | `instead.py` |
| replacement, appears | site | what would take its place; how often it comes back | `others.py` |
| why_not | site | what forcing it in costs | `others.py` |
| curve, curve_steps | yuan | what each step of money buys | `curve.py` |
| mend_... | ... | what would make a plan possible | `mending.py` |
| left_out | "" | how many were not computed, for want of time | here |
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from geodata.errors import both
from optimizers.clock import Clock
from optimizers.network import NetworkProblem, NetworkSolution, changes, deliver, solve_network
from optimizers.network.recount import Recount
from planning.network.measures.deliveries import deliveries_of
from planning.network.measures.even import evenly
from planning.network.measures.groups import served_of_rows
from planning.network.reasons.aims import price_of_first, prices_of_aims
from planning.network.reasons.asking import Solver, in_one_aim
from planning.network.reasons.curve import budget_curve, explain_curve
from planning.network.reasons.explanation import Explanation
from planning.network.reasons.instead import building_instead
from planning.network.reasons.others import BY_LEAVING_OUT, BY_SEASON, appears, near_best, replacement, without
from planning.network.reasons.prices import Limit, limits_of, price_of
from planning.network.reasons.seasons import plan_for_season, prices_of_season
from planning.network.reasons.sentences import exactly, told
from planning.network.reasons.why_here import chosen_sites, whom_it_serves, why_here

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion
    from planning.network.result import NetworkPlan

LEAST_S: Final = 2.0
"""Seconds for asking once again, at least; a judgement. What then does not fit into the time is left out."""
SITES_UNTIL: Final = 0.35
"""Share of the time after which no further site is looked at by itself; a judgement."""
FLOORS: Final = 3
"""Counties whose floor is priced by itself; a judgement."""
Floats: TypeAlias = npt.NDArray[np.float64]
How: TypeAlias = Callable[[float], dict[str, Any]]
"""What goes to every question asked again, given its seconds."""
CURVE: Final = (0.5, 0.75, 1.0, 1.25)


@dataclass(frozen=True)
class Task:
    """One piece of work: how often it asks again, and what does it given the seconds for each time.

    It is not begun when more than the share `until` of all the time is gone.
    """

    times: int
    work: Callable[[float], tuple[Explanation, ...]]
    until: float = 1.0


def explain_network(
    question: NetworkQuestion,
    solution: NetworkSolution,
    plan: NetworkPlan | None = None,
    progress: Callable[[float], None] | None = None,
) -> tuple[Explanation, ...]:
    """The explanations of a scenario's plan, within the seconds that it gives for them (`explain_s`)."""
    network = question.scenario.network
    assert network is not None
    solve, give = evenly(solve_network), evenly(deliver)
    return explain_plan(
        question, solution, plan, solve=solve, give=give, time_limit_s=network.explain_s, progress=progress
    )


def explain_plan(
    question: NetworkQuestion,
    solution: NetworkSolution,
    plan: NetworkPlan | None = None,
    *,
    solve: Solver = solve_network,
    give: Solver = deliver,
    effort: str = "quick",
    time_limit_s: float = 60.0,
    progress: Callable[[float], None] | None = None,
) -> tuple[Explanation, ...]:
    """A sensible set: every chosen site, every limit, aims, seasons, rounds, the curve, and what would replace a site.

    Whom the sites serve is always told; all else asks again, in this order, each with its part of the time that is
    left. What the time does not reach is counted in one last sentence. An interrupt from the keyboard ends it, too.

    Args:
        plan: its counts of persons are shown where it has them.
        solve, give: called as `solve_network` and `deliver`.
        effort: of the questions asked again.
        progress: called with the share done.

    Raises:
        PlanningError: the solution has no plan.
    """
    clock, solve = Clock(time_limit_s), _asking_once(question, solve)
    in_one_aim(question, solution, solve, time_limit_s=time_limit_s / 4, effort=effort)
    found = [whom_it_serves(question, solution, site, plan) for site in chosen_sites(question, solution)]
    first = price_of_first(question, solution)
    found += [first] if first is not None else []
    more, missing = _worked(_tasks(question, solution, solve, give, effort), clock, progress)
    return (*found, *more, *_left_out(missing))


def _worked(tasks: list[Task], clock: Clock, progress: Callable[[float], None] | None) -> tuple[list[Explanation], int]:
    """What the tasks tell within the time, and how many of them were not done."""
    found: list[Explanation] = []
    missing = number = 0
    try:
        for number, task in enumerate(tasks):
            if clock.left_s < LEAST_S or clock.used_s > task.until * clock.limit_s:
                missing += 1
                continue
            each = clock.left_s / sum(later.times for later in tasks[number:])
            found += task.work(max(each, LEAST_S))
            if progress is not None:
                progress((number + 1) / len(tasks))
    except KeyboardInterrupt:
        missing += len(tasks) - number  # what is known is returned
    return found, missing


def _asking_once(question: NetworkQuestion, solve: Solver) -> Solver:
    """The same solver, which remembers what it answered to the question itself for each aim."""
    known: dict[tuple[str, ...], NetworkSolution] = {}

    def ask(problem: NetworkProblem, *, aims: tuple[str, ...], **how: Any) -> NetworkSolution:
        if problem is not question.problem:
            return solve(problem, aims=aims, **how)
        if aims not in known:
            known[aims] = solve(problem, aims=aims, **how)
        return known[aims]

    return ask


def _tasks(
    question: NetworkQuestion, solution: NetworkSolution, solve: Solver, give: Solver, effort: str
) -> list[Task]:
    """Pieces of work in the order of what is asked for most."""

    def how(seconds: float) -> dict[str, Any]:
        return {"solve": solve, "effort": effort, "time_limit_s": seconds}

    def of_limit(limit: Limit) -> Task:
        return Task(1, lambda t: (price_of(question, solution, limit, **how(t)),))

    def of_rounds(code: str) -> Task:
        return Task(3, lambda t: building_instead(question, solution, code, **how(t)))

    plans = Plans()
    tasks = [*_about_sites(question, solution, give), *(of_limit(limit) for limit in _limits(question, solution))]
    if len(solution.aims) > 1:
        tasks.append(Task(len(solution.aims), lambda t: prices_of_aims(question, solution, **how(t))))
    tasks += _seasons(question, solution, give, how, plans)
    tasks += [of_rounds(code) for code in _with_rounds(question, solution)]
    if len(question.problem.money) and np.isfinite(question.problem.money).all():
        tasks.append(Task(len(CURVE), lambda t: _curved(question, solution, how(t))))
    return [*tasks, *_replacements(question, solution, how, plans)]


@dataclass(frozen=True)
class Plans:
    """Other plans that were found on the way: without each site, and made for each season."""

    without: dict[str, NetworkSolution] = field(default_factory=dict)
    by_season: dict[str, NetworkSolution] = field(default_factory=dict)


def _about_sites(question: NetworkQuestion, solution: NetworkSolution, give: Solver) -> list[Task]:
    """Why each site is there, in no more than a part of the time; what all of them deliver is found once."""
    kept = cache(lambda: give(changes.without_targets(question.problem), solution.form_year, solution.module_year))

    def of_site(site: str) -> Task:
        return Task(1, lambda _: why_here(question, solution, site, kept=kept(), give=give), until=SITES_UNTIL)

    return [of_site(site) for site in chosen_sites(question, solution)]


def _limits(question: NetworkQuestion, solution: NetworkSolution) -> list[Limit]:
    """Every limit; of the floors of single counties only those of the counties that are nearest to theirs."""
    counted, floors = Recount(question.problem, solution), question.problem.floor
    with_floor = [group for group in range(question.problem.groups) if floors[group] > 0]
    room = {group: (counted.share_of_group(group) or 0.0) - floors[group] for group in with_floor}
    near = ["", *(question.counties[group] for group in sorted(room, key=room.__getitem__)[:FLOORS])]
    return [limit for limit in limits_of(question) if limit.kind != "floor" or limit.subject in near]


def _seasons(question: NetworkQuestion, solution: NetworkSolution, give: Solver, how: How, plans: Plans) -> list[Task]:
    """What each season costs the others."""

    def of_season(season: str) -> Task:
        def work(seconds: float) -> tuple[Explanation, ...]:
            plans.by_season[season] = best = plan_for_season(question, solution, season, give=give, **how(seconds))
            return prices_of_season(question, solution, season, best=best, give=give)

        return Task(1, work)

    return [of_season(season) for season in question.seasons if len(question.seasons) > 1]


def _replacements(question: NetworkQuestion, solution: NetworkSolution, how: How, plans: Plans) -> list[Task]:
    """What would replace each site; then, how often each is in the plans found that are near the best."""

    def replaced(site: str, seconds: float) -> tuple[Explanation, ...]:
        plans.without[site] = again = without(question, solution, site, **how(seconds))
        return (replacement(question, solution, site, again=again, **how(seconds)),)

    def counted(site: str) -> tuple[Explanation, ...]:
        others = [plan for other, plan in plans.without.items() if other != site]
        near, seasons = near_best(question, solution, others), list(plans.by_season.values())
        return (*appears(question, site, near, BY_LEAVING_OUT), *appears(question, site, seasons, BY_SEASON))

    sites = chosen_sites(question, solution)
    tasks = [Task(1, partial(replaced, site)) for site in sites]
    return [*tasks, Task(1, lambda _: tuple(chain.from_iterable(counted(site) for site in sites)))] if sites else []


def _with_rounds(question: NetworkQuestion, solution: NetworkSolution) -> list[str]:
    """Counties where rounds serve somebody in the last year, the largest share of the served first; three at most."""
    at_sites, at_home, _ = served_of_rows(deliveries_of(question, solution))[-1]
    here, total = (_by_county(question, x) for x in (at_home, at_sites + at_home))
    share = np.divide(here, total, out=np.zeros_like(here), where=total > 0)
    order = np.argsort(-share, kind="stable").tolist()
    return [question.counties[group] for group in order if here[group] >= 0.5][:3]


def _by_county(question: NetworkQuestion, persons: Floats) -> Floats:
    return np.bincount(question.problem.group, persons, minlength=question.problem.groups).astype(np.float64)


def _curved(question: NetworkQuestion, solution: NetworkSolution, how: dict[str, Any]) -> tuple[Explanation, ...]:
    return explain_curve(question, solution, budget_curve(question, solution, CURVE, **how))


def _left_out(count: int) -> tuple[Explanation, ...]:
    if not count:
        return ()
    sentence = both(
        f"{count} further explanations were not computed within the time given.",
        f"另有 {count} 项说明在所给时间内未计算。",
    )
    return (told("left_out", "", sentence, exactly(float(count)), "times"),)

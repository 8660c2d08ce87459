"""What is asked again to explain a plan: pieces of work in the order of what is asked for most."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from geodata.errors import Sentence, both
from optimizers.network import NetworkSolution, changes
from optimizers.network.recount import Recount
from planning.network.explanation import Explanation
from planning.network.measures.deliveries import deliveries_of
from planning.network.measures.groups import served_of_rows
from planning.network.reasons.aims import prices_of_aims
from planning.network.reasons.asking import Solver, site_at
from planning.network.reasons.curve import budget_curve, explain_curve
from planning.network.reasons.instead import building_instead
from planning.network.reasons.others import BY_LEAVING_OUT, BY_SEASON, appears, near_best, replacement, without
from planning.network.reasons.posed_again import Pose
from planning.network.reasons.prices import Limit, limits_of, price_of
from planning.network.reasons.seasons import SeasonAlone, prices_of_season, season_alone, seasons_priced
from planning.network.reasons.sentences import exactly, site_name, told
from planning.network.reasons.site_facts import stands_at
from planning.network.reasons.why_here import touched_sites, why_here
from planning.network.reasons.why_not import why_not

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion

LEAST_S: Final = 2.0
"""Seconds for asking once again, at least; a judgement. What then does not fit into the time is left out."""
SITES_UNTIL: Final = 0.35
"""Share of the time after which no further site is looked at by itself; a judgement."""
FLOORS: Final = 3
"""Counties whose floor is priced by itself; a judgement."""
CURVE: Final = (0.5, 0.75, 1.0, 1.25)
Floats: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """One piece of work: how often it asks again, and what does it given the seconds for each time.

    It is not begun when more than the share `until` of all the time is gone, unless it is `always` done.
    """

    times: int
    work: Callable[[float], tuple[Explanation, ...]]
    until: float = 1.0
    always: bool = False


@dataclass(frozen=True)
class Asking:
    """A plan that is explained, and what asks again; `solve`, `give` and `pose` as in `explain_plan`."""

    question: NetworkQuestion
    solution: NetworkSolution
    solve: Solver
    give: Solver
    pose: Pose
    effort: str

    def how(self, seconds: float) -> dict[str, Any]:
        """What goes to every question asked again, given its seconds."""
        return {"solve": self.solve, "effort": self.effort, "time_limit_s": seconds}

    @property
    def sites(self) -> tuple[str, ...]:
        """Where the plan has something new."""
        return touched_sites(self.question, self.solution)


@dataclass(frozen=True)
class Plans:
    """Other plans that were found on the way: without each site, and made for each season."""

    without: dict[str, NetworkSolution] = field(default_factory=dict)
    by_season: dict[str, SeasonAlone] = field(default_factory=dict)


def why_not_tasks(asking: Asking, sites: Sequence[str]) -> list[Task]:
    """Why these sites are not chosen, one task each; done however late it is."""

    def of_site(site: str) -> Task:
        return Task(1, lambda t: (_why_not(asking, site, t),), always=True)

    for site in sites:
        site_at(asking.question, site)  # refuses what is no site before any time is spent
    return [of_site(site) for site in sites]


def _why_not(asking: Asking, site_id: str, seconds: float) -> Explanation:
    question, solution = asking.question, asking.solution
    site = site_at(question, site_id)
    name = site_name(question, site)
    if site_id in asking.sites:
        return _there_already(site_id, both(f"{name} is in this plan.", f"{name.zh}已在本方案中。"))
    if stands_at(question, site):
        return _there_already(
            site_id,
            both(
                f"At {name} an institution stands already; the plan adds nothing to it.",
                f"{name.zh}已有机构，本方案未作扩充。",
            ),
        )
    return why_not(question, solution, site_id, pose=asking.pose, **asking.how(seconds))


def _there_already(site_id: str, sentence: Sentence) -> Explanation:
    return told("why_not", site_id, sentence, exactly(0.0), "")


def tasks_of(asking: Asking) -> list[Task]:
    """All else, in the order of what is asked for most."""
    question, solution, plans = asking.question, asking.solution, Plans()

    def of_limit(limit: Limit) -> Task:
        return Task(1, lambda t: (price_of(question, solution, limit, **asking.how(t)),))

    def of_rounds(code: str) -> Task:
        return Task(3, lambda t: building_instead(question, solution, code, **asking.how(t)))

    tasks = [*_about_sites(asking), *(of_limit(limit) for limit in _limits(question, solution))]
    if len(solution.aims) > 1:
        tasks.append(Task(len(solution.aims), lambda t: prices_of_aims(question, solution, **asking.how(t))))
    tasks += _seasons(asking, plans)
    tasks += [of_rounds(code) for code in _with_rounds(question, solution)]
    if len(question.problem.money) and np.isfinite(question.problem.money).all():
        tasks.append(Task(len(CURVE), lambda t: _curved(question, solution, asking.how(t))))
    return [*tasks, *_replacements(asking, plans)]


def _about_sites(asking: Asking) -> list[Task]:
    """Why each site is there, in no more than a part of the time; what all of them deliver is found once."""
    question, solution, give = asking.question, asking.solution, asking.give
    kept = cache(lambda: give(changes.without_targets(question.problem), solution.form_year, solution.module_year))

    def of_site(site: str) -> Task:
        return Task(1, lambda _: why_here(question, solution, site, kept=kept(), give=give), until=SITES_UNTIL)

    return [of_site(site) for site in asking.sites]


def _limits(question: NetworkQuestion, solution: NetworkSolution) -> list[Limit]:
    """Every limit; of the floors of single counties only those of the counties that are nearest to theirs."""
    counted, floors = Recount(question.problem, solution), question.problem.floor
    with_floor = [group for group in range(question.problem.groups) if floors[group] > 0]
    room = {group: (counted.share_of_group(group) or 0.0) - floors[group] for group in with_floor}
    near = ["", *(question.counties[group] for group in sorted(room, key=room.__getitem__)[:FLOORS])]
    return [limit for limit in limits_of(question) if limit.kind != "floor" or limit.subject in near]


def _seasons(asking: Asking, plans: Plans) -> list[Task]:
    """What each season costs the others."""
    question, solution, give = asking.question, asking.solution, asking.give

    def of_season(season: str) -> Task:
        def work(seconds: float) -> tuple[Explanation, ...]:
            alone = season_alone(question, solution, season, pose=asking.pose, give=give, **asking.how(seconds))
            plans.by_season[season] = alone
            return prices_of_season(question, solution, season, alone=alone, give=give)

        return Task(1, work)

    return [of_season(season) for season in seasons_priced(question)]


def _replacements(asking: Asking, plans: Plans) -> list[Task]:
    """What would replace each site; then, how often each is in the plans found that are near the best."""
    question, solution, sites = asking.question, asking.solution, asking.sites

    def replaced(site: str, seconds: float) -> tuple[Explanation, ...]:
        plans.without[site] = again = without(question, solution, site, **asking.how(seconds))
        return (replacement(question, solution, site, again=again, **asking.how(seconds)),)

    def counted(site: str) -> tuple[Explanation, ...]:
        others = [plan for other, plan in plans.without.items() if other != site]
        near = [touched_sites(question, plan) for plan in near_best(question, solution, others)]
        seasons = [touched_sites(one.question, one.best) for one in plans.by_season.values() if _found(one.best)]
        return (*appears(question, site, near, BY_LEAVING_OUT), *appears(question, site, seasons, BY_SEASON))

    tasks = [Task(1, partial(replaced, site)) for site in sites]
    return [*tasks, Task(1, lambda _: tuple(chain.from_iterable(counted(site) for site in sites)))] if sites else []


def _found(plan: NetworkSolution) -> bool:
    return plan.objective is not None


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

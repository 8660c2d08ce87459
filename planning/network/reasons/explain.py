"""The explanations that go with a plan, gathered in bounded time.

| kind | subject | what is explained | file |
|------|---------|-------------------|------|
| serves | site | whom it serves | `whom.py` |
| why_here, minutes, minutes_saved | site | what it gives, how far they come | `why_here.py` |
| why_not | site | what an institution there would cost the plan, or which rule bars it | `why_not.py` |
| lock, floor, standard, tilt, most_sites, year | site, county, ... | what a limit costs | `prices.py` |
| aim, aim_order | aim | what combining aims costs | `aims.py` |
| season, one_season | season | how far from the best for it; what ignoring the others costs | `seasons.py` |
| rounds, building_instead, building_capital | county | rounds, and what a building would have cost | `instead.py` |
| replacement, appears | site | what would take its place; how often it comes back | `others.py` |
| curve, curve_steps | yuan | what each step of money buys | `curve.py` |
| mend_... | ... | what would make a plan possible | `mending.py` |
| left_out | "" | how many were not computed, for want of time | here |
| one_road | "" | what is known of who depends on one road | `../run.py` |
| phasing, seasons, integration | persons, aim, ..., no_plan | other ways of planning | `../variants/` |

What is asked again, in which order, stands in `tasks.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from geodata.errors import both
from optimizers.clock import Clock
from optimizers.network import NetworkProblem, NetworkSolution, deliver, solve_network
from planning.network.explanation import Explanation
from planning.network.measures.even import evenly
from planning.network.reasons.aims import price_of_first
from planning.network.reasons.asking import Solver, in_one_aim
from planning.network.reasons.posed_again import Pose, posing_again
from planning.network.reasons.sentences import exactly, told
from planning.network.reasons.tasks import LEAST_S, Asking, Task, tasks_of, why_not_tasks
from planning.network.reasons.whom import whom_it_serves
from planning.network.reasons.why_here import touched_sites

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion
    from planning.network.result import NetworkPlan


def explain_network(
    question: NetworkQuestion,
    solution: NetworkSolution,
    plan: NetworkPlan | None = None,
    progress: Callable[[float], None] | None = None,
    *,
    pose: Pose | None = None,
) -> tuple[Explanation, ...]:
    """The explanations that a scenario asks for, within the seconds that it gives for them (`explain_s`).

    Why its `why_not` sites are not chosen is told first, and alone where the plan is not to be explained.
    """
    network = question.scenario.network
    assert network is not None
    return explain_plan(
        question, solution, plan, solve=evenly(solve_network), give=evenly(deliver), pose=pose,
        time_limit_s=network.explain_s, progress=progress, why_not=network.why_not, all_else=network.explain,
    )  # fmt: skip


def explain_plan(
    question: NetworkQuestion,
    solution: NetworkSolution,
    plan: NetworkPlan | None = None,
    *,
    solve: Solver = solve_network,
    give: Solver = deliver,
    pose: Pose | None = None,
    effort: str = "quick",
    time_limit_s: float = 60.0,
    progress: Callable[[float], None] | None = None,
    why_not: Sequence[str] = (),
    all_else: bool = True,
) -> tuple[Explanation, ...]:
    """A sensible set: every chosen site, every limit, aims, seasons, rounds, the curve, and what would replace a site.

    Whom the sites serve is always told, and why the sites of `why_not` are not chosen; all else asks again, in this
    order, each with its part of the time that is left. What the time does not reach is counted in one last sentence.
    An interrupt from the keyboard ends it, too.

    Args:
        plan: its counts of persons are shown where it has them.
        solve, give: called as `solve_network` and `deliver`.
        pose: poses the question of one season, or without a ban; by default on the study area of the question.
        effort: of the questions asked again.
        progress: called with the share done.
        why_not: ids of sites.
        all_else: whether more than those is told.

    Raises:
        PlanningError: the solution has no plan, or no site has one of the ids.
    """
    clock, solve = Clock(time_limit_s), _asking_once(question, solve)
    in_one_aim(question, solution, solve, time_limit_s=time_limit_s / 4, effort=effort)
    asking = Asking(question, solution, solve, give, pose or posing_again(question), effort)
    tasks, found = why_not_tasks(asking, why_not), []
    if all_else:
        tasks += tasks_of(asking)
        found += [whom_it_serves(question, solution, site, plan) for site in touched_sites(question, solution)]
        first = price_of_first(question, solution)
        found += [first] if first is not None else []
    more, missing = _worked(tasks, clock, progress)
    return (*found, *more, *_left_out(missing))


def _worked(tasks: list[Task], clock: Clock, progress: Callable[[float], None] | None) -> tuple[list[Explanation], int]:
    """What the tasks tell within the time, and how many of them were not done."""
    found: list[Explanation] = []
    missing = number = 0
    try:
        for number, task in enumerate(tasks):
            late = clock.left_s < LEAST_S or clock.used_s > task.until * clock.limit_s
            if late and not task.always:
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


def _left_out(count: int) -> tuple[Explanation, ...]:
    if not count:
        return ()
    were = "explanation was" if count == 1 else "explanations were"
    sentence = both(
        f"{count} further {were} not computed within the time given.",
        f"另有 {count} 项说明在所给时间内未计算。",
    )
    return (told("left_out", "", sentence, exactly(float(count)), "times"),)

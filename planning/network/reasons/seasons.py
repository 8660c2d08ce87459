"""The price of seasons: how far this plan is from the best for one season, and what a plan for one alone would lose."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geodata.errors import Sentence, both
from optimizers.network import NetworkProblem, NetworkSolution, changes, deliver, solve_network
from planning.network.reasons.asking import Solver, season_at
from planning.network.reasons.explanation import Explanation, price
from planning.network.reasons.sentences import amount, exactly, gained, over_years, season_name, told, unit_of

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion


def plan_for_season(
    question: NetworkQuestion,
    solution: NetworkSolution,
    season: str,
    *,
    solve: Solver = solve_network,
    give: Solver = deliver,
    **how: Any,
) -> NetworkSolution:
    """The best plan found for a year that is this season from end to end, without orders, floors, standards and tilt.

    Args:
        give: called as `deliver`.
        how: goes to `solve` (time_limit_s, effort, gap).
    """
    alone = _alone(question, season)
    return solve(alone, aims=("most",), start=give(alone, solution.form_year, solution.module_year), **how)


def prices_of_season(
    question: NetworkQuestion,
    solution: NetworkSolution,
    season: str,
    *,
    best: NetworkSolution | None = None,
    solve: Solver = solve_network,
    give: Solver = deliver,
    **how: Any,
) -> tuple[Explanation, ...]:
    """How far this plan is from the best for one season, and what a plan for it alone would lose over the whole year.

    First, in a year that is this season from end to end: the best plan made for it against the institutions of this
    plan, an interval. Second, over the year as it is: the institutions of this plan against those of the plan found
    for the one season, exact for these two plans. Orders, floors, standards and the tilt are left out everywhere;
    both are told in units delivered.

    Args:
        best: the plan for this season, where `plan_for_season` was asked already.
        give: called as `deliver`.
        how: goes to `solve` (time_limit_s, effort, gap).
    """
    now = give(_alone(question, season), solution.form_year, solution.module_year, aims=("most",))
    best = best or plan_for_season(question, solution, season, solve=solve, give=give, **how)
    name, over, unit = season_name(season), over_years("most", question.years), unit_of(question, "most")
    interval = price("most", best, now)
    words = gained(interval, unit)
    first = both(
        f"Were all the year {name}{over}, the best plan made for it alone would deliver more than this one: {words}.",
        f"设全年都是{name.zh}{over.zh}，只按{name.zh}安排的最好方案比本方案多提供：{words.zh}。",
    )
    told_first = told("season", season, first, interval, unit)
    return (told_first, *_made_for_one(question, solution, best, season, give))


def _alone(question: NetworkQuestion, season: str) -> NetworkProblem:
    return changes.without_targets(changes.one_season(question.problem, season_at(question, season)))


def _made_for_one(
    question: NetworkQuestion, solution: NetworkSolution, best: NetworkSolution, season: str, give: Solver
) -> tuple[Explanation, ...]:
    """The plan for one season in the year as it is; nothing where there is no such plan."""
    if best.objective is None or len(question.seasons) == 1:
        return ()
    free = changes.without_targets(question.problem)
    mine = give(free, solution.form_year, solution.module_year, aims=("most",))
    theirs = give(free, best.form_year, best.module_year, aims=("most",))
    if mine.objective is None or theirs.objective is None:
        return ()
    lost = mine.objective - theirs.objective
    name, over, unit = season_name(season), over_years("most", question.years), unit_of(question, "most")
    words = _less_or_more(lost, abs(mine.objective), unit)
    sentence = both(
        f"The plan found for {name} alone would deliver {words} in the year as it is{over}.",
        f"只按{name.zh}安排的方案，在实际的全年里比本方案{words.zh}{over.zh}。",
    )
    return (told("one_season", season, sentence, exactly(lost), unit),)


def _less_or_more(lost: float, scale: float, unit: str) -> Sentence:
    if abs(lost) <= 1e-6 * (1.0 + scale):
        return both("as much as this plan", "不多不少")
    size = amount(abs(lost), unit)
    word, zh = ("less", "少") if lost > 0 else ("more", "多")
    return both(f"{size} {word} than this plan", f"{zh} {size.zh}")

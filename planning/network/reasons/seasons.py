"""The price of seasons: what a plan made for one season alone would do better in it, and lose over the year as it is.

One season by itself is the scenario posed again with that season alone: its roads, its ties between sites, its rounds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from geodata.errors import Sentence, both
from optimizers.network import NetworkSolution, changes, deliver, solve_network
from planning.network.explanation import Explanation
from planning.network.reasons.asking import Solver
from planning.network.reasons.effects import gain
from planning.network.reasons.explanation import NOISE, price
from planning.network.reasons.posed_again import Pose, posing_again, years_in
from planning.network.reasons.sentences import (
    amount,
    exactly,
    over_years,
    season_name,
    set_aside,
    told,
    unit_of,
)

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion

_BOTH_ROADS: Final = "all_year"
_ITS_SEASONS: Final = ("summer", "winter")


@dataclass(frozen=True, eq=False)
class SeasonAlone:
    """The question of one season from end to end, and two answers to it, each without orders, floors, standards, tilt.

    Attributes:
        question: the scenario posed again.
        now: what the institutions of the plan at hand deliver in it.
        best: the best plan found for it.
        lost: forms and modules of the plan at hand that cannot be there in it.
    """

    question: NetworkQuestion
    now: NetworkSolution
    best: NetworkSolution
    lost: int


def seasons_priced(question: NetworkQuestion) -> tuple[str, ...]:
    """The seasons that the year of a question is made of; none where it is one season alone.

    A year in which a pair must be in time in both seasons is made of both, too.
    """
    if question.seasons == (_BOTH_ROADS,):
        return _ITS_SEASONS
    return question.seasons if len(question.seasons) > 1 else ()


def season_alone(
    question: NetworkQuestion,
    solution: NetworkSolution,
    season: str,
    *,
    pose: Pose | None = None,
    solve: Solver = solve_network,
    give: Solver = deliver,
    **how: Any,
) -> SeasonAlone:
    """The scenario posed and answered again for a year that is this season from end to end.

    Args:
        pose: poses the question of a season; by default on the study area of the question.
        give: called as `deliver`.
        how: goes to `solve` (time_limit_s, effort, gap).
    """
    alone = (pose or posing_again(question))(season=season)
    free = changes.without_targets(alone.problem)
    forms, modules, lost = years_in(question, solution, alone)
    now = give(free, forms, modules, aims=("most",))
    return SeasonAlone(alone, now, solve(free, aims=("most",), start=now, **how), lost)


def prices_of_season(
    question: NetworkQuestion,
    solution: NetworkSolution,
    season: str,
    *,
    alone: SeasonAlone | None = None,
    give: Solver = deliver,
    **how: Any,
) -> tuple[Explanation, ...]:
    """How far this plan is from the best for one season, and what a plan for it alone would lose over the whole year.

    First, in a year that is this season from end to end: the best plan made for it against the institutions of this
    plan, an interval. Second, over the year as it is: the institutions of this plan against those of the plan found
    for the one season, exact for these two plans. Orders, floors, standards and the tilt are left out everywhere;
    both are told in units delivered. Nothing where the institutions cannot work so.

    Args:
        alone: what `season_alone` gave, where it was asked already.
        give: called as `deliver`.
        how: goes to `season_alone` (pose, solve, time_limit_s, effort, gap).
    """
    alone = alone or season_alone(question, solution, season, give=give, **how)
    if alone.now.objective is None:
        return ()
    name, over, unit = season_name(season), over_years("most", question.years), unit_of(question, "most")
    interval, aside = price("most", alone.best, alone.now), set_aside(question.problem)
    words, lost = gain("most", interval, unit), _unusable(alone.lost, season_name(season))
    sentence = both(
        f"If it were {name} all the year{over}{aside}: against this plan, and made for {name} alone, {words}.{lost}",
        f"设全年都是{name.zh}{over.zh}{aside.zh}，只按{name.zh}安排的最好方案与本方案相比：{words.zh}。{lost.zh}",
    )
    return (told("season", season, sentence, interval, unit), *_in_the_year(question, solution, alone, season, give))


def _unusable(lost: int, when: Sentence) -> Sentence:
    if not lost:
        return both("", "")
    things = "building or service" if lost == 1 else "buildings or services"
    return both(
        f" {lost:,} {things} of this plan cannot be used in {when} and {'is' if lost == 1 else 'are'} left out of it.",
        f"本方案有 {lost} 项设施或服务在{when.zh}无法使用，未计入。",
    )


def _in_the_year(
    question: NetworkQuestion, solution: NetworkSolution, alone: SeasonAlone, season: str, give: Solver
) -> tuple[Explanation, ...]:
    """The plan for one season in the year as it is; nothing where there is no such plan."""
    if alone.best.objective is None:
        return ()
    free = changes.without_targets(question.problem)
    forms, modules, lost = years_in(alone.question, alone.best, question)
    mine = give(free, solution.form_year, solution.module_year, aims=("most",))
    theirs = give(free, forms, modules, aims=("most",))
    if mine.objective is None or theirs.objective is None:
        return ()
    less = mine.objective - theirs.objective
    name, over, unit = season_name(season), over_years("most", question.years), unit_of(question, "most")
    words, aside = _less_or_more(less, abs(mine.objective), unit), set_aside(question.problem)
    without = both("", "")
    if lost:
        things = "building or service" if lost == 1 else "buildings or services"
        without = both(
            f" (without {lost:,} {things} that cannot be used all the year)", f"（其中 {lost:,} 项不能全年使用，不计）"
        )
    sentence = both(
        f"The plan found for {name} alone{without} would deliver {words} in the year as it is{over}{aside}.",
        f"只按{name.zh}安排的方案{without.zh}，在实际的全年里比本方案{words.zh}{over.zh}{aside.zh}。",
    )
    return (told("one_season", season, sentence, exactly(less), unit),)


def _less_or_more(lost: float, scale: float, unit: str) -> Sentence:
    if abs(lost) <= NOISE * (1.0 + scale):
        return both("as much as this plan", "不多不少")
    size = amount(abs(lost), unit)
    word, zh = ("less", "少提供") if lost > 0 else ("more", "多提供")
    return both(f"{size} {word} than this plan", f"{zh} {size.zh}")

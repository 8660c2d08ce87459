"""Asking a network question again with something changed, and comparing the plan found with the one at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from geodata.errors import Sentence, both
from optimizers.network import NetworkProblem, NetworkSolution
from planning.faults import PlanningError, nearest
from planning.network.measures.groups import persons_served
from planning.network.reasons.explanation import between, priced_aim, sense

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion

Solver: TypeAlias = Callable[..., NetworkSolution]
"""Called as `solve_network`: (problem, aims=, time_limit_s=, effort=, start=) gives a `NetworkSolution`."""


def in_one_aim(question: NetworkQuestion, solution: NetworkSolution, solve: Solver, **how: Any) -> NetworkSolution:
    """The solution whose first aim is the one that prices are told in; asked for anew where it is not the solution's.

    Raises:
        PlanningError: the solution has no plan.
    """
    if solution.objective is None:
        raise PlanningError(
            [
                both(
                    f"the solution is {solution.status} and has no plan to explain; see what would make one possible",
                    "没有可说明的方案：在各项限制内未得到方案；请先查看怎样调整才能有方案",
                )
            ]
        )
    aim = priced_aim(solution)
    if (solution.stages[0].aim if solution.stages else solution.aims[0]) == aim:
        return solution
    return solve(question.problem, aims=(aim,), start=solution, **how)


def asked_again(
    question: NetworkQuestion, solution: NetworkSolution, changed: NetworkProblem, solve: Solver, **how: Any
) -> NetworkSolution:
    """The changed question with all the aims of the solution, so that both plans are of one kind.

    Where prices are told in another aim than the first (see `priced_aim`), with that one alone.
    """
    aim, network = priced_aim(solution), question.scenario.network
    if solution.aims[0] != aim or network is None:
        return solve(changed, aims=(aim,), **how)
    return solve(changed, aims=solution.aims, give=network.give, **how)


def site_at(question: NetworkQuestion, site_id: str) -> int:
    """Position of a site.

    Raises:
        PlanningError: no such site in the question.
    """
    ids = question.sites["site_id"].tolist()
    return _position("site", "地点", site_id, ids)


def county_at(question: NetworkQuestion, code: str) -> int:
    """Position of a county."""
    return _position("county", "县", code, list(question.counties))


def service_at(question: NetworkQuestion, key: str) -> int:
    """Position of a service."""
    return _position("service", "服务", key, list(question.services))


def year_at(question: NetworkQuestion, year: int) -> int:
    """Position of a calendar year."""
    return _position("year", "年份", str(year), [str(each) for each in question.years])


def _position(what: str, what_zh: str, word: str, known: list[str]) -> int:
    if word not in known:
        hint = nearest(word, known)
        raise PlanningError(
            [both(f"no {what} '{word}' in this question{hint}", f"本问题中没有{what_zh}“{word}”{hint.zh}")]
        )
    return known.index(word)


def better(aim: str, found: NetworkSolution, at_hand: NetworkSolution) -> NetworkSolution:
    """The plan that reaches more of the aim; the one at hand where they are alike or neither is a plan.

    Both are plans of the question of the first.
    """
    turn = sense(aim)
    if found.objective is None or at_hand.objective is None:
        return at_hand if found.objective is None else found
    mine, other = between(aim, found)[0], between(aim, at_hand)[0]
    return found if mine > other + 1e-9 * (1.0 + abs(turn * other)) else at_hand


def persons_of(question: NetworkQuestion, solution: NetworkSolution) -> int:
    """Persons served in the last year, each counted once for every service they use."""
    return int(persons_served(question, solution).sum())


def persons_by(
    one: tuple[NetworkQuestion, NetworkSolution], other: tuple[NetworkQuestion, NetworkSolution], column: str
) -> Mapping[str, int]:
    """How many more persons the first serves in the last year than the other, by a column of the rows they share."""
    more = persons_served(*one) - persons_served(*other)
    keys = one[0].rows[column].to_numpy()
    return {str(key): int(more[keys == key].sum()) for key in np.unique(keys)}


def served_by_both(question: NetworkQuestion, now: NetworkSolution, then: NetworkSolution, when: Sentence) -> Sentence:
    """Persons served by two plans that were found, as a sentence; `when` says when the second one holds.

    Nothing where the plans are the same, or made for different aims.
    """
    if now is then or now.aims != then.aims:
        return both("", "")
    a, b = persons_of(question, now), persons_of(question, then)
    return both(
        f" Plans found: {a:,} persons served in the last year as planned, {b:,} {when} (counted once for each "
        f"service).",
        f"所得方案末年服务人数（按各项服务分别计）：现方案 {a:,} 人，{when.zh} {b:,} 人。",
    )

"""Rounds instead of a building: what rounds cost in a county, and what a building there would have cost and served."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.errors import Sentence, both
from optimizers.network import FREE, STANDS, NetworkProblem, NetworkSolution, changes, solve_network
from planning.network.explanation import Explanation
from planning.network.measures.deliveries import deliveries_of
from planning.network.measures.groups import served_of_rows
from planning.network.reasons.asking import Solver, county_at
from planning.network.reasons.explanation import Interval
from planning.network.reasons.sentences import (
    amount,
    counted,
    county_name,
    exactly,
    site_name,
    told,
    within,
)
from planning.network.reasons.site_facts import cost_at, persons_at

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion

A_YEAR, ONCE = "yuan/person/year", "yuan/person once"
AIMS = ("most", "least_cost")
"""Of the building that is set against rounds: it serves most, and of those that do it is the cheapest."""


def building_instead(
    question: NetworkQuestion,
    solution: NetworkSolution,
    code: str,
    *,
    most: int = 3,
    solve: Solver = solve_network,
    **how: Any,
) -> tuple[Explanation, ...]:
    """What rounds cost a person in this county in the last year, and what a building there would have cost a person.

    For those candidates of the county that have most of the people now served at home within reach: the building that
    serves most of the county's people without rounds, and the cheapest of these, beside what the plan has elsewhere;
    money, floors, standards and the tilt do not bind, staff does. Of the townships tried, and of the village points,
    that is told which serves most. Nothing where rounds serve nobody.

    A person a year costs running / persons + capital / persons / `capital_life_years` of the assumptions, so that both
    are yuan a person a year; the capital is told once more by itself, as yuan a person once.

    Args:
        most: candidates that are tried.
        how: goes to `solve` (time_limit_s, effort, gap).
    """
    group = county_at(question, code)
    at_home, yuan = _rounds(question, solution, group)
    persons = float(at_home.sum())
    if persons < 0.5:
        return ()
    first = _rounds_told(question, code, persons, yuan)
    tried = _candidates(question, solution, group, at_home)[:most]
    if not tried:
        name = county_name(question, group)
        sentence = both(
            f"{name}: no candidate site of the county that is free reaches them in time.",
            f"{name.zh}：县内没有可选地点能在时限内服务这些人。",
        )
        return first, told("building_instead", code, sentence, exactly(math.inf), A_YEAR)
    found = [(solve(_there(question, solution, group, site), aims=AIMS, **how), site) for site in tried]
    return first, *_best_of_each_tier(question, code, found)


def _best_of_each_tier(
    question: NetworkQuestion, code: str, found: Sequence[tuple[NetworkSolution, int]]
) -> Iterator[Explanation]:
    """A township institution and a village point are different things: each is told by the one that serves most."""
    tiers = question.sites["tier"].tolist()
    for tier in sorted({tiers[site] for _, site in found}):
        alike = [each for each in found if tiers[each[1]] == tier]
        built, site = max(alike, key=lambda each: _served(question, *each))
        yield from _building_told(question, code, built, site, len(alike))


def _there(question: NetworkQuestion, solution: NetworkSolution, group: int, site: int) -> NetworkProblem:
    """The question of this county alone with a building at the site, without rounds, with all the money it needs."""
    problem = question.problem
    units = np.where(np.asarray(problem.group) == group, problem.units, 0.0)
    free = changes.without_money(changes.without_most_sites(changes.without_targets(problem)))
    alone = changes.only_at(changes.without_rounds(changes.with_units(free, units), group), solution, site)
    return changes.with_site(alone, site, by=problem.years - 1)


def _rounds(question: NetworkQuestion, solution: NetworkSolution, group: int) -> tuple[Any, float]:
    """Persons of each row served at home in the last year, of this county alone, and what that costs in yuan."""
    found, problem = deliveries_of(question, solution), question.problem
    here = np.asarray(problem.group) == group
    units = found.of_the_year(found.at_home)[-1] * here
    yuan = np.where(units > 0, problem.round_yuan, 0.0) * units
    return served_of_rows(found)[-1, 1] * here, float(yuan.sum())


def _rounds_told(question: NetworkQuestion, code: str, persons: float, yuan: float) -> Explanation:
    name, year = county_name(question, county_at(question, code)), question.years[-1]
    each, cost = amount(yuan / persons, "yuan"), amount(yuan, "yuan")
    sentence = both(
        f"{name}: rounds serve {counted(round(persons), 'person')} in {year} (counted once for each service) for "
        f"{cost}, {each} a person a year.",
        f"{name.zh}：{year} 年上门服务 {round(persons):,} 人（按各项服务分别计），费用 {cost.zh}，每人每年 {each.zh}。",
    )
    return told("rounds", code, sentence, exactly(yuan / persons), A_YEAR)


def _candidates(question: NetworkQuestion, solution: NetworkSolution, group: int, at_home: Any) -> list[int]:
    """Free sites of the county where nothing is or is planned: townships first, then those near most of them."""
    problem = question.problem
    free = np.zeros(len(problem.site_by), dtype=bool)
    free[problem.form_site[problem.form_state == FREE]] = True
    free[problem.form_site[problem.form_state == STANDS]] = False
    free &= (np.asarray(problem.site_group) == group) & ~changes.new_at(problem, solution)
    near = sum(
        share * _in_reach(reach, at_home, problem)
        for share, reach in zip(problem.season_share, problem.reach, strict=True)
    )
    village = (question.sites["tier"] == "village").to_numpy(bool)
    return [j for j in np.lexsort((-near, village)).tolist() if free[j] and near[j] > 0]


def _in_reach(reach: Any, at_home: Any, problem: Any) -> Any:
    """(m,) persons of rows that a site reaches and has a module for that may be switched on."""
    offers = np.zeros((problem.services, reach.shape[1]), dtype=bool)
    modules = (problem.module_state == FREE) & (problem.module_service >= 0)
    offers[problem.module_service[modules], problem.module_site[modules]] = True
    row = np.repeat(np.arange(reach.shape[0]), np.diff(reach.indptr))
    counted = at_home[row] * offers[problem.service[row], reach.indices]
    return np.bincount(reach.indices, counted, minlength=reach.shape[1])


def _building_told(
    question: NetworkQuestion, code: str, built: NetworkSolution, site: int, tried: int
) -> Iterator[Explanation]:
    name, what = site_name(question, site), _what(question, built, site)
    if built.objective is None:
        value = exactly(math.inf) if built.status == "infeasible" else Interval(math.nan, 0.0, math.inf)
        words = within(value, "yuan")
        sentence = both(f"An institution at {name} instead: {words}.", f"若改设在{name.zh}：{words.zh}。")
        yield told("building_instead", code, sentence, value, A_YEAR)
        return
    (capital, running), persons = cost_at(question, built, site), _served(question, built, site)
    cost, yearly = amount(capital, "yuan"), amount(running, "yuan")
    among = both(f" (of {tried} sites tried, it serves most)", f"（所试 {tried} 处中服务人数最多）")
    among = among if tried > 1 else both("", "")
    life = question.assumptions["capital_life_years"]
    each = (running + capital / life) / persons if persons >= 0.5 else math.inf
    sentence = both(
        f"{what} at {name} instead{among}, money set aside but staff still counted: {cost} of capital and {yearly} a "
        f"year; it would serve {counted(round(persons), 'person')} of the county in the last year"
        f"{_each(each, life)}.",
        f"若改在{name.zh}{what.zh}{among.zh}，不计资金限制、仍受人员限制：投资 {cost.zh}、年运行 {yearly.zh}，"
        f"末年服务本县 {round(persons):,} 人（按各项服务分别计）{_each(each, life).zh}。",
    )
    yield told("building_instead", code, sentence, exactly(each), A_YEAR)
    if math.isfinite(each):
        yield _capital_told(code, name, capital / persons)


def _capital_told(code: str, name: Sentence, each: float) -> Explanation:
    once = amount(each, "yuan")
    sentence = both(f"{name}: {once} of capital a person, paid once.", f"{name.zh}：人均投资 {once.zh}，一次性。")
    return told("building_capital", code, sentence, exactly(each), ONCE)


def _what(question: NetworkQuestion, built: NetworkSolution, site: int) -> Sentence:
    """What would be built: in a building that stands, or a new one."""
    problem = question.problem
    here = (problem.form_site == site) & (problem.form_state == FREE) & (built.form_year >= 0)
    forms = set(question.forms.loc[np.asarray(here), "form"])
    if "new" in forms:
        return both("A new building", "新建机构")
    network = question.scenario.network
    if network is not None and not network.new_buildings:
        return both(
            "An institution in an existing building (no new ones are allowed)", "按不新建的要求利用现有房屋设机构"
        )
    return both("An institution in an existing building", "利用现有房屋设机构")


def _served(question: NetworkQuestion, forced: NetworkSolution, site: int) -> float:
    """Persons served at a site in the last year; -1 without a plan."""
    return -1.0 if forced.objective is None else float(persons_at(question, forced, site).sum())


def _each(yuan: float, life: float) -> Sentence:
    if not math.isfinite(yuan):
        return both("", "")
    each = amount(yuan, "yuan")
    return both(
        f", {each} a person a year (capital spread over {life:g} years)",
        f"，每人每年 {each.zh}（投资按 {life:g} 年分摊）",
    )

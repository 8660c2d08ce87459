"""Whom a chosen site serves in the last year: by service, class, county and neighbourhood."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.apportion import largest_remainder
from geodata.errors import Sentence, both
from optimizers.network import FREE, NEVER, NetworkSolution
from planning.network.explanation import Explanation
from planning.network.reasons.sentences import counted, county_name, exactly, joined, service_name, site_name, told
from planning.network.reasons.site_facts import persons_at
from planning.network.reasons.why_here import chosen_at
from planning.network.result import NetworkPlan

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion


def whom_it_serves(
    question: NetworkQuestion, solution: NetworkSolution, site_id: str, plan: NetworkPlan | None = None
) -> Explanation:
    """Persons served at a site in the last year, each once for every service: by service, class and county.

    Args:
        plan: its count of the site is shown, so that sentence and table agree; without it the rounded sum.
    """
    site = chosen_at(question, solution, site_id)
    by_row = persons_at(question, solution, site).sum(axis=0)
    total = _total(by_row, site_id, plan)
    name = site_name(question, site)
    if total == 0:
        sentence = _nobody(question, solution, site, name)
        return told("serves", site_id, sentence, exactly(0.0), "persons")
    problem = question.problem
    by_service = largest_remainder(total, np.bincount(problem.service, by_row, minlength=problem.services))
    by_county = largest_remainder(total, np.bincount(problem.group, by_row, minlength=problem.groups))
    services_, counties = _listed(question, service_name, by_service), _listed(question, county_name, by_county)
    needy, areas = _needy(question, by_row, total), question.rows.loc[by_row > 0, "area_id"].nunique()
    sentence = both(
        f"{name}: {counted(total, 'person')} in the last year (counted once for each service): {services_}{needy}; "
        f"from {counties}, in {counted(areas, 'neighbourhood')}.",
        f"{name.zh}：末年服务 {total:,} 人（按各项服务分别计）：{services_.zh}{needy.zh}；"
        f"来自{counties.zh}，共 {areas} 个片区。",
    )
    return told("serves", site_id, sentence, exactly(float(total)), "persons")


def _nobody(question: NetworkQuestion, solution: NetworkSolution, site: int, name: Sentence) -> Sentence:
    """Why a site with something new serves nobody: it trains staff, village points hang on it, or neither."""
    problem = question.problem
    on = (problem.module_site == site) & (problem.module_state == FREE) & (solution.module_year != NEVER)
    trains = bool((on & (np.asarray(problem.module_use) < 0).any(axis=1)).any())
    needs = problem.form_needs[(problem.form_state == FREE) & (solution.form_year != NEVER)]
    holds = site in needs.indices
    why = both("", "")
    if trains:
        why = both("; it trains staff for others", "；它为其他机构培训人员")
    elif holds:
        why = both("; other sites hang on it", "；其他地点挂靠在这里")
    return both(f"{name}: serves nobody itself in the last year{why}.", f"{name.zh}：末年不直接服务{why.zh}。")


def _total(by_row: Any, site_id: str, plan: NetworkPlan | None) -> int:
    if plan is not None:
        found = plan.sites.loc[plan.sites["site_id"] == site_id, "persons_served"]
        if len(found):
            return int(found.iloc[0])
    return round(float(by_row.sum()))


def _listed(question: NetworkQuestion, name: Callable[[NetworkQuestion, int], Sentence], count: Any) -> Sentence:
    """The larger first, all of them."""
    order = [i for i in np.argsort(-count, kind="stable").tolist() if count[i] > 0]
    parts = [_number_of(name(question, i), int(count[i])) for i in order]
    return joined(parts, most=len(parts))


def _needy(question: NetworkQuestion, by_row: Any, total: int) -> Sentence:
    """How many of them are severe (grades 1-2), and how many of these live in hardship."""
    kinds = question.rows["weight_class"].to_numpy()
    keys = ("severe", "hardship", "other")
    count = largest_remainder(total, [by_row[kinds == key].sum() for key in keys])
    severe = _number_of(both("severe", "重度"), count[0] + count[1])
    hardship = _number_of(both("of these in hardship", "其中特殊困难"), count[1])
    return both(f"; of them {severe}, {hardship}", f"；其中{severe.zh}（{hardship.zh}）")


def _number_of(name: Sentence, count: int) -> Sentence:
    return both(f"{name} {count:,}", f"{name.zh} {count:,} 人")

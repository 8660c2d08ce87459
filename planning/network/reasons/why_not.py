"""Why not my township: what the plan loses when an institution must open there, or which rule bars it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geodata.errors import Sentence, both
from optimizers.network import BARRED, FREE, NetworkSolution, changes, solve_network
from planning.faults import PlanningError
from planning.network.explanation import Explanation
from planning.network.reasons.asking import Solver, asked_again, in_one_aim, persons_by, site_at
from planning.network.reasons.effects import loss
from planning.network.reasons.explanation import Interval, difference, price, priced_aim
from planning.network.reasons.others import moved_sites
from planning.network.reasons.posed_again import Pose, posing_again, years_in
from planning.network.reasons.sentences import (
    amount,
    county_name,
    exactly,
    joined,
    over_of,
    service_name,
    site_name,
    told,
    unit_of,
)
from planning.network.reasons.site_facts import stands_at

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion

_FORM_RULES: Final = {
    "new_buildings": both("new buildings are not allowed in this scenario", "本情景不允许新建"),
    "accessible": both(
        "its host is not known to be accessible, and only accessible hosts are allowed",
        "所在场所未知是否无障碍，而本情景只用无障碍场所",
    ),
    "holder": both("no institution near enough may hold this village point", "附近没有可挂靠的机构"),
    "elsewhere": both("its county is not among [candidates] counties", "所在县不在 [candidates] counties 之列"),
}
_OUTREACH: Final = both(
    "no county centre is near enough for its staff to come", "附近没有县级中心，其人员无法在时限内到达"
)


@dataclass(frozen=True, eq=False)
class Opened:
    """The plan with an institution at a site.

    Attributes:
        question: in which it was asked; posed again where a ban on the site had to be lifted.
        price: what the best plan with it loses, below 0 where it gains.
    """

    question: NetworkQuestion
    plan: NetworkSolution
    site: int
    price: Interval
    was_banned: bool


def why_not(
    question: NetworkQuestion,
    solution: NetworkSolution,
    site_ids: str | Sequence[str],
    *,
    pose: Pose | None = None,
    solve: Solver = solve_network,
    **how: Any,
) -> Explanation:
    """What it costs to open this site by the last year, and what gives way; of several sites, the one that costs least.

    A site that the scenario forbids is asked for without the ban on it: the scenario is posed again, all else as it
    was. A site that another rule bars cannot be opened; the rule is told.

    Args:
        pose: poses the question without a ban; by default on the study area of the question.
        how: goes to `solve` (time_limit_s, effort, gap).

    Raises:
        PlanningError: no such site, something new is there already, or an institution stands there.
    """
    ids = [site_ids] if isinstance(site_ids, str) else list(site_ids)
    sites = [_absent_at(question, solution, site_id) for site_id in ids]
    barred = {site: rule for site in sites if (rule := _rule(question, site))}
    pose = pose or posing_again(question)
    opened = [_opened(question, solution, site, pose, solve, how) for site in sites if site not in barred]
    rules = _rules_told(question, barred)
    if not opened:
        return told("why_not", ids[0], both(rules.strip(), rules.zh), exactly(np.inf), _unit(question, solution))
    return _told(question, solution, opened, len(ids), rules)


def _absent_at(question: NetworkQuestion, solution: NetworkSolution, site_id: str) -> int:
    site = site_at(question, site_id)
    if changes.new_at(question.problem, solution)[site]:
        raise PlanningError(
            [both(f"site '{site_id}' is chosen; ask why_here", f"地点“{site_id}”已入选；请改问“为何设在此”")]
        )
    if stands_at(question, site):
        raise PlanningError(
            [both(f"an institution stands at '{site_id}' already", f"地点“{site_id}”已有机构，无须新设")]
        )
    return site


def _rule(question: NetworkQuestion, site: int) -> Sentence:
    """Which rule bars every form there, the ban on the site aside; "" where some form may be chosen without it."""
    if reason := str(question.sites["unsafe"].iloc[site]):
        return both(f"it is marked as unsafe ({reason})", f"已标为不安全（{reason}）")
    if nothing := _nothing_to_offer(question, site):
        return nothing
    here = np.asarray(question.problem.form_site) == site
    rules = question.forms.loc[here, "barred"].tolist()
    if _is_free(question, site) or (question.sites["forbidden"].iloc[site] and "" in rules):
        return both("", "")
    known = [_FORM_RULES[rule] for rule in dict.fromkeys(rules) if rule]
    listed = both("; ".join(known), "；".join(rule.zh for rule in known))
    return listed if known else both("nothing may be built there", "那里没有可选的设施")


def _nothing_to_offer(question: NetworkQuestion, site: int) -> Sentence:
    """Why no service could be offered there, whatever is built; "" where one could, or where the site is forbidden."""
    here = question.modules[np.asarray(question.problem.module_site) == site]
    if not len(here) or (here["barred"] == "").any():
        return both("", "")
    parts = list(_barred_services(question, here))
    return both("".join(parts).strip().rstrip("."), "".join(part.zh for part in parts).removesuffix("。"))


def _is_free(question: NetworkQuestion, site: int) -> bool:
    problem = question.problem
    return bool(((problem.form_site == site) & (problem.form_state == FREE)).any())


def _rules_told(question: NetworkQuestion, barred: dict[int, Sentence]) -> Sentence:
    parts = [(site_name(question, site), rule) for site, rule in barred.items()]
    return both(
        "".join(f" {name} cannot be chosen: {rule}." for name, rule in parts),
        "".join(f"{name.zh}不能入选：{rule.zh}。" for name, rule in parts),
    )


def _opened(
    question: NetworkQuestion, solution: NetworkSolution, site: int, pose: Pose, solve: Solver, how: dict[str, Any]
) -> Opened:
    aim, site_id = priced_aim(solution), str(question.sites["site_id"].iloc[site])
    base = in_one_aim(question, solution, solve, **how)
    banned = not _is_free(question, site)
    there, start, at = question, solution, site
    if banned:
        there = pose(allowed=site_id)
        forms, modules, _ = years_in(question, solution, there)
        start, at = replace(solution, form_year=forms, module_year=modules), site_at(there, site_id)
    changed = changes.with_site(there.problem, at, by=there.problem.years - 1)
    plan = asked_again(there, solution, changed, solve, start=start, **how)
    cost = difference(aim, base, plan) if banned else price(aim, base, plan)
    return Opened(there, plan, at, cost, banned)


def _told(
    question: NetworkQuestion, solution: NetworkSolution, opened: Sequence[Opened], asked: int, rules: Sentence
) -> Explanation:
    """The one that costs least; the price is that of whichever costs least."""
    one = min(opened, key=lambda each: (np.nan_to_num(each.price.value, nan=np.inf), each.price.low))
    interval, aim, over = _cheapest([each.price for each in opened]), priced_aim(solution), over_of(question, solution)
    unit, name = _unit(question, solution), site_name(one.question, one.site)
    ban, among = both("", ""), both("", "")
    if one.was_banned:
        ban = both(" and without the ban on it", "（取消对它的排除）")
    if asked > 1:
        among = both(f" (of {asked} asked for, its plan loses least)", f"（所问 {asked} 处中所得方案损失最少）")
    site_id = str(one.question.sites["site_id"].iloc[one.site])
    moved, more = moved_sites(question, solution, one.question, one.plan, site_id), _barred_there(one)
    words, lost = loss(aim, interval, unit), _lost(question, solution, one)
    sentence = both(
        f"With an institution at {name}{ban}{among}{over}: {words}.{moved}{lost}{more}{rules}",
        f"若在{name.zh}设机构{ban.zh}{among.zh}{over.zh}：{words.zh}。{moved.zh}{lost.zh}{more.zh}{rules.zh}",
    )
    return told("why_not", site_id, sentence, interval, unit)


def _unit(question: NetworkQuestion, solution: NetworkSolution) -> str:
    return unit_of(question, priced_aim(solution))


def _cheapest(prices: Sequence[Interval]) -> Interval:
    """The price of the one that costs least, whichever it is."""
    known = [each.value for each in prices if not np.isnan(each.value)]
    low, high = min(each.low for each in prices), min(each.high for each in prices)
    value = min(known, default=np.nan)
    return Interval(value if value < np.inf or low == np.inf else np.nan, low, high)


def _barred_there(one: Opened) -> Sentence:
    """What could not be offered there, and why."""
    modules, problem = one.question.modules, one.question.problem
    here = modules[(np.asarray(problem.module_site) == one.site) & (np.asarray(problem.module_state) == BARRED)]
    parts = list(_barred_services(one.question, here))
    return both("".join(part for part in parts), "".join(part.zh for part in parts))


def _barred_services(question: NetworkQuestion, modules: Any) -> Iterator[Sentence]:
    known = {"outreach": _OUTREACH, "referral": _referral(question)}
    for rule, rows in modules.groupby("barred", sort=False):
        if rule in known:
            keys = [question.services.index(key) for key in dict.fromkeys(rows["service"]) if key]
            names = joined([service_name(question, s) for s in keys], most=len(keys))
            yield both(f" It could not offer {names}: {known[rule]}.", f"那里不能提供{names.zh}：{known[rule].zh}。")


def _referral(question: NetworkQuestion) -> Sentence:
    given = question.scenario.network.referral_minutes if question.scenario.network else None
    minutes = amount(question.assumptions["referral_minutes"] if given is None else given, "min")
    return both(
        f"no county centre is within {minutes}, the limit for referral", f"{minutes.zh}的转介时限内没有县级中心"
    )


def _lost(question: NetworkQuestion, base: NetworkSolution, one: Opened) -> Sentence:
    """Persons more or fewer in the last year, by service and by county, in the plan found."""
    if one.plan.objective is None:
        return both("", "")
    names = {
        "service": {key: service_name(question, s) for s, key in enumerate(question.services)},
        "county_code": {code: county_name(question, g) for g, code in enumerate(question.counties)},
    }
    parts = []
    for column, known in names.items():
        changed = persons_by((one.question, one.plan), (question, base), column)
        more = {key: count for key, count in changed.items() if count}
        order = sorted(more, key=lambda key: (more[key], key))
        parts += [both(f"{known[key]} {more[key]:+,}", f"{known[key].zh} {more[key]:+,} 人") for key in order[:4]]
    if not parts:
        return both(" As many persons are served in the last year.", "末年服务人数不变。")
    listed = joined(parts, most=len(parts))
    return both(
        f" Persons served in the last year in the plan found (counted once for each service): {listed}.",
        f"所得方案末年服务人数变化（按各项服务分别计）：{listed.zh}。",
    )

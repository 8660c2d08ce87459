"""Other plans: what would take the place of a site, why a site is not chosen, and how often a site comes back.

Each question is asked again with a site left out, forced in, or with need as it might have been counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from geodata.errors import Sentence, both
from optimizers.network import FREE, STANDS, NetworkSolution, changes, solve_network
from planning.faults import PlanningError
from planning.network.reasons.asking import Solver, asked_again, in_one_aim, persons_by, site_at
from planning.network.reasons.explanation import Explanation, Interval, between, price, priced_aim
from planning.network.reasons.prices import ban, price_of
from planning.network.reasons.sentences import (
    county_name,
    exactly,
    joined,
    over_of,
    service_name,
    site_name,
    told,
    unit_of,
    within,
)
from planning.network.reasons.why_here import chosen_at

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion

NEAR: Final = 0.01
"""Share of the objective that a plan may lose and still be near the best; a judgement."""
BY_LEAVING_OUT: Final = both(
    "made by leaving out each other chosen site in turn, at most 1% worse", "逐一排除其他入选地点重算、损失不超过 1%"
)
BY_SEASON: Final = both("each made for one season alone", "分别只按一个季节重算")
BY_DRAWS: Final = both("made for need that differs at random by about 10%", "需求随机上下浮动约 10% 重算")


def without(
    question: NetworkQuestion, solution: NetworkSolution, site_id: str, *, solve: Solver = solve_network, **how: Any
) -> NetworkSolution:
    """The best plan found that has nothing new at this site, for the aims of the solution."""
    site = chosen_at(question, solution, site_id)
    changed = changes.without_site(question.problem, site)
    return asked_again(question, solution, changed, solve, start=solution, **how)


def replacement(
    question: NetworkQuestion,
    solution: NetworkSolution,
    site_id: str,
    *,
    again: NetworkSolution | None = None,
    solve: Solver = solve_network,
    **how: Any,
) -> Explanation:
    """What the site is worth: how much worse the best plan without it is, and which sites then take its place.

    The order to open it, if there is one, is taken away on both sides.

    Args:
        again: the plan without it, where `without` was asked already.
        how: goes to `solve` (time_limit_s, effort, gap).
    """
    site, aim = chosen_at(question, solution, site_id), priced_aim(solution)
    base = in_one_aim(question, solution, solve, **how)
    again = again or without(question, solution, site_id, solve=solve, **how)
    if question.problem.site_by[site] >= 0:
        base = solve(changes.without_lock(question.problem, site), aims=(aim,), start=base, **how)
    interval, unit, over = price(aim, base, again), unit_of(question, aim), over_of(question, solution)
    name, words, moved = site_name(question, site), within(interval, unit), _moved(question, solution, again, site)
    sentence = both(
        f"Price of replacing {name}{over}: {words}.{moved}", f"{name.zh}的替代代价{over.zh}：{words.zh}。{moved.zh}"
    )
    return told("replacement", site_id, sentence, interval, unit)


def _moved(question: NetworkQuestion, solution: NetworkSolution, again: NetworkSolution, site: int) -> Sentence:
    """Sites with something new in one plan and not in the other, besides the one in question."""
    if again.objective is None:
        return both("", "")
    before, after = changes.new_at(question.problem, solution), changes.new_at(question.problem, again)
    come, gone = ([j for j in np.flatnonzero(x).tolist() if j != site] for x in (after & ~before, before & ~after))
    parts = []
    if come:
        names = joined([site_name(question, j) for j in come])
        parts.append(both(f"The plan found opens {names} instead", f"所得方案改设{names.zh}"))
    if gone:
        names = joined([site_name(question, j) for j in gone])
        parts.append(both(f"{names} {'give' if len(gone) > 1 else 'gives'} way", f"让位的有{names.zh}"))
    if not parts:
        return both(" The plan found opens no other site.", "所得方案不另设地点。")
    return both(f" {'; '.join(parts)}.", f"{'；'.join(p.zh for p in parts)}。")


def why_not(
    question: NetworkQuestion,
    solution: NetworkSolution,
    site_ids: str | Sequence[str],
    *,
    solve: Solver = solve_network,
    **how: Any,
) -> Explanation:
    """What it costs to open this site by the last year, and what gives way; of several sites, the one that costs least.

    Raises:
        PlanningError: no such site, something new is there already, or an institution stands there.
    """
    ids = [site_ids] if isinstance(site_ids, str) else list(site_ids)
    sites = [_absent_at(question, solution, site_id) for site_id in ids]
    base, aim = in_one_aim(question, solution, solve, **how), priced_aim(solution)
    if all(_is_barred(question, site) for site in sites):
        return price_of(question, solution, ban(question, ids[0]), solve=solve, **how)
    last, found = question.problem.years - 1, []
    for site_id, site in zip(ids, sites, strict=True):
        changed = changes.with_site(question.problem, site, by=last)
        forced = asked_again(question, solution, changed, solve, start=solution, **how)
        found.append((price(aim, base, forced), forced, site_id, site))
    _, forced, site_id, site = min(found, key=lambda each: (np.nan_to_num(each[0].value, nan=np.inf), each[0].low))
    cheapest = _cheapest([each[0] for each in found])
    return _why_not(question, solution, forced, site_id, site, cheapest, len(ids))


def _cheapest(prices: Sequence[Interval]) -> Interval:
    """The price of the one that costs least, whichever it is."""
    known = [each.value for each in prices if not np.isnan(each.value)]
    low, high = min(each.low for each in prices), min(each.high for each in prices)
    value = min(known, default=np.nan)
    return Interval(value if value < np.inf or low == np.inf else np.nan, low, high)


def _absent_at(question: NetworkQuestion, solution: NetworkSolution, site_id: str) -> int:
    site, problem = site_at(question, site_id), question.problem
    if changes.new_at(problem, solution)[site]:
        raise PlanningError(
            [both(f"site '{site_id}' is chosen; ask why_here", f"地点“{site_id}”已入选；请改问“为何设在此”")]
        )
    if ((problem.form_site == site) & (problem.form_state == STANDS)).any():
        raise PlanningError(
            [both(f"an institution stands at '{site_id}' already", f"地点“{site_id}”已有机构，无须新设")]
        )
    return site


def _is_barred(question: NetworkQuestion, site: int) -> bool:
    problem = question.problem
    return not ((problem.form_site == site) & (problem.form_state == FREE)).any()


def _why_not(
    question: NetworkQuestion,
    solution: NetworkSolution,
    forced: NetworkSolution,
    site_id: str,
    site: int,
    interval: Interval,
    asked: int,
) -> Explanation:
    name, unit, over = site_name(question, site), unit_of(question, priced_aim(solution)), over_of(question, solution)
    moved, lost, words = (
        _moved(question, solution, forced, site),
        _lost(question, solution, forced),
        within(interval, unit),
    )
    among = both("", "")
    if asked > 1:
        among = both(f" (of {asked} asked for, its plan loses least)", f"（所问 {asked} 处中所得方案损失最少）")
    sentence = both(
        f"Price of opening {name}{among}{over}: {words}.{moved}{lost}",
        f"设在{name.zh}{among.zh}的代价{over.zh}：{words.zh}。{moved.zh}{lost.zh}",
    )
    return told("why_not", site_id, sentence, interval, unit)


def _lost(question: NetworkQuestion, base: NetworkSolution, forced: NetworkSolution) -> Sentence:
    """Persons more or fewer in the last year, by service and by county, in the plan found."""
    if forced.objective is None:
        return both("", "")
    names = {
        "service": {key: service_name(question, s) for s, key in enumerate(question.services)},
        "county_code": {code: county_name(question, g) for g, code in enumerate(question.counties)},
    }
    parts = []
    for column, known in names.items():
        more = {key: n for key, n in persons_by(question, forced, base, column).items() if n}
        order = sorted(more, key=lambda key: (more[key], key))
        parts += [both(f"{known[key]} {more[key]:+,}", f"{known[key].zh} {more[key]:+,} 人") for key in order[:4]]
    if not parts:
        return both(" As many persons are served in the last year.", "末年服务人数不变。")
    listed = joined(parts, most=len(parts))
    return both(
        f" Persons served in the last year in the plan found: {listed}.", f"所得方案末年服务人数变化：{listed.zh}。"
    )


def near_best(
    question: NetworkQuestion, solution: NetworkSolution, plans: Sequence[NetworkSolution], share: float = NEAR
) -> tuple[NetworkSolution, ...]:
    """Those plans that lose at most this share of what the best plan found reaches."""
    aim = priced_aim(solution)
    reached = [between(aim, plan)[0] for plan in plans]
    best = max([between(aim, solution)[0], *reached])
    return tuple(plan for plan, value in zip(plans, reached, strict=True) if value >= best - share * abs(best))


def appears(
    question: NetworkQuestion, site_id: str, plans: Sequence[NetworkSolution], made: Sentence
) -> tuple[Explanation, ...]:
    """In how many of these plans the site has something new; `made` says how they were made. Nothing without plans."""
    site, plans = site_at(question, site_id), [plan for plan in plans if plan.objective is not None]
    if not plans:
        return ()
    count = sum(bool(changes.new_at(question.problem, plan)[site]) for plan in plans)
    of, name = len(plans), site_name(question, site)
    sentence = both(
        f"{name}: in {count} of {of} other plans ({made}).",
        f"{name.zh}：{of} 个其他方案（{made.zh}）中入选 {count} 个。",
    )
    return (told("appears", site_id, sentence, exactly(float(count)), "times"),)


def resampled(
    question: NetworkQuestion,
    solution: NetworkSolution,
    *,
    draws: int = 5,
    spread: float = 0.1,
    seed: int = 0,
    solve: Solver = solve_network,
    **how: Any,
) -> tuple[NetworkSolution, ...]:
    """The question asked again for need as it might have been counted: each row off by about `spread` of itself.

    Factors are e^(spread z) with z standard normal, scaled so that each service keeps its total; the same seed gives
    the same draws.
    """
    problem, rng = question.problem, np.random.default_rng(seed)
    found = []
    for _ in range(draws):
        units = problem.units * np.exp(spread * rng.standard_normal(len(problem.units)))
        before, after = (np.bincount(problem.service, x, minlength=problem.services) for x in (problem.units, units))
        units *= np.divide(before, after, out=np.ones_like(before), where=after > 0)[problem.service]
        changed = changes.with_units(problem, units)
        found.append(solve(changed, aims=(priced_aim(solution),), start=solution, **how))
    return tuple(found)

"""Why here: what a chosen site gives, whom it serves, how far they come, and what would take its place.

Every function gives explanations about one site of a solution, named by its id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.apportion import largest_remainder
from geodata.errors import Sentence, both
from geodata.services import services
from optimizers.network import NetworkSolution, changes, deliver
from planning.faults import PlanningError
from planning.network.measures.deliveries import deliveries_of
from planning.network.reasons.asking import Solver, persons_of, site_at
from planning.network.reasons.explanation import NOISE, Explanation
from planning.network.reasons.sentences import (
    amount,
    county_name,
    exactly,
    joined,
    number,
    over_years,
    service_name,
    site_name,
    told,
    unit_of,
)
from planning.network.reasons.site_facts import Times, persons_at, times_of
from planning.network.result import NetworkPlan

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion


def chosen_sites(question: NetworkQuestion, solution: NetworkSolution) -> tuple[str, ...]:
    """Ids of the sites where the solution opens or switches on something new."""
    ids = question.sites["site_id"].to_numpy()
    return tuple(str(site) for site in ids[changes.new_at(question.problem, solution)])


def why_here(
    question: NetworkQuestion,
    solution: NetworkSolution,
    site_id: str,
    *,
    kept: NetworkSolution | None = None,
    give: Solver = deliver,
) -> tuple[Explanation, ...]:
    """What is lost when this site is not opened and all else stays, and how far its people would then have to go.

    With the same institutions elsewhere as much as possible is delivered with the site and without it; money that it
    does not need may go to rounds. What needs this site is closed with it. Orders, floors, standards and the tilt are
    left out on both sides. Exact.

    Args:
        kept: what the solution's institutions deliver without those targets, where that is known already.
        give: called as `deliver`.
    """
    site = chosen_at(question, solution, site_id)
    free = changes.without_targets(question.problem)
    years = changes.closed(free, solution, site)
    kept = kept or give(free, solution.form_year, solution.module_year)
    closed = give(free, *years)
    name = site_name(question, site)
    if kept.objective is None or closed.objective is None:
        return (_needed_by_others(question, site_id, name),)
    first = _gain(question, kept, closed, site_id, name, _dragged(question, solution, years[0], site))
    return (first, *_times(question, solution, closed, site_id, site))


def chosen_at(question: NetworkQuestion, solution: NetworkSolution, site_id: str) -> int:
    """Position of a site where the solution has something new.

    Raises:
        PlanningError: no such site, or nothing new there.
    """
    site = site_at(question, site_id)
    if not changes.new_at(question.problem, solution)[site]:
        raise PlanningError(
            [
                both(
                    f"site '{site_id}' is not chosen; ask why_not",
                    f"地点“{site_id}”不在方案新增之列；请改问“为何不设”（why_not）",
                )
            ]
        )
    return site


def _needed_by_others(question: NetworkQuestion, site_id: str, name: Sentence) -> Explanation:
    sentence = both(
        f"{name}: others cannot work without its staff; it cannot be closed alone.",
        f"{name.zh}：其他机构依靠其人员，不能单独取消。",
    )
    return told("why_here", site_id, sentence, exactly(float("inf")), unit_of(question, "most"))


def _dragged(question: NetworkQuestion, solution: NetworkSolution, form_year: Any, site: int) -> Sentence:
    """Other sites that close or open later with this one."""
    problem = question.problem
    moved = np.unique(problem.form_site[form_year != solution.form_year])
    names = [site_name(question, j) for j in moved.tolist() if j != site]
    if not names:
        return both("", "")
    return both(f" (with it {joined(names)}, which need it)", f"（依托它的{joined(names).zh}随之取消或推迟）")


def _gain(
    question: NetworkQuestion, kept: NetworkSolution, closed: NetworkSolution, site_id: str, name: Sentence,
    dragged: Sentence,
) -> Explanation:  # fmt: skip
    assert kept.objective is not None
    assert closed.objective is not None
    lost = kept.objective - closed.objective
    lost = 0.0 if abs(lost) <= NOISE * (1.0 + abs(kept.objective)) else lost
    over = over_years("most", question.years)
    persons = persons_of(question, kept) - persons_of(question, closed)
    units = _units_by_service(
        question, deliveries_of(question, kept).units[-1] - deliveries_of(question, closed).units[-1]
    )
    unit = unit_of(question, "most")
    value, (less, less_zh) = amount(abs(lost), unit), ("less", "少") if lost >= 0 else ("more", "反而多")
    sentence = both(
        f"{name}: without it{dragged}, all else as planned, {value} {less}{over}; in the last year "
        f"{_fewer(persons)} (counted once for each service){units}.",
        f"{name.zh}：若不设{dragged.zh}、其余不变，{less_zh}提供 {value.zh}{over.zh}；末年{_fewer(persons).zh}"
        f"（按各项服务分别计）{units.zh}。",
    )
    return told("why_here", site_id, sentence, exactly(lost), unit)


def _fewer(persons: int) -> Sentence:
    if persons < 0:
        return both(f"{-persons:,} more persons served", f"多服务 {-persons:,} 人")
    return both(f"{persons:,} fewer persons served", f"少服务 {persons:,} 人")


def _units_by_service(question: NetworkQuestion, by_row: Any) -> Sentence:
    """Units less (or more) of each service, of those that change."""
    total = np.bincount(question.problem.service, by_row, minlength=question.problem.services)
    parts = []
    for s in np.flatnonzero(np.abs(total) > NOISE * (1.0 + np.abs(total).max())).tolist():
        known, name = services().get(question.services[s]), service_name(question, s)
        unit, unit_zh = (known.unit, known.unit_zh) if known else ("units a year", "个服务单位/年")
        shown = ("+" if total[s] < 0 else "−") + number(abs(total[s]))
        parts.append(both(f"{name} {shown} {unit}", f"{name.zh} {shown} {unit_zh}"))
    listed = joined(parts, most=len(parts))
    return both(f": {listed}", f"：{listed.zh}") if parts else both("", "")


def _times(
    question: NetworkQuestion, solution: NetworkSolution, closed: NetworkSolution, site_id: str, site: int
) -> tuple[Explanation, ...]:
    """How far those whom it serves come, and what else they have in time; nothing where it serves nobody."""
    found = times_of(question, solution, closed, site)
    if found.persons < 0.5 or not np.isfinite(found.minutes):
        return ()
    name, here = site_name(question, site), amount(found.minutes, "min")
    alone = round(max(found.persons - found.with_other, 0.0))
    none, none_zh = (
        (f"; {alone:,} have no other open site in time", f"；{alone:,} 人时限内没有其他机构") if alone else ("", "")
    )
    sentence = both(
        f"{name}: those it serves in the last year come {here} on average{none}.",
        f"{name.zh}：末年服务对象单程平均 {here.zh}{none_zh}。",
    )
    first = told("minutes", site_id, sentence, exactly(found.minutes), "min")
    return (first, *_saved(name, site_id, found))


def _saved(name: Sentence, site_id: str, found: Times) -> tuple[Explanation, ...]:
    """Minutes saved by those who could go elsewhere in time; nothing where nobody could."""
    if found.with_other < 0.5:
        return ()
    saved = found.minutes_other - found.minutes_here
    there, here, each = (amount(x, "min") for x in (found.minutes_other, found.minutes_here, abs(saved)))
    more, more_zh = ("saved", "节省") if saved >= 0 else ("more", "多用")
    sentence = both(
        f"{name}: {round(found.with_other):,} could go to another open site in time, {there} instead of {here}: "
        f"{each} {more} one way.",
        f"{name.zh}：{round(found.with_other):,} 人另有时限内的机构，单程平均 {there.zh}，现为 {here.zh}，"
        f"{more_zh} {each.zh}。",
    )
    return (told("minutes_saved", site_id, sentence, exactly(saved), "min"),)


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
        sentence = both(f"{name}: serves nobody itself in the last year.", f"{name.zh}：末年不直接服务。")
        return told("serves", site_id, sentence, exactly(0.0), "persons")
    problem = question.problem
    by_service = largest_remainder(total, np.bincount(problem.service, by_row, minlength=problem.services))
    by_county = largest_remainder(total, np.bincount(problem.group, by_row, minlength=problem.groups))
    services_, counties = _listed(question, service_name, by_service), _listed(question, county_name, by_county)
    needy, areas = _needy(question, by_row, total), question.rows.loc[by_row > 0, "area_id"].nunique()
    sentence = both(
        f"{name}: {total:,} persons in the last year (counted once for each service): {services_}{needy}; "
        f"from {counties}, in {areas} neighbourhoods.",
        f"{name.zh}：末年服务 {total:,} 人（按各项服务分别计）：{services_.zh}{needy.zh}；"
        f"来自{counties.zh}，共 {areas} 个片区。",
    )
    return told("serves", site_id, sentence, exactly(float(total)), "persons")


def _total(by_row: Any, site_id: str, plan: NetworkPlan | None) -> int:
    if plan is not None:
        found = plan.sites.loc[plan.sites["site_id"] == site_id, "persons_served"]
        if len(found):
            return int(found.iloc[0])
    return round(float(by_row.sum()))


def _listed(question: NetworkQuestion, name: Callable[[NetworkQuestion, int], Sentence], count: Any) -> Sentence:
    """The larger first, all of them."""
    order = [i for i in np.argsort(-count, kind="stable").tolist() if count[i] > 0]
    parts = [_counted(name(question, i), int(count[i])) for i in order]
    return joined(parts, most=len(parts))


def _needy(question: NetworkQuestion, by_row: Any, total: int) -> Sentence:
    """How many of them are severe (grades 1-2), and how many of these live in hardship."""
    kinds = question.rows["weight_class"].to_numpy()
    keys = ("severe", "hardship", "other")
    count = largest_remainder(total, [by_row[kinds == key].sum() for key in keys])
    severe = _counted(both("severe", "重度"), count[0] + count[1])
    hardship = _counted(both("of these in hardship", "其中特殊困难"), count[1])
    return both(f"; of them {severe}, {hardship}", f"；其中{severe.zh}（{hardship.zh}）")


def _counted(name: Sentence, count: int) -> Sentence:
    return both(f"{name} {count:,}", f"{name.zh} {count:,} 人")

"""Why here: what a chosen site gives, whom it serves, how far they come, and what would take its place.

Every function gives explanations about one site of a solution, named by its id.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.errors import Sentence, both
from geodata.services import services
from optimizers.network import NetworkProblem, NetworkSolution, changes, deliver
from planning.faults import PlanningError
from planning.network.explanation import Explanation
from planning.network.measures.deliveries import deliveries_of
from planning.network.reasons.asking import Solver, persons_of, site_at
from planning.network.reasons.explanation import NOISE, Interval
from planning.network.reasons.sentences import (
    amount,
    counted,
    exactly,
    joined,
    number,
    over_years,
    service_name,
    set_aside,
    site_name,
    told,
    unit_of,
)
from planning.network.reasons.site_facts import Times, left_out, times_of

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion


def touched_sites(question: NetworkQuestion, solution: NetworkSolution) -> tuple[str, ...]:
    """Ids of the sites where the solution opens or switches on something new, standing institutions among them."""
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
    left out on both sides. Exact. Where the others cannot work without the site that is told, and whether its staff is
    why.

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
        staff = kept.objective is not None and _staff_is_why(free, closed, years, give)
        return (_alone_impossible(question, site_id, name, staff),)
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


def _staff_is_why(problem: NetworkProblem, closed: NetworkSolution, years: tuple[Any, Any], give: Solver) -> bool:
    """Whether what is left breaks a limit and would not if modules drew on nobody."""
    return closed.status == "infeasible" and give(changes.without_staff(problem), *years).objective is not None


def _alone_impossible(question: NetworkQuestion, site_id: str, name: Sentence, staff: bool) -> Explanation:
    """The site cannot be closed alone for its staff; or what that would cost is not known."""
    if staff:
        words = both(
            "others cannot work without the staff it trains; it cannot be closed alone",
            "其他机构依靠其培训的人员，不能单独取消",
        )
    else:
        words = both(
            "what would be lost without it was not found with all else as planned", "其余不变时，取消它的影响未能算出"
        )
    interval = exactly(math.inf) if staff else Interval(math.nan, 0.0, math.inf)
    return told(
        "why_here", site_id, both(f"{name}: {words}.", f"{name.zh}：{words.zh}。"), interval, unit_of(question, "most")
    )


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
    aside, without = set_aside(question.problem), left_out(question, site_at(question, site_id))
    sentence = both(
        f"{name}: {without}{dragged}, all else as planned{aside}, {value} {less}{over}; in the last year "
        f"{_fewer(persons)} (counted once for each service){units}.",
        f"{without.zh}{dragged.zh}、其余不变{aside.zh}，{less_zh}提供 {value.zh}{over.zh}；末年"
        f"{_fewer(persons).zh}（按各项服务分别计）{units.zh}。",
    )
    return told("why_here", site_id, sentence, exactly(lost), unit)


def _fewer(persons: int) -> Sentence:
    if persons < 0:
        return both(f"{counted(-persons, 'more person')} served", f"多服务 {-persons:,} 人")
    return both(f"{counted(persons, 'fewer person')} served", f"少服务 {persons:,} 人")


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
    alone = int(max(found.persons - found.with_other, 0.0) + 1e-6)  # never more than are served here
    none, none_zh = (
        (
            f"; {alone:,} of them {'has' if alone == 1 else 'have'} no other open site in time",
            f"；其中 {alone:,} 人时限内没有其他机构",
        )
        if alone
        else ("", "")
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

"""Why here, why not there, what would take its place, what a lock costs: sentences about one site of a plan of sites.

| kind | what is told | how it is known |
|------|--------------|-----------------|
| why_here | who travels longer when the site closes and all else stays | measured on the plan |
| minutes | how far they come, and would then have to | measured |
| served | fewer persons served and near | measured |
| townships | where they live | measured |
| replacement | what the best plan without it loses, and what takes its place | plan and bound |
| lock | the same for a site that must open: what the order costs | plan and bound |
| why_not | what the best plan with it loses, and what gives way | plan and bound |
| appears | in how many of 20 plans for people counted a little differently | counted |
| barred | the rule that keeps the site out, or that it stands in any case | the scenario |
"""

import math
from collections.abc import Callable, Sequence
from typing import Any, Final

from geodata.errors import Sentence, both, in_language
from planning.comparing.aims import Aim, aim_of, span
from planning.network.explanation import Explanation
from planning.network.reasons.explanation import Interval
from planning.network.reasons.sentences import counted, exactly, joined, number, told
from planning.question import Question
from planning.scenario_form import Close, Forbid, Lock, Unsafe
from planning.solving import Answered
from planning.study_area import StudyArea
from planning.why.site import DRAWS, SPREAD, Closed, Other, closed, comes_back, position, with_it, without

SEARCH: Final[dict[str, Any]] = {"effort": "quick", "time_limit_s": 10.0}
"""How each question that is asked again is searched."""
MEASURED: Final = ("why_here", "minutes", "served", "townships", "serves", "minutes_saved")
"""Kinds that are measured on the plan itself."""


def explain_site(
    at_hand: Answered, area: StudyArea, site: str, progress: Callable[[str, float], None] | None = None, **how: Any
) -> tuple[Explanation, ...]:
    """All that is told of one site: of an open one why it is there, of any other why it is not.

    Args:
        how: goes to `solve` for every question that is asked again.

    Raises:
        PlanningError: for a site that the study area does not have.
    """
    step = progress or (lambda name, share: None)
    name = name_of(at_hand.question, area, site)
    ids = at_hand.question.sites["site_id"].tolist()
    if site in ids and ids.index(site) in at_hand.opened:
        step("why_step", 0.1)
        found = why_here(at_hand, site, name)
        step("why_step", 0.4)
        return (*found, *_in_its_place(at_hand, area, site, name, step, {**SEARCH, **how}))
    return why_not(at_hand, area, site, name, step, {**SEARCH, **how})


def name_of(question: Question, area: StudyArea, site: str) -> Sentence:
    """The name of a site of the plan or of its study area; its id where it has none.

    Raises:
        PlanningError: no such site.
    """
    own = area.with_layers(question.scenario.layers).sites
    table = own if site in set(own["site_id"]) else question.sites
    row = table.iloc[_position_in(table, question, site)]
    zh = str(row["name_zh"]) or site
    return both(str(row["name_en"]) or zh, f"“{zh}”")


def _position_in(table: Any, question: Question, site: str) -> int:
    """Position of a site in a table of sites, else among those of the question."""
    ids = table["site_id"].tolist()
    return ids.index(site) if site in ids else position(question, site)


# --- an open site ---------------------------------------------------------------------------------------


def why_here(at_hand: Answered, site: str, name: Sentence) -> tuple[Explanation, ...]:
    """Who would lose if the site closed and all others stayed; exact."""
    question = at_hand.question
    lost = closed(question, at_hand.opened, position(question, site))
    found = [_farther(site, name, lost), *_minutes(site, lost), _served(question, site, lost), *_townships(site, lost)]
    return tuple(found)


def _farther(site: str, name: Sentence, lost: Closed) -> Explanation:
    none = both("", "")
    if lost.without_route:
        none = both(
            f"; {lost.without_route:,} of them would have no known route",
            f"，其中 {lost.without_route:,} 人没有已知路线",
        )
    sentence = both(
        f"{name} is the nearest institution of {counted(lost.persons, 'person')}. If it closed and all else stayed, "
        f"{counted(lost.farther, 'person')} would travel longer{none}.",
        f"{name.zh}是 {lost.persons:,} 人最近的机构。若取消它、其余不变，{lost.farther:,} 人要走更远{none.zh}。",
    )
    return told("why_here", site, sentence, exactly(float(lost.farther)), "persons")


def _minutes(site: str, lost: Closed) -> tuple[Explanation, ...]:
    before, after = lost.minutes
    if math.isnan(before):
        return ()
    sentence = both(
        f"Those who keep a route would travel {after:,.1f} min on average instead of {before:,.1f} min.",
        f"仍有路线的人，平均到达时间由 {before:,.1f} 分钟变为 {after:,.1f} 分钟。",
    )
    return (told("minutes", site, sentence, exactly(after - before), "min"),)


def _served(question: Question, site: str, lost: Closed) -> Explanation:
    near = f"{question.scenario.objective.minutes:g}"
    served, within = _fewer(lost.served_less), _fewer(lost.near_less)
    sentence = both(
        f"{served} would be served, {within} would have an institution within {near} min.".capitalize(),
        f"可获服务的人{served.zh}，{near} 分钟内有机构的人{within.zh}。",
    )
    return told("served", site, sentence, exactly(float(lost.served_less)), "persons")


def _fewer(persons: int) -> Sentence:
    """Persons less, or more where it is below 0."""
    if not persons:
        return both("as many persons", "不变")
    way = both("fewer", "减少") if persons > 0 else both("more", "增加")
    noun = "person" if abs(persons) == 1 else "persons"
    return both(f"{abs(persons):,} {way} {noun}", f"{way.zh} {abs(persons):,} 人")


def _townships(site: str, lost: Closed) -> tuple[Explanation, ...]:
    if not lost.townships:
        return ()
    names = [both(f"{en} ({persons:,})", f"{zh}（{persons:,} 人）") for zh, en, persons in lost.townships]
    listed = joined(names, most=4)
    sentence = both(f"They live in {listed}.", f"他们住在{listed.zh}。")
    return (told("townships", site, sentence, exactly(float(len(names))), ""),)


def _in_its_place(
    at_hand: Answered, area: StudyArea, site: str, name: Sentence, step: Callable[[str, float], None],
    how: dict[str, Any],
) -> tuple[Explanation, ...]:  # fmt: skip
    """What the question asked again says of a new site; of one that stands in any case, only that."""
    question = at_hand.question
    if at_hand.solution is None or question.sites["role"].iloc[position(question, site)] == "existing":
        words = both(f"{name} stands already: the plan did not choose it.", f"{name.zh}原已设立，不是本方案选出的。")
        return (told("barred", site, words, exactly(0.0), ""),)
    other = without(at_hand, area, site, **how)
    is_locked = any(c.site == site for c in question.scenario.of(Lock))
    start = both(f"Without {name}", f"若不设{name.zh}")
    found = [_told_other("lock" if is_locked else "replacement", site, start, at_hand, area, other)]
    step("why_step", 0.7)
    return (*found, *(() if is_locked else _appears(at_hand, site, name)))


# --- a site that is not open ----------------------------------------------------------------------------


def why_not(
    at_hand: Answered, area: StudyArea, site: str, name: Sentence, step: Callable[[str, float], None],
    how: dict[str, Any],
) -> tuple[Explanation, ...]:  # fmt: skip
    """What the best plan with the site loses, and what gives way; or the rule that keeps it out."""
    scenario = at_hand.question.scenario
    if rule := _rule(scenario, site, name):
        return (told("barred", site, rule, exactly(0.0), ""),)
    if at_hand.solution is None:
        words = both("This scenario chooses no sites; it measures what is there.", "本情景不选址，只计算现状。")
        return (told("barred", site, words, exactly(0.0), ""),)
    step("why_step", 0.2)
    other = with_it(at_hand, area, site, **how)
    forbidden = any(c.site == site for c in scenario.of(Forbid))
    lifted = both(" and without the ban on it", "（取消对它的排除）") if forbidden else both("", "")
    start = both(f"With {name}{lifted}", f"若设{name.zh}{lifted.zh}")
    found = _told_other("why_not", site, start, at_hand, area, other)
    step("why_step", 0.6)
    known = site in set(at_hand.question.sites["site_id"])
    return (found, *(_appears(at_hand, site, name) if known and not forbidden else ()))


def _rule(scenario: Any, site: str, name: Sentence) -> Sentence | None:
    """Rules that no choice of sites can mend: not safe, or an institution that the scenario closes."""
    for change in scenario.of(Unsafe):
        if change.site == site:
            return both(f"{name} is not used for safety: {change.reason}", f"{name.zh}因安全原因不用：{change.reason}")
    if any(change.site == site for change in scenario.of(Close)):
        return both(f"This scenario closes {name}.", f"本情景关闭了{name.zh}。")
    return None


# --- words of both --------------------------------------------------------------------------------------


def _told_other(kind: str, site: str, start: Sentence, at_hand: Answered, area: StudyArea, other: Other) -> Explanation:
    aim, question = aim_of(at_hand.question), at_hand.question
    if other.why_none:
        none = other.why_none
        words = both(f"{start} there is no plan: {none}.", f"{start.zh}，没有可行的方案：{in_language(none, 'zh')}。")
        return told(kind, site, words, other.loss, aim.unit)
    effect = _effect(aim, other.loss)
    moved = _moved(question, area, site, other)
    served = _fewer(other.served_less)
    words = both(
        f"{start}, {effect}.{moved} In the plan found, {served} are served.",
        f"{start.zh}，{effect.zh}。{moved.zh}所得方案可获服务的人{served.zh}。",
    )
    return told(kind, site, words, other.loss, aim.unit)


def _effect(aim: Aim, lost: Interval) -> Sentence:
    """How the aim changes when its best value is worse by this much; below 0 it is better."""
    low, high = lost.low, lost.high
    proof = both(" (proven)", "（已证明）") if lost.is_exact else both("", "")
    worse = both("lower", "减少") if aim.turn > 0 else both("higher", "增加")
    better = both("higher", "增加") if aim.turn > 0 else both("lower", "减少")
    name = both(f"the best plan's '{aim.name}'", f"最好方案的“{aim.name.zh}”")
    if low == high == 0.0:
        return both(f"{name} stays as it is (proven)", f"{name.zh}不变（已证明）")
    if math.isinf(low) or math.isinf(high):
        return both(f"how much {name} changes was not found in the time", f"{name.zh}有多大变化，在所给时间内未能算出")
    if low >= 0.0:
        return _changed(name, aim, worse, lost, proof)
    if high <= 0.0:
        return _changed(name, aim, better, Interval(-lost.value, -high, -low), proof)
    less, more = (span(Interval(v, 0.0, v), aim.unit) for v in (high, -low))
    return both(
        f"{name} is {worse} by {less}, or {better} by {more}", f"{name.zh}{worse.zh}{less.zh}，或{better.zh}{more.zh}"
    )


def _changed(name: Sentence, aim: Aim, way: Sentence, by: Interval, proof: Sentence) -> Sentence:
    size = span(by, aim.unit)
    space = " " if size.zh[:1].isdigit() else ""
    return both(f"{name} is {way} by {size}{proof}", f"{name.zh}{way.zh}{space}{size.zh}{proof.zh}")


def _moved(question: Question, area: StudyArea, site: str, other: Other) -> Sentence:
    """Which sites take the place of which, in the plan found."""
    comes, leaves = (
        [name_of(question, area, each) for each in ids if each != site] for ids in (other.comes, other.leaves)
    )
    parts = _listed(comes, both("opens", "改设")) + _listed(leaves, both("gives up", "不设"))
    if not parts:
        return both("", "")
    en, zh = " and ".join(parts), "、".join(part.zh for part in parts)
    return both(f" The plan found {en}.", f"所得方案{zh}。")


def _listed(names: Sequence[Sentence], verb: Sentence) -> list[Sentence]:
    if not names:
        return []
    listed = joined(names)
    return [both(f"{verb} {listed}", f"{verb.zh}{listed.zh}")]


def _appears(at_hand: Answered, site: str, name: Sentence) -> tuple[Explanation, ...]:
    count, draws = comes_back(at_hand, site, draws=DRAWS, effort="first", time_limit_s=2.0)
    if not draws:
        return ()
    off = number(SPREAD * 100)
    sentence = both(
        f"If every count of people were off by about {off} %, {name} would be chosen in {count} of {draws} plans found "
        "(random draws).",
        f"若各处人数有约 {off}% 的误差，在 {draws} 个随机情形所得的方案中，{name.zh}入选 {count} 次。",
    )
    return (told("appears", site, sentence, exactly(float(count)), "times"),)

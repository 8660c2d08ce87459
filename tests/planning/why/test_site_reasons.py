"""Why a site is there and why another is not: against all plans there are, on one county."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from made_scenarios import few_sites, is_chinese, is_english

from planning import Plan, StudyArea
from planning.faults import PlanningError, in_language
from planning.network.explanation import Explanation
from planning.question import Question
from planning.solving import Answered, answered
from planning.why import explained
from planning.why.explained import explain_site
from planning.why.site import answered_by, closed, position, with_it, without

LIMIT = 60


@pytest.fixture(autouse=True)
def _few_draws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explained, "DRAWS", 2)


@pytest.fixture(scope="module")
def at_hand(small_plan: Plan, area: StudyArea) -> Answered:
    return answered_by(small_plan, area)


def minutes_of(question: Question, opened: tuple[int, ...]) -> Any:
    """Minutes to the nearest of the open sites, from the bare table of travel times."""
    table = np.full(question.minutes.shape, np.inf)
    rows, columns = question.minutes.nonzero()
    table[rows, columns] = np.asarray(question.minutes[rows, columns]).ravel()
    return table[:, list(opened)].min(axis=1)


def new_of(found: Answered) -> list[str]:
    sites = found.question.sites.iloc[list(found.opened)]
    return list(sites.loc[sites["role"] != "existing", "site_id"])


def test_a_plan_is_its_own_answer_and_nothing_is_solved_for_it(small_plan: Plan, at_hand: Answered) -> None:
    assert tuple(sorted(new_of(at_hand))) == small_plan.proposed
    assert at_hand.solution is not None
    assert at_hand.solution.objective == small_plan.solver["objective"]


def test_a_plan_on_earlier_data_is_not_explained_by_those_of_today(small_plan: Plan, area: StudyArea) -> None:
    with pytest.raises(PlanningError, match="other data") as told:
        answered_by(replace(small_plan, baseline_digest="0" * 64), area)
    assert is_chinese(in_language(told.value.faults[0], "zh"))


def test_who_loses_without_a_site_is_counted_on_the_table_of_minutes(at_hand: Answered) -> None:
    question = at_hand.question
    for site in new_of(at_hand):
        at = position(question, site)
        before, after = (minutes_of(question, each) for each in (at_hand.opened, _but(at_hand.opened, at)))
        lost, persons = closed(question, at_hand.opened, at), question.persons
        assert lost.farther == persons[after > before].sum()
        assert lost.without_route == persons[(after > before) & np.isinf(after)].sum()
        assert lost.near_less == persons[before <= LIMIT].sum() - persons[after <= LIMIT].sum()
        assert sum(count for *_, count in lost.townships) == lost.farther


def _but(opened: tuple[int, ...], at: int) -> tuple[int, ...]:
    return tuple(each for each in opened if each != at)


def test_prices_are_those_of_the_best_of_all_plans(at_hand: Answered, area: StudyArea) -> None:
    """Three of the candidates of one county: few enough to look at every plan."""
    question = at_hand.question
    open_anyway = minutes_of(question, question.fixed)
    free = [i for i in range(len(question.sites)) if i not in question.fixed]
    own = {i: minutes_of(question, (i,)) <= LIMIT for i in free}
    near = open_anyway <= LIMIT

    def best(allowed: list[int], always: tuple[int, ...] = ()) -> int:
        plans = (set(each) | set(always) for each in combinations(allowed, 3 - len(always)))
        return max(int(question.persons[np.logical_or.reduce([near, *(own[i] for i in p)])].sum()) for p in plans)

    assert at_hand.solution is not None
    assert at_hand.solution.objective == best(free)
    chosen = position(question, new_of(at_hand)[0])
    other = next(i for i in free if i not in at_hand.opened)
    site = question.sites["site_id"]
    gone = without(at_hand, area, site[chosen])
    assert (gone.loss.low, gone.loss.high) == (best(free) - best([i for i in free if i != chosen]),) * 2
    assert site[chosen] in gone.leaves
    forced = with_it(at_hand, area, site[other])
    assert (forced.loss.low, forced.loss.high) == (best(free) - best([i for i in free if i != other], (other,)),) * 2
    assert site[other] in forced.comes


def kinds(found: tuple[Explanation, ...]) -> list[str]:
    return [each.kind for each in found]


def test_what_is_told_is_what_was_found_in_both_languages(at_hand: Answered, area: StudyArea) -> None:
    site = new_of(at_hand)[0]
    found = explain_site(at_hand, area, site)
    assert kinds(found) == ["why_here", "minutes", "served", "townships", "replacement", "appears"]
    for each in found:
        assert is_chinese(each.zh) or each.kind == "townships"
        assert is_english(each.en)
        assert each.low <= each.value <= each.high
        if "proven" in each.en:
            assert each.low == each.high
            assert "已证明" in each.zh
    farther, *_ = found
    assert f"{farther.value:,.0f} persons would travel longer" in farther.en


def test_a_locked_site_a_forbidden_one_and_one_that_stands_are_told_as_such(area: StudyArea, at_hand: Answered) -> None:
    ids = at_hand.question.sites["site_id"].tolist()
    candidates = [ids[i] for i in range(len(ids)) if i not in at_hand.question.fixed]
    worst, banned = candidates[0], new_of(at_hand)[0]
    orders = [{"type": "lock", "site": worst}, {"type": "forbid", "site": banned}]
    asked = answered(few_sites("ordered", changes=orders), area)
    lock = explain_site(asked, area, worst)[-1]
    assert lock.kind == "lock"
    assert lock.high <= 0.0 or lock.low <= 0.0  # without an order the best plan is as good or better
    ban = explain_site(asked, area, banned)
    assert kinds(ban) == ["why_not"]
    assert "without the ban" in ban[0].en
    stands = explain_site(asked, area, ids[asked.question.fixed[0]])
    assert kinds(stands)[-1] == "barred"


def test_more_locks_than_places_leave_no_plan_and_that_is_said(area: StudyArea, at_hand: Answered) -> None:
    ids = at_hand.question.sites["site_id"].tolist()
    candidates = [ids[i] for i in range(len(ids)) if i not in at_hand.question.fixed]
    full = [{"type": "lock", "site": site} for site in candidates[:3]]
    asked = answered(few_sites("full", changes=full), area)
    [told, *_] = explain_site(asked, area, candidates[3])
    assert told.value == np.inf
    assert "there is no plan" in told.en
    assert "没有可行的方案" in told.zh

"""What would make a plan possible, read from the sentence and applied, does: real repairs of impossible networks."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from asked_networks import NAMES, Asked, asked, best_value, tiny_network

from optimizers.network import Mend, NetworkProblem, mend_network
from planning.network.posing.catalogue import RESOURCES
from planning.network.reasons.mending import mending_sentences, no_plan
from planning.network.words import STAFF

IMPOSSIBLE = (12, 24, 32, 53, 60, 72, 75, 83, 86, 88, 89, 94, 104, 115, 119, 121, 123, 133, 136, 146)


def question_of(seed: int) -> Asked:
    """Every county has its pool of staff."""
    return replace(asked(tiny_network(seed)), counties=tuple(NAMES))


@cache
def ways_of(seed: int) -> tuple[tuple[Mend, ...], ...]:
    """Every way that is found: one change or several together."""
    return mend_network(tiny_network(seed))


def told_value(mend: Mend, zh: str) -> float:
    """The number that a reader of the sentence would set."""
    if mend.what == "orders":
        return -1.0
    number = float(re.findall(r"(?:降至|降至现值的|增至) ([\d.,]+)", zh)[0].replace(",", ""))
    return number / 100 if "%" in zh else number


def applied(problem: NetworkProblem, mend: Mend, value: float) -> NetworkProblem:
    whole: dict[str, Any] = {
        "money": lambda: {"money": problem.money * value},
        "floors": lambda: {"floor": problem.floor * value},
        "standards": lambda: {"standard": problem.standard * value},
        "most_sites": lambda: {"most_sites": int(value)},
        "tilt": lambda: {"tilt_share": value},
    }
    if mend.what in whole:
        return replace(problem, **whole[mend.what]())
    name = {"orders": "site_by", "staff": "pool"}.get(mend.what, mend.what)
    changed = np.array(getattr(problem, name))
    changed.ravel()[mend.position] = value
    return replace(problem, **{name: changed})


@pytest.mark.parametrize("seed", IMPOSSIBLE)
def test_each_way_as_it_is_told_makes_a_plan_possible(seed: int) -> None:
    question = question_of(seed)
    told = mending_sentences(question, ways_of(seed))
    assert len(told) == len(ways_of(seed))
    for way, each in zip(ways_of(seed), told, strict=True):
        parts = re.split(r"（(?:两|\d+ )项须", each.zh)[0].split("；") if len(way) > 1 else [each.zh]
        problem = question.problem
        for mend, part in zip(way, parts, strict=True):
            problem = applied(problem, mend, told_value(mend, part))
        assert best_value(problem) is not None, each.zh
        assert not re.search(r"[\u4e00-\u9fff]", each.en)
        assert each.zh.endswith("。")


@cache
def first(what: str) -> tuple[Asked, Mend]:
    """The first real repair of this kind, of a network that lacks staff or of one of the others."""
    lacking = ("staff", "standard"), ("money", "carry", "earmarks", "rounds", "round_days", "gives", "years")
    for seed in range(40) if what == "staff" else IMPOSSIBLE:
        problem = tiny_network(seed)
        if what == "staff":
            drawn = tiny_network(seed, on=lacking[0], off=lacking[1])
            problem = replace(drawn, pool=np.zeros_like(drawn.pool))
            if best_value(problem) is not None:
                continue
        for way in mend_network(problem):
            if len(way) == 1 and way[0].what == what:
                return replace(asked(problem), counties=tuple(NAMES)), way[0]
    raise AssertionError(what)


def test_staff_that_lacks_is_that_of_one_county_and_one_kind() -> None:
    question, mend = first("staff")
    pool, resource = divmod(int(mend.position or 0), question.problem.pool.shape[1])
    (told,) = mending_sentences(question, [(mend,)])
    assert best_value(applied(question.problem, mend, told_value(mend, told.zh))) is not None
    assert told.subject == question.counties[pool]
    county, staff = NAMES[told.subject], STAFF[RESOURCES[resource]]
    assert told.zh.startswith(f"{county[0]}{staff.zh}：由 ")
    assert told.en.startswith(f"{county[1]}, {staff}: from ")


def test_money_is_told_in_yuan_and_as_a_factor() -> None:
    question, mend = first("money")
    (told,) = mending_sentences(question, [(mend,)])
    assert told.value == pytest.approx(mend.to_value * question.problem.money.sum())
    assert told.unit == "yuan"
    assert "各来源、各年同比增至" in told.zh


def test_changes_that_are_needed_together_are_one_sentence_that_says_so() -> None:
    question, money = first("money")
    _, staff = first("staff")
    alone = [mending_sentences(question, [(mend,)])[0] for mend in (money, staff)]
    (told,) = mending_sentences(question, [(money, staff)])
    assert (told.kind, told.value) == ("mend_together", 2.0)
    assert told.en == f"{alone[0].en[:-1]}; {alone[1].en[:-1]} (both are needed)."
    assert told.zh == f"{alone[0].zh[:-1]}；{alone[1].zh[:-1]}（两项须同时满足）。"
    (three,) = mending_sentences(question, [(money, staff, money)])
    assert three.en.endswith("(all 3 are needed).")


def test_no_plan_says_what_would_help_or_that_nothing_was_found() -> None:
    question, money = first("money")
    _, staff = first("staff")
    assert "作以下改动即可" in no_plan(question, [(money,)]).zh
    assert "任改一项即可" in no_plan(question, [(money,), (staff,)]).zh
    assert "两项须同时满足" in no_plan(question, [(money, staff)]).zh
    assert "未找到" in no_plan(question, []).zh

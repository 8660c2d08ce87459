"""Words never claim more than the numbers: rounding goes to the safe side, a proof is named where there is one."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from asked_networks import asked, planned
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import both
from planning.network.reasons.explanation import Interval
from planning.network.reasons.mending import mending_sentences, no_plan
from planning.network.reasons.sentences import amount, gained, joined, number, over_years, unit_of, within

positive = st.floats(1e-4, 1e12)


@given(positive)
def test_rounding_down_is_never_more_and_rounding_up_never_less(value) -> None:
    least, most = (float(number(value, way).replace(",", "")) for way in (-1, 1))
    assert least <= value * (1 + 1e-8)
    assert most >= value * (1 - 1e-8)
    assert most - least <= 0.0101 * value


@given(positive, positive)
def test_the_numbers_of_an_interval_hold_it(one, other) -> None:
    low, high = sorted((one, other))
    said = within(Interval(low, low, high), "yuan")
    for text, million, ten_thousand in ((said, " million yuan", ""), (said.zh, "", " 万元")):
        found = [
            float(n.replace(",", "")) * (1e6 if unit == million else 1e4 if unit == ten_thousand else 1.0)
            for n, unit in re.findall(r"([\d,.]+)( million yuan| yuan| 万元| 元)", text)
        ]
        if low == high:
            assert found == pytest.approx([low], rel=0.01)
        else:
            assert len(found) == (2 if low >= high / 1000 else 1)  # a trifle from below is not said
            assert found[-1] >= high * (1 - 1e-8)
            assert found[0] <= low * (1 + 1e-8) or len(found) == 1


@pytest.mark.parametrize(
    ("interval", "zh", "en"),
    [
        ((0.0, 0.0, 0.0), "没有代价（已证明）", "none (proven)"),
        ((1.5, 0.0, 3.0), "不超过 3 服务人次，也可能没有代价", "at most 3 service attendances, possibly none"),
        (
            (2.0, 1.0, 3.0),
            "在 1 至 3 服务人次之间",
            "between 1 and 3 service attendances",
        ),
        ((2.0, 2.0, 2.0), "2 服务人次", "2 service attendances"),
        ((2.0, 2.0, math.inf), "至少 2 服务人次", "at least 2 service attendances"),
        ((math.nan, 0.0, math.inf), "在所给时间内未能算出", "not found within the time given"),
        ((math.inf,) * 3, "在各项限制内做不到（已证明）", "no plan within the limits does that (proven)"),
    ],
)
def test_a_price_is_said_as_far_as_it_is_known(interval, zh, en) -> None:
    said = within(Interval(*interval), "attendances")
    assert (said.zh, str(said)) == (zh, en)


def test_a_gain_is_said_in_the_words_of_a_gain() -> None:
    assert gained(Interval(0.0, 0.0, 0.0), "persons").zh == "没有增加（已证明）"
    assert gained(Interval(1.0, 0.0, 2.0), "persons").zh == "不超过 2 人，也可能没有增加"
    assert gained(Interval(1.0, 1.0, 2.0), "persons") == within(Interval(1.0, 1.0, 2.0), "persons")


def test_amounts_carry_their_unit() -> None:
    assert amount(1234567.0, "yuan").zh == "123 万元"
    assert str(amount(1234567.0, "yuan")) == "1.23 million yuan"
    assert amount(950.0, "yuan").zh == "950 元"
    assert amount(0.0123, "share").zh == "1.23 个百分点"
    assert str(amount(41.26, "min")) == "41.3 min"


def test_lists_say_how_many_more_there_are() -> None:
    names = [both(f"Site {j}", f"机构{j}") for j in range(5)]
    assert joined(names).zh == "机构0、机构1、机构2等 5 处"
    assert str(joined(names)) == "Site 0, Site 1, Site 2 and 2 more"
    assert str(joined(names[:2])) == "Site 0, Site 1"


def test_units_and_years_go_with_the_aim() -> None:
    question = asked(planned(0))
    assert unit_of(question, "most") == "attendances"
    assert unit_of(asked(question.problem, ("neediest",)), "most") == "weighted attendances"
    assert unit_of(asked(question.problem, ("worst_off", "kolm_pollak")), "most") == "weighted person-years"
    assert unit_of(question, "least_cost") == "yuan"
    assert over_years("most", (2026, 2027)).zh == "（2026—2027 年合计）"
    assert over_years("worst_off", (2026, 2027)).zh == "（2027 年）"
    assert over_years("most", (2026,)).zh == "（2026 年）"


def mend(what, position, before, after):
    return SimpleNamespace(what=what, position=position, from_value=before, to_value=after)


def test_every_change_that_makes_a_plan_possible_has_its_sentence() -> None:
    question = asked(planned(0, on=("money", "years")))
    total = float(question.problem.money.sum())
    told = mending_sentences(
        question,
        [
            mend("money", None, 1.0, 1.5), mend("floor", 0, 0.5, 0.3333), mend("standard", 0, 0.8, 0.61),
            mend("floors", None, 1.0, 0.9), mend("standards", None, 1.0, 0.5), mend("tilt", None, 0.6, 0.4),
            mend("most_sites", None, 3.0, 5.0), mend("orders", 1, 0.0, -1.0), mend("staff", 0, 1.0, 1.25),
            mend("unheard_of", None, 0.0, 1.0),
        ],
    )  # fmt: skip
    kinds = ["money", "floor", "standard", "floors", "standards", "tilt", "most_sites", "order", "staff"]
    assert [each.kind for each in told] == [f"mend_{kind}" for kind in kinds]
    said = {each.kind: each for each in told}
    assert said["mend_money"].value == pytest.approx(1.5 * total)
    assert f"增加 {amount(total / 2, 'yuan', 1).zh}" in said["mend_money"].zh
    assert said["mend_floor"].zh == "喀什市保底比例：由 50% 降至 33.3%。"  # down, so that it is enough
    assert said["mend_standard"].zh == "康复服务标准：由 80% 降至 61%。"
    assert said["mend_most_sites"].zh == "新设机构上限：由 3 处增至 5 处。"
    assert said["mend_order"].subject == "s1"
    assert said["mend_staff"].zh == "喀什市康复治疗师：由 1 增至 1.25 人。"
    assert not any(re.search(r"[\u4e00-\u9fff]", each.en) for each in told)


def test_staff_that_lacks_is_that_of_one_county_and_one_kind() -> None:
    question = asked(planned(0, on=("money", "years")))
    resources = question.problem.pool.shape[1]
    pools = question.problem.pool.shape[0]
    problem = replace(question.problem, pool=np.ones((pools, resources)))
    last = mend("staff", (pools - 1) * resources, 0.0, 1.999999)
    told = mending_sentences(replace(question, problem=problem), [last])[0]
    assert told.subject == question.counties[pools - 1]
    assert "由 0 增至 2 人" in told.zh
    assert told.en.endswith("from 0 to 2 persons.")


def test_no_plan_says_what_would_help_or_that_nothing_alone_does() -> None:
    question = asked(planned(0))
    assert "任改一项即可" in no_plan(question, [mend("most_sites", None, 1.0, 2.0)]).zh
    assert "未找到" in no_plan(question, []).zh

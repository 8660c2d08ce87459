"""Words never claim more than the numbers: rounding goes to the safe side, a proof is named where there is one."""

from __future__ import annotations

import math
import re

import pytest
from asked_networks import asked, planned
from hypothesis import given
from hypothesis import strategies as st

from geodata.errors import both
from planning.network.reasons.effects import gain, loss
from planning.network.reasons.explanation import Interval
from planning.network.reasons.sentences import (
    _AIM_UNITS,
    amount,
    counted,
    gained,
    joined,
    number,
    over_years,
    unit_of,
    within,
)

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
            "1 至 3 服务人次",
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


@pytest.mark.parametrize(
    ("aim", "interval", "en", "zh"),
    [
        ("most", (5.0, 5.0, 5.0), "the best plan would deliver 5 service attendances more", "多提供 5 服务人次"),
        ("most", (1.0, 0.0, 5.0), "the best plan would deliver at most 5 service attendances more, or deliver just as "
         "much", "多提供不超过 5 服务人次，也可能服务量不变"),
        ("most", (1.0, 1.0, math.inf), "the best plan would deliver at least 1 service attendance more",
         "多提供至少 1 服务人次"),
        ("most", (0.0, 0.0, 0.0), "the best plan would deliver just as much (proven)", "服务量不变（已证明）"),
        ("most", (math.nan, 0.0, math.inf), "how much the plan would change was not found within the time given",
         "对方案有多大影响，在所给时间内未能算出"),
        ("worst_off", (0.1, 0.1, 0.1), "the best plan would raise the smallest share of need met by 10 percentage "
         "points", "最低满足比例提高 10 个百分点"),
        ("least_cost", (2e6, 1e6, 2e6), "the best plan would cost between 1 million yuan and 2 million yuan less",
         "少花 100 万元 至 200 万元"),
        ("fewest_sites", (1.0, 1.0, 1.0), "the best plan would open 1 site fewer", "少设 1 处"),
    ],
)  # fmt: skip
def test_what_a_freer_plan_would_do_more_is_said_as_planners_say_it(aim, interval, en, zh) -> None:
    said = gain(aim, Interval(*interval), _AIM_UNITS.get(aim, "attendances"))
    assert (str(said), said.zh) == (en, zh)


def test_a_loss_may_be_a_gain_or_open_on_both_sides() -> None:
    assert loss("most", Interval(3.0, 3.0, 3.0), "attendances").zh == "少提供 3 服务人次"
    assert loss("least_cost", Interval(3.0, 3.0, 3.0), "yuan").zh == "多花 3 元"
    assert loss("most", Interval(-3.0, -3.0, -3.0), "attendances").zh == "多提供 3 服务人次"
    assert (
        loss("most", Interval(-1.0, -3.0, 2.0), "attendances").zh
        == "少提供不超过 2 服务人次，或多提供不超过 3 服务人次"
    )
    assert "没有方案（已证明）" in loss("most", Interval(*(math.inf,) * 3), "attendances").zh
    assert "未能算出" in loss("most", Interval(math.nan, -math.inf, math.inf), "attendances").zh


def test_one_is_one_and_many_are_many() -> None:
    assert str(amount(1.0, "sites")) == "1 site"
    assert str(amount(1200.0, "persons")) == "1,200 persons"
    assert counted(1, "site") == "1 site"
    assert counted(0, "site") == "0 sites"


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

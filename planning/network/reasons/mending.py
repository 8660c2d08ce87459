"""When the targets cannot be met: the smallest changes that would make a plan possible, as sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

import numpy as np

from geodata.errors import Sentence, both
from planning.network.explanation import Explanation
from planning.network.posing.catalogue import RESOURCES
from planning.network.reasons.sentences import amount, county_name, exactly, service_name, site_name, told
from planning.network.words import STAFF

if TYPE_CHECKING:
    from planning.network.posing.pose import NetworkQuestion


class Mend(Protocol):
    """One limit, where it is and what it would have to be; see `optimizers.network.mend_network`."""

    @property
    def what(self) -> str:
        """Name of the limit."""

    @property
    def position(self) -> int | None:
        """Group, service, site, or pool × resources + resource."""

    @property
    def from_value(self) -> float:
        """What it is."""

    @property
    def proven(self) -> bool:
        """Whether less of it is proven not to be enough."""

    @property
    def to_value(self) -> float:
        """What it must be."""


Way: TypeAlias = Sequence[Mend]
"""The changes of one way to make a plan possible: one that alone is enough, or several that are needed together."""


def mending_sentences(question: NetworkQuestion, ways: Iterable[Way]) -> tuple[Explanation, ...]:
    """One explanation for each way to make a plan possible, with all else as asked.

    The value of a single change is what the limit must be: yuan of all sources and years, a share, a number of sites,
    persons of staff. Several changes that are needed together are one sentence, of kind `mend_together`, whose value
    is how many they are.
    """
    found = (_way_told(question, way) for way in ways)
    return tuple(each for each in found if each is not None)


def _way_told(question: NetworkQuestion, way: Way) -> Explanation | None:
    if not way or any(mend.what not in _TOLD for mend in way):
        return None
    parts = [_as_proven(_TOLD[mend.what](question, mend), mend) for mend in way]
    return parts[0] if len(parts) == 1 else _together(parts)


def _as_proven(of: Explanation, mend: Mend) -> Explanation:
    """The same where the change is proven to be the smallest; else with what is not known of it."""
    if mend.proven:
        return of
    en, zh = of.en.removesuffix("."), of.zh.removesuffix("。")
    en, zh = f"{en} (less may do: not proven).", f"{zh}（更小的改动是否足够尚未证明）。"
    return replace(of, en=en, zh=zh, low=-np.inf, high=np.inf)


def _together(parts: Sequence[Explanation]) -> Explanation:
    en, zh = (
        "; ".join(each.en.removesuffix(".") for each in parts),
        "；".join(each.zh.removesuffix("。") for each in parts),
    )
    count, all_zh = ("both", "两项") if len(parts) == 2 else (f"all {len(parts)}", f"{len(parts)} 项")
    sentence = both(f"{en} ({count} are needed).", f"{zh}（{all_zh}须同时满足）。")
    return told("mend_together", "", sentence, exactly(float(len(parts))), "times")


def no_plan(question: NetworkQuestion, ways: Iterable[Way]) -> Sentence:
    """Why there is no plan and what would help, as one message."""
    told_all = mending_sentences(question, ways)
    if not told_all:
        return both(
            "Not all limits and targets can be met together, and no small set of changes was found that makes it "
            "possible.",
            "各项限制和目标不能同时满足，且未找到改动少数几项即可满足的办法。",
        )
    if len(told_all) == 1:
        return both(
            f"Not all limits and targets can be met together. This change is enough: {told_all[0].en}",
            f"各项限制和目标不能同时满足。作以下改动即可：{told_all[0].zh}",
        )
    return both(
        "Not all limits and targets can be met together. Any one of these changes is enough: "
        + " ".join(each.en for each in told_all),
        "各项限制和目标不能同时满足。以下任改一项即可：" + "".join(each.zh for each in told_all),
    )


def _percent(share: float, way: Callable[[float], float]) -> str:
    """Per cent with one decimal, rounded to the safe side."""
    return f"{way(round(share * 1000, 6)) / 10:g}%"


def _money(question: NetworkQuestion, mend: Mend) -> Explanation:
    total = float(np.sum(question.problem.money))
    needed = total * mend.to_value
    more = amount(needed - total * mend.from_value, "yuan", 1)
    factor = f"{np.ceil(round(1000 * mend.to_value / mend.from_value, 6)) / 1000:g}"
    sentence = both(
        f"Money: {more} more over all years (each source and year {factor} times what it is).",
        f"资金：各年合计增加 {more.zh}（各来源、各年同比增至 {factor} 倍）。",
    )
    return told("mend_money", "", sentence, exactly(needed), "yuan")


def _share(kind: str, en: str, zh: str, subject: str, mend: Mend) -> Explanation:
    now, then = _percent(mend.from_value, np.rint), _percent(mend.to_value, np.floor)
    sentence = both(f"{en}: from {now} down to {then}.", f"{zh}：由 {now} 降至 {then}。")
    return told(kind, subject, sentence, exactly(mend.to_value), "share")


def _floor(question: NetworkQuestion, mend: Mend) -> Explanation:
    assert mend.position is not None
    name = county_name(question, mend.position)
    return _share("mend_floor", f"Floor of {name}", f"{name.zh}保底比例", question.counties[mend.position], mend)


def _standard(question: NetworkQuestion, mend: Mend) -> Explanation:
    assert mend.position is not None
    name = service_name(question, mend.position)
    return _share("mend_standard", f"Standard of {name}", f"{name.zh}标准", question.services[mend.position], mend)


def _tilt(question: NetworkQuestion, mend: Mend) -> Explanation:
    return _share("mend_tilt", "Share of the money for named counties", "资金倾斜比例", "", mend)


def _all(kind: str, en: str, zh: str) -> Callable[[NetworkQuestion, Mend], Explanation]:
    def tell(question: NetworkQuestion, mend: Mend) -> Explanation:
        then = _percent(mend.to_value / mend.from_value, np.floor)
        sentence = both(f"{en}: down to {then} of what they are.", f"{zh}：同比降至现值的 {then}。")
        return told(kind, "", sentence, exactly(mend.to_value), "times")

    return tell


def _most_sites(question: NetworkQuestion, mend: Mend) -> Explanation:
    now, then = round(mend.from_value), round(mend.to_value)
    sentence = both(f"New institutions: {then} instead of {now}.", f"新设机构上限：由 {now} 处增至 {then} 处。")
    return told("mend_most_sites", "", sentence, exactly(float(then)), "sites")


def _order(question: NetworkQuestion, mend: Mend) -> Explanation:
    assert mend.position is not None
    name, site_id = site_name(question, mend.position), str(question.sites["site_id"].iloc[mend.position])
    sentence = both(f"The order to open {name}: dropped.", f"取消锁定{name.zh}。")
    return told("mend_order", site_id, sentence, exactly(0.0), "sites")


def _staff(question: NetworkQuestion, mend: Mend) -> Explanation:
    """The position is that of a county's pool and a resource: pool × resources + resource."""
    assert mend.position is not None
    pool, resource = divmod(mend.position, question.problem.pool.shape[1])
    county = county_name(question, pool)
    key = RESOURCES[resource]
    name = STAFF.get(key, both(key, key))
    now, then = (f"{np.ceil(round(100 * value, 4)) / 100:g}" for value in (mend.from_value, mend.to_value))
    unit = both("days a year", "天/年") if key == "round_days" else both("persons", "人")
    sentence = both(
        f"{county}, {name}: from {now} to {then} {unit}.", f"{county.zh}{name.zh}：由 {now} 增至 {then} {unit.zh}。"
    )
    return told("mend_staff", question.counties[pool], sentence, exactly(mend.to_value), str(unit))


_TOLD: Final[dict[str, Callable[[Any, Mend], Explanation]]] = {
    "money": _money,
    "floor": _floor,
    "floors": _all("mend_floors", "Floors of all counties", "各县保底比例"),
    "standard": _standard,
    "standards": _all("mend_standards", "Standards of all services", "各项服务标准"),
    "tilt": _tilt,
    "most_sites": _most_sites,
    "orders": _order,
    "staff": _staff,
}

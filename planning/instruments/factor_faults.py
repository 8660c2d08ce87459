"""What can be wrong with a question of the factor method, all of it at once."""

from collections.abc import Collection, Mapping
from fractions import Fraction

import pandas as pd

from geodata.errors import Sentence, both
from planning.instruments.controlled_rounding import exact
from planning.instruments.people import unknown_counties
from planning.instruments.result import listed

MOST_UPLIFT = 10
"""Beyond it an uplift is a slip: percent written for a share."""


def factor_faults(
    amounts: pd.DataFrame, shares: Mapping[str, object], envelope: int, key: Collection[str], uplift: object
) -> list[Sentence]:
    """A sentence for every fault of the arguments of `factor_method.allocate`."""
    faults = []
    if isinstance(envelope, bool) or not isinstance(envelope, int) or envelope < 0:
        faults.append(
            both(
                f"envelope: {envelope} found, whole yuan of 0 or more are needed",
                f"资金总额：发现 {envelope}；请填大于等于 0 的整数元",
            )
        )
    more = _number(uplift)
    if more is None or not 0 <= more <= MOST_UPLIFT:
        faults.append(
            both(
                f"uplift: {uplift} found, a share of 0 to {MOST_UPLIFT} is needed (0.15 is 15 %)",
                f"提高比例：发现 {uplift}；请填 0 到 {MOST_UPLIFT} 的数（0.15 即 15%）",
            )
        )
    faults += unknown_counties(sorted(key), amounts["county_code"].astype(str).tolist())
    if amounts["county_code"].duplicated().any():
        faults.append(both("a county stands twice in the factors; name each once", "因素表中有重复的县；每县只填一行"))
    return [*faults, *_share_faults(shares), *(f for name in shares for f in _amount_faults(amounts, name))]


def _share_faults(shares: Mapping[str, object]) -> list[Sentence]:
    wrong = [f for f, s in shares.items() if _number(s) is None or exact(s) < 0]
    if wrong:
        return [
            both(
                f"share of {f}: {shares[f]} found, a number of 0 or more is needed",
                f"{f} 的权重：发现 {shares[f]}；请填大于等于 0 的数",
            )
            for f in wrong
        ]
    total = sum((exact(s) for s in shares.values()), Fraction(0))
    if total == 1:
        return []
    said = f"{float(total):.15g}"
    return [both(f"the shares add up to {said}, not to 1", f"各因素权重之和为 {said}，应为 1")]


def _amount_faults(amounts: pd.DataFrame, factor: str) -> list[Sentence]:
    known = [c for c in amounts if c not in ("county_code", "name_zh", "name_en", "owner")]
    if factor not in known:
        return [
            both(
                f"there is no factor '{factor}'; known are {listed(known)}",
                f"没有因素“{factor}”；可用的有 {listed(known, True)}",
            )
        ]
    values = [_number(v) for v in amounts[factor]]
    bad = [c for c, v in zip(amounts["county_code"], values, strict=True) if v is None or v < 0]
    if bad:
        return [
            both(
                f"factor {factor}: counties {listed(bad[:5])} have no amount of 0 or more",
                f"因素 {factor}：{listed(bad[:5], True)} 缺少大于等于 0 的数值",
            )
        ]
    if not sum(v for v in values if v is not None):
        return [both(f"factor {factor}: all amounts are 0; leave it out", f"因素 {factor}：数值全为 0；请去掉")]
    return []


def _number(value: object) -> Fraction | None:
    try:
        return None if isinstance(value, bool) or value is pd.NA else exact(value)
    except ValueError:
        return None

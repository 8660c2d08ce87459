"""What a plan would do more or less than another, in words, as far as it is proven."""

import math
from typing import Final

from geodata.errors import Sentence, both
from planning.network.reasons.explanation import Interval
from planning.network.reasons.sentences import amount, within

# aim → what a plan does that reaches more of it, less of it, as much
_MORE: Final = {
    "most": both("deliver {} more", "多提供{}"),
    "worst_off": both("raise the smallest share of need met by {}", "最低满足比例提高{}"),
    "least_cost": both("cost {} less", "少花{}"),
    "fewest_sites": both("open {} fewer", "少设{}"),
}
_LESS: Final = {
    "most": both("deliver {} less", "少提供{}"),
    "worst_off": both("lower the smallest share of need met by {}", "最低满足比例降低{}"),
    "least_cost": both("cost {} more", "多花{}"),
    "fewest_sites": both("open {} more", "多设{}"),
}
_ALIKE: Final = {
    "most": both("deliver just as much", "服务量不变"),
    "worst_off": both("leave the smallest share of need met as it is", "最低满足比例不变"),
    "least_cost": both("cost just as much", "费用不变"),
    "fewest_sites": both("open just as many", "新设数量不变"),
}
_NOT_FOUND: Final = both(
    "how much the plan would change was not found within the time given", "对方案有多大影响，在所给时间内未能算出"
)


def gain(aim: str, interval: Interval, unit: str) -> Sentence:
    """What the best plan of a freer question would do more, as far as the price of the limit is proven."""
    return _effect(aim, interval, unit, _MORE[aim])


def loss(aim: str, interval: Interval, unit: str) -> Sentence:
    """What the best plan of a tighter question would do less; a price below 0 is a gain.

    Args:
        interval: inf where no plan keeps all limits.
    """
    low, high = interval.low, interval.high
    if low >= 0.0:
        return _effect(aim, interval, unit, _LESS[aim])
    if high <= 0.0:
        return gain(aim, Interval(-interval.value, -high, -low), unit)
    if math.isinf(low) or math.isinf(high):
        return _NOT_FOUND
    less, more = amount(high, unit, 1), amount(-low, unit, 1)
    less = _filled(_LESS[aim], both(f"at most {less}", f"不超过 {less.zh}"))
    more = _filled(_MORE[aim], both(f"at most {more}", f"不超过 {more.zh}"))
    return both(f"the best plan would {less}, or {more}", f"{less.zh}，或{more.zh}")


def _effect(aim: str, interval: Interval, unit: str, words: Sentence) -> Sentence:
    low, high, alike = interval.low, interval.high, _ALIKE[aim]
    if low == math.inf:
        return both("no plan keeps all limits then (proven)", "在各项限制内没有方案（已证明）")
    if low <= 0.0 and high <= 0.0:
        return both(f"the best plan would {alike} (proven)", f"{alike.zh}（已证明）")
    if low > 0.0:
        told = _filled(words, within(interval, unit))
        return both(f"the best plan would {told}", told.zh)
    if high == math.inf:
        return _NOT_FOUND
    most = amount(high, unit, 1)
    told = _filled(words, both(f"at most {most}", f"不超过 {most.zh}"))
    return both(f"the best plan would {told}, or {alike}", f"{told.zh}，也可能{alike.zh}")


def _filled(words: Sentence, size: Sentence) -> Sentence:
    """Words with an amount in them; in Chinese a number stands apart."""
    space = " " if size.zh[:1].isdigit() else ""
    return both(words.format(size), words.zh.format(space + size.zh))

"""Plans as points of two indicators, such as the mean and the worst-off, and those that no other plan beats."""

import math
from collections.abc import Sequence
from typing import Final

import pandas as pd

from geodata.errors import Sentence, both, in_language
from planning.comparing.gaps import MEASURES, Head, slack
from planning.comparing.words import told
from planning.faults import PlanningError, nearest

AVERAGE: Final = "mean_travel_time_min"
WORST_OFF: Final = "worst_county_mean_min"
STANDINGS: Final = {
    "unbeaten": both("no plan here is as good in both and better in one", "没有其他方案两项都不差且至少一项更好"),
    "beaten": both("another plan is as good in both and better in one", "有其他方案两项都不差且至少一项更好"),
    "within_gap": both("behind another plan, but within the gap: cannot be told apart",
                       "落后于另一方案，但差别不超过求解尚未证明的部分，无法区分"),
    "unknown": both("not known", "不详"),
}  # fmt: skip
"""How a plan stands among the others, in words."""
_COLUMNS: Final = ("name", "title_zh", "title_en", "x", "y", "x_zh", "x_en", "y_zh", "y_en", "standing", "beaten_by")


def dots(heads: Sequence[Head], across: str = AVERAGE, up: str = WORST_OFF) -> pd.DataFrame:
    """A row for each plan, in their order.

    Columns: name, title_zh, title_en, x and y in the units of the two indicators, the same as text with the unit
    (x_zh, x_en, y_zh, y_en), standing (a key of `STANDINGS`), beaten_by (name of the first plan that does so, or "").

    Args:
        across, up: keys of `MEASURES` of which more or less is better.

    Raises:
        PlanningError: for an indicator that is not known or of which neither more nor less is better.
    """
    faults = [fault for key in dict.fromkeys((across, up)) for fault in _faults(key)]
    if faults:
        raise PlanningError(faults)
    return pd.DataFrame([_dot(head, heads, across, up) for head in heads], columns=list(_COLUMNS))


def _faults(key: str) -> list[Sentence]:
    good = [k for k, measure in MEASURES.items() if measure.better]
    if key in good:
        return []
    hint = nearest(key, good)
    return [
        both(
            f"'{key}' is no indicator of which more or less is better{hint}",
            f"“{key}”不是有优劣方向的指标{in_language(hint, 'zh')}",
        )
    ]


def _dot(head: Head, heads: Sequence[Head], across: str, up: str) -> dict[str, object]:
    x, y = (head.values.get(key, math.nan) for key in (across, up))
    told_x, told_y = told(x, MEASURES[across].unit), told(y, MEASURES[up].unit)
    standing, by = _standing(head, heads, (across, up))
    return {
        "name": head.name, "title_zh": head.title.zh, "title_en": str(head.title), "x": x, "y": y, "x_zh": told_x.zh,
        "x_en": str(told_x), "y_zh": told_y.zh, "y_en": str(told_y), "standing": standing, "beaten_by": by,
    }  # fmt: skip


def _standing(head: Head, heads: Sequence[Head], keys: tuple[str, str]) -> tuple[str, str]:
    """How a plan stands, and the first plan that beats it; one that beats it beyond the gap comes before others."""
    if any(math.isnan(head.values.get(key, math.nan)) for key in keys):
        return "unknown", ""
    ahead = [other for other in heads if _beats([_gain(head, other, key) for key in keys])]
    for other in ahead:
        if _beats([_gain(head, other, key) - slack(head, other, key) for key in keys]):
            return "beaten", other.name
    return ("within_gap", ahead[0].name) if ahead else ("unbeaten", "")


def _beats(gains: Sequence[float]) -> bool:
    """At least as good in all and better in one; what is not known beats nothing."""
    return not any(math.isnan(gain) for gain in gains) and min(gains) >= 0 and max(gains) > 0


def _gain(head: Head, other: Head, key: str) -> float:
    """By how much the other plan is better, in the unit of the indicator; nan where it is not known."""
    return (other.values.get(key, math.nan) - head.values.get(key, math.nan)) * MEASURES[key].better

"""Words for explained numbers, in both languages: amounts with their unit, intervals, names of sites and counties.

Rounding never claims more than is known: the lower end of an interval is rounded down, the upper end up.
"""

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from geodata.errors import Sentence, both
from geodata.services import services
from optimizers.network import NetworkSolution
from planning.network.explanation import Explanation
from planning.network.reasons.explanation import Interval, priced_aim
from planning.texts import TEXTS, text

# unit → (scale, Chinese, English, English of one)
_UNITS: Final = {
    "attendances": (1.0, "{} 服务人次", "{} service attendances", "{} service attendance"),
    "weighted attendances": (
        1.0, "{} 加权服务人次", "{} weighted service attendances", "{} weighted service attendance",
    ),
    "weighted person-years": (
        1.0, "{} 加权服务人年", "{} weighted person-years of service", "{} weighted person-year of service",
    ),
    "persons": (1.0, "{} 人", "{} persons", "{} person"),
    "share": (100.0, "{} 个百分点", "{} percentage points", "{} percentage point"),
    "sites": (1.0, "{} 处", "{} sites", "{} site"),
    "min": (1.0, "{} 分钟", "{} min", "{} min"),
    "times": (1.0, "{} 次", "{} times", "{} time"),
}  # fmt: skip
_MILLION, _TEN_THOUSAND = 1e6, 1e4
_TRIFLE: Final = 1e-3  # of the upper end: a lower end below that is not worth saying
_AIM_UNITS: Final = {"worst_off": "share", "least_cost": "yuan", "fewest_sites": "sites"}
# aim → what it measures
AIM_NAMES: Final = {
    "most": both("service delivered over all years", "各年服务量合计"),
    "worst_off": both("smallest share of need met, of all groups", "各县中最低的服务满足比例"),
    "least_cost": both("cost of all years", "各年费用合计"),
    "fewest_sites": both("number of new institutions", "新设机构数"),
    "least_regret": both("largest loss in any season", "各季中最大的损失"),
}
NOTHING: Final = both("none (proven)", "没有代价（已证明）")


def number(value: float, way: int = 0) -> str:
    """A number with three or more digits; `way` 1 rounds up, -1 down, 0 to the nearest."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    size = abs(value)
    decimals = 0 if size >= 100 or size == 0 else 2 - math.floor(math.log10(size))
    scale = 10.0**decimals
    scaled = value * scale
    near = round(scaled)
    if way and not math.isclose(scaled, near, rel_tol=1e-9, abs_tol=1e-9):
        near = math.ceil(scaled) if way > 0 else math.floor(scaled)
    shown = f"{near / scale:,.{decimals}f}"
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def amount(value: float, unit: str, way: int = 0) -> Sentence:
    """A number with its unit; yuan in units of 10,000 in Chinese and of a million in English when they are many."""
    if unit == "yuan":
        return _yuan(value, way)
    scale, zh, en, one = _UNITS[unit]
    shown = f"{value:,.1f}" if unit == "min" else number(value * scale, way)
    return both((one if shown == "1" else en).format(shown), zh.format(shown))


def counted(count: int, thing: str) -> str:
    """A number of things in English, such as "1 site" and "1,200 sites"."""
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"


def _yuan(value: float, way: int) -> Sentence:
    many_zh, many_en = abs(value) >= _TEN_THOUSAND, abs(value) >= _MILLION
    zh = f"{number(value / _TEN_THOUSAND, way)} 万元" if many_zh else f"{number(value, way)} 元"
    en = f"{number(value / _MILLION, way)} million yuan" if many_en else f"{number(value, way)} yuan"
    return both(en, zh)


def within(interval: Interval, unit: str) -> Sentence:
    """A price as what is proven of it: none, exact, at most, at least, between; impossible; not known."""
    low, high = interval.low, interval.high
    if low == math.inf:
        return both("no plan within the limits does that (proven)", "在各项限制内做不到（已证明）")
    if low <= 0.0 and high <= 0.0:
        return NOTHING
    if interval.is_exact:
        return amount(low, unit)
    if high == math.inf:
        return _open_above(low, unit)
    if low <= 0.0:
        most = amount(high, unit, 1)
        return both(f"at most {most}, possibly none", f"不超过 {most.zh}，也可能没有代价")
    return _span(low, high, unit)


def _span(low: float, high: float, unit: str) -> Sentence:
    """From above 0 up to a number that is known."""
    most = amount(high, unit, 1)
    if low < high * _TRIFLE:
        return both(f"at most {most}", f"不超过 {most.zh}")
    least = amount(low, unit, -1)
    if unit != "yuan":  # then the unit is said once
        least = both(*(number(low * _UNITS[unit][0], -1),) * 2)
    return both(f"between {least} and {most}", f"{least.zh} 至 {most.zh}")


def set_aside(problem: Any) -> Sentence:
    """What `changes.without_targets` leaves out of this question, as a clause; nothing where it has none of it."""
    parts = [
        name
        for name, has in (
            (both("orders to open", "锁定"), (np.asarray(problem.site_by) >= 0).any()),
            (both("floors", "保底比例"), (np.asarray(problem.floor) > 0).any()),
            (both("standards", "服务标准"), (np.asarray(problem.standard) > 0).any()),
            (both("the share of money for named counties", "资金倾斜"), problem.tilt_share > 0),
        )
        if has
    ]
    listed = joined(parts, most=len(parts))
    return both(f", with {listed} set aside", f"（不计{listed.zh}）") if parts else both("", "")


def _open_above(low: float, unit: str) -> Sentence:
    if low <= 0.0:
        return both("not found within the time given", "在所给时间内未能算出")
    least = amount(low, unit, -1)
    return both(f"at least {least}", f"至少 {least.zh}")


def gained(interval: Interval, unit: str) -> Sentence:
    """A gain as what is proven of it, in the words of `within`."""
    if interval.low <= 0.0 and interval.high <= 0.0:
        return both("nothing (proven)", "没有增加（已证明）")
    if math.isfinite(interval.high) and interval.low <= 0.0 and not interval.is_exact:
        most = amount(interval.high, unit, 1)
        return both(f"at most {most}, possibly nothing", f"不超过 {most.zh}，也可能没有增加")
    return within(interval, unit)


def told(kind: str, subject: str, sentence: Sentence, interval: Interval, unit: str) -> Explanation:
    """The explanation with this sentence."""
    return Explanation(kind, subject, sentence.zh, str(sentence), interval.value, interval.low, interval.high, unit)


def unit_of(question: Any, aim: str) -> str:
    """Unit of an aim of the engine; of what is delivered, by the scenario's own aims, see `problem.values_of`."""
    of_value = {"neediest": "weighted attendances", "kolm_pollak": "weighted person-years"}
    delivered = [of_value[own] for own in question.scenario.network.aims if own in of_value]
    return _AIM_UNITS.get(aim, delivered[0] if delivered else "attendances")


def exactly(value: float) -> Interval:
    """A number that is known."""
    return Interval(value, value, value)


def joined(sentences: Sequence[Sentence], most: int = 3, of: str = "处") -> Sentence:
    """A list with at most so many entries, and how many more there are; `of` counts them in Chinese."""
    shown = sentences[:most]
    more = len(sentences) - len(shown)
    en, zh = ", ".join(shown), "、".join(each.zh for each in shown)
    return both(f"{en} and {more} more", f"{zh}等 {len(sentences)} {of}") if more else both(en, zh)


def site_name(question: Any, site: int) -> Sentence:
    """The name of a site by its position; its id where it has none."""
    row = question.sites.iloc[site]
    zh = str(row["name_zh"]) or str(row["site_id"])
    return both(str(row["name_en"]) or zh, f"“{zh}”")


def county_name(question: Any, group: int) -> Sentence:
    """The name of a county by its position; its code where the question does not name it."""
    code = question.counties[group]
    zh, en = getattr(question, "county_names", {}).get(code, (code, code))
    return both(en, zh)


def service_name(question: Any, service: int) -> Sentence:
    """The name of a service by its position."""
    key = question.services[service]
    known = services().get(key)
    return both(known.en, known.zh) if known else both(key, key)


def over_of(question: Any, solution: NetworkSolution) -> Sentence:
    """The years that a price of this solution is of, and whether it is for one of its aims alone."""
    return over_years(priced_aim(solution), question.years, solution.aims)


def season_name(key: str) -> Sentence:
    """The name of a season; the key where it has none."""
    return both(text(key, "en"), text(key, "zh")) if key in TEXTS else both(key, key)


def over_years(aim: str, years: Sequence[int], aims: Sequence[str] = ()) -> Sentence:
    """The years that a number of this aim is of: all of them, or the last.

    Args:
        aims: of the plan; where there are others, it is said that the number is of the first aim, or of none of them.
    """
    alone, alone_zh = "", ""
    if aims and tuple(aims) != (aim,):
        first = aims[0] == aim
        alone, alone_zh = (", in the first aim", "，按首要目标") if first else (", in service delivered", "，按服务量")
    if len(years) == 1 or aim in ("worst_off", "fewest_sites"):
        return both(f" ({years[-1]}{alone})", f"（{years[-1]} 年{alone_zh}）")
    return both(f" ({years[0]}-{years[-1]}{alone})", f"（{years[0]}—{years[-1]} 年合计{alone_zh}）")

"""The indicators of a network plan: one plain table, a row for each, with formula, unit, denominator, source and mark.

A new indicator is one function of `people.py`, `travel.py`, `equity.py`, `supply.py` or `money.py` and one row here.
The mark is that of the weakest figure that goes into it: needs, capacities, longest times and costs are judgement (J)
until they are replaced by local figures.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from planning.network.measures.equity import (
    by_gini,
    by_kolm_pollak_minutes,
    by_kolm_pollak_share,
    by_palma,
    by_theil,
    by_theil_between,
    of_cells,
    of_counties,
    of_minutes,
    spread_of,
)
from planning.network.measures.frames import Frames, Measured
from planning.network.measures.money import (
    yuan_given,
    yuan_in_all,
    yuan_left,
    yuan_of,
    yuan_of_rounds,
    yuan_per_newly_served,
)
from planning.network.measures.people import (
    newly_served,
    on_one_road,
    persons_in,
    share_of,
    south_gap_points,
    tilt_gap_points,
    units_share,
    worst_county_share,
)
from planning.network.measures.supply import (
    capacity_gap_persons,
    capacity_gap_units,
    capacity_units,
    non_state_share,
    sites_chosen,
    staff_taken,
    staff_used_up,
    utilisation,
)
from planning.network.measures.travel import access, nearest_minutes, referral, served_minutes
from planning.network.result import NOTHING_YET
from planning.network.words import DENOMINATORS

COLUMNS: Final = (
    "key", "zh", "en", "scope", "year", "value", "unit", "denominator", "formula", "source", "mark",
)  # fmt: skip
_GROUPS: Final = "groups.csv: deliveries of the plan, reach within the longest times"
_TIMES: Final = "travel times of the scenario to open sites"
_MONEY: Final = "money.csv: unit costs of the catalogue by operating mode"
_CAPACITY: Final = "modules.csv: capacities of the catalogue"


@dataclass(frozen=True)
class NetworkIndicator:
    """One indicator.

    Attributes:
        denominator: a key of `DENOMINATORS`; "none" for an amount that is a share of nothing.
        formula: in symbols; x is the share of need that is met, t minutes, n persons, S supply.
        better: +1 where more is better, -1 where less is, 0 neither.
        measure: scopes and values of one year by position.
        yearly: told for every year, else for the last one.
        before: told too for what stands, as year 0.
    """

    key: str
    zh: str
    en: str
    unit: str
    denominator: str
    formula: str
    source: str
    mark: str
    better: int
    measure: Callable[[Frames, int], Measured]
    yearly: bool = False
    before: bool = True


def _persons(key: str, zh: str, en: str, formula: str, better: int) -> NetworkIndicator:
    """A count of whole persons of the groups."""
    return NetworkIndicator(key, zh, en, "persons", "need", formula, _GROUPS, "J", better, persons_in(key), True)


def _spread(key: str, zh: str, en: str, unit: str, formula: str, over: Any, by: Any, source: str) -> NetworkIndicator:
    """An index of how unevenly something is spread; the Kolm-Pollak equivalent of shares is the only good one."""
    better = 1 if by is by_kolm_pollak_share else -1
    return NetworkIndicator(key, zh, en, unit, "need", formula, source, "J", better, spread_of(over, by))


def _catchment(model: str, title: str, formula: str, source: str) -> tuple[NetworkIndicator, NetworkIndicator]:
    """Mean and Gini coefficient of one catchment measure."""
    about = f"{_CAPACITY}; {source}"
    mean = NetworkIndicator(
        f"access_{model}_mean", f"{title} 可及性（均值）", f"{title} access, mean", "units a person", "need",
        f"Σ n A / Σ n, {formula}", about, "J", 1, access(model, False),
    )  # fmt: skip
    spread = NetworkIndicator(
        f"access_{model}_gini", f"{title} 可及性基尼系数", f"{title} access, Gini coefficient", "index", "need",
        f"Gini of A over persons, {formula}", about, "J", -1, access(model, True),
    )  # fmt: skip
    return mean, spread


_OWN: Final = "an open site that may serve them"
_MET: Final = "x = persons served / persons of a neighbourhood and service"
_COUNTY: Final = "x = persons served / persons of a county"
_CAPPED: Final = "t = min(minutes to the nearest open site, cap), no route = cap"
_GINI: Final = "ΣΣ n n' |v − v'| / (2 v̄ (Σ n)²)"
_THEIL: Final = "Σ n (v/v̄) ln(v/v̄) / Σ n"
_BETWEEN: Final = "Theil's T of the counties' means"
_PALMA: Final = "Σ v of the best-off 10 % / Σ v of the worst-off 40 %"
_KP_GOOD: Final = "−ln(Σ n exp(−v) / Σ n)"
_KP_BAD: Final = "ln(Σ n exp(κ t) / Σ n) / κ, κ of the study area"
_SHARES: Final = f"{_GROUPS}; Gini 1912, Theil 1967, Palma 2011, Kolm 1976"

# Order of the table.
NETWORK_INDICATORS: Final = (
    _persons("persons", "需要服务者（按服务计）", "persons who need the service", "Σ n", 0),
    _persons("persons_served", "可获服务", "served", "Σ n x, at sites and at home", 1),
    _persons("persons_near_but_full", "在附近但容量已满", "near but full", f"Σ n (1−x), {_OWN} in time", -1),
    _persons("persons_too_far", "太远", "too far", f"Σ n (1−x), a route to an open site, not {_OWN} in time", -1),
    _persons("persons_no_route", "无已知路线", "no route known", "Σ n (1−x), no route to any open site", -1),
    _persons("persons_at_home", "其中上门服务", "of these served at home", "Σ n x by rounds", 0),
    NetworkIndicator(
        "share_served", "服务覆盖率", "share served", "share", "need", "Σ persons_served / Σ persons", _GROUPS, "J", 1,
        share_of("persons_served", "persons"), True,
    ),
    NetworkIndicator(
        "share_units", "服务量满足率", "share of the units delivered", "share", "units",
        "Σ units_delivered / Σ units_needed", _GROUPS, "J", 1, units_share, True,
    ),
    NetworkIndicator(
        "worst_county_share", "覆盖率最低县", "share served of the worst county", "share", "need",
        "min over counties of persons_served / persons", _GROUPS, "J", 1, worst_county_share, True,
    ),
    NetworkIndicator(
        "persons_newly_served", "新获服务", "newly served", "persons", "need",
        "persons_served − persons_served of what stands", _GROUPS, "J", 1, newly_served, True, False,
    ),
    NetworkIndicator(
        "tilt_gap_points", "倾斜地区与其他地区覆盖率差距", "gap of the tilted areas behind the rest", "points", "need",
        "100 (share_served elsewhere − share_served in tilted areas)", f"{_GROUPS}; areas of the tilt", "J", -1,
        tilt_gap_points, True,
    ),
    NetworkIndicator(
        "south_gap_points", "南疆与其他地区覆盖率差距", "gap of southern Xinjiang behind the rest", "points", "need",
        "100 (share_served elsewhere − share_served in southern Xinjiang)", f"{_GROUPS}; codes of the south", "J", -1,
        south_gap_points, True,
    ),
    NetworkIndicator(
        "minutes_nearest", "到最近开放机构的平均时间", "mean time to the nearest open site", "min", "routed",
        "Σ n t / Σ n", _TIMES, "J", -1, nearest_minutes(False),
    ),
    NetworkIndicator(
        "minutes_nearest_weighted", "到最近开放机构的加权平均时间（重度、困难加权）",
        "weighted mean time to the nearest open site (severe, hardship)", "min", "routed",
        "Σ w n t / Σ w n, w of the scenario", f"{_TIMES}; weights of the scenario", "J", -1, nearest_minutes(True),
    ),
    NetworkIndicator(
        "minutes_served", "获服务者到其机构的平均时间", "mean time of the served to their site", "min", "at_sites",
        "Σ flow t / Σ flow, in persons", f"flows of the plan; {_TIMES}", "J", -1, served_minutes,
    ),
    *_catchment(
        "2sfca", "2SFCA", "A = Σ_j S_j / Σ_i n_i within the longest time", "Luo & Wang 2003",
    ),
    *_catchment(
        "e2sfca", "E2SFCA", "A = Σ_j W S_j / Σ_i n_i W, W 1, 0.68, 0.22 by thirds of the longest time",
        "Luo & Qi 2009",
    ),
    *_catchment(
        "3sfca", "3SFCA", "A = Σ_j G W S_j / Σ_i G n_i W, G = W / Σ_j W", "Wan, Zou & Sternberg 2012",
    ),
    _spread("gini_cells", "服务满足率基尼系数（居民点）", "Gini of the share met, neighbourhoods", "index",
            f"{_GINI}, v = x; {_MET}", of_cells, by_gini, _SHARES),
    _spread("theil_cells", "服务满足率泰尔指数（居民点）", "Theil of the share met, neighbourhoods", "index",
            f"{_THEIL}, v = x; {_MET}", of_cells, by_theil, _SHARES),
    _spread("theil_cells_between", "其中县际部分", "of this between counties", "index",
            f"{_BETWEEN}; {_MET}", of_cells, by_theil_between, _SHARES),
    _spread("palma_cells", "服务满足率帕尔马比（居民点）", "Palma ratio of the share met, neighbourhoods", "index",
            f"{_PALMA}, v = x; {_MET}; empty where the 40 % have nothing", of_cells, by_palma, _SHARES),
    _spread("kolm_pollak_cells", "公平折算满足率（居民点，越不均越低）",
            "equity-equivalent share met, neighbourhoods (lower where uneven)", "share",
            f"{_KP_GOOD}, v = x; {_MET}", of_cells, by_kolm_pollak_share, _SHARES),
    _spread("gini_counties", "覆盖率基尼系数（县）", "Gini of the share served, counties", "index",
            f"{_GINI}, v = x; {_COUNTY}", of_counties, by_gini, _SHARES),
    _spread("theil_counties", "覆盖率泰尔指数（县）", "Theil of the share served, counties", "index",
            f"{_THEIL}, v = x; {_COUNTY}", of_counties, by_theil, _SHARES),
    _spread("palma_counties", "覆盖率帕尔马比（县）", "Palma ratio of the share served, counties", "index",
            f"{_PALMA}, v = x; {_COUNTY}; empty where the 40 % have nothing", of_counties, by_palma, _SHARES),
    _spread("kolm_pollak_counties", "公平折算覆盖率（县，越不均越低）",
            "equity-equivalent share served, counties (lower where uneven)", "share",
            f"{_KP_GOOD}, v = x; {_COUNTY}", of_counties, by_kolm_pollak_share, _SHARES),
    _spread("gini_minutes", "到达时间基尼系数", "Gini of the travel time", "index",
            f"{_GINI}, v = t; {_CAPPED}", of_minutes, by_gini, _TIMES),
    _spread("theil_minutes", "到达时间泰尔指数", "Theil of the travel time", "index",
            f"{_THEIL}, v = t; {_CAPPED}", of_minutes, by_theil, _TIMES),
    _spread("palma_minutes", "到达时间帕尔马比（最远 10 % 比最近 40 %）", "Palma ratio of the travel time", "index",
            f"Σ t of the farthest 10 % / Σ t of the nearest 40 %; {_CAPPED}", of_minutes, by_palma, _TIMES),
    _spread("kolm_pollak_minutes", "公平折算时间（越不均越长）", "equity-equivalent travel time (longer where uneven)",
            "min", f"{_KP_BAD}; {_CAPPED}", of_minutes, by_kolm_pollak_minutes, _TIMES),
    NetworkIndicator(
        "capacity_units", "机构服务能力", "capacity at sites", "units", "none", "Σ S", _CAPACITY, "J", 1,
        capacity_units, True,
    ),
    NetworkIndicator(
        "capacity_gap_units", "服务能力缺口", "capacity gap", "units", "none", "Σ units_needed − Σ S",
        f"needs of the catalogue; {_CAPACITY}", "J", -1, capacity_gap_units, True,
    ),
    NetworkIndicator(
        "capacity_gap_persons", "服务能力缺口（折合人数）", "capacity gap in persons", "persons", "none",
        "max(0, Σ units_needed − Σ S) Σ n / Σ units_needed", f"needs of the catalogue; {_CAPACITY}", "J", -1,
        capacity_gap_persons, True,
    ),
    NetworkIndicator(
        "utilisation", "机构利用率", "utilisation of the sites", "share", "capacity",
        "Σ units delivered at sites / Σ S", _CAPACITY, "J", 1, utilisation, True,
    ),
    NetworkIndicator(
        "non_state_share", "非政府运营的服务能力占比", "capacity run by others than the state", "share", "capacity",
        "Σ S of 公建民营, 民办公助, 政府购买服务 / Σ S, what stands without a known mode being the state's",
        f"operating mode of what is new; {_CAPACITY}", "J", 0, non_state_share, True,
    ),
    NetworkIndicator(
        "sites_chosen", "新设或升级的机构", "sites opened or upgraded", "sites", "none", "number", "sites_by_year.csv",
        "D", 0, sites_chosen, True, False,
    ),
    NetworkIndicator(
        "referral_mean_min", "到县中心的平均转介时间", "mean referral time to the county centre", "min", "sites",
        "Σ t / number of sites", _TIMES, "J", -1, referral(False),
    ),
    NetworkIndicator(
        "referral_longest_min", "到县中心的最长转介时间", "longest referral time to the county centre", "min", "sites",
        "max t", _TIMES, "J", -1, referral(True),
    ),
    NetworkIndicator(
        "persons_on_one_road", "依赖唯一道路者", "persons who depend on one single road", "persons", "need",
        "Σ n whose every route in time uses one stretch of road, in any season", "road network of the study area",
        "J", -1, on_one_road, False, False,
    ),
    NetworkIndicator(
        "capital_yuan", "建设与设备资金", "capital", "yuan", "none", "Σ yuan, capital", _MONEY, "J", -1,
        yuan_of("capital"), True, False,
    ),
    NetworkIndicator(
        "running_yuan", "运行资金（含上门服务）", "running cost with rounds", "yuan", "none", "Σ yuan, running", _MONEY,
        "J", -1, yuan_of("running"), True, False,
    ),
    NetworkIndicator(
        "rounds_yuan", "其中上门服务", "of this rounds", "yuan", "none", "Σ yuan of rounds.csv",
        "rounds.csv: staff and vehicle days from travel times", "J", 0, yuan_of_rounds, True, False,
    ),
    NetworkIndicator(
        "yuan_in_all", "各年资金合计", "money of all years", "yuan", "none", "Σ yuan, all years to this one", _MONEY,
        "J", -1, yuan_in_all, True, False,
    ),
    NetworkIndicator(
        "yuan_given", "各来源资金合计", "money of the sources, all years", "yuan", "none",
        "Σ yuan of the sources, all years to this one; of a county: of those that may pay there",
        "money of the scenario", "J", 0, yuan_given, True, False,
    ),
    NetworkIndicator(
        "yuan_left", "各来源未支出资金", "money of the sources that is not spent", "yuan", "none",
        "yuan_given − Σ yuan paid, all years to this one", f"money of the scenario; {_MONEY}", "J", 0, yuan_left, True,
        False,
    ),
    NetworkIndicator(
        "staff_taken", "可增人员使用率", "share of the staff to be found that is taken", "share", "staff",
        "Σ staff of new modules and rounds / (staff to be found + trained)", "staff of the scenario and the catalogue",
        "J", 0, staff_taken, False, False,
    ),
    NetworkIndicator(
        "staff_used_up", "余下人员不够再增设（1 为是）", "too few staff left for anything more (1 yes)", "index",
        "staff",
        "1 where staff to be found + trained − taken < staff of the smallest module still off (of rounds: a day)",
        "staff of the scenario and the catalogue", "J", 0, staff_used_up, False, False,
    ),
    NetworkIndicator(
        "yuan_per_newly_served", "每新增一名获服务者的资金", "money for each person newly served", "yuan", "new",
        "Σ yuan of all years / persons_newly_served; of a county: what its sites and homes cost / of its people",
        f"{_MONEY}; {_GROUPS}", "J", -1, yuan_per_newly_served, False,
        False,
    ),
)  # fmt: skip


def indicators_table(frames: Frames) -> pd.DataFrame:
    """The table `indicators` of `NetworkPlan`, in the order of `NETWORK_INDICATORS`; what cannot be told is empty."""
    rows = [row for indicator in NETWORK_INDICATORS for row in _rows(indicator, frames)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _rows(indicator: NetworkIndicator, frames: Frames) -> Iterator[dict[str, Any]]:
    years = frames.question.years
    last = len(years) - 1
    if indicator.before and frames.before is not None:
        yield from _year(indicator, indicator.measure(frames.before, last), NOTHING_YET)
    for t in range(len(years)) if indicator.yearly else (last,):
        yield from _year(indicator, indicator.measure(frames, t), years[t])


def _year(indicator: NetworkIndicator, found: Measured, year: int) -> Iterator[dict[str, Any]]:
    told = {c: getattr(indicator, c) for c in ("key", "zh", "en", "unit", "formula", "source", "mark")}
    zh, en = DENOMINATORS[indicator.denominator]
    denominator = zh if zh == en else f"{zh} / {en}"
    for scope, value in found:
        kept = value if math.isfinite(value) else float("nan")
        yield {**told, "scope": scope, "year": year, "value": kept, "denominator": denominator}

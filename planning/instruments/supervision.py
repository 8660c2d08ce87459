"""督战名单: the counties with the most unmet severe need, with intervals, so that a rank says no more than it knows."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from geodata.errors import Sentence, both
from geodata.figures import Figure
from optimizers import is_covered
from planning.faults import PlanningError
from planning.instruments.figures import figures_of
from planning.instruments.intervals import LEVEL, poisson, surely_above, widened, wilson
from planning.instruments.people import base_of, county_people, minutes_to, modelled_in
from planning.instruments.population_bases import population_errors
from planning.instruments.result import InstrumentResult, listed
from planning.plan import Plan
from planning.study_area import StudyArea

BY: Final = ("persons", "share")


def supervision_list(
    need: pd.DataFrame, *, by: str = "persons", counties: int = 10, values: Mapping[str, float] | None = None
) -> InstrumentResult:
    """Rank counties by unmet severe need and say which places of the list are sure.

    Args:
        need: `county_code`, `severe` and `unmet` (whole persons, unmet <= severe); further columns such as names are
            kept. `relative_error` (share) adds the error of the count itself, such as that of an estimated population.
        by: persons (Garwood interval of a count) or share (Wilson interval of unmet / severe).
        counties: length of the list, at least 1.

    Returns:
        Table `counties` in order of rank: `rank` (equal numbers share one), `unmet`, `severe`, `share`, `low`, `high`
        (95 %, of what is ranked by), `rank_best`, `rank_worst` (the ranks that the intervals allow), `listed` (on the
        list by number and, at equal numbers, code), `place`: sure (on the list whatever the intervals allow), tied
        (statistically tied at its end) or off.

    Raises:
        PlanningError: for unmet above severe, counties named twice, a list shorter than 1.
    """
    _check(need, by, counties)
    table = need.assign(county_code=need["county_code"].astype(str)).reset_index(drop=True)
    table["share"] = (table["unmet"] / table["severe"].where(table["severe"] > 0)).fillna(0.0)
    value, low, high = _interval(table, by)
    table["low"], table["high"] = low, high
    above = surely_above(value, low, high)
    table["rank"] = [1 + int((value > v).sum()) for v in value]
    table["rank_best"] = 1 + above.sum(axis=0)
    table["rank_worst"] = len(table) - above.sum(axis=1)
    order = np.lexsort((table["county_code"], -value))
    table = table.iloc[order].reset_index(drop=True)
    table["listed"] = table.index < counties
    sure, out = table["rank_worst"] <= counties, table["rank_best"] > counties
    table["place"] = np.select([sure, out], ["sure", "off"], "tied")
    return _result(table, by, counties, values)


def supervision_in(
    area: StudyArea,
    *,
    plan: Plan | None = None,
    by: str = "persons",
    counties: int | None = None,
    season: str = "summer",
    values: Mapping[str, float] | None = None,
) -> InstrumentResult:
    """The list of a study area: severe persons beyond the minutes of any institution, or those a plan leaves beyond
    them.

    The interval also holds the error of a population that is scaled or estimated (`population_bases`), for modelled
    persons follow it.

    Args:
        plan: its travel times and people in place of the area's baseline.
        season: of the baseline's travel times; a plan has its own.

    Raises:
        PlanningError: as `supervision_list`.
    """
    figures = figures_of("supervised_counties", "supervision_minutes", values=values)
    limit = figures["supervision_minutes"].value
    if plan is not None:
        cells = plan.cells
        minutes = cells["travel_time_min"].to_numpy(float)
        modelled = plan.demand_source == "modelled"
    else:
        cells = area.demand(area.assumptions.demand_rates())
        minutes = minutes_to(area, area.institutions, season, "with_escort").min(axis=1, initial=np.inf)
        modelled = modelled_in(area)
    need = county_people(area)[["county_code", "name_zh", "name_en", "owner", "population_quality"]]
    severe, far = (
        cells["persons_severe"].where(keep, 0).groupby(cells["county_code"]).sum()
        for keep in (np.full(len(cells), True), ~is_covered(minutes, limit))
    )
    need["severe"], need["unmet"] = (need["county_code"].map(s).fillna(0).astype(int).to_numpy() for s in (severe, far))
    if modelled:
        errors = {k: f.value for k, f in population_errors(area.data, values).items()}
        need["relative_error"] = need["population_quality"].map(errors).fillna(0.0)
    n = int(figures["supervised_counties"].value) if counties is None else counties
    found = supervision_list(need, by=by, counties=n, values=values)
    whose = both("of the plan", "方案中") if plan is not None else both("of the institutions as they are", "现有机构")
    note = both(
        f"Unmet: severe persons more than {limit:g} minutes from any institution ({whose}), or without a known route; "
        "room in institutions is not counted.",
        f"未满足：距任何机构（{whose.zh}）单程超过 {limit:g} 分钟或无已知路线的重度残疾人；未计机构容量。",
    )
    more = {
        "base": base_of(area), "modelled": modelled, "notes": (*found.notes, note),
        "figures": (*figures.values(), *(population_errors(area.data, values).values() if modelled else ())),
    }  # fmt: skip
    return InstrumentResult(**{**vars(found), **more})


def _check(need: pd.DataFrame, by: str, counties: int) -> None:
    faults: list[Sentence] = []
    if by not in BY:
        faults.append(both(f"by: '{by}' found; take {listed(BY)}", f"排序依据：发现“{by}”；可选 {listed(BY, True)}"))
    if isinstance(counties, bool) or not isinstance(counties, int) or counties < 1:
        faults.append(
            both(f"counties: {counties} found, at least 1 is needed", f"县数：发现 {counties}；请填 1 或更大的整数")
        )
    if need["county_code"].duplicated().any():
        faults.append(both("a county stands twice in the need; name each once", "需求表中有重复的县"))
    bad = need[~((need["unmet"] >= 0) & (need["unmet"] <= need["severe"]))]
    if len(bad):
        codes = listed(bad["county_code"].astype(str).tolist()[:5])
        faults.append(
            both(f"counties {codes}: unmet must be 0 to severe persons", f"县 {codes}：未满足人数应在 0 与重度人数之间")
        )
    if faults:
        raise PlanningError(faults)


def _interval(table: pd.DataFrame, by: str) -> "tuple[np.ndarray[tuple[int], np.dtype[np.float64]], ...]":
    """What is ranked by, and its interval. An error of the population moves numbers of persons, not their share."""
    if by == "share":
        value = table["share"].to_numpy(float)
        return (value, *wilson(table["unmet"], table["severe"]))
    value = table["unmet"].to_numpy(float)
    low, high = poisson(value)
    if "relative_error" in table:
        low, high = widened(value, low, high, table["relative_error"].to_numpy(float))
    return value, low, high


def _result(table: pd.DataFrame, by: str, counties: int, values: Mapping[str, float] | None) -> InstrumentResult:
    on, sure, tied = table[table["listed"]], table[table["place"] == "sure"], table[table["place"] == "tied"]
    names = [("name_en", "name_zh") if "name_en" in table else ("county_code", "county_code")][0]
    equal = table["rank"].duplicated(keep=False) & (table["rank"] <= counties)
    en, zh = ("persons", "人数") if by == "persons" else ("share", "比例")
    sentences = [
        both(
            f"{len(on)} counties with the most unmet severe need by {en}: {listed(on[names[0]].tolist())}",
            f"重度残疾人未满足需求（按{zh}）最多的 {len(on)} 个县：{listed(on[names[1]].tolist(), True)}",
        ),
        both(
            f"{len(sure)} of them are sure; {len(tied)} counties are statistically tied at the end of the list: "
            f"{listed(tied[names[0]].tolist())}",
            f"其中 {len(sure)} 个确定；{len(tied)} 个县在名单末尾统计上并列：{listed(tied[names[1]].tolist(), True)}",
        ),
    ]
    if equal.any():
        sentences.append(
            both(
                f"{int(equal.sum())} counties share their rank with another; the lower code comes first",
                f"{int(equal.sum())} 个县与他县名次相同，代码小的在前",
            )
        )
    method = both(
        f"Intervals of {LEVEL:.0%}: Garwood 1936 for numbers, Wilson 1927 for shares; two counties are tied where the "
        "interval of their difference (Newcombe 1998) holds 0. They speak of chance in the count and of an uncertain "
        "population, not of an error of the model that all counties share.",
        f"{LEVEL:.0%} 区间：人数用 Garwood 1936，比例用 Wilson 1927；两县之差的区间（Newcombe 1998）含 0 即为并列。"
        f"区间只反映计数的偶然误差和人口误差，不反映各县共有的模型误差。",
    )
    totals = {"counties": len(table), "listed": len(on), "sure": len(sure), "tied": len(tied)}
    figure: tuple[Figure, ...] = tuple(figures_of("supervised_counties", values=values).values())
    return InstrumentResult(
        name="supervision",
        tables={"counties": table},
        totals={**totals, "unmet": int(table["unmet"].sum()), "severe": int(table["severe"].sum())},
        sentences=tuple(sentences),
        denominator=both("severe disabled persons (grades 1-2) of the county", "该县重度残疾人（一、二级）"),
        base=both("the counts as given", "所给统计数"),
        figures=figure,
        notes=(method,),
    )

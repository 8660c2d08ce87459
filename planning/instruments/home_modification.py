"""无障碍改造: households to modify, what it costs, what a budget buys, and how far the dated target has come."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Final

import pandas as pd

from geodata.errors import Sentence, both
from planning.faults import PlanningError
from planning.instruments.controlled_rounding import exact, whole_shares
from planning.instruments.figures import figures_of
from planning.instruments.people import base_of, county_people, modelled_in, unknown_counties
from planning.instruments.result import InstrumentResult
from planning.study_area import StudyArea


def home_modification(
    area: StudyArea,
    *,
    budget_yuan: int | None = None,
    done: "pd.Series[int] | None" = None,
    target: int | None = None,
    values: Mapping[str, float] | None = None,
) -> InstrumentResult:
    """Households of severe persons in hardship by county, their share of the target, and what a budget buys.

    Households are severe persons in hardship / persons a household; all of them count as having a need, so this is an
    upper bound. The area's share of the regional target is that of its disabled persons in the region's.

    Args:
        budget_yuan: whole yuan to spend now; shared by the households that are not yet done.
        done: households modified so far by county code; what counties without a row have done is not known.
        target: households, in place of the area's share of the regional target.
        values: own values of the figures.

    Returns:
        Table `counties`: `persons_hardship`, `households`, `need_yuan`, `target_households`, `done`, `progress` (done /
        target), `left` (to the target; <NA> where done is not known), and with a budget `funded_households`,
        `funded_yuan`.

    Raises:
        PlanningError: for a budget or target that is no whole number of 0 or more, unknown counties, done below 0.
    """
    keys = ("home_modification_yuan", "home_modification_households", "region_disabled", "persons_per_household")
    figures = figures_of(*keys, values=values)
    people = county_people(area)
    _check(people, budget_yuan, done, target)
    cost = exact(figures["home_modification_yuan"].value)
    table = _counties(people, {key: exact(figure.value) for key, figure in figures.items()}, done, target)
    totals: dict[str, Any] = {c: int(table[c].sum()) for c in ("households", "target_households", "done", "left")}
    totals["counties_known"] = int(table["done"].notna().sum())
    totals["need_yuan"] = float(totals["households"] * cost)
    if budget_yuan is not None:
        totals |= _fund(table, budget_yuan, cost)
    return InstrumentResult(
        name="home_modification",
        tables={"counties": table},
        totals=totals,
        sentences=_sentences(totals, float(cost), target is None),
        denominator=both(
            "households of severe disabled persons (grades 1-2) in hardship", "困难重度残疾人家庭（一、二级）"
        ),
        base=base_of(area),
        figures=tuple(figures.values()),
        modelled=modelled_in(area),
        notes=(_NOTE,) if modelled_in(area) or target is not None else (_NOTE, _TWO_BASES),
    )


_NOTE: Final = both(
    "The target of 19,931 households is the whole region's and belongs to 2021-25; the text gives no split, the share "
    "shown "
    "is by disabled persons. All households count as in need: an upper bound.",
    "19,931 户是全区 2021–2025 年任务，原文没有分县数；此处按残疾人数分摊。所有家庭都按有需求计，是上限。",
)

_TWO_BASES: Final = both(
    "The region's 1.07 million are an estimate from a survey, this area's persons are registered; the share of the "
    "target is "
    "too low where the register is smaller than such an estimate.",
    "全区 107 万为调查估计数，本研究区为登记数；登记数小于同口径估计数时，分摊的任务偏低。",
)


def _counties(
    people: pd.DataFrame, figures: Mapping[str, Fraction], done: "pd.Series[int] | None", target: int | None
) -> pd.DataFrame:
    table = people[["county_code", "name_zh", "name_en", "owner", "persons", "persons_hardship"]].copy()
    households = round(int(table["persons_hardship"].sum()) / figures["persons_per_household"])
    table["households"] = _shared(households, table, "persons_hardship")
    table["need_yuan"] = [float(n * figures["home_modification_yuan"]) for n in table["households"]]
    share = int(table["persons"].sum()) / figures["region_disabled"]
    goal = round(figures["home_modification_households"] * share) if target is None else target
    table["target_households"] = _shared(goal, table, "households")
    finished = {} if done is None else done.to_dict()
    table["done"] = pd.array([finished.get(code, pd.NA) for code in table["county_code"]], "Int64")
    table["progress"] = (table["done"] / table["target_households"].where(table["target_households"] > 0)).round(4)
    table["left"] = (table["target_households"] - table["done"]).clip(lower=0)
    return table


def households_for(yuan: int, cost_yuan: float = 3500) -> tuple[int, float]:
    """How many households whole yuan buy, and the yuan that are left."""
    cost = exact(cost_yuan)
    return int(yuan // cost), float(yuan - (yuan // cost) * cost)


def _check(people: pd.DataFrame, budget: int | None, done: "pd.Series[int] | None", target: int | None) -> None:
    faults: list[Sentence] = [
        both(f"{en}: {n} found, a whole number of 0 or more is needed", f"{zh}：发现 {n}；请填大于等于 0 的整数")
        for n, en, zh in ((budget, "budget", "预算"), (target, "target", "任务户数"))
        if n is not None and (not isinstance(n, int) or n < 0)
    ]
    if done is not None:
        faults += unknown_counties(list(map(str, done.index)), people["county_code"])
        numbers = pd.to_numeric(done, errors="coerce")
        if done.index.has_duplicates or (~(numbers >= 0) | (numbers % 1 != 0)).any():
            faults.append(
                both(
                    "done: one whole number of households of 0 or more is needed for each county",
                    "已完成户数：每县只填一个大于等于 0 的整数",
                )
            )
    if faults:
        raise PlanningError(faults)


def _shared(total: int, table: pd.DataFrame, by: str) -> list[int]:
    """Whole shares in the order of the table; ties by county code."""
    weights = {code: Fraction(int(n)) for code, n in table[["county_code", by]].itertuples(index=False)}
    if not total or not sum(weights.values()):
        return [0] * len(table)
    shares = whole_shares(total, weights)
    return [shares[code] for code in table["county_code"]]


def _fund(table: pd.DataFrame, budget: int, cost: Fraction) -> dict[str, Any]:
    """Adds what a budget buys, by the households not yet done; never more than they are."""
    table["unmodified"] = (table["households"] - table["done"].fillna(0)).clip(lower=0).astype(int)
    bought = min(int(budget // cost), int(table["unmodified"].sum()))
    table["funded_households"] = _shared(bought, table, "unmodified")
    table["funded_yuan"] = [float(n * cost) for n in table["funded_households"]]
    return {"budget_yuan": budget, "funded_households": bought, "unspent_yuan": float(budget - bought * cost)}


def _sentences(totals: Mapping[str, Any], cost: float, shared: bool) -> tuple[Sentence, ...]:
    known = totals["counties_known"]
    of = (
        both("this area's share of the regional 19,931", "按残疾人数分摊的全区 19,931 户任务")
        if shared
        else both("as given", "给定任务")
    )
    out = [
        both(
            f"{totals['households']:,} households of severe persons in hardship; all of them at {cost:,.0f} yuan: "
            f"{totals['need_yuan']:,.0f} yuan",
            f"困难重度残疾人家庭 {totals['households']:,} 户；每户 {cost:,.0f} 元，"
            f"全部改造需 {totals['need_yuan']:,.0f} 元",
        ),
        both(
            f"target {totals['target_households']:,} households ({of}; 2021-25): "
            + (
                f"{totals['done']:,} done in {known} counties, where {totals['left']:,} are left"
                if known
                else "what is done is not known"
            ),
            f"任务 {totals['target_households']:,} 户（{of.zh}；2021–2025 年）："
            + (f"{known} 个县已完成 {totals['done']:,} 户，还差 {totals['left']:,} 户" if known else "已完成户数未知"),
        ),
    ]
    if "budget_yuan" in totals:
        out.append(
            both(
                f"{totals['budget_yuan']:,} yuan buy {totals['funded_households']:,} households; "
                f"{totals['unspent_yuan']:,.0f} yuan are left",
                f"{totals['budget_yuan']:,} 元可改造 {totals['funded_households']:,} 户，"
                f"余 {totals['unspent_yuan']:,.0f} 元",
            )
        )
    return tuple(out)

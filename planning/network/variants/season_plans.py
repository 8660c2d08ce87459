"""Plans made for summer, for winter, for the whole year and for the least regret, each held against every season.

Regret of a plan in a season: what the best of these plans delivers in that season minus what this one does, with its
institutions as they are and people served anew as well as they allow; the largest over the seasons is what counts
(L. J. Savage 1951). It is measured against the plans found here, so it is exact for them and not for plans unknown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from geodata.errors import Sentence, both
from optimizers.network import NetworkSolution, deliver
from planning.network.measures.groups import persons_served
from planning.network.measures.one_road import persons_on_one_road, rows_on_one_road
from planning.network.posing.pose import NetworkQuestion, pose_network
from planning.network.result import NetworkPlan
from planning.network.variants.again import as_built, chosen_years
from planning.network.variants.runs import Run, answer, network_of, variant
from planning.scenario import Scenario
from planning.study_area import StudyArea

SEASONS: Final = ("summer", "winter")
PLANS: Final[dict[str, Sentence]] = {
    "summer": both("made for summer", "按夏季规划"),
    "winter": both("made for winter", "按冬季规划"),
    "all_year": both("in time in both seasons", "两季都及时"),
    "both": both("of least regret", "最小后悔"),
}
"""Plans that are compared: key of `[network] season` → name."""
Pose = Callable[[Scenario, StudyArea], NetworkQuestion]
Deliver = Callable[..., NetworkSolution]
Roads = Callable[..., Any]


@dataclass(frozen=True, eq=False)
class SeasonPlans:
    """Plans by season and what each is worth in every season.

    Attributes:
        plans: by key of `PLANS`.
        values: a row a plan and season: `plan`, `season`, `value` (weighted units delivered in all years, as the aim of
            the scenario counts them, were it this season all year), `persons_served` (last year, by service),
            `unusable` (forms and modules of the plan that may not be there in that season), `regret`,
            `regret_persons` (against the best of the plans in that season).
        regrets: a row a plan: `plan`, `largest_regret`, `regret_season`, `regret_share` (of the best in that season),
            `largest_regret_persons`, `unusable` (in its worst season).
        one_road: persons who depend on one single road: `plan`, `season`, `service`, `county_code`, `persons`.
        sentences: what this says, in both languages.
    """

    plans: dict[str, NetworkPlan]
    values: pd.DataFrame
    regrets: pd.DataFrame
    one_road: pd.DataFrame
    sentences: tuple[Sentence, ...]


def season_plans(
    scenario: Scenario,
    area: StudyArea,
    run: Run,
    *,
    pose: Pose = pose_network,
    give: Deliver = deliver,
    roads: Roads = rows_on_one_road,
) -> SeasonPlans:
    """Answer the scenario for every season and measure each plan in each.

    Args:
        run: called once for each of `PLANS`.
        pose, give, roads: called as `pose_network`, `deliver` and `rows_on_one_road`.

    Raises:
        PlanningError: when the scenario has no `[network]` or one of the variants has no plan.
    """
    plans = {key: answer(run, for_season(scenario, key), area) for key in PLANS}
    values, hanging = [], []
    caveat: Sentence | None = None
    for season in SEASONS:
        question = pose(for_season(scenario, season), area)
        free = as_built(question.problem)
        for key, plan in plans.items():
            forms, modules, unusable = chosen_years(question, plan)
            solution = give(free, forms, modules, aims=("most",))
            persons = int(persons_served(question, solution).sum())
            values.append((key, season, float(solution.objective or 0.0), persons, unusable))
            rows, caveat = roads(question, plan.modules, area)
            hanging.append(persons_on_one_road(question, rows).assign(plan=key))
    table = with_regret(pd.DataFrame(values, columns=["plan", "season", "value", "persons_served", "unusable"]))
    one_road = pd.concat(hanging, ignore_index=True)[["plan", "season", "service", "county_code", "persons"]]
    regrets = largest_regrets(table)
    names = area.data.counties.set_index("county_code")
    said = (*_value_sentences(table, regrets), _road_sentence(one_road, names, caveat))
    return SeasonPlans(plans, table, regrets, one_road, said)


def for_season(scenario: Scenario, key: str) -> Scenario:
    """The scenario for one of `PLANS`: `both` has the least regret as its first aim, the others do without it."""
    aims = tuple(aim for aim in network_of(scenario).aims if aim != "least_regret")
    wanted = ("least_regret", *aims[:2]) if key == "both" else (aims or ("most_units",))
    around = {"month": None, "season": key if key in SEASONS else "summer"}
    return variant(scenario, key, around=around, season=key, aims=wanted)


def with_regret(values: pd.DataFrame) -> pd.DataFrame:
    """The table with `regret` and `regret_persons`: the best of each season minus the plan's own, 0 or more."""
    best = values.groupby("season")[["value", "persons_served"]].transform("max")
    return values.assign(
        regret=best["value"] - values["value"], regret_persons=best["persons_served"] - values["persons_served"]
    )


def largest_regrets(values: pd.DataFrame) -> pd.DataFrame:
    """The table `regrets` of `SeasonPlans`, in the order of the plans; of equal regrets the earlier season."""
    best = values.groupby("season")["value"].max()
    rows, more = [], ("regret_persons", "unusable")
    for plan, of_plan in values.groupby("plan", sort=False):
        worst = of_plan.loc[of_plan["regret"].idxmax()]
        whole = float(best[worst["season"]])
        share = float(worst["regret"]) / whole if whole > 0 else 0.0
        rows.append((plan, float(worst["regret"]), worst["season"], share, *(int(of_plan[c].max()) for c in more)))
    columns = ["plan", "largest_regret", "regret_season", "regret_share", "largest_regret_persons", "unusable"]
    return pd.DataFrame(rows, columns=columns)


def _value_sentences(values: pd.DataFrame, regrets: pd.DataFrame) -> list[Sentence]:
    served = values.pivot(index="plan", columns="season", values="persons_served")
    said = []
    for row in regrets.itertuples():
        summer, winter = (int(served.loc[row.plan, season]) for season in SEASONS)
        name, where = PLANS[str(row.plan)], _season(str(row.regret_season))
        lost, unusable = 100 * float(row.regret_share), _unusable(int(str(row.unusable)))
        said.append(
            both(
                f"The plan {name}: {summer:,} persons served were it always summer, {winter:,} were it always winter "
                f"(last year, by service); against the best of these plans it loses {lost:.1f} % at most, in {where}."
                f"{unusable}",
                f"{name.zh}的方案：若全年为夏季服务 {summer:,} 人次，若全年为冬季服务 {winter:,} 人次"
                f"（末年，按服务计）；与各方案中最好的相比最多损失 {lost:.1f}%（{where.zh}）。{unusable.zh}",
            )
        )
    return [*said, _smallest_loss(regrets)]


def _unusable(count: int) -> Sentence:
    if not count:
        return both("", "")
    return both(
        f" {count} of its buildings and modules cannot be used in one of the seasons: too far from a centre then.",
        f"其中 {count} 项设施或功能在另一季无法使用：与县中心的往返时间超限。",
    )


def _smallest_loss(regrets: pd.DataFrame) -> Sentence:
    """Which plan loses least, of those that can be used all the year; of equal ones that of least regret."""
    all_year = regrets[regrets["unusable"] == 0] if (regrets["unusable"] == 0).any() else regrets
    least = all_year["largest_regret"].min()
    equal = all_year.loc[np.isclose(all_year["largest_regret"], least, rtol=1e-9, atol=1e-6), "plan"].to_list()
    name = PLANS["both" if "both" in equal else str(equal[0])]
    return both(
        f"Of the plans that can be used all the year, the plan {name} loses least in its worst season.",
        f"在全年可用的方案中，最差季节损失最小的是{name.zh}的方案。",
    )


def _season(key: str) -> Sentence:
    return both(key, "夏季" if key == "summer" else "冬季")


def _road_sentence(one_road: pd.DataFrame, names: pd.DataFrame, caveat: Sentence | None) -> Sentence:
    """How many depend on one road in winter under the plan of least regret, and in which county most."""
    here = one_road[(one_road["plan"] == "both") & (one_road["season"] == "winter")]
    by_county = here.groupby("county_code")["persons"].sum()
    total = round(float(by_county.sum()))
    roughly, roughly_zh = (f" ({caveat})", f"（{caveat.zh}）") if caveat else ("", "")
    if not total:
        return both(f"In winter nobody depends on one single road{roughly}.", f"冬季无人依赖单一道路{roughly_zh}。")
    code = str(by_county.idxmax())
    most = round(float(by_county.max()))
    zh, en = (str(names.loc[code, c]) if code in names.index else code for c in ("name_zh", "name_en"))
    return both(
        f"In winter {total:,} persons (by service) reach a service in time only as long as one single road is open, "
        f"most of them in {en}: {most:,}{roughly}.",
        f"冬季有 {total:,} 人次（按服务计）只靠单一道路才能及时到达服务，其中{zh}最多，{most:,} 人次{roughly_zh}。",
    )


def regret_by_season(values: pd.DataFrame) -> pd.DataFrame:
    """Regret of every plan (rows) in every season (columns), as a square to be shown."""
    return values.pivot(index="plan", columns="season", values="regret").reindex(
        index=[p for p in PLANS if p in set(values["plan"])], columns=np.array(SEASONS, object)
    )

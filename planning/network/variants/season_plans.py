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
from planning.network.explanation import Explanation
from planning.network.measures.groups import persons_served
from planning.network.measures.one_road import persons_on_one_road, rows_on_one_road
from planning.network.posing.pose import NetworkQuestion, pose_network
from planning.network.reasons.explanation import NOISE
from planning.network.reasons.sentences import exactly, told, unit_of
from planning.network.result import NetworkPlan
from planning.network.scenario.asked import network_of
from planning.network.variants.again import as_built, chosen_years
from planning.network.variants.runs import Run, answer, variant
from planning.scenario import Scenario
from planning.study_area import StudyArea

KIND: Final = "seasons"
SEASONS: Final = ("summer", "winter")
PLANS: Final[dict[str, Sentence]] = {
    "summer": both("made for summer", "按夏季制定"),
    "winter": both("made for winter", "按冬季制定"),
    "all_year": both("in time in both seasons", "按两季都及时到达制定"),
    "both": both("of least regret", "按最差季节损失最小制定"),
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
        explanations: what this says, in both languages.
    """

    plans: dict[str, NetworkPlan]
    values: pd.DataFrame
    regrets: pd.DataFrame
    one_road: pd.DataFrame
    explanations: tuple[Explanation, ...]


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
    caveat, unit = None, ""
    for season in SEASONS:
        question = pose(for_season(scenario, season), area)
        free, unit = as_built(question.problem), unit_of(question, "most")
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
    said = (*_values_told(table, regrets, unit), _road_told(one_road, names, caveat))
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


def _values_told(values: pd.DataFrame, regrets: pd.DataFrame, unit: str) -> list[Explanation]:
    """A sentence for each plan with its largest loss, and which of them loses least."""
    served = values.pivot(index="plan", columns="season", values="persons_served")
    said = []
    for row in regrets.itertuples():
        summer, winter = (int(served.loc[row.plan, season]) for season in SEASONS)
        name, lost = PLANS[str(row.plan)], _lost(float(row.regret_share), str(row.regret_season))
        unusable = _unusable(int(str(row.unusable)))
        sentence = both(
            f"The plan {name}: {summer:,} persons served were it always summer, {winter:,} were it always winter "
            f"(last year, by service); {lost}.{unusable}",
            f"{name.zh}的方案：若全年为夏季服务 {summer:,} 人，若全年为冬季服务 {winter:,} 人"
            f"（末年，按各项服务分别计）；{lost.zh}。{unusable.zh}",
        )
        said.append(told(KIND, str(row.plan), sentence, exactly(float(row.largest_regret)), unit))
    return [*said, _smallest_loss(regrets, unit)]


def _lost(share: float, season: str) -> Sentence:
    """What a plan loses in its worst season against the best of these plans, in service of all years."""
    if share <= NOISE:
        return both("none of these plans delivers more in either season", "在两季中，其他几个方案提供的服务都不比它多")
    where = _season(season)
    return both(
        f"against the best of these plans it loses {100 * share:.1f} % of the service at most, in {where}",
        f"与这几个方案中当季最好的相比，服务量最多损失 {100 * share:.1f}%（{where.zh}）",
    )


def _unusable(count: int) -> Sentence:
    if not count:
        return both("", "")
    return both(
        f" {count} of its buildings and modules cannot be used in one of the seasons.",
        f"其中 {count} 项设施或功能在另一季无法使用。",
    )


def _smallest_loss(regrets: pd.DataFrame, unit: str) -> Explanation:
    """Which plan loses least, of those that can be used all the year; of equal ones that of least regret."""
    usable = regrets[regrets["unusable"] == 0]
    all_year = usable if len(usable) else regrets
    which = both("the plans that can be used all the year", "全年可用的方案")
    if not len(usable):
        which = both(
            "these plans, none of which can be used as a whole all the year", "这几个方案（均不能全年完整使用）"
        )
    least = float(all_year["largest_regret"].min())
    is_least = np.isclose(all_year["largest_regret"], least, rtol=1e-9, atol=1e-6)
    equal = all_year.loc[is_least, "plan"].to_list()
    name = PLANS["both" if "both" in equal else str(equal[0])]
    sentence = both(
        f"Of {which}, the plan {name} loses least in its worst season.",
        f"在{which.zh}中，{name.zh}的方案在其最差季节损失最少。",
    )
    if is_least.all() and len(equal) > 1:
        sentence = both(
            f"Of {which}, all lose equally little in their worst seasons.",
            f"{which.zh}在各自最差季节的损失相同。",
        )
    return told(KIND, "smallest_loss", sentence, exactly(least), unit)


def _season(key: str) -> Sentence:
    return both(key, "夏季" if key == "summer" else "冬季")


def _road_told(one_road: pd.DataFrame, names: pd.DataFrame, caveat: Sentence | None) -> Explanation:
    """How many depend on one road in winter under the plan of least regret, and in which county most."""
    here = one_road[(one_road["plan"] == "both") & (one_road["season"] == "winter")]
    by_county = here.groupby("county_code")["persons"].sum()
    total = round(float(by_county.sum()))
    roughly, roughly_zh = (f" ({caveat})", f"（{caveat.zh}）") if caveat else ("", "")
    sentence = both(
        f"In winter, under the plan of least regret, nobody depends on one single road{roughly}.",
        f"按最差季节损失最小的方案，冬季无人依赖单一道路{roughly_zh}。",
    )
    if total:
        code, most = str(by_county.idxmax()), round(float(by_county.max()))
        zh, en = (str(names.loc[code, c]) if code in names.index else code for c in ("name_zh", "name_en"))
        sentence = both(
            f"In winter, under the plan of least regret, {total:,} persons (by service) reach a service in time only "
            f"as long as one single road is open, most of them in {en}: {most:,}{roughly}.",
            f"按最差季节损失最小的方案，冬季有 {total:,} 人（按各项服务分别计）只靠单一道路才能及时到达服务，"
            f"其中{zh}最多，{most:,} 人{roughly_zh}。",
        )
    return told(KIND, "one_road", sentence, exactly(float(total)), "persons")

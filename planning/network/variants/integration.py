"""Local and XPCC (兵团) services planned together or each for its own people: the gain, and who pays what.

Cost of the joint plan, by two rules, each exact to the yuan:
    persons   in proportion to the persons of each owner who are served, by largest remainder
    shapley   φ_local = (c(local) + c(joint) − c(xpcc)) / 2 and φ_xpcc = c(joint) − φ_local: what each adds on the mean
              of both orders (L. S. Shapley 1953, two players). c(local), c(xpcc): what each spends when it stands
              alone, a plan of its own people and institutions with the money earmarked to its places and, of money for
              both, the part of its people in need (a judgement). A side that is dearer alone than both together by
              more than the other's cost would be paid for joining.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import pandas as pd

from geodata.apportion import largest_remainder
from geodata.errors import Sentence, both, prefixed
from planning.faults import PlanningError
from planning.network.explanation import Explanation
from planning.network.posing.places import XPCC_CITIES
from planning.network.reasons.explanation import Interval
from planning.network.reasons.sentences import amount, exactly, gained, told
from planning.network.result import NetworkPlan
from planning.network.scenario.asked import network_of
from planning.network.scenario.form import Money
from planning.network.variants.runs import Run, answer, chosen_sites, gain, last_groups, variant
from planning.scenario import Scenario
from planning.scenario_form import Lock, ScaleDemand
from planning.study_area import StudyArea

KIND: Final = "integration"
NOBODY: Final = 1e-15
"""A factor of need that leaves nobody."""
OWNERS: Final = ("local", "xpcc")
NAMES: Final = {"local": both("local", "地方"), "xpcc": both("XPCC", "兵团")}
RULES: Final[dict[str, Sentence]] = {
    "persons": both("by persons served", "按服务人数"),
    "shapley": both(
        "by Shapley value (half of it each, and half of what one costs more than the other when each stands alone)",
        "按夏普利值（各付一半，再按双方单独规划时费用之差的一半调整）",
    ),
}


_NO_XPCC: Final = both(
    "[network] compare: 'integration' needs people and sites of XPCC cities, and the study area has none; leave it out",
    "[network] compare：“integration”需要研究区内有兵团城市的人口和机构地点，而本研究区没有；请删去该项",
)


@dataclass(frozen=True, eq=False)
class Integration:
    """Plans of one scenario: each owner for its own people, both together, and each owner standing alone.

    Attributes:
        separate, joint: the plans with one purse, with institutions for their own people and for everyone.
        alone: owner → the plan of its own people with its own money.
        owners: a row an owner: `owner`, `persons` (who need a service and would use it; counted by service), `served_
            separate`, `served_joint`, `gain` (persons, last year), `served_alone`, `yuan_alone` (capital of all years
            and running cost of all years with rounds).
        dropped: sites that only the separate plan opens: `site_id`, `name_zh`, `name_en`, `county_code`, `owner`,
            `capital_yuan`, `running_yuan` (a year), `persons_served`.
        added: the same of sites that only the joint plan opens.
        split: `rule` (persons, shapley), `owner`, `yuan`; each rule adds up to `joint_yuan`.
        joint_yuan: whole yuan of the joint plan, all years.
        explanations: what this says, in both languages.
    """

    separate: NetworkPlan
    joint: NetworkPlan
    alone: Mapping[str, NetworkPlan]
    owners: pd.DataFrame
    dropped: pd.DataFrame
    added: pd.DataFrame
    split: pd.DataFrame
    joint_yuan: int
    explanations: tuple[Explanation, ...]


def integration(scenario: Scenario, area: StudyArea, run: Run) -> Integration:
    """Answer the scenario with `owners` separate and joint, XPCC cities counted in both, and for each owner alone.

    Args:
        run: called four times.

    Raises:
        PlanningError: when the scenario has no `[network]`, the area has no XPCC cities, or one has no plan.
    """
    network_of(scenario)
    check_xpcc(scenario, area)
    together = {"with_separate_xpcc": True}
    separate, joint = (
        answer(run, variant(scenario, owners, around=together, owners=owners), area) for owners in ("separate", "joint")
    )
    need = _by_whose_people(joint)["persons"].to_dict()
    parts = {owner: need[owner] / (sum(need.values()) or 1) for owner in OWNERS}
    alone = {owner: answer(run, alone_scenario(scenario, owner, parts[owner], area), area) for owner in OWNERS}
    return compared(separate, joint, alone)


def check_xpcc(scenario: Scenario, area: StudyArea) -> None:
    """Refuse an area where there is nothing to integrate.

    Raises:
        PlanningError: nobody lives in an XPCC city of the area, or there is no site.
    """
    area = area.with_layers(scenario.layers)
    if not all(table["county_code"].map(owner_of).eq("xpcc").any() for table in (area.data.cells, area.sites)):
        raise PlanningError([prefixed(scenario.called, _NO_XPCC)])


def alone_scenario(scenario: Scenario, owner: str, part: float, area: StudyArea) -> Scenario:
    """The scenario of one owner alone: nobody else has need, orders elsewhere and the tilt do not hold.

    Args:
        part: the owner's share of money that is not earmarked to one owner's places.
    """
    sites = area.with_layers(scenario.layers).sites
    elsewhere = set(sites.loc[sites["county_code"].map(owner_of) != owner, "site_id"])
    others = [code for code in area.data.counties["county_code"].astype(str) if owner_of(code) != owner]
    nobody = tuple(ScaleDemand(county=code, factor=NOBODY) for code in others)
    kept = tuple(c for c in scenario.changes if not (isinstance(c, Lock) and c.site in elsewhere))
    around = {"changes": (*kept, *nobody), "with_separate_xpcc": True}
    money = tuple(_own_part(source, owner, part) for source in network_of(scenario).money)
    return variant(scenario, f"{owner}_alone", around=around, owners="separate", tilt=None, money=money)


def _own_part(source: Money, owner: str, part: float) -> Money:
    """All of a source that is earmarked to this owner's places, nothing of the other's, a part of what is for both."""
    whose = {owner_of(code) for code in (*source.prefectures, *source.counties)} or set(OWNERS)
    share = part if len(whose) > 1 else float(whose == {owner})
    return source.model_copy(update={"yuan": tuple(share * yuan for yuan in source.yuan)})


def compared(separate: NetworkPlan, joint: NetworkPlan, alone: Mapping[str, NetworkPlan]) -> Integration:
    """The tables and sentences of plans that are there already."""
    owners = _owners_table(separate, joint, alone)
    joint_yuan = round(float(joint.money["yuan"].sum()))
    dropped, added = _only_in(separate, joint), _only_in(joint, separate)
    split = split_cost(joint_yuan, _by_owner(owners, "served_joint"), _by_owner(owners, "yuan_alone"))
    better = _better_told(separate, joint)
    said = (
        _gain_told(owners, joint),
        *([better] if better is not None else []),
        _dropped_told(dropped, len(chosen_sites(separate)), len(chosen_sites(joint))),
        _alone_told(owners),
        *(_split_told(rule, split, joint_yuan) for rule in RULES),
    )
    return Integration(separate, joint, alone, owners, dropped, added, split, joint_yuan, said)


def owner_of(county_code: str) -> str:
    """Whose people live in a county: `xpcc` in the cities of the XPCC, else `local`."""
    return "xpcc" if str(county_code).startswith(XPCC_CITIES) else "local"


def split_cost(joint_yuan: int, served: dict[str, float], alone_yuan: dict[str, float]) -> pd.DataFrame:
    """The cost of the joint plan for each owner by each rule; both rules add up to it exactly.

    Args:
        joint_yuan: whole yuan, 0 or more.
        served: owner → persons served in the joint plan; in equal parts where nobody is.
        alone_yuan: owner → what it spends when it stands alone. Rounded to whole yuan; an odd yuan of the
            Shapley value is paid by the local side.
    """
    weights = [served[owner] for owner in OWNERS]
    by_persons = largest_remainder(joint_yuan, weights if sum(weights) > 0 else [1.0] * len(OWNERS))
    local, xpcc = (round(alone_yuan[owner]) for owner in OWNERS)
    twice = joint_yuan + local - xpcc
    of_local = (twice + 1) // 2
    yuan = {"persons": [int(y) for y in by_persons], "shapley": [of_local, joint_yuan - of_local]}
    rows = [(rule, owner, y) for rule in RULES for owner, y in zip(OWNERS, yuan[rule], strict=True)]
    return pd.DataFrame(rows, columns=["rule", "owner", "yuan"])


def _site_owner(sites: pd.DataFrame) -> "pd.Series[str]":
    by_county = sites["county_code"].map(owner_of).astype(str)
    return sites["owner"].where(sites["owner"].isin(OWNERS), by_county) if "owner" in sites else by_county


def _by_whose_people(plan: NetworkPlan) -> pd.DataFrame:
    """`persons` and `persons_served` of the last year by owner."""
    groups = last_groups(plan)
    sums = groups.groupby(groups["county_code"].map(owner_of))[["persons", "persons_served"]].sum()
    return sums.reindex(OWNERS, fill_value=0)


def _owners_table(separate: NetworkPlan, joint: NetworkPlan, alone: Mapping[str, NetworkPlan]) -> pd.DataFrame:
    table = pd.DataFrame({"owner": OWNERS, "persons": _by_whose_people(joint)["persons"].to_numpy()})
    for name, plan in (("separate", separate), ("joint", joint)):
        table[f"served_{name}"] = _by_whose_people(plan)["persons_served"].to_numpy()
    table["gain"] = table["served_joint"] - table["served_separate"]
    table["served_alone"] = [int(_by_whose_people(alone[owner]).loc[owner, "persons_served"]) for owner in OWNERS]
    table["yuan_alone"] = [float(alone[owner].money["yuan"].sum()) for owner in OWNERS]
    return table


def _by_owner(table: pd.DataFrame, column: str) -> dict[str, float]:
    return {owner: float(value) for owner, value in zip(table["owner"], table[column], strict=True)}


def _only_in(plan: NetworkPlan, other: NetworkPlan) -> pd.DataFrame:
    sites = chosen_sites(plan)
    sites = sites.assign(owner=_site_owner(sites))
    columns = [
        "site_id", "name_zh", "name_en", "county_code", "owner", "capital_yuan", "running_yuan", "persons_served",
    ]  # fmt: skip
    return sites.loc[~sites["site_id"].isin(chosen_sites(other)["site_id"]), columns].reset_index(drop=True)


def _each(say: Callable[[str], tuple[str, str]]) -> tuple[str, str]:
    """Both owners with what is said of them, in English and Chinese."""
    told = [(NAMES[owner], say(owner)) for owner in OWNERS]
    return ", ".join(f"{name} {en}" for name, (en, _) in told), "、".join(f"{name.zh} {zh}" for name, (_, zh) in told)


def _gain_told(owners: pd.DataFrame, joint: NetworkPlan) -> Explanation:
    more = _by_owner(owners, "gain")
    en, zh = _each(lambda owner: (f"{more[owner]:+,.0f}", f"{more[owner]:+,.0f} 人"))
    total, year = round(sum(more.values())), joint.last_year
    sentence = both(
        f"Persons served in {year} in the plan found together, against that found apart: {total:+,}, counted by "
        f"service ({en}).",
        f"{year} 年，兵地统筹所得方案与各自规划所得方案相比，服务人数变化 {total:+,} 人（按各项服务分别计；{zh}）。",
    )
    return told(KIND, "persons", sentence, exactly(float(total)), "persons")


def _better_told(separate: NetworkPlan, joint: NetworkPlan) -> Explanation | None:
    """What the best joint plan gains on the best separate one in the first aim, as far as it is proven."""
    interval = gain(joint, separate)
    if interval is None:
        return None
    unit = str(joint.aims[0]["unit"])
    return told(KIND, "aim", _better_sentence(interval, unit), interval, unit)


def _better_sentence(interval: Interval, unit: str) -> Sentence:
    """A gain, a loss, or what of both is possible: rounds that are offered apart may not be together."""
    low, high = interval.low, interval.high
    if low >= 0.0 or high <= 0.0:
        words = gained(interval if low >= 0.0 else Interval(-interval.value, -high, -low), unit)
        gains, gains_zh = ("gains", "改进") if low >= 0.0 else ("loses", "减少")
        return both(
            f"What the best plan together {gains} on the best plan apart, in the first aim: {words}.",
            f"按首要目标计，统筹的最好方案比各自规划的最好方案{gains_zh}：{words.zh}。",
        )
    more, less = amount(high, unit, 1), amount(-low, unit, 1)
    return both(
        f"In the first aim the best plan together may gain up to {more} on the best plan apart, or lose up to {less}.",
        f"按首要目标计，统筹的最好方案比各自规划的最好方案最多改进 {more.zh}，也可能最多减少 {less.zh}。",
    )


def _dropped_told(dropped: pd.DataFrame, before: int, after: int) -> Explanation:
    capital, count = float(dropped["capital_yuan"].sum()), len(dropped)
    some, some_zh = ", ".join(dropped["name_en"].head(3)), "、".join(dropped["name_zh"].head(3))
    sentence = both(
        f"{count} of the {before} institutions opened or extended apart are not in the plan together ({after} in all), "
        f"such as {some}; their capital was {capital:,.0f} yuan.",
        f"各自规划新设或扩建的 {before} 处机构中，有 {count} 处不在统筹方案内（统筹共 {after} 处），如{some_zh}；"
        f"其建设费用为 {capital:,.0f} 元。",
    )
    if not count:
        sentence = both(
            f"No institution drops out: {before} apart, {after} together.",
            f"没有机构可以省去：各自规划 {before} 处，统筹 {after} 处。",
        )
    return told(KIND, "dropped", sentence, exactly(float(count)), "sites")


def _alone_told(owners: pd.DataFrame) -> Explanation:
    yuan = _by_owner(owners, "yuan_alone")
    en, zh = _each(lambda owner: (f"{yuan[owner]:,.0f} yuan", f"{yuan[owner]:,.0f} 元"))
    sentence = both(
        f"Standing alone, with its own money and its part of common money by people in need, each would spend: {en}.",
        f"如果各自单独规划（用自己的资金，共用资金按有需求人数分摊），双方费用为：{zh}。",
    )
    return told(KIND, "alone", sentence, exactly(sum(yuan.values())), "yuan")


def _split_told(rule: str, split: pd.DataFrame, joint_yuan: int) -> Explanation:
    yuan = split[split["rule"] == rule].set_index("owner")["yuan"]
    en, zh = _each(lambda owner: (f"{yuan[owner]:,} yuan", f"{yuan[owner]:,} 元"))
    sentence = both(
        f"The joint cost of {joint_yuan:,} yuan in all years, {RULES[rule]}: {en}.",
        f"统筹各年费用合计 {joint_yuan:,} 元，{RULES[rule].zh}分担：{zh}。",
    )
    return told(KIND, f"split_{rule}", sentence, exactly(float(yuan["local"])), "yuan")

"""Local and XPCC (兵团) services planned together or each for its own people: the gain, and who pays what.

Cost of the joint plan, by two rules, each exact to the yuan:
    persons   in proportion to the persons of each owner who are served, by largest remainder
    shapley   φ_local = (c(local) + c(joint) − c(xpcc)) / 2 and φ_xpcc = c(joint) − φ_local: what each adds on the mean
              of both orders (L. S. Shapley 1953, two players); c(local), c(xpcc): what each spends when planned apart
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pandas as pd

from geodata.apportion import largest_remainder
from geodata.errors import Sentence, both
from planning.network.posing.places import XPCC_CITIES
from planning.network.result import NOTHING_YET, NetworkPlan
from planning.network.variants.runs import Run, answer, chosen_sites, last_groups, proof, variant
from planning.scenario import Scenario
from planning.study_area import StudyArea

OWNERS: Final = ("local", "xpcc")
NAMES: Final = {"local": both("local", "地方"), "xpcc": both("XPCC", "兵团")}
RULES: Final[dict[str, Sentence]] = {
    "persons": both("by persons served", "按服务人数"),
    "shapley": both("by Shapley value", "按夏普利值"),
}


@dataclass(frozen=True, eq=False)
class Integration:
    """Two plans of one scenario: each owner for its own people, and both together.

    Attributes:
        separate, joint: the plans.
        owners: a row an owner: `owner`, `persons` (who need a service and would use it; counted by service), `served_
            separate`, `served_joint`, `gain` (persons, last year), `yuan_separate` (capital of all years and running
            cost of all years with rounds).
        dropped: sites that only the separate plan builds: `site_id`, `name_zh`, `name_en`, `county_code`, `owner`,
            `capital_yuan`, `running_yuan` (a year), `persons_served`.
        added: the same of sites that only the joint plan builds.
        split: `rule` (persons, shapley), `owner`, `yuan`; each rule adds up to `joint_yuan`.
        joint_yuan: whole yuan of the joint plan, all years.
        sentences: what this says, in both languages.
    """

    separate: NetworkPlan
    joint: NetworkPlan
    owners: pd.DataFrame
    dropped: pd.DataFrame
    added: pd.DataFrame
    split: pd.DataFrame
    joint_yuan: int
    sentences: tuple[Sentence, ...]


def integration(scenario: Scenario, area: StudyArea, run: Run) -> Integration:
    """Answer the scenario with `owners` separate and joint, XPCC cities counted in both.

    Args:
        run: called twice.

    Raises:
        PlanningError: when the scenario has no `[network]` or one of the two has no plan.
    """
    together = {"with_separate_xpcc": True}
    separate, joint = (
        answer(run, variant(scenario, owners, around=together, owners=owners), area) for owners in ("separate", "joint")
    )
    return compared(separate, joint)


def compared(separate: NetworkPlan, joint: NetworkPlan) -> Integration:
    """The tables and sentences of two plans that are there already."""
    owners = _owners_table(separate, joint)
    joint_yuan = round(float(joint.money["yuan"].sum()))
    dropped, added = _only_in(separate, joint), _only_in(joint, separate)
    split = split_cost(joint_yuan, _by_owner(owners, "served_joint"), _by_owner(owners, "yuan_separate"))
    said = _sentences(separate, joint, owners, dropped, split, joint_yuan)
    return Integration(separate, joint, owners, dropped, added, split, joint_yuan, said)


def owner_of(county_code: str) -> str:
    """Whose people live in a county: `xpcc` in the cities of the XPCC, else `local`."""
    return "xpcc" if str(county_code).startswith(XPCC_CITIES) else "local"


def split_cost(joint_yuan: int, served: dict[str, float], alone_yuan: dict[str, float]) -> pd.DataFrame:
    """The cost of the joint plan for each owner by each rule; both rules add up to it exactly.

    Args:
        joint_yuan: whole yuan, 0 or more.
        served: owner → persons served in the joint plan; in equal parts where nobody is.
        alone_yuan: owner → what it spends when each plans for its own. Rounded to whole yuan; an odd yuan of the
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


def yuan_by_owner(plan: NetworkPlan) -> dict[str, float]:
    """What is spent on each owner's sites and rounds in all years.

    Money is known by county. A site that the plan's table gives another owner than its county has (a regiment inside a
    local county) takes its capital, and its running cost from the year of opening on, along.
    """
    money = plan.money.groupby(plan.money["county_code"].map(owner_of))["yuan"].sum()
    found = {owner: float(money.get(owner, 0.0)) for owner in OWNERS}
    sites = plan.sites[plan.sites["opened"] != NOTHING_YET]
    whose = _site_owner(sites)
    for site, owner in zip(sites.itertuples(), whose, strict=True):
        usual = owner_of(site.county_code)
        if owner != usual:
            yuan = float(site.capital_yuan) + float(site.running_yuan) * (plan.last_year - int(site.opened) + 1)
            found[usual], found[owner] = found[usual] - yuan, found[owner] + yuan
    return found


def _site_owner(sites: pd.DataFrame) -> "pd.Series[str]":
    by_county = sites["county_code"].map(owner_of).astype(str)
    return sites["owner"].where(sites["owner"].isin(OWNERS), by_county) if "owner" in sites else by_county


def _owners_table(separate: NetworkPlan, joint: NetworkPlan) -> pd.DataFrame:
    counted = {}
    for name, plan in (("separate", separate), ("joint", joint)):
        groups = last_groups(plan)
        sums = groups.groupby(groups["county_code"].map(owner_of))[["persons", "persons_served"]].sum()
        counted[name] = sums.reindex(OWNERS, fill_value=0)
    table = pd.DataFrame({"owner": OWNERS})
    table["persons"] = counted["joint"]["persons"].to_numpy()
    for name in counted:
        table[f"served_{name}"] = counted[name]["persons_served"].to_numpy()
    table["gain"] = table["served_joint"] - table["served_separate"]
    table["yuan_separate"] = table["owner"].map(yuan_by_owner(separate))
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


def _sentences(
    separate: NetworkPlan, joint: NetworkPlan, owners: pd.DataFrame, dropped: pd.DataFrame, split: pd.DataFrame,
    joint_yuan: int,
) -> tuple[Sentence, ...]:  # fmt: skip
    return (
        _gain_sentence(owners, joint, proof(joint)),
        _dropped_sentence(dropped, len(chosen_sites(separate)), len(chosen_sites(joint))),
        *(_split_sentence(rule, split, joint_yuan) for rule in RULES),
    )


def _each(say: Callable[[str], tuple[str, str]]) -> tuple[str, str]:
    """Both owners with what is said of them, in English and Chinese."""
    told = [(NAMES[owner], say(owner)) for owner in OWNERS]
    return ", ".join(f"{name} {en}" for name, (en, _) in told), "、".join(f"{name.zh} {zh}" for name, (_, zh) in told)


def _gain_sentence(owners: pd.DataFrame, joint: NetworkPlan, proven: Sentence) -> Sentence:
    gain = _by_owner(owners, "gain")
    en, zh = _each(lambda owner: (f"{gain[owner]:+,.0f}", f"{gain[owner]:+,.0f} 人次"))
    total, year = round(sum(gain.values())), joint.last_year
    return both(
        f"Together instead of apart, {total:+,} persons are served in {year}, counted by service ({en}){proven}.",
        f"兵地统筹与各自规划相比，{year} 年可获服务者 {total:+,} 人次（按服务计；{zh}）{proven.zh}。",
    )


def _dropped_sentence(dropped: pd.DataFrame, before: int, after: int) -> Sentence:
    if not len(dropped):
        return both(
            f"No planned institution drops: {before} apart, {after} together.",
            f"没有重复规划可省：各自规划 {before} 处，统筹 {after} 处。",
        )
    capital = float(dropped["capital_yuan"].sum())
    some, some_zh = ", ".join(dropped["name_en"].head(3)), "、".join(dropped["name_zh"].head(3))
    return both(
        f"{len(dropped)} of the {before} institutions planned apart are not built together ({after} in all), such as "
        f"{some}; their capital was {capital:,.0f} yuan.",
        f"各自规划的 {before} 处新设机构中，有 {len(dropped)} 处在统筹后不再需要（统筹共 {after} 处），如{some_zh}；"
        f"其建设费用为 {capital:,.0f} 元。",
    )


def _split_sentence(rule: str, split: pd.DataFrame, joint_yuan: int) -> Sentence:
    yuan = split[split["rule"] == rule].set_index("owner")["yuan"]
    en, zh = _each(lambda owner: (f"{yuan[owner]:,} yuan", f"{yuan[owner]:,} 元"))
    return both(
        f"The joint cost of {joint_yuan:,} yuan in all years, {RULES[rule]}: {en}.",
        f"统筹各年费用合计 {joint_yuan:,} 元，{RULES[rule].zh}分担：{zh}。",
    )

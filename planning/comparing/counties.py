"""Each county under each plan, and the counties that gain and that lose."""

from dataclasses import dataclass

import pandas as pd

from geodata.errors import Sentence, both
from planning.compare import Comparison
from planning.comparing.gaps import head_of, left_open
from planning.comparing.words import told
from planning.faults import PlanningError
from planning.maps import compared_cells
from planning.network.words import counted
from planning.plan import Plan, mean
from planning.study_area import StudyArea

SERVED = "persons_served"


@dataclass(frozen=True, eq=False)
class WinnersLosers:
    """Counties by what a plan changes for them.

    Attributes:
        table: rows of `by_county` of that plan where more or fewer persons are served, most gained first.
        gained, lost: persons served more and fewer, summed over the counties that gain and that lose; both >= 0.
        net: difference of the plans' own indicator persons_served; equals gained − lost.
        told: the same as a sentence.
    """

    table: pd.DataFrame
    gained: int
    lost: int
    net: int
    told: Sentence


def by_county(comparison: Comparison, area: StudyArea) -> pd.DataFrame:
    """A row for each plan and county, plans in their order, counties by code.

    | column | unit | meaning |
    |--------|------|---------|
    | plan, county_code, name_zh, name_en | | |
    | persons, persons_served | persons | sums over the demand cells |
    | share_served | share | nan without persons |
    | mean_travel_time_min | min | of persons with a route; nan without |
    | sites, places, cost_yuan | sites, persons, yuan | new institutions; capacity of all; capital of the new |
    | served_more, minutes_more | persons, min | difference from the first plan |
    | persons_better, persons_worse, persons_same | persons | by travel time, see `planning.maps.compared_cells`; of |
    |   |   | cells that both plans have |
    | mark | key of `MARKS` | of served_more; within_gap where all that the gaps leave open would cover it |

    Sums over the counties are the plans' own indicators. A plan of a network is measured like every other plan here,
    by its sites of the last year; its own services are told by `network_counties`.
    """
    first = comparison.plans[0]
    base = _measured(first)
    found = [_beside(first, plan, base) for plan in comparison.plans]
    return with_names(pd.concat(found, ignore_index=True), area)


def winners_losers(comparison: Comparison, area: StudyArea, plan: str) -> WinnersLosers:
    """Counties where the plan of this name serves more or fewer persons than the first plan.

    Raises:
        PlanningError: where the comparison has no such plan beside the first.
    """
    others = {p.name: p for p in comparison.plans[1:]}
    if plan not in others:
        known = ", ".join(others)
        raise PlanningError(
            [
                both(
                    f"the comparison has no plan '{plan}' beside the first; it has {known}",
                    f"比较中除对照方案外没有“{plan}”；可选的有 {'、'.join(others)}",
                )
            ]
        )
    table = by_county(comparison, area)
    rows = table[(table["plan"] == plan) & (table["served_more"] != 0)]
    rows = rows.sort_values(["served_more", "county_code"], ascending=[False, True], ignore_index=True)
    more = rows["served_more"]
    gained, lost = int(more[more > 0].sum()), int(-more[more < 0].sum())
    net = int(others[plan].indicators[SERVED] - comparison.plans[0].indicators[SERVED])
    return WinnersLosers(rows, gained, lost, net, _told(rows, gained, lost))


def with_names(table: pd.DataFrame, area: StudyArea) -> pd.DataFrame:
    """The table with name_zh and name_en after its first two columns; the code where a county has no name."""
    names = area.data.counties.set_index("county_code").reindex(table["county_code"]).reset_index(drop=True)
    for place, column in ((2, "name_zh"), (3, "name_en")):
        table.insert(place, column, names[column].fillna(table["county_code"]))
    return table


def _measured(plan: Plan) -> pd.DataFrame:
    """What `by_county` tells of one plan alone, by county_code."""
    cells = plan.cells
    sums = cells.groupby("county_code")[["persons", SERVED]].sum()
    routed = cells[cells["travel_time_min"] < float("inf")]
    minutes = {
        code: mean(rows["persons"].to_numpy(float), rows["travel_time_min"].to_numpy(float))
        for code, rows in routed.groupby("county_code")
    }
    sites = plan.sites.assign(is_new=plan.sites["role"] != "existing")
    new = sites[sites["is_new"]].groupby("county_code")
    built = pd.DataFrame(
        {
            "sites": new["site_id"].count(),
            "places": sites.groupby("county_code")["capacity_persons"].sum(),
            "cost_yuan": new["capital_yuan"].sum(),
        }
    )
    out = sums.join(built, how="outer").fillna(0.0).sort_index()
    counts = ["persons", SERVED, "sites", "places"]
    out = out.astype(dict.fromkeys(counts, "int64"))
    out.insert(2, "share_served", (out[SERVED] / out["persons"]).where(out["persons"] > 0))
    out.insert(3, "mean_travel_time_min", pd.Series(minutes, dtype=float).reindex(out.index))
    return out


def _beside(first: Plan, plan: Plan, base: pd.DataFrame) -> pd.DataFrame:
    """One plan with its differences from the first, `plan` and `county_code` in front."""
    found = _measured(plan)
    before = base.reindex(found.index)
    found["served_more"] = found[SERVED] - before[SERVED].fillna(0).astype("int64")
    found["minutes_more"] = found["mean_travel_time_min"] - before["mean_travel_time_min"]
    changes = compared_cells(first, plan).groupby(["county_code", "change"])["persons"].sum().unstack(fill_value=0)
    for change in ("better", "worse", "same"):
        persons = changes[change] if change in changes else pd.Series(dtype="int64")
        found[f"persons_{change}"] = persons.reindex(found.index).fillna(0).astype("int64")
    found["mark"] = "" if plan is first else marks_of(found["served_more"], first, plan, SERVED)
    found = found.rename_axis("county_code").reset_index()
    found.insert(0, "plan", plan.name)
    return found


def marks_of(served_more: pd.Series, first: Plan, plan: Plan, key: str) -> pd.Series:
    """A mark for each county's difference in persons; `key` is the indicator that sums them up.

    The gaps may all lie in one county: a county is told apart only where its difference is larger than both.
    """
    slack = sum(left_open(head_of(p), key) for p in (first, plan))
    marks = pd.Series("within_gap", index=served_more.index).mask(served_more == 0, "same")
    marks = marks.mask((served_more > 0) & (served_more > slack), "better")
    return marks.mask((served_more < 0) & (-served_more > slack), "worse")


def _told(rows: pd.DataFrame, gained: int, lost: int) -> Sentence:
    more = rows["served_more"]
    up, down, left = int((more > 0).sum()), int((more < 0).sum()), int((rows["mark"] == "within_gap").sum())
    net = gained - lost
    parts = [
        _side(up, gained, both("more", "增加")),
        _side(down, lost, both("fewer", "减少")),
        both(
            f"in all {told(net, 'persons', signed=True)}",
            f"净{'增加' if net > 0 else '减少'} {abs(net):,} 人" if net else "增减相抵",
        ),
    ]
    if left:
        where = counted(left, "county", "en")
        parts.append(
            both(
                f"in {where} of these the difference is within the gap and cannot be told apart",
                f"其中 {left} 个县市的差别不超过求解尚未证明的部分，无法区分",
            )
        )
    return both("; ".join(parts), "；".join(part.zh for part in parts))


def _side(counties: int, persons: int, way: Sentence) -> Sentence:
    """How many counties there are on one side, and of how many persons."""
    if not counties:
        return both(f"no county with {way} persons served", f"没有县市可获服务的人{way.zh}")
    where, who = (counted(n, noun, "en") for n, noun in ((counties, "county"), (persons, "person")))
    who = who.replace(" ", f" {way} ")
    return both(f"{where} with {who} served", f"{counties} 个县市可获服务的人{way.zh}，共 {persons:,} 人")

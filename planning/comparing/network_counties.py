"""Each county under each network plan: who is served by its services in the last year, and what is paid there."""

import pandas as pd

from geodata.errors import both
from planning.compare import Comparison
from planning.comparing.counties import marks_of, with_names
from planning.comparing.gaps import NETWORK
from planning.faults import PlanningError
from planning.network.result import NetworkPlan
from planning.plan import Plan
from planning.study_area import StudyArea

SERVED = "persons_served"


def network_counties(comparison: Comparison, area: StudyArea) -> pd.DataFrame:
    """A row for each plan and county, plans in their order, counties by code; persons are counted by service.

    | column | unit | meaning |
    |--------|------|---------|
    | plan, county_code, name_zh, name_en | | |
    | persons, persons_served | persons | in need and served in the plan's last year, all its services |
    | share_served | share | nan without need |
    | yuan | yuan | paid there in all years of the plan |
    | served_more, yuan_more | persons, yuan | difference from the first plan |
    | mark | key of `MARKS` | of served_more, as in `by_county`; "" for the first plan |

    Sums over the counties are the plans' own indicators.

    Raises:
        PlanningError: where a plan has no network.
    """
    bare = [plan.name for plan in comparison.plans if plan.network is None]
    if bare:
        raise PlanningError(
            [
                both(
                    f"'{name}' is no network plan and has no services by county; leave it out",
                    f"“{name}”不是服务网络方案，没有各县各项服务的数据；请不要选它",
                )
                for name in bare
            ]
        )
    networks = [(plan, plan.network) for plan in comparison.plans if plan.network is not None]
    first, base = networks[0][0], _measured(networks[0][1])
    found = [_beside(first, base, plan, _measured(network)) for plan, network in networks]
    return with_names(pd.concat(found, ignore_index=True), area)


def _measured(network: NetworkPlan) -> pd.DataFrame:
    last = network.groups[network.groups["year"] == network.last_year]
    sums = last.groupby("county_code")[["persons", SERVED]].sum()
    paid = network.money.groupby("county_code")["yuan"].sum()
    out = sums.join(paid, how="outer").fillna(0.0).sort_index().astype({"persons": "int64", SERVED: "int64"})
    out.insert(2, "share_served", (out[SERVED] / out["persons"]).where(out["persons"] > 0))
    return out.astype({"yuan": "float64"})


def _beside(first: Plan, base: pd.DataFrame, plan: Plan, found: pd.DataFrame) -> pd.DataFrame:
    """One plan with its differences from the first, `plan` and `county_code` in front."""
    before = base.reindex(found.index).fillna(0)
    found["served_more"] = found[SERVED] - before[SERVED].astype("int64")
    found["yuan_more"] = found["yuan"] - before["yuan"]
    found["mark"] = "" if plan is first else marks_of(found["served_more"], first, plan, NETWORK + SERVED)
    found = found.rename_axis("county_code").reset_index()
    found.insert(0, "plan", plan.name)
    return found

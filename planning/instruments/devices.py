"""辅具共享: how many devices shelves must hold so that no request goes unmet, each for itself or from a shared stock.

Requests between two refills are Poisson with mean λ = devices asked for a year × days between refills / 365 (devices
lent out for L days count λ with L more days, for they are away so long). The stock of a shelf is the smallest S with
P(requests <= S) >= availability: the inverse of the Poisson distribution (base stock, periodic review). Sums of
independent Poisson numbers are Poisson, so a shared stock is the same formula on the sum of the λ. It holds the
availability for all its shelves at once, the separate stocks each for its own; so where shelves ask for next to nothing
(each is available with no stock at all) the shared stock can be the larger one.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import poisson

from geodata.demand import read_needs, service_units
from geodata.errors import Sentence, both
from geodata.figures import Figure
from planning.faults import PlanningError
from planning.instruments.figures import figures_of
from planning.instruments.people import base_of, county_people, modelled_in
from planning.instruments.result import InstrumentResult
from planning.study_area import StudyArea

DAYS_A_YEAR = 365.0
LONGEST_ROTATION, LONGEST_LOAN = 365, 3650
"""Days; longer ones are slips of the keyboard."""


def stock_for(mean: npt.ArrayLike, availability: float) -> npt.NDArray[np.int64]:
    """Smallest whole stock that meets all requests of an interval with the availability.

    Args:
        mean: requests in an interval, 0 or more.
        availability: probability, 0 < a < 1.
    """
    found = poisson.ppf(availability, np.asarray(mean, float))
    return np.asarray(np.maximum(np.nan_to_num(np.asarray(found, float)), 0), np.int64)


def pool_devices(
    demand: pd.DataFrame,
    *,
    availability: float = 0.95,
    rotation_days: float = 14,
    loan_days: float = 0,
) -> InstrumentResult:
    """Stock for an availability without sharing, shared in each depot, and shared by all depots.

    Args:
        demand: a row a shelf: `shelf`, `depot`, `units_per_year` (requests); further columns are kept.
        availability: probability that a refill interval passes without an unmet request, for each stock alike.
        rotation_days: between two rounds that refill the shelves.
        loan_days: how long a device is away when it comes back, 0 where it is handed over for good.

    Returns:
        Table `depots`: `shelves`, `units_per_year`, `requests_per_interval`, `stock_separate` (sum of its shelves),
        `stock_shared`, `saved`, `rounds_a_year`, `stops_a_year`; table `shelves`: `requests_per_interval`,
        `stock_separate`. Totals also have `stock_all_shared`.

    Raises:
        PlanningError: for an availability outside 0 to 1, days of 0 or less, negative requests, a shelf named twice.
    """
    _check(demand, availability, rotation_days, loan_days)
    shelves = demand.assign(
        requests_per_interval=demand["units_per_year"].astype(float) * (rotation_days + loan_days) / DAYS_A_YEAR
    ).sort_values(["depot", "shelf"], ignore_index=True)
    shelves["stock_separate"] = stock_for(shelves["requests_per_interval"], availability)
    depots = shelves.groupby("depot", as_index=False).agg(
        shelves=("shelf", "size"),
        units_per_year=("units_per_year", "sum"),
        requests_per_interval=("requests_per_interval", "sum"),
        stock_separate=("stock_separate", "sum"),
    )
    depots["stock_shared"] = stock_for(depots["requests_per_interval"], availability)
    depots["saved"] = depots["stock_separate"] - depots["stock_shared"]
    depots["rounds_a_year"] = round(DAYS_A_YEAR / rotation_days)
    depots["stops_a_year"] = depots["rounds_a_year"] * depots["shelves"]
    return _told(depots, shelves, availability, rotation_days, loan_days)


def pool_in(
    area: StudyArea,
    *,
    availability: float | None = None,
    rotation_days: float | None = None,
    loan_days: float = 0,
    units: pd.DataFrame | None = None,
    values: Mapping[str, float] | None = None,
) -> InstrumentResult:
    """The same with a depot in each county and a shelf in each of its demand areas (townships as far as they are
    known).

    Args:
        units: requests by shelf as in `pool_devices`; the modelled fittings of the area when None.

    Raises:
        PlanningError: as `pool_devices`.
    """
    given = {k: v for k, v in (("availability", availability), ("rotation_days", rotation_days)) if v is not None}
    figures = figures_of("availability", "rotation_days", values={**dict(values or {}), **given})
    found = pool_devices(
        shelf_demand(area) if units is None else units,
        availability=figures["availability"].value,
        rotation_days=figures["rotation_days"].value,
        loan_days=loan_days,
    )
    names = county_people(area).set_index("county_code")[["name_zh", "name_en"]]
    more: dict[str, Any] = {
        "tables": {name: _named(table, names) for name, table in found.tables.items()},
        "figures": (*figures.values(), _loan(loan_days)),
    }
    if units is None:
        more |= {"notes": (*found.notes, _AREAS), "base": base_of(area), "modelled": modelled_in(area)}
    return InstrumentResult(**{**vars(found), **more})


_AREAS = both(
    "Requests are persons × share in need × uptake by the need table: modelled, even where persons are registered. "
    "A shelf stands for a demand area; townships whose place is not known count in a neighbour's, so that there "
    "are fewer shelves than townships and the gain from sharing is rather too low.",
    "需求量按人数 × 需求比例 × 使用率估计，即使人数来自登记。"
    "每个需求片区设一个架；位置未知的乡镇并入相邻片区，架数少于乡镇数，共享的节省偏低。",
)


def _loan(days: float) -> Figure:
    """How long a device is lent, as a figure of the planner's own."""
    source = "set by the planner; 0: handed over for good"
    return Figure("loan_days", days, "days", "J", source, "借用天数", "days a device is lent")


def shelf_demand(area: StudyArea) -> pd.DataFrame:
    """Device fittings a year by demand area: `shelf`, `depot` (county code), `units_per_year`; modelled fractions."""
    units, cells = _fittings(area), area.demand(area.assumptions.demand_rates())
    rows = pd.DataFrame(
        {
            "depot": cells["county_code"].astype(str),
            "shelf": cells["county_code"].astype(str) + "/" + cells["area_id"].astype(str),
            "shelf_zh": cells["area_zh"],
            "shelf_en": cells["area_en"],
            "units_per_year": cells["cell_id"].map(units).fillna(0.0).astype(float),
        }
    )
    return rows.groupby(["depot", "shelf", "shelf_zh", "shelf_en"], as_index=False)["units_per_year"].sum()


def _named(table: pd.DataFrame, names: pd.DataFrame) -> pd.DataFrame:
    out = table.copy()
    for column in ("name_en", "name_zh"):
        out.insert(1, column, out["depot"].map(names[column]).fillna(""))
    return out


def _check(demand: pd.DataFrame, availability: float, rotation: float, loan: float) -> None:
    faults: list[Sentence] = []
    if not 0 < availability < 1:
        faults.append(
            both(
                f"availability: {availability:g} found, more than 0 and less than 1 is needed",
                f"满足率：发现 {availability:g}；请填 0 到 1 之间的数",
            )
        )
    for name, zh, days, least, most in (
        ("rotation_days", "轮换周期", rotation, 1, LONGEST_ROTATION), ("loan_days", "借用天数", loan, 0, LONGEST_LOAN),
    ):  # fmt: skip
        if not least <= days <= most:
            faults.append(
                both(
                    f"{name}: {days:g} found, at least {least} and at most {most:,} are needed",
                    f"{zh}：发现 {days:g}；请填 {least} 到 {most:,} 之间的数",
                )
            )
    if any((demand[column].astype(str).str.strip() == "").any() for column in ("shelf", "depot")):
        faults.append(both("a row of the demand names no shelf or no depot", "需求表中有的行没有填器具架或库"))
    if not (demand["units_per_year"] >= 0).all():
        faults.append(both("units_per_year: numbers of 0 or more are needed", "每年需求量应为大于等于 0 的数"))
    if demand["shelf"].duplicated().any():
        faults.append(both("a shelf stands twice in the demand", "器具架有重复"))
    if faults:
        raise PlanningError(faults)


def _told(depots: pd.DataFrame, shelves: pd.DataFrame, a: float, rotation: float, loan: float) -> InstrumentResult:
    columns = ("shelves", "stock_separate", "stock_shared", "saved", "stops_a_year")
    n = {c: int(depots[c].sum()) for c in columns}
    whole = int(stock_for(float(shelves["requests_per_interval"].sum()), a))
    units = float(depots["units_per_year"].sum())
    sentences = (
        both(
            f"{units:,.0f} devices a year on {n['shelves']:,} shelves of {len(depots)} depots; refilled "
            f"every {rotation:g} days",
            f"每年 {units:,.0f} 件，{len(depots)} 个库、{n['shelves']:,} 个架，每 {rotation:g} 天轮换一次",
        ),
        both(
            f"for an availability of {a:.0%} every shelf for itself needs {n['stock_separate']:,} devices, shared in "
            f"each depot {n['stock_shared']:,} ({n['saved']:,} fewer), shared by all depots {whole:,}",
            f"满足率 {a:.0%}：各架自备需 {n['stock_separate']:,} 件，县内共享需 {n['stock_shared']:,} "
            f"件（少 {n['saved']:,} 件），"
            f"全区共享需 {whole:,} 件",
        ),
        both(
            f"the rotation makes {n['stops_a_year']:,} stops at shelves a year",
            f"轮换每年停靠 {n['stops_a_year']:,} 架次",
        ),
    )
    note = both(
        "Availability is for each stock and interval: no request unmet. Requests are taken as Poisson and "
        "independent; devices of all "
        "kinds count as one kind, so that real stocks, kind by kind, are larger. A shared stock must still be carried "
        "to the shelf.",
        "满足率指每个库存在一个周期内不缺货的概率；需求按相互独立的泊松分布；各类器具合并计算，分类配备时库存会更大；"
        "共享库存还须送到架上。",
    )
    return InstrumentResult(
        name="devices",
        tables={"depots": depots, "shelves": shelves},
        totals={**n, "units_per_year": units, "stock_all_shared": whole, "depots": len(depots), "loan_days": loan},
        sentences=sentences,
        denominator=both("requests for devices in a refill interval", "一个轮换周期内的器具需求"),
        base=both("the requests as given", "所给需求量"),
        notes=(note,),
    )


@lru_cache(maxsize=4)
def _fittings(area: StudyArea) -> "pd.Series[float]":
    """Fittings a year by cell; not to be changed."""
    return service_units(area.people(area.assumptions.demand_rates()), read_needs())["device_fitting"]

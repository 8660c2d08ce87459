"""走访探视: visits to severe persons in hardship, and the working days that they and the way to them take."""

from collections.abc import Mapping
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.apportion import largest_remainder
from geodata.demand import read_needs
from geodata.demand.needs import NeedRow, Needs
from geodata.errors import Sentence, both
from geodata.figures import Figure
from planning.faults import PlanningError
from planning.instruments.figures import figures_of
from planning.instruments.people import base_of, county_people, days_a_visit, minutes_to, modelled_in
from planning.instruments.result import InstrumentResult
from planning.study_area import StudyArea

Floats = npt.NDArray[np.float64]
MOST_VISITS: Final = 366  # one a day
_WORK: Final = (
    "home_minutes_home_visit", "hours_day", "round_night_days", "round_longest_days", "round_team_staff",
    "working_days_year",
)  # fmt: skip


def visiting_workload(
    area: StudyArea,
    *,
    hubs: pd.DataFrame | None = None,
    visits_per_person: float | None = None,
    season: str = "summer",
    month: int | None = None,
    values: Mapping[str, float] | None = None,
) -> InstrumentResult:
    """Visits a year and the staff days they take, by county.

    Args:
        hubs: where staff set out, with `lon`, `lat`; the area's institutions when None. The nearest one serves a cell.
        visits_per_person: a year; that of the need table when None (3.22 [D]).
        season, month: of the travel times by car, and the month whose road closures hold.

    Returns:
        Table `counties`: `persons` (severe and in hardship), `visits` (to all of them; whole, their sum rounded once),
        `visits_on_rounds` (to those whom a round reaches), `mean_minutes` one way, `round_days` (days of a team, nights
        away counted as in the network plan), `visits_a_day` (visits on rounds / round days), `staff_days` (round days ×
        the team, which need not be whole; rounded up), `staff` (full-time), `unreached_persons` (no round is short
        enough, or no route).

    Raises:
        PlanningError: for visits that are no number above 0, or more than one a day.
    """
    figures = figures_of(*_WORK, values=values)
    rate = _rate(visits_per_person)
    cells = area.demand(area.assumptions.demand_rates())
    points = area.institutions if hubs is None else hubs
    minutes = minutes_to(area, points, season, "car", month).min(axis=1, initial=np.inf)
    table = _by_county(area, cells, minutes, rate.value, figures)
    return _told(area, table, (rate, *figures.values()))


def _rate(given: float | None, needs: Needs | None = None) -> Figure:
    """Visits a person and year, from the need table or the planner."""
    if given is not None:
        if not 0 < given <= MOST_VISITS:
            fault = both(
                f"visits: {given:g} found, more than 0 and at most {MOST_VISITS} a year are needed",
                f"走访次数：发现 {given:g}；请填大于 0、不超过 {MOST_VISITS} 的数",
            )
            raise PlanningError([fault])
        row = NeedRow((), (), (), (), "units", float(given), "", "J", "set by the planner")
    else:
        row = next(
            r for r in reversed((needs or read_needs()).rows) if "home_visit" in r.services and r.measure == "units"
        )
    return Figure(
        "visits_per_person",
        row.value,
        "visits/person and year",
        row.mark,
        row.source,
        "每人每年走访次数",
        "visits a person",
    )


def _by_county(
    area: StudyArea, cells: pd.DataFrame, minutes: Floats, rate: float,
    figures: dict[str, Figure],
) -> pd.DataFrame:  # fmt: skip
    persons = cells["persons_hardship"].to_numpy(float)
    a_visit = days_a_visit(minutes, figures["home_minutes_home_visit"].value, figures)
    reached = np.isfinite(a_visit)
    work = np.where(reached, persons * rate * np.where(reached, a_visit, 0.0), 0.0)
    rows = pd.DataFrame(
        {
            "county_code": cells["county_code"].astype(str),
            "reached": np.where(reached, persons, 0.0),
            "minutes": np.where(reached, persons * np.where(reached, minutes, 0.0), 0.0),
            "round_days": work,
        }
    )
    people = county_people(area)[["county_code", "name_zh", "name_en", "owner", "persons_hardship"]]
    table = people.rename(columns={"persons_hardship": "persons"})
    by = rows.groupby("county_code").sum().reindex(table["county_code"], fill_value=0.0)
    table["visits"] = _whole_visits(table["persons"].to_numpy(float), rate)
    missed = table["persons"].to_numpy(float) - by["reached"].to_numpy()
    table["unreached_persons"] = np.rint(np.maximum(missed, 0.0)).astype(int)
    without = _whole_visits(np.where(table["unreached_persons"] > 0, missed, 0.0), rate)
    table["visits_on_rounds"] = np.maximum(table["visits"] - without, 0)
    table["mean_minutes"] = (by["minutes"] / by["reached"].where(by["reached"] > 0)).round(1).to_numpy()
    table["round_days"] = np.ceil(by["round_days"].to_numpy() - 1e-9).astype(int)
    table["visits_a_day"] = (table["visits_on_rounds"] / table["round_days"].where(table["round_days"] > 0)).round(1)
    table["staff_days"] = np.ceil(table["round_days"] * figures["round_team_staff"].value - 1e-9).astype(int)
    table["staff"] = np.ceil(table["staff_days"] / figures["working_days_year"].value).astype(int)
    return table[[c for c in table if c != "unreached_persons"] + ["unreached_persons"]]


def _whole_visits(persons: Floats, rate: float) -> npt.NDArray[np.int64]:
    """(n,) whole visits to so many persons; their sum is rounded once."""
    total = round(float(persons.sum() * rate))
    return np.asarray(largest_remainder(total, persons), np.int64) if total else np.zeros(len(persons), np.int64)


def _told(area: StudyArea, table: pd.DataFrame, figures: tuple[Figure, ...]) -> InstrumentResult:
    columns = ("persons", "visits", "visits_on_rounds", "round_days", "staff_days", "staff", "unreached_persons")
    n = {c: int(table[c].sum()) for c in columns}
    without = n["visits"] - n["visits_on_rounds"]
    rate, team = figures[0], next(f for f in figures if f.key == "round_team_staff")
    sentences: tuple[Sentence, ...] = (
        both(
            f"{n['persons']:,} severe persons in hardship × {rate.value:g} visits [{rate.mark}] = {n['visits']:,} "
            "visits a year",
            f"困难重度残疾人 {n['persons']:,} 人 × 每年 {rate.value:g} 次 [{rate.mark}] = 每年 {n['visits']:,} 次走访",
        ),
        both(
            f"{n['round_days']:,} days of rounds a year; with {team.value:g} in a team {n['staff_days']:,} staff days, "
            f"{n['staff']:,} full-time staff",
            f"每年外出 {n['round_days']:,} 天，每队 {team.value:g} 人，合 {n['staff_days']:,} 个工作日、"
            f"专职 {n['staff']:,} 人",
        ),
        *_longest_told(table),
        both(
            f"{n['unreached_persons']:,} persons are reached by no round: their {without:,} visits are not in the days",
            f"{n['unreached_persons']:,} 人没有可行的外出路线，其 {without:,} 次走访未计入工作日",
        ),
    )
    return InstrumentResult(
        name="visits",
        tables={"counties": table},
        totals=n,
        sentences=sentences,
        denominator=both("severe disabled persons (grades 1-2) in hardship", "困难重度残疾人（一、二级）"),
        base=base_of(area),
        figures=figures,
        modelled=modelled_in(area),
        notes=(
            both(
                "Staff set out from the nearest institution; days are shared by the visits of a round, and rounded up "
                "by county.",
                "工作人员从最近的机构出发；工作日由同一次外出的各次走访分摊，按县进位。",
            ),
        ),
    )


def _longest_told(table: pd.DataFrame) -> tuple[Sentence, ...]:
    """Where the way is longest; nothing where nobody is reached."""
    known = table[table["mean_minutes"].notna()]
    if not len(known):
        return ()
    far = known.sort_values(["mean_minutes", "county_code"], ascending=[False, True]).iloc[0]
    told = both(
        f"the longest way is in {far['name_en']}: {far['mean_minutes']:g} minutes one way on average",
        f"路程最长的是{far['name_zh']}：单程平均 {far['mean_minutes']:g} 分钟",
    )
    return (told,)
